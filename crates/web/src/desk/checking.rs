//! The forms of the officer who has a case in hand: check-list, person, ground, mailbox, and what was typed into them.
//!
//! Each form carries the version of what it showed. What somebody else has changed since is not written over: the form comes
//! back with what was typed, beside what stands there now.

use clavero_protocol::{Finding, IdentifiedBy};
use clavero_service::desk::{CaseDetails, DeskCaseView, DocumentView};
use clavero_words::{Locale, time, tr, tr_args};
use serde::Deserialize;

use crate::{WebState, pages::millis};

/// Names what a line showed, to tell which ones differ since: FNV-1a, which finds a change and protects nothing.
fn mark(parts: &[&str]) -> String {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0]));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// A line of the check-list as it is typed.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct TypedLine {
    /// A word of [`Finding`]; empty where nothing was chosen.
    pub(super) finding: String,
    pub(super) remark: String,
    /// The mark that the form carried.
    pub(super) was: String,
}

#[derive(Deserialize, Clone, Default, PartialEq, Eq)]
pub(super) struct PersonForm {
    #[serde(default)]
    pub(super) person_name: String,
    #[serde(default)]
    pub(super) person_number: String,
    #[serde(default)]
    pub(super) identified_by: String,
    #[serde(default)]
    pub(super) version: String,
}

#[derive(Deserialize, Clone, Default, PartialEq, Eq)]
pub(super) struct DetailsForm {
    #[serde(default)]
    applicant: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    centre: String,
    #[serde(default)]
    new_representative_id: String,
    #[serde(default)]
    new_representative_name: String,
    #[serde(default)]
    third_party_id: String,
    #[serde(default)]
    third_party_name: String,
    #[serde(default)]
    pub(super) version: String,
}

impl PersonForm {
    fn of(view: &DeskCaseView) -> Self {
        view.identified.as_ref().map_or_else(Self::default, |seen| Self {
            person_name: seen.name.clone(),
            person_number: seen.number.clone(),
            identified_by: seen.how.as_str().to_owned(),
            version: String::new(),
        })
    }

    /// Whether just this stands there, by this officer's hand: a form that was sent twice.
    pub(super) fn stands(&self, view: &DeskCaseView) -> bool {
        is_mine(view)
            && view.identified.is_some()
            && Self { version: String::new(), ..self.clone() } == Self::of(view)
    }
}

fn is_mine(view: &DeskCaseView) -> bool {
    view.holder.as_ref().is_some_and(|holder| holder.mine)
}

/// Whether just this ground stands there, by this officer's hand.
pub(super) fn ground_stands(view: &DeskCaseView, typed: &str) -> bool {
    is_mine(view) && view.ground.as_deref() == Some(typed.trim())
}

impl DetailsForm {
    /// Whether just this stands there, by this officer's hand.
    pub(super) fn stands(&self, view: &DeskCaseView) -> bool {
        is_mine(view)
            && view.details.is_some()
            && Self { version: String::new(), ..self.clone() } == Self::of(view)
    }

    pub(super) fn details(&self) -> CaseDetails<'_> {
        CaseDetails {
            applicant: &self.applicant,
            phone: &self.phone,
            address: &self.address,
            email: &self.email,
            centre: &self.centre,
            new_representative_id: &self.new_representative_id,
            new_representative_name: &self.new_representative_name,
            third_party_id: &self.third_party_id,
            third_party_name: &self.third_party_name,
        }
    }

    fn of(view: &DeskCaseView) -> Self {
        let Some(details) = view.details.clone() else { return Self::default() };
        let (new_representative_id, new_representative_name) = details.representative.unwrap_or_default();
        let (third_party_id, third_party_name) = details.third_party.unwrap_or_default();
        Self {
            applicant: details.applicant.as_str().to_owned(),
            phone: details.phone,
            address: details.address,
            email: details.email.unwrap_or_default(),
            centre: details.centre.to_string(),
            new_representative_id,
            new_representative_name,
            third_party_id,
            third_party_name,
            version: String::new(),
        }
    }
}

/// What was typed into a form that was refused.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) lines: Option<Vec<TypedLine>>,
    pub(super) person: Option<PersonForm>,
    pub(super) ground: Option<String>,
    pub(super) details: Option<DetailsForm>,
    /// A reason.
    pub(super) text: String,
}

/// A choice of a form.
pub(super) struct Choice {
    pub(super) word: &'static str,
    pub(super) name: String,
    pub(super) chosen: bool,
}

/// A line of the check-list.
pub(super) struct Line {
    pub(super) place: usize,
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) occasion: Option<String>,
    pub(super) choices: Vec<Choice>,
    pub(super) remark: String,
    pub(super) was: String,
    /// What stands there now, where it is something else than what was typed.
    pub(super) stored: Option<String>,
    /// What was found, in words, for those who only read.
    pub(super) found: String,
    pub(super) found_word: &'static str,
    pub(super) was_remarked: Option<String>,
}

/// A field of one line.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) value: String,
}

/// The forms, prepared.
pub(super) struct Checking {
    pub(super) lines: Vec<Line>,
    pub(super) person: PersonForm,
    pub(super) ways: Vec<Choice>,
    /// Who was seen and how, in one line.
    pub(super) seen: Option<String>,
    /// Whose number the papers name, where the person who was seen has another.
    pub(super) expected: Option<String>,
    pub(super) is_another: bool,
    pub(super) ground: String,
    pub(super) details: DetailsForm,
    pub(super) contact: Vec<Field>,
    pub(super) others: Vec<Field>,
    pub(super) details_open: bool,
    pub(super) centres: Vec<(usize, String, bool)>,
    pub(super) mailbox: Mailbox,
}

/// The proof of the mailbox.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "what the page asks, one by one")]
pub(super) struct Mailbox {
    pub(super) given: bool,
    pub(super) verified: bool,
    pub(super) waits: bool,
    pub(super) sent: Option<String>,
    pub(super) until: Option<(String, i64)>,
    pub(super) may_type: bool,
}

fn line_mark(document: &DocumentView) -> String {
    let finding = document.finding.map_or("", Finding::as_str);
    mark(&[finding, document.remark.as_deref().unwrap_or_default()])
}

/// What an answer to a document is called.
fn finding_word(locale: Locale, finding: Finding) -> String {
    tr(locale, &format!("desk-finding-{}", finding.as_str().replace('_', "-")))
}

/// What was found, with its remark.
fn found(locale: Locale, document: &DocumentView) -> String {
    let found = document.finding.map_or_else(|| tr(locale, "desk-finding-none"), |f| finding_word(locale, f));
    match &document.remark {
        Some(remark) => format!("{found} · {remark}"),
        None => found,
    }
}

fn line(locale: Locale, document: &DocumentView, typed: Option<&TypedLine>) -> Line {
    use clavero_protocol::Need;
    let stored = TypedLine {
        finding: document.finding.map_or("", Finding::as_str).to_owned(),
        remark: document.remark.clone().unwrap_or_default(),
        was: line_mark(document),
    };
    let shown = typed.unwrap_or(&stored);
    let differs =
        shown.was != stored.was && (&shown.finding, &shown.remark) != (&stored.finding, &stored.remark);
    let choice = |finding: Finding| Choice {
        word: finding.as_str(),
        name: finding_word(locale, finding),
        chosen: shown.finding == finding.as_str(),
    };
    let occasion = match document.need {
        Need::Always => None,
        Need::ThirdParty => Some("desk-need-third-party"),
        Need::RepresentativeChange => Some("desk-need-representative-change"),
    };
    Line {
        place: document.place,
        name: if locale == Locale::EsEc { document.es.clone() } else { document.en.clone() },
        required: document.required,
        occasion: occasion.map(|key| tr(locale, key)),
        choices: Finding::ALL.map(choice).into(),
        remark: shown.remark.clone(),
        stored: differs.then(|| tr_args(locale, "desk-line-stored", &[("found", &found(locale, document))])),
        found: document.finding.map_or_else(|| tr(locale, "desk-finding-none"), |f| finding_word(locale, f)),
        found_word: document.finding.map_or("none", Finding::as_str),
        was_remarked: document.remark.clone(),
        was: stored.was,
    }
}

fn fields(locale: Locale, fields: &[(&'static str, &String)]) -> Vec<Field> {
    let field = |(name, value): &(&'static str, &String)| Field {
        name,
        label: tr(locale, &format!("desk-label-{}", name.replace('_', "-"))),
        value: (*value).clone(),
    };
    fields.iter().map(field).collect()
}

/// Whom the papers name: who comes for the employer.
fn expected(view: &DeskCaseView) -> Option<(String, String)> {
    let details = view.details.as_ref();
    let third = details.and_then(|details| details.third_party.clone());
    let new = details.and_then(|details| details.representative.clone());
    let employer = view.employer.as_ref();
    let standing =
        employer.map(|employer| (employer.representative.clone(), employer.representative_name.clone()));
    third.or(new).or(standing)
}

fn mailbox(state: &WebState, view: &DeskCaseView) -> Mailbox {
    let Some(email) = &view.case.email else { return Mailbox::default() };
    let now = state.service().store().now();
    let until = email.code.and_then(|code| code.expires_at);
    Mailbox {
        given: true,
        verified: email.verified,
        waits: email.code.is_some_and(|code| code.sent_at.is_none()),
        sent: email.code.and_then(|code| code.sent_at).map(time::clock),
        until: until.filter(|at| *at > now).map(|at| (time::clock(at), millis(at))),
        may_type: email.code.is_some_and(|code| code.attempts_left > 0),
    }
}

impl Checking {
    pub(super) fn new(state: &WebState, locale: Locale, view: &DeskCaseView, typed: Typed) -> Self {
        let lines = view.case.documents.iter().enumerate();
        let typed_lines = typed.lines.unwrap_or_default();
        let lines: Vec<Line> =
            lines.map(|(n, document)| line(locale, document, typed_lines.get(n))).collect();
        let way = |way: IdentifiedBy| tr(locale, &format!("desk-how-{}", way.as_str().replace('_', "-")));
        let person = typed.person.unwrap_or_else(|| PersonForm::of(view));
        let seen = view.identified.as_ref();
        let expected = expected(view);
        let is_another =
            seen.zip(expected.as_ref()).is_some_and(|(seen, (number, _))| &seen.number != number);
        let details_open = typed.details.is_some() || view.details.is_none();
        let details = typed.details.unwrap_or_else(|| DetailsForm::of(view));
        let centres = state.service().settings().centres.iter().enumerate();
        Self {
            ways: IdentifiedBy::ALL
                .map(|how| Choice {
                    word: how.as_str(),
                    name: way(how),
                    chosen: person.identified_by == how.as_str(),
                })
                .into(),
            seen: seen.map(|seen| format!("{} · {} · {}", seen.name, seen.number, way(seen.how))),
            expected: expected.map(|(number, name)| format!("{name} · {number}")),
            is_another,
            ground: typed.ground.unwrap_or_else(|| view.ground.clone().unwrap_or_default()),
            centres: centres
                .map(|(place, centre)| (place, centre.name.clone(), details.centre == place.to_string()))
                .collect(),
            mailbox: mailbox(state, view),
            contact: fields(
                locale,
                &[("email", &details.email), ("phone", &details.phone), ("address", &details.address)],
            ),
            others: fields(
                locale,
                &[
                    ("third_party_id", &details.third_party_id),
                    ("third_party_name", &details.third_party_name),
                    ("new_representative_id", &details.new_representative_id),
                    ("new_representative_name", &details.new_representative_name),
                ],
            ),
            lines,
            person,
            details,
            details_open,
        }
    }

    pub(super) fn applicant_is(&self, word: &str) -> bool {
        self.details.applicant == word
    }
}

/// The check-list as a form sends it.
pub(super) fn read_lines(fields: &[(String, String)], count: usize) -> Vec<TypedLine> {
    let value = |name: &str, place: usize| {
        let name = format!("{name}_{place}");
        let found = fields.iter().find(|(field, _)| *field == name);
        found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let line = |place| TypedLine {
        finding: value("finding", place),
        remark: value("remark", place),
        was: value("was", place),
    };
    (0..count).map(line).collect()
}
