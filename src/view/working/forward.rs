//! The forward pass: input, z, a and the cost.

use super::{Line, MAX_FOCUSABLE, Term, Working, plus};
use crate::nn::{Activation, Cost};
use crate::session::Item;
use crate::view::mathml::{frac, mi, mn, mo, parentheses, power, symbol, symbol_as};
use maud::{Markup, html};

impl Working<'_> {
    /// a⁰ₖ = xₖ
    pub(super) fn input(&self) -> Line {
        let x = &self.visible.trace().input;
        let terms = x.iter().enumerate().map(|(source, value)| {
            let symbol = symbol_as(Item::Input { source }, x.len() <= MAX_FOCUSABLE);
            Term::new(if source == 0 { "" } else { "," }, symbol, &self.result(*value))
        });
        Line {
            left: html! { (power(mi("a"), mn("0"))) (mo("=")) (mi("x")) },
            relation: "=",
            terms: terms.collect(),
            result: String::new(),
            remark: None,
        }
    }

    /// zˡⱼ = Σₖ wˡⱼₖ aˡ⁻¹ₖ + bˡⱼ
    pub(super) fn weighted_input(&self) -> Line {
        let layer = &self.session.mini_batch().network_before.layers[self.layer];
        let sources = self.visible.trace().source_activations(self.layer);
        let focusable = sources.len() <= MAX_FOCUSABLE;
        let products = sources.iter().enumerate().map(|(source, &a)| {
            let weight = Item::Weight { layer: self.layer, neuron: self.neuron, source };
            let w = layer.weights[(self.neuron, source)];
            self.product(source, (weight, w), (Item::source_of(self.layer, source), a), focusable)
        });
        let bias = Term::new("+", symbol(self.bias()), &self.number(layer.biases[self.neuron]));
        let value = self.visible.trace().weighted_inputs[self.layer][self.neuron];
        self.line(symbol(self.z()), products.chain([bias]).collect(), value)
    }

    /// aˡⱼ = σ(zˡⱼ)
    pub(super) fn activation(&self) -> Line {
        let z = self.visible.trace().weighted_inputs[self.layer][self.neuron];
        let a = self.visible.trace().activations[self.layer][self.neuron];
        let number = mn(&self.result(z));
        let term =
            |number, formula: fn(Markup) -> Markup| Term::formula(formula(symbol(self.z())), formula(number));
        let exponential = |exponent: Markup| power(mi("e"), html! { mrow { (exponent) } });
        let term = match self.session.scenario().activations[self.layer] {
            Activation::Sigmoid => term(self.mn(z), |z| {
                let exponential = power(mi("e"), html! { mrow { (mo("−")) (z) } });
                frac(mn("1"), html! { (mn("1")) (mo("+")) (exponential) })
            }),
            Activation::Tanh => term(number, |z| html! { (mi("tanh")) (parentheses(z)) }),
            Activation::Relu => {
                term(number, |z| html! { (mi("max")) (parentheses(html! { (mn("0")) (mo(",")) (z) })) })
            }
            Activation::LeakyRelu if z > 0.0 => term(number, |z| z),
            Activation::LeakyRelu => term(self.mn(z), |z| html! { (mn("0.01")) (mo("·")) (z) }),
            Activation::Identity => term(number, |z| z),
            Activation::Softmax => {
                const SHOWN: usize = 3;
                let z_i = html! { msub { (mi("z")) (mi("i")) } };
                let sum = html! { msub { (mo("Σ")) (mi("i")) } (exponential(z_i)) };
                let zs = &self.visible.trace().weighted_inputs[self.layer];
                let numbers = html! {
                    @for (neuron, &z) in zs.iter().take(SHOWN).enumerate() {
                        @if neuron > 0 { (mo("+")) }
                        (exponential(mn(&self.result(z))))
                    }
                    @if zs.len() > SHOWN { (mo("+")) (mo("…")) }
                };
                Term::formula(frac(exponential(symbol(self.z())), sum), frac(exponential(number), numbers))
            }
        };
        self.line(symbol(self.a()), vec![term], a)
    }

    /// C as a sum over the outputs.
    pub(super) fn cost(&self) -> Line {
        let cost = self.session.scenario().hyperparameters.cost;
        let trace = self.visible.trace();
        let outputs = &trace.activations[self.layers - 1];
        let focusable = outputs.len() <= MAX_FOCUSABLE;
        let symbols = |a: Markup, y: Markup| {
            let difference = html! { mrow { (parentheses(html! { (a) (mo("−")) (y) })) } };
            let one_minus = |value: &Markup| parentheses(html! { (mn("1")) (mo("−")) (value) });
            match cost {
                Cost::Mse => power(difference, mn("2")),
                Cost::HalfMse => html! { (mn("½")) (power(difference, mn("2"))) },
                Cost::Bce => html! {
                    (mo("−")) mo stretchy="false" { "[" } (y) (mi("ln")) (a) (mo("+"))
                    (one_minus(&y)) (mi("ln")) (one_minus(&a)) mo stretchy="false" { "]" }
                },
                Cost::Cce => html! { (mo("−")) (y) (mi("ln")) (a) },
            }
        };
        let numbers = |a: &str, y: &str| match cost {
            Cost::Mse => format!("({a} − {y})²"),
            Cost::HalfMse => format!("½({a} − {y})²"),
            Cost::Bce => format!("−[{y} ln {a} + (1 − {y}) ln(1 − {a})]"),
            Cost::Cce => format!("−({y}) ln {a}"),
        };
        let terms = outputs.iter().zip(self.visible.target()).enumerate().map(|(neuron, (a, y))| {
            let output = symbol_as(Item::Activation { layer: self.layers - 1, neuron }, focusable);
            let target = symbol_as(Item::Target { neuron }, focusable);
            Term::new(plus(neuron), symbols(output, target), &numbers(&self.number(*a), &self.number(*y)))
        });
        let line = self.line(mi("C"), terms.collect(), trace.cost);
        match cost.cancels_sigma_prime() {
            true => line.with_remark("Computed from z, so it stays exact where a rounds to 0 or 1."),
            false => line,
        }
    }
}
