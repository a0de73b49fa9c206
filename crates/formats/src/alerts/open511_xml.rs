//! Open511 events in XML, which the first version of the standard has beside JSON.
//!
//! Both forms have the same fields under the same names, but for links, which are elements here, for texts in several
//! languages, and for places, which are GML. An event is therefore brought into the form of JSON and read by
//! [`super::open511`].

use super::{AlertFormat, Bulletin, feed, open511};
use crate::html::links::{self, Base};
use crate::html::note;
use crate::ninjs::fields::Fields;
use crate::problem::{Problem, ReadContext, Unreadable};
use crate::xml::Node;
use serde_json::{Map, Value};

/// Elements that hold any number of one other: lists in JSON.
const LISTS: [&str; 10] = [
    "areas",
    "attachments",
    "days",
    "event_subtypes",
    "exceptions",
    "grouped_events",
    "impacted_systems",
    "intervals",
    "recurring_schedules",
    "roads",
];
/// How deep fields of an event stand in each other; the standard's own are four deep.
const DEEPEST: usize = 8;

/// Reads the events of an answer.
///
/// # Errors
/// When the answer lists something else: areas, cameras, the services of a jurisdiction.
pub(super) fn read(root: Node<'_>, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Result<Bulletin, Unreadable> {
    let Some(events) = root.child("events") else {
        let other = root.elements().find(|node| !node.is("link") && !node.is("pagination"));
        let listed = other.map_or("nothing", Node::name).replace('_', " ");
        return Err(Unreadable::new(format!("Open511 that lists {listed} and no events")));
    };
    let base = Base::new(ctx.origin);
    let base = root.word("xml:base").map_or(base.clone(), |own| base.join(&own));
    let mut bulletin = Bulletin::new(AlertFormat::Open511);
    for (number, node) in events.all("event").enumerate().take(super::MOST_ALERTS + 1) {
        let at = format!("event {}", number + 1);
        let language = node.word("xml:lang").or_else(|| root.word("xml:lang"));
        let mut event = object(node, (&base, language.as_deref()), DEEPEST);
        if let Some(language) = &language {
            event.insert("language".to_owned(), Value::String(language.clone()));
        }
        let shapes = node.child("geography").map(|place| feed::shapes(place, &at, problems));
        let event = Value::Object(event);
        match Fields::of(&event) {
            Some(fields) => {
                let alert = open511::read_event(fields, shapes.unwrap_or_default(), &at, ctx, problems);
                bulletin.alerts.push(alert);
            }
            None => note(problems, &at, "it is empty"),
        }
    }
    // A page of many says where the next one is; it is not all.
    let pages = root.all("pagination").chain(std::iter::once(root));
    bulletin.is_whole = !pages
        .flat_map(|node| node.all("link"))
        .any(|link| link.word("rel").as_deref() == Some("next"));
    Ok(bulletin)
}

/// An element's fields. Of a text in several languages the one in the event's own is taken, or the first.
fn object(node: Node<'_>, spoken: (&Base, Option<&str>), deep: usize) -> Map<String, Value> {
    let (base, language) = spoken;
    let mut fields = Map::new();
    for child in node.elements().filter(|child| is_own(*child) && !child.is("geography")) {
        if child.is("link") {
            let (Some(rel), Some(href)) = (child.word("rel"), child.word("href")) else {
                continue;
            };
            let name = if rel == "self" {
                "url".to_owned()
            } else {
                format!("{rel}_url")
            };
            let address = links::web(&href, base).unwrap_or(href);
            fields.entry(name).or_insert(Value::String(address));
            continue;
        }
        let is_spoken = language.is_some() && child.word("xml:lang").as_deref() == language;
        if !fields.contains_key(child.name()) || is_spoken {
            fields.insert(child.name().to_owned(), value(child, spoken, deep));
        }
    }
    fields
}

fn value(node: Node<'_>, spoken: (&Base, Option<&str>), deep: usize) -> Value {
    let Some(deep) = deep.checked_sub(1) else {
        return Value::Null;
    };
    if LISTS.contains(&node.name()) {
        return node.elements().map(|member| value(member, spoken, deep)).collect();
    }
    if node.elements().next().is_some() {
        return Value::Object(object(node, spoken, deep));
    }
    Value::String(node.raw_text().trim().to_owned())
}

/// Whether an element is the standard's: jurisdictions add others, in namespaces of their own.
fn is_own(node: Node<'_>) -> bool {
    !node.qname().contains(':') && node.attr("xmlns").is_none()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{bulletin, moment, reason};
    use super::*;
    use masthead_domain::alerts::{Message, Severity, Shape};
    use masthead_domain::places::Point;

    fn point(lat: f64, lon: f64) -> Point {
        Point::turned(lat, lon).unwrap()
    }

    /// An answer made by the schema of the standard's first version.
    fn answer(status: &str, more: &str) -> String {
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<open511 xmlns:gml="http://www.opengis.net/gml" xmlns:own="urn:roads" xml:base="https://roads.example/api/" xml:lang="en" version="v1">
 <events>
  <event xml:lang="fr">
   <link rel="self" href="events/quay.example/7"/>
   <link rel="jurisdiction" href="jurisdictions/quay.example"/>
   <id>quay.example/7</id>
   <status>{status}</status>
   <own:status>ARCHIVED</own:status>
   <headline xml:lang="en">Pier bridge closed</headline>
   <headline xml:lang="fr">Pont de la jetée fermé</headline>
   <description>Le tablier est
   refait.</description>
   <event_type>CONSTRUCTION</event_type>
   <event_subtypes><event_subtype>ROAD_MAINTENANCE</event_subtype></event_subtypes>
   <severity>MAJOR</severity>
   <created>2026-11-20T08:00:00Z</created>
   <updated>2026-11-25T08:00:00+01:00</updated>
   <detour>Par la route côtière.</detour>
   <geography>
    <gml:MultiLineString srsName="urn:ogc:def:crs:EPSG::4326">
     <gml:lineStringMember><gml:LineString><gml:posList>45.5 -73.6 45.6 -73.5</gml:posList></gml:LineString></gml:lineStringMember>
     <gml:lineStringMember><gml:LineString><gml:posList>45.7 -73.4 45.8 -73.3</gml:posList></gml:LineString></gml:lineStringMember>
    </gml:MultiLineString>
   </geography>
   <areas><area><id>quay.example/north</id><name>Rive nord</name></area></areas>
   <roads><road><name>Route 7</name><from>Jetée</from><to>Phare</to><direction>N</direction><state>CLOSED</state></road></roads>
   <timezone>America/Toronto</timezone>
   <schedule><intervals><interval>2026-11-25T08:00/2026-11-26T18:30</interval><interval>2026-11-28T08:00/2026-11-28T09:00</interval></intervals></schedule>
  </event>
  {more}
 </events>
 <pagination><offset>0</offset></pagination>
</open511>"#
        )
    }

    #[test]
    fn an_event_says_in_xml_what_it_says_in_json() {
        let read = bulletin(&answer("ACTIVE", ""));
        assert!(read.is_whole && read.format == AlertFormat::Open511);
        let alert = &read.alerts[0];
        assert_eq!(alert.identifier, "quay.example/7");
        assert_eq!(alert.sender, "https://roads.example/api/jurisdictions/quay.example");
        assert_eq!(alert.sent, moment("2026-11-25T07:00:00Z"));
        assert_eq!(alert.message, Message::Alert, "another's status is none of the event's");
        let info = &alert.infos[0];
        assert_eq!(info.language.as_deref(), Some("fr"));
        assert_eq!(info.headline.as_deref(), Some("Pont de la jetée fermé"));
        assert_eq!(info.description.as_deref(), Some("Le tablier est\nrefait."));
        assert_eq!(info.instruction.as_deref(), Some("Par la route côtière."));
        assert_eq!(
            (info.event.as_str(), info.severity),
            ("road maintenance", Severity::Severe)
        );
        // Times without an offset are those of the event's own zone, five hours behind in November.
        assert_eq!(info.onset, moment("2026-11-25T13:00:00Z"));
        assert_eq!(info.expires, moment("2026-11-28T14:00:00Z"));
        assert_eq!(info.areas[0].name, "Route 7 N (Jetée – Phare), Rive nord");
        let line = |a: Point, b: Point| Shape::Line(vec![a, b]);
        assert_eq!(
            info.areas[0].shapes,
            [
                line(point(45.5, -73.6), point(45.6, -73.5)),
                line(point(45.7, -73.4), point(45.8, -73.3))
            ]
        );
        assert_eq!(bulletin(&answer("ARCHIVED", "")).alerts[0].message, Message::Cancel);
    }

    #[test]
    fn recurring_works_last_from_the_first_day_to_the_end_of_the_last() {
        let event = r#"<event><id>quay.example/8</id><status>ACTIVE</status><headline>Night works</headline>
            <event_type>CONSTRUCTION</event_type><severity>MINOR</severity><updated>2026-11-01T00:00:00Z</updated>
            <geography><gml:Polygon srsName="urn:ogc:def:crs:EPSG::4326"><gml:exterior><gml:LinearRing>
            <gml:posList>45 -73 45 -72 46 -72 45 -73</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></geography>
            <schedule><recurring_schedules><recurring_schedule><start_date>2026-11-02</start_date><end_date>2026-11-06</end_date>
            <days><day>1</day><day>5</day></days><daily_start_time>22:00</daily_start_time><daily_end_time>05:00</daily_end_time>
            </recurring_schedule></recurring_schedules></schedule></event>"#;
        let read = bulletin(&answer("ACTIVE", event));
        let info = &read.alerts[1].infos[0];
        assert_eq!(info.onset, moment("2026-11-02T00:00:00Z"));
        assert_eq!(info.expires, moment("2026-11-06T23:59:59Z"));
        assert!(info.areas[0].shapes[0].reaches(point(45.2, -72.2), 0.0));
        assert_eq!(info.language.as_deref(), Some("en"), "the document's");
    }

    #[test]
    fn a_page_of_several_is_not_all_and_other_lists_are_set_aside() {
        let first = answer("ACTIVE", "").replace(
            "<offset>0</offset>",
            "<offset>0</offset><link rel=\"next\" href=\"?offset=50\"/>",
        );
        assert!(!bulletin(&first).is_whole);
        assert!(
            bulletin("<open511 version=\"v1\"><events/></open511>")
                .alerts
                .is_empty()
        );
        assert!(
            reason("<open511 version=\"v1\"><traffic_segments/></open511>")
                .contains("lists traffic segments and no events")
        );
    }
}
