//! JSON into a type, with errors in words for people: what stands where, and what would do.
//!
//! text → [`Value`] → [`read`] → the type. Serde says what is wrong in the words of Rust; an error type of our own
//! is asked instead, and a deserializer that has this error type is all the rest.

use serde::de::value::{MapAccessDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{self, Deserialize, Deserializer, Expected, IntoDeserializer, Unexpected, Visitor};
use serde_json::Value;
use std::fmt::{self, Display};

/// A value as a type; else where in the value, and what, is wrong.
pub(super) fn read<'de, T: Deserialize<'de>>(value: &'de Value) -> Result<T, (String, Problem)> {
    serde_path_to_error::deserialize(Json(value))
        .map_err(|error| (error.path().to_string(), error.into_inner()))
}

/// What is wrong and what would do.
#[derive(Debug)]
pub(super) struct Problem(String);

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Problem {}

impl de::Error for Problem {
    fn custom<T: Display>(problem: T) -> Self {
        Self(problem.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self(format!("{} will not do; {} would", called(found), wanted(expected)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self(format!("{length} entries will not do; {} would", wanted(expected)))
    }

    fn unknown_variant(name: &str, known: &'static [&'static str]) -> Self {
        Self(format!("{} is not known here; take {}", quoted(name), listed(known)))
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Self(format!("{} is not known here; what may stand here is {}", quoted(name), listed(known)))
    }

    fn missing_field(name: &'static str) -> Self {
        let example =
            example(name).map_or(String::new(), |example| format!(", such as \"{name}\": {example}"));
        Self(format!("\"{name}\" is missing; add it{example}"))
    }
}

/// What was found, as it stands in the file.
fn called(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Unsigned(number) => number.to_string(),
        Unexpected::Signed(number) => number.to_string(),
        Unexpected::Float(number) => format!("{number:?}"),
        Unexpected::Str(text) => quoted(text),
        Unexpected::Unit => "null".into(),
        Unexpected::Seq => "a list".into(),
        Unexpected::Map => "a group { … }".into(),
        Unexpected::UnitVariant => "the name alone".into(),
        other => other.to_string(),
    }
}

/// What would do, with an example, for what serde expects.
fn wanted(expected: &dyn Expected) -> String {
    let expected = expected.to_string();
    match expected.as_str() {
        "f64" => "a number such as 0.5".into(),
        "u32" | "usize" => "a whole number such as 4".into(),
        "a string" => "text in quotes".into(),
        "a sequence" => "a list such as [2, 1]".into(),
        "newtype variant" => "the name with its number, such as { \"shuffled\": 1 },".into(),
        "struct variant" => "the name with its fields, such as { \"update\": { \"layer\": 0 } },".into(),
        name if name.starts_with("enum ") => "a name in quotes".into(),
        _ => expected,
    }
}

/// A value that would do for a field that must be there.
fn example(field: &str) -> Option<&'static str> {
    Some(match field {
        "format" => "\"deltascope-1\"",
        "sizes" => "[2, 1]",
        "activations" => "[\"sigmoid\"]",
        "cost" => "\"half_mse\"",
        "learning_rate" => "0.5",
        "batch_size" => "4",
        "reduction" | "updating" => "\"sum\"",
        "data" => "{ \"x\": [[0, 1]], \"y\": [[1]] }",
        "x" => "[[0, 1]]",
        "y" => "[[1]]",
        "percent" => "20",
        "rows" | "columns" => "28",
        "pixels" | "labels" => "\"AP8=\"",
        "weights" => "[[[0.5, -0.5]]]",
        "biases" => "[[0]]",
        "distribution" => "\"normal\"",
        "epoch" | "mini_batch" | "sample" | "layer" => "0",
        _ => return None,
    })
}

fn listed(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| quoted(name)).collect();
    match quoted.split_last() {
        Some((last, others @ [_, ..])) => format!("{} or {last}", others.join(", ")),
        _ => quoted.concat(),
    }
}

/// In quotes; of a long text the beginning.
fn quoted(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{:?}", format!("{}…", &text[..end])),
        None => format!("{text:?}"),
    }
}

/// A value that types are read from.
#[derive(Clone, Copy)]
struct Json<'de>(&'de Value);

impl<'de> Json<'de> {
    fn found(self) -> Unexpected<'de> {
        match self.0 {
            Value::Null => Unexpected::Unit,
            Value::Bool(value) => Unexpected::Bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => Unexpected::Unsigned(number),
                (_, Some(number)) => Unexpected::Signed(number),
                // Every other number that was read is a double.
                _ => Unexpected::Float(number.as_f64().unwrap_or_default()),
            },
            Value::String(text) => Unexpected::Str(text),
            Value::Array(_) => Unexpected::Seq,
            Value::Object(_) => Unexpected::Map,
        }
    }
}

impl<'de> IntoDeserializer<'de, Problem> for Json<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Json<'de> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match (self.0, self.found()) {
            (Value::Array(items), _) => {
                let mut items = SeqDeserializer::new(items.iter().map(Json));
                let value = visitor.visit_seq(&mut items)?;
                items.end().map(|()| value)
            }
            (Value::Object(fields), _) => {
                let fields = fields.iter().map(|(name, value)| (name.as_str(), Json(value)));
                visitor.visit_map(MapDeserializer::new(fields))
            }
            (_, Unexpected::Bool(value)) => visitor.visit_bool(value),
            (_, Unexpected::Unsigned(number)) => visitor.visit_u64(number),
            (_, Unexpected::Signed(number)) => visitor.visit_i64(number),
            (_, Unexpected::Float(number)) => visitor.visit_f64(number),
            (_, Unexpected::Str(text)) => visitor.visit_borrowed_str(text),
            _ => visitor.visit_unit(),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Problem> {
        visitor.visit_newtype_struct(self)
    }

    /// Fields have names: a list of their values will not do.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        match self.0 {
            Value::Object(_) => self.deserialize_any(visitor),
            _ => Err(de::Error::invalid_type(self.found(), &visitor)),
        }
    }

    /// A name, or a name with what belongs to it.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(name.as_str().into_deserializer()),
            Value::Object(fields) if fields.len() == 1 => {
                let fields = fields.iter().map(|(name, value)| (name.as_str(), Json(value)));
                visitor.visit_enum(MapAccessDeserializer::new(MapDeserializer::new(fields)))
            }
            _ => Err(de::Error::invalid_type(self.found(), &visitor)),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map identifier ignored_any
    }
}
