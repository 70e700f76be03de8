//! The pure rules of a key's recovery: identifiers that cannot be wrong, the recovery as a state machine, budgets as
//! arithmetic, the password policy.
//!
//! No I/O, no async, no clock, no randomness: time, randomness and secrets are arguments. So the server, the property
//! tests, the model checker and the simulator all run the very same functions.

mod case;
mod code;
mod eligibility;
mod email;
mod hex;
mod identifier;
mod limit;
mod officer;
mod password;
mod plain;
mod policy;
mod recovery;
mod tax;
mod time;

pub use case::{
    Activation, Applicant, Approval, Asked, AssistedCase, CaseAct, CaseActor, CaseCommand, CaseEffect,
    CaseId, CaseMailbox, CaseNotice, CasePolicy, CaseReference, CaseRefusal, CaseStage, CaseState,
    CaseTransition, Decision, Desk, Details, DocumentAnswer, DocumentLine, Facts, Finding, Identification,
    IdentifiedBy, Mark, Moment, Need, OfficerId, Origin, Proposal, ReferenceError, Role, Route, Start, Touch,
    Way,
};
pub use code::TypedCode;
pub use eligibility::{AssistedCause, Eligibility, Standing, eligibility};
pub use email::EmailAddress;
pub use hex::Hex;
pub use identifier::{
    Cedula, EmployerKey, EmployerKind, FieldError, ForeignerCode, ForeignerRule, RepresentativeId, Ruc,
    RucKind, Sucursal,
};
pub use limit::{Exceeded, Gcra, Rule, SlidingLog};
pub use officer::{
    Colleague, OfficerRefusal, may_ask_enrolment, may_confirm_enrolment, may_disable, may_withdraw_enrolment,
};
pub use password::{BreachedPasswords, NormalizedPassword, PasswordPolicy, Strength, WeakReason};
pub use policy::{Mismatch, Policy};
pub use recovery::{
    Act, AssistedReason, Command, FlowMail, Handoff, Issue, Recovery, RecoveryId, Refusal, Stage, State,
    Subject, Transition,
};
pub use tax::{Inquiry, TaxOrigin, TaxPolicy, TaxRecord, TaxSource, TaxState, TaxWord};
pub use time::Timestamp;
