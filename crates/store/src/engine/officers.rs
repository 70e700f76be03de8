//! The officers on any engine.

use std::time::Duration;

use async_trait::async_trait;
use clavero_protocol::{OfficerId, OfficerRefusal, Touch};

use super::Engine;
use crate::{
    AuditEntry, Decided, Digest, Enrolment, EnrolmentRequest, Inviter, Means, NewEnrolment, NewOfficer,
    Officer, OfficerSession, OfficerSignIn, OfficerTouch, Officers, OwnMeans, SessionLife, StoreError,
    StoredPasskey,
    transactions::{audit, officers, sessions::NOTE_EVERY},
};

#[async_trait]
impl<E: Engine> Officers for E {
    async fn add_officer(&self, new: NewOfficer, by: Inviter) -> Decided<OfficerId, OfficerRefusal> {
        self.write((new, by), |tx, (new, by)| Box::pin(officers::add(tx, new, by))).await
    }

    async fn officer(&self, id: OfficerId) -> Result<Option<Officer>, StoreError> {
        self.read(id, |db, id| Box::pin(officers::officer(db, *id))).await
    }

    async fn officer_by_email(&self, index: [u8; 16]) -> Result<Option<Officer>, StoreError> {
        self.read(index, |db, index| Box::pin(officers::officer_by_email(db, index))).await
    }

    async fn officers(&self) -> Result<Vec<Officer>, StoreError> {
        self.read((), |db, ()| Box::pin(officers::officers(db))).await
    }

    async fn disable_officer(&self, whom: OfficerId, by: Option<OfficerId>) -> Decided<(), OfficerRefusal> {
        self.write((whom, by), |tx, (whom, by)| Box::pin(officers::disable(tx, *whom, *by))).await
    }

    async fn ask_enrolment(&self, whom: OfficerId, by: OfficerId) -> Decided<(), OfficerRefusal> {
        self.write((whom, by), |tx, (whom, by)| Box::pin(officers::ask(tx, *whom, *by))).await
    }

    async fn confirm_enrolment(
        &self,
        whom: OfficerId,
        by: OfficerId,
        enrolment: NewEnrolment,
    ) -> Decided<(), OfficerRefusal> {
        self.write((whom, by, enrolment), |tx, (whom, by, enrolment)| {
            Box::pin(officers::confirm(tx, *whom, *by, enrolment))
        })
        .await
    }

    async fn withdraw_enrolment(&self, whom: OfficerId, by: OfficerId) -> Decided<(), OfficerRefusal> {
        self.write((whom, by), |tx, (whom, by)| Box::pin(officers::withdraw(tx, *whom, *by))).await
    }

    async fn enrolment_requests(&self) -> Result<Vec<EnrolmentRequest>, StoreError> {
        self.read((), |db, ()| Box::pin(officers::requests(db))).await
    }

    async fn enrolment(&self, token: Digest) -> Result<Option<Enrolment>, StoreError> {
        self.read(token, |db, token| Box::pin(officers::enrolment(db, token))).await
    }

    async fn enrol(&self, token: Digest, means: Means) -> Decided<OfficerId, OfficerRefusal> {
        self.write((token, means), |tx, (token, means)| Box::pin(officers::enrol(tx, token, means))).await
    }

    async fn open_own_enrolment(
        &self,
        officer: OfficerId,
        enrolment: NewEnrolment,
    ) -> Decided<(), OfficerRefusal> {
        self.write((officer, enrolment), |tx, (officer, enrolment)| {
            Box::pin(officers::open_own(tx, *officer, enrolment))
        })
        .await
    }

    async fn give_up_means(
        &self,
        officer: OfficerId,
        means: OwnMeans,
        keep: Digest,
    ) -> Decided<(), OfficerRefusal> {
        self.write((officer, means, keep), |tx, (officer, means, keep)| {
            Box::pin(officers::give_up(tx, *officer, *means, keep))
        })
        .await
    }

    async fn passkeys(&self, of: OfficerId) -> Result<Vec<StoredPasskey>, StoreError> {
        self.read(of, |db, of| Box::pin(officers::passkeys(db, *of))).await
    }

    async fn passkey(&self, id: Digest) -> Result<Option<StoredPasskey>, StoreError> {
        self.read(id, |db, id| Box::pin(officers::passkey(db, id))).await
    }

    async fn keep_ceremony(&self, token: Digest, state: Vec<u8>, life: Duration) -> Result<(), StoreError> {
        self.write((token, state, life), |tx, (token, state, life)| {
            Box::pin(officers::keep_ceremony(tx, token, state, *life))
        })
        .await
    }

    async fn take_ceremony(&self, token: Digest) -> Result<Option<Vec<u8>>, StoreError> {
        self.write(token, |tx, token| Box::pin(officers::take_ceremony(tx, token))).await
    }

    async fn open_officer_session(&self, sign_in: OfficerSignIn) -> Decided<OfficerSession, OfficerRefusal> {
        self.write(sign_in, |tx, sign_in| Box::pin(officers::open_session(tx, sign_in))).await
    }

    async fn officer_session(
        &self,
        token: Digest,
        life: SessionLife,
    ) -> Result<Option<OfficerSession>, StoreError> {
        let now = self.moment();
        let found = self.glance(token, |db, token| Box::pin(officers::session(db, token))).await?;
        let lives = |session: &OfficerSession| session.officer.active && now < session.ends_at(life);
        let Some(mut session) = found.filter(lives) else { return Ok(None) };
        if now.saturating_since(session.last_seen_at) >= NOTE_EVERY {
            self.write(token, |tx, token| Box::pin(officers::note_session(tx, token))).await?;
            session.last_seen_at = now;
        }
        Ok(Some(session))
    }

    async fn close_officer_session(&self, token: Digest) -> Result<(), StoreError> {
        self.write(token, |tx, token| Box::pin(officers::close_session(tx, token))).await
    }

    async fn other_officer_sessions(
        &self,
        officer: OfficerId,
        than: Digest,
        life: SessionLife,
    ) -> Result<Vec<OfficerSession>, StoreError> {
        let now = self.moment();
        let mut all = self
            .read((officer, than), |db, (officer, than)| {
                Box::pin(officers::other_sessions(db, *officer, than))
            })
            .await?;
        all.retain(|session| now < session.ends_at(life));
        Ok(all)
    }

    async fn close_other_officer_sessions(&self, officer: OfficerId, than: Digest) -> Result<(), StoreError> {
        self.write((officer, than), |tx, (officer, than)| {
            Box::pin(officers::close_other_sessions(tx, *officer, than))
        })
        .await
    }

    async fn touch(&self, touch: OfficerTouch) -> Decided<Touch, OfficerRefusal> {
        self.write(touch, |tx, touch| Box::pin(officers::touch(tx, touch))).await
    }

    async fn note_refusal(&self, entry: AuditEntry) -> Result<(), StoreError> {
        self.write(entry, |tx, entry| Box::pin(audit::append(tx, entry))).await
    }
}
