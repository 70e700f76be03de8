//! The tax authority's bulk register ("catastro RUC", `SRI_RUC_<Provincia>.csv`): one row per establishment.

use std::io::{self, BufRead};

use clavero_protocol::{Ruc, TaxState};
use clavero_store::TaxRow;

use super::{
    row::{Reason, RowError, of_field},
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

/// Reads the register's rows one by one. A RUC comes once per establishment, with the same state.
pub(crate) struct Catastro<R> {
    table: Table<R>,
}

impl<R: BufRead> Catastro<R> {
    /// Reads the header.
    pub(crate) fn new(input: R) -> Result<Self, Unreadable> {
        Ok(Self { table: Table::new(input, &SHAPE)? })
    }

    /// The next row, or why it is none; `None` at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Result<TaxRow, RowError>>> {
        let row = match self.table.next()? {
            None => return Ok(None),
            Some(Err(error)) => return Ok(Some(Err(error))),
            Some(Ok(row)) => row,
        };
        let line = row.line;
        Ok(Some(tax_row(&row).map_err(|(column, reason)| RowError {
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

fn tax_row(row: &Row<'_>) -> Result<TaxRow, (usize, Reason)> {
    let ruc = padded(unquoted(row.get(RUC)));
    let ruc = Ruc::parse(&ruc).map_err(|error| (RUC, of_field(error)))?;
    let word = unquoted(row.get(STATE));
    if word.is_empty() {
        return Err((STATE, Reason::new("empty")));
    }
    if word.chars().count() > LONGEST_WORD || !is_plain(word) {
        return Err((STATE, Reason::new("state")));
    }
    let state = TaxState::parse(word);
    let since = if state == TaxState::Active {
        match date(row, RESUMED)? {
            "" => date(row, STARTED)?,
            resumed => resumed,
        }
    } else {
        date(row, SUSPENDED)?
    };
    Ok(TaxRow { ruc: ruc.as_i64(), state, word: word.to_uppercase(), since: since.to_owned() })
}

/// With a `|` quotes are letters; where all fields are wrapped in them nevertheless, they are taken off.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).trim()
}

/// A number that went through a spreadsheet has lost its leading zero.
fn padded(text: &str) -> String {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("0{text}")
    } else {
        text.to_owned()
    }
}

/// The date of `2001-05-28 00:00:00`; empty where there is none.
fn date<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str, (usize, Reason)> {
    let text = unquoted(row.get(column));
    let day = text.get(..10).unwrap_or(text);
    if text.is_empty() || (is_date(day) && is_time(text.get(10..).unwrap_or_default())) {
        Ok(day)
    } else {
        Err((column, Reason::new("date")))
    }
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split('-').map(|part| {
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u32>().ok().filter(|_| digits)
    });
    let date = (parts.next().flatten(), parts.next().flatten(), parts.next().flatten(), parts.next());
    let (Some(year), Some(month @ 1..=12), Some(day @ 1..), None) = date else { return false };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    text.len() == 10 && day <= days
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
