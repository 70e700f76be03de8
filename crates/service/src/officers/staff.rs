//! The officers as admins and the operator see them: bringing in, enrolling again, disabling.

use clavero_protocol::{EmailAddress, FieldError, OfficerId, Role};
use clavero_store::{EnrolmentRequest, Inviter, NewEnrolment, NewOfficer, Officer};

use super::{AccessAct, Asked, DeskError, OfficerView, TouchAnswer};
use crate::{
    AccessError, Service,
    sealed::SealFor,
    secrets::{Token, random},
};

/// Characters of a name.
const LONGEST_NAME: usize = 80;

/// A new officer as they were written down.
#[derive(Debug, Clone, Copy)]
pub struct NewStaff<'a> {
    /// What they are called.
    pub name: &'a str,
    /// Their e-mail address.
    pub email: &'a str,
    /// What they may do.
    pub role: Role,
}

/// A name as it is kept: one line, without marks that turn the direction of what follows.
fn name(text: &str) -> Result<String, FieldError> {
    let turns =
        |c: char| matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let plain: String = text.chars().filter(|c| !turns(*c)).collect();
    let words: Vec<&str> = plain.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    let name = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err(FieldError::Empty),
        found if found > LONGEST_NAME => Err(FieldError::TooLong { found, expected: LONGEST_NAME }),
        _ => Ok(name),
    }
}

impl From<AccessError> for DeskError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Unauthorized | AccessError::NotFound => Self::Unauthorized,
            AccessError::Unavailable => Self::Unavailable,
        }
    }
}

/// Names an officer in addresses: 32 hexadecimal digits.
fn public_id(id: OfficerId) -> String {
    format!("{id:?}")
}

fn parse_id(text: &str) -> Option<OfficerId> {
    let digits = text.as_bytes().as_chunks::<2>().0;
    let bytes: Option<Vec<u8>> =
        digits.iter().map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    (text.len() == 32).then_some(OfficerId(bytes?.try_into().ok()?))
}

impl Service {
    pub(super) fn newcomer(&self, staff: NewStaff<'_>) -> Result<NewOfficer, DeskError> {
        let name = name(staff.name).map_err(DeskError::Name)?;
        let email = EmailAddress::parse(staff.email.trim()).map_err(DeskError::Email)?;
        let id = OfficerId(random());
        Ok(NewOfficer {
            id,
            name,
            email: self
                .keys
                .seal(SealFor::OfficerEmail, &id.0, email.as_str().as_bytes())
                .ok_or(DeskError::Unavailable)?,
            email_index: self.officer_index(&email),
            role: staff.role,
            mac: self.officer_mac(id, staff.role),
        })
    }

    /// The operator at the machine brings an officer in; the answer is the token of the enrolment address.
    pub async fn add_officer(&self, staff: NewStaff<'_>) -> Result<String, DeskError> {
        let token = Token::random();
        let enrolment = NewEnrolment { token: token.digest(), life: self.settings.desk.enrolment_life };
        self.store.add_officer(self.newcomer(staff)?, Inviter::Operator(enrolment)).await??;
        Ok(token.text())
    }

    /// The operator at the machine takes an officer's access away.
    pub async fn disable_officer(&self, email: &str) -> Result<String, DeskError> {
        let email = EmailAddress::parse(email.trim()).map_err(DeskError::Email)?;
        let officer = self.store.officer_by_email(self.officer_index(&email)).await?;
        let officer = officer.ok_or(DeskError::Refused(clavero_protocol::OfficerRefusal::Unknown))?;
        self.store.disable_officer(officer.id, None).await??;
        Ok(officer.name)
    }

    /// All officers, for the operator at the machine.
    pub async fn list_officers(&self) -> Result<Vec<OfficerView>, DeskError> {
        let requests = self.store.enrolment_requests().await?;
        let all = self.store.officers().await?;
        Ok(all.iter().map(|officer| self.officer_view(officer, &all, &requests, None)).collect())
    }

    fn officer_view(
        &self,
        officer: &Officer,
        all: &[Officer],
        requests: &[EnrolmentRequest],
        viewer: Option<OfficerId>,
    ) -> OfficerView {
        let asked = requests.iter().find(|request| request.officer == officer.id).map(|request| Asked {
            by: all
                .iter()
                .find(|asker| asker.id == request.asked_by)
                .map(|asker| asker.name.clone())
                .unwrap_or_default(),
            at: request.asked_at,
            own: viewer == Some(request.asked_by),
        });
        OfficerView {
            id: public_id(officer.id),
            name: officer.name.clone(),
            email: self.officer_email(officer),
            role: officer.role,
            active: officer.active,
            passkeys: officer.passkeys,
            totp: officer.totp.is_some(),
            created_at: officer.created_at,
            asked,
            own: viewer == Some(officer.id),
        }
    }

    /// The admin of a session; anybody else is turned away, and that is written down.
    async fn admin(&self, session: &str) -> Result<OfficerId, DeskError> {
        let officer = self.living_officer(session).await?.officer;
        if officer.role == Role::Admin {
            return Ok(officer.id);
        }
        self.turn_officer_away(officer.id).await;
        Err(DeskError::Forbidden)
    }

    /// All officers, as an admin sees them.
    pub async fn staff(&self, session: &str) -> Result<Vec<OfficerView>, DeskError> {
        let admin = self.admin(session).await?;
        let requests = self.store.enrolment_requests().await?;
        let all = self.store.officers().await?;
        Ok(all.iter().map(|officer| self.officer_view(officer, &all, &requests, Some(admin))).collect())
    }

    /// One officer, as an admin sees them.
    pub async fn staff_member(&self, session: &str, id: &str) -> Result<OfficerView, DeskError> {
        let all = self.staff(session).await?;
        all.into_iter()
            .find(|officer| officer.id == id)
            .ok_or(DeskError::Refused(clavero_protocol::OfficerRefusal::Unknown))
    }

    /// An admin asks that somebody becomes an officer; another admin has to confirm.
    pub async fn propose_officer(&self, session: &str, staff: NewStaff<'_>) -> Result<(), DeskError> {
        let admin = self.admin(session).await?;
        self.store.add_officer(self.newcomer(staff)?, Inviter::Admin(admin)).await??;
        Ok(())
    }

    fn whom(id: &str) -> Result<OfficerId, DeskError> {
        parse_id(id).ok_or(DeskError::Refused(clavero_protocol::OfficerRefusal::Unknown))
    }

    /// An admin asks that an officer enrols again; another admin has to confirm.
    pub async fn ask_enrolment(&self, session: &str, whom: &str) -> Result<(), DeskError> {
        let admin = self.admin(session).await?;
        Ok(self.store.ask_enrolment(Self::whom(whom)?, admin).await??)
    }

    /// A second admin confirms, with a touch; the answer is the token of the enrolment address. What the officer proved
    /// themselves by until now no longer does.
    pub async fn confirm_enrolment(
        &self,
        session: &str,
        whom: &str,
        answer: TouchAnswer<'_>,
    ) -> Result<String, DeskError> {
        let admin = self.admin(session).await?;
        self.finish_touch(session, AccessAct::ConfirmEnrolment(whom).purpose(), answer).await?;
        let token = Token::random();
        let enrolment = NewEnrolment { token: token.digest(), life: self.settings.desk.enrolment_life };
        self.store.confirm_enrolment(Self::whom(whom)?, admin, enrolment).await??;
        Ok(token.text())
    }

    /// An admin withdraws a request.
    pub async fn withdraw_enrolment(&self, session: &str, whom: &str) -> Result<(), DeskError> {
        let admin = self.admin(session).await?;
        Ok(self.store.withdraw_enrolment(Self::whom(whom)?, admin).await??)
    }

    /// An admin takes an officer's access away, with a touch.
    pub async fn disable_staff(
        &self,
        session: &str,
        whom: &str,
        answer: TouchAnswer<'_>,
    ) -> Result<(), DeskError> {
        let admin = self.admin(session).await?;
        self.finish_touch(session, AccessAct::Disable(whom).purpose(), answer).await?;
        Ok(self.store.disable_officer(Self::whom(whom)?, Some(admin)).await??)
    }

    /// What an officer is called, for the pages that tell who did what.
    pub async fn officer_name(&self, id: OfficerId) -> Result<Option<String>, DeskError> {
        Ok(self.store.officer(id).await?.map(|officer| officer.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_that_turns_no_direction() {
        assert_eq!(name("  Ana\u{202E} María\n Ñáñez\u{7} "), Ok("Ana María Ñáñez".to_owned()));
        assert_eq!(name("\u{200F} \t"), Err(FieldError::Empty));
        assert_eq!(name(&"ñ".repeat(81)), Err(FieldError::TooLong { found: 81, expected: 80 }));
    }

    #[test]
    fn an_officers_public_name_is_read_back_and_nothing_else_is_one() {
        let id = OfficerId([0xa7; 16]);
        assert_eq!(parse_id(&public_id(id)), Some(id));
        for text in ["", "a7", &"a7".repeat(17), &"ñ".repeat(16), &"g7".repeat(16)] {
            assert_eq!(parse_id(text), None, "{text}");
        }
    }
}
