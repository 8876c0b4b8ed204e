//! The project's source files as text, and the modules that a file names.

use std::path::{Path, PathBuf};

/// A source file: its path from the project's root, and its text.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// All files with this extension in a folder and its subfolders.
pub(crate) fn files(folder: &str, extension: &str) -> Vec<Source> {
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
            } else if path.extension().is_some_and(|other| other == extension) {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                sources.push(Source { path: name, text: std::fs::read_to_string(&path).unwrap() });
            }
        }
    }
    sources
}

/// All Rust files of `src` and `crates`.
pub(crate) fn rust() -> Vec<Source> {
    let mut sources = files("src", "rs");
    sources.extend(files("crates", "rs"));
    assert!(sources.len() > 50, "only {} Rust files were found", sources.len());
    sources
}

impl Source {
    /// The crate under `crates`, or the module directly under `src`: `nn` for `crates/nn/src/cost.rs`, `view`
    /// for `src/view/ledger.rs`, `lib` for `src/lib.rs`.
    pub(crate) fn module(&self) -> &str {
        let path = self.path.trim_start_matches("src/").trim_start_matches("crates/");
        path.split(['/', '.']).next().unwrap()
    }

    /// The module path of the file within its crate: `view`, `charts`, `plot` for `src/view/charts/plot.rs`.
    fn module_path(&self) -> Vec<&str> {
        let path = self.path.split_once("src/").unwrap().1.trim_end_matches(".rs");
        path.split('/').filter(|name| !["mod", "lib", "main"].contains(name)).collect()
    }

    /// The lines with their numbers, without comments, up to the unit tests.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().take_while(|line| line.trim() != "#[cfg(test)]");
        lines.enumerate().map(|(index, line)| (index + 1, line.split("//").next().unwrap()))
    }

    /// The modules directly under `src`, and the crates under `crates`, that the file names in code, examples and
    /// unit tests: by a path from the root of the package (`crate::…`, `deltascope::…`), by a path that reaches the
    /// root with `super::`, or by the name of a crate (`deltascope_nn::…`).
    pub(crate) fn modules_named(&self) -> Vec<String> {
        let mut named = Vec::new();
        let is_app = self.path.starts_with("src/");
        for (at, path) in paths(&self.text) {
            let mut steps: &[&str] = &path.roots;
            match steps {
                ["deltascope"] => named.extend(first_names(path.rest)),
                ["crate"] if is_app => named.extend(first_names(path.rest)),
                ["crate"] => {}
                [one] if one.starts_with("deltascope_") => {
                    named.push(one.trim_start_matches("deltascope_").to_owned());
                }
                _ => {
                    if steps.first() == Some(&"self") {
                        steps = &steps[1..];
                    }
                    // An inline module, such as the unit tests, is one level deeper than its file.
                    let depth = self.module_path().len() + usize::from(self.is_in_unit_tests(at));
                    if is_app && !steps.is_empty() && steps.len() >= depth {
                        named.extend(first_names(path.rest));
                    }
                }
            }
        }
        named.sort();
        named.dedup();
        named
    }

    /// The file's module and those that it is in, each as a path: `src/view`, `src/view/charts`, `src/view/charts/plot`.
    pub(crate) fn modules(&self) -> Vec<String> {
        let path = self.module_path();
        (1..=path.len()).map(|depth| self.module_at(&path[..depth])).collect()
    }

    fn module_at(&self, path: &[&str]) -> String {
        let root = self.path.split_once("src/").unwrap().0;
        format!("{root}src/{}", path.join("/"))
    }

    /// What the file names by a path from a module that it is in (`super::plot`, `crate::cost`), each with the file's
    /// own module there.
    pub(crate) fn siblings_named(&self) -> Vec<(String, String)> {
        let own = self.module_path();
        let mut named = Vec::new();
        for (at, path) in paths(&self.text).into_iter().filter(|(at, _)| !self.is_in_unit_tests(*at)) {
            let (mut depth, mut rest) = match path.roots.as_slice() {
                ["crate"] => (0, path.rest),
                supers if supers.iter().all(|root| *root == "super") => {
                    (own.len().saturating_sub(supers.len()), path.rest)
                }
                _ => continue,
            };
            // `crate::view::charts` in a file of `view` names its sibling `charts`.
            while let Some(after) =
                own.get(depth).and_then(|name| rest.strip_prefix(name)?.strip_prefix("::"))
            {
                (depth, rest) = (depth + 1, after);
            }
            let is_comment = self.text[..at].rsplit('\n').next().unwrap().contains("//");
            if depth < own.len() && !is_comment {
                let siblings = first_names(rest).into_iter();
                let module = |name: String| self.module_at(&[&own[..depth], &[name.as_str()]].concat());
                named.extend(siblings.map(|name| (self.module_at(&own[..=depth]), module(name))));
            }
        }
        named
    }

    /// Whether a byte position is in the unit tests at the end of the file.
    fn is_in_unit_tests(&self, at: usize) -> bool {
        self.text.find("#[cfg(test)]\nmod ").is_some_and(|tests| at > tests)
    }
}

/// The start of a path: `crate`, the name of a package, or a chain of `super`, each followed by `::`.
struct PathStart<'a> {
    roots: Vec<&'a str>,
    /// The text after the last `::`.
    rest: &'a str,
}

/// All paths in a text that start with `crate`, `super`, `self`, `deltascope` or a package of the workspace, each with
/// its byte position.
fn paths(text: &str) -> Vec<(usize, PathStart<'_>)> {
    let is_root = |name: &str| {
        ["crate", "super", "self", "deltascope"].contains(&name) || name.starts_with("deltascope_")
    };
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let name = identifier(&text[at..]);
        if name.is_empty() {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let (start, mut roots, mut rest) = (at, Vec::new(), &text[at..]);
        at += name.len();
        // The rest of a longer path is not a start.
        if text[..start].ends_with("::") {
            continue;
        }
        loop {
            let name = identifier(rest);
            match rest[name.len()..].strip_prefix("::") {
                Some(after) if is_root(name) => {
                    roots.push(name);
                    rest = after;
                }
                _ => break,
            }
        }
        if !roots.is_empty() {
            found.push((start, PathStart { roots, rest }));
        }
    }
    found
}

/// The identifier that a text starts with, or nothing.
pub(crate) fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// The first identifiers of what follows `::`: `nn` of `nn::A`, `nn` and `data` of `{nn::{A, B}, data::C}`.
fn first_names(text: &str) -> Vec<String> {
    let Some(group) = text.strip_prefix('{') else {
        return Some(identifier(text))
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .into_iter()
            .collect();
    };
    let (mut depth, mut entry, mut names) = (0, String::new(), Vec::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(std::mem::take(&mut entry)),
            _ => entry.push(c),
        }
    }
    names.push(entry);
    let names = names.iter().map(|entry| identifier(entry.trim_start()).to_owned());
    names.filter(|name| !name.is_empty() && name != "self").collect()
}

/// A text without comments and without the contents of strings and characters, which become spaces.
fn without_literals(text: &str) -> String {
    let mut masked = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        // The length of a literal or comment that starts here.
        let length = match c {
            '/' if after.starts_with('/') => rest.find('\n').unwrap_or(rest.len()),
            '"' => 1 + end_of_string(after),
            'r' if after.starts_with("#\"") => rest.find("\"#").map_or(rest.len(), |end| end + 2),
            '\'' if after.starts_with('\\') => 3 + after[2..].find('\'').unwrap_or_default(),
            '\'' if after.chars().nth(1) == Some('\'') => 2 + after.chars().next().map_or(0, char::len_utf8),
            _ => 0,
        };
        if length == 0 {
            masked.push(c);
            rest = after;
        } else {
            masked.push(' ');
            rest = &rest[length.min(rest.len())..];
        }
    }
    masked
}

/// The position after the closing quote of a string.
fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The patterns of the arms of each `match` in a text.
pub(crate) fn match_patterns(text: &str) -> Vec<Vec<String>> {
    let text = without_literals(text);
    let starts = text.match_indices("match ").filter(|(at, _)| !text[..*at].ends_with('_'));
    let bodies = starts.filter_map(|(at, _)| {
        let open = at + text[at..].find('{')?;
        Some(patterns_of(&text[open + 1..]))
    });
    bodies.collect()
}

/// The patterns of the arms from the start of a `match` body to its closing brace.
fn patterns_of(body: &str) -> Vec<String> {
    let (mut depth, mut pattern, mut in_pattern, mut patterns) = (0, String::new(), true, Vec::new());
    let mut previous = ' ';
    for c in body.chars() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' if depth == 0 => break,
            '}' | ')' | ']' => depth -= 1,
            _ => {}
        }
        if in_pattern && depth == 0 && previous == '=' && c == '>' {
            pattern.pop();
            patterns.push(std::mem::take(&mut pattern).trim().to_owned());
            in_pattern = false;
        } else if in_pattern {
            pattern.push(c);
        } else if depth == 0 && (c == ',' || c == '}') {
            // An arm with a block may end without a comma.
            in_pattern = true;
        }
        if in_pattern && c == ',' && depth == 0 && pattern.trim() == "," {
            pattern.clear();
        }
        previous = c;
    }
    patterns
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(path: &str, text: &str) -> Vec<String> {
        Source { path: path.to_owned(), text: text.to_owned() }.modules_named()
    }

    #[test]
    fn a_file_belongs_to_its_crate_or_to_its_first_module() {
        let module = |path: &str| Source { path: path.to_owned(), text: String::new() }.module().to_owned();
        assert_eq!(module("crates/nn/src/cost.rs"), "nn");
        assert_eq!(module("src/view/charts/plot.rs"), "view");
        assert_eq!(module("src/json.rs"), "json");
        assert_eq!(module("src/lib.rs"), "lib");
    }

    #[test]
    fn paths_from_the_root_name_modules() {
        let text = "use crate::{nn::{A, B}, data};\nuse crate::view::X;\nlet y = crate::session::y();";
        assert_eq!(named("src/view/x.rs", text), ["data", "nn", "session", "view"]);
        assert_eq!(
            named("crates/page/src/lib.rs", "use deltascope::{view::X, session};"),
            ["session", "view"]
        );
        assert_eq!(named("crates/nn/src/x.rs", "use crate::matrix::Matrix;"), [""; 0]);
        assert_eq!(
            named("src/lib.rs", "pub use deltascope_nn as nn;\nfn f() { deltascope_nn::g() }"),
            ["nn"]
        );
    }

    #[test]
    fn super_names_modules_when_it_reaches_the_root() {
        assert_eq!(named("src/scenario/file.rs", "use super::super::view::X;"), ["view"]);
        assert_eq!(
            named("src/view/charts/plot.rs", "use super::super::super::{data, nn::A};"),
            ["data", "nn"]
        );
        assert_eq!(named("src/view/charts/plot.rs", "use super::super::theme::Palette;"), [""; 0]);
        assert_eq!(named("src/view/mod.rs", "use super::page::X;"), ["page"]);
        assert_eq!(named("src/json.rs", "use super::view;"), ["view"]);
        let unit_test = "#[cfg(test)]\nmod tests {\n    use super::super::scene::X;\n}";
        assert_eq!(named("src/view/text.rs", unit_test), [""; 0]);
        assert_eq!(named("src/view/text.rs", &unit_test.replace("super::scene", "super::super::nn")), ["nn"]);
    }

    #[test]
    fn other_paths_name_no_modules() {
        let text = "use std::crate_::x; let supervisor::y = myself::z; foo::super_::q(); plotters::data::X";
        assert_eq!(named("src/view/mod.rs", text), [""; 0]);
    }

    #[test]
    fn the_patterns_of_a_match_are_found() {
        let text = r#"
            match action { // a comment with => and {
                Edit::A { x } => { f("} => {"); g('}') }
                Edit::B(_) | Edit::C => match other { Some(_) => 1, None => 2 },
                _ => {}
            }"#;
        let patterns = [vec!["Edit::A { x }", "Edit::B(_) | Edit::C", "_"], vec!["Some(_)", "None"]];
        assert_eq!(match_patterns(text), patterns);
    }
}
