//! Edits: each makes another scenario, which is checked before it is used.

mod fit;
mod network;
mod reduction;
mod rows;
mod runs;

pub use reduction::{NoSameUpdate, SameUpdate};

use super::replacement::ReplaceReason;
use super::{Session, typed};
use crate::data::preset;
use crate::nn::{Activation, BiasRule, Cost, Distribution, Initialisation, Parameter, Reduction};
use crate::scenario::{Rate, RunConfig, SampleOrder, Scenario, Start, Updating};
use serde::Deserialize;

/// Edits of the scenario: each can be undone. Fields called `to` hold what was typed or chosen.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Edit {
    /// η.
    LearningRateChanged(#[serde(deserialize_with = "typed::learning_rate")] f64),
    /// M.
    BatchSizeChanged(#[serde(deserialize_with = "typed::count")] usize),
    /// Sum or mean, with the same η.
    ReductionChanged(Reduction),
    /// From sum to mean or back, with the η that makes the same updates. Refused if there is no such η.
    ReductionSwitched,
    /// Which deltas update a bias.
    BiasRuleChanged(BiasRule),
    /// The cost. An output activation that it is not defined on changes too.
    CostChanged(Cost),
    /// The activation function of a layer. A cost that is not defined on it changes too.
    ActivationChanged {
        /// l
        layer: usize,
        /// σ
        to: Activation,
    },
    /// Adds a hidden layer before the output layer.
    LayerAdded,
    /// Removes a hidden layer.
    LayerRemoved {
        /// l
        layer: usize,
    },
    /// The number of neurons of a hidden layer.
    LayerSizeChanged {
        /// l
        layer: usize,
        /// nˡ
        #[serde(deserialize_with = "typed::count")]
        to: usize,
    },
    /// The distribution of the initial parameters.
    DistributionChanged(Distribution),
    /// The seed of the initial parameters.
    SeedChanged(#[serde(deserialize_with = "typed::seed")] u32),
    /// Whether the samples are shuffled in each epoch.
    ShuffleChanged(bool),
    /// The seed of the shuffling.
    ShuffleSeedChanged(#[serde(deserialize_with = "typed::seed")] u32),
    /// The percentage of validation rows; 0 is none.
    ValidationShareChanged(#[serde(deserialize_with = "typed::count")] usize),
    /// The seed that the validation rows are drawn with.
    SplitSeedChanged(#[serde(deserialize_with = "typed::seed")] u32),
    /// Whether the inputs are standardised by the training rows.
    StandardiseChanged(bool),
    /// One weight or bias, at the value that is shown: before this mini-batch's update, or after it. After it, the
    /// mini-batch starts again from the parameters shown.
    ParameterEdited {
        /// Which one.
        parameter: Parameter,
        /// Its new value.
        #[serde(deserialize_with = "typed::number")]
        to: f64,
    },
    /// One input of a row of the data.
    InputEdited {
        /// The row of the data.
        row: usize,
        /// k
        source: usize,
        /// Its new value.
        #[serde(deserialize_with = "typed::number")]
        to: f64,
    },
    /// One target of a row of the data.
    TargetEdited {
        /// The row of the data.
        row: usize,
        /// j
        neuron: usize,
        /// Its new value.
        #[serde(deserialize_with = "typed::number")]
        to: f64,
    },
    /// Adds a run to Compare.
    RunAdded(#[serde(deserialize_with = "typed::run")] RunConfig),
    /// Removes a run.
    RunRemoved {
        /// Its index.
        run: usize,
    },
    /// Moves a run one place to the front.
    RunMoved {
        /// Its index.
        run: usize,
    },
    /// When a run updates, and with which gradient.
    RunUpdatingChanged {
        /// Its index.
        run: usize,
        /// How it updates.
        to: Updating,
    },
    /// Which deltas update the biases of a run.
    RunBiasRuleChanged {
        /// Its index.
        run: usize,
        /// The bias rule.
        to: BiasRule,
    },
    /// The η of a run.
    RunRateChanged {
        /// Its index.
        run: usize,
        /// The new η.
        to: Rate,
    },
}

/// Whether two scenarios are equal but for title, note and position.
fn is_same(one: &Scenario, other: &Scenario) -> bool {
    let Scenario { title, note, position, .. } = one.clone();
    *one == Scenario { title, note, position, ..other.clone() }
}

/// An edited scenario, and a message about what else was changed with it.
pub(super) struct Edited {
    pub(super) scenario: Scenario,
    pub(super) notice: Option<String>,
}

impl Session {
    /// Carries out an edit.
    pub(super) fn edit(&mut self, edit: Edit) -> Result<(), String> {
        let Edited { scenario, notice } = self.edited(&edit)?;
        match self.continued(&edit, &scenario) {
            Some(scenario) => self.continue_with(scenario, notice),
            None => self.replace(scenario, self.preset, ReplaceReason::Edited, notice),
        }
    }

    /// The scenario after an edit. An error says what is wrong with it.
    pub(super) fn edited(&self, edit: &Edit) -> Result<Edited, String> {
        let mut scenario = self.to_scenario();
        let notice = self.apply(edit, &mut scenario)?;
        // The shape is checked before parameters are made for it.
        scenario.check_shape().map_err(|error| error.problem)?;
        fit::start(&mut scenario);
        fit::position(&mut scenario);
        scenario.check().map_err(|error| error.problem)?;
        self.retitle(&mut scenario);
        Ok(Edited { scenario, notice })
    }

    /// After a change, title and note may not hold any more: the title says "changed", the note is removed. Both are
    /// back once everything is as in the preset again.
    fn retitle(&self, scenario: &mut Scenario) {
        const CHANGED: &str = ", changed";
        if is_same(scenario, &self.scenario) {
            return;
        }
        let preset = self.preset.and_then(preset).and_then(|preset| preset.scenario().ok());
        if let Some(preset) = preset.filter(|preset| is_same(scenario, preset)) {
            (scenario.title, scenario.note) = (preset.title, preset.note);
            return;
        }
        if !scenario.title.is_empty() && !scenario.title.ends_with(CHANGED) {
            scenario.title += CHANGED;
        }
        scenario.note.clear();
    }

    /// Applies an edit to a copy of the scenario. Returns a message about what else was changed with it.
    fn apply(&self, edit: &Edit, scenario: &mut Scenario) -> Result<Option<String>, String> {
        let hyperparameters = &mut scenario.hyperparameters;
        match edit {
            Edit::LearningRateChanged(to) => hyperparameters.learning_rate = *to,
            Edit::BatchSizeChanged(to) => hyperparameters.batch_size = *to,
            Edit::ReductionChanged(to) => hyperparameters.reduction = *to,
            Edit::ReductionSwitched => {
                let same = scenario.same_update().map_err(|reason| reason.to_string())?;
                scenario.hyperparameters.learning_rate = same.learning_rate;
                scenario.hyperparameters.reduction = same.reduction;
            }
            Edit::BiasRuleChanged(to) => hyperparameters.bias_rule = *to,
            Edit::CostChanged(to) => {
                hyperparameters.cost = *to;
                return Ok(fit::output_activation(scenario));
            }
            Edit::ActivationChanged { layer, to } => return network::set_activation(scenario, *layer, *to),
            Edit::LayerAdded => network::add_layer(scenario),
            Edit::LayerRemoved { layer } => network::remove_layer(scenario, *layer)?,
            Edit::LayerSizeChanged { layer, to } => network::set_layer_size(scenario, *layer, *to)?,
            Edit::DistributionChanged(distribution) => {
                let current = network::initialisation(scenario);
                scenario.start =
                    Start::Initialisation(Initialisation { distribution: *distribution, ..current });
            }
            Edit::SeedChanged(seed) => {
                let current = network::initialisation(scenario);
                scenario.start = Start::Initialisation(Initialisation { seed: *seed, ..current });
            }
            Edit::ShuffleChanged(true) => scenario.order = SampleOrder::Shuffled(1),
            Edit::ShuffleChanged(false) => scenario.order = SampleOrder::File,
            Edit::ShuffleSeedChanged(to) => scenario.order = SampleOrder::Shuffled(*to),
            Edit::ValidationShareChanged(percent) => return rows::set_validation_share(scenario, *percent),
            Edit::SplitSeedChanged(seed) => rows::set_split_seed(scenario, *seed)?,
            Edit::StandardiseChanged(to) => rows::set_standardise(scenario, *to)?,
            Edit::ParameterEdited { parameter, to } => {
                return self.edit_parameter(scenario, *parameter, *to);
            }
            Edit::InputEdited { row, source, to } => rows::edit_input(scenario, *row, *source, *to)?,
            Edit::TargetEdited { row, neuron, to } => rows::edit_target(scenario, *row, *neuron, *to)?,
            Edit::RunAdded(run) => runs::add(scenario, *run)?,
            Edit::RunRemoved { run } => runs::remove(scenario, *run)?,
            Edit::RunMoved { run } => runs::move_forward(scenario, *run)?,
            Edit::RunUpdatingChanged { run, to } => runs::existing(scenario, *run)?.updating = *to,
            Edit::RunBiasRuleChanged { run, to } => runs::existing(scenario, *run)?.bias_rule = *to,
            Edit::RunRateChanged { run, to } => runs::existing(scenario, *run)?.rate = *to,
        }
        Ok(None)
    }
}
