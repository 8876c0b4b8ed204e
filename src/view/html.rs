//! Text on its way into HTML.

use std::fmt::Display;

/// The text with everything escaped that means something in HTML or in a quoted attribute.
pub fn escape(text: impl Display) -> String {
    let text = text.to_string();
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// An attribute `data-action` with its value, for what is built here and not in `index.html`.
pub fn action(name: &str, value: impl Display) -> String {
    format!("data-action=\"{name}\" data-value=\"{}\"", escape(value))
}
