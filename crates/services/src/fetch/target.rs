//! One hop: an address, whether it may be asked, and whether the allow list vouches for it.

use super::FetchPolicy;
use super::address::refuse_address;
use super::error::{FetchError, Refusal};
use std::collections::HashSet;
use std::net::IpAddr;
use url::{Host, Url};

/// Ports that web servers use. Others are how a fetcher is made to speak to a mail server or a database.
const PORTS: [u16; 4] = [80, 443, 8080, 8443];

/// Names that never mean a public host: RFC 6761, RFC 6762, RFC 8375, RFC 9476 and ICANN's `internal`.
const LOCAL_NAMES: [&str; 6] = ["localhost", "local", "internal", "home.arpa", "alt", "localdomain"];

/// The operator's own services, as exact pairs of host and port.
#[derive(Debug, Default)]
pub(super) struct AllowList(HashSet<(String, u16)>);

impl AllowList {
    /// Reads `host:port` pairs. The port has to be there: "exact" means that one service is opened, not a machine.
    pub(super) fn parse(pairs: &[String]) -> Result<Self, FetchError> {
        pairs
            .iter()
            .map(|pair| Self::pair(pair))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    fn pair(pair: &str) -> Result<(String, u16), FetchError> {
        let wrong = || FetchError::Settings(format!("allow: `{pair}` is no host:port, such as 10.0.0.5:9000"));
        let (host, port) = pair.trim().rsplit_once(':').ok_or_else(wrong)?;
        let port = port.parse().map_err(|_| wrong())?;
        // Read by the same parser as addresses, so that both sides are spelt alike.
        let host = Url::parse(&format!("http://{host}/"))
            .ok()
            .filter(|url| url.path() == "/" && url.port().is_none());
        let host = host
            .as_ref()
            .and_then(Url::host_str)
            .filter(|host| !host.is_empty())
            .ok_or_else(wrong)?;
        Ok((host.to_owned(), port))
    }

    fn has(&self, url: &Url) -> bool {
        match (url.host_str(), url.port_or_known_default()) {
            (Some(host), Some(port)) => self.0.contains(&(host.to_owned(), port)),
            _ => false,
        }
    }
}

/// Which of the two clients asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hop {
    /// The allow list vouches for it: any address, any port.
    Trusted,
    /// Public addresses alone.
    Guarded,
}

/// An address that may be asked.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) url: Url,
    pub(super) hop: Hop,
}

impl Target {
    /// The first hop.
    pub(super) fn first(text: &str, policy: FetchPolicy, allow: &AllowList) -> Result<Self, FetchError> {
        let url = Url::parse(text).map_err(|error| FetchError::bad_url(text, error))?;
        let vouched = policy == FetchPolicy::Operator;
        Self::check(url, text, vouched, allow)
    }

    /// Where this hop redirects to.
    ///
    /// The allow list counts only on the way from a service that is on it: a stranger's server, though the operator
    /// polls it, must not be able to send us on to the operator's own ones.
    pub(super) fn redirected(&self, location: &str, allow: &AllowList) -> Result<Self, FetchError> {
        let url = self
            .url
            .join(location)
            .map_err(|error| FetchError::bad_url(location, error))?;
        let spelt = if url.host() == self.url.host() {
            url.as_str().to_owned()
        } else {
            location.to_owned()
        };
        Self::check(url, &spelt, self.hop == Hop::Trusted, allow)
    }

    fn check(url: Url, spelt: &str, vouched: bool, allow: &AllowList) -> Result<Self, FetchError> {
        let refused = |refusal| Err(FetchError::refused(&url, refusal));
        if !matches!(url.scheme(), "http" | "https") {
            return refused(Refusal::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refused(Refusal::UserName);
        }
        if vouched && allow.has(&url) {
            return Ok(Self { url, hop: Hop::Trusted });
        }
        let port = url.port_or_known_default().unwrap_or_default();
        if !PORTS.contains(&port) {
            return refused(Refusal::Port(port));
        }
        let refusal = match url.host() {
            Some(Host::Ipv4(address)) if host_as_spelt(spelt) != Some(address.to_string().as_str()) => {
                Some(Refusal::DisguisedAddress)
            }
            Some(Host::Ipv4(address)) => refuse_address(IpAddr::V4(address)).err(),
            Some(Host::Ipv6(address)) => refuse_address(IpAddr::V6(address)).err(),
            Some(Host::Domain(name)) => is_local(name).then(|| Refusal::LocalName(name.to_owned())),
            None => return Err(FetchError::bad_url(spelt, "it names no host")),
        };
        match refusal {
            Some(refusal) => refused(refusal),
            None => Ok(Self { url, hop: Hop::Guarded }),
        }
    }
}

/// The host as it was written, before the parser made `127.0.0.1` out of `0x7f.1`; `None` when it can't be told, which
/// then counts as disguised.
fn host_as_spelt(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("//")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    Some(authority.rsplit_once(':').map_or(authority, |(host, _)| host))
}

fn is_local(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    // A name without a dot is looked up in the machine's own search domains.
    let in_zone = |zone: &&str| {
        name.strip_suffix(*zone)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    !name.contains('.') || LOCAL_NAMES.iter().any(in_zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allow(pairs: &[&str]) -> AllowList {
        AllowList::parse(&pairs.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap()
    }

    fn refusal(url: &str) -> Refusal {
        match Target::first(url, FetchPolicy::Content, &AllowList::default()) {
            Err(FetchError::Refused { refusal, .. }) => refusal,
            other => panic!("{url}: {other:?}"),
        }
    }

    #[test]
    fn ordinary_addresses_may_be_asked() {
        for url in [
            "http://news.example.org/a.jpg",
            "https://news.example.org:8443/a?b=c",
            "HTTP://News.Example.org",
            "http://93.184.216.34/x",
            "http://93.184.216.34:8080",
            "http://[2606:2800:220:1::1]/",
            "https://bücher.example.org/",
        ] {
            let target = Target::first(url, FetchPolicy::Content, &AllowList::default()).unwrap();
            assert_eq!(target.hop, Hop::Guarded, "{url}");
        }
    }

    #[test]
    fn schemes_ports_and_user_names_are_refused() {
        assert_eq!(refusal("file:///etc/passwd"), Refusal::Scheme("file".into()));
        assert_eq!(refusal("gopher://example.org/"), Refusal::Scheme("gopher".into()));
        assert_eq!(refusal("http://example.org:25/"), Refusal::Port(25));
        assert_eq!(refusal("https://example.org:6379/"), Refusal::Port(6379));
        assert_eq!(refusal("http://a@example.org/"), Refusal::UserName);
        assert_eq!(refusal("http://example.org:80@127.0.0.1/"), Refusal::UserName);
    }

    #[test]
    fn disguised_and_inner_hosts_are_refused() {
        for url in [
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://0/",
            "http://1572395042/",
            "http://93.184.55330/",
            "http:/\t/0x7f.1/",
            "http://0x5db8d822:80/",
            "http:\\\\2130706433\\",
            "http://%31%32%37.0.0.1/",
            "http://①②⑦.0.0.1/",
        ] {
            assert_eq!(refusal(url), Refusal::DisguisedAddress, "{url}");
        }
        for url in [
            "http://127.0.0.1/",
            "http://169.254.169.254/latest",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]/",
        ] {
            assert!(matches!(refusal(url), Refusal::Address { .. }), "{url}");
        }
        for url in [
            "http://localhost/",
            "http://LOCALHOST./",
            "http://a.localhost/",
            "http://nas.local/",
            "http://db/",
        ] {
            assert!(matches!(refusal(url), Refusal::LocalName(_)), "{url}");
        }
    }

    #[test]
    fn the_allow_list_is_exact_and_the_operators_alone() {
        let list = allow(&["10.0.0.5:9000", "Wire.Example:443", "[::1]:8081", "localhost:3000"]);
        let hop = |url: &str, policy| Target::first(url, policy, &list).map(|target| target.hop);
        for url in [
            "http://10.0.0.5:9000/x",
            "https://wire.example/",
            "http://[::1]:8081/",
            "http://localhost:3000/",
        ] {
            assert_eq!(hop(url, FetchPolicy::Operator), Ok(Hop::Trusted), "{url}");
        }
        for url in [
            "http://10.0.0.5/",
            "http://10.0.0.5:9001/",
            "http://[::1]:8080/",
            "http://localhost/",
        ] {
            assert!(hop(url, FetchPolicy::Operator).is_err(), "{url}");
        }
        assert_eq!(
            hop("http://wire.example/", FetchPolicy::Operator),
            Ok(Hop::Guarded),
            "another port"
        );
        for url in ["http://10.0.0.5:9000/x", "http://[::1]:8081/", "http://localhost:3000/"] {
            assert!(hop(url, FetchPolicy::Content).is_err(), "{url}");
        }
        assert_eq!(hop("https://wire.example/", FetchPolicy::Content), Ok(Hop::Guarded));
    }

    #[test]
    fn a_list_entry_without_a_port_is_refused() {
        for pair in [
            "10.0.0.5",
            "host:",
            "host:99999",
            ":80",
            "http://host:80",
            "host/path:80",
            "",
        ] {
            assert!(AllowList::parse(&[pair.to_owned()]).is_err(), "{pair}");
        }
    }

    #[test]
    fn a_redirect_is_vouched_for_only_by_a_trusted_hop() {
        let list = allow(&["10.0.0.5:9000", "10.0.0.6:9000"]);
        let own = Target::first("http://10.0.0.5:9000/a", FetchPolicy::Operator, &list).unwrap();
        assert_eq!(own.redirected("/b", &list).unwrap().hop, Hop::Trusted);
        assert_eq!(
            own.redirected("http://10.0.0.6:9000/", &list).unwrap().hop,
            Hop::Trusted
        );
        assert!(own.redirected("http://10.0.0.7:9000/", &list).is_err());

        let outside = Target::first("https://agency.example.org/a", FetchPolicy::Operator, &list).unwrap();
        assert_eq!(outside.redirected("/b", &list).unwrap().hop, Hop::Guarded);
        for location in [
            "http://10.0.0.5:9000/",
            "//169.254.169.254/",
            "//0x7f.1/",
            "http:2130706433",
            "file:///etc/passwd",
            "http://2130706433/#//127.0.0.1/",
        ] {
            assert!(outside.redirected(location, &list).is_err(), "{location}");
        }
        // Going round by way of a stranger doesn't bring trust back.
        let away = own.redirected("https://agency.example.org/", &list).unwrap();
        assert!(away.redirected("http://10.0.0.5:9000/", &list).is_err());
    }
}
