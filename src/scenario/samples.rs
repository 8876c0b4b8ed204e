//! The rows of the data: doubles, or images kept as bytes, which would be eight times as large as doubles.

use super::ScenarioError;
use crate::nn::Sample;
use std::borrow::Cow;
use std::sync::Arc;

/// The most classes that images may have: a label is one byte.
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
/// let images = Samples::of_images((2, 1), vec![0, 255], vec![1], 3).unwrap();
/// assert_eq!(images.at(0).x, [0.0, 1.0]);
/// assert_eq!(images.at(0).y, [0.0, 1.0, 0.0]);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Samples {
    kept: Kept,
    /// Which row of the file each is, where these are only some of its rows. Images are found by it.
    rows: Option<Arc<[u32]>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Kept {
    Doubles(Vec<Sample>),
    /// Shared by all parts and copies.
    Images(Shared),
}

impl Default for Kept {
    fn default() -> Self {
        Self::Doubles(Vec::new())
    }
}

#[derive(Clone, Debug)]
struct Shared(Arc<Images>);

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        // Nearly always it is the same memory, which need not be compared byte by byte.
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

/// Grey images of one size, a byte for each pixel, and a class for each image.
#[derive(Debug, PartialEq)]
struct Images {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
    labels: Vec<u8>,
    /// y of each class.
    targets: Vec<Vec<f64>>,
    /// x of each byte: pixel / 255.
    shades: Vec<f64>,
}

/// One image, as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image<'a> {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Row by row from the top, 0 … 255; x of the sample is pixel / 255.
    pub pixels: &'a [u8],
    /// The class, whose target is 1.
    pub label: u8,
}

impl Images {
    fn area(&self) -> usize {
        self.width * self.height
    }

    fn pixels(&self, at: usize) -> Option<&[u8]> {
        self.pixels.get(at * self.area()..)?.get(..self.area())
    }

    fn target(&self, at: usize) -> Option<&[f64]> {
        let label = *self.labels.get(at)?;
        self.targets.get(usize::from(label)).map(Vec::as_slice)
    }

    fn read(&self, at: usize, sample: &mut Sample) -> Option<()> {
        let (pixels, target) = (self.pixels(at)?, self.target(at)?);
        sample.x.clear();
        sample.x.extend(pixels.iter().map(|pixel| self.shades[usize::from(*pixel)]));
        sample.y.clear();
        sample.y.extend_from_slice(target);
        Some(())
    }
}

impl Samples {
    /// Images of `size` (width, height), row by row from the top and one after the other, with a label below
    /// `classes` for each. x is pixel / 255, y is 1 for the label and 0 for every other class. The error names
    /// `rows`, `pixels` or `labels`.
    pub fn of_images(
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
            shades: (0..=u8::MAX).map(|pixel| f64::from(pixel) / 255.0).collect(),
        };
        Ok(Self { kept: Kept::Images(Shared(images.into())), rows: None })
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        match (&self.rows, &self.kept) {
            (Some(rows), _) => rows.len(),
            (None, Kept::Doubles(samples)) => samples.len(),
            (None, Kept::Images(Shared(images))) => images.labels.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where an image of this row is kept. A row that is not there stays out of range.
    fn place(&self, row: usize) -> usize {
        match &self.rows {
            Some(rows) => rows.get(row).map_or(usize::MAX, |row| *row as usize),
            None => row,
        }
    }

    /// The sample in this row, borrowed where it is kept as doubles.
    pub fn get(&self, row: usize) -> Option<Cow<'_, Sample>> {
        match &self.kept {
            Kept::Doubles(samples) => samples.get(row).map(Cow::Borrowed),
            Kept::Images(Shared(images)) => {
                let mut sample = Sample::default();
                self.image(row).and_then(|_| images.read(self.place(row), &mut sample))?;
                Some(Cow::Owned(sample))
            }
        }
    }

    /// The sample in this row; an empty one where there is no such row.
    pub fn at(&self, row: usize) -> Cow<'_, Sample> {
        self.get(row).unwrap_or_default()
    }

    /// Writes the sample in this row over another one, whose room is used again. False where there is no such row.
    pub fn read(&self, row: usize, sample: &mut Sample) -> bool {
        match &self.kept {
            Kept::Doubles(samples) => samples.get(row).map(|found| {
                sample.x.clone_from(&found.x);
                sample.y.clone_from(&found.y);
            }),
            Kept::Images(Shared(images)) => {
                self.image(row).and_then(|_| images.read(self.place(row), sample))
            }
        }
        .is_some()
    }

    /// All samples in order, each borrowed where it is kept as doubles.
    pub fn iter(&self) -> impl Iterator<Item = Cow<'_, Sample>> + Clone {
        (0..self.len()).map(|row| self.at(row))
    }

    /// The samples of these rows, in this order.
    pub fn of_rows<'a>(&'a self, rows: &'a [usize]) -> impl Iterator<Item = Cow<'a, Sample>> + Clone + 'a {
        rows.iter().map(|&row| self.at(row))
    }

    /// y of this row, borrowed in any case; empty where there is no such row.
    pub fn target(&self, row: usize) -> &[f64] {
        match &self.kept {
            Kept::Doubles(samples) => samples.get(row).map(|sample| sample.y.as_slice()),
            Kept::Images(Shared(images)) => self.image(row).and_then(|_| images.target(self.place(row))),
        }
        .unwrap_or_default()
    }

    /// All samples where they are kept as doubles.
    pub fn as_slice(&self) -> Option<&[Sample]> {
        match &self.kept {
            Kept::Doubles(samples) => Some(samples),
            Kept::Images(_) => None,
        }
    }

    /// A sample to be changed; none where there is no such row, or where the rows are images.
    pub fn get_mut(&mut self, row: usize) -> Option<&mut Sample> {
        match &mut self.kept {
            Kept::Doubles(samples) => samples.get_mut(row),
            Kept::Images(_) => None,
        }
    }

    /// Width and height, where the rows are images.
    pub fn image_size(&self) -> Option<(usize, usize)> {
        match &self.kept {
            Kept::Doubles(_) => None,
            Kept::Images(Shared(images)) => Some((images.width, images.height)),
        }
    }

    /// How many classes the images have; none where the rows are not images.
    pub fn image_classes(&self) -> Option<usize> {
        match &self.kept {
            Kept::Doubles(_) => None,
            Kept::Images(Shared(images)) => Some(images.targets.len()),
        }
    }

    /// The image in this row; none where there is none.
    pub fn image(&self, row: usize) -> Option<Image<'_>> {
        let Kept::Images(Shared(images)) = &self.kept else { return None };
        let at = self.place(row);
        let label = *images.labels.get(at)?;
        Some(Image { width: images.width, height: images.height, pixels: images.pixels(at)?, label })
    }

    /// The pixels of all images, as [`Samples::of_images`] takes them. None where the rows are not images.
    pub fn pixels(&self) -> Option<Cow<'_, [u8]>> {
        let Kept::Images(Shared(images)) = &self.kept else { return None };
        Some(match &self.rows {
            None => Cow::Borrowed(&images.pixels),
            Some(_) => (0..self.len())
                .filter_map(|row| self.image(row))
                .flat_map(|image| image.pixels)
                .copied()
                .collect(),
        })
    }

    /// The labels of all images, likewise.
    pub fn labels(&self) -> Option<Cow<'_, [u8]>> {
        let Kept::Images(Shared(images)) = &self.kept else { return None };
        Some(match &self.rows {
            None => Cow::Borrowed(&images.labels),
            Some(_) => (0..self.len()).filter_map(|row| self.image(row)).map(|image| image.label).collect(),
        })
    }

    /// Which row of the file this is, counted from 0.
    pub fn row_number(&self, row: usize) -> usize {
        self.rows.as_ref().and_then(|rows| rows.get(row)).map_or(row, |row| *row as usize)
    }

    /// Some of these rows, which know their own numbers.
    pub(super) fn part(&self, rows: &[usize]) -> Self {
        let numbers = rows.iter().map(|&row| self.row_number(row) as u32).collect();
        let kept = match &self.kept {
            Kept::Doubles(samples) => {
                Kept::Doubles(rows.iter().filter_map(|&row| samples.get(row)).cloned().collect())
            }
            images => images.clone(),
        };
        Self { kept, rows: Some(numbers) }
    }

    /// All doubles, to be changed; none where the rows are images.
    pub(super) fn as_mut_slice(&mut self) -> &mut [Sample] {
        match &mut self.kept {
            Kept::Doubles(samples) => samples,
            Kept::Images(_) => &mut [],
        }
    }
}

impl From<Vec<Sample>> for Samples {
    fn from(samples: Vec<Sample>) -> Self {
        Self { kept: Kept::Doubles(samples), rows: None }
    }
}

impl FromIterator<Sample> for Samples {
    fn from_iter<I: IntoIterator<Item = Sample>>(samples: I) -> Self {
        samples.into_iter().collect::<Vec<_>>().into()
    }
}
