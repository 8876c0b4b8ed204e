//! Deltascope: backpropagation one neuron at a time.

pub mod data;
pub mod nn;
pub mod scenario;
pub mod session;
pub mod training;
pub mod view;

#[cfg(target_arch = "wasm32")]
pub mod web;
