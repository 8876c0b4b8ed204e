//! JSON into a type, with errors in words for people: what stands where, and what would do.
//!
//! text → [`Value`] → [`read`] → the type. Serde says what is wrong in the words of Rust; an error type of our own
//! is asked instead, and a deserializer that has this error type is all the rest. It is the only one that types are
//! read from: for each further one the page would hold the code of every type again.

use serde::de::value::StrDeserializer;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, Expected, Unexpected, Visitor};
use serde::de::{EnumAccess, MapAccess, SeqAccess, VariantAccess};
use serde_json::{Value, map};
use std::fmt::{self, Display};
use std::{iter::Enumerate, slice};

/// A value as a type; else what is wrong with it, and where.
pub(crate) fn read<'de, T: Deserialize<'de>>(value: &'de Value) -> Result<T, Problem> {
    T::deserialize(Json(value))
}

/// An action, `{"type": "Stepped", "value": {…}}`: the name of a variant, and what belongs to it.
pub(crate) fn read_tagged<'de, T: Deserialize<'de>>(value: &'de Value) -> Result<T, Problem> {
    let fields =
        value.as_object().ok_or_else(|| de::Error::invalid_type(Json(value).found(), &"an action"))?;
    if let Some(name) = fields.keys().find(|name| !matches!(name.as_str(), "type" | "value")) {
        return Err(de::Error::unknown_field(name, &["type", "value"]));
    }
    let name = fields.get("type").ok_or_else(|| de::Error::missing_field("type"))?;
    let name = read(name).map_err(|problem: Problem| problem.under("type"))?;
    T::deserialize(Variant { name, content: Some(fields.get("value").unwrap_or(&Value::Null)) })
}

/// What is wrong and what would do.
#[derive(Debug)]
pub(crate) struct Problem {
    /// Where in the value: `.weights[0][1]`; empty for the value itself.
    path: String,
    words: String,
}

impl Problem {
    fn new(words: String) -> Self {
        Self { path: String::new(), words }
    }

    /// The same, seen from one level further out: `step` leads to where the path began.
    fn within(mut self, step: impl Display) -> Self {
        self.path.insert_str(0, &step.to_string());
        self
    }

    /// The same, in what has this name.
    fn under(self, name: &str) -> Self {
        self.within(format_args!(".{name}"))
    }

    /// Where in the value: `weights[0][1]`; empty for the value itself.
    pub(super) fn path(&self) -> &str {
        self.path.strip_prefix('.').unwrap_or(&self.path)
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl std::error::Error for Problem {}

impl de::Error for Problem {
    fn custom<T: Display>(problem: T) -> Self {
        Self::new(problem.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("{} will not do; {} would", called(found), wanted(expected)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::new(format!("{length} entries will not do; {} would", wanted(expected)))
    }

    fn unknown_variant(name: &str, known: &'static [&'static str]) -> Self {
        Self::new(format!("{} is not known here; take {}", quoted(name), listed(known)))
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Self::new(format!("{} is not known here; what may stand here is {}", quoted(name), listed(known)))
    }

    fn missing_field(name: &'static str) -> Self {
        let example =
            example(name).map_or(String::new(), |example| format!(", such as \"{name}\": {example}"));
        Self::new(format!("\"{name}\" is missing; add it{example}"))
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

/// What a type does not ask for is refused here: so the page need not hold, for every type, that it refuses it too.
impl<'de> Deserializer<'de> for Json<'de> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.found() {
            Unexpected::Seq => self.deserialize_seq(visitor),
            Unexpected::Map => self.deserialize_map(visitor),
            Unexpected::Bool(value) => visitor.visit_bool(value),
            Unexpected::Str(text) => visitor.visit_borrowed_str(text),
            Unexpected::Unit => visitor.visit_unit(),
            _ => self.deserialize_f64(visitor),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.found() {
            Unexpected::Unsigned(number) => visitor.visit_u64(number),
            Unexpected::Signed(number) => visitor.visit_i64(number),
            Unexpected::Float(number) => visitor.visit_f64(number),
            found => Err(de::Error::invalid_type(found, &visitor)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.0 {
            Value::String(text) => visitor.visit_borrowed_str(text),
            _ => Err(de::Error::invalid_type(self.found(), &visitor)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.0 {
            Value::Bool(value) => visitor.visit_bool(*value),
            _ => Err(de::Error::invalid_type(self.found(), &visitor)),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            _ => Err(de::Error::invalid_type(self.found(), &visitor)),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        let Value::Array(items) = self.0 else { return Err(de::Error::invalid_type(self.found(), &visitor)) };
        let mut rest = items.iter().enumerate();
        let value = visitor.visit_seq(Items(&mut rest))?;
        match rest.next() {
            None => Ok(value),
            Some((taken, _)) => Err(de::Error::invalid_length(items.len(), &taken.to_string().as_str())),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.0 {
            Value::Object(fields) => visitor.visit_map(Fields { rest: fields.iter(), last: None }),
            _ => Err(de::Error::invalid_type(self.found(), &visitor)),
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
        self.deserialize_map(visitor)
    }

    /// A name, or a name with what belongs to it.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        let mut fields = self.0.as_object().into_iter().flatten();
        match (self.0, fields.next(), fields.next()) {
            (Value::String(name), ..) => visitor.visit_enum(Variant { name, content: None }),
            (_, Some((name, content)), None) => visitor.visit_enum(Variant { name, content: Some(content) }),
            _ => Err(de::Error::invalid_type(self.found(), &visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_str(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_f64(visitor)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i64 i128 u8 u16 u128 f32 char bytes byte_buf unit_struct tuple tuple_struct identifier ignored_any
    }
}

/// The entries of a list.
struct Items<'a, 'de>(&'a mut Enumerate<slice::Iter<'de, Value>>);

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Problem;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Problem> {
        let next = self.0.next().map(|(index, item)| {
            seed.deserialize(Json(item)).map_err(|problem| problem.within(format_args!("[{index}]")))
        });
        next.transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

/// The fields of a group.
struct Fields<'de> {
    rest: map::Iter<'de>,
    /// The field whose name was read last.
    last: Option<(&'de str, &'de Value)>,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Problem;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Problem> {
        self.last = self.rest.next().map(|(name, value)| (name.as_str(), value));
        let key = self.last.map(|(name, _)| {
            seed.deserialize(StrDeserializer::new(name)).map_err(|problem: Problem| problem.under(name))
        });
        key.transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Problem> {
        let (name, value) = self.last.unwrap_or(("", &Value::Null));
        seed.deserialize(Json(value)).map_err(|problem| problem.under(name))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// A name, and what belongs to it.
struct Variant<'de> {
    name: &'de str,
    content: Option<&'de Value>,
}

impl<'de> Variant<'de> {
    /// What belongs to the name; an error where there is nothing and `expected` should be.
    fn content(&self, expected: &str) -> Result<Json<'de>, Problem> {
        let missing = || de::Error::invalid_type(Unexpected::UnitVariant, &expected);
        self.content.map(Json).ok_or_else(missing)
    }
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Problem;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Problem> {
        Ok((seed.deserialize(StrDeserializer::new(self.name))?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Problem;

    fn unit_variant(self) -> Result<(), Problem> {
        let content = self.content.map_or(Ok(()), read);
        content.map_err(|problem| problem.under(self.name))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Problem> {
        let value = self.content("newtype variant").and_then(|content| seed.deserialize(content));
        value.map_err(|problem| problem.under(self.name))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _length: usize, visitor: V) -> Result<V::Value, Problem> {
        let value = self.content("tuple variant").and_then(|content| content.deserialize_seq(visitor));
        value.map_err(|problem| problem.under(self.name))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        let value = self.content("struct variant").and_then(|content| content.deserialize_map(visitor));
        value.map_err(|problem| problem.under(self.name))
    }
}

/// For what is known to be one.
impl<'de> Deserializer<'de> for Variant<'de> {
    type Error = Problem;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_enum(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
