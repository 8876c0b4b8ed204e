//! The drivers of the browsers, and the test site that they open. Each driver has a new home folder, a free port and a
//! process group of its own.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::engine::Engine;
use crate::process;
use crate::project::{self, Project};
use crate::serve;
use crate::tools;

/// Path of the page on the test server: not the root, to show that the page works from any path.
const PAGE: &str = "deep/path/";

/// Path of the page with [`WATCHING`] scripts added.
const WATCHED_PAGE: &str = "watched/deep/path/";

/// Path of the page of the benchmark.
const BENCH_PAGE: &str = "bench/";

/// Scripts that record what the page writes to the console and draws on its canvases, and that can delay a file.
const WATCHING: [&str; 3] = ["console", "drawing", "delay"];

/// The running drivers; they end when this is dropped.
pub(crate) struct Browsers {
    /// Environment variables for the tests: the addresses of the drivers and of their servers.
    pub(crate) variables: Vec<(String, String)>,
}

impl Browsers {
    /// Installs what is missing, serves the built page to each engine, and starts the drivers.
    pub(crate) fn start(project: &Project, engines: &[Engine]) -> Result<Browsers> {
        Browsers::start_with(project, engines, None)
    }

    /// As [`Browsers::start`], but serves `bench_page` instead of the built page, if it is given.
    pub(crate) fn start_with(
        project: &Project,
        engines: &[Engine],
        bench_page: Option<&Path>,
    ) -> Result<Browsers> {
        tools::install_engines(project, engines)?;
        process::end_on_signals()?;
        let mut browsers = Browsers {
            variables: vec![
                ("DELTASCOPE_PAGE".to_owned(), PAGE.to_owned()),
                ("DELTASCOPE_WATCHED_PAGE".to_owned(), WATCHED_PAGE.to_owned()),
                ("DELTASCOPE_BENCH_PAGE".to_owned(), BENCH_PAGE.to_owned()),
                ("DELTASCOPE_SCREENSHOTS".to_owned(), project.screenshots().display().to_string()),
            ],
        };
        let folder = process::temporary_folder()?;
        let site = folder.join("site");
        match bench_page {
            Some(folder) => project::copy_folder(folder, &site.join(BENCH_PAGE), &[])?,
            None => copy_page(project, &site)?,
        }
        for &engine in engines {
            browsers.add(project, engine, &folder, &site)?;
        }
        Ok(browsers)
    }

    /// Starts the driver of an engine and a server for it.
    fn add(&mut self, project: &Project, engine: Engine, folder: &Path, site: &Path) -> Result<()> {
        let installed = tools::installed(project, engine)?;
        let driver = start_driver(project, engine, &installed.driver, folder)?;
        let server = serve::start_recording(site.to_owned())?; // one per engine, to tell their requests apart
        let downloads = folder.join(format!("{}-downloads", engine.name()));
        let values = [
            ("DRIVER", driver),
            ("BROWSER", installed.browser.display().to_string()),
            ("SITE", server),
            ("DOWNLOADS", downloads.display().to_string()),
        ];
        let engine = engine.name().to_uppercase();
        self.variables.extend(values.map(|(name, value)| (format!("DELTASCOPE_{engine}_{name}"), value)));
        Ok(())
    }
}

impl Drop for Browsers {
    fn drop(&mut self) {
        process::end_all();
    }
}

/// Copies the page to the test site twice: as it is, and with the watching scripts.
fn copy_page(project: &Project, site: &Path) -> Result<()> {
    project::copy_folder(&project.dist(), &site.join(PAGE), &[])?;
    let watched = site.join(WATCHED_PAGE);
    project::copy_folder(&project.dist(), &watched, &[])?;
    for name in WATCHING {
        fs::copy(project.root.join(format!("tests/browser/{name}.js")), watched.join(format!("__{name}.js")))
            .with_context(|| format!("could not copy tests/browser/{name}.js"))?;
    }
    let index = watched.join("index.html");
    fs::write(&index, with_scripts(&fs::read_to_string(&index)?)?)?;
    Ok(())
}

/// The page with the [`WATCHING`] scripts at the start of its head.
fn with_scripts(html: &str) -> Result<String> {
    let (before, after) = html.split_once("head>").context("index.html has no <head>")?;
    let scripts = include_str!("../../tests/browser/scripts.html");
    Ok(format!("{before}head>{scripts}{after}"))
}

/// Starts a driver and returns its address once it listens.
fn start_driver(project: &Project, engine: Engine, driver: &Path, folder: &Path) -> Result<String> {
    let port = free_port()?;
    let home = folder.join(engine.name());
    fs::create_dir_all(&home)?;
    let logs = project.scratch().join("logs");
    fs::create_dir_all(&logs)?;
    let log = logs.join(format!("{}.log", engine.name()));
    let output = File::create(&log)?;

    let mut command = driver_command(project, engine, driver, port)?;
    command.env("HOME", &home).env("TMPDIR", &home).stdin(Stdio::null());
    for variable in ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"] {
        command.env_remove(variable);
    }
    command.stdout(output.try_clone()?).stderr(output);
    let line = project::line(&command);
    process::start(&mut command).with_context(|| format!("`{line}` could not start"))?;
    wait_for_port(port).with_context(|| format!("`{line}` does not answer; see {}", log.display()))?;
    Ok(format!("http://127.0.0.1:{port}"))
}

/// The command that starts a driver.
fn driver_command(project: &Project, engine: Engine, driver: &Path, port: u16) -> Result<Command> {
    let mut command = match engine {
        Engine::Webkit => {
            let mut command = Command::new(tools::find_xvfb_run(project)?);
            command.args(["-a", "-s", "-screen 0 1680x1200x24"]).arg(driver).arg("--host=127.0.0.1");
            command
        }
        _ => Command::new(driver),
    };
    if engine == Engine::Firefox {
        command.args(["--host", "127.0.0.1", "--websocket-port", "0"]);
    }
    command.arg(format!("--port={port}"));
    Ok(command)
}

/// A free port.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("there is no free port")?;
    Ok(listener.local_addr()?.port())
}

/// Waits until the process started last listens on its port.
fn wait_for_port(port: u16) -> Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(30) {
        if TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok() {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(50));
        if let Some(status) = process::last_exit_status()? {
            bail!("it has ended ({status})");
        }
    }
    bail!("nothing listens on port {port} after 30 s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watching_scripts_are_first_and_nothing_else_changes() -> Result<()> {
        let html = "<!doctype html><html><head><meta charset=\"utf-8\"></head><body></body></html>";
        let scripts = WATCHING.map(|name| format!("<script src=\"__{name}.js\"></script>\n")).concat();
        assert_eq!(with_scripts(html)?, html.replace("<head>", &format!("<head>{scripts}")));
        Ok(())
    }
}
