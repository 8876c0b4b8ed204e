//! The part of the y axis that a chart shows: a run that diverges, for example to 10¹⁴⁶, must not flatten the others.

use super::plot::PlotLine;

/// A line is huge if it exceeds this, and its first value by [`HUGE_RATIO`].
const HUGE: f64 = 1e9;
const HUGE_RATIO: f64 = 1e6;

/// Cuts the lines of runs that diverge where they leave the range of the others, extended by its length at both ends.
/// Without others, nothing is cut. The last point of a cut line is on the edge of the range.
pub(super) fn cut_huge(lines: &mut [PlotLine]) {
    let Some([low, high]) = range(lines) else { return };
    for line in lines.iter_mut().filter(|line| line.diverged || is_huge(line)) {
        let Some(first) = line.points.iter().position(|(_, y)| !(low..=high).contains(y)) else { continue };
        let (x, y) = line.points[first];
        line.points.truncate(first);
        line.points.push((x, y.clamp(low, high)));
        line.leaves_upwards = Some(y > high);
    }
}

fn range(lines: &[PlotLine]) -> Option<[f64; 2]> {
    let values = |line: &PlotLine| line.points.iter().map(|point| point.1).collect::<Vec<_>>();
    let steady: Vec<f64> =
        lines.iter().filter(|line| !line.diverged && !is_huge(line)).flat_map(values).collect();
    if steady.is_empty() {
        return None;
    }
    let low = steady.iter().copied().fold(f64::INFINITY, f64::min);
    let high = steady.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let length = if high > low { high - low } else { high.abs().max(f64::MIN_POSITIVE) };
    Some([low - length, high + length])
}

fn is_huge(line: &PlotLine) -> bool {
    let first = line.points.first().map_or(0.0, |point| point.1.abs());
    line.points.iter().any(|(_, y)| y.abs() > HUGE && y.abs() / HUGE_RATIO > first)
}
