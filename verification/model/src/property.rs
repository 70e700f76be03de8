//! What must hold, by the numbers of the invariants that the project works with (I1 to I14).

/// What must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Property {
    /// I1.
    CodeAndLink,
    /// I2.
    LinkOnce,
    /// I3 and I11.
    Guesses,
    /// I4.
    NothingAfterItsEnd,
    /// I5.
    NothingOldAfterChange,
    /// I6.
    ChangeIsTold,
    /// I7.
    AddressOfBegin,
    /// I8.
    TwoOfficers,
    /// I9.
    ApprovalRests,
    /// I10.
    NoMailIsLost,
    /// I13.
    WayOn,
    /// Of T-rows that have no number among the invariants.
    EndedStaysEnded,
    /// The same.
    ReadingChangesNothing,
    /// The same.
    AcknowledgedLives,
}

impl Property {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::CodeAndLink,
        Self::LinkOnce,
        Self::Guesses,
        Self::NothingAfterItsEnd,
        Self::NothingOldAfterChange,
        Self::ChangeIsTold,
        Self::AddressOfBegin,
        Self::TwoOfficers,
        Self::ApprovalRests,
        Self::NoMailIsLost,
        Self::WayOn,
        Self::EndedStaysEnded,
        Self::ReadingChangesNothing,
        Self::AcknowledgedLives,
    ];

    /// Its number, by which the documents name it.
    #[must_use]
    pub fn number(self) -> &'static str {
        self.text().split_once([' ', ',']).map_or("", |(number, _)| number)
    }

    /// Its number and what it says.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::CodeAndLink => {
                "I1 a key changes only by a live link of that employer, after that recovery's own code or a case"
            }
            Self::LinkOnce => "I2 a recovery sets a key at most once, whatever links it has",
            Self::Guesses => {
                "I3, I11 no more guesses are compared than a code and the employer's codes allow, crashes or not"
            }
            Self::NothingAfterItsEnd => {
                "I4 no code or link works after its end, before its mail was attempted, or once replaced"
            }
            Self::NothingOldAfterChange => "I5 after a change no older recovery works",
            Self::ChangeIsTold => "I6 every change is one entry and at least one notice",
            Self::AddressOfBegin => "I7 a flow's mails go to the address that was on record when it began",
            Self::TwoOfficers => "I8 a case gives power over a key only by the hands of two officers",
            Self::ApprovalRests => "I9 nothing is handed over while an approval rests",
            Self::NoMailIsLost => "I10 whoever waits for a mail waits for one that is still in the outbox",
            Self::WayOn => {
                "I13 from every state the owner comes to a key, without help by adversaries or luck"
            }
            Self::EndedStaysEnded => "E what has ended stays ended",
            Self::ReadingChangesNothing => "S reading a link changes nothing, whoever reads it",
            Self::AcknowledgedLives => {
                "M a mail that the mail server took works until its end, unless people ended it"
            }
        }
    }
}
