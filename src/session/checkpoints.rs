//! The past within bounded memory: states at some times, from which the others are run again.

use std::collections::VecDeque;

/// The bytes that the kept states of a run may take.
const MEMORY: usize = 64 << 20;

/// States by time. `T` is cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Checkpoints<T> {
    /// Every `stride`-th from the first, without a gap up to the furthest one reached, in order.
    marks: Vec<(u64, T)>,
    stride: u64,
    /// The latest ones passed: a step back is seldom a long one.
    recent: VecDeque<(u64, T)>,
    capacity: usize,
}

impl<T: Clone> Checkpoints<T> {
    /// Begins with the state at time `first`; each state takes about so many `bytes`.
    pub(super) fn new(first: u64, state: T, bytes: usize) -> Self {
        Self {
            marks: vec![(first, state)],
            stride: 1,
            recent: VecDeque::new(),
            capacity: (MEMORY / 2 / bytes.max(1)).clamp(2, 256),
        }
    }

    /// The nearest known state at or before this time, and its own time.
    pub(super) fn nearest(&self, time: u64) -> Option<(u64, T)> {
        let mark = self.marks[..self.place_after(time)].last();
        let recent = self.recent.iter().filter(|(at, _)| *at <= time);
        recent.chain(mark).max_by_key(|(at, _)| *at).or(self.marks.first()).cloned()
    }

    /// Keeps the state at this time, if it is one of those to keep.
    pub(super) fn remember(&mut self, time: u64, state: &T) {
        if !self.recent.iter().any(|(at, _)| *at == time) {
            self.recent.push_back((time, state.clone()));
            if self.recent.len() > self.capacity {
                self.recent.pop_front();
            }
        }
        let first = self.marks.first().map_or(time, |(at, _)| *at);
        if (time - first).is_multiple_of(self.stride) {
            let place = self.place_after(time);
            match self.marks[..place].last_mut() {
                Some((at, known)) if *at == time => *known = state.clone(),
                _ => self.marks.insert(place, (time, state.clone())),
            }
        }
        if self.marks.len() > self.capacity {
            self.stride *= 2;
            let stride = self.stride;
            self.marks.retain(|(at, _)| (at - first).is_multiple_of(stride));
        }
    }

    /// The regularly kept states up to this time, in order.
    pub(super) fn marks(&self, up_to: u64) -> impl Iterator<Item = (u64, &T)> {
        self.marks[..self.place_after(up_to)].iter().map(|(at, state)| (*at, state))
    }

    /// How many marks there are up to this time.
    fn place_after(&self, time: u64) -> usize {
        self.marks.partition_point(|(at, _)| *at <= time)
    }
}
