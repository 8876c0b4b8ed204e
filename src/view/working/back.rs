//! The way back: equations (1) to (4).

use super::{FOCUSABLE, Line, Term, WEIGHT_LINES, Working};
use crate::nn::{Activation, Cost};
use crate::session::Item;
use crate::view::mathml::{derivative, derivative_by, math, mn, mo, ratio, symbol, symbol_as};

impl Working<'_> {
    /// Equation (1).
    pub(super) fn output_delta(&self) -> Vec<Line> {
        let trace = self.visible.trace();
        let scenario = self.session.scenario();
        let a = trace.activations[self.layer][self.neuron];
        let y = self.visible.target()[self.neuron];
        let delta = trace.deltas[self.layer][self.neuron];
        let cost = scenario.hyperparameters.cost;
        let target = symbol(Item::Target { neuron: self.neuron });
        let difference = |a: &str, y: &str| format!("{a}{}{y}", mo("−"));
        if cost.folds_sigma_prime() {
            let sum = self.visible.target().iter().fold(0.0, |sum, y| sum + y);
            let weighted = cost == Cost::Cce && sum != 1.0;
            let (left, right) = match weighted {
                true => (
                    format!("{}<mo>·</mo><mo>Σ</mo><mi>y</mi>", symbol(self.a())),
                    format!("{}<mo>·</mo>{}", self.mn(a), self.mn(sum)),
                ),
                false => (symbol(self.a()), mn(&self.result(a))),
            };
            let term = Term {
                operator: "",
                symbols: difference(&left, &target),
                numbers: math(&difference(&right, &self.mn(y))),
            };
            let mut line = self.a_line(symbol(self.delta()), vec![term], delta);
            line.remark =
                Some("Cross-entropy meets its own activation here: σ′ cancels, and a − y is all that stays.");
            return vec![line];
        }
        let nabla_a = cost.gradient(&[a], &[y])[0];
        let scaled = |inner: String| match cost {
            Cost::Mse => {
                format!("{}<mo stretchy=\"false\">(</mo>{inner}<mo stretchy=\"false\">)</mo>", mn("2"))
            }
            _ => inner,
        };
        let gradient = Term {
            operator: "",
            symbols: scaled(difference(&symbol(self.a()), &target)),
            numbers: math(&scaled(difference(&mn(&self.result(a)), &self.mn(y)))),
        };
        let (sigma_prime, value) = self.sigma_prime();
        let product = [
            self.nabla_a(nabla_a),
            Term { operator: "·", symbols: self.sigma_prime_symbol(), numbers: self.number(value) },
        ];
        vec![
            self.a_line(derivative(self.a()), vec![gradient], nabla_a),
            sigma_prime,
            self.a_line(symbol(self.delta()), product.into(), delta),
        ]
    }

    /// The term ∂C/∂aˡⱼ.
    fn nabla_a(&self, value: f64) -> Term {
        let symbols = derivative_by(&symbol_as(self.a(), false), ratio);
        Term { operator: "", symbols, numbers: self.number(value) }
    }

    fn sigma_prime_symbol(&self) -> String {
        format!(
            "<mi>σ′</mi><mo stretchy=\"false\">(</mo>{}<mo stretchy=\"false\">)</mo>",
            symbol_as(self.z(), false)
        )
    }

    /// σ′(zˡⱼ), and its value.
    fn sigma_prime(&self) -> (Line, f64) {
        let z = self.visible.trace().weighted_inputs[self.layer][self.neuron];
        let a = self.visible.trace().activations[self.layer][self.neuron];
        let activation = self.session.scenario().activations[self.layer];
        let value = activation.derivative(z, a);
        let of_a = |of: &dyn Fn(&str) -> String| Term {
            operator: "",
            symbols: of(&symbol(self.a())),
            numbers: math(&of(&self.mn(a))),
        };
        let case = |text: &str| Term {
            operator: "",
            symbols: symbol(self.z()) + text,
            numbers: math(&(mn(&self.result(z)) + text)),
        };
        let side = if z > 0.0 { "<mo>&gt;</mo><mn>0</mn>" } else { "<mo>≤</mo><mn>0</mn>" };
        let (term, remark) = match activation {
            Activation::Sigmoid | Activation::Softmax => (
                of_a(&|a| {
                    format!(
                        "{a}<mo stretchy=\"false\">(</mo><mn>1</mn><mo>−</mo>{a}<mo stretchy=\"false\">)</mo>"
                    )
                }),
                None,
            ),
            Activation::Tanh => {
                (of_a(&|a| format!("<mn>1</mn><mo>−</mo><msup><mrow>{a}</mrow><mn>2</mn></msup>")), None)
            }
            Activation::Relu => (case(side), Some("σ′ is 1 where z is above 0, else 0.")),
            Activation::LeakyRelu => (case(side), Some("σ′ is 1 where z is above 0, else 0.01.")),
            Activation::Identity => {
                (Term { operator: "", symbols: mn("1"), numbers: "1".into() }, Some("σ is the identity."))
            }
        };
        let line = Line { remark, ..self.a_line(self.sigma_prime_symbol(), vec![term], value) };
        (line, value)
    }

    /// Equation (2).
    pub(super) fn hidden_delta(&self) -> Vec<Line> {
        let next = self.layer + 1;
        let weights = &self.session.mini_batch().before.layers[next].weights;
        let deltas = &self.visible.trace().deltas[next];
        let focusable = deltas.len() <= FOCUSABLE;
        let mut sum = 0.0;
        let terms = deltas.iter().enumerate().map(|(neuron, delta)| {
            let weight = Item::Weight { layer: next, neuron, source: self.neuron };
            let w = weights[(neuron, self.neuron)];
            sum += w * delta;
            self.product(weight, w, Item::Delta { layer: next, neuron }, *delta, focusable, neuron == 0)
        });
        let terms = terms.collect();
        let came_back = self.a_line(derivative(self.a()), terms, sum);
        let (sigma_prime, value) = self.sigma_prime();
        let product = [
            self.nabla_a(sum),
            Term { operator: "·", symbols: self.sigma_prime_symbol(), numbers: self.number(value) },
        ];
        let delta = self.visible.trace().deltas[self.layer][self.neuron];
        vec![came_back, sigma_prime, self.a_line(symbol(self.delta()), product.into(), delta)]
    }

    /// Equation (3).
    pub(super) fn bias_gradient(&self) -> Line {
        let delta = self.visible.trace().deltas[self.layer][self.neuron];
        let term = Term { operator: "", symbols: symbol(self.delta()), numbers: self.result(delta) };
        Line {
            remark: Some("The neuron’s own δ. No other neuron’s δ comes in."),
            ..self.a_line(derivative(self.bias()), vec![term], delta)
        }
    }

    /// The sources whose weights are given a line: all of a few, else the selected one or the first.
    pub(super) fn shown_sources(&self) -> Vec<usize> {
        let count = self.visible.trace().source_activations(self.layer).len();
        if count <= WEIGHT_LINES || self.session.view_state().all_terms {
            return (0..count).collect();
        }
        match self.session.view_state().selected {
            Some(Item::Weight { layer, neuron, source }) if (layer, neuron) == (self.layer, self.neuron) => {
                vec![source]
            }
            _ => (0..WEIGHT_LINES).collect(),
        }
    }

    /// Equation (4).
    pub(super) fn weight_gradients(&self) -> Vec<Line> {
        let delta = self.visible.trace().deltas[self.layer][self.neuron];
        let sources = self.visible.trace().source_activations(self.layer);
        let line = |source: usize| {
            let weight = Item::Weight { layer: self.layer, neuron: self.neuron, source };
            let a = sources[source];
            let term = self.product(
                Item::source_of(self.layer, source),
                a,
                self.delta(),
                delta,
                sources.len() <= FOCUSABLE,
                true,
            );
            self.a_line(derivative(weight), vec![term], a * delta)
        };
        self.shown_sources().into_iter().map(line).collect()
    }
}
