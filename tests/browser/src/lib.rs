//! The harness of the browser tests: opens the page in Chromium, Firefox or WebKit, and acts on it as a person does.
//!
//! `cargo xtask test` starts the drivers and sets environment variables with their addresses; see [`Engine`].
//!
//! ```no_run
//! use browser_tests::{Engine, Viewport, visit};
//!
//! fn title_is_there(engine: Engine) -> anyhow::Result<()> {
//!     visit(engine, Viewport::DESKTOP, async |page| {
//!         page.open("").await?;
//!         assert_eq!(page.text("h1").await?, "Deltascope");
//!         page.press("ArrowRight*3").await?;
//!         page.click("[data-action=Stepped]").await?;
//!         assert_eq!(page.messages().await?, Vec::<String>::new());
//!         assert_eq!(page.violations().await?, Vec::<String>::new());
//!         Ok(())
//!     })
//! }
//! ```

mod engine;
mod keys;
mod page;

use std::process::ExitCode;

pub use engine::Engine;
pub use page::{Page, Size, Viewport, visit};
pub use thirtyfour;

/// The exit code of a program of this package; prints an error as one line.
pub fn report(ended: anyhow::Result<()>) -> ExitCode {
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
