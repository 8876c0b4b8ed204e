//! The gradient_check's finding: what moves a parameter, found without backpropagation.

use crate::nn::{NumericalDerivative, Parameter, Reduction};
use crate::session::{GradientCheck, Item, Session};
use crate::view::format::{count, number, signed};
use crate::view::mathml::{derivative, math};
use std::fmt::Write;

/// Significant digits of an error estimate.
const ERROR: usize = 2;
/// Significant digits of a step.
const STEP: usize = 3;

/// The finding for the selected parameter, as HTML.
pub(super) fn gradient_check(session: &Session) -> String {
    let Some(parameter) = session.selected_parameter() else {
        return "<p>Select a neuron, an edge, or a row of the table: the referee judges its bias or weight.</p>"
            .to_owned();
    };
    let what = math(&derivative(Item::from(parameter)));
    let Some(found) = session.gradient_check() else {
        return format!("<p>{what}: the network is being run again …</p>");
    };
    let digits = session.view_state().digits.max(6);
    let samples = session.timeline().samples();
    let over = match session.scenario().hyperparameters.reduction {
        Reduction::Sum => "summed over",
        Reduction::Mean => "as the mean over",
    };
    let NumericalDerivative { value, error, h } = found.numerical;
    let mut html = format!(
        "<p>{what} {over} the {} of this mini-batch, at the parameters before its update:</p><table><tbody>{}{}",
        count(samples, "sample"),
        row(
            "running the network again",
            &format!("{} ± {}", signed(value, digits), number(error, ERROR)),
            &format!("central differences, steps down to {}", number(h, STEP)),
        ),
        validation_or_training("backpropagation", found.backpropagated, found.numerical, digits),
    );
    if let (Parameter::Bias { layer, .. }, Some(sum), Some(shared)) =
        (parameter, found.layer_sum, found.shared)
    {
        html += &validation_or_training("the layer’s Σδ", sum, found.numerical, digits);
        // Writing to a string cannot fail, here and below.
        let _ = write!(
            html,
            "{}{}",
            row(
                &format!("all biases of layer {} moved together, as one shared bias", layer + 1),
                &format!("{} ± {}", signed(shared.value, digits), number(shared.error, ERROR)),
                "central differences",
            ),
            validation_or_training("the layer’s Σδ, for that one shared bias", sum, shared, digits),
        );
        let alone = session.scenario().layer_sizes()[layer] == 1;
        let remark = match alone {
            true => "This layer has one neuron: its own δ is the layer’s sum, so both are right.",
            false => {
                "The layer’s sum is a derivative too: of a bias that the whole layer shares. Of this one it is not."
            }
        };
        let _ = write!(html, "</tbody></table><p>{remark}</p>");
    } else {
        html.push_str(
            "</tbody></table><p>Bias rules do not touch weights: the wrong rule says the same here.</p>",
        );
    }
    html
}

/// A number that is said to be a derivative, and the verdict over it.
fn validation_or_training(name: &str, said: f64, numerical: NumericalDerivative, digits: usize) -> String {
    let (agreeing, agrees) = GradientCheck::agreement(said, numerical);
    let verdict = match (agrees, agreeing) {
        (true, 17) => "✓ the same double".to_owned(),
        (true, 0) => "✓ both are 0 within the error".to_owned(),
        (true, agreeing) => format!("✓ agrees to {}", count(agreeing as usize, "digit")),
        (false, 0) => "✗ another number".to_owned(),
        (false, agreeing) => format!("✗ agrees to {} only", count(agreeing as usize, "digit")),
    };
    row(name, &signed(said, digits), &verdict)
}

fn row(name: &str, value: &str, remark: &str) -> String {
    format!("<tr><th scope=\"row\">{name}</th><td>{value}</td><td>{remark}</td></tr>")
}
