//! Deltascope: backpropagation one neuron at a time.

#[cfg(target_arch = "wasm32")]
mod web;
