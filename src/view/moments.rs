//! The timeline: the moments of the sample at work, and where in the run they are.

use super::format::{count, number};
use super::html::{action, escape};
use crate::scenario::{Moment, Position};
use crate::session::{Session, Timeline};
use std::fmt::Write;

/// The moments of the sample at work and of the update, as a list of buttons.
pub fn moments(session: &Session) -> String {
    let timeline = session.timeline();
    let now = timeline.index(session.position().moment);
    let sample = session.now().sample();
    let first = sample * timeline.per_sample();
    let update = timeline.samples() * timeline.per_sample();
    let mut html = String::new();
    for index in (first..first + timeline.per_sample()).chain(update..timeline.len()) {
        push_moment(&mut html, session, &timeline, index, now);
    }
    html
}

fn push_moment(html: &mut String, session: &Session, timeline: &Timeline, index: usize, now: usize) {
    let moment = timeline.moment(index);
    let class = match index.cmp(&now) {
        std::cmp::Ordering::Less => "done",
        std::cmp::Ordering::Equal => "current\" aria-current=\"step",
        std::cmp::Ordering::Greater => "to-come",
    };
    let position = Position { moment, neuron: None, ..session.position() };
    // A position has nothing in it that could fail to be written.
    let value = serde_json::to_string(&position).unwrap_or_default();
    let (label, name) = label(moment, session.scenario().layer_sizes().len());
    let _ = write!(
        html,
        "<li><button type=\"button\" id=\"moment-{index}\" class=\"{class}\" {} title=\"{}\">{label}</button></li>",
        action("Jumped", value),
        escape(name),
    );
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
        None => format!("update after {}", count(samples, "sample")),
    };
    let updates = session.updates() as usize + usize::from(session.now().finished());
    format!(
        "mini-batch {} of {} · {sample} · {}",
        mini_batch + 1,
        session.scenario().mini_batches(),
        count(updates, "update"),
    )
}

/// The cost of the sample and of the mini-batch, as far as known, before and after the update.
pub fn costs(session: &Session) -> String {
    let now = session.now();
    let digits = session.sight().digits;
    let samples = session.timeline().samples();
    let mini_batch = session.mini_batch();
    let sample = now.sample();
    let pair = |before: Option<f64>, after: f64| match before {
        None => "–".to_owned(),
        Some(before) if now.finished() => {
            format!("{} → {}", number(before, digits), number(after, digits))
        }
        Some(before) => number(before, digits),
    };
    let all = now.cost(samples - 1).map(|_| mini_batch.cost_before / samples as f64);
    format!(
        "Cost of sample {}: <b class=\"y\">{}</b> · of the mini-batch (mean): <b class=\"y\">{}</b>",
        sample + 1,
        pair(now.cost(sample), mini_batch.costs_after[sample]),
        pair(all, mini_batch.cost_after() / samples as f64),
    )
}
