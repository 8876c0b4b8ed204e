//! The golden cases, opened as files: every number shown is that of the golden file, to the digits shown.

use anyhow::{Context, Result};
use browser_tests::Page;
use serde::Deserialize;
use serde_json::json;

use super::reading::{assert_is, assert_shows, in_settings, ledger, number, open_file, show_digits};
use super::reference::golden;

#[derive(Deserialize)]
struct Cases {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    sizes: Vec<usize>,
    activations: Vec<String>,
    cost: String,
    eta: f64,
    weights: Vec<Vec<Vec<f64>>>,
    biases: Vec<Vec<f64>>,
    x: Vec<Vec<f64>>,
    y: Vec<Vec<f64>>,
    per_sample: Vec<Sample>,
    grad_sum: Gradient,
    grad_mean: Gradient,
    after: After,
    after_wrong_bias: After,
}

#[derive(Deserialize)]
struct Sample {
    cost: f64,
    delta: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Gradient {
    db: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct After {
    sum: Parameters,
    mean: Parameters,
    per_sample: Parameters,
}

#[derive(Deserialize)]
struct Parameters {
    weights: Vec<Vec<Vec<f64>>>,
    biases: Vec<Vec<f64>>,
}

impl Case {
    fn file(&self) -> String {
        json!({
            "format": "deltascope-1", "title": self.id, "sizes": self.sizes, "activations": self.activations,
            "cost": self.cost, "learning_rate": self.eta, "batch_size": self.x.len(), "reduction": "sum",
            "parameters": { "weights": self.weights, "biases": self.biases },
            "data": { "x": self.x, "y": self.y },
        })
        .to_string()
    }
}

/// The cases that are also tested with the other rules: one of each kind.
const OTHER_RULES: [&str; 5] = ["s02", "s04", "s07", "s09", "s13"];

pub(crate) async fn every_golden_case_is_shown(page: &Page) -> Result<()> {
    show_digits(page, 12).await?;
    let golden: Cases = golden("golden.json")?;
    assert_eq!(golden.cases.len(), 20);
    for case in &golden.cases {
        assert_case(page, case).await.with_context(|| case.id.clone())?;
    }
    Ok(())
}

async fn assert_case(page: &Page, case: &Case) -> Result<()> {
    in_settings(page, async || open_file(page, &case.file()).await).await?;
    assert_eq!(page.text("#title").await?, case.id);
    page.press("PageDown").await?;
    let mut columns = 0;
    // If not all layers fit side by side, the ledger shows the layer that is updated.
    for layer in 0..case.weights.len() {
        let shown = ledger(page).await?;
        for (at, l, j) in shown.neurons() {
            let what = |name: &str| format!("{}: {name} of neuron {j} in layer {l}", case.id);
            for (row, sample) in shown.samples.iter().zip(&case.per_sample) {
                assert_shows(&what("δ"), &row.cells[at], sample.delta[l][j]);
                assert_shows(&what("cost"), &row.cost, sample.cost);
            }
            assert_eq!(shown.samples.len(), case.per_sample.len());
            assert_shows(&what("∂C/∂b"), &shown.total("Σ down = ∂C/∂b")?.cells[at], case.grad_sum.db[l][j]);
            if l >= layer {
                let change = &shown.total("change of b")?.cells[at];
                assert_shows(&what("the update"), change, -case.eta * case.grad_sum.db[l][j]);
            }
            if layer == 0 {
                let after = &shown.total("new b")?.cells[at];
                assert_shows(&what("new b"), after, case.after.sum.biases[l][j]);
            }
            columns += 1;
        }
        if layer + 1 == case.weights.len() || shown.neurons().iter().any(|(_, l, _)| *l != layer) {
            page.press(&format!("ArrowRight*{layer}")).await?; // to the end of the mini-batch
            break;
        }
        page.press("ArrowLeft").await?;
    }
    let neurons: usize = case.sizes[1..].iter().map(|&size| size.min(10)).sum();
    assert!(columns >= neurons, "{}: {columns} columns", case.id);
    if OTHER_RULES.iter().any(|id| case.id.starts_with(id)) {
        other_rules(page, case).await?;
    }
    Ok(())
}

/// The mean, the wrong rule and updates after each sample, chosen in the page's settings.
async fn other_rules(page: &Page, case: &Case) -> Result<()> {
    page.choose("#reduction", "mean").await?;
    after_is(page, case, &case.after.mean, Some(&case.grad_mean)).await?;
    page.choose("#bias-rule", "layer_sum").await?;
    after_is(page, case, &case.after_wrong_bias.mean, None).await?;
    page.choose("#reduction", "sum").await?;
    after_is(page, case, &case.after_wrong_bias.sum, None).await?;
    page.choose("#bias-rule", "own_delta").await?;
    page.type_in("#batch-size", "1").await?;
    page.click("[data-action=JumpedToStart]").await?;
    page.press("]").await?;
    after_is(page, case, &case.after.per_sample, None).await
}

async fn after_is(page: &Page, case: &Case, want: &Parameters, mean: Option<&Gradient>) -> Result<()> {
    let shown = ledger(page).await?;
    for (at, l, j) in shown.neurons() {
        let what = format!("{}: bias {j} of layer {l}", case.id);
        assert_shows(&what, &shown.total("new b")?.cells[at], want.biases[l][j]);
        if let Some(mean) = mean {
            let row = shown.total(&format!("Σ down / {} = ∂C/∂b", case.x.len()))?;
            assert_shows(&what, &row.cells[at], mean.db[l][j]);
        }
    }
    let last = want.weights.len() - 1;
    for (k, weight) in want.weights[last][0].iter().enumerate().take(3) {
        let field = page.value(&format!("#edit-w-{last}-0-{k}")).await?;
        assert_is(&format!("{}: weight {k} of the first output", case.id), &field, *weight);
        assert!(number(&field)?.is_finite());
    }
    Ok(())
}
