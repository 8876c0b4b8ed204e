//! The three questions, answered with the numbers at hand.

use super::Scene;
use crate::nn::Reduction;
use crate::session::Item;
use crate::view::format::{count, number, signed, typed};
use crate::view::mathml::{math, symbol_as};

/// Terms that are written out.
const TERMS: usize = 4;

impl Scene<'_> {
    /// Which number moves a bias, what is summed, and whether many updates are one.
    pub(super) fn answers(&self) -> String {
        format!(
            "<dl><div>{}</div><div>{}</div><div>{}</div></dl>",
            self.which_number(),
            self.what_is_summed(),
            self.many_or_one()
        )
    }

    fn which_number(&self) -> String {
        let (layer, neuron) = self.chosen();
        let symbol = math(&symbol_as(Item::Bias { layer, neuron }, false));
        let mini_batch = self.session.mini_batch();
        let sums = &mini_batch.gradient_sum.biases[layer];
        let total = sums.iter().fold(0.0, |sum, value| sum + value);
        let digits = self.digits;
        let not = match sums.len() {
            1 => "Its layer has no other neuron.".to_owned(),
            _ => format!("Not the layer’s total, {}.", signed(total, digits)),
        };
        let over = match self.session.scenario().hyperparameters.reduction {
            Reduction::Mean if mini_batch.rows.len() > 1 => format!("/{}", mini_batch.rows.len()),
            _ => String::new(),
        };
        format!(
            "<dt>Which number moves {symbol}?</dt><dd>Its own neuron’s <span class=\"delta\">δ</span>, down the \
             samples: Σδ = <b>{}</b>, so gradient descent moves it by −{}·({}){over}. {not}</dd>",
            signed(sums[neuron], digits),
            typed(self.session.scenario().hyperparameters.learning_rate),
            signed(sums[neuron], digits),
        )
    }

    fn what_is_summed(&self) -> String {
        let (layer, neuron) = self.chosen();
        let traces = &self.session.mini_batch().traces;
        let column = traces.iter().map(|trace| trace.deltas[layer][neuron]);
        let shown: Vec<_> = column.take(TERMS).map(|delta| signed(delta, self.digits)).collect();
        let end = if traces.len() > TERMS { " …" } else { "." };
        format!(
            "<dt>What is summed?</dt><dd>One neuron’s δ, <b>down</b> the {}: {}{end} Never different neurons’ δ, \
             across a row.</dd>",
            count(traces.len(), "sample"),
            shown.join(" "),
        )
    }

    fn many_or_one(&self) -> String {
        let samples = self.session.timeline().samples();
        if samples < 2 {
            return format!(
                "<dt>Are two updates after two samples the same as one after both?</dt><dd>This mini-batch has one \
                 sample, so there is nothing to compare: <b>{}</b>.</dd>",
                self.more_samples()
            );
        }
        let question = match samples {
            2 => "Are 2 updates after 2 samples the same as one after both?".to_owned(),
            _ => {
                format!("Are {samples} updates after {samples} samples the same as one after all {samples}?")
            }
        };
        let answer = match self.ends() {
            None => "It is being measured …".to_owned(),
            Some((0.0, _)) => "Here yes: nothing comes between these samples.".to_owned(),
            Some((at_eta, at_half)) => format!(
                "<b>No</b>: each later δ is taken where the earlier updates have moved the parameters. From the same \
                 start they end <b>{}</b> apart. At half the η it would be {}: {} times less, where η² says 4.",
                number(at_eta, self.digits),
                number(at_half, self.digits),
                number(at_eta / at_half, 2),
            ),
        };
        format!("<dt>{question}</dt><dd>{answer}</dd>")
    }
}
