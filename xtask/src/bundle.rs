//! `cargo xtask build`: builds the page as static files in `dist/`, for any web host, at any path.
//!
//! wasm-bindgen is used as a library, so that no command-line tool of the same version has to be installed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::data;
use crate::project::{self, Project};
use crate::tools;

const TARGET: &str = "wasm32-unknown-unknown";
/// The wasm modules, the page and its worker: the name of the package and the name of the module.
const MODULES: [(&str, &str); 2] = [("deltascope-page", "deltascope"), ("deltascope-worker", "worker")];

/// The kind of a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Build {
    /// For release: small and fast, with `[profile.release]`.
    Release,
    /// For development: the same numbers, a larger and slower page, built in a fifth of the time.
    Quick,
}

/// The profile of [`Build::Quick`]; a separate one, so that the kinds of build keep their own artifacts.
const QUICK: [&str; 4] = [
    "profile.quick.inherits='release'",
    "profile.quick.lto='off'",
    "profile.quick.codegen-units=16",
    "profile.quick.incremental=true",
];

impl Build {
    fn profile(self) -> &'static str {
        match self {
            Build::Release => "release",
            Build::Quick => "quick",
        }
    }
}

/// Builds the page and returns its folder. The old page is replaced when the new one is complete.
pub(crate) fn build(project: &Project, build: Build) -> Result<PathBuf> {
    let start = Instant::now();
    tools::install_wasm_target(project)?;
    let profile = build.profile();
    let mut cargo = project.cargo(["build", "--target", TARGET, "--profile", profile]);
    cargo.args(MODULES.iter().flat_map(|(package, _)| ["--package", package]));
    cargo.arg("--target-dir").arg(&project.target);
    if build == Build::Quick {
        cargo.args(QUICK.iter().flat_map(|setting| ["--config", setting]));
    }
    project::run(&mut cargo)?;

    let staging = project.scratch().join(format!("dist-{}", std::process::id())); // two builds can run at the same time
    project::remove_folder(&staging)?;
    project::copy_folder(&project.root.join("www"), &staging.join("www"), &["pkg"])?;
    fs::copy(project.root.join("index.html"), staging.join("index.html"))
        .context("could not copy index.html")?;
    project::copy_folder(&bindings(project, build)?, &staging.join("www/pkg"), &[])?;
    data::copy_to(project, &staging)?;

    let dist = project.dist();
    replace(&dist, &staging)?;
    report(&dist, build, start)?;
    Ok(dist)
}

/// The profile of the benchmarks: everything is compiled with the optimisation level of the worker.
pub(crate) const MEASURED: &str = "measured";

/// Builds the page of the benchmark and returns its folder.
pub(crate) fn bench_page(project: &Project, peers: &[PathBuf]) -> Result<PathBuf> {
    tools::install_wasm_target(project)?;
    let mut cargo =
        project.cargo(["build", "--profile", MEASURED, "--example", "bench_page", "--target", TARGET]);
    project::run(cargo.arg("--target-dir").arg(&project.target))?;
    let folder = project.scratch().join("bench");
    project::remove_folder(&folder)?;
    project::copy_folder(&project.root.join("examples/bench/page"), &folder, &[])?;
    let wasm = project.target.join(TARGET).join(MEASURED).join("examples/bench_page.wasm");
    bindgen(&wasm, &folder.join("pkg"), "bench_page")?;
    fs::create_dir_all(folder.join("peers"))?;
    for file in peers {
        let name = file.file_name().context("a peer's file has no name")?;
        fs::copy(file, folder.join("peers").join(name))
            .with_context(|| format!("could not copy {}", file.display()))?;
    }
    Ok(folder)
}

/// The folder with the JavaScript bindings and the wasm of the [`MODULES`], built again only if a wasm or this program
/// is newer.
fn bindings(project: &Project, build: Build) -> Result<PathBuf> {
    let built = project.target.join(TARGET).join(build.profile());
    let folder = project.scratch().join(format!("pkg-{}", build.profile()));
    let program = modified(&env::current_exe()?);
    let modules = MODULES.map(|(package, name)| (built.join(package.replace('-', "_") + ".wasm"), name));
    let fresh = modules.iter().all(|(wasm, name)| {
        let made = modified(&folder.join(format!("{name}_bg.wasm")));
        made.is_some() && made >= modified(wasm) && made >= program
    });
    if !fresh {
        let staging = project.scratch().join(format!("pkg-{}-{}", build.profile(), std::process::id()));
        for (wasm, name) in &modules {
            bindgen(wasm, &staging, name)?;
        }
        replace(&folder, &staging)?;
    }
    Ok(folder)
}

fn modified(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|data| data.modified()).ok()
}

/// Writes `name.js` and `name_bg.wasm`.
fn bindgen(wasm: &Path, out: &Path, name: &str) -> Result<()> {
    Bindgen::new()
        .input_path(wasm)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(false) // `init()` without arguments finds the wasm beside the bindings
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(out)
        .context("wasm-bindgen failed")
}

/// Replaces the folder `old` by `new`.
fn replace(old: &Path, new: &Path) -> Result<()> {
    project::remove_folder(old)?;
    // A rename fails if the target folder is on another disk.
    if fs::rename(new, old).is_err() {
        project::copy_folder(new, old, &[])?;
        project::remove_folder(new)?;
    }
    Ok(())
}

fn report(dist: &Path, build: Build, start: Instant) -> Result<()> {
    let size = |file: &str| -> Result<String> {
        let bytes = fs::metadata(dist.join(file)).with_context(|| format!("{file} is missing"))?.len();
        Ok(kilobytes(bytes))
    };
    println!(
        "dist/ is built in {:.1} s{}: deltascope_bg.wasm {}, deltascope.js {}, worker_bg.wasm {}",
        start.elapsed().as_secs_f64(),
        if build == Build::Quick { " (for development, not for release)" } else { "" },
        size("www/pkg/deltascope_bg.wasm")?,
        size("www/pkg/deltascope.js")?,
        size("www/pkg/worker_bg.wasm")?,
    );
    Ok(())
}

fn kilobytes(bytes: u64) -> String {
    format!("{}.{} kB", bytes / 1000, bytes % 1000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_kilobytes() {
        assert_eq!(kilobytes(132_456), "132.4 kB");
        assert_eq!(kilobytes(70), "0.0 kB");
    }

    #[test]
    fn a_new_page_replaces_the_old_one() -> Result<()> {
        let folder = env::temp_dir().join(format!("deltascope-bundle-test-{}", std::process::id()));
        let (old, new) = (folder.join("old"), folder.join("new"));
        fs::create_dir_all(&old)?;
        fs::create_dir_all(&new)?;
        fs::write(old.join("stale.js"), "")?;
        fs::write(new.join("index.html"), "new")?;
        replace(&old, &new)?;
        let left = (old.join("index.html").exists(), old.join("stale.js").exists(), new.exists());
        project::remove_folder(&folder)?;
        assert_eq!(left, (true, false, false));
        Ok(())
    }
}
