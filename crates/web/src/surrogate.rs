//! Surrogate keys: the short names under which pages are remembered, made stale and purged.
//!
//! A page carries the keys of what it shows *and* of the queries on it, so that a new story finds the section page
//! that does not show it yet. A front is named as `front:ID` and not by its forty stories, because proxies refuse
//! header lines that grow beyond a few kilobytes.

use http::HeaderValue;
use masthead_domain::ids::{AuthorId, FrontId, SectionId, SiteId, StoryId, TopicId};
use std::fmt;
use std::sync::Arc;

/// The most bytes that the rendered list of keys takes. Common proxies refuse lines over 8 KB and Fastly and
/// Cloudflare cap the tag header at 16 KB; half of the smaller leaves room for the other headers.
pub const MAX_HEADER_BYTES: usize = 4096;

/// The most bytes of one key; longer names are cut by their maker.
pub const MAX_KEY_BYTES: usize = 128;

/// One name by which pages are found again, such as `story:…` or `list:archive/2026-11`.
///
/// It never holds a space, a comma or a control character, so that it stands as it is in `Surrogate-Key` (separated by
/// spaces) and `Cache-Tag` (by commas).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SurrogateKey(Arc<str>);

impl SurrogateKey {
    /// Everything of one site: layout, menus, names.
    pub fn site(id: SiteId) -> Self {
        Self(format!("site:{id}").into())
    }

    /// A section and the lists of its stories.
    pub fn section(id: SectionId) -> Self {
        Self(format!("section:{id}").into())
    }

    /// One story wherever it shows.
    pub fn story(id: StoryId) -> Self {
        Self(format!("story:{id}").into())
    }

    /// A topic and the list of its stories.
    pub fn topic(id: TopicId) -> Self {
        Self(format!("topic:{id}").into())
    }

    /// A curated front.
    pub fn front(id: FrontId) -> Self {
        Self(format!("front:{id}").into())
    }

    /// An author and the list of their stories.
    pub fn author(id: AuthorId) -> Self {
        Self(format!("author:{id}").into())
    }

    /// A query that no id stands for, such as `archive/2026-11-25` or `sitemap`.
    ///
    /// Characters that a header list can't hold become `-`; beyond [`MAX_KEY_BYTES`] the name is cut.
    pub fn list(name: &str) -> Self {
        Self::named("list", name)
    }

    /// The theme that pages were made with: replacing it makes all of them stale.
    pub fn theme() -> Self {
        Self("theme".into())
    }

    fn named(kind: &str, name: &str) -> Self {
        let mut text = String::with_capacity(kind.len() + 1 + name.len());
        text.push_str(kind);
        text.push(':');
        for c in name.chars() {
            if text.len() >= MAX_KEY_BYTES {
                break;
            }
            text.push(if c.is_ascii_graphic() && c != ',' { c } else { '-' });
        }
        Self(text.into())
    }

    /// Reads a key that was written out before; `None` when a header list could not hold it.
    pub fn parse(text: &str) -> Option<Self> {
        let fits =
            !text.is_empty() && text.len() <= MAX_KEY_BYTES && text.bytes().all(|b| b.is_ascii_graphic() && b != b',');
        fits.then(|| Self(text.into()))
    }

    /// The comments of a story, wherever they are shown.
    pub fn comments(id: StoryId) -> Self {
        Self(format!("comments:{id}").into())
    }

    /// Whether it names the comments of a story: a busy thread changes many times a second, and its pages are pressed
    /// only so often.
    pub fn is_comments(&self) -> bool {
        self.0.starts_with("comments:")
    }

    /// Whether it names one story: what carries it is that story's own page, or shows it in a place of its own.
    pub fn is_story(&self) -> bool {
        self.0.starts_with("story:")
    }

    /// The key as it stands in the headers.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SurrogateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SurrogateKey({})", self.0)
    }
}

impl fmt::Display for SurrogateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `Surrogate-Key` and `Cache-Tag` as they are sent, both within [`MAX_HEADER_BYTES`].
#[derive(Clone, Debug)]
pub struct SurrogateHeaders {
    /// The keys separated by spaces (Fastly, Varnish).
    pub surrogate_key: HeaderValue,
    /// The keys separated by commas (Cloudflare, Akamai).
    pub cache_tag: HeaderValue,
    /// How many keys did not fit. They still work inside the program, but a CDN can't purge by them.
    pub left_out: usize,
}

/// Renders `keys` for the two header lines. The caller orders them: what comes first is kept when not all fit.
pub fn render(keys: &[SurrogateKey]) -> SurrogateHeaders {
    let mut spaced = String::new();
    let mut shown = 0;
    for key in keys {
        let needed = key.0.len() + usize::from(!spaced.is_empty());
        if spaced.len() + needed > MAX_HEADER_BYTES {
            break;
        }
        if !spaced.is_empty() {
            spaced.push(' ');
        }
        spaced.push_str(&key.0);
        shown += 1;
    }
    let tagged = spaced.replace(' ', ",");
    SurrogateHeaders {
        surrogate_key: value_of(&spaced),
        cache_tag: value_of(&tagged),
        left_out: keys.len() - shown,
    }
}

fn value_of(text: &str) -> HeaderValue {
    // Keys hold visible ASCII alone, which every header value accepts; an empty line is the honest answer otherwise.
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn both_lists_hold_the_same_keys() {
        let keys = [
            SurrogateKey::site(SiteId(Uuid::nil())),
            SurrogateKey::list("archive/2026-11"),
        ];
        let headers = render(&keys);
        assert_eq!(
            headers.surrogate_key,
            "site:00000000-0000-0000-0000-000000000000 list:archive/2026-11"
        );
        assert_eq!(
            headers.cache_tag,
            "site:00000000-0000-0000-0000-000000000000,list:archive/2026-11"
        );
        assert_eq!(headers.left_out, 0);
    }

    #[test]
    fn a_long_list_is_cut_between_keys() {
        let keys: Vec<_> = (0..500).map(|n| SurrogateKey::list(&format!("number-{n}"))).collect();
        let headers = render(&keys);
        let text = headers.surrogate_key.to_str().unwrap();
        assert!(text.len() <= MAX_HEADER_BYTES);
        let shown = text.split(' ').count();
        assert_eq!(shown + headers.left_out, 500);
        assert!(text.split(' ').zip(&keys).all(|(shown, key)| shown == key.as_str()));
    }

    #[test]
    fn names_can_not_break_the_list() {
        let key = SurrogateKey::list("a b,c\r\nX: y\u{e9}");
        assert_eq!(key.as_str(), "list:a-b-c--X:-y-");
        assert!(SurrogateKey::list(&"x".repeat(1000)).as_str().len() <= MAX_KEY_BYTES);
        assert_eq!(SurrogateKey::parse("a b"), None);
        assert_eq!(SurrogateKey::parse(""), None);
        assert_eq!(SurrogateKey::parse("story:1").unwrap().as_str(), "story:1");
    }
}
