//! `cargo xtask build`: the page as plain files in `dist/`, for any static host, at any path.
//!
//! wasm-bindgen is used as a library, so there is no tool of a matching version to install.

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
/// What the page is made of, as cargo names it and as the page does: what it shows, and what trains in its worker.
/// Each is a wasm with its glue.
const PARTS: [(&str, &str); 2] = [("deltascope-page", "deltascope"), ("deltascope-worker", "worker")];

/// What a build is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Build {
    /// To be shipped: small and fast, as `[profile.release]` says.
    Shipped,
    /// To be looked at right after an edit: the same numbers, a bigger and slower page, in a fifth of the time.
    Quick,
}

/// The profile of [`Build::Quick`]; of its own, so that the two kinds of build do not undo one another.
const QUICK: [&str; 4] = [
    "profile.quick.inherits='release'",
    "profile.quick.lto='off'",
    "profile.quick.codegen-units=16",
    "profile.quick.incremental=true",
];

impl Build {
    fn profile(self) -> &'static str {
        match self {
            Build::Shipped => "release",
            Build::Quick => "quick",
        }
    }
}

/// Builds the page and returns its folder. What was there before stays until the new one is whole.
pub(crate) fn build(project: &Project, build: Build) -> Result<PathBuf> {
    let start = Instant::now();
    tools::wasm_target(project)?;
    let profile = build.profile();
    let mut cargo = project.cargo(["build", "--target", TARGET, "--profile", profile]);
    cargo.args(PARTS.iter().flat_map(|(package, _)| ["--package", package]));
    cargo.arg("--target-dir").arg(&project.target);
    if build == Build::Quick {
        cargo.args(QUICK.iter().flat_map(|setting| ["--config", setting]));
    }
    project::run(&mut cargo)?;

    let staging = project.scratch().join(format!("dist-{}", std::process::id())); // two builds may meet
    project::remove_folder(&staging)?;
    project::copy_folder(&project.root.join("www"), &staging.join("www"), &["pkg"])?;
    fs::copy(project.root.join("index.html"), staging.join("index.html"))
        .context("could not copy index.html")?;
    project::copy_folder(&glue(project, build)?, &staging.join("www/pkg"), &[])?;
    data::put(project, &staging)?;

    let dist = project.dist();
    replace(&dist, &staging)?;
    report(&dist, build, start)?;
    Ok(dist)
}

/// The profile of the benchmarks: all is compiled as in the worker.
pub(crate) const MEASURED: &str = "measured";

/// Builds the benchmark's page with a wasm of its own and returns its folder.
pub(crate) fn bench_page(project: &Project, peers: &[PathBuf]) -> Result<PathBuf> {
    tools::wasm_target(project)?;
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

/// The folder with the glue and the wasm of both [`PARTS`], made again only when a wasm or this program is newer.
fn glue(project: &Project, build: Build) -> Result<PathBuf> {
    let built = project.target.join(TARGET).join(build.profile());
    let glue = project.scratch().join(format!("pkg-{}", build.profile()));
    let program = modified(&env::current_exe()?);
    let parts = PARTS.map(|(package, name)| (built.join(package.replace('-', "_") + ".wasm"), name));
    let fresh = parts.iter().all(|(wasm, name)| {
        let made = modified(&glue.join(format!("{name}_bg.wasm")));
        made.is_some() && made >= modified(wasm) && made >= program
    });
    if !fresh {
        let staging = project.scratch().join(format!("pkg-{}-{}", build.profile(), std::process::id()));
        for (wasm, name) in &parts {
            bindgen(wasm, &staging, name)?;
        }
        replace(&glue, &staging)?;
    }
    Ok(glue)
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
        .omit_default_module_path(false) // a bare `init()` finds the wasm beside the glue
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(out)
        .context("wasm-bindgen failed")
}

/// Puts `new` in the place of `old`.
fn replace(old: &Path, new: &Path) -> Result<()> {
    project::remove_folder(old)?;
    // The target folder may be on another disk, where a rename is not possible.
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
        if build == Build::Quick { " (for a quick look, not for shipping)" } else { "" },
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
    fn sizes_are_in_thousands_of_bytes() {
        assert_eq!(kilobytes(132_456), "132.4 kB");
        assert_eq!(kilobytes(70), "0.0 kB");
    }

    #[test]
    fn a_new_page_takes_the_place_of_the_old_one() -> Result<()> {
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
