//! Every number of one mini-batch, compared with PyTorch's (`golden.json`), and published exercises (`public.json`).

use crate::reference::{assert_close, cost, get, golden, network, parameters, samples};
use deltascope::nn::{
    BiasRule, Gradient, Hyperparameters, Network, Reduction, Sample, backprop, evaluate, train_mini_batch,
};
use serde_json::Value;

const TOLERANCE: f64 = 1e-12;

fn each_case(test: impl Fn(&str, &Value, Network, Vec<Sample>)) {
    for (file, count) in [("golden.json", 20), ("public.json", 17)] {
        let file = golden(file);
        let cases = file["cases"].as_array().unwrap();
        assert_eq!(cases.len(), count);
        for case in cases {
            test(case["id"].as_str().unwrap(), case, network(case, case), samples(case));
        }
    }
}

#[test]
fn forward_and_backward_pass_of_every_sample() {
    each_case(|id, case, network, samples| {
        let per_sample = case["per_sample"].as_array().unwrap();
        assert_eq!(per_sample.len(), samples.len(), "{id}");
        for (index, (sample, want)) in samples.iter().zip(per_sample).enumerate() {
            let trace = backprop(&network, sample, cost(case));
            let gradient = Gradient::of_sample(&network, &trace);
            let name = |field| format!("{id}, sample {index}, {field}");
            assert_close(&name("cost"), trace.cost, &want["cost"], TOLERANCE);
            assert_close(&name("z"), &trace.weighted_inputs, &want["z"], TOLERANCE);
            assert_close(&name("a"), &trace.activations, &want["a"], TOLERANCE);
            assert_close(&name("delta"), &trace.deltas, &want["delta"], TOLERANCE);
            assert_close(&name("db"), &gradient.nabla_b, &want["db"], TOLERANCE);
            assert_close(&name("dw"), &gradient.nabla_w, &want["dw"], TOLERANCE);
        }
    });
}

#[test]
fn gradient_of_the_mini_batch_as_sum_and_as_mean() {
    each_case(|id, case, network, samples| {
        let before = evaluate(&network, &samples, cost(case));
        assert_close(&format!("{id}, cost sum"), before.cost_sum, &case["cost_before"]["sum"], TOLERANCE);
        assert_close(
            &format!("{id}, cost mean"),
            before.cost_mean(),
            &case["cost_before"]["mean"],
            TOLERANCE,
        );
        let mut gradient = Gradient::zeros(&network);
        for sample in &samples {
            gradient.accumulate(&backprop(&network, sample, cost(case)));
        }
        for (field, reduction) in [("grad_sum", Reduction::Sum), ("grad_mean", Reduction::Mean)] {
            let gradient = gradient.clone().reduced(reduction, samples.len());
            assert_close(&format!("{id}, {field}, db"), &gradient.nabla_b, &case[field]["db"], TOLERANCE);
            assert_close(&format!("{id}, {field}, dw"), &gradient.nabla_w, &case[field]["dw"], TOLERANCE);
        }
    });
}

#[test]
fn parameters_after_each_kind_of_update_with_both_bias_rules() {
    each_case(|id, case, network, samples| {
        for (field, bias_rule) in [("after", BiasRule::OwnDelta), ("after_wrong_bias", BiasRule::LayerSum)] {
            for (kind, batch_size, reduction) in [
                ("sum", samples.len(), Reduction::Sum),
                ("mean", samples.len(), Reduction::Mean),
                ("per_sample", 1, Reduction::Sum),
            ] {
                let cost = cost(case);
                let learning_rate = get(case, "eta");
                let hyperparameters =
                    Hyperparameters { cost, learning_rate, batch_size, reduction, bias_rule };
                let mut network = network.clone();
                for mini_batch in samples.chunks(batch_size) {
                    train_mini_batch(&mut network, mini_batch, &hyperparameters);
                }
                let after = evaluate(&network, &samples, cost);
                let (weights, biases) = parameters(&network);
                let want = &case[field][kind];
                let name = |part| format!("{id}, {field}, {kind}, {part}");
                assert_close(&name("weights"), weights, &want["weights"], TOLERANCE);
                assert_close(&name("biases"), biases, &want["biases"], TOLERANCE);
                assert_close(&name("cost_sum"), after.cost_sum, &want["cost_sum"], TOLERANCE);
                assert_close(&name("cost_mean"), after.cost_mean(), &want["cost_mean"], TOLERANCE);
            }
        }
    });
}
