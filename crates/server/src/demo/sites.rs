//! The demo's sites and sections, and the addresses at which they answer.

use super::content::Content;
use super::moved;
use anyhow::{Context as _, ensure};
use masthead_domain::ids::SiteId;
use masthead_domain::sites::Site;
use masthead_features::app::App;
use masthead_features::sites;
use masthead_web::urls::Origin;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Hosts of the demo end in this; browsers and resolvers lead every name under `localhost` to this machine.
pub const DOMAIN: &str = "masthead.localhost";

/// Makes the sites with their sections; those that an interrupted start made are written again.
pub(super) async fn put(app: &App, content: &Content, listen: SocketAddr) -> anyhow::Result<()> {
    for entry in app.sites().all() {
        ensure!(
            content.site(&entry.slug).is_ok(),
            "this data folder holds another network (the site '{}'); name another folder with --data",
            entry.slug
        );
    }
    for (position, site) in (0_i64..).zip(&content.sites) {
        let known = app.sites().by_slug(&site.slug).map(|known| known.id);
        let id = known.unwrap_or_else(|| SiteId::new(app.ids.as_ref()));
        let mut hosts = vec![own_host(&site.slug)];
        hosts.extend(site.hosts.iter().cloned());
        let mut record = Site {
            id,
            slug: site.slug.clone(),
            name: site.name.clone(),
            tagline: site.tagline.clone(),
            theme: String::new(),
            language: site.language.clone(),
            zone: site.zone.clone(),
            hosts,
            origin: String::new(),
        };
        answer_at(&mut record, position == 0, listen)?;
        sites::put(app, record, position).await?;
        // One count for sections and those below them: that is the order of menus.
        let mut place = 0;
        for section in &site.sections {
            sites::put_section(app, id, None, &section.slug, &section.name, place).await?;
            for sub in &section.subsections {
                place += 1;
                sites::put_section(app, id, Some(&section.slug), &sub.slug, &sub.name, place).await?;
            }
            place += 1;
        }
    }
    Ok(())
}

/// Lets a network that was made before answer where it is served now.
pub(super) async fn follow(app: &App, content: &Content, listen: SocketAddr) -> anyhow::Result<()> {
    let table = app.sites();
    let mut changes = Vec::new();
    for (position, entry) in (0_i64..).zip(table.all()) {
        if content.site(&entry.slug).is_err() {
            continue;
        }
        let mut site = entry.site.clone();
        answer_at(&mut site, position == 0, listen)?;
        if site != entry.site {
            changes.push((site, position, entry.origin.clone()));
        }
    }
    // Links first: a start that is interrupted here still finds the old origins, and does it again.
    for (site, _, before) in &changes {
        moved::relink(app, before, &site.origin).await?;
    }
    for (site, position, _) in changes {
        sites::put(app, site, position).await?;
    }
    Ok(())
}

/// Sets the origin. The first site answers at the address itself, so that it works without any name.
fn answer_at(site: &mut Site, first: bool, listen: SocketAddr) -> anyhow::Result<()> {
    let host = if first {
        let ip = match listen.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        let host = match ip {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        };
        // This machine's own addresses stand for the first site by themselves.
        if !ip.is_loopback() && !site.hosts.contains(&host) {
            site.hosts.push(host.clone());
        }
        host
    } else {
        own_host(&site.slug)
    };
    let origin = Origin::parse(&format!("http://{host}:{}", listen.port()));
    site.origin = origin
        .map_err(anyhow::Error::msg)
        .context("the demo has no address")?
        .as_str()
        .to_owned();
    Ok(())
}

fn own_host(slug: &str) -> String {
    format!("{slug}.{DOMAIN}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(first: bool, listen: &str) -> (String, Vec<String>) {
        let mut site = Site {
            id: SiteId(uuid::Uuid::nil()),
            slug: "gazette".into(),
            name: String::new(),
            tagline: String::new(),
            theme: String::new(),
            language: "en".into(),
            zone: "UTC".into(),
            hosts: Vec::new(),
            origin: String::new(),
        };
        answer_at(&mut site, first, listen.parse().unwrap()).unwrap();
        (site.origin, site.hosts)
    }

    #[test]
    fn origins_follow_the_listener() {
        assert_eq!(origin(true, "127.0.0.1:8080").0, "http://127.0.0.1:8080");
        assert_eq!(
            origin(false, "127.0.0.1:8080").0,
            "http://gazette.masthead.localhost:8080"
        );
        assert_eq!(origin(true, "0.0.0.0:80").0, "http://127.0.0.1");
        assert_eq!(origin(true, "[::]:8080").0, "http://[::1]:8080");
        let (origin, hosts) = origin(true, "192.0.2.7:8080");
        assert_eq!(
            (origin.as_str(), hosts),
            ("http://192.0.2.7:8080", vec!["192.0.2.7".to_owned()])
        );
    }
}
