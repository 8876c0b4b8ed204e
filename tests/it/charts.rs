//! The charts: the cost over the updates, and those that lanes are compared by.

use crate::lanes::{act, compared, preset, stay, step};
use crate::svg::svg;
use deltascope::nn::{BiasRule, Parameter, Reduction, Settings};
use deltascope::scenario::{Lane, Scenario, Start, Updating};
use deltascope::session::{Action, Axis, Direction, Session, StepBy, View};
use deltascope::view::charts::{self, CompareChart};
use deltascope::view::theme::Palette;
use std::sync::Arc;

fn charted(points: &[(u64, f64)], now: u64) -> String {
    svg((480, 200), |area| charts::cost_chart(points, now, &Palette::light(), 1.0, area))
}

#[test]
fn the_cost_is_charted() {
    let falling: Vec<(u64, f64)> = (0..40).map(|update| (update, 0.7 / (1.0 + update as f64))).collect();
    insta::assert_snapshot!("cost_chart", charted(&falling, 40));
    assert!(!charted(&falling, 40).contains("log"));
    let wide: Vec<(u64, f64)> = (0..40).map(|update| (update, 10f64.powi(-(update as i32) / 4))).collect();
    assert!(charted(&wide, 40).contains("cost (log scale)"));
    assert!(charted(&[], 0).contains("No update yet"));
    assert!(charted(&[(0, 0.5)], 1).contains("updates"));
}

#[test]
fn no_cost_is_too_small_or_too_large_for_the_chart() {
    let curves: [&[f64]; 12] = [
        &[0.0, 0.0, 0.0],
        &[0.25, 0.25, 0.25],
        &[1e-300, 1e-300],
        &[1e-300, 3e-300],
        &[1e-320, 5e-324],
        &[1e300, 1e300],
        &[1e300, 1.5e308],
        &[f64::MAX, 0.0, f64::MAX],
        &[1e-300, 1e300],
        &[0.0, 1e-300, 1.0],
        &[1.0, 1.0 + f64::EPSILON],
        &[f64::NAN, f64::INFINITY, 0.5],
    ];
    for costs in curves {
        let points: Vec<(u64, f64)> = costs.iter().enumerate().map(|(i, cost)| (i as u64, *cost)).collect();
        let chart = charted(&points, points.len() as u64);
        assert!(chart.contains("updates") && !chart.contains("NaN"), "{costs:?}");
    }
    let late = [(u64::from(u32::MAX) * 7, 0.5), (u64::from(u32::MAX) * 7 + 1, 0.4)];
    assert!(charted(&late, late[1].0 + 1).contains("updates"));
    let many: Vec<(u64, f64)> = (0..100_000).map(|update| (update, 1.0 / (update as f64 + 1.0))).collect();
    assert!(charted(&many, 100_000).len() < 100_000);
}
