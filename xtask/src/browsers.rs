//! The three browsers' drivers: each with a fresh home, a free port and a process group of its own, always ended.

use std::env;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::project::{self, Project};
use crate::serve;
use crate::tools;

/// A browser engine that the page is tested in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// Chromium's Blink and V8.
    Chromium,
    /// Firefox's Gecko and SpiderMonkey.
    Firefox,
    /// WebKitGTK, the nearest to Safari that runs on Linux.
    Webkit,
}

impl Engine {
    /// All three.
    pub(crate) const ALL: [Engine; 3] = [Engine::Chromium, Engine::Firefox, Engine::Webkit];

    /// As one types it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Engine::Chromium => "chromium",
            Engine::Firefox => "firefox",
            Engine::Webkit => "webkit",
        }
    }

    /// The engine of that name.
    pub(crate) fn named(name: &str) -> Result<Engine> {
        match Engine::ALL.into_iter().find(|engine| engine.name() == name) {
            Some(engine) => Ok(engine),
            None => bail!("`{name}` is not chromium, firefox or webkit"),
        }
    }
}

/// Where the page is on the test server: at the root it would not show that it works from any path.
const PAGE: &str = "deep/path/";

/// The same page with one script more, which keeps what the console is told.
const WATCHED_PAGE: &str = "watched/deep/path/";

/// The page of a program that brings one.
const OWN_PAGE: &str = "own/";

/// Drivers that are running; they end when this is dropped.
pub(crate) struct Browsers {
    /// What the tests are told: how to reach each driver and its own server.
    pub(crate) variables: Vec<(String, String)>,
}

impl Browsers {
    /// Installs what is missing, serves the built page to each engine, and starts the drivers.
    pub(crate) fn start(project: &Project, engines: &[Engine]) -> Result<Browsers> {
        Browsers::start_with(project, engines, None)
    }

    /// The same for a program that brings a page of its own, which is served instead.
    pub(crate) fn start_with(project: &Project, engines: &[Engine], own: Option<&Path>) -> Result<Browsers> {
        tools::engines(project, engines)?;
        end_on_signals()?;
        let mut browsers = Browsers {
            variables: vec![
                ("DELTASCOPE_PAGE".to_owned(), PAGE.to_owned()),
                ("DELTASCOPE_WATCHED_PAGE".to_owned(), WATCHED_PAGE.to_owned()),
                ("DELTASCOPE_OWN_PAGE".to_owned(), OWN_PAGE.to_owned()),
                ("DELTASCOPE_SCREENSHOTS".to_owned(), project.screenshots().display().to_string()),
            ],
        };
        let folder = own_folder()?;
        let site = folder.join("site");
        match own {
            Some(own) => project::copy_folder(own, &site.join(OWN_PAGE), &[])?,
            None => lay_out(project, &site)?,
        }
        for &engine in engines {
            let installed = tools::installed(project, engine)?;
            let driver = start_driver(project, engine, &installed.driver, &folder)?;
            let site = serve::start_recording(site.clone())?; // one each: whose request it was is then plain
            let name = |what: &str| format!("DELTASCOPE_{}_{what}", engine.name().to_uppercase());
            browsers.variables.push((name("DRIVER"), driver));
            browsers.variables.push((name("BROWSER"), installed.browser.display().to_string()));
            browsers.variables.push((name("SITE"), site));
            let downloads = folder.join(format!("{}-downloads", engine.name()));
            browsers.variables.push((name("DOWNLOADS"), downloads.display().to_string()));
        }
        Ok(browsers)
    }
}

impl Drop for Browsers {
    fn drop(&mut self) {
        end_all();
    }
}

/// The test site: the page as it is, and the watched one.
fn lay_out(project: &Project, site: &Path) -> Result<()> {
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

/// The scripts that watch the page: what the console is told, and what canvases are.
const WATCHING: [&str; 2] = ["console", "drawing"];

/// The page with the watching scripts before anything else in its head.
fn with_scripts(html: &str) -> Result<String> {
    let (before, after) = html.split_once("<head>").context("index.html has no <head>")?;
    let scripts = WATCHING.map(|name| format!("<script src=\"__{name}.js\"></script>")).concat();
    Ok(format!("{before}<head>{scripts}{after}"))
}

/// What has to be ended, where a signal finds it too.
struct Running {
    drivers: Vec<Child>,
    folder: Option<PathBuf>,
}

static RUNNING: Mutex<Running> = Mutex::new(Running { drivers: Vec::new(), folder: None });

fn running() -> MutexGuard<'static, Running> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The folder of this run alone: several may go on at once.
///
/// It is not below the target folder because the path of a socket may have no more than 108 characters.
fn own_folder() -> Result<PathBuf> {
    let folder = env::temp_dir().join(format!("deltascope-{}", std::process::id()));
    fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    running().folder = Some(folder.clone());
    Ok(folder)
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
    in_own_group(&mut command);
    let line = project::line(&command);
    let process = command.spawn().with_context(|| format!("`{line}` could not start"))?;
    running().drivers.push(process);
    wait_until_it_listens(port)
        .with_context(|| format!("`{line}` does not answer; it says why in {}", log.display()))?;
    Ok(format!("http://127.0.0.1:{port}"))
}

fn driver_command(project: &Project, engine: Engine, driver: &Path, port: u16) -> Result<Command> {
    let mut command = match engine {
        Engine::Webkit => {
            let mut command = Command::new(tools::display(project)?);
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

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("there is no free port")?;
    Ok(listener.local_addr()?.port())
}

fn wait_until_it_listens(port: u16) -> Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(30) {
        if TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok() {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(50));
        if let Some(driver) = running().drivers.last_mut()
            && let Some(status) = driver.try_wait()?
        {
            bail!("it has ended ({status})");
        }
    }
    bail!("nothing listens on port {port} after 30 s")
}

/// Ends every driver with the browsers it started, and removes the folder of this run.
fn end_all() {
    let mut running = running();
    for mut driver in running.drivers.drain(..) {
        end_group(&mut driver);
    }
    if let Some(folder) = running.folder.take()
        && fs::remove_dir_all(&folder).is_err()
    {
        // A browser may have written its last file just then; a folder left in /tmp would do no harm.
        thread::sleep(Duration::from_millis(200));
        fs::remove_dir_all(&folder).unwrap_or_default();
    }
}

#[cfg(unix)]
fn in_own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

/// Asks the whole group to end, and makes it end when it does not.
#[cfg(unix)]
fn end_group(process: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
    let Some(group) = i32::try_from(process.id()).ok().and_then(Pid::from_raw) else { return };
    // An error from any of these means that there is no such group any more, which is what is wanted.
    kill_process_group(group, Signal::TERM).unwrap_or_default();
    wait_at_most(Duration::from_secs(2), || !matches!(process.try_wait(), Ok(None)));
    // Its browsers end by themselves. The time is short because the dead count too until somebody buries them.
    wait_at_most(Duration::from_millis(300), || test_kill_process_group(group).is_err());
    kill_process_group(group, Signal::KILL).unwrap_or_default();
    process.wait().map(drop).unwrap_or_default();
}

#[cfg(unix)]
fn wait_at_most(time: Duration, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() && start.elapsed() < time {
        thread::sleep(Duration::from_millis(10));
    }
}

#[cfg(not(unix))]
fn in_own_group(_command: &mut Command) {}

#[cfg(not(unix))]
fn end_group(process: &mut Child) {
    process.kill().unwrap_or_default();
    process.wait().map(drop).unwrap_or_default();
}

/// On Ctrl-C, or a polite end from elsewhere, the drivers end before xtask does.
fn end_on_signals() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::spawn(move || {
        runtime.block_on(signalled());
        end_all();
        std::process::exit(130);
    });
    Ok(())
}

#[cfg(unix)]
async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut ended) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    let Ok(mut interrupted) = signal(SignalKind::interrupt()) else { return std::future::pending().await };
    std::future::poll_fn(|context| {
        if ended.poll_recv(context).is_ready() || interrupted.poll_recv(context).is_ready() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}

#[cfg(not(unix))]
async fn signalled() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn the_watching_scripts_come_first_and_nothing_else_changes() -> Result<()> {
        let html = "<!doctype html><html><head><meta charset=\"utf-8\"></head><body></body></html>";
        let watched = with_scripts(html)?;
        let scripts = r#"<script src="__console.js"></script><script src="__drawing.js"></script>"#;
        assert!(watched.contains(&format!("<head>{scripts}<meta")), "{watched}");
        assert_eq!(watched.replace(scripts, ""), html);
        Ok(())
    }

    #[test]
    fn engines_are_known_by_name() -> Result<()> {
        for engine in Engine::ALL {
            assert_eq!(Engine::named(engine.name())?, engine);
        }
        assert!(Engine::named("opera").is_err());
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn a_group_ends_with_all_that_it_started() -> Result<()> {
        let mut command = Command::new("sh");
        command.args(["-c", "echo started; sleep 600 & sleep 600"]).stdout(Stdio::piped());
        in_own_group(&mut command);
        let mut process = command.spawn()?;
        end_group(&mut process);
        // Whoever still lived would hold the other end of the pipe: reading would not come to its end.
        let mut said = String::new();
        process.stdout.context("no pipe")?.read_to_string(&mut said)?;
        Ok(())
    }
}
