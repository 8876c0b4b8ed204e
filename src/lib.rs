//! Deltascope: backpropagation one neuron at a time.

pub mod data;
pub mod json;
pub mod scenario;
pub mod session;
pub mod training;
pub mod view;

pub use deltascope_nn as nn;
