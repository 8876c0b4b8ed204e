//! The law of η² in words: halve η, and the distance falls to a quarter.

use super::Scene;
use crate::nn::Reduction;
use crate::view::format::{number, plain, typed};
use crate::view::html::action;
use std::fmt::Write;

/// Significant digits of ratios and slopes.
const DIGITS: usize = 3;

impl Scene<'_> {
    /// The distance at η and at η/2, the fitted slope, and where the law ends and why.
    pub(super) fn sweep(&self) -> String {
        let samples = self.session.timeline().samples();
        if samples < 2 {
            return format!(
                "<p>This mini-batch has one sample: updating after it and updating once for it are the same thing. To \
                 see what comes between two samples, {}.</p>",
                self.more_samples()
            );
        }
        let eta = self.session.sweep_learning_rate();
        let halved = plain(self.session.scenario().hyperparameters.learning_rate / 2.0);
        let mut html = match self.ends() {
            None => "<p>The mini-batch is being run at smaller and smaller η …</p>".to_owned(),
            Some((0.0, _)) => {
                "<p>The two ends are the same: nothing comes between these samples.</p>".to_owned()
            }
            Some((at_eta, at_half)) => format!(
                "<p>From the same parameters, {samples} updates after {samples} samples and one after all {samples} \
                 end <b>{}</b> apart at η = {}, and <b>{}</b> apart at η/2: <b>{}</b> times less.</p>",
                number(at_eta, self.digits),
                typed(eta),
                number(at_half, self.digits),
                number(at_eta / at_half, DIGITS),
            ),
        };
        if self.session.scenario().hyperparameters.reduction == Reduction::Mean {
            // Writing to a string cannot fail, here and below.
            let _ = write!(
                html,
                "<p>η is that of the sum here: the mean at {} makes the same step.</p>",
                typed(self.session.scenario().hyperparameters.learning_rate)
            );
        }
        html += &self.fitted();
        let _ = write!(
            html,
            "<button type=\"button\" {}>Halve η</button>",
            action("LearningRateChanged", format!("\"{halved}\""))
        );
        html
    }

    /// The distance at η and at η/2, once both are measured.
    pub(super) fn ends(&self) -> Option<(f64, f64)> {
        let eta = self.session.sweep_learning_rate();
        let points = self.session.sweep()?.points();
        let at = |eta: f64| points.iter().find(|point| point.learning_rate == eta);
        Some((at(eta)?.distance, at(eta / 2.0)?.distance))
    }

    fn fitted(&self) -> String {
        let Some(sweep) = self.session.sweep().filter(|sweep| sweep.finished()) else { return String::new() };
        let (Some(slope), Some(fitted)) = (sweep.slope(), sweep.fitted()) else {
            return "<p>Where η is small, too little comes between these samples to measure a slope: a neuron that \
                    is out of work, or a cost that is almost 0, has no δ to pass on.</p>"
                .to_owned();
        };
        let eta = |index: usize| fitted.get(index).map_or(String::new(), |p| number(p.learning_rate, 2));
        let mut html = format!(
            "<p>Slope of the line through η = {} … {}: <b>{}</b>. A slope of 2 is the law: the distance goes with η².</p>",
            eta(fitted.len() - 1),
            eta(0),
            number(slope, 5),
        );
        let _ = match sweep.leaves_at() {
            Some(leaves) => write!(
                html,
                "<p>From η = {} up it leaves the law: there η³ and higher powers count as well.</p>",
                number(leaves, 2)
            ),
            None => write!(html, "<p>It holds up to the largest η shown.</p>"),
        };
        let _ = write!(
            html,
            "<p>Below a distance of {} it is the rounding of doubles that is seen, not η.</p>",
            number(sweep.least(), 2)
        );
        html
    }
}
