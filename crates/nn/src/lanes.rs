//! Doubles side by side: what the functions of [`functions`](super::functions) and the fast path are written in.
//!
//! The arithmetic is written once, over [`Lanes`], and runs on one double, on two (wasm's simd128, or any machine) or
//! on four (AVX2, where the machine has it). Every operation here is exact or rounded to nearest in each lane alone,
//! none is fused, so the width never shows in a result.

mod vectors;

pub use vectors::Width;
pub(crate) use vectors::{Kernel, Walk, move_rows, move_tile, multiply_add, sums_of_few};

use super::functions::Table;
use std::ops::{Add, Div, Mul, Sub};

/// Some doubles side by side.
pub(crate) trait Lanes:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// How many.
    const COUNT: usize;
    /// The answer of a comparison, lane by lane.
    type Mask: Copy;

    /// The same in every lane.
    fn splat(value: f64) -> Self;
    /// The first ones of a slice, which must be long enough.
    fn load(from: &[f64]) -> Self;
    /// Into the first places of a slice, which must be long enough.
    fn store(self, to: &mut [f64]);
    /// self > other, false where one is NaN.
    fn above(self, other: Self) -> Self::Mask;
    /// The same, all bits set where it is so and none where it is not.
    fn above_bits(self, other: Self) -> Self;
    /// Lane by lane one or the other.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;
    /// The bits, lane by lane.
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    /// The bits as whole numbers of 64 bits, added.
    fn add_bits(self, other: Self) -> Self;
    /// The numbers with these bits, at the places of a table that the six lowest bits name.
    fn look_up(self, table: &[u64; 64]) -> Self;
    /// The same for pairs of numbers, at the places that the twelve lowest bits of each of `places` name. These are read
    /// from memory, which is quicker than to take them out of a vector.
    fn look_up_two(places: &[f64], table: &Table) -> (Self, Self);
    /// The same, at the places that are in the lanes.
    #[inline(always)]
    fn look_up_two_of(self, table: &Table) -> (Self, Self) {
        let mut places = [0.0; 4];
        self.store(&mut places);
        Self::look_up_two(&places, table)
    }
    /// The bits moved up by 46: the six lowest ones come to the top of the mantissa, those above to the exponent.
    fn sixty_fourths_to_exponent(self) -> Self;
    /// The bits of sign and exponent moved to the mantissa.
    fn exponent_to_mantissa(self) -> Self;
    /// As many rows as there are lanes, the first ones of these, become columns.
    fn turn(rows: &mut [Self; 4]);
    /// The smaller of self and a limit, and the larger; NaN stays NaN.
    fn at_most(self, limit: f64) -> Self;
    fn at_least(self, limit: f64) -> Self;

    /// These bits in every lane.
    #[inline(always)]
    fn bits(bits: u64) -> Self {
        Self::splat(f64::from_bits(bits))
    }

    /// |self|
    #[inline(always)]
    fn abs(self) -> Self {
        self.and(Self::bits(!(1 << 63)))
    }

    /// Only the sign.
    #[inline(always)]
    fn sign(self) -> Self {
        self.and(Self::bits(1 << 63))
    }

    /// All lanes added up, in an order that depends on how many there are: good for a look, not for a result.
    #[inline(always)]
    fn sum(self) -> f64 {
        let mut lanes = [0.0; 4];
        self.store(&mut lanes);
        lanes.iter().sum()
    }

    /// `sum` and then every lane, one after the other.
    #[inline(always)]
    fn added_to(self, sum: f64) -> f64 {
        let mut lanes = [0.0; 4];
        self.store(&mut lanes);
        lanes[..Self::COUNT].iter().fold(sum, |sum, lane| sum + lane)
    }
}

impl Lanes for f64 {
    const COUNT: usize = 1;
    type Mask = bool;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn load(from: &[f64]) -> Self {
        from[0]
    }
    #[inline(always)]
    fn store(self, to: &mut [f64]) {
        to[0] = self;
    }
    #[inline(always)]
    fn above(self, other: Self) -> bool {
        self > other
    }
    #[inline(always)]
    fn above_bits(self, other: Self) -> Self {
        Self::from_bits(if self > other { u64::MAX } else { 0 })
    }
    #[inline(always)]
    fn select(mask: bool, yes: Self, no: Self) -> Self {
        if mask { yes } else { no }
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self::from_bits(self.to_bits() & other.to_bits())
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self::from_bits(self.to_bits() | other.to_bits())
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self::from_bits(self.to_bits() ^ other.to_bits())
    }
    #[inline(always)]
    fn add_bits(self, other: Self) -> Self {
        Self::from_bits(self.to_bits().wrapping_add(other.to_bits()))
    }
    #[inline(always)]
    fn look_up(self, table: &[u64; 64]) -> Self {
        Self::from_bits(table[(self.to_bits() & 63) as usize])
    }
    #[inline(always)]
    fn look_up_two(places: &[f64], table: &Table) -> (Self, Self) {
        let [one, other] = table[(places[0].to_bits() & 4095) as usize];
        (one, other)
    }
    #[inline(always)]
    fn sixty_fourths_to_exponent(self) -> Self {
        Self::from_bits(self.to_bits() << 46)
    }
    #[inline(always)]
    fn exponent_to_mantissa(self) -> Self {
        Self::from_bits(self.to_bits() >> 52)
    }
    #[inline(always)]
    fn turn(_: &mut [Self; 4]) {}
    #[inline(always)]
    fn at_most(self, limit: f64) -> Self {
        if limit < self { limit } else { self }
    }
    #[inline(always)]
    fn at_least(self, limit: f64) -> Self {
        if limit > self { limit } else { self }
    }
}
