//! Everything that the page shows in text, from a session: which element gets which content.

use super::charts::images;
use super::equation::Detail;
use super::inspector::{Inspector, inspector};
use super::{compare, equation, html::escape, ledger, moments, narration, settings, train};
use crate::session::{Axis, Progress, Session, View};
use std::borrow::Cow;

/// A piece of the page: an element's id, and its HTML.
pub type Part = (Cow<'static, str>, String);

/// An attribute of an element: its id, the attribute's name and its value; `None` takes it away.
pub type Attribute = (Cow<'static, str>, &'static str, Option<String>);

/// Contents by element id. What an element already has need not be put there again; what is not in sight in
/// the present view is left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// HTML by element. Where one lies within another, the outer one comes first.
    pub parts: Vec<Part>,
    /// Values of form fields by element.
    pub fields: Vec<(Cow<'static, str>, String)>,
    /// Attributes by element and name.
    pub attributes: Vec<Attribute>,
    /// The `data-ref`s that are lit: what the pointer is on, and what belongs to it.
    pub lit: Vec<String>,
}

/// The page for a session, with its long sums in this detail.
pub fn page(session: &Session, detail: Detail) -> Page {
    let Inspector { head, numbers, weights, fields } = inspector(session);
    let own = settings::fields(session)
        .into_iter()
        .chain(train::fields(session))
        .map(|(id, value)| (id.into(), value));
    let mut page = Page {
        parts: parts(session),
        fields: own.chain(fields.into_iter().map(|(id, value)| (id.into(), value))).collect(),
        attributes: attributes(session),
        lit: session
            .view_state()
            .hovered
            .map_or(Vec::new(), |item| item.highlights().iter().map(ToString::to_string).collect()),
    };
    let selected = [("selected", head), ("selected-numbers", numbers), ("selected-weights", weights)];
    page.parts.extend(selected.map(|(id, html)| (id.into(), html)));
    match session.view_state().view {
        View::Stepper => step(session, detail, &mut page),
        View::Train => {
            page.parts.extend(train::parts(session));
            page.attributes.extend(train::attributes(session));
        }
        View::Compare => {
            page.parts.extend(compare::parts(session));
            page.attributes.extend(compare::attributes(session));
        }
    }
    page
}

/// What both views show.
fn parts(session: &Session) -> Vec<Part> {
    let scenario = session.scenario();
    let playing = session.play().playing;
    let parts = [
        ("preset", settings::preset_options(session)),
        ("title", escape(&scenario.title)),
        ("note", escape(&scenario.note)),
        ("place", moments::place(session)),
        ("narration", escape(narration::sentence(session))),
        ("referee", compare::gradient_check(session)),
        ("layers", settings::layers(session)),
        ("distribution", settings::distribution_options(session)),
        ("keys", settings::keys()),
        ("progress-text", session.progress().map_or(String::new(), progress)),
        ("play", if playing { "❚❚ pause" } else { "▶ play" }.to_owned()),
        // Hyperparameters that are open hide what is said in the page.
        ("notice", escape(session.notice().unwrap_or_default())),
        ("train-notice", escape(session.notice().unwrap_or_default())),
        ("settings-notice", escape(session.notice().unwrap_or_default())),
    ];
    parts.map(|(id, html)| (id.into(), html)).into()
}

fn attributes(session: &Session) -> Vec<Attribute> {
    let (undo, redo) = session.can_undo_redo();
    let view_state = session.view_state();
    let disabled = |yes: bool| yes.then(String::new);
    let pressed = |yes: bool| Some(yes.to_string());
    let class = match view_state.view {
        View::Stepper => "stepper",
        View::Compare => "compare",
        View::Train => "train",
    };
    let sentence = narration::sentence(session);
    let attributes = [
        ("main", "class", Some(class.to_owned())),
        ("sample-image-part", "hidden", disabled(images::image_size(session.scenario()).is_none())),
        ("sample-image", "aria-label", Some(narration::image(session))),
        ("view-stepper", "aria-pressed", pressed(view_state.view == View::Stepper)),
        ("view-compare", "aria-pressed", pressed(view_state.view == View::Compare)),
        ("view-train", "aria-pressed", pressed(view_state.view == View::Train)),
        ("frozen", "aria-pressed", pressed(view_state.frozen)),
        ("axis-samples", "aria-pressed", pressed(view_state.axis == Axis::Samples)),
        ("axis-updates", "aria-pressed", pressed(view_state.axis == Axis::Updates)),
        ("boundary", "aria-pressed", pressed(view_state.boundary_of_selected)),
        ("boundaries", "hidden", disabled(session.scenario().sizes[0] != 2)),
        ("call-referee", "aria-pressed", pressed(view_state.gradient_check_open)),
        ("scrub", "max", Some((session.timeline().len() - 1).to_string())),
        ("scrub", "aria-valuetext", Some(format!("{}. {sentence}", moments::place(session)))),
        ("undo", "disabled", disabled(!undo)),
        ("redo", "disabled", disabled(!redo)),
        ("progress", "hidden", disabled(session.progress().is_none())),
        ("play", "aria-pressed", pressed(session.play().playing)),
    ];
    attributes.map(|(id, name, value)| (id.into(), name, value)).into()
}

/// What only the stepper shows.
fn step(session: &Session, detail: Detail, page: &mut Page) {
    let ledger = ledger::ledger(session);
    let parts = [
        ("moments", moments::moments(session)),
        ("costs", moments::costs(session)),
        ("ledger-head", ledger.head),
        ("ledger-rows", ledger.rows),
        ("ledger-totals", ledger.totals),
        ("ledger-remarks", ledger::remarks(session)),
    ];
    page.parts.extend(parts.map(|(id, html)| (id.into(), html)));
    let at_work = equation::at_work(session);
    for (index, (equation, working)) in equation::EQUATIONS.into_iter().enumerate() {
        let here = index == at_work;
        let html = if here { equation::working(session, detail) } else { String::new() };
        page.parts.push((working.into(), html));
        page.attributes.push((equation.into(), "class", here.then(|| "current".to_owned())));
        page.attributes.push((equation.into(), "aria-current", here.then(|| "step".to_owned())));
    }
    for (place, state) in moments::states(session).enumerate() {
        let id = Cow::from(format!("moment-{place}"));
        page.attributes.push((id.clone(), "class", Some(state.to_owned())));
        page.attributes.push((id, "aria-current", (state == "current").then(|| "step".to_owned())));
    }
}

fn progress(Progress { done, total }: Progress) -> String {
    format!("Running: update {done} of {total}.")
}
