//! The training at full speed as text: its progress, its speed, and how good the network is.
//!
//! Session → [`fragments`], [`fields`] and [`attributes`]. The charts are in [`charts`](super::charts).

mod classes;
mod numbers;

pub use numbers::duration;

use super::format::{count, number, typed};
use super::fragment::{Attribute, Fragment, fragment};
use crate::session::{Session, TrainingStatus, divergence_message};
use crate::training::StopReason;
use maud::html;

/// All text of the training.
pub fn fragments(session: &Session) -> Vec<Fragment> {
    let button = match session.training().status {
        TrainingStatus::Running | TrainingStatus::Pausing { .. } => "❚❚ Pause",
        TrainingStatus::Paused if session.training().stopped_at(session.position()) => "▶ Continue",
        TrainingStatus::Idle | TrainingStatus::Paused | TrainingStatus::Ended(_) => "▶ Train",
    };
    let scenario = session.scenario();
    let fragments = [
        ("train-title", html! { (scenario.title) }),
        ("train", html! { (button) }),
        ("train-state", html! { (status(session)) }),
        ("criteria-rows", html! { "of the " (scenario.data.validation_or_training_name()) }),
        ("train-numbers", numbers::numbers(session)),
        ("train-remaining", html! { (numbers::remaining(session)) }),
        ("train-evaluation", numbers::evaluation(session)),
        ("train-confusion", classes::confusion(session)),
        ("train-misclassified", classes::misclassified(session)),
    ];
    fragments.map(|(id, content)| fragment(id, content)).into()
}

/// Whether the data include validation rows, so that no share can be chosen.
fn has_own_validation_rows(session: &Session) -> bool {
    let scenario = session.scenario();
    scenario.split().is_none() && !scenario.data.validation.is_empty()
}

/// The values of its fields.
pub fn fields(session: &Session) -> Vec<(&'static str, String)> {
    let criteria = session.stopping_criteria();
    let (split, own) = (session.scenario().split(), has_own_validation_rows(session));
    let shown = |value: Option<f64>| value.map_or(String::new(), super::format::plain);
    vec![
        ("epoch-limit", criteria.epochs.map_or(String::new(), |epochs| epochs.to_string())),
        ("cost-limit", shown(criteria.cost)),
        // 95 % is stored as 0.95, and 100 times that may differ from 95 in the last bits.
        ("accuracy-limit", shown(criteria.accuracy.map(|share| (share * 1e14).round() / 1e12))),
        ("speed-limit", shown(session.training().speed_limit)),
        (
            "validation-share",
            split.map_or(if own { "" } else { "0" }.into(), |split| split.percent.to_string()),
        ),
        ("split-seed", split.map_or(String::new(), |split| split.seed.to_string())),
        ("standardise", split.is_some_and(|split| split.standardise).to_string()),
    ]
}

/// Its attributes.
pub fn attributes(session: &Session) -> Vec<Attribute> {
    let training = session.training();
    let diverged = matches!(training.status, TrainingStatus::Ended(StopReason::Diverged { .. }));
    let can_stop = training.is_running() || training.status == TrainingStatus::Paused;
    let hidden = |yes: bool| yes.then(String::new);
    let progress = numbers::progress(session);
    let planar = session.scenario().sizes[0] == 2;
    let split = session.scenario().split().is_some();
    let attributes = [
        ("train", "aria-pressed", Some(training.is_running().to_string())),
        ("train-stop", "disabled", hidden(!can_stop)),
        ("restore-finite", "hidden", hidden(!diverged)),
        ("train-bar", "hidden", hidden(progress.is_none())),
        ("train-bar", "value", progress.map(|share| format!("{share:.4}"))),
        ("validation-share", "disabled", hidden(has_own_validation_rows(session))),
        (
            "validation-share",
            "placeholder",
            Some(if has_own_validation_rows(session) { "from the data" } else { "0" }.to_owned()),
        ),
        ("split-seed", "disabled", hidden(!split)),
        ("standardise", "disabled", hidden(!split)),
        ("train-key", "hidden", hidden(session.scenario().data.validation.is_empty())),
        ("train-maps-section", "hidden", hidden(!planar)),
        ("train-confusion-section", "hidden", hidden(!session.scenario().has_classes())),
        (
            "train-misclassified-images-section",
            "hidden",
            hidden(super::charts::images::image_size(session.scenario()).is_none()),
        ),
    ];
    attributes.map(|(id, name, value)| (id.into(), name, value)).into()
}

/// The status as a sentence.
fn status(session: &Session) -> String {
    let training = session.training();
    let position = session.position();
    let (epoch, mini_batch) = (position.epoch + 1, position.mini_batch + 1);
    let here = training.stopped_at(position);
    match training.status {
        TrainingStatus::Running => match training.speed_limit {
            Some(speed) => format!("Training at up to {} samples per second.", typed(speed)),
            None => "Training at full speed.".into(),
        },
        TrainingStatus::Pausing { .. } => "Pausing …".into(),
        TrainingStatus::Paused if here => {
            let sample = position.moment.sample().map_or(0, |sample| sample + 1);
            format!(
                "Paused before sample {sample} of mini-batch {mini_batch}, epoch {epoch}. Step on or continue."
            )
        }
        TrainingStatus::Ended(StopReason::Epochs) if here => {
            format!("Done: {}.", count(position.epoch as usize, "epoch"))
        }
        TrainingStatus::Ended(StopReason::TargetReached) if here => target_reached(session),
        TrainingStatus::Ended(StopReason::LastEpoch) if here => "Epoch limit reached.".into(),
        TrainingStatus::Ended(StopReason::Diverged { update, what }) => {
            divergence_message(session.scenario(), update, what)
        }
        _ if session.visible().finished() => {
            format!("Will start after epoch {epoch}, mini-batch {mini_batch}.")
        }
        _ => format!("Will start at epoch {epoch}, mini-batch {mini_batch}."),
    }
}

/// Which target was reached, and for which rows.
fn target_reached(session: &Session) -> String {
    let (epoch, criteria) = (session.position().epoch, session.stopping_criteria());
    let Some(latest) = session.training().snapshot().and_then(|snapshot| snapshot.latest) else {
        return format!("Target reached after epoch {epoch}.");
    };
    let evaluation = latest.validation_or_training();
    let rows = if latest.validation.is_some() { "validation" } else { "training" };
    let value = match criteria.accuracy.filter(|accuracy| evaluation.accuracy() >= *accuracy) {
        Some(_) => format!("accuracy {} %", number(100.0 * evaluation.accuracy(), 4)),
        None => format!("cost {}", number(evaluation.cost_mean(), session.view_state().digits)),
    };
    format!("Target reached after epoch {epoch}: {rows} {value}.")
}
