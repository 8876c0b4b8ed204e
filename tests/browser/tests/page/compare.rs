//! The comparison of runs: what it shows, and its controls.

use anyhow::{Context, Result, ensure};
use browser_tests::{Engine, Page, Viewport};
use serde::Deserialize;
use serde_json::{Value, json};

use super::reading::{
    assert_accessible, assert_no_horizontal_scroll, assert_shows, in_settings, number, open_file, saved,
    show_digits,
};
use super::reference::golden;

/// A run as shown on the page.
#[derive(Debug, Deserialize)]
struct ShownRun {
    name: String,
    formula: String,
    /// Name and text of each number.
    numbers: Vec<(String, String)>,
    /// For each sample the cells of its b, its δ and the differences.
    samples: Vec<[Vec<String>; 3]>,
    /// The rows below: name and cells.
    totals: Vec<(String, Vec<String>)>,
}

const RUNS: &str = "
    const text = (element) => element.textContent.trim();
    const cells = (row) => [...row.querySelectorAll('td')].map(text);
    return [...document.querySelectorAll('.run')].map((run) => ({
      name: text(run.querySelector('h3').firstChild),
      formula: text(run.querySelector('.formula')),
      numbers: [...run.querySelectorAll('.numbers dt')].map((dt) => [text(dt), text(dt.nextSibling)]),
      samples: [...run.querySelectorAll('tbody')].filter((body) => body.rows.length === 3)
        .map((body) => [...body.rows].map((row) => cells(row).slice(1))),
      totals: [...run.querySelectorAll('tfoot tr')].map((row) => [text(row.cells[0]), cells(row)]),
    }));";

async fn runs(page: &Page) -> Result<Vec<ShownRun>> {
    Ok(serde_json::from_value(page.script(RUNS).await?)?)
}

impl ShownRun {
    fn number(&self, name: &str) -> Result<&str> {
        let found = self.numbers.iter().find(|(found, _)| found.starts_with(name));
        found.map(|(_, text)| text.as_str()).with_context(|| format!("no {name}: {:?}", self.numbers))
    }

    fn total(&self, name: &str) -> Result<&[String]> {
        let found = self.totals.iter().find(|(found, _)| found == name);
        found.map(|(_, cells)| cells.as_slice()).with_context(|| format!("no {name}: {:?}", self.totals))
    }
}

/// Waits until everything is computed.
async fn complete(page: &Page) -> Result<()> {
    page.until("document.getElementById('progress').hidden").await?;
    page.until(
        "![...document.querySelectorAll('.numbers dd, #answers dd, #sweep p, #gradient-of-sum p, #gradient-check p')] \
         .some((element) => element.textContent.trim().endsWith('…'))",
    )
    .await
}

/// The three questions, for AND from an all-zero start.
pub(crate) async fn the_three_questions_are_answered(page: &Page) -> Result<()> {
    page.choose("#preset", "compare-and").await?;
    page.click("h1").await?;
    assert_eq!(page.attribute("#view-compare", "aria-pressed").await?.as_deref(), Some("true"));
    complete(page).await?;
    let answers = page.text("#answers").await?;
    // The sum of its own δ over the samples: four times ±⅛.
    for said in
        ["−0.2500", "Not the layer’s sum, 0.", "over the 4 samples, down a column", "end 0.02911 apart"]
    {
        assert!(answers.contains(said), "{said}: {answers}");
    }
    page.press(". .").await?;
    let found = runs(page).await?;
    assert_eq!(found[0].name, "1. After each sample");
    // The first sample's update changed b, so the second sample's δ differs from the mini-batch run's.
    assert_eq!(found[0].samples[1][0], ["0.06250", "−0.06250"]);
    assert_eq!(found[1].samples[1][0], ["0", "0"]);
    assert_eq!(found[0].samples[0][2], ["=", "="]);
    assert_ne!(found[0].samples[1][1], found[1].samples[1][1]);
    assert_ne!(found[0].samples[1][2][0], "=");
    assert!(found[1].formula.contains("updated after all 4 samples"), "{}", found[1].formula);
    page.press("PageDown").await?;
    complete(page).await?;
    let found = runs(page).await?;
    assert_eq!(found[0].number("distance to run 2")?, "0.02911");
    assert_eq!((found[0].number("updates")?, found[1].number("updates")?), ("4", "1"));
    // Back at the start, no δ is known.
    page.press("PageUp").await?;
    page.press("Home").await?;
    assert_eq!(runs(page).await?[0].samples[0][1], Vec::<String>::from([String::new(), String::new()]));

    page.type_in("#epoch", "51").await?;
    complete(page).await?;
    let found = runs(page).await?;
    assert!(found[0].number("rows correct")?.starts_with("4 of 4"), "{found:?}");
    assert_eq!(found[2].number("mean cost of all rows")?, "0.2500");
    assert_eq!(found[2].total("b now")?, ["0", "0"]);
    Ok(())
}

#[derive(Deserialize)]
struct Runs {
    datasets: Value,
    runs: Vec<ReferenceRun>,
}

#[derive(Deserialize)]
struct ReferenceRun {
    id: String,
    dataset: String,
    sizes: Vec<usize>,
    activations: Vec<String>,
    cost: String,
    eta: f64,
    batch_size: usize,
    reduction: String,
    bias_rule: String,
    start: Value,
    trace: Vec<Mark>,
}

#[derive(Deserialize)]
struct Mark {
    epoch: usize,
    cost_mean: f64,
    accuracy: f64,
    outputs_right: usize,
}

impl ReferenceRun {
    /// A file with the run as the first of two.
    fn file(&self, datasets: &Value) -> String {
        let updating = if self.batch_size == 1 { "per_sample" } else { &self.reduction };
        let data = &datasets[&self.dataset];
        json!({
            "format": "deltascope-1", "title": self.id, "sizes": self.sizes, "activations": self.activations,
            "cost": self.cost, "learning_rate": self.eta, "batch_size": self.batch_size.max(2),
            "reduction": self.reduction, "parameters": self.start,
            "lanes": [{ "updating": updating, "bias_rule": self.bias_rule }, { "updating": "sequential" }],
            "data": { "x": data["x"], "y": data["y"] },
        })
        .to_string()
    }
}

pub(crate) async fn runs_match_the_reference_runs(page: &Page) -> Result<()> {
    show_digits(page, 9).await?;
    let file: Runs = golden("training.json")?;
    let mut compared = 0;
    for run in &file.runs {
        in_settings(page, async || open_file(page, &run.file(&file.datasets)).await).await?;
        assert_eq!(page.text("#title").await?, run.id);
        for mark in run.trace.iter().filter(|mark| (1..=200).contains(&mark.epoch)).rev().take(2) {
            page.type_in("#epoch", &(mark.epoch + 1).to_string()).await?;
            complete(page).await?;
            let shown = &runs(page).await?[0];
            let what = format!("{}, epoch {}", run.id, mark.epoch);
            assert_shows(&what, shown.number("mean cost of all rows")?, mark.cost_mean);
            let right = shown.number("rows correct")?;
            let (right, of) = right.split_once(" of ").context("no share")?;
            let of = number(of.split(' ').next().unwrap_or_default())?;
            assert_eq!(number(right)? / of, mark.accuracy, "{what}");
            let outputs = shown.number("outputs correct")?;
            assert!(outputs.starts_with(&format!("{} of ", mark.outputs_right)), "{what}: {outputs}");
            compared += 1;
        }
    }
    assert!(compared >= 24, "{compared}");
    Ok(())
}

/// Freezes the parameters with the key and the button, and halves η with its button.
pub(crate) async fn frozen_gradients_add_up_and_halving_eta_leaves_a_quarter(page: &Page) -> Result<()> {
    page.choose("#preset", "xor").await?;
    page.click("h1").await?;
    page.press("v").await?;
    page.press("PageDown PageDown").await?;
    complete(page).await?;
    let moving = runs(page).await?;
    assert_ne!(moving[0].samples, moving[1].samples);
    page.press("f").await?;
    assert_eq!(page.attribute("#freeze", "aria-pressed").await?.as_deref(), Some("true"));
    let frozen = runs(page).await?;
    for run in &frozen[1..] {
        assert_eq!(
            run.samples.iter().map(|row| &row[1]).collect::<Vec<_>>(),
            frozen[0].samples.iter().map(|row| &row[1]).collect::<Vec<_>>()
        );
        assert_eq!(run.total("Σ δ")?, frozen[0].total("Σ δ")?);
    }
    let sums = page.text("#gradient-of-sum").await?;
    assert_eq!(
        sums.matches("identical to the last bit; identical for 9 of 9 parameters").count(),
        2,
        "{sums}"
    );
    page.click("#freeze").await?;
    assert_eq!(runs(page).await?[0].samples, moving[0].samples);

    // At small η, half the η leaves a quarter of the distance.
    page.press("Home").await?;
    page.type_in("#learning-rate", "0.002").await?;
    complete(page).await?;
    let apart = distances(page).await?;
    assert!((3.9..4.1).contains(&(apart.0 / apart.1)), "{apart:?}");
    let sweep = page.text("#sweep").await?;
    let slope = sweep.split("Slope of the line through").nth(1).and_then(|rest| rest.split(": ").nth(1));
    let slope = number(slope.and_then(|rest| rest.split(". ").next()).context("no slope")?)?;
    assert!((slope - 2.0).abs() <= 0.05, "{sweep}");
    page.click("#sweep button").await?;
    assert_eq!(page.value("#learning-rate").await?, "0.001");
    complete(page).await?;
    assert_eq!(distances(page).await?.0, apart.1);
    Ok(())
}

/// The distances at η and at η/2 that the page shows.
async fn distances(page: &Page) -> Result<(f64, f64)> {
    let texts =
        page.script("return [...document.querySelectorAll('#sweep b')].map((b) => b.textContent)").await?;
    let texts: Vec<String> = serde_json::from_value(texts)?;
    ensure!(texts.len() >= 3, "{texts:?}");
    Ok((number(&texts[0])?, number(&texts[1])?))
}

pub(crate) async fn the_gradient_check_distinguishes_the_bias_rules(page: &Page) -> Result<()> {
    page.choose("#preset", "xor").await?;
    page.click("#view-compare").await?;
    complete(page).await?;
    // A bias of the hidden layer, selected in the table of parameters.
    page.click("#parameters [data-ref='b-0-0']").await?;
    complete(page).await?;
    let claims = claims(page).await?;
    let says =
        |name: &str, sign: char| claims.iter().any(|(found, said)| found == name && said.starts_with(sign));
    assert!(says("backpropagation", '✓'), "{claims:?}");
    assert!(says("the layer’s sum", '✗'), "{claims:?}");
    assert!(says("the layer’s sum, for one shared bias", '✓'), "{claims:?}");
    // A weight: the bias rule makes no difference.
    page.click("#parameters [data-ref='w-0-1-0']").await?;
    complete(page).await?;
    assert!(page.text("#gradient-check").await?.contains("The bias rule does not affect weights."));
    // In the stepper it is opened by a key.
    page.press("v").await?;
    assert_eq!(page.text("#gradient-check").await?, "");
    page.press("r").await?;
    complete(page).await?;
    assert!(page.text("#gradient-check").await?.contains("backpropagation"));
    Ok(())
}

async fn claims(page: &Page) -> Result<Vec<(String, String)>> {
    let rows = page
        .script("return [...document.querySelectorAll('#gradient-check tr')].map((row) => [row.cells[0].textContent, row.cells[2].textContent])")
        .await?;
    Ok(serde_json::from_value(rows)?)
}

/// Mazur's update with backpropagation through the old and through the updated weights; and refused changes.
pub(crate) async fn runs_can_be_added_moved_and_removed(page: &Page) -> Result<()> {
    show_digits(page, 9).await?;
    page.choose("#preset", "mazur").await?;
    page.click("#view-compare").await?;
    let before = saved(page).await?;
    page.choose("#updating-0", "sequential").await?;
    page.choose("#bias-rule-0", "frozen").await?;
    page.choose("#bias-rule-1", "frozen").await?;
    page.click("h1").await?;
    page.press("PageDown").await?;
    complete(page).await?;
    let found = runs(page).await?;
    assert_eq!(found[0].number("mean cost of all rows")?, "0.291027924");
    assert_eq!(found[1].number("mean cost of all rows")?, "0.291027774");

    page.click("#remove-run-2").await?;
    assert_eq!(runs(page).await?.len(), 2);
    let two = saved(page).await?;
    // A second run with the same rule is refused, and nothing changes.
    page.choose("#updating-0", "sum").await?;
    let refused = page.text("[data-error-for=RunUpdatingChanged]").await?;
    assert_eq!(refused, "this run is already in the list; choose a different one");
    assert_eq!(saved(page).await?, two);
    page.click("#move-run-1").await?;
    assert!(runs(page).await?[0].name.contains("Biases fixed"));
    // The list is rebuilt at once, which WebDriver does not expect.
    page.script(
        "const list = document.getElementById('run-choice'); \
         list.selectedIndex = [...list.options].findIndex((run) => run.textContent === 'After each sample'); \
         list.dispatchEvent(new Event('change', { bubbles: true }));",
    )
    .await?;
    assert_eq!(runs(page).await?.len(), 3);
    page.click("h1").await?;
    page.press("Control+z*6 Home").await?;
    assert_eq!(saved(page).await?, before);
    Ok(())
}

pub(crate) async fn the_comparison_is_accessible_and_fits(page: &Page) -> Result<()> {
    for preset in ["compare-and", "compare-digits", "compare-outputs"] {
        page.choose("#preset", preset).await?;
        page.click("h1").await?;
        page.press(". .").await?;
        complete(page).await?;
        assert_accessible(page, preset).await?;
        assert_no_horizontal_scroll(page, preset).await?;
    }
    page.click("#theme").await?;
    assert_accessible(page, "in the dark").await?;
    page.see_through(Viewport::phone(page.engine())).await?;
    page.open("").await?;
    page.choose("#preset", "compare-gates").await?;
    page.click("[title*='one sample (.)']").await?;
    complete(page).await?;
    assert_no_horizontal_scroll(page, "a phone").await?;
    // The runs are stacked.
    const STACKED: &str = "
        const boxes = [...document.querySelectorAll('.run')].map((run) => run.getBoundingClientRect());
        return boxes.length === 4 && boxes.every((box, i) => i === 0 || box.top >= boxes[i - 1].bottom);";
    assert_eq!(page.script(STACKED).await?, true);
    assert_accessible(page, "on a phone").await?;
    Ok(())
}

/// Every chart is drawn, and can be saved as SVG.
pub(crate) async fn charts_are_drawn_and_saved_as_svg(page: &Page) -> Result<()> {
    page.choose("#preset", "compare-and").await?;
    page.type_in("#epoch", "30").await?;
    complete(page).await?;
    for chart in ["cost", "accuracy", "parameter", "distance", "maps", "sweep"] {
        let id = format!("compare-{chart}");
        page.script(&format!("document.getElementById('{id}').scrollIntoView({{ block: 'center' }})"))
            .await?;
        let colours = format!(
            "(() => {{ const canvas = document.getElementById('{id}'); \
               const {{ data }} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height); \
               return new Set(new Uint32Array(data.buffer)).size > 5; }})()"
        );
        page.until(&colours).await.with_context(|| format!("{id} is empty"))?;
        if page.engine() != Engine::Webkit {
            page.click(&format!("[data-saves={id}]")).await?;
            let svg = String::from_utf8(page.downloaded(&format!("{id}.svg")).await?)?;
            assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"), "{id}: {svg}");
            assert!(svg.contains("</text>") && !svg.contains("NaN"), "{id}: {svg}");
        }
    }
    Ok(())
}
