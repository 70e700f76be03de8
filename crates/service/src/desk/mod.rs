//! The assisted path: cases, from the employer's side and from the officers'.

mod catalogue;
mod errors;
mod seals;
mod views;

pub use catalogue::{Centre, EnablingDocument};
pub use errors::{CaseError, CaseField, OpenCaseError, SlipError};
pub use views::*;
