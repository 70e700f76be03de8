//! The mailbox of the made-up employers, as their readers see it.

use std::time::Duration;

use clavero_smtp_fixture::{Act, Encryption, Mail, Rule, SmtpFixture, Step};

use crate::{
    api::{Api, within},
    employers::Employer,
};

/// How long a mail may take after a crash: the program's worker keeps what it has taken up for a minute.
const AFTER_A_CRASH: Duration = Duration::from_secs(90);

/// How the mail server treats what comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Friendly,
    /// The first try of each recipient gets 451.
    Greylists,
    /// Takes the next mail, and breaks the line before it says so; then friendly.
    DropsAfterData,
    /// 421 to everyone.
    RefusesConnections,
    /// Says nothing to a recipient until it is friendly again.
    Stalls,
}

/// The mail server that obeys, and what it got.
pub(crate) struct Inbox(SmtpFixture);

impl Inbox {
    /// On a free port.
    pub(crate) fn open() -> Self {
        Self(SmtpFixture::start())
    }

    /// Under TLS, for whoever shows a certificate of this authority (PEM); to be reached as `localhost`.
    pub(crate) fn for_clients_of(authority: &str) -> Self {
        Self(SmtpFixture::start_knowing(Encryption::Wrapped, &["localhost"], authority))
    }

    /// What a client of it has to trust, as PEM.
    pub(crate) fn certificate(&self) -> &str {
        self.0.certificate()
    }

    pub(crate) fn port(&self) -> u16 {
        self.0.port()
    }

    pub(crate) fn mood(&self, mood: Mood) {
        self.0.forgive();
        match mood {
            Mood::Friendly => self.0.release(),
            Mood::Greylists => self.0.add(Rule::greylist(1)),
            Mood::DropsAfterData => self.0.add(Rule::at(Step::Dot, Act::Drop).times(1)),
            Mood::RefusesConnections => self.0.add(Rule::reply(Step::Connect, "421 not now")),
            Mood::Stalls => self.0.add(Rule::at(Step::Rcpt, Act::Stall)),
        }
    }

    /// From now on this recipient gets 550.
    pub(crate) fn refuse(&self, address: &str) {
        self.0.add(Rule::reply(Step::Rcpt, "550 5.1.1 no such mailbox").to(address));
    }

    /// Waits until so many mails wait for its word.
    pub(crate) async fn holds(&self, mails: u32) {
        self.0.stalled(mails).await;
    }

    /// Waits until somebody has knocked.
    pub(crate) async fn knocked(&self) {
        self.0.counts_that("a connection", |counts| counts.made > 0).await;
    }

    /// The next mail to this address that was not read yet.
    pub(crate) async fn next(&self, address: &str) -> Mail {
        self.0.next_mail(address).await
    }

    /// The code of the next mail that has one.
    pub(crate) async fn next_code(&self, address: &str) -> String {
        self.0.next_code(address).await
    }

    /// The code that came to this address before or after the program was killed.
    pub(crate) async fn code_after_a_crash(&self, address: &str) -> String {
        within(AFTER_A_CRASH, "a code after the crash", async || {
            let mails = self.0.mails();
            let found = mails.iter().rev().filter(|mail| mail.to == address).find_map(Mail::code);
            found.ok_or(mails.len())
        })
        .await
    }

    /// The code of the mail that came last, without waiting.
    pub(crate) fn latest_code(&self, address: &str) -> String {
        let mails = self.0.mails();
        let theirs = mails.iter().rev().filter(|mail| mail.to == address);
        theirs.map(code_of).next().unwrap_or_else(|| panic!("no mail to {address}"))
    }

    /// The same of the new-key link.
    pub(crate) async fn link_after_a_crash(&self, address: &str) -> String {
        within(AFTER_A_CRASH, "a link after the crash", async || {
            let mails = self.0.mails();
            let mut theirs = mails.iter().rev().filter(|mail| mail.to == address);
            theirs.find_map(|mail| mail.link("/clave/")).ok_or(mails.len())
        })
        .await
    }

    /// The code of the mail with this reference.
    pub(crate) async fn code_with_reference(&self, address: &str, reference: &str) -> String {
        let wanted = format!(" {reference} ");
        let fits = |mail: &Mail| mail.to == address && mail.subject().contains(&wanted);
        code_of(&self.0.next_mail_that(&format!("the code {reference}"), fits).await)
    }

    /// The link of the next mail that has one.
    pub(crate) async fn next_link(&self, address: &str) -> String {
        self.0.next_link(address, "/clave/").await
    }

    /// The voucher of this employer's mail that has one.
    pub(crate) async fn next_voucher(&self, address: &str) -> String {
        self.0.next_link(address, "/reserva/").await
    }

    /// How many mails came to this address, once there are at least `expected`.
    pub(crate) async fn arrived(&self, address: &str, expected: usize) -> usize {
        self.0.arrived(address, expected).await.len()
    }

    /// How many mails came in all.
    pub(crate) fn total(&self) -> usize {
        self.0.mails().len()
    }

    /// Walks the journey up to the mailed link.
    pub(crate) async fn link_of(&self, api: &Api, employer: &Employer) -> String {
        let flow = api.start(employer).await;
        flow.send_code_from(self, employer).await;
        let link = self.next_link(&employer.email).await;
        flow.reaches("link_sent").await;
        link
    }
}

/// The code that a mail carries.
#[track_caller]
pub(crate) fn code_of(mail: &Mail) -> String {
    mail.code().unwrap_or_else(|| panic!("no code in {:?}: {}", mail.subject(), mail.text()))
}

/// The new-key link that a mail carries.
#[track_caller]
pub(crate) fn link_of(mail: &Mail) -> String {
    mail.link("/clave/").unwrap_or_else(|| panic!("no link in {:?}: {}", mail.subject(), mail.text()))
}
