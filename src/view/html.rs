//! Text on its way into HTML.

/// The text with everything escaped that means something in HTML or in a quoted attribute.
pub fn escape(text: impl AsRef<str>) -> String {
    escaped(text.as_ref())
}

fn escaped(text: &str) -> String {
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
pub fn action(name: &str, value: impl AsRef<str>) -> String {
    ["data-action=\"", name, "\" data-value=\"", &escape(value), "\""].concat()
}
