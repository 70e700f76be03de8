//! What the engines' SQL does not share, in one place.
//!
//! Numbers are `BIGINT` and truth values `BOOLEAN` where the engine has them. One column holds anything (`meta.value`): where a
//! column has one type only, a number is its eight bytes there.

/// A JSON array of what is written as JSON already, to bind where [`Dialect::numbers`] or [`Dialect::octets`] stands.
pub(crate) fn array(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

/// Whose SQL a statement is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
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
    /// Whether several transactions write at a time, so that what is decided upon has to be locked.
    pub(crate) const fn is_concurrent(self) -> bool {
        matches!(self, Self::Postgres)
    }

    /// The end of a `SELECT` of one table that locks its rows.
    pub(crate) const fn lock(self, lock: Lock) -> &'static str {
        match (self, lock) {
            (Self::Sqlite, _) | (_, Lock::None) => "",
            (Self::Postgres, Lock::Row) => " FOR UPDATE",
        }
    }

    /// The same for the recoveries, named `r`, of a `SELECT` of several tables.
    pub(crate) const fn lock_recovery(self, lock: Lock) -> &'static str {
        match (self, lock) {
            (Self::Sqlite, _) | (_, Lock::None) => "",
            (Self::Postgres, Lock::Row) => " FOR UPDATE OF r",
        }
    }

    /// The end of a `SELECT` that takes the rows which nobody else has in hand.
    pub(crate) const fn take_free(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// The numbers of a JSON array, bound to this parameter, as a subquery.
    pub(crate) fn numbers(self, parameter: u8) -> String {
        match self {
            Self::Sqlite => format!("SELECT value FROM json_each(?{parameter})"),
            Self::Postgres => format!(
                "SELECT CAST(value AS BIGINT) FROM json_array_elements_text(CAST(CAST(?{parameter} AS TEXT) AS JSON))"
            ),
        }
    }

    /// The octets that a JSON array has in hexadecimal, bound to this parameter, as a subquery.
    pub(crate) fn octets(self, parameter: u8) -> String {
        match self {
            Self::Sqlite => format!("SELECT unhex(value) FROM json_each(?{parameter})"),
            Self::Postgres => format!(
                "SELECT decode(value, 'hex') FROM json_array_elements_text(CAST(CAST(?{parameter} AS TEXT) AS JSON))"
            ),
        }
    }

    /// The rows of a JSON array, bound to this parameter, as a subquery with the columns `name`, `was` and `becomes`: each is
    /// an array of a row's name (a number, or octets in hexadecimal) and of octets before and after, in hexadecimal.
    pub(crate) fn replacements(self, parameter: u8, numbered: bool) -> String {
        match self {
            Self::Sqlite => {
                let name = "json_extract(value, '$[0]')";
                let name = if numbered { name.to_owned() } else { format!("unhex({name})") };
                format!(
                    "SELECT {name} AS name, unhex(json_extract(value, '$[1]')) AS was, \
                     unhex(json_extract(value, '$[2]')) AS becomes FROM json_each(?{parameter})"
                )
            }
            Self::Postgres => {
                let name = if numbered { "CAST(value->>0 AS BIGINT)" } else { "decode(value->>0, 'hex')" };
                format!(
                    "SELECT {name} AS name, decode(value->>1, 'hex') AS was, decode(value->>2, 'hex') AS becomes \
                     FROM json_array_elements(CAST(CAST(?{parameter} AS TEXT) AS JSON))"
                )
            }
        }
    }

    /// How many entries were ever written into the audit log, as an expression. A sequence of the server also counts what was
    /// rolled back, so there it is not known: as many as there are.
    pub(crate) const fn entries_written(self) -> &'static str {
        match self {
            Self::Sqlite => "(SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'audit')",
            Self::Postgres => {
                "(SELECT coalesce(max(place) + 1, 0) FROM audit_entry) + (SELECT count(*) FROM audit)"
            }
        }
    }
}
