//! MNIST: a scenario from idx files in any order and with any names, with the settings of Nielsen's book.

use super::idx::{DIGITS, Idx, IdxError};
use crate::nn::{Activation, BiasRule, Cost, Distribution, Hyperparameters, Initialisation, Reduction};
use crate::scenario::{Data, Position, SampleOrder, Samples, Scenario, ScenarioError, Start, count};
use std::sync::Arc;

/// Its id in the list of presets.
pub const ID: &str = "mnist";
/// Its title in that list.
pub const TITLE: &str = "MNIST (60,000 digits)";
/// The error message if its files are not beside the page.
pub const ABSENT: &str = "MNIST is not here: run `cargo xtask data mnist` and reload the page, or drop its four \
                          idx files on the page";
/// The number of training images and of test images.
const TRAINING_AND_TEST_IMAGES: (usize, usize) = (60_000, 10_000);
/// The number of hidden neurons.
const HIDDEN: usize = 30;

/// A file after reading.
struct IdxFile<T> {
    name: String,
    set: Option<Set>,
    /// The number of images or labels.
    count: usize,
    content: T,
}

/// The set that a file belongs to, by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    Training,
    Test,
}

/// Images: width and height, and their pixels.
type Images = ((usize, usize), Vec<u8>);
/// A file of images and the file of their labels.
type LabelledImages = (IdxFile<Images>, IdxFile<Vec<u8>>);

/// A scenario from the names and bytes of two or four idx files: 784-30-10 sigmoid, half squared error, mini-batches of
/// 10, η 3, mean, weights and biases from the standard normal distribution (M. Nielsen, *Neural Networks and Deep
/// Learning*, chapter 1). The test set gives the validation rows. Other image sizes and counts are accepted.
pub fn scenario(files: Vec<(String, Vec<u8>)>) -> Result<Scenario, IdxError> {
    let mut images = Vec::new();
    let mut labels = Vec::new();
    for (name, bytes) in files {
        let set = Set::from_name(&name);
        match Idx::read(&name, bytes)? {
            Idx::Images { size, pixels } => {
                let count = pixels.len() / (size.0 * size.1);
                images.push(IdxFile { name, set, count, content: (size, pixels) });
            }
            Idx::Labels(content) => labels.push(IdxFile { name, set, count: content.len(), content }),
        }
    }
    let mut pairs = pairs(images, labels)?.into_iter();
    let Some(training) = pairs.next() else {
        let problem = "a file of images and the one of their labels are needed; give both, or all four";
        return error("the idx files", problem);
    };
    let validation = pairs.next();
    let (name, size) = (training.0.name.clone(), training.0.content.0);
    if let Some((validation, _)) = &validation
        && validation.content.0 != size
    {
        let (width, height) = validation.content.0;
        return error(
            &validation.name,
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
        samples: samples(training)?,
        validation: validation.map_or(Ok(Samples::default()), samples)?,
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
    match scenario.check() {
        Ok(()) => Ok(scenario),
        Err(ScenarioError { problem, .. }) => error(&name, problem),
    }
}

/// Whether this is the complete MNIST of the list of presets.
pub fn is_whole(scenario: &Scenario) -> bool {
    let Data { samples, validation, .. } = &*scenario.data;
    (samples.len(), validation.len()) == TRAINING_AND_TEST_IMAGES && samples.image_size() == Some((28, 28))
}

fn note(data: &Data) -> String {
    let validation = match data.validation.len() {
        0 => "no validation rows".to_owned(),
        count => format!("{count} for validation"),
    };
    format!(
        "{} handwritten digits for training and {validation} (Y. LeCun, C. Cortes and C. Burges, The MNIST database), \
         with Nielsen’s settings: {HIDDEN} hidden neurons, mini-batches of 10, η 3, weights and biases from the \
         standard normal distribution.",
        data.samples.len()
    )
}

fn error<T>(file: &str, problem: impl Into<String>) -> Result<T, IdxError> {
    Err(IdxError { file: file.to_owned(), problem: problem.into() })
}

impl Set {
    fn from_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        match (name.contains("train"), name.contains("t10k") || name.contains("test")) {
            (true, false) => Some(Self::Training),
            (false, true) => Some(Self::Test),
            _ => None,
        }
    }
}

fn samples((images, labels): LabelledImages) -> Result<Samples, IdxError> {
    let (size, pixels) = images.content;
    Samples::from_images(size, pixels, labels.content, DIGITS)
        .or_else(|problem| error(&images.name, problem.problem))
}

/// Images with their labels: the training set, then the test set if there is one.
fn pairs(
    mut images: Vec<IdxFile<Images>>,
    mut labels: Vec<IdxFile<Vec<u8>>>,
) -> Result<Vec<LabelledImages>, IdxError> {
    if images.is_empty() || images.len() != labels.len() || images.len() > 2 {
        let problem = format!(
            "{} of images and {} of labels were given; one of each is needed, or two of each: a training set and a \
             test set",
            images.len(),
            labels.len()
        );
        return error("the idx files", problem);
    }
    put_training_set_first(&mut images);
    put_training_set_first(&mut labels);
    let pairs: Vec<_> = images.into_iter().zip(labels).collect();
    for (images, labels) in &pairs {
        let mixed = matches!((images.set, labels.set), (Some(one), Some(other)) if one != other);
        if mixed || images.count != labels.count {
            let problem = format!(
                "it holds {}, and {} holds {}; take the two files of one set",
                count(images.count, "image"),
                labels.name,
                count(labels.count, "label")
            );
            return error(&images.name, problem);
        }
    }
    Ok(pairs)
}

/// Puts the training set first: by the names if they say so, else the larger set.
fn put_training_set_first<T>(files: &mut [IdxFile<T>]) {
    let [first, second] = files else { return };
    let swapped = match (first.set, second.set) {
        (Some(one), Some(other)) if one != other => one == Set::Test,
        (Some(set), None) => set == Set::Test,
        (None, Some(set)) => set == Set::Training,
        _ => first.count < second.count,
    };
    if swapped {
        files.swap(0, 1);
    }
}
