//! A run's ledger: for each sample the bias it was computed with, its δ, and the difference to the reference run.

use super::ComparisonView;
use crate::nn::{BiasRule, Parameter, Reduction};
use crate::scenario::Updating;
use crate::session::{Item, MAX_DIGITS, RunPass, RunSample};
use crate::view::format::{number, signed};
use crate::view::fragment::{Attribute, Fragment, fragment};
use maud::{Markup, Render, html};
use serde_json::json;
use std::ops::Range;

/// The number of neurons of a layer that get a column: as many as fit with this many runs side by side.
const fn max_columns(runs: usize) -> usize {
    if runs > 3 { 3 } else { 4 }
}

/// Samples of a large mini-batch that are shown at a time.
const MAX_ROWS: usize = 20;
/// Significant digits of a difference.
const DIFFERENCE_DIGITS: usize = 2;

/// What the rows of one run's ledger are made from.
struct RunLedger<'a> {
    pass: &'a RunPass,
    /// `None` for the reference run itself.
    reference: Option<&'a RunPass>,
    /// The reference run's index.
    reference_run: usize,
    layer: usize,
    neurons: Range<usize>,
    digits: usize,
}

impl ComparisonView<'_> {
    /// The selected layer, and its neurons that have a column: the page that the selected neuron is on.
    fn columns(&self) -> (usize, Range<usize>) {
        let (layer, neuron) = self.selected();
        let count = self.session.scenario().layer_sizes()[layer];
        let columns = max_columns(self.comparison.passes.len());
        let first = neuron / columns * columns;
        (layer, first..(first + columns).min(count))
    }

    /// The buttons that choose the layer of the ledgers.
    pub(super) fn layers(&self) -> Markup {
        let (open, neurons) = self.columns();
        let sizes = self.session.scenario().layer_sizes();
        html! {
            @for layer in 0..sizes.len() {
                button type="button" id={ "ledger-layer-" (layer) } data-action="Selected"
                    data-value=(json!(Item::Neuron { layer, neuron: 0 }.to_string())) aria-pressed=(layer == open)
                { "layer " (layer + 1) }
            }
            @if neurons.len() < sizes[open] {
                " " small {
                    "neurons " (neurons.start + 1) "–" (neurons.end) " of " (sizes[open]) " (j, k for more)"
                }
            }
        }
    }

    /// The table of one run: its frame, each sample, and the rows below. They are separate fragments so that a step
    /// need not rewrite all of them.
    pub(super) fn ledger(&self, run: usize) -> Vec<Fragment> {
        let pass = &self.comparison.passes[run];
        let reference_run = self.comparison.reference();
        let reference = (run != reference_run).then(|| &self.comparison.passes[reference_run]);
        let (layer, neurons) = self.columns();
        let ledger = RunLedger { pass, reference, reference_run, layer, neurons, digits: self.digits };
        let (done, _, _) = self.done();
        let id = format!("run-{run}-ledger");
        let mut fragments = vec![fragment(id.clone(), self.frame(&id, &ledger.neurons))];
        for sample in self.page() {
            let shown = (sample < done).then_some(sample);
            fragments.push(fragment(format!("{id}-{sample}"), ledger.sample(sample, shown)));
        }
        fragments.push(fragment(format!("{id}-totals"), self.totals(&ledger)));
        fragments
    }

    /// The samples that are shown: the page that the latest one is on.
    fn page(&self) -> Range<usize> {
        let (done, samples, _) = self.done();
        let first = done.saturating_sub(1) / MAX_ROWS * MAX_ROWS;
        first..(first + MAX_ROWS).min(samples)
    }

    /// The table with its column names and without rows.
    fn frame(&self, id: &str, neurons: &Range<usize>) -> Markup {
        let (page, (_, samples, _)) = (self.page(), self.done());
        html! {
            thead {
                tr {
                    th scope="col" colspan="2" { "sample" }
                    @for neuron in neurons.clone() { th scope="col" { "neuron " (neuron + 1) } }
                }
            }
            @for sample in page.clone() { tbody id={ (id) "-" (sample) } {} }
            @if page.len() < samples {
                tbody {
                    tr {
                        td colspan="9" class="excerpt" {
                            "samples " (page.start + 1) "–" (page.end) " of " (samples)
                        }
                    }
                }
            }
            tfoot id={ (id) "-totals" } {}
        }
    }

    /// The attributes that mark the latest sample of a run.
    pub(super) fn latest(&self, run: usize) -> Vec<Attribute> {
        let (done, _, _) = self.done();
        let class = |sample: usize| (sample + 1 == done).then(|| "current".to_owned());
        self.page()
            .map(|sample| (format!("run-{run}-ledger-{sample}").into(), "class", class(sample)))
            .collect()
    }

    /// Below the samples: the sum over each column, and the bias.
    fn totals(&self, ledger: &RunLedger<'_>) -> Markup {
        let RunLedger { pass, layer, digits, .. } = *ledger;
        let (done, samples, finished) = self.done();
        let frozen = self.session.view_state().frozen;
        let done_samples = &pass.samples[..done.min(pass.samples.len())];
        let sum =
            |neuron: usize| done_samples.iter().fold(0.0, |sum, sample| sum + sample.deltas[layer][neuron]);
        let complete = done == samples;
        let caption = match (complete, pass.run.updating) {
            (false, _) => format!("Σ down, {done} of {samples}"),
            (true, Updating::PerSample) if !frozen => "Σ down, each δ at its own b".to_owned(),
            (true, Updating::DuringBackward) if !frozen => "Σ down, each δ at partly updated w".to_owned(),
            (true, _) => "Σ down: ∂C/∂b, summed over the samples".to_owned(),
        };
        // A run that diverged before these samples has no rows for them, and so no sum.
        let has_rows = done_samples.len() == done;
        let row_sum = matches!(pass.run.bias_rule, BiasRule::LayerSum | BiasRule::SharedBias) && has_rows;
        let updated = pass.updates(done, finished) > 0;
        let bias = |pass: &RunPass, neuron| pass.network()?.get(Parameter::Bias { layer, neuron });
        html! {
            tr { th colspan=(ledger.neurons.len() + 2) class="caption" { (caption) } }
            (ledger.total("Σ δ", "delta", |neuron| match has_rows {
                true => fitted(sum(neuron), digits, signed),
                false => "–".to_owned(),
            }))
            @if pass.hyperparameters.reduction == Reduction::Mean {
                (ledger.total(format!("Σ/{samples}"), "delta", |neuron| match complete && has_rows {
                    true => signed(sum(neuron) / samples as f64, digits),
                    false => String::new(),
                }))
            }
            @if !frozen {
                @if row_sum {
                    @let columns: Vec<f64> = (0..self.session.scenario().layer_sizes()[layer]).map(sum).collect();
                    @let value = pass.run.bias_rule.apply(&columns)[0];
                    (ledger.total("Σ across", "across", |_| fitted(value, digits, signed)))
                }
                (ledger.total("Δb", "b", |neuron| {
                    let change = pass.change(Parameter::Bias { layer, neuron }).filter(|_| updated);
                    change.map_or(String::new(), |change| fitted(change, digits, signed))
                }))
                (ledger.total("b now", "b", |neuron| {
                    bias(pass, neuron).map_or("–".into(), |bias| fitted(bias, digits, number))
                }))
                @if let Some(reference) = ledger.reference {
                    (ledger.total(ledger.difference_name(), "difference", |neuron| {
                        difference(bias(pass, neuron), bias(reference, neuron))
                    }))
                }
            }
        }
    }
}

impl RunLedger<'_> {
    /// Three lines for a sample: the bias it was computed with, its δ, and the difference; empty for a sample that
    /// is still to come.
    fn sample(&self, sample: usize, shown: Option<usize>) -> Markup {
        let RunLedger { layer, digits, .. } = *self;
        let row = shown.and_then(|sample| self.pass.samples.get(sample));
        let delta = |row: &RunSample, neuron: usize| row.deltas[layer][neuron];
        let other = |neuron: usize| Some(delta(self.reference?.samples.get(sample)?, neuron));
        let cells = |class: &str, name: Markup, cell: &dyn Fn(&RunSample, usize) -> Markup| {
            html! {
                td class=(class) { @if row.is_some() { (name) } }
                @for neuron in self.neurons.clone() {
                    td class=(class) { @if let Some(row) = row { (cell(row, neuron)) } }
                }
            }
        };
        html! {
            tr {
                th scope="rowgroup" rowspan="3" { (sample + 1) }
                (cells("b", html! { "b" }, &|row, neuron| html! { (fitted(row.biases[layer][neuron], digits, number)) }))
            }
            tr {
                (cells("delta", html! { "δ" }, &|row, neuron| html! {
                    span title=(number(delta(row, neuron), MAX_DIGITS)) { (fitted(delta(row, neuron), digits, signed)) }
                }))
            }
            // The third line of the reference run is empty, so that the rows of all runs are level.
            tr {
                (cells("difference", self.difference_name(), &|row, neuron| html! {
                    @if self.reference.is_some() { (difference(Some(delta(row, neuron)), other(neuron))) }
                }))
            }
        }
    }

    /// The name of the differences to the reference run; empty for the reference run itself.
    fn difference_name(&self) -> Markup {
        let title = format!("difference to run {}", self.reference_run + 1);
        html! { @if self.reference.is_some() { span title=(title) { "diff." } } }
    }

    /// A row below the samples: `name`, and a text for each neuron.
    fn total(&self, name: impl Render, class: &str, text: impl Fn(usize) -> String) -> Markup {
        html! {
            tr {
                th scope="row" colspan="2" { (name) }
                @for neuron in self.neurons.clone() { td class=(class) { (text(neuron)) } }
            }
        }
    }
}

/// A number that fits a column: with two digits if it would be too long.
fn fitted(value: f64, digits: usize, text: fn(f64, usize) -> String) -> String {
    let long = text(value, digits);
    if digits <= 4 && long.chars().count() > 9 { text(value, 2) } else { long }
}

/// The difference of two numbers; "=" if they are equal to the last bit.
pub(super) fn difference(one: Option<f64>, other: Option<f64>) -> String {
    match (one, other) {
        (Some(one), Some(other)) if one == other => "=".to_owned(),
        (Some(one), Some(other)) => signed(one - other, DIFFERENCE_DIGITS),
        _ => "–".to_owned(),
    }
}
