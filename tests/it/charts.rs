//! The charts: the cost over the updates, and those of the comparison.

use crate::sessions::{act, compared, diverging, finish_background_work, preset, step};
use crate::svg::svg;
use deltascope::nn::{
    Activation, BiasRule, Distribution, Hyperparameters, Initialisation, Parameter, Reduction, Sample,
};
use deltascope::scenario::{Data, RunConfig, Samples, Scenario, Start, Updating};
use deltascope::session::{Axis, Compare, Direction, Edit, Item, Look, Navigate, Session, StepSize};
use deltascope::view::charts::{self, Chart};
use deltascope::view::theme::{DASHES, Palette};
use plotters::style::RGBColor;

fn charted(points: &[(u64, f64)], now: u64) -> String {
    svg((480, 200), |area| charts::cost_chart(points, now, &Palette::light(), 1.0, area))
}

/// The texts of a picture, in order.
fn texts(svg: &str) -> Vec<String> {
    let after_tags = svg.split("<text").skip(1).filter_map(|text| text.split_once('>'));
    after_tags.filter_map(|(_, text)| Some(text.split_once("</text>")?.0.trim().to_owned())).collect()
}

/// The sentence of a chart that has nothing to draw, whatever its lines are.
fn sentence(svg: &str) -> String {
    texts(svg).join(" ")
}

#[test]
fn the_cost_chart_has_a_logarithmic_scale_for_a_wide_range_only() {
    let falling: Vec<(u64, f64)> = (0..40).map(|update| (update, 0.7 / (1.0 + update as f64))).collect();
    insta::assert_snapshot!("cost_chart", charted(&falling, 40));
    assert!(texts(&charted(&falling, 40)).contains(&"cost".to_owned()));
    let wide: Vec<(u64, f64)> = (0..40).map(|update| (update, 10f64.powi(-(update as i32) / 4))).collect();
    assert!(texts(&charted(&wide, 40)).contains(&"cost (log scale)".to_owned()));
    assert_eq!(sentence(&charted(&[], 0)), "No update yet");
    assert!(texts(&charted(&[(0, 0.5)], 1)).contains(&"updates".to_owned()));
}

#[test]
fn the_cost_chart_is_finite_for_extreme_costs() {
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

/// One run for each value of [`Updating`].
fn every_updating() -> [RunConfig; 4] {
    Updating::ALL.map(RunConfig::new)
}

/// These runs of a scenario at the beginning of an epoch, with all background work done.
fn at_epoch(scenario: Scenario, runs: &[RunConfig], epoch: usize) -> Session {
    let mut session = compared(scenario, runs);
    act(&mut session, Navigate::EpochChosen(epoch));
    finish_background_work(&mut session);
    session
}

fn chart(chart: Chart, session: &Session) -> String {
    charts::svg(chart, session, 420, 220, &Palette::light())
}

/// Asserts that every chart is drawn without a number that is not finite, for several sizes and both themes.
fn assert_all_finite(session: &mut Session, what: &str) {
    for axis in [Axis::Samples, Axis::Updates] {
        act(session, Compare::AxisChanged(axis));
        for (index, kind) in Chart::ALL.into_iter().enumerate() {
            for (width, height) in [(420, 220), (1, 1), (60, 40)] {
                let svg = charts::svg(kind, session, width, height, &Palette::of(index % 2 == 0));
                assert!(svg.ends_with("</svg>\n"), "{what}, {kind:?}: {svg}");
                for wrong in ["NaN", "inf", "undefined", "∞"] {
                    assert!(!svg.contains(wrong), "{what}, {kind:?} {width} × {height}: {wrong}");
                }
            }
        }
    }
}

/// The points of every polyline of this colour.
fn paths(svg: &str, RGBColor(red, green, blue): RGBColor) -> Vec<Vec<(f64, f64)>> {
    let stroke = format!("stroke=\"#{red:02X}{green:02X}{blue:02X}\"");
    let lines = svg.lines().filter(|line| line.starts_with("<polyline") && line.contains(&stroke));
    let points = lines.map(|line| {
        let points = line.split("points=\"").nth(1).unwrap().split('"').next().unwrap();
        let numbers =
            |point: &str| point.split_once(',').map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()));
        points.split_whitespace().map(|point| numbers(point).unwrap()).collect()
    });
    points.collect()
}

/// The number of dots of this colour.
fn dots(svg: &str, RGBColor(red, green, blue): RGBColor) -> usize {
    let fill = format!("fill=\"#{red:02X}{green:02X}{blue:02X}\"");
    svg.lines().filter(|line| line.starts_with("<circle") && line.contains(&fill)).count()
}

fn length(path: &[(f64, f64)]) -> f64 {
    path.windows(2).map(|ends| (ends[1].0 - ends[0].0).hypot(ends[1].1 - ends[0].1)).sum()
}

#[test]
fn every_chart_is_found_by_its_id() {
    for chart in Chart::ALL {
        assert_eq!(Chart::from_id(chart.id()), Some(chart));
    }
    assert_eq!(Chart::from_id("network"), None);
}

#[test]
fn the_sweep_and_the_decision_maps_are_drawn() {
    let runs = [Updating::PerSample, Updating::Sum].map(RunConfig::new);
    let session = at_epoch(preset("and"), &runs, 60);
    let small = |chart, width, height| charts::svg(chart, &session, width, height, &Palette::light());
    insta::assert_snapshot!("sweep_of_and", small(Chart::CompareSweep, 260, 150));
    insta::assert_snapshot!("decision_maps_of_and", small(Chart::CompareMaps, 130, 52));
    assert!(texts(&chart(Chart::CompareSweep, &session)).contains(&"slope 2.00".to_owned()));
}

#[test]
fn samples_and_updates_are_counted_as_in_a_loop_over_the_mini_batches() {
    for batch_size in [1, 3, 7, 20, 64] {
        for (epoch, mini_batch) in [(0, 0), (2, 0), (1, 2)] {
            let mut scenario = preset("linnerud");
            scenario.hyperparameters.batch_size = batch_size;
            let rows = scenario.data.samples.len();
            let mini_batch = mini_batch.min(scenario.mini_batches() as u32 - 1);
            let network = scenario.network().into_owned().into();
            scenario.start = Start::Parameters { network, epoch, mini_batch };
            let (mut samples, mut updates) = (0, 0);
            let (mut epoch, mut mini_batch) = (epoch as usize, mini_batch as usize);
            for _ in 0..40 {
                let place = (epoch * rows.div_ceil(batch_size) + mini_batch) as u64;
                for run in every_updating() {
                    let counted = |axis| charts::across(&scenario, axis, run, place);
                    let made = if run.updating == Updating::PerSample { samples } else { updates };
                    assert_eq!((counted(Axis::Samples), counted(Axis::Updates)), (samples, made), "{run:?}");
                }
                samples += (rows - mini_batch * batch_size).min(batch_size) as u64;
                updates += 1;
                mini_batch += 1;
                if mini_batch * batch_size >= rows {
                    (epoch, mini_batch) = (epoch + 1, 0);
                }
            }
        }
    }
}

#[test]
fn each_run_has_its_own_dash_pattern() {
    let mut session = at_epoch(preset("and"), &every_updating(), 60);
    act(&mut session, Compare::AxisChanged(Axis::Updates));
    let svg = chart(Chart::CompareParameter, &session);
    for (colour, dashes) in Palette::light().runs.into_iter().zip(DASHES) {
        assert_eq!(dots(&svg, colour), 1);
        let mut paths = paths(&svg, colour);
        if dashes.is_empty() {
            assert_eq!(paths.len(), 1);
            continue;
        }
        paths.pop(); // the last dash ends with the line
        assert!(paths.len() > 3, "{dashes:?}: {paths:?}");
        let drawn: Vec<f64> = dashes.iter().step_by(2).copied().collect();
        for (turn, want) in drawn.iter().enumerate() {
            let turns = paths.iter().skip(turn).step_by(drawn.len());
            let mean = turns.clone().map(|path| length(path)).sum::<f64>() / turns.count() as f64;
            assert!((mean - want).abs() < 0.8, "{dashes:?}: {mean}");
        }
    }
}

#[test]
fn lines_reach_the_current_moment() {
    let mut session =
        at_epoch(preset("brownlee"), &[Updating::PerSample, Updating::Sum].map(RunConfig::new), 3);
    act(&mut session, Edit::BatchSizeChanged(5));
    act(&mut session, Look::Selected(Some(Item::Bias { layer: 1, neuron: 0 })));
    let colours = Palette::light().runs;
    let reach = |session: &Session, chart_of, run: usize| {
        paths(&chart(chart_of, session), colours[run])
            .into_iter()
            .flatten()
            .map(|(x, _)| x)
            .fold(0.0, f64::max)
    };
    for by in [StepSize::Sample, StepSize::Sample, StepSize::MiniBatch] {
        step(&mut session, by, Direction::Forward);
        let mark = reach(&session, Chart::CompareParameter, 0);
        assert!(
            (reach(&session, Chart::CompareParameter, 1) - mark).abs() <= 6.0,
            "both have seen the same number of samples"
        );
    }
    act(&mut session, Compare::AxisChanged(Axis::Updates));
    let [one, other] = [0, 1].map(|run| reach(&session, Chart::CompareParameter, run));
    assert!(one > other + 50.0, "a run that updates after each sample makes more updates");
    // The reference run has no line.
    assert!(paths(&chart(Chart::CompareDistance, &session), colours[1]).is_empty());
    assert!(texts(&chart(Chart::CompareDistance, &session)).contains(&"distance to run 2".to_owned()));
}

#[test]
fn a_chart_without_data_says_why() {
    let said = |kind, session: &Session| sentence(&chart(kind, session));
    let stepper = Session::new(preset("and")).unwrap();
    let compared_charts = [
        Chart::CompareCost,
        Chart::CompareAccuracy,
        Chart::CompareParameter,
        Chart::CompareDistance,
        Chart::CompareSweep,
        Chart::CompareMaps,
    ];
    for kind in compared_charts {
        assert_eq!(said(kind, &stepper), "Computing …", "{kind:?}");
    }
    assert_eq!(said(Chart::Cost, &stepper), "No update yet");
    assert_eq!(said(Chart::SampleImage, &stepper), "");
    assert_eq!(said(Chart::TrainCost, &stepper), "Press Train to see curves.");
    assert_eq!(said(Chart::TrainMisclassified, &stepper), "Press Train to see misclassified images.");
    let runs = [Updating::PerSample, Updating::Mean].map(RunConfig::new);
    let mut session = compared(preset("linnerud"), &runs);
    assert_eq!(said(Chart::CompareCost, &session), "No update yet");
    assert_eq!(said(Chart::CompareAccuracy, &session), "Regression: no accuracy");
    assert_eq!(said(Chart::CompareMaps, &session), "Needs two inputs");
    assert_eq!(said(Chart::TrainMaps, &session), "Needs two inputs");
    assert_eq!(said(Chart::TrainAccuracy, &session), "Not a classifier: no accuracy");
    assert_eq!(said(Chart::CompareSweep, &session), "Not measured yet");
    act(&mut session, Look::Selected(Some(Item::Input { source: 0 })));
    assert_eq!(said(Chart::CompareParameter, &session), "Select a neuron or weight to plot it");
    let mazur = at_epoch(preset("mazur"), &runs, 3);
    assert_eq!(said(Chart::CompareSweep, &mazur), "A mini-batch of one sample is one update either way");
}

#[test]
fn a_run_that_diverged_ends_with_a_cross() {
    let runs = [RunConfig::new(Updating::Sum), RunConfig::new(Updating::Sum).with(BiasRule::LayerSum)];
    let mut session = at_epoch(diverging(Reduction::Sum), &runs, 240);
    let when = session.comparison().unwrap().passes[1].divergence.unwrap().mini_batch;
    let [finite, diverged, ..] = Palette::light().runs;
    for kind in [Chart::CompareCost, Chart::CompareParameter] {
        let svg = chart(kind, &session);
        assert_eq!((dots(&svg, finite), dots(&svg, diverged)), (1, 0), "{kind:?}");
    }
    assert_all_finite(&mut session, "diverged");
    act(&mut session, Navigate::EpochChosen(when as usize - 1));
    assert_eq!(dots(&chart(Chart::CompareCost, &session), diverged), 1);
}

/// Height of the lines of this colour.
fn height(svg: &str, colour: RGBColor) -> f64 {
    let heights: Vec<f64> = paths(svg, colour).concat().iter().map(|point| point.1).collect();
    heights.iter().copied().fold(f64::MIN, f64::max) - heights.iter().copied().fold(f64::MAX, f64::min)
}

#[test]
fn a_run_that_diverges_does_not_flatten_the_others() {
    let runs = [Updating::Mean, Updating::Sum].map(RunConfig::new);
    let mut session = at_epoch(diverging(Reduction::Mean), &runs, 1);
    act(&mut session, Look::Selected(Some(Item::Bias { layer: 1, neuron: 0 })));
    let [finite, diverged, ..] = Palette::light().runs;
    let alone: [RunConfig; 2] = [runs[0]; 2];
    // Before and after the cost overflows.
    for epoch in [40, 150, 240, 400] {
        act(&mut session, Navigate::EpochChosen(epoch));
        finish_background_work(&mut session);
        let mut steady = at_epoch(diverging(Reduction::Mean), &alone, epoch);
        act(&mut steady, Look::Selected(Some(Item::Bias { layer: 1, neuron: 0 })));
        for kind in [Chart::CompareCost, Chart::CompareParameter] {
            let (svg, without) = (chart(kind, &session), chart(kind, &steady));
            let room = height(&svg, finite) / height(&without, Palette::light().runs[0]);
            assert!(room > 0.3, "epoch {epoch}, {kind:?}: {room} of the height");
            assert!(!texts(&svg).iter().any(|text| text.contains('×')), "{:?}", texts(&svg));
            // The line of the other run ends with an arrow at the upper or lower edge, and still has its name.
            assert_eq!((dots(&svg, finite), dots(&svg, diverged)), (1, 0), "{epoch}, {kind:?}");
            assert!(texts(&svg).contains(&"2".to_owned()), "{:?}", texts(&svg));
        }
    }
}

#[test]
fn a_run_that_diverged_has_no_decision_map() {
    let mut scenario = preset("xor");
    scenario.sizes = vec![2, 1];
    scenario.activations = vec![Activation::Identity];
    scenario.start = Start::Initialisation(Initialisation { distribution: Distribution::Normal, seed: 1 });
    scenario.hyperparameters =
        Hyperparameters { learning_rate: 0.8, reduction: Reduction::Mean, ..scenario.hyperparameters };
    let mut session = at_epoch(scenario, &[Updating::Sum, Updating::Mean].map(RunConfig::new), 300);
    assert_eq!(sentence(&chart(Chart::CompareMaps, &session)), "Regression: choose “of the selected neuron”");
    act(&mut session, Compare::MapOfSelectedToggled);
    let svg = chart(Chart::CompareMaps, &session);
    assert_eq!(svg.matches("diverged").count(), 1);
    assert_all_finite(&mut session, "diverged");
}

#[test]
fn the_decision_map_of_the_selected_neuron_is_drawn_when_chosen() {
    let mut session =
        at_epoch(preset("circle"), &[Updating::PerSample, Updating::Mean].map(RunConfig::new), 5);
    let of_outputs = chart(Chart::CompareMaps, &session);
    act(&mut session, Look::Selected(Some(Item::Neuron { layer: 0, neuron: 2 })));
    assert_eq!(chart(Chart::CompareMaps, &session), of_outputs);
    act(&mut session, Compare::MapOfSelectedToggled);
    let of_neuron = chart(Chart::CompareMaps, &session);
    assert_ne!(of_neuron, of_outputs);
    assert!(of_neuron.len() < 150_000, "{} bytes", of_neuron.len());
    // A selected weight stands for its neuron.
    act(&mut session, Look::Selected(Some(Parameter::Weight { layer: 0, neuron: 2, source: 0 }.into())));
    assert_eq!(chart(Chart::CompareMaps, &session), of_neuron);
}

#[test]
fn charts_are_finite_for_extreme_inputs() {
    let presets = ["and", "xor", "mazur", "brownlee", "iris", "circle", "linnerud"];
    for id in presets {
        let mut session = compared(preset(id), &every_updating());
        assert_all_finite(&mut session, id);
        for by in [StepSize::Sample, StepSize::MiniBatch, StepSize::Epoch, StepSize::Sample] {
            step(&mut session, by, Direction::Forward);
            finish_background_work(&mut session);
            act(&mut session, Compare::MapOfSelectedToggled);
            assert_all_finite(&mut session, id);
        }
    }
    for (one, other) in [(0.0, 0.0), (1e-300, 2e-300), (1e150, -1e150), (3.0, 3.0), (5e307, -5e307)] {
        let mut scenario = preset("xor");
        let sample = |x: f64, y: f64| Sample { x: vec![x, one], y: vec![y] };
        let names = || vec!["<b>&".to_owned(), "long ".repeat(50)];
        let samples = vec![sample(one, 0.0), sample(other, 1.0), sample(one, 1.0)];
        scenario.data = Data {
            inputs: names(),
            targets: vec!["y".into()],
            samples: samples.into(),
            validation: Samples::default(),
        }
        .into();
        let mut session = compared(scenario, &every_updating()[..3]);
        assert_all_finite(&mut session, "odd inputs");
        assert!(!chart(Chart::CompareMaps, &session).contains("<b>"));
        finish_background_work(&mut session);
        // This may fail, which changes nothing.
        let _ = session.update(Navigate::Stepped { by: StepSize::Epoch, direction: Direction::Forward });
        finish_background_work(&mut session);
        assert_all_finite(&mut session, "odd inputs");
    }
}
