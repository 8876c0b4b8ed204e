//! Lanes that do nothing, and write down what would be done: a kernel that runs on them becomes code of its own.
//!
//! What a kernel asks in between (how many sources, which activation function, how many samples) has been answered when
//! the code is written. What is left is arithmetic on numbers at known places, and of the loops only the
//! [turns](Lanes::turns). It is the kernel's own arithmetic in the kernel's own order, and so has the same bits.
//!
//! A kernel for these lanes must take every number that may change from memory by [`Lanes::load`] and
//! [`Lanes::spread`], leave its results there, and decide nothing by them. The sign of a zero sum must not matter to
//! it: see the addition.

use super::{Kernel, Lanes, Moving, Run};
use crate::functions::Table;
use std::cell::RefCell;
use std::collections::{HashMap, LinkedList};
use std::ops::{Add, Div, Mul, Sub};
use wasm_encoder::{
    BlockType, CodeSection, EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection,
    InstructionSink, MemArg, MemoryType, Module, TypeSection, ValType,
};

/// Two lanes that will be: the variable of the code that holds them.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Traced(u32);

/// What has been written so far.
#[derive(Default)]
struct Code {
    instructions: Vec<u8>,
    variables: u32,
    /// The variables that hold constants, by their bits.
    constants: HashMap<u64, Traced>,
    /// The constants themselves, in a list, where they do not move: one instruction loads them, where two or three would
    /// make them.
    in_memory: LinkedList<f64>,
    /// What need not be loaded, by its address: vectors that have been stored, and numbers that have been spread.
    stored: HashMap<u64, Traced>,
    spread: HashMap<u64, Traced>,
    /// What moves in the loop that is being written.
    moving: Vec<Moving>,
}

/// So many variables come before the lanes: how far what moves in a loop has moved, in bytes.
const MOST_MOVING: u32 = 8;

thread_local! {
    static CODE: RefCell<Code> = RefCell::default();
}

/// Writes kernels down.
#[derive(Clone, Copy)]
pub(crate) struct Tracer;

impl Run for Tracer {
    fn run<K: Kernel<Output = ()>>(self, kernel: K) {
        kernel.run::<Traced>();
    }
    fn lanes(self) -> usize {
        Traced::COUNT
    }
}

/// Kernels that have been written down.
pub(crate) struct Written {
    /// A wasm module, which imports the memory that all is in as `memory` of the module without a name, and exports a
    /// function `run`.
    pub(crate) module: Vec<u8>,
    /// What the function looks up, which must live as long as it does.
    pub(crate) constants: LinkedList<f64>,
}

/// What `write` runs on a [`Tracer`]. None if it has more than so many bytes of instructions.
pub(crate) fn written(most: usize, write: impl FnOnce(Tracer)) -> Option<Written> {
    CODE.take();
    write(Tracer);
    let code = CODE.take();
    if code.instructions.len() > most {
        return None;
    }
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut imports = ImportSection::new();
    let memory =
        MemoryType { minimum: 0, maximum: None, memory64: false, shared: false, page_size_log2: None };
    imports.import("", "memory", EntityType::Memory(memory));
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut exports = ExportSection::new();
    exports.export("run", ExportKind::Func, 0);
    let mut function = Function::new([(MOST_MOVING, ValType::I32), (code.variables, ValType::V128)]);
    function.raw(code.instructions);
    function.instructions().end();
    let mut codes = CodeSection::new();
    codes.function(&function);
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&exports).section(&codes);
    Some(Written { module: module.finish(), constants: code.in_memory })
}

/// The address of a number.
fn address<T>(of: &T) -> u64 {
    std::ptr::from_ref(of) as u64
}

/// An address that never moves, as it stands in an instruction.
fn fixed<T>(of: &T) -> MemArg {
    MemArg { offset: address(of), align: 0, memory_index: 0 }
}

/// Writes instructions that leave a vector, and keeps that in a variable.
fn keep(write: impl FnOnce(&mut InstructionSink)) -> Traced {
    CODE.with_borrow_mut(|code| code.keep(write))
}

impl Code {
    fn sink(&mut self) -> InstructionSink<'_> {
        InstructionSink::new(&mut self.instructions)
    }

    fn variable(&mut self) -> Traced {
        self.variables += 1;
        Traced(MOST_MOVING + self.variables - 1)
    }

    fn keep(&mut self, write: impl FnOnce(&mut InstructionSink)) -> Traced {
        let variable = self.variable();
        let mut sink = self.sink();
        write(&mut sink);
        sink.local_set(variable.0);
        variable
    }

    /// Puts on the stack how far a number has moved, and returns where it was at first.
    fn point_to(&mut self, number: &f64) -> MemArg {
        let moved = self
            .moving
            .iter()
            .position(|moving| (moving.from..moving.to).contains(&std::ptr::from_ref(number)));
        let mut sink = InstructionSink::new(&mut self.instructions);
        match moved {
            Some(index) => sink.local_get(index as u32),
            None => sink.i32_const(0),
        };
        fixed(number)
    }

    /// Nothing is known of memory any more.
    fn forget(&mut self) {
        self.stored.clear();
        self.spread.clear();
    }

    /// A loop begins.
    fn begin(&mut self, moving: Vec<Moving>) {
        self.forget();
        for index in 0..moving.len() as u32 {
            self.sink().i32_const(0).local_set(index);
        }
        self.sink().loop_(BlockType::Empty);
        self.moving = moving;
    }

    /// It ends after so many times.
    fn end(&mut self, times: usize) {
        let steps: Vec<i32> = self.moving.drain(..).map(|moving| 8 * moving.step as i32).collect();
        let mut sink = InstructionSink::new(&mut self.instructions);
        for (index, step) in (0..).zip(&steps) {
            sink.local_get(index).i32_const(*step).i32_add().local_set(index);
        }
        let last = steps.first().map_or(0, |step| *step * times as i32);
        sink.local_get(0).i32_const(last).i32_ne().br_if(0).end();
        self.forget();
    }
}

impl Traced {
    /// Of this and another.
    fn with(self, other: Self, operation: impl FnOnce(&mut InstructionSink)) -> Self {
        keep(|sink| operation(sink.local_get(self.0).local_get(other.0)))
    }

    /// One lane of each.
    fn pair(one: Self, lane: u8, other: Self, other_lane: u8) -> Self {
        let bytes = |lane: u8| (0..8).map(move |byte| 8 * lane + byte);
        let mut lanes = [0; 16];
        for (place, byte) in lanes.iter_mut().zip(bytes(lane).chain(bytes(2 + other_lane))) {
            *place = byte;
        }
        one.with(other, |sink| {
            sink.i8x16_shuffle(lanes);
        })
    }

    /// Rows of a table, turned over. `place` leaves the place of a lane's row on the stack.
    fn rows(table: &Table, place: impl Fn(&mut Code, usize)) -> (Self, Self) {
        let [first, second] = [0, 1].map(|lane| {
            CODE.with_borrow_mut(|code| {
                place(code, lane);
                code.keep(|sink| {
                    sink.i32_const(4095).i32_and().i32_const(4).i32_shl().v128_load(fixed(table));
                })
            })
        });
        (Self::pair(first, 0, second, 0), Self::pair(first, 1, second, 1))
    }

    fn is(self, constant: f64) -> bool {
        CODE.with_borrow(|code| code.constants.get(&constant.to_bits()) == Some(&self))
    }
}

/// What one instruction makes of two vectors.
macro_rules! instruction {
    ($($method:ident $instruction:ident)*) => {$(
        #[inline(never)]
        fn $method(self, other: Self) -> Self {
            self.with(other, |sink| { sink.$instruction(); })
        }
    )*};
}

impl Sub for Traced {
    type Output = Self;
    instruction! { sub f64x2_sub }
}

impl Mul for Traced {
    type Output = Self;
    instruction! { mul f64x2_mul }
}

impl Div for Traced {
    type Output = Self;
    instruction! { div f64x2_div }
}

impl Add for Traced {
    type Output = Self;
    /// Where a sum starts with 0, it starts with its first product: who has kernels written down sees to it that the
    /// sign of a zero does not matter.
    #[inline(never)]
    fn add(self, other: Self) -> Self {
        if self.is(0.0) {
            return other;
        }
        self.with(other, |sink| {
            sink.f64x2_add();
        })
    }
}

// Out of line: on these lanes a kernel runs once, and should be short rather than quick.
impl Lanes for Traced {
    const COUNT: usize = 2;
    type Mask = Self;

    instruction! {
        above f64x2_gt
        above_bits f64x2_gt
        and v128_and
        or v128_or
        xor v128_xor
        add_bits i64x2_add
    }

    #[inline(never)]
    fn splat(value: f64) -> Self {
        CODE.with_borrow_mut(|code| {
            let bits = value.to_bits();
            if let Some(constant) = code.constants.get(&bits) {
                return *constant;
            }
            let place = fixed(code.in_memory.push_back_mut(value));
            let constant = code.keep(|sink| {
                sink.i32_const(0).v128_load64_splat(place);
            });
            code.constants.insert(bits, constant);
            constant
        })
    }
    #[inline(never)]
    fn spread(from: &f64) -> Self {
        let place = address(from);
        let (known, vector, before) = CODE.with_borrow(|code| {
            (
                code.spread.get(&place).copied(),
                code.stored.get(&place).copied(),
                code.stored.get(&(place - 8)).copied(),
            )
        });
        let spread = match (known, vector, before) {
            (Some(known), ..) => return known,
            (_, Some(vector), _) => Self::pair(vector, 0, vector, 0),
            (.., Some(vector)) => Self::pair(vector, 1, vector, 1),
            _ => CODE.with_borrow_mut(|code| {
                let place = code.point_to(from);
                code.keep(|sink| {
                    sink.v128_load64_splat(place);
                })
            }),
        };
        CODE.with_borrow_mut(|code| code.spread.insert(place, spread));
        spread
    }
    #[inline(never)]
    fn load(from: &[f64]) -> Self {
        let from = &from[..Self::COUNT];
        CODE.with_borrow_mut(|code| {
            if let Some(stored) = code.stored.get(&address(&from[0])) {
                return *stored;
            }
            let place = code.point_to(&from[0]);
            code.keep(|sink| {
                sink.v128_load(place);
            })
        })
    }
    #[inline(never)]
    fn store(self, to: &mut [f64]) {
        let to = &to[..Self::COUNT];
        CODE.with_borrow_mut(|code| {
            let place = code.point_to(&to[0]);
            code.sink().local_get(self.0).v128_store(place);
            let [first, second] = [address(&to[0]), address(&to[1])];
            for place in [first, second] {
                code.spread.remove(&place);
            }
            for place in [first - 8, second] {
                code.stored.remove(&place);
            }
            code.stored.insert(first, self);
        });
    }
    fn turns<I: ExactSizeIterator>(mut turns: I, moving: &[Moving]) -> impl Iterator<Item = I::Item> {
        let times = turns.len();
        let mut moving = Some(moving.to_vec()).filter(|_| times > 0);
        std::iter::from_fn(move || match moving.take() {
            Some(moving) => {
                CODE.with_borrow_mut(|code| code.begin(moving));
                turns.next()
            }
            None => {
                if times > 0 {
                    CODE.with_borrow_mut(|code| code.end(times));
                }
                turns.by_ref().for_each(drop);
                None
            }
        })
    }
    #[inline(never)]
    fn variable(self) -> Self {
        keep(|sink| {
            sink.local_get(self.0);
        })
    }
    #[inline(never)]
    fn set(&mut self, value: Self) {
        CODE.with_borrow_mut(|code| {
            code.sink().local_get(value.0).local_set(self.0);
        });
    }
    #[inline(never)]
    fn select(mask: Self, yes: Self, no: Self) -> Self {
        keep(|sink| {
            sink.local_get(yes.0).local_get(no.0).local_get(mask.0).v128_bitselect();
        })
    }
    #[inline(never)]
    fn look_up(self, table: &[u64; 64]) -> Self {
        let first = keep(|sink| {
            sink.local_get(self.0).i32x4_extract_lane(0).i32_const(63).i32_and().i32_const(3).i32_shl();
            sink.v128_load64_zero(fixed(table));
        });
        keep(|sink| {
            sink.local_get(self.0).i32x4_extract_lane(2).i32_const(63).i32_and().i32_const(3).i32_shl();
            sink.local_get(first.0).v128_load64_lane(fixed(table), 1);
        })
    }
    #[inline(never)]
    fn look_up_two(places: &[f64], table: &Table) -> (Self, Self) {
        Self::rows(table, |code, lane| {
            let place = code.point_to(&places[lane]);
            code.sink().i32_load(place);
        })
    }
    #[inline(never)]
    fn look_up_two_of(self, table: &Table) -> (Self, Self) {
        Self::rows(table, |code, lane| {
            code.sink().local_get(self.0).i32x4_extract_lane(2 * lane as u8);
        })
    }
    #[inline(never)]
    fn sixty_fourths_to_exponent(self) -> Self {
        keep(|sink| {
            sink.local_get(self.0).i32_const(46).i64x2_shl();
        })
    }
    #[inline(never)]
    fn exponent_to_mantissa(self) -> Self {
        keep(|sink| {
            sink.local_get(self.0).i32_const(52).i64x2_shr_u();
        })
    }
    #[inline(never)]
    fn turn(rows: &mut [Self; 4]) {
        let [first, second, ..] = *rows;
        rows[0] = Self::pair(first, 0, second, 0);
        rows[1] = Self::pair(first, 1, second, 1);
    }
    #[inline(never)]
    fn at_most(self, limit: f64) -> Self {
        Self::splat(limit).with(self, |sink| {
            sink.f64x2_pmin();
        })
    }
    #[inline(never)]
    fn at_least(self, limit: f64) -> Self {
        Self::splat(limit).with(self, |sink| {
            sink.f64x2_pmax();
        })
    }
}
