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
use crate::json::{self, Error};
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

        /// Reads an action of each group.
        const READERS: &[fn(&Value) -> Result<Action, Error>] = &[$(read::<$group>,)*];
    };
}

actions! {
    /// Opens another scenario.
    Open,
    /// Edits the scenario.
    Edit,
    /// Undoes or redoes that.
    History,
    /// Goes to another position.
    Navigate,
    /// Plays.
    Play,
    /// Trains at full speed.
    Train,
    /// Changes how the compared runs are shown.
    Compare,
    /// Changes what is shown.
    Look,
    /// Presses a key.
    Keyboard,
}

fn read<G: DeserializeOwned + Into<Action>>(json: &Value) -> Result<Action, Error> {
    json::from_tagged::<G>(json).map(Into::into)
}

impl Action {
    /// Reads an action from parsed JSON; the error says what is wrong with it.
    pub fn from_json(json: &Value) -> Result<Self, String> {
        for read in READERS {
            match read(json) {
                Err(error) if error.path == "type" => {} // the action may be of another group
                result => return result.map_err(|error| error.to_string()),
            }
        }
        Err(format!("{} is not an action", json["type"]))
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
