//! A deterministic world around the service and its store: virtual time, seeded faults, and invariants that are checked after
//! every batch of the database. `docs/simulation.md` says what is real in it and what is not.

mod addresses;
mod attacker;
pub mod breaks;
mod cases;
mod check;
mod desk;
mod journal;
mod keeper;
mod node;
mod officer;
mod owner;
mod people;
pub mod plan;
mod post;
mod power;
mod registry;
mod rng;
pub mod run;
mod sealing;
mod time;
mod trace;
mod tree;
mod world;

pub use plan::Plan;
pub use run::{Report, run};
