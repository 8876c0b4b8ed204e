//! Pointing at a term highlights it in the picture, and the other way round.

use anyhow::Result;
use browser_tests::Page;
use serde_json::json;

use super::changes::SelectionPoints;

/// The highlighted terms of the text, sorted, each once.
async fn highlighted(page: &Page) -> Result<Vec<String>> {
    const HIGHLIGHTED: &str = "
        const terms = [...document.querySelectorAll('.highlighted')].map((element) => element.getAttribute('data-ref'));
        return [...new Set(terms)].sort();";
    Ok(serde_json::from_value(page.script(HIGHLIGHTED).await?)?)
}

async fn picture(page: &Page) -> Result<String> {
    Ok(page.script("return window.__drawn(document.getElementById('network'))").await?.to_string())
}

pub(crate) async fn terms_and_picture_highlight_each_other(page: &Page) -> Result<()> {
    page.choose("#preset", "mazur").await?;
    let places = SelectionPoints::of(page).await?;
    let weight = places.find("w-0-0-1")?;
    let neuron = places.find("b-0-0")?;
    page.click("h1").await?;
    page.press("l ArrowRight").await?;
    assert_eq!(highlighted(page).await?, Vec::<String>::new());
    let plain = picture(page).await?;

    // In the text.
    for term in ["w-0-0-1", "x-1", "b-0-0"] {
        page.hover(&format!("#equations .working [data-ref={term}]")).await?;
        assert_eq!(highlighted(page).await?, [term]);
        assert!(picture(page).await? != plain, "{term} is not highlighted in the picture");
    }
    page.hover("h1").await?;
    assert_eq!(highlighted(page).await?, Vec::<String>::new());
    assert!(picture(page).await? == plain, "something is still highlighted in the picture");

    // With the focus only.
    page.script("document.querySelector('#equations .working [data-ref=w-0-0-0]').focus()").await?;
    assert_eq!(highlighted(page).await?, ["w-0-0-0"]);
    page.script("document.getElementById('scrub').focus()").await?;
    assert_eq!(highlighted(page).await?, Vec::<String>::new());

    // In the picture.
    page.point_at("#network", weight.0, weight.1).await?;
    assert_eq!(highlighted(page).await?, ["w-0-0-1"]);
    page.point_at("#network", neuron.0, neuron.1).await?;
    let terms = highlighted(page).await?;
    for term in ["b-0-0", "z-0-0"] {
        assert!(terms.contains(&term.to_owned()), "{term} is not among {}", json!(terms));
    }
    assert!(!terms.contains(&"w-0-0-1".to_owned()));
    page.hover("h1").await?;
    assert_eq!(highlighted(page).await?, Vec::<String>::new());
    Ok(())
}
