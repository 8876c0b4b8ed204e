//! `cargo xtask bench` and `cargo xtask shot`: one run of Chromium over the built page, or of a native program.

use std::ffi::OsString;

use anyhow::Result;

use crate::browsers::{Browsers, Engine};
use crate::bundle::{self, Build};
use crate::project::{self, Project};
use crate::tools;

/// Measures how long a step takes, from the key to the painted picture.
pub(crate) fn bench(project: &Project) -> Result<()> {
    bundle::build(project, Build::Shipped)?;
    in_chromium(project, "bench", &[])
}

/// Measures how fast networks train natively, with NumPy beside it where `--peers` is given.
pub(crate) fn native(project: &Project, arguments: &[OsString]) -> Result<()> {
    if arguments.iter().any(|argument| argument == "--peers") {
        tools::numpy()?;
    }
    project::run(project.cargo(["run", "--quiet", "--release", "--example", "bench", "--"]).args(arguments))
}

/// Takes a picture of the page.
pub(crate) fn shot(project: &Project, build: bool, arguments: &[OsString]) -> Result<()> {
    if arguments.iter().any(|argument| argument == "--help") {
        return project::run(project.cargo(SHOT).arg("--help"));
    }
    if build || !project.dist().is_dir() {
        bundle::build(project, Build::Quick)?;
    }
    in_chromium(project, "shot", arguments)
}

const SHOT: [&str; 7] = ["run", "--quiet", "--package", "browser-tests", "--bin", "shot", "--"];

/// Runs a program of `tests/browser` with a Chromium to talk to.
fn in_chromium(project: &Project, program: &str, arguments: &[OsString]) -> Result<()> {
    // Built before the browser starts: an end while building leaves nothing behind.
    project::run(&mut project.cargo(["build", "--quiet", "--package", "browser-tests", "--bin", program]))?;
    let browsers = Browsers::start(project, &[Engine::Chromium])?;
    let mut run = project.cargo(["run", "--quiet", "--package", "browser-tests", "--bin", program, "--"]);
    run.args(arguments).envs(browsers.variables.iter().map(|(name, value)| (name, value)));
    project::run(&mut run)
}
