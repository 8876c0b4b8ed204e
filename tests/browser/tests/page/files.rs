//! Saving and opening files.

use anyhow::Result;
use browser_tests::{Engine, Page};
use serde_json::{Value, json};

use super::reading::{assert_looks, in_settings, ledger, look, open_file, saved, saved_by};

/// JavaScript functions that make idx files like MNIST's and give them to the page.
const GIVE: &str = include_str!("give.js");

pub(crate) async fn a_file_is_shown_as_text_and_saved_unchanged(page: &Page) -> Result<()> {
    // Markup in a file is shown as text.
    const MARKUP: &str = "<img src=x onerror=\"console.log('run')\"><b>bold</b> & 'quoted'";
    let file = json!({
        "format": "deltascope-1", "title": MARKUP, "note": MARKUP,
        "sizes": [1, 1], "activations": ["sigmoid"], "cost": "half_mse",
        "learning_rate": 0.5, "batch_size": 1, "reduction": "sum",
        "parameters": { "weights": [[[1]]], "biases": [[0]] },
        "data": { "inputs": [MARKUP], "targets": [MARKUP], "x": [[1]], "y": [[1]] },
    });
    in_settings(page, async || open_file(page, &file.to_string()).await).await?;
    assert_eq!(page.text("#title").await?, MARKUP);
    assert_eq!(page.script("return document.getElementById('note').textContent").await?, MARKUP);
    assert_eq!(page.text("#inspector h3").await?, format!("Layer 1, neuron 1: {MARKUP}"));
    page.press("h").await?;
    assert_eq!(page.text("#inspector h3").await?, format!("Input 1: {MARKUP}"));
    assert_eq!(page.script("return document.querySelectorAll('img, h2 b, h3 b').length").await?, 0);
    assert_eq!(saved(page).await?["title"], MARKUP);

    // A file saved in the middle of a run opens at the same moment, with the same digits.
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
            *field = "preset=".to_owned(); // it is not a preset any more
        }
    }
    assert_looks(page, &before, "opening the file").await?;

    // With the parameters of this moment as the start, the file opens to the same numbers and holds no earlier moment.
    let from_here = saved_by(page, "save-here").await?;
    assert_ne!(from_here["parameters"], Value::Null);
    assert_eq!(from_here["initialisation"], Value::Null);
    assert_eq!(from_here["position"], file["position"]);
    let ledger_before = ledger(page).await?;
    in_settings(page, async || open_file(page, &from_here.to_string()).await).await?;
    assert_eq!(saved(page).await?, from_here);
    let ledger_after = ledger(page).await?;
    assert_eq!((ledger_after.samples, ledger_after.totals), (ledger_before.samples, ledger_before.totals));
    Ok(())
}

pub(crate) async fn image_files_can_be_dropped_and_chosen(page: &Page) -> Result<()> {
    // With the names of MNIST's files, in another order; half of them compressed.
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
    // The saved file can be opened.
    in_settings(page, async || open_file(page, &file.to_string()).await).await?;
    assert_eq!(saved(page).await?, file);

    // Two chosen files are a training set, whatever their names.
    page.choose("#preset", "xor").await?;
    page.until("document.getElementById('title').textContent === 'XOR'").await?;
    in_settings(page, async || {
        give(page, "choose", "set('x', 12)").await?;
        page.until("document.getElementById('title').textContent === 'MNIST'").await
    })
    .await?;
    assert_eq!(saved(page).await?["data"].get("held_out"), None);

    // A broken file is refused with a visible message, and changes nothing.
    page.choose("#preset", "circle").await?; // another one, because in WebKit the previous one is still chosen
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

/// Drops or chooses the files of a JavaScript expression that uses `give.js`.
async fn give(page: &Page, how: &str, files: &str) -> Result<()> {
    let script = format!("{GIVE}\nawait give('{how}', {files});");
    page.script_async(&script).await.map(drop)
}

pub(crate) async fn mnist_is_opened_if_it_was_downloaded(page: &Page) -> Result<()> {
    let list = page.script_async("return (await fetch('www/data/list.json')).json()").await?;
    page.choose("#preset", "mnist").await?;
    if list.get("mnist").is_none() {
        println!("MNIST is not downloaded (`cargo xtask data mnist`): only the message is tested");
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

/// Opens the page with the rows of the digits delayed, and chooses a preset that needs them.
async fn choose_delayed(page: &Page, preset: &str) -> Result<()> {
    page.open("?delay-digits").await?;
    page.choose_without_waiting("#preset", preset).await?;
    assert_eq!(page.attribute("#preset", "aria-busy").await?.as_deref(), Some("true"));
    let notice = page.text("#notice").await?;
    assert!(notice.starts_with("Loading ") && notice.ends_with(" …"), "{notice}");
    assert_eq!(saved(page).await?["title"], "AND in two outputs");
    Ok(())
}

/// Delivers the delayed rows, and waits until the page has had time to take them.
async fn deliver_digits(page: &Page, is_found: bool) -> Result<()> {
    page.script(&format!("window.__deliverDigits({is_found})")).await?;
    page.until("!document.getElementById('preset').hasAttribute('aria-busy')").await?;
    page.script_async("await new Promise((done) => setTimeout(done, 500))").await?;
    page.settled().await
}

pub(crate) async fn digits_are_opened_when_they_arrive_unless_something_else_was_chosen(
    page: &Page,
) -> Result<()> {
    choose_delayed(page, "digits").await?;
    deliver_digits(page, true).await?;
    assert_eq!(page.value("#preset").await?, "digits");
    assert_eq!(saved(page).await?["sizes"][0], 64);

    // Another preset, and a change of it, stay.
    choose_delayed(page, "digits").await?;
    page.choose("#preset", "xor").await?;
    page.type_in("#learning-rate", "0.125").await?;
    deliver_digits(page, true).await?;
    assert_eq!(page.value("#preset").await?, "xor");
    let scenario = saved(page).await?;
    assert_eq!((&scenario["title"], &scenario["learning_rate"]), (&json!("XOR, changed"), &json!(0.125)));

    // Of two choices only the later one is opened: one step back is the first preset.
    choose_delayed(page, "digits").await?;
    page.choose_without_waiting("#preset", "compare-digits").await?;
    deliver_digits(page, true).await?;
    assert_eq!(page.value("#preset").await?, "compare-digits");
    page.click("h1").await?;
    page.press("Control+z").await?;
    assert_eq!(page.value("#preset").await?, "and");
    assert_eq!(saved(page).await?["title"], "AND in two outputs");
    Ok(())
}

pub(crate) async fn digits_that_cannot_be_fetched_change_nothing(page: &Page) -> Result<()> {
    choose_delayed(page, "digits").await?;
    let before = saved(page).await?;
    deliver_digits(page, false).await?;
    assert_eq!(page.text("#message").await?, "the rows of this preset could not be loaded; reload the page");
    assert_eq!(page.value("#preset").await?, "and");
    assert_eq!(saved(page).await?, before);
    Ok(())
}
