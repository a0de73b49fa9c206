//! Alerts of authorities and of those who run roads and trains, in any of the formats that they publish, as
//! [`masthead_domain::alerts::Alert`]s.
//!
//! A document is taken for what it says of itself; [`AlertFormat`] is only a hint of the settings where it says nothing.
//! What can't be read in a message is a problem beside it; a message that can't be told from another, or says nothing at
//! all, is left out with a problem. Whether it is shown is not decided here, but what decides it is read strictly: a
//! status that isn't understood is unknown, and unknown isn't shown.

mod cap;
mod cifs;
mod datex;
mod feed;
mod geojson;
mod gtfs;
mod gtfs_json;
mod json;
mod json_xml;
mod nws;
mod open511;
mod open511_xml;
mod protobuf;
#[cfg(test)]
mod tests;
mod text;
mod wzdx;

use crate::encoding;
use crate::problem::{Problem, ReadContext, Reading, Unreadable};
use crate::xml::Tree;
use masthead_domain::alerts::Alert;
use masthead_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The most alerts that are taken from one document.
const MOST_ALERTS: usize = 50_000;
/// The most documents that one document may lead on to.
const MOST_LINKS: usize = 500;

/// A format of alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlertFormat {
    /// OASIS Common Alerting Protocol 1.0 to 1.2, alone or in an envelope (Atom, RSS, EDXL-DE), in XML or JSON.
    Cap,
    /// GTFS-Realtime service alerts, in their binary form or in JSON.
    GtfsRealtime,
    /// DATEX II situation publications, versions 1 to 3, in XML or JSON.
    Datex2,
    /// Open511 events, in JSON or XML.
    Open511,
    /// Work Zone Data Exchange feeds, versions 2 to 4.
    Wzdx,
    /// Waze's closure and incident feed specification (CIFS) in JSON or XML.
    Cifs,
    /// The GeoJSON of the United States' National Weather Service.
    Nws,
    /// RSS or Atom with places: GeoRSS Simple and GML, W3C Basic Geo.
    GeoRss,
}

impl AlertFormat {
    /// The name in settings and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cap => "cap",
            Self::GtfsRealtime => "gtfs-realtime",
            Self::Datex2 => "datex2",
            Self::Open511 => "open511",
            Self::Wzdx => "wzdx",
            Self::Cifs => "cifs",
            Self::Nws => "nws",
            Self::GeoRss => "geo-rss",
        }
    }
}

/// What a document of alerts holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Bulletin {
    /// What it turned out to be.
    pub format: AlertFormat,
    /// Its messages, in its order.
    pub alerts: Vec<Alert>,
    /// When the document as a whole was made, where it says so.
    pub made: Option<Timestamp>,
    /// Whether it lists everything that holds: what its source listed before and doesn't any more is over. Never so for
    /// a document of which something could not be read.
    pub is_whole: bool,
    /// Addresses of documents that it names instead of holding them.
    pub links: Vec<String>,
}

impl Bulletin {
    fn new(format: AlertFormat) -> Self {
        Self {
            format,
            alerts: Vec::new(),
            made: None,
            is_whole: false,
            links: Vec::new(),
        }
    }
}

/// Reads a document.
///
/// `ctx.origin` should be its address: relative links are resolved against it, and `ctx.zone` its source's zone, for
/// times that name none.
///
/// # Errors
/// With a reason for the desk when nothing can be taken from it.
pub fn read(bytes: &[u8], ctx: &ReadContext<'_>) -> Result<Reading<Bulletin>, Unreadable> {
    let mut problems = Vec::new();
    if gtfs::looks_like(bytes) {
        let bulletin = gtfs::read(bytes, ctx, &mut problems)?;
        return Ok(finished(bulletin, problems));
    }
    let text = encoding::to_text(bytes, None, &mut problems);
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let bulletin = if start.is_empty() {
        return Err(Unreadable::new("the document is empty"));
    } else if start.starts_with(['{', '[']) {
        json::read(start, ctx, &mut problems)?
    } else if let Some(at) = start.find('<') {
        read_xml(start.get(at..).unwrap_or(start), ctx, &mut problems)?
    } else {
        return Err(Unreadable::new("neither XML, JSON nor GTFS-Realtime"));
    };
    Ok(finished(bulletin, problems))
}

fn read_xml(text: &str, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Result<Bulletin, Unreadable> {
    let tree = Tree::parse(text, ctx)?;
    let Some(root) = tree.root_element() else {
        return Err(Unreadable::new("no element in the document"));
    };
    problems.extend(tree.problems.iter().cloned());
    let mut bulletin = match root.name() {
        "rss" | "RDF" | "feed" | "entry" | "channel" => feed::read(root, ctx, problems),
        _ if cap::alerts(root).next().is_some() => cap::read(root, ctx, problems),
        _ if datex::is_publication(root) => datex::read(root, ctx, problems)?,
        "open511" => open511_xml::read(root, ctx, problems)?,
        "incidents" => cifs::read_xml(root, ctx, problems),
        name if name.eq_ignore_ascii_case("html") => {
            return Err(Unreadable::new("an HTML page where alerts were expected"));
        }
        _ if root.find("event-element-details").is_some() || root.is("FEU") => {
            return Err(Unreadable::new("TMDD messages aren't read; Open511 made of them is"));
        }
        name => {
            return Err(Unreadable::new(format!(
                "XML whose root is <{name}>, which is no format of alerts"
            )));
        }
    };
    if let Some(cut) = &tree.cut {
        problems.push(Problem::new("document", format!("cut off: {cut}")));
        bulletin.is_whole = false;
        // Half of a message may lack the word that takes it back.
        if let Some(last) = bulletin.alerts.last_mut() {
            last.status = masthead_domain::alerts::Status::Unknown;
        }
    }
    Ok(bulletin)
}

/// What holds for every format: an identity for each, and no more than the bounds allow.
fn finished(mut bulletin: Bulletin, mut problems: Vec<Problem>) -> Reading<Bulletin> {
    if bulletin.alerts.len() > MOST_ALERTS {
        problems.push(Problem::new(
            "document",
            format!("more than {MOST_ALERTS} alerts; the rest was left out"),
        ));
        bulletin.alerts.truncate(MOST_ALERTS);
        bulletin.is_whole = false;
    }
    // An index may name a message once for each of its areas.
    let mut named = HashSet::new();
    bulletin.links.retain(|link| named.insert(link.clone()));
    if bulletin.links.len() > MOST_LINKS {
        problems.push(Problem::new(
            "document",
            format!("more than {MOST_LINKS} links; the rest was left out"),
        ));
        bulletin.links.truncate(MOST_LINKS);
    }
    let (mut number, listed) = (0, bulletin.alerts.len());
    bulletin.alerts.retain_mut(|alert| {
        number += 1;
        if !alert.identifier.is_empty() {
            return true;
        }
        let says = alert.infos.iter().any(|info| {
            !info.title().is_empty()
                || info.description.is_some()
                || info.web.is_some()
                || info.areas.iter().any(|area| !area.shapes.is_empty())
        });
        if says {
            alert.identifier = text::identity_of(alert);
            crate::html::note(
                &mut problems,
                &format!("alert {number}"),
                "no identity; one was made of its content",
            );
        } else {
            crate::html::note(
                &mut problems,
                &format!("alert {number}"),
                "nothing in it: neither identity, title nor place",
            );
        }
        says
    });
    // What was left out may have been one that still holds.
    bulletin.is_whole &= bulletin.alerts.len() == listed;
    Reading {
        value: bulletin,
        problems,
    }
}
