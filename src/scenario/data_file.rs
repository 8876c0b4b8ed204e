//! The data in the `deltascope-1` format: rows of numbers, or images as bytes in base64.

use super::base64;
use super::file::error;
use super::{Data, MAX_DATA, Samples, Scenario, ScenarioError};
use crate::json::{Read, Value, Writer};
use crate::nn::Sample;

/// The data as they stand in a file.
pub(super) struct DataFile {
    inputs: Vec<String>,
    targets: Vec<String>,
    rows: RowsFile,
    validation: Option<RowsFile>,
}

/// Rows: x and y, or images.
struct RowsFile {
    x: Option<Vec<Vec<f64>>>,
    y: Option<Vec<Vec<f64>>>,
    images: Option<ImagesFile>,
}

/// Images: a byte for each pixel, row by row and one image after the other, and one for each label.
struct ImagesFile {
    rows: usize,
    columns: usize,
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

/// What would do in place of what is no data.
const ROWS: &str = "{ \"x\": [[0, 1]], \"y\": [[1]] }";

impl DataFile {
    pub(super) fn read<'a>(value: &'a Value<'a>) -> Read<'a, Self> {
        value.only(&["inputs", "targets", "x", "y", "images", "held_out"], ROWS)?;
        let names = |name| {
            let name = value.given(name);
            name.map_or(Ok(Vec::new()), |names| names.list(|name| Ok(name.text()?.to_owned())))
        };
        let validation = |value: &'a Value<'a>| {
            value.only(&["x", "y", "images"], ROWS)?;
            RowsFile::read(value)
        };
        Ok(Self {
            inputs: names("inputs")?,
            targets: names("targets")?,
            rows: RowsFile::read(value)?,
            validation: value.set("held_out").map(validation).transpose()?,
        })
    }

    /// The data of a network of these sizes: rows side by side, and names for the columns that have none.
    pub(super) fn data(self, sizes: &[usize]) -> Result<Data, ScenarioError> {
        let classes = sizes[sizes.len() - 1];
        let named = |names: Vec<String>, letter: &str, count: usize| match names.is_empty() {
            true => (1..=count).map(|number| format!("{letter}{number}")).collect(),
            false => names,
        };
        Ok(Data {
            inputs: named(self.inputs, "x", sizes[0]),
            targets: named(self.targets, "y", classes),
            samples: self.rows.samples("data", classes)?,
            validation: match self.validation {
                Some(rows) => rows.samples("data.held_out", classes)?,
                None => Samples::default(),
            },
        })
    }
}

impl RowsFile {
    /// The rows in these fields, among which may be others.
    fn read<'a>(value: &'a Value<'a>) -> Read<'a, Self> {
        let rows = |name| value.set(name).map(|rows| rows.list(Value::numbers)).transpose();
        Ok(Self {
            x: rows("x")?,
            y: rows("y")?,
            images: value.set("images").map(ImagesFile::read).transpose()?,
        })
    }

    /// The rows that stand in this field, with so many classes where they are images.
    fn samples(self, field: &str, classes: usize) -> Result<Samples, ScenarioError> {
        let missing = |name: &str, example: &str| {
            error(field, format!("\"{name}\" is missing; add it, such as \"{name}\": {example}"))
        };
        match self {
            Self { x: None, y: None, images: Some(ImagesFile { rows, columns, pixels, labels }) } => {
                Samples::of_images((columns, rows), pixels, labels, classes).map_err(|error| ScenarioError {
                    field: format!("{field}.images.{}", error.field),
                    ..error
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

impl ImagesFile {
    fn read<'a>(value: &'a Value<'a>) -> Read<'a, Self> {
        let would_do = "{ \"rows\": 1, \"columns\": 2, \"pixels\": \"AP8=\", \"labels\": \"AA==\" }";
        let [rows, columns, pixels, labels] =
            value.fields(["rows", "columns", "pixels", "labels"], would_do)?;
        Ok(Self {
            rows: rows.whole()?,
            columns: columns.whole()?,
            pixels: bytes(pixels)?,
            labels: bytes(labels)?,
        })
    }
}

fn bytes<'a>(value: &'a Value<'a>) -> Read<'a, Vec<u8>> {
    let Value::Text(text) = value else { return value.refused("bytes as base64, such as \"AP8=\",") };
    let none =
        || value.problem("this is not base64; take a file that was saved here, or bytes such as \"AP8=\"");
    base64::decode(text).map_or_else(none, Ok)
}

/// Data → file.
pub(super) fn write(data: &Data, json: &mut Writer) {
    json.group(|json| {
        json.field("inputs").texts(&data.inputs);
        json.field("targets").texts(&data.targets);
        write_rows(&data.samples, json);
        if !data.validation.is_empty() {
            json.field("held_out").group(|json| write_rows(&data.validation, json));
        }
    });
}

fn write_rows(samples: &Samples, json: &mut Writer) {
    let images = (samples.image_size(), samples.pixels(), samples.labels());
    if let (Some((columns, rows)), Some(pixels), Some(labels)) = images {
        return json.field("images").group(|json| {
            json.field("rows").plain(rows);
            json.field("columns").plain(columns);
            json.field("pixels").text(&base64::encode(&pixels));
            json.field("labels").text(&base64::encode(&labels));
        });
    }
    let samples = samples.as_slice().unwrap_or_default();
    json.field("x").list(samples, |json, sample| json.numbers(&sample.x));
    json.field("y").list(samples, |json, sample| json.numbers(&sample.y));
}

/// Whether the data, training and held-out rows, are those of the scenario's network.
pub(super) fn check(scenario: &Scenario) -> Result<(), ScenarioError> {
    let Data { inputs, targets, samples, validation } = &*scenario.data;
    let sizes = &scenario.sizes;
    let (n_in, n_out) = (sizes[0], sizes[sizes.len() - 1]);
    if samples.is_empty() {
        return error("data.x", "at least one row is needed");
    }
    if (samples.len() + validation.len()).saturating_mul(n_in + n_out) > MAX_DATA {
        return error("data", format!("more than {MAX_DATA} numbers do not fit; take fewer rows"));
    }
    for (field, names, count) in [("inputs", inputs, n_in), ("targets", targets, n_out)] {
        if names.len() != count {
            let problem = format!("{} names given for {count} columns", names.len());
            return error(format!("data.{field}"), problem);
        }
    }
    // Rows that a split has held out stand among the others in the file.
    let apart = if scenario.split_data.is_some() { "data" } else { "data.held_out" };
    check_rows(scenario, samples, "data")?;
    check_rows(scenario, validation, apart)
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
        let cost = scenario.hyperparameters.cost;
        if cost.folds_sigma_prime() && !y.iter().all(|y| (0.0..=1.0).contains(y)) {
            let problem = format!("with {} every target must lie between 0 and 1", cost.name());
            return error(format!("{place}.y[{row}]"), problem);
        }
    }
    Ok(())
}
