//! NITF's metadata: `head` with its `docdata`, and `body.head`.

use crate::item::{add_editor_note, authors_of_byline, embargoed_by_status, note, urgency};
use crate::problem::{Problem, ReadContext};
use crate::times::{self, Written};
use crate::xml::Node;
use masthead_domain::time::Timestamp;
use masthead_domain::wire::{
    Affected, AffectedChange, Contributor, Embargo, NewsItem, PubStatus, Subject, SubjectKind,
};
use serde_json::{Value, json};

/// Reads `head`.
pub(super) fn read(head: Node<'_>, item: &mut NewsItem, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) {
    item.title = head.child_text("title");
    for subject in head.all("tobject").flat_map(|tobject| tobject.all("tobject.subject")) {
        item.subjects.extend(tobject_subject(subject));
    }
    if let Some(tobject) = head.child("tobject") {
        // The type is News, Data or Advisory, but agencies file under it (`Utenriks`); the properties are genres.
        item.categories.extend(
            tobject
                .word("tobject.type")
                .map(|name| crate::item::named(name, SubjectKind::Topic)),
        );
        for property in tobject.all("tobject.property") {
            item.genres.extend(
                property
                    .word("tobject.property.type")
                    .map(|name| crate::item::named(name, SubjectKind::Topic)),
            );
        }
    }
    for docdata in head.all("docdata") {
        read_docdata(docdata, item, ctx, problems);
    }
    for pubdata in head.all("pubdata") {
        if item.published.is_none() {
            item.published = time(
                pubdata.word("date.publication"),
                "head/pubdata/@date.publication",
                ctx,
                problems,
            );
        }
        if item.canonical_url.is_none() {
            item.canonical_url = pubdata.word("ex-ref").filter(|url| url.starts_with("http"));
        }
        item.categories.extend(
            pubdata
                .word("position.section")
                .map(|name| crate::item::named(name, SubjectKind::Topic)),
        );
    }
}

fn tobject_subject(subject: Node<'_>) -> Option<Subject> {
    // The names go from the first tier to the third; the deepest says most.
    let name = [
        "tobject.subject.detail",
        "tobject.subject.matter",
        "tobject.subject.type",
    ]
    .into_iter()
    .find_map(|name| subject.word(name));
    let code = subject
        .word("tobject.subject.refnum")
        .or_else(|| subject.word("tobject.subject.code"));
    if name.is_none() && code.is_none() {
        return None;
    }
    let uri = code
        .as_deref()
        .filter(|code| code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit()))
        // Eight digits are an IPTC code: Media Topics begin with 2 since they exist, the older subject codes with 0 or 1.
        .map(|code| {
            let scheme = if code.starts_with('2') {
                "mediatopic"
            } else {
                "subjectcode"
            };
            format!("http://cv.iptc.org/newscodes/{scheme}/{code}")
        });
    Some(Subject {
        name,
        code,
        uri,
        ..Subject::default()
    })
}

fn time(text: Option<String>, at: &str, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Option<Timestamp> {
    match times::moment(&text?, ctx) {
        Ok(moment) => Some(moment),
        Err(what) => {
            problems.push(Problem::new(at, what));
            None
        }
    }
}

/// The `norm` of a date element, or, as some senders have it, its text.
fn norm(docdata: Node<'_>, name: &str) -> Option<String> {
    let date = docdata.child(name)?;
    date.word("norm").or_else(|| date.text())
}

fn read_docdata(docdata: Node<'_>, item: &mut NewsItem, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) {
    if let Some(id) = docdata.child("doc-id") {
        item.guid = id.word("id-string").unwrap_or_default();
        item.provider = id.word("regsrc");
    }
    item.urgency = docdata
        .child("urgency")
        .and_then(|node| node.word("ed-urg"))
        .and_then(|text| urgency(&text));
    item.version_created = time(norm(docdata, "date.issue"), "docdata/date.issue", ctx, problems);
    item.expires = time(norm(docdata, "date.expire"), "docdata/date.expire", ctx, problems);
    read_release(docdata, item, ctx, problems);
    read_status(docdata, item, problems);

    if let Some(key) = docdata.child("du-key") {
        item.slugline = key.word("key");
        item.version = key.word("version");
        if let Some(generation) = key.word("generation") {
            note(item, "du-key-generation", generation);
        }
    }
    for message in docdata.all("ed-msg") {
        if let Some(line) = message.word("info").or_else(|| message.text()) {
            add_editor_note(item, line);
        }
    }
    for correction in docdata.all("correction") {
        let note = correction.word("info");
        match correction.word("id-string") {
            // A document that names itself says that it is the corrected one.
            Some(guid) if guid != item.guid => {
                item.affects.push(Affected {
                    guid,
                    change: AffectedChange::Corrected,
                    note,
                });
            }
            _ => note.into_iter().for_each(|line| add_editor_note(item, line)),
        }
    }
    if let Some(copyright) = docdata.child("doc.copyright") {
        item.copyright_holder = copyright.word("holder");
        if let (Some(year), Some(holder)) = (copyright.word("year"), copyright.word("holder")) {
            item.copyright_notice = Some(format!("© {year} {holder}"));
        }
    }
    if let Some(rights) = docdata.child("doc.rights") {
        item.usage_terms = rights.word("limitations").or_else(|| rights.word("type"));
    }
    if let Some(series) = docdata.child("series") {
        let part = |name: &str| series.word(name).map_or(Value::Null, Value::String);
        note(
            item,
            "series",
            json!({"name": part("series.name"), "part": part("series.part"), "total": part("series.totalpart")}),
        );
    }
    if let Some(fixture) = docdata.child("fixture").and_then(|node| node.word("fix-id")) {
        item.categories.push(crate::item::named(fixture, SubjectKind::Topic));
    }
    let scopes: Vec<String> = docdata.all("doc-scope").filter_map(|node| node.word("scope")).collect();
    if !scopes.is_empty() {
        note(item, "doc-scope", scopes);
    }
    read_places(docdata, item);
    for keyword in docdata.all("key-list").flat_map(|list| list.all("keyword")) {
        item.keywords.extend(keyword.word("key").or_else(|| keyword.text()));
    }
    for content in docdata.all("identified-content") {
        content.elements().for_each(|node| identified(node, item));
    }
}

/// Where the event was: kept as a fact, as it is neither where the story was written nor a place that it is about.
fn read_places(docdata: Node<'_>, item: &mut NewsItem) {
    let places: Vec<Value> = docdata
        .all("evloc")
        .map(|place| {
            let mut known = serde_json::Map::new();
            for name in ["city", "county-dist", "state-prov", "iso-cc"] {
                if let Some(value) = place.word(name) {
                    known.insert(name.to_owned(), Value::String(value));
                }
            }
            Value::Object(known)
        })
        .collect();
    if !places.is_empty() {
        note(item, "evloc", places);
    }
}

/// `date.release` holds the text back until then. It is an embargo unless the text was already released when it was
/// issued: agencies send the release beside an equal issue with every story.
fn read_release(docdata: Node<'_>, item: &mut NewsItem, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) {
    let Some(element) = docdata.child("date.release") else {
        return;
    };
    let text = element.word("norm").or_else(|| element.text()).unwrap_or_default();
    let issue = norm(docdata, "date.issue").and_then(|text| times::read(&text).ok());
    let already_out = match (times::read(&text).ok(), issue) {
        (Some(Written::Moment(release)), Some(Written::Moment(issue))) => release <= issue && release <= ctx.now,
        (Some(Written::Moment(release)), _) => release <= ctx.now,
        // Without a zone the two can only be compared with each other, unless no zone on Earth is there yet.
        (Some(Written::Local(release)), Some(Written::Local(issue))) => {
            release <= issue && earliest(&text, ctx).is_some_and(|moment| moment <= ctx.now)
        }
        (Some(Written::Day(release)), Some(Written::Day(issue))) => {
            release <= issue && earliest(&text, ctx).is_some_and(|moment| moment <= ctx.now)
        }
        _ => false,
    };
    if already_out {
        item.published = times::moment(&text, ctx).ok();
    } else {
        item.embargo = times::embargo(&text, ctx);
    }
    note(item, "released", text.clone());
    if let Embargo::Withheld { reason } = &item.embargo {
        problems.push(Problem::new("docdata/date.release", format!("withheld: {reason}")));
    } else if !already_out && !matches!(times::read(&text), Ok(Written::Moment(_))) && ctx.zone.is_none() {
        problems.push(Problem::new(
            "docdata/date.release",
            "no zone; taken as the latest moment it can mean",
        ));
    }
}

/// The earliest moment that a time without a zone can mean.
fn earliest(text: &str, ctx: &ReadContext<'_>) -> Option<Timestamp> {
    let moment = times::moment(text, ctx).ok()?;
    Some(if ctx.zone.is_some() {
        moment
    } else {
        moment.plus_seconds(-14 * 3600)
    })
}

fn read_status(docdata: Node<'_>, item: &mut NewsItem, problems: &mut Vec<Problem>) {
    if let Some(status) = docdata.word("management-status") {
        note(item, "management-status", status.clone());
        item.status = PubStatus::from_code(&status);
        embargoed_by_status(item, &status, "docdata/@management-status", problems);
        if let PubStatus::Unknown(word) = &item.status {
            problems.push(Problem::new(
                "docdata/@management-status",
                format!("unknown status {word}; held"),
            ));
        }
    }
    let Some(guid) = docdata.word("management-doc-idref") else {
        return;
    };
    let status = docdata
        .word("management-idref-status")
        .or_else(|| docdata.word("management-doc-idref-status"));
    let note = docdata.child("ed-msg").and_then(|message| message.word("info"));
    let change = match &status {
        Some(status) => AffectedChange::Status(PubStatus::from_code(status)),
        // "Details which document the current one is an update to": a cancellation cancels it, else it follows it.
        None if item.status == PubStatus::Canceled => AffectedChange::Status(PubStatus::Canceled),
        None => AffectedChange::Corrected,
    };
    if guid != item.guid {
        item.affects.push(Affected { guid, change, note });
    } else if let AffectedChange::Status(status) = change
        && item.status.is_usable()
    {
        item.status = status;
    }
}

/// One element of `identified-content`: its text, or its value where it is empty.
fn identified(node: Node<'_>, item: &mut NewsItem) {
    let kind = match node.name() {
        "person" => SubjectKind::Person,
        "org" => SubjectKind::Organisation,
        "location" => SubjectKind::Place,
        "event" => SubjectKind::Event,
        "object.title" => SubjectKind::Object,
        "classifier" => SubjectKind::Topic,
        // What somebody is, and where something lies on the web, are no subjects.
        _ => return,
    };
    let code = node.word("value").or_else(|| node.word("location-code"));
    let name = match kind {
        SubjectKind::Place => location_name(node),
        _ => node.text(),
    };
    let Some(name) = name.or_else(|| code.clone()) else {
        return;
    };
    let code =
        code.filter(|code| *code != name)
            .map(|code| match node.word("idsrc").or_else(|| node.word("code-source")) {
                Some(source) if !code.contains(':') => format!("{source}:{code}"),
                _ => code,
            });
    let subject = Subject {
        name: Some(name),
        code,
        kind,
        ..Subject::default()
    };
    // A classifier files the text (section, product, desk); what it is about stands in `tobject.subject`.
    if node.is("classifier") {
        item.categories.push(subject);
    } else {
        item.subjects.push(subject);
    }
}

/// A location's own words, or its parts from the smallest to the largest.
fn location_name(location: Node<'_>) -> Option<String> {
    let parts: Vec<String> = ["sublocation", "city", "region", "state", "country"]
        .into_iter()
        .filter_map(|name| location.child_text(name))
        .collect();
    if parts.is_empty() {
        location.text()
    } else {
        Some(parts.join(", "))
    }
}

/// Reads what stands above the text, for readers: headline, bylines, dateline, abstract.
pub(super) fn read_body_head(body: Node<'_>, item: &mut NewsItem) {
    let Some(head) = body.child("body.head") else { return };
    for hedline in head.all("hedline") {
        if item.headline.is_none() {
            item.headline = hedline.all("hl1").find_map(Node::text);
        }
        if item.subheadline.is_none() {
            item.subheadline = hedline.all("hl2").find_map(Node::text);
        }
        if item.headline.is_none() && hedline.elements().next().is_none() {
            item.headline = hedline.text();
        }
    }
    for byline in head.all("byline") {
        let Some(text) = byline.text() else { continue };
        item.authors.extend(contributors(byline, &text));
        item.bylines.push(text);
    }
    item.dateline = head.all("dateline").find_map(Node::text);
    item.located = head
        .all("dateline")
        .find_map(|dateline| dateline.child("location").and_then(location_name))
        .or_else(|| item.located.take());
    let abstracts: Vec<String> = head.all("abstract").filter_map(paragraphs).collect();
    if !abstracts.is_empty() {
        item.summary = Some(abstracts.join(" "));
    }
    for note in head.all("note") {
        if let Some(text) = note.text() {
            if super::body::is_for_editors(note) {
                add_editor_note(item, text);
            } else {
                crate::item::note(item, "head-note", text);
            }
        }
    }
    if let Some(rights) = head.child("rights") {
        item.copyright_holder = item
            .copyright_holder
            .take()
            .or_else(|| rights.child_text("rights.owner"));
        item.usage_terms = item
            .usage_terms
            .take()
            .or_else(|| rights.child_text("rights.limitations"));
        if item.copyright_notice.is_none() && rights.elements().next().is_none() {
            item.copyright_notice = rights.text();
        }
    }
    if let Some(distributor) = head.child_text("distributor") {
        item.provider = Some(distributor);
    }
}

/// The text of an element with a space between its paragraphs.
fn paragraphs(node: Node<'_>) -> Option<String> {
    let parts: Vec<String> = node.children().filter_map(Node::text).collect();
    // Inline markup splits running text into many children, which only the whole text puts together right.
    if node.elements().all(|child| child.is("p")) {
        Some(parts.join(" ")).filter(|text| !text.is_empty())
    } else {
        node.text()
    }
}

/// The people of a byline: marked ones with their title, else those that the words name.
fn contributors(byline: Node<'_>, text: &str) -> Vec<Contributor> {
    let role = byline.child_text("byttl");
    let marked: Vec<Contributor> = byline
        .all("person")
        .filter_map(|person| {
            Some(Contributor {
                name: person.text()?,
                uri: person.word("value"),
                role: role.clone(),
                affiliation: byline.child_text("org"),
                ..Contributor::default()
            })
        })
        .collect();
    if !marked.is_empty() {
        return marked;
    }
    let words = match &role {
        Some(role) => text.replace(role.as_str(), ""),
        None => text.to_owned(),
    };
    let mut people = authors_of_byline(&words);
    people.iter_mut().for_each(|person| person.role.clone_from(&role));
    people
}
