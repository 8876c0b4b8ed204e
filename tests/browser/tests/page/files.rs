//! Scenarios as files: out of the page, and in again.

use anyhow::Result;
use browser_tests::{Engine, Page};
use serde_json::{Value, json};

use super::reading::{assert_looks, in_settings, look, open_file, saved};

/// Gives the page files: a function in a script that makes an idx set like MNIST of so many images.
const GIVE: &str = include_str!("give.js");

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

pub(crate) async fn images_are_dropped_or_chosen(page: &Page) -> Result<()> {
    // As MNIST's files are called, in some order; half of them packed.
    give(page, "drop", "[...set('t10k', 10), ...set('train', 40).map(packed)]").await?;
    page.until("document.getElementById('title').textContent === 'MNIST'").await?;
    assert_eq!(page.text("#message").await?, "");
    page.click("h1").await?;
    page.press("ArrowRight").await?;
    assert!(page.text("#narration").await?.starts_with("Layer 1"));
    let file = saved(page).await?;
    assert_eq!(file["sizes"], json!([784, 30, 10]));
    let bytes = |place: &str| file["data"].pointer(place).and_then(Value::as_str).map(str::len);
    assert_eq!(bytes("/images/labels"), Some(56)); // 40 bytes in base64
    assert_eq!(bytes("/held_out/images/labels"), Some(16));
    // What was saved is opened again.
    in_settings(page, async || open_file(page, &file.to_string()).await).await?;
    assert_eq!(saved(page).await?, file);

    // Two chosen files are a training set, under any names.
    page.choose("#preset", "xor").await?;
    page.until("document.getElementById('title').textContent === 'XOR'").await?;
    in_settings(page, async || {
        give(page, "choose", "set('x', 12)").await?;
        page.until("document.getElementById('title').textContent === 'MNIST'").await
    })
    .await?;
    assert_eq!(saved(page).await?["data"].get("held_out"), None);

    // What is broken is told where it can be seen, and changes nothing.
    page.choose("#preset", "circle").await?; // another one: WebKit thinks that the one chosen before is still chosen
    page.until("document.getElementById('title').textContent === 'Circle'").await?;
    for (files, says) in [
        (
            "set('train', 5).map((file) => cut(packed(file), 40))",
            "train-images-idx3-ubyte.gz: packed with gzip, and",
        ),
        ("set('train', 5).map((file) => cut(file, 10))", "train-images-idx3-ubyte: cut short: 10 bytes"),
        ("set('train', 5).slice(0, 1)", "the idx files: 1 of images and 0 of labels were given"),
        (
            "[...set('train', 5).slice(0, 1), ...set('t10k', 4).slice(1)]",
            "train-images-idx3-ubyte: it holds 5 images",
        ),
        ("[cut(set('train', 5)[0], 0)]", "the file: "),
    ] {
        give(page, "drop", files).await?;
        let shown = format!("document.getElementById('message').textContent.startsWith({})", json!(says));
        page.until(&shown).await?;
        assert_eq!(page.text("#title").await?, "Circle");
    }
    in_settings(page, async || {
        give(page, "choose", "[cut(set('x', 5)[0], 99)]").await?;
        page.until("document.querySelector('[data-error-for=ScenarioOpened]').textContent !== ''").await
    })
    .await
}

/// Drops the files that an expression of `give.js` makes, or chooses them.
async fn give(page: &Page, how: &str, files: &str) -> Result<()> {
    let script = format!("{GIVE}\nawait give('{how}', {files});");
    page.script_async(&script).await.map(drop)
}

pub(crate) async fn mnist_is_opened_or_said_to_be_absent(page: &Page) -> Result<()> {
    let list = page.script_async("return (await fetch('www/data/list.json')).json()").await?;
    page.choose("#preset", "mnist").await?;
    if list.get("mnist").is_none() {
        println!("MNIST is not at hand (`cargo xtask data mnist` fetches it): only its absence is tested");
        page.until("document.getElementById('message').textContent.includes('cargo xtask data mnist')")
            .await?;
        assert_eq!(page.value("#preset").await?, "and");
        return Ok(());
    }
    page.until("document.getElementById('title').textContent === 'MNIST'").await?;
    assert_eq!(page.value("#preset").await?, "mnist");
    page.click("h1").await?;
    page.press("PageDown").await?;
    page.until("document.getElementById('narration').textContent.startsWith('Gradient descent')").await?;
    assert_eq!(page.text("#message").await?, "");
    page.press("Control+z").await?;
    page.until("document.getElementById('preset').value === 'and'").await
}
