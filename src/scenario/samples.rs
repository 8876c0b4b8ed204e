//! The rows of the data: doubles, or images as bytes, an eighth of the size.

use super::ScenarioError;
use crate::nn::Sample;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// Maximum number of classes of images: a label is one byte.
pub const MAX_LABELS: usize = 256;

/// Rows of data, each an input x and a target y.
///
/// ```
/// use deltascope::nn::Sample;
/// use deltascope::scenario::Samples;
///
/// let doubles = Samples::from(vec![Sample { x: vec![0.5], y: vec![1.0] }]);
/// assert_eq!(doubles.at(0).x, [0.5]);
///
/// let images = Samples::from_images((2, 1), vec![0, 255], vec![1], 3).unwrap();
/// assert_eq!(images.at(0).x, [0.0, 1.0]);
/// assert_eq!(images.at(0).y, [0.0, 1.0, 0.0]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Samples {
    storage: Storage,
    /// For a subset: the index of each row in the file, and in the storage of images. `None`: all rows.
    rows: Option<Arc<[u32]>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Storage {
    Doubles(Vec<Sample>),
    /// Shared by all copies and subsets.
    Images(Arc<Images>),
}

impl Default for Storage {
    fn default() -> Self {
        Self::Doubles(Vec::new())
    }
}

/// Greyscale images of one size, one byte per pixel, and a class for each image.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Images {
    width: usize,
    height: usize,
    #[serde(with = "serde_bytes")]
    pixels: Vec<u8>,
    #[serde(with = "serde_bytes")]
    labels: Vec<u8>,
    /// The target y of each class, one-hot.
    targets: Vec<Vec<f64>>,
    /// The input x of each pixel value: value / 255.
    inputs: Vec<f64>,
}

/// No number in it is NaN. With `Eq`, equality of two `Arc`s compares the pointers before the bytes.
impl Eq for Images {}

/// One image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image<'a> {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// Row by row from the top, 0 … 255. The inputs of the sample are pixel / 255.
    pub pixels: &'a [u8],
    /// The class. Its target is 1, all others are 0.
    pub label: u8,
}

impl Images {
    fn area(&self) -> usize {
        self.width * self.height
    }

    fn pixels(&self, index: usize) -> Option<&[u8]> {
        self.pixels.get(index * self.area()..)?.get(..self.area())
    }

    fn target(&self, index: usize) -> Option<&[f64]> {
        let label = *self.labels.get(index)?;
        self.targets.get(usize::from(label)).map(Vec::as_slice)
    }

    fn copy_to(&self, index: usize, sample: &mut Sample) -> Option<()> {
        let target = self.target(index)?;
        let pixels = self.pixels(index)?;
        sample.x.clear();
        sample.x.extend(pixels.iter().map(|pixel| self.inputs[usize::from(*pixel)]));
        sample.y.clear();
        sample.y.extend_from_slice(target);
        Some(())
    }
}

impl Samples {
    /// Images of the size (width, height): the pixels row by row from the top and image by image, and for each image a
    /// label below `classes`. x is pixel / 255, y is 1 for the label and 0 for every other class. The field of an
    /// error is `rows`, `pixels` or `labels`.
    pub fn from_images(
        (width, height): (usize, usize),
        pixels: Vec<u8>,
        labels: Vec<u8>,
        classes: usize,
    ) -> Result<Self, ScenarioError> {
        let error = |field: &str, problem: String| Err(ScenarioError { field: field.into(), problem });
        let area = width.checked_mul(height).filter(|area| *area > 0);
        let Some(area) = area else {
            return error("rows", "images need rows and columns, such as 28 and 28".into());
        };
        if labels.len().checked_mul(area) != Some(pixels.len()) {
            let problem = format!(
                "{} bytes do not make {} images of {height} × {width} pixels; give one byte for each pixel and one label \
                 for each image",
                pixels.len(),
                labels.len()
            );
            return error("pixels", problem);
        }
        if classes > MAX_LABELS {
            return error("labels", format!("a label is one byte, but there are {classes} classes"));
        }
        if let Some(image) = labels.iter().position(|label| usize::from(*label) >= classes) {
            let problem = format!(
                "image {} has label {}; the {classes} classes are counted from 0",
                image + 1,
                labels[image]
            );
            return error("labels", problem);
        }
        let one_hot = |label: usize| (0..classes).map(|class| f64::from(u8::from(class == label))).collect();
        let images = Images {
            width,
            height,
            pixels,
            labels,
            targets: (0..classes).map(one_hot).collect(),
            inputs: (0..=u8::MAX).map(|pixel| f64::from(pixel) / 255.0).collect(),
        };
        Ok(Self { storage: Storage::Images(images.into()), rows: None })
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        match (&self.rows, &self.storage) {
            (Some(rows), _) => rows.len(),
            (None, Storage::Doubles(samples)) => samples.len(),
            (None, Storage::Images(images)) => images.labels.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The index of this row's image in the storage; out of range if there is no such row.
    fn image_index(&self, row: usize) -> usize {
        match &self.rows {
            Some(rows) => rows.get(row).map_or(usize::MAX, |row| *row as usize),
            None => row,
        }
    }

    /// The sample in this row, borrowed if it is stored as doubles.
    pub fn get(&self, row: usize) -> Option<Cow<'_, Sample>> {
        match &self.storage {
            Storage::Doubles(samples) => samples.get(row).map(Cow::Borrowed),
            Storage::Images(images) => {
                let mut sample = Sample::default();
                images.copy_to(self.image_index(row), &mut sample)?;
                Some(Cow::Owned(sample))
            }
        }
    }

    /// The sample in this row; an empty one if there is no such row.
    pub fn at(&self, row: usize) -> Cow<'_, Sample> {
        self.get(row).unwrap_or_default()
    }

    /// Copies the sample in this row into `sample`, reusing its memory. False if there is no such row.
    pub fn copy_to(&self, row: usize, sample: &mut Sample) -> bool {
        match &self.storage {
            Storage::Doubles(samples) => samples.get(row).map(|found| {
                sample.x.clone_from(&found.x);
                sample.y.clone_from(&found.y);
            }),
            Storage::Images(images) => images.copy_to(self.image_index(row), sample),
        }
        .is_some()
    }

    /// All samples in order, borrowed if they are stored as doubles.
    pub fn iter(&self) -> impl Iterator<Item = Cow<'_, Sample>> + Clone {
        (0..self.len()).map(|row| self.at(row))
    }

    /// The samples of these rows, in this order.
    pub fn select<'a>(&'a self, rows: &'a [usize]) -> impl Iterator<Item = Cow<'a, Sample>> + Clone + 'a {
        rows.iter().map(|&row| self.at(row))
    }

    /// The target y of this row; empty if there is no such row.
    pub fn target(&self, row: usize) -> &[f64] {
        match &self.storage {
            Storage::Doubles(samples) => samples.get(row).map(|sample| sample.y.as_slice()),
            Storage::Images(images) => images.target(self.image_index(row)),
        }
        .unwrap_or_default()
    }

    /// All samples, if they are stored as doubles.
    pub fn as_slice(&self) -> Option<&[Sample]> {
        match &self.storage {
            Storage::Doubles(samples) => Some(samples),
            Storage::Images(_) => None,
        }
    }

    /// The sample in this row, mutable; `None` if there is no such row or the rows are images.
    pub fn get_mut(&mut self, row: usize) -> Option<&mut Sample> {
        match &mut self.storage {
            Storage::Doubles(samples) => samples.get_mut(row),
            Storage::Images(_) => None,
        }
    }

    fn images(&self) -> Option<&Images> {
        match &self.storage {
            Storage::Doubles(_) => None,
            Storage::Images(images) => Some(images),
        }
    }

    /// Width and height, if the rows are images.
    pub fn image_size(&self) -> Option<(usize, usize)> {
        self.images().map(|images| (images.width, images.height))
    }

    /// The number of classes, if the rows are images.
    pub fn image_classes(&self) -> Option<usize> {
        self.images().map(|images| images.targets.len())
    }

    /// The image in this row, if the rows are images.
    pub fn image(&self, row: usize) -> Option<Image<'_>> {
        let images = self.images()?;
        let at = self.image_index(row);
        let label = *images.labels.get(at)?;
        Some(Image { width: images.width, height: images.height, pixels: images.pixels(at)?, label })
    }

    /// The pixels of all images, as [`Samples::from_images`] takes them; `None` if the rows are not images.
    pub fn pixels(&self) -> Option<Cow<'_, [u8]>> {
        let images = self.images()?;
        Some(match &self.rows {
            None => Cow::Borrowed(&images.pixels),
            Some(_) => (0..self.len())
                .filter_map(|row| self.image(row))
                .flat_map(|image| image.pixels)
                .copied()
                .collect(),
        })
    }

    /// The labels of all images; `None` if the rows are not images.
    pub fn labels(&self) -> Option<Cow<'_, [u8]>> {
        let images = self.images()?;
        Some(match &self.rows {
            None => Cow::Borrowed(&images.labels),
            Some(_) => (0..self.len()).filter_map(|row| self.image(row)).map(|image| image.label).collect(),
        })
    }

    /// The index of this row in the file. The page shows it (plus 1), not the index after a split.
    pub fn row_number(&self, row: usize) -> usize {
        self.rows.as_ref().and_then(|rows| rows.get(row)).map_or(row, |row| *row as usize)
    }

    /// A subset of the rows, which keep their [`Samples::row_number`].
    pub(super) fn subset(&self, rows: &[usize]) -> Self {
        let numbers = rows.iter().map(|&row| self.row_number(row) as u32).collect();
        let storage = match &self.storage {
            Storage::Doubles(samples) => {
                Storage::Doubles(rows.iter().filter_map(|&row| samples.get(row)).cloned().collect())
            }
            images => images.clone(),
        };
        Self { storage, rows: Some(numbers) }
    }

    /// All samples, mutable; empty if the rows are images.
    pub(super) fn as_mut_slice(&mut self) -> &mut [Sample] {
        match &mut self.storage {
            Storage::Doubles(samples) => samples,
            Storage::Images(_) => &mut [],
        }
    }
}

impl From<Vec<Sample>> for Samples {
    fn from(samples: Vec<Sample>) -> Self {
        Self { storage: Storage::Doubles(samples), rows: None }
    }
}

impl FromIterator<Sample> for Samples {
    fn from_iter<I: IntoIterator<Item = Sample>>(samples: I) -> Self {
        samples.into_iter().collect::<Vec<_>>().into()
    }
}
