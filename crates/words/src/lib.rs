//! Every sentence for people, in Spanish and English, and the functions that look them up.
//!
//! The catalogues are `locales/*/*.ftl` ([Fluent](https://projectfluent.org)); no sentence stands in Rust code.

mod span;
pub mod time;

use std::{borrow::Cow, collections::HashMap};

use fluent_templates::{LanguageIdentifier, Loader as _, fluent_bundle::FluentValue, langid};

pub use span::span;

fluent_templates::static_loader! {
    static CATALOGUES = {
        locales: "./locales",
        fallback_language: "es-EC",
        // The marks that keep right-to-left text apart would stand in subjects and plain text as boxes.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static ES_EC: LanguageIdentifier = langid!("es-EC");
static EN: LanguageIdentifier = langid!("en");

/// A language that the service speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Locale {
    /// Spanish as Ecuador's administration writes it.
    #[default]
    EsEc,
    /// English.
    En,
}

impl Locale {
    /// Every language, the first being the one that speaks when nothing else was asked for.
    pub const ALL: [Self; 2] = [Self::EsEc, Self::En];

    /// The tag (BCP 47).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EsEc => "es-EC",
            Self::En => "en",
        }
    }

    /// The language of a tag: `es`, `es-419`, `en-GB`.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        let tag = tag.trim();
        let primary = tag.split(['-', '_']).next().unwrap_or(tag);
        match primary.to_ascii_lowercase().as_str() {
            "es" => Some(Self::EsEc),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The first language of an `Accept-Language` header (RFC 9110 §12.5.4) that is spoken here, by weight.
    #[must_use]
    pub fn negotiate(accept_language: &str) -> Option<Self> {
        let mut ranges: Vec<(f32, Self)> = accept_language
            .split(',')
            .take(32)
            .filter_map(|range| {
                let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
                let weight = weight.trim().strip_prefix("q=").and_then(|q| q.parse().ok()).unwrap_or(0.0);
                Self::parse(tag).filter(|_| weight > 0.0).map(|locale| (weight, locale))
            })
            .collect();
        ranges.sort_by(|a, b| b.0.total_cmp(&a.0));
        ranges.first().map(|(_, locale)| *locale)
    }

    fn language(self) -> &'static LanguageIdentifier {
        match self {
            Self::EsEc => &ES_EC,
            Self::En => &EN,
        }
    }
}

/// The sentence of `key`.
#[must_use]
pub fn tr(locale: Locale, key: &str) -> String {
    tr_args(locale, key, &[])
}

/// The sentence of `key` with its arguments filled in.
#[must_use]
pub fn tr_args(locale: Locale, key: &str, args: &[(&'static str, &str)]) -> String {
    let args: HashMap<Cow<'static, str>, FluentValue<'_>> = args
        .iter()
        .map(|(name, value)| {
            let value = value.parse::<i64>().map_or_else(
                |_| FluentValue::from(*value),
                // Numbers choose plurals; those with leading zeros are identifiers and stay as they are.
                |number| {
                    if number.to_string() == *value && number.abs() < 1_000 {
                        FluentValue::from(number)
                    } else {
                        FluentValue::from(*value)
                    }
                },
            );
            (Cow::Borrowed(*name), value)
        })
        .collect();
    CATALOGUES.try_lookup_with_args(locale.language(), key, &args).unwrap_or_else(|| {
        debug_assert!(false, "no sentence for {key} in {}", locale.as_str());
        key.to_owned()
    })
}

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeMap, BTreeSet},
        fs,
        path::Path,
    };

    use super::*;

    /// The keys of a language with the arguments that each sentence takes.
    fn sentences(locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(locale.as_str());
        let mut found = BTreeMap::new();
        let mut key = String::new();
        for file in fs::read_dir(folder).unwrap() {
            for line in fs::read_to_string(file.unwrap().path()).unwrap().lines() {
                if let Some((name, _)) = line.split_once(" = ").filter(|_| !line.starts_with([' ', '#'])) {
                    name.clone_into(&mut key);
                    assert!(found.insert(key.clone(), BTreeSet::new()).is_none(), "{key} stands twice");
                }
                let arguments = line.split("{ $").skip(1).filter_map(|rest| rest.split([' ', '}']).next());
                found.entry(key.clone()).or_default().extend(arguments.map(str::to_owned));
            }
        }
        found
    }

    #[test]
    fn every_sentence_stands_once_in_every_language_with_the_same_arguments() {
        assert_eq!(sentences(Locale::EsEc), sentences(Locale::En));
    }

    #[test]
    fn the_heavier_language_wins_and_unknown_ones_are_passed_over() {
        assert_eq!(Locale::negotiate("de, en-GB;q=0.5, es-419;q=0.9"), Some(Locale::EsEc));
        assert_eq!(Locale::negotiate("en;q=0, qu"), None);
        assert_eq!(Locale::negotiate(""), None);
    }
}
