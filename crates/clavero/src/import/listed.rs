//! A list of employers: `ruc,sucursal`, as `clavero import employers --gone` writes it.

use std::{collections::BTreeSet, io::BufRead};

use clavero_protocol::EmployerKey;

use super::{
    employers::key,
    row::RowError,
    table::{Shape, Table, Unreadable},
};

const SHAPE: Shape = Shape {
    required: &["ruc", "sucursal"],
    optional: &[],
    others_pass: false,
    delimiters: b",;",
    unquoted: None,
};

/// Whom a list names, and the rows that name nobody.
#[derive(Default)]
pub(crate) struct Listed {
    /// Each once.
    pub(crate) employers: BTreeSet<EmployerKey>,
    pub(crate) bad: Vec<RowError>,
}

/// Reads a whole list.
pub(crate) fn listed(input: impl BufRead) -> Result<Listed, Unreadable> {
    let mut table = Table::new(input, &SHAPE)?;
    let mut listed = Listed::default();
    while let Some(row) = table.next()? {
        let named = row.and_then(|row| {
            let line = row.line;
            key(&row).map_err(|(column, reason)| RowError { line, column: Some(column), reason })
        });
        match named {
            Ok(employer) => drop(listed.employers.insert(employer)),
            Err(error) => listed.bad.push(error),
        }
    }
    Ok(listed)
}
