//! The registers' files: what a row must be, and why one is left out. Pure: bytes in, rows and reasons out.

mod catastro;
mod employers;
mod records;
mod row;
mod table;
mod text;

pub(crate) use self::{
    catastro::Catastro,
    employers::{COLUMNS as EMPLOYER_COLUMNS, EmployerRow, Employers},
    row::{Reason, RowError},
    table::Unreadable,
};
