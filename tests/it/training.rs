//! Complete trainings without randomness, compared with two other implementations (`training.json`),
//! and published ones (`public.json`).

use crate::reference::{assert_close, cost, get, golden, network, parameters, samples};
use deltascope::nn::{Hyperparameters, evaluate, train_mini_batch};
use serde_json::Value;

const TOLERANCE: f64 = 1e-9;

#[test]
fn every_training_matches_at_every_traced_epoch_and_at_its_end() {
    for (file, count) in [("training.json", 24), ("public.json", 4)] {
        let file = golden(file);
        assert_eq!(file["runs"].as_array().unwrap().len(), count);
        all_runs_match(&file);
    }
}

fn all_runs_match(file: &Value) {
    for run in file["runs"].as_array().unwrap() {
        let id = run["id"].as_str().unwrap();
        let hyperparameters = Hyperparameters {
            cost: cost(run),
            learning_rate: get(run, "eta"),
            batch_size: get(run, "batch_size"),
            reduction: get(run, "reduction"),
            bias_rule: get(run, "bias_rule"),
        };
        let samples = samples(&file["datasets"][run["dataset"].as_str().unwrap()]);
        let mut network = network(run, &run["start"]);
        let mut epochs = 0;
        for traced in run["trace"].as_array().unwrap() {
            let epoch: u64 = get(traced, "epoch");
            while epochs < epoch {
                for mini_batch in samples.chunks(hyperparameters.batch_size) {
                    train_mini_batch(&mut network, mini_batch, &hyperparameters);
                }
                epochs += 1;
            }
            let evaluation = evaluate(&network, &samples, hyperparameters.cost);
            let name = |field| format!("{id}, epoch {epoch}, {field}");
            assert_close(&name("cost"), evaluation.cost_mean(), &traced["cost_mean"], TOLERANCE);
            assert_close(&name("accuracy"), evaluation.accuracy(), &traced["accuracy"], TOLERANCE);
            assert_eq!(
                evaluation.correct_outputs,
                get::<usize>(traced, "outputs_right"),
                "{}",
                name("outputs")
            );
        }
        let (weights, biases) = parameters(&network);
        assert_close(&format!("{id}, final weights"), weights, &run["final"]["weights"], TOLERANCE);
        assert_close(&format!("{id}, final biases"), biases, &run["final"]["biases"], TOLERANCE);
    }
}
