//! exp, tanh, the sigmoid and logarithms, with the same result on every machine and for every vector width.
//!
//! The standard library's functions differ between machines, so this crate uses only these. They perform the same
//! operations in the same order for one double and for a vector, without branches and without fused multiply-adds.
//! The error is at most 2 units in the last place.

mod tables;

use super::simd::{PairTable, Simd};
use tables::POWERS;
pub(crate) use tables::TANHS;

/// 1.5 · 2⁵²: adding a small number to it rounds the number to an integer and leaves that in the lowest bits.
const ROUND_TO_INTEGER: f64 = 6_755_399_441_055_744.0;
/// 64 / ln 2: the number of steps of ln 2 / 64 in a unit of x.
const EXP_INTERVALS_PER_UNIT: f64 = 92.332_482_616_893_66;
/// ln 2 / 64 as a sum of two doubles. The first one times an integer of up to 17 bits is exact.
const STEP_HIGH: f64 = 0.010_830_424_696_223_417;
const STEP_LOW: f64 = 2.572_804_622_327_669e-14;
/// Coefficients of (eʳ − 1 − r) / r² for |r| ≤ ln 2 / 128, by interpolation at Chebyshev nodes. The error of eʳ is below
/// 2⁻⁵⁷.
const EXP_COEFFICIENTS: [f64; 4] =
    [0.499_999_999_999_850_1, 0.166_666_666_666_645_26, 0.041_666_707_476_689_775, 0.008_333_339_163_336_04];

/// eˣ
///
/// ```
/// # use deltascope_nn::functions::exp;
/// assert_eq!(exp(0.0), 1.0);
/// assert_eq!(exp(f64::NEG_INFINITY), 0.0);
/// ```
pub fn exp(x: f64) -> f64 {
    exp_simd(x)
}

/// tanh x
pub fn tanh(x: f64) -> f64 {
    tanh_simd(x)
}

/// 1 / (1 + e⁻ˣ)
pub fn sigmoid(x: f64) -> f64 {
    sigmoid_simd(x)
}

/// ln x
pub fn ln(x: f64) -> f64 {
    ln_simd(x)
}

/// ln(1 + x), accurate for small x too.
pub fn ln_1p(x: f64) -> f64 {
    ln_1p_simd(x)
}

/// eˣ times a power of 2, as the sum `power + rest`.
struct Exponential<S> {
    /// 2 to the power of k / 64, where x = k ln 2 / 64 + r and |r| is at most about ln 2 / 128.
    power: S,
    /// power · (eʳ − 1)
    rest: S,
}

/// eˣ · 2ⁿ, which must be a normal number. `rounding_constant` is [`rounding_constant`]`(n)`.
#[inline(always)]
fn exponential<S: Simd>(x: S, rounding_constant: S) -> Exponential<S> {
    let k = x * S::broadcast(EXP_INTERVALS_PER_UNIT) + rounding_constant;
    let whole = k - rounding_constant;
    let power = k.lookup(&POWERS).add_bits(k.shift_left_46());
    let r = (x - whole * S::broadcast(STEP_HIGH)) - whole * S::broadcast(STEP_LOW);
    let r2 = r * r;
    let low = S::broadcast(EXP_COEFFICIENTS[0]) + S::broadcast(EXP_COEFFICIENTS[1]) * r;
    let high = S::broadcast(EXP_COEFFICIENTS[2]) + S::broadcast(EXP_COEFFICIENTS[3]) * r;
    let rest = power * (r + r2 * (low + r2 * high));
    Exponential { power, rest }
}

/// [`ROUND_TO_INTEGER`] + 64 n. Added to x · 64 / ln 2, it leaves the nearest integer plus 64 n in the lowest bits, which
/// multiplies eˣ by 2ⁿ.
#[inline(always)]
fn rounding_constant<S: Simd>(n: i16) -> S {
    S::broadcast(ROUND_TO_INTEGER + 64.0 * f64::from(n))
}

/// 2⁶⁰ and 2⁻⁶⁰: one of them keeps the powers of 2 within the normal numbers until the last multiplication, which is the
/// only one to round a subnormal result.
const LARGE: f64 = (1u64 << 60) as f64;
const SMALL: f64 = 1.0 / LARGE;
/// eˣ is 0 below [`EXP_MIN`] and infinite above [`EXP_MAX`].
const EXP_MIN: f64 = -746.0;
const EXP_MAX: f64 = 710.0;

#[inline(always)]
pub(crate) fn exp_simd<S: Simd>(x: S) -> S {
    let x = x.max(S::broadcast(EXP_MIN)).min(S::broadcast(EXP_MAX));
    let positive = x.gt(S::broadcast(0.0));
    let Exponential { power, rest } =
        exponential(x, S::select(positive, rounding_constant(-60), rounding_constant(60)));
    (power + rest) * S::select(positive, S::broadcast(LARGE), S::broadcast(SMALL))
}

/// The same double as [`exp_simd`] for x ≤ 0 and NaN, with fewer operations.
#[inline(always)]
pub(crate) fn exp_of_negative<S: Simd>(x: S) -> S {
    let Exponential { power, rest } = exponential(x.max(S::broadcast(EXP_MIN)), rounding_constant(60));
    (power + rest) * S::broadcast(SMALL)
}

/// e^−|x| / (1 + e^−|x|) or 1 / (1 + e^−|x|): the exponential cannot overflow. Numerator and denominator are multiplied by
/// 2⁶⁰.
#[inline(always)]
pub(crate) fn sigmoid_simd<S: Simd>(x: S) -> S {
    let negative = x.or(S::from_bits(1 << 63)).max(S::broadcast(EXP_MIN));
    let Exponential { power, rest } = exponential(negative, rounding_constant(60));
    let (e, one) = (power + rest, S::broadcast(LARGE));
    S::select(S::broadcast(0.0).gt(x), e, one) / (one + e)
}

/// 1.5 · 2⁴⁵: adding a small number to it rounds the number to a multiple of 1 / 128 and leaves that multiple in the lowest
/// bits.
const ROUND_TO_TANH_STEP: f64 = ROUND_TO_INTEGER / 128.0;
/// tanh is 1 from here on.
const TANH_MAX: f64 = 20.0;
/// Coefficients of (tanh d − d) / d³ in powers of d² for |d| ≤ 1 / 256, by interpolation at Chebyshev nodes. The error of
/// tanh d is below 2⁻⁵⁵.
const TANH_COEFFICIENTS: [f64; 2] = [-0.333_333_333_331_759_5, 0.133_332_509_024_104_04];

#[inline(always)]
pub(crate) fn tanh_simd<S: Simd>(x: S) -> S {
    let TanhArgument { indices, d } = tanh_argument(x);
    let mut in_memory = [0.0; 4];
    indices.store(&mut in_memory);
    tanh_of_argument(x, d, &in_memory, &TANHS)
}

/// |x| = c + d, where c is the nearest multiple of 1 / 128.
pub(crate) struct TanhArgument<S> {
    /// 128 c in the lowest bits: the index of c in [`TANHS`].
    pub(crate) indices: S,
    pub(crate) d: S,
}

/// The first part of tanh x. For many x, one loop for each part is faster than one loop for both: the processor can
/// overlap more of the operations.
#[inline(always)]
pub(crate) fn tanh_argument<S: Simd>(x: S) -> TanhArgument<S> {
    let size = x.abs().min(S::broadcast(TANH_MAX));
    let indices = size + S::broadcast(ROUND_TO_TANH_STEP);
    TanhArgument { indices, d: size - (indices - S::broadcast(ROUND_TO_TANH_STEP)) }
}

/// The second part of tanh x, given the result of [`tanh_argument`] and [`TANHS`].
///
/// With T = tanh c and t = tanh d, the addition theorem
///
/// ```text
/// tanh |x| = (T + t) / (1 + T t) = T + t − T t (T + t) / (1 + T t)
/// ```
///
/// needs the quotient only for a term that is small compared with the rest. The table holds T and its rounding error.
#[inline(always)]
pub(crate) fn tanh_of_argument<S: Simd>(x: S, d: S, indices: &[f64], table: &PairTable) -> S {
    let (big_t, rounding_error) = S::lookup_pairs(indices, table);
    let d2 = d * d;
    let beyond_d = (d * d2) * (S::broadcast(TANH_COEFFICIENTS[0]) + S::broadcast(TANH_COEFFICIENTS[1]) * d2);
    let t = d + beyond_d;

    let product = big_t * t;
    let correction = product * (big_t + t) / (S::broadcast(1.0) + product);
    (big_t + (d + ((beyond_d + rounding_error) - correction))).or(x.sign_bit())
}

/// Coefficients of R in ln((1 + s) / (1 − s)) = 2s + s R(s²), from FreeBSD's `e_log.c` (Sun Microsystems, 1993). The error
/// is below 2⁻⁵⁸.
const LN_COEFFICIENTS: [f64; 7] = [
    0.666_666_666_666_673_5,
    0.399_999_999_994_094_2,
    0.285_714_287_436_623_9,
    0.222_221_984_321_497_84,
    0.181_835_721_616_180_5,
    0.153_138_376_992_093_73,
    0.147_981_986_051_165_86,
];
const LN_2_HI: f64 = 0.693_147_180_369_123_8;
const LN_2_LO: f64 = 1.908_214_929_270_587_7e-10;
/// The bits of 1 and of about √½. Mantissas are chosen between √½ and √2, near 1.
const ONE: u64 = 0x3ff0_0000_0000_0000;
const ROOT_HALF: u64 = 0x3fe6_a09e_0000_0000;

/// k and m − 1, where x = 2ᵏ m with m between about √½ and √2. x must be positive and normal.
#[inline(always)]
fn split<S: Simd>(x: S) -> (S, S) {
    let shifted = x.add_bits(S::from_bits(ONE - ROOT_HALF));
    // 2⁵² + exponent has the exponent in its mantissa.
    let offset = 4_503_599_627_370_496.0;
    let k = shifted.shift_right_52().or(S::broadcast(offset)) - S::broadcast(offset + 1023.0);
    let mantissa = shifted.and(S::from_bits((1 << 52) - 1)).add_bits(S::from_bits(ROOT_HALF));
    (k, mantissa - S::broadcast(1.0))
}

#[inline(always)]
fn ln_coefficient<S: Simd>(index: usize) -> S {
    S::broadcast(LN_COEFFICIENTS[index])
}

/// k ln 2 + ln(1 + f) + correction.
#[inline(always)]
fn ln_of_parts<S: Simd>(k: S, f: S, correction: S) -> S {
    let half_square = S::broadcast(0.5) * f * f;
    let s = f / (S::broadcast(2.0) + f);
    let z = s * s;
    let w = z * z;
    let odd = w * (ln_coefficient::<S>(1) + w * (ln_coefficient::<S>(3) + w * ln_coefficient(5)));
    let even = w * (ln_coefficient::<S>(2) + w * (ln_coefficient::<S>(4) + w * ln_coefficient(6)));
    let even = z * (ln_coefficient::<S>(0) + even);
    let low = s * (half_square + (even + odd)) + (k * S::broadcast(LN_2_LO) + correction);
    ((low - half_square) + f) + k * S::broadcast(LN_2_HI)
}

/// Returns `inside`, except: −∞ at 0, ∞ at ∞, and NaN below 0 and for NaN.
#[inline(always)]
fn with_limits<S: Simd>(x: S, inside: S) -> S {
    let (zero, infinity) = (S::broadcast(0.0), S::broadcast(f64::INFINITY));
    let above = S::select(infinity.gt(x), inside, x);
    let at_zero = S::select(zero.gt(x), S::broadcast(f64::NAN), S::broadcast(0.0) - infinity);
    // Both comparisons are false for NaN, which results from x itself.
    S::select(x.gt(zero), above, x + at_zero)
}

#[inline(always)]
pub(crate) fn ln_simd<S: Simd>(x: S) -> S {
    // Subnormal numbers are scaled by 2⁵⁴ first.
    let subnormal = S::broadcast(f64::MIN_POSITIVE).gt(x);
    let scaled = S::select(subnormal, x * S::broadcast((1u64 << 54) as f64), x);
    let (k, f) = split(scaled);
    let k = S::select(subnormal, k - S::broadcast(54.0), k);
    with_limits(x, ln_of_parts(k, f, S::broadcast(0.0)))
}

#[inline(always)]
pub(crate) fn ln_1p_simd<S: Simd>(x: S) -> S {
    let one = S::broadcast(1.0);
    let sum = x + one;
    // The rounding error of the sum: exact, as the smaller term is subtracted last.
    let rounding = S::select(x.gt(one), one - (sum - x), x - (sum - one));
    let (k, f) = split(sum);
    // For k = 0, m − 1 is x itself.
    let unscaled = S::broadcast(0.5).gt(k.abs());
    let f = S::select(unscaled, x, f);
    let correction = S::select(unscaled, S::broadcast(0.0), rounding / sum);
    // For tiny x the logarithm is x, with its sign.
    let tiny = S::broadcast(SMALL).gt(x.abs());
    S::select(tiny, x, with_limits(sum, ln_of_parts(k, f, correction)))
}
