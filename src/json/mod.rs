//! JSON: text → [`Value`] → the types that are read from it; and types → text, by its `Writer`.
//!
//! By hand and not by serde: each type that serde reads from JSON takes a page's worth of code, and the page is to be
//! there soon. What is wrong is told in words for people: what stands where, and what would do.

mod number;
mod parse;
mod write;

pub use number::double;
pub use parse::Mistake;
pub use write::{Writer, numbers, written};

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::str::FromStr;

/// A value as it stands in a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// null
    Null,
    /// true or false
    Bool(bool),
    /// A number, as it is written.
    Number(&'a str),
    /// Text in quotes.
    Text(Cow<'a, str>),
    /// [ … ]
    List(Vec<Self>),
    /// { … }: names and values in their order. Of equal names the last one counts.
    Group(Vec<(Cow<'a, str>, Self)>),
}

/// What is wrong with a value and what would do. In a box: a result with it is passed on in many places.
#[derive(Debug)]
pub struct Problem<'a>(Box<(&'a Value<'a>, String)>);

/// Something that is read, or what is wrong.
pub type Read<'a, T> = Result<T, Problem<'a>>;

impl Display for Problem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.1)
    }
}

impl Problem<'_> {
    /// Where in this value it is: `weights[0][1]`; empty for the value itself.
    pub fn path(&self, root: &Value<'_>) -> String {
        let path = root.path_to(self.0.0).unwrap_or_default();
        path.strip_prefix('.').map_or(path.clone(), str::to_owned)
    }
}

impl<'a> Value<'a> {
    /// The way to a value inside this one.
    fn path_to(&self, inner: &Value<'_>) -> Option<String> {
        if std::ptr::eq(self, inner) {
            return Some(String::new());
        }
        match self {
            Self::List(items) => items.iter().enumerate().find_map(|(index, item)| {
                let rest = item.path_to(inner)?;
                Some(format!("[{index}]{rest}"))
            }),
            Self::Group(fields) => fields.iter().find_map(|(name, field)| {
                let rest = field.path_to(inner)?;
                Some(format!(".{name}{rest}"))
            }),
            _ => None,
        }
    }

    /// The value as it stands in the file, for messages.
    fn called(&self) -> Cow<'_, str> {
        match self {
            Self::Null => "null".into(),
            Self::Bool(value) => if *value { "true" } else { "false" }.into(),
            Self::Number(text) => (*text).into(),
            Self::Text(text) => quoted(text).into(),
            Self::List(_) => "a list".into(),
            Self::Group(_) => "a group { … }".into(),
        }
    }

    /// This is wrong with it.
    pub fn problem<T>(&'a self, words: impl Into<String>) -> Read<'a, T> {
        Err(Problem(Box::new((self, words.into()))))
    }

    /// It is not what stands here, but what would do.
    pub fn refused<T>(&'a self, would_do: &str) -> Read<'a, T> {
        self.problem(format!("{} will not do; {would_do} would", self.called()))
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        *self == Self::Null
    }

    /// Text in quotes.
    pub fn text(&'a self) -> Read<'a, &'a str> {
        match self {
            Self::Text(text) => Ok(text),
            _ => self.refused("text in quotes"),
        }
    }

    /// `true` or `false`.
    pub fn bool(&'a self) -> Read<'a, bool> {
        match self {
            Self::Bool(value) => Ok(*value),
            _ => self.refused("true or false"),
        }
    }

    /// A finite number.
    pub fn number(&'a self) -> Read<'a, f64> {
        let number = if let Self::Number(text) = self { double(text) } else { None };
        match number {
            Some(number) if number.is_finite() => Ok(number),
            Some(_) => {
                self.problem(format!("{} is a number out of range; one such as 0.5 would do", self.called()))
            }
            None => self.refused("a number such as 0.5"),
        }
    }

    /// A whole number.
    pub fn whole<T: FromStr>(&'a self) -> Read<'a, T> {
        match self {
            Self::Number(text) => text.parse().ok(),
            _ => None,
        }
        .map_or_else(|| self.refused("a whole number such as 4"), Ok)
    }

    /// A list, each entry read by itself.
    pub fn list<T>(&'a self, read: impl Fn(&'a Self) -> Read<'a, T>) -> Read<'a, Vec<T>> {
        match self {
            Self::List(items) => items.iter().map(read).collect(),
            _ => self.refused("a list such as [2, 1]"),
        }
    }

    /// A list of numbers.
    pub fn numbers(&'a self) -> Read<'a, Vec<f64>> {
        self.list(Self::number)
    }

    /// One of these, by its name.
    pub fn one_of<T: Copy, const N: usize>(
        &'a self,
        all: [T; N],
        name: impl Fn(T) -> &'static str,
    ) -> Read<'a, T> {
        let Self::Text(text) = self else { return self.refused("a name in quotes") };
        Ok(all[self.place_of(text, &all.map(name))?])
    }

    /// The place of a name, which stands in this value, among those that are known.
    fn place_of(&'a self, name: &str, known: &[&str]) -> Read<'a, usize> {
        match known.iter().position(|known| *known == name) {
            Some(place) => Ok(place),
            None => self.problem(format!("{} is not known here; take {}", quoted(name), listed(known))),
        }
    }

    /// A name alone, or a name with what belongs to it, `{ "update": { "layer": 0 } }`: the place of the name among
    /// those that are known, and the rest.
    pub fn variant(&'a self, known: &[&str], would_do: &str) -> Read<'a, (usize, Option<&'a Self>)> {
        match self {
            Self::Text(name) => Ok((self.place_of(name, known)?, None)),
            Self::Group(fields) if let [(name, content)] = fields.as_slice() => {
                Ok((self.place_of(name, known)?, Some(content)))
            }
            _ => self.refused(would_do),
        }
    }

    /// What belongs to a name that has been read as a [`Value::variant`].
    pub fn belonging(&'a self, content: Option<&'a Self>, would_do: &str) -> Read<'a, &'a Self> {
        let alone = || self.problem(format!("the name alone will not do; {would_do} would"));
        content.map_or_else(alone, Ok)
    }

    /// Whether it is a group of no other fields than these.
    pub fn only(&'a self, known: &[&str], would_do: &str) -> Read<'a, ()> {
        let Self::Group(fields) = self else { return self.refused(would_do) };
        match fields.iter().find(|(name, _)| !known.contains(&&**name)) {
            None => Ok(()),
            Some((name, field)) => {
                let (name, known) = (quoted(name), listed(known));
                field.problem(format!("{name} is not known here; what may stand here is {known}"))
            }
        }
    }

    /// A field of the group that this is; none where it is not there.
    pub fn given(&'a self, name: &str) -> Option<&'a Self> {
        let Self::Group(fields) = self else { return None };
        fields.iter().rev().find(|(own, _)| own == name).map(|(_, field)| field)
    }

    /// The same, and none where it is null.
    pub fn set(&'a self, name: &str) -> Option<&'a Self> {
        self.given(name).filter(|field| !field.is_null())
    }

    /// A field that must be there.
    pub fn field(&'a self, name: &str) -> Read<'a, &'a Self> {
        let missing = || {
            let example = example(name);
            let example = example.map_or(String::new(), |example| format!(", such as \"{name}\": {example}"));
            self.problem(format!("\"{name}\" is missing; add it{example}"))
        };
        self.given(name).map_or_else(missing, Ok)
    }

    /// The fields of a group that must all be there, and no other.
    pub fn fields<const N: usize>(&'a self, names: [&str; N], would_do: &str) -> Read<'a, [&'a Self; N]> {
        self.only(&names, would_do)?;
        let mut fields = [self; N];
        for (field, name) in fields.iter_mut().zip(names) {
            *field = self.field(name)?;
        }
        Ok(fields)
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
pub(crate) fn quoted(text: &str) -> String {
    const MAX: usize = 40;
    let beginning: String = text.chars().take(MAX).collect();
    let dots = if beginning.len() < text.len() { "…" } else { "" };
    written(|json| json.text(&(beginning + dots)))
}
