//! The two ways to train a workload: the plain path and the fast one.

use crate::workloads::Workload;
use deltascope::nn::fast::{Trainer, Width};
use deltascope::nn::{Network, train_mini_batch};

/// A training that goes on where it was left, round and round the samples.
pub(crate) struct Path {
    trains: Trains,
    /// The sample that comes next.
    from: usize,
}

enum Trains {
    Plainly(Network),
    Fast(Box<Trainer>),
}

impl Path {
    /// As the stepper does it.
    pub(crate) fn plain(workload: &Workload) -> Self {
        Self { trains: Trains::Plainly(workload.network.clone()), from: 0 }
    }

    /// By the kernels, on runs of this width.
    pub(crate) fn fast(workload: &Workload, width: Width) -> Self {
        let trainer = Trainer::with_width(&workload.network, &workload.hyperparameters, width);
        Self { trains: Trains::Fast(Box::new(trainer)), from: 0 }
    }

    /// Trains the next so many mini-batches, the last one of an epoch as short as it is. Returns how many samples
    /// they had.
    pub(crate) fn train(&mut self, workload: &Workload, mini_batches: usize) -> usize {
        let (hyperparameters, samples) = (&workload.hyperparameters, &workload.samples);
        let mut trained = 0;
        for _ in 0..mini_batches {
            let to = (self.from + hyperparameters.batch_size).min(samples.len());
            let mini_batch = &samples[self.from..to];
            match &mut self.trains {
                Trains::Plainly(network) => train_mini_batch(network, mini_batch, hyperparameters),
                Trains::Fast(trainer) => trainer.train_mini_batch(mini_batch),
            };
            trained += mini_batch.len();
            self.from = to % samples.len();
        }
        trained
    }

    /// One number from the bits of all parameters: the same only where every double is the same.
    pub(crate) fn digest(&self) -> u64 {
        let network = match &self.trains {
            Trains::Plainly(network) => network,
            Trains::Fast(trainer) => &trainer.network(),
        };
        let values = network.parameters().filter_map(|parameter| network.get(parameter));
        // FNV-1a
        let bytes = values.flat_map(|value| value.to_bits().to_le_bytes());
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
    }
}

/// One number for what a path has come to from the start after about so many mini-batches; an error where the plain
/// path comes to another.
pub(crate) fn digest_of_both(workload: &Workload, width: Width, mini_batches: usize) -> Result<u64, String> {
    let mut paths = [Path::plain(workload), Path::fast(workload, width)];
    for path in &mut paths {
        path.train(workload, mini_batches);
    }
    match paths.map(|path| path.digest()) {
        [plain, fast] if plain == fast => Ok(fast),
        [plain, fast] => Err(format!("the fast path came to {fast:016x}, the plain one to {plain:016x}")),
    }
}
