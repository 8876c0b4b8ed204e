//! The session: steps, jumps, edits, undo and refused actions.

use crate::sessions::{preset, settle, step};
use deltascope::data::presets;
use deltascope::nn::{Hyperparameters, Reduction};
use deltascope::scenario::{Position, Scenario};
use deltascope::session::{
    Action, Compare, Direction, Edit, History, Keyboard, Look, MiniBatch, Navigate, Open, Play, Session,
    StepSize, Timeline, Train,
};
use deltascope::view::ledger;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// Everything that a position determines: the position, and every number there.
fn state(session: &Session) -> (Position, MiniBatch, Vec<(u64, f64)>) {
    (session.position(), session.mini_batch().clone(), session.costs().collect())
}

#[test]
fn moments_and_indices_agree() {
    for preset in presets() {
        let timeline = Timeline::of(&preset.scenario().unwrap(), 0);
        for index in 0..timeline.len() {
            assert_eq!(timeline.index(timeline.moment(index)), index, "{}", preset.id);
        }
    }
}

#[test]
fn back_after_forward_is_the_identity_at_every_moment_of_every_preset() {
    for preset in presets() {
        let mut session = Session::new(preset.scenario().unwrap()).unwrap();
        let start = session.timeline();
        // Every position of two mini-batches: neuron by neuron, but only the first neurons of large layers.
        let mut positions = 0;
        while session.updates() < 2 && positions < 2 * start.len() * 8 {
            positions += 1;
            for by in StepSize::ALL {
                let before = state(&session);
                step(&mut session, by, Direction::Forward);
                assert_ne!(session.position(), before.0, "{}: {by:?} does not move", preset.id);
                step(&mut session, by, Direction::Back);
                assert!(state(&session) == before, "{}: {by:?} from {:?}", preset.id, before.0);
            }
            let neuron = session.position().neuron;
            let by =
                if neuron.is_some_and(|neuron| neuron > 3) { StepSize::Equation } else { StepSize::Neuron };
            step(&mut session, by, Direction::Forward);
        }
        assert_eq!(session.updates(), 2, "{}", preset.id);
    }
}

#[test]
fn back_goes_to_the_previous_stop_without_a_step_history() {
    for preset in presets() {
        for by in StepSize::ALL {
            let mut session = Session::new(preset.scenario().unwrap()).unwrap();
            let mut positions = vec![session.position()];
            for _ in 0..40 {
                step(&mut session, by, Direction::Forward);
                positions.push(session.position());
            }
            // A jump clears the step history.
            session.update(Navigate::Jumped(session.position())).unwrap();
            while let Some(position) = positions.pop() {
                assert_eq!(session.position(), position, "{} by {by:?}", preset.id);
                step(&mut session, by, Direction::Back);
            }
        }
    }
}

#[test]
fn a_jump_gives_the_same_state_as_steps() {
    for id in ["brownlee", "iris"] {
        let scenario = presets().iter().find(|preset| preset.id == id).unwrap().scenario().unwrap();
        let mut stepped = Session::new(scenario.clone()).unwrap();
        for _ in 0..3 {
            step(&mut stepped, StepSize::Epoch, Direction::Forward);
        }
        let mut jumped = Session::new(scenario.clone()).unwrap();
        jumped.update(Navigate::Jumped(stepped.position())).unwrap();
        settle(&mut jumped);
        assert_eq!(state(&jumped), state(&stepped));
        let mut opened = Session::new(Scenario { position: stepped.position(), ..scenario }).unwrap();
        settle(&mut opened);
        assert_eq!(state(&opened), state(&stepped));
    }
}

#[test]
fn an_edit_is_undone_and_redone_to_the_last_bit() {
    let mut session = Session::first_preset().unwrap();
    for _ in 0..5 {
        step(&mut session, StepSize::Neuron, Direction::Forward);
    }
    let before = state(&session);
    session.update(Edit::LearningRateChanged(0.25)).unwrap();
    let after = state(&session);
    assert_ne!(before, after);
    session.update(History::Undo).unwrap();
    assert_eq!(state(&session), before);
    session.update(History::Redo).unwrap();
    assert_eq!(state(&session), after);
}

#[test]
fn invalid_actions_are_refused_and_nothing_changes() {
    let mut session = Session::first_preset().unwrap();
    step(&mut session, StepSize::Sample, Direction::Forward);
    let before = (state(&session), session.to_scenario());
    for (action, message) in [
        (
            r#"{"type":"BatchSizeChanged","value":0}"#,
            "a mini-batch needs at least 1 sample; use 1 to update after each sample",
        ),
        (
            r#"{"type":"ActivationChanged","value":{"layer":7,"to":"tanh"}}"#,
            "there is no layer 8; the last one is 1",
        ),
        (
            r#"{"type":"LayerRemoved","value":{"layer":0}}"#,
            "only hidden layers can be removed: the data need inputs and outputs",
        ),
        (
            r#"{"type":"LayerSizeChanged","value":{"layer":0,"to":5}}"#,
            "the data fix the number of inputs and outputs",
        ),
        (
            r#"{"type":"ParameterEdited","value":{"parameter":{"bias":{"layer":3,"neuron":0}},"to":1}}"#,
            "there is no such weight or bias",
        ),
        (r#"{"type":"InputEdited","value":{"row":99,"source":0,"to":1}}"#, "there is no such input"),
        (r#"{"type":"PresetChosen","value":"<script>"}"#, "there is no preset \"<script>\""),
        (
            r#"{"type":"ScenarioOpened","value":"{}"}"#,
            "the file: \"format\" is missing; add it, such as \"format\": \"deltascope-1\"",
        ),
        (r#"{"type":"EpochChosen","value":0}"#, "epochs are counted from 1"),
        (
            r#"{"type":"PlaySpeedChanged","value":1e9}"#,
            "1000000000 steps per second is not allowed; use 0.1 to 60",
        ),
        (r#"{"type":"DigitsChanged","value":99}"#, "99 significant digits are not allowed; use 2 to 17"),
        (
            r#"{"type":"Selected","value":"w-9-9-9"}"#,
            "this network has no such input, target, neuron or weight",
        ),
        (
            r#"{"type":"Jumped","value":{"epoch":0,"mini_batch":7}}"#,
            "an epoch has 1 mini-batch, counted from 0",
        ),
    ] {
        let action: Action = action.parse().unwrap();
        assert_eq!(session.update(action.clone()), Err(message.to_owned()), "{action:?}");
        assert_eq!((state(&session), session.to_scenario()), before, "{action:?}");
    }
    let linnerud = presets().iter().find(|preset| preset.id == "linnerud").unwrap();
    let mut session = Session::new(linnerud.scenario().unwrap()).unwrap();
    let before = (state(&session), session.to_scenario());
    let error = session.update(Edit::LearningRateChanged(1e300)).unwrap_err();
    assert_eq!(
        error,
        "In epoch 1, mini-batch 1, the cost overflows (∞ or NaN): the run diverges with η = 1e300. \
         Use a smaller η. Nothing was changed."
    );
    assert_eq!((state(&session), session.to_scenario()), before);
    for (typed, message) in [
        ("", "a number is needed, such as 0.5"),
        ("abc", "\"abc\" is not a number; 0.5 or -1e-3 would be"),
        ("1,5", "\"1,5\" is not a number; write the point as in 0.5"),
        ("NaN", "NaN is not finite; take a number such as 0.5"),
        ("inf", "inf is not finite; take a number such as 0.5"),
        ("1e999", "1e999 is not finite; take a number such as 0.5"),
        ("--1", "\"--1\" is not a number; 0.5 or -1e-3 would be"),
        ("0x10", "\"0x10\" is not a number; 0.5 or -1e-3 would be"),
    ] {
        let action = serde_json::json!({"type": "LearningRateChanged", "value": typed});
        assert_eq!(action.to_string().parse::<Action>().expect_err(typed), message);
    }
    // The message quotes the text as it was typed.
    let rounded = "is so small that it is rounded to 0; take 0 itself, or a larger number such as 0.5";
    for (typed, message) in [
        ("-1", "η must be a number of 0 or more, not -1; 0.5 would do".to_owned()),
        ("-0.50", "η must be a number of 0 or more, not -0.50; 0.5 would do".to_owned()),
        ("1e-400", format!("1e-400 {rounded}")),
        ("-1e-400", format!("-1e-400 {rounded}")),
    ] {
        let action = serde_json::json!({"type": "LearningRateChanged", "value": typed});
        assert_eq!(action.to_string().parse::<Action>().expect_err(typed), message);
    }
    let error = session.update(Edit::LearningRateChanged(-1.0)).unwrap_err();
    assert_eq!(error, "η must be a number of 0 or more, not -1; 0.5 would do");
}

#[test]
fn what_is_not_an_action_is_refused() {
    for (json, message) in [
        (r#"{"type":"Paused"}"#, r#""Paused" is not an action"#),
        (
            r#"{"type":"ANameOfMoreThanFortyCharactersIsCutOffThere"}"#,
            r#""ANameOfMoreThanFortyCharactersIsCutOffTh…" is not an action"#,
        ),
        (r#"{"type":7}"#, "7 will not do; text in quotes would"),
        ("[]", "a list will not do; an action would"),
        (
            r#"{"type":"Undo","time":1}"#,
            r#""time" is not known here; what may stand here is "type" or "value""#,
        ),
        ("{", "EOF while parsing an object at line 1 column 1"),
        (
            r#"{"type":"ParameterEdited","value":{"parameter":{"bias":{"layer":0,"neuron":0,"x":1}},"to":0}}"#,
            r#""x" is not known here; what may stand here is "layer" or "neuron""#,
        ),
        (r#"{"value":7}"#, r#""type" is missing; add it"#),
        (r#"{"type":"LayerRemoved"}"#, "null will not do; a group { … } would"),
        (r#"{"type":"Undo","value":1}"#, "1 will not do; null would"),
    ] {
        assert_eq!(json.parse::<Action>(), Err(message.into()), "{json}");
    }
}

/// The names of the variants of an enum, from serde's error about an unknown one.
fn variants<T: DeserializeOwned + Debug>() -> Vec<String> {
    let error = serde_json::from_str::<T>("\"?\"").unwrap_err().to_string();
    let names = error.split_once("expected ").unwrap().1;
    names.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn each_type_of_action_belongs_to_one_group() {
    let groups = [
        variants::<Open>(),
        variants::<Edit>(),
        variants::<History>(),
        variants::<Navigate>(),
        variants::<Play>(),
        variants::<Train>(),
        variants::<Compare>(),
        variants::<Look>(),
        variants::<Keyboard>(),
    ];
    for (group, names) in groups.iter().enumerate() {
        assert!(!names.is_empty());
        for name in names {
            let same = groups.iter().flatten().filter(|other| *other == name).count();
            assert_eq!(same, 1, "{name} of group {group} is the name of {same} actions");
            let read = format!(r#"{{"type":"{name}","value":{{"none":[]}}}}"#).parse::<Action>();
            assert_ne!(read, Err(format!("\"{name}\" is not an action")));
        }
    }
}

#[test]
fn the_cost_curve_of_a_long_run_stays_short() {
    let mut session = Session::first_preset().unwrap();
    session.update(Navigate::EpochChosen(100_001)).unwrap();
    settle(&mut session);
    assert_eq!(session.updates(), 100_000);
    assert!(session.costs().count() <= 2048);
    let expected = state(&session);
    for _ in 0..300 {
        step(&mut session, StepSize::MiniBatch, Direction::Back);
    }
    session.update(Navigate::EpochChosen(100_001)).unwrap();
    settle(&mut session);
    assert_eq!(state(&session), expected);
}

/// The exchange of sum and mean is offered only where the updates stay the same in every mini-batch.
#[test]
fn sum_and_mean_are_exchanged_only_where_every_update_stays_the_same() {
    let parameters = |session: &Session| {
        let network = &session.mini_batch().network_before;
        network.parameters().map(|parameter| network.get(parameter).unwrap()).collect::<Vec<_>>()
    };
    let offer = |session: &Session| ledger::remarks(session).into_string();
    let (mut exchanged, mut refused) = (0, 0);
    for id in ["and", "xor", "iris", "brownlee", "han-kamber"] {
        for reduction in [Reduction::Sum, Reduction::Mean] {
            for batch_size in [1, 2, 3, 4, 5, 7, 10, 1000] {
                let mut scenario = preset(id);
                scenario.hyperparameters =
                    Hyperparameters { reduction, batch_size, learning_rate: 0.3, ..scenario.hyperparameters };
                let mut session = Session::new(scenario).unwrap();
                let rows = session.scenario().data.samples.len();
                let (full, last) =
                    (batch_size.min(rows), rows - (rows.div_ceil(batch_size) - 1) * batch_size);
                let before = session.to_scenario();
                let mut other = session.clone();
                let answer =
                    other.update(Keyboard::KeyPressed { key: "m".into(), shift: false, control: false });
                let context = format!("{id}, {reduction:?}, mini-batch {batch_size}");
                if full == 1 || full != last {
                    let message = answer.expect_err(&context);
                    assert_eq!(other.to_scenario(), before, "{context}");
                    assert!(!offer(&session).contains("Same update"), "{context}");
                    if full == 1 {
                        assert_eq!(message, "With one sample in each mini-batch, sum and mean are the same.");
                        assert!(!offer(&session).contains("sum and"), "{context}");
                    } else {
                        let lengths = format!("have {full} samples, the last one has {last}.");
                        assert!(message.ends_with(&lengths), "{context}: {message}");
                        assert!(offer(&session).contains(&lengths), "{context}");
                    }
                    refused += 1;
                    continue;
                }
                answer.expect(&context);
                assert!(offer(&session).contains("Same update"), "{context}");
                assert_ne!(other.scenario().hyperparameters.reduction, reduction, "{context}");
                for session in [&mut session, &mut other] {
                    step(session, StepSize::Epoch, Direction::Forward);
                    step(session, StepSize::Equation, Direction::Forward);
                }
                for (a, b) in parameters(&session).into_iter().zip(parameters(&other)) {
                    assert!((a - b).abs() < 1e-12 * a.abs().max(1.0), "{context}: {a} and {b}");
                }
                exchanged += 1;
            }
        }
    }
    assert!(exchanged > 20 && refused > 20, "{exchanged} {refused}");
}

/// An η that would overflow or be rounded to 0 is not offered.
#[test]
fn no_eta_out_of_range_is_offered() {
    let mut scenario = preset("and");
    scenario.hyperparameters = Hyperparameters {
        reduction: Reduction::Mean,
        batch_size: 4,
        learning_rate: 5e-324,
        ..scenario.hyperparameters
    };
    let mut session = Session::new(scenario).unwrap();
    let error = session.update(Edit::ReductionSwitched).unwrap_err();
    assert_eq!(
        error,
        "The η that would make the same update is too large or too small for a number of 64 bits."
    );
    assert!(!ledger::remarks(&session).into_string().contains("Same update"));
}

/// In a short last mini-batch, the η of the sum that Compare uses is for its own number of samples.
#[test]
fn the_sweep_of_a_short_mini_batch_divides_by_its_own_samples() {
    let mut scenario = preset("xor");
    scenario.hyperparameters = Hyperparameters {
        reduction: Reduction::Mean,
        batch_size: 3,
        learning_rate: 3.0,
        ..scenario.hyperparameters
    };
    let mut session = Session::new(scenario).unwrap();
    assert_eq!(session.sweep_learning_rate(), 1.0);
    step(&mut session, StepSize::MiniBatch, Direction::Forward);
    step(&mut session, StepSize::Equation, Direction::Forward);
    assert_eq!(session.timeline().samples, 1);
    assert_eq!(session.sweep_learning_rate(), 3.0);
}
