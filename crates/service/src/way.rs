//! The way on for three identifiers: online, in person, or none.

use clavero_protocol::{AssistedReason, Eligibility, Standing, eligibility};
use clavero_store::Employer;

use crate::{Client, Identifiers, Service, errors::StartError};

/// What the identifiers lead to.
pub(crate) enum Way {
    Online(Box<Employer>),
    Assisted(Box<Employer>, AssistedReason),
    Mismatch,
}

impl Service {
    /// What decides the way on, with what is known of the RUC at this moment.
    pub(crate) fn standing_of(&self, employer: &Employer) -> Standing {
        employer.standing(&self.settings.policy.tax, self.store.now())
    }

    /// The way on, by what is known of the RUC.
    pub(crate) async fn way(&self, identifiers: &Identifiers) -> Result<Way, StartError> {
        let employer = self.store.employer(&identifiers.employer).await?;
        if let Some(employer) = &employer {
            self.ask_afterwards(employer, &identifiers.representative);
        }
        Ok(self.way_of(identifiers, employer))
    }

    /// The same once the tax authority has been asked, where what is known will not do.
    pub(crate) async fn way_asking(
        &self,
        identifiers: &Identifiers,
        client: &Client,
    ) -> Result<Way, StartError> {
        let employer = match self.store.employer(&identifiers.employer).await? {
            Some(employer) => Some(self.informed(employer, &identifiers.representative, client).await?),
            None => None,
        };
        Ok(self.way_of(identifiers, employer))
    }

    fn way_of(&self, identifiers: &Identifiers, employer: Option<Employer>) -> Way {
        let standing = employer.as_ref().map(|employer| self.standing_of(employer));
        let unknown_goes_online = self.settings.policy.tax.unknown_goes_online;
        let decided = eligibility(standing.as_ref(), &identifiers.representative, unknown_goes_online);
        match (decided, employer) {
            (Eligibility::Online, Some(employer)) => Way::Online(Box::new(employer)),
            (Eligibility::Assisted(reason), Some(employer)) => Way::Assisted(Box::new(employer), reason),
            _ => Way::Mismatch,
        }
    }
}
