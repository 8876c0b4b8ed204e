//! Everything that the page shows in text, from a session: which element gets which content.

use super::equation::Detail;
use super::inspector::{Inspector, inspector};
use super::{equation, html::escape, ledger, moments, narration, settings};
use crate::session::{Progress, Session};
use std::borrow::Cow;

/// Contents by element id. What an element already has need not be put there again.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// HTML by element.
    pub parts: Vec<(&'static str, String)>,
    /// Values of form fields by element.
    pub fields: Vec<(Cow<'static, str>, String)>,
    /// Attributes by element and name; `None` takes one away.
    pub attributes: Vec<(Cow<'static, str>, &'static str, Option<String>)>,
    /// The `data-ref`s that are lit: what the pointer is on, and what belongs to it.
    pub lit: Vec<String>,
}

/// The page for a session, with its long sums in this detail.
pub fn page(session: &Session, detail: Detail) -> Page {
    let scenario = session.scenario();
    let (undo, redo) = session.can_undo_redo();
    let disabled = |yes: bool| yes.then(String::new);
    let sentence = narration::sentence(session);
    let playing = session.play().playing;
    let ledger = ledger::ledger(session);
    let Inspector { head, numbers, weights, fields } = inspector(session);
    let at_work = equation::at_work(session);
    let mut parts = vec![
        ("preset", settings::preset_options(session)),
        ("title", escape(&scenario.title)),
        ("note", escape(&scenario.note)),
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
        // Settings that are open hide what is said in the page.
        ("notice", escape(session.notice().unwrap_or_default())),
        ("settings-notice", escape(session.notice().unwrap_or_default())),
    ];
    let mut attributes: Vec<(Cow<'static, str>, _, _)> = vec![
        ("scrub".into(), "max", Some((session.timeline().len() - 1).to_string())),
        ("scrub".into(), "aria-valuetext", Some(format!("{}. {sentence}", moments::place(session)))),
        ("undo".into(), "disabled", disabled(!undo)),
        ("redo".into(), "disabled", disabled(!redo)),
        ("progress".into(), "hidden", disabled(session.progress().is_none())),
        ("play".into(), "aria-pressed", Some(playing.to_string())),
    ];
    for (index, (equation, working)) in equation::EQUATIONS.into_iter().enumerate() {
        let here = index == at_work;
        parts.push((working, if here { equation::working(session, detail) } else { String::new() }));
        attributes.push((equation.into(), "class", here.then(|| "current".to_owned())));
        attributes.push((equation.into(), "aria-current", here.then(|| "step".to_owned())));
    }
    for (place, state) in moments::states(session).enumerate() {
        let id = Cow::from(format!("moment-{place}"));
        attributes.push((id.clone(), "class", Some(state.to_owned())));
        attributes.push((id, "aria-current", (state == "current").then(|| "step".to_owned())));
    }
    Page {
        parts,
        fields: settings::fields(session)
            .into_iter()
            .map(|(id, value)| (id.into(), value))
            .chain(fields.into_iter().map(|(id, value)| (id.into(), value)))
            .collect(),
        attributes,
        lit: session
            .sight()
            .hovered
            .map_or(Vec::new(), |item| item.lights().iter().map(ToString::to_string).collect()),
    }
}

fn progress(Progress { done, total }: Progress) -> String {
    format!("Running: update {done} of {total}.")
}
