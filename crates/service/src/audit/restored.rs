//! What an entry says of a restore, and of the log that was lost by it.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use clavero_audit::{Entry, examine::Lost, proof::Head};
use clavero_protocol::Timestamp;
use clavero_store::acts;

/// A restore that the log tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restoration {
    /// The entry.
    pub index: u64,
    /// When.
    pub at: Timestamp,
    /// The part of the log that it cut off, as far as it was known.
    pub lost: Option<Lost>,
}

impl Restoration {
    /// What an entry tells of a restore, where it does.
    pub(super) fn of(entry: &Entry) -> Option<Self> {
        let at = Timestamp::from_micros(i64::try_from(entry.time).ok()?);
        let lost = entry.reason.as_deref().and_then(parse);
        (entry.act == acts::RESTORED).then_some(Self { index: entry.index, at, lost })
    }
}

/// As an entry's reason has it: entries that the backup had, then size and root of the newest checkpoint that was known.
pub(crate) fn text(lost: &Lost) -> String {
    format!("{} {} {}", lost.from, lost.head.size, BASE64.encode(lost.head.root))
}

fn parse(text: &str) -> Option<Lost> {
    let mut parts = text.split(' ');
    let (from, size) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let root = BASE64.decode(parts.next()?).ok()?.try_into().ok()?;
    (parts.next().is_none()).then_some(Lost { from, head: Head { size, root } })
}
