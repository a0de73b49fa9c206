//! Which IP addresses belong to the public internet.
//!
//! After the IANA registries of special-purpose addresses (RFC 6890 and its updates, as of 2026). What is not plainly
//! public is refused, so that a range that is assigned a new local meaning has to be opened here first. For IPv6 that
//! means: only global unicast (2000::/3) and only what embeds no address that would be refused by itself.

use super::error::Refusal;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Refuses an address that is not part of the public internet.
///
/// # Errors
/// [`Refusal::Address`] with what the range is for.
pub fn refuse_address(address: IpAddr) -> Result<(), Refusal> {
    let range = match address {
        IpAddr::V4(address) => v4_range(address),
        IpAddr::V6(address) => v6_range(address),
    };
    match range {
        Some(range) => Err(Refusal::Address { address, range }),
        None => Ok(()),
    }
}

/// What a special IPv4 range is for; `None` for public addresses.
fn v4_range(address: Ipv4Addr) -> Option<&'static str> {
    match address.octets() {
        [0, ..] => Some("an address of this network"),
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => Some("a private address"),
        [100, 64..=127, ..] => Some("an address shared behind a provider's NAT"),
        [127, ..] => Some("this machine"),
        [169, 254, ..] => Some("a link-local address"),
        [192, 0, 0, _] => Some("reserved for protocols"),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Some("reserved for documentation"),
        [192, 88, 99, _] => Some("a 6to4 relay"),
        [198, 18..=19, ..] => Some("reserved for benchmarks"),
        [224..=239, ..] => Some("a multicast address"),
        [240..=255, ..] => Some("reserved"),
        _ => None,
    }
}

/// What a special IPv6 range is for; `None` for public addresses.
fn v6_range(address: Ipv6Addr) -> Option<&'static str> {
    let [a, b, c, d, e, f, high, low] = address.segments();
    let [o1, o2] = high.to_be_bytes();
    let [o3, o4] = low.to_be_bytes();
    let embedded = Ipv4Addr::new(o1, o2, o3, o4);
    match [a, b, c, d, e, f] {
        [0, 0, 0, 0, 0, 0] if high == 0 && low == 1 => Some("this machine"),
        // An IPv4 address in other clothes is as good as the address itself.
        [0, 0, 0, 0, 0, 0xffff] => v4_range(embedded),
        // NAT64 (RFC 6052): networks without IPv4 reach public IPv4 hosts by it.
        [0x64, 0xff9b, 0, 0, 0, 0] => v4_range(embedded),
        [0x64, 0xff9b, ..] => Some("a local translation prefix"),
        [0xfc00..=0xfdff, ..] => Some("a unique local address"),
        [0xfe80..=0xfebf, ..] => Some("a link-local address"),
        [0xfec0..=0xfeff, ..] => Some("a site-local address"),
        [0xff00..=0xffff, ..] => Some("a multicast address"),
        // Teredo, ORCHID, benchmarking and other protocol assignments; Teredo embeds IPv4 addresses.
        [0x2001, 0..=0x01ff, ..] => Some("reserved for protocols"),
        [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => Some("reserved for documentation"),
        // 6to4 embeds an IPv4 address and is long out of use (RFC 7526).
        [0x2002, ..] => Some("a 6to4 address"),
        [0x2000..=0x3fff, ..] => None,
        _ => Some("not a public address"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses_pass() {
        for address in [
            "1.1.1.1",
            "93.184.216.34",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.17.0.1",
            "223.255.255.255",
            "2606:2800:220:1::1",
            "2a00:1450:4001::1",
            "2001:4860:4860::8888",
            "64:ff9b::808:808",
            "::ffff:1.1.1.1",
        ] {
            assert_eq!(refuse_address(address.parse().unwrap()), Ok(()), "{address}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::808:808",
            "100::1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "3fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(refuse_address(address.parse().unwrap()).is_err(), "{address}");
        }
    }
}
