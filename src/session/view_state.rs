//! What the reader looks at: selection, hover, digits, theme. None of it changes a number.

use super::{Action, Item};
use crate::scenario::{Position, Scenario};
use serde::{Deserialize, Serialize};

/// A double has at most so many significant digits: enough to tell it from every other one.
pub const MAX_DIGITS: usize = 17;

/// Which part of the app is looked at.
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

/// What a chart of runs counts across: runs differ in their updates, not in the samples they have seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Axis {
    /// Samples seen.
    Samples,
    /// Updates made.
    Updates,
}

/// The δ of one layer added up across a row of the ledger.
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
    /// Which part of the app.
    pub view: View,
    /// In the comparison: no row moves the parameters.
    pub frozen: bool,
    /// What the charts of runs count across.
    pub axis: Axis,
    /// Whether the gradient check was called in the stepper.
    pub gradient_check_open: bool,
    /// The neuron whose own boundary is drawn, in place of the outputs'.
    pub boundary_of_selected: bool,
    /// A neuron, weight or input; its numbers are listed and can be edited.
    pub selected: Option<Item>,
    /// What the pointer or the focus is on.
    pub hovered: Option<Item>,
    /// Significant digits shown.
    pub digits: usize,
    /// Whether long sums list all their terms.
    pub all_terms: bool,
    /// Whether the ledger explains its row totals.
    pub row_total_explained: bool,
    /// The one that was asked about last, if any one was.
    pub row_total: Option<RowTotal>,
    /// Whether the page is dark.
    pub dark: bool,
}

impl ViewState {
    /// How a scenario is looked at first: at the first neuron of its last layer.
    pub(super) fn of(scenario: &Scenario) -> Self {
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

    /// After a change of the scenario: nothing that is gone stays selected. `other` says that it is
    /// another one altogether.
    pub(super) fn fit(&mut self, scenario: &Scenario, other: bool) {
        self.hovered = None;
        if other || !self.selected.is_none_or(|item| item.exists_in(&scenario.sizes)) {
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
                return Err("there is no such thing in this network".into());
            }
            Action::Selected(item) => self.selected = item.map(selectable),
            Action::Hovered(item) => self.hovered = item,
            Action::NeuronSelectionMoved(by) => {
                let (layer, neuron) = self.place(scenario, position);
                self.selected = Some(at(layer, moved(neuron, by, scenario.sizes[layer])));
            }
            Action::LayerSelectionMoved(by) => {
                let (layer, neuron) = self.place(scenario, position);
                let layer = moved(layer, by, scenario.sizes.len());
                self.selected = Some(at(layer, neuron.min(scenario.sizes[layer] - 1)));
            }
            Action::DigitsChanged(digits) if (2..=MAX_DIGITS).contains(&digits) => self.digits = digits,
            Action::DigitsChanged(digits) => {
                return Err(format!("{digits} significant digits will not do; take 2 to {MAX_DIGITS}"));
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

    /// Layer (0 is the input) and neuron that the selection is in; else that of the moment shown.
    fn place(&self, scenario: &Scenario, position: Position) -> (usize, usize) {
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

/// What is selected by pointing at an item: an input, a target or a weight itself, else its neuron.
fn selectable(item: Item) -> Item {
    match item {
        Item::Input { .. } | Item::Target { .. } | Item::Weight { .. } => item,
        _ => item.neuron().map_or(item, |(layer, neuron)| Item::Neuron { layer, neuron }),
    }
}

/// The item at this place, where layer 0 is the input.
fn at(layer: usize, neuron: usize) -> Item {
    match layer.checked_sub(1) {
        None => Item::Input { source: neuron },
        Some(layer) => Item::Neuron { layer, neuron },
    }
}

/// `from` and `by` added within 0 … `count` − 1, going round at the ends.
fn moved(from: usize, by: i32, count: usize) -> usize {
    (from as i64 + i64::from(by)).rem_euclid(count as i64) as usize
}
