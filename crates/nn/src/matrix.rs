//! A dense matrix with the operations of the four equations.
//!
//! Every sum starts with zero and adds its terms in ascending order. The order is part of the result, because the fast path
//! gives the same bits.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::ops::{Index, IndexMut};

/// A matrix of shape (rows, columns), stored row by row. In JSON it is a list of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    data: Vec<f64>,
}

impl Matrix {
    /// All zero.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self { rows, columns, data: vec![0.0; rows * columns] }
    }

    /// From a list of rows; `None` if their lengths differ.
    pub fn from_rows(rows: &[Vec<f64>]) -> Option<Self> {
        let columns = rows.first().map_or(0, Vec::len);
        rows.iter().all(|row| row.len() == columns).then(|| Self {
            rows: rows.len(),
            columns,
            data: rows.concat(),
        })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Row `j`.
    pub fn row(&self, j: usize) -> &[f64] {
        &self.data[j * self.columns..][..self.columns]
    }

    /// All entries, row by row.
    pub fn values(&self) -> &[f64] {
        &self.data
    }

    /// All entries, row by row, mutable.
    pub fn values_mut(&mut self) -> &mut [f64] {
        &mut self.data
    }

    /// M v, shape (rows), for v of shape (columns).
    pub fn mul(&self, v: &[f64]) -> Vec<f64> {
        assert_eq!(v.len(), self.columns, "the vector must have one entry per column");
        (0..self.rows).map(|j| self.row(j).iter().zip(v).fold(0.0, |sum, (m, v)| sum + m * v)).collect()
    }

    /// Mᵀ v, shape (columns), for v of shape (rows).
    pub fn transpose_mul(&self, v: &[f64]) -> Vec<f64> {
        assert_eq!(v.len(), self.rows, "the vector must have one entry per row");
        let mut product = vec![0.0; self.columns];
        for (j, v) in v.iter().enumerate() {
            for (sum, m) in product.iter_mut().zip(self.row(j)) {
                *sum += m * v;
            }
        }
        product
    }

    /// M ← M + u vᵀ, the outer product of equation (4), for u of shape (rows) and v of shape (columns).
    pub fn add_outer(&mut self, u: &[f64], v: &[f64]) {
        assert_eq!(
            (u.len(), v.len()),
            (self.rows, self.columns),
            "the vectors must have one entry per row and per column"
        );
        for (row, u) in self.data.chunks_exact_mut(self.columns.max(1)).zip(u) {
            for (m, v) in row.iter_mut().zip(v) {
                *m += u * v;
            }
        }
    }
}

/// The entry in row `j`, column `k`.
impl Index<(usize, usize)> for Matrix {
    type Output = f64;
    fn index(&self, (j, k): (usize, usize)) -> &f64 {
        &self.data[j * self.columns..][..self.columns][k]
    }
}

impl IndexMut<(usize, usize)> for Matrix {
    fn index_mut(&mut self, (j, k): (usize, usize)) -> &mut f64 {
        &mut self.data[j * self.columns..][..self.columns][k]
    }
}

impl Serialize for Matrix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((0..self.rows).map(|j| self.row(j)))
    }
}

impl<'de> Deserialize<'de> for Matrix {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rows = Vec::<Vec<f64>>::deserialize(deserializer)?;
        Self::from_rows(&rows).ok_or_else(|| D::Error::custom("the rows of a matrix must be equally long"))
    }
}
