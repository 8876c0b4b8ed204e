//! A place in time: which mini-batch of which epoch, and which moment of it.

use crate::json::{Read, Value, Writer};

/// Where the reader stands: after this moment's computation, or, where `neuron` is given, after that
/// of this one neuron of the moment's layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Position {
    /// Counted from 0.
    pub epoch: u32,
    /// Within the epoch, counted from 0.
    pub mini_batch: u32,
    /// Within the mini-batch.
    pub moment: Moment,
    /// Within the moment's layer, counted from 0; the whole layer where not given.
    pub neuron: Option<u32>,
}

/// A moment of a mini-batch. `sample` counts within the mini-batch, `layer` after the input, both from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the two fields are said above
pub enum Moment {
    /// x is laid on the input.
    Input { sample: u32 },
    /// zˡ and aˡ.
    Forward { sample: u32, layer: u32 },
    /// C.
    Cost { sample: u32 },
    /// δˡ: equation (1) at the output layer, (2) at the others.
    Delta { sample: u32, layer: u32 },
    /// ∂C/∂bˡ: equation (3).
    BiasGradient { sample: u32, layer: u32 },
    /// ∂C/∂wˡ: equation (4).
    WeightGradient { sample: u32, layer: u32 },
    /// The sample's gradient is added to the mini-batch's.
    Accumulate { sample: u32 },
    /// The parameters of a layer change, by the gradient of the whole mini-batch.
    Update { layer: u32 },
}

impl Position {
    pub(crate) fn read<'a>(value: &'a Value<'a>) -> Read<'a, Self> {
        value.only(&["epoch", "mini_batch", "moment", "neuron"], "{ \"epoch\": 0, \"mini_batch\": 0 }")?;
        Ok(Self {
            epoch: value.field("epoch")?.whole()?,
            mini_batch: value.field("mini_batch")?.whole()?,
            moment: value.given("moment").map_or(Ok(Moment::default()), Moment::read)?,
            neuron: value.set("neuron").map(Value::whole).transpose()?,
        })
    }

    pub(super) fn write(self, json: &mut Writer) {
        json.group(|json| {
            json.field("epoch").plain(self.epoch);
            json.field("mini_batch").plain(self.mini_batch);
            self.moment.write(json.field("moment"));
            if let Some(neuron) = self.neuron {
                json.field("neuron").plain(neuron);
            }
        });
    }
}

impl Default for Moment {
    fn default() -> Self {
        Self::Input { sample: 0 }
    }
}

impl Moment {
    /// Their names in files, and one of each.
    const NAMED: [(&str, Self); 8] = [
        ("input", Self::Input { sample: 0 }),
        ("forward", Self::Forward { sample: 0, layer: 0 }),
        ("cost", Self::Cost { sample: 0 }),
        ("delta", Self::Delta { sample: 0, layer: 0 }),
        ("bias_gradient", Self::BiasGradient { sample: 0, layer: 0 }),
        ("weight_gradient", Self::WeightGradient { sample: 0, layer: 0 }),
        ("accumulate", Self::Accumulate { sample: 0 }),
        ("update", Self::Update { layer: 0 }),
    ];

    fn read<'a>(value: &'a Value<'a>) -> Read<'a, Self> {
        let would_do = "a moment such as { \"update\": { \"layer\": 0 } }";
        let (place, content) = value.variant(&Self::NAMED.map(|(name, _)| name), would_do)?;
        let content = value.belonging(content, would_do)?;
        let (_, mut moment) = Self::NAMED[place];
        let counts = moment.counts();
        let known: Vec<_> = counts.iter().flatten().map(|(name, _)| *name).collect();
        content.only(&known, would_do)?;
        for (name, count) in counts.into_iter().flatten() {
            *count = content.field(name)?.whole()?;
        }
        Ok(moment)
    }

    fn write(mut self, json: &mut Writer) {
        let same = |moment: &Self| std::mem::discriminant(moment) == std::mem::discriminant(&self);
        let name = Self::NAMED.iter().find(|(_, moment)| same(moment)).map_or("", |(name, _)| name);
        json.group(|json| {
            json.field(name).group(|json| {
                for (name, count) in self.counts().into_iter().flatten() {
                    json.field(name).plain(count);
                }
            });
        });
    }

    /// What it counts, with the names in files.
    fn counts(&mut self) -> [Option<(&'static str, &mut u32)>; 2] {
        let (sample, layer) = match self {
            Self::Input { sample } | Self::Cost { sample } | Self::Accumulate { sample } => {
                (Some(sample), None)
            }
            Self::Forward { sample, layer }
            | Self::Delta { sample, layer }
            | Self::BiasGradient { sample, layer }
            | Self::WeightGradient { sample, layer } => (Some(sample), Some(layer)),
            Self::Update { layer } => (None, Some(layer)),
        };
        [sample.map(|sample| ("sample", sample)), layer.map(|layer| ("layer", layer))]
    }

    /// The sample within the mini-batch; none at the update.
    pub fn sample(self) -> Option<usize> {
        match self {
            Self::Input { sample }
            | Self::Forward { sample, .. }
            | Self::Cost { sample }
            | Self::Delta { sample, .. }
            | Self::BiasGradient { sample, .. }
            | Self::WeightGradient { sample, .. }
            | Self::Accumulate { sample } => Some(sample as usize),
            Self::Update { .. } => None,
        }
    }

    /// The layer at work; none where all are or none is.
    pub fn layer(self) -> Option<usize> {
        match self {
            Self::Forward { layer, .. }
            | Self::Delta { layer, .. }
            | Self::BiasGradient { layer, .. }
            | Self::WeightGradient { layer, .. }
            | Self::Update { layer } => Some(layer as usize),
            Self::Input { .. } | Self::Cost { .. } | Self::Accumulate { .. } => None,
        }
    }
}
