//! The benchmark in a browser: the workloads, both paths, the peak of the machine and the table.
//!
//! A wasm module of its own, compiled like the worker and not part of the page. `page/bench.js` measures the time, and runs
//! the peers.

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

/// Runs the peak loop. Returns the number of multiplications and additions.
#[wasm_bindgen]
pub fn peak(count: usize) -> f64 {
    peak_operations(Width::TWO, 1000 * count) as f64
}

/// A workload with both paths.
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

    /// Trains on the next mini-batches with the plain path. Returns the number of samples.
    pub fn plain(&mut self, mini_batches: usize) -> usize {
        self.plain.train(&self.workload, mini_batches)
    }

    /// Trains on the next mini-batches with the fast path. Returns the number of samples.
    pub fn fast(&mut self, mini_batches: usize) -> usize {
        self.fast.train(&self.workload, mini_batches)
    }

    /// Records the speeds of a contender in each round, in samples per second. The plain path is the first, the fast path the
    /// second.
    pub fn record(&mut self, name: String, samples_per_second: Vec<f64>) {
        self.rows.push(Row { name, samples_per_second });
    }

    /// The table of all recorded speeds. An error if the paths do not have the same results.
    pub fn table(&mut self, peaks: Vec<f64>) -> Result<String, String> {
        let digest = path::digest_of_both(&self.workload, Width::widest(), report::CHECKED)?;
        Ok(report::table(&self.workload, digest, peaks, std::mem::take(&mut self.rows)))
    }
}

/// The network and the samples for the peers.
#[wasm_bindgen]
impl Bench {
    /// The neurons of each layer, the inputs first.
    pub fn sizes(&self) -> Vec<usize> {
        self.workload.network.sizes()
    }

    /// The activation function of each layer: sigmoid, tanh or softmax.
    pub fn activations(&self) -> Vec<String> {
        let name = |activation| match activation {
            Activation::Sigmoid => "sigmoid",
            Activation::Tanh => "tanh",
            Activation::Softmax => "softmax",
            _ => "none",
        };
        self.workload.network.layers.iter().map(|layer| name(layer.activation).to_owned()).collect()
    }

    /// Whether the cost is the cross-entropy of a softmax; otherwise it is half the squared error.
    pub fn cross_entropy(&self) -> bool {
        self.workload.hyperparameters.cost == Cost::Cce
    }

    /// The number of samples in a mini-batch.
    pub fn batch_size(&self) -> usize {
        self.workload.hyperparameters.batch_size
    }

    /// η
    pub fn learning_rate(&self) -> f64 {
        self.workload.hyperparameters.learning_rate
    }

    /// The initial w of a layer, shape (out, in), row by row.
    pub fn weights(&self, layer: usize) -> Vec<f64> {
        self.workload.network.layers[layer].weights.values().to_vec()
    }

    /// The number of samples.
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
