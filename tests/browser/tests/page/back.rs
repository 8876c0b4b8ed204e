//! A step back after a step forward shows the same digits and the same picture as before.

use anyhow::{Context, Result};
use browser_tests::Page;
use serde_json::{Value, json};

use super::reading::LOOK;

/// Sizes of steps and how many of each.
const WALKS: [(&str, usize); 5] =
    [("neuron", 24), ("equation", 24), ("sample", 6), ("mini_batch", 4), ("epoch", 2)];

/// Steps by pressing the buttons, there and back, and returns the first difference, if there is one.
const WALK: &str = r#"
    const button = (to) => document.querySelector(`button[data-value='{"by":"${by}","direction":"${to}"}']`);
    const step = async (to) => {
      button(to).click();
      while (!document.getElementById('progress').hidden) await new Promise((done) => setTimeout(done, 5));
    };
    document.querySelector('button[data-action=JumpedToStart]').click();
    const seen = [look()];
    for (let n = 0; n < steps; n += 1) {
      await step('forward');
      seen.push(look());
    }
    const places = new Set(seen.map(String)).size;
    if (places !== steps + 1) return `${steps} steps forward were seen at only ${places} places`;
    for (let n = steps - 1; n >= 0; n -= 1) {
      await step('back');
      const now = look();
      const part = now.findIndex((text, index) => text !== seen[n][index]);
      if (part >= 0) return `back at ${n}: ${now[part].slice(0, 300)} was ${seen[n][part].slice(0, 300)}`;
    }
    return null;"#;

pub(crate) async fn back_is_the_identity(page: &Page) -> Result<()> {
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
