//! The gradient check: the derivative from backpropagation beside a numerical derivative.

use crate::nn::{NumericalDerivative, Parameter, Reduction};
use crate::session::{GradientCheck, Item, Session};
use crate::view::format::{count, number, signed};
use crate::view::mathml::{derivative, math};
use maud::{Markup, html};

/// Significant digits of an error bound.
const ERROR_DIGITS: usize = 2;
/// Significant digits of a step size.
const STEP_DIGITS: usize = 3;

/// The result for the selected parameter.
pub(super) fn gradient_check(session: &Session) -> Markup {
    let Some(parameter) = session.selected_parameter() else {
        return html! { p { "Select a parameter to check: a weight, or a neuron for its bias." } };
    };
    let derivative = math(derivative(Item::from(parameter)));
    let Some(check) = session.gradient_check() else {
        return html! {
            p {
                (derivative)
                @if session.gradient_check_finished() {
                    ": the cost near this parameter is not finite, so there is no central difference."
                } @else {
                    ": computing …"
                }
            }
        };
    };
    let digits = session.view_state().digits.max(6);
    let reduction = match session.scenario().hyperparameters.reduction {
        Reduction::Sum => "summed over",
        Reduction::Mean => "as the mean over",
    };
    let estimate = |NumericalDerivative { value, error_bound, .. }| {
        // Rounded up: 5 % are at least half a unit of the last of the two digits.
        format!("{} ± {}", signed(value, digits), number(1.05 * error_bound, ERROR_DIGITS))
    };
    let numerical = check.numerical;
    let steps = format!("steps down to {}", number(numerical.h, STEP_DIGITS));
    html! {
        p {
            (derivative) " " (reduction) " the " (count(session.timeline().samples, "sample"))
            " of this mini-batch, at the parameters before its update:"
        }
        table {
            tbody {
                (row("central difference", &estimate(numerical), &steps))
                (claim("backpropagation", check.backpropagated, numerical, digits))
                @if let (Some(sum), Some(shared)) = (check.layer_sum, check.shared) {
                    (claim("the layer’s sum", sum, numerical, digits))
                    (row("central difference for one shared bias", &estimate(shared), ""))
                    (claim("the layer’s sum, for one shared bias", sum, shared, digits))
                }
            }
        }
        p {
            @match parameter {
                Parameter::Weight { .. } => "The bias rule does not affect weights.",
                Parameter::Bias { layer, .. } => {
                    @if session.scenario().layer_sizes()[layer] == 1 {
                        "This layer has one neuron: its own δ is the layer’s sum, so both are right."
                    } @else {
                        "The layer’s sum is the derivative of a bias " em { "shared" }
                        " by the layer. It is not the derivative of this bias."
                    }
                }
            }
        }
    }
}

/// A number that claims to be the derivative, and whether the numerical derivative agrees.
fn claim(name: &str, value: f64, numerical: NumericalDerivative, digits: usize) -> Markup {
    let (agreeing, agrees) = GradientCheck::agreement(value, numerical);
    let result = match (agrees, agreeing) {
        (true, 0) => "✓ equal within the error".to_owned(),
        (true, agreeing) => format!("✓ agrees to {}", count(agreeing as usize, "digit")),
        (false, 0) => "✗ a different number".to_owned(),
        (false, agreeing) => format!("✗ agrees to {} only", count(agreeing as usize, "digit")),
    };
    row(name, &signed(value, digits), &result)
}

fn row(name: &str, value: &str, remark: &str) -> Markup {
    html! { tr { th scope="row" { (name) } td { (value) } td { (remark) } } }
}
