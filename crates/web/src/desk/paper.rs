//! From what the desk's service gives to what papers are made of: plain words.

use clavero_documents::{Checkpoint, DayRow, DaySheet, DayTotal, Employer, Made, Person, Slip};
use clavero_protocol::Timestamp;
use clavero_service::desk::{self, SlipData};
use clavero_words::{Locale, time, tr, tr_args};

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

/// Acts that a sheet holds: some fifteen pages. What a supervisor signs has to be read, and setting grows faster than the rows.
const ROWS: usize = 200;

/// A day's acts, and whether there were more than these.
pub(super) type Day = (Vec<desk::DayRow>, bool);

/// The day's sheet.
pub(super) fn day_sheet(
    state: &WebState,
    locale: Locale,
    date: String,
    ((mut rows, more), head): (Day, Option<(u64, String)>),
) -> DaySheet {
    let refused = rows.iter().filter(|row| !row.refusal.is_empty()).count() as u64;
    let done = rows.len() as u64 - refused;
    let total = |key: &str, count| DayTotal { label: tr(locale, key), count };
    let (shown, count) = (ROWS.min(rows.len()).to_string(), rows.len().to_string());
    let cut = match (rows.len() > ROWS, more) {
        (_, true) => "desk-day-cut-more",
        (true, false) => "desk-day-cut",
        (false, false) => "",
    };
    let cut = (!cut.is_empty()).then(|| tr_args(locale, cut, &[("shown", &shown), ("count", &count)]));
    rows.truncate(ROWS);
    DaySheet {
        locale,
        institution: papers::letterhead(state, locale),
        centre: tr(locale, "desk-centre-all"),
        date,
        made: made(state.service().store().now()),
        totals: vec![total("desk-day-done", done), total("desk-day-refused", refused)],
        rows: rows.into_iter().map(|row| day_row(locale, row)).collect(),
        cut: cut.unwrap_or_default(),
        checkpoint: head.map(|(size, root)| Checkpoint { size, root }),
        demo: state.config().demo,
    }
}
