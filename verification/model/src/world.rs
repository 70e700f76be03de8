//! What there is at one moment: the store's rows, what nodes hold in memory, letters, and what people hold.

use clavero_protocol::{
    AssistedCase, FlowMail, Issue, Mark, OfficerId, Recovery, Role, SlidingLog, Timestamp,
};

/// Who acts from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Person {
    /// Whose key it is.
    Owner,
    /// Knows the identifiers, reads no mailbox of the employer's, has luck with guesses whenever it helps.
    Attacker,
    /// Still reads the old mailbox.
    Former,
}

/// Where letters go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mailbox {
    /// On record at first.
    Old,
    /// The owner's, given at the desk.
    New,
    /// The attacker's, given by the dishonest officer.
    Strange,
}

impl Mailbox {
    pub(crate) const ALL: [Self; 3] = [Self::Old, Self::New, Self::Strange];

    pub(crate) const fn mark(self) -> Mark {
        Mark([self as u8; 16])
    }

    pub(crate) fn of(mark: Mark) -> Option<Self> {
        Self::ALL.into_iter().find(|mailbox| mailbox.mark() == mark)
    }
}

/// Who works at the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Officer {
    Honest,
    /// Honest too: approves what the first one asks for.
    Colleague,
    Dishonest,
    /// Honest; decides over what was stopped, and takes no part before.
    Supervisor,
}

impl Officer {
    pub(crate) const fn id(self) -> OfficerId {
        OfficerId([self as u8; 16])
    }

    pub(crate) fn of(id: OfficerId) -> Option<Self> {
        [Self::Honest, Self::Colleague, Self::Dishonest, Self::Supervisor]
            .into_iter()
            .find(|one| one.id() == id)
    }

    pub(crate) const fn role(self) -> Role {
        match self {
            Self::Honest | Self::Colleague | Self::Dishonest => Role::Desk,
            Self::Supervisor => Role::Supervisor,
        }
    }
}

/// What a guess, a mail or a letter belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Of {
    /// The recovery in that place.
    Flow(u8),
    /// The case's own mailbox.
    Case,
}

/// What is mailed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Code,
    Link,
}

impl Kind {
    pub(crate) const fn flow_mail(self) -> FlowMail {
        match self {
            Self::Code => FlowMail::Code,
            Self::Link => FlowMail::Link,
        }
    }
}

/// A row of `recovery`, with what only an observer knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flow {
    pub(crate) recovery: Recovery,
    /// The mailbox on record when it began.
    pub(crate) mailbox: Mailbox,
    /// Guesses compared with the newest code.
    pub(crate) judged: u8,
    /// Its own code was compared and was right.
    pub(crate) proved: bool,
    /// Keys it has set.
    pub(crate) keys: u8,
}

/// A row of `assisted_case`, with what only an observer knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Desk {
    pub(crate) case: AssistedCase,
    /// Who really asked, and who really approved: whose hand it was.
    pub(crate) asked_by: Option<Officer>,
    pub(crate) approved_by: Option<Officer>,
    /// The old mailbox was told, with a link that stops.
    pub(crate) told: bool,
    /// Who has the slip's secret.
    pub(crate) slip: [bool; 2],
    /// Guesses compared with the newest code of its mailbox.
    pub(crate) judged: u8,
}

/// A row of `outbox`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row {
    pub(crate) of: Of,
    pub(crate) kind: Kind,
    pub(crate) counter: u32,
    /// Leased, or put off, until the next tick.
    pub(crate) waits: bool,
    /// Taken up before.
    pub(crate) tried: bool,
}

/// What the worker heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Heard {
    /// 250.
    Accepted,
    /// 5xx for the recipient.
    Refused,
    /// 4xx, or nothing.
    Later,
}

/// A mail in a worker's hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Job {
    pub(crate) of: Of,
    pub(crate) kind: Kind,
    pub(crate) counter: u32,
    pub(crate) to: Mailbox,
    /// Its row is still at the number of attempts that it was taken up with.
    pub(crate) fenced: bool,
    /// Its token's digest is in `link`.
    pub(crate) stored: bool,
    /// It carries the code that will be compared.
    pub(crate) same_code: bool,
    pub(crate) heard: Option<Heard>,
}

/// A typed code on its way through a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Check {
    pub(crate) of: Of,
    pub(crate) counter: u32,
    pub(crate) by: Person,
    /// Compared, and equal.
    pub(crate) right: bool,
}

/// What one process has in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Node {
    pub(crate) check: Option<Check>,
    pub(crate) job: Option<Job>,
}

/// A mail that the mail server has taken, and the form that its reader opened by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Letter {
    pub(crate) of: Of,
    pub(crate) kind: Kind,
    pub(crate) counter: u32,
    pub(crate) reader: Person,
    pub(crate) same_code: bool,
    pub(crate) stored: bool,
    /// In the mailbox; under way before.
    pub(crate) arrived: bool,
    /// When the mail server last took it.
    pub(crate) taken_at: Timestamp,
    pub(crate) opened_at: Option<Timestamp>,
}

/// Everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct World {
    /// The mailbox on record, and its version.
    pub(crate) mailbox: Mailbox,
    pub(crate) email_version: u32,
    /// The employer's budget of codes.
    pub(crate) codes: SlidingLog,
    pub(crate) flows: Vec<Option<Flow>>,
    pub(crate) desk: Option<Desk>,
    pub(crate) outbox: Vec<Row>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) letters: Vec<Letter>,
    /// For each guess that was compared, when its code was asked for.
    pub(crate) judged: Vec<Timestamp>,
}

impl World {
    /// A copy in place of what was here: most of the search is copying worlds, and this keeps the room of their lists.
    pub(crate) fn become_like(&mut self, other: &Self) {
        (self.mailbox, self.email_version) = (other.mailbox, other.email_version);
        self.codes.clone_from(&other.codes);
        self.flows.clone_from(&other.flows);
        self.desk.clone_from(&other.desk);
        self.outbox.clone_from(&other.outbox);
        self.nodes.clone_from(&other.nodes);
        self.letters.clone_from(&other.letters);
        self.judged.clone_from(&other.judged);
    }

    pub(crate) fn flow(&self, slot: u8) -> Option<&Flow> {
        self.flows.get(usize::from(slot)).and_then(Option::as_ref)
    }

    /// The newest code or link, while one counts.
    pub(crate) fn issue(&self, of: Of) -> Option<(Kind, Issue)> {
        match of {
            Of::Flow(slot) => {
                let (mail, issue) = self.flow(slot)?.recovery.issue()?;
                let kind = if mail == FlowMail::Code { Kind::Code } else { Kind::Link };
                Some((kind, *issue))
            }
            Of::Case => self.desk.as_ref()?.case.mailbox.issue.map(|issue| (Kind::Code, issue)),
        }
    }
}
