//! The sealed slip: a one-time secret for an employer without a mailbox.

use std::fmt;

use clavero_words::Locale;
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use crate::{
    Centre, Employer, Institution, Made, Person,
    paper::{Frame, Paper, Template, Wording, data},
};

/// One sheet, folded in three: the address outside, the secret and how to use it inside.
///
/// It is set once for each call, never kept, and neither this struct nor any error shows the secret.
#[derive(Serialize)]
pub struct Slip {
    /// The language of the paper.
    #[serde(skip)]
    pub locale: Locale,
    /// Whose paper it is.
    #[serde(skip)]
    pub institution: Institution,
    /// The case's reference as people read it.
    pub reference: String,
    /// When it was made.
    #[serde(skip)]
    pub made: Made,
    /// Until when the secret serves, in words.
    pub valid_until: String,
    /// For which employer.
    pub employer: Employer,
    /// To whom it is handed.
    pub recipient: Person,
    /// Where it is handed over.
    pub centre: Centre,
    /// The page where the secret is typed.
    pub portal_url: String,
    /// The secret as people type it, in groups. Wiped after use, as all is that the press makes of it.
    #[serde(serialize_with = "plain")]
    pub secret: Zeroizing<String>,
    /// Whether this is a demonstration.
    #[serde(skip)]
    pub demo: bool,
}

fn plain<S: Serializer>(secret: &Zeroizing<String>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(secret)
}

impl fmt::Debug for Slip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slip").finish_non_exhaustive()
    }
}

const SENTENCES: [&str; 20] = [
    "slip-title",
    "slip-outside",
    "slip-recipient",
    "slip-employer",
    "slip-employer-numbers",
    "slip-centre",
    "slip-made",
    "slip-until",
    "slip-inside",
    "slip-inside-text",
    "slip-typing",
    "slip-use",
    "slip-use-open",
    "slip-use-identify",
    "slip-use-code",
    "slip-use-choose",
    "slip-warning",
    "slip-warning-text",
    "slip-fold-back",
    "slip-fold-front",
];

impl Slip {
    pub(crate) fn paper(&self) -> Paper {
        let args = [
            ("made_at", self.made.text.as_str()),
            ("valid_until", self.valid_until.as_str()),
            ("portal_url", self.portal_url.as_str()),
            ("ruc", self.employer.ruc.as_str()),
            ("sucursal", self.employer.sucursal.as_str()),
        ];
        let mut wording = Wording::new(self.locale, &args);
        wording.say_all(&SENTENCES);
        let frame = Frame { institution: &self.institution, made: &self.made, demo: self.demo };
        Paper {
            template: Template::Slip,
            data: data(&frame, &wording, self),
            qr: None,
            made_micros: self.made.micros,
        }
    }
}
