//! XMP (ISO 16684-1): RDF in XML, of which pictures use a small part.

use super::{PictureMetadata, clean, iso_date, push};
use roxmltree::{Document, Node, ParsingOptions};

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const XML: &str = "http://www.w3.org/XML/1998/namespace";
const DC: &str = "http://purl.org/dc/elements/1.1/";
const PHOTOSHOP: &str = "http://ns.adobe.com/photoshop/1.0/";
const RIGHTS: &str = "http://ns.adobe.com/xap/1.0/rights/";
const IPTC_CORE: &str = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/";
const IPTC_EXTENSION: &str = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
const EXIF: &str = "http://ns.adobe.com/exif/1.0/";

/// The most XML nodes that are looked at; a rich agency packet has a few hundred, one with an editing history a few
/// thousand.
const MAX_NODES: u32 = 50_000;

/// The longest packet that is looked at, in bytes.
const MAX_PACKET: usize = 1 << 20;

/// What an XMP packet says.
#[derive(Default)]
pub(super) struct XmpFacts {
    pub(super) has_gps: bool,
    pub(super) metadata: PictureMetadata,
}

/// Reads a packet; one that is no XML, or too large, says nothing.
pub(super) fn read(packet: &[u8]) -> XmpFacts {
    // Some writers pad with NULs, which no XML may hold.
    let Ok(text) = std::str::from_utf8(packet) else {
        return XmpFacts::default();
    };
    let text = text.trim_matches(['\0', '\u{feff}']).trim();
    if text.len() > MAX_PACKET {
        return XmpFacts::default();
    }
    // Without a DTD there are no entities, so nothing can be multiplied or fetched.
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    match Document::parse_with_options(text, options) {
        Ok(document) => understand(&document),
        Err(error) => {
            tracing::debug!(%error, "an XMP packet can't be read");
            XmpFacts::default()
        }
    }
}

fn understand(document: &Document<'_>) -> XmpFacts {
    let mut facts = XmpFacts::default();
    let descriptions = document.descendants().filter(|node| {
        // A description inside a property describes that property's value, not the picture.
        node.has_tag_name((RDF, "Description")) && node.parent().is_some_and(|parent| parent.has_tag_name((RDF, "RDF")))
    });
    for description in descriptions {
        // Simple values may be written as attributes (ISO 16684-1, 7.9.2.2).
        for attribute in description.attributes() {
            if let Some(namespace) = attribute.namespace() {
                put(&mut facts, namespace, attribute.name(), &[attribute.value()]);
            }
        }
        for property in description.children().filter(Node::is_element) {
            if let Some(namespace) = property.tag_name().namespace() {
                put(&mut facts, namespace, property.tag_name().name(), &values(property));
            }
        }
    }
    facts
}

/// The values of a property: the text itself, the entries of a list, or of alternatives by language the default one.
fn values<'a>(property: Node<'a, '_>) -> Vec<&'a str> {
    let entries = |container: Node<'a, '_>| -> Vec<Node<'a, '_>> {
        container
            .children()
            .filter(|node| node.has_tag_name((RDF, "li")))
            .collect()
    };
    match property.children().find(Node::is_element) {
        None => property.text().into_iter().collect(),
        Some(container) if container.has_tag_name((RDF, "Alt")) => {
            let all = entries(container);
            let default = all
                .iter()
                .find(|entry| entry.attribute((XML, "lang")) == Some("x-default"));
            default.or(all.first()).and_then(Node::text).into_iter().collect()
        }
        Some(container) => entries(container).iter().filter_map(Node::text).collect(),
    }
}

fn put(facts: &mut XmpFacts, namespace: &str, name: &str, values: &[&str]) {
    let metadata = &mut facts.metadata;
    let single = match (namespace, name) {
        (EXIF, name) if name.starts_with("GPS") && name != "GPSVersionID" => {
            facts.has_gps = true;
            return;
        }
        (DC, "creator") => return values.iter().for_each(|value| push(&mut metadata.byline, value)),
        (DC, "subject") => return values.iter().for_each(|value| push(&mut metadata.keywords, value)),
        (IPTC_EXTENSION, "PersonInImage") => {
            return values.iter().for_each(|value| push(&mut metadata.people, value));
        }
        (PHOTOSHOP, "DateCreated") => {
            if metadata.created.is_none() {
                metadata.created = values.first().and_then(|value| created(value));
            }
            return;
        }
        (DC, "title") => &mut metadata.title,
        (DC, "description") => &mut metadata.caption,
        (DC, "rights") => &mut metadata.copyright,
        (PHOTOSHOP, "Headline") => &mut metadata.headline,
        (PHOTOSHOP, "AuthorsPosition") => &mut metadata.byline_title,
        (PHOTOSHOP, "Credit") => &mut metadata.credit,
        (PHOTOSHOP, "Source") => &mut metadata.source,
        (PHOTOSHOP, "Instructions") => &mut metadata.instructions,
        (PHOTOSHOP, "City") => &mut metadata.city,
        (PHOTOSHOP, "State") => &mut metadata.state,
        (PHOTOSHOP, "Country") => &mut metadata.country,
        (PHOTOSHOP, "TransmissionReference") => &mut metadata.job_id,
        (RIGHTS, "UsageTerms") => &mut metadata.usage_terms,
        (IPTC_CORE, "Location") => &mut metadata.sublocation,
        (IPTC_CORE, "CountryCode") => &mut metadata.country_code,
        (IPTC_CORE, "AltTextAccessibility") => &mut metadata.alt_text,
        _ => return,
    };
    if single.is_none() {
        *single = values.first().and_then(|value| clean(value));
    }
}

/// ISO 8601, cut anywhere after the year; a year or month alone is no date that a caption could print, so it is left
/// out.
fn created(value: &str) -> Option<String> {
    let value = value.trim();
    let Some((date, time)) = value.split_once('T') else {
        return iso_date(value, None, None);
    };
    let zone = time.find(['Z', '+', '-']);
    let (clock, offset) = zone.and_then(|at| time.split_at_checked(at)).unwrap_or((time, ""));
    iso_date(date, Some(clock), Some(offset))
}
