//! What a person can do, as one serialisable type: `{"type": "Stepped", "value": {…}}`.

use super::{Axis, Direction, Item, RowTotal, StepBy, View};
use crate::nn::{Activation, BiasRule, Cost, Distribution, Parameter, Reduction};
use crate::scenario::json;
use crate::scenario::{Lane, Position, Rate, Updating};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// Everything that can happen to a session. Fields called `to` hold what was typed or chosen.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)] // read by `json::read_tagged`, as below
pub enum Action {
    // The scenario: these can be undone.
    /// The preset with this id is opened.
    PresetChosen(String),
    /// A scenario file with this text is opened.
    ScenarioOpened(String),
    /// η.
    LearningRateChanged(#[serde(deserialize_with = "typed::rate")] f64),
    /// M.
    BatchSizeChanged(#[serde(deserialize_with = "typed::count")] usize),
    /// Sum or mean, with η as it is.
    ReductionChanged(Reduction),
    /// Sum or mean, the other way round, with the η that makes the same update.
    ReductionExchanged,
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
    HeldOutChanged(#[serde(deserialize_with = "typed::count")] usize),
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
    /// A lane is added to the comparison.
    LaneAdded(#[serde(deserialize_with = "typed::lane")] Lane),
    /// A lane is taken out.
    LaneRemoved {
        /// Its place.
        lane: usize,
    },
    /// A lane changes places with the one before it.
    LaneMoved {
        /// Its place.
        lane: usize,
    },
    /// When a lane updates, and by which gradient.
    LaneUpdatingChanged {
        /// Its place.
        lane: usize,
        /// How it updates from now on.
        to: Updating,
    },
    /// Which deltas move a lane's biases.
    LaneBiasRuleChanged {
        /// Its place.
        lane: usize,
        /// The rule from now on.
        to: BiasRule,
    },
    /// The η of a lane.
    LaneRateChanged {
        /// Its place.
        lane: usize,
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
        by: StepBy,
        /// Which way.
        direction: Direction,
    },
    /// To the first moment of the run.
    Started,
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
    PlayByChanged(StepBy),
    /// Steps a second when playing.
    SpeedChanged(#[serde(deserialize_with = "typed::number")] f64),
    /// The time has come that the last reply asked to be woken at.
    Woken,
    /// Long work is given up, and playing and training stop.
    Stopped,

    // Training at full speed.
    /// It starts, pauses, or goes on.
    TrainingToggled,
    /// It ends here.
    TrainingStopped,
    /// Back to the last sound moment of a training that diverged.
    SoundRestored,
    /// It ends after so many epochs of the run, if any.
    EpochLimitChanged(#[serde(deserialize_with = "typed::optional_count")] Option<u32>),
    /// It ends at this mean cost of a sample, if any.
    CostLimitChanged(#[serde(deserialize_with = "typed::optional_number")] Option<f64>),
    /// It ends at this accuracy in percent, if any.
    AccuracyLimitChanged(#[serde(deserialize_with = "typed::optional_number")] Option<f64>),
    /// It makes at most so many samples a second, if there is a limit.
    TrainingSpeedChanged(#[serde(deserialize_with = "typed::optional_number")] Option<f64>),

    // What is seen.
    /// The stepper, the comparison or the training.
    ViewChanged(View),
    /// From the stepper to the comparison, and back.
    ViewToggled,
    /// In the comparison, rows move the parameters or leave them.
    FreezeToggled,
    /// What the charts of lanes count across.
    AxisChanged(Axis),
    /// In the stepper, the referee is called or sent away.
    RefereeAsked,
    /// Boundaries are those of the outputs, or of the selected neuron.
    BoundaryToggled,
    /// Something was selected, or nothing.
    Selected(Option<Item>),
    /// The pointer or focus is on something, or on nothing.
    Hovered(Option<Item>),
    /// The neuron `by` places on in the same layer is selected.
    NeuronMoved(i32),
    /// The layer `by` places on is selected.
    LayerMoved(i32),
    /// Significant digits shown.
    DigitsChanged(#[serde(deserialize_with = "typed::count")] usize),
    /// All terms of long sums are listed, or the first ones.
    AllTermsToggled,
    /// The explanation of the ledger's row totals is opened, for this one where it is given; or closed, where it
    /// is open for no other one.
    RowTotalAsked(Option<RowTotal>),
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

/// Reads `{"type": "Stepped", "value": {…}}` as the derived code reads a name and what belongs to it.
struct Tagged(Action);

impl<'de> Deserialize<'de> for Tagged {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Action::deserialize(deserializer).map(Self)
    }
}

impl Action {
    /// The action that JSON says; an error says what is wrong with it.
    ///
    /// ```
    /// use deltascope::session::Action;
    /// use serde_json::json;
    ///
    /// let action = Action::from_json(&json!({ "type": "LearningRateChanged", "value": "0.5" }));
    /// assert_eq!(action, Ok(Action::LearningRateChanged(0.5)));
    /// ```
    pub fn from_json(json: &Value) -> Result<Self, String> {
        json::read_tagged(json).map(|Tagged(action)| action).map_err(|problem| problem.to_string())
    }
}

impl<'de> Deserialize<'de> for Action {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_json(&Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// What a person types into a field comes as text; saved actions hold numbers.
mod typed {
    use super::{Deserialize, Deserializer, Error, Lane, Value, json};

    enum Typed {
        Number(f64),
        Text(String),
    }

    impl Typed {
        /// A number or text; `None` for anything else.
        fn of(value: Value) -> Option<Self> {
            match value {
                Value::Number(number) => number.as_f64().map(Self::Number),
                Value::String(text) => Some(Self::Text(text)),
                _ => None,
            }
        }

        /// The number, if it is one, and what was typed.
        fn read(self) -> (Option<f64>, String) {
            match self {
                Self::Number(number) => {
                    (Some(number), format!("{number:?}").trim_end_matches(".0").to_owned())
                }
                // The page writes minus as it should look; what is copied from it can be pasted here.
                Self::Text(text) => {
                    let text = text.trim().to_owned();
                    (text.replace('−', "-").parse().ok(), text)
                }
            }
        }

        /// A finite number, and what was typed.
        fn finite<E: Error>(self) -> Result<(f64, String), E> {
            let (number, text) = self.read();
            match number {
                Some(number) if number.is_finite() => Ok((number, text)),
                Some(_) => Err(E::custom(format!("{text} is not finite; take a number such as 0.5"))),
                None if text.is_empty() => Err(E::custom("a number is needed, such as 0.5")),
                None if text.contains(',') => {
                    Err(E::custom(format!("{text:?} is not a number; write the point as in 0.5")))
                }
                None => Err(E::custom(format!("{text:?} is not a number; 0.5 or -1e-3 would be"))),
            }
        }

        /// The same, or nothing typed.
        fn optional<E: Error>(self) -> Result<Option<f64>, E> {
            match &self {
                Self::Text(text) if text.trim().is_empty() => Ok(None),
                _ => self.finite().map(|(number, _)| Some(number)),
            }
        }
    }

    /// A finite number.
    pub(super) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        number_and_text(deserializer).map(|(number, _)| number)
    }

    /// A finite number, or nothing typed.
    pub(super) fn optional_number<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<f64>, D::Error> {
        Typed::of(Value::deserialize(deserializer)?).map_or(Ok(None), Typed::optional)
    }

    /// A whole number, or nothing typed.
    pub(super) fn optional_count<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<u32>, D::Error> {
        let number = optional_number(deserializer)?;
        match number {
            Some(number) if number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number) => {
                Ok(Some(number as u32))
            }
            Some(number) => {
                Err(D::Error::custom(format!("{number} will not do; take a whole number such as 30")))
            }
            None => Ok(None),
        }
    }

    /// A number above 0. What was typed is quoted, and 1e-400 is not 0 to the person who typed it.
    pub(super) fn rate<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        let (number, text) = number_and_text(deserializer)?;
        if number > 0.0 {
            return Ok(number);
        }
        let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
        let rounded = number == 0.0 && mantissa.contains(|c| matches!(c, '1'..='9'));
        let remark = if rounded { ", which is so small that it is rounded to 0" } else { "" };
        Err(D::Error::custom(format!("η must be a number above 0, not {text}{remark}; 0.5 would do")))
    }

    /// A finite number, and what was typed.
    fn number_and_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(f64, String), D::Error> {
        let typed = Typed::of(Value::deserialize(deserializer)?);
        typed.ok_or_else(|| D::Error::custom("a number is needed, such as 0.5 or -1e-3"))?.finite()
    }

    /// A lane, or its JSON as the value of an option.
    pub(super) fn lane<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Lane, D::Error> {
        let given = Value::deserialize(deserializer)?;
        let Value::String(text) = given else { return json::read(&given).map_err(D::Error::custom) };
        let lane = serde_json::from_str(&text).ok().and_then(|value| json::read(&value).ok());
        lane.ok_or_else(|| D::Error::custom(format!("{text:?} is no lane; take one of the list")))
    }

    /// A whole number, 0 or more.
    pub(super) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
        whole(deserializer, 1e9).map(|number| number as usize)
    }

    /// A whole number in 32 bits.
    pub(super) fn seed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
        whole(deserializer, u32::MAX.into()).map(|number| number as u32)
    }

    fn whole<'de, D: Deserializer<'de>>(deserializer: D, most: f64) -> Result<f64, D::Error> {
        let needed = || D::Error::custom("a whole number is needed, such as 4");
        let (number, text) = Typed::of(Value::deserialize(deserializer)?).ok_or_else(needed)?.read();
        match number {
            Some(number) if number.fract() == 0.0 && (0.0..=most).contains(&number) => Ok(number),
            Some(number) if number > most => {
                Err(D::Error::custom(format!("{text} will not do; {most} is the most")))
            }
            None if text.is_empty() => Err(needed()),
            _ => Err(D::Error::custom(format!("{text:?} will not do; take a whole number such as 4"))),
        }
    }
}
