//! `cargo xtask serve`: serves the page locally and rebuilds it when a source changes. Also the server of the tests.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use notify::event::EventKind;
use notify::{RecursiveMode, Watcher};
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::bundle::{self, Build};
use crate::project::Project;

/// The files and folders whose changes trigger a rebuild.
const SOURCES: [&str; 5] = ["src", "crates", "www", "index.html", "Cargo.toml"];

/// Events closer together than this count as one change: an editor saves in several steps.
const DEBOUNCE: Duration = Duration::from_millis(150);

/// The path at which the test server lists the requested paths, one per line.
pub(crate) const REQUESTS: &str = "/__requests";

/// Builds, serves and watches until Ctrl-C.
pub(crate) fn serve(project: &Project, port: u16, open: bool) -> Result<()> {
    let listener = listen(port)?; // before the build, to report a busy port at once
    let dist = bundle::build(project, Build::Release)?;
    let changes = watch(&project.root)?;
    let address = start(listener, dist)?;
    println!("serving Deltascope at {address} (Ctrl-C to stop)");
    if open {
        open_browser(address);
    }
    while let Ok(changed) = changes.recv() {
        while changes.try_recv().is_ok() {} // one build for all changes during the previous one
        rebuild(project, &changed);
    }
    bail!("watching for changes has ended")
}

/// Builds after a change; an error leaves the previous page.
fn rebuild(project: &Project, changed: &Path) {
    println!("{} changed: rebuilding", changed.display());
    match bundle::build(project, Build::Quick) {
        Ok(_) => println!("built: reload the page"),
        Err(error) => eprintln!("error: {error:#}; the previous page is still served"),
    }
}

/// Listens on a port; if it is busy, the error suggests a free one.
fn listen(port: u16) -> Result<TcpListener> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            let free = (port.saturating_add(1)..=u16::MAX)
                .find(|&port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok())
                .unwrap_or(8080);
            bail!("port {port} is busy; type `cargo xtask serve --port {free}`")
        }
        Err(error) => Err(error).with_context(|| format!("could not listen on port {port}")),
    }
}

/// Serves a folder in a new thread and returns its address.
pub(crate) fn start(listener: TcpListener, folder: PathBuf) -> Result<String> {
    let address = format!("http://{}/", listener.local_addr()?);
    spawn(listener, files(folder))?;
    Ok(address)
}

/// As [`start`], at a free port, and lists all requests at [`REQUESTS`].
pub(crate) fn start_recording(folder: PathBuf) -> Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("could not listen on any port")?;
    let address = format!("http://{}/", listener.local_addr()?);
    let requests = Requests::default();
    let list = {
        let requests = requests.clone();
        move || async move { requests.lock().unwrap_or_else(PoisonError::into_inner).concat() }
    };
    let router = files(folder)
        .layer(middleware::from_fn_with_state(requests, record))
        .merge(Router::new().route(REQUESTS, get(list)));
    spawn(listener, router)?;
    Ok(address)
}

/// The requested paths, each with a newline.
type Requests = Arc<Mutex<Vec<String>>>;

async fn record(State(requests): State<Requests>, request: Request, next: Next) -> Response {
    requests.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{}\n", request.uri()));
    next.run(request).await
}

fn files(folder: PathBuf) -> Router {
    // Without caching, a reload always shows the latest build.
    let fresh = SetResponseHeaderLayer::overriding(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Router::new().fallback_service(ServeDir::new(folder)).layer(fresh)
}

fn spawn(listener: TcpListener, router: Router) -> Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::spawn(move || {
        let served = runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            axum::serve(listener, router).await
        });
        if let Err(error) = served {
            eprintln!("error: the server ended: {error}");
        }
    });
    Ok(())
}

/// Watches the sources and sends the path of each change.
fn watch(root: &Path) -> Result<Receiver<PathBuf>> {
    let (raw, events) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(raw).context("could not watch for changes")?;
    // The folder is watched, not its files: an editor that replaces a file would end the file's watch.
    watcher.watch(root, RecursiveMode::NonRecursive).context("could not watch for changes")?;
    for folder in SOURCES.iter().map(|name| root.join(name)).filter(|path| path.is_dir()) {
        watcher.watch(&folder, RecursiveMode::Recursive).context("could not watch for changes")?;
    }
    let (send, changes) = mpsc::channel();
    let root = root.to_owned();
    thread::spawn(move || {
        let _watcher = watcher; // lives as long as the thread
        while let Ok(event) = events.recv() {
            let Some(changed) = event.ok().and_then(|event| changed_source(&root, &event)) else { continue };
            settle(&events);
            if send.send(changed).is_err() {
                return;
            }
        }
    });
    Ok(changes)
}

/// Waits until no event has arrived for [`DEBOUNCE`].
fn settle(events: &Receiver<notify::Result<notify::Event>>) {
    let start = Instant::now();
    while start.elapsed() < 20 * DEBOUNCE && events.recv_timeout(DEBOUNCE).is_ok() {}
}

/// The source that an event is about, relative to the root; none for a read, or for what the build writes.
fn changed_source(root: &Path, event: &notify::Event) -> Option<PathBuf> {
    if matches!(event.kind, EventKind::Access(_)) {
        return None;
    }
    event.paths.iter().find_map(|path| {
        let path = path.strip_prefix(root).ok()?;
        let is_source = SOURCES.iter().any(|source| path.starts_with(source));
        (is_source && !path.starts_with("www/pkg")).then(|| path.to_owned())
    })
}

/// Opens the default browser, or prints a line if there is none.
fn open_browser(address: String) {
    thread::spawn(move || {
        let mut command = if cfg!(target_os = "macos") {
            Command::new("open")
        } else if cfg!(windows) {
            let mut command = Command::new("cmd");
            command.args(["/C", "start", ""]);
            command
        } else {
            Command::new("xdg-open")
        };
        command.arg(&address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if !command.status().is_ok_and(|status| status.success()) {
            println!("could not open a browser; open {address} yourself");
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{AccessKind, ModifyKind};
    use std::io::{Read, Write};
    use std::net::TcpStream;

    fn ask(address: &str, path: &str) -> Result<String> {
        let host = address.trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(host)?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    #[test]
    fn files_have_mime_types_and_requests_are_listed() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("deltascope-serve-test-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("deep"))?;
        std::fs::write(folder.join("deep/index.html"), "<p>page</p>")?;
        std::fs::write(folder.join("deep/a.js"), "1")?;
        std::fs::write(folder.join("deep/a.wasm"), "1")?;
        let address = start_recording(folder.clone())?;
        let page = ask(&address, "/deep/")?;
        let script = ask(&address, "/deep/a.js")?;
        let wasm = ask(&address, "/deep/a.wasm?query")?;
        let none = ask(&address, "/none")?;
        let requests = ask(&address, REQUESTS)?;
        std::fs::remove_dir_all(folder)?;
        assert!(page.contains("<p>page</p>") && page.contains("content-type: text/html"), "{page}");
        assert!(page.contains("cache-control: no-cache"), "{page}");
        assert!(script.contains("content-type: text/javascript"), "{script}");
        assert!(wasm.contains("content-type: application/wasm"), "{wasm}");
        assert!(none.starts_with("HTTP/1.1 404"), "{none}");
        assert!(requests.ends_with("/deep/\n/deep/a.js\n/deep/a.wasm?query\n/none\n"), "{requests}");
        Ok(())
    }

    #[test]
    fn a_busy_port_is_an_error_that_says_what_to_type() -> Result<()> {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = taken.local_addr()?.port();
        let error = listen(port).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("port {port} is busy; type `cargo xtask serve --port ")),
            "{error}"
        );
        Ok(())
    }

    #[test]
    fn only_changes_of_sources_trigger_a_rebuild() {
        let root = Path::new("/project");
        let event = |kind, path: &str| notify::Event::new(kind).add_path(root.join(path));
        let change = EventKind::Modify(ModifyKind::Any);
        let of = |event| changed_source(root, &event);
        assert_eq!(of(event(change, "crates/nn/src/lib.rs")), Some("crates/nn/src/lib.rs".into()));
        assert_eq!(of(event(change, "index.html")), Some("index.html".into()));
        assert_eq!(of(event(change, "www/pkg/deltascope.js")), None);
        assert_eq!(of(event(change, "README.md")), None);
        assert_eq!(of(event(EventKind::Access(AccessKind::Any), "src/lib.rs")), None);
    }
}
