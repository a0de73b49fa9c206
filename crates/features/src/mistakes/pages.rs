//! The reader's pages: what is wrong in a story, and what became of it. No account is needed.

use super::{MistakeError, report};
use crate::accounts::pages::is_trapped;
use crate::pages::store_error;
use crate::visit::{Fields, Visit, see_other};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::ids::StoryId;
use masthead_domain::mistakes::Outcome;
use masthead_domain::time::Timestamp;
use masthead_store::mistakes as rows;
use masthead_store::public;
use masthead_web::errors::WebError;
use serde::Serialize;

#[derive(Serialize)]
struct Form<'a> {
    story: String,
    headline: String,
    back: String,
    text: &'a str,
    wrong: bool,
}

/// The story of the address, where readers of this site see it.
async fn seen(visit: &Visit, story: StoryId) -> Result<Option<(String, String)>, WebError> {
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let card = public::visible(&mut conn, visit.app().now(), visit.info.site.id, &[story]).await;
    let card = card.map_err(store_error)?.pop();
    Ok(card.map(|card| (card.headline, card.path)))
}

async fn page(visit: &Visit, fields: &Fields, wrong: bool) -> Result<Response, WebError> {
    let story: StoryId = visit.parameter("story").parse().map_err(|_| WebError::not_found())?;
    let (headline, back) = seen(visit, story).await?.ok_or_else(WebError::not_found)?;
    let own = Form {
        story: story.to_string(),
        headline,
        back,
        text: fields.get("text"),
        wrong,
    };
    let status = if wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    visit.page(status, "mistakes/report.html", "mistake-title", &own).await
}

/// `GET /mistakes/<story>`
///
/// # Errors
/// 404 for what readers of the site don't see.
pub async fn form(visit: Visit) -> Result<Response, WebError> {
    page(&visit, &Fields::default(), false).await
}

/// `POST /mistakes/<story>`
///
/// # Errors
/// 404 for what readers of the site don't see, 429 for too many.
pub async fn send(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let story: StoryId = visit.parameter("story").parse().map_err(|_| WebError::not_found())?;
    if is_trapped(&fields) {
        return Ok(see_other("/mistakes/receipts/again"));
    }
    let (app, viewer) = (visit.app(), visit.viewer.as_deref());
    let about = (visit.info.site.id, story);
    match report(app, viewer, visit.info.client, about, fields.get("text")).await {
        Ok(Some(receipt)) => Ok(see_other(&format!("/mistakes/receipts/{receipt}"))),
        Ok(None) => Ok(see_other("/mistakes/receipts/again")),
        Err(MistakeError::Text) => page(&visit, &fields, true).await,
        Err(error) => Err(error.into()),
    }
}

#[derive(Default, Serialize)]
struct Receipt {
    again: bool,
    text: String,
    sent: i64,
    outcome: &'static str,
    decided: Option<i64>,
    reply: String,
    headline: String,
    href: String,
}

/// `GET /mistakes/receipts/<receipt>`: what became of a report, for whoever has its receipt.
///
/// # Errors
/// 404 for a receipt that there is none of.
pub async fn receipt(visit: Visit) -> Result<Response, WebError> {
    let receipt = visit.parameter("receipt");
    let own = if receipt == "again" {
        Receipt {
            again: true,
            ..Receipt::default()
        }
    } else {
        let mut conn = visit.app().db.reader().await.map_err(store_error)?;
        let found = rows::by_receipt(&mut conn, receipt).await.map_err(store_error)?;
        drop(conn);
        let found = found.ok_or_else(WebError::not_found)?;
        let (headline, href) = seen(&visit, found.story).await?.unwrap_or_default();
        Receipt {
            again: false,
            text: found.body,
            sent: found.created_at.as_micros(),
            outcome: found.outcome.map_or("waits", Outcome::name),
            decided: found.decided_at.map(Timestamp::as_micros),
            reply: found.reply,
            headline,
            href,
        }
    };
    visit
        .page(StatusCode::OK, "mistakes/receipt.html", "mistake-title", &own)
        .await
}
