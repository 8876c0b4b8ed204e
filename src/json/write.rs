//! Types → text, which every reader of JSON reads.

use std::fmt::{Display, Write};

/// JSON that is being written. Commas come by themselves.
#[derive(Default)]
pub struct Writer(String);

/// The text of one value.
pub fn written(write: impl FnOnce(&mut Writer)) -> String {
    let mut writer = Writer::default();
    write(&mut writer);
    writer.0
}

/// A group of whole numbers: `{"layer":0,"neuron":1}`.
pub fn numbers(fields: &[(&str, usize)]) -> String {
    written(|json| {
        json.group(|json| {
            for (name, number) in fields {
                json.field(name).plain(number);
            }
        });
    })
}

impl Writer {
    /// A comma, where something stands before the next value.
    fn next(&mut self) {
        if !(self.0.is_empty() || self.0.ends_with(['[', '{', ':'])) {
            self.0.push(',');
        }
    }

    /// What is written as it is shown: whole numbers, true and false.
    pub fn plain(&mut self, value: impl Display) {
        self.next();
        let _ = write!(self.0, "{value}");
    }

    /// A number, so that the same double is read again; null for one that is not finite.
    pub fn number(&mut self, number: f64) {
        self.next();
        let _ = if number.is_finite() { write!(self.0, "{number:?}") } else { write!(self.0, "null") };
    }

    /// A list of numbers.
    pub fn numbers(&mut self, numbers: &[f64]) {
        self.list(numbers, |json, number| json.number(*number));
    }

    /// Text in quotes.
    pub fn text(&mut self, text: &str) {
        self.next();
        self.0.push('"');
        for c in text.chars() {
            match c {
                '"' | '\\' => self.0.extend(['\\', c]),
                '\n' => self.0.push_str("\\n"),
                c if c < ' ' => {
                    let _ = write!(self.0, "\\u{:04x}", u32::from(c));
                }
                c => self.0.push(c),
            }
        }
        self.0.push('"');
    }

    /// A list of texts.
    pub fn texts(&mut self, texts: &[impl AsRef<str>]) {
        self.list(texts, |json, text| json.text(text.as_ref()));
    }

    /// [ … ]
    pub fn list<T>(&mut self, items: impl IntoIterator<Item = T>, write: impl Fn(&mut Self, T)) {
        self.next();
        self.0.push('[');
        for item in items {
            write(self, item);
        }
        self.0.push(']');
    }

    /// { … }
    pub fn group(&mut self, write: impl FnOnce(&mut Self)) {
        self.next();
        self.0.push('{');
        write(self);
        self.0.push('}');
    }

    /// The name of a field, whose value comes next.
    pub fn field(&mut self, name: &str) -> &mut Self {
        self.text(name);
        self.0.push(':');
        self
    }
}
