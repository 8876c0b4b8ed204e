//! exp, tanh, the sigmoid and logarithms: the same operations in the same order for one double and for several side
//! by side, natively and in wasm. No branch, no table, no fused multiply-add; within 2 units in the last place.
//!
//! The standard library's functions differ between machines, so the mathematics uses these alone.

use super::lanes::Lanes;

/// 1.5 · 2⁵²: a small number added to it is rounded to a whole one, which then stands in the lowest bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// ln 2 in two parts; a whole number of up to 11 bits times the first is exact.
const LN_2_HIGH: f64 = 0.693_147_180_559_663;
const LN_2_LOW: f64 = 2.823_529_056_303_157_7e-13;
/// (eʳ − 1 − r) / r² for |r| ≤ ½ ln 2, the error of eʳ below 2⁻⁵⁶ of it (minimax, by iterated least squares).
const EXP: [f64; 10] = [
    0.500_000_000_000_001_1,
    0.166_666_666_666_664_13,
    0.041_666_666_666_530_12,
    0.008_333_333_333_494_42,
    0.001_388_888_894_363_886_8,
    0.000_198_412_695_067_117_87,
    2.480_149_309_052_130_7e-5,
    2.755_758_622_793_232e-6,
    2.763_025_115_871_156e-7,
    2.500_011_409_950_536e-8,
];

/// eˣ
///
/// ```
/// # use deltascope_nn::functions::exp;
/// assert_eq!(exp(0.0), 1.0);
/// assert_eq!(exp(f64::NEG_INFINITY), 0.0);
/// ```
pub fn exp(x: f64) -> f64 {
    exp_lanes(x)
}

/// tanh x
pub fn tanh(x: f64) -> f64 {
    tanh_lanes(x)
}

/// 1 / (1 + e⁻ˣ)
pub fn sigmoid(x: f64) -> f64 {
    sigmoid_lanes(x)
}

/// ln x
pub fn ln(x: f64) -> f64 {
    ln_lanes(x)
}

/// ln(1 + x), right for small x too.
pub fn ln_1p(x: f64) -> f64 {
    ln_1p_lanes(x)
}

/// x = k ln 2 + r with |r| ≤ ½ ln 2 (a little more where k was rounded the other way).
struct Reduced<L> {
    /// k in the lowest bits.
    k: L,
    r: L,
    /// eʳ − 1 − r, and what r has lost in rounding.
    rest: L,
}

/// The polynomial is split so that its parts can be worked out at the same time.
#[inline(always)]
fn reduce<L: Lanes>(x: L) -> Reduced<L> {
    let k = x * L::splat(std::f64::consts::LOG2_E) + L::splat(ROUNDER);
    let whole = k - L::splat(ROUNDER);
    let (high, low) = (x - whole * L::splat(LN_2_HIGH), whole * L::splat(LN_2_LOW));
    let r = high - low;
    let lost = (high - r) - low;
    let r2 = r * r;
    let r4 = r2 * r2;
    let pair = |index: usize| L::splat(EXP[index]) + L::splat(EXP[index + 1]) * r;
    let middle = pair(2) + r2 * pair(4);
    let high = pair(6) + r2 * pair(8);
    let rest = (lost + r2 * pair(0)) + r4 * (middle + r4 * high);
    Reduced { k, r, rest }
}

/// 2 to the power of k + the exponent of `start`, a power of two itself; both within the normal numbers.
#[inline(always)]
fn power<L: Lanes>(k: L, start: L) -> L {
    k.mantissa_to_exponent().add_bits(start)
}

/// 2⁶⁰ and 2⁻⁶⁰: by one of them 2ᵏ is kept away from the ends of the normal numbers until the last product, which
/// alone rounds.
const LARGE: f64 = (1u64 << 60) as f64;
const SMALL: f64 = 1.0 / LARGE;
/// Below it eˣ is 0, above [`EXP_MOST`] infinite.
const EXP_LEAST: f64 = -746.0;
const EXP_MOST: f64 = 710.0;

#[inline(always)]
pub(crate) fn exp_lanes<L: Lanes>(x: L) -> L {
    let x = x.at_least(EXP_LEAST).at_most(EXP_MOST);
    let Reduced { k, r, rest } = reduce(x);
    let rising = x.above(L::splat(0.0));
    let (small, large) = (L::splat(SMALL), L::splat(LARGE));
    let near = power(k, L::select(rising, small, large));
    (L::splat(1.0) + (r + rest)) * near * L::select(rising, large, small)
}

/// The same double as [`exp_lanes`] for x ≤ 0 (and NaN), with less to do, and less of it one after the other.
#[inline(always)]
pub(crate) fn exp_of_negative<L: Lanes>(x: L) -> L {
    let Reduced { k, r, rest } = reduce(x.at_least(EXP_LEAST));
    (L::splat(1.0) + (r + rest)) * power(k, L::splat(LARGE)) * L::splat(SMALL)
}

/// The exponential is only ever taken of a negative number, so that it cannot overflow.
#[inline(always)]
pub(crate) fn sigmoid_lanes<L: Lanes>(x: L) -> L {
    let e = exp_of_negative(x.or(L::bits(1 << 63)));
    let one = L::splat(1.0);
    L::select(L::splat(0.0).above(x), e, one) / (one + e)
}

/// tanh x = x + x³ P(x²) / Q(x²) for |x| < 0.625: Cephes' `tanh.c` (Moshier, 1989).
const TANH_P: [f64; 3] = [-0.964_399_179_425_052_2, -99.287_723_100_191_86, -1_614.687_684_417_084_5];
const TANH_Q: [f64; 3] = [112.811_678_491_632_93, 2_235.488_390_601_004_5, 4_844.063_053_251_255];

/// For larger |x| it is 1 − 2 / (e²ˣ + 1). Both ways are gone, and share their division.
#[inline(always)]
pub(crate) fn tanh_lanes<L: Lanes>(x: L) -> L {
    // From 22 on the result is 1.
    let size = x.abs().at_most(22.0);
    let Reduced { k, r, rest } = reduce(size + size);
    let one = L::splat(1.0);
    let e = (one + (r + rest)) * power(k, one);

    let square = size * size;
    let c = L::splat;
    let p = (c(TANH_P[0]) * square + c(TANH_P[1])) * square + c(TANH_P[2]);
    let q = ((square + c(TANH_Q[0])) * square + c(TANH_Q[1])) * square + c(TANH_Q[2]);

    let small = c(0.625).above(size);
    let numerator = L::select(small, (size * square) * p, c(-2.0));
    let quotient = numerator / L::select(small, q, e + one);
    (L::select(small, size, one) + quotient).or(x.sign())
}

/// ln((1 + s) / (1 − s)) = 2s + s R(s²): FreeBSD's `e_log.c` (Sun Microsystems, 1993), error below 2⁻⁵⁸.
const LN: [f64; 7] = [
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
/// The bits of 1 and, about, of √½: mantissas are taken between √½ and √2, so that they are near 1.
const ONE: u64 = 0x3ff0_0000_0000_0000;
const ROOT_HALF: u64 = 0x3fe6_a09e_0000_0000;

/// x = 2ᵏ m with m about √½ … √2, for positive normal x: k as a double, and m − 1.
#[inline(always)]
fn split<L: Lanes>(x: L) -> (L, L) {
    let shifted = x.add_bits(L::bits(ONE - ROOT_HALF));
    // The exponent as the mantissa of 2⁵² + exponent.
    let offset = 4_503_599_627_370_496.0;
    let k = shifted.exponent_to_mantissa().or(L::splat(offset)) - L::splat(offset + 1023.0);
    let mantissa = shifted.and(L::bits((1 << 52) - 1)).add_bits(L::bits(ROOT_HALF));
    (k, mantissa - L::splat(1.0))
}

/// k ln 2 + ln(1 + f) + correction.
#[inline(always)]
fn ln_of_parts<L: Lanes>(k: L, f: L, correction: L) -> L {
    let half_square = L::splat(0.5) * f * f;
    let s = f / (L::splat(2.0) + f);
    let z = s * s;
    let w = z * z;
    let c = |index: usize| L::splat(LN[index]);
    let odd = w * (c(1) + w * (c(3) + w * c(5)));
    let even = z * (c(0) + w * (c(2) + w * (c(4) + w * c(6))));
    let low = s * (half_square + (even + odd)) + (k * L::splat(LN_2_LO) + correction);
    ((low - half_square) + f) + k * L::splat(LN_2_HI)
}

/// What a logarithm is at the ends: −∞ of 0, ∞ of ∞, and of what is neither NaN.
#[inline(always)]
fn at_the_ends<L: Lanes>(x: L, inside: L) -> L {
    let (zero, infinity) = (L::splat(0.0), L::splat(f64::INFINITY));
    let above = L::select(infinity.above(x), inside, x);
    let at_zero = L::select(zero.above(x), L::splat(f64::NAN), L::splat(0.0) - infinity);
    // NaN is neither above 0 nor below it: it comes out of x itself.
    L::select(x.above(zero), above, x + at_zero)
}

#[inline(always)]
pub(crate) fn ln_lanes<L: Lanes>(x: L) -> L {
    // A subnormal number is first multiplied by 2⁵⁴.
    let subnormal = L::splat(f64::MIN_POSITIVE).above(x);
    let scaled = L::select(subnormal, x * L::splat((1u64 << 54) as f64), x);
    let (k, f) = split(scaled);
    let k = L::select(subnormal, k - L::splat(54.0), k);
    at_the_ends(x, ln_of_parts(k, f, L::splat(0.0)))
}

#[inline(always)]
pub(crate) fn ln_1p_lanes<L: Lanes>(x: L) -> L {
    let one = L::splat(1.0);
    let sum = x + one;
    // What the sum has lost: of x where x is the smaller, of 1 where it is the larger.
    let lost = L::select(x.above(one), one - (sum - x), x - (sum - one));
    let (k, f) = split(sum);
    // Where 1 + x need not be scaled, m − 1 is x itself.
    let whole = L::splat(0.5).above(k.abs());
    let f = L::select(whole, x, f);
    let correction = L::select(whole, L::splat(0.0), lost / sum);
    // Below 2⁻⁵⁴ the logarithm is x, its sign and a subnormal one's bits included.
    let tiny = L::splat(SMALL).above(x.abs());
    L::select(tiny, x, at_the_ends(sum, ln_of_parts(k, f, correction)))
}
