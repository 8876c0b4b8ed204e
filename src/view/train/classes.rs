//! The confusion matrix and the misclassified rows.

use crate::nn::predicted_class;
use crate::session::Session;
use crate::training::Classification;
use crate::view::format::{class_names, grouped};
use maud::{Markup, html};

/// Misclassified rows that are listed.
const MAX_LISTED: usize = 12;

fn classification(session: &Session) -> Option<&Classification> {
    let classification = &session.training().snapshot()?.classification;
    (classification.classes > 0
        && classification.confusion.len() == classification.classes * classification.classes)
        .then_some(classification)
}

/// Rows are true classes, columns are predicted classes.
pub(super) fn confusion(session: &Session) -> Markup {
    let Some(Classification { classes, confusion, .. }) = classification(session) else {
        return html! {};
    };
    let data = &session.scenario().data;
    let names = class_names(&data.targets);
    let name = |class: usize| names.get(class).map_or("", String::as_str);
    html! {
        caption { (data.validation_or_training_name()) "; columns: predicted" }
        thead {
            tr {
                td {}
                @for class in 0..*classes { th scope="col" { (name(class)) } }
            }
        }
        tbody {
            @for (class, predicted) in confusion.chunks(*classes).enumerate() {
                tr {
                    th scope="row" { (name(class)) }
                    @for (column, rows) in predicted.iter().enumerate() {
                        @let look = match (column == class, rows) {
                            (true, _) => "hit",
                            (false, 0) => "none",
                            (false, _) => "miss",
                        };
                        td class=(look) { (grouped(u64::from(*rows))) }
                    }
                }
            }
        }
    }
}

/// The misclassified rows in words.
pub(super) fn misclassified(session: &Session) -> Markup {
    let Some(Classification { classes, confusion, misclassified, .. }) = classification(session) else {
        return html! { p { "Press Train to see results." } };
    };
    let data = &session.scenario().data;
    let correct: u32 = (0..*classes).map(|class| confusion[class * classes + class]).sum();
    let wrong = (confusion.iter().sum::<u32>() - correct) as usize;
    if wrong == 0 {
        return html! { p { "All " (data.validation_or_training_name()) " are correct." } };
    }
    let names = class_names(&data.targets);
    let name = |class: usize| names.get(class).map_or("", String::as_str);
    let rows = data.validation_or_training();
    html! {
        p {
            (wrong) " misclassified: "
            @for (index, (row, predicted)) in misclassified.iter().take(MAX_LISTED).enumerate() {
                @if index > 0 { "; " }
                "row " (rows.row_number(*row) + 1) ", " (name(predicted_class(rows.target(*row)))) " predicted as "
                (name(*predicted))
            }
            @if wrong > misclassified.len().min(MAX_LISTED) { "; …" }
        }
    }
}
