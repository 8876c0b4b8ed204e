//! exp, tanh, the sigmoid and logarithms: the same operations in the same order for one double and for several side
//! by side, natively and in wasm. No branch, one table, no fused multiply-add; within 2 units in the last place.
//!
//! The standard library's functions differ between machines, so the mathematics uses these alone.

use super::lanes::Lanes;

/// 1.5 · 2⁵²: a small number added to it is rounded to a whole one, which then stands in the lowest bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// 64 / ln 2.
const STEPS: f64 = 92.332_482_616_893_66;
/// ln 2 / 64 in two parts; a whole number of up to 17 bits times the first is exact.
const STEP_HIGH: f64 = 0.010_830_424_696_223_417;
const STEP_LOW: f64 = 2.572_804_622_327_669e-14;
/// (eʳ − 1 − r) / r² for |r| ≤ ln 2 / 128, the error of eʳ below 2⁻⁵⁷ (by interpolation at Chebyshev's nodes).
const EXP: [f64; 4] =
    [0.499_999_999_999_850_1, 0.166_666_666_666_645_26, 0.041_666_707_476_689_775, 0.008_333_339_163_336_04];
/// 2 to the power of j / 64: its bits, and j · 2⁴⁶ taken off them, so that k · 2⁴⁶ may be added with j = k mod 64.
#[rustfmt::skip]
static POWERS: [u64; 64] = [
    0x3ff0_0000_0000_0000, 0x3fef_ec9a_3e77_8061, 0x3fef_d9b0_d315_8574, 0x3fef_c745_1875_9bc8,
    0x3fef_b558_6cf9_890f, 0x3fef_a3ec_32d3_d1a2, 0x3fef_9301_d012_5b51, 0x3fef_829a_aea9_2de0,
    0x3fef_72b8_3c7d_517b, 0x3fef_635b_eb6f_cb75, 0x3fef_5487_3168_b9aa, 0x3fef_463b_8862_8cd6,
    0x3fef_387a_6e75_6238, 0x3fef_2b45_65e2_7cdd, 0x3fef_1e9d_f51f_dee1, 0x3fef_1285_a6e4_030b,
    0x3fef_06fe_0a31_b715, 0x3fee_fc08_b264_16ff, 0x3fee_f1a7_373a_a9cb, 0x3fee_e7db_34e5_9ff7,
    0x3fee_dea6_4c12_3422, 0x3fee_d60a_21f7_2e2a, 0x3fee_ce08_6061_892d, 0x3fee_c6a2_b5c1_3cd0,
    0x3fee_bfda_d536_2a27, 0x3fee_b9b2_769d_2ca7, 0x3fee_b42b_569d_4f82, 0x3fee_af47_36b5_27da,
    0x3fee_ab07_dd48_5429, 0x3fee_a76f_15ad_2148, 0x3fee_a47e_b03a_5585, 0x3fee_a238_8255_2225,
    0x3fee_a09e_667f_3bcd, 0x3fee_9fb2_3c65_1a2f, 0x3fee_9f75_e8ec_5f74, 0x3fee_9feb_5642_67c9,
    0x3fee_a114_73eb_0187, 0x3fee_a2f3_36cf_4e62, 0x3fee_a589_994c_ce13, 0x3fee_a8d9_9b44_92ed,
    0x3fee_ace5_422a_a0db, 0x3fee_b1ae_9915_7736, 0x3fee_b737_b0cd_c5e5, 0x3fee_bd82_9fde_4e50,
    0x3fee_c491_82a3_f090, 0x3fee_cc66_7b5d_e565, 0x3fee_d503_b23e_255d, 0x3fee_de6b_5579_fdbf,
    0x3fee_e89f_995a_d3ad, 0x3fee_f3a2_b84f_15fb, 0x3fee_ff76_f2fb_5e47, 0x3fef_0c1e_904b_c1d2,
    0x3fef_199b_dd85_529c, 0x3fef_27f1_2e57_d14b, 0x3fef_3720_dcef_9069, 0x3fef_472d_4a07_897c,
    0x3fef_5818_dcfb_a487, 0x3fef_69e6_03db_3285, 0x3fef_7c97_337b_9b5f, 0x3fef_902e_e78b_3ff6,
    0x3fef_a4af_a2a4_90da, 0x3fef_ba1b_ee61_5a27, 0x3fef_d076_5b6e_4540, 0x3fef_e7c1_819e_90d8,
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

/// eˣ times 2 to some power, in two parts.
struct Exponential<L> {
    /// 2 to the power of k / 64, where x = k ln 2 / 64 + r with |r| ≤ ln 2 / 128 (a little more where k was rounded the
    /// other way).
    power: L,
    /// power · (eʳ − 1)
    rest: L,
}

/// The power 2ⁿ that eˣ is multiplied by must keep it within the normal numbers.
#[inline(always)]
fn exponential<L: Lanes>(x: L, n: L) -> Exponential<L> {
    let k = x * L::splat(STEPS) + L::splat(ROUNDER);
    let whole = k - L::splat(ROUNDER);
    let power = k.look_up(&POWERS).add_bits(k.sixty_fourths_to_exponent().add_bits(n));
    let r = (x - whole * L::splat(STEP_HIGH)) - whole * L::splat(STEP_LOW);
    let r2 = r * r;
    let pair = |index: usize| L::splat(EXP[index]) + L::splat(EXP[index + 1]) * r;
    let rest = power * (r + r2 * (pair(0) + r2 * pair(2)));
    Exponential { power, rest }
}

/// What [`exponential`] takes for 2ⁿ.
#[inline(always)]
fn exponent<L: Lanes>(n: i64) -> L {
    L::bits((n << 52) as u64)
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
    let rising = x.above(L::splat(0.0));
    let Exponential { power, rest } = exponential(x, L::select(rising, exponent(-60), exponent(60)));
    (power + rest) * L::select(rising, L::splat(LARGE), L::splat(SMALL))
}

/// The same double as [`exp_lanes`] for x ≤ 0 (and NaN), with less to do.
#[inline(always)]
pub(crate) fn exp_of_negative<L: Lanes>(x: L) -> L {
    let Exponential { power, rest } = exponential(x.at_least(EXP_LEAST), exponent(60));
    (power + rest) * L::splat(SMALL)
}

/// The exponential is only ever taken of a negative number, so that it cannot overflow. Both sides of the fraction are
/// multiplied by 2⁶⁰.
#[inline(always)]
pub(crate) fn sigmoid_lanes<L: Lanes>(x: L) -> L {
    let negative = x.or(L::bits(1 << 63)).at_least(EXP_LEAST);
    let Exponential { power, rest } = exponential(negative, exponent(60));
    let (e, one) = (power + rest, L::splat(LARGE));
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
    let Exponential { power, rest } = exponential(size + size, exponent(0));
    let one = L::splat(1.0);

    let square = size * size;
    let c = L::splat;
    let p = (c(TANH_P[0]) * square + c(TANH_P[1])) * square + c(TANH_P[2]);
    let q = ((square + c(TANH_Q[0])) * square + c(TANH_Q[1])) * square + c(TANH_Q[2]);

    let small = c(0.625).above(size);
    let numerator = L::select(small, (size * square) * p, c(-2.0));
    let quotient = numerator / L::select(small, q, (one + power) + rest);
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
