//! The tools that the commands need, found on this machine or installed with its package managers.
//!
//! Each installation prints one line. If a tool cannot be installed, the error says what to type.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, anyhow, bail};

use crate::engine::Engine;
use crate::project::{self, Project};

const GECKODRIVER: &str = "0.37.1";
const AXE: &str = "4.14.1";

/// The npm packages of the benchmark's peers, with the files that the benchmark's page loads.
const PEERS: [(&str, &str, &[&str]); 6] = [
    ("@tensorflow/tfjs-core", "4.22.0", &["dist/tf-core.min.js"]),
    ("@tensorflow/tfjs-layers", "4.22.0", &["dist/tf-layers.min.js"]), // has the gradients
    ("@tensorflow/tfjs-backend-cpu", "4.22.0", &["dist/tf-backend-cpu.min.js"]),
    (
        "@tensorflow/tfjs-backend-wasm",
        "4.22.0",
        &["dist/tf-backend-wasm.min.js", "dist/tfjs-backend-wasm-simd.wasm"],
    ),
    ("convnetjs", "0.3.0", &["build/convnet-min.js"]),
    ("brain.js", "2.0.0-beta.24", &["dist/browser.js"]), // newer than npm's `latest`, which is 1.6
];

/// The paths of a browser and its WebDriver program.
pub(crate) struct Installed {
    pub(crate) browser: PathBuf,
    pub(crate) driver: PathBuf,
}

/// Installs Rust's standard library for wasm, if it is missing.
pub(crate) fn install_wasm_target(project: &Project) -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sysroot = Command::new(rustc).args(["--print", "sysroot"]).current_dir(&project.root).output();
    let sysroot = String::from_utf8(sysroot.context("could not find rustc's sysroot")?.stdout)?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).join("lib").is_dir() {
        return Ok(());
    }
    if program(project, &["rustup"]).is_none() {
        bail!(
            "Rust's standard library for {TARGET} is missing, and so is rustup: install it with your Rust toolchain"
        );
    }
    println!("installing {TARGET} (rustup target add {TARGET}): not found on this machine");
    project::run_quietly(
        Command::new("rustup").args(["--quiet", "target", "add", TARGET]).current_dir(&project.root),
    )
    .with_context(|| {
        format!("Rust's standard library for {TARGET} is missing; type `rustup target add {TARGET}`")
    })
}

/// Installs NumPy for Python, if it is missing; the benchmark compares with it.
pub(crate) fn install_numpy() -> Result<()> {
    let found = Command::new("python3").args(["-c", "import numpy"]).stderr(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    println!("installing NumPy (python3 -m pip install numpy): not found on this machine");
    project::run_quietly(Command::new("python3").args(["-m", "pip", "install", "--quiet", "numpy"]))
        .context("NumPy is missing; type `python3 -m pip install numpy`")
}

/// Installs these browsers and their drivers, if they are missing.
pub(crate) fn install_engines(project: &Project, engines: &[Engine]) -> Result<()> {
    let mut packages: Vec<&str> =
        engines.iter().flat_map(|&engine| missing_packages(project, engine)).collect();
    packages.dedup();
    if !packages.is_empty() {
        apt_install(project, &packages)?;
    }
    if engines.contains(&Engine::Firefox) && program(project, &["geckodriver"]).is_none() {
        install_geckodriver(project)?;
    }
    for &engine in engines {
        installed(project, engine)?;
    }
    Ok(())
}

/// The paths of a browser and its driver, or an error if one is missing.
pub(crate) fn installed(project: &Project, engine: Engine) -> Result<Installed> {
    let browser = browser(project, engine);
    let driver = program(project, &[engine.driver_name()]);
    let missing =
        |what: &str| anyhow!("{what} is missing; `cargo xtask setup {}` installs it", engine.name());
    Ok(Installed {
        browser: browser.ok_or_else(|| missing(engine.browser_names()[0]))?,
        driver: driver.ok_or_else(|| missing(engine.driver_name()))?,
    })
}

/// The path of axe-core's script; installs it if it is missing.
pub(crate) fn install_axe(project: &Project) -> Result<PathBuf> {
    let folder = project.tools().join(format!("axe-core-{AXE}"));
    let file = folder.join("node_modules/axe-core/axe.min.js");
    npm_install(project, &folder, &[format!("axe-core@{AXE}")], std::slice::from_ref(&file))?;
    Ok(file)
}

/// The scripts of the benchmark's peers; installs them if they are missing.
pub(crate) fn install_peers(project: &Project) -> Result<Vec<PathBuf>> {
    let folder = project.tools().join("peers");
    let packages = PEERS.map(|(name, version, _)| format!("{name}@{version}"));
    let files: Vec<PathBuf> = PEERS
        .iter()
        .flat_map(|(name, _, files)| {
            files.iter().map(move |file| Path::new("node_modules").join(name).join(file))
        })
        .map(|file| folder.join(file))
        .collect();
    npm_install(project, &folder, &packages, &files)?;
    Ok(files)
}

/// Installs npm packages into a folder, unless all of these files exist. The packages' install scripts are not run.
pub(crate) fn npm_install(
    project: &Project,
    folder: &Path,
    packages: &[String],
    files: &[PathBuf],
) -> Result<()> {
    if files.iter().all(|file| file.is_file()) {
        return Ok(());
    }
    if program(project, &["npm"]).is_none() {
        apt_install(project, &["npm"])?;
    }
    let list = packages.join(" ");
    println!("installing {list} (npm install {list}): not found in the target folder");
    fs::create_dir_all(folder)?;
    project::run_quietly(
        Command::new("npm")
            .arg("install")
            .args(packages)
            .args(["--no-save", "--no-package-lock", "--ignore-scripts", "--omit=optional", "--no-audit"])
            .args(["--no-fund", "--loglevel=error", "--prefix"])
            .arg(folder),
    )?;
    match files.iter().find(|file| !file.is_file()) {
        Some(missing) => bail!("npm installed {list}, but {} is missing", missing.display()),
        None => Ok(()),
    }
}

/// The path of `xvfb-run`, which gives WebKit's browser a display.
pub(crate) fn find_xvfb_run(project: &Project) -> Result<PathBuf> {
    program(project, &["xvfb-run"]).context("xvfb-run is missing; `cargo xtask setup webkit` installs it")
}

fn browser(project: &Project, engine: Engine) -> Option<PathBuf> {
    match engine {
        Engine::Webkit => mini_browser(),
        _ => program(project, engine.browser_names()),
    }
}

/// The Debian packages of the programs that are missing.
fn missing_packages(project: &Project, engine: Engine) -> Vec<&'static str> {
    let no_browser = browser(project, engine).is_none();
    let no = |name: &str| program(project, &[name]).is_none();
    let packages: &[(bool, &str)] = match engine {
        Engine::Chromium => &[(no_browser, "chromium"), (no("chromedriver"), "chromium-driver")],
        Engine::Firefox => &[(no_browser, "firefox-esr")],
        Engine::Webkit => &[
            (no_browser || no("WebKitWebDriver"), "webkit2gtk-driver"),
            (no("xvfb-run"), "xvfb"),
            (no("xauth"), "xauth"),
        ],
    };
    packages.iter().filter(|(missing, _)| *missing).map(|&(_, package)| package).collect()
}

/// The path of WebKitGTK's MiniBrowser, which is not on the PATH.
fn mini_browser() -> Option<PathBuf> {
    let libraries = fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
    let folders = libraries.chain([PathBuf::from("/usr/libexec"), PathBuf::from("/usr/lib")]);
    folders
        .flat_map(|folder| {
            ["webkit2gtk-4.1", "webkitgtk-6.0", "webkit2gtk-4.0"].map(|name| folder.join(name))
        })
        .map(|folder| folder.join("MiniBrowser"))
        .find(|path| path.is_file())
}

/// The path of the first of these programs found on the PATH or among the project's tools.
fn program(project: &Project, names: &[&str]) -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    folders.push(project.tools().join("bin"));
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .map(|path| path.with_extension(env::consts::EXE_EXTENSION))
        .find(|path| path.is_file())
}

fn install_geckodriver(project: &Project) -> Result<()> {
    println!(
        "installing geckodriver {GECKODRIVER} (cargo install geckodriver, about a minute): not found on this machine"
    );
    project::run(
        project
            .cargo([
                "install",
                "--quiet",
                "--debug",
                "--locked",
                "geckodriver",
                "--version",
                GECKODRIVER,
                "--root",
            ])
            .arg(project.tools()),
    )
}

/// Installs Debian packages, as root or with a sudo that needs no password.
fn apt_install(project: &Project, packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    let command = format!("apt-get update && sudo apt-get install --no-install-recommends {list}");
    if program(project, &["apt-get"]).is_none() {
        bail!("{list}: not found, and there is no apt-get; install what these Debian packages contain");
    }
    let sudo: &[&str] = if is_root() {
        &[]
    } else if has_passwordless_sudo() {
        &["sudo", "-n"]
    } else {
        bail!("{list}: not found, and only root can install; type `sudo {command}`");
    };
    println!("installing {list} (apt-get install --no-install-recommends {list}): not found on this machine");
    let apt = |arguments: &[&str]| {
        let words: Vec<&str> =
            [sudo, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"], arguments].concat();
        project::run_quietly(Command::new(words[0]).args(&words[1..]))
    };
    apt(&["update"])
        .and_then(|()| apt(&[&["install", "--yes", "--no-install-recommends"], packages].concat()))
        .with_context(|| format!("{list}: could not be installed; type `sudo {command}`"))
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

fn has_passwordless_sudo() -> bool {
    let mut sudo = Command::new("sudo");
    sudo.args(["-n", "true"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    sudo.status().is_ok_and(|status| status.success())
}
