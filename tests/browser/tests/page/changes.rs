//! Edits of the scenario in the settings and at the selected neuron; each can be undone.

use std::collections::HashMap;

use anyhow::{Context, Result};
use browser_tests::Page;
use serde_json::{Value, json};

use super::reading::{in_settings, saved};

/// Undoes everything, back to the first of these scenarios, and redoes it.
async fn undone_and_redone(page: &Page, scenarios: &[Value]) -> Result<()> {
    for scenario in scenarios.iter().rev().skip(1) {
        page.click("#undo").await?;
        assert_eq!(saved(page).await?, *scenario);
    }
    for scenario in &scenarios[1..] {
        page.click("#redo").await?;
        assert_eq!(saved(page).await?, *scenario);
    }
    Ok(())
}

pub(crate) async fn the_network_can_be_rebuilt_and_undone(page: &Page) -> Result<()> {
    page.choose("#preset", "xor").await?;
    let mut scenarios = vec![saved(page).await?];
    in_settings(page, async || {
        page.click("[data-action=LayerAdded]").await?;
        scenarios.push(saved(page).await?);
        assert_eq!(scenarios[1]["sizes"], json!([2, 2, 3, 1]));
        page.type_in("#size-1", "4").await?;
        scenarios.push(saved(page).await?);
        assert_eq!(scenarios[2]["sizes"], json!([2, 2, 4, 1]));
        page.choose("#activation-1", "relu").await?;
        scenarios.push(saved(page).await?);
        assert_eq!(scenarios[3]["activations"], json!(["sigmoid", "relu", "sigmoid"]));
        page.click("#remove-0").await?;
        scenarios.push(saved(page).await?);
        assert_eq!(scenarios[4]["sizes"], json!([2, 4, 1]));
        // A cost that needs another output activation sets it and says so.
        page.choose("#cost", "cce").await?;
        scenarios.push(saved(page).await?);
        assert_eq!(scenarios[5]["activations"], json!(["relu", "softmax"]));
        assert_eq!(page.value("#activation-1").await?, "softmax");
        let said = page.script("return document.getElementById('notice').textContent").await?;
        assert!(said.as_str().is_some_and(|said| said.contains("softmax")), "{said}");
        page.choose("#distribution", "uniform").await?;
        scenarios.push(saved(page).await?);
        page.type_in("#seed", "5").await?;
        scenarios.push(saved(page).await?);
        assert_eq!(scenarios[7]["initialisation"], json!({ "distribution": "uniform", "seed": 5 }));
        page.click("#shuffle").await?;
        scenarios.push(saved(page).await?);
        // Softmax in a hidden layer and a layer without neurons are refused.
        assert_eq!(
            page.script("return document.querySelectorAll('#activation-0 [value=softmax]').length").await?,
            0
        );
        page.type_in("#size-0", "0").await?;
        assert!(page.text("[data-error-for=LayerSizeChanged]").await?.contains("at least 1"));
        assert_eq!(saved(page).await?, scenarios[8]);
        Ok(())
    })
    .await?;
    undone_and_redone(page, &scenarios).await?;
    // The changed network can be stepped through.
    page.click(r#"button[data-value='{"by":"epoch","direction":"forward"}']"#).await?;
    assert!(page.text("#ledger tfoot").await?.contains("new b"));
    Ok(())
}

/// For each item of the picture a point that selects it, by the id of the first field that a click there shows.
pub(crate) struct SelectionPoints(HashMap<String, (f64, f64)>);

impl SelectionPoints {
    /// Clicks a grid of points; the last selection stays.
    pub(crate) async fn of(page: &Page) -> Result<Self> {
        const FIND: &str = "
            const canvas = document.getElementById('network');
            const { left, top, width, height } = canvas.getBoundingClientRect();
            const hits = {};
            // The mouse is at whole pixels of the window: with a fraction, another edge may be nearer.
            const [across, down] = [Math.ceil(left) - left, Math.ceil(top) - top];
            for (let y = down + 4; y < height; y += 8) for (let x = across + 4; x < width; x += 12) {
              document.dispatchEvent(new KeyboardEvent('keydown', { key: 'x' }));
              canvas.dispatchEvent(new PointerEvent('pointerdown', { clientX: left + x, clientY: top + y }));
              const field = document.querySelector('#inspector input');
              if (field) (hits[field.id] ??= []).push([x, y]);
            }
            for (const [id, points] of Object.entries(hits)) {
              const middle = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
              const far = ([x, y]) => Math.hypot(x - middle[0], y - middle[1]);
              [hits[id]] = points.sort((one, other) => far(one) - far(other));
            }
            return hits;";
        Ok(Self(serde_json::from_value(page.script(FIND).await?)?))
    }

    /// The point of a neuron, by its bias `b-0-1`, or of a weight or input.
    pub(crate) fn find(&self, name: &str) -> Result<(f64, f64)> {
        let point = self.0.get(&format!("edit-{name}"));
        point.copied().with_context(|| format!("no click on the picture selects {name}: {:?}", self.0))
    }
}

pub(crate) async fn every_number_can_be_edited_and_undone(page: &Page) -> Result<()> {
    page.choose("#preset", "mazur").await?;
    page.click("h1").await?; // keys are for the page, not for the select
    let places = SelectionPoints::of(page).await?;
    let mut scenarios = vec![saved(page).await?];
    let edits = [
        ("b-0-1", "edit-b-0-1", "/parameters/biases/0/1"),
        ("w-0-1-0", "edit-w-0-1-0", "/parameters/weights/0/1/0"),
        ("b-1-0", "edit-w-1-0-1", "/parameters/weights/1/0/1"),
        ("x-1", "edit-x-1", "/data/x/0/1"),
        ("b-1-1", "edit-y-1", "/data/y/0/1"),
    ];
    for (step, (selected, field, path)) in edits.into_iter().enumerate() {
        let (x, y) = places.find(selected)?;
        page.click_at("#network", x, y).await?;
        let value = 0.0625 + step as f64;
        page.type_in(&format!("#{field}"), &value.to_string()).await?;
        let scenario = saved(page).await?;
        let mut want = scenarios[step].clone();
        *want.pointer_mut(path).with_context(|| path.to_owned())? = json!(value);
        // The title says that it is changed, and the note no longer holds.
        want["title"] = json!("Mazur 2-2-2, changed");
        want.as_object_mut().context("no object")?.remove("note");
        assert_eq!(scenario, want, "only {path} changes");
        assert_eq!(page.text("#title").await?, "Mazur 2-2-2, changed");
        assert_eq!(page.script("return document.getElementById('note').textContent").await?, "");
        assert_eq!(page.value(&format!("#{field}")).await?, value.to_string());
        scenarios.push(scenario);
    }
    undone_and_redone(page, &scenarios).await?;

    // A typed value is applied also when the next action is a click in the picture.
    let (x, y) = places.find("b-1-0")?;
    let (first_x, first_y) = places.find("b-0-0")?;
    page.click_at("#network", first_x, first_y).await?;
    page.click("#edit-b-0-0").await?;
    page.press("Control+a 0 . 7 5").await?;
    page.click_at("#network", x, y).await?;
    assert_eq!(saved(page).await?["parameters"]["biases"][0][0], 0.75);
    Ok(())
}
