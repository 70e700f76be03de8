//! A form that is sent twice begins one flow: a second click, or a browser that tries again.
//!
//! Each form has a random name. Flow and token are derived from it and from what was typed, so whoever sends the same again
//! is given the same, and nothing has to be remembered. Who does not have the form cannot derive them.

use clavero_protocol::{RecoveryId, State};
use clavero_store::StoreError;
use uuid::Uuid;

use crate::{Identifiers, Service, StartRecovery, recoveries::StartedRecovery, secrets::Token};

/// What a flow is called, and what opens it.
pub(crate) struct FlowName {
    pub(crate) id: RecoveryId,
    pub(crate) token: Token,
}

impl FlowName {
    /// That of a flow which no form asks for again.
    pub(crate) fn fresh() -> Self {
        Self { id: RecoveryId(*Uuid::now_v7().as_bytes()), token: Token::random() }
    }
}

impl Service {
    /// The flow that this form begins; `None` where the form has no name.
    pub(crate) fn flow_of_form(&self, request: &StartRecovery) -> Option<FlowName> {
        let form = Token::parse(&request.form)?.digest();
        let Identifiers { representative, employer } = &request.identifiers;
        let (representative, employer) = (representative.as_str(), employer.as_i64().to_be_bytes());
        let parts: [&[u8]; 4] = [&self.epoch.to_be_bytes(), &form, representative.as_bytes(), &employer];
        let id = RecoveryId(self.keys.uuid("form-recovery", &parts));
        Some(FlowName { id, token: Token::derived(self.keys.index("form-token", &parts)) })
    }

    /// The flow that the same form has begun, while it waits for something; one that ended in person only as long as it
    /// takes to click twice, since who sends the form again later has a reason.
    pub(crate) async fn begun_before(&self, name: &FlowName) -> Result<Begun, StoreError> {
        let Some(record) = self.store.recovery(name.id).await? else { return Ok(Begun::Never) };
        if record.token != name.token.digest() {
            return Ok(Begun::Over);
        }
        let Ok(view) = self.view(&record).await else { return Ok(Begun::Over) };
        let age = self.store.now().saturating_since(view.created_at);
        let just_now = view.assisted.is_some() && age < self.settings.policy.resend_after;
        let waits = (view.code.is_some() || view.link.is_some()) && view.state != State::Expired;
        if waits || just_now {
            return Ok(Begun::Waits(Box::new(StartedRecovery { view, token: name.token.text() })));
        }
        Ok(Begun::Over)
    }
}

/// What a form has begun already.
pub(crate) enum Begun {
    Never,
    Waits(Box<StartedRecovery>),
    /// It is over: the same form begins another.
    Over,
}
