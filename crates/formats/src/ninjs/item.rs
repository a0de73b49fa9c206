//! One ninjs object, in any dialect, as a news item.

use super::check::check;
use super::fields::{Fields, block, line};
use crate::item::{add_editor_note, authors_of_byline, embargoed_by_status, note, urgency};
use crate::problem::{Problem, ReadContext};
use crate::times;
use crate::xml::squeeze;
use masthead_domain::document::{PictureBlock, PictureSource, Text};
use masthead_domain::time::Timestamp;
use masthead_domain::wire::{
    Affected, AffectedChange, Association, ContentType, Contributor, Embargo, NewsItem, PubStatus, Rendition, Subject,
    SubjectKind,
};
use serde_json::Value;

/// Reads one object; `at` is the path of problems, with its slash.
pub(super) fn read(fields: Fields<'_>, at: &str, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> NewsItem {
    let first_problem = problems.len();
    check(fields, at, problems);
    let mut item = NewsItem {
        guid: guid(fields).unwrap_or_default(),
        version: fields.line(&["version"]),
        content: content_type(fields),
        signals: fields.list(&["signals"]).iter().filter_map(line).collect(),
        title: fields.line(&["title"]).map(|text| plain(&text)),
        slugline: fields.line(&["slugline"]),
        located: located(fields),
        urgency: fields
            .line(&["urgency"])
            .and_then(|text| urgency(text.split('.').next().unwrap_or(""))),
        language: fields.line(&["language"]),
        copyright_holder: fields.line(&["copyrightholder"]),
        copyright_notice: fields.line(&["copyrightnotice"]),
        usage_terms: fields.line(&["usageterms"]),
        credit: fields.line(&["creditline", "credit"]),
        ..NewsItem::default()
    };
    item.provider = fields
        .line(&["source"])
        .or_else(|| first_name(fields, &["infosources", "infosource"]));
    for value in fields.list(&["ednote"]) {
        line(value)
            .into_iter()
            .for_each(|text| add_editor_note(&mut item, text));
    }
    item.digital_source_type = fields
        .get(&["digitalsourcetype"])
        .and_then(Fields::of)
        .and_then(|kind| kind.line(&["uri", "literal", "name"]));

    read_status(fields, at, &mut item, ctx, problems);
    read_times(fields, at, &mut item, ctx, problems, first_problem);
    read_headlines(fields, &mut item);
    read_bylines(fields, &mut item);
    item.summary = description(fields);
    read_subjects(fields, &mut item);
    item.renditions = renditions(fields);
    super::body::read(fields, &mut item, ctx, problems);
    read_associations(fields, at, &mut item, ctx, problems);

    if let Some(guid) = fields
        .line(&["evolvedfrom", "rewrite_of"])
        .filter(|guid| *guid != item.guid)
    {
        item.affects.push(Affected {
            guid,
            change: AffectedChange::ReplacedBy,
            note: None,
        });
    }
    for (name, key) in [
        ("altIds", "altids"),
        ("profile", "profile"),
        ("representationType", "representationtype"),
    ] {
        if let Some(value) = fields.get(&[key]) {
            note(&mut item, name, value.clone());
        }
    }
    let start = fields
        .get(&["eventdetails"])
        .and_then(Fields::of)
        .and_then(|event| event.get(&["dates"]))
        .and_then(Fields::of)
        .and_then(|dates| dates.line(&["startdate"]));
    if let Some(start) = start {
        note(&mut item, "event_start", start);
    }
    item
}

/// `uri`, or Superdesk's `guid` in its place, or AP's `altids.itemid`.
fn guid(fields: Fields<'_>) -> Option<String> {
    fields
        .line(&["uri"])
        .or_else(|| fields.line(&["guid"]))
        .or_else(|| {
            fields
                .get(&["altids"])
                .and_then(Fields::of)
                .and_then(|ids| ids.line(&["itemid"]))
        })
        .or_else(|| fields.line(&["_id"]))
}

fn content_type(fields: Fields<'_>) -> ContentType {
    let Some(word) = fields.line(&["type"]) else {
        return ContentType::Text;
    };
    match word.to_ascii_lowercase().as_str() {
        "text" => ContentType::Text,
        "picture" | "photo" | "image" => ContentType::Picture,
        "graphic" => ContentType::Graphic,
        "audio" => ContentType::Audio,
        "video" => ContentType::Video,
        "composite" => ContentType::Composite,
        "event" => ContentType::Event,
        "planning" => ContentType::Planning,
        _ => ContentType::Other(word),
    }
}

fn located(fields: Fields<'_>) -> Option<String> {
    fields.line(&["located"]).or_else(|| {
        let place = fields.get(&["located", "datelinelocation"]).and_then(Fields::of)?;
        place.line(&["name", "city"])
    })
}

fn first_name(fields: Fields<'_>, names: &[&str]) -> Option<String> {
    fields
        .list(names)
        .iter()
        .filter_map(Fields::of)
        .find_map(|source| source.line(&["name", "literal"]))
}

/// Status and embargo. Every embargo field that is there counts, and one that says no moment withholds.
fn read_status(fields: Fields<'_>, at: &str, item: &mut NewsItem, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) {
    for key in ["embargoed", "embargoeduntil"] {
        let Some(value) = fields.present(key) else { continue };
        let embargo = match value {
            Value::String(text) => times::embargo(text, ctx),
            // `false` is how a sender that makes it a switch says that there is none.
            Value::Bool(false) => continue,
            Value::Null => Embargo::Withheld {
                reason: "the embargo is there and null".to_owned(),
            },
            other => Embargo::Withheld {
                reason: format!(
                    "no time that can be read: {}",
                    crate::xml::cut_at(&other.to_string(), 80)
                ),
            },
        };
        if let Embargo::Withheld { reason } = &embargo {
            problems.push(Problem::new(format!("{at}{key}"), format!("withheld: {reason}")));
        }
        item.embargo = std::mem::take(&mut item.embargo).strictest(embargo);
    }
    // Superdesk's schedule is normally past when the item arrives; one that is not is to be kept.
    if let Some(moment) = fields
        .line(&["publish_schedule"])
        .and_then(|text| times::moment(&text, ctx).ok())
        && moment > ctx.now
    {
        item.embargo = std::mem::take(&mut item.embargo).strictest(Embargo::Until(moment));
    }
    match fields.get(&["pubstatus"]) {
        None => {}
        Some(Value::String(word)) => {
            item.status = PubStatus::from_code(word);
            embargoed_by_status(item, word, &format!("{at}pubstatus"), problems);
        }
        Some(other) => item.status = PubStatus::Unknown(crate::xml::cut_at(&other.to_string(), 80).to_owned()),
    }
    if let PubStatus::Unknown(word) = &item.status {
        problems.push(Problem::new(
            format!("{at}pubstatus"),
            format!("unknown status {word}; held"),
        ));
    }
}

fn read_times(
    fields: Fields<'_>,
    at: &str,
    item: &mut NewsItem,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
    first: usize,
) {
    let mut time = |names: &[&str]| -> Option<Timestamp> {
        let text = fields.line(names)?;
        match times::moment(&text, ctx) {
            Ok(moment) => Some(moment),
            Err(what) => {
                let name = names.first().copied().unwrap_or("");
                // The check of the fields has said so already where ninjs itself calls it a time.
                if !problems
                    .iter()
                    .skip(first)
                    .any(|problem| problem.at.eq_ignore_ascii_case(&format!("{at}{name}")))
                {
                    problems.push(Problem::new(format!("{at}{name}"), what));
                }
                None
            }
        }
    };
    item.first_created = time(&["firstcreated"]);
    item.version_created = time(&["versioncreated"]);
    item.expires = time(&["expires"]);
    item.published = time(&["firstpublished"]);
}

/// HTML in a one-line field to its words. Only what is an element of HTML is taken for a tag, as plain text may hold
/// anything between angle brackets.
fn plain(text: &str) -> String {
    if !text.contains(['<', '&']) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        match after.split_once('>').filter(|(tag, _)| is_html_tag(tag)) {
            Some((tag, left)) => {
                // What ends a line in HTML parts words here.
                if is_one_of(
                    tag,
                    &["p", "br", "div", "li", "h1", "h2", "h3", "tr", "td", "blockquote"],
                ) {
                    out.push(' ');
                }
                rest = left;
            }
            None => {
                out.push('<');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    squeeze(&crate::xml::unescape(&out))
}

fn is_html_tag(tag: &str) -> bool {
    const NAMES: &[&str] = &[
        "a",
        "abbr",
        "b",
        "big",
        "blockquote",
        "br",
        "center",
        "cite",
        "code",
        "div",
        "em",
        "figcaption",
        "figure",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "section",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "tr",
        "u",
        "ul",
    ];
    is_one_of(tag, NAMES)
}

fn is_one_of(tag: &str, names: &[&str]) -> bool {
    let tag = tag.trim_start().trim_start_matches('/').trim_start();
    let name = tag
        .split(|char: char| char.is_whitespace() || char == '/')
        .next()
        .unwrap_or("");
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The item's own headline: the plain field, else the one of the role `main` or of none, else the first.
fn read_headlines(fields: Fields<'_>, item: &mut NewsItem) {
    let mut all: Vec<(String, String)> = Vec::new();
    for value in fields.list(&["headlines"]) {
        match Fields::of(value) {
            Some(entry) => {
                let role = entry.line(&["role"]).unwrap_or_default().to_ascii_lowercase();
                all.extend(entry.line(&["value"]).map(|text| (role, plain(&text))));
            }
            None => all.extend(line(value).map(|text| (String::new(), plain(&text)))),
        }
    }
    for (key, value) in fields.0 {
        if let Some(role) = key.to_ascii_lowercase().strip_prefix("headline_").map(str::to_owned) {
            all.extend(line(value).map(|text| (role, plain(&text))));
        }
    }
    if all.len() > 1 {
        note(
            item,
            "headlines",
            all.iter().map(|(_, text)| text.clone()).collect::<Vec<_>>(),
        );
    }
    item.headline = fields.line(&["headline"]).map(|text| plain(&text));
    if item.headline.is_none() {
        let ranked = all.iter().min_by_key(|(role, _)| match role.as_str() {
            "main" | "hl1" => 0,
            "" | "headline" => 1,
            "extended" | "short" | "seo" | "sub" | "subheadline" | "hl2" => 3,
            _ => 2,
        });
        item.headline = ranked.map(|(_, text)| text.clone());
    }
    item.subheadline = all
        .iter()
        .find(|(role, _)| matches!(role.as_str(), "sub" | "subheadline" | "hl2"))
        .map(|(_, text)| text.clone());
}

fn read_bylines(fields: Fields<'_>, item: &mut NewsItem) {
    item.bylines.extend(
        fields
            .list(&["byline", "by"])
            .iter()
            .filter_map(line)
            .map(|text| plain(&text)),
    );
    for entry in fields.list(&["bylines"]) {
        match Fields::of(entry) {
            Some(entry) => item.bylines.extend(entry.line(&["by", "byline", "name"])),
            None => item.bylines.extend(line(entry)),
        }
    }
    for author in fields.list(&["authors"]).iter().filter_map(Fields::of) {
        let Some(name) = author.line(&["name", "display_name", "byline"]) else {
            continue;
        };
        item.authors.push(Contributor {
            name,
            uri: author.line(&["uri", "code"]),
            role: author.line(&["jobtitle", "role"]),
            affiliation: author.line(&["organisation", "organization"]),
            email: author.line(&["email"]),
        });
    }
    if item.authors.is_empty() {
        item.authors = item.bylines.iter().flat_map(|line| authors_of_byline(line)).collect();
    }
    item.dateline = fields.line(&["dateline"]).or_else(|| {
        fields
            .get(&["dateline"])
            .and_then(Fields::of)
            .and_then(|dateline| dateline.line(&["text"]))
    });
}

/// The description: plain before marked-up, an item's general one before a caption.
fn description(fields: Fields<'_>) -> Option<String> {
    let mut all: Vec<(String, String)> = Vec::new();
    for (key, value) in fields.0 {
        let lower = key.to_ascii_lowercase();
        if lower == "description" {
            all.extend(block(value).map(|text| (String::new(), text)));
        } else if let Some(kind) = lower.strip_prefix("description_") {
            all.extend(block(value).map(|text| (kind.to_owned(), text)));
        }
    }
    for entry in fields.list(&["descriptions"]) {
        match Fields::of(entry) {
            Some(entry) => {
                let kind = entry
                    .line(&["contenttype"])
                    .or_else(|| entry.line(&["role"]))
                    .unwrap_or_default();
                all.extend(entry.get(&["value"]).and_then(block).map(|text| (kind, text)));
            }
            None => all.extend(block(entry).map(|text| (String::new(), text))),
        }
    }
    let rank = |kind: &str| {
        let kind = kind.to_ascii_lowercase();
        if kind.contains("text/plain") || kind == "text" {
            0
        } else if kind.contains("html") || kind.contains("richtext") {
            2
        } else {
            1
        }
    };
    let (_, text) = all.into_iter().min_by_key(|(kind, _)| rank(kind))?;
    Some(plain(&squeeze(&text))).filter(|text| !text.is_empty())
}

fn read_subjects(fields: Fields<'_>, item: &mut NewsItem) {
    let groups: [(&[&str], SubjectKind); 6] = [
        (&["subjects", "subject"], SubjectKind::Topic),
        (&["people", "person", "persons"], SubjectKind::Person),
        (
            &["organisations", "organisation", "organizations", "organization"],
            SubjectKind::Organisation,
        ),
        (&["places", "place"], SubjectKind::Place),
        (&["events", "event"], SubjectKind::Event),
        (&["objects", "object"], SubjectKind::Object),
    ];
    for (names, kind) in groups {
        item.subjects
            .extend(fields.list(names).iter().filter_map(|value| subject(value, kind)));
    }
    item.genres = fields
        .list(&["genres", "genre"])
        .iter()
        .filter_map(|value| subject(value, SubjectKind::Topic))
        .collect();
    item.categories = fields
        .list(&["service"])
        .iter()
        .filter_map(|value| subject(value, SubjectKind::Topic))
        .collect();
    for value in fields.list(&["keywords"]) {
        item.keywords.extend(line(value));
    }
}

fn subject(value: &Value, kind: SubjectKind) -> Option<Subject> {
    let Some(fields) = Fields::of(value) else {
        return line(value).map(|name| Subject {
            name: Some(name),
            kind,
            ..Subject::default()
        });
    };
    let scheme = fields.line(&["scheme"]);
    let code = fields.line(&["code", "literal", "qcode"]);
    let is_address = |text: &str| text.starts_with("http://") || text.starts_with("https://");
    let uri = fields.line(&["uri"]).or_else(|| match (&scheme, &code) {
        (_, Some(code)) if is_address(code) => Some(code.clone()),
        (Some(scheme), Some(code)) if is_address(scheme) && scheme.ends_with(['/', '#', '=']) => {
            Some(format!("{scheme}{code}"))
        }
        _ => None,
    });
    let name = fields.line(&["name"]).or_else(|| fields.line(&["title"]));
    if name.is_none() && code.is_none() && uri.is_none() {
        return None;
    }
    Some(Subject {
        name,
        code,
        uri,
        kind,
        slug: None,
    })
}

/// The members of a map or of a list, with their names.
fn named_members<'a>(fields: Fields<'a>, key: &str) -> Vec<(Option<String>, Fields<'a>)> {
    match fields.get(&[key]) {
        Some(Value::Object(map)) => map
            .iter()
            .filter_map(|(name, value)| Some((Some(name.clone()), Fields::of(value)?)))
            .collect(),
        Some(Value::Array(list)) => list
            .iter()
            .filter_map(Fields::of)
            .map(|entry| (entry.line(&["name"]), entry))
            .collect(),
        _ => Vec::new(),
    }
}

fn renditions(fields: Fields<'_>) -> Vec<Rendition> {
    let small = |number: Option<u64>| number.and_then(|number| u32::try_from(number).ok());
    named_members(fields, "renditions")
        .into_iter()
        .map(|(name, entry)| Rendition {
            name,
            href: entry.line(&["href", "url"]),
            residref: entry.line(&["media", "residref"]),
            media_type: entry.line(&["mimetype", "contenttype"]),
            width: small(entry.number(&["width"])),
            height: small(entry.number(&["height"])),
            size: entry.number(&["sizeinbytes"]),
        })
        .collect()
}

fn read_associations(
    fields: Fields<'_>,
    at: &str,
    item: &mut NewsItem,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) {
    for (name, entry) in named_members(fields, "associations") {
        let path = format!("{at}associations/{}/", name.as_deref().unwrap_or("?"));
        let mut inner = read(entry, &path, ctx, problems);
        if inner.guid.is_empty() {
            // Superdesk embeds pictures without an identity; their file is one, else their place in the item.
            let file = inner.renditions.iter().find_map(|file| file.href.clone());
            inner.guid = file.unwrap_or_else(|| format!("{}#{}", item.guid, name.as_deref().unwrap_or("?")));
        }
        item.associations.push(Association {
            name,
            item: Box::new(inner),
        });
    }
    if item.lead_picture.is_some() || matches!(item.content, ContentType::Picture | ContentType::Graphic) {
        return;
    }
    let in_body: Vec<String> = item
        .body
        .pictures()
        .into_iter()
        .filter_map(|picture| match &picture.picture {
            PictureSource::Remote(source) => Some(source.clone()),
            PictureSource::Stored(_) => None,
        })
        .collect();
    let is_picture = |association: &&Association| association.item.content == ContentType::Picture;
    let is_main = |association: &&Association| {
        association.name.as_deref().is_some_and(|name| {
            let name = name.to_ascii_lowercase();
            name.starts_with("main") || name.starts_with("lead") || name.starts_with("feature")
        })
    };
    let lead = item
        .associations
        .iter()
        .filter(is_picture)
        .find(is_main)
        .or_else(|| item.associations.iter().find(is_picture));
    item.lead_picture = lead
        .filter(|association| {
            !association
                .item
                .renditions
                .iter()
                .any(|file| file.href.as_ref().is_some_and(|href| in_body.contains(href)))
        })
        .filter(|association| association.item.status.is_usable() && association.item.embargo == Embargo::None)
        .and_then(|association| picture_block(&association.item));
}

/// A picture item as a picture in a story: its largest file, caption and credit.
pub(crate) fn picture_block(picture: &NewsItem) -> Option<PictureBlock> {
    let usable = |file: &&Rendition| {
        file.href.is_some() && file.media_type.as_deref().is_none_or(|kind| kind.starts_with("image/"))
    };
    // By width; where nothing says one, the sender's first file.
    let widest = picture
        .renditions
        .iter()
        .filter(usable)
        .filter(|file| file.width.is_some())
        .max_by_key(|file| file.width);
    let file = widest.or_else(|| picture.renditions.iter().find(usable))?;
    let caption = picture
        .summary
        .clone()
        .or_else(|| picture.headline.clone())
        .unwrap_or_default();
    let credit = picture
        .credit
        .clone()
        .or_else(|| picture.bylines.first().cloned())
        .or_else(|| picture.copyright_holder.clone())
        .unwrap_or_default();
    Some(PictureBlock {
        picture: PictureSource::Remote(file.href.clone()?),
        caption: Text::plain(caption),
        credit,
        alt: String::new(),
    })
}
