//! The data in the `deltascope-1` format: rows of numbers, or images as bytes in base64.

use super::error::{count, error};
use super::{Data, Samples, ScenarioError};
use crate::nn::Sample;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// The data as they are written in a file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "{ \"x\": [[0, 1]], \"y\": [[1]] }")]
pub(super) struct DataFile {
    #[serde(default)]
    inputs: Vec<String>,
    #[serde(default)]
    targets: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<Vec<Vec<f64>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<Vec<Vec<f64>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    images: Option<ImagesFile>,
    #[serde(rename = "held_out", skip_serializing_if = "Option::is_none")]
    validation: Option<RowsFile>,
}

/// Rows: x and y, or images.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "{ \"x\": [[0, 1]], \"y\": [[1]] }")]
struct RowsFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<Vec<Vec<f64>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<Vec<Vec<f64>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
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
    pixels: Base64,
    labels: Base64,
}

impl DataFile {
    /// The data of a network of these sizes. Columns without names get "x1", "y1" and so on.
    pub(super) fn into_data(self, sizes: &[usize]) -> Result<Data, ScenarioError> {
        let Self { inputs, targets, x, y, images, validation } = self;
        let classes = sizes[sizes.len() - 1];
        let named = |names: Vec<String>, letter: &str, count: usize| match names.is_empty() {
            true => (1..=count).map(|number| format!("{letter}{number}")).collect(),
            false => names,
        };
        Ok(Data {
            inputs: named(inputs, "x", sizes[0]),
            targets: named(targets, "y", classes),
            samples: RowsFile { x, y, images }.samples("data", classes)?,
            validation: match validation {
                Some(rows) => rows.samples("data.held_out", classes)?,
                None => Samples::default(),
            },
        })
    }
}

impl From<&Data> for DataFile {
    fn from(Data { inputs, targets, samples, validation }: &Data) -> Self {
        let RowsFile { x, y, images } = samples.into();
        let validation = (!validation.is_empty()).then(|| validation.into());
        Self { inputs: inputs.clone(), targets: targets.clone(), x, y, images, validation }
    }
}

impl RowsFile {
    /// The rows in the field of this path; images are of `classes` classes.
    fn samples(self, field: &str, classes: usize) -> Result<Samples, ScenarioError> {
        let missing = |name: &str, example: &str| {
            error(field, format!("\"{name}\" is missing; add it, such as \"{name}\": {example}"))
        };
        match self {
            Self { x: None, y: None, images: Some(ImagesFile { rows, columns, pixels, labels }) } => {
                Samples::from_images((columns, rows), pixels.0, labels.0, classes).map_err(|error| {
                    ScenarioError { field: format!("{field}.images.{}", error.field), ..error }
                })
            }
            Self { images: Some(_), .. } => error(field, "give either x and y, or images, and not both"),
            Self { x: Some(x), y: Some(y), .. } if x.len() != y.len() => {
                let (x, y) = (count(x.len(), "row"), count(y.len(), "row"));
                error(field, format!("{x} of x and {y} of y; each x needs its y"))
            }
            Self { x: Some(x), y: Some(y), .. } => {
                Ok(x.into_iter().zip(y).map(|(x, y)| Sample { x, y }).collect())
            }
            Self { x: None, .. } => missing("x", "[[0, 1]]"),
            Self { y: None, .. } => missing("y", "[[1]]"),
        }
    }
}

impl From<&Samples> for RowsFile {
    fn from(samples: &Samples) -> Self {
        let images = (samples.image_size(), samples.pixels(), samples.labels());
        if let (Some((columns, rows)), Some(pixels), Some(labels)) = images {
            let (pixels, labels) = (Base64(pixels.into_owned()), Base64(labels.into_owned()));
            return Self { x: None, y: None, images: Some(ImagesFile { rows, columns, pixels, labels }) };
        }
        let samples = samples.as_slice().unwrap_or_default();
        let x = samples.iter().map(|sample| sample.x.clone()).collect();
        let y = samples.iter().map(|sample| sample.y.clone()).collect();
        Self { x: Some(x), y: Some(y), images: None }
    }
}

/// Bytes that are written as base64 with `+`, `/` and padding (RFC 4648).
struct Base64(Vec<u8>);

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Base64;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes as base64, such as \"AP8=\",")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Base64, E> {
                let none = |_| {
                    E::custom(
                        "this is not base64; take a file that was saved here, or bytes such as \"AP8=\"",
                    )
                };
                STANDARD.decode(text).map(Base64).map_err(none)
            }
        }

        deserializer.deserialize_str(Visitor)
    }
}
