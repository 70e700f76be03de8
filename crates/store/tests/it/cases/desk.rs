//! A case's way through the store, step by step.

use std::sync::Arc;

use clavero_protocol::{
    Applicant, AssistedCase, AssistedReason, CaseActor, CaseCommand, CaseId, CaseReference, CaseStage,
    CaseState, Decision, Details, DocumentAnswer, Facts, Finding, Identification, IdentifiedBy, Mark, Need,
    OfficerId, RecoveryId, Role, Start, Touch,
};
use clavero_store::{
    CaseNotOpened, CaseNotTaken, CaseRecord, CaseStep, ClaimedMail, Digest, MailKind, MailOutcome,
    NewDossier, OpenCase, SealedEmail,
};

use crate::world::{World, email, employer, limit};

pub(crate) const ANA: OfficerId = OfficerId([21; 16]);
pub(crate) const BETO: OfficerId = OfficerId([22; 16]);
pub(crate) const CARLA: OfficerId = OfficerId([23; 16]);
pub(crate) const SEEN: Identification = Identification { whom: Mark([6; 16]), how: IdentifiedBy::Cedula };

/// The mailbox that applicants ask for; the registry has number 1.
pub(crate) const NEW: u8 = 2;

pub(crate) fn reference(number: u8) -> CaseReference {
    // One in seven has an odd check symbol.
    (0..=255)
        .find_map(|last| CaseReference::from_random([number, 0, 0, 0, 0, 0, 0, 0, last, 0]))
        .expect("one")
}

pub(crate) const fn officer(id: OfficerId, role: Role) -> CaseActor {
    CaseActor::Officer { id, role }
}

pub(crate) const fn desk(id: OfficerId) -> CaseActor {
    officer(id, Role::Desk)
}

/// A case in the hands of a test.
pub(crate) struct Desk<'a> {
    pub(crate) world: &'a World,
    pub(crate) id: CaseId,
}

pub(crate) fn opening(world: &World, number: u8) -> OpenCase {
    let needs = [Need::Always, Need::ThirdParty, Need::RepresentativeChange];
    let (id, now) = (CaseId([number; 16]), world.store.now());
    let record = CaseRecord {
        case: AssistedCase::open(id, employer(), AssistedReason::NoMailAccess, &needs, now),
        reference: reference(number),
        key_id: "k1".to_owned(),
        locale: "es-EC".to_owned(),
        dossier: vec![number],
        email: None,
        version: 0,
        updated_at: now,
    };
    let policy = Arc::clone(&world.policy);
    OpenCase { record, by: CaseActor::Applicant, from: None, limits: Vec::new(), once: None, policy }
}

pub(crate) async fn open(world: &World, number: u8) -> Result<CaseRecord, CaseNotOpened> {
    world.store.open_case(opening(world, number)).await.expect("a transaction")
}

impl<'a> Desk<'a> {
    pub(crate) async fn open(world: &'a World, number: u8) -> Self {
        world.register().await;
        let record = open(world, number).await.expect("a case");
        Self { world, id: record.case.id }
    }

    pub(crate) async fn read(&self) -> CaseRecord {
        self.world.store.case(self.id).await.expect("a read").expect("the case")
    }

    pub(crate) async fn facts(&self) -> Facts {
        self.world.store.case_facts(self.id, self.world.policy.tax).await.expect("a read").expect("the case")
    }

    pub(crate) async fn state(&self) -> CaseState {
        self.read().await.case.state(self.world.store.now(), &self.world.policy)
    }

    pub(crate) fn step(&self, actor: CaseActor, command: CaseCommand) -> CaseStep {
        CaseStep::plain(self.id, actor, command, Arc::clone(&self.world.policy))
    }

    pub(crate) async fn send(&self, step: CaseStep) -> Result<CaseRecord, CaseNotTaken> {
        self.world.store.step_case(step).await.expect("a transaction")
    }

    pub(crate) async fn take(
        &self,
        actor: CaseActor,
        command: CaseCommand,
    ) -> Result<CaseRecord, CaseNotTaken> {
        self.send(self.step(actor, command)).await
    }

    pub(crate) fn details(&self, to: Option<SealedEmail>) -> CaseStep {
        let details = Details {
            applicant: Applicant::InPerson,
            contact: Mark([5; 16]),
            email: to.as_ref().map(|email| Mark(email.index)),
            representative: None,
            centre: 1,
        };
        CaseStep { email: to, ..self.step(CaseActor::Applicant, CaseCommand::GiveDetails(details)) }
    }

    /// The applicant shows that they read mailbox number `to`.
    pub(crate) async fn prove(&self, to: u8) {
        self.send(self.details(Some(email(to)))).await.expect("details");
        self.take(CaseActor::Applicant, CaseCommand::SendCode).await.expect("a code");
        self.world.mail_all().await;
        self.take(CaseActor::Applicant, CaseCommand::SpendAttempt).await.expect("a guess");
        let counter = self.read().await.case.mailbox.codes;
        self.take(CaseActor::Applicant, CaseCommand::AcceptCode { counter }).await.expect("the code");
    }

    /// Ana takes it in hand and finds everything in order.
    pub(crate) async fn check(&self) {
        self.take(desk(ANA), CaseCommand::Take { over: false }).await.expect("the case");
        self.take(desk(ANA), found(0, Finding::CopyKept)).await.expect("a document");
        self.take(desk(ANA), CaseCommand::Identify(SEEN)).await.expect("a person");
    }

    pub(crate) async fn ask(&self) -> Result<CaseRecord, CaseNotTaken> {
        let digest = self.read().await.case.proposal(&self.facts().await).digest;
        let step = self.step(desk(ANA), CaseCommand::AskApproval { digest });
        self.send(CaseStep { email_changes: Some(limit(ANA.0[0], 5)), ..step }).await
    }

    pub(crate) async fn touch(&self, officer: OfficerId, decision: Decision) -> Touch {
        let case = self.read().await.case;
        let purpose = case.purpose(decision, &case.asked().expect("a request").digest);
        Touch { officer, purpose, at: self.world.store.now() }
    }

    pub(crate) async fn approve(&self, by: OfficerId) -> Result<CaseRecord, CaseNotTaken> {
        let touch = self.touch(by, Decision::Approval).await;
        let digest = self.read().await.case.asked().expect("a request").digest;
        self.take(desk(by), CaseCommand::Approve { digest, touch }).await
    }

    pub(crate) async fn start(&self, recovery: u8) -> CaseStep {
        let touch = self.touch(ANA, Decision::HandOver).await;
        let start = Start::Mail { recovery: RecoveryId([recovery; 16]) };
        let email = self.read().await.email;
        CaseStep { email, ..self.step(desk(ANA), CaseCommand::HandOver { touch, start }) }
    }

    pub(crate) async fn hand_over(&self, recovery: u8) -> Result<CaseRecord, CaseNotTaken> {
        self.send(self.start(recovery).await).await
    }

    /// From nothing to the activation that waits to be mailed.
    pub(crate) async fn activate(&self, to: u8, recovery: u8) {
        self.prove(to).await;
        self.check().await;
        self.ask().await.expect("a request");
        self.approve(BETO).await.expect("an approval");
        self.hand_over(recovery).await.expect("a hand-over");
    }

    /// Mails the activation; the verifier of its link.
    pub(crate) async fn mail_link(&self) -> Digest {
        let first: Digest = [self.id.0[0].wrapping_add(100); 32];
        let mails = claim(self.world, first).await;
        for mail in &mails {
            assert!(self.world.settle(mail, MailOutcome::Accepted).await);
        }
        let link = mails.iter().find(|mail| mail.kind == MailKind::Link).expect("the activation");
        verifiers(first)[link.verifier.expect("a token")]
    }

    pub(crate) async fn is_activated(&self) -> bool {
        matches!(self.read().await.case.stage, CaseStage::Activated(..))
    }
}

fn verifiers(first: Digest) -> Vec<Digest> {
    (0..8).map(|offset: u8| [first[0].wrapping_add(offset * 7); 32]).collect()
}

/// All mails that are due; the first that needs a token gets this verifier, where it is the first of all.
pub(crate) async fn claim(world: &World, first: Digest) -> Vec<ClaimedMail> {
    let (lease, policy) = (std::time::Duration::from_mins(1), Arc::clone(&world.policy));
    let verifiers = verifiers(first);
    let claim = clavero_store::Claim {
        max: 8,
        lease,
        busy_lanes: Vec::new(),
        verifiers,
        policy,
        wait: std::time::Duration::ZERO,
    };
    world.store.claim_mails(claim).await.expect("a claim")
}

pub(crate) fn dossier(read: u8, byte: u8) -> NewDossier {
    NewDossier { read: vec![read], sealed: vec![byte] }
}

/// What was found of the document at `place`.
pub(crate) fn found(place: usize, finding: Finding) -> CaseCommand {
    CaseCommand::CheckDocuments(vec![DocumentAnswer { place, finding, remark: None }])
}
