//! Prints every number of backpropagation for the cases of a file.
//!
//! `cargo run --release --example trace -- FILE` reads `{"cases": [{id, sizes, activations, cost, eta, weights, biases,
//! x, y}, …]}` and prints the cases with all results: z, a, δ and gradient of each sample, the gradient of the
//! mini-batch, and the parameters after each kind of update. Other fields are ignored. A case that is refused is one line
//! on stderr; the others are printed, and the exit code is 2. An example of such a file is `tests/golden/golden.json`.

mod common;

use deltascope::nn::{
    BiasRule, Gradient, Hyperparameters, Matrix, Network, Reduction, Sample, backprop, evaluate,
};
use serde::Serialize;
use serde_json::{Value, json};
use std::process::ExitCode;

fn main() -> ExitCode {
    common::run("trace", |input| {
        let (mut cases, mut refused) = (Vec::new(), Vec::new());
        for (index, case) in common::list(input, "cases")?.iter().enumerate() {
            let name = match case.get("id") {
                Some(id) => format!("case {id}"),
                None => format!("cases[{index}]"),
            };
            match compute(case) {
                Ok(case) => cases.push(case),
                Err(problem) => refused.push(format!("{name}: {problem}")),
            }
        }
        if cases.is_empty() {
            return Ok((None, refused));
        }
        let output = serde_json::to_string(&Output { cases }).map_err(|error| error.to_string())?;
        Ok((Some(output + "\n"), refused))
    })
}

/// The output.
#[derive(Serialize)]
struct Output<'a> {
    cases: Vec<Case<'a>>,
}

/// The output for a case: the input fields, then the results.
#[derive(Serialize)]
struct Case<'a> {
    id: &'a Value,
    sizes: &'a Value,
    activations: &'a Value,
    cost: &'a Value,
    eta: &'a Value,
    weights: &'a Value,
    biases: &'a Value,
    x: &'a Value,
    y: &'a Value,
    cost_before: CostBefore,
    per_sample: Vec<PerSample>,
    grad_sum: Derivatives,
    grad_mean: Derivatives,
    after: Updated,
    after_wrong_bias: Updated,
}

/// The cost of the mini-batch.
#[derive(Serialize)]
struct CostBefore {
    sum: f64,
    mean: f64,
}

/// The results for a sample, layer by layer.
#[derive(Serialize)]
struct PerSample {
    cost: f64,
    z: Vec<Vec<f64>>,
    a: Vec<Vec<f64>>,
    delta: Vec<Vec<f64>>,
    #[serde(flatten)]
    derivatives: Derivatives,
}

/// ∂C/∂b and ∂C/∂w, layer by layer.
#[derive(Serialize)]
struct Derivatives {
    db: Vec<Vec<f64>>,
    dw: Vec<Matrix>,
}

impl From<Gradient> for Derivatives {
    fn from(gradient: Gradient) -> Self {
        Self { db: gradient.nabla_b, dw: gradient.nabla_w }
    }
}

/// The network after the mini-batch, by each kind of update.
#[derive(Serialize)]
struct Updated {
    sum: State,
    mean: State,
    per_sample: State,
}

#[derive(Serialize)]
struct State {
    weights: Vec<Matrix>,
    biases: Vec<Vec<f64>>,
    cost_sum: f64,
    cost_mean: f64,
}

/// A case with its results.
fn compute(case: &Value) -> Result<Case<'_>, String> {
    let hyperparameters = [("batch_size", json!(1)), ("reduction", json!("sum"))];
    let scenario = common::scenario(case, case, case, &hyperparameters)?;
    let (network, hyperparameters) = (scenario.network(), scenario.hyperparameters);
    let samples = scenario.data.samples.as_slice().unwrap_or_default();

    let traces: Vec<_> =
        samples.iter().map(|sample| backprop(&network, sample, hyperparameters.cost)).collect();
    let mut gradient = Gradient::zeros(&network);
    for trace in &traces {
        gradient.accumulate(trace);
    }
    let per_sample = traces.iter().map(|trace| PerSample {
        cost: trace.cost,
        z: trace.weighted_inputs.clone(),
        a: trace.activations.clone(),
        delta: trace.deltas.clone(),
        derivatives: Gradient::of_sample(&network, trace).into(),
    });
    let cost_sum = traces.iter().fold(0.0, |sum, trace| sum + trace.cost);

    let case = Case {
        id: common::field(case, "id")?,
        sizes: common::field(case, "sizes")?,
        activations: common::field(case, "activations")?,
        cost: common::field(case, "cost")?,
        eta: common::field(case, "eta")?,
        weights: common::field(case, "weights")?,
        biases: common::field(case, "biases")?,
        x: common::field(case, "x")?,
        y: common::field(case, "y")?,
        cost_before: CostBefore { sum: cost_sum, mean: cost_sum / samples.len() as f64 },
        per_sample: per_sample.collect(),
        grad_mean: gradient.clone().reduced(Reduction::Mean, samples.len()).into(),
        grad_sum: gradient.into(),
        after: updated(
            &network,
            samples,
            Hyperparameters { bias_rule: BiasRule::OwnDelta, ..hyperparameters },
        ),
        after_wrong_bias: updated(
            &network,
            samples,
            Hyperparameters { bias_rule: BiasRule::LayerSum, ..hyperparameters },
        ),
    };
    let results = serde_json::to_value(&case).map_err(|error| error.to_string())?;
    common::finite(&results)?;
    Ok(case)
}

fn updated(network: &Network, samples: &[Sample], hyperparameters: Hyperparameters) -> Updated {
    let train = |batch_size, reduction| {
        let mut network = network.clone();
        common::train_epoch(
            &mut network,
            samples,
            &Hyperparameters { batch_size, reduction, ..hyperparameters },
        );
        let evaluation = evaluate(&network, samples, hyperparameters.cost);
        let (weights, biases) = network.layers.into_iter().map(|layer| (layer.weights, layer.biases)).unzip();
        State { weights, biases, cost_sum: evaluation.cost_sum, cost_mean: evaluation.cost_mean() }
    };
    Updated {
        sum: train(samples.len(), Reduction::Sum),
        mean: train(samples.len(), Reduction::Mean),
        per_sample: train(1, Reduction::Sum),
    }
}
