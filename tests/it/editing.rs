//! Fields: each edits the value that it shows.

use crate::sessions::{act, preset, session, step};
use deltascope::nn::{Parameter, Reduction};
use deltascope::scenario::{Moment, Scenario};
use deltascope::session::{Action, Direction, History, Item, Look, Session, StepSize};
use deltascope::view::equation::Detail;
use deltascope::view::inspector::inspector;
use deltascope::view::page::page;
use serde_json::json;

/// The value of a field of the selected neuron, weight or input.
fn shown(session: &Session, id: &str) -> f64 {
    let fields = inspector(session).fields;
    let (_, value) = fields.iter().find(|(field, _)| field == id).unwrap_or_else(|| panic!("no field {id}"));
    value.parse().unwrap()
}

/// The action of a field, from its markup, with a typed value.
fn typed(session: &Session, id: &str, to: f64) -> Action {
    let html: String = inspector(session).fragments.into_iter().map(|(_, html)| html).collect();
    let (_, rest) = html.split_once(&format!("id=\"{id}\"")).unwrap();
    let attribute = |name: &str| {
        let (_, rest) = rest.split_once(&format!("{name}=\"")).unwrap();
        rest.split_once('"').unwrap().0.replace("&quot;", "\"")
    };
    let mut value: serde_json::Value = serde_json::from_str(&attribute("data-value")).unwrap();
    value["to"] = json!(to.to_string());
    json!({ "type": attribute("data-action"), "value": value }).to_string().parse().unwrap()
}

/// At every moment, a typed number replaces the number that the field showed; after an update the mini-batch starts
/// again and no other field changes.
#[test]
fn a_field_edits_the_value_that_it_shows_at_every_moment() {
    let mut restarts = 0;
    for (id, batch_size, by) in [
        ("mazur", 1, StepSize::Neuron),
        ("xor", 3, StepSize::Equation),
        ("and", 4, StepSize::Neuron),
        ("brownlee", 1, StepSize::Equation),
    ] {
        let mut scenario = preset(id);
        scenario.hyperparameters.batch_size = batch_size;
        scenario.hyperparameters.reduction = Reduction::Mean;
        let mut session = Session::new(scenario).unwrap();
        while session.updates() < 2 {
            let sizes = session.scenario().sizes.clone();
            let neurons = (0..sizes.len() - 1)
                .flat_map(|layer| (0..sizes[layer + 1]).map(move |neuron| Item::Neuron { layer, neuron }));
            for item in neurons.chain((0..sizes[0]).map(|source| Item::Input { source })) {
                act(&mut session, Look::Selected(Some(item)));
                let fields = inspector(&session).fields;
                let field = &fields[session.updates() as usize % fields.len()].0;
                let before = session.to_scenario();
                let position = session.position();
                let number = shown(&session, field) + 0.125;
                let mut edited = session.clone();
                act(&mut edited, typed(&session, field, number));
                let context = format!("{id}, {field} at {position:?}");
                assert_eq!(shown(&edited, field), number, "{context}");
                let updated = item.neuron().is_some_and(|(layer, neuron)| {
                    session.visible().updated(layer, neuron) && !field.starts_with("edit-y")
                });
                let notice = edited.notice().unwrap_or_default();
                assert_eq!(notice.contains("This mini-batch starts again from its first sample"), updated);
                if updated {
                    restarts += 1;
                    assert_eq!(edited.position().moment, Moment::Input { sample: 0 }, "{context}");
                    assert_eq!(edited.position().mini_batch, position.mini_batch, "{context}");
                    for (other, _) in
                        fields.iter().filter(|(other, _)| other != field && !other.starts_with("edit-y"))
                    {
                        assert_eq!(shown(&edited, other), shown(&session, other), "{context}: {other}");
                    }
                } else {
                    assert_eq!(edited.position(), position, "{context}");
                }
                act(&mut edited, History::Undo);
                assert_eq!(edited.to_scenario(), before, "{context}");
            }
            step(&mut session, by, Direction::Forward);
        }
    }
    assert!(restarts > 20, "{restarts}");
}

#[test]
fn a_restart_names_the_parameter() {
    let mut session = session("mazur");
    step(&mut session, StepSize::MiniBatch, Direction::Forward);
    let mut edited = |parameter, to: &str| {
        let edit = json!({ "type": "ParameterEdited", "value": { "parameter": parameter, "to": to } });
        act(&mut session, edit.to_string().parse::<Action>().unwrap());
        let notice = session.notice().unwrap().to_owned();
        act(&mut session, History::Undo);
        notice
    };
    assert_eq!(
        edited(Parameter::Bias { layer: 0, neuron: 0 }, "0.6"),
        "b of layer 1, neuron 1 is now 0.6. This mini-batch starts again from its first sample. Undo reverts the \
         change."
    );
    let notice = edited(Parameter::Weight { layer: 1, neuron: 0, source: 1 }, "-2");
    assert!(notice.starts_with("w into layer 2, neuron 1 from neuron 2 is now −2. "), "{notice}");
}

/// Fields of inputs and targets name their sample and its row.
#[test]
fn fields_of_the_data_name_their_sample_and_row() {
    let mut session = session("iris");
    step(&mut session, StepSize::Sample, Direction::Forward);
    let row = session.visible().row_number() + 1;
    assert_eq!(session.position().moment, Moment::Input { sample: 1 });
    for (item, name) in [(Item::Input { source: 2 }, "input 3"), (Item::Target { neuron: 1 }, "target 2")] {
        act(&mut session, Look::Selected(Some(item)));
        let html: String = inspector(&session).fragments.into_iter().map(|(_, html)| html).collect();
        assert!(html.contains(&format!("aria-label=\"{name} of sample 2 (row {row})\"")), "{html}");
        assert!(
            html.replace("aria-label", "").matches(&format!("sample 2 (row {row})")).count() >= 2,
            "{html}"
        );
    }
}

/// A step by sample ends at the first moment of the next sample, after the last sample at the end of the update; the
/// samples before it are accumulated then. What is typed there is of that sample.
#[test]
fn a_sample_step_ends_at_the_next_sample() {
    for (id, batch_size) in [("xor", 4), ("xor", 3), ("iris", 10), ("mazur", 1)] {
        let mut scenario = preset(id);
        scenario.hyperparameters.batch_size = batch_size;
        let mut session = Session::new(scenario).unwrap();
        for _ in 0..2 {
            let samples = session.timeline().samples;
            assert_eq!(session.position().moment, Moment::Input { sample: 0 }, "{id}");
            for sample in 1..samples {
                step(&mut session, StepSize::Sample, Direction::Forward);
                assert_eq!(session.position().moment, Moment::Input { sample: sample as u32 }, "{id}");
                assert_eq!(session.visible().accumulated(), sample, "{id}");
            }
            step(&mut session, StepSize::Sample, Direction::Forward);
            assert!(session.visible().finished(), "{id}");
            step(&mut session, StepSize::Sample, Direction::Forward);
        }
    }
    let mut session = session("xor");
    step(&mut session, StepSize::Sample, Direction::Forward);
    act(&mut session, Look::Selected(Some(Item::Input { source: 0 })));
    let row = session.mini_batch().rows[1];
    let action = typed(&session, "edit-x-0", 0.75);
    act(&mut session, action);
    assert_eq!(session.scenario().data.samples.as_slice().unwrap()[row].x[0], 0.75);
}

/// Once a part is changed, title and note no longer describe the scenario; undoing the change restores them.
#[test]
fn a_changed_preset_says_so() {
    let edits = [
        r#"{"type": "LayerAdded"}"#,
        r#"{"type": "SeedChanged", "value": 7}"#,
        r#"{"type": "InputEdited", "value": {"row": 1, "source": 0, "to": 0.5}}"#,
        r#"{"type": "TargetEdited", "value": {"row": 1, "neuron": 0, "to": 0.5}}"#,
        r#"{"type": "ParameterEdited", "value": {"parameter": {"bias": {"layer": 0, "neuron": 0}}, "to": 0.5}}"#,
        r#"{"type": "LearningRateChanged", "value": 0.125}"#,
        r#"{"type": "BatchSizeChanged", "value": 2}"#,
        r#"{"type": "BiasRuleChanged", "value": "layer_sum"}"#,
        r#"{"type": "ShuffleChanged", "value": true}"#,
        r#"{"type": "RunAdded", "value": {"updating": "mean", "bias_rule": "frozen"}}"#,
    ];
    let shown = |session: &Session| {
        let page = page(session, Detail::Brief);
        let text = |id: &str| page.fragments.iter().find(|(name, _)| name == id).unwrap().1.clone();
        (text("title"), text("note"))
    };
    for edit in edits {
        let mut session = session("xor");
        let (title, note) = shown(&session);
        assert_eq!(title, "XOR");
        assert!(note.contains("This one does"), "{note}");
        act(&mut session, edit.parse::<Action>().unwrap());
        assert_eq!(shown(&session), ("XOR, changed".into(), String::new()), "{edit}");
        // The saved file says so too, and a second change does not repeat it.
        let saved = Scenario::from_json(&session.to_scenario().to_json()).unwrap();
        assert_eq!((saved.title.as_str(), saved.note.as_str()), ("XOR, changed", ""));
        act(&mut session, r#"{"type": "LearningRateChanged", "value": 2.5}"#.parse::<Action>().unwrap());
        assert_eq!(shown(&session).0, "XOR, changed");
        act(&mut session, History::Undo);
        act(&mut session, History::Undo);
        assert_eq!(shown(&session), (title, note), "{edit}");
    }
    // A value typed back makes it the preset again.
    let mut session = Session::first_preset().unwrap();
    let before = shown(&session);
    let rate = session.scenario().hyperparameters.learning_rate;
    for (to, changed) in [(rate, false), (2.0 * rate, true), (rate, false)] {
        act(
            &mut session,
            json!({"type": "LearningRateChanged", "value": to}).to_string().parse::<Action>().unwrap(),
        );
        assert_eq!(shown(&session) != before, changed, "{to}");
    }
}
