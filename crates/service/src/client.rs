//! Who asks, as far as a request tells.

use std::net::IpAddr;

/// One request's sender.
#[derive(Debug, Clone)]
pub struct Client {
    /// The address, after trusted proxies were looked through.
    pub address: IpAddr,
    /// The browser, in a few words.
    pub device_name: String,
    /// The token of a device that signed in before.
    pub device: Option<String>,
    /// The voucher of somebody who reads the mailbox.
    pub voucher: Option<String>,
}

impl Client {
    /// The network that limits count: the address for IPv4, the /64 for IPv6, where one person has all of it.
    #[must_use]
    pub fn network(&self) -> Vec<u8> {
        match self.address.to_canonical() {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets()[..8].to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: &str) -> Vec<u8> {
        Client { address: address.parse().unwrap(), device_name: String::new(), device: None, voucher: None }
            .network()
    }

    #[test]
    fn a_person_with_a_whole_ipv6_prefix_is_one_network() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
    }
}
