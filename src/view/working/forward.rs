//! The way forward: input, z, a and the cost.

use super::{FOCUSABLE, Line, Term, Working};
use crate::nn::{Activation, Cost};
use crate::session::Item;
use crate::view::mathml::{frac, math, mi, mn, mo, symbol, symbol_as};

impl Working<'_> {
    /// a⁰ₖ = xₖ
    pub(super) fn input(&self) -> Line {
        let x = &self.visible.trace().input;
        let terms = x.iter().enumerate().map(|(source, value)| Term {
            operator: if source == 0 { "" } else { "," },
            symbols: symbol_as(Item::Input { source }, x.len() <= FOCUSABLE),
            numbers: self.result(*value),
        });
        Line {
            left: "<msup><mi>a</mi><mn>0</mn></msup><mo>=</mo><mi>x</mi>".into(),
            terms: terms.collect(),
            result: String::new(),
            remark: None,
        }
    }

    /// zˡⱼ = Σₖ wˡⱼₖ aˡ⁻¹ₖ + bˡⱼ
    pub(super) fn weighted_input(&self) -> Line {
        let network = &self.session.mini_batch().before.layers[self.layer];
        let sources = self.visible.trace().source_activations(self.layer);
        let focusable = sources.len() <= FOCUSABLE;
        let products = sources.iter().enumerate().map(|(source, a)| {
            let weight = Item::Weight { layer: self.layer, neuron: self.neuron, source };
            let w = network.weights[(self.neuron, source)];
            self.product(weight, w, Item::source_of(self.layer, source), *a, focusable, source == 0)
        });
        let bias = Term {
            operator: "+",
            symbols: symbol(self.bias()),
            numbers: self.number(network.biases[self.neuron]),
        };
        let value = self.visible.trace().weighted_inputs[self.layer][self.neuron];
        self.a_line(symbol(self.z()), products.chain([bias]).collect(), value)
    }

    /// aˡⱼ = σ(zˡⱼ)
    pub(super) fn activation(&self) -> Line {
        let z = self.visible.trace().weighted_inputs[self.layer][self.neuron];
        let a = self.visible.trace().activations[self.layer][self.neuron];
        let activation = self.session.scenario().activations[self.layer];
        let bare = mn(&self.result(z));
        let term_of = |number: &str, of: &dyn Fn(&str) -> String| Term {
            operator: "",
            symbols: of(&symbol(self.z())),
            numbers: math(&of(number)),
        };
        let term = |of: &dyn Fn(&str) -> String| term_of(&bare, of);
        let exponential = |z: &str| format!("<msup><mi>e</mi><mrow>{z}</mrow></msup>");
        let term = match activation {
            Activation::Sigmoid => term_of(&self.mn(z), &|z| {
                frac(&mn("1"), &format!("{}{}{}", mn("1"), mo("+"), exponential(&format!("{}{z}", mo("−")))))
            }),
            Activation::Tanh => term(&|z| format!("{}{}{z}{}", mi("tanh"), mo("("), mo(")"))),
            Activation::Relu => term(&|z| {
                format!(
                    "{}<mo stretchy=\"false\">(</mo>{}<mo>,</mo>{z}<mo stretchy=\"false\">)</mo>",
                    mi("max"),
                    mn("0")
                )
            }),
            Activation::LeakyRelu if z > 0.0 => term(&|z| z.to_owned()),
            Activation::LeakyRelu => term_of(&self.mn(z), &|z| format!("{}{}{z}", mn("0.01"), mo("·"))),
            Activation::Identity => term(&|z| z.to_owned()),
            Activation::Softmax => {
                let sum = format!(
                    "<msub><mo>Σ</mo><mi>i</mi></msub>{}",
                    exponential("<msub><mi>z</mi><mi>i</mi></msub>")
                );
                let zs = &self.visible.trace().weighted_inputs[self.layer];
                let numbers: Vec<_> = zs.iter().take(3).map(|&z| exponential(&mn(&self.result(z)))).collect();
                let more = if zs.len() > 3 { mo("+") + &mo("…") } else { String::new() };
                Term {
                    operator: "",
                    symbols: frac(&exponential(&symbol(self.z())), &sum),
                    numbers: math(&frac(
                        &exponential(&mn(&self.result(z))),
                        &(numbers.join(&mo("+")) + &more),
                    )),
                }
            }
        };
        self.a_line(symbol(self.a()), vec![term], a)
    }

    /// C, output by output.
    pub(super) fn cost(&self) -> Line {
        let cost = self.session.scenario().hyperparameters.cost;
        let trace = self.visible.trace();
        let outputs = &trace.activations[self.layers - 1];
        let focusable = outputs.len() <= FOCUSABLE;
        let symbols = |a: &str, y: &str| {
            let squared = format!(
                "<msup><mrow><mo stretchy=\"false\">(</mo>{a}<mo>−</mo>{y}<mo stretchy=\"false\">)</mo></mrow><mn>2</mn></msup>"
            );
            match cost {
                Cost::Mse => squared,
                Cost::HalfMse => format!("<mn>½</mn>{squared}"),
                Cost::Bce => format!(
                    "<mo>−</mo><mo stretchy=\"false\">[</mo>{y}<mi>ln</mi>{a}<mo>+</mo><mo stretchy=\"false\">(</mo><mn>1</mn>\
                     <mo>−</mo>{y}<mo stretchy=\"false\">)</mo><mi>ln</mi><mo stretchy=\"false\">(</mo><mn>1</mn><mo>−</mo>{a}\
                     <mo stretchy=\"false\">)</mo><mo stretchy=\"false\">]</mo>"
                ),
                Cost::Cce => format!("<mo>−</mo>{y}<mi>ln</mi>{a}"),
            }
        };
        let numbers = |a: &str, y: &str| match cost {
            Cost::Mse => format!("({a} − {y})²"),
            Cost::HalfMse => format!("½({a} − {y})²"),
            Cost::Bce => format!("−[{y} ln {a} + (1 − {y}) ln(1 − {a})]"),
            Cost::Cce => format!("−({y}) ln {a}"),
        };
        let terms = outputs.iter().zip(self.visible.target()).enumerate().map(|(neuron, (a, y))| Term {
            operator: if neuron == 0 { "" } else { "+" },
            symbols: symbols(
                &symbol_as(Item::Activation { layer: self.layers - 1, neuron }, focusable),
                &symbol_as(Item::Target { neuron }, focusable),
            ),
            numbers: numbers(&self.number(*a), &self.number(*y)),
        });
        let mut line = self.a_line(mi("C"), terms.collect(), trace.cost);
        if cost.folds_sigma_prime() {
            line.remark = Some("Computed from z, so that it stays right where a is rounded to 0 or 1.");
        }
        line
    }
}
