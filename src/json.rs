//! JSON text → any type that serde reads. Error messages say what is there, where it is, and what would be right.
//!
//! serde_json reports errors in the words of Rust ("invalid type: string, expected f64"). So the text is first parsed
//! to a [`Value`], and types are read from it by a small deserializer whose error type, `Problem`, words the
//! messages; `serde_path_to_error` adds the path.

use serde::Deserialize;
use serde::de::value::{MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Expected};
use serde::de::{IntoDeserializer, Unexpected, VariantAccess, Visitor};
use serde_json::{Value, error::Category};
use std::fmt::{self, Display};

/// Why a JSON text cannot be read as the type that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Where in the text, as in `weights[0][1]`; empty for the whole.
    pub path: String,
    /// What is wrong there, and what would be right.
    pub problem: String,
}

impl Error {
    fn new(path: &serde_path_to_error::Path, problem: String) -> Self {
        // "." is the whole, and "?" a field whose name could not be read.
        let path = path.to_string().trim_end_matches(['.', '?']).to_owned();
        Self { path, problem }
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl std::error::Error for Error {}

/// Reads a value of type `T` from a JSON text.
///
/// ```
/// use deltascope::json;
///
/// assert_eq!(json::from_str("[1, 0.5]"), Ok(vec![1.0, 0.5]));
/// let error = json::from_str::<Vec<f64>>("[1, null]").unwrap_err();
/// assert_eq!((error.path.as_str(), error.problem.as_str()), ("[1]", "null will not do; a number such as 0.5 would"));
/// ```
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_path_to_error::deserialize(Json(&parse(text)?))
        .map_err(|error| Error::new(error.path(), error.inner().to_string()))
}

/// Reads a small value from parsed JSON. The path of an error is empty.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    T::deserialize(Json(value)).map_err(|problem| Error { path: String::new(), problem: problem.to_string() })
}

/// Reads `{ "type": "LayerRemoved", "value": { "layer": 1 } }` as the variant `LayerRemoved { layer: 1 }` of the enum `T`.
/// The path of the error is `type` if `T` has no such variant, and else empty.
pub fn from_tagged<T: DeserializeOwned>(value: &Value) -> Result<T, Error> {
    let error = |path: &str, problem: Problem| Error { path: path.to_owned(), problem: problem.to_string() };
    let fields = value.as_object().map(|fields| (fields, fields.get("type"), fields.get("value")));
    let Some((fields, Some(tag), content)) = fields else {
        return Err(error("", de::Error::missing_field("type")));
    };
    if let Some(name) = fields.keys().find(|name| !matches!(name.as_str(), "type" | "value")) {
        return Err(error("", de::Error::unknown_field(name, &["type", "value"])));
    }
    let name = tag.as_str().unwrap_or_default();
    let variant = Variant { name, content: Some(content.unwrap_or(&Value::Null)) };
    T::deserialize(variant).map_err(|problem| match problem {
        Problem::NoSuchVariant => error("type", problem),
        Problem::Message(_) => error("", problem),
    })
}

/// Parses a JSON text. Lists and groups may be nested 127 deep: deeper ones could overflow the stack.
pub fn parse(text: &str) -> Result<Value, Error> {
    let mut parser = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut parser).map_err(|error| {
        let syntax = error.inner().to_string();
        let problem = match error.inner().classify() {
            Category::Eof => format!("this file is incomplete ({syntax}); use a complete one"),
            _ if syntax.starts_with("number out of range") => format!("{syntax}; one such as 0.5 would do"),
            _ => format!("this is not a scenario file ({syntax}); use one that was saved here"),
        };
        Error::new(error.path(), problem)
    })?;
    parser.end().map_err(|trailing| Error {
        path: String::new(),
        problem: format!("there is text after the scenario ({trailing}); delete it"),
    })?;
    Ok(value)
}

/// A text in quotes for a message; a long one is cut off.
pub(crate) fn quoted(text: &str) -> String {
    const MAX: usize = 40;
    Value::from(match text.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    })
    .to_string()
}

/// The names in quotes, the last after an "or".
fn one_of(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| quoted(name)).collect();
    match quoted.split_last() {
        Some((last, others @ [_, ..])) => format!("{} or {last}", others.join(", ")),
        _ => quoted.concat(),
    }
}

/// An error without its path.
#[derive(Debug)]
enum Problem {
    Message(String),
    /// For [`from_tagged`].
    NoSuchVariant,
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Message(message) => message,
            Self::NoSuchVariant => "this type is not known here",
        })
    }
}

impl std::error::Error for Problem {}

impl de::Error for Problem {
    fn custom<T: Display>(message: T) -> Self {
        Self::Message(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::Message(format!("{} will not do; {} would", found_text(found), expected_text(expected)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_variant(name: &str, known: &'static [&'static str]) -> Self {
        Self::Message(format!("{} is not known here; take {}", quoted(name), one_of(known)))
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Self::Message(format!("{} is not known here; what may stand here is {}", quoted(name), one_of(known)))
    }

    fn missing_field(name: &'static str) -> Self {
        let example = example(name).map_or(String::new(), |value| format!(", such as \"{name}\": {value}"));
        Self::Message(format!("\"{name}\" is missing; add it{example}"))
    }
}

/// The value that was found, as it is written in the file.
fn found_text(found: Unexpected<'_>) -> String {
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

/// What would be right, with an example, in place of serde's name for it.
fn expected_text(expected: &dyn Expected) -> String {
    let expected = expected.to_string();
    match expected.as_str() {
        "f64" => "a number such as 0.5",
        "u32" | "i32" | "usize" => "a whole number such as 4",
        "a boolean" => "true or false",
        "a string" => "text in quotes",
        "a sequence" => "a list such as [2, 1]",
        "newtype variant" => "the name with its number, such as { \"shuffled\": 1 },",
        name if name.starts_with("struct variant ") => "a group { … }",
        name if name.starts_with("enum ") => "a name in quotes",
        name if name.starts_with("unit") => "null",
        other => other,
    }
    .to_owned()
}

/// A value for a field that must not be left out.
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

/// The deserializer: as `&Value`, but with [`Problem`] as its error, and a list is not read as a group.
#[derive(Clone, Copy)]
struct Json<'de>(&'de Value);

impl<'de> Deserializer<'de> for Json<'de> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (.., number) => visitor.visit_f64(number.unwrap_or(f64::NAN)),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => visitor.visit_seq(SeqDeserializer::new(items.iter().map(Json))),
            Value::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| (name.as_str(), Json(value)));
                visitor.visit_map(MapDeserializer::new(fields))
            }
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

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.0 {
            Value::Array(_) => Err(de::Error::invalid_type(Unexpected::Seq, &visitor)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        self.deserialize_map(visitor)
    }

    /// A name, or a group with a name and its content: `{ "update": { "layer": 0 } }`.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(Variant { name, content: None }),
            Value::Object(fields) if fields.len() == 1 => match fields.iter().next() {
                Some((name, content)) => visitor.visit_enum(Variant { name, content: Some(content) }),
                None => self.deserialize_any(visitor),
            },
            _ => self.deserialize_any(visitor),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, Problem> for Json<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// A variant of an enum: its name and, if it has one, its content.
struct Variant<'de> {
    name: &'de str,
    content: Option<&'de Value>,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Problem;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Problem> {
        let name: StrDeserializer<'_, Problem> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Problem;

    fn unit_variant(self) -> Result<(), Problem> {
        self.content.map_or(Ok(()), |content| Deserialize::deserialize(Json(content)))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Problem> {
        match self.content {
            Some(content) => seed.deserialize(Json(content)),
            None => Err(de::Error::invalid_type(Unexpected::UnitVariant, &"newtype variant")),
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Problem> {
        Json(self.content.unwrap_or(&Value::Null)).deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        match self.content {
            Some(content) => Json(content).deserialize_map(visitor),
            None => Err(de::Error::invalid_type(Unexpected::UnitVariant, &visitor)),
        }
    }
}

/// For [`from_tagged`]: only enums are read from it.
impl<'de> Deserializer<'de> for Variant<'de> {
    type Error = Problem;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        if variants.contains(&self.name) { visitor.visit_enum(self) } else { Err(Problem::NoSuchVariant) }
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_enum(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
