//! How an officer proves who they are: passkeys (`WebAuthn` Level 3) and one-time passwords (RFC 6238).
//!
//! A border of its own because it is heavy to compile, and because nothing outside shall know which library verifies a
//! signature. What has to be kept between two requests, and what is kept of a passkey, goes in and out as versioned JSON;
//! where it is kept, for how long and for whom is the caller's.

mod passkey;
mod qr;
mod totp;

pub use passkey::{Assertion, Begun, NoPasskeys, Passkey, PasskeyError, Passkeys, User};
pub use qr::qr_svg;
pub use totp::{SECRET_BYTES, STEP_SECONDS, TotpSecret};
