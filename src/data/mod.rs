//! Sources of samples: tables in CSV ([`csv`](mod@csv)), images in idx files ([`idx`], [`mnist`]), and the presets
//! ([`presets`](mod@presets)).
//!
//! The data flow is bytes → [`Table`] or [`Idx`] → [`Data`](crate::scenario::Data) → [`Scenario`](crate::scenario::Scenario).

pub mod csv;
pub mod idx;
pub mod mnist;
pub mod presets;

pub use csv::{Table, TableError};
pub use idx::{Idx, IdxError};
pub use presets::{Preset, preset, presets};
