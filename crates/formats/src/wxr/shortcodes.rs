//! WordPress' shortcodes: those of the core become markup, those of plug-ins go and leave what stands between them.
//!
//! Square brackets are ordinary punctuation, so only what can be nothing else is taken for a shortcode: a known name,
//! a name with attributes, one that is closed again, or one with an underscore or a slash. `[sic]` stays.

use crate::html::escape_into;
use crate::html::note;
use crate::problem::Problem;
use std::collections::HashMap;

/// How deep shortcodes inside each other are looked into.
const MAX_DEPTH: usize = 8;

/// Replaces the shortcodes of a text.
pub(super) fn expand(text: &str, problems: &mut Vec<Problem>) -> String {
    let mut out = String::with_capacity(text.len());
    expand_into(text, &mut out, problems, 0);
    out
}

fn expand_into(text: &str, out: &mut String, problems: &mut Vec<Problem>, depth: usize) {
    let closings = Closings::of(text);
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(before);
        // `[[name]]` is how a shortcode is written about.
        if let Some(inner) = after.strip_prefix("[[")
            && let Some((escaped, next)) = inner.split_once("]]")
            && !escaped.contains(['[', '\n'])
        {
            out.push('[');
            out.push_str(escaped);
            out.push(']');
            rest = next;
            continue;
        }
        let Some(code) = Shortcode::at(after, text.len() - after.len(), &closings) else {
            out.push('[');
            rest = after.get(1..).unwrap_or_default();
            continue;
        };
        rest = after.get(code.length..).unwrap_or_default();
        write(&code, out, problems, depth);
    }
    out.push_str(rest);
}

/// Where each closing tag of a text is. Looking for it anew at each opening one would cost the square of the text.
struct Closings<'a>(HashMap<&'a str, Vec<usize>>);

impl<'a> Closings<'a> {
    fn of(text: &'a str) -> Self {
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, _) in text.match_indices("[/") {
            let inner = text.get(at + 2..).unwrap_or_default();
            let end = inner.find(|c: char| !is_name(c)).unwrap_or(inner.len());
            if inner.get(end..).is_some_and(|tail| tail.starts_with(']'))
                && let Some(name) = inner.get(..end)
            {
                places.entry(name).or_default().push(at);
            }
        }
        Self(places)
    }

    /// The first at or behind a place.
    fn after(&self, name: &str, place: usize) -> Option<usize> {
        let places = self.0.get(name)?;
        places.get(places.partition_point(|at| *at < place)).copied()
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

struct Shortcode<'a> {
    name: &'a str,
    attributes: &'a str,
    content: Option<&'a str>,
    length: usize,
}

const KNOWN: [&str; 22] = [
    "caption",
    "wp_caption",
    "gallery",
    "embed",
    "audio",
    "video",
    "playlist",
    "youtube",
    "vimeo",
    "tweet",
    "twitter",
    "instagram",
    "facebook",
    "soundcloud",
    "dailymotion",
    "googlemaps",
    "contact-form",
    "pullquote",
    "quote",
    "pull",
    "more",
    "sitemap",
];

impl<'a> Shortcode<'a> {
    /// The shortcode at the beginning of a text, which is at a place of the whole.
    fn at(text: &'a str, place: usize, closings: &Closings<'_>) -> Option<Self> {
        let inner = text.strip_prefix('[')?;
        let closes = inner.starts_with('/');
        let inner = inner.strip_prefix('/').unwrap_or(inner);
        let end = inner.find(|c: char| !is_name(c)).unwrap_or(inner.len());
        let name = inner
            .get(..end)
            .filter(|name| name.len() > 1 && name.len() <= 60 && name.starts_with(|c: char| c.is_ascii_lowercase()))?;
        let tail = inner.get(end..)?;
        let close = tag_end(tail)?;
        let attributes = tail.get(..close)?.trim();
        let opening = text.len() - tail.len() + close + 1;
        if closes {
            // A closing one without its opening one, left over.
            let takes = attributes.is_empty() && (KNOWN.contains(&name) || name.contains('_'));
            return takes.then_some(Self {
                name,
                attributes: "",
                content: None,
                length: opening,
            });
        }
        let is_single = attributes.ends_with('/');
        let attributes = attributes.trim_end_matches('/').trim_end();
        let content = (!is_single)
            .then(|| closings.after(name, place + opening))
            .flatten()
            .and_then(|end| text.get(opening..end - place));
        let valued = attributes.contains('=') && attributes.contains(['"', '\'', '='])
            || (attributes.starts_with('=') && attributes.len() > 1);
        let is_shortcode = KNOWN.contains(&name) || valued || content.is_some() || is_single || name.contains('_');
        if !is_shortcode || (!valued && !attributes.is_empty() && !KNOWN.contains(&name) && content.is_none()) {
            return None;
        }
        let length = opening + content.map_or(0, |content| content.len() + name.len() + 3);
        Some(Self {
            name,
            attributes,
            content,
            length,
        })
    }

    /// An attribute by name. Values are quoted in either way, with typographic quotes that an editor made, or bare.
    fn attribute(&self, name: &str) -> Option<String> {
        let mut rest = self.attributes;
        while let Some(at) = rest.find(name) {
            let free = rest
                .get(..at)
                .is_none_or(|before| !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-'));
            let after = rest.get(at + name.len()..)?;
            if free && let Some(value) = after.trim_start().strip_prefix('=') {
                let value = value.trim_start();
                let quote = value.chars().next()?;
                let close = match quote {
                    '"' | '\'' => Some(quote),
                    '“' | '”' | '″' => Some('”'),
                    _ => None,
                };
                let found = match close {
                    Some(close) => value.get(quote.len_utf8()..)?.split([close, '″']).next()?,
                    None => value.split(|c: char| c.is_whitespace() || c == ']').next()?,
                };
                let found = found.trim();
                return (!found.is_empty()).then(|| found.replace("&amp;", "&"));
            }
            rest = after;
        }
        None
    }

    /// The first bare word of the attributes (`[youtube ADDRESS]`, `[youtube=ADDRESS]`).
    fn first_word(&self) -> Option<String> {
        let word = self.attributes.trim_start_matches('=').split_whitespace().next()?;
        let word = word.trim_matches(['"', '\'', '”', '“']);
        (!word.is_empty()).then(|| word.replace("&amp;", "&"))
    }
}

/// Where the `]` of an opening tag is, outside of quotes. A tag is short and has no other bracket or tag in it.
fn tag_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, ']') => return Some(at),
            (None, '[') => return None,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
        if at > 10_000 {
            return None;
        }
    }
    // An apostrophe that opened nothing.
    text.find(']').filter(|end| *end < 2_000)
}

fn write(code: &Shortcode<'_>, out: &mut String, problems: &mut Vec<Problem>, depth: usize) {
    let content = code.content.unwrap_or_default();
    match code.name {
        "caption" | "wp_caption" => caption(code, content, out, problems, depth),
        "gallery" => gallery(code, out, problems),
        "embed" | "video" | "audio" | "youtube" | "vimeo" | "tweet" | "twitter" | "instagram" | "facebook"
        | "soundcloud" | "dailymotion" => match address(code, content) {
            Some(address) => embed(&address, out),
            None => {
                note(problems, code.name, "a shortcode without an address was left out");
                inner(content, out, problems, depth);
            }
        },
        "pullquote" | "pull" => {
            out.push_str("<aside class=\"pullquote\">");
            inner(content, out, problems, depth);
            out.push_str("</aside>");
        }
        "quote" => {
            out.push_str("<blockquote>");
            inner(content, out, problems, depth);
            out.push_str("</blockquote>");
        }
        "more" => {}
        "sourcecode" | "code" | "source" => {
            out.push_str("<pre>");
            out.push_str(content);
            out.push_str("</pre>");
        }
        name => {
            note(
                problems,
                name,
                "a shortcode that is not known was left out; what stood in it was kept",
            );
            inner(content, out, problems, depth);
        }
    }
}

fn inner(content: &str, out: &mut String, problems: &mut Vec<Problem>, depth: usize) {
    if depth < MAX_DEPTH {
        expand_into(content, out, problems, depth + 1)
    } else {
        out.push_str(content)
    }
}

/// `[caption]<img> words[/caption]`, and the older form with the words in an attribute.
fn caption(code: &Shortcode<'_>, content: &str, out: &mut String, problems: &mut Vec<Problem>, depth: usize) {
    out.push_str("<figure>");
    let lower = content.to_ascii_lowercase();
    let end = lower
        .find("<img")
        .and_then(|at| content.get(at..)?.find('>').map(|close| at + close + 1))
        .map(|end| {
            // The picture's own link ends behind it.
            let after = content.get(end..).unwrap_or_default();
            let spaces = after.len() - after.trim_start().len();
            if after.trim_start().to_ascii_lowercase().starts_with("</a>") {
                end + spaces + 4
            } else {
                end
            }
        });
    let (picture, words) = content.split_at_checked(end.unwrap_or(0)).unwrap_or(("", content));
    inner(picture, out, problems, depth);
    let words = words.trim();
    let attribute = code.attribute("caption");
    let words = if words.is_empty() {
        attribute.as_deref().unwrap_or_default()
    } else {
        words
    };
    if !words.is_empty() {
        out.push_str("<figcaption>");
        inner(words, out, problems, depth);
        out.push_str("</figcaption>");
    }
    out.push_str("</figure>");
}

/// A gallery names attachments; their files and words come with the attachments themselves.
fn gallery(code: &Shortcode<'_>, out: &mut String, problems: &mut Vec<Problem>) {
    let keys = code
        .attribute("ids")
        .or_else(|| code.attribute("include"))
        .unwrap_or_default();
    let keys: Vec<&str> = keys
        .split([',', ' '])
        .map(str::trim)
        .filter(|key| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit()))
        .collect();
    if keys.is_empty() {
        note(
            problems,
            "gallery",
            "a gallery that names no pictures (those uploaded to the story are meant) was left out",
        );
        return;
    }
    out.push_str("<figure class=\"gallery\">");
    for key in keys {
        out.push_str("<figure><img src=\"attachment:");
        out.push_str(key);
        out.push_str("\"></figure>");
    }
    out.push_str("</figure>");
}

fn address(code: &Shortcode<'_>, content: &str) -> Option<String> {
    let web = |text: &str| {
        let text = text.trim();
        (text.starts_with("http://") || text.starts_with("https://")).then(|| text.replace("&amp;", "&"))
    };
    if let Some(found) = web(content) {
        return Some(found);
    }
    for name in [
        "src", "url", "mp4", "mp3", "m4v", "webm", "ogv", "m4a", "ogg", "wav", "flv", "wmv", "link",
    ] {
        if let Some(found) = code.attribute(name).and_then(|found| web(&found)) {
            return Some(found);
        }
    }
    let word = code
        .first_word()
        .filter(|word| !word.contains('=') || word.starts_with("http"));
    if let Some(found) = word.as_deref().and_then(web) {
        return Some(found);
    }
    let id = code
        .attribute("id")
        .or(word)
        .or_else(|| Some(content.trim().to_owned()).filter(|content| !content.is_empty()))
        .filter(|id| id.len() < 80 && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))?;
    match code.name {
        "youtube" => Some(format!("https://www.youtube.com/watch?v={id}")),
        "vimeo" => Some(format!("https://vimeo.com/{id}")),
        "dailymotion" => Some(format!("https://www.dailymotion.com/video/{id}")),
        "tweet" | "twitter" => Some(format!("https://twitter.com/i/status/{id}")),
        _ => None,
    }
}

fn embed(address: &str, out: &mut String) {
    out.push_str("<iframe src=\"");
    escape_into(address, out);
    out.push_str("\"></iframe>");
}

#[cfg(test)]
mod tests {
    use super::expand;

    fn expanded(text: &str) -> String {
        expand(text, &mut Vec::new())
    }

    #[test]
    fn what_is_no_shortcode_stays() {
        for text in [
            "He said [sic] it",
            "[1] and [2]",
            "[Editor’s note: no]",
            "[",
            "[]",
            "a [b] c [/",
            "[the quay] was",
            "[update]",
        ] {
            assert_eq!(expanded(text), text);
        }
        assert_eq!(expanded("[[gallery ids=\"1\"]]"), "[gallery ids=\"1\"]");
    }

    #[test]
    fn those_of_the_core_become_markup() {
        assert_eq!(
            expanded(
                "[caption id=\"attachment_5\" width=\"300\"]<a href=\"/x\"><img src=\"a.jpg\" /></a> The [sic] quay[/caption]"
            ),
            "<figure><a href=\"/x\"><img src=\"a.jpg\" /></a><figcaption>The [sic] quay</figcaption></figure>"
        );
        assert_eq!(
            expanded("[gallery columns='2' ids=\"7, 8\"]"),
            "<figure class=\"gallery\"><figure><img src=\"attachment:7\"></figure><figure><img src=\"attachment:8\"></figure></figure>"
        );
        assert_eq!(
            expanded("[embed]https://youtu.be/x[/embed]"),
            "<iframe src=\"https://youtu.be/x\"></iframe>"
        );
        assert_eq!(
            expanded("[youtube=https://www.youtube.com/watch?v=a&amp;w=1]"),
            "<iframe src=\"https://www.youtube.com/watch?v=a&amp;w=1\"></iframe>"
        );
        assert_eq!(
            expanded("[vimeo 123]"),
            "<iframe src=\"https://vimeo.com/123\"></iframe>"
        );
        assert_eq!(
            expanded("[video width=\"1\" mp4=\"http://x.example/v.mp4\"][/video]"),
            "<iframe src=\"http://x.example/v.mp4\"></iframe>"
        );
    }

    #[test]
    fn others_go_and_leave_their_text() {
        let mut problems = Vec::new();
        let text = expand(
            "[vc_row][vc_column width=\"1/2\"]In [box color=red]the [b_b]box[/box][/vc_column][/vc_row] and [ad id=\"3\" /]out",
            &mut problems,
        );
        assert_eq!(text, "In the box and out");
        assert_eq!(problems.len(), 5);
    }

    #[test]
    fn many_brackets_end_soon() {
        let text = "[a ".repeat(200_000);
        assert_eq!(expanded(&text).len(), text.len());
        let text = "[x_y]".repeat(50_000);
        assert!(expanded(&text).is_empty());
        let text: String = (0..50_000).map(|number| format!("[x_{number} a='")).collect();
        assert!(!expanded(&text).is_empty());
    }
}
