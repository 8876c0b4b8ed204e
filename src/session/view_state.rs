//! What the reader looks at: view, selection, hover, digits, theme. None of it changes a number.

use super::{Action, Item};
use crate::scenario::{Position, Scenario};
use serde::{Deserialize, Serialize};

/// Maximum number of significant digits: enough to tell every double from every other.
pub const MAX_DIGITS: usize = 17;

/// A view of the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// One run, moment by moment.
    Stepper,
    /// Several runs side by side.
    Compare,
    /// One run at full speed.
    Train,
}

/// The horizontal axis of the charts of runs. Runs differ in their updates, not in the samples they have seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Samples seen.
    Samples,
    /// Updates made.
    Updates,
}

/// A row total of the ledger: the sum of one layer's δ for one sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "{ \"sample\": 0, \"layer\": 0 }")]
pub struct RowTotal {
    /// Within the mini-batch, counted from 0.
    pub sample: usize,
    /// l
    pub layer: usize,
}

/// What is selected and how things are shown.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewState {
    /// The view shown.
    pub view: View,
    /// In Compare: all δ are computed at the same parameters.
    pub frozen: bool,
    /// The horizontal axis of the charts of runs.
    pub axis: Axis,
    /// Whether the gradient check is open in the stepper.
    pub gradient_check_open: bool,
    /// Whether decision boundaries are those of the selected neuron instead of the outputs.
    pub boundary_of_selected: bool,
    /// A neuron, weight, input or target; its numbers are listed and can be edited.
    pub selected: Option<Item>,
    /// What the pointer or the keyboard focus is on.
    pub hovered: Option<Item>,
    /// Significant digits shown.
    pub digits: usize,
    /// Whether long sums show all their terms.
    pub all_terms: bool,
    /// Whether the explanation of row totals is open.
    pub row_total_explained: bool,
    /// The row total that it is about, if it is about one.
    pub row_total: Option<RowTotal>,
    /// Whether the page is dark.
    pub dark: bool,
}

impl ViewState {
    /// The first view of a scenario: the first output neuron is selected.
    pub(super) fn new(scenario: &Scenario) -> Self {
        Self {
            view: View::Stepper,
            frozen: false,
            axis: Axis::Samples,
            gradient_check_open: false,
            boundary_of_selected: false,
            selected: first_selection(scenario),
            hovered: None,
            digits: 4,
            all_terms: false,
            row_total_explained: false,
            row_total: None,
            dark: false,
        }
    }

    /// After the scenario was replaced: clears what does not exist any more. The selection is kept only if the new
    /// scenario has the same data columns.
    pub(super) fn fit(&mut self, scenario: &Scenario, same_data: bool) {
        self.hovered = None;
        if !same_data || !self.selected.is_none_or(|item| item.exists_in(&scenario.sizes)) {
            self.selected = first_selection(scenario);
        }
    }

    pub(super) fn update(
        &mut self,
        action: Action,
        scenario: &Scenario,
        position: Position,
    ) -> Result<(), String> {
        let exists = |item: &Option<Item>| item.is_none_or(|item| item.exists_in(&scenario.sizes));
        match action {
            Action::Selected(item) | Action::Hovered(item) if !exists(&item) => {
                return Err("this network has no such input, target, neuron or weight".into());
            }
            Action::Selected(item) => self.selected = item.map(selectable),
            Action::Hovered(item) => self.hovered = item,
            Action::NeuronSelectionMoved(by) => {
                let (layer, neuron) = self.selected_column(scenario, position);
                self.selected = Some(item_in_column(layer, wrapped(neuron, by, scenario.sizes[layer])));
            }
            Action::LayerSelectionMoved(by) => {
                let (layer, neuron) = self.selected_column(scenario, position);
                let layer = wrapped(layer, by, scenario.sizes.len());
                self.selected = Some(item_in_column(layer, neuron.min(scenario.sizes[layer] - 1)));
            }
            Action::DigitsChanged(digits) if (2..=MAX_DIGITS).contains(&digits) => self.digits = digits,
            Action::DigitsChanged(digits) => {
                return Err(format!("{digits} significant digits are not allowed; use 2 to {MAX_DIGITS}"));
            }
            Action::AllTermsToggled => self.all_terms = !self.all_terms,
            Action::AxisChanged(axis) => self.axis = axis,
            Action::GradientCheckToggled => self.gradient_check_open = !self.gradient_check_open,
            Action::BoundaryToggled => self.boundary_of_selected = !self.boundary_of_selected,
            Action::RowTotalToggled(total) => {
                let another = total.is_some() && total != self.row_total;
                self.row_total_explained = another || !self.row_total_explained;
                self.row_total = total;
            }
            Action::ThemeChanged { dark } => self.dark = dark,
            // Everything else was carried out by the session before.
            _ => {}
        }
        Ok(())
    }

    /// Column (0 is the inputs) and neuron of the selection, or of the present moment if nothing is selected.
    fn selected_column(&self, scenario: &Scenario, position: Position) -> (usize, usize) {
        match self.selected {
            Some(Item::Input { source }) => (0, source),
            Some(Item::Target { neuron }) => (scenario.sizes.len() - 1, neuron),
            Some(item) => item.neuron().map_or((0, 0), |(layer, neuron)| (layer + 1, neuron)),
            None => {
                let neuron = position.neuron.unwrap_or_default() as usize;
                (position.moment.layer().map_or(0, |layer| layer + 1), neuron)
            }
        }
    }
}

fn first_selection(scenario: &Scenario) -> Option<Item> {
    scenario.layer_sizes().len().checked_sub(1).map(|layer| Item::Neuron { layer, neuron: 0 })
}

/// What a click on an item selects: an input, a target or a weight itself, otherwise its neuron.
fn selectable(item: Item) -> Item {
    match item {
        Item::Input { .. } | Item::Target { .. } | Item::Weight { .. } => item,
        _ => item.neuron().map_or(item, |(layer, neuron)| Item::Neuron { layer, neuron }),
    }
}

/// The item in this column, where column 0 is the inputs.
fn item_in_column(layer: usize, neuron: usize) -> Item {
    match layer.checked_sub(1) {
        None => Item::Input { source: neuron },
        Some(layer) => Item::Neuron { layer, neuron },
    }
}

/// `from + by` modulo `count`.
fn wrapped(from: usize, by: i32, count: usize) -> usize {
    (from as i64 + i64::from(by)).rem_euclid(count as i64) as usize
}
