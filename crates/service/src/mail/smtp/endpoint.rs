//! Where the mail server is, and how the way there is kept private.

use std::net::IpAddr;

use lettre::transport::smtp::{
    authentication::Credentials,
    client::{Certificate, CertificateStore, Identity, TlsParameters},
    extension::ClientId,
};
use url::{Host, Url};

use super::{SmtpError, SmtpIdentity, SmtpSettings};

/// How the connection is encrypted.
pub(super) enum Privacy {
    /// Not at all: loopback.
    Clear,
    /// By STARTTLS (RFC 3207).
    StartTls {
        /// With whom.
        parameters: TlsParameters,
        /// Without it no mail goes out.
        required: bool,
    },
    /// From the first byte (RFC 8314).
    Wrapped(TlsParameters),
}

/// Everything that a connection needs.
pub(super) struct Endpoint {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) privacy: Privacy,
    pub(super) login: Option<Credentials>,
    /// What we call ourselves: the sender's domain, since it resolves where it matters.
    pub(super) hello: ClientId,
}

impl Endpoint {
    /// Believes the certificates that the system believes (`SSL_CERT_FILE` is honoured), or those of one authority.
    pub(super) fn read(settings: &SmtpSettings, authority: Option<&Certificate>) -> Result<Self, SmtpError> {
        let url = Url::parse(&settings.url).map_err(|_| SmtpError::Form)?;
        let host = match url.host().ok_or(SmtpError::Form)? {
            // In URLs of an unknown scheme an IPv4 address is read as a name.
            Host::Domain(name) => name.parse().map_or(Host::Domain(name), Host::Ipv4),
            other => other,
        };
        let name = match &host {
            Host::Ipv6(address) => address.to_string(),
            other => other.to_string(),
        };
        let (privacy, port) =
            privacy(&url, &host, || parameters(&name, authority, settings.identity.as_ref()))?;
        let port = url.port().unwrap_or(port);
        let hello = ClientId::Domain(settings.from.domain().to_owned());
        Ok(Self { host: name, port, privacy, login: login(&url, settings), hello })
    }
}

/// Whom to believe, and what to show.
fn parameters(
    name: &str,
    authority: Option<&Certificate>,
    identity: Option<&SmtpIdentity>,
) -> Result<TlsParameters, SmtpError> {
    let refused = |error: lettre::transport::smtp::Error| SmtpError::Tls(error.to_string());
    let mut builder = TlsParameters::builder(name.to_owned());
    if let Some(authority) = authority {
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(authority.clone());
    }
    if let Some(SmtpIdentity { certificate, key }) = identity {
        // Whatever its name says, over rustls it takes one certificate, as DER, and hands it on unread.
        builder = builder.identify_with(Identity::from_pem(certificate, key).map_err(refused)?);
    }
    builder.build().map_err(refused)
}

fn privacy(
    url: &Url,
    host: &Host<&str>,
    parameters: impl Fn() -> Result<TlsParameters, SmtpError>,
) -> Result<(Privacy, u16), SmtpError> {
    // A mistyped option must not pass for none.
    let mut asked = None;
    for (key, value) in url.query_pairs() {
        if key != "tls" || asked.replace(value.into_owned()).is_some() {
            return Err(SmtpError::Form);
        }
    }
    if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
        return Err(SmtpError::Form);
    }
    let start_tls = |required| Ok((Privacy::StartTls { parameters: parameters()?, required }, 587));
    match (url.scheme(), asked.as_deref()) {
        ("smtps", None | Some("required")) => Ok((Privacy::Wrapped(parameters()?), 465)),
        ("smtp", Some("required")) => start_tls(true),
        ("smtp", None) if !is_loopback(host) => start_tls(true),
        ("smtp", None | Some("none")) if is_loopback(host) => Ok((Privacy::Clear, 25)),
        ("smtp", Some("opportunistic")) if is_loopback(host) => start_tls(false).map(|(way, _)| (way, 25)),
        ("smtp", Some("none" | "opportunistic")) => Err(SmtpError::Clear),
        _ => Err(SmtpError::Form),
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => IpAddr::V4(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(*address).is_loopback(),
    }
}

fn login(url: &Url, settings: &SmtpSettings) -> Option<Credentials> {
    // Percent-decoding; a plus sign stands for itself in this part of a URL.
    let decode = |text: &str| {
        url::form_urlencoded::parse(format!("v={}", text.replace('+', "%2B")).as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    if url.username().is_empty() {
        return None;
    }
    let password = settings.password.clone().unwrap_or_else(|| decode(url.password().unwrap_or_default()));
    Some(Credentials::new(decode(url.username()), password))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<Endpoint, SmtpError> {
        // What the program does before anything else that may need TLS.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let from = "no-responder@institucion.example".parse().unwrap();
        let settings = SmtpSettings { url: url.to_owned(), password: None, from, identity: None };
        Endpoint::read(&settings, None)
    }

    fn way(url: &str) -> (&'static str, String, u16) {
        let endpoint = read(url).unwrap();
        let privacy = match endpoint.privacy {
            Privacy::Clear => "clear",
            Privacy::StartTls { required: true, .. } => "required",
            Privacy::StartTls { required: false, .. } => "opportunistic",
            Privacy::Wrapped(_) => "wrapped",
        };
        (privacy, endpoint.host, endpoint.port)
    }

    #[test]
    fn mail_leaves_this_machine_under_tls_only() {
        let host = || "correo.example".to_owned();
        assert_eq!(way("smtp://correo.example"), ("required", host(), 587));
        assert_eq!(way("smtp://correo.example:25?tls=required"), ("required", host(), 25));
        assert_eq!(way("smtps://correo.example"), ("wrapped", host(), 465));
        for tls in ["none", "opportunistic"] {
            let refused = read(&format!("smtp://correo.example?tls={tls}"));
            assert!(matches!(refused, Err(SmtpError::Clear)), "{tls}");
        }
    }

    #[test]
    fn on_loopback_it_may_go_in_the_clear() {
        assert_eq!(way("smtp://localhost"), ("clear", "localhost".to_owned(), 25));
        assert_eq!(way("smtp://127.0.0.1:2525?tls=none"), ("clear", "127.0.0.1".to_owned(), 2525));
        assert_eq!(way("smtp://[::1]:2525"), ("clear", "::1".to_owned(), 2525));
        assert_eq!(way("smtp://localhost?tls=opportunistic"), ("opportunistic", "localhost".to_owned(), 25));
        assert_eq!(way("smtp://localhost?tls=required"), ("required", "localhost".to_owned(), 587));
    }

    #[test]
    fn what_is_mistyped_is_refused_and_not_passed_over() {
        for url in [
            "smtp://localhost?tsl=required",
            "smtp://localhost?tls=require",
            "smtp://localhost?tls=required&tls=none",
            "smtp://localhost/inbox",
            "smtp://localhost#tls",
            "smtps://correo.example?tls=none",
            "http://correo.example",
            "correo.example:25",
            "smtp:",
            "",
        ] {
            assert!(matches!(read(url), Err(SmtpError::Form)), "{url}");
        }
    }

    #[test]
    fn user_and_password_are_read_as_they_are_written() {
        let login = |url| read(url).unwrap().login;
        assert_eq!(login("smtp://localhost"), None);
        let expected = Credentials::new("clavero@correo.example".to_owned(), "a+b c/ñ".to_owned());
        assert_eq!(login("smtp://clavero%40correo.example:a+b%20c%2F%C3%B1@localhost"), Some(expected));
    }
}
