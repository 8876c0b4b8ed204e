//! The reply to the page: only what differs from what it shows already.

use deltascope::scenario::Position;
use deltascope::session::{RowSum, Session, View, WorkerCommand};
use deltascope::view::equation::{self, Detail};
use deltascope::view::page::Page;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What `main.js` is to change on the page.
#[derive(Default, Serialize)]
pub(super) struct Reply {
    /// HTML by element id.
    fragments: Vec<(Cow<'static, str>, String)>,
    /// Field values by element id.
    fields: Vec<(Cow<'static, str>, String)>,
    /// Attributes by element id and name.
    attributes: Vec<(Cow<'static, str>, &'static str, Option<String>)>,
    /// The `data-ref`s to highlight; `None`: no change.
    highlighted: Option<Vec<String>>,
    /// The id of the element to scroll into view.
    reveal: Option<&'static str>,
    /// The ids of the elements to scroll into view within their scrolling boxes; the page itself stays.
    reveal_in_box: Vec<Cow<'static, str>>,
    /// Whether the theme is dark.
    dark: bool,
    /// After how many milliseconds to send `TimerFired`; `None`: no timer.
    wake: Option<f64>,
    /// Commands for the worker.
    pub(super) commands: Vec<WorkerCommand>,
    /// The error message to show.
    pub(super) failure: Option<Failure>,
    /// Not user-initiated: without a failure, the current message stays.
    pub(super) automatic: bool,
}

/// An error message, and the action that it is shown beside.
#[derive(Serialize)]
pub(super) struct Failure {
    pub(super) action: String,
    pub(super) message: String,
}

impl Reply {
    /// A reply with only an error message.
    pub(super) fn failed(failure: Failure) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }

    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() // cannot fail: all keys are strings
    }
}

/// What the page shows.
#[derive(Default)]
pub(super) struct PageState {
    fragments: BTreeMap<Cow<'static, str>, String>,
    fields: BTreeMap<Cow<'static, str>, String>,
    attributes: BTreeMap<(Cow<'static, str>, &'static str), Option<String>>,
    highlighted: Vec<String>,
    /// The row sum whose explanation is open, if any.
    explained: Option<Option<RowSum>>,
    /// The view and the position; after each change the current sample is scrolled into view in the ledger.
    position: Option<(View, Position)>,
    /// A field holds a value that was refused.
    refused: bool,
}

/// The fragment whose markup holds the values of its fields.
const WITH_VALUES: &str = "layers";
/// Fragments that contain other fragments, with the id prefix of those. A run's ledger also contains its rows, with its
/// own id as their prefix.
const NESTED_FRAGMENTS: [(&str, &str); 4] =
    [("moments", "moment-"), ("selected", "edit-"), ("selected-weights", "edit-"), ("runs", "run-")];

impl PageState {
    /// The reply if nothing has changed.
    pub(super) fn unchanged(&self, session: &Session, detail: Detail) -> Reply {
        Reply {
            dark: session.view_state().dark,
            wake: wake(session, detail),
            automatic: true,
            ..Reply::default()
        }
    }

    /// Records whether an action was refused. A refused value stays in its field, to be corrected; after the next
    /// successful action every field is written again.
    pub(super) fn action_finished(&mut self, refused: bool) {
        if self.refused && !refused {
            self.fields.clear();
            self.fragments.retain(|id, _| id != WITH_VALUES);
        }
        self.refused = refused;
    }

    /// Forgets what was inside a rewritten fragment: the page has just emptied it.
    fn forget_content(&mut self, fragment: &str) {
        let own = fragment.ends_with("-ledger").then(|| format!("{fragment}-"));
        let listed = NESTED_FRAGMENTS.iter().filter(|(container, _)| *container == fragment);
        for prefix in listed.map(|(_, prefix)| *prefix).chain(own.as_deref()) {
            self.fragments.retain(|id, _| !id.starts_with(prefix));
            self.fields.retain(|id, _| !id.starts_with(prefix));
            self.attributes.retain(|(id, _), _| !id.starts_with(prefix));
        }
    }

    /// The changes to what the page shows.
    pub(super) fn changes(&mut self, session: &Session, page: Page, detail: Detail) -> Reply {
        let dark = session.view_state().dark;
        let mut reply = Reply { dark, wake: wake(session, detail), ..Reply::default() };
        for (id, html) in page.fragments {
            if self.fragments.get(&id) != Some(&html) {
                self.forget_content(&id);
                self.fragments.insert(id.clone(), html.clone());
                reply.fragments.push((id, html));
            }
        }
        // A select whose options were replaced needs its value again, so fields are compared after fragments.
        for (id, value) in page.fields {
            let refilled = reply.fragments.iter().any(|(fragment, _)| *fragment == id);
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
        // New markup is not highlighted.
        if self.highlighted != page.highlighted
            || (!page.highlighted.is_empty() && !reply.fragments.is_empty())
        {
            self.highlighted.clone_from(&page.highlighted);
            reply.highlighted = Some(page.highlighted);
        }
        // The explanation is below the table, possibly out of view.
        let view_state = session.view_state();
        let explained = view_state.row_sum_explained.then_some(view_state.row_sum);
        if explained.is_some() && explained != self.explained {
            reply.reveal = Some("ledger-remarks");
        }
        self.explained = explained;
        let position = Some((view_state.view, session.position()));
        if position != self.position {
            reply.reveal_in_box = page.current_rows;
        }
        self.position = position;
        reply
    }
}

/// Milliseconds after which the long sums of a moment are shown in full.
const PAUSE: f64 = 120.0;

/// After how many milliseconds the page is to send `TimerFired`: at once during a replay; after a pause to show long
/// sums in full and for background work; at the speed of the playback.
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

/// Whether there is more to show if the reader stays at this moment.
pub(super) fn has_more(session: &Session) -> bool {
    let more =
        equation::has_long_line(session) || session.has_background_work() || session.comparison().is_some();
    session.progress().is_none() && !session.plays_fast() && more
}
