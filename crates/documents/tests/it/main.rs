//! The papers as a reader, a printer, a scanner and a screen reader get them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[path = "../../examples/extremes/mod.rs"]
mod extremes;
#[path = "../../examples/samples/mod.rs"]
mod samples;

mod day_sheet;
mod forms;
mod packet;
mod press;
mod reading;
mod slip;
