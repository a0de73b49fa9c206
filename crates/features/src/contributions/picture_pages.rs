//! Sending pictures: one form with the files and what is said of them, which is plain multipart and read as it comes, so
//! that one file at a time is in memory; and the small copies that authors and the desk see.

use super::pages::{Thumb, discard, send_kept, thumbs, username_href, wrong};
use super::pictures::{Into, LARGEST_PICTURE, LONGEST_CAPTION, Words, add, describe};
use super::write::{Typed, save};
use super::{ContributionError, call_outs, href};
use crate::pages::store_error;
use crate::visit::{Fields, Visit, private_jpeg, see_other};
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::BytesMut;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use masthead_domain::contributions::{Kind, MOST_PICTURES, State, TERMS};
use masthead_domain::ids::PictureId;
use masthead_domain::permissions::Permission;
use masthead_services::blobs::BlobKey;
use masthead_store::contributions::call_outs::CallOut;
use masthead_store::contributions::{self as rows, Contribution, pictures as picture_rows};
use masthead_web::errors::{ErrorKind, WebError};
use multer::{Constraints, Multipart, SizeLimit};
use serde::Serialize;
use uuid::Uuid;

/// The largest form with pictures, in bytes: twenty of the kind that telephones make.
pub const LARGEST_FORM: usize = 200 << 20;
/// The longest field of such a form that is no file, in bytes.
const LONGEST_FIELD: usize = 64 << 10;
/// The most fields of such a form that are no files.
const MOST_FIELDS: usize = 200;

#[derive(Serialize)]
struct Form<'a> {
    action: String,
    /// What the call-out asks, in a line, and more about it.
    call_out: Option<(String, String)>,
    id: String,
    title: &'a str,
    text: &'a str,
    pictures: Vec<Thumb>,
    most: usize,
    megabytes: usize,
    longest: usize,
    terms: &'static str,
    /// Files that were not taken, by name, and why, in words.
    refused: Vec<(String, String)>,
    wrong: Option<String>,
    field: &'static str,
    username_href: Option<String>,
    verified: bool,
    saved: bool,
}

/// What somebody sent by the form.
#[derive(Default)]
struct Sent {
    fields: Vec<(String, String)>,
    /// Names of files that were not taken, with what is wrong.
    refused: Vec<(String, ContributionError)>,
}

async fn draft(visit: &Visit, call_out: Option<Uuid>) -> Result<Option<Contribution>, WebError> {
    let profile = visit.viewer()?.profile;
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    rows::draft(&mut conn, profile, Kind::Pictures, call_out)
        .await
        .map_err(store_error)
}

/// The address of the form.
fn action_of(call_out: Option<&CallOut>) -> String {
    call_out.map_or_else(|| "/contribute/pictures".into(), |one| call_outs::href(&one.slug))
}

/// `GET /contribute/pictures`
///
/// # Errors
/// When the store can't answer.
pub async fn form(visit: Visit) -> Result<Response, WebError> {
    page(&visit, Sent::default(), None).await
}

async fn page(visit: &Visit, sent: Sent, error: Option<&ContributionError>) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let call_out = call_outs::at(visit).await?;
    let draft = draft(visit, call_out.as_ref().map(|one| one.id)).await?;
    let action = action_of(call_out.as_ref());
    let pictures = match &draft {
        Some(draft) => thumbs(visit.app(), draft.id).await.map_err(store_error)?,
        None => Vec::new(),
    };
    let typed = Fields::from(sent.fields);
    let mut refused = Vec::with_capacity(sent.refused.len());
    for (name, why) in &sent.refused {
        let said = wrong(visit, why).await?;
        refused.push((name.clone(), said.map_or_else(|| why.to_string(), |(words, _)| words)));
    }
    let said = match error {
        Some(error) => wrong(visit, error).await?,
        None => None,
    };
    let known = |field: &str, kept: Option<&String>| -> String {
        if typed.has(field) {
            typed.get(field).to_owned()
        } else {
            kept.cloned().unwrap_or_default()
        }
    };
    let title = known("title", draft.as_ref().map(|one| &one.title));
    let text = known("text", draft.as_ref().map(|one| &one.body));
    let own = Form {
        id: draft.as_ref().map_or_else(String::new, |one| one.id.to_string()),
        title: &title,
        text: &text,
        pictures,
        most: MOST_PICTURES,
        megabytes: LARGEST_PICTURE >> 20,
        longest: LONGEST_CAPTION,
        terms: TERMS,
        username_href: viewer.username.is_none().then(|| username_href(&action)),
        verified: viewer.email_verified_at.is_some(),
        saved: visit.query().has("saved"),
        field: said.as_ref().map_or("", |(_, field)| field),
        wrong: said.map(|(words, _)| words),
        refused,
        call_out: call_out.map(|one| (one.title, one.about)),
        action,
    };
    let status = match error {
        Some(error) => super::pages::status_of(error),
        None if own.refused.is_empty() => StatusCode::OK,
        None => StatusCode::UNPROCESSABLE_ENTITY,
    };
    visit
        .page(status, "contributions/pictures.html", "contribute-pictures", &own)
        .await
}

/// `POST /contribute/pictures`: takes the files, keeps what is said of them, and sends all of it
/// where that is asked for.
///
/// # Errors
/// What the person can mend comes back in the form, and every picture that was taken stays.
pub async fn submit(request: Request) -> Result<Response, WebError> {
    let (visit, body) = Visit::without_body(request).await?;
    take(visit, body).await
}

/// The same with the request taken apart.
pub(super) async fn take(visit: Visit, body: Body) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let call_out = call_outs::at(&visit).await?;
    let (action, call_out) = (action_of(call_out.as_ref()), call_out.map(|one| one.id));
    let into = Into {
        profile: viewer.profile,
        site: visit.info.site.id,
        call_out,
    };
    let sent = read(&visit, body, into).await?;
    let fields = Fields::from(sent.fields.clone());
    if fields.get("act") == "discard" {
        return discard(&visit, Kind::Pictures, call_out, &action).await;
    }
    if let Ok(known) = fields.get("id").parse() {
        // A form that was sent twice: what it sent is with the desk by now.
        let mut conn = visit.app().db.reader().await.map_err(store_error)?;
        let known = rows::one(&mut conn, known).await.map_err(store_error)?;
        let known = known.filter(|one| one.profile == viewer.profile && one.standing.state != State::Draft);
        if let Some(known) = known {
            return Ok(see_other(&href(known.id)));
        }
    }
    let typed = Typed {
        id: None,
        kind: Kind::Pictures,
        call_out,
        title: fields.get("title").to_owned(),
        body: fields.get("text").to_owned(),
    };
    let done = match save(visit.app(), viewer.profile, into.site, typed).await {
        Ok(kept) => match describe(visit.app(), viewer.profile, kept.id, words(&fields)).await {
            Ok(()) if fields.get("act") == "submit" && sent.refused.is_empty() => {
                send_kept(&visit, viewer, &kept, &fields).await.map(Some)
            }
            Ok(()) => Ok(None),
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    match done {
        Ok(Some(done)) => Ok(see_other(&format!("{}?done=sent", href(done.id)))),
        Ok(None) if sent.refused.is_empty() => Ok(see_other(&format!("{action}?saved=1"))),
        Ok(None) => page(&visit, sent, None).await,
        Err(error) if error.message().is_some() => page(&visit, sent, Some(&error)).await,
        Err(error) => Err(error.into()),
    }
}

/// What a form says of the pictures that are there.
pub(super) fn words(fields: &Fields) -> Vec<Words> {
    let all = fields.pairs().iter();
    let ids = all.filter_map(|(name, _)| name.strip_prefix("caption-")?.parse::<Uuid>().ok());
    ids.map(|id| Words {
        id,
        caption: fields.get(&format!("caption-{id}")).to_owned(),
        place: fields.get(&format!("place-{id}")).to_owned(),
        taken_on: fields.get(&format!("date-{id}")).to_owned(),
        remove: fields.has(&format!("remove-{id}")),
    })
    .collect()
}

/// Reads the form as it comes. A file is taken as soon as it is there; one that is not taken loses nothing else.
async fn read(visit: &Visit, body: Body, into: Into) -> Result<Sent, WebError> {
    let kind = visit.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let boundary = multer::parse_boundary(kind.unwrap_or_default());
    let Ok(boundary) = boundary else {
        return Err(WebError::new(ErrorKind::UnsupportedType));
    };
    let limits = SizeLimit::new().whole_stream(LARGEST_FORM as u64);
    let limits = Constraints::new().size_limit(limits);
    let mut form = Multipart::with_constraints(body.into_data_stream(), boundary, limits);
    let mut sent = Sent::default();
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().map(|name| name.replace('\0', ""));
        let most = if file.is_some() { LARGEST_PICTURE } else { LONGEST_FIELD };
        let (mut came, mut too_long) = (BytesMut::new(), false);
        while let Some(some) = field.chunk().await.map_err(broken)? {
            too_long |= came.len() + some.len() > most;
            if !too_long {
                came.extend_from_slice(&some);
            }
        }
        match file {
            // A field for files that was left empty is sent all the same.
            Some(file) if file.is_empty() && came.is_empty() => {}
            Some(file) => {
                let added = if too_long {
                    Err(ContributionError::Picture("contribute-picture-large"))
                } else {
                    add(visit.app(), into, came.freeze(), &file).await.map(drop)
                };
                match added {
                    Ok(()) => {}
                    Err(error) if error.message().is_some() => sent.refused.push((file, error)),
                    Err(error) => return Err(error.into()),
                }
            }
            None if too_long || sent.fields.len() >= MOST_FIELDS => return Err(WebError::new(ErrorKind::TooLarge)),
            None => {
                let value = String::from_utf8_lossy(&came).replace('\0', "");
                sent.fields.push((name, value));
            }
        }
    }
    Ok(sent)
}

fn broken(error: multer::Error) -> WebError {
    match error {
        multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. } => {
            WebError::new(ErrorKind::TooLarge)
        }
        _ => WebError::bad_request("The form broke off, or is none."),
    }
}

/// `GET /contribute/files/<id>`: the small copy of a picture, for its author and for the desk that decides on it.
///
/// # Errors
/// 404 for everybody else.
pub async fn file(visit: Visit) -> Result<Response, WebError> {
    let id: Uuid = visit.parameter("id").parse().map_err(|_| WebError::not_found())?;
    let viewer = visit.viewer()?;
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let picture = picture_rows::one(&mut conn, id).await.map_err(store_error)?;
    let picture = picture.ok_or_else(WebError::not_found)?;
    let one = rows::one(&mut conn, picture.contribution).await.map_err(store_error)?;
    drop(conn);
    let allowed = one.is_some_and(|one| {
        let at_desk = one.standing.state != State::Draft && viewer.may(Permission::ContributionsReview, Some(one.site));
        one.profile == viewer.profile || at_desk
    });
    if !allowed {
        return Err(WebError::not_found());
    }
    blob(&visit, &picture.preview).await
}

/// `GET /desk/review/archive/<picture>`: the smallest public file of a picture of the archive, beside which the desk
/// looks at a new one.
///
/// # Errors
/// 404 for a picture without files.
pub async fn archived(visit: Visit) -> Result<Response, WebError> {
    let id: PictureId = visit.parameter("id").parse().map_err(|_| WebError::not_found())?;
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let record = masthead_store::pictures::by_id(&mut conn, id)
        .await
        .map_err(store_error)?;
    drop(conn);
    let files = record.map(|record| record.renditions).unwrap_or_default();
    let file = files
        .iter()
        .filter(|file| file.format == "jpg")
        .min_by_key(|file| file.width);
    let file = file.ok_or_else(WebError::not_found)?;
    blob(&visit, &file.key).await
}

async fn blob(visit: &Visit, key: &str) -> Result<Response, WebError> {
    let key: BlobKey = key.parse().map_err(WebError::internal)?;
    let bytes = visit.app().blobs.get(key).await.map_err(WebError::unavailable)?;
    Ok(private_jpeg(bytes))
}
