//! The ledger: what is added up, and what is said of the sums that are no gradients.

use crate::views::{act, session, text};
use deltascope::session::{Action, Direction, RowTotal, Session, StepSize};
use deltascope::view::ledger::{Ledger, ledger, remarks};

#[test]
fn the_ledger_adds_down_and_says_what_across_is_not() {
    let mut session = session("and");
    act(&mut session, Action::Stepped { by: StepSize::MiniBatch, direction: Direction::Forward });
    let Ledger { head, rows, totals } = ledger(&session);
    let html = format!("{head}\n{rows}\n{totals}");
    // AND from zero: the deltas of each row cancel, those of each column do not.
    assert_eq!(html.matches("class=\"across\"><button").count(), 4);
    assert!(text(&html).contains("∂C/∂b"));
    insta::assert_snapshot!("ledger_of_and", html);
    assert!(!remarks(&session).contains("not a bias gradient"));
    act(&mut session, Action::RowTotalToggled(None));
    assert!(remarks(&session).contains("not a bias gradient"));
}

/// The explanation is for the row that was asked about; the same question again closes it.
#[test]
fn each_row_total_is_answered_for() {
    let mut session = session("iris");
    act(&mut session, Action::Stepped { by: StepSize::MiniBatch, direction: Direction::Forward });
    let ask = |session: &mut Session, total: Option<RowTotal>| {
        act(session, Action::RowTotalToggled(total));
        remarks(session)
    };
    let [first, other] = [0, 1].map(|sample| Some(RowTotal { sample, layer: 0 }));
    assert!(ask(&mut session, first).contains("For sample 1 the δ of layer 1 add up to −0.969"));
    assert!(ask(&mut session, other).contains("For sample 2 the δ of layer 1 add up to −1.76"));
    assert!(!ask(&mut session, other).contains("not a bias gradient"));
    assert!(ask(&mut session, other).contains("For sample 2"));
    assert!(!ask(&mut session, None).contains("not a bias gradient"));
    let general = ask(&mut session, None);
    assert!(general.contains("not a bias gradient") && !general.contains("For sample"));
    // Softmax meets cross-entropy: the δ of a sample cancel but for rounding.
    let cancelled = ask(&mut session, Some(RowTotal { sample: 1, layer: 1 }));
    assert!(cancelled.contains("×10⁻¹⁶, which is nothing but the rounding of its terms"), "{cancelled}");
    assert!(ledger(&session).rows.contains(">≈ 0</button>"));
    // A button without a value asks about none.
    assert_eq!(r#"{"type":"RowTotalToggled"}"#.parse::<Action>().unwrap(), Action::RowTotalToggled(None));
    // A row that is not there, or not yet known, is not answered for.
    let unknown = ask(&mut session, Some(RowTotal { sample: 10, layer: 1 }));
    assert!(unknown.contains("not a bias gradient") && !unknown.contains("For sample"));
}
