//! A training in numbers: progress, speed and evaluation.

use crate::session::{Session, TrainingStatus};
use crate::training::{Snapshot, StopReason};
use crate::view::format::{grouped, number};
use maud::{Markup, html};

/// Progress and speed.
pub(super) fn numbers(session: &Session) -> Markup {
    let scenario = session.scenario();
    let training = session.training();
    let updates = match (training.status, training.snapshot()) {
        (TrainingStatus::Running | TrainingStatus::Pausing { .. }, Some(snapshot)) => {
            scenario.update_index(&snapshot.position.to_position())
        }
        (TrainingStatus::Ended(StopReason::Diverged { update, .. }), _) => update,
        _ => session.updates() + u64::from(session.visible().finished()),
    };
    html! {
        dt { "epochs done" } dd { (grouped(updates / scenario.mini_batches() as u64)) }
        dt { "updates" } dd { (grouped(updates)) }
        @if let Some(Snapshot { speed, .. }) = training.snapshot() {
            @let epochs = speed / scenario.data.samples.len() as f64;
            dt { "samples" } dd { (grouped(training.samples())) }
            dt { "samples/s" } dd { (grouped(speed.round() as u64)) }
            dt { "epochs/s" }
            dd { (if epochs < 100.0 { number(epochs, 3) } else { grouped(epochs.round() as u64) }) }
            dt { "time" } dd { (duration(training.seconds())) }
        }
    }
}

/// The share of the epochs that is done, if their number is limited.
pub(super) fn progress(session: &Session) -> Option<f64> {
    let end = u64::from(session.training().criteria.epochs?) * session.scenario().mini_batches() as u64;
    let training = session.training();
    let began = training.first_update;
    let index = |now: &Snapshot| session.scenario().update_index(&now.position.to_position());
    let now = training.snapshot().map_or(began, index);
    (end > began).then(|| (now.saturating_sub(began) as f64 / (end - began) as f64).min(1.0))
}

/// The share that is done and the remaining time, if the number of epochs is limited.
pub(super) fn remaining(session: &Session) -> String {
    let Some(share) = progress(session) else { return String::new() };
    let percent = (100.0 * share).floor();
    let snapshot = session.training().snapshot().filter(|snapshot| snapshot.speed > 0.0);
    let Some(snapshot) = snapshot.filter(|_| session.training().is_running()) else {
        return format!("{percent} %");
    };
    let scenario = session.scenario();
    let end =
        u64::from(session.training().criteria.epochs.unwrap_or_default()) * scenario.mini_batches() as u64;
    let here = scenario.samples_before(scenario.update_index(&snapshot.position.to_position()));
    let samples = scenario.samples_before(end).saturating_sub(here);
    format!("{percent} % · {} left", duration(samples as f64 / snapshot.speed))
}

/// The latest evaluation as a table.
pub(super) fn evaluation(session: &Session) -> Markup {
    let Some(latest) = session.training().snapshot().and_then(|snapshot| snapshot.latest) else {
        return html! {};
    };
    let has_classes = session.scenario().has_classes();
    let mini_batches = session.scenario().mini_batches() as u64;
    let (epoch, within) = (latest.updates / mini_batches, latest.updates % mini_batches);
    let rows = [("training", Some(latest.training)), ("validation", latest.validation)];
    html! {
        caption {
            @if within == 0 { "after epoch " (grouped(epoch)) } @else { "within epoch " (grouped(epoch + 1)) }
        }
        thead {
            tr {
                th scope="col" { "rows" }
                th scope="col" { "cost" }
                @if has_classes { th scope="col" { "accuracy" } }
            }
        }
        tbody {
            @for (name, evaluation) in rows.into_iter().filter_map(|(name, found)| Some((name, found?))) {
                tr {
                    th scope="row" { (grouped(evaluation.samples as u64)) " " (name) }
                    td { (number(evaluation.cost_mean(), session.view_state().digits)) }
                    @if has_classes {
                        td {
                            (number(100.0 * evaluation.accuracy(), 4)) " % "
                            small { "(" (grouped(evaluation.correct_samples as u64)) ")" }
                        }
                    }
                }
            }
        }
    }
}

/// A duration in words: "0.4 s", "3 min 20 s", "2 h 5 min".
///
/// ```
/// # use deltascope::view::train::duration;
/// assert_eq!([0.42, 59.9, 200.0, 7500.0].map(duration), ["0.4 s", "60 s", "3 min 20 s", "2 h 5 min"]);
/// ```
pub fn duration(seconds: f64) -> String {
    if seconds < 10.0 {
        return format!("{seconds:.1} s");
    }
    let whole = seconds.min(1e15).round() as u64;
    match whole {
        0..=60 => format!("{whole} s"),
        61..=3599 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", grouped(whole / 3600), whole / 60 % 60),
    }
}
