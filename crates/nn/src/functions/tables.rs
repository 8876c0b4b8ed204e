//! The tables of [`functions`](super).

use crate::simd::PairTable;
use std::sync::LazyLock;

/// The bits of 2 to the power of j / 64, minus j · 2⁴⁶. Adding k · 2⁴⁶ with j = k mod 64 gives the bits of 2 to the power of
/// k / 64.
#[rustfmt::skip]
pub(super) static POWERS: [u64; 64] = [
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

/// tanh(k / 128) for k = 0 … 128 · [`TANH_MAX`](super::TANH_MAX): the nearest double, and its rounding error. The other rows
/// are never read. Computed on first use, because 64 kB would take longer to download.
pub(crate) static TANHS: LazyLock<Box<PairTable>> = LazyLock::new(|| {
    let mut table = Box::new([[0.0; 2]; 4096]);
    // tanh x = (1 − e⁻²ˣ) / (1 + e⁻²ˣ)
    let last = (128.0 * super::TANH_MAX) as usize;
    for (row, e) in table[..=last].iter_mut().zip(DoubleDouble::powers(E_TO_128TH.times(E_TO_128TH))) {
        *row = DoubleDouble::one_plus(e.negative()).div(DoubleDouble::one_plus(e));
    }
    table
});

/// Double-double arithmetic: a number as the unevaluated sum of two doubles, with about 100 bits. The algorithms are those
/// of T. J. Dekker, *A floating-point technique for extending the available precision* (1971).
#[derive(Clone, Copy)]
struct DoubleDouble(f64, f64);

const ONE: DoubleDouble = DoubleDouble(1.0, 0.0);
/// e to the power of −1 / 128.
const E_TO_128TH: DoubleDouble = DoubleDouble(0.992_217_938_260_243_5, -2.819_270_138_171_98e-18);

impl DoubleDouble {
    /// 1, step, step², …
    fn powers(step: Self) -> impl Iterator<Item = Self> {
        std::iter::successors(Some(ONE), move |power| Some(power.times(step)))
    }

    /// The exact sum of two doubles, of which the second must be the smaller.
    fn sum(large: f64, small: f64) -> Self {
        let sum = large + small;
        Self(sum, small - (sum - large))
    }

    /// 1 + self, for |self| ≤ 1.
    fn one_plus(self) -> Self {
        let Self(sum, low) = Self::sum(1.0, self.0);
        Self::sum(sum, low + self.1)
    }

    fn negative(self) -> Self {
        Self(-self.0, -self.1)
    }

    fn times(self, other: Self) -> Self {
        let Self(product, low) = Self::product(self.0, other.0);
        Self::sum(product, low + (self.0 * other.1 + self.1 * other.0))
    }

    /// The exact product of two doubles, by halves of 26 bits, whose products are exact.
    fn product(a: f64, b: f64) -> Self {
        let halves = |x: f64| {
            let shifted = f64::from((1 << 27) + 1) * x;
            let high = shifted - (shifted - x);
            (high, x - high)
        };
        let ((a_high, a_low), (b_high, b_low)) = (halves(a), halves(b));
        let product = a * b;
        Self(product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low)
    }

    /// self / other: the nearest double, and its rounding error.
    fn div(self, other: Self) -> [f64; 2] {
        let quotient = self.0 / other.0;
        let Self(product, low) = Self::product(quotient, other.0);
        let rest = ((self.0 - product) - low) + (self.1 - quotient * other.1);
        let Self(nearest, low) = Self::sum(quotient, rest / other.0);
        [nearest, low]
    }
}
