//! What a person can do, as one serialisable type: `{"type": "Stepped", "value": {…}}`.

use super::typed;
use super::{Axis, Direction, Item, RowTotal, StepSize, View};
use crate::json;
use crate::nn::{Activation, BiasRule, Cost, Distribution, Parameter, Reduction};
use crate::scenario::{Position, Rate, RunConfig, Updating};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::str::FromStr;

/// Everything that can happen to a session. Fields called `to` hold what was typed or chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", deny_unknown_fields)]
pub enum Action {
    // The scenario: these can be undone.
    /// The preset with this id is opened.
    PresetChosen(String),
    /// A scenario file with this text is opened.
    ScenarioOpened(String),
    /// The page fetches the data of the preset with this title.
    DownloadStarted(String),
    /// η.
    LearningRateChanged(#[serde(deserialize_with = "typed::learning_rate")] f64),
    /// M.
    BatchSizeChanged(#[serde(deserialize_with = "typed::count")] usize),
    /// Sum or mean, with η as it is.
    ReductionChanged(Reduction),
    /// Sum or mean, the other way round, with the η that makes the same update.
    ReductionSwitched,
    /// Which deltas move a bias.
    BiasRuleChanged(BiasRule),
    /// The cost; the output layer's activation follows where it must.
    CostChanged(Cost),
    /// A layer's activation function; the cost follows where it must.
    ActivationChanged {
        /// l
        layer: usize,
        /// σ
        to: Activation,
    },
    /// A hidden layer is added before the output layer.
    LayerAdded,
    /// A hidden layer is taken out.
    LayerRemoved {
        /// l
        layer: usize,
    },
    /// A hidden layer gets this many neurons.
    LayerSizeChanged {
        /// l
        layer: usize,
        /// nˡ
        #[serde(deserialize_with = "typed::count")]
        to: usize,
    },
    /// New starting parameters from this distribution.
    DistributionChanged(Distribution),
    /// New starting parameters from this seed.
    SeedChanged(#[serde(deserialize_with = "typed::seed")] u32),
    /// The samples are shuffled each epoch, or taken in file order.
    ShuffleChanged(bool),
    /// The seed of the shuffling.
    ShuffleSeedChanged(#[serde(deserialize_with = "typed::seed")] u32),
    /// So many rows in a hundred are held out from training; 0 is none.
    ValidationShareChanged(#[serde(deserialize_with = "typed::count")] usize),
    /// The seed that the held-out rows are drawn by.
    SplitSeedChanged(#[serde(deserialize_with = "typed::seed")] u32),
    /// The inputs are standardised by the training rows, or taken as they are in the file.
    StandardiseChanged(bool),
    /// One weight or bias, as it is before the mini-batch shown.
    ParameterEdited {
        /// Which.
        parameter: Parameter,
        /// Its new value.
        #[serde(deserialize_with = "typed::number")]
        to: f64,
    },
    /// One input of a row of the data.
    InputEdited {
        /// The row of the data.
        row: usize,
        /// k
        source: usize,
        /// Its new value.
        #[serde(deserialize_with = "typed::number")]
        to: f64,
    },
    /// One target of a row of the data.
    TargetEdited {
        /// The row of the data.
        row: usize,
        /// j
        neuron: usize,
        /// Its new value.
        #[serde(deserialize_with = "typed::number")]
        to: f64,
    },
    /// A run is added to the comparison.
    RunAdded(#[serde(deserialize_with = "typed::run")] RunConfig),
    /// A run is taken out.
    RunRemoved {
        /// Its place.
        run: usize,
    },
    /// A run changes places with the one before it.
    RunMoved {
        /// Its place.
        run: usize,
    },
    /// When a run updates, and by which gradient.
    RunUpdatingChanged {
        /// Its place.
        run: usize,
        /// How it updates from now on.
        to: Updating,
    },
    /// Which deltas move a run's biases.
    RunBiasRuleChanged {
        /// Its place.
        run: usize,
        /// The rule from now on.
        to: BiasRule,
    },
    /// The η of a run.
    RunRateChanged {
        /// Its place.
        run: usize,
        /// Its η from now on.
        to: Rate,
    },
    /// The last change of the scenario is taken back.
    Undo,
    /// The change last taken back is made again.
    Redo,

    // Time.
    /// A step.
    Stepped {
        /// Its size.
        by: StepSize,
        /// Which way.
        direction: Direction,
    },
    /// To the first moment of the run.
    JumpedToStart,
    /// To any position.
    Jumped(Position),
    /// To the moment of this mini-batch with this index.
    Scrubbed(#[serde(deserialize_with = "typed::count")] usize),
    /// To the moment at this place among those of the sample at work and, after them, of the update.
    MomentChosen(#[serde(deserialize_with = "typed::count")] usize),
    /// To the first moment of this epoch, counted from 1.
    EpochChosen(#[serde(deserialize_with = "typed::count")] usize),
    /// Play, or pause.
    PlayToggled,
    /// The size of the steps when playing.
    PlayStepChanged(StepSize),
    /// Steps a second when playing.
    PlaySpeedChanged(#[serde(deserialize_with = "typed::number")] f64),
    /// The time has come that the last reply asked to be woken at.
    TimerFired,
    /// Long work is given up, and playing and training stop.
    Cancelled,

    // Training at full speed.
    /// It starts, pauses, or goes on.
    TrainingToggled,
    /// It ends here.
    TrainingStopped,
    /// Back to the last sound moment of a training that diverged.
    FiniteStateRestored,
    /// It ends after so many epochs of the run, if any.
    EpochLimitChanged(#[serde(deserialize_with = "typed::optional_count")] Option<u32>),
    /// It ends at this mean cost of a sample, if any.
    CostLimitChanged(#[serde(deserialize_with = "typed::optional_number")] Option<f64>),
    /// It ends at this accuracy in percent, if any.
    AccuracyLimitChanged(#[serde(deserialize_with = "typed::optional_number")] Option<f64>),
    /// It makes at most so many samples a second, if there is a limit.
    SpeedLimitChanged(#[serde(deserialize_with = "typed::optional_number")] Option<f64>),

    // What is seen.
    /// The stepper, the comparison or the training.
    ViewChanged(View),
    /// From the stepper to the comparison, and back.
    ViewToggled,
    /// In the comparison, rows move the parameters or leave them.
    FreezeToggled,
    /// What the charts of runs count across.
    AxisChanged(Axis),
    /// In the stepper, the gradient check is called or sent away.
    GradientCheckToggled,
    /// Boundaries are those of the outputs, or of the selected neuron.
    BoundaryToggled,
    /// Something was selected, or nothing.
    Selected(Option<Item>),
    /// The pointer or focus is on something, or on nothing.
    Hovered(Option<Item>),
    /// The neuron `by` places on in the same layer is selected.
    NeuronSelectionMoved(i32),
    /// The layer `by` places on is selected.
    LayerSelectionMoved(i32),
    /// Significant digits shown.
    DigitsChanged(#[serde(deserialize_with = "typed::count")] usize),
    /// All terms of long sums are listed, or the first ones.
    AllTermsToggled,
    /// The explanation of the ledger's row totals is opened, for this one where it is given; or closed, where it
    /// is open for no other one.
    RowTotalToggled(Option<RowTotal>),
    /// Dark or light.
    ThemeChanged {
        /// Whether it is dark.
        dark: bool,
    },
    /// A key was pressed where no field has the focus.
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

impl Action {
    /// Reads an action from parsed JSON; the error says what is wrong with it.
    pub fn from_json(json: &Value) -> Result<Self, String> {
        json::from_value(json).map_err(|error| error.to_string())
    }
}

/// Reads JSON.
///
/// ```
/// use deltascope::session::Action;
///
/// let action = r#"{ "type": "LearningRateChanged", "value": "0.5" }"#.parse();
/// assert_eq!(action, Ok(Action::LearningRateChanged(0.5)));
/// ```
impl FromStr for Action {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        json::from_str(text).map_err(|error| error.to_string())
    }
}
