//! `cargo xtask bench page`: the page's size, and the times in Chromium of its start, of a step from the key press to
//! the painted picture, and of a frame while runs play or the network trains.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use browser_tests::{Engine, Page, Viewport, report, visit};
use serde_json::Value;

/// The preset with the largest network, and its comparison.
const PRESET: &str = "digits";
const COMPARISON: &str = "compare-digits";

/// Number of times that the page is opened with an empty cache.
const STARTS: usize = 9;

/// Budget of a frame at 60 per second plus the clock's resolution, in milliseconds.
const FRAME: f64 = 17.5;

/// Number of trainings whose frames are measured; the median counts.
const RUNS: usize = 5;
/// Budget of a frame at 60 per second while the network trains, in milliseconds.
const TRAINING_FRAME: f64 = 17.0;

/// Budgets of a step in milliseconds: its script, and the whole time until it is painted.
const BUDGET: [(&str, &str, f64); 3] = [
    ("warm_up", "script of the first steps, warming up", 8.0),
    ("script", "script of a step", 8.0),
    ("painted", "key to picture", 33.0),
];

fn main() -> ExitCode {
    report(visit(Engine::Chromium, Viewport::DESKTOP, async |page| measure(page).await))
}

async fn measure(page: &Page) -> Result<()> {
    println!("\nChromium {}", page.version()?);
    sizes(page).await?;
    start(page).await?;
    page.open_as_shipped("").await?;
    steps(page).await?;
    frames_of_runs(page).await?;
    frames_of_training(page).await
}

/// Measures frames while the network trains at full speed, and the training speed with and without drawing.
async fn frames_of_training(page: &Page) -> Result<()> {
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

/// Prints the size of the wasm file, uncompressed and compressed.
async fn sizes(page: &Page) -> Result<()> {
    let wasm = page.file("www/pkg/deltascope_bg.wasm").await?;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&wasm)?;
    let mut brotli = Vec::new();
    {
        let mut writer = brotli::CompressorWriter::new(&mut brotli, 1 << 16, 11, 24);
        writer.write_all(&wasm)?;
    }
    println!(
        "deltascope_bg.wasm: {} bytes, {} by gzip at its best, {} by brotli at its best",
        wasm.len(),
        gzip.finish()?.len(),
        brotli.len()
    );
    Ok(())
}

/// Measures the start of the page from a server on this machine, that is, without network latency.
async fn start(page: &Page) -> Result<()> {
    let (mut ready, mut painted) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        page.open_for_the_first_time(include_str!("../../first_step.js")).await?;
        page.until("window.__firstStep").await?;
        let times = page.script("return window.__firstStep").await?;
        ensure!(times["moved"] == Value::Bool(true), "the page was ready, but did not step");
        ready.push(times["ready"].as_f64().context("no time")?);
        painted.push(times["painted"].as_f64().context("no time")?);
    }
    println!("from the navigation, with an empty cache and the server on this machine, {STARTS} times:");
    println!("  the page is ready: {}", spread(ready));
    println!("  the picture of the first step is painted: {}", spread(painted));
    Ok(())
}

/// Measures steps.
async fn steps(page: &Page) -> Result<()> {
    choose(page, PRESET).await?;
    let times = page.script_async(include_str!("../../bench.js")).await?;
    println!("preset {PRESET}");
    for (key, name, budget) in BUDGET {
        println!("  {name}: {}", summary(numbers(&times[key])?, budget));
    }
    Ok(())
}

/// Measures frames while four runs play.
async fn frames_of_runs(page: &Page) -> Result<()> {
    choose(page, COMPARISON).await?;
    let played = page.script_async(include_str!("../../frames.js")).await?;
    ensure!(played["moved"].as_u64() > Some(10), "the runs did not play: {}", played["moved"]);
    println!(
        "  a frame while {} runs of {PRESET} play: {}",
        played["runs"],
        summary(numbers(&played["frames"])?, FRAME)
    );
    Ok(())
}

/// Chooses a preset with the page's control.
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
    page.until("!document.querySelector('select[data-action=PresetChosen]').hasAttribute('aria-busy')")
        .await?;
    page.settled().await
}

fn numbers(value: &Value) -> Result<Vec<f64>> {
    value.as_array().context("no times")?.iter().map(|time| time.as_f64().context("no time")).collect()
}

fn summary(times: Vec<f64>, budget: f64) -> String {
    let within = times.iter().filter(|&&time| time <= budget).count() as f64 / times.len() as f64;
    let count = times.len();
    format!("{}; {:.1} % within {budget} ms, of {count}", spread(times), 100.0 * within)
}

fn spread(mut times: Vec<f64>) -> String {
    times.sort_by(f64::total_cmp);
    let rank = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    format!("median {:.1} ms, 99th percentile {:.1} ms, longest {:.1} ms", rank(0.5), rank(0.99), rank(1.0))
}
