//! The choice of the vector width.

use super::Simd;
#[cfg(target_arch = "x86_64")]
use super::vectors::{Avx2, F64x4};
use super::vectors::{F64x2, run_f64x2};

/// The number of lanes that the fast path uses. Results do not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Width(Vector);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Vector {
    F64x2,
    #[cfg(target_arch = "x86_64")]
    F64x4(Avx2),
}

impl Width {
    /// Two lanes, which every machine has.
    pub const TWO: Self = Self(Vector::F64x2);

    /// Four lanes; `None` where the machine has no AVX2.
    pub fn four() -> Option<Self> {
        #[cfg(target_arch = "x86_64")]
        return Avx2::detect().map(|avx2| Self(Vector::F64x4(avx2)));
        #[cfg(not(target_arch = "x86_64"))]
        None
    }

    /// The largest width of this machine.
    pub fn widest() -> Self {
        Self::four().unwrap_or(Self::TWO)
    }

    /// The number of doubles in a vector.
    pub(crate) fn lanes(self) -> usize {
        match self.0 {
            Vector::F64x2 => F64x2::LANES,
            #[cfg(target_arch = "x86_64")]
            Vector::F64x4(_) => F64x4::LANES,
        }
    }

    /// Runs a kernel with vectors of this width.
    #[inline(always)]
    pub(crate) fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self.0 {
            Vector::F64x2 => run_f64x2(kernel),
            #[cfg(target_arch = "x86_64")]
            Vector::F64x4(avx2) => avx2.run(kernel),
        }
    }
}

/// A function that is generic over the vector type. `run` and everything that it calls must be `#[inline(always)]`:
/// only what is inlined into `run_f64x4` is compiled for AVX2.
pub(crate) trait Kernel {
    type Output;
    fn run<S: Simd>(self) -> Self::Output;
}
