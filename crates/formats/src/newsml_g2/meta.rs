//! Rights, item metadata and content metadata of a NewsML-G2 item.

use super::catalog::{Catalog, code_of, last_part};
use crate::item::{add_editor_note, authors_of_byline, embargoed_by_status, note, urgency};
use crate::problem::{Problem, ReadContext};
use crate::times;
use crate::xml::Node;
use masthead_domain::time::Timestamp;
use masthead_domain::wire::{
    Affected, AffectedChange, ContentType, Contributor, Embargo, NewsItem, PubStatus, Subject, SubjectKind,
};

/// Reads everything but the content itself.
pub(super) fn read(
    node: Node<'_>,
    catalog: &Catalog<'_>,
    item: &mut NewsItem,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) {
    for meta in node.all("itemMeta") {
        read_item_meta(meta, catalog, item, ctx, problems);
    }
    for meta in node.all("contentMeta") {
        read_content_meta(meta, node, catalog, item);
    }
    for rights in node.all("rightsInfo") {
        read_rights(rights, item);
    }
}

/// Of several elements of a name the one in a language: the same tag, else the same language, else one without a
/// language, else the first.
fn in_language<'t>(candidates: &[Node<'t>], language: Option<&str>) -> Option<Node<'t>> {
    let primary = |tag: &str| tag.split('-').next().unwrap_or("").to_ascii_lowercase();
    let of = |node: &Node<'_>| node.word("xml:lang");
    let wanted = language.unwrap_or("");
    let exact = candidates
        .iter()
        .find(|node| of(node).is_some_and(|tag| tag.eq_ignore_ascii_case(wanted)));
    let close = || {
        candidates
            .iter()
            .find(|node| of(node).is_some_and(|tag| primary(&tag) == primary(wanted)))
    };
    let silent = || candidates.iter().find(|node| of(node).is_none());
    exact
        .or_else(close)
        .or_else(silent)
        .or_else(|| candidates.first())
        .copied()
}

/// The text of the child elements of a name, in the item's language.
pub(super) fn text_in_language(parent: Node<'_>, name: &str, language: Option<&str>) -> Option<String> {
    let candidates: Vec<Node<'_>> = parent.all(name).filter(|node| node.text().is_some()).collect();
    in_language(&candidates, language).and_then(Node::text)
}

fn read_rights(rights: Node<'_>, item: &mut NewsItem) {
    let language = item.language.clone();
    if item.copyright_holder.is_none() {
        item.copyright_holder = rights.child("copyrightHolder").and_then(|holder| {
            text_in_language(holder, "name", language.as_deref())
                .or_else(|| holder.word("literal"))
                .or_else(|| holder.word("qcode"))
                .or_else(|| holder.word("uri"))
        });
    }
    item.copyright_notice = item
        .copyright_notice
        .take()
        .or_else(|| text_in_language(rights, "copyrightNotice", language.as_deref()));
    item.usage_terms = item
        .usage_terms
        .take()
        .or_else(|| text_in_language(rights, "usageTerms", language.as_deref()));
}

fn read_item_meta(
    meta: Node<'_>,
    catalog: &Catalog<'_>,
    item: &mut NewsItem,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) {
    if let Some(class) = meta.child("itemClass").and_then(code_of) {
        item.content = match last_part(&class) {
            "text" => ContentType::Text,
            "picture" => ContentType::Picture,
            "graphic" => ContentType::Graphic,
            "audio" => ContentType::Audio,
            "video" => ContentType::Video,
            "composite" => ContentType::Composite,
            other => ContentType::Other(other.to_owned()),
        };
        note(item, "itemClass", class);
    }
    if let Some(provider) = meta.child("provider") {
        item.provider = text_in_language(provider, "name", None)
            .or_else(|| provider.word("literal"))
            .or_else(|| provider.word("qcode").map(|code| last_part(&code).to_owned()))
            .or_else(|| provider.word("uri"));
    }
    item.version_created = time(meta, "versionCreated", ctx, problems);
    item.first_created = time(meta, "firstCreated", ctx, problems);
    item.expires = time(meta, "expires", ctx, problems);
    for embargoed in meta.all("embargoed") {
        // The type is a date-time or nothing, and nothing means an embargo whose end nobody has said.
        let embargo = times::embargo(&embargoed.text().unwrap_or_default(), ctx);
        if let Embargo::Withheld { reason } = &embargo {
            problems.push(Problem::new("itemMeta/embargoed", format!("withheld: {reason}")));
        }
        item.embargo = std::mem::take(&mut item.embargo).strictest(embargo);
    }
    if let Some(status) = meta.child("pubStatus") {
        match code_of(status) {
            Some(code) => {
                item.status = PubStatus::from_code(&code);
                note(item, "pubStatus", last_part(&code).to_lowercase());
                embargoed_by_status(item, &code, "itemMeta/pubStatus", problems);
            }
            // A missing element means usable; one that is there and says nothing was meant to say something.
            None => item.status = PubStatus::Unknown("empty".to_owned()),
        }
        if let PubStatus::Unknown(word) = &item.status {
            problems.push(Problem::new(
                "itemMeta/pubStatus",
                format!("unknown status {word}; held"),
            ));
        }
    }
    item.title = text_in_language(meta, "title", item.language.as_deref());
    for line in meta.all("edNote").filter_map(Node::text) {
        add_editor_note(item, line);
    }
    item.signals = meta.all("signal").filter_map(code_of).collect();
    for service in meta.all("service") {
        let name = text_in_language(service, "name", item.language.as_deref());
        let code = code_of(service);
        if name.is_some() || code.is_some() {
            item.categories.push(Subject {
                name,
                code,
                ..Subject::default()
            });
        }
    }
    for link in meta.all("link") {
        read_link(link, catalog, item);
    }
}

fn time(meta: Node<'_>, name: &str, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Option<Timestamp> {
    let text = meta.child_text(name)?;
    match times::moment(&text, ctx) {
        Ok(moment) => Some(moment),
        Err(what) => {
            problems.push(Problem::new(format!("itemMeta/{name}"), what));
            None
        }
    }
}

/// A link to another item: one that this item takes the place of, corrects or withdraws is affected by it.
fn read_link(link: Node<'_>, catalog: &Catalog<'_>, item: &mut NewsItem) {
    let Some(guid) = link
        .word("residref")
        .or_else(|| link.word("href"))
        .filter(|guid| *guid != item.guid)
    else {
        return;
    };
    let relation = link.word("rel").or_else(|| link.word("reluri")).unwrap_or_default();
    let full = catalog.uri(&relation).unwrap_or(relation);
    let change = match last_part(&full).to_ascii_lowercase().as_str() {
        "supersedes" | "superseds" | "replaces" | "evolvedfrom" | "updates" | "previousversion" => {
            AffectedChange::ReplacedBy
        }
        "corrects" | "correctionof" | "correctionto" => AffectedChange::Corrected,
        "cancels" | "withdraws" | "kills" | "retracts" => AffectedChange::Status(PubStatus::Canceled),
        _ => return,
    };
    item.affects.push(Affected {
        guid,
        change,
        note: link.child_text("title"),
    });
}

fn read_content_meta(meta: Node<'_>, node: Node<'_>, catalog: &Catalog<'_>, item: &mut NewsItem) {
    if let Some(tag) = meta.all("language").find_map(|language| language.word("tag")) {
        item.language = Some(tag);
    }
    let language = item.language.clone();
    let language = language.as_deref();
    item.urgency = meta.child_text("urgency").and_then(|text| urgency(&text));
    item.slugline = text_in_language(meta, "slugline", language);
    item.headline = headline(meta, language, item);
    item.subheadline = meta
        .all("headline")
        .find(|headline| role_of(*headline).is_some_and(|role| role.contains("sub") || role == "hl2"))
        .and_then(Node::text)
        .filter(|text| Some(text) != item.headline.as_ref());
    item.summary = description(meta, language, &item.content);
    item.dateline = text_in_language(meta, "dateline", language);
    item.bylines = meta.all("by").filter_map(Node::text).collect();
    item.credit = text_in_language(meta, "creditline", language);
    item.keywords = meta
        .all("keyword")
        .filter_map(|keyword| keyword.text().or_else(|| text_in_language(keyword, "name", language)))
        .collect();
    item.located = meta
        .all("located")
        .find_map(|located| name_of(located, node, language).or_else(|| located.word("literal")));
    item.digital_source_type = meta.child("digitalSourceType").and_then(|kind| {
        kind.word("uri")
            .or_else(|| kind.word("qcode").map(|code| catalog.uri(&code).unwrap_or(code)))
    });
    for creator in meta.all("creator") {
        item.authors.extend(contributor(creator, node, language));
    }
    if item.authors.is_empty() {
        item.authors = item.bylines.iter().flat_map(|line| authors_of_byline(line)).collect();
    }
    item.genres = meta
        .all("genre")
        .filter_map(|genre| subject(genre, node, catalog, language))
        .collect();
    item.subjects = meta
        .all("subject")
        .filter_map(|subject_node| subject(subject_node, node, catalog, language))
        .collect();
}

fn role_of(node: Node<'_>) -> Option<String> {
    node.word("role")
        .or_else(|| node.word("roleuri"))
        .map(|role| last_part(&role).to_ascii_lowercase())
}

/// The item's own headline among several: not a short, web or sub-headline when there is another, then by language.
fn headline(meta: Node<'_>, language: Option<&str>, item: &mut NewsItem) -> Option<String> {
    let all: Vec<Node<'_>> = meta
        .all("headline")
        .filter(|headline| headline.text().is_some())
        .collect();
    if all.len() > 1 {
        note(
            item,
            "headlines",
            all.iter().filter_map(|headline| headline.text()).collect::<Vec<_>>(),
        );
    }
    let is_main =
        |node: &&Node<'_>| role_of(**node).is_none_or(|role| role == "main" || role == "headline" || role == "hl1");
    let main: Vec<Node<'_>> = all.iter().filter(is_main).copied().collect();
    in_language(if main.is_empty() { &all } else { &main }, language).and_then(Node::text)
}

/// The description that says what a reader is told: the caption of a picture, the summary of a text.
fn description(meta: Node<'_>, language: Option<&str>, content: &ContentType) -> Option<String> {
    let all: Vec<Node<'_>> = meta
        .all("description")
        .filter(|description| description.text().is_some())
        .collect();
    let wanted: &[&str] = match content {
        ContentType::Picture | ContentType::Graphic | ContentType::Video | ContentType::Audio => {
            &["caption", "summary", "lead", "abstract"]
        }
        _ => &["summary", "lead", "abstract", "intro", "teaser", "caption"],
    };
    let of_role = |wanted: &str| -> Vec<Node<'_>> {
        all.iter()
            .filter(|node| role_of(**node).is_some_and(|role| role.contains(wanted)))
            .copied()
            .collect()
    };
    let silent: Vec<Node<'_>> = all.iter().filter(|node| role_of(**node).is_none()).copied().collect();
    wanted
        .iter()
        .map(|role| of_role(role))
        .find(|found| !found.is_empty())
        .or_else(|| Some(silent).filter(|found| !found.is_empty()))
        .and_then(|found| in_language(&found, language))
        // A description of another role (a script, a shot list) is no summary.
        .and_then(Node::text)
}

/// A concept's name where it is used, else where the item asserts it.
fn name_of(node: Node<'_>, item: Node<'_>, language: Option<&str>) -> Option<String> {
    text_in_language(node, "name", language).or_else(|| {
        let same = |name: &str, assertion: &Node<'_>| {
            node.attr(name)
                .is_some_and(|value| assertion.attr(name).is_some_and(|other| other == value))
        };
        item.all("assert")
            .find(|assertion| ["qcode", "uri", "literal"].iter().any(|name| same(name, assertion)))
            .and_then(|assertion| text_in_language(assertion, "name", language))
    })
}

fn subject(node: Node<'_>, item: Node<'_>, catalog: &Catalog<'_>, language: Option<&str>) -> Option<Subject> {
    let code = node.word("qcode").or_else(|| node.word("literal"));
    let uri = node
        .word("uri")
        .or_else(|| code.as_deref().and_then(|code| catalog.uri(code)));
    let name = name_of(node, item, language);
    if code.is_none() && uri.is_none() && name.is_none() {
        return None;
    }
    let kind = node.word("type").or_else(|| node.word("typeuri")).unwrap_or_default();
    let kind = match last_part(&kind).to_ascii_lowercase().as_str() {
        "person" => SubjectKind::Person,
        "organisation" | "organization" | "org" | "company" => SubjectKind::Organisation,
        "geoarea" | "geo" | "place" | "poi" | "location" => SubjectKind::Place,
        "event" => SubjectKind::Event,
        "object" => SubjectKind::Object,
        _ => SubjectKind::Topic,
    };
    Some(Subject {
        name,
        code,
        uri,
        kind,
        slug: None,
    })
}

fn contributor(node: Node<'_>, item: Node<'_>, language: Option<&str>) -> Option<Contributor> {
    let name = name_of(node, item, language).or_else(|| node.word("literal"))?;
    // A creator that is the agency is no author.
    let kind = node.word("type").map(|kind| last_part(&kind).to_ascii_lowercase());
    if kind.is_some_and(|kind| kind.starts_with("org")) {
        return None;
    }
    let role = node
        .word("jobtitle")
        .map(|title| last_part(&title).to_owned())
        .or_else(|| {
            let related = node
                .all("related")
                .find(|related| related.word("rel").is_some_and(|rel| rel.contains("jobtitle")))?;
            text_in_language(related, "name", language)
        });
    Some(Contributor {
        name,
        uri: node.word("uri").or_else(|| node.word("qcode")),
        role,
        ..Contributor::default()
    })
}
