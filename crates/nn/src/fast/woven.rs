//! The descent of a whole mini-batch as it is [written down](crate::lanes::Tracer) for a browser to compile.
//!
//! A division keeps a processor's multipliers waiting, and those of a tile all come at its end. So they are woven into
//! the products of the next tile, one at each sample: the same operations on the same numbers as [`Descent`]'s, in an
//! order in which they wait less for each other.

use super::descent::{Descent, Step};
use crate::lanes::{Kernel, Lanes, Moving};
use std::ops::Range;

/// A tile, which must fit into the registers of a browser (it keeps 15): four rows, two vectors of each.
const ROWS: usize = 4;
const VECTORS: usize = 2;

/// Of a mini-batch whose sums start and end here.
pub(super) struct Woven<'a>(pub(super) Descent<'a>);

impl Kernel for Woven<'_> {
    type Output = ();

    fn run<L: Lanes>(mut self) {
        let Descent { stride, ref weights, activations, .. } = self.0;
        let rows = weights.len() / stride;
        let whole = rows / ROWS * ROWS;
        let moving = [Moving::new(weights, ROWS * stride), Moving::new(activations, ROWS)];
        let mut total = L::splat(0.0).variable();
        for row in L::turns((0..whole).step_by(ROWS), &moving) {
            total.set(self.rows::<L>(row..row + ROWS, total));
        }
        if whole < rows {
            total.set(self.rows::<L>(whole..rows, total));
        }
        total.store(self.0.total);
    }
}

impl Woven<'_> {
    /// Some rows of weights. Returns the total, with the new ones added.
    fn rows<L: Lanes>(&mut self, rows: Range<usize>, total: L) -> L {
        let Descent { samples, activations, source_stride, deltas, stride, ref mut weights, step, .. } =
            self.0;
        let mut moves = Moves { weights, step, total, sums: Vec::new().into_iter() };
        for at in (0..stride).step_by(VECTORS * L::COUNT) {
            let vectors = || (at..stride).step_by(L::COUNT).take(VECTORS);
            let mut tile: Vec<_> = rows
                .clone()
                .flat_map(|row| vectors().map(move |at| (row * stride + at, L::splat(0.0))))
                .collect();
            // Those of the tile before are all done when these are summed.
            let each_time = moves.sums.len().div_ceil(samples);
            for sample in 0..samples {
                let deltas: Vec<_> = vectors().map(|at| L::load(&deltas[sample * stride + at..])).collect();
                for (row, sums) in rows.clone().zip(tile.chunks_exact_mut(deltas.len())) {
                    let activation = L::spread(&activations[sample * source_stride + row]);
                    for ((_, sum), delta) in sums.iter_mut().zip(&deltas) {
                        *sum = *sum + activation * *delta;
                    }
                }
                (0..each_time).for_each(|_| moves.go_on());
            }
            moves.sums = tile.into_iter();
        }
        while moves.sums.len() > 0 {
            moves.go_on();
        }
        moves.total
    }
}

/// What is still to be done with the sums of a tile.
struct Moves<'a, L> {
    weights: &'a mut [f64],
    step: Step,
    /// What all new weights come to.
    total: L,
    /// The weights' places, and the sums.
    sums: std::vec::IntoIter<(usize, L)>,
}

impl<L: Lanes> Moves<'_, L> {
    /// Moves the weights of the next sum.
    fn go_on(&mut self) {
        if let Some((place, sum)) = self.sums.next() {
            let weights = &mut self.weights[place..][..L::COUNT];
            let new = L::load(weights) - self.step.change(sum);
            new.store(weights);
            self.total = self.total + new;
        }
    }
}
