//! Three questions, answered with the numbers of the current mini-batch.

use super::ComparisonView;
use crate::nn::Reduction;
use crate::session::Item;
use crate::view::format::{count, number, ratio, signed, signed_sum, typed};
use crate::view::mathml::{math, symbol_as};
use maud::{Markup, html};

/// Terms of a sum that are written.
const MAX_TERMS: usize = 4;

impl ComparisonView<'_> {
    /// Which number updates a bias, what is added up, and whether one update equals many.
    pub(super) fn answers(&self) -> Markup {
        html! {
            dl {
                div { (self.which_number()) }
                div { (self.what_is_added_up()) }
                div { (self.one_or_many()) }
            }
        }
    }

    fn which_number(&self) -> Markup {
        let (layer, neuron) = self.selected();
        let mini_batch = self.session.mini_batch();
        let sums = &mini_batch.gradient_sum.nabla_b[layer];
        let sum = signed(sums[neuron], self.digits);
        let hyperparameters = &self.session.scenario().hyperparameters;
        html! {
            dt { "Which number updates " (math(symbol_as(Item::Bias { layer, neuron }, false))) "?" }
            dd {
                "Its own neuron’s " span.delta { "δ" } ", over the samples: Σδ = " b { (sum) }
                ", so with gradient descent it changes by −" (typed(hyperparameters.learning_rate)) "·(" (sum) ")"
                @if hyperparameters.reduction == Reduction::Mean && mini_batch.rows.len() > 1 {
                    "/" (mini_batch.rows.len())
                }
                ". "
                @match sums.len() {
                    1 => "Its layer has no other neuron.",
                    _ => { "Not the layer’s sum, " (signed_sum(sums, self.digits)) "." }
                }
            }
        }
    }

    fn what_is_added_up(&self) -> Markup {
        let (layer, neuron) = self.selected();
        let traces = &self.session.mini_batch().traces;
        let column: Vec<f64> = traces.iter().map(|trace| trace.deltas[layer][neuron]).collect();
        html! {
            dt { "What is added up?" }
            dd {
                "The δ of one neuron over the " (count(traces.len(), "sample")) ", " b { "down" } " a column: "
                (self.signed_terms(&column, MAX_TERMS)) @if column.len() <= MAX_TERMS { "." }
                " Never the δs of different neurons, across a row."
            }
        }
    }

    fn one_or_many(&self) -> Markup {
        html! {
            dt { "Is it the same as updating after each sample?" }
            dd {
                @if self.session.timeline().samples < 2 {
                    "This mini-batch has one sample, so there is nothing to compare: " b { (self.more_samples()) } "."
                } @else if let Some((at_eta, at_half)) = self.distances() {
                    @if self.session.scenario().hyperparameters.learning_rate == 0.0 {
                        "Here yes: η is 0, so nothing is updated."
                    } @else if at_eta == 0.0 {
                        "Here yes: the first update does not change the later δs."
                    } @else if !(at_eta.is_finite() && at_half.is_finite()) {
                        b { "No" } ": at this η, or at half of it, an end is not finite, so there is no distance. Use a smaller η."
                    } @else {
                        b { "No" } ": each later δ is computed after the earlier updates have changed the parameters. \
                        From the same start, the two end " b { (number(at_eta, self.digits)) }
                        " apart. At half the η it is " (number(at_half, self.digits))
                        @if let Some(times) = ratio(at_eta, at_half, 2) {
                            ", " (times) " times less (O(η²) predicts about 4)"
                        }
                        "."
                    }
                } @else {
                    "Computing …"
                }
            }
        }
    }
}
