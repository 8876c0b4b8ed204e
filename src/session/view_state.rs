//! What the reader looks at: view, selection, hover, digits, theme. None of it changes a number.

use super::Item;
use crate::scenario::Scenario;
use serde::Deserialize;

/// Maximum number of significant digits: enough to tell every double from every other.
pub const MAX_DIGITS: usize = 17;

/// A view of the app.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// One run, moment by moment.
    #[default]
    Stepper,
    /// Several runs side by side.
    Compare,
    /// One run at full speed.
    Train,
}

/// The horizontal axis of the charts of runs. Runs differ in their updates, not in the samples they have seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Samples seen.
    #[default]
    Samples,
    /// Updates made.
    Updates,
}

/// A row sum of the ledger: the sum of one layer's δ for one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, expecting = "{ \"sample\": 0, \"layer\": 0 }")]
pub struct RowSum {
    /// Within the mini-batch, counted from 0.
    pub sample: usize,
    /// l
    pub layer: usize,
}

/// What is selected and how things are shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ViewState {
    /// The view shown.
    pub view: View,
    /// In Compare: all δ are computed at the same parameters.
    pub frozen: bool,
    /// The horizontal axis of the charts of runs.
    pub axis: Axis,
    /// Whether the gradient check is open in the stepper.
    pub gradient_check_open: bool,
    /// Whether decision maps are those of the selected neuron instead of the outputs.
    pub map_of_selected: bool,
    /// A neuron, weight, input or target; its numbers are listed and can be edited.
    pub selected: Option<Item>,
    /// What the pointer or the keyboard focus is on.
    pub hovered: Option<Item>,
    /// Significant digits shown.
    pub digits: usize,
    /// Whether long sums show all their terms.
    pub all_terms: bool,
    /// Whether the explanation of row sums is open.
    pub row_sum_explained: bool,
    /// The row sum that it is about, if it is about one.
    pub row_sum: Option<RowSum>,
    /// Whether the page is dark.
    pub dark: bool,
}

impl ViewState {
    /// The first view of a scenario: the first output neuron is selected.
    pub(super) fn new(scenario: &Scenario) -> Self {
        Self { selected: first_selection(scenario), digits: 4, ..Self::default() }
    }

    /// After the scenario was replaced: clears what does not exist any more. The selection is kept only if the new
    /// scenario has the same data columns.
    pub(super) fn fit(&mut self, scenario: &Scenario, same_data: bool) {
        self.hovered = None;
        if !same_data || !self.selected.is_none_or(|item| item.exists_in(&scenario.sizes)) {
            self.selected = first_selection(scenario);
        }
    }
}

fn first_selection(scenario: &Scenario) -> Option<Item> {
    scenario.layer_sizes().len().checked_sub(1).map(|layer| Item::Neuron { layer, neuron: 0 })
}
