//! How far, how fast, how good: a training in numbers.

use crate::nn::Evaluation;
use crate::session::{Session, TrainingStatus};
use crate::training::{Snapshot, StopReason};
use crate::view::format::{grouped, number};
use std::fmt::Write;

/// Where it is, and how fast.
pub(super) fn numbers(session: &Session) -> String {
    let scenario = session.scenario();
    let training = session.training();
    let own = session.updates() + u64::from(session.visible().finished());
    let updates = match (training.status(), training.snapshot()) {
        (TrainingStatus::Running | TrainingStatus::Pausing { .. }, Some(now)) => {
            scenario.update_index(&now.place.position())
        }
        (TrainingStatus::Ended(StopReason::Diverged { update, .. }), _) => update,
        _ => own,
    };
    let mut html = String::new();
    let mut row = |name: &str, value: String| {
        // Writing to a string cannot fail.
        let _ = write!(html, "<dt>{name}</dt><dd>{value}</dd>");
    };
    row("epoch", grouped(updates / scenario.mini_batches() as u64 + 1));
    row("updates", grouped(updates));
    let Some(Snapshot { speed, .. }) = training.snapshot() else { return html };
    row("samples", grouped(training.samples()));
    row("samples/s", grouped(speed.round() as u64));
    let epochs = speed / scenario.data.samples.len() as f64;
    row("epochs/s", if epochs < 100.0 { number(epochs, 3) } else { grouped(epochs.round() as u64) });
    row("trained for", duration(training.seconds()));
    html
}

/// The share that is done, where there is an end.
pub(super) fn progress(session: &Session) -> Option<f64> {
    let end = u64::from(session.training().criteria().epochs?) * session.scenario().mini_batches() as u64;
    let began = session.training().first_update();
    let now = session
        .training()
        .snapshot()
        .map_or(began, |now| session.scenario().update_index(&now.place.position()));
    (end > began).then(|| (now.saturating_sub(began) as f64 / (end - began) as f64).min(1.0))
}

/// How long it will still take, where there is an end.
pub(super) fn left(session: &Session) -> String {
    let Some(share) = progress(session) else { return String::new() };
    let percent = (100.0 * share).floor();
    let snapshot = session.training().snapshot().filter(|snapshot| snapshot.speed > 0.0);
    let Some(snapshot) = snapshot.filter(|_| session.training().is_running()) else {
        return format!("{percent} %");
    };
    let scenario = session.scenario();
    let end =
        u64::from(session.training().criteria().epochs.unwrap_or_default()) * scenario.mini_batches() as u64;
    let here = scenario.samples_before(scenario.update_index(&snapshot.place.position()));
    let samples = scenario.samples_before(end).saturating_sub(here);
    format!("{percent} % · {} left", duration(samples as f64 / snapshot.speed))
}

/// The latest evaluation, row by row of a table.
pub(super) fn found(session: &Session) -> String {
    let Some(latest) = session.training().snapshot().and_then(|snapshot| snapshot.latest) else {
        return String::new();
    };
    let classes = session.scenario().has_classes();
    let mini_batches = session.scenario().mini_batches() as u64;
    let (epoch, within) = (latest.updates / mini_batches, latest.updates % mini_batches);
    let when = match within {
        0 => format!("after epoch {}", grouped(epoch)),
        _ => format!("within epoch {}", grouped(epoch + 1)),
    };
    let accuracy = if classes { "<th scope=\"col\">accuracy</th>" } else { "" };
    let mut html = format!(
        "<caption>{when}</caption><thead><tr><th scope=\"col\">rows</th><th scope=\"col\">cost</th>{accuracy}</tr></thead><tbody>"
    );
    let rows = [("training", Some(latest.training)), ("held out", latest.validation)];
    for (name, found) in rows.into_iter().filter_map(|(name, found)| Some((name, found?))) {
        let Evaluation { samples, samples_right, .. } = found;
        let cost = number(found.cost_mean(), session.view_state().digits);
        let _ = write!(html, "<tr><th scope=\"row\">{} {name}</th><td>{cost}</td>", grouped(samples as u64));
        if classes {
            let percent = number(100.0 * found.accuracy(), 4);
            let _ = write!(html, "<td>{percent} % <small>({})</small></td>", grouped(samples_right as u64));
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody>");
    html
}

/// A time as people say it: "0.4 s", "3 min 20 s", "2 h 5 min".
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
