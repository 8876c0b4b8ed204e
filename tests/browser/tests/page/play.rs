//! Play, pause, and long replays.

use std::time::Duration;

use anyhow::Result;
use browser_tests::Page;

use super::reading::{assert_looks, in_settings, look, saved};

async fn a_while() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}

pub(crate) async fn it_plays_and_pauses(page: &Page) -> Result<()> {
    page.choose("#preset", "mazur").await?;
    in_settings(page, async || {
        page.choose("#play-by", "neuron").await?;
        page.type_in("#speed", "20").await
    })
    .await?;
    page.click("h1").await?;
    let start = look(page).await?;
    a_while().await;
    assert_looks(page, &start, "doing nothing").await?;

    page.press("Space").await?;
    assert_eq!(page.attribute("#play", "aria-pressed").await?.as_deref(), Some("true"));
    page.until("!document.getElementById('position').textContent.includes('no update yet')").await?;
    page.press("Space").await?;
    assert_eq!(page.attribute("#play", "aria-pressed").await?.as_deref(), Some("false"));
    let paused = look(page).await?;
    a_while().await;
    assert_looks(page, &paused, "the pause").await?;

    // Ten moments at 20 per second take half a second.
    page.press("Home").await?;
    page.click("#play").await?;
    let began = std::time::Instant::now();
    page.until("Number(document.getElementById('scrub').value) >= 10").await?;
    let took = began.elapsed().as_secs_f64();
    assert!((0.4..8.0).contains(&took), "ten moments took {took} s");
    page.click("#play").await?;
    assert_eq!(page.attribute("#play", "aria-pressed").await?.as_deref(), Some("false"));
    Ok(())
}

pub(crate) async fn a_long_replay_can_be_stopped(page: &Page) -> Result<()> {
    page.choose("#preset", "digits").await?;
    page.click("h1").await?;
    page.press("PageDown ArrowRight*4").await?;
    let (before, scenario) = (look(page).await?, saved(page).await?);
    page.type_in("#epoch", "3000").await?;
    page.until("!document.getElementById('progress').hidden").await?;
    let first = page.text("#progress-text").await?;
    assert!(first.starts_with("Running: update "), "{first}");
    // The replay continues, and the page responds.
    page.until(&format!("document.getElementById('progress-text').textContent !== {first:?}")).await?;
    page.click("#progress button").await?;
    page.until("document.getElementById('progress').hidden").await?;
    assert_eq!(saved(page).await?, scenario);
    assert!(page.text("#notice").await?.contains("The position has not changed"));
    assert_looks(page, &before, "stopping a replay").await?;

    // The keyboard stops it too; a replay that is not stopped ends at its position.
    page.type_in("#epoch", "3000").await?;
    page.until("!document.getElementById('progress').hidden").await?;
    page.click("h1").await?;
    page.press("Escape").await?;
    page.until("document.getElementById('progress').hidden").await?;
    assert_looks(page, &before, "stopping a replay with the keyboard").await?;
    page.type_in("#epoch", "3").await?;
    page.until("document.getElementById('position').textContent.includes('360 updates')").await?;
    Ok(())
}
