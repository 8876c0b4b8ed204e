//! The SIMD vector type: the [`functions`](super::functions) and the fast path are written in it.
//!
//! The arithmetic is written once, generic over [`Simd`], and is compiled for vectors of one double, of two (wasm's
//! simd128 or SSE2) and of four (AVX2, where the machine has it). Each operation is exact or rounded to nearest in each
//! lane separately, and no multiplication is fused with an addition. So results do not depend on the number of lanes.

mod strided;
mod vectors;
mod width;

pub(crate) use strided::Strided;
pub(crate) use vectors::{multiply_add, multiply_blocks, subtract_outer_product, subtract_tile};
pub(crate) use width::Kernel;
pub use width::Width;

use std::ops::{Add, Div, Mul, Sub};

/// A table of pairs for [`Simd::lookup_pairs`].
pub(crate) type PairTable = [[f64; 2]; 4096];

/// Evaluates `$body` for `$count` elements in groups of the given sizes, the larger sizes first. In the body, `$first` is
/// the index of a group's first element and the constant `$N` the size of the group. (A closure cannot be generic over N.)
macro_rules! for_each_group {
    ($count:expr, [$($size:literal),+], |$first:ident, $N:ident| $body:expr) => {
        let (mut $first, count) = (0, $count);
        $(
            while count - $first >= $size {
                const $N: usize = $size;
                $body;
                $first += $size;
            }
        )+
    };
}
pub(crate) use for_each_group;

/// A vector of doubles.
pub(crate) trait Simd:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// The number of lanes, at most 4.
    const LANES: usize;
    /// The result of a comparison, lane by lane.
    type Mask: Copy;

    /// `value` in every lane.
    fn broadcast(value: f64) -> Self;
    /// The first values of a slice. Panics if it is too short.
    fn load(from: &[f64]) -> Self;
    /// Writes to the start of a slice. Panics if it is too short.
    fn store(self, to: &mut [f64]);
    /// self > other; false where either is NaN.
    fn gt(self, other: Self) -> Self::Mask;
    /// `yes` where the mask is true, else `no`.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;
    /// Bitwise and.
    fn and(self, other: Self) -> Self;
    /// Bitwise or.
    fn or(self, other: Self) -> Self;
    /// Bitwise exclusive or.
    fn xor(self, other: Self) -> Self;
    /// Adds the bits as 64-bit integers.
    fn add_bits(self, other: Self) -> Self;
    /// Shifts the bits left by 46: the six lowest bits move to the top of the mantissa, those above to the exponent.
    fn shift_left_46(self) -> Self;
    /// Shifts the bits right by 52: sign and exponent move to the bottom of the mantissa.
    fn shift_right_52(self) -> Self;
    /// The doubles with the bits `table[i]`, where i is the six lowest bits of each lane.
    fn lookup(self, table: &[u64; 64]) -> Self;
    /// The pairs `table[i]`, where i is the twelve lowest bits of each of the first `indices`. The indices come from
    /// memory because that is faster than extracting lanes.
    fn lookup_pairs(indices: &[f64], table: &PairTable) -> (Self, Self);
    /// Transposes the square matrix in the first `LANES` rows.
    fn transpose(rows: &mut [Self; 4]);
    /// The smaller of the two. NaN if self is NaN.
    fn min(self, limit: Self) -> Self;
    /// The larger of the two. NaN if self is NaN.
    fn max(self, limit: Self) -> Self;

    /// The double with these bits in every lane.
    #[inline(always)]
    fn from_bits(bits: u64) -> Self {
        Self::broadcast(f64::from_bits(bits))
    }

    /// |self|
    #[inline(always)]
    fn abs(self) -> Self {
        self.and(Self::from_bits(!(1 << 63)))
    }

    /// The sign bit only.
    #[inline(always)]
    fn sign_bit(self) -> Self {
        self.and(Self::from_bits(1 << 63))
    }

    /// The sum of all lanes, rounded in an order that depends on `LANES`: to test for NaN and infinity, not for results.
    #[inline(always)]
    fn sum(self) -> f64 {
        self.add_lanes_to(0.0)
    }

    /// `sum` plus each lane in ascending order.
    #[inline(always)]
    fn add_lanes_to(self, sum: f64) -> f64 {
        let mut lanes = [0.0; 4];
        self.store(&mut lanes);
        lanes[..Self::LANES].iter().fold(sum, |sum, lane| sum + lane)
    }
}

/// One lane: the plain functions, and machines without vectors.
impl Simd for f64 {
    const LANES: usize = 1;
    type Mask = bool;

    #[inline(always)]
    fn broadcast(value: f64) -> Self {
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
    fn gt(self, other: Self) -> bool {
        self > other
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
    fn shift_left_46(self) -> Self {
        Self::from_bits(self.to_bits() << 46)
    }
    #[inline(always)]
    fn shift_right_52(self) -> Self {
        Self::from_bits(self.to_bits() >> 52)
    }
    #[inline(always)]
    fn lookup(self, table: &[u64; 64]) -> Self {
        Self::from_bits(table[(self.to_bits() & 63) as usize])
    }
    #[inline(always)]
    fn lookup_pairs(indices: &[f64], table: &PairTable) -> (Self, Self) {
        let [first, second] = table[(indices[0].to_bits() & 4095) as usize];
        (first, second)
    }
    #[inline(always)]
    fn transpose(_: &mut [Self; 4]) {}
    #[inline(always)]
    fn min(self, limit: Self) -> Self {
        if limit < self { limit } else { self }
    }
    #[inline(always)]
    fn max(self, limit: Self) -> Self {
        if limit > self { limit } else { self }
    }
}
