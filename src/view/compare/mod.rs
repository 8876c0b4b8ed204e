//! The comparison as text: what the runs have in common and where they differ.
//!
//! Session → [`fragments`] and [`attributes`]. The charts are in [`charts`](super::charts).

mod answers;
mod gradient_check;
mod gradient_of_sum;
mod ledger;
mod parameters;
mod runs;
mod sweep;

pub use runs::name;

use super::fragment::{Attribute, Fragment, fragment};
use crate::nn::Parameter;
use crate::session::{Comparison, Session};
use maud::{Markup, html};
use std::borrow::Cow;

/// The attributes that depend on the moment.
pub fn attributes(session: &Session) -> Vec<Attribute> {
    let Some(view) = ComparisonView::of(session) else { return Vec::new() };
    (0..view.comparison.passes.len()).flat_map(|run| view.latest(run)).collect()
}

/// The ids of the latest sample's rows, one for each run; before the first sample is done, of the first one's.
pub(super) fn latest_rows(session: &Session) -> Vec<Cow<'static, str>> {
    let Some(view) = ComparisonView::of(session) else { return Vec::new() };
    let latest = view.done().0.saturating_sub(1);
    (0..view.comparison.passes.len()).map(|run| format!("run-{run}-ledger-{latest}").into()).collect()
}

/// All text of the comparison; none if the session compares no runs.
pub fn fragments(session: &Session) -> Vec<Fragment> {
    let Some(view) = ComparisonView::of(session) else { return Vec::new() };
    let mut fragments = vec![
        fragment("compare-note", html! { (session.scenario().note) }),
        fragment("answers", view.answers()),
        fragment("run-choice", view.run_choice()),
        fragment("runs", view.frames()),
    ];
    for run in 0..view.comparison.passes.len() {
        fragments.push(fragment(format!("run-{run}-formula"), view.formula(run)));
        fragments.push(fragment(format!("run-{run}-numbers"), view.numbers(run)));
        fragments.extend(view.ledger(run));
    }
    fragments.push(fragment("ledger-layer", view.layers()));
    fragments.push(fragment("freeze", view.freeze_button()));
    // During fast play these cannot be read, and their layout would cost frames. They must not show the numbers of
    // an earlier moment either.
    if session.plays_fast() {
        let words = "Shown when paused.";
        let row = html! { tbody { tr { td.excerpt { (words) } } } };
        fragments.push(fragment("parameters", row));
        fragments.push(fragment("gradient-of-sum", html! { p { (words) } }));
        fragments.push(fragment("sweep", html! { p { (words) } }));
    } else {
        fragments.push(fragment("parameters", view.parameters()));
        fragments.push(fragment("gradient-of-sum", view.gradient_of_sum()));
        fragments.push(fragment("sweep", view.sweep()));
    }
    fragments
}

/// The result of the gradient check; empty while it is closed.
pub fn gradient_check(session: &Session) -> Markup {
    html! { @if session.shows_gradient_check() { (gradient_check::gradient_check(session)) } }
}

/// What all fragments are made from.
struct ComparisonView<'a> {
    session: &'a Session,
    comparison: &'a Comparison,
    digits: usize,
}

impl<'a> ComparisonView<'a> {
    fn of(session: &'a Session) -> Option<Self> {
        let comparison = session.comparison()?;
        Some(Self { session, comparison, digits: session.view_state().digits })
    }

    /// The layer and neuron of the compared parameter.
    fn selected(&self) -> (usize, usize) {
        match self.session.compared_parameter() {
            Parameter::Weight { layer, neuron, .. } | Parameter::Bias { layer, neuron } => (layer, neuron),
        }
    }

    /// What the reader can do to get more samples, if this mini-batch has only one.
    fn more_samples(&self) -> &'static str {
        let scenario = self.session.scenario();
        match (scenario.data.samples.len(), scenario.hyperparameters.batch_size) {
            (1, _) => "choose data with more rows",
            (_, 1) => "set mini-batch to 2 or more",
            _ => "step back: this last mini-batch has one sample",
        }
    }

    /// The number of samples of the mini-batch that are done, its size, and whether its update is done.
    fn done(&self) -> (usize, usize, bool) {
        let visible = self.session.visible();
        (visible.accumulated(), self.session.timeline().samples, visible.finished())
    }

    /// The first numbers of a sum, each with its sign: "+0.1 −0.2 …".
    fn signed_terms(&self, terms: &[f64], max: usize) -> String {
        let shown: Vec<_> =
            terms.iter().take(max).map(|term| super::format::signed(*term, self.digits)).collect();
        shown.join(" ") + if terms.len() > max { " …" } else { "" }
    }
}
