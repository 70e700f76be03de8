//! Ways to break the protocol on purpose. Each is made around the real functions, in [`crate::rules`] and in the
//! transactions of the model; the product has no such switch.

use crate::{bound::Bound, property::Property};

/// One way to break it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Break {
    /// A guess is compared first and counted afterwards.
    CompareBeforeCount,
    /// Reading a link consumes it.
    ConsumeOnGet,
    /// A link that another replaced still opens the door.
    OldLinksLive,
    /// The right code sets a key, without the link.
    CodeOpensDoor,
    /// Whoever asked may approve, under another name.
    OneOfficer,
    /// A link's end is not looked at.
    LinkOutlivesFlow,
    /// A mail that is sent again after a crash carries another code.
    RepeatSendsAnotherCode,
    /// A mail that is sent again ends the link that was sent before.
    RepeatEndsSibling,
    /// Codes are counted for each flow and not for the employer.
    BudgetPerFlow,
    /// A crash gives the budget of codes back.
    CrashRestoresBudget,
    /// What was counted is never forgotten.
    BudgetNeverRefills,
    /// Asking for another code revives a recovery that has ended.
    EndedRevived,
    /// A new key leaves the employer's other recoveries alive.
    OthersLive,
    /// A new key queues no notice.
    NoNotice,
    /// The outbox forgets what a worker had in hand when it died.
    MailLostWithWorker,
    /// A worker hands a mail over although its lease has ended.
    HandOverOutlivesLease,
    /// An approval need not rest.
    NoCoolingOff,
}

impl Break {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::CompareBeforeCount,
        Self::ConsumeOnGet,
        Self::OldLinksLive,
        Self::CodeOpensDoor,
        Self::OneOfficer,
        Self::LinkOutlivesFlow,
        Self::RepeatSendsAnotherCode,
        Self::RepeatEndsSibling,
        Self::BudgetPerFlow,
        Self::CrashRestoresBudget,
        Self::BudgetNeverRefills,
        Self::EndedRevived,
        Self::OthersLive,
        Self::NoNotice,
        Self::MailLostWithWorker,
        Self::HandOverOutlivesLease,
        Self::NoCoolingOff,
    ];

    /// The word of the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CompareBeforeCount => "compare-before-count",
            Self::ConsumeOnGet => "consume-on-get",
            Self::OldLinksLive => "old-links-live",
            Self::CodeOpensDoor => "code-opens-door",
            Self::OneOfficer => "one-officer",
            Self::LinkOutlivesFlow => "link-outlives-flow",
            Self::RepeatSendsAnotherCode => "repeat-sends-another-code",
            Self::RepeatEndsSibling => "repeat-ends-sibling",
            Self::BudgetPerFlow => "budget-per-flow",
            Self::CrashRestoresBudget => "crash-restores-budget",
            Self::BudgetNeverRefills => "budget-never-refills",
            Self::EndedRevived => "ended-revived",
            Self::OthersLive => "others-live",
            Self::NoNotice => "no-notice",
            Self::MailLostWithWorker => "mail-lost-with-worker",
            Self::HandOverOutlivesLease => "hand-over-outlives-lease",
            Self::NoCoolingOff => "no-cooling-off",
        }
    }

    /// The break of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|broken| broken.as_str() == word)
    }

    /// The property that has to catch it.
    #[must_use]
    pub const fn caught_by(self) -> Property {
        match self {
            Self::CodeOpensDoor => Property::CodeAndLink,
            Self::ConsumeOnGet => Property::ReadingChangesNothing,
            Self::CompareBeforeCount | Self::BudgetPerFlow | Self::CrashRestoresBudget => Property::Guesses,
            Self::OldLinksLive | Self::LinkOutlivesFlow => Property::NothingAfterItsEnd,
            Self::OthersLive => Property::NothingOldAfterChange,
            Self::NoNotice => Property::ChangeIsTold,
            Self::OneOfficer => Property::TwoOfficers,
            Self::NoCoolingOff => Property::ApprovalRests,
            Self::MailLostWithWorker => Property::NoMailIsLost,
            Self::EndedRevived => Property::EndedStaysEnded,
            Self::RepeatSendsAnotherCode | Self::RepeatEndsSibling | Self::HandOverOutlivesLease => {
                Property::AcknowledgedLives
            }
            Self::BudgetNeverRefills => Property::WayOn,
        }
    }

    /// The bound that shows it.
    #[must_use]
    pub fn bound(self) -> Bound {
        match self {
            Self::OneOfficer | Self::NoCoolingOff => Bound::desk(),
            Self::CompareBeforeCount | Self::BudgetPerFlow | Self::CrashRestoresBudget => Bound::guesses(),
            Self::OthersLive | Self::EndedRevived => Bound::online(),
            Self::HandOverOutlivesLease => Bound::longer_mail(),
            _ => Bound::mail(),
        }
    }
}
