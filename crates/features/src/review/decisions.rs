//! `/desk/review/log`: the log of decisions, to be checked and taken along. It is of the whole network, and so is the role
//! that it asks for.

use crate::app::App;
use crate::comments::turn;
use crate::desk::{self, Here};
use crate::pages::store_error;
use crate::visit::{Visit, private_html};
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures::stream::{self, Stream};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use masthead_domain::permissions::Permission;
use masthead_store::audit::{self, Entry};
use masthead_store::{Conn, StoreError};
use masthead_web::errors::WebError;
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;

/// Entries that are read at once.
const AT_ONCE: usize = 500;

#[derive(Serialize)]
struct Own {
    checked: Option<Checked>,
}

#[derive(Serialize)]
struct Checked {
    sound: u64,
    broken_at: Option<i64>,
    changed: Vec<i64>,
}

fn allowed(visit: &Visit) -> Result<(), WebError> {
    if visit.viewer()?.may(Permission::PolicyEdit, None) {
        Ok(())
    } else {
        Err(WebError::forbidden("Your role doesn't reach that far."))
    }
}

/// `GET /desk/review/log`
///
/// # Errors
/// 403 for a role of one site.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    allowed(&visit)?;
    page(&visit, None).await
}

/// `POST /desk/review/log`: computes the whole chain again.
///
/// # Errors
/// 403 for a role of one site.
pub async fn check(visit: Visit) -> Result<Response, WebError> {
    allowed(&visit)?;
    turn::chain(visit.app()).await.map_err(store_error)?;
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let found = audit::verify(&mut conn).await.map_err(store_error)?;
    drop(conn);
    let checked = Checked {
        sound: found.sound,
        broken_at: found.broken_at,
        changed: found.changed_texts,
    };
    page(&visit, Some(checked)).await
}

async fn page(visit: &Visit, checked: Option<Checked>) -> Result<Response, WebError> {
    let title = desk::say(&*desk::voice(visit).await?, "review-log", &[])?;
    let own = Own { checked };
    desk::page(visit, StatusCode::OK, (Here::Review, "review/log.html", title), &own).await
}

/// `GET /desk/review/log.jsonl`: every entry as a line of JSON, with the hash of everything before it.
///
/// # Errors
/// 403 for a role of one site.
pub async fn file(visit: Visit) -> Result<Response, WebError> {
    allowed(&visit)?;
    turn::chain(visit.app()).await.map_err(store_error)?;
    let lines = lines(visit.pages.shared_app());
    let mut response = private_html(StatusCode::OK, String::new());
    *response.body_mut() = Body::from_stream(lines);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/jsonl"));
    headers.insert(
        CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"decisions.jsonl\""),
    );
    Ok(response)
}

/// The lines, read as they are sent: a log of years is not held in memory.
fn lines(app: Arc<App>) -> impl Stream<Item = Result<Bytes, StoreError>> {
    stream::try_unfold(0, move |seq| {
        let app = Arc::clone(&app);
        async move {
            let mut conn = app.db.reader().await?;
            let Some((some, seq)) = some_lines(&mut conn, seq).await? else {
                return Ok(None);
            };
            Ok(Some((Bytes::from(some), seq)))
        }
    })
}

/// The next lines behind an entry, with the number of the last; none at the end.
///
/// # Errors
/// When the store can't answer.
pub async fn some_lines(conn: &mut Conn, seq: i64) -> Result<Option<(String, i64)>, StoreError> {
    let entries = audit::after(conn, seq, AT_ONCE).await?;
    let Some(last) = entries.last().and_then(|entry| entry.seq) else {
        return Ok(None);
    };
    let events: Vec<_> = entries.iter().map(|entry| entry.event).collect();
    let texts = audit::texts(conn, &events).await?;
    let mut lines = String::new();
    for entry in &entries {
        let text = texts.iter().find(|(event, ..)| *event == entry.event);
        lines.push_str(&line(entry, text.map(|(_, salt, text)| (*salt, text.as_str()))));
        lines.push('\n');
    }
    Ok(Some((lines, last)))
}

fn line(entry: &Entry, text: Option<(uuid::Uuid, &str)>) -> String {
    json!({
        "seq": entry.seq, "event": entry.event, "at": entry.at, "at_micros": entry.at.as_micros(),
        "actor": entry.actor, "act": entry.act, "subject": entry.subject, "facts": entry.facts,
        "commitment": entry.commitment.as_deref().map(audit::hex), "hash": entry.hash.as_deref().map(audit::hex),
        "salt": text.map(|(salt, _)| salt), "text": text.map(|(_, text)| text),
    })
    .to_string()
}
