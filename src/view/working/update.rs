//! Down the samples, and the update.

use super::{Line, Term, Working};
use crate::nn::{BiasRule, Parameter, Reduction};
use crate::session::Item;
use crate::view::format::signed;
use crate::view::mathml::{derivative, derivative_by, frac, mi, mn, mo, ratio, symbol, symbol_as};

impl Working<'_> {
    /// Σ ∂C/∂bˡⱼ down the samples so far.
    pub(super) fn accumulated(&self) -> Line {
        let terms = self.down_the_samples(self.visible.accumulated());
        let value = self.visible.accumulated_b(self.layer, self.neuron);
        let left = format!("<mo>Σ</mo>{}", derivative(self.bias()));
        Line { remark: Some("Down the samples, for each neuron apart."), ..self.a_line(left, terms, value) }
    }

    /// δˡⱼ of the first `samples` samples.
    fn down_the_samples(&self, samples: usize) -> Vec<Term> {
        let traces = &self.session.mini_batch().traces[..samples];
        let symbol = symbol_as(self.delta(), false);
        let terms = traces.iter().enumerate().map(|(sample, trace)| Term {
            operator: if sample == 0 { "" } else { "+" },
            symbols: format!(
                "{symbol}<mo stretchy=\"false\">(</mo><mn>{}</mn><mo stretchy=\"false\">)</mo>",
                sample + 1
            ),
            numbers: self.number(trace.deltas[self.layer][self.neuron]),
        });
        terms.collect()
    }

    /// The update of the neuron's bias and weights.
    pub(super) fn update(&self) -> Vec<Line> {
        let mut lines = self.moves_bias();
        lines.push(self.updated(Parameter::Bias { layer: self.layer, neuron: self.neuron }));
        lines.extend(self.shown_sources().into_iter().map(|source| {
            self.updated(Parameter::Weight { layer: self.layer, neuron: self.neuron, source })
        }));
        lines
    }

    /// What moves the bias, by the bias rule: a derivative, save under the wrong rule. Its fraction is `over`.
    fn mover(&self, over: fn(&str, &str) -> String) -> String {
        let layer = self.layer + 1;
        match self.session.scenario().hyperparameters.bias_rule {
            BiasRule::OwnDelta | BiasRule::Frozen => derivative_by(&symbol_as(self.bias(), false), over),
            BiasRule::SharedBias => {
                derivative_by(&format!("<msup class=\"b\"><mi>b</mi><mn>{layer}</mn></msup>"), over)
            }
            BiasRule::LayerSum => {
                let each = format!("<msubsup class=\"b\"><mi>b</mi><mi>j</mi><mn>{layer}</mn></msubsup>");
                format!("<msub><mo>Σ</mo><mi>j</mi></msub>{}", derivative_by(&each, over))
            }
        }
    }

    /// The number that moves the bias, by the bias rule.
    fn moves_bias(&self) -> Vec<Line> {
        let hyperparameters = &self.session.scenario().hyperparameters;
        let mini_batch = self.session.mini_batch();
        let samples = mini_batch.rows.len();
        let column_sums = &mini_batch.gradient_sum.biases[self.layer];
        let (terms, sum, remark) = match hyperparameters.bias_rule {
            BiasRule::OwnDelta => {
                (self.down_the_samples(samples), column_sums[self.neuron], "Its own δ, down the samples.")
            }
            BiasRule::LayerSum | BiasRule::SharedBias => {
                let terms = column_sums.iter().enumerate().map(|(neuron, sum)| Term {
                    operator: if neuron == 0 { "" } else { "+" },
                    symbols: format!(
                        "<mo>Σ</mo>{}",
                        symbol_as(Item::Delta { layer: self.layer, neuron }, false)
                    ),
                    numbers: self.number(*sum),
                });
                let remark = match hyperparameters.bias_rule {
                    BiasRule::SharedBias => "One bias for the whole layer: its derivative is this sum.",
                    _ => "The wrong rule: the whole layer’s δ. No bias of this network has this derivative.",
                };
                (terms.collect(), hyperparameters.bias_rule.apply(column_sums)[self.neuron], remark)
            }
            BiasRule::Frozen => {
                let zero = Term { operator: "", symbols: mn("0"), numbers: "0".into() };
                (vec![zero], 0.0, "Biases are frozen.")
            }
        };
        let sum_line = Line {
            remark: Some(remark),
            ..self.a_line(format!("<mo>Σ</mo>{}", self.mover(frac)), terms, sum)
        };
        if hyperparameters.reduction == Reduction::Sum {
            return vec![sum_line];
        }
        let mean = Term {
            operator: "",
            symbols: ratio(&mn("1"), &mi("M")) + &mo("·") + &mo("Σ") + &self.mover(ratio),
            numbers: format!("1/{samples}·{}", self.number(sum)),
        };
        let moved_by = hyperparameters.bias_rule.apply(&mini_batch.gradient.biases[self.layer])[self.neuron];
        vec![sum_line, self.a_line(self.mover(frac), vec![mean], moved_by)]
    }

    /// p ← p − η ∂C/∂p
    fn updated(&self, parameter: Parameter) -> Line {
        let item = Item::from(parameter);
        let mini_batch = self.session.mini_batch();
        let before = mini_batch.before.get(parameter).unwrap_or_default();
        let after = mini_batch.after.get(parameter).unwrap_or_default();
        let hyperparameters = &self.session.scenario().hyperparameters;
        let (moved_by, gradient) = match parameter {
            Parameter::Weight { layer, neuron, source } => (
                derivative_by(&symbol_as(item, false), ratio),
                mini_batch.gradient.weights[layer][(neuron, source)],
            ),
            Parameter::Bias { layer, neuron } => (
                self.mover(ratio),
                hyperparameters.bias_rule.apply(&mini_batch.gradient.biases[layer])[neuron],
            ),
        };
        let terms = vec![
            Term { operator: "", symbols: symbol(item), numbers: self.result(before) },
            Term {
                operator: "−",
                symbols: format!("{}{}{}", mi("η"), mo("·"), moved_by),
                numbers: format!("{}·{}", self.number(hyperparameters.learning_rate), self.number(gradient)),
            },
        ];
        let change = self.visible.planned_change(parameter).unwrap_or_default();
        let result = format!("{} ({})", self.result(after), signed(change, self.digits));
        Line { left: format!("{}<mo>←</mo>", symbol(item)), terms, result, remark: None }
    }
}
