//! Scenarios as files: out of the page, and in again.

use anyhow::Result;
use browser_tests::{Engine, Page};
use serde_json::{Value, json};

use super::reading::{assert_looks, in_settings, look, open_file, saved};

pub(crate) async fn a_file_is_text_and_comes_back_as_it_was(page: &Page) -> Result<()> {
    // Whatever a file says about itself is text, and nothing but text.
    const WICKED: &str = "<img src=x onerror=\"console.log('run')\"><b>bold</b> & 'quoted'";
    let file = json!({
        "format": "deltascope-1", "title": WICKED, "note": WICKED,
        "sizes": [1, 1], "activations": ["sigmoid"], "cost": "half_mse",
        "learning_rate": 0.5, "batch_size": 1, "reduction": "sum",
        "parameters": { "weights": [[[1]]], "biases": [[0]] },
        "data": { "inputs": [WICKED], "targets": [WICKED], "x": [[1]], "y": [[1]] },
    });
    in_settings(page, async || open_file(page, &file.to_string()).await).await?;
    assert_eq!(page.text("#title").await?, WICKED);
    assert_eq!(page.script("return document.getElementById('note').textContent").await?, WICKED);
    assert_eq!(page.text("#inspector h3").await?, format!("Layer 1, neuron 1: {WICKED}"));
    page.press("h").await?;
    assert_eq!(page.text("#inspector h3").await?, format!("Input 1: {WICKED}"));
    assert_eq!(page.script("return document.querySelectorAll('img, h2 b, h3 b').length").await?, 0);
    assert_eq!(saved(page).await?["title"], WICKED);

    // What is saved in the middle of a run opens at the same moment, with the same digits.
    page.choose("#preset", "iris").await?;
    page.click("h1").await?;
    page.press("] . ArrowRight*5").await?;
    page.until("document.getElementById('progress').hidden").await?;
    let file = saved(page).await?;
    assert_eq!(file["position"]["epoch"], 1);
    let mut before = look(page).await?;
    in_settings(page, async || {
        if page.engine() != Engine::Webkit {
            page.click("#save").await?;
            let downloaded: Value = serde_json::from_slice(&page.downloaded("scenario.json").await?)?;
            assert_eq!(downloaded, file);
        }
        open_file(page, &file.to_string()).await
    })
    .await?;
    assert_eq!(saved(page).await?, file);
    for field in &mut before {
        if field == "preset=iris" {
            *field = "preset=".to_owned(); // it is the reader's own now
        }
    }
    assert_looks(page, &before, "the file was opened").await
}
