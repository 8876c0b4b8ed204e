//! The matrix products of the forward and the backward pass, for several samples at once.
//!
//! Every sum has the order of the plain path: it starts with 0 and adds its terms in ascending order. Only independent sums
//! are computed at the same time, in tiles that fit into the vector registers that a browser uses (15).

use crate::simd::{Kernel, Simd, Strided, multiply_add};

/// out = left · right, shape (samples, stride) = (samples, terms) · (terms, stride).
///
/// With left = a and right = wᵀ it is Σₖ wⱼₖ aₖ; with left = δ and right = w it is equation (2)'s Σⱼ wⱼₖ δⱼ.
pub(super) struct Product<'a> {
    pub(super) left: &'a [f64],
    pub(super) left_stride: usize,
    pub(super) terms: usize,
    pub(super) right: &'a [f64],
    /// The row length of `right` and `out`, a multiple of the number of lanes.
    pub(super) stride: usize,
    pub(super) out: &'a mut [f64],
}

/// The number of doubles of `right` that are used for all samples before the next ones: they stay in the first-level
/// cache.
const BLOCK: usize = 2048;

impl Kernel for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        let block = (BLOCK / self.stride).max(16);
        let mut from = 0;
        loop {
            let to = (from + block).min(self.terms);
            let mut at = 0;
            while at < self.stride {
                at += S::LANES
                    * match (self.stride - at) / S::LANES {
                        1 => self.strip::<S, 1, 4>(at, from, to),
                        2 => self.strip::<S, 2, 4>(at, from, to),
                        // Three and two vectors are faster than four and one.
                        3 | 5 => self.strip::<S, 3, 2>(at, from, to),
                        _ => self.strip::<S, 4, 2>(at, from, to),
                    };
            }
            from = to;
            if from == self.terms {
                break;
            }
        }
    }
}

impl Product<'_> {
    /// Adds the terms `from..to` to V vectors of every row of `out`, at most R rows at a time. Returns V.
    #[inline(always)]
    fn strip<S: Simd, const V: usize, const R: usize>(&mut self, at: usize, from: usize, to: usize) -> usize {
        let rows = self.out.len() / self.stride;
        let mut row = 0;
        while row + R <= rows {
            self.tile::<S, V, R>(row, at, from, to);
            row += R;
        }
        if R > 2 && row + 2 <= rows {
            self.tile::<S, V, 2>(row, at, from, to);
            row += 2;
        }
        if row < rows {
            self.tile::<S, V, 1>(row, at, from, to);
        }
        V
    }

    #[inline(always)]
    fn tile<S: Simd, const V: usize, const R: usize>(
        &mut self,
        row: usize,
        at: usize,
        from: usize,
        to: usize,
    ) {
        let out = &mut self.out[row * self.stride..][..R * self.stride];
        let mut sums = [[S::broadcast(0.0); V]; R];
        if from > 0 {
            for (r, sums) in sums.iter_mut().enumerate() {
                for (v, sum) in sums.iter_mut().enumerate() {
                    *sum = S::load(&out[r * self.stride + at + v * S::LANES..]);
                }
            }
        }
        let left = Strided { values: self.left, start: row * self.left_stride + from, stride: 1 };
        let right = Strided { values: self.right, start: from * self.stride + at, stride: self.stride };
        multiply_add(&mut sums, to - from, left, self.left_stride, right);
        for (r, sums) in sums.iter().enumerate() {
            for (v, sum) in sums.iter().enumerate() {
                sum.store(&mut out[r * self.stride + at + v * S::LANES..]);
            }
        }
    }
}
