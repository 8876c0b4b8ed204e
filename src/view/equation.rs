//! The equation panel: all equations always in sight, the one at work opened on real numbers.

use super::html::escape;
use super::mathml::math;
use super::working::{Line, Term, lines};
use crate::scenario::Moment;
use crate::session::Session;
use std::fmt::Write;

/// An equation of the list.
struct Equation {
    number: &'static str,
    name: &'static str,
    formula: &'static str,
}

/// More terms than this make a line long: the style sheet has those out of sight not laid out.
const LONG: usize = 12;
/// Terms of one line that are written out before the reader asks for all of them.
const TERMS: usize = 100;

const EQUATIONS: [Equation; 7] = [
    Equation {
        number: "→",
        name: "forward",
        formula: "<msup class=\"z\"><mi>z</mi><mi>l</mi></msup><mo>=</mo><msup class=\"w\"><mi>w</mi><mi>l</mi></msup>\
            <msup class=\"a\"><mi>a</mi><mrow><mi>l</mi><mo>−</mo><mn>1</mn></mrow></msup><mo>+</mo>\
            <msup class=\"b\"><mi>b</mi><mi>l</mi></msup><mo>,</mo><mspace width=\"0.7em\"/>\
            <msup class=\"a\"><mi>a</mi><mi>l</mi></msup><mo>=</mo><mi>σ</mi><mo>(</mo>\
            <msup class=\"z\"><mi>z</mi><mi>l</mi></msup><mo>)</mo>",
    },
    Equation {
        number: "C",
        name: "cost",
        formula: "<mi>C</mi><mo>=</mo><mi>C</mi><mo>(</mo><msup class=\"a\"><mi>a</mi><mi>L</mi></msup><mo>,</mo>\
            <mi class=\"y\">y</mi><mo>)</mo>",
    },
    Equation {
        number: "(1)",
        name: "output error",
        formula: "<msup class=\"delta\"><mi>δ</mi><mi>L</mi></msup><mo>=</mo><msub><mo>∇</mo><mi>a</mi></msub><mi>C</mi>\
            <mo>⊙</mo><mi>σ′</mi><mo>(</mo><msup class=\"z\"><mi>z</mi><mi>L</mi></msup><mo>)</mo>",
    },
    Equation {
        number: "(2)",
        name: "error of the layer before",
        formula: "<msup class=\"delta\"><mi>δ</mi><mi>l</mi></msup><mo>=</mo><mo>(</mo><msup><mrow><mo>(</mo>\
            <msup class=\"w\"><mi>w</mi><mrow><mi>l</mi><mo>+</mo><mn>1</mn></mrow></msup><mo>)</mo></mrow><mi>T</mi></msup>\
            <msup class=\"delta\"><mi>δ</mi><mrow><mi>l</mi><mo>+</mo><mn>1</mn></mrow></msup><mo>)</mo><mo>⊙</mo>\
            <mi>σ′</mi><mo>(</mo><msup class=\"z\"><mi>z</mi><mi>l</mi></msup><mo>)</mo>",
    },
    Equation {
        number: "(3)",
        name: "bias gradient",
        formula: "<mfrac><mrow><mo>∂</mo><mi>C</mi></mrow><mrow><mo>∂</mo><msubsup class=\"b\"><mi>b</mi><mi>j</mi><mi>l</mi>\
            </msubsup></mrow></mfrac><mo>=</mo><msubsup class=\"delta\"><mi>δ</mi><mi>j</mi><mi>l</mi></msubsup>",
    },
    Equation {
        number: "(4)",
        name: "weight gradient",
        formula: "<mfrac><mrow><mo>∂</mo><mi>C</mi></mrow><mrow><mo>∂</mo><msubsup class=\"w\"><mi>w</mi><mrow><mi>j</mi>\
            <mi>k</mi></mrow><mi>l</mi></msubsup></mrow></mfrac><mo>=</mo><msubsup class=\"a\"><mi>a</mi><mi>k</mi><mrow>\
            <mi>l</mi><mo>−</mo><mn>1</mn></mrow></msubsup><msubsup class=\"delta\"><mi>δ</mi><mi>j</mi><mi>l</mi></msubsup>",
    },
    Equation {
        number: "↻",
        name: "update",
        formula: "<mi class=\"b\">b</mi><mo>←</mo><mi class=\"b\">b</mi><mo>−</mo><mi>η</mi><mfrac><mrow><mo>∂</mo><mi>C</mi>\
            </mrow><mrow><mo>∂</mo><mi class=\"b\">b</mi></mrow></mfrac><mo>,</mo><mspace width=\"0.7em\"/>\
            <mi class=\"w\">w</mi><mo>←</mo><mi class=\"w\">w</mi><mo>−</mo><mi>η</mi><mfrac><mrow><mo>∂</mo><mi>C</mi></mrow>\
            <mrow><mo>∂</mo><mi class=\"w\">w</mi></mrow></mfrac>",
    },
];

/// The list of equations, as HTML.
pub fn panel(session: &Session) -> String {
    let moment = session.position().moment;
    let layers = session.scenario().layer_sizes().len();
    let current = match moment {
        Moment::Input { .. } | Moment::Forward { .. } => 0,
        Moment::Cost { .. } => 1,
        Moment::Delta { layer, .. } => {
            if layer as usize + 1 == layers {
                2
            } else {
                3
            }
        }
        Moment::BiasGradient { .. } | Moment::Accumulate { .. } => 4,
        Moment::WeightGradient { .. } => 5,
        Moment::Update { .. } => 6,
    };
    let mut html = String::new();
    for (index, Equation { number, name, formula }) in EQUATIONS.iter().enumerate() {
        let at_work = index == current;
        let attributes = if at_work { " class=\"current\" aria-current=\"step\"" } else { "" };
        // Writing to a string cannot fail, here and below.
        let _ = write!(
            html,
            "<li{attributes}><span class=\"number\">{number}</span><span class=\"name\">{name}</span>{}",
            math(formula)
        );
        if at_work {
            html.push_str("<div class=\"working\">");
            for line in lines(session) {
                push_line(&mut html, &line, session.sight().all_terms);
            }
            html.push_str("</div>");
        }
        html.push_str("</li>");
    }
    html
}

/// Symbols above their numbers, term by term, and the result below.
fn push_line(html: &mut String, line: &Line, all_terms: bool) {
    let equals = if line.left.ends_with("<mo>←</mo>") { "" } else { "<mo>=</mo>" };
    let _ = write!(
        html,
        "<div class=\"line\"><span class=\"left\">{}</span><div class=\"terms{}\">",
        math(&format!("{}{equals}", line.left)),
        if line.terms.len() > LONG { " long" } else { "" },
    );
    let shown = if all_terms || line.terms.len() <= TERMS { line.terms.len() } else { TERMS / 2 };
    for Term { operator, symbols, numbers } in &line.terms[..shown] {
        let (infix, space) = match *operator {
            "" => (String::new(), ""),
            operator => (format!("<mo form=\"infix\">{operator}</mo>"), " "),
        };
        let _ = write!(
            html,
            "<span class=\"term\">{}<span>{operator}{space}{numbers}</span></span>",
            math(&format!("{infix}{symbols}")),
        );
    }
    html.push_str("</div>");
    let hidden = line.terms.len() - shown;
    if hidden > 0 {
        let _ = write!(
            html,
            "<button type=\"button\" class=\"more\" data-action=\"AllTermsToggled\">… and {hidden} more terms</button>"
        );
    }
    if !line.result.is_empty() {
        let _ = write!(
            html,
            "<span class=\"equals\">=</span><strong class=\"result\">{}</strong>",
            escape(&line.result)
        );
    }
    if let Some(remark) = line.remark {
        let _ = write!(html, "<p class=\"remark\">{remark}</p>");
    }
    html.push_str("</div>");
}
