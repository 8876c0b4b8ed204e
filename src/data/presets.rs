//! The presets: scenarios that come with the program, each a `deltascope-1` file. Long rows of numbers are in CSV.

use super::csv::{Table, TableError, data};
use crate::json;
use crate::scenario::{Samples, Scenario, ScenarioError};
#[cfg(target_arch = "wasm32")]
use std::sync::OnceLock;
use std::sync::{Arc, LazyLock};

/// A scenario that comes with the program.
#[derive(Debug)]
pub struct Preset {
    /// Its name in links and actions.
    pub id: &'static str,
    /// The title of its scenario.
    pub title: String,
    /// Whether it compares several runs.
    pub is_comparison: bool,
    json: &'static str,
    /// Its rows, if they are in CSV.
    rows: Option<&'static Rows>,
}

impl Preset {
    /// Whether its rows are the digits, which the page fetches in the background.
    pub fn needs_digits(&self) -> bool {
        self.rows.is_some_and(|rows| std::ptr::eq(rows, &DIGITS))
    }

    /// The scenario, at its first moment. It passes [`Scenario::check`], unless the page has not fetched its rows
    /// yet: then it has none.
    ///
    /// ```
    /// use deltascope::data::presets;
    ///
    /// let and = presets()[0].scenario().unwrap();
    /// assert_eq!(and.sizes, [2, 2]);
    /// ```
    pub fn scenario(&self) -> Result<Scenario, ScenarioError> {
        let mut scenario = Scenario::from_json_unchecked(self.json)?;
        if let Some(rows) = self.rows {
            let (inputs, outputs) = (scenario.sizes[0], scenario.sizes[scenario.sizes.len() - 1]);
            Arc::make_mut(&mut scenario.data).samples = rows.samples(inputs, outputs).unwrap_or_default();
        }
        Ok(scenario)
    }
}

/// All presets.
pub fn presets() -> &'static [Preset] {
    &PRESETS
}

/// The preset with this id.
pub fn preset(id: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.id == id)
}

/// The presets in the order of the list. None is left out: a test counts them. Their scenarios are read when they are
/// opened, so that the page starts sooner.
static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
    let preset = |&(id, json, rows): &(&'static str, &'static str, Option<&'static Rows>)| {
        let file = json::parse(json).ok()?;
        let title = file["title"].as_str()?.to_owned();
        Some(Preset { id, title, is_comparison: file["lanes"].is_array(), json, rows })
    };
    FILES.iter().filter_map(preset).collect()
});

const FILES: [(&str, &str, Option<&Rows>); 16] = [
    ("and", include_str!("presets/and.json"), None),
    ("xor", include_str!("presets/xor.json"), None),
    ("mazur", include_str!("presets/mazur.json"), None),
    ("han-kamber", include_str!("presets/han-kamber.json"), None),
    ("brownlee", include_str!("presets/brownlee.json"), Some(&BROWNLEE)),
    ("iris", include_str!("presets/iris.json"), Some(&IRIS_STANDARDISED)),
    ("digits", include_str!("presets/digits.json"), Some(&DIGITS)),
    ("circle", include_str!("presets/circle.json"), Some(&CIRCLE)),
    ("spiral", include_str!("presets/spiral.json"), Some(&SPIRAL)),
    ("linnerud", include_str!("presets/linnerud.json"), Some(&LINNERUD)),
    ("compare-and", include_str!("presets/compare-and.json"), None),
    ("compare-gates", include_str!("presets/compare-gates.json"), None),
    ("compare-iris", include_str!("presets/compare-iris.json"), Some(&IRIS_MIN_MAX)),
    ("compare-outputs", include_str!("presets/compare-outputs.json"), None),
    ("compare-one", include_str!("presets/compare-one.json"), None),
    ("compare-digits", include_str!("presets/compare-digits.json"), Some(&DIGITS)),
];

/// The rows of a preset: a CSV file with one column for each input, then the targets as numbers or as one column of
/// classes.
#[derive(Debug)]
struct Rows {
    csv: fn() -> &'static str,
    /// How the inputs are scaled, and the targets, unless they are classes.
    scale: fn(&Table) -> Result<Table, TableError>,
}

const IRIS: fn() -> &'static str = || include_str!("files/iris.csv");

static BROWNLEE: Rows = Rows { csv: || include_str!("files/brownlee10.csv"), scale: unscaled };
static IRIS_STANDARDISED: Rows = Rows { csv: IRIS, scale: Table::standardised };
static IRIS_MIN_MAX: Rows = Rows { csv: IRIS, scale: Table::min_max };
static DIGITS: Rows = Rows { csv: digits, scale: pixels };
static CIRCLE: Rows = Rows { csv: || include_str!("files/toy-circle.csv"), scale: unscaled };
static SPIRAL: Rows = Rows { csv: || include_str!("files/toy-spiral.csv"), scale: unscaled };
static LINNERUD: Rows = Rows { csv: || include_str!("files/linnerud.csv"), scale: Table::standardised };

impl Rows {
    fn samples(&self, inputs: usize, outputs: usize) -> Result<Samples, TableError> {
        let table = Table::from_csv((self.csv)().as_bytes())?;
        let x = (self.scale)(&table.select(&Vec::from_iter(0..inputs))?)?;
        let targets = Vec::from_iter(inputs..table.columns.len());
        let y = match targets.as_slice() {
            [class] if outputs > 1 => table.one_hot(*class, &[])?,
            numbers => (self.scale)(&table.select(numbers)?)?,
        };
        Ok(data(x, y).samples)
    }
}

fn unscaled(table: &Table) -> Result<Table, TableError> {
    Ok(table.clone())
}

/// Pixels 0 … 16 as 0 … 1.
fn pixels(table: &Table) -> Result<Table, TableError> {
    let mut table = table.clone();
    table.rows.iter_mut().flatten().for_each(|pixel| *pixel /= 16.0);
    Ok(table)
}

/// The digits are as large as the code of all views: the page fetches them beside the program.
#[cfg(not(target_arch = "wasm32"))]
fn digits() -> &'static str {
    include_str!("../../www/data/digits8x8.csv")
}

#[cfg(target_arch = "wasm32")]
fn digits() -> &'static str {
    FETCHED_DIGITS.get().map_or("", String::as_str)
}

#[cfg(target_arch = "wasm32")]
static FETCHED_DIGITS: OnceLock<String> = OnceLock::new();

/// Takes the text of `www/data/digits8x8.csv`, once.
#[cfg(target_arch = "wasm32")]
pub fn provide_digits(csv: String) {
    let _ = FETCHED_DIGITS.set(csv); // a second time it is the same
}
