//! A run's ledger: for each sample the b that it found, its δ, and by how much that is another than in the
//! reference run.

use super::{Attribute, Part, Scene};
use crate::nn::{BiasRule, Parameter, Reduction};
use crate::scenario::Updating;
use crate::session::{Item, MAX_DIGITS, RunPass, RunRow};
use crate::view::format::{number, signed};
use crate::view::html::action;
use std::fmt::Write;
use std::ops::Range;

/// Neurons of a layer that have a column: as many as stand beside each other in so many runs.
const fn columns(runs: usize) -> usize {
    if runs > 3 { 3 } else { 4 }
}

/// Samples of a large mini-batch that are shown at a time.
const ROWS: usize = 20;
/// Significant digits of a difference.
const DIFFERENCE: usize = 2;

impl Scene<'_> {
    /// The neurons that have a column: the page of the layer that the chosen one is on.
    fn columns(&self) -> (usize, Range<usize>) {
        let (layer, neuron) = self.chosen();
        let count = self.session.scenario().layer_sizes()[layer];
        let columns = columns(self.comparison.passes().len());
        let first = neuron / columns * columns;
        (layer, first..(first + columns).min(count))
    }

    /// Which layer's ledgers are open, as buttons.
    pub(super) fn layers(&self) -> String {
        let (open, neurons) = self.columns();
        let sizes = self.session.scenario().layer_sizes();
        let mut html = String::new();
        for layer in 0..sizes.len() {
            let value = format!("\"{}\"", Item::Neuron { layer, neuron: 0 });
            // Writing to a string cannot fail, here and below.
            let _ = write!(
                html,
                "<button type=\"button\" id=\"ledger-of-{layer}\" {} aria-pressed=\"{}\">layer {}</button>",
                action("Selected", value),
                layer == open,
                layer + 1,
            );
        }
        if neurons.len() < sizes[open] {
            let _ = write!(
                html,
                " <small>neurons {}–{} of {}; j and k go on</small>",
                neurons.start + 1,
                neurons.end,
                sizes[open]
            );
        }
        html
    }

    /// The table of one run in pieces, so that a step need not write all of them again: its frame, each sample,
    /// and what stands below.
    pub(super) fn ledger(&self, run: usize) -> Vec<Part> {
        let pass = &self.comparison.passes()[run];
        let reference = self.comparison.reference();
        let other = (run != reference).then(|| &self.comparison.passes()[reference]);
        let (layer, neurons) = self.columns();
        let (done, _, _) = self.done();
        let id = format!("lane-{run}-ledger");
        let mut parts = vec![(id.clone().into(), self.frame(&id, &neurons))];
        for sample in self.page() {
            let met = pass.rows.get(sample).filter(|_| sample < done);
            let beside = other.map(|other| other.rows.get(sample));
            parts.push((format!("{id}-{sample}").into(), self.sample(sample, met, beside, layer, &neurons)));
        }
        parts.push((format!("{id}-totals").into(), self.totals(pass, other, layer, &neurons)));
        parts
    }

    /// The samples that are shown: the page that the latest one is on.
    fn page(&self) -> Range<usize> {
        let (done, samples, _) = self.done();
        let first = done.saturating_sub(1) / ROWS * ROWS;
        first..(first + ROWS).min(samples)
    }

    /// The table with nothing in it but the names of its columns.
    fn frame(&self, id: &str, neurons: &Range<usize>) -> String {
        let (page, (_, samples, _)) = (self.page(), self.done());
        let mut html = String::from("<thead><tr><th scope=\"col\" colspan=\"2\">sample</th>");
        for neuron in neurons.clone() {
            // Writing to a string cannot fail, here and below.
            let _ = write!(html, "<th scope=\"col\">neuron {}</th>", neuron + 1);
        }
        html.push_str("</tr></thead>");
        for sample in page.clone() {
            let _ = write!(html, "<tbody id=\"{id}-{sample}\"></tbody>");
        }
        if page.len() < samples {
            let _ = write!(
                html,
                "<tbody><tr><td colspan=\"9\" class=\"part\">samples {}–{} of {samples}</td></tr></tbody>",
                page.start + 1,
                page.end
            );
        }
        let _ = write!(html, "<tfoot id=\"{id}-totals\"></tfoot>");
        html
    }

    /// Which samples' lines stand out: the latest one's in each run.
    pub(super) fn latest(&self, run: usize) -> Vec<Attribute> {
        let (done, _, _) = self.done();
        let class = |sample: usize| (sample + 1 == done).then(|| "current".to_owned());
        self.page()
            .map(|sample| (format!("lane-{run}-ledger-{sample}").into(), "class", class(sample)))
            .collect()
    }

    /// Three lines: the b that the sample found, its δ, and the difference; empty while it is still to come.
    fn sample(
        &self,
        sample: usize,
        met: Option<&RunRow>,
        beside: Option<Option<&RunRow>>,
        layer: usize,
        neurons: &Range<usize>,
    ) -> String {
        let digits = self.digits;
        let mut html = String::new();
        let mut line = |first: &str, name: &str, class: &str, text: &dyn Fn(&RunRow, usize) -> String| {
            let name = if met.is_some() { name } else { "" };
            // Writing to a string cannot fail.
            let _ = write!(html, "<tr>{first}<td class=\"{class}\">{name}</td>");
            for neuron in neurons.clone() {
                let text = met.map_or(String::new(), |row| text(row, neuron));
                let _ = write!(html, "<td class=\"{class}\">{text}</td>");
            }
            html.push_str("</tr>");
        };
        let first = format!("<th scope=\"rowgroup\" rowspan=\"3\">{}</th>", sample + 1);
        line(&first, "b", "b", &|row, neuron| fitted(row.biases[layer][neuron], digits, number));
        line("", "δ", "delta", &|row, neuron| {
            let delta = row.deltas[layer][neuron];
            format!("<span title=\"{}\">{}</span>", number(delta, MAX_DIGITS), fitted(delta, digits, signed))
        });
        // The reference run leaves its third line empty, so that all runs stand level.
        let name = if beside.is_some() { "≠" } else { "" };
        line("", name, "differs", &|row, neuron| match beside {
            Some(other) => {
                difference(Some(row.deltas[layer][neuron]), other.map(|other| other.deltas[layer][neuron]))
            }
            None => String::new(),
        });
        html
    }

    /// Below the samples: the sum down each column, and the bias.
    fn totals(
        &self,
        pass: &RunPass,
        other: Option<&RunPass>,
        layer: usize,
        neurons: &Range<usize>,
    ) -> String {
        let (done, samples, finished) = self.done();
        let digits = self.digits;
        let frozen = self.session.view_state().frozen;
        let rows = &pass.rows[..done.min(pass.rows.len())];
        let sum = |neuron: usize| rows.iter().fold(0.0, |sum, row| sum + row.deltas[layer][neuron]);
        let complete = done == samples;
        let what = match (complete, pass.run.updating) {
            (false, _) => format!("down the {done} so far"),
            (true, Updating::PerSample) if !frozen => "down the samples, each δ at its own b".to_owned(),
            (true, Updating::Sequential) if !frozen => "down the samples, δ partly at new w".to_owned(),
            (true, _) => "down the samples: ∂C/∂b of their sum".to_owned(),
        };
        let mut html =
            format!("<tr><th colspan=\"{}\" class=\"caption\">{what}</th></tr>", neurons.len() + 2);
        // A run that diverged before these rows has met none of them: it has no sum.
        let met = rows.len() == done;
        push_total(&mut html, "Σ δ", "delta", neurons, |neuron| match met {
            true => fitted(sum(neuron), digits, signed),
            false => "–".to_owned(),
        });
        if pass.hyperparameters.reduction == Reduction::Mean {
            push_total(&mut html, &format!("Σ/{samples}"), "delta", neurons, |neuron| {
                match complete && met {
                    true => signed(sum(neuron) / samples as f64, digits),
                    false => String::new(),
                }
            });
        }
        if frozen {
            return html;
        }
        if matches!(pass.run.bias_rule, BiasRule::LayerSum | BiasRule::SharedBias) && met {
            let columns: Vec<f64> = (0..self.session.scenario().layer_sizes()[layer]).map(sum).collect();
            let across = pass.run.bias_rule.apply(&columns)[0];
            push_total(&mut html, "across", "across", neurons, |_| fitted(across, digits, signed));
        }
        let made = pass.updates(done, finished) > 0;
        push_total(&mut html, "b moved", "b", neurons, |neuron| {
            let change = pass.change(Parameter::Bias { layer, neuron }).filter(|_| made);
            change.map_or(String::new(), |change| fitted(change, digits, signed))
        });
        let bias = |pass: &RunPass, neuron| pass.current()?.get(Parameter::Bias { layer, neuron });
        push_total(&mut html, "b now", "b", neurons, |neuron| {
            bias(pass, neuron).map_or("–".into(), |bias| fitted(bias, digits, number))
        });
        if let Some(other) = other {
            push_total(&mut html, "≠", "differs", neurons, |neuron| {
                difference(bias(pass, neuron), bias(other, neuron))
            });
        }
        html
    }
}

/// A number in the width of a column: with two digits where it would be too long.
fn fitted(value: f64, digits: usize, text: fn(f64, usize) -> String) -> String {
    let long = text(value, digits);
    if digits <= 4 && long.chars().count() > 9 { text(value, 2) } else { long }
}

/// By how much one number is more than the other; "=" where they are the same double.
pub(super) fn difference(one: Option<f64>, other: Option<f64>) -> String {
    match (one, other) {
        (Some(one), Some(other)) if one == other => "=".to_owned(),
        (Some(one), Some(other)) => signed(one - other, DIFFERENCE),
        _ => "–".to_owned(),
    }
}

fn push_total(
    html: &mut String,
    name: &str,
    class: &str,
    neurons: &Range<usize>,
    text: impl Fn(usize) -> String,
) {
    let _ = write!(html, "<tr><th scope=\"row\" colspan=\"2\">{name}</th>");
    for neuron in neurons.clone() {
        let _ = write!(html, "<td class=\"{class}\">{}</td>", text(neuron));
    }
    html.push_str("</tr>");
}
