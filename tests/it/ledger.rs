//! The ledger: its sums, and the explanation of the row sums, which are not gradients.

use crate::sessions::{act, session};
use crate::views::{indented, text};
use deltascope::session::{Action, Direction, Look, Navigate, RowSum, Session, StepSize};
use deltascope::view::ledger;

fn remarks(session: &Session) -> String {
    ledger::remarks(session).into_string()
}

#[test]
fn columns_are_summed_and_row_sums_explained() {
    let mut session = session("and");
    act(&mut session, Navigate::Stepped { by: StepSize::MiniBatch, direction: Direction::Forward });
    let html: String = ledger::ledger(&session).into_iter().map(|(_, html)| html).collect();
    // AND from zero: the deltas of each row cancel, those of each column do not.
    assert_eq!(html.matches("class=\"across\"><button").count(), 4);
    assert!(text(&html).contains("∂C/∂b"));
    insta::assert_snapshot!("ledger_of_and", indented(&html));
    assert!(!remarks(&session).contains("not a bias gradient"));
    act(&mut session, Look::RowSumToggled(None));
    assert!(remarks(&session).contains("not a bias gradient"));
}

/// The explanation is about the selected row; selecting it again closes the explanation.
#[test]
fn each_row_sum_is_explained() {
    let mut session = session("iris");
    act(&mut session, Navigate::Stepped { by: StepSize::MiniBatch, direction: Direction::Forward });
    let ask = |session: &mut Session, row_sum: Option<RowSum>| {
        act(session, Look::RowSumToggled(row_sum));
        remarks(session)
    };
    let [first, other] = [0, 1].map(|sample| Some(RowSum { sample, layer: 0 }));
    assert!(ask(&mut session, first).contains("Sample 1, layer 1: the δs add up to −0.969"));
    assert!(ask(&mut session, other).contains("Sample 2, layer 1: the δs add up to −1.76"));
    assert!(!ask(&mut session, other).contains("not a bias gradient"));
    assert!(ask(&mut session, other).contains("Sample 2, layer 1"));
    assert!(!ask(&mut session, None).contains("not a bias gradient"));
    let general = ask(&mut session, None);
    assert!(general.contains("not a bias gradient") && !general.contains("the δs add up"));
    // With softmax and cross-entropy the δs of a sample cancel, except for rounding.
    let cancelled = ask(&mut session, Some(RowSum { sample: 1, layer: 1 }));
    assert!(cancelled.contains("Sample 2, layer 2: the δs add up to ≈ 0 (rounding)."), "{cancelled}");
    assert!(ledger::ledger(&session)[1].1.contains(">≈ 0</button>"));
    // A button without a value names no row.
    assert_eq!(r#"{"type":"RowSumToggled"}"#.parse::<Action>().unwrap(), Look::RowSumToggled(None).into());
    // A row that does not exist or is not known yet has no sum.
    let unknown = ask(&mut session, Some(RowSum { sample: 10, layer: 1 }));
    assert!(unknown.contains("not a bias gradient") && !unknown.contains("the δs add up"));
}
