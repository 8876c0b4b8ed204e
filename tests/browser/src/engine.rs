//! The browser engines, and the WebDriver capabilities to start each.

use std::env;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use thirtyfour::Capabilities;

/// A browser engine that the page is tested in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Blink and V8.
    Chromium,
    /// Gecko and SpiderMonkey.
    Firefox,
    /// WebKitGTK, the engine for Linux that is closest to Safari's.
    Webkit,
}

/// One lock per engine: most drivers serve one session at a time, so the tests of an engine run one by one.
static LOCKS: [Mutex<()>; 3] = [Mutex::new(()), Mutex::new(()), Mutex::new(())];

impl Engine {
    /// The name, as in file names.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Chromium => "chromium",
            Engine::Firefox => "firefox",
            Engine::Webkit => "webkit",
        }
    }

    /// Waits until no other test uses this engine.
    pub(crate) fn lock(self) -> MutexGuard<'static, ()> {
        LOCKS[self as usize].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The address of the driver, from `DELTASCOPE_CHROMIUM_DRIVER` and so on.
    pub(crate) fn driver(self) -> Result<String> {
        self.variable("DRIVER")
    }

    /// The address of this engine's own server, from `DELTASCOPE_CHROMIUM_SITE` and so on.
    pub(crate) fn site(self) -> Result<String> {
        self.variable("SITE")
    }

    /// This engine's download folder, from `DELTASCOPE_CHROMIUM_DOWNLOADS` and so on.
    pub(crate) fn downloads(self) -> Result<PathBuf> {
        Ok(self.variable("DOWNLOADS")?.into())
    }

    /// The WebDriver capabilities, with the browser from `DELTASCOPE_CHROMIUM_BROWSER` and so on.
    pub(crate) fn capabilities(self) -> Result<Capabilities> {
        let browser = self.variable("BROWSER")?;
        let downloads = self.downloads()?;
        let capabilities = match self {
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
        let Value::Object(capabilities) = capabilities else { return Ok(Capabilities::new()) };
        Ok(capabilities.into())
    }

    /// The value of this engine's environment variable.
    fn variable(self, what: &str) -> Result<String> {
        variable(&format!("DELTASCOPE_{}_{what}", self.name().to_uppercase()))
    }
}

/// The value of an environment variable that `cargo xtask test` sets.
pub(crate) fn variable(name: &str) -> Result<String> {
    env::var(name)
        .with_context(|| format!("{name} is not set: run `cargo xtask test`, which starts the browsers"))
}
