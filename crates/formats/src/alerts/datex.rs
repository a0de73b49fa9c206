//! DATEX II situation publications: version 2 (and 1), whose locations stand in `groupOfLocations`, and version 3, whose
//! stand in `locationReference`.
//!
//! A situation is one alert, its records are the alert's parts: a closure, its diversion and its speed limit belong
//! together for whoever drives there. Profiles of countries add elements at will; whatever isn't known is passed over.

use super::{AlertFormat, Bulletin, text};
use crate::html::links::{self, Base};
use crate::html::note;
use crate::problem::{Problem, ReadContext, Unreadable};
use crate::xml::Node;
use masthead_domain::alerts::{Alert, Area, Certainty, Info, Kind, Message, Severity, Shape, Status, Urgency};
use masthead_domain::places::Point;

/// Elements that hold where a record is; other positions of a record are of diversions and of detectors.
const LOCATIONS: [&str; 2] = ["groupOfLocations", "locationReference"];
/// The most shapes of one record.
const MOST_SHAPES: usize = 500;

/// Whether a document is DATEX II of any kind.
pub(super) fn is_publication(root: Node<'_>) -> bool {
    root.is("d2LogicalModel")
        || root.child("payloadPublication").is_some()
        || publication(root).is_some()
        || root.find("situationRecord").is_some()
}

/// The publication and its kind: `SituationPublication` of `xsi:type="sit:SituationPublication"`.
fn publication(root: Node<'_>) -> Option<(Node<'_>, String)> {
    std::iter::once(root)
        .chain(root.descendants().take(2000))
        .find_map(|node| {
            let kind = node.word("type")?;
            let kind = kind.rsplit(':').next().unwrap_or_default();
            kind.ends_with("Publication").then(|| (node, kind.to_owned()))
        })
}

/// Reads a publication of situations.
pub(super) fn read(root: Node<'_>, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Result<Bulletin, Unreadable> {
    let found = publication(root);
    if let Some((_, kind)) = &found
        && kind != "SituationPublication"
        && root.find("situationRecord").is_none()
    {
        return Err(Unreadable::new(format!(
            "a DATEX II {}: it holds no situations",
            text::words(kind)
        )));
    }
    let publication = found.map_or(root, |(node, _)| node);
    let mut bulletin = Bulletin::new(AlertFormat::Datex2);
    bulletin.made = text::moment(
        publication.child_text("publicationTime").as_deref(),
        "publication",
        ctx,
        problems,
    );
    let creator = publication
        .child("publicationCreator")
        .or_else(|| root.find("supplierIdentification"));
    let creator = creator.map_or_else(String::new, |creator| {
        let parts = ["country", "nationalIdentifier"].map(|name| creator.child_text(name));
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    });
    let language = publication.word("lang");
    for node in root.descendants().filter(|node| node.is("situation")) {
        if bulletin.alerts.len() >= super::MOST_ALERTS {
            break;
        }
        let mut alert = situation(node, language.as_deref(), ctx, problems);
        alert.sender.clone_from(&creator);
        alert.sent = alert.sent.or(bulletin.made);
        bulletin.alerts.push(alert);
    }
    // What a supplier answers with is a snapshot unless it says that it sends changes alone.
    let updates = root.find("updateMethod").and_then(Node::text);
    let protocol = root.find("codedExchangeProtocol").and_then(Node::text);
    bulletin.is_whole = updates.is_none_or(|method| method == "snapshot")
        && protocol.is_none_or(|protocol| !protocol.starts_with("delta"));
    Ok(bulletin)
}

fn situation(node: Node<'_>, language: Option<&str>, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Alert {
    let identifier = node.word("id").unwrap_or_default();
    let at = format!("situation {}", crate::xml::cut_at(&identifier, 80));
    let header = node.child("headerInformation");
    let header = |name| header.and_then(|header| header.child_text(name));
    let status = match header("informationStatus").as_deref() {
        Some("real") => Status::Actual,
        Some("test") => Status::Test,
        Some("exercise" | "technicalExercise" | "securityExercise") => Status::Exercise,
        Some(other) => {
            note(
                problems,
                &at,
                format!(
                    "informationStatus is no word of the schema: {}",
                    crate::xml::cut_at(other, 60)
                ),
            );
            Status::Unknown
        }
        // The schemas require the header; where it is left out, nothing says that it isn't real.
        None => Status::Actual,
    };
    let overall = node.child_text("overallSeverity");
    let (mut infos, mut ended, mut newest) = (Vec::new(), 0, None);
    let records: Vec<Node<'_>> = node.all("situationRecord").take(500).collect();
    for record in &records {
        if is_over(*record) {
            ended += 1;
            continue;
        }
        let version = text::moment(
            record.child_text("situationRecordVersionTime").as_deref(),
            &at,
            ctx,
            problems,
        );
        newest = newest.max(version);
        infos.extend(read_record(*record, overall.as_deref(), language, &at, ctx, problems));
    }
    Alert {
        sender: String::new(),
        sent: text::moment(node.child_text("situationVersionTime").as_deref(), &at, ctx, problems).or(newest),
        kind: Kind::Traffic,
        status,
        message: if ended > 0 && ended == records.len() {
            Message::Cancel
        } else {
            Message::Alert
        },
        is_public: header("confidentiality").is_none_or(|word| word == "noRestriction"),
        references: Vec::new(),
        infos,
        identifier,
    }
}

/// Whether a record was taken back, has ended, or is suspended.
fn is_over(record: Node<'_>) -> bool {
    let life = record.path(&["management", "lifeCycleManagement"]);
    let said = |name| {
        life.and_then(|life| life.child_text(name))
            .is_some_and(|word| word == "true")
    };
    said("cancel")
        || said("end")
        || record
            .path(&["validity", "validityStatus"])
            .and_then(Node::text)
            .is_some_and(|word| word == "suspended")
}

fn read_record(
    record: Node<'_>,
    overall: Option<&str>,
    language: Option<&str>,
    at: &str,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Info> {
    let kind = record.word("type").unwrap_or_default();
    let kind = kind.rsplit(':').next().unwrap_or_default();
    // What exactly it is stands in an element named after the kind: `vehicleObstructionType`.
    let detail = record
        .elements()
        .find(|part| part.name().ends_with("Type") && part.elements().next().is_none() && !part.is("mobilityType"));
    let detail = detail.and_then(Node::text).filter(|detail| detail != "other");
    let event = text::words(detail.as_deref().unwrap_or(kind));
    let severity = severity(record.child_text("severity").as_deref().or(overall));
    let validity = record.path(&["validity", "validityTimeSpecification"]);
    let moment = |name: &str, problems: &mut Vec<Problem>| {
        let written = validity.and_then(|validity| validity.child_text(name));
        text::moment(written.as_deref(), at, ctx, problems)
    };
    let area = read_area(record, at, problems);
    let road = crate::xml::cut_at(&area.name, 120);
    let headline = if road.is_empty() {
        text::capital(&event)
    } else {
        format!("{}: {road}", text::capital(&event))
    };
    let info = Info {
        part: record.word("id"),
        language: language.map(str::to_owned),
        event,
        urgency: Urgency::Unknown,
        severity,
        certainty: match record.child_text("probabilityOfOccurrence").as_deref() {
            Some("certain") => Certainty::Observed,
            Some("probable") => Certainty::Likely,
            Some("riskOf") => Certainty::Possible,
            _ => Certainty::Unknown,
        },
        effective: None,
        onset: moment("overallStartTime", problems),
        expires: moment("overallEndTime", problems),
        sender_name: record.path(&["source", "sourceName"]).and_then(Node::text),
        headline: Some(headline).filter(|headline| !headline.is_empty()),
        description: None,
        instruction: None,
        web: record
            .find("urlLinkAddress")
            .and_then(Node::text)
            .and_then(|address| links::web(&address, &Base::new(ctx.origin))),
        areas: text::areas(area),
    };
    let comments = comments(record);
    let mut languages: Vec<Option<&str>> = comments.iter().map(|(language, _)| language.as_deref()).collect();
    languages.dedup();
    if languages.is_empty() {
        return vec![info];
    }
    let mut infos: Vec<Info> = Vec::new();
    for spoken in languages {
        if infos
            .iter()
            .any(|known| known.language.as_deref() == spoken.or(language))
        {
            continue;
        }
        let lines = comments.iter().filter(|(language, _)| language.as_deref() == spoken);
        let lines: Vec<&str> = lines.map(|(_, line)| line.as_str()).collect();
        infos.push(Info {
            language: spoken.or(language).map(str::to_owned),
            description: text::lines(&lines.join("\n\n")),
            ..info.clone()
        });
    }
    infos
}

/// What a record says to everybody, in its order: its language and its text.
fn comments(record: Node<'_>) -> Vec<(Option<String>, String)> {
    let comments = record.all("generalPublicComment").take(50).flat_map(|comment| {
        comment
            .descendants()
            .filter(|node| node.is("value"))
            .filter_map(|value| {
                let said = text::lines(&value.raw_text())?;
                Some((value.word("lang"), said))
            })
    });
    comments.collect()
}

/// Five steps and two words for nothing. The highest is a road that is shut, which is no danger to life: `Extreme` is
/// kept for what is.
fn severity(word: Option<&str>) -> Severity {
    match word {
        Some("highest") => Severity::Severe,
        Some("high" | "medium") => Severity::Moderate,
        Some("low" | "lowest" | "none") => Severity::Minor,
        _ => Severity::Unknown,
    }
}

fn read_area(record: Node<'_>, at: &str, problems: &mut Vec<Problem>) -> Area {
    let (mut names, mut shapes, mut codes) = (Vec::new(), Vec::new(), Vec::new());
    for location in record.elements().filter(|part| LOCATIONS.contains(&part.name())) {
        for part in location.descendants() {
            match part.name() {
                "roadNumber" | "roadName" | "roadDestination" | "areaName" | "alertCLocationName" | "descriptor" => {
                    // One language of a name is enough for a list.
                    let value = part.find("value").unwrap_or(part);
                    names.extend(value.text());
                }
                "specificLocation" => {
                    codes.extend(part.text().map(|code| ("alert-c".to_owned(), code)));
                }
                _ => {}
            }
            if shapes.len() >= MOST_SHAPES {
                continue;
            }
            match shape(part) {
                Some(Ok(shape)) if !shapes.contains(&shape) => shapes.push(shape),
                Some(Err(what)) => note(problems, at, what),
                _ => {}
            }
        }
    }
    names.truncate(100);
    codes.truncate(100);
    Area {
        name: text::names(names.iter().map(String::as_str)),
        codes,
        shapes,
    }
}

/// The shape that an element says, if it says one.
fn shape(part: Node<'_>) -> Option<Result<Shape, &'static str>> {
    if part.is("posList") {
        let points = text::positions(&part.raw_text());
        let is_ring = part
            .parent()
            .is_some_and(|parent| parent.is("LinearRing") || parent.name().contains("Polygon"));
        let shape = if is_ring {
            text::polygon(points)
        } else {
            text::path(points)
        };
        return Some(shape.ok_or("a posList without points"));
    }
    let latitude = part.child("latitude")?;
    let number = |node: Node<'_>| node.text().and_then(|text| text.parse::<f64>().ok());
    let position = number(latitude)
        .zip(part.child("longitude").and_then(number))
        .and_then(|(lat, lon)| Point::turned(lat, lon));
    Some(position.map(Shape::Point).ok_or("coordinates that are none"))
}
