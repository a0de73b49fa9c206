//! A story as partners get it: the one mapping from what the store holds to what exports and the API write.

use crate::sites::Sites;
use masthead_domain::document::PictureSource;
use masthead_domain::stories::StoryContent;
use masthead_domain::time::Timestamp;
use masthead_domain::wire::{Contributor, PubStatus, Rendition, Subject, SubjectKind};
use masthead_formats::export::{ExportedPicture, ExportedStory};
use masthead_store::pictures::RenditionRecord;
use masthead_store::topics::TopicRecord;
use uuid::Uuid;

/// A picture that an exported story shows.
pub struct Shown<'a> {
    /// The picture.
    pub id: masthead_domain::ids::PictureId,
    /// Its public files.
    pub renditions: &'a [RenditionRecord],
}

/// What is known of a story beside its content.
pub struct About<'a> {
    /// The story.
    pub story: Uuid,
    /// Number of the revision.
    pub revision: i64,
    /// First publication.
    pub published: Option<Timestamp>,
    /// Last change.
    pub updated: Option<Timestamp>,
    /// Not before.
    pub embargoed_until: Option<Timestamp>,
    /// May it be published?
    pub status: PubStatus,
    /// Its topics in order.
    pub topics: &'a [TopicRecord],
    /// Its pictures.
    pub pictures: &'a [Shown<'a>],
    /// `https://host` of its canonical site: files' addresses begin with it.
    pub origin: &'a str,
    /// The site's name.
    pub publisher: &'a str,
    /// The site's language.
    pub language: &'a str,
    /// Its canonical path, once it has one.
    pub path: Option<&'a str>,
    /// Name of its section.
    pub section: Option<&'a str>,
}

/// The story for partners. The slug stands in for a slugline; a correction's text does not travel in these formats.
pub fn exported(content: &StoryContent, about: &About<'_>) -> ExportedStory {
    let text = |value: &str| (!value.trim().is_empty()).then(|| value.to_owned());
    let names: Vec<&str> = content.bylines.iter().map(|byline| byline.name.as_str()).collect();
    ExportedStory {
        uri: format!("urn:uuid:{}", about.story),
        version: Some(about.revision.to_string()),
        status: about.status.clone(),
        headline: content.headline.clone(),
        standfirst: text(&content.standfirst),
        slugline: None,
        byline: text(&names.join(", ")),
        authors: content
            .bylines
            .iter()
            .map(|byline| Contributor {
                name: byline.name.clone(),
                role: byline.role.clone(),
                ..Contributor::default()
            })
            .collect(),
        dateline: text(&content.dateline),
        located: None,
        first_created: about.published,
        version_created: about.updated.or(about.published),
        embargoed_until: about.embargoed_until,
        expires: None,
        urgency: content.urgency,
        language: Some(content.language.clone().unwrap_or_else(|| about.language.to_owned())),
        copyright_holder: Some(about.publisher.to_owned()),
        copyright_notice: text(&content.copyright_notice),
        usage_terms: None,
        provider: text(&content.credit).or_else(|| Some(about.publisher.to_owned())),
        digital_source_type: content.digital_source_type.clone(),
        subjects: about
            .topics
            .iter()
            .map(|topic| Subject {
                name: Some(topic.name.clone()),
                uri: topic.uri.clone(),
                ..Subject::default()
            })
            .chain(content.located.iter().map(|one| Subject {
                name: Some(one.name.clone()),
                kind: SubjectKind::Place,
                ..Subject::default()
            }))
            .collect(),
        keywords: about.section.map(str::to_owned).into_iter().collect(),
        genres: text(&content.kicker)
            .map(|name| Subject {
                name: Some(name),
                ..Subject::default()
            })
            .into_iter()
            .collect(),
        body: content.body.clone(),
        lead_picture: content.lead_picture.clone(),
        pictures: about
            .pictures
            .iter()
            .map(|shown| picture(shown, about.origin))
            .collect(),
        canonical_url: about.path.map(|path| format!("{}{path}", about.origin)),
    }
}

fn picture(shown: &Shown<'_>, origin: &str) -> ExportedPicture {
    // JPEG first: every partner reads it.
    let mut files: Vec<&RenditionRecord> = shown
        .renditions
        .iter()
        .filter(|file| matches!(file.format.as_str(), "jpg" | "jpeg"))
        .collect();
    files.sort_by_key(|file| std::cmp::Reverse(file.width));
    ExportedPicture {
        source: PictureSource::Stored(shown.id),
        uri: format!("urn:uuid:{}", shown.id),
        renditions: files
            .into_iter()
            .map(|file| Rendition {
                name: Some(format!("w{}", file.width)),
                href: Some(format!("{origin}/media/{}/{}.{}", shown.id, file.width, file.format)),
                media_type: Some("image/jpeg".into()),
                width: Some(file.width),
                height: Some(file.height),
                size: Some(file.bytes),
                ..Rendition::default()
            })
            .collect(),
    }
}

/// The canonical site and section name of a placement list.
pub(crate) fn canonical<'a>(
    sites: &'a Sites,
    places: &[masthead_store::stories::PlacementRecord],
) -> Option<(&'a crate::sites::SiteEntry, Option<&'a str>)> {
    let place = places.first()?.placement;
    let site = sites.site(place.site)?;
    Some((
        site,
        sites.section(place.section).map(|record| record.section.name.as_str()),
    ))
}
