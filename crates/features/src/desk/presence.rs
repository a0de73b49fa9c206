//! Who else has a story open: a row that its page refreshes, and that is forgotten when it doesn't. Without script it is
//! written when the page is opened, so that it says who opened it in the last minutes.

use super::people;
use super::story;
use crate::pages::store_error;
use crate::visit::Visit;
use axum::body::Body;
use axum::response::Response;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use masthead_domain::ids::StoryId;
use masthead_store::{Conn, StoreError, desk as rows};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;

/// Seconds after which somebody who wasn't seen again no longer counts.
const SECONDS: i64 = 120;

/// Writes down that the visitor has a story open.
pub(super) async fn note(visit: &Visit, id: StoryId) -> Result<(), WebError> {
    let (account, gone) = (visit.viewer()?.account, visit.app().now().plus_seconds(-SECONDS));
    let written = visit
        .app()
        .db
        .write("desk.seen", move |tx| Box::pin(rows::seen(tx, id, account, gone)))
        .await;
    // A story can be read while nothing can be written.
    if let Err(error) = written {
        tracing::debug!(%error, "that a story is open can't be written down");
    }
    Ok(())
}

/// The names of others who have it open.
pub(super) async fn others(conn: &mut Conn, visit: &Visit, id: StoryId) -> Result<Vec<String>, WebError> {
    let since = visit.app().now().plus_seconds(-SECONDS);
    let me = visit.viewer()?.account;
    let mut names = Vec::new();
    for (account, _) in rows::others(conn, id, me, since).await.map_err(store_error)? {
        names.push(people::of_account(conn, account).await.map_err(store_error)?);
    }
    Ok(names)
}

/// `POST /desk/stories/{id}/presence`: still there, or (with `leave`) gone; answers who else is.
///
/// # Errors
/// 404 for a story of other desks.
pub async fn keep(visit: Visit) -> Result<Response, WebError> {
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let (record, _) = story(&mut conn, visit.viewer()?, visit.parameter("id")).await?;
    if visit.form()?.has("leave") {
        let account = visit.viewer()?.account;
        visit
            .app()
            .db
            .write("desk.left", move |tx| {
                Box::pin(async move {
                    rows::left(tx, record.id, account).await?;
                    Ok::<_, StoreError>(())
                })
            })
            .await
            .map_err(store_error)?;
    } else {
        note(&visit, record.id).await?;
    }
    let names = others(&mut conn, &visit, record.id).await?;
    let bytes = serde_json::to_vec(&serde_json::json!({ "others": names })).map_err(WebError::internal)?;
    let mut response = Response::new(Body::from(bytes));
    let head = response.headers_mut();
    head.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    CachePolicy::NoStore.apply(head);
    Ok(response)
}
