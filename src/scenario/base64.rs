//! Bytes as text: base64 with `+`, `/` and padding (RFC 4648).

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Three bytes make four characters.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, k| bits << 8 | usize::from(group.get(k).copied().unwrap_or(0)));
        for place in 0..4 {
            let digit = DIGITS[bits >> (18 - 6 * place) & 63];
            text.push(if place <= group.len() { digit.into() } else { '=' });
        }
    }
    text
}

/// None where it is not what [`encode`] writes.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let (groups, rest) = text.as_bytes().as_chunks::<4>();
    let mut bytes = Vec::with_capacity(groups.len() * 3);
    for (index, group) in groups.iter().enumerate() {
        let padding = match group {
            _ if index + 1 < groups.len() => 0,
            [_, _, b'=', b'='] => 2,
            [_, _, _, b'='] => 1,
            _ => 0,
        };
        let digits =
            group[..4 - padding].iter().try_fold(0, |bits, digit| Some(bits << 6 | value(*digit)?))?;
        let [_, all @ ..] = (digits << (6 * padding)).to_be_bytes();
        let (kept, none) = all.split_at(3 - padding);
        bytes.extend_from_slice(kept);
        if none.iter().any(|byte| *byte != 0) {
            return None;
        }
    }
    rest.is_empty().then_some(bytes)
}

/// The six bits of a character.
fn value(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(value.into())
}
