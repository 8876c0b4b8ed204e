//! The products of the way forward and of the way back, for several samples at once.
//!
//! Every sum keeps its order, from 0 and ascending; what is worked out at the same time are sums of their own, in
//! tiles that fit into the registers of a browser (it keeps 15).

use crate::lanes::{Kernel, Lanes, Walk, multiply_add};

/// out = left · right: (samples, terms) times (terms, stride).
///
/// With left = a and right = the weights by source it is Σₖ wⱼₖ aₖ; with left = δ and right = the weights by neuron
/// it is equation (2)'s Σⱼ wⱼₖ δⱼ.
pub(super) struct Product<'a> {
    pub(super) left: &'a [f64],
    pub(super) left_stride: usize,
    pub(super) terms: usize,
    pub(super) right: &'a [f64],
    /// The length of a row of `right` and `out`, whole vectors.
    pub(super) stride: usize,
    pub(super) out: &'a mut [f64],
}

/// So many doubles of `right` stay in the first-level cache while all samples pass over them.
const BLOCK: usize = 2048;

impl Kernel for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(mut self) {
        let block = (BLOCK / self.stride).max(16);
        let mut from = 0;
        loop {
            let to = (from + block).min(self.terms);
            let mut at = 0;
            while at < self.stride {
                at += L::COUNT
                    * match (self.stride - at) / L::COUNT {
                        1 => self.strip::<L, 1, 4>(at, from, to),
                        2 => self.strip::<L, 2, 4>(at, from, to),
                        // Five are better cut into three and two than into four and one.
                        3 | 5 => self.strip::<L, 3, 2>(at, from, to),
                        _ => self.strip::<L, 4, 2>(at, from, to),
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
    /// V vectors of every row of `out`, at most R rows at a time; the terms `from` … `to` − 1. Returns V.
    #[inline(always)]
    fn strip<L: Lanes, const V: usize, const R: usize>(
        &mut self,
        at: usize,
        from: usize,
        to: usize,
    ) -> usize {
        let rows = self.out.len() / self.stride;
        let mut row = 0;
        while row + R <= rows {
            self.tile::<L, V, R>(row, at, from, to);
            row += R;
        }
        if R > 2 && row + 2 <= rows {
            self.tile::<L, V, 2>(row, at, from, to);
            row += 2;
        }
        if row < rows {
            self.tile::<L, V, 1>(row, at, from, to);
        }
        V
    }

    #[inline(always)]
    fn tile<L: Lanes, const V: usize, const R: usize>(
        &mut self,
        row: usize,
        at: usize,
        from: usize,
        to: usize,
    ) {
        let out = &mut self.out[row * self.stride..][..R * self.stride];
        let mut sums = [[L::splat(0.0); V]; R];
        if from > 0 {
            for r in 0..R {
                for v in 0..V {
                    sums[r][v] = L::load(&out[r * self.stride + at + v * L::COUNT..]);
                }
            }
        }
        let left = Walk { values: self.left, from: row * self.left_stride + from, step: 1 };
        let right = Walk { values: self.right, from: from * self.stride + at, step: self.stride };
        multiply_add(&mut sums, to - from, left, self.left_stride, right);
        for r in 0..R {
            for v in 0..V {
                sums[r][v].store(&mut out[r * self.stride + at + v * L::COUNT..]);
            }
        }
    }
}
