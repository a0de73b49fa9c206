//! `/desk/review/profiles`: names, portraits and words about themselves that people want shown. A profile is the whole network's, and
//! so is the role that decides.

use crate::desk::{self, Here};
use crate::pages::store_error;
use crate::profiles::{decide, pictures};
use crate::visit::{Visit, see_other};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::ids::ProfileChangeId;
use masthead_domain::permissions::Permission;
use masthead_domain::profiles::{ProfileField, clean_text};
use masthead_store::profiles as rows;
use masthead_web::errors::WebError;
use serde::Serialize;

/// Changes on the page.
const SHOWN: u32 = 50;
/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

#[derive(Serialize)]
struct Own {
    items: Vec<Item>,
    done: String,
    wrong_id: String,
}

#[derive(Serialize)]
struct Item {
    id: String,
    field: String,
    value: String,
    /// What is shown now; empty for nothing.
    now: String,
    /// Where the portrait that is asked for is seen, and the one that is shown.
    picture: Option<String>,
    picture_now: Option<String>,
    username: String,
    asked: i64,
}

fn allowed(visit: &Visit) -> Result<(), WebError> {
    if visit.viewer()?.may(Permission::CommentsModerate, None) {
        Ok(())
    } else {
        Err(WebError::forbidden("Your role doesn't reach that far."))
    }
}

/// `GET /desk/review/profiles`
///
/// # Errors
/// 403 for a role of one site.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    allowed(&visit)?;
    page(&visit, StatusCode::OK, "").await
}

async fn page(visit: &Visit, status: StatusCode, wrong_id: &str) -> Result<Response, WebError> {
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let mut items = Vec::new();
    for change in rows::pending(&mut conn, SHOWN).await.map_err(store_error)? {
        let profile = rows::by_id(&mut conn, change.profile).await.map_err(store_error)?;
        let Some(profile) = profile else { continue };
        let is_picture = change.field == ProfileField::Picture.name();
        items.push(Item {
            id: change.id.to_string(),
            picture: is_picture.then(|| pictures::waiting_href(&change.value)),
            picture_now: profile
                .picture
                .as_deref()
                .filter(|_| is_picture)
                .and_then(|id| pictures::href(id, pictures::LARGE)),
            now: match change.field.as_str() {
                "name" => profile.display_name,
                "bio" => profile.bio,
                _ => String::new(),
            },
            username: profile.username.unwrap_or_default(),
            field: change.field,
            value: change.value,
            asked: change.asked_at.as_micros(),
        });
    }
    drop(conn);
    let own = Own {
        items,
        done: visit.query().get("done").chars().take(24).collect(),
        wrong_id: wrong_id.to_owned(),
    };
    let title = desk::say(&*desk::voice(visit).await?, "review-profiles", &[])?;
    desk::page(visit, status, (Here::Review, "review/profiles.html", title), &own).await
}

/// `POST /desk/review/profiles` (`id`, `act`, `reason`)
///
/// # Errors
/// 403 for a role of one site.
pub async fn act(visit: Visit) -> Result<Response, WebError> {
    allowed(&visit)?;
    let fields = visit.form()?;
    let id: ProfileChangeId = fields.get("id").parse().map_err(|_| WebError::not_found())?;
    let reason: String = clean_text(fields.get("reason")).chars().take(LONGEST_REASON).collect();
    let approved = match fields.get("act") {
        "approve" => true,
        "decline" if reason.is_empty() => {
            return page(&visit, StatusCode::UNPROCESSABLE_ENTITY, fields.get("id")).await;
        }
        "decline" => false,
        _ => return Err(WebError::bad_request("There is no such act.")),
    };
    let by = format!("account:{}", visit.viewer()?.account);
    let reason = (!approved).then_some(reason.as_str());
    let decided = decide(visit.app(), id, approved, &by, reason).await?;
    let done = match decided {
        None => "taken",
        Some(_) if approved => "approve",
        Some(_) => "decline",
    };
    Ok(see_other(&format!("/desk/review/profiles?done={done}")))
}
