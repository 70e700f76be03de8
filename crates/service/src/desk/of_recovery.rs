//! Where a recovery and a case meet, for whoever holds the recovery.

use clavero_protocol::Mismatch;

use super::CaseView;
use crate::{AccessError, Service};

impl Service {
    /// Whether a recovery can lead to a case without retyping. Under `hide` it cannot: a decoy keeps no identifiers.
    #[must_use]
    pub fn recoveries_lead_to_cases(&self) -> bool {
        self.settings.policy.mismatch != Mismatch::Hide
    }

    /// The case that was opened from this recovery.
    pub async fn case_of_recovery(&self, id: &str, token: &str) -> Result<Option<CaseView>, AccessError> {
        let record = self.authorized(id, token).await?;
        match self.store.case_from(record.recovery.id).await? {
            Some(case) => Ok(Some(self.case_view(&case).await?)),
            None => Ok(None),
        }
    }
}
