//! `/media/videos/<id>.<mp4|webm|vtt>`: a file by the range, and its captions.
//!
//! These answers are no pressed pages: a file of half a gigabyte has no place among them. Each request asks
//! `store::public` whether the file may be seen.

use crate::app::App;
use crate::pages::store_error;
use crate::visit::Visit;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use masthead_domain::ids::{StoryId, VideoId};
use masthead_domain::videos::VideoKind;
use masthead_formats::webvtt;
use masthead_services::blobs::{BlobError, BlobKey, Blobs};
use masthead_store::public as public_rows;
use masthead_store::videos::{self as rows, VideoRecord};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::ranges::{self, Asked};
use masthead_web::surrogate::{self, SurrogateKey};

/// What is asked for of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Film(VideoKind),
    Captions,
}

/// The file that an address names. One address a file: an id in capitals would be another name for the same bytes.
fn named(name: &str) -> Option<(VideoId, Part)> {
    let (id, extension) = name.split_once('.')?;
    let video: VideoId = id.parse().ok()?;
    let part = if extension == "vtt" {
        Part::Captions
    } else {
        Part::Film(VideoKind::parse(extension)?)
    };
    (video.to_string() == id).then_some((video, part))
}

/// `GET /media/videos/{file}`
///
/// # Errors
/// 404 for a file that readers may not have.
pub async fn public(visit: Visit) -> Result<Response, WebError> {
    let (id, part) = named(visit.parameter("file")).ok_or_else(WebError::not_found)?;
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let found = public_rows::video(&mut conn, visit.app().now(), id).await;
    drop(conn);
    let (video, story) = found.map_err(store_error)?.ok_or_else(WebError::not_found)?;
    sent(&visit, video, part, Some(story))
}

/// `GET /desk/media/videos/{file}`: for staff, whether readers may have it or not.
///
/// # Errors
/// 404 for a file that there is none of.
pub async fn of_desk(visit: Visit) -> Result<Response, WebError> {
    let (id, part) = named(visit.parameter("file")).ok_or_else(WebError::not_found)?;
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let found = rows::by_id(&mut conn, id).await;
    drop(conn);
    sent(
        &visit,
        found.map_err(store_error)?.ok_or_else(WebError::not_found)?,
        part,
        None,
    )
}

fn sent(visit: &Visit, video: VideoRecord, part: Part, story: Option<StoryId>) -> Result<Response, WebError> {
    let mut response = match part {
        Part::Captions if video.cues.is_empty() => return Err(WebError::not_found()),
        Part::Captions => Response::new(Body::from(webvtt::write(&video.cues))),
        Part::Film(kind) if kind != video.kind => return Err(WebError::not_found()),
        Part::Film(_) => {
            // A file never changes: its id is the strongest of validators.
            let etag = format!("\"{}\"", video.id);
            let asked = ranges::asked(&visit.headers, &etag, video.bytes);
            let body = match asked {
                Asked::Beyond => Body::empty(),
                Asked::Whole => of(visit.app(), &video, 0, video.bytes),
                Asked::Part { first, last } => of(visit.app(), &video, first, last.saturating_add(1)),
            };
            let mut response = Response::new(body);
            ranges::head(&mut response, asked, &etag, video.bytes);
            response
        }
    };
    let status = response.status();
    let headers = response.headers_mut();
    let kind = match part {
        Part::Captions => "text/vtt; charset=utf-8",
        Part::Film(kind) => kind.media_type(),
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    match (story, part) {
        // That a part isn't there is nothing to keep.
        _ if status == StatusCode::RANGE_NOT_SATISFIABLE => CachePolicy::NoStore.apply(headers),
        (None, _) => CachePolicy::Private.apply(headers),
        // Captions are corrected under the same address.
        (Some(_), Part::Captions) => CachePolicy::Feed.apply(headers),
        (Some(_), Part::Film(_)) => CachePolicy::Media.apply(headers),
    }
    if let Some(story) = story {
        let keys = surrogate::render(&[SurrogateKey::story(story)]);
        headers.insert(HeaderName::from_static("surrogate-key"), keys.surrogate_key);
        headers.insert(HeaderName::from_static("cache-tag"), keys.cache_tag);
    }
    Ok(response)
}

/// The bytes from `first` up to `end`, read part by part as they are sent.
fn of(app: &App, video: &VideoRecord, first: u64, end: u64) -> Body {
    let (blobs, part_bytes) = (app.blobs.clone(), video.part_bytes);
    let parts: Vec<(String, u64, u64)> = video
        .parts
        .iter()
        .zip(0_u64..)
        .filter_map(|(key, number)| {
            let begins = number.checked_mul(part_bytes)?;
            let (from, to) = (first.max(begins), end.min(begins + part_bytes));
            (from < to).then(|| (key.clone(), from - begins, to - begins))
        })
        .collect();
    let parts = futures::stream::iter(parts);
    Body::from_stream(futures::StreamExt::then(parts, move |(key, from, to)| {
        let blobs = blobs.clone();
        async move { some(&blobs, &key, from, to).await }
    }))
}

/// A range of a part. What is missing breaks the answer off: its length was promised already.
async fn some(blobs: &Blobs, key: &str, from: u64, to: u64) -> Result<Bytes, BlobError> {
    let damaged = |error: std::io::Error| BlobError::File(error);
    let key = key
        .parse::<BlobKey>()
        .map_err(|error| damaged(std::io::Error::other(error.to_string())))?;
    let bytes = blobs.get(key).await?;
    let range = (usize::try_from(from), usize::try_from(to));
    match range {
        (Ok(from), Ok(to)) if from <= to && to <= bytes.len() => Ok(bytes.slice(from..to)),
        _ => Err(damaged(std::io::Error::other(
            "a part of a video is shorter than it was",
        ))),
    }
}
