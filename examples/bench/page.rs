//! The benchmark's part in a browser's page: the workloads, both paths, the machine's peak and the table.
//!
//! A wasm module of its own, compiled as the worker is, so that nothing of it weighs on the page. `page/bench.js`
//! keeps the time, and has the peers beside it.

#![cfg(target_arch = "wasm32")]

mod path;
mod report;
mod workloads;

use deltascope::nn::fast::{Width, peak_operations};
use deltascope::nn::{Activation, Cost};
use path::Path;
use report::Row;
use wasm_bindgen::prelude::*;
use workloads::Workload;

/// The names of the workloads.
#[wasm_bindgen]
pub fn workloads() -> Vec<String> {
    workloads::all().iter().map(|workload| workload.name.to_owned()).collect()
}

/// Keeps two runs busy; returns how many multiplications and additions that were.
#[wasm_bindgen]
pub fn busy(count: usize) -> f64 {
    peak_operations(Width::TWO, 1000 * count) as f64
}

/// A workload, and both ways to train it.
#[wasm_bindgen]
pub struct Bench {
    workload: Workload,
    plain: Path,
    fast: Path,
    rows: Vec<Row>,
}

#[wasm_bindgen]
impl Bench {
    /// The workload of that name.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str) -> Result<Bench, String> {
        let workload = workloads::all().into_iter().find(|workload| workload.name == name);
        let workload = workload.ok_or_else(|| format!("there is no workload {name}"))?;
        let (plain, fast) = (Path::plain(&workload), Path::fast(&workload, Width::widest()));
        Ok(Bench { workload, plain, fast, rows: Vec::new() })
    }

    /// Trains so many mini-batches on the plain path; returns how many samples they had.
    pub fn plain(&mut self, mini_batches: usize) -> usize {
        self.plain.train(&self.workload, mini_batches)
    }

    /// The same on the fast path.
    pub fn fast(&mut self, mini_batches: usize) -> usize {
        self.fast.train(&self.workload, mini_batches)
    }

    /// Takes down what a contender's rounds came to, in samples a second: the plain path's first, then the fast one's.
    pub fn note(&mut self, name: String, samples_per_second: Vec<f64>) {
        self.rows.push(Row { name, samples_per_second });
    }

    /// The table of all that was noted; an error where both paths do not come to the same doubles.
    pub fn table(&mut self, peaks: Vec<f64>) -> Result<String, String> {
        let digest = path::digest_of_both(&self.workload, Width::widest(), report::CHECKED)?;
        Ok(report::table(&self.workload, digest, peaks, std::mem::take(&mut self.rows)))
    }
}

/// What peers are given: the same network, the same samples.
#[wasm_bindgen]
impl Bench {
    /// The neurons of each layer, the inputs first.
    pub fn sizes(&self) -> Vec<usize> {
        self.workload.network.sizes()
    }

    /// Of each layer: sigmoid, tanh or softmax.
    pub fn activations(&self) -> Vec<String> {
        let name = |activation| match activation {
            Activation::Sigmoid => "sigmoid",
            Activation::Tanh => "tanh",
            Activation::Softmax => "softmax",
            _ => "none",
        };
        self.workload.network.layers.iter().map(|layer| name(layer.activation).to_owned()).collect()
    }

    /// Whether the cost is the cross-entropy of a softmax; else it is half the squared error.
    pub fn cross_entropy(&self) -> bool {
        self.workload.hyperparameters.cost == Cost::Cce
    }

    /// Samples in a mini-batch.
    pub fn batch_size(&self) -> usize {
        self.workload.hyperparameters.batch_size
    }

    /// η
    pub fn learning_rate(&self) -> f64 {
        self.workload.hyperparameters.learning_rate
    }

    /// w of a layer at the start, (out, in) row by row.
    pub fn weights(&self, layer: usize) -> Vec<f64> {
        self.workload.network.layers[layer].weights.values().to_vec()
    }

    /// How many samples there are.
    pub fn count(&self) -> usize {
        self.workload.samples.len()
    }

    /// x of a sample.
    pub fn x(&self, sample: usize) -> Vec<f64> {
        self.workload.samples[sample].x.clone()
    }

    /// y of a sample.
    pub fn y(&self, sample: usize) -> Vec<f64> {
        self.workload.samples[sample].y.clone()
    }
}
