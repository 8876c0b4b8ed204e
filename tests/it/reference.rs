//! Reads the reference numbers of `tests/golden`, and compares numbers with them.

use deltascope::nn::{Activation, Cost, Layer, Matrix, Network, Sample};
use serde::Serialize;
use serde_json::Value;

/// Reads a file of `tests/golden`.
pub(crate) fn golden(name: &str) -> Value {
    let path = format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A field of an object as this type.
pub(crate) fn get<T: serde::de::DeserializeOwned>(object: &Value, field: &str) -> T {
    serde_json::from_value(object[field].clone()).unwrap_or_else(|error| panic!("{field}: {error}"))
}

/// The network with the activations of `case` and the weights and biases of `start`.
pub(crate) fn network(case: &Value, start: &Value) -> Network {
    let weights: Vec<Matrix> = get(start, "weights");
    let biases: Vec<Vec<f64>> = get(start, "biases");
    let activations: Vec<Activation> = get(case, "activations");
    let layers = weights.into_iter().zip(biases).zip(activations);
    let layers = layers.map(|((weights, biases), activation)| Layer { weights, biases, activation });
    let network = Network { layers: layers.collect() };
    assert_eq!(network.sizes(), get::<Vec<usize>>(case, "sizes"));
    network
}

/// The rows of x and y.
pub(crate) fn samples(object: &Value) -> Vec<Sample> {
    let (x, y): (Vec<Vec<f64>>, Vec<Vec<f64>>) = (get(object, "x"), get(object, "y"));
    assert_eq!(x.len(), y.len());
    x.into_iter().zip(y).map(|(x, y)| Sample { x, y }).collect()
}

/// The cost of a case: the first word of its field.
pub(crate) fn cost(case: &Value) -> Cost {
    let text: String = get(case, "cost");
    let name = text.split([' ', ',']).next().unwrap();
    serde_json::from_value(name.into()).unwrap()
}

/// The weights and biases of all layers.
pub(crate) fn parameters(network: &Network) -> (Vec<&Matrix>, Vec<&Vec<f64>>) {
    network.layers.iter().map(|layer| (&layer.weights, &layer.biases)).unzip()
}

/// Asserts |got − want| ≤ tolerance · max(1, |want|) for every number of two values of the same shape.
#[track_caller]
pub(crate) fn assert_close(what: &str, got: impl Serialize, want: &Value, tolerance: f64) {
    compare(what, &serde_json::to_value(got).unwrap(), want, tolerance);
}

#[track_caller]
fn compare(what: &str, got: &Value, want: &Value, tolerance: f64) {
    match (got, want) {
        (Value::Array(got), Value::Array(want)) => {
            assert_eq!(got.len(), want.len(), "{what}: how many");
            for (index, (got, want)) in got.iter().zip(want).enumerate() {
                compare(&format!("{what}[{index}]"), got, want, tolerance);
            }
        }
        (Value::Number(got), Value::Number(want)) => {
            let (got, want) = (got.as_f64().unwrap(), want.as_f64().unwrap());
            let close = (got - want).abs() <= tolerance * want.abs().max(1.0);
            assert!(close, "{what}: {got:e}, but {want:e} is right");
        }
        _ => panic!("{what}: {got}, but {want} is right"),
    }
}
