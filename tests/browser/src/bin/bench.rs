//! `cargo xtask bench`: how long a step takes in Chromium, from the key to the painted picture.

use std::process::ExitCode;

use anyhow::{Context, Result};
use browser_tests::{Engine, Page, View, report, visit};
use serde_json::Value;

/// The largest network among the presets.
const PRESET: &str = "digits";

/// What a step may take: its script, and all until it is painted; in milliseconds.
const BUDGET: [(&str, &str, f64); 3] = [
    ("warm_up", "script of the first steps, warming up", 8.0),
    ("script", "script of a step", 8.0),
    ("painted", "key to picture", 33.0),
];

fn main() -> ExitCode {
    report(visit(Engine::Chromium, View::DESKTOP, async |page| measure(page).await))
}

async fn measure(page: &Page) -> Result<()> {
    page.open_as_shipped("").await?;
    let preset = choose(page).await?;
    let times = page.script_async(include_str!("../../bench.js")).await?;
    println!("Chromium {}, {preset}", version(page)?);
    for (key, name, budget) in BUDGET {
        println!("{name}: {}", summary(numbers(&times[key])?, budget));
    }
    Ok(())
}

/// Chooses the preset as the page's own control would, and says what is then measured.
async fn choose(page: &Page) -> Result<String> {
    let chosen = page
        .script(&format!(
            "const select = document.querySelector('select[data-action=PresetChosen]'); \
             if (!select) return false; \
             select.value = '{PRESET}'; \
             select.dispatchEvent(new Event('change', {{ bubbles: true }})); \
             return select.value === '{PRESET}';"
        ))
        .await?;
    page.settled().await?;
    Ok(match chosen {
        Value::Bool(true) => format!("preset {PRESET}"),
        _ => format!("the page as it opens (there is no preset {PRESET} to choose)"),
    })
}

fn version(page: &Page) -> Result<String> {
    let version = page.driver().capabilities().get("browserVersion").and_then(Value::as_str);
    Ok(version.context("the browser does not tell its version")?.to_owned())
}

fn numbers(value: &Value) -> Result<Vec<f64>> {
    value.as_array().context("no times")?.iter().map(|time| time.as_f64().context("no time")).collect()
}

fn summary(mut times: Vec<f64>, budget: f64) -> String {
    times.sort_by(f64::total_cmp);
    let rank = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    let within = times.iter().filter(|&&time| time <= budget).count() as f64 / times.len() as f64;
    format!(
        "median {:.1} ms, 99th percentile {:.1} ms, longest {:.1} ms; {:.1} % within {budget} ms ({} steps)",
        rank(0.5),
        rank(0.99),
        rank(1.0),
        100.0 * within,
        times.len()
    )
}
