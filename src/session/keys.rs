//! The keyboard: which key does what. The list under `?` is made from this table.

use super::{Action, Direction, StepSize, View};

/// A key and what it does.
#[derive(Clone, Debug)]
pub struct Key {
    /// As `KeyboardEvent.key` names it.
    pub key: &'static str,
    /// With Shift, where that matters.
    pub shift: bool,
    /// With Control or Command.
    pub control: bool,
    /// How it is written on the page.
    pub label: &'static str,
    /// What it does, in words.
    pub does: &'static str,
    /// What it does.
    pub action: Action,
}

const fn key(key: &'static str, label: &'static str, does: &'static str, action: Action) -> Key {
    Key { key, shift: false, control: false, label, does, action }
}

const fn control(
    key: &'static str,
    shift: bool,
    label: &'static str,
    does: &'static str,
    action: Action,
) -> Key {
    Key { key, shift, control: true, label, does, action }
}

const fn step(by: StepSize, direction: Direction) -> Action {
    Action::Stepped { by, direction }
}

/// Every key.
pub static KEYS: [Key; 29] = {
    use Direction::{Back, Forward};
    use StepSize::{Epoch, Equation, MiniBatch, Neuron, Sample};
    [
        key("ArrowRight", "→", "one equation on; in Compare, one sample", step(Equation, Forward)),
        key("ArrowLeft", "←", "one equation back; in Compare, one sample", step(Equation, Back)),
        key("ArrowDown", "↓", "into: one neuron on", step(Neuron, Forward)),
        key("ArrowUp", "↑", "one neuron back", step(Neuron, Back)),
        key(".", ".", "over: one sample on", step(Sample, Forward)),
        key(",", ",", "one sample back", step(Sample, Back)),
        key("PageDown", "Page Down", "out: to the end of the mini-batch", step(MiniBatch, Forward)),
        key("PageUp", "Page Up", "to the end of the mini-batch before", step(MiniBatch, Back)),
        key("]", "]", "to the end of the epoch", step(Epoch, Forward)),
        key("[", "[", "to the end of the epoch before", step(Epoch, Back)),
        key("Home", "Home", "to the first moment of the run", Action::JumpedToStart),
        key(" ", "Space", "play or pause; in Train, train or pause", Action::PlayToggled),
        key("Escape", "Esc", "stop long work, playing and training", Action::Cancelled),
        key("j", "j", "select the next neuron of the layer", Action::NeuronSelectionMoved(1)),
        key("k", "k", "select the neuron before", Action::NeuronSelectionMoved(-1)),
        key("l", "l", "select in the next layer", Action::LayerSelectionMoved(1)),
        key("h", "h", "select in the layer before", Action::LayerSelectionMoved(-1)),
        key("x", "x", "select nothing", Action::Selected(None)),
        key("t", "t", "list all terms of long sums, or the first ones", Action::AllTermsToggled),
        key("s", "s", "why a row total is no bias gradient", Action::RowTotalToggled(None)),
        key("v", "v", "from the stepper to the comparison and back", Action::ViewToggled),
        key("g", "g", "to the training", Action::ViewChanged(View::Train)),
        key(
            "b",
            "b",
            "back to the last sound moment of a training that diverged",
            Action::FiniteStateRestored,
        ),
        key("f", "f", "in the comparison: freeze the parameters, or let them move", Action::FreezeToggled),
        key("r", "r", "ask the referee, or send it away", Action::GradientCheckToggled),
        key("m", "m", "exchange sum and mean, keeping the update", Action::ReductionSwitched),
        control("z", false, "Ctrl+Z", "undo a change of the scenario", Action::Undo),
        control("Z", true, "Ctrl+Shift+Z", "redo", Action::Redo),
        control("y", false, "Ctrl+Y", "redo", Action::Redo),
    ]
};

/// What this key does, if anything. Shift counts with Control only: elsewhere it may be needed to type the key.
pub fn action_of(key: &str, shift: bool, control: bool) -> Option<&'static Action> {
    let matches = |k: &&Key| k.key == key && k.control == control && (k.shift == shift || !k.control);
    KEYS.iter().find(matches).map(|k| &k.action)
}
