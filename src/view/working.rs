//! The equation at work, on real numbers: for the neuron in focus, each line as symbols, the numbers
//! put in, and the result. Plain data; `equation.rs` lays it out.

use super::format::{number, signed};
use super::mathml::{derivative, frac, mi, mn, mo, symbol, symbol_as};
use crate::nn::{Activation, BiasRule, Cost, Parameter, Reduction};
use crate::scenario::Moment;
use crate::session::{Item, Now, Session};

/// One line of working: `left` = the terms, whose numbers give `result`.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What is computed, as MathML.
    pub left: String,
    /// The terms in order.
    pub terms: Vec<Term>,
    /// What comes out, as text; empty where the numbers are the result.
    pub result: String,
    /// A remark in words.
    pub remark: Option<&'static str>,
}

/// One term: the operator before it, its symbols and its numbers, as MathML.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// `+`, `·`, or nothing before the first one.
    pub operator: &'static str,
    /// In symbols.
    pub symbols: String,
    /// In numbers.
    pub numbers: String,
}

/// More incoming weights than this are not all given a line of their own.
const WEIGHT_LINES: usize = 4;
/// More terms than this, and the Tab key goes past them.
const FOCUSABLE: usize = 16;

/// The lines of the present moment.
pub fn lines(session: &Session) -> Vec<Line> {
    let working = Working::new(session);
    match session.position().moment {
        Moment::Input { .. } => vec![working.input()],
        Moment::Forward { .. } => vec![working.weighted_input(), working.activation()],
        Moment::Cost { .. } => vec![working.cost()],
        Moment::Delta { .. } if working.layer + 1 == working.layers => working.output_delta(),
        Moment::Delta { .. } => working.hidden_delta(),
        Moment::BiasGradient { .. } => vec![working.bias_gradient()],
        Moment::WeightGradient { .. } => working.weight_gradients(),
        Moment::Accumulate { .. } => vec![working.accumulated()],
        Moment::Update { .. } => working.update(),
    }
}

/// What every line is made from.
struct Working<'a> {
    session: &'a Session,
    now: Now<'a>,
    layer: usize,
    neuron: usize,
    layers: usize,
    digits: usize,
}

impl<'a> Working<'a> {
    fn new(session: &'a Session) -> Self {
        let now = session.now();
        let (layer, neuron) = now.focus();
        let layers = session.scenario().layer_sizes().len();
        Self { session, now, layer, neuron, layers, digits: session.sight().digits }
    }

    /// A number of a formula, in brackets where its minus would stand after an operator.
    fn number(&self, value: f64) -> String {
        let text = number(value, self.digits);
        if value < 0.0 { mn(&format!("({text})")) } else { mn(&text) }
    }

    fn result(&self, value: f64) -> String {
        number(value, self.digits)
    }

    fn a_line(&self, left: String, terms: Vec<Term>, value: f64) -> Line {
        Line { left, terms, result: self.result(value), remark: None }
    }

    fn z(&self) -> Item {
        Item::WeightedInput { layer: self.layer, neuron: self.neuron }
    }

    fn a(&self) -> Item {
        Item::Activation { layer: self.layer, neuron: self.neuron }
    }

    fn delta(&self) -> Item {
        Item::Delta { layer: self.layer, neuron: self.neuron }
    }

    fn bias(&self) -> Item {
        Item::Bias { layer: self.layer, neuron: self.neuron }
    }

    /// a⁰ₖ = xₖ
    fn input(&self) -> Line {
        let x = &self.now.trace().input;
        let terms = x.iter().enumerate().map(|(source, value)| Term {
            operator: if source == 0 { "" } else { "," },
            symbols: symbol_as(Item::Input { source }, x.len() <= FOCUSABLE),
            numbers: mn(&number(*value, self.digits)),
        });
        Line {
            left: "<msup><mi>a</mi><mn>0</mn></msup><mo>=</mo><mi>x</mi>".into(),
            terms: terms.collect(),
            result: String::new(),
            remark: None,
        }
    }

    /// zˡⱼ = Σₖ wˡⱼₖ aˡ⁻¹ₖ + bˡⱼ
    fn weighted_input(&self) -> Line {
        let network = &self.session.mini_batch().before.layers[self.layer];
        let sources = self.now.trace().source_activations(self.layer);
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
        let value = self.now.trace().weighted_inputs[self.layer][self.neuron];
        self.a_line(symbol(self.z()), products.chain([bias]).collect(), value)
    }

    /// The term "+ first · second".
    fn product(&self, first: Item, u: f64, second: Item, v: f64, focusable: bool, leads: bool) -> Term {
        Term {
            operator: if leads { "" } else { "+" },
            symbols: format!("{}{}", symbol_as(first, focusable), symbol_as(second, focusable)),
            numbers: format!("{}{}{}", self.number(u), mo("·"), self.number(v)),
        }
    }

    /// aˡⱼ = σ(zˡⱼ)
    fn activation(&self) -> Line {
        let z = self.now.trace().weighted_inputs[self.layer][self.neuron];
        let a = self.now.trace().activations[self.layer][self.neuron];
        let activation = self.session.scenario().activations[self.layer];
        let bare = mn(&number(z, self.digits));
        let term_of = |number: &str, of: &dyn Fn(&str) -> String| Term {
            operator: "",
            symbols: of(&symbol(self.z())),
            numbers: of(number),
        };
        let term = |of: &dyn Fn(&str) -> String| term_of(&bare, of);
        let exponential = |z: &str| format!("<msup><mi>e</mi><mrow>{z}</mrow></msup>");
        let term = match activation {
            Activation::Sigmoid => term_of(&self.number(z), &|z| {
                frac(&mn("1"), &format!("{}{}{}", mn("1"), mo("+"), exponential(&format!("{}{z}", mo("−")))))
            }),
            Activation::Tanh => term(&|z| format!("{}{}{z}{}", mi("tanh"), mo("("), mo(")"))),
            Activation::Relu => {
                term(&|z| format!("{}<mo>(</mo>{}<mo>,</mo>{z}<mo>)</mo>", mi("max"), mn("0")))
            }
            Activation::LeakyRelu if z > 0.0 => term(&|z| z.to_owned()),
            Activation::LeakyRelu => term_of(&self.number(z), &|z| format!("{}{}{z}", mn("0.01"), mo("·"))),
            Activation::Identity => term(&|z| z.to_owned()),
            Activation::Softmax => {
                let sum = format!(
                    "<msub><mo>Σ</mo><mi>i</mi></msub>{}",
                    exponential("<msub><mi>z</mi><mi>i</mi></msub>")
                );
                let zs = &self.now.trace().weighted_inputs[self.layer];
                let numbers: Vec<_> =
                    zs.iter().take(3).map(|&z| exponential(&mn(&number(z, self.digits)))).collect();
                let more = if zs.len() > 3 { mo("+") + &mo("…") } else { String::new() };
                Term {
                    operator: "",
                    symbols: frac(&exponential(&symbol(self.z())), &sum),
                    numbers: frac(
                        &exponential(&mn(&number(z, self.digits))),
                        &(numbers.join(&mo("+")) + &more),
                    ),
                }
            }
        };
        self.a_line(symbol(self.a()), vec![term], a)
    }

    /// C, output by output.
    fn cost(&self) -> Line {
        let cost = self.session.scenario().settings.cost;
        let trace = self.now.trace();
        let outputs = &trace.activations[self.layers - 1];
        let focusable = outputs.len() <= FOCUSABLE;
        let term = |a: &str, y: &str| {
            let difference =
                format!("<msup><mrow><mo>(</mo>{a}<mo>−</mo>{y}<mo>)</mo></mrow><mn>2</mn></msup>");
            match cost {
                Cost::Mse => difference,
                Cost::HalfMse => format!("{}{difference}", frac(&mn("1"), &mn("2"))),
                Cost::Bce => format!(
                    "<mo>−</mo><mo>[</mo>{y}<mi>ln</mi>{a}<mo>+</mo><mo>(</mo><mn>1</mn><mo>−</mo>{y}<mo>)</mo>\
                     <mi>ln</mi><mo>(</mo><mn>1</mn><mo>−</mo>{a}<mo>)</mo><mo>]</mo>"
                ),
                Cost::Cce => format!("<mo>−</mo>{y}<mi>ln</mi>{a}"),
            }
        };
        let terms = outputs.iter().zip(self.now.target()).enumerate().map(|(neuron, (a, y))| Term {
            operator: if neuron == 0 { "" } else { "+" },
            symbols: term(
                &symbol_as(Item::Activation { layer: self.layers - 1, neuron }, focusable),
                &symbol_as(Item::Target { neuron }, focusable),
            ),
            numbers: term(&self.number(*a), &self.number(*y)),
        });
        let mut line = self.a_line(mi("C"), terms.collect(), trace.cost);
        if cost.folds_sigma_prime() {
            line.remark = Some("Computed from z, so that it stays right where a is rounded to 0 or 1.");
        }
        line
    }

    /// Equation (1).
    fn output_delta(&self) -> Vec<Line> {
        let trace = self.now.trace();
        let scenario = self.session.scenario();
        let a = trace.activations[self.layer][self.neuron];
        let y = self.now.target()[self.neuron];
        let delta = trace.deltas[self.layer][self.neuron];
        let cost = scenario.settings.cost;
        let target = symbol(Item::Target { neuron: self.neuron });
        let difference = |a: &str, y: &str| format!("{a}{}{y}", mo("−"));
        if cost.folds_sigma_prime() {
            let sum = self.now.target().iter().fold(0.0, |sum, y| sum + y);
            let weighted = cost == Cost::Cce && sum != 1.0;
            let (left, right) = match weighted {
                true => (
                    format!("{}<mo>·</mo><mo>Σ</mo><mi>y</mi>", symbol(self.a())),
                    format!("{}<mo>·</mo>{}", self.number(a), self.number(sum)),
                ),
                false => (symbol(self.a()), mn(&number(a, self.digits))),
            };
            let term = Term {
                operator: "",
                symbols: difference(&left, &target),
                numbers: difference(&right, &self.number(y)),
            };
            let mut line = self.a_line(symbol(self.delta()), vec![term], delta);
            line.remark =
                Some("Cross-entropy meets its own activation here: σ′ cancels, and a − y is all that stays.");
            return vec![line];
        }
        let nabla_a = cost.gradient(&[a], &[y])[0];
        let scaled = |inner: String| match cost {
            Cost::Mse => format!("{}<mo>(</mo>{inner}<mo>)</mo>", mn("2")),
            _ => inner,
        };
        let partial = frac("<mo>∂</mo><mi>C</mi>", &format!("<mo>∂</mo>{}", symbol_as(self.a(), false)));
        let gradient = Term {
            operator: "",
            symbols: scaled(difference(&symbol(self.a()), &target)),
            numbers: scaled(difference(&mn(&number(a, self.digits)), &self.number(y))),
        };
        let (sigma_prime, value) = self.sigma_prime();
        let product = [
            Term { operator: "", symbols: partial.clone(), numbers: self.number(nabla_a) },
            Term { operator: "·", symbols: self.sigma_prime_symbol(), numbers: self.number(value) },
        ];
        vec![
            self.a_line(partial, vec![gradient], nabla_a),
            sigma_prime,
            self.a_line(symbol(self.delta()), product.into(), delta),
        ]
    }

    fn sigma_prime_symbol(&self) -> String {
        format!("<mi>σ′</mi><mo>(</mo>{}<mo>)</mo>", symbol_as(self.z(), false))
    }

    /// σ′(zˡⱼ), and its value.
    fn sigma_prime(&self) -> (Line, f64) {
        let z = self.now.trace().weighted_inputs[self.layer][self.neuron];
        let a = self.now.trace().activations[self.layer][self.neuron];
        let activation = self.session.scenario().activations[self.layer];
        let value = activation.derivative(z, a);
        let of_a = |of: &dyn Fn(&str) -> String| Term {
            operator: "",
            symbols: of(&symbol(self.a())),
            numbers: of(&self.number(a)),
        };
        let case = |text: &str| Term {
            operator: "",
            symbols: symbol(self.z()) + text,
            numbers: mn(&number(z, self.digits)) + text,
        };
        let side = if z > 0.0 { "<mo>&gt;</mo><mn>0</mn>" } else { "<mo>≤</mo><mn>0</mn>" };
        let (term, remark) = match activation {
            Activation::Sigmoid | Activation::Softmax => {
                (of_a(&|a| format!("{a}<mo>(</mo><mn>1</mn><mo>−</mo>{a}<mo>)</mo>")), None)
            }
            Activation::Tanh => {
                (of_a(&|a| format!("<mn>1</mn><mo>−</mo><msup><mrow>{a}</mrow><mn>2</mn></msup>")), None)
            }
            Activation::Relu => (case(side), Some("σ′ is 1 where z is above 0, else 0.")),
            Activation::LeakyRelu => (case(side), Some("σ′ is 1 where z is above 0, else 0.01.")),
            Activation::Identity => {
                (Term { operator: "", symbols: mn("1"), numbers: mn("1") }, Some("σ is the identity."))
            }
        };
        let line = Line { remark, ..self.a_line(self.sigma_prime_symbol(), vec![term], value) };
        (line, value)
    }

    /// Equation (2).
    fn hidden_delta(&self) -> Vec<Line> {
        let next = self.layer + 1;
        let weights = &self.session.mini_batch().before.layers[next].weights;
        let deltas = &self.now.trace().deltas[next];
        let focusable = deltas.len() <= FOCUSABLE;
        let mut sum = 0.0;
        let terms = deltas.iter().enumerate().map(|(neuron, delta)| {
            let weight = Item::Weight { layer: next, neuron, source: self.neuron };
            let w = weights[(neuron, self.neuron)];
            sum += w * delta;
            self.product(weight, w, Item::Delta { layer: next, neuron }, *delta, focusable, neuron == 0)
        });
        let back = frac("<mo>∂</mo><mi>C</mi>", &format!("<mo>∂</mo>{}", symbol_as(self.a(), false)));
        let terms = terms.collect();
        let came_back = self.a_line(back.clone(), terms, sum);
        let (sigma_prime, value) = self.sigma_prime();
        let product = [
            Term { operator: "", symbols: back, numbers: self.number(sum) },
            Term { operator: "·", symbols: self.sigma_prime_symbol(), numbers: self.number(value) },
        ];
        let delta = self.now.trace().deltas[self.layer][self.neuron];
        vec![came_back, sigma_prime, self.a_line(symbol(self.delta()), product.into(), delta)]
    }

    /// Equation (3).
    fn bias_gradient(&self) -> Line {
        let delta = self.now.trace().deltas[self.layer][self.neuron];
        let term =
            Term { operator: "", symbols: symbol(self.delta()), numbers: mn(&number(delta, self.digits)) };
        Line {
            remark: Some("The neuron’s own δ. No other neuron’s δ comes in."),
            ..self.a_line(derivative(self.bias()), vec![term], delta)
        }
    }

    /// The sources whose weights are given a line: all of a few, else the selected one or the first.
    fn shown_sources(&self) -> Vec<usize> {
        let count = self.now.trace().source_activations(self.layer).len();
        if count <= WEIGHT_LINES || self.session.sight().all_terms {
            return (0..count).collect();
        }
        match self.session.sight().selected {
            Some(Item::Weight { layer, neuron, source }) if (layer, neuron) == (self.layer, self.neuron) => {
                vec![source]
            }
            _ => (0..WEIGHT_LINES).collect(),
        }
    }

    /// Equation (4).
    fn weight_gradients(&self) -> Vec<Line> {
        let delta = self.now.trace().deltas[self.layer][self.neuron];
        let sources = self.now.trace().source_activations(self.layer);
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

    /// Σ ∂C/∂bˡⱼ down the samples so far.
    fn accumulated(&self) -> Line {
        let terms = self.down_the_samples(self.now.accumulated());
        let value = self.now.accumulated_b(self.layer, self.neuron);
        let left = format!("<mo>Σ</mo>{}", derivative(self.bias()));
        Line { remark: Some("Down the samples, for each neuron apart."), ..self.a_line(left, terms, value) }
    }

    /// δˡⱼ of the first `samples` samples.
    fn down_the_samples(&self, samples: usize) -> Vec<Term> {
        let traces = &self.session.mini_batch().traces[..samples];
        let symbol = symbol_as(self.delta(), false);
        let terms = traces.iter().enumerate().map(|(sample, trace)| Term {
            operator: if sample == 0 { "" } else { "+" },
            symbols: format!("{symbol}<mo>(</mo><mn>{}</mn><mo>)</mo>", sample + 1),
            numbers: self.number(trace.deltas[self.layer][self.neuron]),
        });
        terms.collect()
    }

    /// The update of the neuron's bias and weights.
    fn update(&self) -> Vec<Line> {
        let mut lines = self.moves_bias();
        lines.push(self.updated(Parameter::Bias { layer: self.layer, neuron: self.neuron }));
        lines.extend(self.shown_sources().into_iter().map(|source| {
            self.updated(Parameter::Weight { layer: self.layer, neuron: self.neuron, source })
        }));
        lines
    }

    /// The number that moves the bias, by the bias rule.
    fn moves_bias(&self) -> Vec<Line> {
        let settings = &self.session.scenario().settings;
        let mini_batch = self.session.mini_batch();
        let samples = mini_batch.rows.len();
        let column_sums = &mini_batch.gradient_sum.biases[self.layer];
        let (terms, sum, remark) = match settings.bias_rule {
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
                let remark = match settings.bias_rule {
                    BiasRule::SharedBias => "One bias for the whole layer: its derivative is this sum.",
                    _ => "The wrong rule: the whole layer’s δ. No bias of this network has this derivative.",
                };
                (terms.collect(), settings.bias_rule.apply(column_sums)[self.neuron], remark)
            }
            BiasRule::Frozen => {
                let zero = Term { operator: "", symbols: mn("0"), numbers: mn("0") };
                (vec![zero], 0.0, "Biases are frozen.")
            }
        };
        let sum_line = Line {
            remark: Some(remark),
            ..self.a_line(format!("<mo>Σ</mo>{}", derivative(self.bias())), terms, sum)
        };
        if settings.reduction == Reduction::Sum {
            return vec![sum_line];
        }
        let mean = Term {
            operator: "",
            symbols: frac(&mn("1"), &mi("M")) + &mo("·") + &mo("Σ") + &derivative(self.bias()),
            numbers: frac(&mn("1"), &mn(&samples.to_string())) + &mo("·") + &self.number(sum),
        };
        vec![sum_line, self.a_line(derivative(self.bias()), vec![mean], sum / samples as f64)]
    }

    /// p ← p − η ∂C/∂p
    fn updated(&self, parameter: Parameter) -> Line {
        let item = Item::from(parameter);
        let mini_batch = self.session.mini_batch();
        let before = mini_batch.before.get(parameter).unwrap_or_default();
        let after = mini_batch.after.get(parameter).unwrap_or_default();
        let gradient = match parameter {
            Parameter::Weight { layer, neuron, source } => {
                mini_batch.gradient.weights[layer][(neuron, source)]
            }
            Parameter::Bias { layer, neuron } => {
                self.session.scenario().settings.bias_rule.apply(&mini_batch.gradient.biases[layer])[neuron]
            }
        };
        let learning_rate = self.session.scenario().settings.learning_rate;
        let terms = vec![
            Term { operator: "", symbols: symbol(item), numbers: mn(&number(before, self.digits)) },
            Term {
                operator: "−",
                symbols: format!("{}{}{}", mi("η"), mo("·"), derivative(item)),
                numbers: format!("{}{}{}", self.number(learning_rate), mo("·"), self.number(gradient)),
            },
        ];
        let change = self.now.planned_change(parameter).unwrap_or_default();
        let result = format!("{} ({})", self.result(after), signed(change, self.digits));
        Line { left: format!("{}<mo>←</mo>", symbol(item)), terms, result, remark: None }
    }
}
