//! The equation at work, on real numbers: for the neuron in focus, each line as symbols, the numbers
//! put in, and the result. Plain data; `equation.rs` lays it out.

mod back;
mod forward;
mod update;

use super::format::number;
use super::mathml::{mn, symbol_as};
use crate::scenario::Moment;
use crate::session::{Item, Session, Visible};

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

/// One term: the operator before it, its symbols and its numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// `+`, `·`, or nothing before the first one.
    pub operator: &'static str,
    /// In symbols, as MathML.
    pub symbols: String,
    /// In numbers, as HTML: MathML only where they have to be laid out, for that takes its time.
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
    visible: Visible<'a>,
    layer: usize,
    neuron: usize,
    layers: usize,
    digits: usize,
}

impl<'a> Working<'a> {
    fn new(session: &'a Session) -> Self {
        let visible = session.visible();
        let (layer, neuron) = visible.focus();
        let layers = session.scenario().layer_sizes().len();
        Self { session, visible, layer, neuron, layers, digits: session.view_state().digits }
    }

    /// A number of a formula, in brackets where its minus would stand after an operator.
    fn number(&self, value: f64) -> String {
        let text = self.result(value);
        if value < 0.0 { format!("({text})") } else { text }
    }

    /// The same as MathML.
    fn mn(&self, value: f64) -> String {
        mn(&self.number(value))
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

    /// The term "+ first · second".
    fn product(&self, first: Item, u: f64, second: Item, v: f64, focusable: bool, leads: bool) -> Term {
        Term {
            operator: if leads { "" } else { "+" },
            symbols: format!("{}{}", symbol_as(first, focusable), symbol_as(second, focusable)),
            numbers: format!("{}·{}", self.number(u), self.number(v)),
        }
    }
}
