//! What the machine can do at most: the measure that a benchmark holds the kernels against.

use crate::lanes::{Kernel, Lanes, Width};

/// Chains of operations side by side: enough that none waits for another, and few enough for a browser's registers.
const CHAINS: usize = 12;

/// Multiplies and adds, apart, so many times in each of some chains, on registers alone. Returns how many operations
/// that were, each lane's counted.
pub fn busy_work(width: Width, steps: usize) -> usize {
    let kernel = Chains { steps, factor: std::hint::black_box(0.999), summand: std::hint::black_box(0.001) };
    std::hint::black_box(width.run(kernel));
    2 * steps * CHAINS * width.lanes()
}

struct Chains {
    steps: usize,
    factor: f64,
    summand: f64,
}

impl Kernel for Chains {
    type Output = f64;

    #[inline(always)]
    fn run<L: Lanes>(self) -> f64 {
        let (factor, summand) = (L::splat(self.factor), L::splat(self.summand));
        let mut chains = [factor; CHAINS];
        for (index, chain) in chains.iter_mut().enumerate() {
            *chain = L::splat(index as f64) * factor;
        }
        for _ in 0..self.steps {
            for chain in &mut chains {
                *chain = *chain * factor + summand;
            }
        }
        let sum = chains.into_iter().fold(L::splat(0.0), |sum, chain| sum + chain);
        let mut lanes = [0.0; 8];
        sum.store(&mut lanes);
        lanes[0]
    }
}
