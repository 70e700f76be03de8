//! The employer registry's rows: `ruc,sucursal,razon_social,tipo,representante_id,representante_nombre,correo,tiene_clave`
//! and, if the keys come along, `clave_hash`.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    io::{self, BufRead},
};

use clavero_protocol::{
    EmailAddress, EmployerKey, EmployerKind, FieldError, ForeignerRule, RepresentativeId, Ruc, RucKind,
    Sucursal,
};
use clavero_service::is_verifiable;

use super::{
    row::{Reason, RowError, of_field},
    table::{Row, Shape, Table, Unreadable},
    text::is_plain,
};

/// The columns that every file has.
pub(crate) const COLUMNS: [&str; 8] = [
    "ruc",
    "sucursal",
    "razon_social",
    "tipo",
    "representante_id",
    "representante_nombre",
    "correo",
    "tiene_clave",
];
const HASH: &str = "clave_hash";

const SHAPE: Shape =
    Shape { required: &COLUMNS, optional: &[HASH], others_pass: false, delimiters: b",;", unquoted: None };

/// Characters of a name: longer ones break every page, mail and document that they stand in.
const LONGEST_NAME: usize = 500;

/// A row that holds.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct EmployerRow {
    /// The line on which it begins, from 1.
    pub(crate) line: u64,
    pub(crate) key: EmployerKey,
    pub(crate) kind: EmployerKind,
    pub(crate) name: String,
    pub(crate) representative: RepresentativeId,
    pub(crate) representative_name: String,
    pub(crate) email: Option<EmailAddress>,
    pub(crate) has_key: bool,
    /// A PHC string that the service can verify.
    pub(crate) phc: Option<String>,
}

/// Reads employers one by one.
pub(crate) struct Employers<R> {
    table: Table<R>,
    rule: ForeignerRule,
    mentioned: Mentioned,
}

/// The employers that a file names.
#[derive(Default)]
pub(crate) struct Mentioned {
    /// Key → line of its first row that holds.
    seen: HashMap<i64, u64>,
    /// Those of rows that are bad otherwise.
    spoilt: HashSet<i64>,
}

impl Mentioned {
    /// Whether the file names this one, be it in a bad row.
    pub(crate) fn has(&self, key: &EmployerKey) -> bool {
        let key = key.as_i64();
        self.seen.contains_key(&key) || self.spoilt.contains(&key)
    }
}

impl<R: BufRead> Employers<R> {
    /// Reads the header.
    pub(crate) fn new(input: R, rule: ForeignerRule) -> Result<Self, Unreadable> {
        Ok(Self { table: Table::new(input, &SHAPE)?, rule, mentioned: Mentioned::default() })
    }

    /// The next employer, or why the row is none; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Result<EmployerRow, RowError>>> {
        let row = match self.table.next()? {
            None => return Ok(None),
            Some(Err(error)) => return Ok(Some(Err(error))),
            Some(Ok(row)) => row,
        };
        let line = row.line;
        let bad = |(column, reason): Fault| Ok(Some(Err(RowError { line, column: Some(column), reason })));
        let key = match key(&row) {
            Ok(key) => key,
            Err(fault) => return bad(fault),
        };
        match employer(&row, key, &self.rule) {
            Err(fault) => {
                self.mentioned.spoilt.insert(key.as_i64());
                bad(fault)
            }
            Ok(employer) => match self.mentioned.seen.entry(key.as_i64()) {
                Entry::Occupied(first) => {
                    Ok(Some(Err(RowError::whole(line, Reason::new("twice").with("first", first.get())))))
                }
                Entry::Vacant(place) => {
                    place.insert(line);
                    Ok(Some(Ok(employer)))
                }
            },
        }
    }

    /// Those that were named so far.
    pub(crate) fn mentioned(self) -> Mentioned {
        self.mentioned
    }
}

/// A column, and what is wrong with its value.
pub(crate) type Fault = (&'static str, Reason);

/// Whom the first two columns name.
pub(super) fn key(row: &Row<'_>) -> Result<EmployerKey, Fault> {
    employer_key(&row.get(0), &row.get(1))
}

/// Whom the two name; or which of them is wrong, as a column, and why.
pub(crate) fn employer_key(ruc: &str, sucursal: &str) -> Result<EmployerKey, Fault> {
    let ruc = Ruc::parse(ruc).map_err(at("ruc"))?;
    let sucursal = Sucursal::parse(sucursal).map_err(at("sucursal"))?;
    EmployerKey::new(ruc, sucursal).map_err(at("sucursal"))
}

fn employer(row: &Row<'_>, key: EmployerKey, rule: &ForeignerRule) -> Result<EmployerRow, Fault> {
    let [_, _, name, kind, representative, representative_name, email, has_key] =
        std::array::from_fn(|column| row.get(column));
    let kind = EmployerKind::parse(&kind).map_err(|_| {
        ("tipo", Reason::new("kind").with("allowed", EmployerKind::ALL.map(EmployerKind::as_str).join(", ")))
    })?;
    if (kind == EmployerKind::Domestico) != (key.ruc().kind() == RucKind::Domestic) {
        return Err(("tipo", Reason::new("domestic-kind")));
    }
    let has_key = yes_or_no(&has_key)?;
    Ok(EmployerRow {
        line: row.line,
        key,
        kind,
        name: plain(&name, "razon_social")?,
        representative: RepresentativeId::parse(&representative, rule).map_err(at("representante_id"))?,
        representative_name: plain(&representative_name, "representante_nombre")?,
        email: if email.is_empty() { None } else { Some(EmailAddress::parse(&email).map_err(at("correo"))?) },
        has_key,
        phc: hash(&row.get(COLUMNS.len()), has_key)?,
    })
}

fn at(column: &'static str) -> impl Fn(FieldError) -> Fault {
    move |error| (column, of_field(error))
}

fn plain(text: &str, column: &'static str) -> Result<String, Fault> {
    if text.is_empty() {
        return Err((column, Reason::new("empty")));
    }
    if !is_plain(text) {
        return Err((column, Reason::new("not-plain")));
    }
    match text.chars().count() {
        found if found > LONGEST_NAME => {
            Err((column, Reason::new("too-long").with("found", found).with("expected", LONGEST_NAME)))
        }
        _ => Ok(text.to_owned()),
    }
}

fn yes_or_no(text: &str) -> Result<bool, Fault> {
    match text.to_lowercase().as_str() {
        "si" | "sí" => Ok(true),
        "no" => Ok(false),
        _ => Err(("tiene_clave", Reason::new("yes-or-no"))),
    }
}

fn hash(text: &str, has_key: bool) -> Result<Option<String>, Fault> {
    match (text, has_key) {
        ("", _) => Ok(None),
        (_, false) => Err((HASH, Reason::new("hash-without-key"))),
        (text, true) if is_verifiable(text) => Ok(Some(text.to_owned())),
        _ => Err((HASH, Reason::new("hash-form"))),
    }
}

#[cfg(test)]
#[path = "employers_tests.rs"]
mod tests;
