//! What every template is given beside its own: the head of the page.

use super::cards::largest_plain;
use super::view::SiteView;
use masthead_store::public::Card;
use masthead_web::urls::{FeedFormat, FeedScope, Route};
use minijinja::Value;
use serde::Serialize;

/// The head of a page, and what its frame needs.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    /// `<title>`.
    pub(crate) title: String,
    /// The title as it is shared: without the site's name.
    pub(crate) share_title: String,
    pub(crate) description: String,
    /// The absolute address of record; empty where a page has none (errors).
    pub(crate) canonical: String,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    /// What robots are told; empty for the usual.
    pub(crate) robots: &'static str,
    pub(crate) image: Option<Image>,
    pub(crate) feeds: Vec<Feed>,
    /// The path of the section that menus highlight; empty for none.
    pub(crate) section: String,
    pub(crate) json_ld: String,
    /// Where a reader stands in the front's news who has seen this page; empty but on the home front.
    pub(crate) cursor: String,
    pub(crate) is_home: bool,
    pub(crate) is_front: bool,
}

/// The picture that stands for a page elsewhere.
#[derive(Debug, Serialize)]
pub(crate) struct Image {
    pub(crate) url: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) alt: String,
}

/// A feed that belongs to a page.
#[derive(Debug, Serialize)]
pub(crate) struct Feed {
    #[serde(rename = "type")]
    media_type: &'static str,
    title: String,
    href: String,
}

impl Image {
    /// The theme's picture for pages that have none of their own.
    fn stand_in(view: &SiteView) -> Option<Self> {
        let asset = view.theme.assets().named("images/share.png")?;
        Some(Self {
            url: view.absolute(&asset.path),
            width: 1200,
            height: 630,
            alt: view.entry.name.clone(),
        })
    }

    /// The widest file of a card's picture.
    pub(crate) fn of_card(view: &SiteView, card: &Card) -> Option<Self> {
        let picture = card.picture.as_ref()?;
        let (href, file) = largest_plain(picture)?;
        Some(Self {
            url: view.absolute(&href),
            width: file.width,
            height: file.height,
            alt: picture.alt.clone(),
        })
    }
}

impl Feed {
    fn of(scope: &FeedScope<'_>, format: FeedFormat, name: &str) -> Self {
        Self {
            media_type: match format {
                FeedFormat::Rss => "application/rss+xml",
                FeedFormat::Atom => "application/atom+xml",
                FeedFormat::Json => "application/feed+json",
            },
            title: name.to_owned(),
            href: Route::Feed(scope.clone(), format).to_string(),
        }
    }
}

impl Page {
    /// The head of a page called `title` at `path` of the site.
    pub(crate) fn new(view: &SiteView, title: &str, path: &str) -> Self {
        Self {
            title: format!("{title} | {}", view.entry.name),
            share_title: title.to_owned(),
            description: String::new(),
            canonical: view.absolute(path),
            kind: "website",
            robots: "",
            image: Image::stand_in(view),
            // Every page leads to the site's own feed; pages of a list put theirs before it.
            feeds: vec![Feed::of(&FeedScope::Site, FeedFormat::Rss, &view.entry.name)],
            section: String::new(),
            json_ld: String::new(),
            cursor: String::new(),
            is_home: false,
            is_front: false,
        }
    }

    /// With the three feeds of `scope`, called `name`.
    pub(crate) fn feeds(mut self, scope: &FeedScope<'_>, name: &str) -> Self {
        let own = [FeedFormat::Rss, FeedFormat::Atom, FeedFormat::Json].map(|format| Feed::of(scope, format, name));
        if *scope == FeedScope::Site {
            self.feeds.clear();
        }
        self.feeds.splice(0..0, own);
        self
    }

    /// With the first picture of these cards, where one has any.
    pub(crate) fn pictured<'a>(mut self, view: &SiteView, cards: impl IntoIterator<Item = &'a Card>) -> Self {
        if let Some(image) = cards.into_iter().find_map(|card| Image::of_card(view, card)) {
            self.image = Some(image);
        }
        self
    }

    /// With a description, cut at a word to what previews show.
    pub(crate) fn described(mut self, text: &str) -> Self {
        self.description = excerpt(text, 300);
        self
    }
}

/// Everything that a template is given.
#[derive(Serialize)]
pub(crate) struct Whole<'a, T> {
    site: Value,
    page: &'a Page,
    #[serde(flatten)]
    own: &'a T,
}

/// Joins the frame and a page's own.
pub(crate) fn whole<'a, T: Serialize>(view: &SiteView, page: &'a Page, own: &'a T) -> Whole<'a, T> {
    Whole {
        site: view.value.clone(),
        page,
        own,
    }
}

/// The beginning of a text, at most `most` characters, cut between words with an ellipsis.
pub(crate) fn excerpt(text: &str, most: usize) -> String {
    let text = text.trim();
    let Some((cut, _)) = text.char_indices().nth(most) else {
        return text.to_owned();
    };
    let kept = text.get(..cut).unwrap_or(text);
    let kept = kept.rsplit_once(char::is_whitespace).map_or(kept, |(before, _)| before);
    format!("{}…", kept.trim_end_matches([',', ';', ':', '-', '–']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_ends_between_words_and_never_inside_a_character() {
        assert_eq!(excerpt(" short ", 20), "short");
        assert_eq!(excerpt("one two, three", 10), "one two…");
        assert_eq!(excerpt("ééééééé", 3), "ééé…");
    }
}
