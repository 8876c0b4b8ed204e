//! A table of numbers, read from CSV and divided into inputs and targets.

use crate::nn::Sample;
use crate::scenario::{Data, MAX_DATA, Samples, count, mean_and_deviation};
use csv::{ByteRecord, ReaderBuilder, Trim};
use std::fmt;

/// Maximum number of classes of a one-hot column.
pub const MAX_CLASSES: usize = 1000;

/// Named columns of finite numbers. Every row has one number per column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// A name for each column.
    pub columns: Vec<String>,
    /// The numbers, row by row.
    pub rows: Vec<Vec<f64>>,
}

/// What is wrong with a table: where, what, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableError {
    /// The line of the file, counted from 1; `None` if the error is not about one line.
    pub line: Option<u64>,
    /// The name of the column; `None` if the error is not about one column.
    pub column: Option<String>,
    /// What is wrong there and what would be right.
    pub problem: String,
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, &self.column) {
            (Some(line), Some(column)) => write!(f, "line {line}, column {column}: {}", self.problem),
            (Some(line), None) => write!(f, "line {line}: {}", self.problem),
            (None, Some(column)) => write!(f, "column {column}: {}", self.problem),
            (None, None) => write!(f, "the table: {}", self.problem),
        }
    }
}

impl std::error::Error for TableError {}

/// An `Err` with a [`TableError`].
fn error<T>(line: Option<u64>, column: Option<&str>, problem: impl Into<String>) -> Result<T, TableError> {
    Err(TableError { line, column: column.map(str::to_owned), problem: problem.into() })
}

impl Table {
    /// Reads CSV: a line of names, then lines of numbers, separated by commas, semicolons or tabs.
    /// If the first line is numbers too, the names are "column 1" and so on.
    ///
    /// ```
    /// use deltascope::data::Table;
    ///
    /// let table = Table::from_csv(b"width,class\n0.5,1\n2,0\n").unwrap();
    /// assert_eq!(table.columns, ["width", "class"]);
    /// assert_eq!(table.rows, [[0.5, 1.0], [2.0, 0.0]]);
    ///
    /// let error = Table::from_csv(b"width,class\n0.5,large\n").unwrap_err();
    /// assert!(error.to_string().starts_with("line 2, column class: "));
    /// ```
    pub fn from_csv(bytes: &[u8]) -> Result<Self, TableError> {
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true) // the length of a line is checked in `read_row`, with a better message
            .trim(Trim::All)
            .delimiter(guess_separator(bytes))
            .from_reader(bytes);
        let mut table = Self::default();
        for (index, record) in reader.byte_records().enumerate() {
            let record = match record {
                Ok(record) => record,
                Err(problem) => return error(None, None, problem.to_string()),
            };
            if index == 0 {
                let names: Vec<_> = record.iter().enumerate().map(name).collect();
                if record.iter().any(|field| number(field).is_none()) {
                    table.columns = names;
                    continue;
                }
                table.columns = (1..=names.len()).map(|number| format!("column {number}")).collect();
            }
            let row = table.read_row(&record)?;
            table.rows.push(row);
            if table.rows.len().saturating_mul(table.columns.len()) > MAX_DATA {
                let problem = format!("too many numbers (limit {MAX_DATA}); use fewer rows");
                return error(None, None, problem);
            }
        }
        match table.rows.is_empty() {
            true => error(None, None, "there is no row of numbers; give a line of names and then numbers"),
            false => Ok(table),
        }
    }

    /// Reads a line as numbers, one for each column.
    fn read_row(&self, record: &ByteRecord) -> Result<Vec<f64>, TableError> {
        let line = record.position().map(|position| position.line());
        if record.len() != self.columns.len() {
            let problem = format!(
                "{}, but there are {} columns; give one for each, or leave the line out",
                count(record.len(), "value"),
                self.columns.len()
            );
            return error(line, None, problem);
        }
        let entries = record.iter().zip(&self.columns);
        let numbers = entries.map(|(field, column)| match number(field) {
            Some(number) if number.is_finite() => Ok(number),
            Some(_) => error(
                line,
                Some(column),
                format!("{} is not finite; write a number below 1e308", quoted(field)),
            ),
            None if field.is_empty() => {
                error(line, Some(column), "this entry is empty; write a number, or leave the line out")
            }
            None => error(
                line,
                Some(column),
                format!("{} is not a number; write one like 0.5 (a class as 0, 1, 2 …)", quoted(field)),
            ),
        });
        numbers.collect()
    }

    /// The index of the column of this name.
    pub fn column(&self, name: &str) -> Result<usize, TableError> {
        match self.columns.iter().position(|column| column == name) {
            Some(index) => Ok(index),
            None => {
                error(None, Some(name), format!("not found; the columns are {}", self.columns.join(", ")))
            }
        }
    }

    /// The table with only these columns, in this order.
    pub fn select(&self, columns: &[usize]) -> Result<Self, TableError> {
        if columns.is_empty() {
            return error(None, None, "choose at least one column");
        }
        for &column in columns {
            self.check_column(column)?;
        }
        Ok(Self {
            columns: columns.iter().map(|&column| self.columns[column].clone()).collect(),
            rows: self.rows.iter().map(|row| columns.iter().map(|&column| row[column]).collect()).collect(),
        })
    }

    fn check_column(&self, column: usize) -> Result<(), TableError> {
        let count = self.columns.len();
        match column < count {
            true => Ok(()),
            false => error(
                None,
                None,
                format!("there is no column {column}; the {count} columns are numbered from 0"),
            ),
        }
    }

    /// The distinct values of a column, in ascending order.
    pub fn classes(&self, column: usize) -> Result<Vec<f64>, TableError> {
        self.check_column(column)?;
        let mut values: Vec<f64> = self.rows.iter().map(|row| row[column]).collect();
        values.sort_by(f64::total_cmp);
        values.dedup(); // −0 and 0 are one class
        Ok(values)
    }

    /// A column of classes as one-hot targets: a column for each distinct value in ascending order, 1 in the rows with
    /// that value and 0 in the others. `names` are the names of the columns; by default "class 0" and so on.
    ///
    /// ```
    /// # use deltascope::data::Table;
    /// let table = Table::from_csv(b"class\n2\n1\n2\n").unwrap();
    /// let targets = table.one_hot(0, &["iris"]).unwrap();
    /// assert_eq!(targets.columns, ["iris", "class 2"]);
    /// assert_eq!(targets.rows, [[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]);
    /// ```
    pub fn one_hot(&self, column: usize, names: &[&str]) -> Result<Self, TableError> {
        let classes = self.classes(column)?;
        let too_many = classes.len() > MAX_CLASSES;
        if too_many || self.rows.len().saturating_mul(classes.len()) > MAX_DATA {
            let problem = format!(
                "{} different values do not look like classes; choose another column, or take it as a number",
                classes.len()
            );
            return error(None, Some(&self.columns[column]), problem);
        }
        let name = |(index, class): (usize, &f64)| match names.get(index) {
            Some(name) => (*name).to_owned(),
            None => format!("{} {class}", self.columns[column]),
        };
        let one_hot = |row: &Vec<f64>| {
            classes.iter().map(|class| if row[column] == *class { 1.0 } else { 0.0 }).collect()
        };
        Ok(Self {
            columns: classes.iter().enumerate().map(name).collect(),
            rows: self.rows.iter().map(one_hot).collect(),
        })
    }

    /// Every column scaled to 0 … 1. A constant column becomes 0.
    pub fn min_max(&self) -> Result<Self, TableError> {
        self.rescaled(|column| {
            let smallest = column.iter().copied().fold(f64::INFINITY, f64::min);
            let largest = column.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            (smallest, largest - smallest)
        })
    }

    /// Every column scaled to mean 0 and standard deviation 1 (with the divisor n, not n − 1). A constant column
    /// becomes 0.
    pub fn standardised(&self) -> Result<Self, TableError> {
        self.rescaled(mean_and_deviation)
    }

    /// (value − origin) / unit in every column; `scale` computes its origin and unit.
    fn rescaled(&self, scale: impl Fn(&[f64]) -> (f64, f64)) -> Result<Self, TableError> {
        let mut table = self.clone();
        for (index, name) in self.columns.iter().enumerate() {
            let column: Vec<f64> = self.rows.iter().map(|row| row[index]).collect();
            let constant = column.iter().all(|value| *value == column[0]);
            let (origin, unit) = scale(&column);
            let usable = origin.is_finite() && unit.is_finite() && unit > 0.0;
            if !(constant || usable) {
                let problem =
                    "its numbers are too large or too close together to be scaled; rescale it first";
                return error(None, Some(name), problem);
            }
            for row in &mut table.rows {
                row[index] = if constant { 0.0 } else { (row[index] - origin) / unit };
            }
        }
        Ok(table)
    }
}

/// Inputs and targets as data. If one table has more rows, the rest is ignored.
pub fn data(inputs: Table, targets: Table) -> Data {
    let rows = inputs.rows.into_iter().zip(targets.rows);
    Data {
        inputs: inputs.columns,
        targets: targets.columns,
        samples: rows.map(|(x, y)| Sample { x, y }).collect(),
        validation: Samples::default(),
    }
}

/// The most frequent separator of the first line; the comma if there is none.
fn guess_separator(bytes: &[u8]) -> u8 {
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |separator: u8| first.iter().filter(|byte| **byte == separator).count();
    // Of equal counts `max_by_key` returns the last.
    [b'\t', b';', b','].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}

/// The number in an entry, if it is one. "nan" and "inf" are numbers too.
fn number(field: &[u8]) -> Option<f64> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

/// The name of a column.
fn name((index, field): (usize, &[u8])) -> String {
    match String::from_utf8_lossy(field) {
        name if name.is_empty() => format!("column {}", index + 1),
        name => name.into_owned(),
    }
}

/// An entry in quotes for a message, cut off after 24 characters.
fn quoted(field: &[u8]) -> String {
    let text: String = String::from_utf8_lossy(field).chars().take(24).collect();
    format!("{text:?}")
}
