//! Where things are, and how a command is run.

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
    /// The workspace.
    pub(crate) root: PathBuf,
    /// Cargo's target folder, the one that xtask itself was built in.
    pub(crate) target: PathBuf,
}

impl Project {
    /// The project that this xtask belongs to.
    pub(crate) fn find() -> Result<Project> {
        // Cargo sets the variable at run time too: the path is not baked in, and the folder may be moved.
        let xtask = env::var_os("CARGO_MANIFEST_DIR").context("xtask is started by `cargo xtask`")?;
        let root = Path::new(&xtask).parent().context("xtask/ has no parent folder")?.to_owned();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => root.join(folder),
            None => root.join("target"),
        };
        Ok(Project { root, target })
    }

    /// The built page.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// Tools installed for this project alone, kept from run to run.
    pub(crate) fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// What one run of xtask leaves for the next to overwrite.
    pub(crate) fn scratch(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// The screenshots of tests and of `cargo xtask shot`.
    pub(crate) fn screenshots(&self) -> PathBuf {
        self.target.join("screenshots")
    }

    /// The cargo that runs this xtask, in the workspace.
    pub(crate) fn cargo<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(arguments).current_dir(&self.root);
        cargo
    }
}

/// Runs to the end with the terminal's own output; anything but success is an error that names the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = line(command);
    let status = command.status().map_err(|error| not_started(&line, &error))?;
    if !status.success() {
        bail!("`{line}` failed ({status}): see above");
    }
    Ok(())
}

/// As [`run`], but only what it says on standard error is shown.
pub(crate) fn run_quietly(command: &mut Command) -> Result<()> {
    run(command.stdin(Stdio::null()).stdout(Stdio::null()))
}

fn not_started(line: &str, error: &std::io::Error) -> anyhow::Error {
    match error.kind() {
        ErrorKind::NotFound => anyhow!("`{line}` could not start: there is no such program here"),
        _ => anyhow!("`{line}` could not start: {error}"),
    }
}

/// A command as one would type it.
pub(crate) fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Copies a folder with all that is in it, except what `skip` says, by path within it.
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

/// Removes a folder; that it was never there is no error.
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
    fn a_command_is_named_as_one_would_type_it() {
        let mut command = Command::new("/usr/bin/apt-get");
        command.args(["install", "chromium"]);
        assert_eq!(line(&command), "apt-get install chromium");
    }

    #[test]
    fn a_missing_program_is_an_error_that_names_it() {
        let error = run(&mut Command::new("no-such-program")).unwrap_err();
        assert_eq!(error.to_string(), "`no-such-program` could not start: there is no such program here");
    }

    #[test]
    fn a_folder_is_copied_without_what_is_skipped() -> Result<()> {
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
