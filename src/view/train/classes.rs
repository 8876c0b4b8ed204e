//! What is taken for what: the confusion matrix and the rows that were classified wrongly.

use crate::nn::class;
use crate::session::Session;
use crate::training::ClassificationReport;
use crate::view::format::{count, grouped};
use crate::view::html::escape;
use std::fmt::Write;

/// The classes by name: those of the targets, or the two sides of a single one.
pub fn class_names(targets: &[String]) -> Vec<String> {
    match targets {
        [target] => vec![format!("not {target}"), target.clone()],
        targets => targets.to_vec(),
    }
}

fn classification(session: &Session) -> Option<&ClassificationReport> {
    let classification = &session.training().snapshot()?.classification;
    (classification.classes > 0
        && classification.confusion.len() == classification.classes * classification.classes)
        .then_some(classification)
}

/// Which rows the classification are about.
fn of(session: &Session) -> &'static str {
    session.scenario().data.validation_or_training_name()
}

/// Rows are classes, columns what was said of them.
pub(super) fn confusion(session: &Session) -> String {
    let Some(ClassificationReport { classes, confusion, .. }) = classification(session) else {
        return String::new();
    };
    let names = class_names(&session.scenario().data.targets);
    let name = |class: usize| names.get(class).map_or(String::new(), escape);
    let mut html =
        format!("<caption>{}; across: what the network says</caption><thead><tr><td></td>", of(session));
    for class in 0..*classes {
        // Writing to a string cannot fail.
        let _ = write!(html, "<th scope=\"col\">{}</th>", name(class));
    }
    html.push_str("</tr></thead><tbody>");
    for (class, said) in confusion.chunks(*classes).enumerate() {
        let _ = write!(html, "<tr><th scope=\"row\">{}</th>", name(class));
        for (column, rows) in said.iter().enumerate() {
            let look = match (column == class, rows) {
                (true, _) => " class=\"hit\"",
                (false, 0) => " class=\"none\"",
                (false, _) => " class=\"miss\"",
            };
            let _ = write!(html, "<td{look}>{}</td>", grouped(u64::from(*rows)));
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody>");
    html
}

/// The rows that were classified wrongly, in words.
pub(super) fn errors(session: &Session) -> String {
    let Some(ClassificationReport { classes, confusion, errors, .. }) = classification(session) else {
        return "<p>Shown once the network has been evaluated.</p>".into();
    };
    let right: u32 = (0..*classes).map(|class| confusion[class * classes + class]).sum();
    let wrong = confusion.iter().sum::<u32>() - right;
    if wrong == 0 {
        return format!("<p>All {} are classified rightly.</p>", of(session));
    }
    let names = class_names(&session.scenario().data.targets);
    let data = &session.scenario().data;
    let rows = data.validation_or_training();
    let shown = errors.iter().take(12).map(|(row, said)| {
        let name = |class: usize| names.get(class).map_or(String::new(), escape);
        format!("{}: {} → {}", rows.row_number(*row) + 1, name(class(rows.target(*row))), name(*said))
    });
    let shown: Vec<String> = shown.collect();
    let more = if shown.len() < wrong as usize { ", …" } else { "" };
    format!("<p>{} wrong. By row: {}{more}</p>", count(wrong as usize, "row"), shown.join(", "))
}
