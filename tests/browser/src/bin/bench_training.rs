//! `cargo xtask bench browser`: measures the training speed in Chromium, on the page of `examples/bench/`.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use browser_tests::{Engine, Page, Viewport, report, visit};
use serde_json::Value;

/// Maximum time for a workload with all peers.
const TIMEOUT: Duration = Duration::from_secs(600);

fn main() -> ExitCode {
    report(visit(Engine::Chromium, Viewport::DESKTOP, async |page| measure(page).await))
}

async fn measure(page: &Page) -> Result<()> {
    let (peers, only): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|word| word == "--peers");
    page.open_benchmark().await?;
    page.driver().set_script_timeout(TIMEOUT).await?;
    page.until("window.measure").await?;
    println!("\nChromium {}", page.version()?);
    let workloads = page.script("return window.workloads").await?;
    let workloads: Vec<&str> =
        workloads.as_array().context("no workloads")?.iter().filter_map(Value::as_str).collect();
    for name in &only {
        ensure!(workloads.contains(&name.as_str()), "{name}: the workloads are {}", workloads.join(", "));
    }
    for name in workloads.iter().filter(|name| only.is_empty() || only.iter().any(|only| only == *name)) {
        let script = format!("return window.measure('{name}', {})", !peers.is_empty());
        let table = page.script_async(&script).await?;
        print!("{}", table.as_str().context("no table")?);
    }
    Ok(())
}
