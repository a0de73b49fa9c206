//! A story as readers would see it, before they do: with the same template, private, and kept by nobody.

use super::edit::{checked, space};
use super::form::Loaded;
use super::sheet::{Sheet, pictures};
use super::{story, voice};
use crate::pages::{preview_of, store_error};
use crate::visit::{Visit, private_html};
use axum::body::Body;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use masthead_domain::ids::{SectionId, StoryId};
use masthead_domain::stories::{Placement, StoryContent};
use masthead_domain::videos;
use masthead_services::blobs::{BlobError, BlobKey};
use masthead_store::authors::AuthorRecord;
use masthead_store::public::{PublicPicture, PublicStory};
use masthead_store::{
    Conn, StoreError, authors, pictures as picture_rows, stories as story_rows, topics, videos as video_rows,
};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::urls::Route;
use uuid::Uuid;

/// `GET /desk/stories/{id}/preview`: the newest revision, or that of `revision`.
///
/// # Errors
/// 404 for a story of other desks.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let (record, _) = story(&mut conn, visit.viewer()?, visit.parameter("id")).await?;
    let fields = visit.query();
    let number = fields.get("revision").parse().unwrap_or(record.head_revision);
    let content = story_rows::revision(&mut conn, record.id, number)
        .await
        .map_err(store_error)?;
    let content = content.ok_or_else(WebError::not_found)?;
    let places = story_rows::placements(&mut conn, record.id)
        .await
        .map_err(store_error)?;
    let places: Vec<Placement> = places.iter().map(|place| place.placement).collect();
    drop(conn);
    render(&visit, record.id, content, &places).await
}

/// `POST /desk/preview`: what the form says, which was not saved. What is wrong in it is left out.
///
/// # Errors
/// 404 for a story of other desks.
pub async fn unsaved(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let sheet = Sheet::of_form(&fields);
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let (id, before, named) = match fields.get("story") {
        "" => (StoryId(Uuid::nil()), StoryContent::default(), StoryContent::default()),
        id => {
            let loaded = Loaded::read(&mut conn, &visit, id).await?;
            let named = space(&mut conn, loaded.story.id, &sheet.bases()).await?;
            (loaded.story.id, loaded.content, named)
        }
    };
    drop(conn);
    let (saving, _) = checked(&visit, &sheet, (&before, &named)).await?;
    let places = sheet.places_of(&visit.app().sites());
    render(&visit, id, saving.content, &places).await
}

async fn render(visit: &Visit, id: StoryId, content: StoryContent, places: &[Placement]) -> Result<Response, WebError> {
    let sites = visit.app().sites();
    let asked = visit.query();
    let wanted = sites
        .by_slug(asked.get("site"))
        .map_or(visit.info.site.id, |site| site.id);
    let place = places.iter().find(|place| place.site == wanted).or(places.first());
    let site = place.map_or(wanted, |place| place.site);
    let entry = sites.site(site).ok_or_else(WebError::not_found)?;
    let view = visit.pages.view(entry).await?;
    let ids = pictures(&content);
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let records = picture_rows::by_ids(&mut conn, &ids).await.map_err(store_error)?;
    let topics = if id.0.is_nil() {
        Vec::new()
    } else {
        let ids = story_rows::topics(&mut conn, id).await.map_err(store_error)?;
        topics::by_ids(&mut conn, &ids).await.map_err(store_error)?
    };
    let authors = named(&mut conn, &content).await.map_err(store_error)?;
    let own = content.lead_video.as_ref().and_then(|video| videos::own(&video.url));
    let video = match own {
        Some(id) => video_rows::by_id(&mut conn, id).await.map_err(store_error)?,
        None => None,
    };
    drop(conn);
    let shown = records
        .into_iter()
        .map(|record| PublicPicture {
            id: record.id,
            alt: record.alt,
            credit: record.credit,
            width: record.width,
            height: record.height,
            renditions: record.renditions,
        })
        .collect();
    let now = visit.app().now();
    let story = PublicStory {
        id,
        path: "/desk".to_owned(),
        section: place.map_or(SectionId(Uuid::nil()), |place| place.section),
        position: 0,
        published: now,
        updated: now,
        revision: 0,
        wire_item: None,
        content,
    };
    let mut html = preview_of(&visit.app().places, &view, story, (topics, authors), (shown, video))?;
    html = html.replace("/media/videos/", "/desk/media/videos/");
    // The files of a picture are public only while a story that is out shows it.
    for id in ids {
        html = html.replace(&format!("/media/{id}/"), &format!("/desk/media/{id}/"));
    }
    let word = super::say(&*voice(visit).await?, "desk-preview", &[])?;
    // The title says it in the list of tabs, where two of the same would look alike.
    let html = html.replacen("<title>", &format!("<title>{word}: "), 1);
    Ok(private_html(StatusCode::OK, html))
}

/// The authors of the bylines who have a page.
async fn named(conn: &mut Conn, content: &StoryContent) -> Result<Vec<AuthorRecord>, StoreError> {
    let mut found = Vec::new();
    for byline in &content.bylines {
        found.extend(authors::by_name(conn, &byline.name).await?);
    }
    Ok(found)
}

/// `GET /desk/media/{picture}/{file}`: a picture's file, whether readers may have it or not.
///
/// # Errors
/// 404 for a file that there is none of.
pub async fn media(visit: Visit) -> Result<Response, WebError> {
    let path = format!("/media/{}/{}", visit.parameter("picture"), visit.parameter("file"));
    let Some(Route::Media {
        picture: id,
        width,
        format,
    }) = Route::parse(&path)
    else {
        return Err(WebError::not_found());
    };
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let record = picture_rows::by_id(&mut conn, id).await.map_err(store_error)?;
    drop(conn);
    let record = record.ok_or_else(WebError::not_found)?;
    let file = record
        .renditions
        .iter()
        .find(|file| file.width == u32::from(width) && file.format == format.extension());
    let key = file.ok_or_else(WebError::not_found)?.key.parse::<BlobKey>();
    let bytes = visit.app().blobs.get(key.map_err(WebError::internal)?).await;
    let bytes = bytes.map_err(|error| match error {
        BlobError::NotFound(_) => WebError::internal(error),
        error => WebError::unavailable(error),
    })?;
    let mut response = Response::new(Body::from(bytes));
    let kind = HeaderValue::from_static(format.content_type());
    response.headers_mut().insert(CONTENT_TYPE, kind);
    CachePolicy::Private.apply(response.headers_mut());
    Ok(response)
}
