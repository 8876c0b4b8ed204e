//! The project's folders, and running commands.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, anyhow, bail};

/// The folders that xtask works in.
#[derive(Clone, Debug)]
pub(crate) struct Project {
    /// The workspace's root.
    pub(crate) root: PathBuf,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
}

impl Project {
    /// The project that this xtask belongs to.
    pub(crate) fn find() -> Result<Project> {
        // Read at run time, not at compile time, so that the folder may be moved.
        let xtask = env::var_os("CARGO_MANIFEST_DIR").context("start xtask with `cargo xtask`")?;
        let root = Path::new(&xtask).parent().context("xtask/ has no parent folder")?.to_owned();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None => root.join("target"),
        };
        Ok(Project { root, target })
    }

    /// The folder of the built page.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The folder of tools that are installed for this project only.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// The folder of temporary files and logs; each run overwrites them.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// The folder of the screenshots.
    pub(crate) fn screenshots(&self) -> PathBuf {
        self.target.join("screenshots")
    }

    /// A cargo command in the workspace, with the cargo that runs this xtask.
    pub(crate) fn cargo<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(arguments).current_dir(&self.root);
        cargo
    }
}

/// Runs a command to its end; its output goes to the terminal. A failure is an error that names the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    let status = command.status().map_err(|error| not_started(&line, &error))?;
    if !status.success() {
        bail!("`{line}` failed ({status}): see above");
    }
    Ok(())
}

/// As [`run`], but without standard input and output.
pub(crate) fn run_quietly(command: &mut Command) -> Result<()> {
    run(command.stdin(Stdio::null()).stdout(Stdio::null()))
}

fn not_started(line: &str, error: &std::io::Error) -> anyhow::Error {
    match error.kind() {
        ErrorKind::NotFound => anyhow!("`{line}` could not start: no such program on this machine"),
        _ => anyhow!("`{line}` could not start: {error}"),
    }
}

/// A command as typed in a shell.
pub(crate) fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Copies a folder, except the entries directly in it whose names are in `skip`.
pub(crate) fn copy_folder(from: &Path, to: &Path, skip: &[&str]) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("could not make {}", to.display()))?;
    let entries = fs::read_dir(from).with_context(|| format!("could not read {}", from.display()))?;
    for entry in entries {
        let entry = entry?;
        let (source, destination) = (entry.path(), to.join(entry.file_name()));
        if skip.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if source.is_dir() {
            copy_folder(&source, &destination, &[])?;
        } else {
            fs::copy(&source, &destination)
                .with_context(|| format!("could not copy {}", source.display()))?;
        }
    }
    Ok(())
}

/// Removes a folder, if it exists.
pub(crate) fn remove_folder(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("could not remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_typed() {
        let mut command = Command::new("/usr/bin/apt-get");
        command.args(["install", "chromium"]);
        assert_eq!(line(&command), "apt-get install chromium");
    }

    #[test]
    fn a_missing_program_is_named_in_the_error() {
        let error = run(&mut Command::new("no-such-program")).unwrap_err();
        assert_eq!(error.to_string(), "`no-such-program` could not start: no such program on this machine");
    }

    #[test]
    fn a_folder_is_copied_without_skipped_entries() -> Result<()> {
        let folder = env::temp_dir().join(format!("deltascope-xtask-test-{}", std::process::id()));
        fs::create_dir_all(folder.join("from/pkg"))?;
        fs::create_dir_all(folder.join("from/fonts"))?;
        fs::write(folder.join("from/pkg/old.js"), "old")?;
        fs::write(folder.join("from/fonts/maths"), "font")?;
        copy_folder(&folder.join("from"), &folder.join("to"), &["pkg"])?;
        let copied = fs::read_to_string(folder.join("to/fonts/maths"))?;
        let skipped = folder.join("to/pkg").exists();
        remove_folder(&folder)?;
        assert_eq!((copied.as_str(), skipped), ("font", false));
        Ok(())
    }
}
