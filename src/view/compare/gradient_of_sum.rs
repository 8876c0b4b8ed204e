//! The gradient of a sum: at fixed parameters, the gradient of the mini-batch is the sum of the samples' gradients.

use super::ComparisonView;
use crate::nn::{Cost, Reduction};
use crate::session::{GradientOfSum, Item, MAX_DIGITS};
use crate::view::format::{count, number, signed};
use crate::view::mathml::{derivative, math};
use maud::{Markup, html};

/// Terms of a sum that are written.
const MAX_TERMS: usize = 6;

impl ComparisonView<'_> {
    /// The sum of the samples' derivatives by the compared parameter, beside the derivative for the mini-batch.
    pub(super) fn gradient_of_sum(&self) -> Markup {
        let Some(results) = self.session.gradients_of_sum() else {
            return html! { p { "Adding up …" } };
        };
        let derivative = math(derivative(Item::from(self.session.compared_parameter())));
        html! {
            p {
                "At the same parameters, those before this mini-batch, " (derivative)
                " of the samples add up to that of the mini-batch: the derivative of a sum is the sum of the \
                derivatives."
            }
            dl { @for result in results { (self.for_cost(result)) } }
        }
    }

    fn for_cost(&self, result: &GradientOfSum) -> Markup {
        let GradientOfSum { cost, reduction, terms, added_up, batch, equal: (equal, all) } = result;
        let sum = self.signed_terms(terms, MAX_TERMS);
        html! {
            dt { (formula(*cost, *reduction)) }
            dd {
                @match reduction {
                    Reduction::Sum => (sum),
                    Reduction::Mean => { "(" (sum) ") / " (terms.len()) }
                }
                " = " (number(*added_up, MAX_DIGITS)) br;
                "gradient of the mini-batch: " (number(*batch, MAX_DIGITS)) " — "
                b {
                    @if added_up == batch { "identical to the last bit" }
                    @else { "differs by " (signed(added_up - batch, 2)) }
                }
                "; identical for " (equal) " of " (count(*all, "parameter"))
            }
        }
    }
}

/// The cost of a mini-batch as a formula.
fn formula(cost: Cost, reduction: Reduction) -> String {
    let sum = match reduction {
        Reduction::Sum => "Σᵢ",
        Reduction::Mean => "1/M Σᵢ",
    };
    let of_a_sample = match cost {
        Cost::Mse => "(a − y)²",
        Cost::HalfMse => "½ (a − y)²",
        Cost::Bce => "binary cross-entropy",
        Cost::Cce => "cross-entropy",
    };
    format!("C = {sum} {of_a_sample}")
}
