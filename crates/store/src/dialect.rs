//! What the engines' SQL does not share, in one place.

/// Whose SQL a statement is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
}

/// Whether what is read is to be decided upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Only looked at.
    None,
    /// Nobody else changes the row until the transaction ends.
    Row,
}

impl Dialect {
    /// The end of a `SELECT` that locks the rows of `table`. `SQLite` has one writer at a time anyway.
    pub(crate) const fn lock(self, _lock: Lock, _table: &str) -> &'static str {
        match self {
            Self::Sqlite => "",
        }
    }

    /// Whether several transactions write at a time.
    pub(crate) const fn is_concurrent(self) -> bool {
        match self {
            Self::Sqlite => false,
        }
    }

    /// The end of a `SELECT` that takes the rows which nobody else has in hand.
    pub(crate) const fn take_free(self) -> &'static str {
        match self {
            Self::Sqlite => "",
        }
    }

    /// The numbers of a JSON array, bound to the third parameter, as a subquery.
    pub(crate) const fn numbers(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT value FROM json_each(?3)",
        }
    }

    /// How many entries were ever written into the audit log, as an expression.
    pub(crate) const fn entries_written(self) -> &'static str {
        match self {
            Self::Sqlite => "(SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'audit')",
        }
    }
}
