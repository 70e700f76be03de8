//! Papers as answers: the institution's letterhead, and a finished PDF as a download.

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use clavero_documents::{Centre, Institution, Pdf, PrintError};
use clavero_protocol::EmployerKind;
use clavero_service::desk;
use clavero_words::{Locale, tr};

use crate::{WebState, pages};

/// A paper on its way out: it is not copied, and is wiped when the last one who has it lets go.
struct Sheet(Pdf);

impl AsRef<[u8]> for Sheet {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// The letterhead in the paper's language.
pub(crate) fn letterhead(state: &WebState, locale: Locale) -> Institution {
    let told = &state.config().institution;
    let name = match locale {
        Locale::EsEc => &told.name,
        Locale::En => &told.name_en,
    };
    Institution {
        name: if name.is_empty() { tr(locale, "site-name") } else { name.clone() },
        contact: told.contact.clone(),
        phone: told.phone.clone(),
        hours: told.hours.clone(),
        colour: told.brand.clone(),
        legal_basis: told.legal_basis.clone(),
    }
}

/// A service centre on paper; empty where none was picked.
pub(crate) fn centre(centre: Option<&desk::Centre>) -> Centre {
    let text = |of: fn(&desk::Centre) -> &String| centre.map(|centre| of(centre).clone()).unwrap_or_default();
    Centre {
        name: text(|centre| &centre.name),
        city: text(|centre| &centre.city),
        address: text(|centre| &centre.address),
        hours: text(|centre| &centre.hours),
        phone: text(|centre| &centre.phone),
    }
}

/// The kind of employer in words.
pub(crate) fn kind(locale: Locale, kind: EmployerKind) -> String {
    tr(locale, &format!("kind-{}", kind.as_str()))
}

/// An address of this service, whole: its base is the operator's, never the request's.
pub(crate) fn whole_address(state: &WebState, path: &str) -> String {
    format!("{}{path}", state.config().public_url.as_str().trim_end_matches('/'))
}

/// A finished PDF as a download of this name, which has to be plain ASCII.
pub(crate) fn download(
    state: &WebState,
    locale: Locale,
    name: &str,
    pdf: Result<Pdf, PrintError>,
) -> Response {
    answer(state, locale, &format!("attachment; filename=\"{name}\""), pdf)
}

/// A finished PDF to be looked at and printed where it is: what is secret shall not lie in a folder of downloads, nor in any
/// cache.
pub(crate) fn shown_once(
    state: &WebState,
    locale: Locale,
    name: &str,
    pdf: Result<Pdf, PrintError>,
) -> Response {
    let mut answer = answer(state, locale, &format!("inline; filename=\"{name}\""), pdf);
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn answer(state: &WebState, locale: Locale, disposition: &str, pdf: Result<Pdf, PrintError>) -> Response {
    let pdf = match pdf {
        Ok(pdf) => pdf,
        Err(PrintError::Busy) => return pages::unavailable(state, locale),
        Err(PrintError::Absent) => {
            return pages::message(state, locale, StatusCode::NOT_IMPLEMENTED, "papers-absent");
        }
        Err(PrintError::Failed(_)) => {
            return pages::message(state, locale, StatusCode::INTERNAL_SERVER_ERROR, "no-paper");
        }
    };
    let disposition = HeaderValue::from_str(disposition).unwrap_or(HeaderValue::from_static("attachment"));
    let kind = HeaderValue::from_static("application/pdf");
    (
        [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, disposition)],
        Body::from(Bytes::from_owner(Sheet(pdf))),
    )
        .into_response()
}
