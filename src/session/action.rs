//! What a person can do, as one serialisable type: `{"type": "Stepped", "value": {…}}`.

use super::{Axis, Direction, Item, RowTotal, StepSize, View};
use crate::json::{Read, Value, quoted};
use crate::nn::{Activation, BiasRule, Cost, Distribution, Parameter, Reduction};
use crate::scenario::file::{activation, bias_rule, distribution, reduction};
use crate::scenario::{Position, Rate, RunConfig, Updating};
use std::str::FromStr;

/// Everything that can happen to a session. Fields called `to` hold what was typed or chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    // The scenario: these can be undone.
    /// The preset with this id is opened.
    PresetChosen(String),
    /// A scenario file with this text is opened.
    ScenarioOpened(String),
    /// The page fetches the data of the preset with this title.
    DownloadStarted(String),
    /// η.
    LearningRateChanged(f64),
    /// M.
    BatchSizeChanged(usize),
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
        to: usize,
    },
    /// New starting parameters from this distribution.
    DistributionChanged(Distribution),
    /// New starting parameters from this seed.
    SeedChanged(u32),
    /// The samples are shuffled each epoch, or taken in file order.
    ShuffleChanged(bool),
    /// The seed of the shuffling.
    ShuffleSeedChanged(u32),
    /// So many rows in a hundred are held out from training; 0 is none.
    ValidationShareChanged(usize),
    /// The seed that the held-out rows are drawn by.
    SplitSeedChanged(u32),
    /// The inputs are standardised by the training rows, or taken as they are in the file.
    StandardiseChanged(bool),
    /// One weight or bias, as it is before the mini-batch shown.
    ParameterEdited {
        /// Which.
        parameter: Parameter,
        /// Its new value.
        to: f64,
    },
    /// One input of a row of the data.
    InputEdited {
        /// The row of the data.
        row: usize,
        /// k
        source: usize,
        /// Its new value.
        to: f64,
    },
    /// One target of a row of the data.
    TargetEdited {
        /// The row of the data.
        row: usize,
        /// j
        neuron: usize,
        /// Its new value.
        to: f64,
    },
    /// A run is added to the comparison.
    RunAdded(RunConfig),
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
    Scrubbed(usize),
    /// To the moment at this place among those of the sample at work and, after them, of the update.
    MomentChosen(usize),
    /// To the first moment of this epoch, counted from 1.
    EpochChosen(usize),
    /// Play, or pause.
    PlayToggled,
    /// The size of the steps when playing.
    PlayStepChanged(StepSize),
    /// Steps a second when playing.
    PlaySpeedChanged(f64),
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
    EpochLimitChanged(Option<u32>),
    /// It ends at this mean cost of a sample, if any.
    CostLimitChanged(Option<f64>),
    /// It ends at this accuracy in percent, if any.
    AccuracyLimitChanged(Option<f64>),
    /// It makes at most so many samples a second, if there is a limit.
    SpeedLimitChanged(Option<f64>),

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
    DigitsChanged(usize),
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
        shift: bool,
        /// With Control or Command.
        control: bool,
    },
}

impl Action {
    /// The action that JSON says; an error says what is wrong with it.
    ///
    /// ```
    /// use deltascope::session::Action;
    ///
    /// let action = r#"{ "type": "LearningRateChanged", "value": "0.5" }"#.parse();
    /// assert_eq!(action, Ok(Action::LearningRateChanged(0.5)));
    /// ```
    pub fn from_json(json: &Value) -> Result<Self, String> {
        Self::read(json).map_err(|problem| problem.to_string())
    }

    fn read<'a>(json: &'a Value<'a>) -> Read<'a, Self> {
        json.only(&["type", "value"], "an action")?;
        let name = json.field("type")?;
        let value = json.given("value").unwrap_or(&Value::Null);
        Ok(match name.text()? {
            "PresetChosen" => Self::PresetChosen(value.text()?.to_owned()),
            "ScenarioOpened" => Self::ScenarioOpened(value.text()?.to_owned()),
            "LearningRateChanged" => Self::LearningRateChanged(typed::rate(value)?),
            "BatchSizeChanged" => Self::BatchSizeChanged(typed::count(value)?),
            "ReductionChanged" => Self::ReductionChanged(reduction(value)?),
            "BiasRuleChanged" => Self::BiasRuleChanged(bias_rule(value)?),
            "CostChanged" => Self::CostChanged(value.one_of(Cost::ALL, Cost::name)?),
            "ActivationChanged" => {
                let [layer, to] = fields(value, ["layer", "to"])?;
                Self::ActivationChanged { layer: layer.whole()?, to: activation(to)? }
            }
            "LayerRemoved" => Self::LayerRemoved { layer: only(value, "layer")?.whole()? },
            "LayerSizeChanged" => {
                let [layer, to] = fields(value, ["layer", "to"])?;
                Self::LayerSizeChanged { layer: layer.whole()?, to: typed::count(to)? }
            }
            "DistributionChanged" => Self::DistributionChanged(distribution(value)?),
            "SeedChanged" => Self::SeedChanged(typed::seed(value)?),
            "ShuffleChanged" => Self::ShuffleChanged(value.bool()?),
            "ShuffleSeedChanged" => Self::ShuffleSeedChanged(typed::seed(value)?),
            "ValidationShareChanged" => Self::ValidationShareChanged(typed::count(value)?),
            "SplitSeedChanged" => Self::SplitSeedChanged(typed::seed(value)?),
            "StandardiseChanged" => Self::StandardiseChanged(value.bool()?),
            "ParameterEdited" => {
                let [at, to] = fields(value, ["parameter", "to"])?;
                Self::ParameterEdited { parameter: parameter(at)?, to: typed::number(to)? }
            }
            "InputEdited" => {
                let [row, source, to] = fields(value, ["row", "source", "to"])?;
                Self::InputEdited { row: row.whole()?, source: source.whole()?, to: typed::number(to)? }
            }
            "TargetEdited" => {
                let [row, neuron, to] = fields(value, ["row", "neuron", "to"])?;
                Self::TargetEdited { row: row.whole()?, neuron: neuron.whole()?, to: typed::number(to)? }
            }
            "RunAdded" => Self::RunAdded(typed::run(value)?),
            "RunRemoved" => Self::RunRemoved { run: only(value, "lane")?.whole()? },
            "RunMoved" => Self::RunMoved { run: only(value, "lane")?.whole()? },
            "RunUpdatingChanged" => {
                let [run, to] = fields(value, ["lane", "to"])?;
                Self::RunUpdatingChanged { run: run.whole()?, to: Updating::read(to)? }
            }
            "RunBiasRuleChanged" => {
                let [run, to] = fields(value, ["lane", "to"])?;
                Self::RunBiasRuleChanged { run: run.whole()?, to: bias_rule(to)? }
            }
            "RunRateChanged" => {
                let [run, to] = fields(value, ["lane", "to"])?;
                Self::RunRateChanged { run: run.whole()?, to: Rate::read(to)? }
            }
            "Stepped" => {
                let [by, direction] = fields(value, ["by", "direction"])?;
                Self::Stepped { by: StepSize::read(by)?, direction: Direction::read(direction)? }
            }
            "Jumped" => Self::Jumped(Position::read(value)?),
            "Scrubbed" => Self::Scrubbed(typed::count(value)?),
            "MomentChosen" => Self::MomentChosen(typed::count(value)?),
            "DownloadStarted" => Self::DownloadStarted(value.text()?.to_owned()),
            "EpochChosen" => Self::EpochChosen(typed::count(value)?),
            "PlayStepChanged" => Self::PlayStepChanged(StepSize::read(value)?),
            "PlaySpeedChanged" => Self::PlaySpeedChanged(typed::number(value)?),
            "EpochLimitChanged" => Self::EpochLimitChanged(typed::optional_count(value)?),
            "CostLimitChanged" => Self::CostLimitChanged(typed::optional_number(value)?),
            "AccuracyLimitChanged" => Self::AccuracyLimitChanged(typed::optional_number(value)?),
            "SpeedLimitChanged" => Self::SpeedLimitChanged(typed::optional_number(value)?),
            "ViewChanged" => Self::ViewChanged(View::read(value)?),
            "AxisChanged" => Self::AxisChanged(Axis::read(value)?),
            "Selected" => Self::Selected(optional(value, item)?),
            "Hovered" => Self::Hovered(optional(value, item)?),
            "NeuronSelectionMoved" => Self::NeuronSelectionMoved(value.whole()?),
            "LayerSelectionMoved" => Self::LayerSelectionMoved(value.whole()?),
            "DigitsChanged" => Self::DigitsChanged(typed::count(value)?),
            "RowTotalToggled" => Self::RowTotalToggled(optional(value, RowTotal::read)?),
            "ThemeChanged" => Self::ThemeChanged { dark: only(value, "dark")?.bool()? },
            "KeyPressed" => {
                value.only(&["key", "shift", "control"], "{ \"key\": \"z\" }")?;
                let held = |name| value.given(name).map_or(Ok(false), Value::bool);
                let key = value.field("key")?.text()?.to_owned();
                Self::KeyPressed { key, shift: held("shift")?, control: held("control")? }
            }
            alone => match Self::ALONE.iter().find(|(own, _)| *own == alone) {
                Some((_, action)) if value.is_null() => action.clone(),
                Some(_) => return value.refused("null"),
                None => return name.problem(format!("{} is no action", quoted(alone))),
            },
        })
    }

    /// The actions that say all by their names.
    const ALONE: [(&str, Self); 16] = [
        ("ReductionSwitched", Self::ReductionSwitched),
        ("LayerAdded", Self::LayerAdded),
        ("Undo", Self::Undo),
        ("Redo", Self::Redo),
        ("JumpedToStart", Self::JumpedToStart),
        ("PlayToggled", Self::PlayToggled),
        ("TimerFired", Self::TimerFired),
        ("Cancelled", Self::Cancelled),
        ("TrainingToggled", Self::TrainingToggled),
        ("TrainingStopped", Self::TrainingStopped),
        ("FiniteStateRestored", Self::FiniteStateRestored),
        ("ViewToggled", Self::ViewToggled),
        ("FreezeToggled", Self::FreezeToggled),
        ("GradientCheckToggled", Self::GradientCheckToggled),
        ("BoundaryToggled", Self::BoundaryToggled),
        ("AllTermsToggled", Self::AllTermsToggled),
    ];
}

/// Reads JSON.
impl FromStr for Action {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::from_json(&Value::parse(text).map_err(|mistake| mistake.to_string())?)
    }
}

/// What belongs to an action: these fields.
fn fields<'a, const N: usize>(value: &'a Value<'a>, names: [&str; N]) -> Read<'a, [&'a Value<'a>; N]> {
    value.fields(names, "a group { … }")
}

/// The same, where it is one.
fn only<'a>(value: &'a Value<'a>, name: &str) -> Read<'a, &'a Value<'a>> {
    fields(value, [name]).map(|[field]| field)
}

/// None for null.
fn optional<'a, T>(
    value: &'a Value<'a>,
    read: impl FnOnce(&'a Value<'a>) -> Read<'a, T>,
) -> Read<'a, Option<T>> {
    if value.is_null() { Ok(None) } else { read(value).map(Some) }
}

fn item<'a>(value: &'a Value<'a>) -> Read<'a, Item> {
    value.text()?.parse().or_else(|unknown: String| value.problem(unknown))
}

fn parameter<'a>(value: &'a Value<'a>) -> Read<'a, Parameter> {
    let would_do = "{ \"bias\": { \"layer\": 0, \"neuron\": 0 } }";
    let (place, at) = value.variant(&["weight", "bias"], would_do)?;
    let at = value.belonging(at, would_do)?;
    Ok(if place == 0 {
        let [layer, neuron, source] = fields(at, ["layer", "neuron", "source"])?;
        Parameter::Weight { layer: layer.whole()?, neuron: neuron.whole()?, source: source.whole()? }
    } else {
        let [layer, neuron] = fields(at, ["layer", "neuron"])?;
        Parameter::Bias { layer: layer.whole()?, neuron: neuron.whole()? }
    })
}

/// What a person types into a field comes as text; saved actions hold numbers.
mod typed {
    use super::{Read, RunConfig, Value, quoted};
    use crate::json::double;

    /// What was typed; none for what is neither text nor a number.
    fn typed<'a>(value: &'a Value<'a>) -> Option<&'a str> {
        match value {
            Value::Number(text) => Some(text),
            Value::Text(text) => Some(text.trim()),
            _ => None,
        }
    }

    /// The number that it spells. The page writes minus as it should look; what is copied from it can be pasted here.
    fn spelled(text: &str) -> Option<f64> {
        double(&text.replace('−', "-"))
    }

    /// A finite number, and what was typed.
    fn number_and_text<'a>(value: &'a Value<'a>) -> Read<'a, (f64, &'a str)> {
        let Some(text) = typed(value) else {
            return value.problem("a number is needed, such as 0.5 or -1e-3");
        };
        match spelled(text) {
            Some(number) if number.is_finite() => Ok((number, text)),
            Some(_) => value.problem(format!("{text} is not finite; take a number such as 0.5")),
            None if text.is_empty() => value.problem("a number is needed, such as 0.5"),
            None if text.contains(',') => {
                value.problem(format!("{} is not a number; write the point as in 0.5", quoted(text)))
            }
            None => value.problem(format!("{} is not a number; 0.5 or -1e-3 would be", quoted(text))),
        }
    }

    /// A finite number.
    pub(super) fn number<'a>(value: &'a Value<'a>) -> Read<'a, f64> {
        number_and_text(value).map(|(number, _)| number)
    }

    /// A finite number, or nothing typed.
    pub(super) fn optional_number<'a>(value: &'a Value<'a>) -> Read<'a, Option<f64>> {
        match typed(value) {
            None | Some("") => Ok(None),
            Some(_) => number(value).map(Some),
        }
    }

    /// A whole number, or nothing typed.
    pub(super) fn optional_count<'a>(value: &'a Value<'a>) -> Read<'a, Option<u32>> {
        match typed(value) {
            None | Some("") => Ok(None),
            Some(text) => match spelled(text) {
                Some(number) if number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number) => {
                    Ok(Some(number as u32))
                }
                _ => value.problem(format!("{} will not do; take a whole number such as 30", quoted(text))),
            },
        }
    }

    /// A number above 0. What was typed is quoted, and 1e-400 is not 0 to the person who typed it.
    pub(super) fn rate<'a>(value: &'a Value<'a>) -> Read<'a, f64> {
        let (number, text) = number_and_text(value)?;
        if number > 0.0 {
            return Ok(number);
        }
        let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
        let rounded = number == 0.0 && mantissa.contains(|c| matches!(c, '1'..='9'));
        let remark = if rounded { ", which is so small that it is rounded to 0" } else { "" };
        value.problem(format!("η must be a number above 0, not {text}{remark}; 0.5 would do"))
    }

    /// A run, or its JSON as the value of an option.
    pub(super) fn run<'a>(value: &'a Value<'a>) -> Read<'a, RunConfig> {
        let Value::Text(text) = value else { return RunConfig::read(value) };
        let run = Value::parse(text).ok().and_then(|value| RunConfig::read(&value).ok());
        run.map_or_else(|| value.problem(format!("{} is no lane; take one of the list", quoted(text))), Ok)
    }

    /// A whole number, 0 or more.
    pub(super) fn count<'a>(value: &'a Value<'a>) -> Read<'a, usize> {
        whole(value, 1e9).map(|number| number as usize)
    }

    /// A whole number in 32 bits.
    pub(super) fn seed<'a>(value: &'a Value<'a>) -> Read<'a, u32> {
        whole(value, u32::MAX.into()).map(|number| number as u32)
    }

    fn whole<'a>(value: &'a Value<'a>, most: f64) -> Read<'a, f64> {
        let text = typed(value).unwrap_or_default();
        match spelled(text) {
            Some(number) if number.fract() == 0.0 && (0.0..=most).contains(&number) => Ok(number),
            Some(number) if number > most => value.problem(format!("{text} will not do; {most} is the most")),
            None if text.is_empty() => value.problem("a whole number is needed, such as 4"),
            _ => value.problem(format!("{} will not do; take a whole number such as 4", quoted(text))),
        }
    }
}
