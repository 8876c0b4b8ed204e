//! The two implementations of training: the plain path and the fast path.

use crate::workloads::Workload;
use deltascope::nn::fast::{Trainer, Width};
use deltascope::nn::{Network, train_mini_batch};

/// A training that cycles through the mini-batches of a workload.
pub(crate) struct Path {
    implementation: Implementation,
    /// The index of the next sample.
    next: usize,
}

enum Implementation {
    Plain(Network),
    Fast(Box<Trainer>),
}

impl Path {
    /// The path of the stepper.
    pub(crate) fn plain(workload: &Workload) -> Self {
        Self { implementation: Implementation::Plain(workload.network.clone()), next: 0 }
    }

    /// The fast path, with vectors of this width.
    pub(crate) fn fast(workload: &Workload, width: Width) -> Self {
        let trainer = Trainer::with_width(&workload.network, &workload.hyperparameters, width);
        Self { implementation: Implementation::Fast(Box::new(trainer)), next: 0 }
    }

    /// Trains on the next mini-batches. The last one of an epoch may be shorter. Returns the number of samples.
    pub(crate) fn train(&mut self, workload: &Workload, mini_batches: usize) -> usize {
        let (hyperparameters, samples) = (&workload.hyperparameters, &workload.samples);
        let mut trained = 0;
        for _ in 0..mini_batches {
            let end = (self.next + hyperparameters.batch_size).min(samples.len());
            let mini_batch = &samples[self.next..end];
            match &mut self.implementation {
                Implementation::Plain(network) => train_mini_batch(network, mini_batch, hyperparameters),
                Implementation::Fast(trainer) => trainer.train_mini_batch(mini_batch),
            };
            trained += mini_batch.len();
            self.next = end % samples.len();
        }
        trained
    }

    /// A hash of the bits of all parameters.
    pub(crate) fn digest(&self) -> u64 {
        let network = match &self.implementation {
            Implementation::Plain(network) => network,
            Implementation::Fast(trainer) => &trainer.network(),
        };
        // FNV-1a
        let bytes = network.values().flat_map(|value| value.to_bits().to_le_bytes());
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
    }
}

/// The digest of both paths after this number of mini-batches from the start. An error if they differ.
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
