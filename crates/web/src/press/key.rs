//! What a pressed page is kept under: the site, the route and its declared parameters, and nothing else.
//!
//! A parameter that a route has not declared (`utm_source`, a cache-buster) never makes another entry: it would let
//! anybody fill the cache with copies of one page.

use equivalent::Equivalent;
use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// The name of one pressed page. Cheap to clone.
#[derive(Clone)]
pub struct PageKey {
    text: Arc<str>,
    site: usize,
    path: usize,
}

/// The same, borrowed from a request so that looking a page up allocates nothing.
#[derive(Clone, Copy, Debug)]
pub struct PageRef<'a> {
    /// The site's slug.
    pub site: &'a str,
    /// The path as it was asked for, beginning with `/`.
    pub path: &'a str,
    /// The declared parameters, as [`canonical_query`] writes them.
    pub query: &'a str,
}

impl PageKey {
    /// The page of `site` (its slug) at `path` with these declared parameters. Parameters are given in the order that
    /// the route declares; those with an empty value are left out.
    pub fn new(site: &str, path: &str, parameters: &[(&str, &str)]) -> Self {
        let mut writer = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in parameters {
            if !value.is_empty() {
                writer.append_pair(name, value);
            }
        }
        let query = writer.finish();
        PageRef {
            site,
            path,
            query: &query,
        }
        .to_key()
    }

    /// The site's slug.
    pub fn site(&self) -> &str {
        self.parts().site
    }

    /// The path.
    pub fn path(&self) -> &str {
        self.parts().path
    }

    /// The declared parameters as one query, without the question mark; often empty.
    pub fn query(&self) -> &str {
        self.parts().query
    }

    /// The path with its query: what is asked of a CDN or of the router to get this page again.
    pub fn target(&self) -> &str {
        self.text.get(self.site..).unwrap_or_default()
    }

    /// The borrowed form.
    pub fn parts(&self) -> PageRef<'_> {
        let target = self.target();
        let (path, query) = target.split_at_checked(self.path).unwrap_or((target, ""));
        PageRef {
            site: self.text.get(..self.site).unwrap_or_default(),
            path,
            query: query.strip_prefix('?').unwrap_or(query),
        }
    }
}

impl PageRef<'_> {
    /// The owned form.
    pub fn to_key(self) -> PageKey {
        let mut text = String::with_capacity(self.site.len() + self.path.len() + self.query.len() + 1);
        text.push_str(self.site);
        text.push_str(self.path);
        if !self.query.is_empty() {
            text.push('?');
            text.push_str(self.query);
        }
        PageKey {
            text: text.into(),
            site: self.site.len(),
            path: self.path.len(),
        }
    }
}

impl PartialEq for PageKey {
    fn eq(&self, other: &Self) -> bool {
        self.site == other.site && self.path == other.path && self.text == other.text
    }
}

impl Eq for PageKey {}

impl Hash for PageKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl Hash for PageRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.site.hash(state);
        self.path.hash(state);
        self.query.hash(state);
    }
}

impl Equivalent<PageKey> for PageRef<'_> {
    fn equivalent(&self, key: &PageKey) -> bool {
        let other = key.parts();
        self.path == other.path && self.site == other.site && self.query == other.query
    }
}

impl fmt::Debug for PageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for PageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Keeps the `declared` parameters of a raw query, in declared order and one spelling. Empty values and repeats are
/// dropped; the first counts.
pub fn canonical_query<'a>(raw: Option<&'a str>, declared: &[&str]) -> Cow<'a, str> {
    let Some(raw) = raw.filter(|raw| !raw.is_empty() && !declared.is_empty()) else {
        return Cow::Borrowed("");
    };
    let mut writer = url::form_urlencoded::Serializer::new(String::new());
    for name in declared {
        let given = url::form_urlencoded::parse(raw.as_bytes()).find(|(key, value)| key == name && !value.is_empty());
        if let Some((_, value)) = given {
            writer.append_pair(name, &value);
        }
    }
    Cow::Owned(writer.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::hash::{BuildHasher, RandomState};

    #[test]
    fn undeclared_parameters_make_no_other_page() {
        let declared = ["after", "place"];
        for raw in [
            "after=x&utm_source=mail",
            "utm_medium=x&after=x&after=y",
            "after=x&place=",
            "after=%78",
        ] {
            assert_eq!(canonical_query(Some(raw), &declared), "after=x", "{raw}");
        }
        assert_eq!(canonical_query(Some("place=p&after=x"), &declared), "after=x&place=p");
        assert_eq!(canonical_query(Some("utm_source=x"), &declared), "");
        assert_eq!(canonical_query(Some("after=x"), &[]), "");
        assert_eq!(canonical_query(None, &declared), "");
    }

    #[test]
    fn the_key_tells_its_parts() {
        let key = PageKey::new("daily", "/topics/nato", &[("after", "a b"), ("place", "")]);
        assert_eq!(
            (key.site(), key.path(), key.query()),
            ("daily", "/topics/nato", "after=a+b")
        );
        assert_eq!(key.target(), "/topics/nato?after=a+b");
        assert_eq!(key.to_string(), "daily/topics/nato?after=a+b");
    }

    proptest! {
        #[test]
        fn borrowed_and_owned_are_the_same(site in "[a-z]{1,5}", path in "/[a-z/?]{0,9}", query in "[a-z=&]{0,9}") {
            let borrowed = PageRef { site: &site, path: &path, query: &query };
            let owned = borrowed.to_key();
            let hasher = RandomState::new();
            prop_assert_eq!(hasher.hash_one(borrowed), hasher.hash_one(&owned));
            prop_assert!(borrowed.equivalent(&owned));
            let again = PageRef { site: &site, path: &path, query: &query }.to_key();
            prop_assert_eq!(&again, &owned);
        }
    }
}
