//! A story as NITF 3.6.
//!
//! Elements stand in the order that the schema gives. NITF has one emphasis, one heading inside the text and no box or
//! gallery; what it doesn't have is said by `class`, which our own reader knows again and others may ignore.

use super::{ExportedStory, date_time};
use crate::xml::is_allowed;
use masthead_domain::document::{Block, Marks, PictureBlock, Text};
use masthead_domain::wire::{PubStatus, Subject, SubjectKind};

/// Writes a story as a document with its XML declaration.
pub fn write(story: &ExportedStory) -> String {
    let mut xml = Writer::default();
    xml.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let mut root = vec![
        ("xmlns", "http://iptc.org/std/NITF/2006-10-18/"),
        ("version", "-//IPTC//DTD NITF 3.6//EN"),
    ];
    if let Some(language) = &story.language {
        root.push(("baselang", language));
    }
    xml.open("nitf", &root);
    head(&mut xml, story);
    xml.open("body", &[]);
    body_head(&mut xml, story);
    xml.open("body.content", &[]);
    if let Some(lead) = &story.lead_picture {
        media(&mut xml, story, lead);
    }
    blocks(&mut xml, story, &story.body.blocks);
    xml.close("body.content");
    xml.close("body");
    xml.close("nitf");
    xml.out
}

#[derive(Default)]
struct Writer {
    out: String,
}

impl Writer {
    fn raw(&mut self, markup: &str) {
        self.out.push_str(markup);
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)], end: &str) {
        self.out.push('<');
        self.out.push_str(name);
        for (key, value) in attributes {
            self.out.push(' ');
            self.out.push_str(key);
            self.out.push_str("=\"");
            escape(value, &mut self.out);
            self.out.push('"');
        }
        self.out.push_str(end);
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes, ">");
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes, "/>");
    }

    fn close(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    fn chars(&mut self, text: &str) {
        escape(text, &mut self.out);
    }

    fn element(&mut self, name: &str, text: &str) {
        self.open(name, &[]);
        self.chars(text);
        self.close(name);
    }
}

fn escape(text: &str, out: &mut String) {
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // A bare carriage return would be read as a line feed.
            '\r' => {}
            char if is_allowed(char) => out.push(char),
            _ => {}
        }
    }
}

fn head(xml: &mut Writer, story: &ExportedStory) {
    xml.open("head", &[]);
    xml.element("title", &story.headline);
    let topics: Vec<&Subject> = story
        .subjects
        .iter()
        .filter(|subject| subject.kind == SubjectKind::Topic)
        .collect();
    xml.open("tobject", &[("tobject.type", "News")]);
    for genre in &story.genres {
        if let Some(name) = genre.name.as_ref().or(genre.code.as_ref()) {
            xml.empty("tobject.property", &[("tobject.property.type", name)]);
        }
    }
    for topic in &topics {
        // The number is required; a topic without one goes among the keywords.
        let Some(code) = &topic.code else { continue };
        let mut attributes = vec![("tobject.subject.refnum", code.as_str())];
        if let Some(name) = &topic.name {
            attributes.push(("tobject.subject.type", name));
        }
        xml.empty("tobject.subject", &attributes);
    }
    xml.close("tobject");
    docdata(xml, story, &topics);
    if let Some(url) = &story.canonical_url {
        xml.empty("pubdata", &[("type", "web"), ("ex-ref", url)]);
    }
    xml.close("head");
}

fn docdata(xml: &mut Writer, story: &ExportedStory, topics: &[&Subject]) {
    let status = match (&story.status, story.embargoed_until) {
        (PubStatus::Usable, Some(_)) => "embargoed",
        (PubStatus::Usable, None) => "usable",
        (PubStatus::Canceled, _) => "canceled",
        (PubStatus::Withheld | PubStatus::Unknown(_), _) => "withheld",
    };
    xml.open("docdata", &[("management-status", status)]);
    let mut id = vec![("id-string", story.uri.as_str())];
    if let Some(provider) = &story.provider {
        id.push(("regsrc", provider));
    }
    xml.empty("doc-id", &id);
    if let Some(urgency) = story.urgency {
        xml.empty("urgency", &[("ed-urg", &urgency.to_string())]);
    }
    for (name, moment) in [
        ("date.issue", story.version_created),
        ("date.release", story.embargoed_until),
        ("date.expire", story.expires),
    ] {
        if let Some(moment) = moment {
            xml.empty(name, &[("norm", &norm(&date_time(moment)))]);
        }
    }
    let mut key = Vec::new();
    if let Some(slugline) = &story.slugline {
        key.push(("key", slugline.as_str()));
    }
    if let Some(version) = &story.version {
        key.push(("version", version.as_str()));
    }
    if !key.is_empty() {
        xml.empty("du-key", &key);
    }
    if let Some(holder) = &story.copyright_holder {
        let year = story
            .version_created
            .map(|moment| date_time(moment).chars().take(4).collect::<String>());
        let mut attributes = vec![("holder", holder.as_str())];
        if let Some(year) = &year {
            attributes.push(("year", year));
        }
        xml.empty("doc.copyright", &attributes);
    }
    if let Some(terms) = &story.usage_terms {
        xml.empty("doc.rights", &[("limitations", terms)]);
    }
    let uncoded = topics
        .iter()
        .filter(|topic| topic.code.is_none())
        .filter_map(|topic| topic.name.as_ref());
    let keywords: Vec<&String> = story.keywords.iter().chain(uncoded).collect();
    if !keywords.is_empty() {
        xml.open("key-list", &[]);
        keywords.iter().for_each(|word| xml.empty("keyword", &[("key", word)]));
        xml.close("key-list");
    }
    identified_content(xml, story);
    xml.close("docdata");
}

/// `20140915T204700Z`, the alternative form of the specification.
fn norm(rfc3339: &str) -> String {
    let whole = rfc3339.split('.').next().unwrap_or(rfc3339).trim_end_matches('Z');
    format!("{}Z", whole.replace(['-', ':'], ""))
}

fn identified_content(xml: &mut Writer, story: &ExportedStory) {
    let named: Vec<(&str, &Subject)> = story
        .subjects
        .iter()
        .filter_map(|subject| {
            let name = match subject.kind {
                SubjectKind::Topic => return None,
                SubjectKind::Person => "person",
                SubjectKind::Organisation => "org",
                SubjectKind::Place => "location",
                SubjectKind::Event => "event",
                SubjectKind::Object => "object.title",
            };
            Some((name, subject))
        })
        .collect();
    if named.is_empty() {
        return;
    }
    xml.open("identified-content", &[]);
    for (name, subject) in named {
        let code_key = if name == "location" { "location-code" } else { "value" };
        let attributes: Vec<(&str, &str)> = subject.code.iter().map(|code| (code_key, code.as_str())).collect();
        xml.open(name, &attributes);
        xml.chars(subject.name.as_deref().unwrap_or_default());
        xml.close(name);
    }
    xml.close("identified-content");
}

fn body_head(xml: &mut Writer, story: &ExportedStory) {
    xml.open("body.head", &[]);
    xml.open("hedline", &[]);
    xml.element("hl1", &story.headline);
    xml.close("hedline");
    if let Some(notice) = &story.copyright_notice {
        xml.element("rights", notice);
    }
    if let Some(byline) = &story.byline {
        xml.element("byline", byline);
    }
    if let Some(provider) = &story.provider {
        xml.element("distributor", provider);
    }
    if let Some(dateline) = &story.dateline {
        xml.element("dateline", dateline);
    }
    if let Some(standfirst) = &story.standfirst {
        xml.open("abstract", &[]);
        xml.element("p", standfirst);
        xml.close("abstract");
    }
    xml.close("body.head");
}

fn blocks(xml: &mut Writer, story: &ExportedStory, blocks: &[Block]) {
    for block in blocks {
        match block {
            Block::Paragraph { text } => running(xml, "p", &[], text),
            Block::Heading { level, text } => {
                let class = [("class", if *level == 3 { "h3" } else { "h4" })];
                running(xml, "hl2", if *level <= 2 { &[] } else { &class }, text);
            }
            Block::Quote {
                paragraphs,
                attribution,
                pull,
            } => quote(xml, paragraphs, attribution, *pull),
            Block::List { ordered, items } => {
                let name = if *ordered { "ol" } else { "ul" };
                if !items.is_empty() {
                    xml.open(name, &[]);
                    items.iter().for_each(|item| running(xml, "li", &[], item));
                    xml.close(name);
                }
            }
            Block::Picture(picture) => media(xml, story, picture),
            Block::Gallery { title, pictures } => {
                xml.open("block", &[("class", "gallery")]);
                if !title.is_empty() {
                    xml.element("hl2", title);
                }
                pictures.iter().for_each(|picture| media(xml, story, picture));
                xml.close("block");
            }
            Block::Embed { url, title } => {
                xml.open("media", &[("media-type", "other")]);
                xml.empty("media-reference", &[("source", url)]);
                if !title.is_empty() {
                    xml.element("media-caption", title);
                }
                xml.close("media");
            }
            Block::Table {
                caption,
                header_rows,
                rows,
            } => table(xml, caption, *header_rows, rows),
            Block::FactBox { title, blocks: inner } => {
                xml.open("block", &[("class", "factbox")]);
                if !title.is_empty() {
                    xml.element("hl2", title);
                }
                // Blocks don't nest in NITF: a box inside a box is its content.
                self::blocks(xml, story, &flat(inner));
                xml.close("block");
            }
            Block::Preformatted { text } => xml.element("pre", text),
            Block::Rule => xml.empty("hr", &[]),
        }
    }
}

/// Blocks without boxes and galleries, which may not stand inside a block.
fn flat(blocks: &[Block]) -> Vec<Block> {
    let mut out = Vec::new();
    for block in blocks {
        match block {
            Block::FactBox { blocks, .. } => out.extend(flat(blocks)),
            Block::Gallery { pictures, .. } => out.extend(pictures.iter().cloned().map(Block::Picture)),
            other => out.push(other.clone()),
        }
    }
    out
}

fn quote(xml: &mut Writer, paragraphs: &[Text], attribution: &Text, pull: bool) {
    if paragraphs.is_empty() {
        return;
    }
    xml.open("bq", if pull { &[("class", "pullquote")] } else { &[] });
    xml.open("block", &[]);
    paragraphs.iter().for_each(|text| running(xml, "p", &[], text));
    xml.close("block");
    if !attribution.is_empty() {
        running(xml, "credit", &[], attribution);
    }
    xml.close("bq");
}

fn table(xml: &mut Writer, caption: &Text, header_rows: usize, rows: &[Vec<Text>]) {
    let rows: Vec<&Vec<Text>> = rows.iter().filter(|row| !row.is_empty()).collect();
    if rows.is_empty() {
        return;
    }
    xml.open("table", &[]);
    if !caption.is_empty() {
        running(xml, "caption", &[], caption);
    }
    for (number, row) in rows.into_iter().enumerate() {
        let name = if number < header_rows { "th" } else { "td" };
        xml.open("tr", &[]);
        row.iter().for_each(|cell| running(xml, name, &[], cell));
        xml.close("tr");
    }
    xml.close("table");
}

fn media(xml: &mut Writer, story: &ExportedStory, block: &PictureBlock) {
    let Some(picture) = story.picture(&block.picture) else {
        return;
    };
    let files: Vec<_> = picture
        .renditions
        .iter()
        .filter_map(|file| Some((file, file.href.as_deref()?)))
        .collect();
    if files.is_empty() {
        return;
    }
    xml.open("media", &[("media-type", "image")]);
    for (file, href) in files {
        let (width, height) = (file.width.map(|n| n.to_string()), file.height.map(|n| n.to_string()));
        let mut attributes = vec![("source", href)];
        let optional = [
            ("name", file.name.as_deref()),
            ("mime-type", file.media_type.as_deref()),
            ("width", width.as_deref()),
            ("height", height.as_deref()),
            ("alternate-text", Some(block.alt.as_str()).filter(|alt| !alt.is_empty())),
        ];
        attributes.extend(optional.into_iter().filter_map(|(key, value)| Some((key, value?))));
        xml.empty("media-reference", &attributes);
    }
    if !block.caption.is_empty() {
        running(xml, "media-caption", &[], &block.caption);
    }
    if !block.credit.is_empty() {
        xml.element("media-producer", &block.credit);
    }
    xml.close("media");
}

/// Running text inside an element.
fn running(xml: &mut Writer, name: &str, attributes: &[(&str, &str)], text: &Text) {
    xml.open(name, attributes);
    for span in &text.0 {
        let link = span
            .link
            .as_deref()
            .filter(|link| crate::nitf::inline::safe_link(link).is_some());
        if let Some(link) = link {
            xml.open("a", &[("href", link)]);
        }
        let classes: Vec<&str> = EM
            .iter()
            .filter(|(mark, _)| span.marks.has(*mark))
            .map(|(_, class)| *class)
            .collect();
        if !classes.is_empty() {
            xml.open("em", &[("class", &classes.join(" "))]);
        }
        // Subscript and superscript exist only inside numbers.
        let script = if span.marks.has(Marks::SUBSCRIPT) {
            Some("sub")
        } else if span.marks.has(Marks::SUPERSCRIPT) {
            Some("sup")
        } else {
            None
        };
        for (number, line) in span.text.split('\n').enumerate() {
            if number > 0 {
                xml.empty("br", &[]);
            }
            match script {
                Some(script) if !line.is_empty() => {
                    xml.open("num", &[]);
                    xml.element(script, line);
                    xml.close("num");
                }
                _ => xml.chars(line),
            }
        }
        if !classes.is_empty() {
            xml.close("em");
        }
        if link.is_some() {
            xml.close("a");
        }
    }
    xml.close(name);
}

/// The classes of `em` that stand for marks; the reader's table begins with the same.
const EM: [(Marks, &str); 5] = [
    (Marks::STRONG, "strong"),
    (Marks::EMPHASIS, "emphasis"),
    (Marks::UNDERLINED, "underline"),
    (Marks::STRUCK, "strike"),
    (Marks::CODE, "code"),
];
