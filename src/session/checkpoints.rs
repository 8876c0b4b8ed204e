//! States before some updates or mini-batches, within bounded memory. The others are computed again from the nearest one.

use std::collections::VecDeque;

/// Maximum size of the kept states, in bytes.
const MEMORY: usize = 64 << 20;

/// States by the index of an update or mini-batch. Cloning a `T` is cheap.
#[derive(Clone, Debug)]
pub(super) struct Checkpoints<T> {
    /// Every `stride`-th state from the first to the furthest one reached, in order.
    regular: Vec<(u64, T)>,
    stride: u64,
    /// The latest states: most steps back are short.
    recent: VecDeque<(u64, T)>,
    capacity: usize,
}

impl<T: Clone> Checkpoints<T> {
    /// Starts with the state at index `first`. Each state takes about `bytes` bytes.
    pub(super) fn new(first: u64, state: T, bytes: usize) -> Self {
        Self {
            regular: vec![(first, state)],
            stride: 1,
            recent: VecDeque::new(),
            capacity: (MEMORY / 2 / bytes.max(1)).clamp(2, 256),
        }
    }

    /// The latest kept state at or before this index, and its index.
    pub(super) fn nearest(&self, index: u64) -> Option<(u64, T)> {
        let regular = self.regular[..self.count_up_to(index)].last();
        let recent = self.recent.iter().filter(|(at, _)| *at <= index);
        recent.chain(regular).max_by_key(|(at, _)| *at).or(self.regular.first()).cloned()
    }

    /// Keeps the state at this index as a recent one, and as a regular one if it is a multiple of the stride from the
    /// first index.
    pub(super) fn remember(&mut self, index: u64, state: &T) {
        if !self.recent.iter().any(|(at, _)| *at == index) {
            self.recent.push_back((index, state.clone()));
            if self.recent.len() > self.capacity {
                self.recent.pop_front();
            }
        }
        let first = self.regular.first().map_or(index, |(at, _)| *at);
        if (index - first).is_multiple_of(self.stride) {
            let count = self.count_up_to(index);
            match self.regular[..count].last_mut() {
                Some((at, known)) if *at == index => *known = state.clone(),
                _ => self.regular.insert(count, (index, state.clone())),
            }
        }
        if self.regular.len() > self.capacity {
            self.stride *= 2;
            let stride = self.stride;
            self.regular.retain(|(at, _)| (at - first).is_multiple_of(stride));
        }
    }

    /// The regular states up to this index, in order.
    pub(super) fn regular(&self, up_to: u64) -> impl Iterator<Item = (u64, &T)> {
        self.regular[..self.count_up_to(up_to)].iter().map(|(at, state)| (*at, state))
    }

    /// Number of regular states up to this index.
    fn count_up_to(&self, index: u64) -> usize {
        self.regular.partition_point(|(at, _)| *at <= index)
    }
}
