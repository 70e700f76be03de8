//! What an engine brings: connections and transactions. What is done with them is in `transactions`, once for all engines.

mod cases;
mod known;
mod log;
mod officers;
mod registers;
mod restore;
mod sealed;
mod store;
mod tax;

use std::{future::Future, time::Duration};

use clavero_protocol::Timestamp;

use crate::{
    Claim, ClaimedMail, StoreError,
    binding::Bound,
    sql::{Read, Tx, Working},
};

/// A whole transaction. It borrows what it works upon, so that it can be carried out again.
pub(crate) type Work<A, T> = for<'a> fn(&'a dyn Tx, &'a A) -> Working<'a, T>;

/// A whole read.
pub(crate) type Look<A, T> = for<'a> fn(&'a dyn Read, &'a A) -> Working<'a, T>;

/// An engine of the store.
pub(crate) trait Engine: Send + Sync + 'static {
    /// Its clock's moment.
    fn moment(&self) -> Timestamp;

    /// What binds its rows.
    fn bound(&self) -> &Bound;

    /// How far its clock has stepped, where it has.
    fn step(&self) -> Option<Duration>;

    /// Carries out `work` in a transaction and answers once it is durable. When it fails, nothing of it remains.
    fn write<A: Send + Sync + 'static, T: Send + 'static>(
        &self,
        with: A,
        work: Work<A, T>,
    ) -> impl Future<Output = Result<T, StoreError>> + Send;

    /// The same for what nobody waits for: where it saves something it may wait so long for others to share a commit with.
    fn write_within<A: Send + Sync + 'static, T: Send + 'static>(
        &self,
        patience: Duration,
        with: A,
        work: Work<A, T>,
    ) -> impl Future<Output = Result<T, StoreError>> + Send;

    /// Reads.
    fn read<A: Send + Sync + 'static, T: Send + 'static>(
        &self,
        with: A,
        look: Look<A, T>,
    ) -> impl Future<Output = Result<T, StoreError>> + Send;

    /// Reads by one statement, which is of one moment by itself.
    fn glance<A: Send + Sync + 'static, T: Send + 'static>(
        &self,
        with: A,
        look: Look<A, T>,
    ) -> impl Future<Output = Result<T, StoreError>> + Send;

    /// Takes mails up; with none due, waits for one.
    fn claim(&self, claim: Claim) -> impl Future<Output = Result<Vec<ClaimedMail>, StoreError>> + Send;

    /// Lets the claims that wait look at once.
    fn ring(&self) -> impl Future<Output = Result<(), StoreError>> + Send;
}
