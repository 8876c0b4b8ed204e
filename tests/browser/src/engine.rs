//! The engines, and how each is asked for a browser.

use std::env;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use thirtyfour::Capabilities;

/// A browser engine that the page is tested in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium's.
    Chromium,
    /// Firefox's.
    Firefox,
    /// WebKitGTK's, the nearest to Safari's that runs on Linux.
    Webkit,
}

/// A driver serves one session at a time, save Chromium's; tests of one engine take turns.
static TURNS: [Mutex<()>; 3] = [Mutex::new(()), Mutex::new(()), Mutex::new(())];

impl Engine {
    /// As in file names.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Chromium => "chromium",
            Engine::Firefox => "firefox",
            Engine::Webkit => "webkit",
        }
    }

    pub(crate) fn turn(self) -> MutexGuard<'static, ()> {
        TURNS[self as usize].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The address of the driver: `DELTASCOPE_CHROMIUM_DRIVER` and so on.
    pub(crate) fn driver(self) -> Result<String> {
        self.variable("DRIVER")
    }

    /// The address of the server that answers to this engine alone: `DELTASCOPE_CHROMIUM_SITE` and so on.
    pub(crate) fn site(self) -> Result<String> {
        self.variable("SITE")
    }

    /// Where this engine puts what it downloads: `DELTASCOPE_CHROMIUM_DOWNLOADS` and so on.
    pub(crate) fn downloads(self) -> Result<PathBuf> {
        Ok(self.variable("DOWNLOADS")?.into())
    }

    /// What WebDriver is told, with the browser from `DELTASCOPE_CHROMIUM_BROWSER` and so on.
    pub(crate) fn capabilities(self) -> Result<Capabilities> {
        let browser = self.variable("BROWSER")?;
        let downloads = self.downloads()?;
        let wanted = match self {
            Engine::Chromium => json!({
                "browserName": "chrome",
                "goog:chromeOptions": {
                    "binary": browser,
                    "args": [
                        "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars",
                        "--disable-background-networking", "--disable-component-update", "--disable-sync",
                        "--window-size=1366,900",
                    ],
                    "prefs": { "download.default_directory": downloads, "download.prompt_for_download": false },
                },
            }),
            Engine::Firefox => json!({
                "browserName": "firefox",
                "moz:firefoxOptions": {
                    "binary": browser,
                    "args": ["-headless"],
                    "prefs": { "browser.download.folderList": 2, "browser.download.dir": downloads },
                },
            }),
            Engine::Webkit => json!({
                "browserName": "MiniBrowser",
                "webkitgtk:browserOptions": { "binary": browser, "args": ["--automation"] },
            }),
        };
        let Value::Object(wanted) = wanted else { return Ok(Capabilities::new()) };
        Ok(wanted.into())
    }

    fn variable(self, what: &str) -> Result<String> {
        variable(&format!("DELTASCOPE_{}_{what}", self.name().to_uppercase()))
    }
}

pub(crate) fn variable(name: &str) -> Result<String> {
    env::var(name)
        .with_context(|| format!("{name} is not set: run `cargo xtask test`, which starts the browsers"))
}
