//! What the pages of a case are given: prepared values, no rules.

use std::time::Duration;

use clavero_protocol::{
    Applicant, AssistedCause, AssistedReason, CaseAct, CaseRefusal, CaseState, EmployerKind, Finding,
    IdentifiedBy, Need, OfficerId, Role, Route, TaxWord, Timestamp,
};
use clavero_words::Locale;
use zeroize::Zeroizing;

use super::Centre;
use crate::views::{CodeView, EmployerName, LinkMailView};

/// An officer with a living session, as far as cases look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerContext {
    /// Who.
    pub id: OfficerId,
    /// As what.
    pub role: Role,
    /// What they are called.
    pub name: String,
}

/// A case as whoever holds its reference sees it: no personal data beyond a hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseView {
    /// In groups of four, as it is shown.
    pub reference: String,
    /// The sixteen symbols, as they stand in an address.
    pub path: String,
    /// Where it stands.
    pub state: CaseState,
    /// Why it goes in person.
    pub reason: AssistedReason,
    /// The same for people, who are told exactly.
    pub cause: AssistedCause,
    /// The kind of employer.
    pub kind: EmployerKind,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Who comes; `None` before details were given.
    pub applicant: Option<Applicant>,
    /// Whether the legal representative changes.
    pub representative_changes: bool,
    /// Where to go.
    pub centre: Option<Centre>,
    /// Its place in the configured list.
    pub centre_place: Option<u16>,
    /// What to bring, and what the officer found of it.
    pub documents: Vec<DocumentView>,
    /// The mailbox that the activation goes to; `None` where there is none.
    pub email: Option<CaseEmailView>,
    /// From when on it may be handed over, once it is approved.
    pub hand_over_from: Option<Timestamp>,
    /// The activation's mail, while it is waited for.
    pub link: Option<LinkMailView>,
    /// The mail server refused the activation's recipient.
    pub link_refused: bool,
    /// Until when a printed slip may be used.
    pub slip_until: Option<Timestamp>,
    /// What happened, oldest first: only what the applicant is told.
    pub events: Vec<EventView>,
    /// Its language.
    pub locale: Locale,
}

/// A line of the check-list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentView {
    /// Its place in the case's list, by which it is checked.
    pub place: usize,
    /// What it is, in Spanish.
    pub es: String,
    /// What it is, in English.
    pub en: String,
    /// On which occasion it has to be brought.
    pub need: Need,
    /// Whether this applicant has to bring it, as far as is known.
    pub required: bool,
    /// What was found.
    pub finding: Option<Finding>,
    /// The officer's remark; only on the desk's own page.
    pub remark: Option<String>,
}

/// The mailbox of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseEmailView {
    /// Masked to one width.
    pub hint: String,
    /// Whether the applicant has shown that they read it.
    pub verified: bool,
    /// The mail server refused this address: no code reaches it.
    pub refused: bool,
    /// The code that is out.
    pub code: Option<CodeView>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventView {
    /// When.
    pub at: Timestamp,
    /// What.
    pub act: CaseAct,
    /// Which officer; only on the desk's own pages.
    pub officer: Option<String>,
    /// Why it was refused; only on the desk's own pages.
    pub refusal: Option<String>,
}

/// A case as an officer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "what the page asks, one by one")]
pub struct DeskCaseView {
    /// What the applicant sees as well.
    pub case: CaseView,
    /// The employer; `None` where the identifiers that opened the case name none, or another representative.
    pub employer: Option<EmployerFile>,
    /// What was typed to open it, where that matches nothing: RUC, sucursal and the representative's number.
    pub claimed: Option<(String, String, String)>,
    /// What the applicant told.
    pub details: Option<DetailsView>,
    /// Whom an officer saw.
    pub identified: Option<IdentifiedView>,
    /// Why it goes on although the RUC is suspended or closed.
    pub ground: Option<String>,
    /// Whether that has to be said.
    pub needs_ground: bool,
    /// Who has it in hand.
    pub holder: Option<HolderView>,
    /// What would be, or was, asked for.
    pub proposal: ProposalView,
    /// Who asked for approval, and when.
    pub asked: Option<(String, Timestamp)>,
    /// Whether that was the officer who looks.
    pub own_request: bool,
    /// Who approved, and when.
    pub approved: Option<(String, Timestamp)>,
    /// Why it was last sent back or rejected.
    pub reason_given: Option<String>,
    /// What an authenticator is touched for to approve; `None` where there is nothing to approve.
    pub approve_purpose: Option<[u8; 32]>,
    /// What an authenticator is touched for to hand over; `None` where nothing can be handed over.
    pub hand_over_purpose: Option<[u8; 32]>,
    /// When the mailbox on record last said stop.
    pub disputed_at: Option<Timestamp>,
    /// Whether the employer's key was changed since the case was opened.
    pub key_changed_since: bool,
    /// Other cases of this employer, newest first.
    pub earlier: Vec<CaseRow>,
    /// Everything that happened, refusals too.
    pub history: Vec<EventView>,
    /// Names what was written into it as it stands: a form sends it back, and writes nothing over that came since.
    pub version: String,
    /// What is stored was not written by this service for this case: nothing of it is shown or decided on.
    pub damaged: bool,
}

/// An employer as the desk sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmployerFile {
    /// Which record.
    pub name: EmployerName,
    /// The kind.
    pub kind: EmployerKind,
    /// The legal representative's number.
    pub representative: String,
    /// The legal representative's name.
    pub representative_name: String,
    /// The address on record.
    pub email: Option<String>,
    /// The last known word of the tax authority, of whatever age.
    pub tax: Option<TaxWord>,
    /// How long ago it was said, or imported.
    pub tax_age: Option<Duration>,
    /// Whether a key was ever given out.
    pub has_key: bool,
    /// When the key was last changed.
    pub key_changed_at: Option<Timestamp>,
    /// Whether the owner said "no fui yo".
    pub frozen: bool,
}

/// What the applicant told, in clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetailsView {
    /// Who comes.
    pub applicant: Applicant,
    /// Telephone.
    pub phone: String,
    /// Postal address.
    pub address: String,
    /// The mailbox.
    pub email: Option<String>,
    /// Whether it was proven, and when.
    pub verified_at: Option<Timestamp>,
    /// The new legal representative: number and name.
    pub representative: Option<(String, String)>,
    /// The third party who comes: number and name.
    pub third_party: Option<(String, String)>,
    /// The centre's place in the list.
    pub centre: u16,
}

/// Whom an officer saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentifiedView {
    /// Their name.
    pub name: String,
    /// Their number.
    pub number: String,
    /// How.
    pub how: IdentifiedBy,
}

/// Who has a case in hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolderView {
    /// Their name.
    pub name: String,
    /// Whether it is the officer who looks.
    pub mine: bool,
    /// Their latest act on it.
    pub since: Timestamp,
    /// From when on anybody can take it over.
    pub free_at: Timestamp,
}

/// Exactly what an approval lets happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalView {
    /// The digest that the form sends back.
    pub digest: [u8; 32],
    /// The address on record and the one that takes its place.
    pub email: Option<Replaced>,
    /// The representative on record and the one who takes their place.
    pub representative: Option<Replaced>,
    /// Whether it ends in the employer's first key.
    pub first_key: bool,
    /// How the new key's way is opened.
    pub route: Route,
    /// Why it cannot be asked for yet.
    pub missing: Option<CaseRefusal>,
}

/// What stands now, and what takes its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// What stands now; empty where there is nothing.
    pub from: String,
    /// What takes its place.
    pub to: String,
}

/// A case in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// In groups of four.
    pub reference: String,
    /// As it stands in an address.
    pub path: String,
    /// Whose.
    pub employer: EmployerName,
    /// Where it stands.
    pub state: CaseState,
    /// Why it goes in person.
    pub reason: AssistedReason,
    /// When it was opened.
    pub created_at: Timestamp,
    /// The latest step.
    pub updated_at: Timestamp,
    /// The centre's name.
    pub centre: Option<String>,
    /// Who has it in hand, or asked for approval.
    pub officer: Option<String>,
    /// Whether that is the officer who looks.
    pub mine: bool,
    /// Whether the mailbox on record said stop.
    pub disputed: bool,
}

/// A page of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CasePage {
    /// Oldest first.
    pub rows: Vec<CaseRow>,
    /// What asks for the next page, where there is one.
    pub next: Option<String>,
    /// How many cases there are in each state, over all pages.
    pub counts: Vec<(CaseState, u64)>,
}

/// Which cases to list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QueueFilter {
    /// Only this state; `None` for all that have not ended.
    pub state: Option<CaseState>,
    /// Only this centre.
    pub centre: Option<u16>,
    /// From [`CasePage::next`].
    pub after: Option<String>,
    /// Rows of a page; 50 where it is zero, 200 at most.
    pub rows: u32,
}

/// What a hand-over gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedOver {
    /// The case.
    pub view: DeskCaseView,
    /// The slip to print, where there is no mailbox. It is shown once.
    pub slip: Option<SlipData>,
}

/// A printed one-time slip.
#[derive(Clone, PartialEq, Eq)]
pub struct SlipData {
    /// The secret, in groups of four. Never stored, never logged, wiped after use.
    pub secret: Zeroizing<String>,
    /// Whose.
    pub employer: EmployerName,
    /// To whom it is handed: the person who was seen, number and name.
    pub recipient: (String, String),
    /// Where it is handed over.
    pub centre: Option<Centre>,
    /// The case, in groups of four.
    pub reference: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Its language.
    pub locale: Locale,
}

impl std::fmt::Debug for SlipData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SlipData(…)")
    }
}

/// What the PDF packet of a case is filled with: plain data, so that `documents` needs to know nothing of cases.
#[derive(Clone, PartialEq, Eq)]
pub struct PacketData {
    /// In groups of four.
    pub reference: String,
    /// The address of the case's page, without its base: `/empleadores/clave-patronal/…`.
    pub path: String,
    /// Thirteen digits.
    pub ruc: String,
    /// Four digits.
    pub sucursal: String,
    /// Razón social; empty where nothing may be told of the registry.
    pub name: String,
    /// The kind.
    pub kind: EmployerKind,
    /// The legal representative on record: number as it was typed, and name; the name is empty where nothing may be told.
    pub representative: (String, String),
    /// The one who takes over.
    pub new_representative: Option<(String, String)>,
    /// Who comes.
    pub applicant: Option<Applicant>,
    /// The third party: number and name.
    pub third_party: Option<(String, String)>,
    /// Telephone, or empty.
    pub phone: String,
    /// Postal address, or empty.
    pub address: String,
    /// The mailbox that was given.
    pub email: Option<String>,
    /// Why it goes in person, as people are told.
    pub cause: AssistedCause,
    /// Where to go.
    pub centre: Option<Centre>,
    /// What to bring, in the language asked for.
    pub documents: Vec<String>,
    /// When the case was opened.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The language asked for.
    pub locale: Locale,
}

impl std::fmt::Debug for PacketData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PacketData(…)")
    }
}

/// A line of the day's sheet: one act of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayRow {
    /// When.
    pub at: Timestamp,
    /// The case, in groups of four.
    pub reference: String,
    /// Whose.
    pub employer: EmployerName,
    /// What.
    pub act: CaseAct,
    /// Who; empty for the applicant and the service itself.
    pub officer: String,
    /// Whose request was decided.
    pub colleague: String,
    /// Why it was refused; empty when it was done.
    pub refusal: String,
}

/// Figures over a span, for the charts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CaseFigures {
    /// Cases opened, by reason.
    pub by_reason: Vec<(AssistedReason, u64)>,
    /// Cases that came to a key.
    pub closed: u64,
    /// From opening to the key: half of them within the first, nine of ten within the second.
    pub time_to_key: Option<(Duration, Duration)>,
    /// Requests for approval.
    pub asked: u64,
    /// Requests that were sent back.
    pub returned: u64,
    /// Pairs of officers by how often one approved the other's requests, most often first: who asked, who approved, how often.
    pub pairs: Vec<(String, String, u64)>,
    /// Refused tries of what the rules forbid, by officer, most often first.
    pub breaches: Vec<(String, u64)>,
}

/// What a stop link speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopView {
    /// Whose key.
    pub employer: EmployerName,
    /// Whether the case can still be stopped: it is over otherwise, and a supervisor is told all the same.
    pub stops: bool,
    /// Whether it is stopped already.
    pub stopped: bool,
}
