//! The assisted path: cases, from the employer's side and from the officers'.

mod catalogue;

pub use catalogue::{Centre, EnablingDocument};
