//! The components of a NewsML 1 item: which one is the text, what the others add to it, which are pictures.

use super::management::formal;
use crate::item::{add_editor_note, authors_of_byline, note};
use crate::newsml_g2::xhtml;
use crate::ninjs::{absorb, picture_block};
use crate::problem::{Problem, ReadContext};
use crate::xml::{Node, clean};
use crate::{markup, nitf, wire_text};
use masthead_domain::document::Document;
use masthead_domain::wire::{
    Association, ContentType, Contributor, Embargo, NewsItem, Rendition, Subject, SubjectKind,
};
use std::collections::HashSet;

/// Reads the components of an item.
pub(super) fn read(node: Node<'_>, item: &mut NewsItem, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) {
    let components: Vec<Node<'_>> = own_components(node);
    let Some(main) = main_component(&components) else {
        read_references(&components, item);
        return;
    };
    // From the main component outwards: the nearest that says something says it.
    let around: Vec<Node<'_>> =
        std::iter::successors(Some(main), |at| at.parent().filter(|parent| parent.is("NewsComponent"))).collect();
    for component in &around {
        read_lines(*component, item);
        read_metadata(*component, item);
    }
    let descriptive = || {
        around
            .iter()
            .filter_map(|component| component.child("DescriptiveMetadata"))
    };
    let language = descriptive().find_map(|metadata| metadata.all("Language").find_map(formal));
    item.language = language
        .or_else(|| around.iter().find_map(|component| component.word("xml:lang")))
        .or_else(|| item.language.take());
    // Subjects add up over the components, in the order of the document.
    around
        .iter()
        .rev()
        .filter_map(|component| component.child("DescriptiveMetadata"))
        .for_each(|metadata| read_subjects(metadata, item));
    read_text_roles(&components, item);
    // Where the text lies deeper than the headline's own branch, the branch beside it still speaks for the item.
    if item.headline.is_none() {
        components.iter().for_each(|component| read_lines(*component, item));
    }
    read_content(main, item, ctx, problems);
    read_media(&components, main, item);
    read_references(&components, item);
    if item.authors.is_empty() {
        item.authors = item.bylines.iter().flat_map(|line| authors_of_byline(line)).collect();
    }
}

/// The components of an item in document order, none of an item inside it.
fn own_components(node: Node<'_>) -> Vec<Node<'_>> {
    fn walk<'t>(node: Node<'t>, found: &mut Vec<Node<'t>>) {
        for child in node.all("NewsComponent") {
            found.push(child);
            walk(child, found);
        }
    }
    let mut found = Vec::new();
    walk(node, &mut found);
    found
}

fn role(component: Node<'_>) -> String {
    component
        .child("Role")
        .and_then(formal)
        .unwrap_or_default()
        .to_ascii_lowercase()
}

/// What a content item is: `text`, `photo` and so on, by its media type, else by its MIME type or format.
fn media(content: Node<'_>) -> &'static str {
    let word = |name: &str| {
        content
            .child(name)
            .and_then(formal)
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    let (media, mime, format) = (word("MediaType"), word("MimeType"), word("Format"));
    let says = |wanted: &[&str]| wanted.iter().any(|wanted| media.contains(wanted));
    if says(&["photo", "picture", "image"]) {
        "photo"
    } else if says(&["graphic"]) {
        "graphic"
    } else if says(&["video"]) {
        "video"
    } else if says(&["audio"]) {
        "audio"
    } else if media.contains("text") {
        "text"
    } else if mime.starts_with("image/") || format.contains("jpeg") || format.contains("jpg") {
        "photo"
    } else if mime.starts_with("video/") {
        "video"
    } else if mime.starts_with("audio/") {
        "audio"
    } else if mime.contains("css") || format == "css" {
        "style"
    } else if content.child("DataContent").is_some() {
        "text"
    } else {
        "file"
    }
}

/// Text that is there inline.
fn text_item(component: Node<'_>) -> Option<Node<'_>> {
    let texts: Vec<Node<'_>> = component
        .all("ContentItem")
        .filter(|content| {
            media(*content) == "text" && content.child("DataContent").is_some_and(|data| data.text().is_some())
        })
        .collect();
    let has_markup = |content: &&Node<'_>| {
        content
            .child("DataContent")
            .is_some_and(|data| data.elements().next().is_some())
    };
    texts.iter().find(has_markup).or_else(|| texts.first()).copied()
}

/// The component that holds the item's text: the one whose role says so, else the first with a text and a role that
/// is no part of another (a caption, a contact, a style sheet), else the first with any content.
fn main_component<'t>(components: &[Node<'t>]) -> Option<Node<'t>> {
    let with_text = || components.iter().filter(|component| text_item(**component).is_some());
    let is_main = |component: &&Node<'t>| {
        matches!(
            role(**component).as_str(),
            "main" | "body" | "main text" | "maintext" | "text" | "story"
        )
    };
    let is_other = |component: &&Node<'t>| {
        let role = role(**component);
        [
            "caption",
            "headline",
            "contact",
            "stylesheet",
            "style",
            "byline",
            "sidebar",
            "logo",
            "photo",
            "picture",
            "script",
            "summary",
            "abstract",
            "title",
            "lead",
        ]
        .iter()
        .any(|part| role.contains(part))
    };
    with_text()
        .find(is_main)
        .or_else(|| with_text().find(|component| !is_other(component)))
        .or_else(|| components.iter().find(is_main))
        .or_else(|| {
            components
                .iter()
                .find(|component| component.child("ContentItem").is_some())
        })
        .or_else(|| components.first())
        .copied()
}

/// `NewsLines`; a line that is there already came from a nearer component and stays.
fn read_lines(component: Node<'_>, item: &mut NewsItem) {
    let Some(lines) = component.child("NewsLines") else {
        return;
    };
    let set = |field: &mut Option<String>, name: &str| {
        if field.is_none() {
            *field = lines.all(name).find_map(Node::text);
        }
    };
    set(&mut item.headline, "HeadLine");
    set(&mut item.subheadline, "SubHeadLine");
    set(&mut item.dateline, "DateLine");
    set(&mut item.slugline, "SlugLine");
    set(&mut item.credit, "CreditLine");
    set(&mut item.copyright_notice, "CopyrightLine");
    set(&mut item.usage_terms, "RightsLine");
    if item.bylines.is_empty() {
        item.bylines = lines.all("ByLine").filter_map(Node::text).collect();
    }
    for line in lines.all("KeywordLine").filter_map(Node::text) {
        item.keywords.extend(
            line.split([';', ','])
                .map(str::trim)
                .filter(|word| !word.is_empty())
                .map(str::to_owned),
        );
    }
    for line in lines.all("NewsLine") {
        let kind = line.child("NewsLineType").and_then(formal).unwrap_or_default();
        let Some(text) = line.all("NewsLineText").find_map(Node::text) else {
            continue;
        };
        let lower = kind.to_ascii_lowercase();
        if ["advisory", "editor", "ednote", "instruction", "note"]
            .iter()
            .any(|word| lower.contains(word))
        {
            add_editor_note(item, text);
        } else if lower.contains("url") {
            note(item, &kind, text);
        } else if lower.contains("summary") || lower.contains("abstract") || lower.contains("lead") {
            item.summary = item.summary.take().or(Some(text));
        } else if !kind.is_empty() {
            note(item, &kind, text);
        }
    }
}

fn read_metadata(component: Node<'_>, item: &mut NewsItem) {
    if let Some(administrative) = component.child("AdministrativeMetadata") {
        let party = |name: &str| {
            administrative
                .child(name)
                .and_then(|node| node.child("Party"))
                .and_then(formal)
        };
        if let Some(provider) = party("Provider").or_else(|| party("Source")) {
            item.provider = Some(provider);
        }
        if item.authors.is_empty() {
            item.authors = administrative
                .all("Creator")
                .flat_map(|creator| creator.all("Party").collect::<Vec<_>>())
                .filter_map(formal)
                .map(|name| Contributor {
                    name,
                    ..Contributor::default()
                })
                .collect();
        }
    }
    if let Some(rights) = component.child("RightsMetadata") {
        let holder = rights.path(&["Copyright", "CopyrightHolder"]);
        item.copyright_holder = item
            .copyright_holder
            .take()
            .or_else(|| holder.and_then(Node::text))
            .or_else(|| holder.and_then(|holder| holder.child("Party")).and_then(formal));
        let usage = |name: &str| rights.path(&["UsageRights", name]).and_then(Node::text);
        item.usage_terms = item
            .usage_terms
            .take()
            .or_else(|| usage("Limitations"))
            .or_else(|| usage("UsageType"));
    }
    if let Some(descriptive) = component.child("DescriptiveMetadata") {
        read_descriptive(descriptive, item);
    }
}

fn read_descriptive(descriptive: Node<'_>, item: &mut NewsItem) {
    if item.genres.is_empty() {
        item.genres = descriptive
            .all("Genre")
            .filter_map(formal)
            .map(|name| Subject {
                name: Some(name),
                ..Subject::default()
            })
            .collect();
    }
    for location in descriptive.all("Location") {
        let part = |name: &str| {
            location
                .all("Property")
                .find(|property| {
                    property
                        .word("FormalName")
                        .is_some_and(|formal| formal.eq_ignore_ascii_case(name))
                })
                .and_then(|property| property.word("Value"))
        };
        let is_origin = location
            .word("HowPresent")
            .is_none_or(|how| how.eq_ignore_ascii_case("origin"));
        let place = part("City").or_else(|| part("CountryArea")).or_else(|| part("Country"));
        if is_origin {
            item.located = item.located.take().or(place);
        } else if let Some(place) = place {
            item.subjects.push(crate::item::named(place, SubjectKind::Place));
        }
    }
    for property in descriptive.all("Property") {
        let (Some(name), Some(value)) = (property.word("FormalName"), property.word("Value")) else {
            continue;
        };
        if name.eq_ignore_ascii_case("keyword") && property.word("Role").is_none() {
            item.keywords.push(value);
        } else if name.eq_ignore_ascii_case("city") {
            item.located = item.located.take().or(Some(value));
        }
    }
}

fn read_subjects(descriptive: Node<'_>, item: &mut NewsItem) {
    let mut seen: HashSet<String> = item.subjects.iter().filter_map(|known| known.code.clone()).collect();
    for subject in descriptive
        .all("SubjectCode")
        .flat_map(|code| code.elements().collect::<Vec<_>>())
    {
        let (Some(code), true) = (formal(subject), subject.name().starts_with("Subject")) else {
            continue;
        };
        if subject.is("SubjectQualifier") || !seen.insert(code.clone()) {
            continue;
        }
        let is_iptc = code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit());
        let uri = is_iptc.then(|| format!("http://cv.iptc.org/newscodes/subjectcode/{code}"));
        let name = subject.word("Name").or_else(|| topic_name(subject, &code));
        item.subjects.push(Subject {
            name,
            code: Some(code),
            uri,
            ..Subject::default()
        });
    }
}

/// Headline, lead and byline as components of their own, for items whose `NewsLines` don't have them.
fn read_text_roles(components: &[Node<'_>], item: &mut NewsItem) {
    for component in components {
        let role = role(*component);
        let Some(text) = text_item(*component).and_then(|content| content.child_text("DataContent")) else {
            continue;
        };
        match role.as_str() {
            "title" | "headline" => item.headline = item.headline.take().or(Some(text)),
            // A list of points is no line under the headline.
            "subtitle" | "subheadline" if text.len() < 300 => item.subheadline = item.subheadline.take().or(Some(text)),
            "lead" | "summary" | "abstract" => item.summary = item.summary.take().or(Some(text)),
            "byline" if item.bylines.is_empty() => item.bylines.push(text),
            _ => {}
        }
    }
}

/// The words that a topic set in the document gives for a code.
fn topic_name(subject: Node<'_>, code: &str) -> Option<String> {
    let root = std::iter::successors(Some(subject), |at| at.parent()).last()?;
    // Topic sets are rare and small; without one the search ends at the envelope.
    let set = root.elements().next()?.all("TopicSet").next()?;
    set.all("Topic")
        .find(|topic| topic.all("FormalName").any(|name| name.text().as_deref() == Some(code)))
        .and_then(|topic| topic.child_text("Description"))
}

fn read_content(main: Node<'_>, item: &mut NewsItem, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) {
    let Some(content) = text_item(main) else {
        if let Some(content) = main.child("ContentItem") {
            item.content = match media(content) {
                "photo" => ContentType::Picture,
                "graphic" => ContentType::Graphic,
                "video" => ContentType::Video,
                "audio" => ContentType::Audio,
                _ => ContentType::Text,
            };
            item.renditions = main.all("ContentItem").filter_map(rendition).collect();
        }
        return;
    };
    let Some(data) = content.child("DataContent") else {
        return;
    };
    if let Some(nitf) = data.descendants().find(|node| node.is("nitf")) {
        let inner = nitf::read_element(nitf, ctx, problems);
        absorb(item, inner);
    } else if let Some(body) = data.descendants().find(|node| node.is("body.content")) {
        item.body = Document {
            blocks: nitf::body::read(body).blocks,
        };
    } else if data.elements().next().is_some() {
        xhtml(data, item, ctx, problems);
    } else {
        let text = data.raw_text();
        if wire_text::looks_like_html(&text) {
            markup::read(&text, item, ctx, problems);
        } else {
            item.body = wire_text::document(&clean(&text));
        }
    }
}

fn rendition(content: Node<'_>) -> Option<Rendition> {
    let characteristics = content.child("Characteristics");
    let property = |names: &[&str]| {
        characteristics?
            .all("Property")
            .find(|property| {
                property
                    .word("FormalName")
                    .is_some_and(|formal| names.iter().any(|name| formal.eq_ignore_ascii_case(name)))
            })
            .and_then(|property| property.word("Value"))
    };
    let number = |text: Option<String>| text.and_then(|text| text.parse().ok());
    Some(Rendition {
        name: property(&["ImageUse", "Rendition"]).or_else(|| content.word("Duid")),
        href: Some(content.word("Href")?),
        residref: None,
        media_type: content.child("MimeType").and_then(formal),
        width: number(property(&["Width", "PixelWidth"])),
        height: number(property(&["Height", "PixelHeight"])),
        size: characteristics
            .and_then(|node| node.child_text("SizeInBytes"))
            .and_then(|text| text.parse().ok()),
    })
}

/// Pictures and other media beside the text: each component with files becomes an associated item; the first picture
/// that is no logo leads.
fn read_media(components: &[Node<'_>], main: Node<'_>, item: &mut NewsItem) {
    for component in components.iter().copied().filter(|component| *component != main) {
        let files: Vec<Node<'_>> = component
            .all("ContentItem")
            .filter(|content| content.word("Href").is_some())
            .collect();
        let Some(first) = files.first().copied() else { continue };
        let content = match media(first) {
            "photo" => ContentType::Picture,
            "graphic" => ContentType::Graphic,
            "video" => ContentType::Video,
            "audio" => ContentType::Audio,
            _ => continue,
        };
        // Sizes of one picture are often components of their own, inside the one that has caption and credit.
        let group = component
            .parent()
            .filter(|parent| parent.is("NewsComponent") && main.parent() != Some(*parent) && *parent != main);
        let holder = group
            .filter(|group| group.all("NewsComponent").count() > 1)
            .unwrap_or(component);
        let mut media_item = NewsItem {
            content,
            ..NewsItem::default()
        };
        read_lines(component, &mut media_item);
        read_lines(holder, &mut media_item);
        media_item.summary = caption(holder);
        media_item.renditions = files.iter().copied().filter_map(rendition).collect();
        media_item.guid = first.word("Href").unwrap_or_default();
        let role = role(component);
        if holder != component
            && let Some(known) = item
                .associations
                .iter_mut()
                .find(|known| known.name.as_deref() == holder.word("Duid").as_deref() && known.name.is_some())
        {
            known.item.renditions.extend(media_item.renditions);
            continue;
        }
        let name = if holder == component {
            Some(role).filter(|role| !role.is_empty())
        } else {
            holder.word("Duid")
        };
        item.associations.push(Association {
            name,
            item: Box::new(media_item),
        });
    }
    if item.lead_picture.is_none() && item.body.pictures().is_empty() {
        item.lead_picture = item
            .associations
            .iter()
            .filter(|association| {
                association.item.content == ContentType::Picture && association.item.embargo == Embargo::None
            })
            .find(|association| association.name.as_deref() != Some("logo"))
            .and_then(|association| picture_block(&association.item));
    }
}

/// The caption of a picture: the text of a component of that role.
fn caption(holder: Node<'_>) -> Option<String> {
    holder
        .all("NewsComponent")
        .find(|component| role(*component).contains("caption"))
        .and_then(|component| {
            component
                .all("ContentItem")
                .find_map(|content| content.child_text("DataContent"))
        })
}

/// Items that a component refers to.
fn read_references(components: &[Node<'_>], item: &mut NewsItem) {
    let mut references: Vec<String> = Vec::new();
    for component in components {
        references.extend(
            component
                .all("NewsItemRef")
                .filter_map(|reference| reference.word("NewsItem")),
        );
    }
    for guid in references {
        let member = NewsItem {
            guid,
            ..NewsItem::default()
        };
        item.associations.push(Association {
            name: None,
            item: Box::new(member),
        });
    }
}
