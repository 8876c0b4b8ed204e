//! Actions that change what is shown, and no number.

use super::{Item, MAX_DIGITS, RowSum, Session, View, typed};
use serde::Deserialize;

/// Changes of the view, the selection and the display.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Look {
    /// Switches to a view.
    ViewChanged(View),
    /// Switches from Step to Compare; from Compare or Train to Step.
    ViewToggled,
    /// Opens or closes the gradient check in the stepper.
    GradientCheckToggled,
    /// Selects an item, or clears the selection.
    Selected(Option<Item>),
    /// The pointer or the keyboard focus is on an item, or on none.
    Hovered(Option<Item>),
    /// Moves the selection by this many neurons within its layer.
    NeuronSelectionMoved(i32),
    /// Moves the selection by this many layers.
    LayerSelectionMoved(i32),
    /// Significant digits.
    DigitsChanged(#[serde(deserialize_with = "typed::count")] usize),
    /// Shows all terms of long sums, or the first ones.
    AllTermsToggled,
    /// Opens the explanation of the ledger's row sums, about this one if given; closes it if it is already about
    /// this one.
    RowSumToggled(Option<RowSum>),
    /// Dark or light.
    ThemeChanged {
        /// Whether it is dark.
        dark: bool,
    },
}

impl Session {
    pub(super) fn look(&mut self, action: Look) -> Result<(), String> {
        let view_state = &mut self.view_state;
        match action {
            Look::ViewChanged(view) => return self.show_view(view),
            Look::ViewToggled if view_state.view == View::Stepper => return self.show_view(View::Compare),
            Look::ViewToggled => return self.show_view(View::Stepper),
            Look::GradientCheckToggled => view_state.gradient_check_open = !view_state.gradient_check_open,
            Look::Selected(item) => self.view_state.selected = self.existing(item)?.map(selectable),
            Look::Hovered(item) => self.view_state.hovered = self.existing(item)?,
            Look::NeuronSelectionMoved(by) => {
                let (column, neuron) = self.selected_column();
                let neuron = wrap_index(neuron, by, self.scenario.sizes[column]);
                self.view_state.selected = Some(item_in_column(column, neuron));
            }
            Look::LayerSelectionMoved(by) => {
                let (column, neuron) = self.selected_column();
                let column = wrap_index(column, by, self.scenario.sizes.len());
                let neuron = neuron.min(self.scenario.sizes[column] - 1);
                self.view_state.selected = Some(item_in_column(column, neuron));
            }
            Look::DigitsChanged(digits) if (2..=MAX_DIGITS).contains(&digits) => view_state.digits = digits,
            Look::DigitsChanged(digits) => {
                return Err(format!("{digits} significant digits are not allowed; use 2 to {MAX_DIGITS}"));
            }
            Look::AllTermsToggled => view_state.all_terms = !view_state.all_terms,
            Look::RowSumToggled(row_sum) => {
                let another = row_sum.is_some() && row_sum != view_state.row_sum;
                view_state.row_sum_explained = another || !view_state.row_sum_explained;
                view_state.row_sum = row_sum;
            }
            Look::ThemeChanged { dark } => view_state.dark = dark,
        }
        Ok(())
    }

    /// Switches to a view. Compare replays its runs up to the current position.
    fn show_view(&mut self, view: View) -> Result<(), String> {
        self.view_state.view = view;
        if view != View::Train {
            self.pause_training(false);
        }
        match view {
            View::Stepper | View::Train => {
                self.playback.playing &= view == View::Stepper;
                self.comparison = None;
                Ok(())
            }
            View::Compare => self.replay_to(self.position, self.step_history.clone()),
        }
    }

    /// The item, if the network has it.
    fn existing(&self, item: Option<Item>) -> Result<Option<Item>, String> {
        match item.is_none_or(|item| item.exists_in(&self.scenario.sizes)) {
            true => Ok(item),
            false => Err("this network has no such input, target, neuron or weight".into()),
        }
    }

    /// Column (0 is the inputs) and neuron of the selection, or of the current moment if nothing is selected.
    fn selected_column(&self) -> (usize, usize) {
        match self.view_state.selected {
            Some(Item::Input { source }) => (0, source),
            Some(Item::Target { neuron }) => (self.scenario.sizes.len() - 1, neuron),
            Some(item) => item.neuron().map_or((0, 0), |(layer, neuron)| (layer + 1, neuron)),
            None => {
                let neuron = self.position.neuron.unwrap_or_default() as usize;
                (self.position.moment.layer().map_or(0, |layer| layer + 1), neuron)
            }
        }
    }
}

/// What a click on an item selects: an input, a target or a weight itself, otherwise its neuron.
fn selectable(item: Item) -> Item {
    match item {
        Item::Input { .. } | Item::Target { .. } | Item::Weight { .. } => item,
        _ => item.neuron().map_or(item, |(layer, neuron)| Item::Neuron { layer, neuron }),
    }
}

/// The item in this column, where column 0 is the inputs.
fn item_in_column(column: usize, neuron: usize) -> Item {
    match column.checked_sub(1) {
        None => Item::Input { source: neuron },
        Some(layer) => Item::Neuron { layer, neuron },
    }
}

/// `from + by` modulo `count`.
fn wrap_index(from: usize, by: i32, count: usize) -> usize {
    (from as i64 + i64::from(by)).rem_euclid(count as i64) as usize
}
