//! The native tests, one binary.

// What a test cannot do without ends it, in its helpers too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod arbitrary;
mod charts;
mod compare;
mod compare_views;
mod course;
mod data;
mod full_speed;
mod functions;
mod golden;
mod gradient;
mod idx;
mod json;
mod kernels;
mod lanes;
mod ledger;
mod published;
mod reference;
mod scenario;
mod scene;
mod session;
mod split;
mod svg;
mod tidy;
mod tools;
mod training;
mod views;
