//! What is pointed at in the text is lit in the picture, and the other way round.

use anyhow::Result;
use browser_tests::Page;
use serde_json::json;

use super::changes::Places;

/// What is lit in the text, each once, in order.
async fn lit(page: &Page) -> Result<Vec<String>> {
    const LIT: &str = "
        const lit = [...document.querySelectorAll('.highlighted')].map((element) => element.getAttribute('data-ref'));
        return [...new Set(lit)].sort();";
    Ok(serde_json::from_value(page.script(LIT).await?)?)
}

async fn picture(page: &Page) -> Result<String> {
    Ok(page.script("return window.__drawn(document.getElementById('network'))").await?.to_string())
}

pub(crate) async fn term_and_picture_light_each_other(page: &Page) -> Result<()> {
    page.choose("#preset", "mazur").await?;
    let places = Places::of(page).await?;
    let weight = places.find("w-0-0-1")?;
    let neuron = places.find("b-0-0")?;
    page.click("h1").await?;
    page.press("l ArrowRight").await?;
    assert_eq!(lit(page).await?, Vec::<String>::new());
    let dark = picture(page).await?;

    // From the text.
    for term in ["w-0-0-1", "x-1", "b-0-0"] {
        page.hover(&format!("#equations .working [data-ref={term}]")).await?;
        assert_eq!(lit(page).await?, [term]);
        assert!(picture(page).await? != dark, "{term} is not lit in the picture");
    }
    page.hover("h1").await?;
    assert_eq!(lit(page).await?, Vec::<String>::new());
    assert!(picture(page).await? == dark, "something is left lit in the picture");

    // By the focus alone.
    page.script("document.querySelector('#equations .working [data-ref=w-0-0-0]').focus()").await?;
    assert_eq!(lit(page).await?, ["w-0-0-0"]);
    page.script("document.getElementById('scrub').focus()").await?;
    assert_eq!(lit(page).await?, Vec::<String>::new());

    // From the picture.
    page.point_at("#network", weight.0, weight.1).await?;
    assert_eq!(lit(page).await?, ["w-0-0-1"]);
    page.point_at("#network", neuron.0, neuron.1).await?;
    let lights = lit(page).await?;
    for term in ["b-0-0", "z-0-0"] {
        assert!(lights.contains(&term.to_owned()), "{term} is not among {}", json!(lights));
    }
    assert!(!lights.contains(&"w-0-0-1".to_owned()));
    page.hover("h1").await?;
    assert_eq!(lit(page).await?, Vec::<String>::new());
    Ok(())
}
