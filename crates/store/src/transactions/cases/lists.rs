//! Lists and figures: the queue, histories, the day, the charts.

use std::{collections::BTreeMap, time::Duration};

use clavero_protocol::{AssistedReason, CaseAct, CaseId, CaseState, OfficerId, Policy, Timestamp};

use super::{EMAIL_CHANGES, rows};
use crate::{
    CaseCounts, CaseEvent, CaseList, CaseQuery, CaseRecord, StoreError,
    sql::{Query as _, Read, Row, bytes, params},
};

/// Refusals of the rules against dishonest officers, as `CaseRefusal::is_breach` has them, and the spent budget.
const BREACHES: [&str; 7] = [
    "role_forbids",
    "own_request",
    "own_case",
    "touch_for_another",
    "case_frozen",
    "sibling_frozen",
    EMAIL_CHANGES,
];

fn decode(row: &Row<'_>) -> Result<CaseEvent, StoreError> {
    let officer = |column| -> Result<Option<OfficerId>, StoreError> {
        let found: Option<Vec<u8>> = row.get(column)?;
        found.map(|id| bytes(&id, column).map(OfficerId)).transpose()
    };
    let act: String = row.get("act")?;
    Ok(CaseEvent {
        case: CaseId(bytes(&row.get::<_, Vec<u8>>("case_id")?, "case_event.case_id")?),
        at: Timestamp::from_micros(row.get("at")?),
        act: CaseAct::parse(&act).ok_or(StoreError::Corrupt("case_event.act"))?,
        officer: officer("officer")?,
        colleague: officer("colleague")?,
        refusal: row.get("refusal")?,
    })
}

pub(crate) async fn of_case(db: &dyn Read, id: CaseId) -> Result<Vec<CaseEvent>, StoreError> {
    db.all("SELECT * FROM case_event WHERE case_id = ?1 ORDER BY id", params![id.0], decode).await
}

pub(crate) async fn of_desk(
    db: &dyn Read,
    from: Timestamp,
    until: Timestamp,
    max: u32,
) -> Result<Vec<CaseEvent>, StoreError> {
    let sql = "SELECT * FROM case_event WHERE at >= ?1 AND at < ?2 AND (officer IS NOT NULL OR actor = 2 \
               OR act IN ('case.opened', 'case.closed')) ORDER BY at, id LIMIT ?3";
    db.all(sql, params![from.as_micros(), until.as_micros(), max], decode).await
}

pub(crate) async fn disputed(
    db: &dyn Read,
    since: Timestamp,
    max: u32,
) -> Result<Vec<CaseRecord>, StoreError> {
    // By the index of events: objections are few among them, and they among the cases.
    let condition = "id IN (SELECT case_id FROM case_event WHERE at >= ?1 AND act = 'case.disputed') \
                     ORDER BY disputed_at DESC LIMIT ?2";
    rows::select(db, condition, params![since.as_micros(), max]).await
}

/// The stages in which a case may be in a state, as the index of the queue has them.
const fn stages(state: Option<CaseState>) -> &'static str {
    match state {
        None => "stage < 10",
        Some(CaseState::Opened) => "stage < 10 AND stage = 0",
        Some(CaseState::Ready) => "stage < 10 AND stage = 1",
        Some(CaseState::AtDesk) => "stage < 10 AND stage = 2",
        Some(CaseState::AwaitingApproval) => "stage < 10 AND stage = 3",
        Some(CaseState::Approved) => "stage < 10 AND stage = 4",
        Some(CaseState::Activated) => "stage < 10 AND stage = 5",
        Some(CaseState::Returned) => "stage < 10 AND stage = 6",
        Some(CaseState::Frozen) => "stage < 10 AND stage = 7",
        Some(CaseState::Closed) => "stage = 10",
        Some(CaseState::Rejected) => "stage = 11",
        Some(CaseState::Expired) => "(stage < 7 OR stage = 12)",
    }
}

/// Rows that are read to fill a page: those that have run out meanwhile are left out of it.
const READ_AHEAD: u32 = 4;

pub(crate) async fn page(
    db: &dyn Read,
    query: &CaseQuery,
    policy: &Policy,
    now: Timestamp,
) -> Result<CaseList, StoreError> {
    let (after_at, after_id) = query.after.map_or((i64::MIN, [0; 16]), |(at, id)| (at.as_micros(), id.0));
    let condition = format!(
        "{} AND (centre = ?1 OR ?1 IS NULL) AND (created_at, id) > (?2, ?3) ORDER BY created_at, id LIMIT ?4",
        stages(query.state)
    );
    let limit = query.rows.saturating_add(1).saturating_mul(READ_AHEAD);
    let mut list = CaseList::default();
    let mut after = (after_at, after_id);
    // What has run out is skipped, so a page may need more than one reading.
    loop {
        let read = rows::select(db, &condition, params![query.centre, after.0, after.1, limit]).await?;
        let exhausted = read.len() < limit as usize;
        for record in read {
            after = (record.case.created_at.as_micros(), record.case.id.0);
            let state = record.case.state(now, policy);
            let wanted = query.state.map_or(!state.has_ended(), |wanted| wanted == state);
            if !wanted {
                continue;
            }
            if list.rows.len() == query.rows as usize {
                list.more = true;
                break;
            }
            list.rows.push(record);
        }
        if exhausted || list.more {
            break;
        }
    }
    list.counts = states(db, query.centre, policy, now).await?;
    Ok(list)
}

/// How many cases there are in each state that has not ended.
async fn states(
    db: &dyn Read,
    centre: Option<u16>,
    policy: &Policy,
    now: Timestamp,
) -> Result<Vec<(CaseState, u64)>, StoreError> {
    const OPEN: [CaseState; 8] = [
        CaseState::Opened,
        CaseState::Ready,
        CaseState::AtDesk,
        CaseState::AwaitingApproval,
        CaseState::Approved,
        CaseState::Activated,
        CaseState::Returned,
        CaseState::Frozen,
    ];
    let since = (now - policy.cases.case_ttl).as_micros();
    let sql = "SELECT stage, count(*) FROM assisted_case WHERE stage < 10 AND (created_at > ?1 OR stage = 7) \
               AND (centre = ?2 OR ?2 IS NULL) GROUP BY stage";
    let counted: BTreeMap<i64, u64> =
        counted(db.all(sql, params![since, centre], |row| Ok((row.get(0)?, row.get(1)?))).await?);
    let count = |place| counted.get(&place).copied().unwrap_or_default();
    Ok((0_i64..).zip(OPEN).map(|(place, state)| (state, count(place))).collect())
}

/// Counts by what they count.
fn counted<K: Ord>(rows: Vec<(K, i64)>) -> BTreeMap<K, u64> {
    rows.into_iter().map(|(key, count)| (key, count.unsigned_abs())).collect()
}

pub(crate) async fn counts(
    db: &dyn Read,
    from: Timestamp,
    until: Timestamp,
) -> Result<CaseCounts, StoreError> {
    let (since, end) = (from.as_micros(), until.as_micros());
    let sql = "SELECT reason, count(*) FROM assisted_case WHERE created_at >= ?1 AND created_at < ?2 GROUP BY reason";
    let by_reason: BTreeMap<String, u64> =
        counted(db.all(sql, params![since, end], |row| Ok((row.get(0)?, row.get(1)?))).await?);
    let sql = "SELECT e.at - c.created_at FROM case_event e JOIN assisted_case c ON c.id = e.case_id \
               WHERE e.act = 'case.closed' AND e.refusal IS NULL AND e.at >= ?1 AND e.at < ?2";
    let mut times_to_key = db
        .all(sql, params![since, end], |row| Ok(Duration::from_micros(row.get::<_, i64>(0)?.unsigned_abs())))
        .await?;
    times_to_key.sort_unstable();
    let reasons = AssistedReason::ALL.into_iter();
    Ok(CaseCounts {
        by_reason: reasons
            .map(|reason| (reason, by_reason.get(reason.as_str()).copied().unwrap_or_default()))
            .collect(),
        times_to_key,
        asked: done(db, CaseAct::ApprovalAsked, (since, end)).await?,
        returned: done(db, CaseAct::Returned, (since, end)).await?,
        pairs: pairs(db, (since, end)).await?,
        breaches: breaches(db, (since, end)).await?,
    })
}

/// How often something was done.
async fn done(db: &dyn Read, act: CaseAct, (from, until): (i64, i64)) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM case_event WHERE act = ?3 AND refusal IS NULL AND at >= ?1 AND at < ?2";
    let count: i64 = db.one(sql, params![from, until, act.as_str()], |row| row.get(0)).await?;
    Ok(count.unsigned_abs())
}

fn officer(row: &Row<'_>, column: usize) -> Result<OfficerId, StoreError> {
    Ok(OfficerId(bytes(&row.get::<_, Vec<u8>>(column)?, "case_event.officer")?))
}

/// Who asked, who approved, how often.
async fn pairs(
    db: &dyn Read,
    (from, until): (i64, i64),
) -> Result<Vec<(OfficerId, OfficerId, u64)>, StoreError> {
    let sql = "SELECT colleague, officer, count(*) FROM case_event WHERE act = 'case.approved' AND refusal IS NULL \
               AND colleague IS NOT NULL AND at >= ?1 AND at < ?2 GROUP BY colleague, officer ORDER BY 3 DESC LIMIT 50";
    db.all(sql, params![from, until], |row| {
        Ok((officer(row, 0)?, officer(row, 1)?, row.get::<_, i64>(2)?.unsigned_abs()))
    })
    .await
}

async fn breaches(db: &dyn Read, (from, until): (i64, i64)) -> Result<Vec<(OfficerId, u64)>, StoreError> {
    // Words of our own making, so they may stand in the text.
    let words = BREACHES.map(|word| format!("'{word}'")).join(", ");
    let sql = format!(
        "SELECT officer, count(*) FROM case_event WHERE refusal IN ({words}) AND officer IS NOT NULL \
         AND at >= ?1 AND at < ?2 GROUP BY officer ORDER BY 2 DESC LIMIT 50"
    );
    db.all(&sql, params![from, until], |row| Ok((officer(row, 0)?, row.get::<_, i64>(1)?.unsigned_abs())))
        .await
}
