//! The training itself.

use super::evaluation::PartialEvaluation;
use super::{
    Classification, EpochMetrics, LoopPosition, LoopState, MIN_CURVE_POINTS, Series, Snapshot, StopReason,
    StoppingCriteria, Task,
};
use crate::nn::fast::Trainer;
use crate::nn::{Network, NotFinite, Trace, evaluate, train_mini_batch_with};
use crate::scenario::{SampleOrder, Scenario};
use std::borrow::Cow;

/// The approximate number of multiplications between two checks of the clock: a tenth of a millisecond.
const WORK_PER_CHECK: usize = 300_000;
/// The approximate maximum number of multiplications in a part of a mini-batch or of an evaluation: some milliseconds.
const WORK_PER_PART: usize = 24_000_000;
/// The number of evaluations that are kept. Every report contains them.
const EVALUATIONS: usize = 128;
/// The maximum number of entries of the parameter history, and of doubles in it. Other parameters are computed again from
/// the previous entry.
const HISTORY: usize = 64;
const HISTORY_VALUES: usize = 1 << 20;
/// The maximum number of parameters that reports contain while the training is running.
const MAX_LIVE_PARAMETERS: usize = 20_000;
/// The maximum number of samples between two checkpoints, and of multiplications: a divergence is located by training
/// again from a checkpoint.
const CHECKPOINT_SAMPLES: usize = 1024;
const CHECKPOINT_WORK: usize = 400_000_000;

/// Trains a scenario from a position on, in slices. Results do not depend on the slices.
#[derive(Debug)]
pub struct TrainingLoop {
    id: u32,
    scenario: Scenario,
    criteria: StoppingCriteria,
    trainer: Trainer,
    /// The current update, counted from the beginning of epoch 0, and its epoch and mini-batch.
    update: u64,
    epoch: u32,
    mini_batch: usize,
    /// The number of samples of the mini-batch that are processed.
    sample: usize,
    /// The rows in the order of this epoch.
    order: Vec<usize>,
    /// The number of samples trained on since the start of the loop.
    samples: u64,
    evaluation: Option<PartialEvaluation>,
    points: Series<EpochMetrics>,
    latest: Option<EpochMetrics>,
    classification: Classification,
    costs: Series<f64>,
    history: Series<Vec<f64>>,
    /// Two updates, ascending, with the finite parameters before each, and the number of samples since the later one.
    checkpoints: [(u64, Vec<f64>); 2],
    samples_since_checkpoint: usize,
    stop_reason: Option<StopReason>,
    parameters: usize,
    updates_per_check: usize,
    samples_per_part: usize,
    samples_per_checkpoint: usize,
}

impl TrainingLoop {
    /// Starts before the first update of the task.
    pub fn new(Task { id, scenario, criteria }: Task) -> Self {
        let (network, update) = (scenario.network().into_owned(), scenario.first_update());
        let trainer = Trainer::new(&network, &scenario.hyperparameters);
        let parameters = network.parameter_count();
        let samples = scenario.hyperparameters.batch_size.min(scenario.data.samples.len());
        // Each weight is part of three products. The overhead of a sample is about 200 multiplications.
        let work = 3 * parameters + 200;
        let (epoch, mini_batch) = scenario.epoch_and_mini_batch(update);
        let values: Vec<f64> = network.values().collect();
        let mut training_loop = Self {
            id,
            criteria,
            trainer,
            update,
            epoch,
            mini_batch: mini_batch as usize,
            sample: 0,
            order: scenario.epoch_order(epoch),
            samples: 0,
            evaluation: Some(PartialEvaluation::new(&scenario, update)),
            points: Series::new(epoch.into(), EVALUATIONS),
            latest: None,
            classification: Classification::default(),
            costs: Series::new(update, MIN_CURVE_POINTS),
            history: Series::new(update, (HISTORY_VALUES / parameters).clamp(4, HISTORY) / 2),
            checkpoints: [(update, values.clone()), (update, values)],
            samples_since_checkpoint: 0,
            stop_reason: None,
            parameters,
            updates_per_check: (WORK_PER_CHECK / (work * samples).max(1)).max(1),
            samples_per_part: (WORK_PER_PART / work).max(8),
            samples_per_checkpoint: (CHECKPOINT_WORK / work).clamp(64, CHECKPOINT_SAMPLES),
            scenario,
        };
        training_loop.record_parameters();
        training_loop
    }

    /// Replaces the stopping criteria.
    pub fn set_criteria(&mut self, criteria: StoppingCriteria) {
        self.criteria = criteria;
    }

    /// Trains until `is_over` returns true, the training ends by itself, or about `max_samples` samples are done.
    /// `is_over` is called about ten times per millisecond, less often for huge networks.
    pub fn advance(&mut self, max_samples: u64, mut is_over: impl FnMut() -> bool) {
        let goal = self.samples.saturating_add(max_samples);
        while self.stop_reason.is_none() && self.samples < goal {
            if self.evaluation.is_some() {
                self.evaluate_part();
            } else {
                for _ in 0..self.updates_per_check {
                    self.train();
                    if self.evaluation.is_some() || self.stop_reason.is_some() || self.samples >= goal {
                        break;
                    }
                }
            }
            if is_over() {
                return;
            }
        }
    }

    /// Trains on one mini-batch, or on a part of a long one.
    // Inlined into the worker, it is optimised for speed as the worker is, not for size as this crate is.
    #[inline]
    fn train(&mut self) {
        let start = self.mini_batch * self.scenario.hyperparameters.batch_size;
        let len = self.scenario.mini_batch_len(self.mini_batch);
        let rows = &self.order[start + self.sample..start + len];
        let data = &self.scenario.data.samples;
        if rows.len() > self.samples_per_part {
            let rows = &rows[..self.samples_per_part];
            self.trainer.accumulate(data.select(rows));
            self.sample += rows.len();
            self.samples += rows.len() as u64;
            return;
        }
        // A slice is much faster than `select` for tiny networks.
        let cost = match data.as_slice() {
            Some(samples) => self.trainer.train_mini_batch(rows.iter().map(|&row| &samples[row])),
            None => self.trainer.train_mini_batch(data.select(rows)),
        };
        if !cost.is_finite() || self.trainer.first_not_finite().is_some() {
            self.locate_divergence();
            return;
        }
        self.samples += rows.len() as u64;
        self.samples_since_checkpoint += len;
        self.costs.push(self.update, cost / len as f64);
        self.update += 1;
        self.mini_batch += 1;
        self.sample = 0;
        if self.mini_batch == self.scenario.mini_batches() {
            self.end_epoch();
        }
        if self.samples_since_checkpoint >= self.samples_per_checkpoint || self.history.retains(self.update) {
            self.record_parameters();
        }
        self.history.skip(self.update);
    }

    fn end_epoch(&mut self) {
        self.mini_batch = 0;
        let Some(epoch) = self.epoch.checked_add(1) else {
            self.stop_reason = Some(StopReason::LastEpoch);
            return;
        };
        self.epoch = epoch;
        if matches!(self.scenario.order, SampleOrder::Shuffled(_)) {
            self.order = self.scenario.epoch_order(epoch);
        }
        if self.is_last_epoch() || self.criteria.need_evaluation() || self.points.retains(epoch.into()) {
            self.evaluation = Some(PartialEvaluation::new(&self.scenario, self.update));
        } else {
            self.points.skip(epoch.into());
        }
    }

    /// Whether the number of epochs in the criteria is reached.
    fn is_last_epoch(&self) -> bool {
        self.criteria.epochs.is_some_and(|epochs| self.epoch >= epochs)
    }

    /// A part of the current evaluation.
    fn evaluate_part(&mut self) {
        let Some(evaluation) = &mut self.evaluation else { return };
        let rows = 2 * self.samples_per_part;
        let Some((metrics, classification)) = evaluation.advance(&self.scenario, &mut self.trainer, rows)
        else {
            return;
        };
        self.evaluation = None;
        self.classification = classification;
        self.points.push(self.epoch.into(), metrics);
        self.latest = Some(metrics);
        if self.is_last_epoch() {
            self.stop_reason = Some(StopReason::Epochs);
        } else if self.criteria.reached(&metrics) {
            self.stop_reason = Some(StopReason::TargetReached);
        }
    }

    /// Adds the parameters to the history and to the checkpoints, if they are due. The parameters must be finite.
    fn record_parameters(&mut self) {
        let values: Vec<f64> = self.trainer.network().values().collect();
        if self.history.retains(self.update) {
            self.history.push(self.update, values.clone());
        }
        if self.samples_since_checkpoint >= self.samples_per_checkpoint {
            self.samples_since_checkpoint = 0;
            self.checkpoints.swap(0, 1);
            self.checkpoints[1] = (self.update, values);
        }
    }

    /// Ends the training because a number is not finite. Trains again from the earlier checkpoint on the plain path, which
    /// shows every number, to the first update with a number that is not finite. Then goes back to the start of the update
    /// before.
    fn locate_divergence(&mut self) {
        let (mut update, values) = (self.checkpoints[0].0, &self.checkpoints[0].1);
        let mut network = self.trainer.network().with_values(values);
        let mut previous = None;
        let found = loop {
            let (network_after, found) = self.train_plain(update, &network);
            if found.is_some() || update == self.update {
                break found;
            }
            previous = Some((update, std::mem::replace(&mut network, network_after)));
            update += 1;
        };
        let what =
            found.or_else(|| self.trainer.first_not_finite().map(NotFinite::Parameter)).or_else(|| {
                // Every cost is finite, but their sum is not.
                let rows = self.rows(update);
                let samples = self.scenario.data.samples.select(&rows);
                NotFinite::largest_term(&network, samples, self.scenario.hyperparameters.cost)
            });
        self.stop_reason = Some(StopReason::Diverged { update, what: what.unwrap_or(NotFinite::Cost) });
        let (update, network) = previous.unwrap_or((update, network));
        self.reset_to(update, &network);
    }

    /// The network after an update on the plain path, and the first number of its mini-batch that is not finite.
    fn train_plain(&self, update: u64, network_before: &Network) -> (Network, Option<NotFinite>) {
        let hyperparameters = &self.scenario.hyperparameters;
        let rows = self.rows(update);
        let samples = self.scenario.data.samples.select(&rows);
        let mut network_after = network_before.clone();
        let mut found = None;
        train_mini_batch_with(&mut network_after, samples.clone(), hyperparameters, |trace: Trace| {
            found = found.or_else(|| NotFinite::find(&[trace], network_before, &[]));
        });
        let costs =
            samples.clone().map(|sample| evaluate(&network_after, [sample], hyperparameters.cost).cost_sum);
        let costs: Vec<f64> = costs.collect();
        let found = found.or_else(|| NotFinite::find(&[], &network_after, &costs)).map(|found| match found {
            NotFinite::Cost => {
                let finite_after = costs.iter().all(|cost| cost.is_finite());
                let network = if finite_after { network_before } else { &network_after };
                NotFinite::largest_term(network, samples, hyperparameters.cost).unwrap_or(found)
            }
            _ => found,
        });
        (network_after, found)
    }

    /// The rows of an update's mini-batch.
    fn rows(&self, update: u64) -> Vec<usize> {
        let (epoch, mini_batch) = self.scenario.epoch_and_mini_batch(update);
        let order = match epoch == self.epoch {
            true => Cow::Borrowed(&self.order),
            false => Cow::Owned(self.scenario.epoch_order(epoch)),
        };
        self.scenario.mini_batch_rows(&order, mini_batch as usize).to_vec()
    }

    /// Moves to before an update, with these parameters.
    fn reset_to(&mut self, update: u64, network: &Network) {
        let (epoch, mini_batch) = self.scenario.epoch_and_mini_batch(update);
        self.trainer.set_network(network);
        (self.update, self.sample) = (update, 0);
        (self.epoch, self.mini_batch) = (epoch, mini_batch as usize);
    }

    /// Whether it has ended by itself.
    pub fn ended(&self) -> bool {
        self.stop_reason.is_some()
    }

    /// The number of samples trained on.
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// The network before the current update.
    pub fn network(&self) -> Network {
        self.trainer.network()
    }

    /// A report. If `complete`, it contains what the stepper needs to continue from here, and says that the training is
    /// paused. `seconds` and `speed` (samples per second) are measured by the caller.
    pub fn snapshot(&self, complete: bool, seconds: f64, speed: f64) -> Snapshot {
        // The page draws the decision map of two inputs during the training.
        let has_map = self.scenario.sizes[0] == 2 && self.parameters <= MAX_LIVE_PARAMETERS;
        Snapshot {
            id: self.id,
            position: LoopPosition {
                epoch: self.epoch,
                mini_batch: self.mini_batch as u32,
                sample: self.sample as u32,
            },
            samples: self.samples,
            seconds,
            speed,
            state: match self.stop_reason {
                Some(reason) => LoopState::Ended(reason),
                None if complete => LoopState::Paused,
                None => LoopState::Running,
            },
            points: self.points.clone(),
            latest: self.latest,
            classification: self.classification.clone(),
            parameters: (complete || has_map).then(|| self.network().values().collect()),
            history: complete.then(|| (self.history.clone(), self.costs.clone())),
        }
    }
}
