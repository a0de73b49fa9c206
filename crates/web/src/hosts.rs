//! Which site a request is for: exact host names, with the names of this machine standing for the first site.

use crate::urls::Origin;
use masthead_domain::ids::SiteId;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// What the kit knows of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostSite {
    /// Its id.
    pub id: SiteId,
    /// Its slug, the first part of every [`PageKey`](crate::press::PageKey).
    pub slug: Arc<str>,
    /// Its canonical origin.
    pub origin: Origin,
    /// Its language (BCP 47).
    pub lang: Arc<str>,
    /// Its zone (IANA name).
    pub zone: Arc<str>,
}

/// The table of host names. It can be replaced while requests run: sites are added at the desk.
#[derive(Debug, Default)]
pub struct Hosts {
    version: AtomicU64,
    table: RwLock<Table>,
}

#[derive(Debug, Default)]
struct Table {
    names: HashMap<String, Arc<HostSite>>,
    first: Option<Arc<HostSite>>,
}

impl Hosts {
    /// A table of sites with all their host names. The first site also answers for this machine's own names.
    pub fn new<N: AsRef<str>>(sites: impl IntoIterator<Item = (HostSite, Vec<N>)>) -> Self {
        let hosts = Self::default();
        hosts.replace(sites);
        hosts
    }

    /// Replaces the table.
    pub fn replace<N: AsRef<str>>(&self, sites: impl IntoIterator<Item = (HostSite, Vec<N>)>) {
        let mut table = Table::default();
        for (site, names) in sites {
            let site = Arc::new(site);
            table.first.get_or_insert_with(|| site.clone());
            for name in names {
                table.names.insert(plain_name(name.as_ref()).into_owned(), site.clone());
            }
        }
        *self.table.write().unwrap_or_else(PoisonError::into_inner) = table;
        self.version.fetch_add(1, Ordering::Release);
    }

    /// A number that grows with each replacement, so that a connection may remember what it looked up.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// The site that answers at `host`, given as in `Host` with or without a port. `None` for a name that no site has,
    /// which is answered with 421: an answer to any name would let a stranger's domain show the paper as its own.
    pub fn resolve(&self, host: &str) -> Option<Arc<HostSite>> {
        let name = plain_name(host);
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(site) = table.names.get(name.as_ref()) {
            return Some(site.clone());
        }
        let is_here = matches!(name.as_ref(), "127.0.0.1" | "::1" | "localhost") || name.ends_with(".localhost");
        if is_here { table.first.clone() } else { None }
    }

    /// Every site once, in the order of their slugs.
    pub fn sites(&self) -> Vec<Arc<HostSite>> {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        let mut sites: Vec<_> = table.names.values().cloned().collect();
        sites.sort_by(|a, b| a.slug.cmp(&b.slug));
        sites.dedup_by(|a, b| a.id == b.id);
        sites
    }
}

/// The name without port, final dot and brackets, in lower case.
fn plain_name(host: &str) -> std::borrow::Cow<'_, str> {
    let host = host.trim();
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, _)) => name,
        None => match host.rsplit_once(':') {
            // Two colons without brackets: an IPv6 address as a setting may hold it.
            Some((name, port)) if !name.contains(':') && port.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => host,
        },
    };
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        name.to_ascii_lowercase().into()
    } else {
        name.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn site(n: u128, slug: &str) -> HostSite {
        HostSite {
            id: SiteId(Uuid::from_u128(n)),
            slug: slug.into(),
            origin: Origin::parse(&format!("https://{slug}.example")).unwrap(),
            lang: "en".into(),
            zone: "UTC".into(),
        }
    }

    fn slug(hosts: &Hosts, host: &str) -> Option<String> {
        hosts.resolve(host).map(|site| site.slug.to_string())
    }

    #[test]
    fn names_and_the_names_of_this_machine() {
        let hosts = Hosts::new([
            (site(1, "daily"), vec!["daily.example", "www.daily.example"]),
            (site(2, "sport"), vec!["Sport.Example", "sport.masthead.localhost"]),
        ]);
        for (host, expected) in [
            ("daily.example", Some("daily")),
            ("DAILY.example:443", Some("daily")),
            ("www.daily.example.", Some("daily")),
            ("sport.example", Some("sport")),
            ("sport.masthead.localhost:8080", Some("sport")),
            ("other.masthead.localhost", Some("daily")),
            ("localhost", Some("daily")),
            ("127.0.0.1:8080", Some("daily")),
            ("[::1]:8080", Some("daily")),
            ("127.0.0.2", None),
            ("evil.example", None),
            ("daily.example.evil.example", None),
            ("notlocalhost", None),
            ("", None),
            (":80", None),
        ] {
            assert_eq!(slug(&hosts, host).as_deref(), expected, "`{host}`");
        }
    }

    #[test]
    fn replacing_is_noticed() {
        let hosts = Hosts::new([(site(1, "daily"), vec!["daily.example"])]);
        let before = hosts.version();
        hosts.replace([(site(2, "sport"), vec!["daily.example"])]);
        assert_ne!(hosts.version(), before);
        assert_eq!(slug(&hosts, "daily.example").as_deref(), Some("sport"));
        assert_eq!(hosts.sites().len(), 1);
    }

    #[test]
    fn a_network_without_sites_answers_nothing() {
        assert_eq!(slug(&Hosts::default(), "localhost"), None);
    }
}
