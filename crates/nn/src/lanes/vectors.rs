//! Lanes in vector registers, how many of them the machine has, and the inner loop of the matrix products.
//!
//! This is the one file with `unsafe`: vector instructions of x86-64 and wasm, which plain code reaches to a tenth of
//! their speed. The reasons stand beside each use; `tests/it/kernels.rs` holds every width against the plain path.

#![allow(unsafe_code)]

use super::Lanes;
use crate::functions::Table;
use std::ops::{Add, Div, Mul, Sub};

/// A type of lanes over a vector register: the instructions by name.
macro_rules! vector {
    ($(#[$doc:meta])* $name:ident($register:ty, $count:literal), mask $mask:ty: $($part:ident)::+;
     splat $splat:ident, load $load:ident, store $store:ident, add $add:ident, sub $sub:ident, mul $mul:ident,
     div $div:ident, at_most $at_most:expr, at_least $at_least:expr, above $above:expr, select $select:expr,
     and $and:ident, or $or:ident, xor $xor:ident,
     add_bits $add_bits:expr, look_up $look_up:expr, look_up_two $look_up_two:expr,
     to_exponent $to_exponent:expr, to_mantissa $to_mantissa:expr,
     turn $turn:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name($register);

        // Safety, here and below: the instructions are those that the target has, or, for AVX2, those that
        // `Width::run` has made sure of before any value of the type is made.
        vector!(@operator $name, Add::add, $($part)::+::$add);
        vector!(@operator $name, Sub::sub, $($part)::+::$sub);
        vector!(@operator $name, Mul::mul, $($part)::+::$mul);
        vector!(@operator $name, Div::div, $($part)::+::$div);

        #[allow(unused_unsafe, clippy::redundant_closure_call)]
        impl Lanes for $name {
            const COUNT: usize = $count;
            type Mask = $mask;

            #[inline(always)]
            fn splat(value: f64) -> Self {
                Self(unsafe { $($part)::+::$splat(value) })
            }
            #[inline(always)]
            fn load(from: &[f64]) -> Self {
                let from = &from[..$count];
                // Safety: as many doubles are there, and the instruction asks for no alignment.
                Self(unsafe { $($part)::+::$load(from.as_ptr().cast()) })
            }
            #[inline(always)]
            fn store(self, to: &mut [f64]) {
                let to = &mut to[..$count];
                // Safety: as above.
                unsafe { $($part)::+::$store(to.as_mut_ptr().cast(), self.0) }
            }
            #[inline(always)]
            fn above(self, other: Self) -> $mask {
                unsafe { ($above)(self.0, other.0) }
            }
            #[inline(always)]
            fn above_bits(self, other: Self) -> Self {
                Self(unsafe { ($above)(self.0, other.0) })
            }
            // The instructions give their second operand where one is NaN (wasm's two their first).
            #[inline(always)]
            fn at_most(self, limit: f64) -> Self {
                Self(unsafe { ($at_most)($($part)::+::$splat(limit), self.0) })
            }
            #[inline(always)]
            fn at_least(self, limit: f64) -> Self {
                Self(unsafe { ($at_least)($($part)::+::$splat(limit), self.0) })
            }
            #[inline(always)]
            fn select(mask: $mask, yes: Self, no: Self) -> Self {
                Self(unsafe { ($select)(mask, yes.0, no.0) })
            }
            #[inline(always)]
            fn and(self, other: Self) -> Self {
                Self(unsafe { $($part)::+::$and(self.0, other.0) })
            }
            #[inline(always)]
            fn or(self, other: Self) -> Self {
                Self(unsafe { $($part)::+::$or(self.0, other.0) })
            }
            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                Self(unsafe { $($part)::+::$xor(self.0, other.0) })
            }
            #[inline(always)]
            fn add_bits(self, other: Self) -> Self {
                Self(unsafe { ($add_bits)(self.0, other.0) })
            }
            #[inline(always)]
            fn look_up(self, table: &[u64; 64]) -> Self {
                Self(unsafe { ($look_up)(self.0, table) })
            }
            #[inline(always)]
            fn look_up_two(places: &[f64], table: &Table) -> (Self, Self) {
                let (one, other) = unsafe { ($look_up_two)(&places[..$count], table) };
                (Self(one), Self(other))
            }
            #[inline(always)]
            fn sixty_fourths_to_exponent(self) -> Self {
                Self(unsafe { ($to_exponent)(self.0) })
            }
            #[inline(always)]
            fn exponent_to_mantissa(self) -> Self {
                Self(unsafe { ($to_mantissa)(self.0) })
            }
            #[inline(always)]
            fn turn(rows: &mut [Self; 4]) {
                let turned = unsafe { ($turn)(rows.map(|row| row.0)) };
                for (row, turned) in rows.iter_mut().zip(turned) {
                    row.0 = turned;
                }
            }
        }
    };
    (@operator $name:ident, $trait:ident::$method:ident, $instruction:path) => {
        impl $trait for $name {
            type Output = Self;
            #[inline(always)]
            #[allow(unused_unsafe)]
            fn $method(self, other: Self) -> Self {
                Self(unsafe { $instruction(self.0, other.0) })
            }
        }
    };
}

#[cfg(target_arch = "wasm32")]
use core::arch::wasm32 as arch;
#[cfg(target_arch = "x86_64")]
use core::arch::x86_64 as arch;

#[cfg(target_arch = "wasm32")]
vector! {
    /// Two lanes of wasm's simd128.
    Pair(arch::v128, 2), mask arch::v128: arch;
    splat f64x2_splat, load v128_load, store v128_store, add f64x2_add, sub f64x2_sub, mul f64x2_mul,
    div f64x2_div, at_most |limit, x| arch::f64x2_pmin(x, limit), at_least |limit, x| arch::f64x2_pmax(x, limit),
    above arch::f64x2_gt, select |mask, yes, no| arch::v128_bitselect(yes, no, mask),
    and v128_and, or v128_or, xor v128_xor, add_bits arch::i64x2_add,
    look_up |bits, table: &[u64; 64]| {
        let at = |place: i32| table[(place & 63) as usize];
        arch::u64x2(at(arch::i32x4_extract_lane::<0>(bits)), at(arch::i32x4_extract_lane::<2>(bits)))
    },
    look_up_two |places: &[f64], table: &Table| {
        // Safety: a row of the table is as long as a vector.
        let at = |place: f64| unsafe { arch::v128_load(table[(place.to_bits() as u32 & 4095) as usize].as_ptr().cast()) };
        let (first, second) = (at(places[0]), at(places[1]));
        (arch::i64x2_shuffle::<0, 2>(first, second), arch::i64x2_shuffle::<1, 3>(first, second))
    },
    to_exponent |bits| arch::i64x2_shl(bits, 46), to_mantissa |bits| arch::u64x2_shr(bits, 52),
    turn |[a, b, ..]: [arch::v128; 4]| [arch::i64x2_shuffle::<0, 2>(a, b), arch::i64x2_shuffle::<1, 3>(a, b)]
}

#[cfg(target_arch = "x86_64")]
vector! {
    /// Two lanes of SSE2, which every x86-64 has.
    Pair(arch::__m128d, 2), mask arch::__m128d: arch;
    splat _mm_set1_pd, load _mm_loadu_pd, store _mm_storeu_pd, add _mm_add_pd, sub _mm_sub_pd, mul _mm_mul_pd,
    div _mm_div_pd, at_most arch::_mm_min_pd, at_least arch::_mm_max_pd, above |a, b| arch::_mm_cmplt_pd(b, a),
    select |mask, yes, no| arch::_mm_or_pd(arch::_mm_and_pd(mask, yes), arch::_mm_andnot_pd(mask, no)),
    and _mm_and_pd, or _mm_or_pd, xor _mm_xor_pd,
    add_bits |a, b| arch::_mm_castsi128_pd(arch::_mm_add_epi64(arch::_mm_castpd_si128(a), arch::_mm_castpd_si128(b))),
    look_up |bits, table: &[u64; 64]| {
        let bits = arch::_mm_castpd_si128(bits);
        let at = |place: i64| f64::from_bits(table[(place & 63) as usize]);
        let second = arch::_mm_unpackhi_epi64(bits, bits);
        arch::_mm_setr_pd(at(arch::_mm_cvtsi128_si64(bits)), at(arch::_mm_cvtsi128_si64(second)))
    },
    look_up_two |places: &[f64], table: &Table| {
        // Safety: a row of the table is as long as a vector.
        let at = |place: f64| unsafe { arch::_mm_loadu_pd(table[(place.to_bits() & 4095) as usize].as_ptr().cast()) };
        let (first, second) = (at(places[0]), at(places[1]));
        (arch::_mm_unpacklo_pd(first, second), arch::_mm_unpackhi_pd(first, second))
    },
    to_exponent |bits| arch::_mm_castsi128_pd(arch::_mm_slli_epi64(arch::_mm_castpd_si128(bits), 46)),
    to_mantissa |bits| arch::_mm_castsi128_pd(arch::_mm_srli_epi64(arch::_mm_castpd_si128(bits), 52)),
    turn |[a, b, ..]: [arch::__m128d; 4]| [arch::_mm_unpacklo_pd(a, b), arch::_mm_unpackhi_pd(a, b)]
}

#[cfg(target_arch = "x86_64")]
vector! {
    /// Four lanes of AVX2.
    Quad(arch::__m256d, 4), mask arch::__m256d: arch;
    splat _mm256_set1_pd, load _mm256_loadu_pd, store _mm256_storeu_pd, add _mm256_add_pd, sub _mm256_sub_pd,
    mul _mm256_mul_pd, div _mm256_div_pd, at_most arch::_mm256_min_pd, at_least arch::_mm256_max_pd,
    above |a, b| arch::_mm256_cmp_pd::<{ arch::_CMP_LT_OQ }>(b, a),
    select |mask, yes, no| arch::_mm256_blendv_pd(no, yes, mask),
    and _mm256_and_pd, or _mm256_or_pd, xor _mm256_xor_pd,
    add_bits |a, b| arch::_mm256_castsi256_pd(
        arch::_mm256_add_epi64(arch::_mm256_castpd_si256(a), arch::_mm256_castpd_si256(b))
    ),
    look_up |bits, table: &[u64; 64]| {
        // Four loads are quicker than the instruction that gathers.
        let mut places = [0.0; 4];
        arch::_mm256_storeu_pd(places.as_mut_ptr(), bits);
        let [a, b, c, d] = places.map(|place: f64| f64::from_bits(table[(place.to_bits() & 63) as usize]));
        arch::_mm256_setr_pd(a, b, c, d)
    },
    look_up_two |places: &[f64], table: &Table| {
        // Safety: a row of the table is as long as half a vector.
        let at = |place: f64| unsafe { arch::_mm_loadu_pd(table[(place.to_bits() & 4095) as usize].as_ptr().cast()) };
        let (a, b, c, d) = (at(places[0]), at(places[1]), at(places[2]), at(places[3]));
        let (even, odd) = (arch::_mm256_set_m128d(c, a), arch::_mm256_set_m128d(d, b));
        (arch::_mm256_unpacklo_pd(even, odd), arch::_mm256_unpackhi_pd(even, odd))
    },
    to_exponent |bits| arch::_mm256_castsi256_pd(arch::_mm256_slli_epi64(arch::_mm256_castpd_si256(bits), 46)),
    to_mantissa |bits| arch::_mm256_castsi256_pd(arch::_mm256_srli_epi64(arch::_mm256_castpd_si256(bits), 52)),
    turn |[a, b, c, d]: [arch::__m256d; 4]| {
        let (ab, cd) = (arch::_mm256_unpacklo_pd(a, b), arch::_mm256_unpacklo_pd(c, d));
        let (ab_odd, cd_odd) = (arch::_mm256_unpackhi_pd(a, b), arch::_mm256_unpackhi_pd(c, d));
        [
            arch::_mm256_permute2f128_pd::<0x20>(ab, cd),
            arch::_mm256_permute2f128_pd::<0x20>(ab_odd, cd_odd),
            arch::_mm256_permute2f128_pd::<0x31>(ab, cd),
            arch::_mm256_permute2f128_pd::<0x31>(ab_odd, cd_odd),
        ]
    }
}

/// On other machines the fast path runs on lanes of one double.
#[cfg(not(any(target_arch = "wasm32", target_arch = "x86_64")))]
pub(crate) type Pair = f64;

/// How many lanes the fast path uses. The numbers do not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Width(Vectors);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Vectors {
    Pairs,
    /// Only ever made where AVX2 has been seen.
    #[cfg(target_arch = "x86_64")]
    Quads,
}

impl Width {
    /// Two lanes, which every machine has.
    pub const TWO: Self = Self(Vectors::Pairs);

    /// Four lanes, where the machine has AVX2.
    pub fn four() -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        if std::is_x86_feature_detected!("avx2") {
            return Some(Self(Vectors::Quads));
        }
        None
    }

    /// The widest that the machine has.
    pub fn widest() -> Self {
        Self::four().unwrap_or(Self::TWO)
    }

    /// How many doubles.
    pub(crate) fn lanes(self) -> usize {
        match self.0 {
            Vectors::Pairs => Pair::COUNT,
            #[cfg(target_arch = "x86_64")]
            Vectors::Quads => Quad::COUNT,
        }
    }

    /// Runs a kernel at this width.
    #[inline(always)]
    pub(crate) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self.0 {
            Vectors::Pairs => pairs(kernel),
            // Safety: the machine has AVX2, or there would be no such width.
            #[cfg(target_arch = "x86_64")]
            Vectors::Quads => unsafe { quads(kernel) },
        }
    }
}

/// A loop of the fast path. `run` and all that it calls must be `#[inline(always)]`, because only what becomes part
/// of [`quads`] is compiled for AVX2.
pub(crate) trait Kernel {
    type Output;
    fn run<L: Lanes>(self) -> Self::Output;
}

/// Each kernel is a function of its own: a huge one would stay in the slow compiler of a browser.
#[inline(never)]
fn pairs<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Pair>()
}

#[cfg(target_arch = "x86_64")]
#[inline(never)]
#[target_feature(enable = "avx2")]
fn quads<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<Quad>()
}

/// Numbers, some of which the inner loop takes at each of its steps: from place `from` on, `step` further each time.
#[derive(Clone, Copy)]
pub(crate) struct Walk<'a> {
    pub(crate) values: &'a [f64],
    pub(crate) from: usize,
    pub(crate) step: usize,
}

impl Walk<'_> {
    /// All steps but the first.
    #[inline(always)]
    pub(crate) fn rest(self) -> Self {
        Self { from: self.from + self.step, ..self }
    }

    /// Where it starts, if at each of so many `steps` the number `last` places on is still within its values.
    #[inline(always)]
    fn start(&self, steps: usize, last: usize) -> *const f64 {
        let end = self.from + (steps - 1) * self.step + last;
        assert!(end < self.values.len(), "a walk within its values");
        // Safety: `from` is not beyond `end`.
        unsafe { self.values.as_ptr().add(self.from) }
    }
}

/// sums[r][v] += scalar r · vector v, at each of so many `steps`: the inner loop of all matrix products. The scalars
/// of a step are `apart` from each other; its vectors lie side by side.
///
/// Unsafe because it pays: with a check at each load a browser needs half as long again.
#[inline(always)]
pub(crate) fn multiply_add<L: Lanes, const V: usize, const R: usize>(
    sums: &mut [[L; V]; R],
    steps: usize,
    scalars: Walk,
    apart: usize,
    vectors: Walk,
) {
    if steps == 0 {
        return;
    }
    let mut scalar = scalars.start(steps, (R - 1) * apart);
    let mut vector = vectors.start(steps, V * L::COUNT - 1);
    let mut local = *sums;
    for _ in 0..steps {
        // Safety: both walks have been looked at from end to end; `wrapping_add` after the last step is not read.
        unsafe {
            let mut right = [L::splat(0.0); V];
            for (v, right) in right.iter_mut().enumerate() {
                *right = L::load(std::slice::from_raw_parts(vector.add(v * L::COUNT), L::COUNT));
            }
            for (r, sums) in local.iter_mut().enumerate() {
                let left = L::splat(*scalar.add(r * apart));
                for (sum, right) in sums.iter_mut().zip(right) {
                    *sum = *sum + left * right;
                }
            }
        }
        scalar = scalar.wrapping_add(scalars.step);
        vector = vector.wrapping_add(vectors.step);
    }
    *sums = local;
}

/// The numbers of a column of vectors: Σ scalar t · vector t for each vector of `out`, where the T scalars of a sum are
/// `apart` from each other, and those of the next one a step of the walk further. What becomes of a sum and of what
/// stands `beside` it, `finish` says.
///
/// Unsafe for the same reason.
#[inline(always)]
pub(crate) fn sums_of_few<L: Lanes, const T: usize>(
    scalars: Walk,
    apart: usize,
    vectors: [L; T],
    out: &mut [f64],
    beside: impl Iterator<Item = L>,
    finish: impl Fn(L, L) -> L,
) {
    let count = out.len() / L::COUNT;
    if count == 0 {
        return;
    }
    let mut scalar = scalars.start(count, (T - 1) * apart);
    for (out, beside) in out.chunks_exact_mut(L::COUNT).zip(beside) {
        let mut sum = L::splat(0.0);
        for (t, vector) in vectors.into_iter().enumerate() {
            // Safety: the walk has been looked at from end to end.
            sum = sum + L::splat(unsafe { *scalar.add(t * apart) }) * vector;
        }
        finish(sum, beside).store(out);
        scalar = scalar.wrapping_add(scalars.step);
    }
}

/// w ← w − `change` (scalar · vector) for `rows` rows of V vectors, the first of them at place `from` of `values`, `step`
/// from each to the next; each row has a scalar, and all have the same vectors. What they come to is added to `total`.
///
/// Unsafe for the same reason.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
pub(crate) fn move_rows<L: Lanes, const V: usize>(
    values: &mut [f64],
    from: usize,
    step: usize,
    rows: usize,
    scalars: Walk,
    vectors: [L; V],
    change: impl Fn(L) -> L,
    total: &mut L,
) {
    if rows == 0 {
        return;
    }
    let walk = Walk { values: &*values, from, step };
    walk.start(rows, V * L::COUNT - 1);
    let mut scalar = scalars.start(rows, 0);
    let mut place = values[from..].as_mut_ptr();
    for _ in 0..rows {
        // Safety: as in `multiply_add`; the vectors of two rows may not lie upon each other, but might without harm,
        // since each is read and written before the next.
        unsafe {
            let scalar = L::splat(*scalar);
            for (v, vector) in vectors.into_iter().enumerate() {
                let weight = std::slice::from_raw_parts_mut(place.wrapping_add(v * L::COUNT), L::COUNT);
                let new = L::load(weight) - change(scalar * vector);
                new.store(weight);
                *total = *total + new;
            }
        }
        scalar = scalar.wrapping_add(scalars.step);
        place = place.wrapping_add(step);
    }
}

/// Takes off each number of a tile what becomes of its sum: R rows of V vectors, the first of them at place `from` of
/// `values`, `step` from each to the next.
///
/// Unsafe because it pays: a browser would need a fifth as many instructions again for what surrounds the arithmetic.
#[inline(always)]
pub(crate) fn move_tile<L: Lanes, const V: usize, const R: usize>(
    values: &mut [f64],
    from: usize,
    step: usize,
    sums: [[L; V]; R],
    change: impl Fn(L) -> L,
) {
    let walk = Walk { values: &*values, from, step };
    walk.start(R, V * L::COUNT - 1);
    let mut row = values[from..].as_mut_ptr();
    for sums in sums {
        for (v, sum) in sums.into_iter().enumerate() {
            // Safety: the walk has been looked at from end to end, and each vector is read and written before the next.
            let value = unsafe { std::slice::from_raw_parts_mut(row.wrapping_add(v * L::COUNT), L::COUNT) };
            (L::load(value) - change(sum)).store(value);
        }
        row = row.wrapping_add(step);
    }
}
