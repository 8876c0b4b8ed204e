//! The learning-rate sweep in words: halve η, and the distance falls to a quarter.

use super::ComparisonView;
use crate::nn::Reduction;
use crate::view::format::{number, plain, ratio, typed};
use maud::{Markup, html};
use serde_json::json;

/// Significant digits of ratios and slopes.
const DIGITS: usize = 3;

impl ComparisonView<'_> {
    /// The distance at η and at η/2, the fitted slope, and the range in which it holds.
    pub(super) fn sweep(&self) -> Markup {
        let samples = self.session.timeline().samples;
        if samples < 2 {
            return html! {
                p {
                    "This mini-batch has one sample: updating after it and updating once for it are the same. To \
                    compare, " (self.more_samples()) "."
                }
            };
        }
        let learning_rate = self.session.scenario().hyperparameters.learning_rate;
        html! {
            p {
                @match self.distances() {
                    None => "Computing at smaller and smaller η …",
                    Some(_) if learning_rate == 0.0 => "η is 0: nothing is updated, so both end where they started.",
                    Some((0.0, _)) => "Both ends are equal: the first update does not change the later δs.",
                    Some((at_eta, at_half)) if !(at_eta.is_finite() && at_half.is_finite()) => {
                        "At η = " (typed(self.session.sweep_learning_rate()))
                        " or η/2 an end is not finite, so there is no distance. Use a smaller η."
                    }
                    Some((at_eta, at_half)) => {
                        "From the same parameters, " (samples) " updates after " (samples) " samples and one update \
                        after all " (samples) " end " b { (number(at_eta, self.digits)) } " apart at η = "
                        (typed(self.session.sweep_learning_rate())) ", and " b { (number(at_half, self.digits)) }
                        " apart at η/2"
                        @if let Some(times) = ratio(at_eta, at_half, DIGITS) { ": " b { (times) } " times less" }
                        "."
                    }
                }
            }
            @if self.session.scenario().hyperparameters.reduction == Reduction::Mean {
                p {
                    "η is that of the sum: for these " (samples) " samples the mean at " (typed(learning_rate))
                    " makes the same update."
                }
            }
            @if learning_rate > 0.0 {
                (self.fitted())
                button type="button" data-action="LearningRateChanged" data-value=(json!(plain(learning_rate / 2.0))) {
                    "Halve η"
                }
            }
        }
    }

    /// The distance at η and at η/2, once both are computed.
    pub(super) fn distances(&self) -> Option<(f64, f64)> {
        let eta = self.session.sweep_learning_rate();
        let points = self.session.sweep()?.points();
        let at = |eta: f64| points.iter().find(|point| point.learning_rate == eta);
        // η/2 of the smallest double is 0.
        let at_half = if eta / 2.0 == 0.0 { 0.0 } else { at(eta / 2.0)?.distance };
        Some((at(eta)?.distance, at_half))
    }

    fn fitted(&self) -> Markup {
        let Some(sweep) = self.session.sweep().filter(|sweep| sweep.finished()) else { return html! {} };
        let (Some(slope), Some([first, .., last])) = (sweep.slope(), sweep.fitted()) else {
            if sweep.points().last().is_some_and(|smallest| !smallest.distance.is_finite()) {
                return html! { p { "At the smallest η shown an end is not finite, so there is no slope." } };
            }
            return html! {
                p {
                    "At small η the difference is too small to measure a slope: a dead neuron, or a cost of almost 0, \
                    has no δ to pass on."
                }
            };
        };
        html! {
            p {
                "Slope of the line through η = " (number(last.learning_rate, 2)) " … "
                (number(first.learning_rate, 2)) ": " b { (number(slope, 5)) } ". A slope of 2 means O(η²)."
            }
            p {
                @match sweep.deviates_at() {
                    Some(leaves) => { "Above η = " (number(leaves, 2)) " higher powers of η matter too." }
                    None => "This holds up to the largest η shown.",
                }
            }
            p { "Below a distance of " (number(sweep.rounding_threshold(), 2)) " rounding dominates." }
        }
    }
}
