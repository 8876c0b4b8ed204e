//! Text → [`Value`].

use super::Value;
use std::borrow::Cow;
use std::fmt::{self, Display};

/// Lists and groups within each other, at most: a file that nests deeper could use up the stack.
const MAX_DEPTH: usize = 127;

/// Why a text is no JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    path: String,
    words: String,
}

impl Mistake {
    /// The same, seen from one level further out: `step` leads to where the path began.
    fn within(self, step: impl Display) -> Self {
        Self { path: format!("{step}{}", self.path), ..self }
    }

    /// In which value: `weights[0][1]`; empty where it is in the whole.
    pub fn path(&self) -> &str {
        self.path.strip_prefix('.').unwrap_or(&self.path)
    }
}

impl Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl std::error::Error for Mistake {}

impl<'a> Value<'a> {
    /// The one value that a text is.
    ///
    /// ```
    /// use deltascope::json::Value;
    ///
    /// assert_eq!(Value::parse("[0.50]"), Ok(Value::List(vec![Value::Number("0.50")])));
    /// assert_eq!(Value::parse("{ \"a\": [0, ?] }").unwrap_err().path(), "a[1]");
    /// ```
    pub fn parse(text: &'a str) -> Result<Self, Mistake> {
        let mut parser = Parser { text, at: 0 };
        let value = parser.value(MAX_DEPTH)?;
        match parser.next() {
            None => Ok(value),
            Some(_) => {
                let place = parser.place();
                let words =
                    format!("one scenario and nothing after it is read: trailing characters at {place}");
                Err(Mistake { path: String::new(), words })
            }
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    /// How many bytes are read; always between two characters.
    at: usize,
}

impl<'a> Parser<'a> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// What is not read yet.
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// What was read from there on.
    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// The next byte after white space.
    fn next(&mut self) -> Option<u8> {
        while matches!(self.byte(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
        self.byte()
    }

    /// Whether this comes next after white space; then it is read.
    fn takes(&mut self, byte: u8) -> bool {
        let there = self.next() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn place(&self) -> String {
        let before = self.text.get(..self.at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("line {line} column {column}")
    }

    /// Something else is expected here.
    fn mistake<T>(&self, expected: &str) -> Result<T, Mistake> {
        let remedy = match self.byte() {
            None => "the file ends too early: take a whole one",
            Some(_) => "this is not JSON: take a file that was saved here, or mend this one there",
        };
        let words = format!("{expected} at {}; {remedy}", self.place());
        Err(Mistake { path: String::new(), words })
    }

    fn value(&mut self, depth: usize) -> Result<Value<'a>, Mistake> {
        let next = self.next();
        if depth == 0 && matches!(next, Some(b'[' | b'{')) {
            return self.mistake("fewer lists within lists expected");
        }
        match next {
            Some(b'[') => self.list(depth - 1),
            Some(b'{') => self.group(depth - 1),
            Some(b'"') => self.string().map(Value::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                let words =
                    [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))];
                for (word, value) in words {
                    if self.rest().starts_with(word) {
                        self.at += word.len();
                        return Ok(value);
                    }
                }
                self.mistake("expected a value")
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value<'a>, Mistake> {
        let mut items = Vec::new();
        self.at += 1;
        if self.takes(b']') {
            return Ok(Value::List(items));
        }
        loop {
            let item = self.value(depth).map_err(|mistake| mistake.within(format_args!("[{}]", items.len())));
            items.push(item?);
            if self.takes(b']') {
                return Ok(Value::List(items));
            }
            if !self.takes(b',') {
                return self.mistake("expected , or ]");
            }
        }
    }

    fn group(&mut self, depth: usize) -> Result<Value<'a>, Mistake> {
        let mut fields = Vec::new();
        self.at += 1;
        if self.takes(b'}') {
            return Ok(Value::Group(fields));
        }
        loop {
            if self.next() != Some(b'"') {
                return self.mistake("expected a name in quotes");
            }
            let name = self.string()?;
            if !self.takes(b':') {
                return self.mistake("expected :");
            }
            let value = self.value(depth).map_err(|mistake| mistake.within(format_args!(".{name}")));
            fields.push((name, value?));
            if self.takes(b'}') {
                return Ok(Value::Group(fields));
            }
            if !self.takes(b',') {
                return self.mistake("expected , or }");
            }
        }
    }

    fn number(&mut self) -> Result<Value<'a>, Mistake> {
        let start = self.at;
        self.at += usize::from(self.byte() == Some(b'-'));
        if self.byte() == Some(b'0') {
            self.at += 1; // and no other digit after it
        } else {
            self.digits()?;
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            self.digits()?;
        }
        Ok(Value::Number(self.since(start)))
    }

    /// At least one.
    fn digits(&mut self) -> Result<(), Mistake> {
        let start = self.at;
        while matches!(self.byte(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { self.mistake("expected a digit") } else { Ok(()) }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Mistake> {
        self.at += 1;
        let mut whole = Cow::Borrowed("");
        loop {
            let start = self.at;
            while self.byte().is_some_and(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
                self.at += 1;
            }
            whole += self.since(start);
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(whole);
                }
                Some(b'\\') => {
                    let c = self.escaped()?;
                    whole.to_mut().push(c);
                }
                Some(_) => {
                    return self.mistake("expected no control character in quotes, but \\n or the like");
                }
                None => return self.mistake("expected the closing quotes"),
            }
        }
    }

    /// A character that is written with a backslash.
    fn escaped(&mut self) -> Result<char, Mistake> {
        self.at += 1;
        let c = match self.byte() {
            Some(c @ (b'"' | b'\\' | b'/')) => char::from(c),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.code(),
            _ => return self.mistake("expected one of \" \\ / b f n r t u after \\"),
        };
        self.at += 1;
        Ok(c)
    }

    /// A character by its number, `u00e9`, or by two of UTF-16, `ud83d\ude00`.
    fn code(&mut self) -> Result<char, Mistake> {
        let mut code = self.unit()?;
        if (0xd800..0xdc00).contains(&code) && self.rest().starts_with("\\u") {
            self.at += 1;
            let low = self.unit()?.wrapping_sub(0xdc00);
            // Past all characters where the second is none.
            code = if low < 0x400 { 0x10000 + ((code - 0xd800) << 10) + low } else { u32::MAX };
        }
        char::from_u32(code).map_or_else(|| self.mistake("expected another \\u…"), Ok)
    }

    /// `u00e9`
    fn unit(&mut self) -> Result<u32, Mistake> {
        self.at += 1;
        let digits = self.text.get(self.at..self.at + 4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(unit) => {
                self.at += 4;
                Ok(unit)
            }
            None => self.mistake("expected four hexadecimal digits after \\u"),
        }
    }
}
