//! Edits: each takes a scenario and gives another one, which is checked before it is used.

mod fit;
mod rows;
mod runs;

use super::Action;
use crate::nn::{Activation, Distribution, Initialisation, Network, Reduction};
use crate::scenario::{Position, SampleOrder, Scenario, Start};
use std::sync::Arc;

/// What an edit starts from.
pub(super) struct Current<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) position: Position,
    /// The parameters before the present mini-batch.
    pub(super) network: &'a Arc<Network>,
}

/// An edited scenario, and a message about what else was changed with it.
pub(super) struct Edited {
    pub(super) scenario: Scenario,
    pub(super) notice: Option<String>,
}

/// The neurons of a new hidden layer.
const NEW_LAYER: usize = 3;

/// The scenario after this action; `None` for actions that do not edit it.
pub(super) fn changed(current: &Current<'_>, action: &Action) -> Option<Result<Edited, String>> {
    let mut scenario = Scenario { position: current.position, ..current.scenario.clone() };
    let notice = match apply(&mut scenario, current, action)? {
        Ok(notice) => notice,
        Err(problem) => return Some(Err(problem)),
    };
    // The shape is checked before parameters are made for it.
    Some(scenario.check_shape().map_err(|error| error.problem).and_then(|()| {
        fit::start(&mut scenario);
        fit::position(&mut scenario);
        scenario.check().map_err(|error| error.problem)?;
        Ok(Edited { scenario, notice })
    }))
}

/// Edits the scenario in place. Returns a message about what else was changed with it.
fn apply(
    scenario: &mut Scenario,
    current: &Current<'_>,
    action: &Action,
) -> Option<Result<Option<String>, String>> {
    let hyperparameters = &mut scenario.hyperparameters;
    let no_layer = |layer: &usize, layers: usize| {
        format!("there is no layer {}; the last one is {layers}", layer.saturating_add(1))
    };
    match action {
        Action::LearningRateChanged(to) => hyperparameters.learning_rate = *to,
        Action::BatchSizeChanged(to) => hyperparameters.batch_size = *to,
        Action::ReductionChanged(to) => hyperparameters.reduction = *to,
        Action::ReductionSwitched => {
            hyperparameters.learning_rate = equivalent_learning_rate(current.scenario);
            hyperparameters.reduction = match hyperparameters.reduction {
                Reduction::Sum => Reduction::Mean,
                Reduction::Mean => Reduction::Sum,
            };
        }
        Action::BiasRuleChanged(to) => hyperparameters.bias_rule = *to,
        Action::CostChanged(to) => {
            hyperparameters.cost = *to;
            return Some(Ok(fit::output_activation(scenario)));
        }
        Action::ActivationChanged { layer, to } => {
            let layers = scenario.activations.len();
            match scenario.activations.get_mut(*layer) {
                Some(activation) => *activation = *to,
                None => return Some(Err(no_layer(layer, layers))),
            }
            return Some(Ok(fit::cost(scenario)));
        }
        Action::LayerAdded => {
            let output = scenario.sizes.len() - 1;
            scenario.sizes.insert(output, NEW_LAYER);
            let activation = match scenario.activations.len() {
                1 => Activation::Sigmoid,
                layers => scenario.activations[layers - 2],
            };
            scenario.activations.insert(output - 1, activation);
        }
        Action::LayerRemoved { layer } => {
            if *layer + 1 >= scenario.activations.len() {
                return Some(Err(
                    "only hidden layers can be removed: the data need inputs and outputs".into()
                ));
            }
            scenario.sizes.remove(layer + 1);
            scenario.activations.remove(*layer);
        }
        Action::LayerSizeChanged { layer, to } => {
            if *layer + 1 >= scenario.activations.len() {
                return Some(Err("the data set the number of inputs and outputs".into()));
            }
            scenario.sizes[layer + 1] = *to;
        }
        Action::DistributionChanged(distribution) => {
            let seed = match &scenario.start {
                Start::Initialisation(initialisation) => initialisation.seed,
                Start::Parameters { .. } => 1,
            };
            scenario.start = Start::Initialisation(Initialisation { distribution: *distribution, seed });
        }
        Action::SeedChanged(seed) => {
            let distribution = match scenario.start {
                Start::Initialisation(Initialisation { distribution, .. }) => distribution,
                Start::Parameters { .. } => Distribution::Normal,
            };
            scenario.start = Start::Initialisation(Initialisation { distribution, seed: *seed });
        }
        Action::ShuffleChanged(shuffle) => {
            scenario.order = if *shuffle { SampleOrder::Shuffled(1) } else { SampleOrder::File };
        }
        Action::ShuffleSeedChanged(seed) => scenario.order = SampleOrder::Shuffled(*seed),
        Action::ParameterEdited { parameter, to } => {
            let mut network = Network::clone(current.network);
            match network.get_mut(*parameter) {
                Some(value) => *value = *to,
                None => return Some(Err("there is no such weight or bias".into())),
            }
            let Position { epoch, mini_batch, .. } = current.position;
            scenario.start = Start::Parameters { network: network.into(), epoch, mini_batch };
        }
        Action::ValidationShareChanged(percent) => {
            return Some(rows::set_validation_share(scenario, *percent));
        }
        Action::SplitSeedChanged(seed) => return Some(rows::set_split_seed(scenario, *seed)),
        Action::StandardiseChanged(standardise) => {
            return Some(rows::set_standardise(scenario, *standardise));
        }
        Action::InputEdited { row, source, to } => {
            return Some(rows::edit_input(scenario, *row, *source, *to));
        }
        Action::TargetEdited { row, neuron, to } => {
            return Some(rows::edit_target(scenario, *row, *neuron, *to));
        }
        Action::RunAdded(_)
        | Action::RunRemoved { .. }
        | Action::RunMoved { .. }
        | Action::RunUpdatingChanged { .. }
        | Action::RunBiasRuleChanged { .. }
        | Action::RunRateChanged { .. } => match runs::edited(scenario.compared_runs(), action) {
            Ok(runs) => scenario.runs = runs,
            Err(problem) => return Some(Err(problem)),
        },
        _ => return None,
    }
    Some(Ok(None))
}

/// The η with which the other reduction makes the same update: η of the sum = η of the mean / M.
pub fn equivalent_learning_rate(scenario: &Scenario) -> f64 {
    let samples = scenario.hyperparameters.batch_size.min(scenario.data.samples.len()) as f64;
    match scenario.hyperparameters.reduction {
        Reduction::Mean => scenario.hyperparameters.learning_rate / samples,
        Reduction::Sum => scenario.hyperparameters.learning_rate * samples,
    }
}
