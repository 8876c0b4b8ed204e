//! Each bias and weight before, its change, and after, in every run.

use super::Scene;
use super::ledger::difference;
use crate::nn::Parameter;
use crate::session::Item;
use crate::view::format::{number, signed};
use crate::view::html::action;
use crate::view::inspector::spoken;
use crate::view::mathml::{math, symbol_as};
use std::fmt::Write;

/// A network with more parameters than this shows the chosen neuron's only.
const ALL: usize = 40;
/// Weights of one neuron that are shown.
const WEIGHTS: usize = 30;

impl Scene<'_> {
    /// The table.
    pub(super) fn parameters(&self) -> String {
        let passes = self.comparison.passes();
        let reference = self.comparison.reference();
        let mut html = String::from("<thead><tr><th rowspan=\"2\" scope=\"col\">parameter</th>");
        for run in 0..passes.len() {
            let columns = if run == reference { 3 } else { 4 };
            // Writing to a string cannot fail, here and below.
            let _ = write!(
                html,
                "<th colspan=\"{columns}\" scope=\"colgroup\"><span class=\"swatch lane-{0}\" \
                 aria-hidden=\"true\"></span> lane {0}</th>",
                run + 1
            );
        }
        html.push_str("</tr><tr>");
        for run in 0..passes.len() {
            html.push_str(
                "<th scope=\"col\">before</th><th scope=\"col\">change</th><th scope=\"col\">now</th>",
            );
            if run != reference {
                let _ = write!(html, "<th scope=\"col\">≠ lane {}</th>", reference + 1);
            }
        }
        html.push_str("</tr></thead><tbody>");
        let (shown, of) = self.shown();
        for &parameter in &shown {
            self.push_parameter(&mut html, parameter);
        }
        if shown.len() < of {
            let _ = write!(
                html,
                "<tr><td colspan=\"17\" class=\"part\">{} of {of}: those of the chosen neuron. Choose another in \
                 the picture or with the keys h, j, k, l.</td></tr>",
                shown.len()
            );
        }
        html + "</tbody>"
    }

    /// The parameters that have a row, biases first within a layer, and how many there are in all.
    fn shown(&self) -> (Vec<Parameter>, usize) {
        let network = &self.session.mini_batch().before;
        let count = network.parameter_count();
        let (layer, neuron) = self.chosen();
        let mut shown: Vec<Parameter> = if count <= ALL {
            network.parameters().collect()
        } else {
            let sources = network.layers[layer].sources().min(WEIGHTS);
            let weights = (0..sources).map(|source| Parameter::Weight { layer, neuron, source });
            weights.chain([Parameter::Bias { layer, neuron }]).collect()
        };
        shown.sort_by_key(|parameter| match *parameter {
            Parameter::Bias { layer, .. } => (layer, false),
            Parameter::Weight { layer, .. } => (layer, true),
        });
        (shown, count)
    }

    fn push_parameter(&self, html: &mut String, parameter: Parameter) {
        let passes = self.comparison.passes();
        let reference = self.comparison.reference();
        let item = Item::from(parameter);
        let class = if self.session.compared_parameter() == parameter { " class=\"current\"" } else { "" };
        let hue = if matches!(parameter, Parameter::Bias { .. }) { "b" } else { "w" };
        let _ = write!(
            html,
            "<tr{class}><th scope=\"row\"><button type=\"button\" id=\"choose-{item}\" data-ref=\"{item}\" {}>\
             <span aria-hidden=\"true\">{}</span><span class=\"spoken\">{}</span></button></th>",
            action("Selected", format!("\"{item}\"")),
            math(&symbol_as(item, false)),
            spoken(item),
        );
        for (run, pass) in passes.iter().enumerate() {
            let text = |value: Option<f64>| value.map_or("–".into(), |value| number(value, self.digits));
            let before = pass.before().and_then(|network| network.get(parameter));
            let now = pass.current().and_then(|network| network.get(parameter));
            let change = pass.change(parameter).map_or("–".into(), |change| match change {
                0.0 => "0".into(),
                change => signed(change, self.digits),
            });
            let _ = write!(
                html,
                "<td>{}</td><td class=\"change\">{change}</td><td class=\"{hue}\">{}</td>",
                text(before),
                text(now)
            );
            if run != reference {
                let beside = passes[reference].current().and_then(|network| network.get(parameter));
                let _ = write!(html, "<td class=\"differs\">{}</td>", difference(now, beside));
            }
        }
        html.push_str("</tr>");
    }
}
