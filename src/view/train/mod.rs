//! The training at full speed as text: how far it is, how fast, and how good the network has become.
//!
//! Session → [`parts`], [`fields`] and [`attributes`]. The charts beside it are in [`charts`](super::charts::train).

mod classes;
mod numbers;

pub use numbers::duration;

use super::html::escape;
use super::page::{Attribute, Part};
use crate::session::{Session, Stage, explained_divergence};
use crate::training::End;

/// Everything that the training shows in text.
pub fn parts(session: &Session) -> Vec<Part> {
    let button = match session.training().stage() {
        Stage::Running | Stage::Pausing { .. } => "❚❚ pause",
        Stage::Paused => "▶ go on",
        Stage::Idle | Stage::Ended(_) => "▶ train",
    };
    let title = &session.scenario().title;
    let parts = [
        ("train-title", escape(title)),
        ("train", button.to_owned()),
        ("train-state", escape(state(session))),
        ("train-numbers", numbers::numbers(session)),
        ("train-left", numbers::left(session)),
        ("train-found", numbers::found(session)),
        ("train-classes", classes::confusion(session)),
        ("train-errors", classes::errors(session)),
    ];
    parts.map(|(id, html)| (id.into(), html)).into()
}

/// What its fields hold.
pub fn fields(session: &Session) -> Vec<(&'static str, String)> {
    let limits = session.training().limits();
    let split = session.scenario().split();
    let typed = |value: Option<f64>| value.map_or(String::new(), super::format::plain);
    vec![
        ("epoch-limit", limits.epochs.map_or(String::new(), |epochs| epochs.to_string())),
        ("cost-limit", typed(limits.cost)),
        // 95 % is kept as 0.95, and 100 times that need not be 95 to the last bit.
        ("accuracy-limit", typed(limits.accuracy.map(|share| (share * 1e14).round() / 1e12))),
        ("speed-limit", typed(session.training().speed_limit())),
        ("held-out", split.map_or("0".into(), |split| split.percent.to_string())),
        ("split-seed", split.map_or(String::new(), |split| split.seed.to_string())),
        ("standardise", split.is_some_and(|split| split.standardise).to_string()),
    ]
}

/// The attributes that change with it.
pub fn attributes(session: &Session) -> Vec<Attribute> {
    let training = session.training();
    let diverged = matches!(training.stage(), Stage::Ended(End::Diverged { .. }));
    let waits = training.is_running() || training.stage() == Stage::Paused;
    let hidden = |yes: bool| yes.then(String::new);
    let progress = numbers::progress(session);
    let planar = session.scenario().sizes[0] == 2;
    let attributes = [
        ("train", "aria-pressed", Some(training.is_running().to_string())),
        ("train-stop", "disabled", hidden(!waits)),
        ("train-sound", "hidden", hidden(!diverged)),
        ("train-bar", "hidden", hidden(progress.is_none())),
        ("train-bar", "value", progress.map(|share| format!("{share:.4}"))),
        ("train-key", "hidden", hidden(session.scenario().data.held_out.is_empty())),
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
    match training.stage() {
        Stage::Idle if session.now().finished() => {
            format!("Starts after mini-batch {mini_batch} of epoch {epoch}, where you are.")
        }
        Stage::Idle => format!("Starts with mini-batch {mini_batch} of epoch {epoch}, where you are."),
        Stage::Running => "Training at full speed.".into(),
        Stage::Pausing { .. } => "Pauses after this sample.".into(),
        Stage::Paused => {
            let sample = place.moment.sample().map_or(0, |sample| sample + 1);
            format!(
                "Paused before sample {sample} of mini-batch {mini_batch} in epoch {epoch}. Step on from there, or go on."
            )
        }
        Stage::Ended(End::Epochs) => format!("Done: {} epochs.", place.epoch),
        Stage::Ended(End::GoodEnough) => format!("Good enough after epoch {}.", place.epoch),
        Stage::Ended(End::LastEpoch) => "Epochs are counted no further.".into(),
        Stage::Ended(End::Diverged { update, what }) => {
            explained_divergence(session.scenario(), update, what)
        }
    }
}
