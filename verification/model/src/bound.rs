//! How far the model looks: who takes part, how many of each, and the rules in ticks.

use clavero_protocol::{CasePolicy, Policy};

use crate::{breaks::Break, rules::Rules, step::Answer, time::ticks, world::Person};

/// How the case's key is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    /// The owner has a mailbox of their own.
    Mail,
    /// The owner has none.
    Slip,
}

/// One exploration.
#[derive(Debug, Clone)]
pub struct Bound {
    /// Its name in the output.
    pub name: &'static str,
    /// Who starts the recovery in each place.
    pub(crate) browsers: Vec<Person>,
    /// Processes of the service. Each has one thing in hand at a time.
    pub(crate) nodes: usize,
    /// Whether there is a case, and its way.
    pub(crate) desk: Option<Route>,
    /// Hand-overs of one case.
    pub(crate) hand_overs: u32,
    /// Whether the owner types codes that are none.
    pub(crate) slips_of_the_pen: bool,
    /// What the mail server answers while a worker waits. With none, a mail goes out in one step.
    pub(crate) answers: &'static [Answer],
    /// Whether mails are delayed and lost after the mail server took them.
    pub(crate) slow_mail: bool,
    pub(crate) policy: Policy,
    /// The longest window of the budget of codes, in ticks.
    day: u64,
}

impl Bound {
    /// The owner's and the attacker's recoveries at the same time, on two nodes that die.
    #[must_use]
    pub fn online() -> Self {
        Self {
            name: "owner and attacker",
            browsers: vec![Person::Owner, Person::Attacker],
            nodes: 2,
            desk: None,
            hand_overs: 2,
            slips_of_the_pen: false,
            answers: &[],
            slow_mail: false,
            policy: one_try(),
            day: 3,
        }
    }

    /// One recovery and everything that can happen to its mails, with two workers that die.
    #[must_use]
    pub fn mail() -> Self {
        let browsers = vec![Person::Owner];
        let (answers, slow_mail, slips_of_the_pen) = (Answer::ALL, true, true);
        // A lease is one tick, and what is mailed lives longer than that.
        let policy = Policy { code_ttl: ticks(2), link_ttl: ticks(2), flow_ttl: ticks(3), ..shortest() };
        Self { name: "mail", browsers, answers, slow_mail, slips_of_the_pen, policy, ..Self::online() }
    }

    /// The same with the spans in the order of the default configuration.
    #[must_use]
    pub fn longer_mail() -> Self {
        Self { name: "mail, longer spans", policy: longer(), day: 5, ..Self::mail() }
    }

    /// Two recoveries by an attacker who guesses, on two nodes that die.
    #[must_use]
    pub fn guesses() -> Self {
        Self { name: "guesses", browsers: vec![Person::Attacker; 2], ..Self::online() }
    }

    /// A case whose key goes by mail, with officers of whom one is dishonest.
    #[must_use]
    pub fn desk() -> Self {
        let (browsers, desk) = (Vec::new(), Some(Route::Mail));
        Self { name: "desk, by mail", browsers, nodes: 1, desk, hand_overs: 1, ..Self::online() }
    }

    /// A case whose key goes by a printed slip.
    #[must_use]
    pub fn slip() -> Self {
        Self { name: "desk, by slip", desk: Some(Route::Slip), ..Self::desk() }
    }

    /// A case beside recoveries by whoever still reads the old mailbox.
    #[must_use]
    pub fn beside() -> Self {
        let policy = Policy { codes_per_window: 1, codes_per_day: 1, links_per_flow: 1, ..one_try() };
        Self {
            name: "desk beside a recovery",
            browsers: vec![Person::Former],
            policy,
            day: 2,
            ..Self::desk()
        }
    }

    /// Those that are explored whenever the tests run.
    #[must_use]
    pub fn small() -> Vec<Self> {
        vec![Self::mail(), Self::guesses(), Self::online(), Self::desk(), Self::slip()]
    }

    /// Those that are explored by hand.
    #[must_use]
    pub fn wide() -> Vec<Self> {
        let two_hand_overs = Self { hand_overs: 2, slow_mail: true, policy: shortest(), ..Self::desk() };
        vec![
            Self::longer_mail(),
            Self::beside(),
            Self { name: "slip beside a recovery", desk: Some(Route::Slip), ..Self::beside() },
            Self { name: "desk beside an attacker", browsers: vec![Person::Attacker], ..Self::beside() },
            Self { name: "desk beside a recovery, two nodes", nodes: 2, ..Self::beside() },
            Self {
                name: "desk beside a recovery, two codes and links",
                policy: one_try(),
                day: 3,
                ..Self::beside()
            },
            Self { name: "desk by mail, two hand-overs, slow mail", ..two_hand_overs },
            Self { name: "owner and attacker, longer spans", policy: longer(), day: 5, ..Self::online() },
        ]
    }

    /// All of them.
    #[must_use]
    pub fn all() -> Vec<Self> {
        [Self::small(), Self::wide()].concat()
    }

    pub(crate) fn has_owner(&self) -> bool {
        self.desk.is_some() || self.browsers.contains(&Person::Owner)
    }

    pub(crate) fn rules(&self, broken: Option<Break>) -> Rules {
        Rules { policy: self.policy.clone(), day: ticks(self.day), broken }
    }
}

/// Every span as short as it can be without being none.
fn shortest() -> Policy {
    Policy {
        code_ttl: ticks(1),
        link_ttl: ticks(1),
        form_ttl: ticks(1),
        flow_ttl: ticks(2),
        code_attempts: 2,
        codes_per_window: 2,
        window: ticks(2),
        codes_per_day: 3,
        resend_after: ticks(1),
        links_per_flow: 2,
        cases: CasePolicy {
            case_ttl: ticks(2),
            cooling_off: ticks(1),
            slip_ttl: ticks(1),
            take_over_after: ticks(1),
            touch_ttl: ticks(1),
            codes: 2,
            ..CasePolicy::default()
        },
        ..Policy::default()
    }
}

/// One guess a code, and one code a case.
fn one_try() -> Policy {
    let policy = shortest();
    let cases = CasePolicy { codes: 1, ..policy.cases };
    Policy { code_attempts: 1, cases, ..policy }
}

/// The order of the default configuration: another mail before the one before has ended, a form that outlives its link.
fn longer() -> Policy {
    Policy {
        code_ttl: ticks(2),
        link_ttl: ticks(2),
        form_ttl: ticks(3),
        flow_ttl: ticks(4),
        window: ticks(3),
        ..shortest()
    }
}
