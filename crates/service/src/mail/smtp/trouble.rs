//! What went wrong with a hand-over, at which step, and whose matter that is.

use std::{error::Error as _, fmt};

use lettre::transport::smtp::Error;

use crate::mail::{Delivery, Reply};

/// The steps of a hand-over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// Connection, greeting, EHLO.
    Connect,
    /// STARTTLS.
    Tls,
    /// AUTH.
    Login,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA.
    Data,
    /// The message and the answer to its final dot.
    Content,
}

impl Step {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Tls => "starttls",
            Self::Login => "auth",
            Self::Sender => "mail from",
            Self::Recipient => "rcpt to",
            Self::Data => "data",
            Self::Content => "content",
        }
    }
}

/// A reply's numbers. Its text is left out: it may hold the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Numbers {
    code: u16,
    /// RFC 3463.
    enhanced: Option<[u16; 3]>,
}

/// Why a mail was not handed over.
#[derive(Debug)]
pub(super) struct Trouble {
    step: Step,
    numbers: Option<Numbers>,
    /// What broke, in the words of the library; only of the steps that know no recipient.
    cause: Option<String>,
}

impl Trouble {
    pub(super) fn of(step: Step, error: &Error) -> Self {
        let text = error.source().map(ToString::to_string).unwrap_or_default();
        let numbers = error.status().map(|code| Numbers { code: code.into(), enhanced: enhanced(&text) });
        let cause = (step <= Step::Tls && numbers.is_none()).then(|| error.to_string());
        Self { step, numbers, cause }
    }

    pub(super) fn no_tls() -> Self {
        let cause = "the server offers no STARTTLS, and no mail goes out without it";
        Self { step: Step::Tls, numbers: None, cause: Some(cause.to_owned()) }
    }

    /// A yes of the wrong kind: both sides are no longer speaking of the same thing.
    pub(super) const fn out_of_step(step: Step, code: u16) -> Self {
        Self { step, numbers: Some(Numbers { code, enhanced: None }), cause: None }
    }

    /// The connection was gone before anything of this mail was said on it.
    pub(super) fn is_lost_connection(&self) -> bool {
        self.step == Step::Sender && self.numbers.is_none_or(|numbers| numbers.code == 421)
    }

    /// Whether the connection may serve another mail: the server answered in step, and not with goodbye.
    pub(super) fn leaves_connection(&self) -> bool {
        self.numbers.is_some_and(|numbers| numbers.code >= 400 && numbers.code != 421)
    }

    /// What it means for the mail.
    pub(super) fn delivery(&self) -> Delivery {
        match self.numbers {
            // The message was on its way: it may have arrived, and is repeated under its Message-ID.
            None if self.step == Step::Content => Delivery::Deferred(Reply::Unknown),
            None if matches!(self.step, Step::Tls | Step::Login) => Delivery::Deferred(Reply::Relay),
            None => Delivery::Deferred(Reply::Connection),
            Some(Numbers { code: 400..=499, .. }) => Delivery::Deferred(Reply::Transient),
            Some(numbers) if self.speaks_of_recipient(numbers) => Delivery::Refused(Reply::Recipient),
            Some(_) => Delivery::Deferred(Reply::Relay),
        }
    }

    /// Whether a 5xx says that this mailbox will never take a mail.
    ///
    /// Everything else is about us or the relay's policy (login, sender, relaying, content): the flow must not end in the
    /// assisted path for it, since on the same day it would end there for everyone.
    fn speaks_of_recipient(&self, numbers: Numbers) -> bool {
        if self.step < Step::Recipient || numbers.code < 500 {
            return false;
        }
        match numbers.enhanced {
            // RFC 3463 §3.2: 5.1.7 and 5.1.8 are about the sender.
            Some([_, 1, detail]) => !matches!(detail, 7 | 8),
            // The mailbox: disabled, full, gone.
            Some([_, 2, _]) => true,
            // No route to the domain; Exchange Online says 5.4.1 of a recipient whom its directory does not know.
            Some([_, 4, detail]) => self.step == Step::Recipient && matches!(detail, 1 | 4),
            Some(_) => false,
            // RFC 5321 §4.2.3 and RFC 7504, where there is no finer number. After DATA such a reply may as well be about
            // what the message says.
            None => self.step == Step::Recipient && matches!(numbers.code, 550..=553 | 556),
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.step.as_str())?;
        match (self.numbers, &self.cause) {
            (Some(Numbers { code, enhanced: Some([class, subject, detail]) }), _) => {
                write!(f, " {code} {class}.{subject}.{detail}")
            }
            (Some(Numbers { code, enhanced: None }), _) => write!(f, " {code}"),
            (None, Some(cause)) => write!(f, " {cause}"),
            (None, None) => f.write_str(" the connection broke"),
        }
    }
}

/// The enhanced status code (RFC 2034) that a reply's text begins with.
fn enhanced(text: &str) -> Option<[u16; 3]> {
    let mut numbers = text.split_whitespace().next()?.split('.').map(|number| {
        let is_number = (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| number.parse().ok()).flatten()
    });
    let code = [numbers.next()??, numbers.next()??, numbers.next()??];
    (numbers.next().is_none() && matches!(code[0], 2 | 4 | 5)).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: Delivery = Delivery::Refused(Reply::Recipient);
    const OURS: Delivery = Delivery::Deferred(Reply::Relay);

    fn delivery(step: Step, reply: &str) -> Delivery {
        let (code, text) = reply.split_once(' ').unwrap_or((reply, ""));
        let numbers = Numbers { code: code.parse().unwrap(), enhanced: enhanced(text) };
        Trouble { step, numbers: Some(numbers), cause: None }.delivery()
    }

    #[test]
    fn only_what_is_said_of_the_mailbox_refuses_it() {
        for reply in [
            "550 5.1.1 no such user",
            "550 no such user",
            "550 5.2.1 disabled",
            "552 5.2.2 full",
            "553 5.1.3 bad address",
            "550 5.4.1 Recipient address rejected: Access denied",
            "550 5.4.4 no such domain",
            "556 5.1.10 null MX",
            "551 moved",
        ] {
            assert_eq!(delivery(Step::Recipient, reply), REFUSED, "{reply}");
        }
        assert_eq!(delivery(Step::Content, "550 5.1.1 no such user after all"), REFUSED);
    }

    #[test]
    fn a_relay_that_refuses_us_refuses_no_recipient() {
        for reply in [
            "554 5.7.1 relay access denied",
            "550 5.7.1 relaying denied",
            "530 5.7.0 log in first",
            "550 5.1.8 sender's domain does not exist",
            "550 5.1.7 bad sender",
            "503 5.5.1 out of order",
            "554 transaction failed",
            "501 syntax",
        ] {
            assert_eq!(delivery(Step::Recipient, reply), OURS, "{reply}");
        }
        for step in [Step::Connect, Step::Tls, Step::Login, Step::Sender] {
            for reply in ["550 5.1.1 no", "554 5.7.1 policy", "535 5.7.8 no", "550 no", "521 no mail here"] {
                assert_eq!(delivery(step, reply), OURS, "{step:?} {reply}");
            }
        }
        for reply in ["550 looks like spam", "554 5.6.0 content", "552 5.3.4 too big"] {
            assert_eq!(delivery(Step::Content, reply), OURS, "{reply}");
        }
    }

    #[test]
    fn what_may_pass_is_waited_for() {
        for step in [Step::Connect, Step::Sender, Step::Recipient, Step::Data, Step::Content] {
            for reply in ["421 4.3.2 going down", "450 4.2.0 busy", "451 4.7.1 greylisted", "452 full"] {
                assert_eq!(delivery(step, reply), Delivery::Deferred(Reply::Transient), "{step:?} {reply}");
            }
        }
    }

    #[test]
    fn an_enhanced_code_is_three_small_numbers_at_the_beginning() {
        assert_eq!(enhanced("5.1.10 null MX"), Some([5, 1, 10]));
        for text in
            ["", "no", "5.1", "5.1.1.1 x", "5.1.x", "192.168.1 host", "3.0.0 what", "5.1234.1", "5..1"]
        {
            assert_eq!(enhanced(text), None, "{text}");
        }
    }
}
