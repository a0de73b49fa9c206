//! Following a slot, and saying that one was in sight. A slot leads to its own target and nowhere else: what is typed into
//! its form becomes part of that address's query.

use crate::pages::store_error;
use crate::visit::{Visit, found};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::ids::PartnerId;
use masthead_store::partners as rows;
use masthead_web::errors::WebError;
use serde::Serialize;

/// The address by which a slot is followed.
pub(crate) fn href(id: PartnerId) -> String {
    format!("/partners/{id}/go")
}

#[derive(Serialize)]
struct Leave {
    partner: String,
    href: String,
}

/// `GET /partners/<id>/go`: on to the partner. A link is sent on at once; a form gets a page that goes on by itself,
/// since browsers hold what follows a form to the policy of the page that it was on, which names this site alone.
///
/// # Errors
/// 404 for a slot that there is none of, 410 for one whose time is over.
pub async fn go(visit: Visit) -> Result<Response, WebError> {
    let id: PartnerId = visit.parameter("id").parse().map_err(|_| WebError::not_found())?;
    let app = visit.app();
    let slot = rows::one(&mut app.db.reader().await.map_err(store_error)?, id).await;
    let slot = slot.map_err(store_error)?.ok_or_else(WebError::not_found)?;
    let now = app.now();
    // Pages that browsers and proxies hold outlive a slot that was seen to its cap; one that is over leads nowhere.
    if !slot.is_live(now, 0) || slot.site.is_some_and(|site| site != visit.info.site.id) {
        return Err(WebError::gone(visit.say("partner-over", &[]).await?));
    }
    app.partners.click(id, visit.info.client, now);
    let typed = visit.query();
    let href = slot.address(|name| typed.get(name));
    if slot.fields.is_empty() {
        return Ok(found(&href));
    }
    let own = Leave {
        partner: slot.partner,
        href,
    };
    visit
        .page(StatusCode::OK, "partners/leave.html", "partner-leave", &own)
        .await
}

/// `POST /live/partners`: a slot was in sight. The answer is the same whether it counted or not.
///
/// # Errors
/// 400 for what is no slot's id.
pub async fn seen(visit: Visit) -> Result<StatusCode, WebError> {
    let slot = std::str::from_utf8(&visit.body).ok().and_then(|id| id.parse().ok());
    let slot = slot.ok_or_else(|| WebError::bad_request("The body is the id of a slot."))?;
    let app = visit.app();
    app.partners.view(slot, visit.info.client, app.now());
    Ok(StatusCode::NO_CONTENT)
}
