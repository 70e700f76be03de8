//! The assisted path: cases, from the employer's side and from the officers'.
//!
//! `protocol` decides, the store saves; here what persons typed is read, sealed and shown, and who may look is asked.

mod applicant;
mod catalogue;
mod errors;
mod forms;
mod held;
mod of_recovery;
mod officer;
mod papers;
mod present;
mod seals;
mod slip;
mod supervision;
#[cfg(test)]
mod tests;
mod views;

pub use applicant::NewCase;
pub use catalogue::{Centre, EnablingDocument};
pub use errors::{CaseError, CaseField, OpenCaseError, SlipError};
pub use forms::{CaseDetails, PersonSeen};
pub use officer::ShownCase;
pub use slip::UseSlip;
pub use supervision::csv;
pub use views::*;
