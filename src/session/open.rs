//! Opening presets, scenario files and images.

use super::Session;
use super::replacement::ReplaceReason;
use crate::data::{Idx, mnist, preset, presets};
use crate::json::quoted;
use crate::scenario::Scenario;
use serde::Deserialize;

/// Opening another scenario.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Open {
    /// Opens the preset with this id.
    PresetChosen(String),
    /// Opens a scenario file with this text.
    ScenarioOpened(String),
    /// The page has begun to download the data of the preset with this title.
    DownloadStarted(String),
}

impl Session {
    /// A session with the first preset.
    pub fn first_preset() -> Result<Self, String> {
        let preset = presets().first().ok_or("there is no preset")?;
        let mut session = Self::new(preset.scenario().map_err(|error| error.to_string())?)?;
        session.preset = Some(preset.id);
        Ok(session)
    }

    pub(super) fn open(&mut self, action: Open) -> Result<(), String> {
        match action {
            Open::PresetChosen(id) => self.open_preset(&id),
            Open::ScenarioOpened(json) => {
                let scenario = Scenario::from_json(&json).map_err(|error| error.to_string())?;
                self.replace(scenario, None, ReplaceReason::Opened, None)
            }
            Open::DownloadStarted(title) => self.say(&format!("Loading {title} …")),
        }
    }

    fn open_preset(&mut self, id: &str) -> Result<(), String> {
        if id == mnist::ID {
            return Err(mnist::ABSENT.into());
        }
        let preset = preset(id).ok_or_else(|| format!("there is no preset {}", quoted(id)))?;
        let scenario = preset.scenario().map_err(|error| error.to_string())?;
        if scenario.data.samples.is_empty() {
            return Err("the rows of this preset could not be loaded; reload the page".into());
        }
        self.replace(scenario, Some(preset.id), ReplaceReason::Opened, None)
    }

    /// Opens files, given by their names and bytes: one text file as a scenario, anything else as idx files.
    pub fn open_files(&mut self, files: Vec<(String, Vec<u8>)>) -> Result<(), String> {
        match files.as_slice() {
            [(_, bytes)] if !Idx::may_be_idx(bytes) => match std::str::from_utf8(bytes) {
                // Some editors begin a file with a byte order mark.
                Ok(text) => self.update(Open::ScenarioOpened(text.trim_start_matches('\u{feff}').to_owned())),
                Err(_) => self.open_images(files),
            },
            _ => self.open_images(files),
        }
    }

    /// Opens idx files, given by their names and bytes, as a scenario of their images.
    pub fn open_images(&mut self, files: Vec<(String, Vec<u8>)>) -> Result<(), String> {
        self.notice = None;
        let mut scenario = mnist::scenario(files).map_err(|error| error.to_string())?;
        // Images are large: share them with an entry of the undo history that holds the same ones.
        let entries = self.undo_history.iter().chain(&self.redo_history);
        let sources = entries.map(|entry| entry.scenario.source()).chain([self.scenario.source()]);
        let same = { sources }.find(|source| **source == scenario.data);
        if let Some(same) = same.cloned() {
            scenario.data = same;
        }
        let preset = mnist::is_whole(&scenario).then_some(mnist::ID);
        self.replace(scenario, preset, ReplaceReason::Opened, None)
    }
}
