//! Published worked examples (`published.json`).

use crate::reference::{assert_close, cost, get, golden, network, parameters, samples};
use deltascope::data::preset;
use deltascope::nn::{
    Activation, BiasRule, Cost, Gradient, Hyperparameters, Matrix, Network, Reduction, Sample, Trace,
    backprop, evaluate, train_mini_batch,
};
use serde_json::Value;

/// One example of the file.
struct Example(Value);

impl Example {
    fn read(id: &str) -> Self {
        let file = golden("published.json");
        Self(file.as_array().unwrap().iter().find(|example| example["id"] == id).unwrap().clone())
    }

    fn network(&self) -> Network {
        network(&self.0, &self.0)
    }

    fn hyperparameters(&self, bias_rule: BiasRule) -> Hyperparameters {
        let learning_rate = get(&self.0, "eta");
        let cost = Cost::HalfMse;
        Hyperparameters { cost, learning_rate, batch_size: 1, reduction: Reduction::Sum, bias_rule }
    }

    /// The trace of the first sample in the initial network.
    fn trace(&self) -> Trace {
        backprop(&self.network(), &samples(&self.0)[0], cost(&self.0))
    }

    /// The network after epochs with an update after each row.
    fn trained(&self, bias_rule: BiasRule, epochs: usize) -> Network {
        let (mut network, samples) = (self.network(), samples(&self.0));
        for _ in 0..epochs {
            for sample in &samples {
                train_mini_batch(&mut network, [sample], &self.hyperparameters(bias_rule));
            }
        }
        network
    }

    /// Compares with the published numbers to their last digit (where the file says that they are correct), and with the
    /// recomputed numbers to 1e-12.
    #[track_caller]
    fn check(&self, name: &str, got: &[f64]) {
        let check = self.0["checks"].as_array().unwrap().iter().find(|check| check["name"] == name);
        let check = check.unwrap_or_else(|| panic!("there is no {name}"));
        let (published, computed) = (numbers(&check["published"]), numbers(&check["computed"]));
        assert_eq!((got.len(), got.len()), (published.len(), computed.len()), "{name}: how many");
        let last_digit = 0.1f64.powi(get(check, "decimals"));
        for (index, got) in got.iter().enumerate() {
            let (published, computed) = (published[index], computed[index]);
            assert!((got - computed).abs() <= 1e-12 * computed.abs().max(1.0), "{name}: {got}, {computed}");
            if check["agrees_to_printed_digits"] == true {
                assert!((got - published).abs() <= 0.500001 * last_digit, "{name}: {got}, {published}");
            }
        }
    }
}

/// The numbers of a JSON value: a number or nested lists.
fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        _ => vec![value.as_f64().unwrap()],
    }
}

/// The preset of the page is the same example.
#[track_caller]
fn assert_preset_starts_there(id: &str, example: &Example) {
    let scenario = preset(id).unwrap().scenario().unwrap();
    assert_eq!(*scenario.network(), example.network());
    assert_eq!(scenario.data.samples.as_slice().unwrap(), samples(&example.0));
    assert_eq!(scenario.hyperparameters, example.hyperparameters(BiasRule::OwnDelta));
}

#[test]
fn mazur_forward_deltas_and_gradients() {
    let example = Example::read("mazur-2015");
    assert_preset_starts_there("mazur", &example);
    let network = example.network();
    let trace = example.trace();
    let (z, a) = (&trace.weighted_inputs, &trace.activations);
    example.check("net_h1", &z[0][..1]);
    example.check("out_h", &a[0]);
    example.check("net_o1", &z[1][..1]);
    example.check("out_o1", &a[1][..1]);
    example.check("out_o2", &a[1][1..]);
    let y = &samples(&example.0)[0].y;
    example.check("E_o", &Cost::HalfMse.terms(&z[1], &a[1], y));
    example.check("E_total", &[trace.cost]);
    example.check("dE/dout_o1", &Cost::HalfMse.gradient(&a[1], y)[..1]);
    example.check("dout_o1/dnet", &[Activation::Sigmoid.derivative(a[1][0])]);
    example.check("delta_o1", &trace.deltas[1][..1]);
    example.check("dE_o1/dout_h1", &[network.layers[1].weights[(0, 0)] * trace.deltas[1][0]]);
    example.check("dE_o2/dout_h1", &[network.layers[1].weights[(1, 0)] * trace.deltas[1][1]]);
    example.check("dE/dout_h1", &network.layers[1].weights.transpose_mul(&trace.deltas[1])[..1]);
    example.check("dout_h1/dnet", &[Activation::Sigmoid.derivative(a[0][0])]);
    let gradient = Gradient::of_sample(&network, &trace);
    example.check("dE/dw5", &[gradient.nabla_w[1][(0, 0)]]);
    example.check("dE/dw1", &[gradient.nabla_w[0][(0, 0)]]);
}

#[test]
fn mazur_w1_to_w8_with_frozen_biases() {
    let example = Example::read("mazur-2015");
    let network = example.trained(BiasRule::Frozen, 1);
    let weights = network.layers.iter().flat_map(|layer| layer.weights.values());
    for (number, weight) in weights.enumerate() {
        example.check(&format!("w{}+", number + 1), &[*weight]);
    }
}

#[test]
fn mazur_after_1_and_10000_rounds_by_each_bias_rule() {
    let example = Example::read("mazur-2015");
    for (variant, rule) in [
        ("simultaneous/fixed", BiasRule::Frozen),
        ("simultaneous/own", BiasRule::OwnDelta),
        ("simultaneous/shared_or_wrong", BiasRule::SharedBias),
    ] {
        let want = &example.0["variants"][variant];
        let samples = samples(&example.0);
        for (rounds, tolerance) in [(1, 1e-12), (10_000, 1e-9)] {
            let network = example.trained(rule, rounds);
            let error = evaluate(&network, &samples, Cost::HalfMse).cost_sum;
            let name = |what| format!("{variant}, {rounds} rounds, {what}");
            assert_close(&name("E"), error, &want[format!("E_after_{rounds}")], tolerance);
            assert_close(&name("b"), parameters(&network).1, &want[format!("b_after_{rounds}")], tolerance);
            if rounds == 10_000 {
                let trace = backprop(&network, &samples[0], Cost::HalfMse);
                assert_close(&name("out"), &trace.activations[1], &want["out_after_10000"], tolerance);
            }
        }
    }
}

#[test]
fn han_and_kamber_updates_biases_included() {
    let example = Example::read("han-kamber-9.1");
    assert_preset_starts_there("han-kamber", &example);
    let trace = example.trace();
    example.check("net 4,5", &trace.weighted_inputs[0]);
    example.check("O4,O5", &trace.activations[0]);
    example.check("net 6", &trace.weighted_inputs[1]);
    example.check("O6", &trace.activations[1]);
    // The published Err is −δ.
    example.check("Err6", &[-trace.deltas[1][0]]);
    example.check("Err4,Err5", &[-trace.deltas[0][0], -trace.deltas[0][1]]);
    let network = example.trained(BiasRule::OwnDelta, 1);
    example.check("w46,w56", network.layers[1].weights.row(0));
    example.check("w14,w24,w34", network.layers[0].weights.row(0));
    example.check("w15,w25,w35", network.layers[0].weights.row(1));
    example.check("theta6", &network.layers[1].biases);
    example.check("theta4,theta5", &network.layers[0].biases);
    let wrong = example.trained(BiasRule::LayerSum, 1);
    assert_close("the wrong rule", &wrong.layers[0].biases, &example.0["wrong_bias_rule"], 1e-12);
}

#[test]
fn brownlee_twenty_epochs() {
    let example = Example::read("brownlee-10row-training");
    assert_preset_starts_there("brownlee", &example);
    let (mut network, samples) = (example.network(), samples(&example.0));
    let hyperparameters = example.hyperparameters(BiasRule::OwnDelta);
    // The published log is Σ (a − y)² before the update of each row: twice the cost here.
    let log: Vec<f64> = (0..20)
        .map(|_| {
            2.0 * samples
                .iter()
                .map(|row| train_mini_batch(&mut network, [row], &hyperparameters))
                .sum::<f64>()
        })
        .collect();
    example.check("20-epoch log", &log);
    example.check("final hidden w", network.layers[0].weights.values());
    example.check("final hidden b", &network.layers[0].biases);
    example.check("final out w", network.layers[1].weights.values());
    example.check("final out b", &network.layers[1].biases);
    assert_eq!(evaluate(&network, &samples, Cost::HalfMse).correct_samples, 10);
}

#[test]
fn brownlee_forward_and_delta_example() {
    let example = Example::read("brownlee-forward-backward");
    example.check("forward [1,0]", &example.trace().activations[1]);
    // The delta example starts from given outputs. Its delta is −δ.
    let (hidden, outputs, y) = (0.7105668883115941, [0.6213859615555266, 0.6573693455986976], [0.0, 1.0]);
    let derivatives = Activation::Sigmoid.derivatives(&outputs);
    let gradient = Cost::HalfMse.gradient(&outputs, &y);
    let delta: Vec<f64> = gradient.iter().zip(derivatives).map(|(nabla, prime)| nabla * prime).collect();
    example.check("delta output (hand-set outputs)", &[-delta[0], -delta[1]]);
    let back = example.network().layers[1].weights.transpose_mul(&delta)[0];
    example.check("delta hidden", &[-back * Activation::Sigmoid.derivative(hidden)]);
}

#[test]
fn hmkcode_without_biases() {
    let example = Example::read("hmkcode");
    let trace = example.trace();
    example.check("h", &trace.activations[0]);
    example.check("out", &trace.activations[1]);
    example.check("Error", &[trace.cost]);
    example.check("delta", &trace.deltas[1]);
    let network = example.trained(BiasRule::Frozen, 1);
    example.check("w5,w6 (code print)", network.layers[1].weights.values());
    let want = &example.0["correct_new_w1_w4"];
    assert_close("w1 to w4", network.layers[0].weights.values(), want, 1e-12);
    let after = backprop(&network, &samples(&example.0)[0], Cost::HalfMse);
    assert_close("prediction", &after.activations[1], &example.0["correct_new_prediction"], 1e-12);
}

#[test]
fn cs231n_one_sigmoid_neuron() {
    let example = Example::read("cs231n-sigmoid-neuron");
    let network = example.network();
    let x: Vec<f64> = get::<Vec<Vec<f64>>>(&example.0, "x").remove(0);
    let output = backprop(&network, &Sample { x: x.clone(), y: vec![0.0] }, Cost::HalfMse).activations[0][0];
    example.check("f", &[output]);
    // The published derivatives are those of the output: with a target that is 1 less, ∂C/∂a = 1.
    let trace = backprop(&network, &Sample { x, y: vec![output - 1.0] }, Cost::HalfMse);
    let gradient = Gradient::of_sample(&network, &trace);
    let weights: &Matrix = &gradient.nabla_w[0];
    example.check("dw0,dw1,db", &[weights[(0, 0)], weights[(0, 1)], gradient.nabla_b[0][0]]);
    example.check("dx", &network.layers[0].weights.transpose_mul(&trace.deltas[0]));
}
