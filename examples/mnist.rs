//! Trains MNIST on the fast path with the settings of Nielsen's book: the test accuracy after 30 epochs, for five seeds.
//!
//! `cargo run --release --example mnist [FOLDER]`, where FOLDER has the four idx files; by default the folder to which
//! `cargo xtask data mnist` downloads them.

use deltascope::data::mnist;
use deltascope::nn::Initialisation;
use deltascope::scenario::{SampleOrder, Scenario, Start};
use deltascope::training::{StoppingCriteria, Task, TrainingLoop};
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

const FILES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];
const EPOCHS: u32 = 30;

fn main() -> ExitCode {
    let fetched = concat!(env!("CARGO_MANIFEST_DIR"), "/target/data/mnist");
    let folder = std::env::args().nth(1).map_or(PathBuf::from(fetched), PathBuf::from);
    match run(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}: {error}; `cargo xtask data mnist` fetches the files", folder.display());
            ExitCode::FAILURE
        }
    }
}

fn run(folder: &std::path::Path) -> Result<(), String> {
    let read = |name: &str| fs::read(folder.join(name)).map(|bytes| (name.to_owned(), bytes));
    let files = FILES.iter().map(|name| read(name)).collect::<Result<_, _>>();
    let scenario =
        mnist::scenario(files.map_err(|error| error.to_string())?).map_err(|error| error.to_string())?;
    for seed in 1..=5 {
        let start = Instant::now();
        let mut training_loop = TrainingLoop::new(task(scenario.clone(), seed));
        while !training_loop.ended() {
            training_loop.advance(u64::MAX, || false);
        }
        let latest = training_loop.snapshot(false, 0.0, 0.0).latest.and_then(|point| point.validation);
        let accuracy = latest.map_or(f64::NAN, |found| found.accuracy());
        println!(
            "seed {seed}: {:.2} % of the test digits after {EPOCHS} epochs, in {:.1} s",
            100.0 * accuracy,
            start.elapsed().as_secs_f64()
        );
    }
    Ok(())
}

/// The training of the scenario with this seed for the initial parameters and the order.
fn task(mut scenario: Scenario, seed: u32) -> Task {
    if let Start::Initialisation(Initialisation { distribution, .. }) = scenario.start {
        scenario.start = Start::Initialisation(Initialisation { distribution, seed });
    }
    scenario.order = SampleOrder::Shuffled(seed);
    let criteria = StoppingCriteria { epochs: Some(EPOCHS), ..StoppingCriteria::default() };
    Task { id: 0, scenario, criteria }
}
