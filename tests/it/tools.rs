//! `examples/trace` and `examples/train` as commands.

use crate::reference::{assert_close, golden};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// Builds the examples and returns the path of one of them.
fn tool(name: &str) -> PathBuf {
    static MESSAGES: OnceLock<String> = OnceLock::new();
    let messages = MESSAGES.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--examples", "--message-format=json"]);
        if !cfg!(debug_assertions) {
            cargo.arg("--release");
        }
        let output = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).stderr(Stdio::inherit()).output().unwrap();
        assert!(output.status.success(), "the examples do not build");
        String::from_utf8(output.stdout).unwrap()
    });
    let messages = messages.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut tools = messages.filter(|message| message["target"]["name"] == name);
    tools.find_map(|message| message["executable"].as_str().map(PathBuf::from)).unwrap()
}

fn run(name: &str, arguments: &[&str]) -> Output {
    Command::new(tool(name)).args(arguments).output().unwrap()
}

/// Runs a tool on a file with this text.
fn run_on(name: &str, text: &[u8]) -> Output {
    static NUMBER: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("deltascope-{}-{number}.json", std::process::id()));
    std::fs::write(&path, text).unwrap();
    let output = run(name, &[path.to_str().unwrap()]);
    std::fs::remove_file(path).unwrap();
    output
}

/// The output as JSON.
fn printed(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Exit code 2, nothing on stdout, and one line on stderr that contains `says`.
#[track_caller]
fn assert_refused(output: &Output, says: &str) {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{says:?} was expected: {stderr}");
    assert!(output.stdout.is_empty());
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.starts_with("error: ") && stderr.contains(says), "{says:?} is not in: {stderr}");
}

#[test]
fn trace_prints_the_numbers_of_golden_json() {
    assert_traced("golden.json", 20);
}

/// The published exercises. The list `missing` of the file holds what the examples cannot compute; they ignore it.
#[test]
fn trace_prints_the_numbers_of_public_json() {
    assert_traced("public.json", 17);
}

fn assert_traced(file: &str, cases: usize) {
    let path = format!("{}/tests/golden/{file}", env!("CARGO_MANIFEST_DIR"));
    let output = printed(&run("trace", &[&path]));
    let (got, want) = (output["cases"].as_array().unwrap(), &golden(file)["cases"]);
    assert_eq!(got.len(), cases);
    for (got, want) in got.iter().zip(want.as_array().unwrap()) {
        let id = want["id"].as_str().unwrap();
        // Every field of the schema and no other; notes and tags are not repeated.
        for (field, value) in want.as_object().unwrap() {
            if !["note", "edge", "check", "published"].contains(&field.as_str()) {
                compare(&format!("{id}, {field}"), &got[field], value, 1e-12);
            }
        }
        assert_eq!(got.as_object().unwrap().len(), 15, "{id}");
    }
}

#[test]
fn train_prints_the_numbers_of_training_json() {
    assert_trained("training.json");
}

#[test]
fn train_prints_the_numbers_of_public_json() {
    assert_trained("public.json");
}

fn assert_trained(file: &str) {
    let mut input = golden(file);
    let mut want = input.clone();
    for run in want["runs"].as_array_mut().unwrap() {
        // A regression has no accuracy, though the file gives one.
        if run["activations"].as_array().unwrap().last() == Some(&json!("identity")) {
            for mark in run["trace"].as_array_mut().unwrap() {
                mark["accuracy"] = json!(null);
            }
        }
    }
    for run in input["runs"].as_array_mut().unwrap() {
        run.as_object_mut().unwrap().remove("final");
        for mark in run["trace"].as_array_mut().unwrap() {
            *mark = json!({ "epoch": mark["epoch"] });
        }
    }
    let output = printed(&run_on("train", input.to_string().as_bytes()));
    let (got, want) = (output["runs"].as_array().unwrap(), want["runs"].as_array().unwrap());
    assert_eq!(got.len(), want.len());
    for (got, want) in got.iter().zip(want) {
        compare(want["id"].as_str().unwrap(), got, want, 1e-9);
    }
}

/// Compares objects field by field, numbers with a tolerance, everything else exactly.
fn compare(what: &str, got: &Value, want: &Value, tolerance: f64) {
    match (got, want) {
        (Value::Object(got), Value::Object(want)) => {
            assert!(got.keys().eq(want.keys()), "{what}: {:?}, {:?}", got.keys(), want.keys());
            for (field, want) in want {
                compare(&format!("{what}.{field}"), &got[field], want, tolerance);
            }
        }
        (Value::Array(got), Value::Array(want)) => {
            assert_eq!(got.len(), want.len(), "{what}");
            for (index, (got, want)) in got.iter().zip(want).enumerate() {
                compare(&format!("{what}[{index}]"), got, want, tolerance);
            }
        }
        (Value::Number(_), Value::Number(_)) => assert_close(what, got, want, tolerance),
        _ => assert_eq!(got, want, "{what}"),
    }
}

/// A small case, and a run with the same network.
fn inputs() -> (Value, Value) {
    let network = json!({ "weights": [[[0.1, 0.2]], [[0.3]]], "biases": [[0.4], [0.5]] });
    let mut case = json!({
        "id": "q", "sizes": [2, 1, 1], "activations": ["tanh", "sigmoid"], "cost": "bce", "eta": 0.5,
        "x": [[1, 2], [3, 4]], "y": [[0], [1]],
    });
    let run = json!({
        "id": "q", "dataset": "d", "sizes": [2, 1, 1], "activations": ["tanh", "sigmoid"], "cost": "bce",
        "eta": 0.5, "batch_size": 2, "reduction": "mean", "bias_rule": "own_delta", "start": network,
        "trace": [{ "epoch": 3 }],
    });
    let datasets = json!({ "d": { "x": case["x"], "y": case["y"] } });
    case["weights"] = network["weights"].clone();
    case["biases"] = network["biases"].clone();
    (json!({ "cases": [case] }), json!({ "datasets": datasets, "runs": [run] }))
}

#[test]
fn bad_files_are_refused_in_one_line_with_exit_code_2() {
    let (case, training) = inputs();
    assert_eq!(printed(&run_on("trace", case.to_string().as_bytes()))["cases"][0]["id"], "q");
    assert_eq!(printed(&run_on("train", training.to_string().as_bytes()))["runs"][0]["trace"][0]["epoch"], 3);

    for (place, value, says) in [
        ("/cases/0/sizes", json!([2, 2, 1]), "weights[0]: 1 row of 2 given"),
        ("/cases/0/sizes", json!([2, 0, 1]), "sizes[1]"),
        ("/cases/0/sizes", json!([2, 4_000_000_000u32, 1]), "sizes"),
        ("/cases/0/sizes", json!([2, -1, 1]), "sizes[1]"),
        ("/cases/0/sizes", json!([]), "sizes"),
        ("/cases/0/activations/0", json!("sine"), "\"sine\" is not known here"),
        ("/cases/0/activations/0", json!("softmax"), "activations[0]"),
        ("/cases/0/cost", json!("cce"), "cost"),
        ("/cases/0/eta", json!(null), "eta"),
        ("/cases/0/weights/0/0/0", json!("NaN"), "weights[0]"),
        ("/cases/0/weights/0/0", json!([1]), "weights[0]"),
        ("/cases/0/biases", json!([[0.4]]), "biases"),
        ("/cases/0/x", json!([[1, 2]]), "data"),
        ("/cases/0/x", json!([]), "data"),
        ("/cases/0/y/0", json!([0, 1]), "y[0]"),
        ("/cases/0/y/0/0", json!(2), "y[0]"),
        ("/cases/0", json!(7), "cases[0]: sizes: this field is missing"),
        ("/cases", json!([]), "cases"),
        ("/cases", json!(7), "cases"),
    ] {
        let mut bad = case.clone();
        *bad.pointer_mut(place).unwrap() = value;
        assert_refused(&run_on("trace", bad.to_string().as_bytes()), says);
    }
    for (place, value, says) in [
        ("/runs/0/dataset", json!("e"), "dataset"),
        ("/runs/0/batch_size", json!(0), "batch_size"),
        ("/runs/0/reduction", json!("median"), "reduction"),
        ("/runs/0/bias_rule", json!("both"), "bias_rule"),
        ("/runs/0/start", json!({}), "weights"),
        ("/runs/0/trace", json!([]), "trace"),
        ("/runs/0/trace/0/epoch", json!(-1), "trace[0].epoch"),
        ("/runs/0/trace/0", json!(3), "trace[0].epoch"),
        ("/runs", json!([]), "runs"),
        ("/datasets", json!([]), "dataset"),
    ] {
        let mut bad = training.clone();
        *bad.pointer_mut(place).unwrap() = value;
        assert_refused(&run_on("train", bad.to_string().as_bytes()), says);
    }
    for tool in ["trace", "train"] {
        for text in ["", "{", "[1]", "\"cases\"", "{\"cases\": [{\"eta\": 1e999}]}", "\u{0}", "{}{}"] {
            assert_refused(&run_on(tool, text.as_bytes()), "");
        }
        assert_refused(&run_on(tool, b"{\"cases\": [\xff]}"), "not JSON");
        assert_refused(&run(tool, &["no/such/file.json"]), "no/such/file.json");
        assert_refused(&run(tool, &["."]), ".");
        assert_refused(&run(tool, &[]), "usage: cargo run");
        assert_refused(&run(tool, &["a", "b"]), "usage: cargo run");
    }
}

#[test]
fn a_refused_case_or_run_does_not_stop_the_others() {
    let (mut case, mut training) = inputs();
    for (tool, file, list) in [("trace", &mut case, "cases"), ("train", &mut training, "runs")] {
        let list = file[list].as_array_mut().unwrap();
        let named = |id: &str, eta: Value| {
            let mut entry = list[0].clone();
            (entry["id"], entry["eta"]) = (json!(id), eta);
            entry
        };
        let (zero, mut bad, worse) =
            (named("zero", json!(0)), named("bad", json!(-1)), named("worse", json!(null)));
        bad["note"] = json!("a\nb");
        *list = vec![bad, list[0].clone(), worse, zero];
        let output = run_on(tool, file.to_string().as_bytes());
        assert_eq!(output.status.code(), Some(2));
        let stderr = String::from_utf8(output.stderr).unwrap();
        let lines: Vec<_> = stderr.lines().collect();
        assert_eq!(lines.len(), 2, "{stderr}");
        assert!(
            lines[0].ends_with("\"bad\": eta: η must be a number of 0 or more, not -1; 0.5 would do"),
            "{stderr}"
        );
        assert!(lines[1].contains("\"worse\": eta: "), "{stderr}");
        let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
        let entries = printed.get("cases").or(printed.get("runs")).unwrap().as_array().unwrap();
        assert_eq!(entries.iter().map(|entry| &entry["id"]).collect::<Vec<_>>(), ["q", "zero"]);
        // η = 0 changes nothing.
        match tool {
            "trace" => assert_eq!(entries[1]["after"]["sum"]["weights"], entries[1]["weights"]),
            _ => assert_eq!(entries[1]["final"]["weights"], entries[1]["start"]["weights"]),
        }
    }
}

#[test]
fn results_that_json_cannot_hold_are_refused() {
    let (mut case, mut training) = inputs();
    for (object, file) in [("/cases/0", &mut case), ("/runs/0", &mut training)] {
        let object = file.pointer_mut(object).unwrap();
        object["activations"] = json!(["identity", "identity"]);
        object["cost"] = json!("mse");
        object["eta"] = json!(1e200);
    }
    assert_refused(
        &run_on("trace", case.to_string().as_bytes()),
        "case \"q\": the results are no longer finite",
    );
    assert_refused(
        &run_on("train", training.to_string().as_bytes()),
        "run \"q\": diverged in epoch 2: eta 1e200",
    );
}

#[test]
fn a_closed_pipe_is_not_a_failure() {
    let mut child = Command::new(tool("trace"))
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/golden.json"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
}
