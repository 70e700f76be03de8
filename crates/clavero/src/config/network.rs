//! Networks whose word about a client's address is believed.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use super::problem::Fault;

/// A network in CIDR form (RFC 4632, RFC 4291 §2.3). A bare address is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads `10.0.0.0/8`, `fd00::/8` or `127.0.0.1`.
    pub(crate) fn parse(text: &str) -> Result<Self, Fault> {
        let fault = || Fault::new("network");
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().map_err(|_| fault())?)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse().map_err(|_| fault())?;
        let widest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(widest);
        if prefix > widest {
            return Err(fault());
        }
        let network = Self { address: masked(address, prefix), prefix };
        if network.address == address {
            Ok(network)
        } else {
            Err(Fault::new("network-host-bits").with("suggestion", network))
        }
    }

    /// Whether this is (nearly) the whole Internet: then every client could claim any address.
    pub(crate) const fn is_everyone(&self) -> bool {
        self.prefix < 4
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

fn masked(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask))
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_and_single_addresses_are_read() {
        for text in ["10.0.0.0/8", "fd00::/8", "192.168.1.7/32", "0.0.0.0/0", "::/0"] {
            assert_eq!(Network::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Network::parse("127.0.0.1").unwrap().to_string(), "127.0.0.1/32");
        assert_eq!(Network::parse("::1").unwrap().to_string(), "::1/128");
    }

    #[test]
    fn an_address_inside_a_network_is_refused_with_the_network_that_was_meant() {
        let fault = Network::parse("10.1.2.3/8").unwrap_err();
        assert_eq!(fault, Fault::new("network-host-bits").with("suggestion", "10.0.0.0/8"));
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in ["10.0.0.0/33", "proxy.example", "10.0.0/8", "", "10.0.0.0/-1", "10.0.0.0/x"] {
            assert_eq!(Network::parse(text), Err(Fault::new("network")), "{text}");
        }
    }
}
