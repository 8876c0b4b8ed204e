//! Curves that are downsampled as they grow, so that their memory is bounded.

use serde::{Deserialize, Serialize};

/// Append-only, downsampled series of points at consecutive times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series<P> {
    points: Vec<(u64, P)>,
    /// When there are twice as many points, every other one is removed.
    capacity: usize,
    /// The distance between two points, a power of two.
    stride: u64,
    /// The time of the next point.
    next: u64,
}

impl<P> Series<P> {
    /// An empty series that starts at time `first` and keeps at least `capacity` points.
    pub(crate) fn new(first: u64, capacity: usize) -> Self {
        Self { points: Vec::new(), capacity, stride: 1, next: first }
    }

    /// Whether this is the time of the next point.
    pub(crate) fn is_next(&self, time: u64) -> bool {
        time == self.next
    }

    /// Whether this is the time of the next point, and the series would keep it.
    pub(crate) fn retains(&self, time: u64) -> bool {
        self.is_next(time) && self.is_on_stride(time)
    }

    /// Advances past this time without a point, if it is the next one.
    pub(crate) fn skip(&mut self, time: u64) {
        if self.is_next(time) {
            self.next += 1;
        }
    }

    /// Adds the point at this time, if it is the next one.
    pub(crate) fn push(&mut self, time: u64, point: P) {
        if !self.is_next(time) {
            return;
        }
        self.next += 1;
        if self.is_on_stride(time) {
            self.points.push((time, point));
        }
        self.downsample();
    }

    /// Adds the later points of a series that starts where this one ends, or earlier.
    pub(crate) fn append(&mut self, other: Self) {
        if other.next <= self.next {
            return;
        }
        self.stride = self.stride.max(other.stride);
        let (stride, next) = (self.stride, self.next);
        self.points.retain(|(at, _)| at & (stride - 1) == 0);
        self.points.extend(other.points.into_iter().filter(|(at, _)| *at >= next && at & (stride - 1) == 0));
        self.next = other.next;
        self.downsample();
    }

    fn is_on_stride(&self, time: u64) -> bool {
        time & (self.stride - 1) == 0
    }

    fn downsample(&mut self) {
        while self.points.len() >= 2 * self.capacity {
            self.stride *= 2;
            let stride = self.stride;
            self.points.retain(|(at, _)| at & (stride - 1) == 0);
        }
    }

    /// The points with their times, ascending.
    pub fn points(&self) -> &[(u64, P)] {
        &self.points
    }

    /// The points before this time, ascending.
    pub(crate) fn points_before(&self, time: u64) -> impl Iterator<Item = (u64, &P)> {
        self.points.iter().map(|(at, point)| (*at, point)).take_while(move |(at, _)| *at < time)
    }
}
