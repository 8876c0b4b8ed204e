//! The browser engines.

use anyhow::{Result, bail};

/// A browser engine that the page is tested in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// Blink and V8.
    Chromium,
    /// Gecko and SpiderMonkey.
    Firefox,
    /// WebKitGTK, the engine for Linux that is closest to Safari's.
    Webkit,
}

impl Engine {
    /// All engines.
    pub(crate) const ALL: [Engine; 3] = [Engine::Chromium, Engine::Firefox, Engine::Webkit];

    /// The name used on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Engine::Chromium => "chromium",
            Engine::Firefox => "firefox",
            Engine::Webkit => "webkit",
        }
    }

    /// The engine of this name.
    pub(crate) fn from_name(name: &str) -> Result<Engine> {
        match Engine::ALL.into_iter().find(|engine| engine.name() == name) {
            Some(engine) => Ok(engine),
            None => bail!("`{name}` is not chromium, firefox or webkit"),
        }
    }

    /// The names of the browser's program, in the order of preference.
    pub(crate) fn browser_names(self) -> &'static [&'static str] {
        match self {
            Engine::Chromium => &["chromium", "chromium-browser", "google-chrome"],
            Engine::Firefox => &["firefox-esr", "firefox"],
            Engine::Webkit => &["MiniBrowser"],
        }
    }

    /// The name of the WebDriver program.
    pub(crate) fn driver_name(self) -> &'static str {
        match self {
            Engine::Chromium => "chromedriver",
            Engine::Firefox => "geckodriver",
            Engine::Webkit => "WebKitWebDriver",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_are_found_by_name() -> Result<()> {
        for engine in Engine::ALL {
            assert_eq!(Engine::from_name(engine.name())?, engine);
        }
        let error = Engine::from_name("opera").unwrap_err();
        assert_eq!(error.to_string(), "`opera` is not chromium, firefox or webkit");
        Ok(())
    }
}
