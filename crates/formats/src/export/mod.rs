//! Stories on their way out to partners: ninjs 3.1 and NITF 3.6.
//!
//! Both are written from [`ExportedStory`], which has no field for editor notes: what has no room can't leak.

pub mod ninjs;
pub mod nitf;

use masthead_domain::document::{Document, PictureBlock, PictureSource};
use masthead_domain::time::Timestamp;
use masthead_domain::wire::{Contributor, PubStatus, Rendition, Subject};

/// A story as partners get it.
#[derive(Clone, Debug, Default)]
pub struct ExportedStory {
    /// Identity over all versions, an absolute URI; what is none becomes a URN.
    pub uri: String,
    /// Version, rising.
    pub version: Option<String>,
    /// May it be published?
    pub status: PubStatus,
    /// The headline.
    pub headline: String,
    /// The standfirst.
    pub standfirst: Option<String>,
    /// Words that identify the story in a newsroom.
    pub slugline: Option<String>,
    /// The byline as it is printed.
    pub byline: Option<String>,
    /// Its people.
    pub authors: Vec<Contributor>,
    /// `Quayside -`, as printed.
    pub dateline: Option<String>,
    /// Where it was written.
    pub located: Option<String>,
    /// When the story first existed.
    pub first_created: Option<Timestamp>,
    /// When this version was made.
    pub version_created: Option<Timestamp>,
    /// Not to be published before.
    pub embargoed_until: Option<Timestamp>,
    /// To be taken down at.
    pub expires: Option<Timestamp>,
    /// 1 (most urgent) to 9.
    pub urgency: Option<u8>,
    /// BCP 47 language tag.
    pub language: Option<String>,
    /// Who holds the copyright.
    pub copyright_holder: Option<String>,
    /// The notice to print.
    pub copyright_notice: Option<String>,
    /// What may be done with it.
    pub usage_terms: Option<String>,
    /// Who provides it (the publisher, or the agency that it came from).
    pub provider: Option<String>,
    /// IPTC digital source type, a URI.
    pub digital_source_type: Option<String>,
    /// What it is about: topics, people, organisations, places, events.
    pub subjects: Vec<Subject>,
    /// Free keywords.
    pub keywords: Vec<String>,
    /// Its genres.
    pub genres: Vec<Subject>,
    /// The body.
    pub body: Document,
    /// The picture that leads, as a block; its file must be among `pictures`.
    pub lead_picture: Option<PictureBlock>,
    /// The public files of every picture in the body and of the leading one. A picture that isn't here is left out.
    pub pictures: Vec<ExportedPicture>,
    /// Where readers find it.
    pub canonical_url: Option<String>,
}

/// Where a picture's public files are.
#[derive(Clone, Debug)]
pub struct ExportedPicture {
    /// Which picture of the story.
    pub source: PictureSource,
    /// Its identity for partners, an absolute URI.
    pub uri: String,
    /// Its public files with absolute addresses, best first; one without any is left out.
    pub renditions: Vec<Rendition>,
}

impl ExportedStory {
    fn picture(&self, source: &PictureSource) -> Option<&ExportedPicture> {
        self.pictures.iter().find(|picture| picture.source == *source)
    }

    /// The best public address of a picture.
    fn href(&self, source: &PictureSource) -> Option<&str> {
        self.picture(source)?
            .renditions
            .iter()
            .find_map(|file| file.href.as_deref())
    }
}

/// A URI for an identity: itself where it is one, else a URN of ours that holds it.
fn as_uri(id: &str) -> String {
    if url::Url::parse(id).is_ok() && !id.contains(char::is_whitespace) {
        return id.to_owned();
    }
    let mut out = String::from("urn:masthead:id:");
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// An address as it is, if it is a URI.
fn uri_or_none(uri: Option<&str>) -> Option<String> {
    uri.filter(|uri| url::Url::parse(uri).is_ok() && !uri.contains(char::is_whitespace))
        .map(str::to_owned)
}

/// RFC 3339 with whole seconds or more, as both formats' date types want it.
fn date_time(moment: Timestamp) -> String {
    moment.to_rfc3339()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_become_uris() {
        assert_eq!(as_uri("urn:uuid:0190"), "urn:uuid:0190");
        assert_eq!(as_uri("N 1/é"), "urn:masthead:id:N%201%2F%C3%A9");
    }
}
