//! The papers of the assisted path as tagged PDF (PDF/UA-1 and PDF/A-2a): the packet of a case.
//!
//! Plain data in, bytes out, by a [`Press`]. What people typed reaches the templates as data and is never their source.

mod cache;
mod legible;
mod packet;
mod paper;
mod parties;
mod press;
mod qr;
mod typesetter;

pub use packet::Packet;
pub use parties::{Applicant, Centre, Contact, Employer, Institution, Made, Person};
pub use press::{Pdf, Press, PressSettings, PrintError};
