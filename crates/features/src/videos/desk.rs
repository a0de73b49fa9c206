//! `POST /desk/stories/{id}/video`: the video that leads a story, from a file, from a host that is known, or none; and the
//! captions of a file.

use super::{TakeError, Taking, Wish, lead};
use crate::comments::Decider;
use crate::desk::{DeskError, named};
use crate::visit::{Fields, Visit, see_other};
use axum::extract::Request;
use axum::response::Response;
use bytes::BytesMut;
use http::header::CONTENT_TYPE;
use masthead_domain::ids::{StoryId, VideoId};
use masthead_domain::videos::{self, Cue, LeadVideo};
use masthead_formats::webvtt;
use masthead_web::errors::{ErrorKind, WebError};
use multer::{Constraints, Multipart, SizeLimit};

/// The largest form, in bytes: a film with its captions.
pub const LARGEST_FORM: usize = (512 << 20) + (4 << 20);
/// The longest field that is no film, in bytes.
const LONGEST_FIELD: usize = webvtt::LARGEST + 1;
/// The most fields.
const MOST_FIELDS: usize = 20;
/// The longest title, in characters.
const LONGEST_TITLE: usize = 200;

/// What came with the form.
struct Sent {
    fields: Fields,
    video: Option<VideoId>,
    captions: Vec<u8>,
}

/// Why the form does nothing: the word by which the story's page says so, or a failure.
enum Refused {
    Word(&'static str),
    Failed(WebError),
}

impl From<WebError> for Refused {
    fn from(error: WebError) -> Self {
        Self::Failed(error)
    }
}

/// `POST /desk/stories/{id}/video`: `act` is `set`, `remove`, `captions` or `no-captions`.
///
/// # Errors
/// 404 for a story of other desks, 403 where the person may not.
pub async fn set(request: Request) -> Result<Response, WebError> {
    let (visit, body) = Visit::without_body(request).await?;
    let story: StoryId = visit.parameter("id").parse().map_err(|_| WebError::not_found())?;
    let by = Decider::from(visit.viewer()?);
    // Nobody sends half a gigabyte only to hear that the story is not theirs.
    let mut conn = visit.app().db.reader().await.map_err(crate::pages::store_error)?;
    crate::desk::story(&mut conn, visit.viewer()?, visit.parameter("id")).await?;
    drop(conn);
    let word = match read(&visit, body, &by).await {
        Ok(sent) => match wish(&sent) {
            Ok(wish) => match lead(visit.app(), &by, story, wish).await {
                Ok(()) => "video",
                Err(DeskError::Forbidden) => return Err(DeskError::Forbidden.into()),
                Err(error) => return Err(error.into()),
            },
            Err(word) => word,
        },
        Err(Refused::Word(word)) => word,
        Err(Refused::Failed(error)) => return Err(error),
    };
    Ok(see_other(&format!("/desk/stories/{story}?done={word}")))
}

/// Reads the form as it comes: a film is taken in part by part.
async fn read(visit: &Visit, body: axum::body::Body, by: &Decider) -> Result<Sent, Refused> {
    let kind = visit.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let boundary = multer::parse_boundary(kind.unwrap_or_default());
    let boundary = boundary.map_err(|_| WebError::new(ErrorKind::UnsupportedType))?;
    let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(LARGEST_FORM as u64));
    let mut form = Multipart::with_constraints(body.into_data_stream(), boundary, limits);
    let broken = |_| WebError::bad_request("The request broke off.");
    let (mut fields, mut video, mut captions) = (Vec::new(), None, Vec::new());
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            let mut taking = Taking::default();
            while let Some(some) = field.chunk().await.map_err(broken)? {
                taking.push(visit.app(), some).await.map_err(refused)?;
            }
            // A field for files that was left empty is sent all the same.
            if !taking.is_empty() {
                video = Some(taking.finish(visit.app(), &named(by)).await.map_err(refused)?);
            }
            continue;
        }
        let mut came = BytesMut::new();
        while let Some(some) = field.chunk().await.map_err(broken)? {
            if came.len() + some.len() > LONGEST_FIELD || fields.len() >= MOST_FIELDS {
                return Err(Refused::Word("video-large"));
            }
            came.extend_from_slice(&some);
        }
        if name == "captions" {
            captions = came.to_vec();
        } else {
            fields.push((name, String::from_utf8_lossy(&came).into_owned()));
        }
    }
    Ok(Sent {
        fields: Fields::of(fields),
        video,
        captions,
    })
}

fn refused(error: TakeError) -> Refused {
    match error {
        TakeError::Kind => Refused::Word("video-kind"),
        TakeError::TooLarge => Refused::Word("video-large"),
        TakeError::Blob(error) => Refused::Failed(WebError::unavailable(error)),
        TakeError::Store(error) => Refused::Failed(crate::pages::store_error(error)),
    }
}

/// What the form asks for, or the word that says what is wrong with it.
fn wish(sent: &Sent) -> Result<Wish, &'static str> {
    let fields = &sent.fields;
    match fields.get("act") {
        "remove" => Ok(Wish::Lead(None)),
        "no-captions" => Ok(Wish::Captions {
            language: String::new(),
            cues: Vec::new(),
        }),
        "captions" => Ok(Wish::Captions {
            language: language(fields.get("language"))?,
            cues: cues(&sent.captions)?,
        }),
        _ => {
            let title: String = fields.get("title").split_whitespace().collect::<Vec<_>>().join(" ");
            let url = match (sent.video, fields.get("url").trim()) {
                (Some(id), _) => videos::own_address(id),
                (None, "") => return Err("video-none"),
                (None, url) if videos::player(url).is_none() => return Err("video-host"),
                (None, url) => url.to_owned(),
            };
            Ok(Wish::Lead(Some(LeadVideo {
                url,
                title: title.chars().take(LONGEST_TITLE).collect(),
                seconds: None,
            })))
        }
    }
}

fn cues(file: &[u8]) -> Result<Vec<Cue>, &'static str> {
    if file.is_empty() {
        return Err("video-none");
    }
    webvtt::read(file).map_err(|_| "video-captions")
}

/// A language as browsers take it: letters and digits in groups with dashes (BCP 47).
fn language(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let is_tag = (2..=35).contains(&text.len())
        && text
            .split('-')
            .all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    is_tag.then(|| text.to_owned()).ok_or("video-language")
}
