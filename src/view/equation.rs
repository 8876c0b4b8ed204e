//! The equation panel: the page lists all equations, and shows the current one with its numbers.

use super::mathml::{math, mo};
use super::working::{Line, lines};
use crate::scenario::Moment;
use crate::session::Session;
use maud::{Markup, html};

/// A line with more terms is long: the style sheet skips the layout of its terms that are out of view.
const MAX_SHORT: usize = 12;
/// A line with more terms also says how many there are, because some may be out of view.
const MAX_UNCOUNTED: usize = 4;
/// A line with more terms is written in part until the reader asks for all terms.
const MAX_TERMS: usize = 100;

/// The equations on the page: each name is part of the id of a list item, `equation-…`, and of the element for its
/// working, `working-…`.
pub const EQUATIONS: [&str; 7] =
    ["forward", "cost", "output-error", "hidden-error", "bias-gradient", "weight-gradient", "update"];

/// The current one of [`EQUATIONS`].
pub fn current(session: &Session) -> &'static str {
    let output = session.scenario().layer_sizes().len() - 1;
    match session.position().moment {
        Moment::Input { .. } | Moment::Forward { .. } => "forward",
        Moment::Cost { .. } => "cost",
        Moment::Delta { layer, .. } if layer as usize == output => "output-error",
        Moment::Delta { .. } => "hidden-error",
        Moment::BiasGradient { .. } | Moment::Accumulate { .. } => "bias-gradient",
        Moment::WeightGradient { .. } => "weight-gradient",
        Moment::Update { .. } => "update",
    }
}

/// How much of a long sum is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// The first terms: the layout of hundreds of symbols takes longer than a frame, and the reader may step on
    /// at once.
    Brief,
    /// All terms.
    Full,
}

/// The current equation with its numbers.
pub fn working(session: &Session, detail: Detail) -> Markup {
    let all_terms = session.view_state().all_terms;
    html! { @for line in lines(session) { (working_line(&line, detail, all_terms)) } }
}

/// Whether [`Detail::Full`] would write more than [`Detail::Brief`].
pub fn has_long_line(session: &Session) -> bool {
    lines(session).iter().any(|line| line.terms.len() > MAX_SHORT)
}

/// Each symbol above its number, term by term, and the result beside them where there is room.
fn working_line(line: &Line, detail: Detail, all_terms: bool) -> Markup {
    let count = line.terms.len();
    let shown = match detail {
        Detail::Brief => count.min(MAX_SHORT),
        Detail::Full if all_terms || count <= MAX_TERMS => count,
        Detail::Full => MAX_TERMS / 2,
    };
    let hidden = count - shown;
    html! {
        div.line {
            span.left { (math(html! { (line.left) (mo(line.relation)) })) }
            div.right {
                div.terms.long[count > MAX_SHORT] {
                    @for term in &line.terms[..shown] {
                        span.term {
                            math {
                                @if !term.operator.is_empty() { mo form="infix" { (term.operator) } }
                                (term.symbols)
                            }
                            span {
                                @if !term.operator.is_empty() { (term.operator) " " }
                                (term.numbers)
                            }
                        }
                    }
                }
                @if hidden > 0 && detail == Detail::Full {
                    button type="button" data-action="AllTermsToggled" { "… and " (hidden) " more terms" }
                }
                @if !line.result.is_empty() {
                    span.equals { "= " strong.result { (line.result) } }
                }
                @if let Some(remark) = line.remark {
                    p.remark { (remark) }
                } @else if count > MAX_UNCOUNTED {
                    p.remark { (count) " terms" }
                }
            }
        }
    }
}
