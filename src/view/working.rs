//! The current equation with its numbers, for the focused neuron: each line as symbols, the numbers in place of
//! the symbols, and the result. `equation.rs` lays the lines out.

mod back;
mod forward;
mod update;

use super::format::number;
use super::mathml::{math, mn, symbol_as};
use crate::scenario::Moment;
use crate::session::{Item, Session, Visible};
use maud::{Markup, html};

/// One line of working: `left` `relation` the terms, whose numbers give `result`.
#[derive(Clone, Debug)]
pub struct Line {
    /// What is computed, as MathML.
    pub left: Markup,
    /// `=` or `←`.
    pub relation: &'static str,
    /// The terms in order.
    pub terms: Vec<Term>,
    /// The result as text; empty where the numbers are the result.
    pub result: String,
    /// A remark in words.
    pub remark: Option<&'static str>,
}

/// One term: the operator before it, its symbols and its numbers.
#[derive(Clone, Debug)]
pub struct Term {
    /// `+`, `·` or another operator; empty before the first term.
    pub operator: &'static str,
    /// The symbols as MathML.
    pub symbols: Markup,
    /// The numbers as text, or as MathML where they need layout, which takes longer.
    pub numbers: Markup,
}

impl Line {
    fn with_remark(self, remark: &'static str) -> Self {
        Self { remark: Some(remark), ..self }
    }
}

impl Term {
    fn new(operator: &'static str, symbols: Markup, numbers: &str) -> Self {
        Self { operator, symbols, numbers: html! { (numbers) } }
    }

    /// A first term whose numbers need layout.
    fn formula(symbols: Markup, numbers: Markup) -> Self {
        Self { operator: "", symbols, numbers: math(numbers) }
    }
}

/// With more incoming weights, only some of them get a line.
const MAX_WEIGHT_LINES: usize = 4;
/// With more terms, their symbols are left out of the tab order.
const MAX_FOCUSABLE: usize = 16;

/// The lines of the current moment.
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

/// What all lines are made from.
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

    /// A number within a formula: in parentheses if it is negative, because it may follow an operator.
    fn number(&self, value: f64) -> String {
        let text = self.result(value);
        if value < 0.0 { format!("({text})") } else { text }
    }

    /// [`Self::number`] as MathML.
    fn mn(&self, value: f64) -> Markup {
        mn(&self.number(value))
    }

    fn result(&self, value: f64) -> String {
        number(value, self.digits)
    }

    fn line(&self, left: Markup, terms: Vec<Term>, value: f64) -> Line {
        Line { left, relation: "=", terms, result: self.result(value), remark: None }
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

    /// The term "+ first · second" of a sum, at this index.
    fn product(&self, index: usize, first: (Item, f64), second: (Item, f64), focusable: bool) -> Term {
        let symbols = html! { (symbol_as(first.0, focusable)) (symbol_as(second.0, focusable)) };
        Term::new(plus(index), symbols, &format!("{}·{}", self.number(first.1), self.number(second.1)))
    }
}

/// The operator before the term of a sum at this index.
fn plus(index: usize) -> &'static str {
    if index == 0 { "" } else { "+" }
}
