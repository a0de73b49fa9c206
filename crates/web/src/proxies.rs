//! Forwarded headers are believed from configured peers alone; from anybody else they are as if they weren't there.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// A block of addresses in CIDR notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Block {
    first: u128,
    prefix: u32,
}

/// The peers whose forwarded headers are believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Block>);

/// What is known of where a request came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    /// Whether the reader's connection is over TLS.
    pub tls: bool,
    /// The host that the reader asked for, where a trusted proxy named another than `Host`.
    pub host: Option<&'a HeaderValue>,
    /// The reader's address: for rate limits, never for the log.
    pub client: IpAddr,
}

impl Default for TrustedProxies {
    /// Loopback, where a proxy on the same machine connects from.
    fn default() -> Self {
        Self(vec![
            Block::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), 8),
            Block::new(IpAddr::V6(Ipv6Addr::LOCALHOST), 128),
        ])
    }
}

impl TrustedProxies {
    /// Nobody is believed.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Reads addresses and blocks such as `10.0.0.0/8` or `2001:db8::1`.
    ///
    /// # Errors
    /// Names the first entry that is neither.
    pub fn parse<S: AsRef<str>>(entries: impl IntoIterator<Item = S>) -> Result<Self, String> {
        let mut blocks = Vec::new();
        for entry in entries {
            let text = entry.as_ref().trim();
            let wrong = || format!("`{text}` is not an address or a block of addresses such as 10.0.0.0/8");
            let (address, prefix) = match text.split_once('/') {
                Some((address, prefix)) => (address, Some(prefix)),
                None => (text, None),
            };
            let address: IpAddr = address.parse().map_err(|_| wrong())?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            let prefix = match prefix {
                Some(prefix) => prefix.parse().ok().filter(|bits| *bits <= most).ok_or_else(wrong)?,
                None => most,
            };
            blocks.push(Block::new(address, prefix));
        }
        Ok(Self(blocks))
    }

    /// Whether `peer` is one of them.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        let bits = as_bits(peer);
        self.0.iter().any(|block| block.holds(bits))
    }

    /// What a request with these headers from `peer` tells about its origin. `tls` says whether our own listener spoke
    /// TLS with the peer.
    ///
    /// Of `X-Forwarded-For` the last entry that is not itself a trusted proxy counts: what stands before it was
    /// written by somebody whom nobody vouches for. Of `X-Forwarded-Proto` and `-Host` the last line's first entry
    /// would be the outermost proxy's; since proxies overwrite them, one value is expected and a list is not believed.
    pub fn origin<'a>(&self, peer: IpAddr, tls: bool, headers: &'a HeaderMap) -> Origin<'a> {
        let mut origin = Origin {
            tls,
            host: None,
            client: peer,
        };
        if !self.trusts(peer) {
            return origin;
        }
        if let Some(proto) = headers.get(FORWARDED_PROTO) {
            origin.tls = is_https(proto.as_bytes());
        }
        origin.host = headers.get(FORWARDED_HOST);
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let hops = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
        for hop in hops {
            let Some(address) = address_of(hop.trim()) else {
                break;
            };
            origin.client = address;
            if !self.trusts(address) {
                break;
            }
        }
        origin
    }

    /// Whether a request counts as coming over TLS: the short form of [`TrustedProxies::origin`] for a connection
    /// whose peer was looked at when it was accepted.
    pub fn is_tls(peer_is_trusted: bool, tls: bool, headers: &HeaderMap) -> bool {
        if !peer_is_trusted {
            return tls;
        }
        headers
            .get(FORWARDED_PROTO)
            .map_or(tls, |proto| is_https(proto.as_bytes()))
    }
}

pub(crate) fn is_https(value: &[u8]) -> bool {
    value.trim_ascii().eq_ignore_ascii_case(b"https")
}

/// An address as proxies write it: bare, in brackets, or with a port.
fn address_of(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split_once(']')?.0.parse().ok();
    }
    text.rsplit_once(':')?.0.parse().ok()
}

impl Block {
    fn new(address: IpAddr, prefix: u32) -> Self {
        // IPv4 is kept as IPv4-mapped IPv6, which is also how a dual-stack listener sees IPv4 peers.
        let prefix = if address.is_ipv4() { prefix + 96 } else { prefix };
        let mut block = Self { first: 0, prefix };
        block.first = as_bits(address) & block.mask();
        block
    }

    const fn mask(self) -> u128 {
        match u128::MAX.checked_shl(128 - self.prefix) {
            Some(mask) => mask,
            None => 0,
        }
    }

    const fn holds(self, address: u128) -> bool {
        address & self.mask() == self.first
    }
}

fn as_bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, value.parse().unwrap());
        }
        map
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn strangers_are_not_believed() {
        let sent = headers(&[
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "bank.example"),
            ("x-forwarded-for", "192.0.2.9"),
        ]);
        let origin = TrustedProxies::default().origin(ip("192.0.2.1"), false, &sent);
        assert_eq!(
            origin,
            Origin {
                tls: false,
                host: None,
                client: ip("192.0.2.1")
            }
        );
    }

    #[test]
    fn loopback_is_believed_by_default() {
        let sent = headers(&[
            ("x-forwarded-proto", "HTTPS"),
            ("x-forwarded-host", "news.example"),
            ("x-forwarded-for", "198.51.100.7, 192.0.2.9"),
        ]);
        for peer in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            let origin = TrustedProxies::default().origin(ip(peer), false, &sent);
            assert!(origin.tls);
            assert_eq!(origin.host.unwrap(), "news.example");
            assert_eq!(
                origin.client,
                ip("192.0.2.9"),
                "the entry before the last is anybody's invention"
            );
        }
    }

    #[test]
    fn the_last_hop_that_is_not_ours_is_the_client() {
        let proxies = TrustedProxies::parse(["10.0.0.0/8", "2001:db8::/32"]).unwrap();
        let sent = headers(&[
            ("x-forwarded-for", "203.0.113.1, 198.51.100.7:4711"),
            ("x-forwarded-for", "10.1.1.1, [2001:db8::5]:80"),
        ]);
        assert_eq!(proxies.origin(ip("10.0.0.1"), false, &sent).client, ip("198.51.100.7"));
        let garbage = headers(&[("x-forwarded-for", "203.0.113.1, unknown, 10.1.1.1")]);
        assert_eq!(proxies.origin(ip("10.0.0.1"), false, &garbage).client, ip("10.1.1.1"));
    }

    #[test]
    fn a_proxy_that_says_http_is_believed_too() {
        let sent = headers(&[("x-forwarded-proto", "http")]);
        assert!(!TrustedProxies::default().origin(ip("127.0.0.1"), true, &sent).tls);
        assert!(!TrustedProxies::is_tls(true, true, &sent));
        assert!(TrustedProxies::is_tls(false, true, &sent));
    }

    #[test]
    fn blocks() {
        let proxies = TrustedProxies::parse(["0.0.0.0/0"]).unwrap();
        assert!(proxies.trusts(ip("8.8.8.8")));
        assert!(
            !proxies.trusts(ip("2001:db8::1")),
            "an IPv4 block holds no IPv6 address"
        );
        assert!(TrustedProxies::parse(["::/0"]).unwrap().trusts(ip("2001:db8::1")));
        for wrong in ["", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/x", "::/129", "host"] {
            assert!(TrustedProxies::parse([wrong]).is_err(), "{wrong}");
        }
    }
}
