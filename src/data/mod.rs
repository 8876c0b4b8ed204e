//! Where samples come from: a table read from CSV ([`csv`](mod@csv)), and the ready scenarios ([`presets`](mod@presets)).
//!
//! The flow is bytes → [`Table`] → [`Data`](crate::scenario::Data) → [`Scenario`](crate::scenario::Scenario).

pub mod csv;
pub mod presets;

pub use csv::{Table, TableError};
pub use presets::{Preset, preset, presets};
