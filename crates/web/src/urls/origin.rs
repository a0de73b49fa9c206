//! A site's origin: where its addresses begin.

use super::Route;
use std::fmt;

/// A site's canonical origin, such as `https://news.example`: scheme, host and a port that is not the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(String);

impl Origin {
    /// Reads an origin.
    ///
    /// # Errors
    /// Says in words what is wrong when it is not plain `http://` or `https://` with a host and nothing after it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let url = url::Url::parse(text).map_err(|error| format!("`{text}` is not an origin: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(format!(
                "`{text}` is not an origin: it must begin with http:// or https://"
            ));
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(format!("`{text}` is not an origin: nothing may follow the host"));
        }
        Ok(Self(url.origin().ascii_serialization()))
    }

    /// The absolute address of `route`.
    pub fn url(&self, route: &Route<'_>) -> String {
        format!("{}{route}", self.0)
    }

    /// The absolute address of a path that begins with `/`.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// The origin as text, without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins() {
        let origin = Origin::parse("https://News.Example:443/").unwrap();
        assert_eq!(
            origin.url(&Route::Topic("nato".into())),
            "https://news.example/topics/nato"
        );
        assert_eq!(
            Origin::parse("http://localhost:8080").unwrap().as_str(),
            "http://localhost:8080"
        );
        for wrong in ["news.example", "ftp://x", "https://x/y", "https://x?y", ""] {
            assert!(Origin::parse(wrong).is_err(), "{wrong}");
        }
    }
}
