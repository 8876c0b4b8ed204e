//! The invariants of the design, as far as the text of the sources shows them.

use crate::sources::{Source, files, identifier, match_patterns, rust};
use std::collections::{BTreeMap, BTreeSet};

/// Maximum number of lines of a file.
const MAX_LINES: usize = 500;

/// Every module directly under `src` and every crate under `crates`, with the others that it may name.
const ALLOWED_DEPENDENCIES: [(&str, &[&str]); 9] = [
    ("nn", &[]),
    ("json", &[]),
    ("scenario", &["nn", "json"]),
    ("data", &["nn", "json", "scenario"]),
    ("training", &["nn", "json", "scenario"]),
    ("session", &["nn", "json", "scenario", "data", "training"]),
    ("view", &["nn", "json", "scenario", "data", "training", "session"]),
    ("page", &["nn", "json", "scenario", "data", "training", "session", "view"]),
    ("worker", &["nn", "training"]),
];

/// The modules that a source names and may not name.
fn forbidden(source: &Source) -> Vec<String> {
    let module = source.module();
    let allowed =
        ALLOWED_DEPENDENCIES.iter().find(|(name, _)| *name == module).map_or(&[][..], |(_, allowed)| allowed);
    let named = source.modules_named().into_iter();
    named.filter(|named| named != module && !allowed.contains(&named.as_str())).collect()
}

#[test]
fn the_allowed_dependencies_list_every_module_and_crate() {
    let listed: BTreeSet<&str> = ALLOWED_DEPENDENCIES.iter().map(|(module, _)| *module).collect();
    let sources = rust();
    let existing: BTreeSet<&str> =
        sources.iter().map(Source::module).filter(|module| *module != "lib").collect();
    assert_eq!(listed, existing);
}

#[test]
fn modules_name_only_their_allowed_dependencies() {
    for source in rust().iter().filter(|source| source.module() != "lib") {
        assert_eq!(forbidden(source), [""; 0], "{} may not name these modules", source.path);
    }
}

#[test]
fn a_forbidden_dependency_is_found() {
    let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
    assert_eq!(forbidden(&source("src/scenario/file.rs", "use super::super::session::Action;")), ["session"]);
    assert_eq!(forbidden(&source("src/training/task.rs", "use crate::{nn::Network, view};")), ["view"]);
    assert_eq!(
        forbidden(&source("crates/worker/src/lib.rs", "use deltascope::session::Session;")),
        ["session"]
    );
    assert_eq!(
        forbidden(&source("crates/nn/src/cost.rs", "use deltascope::scenario::Scenario;")),
        ["scenario"]
    );
    assert_eq!(forbidden(&source("src/view/page.rs", "use crate::session::Session;")), [""; 0]);
    assert_eq!(forbidden(&source("src/view/page.rs", "use crate::elsewhere::X;")), ["elsewhere"]);
}

/// The modules that name siblings, with these: modules in the same folder, or folders with all files in them.
fn sibling_edges(sources: &[Source]) -> BTreeMap<String, BTreeSet<String>> {
    let mut edges = BTreeMap::<String, BTreeSet<String>>::new();
    let modules: BTreeSet<String> = sources.iter().flat_map(Source::modules).collect();
    for source in sources {
        for (own, named) in source.siblings_named() {
            if own != named && modules.contains(&named) {
                edges.entry(own).or_default().insert(named);
            }
        }
    }
    edges
}

/// The modules from which a path of edges leads back to them.
fn on_circles(edges: &BTreeMap<String, BTreeSet<String>>) -> Vec<&str> {
    let leads_back = |start: &&String| {
        let (mut open, mut reached) = (vec![*start], BTreeSet::new());
        while let Some(module) = open.pop() {
            open.extend(edges.get(module).into_iter().flatten().filter(|next| reached.insert(*next)));
        }
        reached.contains(start)
    };
    edges.keys().filter(leads_back).map(String::as_str).collect()
}

#[test]
fn sibling_modules_do_not_name_each_other_in_circles() {
    let sources = rust();
    let edges = sibling_edges(&sources);
    assert!(edges.len() > 30, "only {} modules name siblings", edges.len());
    assert_eq!(on_circles(&edges), [""; 0], "{edges:#?}");
}

#[test]
fn a_circle_of_siblings_is_found() {
    let circles = |files: &[(&str, &str)]| {
        let source = |(path, text): &(&str, &str)| Source { path: (*path).into(), text: (*text).into() };
        let edges = sibling_edges(&files.iter().map(source).collect::<Vec<_>>());
        on_circles(&edges).join(" ")
    };
    let (one, two) = ("src/session/one.rs", "src/session/two.rs");
    assert_eq!(
        circles(&[(one, "use super::two::X;"), (two, "use super::{one::Y, Session};")]),
        "src/session/one src/session/two"
    );
    assert_eq!(circles(&[(one, "use super::two::X;"), (two, "use super::X;")]), "");
    let unit_test = "#[cfg(test)]\nmod tests {\n    use super::super::one::X;\n}";
    assert_eq!(circles(&[(one, "use super::two::X;"), (two, unit_test)]), "");
    assert_eq!(
        circles(&[
            ("src/view/train/run.rs", "crate::view::page::x()"),
            ("src/view/page.rs", "super::train::f()")
        ]),
        "src/view/page src/view/train"
    );
    assert_eq!(
        circles(&[("crates/nn/src/a.rs", "use crate::b::X;"), ("crates/nn/src/b.rs", "use crate::a::X;")]),
        "crates/nn/src/a crates/nn/src/b"
    );
}

/// Asserts that no line of code of these sources contains one of these texts.
fn assert_none<'a>(sources: impl IntoIterator<Item = &'a Source>, texts: &[&str], reason: &str) {
    for source in sources {
        for (line, code) in source.code() {
            for text in texts {
                assert!(!code.contains(text), "{}:{line}: {text}: {reason}", source.path);
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
        "serde_wasm_bindgen",
    ];
    let sources = rust();
    let others = sources.iter().filter(|source| !["page", "worker"].contains(&source.module()));
    assert_none(others, &crates, "only crates/page and crates/worker know a browser");
}

#[test]
fn the_mathematics_uses_its_own_functions() {
    // Those of the standard library differ between native code and wasm; a fused multiply-add differs between
    // processors.
    let methods = [
        "exp", "exp2", "exp_m1", "ln", "ln_1p", "log", "log2", "log10", "tanh", "sinh", "cosh", "sin", "cos",
        "tan", "atan", "atan2", "sqrt", "cbrt", "hypot", "powf", "powi", "mul_add",
    ];
    let calls: Vec<String> =
        methods.iter().flat_map(|name| [format!(".{name}("), format!("f64::{name}")]).collect();
    let calls: Vec<&str> = calls.iter().map(String::as_str).collect();
    let sources = rust();
    let nn = sources.iter().filter(|source| source.module() == "nn");
    assert_none(nn, &calls, "nn::functions has the same on every machine");
}

#[test]
fn one_file_is_unsafe() {
    let sources = rust();
    let has_unsafe = |source: &&Source| source.code().any(|(_, code)| code.contains("unsafe"));
    let paths: Vec<&str> = sources.iter().filter(has_unsafe).map(|source| source.path.as_str()).collect();
    assert_eq!(paths, ["crates/nn/src/simd/vectors.rs"]);
}

#[test]
fn nothing_under_src_and_crates_panics() {
    let calls = [".unwrap()", ".expect(", "panic!(", "todo!(", "unreachable!("];
    assert_none(&rust(), &calls, "it would end the page");
}

#[test]
fn only_the_trainer_of_the_fast_path_is_named_elsewhere() {
    let mut sources = rust();
    for folder in ["examples", "tests", "xtask"] {
        sources.extend(files(folder, "rs"));
    }
    let outside = |source: &&Source| {
        !source.path.starts_with("crates/nn/src/fast") && source.path != "tests/it/tidy.rs"
    };
    for source in sources.iter().filter(outside) {
        let measures = source.path.starts_with("examples/bench/") || source.path == "tests/it/fast_path.rs";
        let allowed: &[&str] = if measures { &["Trainer", "Width", "peak_operations"] } else { &["Trainer"] };
        for (line, code) in source.code() {
            for (at, path) in code.match_indices("fast::") {
                if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                    continue;
                }
                let rest = &code[at + path.len()..];
                let names = rest
                    .strip_prefix('{')
                    .map_or(identifier(rest), |group| group.split('}').next().unwrap_or_default());
                for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                    assert!(allowed.contains(&name), "{}:{line} names fast::{name}", source.path);
                }
            }
        }
    }
}

/// The Rust files of `src`, `crates`, `examples` and `xtask`.
fn rust_with_tools() -> Vec<Source> {
    let mut sources = rust();
    sources.extend(files("examples", "rs"));
    sources.extend(files("xtask/src", "rs"));
    sources
}

#[test]
fn no_json_is_written_by_hand() {
    assert_none(&rust_with_tools(), &["{\\\"", "r#\"{"], "serde_json writes the JSON");
}

#[test]
fn no_html_is_written_by_hand() {
    for source in rust_with_tools() {
        for (line, code) in source.code() {
            let tag = |(at, _): (usize, &str)| code[at + 2..].starts_with(|c: char| c.is_ascii_alphabetic());
            let opens = code.match_indices("\"<").any(tag);
            assert!(!opens && !code.contains("</"), "{}:{line}: maud makes the HTML: {code}", source.path);
        }
    }
}

/// The groups of actions, each an enum.
const GROUPS: [&str; 9] =
    ["Open", "Edit", "History", "Navigate", "Play", "Train", "Compare", "Look", "Keyboard"];

/// Whether a match with these patterns is over actions. In a file that declares a group, `Self` is the group.
fn is_over_actions(patterns: &[String], declares_group: bool) -> bool {
    patterns.iter().any(|pattern| {
        let name = pattern.split("::").next().unwrap_or_default().trim();
        name == "Action" || GROUPS.contains(&name) || declares_group && name == "Self"
    })
}

/// Whether one of the patterns matches everything: `_` or a lone name, with or without a condition.
fn has_catch_all(patterns: &[String]) -> bool {
    patterns.iter().any(|pattern| {
        let pattern = pattern.split(" if ").next().unwrap_or_default().trim();
        identifier(pattern) == pattern && pattern.starts_with(|c: char| c.is_lowercase() || c == '_')
    })
}

#[test]
fn actions_are_matched_exhaustively() {
    let mut found = 0;
    for source in rust() {
        let declares_group = GROUPS.iter().any(|group| source.text.contains(&format!("pub enum {group} {{")));
        for patterns in match_patterns(&source.text) {
            if is_over_actions(&patterns, declares_group) {
                found += 1;
                assert!(!has_catch_all(&patterns), "{}: no `_ =>` over actions: {patterns:?}", source.path);
            }
        }
    }
    assert!(found >= GROUPS.len(), "only {found} matches over actions were found");
}

#[test]
fn a_catch_all_over_actions_is_found() {
    let of = |text: &str| {
        let matches = match_patterns(text);
        matches.iter().any(|patterns| is_over_actions(patterns, false) && has_catch_all(patterns))
    };
    assert!(of("match action { Edit::RunAdded(run) => add(run), _ => other() }"));
    assert!(of("match action { Action::Edit(edit) => f(edit), _ if x => 1, Action::Open(open) => 2 }"));
    assert!(of("match action { Action::Edit(edit) => f(edit), other => g(other) }"));
    assert!(of("match action { Action::Edit(edit) => f(edit), rest_1 if x => g(rest_1) }"));
    assert!(!of("match action { Action::Edit(edit) if x => f(edit), Action::Open(_) => 2 }"));
    assert!(!of("match action { Edit::RunAdded(_) => add(), Edit::RunRemoved { run } => remove(run) }"));
    assert!(!of("match item { Item::Weight { .. } => 1, _ => 2 }"));
}

#[test]
fn every_group_of_actions_is_known_here() {
    let action =
        files("src/session", "rs").into_iter().find(|source| source.path.ends_with("session/action.rs"));
    let action = action.unwrap().text;
    let block = action.split("\nactions! {").nth(1).unwrap().split("\n}").next().unwrap().to_owned();
    let groups: Vec<&str> = block
        .lines()
        .filter_map(|line| line.trim().strip_suffix(','))
        .filter(|line| !line.contains(' '))
        .collect();
    assert_eq!(groups, GROUPS);
}

#[test]
fn no_file_is_too_long() {
    let folders = [
        ("src", "rs"),
        ("crates", "rs"),
        ("examples", "rs"),
        ("tests", "rs"),
        ("xtask/src", "rs"),
        ("www", "js"),
        ("www", "css"),
    ];
    for (folder, extension) in folders {
        // www/pkg is generated.
        for source in files(folder, extension).iter().filter(|source| !source.path.starts_with("www/pkg/")) {
            let lines = source.text.lines().count();
            assert!(lines <= MAX_LINES, "{} has {lines} lines; split it by idea", source.path);
        }
    }
}
