//! Tables in CSV; the presets and what they show.

use deltascope::data::{Table, csv, preset, presets};
use deltascope::nn::{BiasRule, Evaluation, evaluate, train_mini_batch};
use deltascope::scenario::Scenario;
use proptest::prelude::*;

/// The evaluation after this many epochs.
fn trained(scenario: &Scenario, epochs: u32) -> Evaluation {
    let (mut network, samples) = (scenario.network().into_owned(), &scenario.data.samples);
    for epoch in 0..epochs {
        for mini_batch in scenario.epoch_order(epoch).chunks(scenario.hyperparameters.batch_size) {
            let rows = samples.select(mini_batch);
            train_mini_batch(&mut network, rows, &scenario.hyperparameters);
        }
    }
    evaluate(&network, samples.iter(), scenario.hyperparameters.cost)
}

#[test]
fn the_presets_are_in_order() {
    let ids: Vec<_> = presets().iter().map(|preset| preset.id).collect();
    let story =
        ["and", "xor", "mazur", "han-kamber", "brownlee", "iris", "digits", "circle", "spiral", "linnerud"];
    let compared = ["and", "gates", "iris", "outputs", "one", "digits"].map(|id| format!("compare-{id}"));
    assert_eq!(ids[..10], story);
    assert_eq!(ids[10..], compared);
    assert!(presets().iter().all(|preset| preset.is_comparison == preset.id.starts_with("compare-")));
    let rows = presets().iter().map(|preset| preset.scenario().unwrap().data.samples.len());
    assert_eq!(rows.collect::<Vec<_>>(), [4, 4, 1, 1, 10, 150, 1797, 200, 200, 20, 4, 4, 150, 3, 4, 1797]);
    assert!(preset("nothing of the kind").is_none());
}

#[test]
fn the_presets_have_the_rows_of_their_files() {
    let files: [(_, &[u8], _, _); 5] = [
        ("brownlee", include_bytes!("../../src/data/files/brownlee10.csv"), 2, false),
        ("circle", include_bytes!("../../src/data/files/toy-circle.csv"), 2, false),
        ("spiral", include_bytes!("../../src/data/files/toy-spiral.csv"), 2, false),
        ("iris", include_bytes!("../../src/data/files/iris.csv"), 4, true),
        ("linnerud", include_bytes!("../../src/data/files/linnerud.csv"), 3, true),
    ];
    for (id, file, inputs, standardised) in files {
        let table = Table::from_csv(file).unwrap();
        let inputs = table.select(&(0..inputs).collect::<Vec<_>>()).unwrap();
        let inputs = if standardised { inputs.standardised().unwrap() } else { inputs };
        let samples = preset(id).unwrap().scenario().unwrap().data.samples.clone();
        assert_eq!(samples.iter().map(|sample| sample.x.clone()).collect::<Vec<_>>(), inputs.rows, "{id}");
        assert_eq!(samples.len(), table.rows.len());
    }
}

#[test]
fn the_presets_learn() {
    for (id, epochs, accuracy) in [
        ("and", 50, 1.0),
        ("xor", 300, 1.0),
        ("brownlee", 20, 1.0),
        ("iris", 30, 0.95),
        ("digits", 3, 0.9),
        ("circle", 60, 0.98),
        // Its training is chaotic until about epoch 750: the last bit of a number decides when it converges.
        ("spiral", 800, 0.97),
    ] {
        let scenario = preset(id).unwrap().scenario().unwrap();
        let got = trained(&scenario, epochs).accuracy();
        println!("{id}: {got} after {epochs} epochs");
        assert!(got >= accuracy, "{id}: {got} after {epochs} epochs");
    }
    let linnerud = preset("linnerud").unwrap().scenario().unwrap();
    let (before, after) = (trained(&linnerud, 0).cost_mean(), trained(&linnerud, 400).cost_mean());
    println!("linnerud: cost {before} and then {after}");
    assert!(after < before / 3.0, "{before}, {after}");
}

#[test]
fn the_preset_and_never_changes_with_the_layer_sum() {
    let mut scenario = preset("and").unwrap().scenario().unwrap();
    scenario.hyperparameters.bias_rule = BiasRule::LayerSum;
    assert_eq!(trained(&scenario, 1000).cost_mean(), 0.25);
}

#[test]
fn the_digits_are_the_pixels_of_the_source() {
    let data = preset("digits").unwrap().scenario().unwrap().data;
    let samples = data.samples.as_slice().unwrap();
    let first: Vec<f64> = samples[0].x.iter().map(|pixel| pixel * 16.0).collect();
    assert_eq!(first[..16], [0., 0., 5., 13., 9., 1., 0., 0., 0., 0., 13., 15., 10., 15., 5., 0.]);
    // Sums over the whole file of the source.
    let pixels: f64 = samples.iter().flat_map(|sample| &sample.x).map(|pixel| pixel * 16.0).sum();
    assert_eq!(pixels, 561_718.0);
    let counts: Vec<f64> = (0..10).map(|digit| samples.iter().map(|sample| sample.y[digit]).sum()).collect();
    assert_eq!(counts, [178., 182., 177., 183., 181., 182., 181., 179., 174., 180.]);
}

#[test]
fn standardised_columns_have_mean_0_and_deviation_1() {
    let data = preset("iris").unwrap().scenario().unwrap().data;
    let samples = data.samples.as_slice().unwrap();
    for k in 0..4 {
        let mean = samples.iter().map(|sample| sample.x[k]).sum::<f64>() / 150.0;
        let variance = samples.iter().map(|sample| (sample.x[k] - mean).powi(2)).sum::<f64>() / 150.0;
        assert!(mean.abs() < 1e-12 && (variance - 1.0).abs() < 1e-12, "{k}: {mean}, {variance}");
    }
    assert_eq!(data.inputs[2], "petal length");
    assert_eq!(data.targets, ["setosa", "versicolor", "virginica"]);
    assert_eq!(samples[100].y, [0.0, 0.0, 1.0]);
}

#[test]
fn tables_are_read_in_all_common_notations() {
    let want = Table { columns: vec!["a".into(), "b".into()], rows: vec![vec![1.0, -2.5], vec![3.0, 4e3]] };
    for text in [
        "a,b\n1,-2.5\n3,4e3\n",
        "a,b\r\n1,-2.5\r\n3,4000",
        "\u{feff}a;b\n1; -2.5\n\n3;4e3",
        "\"a\"\tb\n\"1\"\t-2.5\n 3\t+4000.0\n",
    ] {
        assert_eq!(Table::from_csv(text.as_bytes()).as_ref(), Ok(&want), "{text:?}");
    }
    let bare = Table::from_csv(b"1,2\n3,4").unwrap();
    assert_eq!((bare.columns[1].as_str(), bare.rows.len()), ("column 2", 2));
}

#[test]
fn errors_in_a_table_name_line_and_column() {
    for (text, want) in [
        ("", "the table: there is no row of numbers; give a line of names and then numbers"),
        ("a,b\n", "the table: there is no row of numbers; give a line of names and then numbers"),
        (
            "a,b\n1,2\n1\n",
            "line 3: 1 value, but there are 2 columns; give one for each, or leave the line out",
        ),
        (
            "a,b\n1,2,3\n",
            "line 2: 3 values, but there are 2 columns; give one for each, or leave the line out",
        ),
        (
            "a,b\n1,2\n1,x\n",
            "line 3, column b: \"x\" is not a number; write one like 0.5 (a class as 0, 1, 2 …)",
        ),
        ("a,b\n1,\n", "line 2, column b: this entry is empty; write a number, or leave the line out"),
        ("a,b\n1,nan\n", "line 2, column b: \"nan\" is not finite; write a number below 1e308"),
        ("a,b\n1e999,1\n", "line 2, column a: \"1e999\" is not finite; write a number below 1e308"),
    ] {
        let error = Table::from_csv(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(error, want, "{text:?}");
    }
    let table = Table::from_csv(b"a,b\n1,2\n").unwrap();
    assert_eq!(table.column("c").unwrap_err().to_string(), "column c: not found; the columns are a, b");
    let no_column = "the table: there is no column 2; the 2 columns are numbered from 0";
    assert_eq!(table.select(&[2]).unwrap_err().to_string(), no_column);
    assert_eq!(table.one_hot(2, &[]).unwrap_err().to_string(), no_column);
    assert_eq!(table.select(&[]).unwrap_err().to_string(), "the table: choose at least one column");
}

proptest! {
    #[test]
    fn any_bytes_give_a_table_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&bytes)?;
    }

    #[test]
    fn any_text_like_csv_gives_a_table_or_an_error(text in "[0-9.,;\n\"ae+\\- ]{0,80}") {
        check(text.as_bytes())?;
    }

    #[test]
    fn any_table_of_numbers_is_read_back(
        rows in (1usize..5).prop_flat_map(|columns| {
            prop::collection::vec(prop::collection::vec(any::<f64>(), columns), 1..20)
        }),
    ) {
        let finite = rows.iter().flatten().all(|value| value.is_finite());
        let columns: Vec<_> = (0..rows[0].len()).map(|column| format!("c{column}")).collect();
        let line = |row: &Vec<f64>| row.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
        let lines: Vec<_> = rows.iter().map(line).collect();
        let text = format!("{}\n{}\n", columns.join(","), lines.join("\n"));
        match Table::from_csv(text.as_bytes()) {
            Ok(table) => prop_assert_eq!(table, Table { columns, rows }),
            Err(error) => prop_assert!(!finite, "{}", error),
        }
        check(text.as_bytes())?;
    }
}

/// A table that is read has finite numbers and equal rows, and so has every table made from it.
fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    let Ok(table) = Table::from_csv(bytes) else { return Ok(()) };
    prop_assert!(!table.rows.is_empty());
    let made = [table.min_max(), table.standardised(), table.one_hot(0, &["first"]), Ok(table)];
    for table in made.into_iter().flatten() {
        for row in &table.rows {
            prop_assert_eq!(row.len(), table.columns.len());
            prop_assert!(row.iter().all(|value| value.is_finite()));
        }
    }
    Ok(())
}

/// The wheat seeds of Brownlee's article, whose licence does not allow them in this repository: tested if the file is
/// `target/data/wheat-seeds.csv`.
#[test]
fn the_wheat_seeds_train_if_they_are_present() {
    let target = std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned();
    let Ok(bytes) = std::fs::read(target.join("data/wheat-seeds.csv")) else {
        println!("skipped: there is no target/data/wheat-seeds.csv");
        return;
    };
    let table = Table::from_csv(&bytes).unwrap();
    assert_eq!((table.rows.len(), table.columns.len()), (210, 8));
    let class = table.column("class").unwrap();
    assert_eq!(table.classes(class).unwrap(), [1.0, 2.0, 3.0]);
    let inputs = table.select(&[0, 1, 2, 3, 4, 5, 6]).unwrap().standardised().unwrap();
    let data = csv::data(inputs, table.one_hot(class, &["Kama", "Rosa", "Canadian"]).unwrap());
    let mut scenario = preset("iris").unwrap().scenario().unwrap();
    scenario.sizes = vec![7, 5, 3];
    scenario.data = data.into();
    assert_eq!(scenario.check(), Ok(()));
    let accuracy = trained(&scenario, 50).accuracy();
    assert!(accuracy > 0.93, "{accuracy}");
}
