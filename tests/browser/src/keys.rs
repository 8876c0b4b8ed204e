//! Key presses, by the DOM's names of keys.

use anyhow::{Result, bail};
use thirtyfour::Key;

/// One key press: the modifiers and the key.
pub(crate) type Press = Vec<char>;

/// Parses `"ArrowRight*5 Shift+Tab ?"`: presses separated by spaces, each optionally with modifiers and a count.
pub(crate) fn parse(text: &str) -> Result<Vec<Press>> {
    let mut presses = Vec::new();
    for word in text.split_whitespace() {
        let (combination, count) = match word.rsplit_once('*') {
            Some((combination, count)) if !combination.is_empty() => (combination, count.parse()?),
            _ => (word, 1),
        };
        let press = match combination.strip_suffix("++") {
            Some(modifiers) => modifiers.split('+').map(key).chain([Ok('+')]).collect::<Result<Press>>()?,
            None if combination == "+" => vec!['+'],
            None => combination.split('+').map(key).collect::<Result<Press>>()?,
        };
        presses.extend(std::iter::repeat_n(press, count));
    }
    Ok(presses)
}

/// The key of this name, or of this character.
fn key(name: &str) -> Result<char> {
    let mut characters = name.chars();
    if let (Some(character), None) = (characters.next(), characters.next()) {
        return Ok(character);
    }
    let key = match name {
        "ArrowLeft" => Key::Left,
        "ArrowRight" => Key::Right,
        "ArrowUp" => Key::Up,
        "ArrowDown" => Key::Down,
        "Home" => Key::Home,
        "End" => Key::End,
        "PageUp" => Key::PageUp,
        "PageDown" => Key::PageDown,
        "Enter" => Key::Enter,
        "Space" => return Ok(' '),
        "Tab" => Key::Tab,
        "Escape" => Key::Escape,
        "Backspace" => Key::Backspace,
        "Delete" => Key::Delete,
        "Shift" => Key::Shift,
        "Control" => Key::Control,
        "Alt" => Key::Alt,
        "Meta" => Key::Meta,
        _ => bail!("`{name}` is not the name of a key: write ArrowRight, Enter, Shift+Tab, a, ArrowRight*5"),
    };
    Ok(key.value())
}
