//! exp, tanh, the sigmoid and logarithms: the same operations in the same order for one double and for several side
//! by side, natively and in wasm. No branch, two tables, no fused multiply-add; within 2 units in the last place.
//!
//! The standard library's functions differ between machines, so the mathematics uses these alone.

mod tables;

use super::lanes::Lanes;
use tables::{POWERS, TANHS};

pub(crate) use tables::Table;

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

/// The power 2ⁿ that eˣ is multiplied by must keep it within the normal numbers; it is given as [`rounder`].
#[inline(always)]
fn exponential<L: Lanes>(x: L, rounder: L) -> Exponential<L> {
    let k = x * L::splat(STEPS) + rounder;
    let whole = k - rounder;
    let power = k.look_up(&POWERS).add_bits(k.sixty_fourths_to_exponent());
    let r = (x - whole * L::splat(STEP_HIGH)) - whole * L::splat(STEP_LOW);
    let r2 = r * r;
    let pair = |index: usize| L::splat(EXP[index]) + L::splat(EXP[index + 1]) * r;
    let rest = power * (r + r2 * (pair(0) + r2 * pair(2)));
    Exponential { power, rest }
}

/// [`ROUNDER`] plus 64 n: what is added to x in sixty-fourths of ln 2 so that the lowest bits of the sum say, beside
/// the nearest whole number, that eˣ is multiplied by 2ⁿ.
#[inline(always)]
fn rounder<L: Lanes>(n: i16) -> L {
    L::splat(ROUNDER + 64.0 * f64::from(n))
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
    let Exponential { power, rest } = exponential(x, L::select(rising, rounder(-60), rounder(60)));
    (power + rest) * L::select(rising, L::splat(LARGE), L::splat(SMALL))
}

/// The same double as [`exp_lanes`] for x ≤ 0 (and NaN), with less to do.
#[inline(always)]
pub(crate) fn exp_of_negative<L: Lanes>(x: L) -> L {
    let Exponential { power, rest } = exponential(x.at_least(EXP_LEAST), rounder(60));
    (power + rest) * L::splat(SMALL)
}

/// The exponential is only ever taken of a negative number, so that it cannot overflow. Both sides of the fraction are
/// multiplied by 2⁶⁰.
#[inline(always)]
pub(crate) fn sigmoid_lanes<L: Lanes>(x: L) -> L {
    let negative = x.or(L::bits(1 << 63)).at_least(EXP_LEAST);
    let Exponential { power, rest } = exponential(negative, rounder(60));
    let (e, one) = (power + rest, L::splat(LARGE));
    L::select(L::splat(0.0).above(x), e, one) / (one + e)
}

/// 1.5 · 2⁴⁵: a small number added to it is rounded to 128ths, which are then counted in the lowest bits.
const PLACES: f64 = ROUNDER / 128.0;
/// From here on tanh is 1.
const TANH_MOST: f64 = 20.0;
/// (tanh d − d) / d³ in powers of d² for |d| ≤ 1 / 256, the error of tanh d below 2⁻⁵⁵ (by interpolation at Chebyshev's
/// nodes).
const TANH: [f64; 2] = [-0.333_333_333_331_759_5, 0.133_332_509_024_104_04];

#[inline(always)]
pub(crate) fn tanh_lanes<L: Lanes>(x: L) -> L {
    let Nearest { places, d } = nearest(x);
    tanh_of_place(x, d, places.look_up_two_of(&TANHS))
}

/// |x| = c + d, with c the nearest 128th.
pub(crate) struct Nearest<L> {
    /// In its lowest bits the number of 128ths.
    pub(crate) places: L,
    pub(crate) d: L,
}

/// The first part of tanh x. Where there are many x, a loop for each part is quicker than one for both: a processor has
/// only so many operations waiting at a time, and so they wait less for each other.
#[inline(always)]
pub(crate) fn nearest<L: Lanes>(x: L) -> Nearest<L> {
    let size = x.abs().at_most(TANH_MOST);
    let places = size + L::splat(PLACES);
    Nearest { places, d: size - (places - L::splat(PLACES)) }
}

/// tanh of what [`nearest`] may find.
pub(crate) fn tanhs() -> &'static Table {
    &TANHS
}

/// The second part of tanh x. `table` is [`tanhs`].
#[inline(always)]
pub(crate) fn tanh_of_nearest<L: Lanes>(x: L, d: L, places: &[f64], table: &Table) -> L {
    tanh_of_place(x, d, L::look_up_two(places, table))
}

/// The same, given tanh c and what rounding took off it. With T = tanh c and t = tanh d, the addition theorem
///
/// ```text
/// tanh |x| = (T + t) / (1 + T t) = T + t − T t (T + t) / (1 + T t)
/// ```
///
/// needs the quotient only for what is small beside the rest.
#[inline(always)]
fn tanh_of_place<L: Lanes>(x: L, d: L, (big_t, rounded_off): (L, L)) -> L {
    let d2 = d * d;
    let beyond_d = (d * d2) * (L::splat(TANH[0]) + L::splat(TANH[1]) * d2);
    let t = d + beyond_d;

    let product = big_t * t;
    let less = product * (big_t + t) / (L::splat(1.0) + product);
    (big_t + (d + ((beyond_d + rounded_off) - less))).or(x.sign())
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
