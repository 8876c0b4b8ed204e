//! MNIST: idx files, in any order and under any names, made into one scenario after Nielsen's protocol.

use super::idx::{DIGITS, Idx, IdxError};
use crate::nn::{Activation, BiasRule, Cost, Distribution, Hyperparameters, Initialisation, Reduction};
use crate::scenario::{Data, Position, SampleOrder, Samples, Scenario, ScenarioError, Start};
use std::sync::Arc;

/// The id of the scenario in the list of presets.
pub const ID: &str = "mnist";
/// What it is called in that list.
pub const TITLE: &str = "MNIST (60,000 digits)";
/// What is said where its files are not at hand.
pub const ABSENT: &str = "MNIST is not here: run `cargo xtask data mnist` and load the page again, or drop its four \
                          idx files on the page";
/// The images that it has for training, and held out.
const ROWS: (usize, usize) = (60_000, 10_000);
/// The neurons of its hidden layer.
const HIDDEN: usize = 30;

/// A file that has been read.
struct Part {
    name: String,
    set: Option<Set>,
    idx: Idx,
}

/// Which of the two sets a file says in its name that it belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    Training,
    Test,
}

/// Images and their labels.
struct Pair {
    images: Part,
    labels: Part,
}

/// Two or four idx files (their names and bytes) as a scenario: 784-30-10 sigmoid, half squared error, mini-batches of
/// 10, η 3, mean, everything drawn from the standard normal distribution (M. Nielsen, *Neural Networks and Deep
/// Learning*, chapter 1). The test set is held out. Other sizes and counts than MNIST's will do.
pub fn scenario(files: Vec<(String, Vec<u8>)>) -> Result<Scenario, IdxError> {
    let mut images = Vec::new();
    let mut labels = Vec::new();
    for (name, bytes) in files {
        let idx = Idx::read(&name, bytes)?;
        let kind = if matches!(idx, Idx::Images { .. }) { &mut images } else { &mut labels };
        kind.push(Part { set: Set::of(&name), name, idx });
    }
    let mut pairs = pairs(images, labels)?.into_iter();
    let Some(training) = pairs.next() else { return Err(too_few()) };
    let validation = pairs.next();
    let name = training.images.name.clone();
    let size = training.images.size();
    if let Some(validation) = &validation
        && validation.images.size() != size
    {
        let (width, height) = validation.images.size();
        return error(
            &validation.images.name,
            format!(
                "its images are {height} × {width}, those of {name} {} × {}; take two of one size",
                size.1, size.0
            ),
        );
    }
    let data = Data {
        inputs: (0..size.0 * size.1)
            .map(|pixel| format!("row {} column {}", pixel / size.0 + 1, pixel % size.0 + 1))
            .collect(),
        targets: (0..DIGITS).map(|digit| digit.to_string()).collect(),
        samples: training.samples()?,
        validation: validation.map_or(Ok(Samples::default()), Pair::samples)?,
    };
    let scenario = Scenario {
        title: "MNIST".to_owned(),
        note: note(&data),
        sizes: vec![size.0 * size.1, HIDDEN, DIGITS],
        activations: vec![Activation::Sigmoid; 2],
        start: Start::Initialisation(Initialisation { distribution: Distribution::StandardNormal, seed: 1 }),
        hyperparameters: Hyperparameters {
            cost: Cost::HalfMse,
            learning_rate: 3.0,
            batch_size: 10,
            reduction: Reduction::Mean,
            bias_rule: BiasRule::OwnDelta,
        },
        order: SampleOrder::Shuffled(1),
        runs: Vec::new(),
        data: Arc::new(data),
        split_data: None,
        position: Position::default(),
    };
    scenario.check().map_err(|error| of_scenario(&name, &error))?;
    Ok(scenario)
}

/// Whether this is all of MNIST, as the list of presets names it.
pub fn is_whole(scenario: &Scenario) -> bool {
    let Data { samples, validation, .. } = &*scenario.data;
    (samples.len(), validation.len()) == ROWS && samples.image_size() == Some((28, 28))
}

fn note(data: &Data) -> String {
    let validation = match data.validation.len() {
        0 => "none held out".to_owned(),
        count => format!("{count} held out"),
    };
    format!(
        "{} handwritten digits to train on and {validation} (Y. LeCun, C. Cortes and C. Burges, The MNIST database), \
         with Nielsen’s settings: {HIDDEN} hidden neurons, mini-batches of 10, η 3, weights and biases drawn from the \
         standard normal distribution.",
        data.samples.len()
    )
}

fn error<T>(file: &str, problem: impl Into<String>) -> Result<T, IdxError> {
    Err(IdxError { file: file.to_owned(), problem: problem.into() })
}

fn of_scenario(file: &str, error: &ScenarioError) -> IdxError {
    IdxError { file: file.to_owned(), problem: error.problem.clone() }
}

fn too_few() -> IdxError {
    IdxError {
        file: "the idx files".into(),
        problem: "a file of images and the one of their labels are needed; give both, or all four".into(),
    }
}

impl Set {
    fn of(name: &str) -> Option<Self> {
        let has = |word: &str| {
            let mut parts = name.as_bytes().windows(word.len());
            parts.any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
        };
        match (has("train"), has("t10k") || has("test")) {
            (true, false) => Some(Self::Training),
            (false, true) => Some(Self::Test),
            _ => None,
        }
    }
}

impl Part {
    fn len(&self) -> usize {
        match &self.idx {
            Idx::Images { size, pixels } => pixels.len() / (size.0 * size.1),
            Idx::Labels(labels) => labels.len(),
        }
    }

    /// The size of its images.
    fn size(&self) -> (usize, usize) {
        match self.idx {
            Idx::Images { size, .. } => size,
            Idx::Labels(_) => (0, 0),
        }
    }
}

impl Pair {
    fn samples(self) -> Result<Samples, IdxError> {
        let (Idx::Images { size, pixels }, Idx::Labels(labels)) = (self.images.idx, self.labels.idx) else {
            return Err(too_few());
        };
        Samples::from_images(size, pixels, labels, DIGITS)
            .map_err(|error| of_scenario(&self.images.name, &error))
    }
}

/// Images beside their labels: the training set, and then the test set where there is one.
fn pairs(mut images: Vec<Part>, mut labels: Vec<Part>) -> Result<Vec<Pair>, IdxError> {
    if images.is_empty() || images.len() != labels.len() || images.len() > 2 {
        let problem = format!(
            "{} of images and {} of labels were given; one of each is needed, or two of each: a training set and a \
             test set",
            images.len(),
            labels.len()
        );
        return error("the idx files", problem);
    }
    in_order(&mut images);
    in_order(&mut labels);
    let pairs: Vec<_> =
        images.into_iter().zip(labels).map(|(images, labels)| Pair { images, labels }).collect();
    for Pair { images, labels } in &pairs {
        let other = matches!((images.set, labels.set), (Some(one), Some(other)) if one != other);
        if other || images.len() != labels.len() {
            let problem = format!(
                "it holds {} images, and {} holds {} labels; take the two files of one set",
                images.len(),
                labels.name,
                labels.len()
            );
            return error(&images.name, problem);
        }
    }
    Ok(pairs)
}

/// The training set first: by the names where they tell, else the larger one.
fn in_order(parts: &mut [Part]) {
    let [first, second] = parts else { return };
    let swapped = match (first.set, second.set) {
        (Some(one), Some(other)) if one != other => one == Set::Test,
        (Some(set), None) => set == Set::Test,
        (None, Some(set)) => set == Set::Training,
        _ => first.len() < second.len(),
    };
    if swapped {
        parts.swap(0, 1);
    }
}
