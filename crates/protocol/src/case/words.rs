//! The words of a case's forms: who comes, what is brought, what was found, how somebody was identified.

/// Who comes to the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Applicant {
    /// The employer or legal representative.
    InPerson,
    /// Somebody with a notarised power.
    ThirdParty,
}

impl Applicant {
    /// The word of forms and the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InPerson => "in_person",
            Self::ThirdParty => "third_party",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::InPerson, Self::ThirdParty].into_iter().find(|applicant| applicant.as_str() == word)
    }
}

/// When a document has to be brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Need {
    /// By everyone of this kind of employer.
    Always,
    /// When a third party comes: the power, and that person's identity card.
    ThirdParty,
    /// When the legal representative changes: the appointment.
    RepresentativeChange,
}

impl Need {
    /// Every need.
    pub const ALL: [Self; 3] = [Self::Always, Self::ThirdParty, Self::RepresentativeChange];

    /// The word of the configuration and the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::ThirdParty => "third_party",
            Self::RepresentativeChange => "representative_change",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|need| need.as_str() == word)
    }
}

/// What the officer found of one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Finding {
    /// The original was seen.
    OriginalSeen,
    /// The original was seen, and a copy kept.
    CopyKept,
    /// This applicant does not need it.
    NotNeeded,
    /// It was not there.
    Missing,
}

impl Finding {
    /// Every finding.
    pub const ALL: [Self; 4] = [Self::OriginalSeen, Self::CopyKept, Self::NotNeeded, Self::Missing];

    /// The word of forms and the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OriginalSeen => "original_seen",
            Self::CopyKept => "copy_kept",
            Self::NotNeeded => "not_needed",
            Self::Missing => "missing",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|finding| finding.as_str() == word)
    }

    /// Whether the document was there.
    #[must_use]
    pub const fn was_there(self) -> bool {
        matches!(self, Self::OriginalSeen | Self::CopyKept)
    }
}

/// How a person was identified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdentifiedBy {
    /// The original identity card.
    Cedula,
    /// A passport.
    Passport,
    /// The document with the code for foreigners.
    ForeignerDocument,
    /// Fingerprint or face against the civil registry.
    Biometrics,
}

impl IdentifiedBy {
    /// Every way.
    pub const ALL: [Self; 4] = [Self::Cedula, Self::Passport, Self::ForeignerDocument, Self::Biometrics];

    /// The word of forms and the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cedula => "cedula",
            Self::Passport => "passport",
            Self::ForeignerDocument => "foreigner_document",
            Self::Biometrics => "biometrics",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == word)
    }
}
