//! One connection, and the steps of a hand-over on it.

use std::{fmt, time::Duration};

use lettre::{
    Address,
    transport::smtp::{
        Error,
        authentication::DEFAULT_MECHANISMS,
        client::AsyncSmtpConnection,
        commands::{Data, Mail, Rcpt, Rset},
        response::{Response, Severity},
    },
};

use super::{
    endpoint::{Endpoint, Privacy},
    trouble::{Step, Trouble},
};

/// Some servers count, and say 421 in the end.
const MAILS: u32 = 50;
/// To say goodbye; whoever is too slow for it misses nothing.
const GOODBYE: Duration = Duration::from_secs(2);

/// A connection that is encrypted and logged in as far as it has to be.
pub(super) struct Session {
    connection: AsyncSmtpConnection,
    mails: u32,
}

impl Session {
    pub(super) async fn open(endpoint: &Endpoint, patience: Duration) -> Result<Self, Trouble> {
        let at = |step| move |error: Error| Trouble::of(step, &error);
        let wrapped = match &endpoint.privacy {
            Privacy::Wrapped(parameters) => Some(parameters.clone()),
            Privacy::Clear | Privacy::StartTls { .. } => None,
        };
        let server = (endpoint.host.as_str(), endpoint.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(patience), &endpoint.hello, wrapped, None)
                .await
                .map_err(at(Step::Connect))?;
        if let Privacy::StartTls { parameters, required } = &endpoint.privacy {
            if connection.can_starttls() {
                connection.starttls(parameters.clone(), &endpoint.hello).await.map_err(at(Step::Tls))?;
            } else if *required {
                return Err(Trouble::no_tls());
            }
        }
        if let Some(login) = &endpoint.login {
            connection.auth(DEFAULT_MECHANISMS, login).await.map_err(at(Step::Login))?;
        }
        Ok(Self { connection, mails: 0 })
    }

    /// MAIL FROM: the first word of a hand-over, before anything of the mail.
    pub(super) async fn name_sender(&mut self, from: &Address) -> Result<(), Trouble> {
        let said = self.connection.command(Mail::new(Some(from.clone()), Vec::new())).await;
        heard(Step::Sender, said, Severity::PositiveCompletion)
    }

    /// The rest: recipient, message, and the answer to its final dot.
    pub(super) async fn send(&mut self, to: &Address, message: &[u8]) -> Result<(), Trouble> {
        self.mails += 1;
        let said = self.connection.command(Rcpt::new(to.clone(), Vec::new())).await;
        heard(Step::Recipient, said, Severity::PositiveCompletion)?;
        let said = self.connection.command(Data).await;
        heard(Step::Data, said, Severity::PositiveIntermediate)?;
        let said = self.connection.command(Content(&String::from_utf8_lossy(message))).await;
        heard(Step::Content, said, Severity::PositiveCompletion)
    }

    /// Takes a transaction back that the server has refused a part of. Whether another may follow.
    pub(super) async fn reset(&mut self) -> bool {
        matches!(tokio::time::timeout(GOODBYE, self.connection.command(Rset)).await, Ok(Ok(_)))
    }

    /// Whether it has carried as many mails as one connection should.
    pub(super) const fn is_spent(&self) -> bool {
        self.mails >= MAILS
    }

    /// Says goodbye, without anyone waiting for it.
    pub(super) fn leave(mut self) {
        tokio::spawn(async move {
            let _ = tokio::time::timeout(GOODBYE, self.connection.abort()).await;
        });
    }
}

/// The message as it follows DATA: dots stuffed (RFC 5321 §4.5.2), the final dot in the same write. lettre would write that by
/// itself, and then Nagle's algorithm holds it back for the 40 ms that the other side puts off its acknowledgement.
struct Content<'a>(&'a str);

impl fmt::Display for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.0.lines() {
            let stuffing = if line.starts_with('.') { "." } else { "" };
            write!(f, "{stuffing}{line}\r\n")?;
        }
        f.write_str(".\r\n")
    }
}

/// lettre takes any 2xx or 3xx as a yes; each step has but one kind.
fn heard(step: Step, said: Result<Response, Error>, yes: Severity) -> Result<(), Trouble> {
    let reply = said.map_err(|error| Trouble::of(step, &error))?;
    if reply.code().severity == yes { Ok(()) } else { Err(Trouble::out_of_step(step, reply.code().into())) }
}
