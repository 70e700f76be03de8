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
    /// Reading a link makes it younger.
    ReadingProlongs,
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
    /// A key leaves its own link alive.
    LinkSurvivesItsUse,
    /// Mails go to the address of today, and an address that is changed at the desk ends nothing.
    AddressOfToday,
}

impl Break {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::CompareBeforeCount,
        Self::ConsumeOnGet,
        Self::ReadingProlongs,
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
        Self::LinkSurvivesItsUse,
        Self::AddressOfToday,
    ];

    /// The word of the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CompareBeforeCount => "compare-before-count",
            Self::ConsumeOnGet => "consume-on-get",
            Self::ReadingProlongs => "reading-prolongs",
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
            Self::LinkSurvivesItsUse => "link-survives-its-use",
            Self::AddressOfToday => "address-of-today",
        }
    }

    /// The break of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|broken| broken.as_str() == word)
    }

    /// What has to catch it, and nothing else.
    #[must_use]
    pub const fn caught_by(self) -> &'static [Property] {
        match self {
            Self::CodeOpensDoor => &[Property::CodeAndLink],
            Self::LinkSurvivesItsUse => &[Property::LinkOnce],
            Self::CompareBeforeCount | Self::BudgetPerFlow | Self::CrashRestoresBudget => {
                &[Property::Guesses]
            }
            Self::OldLinksLive | Self::LinkOutlivesFlow => &[Property::NothingAfterItsEnd],
            Self::OthersLive => &[Property::NothingOldAfterChange],
            Self::NoNotice => &[Property::ChangeIsTold],
            Self::AddressOfToday => &[Property::AddressOfBegin],
            Self::OneOfficer => &[Property::TwoOfficers],
            Self::NoCoolingOff => &[Property::ApprovalRests],
            Self::MailLostWithWorker => &[Property::NoMailIsLost],
            Self::BudgetNeverRefills => &[Property::WayOn],
            Self::EndedRevived => &[Property::EndedStaysEnded],
            Self::ReadingProlongs => &[Property::ReadingChangesNothing],
            // The mail that was promised to work does so no more, by the same step.
            Self::ConsumeOnGet => &[Property::ReadingChangesNothing, Property::AcknowledgedLives],
            Self::RepeatSendsAnotherCode | Self::RepeatEndsSibling | Self::HandOverOutlivesLease => {
                &[Property::AcknowledgedLives]
            }
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
            Self::AddressOfToday => Bound::beside(),
            _ => Bound::mail(),
        }
    }
}
