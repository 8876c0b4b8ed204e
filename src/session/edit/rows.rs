//! Edits of the data: the split into training and validation rows, standardisation, and single numbers.

use crate::nn::Sample;
use crate::scenario::{Scenario, Split, VALIDATION_PERCENT};
use std::sync::Arc;

/// Splits the rows again with so many percent of validation rows; 0 is no split. Returns a message about
/// standardisation.
pub(super) fn set_validation_share(
    scenario: &mut Scenario,
    percent: usize,
) -> Result<Option<String>, String> {
    let before = scenario.split();
    if percent == 0 {
        return apply(scenario, None).map(|()| None);
    }
    let allowed = u32::try_from(percent).ok().filter(|percent| VALIDATION_PERCENT.contains(percent));
    let percent = allowed.ok_or_else(|| {
        let (min, max) = (VALIDATION_PERCENT.start(), VALIDATION_PERCENT.end());
        format!("the share of validation rows cannot be {percent} %; use {min} to {max}, or 0 for none")
    })?;
    let split =
        before.map_or_else(|| Split::default_for(percent, scenario), |before| Split { percent, ..before });
    apply(scenario, Some(split))?;
    let what = if split.standardise_targets { "The inputs and targets are" } else { "The inputs are" };
    let message = || format!("{what} now standardised by the training rows alone.");
    Ok((before.is_none() && split.standardise).then(message))
}

/// Draws the validation rows with another seed.
pub(super) fn set_split_seed(scenario: &mut Scenario, seed: u32) -> Result<(), String> {
    let split = existing_split(scenario)?;
    apply(scenario, Some(Split { seed, ..split }))
}

/// Standardises by the training rows, or takes the numbers as they are in the file.
pub(super) fn set_standardise(scenario: &mut Scenario, standardise: bool) -> Result<(), String> {
    let split = existing_split(scenario)?;
    let first = Split::default_for(split.percent, scenario);
    let standardise_targets = standardise && first.standardise_targets;
    apply(scenario, Some(Split { standardise, standardise_targets, ..split }))
}

fn existing_split(scenario: &Scenario) -> Result<Split, String> {
    scenario.split().ok_or_else(|| "there are no validation rows; set their share first".into())
}

fn apply(scenario: &mut Scenario, split: Option<Split>) -> Result<(), String> {
    scenario.set_split(scenario.source().clone(), split).map_err(|error| error.problem)
}

/// Changes input `source` of a row.
pub(super) fn edit_input(scenario: &mut Scenario, row: usize, source: usize, to: f64) -> Result<(), String> {
    let standardised = scenario.split().is_some_and(|split| split.standardise);
    edit(scenario, row, "input", standardised, |sample| sample.x.get_mut(source), to)
}

/// Changes target `neuron` of a row.
pub(super) fn edit_target(scenario: &mut Scenario, row: usize, neuron: usize, to: f64) -> Result<(), String> {
    let standardised = scenario.split().is_some_and(|split| split.standardise_targets);
    edit(scenario, row, "target", standardised, |sample| sample.y.get_mut(neuron), to)
}

/// Changes one number of a row of the file; the rows are then split again.
fn edit(
    scenario: &mut Scenario,
    row: usize,
    what: &str,
    standardised: bool,
    number: impl FnOnce(&mut Sample) -> Option<&mut f64>,
    to: f64,
) -> Result<(), String> {
    if scenario.data.samples.image_size().is_some() {
        return Err("this row is an image; its pixels and its class cannot be edited".into());
    }
    if standardised {
        return Err(format!(
            "this {what} is standardised by the training rows, so the file holds another number; switch \
             standardisation off first"
        ));
    }
    let exists = row < scenario.data.samples.len();
    let row = scenario.data.samples.row_number(row);
    let split = scenario.split();
    let mut source = scenario.source().clone();
    let sample = Arc::make_mut(&mut source).samples.get_mut(row).filter(|_| exists);
    let number = sample.and_then(number).ok_or_else(|| format!("there is no such {what}"))?;
    *number = to;
    scenario.set_split(source, split).map_err(|error| error.problem)
}
