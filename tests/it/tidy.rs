//! The invariants of the design, as far as the text of the sources shows them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The most lines of a file that a reader can still take in.
const MAX_LINES: usize = 500;

/// A source file: its path from the project's root, and its text.
struct Source {
    path: String,
    text: String,
}

/// All files with this ending under a folder.
fn sources(folder: &str, ending: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let mut entries: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                sources.push(Source { path: name, text: std::fs::read_to_string(&path).unwrap() });
            }
        }
    }
    sources
}

/// Rust under `src` and `crates`, of which there must be some.
fn rust() -> Vec<Source> {
    let mut found = sources("src", "rs");
    found.extend(sources("crates", "rs"));
    let sources = found;
    assert!(sources.len() > 10, "only {} files under src and crates", sources.len());
    sources
}

impl Source {
    /// The crate under `crates`, or the module right under `src`: `nn` of `crates/nn/src/cost.rs`, `view` of
    /// `src/view/ledger.rs`.
    fn module(&self) -> &str {
        self.path.trim_start_matches("src/").trim_start_matches("crates/").split(['/', '.']).next().unwrap()
    }

    /// Its lines with their numbers, without comments, up to its unit tests.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().take_while(|line| line.trim() != "#[cfg(test)]");
        lines.enumerate().map(|(index, line)| (index + 1, line.split("//").next().unwrap()))
    }

    /// The modules right under the crate that it names, by `crate::…` or, in documentation, `deltascope::…`.
    fn modules_named(&self) -> BTreeSet<String> {
        let mut named = BTreeSet::new();
        for root in ["crate::", "deltascope::", "super::super::"] {
            for (at, _) in self.text.match_indices(root) {
                let rest = &self.text[at + root.len()..];
                match rest.strip_prefix('{') {
                    Some(group) => named.extend(first_names(group)),
                    None => named.extend(name(rest)),
                }
            }
        }
        named
    }
}

/// The identifier that a text starts with.
fn name(text: &str) -> Option<String> {
    let name: String = text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// The identifiers that the entries of a group start with: nn and data of `nn::{A, B}, data::C}`.
fn first_names(group: &str) -> Vec<String> {
    let (mut depth, mut entry, mut names) = (0, String::new(), Vec::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.extend(name(&std::mem::take(&mut entry))),
            _ => entry.push(c),
        }
    }
    names.extend(name(&entry));
    names
}

#[test]
fn the_names_of_a_group_are_found() {
    let text = "use crate::{nn::{A, B}, data};\nuse crate::view::X;".to_owned();
    let source = Source { path: "crates/nn/src/x.rs".to_owned(), text };
    assert_eq!(source.modules_named(), ["data", "nn", "view"].map(str::to_owned).into());
    assert_eq!(source.module(), "nn");
}

#[test]
fn arrows_run_one_way() {
    let order = ["nn", "scenario", "data", "training", "session", "view", "page"];
    for source in rust() {
        let Some(place) = order.iter().position(|module| *module == source.module()) else { continue };
        for named in source.modules_named() {
            if let Some(other) = order.iter().position(|module| *module == named) {
                assert!(other <= place, "{}: {} may not know {named}", source.path, source.module());
            }
        }
    }
}

#[test]
fn only_page_and_worker_name_wasm_crates() {
    let crates = [
        "wasm_bindgen",
        "web_sys",
        "js_sys",
        "plotters_canvas",
        "console_error_panic_hook",
        "wasm_bindgen_futures",
    ];
    for source in rust().iter().filter(|source| !["page", "worker"].contains(&source.module())) {
        for (line, code) in source.code() {
            for name in crates {
                assert!(
                    !code.contains(name),
                    "{}:{line} names {name}; that belongs in crates/page or crates/worker",
                    source.path
                );
            }
        }
    }
}

#[test]
fn the_mathematics_has_functions_of_its_own() {
    // The standard library's differ between native and wasm; a fused multiply-add between processors.
    let methods = [
        "exp", "exp2", "exp_m1", "ln", "ln_1p", "log", "log2", "log10", "tanh", "sinh", "cosh", "sin", "cos",
        "tan", "atan", "atan2", "sqrt", "cbrt", "hypot", "powf", "powi", "mul_add",
    ];
    for source in rust().iter().filter(|source| source.module() == "nn") {
        for (line, code) in source.code() {
            for method in methods {
                let named = code.contains(&format!(".{method}(")) || code.contains(&format!("f64::{method}"));
                assert!(!named, "{}:{line} calls {method}; take nn::functions'", source.path);
            }
        }
    }
}

#[test]
fn only_the_runs_are_unsafe() {
    for source in rust().iter().filter(|source| source.path != "crates/nn/src/lanes/vectors.rs") {
        for (line, code) in source.code() {
            assert!(
                !code.contains("unsafe"),
                "{}:{line}: `unsafe` belongs in crates/nn/src/lanes/vectors.rs",
                source.path
            );
        }
    }
}

#[test]
fn nothing_under_src_unwraps() {
    for source in rust() {
        for (line, code) in source.code() {
            for call in [".unwrap()", ".expect(", "panic!(", "todo!(", "unreachable!("] {
                assert!(!code.contains(call), "{}:{line}: {call} would end the page", source.path);
            }
        }
    }
}

#[test]
fn no_file_is_long() {
    let folders = [
        ("src", "rs"),
        ("crates", "rs"),
        ("examples", "rs"),
        ("tests", "rs"),
        ("xtask/src", "rs"),
        ("www", "js"),
        ("www", "css"),
    ];
    for (folder, ending) in folders {
        // What a build has left in www/pkg is nobody's reading.
        for source in sources(folder, ending).iter().filter(|source| !source.path.starts_with("www/pkg/")) {
            let lines = source.text.lines().count();
            assert!(lines <= MAX_LINES, "{} has {lines} lines; split it by idea", source.path);
        }
    }
}
