//! The registers' files: what a row must be, and why one is left out. Pure: bytes in, rows and reasons out.

mod catastro;
mod employers;
mod listed;
mod records;
mod register;
mod row;
mod sorted;
mod state;
mod table;
mod text;

pub(crate) use self::{
    catastro::{COLUMNS as CATASTRO_COLUMNS, Catastro},
    employers::{COLUMNS as EMPLOYER_COLUMNS, EmployerRow, Employers, Mentioned, employer_key},
    listed::{Listed, listed},
    register::{Contents, Place, Register, packed},
    row::RowError,
    sorted::Sorter,
    state::Words,
    table::Unreadable,
};
