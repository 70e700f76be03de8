//! All that is held of one employer, opened and collected: what an owner who asks is answered with.

mod log;
mod views;

use clavero_protocol::{CaseId, EmployerKey, Handoff, Origin, Recovery, Stage, TaxState, Timestamp};
use clavero_store::{
    Actor, AuditEntry, CaseRecord, Correction, Employer, HeldTax, Holding, RecoveryRecord, acts,
};
use clavero_words::time::rfc_3339;
use uuid::Uuid;

pub use self::views::*;
use crate::{Service, audit::LogError};

impl Service {
    /// All that is held of an employer, and an entry that it was read; `None` where nothing is. `watch` is told how many entries of
    /// the log were looked at, and of how many.
    pub async fn held(
        &self,
        employer: &EmployerKey,
        watch: &mut (dyn FnMut(u64, u64) + Send),
    ) -> Result<Option<HeldView>, LogError> {
        let now = self.store.now();
        let holding = self.store.holding(employer).await?;
        let log = self.entries_of(employer, &holding, watch).await?;
        if !holding.is_known() && log.is_empty() {
            return Ok(None);
        }
        let entry = AuditEntry::done(Actor::System, acts::EMPLOYER_READ).of(Some(employer));
        // Nothing is drawn on: it goes in alone.
        let _drawn = self.store.take(Vec::new(), None, entry).await?;
        let mut cases = Vec::with_capacity(holding.cases.len());
        for (record, old_email) in &holding.cases {
            let old_email = old_email.as_ref().and_then(|email| self.keys.open_email(employer, email));
            let old_email = old_email.map(|email| email.as_str().to_owned());
            cases.push(self.held_case(record, old_email).await?);
        }
        let credential = holding.employer.as_ref().and_then(|employer| employer.credential.as_ref());
        Ok(Some(HeldView {
            ruc: employer.ruc().to_string(),
            sucursal: employer.sucursal().to_string(),
            read_at: rfc_3339(now),
            registry: holding.employer.as_ref().map(|employer| self.held_registry(employer)),
            key: KeyHeld {
                is_set: credential.is_some(),
                set_at: credential.map(|credential| rfc_3339(credential.changed_at)),
                came_with_import: holding.key_imported,
                is_frozen: credential.is_some_and(|credential| credential.frozen),
            },
            corrected_by_case: holding.correction.as_ref().map(|of| corrected(of, &holding.cases)),
            sessions: self.held_sessions(&holding),
            known_devices: holding.devices.iter().copied().map(rfc_3339).collect(),
            not_me_links: not_me_links(&holding),
            recoveries: holding.recoveries.iter().map(|record| self.held_recovery(record, now)).collect(),
            cases,
            waiting_mails: waiting_mails(&holding),
            tax_register: holding.register.map(tax),
            tax_authority: holding.answer.map(tax),
            log,
        }))
    }

    fn held_registry(&self, employer: &Employer) -> RegistryHeld {
        let record = &employer.record;
        let opened = record.email.as_ref().and_then(|email| self.keys.open_email(&record.key, email));
        RegistryHeld {
            kind: record.kind.as_str(),
            name: record.name.clone(),
            representative_id: record.representative.as_str().into_owned(),
            representative_name: record.representative_name.clone(),
            email_is_unreadable: record.email.is_some() && opened.is_none(),
            email: opened.map(|email| email.as_str().to_owned()),
            has_had_key: employer.has_key(),
        }
    }

    fn held_sessions(&self, holding: &Holding) -> Vec<SessionHeld> {
        let told = holding.sessions.iter().map(|session| SessionHeld {
            browser: session.device.clone(),
            opened_at: rfc_3339(session.created_at),
            last_used_at: rfc_3339(session.last_seen_at),
            ends_at: rfc_3339(session.ends_at(self.settings.sessions)),
        });
        told.collect()
    }

    fn held_recovery(&self, record: &RecoveryRecord, now: Timestamp) -> RecoveryHeld {
        let (recovery, policy) = (&record.recovery, &self.settings.policy);
        let mail_sent_at = recovery.issue().and_then(|(_, issue)| match issue.handoff {
            Handoff::Accepted(at) => Some(rfc_3339(at)),
            Handoff::Queued | Handoff::Attempted => None,
        });
        let codes_typed = match recovery.stage {
            Stage::Code { attempts, .. } => Some(attempts),
            _ => None,
        };
        let assisted_reason = match &recovery.stage {
            Stage::Assisted { reason, .. } => Some(reason.as_str()),
            _ => None,
        };
        let (ended, ended_at) = end_of(recovery, now, policy).unzip();
        RecoveryHeld {
            id: Uuid::from_bytes(recovery.id.0).to_string(),
            reference: String::from_utf8_lossy(&record.reference).into_owned(),
            language: record.locale.clone(),
            began: match recovery.origin {
                Origin::Online => "online",
                Origin::Activation(_) => "case_by_mail",
                Origin::Slip(_) => "case_by_slip",
            },
            started_at: rfc_3339(recovery.created_at),
            state: recovery.state(now, policy).as_str(),
            mail_sent_at,
            codes_typed,
            ended,
            ended_at: ended_at.map(rfc_3339),
            assisted_reason,
        }
    }
}

/// How it ended, and when.
fn end_of(
    recovery: &Recovery,
    now: Timestamp,
    policy: &clavero_protocol::Policy,
) -> Option<(&'static str, Timestamp)> {
    match &recovery.stage {
        Stage::Completed { at } => Some(("key_set", *at)),
        Stage::Assisted { at, .. } => Some(("in_person", *at)),
        Stage::Superseded { at } => Some(("replaced_or_stopped", *at)),
        Stage::Code { .. } | Stage::Link { .. } => {
            recovery.has_ended(now, policy).then(|| ("time_passed", recovery.ends_at(policy)))
        }
    }
}

fn corrected<T>(of: &Correction, cases: &[(CaseRecord, T)]) -> CorrectionHeld {
    let reference = |id: CaseId| {
        let case = cases.iter().find(|(record, _)| record.case.id == id);
        case.map(|(record, _)| record.reference.to_string())
    };
    CorrectionHeld {
        at: rfc_3339(of.at),
        case_reference: reference(of.case),
        email_changed: of.email_changed,
        representative_id_before: of.representative_before.clone(),
    }
}

fn not_me_links(holding: &Holding) -> Vec<NotMeHeld> {
    let told = holding.repudiations.iter().map(|link| NotMeHeld {
        made_at: rfc_3339(link.created_at),
        of_key_set_at: rfc_3339(link.key_set_at),
        used: link.used,
    });
    told.collect()
}

fn waiting_mails(holding: &Holding) -> Vec<MailHeld> {
    let mails = holding.mails.iter();
    mails.map(|(kind, since)| MailHeld { kind: kind.as_str(), waits_since: rfc_3339(*since) }).collect()
}

fn tax(held: HeldTax) -> TaxHeld {
    let state = match held.state {
        TaxState::Active => "active",
        TaxState::Suspended => "suspended",
        TaxState::Closed => "closed",
        TaxState::Other => "other",
        TaxState::Unknown | TaxState::Unconfirmed => "no_such_ruc",
    };
    TaxHeld { state, word: held.word, since: held.since, at: held.at.map(rfc_3339) }
}
