//! Images in idx files: any bytes are images or an error.

use crate::sessions::settle;
use deltascope::data::{Idx, mnist};
use deltascope::nn::evaluate;
use deltascope::nn::fast::Trainer;
use deltascope::scenario::{Scenario, Split};
use deltascope::session::{Direction, History, Look, Navigate, Open, Play, Session, StepSize, View};
use deltascope::view::charts::{Chart, svg};
use deltascope::view::equation::Detail;
use deltascope::view::page::page;
use deltascope::view::theme::Palette;
use proptest::prelude::*;
use std::path::PathBuf;
use std::time::Instant;

/// An idx file of `count` images of this size. The pixels are a sequence that starts with `first`.
fn images(count: u32, rows: u32, columns: u32, first: u8) -> Vec<u8> {
    let header = [0x0803, count, rows, columns].map(u32::to_be_bytes).concat();
    let pixels = (0..count * rows * columns).map(|pixel| (pixel as u8).wrapping_mul(31).wrapping_add(first));
    header.into_iter().chain(pixels).collect()
}

/// An idx file of labels 0, 1, 2 … 9, 0 …
fn labels(count: u32) -> Vec<u8> {
    let header = [0x0801, count].map(u32::to_be_bytes).concat();
    header.into_iter().chain((0..count).map(|label| (label % 10) as u8)).collect()
}

fn files(files: &[(&str, Vec<u8>)]) -> Vec<(String, Vec<u8>)> {
    files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect()
}

/// A small data set like MNIST.
fn small() -> Vec<(String, Vec<u8>)> {
    files(&[
        ("train-images-idx3-ubyte", images(100, 28, 28, 0)),
        ("train-labels-idx1-ubyte", labels(100)),
        ("t10k-images-idx3-ubyte", images(20, 28, 28, 7)),
        ("t10k-labels-idx1-ubyte", labels(20)),
    ])
}

#[test]
fn images_and_labels_are_read() {
    let read = Idx::read("", images(2, 1, 3, 5)).unwrap();
    assert_eq!(read, Idx::Images { size: (3, 1), pixels: vec![5, 36, 67, 98, 129, 160] });
    assert_eq!(Idx::read("", labels(11)).unwrap(), Idx::Labels(vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0]));
}

#[test]
fn the_error_of_a_broken_file_says_what_to_do() {
    let with = |mut bytes: Vec<u8>, at: usize, byte: u8| {
        bytes[at] = byte;
        bytes
    };
    for (bytes, says) in [
        (vec![], "x: 0 bytes are not an idx file; fetch it again"),
        (vec![0, 0, 8], "x: 3 bytes are not an idx file; fetch it again"),
        (
            vec![0x1f, 0x8b, 8, 0],
            "x: packed with gzip, and cannot be unpacked here; unpack it first, or fetch it again",
        ),
        (b"<!doctype html>".to_vec(), "x: not an idx file of images or labels: it begins with 0x3c21646f;"),
        (with(labels(3), 2, 0x0d), "x: not an idx file of images or labels: it begins with 0x00000d01;"),
        (
            images(1, 1, 1, 0)[..15].to_vec(),
            "x: cut short: 15 bytes, the header is incomplete; fetch it again",
        ),
        (
            images(2, 3, 3, 0)[..33].to_vec(),
            "x: cut short: 33 bytes instead of 34 for 2 images; fetch it again",
        ),
        (labels(3)[..10].to_vec(), "x: cut short: 10 bytes instead of 11 for 3 labels; fetch it again"),
        (
            [labels(3), vec![0]].concat(),
            "x: 12 bytes, but 3 labels take only 11; take the file as it was published",
        ),
        (images(0, 28, 28, 0), "x: holds no images; take a file with at least one"),
        (images(1, 0, 28, 0), "x: holds no images; take a file with at least one"),
        (labels(0), "x: holds no labels; take a file with at least one"),
        (with(labels(3), 9, 10), "x: label 2 is 10; a digit is 0 to 9: take the labels of digits"),
        (
            with(images(1, 1, 1, 0), 4, 255),
            "x: 4278190081 images of 1 × 1 pixels are more than the 64000000 numbers that fit;",
        ),
        (
            with(with(images(1, 1, 1, 0), 8, 255), 12, 255),
            "x: 1 images of 4278190081 × 4278190081 pixels are more than",
        ),
    ] {
        let error = Idx::read("x", bytes).unwrap_err().to_string();
        assert!(error.starts_with(says), "{error}");
    }
}

#[test]
fn images_labels_training_and_test_sets_are_told_apart() {
    let scenario = mnist::scenario(small()).unwrap();
    assert_eq!(scenario.sizes, [784, 30, 10]);
    assert_eq!((scenario.data.samples.len(), scenario.data.validation.len()), (100, 20));
    assert_eq!(scenario.data.samples.image_size(), Some((28, 28)));
    let image = scenario.data.samples.image(12).unwrap();
    assert_eq!((image.width, image.height, image.label, image.pixels.len()), (28, 28, 2, 784));
    assert_eq!(scenario.data.samples.at(12).x[1], f64::from(image.pixels[1]) / 255.0);
    assert_eq!(scenario.data.inputs[783], "row 28 column 28");
    assert!(!mnist::is_whole(&scenario));

    // In any order, and by their counts if the names do not say it.
    let reversed: Vec<_> = small().into_iter().rev().collect();
    assert_eq!(mnist::scenario(reversed).unwrap(), scenario);
    let nameless = small().into_iter().enumerate().map(|(at, (_, bytes))| (at.to_string(), bytes));
    assert_eq!(mnist::scenario(nameless.rev().collect()).unwrap(), scenario);
    // A test set may be the larger one.
    let named = files(&[
        ("TEST.images", images(3, 2, 2, 0)),
        ("images of train", images(2, 2, 2, 0)),
        ("a", labels(2)),
        ("b", labels(3)),
    ]);
    let error = mnist::scenario(named).unwrap_err().to_string();
    assert!(error.starts_with("images of train: it holds 2 images, and b holds 3 labels"), "{error}");

    // Two files are a training set, which can be split.
    let mut alone = mnist::scenario(small()[..2].to_vec()).unwrap();
    assert!(alone.data.validation.is_empty());
    let split = Split { percent: 20, seed: 1, standardise: false, standardise_targets: false };
    alone.set_split(alone.source().clone(), Some(split)).unwrap();
    assert_eq!((alone.data.samples.len(), alone.data.validation.len()), (80, 20));
    let row = alone.data.samples.row_number(5);
    assert_eq!(alone.data.samples.image(5), scenario.data.samples.image(row));
    assert_eq!(Scenario::from_json(&alone.to_json()), Ok(alone));
    assert_eq!(Scenario::from_json(&scenario.to_json()), Ok(scenario));
}

#[test]
fn files_of_different_sets_are_refused() {
    let [train, train_labels, test, test_labels] = <[_; 4]>::try_from(small()).unwrap();
    let other_size = ("t10k-images-idx3-ubyte".to_owned(), images(20, 14, 14, 0));
    let broken = ("t10k-labels-idx1-ubyte".to_owned(), vec![0, 0, 8, 1, 0]);
    let huge = ("huge".to_owned(), images(1, 300, 300, 0));
    for (files, says) in [
        (vec![], "the idx files: 0 of images and 0 of labels were given;"),
        (vec![&train], "the idx files: 1 of images and 0 of labels were given;"),
        (vec![&train, &test, &train_labels], "the idx files: 2 of images and 1 of labels were given;"),
        (
            vec![&train, &train, &train, &train_labels],
            "the idx files: 3 of images and 1 of labels were given;",
        ),
        (
            vec![&train, &test_labels],
            "train-images-idx3-ubyte: it holds 100 images, and t10k-labels-idx1-ubyte holds 20 labels;",
        ),
        (
            vec![&train, &train_labels, &other_size, &test_labels],
            "t10k-images-idx3-ubyte: its images are 14 × 14, those of train-images-idx3-ubyte 28 × 28;",
        ),
        (vec![&train, &train_labels, &test, &broken], "t10k-labels-idx1-ubyte: cut short"),
        (vec![&huge, &("labels".to_owned(), labels(1))], "huge: [90000, 30, 10] has too many weights"),
    ] {
        let error = mnist::scenario(files.into_iter().cloned().collect()).unwrap_err().to_string();
        assert!(error.starts_with(says), "{error}");
    }
}

#[test]
fn a_session_opens_images_and_can_undo_it() {
    let mut session = Session::first_preset().unwrap();
    let before = session.scenario().clone();
    let error = session.open_images(small()[..1].to_vec()).unwrap_err();
    assert!(error.starts_with("the idx files: 1 of images and 0 of labels were given;"), "{error}");
    assert_eq!(session.scenario(), &before);
    session.open_images(small()).unwrap();
    assert_eq!((session.scenario().title.as_str(), session.preset()), ("MNIST", None));
    for by in [StepSize::Neuron, StepSize::Equation, StepSize::Sample, StepSize::MiniBatch, StepSize::Epoch] {
        session.update(Navigate::Stepped { by, direction: Direction::Forward }).unwrap();
    }
    session.update(History::Undo).unwrap();
    assert_eq!(session.scenario(), &before);
    // Opening the same images again shares their memory.
    session.update(History::Redo).unwrap();
    let kept = session.scenario().data.clone();
    session.update(Open::PresetChosen("xor".into())).unwrap();
    session.open_images(small()).unwrap();
    assert!(std::sync::Arc::ptr_eq(&session.scenario().data, &kept));
    // A text file is a scenario; anything else is an error.
    let json = format!("\u{feff}{}", before.to_json());
    session.open_files(vec![("a".into(), json.into())]).unwrap();
    assert_eq!(session.scenario(), &before);
    for (bytes, says) in [
        (&b"{"[..], "the file: "),
        (b"", "the file: "),
        (b"\xff\xfe{\0", "a: not an idx file"),
        (b"\x1f\x8b", "a: packed"),
        (b"\0", "a: 1 bytes"),
    ] {
        let error = session.open_files(vec![("a".into(), bytes.into())]).unwrap_err();
        assert!(error.starts_with(says), "{error}");
    }
    let absent = session.update(Open::PresetChosen("mnist".into())).unwrap_err();
    assert!(absent.contains("cargo xtask data mnist"), "{absent}");
}

/// With many images a single evaluation of the runs takes long.
#[test]
fn compared_runs_over_many_images_are_replayed_in_slices() {
    let mut session = Session::first_preset().unwrap();
    let many = [("images", images(1200, 28, 28, 0)), ("labels", labels(1200))];
    session.open_images(files(&many)).unwrap();
    let compare = Look::ViewChanged(View::Compare);
    session.update(compare.clone()).unwrap();
    assert!(session.progress().is_some());
    page(&session, Detail::Full);
    for chart in Chart::ALL {
        svg(chart, &session, 300, 200, &Palette::of(false));
    }
    session.update(Play::Cancelled).unwrap();
    assert_eq!((session.progress(), session.view_state().view), (None, View::Stepper));

    session.update(compare).unwrap();
    let slices = settle(&mut session);
    assert!(slices > 4, "{slices}");
    let scenario = session.scenario();
    let found = session.comparison().unwrap().accuracy_curves(scenario);
    let all = evaluate(&scenario.network(), scenario.data.samples.iter(), scenario.hyperparameters.cost);
    assert_eq!(found, vec![vec![(0, all.accuracy())]; 3]);
}

proptest! {
    #[test]
    fn any_bytes_give_images_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        check(bytes)?;
    }

    #[test]
    fn a_damaged_file_is_images_or_an_error(
        of_images in any::<bool>(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        length in any::<prop::sample::Index>(),
    ) {
        let mut bytes = if of_images { images(3, 2, 2, 0) } else { labels(12) };
        let at = at.index(bytes.len());
        bytes[at] = byte;
        check(bytes[..=length.index(bytes.len())].to_vec())?;
        check(bytes)?;
    }
}

/// The bytes are images or labels in range, or an error that names the file.
fn check(bytes: Vec<u8>) -> Result<(), TestCaseError> {
    match Idx::read("x", bytes.clone()) {
        Ok(Idx::Images { size, pixels }) => {
            prop_assert!(!pixels.is_empty() && pixels.len() % (size.0 * size.1) == 0);
            prop_assert_eq!(pixels.len() + 16, bytes.len());
        }
        Ok(Idx::Labels(labels)) => prop_assert!(!labels.is_empty() && labels.iter().all(|label| *label < 10)),
        Err(error) => prop_assert!(error.to_string().starts_with("x: ")),
    }
    for other in [labels(3), images(3, 2, 2, 0)] {
        match mnist::scenario(vec![("x".into(), bytes.clone()), ("y".into(), other)]) {
            Ok(scenario) => prop_assert_eq!(scenario.check(), Ok(())),
            Err(error) => prop_assert!(!error.problem.is_empty()),
        }
    }
    Ok(())
}

/// The files of MNIST, if `cargo xtask data mnist` has downloaded them.
fn complete() -> Option<Vec<(String, Vec<u8>)>> {
    let folder: PathBuf = std::env::current_exe().unwrap().ancestors().nth(3)?.join("data/mnist");
    let names = [
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ];
    let read = |name: &str| Some((name.to_owned(), std::fs::read(folder.join(name)).ok()?));
    let files: Option<_> = names.into_iter().map(read).collect();
    if files.is_none() {
        println!("skipped: MNIST is not at hand; `cargo xtask data mnist` fetches it");
    }
    files
}

#[test]
fn mnist_trains_if_it_is_present() {
    let Some(files) = complete() else { return };
    let mut session = Session::first_preset().unwrap();
    session.open_images(files).unwrap();
    let scenario = session.scenario().clone();
    assert!(mnist::is_whole(&scenario) && session.preset() == Some("mnist"));
    let digits: Vec<usize> = (0..10)
        .map(|digit| scenario.data.samples.labels().unwrap().iter().filter(|label| **label == digit).count())
        .collect();
    // As in the published description of the data set.
    assert_eq!(digits, [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);

    let start = Instant::now();
    for _ in 0..100 {
        session.update(Navigate::Stepped { by: StepSize::MiniBatch, direction: Direction::Forward }).unwrap();
    }
    println!("100 steps of a mini-batch: {:?}", start.elapsed());

    // One epoch on the fast path: chapter 1 of Nielsen's book has about 9,100 of 10,000 after its first epoch.
    let mut trainer = Trainer::new(&scenario.network(), &scenario.hyperparameters);
    let mut rows = vec![deltascope::nn::Sample::default(); 10];
    for mini_batch in scenario.epoch_order(0).chunks(10) {
        for (row, sample) in mini_batch.iter().zip(&mut rows) {
            assert!(scenario.data.samples.copy_to(*row, sample));
        }
        trainer.train_mini_batch(&rows[..mini_batch.len()]);
    }
    let found = evaluate(&trainer.network(), scenario.data.validation.iter(), scenario.hyperparameters.cost);
    println!("{} of {} after one epoch", found.correct_samples, found.samples);
    assert!(found.accuracy() > 0.88, "{}", found.accuracy());
}
