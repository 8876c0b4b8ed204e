//! The common parts of `trace` and `train`: reading the file, printing the result, and one-line error messages.

use deltascope::nn::{Hyperparameters, Network, Sample, train_mini_batch};
use deltascope::scenario::Scenario;
use serde_json::{Map, Value, json};
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// Runs a tool: reads the file named on the command line, computes, prints the result. An error is one line on stderr
/// and exit code 2. `compute` also returns what it refused: each becomes a line on stderr, the rest is printed.
pub(crate) fn run(
    tool: &str,
    compute: impl FnOnce(&Value) -> Result<(Option<String>, Vec<String>), String>,
) -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [path] = arguments.as_slice() else {
        return fail(&format!("usage: cargo run --release --example {tool} -- FILE"));
    };
    let input = std::fs::read(path).map_err(|error| error.to_string()).and_then(|bytes| {
        serde_json::from_slice(&bytes).map_err(|error| format!("this is not JSON: {error}"))
    });
    match input.and_then(|input: Value| compute(&input)) {
        Ok((output, refused)) => {
            let printed = output.map_or(ExitCode::SUCCESS, |output| print(&output));
            refused
                .iter()
                .map(|problem| fail(&format!("{}: {problem}", path.display())))
                .fold(printed, |_, code| code)
        }
        Err(problem) => fail(&format!("{}: {problem}", path.display())),
    }
}

/// A closed pipe (`| head`) is not a failure.
fn print(output: &str) -> ExitCode {
    match io::stdout().lock().write_all(output.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => fail(&format!("stdout: {error}")),
        _ => ExitCode::SUCCESS,
    }
}

fn fail(problem: &str) -> ExitCode {
    // Nothing can be done if stderr is closed.
    let _ = writeln!(io::stderr(), "error: {}", problem.replace(['\n', '\r'], " "));
    ExitCode::from(2)
}

/// A list of the file, which must not be empty.
pub(crate) fn list<'a>(input: &'a Value, name: &str) -> Result<&'a [Value], String> {
    match input.get(name).and_then(Value::as_array) {
        Some(list) if !list.is_empty() => Ok(list),
        Some(_) => Err(format!("{name}: there are none; give at least one")),
        None => Err(format!("{name}: a list of this name is needed")),
    }
}

/// A required field.
pub(crate) fn field<'a>(object: &'a Value, name: &str) -> Result<&'a Value, String> {
    object.get(name).ok_or_else(|| format!("{name}: this field is missing"))
}

/// A case or run as a scenario, checked as a scenario file. `start` has weights and biases, `samples` has x and y,
/// `hyperparameters` the other fields of the `deltascope-1` format.
pub(crate) fn scenario(
    object: &Value,
    start: &Value,
    samples: &Value,
    hyperparameters: &[(&str, Value)],
) -> Result<Scenario, String> {
    let mut file = Map::new();
    file.insert("format".to_owned(), json!("deltascope-1"));
    for name in ["sizes", "activations", "cost"] {
        file.insert(name.to_owned(), field(object, name)?.clone());
    }
    file.insert("learning_rate".to_owned(), field(object, "eta")?.clone());
    let parameters = json!({ "weights": field(start, "weights")?, "biases": field(start, "biases")? });
    file.insert("parameters".to_owned(), parameters);
    file.insert("data".to_owned(), json!({ "x": field(samples, "x")?, "y": field(samples, "y")? }));
    for (name, value) in hyperparameters {
        file.insert((*name).to_owned(), value.clone());
    }
    Scenario::from_json(&Value::Object(file).to_string()).map_err(|error| {
        // These files have other names for some fields.
        let field = error.field.replace("learning_rate", "eta");
        let field = field.trim_start_matches("parameters.").trim_start_matches("data.");
        format!("{field}: {}", error.problem)
    })
}

/// Trains one epoch, the samples in file order.
pub(crate) fn train_epoch(network: &mut Network, samples: &[Sample], hyperparameters: &Hyperparameters) {
    for mini_batch in samples.chunks(hyperparameters.batch_size) {
        train_mini_batch(network, mini_batch, hyperparameters);
    }
}

/// Refuses results that are not finite: JSON has no NaN and no infinity, and serde writes null instead.
pub(crate) fn finite(output: &Value) -> Result<(), String> {
    fn holds_null(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Array(values) => values.iter().any(holds_null),
            Value::Object(fields) => fields.values().any(holds_null),
            _ => false,
        }
    }
    if holds_null(output) {
        return Err(
            "the results are no longer finite numbers: take a smaller eta or smaller numbers".to_owned()
        );
    }
    Ok(())
}
