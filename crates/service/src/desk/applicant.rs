//! The employer's side of a case: opened online, carried to the desk on paper.

use clavero_protocol::{
    AssistedCase, AssistedReason, CaseActor, CaseCommand, CaseId, CaseReference, Details, EmailAddress, Mark,
    Mismatch, RecoveryId, TypedCode,
};
use clavero_store::{
    Actor, AuditEntry, CaseNotOpened, CaseRecord, CaseStep, Denied, Employer, Limit, NewDossier, Once,
    OpenCase, acts,
};
use clavero_words::Locale;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::{
    CaseDetails, CaseError, CaseView, OpenCaseError, PacketData, forms::ReadDetails, seals::Dossier,
};
use crate::{
    Client, Identifiers, Service, StartRecovery,
    errors::StartError,
    keys::CaseCodeOf,
    proof::Scope,
    recoveries::Toll,
    secrets::{Token, random},
    way::Way,
};

/// Opens a case by choice.
#[derive(Debug, Clone)]
pub struct NewCase {
    /// Who, as which employer.
    pub identifiers: Identifiers,
    /// Its language.
    pub locale: Locale,
    /// A solved task, where one was asked for.
    pub proof: Option<String>,
    /// Names the form that it came by ([`Service::form_name`]): sent twice, it opens one case. Anything else names none.
    pub form: String,
}

/// What a case begins with.
struct Opening<'a> {
    id: CaseId,
    identifiers: Identifiers,
    /// The employer, where the identifiers are those of the registry.
    employer: Option<Employer>,
    reason: AssistedReason,
    locale: Locale,
    by: CaseActor,
    from: Option<RecoveryId>,
    limits: Vec<Limit>,
    /// The work that it was paid with, and by whom.
    paid: Option<(Once, &'a Client)>,
}

impl From<StartError> for OpenCaseError {
    fn from(error: StartError) -> Self {
        match error {
            StartError::DataMismatch { ruc_looks_mistyped } => Self::DataMismatch { ruc_looks_mistyped },
            StartError::TooMany { retry_after } => Self::TooMany { retry_after },
            StartError::ProofRequired(challenge) => Self::ProofRequired(challenge),
            StartError::Unavailable => Self::Unavailable,
        }
    }
}

impl Service {
    /// Opens a case by choice, under the limits of "Validar". Data that do not match are told, or under `hide` taken
    /// alike: such a case is one that the desk finds to match nothing.
    pub async fn open_case(&self, new: NewCase, client: &Client) -> Result<CaseView, OpenCaseError> {
        self.evenly(self.open_by_choice(new, client)).await
    }

    async fn open_by_choice(&self, new: NewCase, client: &Client) -> Result<CaseView, OpenCaseError> {
        let id = self.id_of_form(&new, b"applicant");
        if let Some(standing) = self.store.case(id).await? {
            return Ok(self.case_view(&standing).await?);
        }
        let NewCase { identifiers, locale, proof, form: _ } = new;
        let request = StartRecovery { identifiers: identifiers.clone(), locale, proof, form: String::new() };
        let Toll { once, .. } = self.require_proof(&request, client).await?;
        let hidden = self.settings.policy.mismatch == Mismatch::Hide;
        let (employer, reason) = match self.way(&identifiers).await? {
            Way::Assisted(employer, reason) => (Some(*employer), reason),
            Way::Online(employer) => (Some(*employer), AssistedReason::NoMailAccess),
            Way::Mismatch if hidden => (None, AssistedReason::NoMailAccess),
            Way::Mismatch => {
                self.note_mismatch(&identifiers, client, once).await?;
                let ruc_looks_mistyped = identifiers.ruc_looks_mistyped();
                return Err(OpenCaseError::DataMismatch { ruc_looks_mistyped });
            }
        };
        // Where nothing may be told of the registry, the reason tells nothing either.
        let reason = if hidden { AssistedReason::NoMailAccess } else { reason };
        let limits = vec![self.budgets().starts(client), self.budgets().case_opens(client)];
        let by = CaseActor::Applicant;
        let paid = once.map(|once| (once, client));
        let record = self
            .open_with(Opening { id, identifiers, employer, reason, locale, by, from: None, limits, paid })
            .await?;
        Ok(self.case_view(&record).await?)
    }

    /// A fresh name for the form that opens a case.
    #[must_use]
    pub fn form_name() -> String {
        Token::random().text()
    }

    /// The case that this form opens: the same for the same form and identifiers.
    fn id_of_form(&self, new: &NewCase, by: &[u8]) -> CaseId {
        let Some(form) = Token::parse(&new.form) else { return fresh_id() };
        let Identifiers { representative, employer } = &new.identifiers;
        let (representative, employer) = (representative.as_str(), employer.as_i64().to_be_bytes());
        let parts: [&[u8]; 4] = [&form.digest(), by, representative.as_bytes(), &employer];
        CaseId(self.keys.uuid("form-case", &parts))
    }

    /// Opens the case that a recovery leads to, without retyping; the same one each time.
    pub async fn open_case_from_recovery(
        &self,
        id: &str,
        token: &str,
        client: &Client,
    ) -> Result<CaseView, OpenCaseError> {
        if self.settings.policy.mismatch == Mismatch::Hide {
            // A decoy keeps no identifiers, and must not be told from the others: all of them are typed again.
            return Err(OpenCaseError::NotAssisted);
        }
        let record = self.authorized(id, token).await.map_err(|error| match error {
            crate::AccessError::Unavailable => OpenCaseError::Unavailable,
            crate::AccessError::Unauthorized | crate::AccessError::NotFound => OpenCaseError::NoRecovery,
        })?;
        if let Some(case) = self.store.case_from(record.recovery.id).await? {
            return Ok(self.case_view(&case).await?);
        }
        let clavero_protocol::Stage::Assisted { reason, .. } = record.recovery.stage else {
            return Err(OpenCaseError::NotAssisted);
        };
        let key = *record.recovery.employer().ok_or(OpenCaseError::NotAssisted)?;
        let employer = self.store.employer(&key).await?.ok_or(OpenCaseError::NoRecovery)?;
        let representative = employer.record.representative.clone();
        let opening = Opening {
            // Two presses at once open one.
            id: CaseId(self.keys.uuid("recovery-case", &[&record.recovery.id.0])),
            identifiers: Identifiers { representative, employer: key },
            employer: Some(employer),
            by: CaseActor::Applicant,
            reason,
            locale: Locale::parse(&record.locale).unwrap_or_default(),
            from: Some(record.recovery.id),
            limits: vec![self.budgets().case_opens(client)],
            paid: None,
        };
        let record = self.open_with(opening).await?;
        Ok(self.case_view(&record).await?)
    }

    /// Opens a case for somebody who comes to the desk without one: it is no less theirs for not having begun online.
    pub(super) async fn open_at_desk(
        &self,
        actor: CaseActor,
        new: NewCase,
    ) -> Result<CaseRecord, OpenCaseError> {
        let id = self.id_of_form(&new, &actor.officer().map_or([0; 16], |officer| officer.0));
        if let Some(standing) = self.store.case(id).await? {
            return Ok(standing);
        }
        let NewCase { identifiers, locale, .. } = new;
        let (employer, reason) = match self.way(&identifiers).await? {
            Way::Assisted(employer, reason) => (Some(*employer), reason),
            Way::Online(employer) => (Some(*employer), AssistedReason::NoMailAccess),
            Way::Mismatch => {
                let ruc_looks_mistyped = identifiers.ruc_looks_mistyped();
                return Err(OpenCaseError::DataMismatch { ruc_looks_mistyped });
            }
        };
        let (by, limits) = (actor, Vec::new());
        let (from, paid) = (None, None);
        self.open_with(Opening { id, identifiers, employer, reason, locale, by, from, limits, paid }).await
    }

    async fn open_with(&self, opening: Opening<'_>) -> Result<CaseRecord, OpenCaseError> {
        let mut drawn = 0;
        loop {
            let Some(reference) = CaseReference::from_random(random()) else { continue };
            let new = self.opening(&opening, reference).ok_or(OpenCaseError::Unavailable)?;
            match self.store.open_case(new).await? {
                Ok(record) => {
                    metrics::counter!("clavero_cases_opened_total", "reason" => opening.reason.as_str())
                        .increment(1);
                    return Ok(record);
                }
                Err(CaseNotOpened::ReferenceTaken) if drawn < 8 => drawn += 1,
                Err(CaseNotOpened::ReferenceTaken) => return Err(OpenCaseError::Unavailable),
                Err(CaseNotOpened::TooManyOpen) => return Err(OpenCaseError::TooManyOpen),
                Err(CaseNotOpened::Denied(denied)) => return Err(self.not_opened(&opening, denied)),
            }
        }
    }

    fn not_opened(&self, opening: &Opening<'_>, denied: Denied) -> OpenCaseError {
        match (denied, &opening.paid) {
            (Denied::Exceeded { exceeded, .. }, _) => {
                OpenCaseError::TooMany { retry_after: exceeded.retry_at.saturating_since(self.store.now()) }
            }
            (Denied::SpentProof, Some((_, client))) => {
                OpenCaseError::ProofRequired(Box::new(self.ask_for_work(Scope::Recovery, client, None)))
            }
            (Denied::SpentProof, None) => OpenCaseError::Unavailable,
        }
    }

    fn opening(&self, opening: &Opening<'_>, reference: CaseReference) -> Option<OpenCase> {
        let (id, now) = (opening.id, self.store.now());
        let key = opening.identifiers.employer;
        let shell = AssistedCase::open(id, key, opening.reason, &[], now);
        let kind = self.case_kind(&shell, opening.employer.as_ref());
        let lines: Vec<_> = self.settings.documents.iter().filter(|line| line.is_for(kind)).collect();
        let needs: Vec<_> = lines.iter().map(|line| line.when).collect();
        let case = AssistedCase::open(id, key, opening.reason, &needs, now);
        let dossier = Dossier {
            claimed: opening.identifiers.representative.as_str().into_owned(),
            documents: lines.iter().map(|line| (line.es.clone(), line.en.clone())).collect(),
            ..Dossier::default()
        };
        let record = CaseRecord {
            case: AssistedCase { matched: opening.employer.is_some(), ..case },
            reference,
            key_id: self.keys.active().to_owned(),
            locale: opening.locale.as_str().to_owned(),
            dossier: self.keys.seal_dossier(id, &dossier)?,
            email: None,
            version: 0,
            updated_at: now,
        };
        let (from, limits) = (opening.from, opening.limits.clone());
        let once = opening.paid.as_ref().map(|(once, _)| once.clone());
        let (by, policy) = (opening.by, self.settings.policy_arc());
        Some(OpenCase { record, by, from, limits, once, policy })
    }

    /// A case by its reference. Guesses are counted by network; a slip in the reference is told and not counted.
    pub(super) async fn reach_case(&self, reference: &str, client: &Client) -> Result<CaseRecord, CaseError> {
        let reference = CaseReference::parse(reference)?;
        let guesses = vec![self.budgets().case_guesses(client)];
        if let Some(Err(exceeded)) = self.store.peek(guesses.clone()).await?.pop() {
            let retry_after = exceeded.retry_at.saturating_since(self.store.now());
            return Err(CaseError::TooMany { retry_after });
        }
        if let Some(record) = self.store.case_by_reference(reference).await? {
            return if self.dossier(&record).is_some() { Ok(record) } else { Err(CaseError::Damaged) };
        }
        let entry = AuditEntry::done(Actor::Visitor, acts::CASE_LOOKED_UP).refused("unknown_reference");
        // Parallel guesses are counted too; the one over the limit hears of it the next time.
        let _counted = self.store.take(guesses, None, entry).await?;
        Err(CaseError::Unknown)
    }

    /// A case as whoever holds its reference sees it.
    pub async fn case(&self, reference: &str, client: &Client) -> Result<CaseView, CaseError> {
        let record = self.reach_case(reference, client).await?;
        Ok(self.case_view(&record).await?)
    }

    /// Tells who comes, the contact, the mailbox, the centre, and a change of representative.
    pub async fn give_case_details(
        &self,
        reference: &str,
        details: CaseDetails<'_>,
        client: &Client,
    ) -> Result<CaseView, CaseError> {
        let record = self.reach_case(reference, client).await?;
        let record = self.take_step(self.details_step(&record, CaseActor::Applicant, details).await?).await?;
        Ok(self.case_view(&record).await?)
    }

    pub(super) async fn details_step(
        &self,
        record: &CaseRecord,
        actor: CaseActor,
        details: CaseDetails<'_>,
    ) -> Result<CaseStep, CaseError> {
        let read =
            details.read(&self.settings.centres, &self.settings.foreigner).map_err(CaseError::Fields)?;
        let employer = self.employer_of_case(&record.case).await?;
        let mut dossier = self.dossier(record).ok_or(CaseError::Damaged)?;
        fill(&mut dossier, &read, employer.as_ref());
        let email = match &read.email {
            Some(email) => {
                let sealed = self.keys.seal_case_email(record.case.id, email);
                Some(sealed.ok_or(CaseError::Unavailable)?)
            }
            None => None,
        };
        let command = CaseCommand::GiveDetails(Details {
            applicant: read.applicant,
            contact: dossier.contact_mark(&self.keys),
            email: email.as_ref().map(|email| Mark(email.index)),
            representative: dossier.representative_mark(&self.keys),
            centre: read.centre,
        });
        Ok(CaseStep { email, ..self.with_dossier(record, actor, command, &dossier)? })
    }

    /// A step that writes a new dossier.
    pub(super) fn with_dossier(
        &self,
        record: &CaseRecord,
        actor: CaseActor,
        command: CaseCommand,
        dossier: &Dossier,
    ) -> Result<CaseStep, CaseError> {
        let sealed = self.keys.seal_dossier(record.case.id, dossier).ok_or(CaseError::Unavailable)?;
        let dossier = Some(NewDossier { read: record.dossier.clone(), sealed });
        Ok(CaseStep { dossier, ..self.plain_step(record, actor, command) })
    }

    pub(super) fn plain_step(&self, record: &CaseRecord, actor: CaseActor, command: CaseCommand) -> CaseStep {
        CaseStep::plain(record.case.id, actor, command, self.settings.policy_arc())
    }

    /// Takes a step; who holds the case is named.
    pub(super) async fn take_step(&self, step: CaseStep) -> Result<CaseRecord, CaseError> {
        let taken = self.store.step_case(step).await?;
        let now = self.store.now();
        match taken {
            Ok(record) => Ok(record),
            Err(clavero_store::CaseNotTaken::Refused(clavero_protocol::CaseRefusal::HeldByAnother {
                officer,
                since,
                free_at,
            })) => {
                let by = self.names_of(vec![officer]).await?.remove(&officer).unwrap_or_default();
                Err(CaseError::Held { by, since, free_at })
            }
            Err(not_taken) => Err(CaseError::of(not_taken, now)),
        }
    }

    /// Sends a code to the mailbox of a case.
    pub async fn send_case_code(&self, reference: &str, client: &Client) -> Result<CaseView, CaseError> {
        let record = self.reach_case(reference, client).await?;
        let record = self.send_code(&record, CaseActor::Applicant).await?;
        Ok(self.case_view(&record).await?)
    }

    pub(super) async fn send_code(
        &self,
        record: &CaseRecord,
        actor: CaseActor,
    ) -> Result<CaseRecord, CaseError> {
        let limits = record.email.iter().map(|email| self.budgets().mailbox(email)).collect();
        let step = self.plain_step(record, actor, CaseCommand::SendCode);
        self.take_step(CaseStep { limits, ..step }).await
    }

    /// "Verificar" of a case's mailbox. The guess is counted and committed before it is compared.
    pub async fn verify_case_code(
        &self,
        reference: &str,
        typed: &str,
        client: &Client,
    ) -> Result<CaseView, CaseError> {
        let record = self.reach_case(reference, client).await?;
        let record = self.verify_code_of(&record, CaseActor::Applicant, typed).await?;
        Ok(self.case_view(&record).await?)
    }

    pub(super) async fn verify_code_of(
        &self,
        record: &CaseRecord,
        actor: CaseActor,
        typed: &str,
    ) -> Result<CaseRecord, CaseError> {
        let policy = &self.settings.policy;
        let typed = TypedCode::parse(typed, policy.code_digits).map_err(CaseError::MalformedCode)?;
        let spent = self.take_step(self.plain_step(record, actor, CaseCommand::SpendAttempt)).await?;
        let counter = spent.case.mailbox.codes;
        let of = CaseCodeOf { record: &spent, epoch: self.epoch };
        let code = self.keys.case_code(&of, counter, policy.code_digits).ok_or(CaseError::Unavailable)?;
        let right: bool = code.as_bytes().ct_eq(typed.as_str().as_bytes()).into();
        if !right {
            let attempts_left = policy.code_attempts.saturating_sub(spent.case.mailbox.attempts);
            return Err(CaseError::WrongCode { attempts_left });
        }
        self.take_step(self.plain_step(record, actor, CaseCommand::AcceptCode { counter })).await
    }

    /// What the PDF packet of a case is filled with, at any time.
    pub async fn case_packet(
        &self,
        reference: &str,
        locale: Locale,
        client: &Client,
    ) -> Result<PacketData, CaseError> {
        let record = self.reach_case(reference, client).await?;
        let employer = self.employer_of_case(&record.case).await?;
        let dossier = self.dossier(&record).ok_or(CaseError::Damaged)?;
        let view = self.case_view(&record).await?;
        let hidden = self.settings.policy.mismatch == Mismatch::Hide;
        let told = employer.as_ref().filter(|_| !hidden).map(|employer| &employer.record);
        let required = view.documents.iter().filter(|document| document.required);
        let documents = required.map(|document| match locale {
            Locale::EsEc => document.es.clone(),
            Locale::En => document.en.clone(),
        });
        Ok(PacketData {
            reference: view.reference,
            path: format!("/empleadores/clave-patronal/{}", view.path),
            ruc: record.case.employer.ruc().to_string(),
            sucursal: record.case.employer.sucursal().to_string(),
            name: told.map(|record| record.name.clone()).unwrap_or_default(),
            kind: view.kind,
            representative: (
                dossier.claimed,
                told.map(|record| record.representative_name.clone()).unwrap_or_default(),
            ),
            new_representative: dossier.representative,
            applicant: view.applicant,
            third_party: dossier.third_party,
            phone: dossier.phone,
            address: dossier.address,
            email: dossier.email,
            cause: view.cause,
            centre: view.centre,
            documents: documents.collect(),
            created_at: view.created_at,
            expires_at: view.expires_at,
            locale,
        })
    }
}

fn fresh_id() -> CaseId {
    CaseId(*Uuid::now_v7().as_bytes())
}

fn fill(dossier: &mut Dossier, read: &ReadDetails, employer: Option<&Employer>) {
    let person = |person: &Option<(clavero_protocol::RepresentativeId, String)>| {
        person.as_ref().map(|(number, name)| (number.as_str().into_owned(), name.clone()))
    };
    dossier.phone.clone_from(&read.phone);
    dossier.address.clone_from(&read.address);
    dossier.email = read.email.as_ref().map(|email: &EmailAddress| email.as_str().to_owned());
    dossier.third_party = person(&read.third_party);
    dossier.representative = person(&read.representative);
    dossier.representative_before = match (&dossier.representative, employer) {
        (Some(_), Some(employer)) => employer.record.representative.as_str().into_owned(),
        _ => String::new(),
    };
}
