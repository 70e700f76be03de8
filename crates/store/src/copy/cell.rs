//! A value on its way from one engine to another, and the digest of what has gone that way.

use sha2::{Digest as _, Sha256};

use crate::sql::Value;

/// A value as every engine has it. A truth value is 0 or 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Integer(i64),
    Text(Box<[u8]>),
    Bytes(Box<[u8]>),
}

/// A row; its cells in the order of the table's columns.
pub(crate) type Row = Vec<Cell>;

impl Cell {
    pub(crate) fn new(value: Value<'_>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(set) => Self::Integer(i64::from(set)),
            Value::Integer(number) => Self::Integer(number),
            Value::Text(text) => Self::Text(text.into()),
            Value::Bytes(bytes) => Self::Bytes(bytes.into()),
        }
    }

    pub(crate) fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Integer(number) => Value::Integer(*number),
            Self::Text(text) => Value::Text(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
        }
    }
}

/// Counts rows and digests them, each value led by its kind and length, so that no two tables read the same.
#[derive(Default)]
pub(crate) struct Digester {
    rows: u64,
    hash: Sha256,
}

impl Digester {
    pub(crate) fn row(&mut self, row: &[Cell]) {
        self.rows += 1;
        for cell in row {
            let (tag, bytes): (u8, &[u8]) = match cell {
                Cell::Null => (0, &[]),
                Cell::Integer(number) => {
                    self.hash.update([1]);
                    self.hash.update(number.to_be_bytes());
                    continue;
                }
                Cell::Text(text) => (2, text),
                Cell::Bytes(bytes) => (3, bytes),
            };
            self.hash.update([tag]);
            self.hash.update((bytes.len() as u64).to_be_bytes());
            self.hash.update(bytes);
        }
    }

    pub(crate) fn end(self) -> (u64, [u8; 32]) {
        (self.rows, self.hash.finalize().into())
    }
}
