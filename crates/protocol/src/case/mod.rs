//! The assisted path ("Clave patronal de acceso al portal"): a case that ends at a desk.

mod reference;
mod role;

pub use reference::{CaseReference, ReferenceError};
pub use role::{OfficerId, Role, Touch};
