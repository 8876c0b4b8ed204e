//! The split into training and validation rows, random from a seed, and standardisation with the mean and standard
//! deviation of the training rows only.
//!
//! Validation rows do not affect any number of the training rows: standardising with all rows would leak them.

use super::error::error;
use super::{Data, Scenario, ScenarioError};
use crate::nn::{Sample, shuffled};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The allowed percentages of validation rows.
pub const VALIDATION_PERCENT: std::ops::RangeInclusive<u32> = 1..=90;

/// How the rows are split into training and validation rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "{ \"percent\": 20, \"seed\": 1, \"standardise\": true }")]
pub struct Split {
    /// The percentage of validation rows, 1 … 90. There is at least one row of each kind.
    pub percent: u32,
    /// The seed of the random choice.
    #[serde(default)]
    pub seed: u32,
    /// Whether the inputs are standardised: (value − mean) / standard deviation, both of the training rows.
    #[serde(default)]
    pub standardise: bool,
    /// Whether the targets are standardised too, in a regression.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub standardise_targets: bool,
}

/// The split that was applied, and the data before it.
#[derive(Clone, Debug, PartialEq)]
pub struct SplitData {
    split: Split,
    source: Arc<Data>,
}

impl Split {
    /// The default split of a scenario: inputs, and targets of a regression, that are standardised over all rows are
    /// standardised by the training rows instead.
    pub fn default_for(percent: u32, scenario: &Scenario) -> Self {
        let Some(samples) = scenario.source().samples.as_slice() else {
            return Self { percent, seed: 1, standardise: false, standardise_targets: false };
        };
        let standardise = ScaledColumns::Inputs.is_standardised(samples);
        let standardise_targets =
            standardise && !scenario.has_classes() && ScaledColumns::Targets.is_standardised(samples);
        Self { percent, seed: 1, standardise, standardise_targets }
    }

    /// The validation rows and the training rows, both ascending.
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
        if !VALIDATION_PERCENT.contains(&self.percent) {
            let (min, max) = (VALIDATION_PERCENT.start(), VALIDATION_PERCENT.end());
            let problem =
                format!("the share of validation rows cannot be {} %; use {min} to {max}", self.percent);
            return error("split.percent", problem);
        }
        if !source.validation.is_empty() {
            let problem = "these data come with validation rows of their own; they are not split again";
            return error("split", problem);
        }
        let images = source.samples.image_size().is_some();
        if images && (self.standardise || self.standardise_targets) {
            return error("split.standardise", "images cannot be standardised; remove standardise");
        }
        let count = source.samples.len();
        if count < 2 {
            let problem = "one row cannot be split; take data with at least 2 rows, or no validation rows";
            return error("split", problem);
        }
        let (validation, training) = self.rows(count);
        let mut data = Data {
            inputs: source.inputs.clone(),
            targets: source.targets.clone(),
            samples: source.samples.subset(&training),
            validation: source.samples.subset(&validation),
        };
        if self.standardise {
            ScaledColumns::Inputs.standardise(&mut data)?;
        }
        if self.standardise_targets {
            ScaledColumns::Targets.standardise(&mut data)?;
        }
        Ok(data)
    }
}

impl Scenario {
    /// The data before the split, as in the file.
    pub fn source(&self) -> &Arc<Data> {
        self.split_data.as_ref().map_or(&self.data, |split_data| &split_data.source)
    }

    /// How the rows are split; `None` if they are not.
    pub fn split(&self) -> Option<Split> {
        self.split_data.as_ref().map(|split_data| split_data.split)
    }

    /// Replaces the data and the split. `source` must have the scenario's shape. After an error nothing has changed.
    pub fn set_split(&mut self, source: Arc<Data>, split: Option<Split>) -> Result<(), ScenarioError> {
        (self.data, self.split_data) = match split {
            None => (source, None),
            Some(split) => (Arc::new(split.apply(&source)?), Some(SplitData { split, source })),
        };
        Ok(())
    }
}

/// The input columns or the target columns.
#[derive(Clone, Copy)]
enum ScaledColumns {
    Inputs,
    Targets,
}

impl ScaledColumns {
    fn values(self, sample: &Sample) -> &[f64] {
        match self {
            Self::Inputs => &sample.x,
            Self::Targets => &sample.y,
        }
    }

    fn values_mut(self, sample: &mut Sample) -> &mut [f64] {
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

    /// The values of each column.
    fn columns(self, samples: &[Sample]) -> impl Iterator<Item = Vec<f64>> {
        let count = samples.first().map_or(0, |sample| self.values(sample).len());
        let column =
            move |k: usize| samples.iter().filter_map(move |sample| self.values(sample).get(k).copied());
        (0..count).map(move |k| column(k).collect())
    }

    /// Whether every column that varies has mean 0 and standard deviation 1, and at least one varies.
    fn is_standardised(self, samples: &[Sample]) -> bool {
        const TOLERANCE: f64 = 1e-9;
        let mut varying = self.columns(samples).filter(|column| !is_constant(column)).peekable();
        varying.peek().is_some()
            && varying.all(|column| {
                let (mean, deviation) = mean_and_deviation(&column);
                mean.abs() < TOLERANCE && (deviation - 1.0).abs() < TOLERANCE
            })
    }

    /// (value − mean) / standard deviation in each column, both of the training rows. A column that is constant there
    /// becomes 0.
    fn standardise(self, data: &mut Data) -> Result<(), ScenarioError> {
        let training: Vec<_> = self.columns(data.samples.as_slice().unwrap_or_default()).collect();
        for (k, column) in training.into_iter().enumerate() {
            let (mean, deviation) = mean_and_deviation(&column);
            let constant = is_constant(&column);
            let scaled = |value: f64| if constant { 0.0 } else { (value - mean) / deviation };
            let mut finite = constant || mean.is_finite() && deviation.is_finite() && deviation > 0.0;
            for rows in [&mut data.samples, &mut data.validation] {
                for value in rows.as_mut_slice().iter_mut().filter_map(|row| self.values_mut(row).get_mut(k))
                {
                    *value = scaled(*value);
                    finite &= value.is_finite();
                }
            }
            if !finite {
                let name = self.names(data).get(k).map_or("", String::as_str);
                let problem = format!(
                    "the numbers of {name} are too large or too close together to be scaled by the training rows; \
                     rescale them first, or switch standardisation off"
                );
                return error("split.standardise", problem);
            }
        }
        Ok(())
    }
}

fn is_constant(column: &[f64]) -> bool {
    column.iter().all(|value| *value == column[0])
}

/// Mean and standard deviation, with the divisor n (not n − 1).
pub(crate) fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().fold(0.0, |sum, value| sum + value) / count;
    let squares = values.iter().fold(0.0, |sum, value| sum + (value - mean) * (value - mean));
    (mean, (squares / count).sqrt())
}
