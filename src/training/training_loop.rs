//! A training that is under way.

use super::evaluating::EvaluationInProgress;
use super::{
    COSTS, ClassificationReport, EpochMetrics, LoopPosition, LoopState, ParameterHistory, Series, Snapshot,
    StopReason, StoppingCriteria, Task,
};
use crate::nn::fast::Trainer;
use crate::nn::{Network, NotFinite, Trace, evaluate, train_mini_batch_with};
use crate::scenario::{SampleOrder, Scenario};
use std::borrow::Cow;

/// Multiplications between two looks at the clock, about: a tenth of a millisecond.
const LOOK: usize = 300_000;
/// Multiplications in a piece of a mini-batch or of an evaluation, at most about: some milliseconds.
const PIECE: usize = 24_000_000;
/// Evaluations that are kept: reports hold them all.
const EVALUATIONS: usize = 128;
/// The parameters of a network that is looked at while it trains, at most.
const MAX_LIVE: usize = 20_000;
/// Samples between two copies of the parameters that a divergence is traced back from, at most, and multiplications:
/// the way back must not take long.
const SOUND: usize = 1024;
const SOUND_WORK: usize = 400_000_000;

/// Trains a scenario from a place on, a slice at a time.
///
/// Where it is cut into slices does not show in any number.
#[derive(Debug)]
pub struct TrainingLoop {
    id: u32,
    scenario: Scenario,
    criteria: StoppingCriteria,
    trainer: Trainer,
    /// The update under way, from the beginning of epoch 0, and its place.
    update: u64,
    epoch: u32,
    mini_batch: usize,
    /// Samples of it that are done.
    sample: usize,
    /// The rows in the order of this epoch.
    order: Vec<usize>,
    /// Samples trained on since the beginning of the training loop.
    samples: u64,
    evaluating: Option<EvaluationInProgress>,
    points: Series<EpochMetrics>,
    /// The latest evaluation.
    latest: Option<EpochMetrics>,
    classification: ClassificationReport,
    costs: Series<f64>,
    past: ParameterHistory,
    /// Parameters before an update of late, and before one earlier; and how many samples ago.
    sound: [(u64, Vec<f64>); 2],
    since_sound: usize,
    end: Option<StopReason>,
    parameters: usize,
    /// Updates between two looks at the clock, samples in a piece, and samples between two sound copies.
    look: usize,
    piece: usize,
    sound_after: usize,
}

impl TrainingLoop {
    /// Sets out. The task has been checked when it was made.
    pub fn new(Task { id, scenario, network, update, criteria }: Task) -> Self {
        let trainer = Trainer::new(&network, &scenario.hyperparameters);
        let parameters = network.parameter_count();
        let samples = scenario.hyperparameters.batch_size.min(scenario.data.samples.len());
        // Each weight takes part in three products; what surrounds them counts as much as some hundred.
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
            evaluating: Some(EvaluationInProgress::new(&scenario, update)),
            points: Series::new(epoch.into(), EVALUATIONS),
            latest: None,
            classification: ClassificationReport::default(),
            costs: Series::new(update, COSTS),
            past: ParameterHistory::new(parameters),
            sound: [(update, values.clone()), (update, values)],
            since_sound: 0,
            end: None,
            parameters,
            look: (LOOK / (work * samples).max(1)).max(1),
            piece: (PIECE / work).max(8),
            sound_after: (SOUND_WORK / work).clamp(64, SOUND),
            scenario,
        };
        training_loop.keep();
        training_loop
    }

    /// From now on it ends by these.
    pub fn set_criteria(&mut self, criteria: StoppingCriteria) {
        self.criteria = criteria;
    }

    /// Goes on until `enough` says so, or the training ends by itself; `most` samples at the most. `enough` is asked
    /// about ten times a millisecond, and less often for huge networks.
    pub fn advance(&mut self, most: u64, mut enough: impl FnMut() -> bool) {
        let goal = self.samples.saturating_add(most);
        while self.end.is_none() && self.samples < goal {
            if self.evaluating.is_some() {
                self.evaluate();
            } else {
                for _ in 0..self.look {
                    self.go_on();
                    if self.evaluating.is_some() || self.end.is_some() || self.samples >= goal {
                        break;
                    }
                }
            }
            if enough() {
                return;
            }
        }
    }

    /// One mini-batch, or a piece of a long one. Here the time goes: inline, it is compiled as the worker is, for speed.
    #[inline]
    fn go_on(&mut self) {
        let start = self.mini_batch * self.scenario.hyperparameters.batch_size;
        let len = self.scenario.mini_batch_len(self.mini_batch);
        let rows = &self.order[start + self.sample..start + len];
        let data = &self.scenario.data.samples;
        if rows.len() > self.piece {
            let rows = &rows[..self.piece];
            self.trainer.accumulate(data.select(rows));
            self.sample += rows.len();
            self.samples += rows.len() as u64;
            return;
        }
        // Doubles are borrowed with no more ado: for tiny networks that counts.
        let cost = match data.as_slice() {
            Some(samples) => self.trainer.train_mini_batch(rows.iter().map(|&row| &samples[row])),
            None => self.trainer.train_mini_batch(data.select(rows)),
        };
        if !cost.is_finite() || self.trainer.first_not_finite().is_some() {
            self.trace_back();
            return;
        }
        self.samples += rows.len() as u64;
        self.since_sound += len;
        self.costs.push(self.update, cost / len as f64);
        self.update += 1;
        self.mini_batch += 1;
        self.sample = 0;
        if self.mini_batch == self.scenario.mini_batches() {
            self.end_epoch();
        }
        if self.since_sound >= self.sound_after || self.past.wants(self.update) {
            self.keep();
        }
    }

    fn end_epoch(&mut self) {
        self.mini_batch = 0;
        let Some(epoch) = self.epoch.checked_add(1) else {
            self.end = Some(StopReason::LastEpoch);
            return;
        };
        self.epoch = epoch;
        if matches!(self.scenario.order, SampleOrder::Shuffled(_)) {
            self.order = self.scenario.epoch_order(epoch);
        }
        if self.is_last() || self.criteria.need_evaluation() || self.points.keeps(epoch.into()) {
            self.evaluating = Some(EvaluationInProgress::new(&self.scenario, self.update));
        } else {
            self.points.pass(epoch.into());
        }
    }

    /// Whether so many epochs are done as were wanted.
    fn is_last(&self) -> bool {
        self.criteria.epochs.is_some_and(|epochs| self.epoch >= epochs)
    }

    /// A piece of the evaluation under way.
    fn evaluate(&mut self) {
        let Some(evaluating) = &mut self.evaluating else { return };
        let Some((point, classification)) =
            evaluating.go_on(&self.scenario, &mut self.trainer, 2 * self.piece)
        else {
            return;
        };
        self.evaluating = None;
        self.classification = classification;
        self.points.push(self.epoch.into(), point);
        self.latest = Some(point);
        if self.is_last() {
            self.end = Some(StopReason::Epochs);
        } else if self.criteria.reached(&point) {
            self.end = Some(StopReason::TargetReached);
        }
    }

    /// Keeps the parameters that are sound so far.
    fn keep(&mut self) {
        let values: Vec<f64> = self.trainer.network().values().collect();
        if self.past.wants(self.update) {
            self.past.keep(self.update, values.clone());
        }
        if self.since_sound >= self.sound_after {
            self.since_sound = 0;
            self.sound.swap(0, 1);
            self.sound[1] = (self.update, values);
        }
    }

    /// Some number is no longer finite: runs once more from where all was sound, by the plain path, which sees every
    /// number, to the first update with one that is not. Stands before the update that came before that.
    fn trace_back(&mut self) {
        let (mut update, values) = (self.sound[0].0, &self.sound[0].1);
        let mut network = self.trainer.network().with_values(values);
        let mut last = None;
        let found = loop {
            let (after, found) = self.seen(update, &network);
            if found.is_some() || update == self.update {
                break found;
            }
            last = Some((update, std::mem::replace(&mut network, after)));
            update += 1;
        };
        let what =
            found.or_else(|| self.trainer.first_not_finite().map(NotFinite::Parameter)).or_else(|| {
                // No cost is infinite alone, but their sum is.
                let rows = self.rows(update);
                let samples = self.scenario.data.samples.select(&rows);
                NotFinite::largest_term(&network, samples, self.scenario.hyperparameters.cost)
            });
        self.end = Some(StopReason::Diverged { update, what: what.unwrap_or(NotFinite::Cost) });
        let (update, network) = last.unwrap_or((update, network));
        self.stand(update, &network);
    }

    /// The network after an update, and where a number of its mini-batch is not finite.
    fn seen(&self, update: u64, before: &Network) -> (Network, Option<NotFinite>) {
        let hyperparameters = &self.scenario.hyperparameters;
        let rows = self.rows(update);
        let samples = self.scenario.data.samples.select(&rows);
        let mut after = before.clone();
        let mut found = None;
        train_mini_batch_with(&mut after, samples.clone(), hyperparameters, |trace: Trace| {
            found = found.or_else(|| NotFinite::find(&[trace], before, &[]));
        });
        let costs = samples.clone().map(|sample| evaluate(&after, [sample], hyperparameters.cost).cost_sum);
        let costs: Vec<f64> = costs.collect();
        let found = found.or_else(|| NotFinite::find(&[], &after, &costs)).map(|found| match found {
            // Infinite before the update or only after it.
            NotFinite::Cost => {
                let network = if costs.iter().all(|cost| cost.is_finite()) { before } else { &after };
                NotFinite::largest_term(network, samples, hyperparameters.cost).unwrap_or(found)
            }
            _ => found,
        });
        (after, found)
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

    /// Stands before an update, with these parameters.
    fn stand(&mut self, update: u64, network: &Network) {
        let (epoch, mini_batch) = self.scenario.epoch_and_mini_batch(update);
        self.trainer.set_network(network);
        (self.update, self.sample) = (update, 0);
        (self.epoch, self.mini_batch) = (epoch, mini_batch as usize);
    }

    /// Whether it has ended by itself.
    pub fn ended(&self) -> bool {
        self.end.is_some()
    }

    /// Samples trained on so far.
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// The parameters now: those before the update under way.
    pub fn network(&self) -> Network {
        self.trainer.network()
    }

    /// What there is to see while it goes on; with `all` also what the stepper needs to go on from here. `seconds`
    /// and `speed` (samples a second) are what a clock outside has measured.
    pub fn snapshot(&self, all: bool, seconds: f64, speed: f64) -> Snapshot {
        // The map of a plane is drawn while it trains, unless that would take too long.
        let planar = self.scenario.sizes[0] == 2 && self.parameters <= MAX_LIVE;
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
            state: match self.end {
                Some(end) => LoopState::Ended(end),
                None if all => LoopState::Paused,
                None => LoopState::Running,
            },
            points: self.points.clone(),
            latest: self.latest,
            classification: self.classification.clone(),
            parameters: (all || planar).then(|| self.network().values().collect()),
            history: all.then(|| (self.past.clone(), self.costs.clone())),
        }
    }
}
