//! Feeds of alerts: RSS and Atom whose entries are CAP messages, lead to CAP messages, or have a place themselves
//! (GeoRSS Simple, GeoRSS GML, W3C Basic Geo).

use super::{AlertFormat, Bulletin, cap, text};
use crate::html::links::{self, Base};
use crate::html::note;
use crate::problem::{Problem, ReadContext};
use crate::xml::Node;
use masthead_domain::alerts::{Alert, Area, Certainty, Info, Kind, Message, Severity, Shape, Status, Urgency};
use masthead_domain::places::Point;

/// Reads a feed. What it lists is all that holds, unless its entries lead elsewhere.
pub(super) fn read(root: Node<'_>, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Bulletin {
    let mut bulletin = Bulletin::new(AlertFormat::GeoRss);
    let base = Base::new(ctx.origin);
    let head = if root.is("rss") {
        root.child("channel").unwrap_or(root)
    } else {
        root
    };
    let made = ["updated", "lastBuildDate", "pubDate"]
        .iter()
        .find_map(|name| head.child_text(name));
    bulletin.made = made.and_then(|text| crate::dates::moment(&text, ctx));
    let sender = text::line_of(head, "id")
        .or_else(|| text::line_of(head, "title"))
        .unwrap_or_default();
    let language = head.word("xml:lang").or_else(|| head.child_text("language"));
    let entries = std::iter::once(root)
        .chain(root.descendants())
        .filter(|node| matches!(node.name(), "item" | "entry"));
    let mut was_cut = false;
    for (number, entry) in entries.enumerate() {
        if bulletin.alerts.len() + bulletin.links.len() >= super::MOST_ALERTS {
            was_cut = true;
            break;
        }
        let at = format!("entry {}", number + 1);
        // A list that has nothing to list says so in an entry which is the list itself.
        if entry
            .child("id")
            .is_some_and(|id| id.text().is_some_and(|id| id == sender))
        {
            continue;
        }
        let messages: Vec<Node<'_>> = cap::alerts(entry).collect();
        if !messages.is_empty() {
            bulletin.format = AlertFormat::Cap;
            let read = messages.into_iter().map(|node| cap::message(node, ctx, problems));
            bulletin.alerts.extend(read);
        } else if let Some(link) = message_link(entry, &base) {
            bulletin.format = AlertFormat::Cap;
            bulletin.links.push(link);
        } else {
            let mut alert = entry_alert(entry, &base, &at, ctx, problems);
            alert.sender.clone_from(&sender);
            for info in &mut alert.infos {
                info.language = info.language.take().or_else(|| language.clone());
            }
            bulletin.alerts.push(alert);
        }
    }
    bulletin.is_whole = !was_cut && bulletin.links.is_empty();
    bulletin
}

/// The address of the message that an entry stands for.
fn message_link(entry: Node<'_>, base: &Base) -> Option<String> {
    let mut links = entry.all("link").chain(entry.all("enclosure"));
    links.find_map(|link| {
        let href = link.word("href").or_else(|| link.word("url")).or_else(|| link.text())?;
        let is_message = link
            .word("type")
            .is_some_and(|kind| kind.eq_ignore_ascii_case("application/cap+xml"))
            || leads_to_message(entry, link, &href);
        is_message.then(|| links::web(&href, base)).flatten()
    })
}

/// Whether an address without a type is one of a message: `….cap`, or the `.xml` that an entry has instead of a page and
/// of a place.
fn leads_to_message(entry: Node<'_>, link: Node<'_>, href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let is_other =
        link.is("enclosure") || link.word("type").is_some() || link.word("rel").is_some_and(|rel| rel != "alternate");
    path.ends_with(".cap") || path.ends_with(".xml") && !is_other && !entry.descendants().any(is_place)
}

/// Whether an element says a place in one of the ways of GeoRSS.
fn is_place(node: Node<'_>) -> bool {
    matches!(
        node.name(),
        "point" | "line" | "polygon" | "box" | "circle" | "where" | "lat"
    )
}

/// An entry that is an alert itself. Entries of some indices carry words of CAP beside their title, which are taken.
fn entry_alert(node: Node<'_>, base: &Base, at: &str, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Alert {
    let first = |names: &[&str]| names.iter().find_map(|name| node.child_text(name));
    let moment = |names: &[&str], problems: &mut Vec<Problem>| {
        let written = first(names);
        text::moment(written.as_deref(), at, ctx, problems)
    };
    let title = text::line_of(node, "title");
    let category = node
        .all("category")
        .find_map(|category| category.word("term").or_else(|| category.text()));
    let description = ["description", "summary", "content", "encoded"]
        .iter()
        .find_map(|name| text::lines_of(node, name));
    // Atom has links to other things too, which say so.
    let is_page = |link: &Node<'_>| link.word("rel").is_none_or(|rel| rel == "alternate");
    let link = node
        .all("link")
        .find(is_page)
        .or_else(|| node.child("link"))
        .and_then(|link| link.word("href").or_else(|| link.text()));
    let area = Area {
        name: text::line_of(node, "areaDesc")
            .or_else(|| text::line_of(node, "featurename"))
            .unwrap_or_default(),
        codes: codes(node),
        shapes: shapes(node, at, problems),
    };
    let info = Info {
        part: None,
        language: node.word("xml:lang"),
        event: text::line_of(node, "event").or(category).unwrap_or_default(),
        urgency: first(&["urgency"])
            .and_then(|word| Urgency::parse(&word))
            .unwrap_or_default(),
        severity: severity(node),
        certainty: first(&["certainty"])
            .and_then(|word| Certainty::parse(&word))
            .unwrap_or_default(),
        effective: moment(&["effective"], problems),
        onset: moment(&["onset", "fromdate"], problems),
        expires: moment(&["expires"], problems),
        sender_name: node.path(&["author", "name"]).and_then(Node::text),
        headline: title,
        description,
        instruction: None,
        web: link.and_then(|link| links::web(&link, base)),
        areas: text::areas(area),
    };
    Alert {
        identifier: first(&["guid", "id", "identifier"]).unwrap_or_default(),
        sender: String::new(),
        sent: moment(&["updated", "published", "pubDate", "date", "sent"], problems),
        kind: Kind::Emergency,
        // A feed has no word for it; where an entry has one, it counts.
        status: first(&["status"]).map_or(Status::Actual, |word| known_status(&word)),
        message: match first(&["iscurrent"]).as_deref() {
            // GDACS lists events that are over for some days.
            Some("false") => Message::Cancel,
            _ => first(&["msgType", "message_type"])
                .and_then(|word| Message::parse(&word))
                .unwrap_or_default(),
        },
        is_public: true,
        references: Vec::new(),
        infos: vec![info],
    }
}

/// The codes of CAP beside an entry: several pairs stand in one element there.
fn codes(node: Node<'_>) -> Vec<(String, String)> {
    let pairs = node.all("geocode").flat_map(|geocode| {
        let names = geocode.all("valueName").filter_map(Node::text);
        names
            .zip(geocode.all("value").filter_map(Node::text))
            .collect::<Vec<_>>()
    });
    // One value may be a list.
    let codes = pairs.flat_map(|(scheme, values)| {
        let values: Vec<String> = values.split_ascii_whitespace().map(str::to_owned).collect();
        values.into_iter().map(move |value| (scheme.clone(), value))
    });
    codes.take(2000).collect()
}

/// A status beside an entry. Other vocabularies have a `status` of their own (of a fire, of a road), which says nothing
/// about whether the entry is real.
fn known_status(word: &str) -> Status {
    Status::parse(word).unwrap_or(Status::Actual)
}

/// CAP's word, or the colour of GDACS.
fn severity(node: Node<'_>) -> Severity {
    let word = node.child_text("severity").and_then(|word| Severity::parse(&word));
    let colour = || match node.child_text("alertlevel")?.to_ascii_lowercase().as_str() {
        "red" => Some(Severity::Severe),
        "orange" => Some(Severity::Moderate),
        "green" => Some(Severity::Minor),
        _ => None,
    };
    word.or_else(colour).unwrap_or_default()
}

/// Every place of an entry, in its order.
pub(super) fn shapes(node: Node<'_>, at: &str, problems: &mut Vec<Problem>) -> Vec<Shape> {
    let mut shapes = Vec::new();
    for part in node.descendants() {
        if shapes.len() >= 500 {
            break;
        }
        if part.elements().next().is_none() && part.text().is_none() {
            continue;
        }
        let shape = match part.name() {
            // GeoRSS Simple has text in it, GML and W3C have elements, which come by themselves.
            "point" | "pos" => text::positions(&part.raw_text()).first().copied().map(Shape::Point),
            "line" => text::path(text::positions(&part.raw_text())),
            "polygon" => text::polygon(text::positions(&part.raw_text())),
            "circle" => cap::circle(&part.raw_text()).map(in_kilometres(&part)),
            "box" => boxed(&text::positions(&part.raw_text())),
            // Holes are left out, so that whoever stands in one is told too often rather than not at all.
            "posList"
                if part
                    .parent()
                    .and_then(Node::parent)
                    .is_some_and(|node| node.is("interior")) =>
            {
                continue;
            }
            "Envelope" => {
                let corners = ["lowerCorner", "upperCorner"].map(|name| part.child_text(name).unwrap_or_default());
                boxed(&text::positions(&corners.join(" ")))
            }
            "posList" => {
                let points = text::positions(&part.raw_text());
                let is_ring = part.parent().is_some_and(|parent| parent.is("LinearRing"));
                if is_ring {
                    text::polygon(points)
                } else {
                    text::path(points)
                }
            }
            "lat" => {
                let lon = part
                    .parent()
                    .and_then(|parent| parent.child_text("long").or_else(|| parent.child_text("lon")));
                let numbers = (part.text(), lon);
                match numbers {
                    (Some(lat), Some(lon)) => text::positions(&format!("{lat} {lon}"))
                        .first()
                        .copied()
                        .map(Shape::Point),
                    _ => None,
                }
            }
            _ => continue,
        };
        match shape {
            Some(shape) if !shapes.contains(&shape) => shapes.push(shape),
            Some(_) => {}
            None => note(problems, at, format!("{} says no place", part.qname())),
        }
    }
    shapes
}

/// A circle of GeoRSS has its radius in metres; one that is CAP's own, in kilometres.
fn in_kilometres(part: &Node<'_>) -> impl Fn(Shape) -> Shape {
    let is_georss = !part.qname().starts_with("cap:");
    move |shape| match shape {
        Shape::Circle { center, radius_km } if is_georss => Shape::Circle {
            center,
            radius_km: radius_km / 1000.0,
        },
        shape => shape,
    }
}

/// A box of two corners, south-west and north-east.
fn boxed(corners: &[Point]) -> Option<Shape> {
    match corners {
        [low, high] => Some(Shape::Polygon(vec![
            *low,
            Point::turned(low.latitude(), high.longitude())?,
            *high,
            Point::turned(high.latitude(), low.longitude())?,
        ])),
        _ => None,
    }
}
