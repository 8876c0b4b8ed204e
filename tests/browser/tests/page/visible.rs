//! Nothing in the ledger is covered, cut off or scrolled away.

use anyhow::Result;
use browser_tests::{Engine, Page, Viewport};
use serde_json::Value;

/// The hit test at the middle of a cell: counts it in `cells`, and adds what was found instead of it to `wrong`.
const HITS: &str = "
    const wrong = [];
    let cells = 0;
    const hitOf = (cell) => {
      const { left, top, width, height } = cell.getBoundingClientRect();
      return document.elementFromPoint(left + width / 2, top + height / 2);
    };
    const hits = (cell, when, mayScroll) => {
      cells += 1;
      if (mayScroll && !cell.contains(hitOf(cell))) {
        cell.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
      }
      const hit = hitOf(cell);
      if (!cell.contains(hit)) wrong.push(`${when}: ${cell.outerHTML}: ${hit?.outerHTML.slice(0, 200)}`);
    };";

/// Steps through a mini-batch with the sum and with the mean. At each moment, the browser's hit test at the middle of
/// each cell of the current sample, of the samples before it and of the totals must find that cell; the current sample
/// without scrolling the ledger. Returns the number of tested cells, and what was found instead of a cell.
const HIT_TESTS: &str = "
    const byId = (id) => document.getElementById(id);
    const press = (key) => document.dispatchEvent(new KeyboardEvent('keydown', { key }));
    const set = (id, value) => {
      byId(id).value = value;
      byId(id).dispatchEvent(new Event('change', { bubbles: true }));
    };
    const box = byId('ledger');
    set('batch-size', batchSize);
    for (const reduction of ['sum', 'mean']) {
      set('reduction', reduction);
      press('Home');
      for (let moment = 0, last = byId('scrub').max; moment <= last; moment++) {
        if (moment) press('ArrowRight');
        const when = `${reduction}, moment ${moment}`;
        if (byId('scrub').value !== String(moment)) return { cells, wrong: [`${when}: ${byId('scrub').value}`] };
        const rows = [...byId('ledger-rows').rows];
        const current = rows.findIndex((row) => row.classList.contains('current'));
        box.scrollIntoView({ block: 'nearest', behavior: 'instant' });
        if (current >= 0) hits(rows[current].cells[0], `${when}, without scrolling`, false);
        for (const row of [...rows.slice(0, current < 0 ? rows.length : current + 1), ...byId('ledger-totals').rows]) {
          for (const cell of row.cells) hits(cell, when, true);
        }
      }
    }
    return { cells, wrong: wrong.slice(0, 10) };";

const SIZES: [(u32, u32); 6] = [(1366, 768), (1366, 641), (1280, 585), (1024, 768), (1920, 1080), (390, 844)];

pub(crate) async fn no_cell_of_the_ledger_is_covered(page: &Page) -> Result<()> {
    for (width, height) in SIZES {
        page.see_through(Viewport { width, height, ..Viewport::DESKTOP }).await?;
        let size = page.size().await?;
        // The windows of some browsers have a minimum size.
        if page.engine() == Engine::Chromium {
            assert_eq!((size.width, size.height), (width.into(), height.into()));
        }
        for (preset, batch_size) in [("and", 4), ("xor", 4), ("xor", 3), ("iris", 10), ("digits", 10)] {
            page.choose("#preset", preset).await?;
            let found = page.script(&format!("const batchSize = {batch_size}; {HITS} {HIT_TESTS}")).await?;
            let context = format!("{preset} at {size:?}");
            assert_eq!(found["wrong"], Value::Array(Vec::new()), "{context}");
            assert!(found["cells"].as_u64().is_some_and(|cells| cells > 500), "{context}: {found}");
        }
    }
    Ok(())
}

/// The same for the runs of Compare at the current moment.
const RUN_HIT_TESTS: &str = "
    for (const run of document.querySelectorAll('.run')) {
      const table = run.querySelector('table');
      const samples = [...table.tBodies];
      const current = samples.findIndex((sample) => sample.classList.contains('current'));
      table.closest('.scroll').scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
      if (current >= 0) hits(samples[current].rows[1].cells[0], 'without scrolling', false);
      for (const part of [...samples.slice(0, current + 1), table.tFoot]) {
        for (const row of part.rows) for (const cell of row.cells) hits(cell, 'after scrolling', true);
      }
    }
    return { cells, wrong: wrong.slice(0, 10) };";

pub(crate) async fn no_sample_of_a_run_is_covered(page: &Page) -> Result<()> {
    for (width, height) in [(1366, 768), (1024, 768), (390, 844)] {
        page.see_through(Viewport { width, height, ..Viewport::DESKTOP }).await?;
        for (preset, samples) in [("compare-and", 4), ("compare-digits", 10)] {
            page.choose("#preset", preset).await?;
            page.click("h1").await?;
            for sample in 0..=samples {
                if sample > 0 {
                    page.press(".").await?;
                }
                page.until("document.getElementById('progress').hidden").await?;
                let found = page.script(&format!("{HITS} {RUN_HIT_TESTS}")).await?;
                let context = format!("{preset}, after {sample} samples, {width} × {height}");
                assert_eq!(found["wrong"], Value::Array(Vec::new()), "{context}");
                assert!(found["cells"].as_u64().is_some_and(|cells| cells > 20), "{context}: {found}");
            }
        }
    }
    Ok(())
}
