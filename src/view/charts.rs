//! The cost over the updates, as a line.

use super::format::number;
use super::theme::{Palette, mix};
use plotters::coord::Shift;
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const FONT: &str = "system-ui, sans-serif";
/// CSS pixels.
const FONT_SIZE: f64 = 11.0;
/// A cost that falls by more than this is shown by its logarithm.
const WIDE: f64 = 100.0;

type Drawn<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

/// Draws the mean cost of each mini-batch before its update: `points` are (update, cost), in order.
/// `now` is how many updates have been made. `scale` is pixels to a CSS pixel.
pub fn cost_chart<DB: DrawingBackend>(
    points: &[(u64, f64)],
    now: u64,
    palette: &Palette,
    scale: f64,
    area: &DrawingArea<DB, Shift>,
) -> Drawn<DB> {
    area.fill(&palette.surface)?;
    let style = |colour: RGBColor| {
        let style =
            TextStyle::from(FontDesc::new(FontFamily::Name(FONT), FONT_SIZE * scale, FontStyle::Normal));
        TextStyle { color: colour.to_backend_color(), ..style }
    };
    let points: Vec<(u64, f64)> = points.iter().copied().filter(|(_, cost)| cost.is_finite()).collect();
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        let (width, height) = area.dim_in_pixel();
        let centred = style(palette.faded).pos(Pos::new(HPos::Center, VPos::Center));
        return area.draw_text("No update yet", &centred, (width as i32 / 2, height as i32 / 2));
    };
    let (_, height) = area.dim_in_pixel();
    let lines = (f64::from(height) / scale / 40.0).clamp(2.0, 5.0) as usize;
    let from = first.0.min(now);
    let updates = Scale::whole(from, last.0.max(now).max(from + 1));
    let costs = Scale::costs(&points, lines);

    let pixels = |length: f64| (length * scale).round() as i32;
    let mut chart = ChartBuilder::on(area)
        .margin_top(pixels(10.0))
        .margin_right(pixels(16.0))
        .margin_left(pixels(2.0))
        .x_label_area_size(pixels(34.0))
        .y_label_area_size(pixels(if costs.widest() > 5 { 70.0 } else { 56.0 }))
        .build_cartesian_2d(updates.axis(), costs.axis())?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(mix(palette.line, palette.surface, 0.5).stroke_width(pixels(1.0) as u32))
        .axis_style(palette.line.stroke_width(pixels(1.0) as u32))
        .set_all_tick_mark_size(pixels(3.0))
        .x_desc("updates")
        .y_desc(if costs.logarithmic { "cost (log scale)" } else { "cost" })
        .x_labels(updates.ticks.len())
        .y_labels(costs.ticks.len())
        .x_label_formatter(&|share| updates.label(*share))
        .y_label_formatter(&|share| costs.label(*share))
        .label_style(style(palette.faded))
        .axis_desc_style(style(palette.faded))
        .draw()?;

    let at = |(update, cost): (u64, f64)| (updates.share(update as f64), costs.share(cost));
    let present = updates.share(now as f64);
    let mark = mix(palette.lit, palette.surface, 0.8).stroke_width(pixels(2.0) as u32);
    chart.draw_series([PathElement::new([(present, 0.0), (present, 1.0)], mark)])?;
    let columns = chart.plotting_area().dim_in_pixel().0 as usize;
    let line = thinned(&points, columns).into_iter().map(at);
    chart.draw_series(LineSeries::new(line, palette.cost.stroke_width(pixels(1.5) as u32)))?;
    let dot = Circle::new(at(*last), pixels(3.5), palette.cost.filled());
    chart.draw_series([dot])?;
    Ok(())
}

/// At most two points to a pixel, the lowest and the highest, and always the first and the last.
fn thinned(points: &[(u64, f64)], columns: usize) -> Vec<(u64, f64)> {
    let size = points.len().div_ceil(columns.max(1));
    if size <= 2 {
        return points.to_vec();
    }
    let mut thin = Vec::with_capacity(2 * columns + 2);
    thin.extend(points.first());
    for chunk in points.chunks(size) {
        let by_cost = |one: &&(u64, f64), other: &&(u64, f64)| one.1.total_cmp(&other.1);
        let mut pair: Vec<(u64, f64)> =
            chunk.iter().min_by(by_cost).into_iter().chain(chunk.iter().max_by(by_cost)).copied().collect();
        pair.sort_by_key(|(update, _)| *update);
        thin.extend(pair);
    }
    thin.extend(points.last());
    thin
}

/// From 0 to 1, with ticks that are given: plotters' own search for them does not end well where a
/// range is tiny or huge.
struct Axis(Vec<f64>);

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, share: &f64, (from, to): (i32, i32)) -> i32 {
        from + (f64::from(to - from) * share).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.0.clone()
    }

    fn range(&self) -> std::ops::Range<f64> {
        0.0..1.0
    }
}

/// From values to shares of an axis, with ticks at round values.
struct Scale {
    low: f64,
    high: f64,
    logarithmic: bool,
    /// Share and text.
    ticks: Vec<(f64, String)>,
}

impl Scale {
    /// Whole numbers.
    fn whole(low: u64, high: u64) -> Self {
        let mut scale = Self { low: low as f64, high: high as f64, logarithmic: false, ticks: Vec::new() };
        let step = round_step(scale.high - scale.low, 5).max(1.0);
        scale.set_ticks(step, |value| format!("{value:.0}"));
        scale
    }

    /// From 0, or by the logarithm where the costs lie far apart.
    fn costs(points: &[(u64, f64)], lines: usize) -> Self {
        let costs = || points.iter().map(|point| point.1);
        let least = costs().filter(|cost| *cost > 0.0).fold(f64::INFINITY, f64::min);
        let (low, high) = (costs().fold(0.0, f64::min), costs().fold(0.0, f64::max));
        let logarithmic = low >= 0.0 && least < high && high / least > WIDE;
        if logarithmic {
            let (low, high) = (least.log10().floor(), high.log10().ceil());
            let mut scale = Self { low, high, logarithmic, ticks: Vec::new() };
            let step = round_step(high - low, lines).max(1.0).round();
            scale.set_ticks(step, |power| number(10f64.powf(power), 1).replace("1×", ""));
            return scale;
        }
        // Half of the range each, lest the whole be infinite. All equal to 0: any range will do.
        let high = if high > low { high + (high / 20.0 - low / 20.0) } else { low + 1.0 };
        let (low, high) = (low.max(-f64::MAX / 4.0), high.min(f64::MAX / 4.0));
        let mut scale = Self { low, high, logarithmic, ticks: Vec::new() };
        scale.set_ticks(round_step(high - low, lines), tidy);
        scale
    }

    /// A tick at each multiple of `step` within.
    fn set_ticks(&mut self, step: f64, text: impl Fn(f64) -> String) {
        let first = (self.low / step).ceil();
        let values = (0..12).map(|tick| (first + f64::from(tick)) * step);
        let values = values.take_while(|value| *value <= self.high);
        self.ticks = values.map(|value| (self.part(value), text(value))).collect();
    }

    fn part(&self, value: f64) -> f64 {
        let part = (value - self.low) / (self.high - self.low);
        if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Where a value stands, 0 … 1.
    fn share(&self, value: f64) -> f64 {
        self.part(if self.logarithmic { value.log10() } else { value })
    }

    fn axis(&self) -> Axis {
        Axis(self.ticks.iter().map(|(share, _)| *share).collect())
    }

    /// What stands at the tick nearest to this share.
    fn label(&self, share: f64) -> String {
        let from = |tick: &&(f64, String)| (tick.0 - share).abs();
        let nearest = self.ticks.iter().min_by(|one, other| from(one).total_cmp(&from(other)));
        nearest.map_or(String::new(), |(_, text)| text.clone())
    }

    /// Characters of the longest text.
    fn widest(&self) -> usize {
        self.ticks.iter().map(|(_, text)| text.chars().count()).max().unwrap_or(0)
    }
}

/// 1, 2 or 5 times a power of ten, so that a range has about so many steps; never 0.
fn round_step(range: f64, steps: usize) -> f64 {
    let rough = range / steps.max(1) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power).into_iter().find(|step| *step >= rough);
    step.filter(|step| step.is_normal()).unwrap_or(f64::MIN_POSITIVE.max(range))
}

/// A round value without the digits that say nothing: 0.2, not 0.2000.
fn tidy(value: f64) -> String {
    let text = number(value, 3);
    let (mantissa, power) = match text.split_once('×') {
        Some((mantissa, power)) => (mantissa, format!("×{power}")),
        None => (text.as_str(), String::new()),
    };
    let mantissa = match mantissa.contains('.') {
        true => mantissa.trim_end_matches('0').trim_end_matches('.'),
        false => mantissa,
    };
    format!("{mantissa}{power}")
}
