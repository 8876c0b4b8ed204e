//! A step back after a step forward shows the same page as before.

use anyhow::{Context, Result};
use browser_tests::Page;
use serde_json::{Value, json};

use super::reading::LOOK;

/// Step sizes, and the number of steps of each.
const WALKS: [(&str, usize); 5] =
    [("neuron", 24), ("equation", 24), ("sample", 6), ("mini_batch", 4), ("epoch", 2)];

/// Steps forward and back with the buttons, and returns the first difference, if there is one.
const WALK: &str = r#"
    const button = (to) => document.querySelector(`button[data-value='{"by":"${by}","direction":"${to}"}']`);
    const step = async (to) => {
      button(to).click();
      while (!document.getElementById('progress').hidden) await new Promise((done) => setTimeout(done, 5));
    };
    document.querySelector('button[data-action=JumpedToStart]').click();
    const looks = [look()];
    for (let n = 0; n < steps; n += 1) {
      await step('forward');
      looks.push(look());
    }
    const different = new Set(looks.map(String)).size;
    if (different !== steps + 1) return `${steps} steps forward show only ${different} different pages`;
    for (let n = steps - 1; n >= 0; n -= 1) {
      await step('back');
      const now = look();
      const part = now.findIndex((text, index) => text !== looks[n][index]);
      if (part >= 0) return `back at ${n}: ${now[part].slice(0, 300)} was ${looks[n][part].slice(0, 300)}`;
    }
    return null;"#;

pub(crate) async fn stepping_back_restores_the_page(page: &Page) -> Result<()> {
    for preset in ["mazur", "iris", "digits"] {
        page.choose("#preset", preset).await?;
        for (by, steps) in WALKS {
            let body = format!("{LOOK} const by = {}, steps = {steps}; {WALK}", json!(by));
            let difference = page.script_async(&body).await.with_context(|| format!("{preset} by {by}"))?;
            assert_eq!(difference, Value::Null, "{preset} by {by}");
        }
    }
    Ok(())
}
