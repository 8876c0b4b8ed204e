//! Code made for one network, for the browser to compile.
//!
//! A small network's time goes into what surrounds the arithmetic: loops, indices, bounds, numbers stored and loaded
//! again. So the kernels of a whole mini-batch ([`columns`](super::columns), [`single`](super::single)), and of larger
//! networks the first layer's descent ([`woven`](super::woven)), run once on [lanes](crate::lanes) that write down
//! what is to be done, and from then on that runs instead.

use crate::lanes::Written;
use std::cell::Cell;
use std::collections::LinkedList;
use std::hint::black_box;

/// Above so many bytes of instructions the kernels themselves are quicker: such code does not stay at the processor's
/// side (`cargo xtask bench browser`).
pub(super) const MOST_CODE: usize = 24 << 10;

/// A function of the program, in the place of which a browser's table of functions gets the code of a network: it is
/// never called itself. Each number is another function.
extern "C" fn placeholder<const N: usize>() {
    black_box(N);
}

/// So many networks can have code of their own at the same time. (A static, so that who installs and who calls mean the
/// same functions: of a constant each part of the program may have functions of its own.)
static PLACES: [extern "C" fn(); 4] =
    [placeholder::<0>, placeholder::<1>, placeholder::<2>, placeholder::<3>];

thread_local! {
    static TAKEN: [Cell<bool>; PLACES.len()] = const { [const { Cell::new(false) }; PLACES.len()] };
}

/// The code of a network, which is given back with this.
#[derive(Debug)]
pub(super) struct Compiled {
    place: usize,
    /// Which the code looks up.
    _constants: LinkedList<f64>,
}

impl Compiled {
    /// `install` puts the module's function into the table's place, and says whether it could.
    pub(super) fn new(written: Written, install: impl FnOnce(&[u8], usize) -> bool) -> Option<Self> {
        let place = TAKEN.with(|taken| taken.iter().position(|taken| !taken.replace(true)))?;
        let compiled = Self { place, _constants: written.constants };
        // Where a function is pointed to by its index in the table.
        install(&written.module, PLACES[place] as usize).then_some(compiled)
    }

    /// What has been written down, on the numbers that stand in its places now.
    #[inline(always)]
    pub(super) fn run(&self) {
        black_box(PLACES[self.place])();
    }
}

impl Drop for Compiled {
    fn drop(&mut self) {
        TAKEN.with(|taken| taken[self.place].set(false));
    }
}
