//! The comparison as text.

use crate::sessions::{self, finish_background_work, preset, settle};
use crate::views::text;
use deltascope::nn::BiasRule;
use deltascope::scenario::{Rate, RunConfig, Scenario, Updating};
use deltascope::session::{Action, Compare, Direction, Edit, Navigate, Play, Session, StepSize};
use deltascope::view::compare::fragments;

/// A session with its background work done.
fn session(scenario: Scenario) -> Session {
    let mut session = Session::new(scenario).unwrap();
    settle(&mut session);
    finish_background_work(&mut session);
    session
}

fn act(session: &mut Session, action: impl Into<Action>) {
    sessions::act(session, action);
    finish_background_work(session);
}

/// The text with cells and rows separated.
fn cells(html: &str) -> String {
    text(&html.replace("</tr>", "\n").replace("</td>", " ").replace("</th>", " "))
}

fn read(session: &Session, id: &str) -> String {
    let fragments = fragments(session);
    let fragment = fragments.iter().find(|fragment| fragment.0 == id);
    cells(&fragment.unwrap_or_else(|| panic!("no fragment {id}")).1)
}

#[test]
fn the_runs_of_and_as_text() {
    let mut session = session(preset("compare-and"));
    for _ in 0..4 {
        act(&mut session, Navigate::Stepped { by: StepSize::Sample, direction: Direction::Forward });
    }
    let all = fragments(&session);
    let all: Vec<_> = all.iter().map(|(id, html)| format!("[{id}]\n{}", cells(html))).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn a_run_says_when_it_will_be_updated() {
    let mut session = session(preset("compare-and"));
    act(&mut session, Navigate::Stepped { by: StepSize::Sample, direction: Direction::Forward });
    assert!(read(&session, "run-0-formula").contains("0 − 0.5·(−0.1250) = 0.06250"));
    assert!(read(&session, "run-1-formula").contains("; updated after all 4 samples"));
    act(&mut session, Compare::FreezeToggled);
    assert!(read(&session, "run-0-formula").contains("no sample updates them"));
    assert!(read(&session, "run-0-numbers").contains("0 (identical)"));
}

#[test]
fn with_a_learning_rate_of_0_nothing_changes_and_the_page_says_so() {
    let mut session = session(preset("compare-and"));
    act(&mut session, Edit::LearningRateChanged(0.0));
    let before = session.mini_batch().network_before.clone();
    for _ in 0..5 {
        act(&mut session, Navigate::Stepped { by: StepSize::Sample, direction: Direction::Forward });
    }
    assert!(session.comparison().unwrap().passes.iter().all(|pass| pass.network() == Some(&before)));
    let sweep = session.sweep().unwrap();
    assert!(sweep.finished() && sweep.slope().is_none(), "{sweep:?}");
    assert_eq!(
        sweep.points().iter().map(|point| (point.learning_rate, point.distance)).collect::<Vec<_>>(),
        [(0.0, 0.0)]
    );
    assert_eq!(read(&session, "sweep"), "η is 0: nothing is updated, so both end where they started.");
    assert!(read(&session, "answers").contains("Here yes: η is 0, so nothing is updated."));
    let saved = Scenario::from_json(&session.to_scenario().to_json()).unwrap();
    assert_eq!(saved.hyperparameters.learning_rate, 0.0);
}

#[test]
fn the_sum_at_eta_over_m_equals_the_mean_up_to_rounding() {
    let runs =
        [RunConfig::new(Updating::Mean), RunConfig { rate: Rate::EtaOverM, ..RunConfig::new(Updating::Sum) }];
    let mut session = session(Scenario { runs: runs.to_vec(), ..preset("iris") });
    let mut said = Vec::new();
    for _ in 0..3 {
        act(&mut session, Navigate::Stepped { by: StepSize::Epoch, direction: Direction::Forward });
        said.push(read(&session, "run-1-numbers"));
    }
    let distances = said.iter().map(|said| said.split_once("distance to run 1").unwrap().1);
    assert_eq!(distances.collect::<Vec<_>>(), ["≈ 0 (rounding)"; 3]);
    assert!(!read(&session, "run-0-numbers").contains("rounding"));
}

#[test]
fn fast_play_shows_no_outdated_numbers() {
    let mut session = session(preset("compare-and"));
    act(&mut session, Play::PlaySpeedChanged(60.0));
    session.update(Play::PlayToggled).unwrap();
    session.update(Play::TimerFired).unwrap();
    for id in ["parameters", "gradient-of-sum", "sweep"] {
        assert_eq!(read(&session, id).trim(), "Shown when paused.", "{id}");
    }
    act(&mut session, Play::PlayToggled);
    assert!(read(&session, "parameters").contains("run 1"));
    assert!(read(&session, "sweep").contains("Slope of the line"));
}

#[test]
fn a_diverged_run_says_when_and_where() {
    let mut session = session(preset("compare-outputs"));
    act(&mut session, Navigate::EpochChosen(5000));
    let said = read(&session, "run-1-numbers");
    assert_eq!(
        said,
        "Diverged in epoch 1053, mini-batch 1: the cost overflowed (∞ or NaN) at η = 0.3. Step back, or use a \
         smaller η."
    );
    for (id, html) in fragments(&session) {
        let html = html.replace("(∞ or NaN)", "");
        assert!(!html.contains("NaN") && !html.contains("inf "), "{id}: {html}");
    }
}

#[test]
fn a_mini_batch_of_one_has_nothing_to_compare() {
    let runs = [Updating::Sum, Updating::DuringBackward].map(|u| RunConfig::new(u).with(BiasRule::Frozen));
    let scenario = Scenario { runs: runs.to_vec(), ..preset("mazur") };
    let session = session(scenario);
    assert!(read(&session, "answers").contains("choose data with more rows"));
    assert!(read(&session, "sweep").contains("one sample"));
    assert!(read(&session, "run-0-formula").contains("stays"));
}

#[test]
fn a_short_last_mini_batch_advises_to_step_back() {
    let mut scenario = preset("brownlee");
    scenario.runs = [Updating::PerSample, Updating::Sum].map(RunConfig::new).to_vec();
    scenario.hyperparameters.batch_size = 1;
    assert!(read(&session(scenario.clone()), "answers").contains("set mini-batch to 2 or more"));
    scenario.hyperparameters.batch_size = 3;
    let mut session = session(scenario);
    for _ in 0..4 {
        act(&mut session, Navigate::Stepped { by: StepSize::MiniBatch, direction: Direction::Forward });
    }
    assert!(read(&session, "answers").contains("step back: this last mini-batch has one sample"));
}

#[test]
fn text_from_files_is_escaped() {
    let mut scenario = preset("compare-and");
    scenario.title = "<img src=x onerror=alert(1)>".to_owned();
    let data = std::sync::Arc::make_mut(&mut scenario.data);
    data.targets[0] = "<b>".to_owned();
    data.inputs[0] = "<b>".to_owned();
    for (id, html) in fragments(&session(scenario)) {
        assert!(!html.contains("<img") && !html.contains("<b></b>"), "{id}");
    }
}
