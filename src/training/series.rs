//! Curves that are thinned out as they grow long, so that they stay within bounded memory.

use crate::nn::Evaluation;
use serde::{Deserialize, Serialize};

/// Points by time, each told once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series<P> {
    points: Vec<(u64, P)>,
    /// So many points are kept: when twice as many are there, every other one goes.
    most: usize,
    /// A power of two.
    stride: u64,
    next: u64,
}

impl<P> Series<P> {
    /// A curve whose first point will be at this time, and that keeps about so many.
    pub(crate) fn new(first: u64, most: usize) -> Self {
        Self { points: Vec::new(), most, stride: 1, next: first }
    }

    /// Whether the point at this time has not been told yet.
    pub(crate) fn wants(&self, time: u64) -> bool {
        time == self.next
    }

    /// Whether a point at this time would be kept.
    pub(crate) fn keeps(&self, time: u64) -> bool {
        self.wants(time) && time & (self.stride - 1) == 0
    }

    /// There is no point at this time.
    pub(crate) fn pass(&mut self, time: u64) {
        if self.wants(time) {
            self.next += 1;
        }
    }

    /// Tells the next point; at any other time it has been told before.
    pub(crate) fn push(&mut self, time: u64, point: P) {
        if !self.wants(time) {
            return;
        }
        self.next += 1;
        if time & (self.stride - 1) == 0 {
            self.points.push((time, point));
        }
        self.thin();
    }

    /// Goes on with a curve that was begun where this one ends, or before.
    pub(crate) fn append(&mut self, other: Self) {
        if other.next <= self.next {
            return;
        }
        self.stride = self.stride.max(other.stride);
        let (stride, next) = (self.stride, self.next);
        self.points.retain(|(at, _)| at & (stride - 1) == 0);
        self.points.extend(other.points.into_iter().filter(|(at, _)| *at >= next && at & (stride - 1) == 0));
        self.next = other.next;
        self.thin();
    }

    fn thin(&mut self) {
        while self.points.len() >= 2 * self.most {
            self.stride *= 2;
            let stride = self.stride;
            self.points.retain(|(at, _)| at & (stride - 1) == 0);
        }
    }

    /// All points kept, in order.
    pub fn points(&self) -> &[(u64, P)] {
        &self.points
    }

    /// The points kept before this time, in order.
    pub(crate) fn before(&self, time: u64) -> impl Iterator<Item = (u64, &P)> {
        self.points.iter().map(|(at, point)| (*at, point)).take_while(move |(at, _)| *at < time)
    }
}

/// How good the network is between two epochs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochMetrics {
    /// Updates made before, from the beginning of epoch 0.
    pub updates: u64,
    /// Over all training rows.
    pub training: Evaluation,
    /// Over all held-out rows, where there are any.
    pub validation: Option<Evaluation>,
}

impl EpochMetrics {
    /// Over the rows that the network is judged by, `Data::judged`.
    pub fn validation_or_training(&self) -> Evaluation {
        self.validation.unwrap_or(self.training)
    }
}
