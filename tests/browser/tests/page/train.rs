//! Training at full speed, in the worker.

use anyhow::{Context, Result};
use browser_tests::{Page, Viewport};
use deltascope::data::preset;
use deltascope::nn::{Network, evaluate, train_mini_batch};
use deltascope::scenario::Scenario;
use deltascope::session::{Direction, Navigate, Play, Session, StepSize};
use deltascope::training::{StoppingCriteria, Task, TrainingLoop};

use super::native_numbers::compare;
use super::reading::{assert_accessible, assert_no_horizontal_scroll, in_settings, number, open_file, saved};

/// Opens the Train view of a preset.
async fn open(page: &Page, preset: &str) -> Result<()> {
    page.choose("#preset", preset).await?;
    page.click("#view-train").await
}

async fn until_state(page: &Page, begins: &str) -> Result<()> {
    page.until(&format!("document.getElementById('train-state').textContent.startsWith({begins:?})")).await
}

/// The scenario that the page would save, as a native session at its position.
async fn native(page: &Page) -> Result<Session> {
    let scenario = Scenario::from_json(&saved(page).await?.to_string())?;
    let mut session = Session::new(scenario).map_err(anyhow::Error::msg)?;
    arrive(&mut session)?;
    Ok(session)
}

fn arrive(session: &mut Session) -> Result<()> {
    while session.progress().is_some() {
        session.update(Play::TimerFired).map_err(anyhow::Error::msg)?;
    }
    Ok(())
}

pub(crate) async fn digits_train_to_the_last_bit(page: &Page) -> Result<()> {
    open(page, "digits").await?;
    page.type_in("#epoch-limit", "100").await?;
    page.click("#train").await?;
    until_state(page, "Done: 100 epochs.").await?;
    assert_eq!(page.text("#train-remaining").await?, "100 %");
    assert!(page.text("#train-evaluation caption").await?.contains("after epoch 100"));

    let scenario = preset("digits").context("no such preset")?.scenario()?;
    let criteria = StoppingCriteria { epochs: Some(100), ..StoppingCriteria::default() };
    let mut training_loop = TrainingLoop::new(Task { id: 0, scenario: scenario.clone(), criteria });
    while !training_loop.ended() {
        training_loop.advance(u64::MAX, || false);
    }
    let want = training_loop.network();
    let found = evaluate(&want, scenario.data.samples.iter(), scenario.hyperparameters.cost);
    let shown: String = page.text("#train-evaluation").await?.split_whitespace().collect();
    assert!(shown.contains(&format!("({})", found.correct_samples)), "{shown}: {found:?}");

    page.click("#view-stepper").await?;
    let mut compared = 0;
    page.click("h1").await?;
    for keys in ["j", "j", "h", "j", "j", "j"] {
        page.press(keys).await?;
        compared += compare(page, &want, "after 100 epochs").await?;
    }
    assert!(compared > 250, "only {compared} numbers");
    Ok(())
}

/// All activations and costs, mini-batches that divide the rows and others that do not, both reductions, three bias
/// rules.
pub(crate) async fn random_networks_train_to_the_last_bit(page: &Page) -> Result<()> {
    let hidden = ["tanh", "sigmoid", "relu", "leaky_relu", "identity"];
    let ends = [
        ("softmax", "cce"),
        ("sigmoid", "bce"),
        ("sigmoid", "half_mse"),
        ("tanh", "mse"),
        ("identity", "half_mse"),
    ];
    let rules = ["own_delta", "layer_sum", "frozen"];
    for seed in 0..10usize {
        let (output, cost) = ends[seed % ends.len()];
        let sizes = [1 + seed % 4, 3 + 4 * seed, 2 + seed % 3, 1 + (seed + 1) % 4];
        let (batch_size, reduction) = ([1, 5, 8, 23][seed % 4], ["sum", "mean"][seed % 2]);
        let mut random = Random(seed as u64);
        let file = serde_json::json!({
            "format": "deltascope-1", "sizes": sizes, "cost": cost,
            "activations": [hidden[seed % hidden.len()], hidden[(seed + 2) % hidden.len()], output],
            "learning_rate": 0.05, "batch_size": batch_size, "reduction": reduction,
            "bias_rule": rules[seed % rules.len()], "order": { "shuffled": seed },
            "initialisation": { "distribution": "normal", "seed": seed },
            "data": { "x": random.rows(sizes[0], -1.0), "y": random.rows(sizes[3], 0.0) },
        });
        trains_to_the_last_bit(page, &file).await?;
    }
    Ok(())
}

/// Networks for each of the trainer's fast paths: nine small ones, of which four train on single samples, and five larger
/// ones. The last mini-batch of 23 rows is usually a shorter one. Every second network has many inputs of 0 and −0.
pub(crate) async fn small_and_large_networks_train_to_the_last_bit(page: &Page) -> Result<()> {
    let networks: [(&[usize], &[&str], usize); 14] = [
        (&[2, 4, 2, 1], &["tanh", "tanh", "tanh"], 10),
        (&[2, 2, 1], &["sigmoid", "sigmoid"], 1),
        (&[7, 5, 3], &["sigmoid", "sigmoid"], 1),
        (&[3, 5, 2], &["relu", "leaky_relu"], 7),
        (&[5, 6, 4], &["tanh", "identity"], 1),
        (&[4, 5, 3], &["sigmoid", "sigmoid"], 23),
        (&[1, 3, 1], &["leaky_relu", "tanh"], 4),
        (&[2, 8, 3], &["identity", "relu"], 1),
        (&[6, 4, 5, 2], &["sigmoid", "tanh", "identity"], 9),
        (&[23, 12, 2], &["tanh", "sigmoid"], 8),
        (&[40, 9, 2], &["sigmoid", "tanh"], 1),
        (&[25, 30, 2], &["tanh", "sigmoid"], 10),
        (&[26, 13, 3], &["relu", "tanh"], 3),
        (&[31, 14, 5], &["sigmoid", "sigmoid"], 10),
    ];
    for (seed, (sizes, activations, batch_size)) in networks.into_iter().enumerate() {
        let reduction = ["mean", "sum"][seed / 2 % 2];
        let cost = match activations.last() {
            Some(&"sigmoid") if batch_size > 1 => "bce",
            _ => ["half_mse", "mse"][seed % 2],
        };
        let mut random = Random(seed as u64);
        let mut x = random.rows(sizes[0], -1.0);
        if seed % 2 == 1 {
            x.iter_mut().flatten().for_each(|value| *value = value.round());
        }
        let file = serde_json::json!({
            "format": "deltascope-1", "sizes": sizes, "activations": activations, "cost": cost,
            "batch_size": batch_size, "reduction": reduction,
            "learning_rate": 0.03, "bias_rule": "own_delta", "order": { "shuffled": seed },
            "initialisation": { "distribution": "normal", "seed": seed },
            "data": { "x": x, "y": random.rows(sizes[sizes.len() - 1], 0.0) },
        });
        trains_to_the_last_bit(page, &file).await?;
    }
    Ok(())
}

/// Knuth's MMIX linear congruential generator.
struct Random(u64);

impl Random {
    /// A number x with 0 ≤ x < 1.
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// 23 rows of numbers between `low` and 1.
    fn rows(&mut self, columns: usize, low: f64) -> Vec<Vec<f64>> {
        (0..23).map(|_| (0..columns).map(|_| low + (1.0 - low) * self.unit()).collect()).collect()
    }
}

/// Opens a file, trains 40 epochs, and compares the parameters with those of the plain path.
async fn trains_to_the_last_bit(page: &Page, file: &serde_json::Value) -> Result<()> {
    let scenario = Scenario::from_json(&file.to_string())?;
    in_settings(page, async || open_file(page, &file.to_string()).await).await?;
    page.click("#view-train").await?;
    page.type_in("#epoch-limit", "40").await?;
    page.click("#train").await?;
    until_state(page, "Done: 40 epochs.").await?;
    page.click("#view-stepper").await?;
    let compared = compare(page, &plain(&scenario, 40), &file["sizes"].to_string()).await?;
    assert!(compared > 2, "only {compared} numbers");
    Ok(())
}

/// Trains with the plain path, mini-batch by mini-batch.
fn plain(scenario: &Scenario, epochs: u32) -> Network {
    let mut network = scenario.network().into_owned();
    for epoch in 0..epochs {
        for rows in scenario.epoch_order(epoch).chunks(scenario.hyperparameters.batch_size) {
            train_mini_batch(&mut network, scenario.data.samples.select(rows), &scenario.hyperparameters);
        }
    }
    network
}

pub(crate) async fn stepping_continues_where_training_pauses(page: &Page) -> Result<()> {
    open(page, "iris").await?;
    page.click("h1").await?;
    page.press("Space").await?;
    page.until("document.querySelector('#train-numbers dd')?.textContent.length > 2").await?;
    page.press("Space").await?;
    until_state(page, "Paused before sample ").await?;
    assert_speed(page).await?;
    // With the keyboard to the stepper, and one sample forward.
    page.press("v").await?;
    let mut session = native(page).await?;
    assert!(session.position().epoch > 8, "{:?}", session.position());
    assert!(compare(page, &session.mini_batch().network_before, "where it paused").await? > 3);
    page.press(".").await?;
    page.press("PageDown").await?;
    for by in [StepSize::Sample, StepSize::MiniBatch] {
        let step = Navigate::Stepped { by, direction: Direction::Forward };
        session.update(step).map_err(anyhow::Error::msg)?;
        arrive(&mut session)?;
    }
    let want: serde_json::Value = serde_json::from_str(&session.to_scenario().to_json())?;
    assert_eq!(saved(page).await?, want);
    assert!(compare(page, &session.mini_batch().network_after, "a step further on").await? > 3);
    // Continues at full speed, then steps during the training.
    page.press("g Space").await?;
    until_state(page, "Training at full speed.").await?;
    page.press("]").await?;
    until_state(page, "Paused before sample ").await?;
    let session = native(page).await?;
    page.press("v").await?;
    assert!(compare(page, &session.mini_batch().network_before, "paused by a step").await? > 3);
    Ok(())
}

/// Asserts that at first the speed shown is the number of samples divided by the seconds, within 0.05 s.
async fn assert_speed(page: &Page) -> Result<()> {
    const NUMBERS: &str = "
        const numbers = document.querySelectorAll('#train-numbers dd');
        return [2, 3, 5].map((index) => Number(numbers[index].textContent.replace(/[^0-9.]/g, '')));";
    let [samples, speed, seconds]: [f64; 3] = serde_json::from_value(page.script(NUMBERS).await?)?;
    if seconds < 1.4 {
        let off = (samples / speed - seconds).abs();
        assert!(off < 0.051, "{samples} samples in {seconds} s are not {speed} samples/s");
    }
    Ok(())
}

pub(crate) async fn training_stops_at_its_criteria_and_refuses_invalid_ones(page: &Page) -> Result<()> {
    open(page, "iris").await?;
    for (field, typed, says) in [
        ("#epoch-limit", "many", "not a whole number; 30 would do"),
        ("#epoch-limit", "2.5", "not a whole number"),
        ("#cost-limit", "-1", "cannot be below 0"),
        ("#accuracy-limit", "120", "up to 100"),
        ("#speed-limit", "0", "would never train"),
        ("#validation-share", "99", "the share of validation rows cannot be 99 %"),
    ] {
        page.type_in(field, typed).await?;
        let error = page.text(&format!(".field:has({field}) .error:not(:empty)")).await?;
        assert!(error.contains(says), "{field} {typed}: {error}");
        assert_eq!(page.attribute(field, "aria-invalid").await?.as_deref(), Some("true"));
        page.type_in(field, "").await?;
    }
    page.type_in("#validation-share", "0").await?;
    page.type_in("#accuracy-limit", "95").await?;
    page.click("#train").await?;
    until_state(page, "Target reached after epoch ").await?;
    let percent = page.text("#train-evaluation tbody td:nth-child(3)").await?;
    let percent = number(percent.split(' ').next().context("no number")?)?;
    assert!(percent >= 95.0, "{percent}");

    // The speed limit is kept. At the start, samples and time are reset.
    page.click(".training [data-action=JumpedToStart]").await?;
    until_state(page, "Will start at epoch 1, mini-batch 1.").await?;
    page.type_in("#accuracy-limit", "").await?;
    page.type_in("#speed-limit", "300").await?;
    page.click("#train").await?;
    page.until(
        "document.querySelectorAll('#train-numbers dd').length === 6 && \
                Number.parseFloat(document.querySelectorAll('#train-numbers dd')[5].textContent) >= 2",
    )
    .await?;
    page.click("#train-stop").await?;
    until_state(page, "Will start ").await?;
    let facts = page
        .script("return [...document.querySelectorAll('#train-numbers dd')].map((dd) => dd.textContent.replaceAll('\u{202f}', ''))")
        .await?;
    let facts: Vec<String> = serde_json::from_value(facts)?;
    let samples: f64 = facts[2].parse()?;
    let seconds: f64 = facts[5].split(' ').next().context("no time")?.parse()?;
    assert!(samples <= 300.0 * (seconds + 0.6), "{samples} samples in {seconds} s at 300 a second");
    assert!(samples >= 100.0, "{samples} samples in {seconds} s at 300 a second");
    Ok(())
}

/// A change of η during the training pauses it and applies there; undo reverts it.
pub(crate) async fn a_change_during_training_continues_from_there(page: &Page) -> Result<()> {
    open(page, "iris").await?;
    page.click("#train").await?;
    page.until("document.querySelector('#train-numbers dd')?.textContent.length > 2").await?;
    page.type_in("#learning-rate", "0.05").await?;
    page.until(
        "document.getElementById('train-notice').textContent.includes('continues from these parameters')",
    )
    .await?;
    until_state(page, "Will start at epoch ").await?;
    let changed = native(page).await?;
    assert_eq!(changed.scenario().hyperparameters.learning_rate, 0.05);
    assert!(changed.position().epoch > 8, "{:?}", changed.position());
    page.click("#train").await?;
    until_state(page, "Training at full speed.").await?;
    page.click("#train").await?;
    until_state(page, "Paused before sample ").await?;
    page.click("h1").await?;
    page.press("Control+z").await?;
    page.click("#view-stepper").await?;
    let session = native(page).await?;
    assert_eq!(session.scenario().hyperparameters.learning_rate, 0.1);
    assert!(compare(page, &changed.mini_batch().network_before, "after undo").await? > 3);
    assert_eq!(session.position(), changed.position());
    Ok(())
}

pub(crate) async fn one_key_restores_the_last_finite_state(page: &Page) -> Result<()> {
    open(page, "linnerud").await?;
    page.type_in("#learning-rate", "30").await?;
    page.click("#train").await?;
    until_state(page, "In epoch ").await?;
    let state = page.text("#train-state").await?;
    for part in ["mini-batch ", "layer ", "η = 30. ", "It was update "] {
        assert!(state.contains(part), "{state}");
    }
    page.click("h1").await?;
    page.press("b").await?;
    assert!(page.text("#train-notice").await?.contains("every number was finite"));
    page.press("v").await?;
    let session = native(page).await?;
    assert!(session.visible().finished());
    assert!(compare(page, &session.mini_batch().network_after, "the last finite state").await? > 2);
    page.press("PageDown").await?;
    assert!(page.text("#message").await?.contains("overflows (∞ or NaN)"));
    Ok(())
}

pub(crate) async fn validation_rows_are_not_trained_on(page: &Page) -> Result<()> {
    open(page, "iris").await?;
    page.type_in("#validation-share", "20").await?;
    assert!(page.text("#train-notice").await?.contains("standardised by the training rows alone"));
    page.type_in("#split-seed", "7").await?;
    page.type_in("#epoch-limit", "40").await?;
    page.click("#train").await?;
    until_state(page, "Done: 40 epochs.").await?;
    let found = page.text("#train-evaluation").await?;
    assert!(found.contains("120 training") && found.contains("30 validation"), "{found}");

    let scenario = Scenario::from_json(&saved(page).await?.to_string())?;
    let native = plain(&scenario, 40);
    let known = evaluate(&native, scenario.data.validation.iter(), scenario.hyperparameters.cost);
    assert!(found.contains(&format!("({})", known.correct_samples)), "{found}: {known:?}");
    let wrong = known.samples - known.correct_samples;
    let said = page.text("#train-misclassified").await?;
    let want = match wrong {
        0 => "All validation rows are correct.".to_owned(),
        _ => format!("{wrong} misclassified: "),
    };
    assert!(said.starts_with(&want), "{said}");
    page.click("#view-stepper").await?;
    assert!(compare(page, &native, "trained on 120 rows").await? > 3);
    Ok(())
}

pub(crate) async fn the_training_is_accessible_and_fits(page: &Page) -> Result<()> {
    for preset in ["circle", "digits", "linnerud", "xor"] {
        open(page, preset).await?;
        page.type_in("#epoch-limit", "30").await?;
        page.click("#train").await?;
        until_state(page, "Done: 30 epochs.").await?;
        assert_accessible(page, preset).await?;
        assert_no_horizontal_scroll(page, preset).await?;
        let curve = page
            .script("return document.querySelector('.train-curves').getBoundingClientRect().bottom")
            .await?;
        let bottom = curve.as_f64().context("no curves")?;
        assert!(bottom <= page.size().await?.height, "{preset}: the curves are below the first screen");
    }
    page.click("#theme").await?;
    assert_accessible(page, "in the dark").await?;
    page.see_through(Viewport::phone(page.engine())).await?;
    page.open("").await?;
    open(page, "circle").await?;
    page.type_in("#validation-share", "25").await?;
    page.type_in("#epoch-limit", "20").await?;
    page.click("#train").await?;
    until_state(page, "Done: 20 epochs.").await?;
    assert_no_horizontal_scroll(page, "a phone").await?;
    assert_accessible(page, "on a phone").await?;
    Ok(())
}
