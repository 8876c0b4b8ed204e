//! Everything that can happen to a session, in groups. As JSON: `{"type": "Stepped", "value": {…}}`.

use super::compare::Compare;
use super::edit::Edit;
use super::keys::Keyboard;
use super::look::Look;
use super::navigate::Navigate;
use super::open::Open;
use super::play::Play;
use super::training::Train;
use super::undo::History;
use crate::json::{self, Error, quoted};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::str::FromStr;

/// Declares [`Action`]: one variant for each group of actions, with the same name.
macro_rules! actions {
    ($($(#[$doc:meta])* $group:ident,)*) => {
        /// Everything that can happen to a session. Each group is handled where it is declared.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Action {
            $($(#[$doc])* $group($group),)*
        }

        $(impl From<$group> for Action {
            fn from(action: $group) -> Self {
                Self::$group(action)
            }
        })*

        /// The readers of all groups.
        const READERS: &[Reader] = &[$(read::<$group>,)*];
    };
}

actions! {
    /// Opens another scenario.
    Open,
    /// Edits the scenario.
    Edit,
    /// Undoes or redoes an edit.
    History,
    /// Goes to another position.
    Navigate,
    /// Plays or pauses.
    Play,
    /// Trains at full speed.
    Train,
    /// Changes how the compared runs are shown.
    Compare,
    /// Changes what is shown.
    Look,
    /// Carries out the action of a key.
    Keyboard,
}

/// Reads an action of one group from its name and its value; `None` if the group has no such action.
type Reader = fn(&str, &Value) -> Option<Result<Action, Error>>;

fn read<G: DeserializeOwned + Into<Action>>(name: &str, content: &Value) -> Option<Result<Action, Error>> {
    Some(json::from_variant::<G>(name, content)?.map(Into::into))
}

/// An action as JSON.
#[derive(Deserialize)]
#[serde(expecting = "an action", deny_unknown_fields)]
struct Tagged {
    #[serde(rename = "type")]
    name: String,
    #[serde(default)]
    value: Value,
}

impl Action {
    /// Reads an action from parsed JSON; the error says what is wrong with it.
    pub fn from_json(json: &Value) -> Result<Self, String> {
        let Tagged { name, value } = json::from_value(json).map_err(|error| error.to_string())?;
        match READERS.iter().find_map(|read| read(&name, &value)) {
            Some(action) => action.map_err(|error| error.to_string()),
            None => Err(format!("{} is not an action", quoted(&name))),
        }
    }
}

/// Reads JSON.
///
/// ```
/// use deltascope::session::{Action, Edit};
///
/// let action = r#"{ "type": "LearningRateChanged", "value": "0.5" }"#.parse();
/// assert_eq!(action, Ok(Action::Edit(Edit::LearningRateChanged(0.5))));
/// ```
impl FromStr for Action {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::from_json(&json::parse(text).map_err(|error| error.to_string())?)
    }
}
