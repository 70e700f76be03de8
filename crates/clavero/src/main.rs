//! Clavero: gives employers their portal key back.

mod config;
mod import;
mod speech;

fn main() {}
