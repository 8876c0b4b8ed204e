//! The presets that open in the comparison: where the wrong rule shows, and where it hides.

use super::{File, Plan, data, drawn, embedded, hyperparameters, names, rows, table};
use crate::nn::{
    Activation::{Identity, Sigmoid, Softmax},
    BiasRule::{Frozen, LayerSum},
    Cost, Distribution, Reduction,
};
use crate::scenario::{Rate, RunConfig, SampleOrder, Updating};

const PER_SAMPLE: RunConfig = RunConfig::new(Updating::PerSample);
const SUM: RunConfig = RunConfig::new(Updating::Sum);
const MEAN: RunConfig = RunConfig::new(Updating::Mean);
/// After each sample, by the step that each has in a mean.
const PER_SAMPLE_OVER_M: RunConfig = RunConfig { rate: Rate::EtaOverM, ..PER_SAMPLE };

pub(super) const AND: &[RunConfig] = &[PER_SAMPLE, SUM, SUM.with(LayerSum)];
pub(super) const GATES: &[RunConfig] = &[PER_SAMPLE, SUM, SUM.with(LayerSum), PER_SAMPLE.with(LayerSum)];
pub(super) const IRIS: &[RunConfig] = &[PER_SAMPLE_OVER_M, MEAN, MEAN.with(LayerSum), MEAN.with(Frozen)];
pub(super) const OUTPUTS: &[RunConfig] = &[MEAN, MEAN.with(LayerSum)];
pub(super) const ONE: &[RunConfig] = &[PER_SAMPLE, SUM, SUM.with(LayerSum)];
pub(super) const DIGITS: &[RunConfig] = &[PER_SAMPLE_OVER_M, MEAN, MEAN.with(LayerSum), MEAN.with(Frozen)];

pub(super) fn gates() -> Plan {
    Plan {
        sizes: &[2, 4],
        activations: &[Sigmoid],
        start: drawn(Distribution::Zero, 0),
        hyperparameters: hyperparameters(Cost::HalfMse, 2.0, 4, Reduction::Sum),
        order: SampleOrder::File,
        data: rows(
            &["A", "B"],
            &["A and B", "A or B", "A nand B", "A nor B"],
            &[
                (&[0.0, 0.0], &[0.0, 0.0, 1.0, 1.0]),
                (&[0.0, 1.0], &[0.0, 1.0, 1.0, 0.0]),
                (&[1.0, 0.0], &[0.0, 1.0, 1.0, 0.0]),
                (&[1.0, 1.0], &[1.0, 1.0, 0.0, 0.0]),
            ],
        ),
    }
}

pub(super) fn iris() -> Plan {
    Plan {
        sizes: &[4, 3],
        activations: &[Softmax],
        start: drawn(Distribution::Zero, 0),
        hyperparameters: hyperparameters(Cost::Cce, 0.3, 10, Reduction::Mean),
        order: SampleOrder::Shuffled(1),
        data: embedded(|| {
            let table = table(File::Iris);
            let mut inputs = table.select(&[0, 1, 2, 3])?.min_max()?;
            inputs.columns = names(&["sepal length", "sepal width", "petal length", "petal width"]);
            Ok(data(inputs, table.one_hot(4, &["setosa", "versicolor", "virginica"])?))
        }),
    }
}

pub(super) fn outputs() -> Plan {
    Plan {
        sizes: &[1, 8],
        activations: &[Identity],
        start: drawn(Distribution::Zero, 0),
        hyperparameters: hyperparameters(Cost::HalfMse, 0.3, 3, Reduction::Mean),
        order: SampleOrder::File,
        data: rows(
            &["x"],
            &["y1", "y2", "y3", "y4", "y5", "y6", "y7", "y8"],
            &[(&[-1.0], &[1.0; 8]), (&[0.0], &[1.0; 8]), (&[1.0], &[1.0; 8])],
        ),
    }
}

pub(super) fn one() -> Plan {
    Plan {
        sizes: &[2, 1],
        activations: &[Sigmoid],
        start: drawn(Distribution::Zero, 0),
        hyperparameters: hyperparameters(Cost::HalfMse, 2.0, 4, Reduction::Sum),
        order: SampleOrder::File,
        data: rows(
            &["A", "B"],
            &["A or B"],
            &[(&[0.0, 0.0], &[0.0]), (&[0.0, 1.0], &[1.0]), (&[1.0, 0.0], &[1.0]), (&[1.0, 1.0], &[1.0])],
        ),
    }
}
