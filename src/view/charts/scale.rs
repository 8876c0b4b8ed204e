//! Maps the values of an axis to positions along it, with ticks at round values, from the smallest to the
//! largest doubles.

use super::text::SIZE;
use crate::view::format::number;
use crate::view::scene::text_width;

/// Values whose ratio exceeds this have a logarithmic scale.
const MAX_LINEAR_RATIO: f64 = 100.0;
/// Minimum margin of a scale relative to its values: a narrower range would need tick texts with more digits
/// than there is room for.
const MIN_MARGIN: f64 = 1e-5;

/// Makes a scale for these values, with about this many ticks.
pub(super) type ScaleFor = fn(&[f64], usize) -> Scale;

/// Maps values to positions on an axis, 0 … 1.
pub(super) struct Scale {
    low: f64,
    high: f64,
    pub(super) logarithmic: bool,
    /// Position and text of each tick.
    pub(super) ticks: Vec<(f64, String)>,
}

impl Scale {
    /// A scale of whole numbers, with as many ticks as fit into a row of this many characters.
    pub(super) fn whole(low: f64, high: f64, characters: usize) -> Self {
        let room = characters / (format!("{high:.0}").len() + 2);
        let high = high.max(low + 1.0);
        let step = round_step(high - low, room.clamp(2, 5)).max(1.0);
        Self { low, high, logarithmic: false, ticks: Vec::new() }
            .with_ticks(step, |value| format!("{value:.0}"))
    }

    /// A scale from 0, or a logarithmic one if the values differ by orders of magnitude.
    pub(super) fn from_zero(values: &[f64], ticks: usize) -> Self {
        let values = || values.iter().copied();
        let least = values().filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min);
        let (low, high) = (values().fold(0.0, f64::min), values().fold(0.0, f64::max));
        if low >= 0.0 && least < high && high / least > MAX_LINEAR_RATIO {
            return Self::logarithmic(least, high, ticks);
        }
        // Divided before the subtraction, to avoid an overflow. If all values are 0, any range will do.
        let high = if high > low { high + (high / 20.0 - low / 20.0) } else { low + 1.0 };
        Self::linear(low, high, ticks)
    }

    /// A scale around the values.
    pub(super) fn around(values: &[f64], ticks: usize) -> Self {
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let size = low.abs().max(high.abs());
        let margin = (high / 20.0 - low / 20.0).max(MIN_MARGIN * size);
        let margin = if size > 0.0 { margin } else { 1.0 };
        Self::linear(low - margin, high + margin, ticks)
    }

    fn linear(low: f64, high: f64, ticks: usize) -> Self {
        let (low, high) = (low.max(-f64::MAX / 4.0), high.min(f64::MAX / 4.0));
        let step = round_step(high - low, ticks);
        // Enough digits to distinguish neighbouring ticks.
        let digits = (low.abs().max(high.abs()) / step).log10().floor() + 2.0;
        Self { low, high, logarithmic: false, ticks: Vec::new() }
            .with_ticks(step, |value| without_trailing_zeros(value, digits.clamp(3.0, 9.0) as usize))
    }

    /// A logarithmic scale between the powers of ten around two positive values.
    pub(super) fn logarithmic(low: f64, high: f64, ticks: usize) -> Self {
        let low = low.log10().floor();
        let high = high.log10().ceil().max(low + 1.0);
        let step = round_step(high - low, ticks).max(1.0).round();
        Self { low, high, logarithmic: true, ticks: Vec::new() }.with_ticks(step, |power| {
            let text = number(10f64.powf(power), 1);
            text.strip_prefix("1×").map_or(text.clone(), str::to_owned)
        })
    }

    /// Adds a tick at each multiple of `step` within the range.
    fn with_ticks(mut self, step: f64, text: impl Fn(f64) -> String) -> Self {
        let first = (self.low / step).ceil();
        let values = (0..12).map(|tick| (first + f64::from(tick)) * step);
        let values = values.take_while(|value| *value <= self.high);
        self.ticks = values.map(|value| (self.linear_share(value), text(value))).collect();
        self
    }

    /// The position of a value, or of the logarithm of a value on a logarithmic scale.
    fn linear_share(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// The position of a value, 0 … 1.
    pub(super) fn share(&self, value: f64) -> f64 {
        self.linear_share(if self.logarithmic { value.log10() } else { value })
    }

    /// The name of an axis with this scale.
    pub(super) fn axis_name(&self, name: &str) -> String {
        match self.logarithmic {
            true => format!("{name} (log scale)"),
            false => name.to_owned(),
        }
    }

    /// Width of the widest tick text.
    pub(super) fn max_tick_width(&self) -> f64 {
        self.ticks.iter().map(|(_, text)| text_width(text, SIZE)).fold(0.0, f64::max)
    }
}

/// A step of 1, 2 or 5 times a power of ten, of which the range has at most `steps`; never 0.
fn round_step(range: f64, steps: usize) -> f64 {
    let rough = range / steps.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|step| *step >= rough);
    step.filter(|step| step.is_normal()).unwrap_or(f64::MIN_POSITIVE.max(range))
}

/// A number without trailing zeros: 0.2, not 0.2000.
fn without_trailing_zeros(value: f64, digits: usize) -> String {
    let text = number(value, digits);
    let (mantissa, power) = text.split_at(text.find('×').unwrap_or(text.len()));
    match mantissa.contains('.') {
        true => mantissa.trim_end_matches('0').trim_end_matches('.').to_owned() + power,
        false => text,
    }
}
