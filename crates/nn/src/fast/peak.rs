//! The peak speed of the machine, to which the benchmark compares the fast path.

use crate::simd::{Kernel, Simd, Width};

/// Independent chains of operations: enough to hide their latency, and few enough for a browser's registers.
const CHAINS: usize = 12;

/// Performs multiplications and additions in registers, `steps` of each per chain and lane. Returns the number of
/// operations.
pub fn peak_operations(width: Width, steps: usize) -> usize {
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
    fn run<S: Simd>(self) -> f64 {
        let (factor, summand) = (S::broadcast(self.factor), S::broadcast(self.summand));
        let mut chains = [factor; CHAINS];
        for (index, chain) in chains.iter_mut().enumerate() {
            *chain = S::broadcast(index as f64) * factor;
        }
        for _ in 0..self.steps {
            for chain in &mut chains {
                *chain = *chain * factor + summand;
            }
        }
        let mut sum = S::broadcast(0.0);
        for chain in chains {
            sum = sum + chain;
        }
        sum.sum()
    }
}
