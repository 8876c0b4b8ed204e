//! Child processes in process groups of their own, ended with everything that they started, also on Ctrl-C.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// What has to be ended and removed; global, so that the signal handler reaches it.
struct Running {
    processes: Vec<Child>,
    folder: Option<PathBuf>,
}

static RUNNING: Mutex<Running> = Mutex::new(Running { processes: Vec::new(), folder: None });

fn running() -> MutexGuard<'static, Running> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Creates a temporary folder for this run of xtask; [`end_all`] removes it.
///
/// It is not in the target folder because the path of a Unix socket is limited to 108 characters.
pub(crate) fn temporary_folder() -> Result<PathBuf> {
    let folder = env::temp_dir().join(format!("deltascope-{}", std::process::id()));
    fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    running().folder = Some(folder.clone());
    Ok(folder)
}

/// Starts a process that [`end_all`] will end.
pub(crate) fn start(command: &mut Command) -> std::io::Result<()> {
    in_own_group(command);
    let process = command.spawn()?;
    running().processes.push(process);
    Ok(())
}

/// The exit status of the process started last, if it has ended.
pub(crate) fn last_exit_status() -> std::io::Result<Option<std::process::ExitStatus>> {
    running().processes.last_mut().map_or(Ok(None), Child::try_wait)
}

/// Ends every process with everything that it started, and removes the temporary folder.
pub(crate) fn end_all() {
    let mut running = running();
    for mut process in running.processes.drain(..) {
        end_group(&mut process);
    }
    if let Some(folder) = running.folder.take()
        && fs::remove_dir_all(&folder).is_err()
    {
        // A browser may have written a last file meanwhile. A folder left in /tmp does no harm.
        thread::sleep(Duration::from_millis(200));
        fs::remove_dir_all(&folder).unwrap_or_default();
    }
}

/// Ends the processes before xtask ends on Ctrl-C or SIGTERM.
pub(crate) fn end_on_signals() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::spawn(move || {
        runtime.block_on(signal());
        end_all();
        std::process::exit(130);
    });
    Ok(())
}

#[cfg(unix)]
fn in_own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

/// Sends SIGTERM to the whole group, and SIGKILL to what has not ended soon after.
#[cfg(unix)]
fn end_group(process: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
    let Some(group) = i32::try_from(process.id()).ok().and_then(Pid::from_raw) else { return };
    // An error from any of these means that the group does not exist any more.
    kill_process_group(group, Signal::TERM).unwrap_or_default();
    wait_at_most(Duration::from_secs(2), || !matches!(process.try_wait(), Ok(None)));
    // The browsers end with their driver. Wait briefly: zombies count as members of the group until they are reaped.
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

/// Waits for SIGTERM or SIGINT.
#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    let Ok(mut interrupt) = signal(SignalKind::interrupt()) else { return std::future::pending().await };
    std::future::poll_fn(|context| {
        if terminate.poll_recv(context).is_ready() || interrupt.poll_recv(context).is_ready() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
async fn signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::io::Read;
    use std::process::Stdio;

    #[test]
    fn a_group_ends_with_all_its_processes() -> Result<()> {
        let mut command = Command::new("sh");
        command.args(["-c", "echo started; sleep 600 & sleep 600"]).stdout(Stdio::piped());
        in_own_group(&mut command);
        let mut process = command.spawn()?;
        let mut pipe = process.stdout.take().context("no pipe")?;
        end_group(&mut process);
        // A process that is still running would keep the pipe open, and reading would not end.
        let mut output = String::new();
        pipe.read_to_string(&mut output)?;
        Ok(())
    }
}
