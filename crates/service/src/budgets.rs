//! Which budgets an act draws on. What a budget is stands in the protocol, where it is kept in the store.

use std::time::Duration;

use clavero_protocol::{EmployerKey, OfficerId, Rule};
use clavero_store::{Budget, BudgetKey, Employer, Limit, SealedEmail};

use crate::{Client, Identifiers, keys::KeyRing, settings::Settings};

const MINUTE: Duration = Duration::from_mins(1);
const DAY: Duration = Duration::from_hours(24);

/// Codes of one employer in a day, besides those that anybody can ask for.
const RESERVED_CODES: u32 = 3;
/// Mismatches for one employer or one representative in a day before proof of work is asked for.
const MISMATCHES_BEFORE_PROOF: u32 = 10;
/// Wrong keys of an employer in a day after which the owner hears of a right one.
const FAILURES_BEFORE_NOTICE: u32 = 10;
/// Wrong codes of an officer's app in a quarter of an hour, and in a day.
const DESK_CODES: u32 = 5;
const DESK_CODES_PER_DAY: u32 = 20;
/// Cases opened from one network in a day: an accountant's office opens some, nobody opens hundreds.
const CASES_PER_ADDRESS: u32 = 100;
/// Well-formed references that name no case, in an hour. The check symbol catches slips before they count.
const CASE_GUESSES: u32 = 30;
/// Queries of the tax authority in a minute, over all nodes: it serves a whole country.
const TAX_QUERIES: u32 = 300;
/// Wrong current keys, or repeats of a used form, in an hour.
const KEY_CHECKS: u32 = 10;

/// Names and sizes budgets.
pub(crate) struct Budgets<'a> {
    pub(crate) keys: &'a KeyRing,
    pub(crate) settings: &'a Settings,
}

impl Budgets<'_> {
    fn rate(&self, kind: &str, of: &[u8], limit: u32, window: Duration) -> Limit {
        Limit { key: self.keys.budget(kind, of), budget: Budget::Rate(Rule { limit, window }) }
    }

    fn log(&self, kind: &str, of: &[u8], rules: Vec<Rule>) -> Limit {
        Limit { key: self.keys.budget(kind, of), budget: Budget::Log(rules) }
    }

    /// The codes of one employer: exact, since the arithmetic of guessing stands on it.
    pub(crate) fn codes(&self, employer: &EmployerKey) -> Limit {
        self.codes_of("codes", &employer.as_i64().to_be_bytes())
    }

    /// The same for data that match nothing: as many tries, then the same answer.
    pub(crate) fn decoy_codes(&self, identifiers: &Identifiers) -> Limit {
        let of = format!("{}|{}", identifiers.employer.as_i64(), identifiers.representative);
        self.codes_of("decoy-codes", of.as_bytes())
    }

    fn codes_of(&self, kind: &str, of: &[u8]) -> Limit {
        self.codes_under(self.keys.budget(kind, of))
    }

    /// The codes of a flow that keeps its budget's name only.
    pub(crate) fn codes_under(&self, key: BudgetKey) -> Limit {
        let policy = &self.settings.policy;
        let rules = vec![
            Rule { limit: policy.codes_per_window, window: policy.window },
            Rule { limit: policy.codes_per_day, window: DAY },
        ];
        Limit { key, budget: Budget::Log(rules) }
    }

    /// A decoy's mailbox: as many rows as for a real one, so that the work tells nothing either.
    pub(crate) fn decoy_mailbox(&self, codes: &BudgetKey) -> Limit {
        self.codes_of("decoy-mailbox", codes)
    }

    /// The codes to one mailbox, over all employers that share it.
    pub(crate) fn mailbox(&self, email: &SealedEmail) -> Limit {
        let limit = self.settings.limits.codes_per_mailbox_per_day;
        self.log("mailbox", &email.index, vec![Rule { limit, window: DAY }])
    }

    /// What the codes to an employer draw on, the log of the employer's first.
    pub(crate) fn usual_codes(&self, employer: &Employer) -> Vec<Limit> {
        let record = &employer.record;
        let mut limits = vec![self.codes(&record.key)];
        limits.extend(record.email.as_ref().map(|email| self.mailbox(email)));
        limits
    }

    /// The codes that stay for a browser which signed in before or has a voucher, when strangers spent the others: a guesser has
    /// neither.
    pub(crate) fn reserved_codes(&self, employer: &EmployerKey) -> Limit {
        let of = employer.as_i64().to_be_bytes();
        self.log("codes-reserved", &of, vec![Rule { limit: RESERVED_CODES, window: DAY }])
    }

    /// Recoveries started from one network.
    pub(crate) fn starts(&self, client: &Client) -> Limit {
        self.rate("starts", &client.network(), self.settings.limits.starts_per_address, MINUTE * 10)
    }

    /// Failures from one network: past it, nothing.
    pub(crate) fn failures(&self, client: &Client) -> Limit {
        self.rate("failures", &client.network(), self.settings.limits.failures_per_address, MINUTE * 60)
    }

    /// What brings proof of work: failures from this network, for this employer, of this representative.
    pub(crate) fn proof_triggers(&self, identifiers: &Identifiers, client: &Client) -> Vec<Limit> {
        let limits = &self.settings.limits;
        let mut triggers =
            vec![self.rate("proof-net", &client.network(), limits.failures_before_proof, MINUTE * 10)];
        // Off means off for all three, so that a test bench can hammer one employer.
        if limits.failures_before_proof > 0 {
            let employer = identifiers.employer.as_i64().to_be_bytes();
            let representative = identifiers.representative.as_str();
            triggers.push(self.rate("proof-employer", &employer, MISMATCHES_BEFORE_PROOF, DAY));
            triggers.push(self.rate("proof-person", representative.as_bytes(), MISMATCHES_BEFORE_PROOF, DAY));
        }
        triggers
    }

    /// Failed sign-ins from one network.
    pub(crate) fn sign_ins_of_network(&self, client: &Client) -> Limit {
        let limit = self.settings.limits.sign_in_failures_per_address;
        self.rate("sign-in-net", &client.network(), limit, MINUTE * 10)
    }

    /// Failed sign-ins of one employer: a known browser has its own, so that strangers cannot lock the owner out.
    pub(crate) fn sign_ins_of_employer(&self, employer: &EmployerKey, browser: Option<&[u8; 32]>) -> Limit {
        let limit = self.settings.limits.sign_in_failures_per_employer;
        let rules = vec![Rule { limit, window: DAY }];
        let of = employer.as_i64().to_be_bytes();
        match browser {
            Some(browser) => self.log("sign-in-device", &[&of[..], browser].concat(), rules),
            None => self.log("sign-in-employer", &of, rules),
        }
    }

    /// Spent where the owner is to hear of a sign-in from an unknown browser. It counts the right key, too.
    pub(crate) fn unnoticed_sign_ins(&self, employer: &EmployerKey) -> Limit {
        let limit = self.settings.limits.sign_in_failures_per_employer.min(FAILURES_BEFORE_NOTICE + 1);
        let budget = Budget::Log(vec![Rule { limit, window: DAY }]);
        Limit { budget, ..self.sign_ins_of_employer(employer, None) }
    }

    /// What a completed recovery forgets: the owner has shown who they are.
    pub(crate) fn cleared_by_recovery(&self, employer: &EmployerKey) -> Vec<BudgetKey> {
        [self.codes(employer), self.reserved_codes(employer), self.sign_ins_of_employer(employer, None)]
            .map(|limit| limit.key)
            .to_vec()
    }

    /// Sign-ins and enrolments begun at the desk from one network; many officers share one.
    pub(crate) fn desk_of_network(&self, client: &Client) -> Limit {
        let limit = self.settings.limits.starts_per_address;
        self.rate("desk-net", &client.network(), limit, MINUTE * 10)
    }

    /// Wrong codes of an officer's app. A device that signed in as this officer before has its own, so that strangers
    /// cannot lock the officer out. At most 20 guesses of a million in a day, three of which are right at a time.
    pub(crate) fn desk_codes(&self, officer: &[u8], device: Option<&[u8]>) -> Limit {
        let rules = vec![
            Rule { limit: DESK_CODES, window: MINUTE * 15 },
            Rule { limit: DESK_CODES_PER_DAY, window: DAY },
        ];
        self.log("desk-codes", &[officer, device.unwrap_or_default()].concat(), rules)
    }

    /// Cases opened from one network.
    pub(crate) fn case_opens(&self, client: &Client) -> Limit {
        self.rate("case-opens", &client.network(), CASES_PER_ADDRESS, DAY)
    }

    /// References that name no case, from one network.
    pub(crate) fn case_guesses(&self, client: &Client) -> Limit {
        self.rate("case-guesses", &client.network(), CASE_GUESSES, MINUTE * 60)
    }

    /// Slips that open nothing, from one network.
    pub(crate) fn slips(&self, client: &Client) -> Limit {
        let limit = self.settings.limits.sign_in_failures_per_address;
        self.rate("slips", &client.network(), limit, MINUTE * 10)
    }

    /// E-mail changes that one officer asks for: exact, since it is a promise against dishonest officers.
    pub(crate) fn email_changes(&self, officer: &OfficerId) -> Limit {
        let policy = &self.settings.policy.cases;
        let rules = vec![
            Rule { limit: policy.email_changes_per_hour, window: MINUTE * 60 },
            Rule { limit: policy.email_changes_per_day, window: DAY },
        ];
        self.log("email-changes", &officer.0, rules)
    }

    /// Queries of the tax authority.
    pub(crate) fn tax_queries(&self) -> Limit {
        self.rate("tax-all", &[], TAX_QUERIES, MINUTE)
    }

    /// Those that one network brings about.
    pub(crate) fn tax_queries_of(&self, client: &Client) -> Limit {
        let limit = self.settings.limits.starts_per_address;
        self.rate("tax-net", &client.network(), limit, MINUTE * 10)
    }

    /// Comparisons of a key outside signing in.
    pub(crate) fn key_checks(&self, of: &[u8]) -> Limit {
        self.log("key-checks", of, vec![Rule { limit: KEY_CHECKS, window: MINUTE * 60 }])
    }
}
