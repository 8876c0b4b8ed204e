//! The sums over the samples, and the update.

use super::{Line, Term, Working, plus};
use crate::nn::{BiasRule, Parameter, Reduction};
use crate::session::Item;
use crate::view::format::signed;
use crate::view::mathml::{
    derivative, derivative_by, frac, mi, mn, mo, parentheses, ratio, symbol, symbol_as,
};
use maud::{Markup, html};

impl Working<'_> {
    /// Σ ∂C/∂bˡⱼ over the samples so far.
    pub(super) fn accumulated(&self) -> Line {
        let terms = self.deltas_by_sample(self.visible.accumulated());
        let value = self.visible.accumulated_b(self.layer, self.neuron);
        let left = html! { (mo("Σ")) (derivative(self.bias())) };
        self.line(left, terms, value).with_remark("Over the samples, separately for each neuron.")
    }

    /// δˡⱼ of each of the first `samples` samples.
    fn deltas_by_sample(&self, samples: usize) -> Vec<Term> {
        let traces = self.session.mini_batch().traces[..samples].iter().enumerate();
        let terms = traces.map(|(sample, trace)| {
            let number = parentheses(html! { (mn(&(sample + 1).to_string())) });
            let symbols = html! { (symbol_as(self.delta(), false)) (number) };
            let delta = self.number(trace.deltas[self.layer][self.neuron]);
            Term::new(plus(sample), symbols, &delta)
        });
        terms.collect()
    }

    /// The update of the neuron's bias and weights.
    pub(super) fn update(&self) -> Vec<Line> {
        let mut lines = self.bias_gradient_by_rule();
        lines.push(self.updated(Parameter::Bias { layer: self.layer, neuron: self.neuron }));
        lines.extend(self.shown_sources().into_iter().map(|source| {
            self.updated(Parameter::Weight { layer: self.layer, neuron: self.neuron, source })
        }));
        lines
    }

    /// What the bias rule multiplies by η: a derivative, except under the wrong rule. `layout` lays out its
    /// fraction.
    fn rule_gradient_symbol(&self, layout: fn(Markup, Markup) -> Markup) -> Markup {
        let layer = (self.layer + 1).to_string();
        match self.session.scenario().hyperparameters.bias_rule {
            BiasRule::OwnDelta | BiasRule::Frozen => derivative_by(symbol_as(self.bias(), false), layout),
            BiasRule::SharedBias => {
                derivative_by(html! { msup class="b" { (mi("b")) (mn(&layer)) } }, layout)
            }
            BiasRule::LayerSum => {
                let each = html! { msubsup class="b" { (mi("b")) (mi("j")) (mn(&layer)) } };
                html! { msub { (mo("Σ")) (mi("j")) } (derivative_by(each, layout)) }
            }
        }
    }

    /// The gradient that the bias rule uses: its sum over the samples, and the mean where the update takes it.
    fn bias_gradient_by_rule(&self) -> Vec<Line> {
        let hyperparameters = &self.session.scenario().hyperparameters;
        let mini_batch = self.session.mini_batch();
        let samples = mini_batch.rows.len();
        let column_sums = &mini_batch.gradient_sum.nabla_b[self.layer];
        let (terms, sum, remark) = match hyperparameters.bias_rule {
            BiasRule::OwnDelta => {
                (self.deltas_by_sample(samples), column_sums[self.neuron], "Its own δ, over the samples.")
            }
            rule @ (BiasRule::LayerSum | BiasRule::SharedBias) => {
                let terms = column_sums.iter().enumerate().map(|(neuron, sum)| {
                    let delta = symbol_as(Item::Delta { layer: self.layer, neuron }, false);
                    Term::new(plus(neuron), html! { (mo("Σ")) (delta) }, &self.number(*sum))
                });
                let remark = match rule {
                    BiasRule::SharedBias => "One bias for the whole layer: its derivative is this sum.",
                    _ => "Wrong rule: the layer’s sum. It is not the derivative of any bias here.",
                };
                (terms.collect(), rule.apply(column_sums)[self.neuron], remark)
            }
            BiasRule::Frozen => (vec![Term::new("", mn("0"), "0")], 0.0, "Biases are fixed."),
        };
        let left = html! { (mo("Σ")) (self.rule_gradient_symbol(frac)) };
        let sum_line = self.line(left, terms, sum).with_remark(remark);
        if hyperparameters.reduction == Reduction::Sum {
            return vec![sum_line];
        }
        let mean = Term::new(
            "",
            html! { (ratio(mn("1"), mi("M"))) (mo("·")) (mo("Σ")) (self.rule_gradient_symbol(ratio)) },
            &format!("1/{samples}·{}", self.number(sum)),
        );
        let value = hyperparameters.bias_rule.apply(&mini_batch.gradient.nabla_b[self.layer])[self.neuron];
        vec![sum_line, self.line(self.rule_gradient_symbol(frac), vec![mean], value)]
    }

    /// p ← p − η ∂C/∂p
    fn updated(&self, parameter: Parameter) -> Line {
        let item = Item::from(parameter);
        let mini_batch = self.session.mini_batch();
        let before = mini_batch.network_before.get(parameter).unwrap_or_default();
        let after = mini_batch.network_after.get(parameter).unwrap_or_default();
        let hyperparameters = &self.session.scenario().hyperparameters;
        let (symbols, gradient) = match parameter {
            Parameter::Weight { layer, neuron, source } => (
                derivative_by(symbol_as(item, false), ratio),
                mini_batch.gradient.nabla_w[layer][(neuron, source)],
            ),
            Parameter::Bias { layer, neuron } => (
                self.rule_gradient_symbol(ratio),
                hyperparameters.bias_rule.apply(&mini_batch.gradient.nabla_b[layer])[neuron],
            ),
        };
        let numbers = format!("{}·{}", self.number(hyperparameters.learning_rate), self.number(gradient));
        let terms = vec![
            Term::new("", symbol(item), &self.result(before)),
            Term::new("−", html! { (mi("η")) (mo("·")) (symbols) }, &numbers),
        ];
        let change = self.visible.planned_change(parameter).unwrap_or_default();
        let result = format!("{} ({})", self.result(after), signed(change, self.digits));
        Line { left: symbol(item), relation: "←", terms, result, remark: None }
    }
}
