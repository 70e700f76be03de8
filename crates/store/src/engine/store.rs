//! The store on any engine.

use std::time::Duration;

use async_trait::async_trait;
use clavero_protocol::{EmployerKey, Exceeded, Policy, Recovery, RecoveryId, Refusal, Timestamp};

use super::Engine;
use crate::{
    Advance, AuditEntry, Begin, Binding, Census, ChangeKey, Claim, ClaimedMail, Decided, Denied, Digest,
    Employer, Limit, LinkRecord, NewSession, NotAdvanced, Once, RecoveryRecord, Redeem, Repudiation, Session,
    SessionLife, Settle, Store, StoreError,
    dialect::Lock,
    transactions::{audit, budgets, decision, employers, meta, outbox, recoveries, sessions, sweep},
};

/// How long what a mail server said may wait for another's commit. Were it lost with the process, the mail would be sent once
/// more under its old name.
const SETTLE: Duration = Duration::from_millis(20);

#[async_trait]
impl<E: Engine> Store for E {
    fn now(&self) -> Timestamp {
        self.moment()
    }

    fn clock_step(&self) -> Option<Duration> {
        self.step()
    }

    async fn check_writable(&self) -> Result<(), StoreError> {
        self.write((), |tx, ()| Box::pin(meta::check_writable(tx))).await
    }

    async fn epoch(&self) -> Result<u64, StoreError> {
        self.glance((), |db, ()| Box::pin(meta::epoch(db))).await
    }

    async fn has_key_ring(&self) -> Result<bool, StoreError> {
        self.glance((), |db, ()| Box::pin(meta::has_key_ring(db))).await
    }

    async fn key_ring_fingerprint(&self, fingerprint: Digest) -> Result<Digest, StoreError> {
        self.write(fingerprint, |tx, fingerprint| Box::pin(meta::key_ring(tx, fingerprint))).await
    }

    fn bind_rows(&self, binding: std::sync::Arc<dyn Binding>) {
        self.bound().set(binding);
    }

    async fn active_key(&self, ring: Vec<String>) -> Result<Option<String>, StoreError> {
        self.write(ring, |tx, ring| Box::pin(meta::active_key(tx, ring))).await
    }

    async fn census(&self) -> Result<Census, StoreError> {
        self.read(self.moment(), |db, now| Box::pin(meta::census(db, *now))).await
    }

    async fn sweep(&self, life: SessionLife, policy: &Policy, max: u32) -> Result<u64, StoreError> {
        self.write((life, policy.clone(), max), |tx, (life, policy, max)| {
            Box::pin(sweep::run(tx, *life, policy, *max))
        })
        .await
    }

    async fn employer(&self, key: &EmployerKey) -> Result<Option<Employer>, StoreError> {
        self.glance(*key, |db, key| Box::pin(employers::find(db, key))).await
    }

    async fn peek(&self, limits: Vec<Limit>) -> Result<Vec<Result<(), Exceeded>>, StoreError> {
        self.glance((limits, self.moment()), |db, (limits, now)| Box::pin(budgets::peek(db, limits, *now)))
            .await
    }

    async fn take(&self, limits: Vec<Limit>, once: Option<Once>, entry: AuditEntry) -> Decided<(), Denied> {
        self.write((limits, once, entry), |tx, (limits, once, entry)| {
            Box::pin(async move {
                let drawn = budgets::take(tx, limits, once.as_ref()).await?;
                match drawn {
                    Ok(()) => audit::append(tx, entry).await?,
                    Err(_) => audit::append(tx, &entry.clone().refused("limit")).await?,
                }
                Ok(drawn)
            })
        })
        .await
    }

    async fn begin(&self, begin: Begin) -> Decided<RecoveryRecord, Denied> {
        self.write(begin, |tx, begin| Box::pin(decision::begin(tx, begin))).await
    }

    async fn recovery(&self, id: RecoveryId) -> Result<Option<RecoveryRecord>, StoreError> {
        self.glance(id, |db, id| Box::pin(recoveries::find(db, *id, Lock::None))).await
    }

    async fn advance(&self, advance: Advance) -> Decided<Recovery, NotAdvanced> {
        self.write(advance, |tx, advance| Box::pin(decision::advance(tx, advance))).await
    }

    async fn link(&self, verifier: Digest) -> Result<Option<LinkRecord>, StoreError> {
        self.glance(verifier, |db, verifier| Box::pin(recoveries::find_link(db, verifier, Lock::None))).await
    }

    async fn redeem(&self, redeem: Redeem) -> Decided<EmployerKey, Refusal> {
        self.write(redeem, |tx, redeem| Box::pin(decision::redeem(tx, redeem))).await
    }

    async fn forget_recoveries(
        &self,
        before: Timestamp,
        policy: &Policy,
        max: u32,
    ) -> Result<u64, StoreError> {
        self.write((before, policy.clone(), max), |tx, (before, policy, max)| {
            Box::pin(sweep::forget_recoveries(tx, *before, policy, *max))
        })
        .await
    }

    async fn claim_mails(&self, claim: Claim) -> Result<Vec<ClaimedMail>, StoreError> {
        self.claim(claim).await
    }

    async fn look_for_mail(&self) -> Result<(), StoreError> {
        self.ring().await
    }

    async fn recall_mails(&self, most: u32) -> Result<u64, StoreError> {
        self.write(most, |tx, most| Box::pin(outbox::recall(tx, *most))).await
    }

    async fn settle_mail(&self, settle: Settle) -> Result<bool, StoreError> {
        self.write_within(SETTLE, settle, |tx, settle| Box::pin(outbox::settle(tx, settle))).await
    }

    async fn open_session(&self, session: NewSession) -> Result<Option<Session>, StoreError> {
        self.write(session, |tx, session| Box::pin(sessions::open(tx, session))).await
    }

    async fn session(&self, token: Digest, life: SessionLife) -> Result<Option<Session>, StoreError> {
        let now = self.moment();
        let found = self.glance(token, |db, token| Box::pin(sessions::find(db, token))).await?;
        let Some(session) = found.filter(|session| now < session.ends_at(life)) else { return Ok(None) };
        if now.saturating_since(session.last_seen_at) >= sessions::NOTE_EVERY {
            self.write(token, |tx, token| Box::pin(sessions::note(tx, token))).await?;
        }
        Ok(Some(session))
    }

    async fn sessions(&self, employer: &EmployerKey, life: SessionLife) -> Result<Vec<Session>, StoreError> {
        let with = (*employer, life, self.moment());
        self.read(with, |db, (employer, life, now)| {
            Box::pin(sessions::of_employer(db, employer, *life, *now))
        })
        .await
    }

    async fn close_sessions(
        &self,
        employer: &EmployerKey,
        id: Option<[u8; 16]>,
        keep: Option<Digest>,
    ) -> Result<u64, StoreError> {
        self.write((*employer, id, keep), |tx, (employer, id, keep)| {
            Box::pin(sessions::close(tx, employer, *id, *keep))
        })
        .await
    }

    async fn knows_device(&self, employer: &EmployerKey, device: Digest) -> Result<bool, StoreError> {
        self.glance((*employer, device), |db, (employer, device)| {
            Box::pin(sessions::knows_device(db, employer, device))
        })
        .await
    }

    async fn change_key(&self, change: ChangeKey) -> Result<bool, StoreError> {
        self.write(change, |tx, change| Box::pin(decision::change_key(tx, change))).await
    }

    async fn repudiation(&self, token: Digest) -> Result<Option<Repudiation>, StoreError> {
        self.glance(token, |db, token| Box::pin(sessions::find_repudiation(db, token))).await
    }

    async fn repudiate(&self, token: Digest, policy: &Policy) -> Result<bool, StoreError> {
        self.write((token, policy.clone()), |tx, (token, policy)| {
            Box::pin(decision::freeze(tx, token, policy))
        })
        .await
    }
}
