//! Files from the page: their bytes come one file after the other, and are then opened together.

use crate::app::App;
use crate::with_app;
use deltascope::view::equation::Detail;
use wasm_bindgen::prelude::*;

/// The name of a file and its bytes; none where it could not be read.
pub(super) type Given = (String, Option<Vec<u8>>);

/// Takes the bytes of a file, unpacked; none where it could not be read.
#[wasm_bindgen]
pub fn take_file(name: String, bytes: Option<Vec<u8>>) {
    super::APP.with_borrow_mut(|slot| {
        if let Some(app) = slot {
            app.files.push((name, bytes));
        }
    });
}

/// Opens the files that were taken: a scenario, or images and their labels.
#[wasm_bindgen]
pub fn open_files() -> String {
    with_app(|app| {
        let files = std::mem::take(&mut app.files);
        app.open(files).map_err(|message| ("ScenarioOpened", message))
    })
}

impl App {
    fn open(&mut self, files: Vec<Given>) -> Result<(), String> {
        (self.idle, self.automatic, self.detail) = (false, false, Detail::Brief);
        let read = |(name, bytes): Given| match bytes {
            Some(bytes) => Ok((name, bytes)),
            None => {
                Err(format!("{name}: could not be read; it may be too large, or gone since it was chosen"))
            }
        };
        let files = files.into_iter().map(read).collect::<Result<_, _>>()?;
        self.session.open_files(files)
    }
}
