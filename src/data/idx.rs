//! The idx format of MNIST and similar data sets: a header, then images or labels, one byte per pixel or label.
//!
//! The header is big-endian: the magic number (0x00000803 for images, 0x00000801 for labels), then the count and, for
//! images, their rows and columns (Y. LeCun, C. Cortes, C. Burges, *The MNIST database*).

use crate::scenario::MAX_DATA;

/// The number of classes of digits.
pub const DIGITS: usize = 10;

const IMAGES: u32 = 0x0803;
const LABELS: u32 = 0x0801;
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The content of an idx file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idx {
    /// Greyscale images.
    Images {
        /// Width and height in pixels.
        size: (usize, usize),
        /// Row by row from the top, image by image.
        pixels: Vec<u8>,
    },
    /// The digit of each image, 0 … 9.
    Labels(Vec<u8>),
}

/// What is wrong with an idx file, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct IdxError {
    /// The name of the file.
    pub file: String,
    /// What is wrong with it and what would be right.
    pub problem: String,
}

impl Idx {
    /// Whether the bytes may be an idx file, compressed with gzip or not: text begins in another way.
    pub fn may_be_idx(bytes: &[u8]) -> bool {
        bytes.starts_with(&[0]) || bytes.starts_with(&GZIP)
    }

    /// Reads the bytes of a file. `name` is its name in errors.
    ///
    /// ```
    /// use deltascope::data::idx::Idx;
    ///
    /// let labels = Idx::read("labels", vec![0, 0, 8, 1, 0, 0, 0, 2, 5, 0]).unwrap();
    /// assert_eq!(labels, Idx::Labels(vec![5, 0]));
    ///
    /// let error = Idx::read("labels", vec![0, 0, 8, 1, 0, 0, 0, 2, 5]).unwrap_err();
    /// assert_eq!(error.to_string(), "labels: cut short: 9 bytes instead of 10 for 2 labels; fetch it again");
    /// ```
    pub fn read(name: &str, mut bytes: Vec<u8>) -> Result<Self, IdxError> {
        let error = |problem: String| Err(IdxError { file: name.to_owned(), problem });
        if bytes.starts_with(&GZIP) {
            return error(
                "packed with gzip, and cannot be unpacked here; unpack it first, or fetch it again".into(),
            );
        }
        let Some(magic) = number(&bytes, 0) else {
            return error(format!("{} bytes are not an idx file; fetch it again", bytes.len()));
        };
        let (header, what) = match magic {
            IMAGES => (16, "images"),
            LABELS => (8, "labels"),
            _ => {
                return error(format!(
                    "not an idx file of images or labels: it begins with 0x{magic:08x}; 0x{IMAGES:08x} (images) or \
                     0x{LABELS:08x} (labels) would do"
                ));
            }
        };
        let field = |index: usize| number(&bytes, index).map(|number| number as usize);
        let (count, size) = match (field(1), field(2), field(3)) {
            (Some(count), Some(rows), Some(columns)) if magic == IMAGES => (count, (columns, rows)),
            (Some(count), ..) if magic == LABELS => (count, (1, 1)),
            _ => {
                return error(format!(
                    "cut short: {} bytes, the header is incomplete; fetch it again",
                    bytes.len()
                ));
            }
        };
        if count == 0 || size.0 == 0 || size.1 == 0 {
            return error(format!("holds no {what}; take a file with at least one"));
        }
        // The numbers of inputs and targets together.
        let numbers =
            size.0.checked_mul(size.1).and_then(|area| area.checked_add(DIGITS)?.checked_mul(count));
        if magic == IMAGES && numbers.is_none_or(|numbers| numbers > MAX_DATA) {
            return error(format!(
                "{count} images of {} × {} pixels are more than the {MAX_DATA} numbers that fit; take fewer or \
                 smaller ones",
                size.1, size.0
            ));
        }
        let (length, expected) =
            (bytes.len(), (count.saturating_mul(size.0 * size.1)).saturating_add(header));
        if length < expected {
            return error(format!(
                "cut short: {length} bytes instead of {expected} for {count} {what}; fetch it again"
            ));
        }
        if length > expected {
            return error(format!(
                "{length} bytes, but {count} {what} take only {expected}; take the file as it was published"
            ));
        }
        bytes.drain(..header);
        if magic == IMAGES {
            return Ok(Self::Images { size, pixels: bytes });
        }
        match bytes.iter().position(|label| usize::from(*label) >= DIGITS) {
            Some(index) => {
                let (number, label) = (index + 1, bytes[index]);
                error(format!("label {number} is {label}; a digit is 0 to 9: take the labels of digits"))
            }
            None => Ok(Self::Labels(bytes)),
        }
    }
}

/// The number with this index in the header; `None` if the bytes end before it.
fn number(bytes: &[u8], index: usize) -> Option<u32> {
    let bytes = bytes.get(4 * index..4 * index + 4)?;
    bytes.try_into().ok().map(u32::from_be_bytes)
}
