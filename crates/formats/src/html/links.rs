//! Addresses in documents: which are kept, and in which form.
//!
//! The list is of what is allowed. Everything is read by the URL standard's own parser first, which is what a browser
//! will read it with, so that control characters, tabs inside a scheme or back slashes hide nothing.

use url::Url;

/// What relative addresses are resolved against.
#[derive(Clone, Debug, Default)]
pub(crate) struct Base(Option<Url>);

impl Base {
    /// A base from an address; anything but http and https is none.
    pub(crate) fn new(origin: Option<&str>) -> Self {
        Self(origin.and_then(|origin| Url::parse(origin.trim()).ok()).filter(is_web))
    }

    /// The base that `<base href>` or `xml:base` inside a document makes of this one.
    pub(crate) fn join(&self, href: &str) -> Self {
        let joined = match &self.0 {
            Some(base) => base.join(href.trim()).ok(),
            None => Url::parse(href.trim()).ok(),
        };
        Self(joined.filter(is_web).or_else(|| self.0.clone()))
    }

    /// The address, if there is one.
    pub(crate) fn url(&self) -> Option<&Url> {
        self.0.as_ref()
    }
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

/// An address as a browser would see it: without white space and control characters around it, and without tabs and
/// line breaks inside. `None` when other control characters remain, which no honest address has.
fn clean(address: &str) -> Option<String> {
    let inner = address.trim_matches(|c: char| c <= ' ' || c.is_whitespace());
    let inner: String = inner.chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    (!inner.is_empty() && inner.chars().all(super::text::is_text)).then_some(inner)
}

/// Where an address leads, if that is a place a document may point to: http, https or mailto, or a path of the site
/// itself (which begins with `/`) where there is no base to resolve it against. An anchor inside the page is none.
pub(crate) fn link(address: &str, base: &Base) -> Option<String> {
    let address = clean(address)?;
    if address.starts_with('#') {
        return None;
    }
    match Url::parse(&address) {
        Ok(url) if is_web(&url) || url.scheme() == "mailto" => return Some(url.into()),
        Ok(_) => return None,
        Err(_) => {}
    }
    if let Some(base) = base.url() {
        return base.join(&address).ok().filter(is_web).map(String::from);
    }
    rooted(&address)
}

/// A path of the site itself. `//host/path` leads elsewhere and becomes https.
fn rooted(address: &str) -> Option<String> {
    if !address.starts_with(['/', '\\']) {
        return None;
    }
    let stand_in = Url::parse("https://masthead.invalid/").ok()?;
    let joined = stand_in.join(address).ok().filter(is_web)?;
    if joined.host_str() == stand_in.host_str() && joined.port().is_none() {
        let path = joined.as_str().strip_prefix("https://masthead.invalid")?;
        // `/.//host` is a path here, and would be a host when it is read again.
        return (!path.starts_with("//")).then(|| path.to_owned());
    }
    Some(joined.into())
}

/// An address of something on the web: http or https, nothing else.
pub(crate) fn web(address: &str, base: &Base) -> Option<String> {
    link(address, base).filter(|found| found.starts_with("http"))
}

/// Where a picture lies: http, https, or a path or file name relative to the document.
pub(crate) fn picture(address: &str, base: &Base) -> Option<String> {
    let address = clean(address)?;
    match Url::parse(&address) {
        Ok(url) => return is_web(&url).then(|| url.into()),
        Err(url::ParseError::RelativeUrlWithoutBase) => {}
        Err(_) => return None,
    }
    // A colon before the first slash would be a scheme, whatever stands before it; quotes and brackets are markup that
    // went wrong.
    let scheme = address.split(['/', '?', '#']).next().unwrap_or_default();
    if address.starts_with('#') || scheme.contains(':') || address.contains(['<', '>', '"']) || address.len() > 2048 {
        return None;
    }
    if let Some(base) = base.url() {
        return base.join(&address).ok().filter(is_web).map(String::from);
    }
    if address.starts_with(['/', '\\']) {
        return rooted(&address);
    }
    Some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_allowed_passes() {
        let none = Base::default();
        for bad in [
            "javascript:alert(1)",
            " \u{1}java\nscript\t:alert(1)",
            "JaVaScRiPt:alert(1)",
            "vbscript:x",
            "data:text/html,<script>x</script>",
            "file:///etc/passwd",
            "\u{0}javascript:alert(1)",
            "x\u{7f}y:z",
            "#top",
            "",
            "relative/path",
            "blob:https://example.org/1",
            "about:blank",
        ] {
            assert_eq!(link(bad, &none), None, "{bad:?}");
        }
        assert_eq!(link("/a b", &none).as_deref(), Some("/a%20b"));
        assert_eq!(link("//example.org/x", &none).as_deref(), Some("https://example.org/x"));
        assert_eq!(
            link("/\\example.org/x", &none).as_deref(),
            Some("https://example.org/x")
        );
        assert_eq!(link("/.//example.org", &none), None);
        assert_eq!(
            link("mailto:desk@example.org", &none).as_deref(),
            Some("mailto:desk@example.org")
        );
        let base = Base::new(Some("https://example.org/news/today.html"));
        assert_eq!(link("../x?y=1", &base).as_deref(), Some("https://example.org/x?y=1"));
        assert_eq!(picture("a.jpg", &none).as_deref(), Some("a.jpg"));
        assert_eq!(picture("data:image/png;base64,AAAA", &none), None);
        assert_eq!(
            picture("a.jpg", &base).as_deref(),
            Some("https://example.org/news/a.jpg")
        );
    }

    #[test]
    fn a_link_read_again_is_the_same() {
        let none = Base::default();
        for text in [
            "http://example.org",
            "/a//b/../c#d",
            "mailto:a@b?subject=x y",
            "http://EXAMPLE.org/ü?q=<>\"'",
        ] {
            let once = link(text, &none).unwrap();
            assert_eq!(link(&once, &none).as_deref(), Some(once.as_str()));
        }
    }
}
