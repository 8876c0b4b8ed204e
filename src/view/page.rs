//! All text of the page for a session: the content and the attributes of each element.

use super::charts::images;
use super::equation::Detail;
use super::fragment::{Attribute, Fragment, fragment};
use super::inspector::inspector;
use super::{compare, equation, ledger, moments, narration, settings, train};
use crate::session::{Axis, Progress, Session, View};
use maud::html;
use std::borrow::Cow;

/// Contents by element id. Elements that the current view does not show are left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Content by element. An element comes before the elements within it.
    pub fragments: Vec<Fragment>,
    /// Values of form fields by element.
    pub fields: Vec<(Cow<'static, str>, String)>,
    /// Attributes by element and name.
    pub attributes: Vec<Attribute>,
    /// The `data-ref`s that are highlighted: the item under the pointer, and what belongs to it.
    pub highlighted: Vec<String>,
    /// The ids of the rows of the current sample, to be in view in their ledgers.
    pub current_rows: Vec<Cow<'static, str>>,
}

/// The page for a session, with long sums in this detail.
pub fn page(session: &Session, detail: Detail) -> Page {
    let inspector = inspector(session);
    let fields = settings::fields(session).into_iter().chain(train::fields(session));
    let fields = fields.map(|(id, value)| (id.into(), value));
    let inspector_fields = inspector.fields.into_iter().map(|(id, value)| (id.into(), value));
    let highlighted = session.view_state().hovered.map_or(Vec::new(), |item| item.highlights());
    let mut page = Page {
        fragments: common(session),
        fields: fields.chain(inspector_fields).collect(),
        attributes: attributes(session),
        highlighted: highlighted.iter().map(ToString::to_string).collect(),
        current_rows: Vec::new(),
    };
    page.fragments.extend(inspector.fragments);
    match session.view_state().view {
        View::Stepper => stepper(session, detail, &mut page),
        View::Train => {
            page.fragments.extend(train::fragments(session));
            page.attributes.extend(train::attributes(session));
        }
        View::Compare => {
            page.fragments.extend(compare::fragments(session));
            page.attributes.extend(compare::attributes(session));
            page.current_rows.extend(compare::latest_rows(session));
        }
    }
    page
}

/// What all views show.
fn common(session: &Session) -> Vec<Fragment> {
    let scenario = session.scenario();
    let notice = || html! { (session.notice().unwrap_or_default()) };
    let play = if session.playback().playing { "❚❚ Pause" } else { "▶ Play" };
    let fragments = [
        ("preset", settings::preset_options(session)),
        ("title", html! { (scenario.title) }),
        ("note", html! { (scenario.note) }),
        ("position", html! { (moments::position(session)) }),
        ("narration", html! { (narration::sentence(session)) }),
        ("gradient-check", compare::gradient_check(session)),
        ("layers", settings::layers(session)),
        ("distribution", settings::distribution_options(session)),
        ("keys", settings::keys()),
        (
            "progress-text",
            html! {
                @if let Some(Progress { done, total }) = session.progress() {
                    "Running: update " (done) " of " (total) "."
                }
            },
        ),
        ("play", html! { (play) }),
        // An open settings dialog hides the notices of the page.
        ("notice", notice()),
        ("train-notice", notice()),
        ("settings-notice", notice()),
    ];
    fragments.map(|(id, content)| fragment(id, content)).into()
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
        ("sample-image-surface", "hidden", disabled(images::image_size(session.scenario()).is_none())),
        ("sample-image", "aria-label", Some(narration::image(session))),
        ("view-stepper", "aria-pressed", pressed(view_state.view == View::Stepper)),
        ("view-compare", "aria-pressed", pressed(view_state.view == View::Compare)),
        ("view-train", "aria-pressed", pressed(view_state.view == View::Train)),
        ("freeze", "aria-pressed", pressed(view_state.frozen)),
        ("axis-samples", "aria-pressed", pressed(view_state.axis == Axis::Samples)),
        ("axis-updates", "aria-pressed", pressed(view_state.axis == Axis::Updates)),
        ("map-of-selected", "aria-pressed", pressed(view_state.map_of_selected)),
        ("compare-maps-figure", "hidden", disabled(session.scenario().sizes[0] != 2)),
        ("gradient-check-toggle", "aria-pressed", pressed(view_state.gradient_check_open)),
        ("scrub", "max", Some((session.timeline().len() - 1).to_string())),
        ("scrub", "aria-valuetext", Some(format!("{}. {sentence}", moments::position(session)))),
        ("undo", "disabled", disabled(!undo)),
        ("redo", "disabled", disabled(!redo)),
        ("progress", "hidden", disabled(session.progress().is_none())),
        ("play", "aria-pressed", pressed(session.playback().playing)),
    ];
    attributes.map(|(id, name, value)| (id.into(), name, value)).into()
}

/// What only the stepper shows.
fn stepper(session: &Session, detail: Detail, page: &mut Page) {
    page.fragments.push(fragment("moments", moments::moments(session)));
    page.fragments.push(fragment("costs", moments::costs(session)));
    page.fragments.extend(ledger::ledger(session));
    page.current_rows.extend(session.position().moment.sample().map(|_| ledger::CURRENT_ROW.into()));
    page.fragments.push(fragment("ledger-remarks", ledger::remarks(session)));
    let step = |is_current: bool| is_current.then(|| "step".to_owned());
    for name in equation::EQUATIONS {
        let is_current = name == equation::current(session);
        let content = html! { @if is_current { (equation::working(session, detail)) } };
        page.fragments.push(fragment(format!("working-{name}"), content));
        let id = Cow::from(format!("equation-{name}"));
        page.attributes.push((id.clone(), "class", is_current.then(|| "current".to_owned())));
        page.attributes.push((id, "aria-current", step(is_current)));
    }
    for (index, state) in moments::states(session).enumerate() {
        let id = Cow::from(format!("moment-{index}"));
        page.attributes.push((id.clone(), "class", Some(state.to_owned())));
        page.attributes.push((id, "aria-current", step(state == "current")));
    }
}
