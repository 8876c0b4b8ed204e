//! What goes back to the page: only what differs from what it already shows.

use deltascope::session::{RowTotal, Session, WorkerCommand};
use deltascope::view::equation::{self, Detail};
use deltascope::view::page::Page;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What `main.js` puts in place.
#[derive(Default, Serialize)]
pub(super) struct Reply {
    /// HTML by element id.
    parts: Vec<(Cow<'static, str>, String)>,
    /// Field values by element id.
    fields: Vec<(Cow<'static, str>, String)>,
    /// Attributes by element id and name.
    attributes: Vec<(Cow<'static, str>, &'static str, Option<String>)>,
    /// The `data-ref`s to light, where they changed.
    highlighted: Option<Vec<String>>,
    /// The element to scroll into sight.
    reveal: Option<&'static str>,
    /// Whether the page is dark.
    dark: bool,
    /// In how many milliseconds the session wants to be woken, if at all.
    wake: Option<f64>,
    /// What the worker is to do.
    pub(super) commands: Vec<WorkerCommand>,
    /// What went wrong.
    pub(super) failure: Option<Failure>,
    /// Without a failure: what went wrong before still stands.
    pub(super) automatic: bool,
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
        serde_json::to_string(self).unwrap_or_default() // cannot fail: all keys are strings
    }
}

/// What the page already shows.
#[derive(Default)]
pub(super) struct Shown {
    parts: BTreeMap<Cow<'static, str>, String>,
    fields: BTreeMap<Cow<'static, str>, String>,
    attributes: BTreeMap<(Cow<'static, str>, &'static str), Option<String>>,
    highlighted: Vec<String>,
    /// Why a row total is no gradient, and the one that it is said of.
    explained: Option<Option<RowTotal>>,
    /// A field holds something that was refused.
    refused: bool,
}

/// The part that holds fields with their values in its markup.
const WITH_VALUES: &str = "layers";
/// Parts that hold other elements whose contents are told apart, and what the ids of these begin with. A run's
/// ledger holds its rows likewise, by its own id.
const CONTAINERS: [(&str, &str); 4] =
    [("moments", "moment-"), ("selected", "edit-"), ("selected-weights", "edit-"), ("runs", "run-")];

impl Shown {
    /// The reply where nothing differs.
    pub(super) fn unchanged(&self, session: &Session, detail: Detail) -> Reply {
        Reply {
            dark: session.view_state().dark,
            wake: wake(session, detail),
            automatic: true,
            ..Reply::default()
        }
    }

    /// An action was carried out or `refused`. What was refused stays in its field, to be mended; after the
    /// next action that succeeds, every field holds the truth again.
    pub(super) fn answer(&mut self, refused: bool) {
        if self.refused && !refused {
            self.fields.clear();
            self.parts.retain(|id, _| id != WITH_VALUES);
        }
        self.refused = refused;
    }

    /// A part is written anew: what it holds comes empty.
    fn emptied(&mut self, part: &str) {
        let own = part.ends_with("-ledger").then(|| format!("{part}-"));
        let listed = CONTAINERS.iter().filter(|(container, _)| *container == part).map(|(_, ids)| *ids);
        for ids in listed.chain(own.as_deref()) {
            self.parts.retain(|id, _| !id.starts_with(ids));
            self.fields.retain(|id, _| !id.starts_with(ids));
            self.attributes.retain(|(id, _), _| !id.starts_with(ids));
        }
    }

    /// What differs, which from now on is what the page shows.
    pub(super) fn changes(&mut self, session: &Session, page: Page, detail: Detail) -> Reply {
        let dark = session.view_state().dark;
        let mut reply = Reply { dark, wake: wake(session, detail), ..Reply::default() };
        for (id, html) in page.fragments {
            if self.parts.get(&id) != Some(&html) {
                self.emptied(&id);
                self.parts.insert(id.clone(), html.clone());
                reply.parts.push((id, html));
            }
        }
        // A select whose options were replaced needs its value again, so fields are compared after parts.
        for (id, value) in page.fields {
            let refilled = reply.parts.iter().any(|(part, _)| *part == id);
            if refilled || self.fields.get(&id) != Some(&value) {
                self.fields.insert(id.clone(), value.clone());
                reply.fields.push((id, value));
            }
        }
        for (id, name, value) in page.attributes {
            let key = (id, name);
            if self.attributes.get(&key) != Some(&value) {
                self.attributes.insert(key.clone(), value.clone());
                reply.attributes.push((key.0, name, value));
            }
        }
        // New markup comes unlit.
        if self.highlighted != page.highlighted || (!page.highlighted.is_empty() && !reply.parts.is_empty()) {
            self.highlighted.clone_from(&page.highlighted);
            reply.highlighted = Some(page.highlighted);
        }
        // The answer stands under the table, maybe far from the question.
        let view_state = session.view_state();
        let explained = view_state.row_total_explained.then_some(view_state.row_total);
        if explained.is_some() && explained != self.explained {
            reply.reveal = Some("ledger-remarks");
        }
        self.explained = explained;
        reply
    }
}

/// In milliseconds: a reader who stays this long at a moment wants its long sums in full.
const PAUSE: f64 = 120.0;

/// When the page wants to be woken, in milliseconds: at once on a replay; to write a long sum out and to do
/// what has waited for that; at its pace when playing.
fn wake(session: &Session, detail: Detail) -> Option<f64> {
    if session.progress().is_some() {
        return Some(0.0);
    }
    let interval = session.playback().playing.then(|| 1000.0 / session.playback().speed);
    match (has_more(session), detail) {
        (true, Detail::Brief) => Some(PAUSE),
        (true, Detail::Full) if session.has_background_work() => Some(0.0),
        (true, Detail::Full) => interval.map(|interval| interval - PAUSE),
        (false, _) => interval,
    }
}

/// Whether there is more to show to a reader who stays, and time for it.
pub(super) fn has_more(session: &Session) -> bool {
    let more =
        equation::has_long_line(session) || session.has_background_work() || session.comparison().is_some();
    session.progress().is_none() && !session.plays_fast() && more
}
