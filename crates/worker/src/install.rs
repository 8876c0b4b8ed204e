//! Code that the trainer has written for one network, for the browser to compile.

use js_sys::WebAssembly::{Instance, Module, Table};
use js_sys::{Function, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

/// Puts a wasm module's function `run`, which works in our memory, into our table of functions. Whether that went well:
/// a browser may be told to compile nothing.
pub(crate) fn install(module: &[u8], place: usize) -> bool {
    try_to(module, place).is_ok()
}

fn try_to(module: &[u8], place: usize) -> Result<(), JsValue> {
    let module = Module::new(&Uint8Array::from(module))?;
    let (imports, own) = (Object::new(), Object::new());
    Reflect::set(&own, &"memory".into(), &wasm_bindgen::memory())?;
    Reflect::set(&imports, &"".into(), &own)?;
    let instance = Instance::new(&module, &imports)?;
    let run: Function = Reflect::get(&instance.exports(), &"run".into())?.dyn_into()?;
    let table: Table = wasm_bindgen::function_table().dyn_into()?;
    table.set(place as u32, &run)
}
