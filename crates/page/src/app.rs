//! The session, and what the page shows of it.

use crate::canvas;
use crate::files::File;
use crate::reply::{self, Failure, Reply};
use crate::surface::{PictureKey, REPORTS_PER_REDRAW, Surface};
use deltascope::session::{Action, Look, Play, Session, TrainingStatus};
use deltascope::training::Snapshot;
use deltascope::view::charts::{self, Chart};
use deltascope::view::theme::Palette;
use deltascope::view::{equation::Detail, network, page::page, scene::Scene};
use std::collections::BTreeMap;

/// The session, and what the page shows of it.
pub(super) struct App {
    pub(super) session: Session,
    /// The canvases by their ids.
    pub(super) surfaces: BTreeMap<String, Surface>,
    /// The network as drawn last.
    pub(super) scene: Option<Scene>,
    page_state: reply::PageState,
    /// Long sums are shown briefly at first, and in full once the reader stays.
    pub(super) detail: Detail,
    /// Files taken and not opened yet.
    pub(super) files: Vec<File>,
    /// The latest action changed nothing.
    pub(super) idle: bool,
    /// Number of training reports so far.
    reports: u64,
    /// The latest action was not user-initiated: keep the current message.
    pub(super) automatic: bool,
}

impl App {
    pub(super) fn new(session: Session) -> Self {
        Self {
            session,
            surfaces: BTreeMap::default(),
            scene: None,
            page_state: reply::PageState::default(),
            detail: Detail::Brief,
            files: Vec::new(),
            idle: false,
            reports: 0,
            automatic: false,
        }
    }

    pub(super) fn update(&mut self, action: Action) -> Result<(), String> {
        // The pointer moves pixel by pixel; most moves change nothing.
        let (hovers, timer) =
            (matches!(action, Action::Look(Look::Hovered(_))), Action::Play(Play::TimerFired));
        self.idle = action == Look::Hovered(self.session.view_state().hovered).into();
        self.automatic = hovers || action == timer;
        if action == timer && reply::has_more(&self.session) {
            if self.detail == Detail::Brief {
                // The reader stays at this moment: show long sums in full.
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

    /// Opens files. The bytes of a file are `None` if it could not be read.
    pub(super) fn open(&mut self, files: Vec<File>) -> Result<(), String> {
        (self.idle, self.automatic, self.detail) = (false, false, Detail::Brief);
        let read = |(name, bytes): File| match bytes {
            Some(bytes) => Ok((name, bytes)),
            None => {
                Err(format!("{name}: could not be read; it may be too large, or gone since it was chosen"))
            }
        };
        let files = files.into_iter().map(read).collect::<Result<_, _>>()?;
        self.session.open_files(files)
    }

    /// Takes a report of the worker.
    pub(super) fn report(&mut self, report: &[u8]) -> Result<(), String> {
        self.reports = self.reports.wrapping_add(1);
        self.automatic = true;
        self.session.report(Snapshot::from_bytes(report)?)
    }

    /// Draws the canvases that changed, and returns the other changes of the page.
    pub(super) fn reply(&mut self, failure: Option<Failure>) -> Reply {
        let automatic = std::mem::take(&mut self.automatic);
        if std::mem::take(&mut self.idle) {
            return self.page_state.unchanged(&self.session, self.detail);
        }
        let drawing = self.draw();
        let failure = failure.or(drawing.err().map(|message| Failure { action: String::new(), message }));
        if automatic
            && self.session.training().status == TrainingStatus::Running
            && !self.reports.is_multiple_of(REPORTS_PER_REDRAW)
        {
            // Text that changes more often than this cannot be read.
            let mut reply = self.page_state.unchanged(&self.session, self.detail);
            reply.failure = failure;
            return reply;
        }
        if !automatic {
            self.page_state.action_finished(failure.is_some() || self.session.progress().is_some());
        }
        let mut reply = self.page_state.changes(&self.session, page(&self.session, self.detail), self.detail);
        (reply.failure, reply.automatic) = (failure, automatic);
        reply.commands = self.session.take_worker_commands();
        reply
    }

    /// Draws every canvas that is in sight and out of date.
    fn draw(&mut self) -> Result<(), String> {
        let palette = Palette::of(self.session.view_state().dark);
        for (id, surface) in self.surfaces.iter_mut() {
            let key = PictureKey::new(id, &self.session, self.reports);
            let Surface { width, height, scale, drawn } = *surface;
            if width <= 0.0 || height <= 0.0 {
                continue;
            }
            if id == "network" {
                let scene = Scene::new(&self.session, width, height, self.session.view_state().digits);
                let same_theme = drawn.is_some_and(|drawn| drawn.dark == key.dark);
                if !same_theme || self.scene.as_ref() != Some(&scene) {
                    canvas::on_canvas(id, width, height, scale, |area| {
                        network::draw(&scene, &palette, scale, area)
                    })?;
                }
                self.scene = Some(scene);
            } else if drawn != Some(key)
                && let Some(chart) = Chart::from_id(id)
            {
                canvas::on_canvas(id, width, height, scale, |area| {
                    charts::draw(chart, &self.session, &palette, scale, area)
                })?;
            }
            surface.drawn = Some(key);
        }
        Ok(())
    }
}
