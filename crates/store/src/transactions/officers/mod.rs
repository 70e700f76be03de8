//! The officers' tables. Who may do what is the protocol's; here each act and each refusal is saved with its entry.

mod access;
mod proofs;
mod rows;

use std::time::Duration;

use async_trait::async_trait;
use clavero_protocol::{OfficerId, OfficerRefusal, Touch};

use super::{Sqlite, audit, sessions::NOTE_EVERY, writer::Tx};
use crate::{
    AuditEntry, Decided, Digest, Enrolment, EnrolmentRequest, Inviter, Means, NewEnrolment, NewOfficer,
    Officer, OfficerSession, OfficerSignIn, OfficerTouch, Officers, OwnMeans, SessionLife, StoreError,
    StoredPasskey,
};

/// Why an act stopped: the rules said no, before anything was written; or the engine failed.
enum Stop {
    Refused(OfficerRefusal),
    Failed(StoreError),
}

impl From<OfficerRefusal> for Stop {
    fn from(refusal: OfficerRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// Writes down what became of an act, in its own transaction.
fn told<T>(
    tx: &Tx<'_>,
    entry: &AuditEntry,
    outcome: Result<T, Stop>,
) -> Result<Result<T, OfficerRefusal>, StoreError> {
    match outcome {
        Ok(done) => {
            audit::append(tx, entry)?;
            Ok(Ok(done))
        }
        Err(Stop::Refused(refusal)) => {
            audit::append(tx, &entry.clone().refused(refusal.as_str()))?;
            Ok(Err(refusal))
        }
        Err(Stop::Failed(error)) => Err(error),
    }
}

#[async_trait]
impl Officers for Sqlite {
    async fn add_officer(&self, new: NewOfficer, by: Inviter) -> Decided<OfficerId, OfficerRefusal> {
        self.writer.write(move |tx| access::add(tx, &new, &by)).await
    }

    async fn officer(&self, id: OfficerId) -> Result<Option<Officer>, StoreError> {
        self.readers.read(|connection| rows::officer(connection, id))
    }

    async fn officer_by_email(&self, index: [u8; 16]) -> Result<Option<Officer>, StoreError> {
        self.readers.read(|connection| rows::officer_by_email(connection, &index))
    }

    async fn officers(&self) -> Result<Vec<Officer>, StoreError> {
        self.readers.read(rows::officers)
    }

    async fn disable_officer(&self, whom: OfficerId, by: Option<OfficerId>) -> Decided<(), OfficerRefusal> {
        self.writer.write(move |tx| access::disable(tx, whom, by)).await
    }

    async fn ask_enrolment(&self, whom: OfficerId, by: OfficerId) -> Decided<(), OfficerRefusal> {
        self.writer.write(move |tx| access::ask(tx, whom, by)).await
    }

    async fn confirm_enrolment(
        &self,
        whom: OfficerId,
        by: OfficerId,
        enrolment: NewEnrolment,
    ) -> Decided<(), OfficerRefusal> {
        self.writer.write(move |tx| access::confirm(tx, whom, by, &enrolment)).await
    }

    async fn withdraw_enrolment(&self, whom: OfficerId, by: OfficerId) -> Decided<(), OfficerRefusal> {
        self.writer.write(move |tx| access::withdraw(tx, whom, by)).await
    }

    async fn enrolment_requests(&self) -> Result<Vec<EnrolmentRequest>, StoreError> {
        self.readers.read(rows::requests)
    }

    async fn enrolment(&self, token: Digest) -> Result<Option<Enrolment>, StoreError> {
        self.readers.read(|connection| rows::enrolment(connection, &token))
    }

    async fn enrol(&self, token: Digest, means: Means) -> Decided<OfficerId, OfficerRefusal> {
        self.writer.write(move |tx| access::enrol(tx, &token, &means)).await
    }

    async fn open_own_enrolment(
        &self,
        officer: OfficerId,
        enrolment: NewEnrolment,
    ) -> Decided<(), OfficerRefusal> {
        self.writer.write(move |tx| access::open_own(tx, officer, &enrolment)).await
    }

    async fn give_up_means(&self, officer: OfficerId, means: OwnMeans) -> Decided<(), OfficerRefusal> {
        self.writer.write(move |tx| access::give_up(tx, officer, means)).await
    }

    async fn passkeys(&self, of: OfficerId) -> Result<Vec<StoredPasskey>, StoreError> {
        self.readers.read(|connection| rows::passkeys(connection, of))
    }

    async fn passkey(&self, id: Digest) -> Result<Option<StoredPasskey>, StoreError> {
        self.readers.read(|connection| rows::passkey(connection, &id))
    }

    async fn keep_ceremony(&self, token: Digest, state: Vec<u8>, life: Duration) -> Result<(), StoreError> {
        self.writer.write(move |tx| proofs::keep_ceremony(tx, &token, &state, life)).await
    }

    async fn take_ceremony(&self, token: Digest) -> Result<Option<Vec<u8>>, StoreError> {
        self.writer.write(move |tx| proofs::take_ceremony(tx, &token)).await
    }

    async fn open_officer_session(&self, sign_in: OfficerSignIn) -> Decided<OfficerSession, OfficerRefusal> {
        self.writer.write(move |tx| proofs::open_session(tx, &sign_in)).await
    }

    async fn officer_session(
        &self,
        token: Digest,
        life: SessionLife,
    ) -> Result<Option<OfficerSession>, StoreError> {
        let now = self.clock.now();
        let found = self.readers.read(|connection| rows::session(connection, &token))?;
        let lives = |session: &OfficerSession| session.officer.active && now < session.ends_at(life);
        let Some(mut session) = found.filter(lives) else { return Ok(None) };
        if now.saturating_since(session.last_seen_at) >= NOTE_EVERY {
            self.writer.write(move |tx| proofs::note_session(tx, &token)).await?;
            session.last_seen_at = now;
        }
        Ok(Some(session))
    }

    async fn close_officer_session(&self, token: Digest) -> Result<(), StoreError> {
        self.writer.write(move |tx| proofs::close_session(tx, &token)).await
    }

    async fn touch(&self, touch: OfficerTouch) -> Decided<Touch, OfficerRefusal> {
        self.writer.write(move |tx| proofs::touch(tx, &touch)).await
    }

    async fn note_refusal(&self, entry: AuditEntry) -> Result<(), StoreError> {
        self.writer.write(move |tx| audit::append(tx, &entry)).await
    }
}
