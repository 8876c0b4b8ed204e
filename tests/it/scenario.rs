//! The `deltascope-1` format: writing and reading is the identity, and any text is a scenario or an error.

use crate::arbitrary::{Problem, problem};
use deltascope::data::{preset, presets};
use deltascope::nn::{
    Activation, BiasRule, Cost, Distribution, Hyperparameters, Initialisation, Network, Reduction, Sample,
    shuffled,
};
use deltascope::scenario::{
    Data, Moment, Position, Rate, RunConfig, SampleOrder, Samples, Scenario, Split, Start, Updating,
};
use proptest::prelude::*;
use std::sync::Arc;

/// A moment of a mini-batch with at least one sample and one layer.
fn moment() -> impl Strategy<Value = Moment> {
    prop::sample::select(vec![
        Moment::Input { sample: 0 },
        Moment::Forward { sample: 0, layer: 0 },
        Moment::Cost { sample: 0 },
        Moment::Delta { sample: 0, layer: 0 },
        Moment::BiasGradient { sample: 0, layer: 0 },
        Moment::WeightGradient { sample: 0, layer: 0 },
        Moment::Accumulate { sample: 0 },
        Moment::Update { layer: 0 },
    ])
}

/// No compared runs, or two to four different ones.
fn runs() -> impl Strategy<Value = Vec<RunConfig>> {
    let all = Updating::ALL.into_iter().flat_map(|updating| {
        let rules = [BiasRule::OwnDelta, BiasRule::LayerSum, BiasRule::Frozen];
        rules.into_iter().flat_map(move |rule| {
            [Rate::Eta, Rate::EtaOverM].map(|rate| RunConfig { rate, ..RunConfig::new(updating).with(rule) })
        })
    });
    prop_oneof![Just(Vec::new()), prop::sample::subsequence(all.collect::<Vec<_>>(), 2..=4)]
}

/// The kind of the rows of a scenario.
#[derive(Clone, Copy, Debug)]
enum Rows {
    Plain,
    /// The first row is also a validation row.
    Validation,
    Split(Split),
    Images(u8),
    SplitImages(u8, Split),
}

fn rows() -> impl Strategy<Value = Rows> {
    let split = |standardise: bool| {
        let flags = (1u32..=90, any::<u32>(), any::<bool>(), any::<bool>());
        flags.prop_map(move |(percent, seed, inputs, targets)| Split {
            percent,
            seed,
            standardise: inputs && standardise,
            standardise_targets: targets && standardise,
        })
    };
    prop_oneof![
        4 => Just(Rows::Plain),
        1 => Just(Rows::Validation),
        1 => split(true).prop_map(Rows::Split),
        1 => any::<u8>().prop_map(Rows::Images),
        1 => (any::<u8>(), split(false)).prop_map(|(byte, split)| Rows::SplitImages(byte, split)),
    ]
}

/// The data, and their split.
fn data(
    rows: Rows,
    sizes: &[usize],
    names: &dyn Fn(usize) -> Vec<String>,
    samples: Vec<Sample>,
) -> (Data, Option<Split>) {
    let (n_in, n_out) = (sizes[0], sizes[sizes.len() - 1]);
    let images = |first: u8| {
        let bytes = (0..samples.len() * n_in).map(|index| (index as u8).wrapping_mul(57).wrapping_add(first));
        let labels = (0..samples.len()).map(|index| (index % n_out) as u8);
        Samples::from_images((1, n_in), bytes.collect(), labels.collect(), n_out).unwrap()
    };
    let (kept, validation, split) = match rows {
        Rows::Plain => (samples.into(), Samples::default(), None),
        Rows::Validation => (samples.clone().into(), samples[..1].to_vec().into(), None),
        Rows::Split(split) if samples.len() > 1 => (samples.into(), Samples::default(), Some(split)),
        Rows::Images(first) => (images(first), images(!first), None),
        Rows::SplitImages(first, split) if samples.len() > 1 => {
            (images(first), Samples::default(), Some(split))
        }
        Rows::Split(_) | Rows::SplitImages(..) => (samples.into(), Samples::default(), None),
    };
    (Data { inputs: names(n_in), targets: names(n_out), samples: kept, validation }, split)
}

fn scenario() -> impl Strategy<Value = Scenario> {
    let numbers = (
        1e-9..1e9,
        1usize..6,
        prop::sample::select(vec![Reduction::Sum, Reduction::Mean]),
        prop::sample::select(vec![BiasRule::OwnDelta, BiasRule::LayerSum, BiasRule::Frozen]),
    );
    let start = prop::option::of((prop::sample::select(Distribution::ALL.to_vec()), any::<u32>()));
    let order = prop_oneof![Just(SampleOrder::File), any::<u32>().prop_map(SampleOrder::Shuffled)];
    let position = (moment(), 0u32..1000, any::<prop::sample::Index>(), any::<bool>());
    (problem(), (".*", ".*"), numbers, start, order, runs(), rows(), position).prop_map(
        |(
            problem,
            (title, note),
            numbers,
            start,
            order,
            runs,
            rows,
            (moment, epoch, mini_batch, one_neuron),
        )| {
            let Problem { network, cost, samples } = problem;
            let (learning_rate, batch_size, reduction, bias_rule) = numbers;
            let sizes = network.sizes();
            let names = |count: usize| (0..count).map(|k| format!("{k} \"<b>\" ü, {note}")).collect();
            let (data, split) = data(rows, &sizes, &names, samples);
            // Targets of cross-entropy must stay between 0 and 1.
            let free = matches!(cost, Cost::Mse | Cost::HalfMse);
            let split =
                split.map(|split| Split { standardise_targets: split.standardise_targets && free, ..split });
            let mut scenario = placeholder(data.into());
            scenario.set_split(scenario.data.clone(), split).unwrap();
            let (data, split_data) = (scenario.data, scenario.split_data);
            let mini_batch = mini_batch.index(data.samples.len().div_ceil(batch_size)) as u32;
            let neuron = (one_neuron && moment.layer().is_some()).then_some(0);
            Scenario {
                title,
                activations: network.layers.iter().map(|layer| layer.activation).collect(),
                start: match start {
                    Some((distribution, seed)) => {
                        Start::Initialisation(Initialisation { distribution, seed })
                    }
                    None => Start::Parameters { network: Arc::new(network), epoch, mini_batch },
                },
                hyperparameters: Hyperparameters { cost, learning_rate, batch_size, reduction, bias_rule },
                position: Position { epoch, mini_batch, moment, neuron },
                data,
                split_data,
                runs,
                note,
                sizes,
                order,
            }
        },
    )
}

/// Any scenario with these data.
fn placeholder(data: Arc<Data>) -> Scenario {
    Scenario { data, ..presets()[0].scenario().unwrap() }
}

/// The text is a scenario that passes its checks, or an error with a field and a message.
fn read(text: &str) -> Result<(), TestCaseError> {
    match Scenario::from_json(text) {
        Ok(scenario) => {
            prop_assert_eq!(scenario.check(), Ok(()));
            prop_assert_eq!(Scenario::from_json(&scenario.to_json()), Ok(scenario));
        }
        Err(error) => prop_assert!(!error.field.is_empty() && !error.problem.is_empty()),
    }
    Ok(())
}

proptest! {
    #[test]
    fn writing_and_reading_a_scenario_is_the_identity(scenario in scenario()) {
        prop_assert_eq!(scenario.check(), Ok(()));
        let json = scenario.to_json();
        prop_assert_eq!(Scenario::from_json(&json), Ok(scenario));
        prop_assert_eq!(Scenario::from_json(&json).unwrap().to_json(), json);
    }

    #[test]
    fn any_text_is_a_scenario_or_an_error(text in ".*") {
        read(&text)?;
    }

    #[test]
    fn a_damaged_scenario_is_a_scenario_or_an_error(
        scenario in scenario(),
        at in any::<prop::sample::Index>(),
        length in 0usize..12,
        put in prop::sample::select(vec![
            "", "0", "-1", "1e999", "-", "null", "NaN", "[]", "{}", "\"", "[[1]]", "softmax", "99999999999999999999",
            "4294967295", "18446744073709551615", "1e-320", ",", "]", "shared_bias",
        ]),
    ) {
        let json: Vec<char> = scenario.to_json().chars().collect();
        let at = at.index(json.len());
        let end = (at + length).min(json.len());
        let damaged: String = json[..at].iter().copied().chain(put.chars()).chain(json[end..].iter().copied()).collect();
        read(&damaged)?;
    }

    #[test]
    fn a_shuffled_order_is_a_permutation(count in 0usize..300, seed in any::<u32>(), epoch in any::<u32>()) {
        let mut order = shuffled(count, seed, epoch);
        order.sort_unstable();
        prop_assert_eq!(order, (0..count).collect::<Vec<_>>());
    }
}

/// A file as the first versions of the program saved it. Names of fields and variants never change.
#[test]
fn saved_files_keep_their_format() {
    let saved = "{\"format\":\"deltascope-1\",\"title\":\"A\",\"note\":\"η \\\"½\\\"\",\"sizes\":[1,1],\
        \"activations\":[\"sigmoid\"],\"cost\":\"half_mse\",\"learning_rate\":0.5,\"batch_size\":1,\
        \"reduction\":\"mean\",\"bias_rule\":\"own_delta\",\"order\":{\"shuffled\":3},\
        \"initialisation\":{\"distribution\":\"standard_normal\",\"seed\":7},\
        \"lanes\":[{\"updating\":\"per_sample\",\"bias_rule\":\"own_delta\",\"rate\":\"eta_over_m\"},\
        {\"updating\":\"sequential\",\"bias_rule\":\"layer_sum\",\"rate\":\"eta\"}],\
        \"split\":{\"percent\":30,\"seed\":1,\"standardise\":true},\
        \"data\":{\"inputs\":[\"x1\"],\"targets\":[\"y1\"],\"x\":[[0.0],[1e-7],[3.0]],\"y\":[[1.0],[0.0],[1.0]]},\
        \"position\":{\"epoch\":2,\"mini_batch\":1,\"moment\":{\"weight_gradient\":{\"sample\":0,\"layer\":0}},\
        \"neuron\":0}}";
    assert_eq!(Scenario::from_json(saved).unwrap().to_json(), saved);
    let images = "{\"format\":\"deltascope-1\",\"title\":\"\",\"sizes\":[2,2],\"activations\":[\"softmax\"],\
        \"cost\":\"cce\",\"learning_rate\":3.0,\"batch_size\":1,\"reduction\":\"sum\",\"bias_rule\":\"frozen\",\
        \"order\":\"file\",\"parameters\":{\"weights\":[[[0.1,-0.2],[0.0,22.5]]],\"biases\":[[0.0,-0.5]],\
        \"epoch\":1,\"mini_batch\":0},\"data\":{\"inputs\":[\"a\",\"b\"],\"targets\":[\"0\",\"1\"],\
        \"images\":{\"rows\":1,\"columns\":2,\"pixels\":\"AP8=\",\"labels\":\"AQ==\"},\
        \"held_out\":{\"images\":{\"rows\":1,\"columns\":2,\"pixels\":\"AAE=\",\"labels\":\"AA==\"}}},\
        \"position\":{\"epoch\":1,\"mini_batch\":0,\"moment\":{\"update\":{\"layer\":0}}}}";
    assert_eq!(Scenario::from_json(images).unwrap().to_json(), images);
}

/// Errors in the XOR preset, and the field that each message must name.
#[test]
fn errors_name_the_field() {
    let json = preset("xor").unwrap().scenario().unwrap().to_json();
    for (right, wrong, field) in [
        ("deltascope-1", "deltascope-2", "format"),
        ("\"sizes\":[2,2,1]", "\"sizes\":[2]", "sizes"),
        ("\"sizes\":[2,2,1]", "\"sizes\":[2,0,1]", "sizes[1]"),
        ("\"sizes\":[2,2,1]", "\"sizes\":[2,999999999999,1]", "sizes"),
        ("\"sizes\":[2,2,1]", "\"sizes\":[2,3,1]", "parameters.weights[0]"),
        ("[\"sigmoid\",\"sigmoid\"]", "[\"sigmoid\"]", "activations"),
        ("[\"sigmoid\",\"sigmoid\"]", "[\"sigmoid\",\"sine\"]", "activations[1]"),
        ("[\"sigmoid\",\"sigmoid\"]", "[\"softmax\",\"sigmoid\"]", "activations[0]"),
        ("\"half_mse\"", "\"cce\"", "cost"),
        ("\"learning_rate\":3.0", "\"learning_rate\":-1e-300", "learning_rate"),
        ("\"learning_rate\":3.0", "\"learning_rate\":-1", "learning_rate"),
        ("\"learning_rate\":3.0", "\"learning_rate\":\"3\"", "learning_rate"),
        ("\"batch_size\":4", "\"batch_size\":0", "batch_size"),
        ("\"own_delta\"", "\"shared_bias\"", "bias_rule"),
        ("-0.7902", "null", "parameters.weights[0]"),
        ("[0.8552,0.5304]", "[0.8552]", "parameters.biases[0]"),
        ("\"inputs\":[\"A\",\"B\"]", "\"inputs\":[\"A\"]", "data.inputs"),
        ("[1.0,0.0]", "[1.0]", "data.x[2]"),
        ("\"mini_batch\":0,\"moment\"", "\"mini_batch\":7,\"moment\"", "position.mini_batch"),
    ] {
        let broken = json.replacen(right, wrong, 1);
        assert_ne!(broken, json, "{right} does not occur");
        let error = Scenario::from_json(&broken).unwrap_err();
        assert!(error.field.starts_with(field), "{wrong}: {error}");
    }
}

#[test]
fn a_value_of_the_wrong_type_is_quoted_with_an_example() {
    let json = preset("xor").unwrap().scenario().unwrap().to_json();
    let told = |right: &str, wrong: &str| {
        let broken = json.replacen(right, wrong, 1);
        assert_ne!(broken, json, "{right} does not occur");
        Scenario::from_json(&broken).unwrap_err().to_string()
    };
    let scenario = "a scenario, { \"format\": \"deltascope-1\", … }, would";
    assert_eq!(
        Scenario::from_json("[]").unwrap_err().to_string(),
        format!("the file: a list will not do; {scenario}")
    );
    assert_eq!(
        Scenario::from_json("7").unwrap_err().to_string(),
        format!("the file: 7 will not do; {scenario}")
    );
    for (text, message) in [
        (
            "hello",
            "this is not a scenario file (expected value at line 1 column 1); use one that was saved here",
        ),
        ("", "this file is incomplete (EOF while parsing a value at line 1 column 0); use a complete one"),
        ("{} {}", "there is text after the scenario (trailing characters at line 1 column 4); delete it"),
    ] {
        assert_eq!(Scenario::from_json(text).unwrap_err().to_string(), format!("the file: {message}"));
    }
    for (right, wrong, message) in [
        (
            "\"learning_rate\":3.0",
            "\"learning_rate\":1e400",
            "learning_rate: 1e400 is a number out of range; one such as 0.5 would do",
        ),
        (
            "\"learning_rate\":3.0",
            "\"learning_rate\":\"3\"",
            "learning_rate: \"3\" will not do; a number such as 0.5 would",
        ),
        (
            "\"batch_size\":4",
            "\"batch_size\":4.5",
            "batch_size: 4.5 will not do; a whole number such as 4 would",
        ),
        (
            "\"sizes\":[2,2,1]",
            "\"sizes\":[2,-2,1]",
            "sizes[1]: -2 will not do; a whole number such as 4 would",
        ),
        ("\"sizes\":[2,2,1]", "\"sizes\":2", "sizes: 2 will not do; a list such as [2, 1] would"),
        ("-0.7902", "null", "parameters.weights[0][0][0]: null will not do; a number such as 0.5 would"),
        ("\"cost\":\"half_mse\"", "\"cost\":true", "cost: true will not do; a name in quotes would"),
        (
            "\"cost\":\"half_mse\"",
            "\"cost\":{\"half_mse\":null}",
            "cost: a group { … } will not do; a name in quotes would",
        ),
        (
            "\"cost\":\"half_mse\"",
            "\"cost\":{\"half_mse\":[1]}",
            "cost: a group { … } will not do; a name in quotes would",
        ),
        (
            "\"cost\":\"half_mse\",",
            "",
            "the file: \"cost\" is missing; add it, such as \"cost\": \"half_mse\"",
        ),
        ("\"sum\"", "\"total\"", "reduction: \"total\" is not known here; take \"sum\" or \"mean\""),
        (
            "\"input\":{\"sample\":0}",
            "\"update\":0",
            "position.moment.update: 0 will not do; a moment such as { \"update\": { \"layer\": 0 } } would",
        ),
    ] {
        assert_eq!(told(right, wrong), message);
    }
    let unknown = told("\"batch_size\"", "\"batchsize\"");
    assert!(
        unknown.contains("\"batchsize\" is not known here") && unknown.contains("\"batch_size\""),
        "{unknown}"
    );
}

#[test]
fn every_preset_passes_its_checks_and_is_read_as_written() {
    for preset in presets() {
        let scenario = preset.scenario().unwrap();
        assert_eq!(scenario.check(), Ok(()), "{}", preset.id);
        assert_eq!(Scenario::from_json(&scenario.to_json()).as_ref(), Ok(&scenario), "{}", preset.id);
    }
}

/// These numbers were printed by this program on x86-64. They only show that a seed gives the same numbers on every
/// machine and in every version, so that shared scenarios do not change.
#[test]
fn a_seed_gives_the_same_numbers_everywhere() {
    assert_eq!(shuffled(10, 1, 0), PINNED_ORDERS[0]);
    assert_eq!(shuffled(10, 1, 1), PINNED_ORDERS[1]);
    for (distribution, want) in
        [(Distribution::Uniform, PINNED_UNIFORM), (Distribution::Normal, PINNED_NORMAL)]
    {
        let drawn: Network = Initialisation { distribution, seed: 7 }.network(&[2, 2], &[Activation::Tanh]);
        assert_eq!(drawn.layers[0].weights.values(), want, "{distribution:?}");
        assert_eq!(drawn.layers[0].biases, [0.0, 0.0]);
    }
    // The standard normal distribution gives the same numbers without the factor 1/√2, and also draws the biases.
    let initialisation = Initialisation { distribution: Distribution::StandardNormal, seed: 7 };
    let drawn = initialisation.network(&[2, 2], &[Activation::Tanh]);
    let same = |(one, other): (&f64, f64)| (one - other * 2f64.sqrt()).abs() < 1e-15;
    assert!(drawn.layers[0].weights.values().iter().zip(PINNED_NORMAL).all(same));
    assert!(drawn.layers[0].biases.iter().all(|bias| *bias != 0.0));
}

const PINNED_ORDERS: [[usize; 10]; 2] = [[2, 7, 8, 5, 3, 6, 1, 9, 0, 4], [6, 7, 2, 3, 1, 5, 9, 4, 0, 8]];
const PINNED_UNIFORM: [f64; 4] =
    [-0.48394940069044684, -0.4695339460198279, 0.28889007073821954, 0.32066061696196146];
const PINNED_NORMAL: [f64; 4] =
    [-0.5482707519200272, -0.9782268794587032, 0.6291221088631554, 0.2544022118839694];
