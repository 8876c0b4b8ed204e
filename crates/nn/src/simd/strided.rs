//! Access to values at regular distances in a slice, with one bounds check for all of them.

/// Every `stride`-th value of a slice from index `start` on.
#[derive(Clone, Copy)]
pub(crate) struct Strided<'a> {
    pub(crate) values: &'a [f64],
    pub(crate) start: usize,
    pub(crate) stride: usize,
}

impl Strided<'_> {
    /// All but the first.
    #[inline(always)]
    pub(crate) fn rest(self) -> Self {
        Self { start: self.start + self.stride, ..self }
    }

    /// A pointer to the first value. Panics unless for each of `count` values the `len` doubles from it on are in the
    /// slice. `count` and `len` must not be 0.
    #[inline(always)]
    pub(super) fn checked(&self, count: usize, len: usize) -> *const f64 {
        let last = self.start + (count - 1) * self.stride + len - 1;
        assert!(last < self.values.len(), "strided access out of bounds");
        self.values.as_ptr().wrapping_add(self.start)
    }
}
