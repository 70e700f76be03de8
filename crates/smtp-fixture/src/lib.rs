//! Mail servers for tests.
//!
//! [`SmtpFixture`] is a small SMTP and LMTP server on loopback that records what it is given and does what its rules say: put
//! off, refuse, stall, drip, break the line before or after the final dot. [`RealMailServer`] is Debian's `OpenSMTPD`
//! in front of one, so that a mail has passed through a server that nobody wrote for the test.
//!
//! Nothing here sleeps or polls for a mail: a test awaits it, and gets it as soon as it is there.

mod mail;
mod real;
mod script;
mod server;
mod session;
mod tls;

pub use mail::Mail;
pub use real::RealMailServer;
pub use script::{Act, Rule, Step};
pub use server::{Counts, SmtpFixture};
pub use tls::Encryption;
