//! What officers do with a case.

use clavero_protocol::{
    CaseAct, CaseActor, CaseCommand, CaseReference, CaseRefusal, Decision, DocumentAnswer, EmailAddress,
    Finding, Identification, RecoveryId, RepresentativeId, Route, Start, Touch,
};
use clavero_store::{Actor, AuditEntry, CaseRecord, CaseStep, NewRepresentative, acts};
use clavero_words::Locale;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    CaseDetails, CaseError, DeskCaseView, HandedOver, NewCase, OfficerContext, OpenCaseError, PersonSeen,
    SlipData, forms,
    present::employer_name,
    seals::{self, Dossier},
};
use crate::{KeyRing, Service, secrets::random};

/// A case as a page showed it: what was written into it since is not written over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShownCase<'a> {
    /// Which.
    pub reference: &'a str,
    /// [`DeskCaseView::version`] of what was shown.
    pub version: &'a str,
}

impl<'a> From<ShownCase<'a>> for (&'a str, Option<&'a str>) {
    fn from(shown: ShownCase<'a>) -> Self {
        (shown.reference, Some(shown.version))
    }
}

/// The step, if it writes over what its form showed; else one that writes over nothing, so that the store refuses it, by the
/// rules first.
fn over(keys: &KeyRing, mut step: CaseStep, record: &CaseRecord, version: Option<&str>) -> CaseStep {
    if version.is_some_and(|version| version != seals::version(keys, record))
        && let Some(dossier) = &mut step.dossier
    {
        dossier.read.clear();
    }
    step
}

impl OfficerContext {
    const fn actor(&self) -> CaseActor {
        CaseActor::Officer { id: self.id, role: self.role }
    }
}

impl Service {
    /// A case for an officer who may read cases.
    pub(super) async fn case_for(
        &self,
        officer: &OfficerContext,
        reference: &str,
    ) -> Result<CaseRecord, CaseError> {
        if !officer.role.reads_cases() {
            self.note_desk_refusal(officer, acts::CASE_READ).await?;
            return Err(CaseError::Refused(CaseRefusal::RoleForbids));
        }
        let reference = CaseReference::parse(reference)?;
        self.store.case_by_reference(reference).await?.ok_or(CaseError::Unknown)
    }

    /// A case that an officer acts on: who may is the protocol's to say, which writes the try down.
    async fn case_to_change(&self, reference: &str) -> Result<CaseRecord, CaseError> {
        let reference = CaseReference::parse(reference)?;
        self.store.case_by_reference(reference).await?.ok_or(CaseError::Unknown)
    }

    /// Writes down that an officer tried what the role does not allow.
    pub(super) async fn note_desk_refusal(
        &self,
        officer: &OfficerContext,
        act: &'static str,
    ) -> Result<(), CaseError> {
        let entry = AuditEntry::done(Actor::Officer(officer.id), act);
        Ok(self.store.note_refusal(entry.refused(CaseRefusal::RoleForbids.as_str())).await?)
    }

    /// A case as an officer sees it.
    pub async fn desk_case(
        &self,
        officer: &OfficerContext,
        reference: &str,
    ) -> Result<DeskCaseView, CaseError> {
        let record = self.case_for(officer, reference).await?;
        Ok(self.desk_view(&record, officer).await?)
    }

    /// Opens a case for somebody who came without one, and takes it in hand.
    pub async fn desk_open_case(
        &self,
        officer: &OfficerContext,
        new: NewCase,
    ) -> Result<DeskCaseView, OpenCaseError> {
        if !officer.role.attends() {
            let entry = AuditEntry::done(Actor::Officer(officer.id), CaseAct::Opened.as_str());
            self.store.note_refusal(entry.refused(CaseRefusal::RoleForbids.as_str())).await?;
            return Err(OpenCaseError::RoleForbids);
        }
        let record = self.open_at_desk(officer.actor(), new).await?;
        let take = self.plain_step(&record, officer.actor(), CaseCommand::Take { over: false });
        let record = self.store.step_case(take).await?.unwrap_or(record);
        Ok(self.desk_view(&record, officer).await?)
    }

    async fn desk_step(
        &self,
        officer: &OfficerContext,
        reference: &str,
        command: CaseCommand,
    ) -> Result<DeskCaseView, CaseError> {
        let record = self.case_to_change(reference).await?;
        let record = self.take_step(self.plain_step(&record, officer.actor(), command)).await?;
        Ok(self.desk_view(&record, officer).await?)
    }

    /// A step that writes into the dossier.
    async fn written_step(
        &self,
        officer: &OfficerContext,
        (reference, version): (&str, Option<&str>),
        write: impl FnOnce(&Self, &CaseRecord, &mut Dossier) -> Option<CaseCommand> + Send,
    ) -> Result<DeskCaseView, CaseError> {
        let record = self.case_to_change(reference).await?;
        let mut dossier = self.dossier(&record).ok_or(CaseError::Damaged)?;
        let command = write(self, &record, &mut dossier);
        let command = command.ok_or(CaseError::Refused(CaseRefusal::NoSuchDocument))?;
        let step = self.with_dossier(&record, officer.actor(), command, &dossier)?;
        let record = self.take_step(over(&self.keys, step, &record, version)).await?;
        Ok(self.desk_view(&record, officer).await?)
    }

    /// Takes a case in hand; with `over` from another officer, late or as a supervisor.
    pub async fn take_case(
        &self,
        officer: &OfficerContext,
        reference: &str,
        over: bool,
    ) -> Result<DeskCaseView, CaseError> {
        self.desk_step(officer, reference, CaseCommand::Take { over }).await
    }

    /// Puts a case back into the queue.
    pub async fn release_case(
        &self,
        officer: &OfficerContext,
        reference: &str,
    ) -> Result<DeskCaseView, CaseError> {
        self.desk_step(officer, reference, CaseCommand::Release).await
    }

    /// Corrects what the applicant told, with the applicant at the desk.
    pub async fn desk_details(
        &self,
        officer: &OfficerContext,
        shown: ShownCase<'_>,
        details: CaseDetails<'_>,
    ) -> Result<DeskCaseView, CaseError> {
        let record = self.case_to_change(shown.reference).await?;
        let step = self.details_step(&record, officer.actor(), details).await?;
        let record = self.take_step(over(&self.keys, step, &record, Some(shown.version))).await?;
        Ok(self.desk_view(&record, officer).await?)
    }

    /// Sends a code to the applicant's mailbox.
    pub async fn desk_send_code(
        &self,
        officer: &OfficerContext,
        reference: &str,
    ) -> Result<DeskCaseView, CaseError> {
        let record = self.case_to_change(reference).await?;
        let record = self.send_code(&record, officer.actor()).await?;
        Ok(self.desk_view(&record, officer).await?)
    }

    /// Types the code that the applicant tells.
    pub async fn desk_verify_code(
        &self,
        officer: &OfficerContext,
        reference: &str,
        typed: &str,
    ) -> Result<DeskCaseView, CaseError> {
        let record = self.case_to_change(reference).await?;
        let record = self.verify_code_of(&record, officer.actor(), typed).await?;
        Ok(self.desk_view(&record, officer).await?)
    }

    /// Records what was found of documents, each with its place in the check-list and a remark: all of it or nothing.
    pub async fn check_documents(
        &self,
        officer: &OfficerContext,
        shown: ShownCase<'_>,
        found: &[(usize, Finding, &str)],
    ) -> Result<DeskCaseView, CaseError> {
        if found.is_empty() {
            // Nothing is written over; whether the officer may is said all the same.
            return self.desk_step(officer, shown.reference, CaseCommand::CheckDocuments(Vec::new())).await;
        }
        let read = |&(place, finding, remark): &(usize, Finding, &str)| {
            Ok((place, finding, forms::optional_text(remark).map_err(CaseError::Fields)?))
        };
        let found = found.iter().map(read).collect::<Result<Vec<_>, CaseError>>()?;
        self.written_step(officer, shown.into(), |service, record, dossier| {
            dossier.remarks.resize(record.case.documents.len(), None);
            let mut answers = Vec::with_capacity(found.len());
            for (place, finding, remark) in found {
                *dossier.remarks.get_mut(place)? = remark;
                let remark = dossier.remark_mark(&service.keys, place);
                answers.push(DocumentAnswer { place, finding, remark });
            }
            Some(CaseCommand::CheckDocuments(answers))
        })
        .await
    }

    /// Records whom the officer saw, and how they were identified.
    pub async fn identify(
        &self,
        officer: &OfficerContext,
        shown: ShownCase<'_>,
        person: PersonSeen<'_>,
    ) -> Result<DeskCaseView, CaseError> {
        let (name, number, how) = person.read().map_err(CaseError::Fields)?;
        self.written_step(officer, shown.into(), |service, _, dossier| {
            dossier.person = Some((name, number));
            let whom = dossier.person_mark(&service.keys)?;
            Some(CaseCommand::Identify(Identification { whom, how }))
        })
        .await
    }

    /// Records why it goes on although the RUC is suspended or closed.
    pub async fn give_ground(
        &self,
        officer: &OfficerContext,
        shown: ShownCase<'_>,
        ground: &str,
    ) -> Result<DeskCaseView, CaseError> {
        let ground = forms::text(ground).map_err(CaseError::Fields)?;
        self.written_step(officer, shown.into(), |service, _, dossier| {
            dossier.ground = Some(ground);
            dossier.ground_mark(&service.keys).map(CaseCommand::GiveGround)
        })
        .await
    }

    /// Asks another officer for approval of exactly what the form with this digest showed.
    pub async fn ask_approval(
        &self,
        officer: &OfficerContext,
        reference: &str,
        digest: [u8; 32],
    ) -> Result<DeskCaseView, CaseError> {
        let record = self.case_to_change(reference).await?;
        self.dossier(&record).ok_or(CaseError::Damaged)?;
        let step = self.plain_step(&record, officer.actor(), CaseCommand::AskApproval { digest });
        let email_changes = Some(self.budgets().email_changes(&officer.id));
        let record = self.take_step(CaseStep { email_changes, ..step }).await?;
        Ok(self.desk_view(&record, officer).await?)
    }

    /// Approves exactly what the form with this digest showed. `touch` is for the view's `approve_purpose`.
    pub async fn approve(
        &self,
        officer: &OfficerContext,
        reference: &str,
        digest: [u8; 32],
        touch: Touch,
    ) -> Result<DeskCaseView, CaseError> {
        let record = self.case_to_change(reference).await?;
        self.dossier(&record).ok_or(CaseError::Damaged)?;
        let step = self.plain_step(&record, officer.actor(), CaseCommand::Approve { digest, touch });
        let record = self.take_step(step).await?;
        Ok(self.desk_view(&record, officer).await?)
    }

    /// Sends a case back to the desk.
    pub async fn return_case(
        &self,
        officer: &OfficerContext,
        reference: &str,
        reason: &str,
    ) -> Result<DeskCaseView, CaseError> {
        self.decide_with_reason(officer, reference, reason, CaseCommand::Return).await
    }

    /// Ends a case.
    pub async fn reject_case(
        &self,
        officer: &OfficerContext,
        reference: &str,
        reason: &str,
    ) -> Result<DeskCaseView, CaseError> {
        self.decide_with_reason(officer, reference, reason, CaseCommand::Reject).await
    }

    /// Lets a stopped case go on.
    pub async fn unfreeze_case(
        &self,
        officer: &OfficerContext,
        reference: &str,
        reason: &str,
    ) -> Result<DeskCaseView, CaseError> {
        self.decide_with_reason(officer, reference, reason, CaseCommand::Unfreeze).await
    }

    async fn decide_with_reason(
        &self,
        officer: &OfficerContext,
        reference: &str,
        reason: &str,
        command: CaseCommand,
    ) -> Result<DeskCaseView, CaseError> {
        let reason = forms::text(reason).map_err(CaseError::Fields)?;
        self.written_step(officer, (reference, None), |_, _, dossier| {
            dossier.reason = Some(reason);
            Some(command)
        })
        .await
    }

    /// Opens the way to the new key: a link to the verified mailbox, or a slip where there is none. Can be started again,
    /// with another touch. `touch` is for the view's `hand_over_purpose`.
    pub async fn hand_over(
        &self,
        officer: &OfficerContext,
        reference: &str,
        touch: Touch,
    ) -> Result<HandedOver, CaseError> {
        let record = self.case_to_change(reference).await?;
        let dossier = self.dossier(&record).ok_or(CaseError::Damaged)?;
        let route = record.case.asked_proposal().map(|proposal| proposal.route());
        let secret = match route {
            Some(Route::Slip) => Some(Zeroizing::new(fresh_secret())),
            Some(Route::Mail) | None => None,
        };
        let start = match &secret {
            Some(secret) => Start::Slip { secret: self.slip_tag(secret, Some(&record)).await? },
            None => Start::Mail { recovery: RecoveryId(*Uuid::now_v7().as_bytes()) },
        };
        let representative = new_representative(&dossier)?;
        let address = dossier.email.as_deref().and_then(|email| EmailAddress::parse(email).ok());
        let email = address.and_then(|email| self.keys.seal_email(&record.case.employer, &email));
        let step = self.plain_step(&record, officer.actor(), CaseCommand::HandOver { touch, start });
        let record = self.take_step(CaseStep { representative, email, ..step }).await?;
        let slip = match secret {
            Some(secret) => Some(self.slip_data(&record, &dossier, &secret).await?),
            None => None,
        };
        Ok(HandedOver { view: self.desk_view(&record, officer).await?, slip })
    }

    async fn slip_data(
        &self,
        record: &CaseRecord,
        dossier: &Dossier,
        secret: &CaseReference,
    ) -> Result<SlipData, CaseError> {
        let employer = self.employer_of_case(&record.case).await?;
        let (name, number) = dossier.person.clone().unwrap_or_default();
        let centre = record.case.details.map(|details| usize::from(details.centre));
        let made_at = record.updated_at;
        Ok(SlipData {
            secret: Zeroizing::new(secret.to_string()),
            employer: employer_name(&record.case, employer.as_ref()),
            recipient: (number, name),
            centre: centre.and_then(|place| self.settings.centres.get(place)).cloned(),
            reference: record.reference.to_string(),
            made_at,
            expires_at: made_at + self.settings.policy.cases.slip_ttl,
            locale: Locale::parse(&record.locale).unwrap_or_default(),
        })
    }

    /// What an authenticator is touched for, computed from what stands there now: a page passes it to the touch, and the
    /// decision checks it again.
    pub async fn touch_purpose(
        &self,
        officer: &OfficerContext,
        reference: &str,
        decision: Decision,
    ) -> Result<[u8; 32], CaseError> {
        let view = self.desk_case(officer, reference).await?;
        let purpose = match decision {
            Decision::Approval => view.approve_purpose,
            Decision::HandOver => view.hand_over_purpose,
        };
        purpose.ok_or(CaseError::Refused(CaseRefusal::WrongState))
    }
}

/// Fifteen random symbols and one that checks them, like a reference: it is typed from paper.
fn fresh_secret() -> CaseReference {
    loop {
        if let Some(secret) = CaseReference::from_random(*Zeroizing::new(random())) {
            return secret;
        }
    }
}

fn new_representative(dossier: &Dossier) -> Result<Option<NewRepresentative>, CaseError> {
    let Some((number, name)) = &dossier.representative else { return Ok(None) };
    let stored = |number: &str| RepresentativeId::from_stored(number).map_err(|_| CaseError::Unavailable);
    Ok(Some(NewRepresentative {
        from: stored(&dossier.representative_before)?,
        to: stored(number)?,
        name: name.clone(),
    }))
}
