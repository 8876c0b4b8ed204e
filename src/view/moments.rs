//! The timeline: the moments of the sample at work, and where in the run they are.

use super::format::{count, number};
use super::html::{action, escape};
use crate::scenario::{Moment, Position};
use crate::session::Session;
use std::cmp::Ordering;
use std::fmt::Write;

/// The moments of a sample and of the update, as a list of buttons: `moment-0` and so on.
pub fn moments(session: &Session) -> String {
    let timeline = session.timeline();
    let layers = session.scenario().layer_sizes().len();
    let mut html = String::new();
    for place in 0..timeline.per_sample() + layers {
        let (label, name) = label(timeline.moment(timeline.index_at(0, place)), layers);
        // Writing to a string cannot fail.
        let _ = write!(
            html,
            "<li><button type=\"button\" id=\"moment-{place}\" {} title=\"{}\">{label}</button></li>",
            action("MomentChosen", place.to_string()),
            escape(name),
        );
    }
    html
}

/// Whether each of these moments is done, at work or still to come: the class of its button.
pub fn states(session: &Session) -> impl Iterator<Item = &'static str> {
    let timeline = session.timeline();
    let sample = session.visible().sample();
    let visible = timeline.index(session.position().moment);
    let layers = session.scenario().layer_sizes().len();
    (0..timeline.per_sample() + layers).map(move |place| {
        match timeline.index_at(sample, place).cmp(&visible) {
            Ordering::Less => "done",
            Ordering::Equal => "current",
            Ordering::Greater => "to-come",
        }
    })
}

/// What a moment's button shows, and its name.
fn label(moment: Moment, layers: usize) -> (String, String) {
    match moment {
        Moment::Input { .. } => ("input".into(), "input".into()),
        Moment::Forward { layer, .. } => {
            (format!("forward<sup>{}</sup>", layer + 1), format!("forward, layer {}", layer + 1))
        }
        Moment::Cost { .. } => ("cost".into(), "cost".into()),
        Moment::Delta { layer, .. } => {
            let number = if layer as usize + 1 == layers { 1 } else { 2 };
            (
                format!("({number}) <i class=\"delta\">δ<sup>{}</sup></i>", layer + 1),
                format!("equation {number}, δ of layer {}", layer + 1),
            )
        }
        Moment::BiasGradient { layer, .. } => (
            format!("(3) <i class=\"b\">∂b<sup>{}</sup></i>", layer + 1),
            format!("equation 3, bias gradient of layer {}", layer + 1),
        ),
        Moment::WeightGradient { layer, .. } => (
            format!("(4) <i class=\"w\">∂w<sup>{}</sup></i>", layer + 1),
            format!("equation 4, weight gradient of layer {}", layer + 1),
        ),
        Moment::Accumulate { .. } => ("add up".into(), "add up".into()),
        Moment::Update { layer } => {
            (format!("update<sup>{}</sup>", layer + 1), format!("update of layer {}", layer + 1))
        }
    }
}

/// "mini-batch 2 of 15 · sample 3 of 10 · 1 update so far"
pub fn place(session: &Session) -> String {
    let Position { mini_batch, moment, .. } = session.position();
    let samples = session.timeline().samples();
    let sample = match moment.sample() {
        Some(sample) => format!("sample {} of {samples}", sample + 1),
        None => format!("after {}", count(samples, "sample")),
    };
    let updates = session.updates() as usize + usize::from(session.visible().finished());
    format!(
        "mini-batch {} of {} · {sample} · {}",
        mini_batch + 1,
        session.scenario().mini_batches(),
        count(updates, "update"),
    )
}

/// The cost of the sample and of the mini-batch, as far as known, before and after the update.
pub fn costs(session: &Session) -> String {
    let visible = session.visible();
    let digits = session.view_state().digits;
    let samples = session.timeline().samples();
    let mini_batch = session.mini_batch();
    let sample = visible.sample();
    let pair = |before: Option<f64>, after: f64| match before {
        None => "–".to_owned(),
        Some(before) if visible.finished() => {
            format!("{} → {}", number(before, digits), number(after, digits))
        }
        Some(before) => number(before, digits),
    };
    let all = visible.cost(samples - 1).map(|_| mini_batch.cost_before / samples as f64);
    format!(
        "Cost of sample {}: <b class=\"y\">{}</b> · mean of the mini-batch: <b class=\"y\">{}</b>",
        sample + 1,
        pair(visible.cost(sample), mini_batch.costs_after[sample]),
        pair(all, mini_batch.cost_after() / samples as f64),
    )
}
