//! `cargo xtask bench` and `cargo xtask shot`: run a native program, or a program that drives Chromium.

use std::ffi::OsString;
use std::path::Path;

use anyhow::{Result, bail};

use crate::browsers::Browsers;
use crate::bundle::{self, Build};
use crate::engine::Engine;
use crate::project::{self, Project};
use crate::tools;

/// A part of the benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BenchPart {
    /// Training speed, native.
    Native,
    /// Training speed in Chromium.
    Browser,
    /// The page's size, and the times of its start, steps and frames.
    Page,
}

/// Measures the part named by the first argument, or all parts. `--peers` and names of workloads may follow.
pub(crate) fn bench(project: &Project, arguments: &[OsString]) -> Result<()> {
    let named = arguments.first().and_then(|first| first.to_str());
    let (parts, rest): (&[BenchPart], _) = match named {
        Some("native") => (&[BenchPart::Native], &arguments[1..]),
        Some("browser") => (&[BenchPart::Browser], &arguments[1..]),
        Some("page") => (&[BenchPart::Page], &arguments[1..]),
        _ => (&[BenchPart::Native, BenchPart::Browser, BenchPart::Page], arguments),
    };
    let is_workload = |word: &str| word.strip_prefix('W').is_some_and(|number| number.parse::<u8>().is_ok());
    for word in rest.iter().map(|word| word.to_string_lossy()) {
        if word != "--peers" && !is_workload(&word) {
            bail!(
                "`cargo xtask bench {word}`: the arguments are native, browser or page, then --peers or workloads (W1 … W5)"
            );
        }
    }
    for part in parts {
        match part {
            BenchPart::Native => native(project, rest)?,
            BenchPart::Browser => browser(project, rest)?,
            BenchPart::Page => page(project)?,
        }
    }
    Ok(())
}

/// Measures the plain and the fast path natively, and NumPy with `--peers`.
fn native(project: &Project, arguments: &[OsString]) -> Result<()> {
    if wants_peers(arguments) {
        tools::install_numpy()?;
    }
    let profile = ["run", "--quiet", "--profile", bundle::MEASURED, "--example", "bench", "--"];
    project::run(project.cargo(profile).args(arguments))
}

/// Measures both paths in Chromium, and peers from npm with `--peers`.
fn browser(project: &Project, arguments: &[OsString]) -> Result<()> {
    let peers = if wants_peers(arguments) { tools::install_peers(project)? } else { Vec::new() };
    let folder = bundle::bench_page(project, &peers)?;
    in_chromium(project, "bench-training", arguments, Some(&folder))
}

/// Measures the page's response times.
fn page(project: &Project) -> Result<()> {
    bundle::build(project, Build::Release)?;
    in_chromium(project, "bench", &[], None)
}

fn wants_peers(arguments: &[OsString]) -> bool {
    arguments.iter().any(|argument| argument == "--peers")
}

/// Takes a screenshot of the page.
pub(crate) fn shot(project: &Project, build: bool, arguments: &[OsString]) -> Result<()> {
    if arguments.iter().any(|argument| argument == "--help") {
        return project::run(project.cargo(SHOT).arg("--help"));
    }
    if build || !project.dist().is_dir() {
        bundle::build(project, Build::Quick)?;
    }
    in_chromium(project, "shot", arguments, None)
}

const SHOT: [&str; 7] = ["run", "--quiet", "--package", "browser-tests", "--bin", "shot", "--"];

/// Runs a program of `tests/browser` with Chromium's driver, on the built page or on `bench_page`.
fn in_chromium(
    project: &Project,
    program: &str,
    arguments: &[OsString],
    bench_page: Option<&Path>,
) -> Result<()> {
    // Built before the browser starts, so that Ctrl-C during the build leaves nothing running.
    project::run(&mut project.cargo(["build", "--quiet", "--package", "browser-tests", "--bin", program]))?;
    let browsers = Browsers::start_with(project, &[Engine::Chromium], bench_page)?;
    let mut run = project.cargo(["run", "--quiet", "--package", "browser-tests", "--bin", program, "--"]);
    run.args(arguments).envs(browsers.variables.iter().map(|(name, value)| (name, value)));
    project::run(&mut run)
}
