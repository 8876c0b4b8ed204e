//! The past within bounded memory: states at some times, from which the others are run again.

use std::collections::{BTreeMap, VecDeque};

/// The bytes that the kept states of a run may take.
const MEMORY: usize = 64 << 20;

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
