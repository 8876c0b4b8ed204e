//! Reading the page, and the actions and assertions that the test cases share.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use browser_tests::Page;
use serde::Deserialize;
use serde_json::Value;

/// The ledger as shown on the page.
#[derive(Debug, Deserialize, PartialEq)]
pub(crate) struct Ledger {
    /// The bias of each column, `b-0-1`; `None` for a layer's total.
    pub(crate) columns: Vec<Option<String>>,
    /// One row per sample.
    pub(crate) samples: Vec<Row>,
    /// The rows below the samples.
    pub(crate) totals: Vec<Row>,
}

/// A row of the ledger.
#[derive(Debug, Deserialize, PartialEq)]
pub(crate) struct Row {
    /// Name; for a sample, "row 7 of the data".
    pub(crate) name: String,
    /// Cost of the sample; empty for totals.
    pub(crate) cost: String,
    /// One cell per column.
    pub(crate) cells: Vec<String>,
}

const LEDGER: &str = "
    const table = document.querySelector('#ledger table');
    const texts = (row) => [...row.querySelectorAll('td:not(.y)')].map((cell) => cell.textContent);
    const below = [...table.tFoot.rows];
    return {
      columns: [...below[0].querySelectorAll('td')].map((cell) => cell.getAttribute('data-ref')),
      samples: [...table.tBodies[0].rows].map((row) =>
        ({ name: row.cells[0].title, cost: row.cells[1].textContent, cells: texts(row) })),
      totals: below.map((row) => ({ name: row.cells[0].textContent, cost: '', cells: texts(row) })),
    };";

/// Reads the ledger.
pub(crate) async fn ledger(page: &Page) -> Result<Ledger> {
    Ok(serde_json::from_value(page.script(LEDGER).await?)?)
}

impl Ledger {
    /// The columns of neurons: index of the column, layer and neuron, counted from 0.
    pub(crate) fn neurons(&self) -> Vec<(usize, usize, usize)> {
        let neuron = |(at, name): (usize, &Option<String>)| {
            let mut indices = name.as_deref()?.strip_prefix("b-")?.split('-');
            Some((at, indices.next()?.parse().ok()?, indices.next()?.parse().ok()?))
        };
        self.columns.iter().enumerate().filter_map(neuron).collect()
    }

    /// The total whose name starts with this.
    pub(crate) fn total(&self, name: &str) -> Result<&Row> {
        let row = self.totals.iter().find(|row| row.name.starts_with(name));
        row.with_context(|| format!("no total is called `{name}`: {:?}", self.totals))
    }

    /// The data row of a sample, counted from 0.
    pub(crate) fn row_of(&self, sample: usize) -> Result<usize> {
        let number = self.samples[sample].name.trim_start_matches("row ").split(' ').next();
        Ok(number.context("no number")?.parse::<usize>()? - 1)
    }
}

/// The value of a number on the page, and half a unit of its last digit.
fn parsed(text: &str) -> Result<(f64, f64)> {
    let plain: String = text.replace('−', "-").replace('+', "");
    let (mantissa, exponent) = match plain.split_once("×10") {
        None => (plain.as_str(), 0),
        Some((mantissa, exponent)) => (mantissa, exponent.chars().map(ordinary).collect::<String>().parse()?),
    };
    let decimals = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len()) as i32;
    let value =
        format!("{mantissa}e{exponent}").parse().with_context(|| format!("`{text}` is not a number"))?;
    Ok((value, 0.5 * 10f64.powi(exponent - decimals)))
}

/// The ordinary character of a superscript digit or minus sign.
fn ordinary(superscript: char) -> char {
    let digit = "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|digit| digit == superscript);
    digit.and_then(|digit| char::from_digit(digit as u32, 10)).unwrap_or('-')
}

/// The value of a number on the page.
pub(crate) fn number(text: &str) -> Result<f64> {
    Ok(parsed(text)?.0)
}

/// Asserts that a text on the page is this number, to its last digit.
#[track_caller]
pub(crate) fn assert_shows(what: &str, text: &str, want: f64) {
    let (got, half) = parsed(text).unwrap_or_else(|error| panic!("{what}: {error}"));
    // A zero has no digits; where two numbers cancel, a rounding error is left.
    let half = if got == 0.0 { 0.0 } else { half * (1.0 + 1e-9) };
    let off = (got - want).abs();
    assert!(off <= half + 1e-12 * want.abs() + 1e-14, "{what}: the page shows {text}, it is {want}");
}

/// Asserts that a double with all its digits on the page is this number.
#[track_caller]
pub(crate) fn assert_is(what: &str, text: &str, want: f64) {
    let got = number(text).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!((got - want).abs() <= 1e-12 * want.abs().max(1.0), "{what}: the page shows {text}, it is {want}");
}

/// A number of the selected neuron, by the class of its symbol: `z`, `a`, `delta`, `b`.
pub(crate) async fn selected(page: &Page, class: &str) -> Result<String> {
    let css = format!("#inspector dt.{class} + dd");
    Ok(page.text(&css).await?.trim().to_owned())
}

/// Opens the settings, acts there and closes them.
pub(crate) async fn in_settings(page: &Page, act: impl AsyncFnOnce() -> Result<()>) -> Result<()> {
    page.click("[data-opens=settings]").await?;
    act().await?;
    // The page may still move the button.
    page.settled().await?;
    page.click("#settings .close").await?;
    page.until("!document.getElementById('settings').open").await
}

/// Sets the number of significant digits.
pub(crate) async fn show_digits(page: &Page, digits: usize) -> Result<()> {
    in_settings(page, async || page.type_in("#digits", &digits.to_string()).await).await
}

/// Opens a scenario file; the settings must be open.
pub(crate) async fn open_file(page: &Page, text: &str) -> Result<()> {
    let moment = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
    let path = std::env::temp_dir().join(format!("deltascope-{}-{moment}.json", page.engine().name()));
    fs::write(&path, text)?;
    let given = page.upload("#open", &path).await;
    let taken = page.until("document.getElementById('open').value === ''").await;
    fs::remove_file(&path)?;
    given.and(taken)
}

/// The scenario that the page would save from the start, without a download.
pub(crate) async fn saved(page: &Page) -> Result<Value> {
    saved_by(page, "save").await
}

/// The scenario that the button with this id would save, without a download.
pub(crate) async fn saved_by(page: &Page, button: &str) -> Result<Value> {
    const INTERCEPT: &str = "
        const make = URL.createObjectURL, follow = HTMLAnchorElement.prototype.click;
        let file;
        URL.createObjectURL = (blob) => { file = blob; return make.call(URL, blob); };
        HTMLAnchorElement.prototype.click = () => {};
        document.getElementById(button).click();
        URL.createObjectURL = make;
        HTMLAnchorElement.prototype.click = follow;
        return file.text();";
    let text = page.script_async(&format!("const button = '{button}'; {INTERCEPT}")).await?;
    Ok(serde_json::from_str(text.as_str().context("nothing was saved")?)?)
}

/// A JavaScript function that returns all texts, fields and the drawing of the page.
pub(crate) const LOOK: &str = "
    const look = () => {
      const parts = ['title', 'equations', 'ledger', 'ledger-remarks', 'inspector', 'position', 'narration', 'costs',
        'moments'].map((id) => document.getElementById(id).textContent);
      const fields = [...document.querySelectorAll('input:not([type=file]), select')].map((field) =>
        `${field.id}=${field.type === 'checkbox' ? field.checked : field.value}`);
      return [...parts, ...fields, window.__drawn(document.getElementById('network'))];
    };";

/// All texts, fields and the drawing of the page.
pub(crate) async fn look(page: &Page) -> Result<Vec<String>> {
    let texts = page.script(&format!("{LOOK} return look();")).await?;
    let texts: Vec<String> = serde_json::from_value(texts)?;
    ensure!(texts.iter().any(|text| text.starts_with("learning-rate=")), "no field was read: {texts:?}");
    let drawn = texts.last().is_some_and(|drawn| drawn.contains("fillText") && drawn.contains("stroke()"));
    ensure!(drawn, "the network is not drawn: {texts:?}");
    Ok(texts)
}

/// Asserts that axe finds no violations.
pub(crate) async fn assert_accessible(page: &Page, when: &str) -> Result<()> {
    let violations = page.violations().await?;
    assert!(violations.is_empty(), "{when}: {violations:#?}");
    Ok(())
}

/// Asserts that the page does not scroll sideways.
pub(crate) async fn assert_no_horizontal_scroll(page: &Page, what: &str) -> Result<()> {
    let size = page.size().await?;
    assert!(size.scroll_width <= size.width, "{what} scrolls sideways: {size:?}");
    Ok(())
}

/// Asserts that no text, field or drawing has changed.
pub(crate) async fn assert_looks(page: &Page, before: &[String], after_what: &str) -> Result<()> {
    for (was, is) in before.iter().zip(look(page).await?) {
        assert_eq!(*was, is, "after {after_what}");
    }
    Ok(())
}
