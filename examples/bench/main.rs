//! Measures native training: the plain path, the fast path and, with `--peers`, NumPy in one run.
//!
//! `cargo xtask bench native [--peers] [W1 … W5]`. Workloads are generated from a seed. Every number is the median of seven
//! rounds of at least 250 ms after a warm-up. The paths take turns, so that other load on the machine affects all of
//! them. `page.rs` measures the same in a browser.

mod path;
mod report;
mod workloads;

use deltascope::nn::fast::{Width, peak_operations};
use path::Path;
use report::Row;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};
use workloads::Workload;

const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_millis(250);
const WARM_UP: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    let (mut peers, mut only) = (false, Vec::new());
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--peers" => peers = true,
            name if workloads::all().iter().any(|workload| workload.name == name) => only.push(argument),
            other => {
                eprintln!("error: {other}: it is --peers, or the name of a workload (W1 … W5)");
                return ExitCode::from(2);
            }
        }
    }
    for workload in workloads::all() {
        if only.is_empty() || only.iter().any(|name| name == workload.name) {
            match measured(&workload, peers) {
                Ok(table) => print!("{table}"),
                Err(problem) => {
                    eprintln!("error: {}: {problem}", workload.name);
                    return ExitCode::FAILURE;
                }
            }
        }
    }
    ExitCode::SUCCESS
}

/// The table of a workload.
fn measured(workload: &Workload, peers: bool) -> Result<String, String> {
    let digest = path::digest_of_both(workload, Width::widest(), report::CHECKED)?;
    let mut paths = [
        ("plain", Path::plain(workload)),
        ("fast", Path::fast(workload, Width::widest())),
        ("fast on 2 lanes", Path::fast(workload, Width::TWO)),
    ];
    let mut rows: Vec<Row> = paths.iter().map(|(name, _)| row(name)).collect();
    for (_, path) in &mut paths {
        rate(WARM_UP, |count| path.train(workload, count));
    }
    let (mut peaks, mut numpys) = (Vec::new(), row("NumPy"));
    for _ in 0..ROUNDS {
        peaks.push(rate(ROUND, |count| peak_operations(Width::TWO, 1000 * count)));
        for ((_, path), row) in paths.iter_mut().zip(&mut rows) {
            row.samples_per_second.push(rate(ROUND, |count| path.train(workload, count)));
        }
        if peers {
            numpys.samples_per_second.push(numpy(workload)?);
        }
    }
    rows.push(numpys);
    Ok(report::table(workload, digest, peaks, rows))
}

fn row(name: &str) -> Row {
    Row { name: name.to_owned(), samples_per_second: Vec::new() }
}

/// Performs more and more work until the time is over. Returns the work per second.
fn rate(time: Duration, mut work: impl FnMut(usize) -> usize) -> f64 {
    let start = Instant::now();
    let (mut count, mut done) = (1, 0);
    loop {
        done += work(count);
        let elapsed = start.elapsed();
        if elapsed >= time {
            return done as f64 / elapsed.as_secs_f64();
        }
        if elapsed < time / 10 {
            count *= 2; // checking the clock takes time too
        }
    }
}

/// One round of the same work in NumPy.
fn numpy(workload: &Workload) -> Result<f64, String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/bench/peer.py");
    // Set in containers, these variables make OpenBLAS use the code for another processor.
    let mut python = Command::new("python3");
    python.env_remove("OPENBLAS_CORETYPE").env_remove("OPENBLAS_L2_SIZE");
    let output = python.arg(script).arg(workload.name).output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let speed = text.trim().parse();
    speed.map_err(|_| format!("NumPy: {}", String::from_utf8_lossy(&output.stderr)))
}
