//! Changes of the scenario: each takes one and gives a new one, which is checked before it is used.

use super::{Action, rows};
use crate::nn::{Activation, Cost, Distribution, Initialisation, Network, Parameter, Reduction};
use crate::scenario::{MAX_RUNS, MIN_RUNS, Position, RunConfig, SampleOrder, Scenario, Start};
use std::sync::Arc;

/// What a change starts from.
pub(super) struct Present<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) position: Position,
    /// The parameters before the mini-batch shown.
    pub(super) network: &'a Arc<Network>,
}

/// A changed scenario, and what else was changed with it, to be said.
pub(super) struct Change {
    pub(super) scenario: Scenario,
    pub(super) notice: Option<String>,
}

/// The neurons of a hidden layer that is added.
const NEW_LAYER: usize = 3;

/// The scenario after this action; `None` for actions that do not change it.
pub(super) fn changed(present: &Present<'_>, action: &Action) -> Option<Result<Change, String>> {
    let mut scenario = Scenario { position: present.position, ..present.scenario.clone() };
    let mut notice = None;
    let hyperparameters = &mut scenario.hyperparameters;
    match action {
        Action::LearningRateChanged(to) => hyperparameters.learning_rate = *to,
        Action::BatchSizeChanged(to) => hyperparameters.batch_size = *to,
        Action::ReductionChanged(to) => hyperparameters.reduction = *to,
        Action::ReductionSwitched => {
            hyperparameters.learning_rate = equivalent_learning_rate(present.scenario);
            hyperparameters.reduction = match hyperparameters.reduction {
                Reduction::Sum => Reduction::Mean,
                Reduction::Mean => Reduction::Sum,
            };
        }
        Action::BiasRuleChanged(to) => hyperparameters.bias_rule = *to,
        Action::CostChanged(to) => {
            hyperparameters.cost = *to;
            notice = fit_output(&mut scenario);
        }
        Action::ActivationChanged { layer, to } => {
            let layers = scenario.activations.len();
            let Some(activation) = scenario.activations.get_mut(*layer) else {
                return Some(Err(format!(
                    "there is no layer {}; the last one is {layers}",
                    layer.saturating_add(1)
                )));
            };
            *activation = *to;
            notice = fit_cost(&mut scenario);
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
                    "only hidden layers can be taken out: the data need inputs and outputs".into()
                ));
            }
            scenario.sizes.remove(layer + 1);
            scenario.activations.remove(*layer);
        }
        Action::LayerSizeChanged { layer, to } => {
            if *layer + 1 >= scenario.activations.len() {
                return Some(Err("the data decide how many inputs and outputs there are".into()));
            }
            scenario.sizes[layer + 1] = *to;
        }
        Action::DistributionChanged(distribution) => {
            let seed = seed_of(&scenario.start);
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
            let mut network = Network::clone(present.network);
            let Some(value) = network.get_mut(*parameter) else {
                return Some(Err("there is no such weight or bias".into()));
            };
            *value = *to;
            let Position { epoch, mini_batch, .. } = present.position;
            scenario.start = Start::Parameters { network: network.into(), epoch, mini_batch };
        }
        Action::ValidationShareChanged(_) | Action::SplitSeedChanged(_) | Action::StandardiseChanged(_) => {
            match rows::split(&mut scenario, action) {
                Ok(said) => notice = said,
                Err(problem) => return Some(Err(problem)),
            }
        }
        Action::InputEdited { row, .. } | Action::TargetEdited { row, .. } => {
            if let Err(problem) = rows::edit(&mut scenario, *row, action) {
                return Some(Err(problem));
            }
        }
        Action::RunAdded(_)
        | Action::RunRemoved { .. }
        | Action::RunMoved { .. }
        | Action::RunUpdatingChanged { .. }
        | Action::RunBiasRuleChanged { .. }
        | Action::RunRateChanged { .. } => match relaned(scenario.compared(), action) {
            Ok(runs) => scenario.runs = runs,
            Err(problem) => return Some(Err(problem)),
        },
        _ => return None,
    }
    // The shape is checked before parameters are made for it.
    Some(scenario.check_shape().map_err(|error| error.problem).and_then(|()| {
        fit_start(&mut scenario);
        fit_position(&mut scenario);
        scenario.check().map_err(|error| error.problem)?;
        Ok(Change { scenario, notice })
    }))
}

/// The runs after this action.
fn relaned(mut runs: Vec<RunConfig>, action: &Action) -> Result<Vec<RunConfig>, String> {
    let count = runs.len();
    let missing =
        |run: &usize| format!("there is no lane {}; the last one is {count}", run.saturating_add(1));
    match action {
        Action::RunAdded(_) if runs.len() >= MAX_RUNS => {
            return Err(format!("{MAX_RUNS} lanes are the most; take one out first"));
        }
        Action::RunAdded(run) => runs.push(*run),
        Action::RunRemoved { .. } if runs.len() <= MIN_RUNS => {
            return Err(format!("a comparison needs {MIN_RUNS} lanes; add another one first"));
        }
        Action::RunRemoved { run } if *run < runs.len() => drop(runs.remove(*run)),
        Action::RunRemoved { run } => return Err(missing(run)),
        Action::RunMoved { run } if (1..runs.len()).contains(run) => runs.swap(run - 1, *run),
        Action::RunMoved { run } => {
            return Err(format!("lane {} cannot go further to the front", run.saturating_add(1)));
        }
        Action::RunUpdatingChanged { run, to } => {
            runs.get_mut(*run).ok_or_else(|| missing(run))?.updating = *to;
        }
        Action::RunBiasRuleChanged { run, to } => {
            runs.get_mut(*run).ok_or_else(|| missing(run))?.bias_rule = *to;
        }
        Action::RunRateChanged { run, to } => {
            runs.get_mut(*run).ok_or_else(|| missing(run))?.rate = *to;
        }
        _ => {}
    }
    Ok(runs)
}

/// The η with which the other reduction makes the same update: η_sum = η_mean / M.
pub fn equivalent_learning_rate(scenario: &Scenario) -> f64 {
    let samples = scenario.hyperparameters.batch_size.min(scenario.data.samples.len()) as f64;
    match scenario.hyperparameters.reduction {
        Reduction::Mean => scenario.hyperparameters.learning_rate / samples,
        Reduction::Sum => scenario.hyperparameters.learning_rate * samples,
    }
}

/// The seed in use, or the first one.
fn seed_of(start: &Start) -> u32 {
    match start {
        Start::Initialisation(initialisation) => initialisation.seed,
        Start::Parameters { .. } => 1,
    }
}

/// After a change of the cost, an output activation that it is defined on.
fn fit_output(scenario: &mut Scenario) -> Option<String> {
    let cost = scenario.hyperparameters.cost;
    let output = scenario.activations.last_mut()?;
    if cost.suits(*output) {
        return None;
    }
    let before = *output;
    *output = if cost == Cost::Cce { Activation::Softmax } else { Activation::Sigmoid };
    Some(format!("The output layer is {} now; {}.", output.name(), unsuited(cost, before)))
}

/// After a change of the output activation, a cost that is defined on it.
fn fit_cost(scenario: &mut Scenario) -> Option<String> {
    let output = *scenario.activations.last()?;
    let cost = &mut scenario.hyperparameters.cost;
    if cost.suits(output) {
        return None;
    }
    let before = *cost;
    *cost = if output == Activation::Softmax { Cost::Cce } else { Cost::HalfMse };
    Some(format!("The cost is {} now; {}.", called(*cost), unsuited(before, output)))
}

fn unsuited(cost: Cost, output: Activation) -> String {
    format!("{} does not go with {} outputs", called(cost), output.name().replace('_', " "))
}

/// A cost as the page names it.
fn called(cost: Cost) -> &'static str {
    match cost {
        Cost::HalfMse => "½ Σ (a − y)²",
        Cost::Mse => "Σ (a − y)²",
        Cost::Bce => "binary cross-entropy",
        Cost::Cce => "categorical cross-entropy",
    }
}

/// After a change of the shape, parameters of that shape: those given stay where they still have a
/// place, the others are drawn from seed 1.
fn fit_start(scenario: &mut Scenario) {
    let Start::Parameters { network, .. } = &mut scenario.start else { return };
    let same_activations =
        network.layers.iter().map(|layer| layer.activation).eq(scenario.activations.iter().copied());
    if network.sizes() == scenario.sizes && same_activations {
        return;
    }
    let initialisation = Initialisation { distribution: Distribution::Normal, seed: 1 };
    let mut fitted = initialisation.network(&scenario.sizes, &scenario.activations);
    let same_depth = network.layers.len() == fitted.layers.len();
    let parameters: Vec<Parameter> = if same_depth { fitted.parameters().collect() } else { Vec::new() };
    for parameter in parameters {
        if let (Some(place), Some(value)) = (fitted.get_mut(parameter), network.get(parameter)) {
            *place = value;
        }
    }
    *network = Arc::new(fitted);
}

/// After a change of the mini-batches or layers, a position that still exists.
fn fit_position(scenario: &mut Scenario) {
    if let Start::Parameters { mini_batch, .. } = &mut scenario.start
        && *mini_batch as usize
            >= scenario.data.samples.len().div_ceil(scenario.hyperparameters.batch_size.max(1))
    {
        *mini_batch = 0;
    }
    if scenario.check_position().is_err() {
        scenario.position = scenario.first_position();
    }
}
