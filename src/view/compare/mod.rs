//! The comparison as text: what the runs have in common and where they part.
//!
//! Session → [`parts`]: HTML by element. The charts beside it are in [`charts`](super::charts).

mod answers;
mod gradient_check;
mod identity;
mod ledger;
mod parameters;
mod runs;
mod sweep;

pub use runs::{name, one_line};

use super::html::escape;
use super::page::{Attribute, Part};
use crate::nn::Parameter;
use crate::session::{Comparison, Session};

/// The attributes that change with the moment.
pub fn attributes(session: &Session) -> Vec<Attribute> {
    let Some(comparison) = session.comparison() else { return Vec::new() };
    let scene = Scene { session, comparison, digits: session.view_state().digits };
    (0..comparison.passes().len()).flat_map(|run| scene.latest(run)).collect()
}

/// Everything that the comparison shows in text; nothing while no runs are looked at.
pub fn parts(session: &Session) -> Vec<Part> {
    let Some(comparison) = session.comparison() else { return Vec::new() };
    let scene = Scene { session, comparison, digits: session.view_state().digits };
    let mut parts: Vec<Part> = vec![
        ("compare-note".into(), escape(&session.scenario().note)),
        ("answers".into(), scene.answers()),
        ("lane-choice".into(), scene.run_choice()),
        ("lanes".into(), scene.frames()),
    ];
    for run in 0..comparison.passes().len() {
        parts.push((format!("lane-{run}-formula").into(), scene.formula(run)));
        parts.push((format!("lane-{run}-numbers").into(), scene.numbers(run)));
        parts.extend(scene.ledger(run));
    }
    parts.push(("ledger-of".into(), scene.layers()));
    parts.push(("frozen".into(), scene.frozen()));
    // While it plays quickly nobody can read all this, and laying it out would cost frames. Numbers of a moment
    // that is over may not stand there instead.
    if session.plays_fast() {
        let words = "Follows when it pauses.";
        parts.push(("parameters".into(), format!("<tbody><tr><td class=\"part\">{words}</td></tr></tbody>")));
        parts.extend(["identity", "law"].map(|id| (id.into(), format!("<p>{words}</p>"))));
    } else {
        parts.push(("parameters".into(), scene.parameters()));
        parts.push(("identity".into(), scene.identity()));
        parts.push(("law".into(), scene.sweep()));
    }
    parts
}

/// What the gradient check says, in either view; empty where it is not asked.
pub fn gradient_check(session: &Session) -> String {
    if session.shows_gradient_check() { gradient_check::gradient_check(session) } else { String::new() }
}

/// What every piece is made from.
struct Scene<'a> {
    session: &'a Session,
    comparison: &'a Comparison,
    digits: usize,
}

impl Scene<'_> {
    /// Layer and neuron whose ledger is open: those of the selected weight or bias, else the first output.
    fn chosen(&self) -> (usize, usize) {
        match self.session.compared_parameter() {
            Parameter::Weight { layer, neuron, .. } | Parameter::Bias { layer, neuron } => (layer, neuron),
        }
    }

    /// How the reader comes by more samples, where this mini-batch has one.
    fn more_samples(&self) -> &'static str {
        let scenario = self.session.scenario();
        match (scenario.data.samples.len(), scenario.hyperparameters.batch_size) {
            (1, _) => "choose data with more rows",
            (_, 1) => "set the mini-batch to 2 or more above",
            _ => "step back from this last, short mini-batch",
        }
    }

    /// Samples of the mini-batch that are done, how many it has, and whether its update is made.
    fn done(&self) -> (usize, usize, bool) {
        let visible = self.session.visible();
        (visible.accumulated(), self.session.timeline().samples(), visible.finished())
    }
}
