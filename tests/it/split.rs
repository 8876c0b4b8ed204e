//! The split into training and validation rows, and standardisation by the training rows.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use deltascope::data::preset;
use deltascope::nn::Sample;
use deltascope::scenario::{Data, Samples, Scenario, ScenarioError, Split};
use deltascope::session::{Direction, Edit, History, Navigate, Session, StepSize};
use proptest::prelude::*;
use std::sync::Arc;

const SPLIT: Split = Split { percent: 20, seed: 1, standardise: true, standardise_targets: false };

fn split(mut scenario: Scenario, split: Split) -> Scenario {
    scenario.set_split(scenario.source().clone(), Some(split)).unwrap();
    scenario
}

/// The indices of these rows in the file.
fn numbers(samples: &Samples) -> Vec<usize> {
    (0..samples.len()).map(|row| samples.row_number(row)).collect()
}

/// Rows of random numbers: two inputs and one target.
fn rows() -> impl Strategy<Value = Vec<Sample>> {
    let row = (prop::collection::vec(-9.0..9.0, 2), prop::collection::vec(0.0..1.0, 1));
    prop::collection::vec(row.prop_map(|(x, y)| Sample { x, y }), 2..60)
}

fn scenario(samples: impl Into<Samples>) -> Scenario {
    let data =
        Data { samples: samples.into(), ..Data::clone(&preset("xor").unwrap().scenario().unwrap().data) };
    Scenario { data: data.into(), ..preset("xor").unwrap().scenario().unwrap() }
}

proptest! {
    #[test]
    fn every_row_is_a_training_or_a_validation_row(rows in rows(), percent in 1u32..=90, seed in any::<u32>()) {
        let plain = Split { percent, seed, standardise: false, standardise_targets: false };
        let parts = split(scenario(rows.clone()), plain);
        let (training, validation) = (numbers(&parts.data.samples), numbers(&parts.data.validation));
        prop_assert!(!training.is_empty() && !validation.is_empty());
        prop_assert!(training.is_sorted() && validation.is_sorted());
        let mut all = [training, validation].concat();
        all.sort_unstable();
        prop_assert_eq!(all, (0..rows.len()).collect::<Vec<_>>());
        for part in [&parts.data.samples, &parts.data.validation] {
            for row in 0..part.len() {
                prop_assert_eq!(&*part.at(row), &rows[part.row_number(row)]);
            }
        }
        prop_assert_eq!(split(scenario(rows), plain), parts);
    }

    #[test]
    fn validation_rows_affect_no_training_number(rows in rows(), percent in 1u32..=90, seed in any::<u32>(), to in -99.0..99.0) {
        let ask = Split { percent, seed, standardise: true, standardise_targets: true };
        let before = split(scenario(rows.clone()), ask);
        let mut changed = rows;
        let validation = before.data.validation.row_number(0);
        changed[validation].x[0] = to;
        changed[validation].y[0] = to;
        let after = split(scenario(changed), ask);
        // To the last bit; −0 is not 0.
        let bits = |samples: &Samples| {
            let numbers = samples.as_slice().unwrap().iter().flat_map(|sample| sample.x.iter().chain(&sample.y));
            numbers.map(|number| number.to_bits()).collect::<Vec<_>>()
        };
        prop_assert_eq!(bits(&before.data.samples), bits(&after.data.samples));
    }

    #[test]
    fn the_training_rows_have_mean_0_and_deviation_1(rows in rows(), percent in 1u32..=90, seed in any::<u32>()) {
        let parts = split(scenario(rows), Split { percent, seed, ..SPLIT });
        let samples = parts.data.samples.as_slice().unwrap();
        let count = samples.len() as f64;
        for k in 0..2 {
            let mean = samples.iter().map(|sample| sample.x[k]).sum::<f64>() / count;
            let variance = samples.iter().map(|sample| (sample.x[k] - mean).powi(2)).sum::<f64>() / count;
            let expected = if samples.len() > 1 { 1.0 } else { 0.0 };
            prop_assert!(mean.abs() < 1e-9 && (variance - expected).abs() < 1e-9, "{mean}, {variance}");
        }
    }
}

#[test]
fn a_constant_column_becomes_0() {
    let row = |x: f64| Sample { x: vec![x, 7.0], y: vec![0.0] };
    let parts = split(scenario(vec![row(1.0), row(2.0), row(3.0), row(4.0)]), SPLIT);
    for part in [&parts.data.samples, &parts.data.validation] {
        assert!(part.iter().all(|sample| sample.x[1] == 0.0));
    }
}

#[test]
fn an_impossible_split_is_refused_with_its_reason() {
    let refused = |mut scenario: Scenario, split: Split| {
        let before = scenario.clone();
        let error = scenario.set_split(scenario.source().clone(), Some(split)).unwrap_err();
        assert_eq!(scenario, before);
        error.to_string()
    };
    let xor = || preset("xor").unwrap().scenario().unwrap();
    let one = refused(preset("mazur").unwrap().scenario().unwrap(), SPLIT);
    assert_eq!(one, "split: one row cannot be split; take data with at least 2 rows, or no validation rows");
    let all = refused(xor(), Split { percent: 100, ..SPLIT });
    assert_eq!(all, "split.percent: the share of validation rows cannot be 100 %; use 1 to 90");
    let huge = refused(
        scenario([1e308, -1e308, 1e308, 0.0].map(|x| Sample { x: vec![x, 0.0], y: vec![0.0] }).to_vec()),
        SPLIT,
    );
    assert!(huge.starts_with("split.standardise: the numbers of A are too large"), "{huge}");
    let images = Samples::from_images((2, 1), vec![0; 8], vec![0; 4], 1).unwrap();
    assert!(refused(scenario(images), SPLIT).starts_with("split.standardise: images"));
    let mut twice = xor();
    Arc::make_mut(&mut twice.data).validation = twice.data.samples.clone();
    assert!(refused(twice, SPLIT).contains("validation rows of their own"));
}

#[test]
fn the_split_is_the_same_on_every_machine() {
    // Printed by this program. They only show that a seed gives the same split in every version.
    let parts = split(preset("brownlee").unwrap().scenario().unwrap(), Split { standardise: false, ..SPLIT });
    assert_eq!(numbers(&parts.data.validation), [2, 7]);
}

#[test]
fn actions_change_the_split() {
    let mut session = Session::new(preset("iris").unwrap().scenario().unwrap()).unwrap();
    session.update(Edit::ValidationShareChanged(20)).unwrap();
    assert_eq!(session.notice(), Some("The inputs are now standardised by the training rows alone."));
    assert_eq!(session.scenario().split(), Some(SPLIT));
    let data = &session.scenario().data;
    assert_eq!((data.samples.len(), data.validation.len()), (120, 30));

    session.update(Edit::SplitSeedChanged(2)).unwrap();
    assert_eq!(session.scenario().split(), Some(Split { seed: 2, ..SPLIT }));
    let refused = session.update(Edit::InputEdited { row: 0, source: 0, to: 1.0 }).unwrap_err();
    assert_eq!(
        refused,
        "this input is standardised by the training rows, so the file holds another number; \
         switch standardisation off first"
    );
    session.update(Edit::StandardiseChanged(false)).unwrap();
    assert_eq!(session.notice(), None);
    // Editing changes the number in the file, in the row that is shown.
    let row = session.scenario().data.samples.row_number(3);
    assert_ne!(row, 3);
    session.update(Edit::InputEdited { row: 3, source: 0, to: 5.5 }).unwrap();
    assert_eq!(session.scenario().source().samples.at(row).x[0], 5.5);
    assert_eq!(session.scenario().data.samples.at(3).x[0], 5.5);
    session.update(Edit::TargetEdited { row: 3, neuron: 0, to: 0.5 }).unwrap();
    assert_eq!(session.scenario().data.samples.at(3).y[0], 0.5);
    let refused = session.update(Edit::InputEdited { row: 120, source: 0, to: 1.0 }).unwrap_err();
    assert_eq!(refused, "there is no such input");

    session.update(Edit::ValidationShareChanged(0)).unwrap();
    assert_eq!(session.scenario().data.samples.len(), 150);
    let refused = session.update(Edit::SplitSeedChanged(3)).unwrap_err();
    assert_eq!(refused, "there are no validation rows; set their share first");
    let refused = session.update(Edit::ValidationShareChanged(91)).unwrap_err();
    assert_eq!(refused, "the share of validation rows cannot be 91 %; use 1 to 90, or 0 for none");
    for _ in 0..6 {
        session.update(History::Undo).unwrap();
    }
    assert_eq!(session.scenario(), &preset("iris").unwrap().scenario().unwrap());
}

#[test]
fn inputs_and_targets_of_a_regression_are_standardised() {
    let mut session = Session::new(preset("linnerud").unwrap().scenario().unwrap()).unwrap();
    session.update(Edit::ValidationShareChanged(25)).unwrap();
    assert_eq!(
        session.notice(),
        Some("The inputs and targets are now standardised by the training rows alone.")
    );
    let standardised = session.scenario().split().unwrap();
    assert!(standardised.standardise && standardised.standardise_targets);
    // Columns that were not standardised stay as they are.
    let mut session = Session::new(preset("xor").unwrap().scenario().unwrap()).unwrap();
    session.update(Edit::ValidationShareChanged(25)).unwrap();
    assert_eq!((session.notice(), session.scenario().split().unwrap().standardise), (None, false));
}

#[test]
fn row_numbers_are_those_of_the_file() {
    let mut session = Session::new(preset("brownlee").unwrap().scenario().unwrap()).unwrap();
    session.update(Edit::ValidationShareChanged(20)).unwrap();
    let row = session.visible().row_number() + 1;
    let said = deltascope::view::narration::sentence(&session);
    assert!(said.contains(&format!("(row {row})")), "{said}");
}

/// A scenario with three images of two pixels.
fn images() -> Scenario {
    let images = Samples::from_images((2, 1), vec![0, 255, 51, 102, 1, 2], vec![1, 0, 2], 3).unwrap();
    let mut scenario = images_of(images.clone(), vec!["left".into(), "right".into()]);
    Arc::make_mut(&mut scenario.data).validation = images;
    scenario
}

fn images_of(samples: Samples, inputs: Vec<String>) -> Scenario {
    let targets = ["0", "1", "2"].map(str::to_owned).to_vec();
    let data = Data { inputs, targets, samples, validation: Samples::default() };
    let mut scenario = preset("iris").unwrap().scenario().unwrap();
    (scenario.sizes, scenario.data) = (vec![2, 5, 3], data.into());
    scenario
}

#[test]
fn stepping_through_images_gives_the_numbers_of_equal_rows() {
    let mut session = Session::new(images()).unwrap();
    let doubles = |samples: &Samples| samples.iter().map(|sample| sample.into_owned()).collect::<Samples>();
    let mut plain = images();
    let data = Arc::make_mut(&mut plain.data);
    (data.samples, data.validation) = (doubles(&data.samples), doubles(&data.validation));
    let mut other = Session::new(plain).unwrap();
    for _ in 0..40 {
        assert_eq!(
            (session.mini_batch(), session.visible().target()),
            (other.mini_batch(), other.visible().target())
        );
        let step = Navigate::Stepped { by: StepSize::Equation, direction: Direction::Forward };
        session.update(step.clone()).unwrap();
        other.update(step).unwrap();
    }
    let refused = session.update(Edit::InputEdited { row: 0, source: 0, to: 1.0 }).unwrap_err();
    assert!(refused.starts_with("this row is an image"), "{refused}");
}

/// A scenario with images of one pixel, whose pixels are this base64 text.
fn pixels(text: &str) -> Result<Scenario, ScenarioError> {
    let images = Samples::from_images((1, 1), vec![0], vec![0], 3).unwrap();
    let mut scenario = images_of(images, vec!["grey".into()]);
    scenario.sizes[0] = 1;
    let labels = STANDARD.encode(vec![0; STANDARD.decode(text).map_or(1, |bytes| bytes.len())]);
    let json = scenario.to_json().replacen("\"AA==\"", &format!("{text:?}"), 1);
    Scenario::from_json(&json.replacen("\"AA==\"", &format!("{labels:?}"), 1))
}

proptest! {
    #[test]
    fn bytes_are_base64(bytes in prop::collection::vec(any::<u8>(), 1..9), text in "([ABQgw/]{4}){0,2}[AQgw/+=-]{2,5}") {
        for text in [STANDARD.encode(&bytes), text] {
            match STANDARD.decode(&text) {
                Ok(bytes) => {
                    let scenario = pixels(&text).unwrap();
                    let pixels = scenario.data.samples.pixels().unwrap();
                    prop_assert_eq!(&*pixels, &*bytes);
                    let json = format!("\"pixels\":{text:?}");
                    prop_assert!(scenario.to_json().contains(&json));
                }
                Err(_) => prop_assert_eq!(pixels(&text).unwrap_err().field, "data.images.pixels"),
            }
        }
    }
}

#[test]
fn errors_in_images_name_the_field() {
    let json = images().to_json();
    assert_eq!(Scenario::from_json(&json), Ok(images()));
    for (right, wrong, field) in [
        ("\"rows\":1", "\"rows\":0", "data.images.rows"),
        ("\"rows\":1", "\"rows\":18446744073709551615", "data.images.rows"),
        ("\"columns\":2", "\"columns\":3", "data.images.pixels"),
        ("\"columns\":2,\"pixels\":\"AP8zZgEC\"", "\"columns\":1,\"pixels\":\"AP8z\"", "data.images.rows"),
        ("\"pixels\":\"AP8zZgEC\"", "\"pixels\":\"AP8zZgEC=\"", "data.images.pixels"),
        ("\"pixels\":\"AP8zZgEC\"", "\"pixels\":[0, 255]", "data.images.pixels"),
        ("\"labels\":\"AQAC\"", "\"labels\":\"AQAD\"", "data.images.labels"),
        ("\"images\":{\"rows\"", "\"x\":[[0,0]],\"images\":{\"rows\"", "data"),
        ("\"held_out\":{\"images\"", "\"held_out\":{\"y\":[],\"images\"", "data.held_out"),
        ("\"held_out\":{", "\"held_out\":{\"z\":0,", "data.held_out.z"),
        ("\"data\":", "\"split\":{\"percent\":20},\"data\":", "split"),
        ("\"data\":", "\"split\":{\"percent\":2000},\"data\":", "split.percent"),
        ("\"data\":", "\"split\":{\"seed\":2},\"data\":", "split"),
        ("\"data\":", "\"split\":7,\"data\":", "split"),
    ] {
        let broken = json.replacen(right, wrong, 1);
        assert_ne!(broken, json, "{right} does not occur in {json}");
        let error = Scenario::from_json(&broken).unwrap_err();
        assert_eq!(error.field, field, "{wrong}: {error}");
        println!("{error}");
    }
}

#[test]
fn images_are_stored_as_bytes() {
    let images = Samples::from_images((2, 1), vec![0, 255, 51, 102, 1, 2], vec![1, 0, 2], 3).unwrap();
    assert_eq!(images.at(1).x, [0.2, 0.4]);
    assert_eq!((images.target(2), images.len()), (&[0.0, 0.0, 1.0][..], 3));
    assert!(images.get(3).is_none() && images.image(3).is_none() && images.at(3).x.is_empty());
    let mut sample = Sample::default();
    assert!(images.copy_to(0, &mut sample) && !images.copy_to(3, &mut sample));
    assert_eq!(sample, Sample { x: vec![0.0, 1.0], y: vec![0.0, 1.0, 0.0] });

    for (size, pixels, labels, classes, field) in [
        ((0, 1), 0, 0, 1, "rows"),
        ((usize::MAX, 2), 2, 1, 1, "rows"),
        ((2, 1), 3, 1, 1, "pixels"),
        ((2, 1), 2, 1, 0, "labels"),
        ((2, 1), 2, 1, 257, "labels"),
    ] {
        let error = Samples::from_images(size, vec![0; pixels], vec![0; labels], classes).unwrap_err();
        assert_eq!(error.field, field);
    }
}
