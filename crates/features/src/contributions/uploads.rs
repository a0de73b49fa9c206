//! Uploads that can be taken up again where they broke off: the tus protocol 1.0.0 (<https://tus.io/protocols/resumable-upload>),
//! its core with the extensions creation, termination and expiration.
//!
//! What comes is kept as blobs, so that any node can take the next part. When all of it is there, it is a picture of the
//! draft like one from a plain form; a file that is no picture is refused with the last part.

use super::ContributionError;
use super::pictures::{Into, LARGEST_PICTURE, add};
use crate::app::App;
use crate::pages::store_error;
use crate::visit::Visit;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use base64::Engine as _;
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use masthead_domain::contributions::MOST_PICTURES;
use masthead_services::blobs::{BlobError, BlobKey};
use masthead_store::contributions::uploads::{self as rows, Upload};
use masthead_store::{StoreError, jobs};
use masthead_web::encodings::http_date;
use masthead_web::errors::{ErrorKind, WebError};
use uuid::Uuid;

/// The version that is spoken.
const VERSION: &str = "1.0.0";
/// What is spoken beside the core.
const EXTENSIONS: &str = "creation,termination,expiration";
/// Seconds for which an upload is kept.
const KEPT: i64 = 24 * 3_600;
/// The job that throws an upload away; its key is the upload's id.
pub const JOB: &str = "contributions.upload";
/// The kind of a part's body.
const PART: &str = "application/offset+octet-stream";
/// Bytes before a part in its blob: the upload and the place, so that no two uploads share a blob and one can be thrown
/// away without the other.
const LABEL: usize = 24;

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");

fn answer(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(RESUMABLE, HeaderValue::from_static(VERSION));
    response
}

fn with(mut response: Response, name: HeaderName, value: impl ToString) -> Response {
    if let Ok(value) = HeaderValue::try_from(value.to_string()) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// A refusal by the status that the protocol has for it, as problem details (RFC 9457): the protocol's own headers have
/// to stay, which a page for people would not have.
fn refused(status: StatusCode, why: &str) -> Response {
    let problem = serde_json::json!({
        "type": "about:blank",
        "title": status.canonical_reason(),
        "status": status.as_u16(),
        "detail": why,
    });
    let mut response = answer(status);
    *response.body_mut() = Body::from(problem.to_string());
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

/// 412 for a client of another version.
fn other_version(headers: &HeaderMap) -> Option<Response> {
    let spoken = headers.get(RESUMABLE).is_some_and(|version| version == VERSION);
    (!spoken).then(|| {
        let response = refused(StatusCode::PRECONDITION_FAILED, "Tus-Resumable: 1.0.0");
        with(response, HeaderName::from_static("tus-version"), VERSION)
    })
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let text = headers.get(name)?.to_str().ok()?;
    // A sign is no digit, though a parser of numbers takes one.
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

/// `OPTIONS /contribute/uploads`: what is spoken.
///
/// # Errors
/// None.
pub async fn options(_visit: Visit) -> Result<Response, WebError> {
    let response = with(
        answer(StatusCode::NO_CONTENT),
        HeaderName::from_static("tus-version"),
        VERSION,
    );
    let response = with(response, HeaderName::from_static("tus-extension"), EXTENSIONS);
    Ok(with(response, HeaderName::from_static("tus-max-size"), LARGEST_PICTURE))
}

/// The file's name from `Upload-Metadata`: pairs with commas, a key, a space and base64.
fn file_name(headers: &HeaderMap) -> String {
    let metadata = headers.get("upload-metadata").and_then(|value| value.to_str().ok());
    let pairs = metadata.unwrap_or_default().split(',').map(str::trim);
    let encoded = pairs
        .filter_map(|pair| pair.split_once(' '))
        .find(|(key, _)| *key == "filename")
        .map(|(_, value)| value);
    let bytes = encoded.and_then(|text| base64::engine::general_purpose::STANDARD.decode(text).ok());
    let name = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    name.unwrap_or_default().replace('\0', "").chars().take(200).collect()
}

/// `POST /contribute/uploads`: promises a file.
///
/// # Errors
/// When the store can't answer.
pub async fn create(visit: Visit) -> Result<Response, WebError> {
    let (app, viewer) = (visit.app(), visit.viewer()?);
    if let Some(refused) = other_version(&visit.headers) {
        return Ok(refused);
    }
    let Some(length) = number(&visit.headers, &LENGTH) else {
        return Ok(refused(StatusCode::BAD_REQUEST, "Upload-Length is missing."));
    };
    if length == 0 {
        return Ok(refused(StatusCode::BAD_REQUEST, "An empty file is no picture."));
    }
    if length > LARGEST_PICTURE as u64 {
        return Ok(refused(StatusCode::PAYLOAD_TOO_LARGE, "A picture has at most 20 MB."));
    }
    let profile = viewer.profile;
    if rows::count(&mut app.db.reader().await.map_err(store_error)?, profile)
        .await
        .map_err(store_error)?
        >= MOST_PICTURES
    {
        return Ok(refused(StatusCode::CONFLICT, "Too many uploads are under way."));
    }
    let upload = Upload {
        id: app.ids.next_uuid(),
        profile,
        length,
        received: 0,
        file_name: file_name(&visit.headers),
        expires_at: app.now().plus_seconds(KEPT),
    };
    let new = upload.clone();
    app.db
        .write("contributions.begin_upload", move |tx| {
            let new = new.clone();
            Box::pin(async move {
                rows::insert(tx, &new).await?;
                let key = new.id.to_string();
                jobs::schedule(tx, JOB, &key, new.expires_at, &serde_json::Value::Null).await?;
                Ok::<_, StoreError>(())
            })
        })
        .await
        .map_err(store_error)?;
    let response = with(
        answer(StatusCode::CREATED),
        LOCATION,
        format!("/contribute/uploads/{}", upload.id),
    );
    Ok(with(response, EXPIRES, expires(&upload)))
}

fn expires(upload: &Upload) -> String {
    http_date(upload.expires_at)
}

/// The upload of the address, if it is the viewer's and still kept.
async fn found(visit: &Visit) -> Result<Upload, Response> {
    let gone = || refused(StatusCode::NOT_FOUND, "There is no such upload.");
    let (Ok(id), Ok(viewer)) = (visit.parameter("id").parse::<Uuid>(), visit.viewer()) else {
        return Err(gone());
    };
    let unavailable = |_| refused(StatusCode::SERVICE_UNAVAILABLE, "Try again.");
    let mut conn = visit.app().db.reader().await.map_err(unavailable)?;
    let upload = rows::one(&mut conn, id, viewer.profile).await.map_err(unavailable)?;
    match upload {
        Some(upload) if upload.expires_at <= visit.app().now() => {
            Err(refused(StatusCode::GONE, "The upload took too long."))
        }
        Some(upload) => Ok(upload),
        None => Err(gone()),
    }
}

/// `HEAD /contribute/uploads/<id>`: how far it is.
///
/// # Errors
/// None: what is wrong is a status of the protocol.
pub async fn head(visit: Visit) -> Result<Response, WebError> {
    if let Some(refused) = other_version(&visit.headers) {
        return Ok(refused);
    }
    Ok(match found(&visit).await {
        Ok(upload) => {
            let response = with(answer(StatusCode::OK), OFFSET, upload.received);
            let response = with(response, LENGTH, upload.length);
            let response = with(response, CACHE_CONTROL, "no-store");
            with(response, EXPIRES, expires(&upload))
        }
        Err(refused) => refused,
    })
}

/// `DELETE /contribute/uploads/<id>`: throws it away.
///
/// # Errors
/// When the store can't answer.
pub async fn terminate(visit: Visit) -> Result<Response, WebError> {
    if let Some(refused) = other_version(&visit.headers) {
        return Ok(refused);
    }
    match found(&visit).await {
        Ok(upload) => {
            discard(visit.app(), upload.id).await?;
            Ok(answer(StatusCode::NO_CONTENT))
        }
        Err(refused) => Ok(refused),
    }
}

/// `PATCH /contribute/uploads/<id>`: a part. As much as came is kept, also when the connection broke. A `POST` with
/// `X-HTTP-Method-Override` is the same, for clients that can't send it.
///
/// # Errors
/// When the store can't answer.
pub async fn part(request: Request) -> Result<Response, WebError> {
    let (visit, body) = Visit::without_body(request).await?;
    if visit.method == Method::POST {
        let meant = visit.headers.get("x-http-method-override");
        match meant.and_then(|method| method.to_str().ok()) {
            Some("PATCH") => {}
            Some("DELETE") => return terminate(visit).await,
            Some("HEAD") => return head(visit).await,
            _ => return Err(WebError::new(ErrorKind::MethodNotAllowed)),
        }
    }
    if let Some(refused) = other_version(&visit.headers) {
        return Ok(refused);
    }
    if visit.headers.get(CONTENT_TYPE).is_none_or(|kind| kind != PART) {
        return Ok(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, PART));
    }
    let upload = match found(&visit).await {
        Ok(upload) => upload,
        Err(refused) => return Ok(refused),
    };
    let Some(offset) = number(&visit.headers, &OFFSET) else {
        return Ok(refused(StatusCode::BAD_REQUEST, "Upload-Offset is missing."));
    };
    if offset != upload.received {
        return Ok(refused(StatusCode::CONFLICT, "The upload is elsewhere by now."));
    }
    let room = upload.length - upload.received;
    let came = match read(body, room).await {
        Ok(came) => came,
        Err(TooLong) => return Ok(refused(StatusCode::PAYLOAD_TOO_LARGE, "More came than was promised.")),
    };
    take(visit.app(), upload, came, &visit).await
}

/// More bytes than were promised.
struct TooLong;

/// What comes of a body until it ends or breaks off.
async fn read(body: Body, room: u64) -> Result<Bytes, TooLong> {
    let mut stream = body.into_data_stream();
    let mut came = BytesMut::new();
    while let Some(Ok(some)) = stream.next().await {
        if (came.len() + some.len()) as u64 > room {
            return Err(TooLong);
        }
        came.extend_from_slice(&some);
    }
    Ok(came.freeze())
}

async fn take(app: &App, mut upload: Upload, came: Bytes, visit: &Visit) -> Result<Response, WebError> {
    if !came.is_empty() {
        let (id, at, length) = (upload.id, upload.received, came.len() as u64);
        let mut blob = BytesMut::with_capacity(LABEL + came.len());
        blob.extend_from_slice(id.as_bytes());
        blob.extend_from_slice(&at.to_be_bytes());
        blob.extend_from_slice(&came);
        let key = app.blobs.put(blob.freeze()).await.map_err(WebError::unavailable)?;
        let key = key.to_string();
        let kept = app
            .db
            .write("contributions.upload_part", move |tx| {
                let key = key.clone();
                Box::pin(async move { rows::append(tx, id, at, length, &key).await })
            })
            .await
            .map_err(store_error)?;
        if !kept {
            return Ok(refused(StatusCode::CONFLICT, "Another part came first."));
        }
        upload.received += length;
    }
    if upload.received < upload.length {
        let response = with(answer(StatusCode::NO_CONTENT), OFFSET, upload.received);
        return Ok(with(response, EXPIRES, expires(&upload)));
    }
    finish(app, &upload, visit).await
}

/// Makes a picture of the draft of what is there.
async fn finish(app: &App, upload: &Upload, visit: &Visit) -> Result<Response, WebError> {
    let whole = whole(app, upload).await?;
    let into = Into {
        profile: upload.profile,
        site: visit.info.site.id,
        call_out: None,
    };
    let added = add(app, into, whole, &upload.file_name).await;
    match added {
        Ok(_) => {}
        Err(ContributionError::Failed(detail)) => return Err(WebError::unavailable(detail)),
        Err(ContributionError::Store(error)) => return Err(store_error(error)),
        Err(error) => {
            discard(app, upload.id).await?;
            let why = match error.message() {
                Some(key) => visit.say(&key, &[]).await?,
                None => error.to_string(),
            };
            return Ok(refused(StatusCode::UNPROCESSABLE_ENTITY, &why));
        }
    }
    discard(app, upload.id).await?;
    Ok(with(answer(StatusCode::NO_CONTENT), OFFSET, upload.received))
}

async fn whole(app: &App, upload: &Upload) -> Result<Bytes, WebError> {
    let parts = rows::parts(&mut app.db.reader().await.map_err(store_error)?, upload.id)
        .await
        .map_err(store_error)?;
    let mut whole = BytesMut::new();
    for part in parts {
        let key: BlobKey = part.parse().map_err(WebError::internal)?;
        let blob = app.blobs.get(key).await.map_err(WebError::unavailable)?;
        whole.extend_from_slice(blob.get(LABEL..).unwrap_or_default());
    }
    Ok(whole.freeze())
}

/// Throws an upload away: its parts first, so that none is left behind without a row that names it.
///
/// # Errors
/// When the store or the blobs can't answer; it can be done again.
pub async fn discard(app: &App, id: Uuid) -> Result<(), ContributionError> {
    let failed = |error: BlobError| ContributionError::Failed(error.to_string());
    for part in rows::parts(&mut app.db.reader().await?, id).await? {
        if let Ok(key) = part.parse::<BlobKey>() {
            app.blobs.delete(key).await.map_err(failed)?;
        }
    }
    app.db
        .write("contributions.discard_upload", move |tx| {
            Box::pin(async move {
                rows::delete(tx, id).await?;
                jobs::cancel(tx, JOB, &id.to_string()).await?;
                Ok(())
            })
        })
        .await
}
