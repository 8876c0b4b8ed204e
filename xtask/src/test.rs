//! `cargo xtask test`: the fastest tests first.

use anyhow::Result;

use crate::browsers::Browsers;
use crate::bundle::{self, Build};
use crate::engine::Engine;
use crate::project::{self, Project};
use crate::tools;

/// All tests.
pub(crate) fn all(project: &Project) -> Result<()> {
    native(project)?;
    browsers(project, None, None)
}

/// The tests of the libraries, with examples and documentation, then xtask's own.
pub(crate) fn native(project: &Project) -> Result<()> {
    println!("native tests");
    project::run(&mut project.cargo([
        "test",
        "--workspace",
        "--exclude",
        "browser-tests",
        "--exclude",
        "xtask",
    ]))?;
    println!("xtask's tests");
    project::run(&mut project.cargo(["test", "--package", "xtask"]))
}

/// The tests of the page in all engines or in one of them; all tests, or those with `case` in their name.
pub(crate) fn browsers(project: &Project, engine: Option<Engine>, case: Option<&str>) -> Result<()> {
    let engines = engine.map_or(Engine::ALL.to_vec(), |engine| vec![engine]);
    println!("the page in {}", engines.iter().map(|engine| engine.name()).collect::<Vec<_>>().join(", "));
    bundle::build(project, Build::Release)?;
    let axe = tools::install_axe(project)?;
    project::run(&mut project.cargo(["test", "--package", "browser-tests", "--no-run"]))?;
    let browsers = Browsers::start(project, &engines)?;
    let mut tests = project.cargo(["test", "--package", "browser-tests"]);
    tests.envs(browsers.variables.iter().map(|(name, value)| (name, value))).env("DELTASCOPE_AXE", axe);
    if let Some(engine) = engine {
        // A test's name is `<case>::<engine>`.
        tests.args(["--".to_owned(), format!("{}::{}", case.unwrap_or_default(), engine.name())]);
    }
    project::run(&mut tests)
}
