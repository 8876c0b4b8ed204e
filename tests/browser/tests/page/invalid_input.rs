//! Invalid input is refused with a message beside the field, and nothing changes.

use anyhow::Result;
use browser_tests::Page;
use serde_json::{Value, json};

use super::reading::{assert_looks, in_settings, look, open_file, saved};

/// The error message of an action.
async fn message(page: &Page, action: &str) -> Result<String> {
    page.text(&format!("[data-error-for={action}]")).await
}

/// Types each invalid text into a field and asserts that its message is shown beside the field and that nothing else
/// changes; then types a valid text.
async fn refuses(
    page: &Page,
    field: &str,
    action: &str,
    invalid: &[(&str, &str)],
    valid: &str,
) -> Result<()> {
    const POSITIONS: &str = "
        const [field, error] = [FIELD, ERROR].map((css) => document.querySelector(css).getBoundingClientRect());
        const across = Math.max(field.left, error.left) - Math.min(field.right, error.right);
        const down = Math.max(field.top, error.top) - Math.min(field.bottom, error.bottom);
        return [across, down, error.width, error.left, innerWidth - error.right];";
    let before = saved(page).await?;
    for (text, expected) in invalid {
        page.type_in(field, text).await?;
        let shown = message(page, action).await?;
        assert_eq!(shown, *expected, "{field}: {text:?}");
        assert_eq!(page.attribute(field, "aria-invalid").await?.as_deref(), Some("true"), "{text:?}");
        assert_eq!(saved(page).await?, before, "{field} refuses {text:?} and changes something");
        let error = json!(format!("[data-error-for={action}]")).to_string();
        let script = POSITIONS.replace("FIELD", &json!(field).to_string()).replace("ERROR", &error);
        let positions: [f64; 5] = serde_json::from_value(page.script(&script).await?)?;
        let [across, down, width, left, right] = positions;
        assert!(across < 10.0 && down < 120.0, "{shown:?} is {across} and {down} pixels from {field}");
        assert!(
            width > 50.0 && left >= 0.0 && right >= 0.0,
            "{shown:?} is outside the window: {positions:?}"
        );
    }
    page.type_in(field, valid).await?;
    assert_eq!(message(page, action).await?, "", "{valid} is valid");
    assert_eq!(page.attribute(field, "aria-invalid").await?, None);
    Ok(())
}

pub(crate) async fn invalid_numbers_are_refused_beside_their_field(page: &Page) -> Result<()> {
    let eta = [
        ("abc", "\"abc\" is not a number; 0.5 or -1e-3 would be"),
        ("-1", "η must be a number of 0 or more, not -1; 0.5 would do"),
        (
            "1e-400",
            "1e-400 is so small that it is rounded to 0; take 0 itself, or a larger number such as 0.5",
        ),
        ("1e999", "1e999 is not finite; take a number such as 0.5"),
        ("", "a number is needed, such as 0.5"),
        ("0,5", "\"0,5\" is not a number; write the point as in 0.5"),
        ("NaN", "NaN is not finite; take a number such as 0.5"),
    ];
    refuses(page, "#learning-rate", "LearningRateChanged", &eta, "0.25").await?;
    assert_eq!(saved(page).await?["learning_rate"], 0.25);
    let batch_size = [
        ("0", "a mini-batch needs at least 1 sample; use 1 to update after each sample"),
        ("-4", "\"-4\" is not a whole number; 4 would do"),
        ("2.5", "\"2.5\" is not a whole number; 4 would do"),
        ("many", "\"many\" is not a whole number; 4 would do"),
    ];
    refuses(page, "#batch-size", "BatchSizeChanged", &batch_size, "2").await?;
    assert_eq!(saved(page).await?["batch_size"], 2);
    let epoch = [("0", "epochs are counted from 1"), ("one", "\"one\" is not a whole number; 4 would do")];
    refuses(page, "#epoch", "EpochChosen", &epoch, "2").await?;
    assert_eq!(saved(page).await?["position"]["epoch"], 1);
    let seed = [
        ("-3", "\"-3\" is not a whole number; 4 would do"),
        ("1.5", "\"1.5\" is not a whole number; 4 would do"),
        ("4294967296", "4294967296 is too large; the maximum is 4294967295"),
        ("x", "\"x\" is not a whole number; 4 would do"),
    ];
    let speed = [
        ("0", "0 steps per second is not allowed; use 0.1 to 60"),
        ("1000", "1000 steps per second is not allowed; use 0.1 to 60"),
        ("fast", "\"fast\" is not a number; 0.5 or -1e-3 would be"),
    ];
    let digits = [
        ("1", "1 significant digits are not allowed; use 2 to 17"),
        ("18", "18 significant digits are not allowed; use 2 to 17"),
    ];
    in_settings(page, async || {
        refuses(page, "#seed", "SeedChanged", &seed, "7").await?;
        refuses(page, "#speed", "PlaySpeedChanged", &speed, "2").await?;
        refuses(page, "#digits", "DigitsChanged", &digits, "6").await
    })
    .await?;
    let bias = [
        ("much", "\"much\" is not a number; 0.5 or -1e-3 would be"),
        ("1e999", "1e999 is not finite; take a number such as 0.5"),
    ];
    refuses(page, "#edit-b-0-0", "ParameterEdited", &bias, "0.5").await?;
    let target = [("yes", "\"yes\" is not a number; 0.5 or -1e-3 would be")];
    refuses(page, "#edit-y-0", "TargetEdited", &target, "0.5").await?;

    // The next action replaces a refused text with the value in use.
    page.type_in("#learning-rate", "abc").await?;
    page.click("button.main").await?;
    assert_eq!(message(page, "LearningRateChanged").await?, "");
    assert_eq!(page.value("#learning-rate").await?, "0.25", "the η in use");
    Ok(())
}

/// A valid file; invalid ones are made from it.
fn valid_file() -> Value {
    json!({
        "format": "deltascope-1", "sizes": [2, 2, 1], "activations": ["tanh", "sigmoid"], "cost": "half_mse",
        "learning_rate": 0.5, "batch_size": 1, "reduction": "sum",
        "parameters": { "weights": [[[1, 2], [3, 4]], [[1, 2]]], "biases": [[0, 0], [0]] },
        "data": { "x": [[1, 0]], "y": [[1]] },
    })
}

/// The valid file with a change.
fn with(change: impl FnOnce(&mut Value)) -> String {
    let mut file = valid_file();
    change(&mut file);
    file.to_string()
}

pub(crate) async fn invalid_files_are_refused_and_change_nothing(page: &Page) -> Result<()> {
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
        (valid_file().to_string().replace("\"learning_rate\":0.5", "\"learning_rate\":NaN"), "learning_rate"),
        (
            valid_file().to_string().replace("\"learning_rate\":0.5", "\"learning_rate\":1e999"),
            "1e999 is a number out of range; one such as 0.5 would do",
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
    open_file(page, &valid_file().to_string()).await?;
    assert_eq!(message(page, "ScenarioOpened").await?, "");
    page.click("#settings .close").await
}

pub(crate) async fn a_divergence_is_reported(page: &Page) -> Result<()> {
    page.choose("#preset", "linnerud").await?;
    let (before, before_look) = (saved(page).await?, look(page).await?);
    page.type_in("#learning-rate", "1e300").await?;
    assert_eq!(
        message(page, "LearningRateChanged").await?,
        "In epoch 1, mini-batch 1, the cost overflows (∞ or NaN): the run diverges with η = 1e300. \
         Use a smaller η. Nothing was changed."
    );
    assert_eq!(saved(page).await?, before);
    page.choose("#preset", "iris").await?;
    page.choose("#preset", "linnerud").await?;
    assert_looks(page, &before_look, "choosing the preset again").await?;

    page.type_in("#learning-rate", "50").await?;
    assert_eq!(message(page, "LearningRateChanged").await?, "");
    // Steps by epochs until the first message, and returns their number if the position has not changed.
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
    assert_eq!(epochs, 18, "diverged after {epochs} epochs");
    let said = page.text("#message").await?;
    let begins = "In epoch 19, mini-batch 2, the weight from 1 to neuron 1 of layer 1 overflows (∞ or NaN): \
                  the run diverges with η = 50";
    assert_eq!(said, format!("{begins}. Use a smaller η. Nothing was changed."));
    let shown = [page.text("#ledger").await?, page.text("#equations").await?].concat();
    assert!(!shown.contains("NaN") && !shown.contains('∞') && !shown.contains("undefined"), "{shown}");
    page.click(r#"button[data-value='{"by":"epoch","direction":"back"}']"#).await?;
    assert_eq!(page.text("#message").await?, "");
    Ok(())
}
