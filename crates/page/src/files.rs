//! Files chosen on the page: their bytes arrive file by file, and they are opened together.

use crate::with_app;
use wasm_bindgen::prelude::*;

/// The name of a file and its bytes; `None` if it could not be read.
pub(super) type File = (String, Option<Vec<u8>>);

/// Takes the decompressed bytes of a file; `None` if it could not be read.
#[wasm_bindgen]
pub fn take_file(name: String, bytes: Option<Vec<u8>>) {
    super::APP.with_borrow_mut(|slot| {
        if let Some(app) = slot {
            app.files.push((name, bytes));
        }
    });
}

/// Opens the files taken so far: a scenario, or images and their labels.
#[wasm_bindgen]
pub fn open_files() -> String {
    with_app(|app| {
        let files = std::mem::take(&mut app.files);
        app.open(files).map_err(|message| ("ScenarioOpened", message))
    })
}
