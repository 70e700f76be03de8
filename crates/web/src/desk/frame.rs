//! The frame of every page behind the sign-in: who is signed in, until when, and where they may go.

use clavero_protocol::Role;
use clavero_service::OfficerSessionView;
use clavero_words::{Locale, time};

use super::{CASES, DESK, LOG, OVERSIGHT, OWN, STAFF, log, roles::oversees};
use crate::{
    WebState,
    pages::{Layout, millis},
};

/// A page of the desk that has its place in the navigation.
struct Place {
    path: &'static str,
    /// `KEY` names it, `KEY-text` says what it is for.
    key: &'static str,
    has: fn(Role) -> bool,
}

/// In the order in which they are shown.
const PLACES: [Place; 5] = [
    Place { path: CASES, key: "desk-cases", has: Role::reads_cases },
    Place { path: OVERSIGHT, key: "desk-oversight", has: oversees },
    Place { path: LOG, key: "desk-log", has: log::reads },
    Place { path: STAFF, key: "desk-staff", has: |role| matches!(role, Role::Admin) },
    Place { path: OWN, key: "desk-own", has: |_| true },
];

/// A way on, in words.
pub(crate) struct Way {
    pub(crate) path: &'static str,
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) current: bool,
}

/// The session as the frame shows it.
pub(crate) struct Frame {
    pub(crate) name: String,
    pub(crate) role: String,
    /// When it ends unless used: the clock's words, and milliseconds since the epoch.
    pub(crate) until: (String, i64),
    pub(crate) ways: Vec<Way>,
    /// What authenticators are bound to: a page under another address of this machine goes there.
    pub(crate) origin: String,
}

impl Frame {
    pub(crate) fn new(state: &WebState, l: &Layout, session: &OfficerSessionView) -> Self {
        let place = |place: &Place| Way {
            path: place.path,
            name: l.t(place.key),
            text: l.t(&format!("{}-text", place.key)),
            current: l.here.starts_with(place.path),
        };
        Self {
            name: session.name.clone(),
            role: l.t(&format!("role-{}", session.role.as_str())),
            until: (time::minute(session.expires_at), millis(session.expires_at)),
            ways: PLACES.iter().filter(|way| (way.has)(session.role)).map(place).collect(),
            origin: origin(state),
        }
    }
}

/// The origin that passkeys are bound to.
pub(crate) fn origin(state: &WebState) -> String {
    state.config().public_url.origin().ascii_serialization()
}

/// The frame of a desk's page `key`, with the way back to the desk.
pub(crate) fn layout(state: &WebState, locale: Locale, key: &str, here: impl Into<String>) -> Layout {
    let mut l = Layout::new(state, locale, key, here);
    l.crumbs = vec![(DESK, l.t("desk-crumb"))];
    l
}
