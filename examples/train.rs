//! Trains the runs of a file.
//!
//! `cargo run --release --example train -- FILE` reads `{"datasets": {name: {x, y}}, "runs": [{dataset,
//! sizes, activations, cost, eta, batch_size, reduction, bias_rule, start: {weights, biases}, trace:
//! [{epoch}, …]}, …]}` and prints the file with the results: `trace` (cost and accuracy after these epochs; the
//! accuracy of a regression is null) and `final` (the parameters after the last of them). The rows are in file order. A run that is refused is one line on stderr; the
//! file is printed with the others, and the exit code is 2. An example of such a file is `tests/golden/training.json`.

mod common;

use deltascope::nn::{Matrix, evaluate};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::ExitCode;

fn main() -> ExitCode {
    common::run("train", |input| {
        let datasets = common::field(input, "datasets")?;
        let (mut runs, mut refused) = (Vec::new(), Vec::new());
        for (index, run) in common::list(input, "runs")?.iter().enumerate() {
            let name = match run.get("id") {
                Some(id) => format!("run {id}"),
                None => format!("runs[{index}]"),
            };
            match train(run, datasets) {
                Ok((trace, last)) => {
                    let mut run = run.clone();
                    run["trace"] = trace;
                    run["final"] = last;
                    runs.push(run);
                }
                Err(problem) => refused.push(format!("{name}: {problem}")),
            }
        }
        if runs.is_empty() {
            return Ok((None, refused));
        }
        let mut output = input.clone();
        output["runs"] = Value::Array(runs);
        Ok((Some(format!("{output}\n")), refused))
    })
}

/// The `trace` and `final` of a run.
fn train(run: &Value, datasets: &Value) -> Result<(Value, Value), String> {
    let epochs = traced_epochs(run)?;
    let dataset = common::field(run, "dataset")?;
    let samples = dataset
        .as_str()
        .and_then(|name| datasets.get(name))
        .ok_or_else(|| format!("dataset: there is no {dataset} among the datasets"))?;
    let hyperparameters = ["batch_size", "reduction", "bias_rule"]
        .map(|name| common::field(run, name).map(|value| (name, value.clone())))
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    let scenario = common::scenario(run, common::field(run, "start")?, samples, &hyperparameters)?;

    let mut network = scenario.network().into_owned();
    let samples = scenario.data.samples.as_slice().unwrap_or_default();
    let has_classes = scenario.has_classes();
    let mut points = BTreeMap::new();
    for epoch in 0..=epochs.iter().copied().max().unwrap_or(0) {
        if epoch > 0 {
            common::train_epoch(&mut network, samples, &scenario.hyperparameters);
        }
        if network.first_not_finite().is_some() {
            let eta = scenario.hyperparameters.learning_rate;
            return Err(format!(
                "diverged in epoch {epoch}: eta {eta:e} is too large here; take a smaller one"
            ));
        }
        if epochs.contains(&epoch) {
            let evaluation = evaluate(&network, samples, scenario.hyperparameters.cost);
            let mut point = json!({
                "epoch": epoch,
                "cost_mean": evaluation.cost_mean(),
                "outputs_right": evaluation.correct_outputs,
            });
            common::finite(&point).map_err(|problem| format!("epoch {epoch}: {problem}"))?;
            point["accuracy"] = json!(has_classes.then(|| evaluation.accuracy()));
            points.insert(epoch, point);
        }
    }
    let trace: Vec<&Value> = epochs.iter().filter_map(|epoch| points.get(epoch)).collect();
    let (weights, biases): (Vec<Matrix>, Vec<Vec<f64>>) =
        network.layers.into_iter().map(|layer| (layer.weights, layer.biases)).unzip();
    Ok((json!(trace), json!({ "weights": weights, "biases": biases })))
}

/// The epochs in the `trace` of a run.
fn traced_epochs(run: &Value) -> Result<Vec<u64>, String> {
    let epochs = common::list(run, "trace")?.iter().enumerate().map(|(index, point)| {
        let epoch = common::field(point, "epoch").map_err(|problem| format!("trace[{index}].{problem}"))?;
        epoch.as_u64().ok_or_else(|| format!("trace[{index}].epoch: {epoch} is not a count of epochs"))
    });
    epochs.collect()
}
