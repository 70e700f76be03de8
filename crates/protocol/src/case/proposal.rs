//! What is asked for, as one value: what the second officer sees, what is approved and what is applied are compared by
//! its digest.

use sha2::{Digest as _, Sha256};

use super::{AssistedCase, CaseActor, CaseRefusal, Facts, Mark, Need, OfficerId, Touch};
use crate::time::Timestamp;

/// How the new key's way is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Route {
    /// A link to the verified mailbox.
    Mail,
    /// A printed slip: there is no mailbox at all.
    Slip,
}

/// What a touch of an authenticator decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// An approval.
    Approval,
    /// A hand-over.
    HandOver,
}

/// Exactly what an approval lets happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposal {
    /// The address on record.
    pub email_before: Option<Mark>,
    /// The verified mailbox; where it differs from the one on record, it takes its place.
    pub mailbox: Option<Mark>,
    /// The change of legal representative.
    pub representative: Option<Mark>,
    /// Whether it ends in the employer's first key.
    pub first_key: bool,
    /// SHA-256 of everything, with what it rests on: who was seen and how, each document, the ground.
    pub digest: [u8; 32],
}

impl Proposal {
    /// The address that takes the place of the one on record.
    #[must_use]
    pub fn new_email(&self) -> Option<Mark> {
        self.mailbox.filter(|mailbox| Some(*mailbox) != self.email_before)
    }

    /// How the new key's way is opened.
    #[must_use]
    pub const fn route(&self) -> Route {
        if self.mailbox.is_some() { Route::Mail } else { Route::Slip }
    }

    /// Whether the mailbox on record has to be told: it is another one than the key goes to.
    #[must_use]
    pub fn tells_old_mailbox(&self) -> bool {
        self.email_before.is_some() && self.email_before != self.mailbox
    }
}

/// Each part is led by its length, so that no two lists of parts read the same.
struct Form(Sha256);

impl Form {
    fn new(title: &[u8]) -> Self {
        Self(Sha256::new()).with(title)
    }

    fn with(mut self, part: &[u8]) -> Self {
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
        self
    }

    fn mark(self, mark: Option<Mark>) -> Self {
        match mark {
            Some(mark) => self.with(&mark.0),
            None => self.with(&[]),
        }
    }

    fn digest(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

impl AssistedCase {
    /// What would be asked for now, whether or not it is complete.
    #[must_use]
    pub fn proposal(&self, facts: &Facts) -> Proposal {
        self.proposal_from(facts.email, facts.first_key)
    }

    /// What was asked for, made again from what the case holds.
    #[must_use]
    pub fn asked_proposal(&self) -> Option<Proposal> {
        self.asked().map(|asked| self.proposal_from(asked.email_before, asked.first_key))
    }

    fn proposal_from(&self, email_before: Option<Mark>, first_key: bool) -> Proposal {
        let details = self.details;
        let mailbox = details.and_then(|details| details.email);
        let representative = details.and_then(|details| details.representative);
        let mut form = Form::new(b"clavero case proposal 1")
            .with(&self.id.0)
            .with(&self.employer.as_i64().to_be_bytes())
            .with(self.reason.as_str().as_bytes())
            .with(&[u8::from(first_key)])
            .mark(email_before)
            .mark(mailbox)
            .mark(representative)
            .with(details.map_or("", |details| details.applicant.as_str()).as_bytes())
            .mark(details.map(|details| details.contact))
            .mark(self.identification.map(|seen| seen.whom))
            .with(self.identification.map_or("", |seen| seen.how.as_str()).as_bytes())
            .mark(self.ground);
        for line in &self.documents {
            let (finding, remark) =
                line.found.map_or((None, None), |(finding, remark)| (Some(finding), remark));
            form = form
                .with(line.need.as_str().as_bytes())
                .with(finding.map_or("", super::Finding::as_str).as_bytes())
                .mark(remark);
        }
        Proposal { email_before, mailbox, representative, first_key, digest: form.digest() }
    }

    /// What an officer's authenticator has to be touched for: SHA-256 of case, act and all that it changes. A hand-over
    /// that is started again is another act.
    #[must_use]
    pub fn purpose(&self, decided: Decision, digest: &[u8; 32]) -> [u8; 32] {
        let form = Form::new(b"clavero case decision 1").with(&self.id.0);
        match decided {
            Decision::Approval => form.with(b"approve"),
            Decision::HandOver => form.with(b"hand_over").with(&self.starts.to_be_bytes()),
        }
        .with(digest)
        .digest()
    }

    /// Whether a touch is this officer's, fresh, and for exactly this.
    pub(super) fn check_touch(
        &self,
        touch: &Touch,
        (officer, decided): (OfficerId, Decision),
        digest: &[u8; 32],
        (now, ttl): (Timestamp, std::time::Duration),
    ) -> Result<(), CaseRefusal> {
        let ours = touch.officer == officer && touch.purpose == self.purpose(decided, digest);
        if !ours {
            return Err(CaseRefusal::TouchForAnother);
        }
        if now < touch.at || now >= touch.at + ttl {
            return Err(CaseRefusal::TouchStale);
        }
        Ok(())
    }

    /// Whether everything is there that an approval rests on; what is missing otherwise.
    pub fn check_complete(&self, facts: &Facts) -> Result<(), CaseRefusal> {
        if !self.matched {
            return Err(CaseRefusal::DataMismatch);
        }
        let details = self.details.ok_or(CaseRefusal::DetailsMissing)?;
        if self.identification.is_none() {
            return Err(CaseRefusal::NotIdentified);
        }
        if details.email.is_some() && self.mailbox.verified_at.is_none() {
            return Err(CaseRefusal::EmailUnverified);
        }
        let third = details.applicant == super::Applicant::ThirdParty;
        let changed = details.representative.is_some();
        for line in self.documents.iter().filter(|line| line.need.applies(third, changed)) {
            let was_there = line.found.is_some_and(|(finding, _)| finding.was_there());
            let waived = line.found.is_some_and(|(finding, _)| finding == super::Finding::NotNeeded);
            match line.need {
                Need::RepresentativeChange if !was_there => return Err(CaseRefusal::AppointmentMissing),
                Need::ThirdParty if !was_there => return Err(CaseRefusal::PowerMissing),
                Need::Always if !was_there && !waived => return Err(CaseRefusal::DocumentsMissing),
                Need::RepresentativeChange | Need::ThirdParty | Need::Always => {}
            }
        }
        // A check-list without a line for it asks for it all the same.
        if changed && !self.documents.iter().any(|line| line.need == Need::RepresentativeChange) {
            return Err(CaseRefusal::AppointmentMissing);
        }
        if self.needs_ground(facts) && self.ground.is_none() {
            return Err(CaseRefusal::GroundMissing);
        }
        Ok(())
    }

    /// Whether the officer has to say why it goes on: the RUC is suspended or closed, then or now.
    #[must_use]
    pub fn needs_ground(&self, facts: &Facts) -> bool {
        use crate::AssistedReason;
        matches!(self.reason, AssistedReason::RucSuspended | AssistedReason::RucClosed)
            || facts.tax.speaks_against()
    }
}

impl Need {
    /// Whether it has to be brought by this applicant.
    #[must_use]
    pub const fn applies(self, third_party: bool, representative_changes: bool) -> bool {
        match self {
            Self::Always => true,
            Self::ThirdParty => third_party,
            Self::RepresentativeChange => representative_changes,
        }
    }
}

impl CaseActor {
    /// The officer, where one acts.
    #[must_use]
    pub const fn officer(&self) -> Option<OfficerId> {
        match self {
            Self::Officer { id, .. } => Some(*id),
            Self::Applicant | Self::OldMailbox | Self::System => None,
        }
    }
}
