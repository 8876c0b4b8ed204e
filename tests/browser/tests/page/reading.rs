//! What a person reads off the page, and the few moves that every scenario makes.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use browser_tests::Page;
use serde::Deserialize;
use serde_json::Value;

/// The ledger as it stands on the page.
#[derive(Debug, Deserialize, PartialEq)]
pub(crate) struct Ledger {
    /// What each column is for, `b-0-1`; none for a layer's total.
    pub(crate) columns: Vec<Option<String>>,
    /// A row for each sample.
    pub(crate) samples: Vec<Row>,
    /// The rows below.
    pub(crate) totals: Vec<Row>,
}

/// A row of the ledger.
#[derive(Debug, Deserialize, PartialEq)]
pub(crate) struct Row {
    /// What it is called; of a sample "row 7 of the data".
    pub(crate) name: String,
    /// The sample's cost; empty below.
    pub(crate) cost: String,
    /// As many as columns.
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
    /// The columns of neurons: where, layer, neuron, counted from 0.
    pub(crate) fn neurons(&self) -> Vec<(usize, usize, usize)> {
        let place = |(at, name): (usize, &Option<String>)| {
            let mut indices = name.as_deref()?.strip_prefix("b-")?.split('-');
            Some((at, indices.next()?.parse().ok()?, indices.next()?.parse().ok()?))
        };
        self.columns.iter().enumerate().filter_map(place).collect()
    }

    /// The total whose name starts like this.
    pub(crate) fn total(&self, name: &str) -> Result<&Row> {
        let row = self.totals.iter().find(|row| row.name.starts_with(name));
        row.with_context(|| format!("no total is called `{name}`: {:?}", self.totals))
    }

    /// The row of the data that a sample is, counted from 0.
    pub(crate) fn row_of(&self, sample: usize) -> Result<usize> {
        let number = self.samples[sample].name.trim_start_matches("row ").split(' ').next();
        Ok(number.context("no number")?.parse::<usize>()? - 1)
    }
}

/// A number as the page writes it: its value, and half of its last digit.
fn parsed(text: &str) -> Result<(f64, f64)> {
    let plain: String = text.replace('−', "-").replace('+', "");
    let (mantissa, exponent) = match plain.split_once("×10") {
        None => (plain.as_str(), 0),
        Some((mantissa, exponent)) => (mantissa, exponent.chars().map(ordinary).collect::<String>().parse()?),
    };
    let decimals = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len()) as i32;
    let value = format!("{mantissa}e{exponent}").parse().with_context(|| format!("`{text}` is no number"))?;
    Ok((value, 0.5 * 10f64.powi(exponent - decimals)))
}

fn ordinary(superscript: char) -> char {
    let digit = "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|digit| digit == superscript);
    digit.and_then(|digit| char::from_digit(digit as u32, 10)).unwrap_or('-')
}

/// A number on the page, whatever digits it has.
pub(crate) fn number(text: &str) -> Result<f64> {
    Ok(parsed(text)?.0)
}

/// That a text on the page is this number, to the last digit that it shows.
#[track_caller]
pub(crate) fn assert_shows(what: &str, text: &str, want: f64) {
    let (got, half) = parsed(text).unwrap_or_else(|error| panic!("{what}: {error}"));
    // A zero shows no digits; and where two numbers cancel, the last bits of a double are left.
    let half = if got == 0.0 { 0.0 } else { half * (1.0 + 1e-9) };
    let off = (got - want).abs();
    assert!(off <= half + 1e-12 * want.abs() + 1e-14, "{what}: the page shows {text}, it is {want}");
}

/// That a full double on the page is this number.
#[track_caller]
pub(crate) fn assert_is(what: &str, text: &str, want: f64) {
    let got = number(text).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!((got - want).abs() <= 1e-12 * want.abs().max(1.0), "{what}: the page shows {text}, it is {want}");
}

/// A row of the selected neuron's numbers: by the class of its symbol, `z`, `a`, `delta`, `b`.
pub(crate) async fn selected(page: &Page, class: &str) -> Result<String> {
    let css = format!("#inspector dt.{class} + dd");
    Ok(page.text(&css).await?.trim().to_owned())
}

/// Opens the settings, does something there and closes them.
pub(crate) async fn in_settings(page: &Page, act: impl AsyncFnOnce() -> Result<()>) -> Result<()> {
    page.click("[data-opens=settings]").await?;
    act().await?;
    // What was done may still move the button: a click would fall beside it.
    page.settled().await?;
    page.click("#settings .close").await?;
    page.until("!document.getElementById('settings').open").await
}

/// Shows so many significant digits.
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

/// The scenario that the page would save, without saving it.
pub(crate) async fn saved(page: &Page) -> Result<Value> {
    const CATCH: &str = "
        const make = URL.createObjectURL, follow = HTMLAnchorElement.prototype.click;
        let file;
        URL.createObjectURL = (blob) => { file = blob; return make.call(URL, blob); };
        HTMLAnchorElement.prototype.click = () => {};
        document.getElementById('save').click();
        URL.createObjectURL = make;
        HTMLAnchorElement.prototype.click = follow;
        return file.text();";
    let text = page.script_async(CATCH).await?;
    Ok(serde_json::from_str(text.as_str().context("nothing was saved")?)?)
}

/// A function of the page that gives everything to be read and seen on it, as texts.
pub(crate) const LOOK: &str = "
    const look = () => {
      const parts = ['title', 'equations', 'ledger', 'ledger-remarks', 'inspector', 'position', 'narration', 'costs',
        'moments'].map((id) => document.getElementById(id).textContent);
      const fields = [...document.querySelectorAll('input:not([type=file]), select')].map((field) =>
        `${field.id}=${field.type === 'checkbox' ? field.checked : field.value}`);
      return [...parts, ...fields, window.__drawn(document.getElementById('network'))];
    };";

/// Everything to be read and seen on the page.
pub(crate) async fn look(page: &Page) -> Result<Vec<String>> {
    let texts = page.script(&format!("{LOOK} return look();")).await?;
    let texts: Vec<String> = serde_json::from_value(texts)?;
    ensure!(texts.len() > 20, "the page has little on it: {texts:?}");
    let drawn = texts.last().is_some_and(|drawn| drawn.contains("fillText") && drawn.contains("stroke()"));
    ensure!(drawn, "the network is not drawn: {texts:?}");
    Ok(texts)
}

/// That nothing to be read or seen has changed.
pub(crate) async fn assert_looks(page: &Page, before: &[String], after_what: &str) -> Result<()> {
    for (was, is) in before.iter().zip(look(page).await?) {
        assert_eq!(*was, is, "after {after_what}");
    }
    Ok(())
}
