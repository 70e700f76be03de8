//! What the operator decides about pages.

use axum::body::Bytes;
use url::Url;

use crate::address::Network;

/// The institution that runs the service. Neutral unless configured: no real one's name or crest is shipped.
#[derive(Debug, Clone, Default)]
pub struct Institution {
    /// Its name in Spanish; empty for the service's own.
    pub name: String,
    /// Its name in English.
    pub name_en: String,
    /// Its logo, where it has one.
    pub logo: Option<Logo>,
    /// Colour of links and buttons, `#rrggbb`; empty for ours.
    pub brand: String,
    /// The same on a dark background.
    pub brand_dark: String,
    /// Where people write.
    pub contact: String,
    /// Where people call.
    pub phone: String,
    /// When.
    pub hours: String,
    /// The legal basis, for the help page.
    pub legal_basis: Vec<String>,
}

/// An image that the operator gave.
#[derive(Debug, Clone)]
pub struct Logo {
    /// Its media type.
    pub kind: &'static str,
    /// The file.
    pub bytes: Bytes,
}

/// Everything that the pages are told.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// The base of the service's own address.
    pub public_url: Url,
    /// Proxies whose word on the client's address is believed.
    pub trusted_proxies: Vec<Network>,
    /// Who runs it.
    pub institution: Institution,
    /// A demonstration: says so on every page and shows the mailbox.
    pub demo: bool,
}

impl WebConfig {
    /// Whether cookies can carry the `__Host-` prefix: everywhere but on plain HTTP, which only loopback may be.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}
