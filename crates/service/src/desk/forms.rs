//! What is typed into a case's forms, read as a whole: everything that is wrong is said at once.

use clavero_protocol::{Applicant, EmailAddress, FieldError, ForeignerRule, IdentifiedBy, RepresentativeId};

use super::{CaseField, Centre};
use crate::mail::in_one_line;

const LONGEST_PHONE: usize = 40;
const LONGEST_NAME: usize = 200;
const LONGEST_ADDRESS: usize = 300;
/// Of a remark, a ground or a reason.
const LONGEST_TEXT: usize = 2_000;

/// The details form as it was typed. What does not apply is empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct CaseDetails<'a> {
    /// `in_person` or `third_party`.
    pub applicant: &'a str,
    /// Telephone.
    pub phone: &'a str,
    /// Postal address.
    pub address: &'a str,
    /// The mailbox; empty where there is none at all.
    pub email: &'a str,
    /// The centre's place in the configured list, from 0.
    pub centre: &'a str,
    /// The new legal representative's number; empty where that does not change.
    pub new_representative_id: &'a str,
    /// The new legal representative's name.
    pub new_representative_name: &'a str,
    /// The third party's number.
    pub third_party_id: &'a str,
    /// The third party's name.
    pub third_party_name: &'a str,
}

/// The identification form as it was typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct PersonSeen<'a> {
    /// Name.
    pub name: &'a str,
    /// Number of cédula, passport or foreigner's document.
    pub number: &'a str,
    /// A word of [`IdentifiedBy`].
    pub how: &'a str,
}

/// Details that can be taken.
pub(super) struct ReadDetails {
    pub(super) applicant: Applicant,
    pub(super) phone: String,
    pub(super) address: String,
    pub(super) email: Option<EmailAddress>,
    pub(super) centre: u16,
    pub(super) representative: Option<(RepresentativeId, String)>,
    pub(super) third_party: Option<(RepresentativeId, String)>,
}

type Errors = Vec<(CaseField, FieldError)>;

/// One line of text: trimmed, without anything that hides or turns the direction of reading.
fn line(text: &str, longest: usize) -> Result<String, FieldError> {
    let text = in_one_line(text);
    let found = text.chars().count();
    if text.is_empty() {
        return Err(FieldError::Empty);
    }
    if found > longest { Err(FieldError::TooLong { found, expected: longest }) } else { Ok(text) }
}

/// A remark, a ground or a reason.
pub(super) fn text(typed: &str) -> Result<String, Errors> {
    line(typed, LONGEST_TEXT).map_err(|error| vec![(CaseField::Text, error)])
}

/// The same where nothing is fine too.
pub(super) fn optional_text(typed: &str) -> Result<Option<String>, Errors> {
    if typed.trim().is_empty() { Ok(None) } else { text(typed).map(Some) }
}

impl CaseDetails<'_> {
    pub(super) fn read(&self, centres: &[Centre], rule: &ForeignerRule) -> Result<ReadDetails, Errors> {
        let mut errors = Errors::new();
        let applicant = Applicant::parse(self.applicant.trim());
        if applicant.is_none() {
            errors.push((CaseField::Applicant, FieldError::UnknownWord));
        }
        let mut note = |field, read: Result<String, FieldError>| {
            read.map_err(|error| errors.push((field, error))).unwrap_or_default()
        };
        let phone = note(CaseField::Phone, line(self.phone, LONGEST_PHONE));
        let address = note(CaseField::Address, line(self.address, LONGEST_ADDRESS));
        let email = match self.email.trim() {
            "" => None,
            typed => EmailAddress::parse(typed).map_err(|error| errors.push((CaseField::Email, error))).ok(),
        };
        let centre = self.centre.trim().parse().ok().filter(|place| usize::from(*place) < centres.len());
        if centre.is_none() {
            errors.push((CaseField::Centre, FieldError::UnknownWord));
        }
        let changed = [self.new_representative_id, self.new_representative_name];
        let fields = (CaseField::Representative, CaseField::RepresentativeName);
        let representative = person(changed, fields, rule, &mut errors);
        let third = [self.third_party_id, self.third_party_name];
        let fields = (CaseField::ThirdParty, CaseField::ThirdPartyName);
        let third_party = match applicant {
            Some(Applicant::ThirdParty) => person(third, fields, rule, &mut errors),
            _ => None,
        };
        if applicant == Some(Applicant::ThirdParty) && third.iter().all(|typed| typed.trim().is_empty()) {
            errors.push((CaseField::ThirdParty, FieldError::Empty));
        }
        match (applicant, centre) {
            (Some(applicant), Some(centre)) if errors.is_empty() => {
                Ok(ReadDetails { applicant, phone, address, email, centre, representative, third_party })
            }
            _ => Err(errors),
        }
    }
}

/// Number and name; nothing where both are empty.
fn person(
    [number, name]: [&str; 2],
    (number_field, name_field): (CaseField, CaseField),
    rule: &ForeignerRule,
    errors: &mut Errors,
) -> Option<(RepresentativeId, String)> {
    if number.trim().is_empty() && name.trim().is_empty() {
        return None;
    }
    let number =
        RepresentativeId::parse(number, rule).map_err(|error| errors.push((number_field, error))).ok();
    let name = line(name, LONGEST_NAME).map_err(|error| errors.push((name_field, error))).ok();
    number.zip(name)
}

impl PersonSeen<'_> {
    /// Name, number and how.
    pub(super) fn read(&self) -> Result<(String, String, IdentifiedBy), Errors> {
        let mut errors = Errors::new();
        let mut note = |field, read: Result<String, FieldError>| {
            read.map_err(|error| errors.push((field, error))).unwrap_or_default()
        };
        let name = note(CaseField::PersonName, line(self.name, LONGEST_NAME));
        let number = note(CaseField::PersonNumber, line(self.number, LONGEST_PHONE));
        let how = IdentifiedBy::parse(self.how.trim());
        if how.is_none() {
            errors.push((CaseField::IdentifiedBy, FieldError::UnknownWord));
        }
        match how {
            Some(how) if errors.is_empty() => Ok((name, number, how)),
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn centres() -> Vec<Centre> {
        let text = || "A".to_owned();
        vec![Centre { name: text(), city: text(), address: text(), hours: text(), phone: text() }]
    }

    const GOOD: CaseDetails<'_> = CaseDetails {
        applicant: "in_person",
        phone: "099 999 9999",
        address: "Calle Ñandú N1-23",
        email: "persona@correo.example",
        centre: "0",
        new_representative_id: "",
        new_representative_name: "",
        third_party_id: "",
        third_party_name: "",
    };

    fn wrong(details: CaseDetails<'_>) -> Vec<&'static str> {
        let read = details.read(&centres(), &ForeignerRule::default());
        read.err().unwrap_or_default().iter().map(|(field, _)| field.as_str()).collect()
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        assert!(wrong(GOOD).is_empty());
        assert!(wrong(CaseDetails { email: " ", ..GOOD }).is_empty(), "there may be no mailbox");
        let empty = CaseDetails { email: "x", centre: "1", ..CaseDetails::default() };
        assert_eq!(wrong(empty), ["applicant", "phone", "address", "email", "centre"]);
        let third = CaseDetails { applicant: "third_party", ..GOOD };
        assert_eq!(wrong(third), ["third_party_id"]);
        let named = CaseDetails { third_party_id: "1714307103", third_party_name: "Zoë", ..third };
        assert!(wrong(named).is_empty());
        let half = CaseDetails { new_representative_name: "Zoë", ..GOOD };
        assert_eq!(wrong(half), ["new_representative_id"]);
    }

    #[test]
    fn nothing_that_hides_or_turns_is_taken_in() {
        let hostile = CaseDetails { address: " =cmd|'/C calc'!A0\r\n\u{202e}gnp\u{0} ", ..GOOD };
        let read = hostile.read(&centres(), &ForeignerRule::default()).ok().unwrap();
        assert_eq!(read.address, "=cmd|'/C calc'!A0 gnp");
        assert!(wrong(CaseDetails { phone: &"9".repeat(41), ..GOOD }) == ["phone"]);
        assert_eq!(text(&"Ñ".repeat(2_001)).unwrap_err()[0].0, CaseField::Text);
    }
}
