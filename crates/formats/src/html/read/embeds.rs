//! Things that live elsewhere: from the frame, player or quoted post of a page to the address of the thing itself.

use super::{Flow, Reader};
use crate::html::dom::{Element, NodeId};
use crate::html::{links, text};
use masthead_domain::document::Block;
use url::Url;

/// Frames that measure or sell, and show a reader nothing.
const SILENT_HOSTS: [&str; 12] = [
    "googletagmanager.com",
    "doubleclick.net",
    "google-analytics.com",
    "googlesyndication.com",
    "amazon-adsystem.com",
    "scorecardresearch.com",
    "adnxs.com",
    "outbrain.com",
    "taboola.com",
    "recaptcha.net",
    "criteo.com",
    "chartbeat.com",
];

/// Hosts whose address alone on a line stands for the thing itself.
const KNOWN_HOSTS: [&str; 16] = [
    "youtube.com",
    "youtu.be",
    "vimeo.com",
    "twitter.com",
    "x.com",
    "facebook.com",
    "instagram.com",
    "tiktok.com",
    "soundcloud.com",
    "spotify.com",
    "dailymotion.com",
    "flickr.com",
    "ted.com",
    "reddit.com",
    "bsky.app",
    "mixcloud.com",
];

fn host_is(url: &Url, host: &str) -> bool {
    url.host_str()
        .is_some_and(|own| own == host || own.strip_suffix(host).is_some_and(|rest| rest.ends_with('.')))
}

/// The address of the thing that an address in a frame plays.
pub(super) fn canonical(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    if SILENT_HOSTS.iter().any(|host| host_is(&url, host)) {
        return None;
    }
    let segments: Vec<&str> = url.path_segments().map(Iterator::collect).unwrap_or_default();
    let last = segments
        .iter()
        .rev()
        .find(|segment| !segment.is_empty())
        .copied()
        .unwrap_or_default();
    if host_is(&url, "youtube.com") || host_is(&url, "youtube-nocookie.com") {
        let list = || {
            url.query_pairs()
                .find(|(key, _)| key == "list")
                .map(|(_, list)| list.into_owned())
        };
        return match segments.as_slice() {
            ["embed", "videoseries", ..] => {
                list().and_then(|list| with_query("https://www.youtube.com/playlist", "list", &list))
            }
            ["embed" | "v" | "e", id, ..] if !id.is_empty() => {
                // `/v/ID&hl=en` was common in object elements.
                let id = id.split('&').next().unwrap_or_default();
                with_query("https://www.youtube.com/watch", "v", id)
            }
            _ => Some(url.into()),
        };
    }
    if host_is(&url, "player.vimeo.com") && segments.first() == Some(&"video") {
        return Some(format!("https://vimeo.com/{last}"));
    }
    if host_is(&url, "dailymotion.com") && segments.first() == Some(&"embed") {
        return Some(format!("https://www.dailymotion.com/video/{last}"));
    }
    if host_is(&url, "facebook.com") && segments.first() == Some(&"plugins") {
        let inner = url
            .query_pairs()
            .find(|(key, _)| key == "href")
            .map(|(_, href)| href.into_owned());
        return inner.and_then(|href| links::web(&href, &links::Base::default()));
    }
    if host_is(&url, "open.spotify.com") && segments.first() == Some(&"embed") {
        return Some(format!(
            "https://open.spotify.com/{}",
            segments.get(1..).unwrap_or_default().join("/")
        ));
    }
    Some(url.into())
}

fn with_query(address: &str, key: &str, value: &str) -> Option<String> {
    Url::parse_with_params(address, [(key, value)]).ok().map(String::from)
}

/// An address that is all a paragraph says, if what it leads to can be shown. `told` when the page says so itself.
pub(crate) fn bare_address(line: &str, told: bool) -> Option<String> {
    let line = line.trim();
    if !line.starts_with("http") || line.contains(char::is_whitespace) {
        return None;
    }
    let address = links::web(line, &links::Base::default())?;
    let url = Url::parse(&address).ok()?;
    let known = told || KNOWN_HOSTS.iter().any(|host| host_is(&url, host));
    // A front page is no video or post.
    let leads_somewhere = url.path().len() > 1 || url.query().is_some();
    (known && leads_somewhere).then(|| canonical(&address)).flatten()
}

impl Reader<'_> {
    pub(super) fn embed(&mut self, node: NodeId, flow: &mut Flow) {
        let dom = self.dom;
        let Some(element) = dom.element(node) else { return };
        let address = self.embed_address(node, element);
        let Some(url) = address.and_then(|address| canonical(&address)) else {
            // What a browser without the plug-in would show.
            if matches!(element.name(), "object" | "video" | "audio") {
                self.children(node, flow, &text::Style::default());
            }
            return;
        };
        let title = ["title", "aria-label"]
            .iter()
            .find_map(|name| element.attr(name))
            .map(text::squeeze)
            .filter(|title| !is_player_name(title) && *title != url)
            .unwrap_or_default();
        flow.push_beside(Block::Embed { url, title });
    }

    fn embed_address(&self, node: NodeId, element: &Element) -> Option<String> {
        let dom = self.dom;
        let id = |name| element.attr_text(name);
        match element.name() {
            "amp-youtube" => return with_query("https://www.youtube.com/watch", "v", id("data-videoid")?),
            "amp-twitter" => return Some(format!("https://twitter.com/i/status/{}", id("data-tweetid")?)),
            _ => {}
        }
        let own = ["src", "data-src", "data-lazy-src", "data", "data-url"]
            .iter()
            .filter_map(|name| element.attr(name))
            .find_map(|address| links::web(address, &self.base));
        own.or_else(|| {
            dom.descendants(node).skip(1).find_map(|at| {
                let inner = dom.element(at)?;
                match inner.name() {
                    "source" => inner.attr("src").and_then(|address| links::web(address, &self.base)),
                    "param"
                        if inner
                            .attr("name")
                            .is_some_and(|name| matches!(name, "movie" | "src" | "url")) =>
                    {
                        inner.attr("value").and_then(|address| links::web(address, &self.base))
                    }
                    _ => None,
                }
            })
        })
    }

    /// A post of another service that is quoted by its own embed code.
    pub(super) fn quoted_post(&self, node: NodeId, element: &Element) -> Option<Block> {
        let dom = self.dom;
        let address = if element.has_class("twitter-tweet") || element.has_class("twitter-video") {
            dom.descendants(node)
                .filter_map(|at| dom.attr(at, "href"))
                .filter_map(|href| links::web(href, &self.base))
                .filter(|href| href.contains("/status"))
                .last()
        } else if element.has_class("instagram-media") {
            element
                .attr("data-instgrm-permalink")
                .and_then(|href| links::web(href, &self.base))
                .or_else(|| {
                    dom.descendants(node)
                        .filter_map(|at| dom.attr(at, "href"))
                        .find_map(|href| links::web(href, &self.base).filter(|href| href.contains("instagram.com/")))
                })
        } else if element.has_class("tiktok-embed") || element.has_class("bluesky-embed") {
            element
                .attr("cite")
                .and_then(|href| links::web(href, &self.base))
                .or_else(|| {
                    dom.descendants(node)
                        .filter_map(|at| dom.attr(at, "href"))
                        .find_map(|href| links::web(href, &self.base))
                })
        } else {
            None
        }?;
        let mut url = Url::parse(&address).ok()?;
        // `?ref_src=` and the like count where a reader came from.
        url.set_query(None);
        let mut title = dom.plain_text(node);
        title.truncate(crate::html::parse::floor_char_boundary(&title, 500));
        let url = String::from(url);
        let title = if title == url {
            String::new()
        } else {
            title.trim_end().to_owned()
        };
        Some(Block::Embed { url, title })
    }
}

fn is_player_name(title: &str) -> bool {
    matches!(
        title.to_ascii_lowercase().as_str(),
        "youtube video player" | "vimeo video player" | "embedded content" | "video player" | "iframe" | "embed"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn players_lead_to_what_they_play() {
        let cases = [
            (
                "https://www.youtube.com/embed/abc?rel=0",
                "https://www.youtube.com/watch?v=abc",
            ),
            (
                "https://www.youtube-nocookie.com/embed/abc",
                "https://www.youtube.com/watch?v=abc",
            ),
            (
                "http://www.youtube.com/v/abc&hl=en",
                "https://www.youtube.com/watch?v=abc",
            ),
            ("https://player.vimeo.com/video/12?h=x", "https://vimeo.com/12"),
            ("https://maps.example.org/x?y=1", "https://maps.example.org/x?y=1"),
            (
                "https://www.facebook.com/plugins/post.php?href=https%3A%2F%2Fwww.facebook.com%2Fx%2Fposts%2F1",
                "https://www.facebook.com/x/posts/1",
            ),
        ];
        for (frame, thing) in cases {
            assert_eq!(canonical(frame).as_deref(), Some(thing));
            assert_eq!(canonical(thing).as_deref(), Some(thing));
        }
        assert_eq!(canonical("https://www.googletagmanager.com/ns.html?id=1"), None);
        assert_eq!(
            canonical("https://www.facebook.com/plugins/post.php?href=javascript:alert(1)"),
            None
        );
    }

    #[test]
    fn only_known_addresses_stand_alone() {
        assert!(bare_address(" https://youtu.be/abc ", false).is_some());
        assert!(bare_address("https://example.org/abc", false).is_none());
        assert!(bare_address("https://example.org/abc", true).is_some());
        assert!(bare_address("https://twitter.com/", false).is_none());
        assert!(bare_address("see https://youtu.be/abc", false).is_none());
    }
}
