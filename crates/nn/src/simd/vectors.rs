//! Vectors in registers, and the inner loops over raw pointers.
//!
//! This is the only file with `unsafe`. Vector instructions have no safe interface on stable Rust, and plain code reaches
//! a tenth of their speed. `tests/it/fast_path.rs` compares every width with the plain path.
//!
//! Everything that handles a vector is `#[inline(always)]`, and no vector passes through a closure or through a function
//! of the standard library: those are functions of their own, which the compiler may decide not to inline, and then they
//! are compiled without AVX2, with a call for each instruction.

#![allow(unsafe_code)]

use super::{Kernel, PairTable, Simd, Strided};
use std::ops::{Add, Div, Mul, Sub};

/// Implements [`Simd`] for a vector register, given the instructions. The parts written like closures are expanded in
/// place.
macro_rules! vector {
    ($(#[$doc:meta])* $name:ident($register:ty; $lanes:literal), mask $mask:ty:
     broadcast $broadcast:ident, load $load:ident, store $store:ident,
     $(operator $trait:ident::$method:ident $operator:ident,)+
     gt |$gt_a:ident, $gt_b:ident| $gt:expr,
     select |$select_mask:ident, $select_yes:ident, $select_no:ident| $select:expr,
     $(binary $binary:ident |$a:ident, $b:ident| $binary_result:expr,)+
     $(unary $unary:ident |$bits:ident| $unary_result:expr,)+
     lookup |$lookup_bits:ident, $lookup_table:ident| $lookup:expr,
     lookup_pairs |$pairs_indices:ident, $pairs_table:ident| $pairs:expr,
     transpose |$rows:ident| $transpose:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(super) struct $name($register);

        // Safety, here and below: the instructions are available on every machine of the target, except those of AVX2.
        // A vector of AVX2 is only created inside `run_f64x4`, after AVX2 has been detected.
        $(
            impl $trait for $name {
                type Output = Self;
                #[inline(always)]
                #[allow(unused_unsafe)]
                fn $method(self, other: Self) -> Self {
                    Self(unsafe { arch::$operator(self.0, other.0) })
                }
            }
        )+

        #[allow(unused_unsafe)]
        impl Simd for $name {
            const LANES: usize = $lanes;
            type Mask = $mask;

            #[inline(always)]
            fn broadcast(value: f64) -> Self {
                Self(unsafe { arch::$broadcast(value) })
            }
            #[inline(always)]
            fn load(from: &[f64]) -> Self {
                let from = &from[..$lanes];
                // Safety: the slice has as many doubles, and the instruction needs no alignment.
                Self(unsafe { arch::$load(from.as_ptr().cast()) })
            }
            #[inline(always)]
            fn store(self, to: &mut [f64]) {
                let to = &mut to[..$lanes];
                // Safety: as in `load`.
                unsafe { arch::$store(to.as_mut_ptr().cast(), self.0) }
            }
            #[inline(always)]
            fn gt(self, other: Self) -> $mask {
                let ($gt_a, $gt_b) = (self.0, other.0);
                unsafe { $gt }
            }
            #[inline(always)]
            fn select(mask: $mask, yes: Self, no: Self) -> Self {
                let ($select_mask, $select_yes, $select_no) = (mask, yes.0, no.0);
                Self(unsafe { $select })
            }
            $(
                #[inline(always)]
                fn $binary(self, other: Self) -> Self {
                    let ($a, $b) = (self.0, other.0);
                    Self(unsafe { $binary_result })
                }
            )+
            $(
                #[inline(always)]
                fn $unary(self) -> Self {
                    let $bits = self.0;
                    Self(unsafe { $unary_result })
                }
            )+
            #[inline(always)]
            fn lookup(self, $lookup_table: &[u64; 64]) -> Self {
                let $lookup_bits = self.0;
                Self(unsafe { $lookup })
            }
            #[inline(always)]
            fn lookup_pairs(indices: &[f64], $pairs_table: &PairTable) -> (Self, Self) {
                let $pairs_indices = &indices[..$lanes];
                let (first, second) = unsafe { $pairs };
                (Self(first), Self(second))
            }
            #[inline(always)]
            fn transpose(rows: &mut [Self; 4]) {
                let $rows = [rows[0].0, rows[1].0, rows[2].0, rows[3].0];
                let transposed = unsafe { $transpose };
                for (row, transposed) in rows.iter_mut().zip(transposed) {
                    row.0 = transposed;
                }
            }
        }
    };
}

#[cfg(target_arch = "wasm32")]
use core::arch::wasm32 as arch;
#[cfg(target_arch = "x86_64")]
use core::arch::x86_64 as arch;

// If one operand is NaN, x86's minimum and maximum return the second operand, wasm's `pmin` and `pmax` the first.

#[cfg(target_arch = "wasm32")]
vector! {
    /// Two lanes of wasm's simd128.
    F64x2(arch::v128; 2), mask arch::v128:
    broadcast f64x2_splat, load v128_load, store v128_store,
    operator Add::add f64x2_add, operator Sub::sub f64x2_sub, operator Mul::mul f64x2_mul, operator Div::div f64x2_div,
    gt |a, b| arch::f64x2_gt(a, b),
    select |mask, yes, no| arch::v128_bitselect(yes, no, mask),
    binary and |a, b| arch::v128_and(a, b),
    binary or |a, b| arch::v128_or(a, b),
    binary xor |a, b| arch::v128_xor(a, b),
    binary min |x, limit| arch::f64x2_pmin(x, limit),
    binary max |x, limit| arch::f64x2_pmax(x, limit),
    binary add_bits |a, b| arch::i64x2_add(a, b),
    unary shift_left_46 |bits| arch::i64x2_shl(bits, 46),
    unary shift_right_52 |bits| arch::u64x2_shr(bits, 52),
    lookup |bits, table| arch::u64x2(
        table[(arch::i32x4_extract_lane::<0>(bits) & 63) as usize],
        table[(arch::i32x4_extract_lane::<2>(bits) & 63) as usize],
    ),
    lookup_pairs |indices, table| {
        // Safety: a row of the table is as long as a vector.
        let first = arch::v128_load(table[(indices[0].to_bits() as u32 & 4095) as usize].as_ptr().cast());
        let second = arch::v128_load(table[(indices[1].to_bits() as u32 & 4095) as usize].as_ptr().cast());
        (arch::i64x2_shuffle::<0, 2>(first, second), arch::i64x2_shuffle::<1, 3>(first, second))
    },
    transpose |rows| {
        let [a, b, ..] = rows;
        [arch::i64x2_shuffle::<0, 2>(a, b), arch::i64x2_shuffle::<1, 3>(a, b)]
    }
}

#[cfg(target_arch = "x86_64")]
vector! {
    /// Two lanes of SSE2, which every x86-64 has.
    F64x2(arch::__m128d; 2), mask arch::__m128d:
    broadcast _mm_set1_pd, load _mm_loadu_pd, store _mm_storeu_pd,
    operator Add::add _mm_add_pd, operator Sub::sub _mm_sub_pd, operator Mul::mul _mm_mul_pd, operator Div::div _mm_div_pd,
    gt |a, b| arch::_mm_cmplt_pd(b, a),
    select |mask, yes, no| arch::_mm_or_pd(arch::_mm_and_pd(mask, yes), arch::_mm_andnot_pd(mask, no)),
    binary and |a, b| arch::_mm_and_pd(a, b),
    binary or |a, b| arch::_mm_or_pd(a, b),
    binary xor |a, b| arch::_mm_xor_pd(a, b),
    binary min |x, limit| arch::_mm_min_pd(limit, x),
    binary max |x, limit| arch::_mm_max_pd(limit, x),
    binary add_bits |a, b| arch::_mm_castsi128_pd(arch::_mm_add_epi64(arch::_mm_castpd_si128(a), arch::_mm_castpd_si128(b))),
    unary shift_left_46 |bits| arch::_mm_castsi128_pd(arch::_mm_slli_epi64(arch::_mm_castpd_si128(bits), 46)),
    unary shift_right_52 |bits| arch::_mm_castsi128_pd(arch::_mm_srli_epi64(arch::_mm_castpd_si128(bits), 52)),
    lookup |bits, table| {
        let low = arch::_mm_castpd_si128(bits);
        let high = arch::_mm_unpackhi_epi64(low, low);
        arch::_mm_setr_pd(
            f64::from_bits(table[(arch::_mm_cvtsi128_si64(low) & 63) as usize]),
            f64::from_bits(table[(arch::_mm_cvtsi128_si64(high) & 63) as usize]),
        )
    },
    lookup_pairs |indices, table| {
        // Safety: a row of the table is as long as a vector.
        let first = arch::_mm_loadu_pd(table[(indices[0].to_bits() & 4095) as usize].as_ptr());
        let second = arch::_mm_loadu_pd(table[(indices[1].to_bits() & 4095) as usize].as_ptr());
        (arch::_mm_unpacklo_pd(first, second), arch::_mm_unpackhi_pd(first, second))
    },
    transpose |rows| {
        let [a, b, ..] = rows;
        [arch::_mm_unpacklo_pd(a, b), arch::_mm_unpackhi_pd(a, b)]
    }
}

#[cfg(target_arch = "x86_64")]
vector! {
    /// Four lanes of AVX2.
    F64x4(arch::__m256d; 4), mask arch::__m256d:
    broadcast _mm256_set1_pd, load _mm256_loadu_pd, store _mm256_storeu_pd,
    operator Add::add _mm256_add_pd, operator Sub::sub _mm256_sub_pd, operator Mul::mul _mm256_mul_pd, operator Div::div _mm256_div_pd,
    gt |a, b| arch::_mm256_cmp_pd::<{ arch::_CMP_LT_OQ }>(b, a),
    select |mask, yes, no| arch::_mm256_blendv_pd(no, yes, mask),
    binary and |a, b| arch::_mm256_and_pd(a, b),
    binary or |a, b| arch::_mm256_or_pd(a, b),
    binary xor |a, b| arch::_mm256_xor_pd(a, b),
    binary min |x, limit| arch::_mm256_min_pd(limit, x),
    binary max |x, limit| arch::_mm256_max_pd(limit, x),
    binary add_bits |a, b| arch::_mm256_castsi256_pd(
        arch::_mm256_add_epi64(arch::_mm256_castpd_si256(a), arch::_mm256_castpd_si256(b))
    ),
    unary shift_left_46 |bits| arch::_mm256_castsi256_pd(arch::_mm256_slli_epi64(arch::_mm256_castpd_si256(bits), 46)),
    unary shift_right_52 |bits| arch::_mm256_castsi256_pd(arch::_mm256_srli_epi64(arch::_mm256_castpd_si256(bits), 52)),
    lookup |bits, table| {
        // Four loads are faster than the gather instruction.
        let mut indices = [0u64; 4];
        arch::_mm256_storeu_pd(indices.as_mut_ptr().cast(), bits);
        arch::_mm256_setr_pd(
            f64::from_bits(table[(indices[0] & 63) as usize]),
            f64::from_bits(table[(indices[1] & 63) as usize]),
            f64::from_bits(table[(indices[2] & 63) as usize]),
            f64::from_bits(table[(indices[3] & 63) as usize]),
        )
    },
    lookup_pairs |indices, table| {
        // Safety: a row of the table is as long as half a vector.
        let a = arch::_mm_loadu_pd(table[(indices[0].to_bits() & 4095) as usize].as_ptr());
        let b = arch::_mm_loadu_pd(table[(indices[1].to_bits() & 4095) as usize].as_ptr());
        let c = arch::_mm_loadu_pd(table[(indices[2].to_bits() & 4095) as usize].as_ptr());
        let d = arch::_mm_loadu_pd(table[(indices[3].to_bits() & 4095) as usize].as_ptr());
        let (even, odd) = (arch::_mm256_set_m128d(c, a), arch::_mm256_set_m128d(d, b));
        (arch::_mm256_unpacklo_pd(even, odd), arch::_mm256_unpackhi_pd(even, odd))
    },
    transpose |rows| {
        let [a, b, c, d] = rows;
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

/// On other machines the fast path uses single doubles.
#[cfg(not(any(target_arch = "wasm32", target_arch = "x86_64")))]
pub(super) type F64x2 = f64;

// Not inlined: a browser's optimising compiler handles several functions better than a long one.
#[inline(never)]
pub(super) fn run_f64x2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<F64x2>()
}

/// Proof that this machine has AVX2.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Avx2(());

#[cfg(target_arch = "x86_64")]
impl Avx2 {
    pub(super) fn detect() -> Option<Self> {
        std::is_x86_feature_detected!("avx2").then_some(Self(()))
    }

    /// Runs a kernel with vectors of four lanes.
    #[inline(always)]
    pub(super) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        // Safety: `self` exists only where AVX2 has been detected.
        unsafe { run_f64x4(kernel) }
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(never)]
#[target_feature(enable = "avx2")]
fn run_f64x4<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<F64x4>()
}

/// `sums[r][v] += scalar[r] * vector[v]`, `count` times: the inner loop of all matrix products. In each step the R scalars
/// are `scalar_stride` apart, and the V vectors lie side by side.
///
/// With a bounds check at each load, a browser takes one and a half times as long.
#[inline(always)]
pub(crate) fn multiply_add<S: Simd, const V: usize, const R: usize>(
    sums: &mut [[S; V]; R],
    count: usize,
    scalars: Strided,
    scalar_stride: usize,
    vectors: Strided,
) {
    if count == 0 {
        return;
    }
    let scalar = scalars.checked(count, (R - 1) * scalar_stride + 1);
    let vector = vectors.checked(count, V * S::LANES);
    // Safety: `checked` has tested the first and the last access.
    unsafe { add_products(sums, count, scalar, scalars.stride, scalar_stride, vector, vectors.stride) }
}

/// The loop of [`multiply_add`], given the first scalar and the first vector. In each step the pointers advance by
/// `scalar_step` and `vector_step`.
///
/// Safety: every scalar and vector must be readable.
#[inline(always)]
unsafe fn add_products<S: Simd, const V: usize, const R: usize>(
    sums: &mut [[S; V]; R],
    count: usize,
    mut scalar: *const f64,
    scalar_step: usize,
    scalar_stride: usize,
    mut vector: *const f64,
    vector_step: usize,
) {
    let mut local = *sums;
    for _ in 0..count {
        // Safety: promised by the caller. The pointers after the last step are not read.
        unsafe {
            let mut right = [S::broadcast(0.0); V];
            for (v, right) in right.iter_mut().enumerate() {
                *right = S::load(std::slice::from_raw_parts(vector.add(v * S::LANES), S::LANES));
            }
            for (r, sums) in local.iter_mut().enumerate() {
                let left = S::broadcast(*scalar.add(r * scalar_stride));
                for (sum, right) in sums.iter_mut().zip(right) {
                    *sum = *sum + left * right;
                }
            }
        }
        scalar = scalar.wrapping_add(scalar_step);
        vector = vector.wrapping_add(vector_step);
    }
    *sums = local;
}

/// `out[block][r] = Σₖ scalar[r][k] * vector[block][k] + bias[r]` for every block. A block of `vectors` is `terms` vectors, a
/// block of `out` is R vectors: the first one at `out_start`, the others `out_stride` apart. The R scalars of a term are
/// `scalar_stride` apart.
///
/// The bounds are checked once for all blocks.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
pub(crate) fn multiply_blocks<S: Simd, const R: usize>(
    out: &mut [f64],
    out_start: usize,
    out_stride: usize,
    scalars: Strided,
    scalar_stride: usize,
    vectors: &[f64],
    terms: usize,
    biases: Option<&[f64; R]>,
) {
    let count = out.len() / out_stride;
    if count == 0 || terms == 0 {
        return;
    }
    Strided { values: out, start: out_start, stride: out_stride }.checked(count, R * S::LANES);
    let block = terms * S::LANES;
    let scalar = scalars.checked(terms, (R - 1) * scalar_stride + 1);
    let mut vector = Strided { values: vectors, start: 0, stride: block }.checked(count, block);
    let mut out = out[out_start..].as_mut_ptr();
    for _ in 0..count {
        let mut sums = [[S::broadcast(0.0)]; R];
        // Safety, here and below: `checked` has tested the first and the last access of each.
        unsafe { add_products(&mut sums, terms, scalar, scalars.stride, scalar_stride, vector, S::LANES) }
        for (r, [sum]) in sums.iter().enumerate() {
            let sum = match biases {
                Some(biases) => *sum + S::broadcast(biases[r]),
                None => *sum,
            };
            sum.store(unsafe { std::slice::from_raw_parts_mut(out.wrapping_add(r * S::LANES), S::LANES) });
        }
        vector = vector.wrapping_add(block);
        out = out.wrapping_add(out_stride);
    }
}

/// w ← w − rate · (scalar · vector), for `count` rows of `values` with V vectors each: the first row at `start`, the others
/// `stride` apart, each with its own scalar. Adds the new values to `total`.
///
/// No bounds checks in the loop, as in `multiply_add`.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
pub(crate) fn subtract_outer_product<S: Simd, const V: usize>(
    values: &mut [f64],
    start: usize,
    stride: usize,
    count: usize,
    scalars: Strided,
    vectors: [S; V],
    rate: f64,
    total: &mut S,
) {
    if count == 0 {
        return;
    }
    Strided { values, start, stride }.checked(count, V * S::LANES);
    let mut scalar = scalars.checked(count, 1);
    let mut row = values[start..].as_mut_ptr();
    for _ in 0..count {
        // Safety: as in `multiply_add`.
        let scalar_vector = S::broadcast(unsafe { *scalar });
        for (v, vector) in vectors.into_iter().enumerate() {
            let weights = unsafe { std::slice::from_raw_parts_mut(row.wrapping_add(v * S::LANES), S::LANES) };
            let new = S::load(weights) - S::broadcast(rate) * (scalar_vector * vector);
            new.store(weights);
            *total = *total + new;
        }
        scalar = scalar.wrapping_add(scalars.stride);
        row = row.wrapping_add(stride);
    }
}

/// Subtracts a tile of R rows of V vectors from `values`: its first row at `start`, the others `stride` apart.
///
/// With bounds checks, a browser executes a fifth more instructions.
#[inline(always)]
pub(crate) fn subtract_tile<S: Simd, const V: usize, const R: usize>(
    values: &mut [f64],
    start: usize,
    stride: usize,
    tile: [[S; V]; R],
) {
    Strided { values, start, stride }.checked(R, V * S::LANES);
    let mut row = values[start..].as_mut_ptr();
    for changes in tile {
        for (v, change) in changes.into_iter().enumerate() {
            // Safety: `checked` has tested the first and the last access.
            let value = unsafe { std::slice::from_raw_parts_mut(row.wrapping_add(v * S::LANES), S::LANES) };
            (S::load(value) - change).store(value);
        }
        row = row.wrapping_add(stride);
    }
}
