//! The training at full speed as text: how far it is, how fast, and how good the network has become.
//!
//! Session → [`parts`], [`fields`] and [`attributes`]. The charts beside it are in [`charts`](super::charts::train).

mod classes;
mod numbers;

pub use classes::class_names;
pub use numbers::duration;

use super::format::{number, typed};
use super::html::escape;
use super::page::{Attribute, Part};
use crate::session::{Session, TrainingStatus, divergence_message};
use crate::training::StopReason;

/// Everything that the training shows in text.
pub fn parts(session: &Session) -> Vec<Part> {
    let button = match session.training().status() {
        TrainingStatus::Running | TrainingStatus::Pausing { .. } => "❚❚ pause",
        TrainingStatus::Paused if session.training().stopped_at(session.position()) => "▶ go on",
        TrainingStatus::Idle | TrainingStatus::Paused | TrainingStatus::Ended(_) => "▶ train",
    };
    let title = &session.scenario().title;
    let parts = [
        ("train-title", escape(title)),
        ("train", button.to_owned()),
        ("train-state", escape(state(session))),
        ("limits-of", format!("of the {}", session.scenario().data.validation_or_training_name())),
        ("train-numbers", numbers::numbers(session)),
        ("train-left", numbers::left(session)),
        ("train-found", numbers::found(session)),
        ("train-classes", classes::confusion(session)),
        ("train-errors", classes::errors(session)),
    ];
    parts.map(|(id, html)| (id.into(), html)).into()
}

/// Whether the data come with held-out rows of their own.
fn has_own(session: &Session) -> bool {
    let scenario = session.scenario();
    scenario.split().is_none() && !scenario.data.validation.is_empty()
}

/// What its fields hold.
pub fn fields(session: &Session) -> Vec<(&'static str, String)> {
    let limits = session.training().criteria();
    let (split, own) = (session.scenario().split(), has_own(session));
    let shown = |value: Option<f64>| value.map_or(String::new(), super::format::plain);
    vec![
        ("epoch-limit", limits.epochs.map_or(String::new(), |epochs| epochs.to_string())),
        ("cost-limit", shown(limits.cost)),
        // 95 % is kept as 0.95, and 100 times that need not be 95 to the last bit.
        ("accuracy-limit", shown(limits.accuracy.map(|share| (share * 1e14).round() / 1e12))),
        ("speed-limit", shown(session.training().speed_limit())),
        // Data that come with held-out rows of their own have no share that could be chosen.
        ("held-out", split.map_or(if own { "" } else { "0" }.into(), |split| split.percent.to_string())),
        ("split-seed", split.map_or(String::new(), |split| split.seed.to_string())),
        ("standardise", split.is_some_and(|split| split.standardise).to_string()),
    ]
}

/// The attributes that change with it.
pub fn attributes(session: &Session) -> Vec<Attribute> {
    let training = session.training();
    let diverged = matches!(training.status(), TrainingStatus::Ended(StopReason::Diverged { .. }));
    let waits = training.is_running() || training.status() == TrainingStatus::Paused;
    let hidden = |yes: bool| yes.then(String::new);
    let progress = numbers::progress(session);
    let planar = session.scenario().sizes[0] == 2;
    let split = session.scenario().split().is_some();
    let attributes = [
        ("train", "aria-pressed", Some(training.is_running().to_string())),
        ("train-stop", "disabled", hidden(!waits)),
        ("train-sound", "hidden", hidden(!diverged)),
        ("train-bar", "hidden", hidden(progress.is_none())),
        ("train-bar", "value", progress.map(|share| format!("{share:.4}"))),
        ("held-out", "disabled", hidden(has_own(session))),
        ("held-out", "placeholder", Some(if has_own(session) { "given" } else { "0" }.to_owned())),
        ("split-seed", "disabled", hidden(!split)),
        ("standardise", "disabled", hidden(!split)),
        ("train-key", "hidden", hidden(session.scenario().data.validation.is_empty())),
        ("train-maps-part", "hidden", hidden(!planar)),
        ("train-classes-part", "hidden", hidden(!session.scenario().has_classes())),
        (
            "train-digits-part",
            "hidden",
            hidden(super::charts::images::image_size(session.scenario()).is_none()),
        ),
    ];
    attributes.map(|(id, name, value)| (id.into(), name, value)).into()
}

/// How far it is, in a sentence.
fn state(session: &Session) -> String {
    let training = session.training();
    let place = session.position();
    let (epoch, mini_batch) = (place.epoch + 1, place.mini_batch + 1);
    let here = training.stopped_at(place);
    match training.status() {
        TrainingStatus::Running => match training.speed_limit() {
            Some(speed) => format!("Training, at most {} samples a second.", typed(speed)),
            None => "Training at full speed.".into(),
        },
        TrainingStatus::Pausing { .. } => "Pauses after this sample.".into(),
        TrainingStatus::Paused if here => {
            let sample = place.moment.sample().map_or(0, |sample| sample + 1);
            format!(
                "Paused before sample {sample} of mini-batch {mini_batch} in epoch {epoch}. Step on from there, or go on."
            )
        }
        TrainingStatus::Ended(StopReason::Epochs) if here => format!("Done: {} epochs.", place.epoch),
        TrainingStatus::Ended(StopReason::TargetReached) if here => reached(session),
        TrainingStatus::Ended(StopReason::LastEpoch) if here => "Epochs are counted no further.".into(),
        TrainingStatus::Ended(StopReason::Diverged { update, what }) => {
            divergence_message(session.scenario(), update, what)
        }
        _ if session.visible().finished() => {
            format!("Starts after mini-batch {mini_batch} of epoch {epoch}, where you are.")
        }
        _ => format!("Starts with mini-batch {mini_batch} of epoch {epoch}, where you are."),
    }
}

/// Which limit has been reached, and by which rows.
fn reached(session: &Session) -> String {
    let (epoch, limits) = (session.position().epoch, session.training().criteria());
    let Some(latest) = session.training().snapshot().and_then(|visible| visible.latest) else {
        return format!("Good enough after epoch {epoch}.");
    };
    let found = latest.validation_or_training();
    let rows = session.scenario().data.validation_or_training_name();
    let what = match limits.accuracy.filter(|accuracy| found.accuracy() >= *accuracy) {
        Some(_) => format!("accuracy {} %", number(100.0 * found.accuracy(), 4)),
        None => format!("cost {}", number(found.cost_mean(), session.view_state().digits)),
    };
    format!("Good enough after epoch {epoch}: {what} of the {rows}.")
}
