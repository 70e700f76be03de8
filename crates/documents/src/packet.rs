//! The packet of a case: request, agreement, and what to bring where.

use clavero_words::Locale;
use serde::Serialize;

use crate::{
    Applicant, Centre, Contact, Employer, Institution, Made, Person,
    paper::{Frame, Paper, Template, Wording, data},
};

/// What an applicant prints and brings: the request ("solicitud de clave"), the agreement on the use of information
/// ("acuerdo de uso de la información y responsabilidad"), the check-list and the centre.
///
/// Equal packets give equal bytes, and only one of them is made: let [`Packet::made`] be when the case was last changed, not when
/// the page was opened.
#[derive(Debug, Clone, Serialize)]
pub struct Packet {
    /// The language of the paper.
    #[serde(skip)]
    pub locale: Locale,
    /// Whose form it is.
    #[serde(skip)]
    pub institution: Institution,
    /// The case's reference as people read it, in groups of four.
    pub reference: String,
    /// The address of the case's page, which the QR code holds: at most 2,000 bytes.
    pub case_url: String,
    /// When it was made.
    #[serde(skip)]
    pub made: Made,
    /// Until when the case stays open, in words.
    pub valid_until: String,
    /// The employer's record.
    pub employer: Employer,
    /// The legal representative on record.
    pub representative: Person,
    /// The one who takes over, when the case changes the representative.
    pub new_representative: Option<Person>,
    /// Who comes.
    pub applicant: Applicant,
    /// How the applicant is reached.
    pub contact: Contact,
    /// Why the key is asked for at a centre, in words.
    pub reason: String,
    /// The centre that was picked.
    pub centre: Centre,
    /// What to bring, in words, in order.
    pub documents: Vec<String>,
    /// Whether this is a demonstration, which the paper then says on every page.
    pub demo: bool,
}

/// What request, agreement and check-list say, filled in or not.
pub(crate) const ENABLING_DOCUMENTS: [&str; 45] = [
    "packet-title",
    "packet-addressed-to",
    "packet-employer",
    "packet-ruc",
    "packet-sucursal",
    "packet-name",
    "packet-kind",
    "packet-new-representative",
    "packet-person-id",
    "packet-person-name",
    "packet-applicant",
    "packet-contact",
    "packet-email",
    "packet-phone",
    "packet-address",
    "packet-reason",
    "packet-declaration",
    "packet-place-and-date",
    "packet-signature",
    "packet-received",
    "packet-received-hint",
    "packet-agreement",
    "packet-agreement-intro",
    "packet-clause-personal",
    "packet-clause-personal-text",
    "packet-clause-liability",
    "packet-clause-liability-text",
    "packet-clause-custody",
    "packet-clause-custody-text",
    "packet-clause-notice",
    "packet-clause-notice-text",
    "packet-clause-use",
    "packet-clause-use-text",
    "packet-clause-privacy",
    "packet-clause-privacy-text",
    "packet-clause-term",
    "packet-clause-term-text",
    "packet-legal-basis",
    "packet-language",
    "packet-bring",
    "packet-bring-intro",
    "packet-where",
    "packet-never",
    "packet-never-text",
    "packet-help",
];

const SENTENCES: [&str; 12] = [
    "packet-email-none",
    "packet-qr-alt",
    "packet-scan",
    "packet-valid-until",
    "packet-centre",
    "packet-city",
    "packet-hours",
    "packet-until",
    "packet-until-text",
    "packet-follow",
    "packet-follow-text",
    "packet-keep",
];

impl Packet {
    /// Whoever signs: the third party, else the new representative, else the one on record.
    fn signatory(&self) -> &Person {
        match &self.applicant {
            Applicant::ThirdParty(person) => person,
            Applicant::InPerson => self.new_representative.as_ref().unwrap_or(&self.representative),
        }
    }

    pub(crate) fn paper(&self) -> Paper {
        let signatory = self.signatory();
        let args = [
            ("institution", self.institution.name.as_str()),
            ("made_at", self.made.text.as_str()),
            ("valid_until", self.valid_until.as_str()),
            ("case_url", self.case_url.as_str()),
            ("person", signatory.name.as_str()),
            ("person_id", signatory.id.as_str()),
            ("employer", self.employer.name.as_str()),
            ("ruc", self.employer.ruc.as_str()),
            ("sucursal", self.employer.sucursal.as_str()),
            ("email", self.contact.email.as_deref().unwrap_or_default()),
        ];
        let mut wording = Wording::new(self.locale, &args);
        wording.say_all(&ENABLING_DOCUMENTS);
        wording.say_all(&SENTENCES);
        let third = matches!(self.applicant, Applicant::ThirdParty(_));
        wording.put("packet-petition", if third { "packet-petition-third" } else { "packet-petition-self" });
        let changes = self.new_representative.is_some();
        let representative = if changes { "packet-representative-former" } else { "packet-representative" };
        wording.put("packet-representative", representative);
        let (mail, mail_text) = match self.contact.email {
            Some(_) => ("packet-clause-mail", "packet-clause-mail-text"),
            None => ("packet-clause-slip", "packet-clause-slip-text"),
        };
        wording.put("packet-clause-mail", mail);
        wording.put("packet-clause-mail-text", mail_text);
        let frame = Frame { institution: &self.institution, made: &self.made, demo: self.demo };
        Paper {
            template: Template::Packet,
            data: data(&frame, &wording, &Shown { packet: self, signatory, third }),
            qr: Some(self.case_url.clone()),
            made_micros: self.made.micros,
        }
    }
}

/// What the template reads beside the sentences.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    packet: &'a Packet,
    signatory: &'a Person,
    third: bool,
}
