//! The tax authority's bulk register ("catastro RUC", `SRI_RUC_<Provincia>.csv`): one row per establishment.

use std::{
    borrow::Cow,
    io::{self, BufRead},
    sync::Arc,
};

use clavero_protocol::Ruc;

use super::{
    row::{Reason, RowError, of_field},
    state::{Since, Word, Words},
    table::{Row, Shape, Table, Unreadable},
    text::is_plain,
};

/// The authority's header, lowered as it is compared.
pub(crate) const COLUMNS: [&str; 21] = [
    "numero_ruc",
    "razon_social",
    "codigo_jurisdiccion",
    "estado_contribuyente",
    "clase_contribuyente",
    "fecha_inicio_actividades",
    "fecha_actualizacion",
    "fecha_suspension_definitiva",
    "fecha_reinicio_actividades",
    "obligado",
    "tipo_contribuyente",
    "numero_establecimiento",
    "nombre_fantasia_comercial",
    "estado_establecimiento",
    "descripcion_provincia_est",
    "descripcion_canton_est",
    "descripcion_parroquia_est",
    "codigo_ciiu",
    "actividad_economica",
    "agente_retencion",
    "especial",
];
const RUC: usize = 0;
const STATE: usize = 3;
const STARTED: usize = 5;
const SUSPENDED: usize = 7;
const RESUMED: usize = 8;

/// The authority may add columns; those that are not needed are passed over. Names in its own files hold single quotes
/// of both kinds, so with its own delimiter they are letters.
const SHAPE: Shape =
    Shape { required: &COLUMNS, optional: &[], others_pass: true, delimiters: b"|,;", unquoted: Some(b'|') };

/// Characters of a state that this version does not know.
const LONGEST_WORD: usize = 40;

/// What a row says of a RUC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stated {
    pub(crate) ruc: i64,
    pub(crate) word: Word,
    pub(crate) since: Since,
    /// The row's line, from 1.
    pub(crate) line: u64,
}

/// Reads the register's rows one by one. A RUC comes once per establishment, with the same state.
pub(crate) struct Catastro<R> {
    table: Table<R>,
    words: Arc<Words>,
    /// What this file wrote so far, and the words that they are.
    known: Vec<(Vec<u8>, Word)>,
}

impl<R: BufRead> Catastro<R> {
    /// Reads the header.
    pub(crate) fn new(input: R, words: Arc<Words>) -> Result<Self, Unreadable> {
        Ok(Self { table: Table::new(input, &SHAPE)?, words, known: Vec::new() })
    }

    /// The next row, or why it is none; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Result<Stated, RowError>>> {
        let row = match self.table.next()? {
            None => return Ok(None),
            Some(Err(error)) => return Ok(Some(Err(error))),
            Some(Ok(row)) => row,
        };
        let line = row.line;
        let stated = stated(&row, &self.words, &mut self.known);
        Ok(Some(stated.map_err(|(column, reason)| RowError {
            line,
            column: Some(header_name(column)),
            reason,
        })))
    }
}

/// A column as the authority writes it.
const fn header_name(column: usize) -> &'static str {
    match column {
        RUC => "NUMERO_RUC",
        STATE => "ESTADO_CONTRIBUYENTE",
        STARTED => "FECHA_INICIO_ACTIVIDADES",
        SUSPENDED => "FECHA_SUSPENSION_DEFINITIVA",
        _ => "FECHA_REINICIO_ACTIVIDADES",
    }
}

type Fault = (usize, Reason);

fn stated(row: &Row<'_>, words: &Words, known: &mut Vec<(Vec<u8>, Word)>) -> Result<Stated, Fault> {
    let ruc = row.get(RUC);
    let ruc = Ruc::parse(&padded(unquoted(&ruc))).map_err(|error| (RUC, of_field(error)))?;
    let raw = row.raw(STATE);
    let word = if let Some((_, word)) = known.iter().find(|(written, _)| written == raw) {
        *word
    } else {
        let word = word(unquoted(&row.get(STATE)), words)?;
        known.push((raw.to_vec(), word));
        word
    };
    let since = if word == Word::ACTIVE {
        match date(row, RESUMED)? {
            Since::UNSAID => date(row, STARTED)?,
            resumed => resumed,
        }
    } else {
        date(row, SUSPENDED)?
    };
    Ok(Stated { ruc: ruc.as_i64(), word, since, line: row.line })
}

fn word(text: &str, words: &Words) -> Result<Word, Fault> {
    if text.is_empty() {
        return Err((STATE, Reason::new("empty")));
    }
    if text.chars().count() > LONGEST_WORD || !is_plain(text) {
        return Err((STATE, Reason::new("state")));
    }
    words.number(&text.to_uppercase()).ok_or_else(|| (STATE, Reason::new("states")))
}

/// With a `|` quotes are letters; where all fields are wrapped in them nevertheless, they are taken off.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).trim()
}

/// A number that went through a spreadsheet has lost its leading zero.
fn padded(text: &str) -> Cow<'_, str> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Cow::Owned(format!("0{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The date of `2001-05-28 00:00:00`.
fn date(row: &Row<'_>, column: usize) -> Result<Since, Fault> {
    let text = row.get(column);
    let text = unquoted(&text);
    if text.is_empty() {
        return Ok(Since::UNSAID);
    }
    let (day, time) = (text.get(..10).unwrap_or(text), text.get(10..).unwrap_or_default());
    Since::parse(day).filter(|_| is_time(time)).ok_or_else(|| (column, Reason::new("date")))
}

/// What may stand after a date: a blank or `T`, and digits with colons or a point.
fn is_time(text: &str) -> bool {
    let time = text.strip_prefix([' ', 'T']).unwrap_or_default();
    text.is_empty()
        || time
            .split(['.', ':'])
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
#[path = "catastro_tests.rs"]
mod tests;
