//! The three identifiers as a form: read, shown again, explained.

use clavero_protocol::FieldError;
use clavero_service::{Field, Identifiers, RawIdentifiers, Service};
use clavero_words::{Locale, tr_args};
use serde::Deserialize;

use super::layout::PageError;
use crate::WebState;

/// The fields of step 1 and of signing in.
#[derive(Deserialize, Default)]
pub(crate) struct IdentifierForm {
    #[serde(default)]
    pub(crate) representative_id: String,
    #[serde(default)]
    pub(crate) ruc: String,
    #[serde(default)]
    pub(crate) sucursal: String,
    #[serde(default)]
    pub(crate) domestic: String,
    #[serde(default)]
    pub(crate) password: String,
    /// The secret of a printed slip.
    #[serde(default)]
    pub(crate) slip: String,
    #[serde(default)]
    pub(crate) proof: String,
    /// Names a form that opens a case or begins a flow: sent twice, it does so once.
    #[serde(default)]
    pub(crate) form: String,
}

impl IdentifierForm {
    pub(crate) fn is_domestic(&self) -> bool {
        !self.domestic.is_empty()
    }

    /// The form with a name of its own.
    pub(crate) fn named(self) -> Self {
        if self.form.is_empty() { Self { form: Service::form_name(), ..self } } else { self }
    }

    pub(crate) fn proof(&self) -> Option<&str> {
        Some(self.proof.as_str()).filter(|proof| !proof.is_empty())
    }

    pub(crate) fn read(&self, state: &WebState, locale: Locale) -> Result<Identifiers, Vec<PageError>> {
        let raw = RawIdentifiers {
            representative_id: &self.representative_id,
            ruc: &self.ruc,
            sucursal: &self.sucursal,
            domestic: self.is_domestic(),
        };
        Identifiers::parse(&raw, &state.service().settings().foreigner).map_err(|errors| {
            let say = |(field, error): (Field, FieldError)| PageError {
                field: field.as_str(),
                text: field_error(locale, field, &error),
            };
            errors.into_iter().map(say).collect()
        })
    }
}

/// The sentence of a field's error: what is wrong, and what to type.
pub(crate) fn field_error(locale: Locale, field: Field, error: &FieldError) -> String {
    let name = clavero_words::tr(locale, &format!("field-{}", field.as_str().replace('_', "-")));
    let (found, expected) = error.counts().unwrap_or_default();
    let (found, expected) = (found.to_string(), expected.to_string());
    let args = [("field", name.as_str()), ("found", found.as_str()), ("expected", expected.as_str())];
    tr_args(locale, &format!("field-error-{}", error.code()), &args)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_its_sentence_in_both_languages() {
        for locale in Locale::ALL {
            for error in FieldError::ALL {
                let said = field_error(locale, Field::Ruc, &error);
                assert!(said.contains(' ') && !said.contains("field-error"), "{locale:?} {error:?}: {said}");
            }
        }
    }
}
