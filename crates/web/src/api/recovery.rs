//! A recovery as the API tells it.

use clavero_protocol::{CaseReference, Timestamp};
use clavero_service::RecoveryView;
use clavero_words::{Locale, time};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{WebState, pages, papers};

/// A code of a recovery.
#[derive(Serialize, ToSchema)]
struct Code {
    /// Digits.
    length: u8,
    /// When the mail server took its mail; null until then.
    #[schema(required, format = DateTime)]
    sent_at: Option<String>,
    /// When it ends, counted from `sent_at`; null until then.
    #[schema(required, format = DateTime)]
    expires_at: Option<String>,
    /// Wrong ones still allowed.
    attempts_left: u8,
    /// From when on another may be asked for.
    #[schema(format = DateTime)]
    resend_at: String,
}

/// The link of a recovery.
#[derive(Serialize, ToSchema)]
struct LinkMail {
    /// When the mail server took its mail; null until then.
    #[schema(required, format = DateTime)]
    sent_at: Option<String>,
    /// When it ends, counted from `sent_at`; null until then.
    #[schema(required, format = DateTime)]
    expires_at: Option<String>,
}

/// Why and where it goes on in person.
#[derive(Serialize, ToSchema)]
struct Assisted {
    /// `first_time`, `ruc_suspended`, `ruc_closed`, `no_valid_email`, `mail_rejected` or `no_mail_access`.
    reason: &'static str,
    /// The case's reference; null until one is opened.
    #[schema(required, example = "7K3M-9Q2T-XR4B-W8HN")]
    case_reference: Option<String>,
    /// The case's page, or the page that opens one.
    case_url: String,
    /// What to bring, by kind of employer.
    documents: Value,
}

/// An employer's way to a new key.
#[derive(Serialize, ToSchema)]
pub(super) struct Recovery {
    /// UUID.
    id: String,
    /// `code_queued`, `code_sent`, `link_queued`, `link_sent`, `completed`, `assisted` or `expired`.
    state: &'static str,
    /// The two characters that the mails carry.
    reference: String,
    /// The masked address; null where there is none.
    #[schema(required)]
    email_hint: Option<String>,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    created_at: String,
    /// RFC 3339, UTC.
    #[schema(format = DateTime)]
    expires_at: String,
    /// While a code is asked for; null otherwise.
    #[schema(required)]
    code: Option<Code>,
    /// While the link is waited for; null otherwise.
    #[schema(required)]
    link: Option<LinkMail>,
    /// Why and where it goes on in person; null otherwise.
    #[schema(required)]
    assisted: Option<Assisted>,
    /// Opens the recovery. Given once, by its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    token: Option<String>,
}

fn rfc(at: Option<Timestamp>) -> Option<String> {
    at.map(time::rfc_3339)
}

impl Recovery {
    pub(super) fn of(state: &WebState, locale: Locale, view: RecoveryView, token: Option<String>) -> Self {
        let case = view.case_reference.as_deref().and_then(|path| CaseReference::parse(path).ok());
        let assisted = view.assisted.map(|reason| {
            let page = match &case {
                Some(case) => format!("/empleadores/clave-patronal/{}", case.as_str()),
                None => format!("/empleadores/clave-patronal?motivo={}", reason.as_str()),
            };
            Assisted {
                reason: reason.as_str(),
                case_reference: case.map(|case| case.to_string()),
                case_url: papers::whole_address(state, &page),
                documents: pages::documents(state, locale),
            }
        });
        Self {
            id: view.id,
            state: view.state.as_str(),
            reference: view.reference,
            email_hint: view.email_hint,
            created_at: time::rfc_3339(view.created_at),
            expires_at: time::rfc_3339(view.expires_at),
            code: view.code.map(|code| Code {
                length: code.length,
                sent_at: rfc(code.sent_at),
                expires_at: rfc(code.expires_at),
                attempts_left: code.attempts_left,
                resend_at: time::rfc_3339(code.resend_at),
            }),
            link: view
                .link
                .map(|link| LinkMail { sent_at: rfc(link.sent_at), expires_at: rfc(link.expires_at) }),
            assisted,
            token,
        }
    }
}
