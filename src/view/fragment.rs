//! The pieces that a page is made of.

use maud::Markup;
use std::borrow::Cow;

/// The content of one element: the element's id and its HTML.
pub type Fragment = (Cow<'static, str>, String);

/// An attribute of an element: the element's id, the attribute's name and its value; `None` removes it.
pub type Attribute = (Cow<'static, str>, &'static str, Option<String>);

/// The content of the element `id`.
pub(super) fn fragment(id: impl Into<Cow<'static, str>>, content: Markup) -> Fragment {
    (id.into(), content.into_string())
}
