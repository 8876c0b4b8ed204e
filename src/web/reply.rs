//! What goes back to the page: only what differs from what it already shows.

use crate::session::Session;
use crate::view::equation::{self, Detail};
use crate::view::page::Page;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::HashMap;

/// What `main.js` puts in place.
#[derive(Default, Serialize)]
pub(super) struct Reply {
    /// HTML by element id.
    parts: Vec<(&'static str, String)>,
    /// Field values by element id.
    fields: Vec<(Cow<'static, str>, String)>,
    /// Attributes by element id and name.
    attributes: Vec<(Cow<'static, str>, &'static str, Option<String>)>,
    /// The `data-ref`s to light, where they changed.
    lit: Option<Vec<String>>,
    /// The element to scroll into sight.
    reveal: Option<&'static str>,
    /// Whether the page is dark.
    dark: bool,
    /// In how many milliseconds the session wants to be woken, if at all.
    wake: Option<f64>,
    /// What went wrong.
    pub(super) failure: Option<Failure>,
    /// Without a failure: what went wrong before still stands.
    pub(super) passing: bool,
}

/// What went wrong, and in which action: its message belongs beside that action's field.
#[derive(Serialize)]
pub(super) struct Failure {
    pub(super) action: String,
    pub(super) message: String,
}

impl Reply {
    /// A reply that is only an error.
    pub(super) fn failed(failure: Failure) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }

    pub(super) fn to_json(&self) -> String {
        // Strings, booleans and finite numbers: nothing here can fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What the page already shows.
#[derive(Default)]
pub(super) struct Shown {
    parts: HashMap<&'static str, String>,
    fields: HashMap<Cow<'static, str>, String>,
    attributes: HashMap<(Cow<'static, str>, &'static str), Option<String>>,
    lit: Vec<String>,
    /// Why a row total is no gradient.
    explained: bool,
    pub(super) dark: Option<bool>,
    /// The scenario and the update that the chart was drawn for.
    pub(super) charted: Option<(u64, u64)>,
    /// A field holds something that was refused.
    refused: bool,
}

/// The part that holds fields with their values in its markup.
const WITH_VALUES: &str = "layers";
/// The parts whose fields get their values apart, and what the ids of these begin with.
const WITH_FIELDS: ([&str; 2], &str) = (["selected", "selected-weights"], "edit-");

impl Shown {
    /// The reply where nothing differs.
    pub(super) fn unchanged(&self, session: &Session, detail: Detail) -> Reply {
        Reply { dark: session.sight().dark, wake: wake(session, detail), passing: true, ..Reply::default() }
    }

    /// An action was carried out or `refused`. What was refused stays in its field, to be mended; after the
    /// next action that succeeds, every field holds the truth again.
    pub(super) fn answer(&mut self, refused: bool) {
        if self.refused && !refused {
            self.fields.clear();
            self.parts.remove(WITH_VALUES);
        }
        self.refused = refused;
    }

    /// What differs, which from now on is what the page shows.
    pub(super) fn changes(&mut self, session: &Session, page: Page, detail: Detail) -> Reply {
        let dark = session.sight().dark;
        self.dark = Some(dark);
        let mut reply = Reply { dark, wake: wake(session, detail), ..Reply::default() };
        for (id, html) in page.parts {
            if self.parts.get(id) != Some(&html) {
                self.parts.insert(id, html.clone());
                reply.parts.push((id, html));
            }
        }
        // New fields come empty.
        let (parts, ids) = WITH_FIELDS;
        if reply.parts.iter().any(|(part, _)| parts.contains(part)) {
            self.fields.retain(|id, _| !id.starts_with(ids));
        }
        // A select whose options were replaced needs its value again, so fields are compared after parts.
        for (id, value) in page.fields {
            let refilled = reply.parts.iter().any(|(part, _)| *part == id);
            if refilled || self.fields.get(&id) != Some(&value) {
                self.fields.insert(id.clone(), value.clone());
                reply.fields.push((id, value));
            }
        }
        // New buttons come without the attributes that the old ones had.
        if reply.parts.iter().any(|(part, _)| *part == "moments") {
            self.attributes.retain(|(id, _), _| !id.starts_with("moment-"));
        }
        for (id, name, value) in page.attributes {
            let key = (id, name);
            if self.attributes.get(&key) != Some(&value) {
                self.attributes.insert(key.clone(), value.clone());
                reply.attributes.push((key.0, name, value));
            }
        }
        // New markup comes unlit.
        if self.lit != page.lit || (!page.lit.is_empty() && !reply.parts.is_empty()) {
            self.lit.clone_from(&page.lit);
            reply.lit = Some(page.lit);
        }
        // The answer stands under the table, maybe far from the question.
        let explained = session.sight().row_total_explained;
        if explained && !self.explained {
            reply.reveal = Some("ledger-remarks");
        }
        self.explained = explained;
        reply
    }
}

/// In milliseconds: a reader who stays this long at a moment wants its long sums in full.
const PAUSE: f64 = 120.0;

/// When the page wants to be woken, in milliseconds: at once on a journey; to write a long sum out;
/// at its pace when playing.
fn wake(session: &Session, detail: Detail) -> Option<f64> {
    if session.progress().is_some() {
        return Some(0.0);
    }
    let interval = session.play().playing.then(|| 1000.0 / session.play().speed);
    match (pause(session), detail) {
        (Some(pause), Detail::Brief) => Some(pause),
        (Some(pause), Detail::Full) => interval.map(|interval| interval - pause),
        (None, _) => interval,
    }
}

/// How long to wait before a long sum is written out; none where there is no such sum or no time for it.
pub(super) fn pause(session: &Session) -> Option<f64> {
    let hurried = session.play().playing && 1000.0 / session.play().speed < 2.0 * PAUSE;
    (session.progress().is_none() && !hurried && equation::has_long_line(session)).then_some(PAUSE)
}
