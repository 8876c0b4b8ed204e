//! The ready scenarios, in the order in which they tell the story.

mod compared;

use super::csv::{Table, TableError, data};
use crate::nn::{
    Activation::{self, Identity, Sigmoid, Softmax, Tanh},
    BiasRule, Cost, Distribution, Hyperparameters, Initialisation, Layer, Matrix, Network, Reduction, Sample,
};
use crate::scenario::{Data, Position, RunConfig, SampleOrder, Samples, Scenario, Start};
use std::sync::Arc;
#[cfg(target_arch = "wasm32")]
use std::sync::OnceLock;

/// A ready scenario.
#[derive(Debug)]
pub struct Preset {
    /// Its name in links and actions.
    pub id: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What there is to see in it, and where its numbers are from.
    pub note: &'static str,
    /// The runs that it is about; none where it is about one.
    pub runs: &'static [RunConfig],
    plan: fn() -> Plan,
}

impl Preset {
    /// The scenario, at its first moment. It passes [`Scenario::check`]: a test makes them all.
    ///
    /// ```
    /// use deltascope::data::presets;
    ///
    /// let and = presets()[0].scenario();
    /// assert_eq!(and.sizes, [2, 2]);
    /// ```
    pub fn scenario(&self) -> Scenario {
        let Plan { sizes, activations, start, hyperparameters, order, data } = (self.plan)();
        Scenario {
            title: self.title.to_owned(),
            note: self.note.to_owned(),
            sizes: sizes.to_vec(),
            activations: activations.to_vec(),
            start,
            hyperparameters,
            order,
            runs: self.runs.to_vec(),
            data: Arc::new(data),
            split_data: None,
            position: Position::default(),
        }
    }
}

/// All presets.
pub fn presets() -> &'static [Preset] {
    &PRESETS
}

/// The preset of this id.
pub fn preset(id: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.id == id)
}

static PRESETS: [Preset; 16] = [
    Preset {
        id: "and",
        title: "AND in two outputs",
        note: "The smallest network in which the question has an answer: one output says AND, the other \
               its opposite. From an all-zero start their errors cancel, so a rule that moves biases by the \
               layer's sum leaves them at 0, while each neuron's own delta learns all four rows.",
        runs: &[],
        plan: and,
    },
    Preset {
        id: "xor",
        title: "XOR",
        note: "Not to be had without a hidden layer. Whether a run solves it depends on its start and η; \
               this one does, so read nothing about the bias rules from it alone.",
        runs: &[],
        plan: xor,
    },
    Preset {
        id: "mazur",
        title: "Mazur's 2-2-2 example",
        note: "Matt Mazur's step-by-step example (2015): his start, his one row, η 0.5. His page leaves \
               the biases as they are: set the bias rule to frozen to get his w1 to w8, or leave it to see \
               what gradient descent does with them.",
        runs: &[],
        plan: mazur,
    },
    Preset {
        id: "han-kamber",
        title: "Han & Kamber's 3-2-1 example",
        note: "The worked example of Han, Kamber and Pei, Data Mining: their start, one row, η 0.9. It \
               moves each bias by its own unit's error. Their printed steps are rounded to three places.",
        runs: &[],
        plan: han_kamber,
    },
    Preset {
        id: "brownlee",
        title: "Brownlee's ten rows",
        note: "The ten rows and the start of Jason Brownlee's article on coding backpropagation from \
               scratch (Machine Learning Mastery): after each sample one update, η 0.5. After 20 epochs \
               the parameters are the ones that he printed.",
        runs: &[],
        plan: brownlee,
    },
    Preset {
        id: "iris",
        title: "Iris",
        note: "Three species of iris by four measurements of the flower (R. A. Fisher, 1936; public \
               domain), standardised. With softmax and cross-entropy the output deltas of a sample add up \
               to 0: summed across the layer they could never move an output bias.",
        runs: &[],
        plan: iris,
    },
    Preset {
        id: "digits",
        title: "Digits, 8 × 8",
        note: "1797 handwritten digits of 64 pixels (E. Alpaydin and C. Kaynak, Optical Recognition of \
               Handwritten Digits, UCI Machine Learning Repository, CC BY 4.0), with Nielsen's settings: \
               30 hidden neurons, mini-batches of 10, η 3. Here the wrong rule hardly hurts, as inputs \
               that are always on do a bias's work.",
        runs: &[],
        plan: digits,
    },
    Preset {
        id: "circle",
        title: "Circle",
        note: "Points inside and around a circle: four hidden neurons, each a straight cut, are enough to \
               close a ring. Made-up data (CC0).",
        runs: &[],
        plan: circle,
    },
    Preset {
        id: "spiral",
        title: "Spiral",
        note: "Two arms wound into each other: the hardest of these boundaries, and the reason for two \
               hidden layers. Expect a long run, some 450 epochs. Both arms hold the point (0, 0), so 199 \
               of 200 is the best there is. Made-up data (CC0).",
        runs: &[],
        plan: spiral,
    },
    Preset {
        id: "linnerud",
        title: "Linnerud, a regression",
        note: "Three exercises of twenty men give estimates of weight, waist and pulse (A. C. Linnerud, as \
               in scikit-learn, BSD-3-Clause), everything standardised. With linear outputs there is no \
               accuracy to show, only the cost, and twenty rows carry little: it falls slowly.",
        runs: &[],
        plan: linnerud,
    },
    Preset {
        id: "compare-and",
        title: "AND from zero: nothing moves",
        note: "The two outputs’ deltas cancel, sample by sample: moved by the layer’s sum the biases stay at 0, \
               and over the whole mini-batch nothing ever moves.",
        runs: compared::AND,
        plan: and,
    },
    Preset {
        id: "compare-gates",
        title: "Four gates: the sum fails",
        note: "AND, OR, NAND and NOR as four outputs want four different biases, but the layer’s sum moves all four \
               alike: only weights can tell the gates apart, and they cannot where both inputs are 0.",
        runs: compared::GATES,
        plan: compared::gates,
    },
    Preset {
        id: "compare-iris",
        title: "Iris, softmax: frozen by the sum",
        note: "With softmax and cross-entropy the deltas of a layer add up to 0 for every sample, so the layer’s sum \
               trains the biases no more than if they were frozen: compare the last two lanes.",
        runs: compared::IRIS,
        plan: compared::iris,
    },
    Preset {
        id: "compare-outputs",
        title: "Eight linear outputs: it diverges",
        note: "Every output has the same target, so the layer’s sum makes the step of each bias eight times too \
               large: at η = 0.3 it overshoots by more each time, where each neuron’s own δ settles.",
        runs: compared::OUTPUTS,
        plan: compared::outputs,
    },
    Preset {
        id: "compare-one",
        title: "One output: the two are the same",
        note: "With one neuron in the layer, its own δ is the layer’s sum: the wrong rule cannot be told from the \
               right one, and a program that learns this proves nothing about it.",
        runs: compared::ONE,
        plan: compared::one,
    },
    Preset {
        id: "compare-digits",
        title: "Digits: the mistake hides",
        note: "Handwritten digits (UCI, CC BY 4.0): the weights from pixels that are always on do a bias’s work, \
               so that the accuracy hardly tells the rules apart, even with the biases frozen.",
        runs: compared::DIGITS,
        plan: digits,
    },
];

/// What a preset decides.
struct Plan {
    sizes: &'static [usize],
    activations: &'static [Activation],
    start: Start,
    hyperparameters: Hyperparameters,
    order: SampleOrder,
    data: Data,
}

fn and() -> Plan {
    Plan {
        sizes: &[2, 2],
        activations: &[Sigmoid],
        start: drawn(Distribution::Zero, 0),
        hyperparameters: hyperparameters(Cost::HalfMse, 0.5, 4, Reduction::Sum),
        order: SampleOrder::File,
        data: rows(
            &["A", "B"],
            &["not (A and B)", "A and B"],
            &[
                (&[0.0, 0.0], &[1.0, 0.0]),
                (&[0.0, 1.0], &[1.0, 0.0]),
                (&[1.0, 0.0], &[1.0, 0.0]),
                (&[1.0, 1.0], &[0.0, 1.0]),
            ],
        ),
    }
}

fn xor() -> Plan {
    let activations = &[Sigmoid, Sigmoid];
    Plan {
        sizes: &[2, 2, 1],
        activations,
        start: given(
            activations,
            &[
                (&[&[-0.7902, -2.0346], &[0.6033, 0.7443]], &[0.8552, 0.5304]),
                (&[&[-0.3097, 0.3673]], &[0.3538]),
            ],
        ),
        hyperparameters: hyperparameters(Cost::HalfMse, 3.0, 4, Reduction::Sum),
        order: SampleOrder::File,
        data: rows(
            &["A", "B"],
            &["A xor B"],
            &[(&[0.0, 0.0], &[0.0]), (&[0.0, 1.0], &[1.0]), (&[1.0, 0.0], &[1.0]), (&[1.0, 1.0], &[0.0])],
        ),
    }
}

fn mazur() -> Plan {
    let activations = &[Sigmoid, Sigmoid];
    Plan {
        sizes: &[2, 2, 2],
        activations,
        start: given(
            activations,
            &[(&[&[0.15, 0.2], &[0.25, 0.3]], &[0.35, 0.35]), (&[&[0.4, 0.45], &[0.5, 0.55]], &[0.6, 0.6])],
        ),
        hyperparameters: hyperparameters(Cost::HalfMse, 0.5, 1, Reduction::Sum),
        order: SampleOrder::File,
        data: rows(&["i1", "i2"], &["o1", "o2"], &[(&[0.05, 0.1], &[0.01, 0.99])]),
    }
}

fn han_kamber() -> Plan {
    let activations = &[Sigmoid, Sigmoid];
    Plan {
        sizes: &[3, 2, 1],
        activations,
        start: given(
            activations,
            &[(&[&[0.2, 0.4, -0.5], &[-0.3, 0.1, 0.2]], &[-0.4, 0.2]), (&[&[-0.3, -0.2]], &[0.1])],
        ),
        hyperparameters: hyperparameters(Cost::HalfMse, 0.9, 1, Reduction::Sum),
        order: SampleOrder::File,
        data: rows(&["x1", "x2", "x3"], &["class 1"], &[(&[1.0, 0.0, 1.0], &[1.0])]),
    }
}

fn brownlee() -> Plan {
    let activations = &[Sigmoid, Sigmoid];
    Plan {
        sizes: &[2, 2, 2],
        activations,
        // Python's random.seed(1), each neuron's weights and then its bias.
        start: given(
            activations,
            &[
                (
                    &[&[0.13436424411240122, 0.8474337369372327], &[0.2550690257394217, 0.49543508709194095]],
                    &[0.763774618976614, 0.4494910647887381],
                ),
                (
                    &[&[0.651592972722763, 0.7887233511355132], &[0.02834747652200631, 0.8357651039198697]],
                    &[0.0938595867742349, 0.43276706790505337],
                ),
            ],
        ),
        hyperparameters: hyperparameters(Cost::HalfMse, 0.5, 1, Reduction::Sum),
        order: SampleOrder::File,
        data: embedded(|| {
            let table = table(File::Brownlee);
            Ok(data(table.select(&[0, 1])?, table.one_hot(2, &["class 0", "class 1"])?))
        }),
    }
}

fn iris() -> Plan {
    Plan {
        sizes: &[4, 5, 3],
        activations: &[Tanh, Softmax],
        start: drawn(Distribution::Normal, 1),
        hyperparameters: hyperparameters(Cost::Cce, 0.1, 10, Reduction::Mean),
        order: SampleOrder::Shuffled(1),
        data: embedded(|| {
            let table = table(File::Iris);
            let mut inputs = table.select(&[0, 1, 2, 3])?.standardised()?;
            inputs.columns = names(&["sepal length", "sepal width", "petal length", "petal width"]);
            Ok(data(inputs, table.one_hot(4, &["setosa", "versicolor", "virginica"])?))
        }),
    }
}

fn digits() -> Plan {
    Plan {
        sizes: &[64, 30, 10],
        activations: &[Sigmoid, Sigmoid],
        start: drawn(Distribution::Normal, 1),
        hyperparameters: hyperparameters(Cost::HalfMse, 3.0, 10, Reduction::Mean),
        order: SampleOrder::Shuffled(1),
        data: Data {
            inputs: (0..64).map(|pixel| format!("row {} column {}", pixel / 8 + 1, pixel % 8 + 1)).collect(),
            targets: (0..10).map(|digit| digit.to_string()).collect(),
            samples: text(File::Digits).lines().filter_map(digit).collect(),
            validation: Samples::default(),
        },
    }
}

/// A file of rows.
#[derive(Clone, Copy)]
enum File {
    Brownlee,
    Iris,
    Linnerud,
    Circle,
    Spiral,
    Digits,
}

/// The rows of the files are as large as the code of all views: the page loads them beside the program.
#[cfg(not(target_arch = "wasm32"))]
fn text(file: File) -> &'static str {
    match file {
        File::Brownlee => include_str!("files/brownlee10.csv"),
        File::Iris => include_str!("files/iris.csv"),
        File::Linnerud => include_str!("files/linnerud.csv"),
        File::Circle => include_str!("files/toy-circle.csv"),
        File::Spiral => include_str!("files/toy-spiral.csv"),
        File::Digits => include_str!("files/digits8x8.txt"),
    }
}

/// What the page has loaded; nothing before.
#[cfg(target_arch = "wasm32")]
fn text(file: File) -> &'static str {
    FILES.get().and_then(|all| all.split('\u{c}').nth(file as usize)).unwrap_or_default()
}

#[cfg(target_arch = "wasm32")]
static FILES: OnceLock<String> = OnceLock::new();

/// Takes the files in the order of [`File`], with a form feed between them, once.
#[cfg(target_arch = "wasm32")]
pub fn provide_rows(files: String) {
    let _ = FILES.set(files); // a second time it is the same
}

/// One line of `digits8x8.txt`: 64 pixels 0 … g (16), a space, the digit.
fn digit(line: &str) -> Option<Sample> {
    let (pixels, digit) = line.split_once(' ')?;
    let x = pixels.chars().map(|pixel| Some(f64::from(pixel.to_digit(17)?) / 16.0));
    let digit: usize = digit.parse().ok()?;
    let y = (0..10).map(|class| if class == digit { 1.0 } else { 0.0 });
    Some(Sample { x: x.collect::<Option<_>>()?, y: y.collect() })
}

fn circle() -> Plan {
    Plan {
        sizes: &[2, 4, 1],
        activations: &[Tanh, Sigmoid],
        start: drawn(Distribution::Normal, 1),
        hyperparameters: hyperparameters(Cost::Bce, 0.3, 10, Reduction::Mean),
        order: SampleOrder::Shuffled(1),
        data: points(File::Circle, "inside"),
    }
}

fn spiral() -> Plan {
    Plan {
        sizes: &[2, 16, 8, 1],
        activations: &[Tanh, Tanh, Sigmoid],
        start: drawn(Distribution::Normal, 1),
        hyperparameters: hyperparameters(Cost::Bce, 0.1, 5, Reduction::Mean),
        order: SampleOrder::Shuffled(1),
        data: points(File::Spiral, "first arm"),
    }
}

fn linnerud() -> Plan {
    Plan {
        sizes: &[3, 4, 3],
        activations: &[Tanh, Identity],
        start: drawn(Distribution::Normal, 1),
        hyperparameters: hyperparameters(Cost::HalfMse, 0.1, 5, Reduction::Mean),
        order: SampleOrder::Shuffled(1),
        data: embedded(|| {
            let table = table(File::Linnerud).standardised()?;
            let mut inputs = table.select(&[0, 1, 2])?;
            inputs.columns = names(&["chin-ups", "sit-ups", "jumps"]);
            Ok(data(inputs, table.select(&[3, 4, 5])?))
        }),
    }
}

/// Points of the plane in two classes, of which `target` names class 1.
fn points(file: File, target: &str) -> Data {
    embedded(|| {
        let table = table(file);
        let mut targets = table.select(&[2])?;
        targets.columns = names(&[target]);
        Ok(data(table.select(&[0, 1])?, targets))
    })
}

/// The table in a file: a line of names, then lines of numbers, all separated by commas.
fn table(file: File) -> Table {
    let mut lines = text(file).lines().map(|line| line.split(','));
    Table {
        columns: lines.next().into_iter().flatten().map(str::to_owned).collect(),
        rows: lines.map(|line| line.filter_map(|entry| entry.parse().ok()).collect()).collect(),
    }
}

/// Data that is part of the program: it cannot be wrong at run time, and a test reads all of it.
fn embedded(read: impl FnOnce() -> Result<Data, TableError>) -> Data {
    read().unwrap_or_default()
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn rows(inputs: &[&str], targets: &[&str], rows: &[(&[f64], &[f64])]) -> Data {
    Data {
        inputs: names(inputs),
        targets: names(targets),
        samples: rows.iter().map(|(x, y)| Sample { x: x.to_vec(), y: y.to_vec() }).collect(),
        validation: Samples::default(),
    }
}

fn hyperparameters(
    cost: Cost,
    learning_rate: f64,
    batch_size: usize,
    reduction: Reduction,
) -> Hyperparameters {
    Hyperparameters { cost, learning_rate, batch_size, reduction, bias_rule: BiasRule::OwnDelta }
}

fn drawn(distribution: Distribution, seed: u32) -> Start {
    Start::Initialisation(Initialisation { distribution, seed })
}

/// Published parameters: the weights into each neuron, row by row, and the biases, of each layer.
fn given(activations: &[Activation], layers: &[(&[&[f64]], &[f64])]) -> Start {
    let layers = layers.iter().zip(activations).map(|(&(weights, biases), &activation)| {
        let mut matrix = Matrix::zeros(weights.len(), weights.first().map_or(0, |row| row.len()));
        for (value, weight) in matrix.values_mut().iter_mut().zip(weights.iter().copied().flatten()) {
            *value = *weight;
        }
        Layer { weights: matrix, biases: biases.to_vec(), activation }
    });
    Start::Parameters { network: Arc::new(Network { layers: layers.collect() }), epoch: 0, mini_batch: 0 }
}
