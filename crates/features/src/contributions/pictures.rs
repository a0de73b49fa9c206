//! Pictures of a contribution: taken in one by one, looked at, compared with the archive, and described.

use super::write::{Typed, draft_of};
use super::{ContributionError, keep};
use crate::app::App;
use crate::pictures::{self as archive, Said, TakeError};
use bytes::Bytes;
use masthead_domain::contributions::{Kind, MOST_PICTURES};
use masthead_domain::ids::{PictureId, ProfileId, SiteId};
use masthead_domain::profiles::clean_line;
use masthead_services::blobs::{BlobError, BlobKey};
use masthead_services::pictures::{NEAR, PictureError, distance};
use masthead_store::StoreError;
use masthead_store::contributions::pictures::{self as rows, ContributedPicture, Near};
use masthead_store::jobs::{self, Lane};
use std::sync::Arc;
use uuid::Uuid;

/// The largest file that readers may send, in bytes: what cameras of telephones make, with room.
pub(crate) const LARGEST_PICTURE: usize = 20 << 20;
/// The longest caption and place, in characters.
pub(super) const LONGEST_CAPTION: usize = 500;
/// Fingerprints compared at once.
const AT_ONCE: usize = 10_000;
/// Neighbours that are kept for whoever decides.
const NEIGHBOURS: usize = 8;

/// Why a file is not taken, by the key of its message.
pub(crate) const fn refusal(error: &PictureError) -> &'static str {
    match error {
        PictureError::TooManyBytes { .. }
        | PictureError::TooManyPixels { .. }
        | PictureError::TooMuchMemory { .. }
        | PictureError::TooMuchWork { .. }
        | PictureError::TooSlow(_) => "contribute-picture-large",
        PictureError::NotAPicture | PictureError::Unsupported(_) => "contribute-picture-none",
        _ => "contribute-picture-damaged",
    }
}

/// Where a picture goes: the draft of somebody, for a site or a call-out.
#[derive(Clone, Copy, Debug)]
pub struct Into {
    /// Whose.
    pub profile: ProfileId,
    /// The site.
    pub site: SiteId,
    /// The call-out that it answers.
    pub call_out: Option<Uuid>,
}

/// Takes a file into somebody's draft. The same file again is the picture that is there.
///
/// # Errors
/// [`ContributionError::Picture`] for what is no picture that we take, [`ContributionError::TooManyPictures`].
pub async fn add(
    app: &App,
    into: Into,
    bytes: Bytes,
    file_name: &str,
) -> Result<ContributedPicture, ContributionError> {
    if bytes.len() > LARGEST_PICTURE {
        return Err(ContributionError::Picture("contribute-picture-large"));
    }
    let looked = match app.worker.look(bytes.clone()).await {
        Ok(looked) => looked,
        // Another try would take as long.
        Err(error @ PictureError::TooSlow(_)) => return Err(ContributionError::Picture(refusal(&error))),
        Err(error) if error.is_worth_retrying() => return Err(ContributionError::Failed(error.to_string())),
        Err(error) => return Err(ContributionError::Picture(refusal(&error))),
    };
    let near = neighbours(app, looked.fingerprint).await?;
    let (picture, fresh) = match archive::take_or_find(app, bytes, Said::default()).await {
        Ok(taken) => taken,
        Err(TakeError::Store(error)) => return Err(error.into()),
        Err(TakeError::Picture(error)) => return Err(ContributionError::Picture(refusal(&error))),
        Err(error) => return Err(ContributionError::Failed(error.to_string())),
    };
    let preview = app.blobs.put(looked.preview.bytes.clone()).await;
    let preview = preview.map_err(|error| ContributionError::Failed(error.to_string()))?;
    let one = ContributedPicture {
        id: app.ids.next_uuid(),
        // Set in the transaction, which finds or makes the draft.
        contribution: masthead_domain::ids::ContributionId(Uuid::nil()),
        position: 0,
        picture,
        preview: preview.to_string(),
        width: looked.preview.width,
        height: looked.preview.height,
        file_name: clean_line(file_name).chars().take(200).collect(),
        caption: String::new(),
        place: String::new(),
        taken_on: String::new(),
        near,
        fresh,
        created_at: app.now(),
    };
    let (ids, bits) = (Arc::clone(&app.ids), looked.fingerprint.cast_signed());
    app.db
        .write("contributions.add_picture", move |tx| {
            let (ids, mut one) = (Arc::clone(&ids), one.clone());
            Box::pin(async move {
                let typed = Typed {
                    id: None,
                    kind: Kind::Pictures,
                    call_out: into.call_out,
                    title: String::new(),
                    body: String::new(),
                };
                let mut draft = draft_of(tx, ids.as_ref(), into.site, into.profile, &typed).await?;
                let known = rows::of(tx, draft.id).await?;
                if let Some(same) = known.iter().find(|same| same.picture == one.picture) {
                    return Ok(same.clone());
                }
                if known.len() >= MOST_PICTURES {
                    return Err(ContributionError::TooManyPictures);
                }
                one.contribution = draft.id;
                one.position = known.last().map_or(0, |last| last.position + 1);
                rows::insert(tx, &one).await?;
                rows::put_fingerprint(tx, one.picture, bits).await?;
                draft.standing.moved_at = tx.now();
                keep(tx, &draft).await?;
                Ok(one)
            })
        })
        .await
}

/// What of the archive looks like a picture, the nearest first.
async fn neighbours(app: &App, fingerprint: u64) -> Result<Vec<Near>, ContributionError> {
    let mut near: Vec<Near> = Vec::new();
    let mut after = PictureId(Uuid::nil());
    loop {
        let some = rows::fingerprints(&mut app.db.reader().await?, after, AT_ONCE).await?;
        let Some((last, _)) = some.last() else { break };
        after = *last;
        near.extend(some.iter().filter_map(|(picture, bits)| {
            let distance = distance(fingerprint, bits.cast_unsigned());
            (distance <= NEAR).then_some(Near {
                picture: *picture,
                distance,
            })
        }));
    }
    near.sort_by_key(|one| one.distance);
    near.truncate(NEIGHBOURS);
    Ok(near)
}

/// What somebody says of a picture.
#[derive(Clone, Debug)]
pub struct Words {
    /// Which picture of the contribution.
    pub id: Uuid,
    /// What it shows.
    pub caption: String,
    /// Where it was taken.
    pub place: String,
    /// When, as `2026-01-31`; anything else is no day and is left out.
    pub taken_on: String,
    /// Whether it is taken out of the contribution.
    pub remove: bool,
}

/// Keeps what somebody says of the pictures of their contribution, while it is theirs to change.
///
/// # Errors
/// [`ContributionError::Standing`] when it is with the desk.
pub async fn describe(
    app: &App,
    profile: ProfileId,
    contribution: masthead_domain::ids::ContributionId,
    words: Vec<Words>,
) -> Result<(), ContributionError> {
    let gone: Vec<String> = app
        .db
        .write("contributions.describe", move |tx| {
            let words = words.clone();
            Box::pin(async move {
                let one = super::write::own(tx, profile, contribution).await?;
                if !one.standing.state.is_with_author() {
                    let state = one.standing.state;
                    return Err(masthead_domain::contributions::StandingError::NotNow(state).into());
                }
                let mut gone = Vec::new();
                for picture in rows::of(tx, contribution).await? {
                    let Some(said) = words.iter().find(|said| said.id == picture.id) else {
                        continue;
                    };
                    if said.remove {
                        gone.extend(rows::remove(tx, &picture).await?);
                        continue;
                    }
                    let line = |text: &str| -> String { clean_line(text).chars().take(LONGEST_CAPTION).collect() };
                    let (caption, place) = (line(&said.caption), line(&said.place));
                    let day = said.taken_on.trim();
                    let day = day
                        .parse::<jiff::civil::Date>()
                        .map_or(String::new(), |day| day.to_string());
                    rows::say(tx, picture.id, (&caption, &place, &day)).await?;
                }
                Ok::<_, ContributionError>(gone)
            })
        })
        .await?;
    forget_originals(app, gone).await;
    Ok(())
}

/// Removes the originals of pictures that left the archive. One that can't be removed now is found by nobody any more,
/// so that a failure is told to the operator and to nobody else.
pub(super) async fn forget_originals(app: &App, keys: Vec<String>) {
    for key in keys {
        let Ok(key) = key.parse::<BlobKey>() else { continue };
        if let Err(error) = app.blobs.delete(key).await {
            tracing::warn!(%error, "the original of a picture that was taken back can't be removed");
        }
    }
}

/// Remembers what a picture of the archive looks like, from its smallest public file.
///
/// # Errors
/// When the store can't answer.
async fn remember(app: &App, picture: PictureId) -> Result<(), ContributionError> {
    let record = masthead_store::pictures::by_id(&mut app.db.reader().await?, picture).await?;
    let files = record.map(|record| record.renditions).unwrap_or_default();
    let Some(file) = files
        .iter()
        .filter(|file| file.format == "jpg")
        .min_by_key(|file| file.width)
    else {
        return Ok(());
    };
    let Ok(key) = file.key.parse::<BlobKey>() else {
        return Ok(());
    };
    let bytes = match app.blobs.get(key).await {
        Ok(bytes) => bytes,
        // `verify` tells of a file that is missing; the other pictures are remembered all the same.
        Err(error @ BlobError::NotFound(_)) => {
            tracing::warn!(%picture, %error, "a picture has no fingerprint");
            return Ok(());
        }
        Err(error) => return Err(ContributionError::Failed(error.to_string())),
    };
    let bits = match app.worker.fingerprint(bytes).await {
        Ok(bits) => bits.cast_signed(),
        Err(error) if error.is_worth_retrying() => return Err(ContributionError::Failed(error.to_string())),
        // It shows as it is, and is only not found as a copy of another.
        Err(error) => {
            tracing::warn!(%picture, %error, "a picture has no fingerprint");
            return Ok(());
        }
    };
    app.db
        .write("contributions.remember", move |tx| {
            Box::pin(async move { rows::put_fingerprint(tx, picture, bits).await })
        })
        .await
        .map_err(|error: StoreError| error.into())
}

/// The job that remembers what the archive's pictures look like; its key is always `all`.
pub const JOB_REMEMBER: &str = "contributions.remember";
/// Seconds between two looks for pictures that are not remembered yet.
const REMEMBER_EVERY: i64 = 3_600;
/// Pictures looked for at once.
const REMEMBERED_AT_ONCE: usize = 200;

/// Schedules the look for pictures that are not remembered yet, once for all nodes.
///
/// # Errors
/// When the store can't answer.
pub async fn schedule_remembering(app: &App, after_seconds: i64) -> Result<(), StoreError> {
    let due = app.now().plus_seconds(after_seconds);
    app.db
        .write("contributions.schedule_remembering", move |tx| {
            Box::pin(async move {
                jobs::schedule_in(tx, Lane::Work, JOB_REMEMBER, "all", due, &serde_json::Value::Null)
                    .await
                    .map(drop)
            })
        })
        .await
}

/// Remembers what it can, and looks again later.
///
/// # Errors
/// When the store or the blobs can't answer; the job stays due and goes on where it stopped.
pub async fn run_remember(app: &App) -> Result<(), ContributionError> {
    let mut after = PictureId(Uuid::nil());
    loop {
        let some = rows::without_fingerprint(&mut app.db.reader().await?, after, REMEMBERED_AT_ONCE).await?;
        let Some(last) = some.last() else { break };
        after = *last;
        for picture in some {
            remember(app, picture).await?;
        }
    }
    Ok(schedule_remembering(app, REMEMBER_EVERY).await?)
}
