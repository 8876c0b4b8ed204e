//! From a session to pictures and text, without a screen: drawings go to any plotters backend, text becomes
//! HTML and MathML.

pub mod charts;
pub mod compare;
pub mod equation;
pub mod format;
pub mod fragment;
pub mod inspector;
pub mod ledger;
pub mod mathml;
pub mod moments;
pub mod narration;
pub mod network;
pub mod page;
mod painter;
pub mod scene;
pub mod settings;
pub mod theme;
pub mod train;
pub mod working;
