//! What a paper hands to the typesetter: a template by name, and everything it shows as data.

use std::collections::BTreeMap;

use clavero_words::{Locale, tr_args};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize as _, Zeroizing};

use crate::{Institution, Made};

/// The templates, each a file in `templates/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Template {
    Packet,
    Slip,
    DaySheet,
    Forms,
}

/// A paper that is ready to be set. The same paper gives the same bytes.
pub(crate) struct Paper {
    pub(crate) template: Template,
    /// What `data.json` is to the template.
    pub(crate) data: Value,
    /// What the QR code holds, where the template has one.
    pub(crate) qr: Option<String>,
    pub(crate) made_micros: i64,
}

impl Paper {
    /// SHA-256 of everything that is seen on it.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update([self.template as u8]);
        hash.update(self.made_micros.to_be_bytes());
        let data = Zeroizing::new(self.data.to_string());
        for part in [data.as_str(), self.qr.as_deref().unwrap_or_default()] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }
}

/// Wipes what people typed, and what is secret, from the data of a paper.
pub(crate) fn wipe(data: &mut Value) {
    match data {
        Value::String(text) => text.zeroize(),
        Value::Array(values) => values.iter_mut().for_each(wipe),
        Value::Object(fields) => fields.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The sentences of a paper by their key.
pub(crate) struct Wording<'a> {
    locale: Locale,
    args: &'a [(&'static str, &'a str)],
    sentences: BTreeMap<&'static str, String>,
}

impl<'a> Wording<'a> {
    /// Starts with what every paper says. `args` serve all sentences.
    pub(crate) fn new(locale: Locale, args: &'a [(&'static str, &'a str)]) -> Self {
        let mut wording = Self { locale, args, sentences: BTreeMap::new() };
        wording.say_all(&EVERYWHERE);
        // Only the template knows the numbers, and puts them where these stand.
        let pages = tr_args(locale, "paper-page", &[("page", "{page}"), ("pages", "{pages}")]);
        wording.sentences.insert("paper-page", pages);
        wording
    }

    pub(crate) fn say_all(&mut self, keys: &[&'static str]) {
        for key in keys {
            self.put(key, key);
        }
    }

    /// Puts the sentence of `key` where the template looks for `place`.
    pub(crate) fn put(&mut self, place: &'static str, key: &str) {
        self.sentences.insert(place, tr_args(self.locale, key, self.args));
    }
}

const EVERYWHERE: [&str; 5] =
    ["paper-demo", "paper-demo-text", "paper-reference", "paper-unshown", "paper-made-at"];

/// Parts that stand in every paper's data.
pub(crate) struct Frame<'a> {
    pub(crate) institution: &'a Institution,
    pub(crate) made: &'a Made,
    pub(crate) demo: bool,
}

/// Everything a template reads. `own` is the paper itself.
pub(crate) fn data(frame: &Frame<'_>, wording: &Wording<'_>, own: &impl Serialize) -> Value {
    // A struct of strings, lists and options always has a JSON form.
    let own = serde_json::to_value(own).unwrap_or_default();
    let (language, region) = match wording.locale {
        Locale::EsEc => ("es", "EC"),
        Locale::En => ("en", "US"),
    };
    json!({
        "language": language,
        "region": region,
        "institution": frame.institution,
        "colour": colour(&frame.institution.colour),
        "made_at": frame.made.text,
        "demo": frame.demo,
        "words": wording.sentences,
        "paper": own,
    })
}

fn colour(written: &str) -> &str {
    let six_digits = |digits: &str| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    if written.strip_prefix('#').is_some_and(six_digits) { written } else { "#000000" }
}
