//! Rows that are kept away from training, drawn by a seed; and columns standardised by the training rows alone.
//!
//! source → [`Split`] → the data that everything else uses. What is held out has no part in any number of the
//! training rows: whoever standardised with all rows would let the held-out ones look in.

use super::{Data, Scenario, ScenarioError};
use crate::nn::{Sample, shuffled};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The percentages of rows that may be held out.
pub const VALIDATION_PERCENT: std::ops::RangeInclusive<u32> = 1..=90;

/// How the rows are split into training and held-out ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "{ \"percent\": 20, \"seed\": 1, \"standardise\": true }")]
pub struct Split {
    /// Of the rows, how many in a hundred are held out: 1 … 90. At least one row stays on either side.
    pub percent: u32,
    /// The seed that they are drawn by.
    #[serde(default)]
    pub seed: u32,
    /// Whether every input is moved and scaled by mean and standard deviation of the training rows.
    #[serde(default)]
    pub standardise: bool,
    /// The same for every target, in a regression.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub standardise_targets: bool,
}

/// A split that was made, and all rows as they were before.
#[derive(Clone, Debug, PartialEq)]
pub struct SplitData {
    split: Split,
    source: Arc<Data>,
}

impl Split {
    /// The first one of these rows: inputs, and targets of a regression, that are standardised over all rows are
    /// standardised by the training rows instead.
    pub fn first(percent: u32, scenario: &Scenario) -> Self {
        let Some(samples) = scenario.source().samples.as_slice() else {
            return Self { percent, seed: 1, standardise: false, standardise_targets: false };
        };
        let standardise = Part::Inputs.is_standardised(samples);
        let standardise_targets =
            standardise && !scenario.has_classes() && Part::Targets.is_standardised(samples);
        Self { percent, seed: 1, standardise, standardise_targets }
    }

    /// The rows held out, ascending, and those left for training.
    fn rows(&self, count: usize) -> (Vec<usize>, Vec<usize>) {
        let wanted = (count * self.percent as usize + 50) / 100;
        let wanted = wanted.clamp(1, count.saturating_sub(1).max(1));
        let mut validation = vec![false; count];
        for row in shuffled(count, self.seed, 0).into_iter().take(wanted) {
            validation[row] = true;
        }
        (0..count).partition(|&row| validation[row])
    }

    fn apply(&self, source: &Data) -> Result<Data, ScenarioError> {
        let error = |field: &str, problem: String| Err(ScenarioError { field: field.into(), problem });
        if !VALIDATION_PERCENT.contains(&self.percent) {
            let (least, most) = (VALIDATION_PERCENT.start(), VALIDATION_PERCENT.end());
            let problem = format!("{} % cannot be held out; take {least} to {most}", self.percent);
            return error("split.percent", problem);
        }
        if !source.validation.is_empty() {
            let problem = "these data come with held-out rows of their own; they are not split again";
            return error("split", problem.into());
        }
        let images = source.samples.image_size().is_some();
        if images && (self.standardise || self.standardise_targets) {
            return error("split.standardise", "images are not standardised; take that off".into());
        }
        let count = source.samples.len();
        if count < 2 {
            let problem = "one row cannot be split; take data with at least 2 rows, or no held-out rows";
            return error("split", problem.into());
        }
        let (validation, training) = self.rows(count);
        let mut data = Data {
            inputs: source.inputs.clone(),
            targets: source.targets.clone(),
            samples: source.samples.subset(&training),
            validation: source.samples.subset(&validation),
        };
        if self.standardise {
            Part::Inputs.standardise(&mut data)?;
        }
        if self.standardise_targets {
            Part::Targets.standardise(&mut data)?;
        }
        Ok(data)
    }
}

impl Scenario {
    /// The data as they stand in the file, before a split.
    pub fn source(&self) -> &Arc<Data> {
        self.split_data.as_ref().map_or(&self.data, |split_data| &split_data.source)
    }

    /// How the rows are split, if they are.
    pub fn split(&self) -> Option<Split> {
        self.split_data.as_ref().map(|split_data| split_data.split)
    }

    /// Splits these data anew, or not at all: the first thing that is done with data of another source. Their rows
    /// must have the scenario's shape. After an error everything is as before.
    pub fn set_split(&mut self, source: Arc<Data>, split: Option<Split>) -> Result<(), ScenarioError> {
        (self.data, self.split_data) = match split {
            None => (source, None),
            Some(split) => (Arc::new(split.apply(&source)?), Some(SplitData { split, source })),
        };
        Ok(())
    }
}

/// The inputs of rows, or their targets.
#[derive(Clone, Copy)]
enum Part {
    Inputs,
    Targets,
}

impl Part {
    fn of(self, sample: &Sample) -> &[f64] {
        match self {
            Self::Inputs => &sample.x,
            Self::Targets => &sample.y,
        }
    }

    fn of_mut(self, sample: &mut Sample) -> &mut [f64] {
        match self {
            Self::Inputs => &mut sample.x,
            Self::Targets => &mut sample.y,
        }
    }

    fn names(self, data: &Data) -> &[String] {
        match self {
            Self::Inputs => &data.inputs,
            Self::Targets => &data.targets,
        }
    }

    /// The columns one after the other.
    fn columns(self, samples: &[Sample]) -> impl Iterator<Item = Vec<f64>> {
        let count = samples.first().map_or(0, |sample| self.of(sample).len());
        let column = move |k: usize| samples.iter().filter_map(move |sample| self.of(sample).get(k).copied());
        (0..count).map(move |k| column(k).collect())
    }

    /// Whether every column that varies has mean 0 and standard deviation 1, and at least one varies.
    fn is_standardised(self, samples: &[Sample]) -> bool {
        const CLOSE: f64 = 1e-9;
        let mut varying = self.columns(samples).filter(|column| !is_constant(column)).peekable();
        varying.peek().is_some()
            && varying.all(|column| {
                let (mean, deviation) = mean_and_deviation(&column);
                mean.abs() < CLOSE && (deviation - 1.0).abs() < CLOSE
            })
    }

    /// (value − mean) / standard deviation in each column, both of the training rows. A column that does not vary
    /// there becomes 0.
    fn standardise(self, data: &mut Data) -> Result<(), ScenarioError> {
        let training: Vec<_> = self.columns(data.samples.as_slice().unwrap_or_default()).collect();
        for (k, column) in training.into_iter().enumerate() {
            let (mean, deviation) = mean_and_deviation(&column);
            let constant = is_constant(&column);
            let scaled = |value: f64| if constant { 0.0 } else { (value - mean) / deviation };
            let mut sound = constant || mean.is_finite() && deviation.is_finite() && deviation > 0.0;
            for rows in [&mut data.samples, &mut data.validation] {
                for value in rows.as_mut_slice().iter_mut().filter_map(|row| self.of_mut(row).get_mut(k)) {
                    *value = scaled(*value);
                    sound &= value.is_finite();
                }
            }
            if !sound {
                let name = self.names(data).get(k).map_or("", String::as_str);
                let problem = format!(
                    "the numbers of {name} are too large or too close together to be scaled by the training rows; \
                     rescale them first, or take this off"
                );
                return Err(ScenarioError { field: "split.standardise".into(), problem });
            }
        }
        Ok(())
    }
}

fn is_constant(column: &[f64]) -> bool {
    column.iter().all(|value| *value == column[0])
}

/// Mean and standard deviation over all n values, not n − 1.
pub(crate) fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().fold(0.0, |sum, value| sum + value) / count;
    let squares = values.iter().fold(0.0, |sum, value| sum + (value - mean) * (value - mean));
    (mean, (squares / count).sqrt())
}
