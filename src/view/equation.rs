//! The equation panel: all equations stand in the page, and the one at work is opened on real numbers.

use super::html::escape;
use super::mathml::math;
use super::working::{Line, Term, lines};
use crate::scenario::Moment;
use crate::session::Session;
use std::fmt::Write;

/// More terms than this make a line long: the style sheet has those out of sight not laid out.
const LONG: usize = 12;
/// More terms than this may not all be seen at once, so their number is said.
const COUNTED: usize = 4;
/// Terms of one line that are written out before the reader asks for all of them.
const TERMS: usize = 100;

/// The elements of each equation in the page: its place in the list, and where it is worked out.
pub const EQUATIONS: [(&str, &str); 7] = [
    ("equation-0", "working-0"),
    ("equation-1", "working-1"),
    ("equation-2", "working-2"),
    ("equation-3", "working-3"),
    ("equation-4", "working-4"),
    ("equation-5", "working-5"),
    ("equation-6", "working-6"),
];

/// Which of [`EQUATIONS`] is at work.
pub fn at_work(session: &Session) -> usize {
    let output = session.scenario().layer_sizes().len() - 1;
    match session.position().moment {
        Moment::Input { .. } | Moment::Forward { .. } => 0,
        Moment::Cost { .. } => 1,
        Moment::Delta { layer, .. } if layer as usize == output => 2,
        Moment::Delta { .. } => 3,
        Moment::BiasGradient { .. } | Moment::Accumulate { .. } => 4,
        Moment::WeightGradient { .. } => 5,
        Moment::Update { .. } => 6,
    }
}

/// How much of a long sum is written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Its first terms: laying out hundreds of symbols takes longer than a frame, and the reader may
    /// already be stepping on.
    Brief,
    /// All of it.
    Full,
}

/// The equation at work on real numbers, as HTML.
pub fn working(session: &Session, detail: Detail) -> String {
    let mut html = String::new();
    for line in lines(session) {
        push_line(&mut html, &line, detail, session.view_state().all_terms);
    }
    html
}

/// Whether [`Detail::Full`] would write more than [`Detail::Brief`].
pub fn has_long_line(session: &Session) -> bool {
    lines(session).iter().any(|line| line.terms.len() > LONG)
}

/// Symbols above their numbers, term by term, and the result after them: beside them where there is room.
fn push_line(html: &mut String, line: &Line, detail: Detail, all_terms: bool) {
    // Writing to a string cannot fail, here and below.
    let equals = if line.left.ends_with("<mo>←</mo>") { "" } else { "<mo>=</mo>" };
    let _ = write!(
        html,
        "<div class=\"line\"><span class=\"left\">{}</span><div class=\"right\"><div class=\"terms{}\">",
        math(&format!("{}{equals}", line.left)),
        if line.terms.len() > LONG { " long" } else { "" },
    );
    let count = line.terms.len();
    let shown = match detail {
        Detail::Brief => count.min(LONG),
        Detail::Full if all_terms || count <= TERMS => count,
        Detail::Full => TERMS / 2,
    };
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
    let hidden = count - shown;
    if hidden > 0 && detail == Detail::Full {
        let _ = write!(
            html,
            "<button type=\"button\" class=\"more\" data-action=\"AllTermsToggled\">… and {hidden} more terms</button>"
        );
    }
    if !line.result.is_empty() {
        let _ = write!(
            html,
            "<span class=\"equals\">= <strong class=\"result\">{}</strong></span>",
            escape(&line.result)
        );
    }
    match line.remark {
        Some(remark) => drop(write!(html, "<p class=\"remark\">{remark}</p>")),
        None if count > COUNTED => drop(write!(html, "<p class=\"remark\">{count} terms</p>")),
        None => {}
    }
    html.push_str("</div></div>");
}
