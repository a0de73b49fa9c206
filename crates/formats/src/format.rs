//! The formats we read, and how a document's own first bytes tell which one it is.

use serde::{Deserialize, Serialize};

/// A format that Masthead reads. The names are those of `masthead import --format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// IPTC ninjs 1.x, 2.x and 3.x (JSON).
    Ninjs,
    /// IPTC NewsML-G2 (XML).
    NewsmlG2,
    /// IPTC NewsML 1.x (XML).
    Newsml1,
    /// NITF 3.x (XML).
    Nitf,
    /// IPTC 7901 text.
    Iptc7901,
    /// ANPA 1312 text.
    Anpa,
    /// RSS 0.9x, 1.0, 2.0.
    Rss,
    /// Atom 0.3, 1.0.
    Atom,
    /// JSON Feed 1.x.
    #[serde(rename = "jsonfeed")]
    JsonFeed,
    /// A saved HTML page.
    Html,
    /// A page saved as plain text.
    Text,
    /// WordPress export (WXR).
    Wxr,
    /// Ghost export (JSON).
    Ghost,
    /// Comments: Disqus export (XML).
    Disqus,
    /// Comments: collections of Coral or Talk (JSON lines).
    Coral,
    /// Comments: Remark42 backup (JSON lines).
    Remark42,
    /// Comments: Commento export (JSON).
    Commento,
    /// Comments: Isso's database (SQLite).
    Isso,
    /// Comments: Livefyre archive (JSON lines).
    Livefyre,
    /// Comments and profiles of an export of our own (JSON lines).
    Masthead,
}

impl Format {
    /// The name used on the command line and in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ninjs => "ninjs",
            Self::NewsmlG2 => "newsml-g2",
            Self::Newsml1 => "newsml1",
            Self::Nitf => "nitf",
            Self::Iptc7901 => "iptc7901",
            Self::Anpa => "anpa",
            Self::Rss => "rss",
            Self::Atom => "atom",
            Self::JsonFeed => "jsonfeed",
            Self::Html => "html",
            Self::Text => "text",
            Self::Wxr => "wxr",
            Self::Ghost => "ghost",
            Self::Disqus => "disqus",
            Self::Coral => "coral",
            Self::Remark42 => "remark42",
            Self::Commento => "commento",
            Self::Isso => "isso",
            Self::Livefyre => "livefyre",
            Self::Masthead => "masthead",
        }
    }

    /// Whether it holds comments alone, which are read thread by thread after everything else.
    pub const fn is_comments(self) -> bool {
        matches!(
            self,
            Self::Disqus | Self::Coral | Self::Remark42 | Self::Commento | Self::Isso | Self::Livefyre | Self::Masthead
        )
    }

    /// The format of a name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Ninjs,
            Self::NewsmlG2,
            Self::Newsml1,
            Self::Nitf,
            Self::Iptc7901,
            Self::Anpa,
            Self::Rss,
            Self::Atom,
            Self::JsonFeed,
            Self::Html,
            Self::Text,
            Self::Wxr,
            Self::Ghost,
            Self::Disqus,
            Self::Coral,
            Self::Remark42,
            Self::Commento,
            Self::Isso,
            Self::Livefyre,
            Self::Masthead,
        ]
        .into_iter()
        .find(|format| format.name() == name)
    }
}

/// Tells a document's format from its first bytes (about 64 KB suffice), with the file's name as a hint only where the
/// content leaves a doubt. `None` when it is none of ours.
pub fn detect(head: &[u8], file_name: Option<&str>) -> Option<Format> {
    if head.starts_with(b"SQLite format 3\0") {
        return Some(Format::Isso);
    }
    let text = head_text(head);
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    match start.chars().next()? {
        '{' | '[' => json_format(start),
        '<' => xml_format(start).or_else(|| name_hint(file_name).filter(|hint| *hint == Format::Html)),
        // A stray character before the markup is no reason to take an export of comments for a page of text.
        _ if start.find('<').is_some_and(|at| at < 16) && start.contains("<disqus") => Some(Format::Disqus),
        _ => text_format(head)
            .or_else(|| name_hint(file_name))
            .or_else(|| crate::text_page::looks_like(start).then_some(Format::Text)),
    }
}

/// The beginning as text: UTF-16 by its byte order mark or by where its zeros stand, else as UTF-8 with what doesn't
/// fit replaced, which is enough to find ASCII words in.
fn head_text(head: &[u8]) -> std::borrow::Cow<'_, str> {
    let head = head.get(..head.len().min(64 << 10)).unwrap_or_default();
    match head {
        [0xff, 0xfe, ..] | [b'<' | b'{' | b'[', 0, ..] => encoding_rs::UTF_16LE.decode(head).0,
        [0xfe, 0xff, ..] | [0, b'<' | b'{' | b'[', ..] => encoding_rs::UTF_16BE.decode(head).0,
        _ => String::from_utf8_lossy(head),
    }
}

fn json_format(text: &str) -> Option<Format> {
    let lower = text.to_ascii_lowercase();
    let has_key = |key: &str| lower.contains(&format!("\"{key}\""));
    if lower.contains("jsonfeed.org/version") {
        return Some(Format::JsonFeed);
    }
    if has_key("db") && (has_key("exported_on") || has_key("posts")) || has_key("exported_on") && has_key("data") {
        return Some(Format::Ghost);
    }
    if let Some(format) = comments_format(&has_key) {
        return Some(format);
    }
    // A schema names every field of ninjs and is none.
    if has_key("$schema") && (has_key("properties") || has_key("$defs")) {
        return None;
    }
    let dated = [
        "versioncreated",
        "firstcreated",
        "pubstatus",
        "embargoed",
        "embargoeduntil",
    ]
    .into_iter()
    .any(has_key);
    let identified = has_key("uri") || has_key("guid");
    let news = [
        "headline",
        "headlines",
        "bodies",
        "type",
        "byline",
        "title",
        "body_html",
        "body_xhtml",
        "body_text",
        "renditions",
    ]
    .into_iter()
    .any(has_key)
        || [
            "representationtype",
            "associations",
            "language",
            "subject",
            "person",
            "place",
        ]
        .into_iter()
        .any(has_key)
        || lower.contains("\"body_")
        || lower.contains("\"headline_")
        || lower.contains("\"description_");
    (dated || identified && news).then_some(Format::Ninjs)
}

/// Exports of comments, each told by keys that no other one has together.
fn comments_format(has_key: &dyn Fn(&str) -> bool) -> Option<Format> {
    let has_all = |keys: &[&str]| keys.iter().all(|key| has_key(key));
    if has_all(&["story", "profile", "removed_by"])
        || has_all(&["joined", "username", "bio"])
        || has_all(&["story", "key", "author", "text"])
    {
        return Some(Format::Masthead);
    }
    if has_all(&["commenterhex"]) {
        return Some(Format::Commento);
    }
    if has_all(&["locator", "pid"]) || has_all(&["version", "users", "posts"]) {
        return Some(Format::Remark42);
    }
    if has_key("tenantid") || has_all(&["asset_id", "body_history"]) || has_all(&["ignoresusers", "profiles"]) {
        return Some(Format::Coral);
    }
    let livefyre = has_all(&["source", "comments", "id"]) && (has_key("allow_comments") || has_key("body_html"))
        || has_all(&["display_name", "email_notifications"])
        || has_all(&["source", "title", "id"]) && !has_key("uri") && !has_key("guid");
    livefyre.then_some(Format::Livefyre)
}

fn xml_format(text: &str) -> Option<Format> {
    let mut rest = text;
    // Past the prolog: declaration, comments, processing instructions, a document type.
    let root = loop {
        rest = rest.trim_start_matches(|char: char| char != '<');
        let after = rest.strip_prefix('<')?;
        let skip_past = |end: &str| after.split_once(end).map(|(_, left)| left);
        rest = if after.starts_with('?') {
            skip_past("?>")?
        } else if after.starts_with("!--") {
            skip_past("-->")?
        } else if let Some(doctype) = after.strip_prefix('!') {
            let name = doctype
                .get(..7)
                .filter(|word| word.eq_ignore_ascii_case("doctype"))
                .and_then(|_| doctype.get(7..));
            let name = name.and_then(|left| left.split_ascii_whitespace().next()).unwrap_or("");
            let name = name.split(['>', '[']).next().unwrap_or("");
            if name.eq_ignore_ascii_case("html") {
                return Some(Format::Html);
            }
            // An internal subset has its own `>`.
            let is_short = doctype.find('>').unwrap_or(usize::MAX) < doctype.find('[').unwrap_or(usize::MAX);
            if is_short {
                skip_past(">")?
            } else {
                skip_past("]")
                    .and_then(|left| left.split_once('>'))
                    .map(|(_, left)| left)?
            }
        } else {
            break after;
        };
    };
    let name: String = root
        .chars()
        .take_while(|char| char.is_ascii_alphanumeric() || "-_.:".contains(*char))
        .take(80)
        .collect();
    let local = name.rsplit(':').next().unwrap_or("").to_ascii_lowercase();
    match local.as_str() {
        "newsitem" | "packageitem" | "conceptitem" | "knowledgeitem" | "planningitem" | "catalogitem"
        | "newsmessage" => {
            // NewsML 1 has a `NewsItem` too; alone it is no document, but senders cut it out.
            if root.starts_with("NewsItem") {
                Some(Format::Newsml1)
            } else {
                Some(Format::NewsmlG2)
            }
        }
        "newsml" => Some(Format::Newsml1),
        "nitf" => Some(Format::Nitf),
        "rss" if text.contains("wordpress.org/export/") => Some(Format::Wxr),
        "rss" => Some(Format::Rss),
        "rdf" if text.contains("purl.org/rss/1.0") || text.contains("my.netscape.com/rdf/simple") => Some(Format::Rss),
        "feed" => Some(Format::Atom),
        "disqus" => Some(Format::Disqus),
        "schema" => None,
        "html" | "head" | "body" | "meta" | "title" | "div" | "p" | "article" | "main" | "section" | "script"
        | "link" | "table" => Some(Format::Html),
        _ => wrapped_format(text),
    }
}

/// What is wrapped in an element that we don't know (SOAP answers, an agency's own envelope).
fn wrapped_format(text: &str) -> Option<Format> {
    let opens = |name: &str| {
        text.match_indices(name).any(|(at, _)| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let after = text.get(at + name.len()..).and_then(|after| after.chars().next());
            matches!(before, Some('<' | ':')) && matches!(after, Some(' ' | '>' | '\n' | '\r' | '\t' | '/'))
        })
    };
    if ["newsMessage", "newsItem", "packageItem"].into_iter().any(opens) {
        Some(Format::NewsmlG2)
    } else if opens("NewsML") {
        Some(Format::Newsml1)
    } else if opens("nitf") {
        Some(Format::Nitf)
    } else if opens("html") || opens("HTML") {
        Some(Format::Html)
    } else {
        None
    }
}

/// Agency text is told by its control characters: ANPA 1312 opens with SYN SYN SOH, IPTC 7901 with SOH (after an
/// alerting sequence or the line's noise), and both part their fields by STX and ETX.
fn text_format(head: &[u8]) -> Option<Format> {
    let head = head.get(..head.len().min(2048)).unwrap_or_default();
    if head.windows(2).any(|pair| pair == [0x16, 0x01]) {
        return Some(Format::Anpa);
    }
    let starts = head.iter().position(|byte| *byte == 0x01)?;
    let text_begins = head.iter().skip(starts).any(|byte| *byte == 0x02);
    (starts < 512 && text_begins).then_some(Format::Iptc7901)
}

fn name_hint(file_name: Option<&str>) -> Option<Format> {
    let (_, extension) = file_name?.rsplit_once('.')?;
    match extension.to_ascii_lowercase().as_str() {
        "txt" | "text" => Some(Format::Text),
        "htm" | "html" | "xhtml" => Some(Format::Html),
        "anpa" | "anp" => Some(Format::Anpa),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn told_by_content() {
        let cases: [(&[u8], Option<Format>); 32] = [
            (
                br#"{"uri":"urn:x","versioncreated":"2020-01-01T00:00:00Z"}"#,
                Some(Format::Ninjs),
            ),
            (br#"[{"guid":"urn:x","headline":"Quay"}]"#, Some(Format::Ninjs)),
            (
                br#"{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[]}"#,
                Some(Format::JsonFeed),
            ),
            (
                br#"{"db":[{"meta":{"exported_on":1},"data":{"posts":[]}}]}"#,
                Some(Format::Ghost),
            ),
            (br#"{"$schema":"x","properties":{"uri":{},"versioncreated":{}}}"#, None),
            (br#"{"name":"package","dependencies":{}}"#, None),
            (
                b"\xef\xbb\xbf<?xml version='1.0'?><!-- x --><newsItem guid='a'/>",
                Some(Format::NewsmlG2),
            ),
            (b"<nar:newsMessage/>", Some(Format::NewsmlG2)),
            (
                b"<?xml version='1.0'?><!DOCTYPE NewsML SYSTEM 'x' [ <!ENTITY a '>'> ]><NewsML/>",
                Some(Format::Newsml1),
            ),
            (b"<!DOCTYPE nitf SYSTEM 'nitf.dtd'><nitf/>", Some(Format::Nitf)),
            (
                b"<envelope><payload><nitf></nitf></payload></envelope>",
                Some(Format::Nitf),
            ),
            (
                b"<rss version='2.0' xmlns:wp='http://wordpress.org/export/1.2/'>",
                Some(Format::Wxr),
            ),
            (b"<rss version='0.91'>", Some(Format::Rss)),
            (b"<rdf:RDF xmlns='http://purl.org/rss/1.0/'>", Some(Format::Rss)),
            (b"<feed xmlns='http://www.w3.org/2005/Atom'>", Some(Format::Atom)),
            (b"<!doctype HTML>\n<title>x", Some(Format::Html)),
            (b"<html lang=en>", Some(Format::Html)),
            (b"<xs:schema><element name='nitf'/></xs:schema>", None),
            (b"<catalog><scheme/></catalog>", None),
            (b"\x16\x16\x01a0123\x1f\x02text", Some(Format::Anpa)),
            (b"\x01ABC0123 3 i 120 quay\x02text\x03", Some(Format::Iptc7901)),
            (
                b"<?xml version='1.0'?><disqus xmlns='http://disqus.com'>",
                Some(Format::Disqus),
            ),
            (b"SQLite format 3\0\x10\0", Some(Format::Isso)),
            (
                br#"{"version":1,"comments":[{"commentHex":"a","commenterHex":"b"}]}"#,
                Some(Format::Commento),
            ),
            (br#"{"version":1,"users":[],"posts":[]}"#, Some(Format::Remark42)),
            (
                br#"{"id":"a","pid":"","locator":{"site":"s","url":"u"}}"#,
                Some(Format::Remark42),
            ),
            (
                br#"{"tenantID":"t","id":"c","storyID":"s","revisions":[]}"#,
                Some(Format::Coral),
            ),
            (br#"{"id":"c","asset_id":"a","body_history":[]}"#, Some(Format::Coral)),
            (
                br#"{"source":"https://quay.example/1","title":"One","id":"1","allow_comments":true,"comments":[]}"#,
                Some(Format::Livefyre),
            ),
            (b"Just some words", None),
            (b"", None),
            (b"   \n", None),
        ];
        for (bytes, format) in cases {
            assert_eq!(detect(bytes, None), format, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn the_name_decides_only_where_the_content_does_not() {
        assert_eq!(
            detect(b"Quay reopens\n2024-05-01 09:30\n", Some("story.txt")),
            Some(Format::Text)
        );
        assert_eq!(detect(b"<nitf/>", Some("story.txt")), Some(Format::Nitf));
        let utf16: Vec<u8> = "<nitf/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(detect(&utf16, None), Some(Format::Nitf));
    }

    #[test]
    fn names_and_back() {
        for format in [
            Format::Ninjs,
            Format::NewsmlG2,
            Format::JsonFeed,
            Format::Ghost,
            Format::Livefyre,
        ] {
            assert_eq!(Format::from_name(format.name()), Some(format));
        }
    }
}
