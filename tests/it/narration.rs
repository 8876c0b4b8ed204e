//! The sentence about a moment: every number is the quantity that the words before it name.

use crate::arbitrary::{Problem, problem};
use crate::sessions::{preset, settle};
use deltascope::data::presets;
use deltascope::nn::{
    BiasRule, Gradient, Hyperparameters, Initialisation, Network, Reduction, Trace, backprop, evaluate,
};
use deltascope::scenario::{Data, Moment, Position, SampleOrder, Scenario, Start, Updating};
use deltascope::session::{Direction, Navigate, Session, StepSize, View};
use deltascope::view::narration::{Part, Quantity, narration, sentence};
use proptest::prelude::*;
use std::sync::Arc;

/// The numbers of the current mini-batch, computed again from its samples and the parameters before it.
struct Reference {
    traces: Vec<Trace>,
    after: Network,
    costs_after: f64,
}

impl Reference {
    fn of(session: &Session) -> Self {
        let (scenario, before) = (session.scenario(), &session.mini_batch().network_before);
        let Hyperparameters { cost, learning_rate, reduction, bias_rule, .. } = scenario.hyperparameters;
        let order = scenario.epoch_order(session.position().epoch);
        let rows = scenario.mini_batch_rows(&order, session.position().mini_batch as usize);
        let samples: Vec<_> = scenario.data.samples.select(rows).map(|s| s.into_owned()).collect();
        let traces: Vec<_> = samples.iter().map(|sample| backprop(before, sample, cost)).collect();
        let mut sum = Gradient::zeros(before);
        traces.iter().for_each(|trace| sum.accumulate(trace));
        let divisor = if reduction == Reduction::Mean { rows.len() as f64 } else { 1.0 };
        let mut after = Network::clone(before);
        for (layer, nabla_b) in after.layers.iter_mut().zip(&sum.nabla_b) {
            let across: f64 = nabla_b.iter().sum();
            for (bias, own) in layer.biases.iter_mut().zip(nabla_b) {
                let gradient = match bias_rule {
                    BiasRule::OwnDelta => *own,
                    BiasRule::LayerSum | BiasRule::SharedBias => across,
                    BiasRule::Frozen => 0.0,
                };
                *bias -= learning_rate * gradient / divisor;
            }
        }
        let costs_after = samples
            .iter()
            .map(|sample| evaluate(&session.mini_batch().network_after, [sample], cost).cost_sum)
            .sum();
        Self { traces, after, costs_after }
    }

    fn value(&self, session: &Session, quantity: Quantity) -> f64 {
        let Position { moment, mini_batch, .. } = session.position();
        let scenario = session.scenario();
        let samples = self.traces.len();
        let sample = moment.sample().unwrap_or(samples - 1);
        let accumulated = match moment {
            Moment::Accumulate { sample } => sample as usize + 1,
            Moment::Update { .. } => samples,
            _ => sample,
        };
        let order = scenario.epoch_order(session.position().epoch);
        let row = scenario.mini_batch_rows(&order, mini_batch as usize)[sample];
        let trace = &self.traces[sample];
        let count = match quantity {
            Quantity::SampleNumber => sample + 1,
            Quantity::SampleCount => samples,
            Quantity::RowNumber => scenario.data.samples.row_number(row) + 1,
            Quantity::Accumulated => accumulated,
            Quantity::BatchSize => scenario.hyperparameters.batch_size,
            Quantity::RunUpdates { run } => match scenario.compared_runs()[run].updating {
                Updating::PerSample => accumulated,
                Updating::Sum | Updating::Mean | Updating::DuringBackward => {
                    usize::from(session.visible().finished())
                }
            },
            Quantity::Input { source } => return trace.input[source],
            Quantity::Target { neuron } => return scenario.data.samples.target(row)[neuron],
            Quantity::WeightedInput { layer, neuron } => return trace.weighted_inputs[layer][neuron],
            Quantity::Activation { layer, neuron } => return trace.activations[layer][neuron],
            Quantity::Cost => return trace.cost,
            Quantity::Delta { layer, neuron } => return trace.deltas[layer][neuron],
            Quantity::NablaW { layer, neuron, source } => {
                let sources = if layer == 0 { &trace.input } else { &trace.activations[layer - 1] };
                return sources[source] * trace.deltas[layer][neuron];
            }
            Quantity::BiasBefore { layer, neuron } => {
                return session.mini_batch().network_before.layers[layer].biases[neuron];
            }
            Quantity::BiasAfter { layer, neuron } => return self.after.layers[layer].biases[neuron],
            Quantity::MeanCostBefore => {
                return self.traces.iter().map(|trace| trace.cost).sum::<f64>() / samples as f64;
            }
            Quantity::MeanCostAfter => return self.costs_after / samples as f64,
        };
        count as f64
    }
}

/// What the words before a quantity must end with.
fn names(session: &Session, quantity: Quantity) -> Vec<String> {
    let names: &[&str] = match quantity {
        Quantity::SampleNumber => &["Sample ", "gradient of sample ", "Before sample "],
        Quantity::SampleCount => &[" of ", ": all ", "mini-batch of the epoch: "],
        Quantity::RowNumber => &["(row "],
        Quantity::Accumulated => &["Nothing is updated yet: ", "After sample "],
        Quantity::BatchSize => &["instead of "],
        Quantity::RunUpdates { run } => return vec![format!("run {} has made ", run + 1)],
        Quantity::Input { source } => return vec![format!("{} = ", session.scenario().data.inputs[source])],
        Quantity::Target { .. } => &["target "],
        Quantity::WeightedInput { .. } => &["bias give z = "],
        Quantity::Activation { .. } => &["gives a = ", "Output "],
        Quantity::Cost => &["cost "],
        Quantity::Delta { .. } => &["δ = ", "∂C/∂b is the neuron’s own δ: "],
        Quantity::NablaW { layer, neuron, .. } => {
            let of = format!(
                "∂C/∂w = a of the source × δ of the neuron: for neuron {} of layer {} ",
                neuron + 1,
                layer + 1
            );
            return vec![of];
        }
        Quantity::BiasBefore { .. } => &["b goes from "],
        Quantity::BiasAfter { .. } => &[" to ", "b stays "],
        Quantity::MeanCostBefore => &["Mean cost: "],
        Quantity::MeanCostAfter => &[" → "],
    };
    names.iter().map(|&name| name.to_owned()).collect()
}

/// The layer of a quantity must be that of the moment.
fn layer(quantity: Quantity) -> Option<usize> {
    match quantity {
        Quantity::WeightedInput { layer, .. }
        | Quantity::Delta { layer, .. }
        | Quantity::NablaW { layer, .. }
        | Quantity::BiasBefore { layer, .. }
        | Quantity::BiasAfter { layer, .. } => Some(layer),
        _ => None,
    }
}

/// The value of a text, and half a unit of its last digit.
fn parsed(text: &str) -> (f64, f64) {
    let text = text.replace('−', "-").replace('+', "");
    let (mantissa, exponent) = text.split_once("×10").unwrap_or((&text, ""));
    let exponent: String = exponent
        .chars()
        .map(|c| match "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|digit| digit == c) {
            Some(digit) => char::from_digit(digit as u32, 10).unwrap(),
            None => '-',
        })
        .collect();
    let exponent: i32 = if exponent.is_empty() { 0 } else { exponent.parse().unwrap() };
    let decimals = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len()) as i32;
    (format!("{mantissa}e{exponent}").parse().unwrap(), 0.5 * 10f64.powi(exponent - decimals))
}

/// Asserts that every number of the sentence is the quantity that the words before it name. Returns how many there are.
#[track_caller]
fn check(session: &Session, context: &str) -> usize {
    let reference = Reference::of(session);
    let context = format!("{context}, {:?}: {}", session.position(), sentence(session));
    let (mut before, mut after_number) = (String::new(), false);
    let mut numbers = 0;
    for part in narration(session).0 {
        let quantity = match part {
            // Of a list, each number has the name of the first.
            Part::Words(words) if words == "[" || words == ", " => continue,
            Part::Words(words) => {
                if std::mem::take(&mut after_number) {
                    before.clear();
                }
                before += &words;
                let layer = session.position().moment.layer();
                for named in
                    words.split("layer ").skip(1).filter_map(|rest| rest.chars().next()?.to_digit(10))
                {
                    let is_hidden_error = matches!(session.position().moment, Moment::Delta { .. });
                    let layer = layer.unwrap_or_else(|| panic!("a layer is named: {context}"));
                    let next = is_hidden_error && words.contains("come") && named as usize == layer + 2;
                    assert!(named as usize == layer + 1 || next, "layer {named}: {context}");
                }
                continue;
            }
            Part::Quantity(quantity) => quantity,
        };
        (numbers, after_number) = (numbers + 1, true);
        let names = names(session, quantity);
        assert!(names.iter().any(|name| before.ends_with(name)), "{quantity:?} after {before:?}: {context}");
        if let Some(layer) = layer(quantity) {
            assert_eq!(Some(layer), session.position().moment.layer(), "{quantity:?}: {context}");
        }
        let want = reference.value(session, quantity);
        let text = quantity.text(session);
        let (got, half) = parsed(&text);
        let tolerance = if got == 0.0 { 1e-14 } else { half * (1.0 + 1e-9) + 1e-12 * want.abs() };
        assert!((got - want).abs() <= tolerance, "{quantity:?} is {want}, not {text}: {context}");
        if matches!(quantity, Quantity::Delta { .. } | Quantity::NablaW { .. }) && got != 0.0 {
            assert!(text.starts_with(['+', '−']), "{text} has no sign: {context}");
        }
    }
    assert!(numbers > 0, "no numbers: {context}");
    numbers
}

/// Checks every moment of the first two mini-batches, neuron by neuron where layers are small.
fn check_moments(mut session: Session, context: &str) -> usize {
    let by = match session.scenario().sizes[1..].iter().max() {
        Some(..=6) => StepSize::Neuron,
        _ => StepSize::Equation,
    };
    let mut numbers = 0;
    while session.updates() < 2 {
        numbers += check(&session, context);
        if session.update(Navigate::Stepped { by, direction: Direction::Forward }).is_err() {
            break; // a random network may diverge
        }
        settle(&mut session);
    }
    numbers
}

#[test]
fn every_number_of_a_sentence_is_what_it_says_in_every_preset() {
    let mut numbers = 0;
    for preset in presets() {
        let scenario = preset.scenario().unwrap();
        numbers += check_moments(Session::new(scenario.clone()).unwrap(), preset.id);
        if !scenario.runs.is_empty() {
            // The same scenario in the stepper.
            let session = Session::new(Scenario { runs: Vec::new(), ..scenario }).unwrap();
            assert_eq!(session.view_state().view, View::Stepper);
            numbers += check_moments(session, preset.id);
        }
    }
    assert!(numbers > 3000, "{numbers}");
}

#[test]
fn every_number_of_a_sentence_is_what_it_says_with_each_rule() {
    for bias_rule in BiasRule::ALL {
        for reduction in [Reduction::Sum, Reduction::Mean] {
            for batch_size in [1, 3, 4] {
                let mut scenario = preset("xor");
                scenario.start = Start::Initialisation(Initialisation {
                    distribution: deltascope::nn::Distribution::Normal,
                    seed: 5,
                });
                scenario.hyperparameters =
                    Hyperparameters { bias_rule, reduction, batch_size, ..scenario.hyperparameters };
                let context = format!("{bias_rule:?}, {reduction:?}, {batch_size}");
                check_moments(Session::new(scenario).unwrap(), &context);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_number_of_a_sentence_is_what_it_says_in_random_scenarios(
        Problem { network, cost, samples } in problem(),
        batch_size in 1..5usize,
        mean in any::<bool>(),
        rule in 0..4usize,
    ) {
        let sizes = network.sizes();
        let names = |letter: &str, count: usize| (1..=count).map(|k| format!("{letter}{k}")).collect::<Vec<_>>();
        let bias_rule = BiasRule::ALL[rule];
        // One shared bias needs equal biases.
        prop_assume!(bias_rule != BiasRule::SharedBias || sizes[1..].iter().all(|&size| size == 1));
        let scenario = Scenario {
            activations: network.layers.iter().map(|layer| layer.activation).collect(),
            data: Arc::new(Data {
                inputs: names("x", sizes[0]),
                targets: names("y", sizes[sizes.len() - 1]),
                samples: samples.into_iter().collect(),
                ..Data::default()
            }),
            sizes,
            start: Start::Parameters { network: network.into(), epoch: 0, mini_batch: 0 },
            hyperparameters: Hyperparameters {
                cost,
                learning_rate: 0.3,
                batch_size,
                reduction: if mean { Reduction::Mean } else { Reduction::Sum },
                bias_rule,
            },
            order: SampleOrder::Shuffled(2),
            position: Position::default(),
            ..preset("and")
        };
        scenario.check().unwrap();
        if let Ok(session) = Session::new(scenario) {
            check_moments(session, "random");
        }
    }
}
