//! The story that a thread stood under: by the addresses of its page, old ones included, or by what the publisher's own
//! system called it.

use crate::imports::exports::normal_path;
use crate::sites::Sites;
use masthead_domain::ids::{SiteId, StoryId};
use masthead_domain::imports::ImportedThread;
use masthead_store::sites::RedirectTarget;
use masthead_store::{Conn, StoreError, imports as rows, stories, wire};
use url::Url;

/// Stands for the host of an address that names none.
const HERE: &str = "https://masthead.invalid/";
/// Redirects that are followed one after the other.
const MOST_REDIRECTS: usize = 4;

/// The story of a thread, and the site whose desk decides about its comments.
pub(super) async fn story(
    conn: &mut Conn,
    sites: &Sites,
    target: SiteId,
    thread: &ImportedThread,
) -> Result<Option<(StoryId, SiteId)>, StoreError> {
    for address in &thread.addresses {
        for (site, path) in places(sites, target, address) {
            if let Some(story) = at(conn, sites, site, path).await? {
                return Ok(Some((story, site_of(conn, story, site).await?)));
            }
        }
    }
    for id in names(thread) {
        if let Some(story) = named(conn, thread, &id).await? {
            return Ok(Some((story, site_of(conn, story, target).await?)));
        }
    }
    Ok(None)
}

/// The site, if the story stands on it, else the first that it stands on.
async fn site_of(conn: &mut Conn, story: StoryId, wanted: SiteId) -> Result<SiteId, StoreError> {
    let places = stories::placements(conn, story).await?;
    let stands = places.iter().any(|place| place.placement.site == wanted);
    let first = places.first().map(|place| place.placement.site);
    Ok(if stands { wanted } else { first.unwrap_or(wanted) })
}

/// Where an address may lead: on the site of its host, else on the one that the import goes to, else on the others.
fn places(sites: &Sites, target: SiteId, address: &str) -> Vec<(SiteId, String)> {
    let address = address.trim();
    // A path alone, as Isso keeps it, is read as a browser would read it on the page's own host.
    let url = if address.starts_with('/') && !address.starts_with("//") {
        Url::parse(HERE).and_then(|here| here.join(address))
    } else {
        Url::parse(address)
    };
    let Some(url) = url.ok().filter(Url::has_host) else {
        return Vec::new();
    };
    let (path, query) = (url.path(), url.query());
    let host = url.host_str().map(str::to_ascii_lowercase);
    let own = host.as_deref().and_then(|host| {
        let bare = host.strip_prefix("www.").unwrap_or(host);
        sites
            .all()
            .iter()
            .find(|entry| entry.hosts.iter().any(|known| known == host || known == bare))
            .map(|entry| entry.id)
    });
    let mut order: Vec<SiteId> = own.into_iter().chain([target]).collect();
    order.extend(sites.all().iter().map(|entry| entry.id));
    let mut tried = Vec::new();
    order.retain(|site| {
        let fresh = !tried.contains(site);
        tried.push(*site);
        fresh
    });
    let paths = forms(path, query);
    order
        .into_iter()
        .flat_map(|site| paths.iter().map(move |path| (site, path.clone())))
        .collect()
}

/// The forms in which a path may be known: as it stands and without a page's ending.
fn forms(path: &str, query: Option<&str>) -> Vec<String> {
    let plain = normal_path(path);
    let mut forms = Vec::new();
    if plain == "/" {
        forms.extend(query.map(|query| format!("/?{query}")));
        return forms;
    }
    if let Some(query) = query {
        forms.push(format!("{plain}?{query}"));
    }
    forms.push(plain.clone());
    for ending in ["/index.html", "/index.php", ".html", ".htm", "/amp"] {
        if let Some(bare) = plain.strip_suffix(ending).filter(|bare| !bare.is_empty()) {
            forms.push(bare.to_owned());
        }
    }
    forms
}

/// The story at a path of a site, through redirects.
async fn at(conn: &mut Conn, sites: &Sites, site: SiteId, path: String) -> Result<Option<StoryId>, StoreError> {
    let (mut site, mut path) = (site, path);
    for _ in 0..MOST_REDIRECTS {
        if let Some(story) = stories::at_path(conn, site, &path).await? {
            return Ok(Some(story));
        }
        let target = match rows::leads_to(conn, site, &path).await? {
            None => return Ok(None),
            Some(RedirectTarget::Story(story)) => return Ok(Some(story)),
            Some(RedirectTarget::Address(address)) => address,
        };
        match places(sites, site, &target).into_iter().next() {
            Some(next) => (site, path) = next,
            None => return Ok(None),
        }
    }
    Ok(None)
}

/// What the publisher's system called the page: whole, and word by word (`123 https://example.org/?p=123`).
fn names(thread: &ImportedThread) -> Vec<String> {
    let mut names = Vec::new();
    for id in &thread.source_ids {
        names.push(id.clone());
        if id.contains(char::is_whitespace) {
            names.extend(id.split_whitespace().map(str::to_owned));
        }
    }
    names
}

/// The story of an identity: its own id, or that of the item that it was made from.
async fn named(conn: &mut Conn, thread: &ImportedThread, id: &str) -> Result<Option<StoryId>, StoreError> {
    if let Ok(story) = id.parse::<StoryId>()
        && let Some(known) = stories::by_id(conn, story).await?
    {
        return Ok(Some(known.id));
    }
    let origins = thread.addresses.iter().filter_map(|address| Url::parse(address).ok());
    let exports: Vec<String> = origins
        .map(|url| format!("export:{}", url.origin().ascii_serialization()))
        .collect();
    let scopes = exports.iter().map(String::as_str).chain(["wire", "page", "feed"]);
    for scope in scopes {
        let item = wire::by_identity(conn, &wire::identity(scope, id)).await?;
        if let Some(story) = item.and_then(|item| item.story) {
            return Ok(Some(story));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::forms;

    #[test]
    fn a_path_is_looked_for_in_the_forms_that_systems_write() {
        assert_eq!(forms("/2014/09/ferry/", None), ["/2014/09/ferry"]);
        assert_eq!(forms("/", Some("p=12")), ["/?p=12"]);
        assert!(forms("/", None).is_empty(), "the front page is no story");
        assert_eq!(forms("/news/ferry.html", None), ["/news/ferry.html", "/news/ferry"]);
    }
}
