//! The layout of the page and its accessibility, on a laptop and on a phone.

use anyhow::Result;
use browser_tests::{Engine, Page, Viewport};
use serde_json::Value;

use super::reading::{assert_accessible, assert_no_horizontal_scroll};

/// Returns the parts of the page that overlap, and those that are not on the first screen.
const PROBLEMS: &str = "
    const parts = ['header', '.picture', '.equations', '.inspector', '.timeline', '.ledger', '.chart'];
    const boxes = parts.map((css) => document.querySelector(css).getBoundingClientRect());
    const wrong = [];
    for (const [i, a] of boxes.entries()) for (const [j, b] of boxes.entries()) {
      const over = a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5;
      if (i < j && over) wrong.push(`${parts[i]} overlaps ${parts[j]}`);
    }
    const controls = [...document.querySelectorAll('header button, header input, header select, .steps button')]
      .filter((control) => control.offsetParent);
    for (const [i, a] of controls.entries()) for (const b of controls.slice(i + 1)) {
      const [p, q] = [a.getBoundingClientRect(), b.getBoundingClientRect()];
      if (p.left < q.right - 0.5 && q.left < p.right - 0.5 && p.top < q.bottom - 0.5 && q.top < p.bottom - 0.5) {
        wrong.push(`${a.outerHTML} overlaps ${b.outerHTML}`);
      }
    }
    const wide = { 'first sample': '#ledger tbody tr', 'totals': '#ledger tfoot' };
    const visible = { '.picture': boxes[1], '.equations': boxes[2], '.timeline': boxes[4] };
    for (const [name, css] of Object.entries(wide)) visible[name] = document.querySelector(css).getBoundingClientRect();
    for (const [name, box] of Object.entries(visible)) {
      const across = name in wide || (box.left >= 0 && box.right <= innerWidth);
      if (box.height < 10 || box.top < 0 || box.bottom > innerHeight || !across) {
        wrong.push(`${name} is not on the first screen: ${JSON.stringify(box)}`);
      }
    }
    // The result of the current equation: the new bias at the update, or else its last line.
    const results = [...document.querySelectorAll('.current .result')];
    const updated = (result) => result.closest('.line').querySelector('.left').textContent.includes('←');
    const conclusion = (results.find(updated) ?? results.at(-1))?.getBoundingClientRect();
    const working = document.querySelector('.current .working').getBoundingClientRect();
    if (conclusion && (conclusion.bottom > working.bottom + 0.5 || conclusion.right > working.right + 0.5)) {
      wrong.push(`the result is not visible: ${JSON.stringify([conclusion, working])}`);
    }
    const { scrollHeight, clientHeight } = document.querySelector('.equations');
    if (scrollHeight > clientHeight + 1) wrong.push(`${scrollHeight} pixels of equations in ${clientHeight}`);
    return wrong;";

pub(crate) async fn everything_is_visible_and_nothing_overlaps(page: &Page) -> Result<()> {
    for preset in
        ["and", "xor", "mazur", "han-kamber", "brownlee", "iris", "digits", "circle", "spiral", "linnerud"]
    {
        page.choose("#preset", preset).await?;
        page.click("h1").await?;
        for moment in 0..9 {
            page.script("scrollTo(0, 0)").await?;
            assert_eq!(page.script(PROBLEMS).await?, Value::Array(Vec::new()), "{preset}, moment {moment}");
            page.press(if moment == 7 { "PageDown" } else { "ArrowRight" }).await?;
        }
        let size = page.size().await?;
        assert_eq!((size.width, size.height), (1366.0, 768.0));
        assert_no_horizontal_scroll(page, preset).await?;
    }
    Ok(())
}

pub(crate) async fn axe_finds_no_violations(page: &Page) -> Result<()> {
    assert_accessible(page, "at the start").await?;
    page.choose("#preset", "iris").await?;
    page.click("h1").await?;
    page.press(". ArrowRight*5 s").await?;
    assert_accessible(page, "in the middle").await?;
    page.type_in("#learning-rate", "abc").await?;
    assert_accessible(page, "with an error").await?;
    page.type_in("#learning-rate", "0.1").await?;
    page.click("[data-opens=settings]").await?;
    assert_accessible(page, "with the settings open").await?;
    page.press("Escape").await?;
    page.click("[data-opens=help]").await?;
    assert_accessible(page, "with help open").await?;
    page.click("#help .close").await?;
    page.click("#theme").await?;
    page.until("document.documentElement.dataset.theme === 'dark'").await?;
    assert_accessible(page, "in the dark").await?;
    page.press("PageDown").await?;
    assert_accessible(page, "after the update, in the dark").await?;
    if page.engine() == Engine::Chromium {
        page.see_through(Viewport { dark: true, still: true, ..Viewport::DESKTOP }).await?;
        page.open("").await?;
        assert_eq!(page.script("return document.documentElement.dataset.theme").await?, "dark");
        assert_accessible(page, "with a dark theme preferred").await?;
    }
    Ok(())
}

pub(crate) async fn the_page_fits_on_a_phone(page: &Page) -> Result<()> {
    page.see_through(Viewport::phone(page.engine())).await?;
    page.open("").await?;
    for preset in ["iris", "digits", "mazur"] {
        page.choose("#preset", preset).await?;
        for _ in 0..6 {
            page.click("button.main").await?;
        }
        assert_no_horizontal_scroll(page, preset).await?;
    }
    // Controls are large enough for a finger.
    const SMALL: &str = "
        return [...document.querySelectorAll('.steps button, header button, header select, header input')]
          .filter((control) => control.offsetParent)
          .map((control) => [control.textContent, control.getBoundingClientRect()])
          .filter(([, box]) => box.height < 32 || box.width < 32).map(([text]) => text);";
    if page.engine() == Engine::Chromium {
        for view in ["#view-train", "#view-stepper"] {
            page.click(view).await?;
            assert_eq!(page.script(SMALL).await?, Value::Array(Vec::new()), "{view}");
        }
    }
    assert_accessible(page, "on a phone").await?;
    page.click("[data-opens=settings]").await?;
    assert_accessible(page, "on a phone, with the settings open").await?;
    assert_no_horizontal_scroll(page, "the settings").await?;
    Ok(())
}
