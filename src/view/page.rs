//! Everything that the page shows in text, from a session: which element gets which content.

use super::inspector::{Inspector, inspector};
use super::{equation, html::escape, ledger, moments, narration, settings};
use crate::session::{Progress, Session};

/// Contents by element id. What an element already has need not be put there again.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// HTML by element.
    pub parts: Vec<(&'static str, String)>,
    /// Values of form fields by element.
    pub fields: Vec<(&'static str, String)>,
    /// Attributes by element and name; `None` takes one away.
    pub attributes: Vec<(&'static str, &'static str, Option<String>)>,
    /// The `data-ref`s that are lit: what the pointer is on, and what belongs to it.
    pub lit: Vec<String>,
}

/// The page for a session.
pub fn page(session: &Session) -> Page {
    let scenario = session.scenario();
    let (undo, redo) = session.can_undo_redo();
    let disabled = |yes: bool| yes.then(String::new);
    let sentence = narration::sentence(session);
    let playing = session.play().playing;
    let ledger = ledger::ledger(session);
    let Inspector { head, numbers, weights } = inspector(session);
    Page {
        parts: vec![
            ("preset", settings::preset_options(session)),
            ("title", escape(&scenario.title)),
            ("note", escape(&scenario.note)),
            ("equations", equation::panel(session)),
            ("moments", moments::moments(session)),
            ("place", moments::place(session)),
            ("costs", moments::costs(session)),
            ("narration", escape(&sentence)),
            ("ledger-head", ledger.head),
            ("ledger-rows", ledger.rows),
            ("ledger-totals", ledger.totals),
            ("ledger-remarks", ledger::remarks(session)),
            ("selected", head),
            ("selected-numbers", numbers),
            ("selected-weights", weights),
            ("layers", settings::layers(session)),
            ("distribution", settings::distribution_options(session)),
            ("keys", settings::keys()),
            ("progress-text", session.progress().map_or(String::new(), progress)),
            ("play", if playing { "❚❚ pause" } else { "▶ play" }.to_owned()),
            ("notice", escape(session.notice().unwrap_or_default())),
        ],
        fields: settings::fields(session),
        attributes: vec![
            ("scrub", "max", Some((session.timeline().len() - 1).to_string())),
            ("scrub", "aria-valuetext", Some(format!("{}. {sentence}", moments::place(session)))),
            ("undo", "disabled", disabled(!undo)),
            ("redo", "disabled", disabled(!redo)),
            ("progress", "hidden", disabled(session.progress().is_none())),
            ("play", "aria-pressed", Some(playing.to_string())),
        ],
        lit: session
            .sight()
            .hovered
            .map_or(Vec::new(), |item| item.lights().iter().map(ToString::to_string).collect()),
    }
}

fn progress(Progress { done, total }: Progress) -> String {
    format!("Running: update {done} of {total}.")
}
