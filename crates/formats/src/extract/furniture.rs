//! What stands around a story and inside it without being of it: share bars, newsletter boxes, related stories,
//! sign-in boxes, comment policies. Told by words here, and by class names.

use crate::html::dom::Element;

/// Whole lines (in lower case, without punctuation at the end) that are furniture.
const LINES: &[&str] = &[
    "share",
    "share this",
    "share this article",
    "share this story",
    "share this page",
    "share on facebook",
    "share on twitter",
    "share on linkedin",
    "share on whatsapp",
    "share via email",
    "facebook",
    "twitter",
    "whatsapp",
    "linkedin",
    "pinterest",
    "reddit",
    "instagram",
    "telegram",
    "email",
    "e-mail",
    "print",
    "tweet",
    "like",
    "copy link",
    "copy url",
    "save",
    "save article",
    "bookmark",
    "comments",
    "comment",
    "view comments",
    "show comments",
    "leave a comment",
    "leave a reply",
    "post a comment",
    "add a comment",
    "join the conversation",
    "join the discussion",
    "advertisement",
    "advertisement - continue reading below",
    "ad",
    "ads",
    "advert",
    "sponsored",
    "sponsored content",
    "promoted",
    "promoted content",
    "paid content",
    "story continues below",
    "story continues below advertisement",
    "article continues below",
    "article continues after advertisement",
    "continue reading",
    "continue reading below",
    "read more",
    "read full article",
    "read the full story",
    "more",
    "see more",
    "show more",
    "load more",
    "view more",
    "related",
    "related stories",
    "related articles",
    "related content",
    "related news",
    "related topics",
    "related links",
    "more stories",
    "more on this story",
    "more from this section",
    "more news",
    "more like this",
    "most read",
    "most popular",
    "most viewed",
    "most shared",
    "most commented",
    "trending",
    "trending now",
    "recommended",
    "recommended for you",
    "you may also like",
    "you might also like",
    "you may like",
    "read next",
    "up next",
    "also read",
    "read also",
    "see also",
    "don't miss",
    "editor's picks",
    "editors' picks",
    "top stories",
    "latest news",
    "latest stories",
    "sign up",
    "sign in",
    "log in",
    "login",
    "register",
    "subscribe",
    "subscribe now",
    "newsletter",
    "follow us",
    "follow us on twitter",
    "follow us on facebook",
    "follow",
    "skip to content",
    "skip to main content",
    "back to top",
    "photo gallery",
    "loading",
    "loading...",
    "play video",
    "watch live",
    "listen",
    "about the author",
    "article information",
    "reuse this content",
    "reprints",
    "report a typo",
];

/// Beginnings of lines that are furniture when the line is short or mostly links.
const STARTS: &[&str] = &[
    "read more:",
    "read more about",
    "read more on",
    "read also:",
    "also read:",
    "read:",
    "read next:",
    "related:",
    "see also:",
    "more:",
    "more on:",
    "watch:",
    "watch |",
    "listen:",
    "don't miss:",
    "photos:",
    "in pictures:",
    "video:",
    "recommended:",
    "related article:",
    "related story:",
    "related content:",
    "click here",
    "tap here",
    "follow us",
    "follow @",
    "like us on",
    "find us on",
    "join us on",
    "sign up for",
    "sign up to",
    "subscribe to",
    "get the latest",
    "get our",
    "download the",
    "download our",
    "share this",
    "this story has been shared",
    "tags:",
    "topics:",
    "filed under",
    "posted in",
    "categories:",
    "keywords:",
    "comments are closed",
    "you must be logged in",
    "please log in",
    "log in to",
    "sign in to",
    "already a subscriber",
    "already have an account",
    "follow the author",
    "send tips to",
    "have a tip",
    "contact the author",
    "got a tip",
    "advertisement",
    "story continues",
    "for more stories",
    "for more news",
    "this page was last updated",
    "published by",
    "read the original",
    "print this",
];

/// Parts of longer lines that no story has.
const PARTS: &[&str] = &[
    "all rights reserved",
    "may not be published, broadcast, rewritten",
    "terms of service and privacy policy",
    "by signing up, you",
    "by subscribing, you",
    "by submitting your",
    "by clicking",
    "you agree to our",
    "you can unsubscribe",
    "unsubscribe at any time",
    "our privacy policy",
    "privacy policy and terms",
    "comments policy",
    "comment policy",
    "community guidelines",
    "community standards",
    "house rules",
    "we encourage you to use comments to",
    "while we have tried to provide",
    "please keep comments",
    "comments that are",
    "abusive comments",
    "enable javascript",
    "javascript is disabled",
    "your browser does not support",
    "browser is out of date",
    "we use cookies",
    "this site uses cookies",
    "accept cookies",
    "cookie policy",
    "your email address will not be published",
    "required fields are marked",
    "enter your email",
    "sign up for our newsletter",
    "subscribe to our newsletter",
    "sign in with your",
    "create an account",
    "forgot your password",
    "this material may not be",
    "thank you for subscribing",
];

/// Whether a run of text is furniture by its words.
pub(crate) fn is_line(text: &str, words: usize, links: f64) -> bool {
    let lower = text.trim().to_lowercase().replace('’', "'");
    let bare = lower.trim_matches(|c: char| {
        c.is_whitespace()
            || (c.is_ascii_punctuation() && !matches!(c, '\'' | '-'))
            || matches!(c, '»' | '›' | '→' | '…' | '|' | '«')
    });
    if words <= 8 && LINES.contains(&bare) {
        return true;
    }
    // `12 comments`, `Share 34`, `3 min read`.
    if words <= 4 {
        let letters: String = bare
            .chars()
            .filter(|c| c.is_alphabetic() || *c == ' ')
            .collect::<String>()
            .trim()
            .to_owned();
        if matches!(
            letters.as_str(),
            "comments"
                | "comment"
                | "shares"
                | "share"
                | "likes"
                | "views"
                | "min read"
                | "minute read"
                | "minutes read"
                | "mins read"
                | "retweets"
                | "replies"
                | "responses"
                | "reviews"
                | "votes"
        ) {
            return true;
        }
    }
    if (words <= 25 || links > 0.5)
        && STARTS.iter().any(|start| lower.starts_with(start))
        && (words <= 14 || links > 0.3)
    {
        return true;
    }
    words <= 80 && PARTS.iter().any(|part| lower.contains(part))
}

/// Words of class names and ids that name furniture.
const CLASSES: &[&str] = &[
    "share",
    "sharing",
    "social",
    "newsletter",
    "subscribe",
    "subscription",
    "signup",
    "sign-up",
    "signin",
    "login",
    "related",
    "recommended",
    "recommendation",
    "recommendations",
    "recirc",
    "promo",
    "promotion",
    "teaser",
    "outbrain",
    "taboola",
    "advert",
    "advertisement",
    "ads",
    "adslot",
    "sponsor",
    "sponsored",
    "comments",
    "disqus",
    "respond",
    "breadcrumb",
    "breadcrumbs",
    "pagination",
    "pager",
    "toolbar",
    "tags",
    "taglist",
    "topics",
    "metadata",
    "byline",
    "author-bio",
    "author-box",
    "authorbox",
    "bio",
    "sidebar",
    "widget",
    "footer",
    "cookie",
    "cookies",
    "consent",
    "paywall",
    "popup",
    "modal",
    "hidden",
    "print-only",
    "noprint",
    "screen-reader-text",
    "visually-hidden",
    "sr-only",
    "skip-link",
    "mostread",
    "most-read",
    "most-popular",
];

/// Whether an element's names say that what is in it is furniture. Whole words of the names are compared, so that
/// `article-content` is not `article-content-ads`.
pub(super) fn is_named(element: &Element) -> bool {
    ["class", "id", "data-component", "data-testid"]
        .iter()
        .filter_map(|name| element.attr(name))
        .any(|value| {
            value.split_ascii_whitespace().take(30).any(|word| {
                let lower = word.to_ascii_lowercase();
                CLASSES.contains(&lower.as_str())
                    || lower.split(['-', '_']).any(|part| CLASSES.contains(&part))
                    || [
                        "related-",
                        "-related",
                        "most-read",
                        "newsletter",
                        "social-",
                        "share-",
                        "comment-list",
                        "print-only",
                    ]
                    .iter()
                    .any(|part| lower.contains(part))
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_furniture() {
        for text in [
            "Share this:",
            "12 Comments",
            "ADVERTISEMENT",
            "Read more »",
            "Related stories",
            "Follow us on Twitter",
            "3 min read",
        ] {
            assert!(is_line(text, text.split(' ').count(), 0.0), "{text}");
        }
        assert!(is_line("Read more: The ferry is back on the harbour run", 10, 0.9));
        for text in [
            "The share of votes rose.",
            "He sent an e-mail.",
            "More people came.",
            "Comments by the minister were few.",
        ] {
            assert!(!is_line(text, text.split(' ').count(), 0.0), "{text}");
        }
    }
}
