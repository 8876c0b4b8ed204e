//! Each bias and weight before the mini-batch, its change, and its value after, in every run.

use super::ComparisonView;
use super::ledger::difference;
use crate::nn::Parameter;
use crate::session::Item;
use crate::view::format::{number, signed};
use crate::view::inspector::spoken;
use crate::view::mathml::{math, symbol_as};
use maud::{Markup, html};
use serde_json::json;

/// A network with more parameters shows only those of the selected neuron.
const MAX_PARAMETERS: usize = 40;
/// Weights of one neuron that are shown.
const MAX_WEIGHTS: usize = 30;

impl ComparisonView<'_> {
    /// The table.
    pub(super) fn parameters(&self) -> Markup {
        let runs = self.comparison.passes.len();
        let reference = self.comparison.reference();
        let (shown, count) = self.shown();
        html! {
            thead {
                tr {
                    th rowspan="2" scope="col" { "parameter" }
                    @for run in 0..runs {
                        th colspan=(if run == reference { 3 } else { 4 }) scope="colgroup" {
                            span class={ "swatch run-" (run + 1) } aria-hidden="true" {} " run " (run + 1)
                        }
                    }
                }
                tr {
                    @for run in 0..runs {
                        th scope="col" { "before" }
                        th scope="col" { "change" }
                        th scope="col" { "after" }
                        @if run != reference { th scope="col" { "difference to run " (reference + 1) } }
                    }
                }
            }
            tbody {
                @for parameter in &shown { (self.parameter_row(*parameter)) }
                @if shown.len() < count {
                    tr {
                        td colspan="17" class="excerpt" {
                            (shown.len()) " of " (count) ": those of the selected neuron. Select another one in the \
                            picture or with the keys h, j, k, l."
                        }
                    }
                }
            }
        }
    }

    /// The parameters that have a row, biases first within a layer, and the number of all parameters.
    fn shown(&self) -> (Vec<Parameter>, usize) {
        let network = &self.session.mini_batch().network_before;
        let count = network.parameter_count();
        let (layer, neuron) = self.selected();
        let mut shown: Vec<Parameter> = if count <= MAX_PARAMETERS {
            network.parameters().collect()
        } else {
            let sources = network.layers[layer].sources().min(MAX_WEIGHTS);
            let weights = (0..sources).map(|source| Parameter::Weight { layer, neuron, source });
            weights.chain([Parameter::Bias { layer, neuron }]).collect()
        };
        shown.sort_by_key(|parameter| match *parameter {
            Parameter::Bias { layer, .. } => (layer, false),
            Parameter::Weight { layer, .. } => (layer, true),
        });
        (shown, count)
    }

    fn parameter_row(&self, parameter: Parameter) -> Markup {
        let passes = &self.comparison.passes;
        let reference = self.comparison.reference();
        let item = Item::from(parameter);
        let is_current = self.session.compared_parameter() == parameter;
        let colour = if matches!(parameter, Parameter::Bias { .. }) { "b" } else { "w" };
        let text = |value: Option<f64>| value.map_or("–".to_owned(), |value| number(value, self.digits));
        html! {
            tr class=[is_current.then_some("current")] {
                th scope="row" {
                    button type="button" id={ "choose-" (item) } data-ref=(item)
                        data-action="Selected" data-value=(json!(item.to_string()))
                    {
                        span aria-hidden="true" { (math(symbol_as(item, false))) }
                        span.visually-hidden { (spoken(item)) }
                    }
                }
                @for (run, pass) in passes.iter().enumerate() {
                    @let after = pass.network().and_then(|network| network.get(parameter));
                    td { (text(pass.network_before().and_then(|network| network.get(parameter)))) }
                    td { (pass.change(parameter).map_or("–".to_owned(), |change| signed(change, self.digits))) }
                    td class=(colour) { (text(after)) }
                    @if run != reference {
                        @let other = passes[reference].network().and_then(|network| network.get(parameter));
                        td.difference { (difference(after, other)) }
                    }
                }
            }
        }
    }
}
