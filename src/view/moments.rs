//! The timeline: the moments of the current sample and of the update, and the position in the run.

use super::format::{count, number};
use crate::scenario::{Moment, Position};
use crate::session::Session;
use maud::{Markup, html};
use std::cmp::Ordering;

/// The moments of a sample and of the update, as a list of buttons with the ids `moment-0`, `moment-1`, ….
pub fn moments(session: &Session) -> Markup {
    let timeline = session.timeline();
    let layers = session.scenario().layer_sizes().len();
    html! {
        @for index in 0..timeline.per_sample() + layers {
            @let (label, name) = label(timeline.moment(timeline.index_at(0, index)), layers);
            li {
                button type="button" id={ "moment-" (index) } data-action="MomentChosen" data-value=(index) title=(name) {
                    (label)
                }
            }
        }
    }
}

/// The class of each button of [`moments`]: whether its moment is done, current or still to come.
pub fn states(session: &Session) -> impl Iterator<Item = &'static str> {
    let timeline = session.timeline();
    let sample = session.visible().sample();
    let current = timeline.index(session.position().moment);
    let layers = session.scenario().layer_sizes().len();
    (0..timeline.per_sample() + layers).map(move |index| {
        match timeline.index_at(sample, index).cmp(&current) {
            Ordering::Less => "done",
            Ordering::Equal => "current",
            Ordering::Greater => "to-come",
        }
    })
}

/// The label of a moment's button, and the moment's name.
fn label(moment: Moment, layers: usize) -> (Markup, String) {
    match moment {
        Moment::Input { .. } => (html! { "input" }, "input".into()),
        Moment::Forward { layer, .. } => {
            (html! { "forward" sup { (layer + 1) } }, format!("forward, layer {}", layer + 1))
        }
        Moment::Cost { .. } => (html! { "cost" }, "cost".into()),
        Moment::Delta { layer, .. } => {
            let equation = if layer as usize + 1 == layers { 1 } else { 2 };
            (
                html! { "(" (equation) ") " i.delta { "δ" sup { (layer + 1) } } },
                format!("equation {equation}, δ of layer {}", layer + 1),
            )
        }
        Moment::BiasGradient { layer, .. } => (
            html! { "(3) " i.b { "∂b" sup { (layer + 1) } } },
            format!("equation 3, bias gradient of layer {}", layer + 1),
        ),
        Moment::WeightGradient { layer, .. } => (
            html! { "(4) " i.w { "∂w" sup { (layer + 1) } } },
            format!("equation 4, weight gradient of layer {}", layer + 1),
        ),
        Moment::Accumulate { .. } => (html! { "accumulate" }, "accumulate".into()),
        Moment::Update { layer } => {
            (html! { "update" sup { (layer + 1) } }, format!("update of layer {}", layer + 1))
        }
    }
}

/// "mini-batch 2 of 15 · sample 3 of 10 · 1 update"
pub fn position(session: &Session) -> String {
    let Position { mini_batch, moment, .. } = session.position();
    let samples = session.timeline().samples;
    let sample = match moment.sample() {
        Some(sample) => format!("sample {} of {samples}", sample + 1),
        None => format!("after {}", count(samples, "sample")),
    };
    let updates = match session.updates() as usize + usize::from(session.visible().finished()) {
        0 => "no update yet".to_owned(),
        updates => count(updates, "update"),
    };
    let mini_batches = session.scenario().mini_batches();
    format!("mini-batch {} of {mini_batches} · {sample} · {updates}", mini_batch + 1)
}

/// The cost of the sample and the mean cost of the mini-batch where they are known, before and after the update.
pub fn costs(session: &Session) -> Markup {
    let visible = session.visible();
    let digits = session.view_state().digits;
    let samples = session.timeline().samples;
    let mini_batch = session.mini_batch();
    let sample = visible.sample();
    let pair = |before: Option<f64>, after: f64| match before {
        None => "–".to_owned(),
        Some(before) if visible.finished() => {
            format!("{} → {}", number(before, digits), number(after, digits))
        }
        Some(before) => number(before, digits),
    };
    let mean = visible.cost(samples - 1).map(|_| mini_batch.cost_sum_before / samples as f64);
    html! {
        "Cost of sample " (sample + 1) ": "
        b.y { (pair(visible.cost(sample), mini_batch.costs_after[sample])) }
        " · mean of the mini-batch: "
        b.y { (pair(mean, mini_batch.cost_sum_after() / samples as f64)) }
    }
}
