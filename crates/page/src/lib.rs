//! What `www/main.js` calls. Only this crate and `deltascope-worker` know wasm.

#![cfg(target_arch = "wasm32")]

mod app;
mod canvas;
mod files;
mod reply;
mod surface;

pub use files::{open_files, take_file};

use app::App;
use deltascope::data::presets;
use deltascope::json;
use deltascope::session::{Action, Look, Session};
use deltascope::view::charts::{self, Chart};
use deltascope::view::theme::Palette;
use reply::{Failure, Reply};
use std::cell::RefCell;
use surface::Surface;
use wasm_bindgen::prelude::*;

thread_local! {
    /// The page's only session; `None` before the first call.
    static APP: RefCell<Option<App>> = const { RefCell::new(None) };
}

/// Carries out an action, given as JSON. Returns a `Reply` as JSON.
#[wasm_bindgen]
pub fn dispatch(action: &str) -> String {
    with_app(|app| {
        let value = json::parse(action).map_err(|error| (String::new(), error.to_string()))?;
        let name = value["type"].as_str().unwrap_or_default().to_owned();
        let done = Action::from_json(&value).and_then(|action| app.update(action));
        done.map_err(|message| (name, message))
    })
}

/// A canvas has a new size in CSS pixels; `scale` is the number of device pixels per CSS pixel.
#[wasm_bindgen]
pub fn resize(canvas: &str, width: f64, height: f64, scale: f64) -> String {
    with_app(|app| {
        app.surfaces.insert(canvas.to_owned(), Surface { width, height, scale, drawn: None });
        app.automatic = true;
        Ok::<_, (String, String)>(())
    })
}

/// The pointer is at a point of the network's canvas, in CSS pixels. `pressed` selects the item there.
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

/// The current scenario as the text of a `deltascope-1` file: from its start, or with the parameters of this moment as
/// the start.
#[wasm_bindgen]
pub fn scenario_file(from_here: bool) -> String {
    APP.with_borrow(|app| {
        let Some(session) = app.as_ref().map(|app| &app.session) else { return String::new() };
        let scenario = if from_here { session.to_scenario_from_here() } else { session.to_scenario() };
        scenario.to_json()
    })
}

/// The task for the worker, as bytes.
#[wasm_bindgen]
pub fn training_task() -> Vec<u8> {
    APP.with_borrow(|app| app.as_ref().map_or(Vec::new(), |app| app.session.task().to_bytes()))
}

/// Takes a report of the worker.
#[wasm_bindgen]
pub fn training_reported(report: &[u8]) -> String {
    with_app(|app| app.report(report).map_err(|message| ("TrainingToggled", message)))
}

/// The worker has failed.
#[wasm_bindgen]
pub fn training_failed(reason: &str) -> String {
    with_app(|app| app.session.training_failed(reason).map_err(|message| ("TrainingToggled", message)))
}

/// A chart as SVG, in the size that it has on the page. Empty if there is no such chart.
#[wasm_bindgen]
pub fn chart_svg(id: &str) -> String {
    APP.with_borrow(|app| {
        let (Some(app), Some(chart)) = (app, Chart::from_id(id)) else { return String::new() };
        let Surface { width, height, .. } = app.surfaces.get(id).copied().unwrap_or_default();
        // A canvas out of sight has no size; use one that fits a printed page.
        let (width, height) = if width > 0.0 { (width, height) } else { (480.0, 240.0) };
        let palette = Palette::of(app.session.view_state().dark);
        charts::svg(chart, &app.session, width.round() as u32, height.round() as u32, &palette)
    })
}

#[wasm_bindgen]
extern "C" {
    /// Writes to the console.
    #[wasm_bindgen(js_namespace = console, js_name = error)]
    fn console_error(message: &str);
}

/// Calls `act` and returns what changed on the page. An error is the name of the action and a message.
fn with_app<N: Into<String>>(act: impl FnOnce(&mut App) -> Result<(), (N, String)>) -> String {
    APP.with_borrow_mut(|slot| {
        if slot.is_none() {
            // A panic would be a bug: show it on the console.
            std::panic::set_hook(Box::new(|panic| console_error(&panic.to_string())));
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
