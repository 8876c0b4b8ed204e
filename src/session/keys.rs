//! Key bindings. The list in the help dialog is made from this table.

use super::{
    Action, Compare, Direction, Edit, History, Look, Navigate, Play, Session, StepSize, Train, View,
};
use serde::Deserialize;

/// A pressed key.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Keyboard {
    /// A key was pressed while no field had the focus.
    KeyPressed {
        /// As `KeyboardEvent.key` names it.
        key: String,
        /// With Shift.
        #[serde(default)]
        shift: bool,
        /// With Control or Command.
        #[serde(default)]
        control: bool,
    },
}

impl Session {
    /// Carries out the action of a key; other keys do nothing.
    pub(super) fn press(
        &mut self,
        Keyboard::KeyPressed { key, shift, control }: Keyboard,
    ) -> Result<(), String> {
        action_of(&key, shift, control).map_or(Ok(()), |action| self.update(action.clone()))
    }
}

/// A key and its action.
#[derive(Clone, Debug)]
pub struct KeyBinding {
    /// As `KeyboardEvent.key` names it.
    pub key: &'static str,
    /// With Shift; matters only with Control.
    pub shift: bool,
    /// With Control or Command.
    pub control: bool,
    /// How the page writes it.
    pub label: &'static str,
    /// What it does, in words.
    pub description: &'static str,
    /// What it does.
    pub action: Action,
}

const fn key(
    key: &'static str,
    label: &'static str,
    description: &'static str,
    action: Action,
) -> KeyBinding {
    KeyBinding { key, shift: false, control: false, label, description, action }
}

const fn control(
    key: &'static str,
    shift: bool,
    label: &'static str,
    description: &'static str,
    action: Action,
) -> KeyBinding {
    KeyBinding { key, shift, control: true, label, description, action }
}

const fn step(by: StepSize, direction: Direction) -> Action {
    Action::Navigate(Navigate::Stepped { by, direction })
}

const fn look(action: Look) -> Action {
    Action::Look(action)
}

/// Every key.
pub static KEYS: [KeyBinding; 29] = {
    use Direction::{Back, Forward};
    use StepSize::{Epoch, Equation, MiniBatch, Neuron, Sample};
    [
        key("ArrowRight", "→", "next equation (in Compare: next sample)", step(Equation, Forward)),
        key("ArrowLeft", "←", "previous equation (in Compare: previous sample)", step(Equation, Back)),
        key("ArrowDown", "↓", "next neuron", step(Neuron, Forward)),
        key("ArrowUp", "↑", "previous neuron", step(Neuron, Back)),
        key(".", ".", "next sample", step(Sample, Forward)),
        key(",", ",", "previous sample", step(Sample, Back)),
        key("PageDown", "Page Down", "end of the mini-batch", step(MiniBatch, Forward)),
        key("PageUp", "Page Up", "end of the previous mini-batch", step(MiniBatch, Back)),
        key("]", "]", "end of the epoch", step(Epoch, Forward)),
        key("[", "[", "end of the previous epoch", step(Epoch, Back)),
        key("Home", "Home", "first moment of the run", Action::Navigate(Navigate::JumpedToStart)),
        key(" ", "Space", "play or pause (in Train: train or pause)", Action::Play(Play::PlayToggled)),
        key("Escape", "Esc", "stop computing, playing and training", Action::Play(Play::Cancelled)),
        key("j", "j", "select the next neuron of the layer", look(Look::NeuronSelectionMoved(1))),
        key("k", "k", "select the previous neuron of the layer", look(Look::NeuronSelectionMoved(-1))),
        key("l", "l", "select in the next layer", look(Look::LayerSelectionMoved(1))),
        key("h", "h", "select in the previous layer", look(Look::LayerSelectionMoved(-1))),
        key("x", "x", "clear selection", look(Look::Selected(None))),
        key("t", "t", "show all terms of long sums", look(Look::AllTermsToggled)),
        key("s", "s", "why a row total is not a bias gradient", look(Look::RowSumToggled(None))),
        key("v", "v", "Step ↔ Compare", look(Look::ViewToggled)),
        key("g", "g", "go to Train", look(Look::ViewChanged(View::Train))),
        key("b", "b", "back to the last finite state", Action::Train(Train::FiniteStateRestored)),
        key("f", "f", "in Compare: freeze parameters on or off", Action::Compare(Compare::FreezeToggled)),
        key("r", "r", "gradient check on or off", look(Look::GradientCheckToggled)),
        key("m", "m", "switch sum and mean, same update", Action::Edit(Edit::ReductionSwitched)),
        control("z", false, "Ctrl+Z", "undo the last change", Action::History(History::Undo)),
        control("Z", true, "Ctrl+Shift+Z", "redo", Action::History(History::Redo)),
        control("y", false, "Ctrl+Y", "redo", Action::History(History::Redo)),
    ]
};

/// The action of a key. Shift matters only with Control: some keyboards need it to type the key itself.
pub fn action_of(key: &str, shift: bool, control: bool) -> Option<&'static Action> {
    let matches = |k: &&KeyBinding| k.key == key && k.control == control && (k.shift == shift || !k.control);
    KEYS.iter().find(matches).map(|k| &k.action)
}
