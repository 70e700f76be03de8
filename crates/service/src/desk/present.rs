//! From a stored case to what its pages show.

use std::collections::BTreeMap;

use clavero_protocol::{
    Activation, AssistedCase, AssistedCause, CaseAct, CaseRefusal, CaseStage, CaseState, Decision,
    EmployerKind, Handoff, Mismatch, OfficerId, RecoveryId, RucKind, Stage, Timestamp, Way,
};
use clavero_store::{CaseEvent, CaseRecord, Employer, StoreError};
use clavero_words::Locale;

use super::{
    CaseEmailView, CaseRow, CaseView, DeskCaseView, DetailsView, DocumentView, EmployerFile, EventView,
    HolderView, IdentifiedView, OfficerContext, ProposalView, Replaced,
    seals::{self, Dossier},
};
use crate::{
    Service,
    links::name_of,
    views::{CodeView, EmployerName, LinkMailView},
};

/// Cases of the same employer that an officer is shown.
const EARLIER: u32 = 20;

/// What happened that the applicant is told of.
const fn is_told(act: CaseAct) -> bool {
    !matches!(
        act,
        CaseAct::CodeRequested
            | CaseAct::CodeMailAttempted
            | CaseAct::CodeMailAccepted
            | CaseAct::CodeMailRejected
            | CaseAct::CodeAttempted
            | CaseAct::TakenOver
            | CaseAct::Released
            | CaseAct::DocumentChecked
            | CaseAct::Identified
            | CaseAct::GroundGiven
            | CaseAct::Disputed
    )
}

/// Whether the mail server refused the address that stands there now.
fn was_refused(events: &[CaseEvent]) -> bool {
    let of_address = [CaseAct::DetailsGiven, CaseAct::CodeRequested, CaseAct::CodeMailRejected];
    let newest = events.iter().rev().find(|event| event.refusal.is_none() && of_address.contains(&event.act));
    newest.is_some_and(|event| event.act == CaseAct::CodeMailRejected)
}

/// The kind where the registry says nothing: by the RUC's own form.
fn kind_of(case: &AssistedCase) -> EmployerKind {
    match case.employer.ruc().kind() {
        RucKind::Natural => EmployerKind::Natural,
        RucKind::PublicBody => EmployerKind::Publica,
        RucKind::PrivateBody => EmployerKind::Privada,
        RucKind::Domestic => EmployerKind::Domestico,
    }
}

impl Service {
    /// The employer of a case, unless the identifiers that opened it are another's.
    pub(super) async fn employer_of_case(&self, case: &AssistedCase) -> Result<Option<Employer>, StoreError> {
        if case.matched { self.store.employer(&case.employer).await } else { Ok(None) }
    }

    /// What was typed into a case. `None` when what stands there was not written for this case, or is not what the machine's
    /// marks speak of: a row that was swapped, or one of an older day. It is neither shown nor decided on.
    pub(super) fn dossier(&self, record: &CaseRecord) -> Option<Dossier> {
        let opened = self.keys.open_dossier(record.case.id, &record.dossier);
        let dossier = opened.filter(|dossier| dossier.fits(&self.keys, &record.case));
        if dossier.is_none() {
            tracing::error!("a stored case does not hold what was written into it; nothing of it is shown");
            metrics::counter!("clavero_cases_forged_total").increment(1);
        }
        dossier
    }

    /// The kind of employer. Under `hide` it follows from the RUC alone, so that it tells nothing of the registry.
    pub(super) fn case_kind(&self, case: &AssistedCase, employer: Option<&Employer>) -> EmployerKind {
        let hidden = self.settings.policy.mismatch == Mismatch::Hide;
        employer.filter(|_| !hidden).map_or_else(|| kind_of(case), |employer| employer.record.kind)
    }

    /// A case as its applicant sees it.
    pub(super) async fn case_view(&self, record: &CaseRecord) -> Result<CaseView, StoreError> {
        let employer = self.employer_of_case(&record.case).await?;
        let dossier = self.dossier(record).unwrap_or_default();
        let mut view = self.plain_view(record, employer.as_ref(), &dossier);
        if let Some(id) = record.case.activation() {
            self.show_activation(id, &mut view).await?;
        }
        let events = self.store.case_events(record.case.id).await?;
        if let Some(email) = view.email.as_mut().filter(|email| !email.verified && email.code.is_none()) {
            email.refused = was_refused(&events);
        }
        let told = events.iter().filter(|event| event.refusal.is_none() && is_told(event.act));
        view.events = told
            .map(|event| EventView { at: event.at, act: event.act, officer: None, refusal: None })
            .collect();
        Ok(view)
    }

    fn plain_view(&self, record: &CaseRecord, employer: Option<&Employer>, dossier: &Dossier) -> CaseView {
        let (case, policy, now) = (&record.case, &self.settings.policy, self.store.now());
        let centre_place = case.details.map(|details| details.centre);
        let centre = centre_place.and_then(|place| self.settings.centres.get(usize::from(place)));
        let slip_until = match &case.stage {
            CaseStage::Activated(_, Activation { at, way: Way::Slip { .. }, .. }) => {
                Some(*at + policy.cases.slip_ttl)
            }
            _ => None,
        };
        CaseView {
            reference: record.reference.to_string(),
            path: record.reference.as_str().to_owned(),
            state: case.state(now, policy),
            reason: case.reason,
            cause: AssistedCause::of(
                case.reason,
                employer.map(|employer| self.standing_of(employer)).as_ref(),
            ),
            kind: self.case_kind(case, employer),
            created_at: case.created_at,
            expires_at: case.ends_at(policy),
            applicant: case.details.map(|details| details.applicant),
            representative_changes: case.details.is_some_and(|details| details.representative.is_some()),
            centre: centre.cloned(),
            centre_place,
            documents: documents(case, dossier),
            email: self.case_email(case, dossier),
            hand_over_from: case.hand_over_from(policy),
            link: None,
            link_refused: false,
            slip_until,
            events: Vec::new(),
            locale: Locale::parse(&record.locale).unwrap_or_default(),
        }
    }

    fn case_email(&self, case: &AssistedCase, dossier: &Dossier) -> Option<CaseEmailView> {
        let policy = &self.settings.policy;
        let address = clavero_protocol::EmailAddress::parse(dossier.email.as_deref()?).ok()?;
        let code = case.mailbox.issue.map(|issue| CodeView {
            length: policy.code_digits,
            counter: issue.counter,
            sent_at: issue.sent_at(),
            expires_at: issue.sent_at().and_then(|_| case.mailbox.code_ends_at(policy)),
            attempts_left: policy.code_attempts.saturating_sub(case.mailbox.attempts),
            resend_at: issue.queued_at + policy.resend_after,
        });
        let hint = address.hint();
        Some(CaseEmailView { hint, verified: case.mailbox.verified_at.is_some(), refused: false, code })
    }

    /// The mail of the hand-over, as far as it has come.
    async fn show_activation(&self, id: RecoveryId, view: &mut CaseView) -> Result<(), StoreError> {
        let Some(record) = self.store.recovery(id).await? else { return Ok(()) };
        let (recovery, policy) = (&record.recovery, &self.settings.policy);
        match &recovery.stage {
            Stage::Link { issue } if !recovery.has_ended(self.store.now(), policy) => {
                view.link = Some(LinkMailView {
                    counter: issue.counter,
                    sent_at: issue.sent_at(),
                    expires_at: match issue.handoff {
                        Handoff::Accepted(_) => recovery.link_ends_at(policy),
                        Handoff::Queued | Handoff::Attempted => None,
                    },
                    resend_at: issue.queued_at + policy.resend_after,
                });
            }
            Stage::Assisted { .. } => view.link_refused = true,
            _ => {}
        }
        Ok(())
    }

    /// A case as an officer sees it.
    pub(super) async fn desk_view(
        &self,
        record: &CaseRecord,
        officer: &OfficerContext,
    ) -> Result<DeskCaseView, StoreError> {
        let (case, policy) = (&record.case, &self.settings.policy);
        let dossier = self.dossier(record);
        let damaged = dossier.is_none();
        let dossier = dossier.unwrap_or_default();
        let employer = self.employer_of_case(case).await?;
        let events = self.store.case_events(case.id).await?;
        let names = self.officer_names(&events, record).await?;
        let called = |id: OfficerId| names.get(&id).cloned().unwrap_or_default();
        let mut view = self.case_view(record).await?;
        for document in &mut view.documents {
            document.remark = dossier.remarks.get(document.place).cloned().flatten();
        }
        let proposal = self.proposal_view(record, employer.as_ref(), &dossier).await?;
        let purpose = |decision| case.asked().map(|asked| case.purpose(decision, &asked.digest));
        let holder = match &case.stage {
            CaseStage::AtDesk(desk) => Some(HolderView {
                name: called(desk.officer),
                mine: desk.officer == officer.id,
                since: desk.at,
                free_at: desk.at + policy.cases.take_over_after,
            }),
            _ => None,
        };
        let changed_at = employer.as_ref().and_then(|employer| employer.credential.as_ref());
        let changed_at = changed_at.map(|credential| credential.changed_at);
        Ok(DeskCaseView {
            claimed: claimed(case, employer.as_ref(), &dossier),
            details: details(case, &dossier),
            identified: case
                .identification
                .zip(dossier.person.clone())
                .map(|(seen, (name, number))| IdentifiedView { name, number, how: seen.how }),
            ground: dossier.ground.clone(),
            needs_ground: match self.store.case_facts(case.id, self.settings.policy.tax).await? {
                Some(facts) => case.needs_ground(&facts),
                None => false,
            },
            holder,
            asked: case.asked().map(|asked| (called(asked.by), asked.at)),
            own_request: case.asked().is_some_and(|asked| asked.by == officer.id),
            approved: case.approval().map(|approval| (called(approval.by), approval.at)),
            reason_given: dossier.reason.clone(),
            approve_purpose: purpose(Decision::Approval)
                .filter(|_| view.state == CaseState::AwaitingApproval),
            hand_over_purpose: purpose(Decision::HandOver)
                .filter(|_| matches!(view.state, CaseState::Approved | CaseState::Activated)),
            disputed_at: case.disputed_at,
            key_changed_since: changed_at.is_some_and(|at| at > case.created_at),
            earlier: self.earlier_cases(case, officer).await?,
            history: events.iter().map(|event| history_row(event, &names)).collect(),
            version: seals::version(&self.keys, record),
            damaged,
            employer: employer.map(|employer| self.employer_file(&employer)),
            proposal,
            case: view,
        })
    }

    fn employer_file(&self, employer: &Employer) -> EmployerFile {
        self.ask_afterwards(employer, &employer.record.representative);
        let record = &employer.record;
        let email = record.email.as_ref().and_then(|email| self.keys.open_email(&record.key, email));
        let tax = self.settings.policy.tax.last(&employer.tax, self.store.now());
        EmployerFile {
            name: name_of(employer),
            kind: record.kind,
            representative: record.representative.as_str().into_owned(),
            representative_name: record.representative_name.clone(),
            email: email.map(|email| email.as_str().to_owned()),
            tax: tax.cloned(),
            tax_age: tax.and_then(|word| word.at).map(|at| self.store.now().saturating_since(at)),
            has_key: employer.has_key(),
            key_changed_at: employer.credential.as_ref().map(|credential| credential.changed_at),
            frozen: employer.is_frozen(),
        }
    }

    /// What would be asked for now; once it was asked for, what was.
    async fn proposal_view(
        &self,
        record: &CaseRecord,
        employer: Option<&Employer>,
        dossier: &Dossier,
    ) -> Result<ProposalView, StoreError> {
        let case = &record.case;
        let facts = self.store.case_facts(case.id, self.settings.policy.tax).await?;
        let asked = case.asked_proposal();
        let now = facts.as_ref().map(|facts| case.proposal(facts));
        let missing = match (&asked, &facts) {
            _ if !dossier.fits(&self.keys, case) => Some(CaseRefusal::FormChanged),
            (Some(_), _) => None,
            (None, Some(facts)) => case.check_complete(facts).err(),
            (None, None) => Some(CaseRefusal::DataMismatch),
        };
        let proposal = asked.or(now);
        let on_record = employer.and_then(|employer| {
            let email = employer.record.email.as_ref()?;
            self.keys.open_email(&employer.record.key, email).map(|email| email.as_str().to_owned())
        });
        let new_email = proposal.and_then(|proposal| proposal.new_email()).and(dossier.email.clone());
        let standing = employer.map(|employer| {
            format!("{} {}", employer.record.representative.as_str(), employer.record.representative_name)
        });
        Ok(ProposalView {
            digest: proposal.map_or([0; 32], |proposal| proposal.digest),
            email: new_email.map(|to| Replaced { from: on_record.unwrap_or_default(), to }),
            representative: dossier.representative.as_ref().map(|(number, name)| Replaced {
                from: standing.unwrap_or_default(),
                to: format!("{number} {name}"),
            }),
            first_key: proposal.is_some_and(|proposal| proposal.first_key),
            route: proposal.map_or(clavero_protocol::Route::Slip, |proposal| proposal.route()),
            missing,
        })
    }

    async fn officer_names(
        &self,
        events: &[CaseEvent],
        record: &CaseRecord,
    ) -> Result<BTreeMap<OfficerId, String>, StoreError> {
        let mut ids: Vec<OfficerId> =
            events.iter().flat_map(|event| [event.officer, event.colleague]).flatten().collect();
        if let CaseStage::AtDesk(desk) = &record.case.stage {
            ids.push(desk.officer);
        }
        self.names_of(ids).await
    }

    /// What officers are called.
    pub(super) async fn names_of(
        &self,
        mut ids: Vec<OfficerId>,
    ) -> Result<BTreeMap<OfficerId, String>, StoreError> {
        ids.sort_unstable();
        ids.dedup();
        let mut names = BTreeMap::new();
        for id in ids {
            let name = self.store.officer(id).await?.map(|officer| officer.name).unwrap_or_default();
            names.insert(id, name);
        }
        Ok(names)
    }

    async fn earlier_cases(
        &self,
        case: &AssistedCase,
        officer: &OfficerContext,
    ) -> Result<Vec<CaseRow>, StoreError> {
        let all = self.store.cases_of(&case.employer, EARLIER).await?;
        let others: Vec<CaseRecord> = all.into_iter().filter(|other| other.case.id != case.id).collect();
        self.case_rows(&others, officer).await
    }

    /// Cases as rows of a list.
    pub(super) async fn case_rows(
        &self,
        records: &[CaseRecord],
        officer: &OfficerContext,
    ) -> Result<Vec<CaseRow>, StoreError> {
        let officers = records.iter().filter_map(|record| in_hand(&record.case)).collect();
        let names = self.names_of(officers).await?;
        let mut rows = Vec::with_capacity(records.len());
        for record in records {
            let case = &record.case;
            let employer = self.employer_of_case(case).await?;
            let centre =
                case.details.and_then(|details| self.settings.centres.get(usize::from(details.centre)));
            rows.push(CaseRow {
                reference: record.reference.to_string(),
                path: record.reference.as_str().to_owned(),
                employer: employer_name(case, employer.as_ref()),
                state: case.state(self.store.now(), &self.settings.policy),
                reason: case.reason,
                created_at: case.created_at,
                updated_at: record.updated_at,
                centre: centre.map(|centre| centre.name.clone()),
                officer: in_hand(case).and_then(|officer| names.get(&officer).cloned()),
                mine: in_hand(case) == Some(officer.id),
                disputed: case.disputed_at.is_some(),
            });
        }
        Ok(rows)
    }
}

/// Who has it in hand, or asked for approval.
fn in_hand(case: &AssistedCase) -> Option<OfficerId> {
    match &case.stage {
        CaseStage::AtDesk(desk) => Some(desk.officer),
        _ => case.asked().map(|asked| asked.by),
    }
}

/// The record's numbers, and its name where the registry has one.
pub(super) fn employer_name(case: &AssistedCase, employer: Option<&Employer>) -> EmployerName {
    employer.map_or_else(
        || EmployerName {
            ruc: case.employer.ruc().to_string(),
            sucursal: case.employer.sucursal().to_string(),
            name: String::new(),
        },
        name_of,
    )
}

/// What was typed to open a case that matches nothing.
fn claimed(
    case: &AssistedCase,
    employer: Option<&Employer>,
    dossier: &Dossier,
) -> Option<(String, String, String)> {
    let numbers = (case.employer.ruc().to_string(), case.employer.sucursal().to_string());
    employer.is_none().then(|| (numbers.0, numbers.1, dossier.claimed.clone()))
}

fn details(case: &AssistedCase, dossier: &Dossier) -> Option<DetailsView> {
    case.details.map(|details| DetailsView {
        applicant: details.applicant,
        phone: dossier.phone.clone(),
        address: dossier.address.clone(),
        email: dossier.email.clone(),
        verified_at: case.mailbox.verified_at,
        representative: dossier.representative.clone(),
        third_party: dossier.third_party.clone(),
        centre: details.centre,
    })
}

fn documents(case: &AssistedCase, dossier: &Dossier) -> Vec<DocumentView> {
    let third =
        case.details.is_some_and(|details| details.applicant == clavero_protocol::Applicant::ThirdParty);
    let changed = case.details.is_some_and(|details| details.representative.is_some());
    let lines = case.documents.iter().enumerate();
    lines
        .map(|(place, line)| {
            let (es, en) = dossier.documents.get(place).cloned().unwrap_or_default();
            DocumentView {
                place,
                es,
                en,
                need: line.need,
                required: line.need.applies(third, changed),
                finding: line.found.map(|(finding, _)| finding),
                remark: None,
            }
        })
        .collect()
}

fn history_row(event: &CaseEvent, names: &BTreeMap<OfficerId, String>) -> EventView {
    let officer = event.officer.and_then(|officer| names.get(&officer).cloned());
    EventView { at: event.at, act: event.act, officer, refusal: event.refusal.clone() }
}

/// When a case was opened, as the lists page through it.
pub(super) fn cursor(record: &CaseRecord) -> (Timestamp, clavero_protocol::CaseId) {
    (record.case.created_at, record.case.id)
}
