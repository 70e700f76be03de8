//! What the world knows of the registry: which address was whose when, and under which one each flow began (I7).

use std::collections::{BTreeMap, HashMap};

use crate::post::Letter;

/// How an address is found in the database: a keyed digest.
pub(crate) type Mark = Vec<u8>;

/// How long a mail may be on its way after its flow ended: the longest hand-over, and its lease.
const ON_ITS_WAY: u64 = 120;
/// The longest that a flow lasts, in seconds: thirty minutes and a form by the store's time, and the hour that a store whose clock
/// was ahead does not start for.
const LONGEST: u64 = 2 * 3_600;

struct Flow {
    /// The version of the address that was on record when it began.
    version: i64,
    /// Begun by the employer, and not at the desk.
    online: bool,
    begun: u64,
    over: Option<u64>,
}

#[derive(Default)]
struct Known {
    /// The addresses that were on record, by version.
    on_record: BTreeMap<i64, Option<Mark>>,
    flows: HashMap<[u8; 16], Flow>,
    /// Mailboxes that its cases named.
    of_cases: Vec<Mark>,
}

/// By employer.
#[derive(Default)]
pub(crate) struct Registry {
    known: BTreeMap<i64, Known>,
    addresses: BTreeMap<String, (i64, Mark)>,
}

impl Registry {
    /// An address that somebody has, and the mark that the registry would give it.
    pub(crate) fn add(&mut self, address: &str, employer: i64, mark: Mark) {
        self.addresses.insert(address.to_owned(), (employer, mark));
    }

    /// What stands on record. Answers whether it is what was known already, or `allowed` to be new.
    pub(crate) fn stands(&mut self, employer: i64, row: (i64, Option<Mark>), allowed: bool) -> bool {
        let on_record = &mut self.known.entry(employer).or_default().on_record;
        let (version, mark) = row;
        let latest = on_record.last_key_value().map(|(version, mark)| (*version, mark.clone()));
        let fits = allowed || latest.is_none_or(|latest| latest == (version, mark.clone()));
        on_record.insert(version, mark);
        fits
    }

    /// A flow began.
    pub(crate) fn begun(&mut self, employer: i64, flow: [u8; 16], (version, online): (i64, bool), now: u64) {
        let flows = &mut self.known.entry(employer).or_default().flows;
        flows.retain(|_, flow| flow.over.unwrap_or(flow.begun + LONGEST) + ON_ITS_WAY > now);
        flows.insert(flow, Flow { version, online, begun: now, over: None });
    }

    /// A flow ended.
    pub(crate) fn over(&mut self, employer: i64, flow: [u8; 16], now: u64) {
        if let Some(flow) = self.known.entry(employer).or_default().flows.get_mut(&flow) {
            flow.over.get_or_insert(now);
        }
    }

    /// A case named a mailbox.
    pub(crate) fn named(&mut self, employer: i64, mark: Mark) {
        let named = &mut self.known.entry(employer).or_default().of_cases;
        if !named.contains(&mark) {
            named.push(mark);
        }
    }

    /// Whether an employer's mailbox on record is this one.
    pub(crate) fn is_on_record(&self, address: &str) -> bool {
        let Some((employer, mark)) = self.addresses.get(address) else { return false };
        let known = self.known.get(employer).and_then(|known| known.on_record.last_key_value());
        known.is_some_and(|(_, at)| at.as_ref() == Some(mark))
    }

    /// Whether such a letter may go to this address: it was stored before the flow that the letter belongs to began.
    pub(crate) fn may_take(&self, to: &str, letter: &Letter, now: u64) -> bool {
        let Some((employer, mark)) = self.addresses.get(to) else { return false };
        let Some(known) = self.known.get(employer) else { return false };
        let stood = |version: &i64| known.on_record.get(version).is_some_and(|at| at.as_ref() == Some(mark));
        let lives = |flow: &&Flow| flow.over.unwrap_or(flow.begun + LONGEST) + ON_ITS_WAY > now;
        let mut flows = known.flows.values().filter(lives);
        match letter {
            Letter::Code(..) => flows.any(|flow| flow.online && stood(&flow.version)),
            Letter::Link(_) => flows.any(|flow| stood(&flow.version)),
            Letter::Changed(_) | Letter::SignedIn | Letter::Stop(_) => {
                known.on_record.values().any(|at| at.as_ref() == Some(mark))
            }
            Letter::CaseCode(_) | Letter::OfCase => known.of_cases.contains(mark),
        }
    }
}
