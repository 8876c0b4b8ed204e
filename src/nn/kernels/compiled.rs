//! Code made for one small network: its whole mini-batch without a loop, an index or a bound.
//!
//! The kernels of [`columns`](super::columns) and [`single`](super::single) run once on lanes that write down what is
//! to be done ([`traced`](crate::lanes)); the browser compiles that. A small network's time goes into what surrounds
//! the arithmetic, and here nothing surrounds it.

use std::cell::Cell;
use std::hint::black_box;

/// Above so many bytes of instructions loops are quicker: the code would no longer stay at the processor's side.
pub(super) const MOST_CODE: usize = 24 << 10;

/// A function of the program, in the place of which a browser's table of functions has the code of a network. Each
/// number is another function.
extern "C" fn placeholder<const N: usize>() {
    black_box(N);
}

/// So many networks can have code of their own at the same time.
const PLACES: [extern "C" fn(); 4] = [placeholder::<0>, placeholder::<1>, placeholder::<2>, placeholder::<3>];

thread_local! {
    static TAKEN: [Cell<bool>; PLACES.len()] = const { [const { Cell::new(false) }; PLACES.len()] };
}

/// The code of a network, which is given back with this.
#[derive(Debug)]
pub(super) struct Compiled {
    place: usize,
}

impl Compiled {
    /// `install` puts the module's function into the table's place, and says whether it could.
    pub(super) fn new(module: &[u8], install: impl FnOnce(&[u8], usize) -> bool) -> Option<Self> {
        let place = TAKEN.with(|taken| taken.iter().position(|taken| !taken.replace(true)))?;
        let compiled = Self { place };
        // Where a function is pointed to by its index in the table.
        install(module, PLACES[place] as usize).then_some(compiled)
    }

    /// A mini-batch, whose samples stand in their places.
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
