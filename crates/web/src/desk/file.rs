//! What a case's page shows of the employer, of what the applicant asked, and of what would change.

use clavero_protocol::{Applicant, TaxOrigin, TaxState};
use clavero_service::desk::{DeskCaseView, EmployerFile, Replaced};
use clavero_words::{Locale, span, time, tr, tr_args};

use crate::WebState;

/// A name and its value.
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) value: String,
    /// It stands out.
    pub(super) marked: bool,
}

/// What stands now, and what takes its place.
pub(super) struct Change {
    pub(super) name: String,
    pub(super) from: String,
    pub(super) to: String,
}

struct Facts(Locale, Vec<Fact>);

impl Facts {
    fn add(&mut self, key: &str, value: impl Into<String>) {
        self.put(key, value.into(), false);
    }

    fn put(&mut self, key: &str, value: String, marked: bool) {
        if !value.is_empty() {
            self.1.push(Fact { name: tr(self.0, key), value, marked });
        }
    }
}

/// Number and name in one line.
fn person((number, name): &(String, String)) -> String {
    format!("{number} · {name}")
}

const fn tax_word(tax: TaxState) -> &'static str {
    match tax {
        TaxState::Active => "desk-tax-active",
        TaxState::Suspended => "desk-tax-suspended",
        TaxState::Closed => "desk-tax-closed",
        TaxState::Other => "desk-tax-other",
        TaxState::Unknown | TaxState::Unconfirmed => "desk-tax-unknown",
    }
}

/// The registry's data and the tax authority's; what was typed, where nothing matches.
pub(super) fn facts(locale: Locale, view: &DeskCaseView) -> Vec<Fact> {
    let mut facts = Facts(locale, Vec::new());
    if let Some((ruc, sucursal, representative)) = &view.claimed {
        facts.put("desk-fact-ruc", format!("{ruc} · {sucursal}"), true);
        facts.put("desk-fact-representative-typed", representative.clone(), true);
    }
    let Some(employer) = &view.employer else { return facts.1 };
    facts.add("desk-fact-ruc", format!("{} · {}", employer.name.ruc, employer.name.sucursal));
    facts.add("desk-fact-kind", tr(locale, &format!("kind-{}", employer.kind.as_str())));
    facts.add(
        "desk-fact-representative",
        person(&(employer.representative.clone(), employer.representative_name.clone())),
    );
    let none = || tr(locale, "desk-fact-email-none");
    facts.add("desk-fact-email", employer.email.clone().unwrap_or_else(none));
    let active = employer.tax.as_ref().is_some_and(|word| word.state == TaxState::Active);
    facts.put("desk-fact-tax", tax(locale, employer), !active);
    let key = match employer.key_changed_at {
        Some(at) => tr_args(locale, "desk-key-since", &[("at", &time::date_minute(at))]),
        None if employer.has_key => tr(locale, "desk-key-has"),
        None => tr(locale, "desk-key-none"),
    };
    facts.put("desk-fact-key", key, view.key_changed_since || employer.frozen);
    facts.1
}

/// The last known word of the tax authority: since when it holds, who said it, and when.
fn tax(locale: Locale, employer: &EmployerFile) -> String {
    let Some(word) = &employer.tax else { return tr(locale, tax_word(TaxState::Unknown)) };
    let state = tr(locale, tax_word(word.state));
    let state = match word.since.as_str() {
        "" => state,
        since => tr_args(locale, "desk-tax-since", &[("state", &state), ("date", day(since))]),
    };
    let source = match word.origin {
        TaxOrigin::Register => "desk-tax-imported",
        TaxOrigin::Authority => "desk-tax-answered",
    };
    match (word.at, employer.tax_age) {
        (Some(at), Some(age)) => {
            let (at, age) = (time::date_minute(at), span(locale, age));
            tr_args(locale, source, &[("state", &state), ("at", &at), ("age", &age)])
        }
        _ => tr_args(locale, "desk-tax-undated", &[("state", &state)]),
    }
}

/// The register writes `2001-05-28 00:00:00`; the hour says nothing.
fn day(since: &str) -> &str {
    since.split_whitespace().next().unwrap_or(since)
}

/// What the applicant asked for.
pub(super) fn asked(state: &WebState, locale: Locale, view: &DeskCaseView) -> Vec<Fact> {
    let mut facts = Facts(locale, Vec::new());
    let Some(details) = &view.details else { return facts.1 };
    facts.add(
        "desk-fact-applicant",
        match (&details.applicant, &details.third_party) {
            (Applicant::ThirdParty, Some(who)) => {
                tr_args(locale, "desk-applicant-third", &[("who", &person(who))])
            }
            (Applicant::ThirdParty, None) => tr(locale, "desk-applicant-third-party"),
            (Applicant::InPerson, _) => tr(locale, "desk-applicant-in-person"),
        },
    );
    if let Some(new) = &details.representative {
        facts.put("desk-fact-new-representative", person(new), true);
    }
    let email = match (&details.email, details.verified_at) {
        (Some(email), Some(at)) => {
            tr_args(locale, "desk-email-verified", &[("email", email), ("at", &time::date_minute(at))])
        }
        (Some(email), None) => tr_args(locale, "desk-email-unverified", &[("email", email)]),
        (None, _) => tr(locale, "desk-email-none"),
    };
    facts.put("desk-fact-new-email", email, details.verified_at.is_none());
    facts.add("desk-fact-phone", details.phone.clone());
    facts.add("desk-fact-address", details.address.clone());
    let centre = state.service().settings().centres.get(usize::from(details.centre));
    facts.add("desk-fact-centre", centre.map(|centre| centre.name.clone()).unwrap_or_default());
    facts.1
}

/// Exactly what an approval lets happen.
pub(super) fn changes(locale: Locale, view: &DeskCaseView) -> Vec<Change> {
    let proposal = &view.proposal;
    let replaced = |key: &str, what: &Replaced| Change {
        name: tr(locale, key),
        from: match what.from.as_str() {
            "" => tr(locale, "desk-change-nothing"),
            // With the approval the registry has it; what stood there before is in the mail that went there.
            from if from == what.to => tr(locale, "desk-change-done"),
            from => from.to_owned(),
        },
        to: what.to.clone(),
    };
    let mut changes = Vec::new();
    changes.extend(proposal.email.as_ref().map(|email| replaced("desk-change-email", email)));
    changes.extend(proposal.representative.as_ref().map(|new| replaced("desk-change-representative", new)));
    let mail = view.details.as_ref().and_then(|details| details.email.as_deref());
    let way = match (proposal.route, mail) {
        (clavero_protocol::Route::Mail, Some(email)) => {
            tr_args(locale, "desk-change-key-mail", &[("email", email)])
        }
        _ => tr(locale, "desk-change-key-slip"),
    };
    let from = if proposal.first_key { "desk-key-none" } else { "desk-change-key-old" };
    changes.push(Change { name: tr(locale, "desk-change-key"), from: tr(locale, from), to: way });
    changes
}
