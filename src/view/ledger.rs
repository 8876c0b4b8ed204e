//! The ledger: δ by sample and neuron. A column sum is a bias gradient; a row sum is not.

use super::format::{count, is_rounding, number, signed, signed_sum, typed};
use super::fragment::{Fragment, fragment};
use crate::nn::{BiasRule, Parameter, Reduction};
use crate::session::{Item, MAX_DIGITS, NoSameUpdate, RowSum, Session, Visible};
use maud::{Markup, html};
use serde_json::json;

/// With more neurons in all, only some of a layer's neurons get a column.
const MAX_NEURONS: usize = 16;
/// The number of columns in that case.
const MAX_COLUMNS: usize = 12;
/// Samples of a large mini-batch that are shown at a time.
const MAX_ROWS: usize = 50;

/// The id of the row of the current sample.
pub(super) const CURRENT_ROW: &str = "ledger-current";

/// The columns of one layer.
struct LayerColumns {
    layer: usize,
    neurons: std::ops::Range<usize>,
    layer_size: usize,
}

impl LayerColumns {
    /// A layer of one neuron has no column for the row sum, which would repeat its δ.
    fn has_row_sum(&self) -> bool {
        self.layer_size > 1
    }
}

/// The table: its column names, a row for each sample, and the rows below them. They are separate fragments so
/// that a step need not rewrite all of them.
pub fn ledger(session: &Session) -> [Fragment; 3] {
    let columns = columns(session);
    [
        fragment("ledger-head", head(&columns)),
        fragment("ledger-rows", rows(session, &columns)),
        fragment("ledger-totals", totals(session, &columns)),
    ]
}

/// The remarks below the table: the switch between sum and mean, and why a row sum is not a gradient.
pub fn remarks(session: &Session) -> Markup {
    let hyperparameters = &session.scenario().hyperparameters;
    let (samples, batch_size) = (session.timeline().samples, hyperparameters.batch_size);
    html! {
        @match session.scenario().same_update() {
            Ok(same) => p {
                "Same update: the " b { (same.reduction.name()) } " with η = " (typed(same.learning_rate)) ". "
                button type="button" data-action="ReductionSwitched" { "Switch" }
            },
            Err(NoSameUpdate::OneSample) => {}
            Err(reason) => p { (reason.to_string()) },
        }
        @if samples < batch_size && session.scenario().mini_batches() > 1 {
            p {
                "Last mini-batch: " (count(samples, "sample"))
                @match hyperparameters.reduction {
                    Reduction::Sum => { " instead of " (batch_size) "." }
                    Reduction::Mean => { ", so the mean divides by " (samples) "." }
                }
            }
        }
        @if session.view_state().row_sum_explained { (explanation(session)) }
    }
}

fn explanation(session: &Session) -> Markup {
    let (words, target, button) = match session.scenario().hyperparameters.bias_rule {
        BiasRule::LayerSum => (
            "You are using the wrong rule: every bias of a layer is updated with the layer’s sum.",
            BiasRule::OwnDelta,
            "Back to each neuron’s own δ",
        ),
        _ => (
            "See what happens if every bias is updated with it anyway.",
            BiasRule::LayerSum,
            "Run the wrong rule",
        ),
    };
    html! {
        div.explanation {
            p {
                b { "Σ across is not a bias gradient." } " "
                @if let Some(row_sum) = session.view_state().row_sum { (row_sum_sentence(session, row_sum)) }
                "A bias feeds one neuron only, so the cost depends on it through that neuron’s δ only: equation (3). \
                 The row’s total is the derivative of one bias " em { "shared" } " by the layer. What is added up is \
                 the column: one neuron, over the samples. " (words)
            }
            button type="button" data-action="BiasRuleChanged" data-value=(json!(target.name())) { (button) }
            " "
            button type="button" data-action="RowSumToggled" { "Close" }
        }
    }
}

/// The value of this row sum to the last digit; empty before it is known.
fn row_sum_sentence(session: &Session, row_sum: RowSum) -> String {
    known_deltas(session, &session.visible(), row_sum).map_or(String::new(), |deltas| {
        let sum = signed_sum(deltas, MAX_DIGITS);
        format!("Sample {}, layer {}: the δs add up to {sum}. ", row_sum.sample + 1, row_sum.layer + 1)
    })
}

/// The δ of a layer for one sample, once all of them are known.
fn known_deltas<'a>(
    session: &'a Session,
    visible: &Visible<'_>,
    RowSum { sample, layer }: RowSum,
) -> Option<&'a [f64]> {
    let deltas = session.mini_batch().traces.get(sample)?.deltas.get(layer)?;
    visible.delta(sample, layer, deltas.len().checked_sub(1)?)?;
    Some(deltas)
}

/// All layers side by side. Where they do not fit, a large layer shows the part that holds the focused or the
/// selected neuron. The number of columns is the same at all moments.
fn columns(session: &Session) -> Vec<LayerColumns> {
    let sizes = session.scenario().layer_sizes();
    // The largest number of columns per layer with which all layers fit; small layers are shown whole.
    let total = |most: usize| sizes.iter().map(|&size| size.min(most)).sum::<usize>();
    let most = match total(MAX_NEURONS) {
        ..=MAX_NEURONS => MAX_NEURONS,
        _ => (3..=MAX_COLUMNS).rev().find(|&most| total(most) <= MAX_COLUMNS).unwrap_or(3),
    };
    let neuron_of = |layer: usize| {
        let stepped_into =
            session.position().neuron.filter(|_| session.position().moment.layer() == Some(layer));
        let selected =
            session.view_state().selected.and_then(Item::neuron).filter(|selected| selected.0 == layer);
        stepped_into.map_or(selected.map_or(0, |selected| selected.1), |neuron| neuron as usize)
    };
    let columns = |(layer, &layer_size): (usize, &usize)| {
        let first = if layer_size <= most { 0 } else { neuron_of(layer) / most * most };
        LayerColumns { layer, neurons: first..(first + most).min(layer_size), layer_size }
    };
    sizes.iter().enumerate().map(columns).collect()
}

fn head(columns: &[LayerColumns]) -> Markup {
    html! {
        tr {
            th rowspan="2" scope="col" { "sample" }
            th rowspan="2" scope="col" class="y" { "cost" }
            @for group in columns {
                th colspan=(group.neurons.len() + usize::from(group.has_row_sum())) scope="colgroup" {
                    "layer " (group.layer + 1)
                    @if group.neurons.len() < group.layer_size {
                        ", neurons " (group.neurons.start + 1) "–" (group.neurons.end) " of " (group.layer_size)
                    }
                }
            }
        }
        tr {
            @for group in columns {
                @for neuron in group.neurons.clone() {
                    th scope="col" { span.delta { "δ" sub { (neuron + 1) } } }
                }
                @if group.has_row_sum() { th scope="col" class="across" { "Σ across" } }
            }
        }
    }
}

fn rows(session: &Session, columns: &[LayerColumns]) -> Markup {
    let visible = session.visible();
    let digits = session.view_state().digits;
    let samples = session.timeline().samples;
    let current = session.position().moment.sample();
    let first = visible.sample() / MAX_ROWS * MAX_ROWS;
    let last = (first + MAX_ROWS).min(samples);
    html! {
        @for sample in first..last {
            @let is_current = current == Some(sample);
            @let row = session.scenario().data.samples.row_number(session.mini_batch().rows[sample]) + 1;
            tr id=[is_current.then_some(CURRENT_ROW)] class=[is_current.then_some("current")] aria-current=[is_current.then_some("true")] {
                th scope="row" title={ "row " (row) " of the data" } { (sample + 1) }
                td.y { @if let Some(cost) = visible.cost(sample) { (number(cost, digits)) } }
                @for group in columns {
                    @for neuron in group.neurons.clone() {
                        (delta_cell(&visible, sample, group.layer, neuron, digits))
                    }
                    @if group.has_row_sum() {
                        (row_sum_cell(&visible, session, RowSum { sample, layer: group.layer }))
                    }
                }
            }
        }
        @if last - first < samples {
            tr { td colspan="99" class="excerpt" { "samples " (first + 1) "–" (last) " of " (samples) } }
        }
    }
}

fn delta_cell(visible: &Visible<'_>, sample: usize, layer: usize, neuron: usize, digits: usize) -> Markup {
    let Some(delta) = visible.delta(sample, layer, neuron) else { return html! { td {} } };
    // The picture shows the current sample only.
    let item = (sample == visible.sample()).then_some(Item::Delta { layer, neuron });
    html! { td class="delta" data-ref=[item] title=(number(delta, MAX_DIGITS)) { (signed(delta, digits)) } }
}

/// The sum across a row, in grey, as a button that explains it.
fn row_sum_cell(visible: &Visible<'_>, session: &Session, row_sum: RowSum) -> Markup {
    let RowSum { sample, layer } = row_sum;
    let view_state = session.view_state();
    html! {
        td.across {
            @if let Some(deltas) = known_deltas(session, visible, row_sum) {
                @let sum = deltas.iter().fold(0.0, |sum, delta| sum + delta);
                @let is_rounding = is_rounding(deltas, sum);
                button type="button" id={ "across-" (layer) "-" (sample) }
                    data-action="RowSumToggled" data-value=(json!({ "layer": layer, "sample": sample }))
                    aria-expanded=(view_state.row_sum_explained && view_state.row_sum == Some(row_sum))
                    title={
                        (signed(sum, MAX_DIGITS)) @if is_rounding { " (rounding)" }
                        ". This is not a bias gradient. Why?"
                    }
                {
                    @if is_rounding { "≈ 0" } @else { (signed(sum, view_state.digits)) }
                }
            }
        }
    }
}

/// Below the columns: the sum so far, the gradient, the change of the bias, and the bias.
fn totals(session: &Session, columns: &[LayerColumns]) -> Markup {
    let visible = session.visible();
    let digits = session.view_state().digits;
    let hyperparameters = &session.scenario().hyperparameters;
    let samples = session.timeline().samples;
    let complete = visible.accumulated() == samples;
    let sum_name = match (complete, hyperparameters.reduction) {
        (false, _) => format!("Σ down, {} of {samples}", visible.accumulated()),
        (true, Reduction::Sum) => "Σ down = ∂C/∂b".to_owned(),
        (true, Reduction::Mean) => "Σ down".to_owned(),
    };
    let change_name = match hyperparameters.bias_rule {
        BiasRule::OwnDelta => "change of b",
        BiasRule::LayerSum => "change of b (layer’s sum: wrong)",
        BiasRule::SharedBias => "change of the shared b",
        BiasRule::Frozen => "b is fixed",
    };
    let sum = |layer, neuron| visible.accumulated_b(layer, neuron);
    let mean = |layer, neuron| match complete {
        true => signed(sum(layer, neuron) / samples as f64, digits),
        false => String::new(),
    };
    let change = |layer, neuron| visible.change(Parameter::Bias { layer, neuron });
    html! {
        (footer_row(columns, &sum_name, |layer, neuron| signed(sum(layer, neuron), digits)))
        @if hyperparameters.reduction == Reduction::Mean {
            (footer_row(columns, &format!("Σ down / {samples} = ∂C/∂b"), mean))
        }
        (footer_row(columns, change_name, |layer, neuron| {
            change(layer, neuron).map_or(String::new(), |change| signed(change, digits))
        }))
        (footer_row(columns, if visible.finished() { "new b" } else { "b" }, |layer, neuron| {
            number(visible.parameter(Parameter::Bias { layer, neuron }), digits)
        }))
    }
}

/// A row below the samples: `name`, and a text for each neuron.
fn footer_row(columns: &[LayerColumns], name: &str, text: impl Fn(usize, usize) -> String) -> Markup {
    html! {
        tr {
            th scope="row" colspan="2" { (name) }
            @for group in columns {
                @for neuron in group.neurons.clone() {
                    td class="b" data-ref=(Item::Bias { layer: group.layer, neuron }) { (text(group.layer, neuron)) }
                }
                @if group.has_row_sum() { td.across {} }
            }
        }
    }
}
