//! The numbers that the page is compared with: the golden files, and a network in plain loops.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;

/// A file of `tests/golden`.
pub(crate) fn golden<T: DeserializeOwned>(name: &str) -> Result<T> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../golden").join(name);
    let text = fs::read_to_string(&path).with_context(|| format!("{} could not be read", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

/// One layer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layer {
    pub(crate) weights: Vec<Vec<f64>>,
    pub(crate) biases: Vec<f64>,
}

/// All quantities of one sample in a network with tanh, softmax and cross-entropy.
#[derive(Debug)]
pub(crate) struct Pass {
    pub(crate) z: [Vec<f64>; 2],
    pub(crate) a: [Vec<f64>; 2],
    pub(crate) cost: f64,
    pub(crate) delta: [Vec<f64>; 2],
}

fn weighted(layer: &Layer, a: &[f64]) -> Vec<f64> {
    let sum = |w: &Vec<f64>| w.iter().zip(a).map(|(w, a)| w * a).sum::<f64>();
    layer.weights.iter().zip(&layer.biases).map(|(w, b)| sum(w) + b).collect()
}

/// The forward and the backward pass.
pub(crate) fn pass([hidden, output]: &[Layer; 2], x: &[f64], y: &[f64]) -> Pass {
    let z1 = weighted(hidden, x);
    let a1: Vec<f64> = z1.iter().map(|z| z.tanh()).collect();
    let z2 = weighted(output, &a1);
    let exponentials: Vec<f64> = z2.iter().map(|z| z.exp()).collect();
    let total: f64 = exponentials.iter().sum();
    let a2: Vec<f64> = exponentials.iter().map(|e| e / total).collect();
    let cost = a2.iter().zip(y).map(|(a, y)| -y * a.ln()).sum();
    let delta2: Vec<f64> = a2.iter().zip(y).map(|(a, y)| a - y).collect();
    let back = |k: usize| output.weights.iter().zip(&delta2).map(|(w, delta)| w[k] * delta).sum::<f64>();
    let delta1 = a1.iter().enumerate().map(|(k, a)| back(k) * (1.0 - a * a)).collect();
    Pass { z: [z1, z2], a: [a1, a2], cost, delta: [delta1, delta2] }
}

/// Standardises the columns to mean 0 and standard deviation 1.
pub(crate) fn standardised(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let count = rows.len() as f64;
    let mean = |k: usize| rows.iter().map(|row| row[k]).sum::<f64>() / count;
    let spread = |k: usize| (rows.iter().map(|row| (row[k] - mean(k)).powi(2)).sum::<f64>() / count).sqrt();
    let columns: Vec<(f64, f64)> = (0..rows[0].len()).map(|k| (mean(k), spread(k))).collect();
    let standard = |(x, (mean, spread)): (&f64, &(f64, f64))| (x - mean) / spread;
    rows.iter().map(|row| row.iter().zip(&columns).map(standard).collect()).collect()
}
