//! A new user's path: choose Iris, step through a mini-batch, go back, and read what updates the biases. Every number is
//! compared with one computed here by plain loops from the golden files' data.

use anyhow::{Context, Result, ensure};
use browser_tests::Page;
use serde::Deserialize;
use std::collections::HashMap;

use super::reading::{assert_is, assert_looks, assert_shows, ledger, look, number, saved, selected};
use super::reference::{Layer, Pass, golden, pass, standardised};

const LAYERS: [(usize, usize); 2] = [(4, 5), (5, 3)];
const ETA: f64 = 0.1;
/// The equation of each moment: input, forward per layer, cost, (1), (2), (3), (3), (4), (4), accumulate.
const EQUATIONS: [&str; 11] = ["→", "→", "→", "C", "(1)", "(2)", "(3)", "(3)", "(4)", "(4)", "(3)"];

/// The input device.
#[derive(Clone, Copy)]
enum By {
    Mouse,
    Keyboard,
}

/// Step sizes: the name on the buttons, and the keys for forward and back.
const EQUATION: (&str, [&str; 2]) = ("equation", ["ArrowRight", "ArrowLeft"]);
const SAMPLE: (&str, [&str; 2]) = ("sample", [".", ","]);
const MINI_BATCH: (&str, [&str; 2]) = ("mini_batch", ["PageDown", "PageUp"]);

impl By {
    async fn step(self, page: &Page, (size, [forward, back]): (&str, [&str; 2]), on: bool) -> Result<()> {
        let direction = if on { "forward" } else { "back" };
        match self {
            By::Mouse => {
                let value = format!(r#"{{"by":"{size}","direction":"{direction}"}}"#);
                page.click(&format!("button[data-action=Stepped][data-value='{value}']")).await
            }
            By::Keyboard => page.press(if on { forward } else { back }).await,
        }
    }
}

#[derive(Deserialize)]
struct Training {
    datasets: HashMap<String, Rows>,
}

#[derive(Deserialize)]
struct Rows {
    x: Vec<Vec<f64>>,
    y: Vec<Vec<f64>>,
}

pub(crate) async fn iris_by_mouse(page: &Page) -> Result<()> {
    page.choose("#preset", "iris").await?;
    iris(page, By::Mouse).await
}

pub(crate) async fn iris_by_keyboard(page: &Page) -> Result<()> {
    // Past the three views, to the presets.
    page.press("Tab*4").await?;
    assert_eq!(page.focused().await?, "select#preset");
    page.press("ArrowDown*5").await?;
    page.until("document.getElementById('title').textContent === 'Iris'").await?;
    assert_eq!(page.focused().await?, "select#preset");
    // To the first button: with the focus on a field, the arrow keys would not step.
    for tabs in 0.. {
        ensure!(tabs < 12, "the Tab key leads to no button");
        page.press("Tab").await?;
        if page.focused().await?.starts_with("button") {
            break;
        }
    }
    iris(page, By::Keyboard).await?;
    keys_of_the_page(page).await
}

async fn iris(page: &Page, by: By) -> Result<()> {
    assert_eq!(page.text("#title").await?, "Iris");
    let network = parameters_shown(page).await?;
    let mut training: Training = golden("training.json")?;
    let rows = training.datasets.remove("iris-minmax").context("no iris")?;
    let x = standardised(&rows.x);
    let shown = ledger(page).await?;
    assert_eq!(shown.samples.len(), 10);
    let mut samples = Vec::new();
    for sample in 0..10 {
        let row = shown.row_of(sample)?;
        samples.push(pass(&network, &x[row], &rows.y[row]));
    }

    let start = look(page).await?;
    equation_by_equation(page, by, &samples[0]).await?;
    // A step by sample ends at the first moment of the next sample.
    for sample in 1..3 {
        by.step(page, SAMPLE, true).await?;
        let said = page.text("#position").await?;
        assert!(said.contains(&format!("sample {} of 10", sample + 1)), "{said}");
        rows_so_far(page, &samples[..sample]).await?;
    }
    by.step(page, MINI_BATCH, true).await?;
    mini_batch_done(page, &network, &samples).await?;

    // The same steps back.
    by.step(page, MINI_BATCH, false).await?;
    rows_so_far(page, &samples[..2]).await?;
    for _ in 1..3 {
        by.step(page, SAMPLE, false).await?;
    }
    rows_so_far(page, &samples[..1]).await?;
    for _ in 1..EQUATIONS.len() {
        by.step(page, EQUATION, false).await?;
    }
    assert_looks(page, &start, "the same number of steps back").await?;
    assert!(ledger(page).await?.samples.iter().all(|row| row.cells.iter().all(String::is_empty)));
    by.step(page, EQUATION, true).await?;
    by.step(page, EQUATION, false).await?;
    assert_looks(page, &start, "a step and back").await
}

/// Every weight and bias, from the fields of each neuron. The first output is selected afterwards.
async fn parameters_shown(page: &Page) -> Result<[Layer; 2]> {
    const FIELDS: &str = "
        const press = (key) => document.dispatchEvent(new KeyboardEvent('keydown', { key }));
        const fields = {};
        for (const turn of ['j', 'j', 'j', 'h', 'j', 'j', 'j', 'j', 'j', 'l']) {
          press(turn);
          for (const field of document.querySelectorAll('#inspector input')) fields[field.id] = field.value;
        }
        return fields;";
    let fields: HashMap<String, String> = serde_json::from_value(page.script(FIELDS).await?)?;
    let field = |name: String| number(fields.get(&name).with_context(|| format!("no field {name}"))?);
    let mut network = [Layer::default(), Layer::default()];
    for (l, (sources, neurons)) in LAYERS.into_iter().enumerate() {
        for j in 0..neurons {
            network[l].biases.push(field(format!("edit-b-{l}-{j}"))?);
            let weights = (0..sources).map(|k| field(format!("edit-w-{l}-{j}-{k}")));
            network[l].weights.push(weights.collect::<Result<_>>()?);
        }
    }
    Ok(network)
}

async fn equation_by_equation(page: &Page, by: By, sample: &Pass) -> Result<()> {
    for (moment, equation) in EQUATIONS.into_iter().enumerate() {
        if moment > 0 {
            by.step(page, EQUATION, true).await?;
        }
        let at_work = page.text("#equations .current > .number").await?;
        assert_eq!(at_work, equation, "moment {moment}");
        let results = page
            .script("return [...document.querySelectorAll('#equations .result')].map((e) => e.textContent)")
            .await?;
        let results: Vec<String> = serde_json::from_value(results)?;
        let (first, last) = (results.first(), results.last());
        // The expected result of the last line, for the first neuron of each layer.
        let want = match moment {
            1 => Some(sample.a[0][0]),
            2 => Some(sample.a[1][0]),
            3 => Some(sample.cost),
            4 | 6 => Some(sample.delta[1][0]),
            5 | 7 | 10 => Some(if moment == 10 { sample.delta[1][0] } else { sample.delta[0][0] }),
            8 => Some(sample.delta[1][0] * sample.a[0][0]),
            _ => None,
        };
        if let Some(want) = want {
            let line = if moment == 8 { first } else { last };
            assert_shows(&format!("moment {moment}"), line.context("no result")?, want);
        }
        match moment {
            1 => assert_eq!(selected(page, "z").await?, "–", "z of an output is not computed yet"),
            2 => assert_is("z", &selected(page, "z").await?, sample.z[1][0]),
            3 => assert_eq!(selected(page, "delta").await?, "–", "δ is not computed yet"),
            4 => assert_is("δ", &selected(page, "delta").await?, sample.delta[1][0]),
            6 => assert_is("∂C/∂b", &selected(page, "b").await?, sample.delta[1][0]),
            _ => {}
        }
    }
    let said = page.text("#position").await?;
    assert!(said.contains("sample 1 of 10"), "{said}");
    rows_so_far(page, std::slice::from_ref(sample)).await
}

/// Asserts the δ of the finished samples and their sums, and that those of the other samples are empty.
async fn rows_so_far(page: &Page, done: &[Pass]) -> Result<()> {
    let shown = ledger(page).await?;
    let sums = shown.total(&format!("Σ down, {} of 10", done.len()))?;
    for (at, l, j) in shown.neurons() {
        for (sample, row) in shown.samples.iter().enumerate() {
            match done.get(sample) {
                Some(passed) => assert_shows("δ", &row.cells[at], passed.delta[l][j]),
                None => assert_eq!(row.cells[at], ""),
            }
        }
        assert_shows("Σδ so far", &sums.cells[at], done.iter().map(|passed| passed.delta[l][j]).sum());
    }
    assert_shows("cost", &shown.samples[0].cost, done[0].cost);
    Ok(())
}

/// Asserts ∂C/∂b, the change and the new value of each bias.
async fn mini_batch_done(page: &Page, network: &[Layer; 2], samples: &[Pass]) -> Result<()> {
    let shown = ledger(page).await?;
    let (gradients, changes, after) =
        (shown.total("Σ down / 10 = ∂C/∂b")?, shown.total("change of b")?, shown.total("new b")?);
    assert_eq!(shown.neurons().len(), 8);
    for (at, l, j) in shown.neurons() {
        for (row, passed) in shown.samples.iter().zip(samples) {
            assert_shows("δ", &row.cells[at], passed.delta[l][j]);
        }
        let gradient = samples.iter().map(|passed| passed.delta[l][j]).sum::<f64>() / 10.0;
        assert_shows("∂C/∂b", &gradients.cells[at], gradient);
        assert_shows("the bias update", &changes.cells[at], -ETA * gradient);
        assert_shows("the bias after", &after.cells[at], network[l].biases[j] - ETA * gradient);
    }
    let gradient = samples.iter().map(|passed| passed.delta[1][0]).sum::<f64>() / 10.0;
    let field = page.value("#edit-b-1-0").await?;
    assert_is("the selected bias after", &field, network[1].biases[0] - ETA * gradient);
    Ok(())
}

/// The other keys: epochs, neurons, selection, help, undo.
async fn keys_of_the_page(page: &Page) -> Result<()> {
    let name = async || page.text("#inspector h3").await;
    assert_eq!(name().await?, "Layer 2, neuron 1: setosa");
    page.press("j").await?;
    assert_eq!(name().await?, "Layer 2, neuron 2: versicolor");
    page.press("k*2").await?;
    assert_eq!(name().await?, "Layer 2, neuron 3: virginica");
    page.press("h").await?;
    assert_eq!(name().await?, "Layer 1, neuron 3");
    page.press("l k*2").await?;
    assert_eq!(name().await?, "Layer 2, neuron 1: setosa");

    page.press("ArrowRight ArrowDown").await?;
    let narration = page.text("#narration").await?;
    page.press("ArrowUp ArrowDown").await?;
    assert_eq!(page.text("#narration").await?, narration);
    page.press("]").await?;
    page.until("document.getElementById('progress').hidden").await?;
    assert!(page.text("#position").await?.starts_with("mini-batch 15 of 15 · after 10 samples"));
    page.press("[ Home").await?;
    assert!(page.text("#position").await?.starts_with("mini-batch 1 of 15 · sample 1 of 10 · no update yet"));

    page.press("?").await?;
    page.until("document.getElementById('help').open").await?;
    page.press("Escape").await?;
    page.until("!document.getElementById('help').open").await?;

    let before = look(page).await?;
    while page.focused().await? != "input#learning-rate" {
        page.press("Shift+Tab").await?;
    }
    page.press("Control+a 0 . 2 5 Enter").await?;
    page.until("!document.getElementById('undo').disabled").await?;
    assert_eq!(saved(page).await?["learning_rate"], 0.25);
    page.press("Tab").await?;
    for _ in 0..6 {
        if page.focused().await?.starts_with("button") {
            break;
        }
        page.press("Tab").await?;
    }
    page.press("Control+z").await?;
    assert_looks(page, &before, "undoing a change").await?;
    page.press("Control+y").await?;
    assert_eq!(page.value("#learning-rate").await?, "0.25");
    Ok(())
}
