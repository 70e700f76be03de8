//! Who asks: the connection's address, or what trusted proxies say in front of it.

use std::{net::IpAddr, str::FromStr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use clavero_service::Client;

use crate::{WebState, cookies};

/// A network of addresses, `192.0.2.0/24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("{text} is not a network like 192.0.2.0/24");
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix: u8 = prefix.map_or(Ok(longest), str::parse).map_err(|_| wrong())?;
        if prefix > longest {
            return Err(wrong());
        }
        // Written the long way (`::ffff:192.0.2.0/120`), it is the network of the short one. With less than 96 bits of prefix it would
        // be more than all of IPv4, which nobody means who writes one address of it.
        match (address, address.to_canonical()) {
            (IpAddr::V6(_), short @ IpAddr::V4(_)) => {
                prefix.checked_sub(96).map(|prefix| Self { address: short, prefix }).ok_or_else(wrong)
            }
            _ => Ok(Self { address, prefix }),
        }
    }
}

impl Network {
    /// Whether it is nearly the whole Internet: then every client could claim any address.
    #[must_use]
    pub const fn is_everyone(self) -> bool {
        self.prefix < 4
    }

    fn contains(self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                same_prefix(&network.octets(), &address.octets(), self.prefix)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                same_prefix(&network.octets(), &address.octets(), self.prefix)
            }
            _ => false,
        }
    }
}

fn same_prefix(a: &[u8], b: &[u8], prefix: u8) -> bool {
    let (whole, rest) = (usize::from(prefix / 8), prefix % 8);
    let mask = !(0xff_u8.checked_shr(u32::from(rest)).unwrap_or(0));
    a[..whole] == b[..whole] && (rest == 0 || (a[whole] ^ b[whole]) & mask == 0)
}

/// The right-most address that no trusted proxy stands for: everything left of it anyone could have written.
#[must_use]
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut address = peer.to_canonical();
    if !is_trusted(address) {
        return address;
    }
    let hops: Vec<String> = if headers.contains_key(header::FORWARDED) {
        // A proxy that names nobody is one whose client is not known, and not one to look past.
        values(headers, header::FORWARDED.as_str())
            .map(|hop| forwarded_for(&hop).unwrap_or_default())
            .collect()
    } else {
        values(headers, "x-forwarded-for").collect()
    };
    for hop in hops.iter().rev() {
        let Some(next) = parse_hop(hop) else { break };
        address = next;
        if !is_trusted(address) {
            break;
        }
    }
    address
}

/// The list of a header, over all its lines. Bytes that are no text stay with the one element that they stand in: a client writes
/// on the same line as the proxy.
fn values(headers: &HeaderMap, name: &str) -> impl Iterator<Item = String> {
    let all: Vec<String> = headers
        .get_all(name)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(|hop| String::from_utf8_lossy(hop).trim().to_owned())
        .collect();
    all.into_iter()
}

/// The `for` parameter of one element (RFC 7239).
fn forwarded_for(element: &str) -> Option<String> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        name.eq_ignore_ascii_case("for").then(|| value.trim_matches('"').to_owned())
    })
}

fn parse_hop(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.split(']').next()).unwrap_or(hop);
    bare.parse::<IpAddr>()
        .ok()
        .or_else(|| hop.parse::<std::net::SocketAddr>().ok().map(|socket| socket.ip()))
        .map(|address| address.to_canonical())
}

/// The request's sender.
pub(crate) struct Sender(pub(crate) Client);

impl FromRequestParts<WebState> for Sender {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Self::Rejection> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<std::net::SocketAddr>>()
            .map_or(IpAddr::from([127, 0, 0, 1]), |ConnectInfo(socket)| socket.ip());
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Ok(Self(Client {
            address: client_address(peer, &parts.headers, &state.config().trusted_proxies),
            device_name: device_name(agent.unwrap_or_default()),
            device: cookies::read(&parts.headers, state.config(), cookies::DEVICE),
            voucher: cookies::read(&parts.headers, state.config(), cookies::VOUCHER),
        }))
    }
}

/// A browser and a system in two words: enough to recognise one's own.
fn device_name(agent: &str) -> String {
    let find = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    let browser = find(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} · {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "API".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn found(peer: &str, header: (&'static str, &str), trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(header.0, HeaderValue::from_bytes(header.1.as_bytes()).unwrap());
        let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        client_address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn nobody_but_a_trusted_proxy_is_believed() {
        let forged = ("x-forwarded-for", "203.0.113.9");
        assert_eq!(found("198.51.100.7", forged, &["10.0.0.0/8"]), "198.51.100.7");
        assert_eq!(found("10.1.2.3", forged, &["10.0.0.0/8"]), "203.0.113.9");
        let chain = ("x-forwarded-for", "1.1.1.1, 203.0.113.9, 10.9.9.9");
        assert_eq!(found("10.1.2.3", chain, &["10.0.0.0/8"]), "203.0.113.9");
        let standard = ("forwarded", r#"for=1.1.1.1, for="[2001:db8::7]:443";host=evil.example"#);
        assert_eq!(found("10.1.2.3", standard, &["10.0.0.0/8"]), "2001:db8::7");
        assert_eq!(found("10.1.2.3", ("x-forwarded-for", "nonsense"), &["10.0.0.0/8"]), "10.1.2.3");
    }

    #[test]
    fn what_a_client_writes_before_it_never_hides_what_the_proxy_adds() {
        let trusted = ["10.0.0.0/8"];
        for name in ["x-forwarded-for", "forwarded"] {
            let truth = if name == "forwarded" { "for=203.0.113.9" } else { "203.0.113.9" };
            for written in ["ñ", "\u{ff}", "for=\"1.1.1.1", "1.1.1.1, ", ";;="] {
                let line = format!("{written}, {truth}");
                assert_eq!(found("10.1.2.3", (name, &line), &trusted), "203.0.113.9", "{name}: {line}");
            }
        }
        // A proxy that says nothing of its client vouches for nobody.
        let silent = ("forwarded", "for=1.1.1.1, by=10.9.9.9;proto=https");
        assert_eq!(found("10.1.2.3", silent, &trusted), "10.1.2.3");
    }

    #[test]
    fn a_network_may_be_written_the_long_way() {
        let said = ("x-forwarded-for", "203.0.113.9");
        assert_eq!(found("10.1.2.3", said, &["::ffff:10.0.0.0/104"]), "203.0.113.9");
        assert_eq!(found("11.1.2.3", said, &["::ffff:10.0.0.0/104"]), "11.1.2.3");
        assert!("::ffff:0.0.0.0/96".parse::<Network>().unwrap().is_everyone());
        assert!("::ffff:10.0.0.1/32".parse::<Network>().is_err(), "more than all of IPv4");
    }
}
