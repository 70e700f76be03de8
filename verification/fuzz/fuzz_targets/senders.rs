//! Who asks: whatever a client writes into `X-Forwarded-For` or `Forwarded`, the address is the one that the proxy which it came
//! to has added behind; a proxy that names nobody vouches for nobody; and nobody who is no proxy is believed at all.
#![no_main]

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderValue};
use clavero_fuzz::Bytes;
use clavero_web::{Network, client_address};
use libfuzzer_sys::fuzz_target;

/// A proxy in front of the service, and one in front of that.
const PROXIES: [&str; 2] = ["10.1.2.3", "10.9.9.9"];
/// The client, as the outer proxy sees it; and so it is written, with and without a port.
const CLIENTS: [(&str, [&str; 2], [&str; 2]); 2] = [
    (
        "203.0.113.9",
        ["203.0.113.9", "203.0.113.9:49152"],
        ["for=203.0.113.9", "For=\"203.0.113.9:49152\";proto=https"],
    ),
    (
        "2001:db8::7",
        ["2001:db8::7", "[2001:db8::7]:49152"],
        ["for=\"[2001:db8::7]\"", "proto=https;for=\"[2001:db8::7]:49152\""],
    ),
];

fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let flags = usize::from(bytes.one());
    if let Ok(text) = str::from_utf8(bytes.0) {
        network(text);
    }
    let (client, plain, standard) = CLIENTS[flags & 1];
    let client: IpAddr = client.parse().expect("an address");
    let (is_standard, style, chain, as_lines) =
        (flags & 2 != 0, flags >> 2 & 1, flags & 8 != 0, flags & 16 != 0);
    let (name, truth, inner) = if is_standard {
        ("forwarded", standard[style], "for=10.9.9.9")
    } else {
        ("x-forwarded-for", plain[style], PROXIES[1])
    };
    let trusted: [Network; 1] = ["10.0.0.0/8".parse().expect("a network")];
    let peer: IpAddr = PROXIES[0].parse().expect("an address");

    // The client's own words first, then what the proxies have added: on the same line or on lines of their own.
    let mut lines: Vec<Vec<u8>> = bytes.rest().split(|byte| *byte == 0).map(<[u8]>::to_vec).collect();
    let silent = is_standard && flags & 64 != 0;
    let mut added = vec![truth];
    added.extend(chain.then_some(inner));
    added.extend(silent.then_some("by=10.9.9.9;proto=https"));
    for addition in added {
        match lines.last_mut().filter(|_| !as_lines) {
            Some(last) if !last.is_empty() => last.extend([b", ", addition.as_bytes()].concat()),
            Some(last) => last.extend(addition.as_bytes()),
            None => lines.push(addition.as_bytes().to_vec()),
        }
    }
    let mut headers = HeaderMap::new();
    for line in &lines {
        // What no header can hold does not come.
        let Ok(value) = HeaderValue::from_bytes(line) else { return };
        headers.append(name, value);
        if !is_standard && flags & 32 != 0 {
            headers.append("x-real-ip", HeaderValue::from_static("192.0.2.1"));
        }
    }
    let expected = if silent { peer } else { client };
    assert_eq!(client_address(peer, &headers, &trusted), expected, "{headers:?}");
    assert_eq!(client_address(client, &headers, &trusted), client, "who is no proxy is believed");
    assert_eq!(client_address(peer, &headers, &[]), peer);
});

/// What is written as a network is one, and nothing that lets everybody in is taken for a proxy.
fn network(text: &str) {
    let Ok(network) = text.parse::<Network>() else { return };
    let (address, prefix) =
        text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let address: IpAddr = address.parse().expect("an address");
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let prefix: u8 = prefix.map_or(longest, |prefix| prefix.parse().expect("a number"));
    assert!(prefix <= longest && network.is_everyone() == (prefix < 4));
    // Its own address is in it: whoever connects from there is believed.
    let mut headers = HeaderMap::new();
    headers.insert("x-forwarded-for", HeaderValue::from_static("203.0.113.9"));
    let found = client_address(address, &headers, &[network]);
    assert_eq!(found, "203.0.113.9".parse::<IpAddr>().expect("an address"), "{text}");
}
