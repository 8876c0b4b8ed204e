//! Numbers far from the ends of the doubles, which need less care: where all numbers of an update are tame, every
//! product is a normal number or 0, nothing overflows, and a true quotient can be had without a division.

use super::descent::Step;
use crate::lanes::{Kernel, Lanes};

/// Tame is 0, and what lies between these two.
const LEAST: f64 = power_of_two(-400);
const MOST: f64 = power_of_two(400);
/// Tame updates, each of which is below 2⁹⁰⁶, do not bring a weight up to here beyond all doubles within 2⁹⁰ of them.
const MOST_WEIGHT: f64 = power_of_two(1000);

const fn power_of_two(exponent: i64) -> f64 {
    f64::from_bits(((1023 + exponent) as u64) << 52)
}

/// Whether all of these, which fill whole vectors, are tame: the sum of their sizes shows the large ones, infinities
/// and NaN.
pub(super) struct Tame<'a>(pub(super) &'a [f64]);

impl Kernel for Tame<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<L: Lanes>(self) -> bool {
        // Several sums, so that none waits for itself.
        let (mut sums, mut small) = ([L::splat(0.0); 4], L::splat(0.0));
        let mut look = |sum: &mut L, values: &[f64]| {
            let size = L::load(values).abs();
            *sum = *sum + size;
            small = small.or(L::splat(LEAST).above_bits(size).and(size));
        };
        let mut blocks = self.0.chunks_exact(4 * L::COUNT);
        for block in &mut blocks {
            for (sum, values) in sums.iter_mut().zip(block.chunks_exact(L::COUNT)) {
                look(sum, values);
            }
        }
        for values in blocks.remainder().chunks_exact(L::COUNT) {
            look(&mut sums[0], values);
        }
        sums.into_iter().map(L::sum).sum::<f64>() <= MOST && small.sum() == 0.0
    }
}

/// Whether tame updates leave all of these finite.
pub(super) fn weights_are_tame(values: &[f64]) -> bool {
    values.iter().all(|value| value.abs() <= MOST_WEIGHT)
}

/// From the sum of a tame mini-batch's gradients to what is taken off a weight.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    /// η / count, where that is η times a power of two.
    Times(f64),
    Quotient(Quotient),
}

impl Change {
    /// For all samples of a mini-batch at once; none where there is no quick way.
    pub(super) fn new(step: &Step) -> Option<Self> {
        let rate = step.learning_rate;
        if !(step.first && step.last && (power_of_two(-100)..power_of_two(100)).contains(&rate)) {
            return None;
        }
        match step.inverse {
            Some(inverse) => Some(Self::Times(rate * inverse)),
            None => Quotient::new(step.count as u32, rate).map(Self::Quotient),
        }
    }
}

/// η · (sum / n), the quotient rounded once, where n is the sum or the difference of two powers of two.
///
/// With q = sum · (1 / n), each rounded, what is left of the sum, sum − n q, is exact: n q is taken off it in two parts,
/// each of which is exact and so near what it is taken off that the difference is exact too. Then q + (what is left) / n
/// is rounded as the quotient itself is: that is at least 1 / (2 n) units from the middle between two doubles, and
/// their sum before it is rounded is much nearer (Markstein, *Computation of elementary functions on the IBM RISC
/// System/6000 processor*, 1990, has the argument for a fused multiplication). All is done on 2ᵃ q, which saves a product.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quotient {
    /// 2ᵃ / n
    inverse: f64,
    /// ± 2ᵇ⁻ᵃ, where n = 2ᵃ ± 2ᵇ
    rest: f64,
    /// η / 2ᵃ
    rate: f64,
}

impl Quotient {
    fn new(n: u32, learning_rate: f64) -> Option<Self> {
        let (down, up) = (1 << n.checked_ilog2()?, n.checked_next_power_of_two()?);
        let power = match ((n - down).is_power_of_two(), (up - n).is_power_of_two()) {
            (true, _) => down,
            (_, true) => up,
            _ => return None,
        };
        let (power, n) = (f64::from(power), f64::from(n));
        Some(Self { inverse: power * (1.0 / n), rest: (n - power) / power, rate: learning_rate / power })
    }

    #[inline(always)]
    pub(super) fn of<L: Lanes>(self, sum: L) -> L {
        let inverse = L::splat(self.inverse);
        let q = sum * inverse;
        let left = (sum - q) - q * L::splat(self.rest);
        L::splat(self.rate) * (q + left * inverse)
    }
}
