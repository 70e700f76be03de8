//! A deterministic world around the service and its store: virtual time, seeded faults, and invariants that are checked after
//! every batch of the database. `docs/simulation.md` says what is real in it and what is not.

mod attacker;
pub mod breaks;
mod check;
mod journal;
mod node;
mod owner;
mod people;
pub mod plan;
mod post;
mod power;
mod rng;
pub mod run;
mod sealing;
mod time;
mod trace;
mod tree;
mod world;

pub use plan::Plan;
pub use run::{Report, run};
