//! The workloads.

use deltascope::nn::{
    Activation, BiasRule, Cost, Distribution, Hyperparameters, Initialisation, Network, Reduction, Sample,
};

/// A network and its samples.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) network: Network,
    pub(crate) samples: Vec<Sample>,
    pub(crate) hyperparameters: Hyperparameters,
}

impl Workload {
    /// The multiplications and additions of the matrix products: forward pass, backward pass and gradient.
    pub(crate) fn operations_per_sample(&self) -> f64 {
        let weights = |layer: &deltascope::nn::Layer| layer.weights.values().len();
        let all: usize = self.network.layers.iter().map(weights).sum();
        let behind: usize = self.network.layers.iter().skip(1).map(weights).sum();
        (2 * (2 * all + behind)) as f64
    }
}

/// W1 … W5, as in `peer.py`.
pub(crate) fn all() -> Vec<Workload> {
    use Activation::{Sigmoid, Softmax, Tanh};
    vec![
        workload("W1", "2-4-2-1 tanh, half_mse, mini-batch 10", &[2, 4, 2, 1], &[Tanh; 3], 500, 10, 0.03),
        Workload {
            samples: exclusive_or(),
            ..workload("W2", "2-2-1 sigmoid, XOR, per sample", &[2, 2, 1], &[Sigmoid; 2], 4, 1, 0.5)
        },
        workload("W3", "7-5-3 sigmoid, per sample", &[7, 5, 3], &[Sigmoid; 2], 210, 1, 0.5),
        workload(
            "W4",
            "784-30-10 sigmoid, half_mse, mini-batch 10",
            &[784, 30, 10],
            &[Sigmoid; 2],
            10_000,
            10,
            3.0,
        ),
        workload(
            "W5",
            "64-32-10 tanh and softmax, cce, mini-batch 32",
            &[64, 32, 10],
            &[Tanh, Softmax],
            1797,
            32,
            0.1,
        ),
    ]
}

fn workload(
    name: &'static str,
    title: &'static str,
    sizes: &[usize],
    activations: &[Activation],
    count: usize,
    batch_size: usize,
    learning_rate: f64,
) -> Workload {
    let outputs = sizes[sizes.len() - 1];
    let mut random = Random(1);
    let mut sample = || {
        let x = (0..sizes[0]).map(|_| random.unit()).collect();
        let class = (random.unit() * outputs.max(2) as f64) as usize;
        Sample { x, y: (0..outputs).map(|j| f64::from(u8::from(j == class))).collect() }
    };
    let cost = if activations.ends_with(&[Activation::Softmax]) { Cost::Cce } else { Cost::HalfMse };
    Workload {
        name,
        title,
        network: Initialisation { distribution: Distribution::Normal, seed: 1 }.network(sizes, activations),
        samples: (0..count).map(|_| sample()).collect(),
        hyperparameters: Hyperparameters {
            cost,
            learning_rate,
            batch_size,
            reduction: Reduction::Mean,
            bias_rule: BiasRule::OwnDelta,
        },
    }
}

fn exclusive_or() -> Vec<Sample> {
    let row = |a: u8, b: u8| Sample { x: vec![a.into(), b.into()], y: vec![(a ^ b).into()] };
    vec![row(0, 0), row(0, 1), row(1, 0), row(1, 1)]
}

/// Splitmix64, a random number generator with a seed.
struct Random(u64);

impl Random {
    /// Uniform in [0, 1).
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}
