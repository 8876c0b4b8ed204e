//! exp, tanh, the sigmoid and the logarithms compared with libm.

use deltascope::nn::functions::{exp, ln, ln_1p, sigmoid, tanh};
use std::collections::BTreeMap;

/// The number of points for each function and range.
const POINTS: u64 = 1_000_000;
const MAX: u64 = 2;

/// The number of doubles between two numbers; 0 if both are NaN.
fn apart(one: f64, other: f64) -> u64 {
    if one.is_nan() && other.is_nan() {
        return 0;
    }
    // Integers in the order of the doubles. −0 and 0 are neighbours.
    let place = |x: f64| match x.is_sign_negative() {
        false => i128::from(x.to_bits()),
        true => -1 - i128::from(x.abs().to_bits()),
    };
    u64::try_from((place(one) - place(other)).abs()).unwrap()
}

/// 64 random bits (splitmix64).
fn bits(index: u64) -> u64 {
    let mut bits = index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Numbers at which the computation changes, each with its neighbours.
fn edges() -> impl Iterator<Item = f64> {
    let halves = (-2200..=2200).map(|k| f64::from(k) * 0.5 * std::f64::consts::LN_2);
    let powers = (-1074..=1023).map(|k| libm::ldexp(1.0, k));
    let special = [
        0.0,
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::EPSILON,
        f64::INFINITY,
        1.0,
        22.0,
        36.7,
        708.4,
        709.782_712_893_384,
        709.79,
        710.0,
        745.13,
        745.133_219_101_941_2,
        745.14,
        746.0,
        1000.0,
        0.5,
        std::f64::consts::SQRT_2,
        std::f64::consts::FRAC_1_SQRT_2,
        1.0 - std::f64::consts::FRAC_1_SQRT_2,
        f64::from_bits(0x3fe6_a09e_0000_0000),
    ];
    let all = halves.chain(powers).chain(special).flat_map(|x| [x, x.next_up(), x.next_down()]);
    all.flat_map(|x| [x, -x]).chain([f64::NAN])
}

/// Points spread evenly over the ranges and over all doubles, and the edges.
fn points(ranges: &[(f64, f64)]) -> impl Iterator<Item = f64> {
    let unit = |index| (bits(index) >> 11) as f64 / (1u64 << 53) as f64;
    let even =
        ranges.iter().flat_map(move |&(low, high)| (0..POINTS).map(move |i| low + (high - low) * unit(i)));
    even.chain((0..POINTS).map(|index| f64::from_bits(bits(index)))).chain(edges())
}

fn check(name: &str, own: fn(f64) -> f64, theirs: fn(f64) -> f64, ranges: &[(f64, f64)]) {
    let mut counts = BTreeMap::new();
    for x in points(ranges) {
        let (got, want) = (own(x), theirs(x));
        let apart = apart(got, want);
        assert!(apart <= MAX, "{name}({x:e}) is {got:e}, but {want:e} is right: {apart} doubles apart");
        *counts.entry(apart).or_insert(0) += 1;
    }
    println!("{name}: doubles apart from libm's, and how often: {counts:?}");
}

#[test]
fn exp_is_within_two_units() {
    check("exp", exp, libm::exp, &[(-1.0, 1.0), (-750.0, 711.0), (-745.2, -708.0), (-40.0, 0.0)]);
}

#[test]
fn tanh_is_within_two_units() {
    check("tanh", tanh, libm::tanh, &[(-0.02, 0.02), (-0.5, 0.5), (-3.0, 3.0), (-23.0, 23.0)]);
}

#[test]
fn logarithms_are_within_two_units() {
    check("ln", ln, libm::log, &[(0.0, 2.0), (0.9, 1.1), (1.0, 1000.0)]);
    check("ln_1p", ln_1p, libm::log1p, &[(-1.0, 1.0), (0.0, 1.0), (-1e-3, 1e-3), (0.0, 1e6)]);
}

#[test]
fn the_sigmoid_is_within_two_units_of_its_formula() {
    fn formula(x: f64) -> f64 {
        let e = libm::exp(-x.abs());
        if x < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
    }
    check("sigmoid", sigmoid, formula, &[(-1.0, 1.0), (-40.0, 40.0), (-750.0, 750.0)]);
}

#[test]
fn signs_and_symmetries_are_kept() {
    for x in edges().filter(|x| !x.is_nan()) {
        assert_eq!(tanh(-x).to_bits(), (-tanh(x)).to_bits(), "{x:e}");
        assert!(tanh(x).abs() <= 1.0 && (0.0..=1.0).contains(&sigmoid(x)), "{x:e}");
    }
    assert_eq!(tanh(-0.0).to_bits(), (-0.0f64).to_bits());
    assert_eq!(ln_1p(-0.0).to_bits(), (-0.0f64).to_bits());
    assert_eq!((exp(0.0), sigmoid(0.0), ln(1.0)), (1.0, 0.5, 0.0));
}
