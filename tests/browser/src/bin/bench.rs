//! `cargo xtask bench`: how long a step takes in Chromium, from the key to the painted picture, and a frame while
//! four lanes play or the network trains. Before that, how large the page is, and how soon it answers.

use std::io;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use brotli::CompressorReader;
use browser_tests::{Engine, Page, View, report, visit};
use serde_json::Value;

/// The largest network among the presets, in one run and in four lanes.
const PRESET: &str = "digits";
const LANES: &str = "compare-digits";

/// What a frame may take at 60 a second, with what a clock's ticks may add; in milliseconds.
const FRAME: f64 = 17.5;

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
    let start = page.script_async(include_str!("../../start.js")).await?;
    println!("Chromium {}", page.version()?);
    println!("deltascope_bg.wasm: {}", sizes(&page.shipped("www/pkg/deltascope_bg.wasm").await?)?);
    println!(
        "from navigation with an empty cache: ready after {:.0} ms, first step painted after {:.0} ms",
        start["ready"].as_f64().context("no time")?,
        start["step"].as_f64().context("no time")?,
    );
    choose(page, PRESET).await?;
    let times = page.script_async(include_str!("../../bench.js")).await?;
    println!("preset {PRESET}");
    for (key, name, budget) in BUDGET {
        println!("{name}: {}", summary(numbers(&times[key])?, budget));
    }
    choose(page, LANES).await?;
    let played = page.script_async(include_str!("../../frames.js")).await?;
    ensure!(played["moved"].as_u64() > Some(10), "the lanes did not play: {}", played["moved"]);
    println!(
        "a frame while {} lanes of {PRESET} play: {}",
        played["lanes"],
        summary(numbers(&played["frames"])?, FRAME)
    );
    training(page).await
}

/// Runs of a training whose frames are measured; the median run counts.
const RUNS: usize = 5;
/// What a frame may take at 60 a second while the network trains; in milliseconds.
const TRAINING_FRAME: f64 = 17.0;

/// Frames while the network trains at full speed, and its speed with and without them.
async fn training(page: &Page) -> Result<()> {
    let mut ratios = Vec::new();
    for run in 1..=RUNS {
        choose(page, PRESET).await?;
        let trained = page.script_async(include_str!("../../training.js")).await?;
        let speed = |key: &str| trained[key].as_f64().context("no speed");
        let (drawing, idle) = (speed("speed")?, speed("idle")?);
        println!(
            "a frame while {PRESET} train, run {run} of {RUNS}: {}; {drawing:.0} samples/s, {idle:.0} while nothing is \
             drawn",
            summary(numbers(&trained["frames"])?, TRAINING_FRAME)
        );
        ratios.push(drawing / idle);
    }
    ratios.sort_by(f64::total_cmp);
    println!("the speed while the page draws, of that while it does not: {:.3} (median)", ratios[RUNS / 2]);
    Ok(())
}

/// Chooses the preset as the page's own control would.
async fn choose(page: &Page, preset: &str) -> Result<()> {
    let chosen = page
        .script(&format!(
            "const select = document.querySelector('select[data-action=PresetChosen]'); \
             select.value = '{preset}'; \
             select.dispatchEvent(new Event('change', {{ bubbles: true }})); \
             return select.value === '{preset}';"
        ))
        .await?;
    ensure!(chosen == Value::Bool(true), "there is no preset {preset} to choose");
    page.settled().await
}

/// How large a file is, and how large as hosts send it.
fn sizes(file: &[u8]) -> Result<String> {
    let mut compressed = CompressorReader::new(file, 4096, 11, 22);
    let brotli = io::copy(&mut compressed, &mut io::sink())?;
    Ok(format!("{} bytes, {brotli} by brotli (quality 11)", file.len()))
}

fn numbers(value: &Value) -> Result<Vec<f64>> {
    value.as_array().context("no times")?.iter().map(|time| time.as_f64().context("no time")).collect()
}

fn summary(mut times: Vec<f64>, budget: f64) -> String {
    times.sort_by(f64::total_cmp);
    let rank = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    let within = times.iter().filter(|&&time| time <= budget).count() as f64 / times.len() as f64;
    format!(
        "median {:.1} ms, 99th percentile {:.1} ms, longest {:.1} ms; {:.1} % within {budget} ms, of {}",
        rank(0.5),
        rank(0.99),
        rank(1.0),
        100.0 * within,
        times.len()
    )
}
