//! Initial parameters and sample orders from a seed: the same numbers on every machine and in every version.

use super::{Activation, Network};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_distr::{Distribution as _, StandardNormal};
use serde::{Deserialize, Serialize};

/// The distribution of the initial weights. Biases are 0 unless stated otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// Uniform between ±1/√fan-in.
    Uniform,
    /// Normal with mean 0 and standard deviation 1/√fan-in (Nielsen, chapter 3).
    Normal,
    /// Standard normal, mean 0 and standard deviation 1, for weights and biases alike (Nielsen, chapter 1).
    StandardNormal,
    /// All zero.
    Zero,
}

names!(
    Distribution: Uniform = "uniform", Normal = "normal", StandardNormal = "standard_normal", Zero = "zero"
);

/// How the initial parameters are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "{ \"distribution\": \"normal\", \"seed\": 1 }")]
pub struct Initialisation {
    /// The distribution of the weights.
    pub distribution: Distribution,
    /// The seed of the generator (ChaCha8).
    #[serde(default)]
    pub seed: u32,
}

impl Initialisation {
    /// A network of these sizes [n₀ … n_L]. Weights are drawn layer by layer and row by row; the biases of a layer, if they
    /// are drawn, after its weights.
    pub fn network(self, sizes: &[usize], activations: &[Activation]) -> Network {
        let mut network = Network::zeros(sizes, activations);
        let mut generator = ChaCha8Rng::seed_from_u64(self.seed.into());
        for layer in &mut network.layers {
            let scale = 1.0 / libm::sqrt(layer.sources() as f64);
            for weight in layer.weights.values_mut() {
                *weight = match self.distribution {
                    Distribution::Uniform => scale * (2.0 * unit(&mut generator) - 1.0),
                    Distribution::Normal => {
                        let normal: f64 = StandardNormal.sample(&mut generator);
                        scale * normal
                    }
                    Distribution::StandardNormal => StandardNormal.sample(&mut generator),
                    Distribution::Zero => 0.0,
                };
            }
            if self.distribution == Distribution::StandardNormal {
                layer.biases.fill_with(|| StandardNormal.sample(&mut generator));
            }
        }
        network
    }
}

/// Uniform in [0, 1), of 53 random bits.
fn unit(generator: &mut ChaCha8Rng) -> f64 {
    const STEP: f64 = 1.0 / (1u64 << 53) as f64;
    (generator.next_u64() >> 11) as f64 * STEP
}

/// The numbers 0 … `count` − 1, shuffled for this `epoch` (Fisher–Yates). Every epoch has a stream of random numbers of its
/// own, so that its order does not depend on the previous epochs.
pub fn shuffled(count: usize, seed: u32, epoch: u32) -> Vec<usize> {
    let mut generator = ChaCha8Rng::seed_from_u64(seed.into());
    generator.set_stream(epoch.into());
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        // The high half of a 128-bit product is uniform, with a bias below 2⁻³².
        let chosen = (u128::from(generator.next_u64()) * (last as u128 + 1)) >> 64;
        order.swap(last, chosen as usize);
    }
    order
}
