//! The page computes the same doubles as native code, to the last bit.

use anyhow::{Context, Result};
use browser_tests::Page;
use deltascope::data::preset;
use deltascope::nn::{Network, Parameter};
use deltascope::session::{Direction, Navigate, Play, Session, StepSize};

/// Returns the id and value of each field of the selected neuron.
const FIELDS: &str =
    "return [...document.querySelectorAll('#inspector input')].map((field) => [field.id, field.value])";

/// Compares the parameters after one epoch of presets that together use all activations and costs.
pub(crate) async fn numbers_equal_the_native_ones_to_the_last_bit(page: &Page) -> Result<()> {
    for id in ["circle", "iris", "digits", "linnerud"] {
        page.choose("#preset", id).await?;
        page.click("[title*='end of the epoch (]']").await?;
        page.until("document.querySelector('#progress').hidden").await?;
        let mut native =
            Session::new(preset(id).context("no such preset")?.scenario()?).map_err(anyhow::Error::msg)?;
        let epoch = Navigate::Stepped { by: StepSize::Epoch, direction: Direction::Forward };
        native.update(epoch).map_err(anyhow::Error::msg)?;
        while native.progress().is_some() {
            native.update(Play::TimerFired).map_err(anyhow::Error::msg)?;
        }
        let compared = compare(page, &native.mini_batch().network_after, id).await?;
        assert!(compared > 3, "{id}: only {compared} numbers");
    }
    Ok(())
}

/// Asserts that the weights and the bias of the selected neuron equal this network's to the last bit, and returns
/// their number.
pub(crate) async fn compare(page: &Page, network: &Network, what: &str) -> Result<usize> {
    let shown: Vec<(String, String)> = serde_json::from_value(page.script(FIELDS).await?)?;
    let mut compared = 0;
    for (field, value) in shown {
        let indices: Vec<usize> = field.split('-').skip(2).map(str::parse).collect::<Result<_, _>>()?;
        let parameter = match (field.split('-').nth(1), &indices[..]) {
            (Some("w"), &[layer, neuron, source]) => Parameter::Weight { layer, neuron, source },
            (Some("b"), &[layer, neuron]) => Parameter::Bias { layer, neuron },
            _ => continue,
        };
        let got: f64 = value.parse()?;
        let want = network.get(parameter).with_context(|| field.clone())?;
        assert_eq!(got.to_bits(), want.to_bits(), "{what}: {field} is {got:?}, natively {want:?}");
        compared += 1;
    }
    Ok(compared)
}
