//! The pure protocol (`Recovery::decide`, `Recovery::check_link`, `AssistedCase::decide`, `SlidingLog::take`: the functions that the
//! server runs) in every order of events that a bound allows. `docs/model.md` says what is modelled, what is left out, and
//! what was seen.
//!
//! - `world` is all there is at one moment: rows, memory of the nodes, letters, what people hold. `aging` lets it grow older.
//! - `step` is who may do what next; `store` and `desk` are the store's transactions, each one step.
//! - `judge` says which `property` a step breaks. It looks at what happened and does not ask the protocol.
//! - `breaks` are ways to break the protocol, made in `rules` around its functions, in `store` and in `step`.
//! - `naming` writes a world as `bits` and reads it again; `graph` keeps those.
//! - `search` explores, and looks backwards for worlds without a way on.

mod aging;
mod bits;
mod bound;
mod breaks;
mod desk;
mod graph;
mod judge;
mod naming;
mod property;
mod rules;
mod search;
mod step;
mod store;
#[cfg(test)]
mod tests;
mod time;
mod world;

pub use bound::Bound;
pub use breaks::Break;
pub use property::Property;
pub use search::{Counterexample, Explored};

/// Explores a bound, whole or with one thing broken.
#[must_use]
pub fn explore(bound: Bound, broken: Option<Break>) -> Explored {
    search::explore(&step::System::new(bound, broken))
}
