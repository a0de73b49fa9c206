//! The due jobs of pictures: fetch what a story shows, render what was taken in.

use super::{Base, Said, TakeError, fetch};
use crate::app::App;
use crate::stories::{Change, ChangeError, Context};
use crate::wire::content;
use masthead_domain::events::Event;
use masthead_domain::ids::{EventId, PictureId, StoryId, WireItemId};
use masthead_domain::stories::StoryState;
use masthead_services::blobs::BlobKey;
use masthead_services::pictures::{Cut, Rendition, RenditionFormat, RenditionPlan, Shape};
use masthead_store::StoreError;
use masthead_store::jobs::Lane;
use masthead_store::pictures::{self as rows, CutRecord, PictureState, RenditionRecord};
use masthead_store::{jobs as job_rows, log, pages as page_rows, stories as story_rows, wire as wire_rows};

/// Kind of the job that renders a picture in the quick formats; its key is the picture's id.
pub const JOB_RENDER: &str = "picture.render";
/// Kind of the job that renders a picture in AVIF, which is slow; its key is the picture's id.
pub const JOB_AVIF: &str = "picture.avif";

/// Kind of the job that fetches what a page of the publisher's own shows; its key is the page's id.
pub const JOB_PAGE: &str = "page.pictures";

/// Kind of the job that cuts a picture to the proportions that search engines ask for; its key is the picture's id, or
/// [`ALL`] for those that were taken in before there were cuts.
pub const JOB_CUTS: &str = "picture.cuts";
/// Key of the job that looks for pictures without cuts.
const ALL: &str = "all";
/// The width of a cut, where the picture is that large: search engines want 50,000 pixels at least, and show no more.
const CUT_WIDTH: u32 = 1_200;
/// Pictures looked for at once.
const CUTS_AT_ONCE: usize = 100;

/// Widths that pages ask for, in pixels; a picture is never made larger than it is.
const WIDTHS: [u32; 5] = [320, 480, 640, 960, 1440];

/// Fetches the pictures that a story shows and puts them in their places, as a new revision.
///
/// # Errors
/// The first picture that may come later fails the job, which is tried again; one that never will is left out and
/// told to the desk in the log.
pub async fn run_story_pictures(app: &App, story: StoryId, base: &Base) -> Result<(), ChangeError> {
    let mut conn = app.db.reader().await?;
    let Some(record) = story_rows::by_id(&mut conn, story).await? else {
        return Ok(());
    };
    let Some(said) = story_rows::revision(&mut conn, story, record.head_revision).await? else {
        return Ok(());
    };
    drop(conn);
    let mut found = Vec::new();
    let mut later = None;
    for url in content::remote_pictures(&said) {
        match fetch(app, &url, base, Said::default()).await {
            Ok(id) => found.push((url, id)),
            Err(TakeError::Store(error)) => return Err(error.into()),
            Err(error) if error.is_transient() => later = Some(format!("{url}: {error}")),
            Err(error) => tracing::warn!(%story, %url, %error, "a picture is left out"),
        }
    }
    if !found.is_empty() {
        put_in_place(app, story, found).await?;
    }
    match later {
        Some(reason) => Err(ChangeError::Later(reason)),
        None => Ok(()),
    }
}

/// Fetches the pictures that a page of the publisher's own shows and puts them in their places, as a new revision.
///
/// # Errors
/// As [`run_story_pictures`].
pub async fn run_page_pictures(app: &App, page: uuid::Uuid, base: &Base) -> Result<(), ChangeError> {
    let Some(record) = page_rows::by_id(&mut app.db.reader().await?, page).await? else {
        return Ok(());
    };
    let (mut found, mut later) = (Vec::new(), None);
    for url in content::remote_in(record.body.pictures()) {
        match fetch(app, &url, base, Said::default()).await {
            Ok(id) => found.push((url, id)),
            Err(TakeError::Store(error)) => return Err(error.into()),
            Err(error) if error.is_transient() => later = Some(format!("{url}: {error}")),
            Err(error) => tracing::warn!(%page, %url, %error, "a picture is left out"),
        }
    }
    if !found.is_empty() {
        put_into_page(app, page, found).await?;
    }
    match later {
        Some(reason) => Err(ChangeError::Later(reason)),
        None => Ok(()),
    }
}

async fn put_into_page(app: &App, page: uuid::Uuid, found: Vec<(String, PictureId)>) -> Result<(), ChangeError> {
    let (ids, now) = (std::sync::Arc::clone(&app.ids), app.now());
    app.db
        .write("pictures.put_into_page", move |tx| {
            let (ids, found) = (std::sync::Arc::clone(&ids), found.clone());
            Box::pin(async move {
                // The newest revision may be another than the one that was read: what it no longer shows is left.
                let Some(mut record) = page_rows::by_id(tx, page).await? else {
                    return Ok(());
                };
                for (url, id) in &found {
                    content::replace_in(&mut record.body, url, *id);
                }
                record.updated_at = now;
                if page_rows::put(tx, &record, "pictures").await? {
                    let event = Event::SiteChanged { site: record.site };
                    log::append(tx, EventId::new(ids.as_ref()), event.kind(), &event.data(), now).await?;
                }
                Ok(())
            })
        })
        .await
}

async fn put_in_place(app: &App, story: StoryId, found: Vec<(String, PictureId)>) -> Result<(), ChangeError> {
    let context = Context::new(app, "pictures");
    app.db
        .write("pictures.put_in_place", move |tx| {
            let (context, found) = (context.clone(), found.clone());
            Box::pin(async move {
                let mut change = Change::begin(tx, &context, story).await?;
                // The newest revision may be another than the one that was read: what it no longer shows is left.
                let before = change.content(tx).await?;
                let mut after = before.clone();
                for (url, id) in &found {
                    content::replace(&mut after, url, *id);
                }
                if after != before {
                    let was_public = change.story.public_revision == Some(change.story.head_revision);
                    change.revise(tx, &context, &after).await?;
                    if was_public || change.story.standing.state == StoryState::Scheduled {
                        change.make_public();
                    }
                }
                change.commit(tx, &context).await.map(|_| ())
            })
        })
        .await
}

/// Takes a picture item of an agency into the library, with its caption and credit.
///
/// # Errors
/// [`TakeError`].
pub async fn run_wire_picture(app: &App, item: WireItemId, base: &Base) -> Result<(), TakeError> {
    let Some(said) = wire_rows::current(&mut app.db.reader().await?, item).await? else {
        return Ok(());
    };
    if !said.status.is_usable() {
        return Ok(());
    }
    let Some(url) = content::best_rendition(&said.renditions).and_then(|rendition| rendition.href.clone()) else {
        return Ok(());
    };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let about = Said {
        caption: said.summary.clone().or(said.headline.clone()).unwrap_or_default(),
        credit: said
            .credit
            .clone()
            .or(said.bylines.first().cloned())
            .unwrap_or_default(),
        copyright_notice: text(&said.copyright_notice),
        usage_terms: text(&said.usage_terms),
        ..Said::default()
    };
    match fetch(app, &url, base, about).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_transient() => Err(error),
        Err(error) => {
            tracing::warn!(%item, %url, %error, "a picture item could not be taken in");
            Ok(())
        }
    }
}

/// Renders a picture in JPEG and WebP, and tells the pages that show it.
///
/// # Errors
/// [`TakeError`] of the kind that may go away; a picture that can't be shown is marked as failed.
pub async fn run_render(app: &App, id: PictureId) -> Result<(), TakeError> {
    let plan = RenditionPlan::of_widths(WIDTHS.to_vec());
    render(app, id, plan, PictureState::Ready, true).await
}

/// Renders a picture in AVIF as well.
///
/// # Errors
/// As [`run_render`].
pub async fn run_avif(app: &App, id: PictureId) -> Result<(), TakeError> {
    let plan = RenditionPlan::of_widths(WIDTHS.to_vec()).in_avif();
    render(app, id, plan, PictureState::Complete, false).await
}

/// Schedules the look for pictures without cuts, once for all nodes.
///
/// # Errors
/// When the store can't answer.
pub async fn schedule_cuts(app: &App) -> Result<(), StoreError> {
    let due = app.now().plus_seconds(60);
    app.db
        .write("pictures.schedule_cuts", move |tx| {
            Box::pin(async move {
                job_rows::schedule_in(tx, Lane::Work, JOB_CUTS, ALL, due, &serde_json::Value::Null)
                    .await
                    .map(drop)
            })
        })
        .await
}

/// Cuts a picture to 1:1, 4:3 and 16:9, in the background: the picture is decoded once more, and no reader waits for it.
///
/// # Errors
/// As [`run_render`].
pub async fn run_cuts(app: &App, key: &str) -> Result<(), TakeError> {
    if key == ALL {
        return find_uncut(app).await;
    }
    let id: PictureId = key
        .parse()
        .map_err(|_| TakeError::File(format!("'{key}' is no picture")))?;
    let Some(record) = rows::by_id(&mut app.db.reader().await?, id).await? else {
        return Ok(());
    };
    if !matches!(record.state, PictureState::Ready | PictureState::Complete) {
        return Ok(());
    }
    let blob: BlobKey = record
        .original_key
        .parse()
        .map_err(|error| TakeError::File(format!("{error}")))?;
    let original = app.blobs.get(blob).await?;
    let mut cuts = Vec::new();
    for (name, shape) in SHAPES {
        let plan = RenditionPlan {
            cuts: vec![Cut {
                shape,
                widths: vec![CUT_WIDTH],
            }],
            formats: vec![RenditionFormat::Jpeg],
            ..RenditionPlan::default()
        };
        match app.worker.renditions(original.clone(), plan).await {
            Ok(made) => {
                for file in made {
                    let kept = keep(app, file).await?;
                    cuts.push(CutRecord {
                        shape: name.to_owned(),
                        width: kept.width,
                        height: kept.height,
                        key: kept.key,
                    });
                }
            }
            Err(error) if error.is_worth_retrying() => return Err(error.into()),
            // It shows as it is; nobody is worse off than before.
            Err(error) => tracing::warn!(picture = %id, shape = name, %error, "a picture can't be cut"),
        }
    }
    let (ids, now) = (std::sync::Arc::clone(&app.ids), app.now());
    app.db
        .write("pictures.cut", move |tx| {
            let (cuts, ids) = (cuts.clone(), std::sync::Arc::clone(&ids));
            Box::pin(async move {
                for cut in &cuts {
                    rows::put_cut(tx, id, cut).await?;
                }
                let stories = rows::stories_showing(tx, id).await?;
                let event = Event::PictureRendered { picture: id, stories };
                log::append(tx, EventId::new(ids.as_ref()), event.kind(), &event.data(), now).await?;
                Ok::<_, TakeError>(())
            })
        })
        .await
}

/// The shapes with their names in addresses.
const SHAPES: [(&str, Shape); 3] = [
    ("1x1", Shape::SQUARE),
    ("4x3", Shape::FOUR_BY_THREE),
    ("16x9", Shape::SIXTEEN_BY_NINE),
];

async fn find_uncut(app: &App) -> Result<(), TakeError> {
    let mut after = PictureId(uuid::Uuid::nil());
    loop {
        let found = rows::without_cuts(&mut app.db.reader().await?, after, CUTS_AT_ONCE).await?;
        let Some(last) = found.last() else { return Ok(()) };
        after = *last;
        let now = app.now();
        app.db
            .write("pictures.find_uncut", move |tx| {
                let found = found.clone();
                Box::pin(async move {
                    for id in found {
                        job_rows::schedule_in(tx, Lane::Work, JOB_CUTS, &id.to_string(), now, &serde_json::Value::Null)
                            .await?;
                    }
                    Ok::<_, StoreError>(())
                })
            })
            .await?;
    }
}

async fn render(
    app: &App,
    id: PictureId,
    plan: RenditionPlan,
    done: PictureState,
    avif_follows: bool,
) -> Result<(), TakeError> {
    let Some(record) = rows::by_id(&mut app.db.reader().await?, id).await? else {
        return Ok(());
    };
    let key: BlobKey = record
        .original_key
        .parse()
        .map_err(|error| TakeError::File(format!("{error}")))?;
    let original = app.blobs.get(key).await?;
    let made = if avif_follows {
        app.worker.renditions(original, plan).await
    } else {
        app.worker.slow_renditions(original, plan).await
    };
    let (made, state, problem) = match made {
        Ok(files) => (files, done, None),
        Err(error) if error.is_worth_retrying() => return Err(error.into()),
        // A picture that shows well in the quick formats stays, whatever AVIF says.
        Err(error) if !avif_follows => (Vec::new(), PictureState::Complete, Some(error.to_string())),
        Err(error) => (Vec::new(), PictureState::Failed, Some(error.to_string())),
    };
    let mut renditions = if avif_follows { Vec::new() } else { record.renditions };
    for file in made {
        renditions.push(keep(app, file).await?);
    }
    let (ids, now) = (std::sync::Arc::clone(&app.ids), app.now());
    app.db
        .write("pictures.rendered", move |tx| {
            let (renditions, problem, ids) = (renditions.clone(), problem.clone(), std::sync::Arc::clone(&ids));
            Box::pin(async move {
                rows::set_renditions(tx, id, &renditions, state, problem.as_deref()).await?;
                let stories = rows::stories_showing(tx, id).await?;
                if avif_follows && state == PictureState::Ready {
                    // Slow work waits until the rush of quick work is over.
                    let at = now.plus_seconds(20);
                    job_rows::schedule_in(tx, Lane::Idle, JOB_AVIF, &id.to_string(), at, &serde_json::Value::Null)
                        .await?;
                    job_rows::schedule_in(tx, Lane::Work, JOB_CUTS, &id.to_string(), at, &serde_json::Value::Null)
                        .await?;
                }
                let event = Event::PictureRendered { picture: id, stories };
                log::append(tx, EventId::new(ids.as_ref()), event.kind(), &event.data(), now).await?;
                // Pages of the publisher's own are few, and rarely get a picture.
                for site in page_rows::sites_showing(tx, id).await? {
                    let event = Event::SiteChanged { site };
                    log::append(tx, EventId::new(ids.as_ref()), event.kind(), &event.data(), now).await?;
                }
                Ok::<_, TakeError>(())
            })
        })
        .await
}

async fn keep(app: &App, file: Rendition) -> Result<RenditionRecord, TakeError> {
    let bytes = u64::try_from(file.bytes.len()).unwrap_or(u64::MAX);
    let key = app.blobs.put(file.bytes).await?;
    Ok(RenditionRecord {
        width: file.width,
        height: file.height,
        format: file.format.extension().to_owned(),
        key: key.to_string(),
        bytes,
    })
}
