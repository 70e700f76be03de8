//! Canonical JSON ([RFC 8785](https://www.rfc-editor.org/rfc/rfc8785)) of one kind: a flat object whose values are strings and
//! whole numbers. One object has one text, and only that text is taken.

use std::{collections::BTreeMap, fmt::Write as _};

/// The largest number that every JSON reader keeps exactly (RFC 8785 §3.2.2.3).
const LARGEST: u64 = (1 << 53) - 1;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A string.
    Text(String),
    /// A whole number, at most 2^53 − 1.
    Number(u64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A flat object. Its keys are ASCII, so that their order is the same by bytes, by characters and by UTF-16 (RFC 8785 §3.2.3).
pub type Object = BTreeMap<String, Value>;

/// Why a text is not a canonical object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not a flat object of strings and numbers.
    #[error("not a flat JSON object of strings and whole numbers")]
    Form,
    /// It is one, but not written in the one canonical way.
    #[error("not canonical JSON")]
    NotCanonical,
}

/// The one text of an object. A number that is too large becomes the largest.
#[must_use]
pub fn write(object: &Object) -> String {
    let mut text = String::with_capacity(64 * object.len() + 2);
    for (key, value) in object {
        text.push(if text.is_empty() { '{' } else { ',' });
        quote(&mut text, key);
        text.push(':');
        match value {
            Value::Text(value) => quote(&mut text, value),
            Value::Number(value) => text.push_str(&(*value).min(LARGEST).to_string()),
        }
    }
    text.push_str(if text.is_empty() { "{}" } else { "}" });
    text
}

/// A string with the escapes of RFC 8785 §3.2.2.2.
fn quote(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            control if control < ' ' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
}

/// Reads a canonical object.
pub fn read(text: &str) -> Result<Object, JsonError> {
    let object = object(text).ok_or(JsonError::Form)?;
    if write(&object) == text { Ok(object) } else { Err(JsonError::NotCanonical) }
}

fn object(text: &str) -> Option<Object> {
    let mut object = Object::new();
    let mut rest = text.trim().strip_prefix('{')?.trim_start();
    if let Some(end) = rest.strip_prefix('}') {
        return end.is_empty().then_some(object);
    }
    loop {
        let (key, after) = string(rest)?;
        let (value, after) = value(after.trim_start().strip_prefix(':')?.trim_start())?;
        if !key.is_ascii() || object.insert(key, value).is_some() {
            return None;
        }
        let after = after.trim_start();
        match after.strip_prefix(',') {
            Some(more) => rest = more.trim_start(),
            None => return after.strip_prefix('}')?.is_empty().then_some(object),
        }
    }
}

fn value(text: &str) -> Option<(Value, &str)> {
    if text.starts_with('"') {
        return string(text).map(|(value, rest)| (Value::Text(value), rest));
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text[..digits].parse().ok()?;
    (number <= LARGEST).then_some((Value::Number(number), &text[digits..]))
}

fn string(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut letters = text.strip_prefix('"')?.chars();
    loop {
        match letters.next()? {
            '"' => return Some((out, letters.as_str())),
            '\\' => out.push(escaped(&mut letters)?),
            control if control < ' ' => return None,
            letter => out.push(letter),
        }
    }
}

fn escaped(letters: &mut std::str::Chars<'_>) -> Option<char> {
    Some(match letters.next()? {
        'b' => '\u{8}',
        't' => '\t',
        'n' => '\n',
        'f' => '\u{c}',
        'r' => '\r',
        'u' => {
            let digits = letters.as_str().get(..4)?;
            *letters = letters.as_str()[4..].chars();
            // Only control characters are ever written so; a surrogate is no character.
            char::from_u32(u32::from_str_radix(digits, 16).ok()?)?
        }
        plain @ ('"' | '\\' | '/') => plain,
        _ => return None,
    })
}
