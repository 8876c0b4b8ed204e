//! Equations (3) and (4) and the update in one pass: each gradient is applied as soon as it is summed.

use crate::simd::{Kernel, Simd, Strided, for_each_group, multiply_add, subtract_tile};
use crate::{BiasRule, Hyperparameters, Reduction};

/// How the gradients of some samples of a mini-batch become parameter changes.
#[derive(Clone, Copy)]
pub(super) struct Update {
    pub(super) learning_rate: f64,
    /// What a sum is divided by: the number of samples for a mean, else 1.
    divisor: f64,
    /// 1 / divisor, where multiplying by it gives the same double as dividing.
    inverse: Option<f64>,
    pub(super) rule: BiasRule,
    /// Whether these are the first samples of the mini-batch: the sums start at 0. Otherwise they start with the
    /// accumulators.
    pub(super) first: bool,
    /// Whether these are the last samples of the mini-batch: the parameters change. Otherwise the sums are stored in the
    /// accumulators.
    pub(super) last: bool,
}

impl Update {
    /// `samples` is the number of samples of the mini-batch so far.
    pub(super) fn new(hyperparameters: &Hyperparameters, samples: usize, first: bool, last: bool) -> Self {
        let (divisor, inverse) = match hyperparameters.reduction {
            Reduction::Sum => (1.0, Some(1.0)),
            Reduction::Mean => (samples as f64, samples.is_power_of_two().then(|| 1.0 / samples as f64)),
        };
        let (learning_rate, rule) = (hyperparameters.learning_rate, hyperparameters.bias_rule);
        Self { learning_rate, divisor, inverse, rule, first, last }
    }

    /// Whether these are all samples of the mini-batch.
    pub(super) fn is_whole(&self) -> bool {
        self.first && self.last
    }

    /// η times the reduced sum.
    #[inline(always)]
    pub(super) fn change<S: Simd>(&self, sum: S) -> S {
        S::broadcast(self.learning_rate) * self.reduced(sum)
    }

    /// The sum or the mean, from the sum.
    #[inline(always)]
    fn reduced<S: Simd>(&self, sum: S) -> S {
        match self.inverse {
            Some(inverse) => sum * S::broadcast(inverse),
            None => sum / S::broadcast(self.divisor),
        }
    }

    /// [`Self::change`] of every sum of a tile, with one branch for all.
    #[inline(always)]
    fn change_tile<S: Simd, const V: usize, const R: usize>(&self, sums: &mut [[S; V]; R]) {
        let learning_rate = S::broadcast(self.learning_rate);
        match self.inverse {
            Some(inverse) => {
                for sum in sums.as_flattened_mut() {
                    *sum = learning_rate * (*sum * S::broadcast(inverse));
                }
            }
            None => {
                for sum in sums.as_flattened_mut() {
                    *sum = learning_rate * (*sum / S::broadcast(self.divisor));
                }
            }
        }
    }

    /// Updates the biases of a layer by the same amount, given the sums of δ of its neurons: every rule but
    /// [`BiasRule::OwnDelta`].
    pub(super) fn update_biases_together(&self, biases: &mut [f64], sums: &[f64]) {
        let gradient = match self.rule {
            BiasRule::Frozen => 0.0,
            _ => sums[..biases.len()].iter().fold(0.0, |sum, value| sum + self.reduced(*value)),
        };
        for bias in biases {
            *bias -= self.learning_rate * gradient;
        }
    }
}

/// w ← w − η Σ aₖ δⱼ over the samples, for all weights of a layer.
pub(super) struct WeightUpdate<'a> {
    pub(super) samples: usize,
    /// (samples, source_stride), of which the first `sources` of each row are used
    pub(super) activations: &'a [f64],
    pub(super) source_stride: usize,
    /// (samples, stride)
    pub(super) deltas: &'a [f64],
    /// The row length of deltas and weights, a multiple of the number of lanes.
    pub(super) stride: usize,
    /// (sources, stride)
    pub(super) weights: &'a mut [f64],
    /// Same shape as `weights`; may be empty for whole mini-batches.
    pub(super) accumulators: &'a mut [f64],
    pub(super) update: Update,
    /// The faster computation of the changes, where [`InSafeRange`] allows it.
    pub(super) fast_change: Option<FastChange>,
    /// The sum of all new weights, in parts: finite only if they are. Not computed with `fast_change`, which cannot make
    /// a weight infinite.
    pub(super) weight_total: &'a mut [f64; 4],
}

impl Kernel for WeightUpdate<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        let rows = self.weights.len() / self.stride;
        let mut total = S::broadcast(0.0);
        for_each_group!(rows, [4, 2, 1], |row, R| self.rows::<S, R>(row, &mut total));
        if self.update.last {
            total.store(self.weight_total);
        }
    }
}

impl WeightUpdate<'_> {
    /// R rows of weights.
    #[inline(always)]
    fn rows<S: Simd, const R: usize>(&mut self, row: usize, total: &mut S) {
        for_each_group!(self.stride / S::LANES, [2, 1], |v, V| {
            self.tile::<S, V, R>(row, v * S::LANES, total);
        });
    }

    /// V vectors of R rows of weights.
    #[inline(always)]
    fn tile<S: Simd, const V: usize, const R: usize>(&mut self, row: usize, at: usize, total: &mut S) {
        let mut sums = [[S::broadcast(0.0); V]; R];
        let start = row * self.stride + at;
        if !self.update.first {
            for (r, sums) in sums.iter_mut().enumerate() {
                for (v, sum) in sums.iter_mut().enumerate() {
                    *sum = S::load(&self.accumulators[start + r * self.stride + v * S::LANES..]);
                }
            }
        }
        let activations = Strided { values: self.activations, start: row, stride: self.source_stride };
        let deltas = Strided { values: self.deltas, start: at, stride: self.stride };
        multiply_add(&mut sums, self.samples, activations, 1, deltas);
        if !self.update.last {
            for (r, sums) in sums.iter().enumerate() {
                for (v, sum) in sums.iter().enumerate() {
                    sum.store(&mut self.accumulators[start + r * self.stride + v * S::LANES..]);
                }
            }
            return;
        }
        if let Some(change) = self.fast_change {
            change.of_tile(&mut sums);
            subtract_tile(self.weights, start, self.stride, sums);
            return;
        }
        self.update.change_tile(&mut sums);
        let weights = &mut self.weights[row * self.stride..][..R * self.stride];
        for (row, changes) in weights.chunks_exact_mut(self.stride).zip(&sums) {
            let row = &mut row[at..][..V * S::LANES];
            for (weight, change) in row.chunks_exact_mut(S::LANES).zip(changes) {
                let new = S::load(weight) - *change;
                new.store(weight);
                *total = *total + new;
            }
        }
    }
}

/// b ← b − η · (gradient by the bias rule), for a layer.
pub(super) struct BiasUpdate<'a> {
    /// (samples, stride)
    pub(super) deltas: &'a [f64],
    /// (stride), of which the first `neurons` are used
    pub(super) biases: &'a mut [f64],
    pub(super) neurons: usize,
    /// (stride)
    pub(super) accumulators: &'a mut [f64],
    pub(super) update: Update,
}

impl Kernel for BiasUpdate<'_> {
    /// The sum of all new biases: finite only if they are.
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd>(self) -> f64 {
        let stride = self.biases.len();
        let own = self.update.rule == BiasRule::OwnDelta;
        let mut total = S::broadcast(0.0);
        for at in (0..stride).step_by(S::LANES) {
            let mut sum = S::broadcast(0.0);
            if !self.update.first {
                sum = S::load(&self.accumulators[at..]);
            }
            for deltas in self.deltas.chunks_exact(stride) {
                sum = sum + S::load(&deltas[at..]);
            }
            if self.update.last && own {
                let new = S::load(&self.biases[at..]) - self.update.change(sum);
                new.store(&mut self.biases[at..]);
                total = total + new;
            } else {
                sum.store(&mut self.accumulators[at..]);
            }
        }
        if self.update.last && !own {
            self.update.update_biases_together(&mut self.biases[..self.neurons], self.accumulators);
            return self.biases.iter().sum();
        }
        total.sum()
    }
}

/// Whether all of these numbers, which must fill whole vectors, are 0 or between 2⁻⁴⁰⁰ and 2⁴⁰⁰ in size.
///
/// If activations and δ are in this range, every product is 0 or a normal number and nothing overflows, so a division can be
/// replaced by [`CorrectedDivision`].
pub(super) struct InSafeRange<'a>(pub(super) &'a [f64]);

const SAFE_MIN: f64 = power_of_two(-400);
const SAFE_MAX: f64 = power_of_two(400);
/// With numbers in the safe range one update changes a weight by less than 2⁹⁰⁶, so a weight up to this size stays finite
/// for 2⁹⁰ updates.
const SAFE_WEIGHT: f64 = power_of_two(1000);

const fn power_of_two(exponent: i64) -> f64 {
    f64::from_bits(((1023 + exponent) as u64) << 52)
}

impl Kernel for InSafeRange<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Simd>(self) -> bool {
        // The sum of the sizes detects large numbers, infinities and NaN. Four sums, because one would wait for itself.
        let (mut sums, mut too_small) = ([S::broadcast(0.0); 4], S::broadcast(0.0));
        // Whole blocks first: their loop is unrolled.
        let blocks = self.0.chunks_exact(4 * S::LANES);
        let rest = blocks.remainder();
        for block in blocks {
            for (sum, values) in sums.iter_mut().zip(block.chunks_exact(S::LANES)) {
                add_size(S::load(values).abs(), sum, &mut too_small);
            }
        }
        for values in rest.chunks_exact(S::LANES) {
            add_size(S::load(values).abs(), &mut sums[0], &mut too_small);
        }
        let sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
        sum.sum() <= SAFE_MAX && too_small.sum() == 0.0
    }
}

#[inline(always)]
fn add_size<S: Simd>(size: S, sum: &mut S, too_small: &mut S) {
    *sum = *sum + size;
    *too_small = too_small.or(S::select(S::broadcast(SAFE_MIN).gt(size), size, S::broadcast(0.0)));
}

/// Whether updates with numbers in the safe range leave all of these weights finite.
pub(super) fn weights_are_safe(weights: &[f64]) -> bool {
    weights.iter().all(|weight| weight.abs() <= SAFE_WEIGHT)
}

/// η times the reduced sum, without a division: for numbers in the safe range.
#[derive(Clone, Copy, Debug)]
pub(super) enum FastChange {
    /// Times η / count, where that is η times a power of two.
    Multiply(f64),
    Divide(CorrectedDivision),
}

impl FastChange {
    /// `None` for a part of a mini-batch, and where no faster computation is known.
    pub(super) fn new(update: &Update) -> Option<Self> {
        let rate = update.learning_rate;
        if !(update.is_whole() && (power_of_two(-100)..power_of_two(100)).contains(&rate)) {
            return None;
        }
        match update.inverse {
            Some(inverse) => Some(Self::Multiply(rate * inverse)),
            None => CorrectedDivision::new(update.divisor as u32, rate).map(Self::Divide),
        }
    }

    #[inline(always)]
    fn of_tile<S: Simd, const V: usize, const R: usize>(self, sums: &mut [[S; V]; R]) {
        match self {
            Self::Multiply(rate) => {
                for sum in sums.as_flattened_mut() {
                    *sum = S::broadcast(rate) * *sum;
                }
            }
            Self::Divide(division) => {
                for sum in sums.as_flattened_mut() {
                    *sum = division.of(*sum);
                }
            }
        }
    }
}

/// η · (sum / n), where n is the sum or the difference of two powers of two: the same double as by division.
///
/// The residual sum − n q of q = sum · (1 / n) is exact, because n q is subtracted in two parts, each of which is exact and
/// close to what it is subtracted from. Then q + residual / n rounds as the quotient does: the quotient is at least
/// 1 / (2 n) units away from the midpoint of two doubles, and the sum before rounding is much closer to it than that
/// (P. Markstein, *Computation of elementary functions on the IBM RISC System/6000 processor*, 1990, has the argument
/// for fused multiply-adds). The computation uses 2ᵃ q, which saves a multiplication.
#[derive(Clone, Copy, Debug)]
pub(super) struct CorrectedDivision {
    /// 2ᵃ / n
    inverse: f64,
    /// ± 2ᵇ⁻ᵃ, where n = 2ᵃ ± 2ᵇ
    low_part: f64,
    /// η / 2ᵃ
    rate: f64,
}

impl CorrectedDivision {
    fn new(n: u32, learning_rate: f64) -> Option<Self> {
        let (down, up) = (1 << n.checked_ilog2()?, n.checked_next_power_of_two()?);
        let power = match ((n - down).is_power_of_two(), (up - n).is_power_of_two()) {
            (true, _) => down,
            (_, true) => up,
            _ => return None,
        };
        let (power, n) = (f64::from(power), f64::from(n));
        Some(Self { inverse: power * (1.0 / n), low_part: (n - power) / power, rate: learning_rate / power })
    }

    #[inline(always)]
    fn of<S: Simd>(self, sum: S) -> S {
        let inverse = S::broadcast(self.inverse);
        let q = sum * inverse;
        let residual = (sum - q) - q * S::broadcast(self.low_part);
        S::broadcast(self.rate) * (q + residual * inverse)
    }
}
