//! Decimal digits → the nearest double, of two that are equally near the even one.
//!
//! So does `f64::from_str`; but its tables are as much to load as the mathematics, and cannot be packed.

use std::cmp::Ordering;

/// More digits than this decide nothing but whether there is more.
const MAX_DIGITS: usize = 800;

/// The double that a text spells, as `f64::from_str` reads it.
///
/// ```
/// use deltascope::json::double;
///
/// assert_eq!(double("-0.30000000000000004"), Some(-(0.1 + 0.2)));
/// assert_eq!(double("0,3"), None);
/// ```
pub fn double(text: &str) -> Option<f64> {
    let negative = text.starts_with('-');
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is = |name: &str| rest.eq_ignore_ascii_case(name);
    let size = match rest {
        _ if is("inf") || is("infinity") => f64::INFINITY,
        _ if is("nan") => f64::NAN,
        _ => unsigned(rest)?,
    };
    Some(if negative { -size } else { size })
}

fn unsigned(text: &str) -> Option<f64> {
    let (number, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let power_digits = power.strip_prefix(['-', '+']).unwrap_or(power);
    let mut parts = [whole, fraction, power_digits].into_iter();
    let digits_only = parts.all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if !digits_only || number.len() < 1 + usize::from(number.contains('.')) || power_digits.is_empty() {
        return None;
    }
    let value = |digit: u8| u64::from(digit - b'0');
    // The number is digits · 10^power. No text is so long that a power beyond 10⁹ could come back from there.
    let size = power_digits.bytes().fold(0, |sum, digit| (10 * sum + value(digit) as i64).min(1_000_000_000));
    let mut power = if power.starts_with('-') { -size } else { size } - fraction.len() as i64;
    let digits = whole.bytes().chain(fraction.bytes()).skip_while(|digit| *digit == b'0');
    let (mut number, mut count, mut more) = (Whole::default(), 0, false);
    for digit in digits {
        if count < MAX_DIGITS {
            number.times(10, value(digit));
            count += 1;
        } else {
            more |= digit != b'0';
            power += 1;
        }
    }
    if more {
        number.times(10, 1);
        (count, power) = (count + 1, power - 1);
    }
    Some(match (count as i64 + power, number.0.as_slice()) {
        (_, []) => 0.0,
        // Both are doubles themselves, so one operation rounds rightly.
        (_, [number]) if count <= 15 && power.abs() <= 22 => {
            let ten = (0..power.abs()).fold(1.0, |product, _| product * 10.0);
            if power < 0 { *number as f64 / ten } else { *number as f64 * ten }
        }
        // All digits of a common double: both fit into 127 bits.
        (_, [number]) if (-38..0).contains(&power) => {
            let (mut a, mut b) = (u128::from(*number), 10u128.pow(power.unsigned_abs() as u32));
            let longer = i64::from(b.leading_zeros()) - i64::from(a.leading_zeros());
            a <<= a.leading_zeros() - 1;
            b <<= b.leading_zeros() - 1;
            let quotient = quotient(|| {
                let fits = a >= b;
                a = (if fits { a - b } else { a }) << 1;
                fits
            });
            rounded(quotient, a > 0, longer - 62)
        }
        (311.., _) => f64::INFINITY,
        (..-330, _) => 0.0,
        _ => {
            let mut unit = Whole(vec![1]);
            let tens = if power < 0 { &mut unit } else { &mut number };
            let mut left = power.unsigned_abs() as u32;
            while left > 0 {
                let some = left.min(19); // as many as fit into 64 bits
                tens.times(10u64.pow(some), 0);
                left -= some;
            }
            nearest(number, unit)
        }
    })
}

/// The double nearest to a / b, neither of which is 0.
fn nearest(mut a: Whole, mut b: Whole) -> f64 {
    let longer = a.bits() - b.bits();
    if longer > 0 { &mut b } else { &mut a }.shift(longer.unsigned_abs());
    let quotient = quotient(|| {
        let fits = a.compare(&b).is_ge();
        if fits {
            a.minus(&b);
        }
        a.shift(1);
        fits
    });
    rounded(quotient, !a.0.is_empty(), longer - 62)
}

/// 62 or 63 bits of a quotient a / b, one after the other, from where both are equally long: whether b fits into a,
/// from which it is then taken, and a doubled.
fn quotient(mut fits: impl FnMut() -> bool) -> u64 {
    (0..63).fold(0, |bits, _| bits << 1 | u64::from(fits()))
}

/// The double nearest to quotient · 2^last, and perhaps a little more, where the quotient has more than 53 bits.
fn rounded(quotient: u64, more: bool, last: i64) -> f64 {
    // A double has 53 bits, the last for 2⁻¹⁰⁷⁴ or more.
    let bits = i64::from(u64::BITS - quotient.leading_zeros());
    let double_last = (last + bits - 53).max(-1074);
    let dropped = double_last - last;
    if dropped > 63 {
        return 0.0;
    }
    let (kept, rest, half) = (quotient >> dropped, quotient & ((1 << dropped) - 1), 1 << (dropped - 1));
    let up = rest > half || rest == half && (more || kept & 1 == 1);
    // The first of the 53 bits is added to the exponent; where there are fewer, the exponent is 0.
    let double = (((double_last + 1074) as u64) << 52) + kept + u64::from(up);
    f64::from_bits(double.min(f64::INFINITY.to_bits()))
}

/// A whole number of any size: 64 bits each, the lowest first, and the highest not 0.
#[derive(Default)]
struct Whole(Vec<u64>);

impl Whole {
    fn bits(&self) -> i64 {
        let highest = self.0.last().map_or(0, |highest| highest.leading_zeros());
        self.0.len() as i64 * 64 - i64::from(highest)
    }

    fn times(&mut self, factor: u64, plus: u64) {
        let mut carry = u128::from(plus);
        for part in &mut self.0 {
            carry += u128::from(*part) * u128::from(factor);
            *part = carry as u64;
            carry >>= 64;
        }
        if carry > 0 {
            self.0.push(carry as u64);
        }
    }

    /// Times 2 so many times.
    fn shift(&mut self, bits: u64) {
        self.times(1 << (bits % 64), 0);
        if !self.0.is_empty() {
            self.0.splice(..0, (0..bits / 64).map(|_| 0));
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    /// Less another one, which is not greater.
    fn minus(&mut self, other: &Self) {
        let mut borrowed = false;
        for (k, part) in self.0.iter_mut().enumerate() {
            (*part, borrowed) = part.borrowing_sub(other.0.get(k).copied().unwrap_or(0), borrowed);
        }
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }
}
