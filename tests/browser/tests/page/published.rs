//! Worked examples of the literature: the page shows their published numbers.

use anyhow::{Context, Result};
use browser_tests::Page;
use serde_json::Value;

use super::reading::{number, selected, show_digits};
use super::reference::golden;

/// The checks of one example.
struct Published(Value);

impl Published {
    fn of(id: &str) -> Result<Self> {
        let all: Vec<Value> = golden("published.json")?;
        Ok(Self(all.into_iter().find(|example| example["id"] == id).with_context(|| id.to_owned())?))
    }

    fn check(&self, name: &str) -> Result<&Value> {
        let checks = self.0["checks"].as_array().context("no checks")?;
        checks.iter().find(|check| check["name"] == name).with_context(|| format!("no check `{name}`"))
    }

    /// Asserts that texts of the page are the published numbers, to their last digit.
    fn assert_shown(&self, name: &str, shown: &[String]) -> Result<()> {
        let check = self.check(name)?;
        let half = 0.5 * 10f64.powi(-(check["decimals"].as_i64().context("no decimals")? as i32));
        let mut printed = Vec::new();
        flatten(&check["published"], &mut printed);
        assert_eq!(printed.len(), shown.len(), "{name}");
        for (want, text) in printed.iter().zip(shown) {
            let got = number(text)?;
            assert!((got - want).abs() <= half * 1.001, "{name}: the page shows {text}, printed is {want}");
        }
        Ok(())
    }
}

fn flatten(value: &Value, numbers: &mut Vec<f64>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| flatten(value, numbers)),
        value => numbers.extend(value.as_f64()),
    }
}

/// The results of the current equation's lines.
async fn results(page: &Page) -> Result<Vec<String>> {
    const RESULTS: &str =
        "return [...document.querySelectorAll('#equations .result')].map((line) => line.textContent)";
    Ok(serde_json::from_value(page.script(RESULTS).await?)?)
}

/// Values of fields of the selected neuron.
async fn fields(page: &Page, names: &[&str]) -> Result<Vec<String>> {
    let mut values = Vec::new();
    for name in names {
        values.push(page.value(&format!("#edit-{name}")).await?);
    }
    Ok(values)
}

pub(crate) async fn mazur_is_shown_as_published(page: &Page) -> Result<()> {
    let mazur = Published::of("mazur-2015")?;
    show_digits(page, 12).await?;
    page.choose("#preset", "mazur").await?;
    page.choose("#bias-rule", "frozen").await?;
    page.click("h1").await?;

    page.press("ArrowRight").await?;
    let [z, a] = &results(page).await?[..] else { panic!("forward has two lines") };
    mazur.assert_shown("net_h1", std::slice::from_ref(z))?;
    let h1 = a.clone();
    page.press("h j").await?; // the second hidden neuron
    mazur.assert_shown("out_h", &[h1, selected(page, "a").await?])?;
    page.press("l").await?;
    page.press("ArrowRight").await?;
    mazur.assert_shown("out_o2", &[selected(page, "a").await?])?;
    page.press("k").await?;
    mazur.assert_shown("net_o1", &[selected(page, "z").await?])?;
    mazur.assert_shown("out_o1", &[selected(page, "a").await?])?;
    page.press("ArrowRight").await?;
    mazur.assert_shown("E_total", &results(page).await?)?;

    page.press("ArrowRight").await?;
    let [gradient, prime, delta] = &results(page).await?[..] else { panic!("(1) has three lines") };
    mazur.assert_shown("dE/dout_o1", std::slice::from_ref(gradient))?;
    mazur.assert_shown("dout_o1/dnet", std::slice::from_ref(prime))?;
    mazur.assert_shown("delta_o1", std::slice::from_ref(delta))?;
    page.press("ArrowRight").await?;
    let [came_back, prime, _] = &results(page).await?[..] else { panic!("(2) has three lines") };
    mazur.assert_shown("dE/dout_h1", std::slice::from_ref(came_back))?;
    mazur.assert_shown("dout_h1/dnet", std::slice::from_ref(prime))?;
    page.press("ArrowRight*3").await?;
    mazur.assert_shown("dE/dw5", &results(page).await?[..1])?;
    page.press("ArrowRight").await?;
    mazur.assert_shown("dE/dw1", &results(page).await?[..1])?;

    page.press("PageDown").await?;
    let places = [
        ("w5+", "w-1-0-0"),
        ("w6+", "w-1-0-1"),
        ("w7+", "w-1-1-0"),
        ("w8+", "w-1-1-1"),
        ("w1+", "w-0-0-0"),
        ("w2+", "w-0-0-1"),
        ("w3+", "w-0-1-0"),
        ("w4+", "w-0-1-1"),
    ];
    for (pair, keys) in places.chunks(2).zip(["j", "h k", "j", ""]) {
        for (name, place) in pair {
            mazur.assert_shown(name, &fields(page, &[place]).await?)?;
        }
        page.press(keys).await?;
    }
    // Mazur's biases do not change; with the own-δ rule they do.
    assert_eq!(fields(page, &["b-0-1"]).await?, ["0.35"]);
    page.choose("#bias-rule", "own_delta").await?;
    let after = number(&fields(page, &["b-0-1"]).await?[0])?;
    let delta = number(&selected(page, "delta").await?)?;
    assert!(delta != 0.0 && (after - (0.35 - 0.5 * delta)).abs() < 1e-15, "{after}");
    Ok(())
}

pub(crate) async fn han_and_kamber_is_shown_as_published(page: &Page) -> Result<()> {
    let example = Published::of("han-kamber-9.1")?;
    show_digits(page, 9).await?;
    page.choose("#preset", "han-kamber").await?;
    page.click("h1").await?;
    page.press("PageDown").await?;

    example.assert_shown("net 6", &[selected(page, "z").await?])?;
    example.assert_shown("O6", &[selected(page, "a").await?])?;
    example.assert_shown("w46,w56", &fields(page, &["w-1-0-0", "w-1-0-1"]).await?)?;
    example.assert_shown("theta6", &fields(page, &["b-1-0"]).await?)?;
    // The book's Err is −δ.
    let error = -number(&selected(page, "delta").await?)?;
    assert!((error - example.check("Err6")?["computed"][0].as_f64().context("Err6")?).abs() < 1e-12);

    page.press("h").await?;
    let weights = ["w-0-0-0", "w-0-0-1", "w-0-0-2", "b-0-0"];
    let (z4, a4) = (selected(page, "z").await?, selected(page, "a").await?);
    let (delta4, mut theta) = (selected(page, "delta").await?, fields(page, &weights).await?.split_off(3));
    example.assert_shown("w14,w24,w34", &fields(page, &weights[..3]).await?)?;
    page.press("j").await?;
    example.assert_shown("net 4,5", &[z4, selected(page, "z").await?])?;
    example.assert_shown("O4,O5", &[a4, selected(page, "a").await?])?;
    let errors = [delta4, selected(page, "delta").await?].map(|delta| format!("−{delta}").replace("−−", ""));
    example.assert_shown("Err4,Err5", &errors)?;
    example.assert_shown("w15,w25,w35", &fields(page, &["w-0-1-0", "w-0-1-1", "w-0-1-2"]).await?)?;
    theta.extend(fields(page, &["b-0-1"]).await?);
    example.assert_shown("theta4,theta5", &theta)
}

pub(crate) async fn brownlee_ends_at_the_published_weights(page: &Page) -> Result<()> {
    let example = Published::of("brownlee-10row-training")?;
    page.choose("#preset", "brownlee").await?;
    assert_eq!(page.value("#learning-rate").await?, "0.5");
    assert_eq!(page.value("#batch-size").await?, "1");
    page.click("h1").await?;
    page.press("]*20").await?;
    assert!(page.text("#position").await?.contains("200 updates"));

    let mut last = fields(page, &["w-1-0-0", "w-1-0-1", "b-1-0"]).await?;
    page.press("j").await?;
    last.extend(fields(page, &["w-1-1-0", "w-1-1-1", "b-1-1"]).await?);
    page.press("h").await?;
    let mut first = fields(page, &["w-0-1-0", "w-0-1-1", "b-0-1"]).await?;
    page.press("k").await?;
    first.splice(0..0, fields(page, &["w-0-0-0", "w-0-0-1", "b-0-0"]).await?);
    for (place, layer) in [("hidden", first), ("out", last)] {
        let [w1, w2, b1, w3, w4, b2] = &layer[..] else { panic!("{layer:?}") };
        let weights = [w1, w2, w3, w4].map(String::clone);
        example.assert_shown(&format!("final {place} w"), &weights)?;
        example.assert_shown(&format!("final {place} b"), &[b1.clone(), b2.clone()])?;
    }
    Ok(())
}
