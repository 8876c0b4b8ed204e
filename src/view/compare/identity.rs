//! With the parameters frozen: the derivative of a sum is the sum of the derivatives, to the last digit.

use super::Scene;
use crate::nn::{Cost, Reduction};
use crate::session::{GradientOfSum, Item, MAX_DIGITS};
use crate::view::format::{count, number, signed};
use crate::view::mathml::{derivative, math};
use std::fmt::Write;

/// Terms that are written out.
const TERMS: usize = 6;

impl Scene<'_> {
    /// The identity for the chosen parameter, as HTML.
    pub(super) fn identity(&self) -> String {
        let parameter = self.session.compared_parameter();
        let Some(identities) = self.session.gradients_of_sum() else {
            return "<p>The samples’ gradients are being added up …</p>".to_owned();
        };
        let mut html = format!(
            "<p>At one and the same parameters, those before this mini-batch, {} of the samples add up to that \
             of the mini-batch: the derivative of a sum is the sum of the derivatives.</p><dl>",
            math(&derivative(Item::from(parameter)))
        );
        for found in identities {
            self.push_form(&mut html, found);
        }
        html + "</dl>"
    }

    fn push_form(&self, html: &mut String, found: &GradientOfSum) {
        let GradientOfSum { cost, reduction, terms, added_up, batch, equal } = found;
        let shown: Vec<_> = terms.iter().take(TERMS).map(|term| signed(*term, self.digits)).collect();
        let more = if terms.len() > TERMS { " …" } else { "" };
        let sum = match reduction {
            Reduction::Sum => format!("{}{more}", shown.join(" ")),
            Reduction::Mean => format!("({}{more}) / {}", shown.join(" "), terms.len()),
        };
        let verdict = match added_up == batch {
            true => "the same double".to_owned(),
            false => format!("apart by {}", signed(added_up - batch, 2)),
        };
        let (same, all) = *equal;
        // Writing to a string cannot fail.
        let _ = write!(
            html,
            "<dt>{}</dt><dd>{sum} = {}<br>the mini-batch’s own: {} — <b>{verdict}</b>; so for {same} of {}</dd>",
            form(*cost, *reduction),
            number(*added_up, MAX_DIGITS),
            number(*batch, MAX_DIGITS),
            count(all, "parameter"),
        );
    }
}

/// The cost of a mini-batch as a formula.
fn form(cost: Cost, reduction: Reduction) -> String {
    let over = match reduction {
        Reduction::Sum => "Σᵢ",
        Reduction::Mean => "1/M Σᵢ",
    };
    let of_a_sample = match cost {
        Cost::Mse => "(a − y)²",
        Cost::HalfMse => "½ (a − y)²",
        Cost::Bce => "binary cross-entropy",
        Cost::Cce => "cross-entropy",
    };
    format!("C = {over} {of_a_sample}")
}
