//! The backward pass: equations (1) to (4).

use super::{Line, MAX_FOCUSABLE, MAX_WEIGHT_LINES, Term, Working};
use crate::nn::{Activation, Cost};
use crate::session::Item;
use crate::view::mathml::{
    derivative, derivative_by, mi, mn, mo, parentheses, power, ratio, symbol, symbol_as,
};
use maud::{Markup, html};

impl Working<'_> {
    /// Equation (1).
    pub(super) fn output_delta(&self) -> Vec<Line> {
        let trace = self.visible.trace();
        let a = trace.activations[self.layer][self.neuron];
        let y = self.visible.target()[self.neuron];
        let delta = trace.deltas[self.layer][self.neuron];
        let cost = self.session.scenario().hyperparameters.cost;
        let target = symbol(Item::Target { neuron: self.neuron });
        let difference = |a: Markup, y: Markup| html! { (a) (mo("−")) (y) };
        if cost.cancels_sigma_prime() {
            let sum = self.visible.target().iter().fold(0.0, |sum, y| sum + y);
            let (symbols, numbers, remark) = match cost == Cost::Cce && sum != 1.0 {
                true => (
                    html! { (symbol(self.a())) (mo("·")) (mo("Σ")) (mi("y")) },
                    html! { (self.mn(a)) (mo("·")) (self.mn(sum)) },
                    "With cross-entropy and this activation σ′ cancels: δ = a Σy − y.",
                ),
                false => (
                    symbol(self.a()),
                    mn(&self.result(a)),
                    "With cross-entropy and this activation σ′ cancels: δ = a − y.",
                ),
            };
            let term = Term::formula(difference(symbols, target), difference(numbers, self.mn(y)));
            return vec![self.line(symbol(self.delta()), vec![term], delta).with_remark(remark)];
        }
        let nabla_a = cost.gradient(&[a], &[y])[0];
        let scaled = |inner: Markup| match cost {
            Cost::Mse => html! { (mn("2")) (parentheses(inner)) },
            _ => inner,
        };
        let numbers = difference(mn(&self.result(a)), self.mn(y));
        let gradient = Term::formula(scaled(difference(symbol(self.a()), target)), scaled(numbers));
        let gradient = self.line(derivative(self.a()), vec![gradient], nabla_a);
        [vec![gradient], self.times_sigma_prime(nabla_a)].concat()
    }

    /// σ′(zˡⱼ), and δˡⱼ = ∂C/∂aˡⱼ · σ′(zˡⱼ).
    fn times_sigma_prime(&self, nabla_a: f64) -> Vec<Line> {
        let delta = self.visible.trace().deltas[self.layer][self.neuron];
        let (sigma_prime, value) = self.sigma_prime();
        let product = vec![
            Term::new("", derivative_by(symbol_as(self.a(), false), ratio), &self.number(nabla_a)),
            Term::new("·", self.sigma_prime_symbol(), &self.number(value)),
        ];
        vec![sigma_prime, self.line(symbol(self.delta()), product, delta)]
    }

    fn sigma_prime_symbol(&self) -> Markup {
        html! { (mi("σ′")) (parentheses(symbol_as(self.z(), false))) }
    }

    /// σ′(zˡⱼ), and its value.
    fn sigma_prime(&self) -> (Line, f64) {
        let z = self.visible.trace().weighted_inputs[self.layer][self.neuron];
        let a = self.visible.trace().activations[self.layer][self.neuron];
        let activation = self.session.scenario().activations[self.layer];
        let value = activation.derivative(a);
        let of_a =
            |formula: fn(Markup) -> Markup| Term::formula(formula(symbol(self.a())), formula(self.mn(a)));
        let side_of_0 = |symbol: Markup| html! { (symbol) (mo(if z > 0.0 { ">" } else { "≤" })) (mn("0")) };
        let case = || Term::formula(side_of_0(symbol(self.z())), side_of_0(mn(&self.result(z))));
        let (term, remark) = match activation {
            Activation::Sigmoid | Activation::Softmax => {
                (of_a(|a| html! { (a) (parentheses(html! { (mn("1")) (mo("−")) (a) })) }), None)
            }
            Activation::Tanh => {
                (of_a(|a| html! { (mn("1")) (mo("−")) (power(html! { mrow { (a) } }, mn("2"))) }), None)
            }
            Activation::Relu => (case(), Some("σ′ is 1 where z is above 0, else 0.")),
            Activation::LeakyRelu => (case(), Some("σ′ is 1 where z is above 0, else 0.01.")),
            Activation::Identity => (Term::new("", mn("1"), "1"), Some("σ is the identity.")),
        };
        (Line { remark, ..self.line(self.sigma_prime_symbol(), vec![term], value) }, value)
    }

    /// Equation (2).
    pub(super) fn hidden_delta(&self) -> Vec<Line> {
        let next = self.layer + 1;
        let weights = &self.session.mini_batch().network_before.layers[next].weights;
        let deltas = &self.visible.trace().deltas[next];
        let focusable = deltas.len() <= MAX_FOCUSABLE;
        let mut sum = 0.0;
        let terms = deltas.iter().enumerate().map(|(neuron, &delta)| {
            let weight = Item::Weight { layer: next, neuron, source: self.neuron };
            let w = weights[(neuron, self.neuron)];
            sum += w * delta;
            let next_delta = Item::Delta { layer: next, neuron };
            self.product(neuron, (weight, w), (next_delta, delta), focusable)
        });
        let terms = terms.collect();
        let propagated = self.line(derivative(self.a()), terms, sum);
        [vec![propagated], self.times_sigma_prime(sum)].concat()
    }

    /// Equation (3).
    pub(super) fn bias_gradient(&self) -> Line {
        let delta = self.visible.trace().deltas[self.layer][self.neuron];
        let term = Term::new("", symbol(self.delta()), &self.result(delta));
        let line = self.line(derivative(self.bias()), vec![term], delta);
        line.with_remark("The neuron’s own δ. No other δ is used.")
    }

    /// The sources whose weights get a line: all if they are few, else the selected one or the first ones.
    pub(super) fn shown_sources(&self) -> Vec<usize> {
        let count = self.visible.trace().source_activations(self.layer).len();
        if count <= MAX_WEIGHT_LINES || self.session.view_state().all_terms {
            return (0..count).collect();
        }
        match self.session.view_state().selected {
            Some(Item::Weight { layer, neuron, source }) if (layer, neuron) == (self.layer, self.neuron) => {
                vec![source]
            }
            _ => (0..MAX_WEIGHT_LINES).collect(),
        }
    }

    /// Equation (4).
    pub(super) fn weight_gradients(&self) -> Vec<Line> {
        let delta = self.visible.trace().deltas[self.layer][self.neuron];
        let sources = self.visible.trace().source_activations(self.layer);
        let line = |source: usize| {
            let weight = Item::Weight { layer: self.layer, neuron: self.neuron, source };
            let a = (Item::source_of(self.layer, source), sources[source]);
            let term = self.product(0, a, (self.delta(), delta), sources.len() <= MAX_FOCUSABLE);
            self.line(derivative(weight), vec![term], sources[source] * delta)
        };
        self.shown_sources().into_iter().map(line).collect()
    }
}
