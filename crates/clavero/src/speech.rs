//! What the program says to the operator, in the language of the terminal.

use clavero_words::{Locale, tr_args};

/// An argument of a sentence.
pub(crate) type Value<'a> = (&'static str, &'a str);

/// The language of this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Speech(Locale);

impl Speech {
    /// Speaks this language.
    pub(crate) const fn new(locale: Locale) -> Self {
        Self(locale)
    }

    /// The language of the locale variables, in POSIX' order of strength: Spanish where they ask for it, English
    /// anywhere else.
    pub(crate) fn of_variables(read: impl Fn(&str) -> Option<String>) -> Self {
        let tag = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| read(name).filter(|value| !value.is_empty()))
            .unwrap_or_default();
        Self(Locale::parse(&tag).unwrap_or(Locale::En))
    }

    /// The sentence of `key` with its arguments filled in.
    pub(crate) fn say(self, key: &str, args: &[Value<'_>]) -> String {
        tr_args(self.0, key, args)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_locale_variable_chooses_and_english_is_the_rest() {
        let speech = |variables: &[(&str, &str)]| {
            Speech::of_variables(|name| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(speech(&[("LANG", "es_EC.UTF-8")]), Speech(Locale::EsEc));
        assert_eq!(speech(&[("LANG", "es_EC.UTF-8"), ("LC_ALL", "C.UTF-8")]), Speech(Locale::En));
        assert_eq!(speech(&[("LANG", "es_EC.UTF-8"), ("LC_ALL", "")]), Speech(Locale::EsEc));
        assert_eq!(speech(&[]), Speech(Locale::En));
    }
}
