//! What is told of a case to whoever asks for all that is held of them.

use clavero_store::{CaseRecord, StoreError};
use clavero_words::time::rfc_3339;

use super::seals::Dossier;
use crate::{CaseHeld, DocumentHeld, DossierHeld, PersonHeld, Service, StepHeld};

impl Service {
    /// A case with its dossier opened; `old_email` is the mailbox that was on record when it was approved.
    pub(crate) async fn held_case(
        &self,
        record: &CaseRecord,
        old_email: Option<String>,
    ) -> Result<CaseHeld, StoreError> {
        let (case, policy) = (&record.case, &self.settings.policy);
        let history = self.store.case_events(case.id).await?.into_iter().map(|event| StepHeld {
            at: rfc_3339(event.at),
            act: event.act.as_str(),
            by_officer: event.officer.is_some(),
            refusal: event.refusal,
        });
        Ok(CaseHeld {
            matches_registry: case.matched,
            state: case.state(self.store.now(), policy).as_str(),
            reason: case.reason.as_str(),
            language: record.locale.clone(),
            opened_at: rfc_3339(case.created_at),
            last_step_at: rfc_3339(record.updated_at),
            ends_at: rfc_3339(case.ends_at(policy)),
            objected_at: case.disputed_at.map(rfc_3339),
            hand_overs: case.starts,
            details: case.matched.then(|| self.held_dossier(record, old_email)),
            history: history.collect(),
        })
    }

    fn held_dossier(&self, record: &CaseRecord, old_email: Option<String>) -> DossierHeld {
        let (case, opened) = (&record.case, self.dossier(record));
        let is_unreadable = opened.is_none();
        let dossier = opened.unwrap_or_default();
        let centre = case.details.and_then(|details| self.settings.centres.get(usize::from(details.centre)));
        let lines = case.documents.iter().enumerate();
        let documents = lines.map(|(place, line)| DocumentHeld {
            name: dossier.documents.get(place).map(|(es, _)| es.clone()).unwrap_or_default(),
            when: line.need.as_str(),
            finding: line.found.map(|(finding, _)| finding.as_str()),
            remark: dossier.remarks.get(place).cloned().flatten(),
        });
        let documents = documents.collect();
        let person = |(number, name)| PersonHeld { number, name };
        let Dossier { claimed, phone, address, email, representative, third_party, ground, reason, .. } =
            dossier;
        DossierHeld {
            reference: record.reference.to_string(),
            is_unreadable,
            applicant: case.details.map(|details| details.applicant.as_str()),
            representative_id_typed: claimed,
            phone,
            address,
            email,
            email_proven_at: case.mailbox.verified_at.map(rfc_3339),
            email_on_record_then: old_email,
            representative_id_then: dossier.representative_before,
            new_representative: representative.map(person),
            third_party: third_party.map(person),
            person_seen: dossier.person.map(|(name, number)| PersonHeld { number, name }),
            identified_by: case.identification.map(|seen| seen.how.as_str()),
            centre: centre.map(|centre| centre.name.clone()),
            documents,
            ground,
            reason_given: reason,
        }
    }
}
