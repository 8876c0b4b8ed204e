//! The ledger: δ by sample and neuron. Down a column: the bias gradient. Across a row: nothing of the kind.

use super::format::{count, number, signed};
use super::html::{action, escape};
use crate::json::numbers;
use crate::nn::{BiasRule, Parameter, Reduction};
use crate::session::{Item, MAX_DIGITS, RowTotal, Session, Visible, equivalent_learning_rate};
use std::fmt::Write;

/// More neurons than this are not all given a column.
const ALL: usize = 16;
/// How many are, then.
const COLUMNS: usize = 12;
/// Samples of a large mini-batch that are shown at a time.
const ROWS: usize = 50;

/// The neurons of one layer that have a column.
struct Group {
    layer: usize,
    neurons: std::ops::Range<usize>,
    of: usize,
}

/// The table in three pieces of HTML, so that a step need not write all of them again.
#[derive(Clone, Debug, PartialEq)]
pub struct Ledger {
    /// The names of the columns.
    pub head: String,
    /// A row for each sample.
    pub rows: String,
    /// Down the columns.
    pub totals: String,
}

/// The table.
pub fn ledger(session: &Session) -> Ledger {
    let groups = groups(session);
    Ledger { head: head(&groups), rows: rows(session, &groups), totals: totals(session, &groups) }
}

/// What is said around the table: the switch between sum and mean, and why a row total is no gradient.
pub fn remarks(session: &Session) -> String {
    let hyperparameters = &session.scenario().hyperparameters;
    let samples = session.timeline().samples();
    let digits = session.view_state().digits;
    let (this, other) = match hyperparameters.reduction {
        Reduction::Sum => ("sum", "mean"),
        Reduction::Mean => ("mean", "sum"),
    };
    let eta = number(hyperparameters.learning_rate, digits);
    let equivalent = number(equivalent_learning_rate(session.scenario()), digits);
    let mut html = format!(
        "<p>The <b>{this}</b> over {} at η = {eta} makes the same update as the {other} at η = {equivalent}. \
         <button type=\"button\" data-action=\"ReductionSwitched\">Take the {other}</button></p>",
        count(hyperparameters.batch_size.min(session.scenario().data.samples.len()), "sample"),
    );
    if samples < hyperparameters.batch_size && session.scenario().mini_batches() > 1 {
        let _ = write!(
            html,
            "<p>This last mini-batch is short: {}, and a mean over it divides by {samples}.</p>",
            count(samples, "sample"),
        );
    }
    if session.view_state().row_total_explained {
        html.push_str(&explanation(session));
    }
    html
}

fn explanation(session: &Session) -> String {
    let rule = session.scenario().hyperparameters.bias_rule;
    let (words, target, button) = match rule {
        BiasRule::LayerSum => (
            "You are running the wrong rule: every bias of a layer moves by the layer’s total.",
            BiasRule::OwnDelta,
            "Back to each neuron’s own δ",
        ),
        _ => (
            "See what happens when every bias is moved by it all the same.",
            BiasRule::LayerSum,
            "Run the wrong rule",
        ),
    };
    let quoted = format!("\"{}\"", target.name());
    let asked = session.view_state().row_total.map_or(String::new(), |total| answer(session, total));
    format!(
        "<div class=\"explanation\"><p><b>Σ across a row is not a bias gradient.</b> {asked}Each bias feeds one neuron only, so \
         the cost answers to it through that neuron’s δ alone: equation (3). A row’s total would be the derivative \
         of one single bias shared by the whole layer. What is added up is the column: one neuron, down the \
         samples of the mini-batch. {words}</p><button type=\"button\" {}>{button}</button> \
         <button type=\"button\" data-action=\"RowTotalToggled\">Close</button></div>",
        action("BiasRuleChanged", quoted),
    )
}

/// What this one comes to, to the last digit, once it is known.
fn answer(session: &Session, total: RowTotal) -> String {
    let RowTotal { sample, layer } = total;
    across(session, &session.visible(), total).map_or(String::new(), |across| {
        let rounding = if across.rounding { ", which is nothing but the rounding of its terms" } else { "" };
        format!(
            "For sample {} the δ of layer {} add up to {}{rounding}. ",
            sample + 1,
            layer + 1,
            signed(across.total, MAX_DIGITS)
        )
    })
}

/// A row's total.
struct Across {
    total: f64,
    /// Whether it is no larger than what rounding may leave where the terms cancel.
    rounding: bool,
}

/// The δ of a layer added up for one sample, once all are known.
fn across(session: &Session, visible: &Visible<'_>, RowTotal { sample, layer }: RowTotal) -> Option<Across> {
    let deltas = session.mini_batch().traces.get(sample)?.deltas.get(layer)?;
    visible.delta(sample, layer, deltas.len().checked_sub(1)?)?;
    let total = deltas.iter().fold(0.0, |sum, delta| sum + delta);
    let size = deltas.iter().fold(0.0, |sum, delta| sum + delta.abs());
    let rounding = total != 0.0 && total.abs() <= deltas.len() as f64 * f64::EPSILON * size;
    Some(Across { total, rounding })
}

/// All layers side by side; large ones in part where they do not all fit, with the neuron in focus or the
/// selected one. Which columns there are does not change from one moment to the next.
fn groups(session: &Session) -> Vec<Group> {
    let sizes = session.scenario().layer_sizes();
    // As many of each layer as lets all layers fit, small layers being shown whole.
    let columns = |most: usize| sizes.iter().map(|&size| size.min(most)).sum::<usize>();
    let most = match columns(ALL) {
        ..=ALL => ALL,
        _ => (3..=COLUMNS).rev().find(|&most| columns(most) <= COLUMNS).unwrap_or(3),
    };
    let neuron_of = |layer: usize| {
        let stepped_into =
            session.position().neuron.filter(|_| session.position().moment.layer() == Some(layer));
        let selected = session.view_state().selected.and_then(Item::neuron).filter(|place| place.0 == layer);
        stepped_into.map_or(selected.map_or(0, |place| place.1), |neuron| neuron as usize)
    };
    let group = |(layer, &of): (usize, &usize)| {
        let first = if of <= most { 0 } else { neuron_of(layer) / most * most };
        Group { layer, neurons: first..(first + most).min(of), of }
    };
    sizes.iter().enumerate().map(group).collect()
}

fn head(groups: &[Group]) -> String {
    let mut html = String::from(
        "<tr><th rowspan=\"2\" scope=\"col\">sample</th><th rowspan=\"2\" scope=\"col\" class=\"y\">cost</th>",
    );
    for Group { layer, neurons, of } in groups {
        let part = match neurons.len() < *of {
            true => format!(", neurons {}–{} of {of}", neurons.start + 1, neurons.end),
            false => String::new(),
        };
        let columns = neurons.len() + usize::from(*of > 1);
        // Writing to a string cannot fail, here and below.
        let _ = write!(html, "<th colspan=\"{columns}\" scope=\"colgroup\">layer {}{part}</th>", layer + 1);
    }
    html.push_str("</tr><tr>");
    for Group { neurons, of, .. } in groups {
        for neuron in neurons.clone() {
            let _ = write!(
                html,
                "<th scope=\"col\"><span class=\"delta\">δ<sub>{}</sub></span></th>",
                neuron + 1
            );
        }
        if *of > 1 {
            html.push_str("<th scope=\"col\" class=\"across\">Σ across</th>");
        }
    }
    html.push_str("</tr>");
    html
}

fn rows(session: &Session, groups: &[Group]) -> String {
    let mut html = String::new();
    let visible = session.visible();
    let digits = session.view_state().digits;
    let samples = session.timeline().samples();
    let at_work = session.position().moment.sample();
    let first = visible.sample() / ROWS * ROWS;
    let last = (first + ROWS).min(samples);
    for sample in first..last {
        let class = if at_work == Some(sample) { " class=\"current\" aria-current=\"true\"" } else { "" };
        let row = session.scenario().data.row_number(session.mini_batch().rows[sample]) + 1;
        let cost = visible.cost(sample).map_or(String::new(), |cost| number(cost, digits));
        let _ = write!(
            html,
            "<tr{class}><th scope=\"row\" title=\"row {row} of the data\">{}</th><td class=\"y\">{cost}</td>",
            sample + 1,
        );
        for Group { layer, neurons, of } in groups {
            for neuron in neurons.clone() {
                push_delta(&mut html, &visible, sample, *layer, neuron, digits);
            }
            if *of > 1 {
                push_across(&mut html, &visible, session, sample, *layer);
            }
        }
        html.push_str("</tr>");
    }
    if last - first < samples {
        let _ = write!(
            html,
            "<tr><td colspan=\"99\" class=\"part\">samples {}–{last} of {samples}</td></tr>",
            first + 1
        );
    }
    html
}

fn push_delta(
    html: &mut String,
    visible: &Visible<'_>,
    sample: usize,
    layer: usize,
    neuron: usize,
    digits: usize,
) {
    match visible.delta(sample, layer, neuron) {
        None => html.push_str("<td></td>"),
        Some(delta) => {
            let pointer = if sample == visible.sample() {
                format!(" data-ref=\"{}\"", Item::Delta { layer, neuron })
            } else {
                String::new()
            };
            let full = number(delta, MAX_DIGITS);
            let _ =
                write!(html, "<td class=\"delta\"{pointer} title=\"{full}\">{}</td>", signed(delta, digits));
        }
    }
}

/// The total across a row, greyed; asked about by a click.
fn push_across(html: &mut String, visible: &Visible<'_>, session: &Session, sample: usize, layer: usize) {
    html.push_str("<td class=\"across\">");
    let row_total = RowTotal { sample, layer };
    if let Some(Across { total, rounding }) = across(session, visible, row_total) {
        let view_state = session.view_state();
        let asked = view_state.row_total_explained && view_state.row_total == Some(row_total);
        let (text, remark) = match rounding {
            true => ("≈ 0".to_owned(), ", which is nothing but rounding"),
            false => (signed(total, view_state.digits), ""),
        };
        let _ = write!(
            html,
            "<button type=\"button\" id=\"across-{layer}-{sample}\" {} aria-expanded=\"{asked}\" \
             title=\"{}{remark}. This is not a bias gradient. Why?\">{text}</button>",
            action("RowTotalToggled", numbers(&[("layer", row_total.layer), ("sample", row_total.sample)])),
            signed(total, MAX_DIGITS),
        );
    }
    html.push_str("</td>");
}

/// Down the columns: the sum so far, the gradient, and the bias before and after.
fn totals(session: &Session, groups: &[Group]) -> String {
    let mut html = String::new();
    let visible = session.visible();
    let digits = session.view_state().digits;
    let hyperparameters = &session.scenario().hyperparameters;
    let samples = session.timeline().samples();
    let complete = visible.accumulated() == samples;
    let name = match (complete, hyperparameters.reduction) {
        (false, _) => format!("↓ Σ of {} so far", visible.accumulated()),
        (true, Reduction::Sum) => "↓ Σ = ∂C/∂b".to_owned(),
        (true, Reduction::Mean) => "↓ Σ".to_owned(),
    };
    push_total(&mut html, groups, &name, "b", |layer, neuron| {
        signed(visible.accumulated_b(layer, neuron), digits)
    });
    if hyperparameters.reduction == Reduction::Mean {
        let name = format!("Σ / {samples} = ∂C/∂b");
        push_total(&mut html, groups, &name, "b", |layer, neuron| {
            let mean = visible.accumulated_b(layer, neuron) / samples as f64;
            if complete { signed(mean, digits) } else { String::new() }
        });
    }
    let moved_by = match hyperparameters.bias_rule {
        BiasRule::OwnDelta => "b moves by −η ∂C/∂b",
        BiasRule::LayerSum => "b moves by −η Σ of the layer (wrong rule)",
        BiasRule::SharedBias => "the shared b moves by −η Σ of the layer",
        BiasRule::Frozen => "b is frozen",
    };
    push_total(&mut html, groups, moved_by, "b", |layer, neuron| {
        let change = visible.change(Parameter::Bias { layer, neuron });
        change.map_or(String::new(), |change| signed(change, digits))
    });
    push_total(&mut html, groups, if visible.finished() { "b after" } else { "b" }, "b", |layer, neuron| {
        number(visible.parameter(Parameter::Bias { layer, neuron }), digits)
    });
    html
}

/// A row below the samples: `name`, and a text for each neuron.
fn push_total(
    html: &mut String,
    groups: &[Group],
    name: &str,
    class: &str,
    text: impl Fn(usize, usize) -> String,
) {
    let _ = write!(html, "<tr><th scope=\"row\" colspan=\"2\">{}</th>", escape(name));
    for Group { layer, neurons, of } in groups {
        for neuron in neurons.clone() {
            let item = Item::Bias { layer: *layer, neuron };
            let _ = write!(html, "<td class=\"{class}\" data-ref=\"{item}\">{}</td>", text(*layer, neuron));
        }
        if *of > 1 {
            html.push_str("<td class=\"across\"></td>");
        }
    }
    html.push_str("</tr>");
}
