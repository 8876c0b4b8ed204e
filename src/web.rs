//! The only code that knows wasm.
use wasm_bindgen::prelude::*;

/// Takes an action as JSON and returns what the page shows.
#[wasm_bindgen]
pub fn dispatch(action: &str) -> String {
    action.to_owned()
}
