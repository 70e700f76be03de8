//! What `serve` refuses: settings that are each well-formed and together unsafe or inconsistent.

use std::{net::SocketAddr, time::Duration};

use clavero_protocol::{EmployerKind, Need, Policy, TaxSource};
use clavero_store::{Clock as _, SystemClock};
use url::{Host, Url};

use super::{
    duration::show_duration,
    problem::{Fault, Problem},
    settings::Settings,
};
use crate::tls::Identity;

/// Chances of a guesser against one employer in a day, at most: one in a thousand. Past it the budgets no longer
/// carry what the code's few digits leave open.
const GUESSER_ONE_IN: u64 = 1_000;
/// A recovery code sent by mail ends within a day (NIST SP 800-63B-4 §4.2.2).
const LONGEST_TTL: Duration = Duration::from_hours(24);
/// An address that makes an officer lies in somebody's mailbox for so long at most.
const LONGEST_ENROLMENT: Duration = Duration::from_hours(7 * 24);
/// Somebody waits before a page for as long.
const LONGEST_QUERY: Duration = Duration::from_secs(10);
/// The form stands open on a screen for so long at most.
const LONGEST_FORM: Duration = Duration::from_hours(1);
/// NIST SP 800-63B-4 §3.1.1.2: never fewer than 8, and at least 64 must be possible.
const SHORTEST_PASSWORD: usize = 8;
const LEAST_MAXIMUM: usize = 64;
/// Beyond it hashing a form's field becomes a lever against the service.
const GREATEST_MAXIMUM: usize = 1_024;

/// Collects problems, each tied to the key that mends it.
struct Check<'a> {
    settings: &'a Settings,
    problems: Vec<Problem>,
}

/// Everything that stands against serving the public with these settings.
pub(crate) fn check_serving(settings: &Settings) -> Vec<Problem> {
    let mut check = Check { settings, problems: Vec::new() };
    check.server();
    check.tls();
    check.mail();
    check.spans();
    check.codes();
    check.assisted();
    check.tax();
    check.rest();
    check.problems
}

impl Check<'_> {
    fn refuse_if(&mut self, wrong: bool, key: &'static str, fault: Fault) {
        if wrong {
            self.problems.push(self.settings.origins.problem(key, fault));
        }
    }

    fn server(&mut self) {
        let server = &self.settings.server;
        let (listen, admin) = (server.listen, server.admin_listen);
        self.refuse_if(
            collide(listen, admin),
            "server.admin_listen",
            Fault::new("same-listener").with("other", listen),
        );
        self.refuse_if(
            server.trusted_proxies.iter().any(|network| network.is_everyone()),
            "server.trusted_proxies",
            Fault::new("trusts-everyone"),
        );
        let Some(url) = &server.public_url else {
            self.refuse_if(!listen.ip().is_loopback(), "server.public_url", Fault::new("public-url-missing"));
            return;
        };
        self.refuse_if(
            url.scheme() == "http" && !is_loopback(url),
            "server.public_url",
            Fault::new("public-url-plain").with("suggestion", url.as_str().replacen("http:", "https:", 1)),
        );
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        self.refuse_if(
            !bare,
            "server.public_url",
            Fault::new("public-url-path").with("suggestion", url.origin().ascii_serialization()),
        );
    }

    /// Both or neither.
    fn half(&mut self, [certificate, key]: [&'static str; 2], [has_certificate, has_key]: [bool; 2]) {
        let half = |other| Fault::new("tls-half").with("other", other);
        self.refuse_if(has_key && !has_certificate, certificate, half(key));
        self.refuse_if(has_certificate && !has_key, key, half(certificate));
    }

    /// Such that clients take it. Browsers that were led here by https must not be answered without it.
    fn tls(&mut self) {
        let server = &self.settings.server;
        let Some(files) = server.tls() else {
            let has = [server.tls_certificate.is_some(), server.tls_key.is_some()];
            self.half(["server.tls_certificate_file", "server.tls_key_file"], has);
            let clients = Fault::new("tls-half").with("other", "server.tls_client_ca_file");
            let is_alone = server.tls_clients.is_some() && has == [false, false];
            return self.refuse_if(is_alone, "server.tls_certificate_file", clients);
        };
        if let Some(url) = server.public_url.as_ref().filter(|url| url.scheme() == "http") {
            let suggestion = url.as_str().replacen("http:", "https:", 1);
            let fault = Fault::new("public-url-not-tls").with("suggestion", suggestion.trim_end_matches('/'));
            self.refuse_if(true, "server.public_url", fault);
        }
        if let Err(unfit) = Identity::read(&files, SystemClock::new().now()) {
            self.refuse_if(true, unfit.key, unfit.fault);
        }
    }

    fn mail(&mut self) {
        let mail = &self.settings.mail;
        self.refuse_if(mail.from.is_none(), "mail.from", Fault::new("from-missing"));
        let Some(url) = &mail.smtp_url else {
            self.refuse_if(true, "mail.smtp_url", Fault::new("smtp-url-missing"));
            return;
        };
        // Without an option the mail server's TLS is required, unless it is on this machine.
        let clear = url.query_pairs().any(|(name, value)| name == "tls" && value != "required");
        self.refuse_if(clear && !is_loopback(url), "mail.smtp_url", Fault::new("smtp-plain"));
        let has = [mail.tls_certificate.is_some(), mail.tls_key.is_some()];
        self.half(["mail.tls_certificate_file", "mail.tls_key_file"], has);
        if let Some(pair) = mail.tls() {
            let is_required = url.query_pairs().any(|(name, value)| name == "tls" && value == "required");
            let is_clear = url.scheme() == "smtp" && is_loopback(url) && !is_required;
            self.refuse_if(
                is_clear,
                "mail.smtp_url",
                Fault::new("smtp-identity-unused").with("other", pair.keys[0]),
            );
            if let Err(unfit) = pair.read(SystemClock::new().now()) {
                self.refuse_if(true, unfit.key, unfit.fault);
            }
        }
        let has_user = !url.username().is_empty();
        self.refuse_if(
            url.password().is_some() && mail.password.is_some(),
            "mail.password_file",
            Fault::new("two-passwords"),
        );
        self.refuse_if(
            mail.password.is_some() && !has_user,
            "mail.smtp_url",
            Fault::new("password-without-user"),
        );
        self.refuse_if(
            has_user && url.password().is_none() && mail.password.is_none(),
            "mail.password_file",
            Fault::new("user-without-password"),
        );
    }

    fn spans(&mut self) {
        let policy = &self.settings.recovery;
        let day = || Fault::new("too-long").with("most", show_duration(LONGEST_TTL));
        for (key, span) in [
            ("recovery.code_ttl", policy.code_ttl),
            ("recovery.link_ttl", policy.link_ttl),
            ("recovery.flow_ttl", policy.flow_ttl),
            ("recovery.window", policy.window),
        ] {
            self.refuse_if(span.is_zero(), key, Fault::new("zero"));
            self.refuse_if(span > LONGEST_TTL, key, day());
        }
        for (key, span) in [
            ("assisted.case_ttl", policy.cases.case_ttl),
            ("assisted.slip_ttl", policy.cases.slip_ttl),
            ("sri.max_age", self.settings.sri.policy.max_age),
            ("sri.recheck_after", self.settings.sri.policy.recheck_after),
            ("sri.timeout", self.settings.sri.timeout),
            ("retention.recoveries", self.settings.retention.recoveries),
            ("retention.cases", self.settings.retention.cases),
            ("retention.log", self.settings.retention.log),
            ("session.idle_ttl", self.settings.sessions.idle),
            ("session.absolute_ttl", self.settings.sessions.absolute),
        ] {
            self.refuse_if(span.is_zero(), key, Fault::new("zero"));
        }
        self.desk();
        self.refuse_if(
            policy.form_ttl > LONGEST_FORM,
            "recovery.form_ttl",
            Fault::new("too-long").with("most", show_duration(LONGEST_FORM)),
        );
        let least = policy.code_ttl.max(policy.link_ttl);
        self.refuse_if(
            policy.flow_ttl < least,
            "recovery.flow_ttl",
            Fault::new("flow-too-short").with("least", show_duration(least)),
        );
        self.refuse_if(
            policy.resend_after > policy.flow_ttl,
            "recovery.resend_after",
            Fault::new("resend-too-late").with("most", show_duration(policy.flow_ttl)),
        );
        self.refuse_if(
            self.settings.sessions.absolute < self.settings.sessions.idle,
            "session.absolute_ttl",
            Fault::new("session-ends-before-idle").with("least", show_duration(self.settings.sessions.idle)),
        );
    }

    /// An officer signs in at least once a day, and an enrolment address that lies about opens nothing the next week.
    fn desk(&mut self) {
        let desk = self.settings.desk;
        for (key, span) in [
            ("desk.session_idle", desk.sessions.idle),
            ("desk.session_life", desk.sessions.absolute),
            ("desk.enrolment_ttl", desk.enrolment_life),
        ] {
            let most = if key == "desk.enrolment_ttl" { LONGEST_ENROLMENT } else { LONGEST_TTL };
            self.refuse_if(span.is_zero(), key, Fault::new("zero"));
            self.refuse_if(span > most, key, Fault::new("too-long").with("most", show_duration(most)));
        }
    }

    /// Whoever is sent to a desk has to find one, and what a rule asks for has to be on the list.
    fn assisted(&mut self) {
        let policy = &self.settings.recovery.cases;
        self.refuse_if(
            policy.cooling_off >= policy.case_ttl,
            "assisted.cooling_off",
            Fault::new("too-long").with("most", show_duration(policy.case_ttl)),
        );
        for (key, count) in [
            ("assisted.email_changes_per_hour", policy.email_changes_per_hour),
            ("assisted.email_changes_per_day", policy.email_changes_per_day),
        ] {
            self.refuse_if(count == 0, key, Fault::new("zero-count"));
        }
        let assisted = &self.settings.assisted;
        self.refuse_if(assisted.centres.is_empty(), "assisted.centres", Fault::new("no-centre"));
        for kind in EmployerKind::ALL {
            let bodies = matches!(kind, EmployerKind::Privada | EmployerKind::Publica);
            for need in Need::ALL {
                let on_list = assisted.documents.iter().any(|line| line.when == need && line.is_for(kind));
                self.refuse_if(
                    !on_list && (bodies || need != Need::RepresentativeChange),
                    "assisted.documents",
                    Fault::new("document-missing").with("kind", kind.as_str()).with("when", need.as_str()),
                );
            }
        }
    }

    fn codes(&mut self) {
        let policy = &self.settings.recovery;
        let digits_fit = (6..=8).contains(&policy.code_digits);
        self.refuse_if(!digits_fit, "recovery.code_digits", Fault::new("code-digits"));
        for (key, count) in [
            ("recovery.code_attempts", u32::from(policy.code_attempts)),
            ("recovery.codes_per_window", policy.codes_per_window),
            ("recovery.codes_per_day", policy.codes_per_day),
            ("recovery.codes_per_day_total", policy.codes_per_day_total),
            ("recovery.links_per_flow", policy.links_per_flow),
        ] {
            self.refuse_if(count == 0, key, Fault::new("zero-count"));
        }
        self.refuse_if(
            policy.codes_per_day < policy.codes_per_window,
            "recovery.codes_per_day",
            Fault::new("day-below-window").with("least", policy.codes_per_window),
        );
        self.refuse_if(
            policy.codes_per_day_total < policy.codes_per_day,
            "recovery.codes_per_day_total",
            Fault::new("total-below-one").with("least", policy.codes_per_day),
        );
        if digits_fit {
            let (guesses, most) = guesses(policy);
            self.refuse_if(
                guesses > most,
                "recovery.code_attempts",
                Fault::new("guessable").with("guesses", guesses).with("most", most),
            );
        }
    }

    fn rest(&mut self) {
        let password = &self.settings.password;
        self.refuse_if(
            password.min_length < SHORTEST_PASSWORD,
            "password.min_length",
            Fault::new("password-too-short").with("least", SHORTEST_PASSWORD),
        );
        self.refuse_if(
            password.max_length < LEAST_MAXIMUM || password.max_length > GREATEST_MAXIMUM,
            "password.max_length",
            Fault::new("password-maximum").with("least", LEAST_MAXIMUM).with("most", GREATEST_MAXIMUM),
        );
        self.refuse_if(
            password.min_length > password.max_length,
            "password.min_length",
            Fault::new("minimum-above-maximum")
                .with("other", "password.max_length")
                .with("most", password.max_length),
        );
        let rule = &self.settings.foreigner;
        self.refuse_if(rule.min_length == 0, "foreigner.min_length", Fault::new("zero-count"));
        self.refuse_if(
            rule.min_length > rule.max_length,
            "foreigner.min_length",
            Fault::new("minimum-above-maximum")
                .with("other", "foreigner.max_length")
                .with("most", rule.max_length),
        );
    }

    /// A live query needs an address that nobody on the way can answer for, and must not make anybody wait for long.
    fn tax(&mut self) {
        let sri = &self.settings.sri;
        self.refuse_if(
            sri.timeout > LONGEST_QUERY,
            "sri.timeout",
            Fault::new("too-long").with("most", show_duration(LONGEST_QUERY)),
        );
        let source = match sri.policy.source {
            TaxSource::Register => return,
            TaxSource::Live => "live",
            TaxSource::Both => "both",
        };
        let Some(url) = &sri.base_url else {
            let missing = Fault::new("sri-base-missing").with("other", "sri.source").with("written", source);
            return self.refuse_if(true, "sri.base_url", missing);
        };
        let bare = url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        self.refuse_if(!bare, "sri.base_url", Fault::new("sri-base-bare"));
        let plain = url.scheme() == "http" && !is_loopback(url);
        self.refuse_if(plain, "sri.base_url", Fault::new("sri-base-plain"));
    }
}

/// Guesses that the budgets allow against one employer in a day, and how many the digits can bear.
fn guesses(policy: &Policy) -> (u64, u64) {
    let guesses = u64::from(policy.codes_per_day) * u64::from(policy.code_attempts);
    (guesses, 10_u64.pow(u32::from(policy.code_digits)) / GUESSER_ONE_IN)
}

/// Whether both cannot be bound at once. Port 0 is a new one each time.
fn collide(one: SocketAddr, other: SocketAddr) -> bool {
    one.port() != 0
        && one.port() == other.port()
        && (one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified())
}

fn is_loopback(url: &Url) -> bool {
    // A scheme that the URL standard does not know (`smtp`) has its host as plain text, even when it is an address.
    let text = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let address = match url.host() {
        Some(Host::Ipv4(address)) => Some(address.into()),
        Some(Host::Ipv6(address)) => Some(address.into()),
        _ => text.parse::<std::net::IpAddr>().ok(),
    };
    let name = text.to_ascii_lowercase();
    address
        .map_or_else(|| name == "localhost" || name.ends_with(".localhost"), |address| address.is_loopback())
}
