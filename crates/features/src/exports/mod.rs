//! Exports: everything written out, so that a publisher can leave, or keep it safe, or hand it to partners.
//!
//! One file a story in ninjs 3.1 or NITF 3.6, whatever its state (embargoed and withheld ones say so in their status:
//! an export is the publisher's own, not a public surface), the originals of pictures, and lists as JSON lines.

mod story;

pub use story::{About, Shown, exported};

use crate::app::App;
use crate::coverage::MOST_HANDED_ON;
use crate::pages::coverage::moment;
use masthead_domain::comments::CommentState;
use masthead_domain::coverage::{Entry, with_entries};
use masthead_domain::document::PictureBlock;
use masthead_domain::ids::{CommentId, PictureId, ProfileId, SiteId, StoryId, VideoId};
use masthead_domain::profiles::ProfileState;
use masthead_domain::stories::StoryState;
use masthead_domain::wire::{Embargo, PubStatus};
use masthead_formats::{export, webvtt};
use masthead_services::blobs::{BlobError, BlobKey};
use masthead_services::disk;
use masthead_store::public::NEWEST_ENTRIES;
use masthead_store::{
    Conn, StoreError, authors, comments, coverage, imports, pictures, profiles, stories as rows, topics, videos,
};
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::Path;
use uuid::Uuid;

/// The format of stories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// IPTC ninjs 3.1.
    Ninjs,
    /// NITF 3.6.
    Nitf,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Stories.
    pub stories: u64,
    /// Pictures.
    pub pictures: u64,
    /// Videos of the publisher's own, whichever site's stories they lead.
    pub videos: u64,
    /// Comments.
    pub comments: u64,
    /// Profiles.
    pub profiles: u64,
    /// Authors.
    pub authors: u64,
    /// Topics.
    pub topics: u64,
    /// Redirects.
    pub redirects: u64,
}

/// Why an export broke off.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The media store.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// Lists are appended to: a folder that holds an export already would hold it twice.
    #[error("{0} is not empty; name a new folder")]
    NotEmpty(String),
    /// A file could not be written.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: String,
        /// Why.
        error: std::io::Error,
    },
}

const BATCH: usize = 200;

/// Writes everything, or what stands on one site, into `to`.
///
/// # Errors
/// [`ExportError`]; what was written until then is whole.
pub async fn run(app: &App, site: Option<SiteId>, format: Format, to: &Path) -> Result<Counts, ExportError> {
    if disk::holds_something(to).map_err(|error| ExportError::File {
        path: to.display().to_string(),
        error,
    })? {
        return Err(ExportError::NotEmpty(to.display().to_string()));
    }
    let mut counts = Counts::default();
    let mut conn = app.db.snapshot().await?;
    let mut lists = Lists::default();
    let mut wanted: BTreeSet<PictureId> = BTreeSet::new();
    let mut written: BTreeSet<StoryId> = BTreeSet::new();
    let mut after = StoryId(Uuid::nil());
    loop {
        let ids = rows::ids_after(&mut conn, after, BATCH).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        for id in &ids {
            if write_story(app, &mut conn, site, format, to, *id, &mut wanted).await? {
                counts.stories += 1;
                written.insert(*id);
                for comment in imports::comments_of(&mut conn, *id).await? {
                    counts.comments += 1;
                    lists.comments.push(serde_json::json!({
                        "story": id, "key": comment.source_key, "parent": comment.parent_key,
                        "author": comment.author_name, "created": comment.created_at, "state": comment.state,
                        "text": comment.text,
                    }));
                }
                lists.flush_comments(to)?;
            }
        }
    }
    let mut after = CommentId(Uuid::nil());
    loop {
        let some = comments::all_after(&mut conn, after, BATCH).await?;
        let Some(last) = some.last() else { break };
        after = last.id;
        for comment in some.iter().filter(|comment| written.contains(&comment.story)) {
            counts.comments += 1;
            lists.comments.push(serde_json::json!({
                "id": comment.id, "story": comment.story, "parent": comment.parent, "profile": comment.profile,
                "created": comment.created_at, "edited": comment.edited_at, "state": comment.state.name(),
                "removed_by": comment.removed_by, "featured": comment.featured, "likes": comment.likes,
                // What its writer took away is theirs alone, though the desk may see it for a while.
                "text": if comment.state == CommentState::Deleted { "" } else { comment.body.as_str() },
            }));
        }
        lists.flush_comments(to)?;
    }
    counts.profiles = write_profiles(&mut conn, to).await?;
    for picture in pictures::by_ids(&mut conn, &wanted.into_iter().collect::<Vec<_>>()).await? {
        write_picture(app, to, &picture).await?;
        counts.pictures += 1;
    }
    let mut after = VideoId(Uuid::nil());
    loop {
        let some = videos::after(&mut conn, after, BATCH).await?;
        let Some(last) = some.last() else { break };
        after = last.id;
        for video in &some {
            write_video(app, to, video).await?;
            counts.videos += 1;
        }
    }
    for author in authors::all(&mut conn).await? {
        counts.authors += 1;
        lists.authors.push(serde_json::json!({
            "id": author.id, "slug": author.slug, "name": author.name, "role": author.role, "bio": author.bio,
        }));
    }
    for topic in topics::all(&mut conn).await? {
        counts.topics += 1;
        lists.topics.push(serde_json::json!({
            "id": topic.id, "slug": topic.slug, "name": topic.name, "names": topic.names, "uri": topic.uri,
        }));
    }
    for entry in app
        .sites()
        .all()
        .iter()
        .filter(|entry| site.is_none_or(|site| site == entry.id))
    {
        for redirect in masthead_store::sites::redirects(&mut conn, entry.id).await? {
            counts.redirects += 1;
            lists.redirects.push(serde_json::json!({
                "site": entry.slug, "path": redirect.path, "story": redirect.story, "target": redirect.target,
            }));
        }
    }
    append(to, "authors.jsonl", &lists.authors)?;
    append(to, "topics.jsonl", &lists.topics)?;
    append(to, "redirects.jsonl", &lists.redirects)?;
    Ok(counts)
}

/// Who wrote, as readers see them: no address, no password, nothing of their account. A deleted profile has nothing left
/// to say.
async fn write_profiles(conn: &mut Conn, to: &Path) -> Result<u64, ExportError> {
    let (mut count, mut after) = (0, ProfileId(Uuid::nil()));
    loop {
        let some = profiles::all_after(conn, after, BATCH).await?;
        let Some(last) = some.last() else { return Ok(count) };
        after = last.id;
        let lines: Vec<serde_json::Value> = some
            .iter()
            .filter(|profile| profile.state != ProfileState::Deleted)
            .map(|profile| {
                serde_json::json!({
                    "id": profile.id, "username": profile.username, "name": profile.display_name,
                    "state": profile.state.name(), "bio": profile.bio, "joined": profile.named_at,
                })
            })
            .collect();
        count += lines.len() as u64;
        append(to, "profiles.jsonl", &lines)?;
    }
}

#[derive(Default)]
struct Lists {
    authors: Vec<serde_json::Value>,
    topics: Vec<serde_json::Value>,
    redirects: Vec<serde_json::Value>,
    comments: Vec<serde_json::Value>,
}

impl Lists {
    /// Comments may be many: they are written story by story.
    fn flush_comments(&mut self, to: &Path) -> Result<(), ExportError> {
        append(to, "comments.jsonl", &std::mem::take(&mut self.comments))
    }
}

async fn write_story(
    app: &App,
    conn: &mut Conn,
    site: Option<SiteId>,
    format: Format,
    to: &Path,
    id: StoryId,
    wanted: &mut BTreeSet<PictureId>,
) -> Result<bool, ExportError> {
    let Some(record) = rows::by_id(conn, id).await? else {
        return Ok(false);
    };
    let places = rows::placements(conn, id).await?;
    if site.is_some_and(|site| places.iter().all(|place| place.placement.site != site)) {
        return Ok(false);
    }
    let Some(mut content) = rows::revision(conn, id, record.head_revision).await? else {
        return Ok(false);
    };
    let sites = app.sites();
    let canonical = story::canonical(&sites, &places);
    let zone = canonical.map_or(jiff::tz::TimeZone::UTC, |(site, _)| site.zone.clone());
    // What partners are given is the story with its entries, whether readers see it yet or not.
    let entries = coverage::entries(conn, id, NEWEST_ENTRIES, MOST_HANDED_ON).await?;
    let entries: Vec<Entry> = entries.into_iter().map(|record| record.entry).collect();
    content.body = with_entries(content.body, &entries, &|at| moment(at, &zone));
    let topic_ids = rows::topics(conn, id).await?;
    let mut known = topics::by_ids(conn, &topic_ids).await?;
    known.sort_by_key(|topic| topic_ids.iter().position(|id| *id == topic.id));
    let shown: Vec<PictureId> = content
        .lead_picture
        .iter()
        .chain(content.body.pictures())
        .filter_map(PictureBlock::stored)
        .collect();
    wanted.extend(shown.iter().copied());
    let files = pictures::by_ids(conn, &shown).await?;
    let shown: Vec<Shown<'_>> = files
        .iter()
        .map(|picture| Shown {
            id: picture.id,
            renditions: &picture.renditions,
        })
        .collect();
    let standing = &record.standing;
    let about = About {
        story: id.0,
        revision: record.head_revision,
        published: standing.first_published_at,
        updated: record.updated_at.or(Some(record.changed_at)),
        embargoed_until: match standing.embargo {
            Embargo::Until(until) => Some(until),
            _ => None,
        },
        status: status(&record),
        topics: &known,
        pictures: &shown,
        origin: canonical.map_or("", |(site, _)| site.origin.as_str()),
        publisher: canonical.map_or("", |(site, _)| site.name.as_str()),
        language: canonical.map_or("en", |(site, _)| site.language.as_str()),
        path: places.first().and_then(|place| place.path.as_deref()),
        section: canonical.and_then(|(_, section)| section),
    };
    let story = exported(&content, &about);
    let (name, bytes) = match format {
        Format::Ninjs => (
            format!("{id}.json"),
            export::ninjs::write(&story).to_string().into_bytes(),
        ),
        Format::Nitf => (format!("{id}.xml"), export::nitf::write(&story).into_bytes()),
    };
    write(&to.join("stories").join(name), &bytes)?;
    Ok(true)
}

/// A story's status for partners: usable only when readers may see it.
fn status(record: &rows::StoryRecord) -> PubStatus {
    match (record.standing.state, &record.standing.hold) {
        (StoryState::Killed, _) => PubStatus::Canceled,
        (StoryState::Published, None) => PubStatus::Usable,
        _ => PubStatus::Withheld,
    }
}

async fn write_picture(app: &App, to: &Path, picture: &pictures::PictureRecord) -> Result<(), ExportError> {
    let Ok(key) = picture.original_key.parse::<BlobKey>() else {
        return Ok(());
    };
    let bytes = app.blobs.get(key).await?;
    let ending = match picture.media_type.as_str() {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/gif" => "gif",
        "image/webp" => "webp",
        _ => "bin",
    };
    write(&to.join("media").join(format!("{}.{ending}", picture.id)), &bytes)?;
    let about = serde_json::json!({
        "id": picture.id, "file": format!("{}.{ending}", picture.id), "alt": picture.alt,
        "caption": picture.caption, "credit": picture.credit, "copyright": picture.copyright_notice,
        "usage_terms": picture.usage_terms, "width": picture.width, "height": picture.height,
    });
    append(to, "pictures.jsonl", &[about])
}

async fn write_video(app: &App, to: &Path, video: &videos::VideoRecord) -> Result<(), ExportError> {
    let name = format!("{}.{}", video.id, video.kind.extension());
    let path = to.join("media").join(&name);
    for key in &video.parts {
        let Ok(key) = key.parse::<BlobKey>() else { return Ok(()) };
        let bytes = app.blobs.get(key).await?;
        disk::append(&path, &bytes).map_err(|error| ExportError::File {
            path: path.display().to_string(),
            error,
        })?;
    }
    if !video.cues.is_empty() {
        let captions = to.join("media").join(format!("{}.vtt", video.id));
        write(&captions, webvtt::write(&video.cues).as_bytes())?;
    }
    let about = serde_json::json!({
        "id": video.id, "file": name, "bytes": video.bytes, "language": video.language,
    });
    append(to, "videos.jsonl", &[about])
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    disk::write_durably(path, bytes).map_err(|error| ExportError::File {
        path: path.display().to_string(),
        error,
    })
}

fn append(to: &Path, name: &str, lines: &[serde_json::Value]) -> Result<(), ExportError> {
    if lines.is_empty() {
        return Ok(());
    }
    let path = to.join(name);
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    disk::append(&path, text.as_bytes()).map_err(|error| ExportError::File {
        path: path.display().to_string(),
        error,
    })
}
