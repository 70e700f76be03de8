//! The queue, the day, the figures.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    time::Duration,
};

use clavero_protocol::{CaseId, CaseReference, CaseRefusal, OfficerId, Role, Timestamp};
use clavero_store::{CaseCounts, CaseQuery, CaseRecord, acts};

use super::{
    CaseError, CaseFigures, CasePage, CaseRow, DayRow, OfficerContext, QueueFilter,
    present::{cursor, employer_name},
};
use crate::Service;

const ROWS: u32 = 50;
const MOST_ROWS: u32 = 200;
/// How long an objection that stopped nothing is shown.
const DISPUTES: Duration = Duration::from_hours(30 * 24);
/// Acts of a day that a sheet holds.
const MOST_ACTS: u32 = 10_000;

impl Service {
    /// A page of the queue, oldest first.
    pub async fn case_queue(
        &self,
        officer: &OfficerContext,
        filter: QueueFilter,
    ) -> Result<CasePage, CaseError> {
        if !officer.role.reads_cases() {
            self.note_desk_refusal(officer, acts::CASES_LISTED).await?;
            return Err(CaseError::Refused(CaseRefusal::RoleForbids));
        }
        let rows = if filter.rows == 0 { ROWS } else { filter.rows.min(MOST_ROWS) };
        let after = match &filter.after {
            Some(reference) => self.after(reference).await?,
            None => None,
        };
        let query = CaseQuery { state: filter.state, centre: filter.centre, after, rows };
        let list = self.store.list_cases(query, &self.settings.policy).await?;
        let next = list.rows.last().filter(|_| list.more);
        Ok(CasePage {
            next: next.map(|record| record.reference.as_str().to_owned()),
            rows: self.case_rows(&list.rows, officer).await?,
            counts: list.counts,
        })
    }

    /// Cases whose old mailbox said stop when that stopped them no more: after their end, or after a supervisor had let them go
    /// on. The newest first, for a month.
    pub async fn disputed_cases(&self, officer: &OfficerContext) -> Result<Vec<CaseRow>, CaseError> {
        self.require_supervision(officer, acts::CASES_LISTED).await?;
        let since = self.store.now() - DISPUTES;
        let records = self.store.disputed_cases(since, MOST_ROWS).await?;
        Ok(self.case_rows(&records, officer).await?)
    }

    /// A page goes on after the case that the last one ended with.
    async fn after(&self, reference: &str) -> Result<Option<(Timestamp, CaseId)>, CaseError> {
        let reference = CaseReference::parse(reference)?;
        Ok(self.store.case_by_reference(reference).await?.map(|record| cursor(&record)))
    }

    /// The day's sheet: what was done from `from` to `until`, oldest first; and whether there was more than it holds.
    pub async fn day_sheet(
        &self,
        officer: &OfficerContext,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<(Vec<DayRow>, bool), CaseError> {
        self.require_supervision(officer, acts::DAY_READ).await?;
        let mut events = self.store.desk_events(from, until, MOST_ACTS + 1).await?;
        let more = events.len() > MOST_ACTS as usize;
        events.truncate(MOST_ACTS as usize);
        let ids = events.iter().flat_map(|event| [event.officer, event.colleague]).flatten().collect();
        let names = self.names_of(ids).await?;
        let called = |id: Option<OfficerId>| id.and_then(|id| names.get(&id).cloned()).unwrap_or_default();
        let mut cases: BTreeMap<CaseId, DayRow> = BTreeMap::new();
        let mut rows = Vec::with_capacity(events.len());
        for event in events {
            let of_case = match cases.entry(event.case) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(place) => match self.store.case(event.case).await? {
                    Some(record) => place.insert(self.day_row(&record, event.at, event.act).await?),
                    None => continue,
                },
            };
            rows.push(DayRow {
                at: event.at,
                act: event.act,
                officer: called(event.officer),
                colleague: called(event.colleague.filter(|_| decides(event.act))),
                refusal: event.refusal.unwrap_or_default(),
                ..of_case.clone()
            });
        }
        Ok((rows, more))
    }

    async fn day_row(
        &self,
        record: &CaseRecord,
        at: Timestamp,
        act: clavero_protocol::CaseAct,
    ) -> Result<DayRow, CaseError> {
        let employer = self.employer_of_case(&record.case).await?;
        Ok(DayRow {
            at,
            reference: record.reference.to_string(),
            employer: employer_name(&record.case, employer.as_ref()),
            act,
            officer: String::new(),
            colleague: String::new(),
            refusal: String::new(),
        })
    }

    /// Figures for the charts.
    pub async fn case_figures(
        &self,
        officer: &OfficerContext,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<CaseFigures, CaseError> {
        self.require_supervision(officer, acts::FIGURES_READ).await?;
        let counts = self.store.case_counts(from, until).await?;
        let pairs = counts.pairs.iter().flat_map(|(asked, approved, _)| [*asked, *approved]);
        let ids = pairs.chain(counts.breaches.iter().map(|(officer, _)| *officer)).collect();
        let names = self.names_of(ids).await?;
        Ok(figures(counts, &names))
    }

    async fn require_supervision(
        &self,
        officer: &OfficerContext,
        act: &'static str,
    ) -> Result<(), CaseError> {
        if matches!(officer.role, Role::Supervisor | Role::Auditor) {
            return Ok(());
        }
        self.note_desk_refusal(officer, act).await?;
        Err(CaseError::Refused(CaseRefusal::RoleForbids))
    }

    /// Queues reminders for as long as the service lives.
    pub async fn remind_forever(self: std::sync::Arc<Self>) {
        const EVERY: Duration = Duration::from_mins(10);
        const AT_ONCE: u32 = 500;
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.store.remind(&self.settings.policy, AT_ONCE).await {
                crate::errors::failed(&error);
            }
        }
    }
}

/// Acts by which a colleague's request is decided.
const fn decides(act: clavero_protocol::CaseAct) -> bool {
    use clavero_protocol::CaseAct::{Approved, HandedOver, Rejected, Returned};
    matches!(act, Approved | Returned | Rejected | HandedOver)
}

fn figures(counts: CaseCounts, names: &BTreeMap<OfficerId, String>) -> CaseFigures {
    let called = |id: &OfficerId| names.get(id).cloned().unwrap_or_default();
    let times = &counts.times_to_key;
    // The smallest time that so many of a hundred cases did not exceed.
    let quantile = |percent: usize| times.get((times.len() * percent).div_ceil(100).max(1) - 1).copied();
    CaseFigures {
        by_reason: counts.by_reason,
        closed: times.len() as u64,
        time_to_key: quantile(50).zip(quantile(90)),
        asked: counts.asked,
        returned: counts.returned,
        pairs: counts
            .pairs
            .iter()
            .map(|(asked, approved, times)| (called(asked), called(approved), *times))
            .collect(),
        breaches: counts.breaches.iter().map(|(officer, times)| (called(officer), *times)).collect(),
    }
}

/// Rows as CSV (RFC 4180) for a spreadsheet: UTF-8 with its mark, every field quoted, and none that a spreadsheet would
/// run as a formula.
#[must_use]
pub fn csv<const N: usize>(header: &[String; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut text = String::from("\u{feff}");
    let mut line = |fields: &[String; N]| {
        for (place, field) in fields.iter().enumerate() {
            if place > 0 {
                text.push(',');
            }
            text.push('"');
            if field.starts_with(['=', '+', '-', '@', '\0', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
                text.push('\'');
            }
            text.push_str(&field.replace('"', "\"\""));
            text.push('"');
        }
        text.push_str("\r\n");
    };
    line(header);
    for row in rows {
        line(&row);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_an_export_is_run_as_a_formula() {
        let hostile =
            ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "a\"b", "x,y\r\nz", "Ñandú", ""];
        let header = ["a".to_owned()];
        let text = csv(&header, hostile.iter().map(|field| [(*field).to_owned()]));
        assert_eq!(
            text,
            "\u{feff}\"a\"\r\n\"'=1+1\"\r\n\"'+1\"\r\n\"'-1\"\r\n\"'@SUM(A1)\"\r\n\"'\t=1\"\r\n\"'\r=1\"\r\n\"'\0=1\"\r\n\"a\"\"b\"\r\n\
             \"x,y\r\nz\"\r\n\"Ñandú\"\r\n\"\"\r\n"
        );
    }

    #[test]
    fn quantiles_are_of_the_cases_that_came_to_a_key() {
        let of = |hours: &[u64]| {
            let times_to_key = hours.iter().map(|hours| Duration::from_hours(*hours)).collect();
            figures(CaseCounts { times_to_key, ..CaseCounts::default() }, &BTreeMap::new()).time_to_key
        };
        let hours = |one, other| Some((Duration::from_hours(one), Duration::from_hours(other)));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[3]), hours(3, 3));
        assert_eq!(of(&(1..=10).collect::<Vec<_>>()), hours(5, 9));
    }
}
