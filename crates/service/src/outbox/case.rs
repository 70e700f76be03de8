//! What a mail of a case carries.

use clavero_protocol::{CaseStage, Timestamp};
use clavero_store::{CaseRecord, MailKind};
use zeroize::Zeroizing;

use super::job::{Fault, Job, Way};
use crate::{
    keys::CaseCodeOf,
    mail::{Carries, CaseCarries},
};

impl Job {
    pub(super) fn carries_of_case(
        &self,
        kind: MailKind,
        token: impl FnOnce() -> Result<Zeroizing<String>, Way>,
        now: Timestamp,
    ) -> Result<(Carries, Timestamp), Way> {
        let record = &self.mail.case.as_ref().ok_or(Way::Nothing)?.record;
        let policy = &self.service.settings.policy;
        let reference = record.reference.as_str().to_owned();
        let mut ends_at = record.case.ends_at(policy);
        let carries = match kind {
            MailKind::CaseCode => {
                ends_at = now + policy.code_ttl;
                CaseCarries::Code {
                    code: self.case_code(record).ok_or(Way::Fault(Fault::Keys))?,
                    reference: record.reference.as_str()[..4].to_owned(),
                    replaces: (self.mail.counter > 1).then_some(self.mail.queued_at),
                }
            }
            MailKind::CaseStop => CaseCarries::Stop { token: token()?, at: self.mail.queued_at },
            MailKind::CaseReminder => CaseCarries::Reminder { reference },
            MailKind::CaseApproved => {
                let from = record.case.hand_over_from(policy).filter(|from| *from > now);
                CaseCarries::Approved { reference, from }
            }
            MailKind::CaseReturned if matches!(record.case.stage, CaseStage::Returned { .. }) => {
                CaseCarries::Returned { reference }
            }
            _ => return Err(Way::Nothing),
        };
        Ok((Carries::Case(carries), ends_at))
    }

    fn case_code(&self, record: &CaseRecord) -> Option<Zeroizing<String>> {
        let of = CaseCodeOf { record, epoch: self.service.epoch };
        self.service.keys.case_code(&of, self.mail.counter, self.service.settings.policy.code_digits)
    }
}
