//! The page in real browsers: the same scenarios in each.

use anyhow::Result;
use browser_tests::{Engine, Page, View, visit};

#[test]
fn chromium() -> Result<()> {
    everything(Engine::Chromium)
}

#[test]
fn firefox() -> Result<()> {
    everything(Engine::Firefox)
}

#[test]
fn webkit() -> Result<()> {
    everything(Engine::Webkit)
}

fn everything(engine: Engine) -> Result<()> {
    visit(engine, View::DESKTOP, async |page| opens_quietly(page).await)
}

/// The page opens, from a folder deep in a site, with nothing to complain about and nothing fetched from elsewhere.
async fn opens_quietly(page: &Page) -> Result<()> {
    page.open("").await?;
    assert!(page.driver().title().await?.starts_with("Deltascope"));
    assert_eq!(page.messages().await?, Vec::<String>::new());
    assert_eq!(page.violations().await?, Vec::<String>::new());
    assert_eq!(page.strays().await?, Vec::<String>::new());
    page.screenshot(&format!("opened-{}", page.engine().name())).await?;
    Ok(())
}
