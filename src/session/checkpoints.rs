//! The past within bounded memory: states at some times, from which the others are run again, and a curve
//! that is thinned out as it grows long.

use std::collections::{BTreeMap, VecDeque};

/// The bytes that the kept states of a run may take.
const MEMORY: usize = 64 << 20;
/// The points of a curve that are kept: when twice as many are there, every other one goes.
const CURVE: usize = 1024;

/// States by time. `T` is cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Checkpoints<T> {
    /// Every `stride`-th from the first, without a gap up to the furthest one reached.
    marks: BTreeMap<u64, T>,
    stride: u64,
    /// The latest ones passed: a step back is seldom a long one.
    recent: VecDeque<(u64, T)>,
    capacity: usize,
}

impl<T: Clone> Checkpoints<T> {
    /// Begins with the state at time `first`; each state takes about so many `bytes`.
    pub(super) fn new(first: u64, state: T, bytes: usize) -> Self {
        Self {
            marks: BTreeMap::from([(first, state)]),
            stride: 1,
            recent: VecDeque::new(),
            capacity: (MEMORY / 2 / bytes.max(1)).clamp(2, 256),
        }
    }

    /// The nearest known state at or before this time, and its own time.
    pub(super) fn nearest(&self, time: u64) -> Option<(u64, T)> {
        let mark = self.marks.range(..=time).next_back().map(|(at, state)| (*at, state));
        let recent = self.recent.iter().map(|(at, state)| (*at, state)).filter(|(at, _)| *at <= time);
        let first = self.marks.iter().next().map(|(at, state)| (*at, state));
        let nearest = recent.chain(mark).max_by_key(|(at, _)| *at).or(first);
        nearest.map(|(at, state)| (at, state.clone()))
    }

    /// Keeps the state at this time, if it is one of those to keep.
    pub(super) fn remember(&mut self, time: u64, state: &T) {
        if !self.recent.iter().any(|(at, _)| *at == time) {
            self.recent.push_back((time, state.clone()));
            if self.recent.len() > self.capacity {
                self.recent.pop_front();
            }
        }
        let first = self.marks.keys().next().copied().unwrap_or(time);
        if (time - first).is_multiple_of(self.stride) {
            self.marks.insert(time, state.clone());
        }
        if self.marks.len() > self.capacity {
            self.stride *= 2;
            let stride = self.stride;
            self.marks.retain(|at, _| (at - first).is_multiple_of(stride));
        }
    }

    /// The regularly kept states up to this time, in order.
    pub(super) fn marks(&self, up_to: u64) -> impl Iterator<Item = (u64, &T)> {
        self.marks.range(..=up_to).map(|(at, state)| (*at, state))
    }
}

/// Points by time, each told once.
#[derive(Clone, Debug)]
pub(super) struct Curve<P> {
    points: Vec<(u64, P)>,
    stride: u64,
    next: u64,
}

impl<P> Curve<P> {
    /// A curve whose first point will be at this time.
    pub(super) fn new(first: u64) -> Self {
        Self { points: Vec::new(), stride: 1, next: first }
    }

    /// Whether the point at this time has not been told yet.
    pub(super) fn wants(&self, time: u64) -> bool {
        time == self.next
    }

    /// Tells the next point; at any other time it has been told before.
    pub(super) fn push(&mut self, time: u64, point: P) {
        if !self.wants(time) {
            return;
        }
        self.next += 1;
        if time.is_multiple_of(self.stride) {
            self.points.push((time, point));
        }
        if self.points.len() >= 2 * CURVE {
            self.stride *= 2;
            let stride = self.stride;
            self.points.retain(|(at, _)| at.is_multiple_of(stride));
        }
    }

    /// The points kept before this time, in order.
    pub(super) fn before(&self, time: u64) -> impl Iterator<Item = (u64, &P)> {
        self.points.iter().map(|(at, point)| (*at, point)).take_while(move |(at, _)| *at < time)
    }
}
