//! The page at the limits of doubles: where a derived number is not finite, the text says so.

use crate::sessions::{act, finish_background_work, preset, settle};
use crate::views::text;
use deltascope::nn::{Hyperparameters, Reduction};
use deltascope::scenario::{Scenario, Start};
use deltascope::session::{Direction, Item, Look, Navigate, Session, StepSize, View};
use deltascope::view::equation::Detail;
use deltascope::view::page::page;

/// A preset with this η, and all parameters multiplied by `factor`.
fn extreme(id: &str, learning_rate: f64, factor: f64, reduction: Reduction) -> Scenario {
    let scenario = preset(id);
    let mut network = scenario.network().into_owned();
    for parameter in network.parameters().collect::<Vec<_>>() {
        let value = network.get_mut(parameter).unwrap();
        *value *= factor;
        if *value == 0.0 {
            *value = factor.min(1e200) / 4.0;
        }
    }
    let hyperparameters = Hyperparameters { learning_rate, reduction, ..scenario.hyperparameters };
    Scenario {
        hyperparameters,
        start: Start::Parameters { network: network.into(), epoch: 0, mini_batch: 0 },
        ..scenario
    }
}

/// The places in the text of the page, and in its attributes, that name a number that is none without saying why.
fn unexplained(session: &Session) -> Vec<String> {
    let page = page(session, Detail::Full);
    let fragments = page.fragments.iter().map(|(id, html)| (id.to_string(), text(html)));
    let titles = page.fragments.iter().map(|(id, html)| {
        let titles: Vec<_> =
            html.split("title=\"").skip(1).filter_map(|title| title.split('"').next()).collect();
        (format!("titles in {id}"), titles.join(" "))
    });
    let fields = page.fields.iter().map(|(id, value)| (id.to_string(), value.clone()));
    let attributes =
        page.attributes.iter().map(|(id, _, value)| (id.to_string(), value.clone().unwrap_or_default()));
    let texts = fragments.chain(titles).chain(fields).chain(attributes);
    let is_unexplained = |text: &str| {
        // The explanation of a divergence.
        let text = text.replace("(∞ or NaN)", "");
        let words = || text.split(|c: char| !c.is_alphanumeric());
        let nonsense = ["∞", "not finite times", "= not finite", "not finite (rounding)", "not finite apart"];
        // All background work is done.
        text.contains("omputing …")
            || nonsense.iter().any(|words| text.contains(words))
            || words().any(|word| ["NaN", "inf", "undefined", "infinity"].contains(&word))
    };
    texts.filter(|(_, text)| is_unexplained(text)).map(|(id, text)| format!("{id}: {text}")).collect()
}

#[test]
fn no_number_of_the_page_is_infinite_or_undefined_without_a_word() {
    let (mut shown, mut found) = (0, Vec::new());
    for id in ["and", "xor", "mazur", "linnerud", "compare-and"] {
        for (learning_rate, factor) in [
            (1e300, 1.0),
            (f64::MAX, 1.0),
            (f64::MAX, 0.0),
            (1e-300, 1.0),
            (5e-324, 1.0),
            (0.0, 1.0),
            (0.5, 1e200),
            (0.5, 1e150),
            (1e300, 1e-300),
            (1e154, 1e154),
            (1e-300, 1e200),
        ] {
            for reduction in [Reduction::Sum, Reduction::Mean] {
                let Ok(mut session) = Session::new(extreme(id, learning_rate, factor, reduction)) else {
                    continue;
                };
                settle(&mut session);
                act(&mut session, Look::GradientCheckToggled);
                act(&mut session, Look::Selected(Some(Item::Bias { layer: 0, neuron: 0 })));
                for view in [View::Stepper, View::Compare, View::Train] {
                    act(&mut session, Look::ViewChanged(view));
                    act(&mut session, Navigate::JumpedToStart);
                    for _ in 0..25 {
                        finish_background_work(&mut session);
                        let wrong = unexplained(&session);
                        let what = format!("{id}, η {learning_rate:e}, factor {factor:e}, {reduction:?}");
                        found.extend(
                            wrong
                                .into_iter()
                                .map(|text| format!("{what}, {:?}: {text}", session.position().moment)),
                        );
                        shown += 1;
                        let by = if view == View::Stepper { StepSize::Equation } else { StepSize::Sample };
                        let action = Navigate::Stepped { by, direction: Direction::Forward };
                        if session.update(action).is_err() {
                            break; // it diverges, and says so
                        }
                        settle(&mut session);
                    }
                }
            }
        }
    }
    assert!(shown > 1000, "{shown}");
    assert!(found.is_empty(), "{} of {shown}: {:#?}", found.len(), &found[..found.len().min(10)]);
}

#[test]
fn a_distance_whose_square_overflows_is_finite() {
    let mut session = Session::new(extreme("and", 1e300, 1.0, Reduction::Sum)).unwrap();
    settle(&mut session);
    act(&mut session, Look::ViewChanged(View::Compare));
    settle(&mut session);
    finish_background_work(&mut session);
    let page = page(&session, Detail::Full);
    let sweep = page.fragments.iter().find(|(id, _)| id == "sweep").map(|(_, html)| text(html)).unwrap();
    assert!(
        sweep.contains("×10²⁹⁹ apart at η = 1×10³⁰⁰") || sweep.contains("×10³⁰⁰ apart at η = 1×10³⁰⁰"),
        "{sweep}"
    );
}
