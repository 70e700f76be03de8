//! What a mailed link opens: the form for the new key, and the key's way in.

use clavero_protocol::{
    Command, EmployerKey, NormalizedPassword, Refusal, Stage, Strength, Timestamp, WeakReason,
};
use clavero_store::{Actor, AuditEntry, Digest, Employer, LinkRecord, Redeem, acts};
use clavero_words::Locale;

use crate::{
    Service,
    errors::{LinkError, SetPasswordError, StepError},
    identifiers::username,
    secrets::Token,
    views::{EmployerName, LinkView, ruc_hint},
    voucher::Voucher,
};

/// A key on its way in.
#[derive(Clone, Copy)]
pub struct NewPassword<'a> {
    /// As typed.
    pub password: &'a str,
    /// The token of the reading that showed the form.
    pub opened: Option<&'a str>,
}

/// A key that was set.
pub struct KeySet {
    /// Whose.
    pub employer: EmployerName,
    /// With it strangers' wrong keys do not keep this browser from signing in.
    pub voucher: Option<Voucher>,
}

/// How strong a key would be, for the words shown as one types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrengthReport {
    /// 0 to 4.
    pub strength: Strength,
    /// Why it would be refused; empty when it would be taken.
    pub reasons: Vec<WeakReason>,
}

const OPENED_FORM: &str = "opened-form";

impl Service {
    /// Reads a link. Changes nothing, however often and by whomever.
    pub async fn read_link(&self, link: &str, opened: Option<&str>) -> Result<LinkView, LinkError> {
        let found = self.find_link(link).await?;
        let (digest, record) = (found.0, found.1);
        let now = self.store.now();
        let opened_at = opened.and_then(|opened| self.opened_at(&digest, opened));
        let open = self.check_link(&record, opened_at, now);
        let step = if open.is_ok() { "link_opened" } else { "link_expired" };
        if open != Err(LinkError::Used) {
            metrics::counter!("clavero_journey_total", "step" => step).increment(1);
        }
        open?;
        let policy = &self.settings.policy;
        let recovery = &record.record.recovery;
        let employer = recovery.employer().ok_or(LinkError::Unknown)?;
        let expires_at = recovery.link_ends_at(policy).ok_or(LinkError::Unknown)?;
        // A reload within the form's time goes on with the first reading; it does not lengthen it.
        let first = opened_at.filter(|at| now < *at + policy.form_ttl).unwrap_or(now);
        Ok(LinkView {
            state: recovery.state(now, policy),
            ruc_hint: ruc_hint(employer),
            username: username(employer),
            expires_at,
            opened: self.keys.stamp(OPENED_FORM, &[&digest], first),
            form_until: expires_at.max(first + policy.form_ttl),
            locale: Locale::parse(&record.record.locale).unwrap_or_default(),
        })
    }

    async fn find_link(&self, link: &str) -> Result<(Digest, LinkRecord), LinkError> {
        let digest = Token::parse(link).ok_or(LinkError::Unknown)?.digest();
        let record = self.store.link(digest).await?.ok_or(LinkError::Unknown)?;
        Ok((digest, record))
    }

    fn check_link(
        &self,
        link: &LinkRecord,
        opened_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), LinkError> {
        let recovery = &link.record.recovery;
        let policy = &self.settings.policy;
        recovery.check_link(link.counter, opened_at, now, policy).map_err(|refusal| {
            if refusal == Refusal::LinkUsed {
                LinkError::Used
            } else {
                let waits = matches!(recovery.stage, Stage::Link { .. });
                let resendable = waits && recovery.can_send_another(now, policy);
                LinkError::Expired { resendable }
            }
        })
    }

    /// When the form of this token was shown.
    fn opened_at(&self, link: &Digest, token: &str) -> Option<Timestamp> {
        self.keys.stamped(OPENED_FORM, &[link], token)
    }

    /// Sets the new key. Only a key that the policy takes consumes the link.
    pub async fn set_password(&self, link: &str, new: NewPassword<'_>) -> Result<KeySet, SetPasswordError> {
        let (digest, record) = self.find_link(link).await?;
        let opened_at = new.opened.and_then(|opened| self.opened_at(&digest, opened));
        let now = self.store.now();
        let employer = self.employer_of(&record).await?;
        match self.check_link(&record, opened_at, now) {
            Ok(()) => {}
            Err(LinkError::Used) => return self.repeated(&record, &employer, new.password).await,
            Err(error) => return Err(error.into()),
        }
        let password = self.judge(new.password, &employer).map_err(SetPasswordError::Weak)?;
        let phc = self.hasher.hash(password).await.map_err(|_| SetPasswordError::Busy)?;
        let key = employer.record.key;
        let redeem = Redeem {
            link: digest,
            opened_at,
            credential: self.keys.credential(&key, phc),
            clear: self.budgets().cleared_by_recovery(&key),
            policy: self.settings.policy_arc(),
        };
        match self.store.redeem(redeem).await? {
            Ok(_) => {
                metrics::counter!("clavero_journey_total", "step" => "completed").increment(1);
                Ok(self.key_set(&employer))
            }
            // Another submit was faster: the same one twice is answered alike.
            Err(Refusal::LinkUsed) => self.repeated(&record, &employer, new.password).await,
            Err(_) => Err(LinkError::Expired { resendable: false }.into()),
        }
    }

    async fn employer_of(&self, link: &LinkRecord) -> Result<Employer, SetPasswordError> {
        let key = link.record.recovery.employer().ok_or(LinkError::Unknown)?;
        Ok(self.store.employer(key).await?.ok_or(LinkError::Unknown)?)
    }

    /// A second submit of the form that has just set this very key is done, not an error. Compared a few times only.
    async fn repeated(
        &self,
        link: &LinkRecord,
        employer: &Employer,
        password: &str,
    ) -> Result<KeySet, SetPasswordError> {
        let recovery = link.record.recovery.id;
        let limits = vec![self.budgets().key_checks(&recovery.0)];
        let entry = AuditEntry::done(Actor::Visitor, acts::KEY_CHANGED).within(recovery).refused("link_used");
        let used = SetPasswordError::Link(LinkError::Used);
        if self.store.take(limits, None, entry).await?.is_err() {
            return Err(used);
        }
        let Some(employer) = self.store.employer(&employer.record.key).await? else { return Err(used) };
        let phc = employer.credential.as_ref().map(|credential| credential.phc.clone());
        let verdict = self.hasher.verify(NormalizedPassword::new(password), phc).await;
        if verdict.map_err(|_| SetPasswordError::Busy)?.matches {
            Ok(self.key_set(&employer))
        } else {
            Err(used)
        }
    }

    fn key_set(&self, employer: &Employer) -> KeySet {
        KeySet { employer: name_of(employer), voucher: self.voucher(employer) }
    }

    /// One click on the page of a link that has ended: another goes to the same mailbox.
    pub async fn resend_link_by_token(&self, link: &str) -> Result<(), StepError> {
        let (_, found) = self.find_link(link).await.map_err(|error| match error {
            LinkError::Unavailable => StepError::Unavailable,
            _ => StepError::FlowExpired,
        })?;
        self.step(&found.record, Command::ResendLink, Vec::new()).await?;
        Ok(())
    }

    /// Judges a key that is being typed for a link.
    pub async fn strength_for_link(&self, link: &str, candidate: &str) -> Result<StrengthReport, LinkError> {
        let (_, record) = self.find_link(link).await?;
        let key = record.record.recovery.employer().copied().ok_or(LinkError::Unknown)?;
        let employer = self.store.employer(&key).await?.ok_or(LinkError::Unknown)?;
        Ok(self.report(candidate, &employer))
    }

    pub(crate) fn report(&self, candidate: &str, employer: &Employer) -> StrengthReport {
        let words = self.context(employer);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let strength = self.settings.password.strength(candidate, &words);
        let reasons =
            self.settings.password.check(candidate, &words, &*self.breached).err().unwrap_or_default();
        StrengthReport { strength, reasons }
    }

    pub(crate) fn judge(
        &self,
        candidate: &str,
        employer: &Employer,
    ) -> Result<NormalizedPassword, Vec<WeakReason>> {
        let words = self.context(employer);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.settings.password.check(candidate, &words, &*self.breached)
    }

    /// The words that an attacker of this employer would try first.
    fn context(&self, employer: &Employer) -> Vec<String> {
        let record = &employer.record;
        let ruc = record.key.ruc().to_string();
        let mut words = vec![ruc[..10].to_owned(), ruc, record.representative.as_str().into_owned()];
        for name in [&record.name, &record.representative_name] {
            words.extend(
                name.split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 2).map(str::to_owned),
            );
        }
        words.extend(self.settings.institution_words.iter().cloned());
        words
    }
}

pub(crate) fn name_of(employer: &Employer) -> EmployerName {
    let key: &EmployerKey = &employer.record.key;
    EmployerName {
        ruc: key.ruc().to_string(),
        sucursal: key.sucursal().to_string(),
        name: employer.record.name.clone(),
    }
}
