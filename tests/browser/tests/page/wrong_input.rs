//! Nonsense is refused where it was typed, with what would do; and nothing changes.

use anyhow::Result;
use browser_tests::Page;
use serde_json::{Value, json};

use super::reading::{assert_looks, in_settings, look, open_file, saved};

/// The message at an action's place.
async fn message(page: &Page, action: &str) -> Result<String> {
    page.text(&format!("[data-error-for={action}]")).await
}

/// Types nonsense into a field: it is said beside the field, and nothing else happens. Then something right.
async fn refuses(page: &Page, field: &str, action: &str, nonsense: &[&str], right: &str) -> Result<()> {
    const PLACES: &str = "
        const [field, error] = [FIELD, ERROR].map((css) => document.querySelector(css).getBoundingClientRect());
        const across = Math.max(field.left, error.left) - Math.min(field.right, error.right);
        const down = Math.max(field.top, error.top) - Math.min(field.bottom, error.bottom);
        return [across, down, error.width, error.left, innerWidth - error.right];";
    let before = saved(page).await?;
    for text in nonsense {
        page.type_in(field, text).await?;
        let said = message(page, action).await?;
        assert!(said.len() > 15, "{field} takes {text:?} and says {said:?}");
        assert_eq!(page.attribute(field, "aria-invalid").await?.as_deref(), Some("true"), "{text:?}");
        assert_eq!(saved(page).await?, before, "{field} refuses {text:?} and changes something");
        let error = json!(format!("[data-error-for={action}]")).to_string();
        let places = PLACES.replace("FIELD", &json!(field).to_string()).replace("ERROR", &error);
        let places: Vec<f64> = serde_json::from_value(page.script(&places).await?)?;
        let [across, down, width, left, right] = places[..] else { panic!("{places:?}") };
        assert!(across < 10.0 && down < 120.0, "{said:?} is {across} and {down} pixels from {field}");
        assert!(width > 50.0 && left >= 0.0 && right >= 0.0, "{said:?} is not in sight: {places:?}");
    }
    page.type_in(field, right).await?;
    assert_eq!(message(page, action).await?, "", "{right} will do");
    assert_eq!(page.attribute(field, "aria-invalid").await?, None);
    Ok(())
}

pub(crate) async fn wrong_numbers_are_refused_beside_their_field(page: &Page) -> Result<()> {
    let eta = ["abc", "-1", "0", "1e999", "", "0,5", "NaN"];
    refuses(page, "#learning-rate", "LearningRateChanged", &eta, "0.25").await?;
    assert_eq!(saved(page).await?["learning_rate"], 0.25);
    refuses(page, "#batch-size", "BatchSizeChanged", &["0", "-4", "2.5", "many"], "2").await?;
    assert_eq!(saved(page).await?["batch_size"], 2);
    refuses(page, "#epoch", "EpochChosen", &["0", "one"], "2").await?;
    assert_eq!(saved(page).await?["position"]["epoch"], 1);
    in_settings(page, async || {
        refuses(page, "#seed", "SeedChanged", &["-3", "1.5", "4294967296", "x"], "7").await?;
        refuses(page, "#speed", "PlaySpeedChanged", &["0", "1000", "fast"], "2").await?;
        refuses(page, "#digits", "DigitsChanged", &["1", "18"], "6").await
    })
    .await?;
    refuses(page, "#edit-b-0-0", "ParameterEdited", &["much", "1e999"], "0.5").await?;
    refuses(page, "#edit-y-0", "TargetEdited", &["yes"], "0.5").await?;

    // What was refused does not stay behind as if it had been taken.
    page.type_in("#learning-rate", "abc").await?;
    page.click("button.main").await?;
    assert_eq!(message(page, "LearningRateChanged").await?, "");
    assert_eq!(page.value("#learning-rate").await?, "0.25", "the η in use");
    Ok(())
}

/// A right file, for wrong ones to be made from.
fn right() -> Value {
    json!({
        "format": "deltascope-1", "sizes": [2, 2, 1], "activations": ["tanh", "sigmoid"], "cost": "half_mse",
        "learning_rate": 0.5, "batch_size": 1, "reduction": "sum",
        "parameters": { "weights": [[[1, 2], [3, 4]], [[1, 2]]], "biases": [[0, 0], [0]] },
        "data": { "x": [[1, 0]], "y": [[1]] },
    })
}

fn with(change: impl FnOnce(&mut Value)) -> String {
    let mut file = right();
    change(&mut file);
    file.to_string()
}

pub(crate) async fn wrong_files_are_refused_and_change_nothing(page: &Page) -> Result<()> {
    let drawn = |sizes: Value| {
        with(|file| {
            file["sizes"] = sizes;
            file["initialisation"] = json!({ "distribution": "normal", "seed": 1 });
            file.as_object_mut().map(|fields| fields.remove("parameters"));
        })
    };
    // Each file, and what its message must name.
    let wrong = [
        ("hello".to_owned(), "the file"),
        (String::new(), "the file"),
        ("[]".to_owned(), "the file"),
        (with(|file| file["format"] = json!("deltascope-9")), "format"),
        (with(|file| file["learnin_rate"] = json!(1)), "learnin_rate"),
        (with(|file| file["learning_rate"] = json!("NaN")), "learning_rate"),
        (right().to_string().replace("\"learning_rate\":0.5", "\"learning_rate\":NaN"), "learning_rate"),
        (
            right().to_string().replace("\"learning_rate\":0.5", "\"learning_rate\":1e999"),
            "number out of range",
        ),
        (with(|file| file["learning_rate"] = json!(-1)), "learning_rate"),
        (with(|file| file["batch_size"] = json!(0)), "batch_size"),
        (with(|file| file["activations"] = json!(["softmax", "sigmoid"])), "activations[0]"),
        (with(|file| file["activations"] = json!(["tanh"])), "activations"),
        (with(|file| file["activations"] = json!(["tanh", "sinus"])), "activations[1]"),
        (with(|file| file["cost"] = json!("cce")), "cost"),
        (with(|file| file["parameters"]["weights"][0] = json!([[1, 2]])), "parameters.weights[0]"),
        (with(|file| file["parameters"]["weights"][0] = json!([[1, 2], [3]])), "parameters.weights[0]"),
        (with(|file| file["parameters"]["biases"][1] = json!([])), "parameters.biases[1]"),
        (with(|file| file["data"]["x"] = json!([[1]])), "data.x[0]"),
        (with(|file| file["data"]["y"] = json!([])), "data"),
        (with(|file| file["position"] = json!({ "epoch": 0, "mini_batch": 9 })), "position.mini_batch"),
        (drawn(json!([2, 0, 1])), "sizes[1]"),
        (drawn(json!([2, 1_000_000_000u32, 1])), "sizes"),
        (
            with(|file| {
                file["parameters"]["weights"] = json!([[[1e308, 1e308], [3, 4]], [[1, 2]]]);
                file["data"]["x"] = json!([[1e10, 1e10]]);
            }),
            "overflows (∞ or NaN)",
        ),
    ];
    page.choose("#preset", "xor").await?;
    page.press("Tab").await?;
    page.click("button.main").await?;
    let (before, look_before) = (saved(page).await?, look(page).await?);
    page.click("[data-opens=settings]").await?;
    for (file, named) in wrong {
        open_file(page, &file).await?;
        let said = message(page, "ScenarioOpened").await?;
        assert!(said.contains(named), "{file} is refused with {said:?}");
        assert!(!said.contains("NaN is"), "{said:?}");
        assert_eq!(saved(page).await?, before, "{file} changes something");
    }
    assert_looks(page, &look_before, "wrong files").await?;
    open_file(page, &right().to_string()).await?;
    assert_eq!(message(page, "ScenarioOpened").await?, "");
    page.click("#settings .close").await
}

pub(crate) async fn a_run_that_diverges_says_so(page: &Page) -> Result<()> {
    page.choose("#preset", "linnerud").await?;
    let (before, before_look) = (saved(page).await?, look(page).await?);
    page.type_in("#learning-rate", "1e300").await?;
    let said = [message(page, "LearningRateChanged").await?, page.text("#message").await?].concat();
    if said.is_empty() {
        // The first update still has room; the next one does not.
        page.click(r#"button[data-value='{"by":"epoch","direction":"forward"}']"#).await?;
        let said = page.text("#message").await?;
        assert!(said.contains("diverges with η = 1e300") && said.contains("smaller η"), "{said}");
    } else {
        assert!(said.contains("diverges with η = 1e300") && said.contains("smaller η"), "{said}");
        assert_eq!(saved(page).await?, before);
    }
    page.choose("#preset", "iris").await?;
    page.choose("#preset", "linnerud").await?;
    assert_looks(page, &before_look, "the preset chosen anew").await?;

    page.type_in("#learning-rate", "50").await?;
    assert_eq!(message(page, "LearningRateChanged").await?, "");
    // Epoch after epoch, until it says that it can go no further.
    const ON: &str = r#"
        const on = document.querySelector(`button[data-value='{"by":"epoch","direction":"forward"}']`);
        for (let epoch = 0; epoch < 2000; epoch += 1) {
          const before = document.getElementById('position').textContent;
          on.click();
          if (document.getElementById('message').textContent) {
            return before === document.getElementById('position').textContent && epoch;
          }
        }
        return null;"#;
    let epochs = page.script(ON).await?;
    assert!(epochs.as_u64().is_some_and(|epochs| epochs > 2), "diverged after {epochs} epochs");
    let said = page.text("#message").await?;
    assert!(said.contains("diverges with η = 50") && said.contains("Nothing was changed"), "{said}");
    let shown = [page.text("#ledger").await?, page.text("#equations").await?].concat();
    assert!(!shown.contains("NaN") && !shown.contains('∞') && !shown.contains("undefined"), "{shown}");
    page.click(r#"button[data-value='{"by":"epoch","direction":"back"}']"#).await?;
    assert_eq!(page.text("#message").await?, "");
    Ok(())
}
