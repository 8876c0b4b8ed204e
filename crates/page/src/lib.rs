//! The only code that knows wasm: it takes what `main.js` hands over, and gives back what to show.

#![cfg(target_arch = "wasm32")]

mod canvas;
mod files;
mod reply;

pub use files::{open_files, take_file};

use deltascope::data::presets;
use deltascope::json;
use deltascope::session::{Action, Axis, Item, Look, Play, Session, TrainingStatus};
use deltascope::training::Snapshot;
use deltascope::view::charts::{self, Chart};
use deltascope::view::theme::Palette;
use deltascope::view::{equation::Detail, network, page::page, scene::Scene};
use reply::{Failure, Reply};
use std::cell::RefCell;
use std::collections::BTreeMap;
use wasm_bindgen::prelude::*;

thread_local! {
    /// The page's one session; none before the first call.
    static APP: RefCell<Option<App>> = const { RefCell::new(None) };
}

/// A session, and what the page already shows of it.
struct App {
    session: Session,
    /// By the canvas's id.
    surfaces: BTreeMap<String, Surface>,
    scene: Option<Scene>,
    shown: reply::Shown,
    /// How long sums are written out: briefly at first, in full when the reader stays.
    detail: Detail,
    /// Taken, and to be opened.
    files: Vec<files::Given>,
    /// The latest action changed nothing.
    idle: bool,
    /// Reports of a training so far.
    reports: u64,
    /// The latest action was none of a person's will, so what was last said to them stays.
    passing: bool,
}

/// A canvas: its size in CSS pixels, and device pixels to each. Nothing is drawn while it has no size.
#[derive(Clone, Copy, Default, PartialEq)]
struct Surface {
    width: f64,
    height: f64,
    scale: f64,
    /// What it was drawn for last; `None` where that is out of date.
    drawn: Option<Drawn>,
}

/// What a picture depends on besides its surface.
#[derive(Clone, Copy, PartialEq)]
struct Drawn {
    dark: bool,
    /// The scenario and the mini-batch.
    at: (u64, u64),
    /// Samples done of the mini-batch, where the picture shows them, and whether its update is.
    done: (usize, bool),
    /// What is looked at.
    axis: Axis,
    selected: Option<Item>,
    options: (bool, bool),
    /// What has been found out by and by.
    found: (usize, bool),
    /// How far a training is.
    trained: u64,
}

/// Text follows every so many reports of a training, and so does each of its charts, in turn.
const PACE: u64 = 6;

/// Takes an action as JSON and returns, as JSON, what changes on the page.
#[wasm_bindgen]
pub fn dispatch(action: &str) -> String {
    with_app(|app| {
        let value = json::parse(action).map_err(|error| (String::new(), error.to_string()))?;
        let name = value["type"].as_str().unwrap_or_default().to_owned();
        let done = Action::from_json(&value).and_then(|action| app.update(action));
        done.map_err(|message| (name, message))
    })
}

/// A canvas has a new size: CSS pixels, and device pixels to each.
#[wasm_bindgen]
pub fn resize(canvas: &str, width: f64, height: f64, scale: f64) -> String {
    with_app(|app| {
        app.surfaces.insert(canvas.to_owned(), Surface { width, height, scale, drawn: None });
        app.passing = true;
        Ok::<_, (String, String)>(())
    })
}

/// The pointer is at a point of the network's canvas, in CSS pixels; `pressed` selects what is there.
#[wasm_bindgen]
pub fn point(x: f64, y: f64, pressed: bool) -> String {
    with_app(|app| {
        let hit = app.scene.as_ref().and_then(|scene| scene.hit(x, y));
        let action = match (pressed, hit) {
            (true, Some(_)) => Look::Selected(hit),
            (true, None) => return Ok(()),
            (false, _) => Look::Hovered(hit),
        };
        app.update(action.into()).map_err(|message| (String::new(), message))
    })
}

/// Takes the rows of the digits presets: the text of `www/data/digits8x8.csv`, empty if it could not be fetched.
#[wasm_bindgen]
pub fn provide_digits(csv: String) {
    presets::provide_digits(csv);
}

/// The scenario as a file.
#[wasm_bindgen]
pub fn scenario_file() -> String {
    APP.with_borrow(|app| app.as_ref().map_or(String::new(), |app| app.session.to_scenario().to_json()))
}

/// What the worker is to train.
#[wasm_bindgen]
pub fn training_task() -> Vec<u8> {
    APP.with_borrow(|app| app.as_ref().map_or(Vec::new(), |app| app.session.task().to_bytes()))
}

/// The worker reports.
#[wasm_bindgen]
pub fn training_reported(report: &[u8]) -> String {
    with_app(|app| app.report(report).map_err(|message| ("TrainingToggled", message)))
}

/// The worker has come to an end that it was not told to.
#[wasm_bindgen]
pub fn training_failed(reason: &str) -> String {
    with_app(|app| app.session.training_failed(reason).map_err(|message| ("TrainingToggled", message)))
}

/// A chart of runs as SVG, as large as it is on the page; nothing where there is no such chart.
#[wasm_bindgen]
pub fn chart_svg(id: &str) -> String {
    APP.with_borrow(|app| {
        let (Some(app), Some(chart)) = (app, Chart::from_id(id)) else { return String::new() };
        let Surface { width, height, .. } = app.surfaces.get(id).copied().unwrap_or_default();
        // One that is out of sight has no size: then one that fits a page.
        let (width, height) = if width > 0.0 { (width, height) } else { (480.0, 240.0) };
        let palette = Palette::of(app.session.view_state().dark);
        charts::svg(chart, &app.session, width.round() as u32, height.round() as u32, &palette)
    })
}

#[wasm_bindgen]
extern "C" {
    /// Says something on the console.
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn complain(words: &str);
}

/// Does something with the app and returns what changed.
fn with_app<N: Into<String>>(act: impl FnOnce(&mut App) -> Result<(), (N, String)>) -> String {
    APP.with_borrow_mut(|slot| {
        if slot.is_none() {
            // Were there ever a panic, the console would say where.
            std::panic::set_hook(Box::new(|panic| complain(&panic.to_string())));
            match Session::first_preset() {
                Ok(session) => *slot = Some(App::new(session)),
                Err(message) => return Reply::failed(Failure { action: String::new(), message }).to_json(),
            }
        }
        let Some(app) = slot else { return String::new() };
        let failure = act(app).err().map(|(action, message)| Failure { action: action.into(), message });
        app.reply(failure).to_json()
    })
}

impl App {
    fn new(session: Session) -> Self {
        Self {
            session,
            surfaces: BTreeMap::default(),
            scene: None,
            shown: reply::Shown::default(),
            detail: Detail::Brief,
            files: Vec::new(),
            idle: false,
            reports: 0,
            passing: false,
        }
    }

    fn update(&mut self, action: Action) -> Result<(), String> {
        // The pointer reports every pixel; most of them change nothing.
        let (hovers, timer) =
            (matches!(action, Action::Look(Look::Hovered(_))), Action::Play(Play::TimerFired));
        self.idle = action == Look::Hovered(self.session.view_state().hovered).into();
        self.passing = hovers || action == timer;
        if action == timer && reply::has_more(&self.session) {
            if self.detail == Detail::Brief {
                // The reader has stopped here for a moment: time to write long sums out.
                self.detail = Detail::Full;
                return Ok(());
            }
            if self.session.has_background_work() {
                self.session.run_background_slice();
                return Ok(());
            }
        }
        if self.idle {
            return Ok(());
        }
        if !hovers {
            self.detail = Detail::Brief;
        }
        self.session.update(action)
    }

    /// Takes a report of the worker. While it trains, most of them come too soon after each other to be read.
    fn report(&mut self, report: &[u8]) -> Result<(), String> {
        self.reports = self.reports.wrapping_add(1);
        self.passing = true;
        self.session.report(Snapshot::from_bytes(report)?)
    }

    /// Draws what changed, and says what text changes.
    fn reply(&mut self, failure: Option<Failure>) -> Reply {
        let passing = std::mem::take(&mut self.passing);
        if std::mem::take(&mut self.idle) {
            return self.shown.unchanged(&self.session, self.detail);
        }
        let drawn = self.draw();
        let failure = failure.or(drawn.err().map(|message| Failure { action: String::new(), message }));
        if passing
            && self.session.training().status() == TrainingStatus::Running
            && !self.reports.is_multiple_of(PACE)
        {
            // Numbers that change more often than this cannot be read.
            let mut reply = self.shown.unchanged(&self.session, self.detail);
            reply.failure = failure;
            return reply;
        }
        if !passing {
            self.shown.answer(failure.is_some() || self.session.progress().is_some());
        }
        let mut reply = self.shown.changes(&self.session, page(&self.session, self.detail), self.detail);
        (reply.failure, reply.passing) = (failure, passing);
        reply.commands = self.session.take_worker_commands();
        reply
    }

    /// Draws every canvas that is in sight and out of date.
    fn draw(&mut self) -> Result<(), String> {
        let palette = Palette::of(self.session.view_state().dark);
        for (id, surface) in self.surfaces.iter_mut() {
            let now = Drawn::of(id, &self.session, self.reports);
            let Surface { width, height, scale, drawn } = *surface;
            if width <= 0.0 || height <= 0.0 {
                continue;
            }
            if id == "network" {
                let scene = Scene::new(&self.session, width, height, self.session.view_state().digits);
                let dark = drawn.map(|drawn| drawn.dark);
                if dark != Some(now.dark) || self.scene.as_ref() != Some(&scene) {
                    canvas::on_canvas(id, width, height, scale, |area| {
                        network::draw(&scene, &palette, scale, area)
                    })?;
                }
                self.scene = Some(scene);
            } else if drawn != Some(now)
                && let Some(chart) = Chart::from_id(id)
            {
                canvas::on_canvas(id, width, height, scale, |area| {
                    charts::draw(chart, &self.session, &palette, scale, area)
                })?;
            }
            surface.drawn = Some(now);
        }
        Ok(())
    }
}

impl Drawn {
    fn of(id: &str, session: &Session, reports: u64) -> Self {
        let (visible, view_state) = (session.visible(), session.view_state());
        let chart = Chart::from_id(id);
        // The other charts change once per mini-batch.
        let by_sample =
            matches!(chart, Some(Chart::CompareParameter | Chart::CompareDistance | Chart::CompareMaps));
        // While a training runs, its charts are drawn in different frames.
        let trained = chart.filter(|chart| chart.is_of_training()).map_or(0, |chart| {
            match session.training().is_running() {
                true => (reports + chart as u64) / PACE,
                false => u64::MAX - reports,
            }
        });
        let sweep = session.sweep().filter(|_| chart == Some(Chart::CompareSweep));
        Self {
            dark: view_state.dark,
            at: (session.scenario_version(), session.updates()),
            done: match id {
                "sample-image" => (visible.row(), false),
                _ => (if by_sample { visible.accumulated() } else { 0 }, visible.finished()),
            },
            axis: view_state.axis,
            selected: view_state.selected,
            options: (view_state.boundary_of_selected, view_state.frozen),
            trained,
            found: (sweep.map_or(0, |sweep| sweep.points().len()), session.has_background_work()),
        }
    }
}
