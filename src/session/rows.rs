//! Changes of the data: which rows are held out, what they are standardised by, and single numbers.

use super::Action;
use crate::scenario::{Scenario, Split, VALIDATION_PERCENT};
use std::sync::Arc;

/// Splits the rows anew, as this action says. Returns what else was changed with it, to be said.
pub(super) fn split(scenario: &mut Scenario, action: &Action) -> Result<Option<String>, String> {
    let before = scenario.split();
    let none = || "no rows are held out; say first how many in a hundred are to be".to_owned();
    let split = match action {
        Action::ValidationShareChanged(0) => None,
        Action::ValidationShareChanged(percent) => {
            let known = u32::try_from(*percent).ok().filter(|percent| VALIDATION_PERCENT.contains(percent));
            let percent = known.ok_or_else(|| {
                let (least, most) = (VALIDATION_PERCENT.start(), VALIDATION_PERCENT.end());
                format!("{percent} % cannot be held out; take {least} to {most}, or 0 for none")
            })?;
            let anew = || Split::first(percent, scenario);
            Some(before.map_or_else(anew, |before| Split { percent, ..before }))
        }
        Action::SplitSeedChanged(seed) => Some(Split { seed: *seed, ..before.ok_or_else(none)? }),
        Action::StandardiseChanged(standardise) => {
            let before = before.ok_or_else(none)?;
            let first = Split::first(before.percent, scenario);
            let standardise_targets = *standardise && first.standardise_targets;
            Some(Split { standardise: *standardise, standardise_targets, ..before })
        }
        _ => before,
    };
    scenario.split_anew(scenario.source().clone(), split).map_err(|error| error.problem)?;
    Ok(split.filter(|_| before.is_none()).and_then(|split| {
        let what = if split.standardise_targets { "The inputs and targets are" } else { "The inputs are" };
        split.standardise.then(|| format!("{what} standardised by the training rows alone now."))
    }))
}

/// Changes one number of a row: in the file's rows, which are then split again.
pub(super) fn edit(scenario: &mut Scenario, row: usize, action: &Action) -> Result<(), String> {
    if scenario.data.samples.image_size().is_some() {
        return Err("this row is an image; its pixels and its class stay as they are in the file".into());
    }
    let split = scenario.split();
    let (standardised, what) = match action {
        Action::TargetEdited { .. } => (split.is_some_and(|split| split.standardise_targets), "target"),
        _ => (split.is_some_and(|split| split.standardise), "input"),
    };
    if standardised {
        return Err(format!(
            "this {what} is standardised by the training rows: in the file another number stands; take the \
             standardising off first"
        ));
    }
    // Where there is no split, the one copy is made that is needed.
    let known = row < scenario.data.samples.len();
    let row = scenario.data.row_number(row);
    let mut source = scenario.source().clone();
    let sample = Arc::make_mut(&mut source).samples.get_mut(row).filter(|_| known);
    let place = match action {
        Action::InputEdited { source, to, .. } => {
            sample.and_then(|sample| sample.x.get_mut(*source)).zip(Some(to))
        }
        Action::TargetEdited { neuron, to, .. } => {
            sample.and_then(|sample| sample.y.get_mut(*neuron)).zip(Some(to))
        }
        _ => None,
    };
    let (value, to) = place.ok_or_else(|| format!("there is no such {what}"))?;
    *value = *to;
    scenario.split_anew(source, split).map_err(|error| error.problem)
}
