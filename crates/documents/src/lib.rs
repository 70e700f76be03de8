//! The papers of the assisted path as tagged PDF (PDF/UA-1 and PDF/A-2a): packet, blank forms, sealed slip and day
//! sheet.
//!
//! Plain data in, bytes out, by a [`Press`]. What people typed reaches the templates as data and is never their source.

mod cache;
mod day_sheet;
mod forms;
#[cfg(feature = "typeset")]
mod legible;
mod packet;
mod paper;
mod parties;
mod press;
mod qr;
mod slip;
#[cfg_attr(not(feature = "typeset"), path = "no_typesetter.rs")]
mod typesetter;

pub use day_sheet::{Checkpoint, DayRow, DaySheet, DayTotal};
pub use forms::{FormKind, Forms};
pub use packet::Packet;
pub use parties::{Applicant, Centre, Contact, Employer, Institution, Made, Person};
pub use press::{Pdf, Press, PressSettings, PrintError};
pub use qr::svg as qr_svg;
pub use slip::Slip;
