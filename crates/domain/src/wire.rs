//! What an agency (or an export, a feed, a saved page) sent, and the rules of versions, status and embargo.
//!
//! Every reader of a format produces [`NewsItem`]s; nothing downstream knows which dialect one came from.

use crate::document::{Document, PictureBlock};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One news item as a format's reader understood it. Only `guid` is ever certain; all else is what the document says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewsItem {
    /// The sender's identity of the item over all its versions (ninjs `uri`, NewsML-G2 `guid`, NITF `doc-id`, feed
    /// `guid`). Never empty: a reader makes one up from the content where the document has none, and says so.
    pub guid: String,
    /// Version as sent. Numbers compare as numbers; `None` where the format has none.
    pub version: Option<String>,
    /// What kind of content it is.
    pub content: ContentType,
    /// May it be published?
    pub status: PubStatus,
    /// May it be published *yet*? The latest date found wins.
    pub embargo: Embargo,
    /// Editorial signals such as AP's `newscontent`; empty where the format has none.
    pub signals: Vec<String>,

    /// The item's own headline.
    pub headline: Option<String>,
    /// A line under the headline.
    pub subheadline: Option<String>,
    /// Words that identify the story in a newsroom.
    pub slugline: Option<String>,
    /// A title for the item that is no headline (NewsML-G2 `title`, ninjs `title`, HTML `title`).
    pub title: Option<String>,
    /// The lead or abstract, as text for a standfirst.
    pub summary: Option<String>,
    /// Byline lines as sent, `By ` included when it was sent.
    pub bylines: Vec<String>,
    /// The people of the byline with what is known of each.
    pub authors: Vec<Contributor>,
    /// `Paris -`, as sent.
    pub dateline: Option<String>,
    /// The place where the content was made.
    pub located: Option<String>,

    /// When the item first existed.
    pub first_created: Option<Timestamp>,
    /// When this version was made.
    pub version_created: Option<Timestamp>,
    /// When the sender (or the page) published it.
    pub published: Option<Timestamp>,
    /// When it must be taken down.
    pub expires: Option<Timestamp>,

    /// 1 (most urgent) to 9.
    pub urgency: Option<u8>,
    /// BCP 47 language tag.
    pub language: Option<String>,
    /// Who holds the copyright.
    pub copyright_holder: Option<String>,
    /// The copyright notice to print.
    pub copyright_notice: Option<String>,
    /// What may be done with it.
    pub usage_terms: Option<String>,
    /// Credit line.
    pub credit: Option<String>,
    /// Who provided it (agency).
    pub provider: Option<String>,
    /// For editors only. It is *never* published and never leaves the desk.
    pub editor_note: Option<String>,
    /// IPTC digital source type (AI, synthetic media), URI.
    pub digital_source_type: Option<String>,

    /// What it is about.
    pub subjects: Vec<Subject>,
    /// Free keywords.
    pub keywords: Vec<String>,
    /// Its genres (news, opinion, analysis ...).
    pub genres: Vec<Subject>,
    /// What an imported page or post was filed under at its source (categories, section of the page).
    pub categories: Vec<Subject>,

    /// The body as blocks; empty for pictures and notes.
    pub body: Document,
    /// The picture that leads the story, where the document says so.
    pub lead_picture: Option<PictureBlock>,
    /// The item's own files (of a picture: its sizes).
    pub renditions: Vec<Rendition>,
    /// Items that belong to it.
    pub associations: Vec<Association>,
    /// Where the item can be read at its source (feeds: link; pages: canonical address).
    pub canonical_url: Option<String>,
    /// Slug at the source, for redirects.
    pub slug: Option<String>,

    /// Changes that this document makes to *another* item (NITF `management-doc-idref`, `correction`; NewsML-G2 links
    /// of the kind "supersedes", NewsML 1 `Update`).
    pub affects: Vec<Affected>,
    /// Facts that only some formats have and only conformance asks for, under the format's own names.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

/// What kind of content an item is (IPTC media nature; only what we treat differently).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentType {
    /// A text story.
    #[default]
    Text,
    /// A picture or graphic.
    Picture,
    /// A graphic.
    Graphic,
    /// Sound.
    Audio,
    /// Moving pictures.
    Video,
    /// Several items together.
    Composite,
    /// A planned event.
    Event,
    /// Planned coverage.
    Planning,
    /// Not news: a concept, catalogue, scheme, component or whatever the word says.
    Other(String),
}

/// May an item be published (IPTC `pubstatus`)?
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PubStatus {
    /// It may. Also what a missing status means (NewsML-G2 2.35, `pubStatus` default).
    #[default]
    Usable,
    /// Not until further notice; copies already sent out are to be recalled.
    Withheld,
    /// It must not be used; what was published is to be withdrawn at once.
    Canceled,
    /// A word we don't know: the item is held and the desk is told.
    Unknown(String),
}

impl PubStatus {
    /// Reads a status code in any dialect: `usable`, `stat:usable`, a URI that ends in it, British spelling, AP's and
    /// Refinitiv's words. Empty means usable.
    pub fn from_code(code: &str) -> Self {
        let word = code.trim().rsplit([':', '/', '#']).next().unwrap_or("").to_lowercase();
        match word.as_str() {
            "" | "usable" | "released" => Self::Usable,
            "withheld" | "embargoed" => Self::Withheld,
            "canceled" | "cancelled" | "withdrawn" | "killed" | "deleted" => Self::Canceled,
            _ => Self::Unknown(code.trim().to_owned()),
        }
    }

    /// Whether the item may be shown at all as far as its status goes.
    pub fn is_usable(&self) -> bool {
        matches!(self, Self::Usable)
    }
}

/// May an item be published *yet*? Once set it holds for every version of the item (product §3.4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Embargo {
    /// No embargo field at all.
    #[default]
    None,
    /// Not before this moment.
    Until(Timestamp),
    /// The field is there but says no moment that can be read: withheld until a person lifts it.
    Withheld {
        /// What the field held, for the desk.
        reason: String,
    },
}

impl Embargo {
    /// The stricter of two: withheld beats a date, a later date beats an earlier one, anything beats none.
    #[must_use]
    pub fn strictest(self, other: Self) -> Self {
        match (self, other) {
            (withheld @ Self::Withheld { .. }, _) | (_, withheld @ Self::Withheld { .. }) => withheld,
            (Self::Until(a), Self::Until(b)) => Self::Until(a.max(b)),
            (until @ Self::Until(_), Self::None) | (Self::None, until @ Self::Until(_)) => until,
            (Self::None, Self::None) => Self::None,
        }
    }

    /// What stands after a later version of the item said `newer`.
    ///
    /// It may move the embargo further away at once. Without one, or with a nearer one, nothing is lifted: the old
    /// one stands, and `true` says that the desk has to be asked.
    pub fn after_newer_version(&self, newer: &Self) -> (Self, bool) {
        let kept = self.clone().strictest(newer.clone());
        let asks = kept == *self && kept != *newer;
        (kept, asks)
    }
}

/// A person or organisation of a byline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contributor {
    /// The name.
    pub name: String,
    /// The sender's identity of the person, code or address.
    pub uri: Option<String>,
    /// Role or title (`Foreign correspondent`).
    pub role: Option<String>,
    /// Where they work.
    pub affiliation: Option<String>,
    /// E-mail address, used to match imported authors; never shown.
    pub email: Option<String>,
}

/// Something an item is about or filed under.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Subject {
    /// The name to show.
    pub name: Option<String>,
    /// QCode or bare code as sent (`medtop:20000822`).
    pub code: Option<String>,
    /// Full URI, where given or resolved by the catalogue.
    pub uri: Option<String>,
    /// What sort of thing it is.
    pub kind: SubjectKind,
    /// Slug at the source (WordPress `nicename`).
    pub slug: Option<String>,
}

/// What sort of thing a subject is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// A subject of a vocabulary, or a tag.
    #[default]
    Topic,
    /// A person.
    Person,
    /// An organisation.
    Organisation,
    /// A place.
    Place,
    /// An event.
    Event,
    /// Any other object.
    Object,
}

/// One file of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rendition {
    /// Which one (`original`, `thumbnail`, QCode's last part).
    pub name: Option<String>,
    /// Its address, absolute or relative to the document.
    pub href: Option<String>,
    /// The sender's identity of the file (`residref`).
    pub residref: Option<String>,
    /// MIME type.
    pub media_type: Option<String>,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
    /// Bytes.
    pub size: Option<u64>,
}

/// An item that belongs to another, inline or by reference.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Association {
    /// The sender's name for the association (`mainimage`).
    pub name: Option<String>,
    /// What it is.
    pub item: Box<NewsItem>,
}

/// A change that a document makes to another item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affected {
    /// The other item's guid.
    pub guid: String,
    /// What becomes of it.
    pub change: AffectedChange,
    /// Words for the desk.
    pub note: Option<String>,
}

/// What a document does to another item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AffectedChange {
    /// Its status becomes this.
    Status(PubStatus),
    /// It is replaced by the document.
    ReplacedBy,
    /// The document corrects it; the desk is told.
    Corrected,
}

impl NewsItem {
    /// The words to head the story with: headline, else title, else slugline.
    pub fn best_headline(&self) -> Option<&str> {
        [&self.headline, &self.title, &self.slugline]
            .into_iter()
            .filter_map(|text| text.as_deref())
            .map(str::trim)
            .find(|text| !text.is_empty())
    }

    /// AP's test for publishable copy, applied where its signals are present: without `newscontent` among them an
    /// item is an advisory or a daybook and never published; then status; the embargo is the release job's matter.
    pub fn is_publishable(&self) -> bool {
        let signals_allow = self.signals.is_empty()
            || self.signals.iter().any(|signal| {
                signal.rsplit([':', '/']).next().is_some_and(|word| word.eq_ignore_ascii_case("newscontent"))
            })
            // Signals are also used by others (`sig:correction`, `sig:update`): the test holds only where the sender
            // uses AP's words at all.
            || !self.signals.iter().any(|signal| is_ap_signal(signal));
        signals_allow && self.status.is_usable()
    }
}

/// Words of AP's `signals` that mark a sender who uses its test.
fn is_ap_signal(signal: &str) -> bool {
    let word = signal.rsplit([':', '/']).next().unwrap_or("").to_lowercase();
    matches!(
        word.as_str(),
        "newscontent" | "advisory" | "daybook" | "test" | "whitelisted" | "derived" | "noconfidentialinformation"
    ) || signal.starts_with("apsignal")
}

/// How an arriving version stands to the one the store has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionOrder {
    /// It replaces the stored one.
    Newer,
    /// It is the stored one again.
    Same,
    /// It is older; it is kept, and replaces nothing.
    Older,
}

/// What decides between two versions of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionKey<'a> {
    /// Version as sent.
    pub version: Option<&'a str>,
    /// When the version was made.
    pub version_created: Option<Timestamp>,
    /// Hash of the content, for senders that mark no versions.
    pub content_hash: &'a [u8],
}

impl VersionKey<'_> {
    /// Versions by number, then by `versionCreated`, then by content, whatever the order of arrival (NewsML-G2: "a
    /// higher version replaces a lower one").
    ///
    /// Two versions that differ in content but in neither number nor time: the one that arrived later wins, since
    /// senders without versions correct in place.
    pub fn compare_to_stored(&self, stored: &Self) -> VersionOrder {
        use std::cmp::Ordering;
        let by_number = match (
            self.version.and_then(version_number),
            stored.version.and_then(version_number),
        ) {
            (Some(mine), Some(theirs)) => mine.cmp(&theirs),
            // A number beside none says nothing about order; the time decides.
            _ => Ordering::Equal,
        };
        let by_time = match (self.version_created, stored.version_created) {
            (Some(mine), Some(theirs)) => mine.cmp(&theirs),
            _ => Ordering::Equal,
        };
        match by_number.then(by_time) {
            Ordering::Greater => VersionOrder::Newer,
            Ordering::Less => VersionOrder::Older,
            Ordering::Equal if self.content_hash == stored.content_hash => VersionOrder::Same,
            Ordering::Equal => VersionOrder::Newer,
        }
    }
}

/// A version as numbers: `3`, `3.1`, `v3`. Superdesk sends numbers as text; anything else is no number.
fn version_number(version: &str) -> Option<Vec<u64>> {
    let trimmed = version.trim().trim_start_matches(['v', 'V']);
    trimmed.split('.').map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn key(version: Option<&'static str>, seconds: Option<i64>, hash: &'static [u8]) -> VersionKey<'static> {
        VersionKey {
            version,
            version_created: seconds.map(at),
            content_hash: hash,
        }
    }

    #[test]
    fn numbers_compare_as_numbers_and_beat_times() {
        let nine = key(Some("9"), Some(500), b"a");
        let ten = key(Some("10"), Some(100), b"b");
        assert_eq!(ten.compare_to_stored(&nine), VersionOrder::Newer);
        assert_eq!(nine.compare_to_stored(&ten), VersionOrder::Older);
    }

    #[test]
    fn without_numbers_the_time_decides_then_the_content() {
        assert_eq!(
            key(None, Some(2), b"a").compare_to_stored(&key(None, Some(1), b"b")),
            VersionOrder::Newer
        );
        assert_eq!(
            key(None, Some(1), b"a").compare_to_stored(&key(None, Some(1), b"a")),
            VersionOrder::Same
        );
        assert_eq!(
            key(None, None, b"a").compare_to_stored(&key(None, None, b"b")),
            VersionOrder::Newer
        );
    }

    #[test]
    fn status_words_of_every_dialect() {
        assert_eq!(PubStatus::from_code("stat:usable"), PubStatus::Usable);
        assert_eq!(
            PubStatus::from_code("http://cv.iptc.org/newscodes/pubstatusg2/canceled"),
            PubStatus::Canceled
        );
        assert_eq!(PubStatus::from_code("Cancelled"), PubStatus::Canceled);
        assert_eq!(PubStatus::from_code("stat:withdrawn"), PubStatus::Canceled);
        assert_eq!(PubStatus::from_code("embargoed"), PubStatus::Withheld);
        assert_eq!(PubStatus::from_code("maybe"), PubStatus::Unknown("maybe".into()));
    }

    #[test]
    fn a_later_version_never_lifts_an_embargo() {
        let held = Embargo::Until(at(100));
        assert_eq!(
            held.after_newer_version(&Embargo::Until(at(200))),
            (Embargo::Until(at(200)), false)
        );
        assert_eq!(held.after_newer_version(&Embargo::Until(at(50))), (held.clone(), true));
        assert_eq!(held.after_newer_version(&Embargo::None), (held.clone(), true));
        assert_eq!(held.after_newer_version(&held), (held.clone(), false));
        let unreadable = Embargo::Withheld { reason: "soon".into() };
        assert_eq!(
            unreadable.after_newer_version(&Embargo::Until(at(1))),
            (unreadable.clone(), true)
        );
        assert_eq!(
            Embargo::None.after_newer_version(&unreadable),
            (unreadable.clone(), false)
        );
    }

    #[test]
    fn advisories_are_not_publishable() {
        let mut item = NewsItem::default();
        assert!(item.is_publishable());
        item.signals = vec!["sig:update".into()];
        assert!(item.is_publishable());
        item.signals = vec!["advisory".into()];
        assert!(!item.is_publishable());
        item.signals = vec!["apsignal:newscontent".into()];
        assert!(item.is_publishable());
        item.status = PubStatus::Canceled;
        assert!(!item.is_publishable());
    }
}
