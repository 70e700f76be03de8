//! Rows that give power over a key are bound to what they say under a key that this package never sees: one that was planted, moved
//! to another owner or revived in the database counts as not there.

use std::sync::{Arc, OnceLock};

use crate::{
    StoreError,
    sql::{Read, Value},
};

/// Makes and checks what binds a row. The key behind it lies outside the database.
pub trait Binding: Send + Sync + 'static {
    /// What binds a row of this kind that says this.
    fn tag(&self, kind: &'static str, row: &[u8]) -> [u8; 32];

    /// Whether that is what binds it; where it is not, an alarm is raised.
    fn holds(&self, kind: &'static str, row: &[u8], tag: &[u8]) -> bool;
}

/// The binding of a store: given once, before anything that is bound is read or written.
#[derive(Clone, Default)]
pub(crate) struct Bound(Arc<OnceLock<Arc<dyn Binding>>>);

impl Bound {
    pub(crate) fn set(&self, binding: Arc<dyn Binding>) {
        self.0.get_or_init(|| binding);
    }

    fn get(&self) -> Result<&dyn Binding, StoreError> {
        self.0.get().map(|binding| &**binding).ok_or(StoreError::Unbound)
    }
}

/// What a row says, each value led by its kind and its length, so that no two rows read the same.
fn form(row: &[Value<'_>]) -> Vec<u8> {
    let mut form = Vec::with_capacity(256);
    for value in row {
        let (kind, number, bytes): (u8, i64, &[u8]) = match value {
            Value::Null => (0, 0, &[]),
            Value::Bool(set) => (1, i64::from(*set), &[]),
            Value::Integer(number) => (1, *number, &[]),
            Value::Text(bytes) | Value::Bytes(bytes) => {
                (2, i64::try_from(bytes.len()).unwrap_or(i64::MAX), bytes)
            }
        };
        form.push(kind);
        form.extend_from_slice(&number.to_be_bytes());
        form.extend_from_slice(bytes);
    }
    form
}

/// What binds a row, to be stored with it.
pub(crate) fn bind(db: &dyn Read, kind: &'static str, row: &[Value<'_>]) -> Result<[u8; 32], StoreError> {
    Ok(db.bound().get()?.tag(kind, &form(row)))
}

/// Whether a stored row is one that was bound so. One without a tag is not.
pub(crate) fn holds(
    db: &dyn Read,
    kind: &'static str,
    row: &[Value<'_>],
    tag: Option<&Vec<u8>>,
) -> Result<bool, StoreError> {
    Ok(db.bound().get()?.holds(kind, &form(row), tag.map_or(&[], Vec::as_slice)))
}
