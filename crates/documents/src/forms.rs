//! The enabling documents as forms to fill in by hand: for whoever comes without having opened a case.

use clavero_words::Locale;
use serde::Serialize;

use crate::{
    Centre, Institution, Made,
    packet::ENABLING_DOCUMENTS,
    paper::{Frame, Paper, Template, Wording, data},
};

/// The request, the agreement and the check-list of a [`crate::Packet`], without anybody's data. Equal forms give equal bytes, and
/// only one of them is made: let [`Forms::made`] be a day, not a moment.
#[derive(Debug, Clone, Serialize)]
pub struct Forms {
    /// The language of the paper.
    #[serde(skip)]
    pub locale: Locale,
    /// Whose form it is.
    #[serde(skip)]
    pub institution: Institution,
    /// When it was made.
    #[serde(skip)]
    pub made: Made,
    /// The page where a case is opened, which prints these forms filled in: at most 2,000 bytes.
    pub page_url: String,
    /// What to bring, for each kind of employer that the form is for. At least one.
    pub kinds: Vec<FormKind>,
    /// Where to go.
    pub centres: Vec<Centre>,
    /// Whether this is a demonstration, which the paper then says on every page.
    #[serde(skip)]
    pub demo: bool,
}

/// What one kind of employer brings, in words.
#[derive(Debug, Clone, Serialize)]
pub struct FormKind {
    /// The kind.
    pub name: String,
    /// In any case.
    pub always: Vec<String>,
    /// When a third person comes.
    pub third_party: Vec<String>,
    /// When the legal representative changes.
    pub change: Vec<String>,
}

const SENTENCES: [&str; 16] = [
    "packet-representative",
    "packet-petition-self",
    "packet-clause-mail",
    "packet-clause-mail-text",
    "forms-how",
    "forms-online",
    "forms-qr-alt",
    "forms-if-change",
    "forms-if-third",
    "forms-reason-first",
    "forms-reason-ruc",
    "forms-reason-mail",
    "forms-reason-access",
    "forms-reason-change",
    "forms-bring-third",
    "forms-bring-change",
];

/// Where something is written by hand.
const LONG: &str = "________________________________";
const SHORT: &str = "____________________";

impl Forms {
    pub(crate) fn paper(&self) -> Paper {
        let args = [
            ("institution", self.institution.name.as_str()),
            ("made_at", self.made.text.as_str()),
            ("page_url", self.page_url.as_str()),
            ("person", LONG),
            ("person_id", SHORT),
            ("employer", LONG),
            ("ruc", SHORT),
            ("sucursal", "________"),
            ("email", LONG),
        ];
        let mut wording = Wording::new(self.locale, &args);
        wording.say_all(&ENABLING_DOCUMENTS);
        wording.say_all(&SENTENCES);
        let frame = Frame { institution: &self.institution, made: &self.made, demo: self.demo };
        Paper {
            template: Template::Forms,
            data: data(&frame, &wording, self),
            qr: Some(self.page_url.clone()),
            made_micros: self.made.micros,
        }
    }
}
