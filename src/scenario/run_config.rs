//! Lanes: runs of one scenario that differ only in how they update, to be compared.

use super::{Scenario, ScenarioError, file};
use crate::json::{Read, Value, Writer};
use crate::nn::{BiasRule, Hyperparameters, Reduction};

/// The most runs side by side.
pub const MAX_RUNS: usize = 4;
/// The fewest that make a comparison.
pub const MIN_RUNS: usize = 2;

/// One run among several from the same start over the same samples in the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RunConfig {
    /// When it updates, and by which gradient.
    pub updating: Updating,
    /// Which deltas move a bias.
    pub bias_rule: BiasRule,
    /// Its η.
    pub rate: Rate,
}

/// When a run updates, and by which gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Updating {
    /// After each sample: mini-batches of one.
    PerSample,
    /// Once for the mini-batch, by the sum of its samples' gradients.
    Sum,
    /// Once for the mini-batch, by their mean.
    Mean,
    /// Once for the mini-batch, by the scenario's reduction, but layer by layer on the way back: each δ is
    /// taken through weights that have already moved. A mistake, to be seen.
    Sequential,
}

impl Updating {
    /// Every way.
    pub const ALL: [Self; 4] = [Self::PerSample, Self::Sum, Self::Mean, Self::Sequential];

    /// The name it has in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::PerSample => "per_sample",
            Self::Sum => "sum",
            Self::Mean => "mean",
            Self::Sequential => "sequential",
        }
    }

    pub(crate) fn read<'a>(value: &'a Value<'a>) -> Read<'a, Self> {
        value.one_of(Self::ALL, Self::name)
    }
}

/// The η of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Rate {
    /// The scenario's.
    #[default]
    Eta,
    /// The scenario's over M, the samples of the mini-batch at hand: with the sum it makes the mean's step.
    EtaOverM,
}

impl Rate {
    /// Every η.
    pub const ALL: [Self; 2] = [Self::Eta, Self::EtaOverM];

    /// The name it has in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Eta => "eta",
            Self::EtaOverM => "eta_over_m",
        }
    }

    pub(crate) fn read<'a>(value: &'a Value<'a>) -> Read<'a, Self> {
        value.one_of(Self::ALL, Self::name)
    }
}

impl RunConfig {
    /// By each neuron's own δ, at the scenario's η.
    pub const fn new(updating: Updating) -> Self {
        Self { updating, bias_rule: BiasRule::OwnDelta, rate: Rate::Eta }
    }

    /// The same with another bias rule.
    pub const fn with(self, bias_rule: BiasRule) -> Self {
        Self { bias_rule, ..self }
    }

    pub(crate) fn read<'a>(value: &'a Value<'a>) -> Read<'a, Self> {
        value.only(&["updating", "bias_rule", "rate"], "{ \"updating\": \"sum\" }")?;
        Ok(Self {
            updating: Updating::read(value.field("updating")?)?,
            bias_rule: value.given("bias_rule").map_or(Ok(BiasRule::OwnDelta), file::bias_rule)?,
            rate: value.given("rate").map_or(Ok(Rate::Eta), Rate::read)?,
        })
    }

    pub(crate) fn write(self, json: &mut Writer) {
        json.group(|json| {
            json.field("updating").text(self.updating.name());
            json.field("bias_rule").text(self.bias_rule.name());
            json.field("rate").text(self.rate.name());
        });
    }

    /// How it trains over a mini-batch of this many samples.
    pub fn hyperparameters(&self, scenario: &Hyperparameters, samples: usize) -> Hyperparameters {
        let (batch_size, reduction) = match self.updating {
            Updating::PerSample => (1, Reduction::Sum),
            Updating::Sum => (samples, Reduction::Sum),
            Updating::Mean => (samples, Reduction::Mean),
            Updating::Sequential => (samples, scenario.reduction),
        };
        let learning_rate = match self.rate {
            Rate::Eta => scenario.learning_rate,
            Rate::EtaOverM => scenario.learning_rate / samples as f64,
        };
        Hyperparameters { batch_size, reduction, learning_rate, bias_rule: self.bias_rule, ..*scenario }
    }

    /// Whether it updates once for the mini-batch, as a gradient step does.
    pub fn is_mini_batch(&self) -> bool {
        matches!(self.updating, Updating::Sum | Updating::Mean)
    }
}

impl Scenario {
    /// The runs to compare: those it names, else updates after each sample, by its own mini-batch, and by the
    /// wrong rule.
    pub fn compared(&self) -> Vec<RunConfig> {
        if !self.runs.is_empty() {
            return self.runs.clone();
        }
        let own = RunConfig::new(match self.hyperparameters.reduction {
            Reduction::Sum => Updating::Sum,
            Reduction::Mean => Updating::Mean,
        });
        vec![RunConfig::new(Updating::PerSample), own, own.with(BiasRule::LayerSum)]
    }
}

/// Checks the runs that a scenario names; none means the usual ones.
pub(super) fn check(scenario: &Scenario) -> Result<(), ScenarioError> {
    let runs = &scenario.runs;
    let error = |field: String, problem: String| Err(ScenarioError { field, problem });
    if !runs.is_empty() && !(MIN_RUNS..=MAX_RUNS).contains(&runs.len()) {
        let problem = format!("{MIN_RUNS} to {MAX_RUNS} lanes can be compared, not {}", runs.len());
        return error("lanes".into(), problem);
    }
    for (index, run) in runs.iter().enumerate() {
        if runs[..index].contains(run) {
            return error(format!("lanes[{index}]"), "this lane is there already; take another rule".into());
        }
        if run.bias_rule == BiasRule::SharedBias && !scenario.biases_start_equal() {
            let problem = "a lane with one shared bias needs all biases of a layer to start equal; make them \
                           equal, or take the lane out";
            return error(format!("lanes[{index}]"), problem.into());
        }
    }
    Ok(())
}
