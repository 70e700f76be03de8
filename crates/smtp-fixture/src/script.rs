//! What the server is told to do, and when.

use std::{collections::HashMap, time::Duration};

/// A moment of an SMTP session (RFC 5321) at which a rule can step in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The connection is made; the greeting is due.
    Connect,
    /// EHLO, HELO or LHLO.
    Hello,
    /// AUTH.
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA, before a byte of the message.
    Data,
    /// The first line of the message has come, the final dot has not.
    Content,
    /// The final dot has come: the server has the message and owes the answer.
    Dot,
}

/// What the server does instead of the ordinary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// This reply, such as `451 4.7.1 come again`. After 221 and 421 the server closes.
    Reply(String),
    /// Closes without a word. At [`Step::Dot`] the message counts as taken.
    Drop,
    /// Says nothing until it is released or the client leaves. At [`Step::Dot`] the message counts as taken.
    Stall,
    /// The ordinary reply, one byte at a time, this far apart.
    Drip(Duration),
    /// Something that is not SMTP, then closes.
    Garbage,
}

/// One instruction: at a step, for whom, what, how often. The first rule that fits wins.
#[derive(Debug, Clone)]
pub struct Rule {
    step: Step,
    recipient: Option<String>,
    domain: Option<String>,
    connection: Option<u32>,
    times: Option<u32>,
    times_each: Option<u32>,
    seen: HashMap<String, u32>,
    pub(crate) act: Act,
}

impl Rule {
    /// At this step, always, for everyone.
    #[must_use]
    pub fn at(step: Step, act: Act) -> Self {
        Self {
            step,
            recipient: None,
            domain: None,
            connection: None,
            times: None,
            times_each: None,
            seen: HashMap::new(),
            act,
        }
    }

    /// At this step, this reply.
    #[must_use]
    pub fn reply(step: Step, reply: &str) -> Self {
        Self::at(step, Act::Reply(reply.to_owned()))
    }

    /// Puts off the first `times` tries of each recipient.
    #[must_use]
    pub fn greylist(times: u32) -> Self {
        Self::reply(Step::Rcpt, "451 4.7.1 greylisted, come again").times_each(times)
    }

    /// For this recipient only. Known from [`Step::Rcpt`] on.
    #[must_use]
    pub fn to(self, recipient: &str) -> Self {
        Self { recipient: Some(recipient.to_owned()), ..self }
    }

    /// For recipients of this domain only.
    #[must_use]
    pub fn to_domain(self, domain: &str) -> Self {
        Self { domain: Some(domain.to_owned()), ..self }
    }

    /// On this connection only; 1 is the first.
    #[must_use]
    pub fn on_connection(self, connection: u32) -> Self {
        Self { connection: Some(connection), ..self }
    }

    /// Only the first so many times.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Only the first so many times for each recipient.
    #[must_use]
    pub fn times_each(self, times: u32) -> Self {
        Self { times_each: Some(times), ..self }
    }

    /// Whether it steps in; counts when it does.
    pub(crate) fn applies(&mut self, step: Step, connection: u32, recipient: &str) -> bool {
        let domain = recipient.rsplit_once('@').map_or("", |(_, domain)| domain);
        let fits = self.step == step
            && self.recipient.as_deref().is_none_or(|wanted| wanted == recipient)
            && self.domain.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(domain))
            && self.connection.is_none_or(|wanted| wanted == connection)
            && self.times != Some(0);
        if !fits {
            return false;
        }
        if let Some(most) = self.times_each {
            let seen = self.seen.entry(recipient.to_owned()).or_default();
            if *seen >= most {
                return false;
            }
            *seen += 1;
        }
        self.times = self.times.map(|left| left - 1);
        true
    }
}
