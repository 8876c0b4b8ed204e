//! The native tests, one binary.

// A test may panic, and so may its helpers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod arbitrary;
mod charts;
mod compare;
mod compare_views;
mod data;
mod editing;
mod extremes;
mod fast_path;
mod full_speed;
mod functions;
mod golden;
mod gradient;
mod gradient_check;
mod idx;
mod json;
mod ledger;
mod narration;
mod published;
mod reference;
mod saving;
mod scenario;
mod scene;
mod session;
mod sessions;
mod sources;
mod split;
mod svg;
mod tidy;
mod tools;
mod training;
mod training_loop;
mod views;
