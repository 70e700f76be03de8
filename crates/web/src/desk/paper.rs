//! From what the desk's service gives to what papers are made of: plain words.

use clavero_documents::{DayRow, DaySheet, DayTotal, Employer, Made, Person, Slip};
use clavero_protocol::Timestamp;
use clavero_service::desk::{self, SlipData};
use clavero_words::{Locale, time, tr};

use super::{case, refusal};
use crate::{WebState, papers};

fn made(at: Timestamp) -> Made {
    Made { text: time::date_minute(at), micros: at.as_micros() }
}

/// The sealed slip, in the case's own language: its applicant reads it.
pub(super) fn slip(state: &WebState, slip: SlipData) -> Slip {
    let locale = slip.locale;
    let (id, name) = slip.recipient;
    Slip {
        locale,
        institution: papers::letterhead(state, locale),
        reference: slip.reference,
        made: made(slip.made_at),
        valid_until: time::date_minute(slip.expires_at),
        employer: Employer {
            ruc: slip.employer.ruc,
            sucursal: slip.employer.sucursal,
            name: slip.employer.name,
            kind: String::new(),
        },
        recipient: Person { id, name },
        centre: papers::centre(slip.centre.as_ref()),
        portal_url: papers::whole_address(state, "/clave/papeleta"),
        secret: slip.secret,
        demo: state.config().demo,
    }
}

/// One act of a day in words: what was done, or tried and refused.
pub(super) fn day_row(locale: Locale, row: desk::DayRow) -> DayRow {
    let remark = match row.refusal.as_str() {
        "" => String::new(),
        word => refusal::of_word(locale, word),
    };
    DayRow {
        time: time::minute(row.at),
        reference: row.reference,
        employer: row.employer.name,
        numbers: format!("{} · {}", row.employer.ruc, row.employer.sucursal),
        act: case::act(locale, row.act),
        officer: row.officer,
        second: row.colleague,
        remark,
    }
}

/// The day's sheet.
pub(super) fn day_sheet(state: &WebState, locale: Locale, date: String, rows: Vec<desk::DayRow>) -> DaySheet {
    let refused = rows.iter().filter(|row| !row.refusal.is_empty()).count() as u64;
    let done = rows.len() as u64 - refused;
    let total = |key: &str, count| DayTotal { label: tr(locale, key), count };
    DaySheet {
        locale,
        institution: papers::letterhead(state, locale),
        centre: tr(locale, "desk-centre-all"),
        date,
        made: made(state.service().store().now()),
        totals: vec![total("desk-day-done", done), total("desk-day-refused", refused)],
        rows: rows.into_iter().map(|row| day_row(locale, row)).collect(),
        checkpoint: None,
        demo: state.config().demo,
    }
}
