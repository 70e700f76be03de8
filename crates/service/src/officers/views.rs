//! What the desk's pages are given.

use clavero_protocol::{OfficerId, Role, Timestamp};

/// A signed-in officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerSessionView {
    /// Who.
    pub officer: OfficerId,
    /// What they are called.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Whether they have a passkey.
    pub has_passkey: bool,
    /// Whether they have an authenticator app.
    pub has_totp: bool,
    /// When the session ends unless used.
    pub expires_at: Timestamp,
    /// When it ends in any case.
    pub ends_at: Timestamp,
}

/// An enrolment address that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolling {
    /// Who it is for.
    pub name: String,
    /// Their e-mail address, by which they sign in.
    pub email: String,
    /// Their role.
    pub role: Role,
    /// When the address ends.
    pub expires_at: Timestamp,
    /// Whether passkeys are possible at this address of the service.
    pub passkeys: bool,
    /// The secret of an authenticator app, to be typed.
    pub typed_secret: String,
    /// The same as a QR code (SVG).
    pub qr: String,
}

/// An officer as an admin sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerView {
    /// Names them in addresses: 32 hexadecimal digits.
    pub id: String,
    /// What they are called.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
    /// Their role.
    pub role: Role,
    /// Whether they may sign in.
    pub active: bool,
    /// How many passkeys they have.
    pub passkeys: u32,
    /// Whether they have an authenticator app.
    pub totp: bool,
    /// When they were added.
    pub created_at: Timestamp,
    /// A request for an enrolment address that waits.
    pub asked: Option<Asked>,
    /// Whether it is the officer who looks.
    pub own: bool,
}

/// A request that waits for a second admin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Who asked.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Whether it was the one who looks.
    pub own: bool,
}
