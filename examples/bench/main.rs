//! How fast networks train natively: the plain path, the fast path and, with `--peers`, NumPy in one run.
//!
//! `cargo xtask bench native [--peers]`. Workloads are fixed data from a seed. Every figure is the median of at least
//! seven rounds of at least 250 ms after a warm-up; the rounds of the paths take turns, so that what else the machine
//! does meets them all.

mod workloads;

use deltascope::nn::kernels::{Trainer, Width, busy_work};
use deltascope::nn::train_mini_batch;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};
use workloads::Workload;

const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_millis(250);
const WARM_UP: Duration = Duration::from_millis(100);

fn main() -> ExitCode {
    let (mut peers, mut only) = (false, None);
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--peers" => peers = true,
            name if workloads::all().iter().any(|workload| workload.name == name) => only = Some(argument),
            other => {
                eprintln!("error: {other}: it is --peers, or the name of a workload (W1 … W5)");
                return ExitCode::from(2);
            }
        }
    }
    let peak = median((0..ROUNDS).map(|_| peak()).collect());
    println!("2-lane multiply and add: {:.2} · 10⁹ operations/s at the peak (one core)", peak / 1e9);
    for workload in workloads::all() {
        if only.as_ref().is_none_or(|only| only == workload.name) {
            report(&workload, peak, peers);
        }
    }
    ExitCode::SUCCESS
}

/// Something that passes over a workload's samples once.
type Epoch<'a> = (&'static str, Box<dyn FnMut() + 'a>);

fn report(workload: &Workload, peak: f64, peers: bool) {
    println!("\n{} {}", workload.name, workload.title);
    let mut paths = paths(workload);
    let mut speeds: Vec<Vec<f64>> = vec![Vec::new(); paths.len() + 1];
    for (_, epoch) in &mut paths {
        samples_per_second(workload, epoch, WARM_UP);
    }
    for round in 0..ROUNDS {
        for ((_, epoch), speeds) in paths.iter_mut().zip(&mut speeds) {
            speeds.push(samples_per_second(workload, epoch, ROUND));
        }
        if peers {
            match numpy(workload) {
                Ok(speed) => speeds[paths.len()].push(speed),
                Err(problem) if round == 0 => println!("  NumPy: {problem}"),
                Err(_) => {}
            }
        }
    }
    let names = paths.iter().map(|(name, _)| *name).chain(["NumPy"]);
    let medians: Vec<f64> = speeds.into_iter().map(median).collect();
    for (name, speed) in names.zip(&medians).filter(|(_, speed)| speed.is_finite()) {
        println!(
            "  {name:<16} {:>12.0} samples/s {:>10.3} µs/update {:>6.1} % of the peak {:>6.2} × plain",
            speed,
            workload.settings.batch_size as f64 / speed * 1e6,
            100.0 * speed * workload.operations_per_sample() / peak,
            speed / medians[0],
        );
    }
    if let [.., fast, two, numpy] = medians[..]
        && numpy.is_finite()
    {
        println!("  fast : NumPy = {:.2}, with 2 lanes {:.2}", fast / numpy, two / numpy);
    }
}

/// The plain path, the fast path, and the fast path on two lanes, as in a browser.
fn paths(workload: &Workload) -> Vec<Epoch<'_>> {
    let (settings, samples) = (&workload.settings, &workload.samples);
    let mut network = workload.network.clone();
    let plain = move || {
        for mini_batch in samples.chunks(settings.batch_size) {
            train_mini_batch(&mut network, mini_batch, settings);
        }
    };
    let fast = |width| {
        let mut trainer = Trainer::with_width(&workload.network, settings, width);
        move || {
            for mini_batch in samples.chunks(settings.batch_size) {
                trainer.train_mini_batch(mini_batch);
            }
        }
    };
    vec![
        ("plain", Box::new(plain)),
        ("fast", Box::new(fast(Width::widest()))),
        ("fast, 2 lanes", Box::new(fast(Width::TWO))),
    ]
}

/// Whole epochs until the time is over.
fn samples_per_second(workload: &Workload, epoch: &mut dyn FnMut(), time: Duration) -> f64 {
    let start = Instant::now();
    let mut epochs = 0;
    while start.elapsed() < time {
        epoch();
        epochs += 1;
    }
    (epochs * workload.samples.len()) as f64 / start.elapsed().as_secs_f64()
}

/// Multiplications and additions a second with two lanes, as simd128 in a browser has them.
fn peak() -> f64 {
    let start = Instant::now();
    let mut operations = 0;
    while start.elapsed() < ROUND {
        operations += busy_work(Width::TWO, 10_000);
    }
    operations as f64 / start.elapsed().as_secs_f64()
}

/// One round of the same work in NumPy.
fn numpy(workload: &Workload) -> Result<f64, String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/bench/peer.py");
    // Set by a container, they make OpenBLAS choose kernels for another machine.
    let mut python = Command::new("python3");
    python.env_remove("OPENBLAS_CORETYPE").env_remove("OPENBLAS_L2_SIZE");
    let output = python.arg(script).arg(workload.name).output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().map_err(|_| String::from_utf8_lossy(&output.stderr).into_owned())
}

/// NaN where there are none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
