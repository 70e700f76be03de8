//! What a step that was not taken is called: a sentence beside the case, or a page of its own.

use axum::{http::StatusCode, response::Response};
use clavero_protocol::{CaseRefusal, FieldError, ReferenceError};
use clavero_service::desk::{CaseError, CaseField};
use clavero_words::{Locale, time, tr, tr_args};

use crate::{WebState, pages, pages::PageError};

/// The words that refusals have in a case's history: those of [`CaseRefusal`], and what budgets say.
const WORDS: [&str; 36] = [
    "role_forbids",
    "case_expired",
    "case_closed",
    "case_frozen",
    "sibling_frozen",
    "wrong_state",
    "held_by_another",
    "own_request",
    "own_case",
    "data_mismatch",
    "details_missing",
    "no_email",
    "email_unverified",
    "already_verified",
    "not_identified",
    "documents_missing",
    "appointment_missing",
    "power_missing",
    "ground_missing",
    "no_such_document",
    "form_changed",
    "registry_changed",
    "touch_for_another",
    "touch_stale",
    "cooling_off",
    "wrong_route",
    "slip_expired",
    "no_code",
    "code_expired",
    "code_exhausted",
    "codes_exhausted",
    "too_soon",
    "stale_mail",
    "dead_mail",
    "email_changes",
    "limit",
];

/// The sentence of a refusal.
pub(super) fn sentence(locale: Locale, refusal: &CaseRefusal) -> String {
    tr(locale, &key(refusal.as_str()))
}

/// The sentence of a refusal that the history holds.
pub(super) fn of_word(locale: Locale, word: &str) -> String {
    if WORDS.contains(&word) { tr(locale, &key(word)) } else { word.to_owned() }
}

fn key(word: &str) -> String {
    format!("desk-refused-{}", word.replace('_', "-"))
}

/// Why a typed reference is none.
pub(super) fn of_reference(locale: Locale, error: ReferenceError) -> String {
    match error {
        ReferenceError::Empty => tr(locale, "desk-reference-empty"),
        ReferenceError::Length { found } => {
            tr_args(locale, "desk-reference-length", &[("found", &found.to_string())])
        }
        ReferenceError::Symbols => tr(locale, "desk-reference-symbols"),
        ReferenceError::Slip => tr(locale, "desk-reference-slip"),
    }
}

/// The field's id on the case's page; the field of a text is the form's.
fn field_id(field: CaseField, text: &'static str) -> &'static str {
    match field {
        CaseField::Text => text,
        CaseField::Applicant => "applicant-in_person",
        CaseField::IdentifiedBy => "how-cedula",
        field => field.as_str(),
    }
}

/// The sentence of a field's error.
fn of_field(locale: Locale, (field, error): (CaseField, &FieldError)) -> String {
    let name = tr(locale, &format!("desk-field-{}", field.as_str().replace('_', "-")));
    let (found, expected) = error.counts().unwrap_or_default();
    let (found, expected) = (found.to_string(), expected.to_string());
    let args = [("field", name.as_str()), ("found", found.as_str()), ("expected", expected.as_str())];
    match error {
        FieldError::TooLong { .. } => tr_args(locale, "desk-field-too-long", &args),
        error => tr_args(locale, &format!("field-error-{}", error.code()), &args),
    }
}

/// What is said beside the form, with the answer's status; or a page of its own where the case cannot be shown. `text` is
/// the id of the form's own field, which errors about a text or a code name.
pub(super) fn of_case(
    state: &WebState,
    locale: Locale,
    error: &CaseError,
    text: &'static str,
) -> Result<(StatusCode, Vec<PageError>), Box<Response>> {
    use StatusCode as S;
    let (status, errors) = match error {
        CaseError::Reference(_) | CaseError::Unknown => {
            return Err(Box::new(pages::message(state, locale, S::NOT_FOUND, "desk-no-case")));
        }
        CaseError::Unavailable => return Err(Box::new(pages::unavailable(state, locale))),
        CaseError::Fields(fields) => {
            let say = |(field, error): &(CaseField, FieldError)| PageError {
                field: field_id(*field, text),
                text: of_field(locale, (*field, error)),
            };
            (S::UNPROCESSABLE_ENTITY, fields.iter().map(say).collect())
        }
        error => {
            let (status, field, said) = plain(state, locale, error);
            (status, vec![PageError { field: if field { text } else { "" }, text: said }])
        }
    };
    Ok((status, errors))
}

/// One sentence, and whether it is about the form's own field.
fn plain(state: &WebState, locale: Locale, error: &CaseError) -> (StatusCode, bool, String) {
    use StatusCode as S;
    let minutes = |wait: &std::time::Duration| wait.as_secs().div_ceil(60).max(1).to_string();
    match error {
        CaseError::MalformedCode(FieldError::Empty) => {
            (S::UNPROCESSABLE_ENTITY, true, tr(locale, "code-error-empty"))
        }
        CaseError::MalformedCode(_) => {
            let digits = state.service().settings().policy.code_digits.to_string();
            (S::UNPROCESSABLE_ENTITY, true, tr_args(locale, "code-error-form", &[("digits", &digits)]))
        }
        CaseError::WrongCode { attempts_left: 0 } => (S::GONE, true, tr(locale, "code-error-exhausted")),
        CaseError::WrongCode { attempts_left } => {
            let left = attempts_left.to_string();
            (S::UNPROCESSABLE_ENTITY, true, tr_args(locale, "code-error-wrong", &[("left", &left)]))
        }
        CaseError::Held { by, since, free_at } => {
            let (since, free_at) = (time::minute(*since), time::minute(*free_at));
            let args = [("name", by.as_str()), ("since", since.as_str()), ("at", free_at.as_str())];
            (S::CONFLICT, false, tr_args(locale, "desk-held-by", &args))
        }
        CaseError::Stale => (S::CONFLICT, false, tr(locale, "desk-stale")),
        CaseError::Damaged => (S::CONFLICT, false, tr(locale, "desk-note-damaged")),
        CaseError::EmailChangesExceeded { retry_after } => {
            let args = [("minutes", minutes(retry_after))];
            let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
            (S::TOO_MANY_REQUESTS, false, tr_args(locale, "desk-email-changes-spent", &args))
        }
        CaseError::TooMany { retry_after } => {
            let wait = minutes(retry_after);
            (S::TOO_MANY_REQUESTS, false, tr_args(locale, "desk-wait", &[("minutes", &wait)]))
        }
        CaseError::Refused(CaseRefusal::CoolingOff { until }) => {
            let until = time::date_minute(*until);
            (S::CONFLICT, false, tr_args(locale, "desk-cooling-off", &[("at", &until)]))
        }
        CaseError::Refused(refusal) => {
            let forbidden = matches!(refusal, CaseRefusal::RoleForbids);
            let status = if forbidden { S::FORBIDDEN } else { S::CONFLICT };
            let said = sentence(locale, refusal);
            // What is missing is called by its name alone.
            let is_name = said.starts_with(char::is_lowercase);
            let said = if is_name { format!("{} {said}", tr(locale, "desk-ask-missing")) } else { said };
            (status, false, said)
        }
        CaseError::Reference(_) | CaseError::Unknown | CaseError::Fields(_) | CaseError::Unavailable => {
            (S::INTERNAL_SERVER_ERROR, false, String::new())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_of_the_history_has_its_sentence() {
        for locale in Locale::ALL {
            for word in WORDS {
                let said = of_word(locale, word);
                assert!(said.contains(' ') && !said.contains("desk-refused"), "{word}: {said}");
            }
        }
        assert_eq!(of_word(Locale::EsEc, "of_a_later_version"), "of_a_later_version");
    }

    #[test]
    fn every_field_of_a_case_has_a_name() {
        use CaseField as F;
        let fields = [
            F::Applicant,
            F::Phone,
            F::Address,
            F::Email,
            F::Centre,
            F::Representative,
            F::RepresentativeName,
            F::ThirdParty,
            F::ThirdPartyName,
            F::PersonName,
            F::PersonNumber,
            F::IdentifiedBy,
            F::Text,
        ];
        for locale in Locale::ALL {
            for field in fields {
                let said = of_field(locale, (field, &FieldError::Empty));
                assert!(!said.contains("desk-field"), "{said}");
            }
        }
    }
}
