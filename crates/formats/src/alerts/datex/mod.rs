//! DATEX II situation publications: version 2 (and 1), whose locations stand in `groupOfLocations`, and version 3, whose
//! stand in `locationReference`.
//!
//! A situation is one alert, its records are the alert's parts: a closure, its diversion and its speed limit belong
//! together for whoever drives there. Profiles of countries add elements at will; whatever isn't known is passed over.

mod grid;
pub(super) mod json;
mod openlr;
mod place;
mod record;
#[cfg(test)]
mod tests;

use super::{AlertFormat, Bulletin, text};
use crate::html::note;
use crate::problem::{Problem, ReadContext, Unreadable};
use crate::xml::Node;
use masthead_domain::alerts::{Alert, Kind, Message, Status};

/// How deep a publication stands in what was put around it: an envelope, its body, an answer, a model.
const DEEPEST_PUBLICATION: usize = 6;
/// The most records of one situation.
const MOST_RECORDS: usize = 500;

/// Whether a document is DATEX II of any kind.
pub(super) fn is_publication(root: Node<'_>) -> bool {
    root.find("payloadPublication").is_some()
        || model(root).is_some()
        || publication(root).is_some()
        || root.find("situationRecord").is_some()
}

/// What a message of version 2 or 3 is put into, whether it holds a publication or only says that its sender is alive.
fn model(root: Node<'_>) -> Option<Node<'_>> {
    let is_model = |node: &Node<'_>| node.is("d2LogicalModel") || node.is("messageContainer");
    Some(root).filter(is_model).or_else(|| root.find("d2LogicalModel"))
}

/// The publication and its kind: `SituationPublication` of `xsi:type="sit:SituationPublication"`, or of an element of
/// that name. A container of version 3 may hold several; the one of situations counts.
fn publication(root: Node<'_>) -> Option<(Node<'_>, String)> {
    let mut found = Vec::new();
    collect(root, DEEPEST_PUBLICATION, &mut found);
    let situations = found.iter().position(|(_, kind)| kind == "SituationPublication");
    (!found.is_empty()).then(|| found.swap_remove(situations.unwrap_or(0)))
}

fn collect<'t>(node: Node<'t>, deep: usize, found: &mut Vec<(Node<'t>, String)>) {
    let kind = node.word("type");
    let kind = kind.as_deref().map(|kind| kind.rsplit(':').next().unwrap_or_default());
    let kind = kind.filter(|kind| kind.ends_with("Publication")).map(str::to_owned);
    let named = || {
        let name = node.name();
        (name.ends_with("Publication") && name != "payloadPublication").then(|| text::capital(name))
    };
    match (kind.or_else(named), deep.checked_sub(1)) {
        (Some(kind), _) => found.push((node, kind)),
        (None, Some(deep)) => node.elements().for_each(|child| collect(child, deep, found)),
        (None, None) => {}
    }
}

/// Reads a publication of situations.
pub(super) fn read(root: Node<'_>, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Result<Bulletin, Unreadable> {
    let found = publication(root);
    let has_records = root.find("situationRecord").is_some();
    match &found {
        Some((_, kind)) if kind != "SituationPublication" && !has_records => {
            return Err(Unreadable::new(format!(
                "a DATEX II {}: it holds no situations",
                text::words(kind)
            )));
        }
        // An empty list would end all that the source said before.
        None if !has_records => {
            return Err(Unreadable::new(
                "a DATEX II message without a publication: it says something about the exchange alone",
            ));
        }
        _ => {}
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
    let language = publication.word("lang").map(|tag| text::language(&tag));
    let situations = root.descendants().filter(|node| node.is("situation"));
    for node in situations.take(super::MOST_ALERTS + 1) {
        let mut alert = situation(node, language.as_deref(), ctx, problems);
        alert.sender.clone_from(&creator);
        alert.sent = alert.sent.or(bulletin.made);
        bulletin.alerts.push(alert);
    }
    bulletin.is_whole = is_snapshot(root);
    Ok(bulletin)
}

/// Whether the message lists all that holds: what a supplier answers with does, unless it says that it sends changes
/// alone. In version 2 a push on occurrence (`operatingMode1`) is such a change where no update method is named.
fn is_snapshot(root: Node<'_>) -> bool {
    let said = |name: &str| root.find(name).and_then(Node::text);
    let protocol = said("codedExchangeProtocol").is_none_or(|protocol| !protocol.starts_with("delta"));
    protocol
        && match said("updateMethod") {
            Some(method) => method == "snapshot",
            None => said("operatingMode").is_none_or(|mode| mode != "operatingMode1"),
        }
}

/// For whom information is. A publisher is meant by the word that names publishers, and readers by the one that
/// restricts nothing; where nothing is said nothing is restricted.
fn is_open(word: Option<&str>) -> bool {
    word.is_none_or(|word| {
        matches!(
            word,
            "noRestriction" | "restrictedToAuthoritiesTrafficOperatorsAndPublishers"
        )
    })
}

fn situation(node: Node<'_>, language: Option<&str>, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Alert {
    let identifier = node.word("id").unwrap_or_default();
    let at = format!("situation {}", crate::xml::cut_at(&identifier, 80));
    let header = node.child("headerInformation");
    let header = |name| header.and_then(|header| header.child_text(name));
    // Some say it beside each record, where the schemas have no place for it.
    let said = header("informationStatus").or_else(|| node.find("informationStatus").and_then(Node::text));
    let status = match said.as_deref() {
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
    let mut records: Vec<Node<'_>> = node.all("situationRecord").take(MOST_RECORDS + 1).collect();
    if records.len() > MOST_RECORDS {
        note(
            problems,
            &at,
            format!("more than {MOST_RECORDS} records; the rest was left out"),
        );
        records.truncate(MOST_RECORDS);
    }
    let confidentiality = header("confidentiality");
    let is_open_record = |record: &Node<'_>| {
        let own = record.child_text("confidentialityOverride");
        is_open(own.as_deref().or(confidentiality.as_deref()))
    };
    // Where some records are for everybody, the others are left out; where none is, all are kept and nobody sees them.
    let is_public = records.iter().any(is_open_record) || records.is_empty() && is_open(confidentiality.as_deref());
    let whole = record::Whole {
        severity: node.child_text("overallSeverity"),
        language,
        at: &at,
        ctx,
    };
    let (mut infos, mut ended, mut newest) = (Vec::new(), 0, None);
    for record in &records {
        let version = text::moment(
            record.child_text("situationRecordVersionTime").as_deref(),
            &at,
            ctx,
            problems,
        );
        newest = newest.max(version);
        if record::is_over(*record) {
            ended += 1;
        } else if !is_public || is_open_record(record) {
            infos.extend(record::read(*record, &whole, problems));
        }
    }
    Alert {
        sender: String::new(),
        sent: text::moment(node.child_text("situationVersionTime").as_deref(), &at, ctx, problems).or(newest),
        kind: Kind::Traffic,
        status,
        message: if infos.is_empty() && ended > 0 {
            Message::Cancel
        } else {
            Message::Alert
        },
        is_public,
        references: Vec::new(),
        infos,
        identifier,
    }
}
