//! What the mails of a case say.

use clavero_protocol::Timestamp;
use clavero_words::{time, tr, tr_args};
use zeroize::Zeroizing;

use super::{Mail, Part, Sender, say::date};

/// What the mails of a case carry.
pub enum CaseCarries {
    /// The code that shows that the applicant reads the mailbox.
    Code {
        /// The digits.
        code: Zeroizing<String>,
        /// The first group of the case's reference.
        reference: String,
        /// Codes that were mailed before this moment no longer work; `None` for the case's first.
        replaces: Option<Timestamp>,
    },
    /// The link of a hand-over.
    Activation {
        /// Its token's text.
        token: Zeroizing<String>,
    },
    /// To the mailbox on record: somebody asks for another one.
    Stop {
        /// The token's text.
        token: Zeroizing<String>,
        /// When it was asked for.
        at: Timestamp,
    },
    /// The case waits for its applicant.
    Reminder {
        /// The case's reference, as it stands in an address.
        reference: String,
    },
    /// It was approved.
    Approved {
        /// The case's reference, as it stands in an address.
        reference: String,
        /// From when on it may be handed over, where that is later than now.
        from: Option<Timestamp>,
    },
    /// It was sent back.
    Returned {
        /// The case's reference, as it stands in an address.
        reference: String,
    },
}

impl Mail<'_> {
    /// Subject and paragraphs.
    pub(super) fn say_case(&self, sender: &Sender, carries: &CaseCarries) -> (String, Vec<Part>) {
        match carries {
            CaseCarries::Code { code, reference, replaces } => self.say_case_code(code, reference, *replaces),
            CaseCarries::Activation { token } => self.say_activation(sender, token),
            CaseCarries::Stop { token, at } => self.say_stop(sender, token, *at),
            CaseCarries::Reminder { reference } => self.say_reminder(sender, reference),
            CaseCarries::Approved { reference, from } => self.say_approved(sender, reference, *from),
            CaseCarries::Returned { reference } => self.say_returned(sender, reference),
        }
    }

    fn say_case_code(
        &self,
        code: &Zeroizing<String>,
        reference: &str,
        replaces: Option<Timestamp>,
    ) -> (String, Vec<Part>) {
        let employer = self.employer();
        let args = [("reference", reference), ("employer", &employer)];
        let mut parts = vec![self.with("mail-case-code-intro", &args), Part::Code(code.clone())];
        parts.push(self.end("mail-code-end", "mail-code-end-dated"));
        parts.extend(replaces.map(|before| self.replaced("mail-code-replaces", before)));
        parts.push(self.with("mail-case-code-reference", &args));
        parts.extend([self.text("mail-case-code-give"), self.text("mail-case-code-not-you")]);
        (tr_args(self.locale, "mail-case-code-subject", &args), parts)
    }

    /// The subject of the online recovery's link: the official procedure names it, and people look for it.
    fn say_activation(&self, sender: &Sender, token: &Zeroizing<String>) -> (String, Vec<Part>) {
        let (employer, ruc) = (self.employer(), self.about.key.ruc().to_string());
        let parts = vec![
            self.with("mail-case-activation-intro", &[("employer", &employer)]),
            self.link(sender, "clave", token, "mail-link-button"),
            self.end("mail-link-end", "mail-link-end-dated"),
            self.text("mail-link-once"),
            self.text("mail-case-activation-not-you"),
            self.text("mail-never-ask"),
        ];
        (tr_args(self.locale, "mail-link-subject", &[("ruc", &ruc)]), parts)
    }

    fn say_stop(&self, sender: &Sender, token: &Zeroizing<String>, at: Timestamp) -> (String, Vec<Part>) {
        let parts = vec![
            self.dated("mail-case-stop-intro", at),
            self.text("mail-case-stop-was-you"),
            self.text("mail-case-stop-not-you"),
            self.link(sender, "clave-patronal/detener", token, "mail-case-stop-button"),
            self.text("mail-never-ask"),
        ];
        (tr(self.locale, "mail-case-stop-subject"), parts)
    }

    fn say_reminder(&self, sender: &Sender, reference: &str) -> (String, Vec<Part>) {
        let parts = vec![
            self.dated("mail-case-reminder-intro", self.ends_at),
            self.text("mail-case-reminder-next"),
            self.case_page(sender, reference),
        ];
        let day = date(self.ends_at);
        (tr_args(self.locale, "mail-case-reminder-subject", &[("date", &day)]), parts)
    }

    fn say_approved(&self, sender: &Sender, reference: &str, from: Option<Timestamp>) -> (String, Vec<Part>) {
        let when = match from {
            Some(from) => self.dated("mail-case-approved-later", from),
            None => self.text("mail-case-approved-now"),
        };
        let intro = self.with("mail-case-approved-intro", &[("employer", &self.employer())]);
        let parts = vec![intro, when, self.case_page(sender, reference)];
        (tr(self.locale, "mail-case-approved-subject"), parts)
    }

    fn say_returned(&self, sender: &Sender, reference: &str) -> (String, Vec<Part>) {
        let parts = vec![
            self.with("mail-case-returned-intro", &[("employer", &self.employer())]),
            self.text("mail-case-returned-next"),
            self.case_page(sender, reference),
        ];
        (tr(self.locale, "mail-case-returned-subject"), parts)
    }

    fn case_page(&self, sender: &Sender, reference: &str) -> Part {
        let reference = Zeroizing::new(reference.to_owned());
        self.link(sender, "empleadores/clave-patronal", &reference, "mail-case-button")
    }

    fn dated(&self, key: &str, at: Timestamp) -> Part {
        let (employer, day, minute) = (self.employer(), date(at), time::minute(at));
        self.with(key, &[("employer", &employer), ("date", &day), ("at", &minute)])
    }
}
