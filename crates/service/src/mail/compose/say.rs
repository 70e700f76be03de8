//! The sentences of each kind of mail.

use clavero_protocol::Timestamp;
use clavero_words::{time, tr, tr_args};
use zeroize::Zeroizing;

use super::{Carries, Mail, Part, Sender, Voucher, name};

type Args<'a> = [(&'static str, &'a str)];

impl Mail<'_> {
    /// Subject and paragraphs.
    pub(super) fn say(&self, sender: &Sender) -> (String, Vec<Part>) {
        match &self.carries {
            Carries::Code { code, reference, replaces, voucher } => {
                let (subject, mut parts) = self.say_code(code, reference, *replaces);
                parts.extend(voucher.iter().flat_map(|voucher| self.say_voucher(sender, voucher)));
                parts.push(self.text("mail-never-ask"));
                (subject, parts)
            }
            Carries::Link { token, replaces } => self.say_link(sender, token, *replaces),
            Carries::Changed { token, at } => self.say_changed(sender, token, *at),
            Carries::SignedIn { at } => self.say_signed_in(sender, *at),
            Carries::Case(carries) => self.say_case(sender, carries),
        }
    }

    fn say_code(
        &self,
        code: &Zeroizing<String>,
        reference: &str,
        replaces: Option<Timestamp>,
    ) -> (String, Vec<Part>) {
        let employer = self.employer();
        let args = [("reference", reference), ("employer", &employer)];
        let mut parts = vec![self.with("mail-code-intro", &args), Part::Code(code.clone())];
        parts.push(self.end("mail-code-end", "mail-code-end-dated"));
        parts.extend(replaces.map(|before| self.replaced("mail-code-replaces", before)));
        parts.push(self.with("mail-code-reference", &args));
        parts.push(self.text("mail-code-not-you"));
        (tr_args(self.locale, "mail-code-subject", &args), parts)
    }

    fn say_voucher(&self, sender: &Sender, voucher: &Voucher) -> [Part; 2] {
        let (date, minute) = (date(voucher.ends_at), time::minute(voucher.ends_at));
        let text = self.with("mail-code-voucher", &[("date", &date), ("end", &minute)]);
        [text, self.link(sender, "reserva", &voucher.text, "mail-code-voucher-button")]
    }

    fn say_link(
        &self,
        sender: &Sender,
        token: &Zeroizing<String>,
        replaces: Option<Timestamp>,
    ) -> (String, Vec<Part>) {
        let (employer, ruc) = (self.employer(), self.about.key.ruc().to_string());
        let mut parts = vec![self.with("mail-link-intro", &[("employer", &employer)])];
        parts.push(self.link(sender, "clave", token, "mail-link-button"));
        parts.push(self.end("mail-link-end", "mail-link-end-dated"));
        parts.push(self.text("mail-link-once"));
        parts.extend(replaces.map(|before| self.replaced("mail-link-replaces", before)));
        parts.extend([self.text("mail-link-not-you"), self.text("mail-never-ask")]);
        (tr_args(self.locale, "mail-link-subject", &[("ruc", &ruc)]), parts)
    }

    fn say_changed(&self, sender: &Sender, token: &Zeroizing<String>, at: Timestamp) -> (String, Vec<Part>) {
        let (employer, date, minute) = (self.employer(), date(at), time::minute(at));
        let parts = vec![
            self.with("mail-changed-intro", &[("employer", &employer), ("date", &date), ("at", &minute)]),
            self.text("mail-changed-was-you"),
            self.text("mail-changed-not-you"),
            self.link(sender, "no-fui-yo", token, "mail-changed-button"),
            self.text("mail-changed-limit"),
            self.text("mail-never-ask"),
        ];
        (tr(self.locale, "mail-changed-subject"), parts)
    }

    fn say_signed_in(&self, sender: &Sender, at: Timestamp) -> (String, Vec<Part>) {
        let (employer, date, minute) = (self.employer(), date(at), time::minute(at));
        let url = Zeroizing::new(format!("{}/empleadores/recuperar-clave", sender.public_url));
        let parts = vec![
            self.with("mail-signed-in-intro", &[("employer", &employer), ("date", &date), ("at", &minute)]),
            self.text("mail-changed-was-you"),
            self.text("mail-signed-in-not-you"),
            Part::Link { url, label: tr(self.locale, "mail-signed-in-button") },
            self.text("mail-never-ask"),
        ];
        (tr(self.locale, "mail-signed-in-subject"), parts)
    }

    pub(super) fn text(&self, key: &str) -> Part {
        Part::Text(tr(self.locale, key))
    }

    pub(super) fn with(&self, key: &str, args: &Args<'_>) -> Part {
        Part::Text(tr_args(self.locale, key, args))
    }

    /// Which employer, for people who look after many.
    pub(super) fn employer(&self) -> String {
        let (ruc, sucursal) = (self.about.key.ruc().to_string(), self.about.key.sucursal().to_string());
        let name = name::in_text(self.about.name);
        let args = [("name", name.as_str()), ("ruc", &ruc), ("sucursal", &sucursal)];
        let key = if name.is_empty() { "mail-employer-unnamed" } else { "mail-employer" };
        tr_args(self.locale, key, &args)
    }

    /// A short path and no query: nothing for a mail program to break or to take for an entity.
    pub(super) fn link(&self, sender: &Sender, path: &str, token: &Zeroizing<String>, label: &str) -> Part {
        let url = Zeroizing::new(format!("{}/{path}/{}", sender.public_url, token.as_str()));
        Part::Link { url, label: tr(self.locale, label) }
    }

    /// When it ends: the time of day, with the date where that is another one.
    pub(super) fn end(&self, key: &str, dated: &str) -> Part {
        let clock = time::clock(self.ends_at);
        let day = date(self.ends_at);
        let key = if day == date(self.now) { key } else { dated };
        self.with(key, &[("end", &clock), ("date", &day)])
    }

    /// With two mails in one box: which of them counts (kratos#2645). To the second, since another may be asked for within a
    /// minute.
    pub(super) fn replaced(&self, key: &str, before: Timestamp) -> Part {
        self.with(key, &[("at", &time::clock(before))])
    }
}

/// `21/11/2026`.
pub(super) fn date(at: Timestamp) -> String {
    time::date_minute(at).split(' ').next().unwrap_or_default().to_owned()
}
