//! What there is to copy, as the two databases say themselves: so that no list can fall behind a migration.

use super::CopyError;
use crate::sql::Kind;

/// Tables that stay where they are: what a migration has done is not data.
const NOT_COPIED: &[&str] = &["migration"];
/// Tables into which a migration puts rows, which those of the source take the place of.
const FILLED_BY_MIGRATIONS: &[&str] = &["tax_register_state"];
/// Copied by its keys, which stand differently in each engine: see [`super::meta`].
pub(crate) const META: &str = "meta";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Its place in the primary key, from 1; 0 where it is not in it.
    pub(crate) key: usize,
}

/// A table; its columns in the order of their names, which is the same everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    /// Whether it numbers its rows by a sequence.
    pub(crate) has_sequence: bool,
}

impl Table {
    /// A table as an engine's catalogue has it; `None` for one that is not copied.
    pub(crate) fn new(name: String, mut columns: Vec<Column>, has_sequence: bool) -> Option<Self> {
        columns.sort_by(|one, other| one.name.cmp(&other.name));
        let is_copied = !NOT_COPIED.contains(&name.as_str()) && name != META;
        is_copied.then_some(Self { name, columns, has_sequence })
    }

    /// Whether rows of it may be in a database that nobody has used yet.
    pub(crate) fn comes_filled(&self) -> bool {
        FILLED_BY_MIGRATIONS.contains(&self.name.as_str())
    }

    /// All columns, as a list of a statement.
    pub(crate) fn list(&self) -> String {
        self.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The columns of the key, in its order, each with its place among all columns.
    pub(crate) fn key(&self) -> Vec<(usize, &Column)> {
        let mut key: Vec<_> = self.columns.iter().enumerate().filter(|(_, column)| column.key > 0).collect();
        key.sort_by_key(|(_, column)| column.key);
        key
    }

    /// A statement that reads rows in the order of their key: from the first one on, or behind one. Parameters are the
    /// key's parts, then how many rows. `collate` makes text of a key be in the order of its bytes.
    pub(crate) fn page(&self, behind: bool, collate: &str) -> String {
        let ordered = |column: &Column| {
            let collate = if column.kind == Kind::Text { collate } else { "" };
            format!("{}{collate}", column.name)
        };
        let key: Vec<String> = self.key().iter().map(|(_, column)| ordered(column)).collect();
        let count = key.len();
        let (list, name, key) = (self.list(), &self.name, key.join(", "));
        let numbered: Vec<String> = (1..=count).map(|number| format!("?{number}")).collect();
        let (condition, limit) = if behind {
            (format!(" WHERE ({key}) > ({})", numbered.join(", ")), count + 1)
        } else {
            (String::new(), 1)
        };
        format!("SELECT {list} FROM {name}{condition} ORDER BY {key} LIMIT ?{limit}")
    }

    /// A statement that reads the key of the last row.
    pub(crate) fn last(&self, collate: &str) -> String {
        let key = self.key();
        let parts: Vec<&str> = key.iter().map(|(_, column)| column.name.as_str()).collect();
        let backwards = |(_, column): &(usize, &Column)| {
            let collate = if column.kind == Kind::Text { collate } else { "" };
            format!("{}{collate} DESC", column.name)
        };
        let order: Vec<String> = key.iter().map(backwards).collect();
        format!("SELECT {} FROM {} ORDER BY {} LIMIT 1", parts.join(", "), self.name, order.join(", "))
    }
}

/// The tables that both have, where they have the same: a table or column of one only would be lost on the way. As the target has
/// them, which knows best what it takes.
pub(crate) fn same(source: &[Table], target: Vec<Table>) -> Result<Vec<Table>, CopyError> {
    for table in source {
        match target.iter().find(|other| other.name == table.name) {
            Some(other) if matches(table, other) => {}
            _ => return Err(CopyError::OtherSchema(table.name.clone())),
        }
    }
    match target.iter().find(|other| !source.iter().any(|table| table.name == other.name)) {
        Some(other) => Err(CopyError::OtherSchema(other.name.clone())),
        None => Ok(target),
    }
}

/// The embedded engine has no truth values of its own: there they are numbers.
fn matches(one: &Table, other: &Table) -> bool {
    let is_same = |(one, other): (&Column, &Column)| {
        let kinds = [one.kind, other.kind];
        let alike =
            one.kind == other.kind || kinds.iter().all(|kind| matches!(kind, Kind::Integer | Kind::Truth));
        one.name == other.name && one.key == other.key && alike
    };
    one.columns.len() == other.columns.len()
        && one.has_sequence == other.has_sequence
        && one.columns.iter().zip(&other.columns).all(is_same)
}
