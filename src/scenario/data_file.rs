//! The data in the `deltascope-1` format: rows of numbers, or images as bytes in base64.

use super::file::error;
use super::{Data, MOST_DATA, Samples, Scenario, ScenarioError};
use crate::nn::Sample;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The data as they stand in a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "{ \"x\": [[0, 1]], \"y\": [[1]] }")]
pub(super) struct DataFile {
    #[serde(default)]
    inputs: Vec<String>,
    #[serde(default)]
    targets: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<Vec<Vec<f64>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    y: Option<Vec<Vec<f64>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    images: Option<ImagesFile>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    held_out: Option<RowsFile>,
}

/// Rows: x and y, or images.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "{ \"x\": [[0, 1]], \"y\": [[1]] }")]
struct RowsFile {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<Vec<Vec<f64>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    y: Option<Vec<Vec<f64>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    images: Option<ImagesFile>,
}

/// Images: a byte for each pixel, row by row and one image after the other, and one for each label.
#[derive(Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "{ \"rows\": 1, \"columns\": 2, \"pixels\": \"AP8=\", \"labels\": \"AA==\" }"
)]
struct ImagesFile {
    rows: usize,
    columns: usize,
    pixels: Bytes,
    labels: Bytes,
}

/// Bytes, as base64 in a file.
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes as base64, such as \"AP8=\",")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Bytes, E> {
                STANDARD.decode(text).map(Bytes).map_err(|problem| {
                    E::custom(format!(
                        "this is not base64 ({problem}); take a file that was saved here, or bytes such as \"AP8=\""
                    ))
                })
            }
        }

        deserializer.deserialize_str(Text)
    }
}

impl RowsFile {
    fn write(samples: &Samples) -> Self {
        let images = (samples.image_size(), samples.pixels(), samples.labels());
        if let (Some((columns, rows)), Some(pixels), Some(labels)) = images {
            let (pixels, labels) = (Bytes(pixels.into_owned()), Bytes(labels.into_owned()));
            return Self { images: Some(ImagesFile { rows, columns, pixels, labels }), ..Self::default() };
        }
        Self {
            x: Some(samples.iter().map(|sample| sample.x.clone()).collect()),
            y: Some(samples.iter().map(|sample| sample.y.clone()).collect()),
            images: None,
        }
    }

    /// The rows that stand in this field, with so many classes where they are images.
    fn read(self, field: &str, classes: usize) -> Result<Samples, ScenarioError> {
        let missing = |name: &str, example: &str| {
            error(field, format!("\"{name}\" is missing; add it, such as \"{name}\": {example}"))
        };
        match self {
            Self { x: None, y: None, images: Some(ImagesFile { rows, columns, pixels, labels }) } => {
                Samples::of_images((columns, rows), pixels.0, labels.0, classes).map_err(|error| {
                    ScenarioError { field: format!("{field}.images.{}", error.field), ..error }
                })
            }
            Self { images: Some(_), .. } => error(field, "give either x and y, or images, and not both"),
            Self { x: Some(x), y: Some(y), .. } if x.len() != y.len() => {
                error(field, format!("{} rows of x and {} rows of y; each x needs its y", x.len(), y.len()))
            }
            Self { x: Some(x), y: Some(y), .. } => {
                Ok(x.into_iter().zip(y).map(|(x, y)| Sample { x, y }).collect())
            }
            Self { x: None, .. } => missing("x", "[[0, 1]]"),
            Self { y: None, .. } => missing("y", "[[1]]"),
        }
    }
}

/// Data → file.
pub(super) fn write(data: &Data) -> DataFile {
    let RowsFile { x, y, images } = RowsFile::write(&data.samples);
    let held_out = (!data.held_out.is_empty()).then(|| RowsFile::write(&data.held_out));
    DataFile { inputs: data.inputs.clone(), targets: data.targets.clone(), x, y, images, held_out }
}

/// File → data of a network of these sizes: rows side by side, and names for the columns that have none.
pub(super) fn read(file: DataFile, sizes: &[usize]) -> Result<Data, ScenarioError> {
    let DataFile { inputs, targets, x, y, images, held_out } = file;
    let classes = sizes[sizes.len() - 1];
    let named = |names: Vec<String>, letter: &str, count: usize| match names.is_empty() {
        true => (1..=count).map(|number| format!("{letter}{number}")).collect(),
        false => names,
    };
    Ok(Data {
        inputs: named(inputs, "x", sizes[0]),
        targets: named(targets, "y", classes),
        samples: RowsFile { x, y, images }.read("data", classes)?,
        held_out: match held_out {
            Some(rows) => rows.read("data.held_out", classes)?,
            None => Samples::default(),
        },
    })
}

/// Whether the data, training and held-out rows, are those of the scenario's network.
pub(super) fn check(scenario: &Scenario) -> Result<(), ScenarioError> {
    let Data { inputs, targets, samples, held_out } = &*scenario.data;
    let sizes = &scenario.sizes;
    let (n_in, n_out) = (sizes[0], sizes[sizes.len() - 1]);
    if samples.is_empty() {
        return error("data.x", "at least one row is needed");
    }
    if (samples.len() + held_out.len()).saturating_mul(n_in + n_out) > MOST_DATA {
        return error("data", format!("more than {MOST_DATA} numbers do not fit; take fewer rows"));
    }
    for (field, names, count) in [("inputs", inputs, n_in), ("targets", targets, n_out)] {
        if names.len() != count {
            let problem = format!("{} names given for {count} columns", names.len());
            return error(format!("data.{field}"), problem);
        }
    }
    // Rows that a split has held out stand among the others in the file.
    let apart = if scenario.parted.is_some() { "data" } else { "data.held_out" };
    check_rows(scenario, samples, "data")?;
    check_rows(scenario, held_out, apart)
}

fn check_rows(scenario: &Scenario, samples: &Samples, place: &str) -> Result<(), ScenarioError> {
    let (n_in, n_out) = (scenario.sizes[0], scenario.layer_sizes()[scenario.layer_sizes().len() - 1]);
    if let (Some((width, height)), Some(classes)) = (samples.image_size(), samples.image_classes()) {
        if width * height != n_in {
            let problem = format!("{height} × {width} pixels given; the network has {n_in} inputs");
            return error(format!("{place}.images.rows"), problem);
        }
        if classes != n_out {
            let problem = format!("{classes} classes given; the network has {n_out} outputs");
            return error(format!("{place}.images.labels"), problem);
        }
        return Ok(()); // bytes are sound as they are
    }
    for (row, Sample { x, y }) in samples.as_slice().unwrap_or_default().iter().enumerate() {
        let row = samples.row_number(row);
        for (field, values, count) in [("x", x, n_in), ("y", y, n_out)] {
            if values.len() != count {
                let problem = format!("{} numbers given; the network has {count} there", values.len());
                return error(format!("{place}.{field}[{row}]"), problem);
            }
            if !values.iter().all(|value| value.is_finite()) {
                return error(format!("{place}.{field}[{row}]"), "every number must be finite");
            }
        }
        let cost = scenario.settings.cost;
        if cost.folds_sigma_prime() && !y.iter().all(|y| (0.0..=1.0).contains(y)) {
            let problem = format!("with {} every target must lie between 0 and 1", cost.name());
            return error(format!("{place}.y[{row}]"), problem);
        }
    }
    Ok(())
}
