//! `/desk/mistakes`: what readers say is wrong, for whoever edits the site's stories.

use super::{Decision, MistakeError, decide};
use crate::comments::Decider;
use crate::desk::{Here, page, say, voice};
use crate::pages::store_error;
use crate::visit::{Fields, Visit, see_other};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::ids::SiteId;
use masthead_domain::permissions::Permission;
use masthead_store::{mistakes as rows, stories};
use masthead_web::errors::WebError;
use serde::Serialize;
use uuid::Uuid;

/// Reports of a site on the page.
const SHOWN: usize = 50;

#[derive(Serialize)]
struct Own {
    items: Vec<Item>,
    more: bool,
    done: String,
    /// The report whose form came back, and the key of what is wrong with it.
    wrong_id: String,
    wrong: &'static str,
    correction: String,
    reply: String,
}

#[derive(Serialize)]
struct Item {
    id: String,
    story: String,
    headline: String,
    site: String,
    sent: i64,
    text: String,
    /// Whether this person may correct it: publish on the site.
    may_correct: bool,
}

/// The sites whose reports somebody reads.
pub(crate) fn sites_of(visit: &Visit) -> Result<Vec<SiteId>, WebError> {
    let all: Vec<SiteId> = visit.app().sites().all().iter().map(|site| site.id).collect();
    Ok(visit.viewer()?.grants.sites(Permission::StoriesEdit, &all))
}

/// `GET /desk/mistakes`
///
/// # Errors
/// When the store can't answer.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    list(&visit, None, &Fields::default()).await
}

async fn list(visit: &Visit, error: Option<&MistakeError>, typed: &Fields) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let sites = visit.app().sites();
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let (mut items, mut more) = (Vec::new(), false);
    for site in sites_of(visit)? {
        let mut found = rows::open(&mut conn, site, SHOWN + 1).await.map_err(store_error)?;
        more |= found.len() > SHOWN;
        found.truncate(SHOWN);
        for one in found {
            let story = stories::by_id(&mut conn, one.story).await.map_err(store_error)?;
            items.push(Item {
                id: one.id.to_string(),
                story: one.story.to_string(),
                headline: story.map_or_else(String::new, |story| story.headline),
                site: sites.site(one.site).map_or_else(String::new, |site| site.name.clone()),
                sent: one.created_at.as_micros(),
                text: one.body,
                may_correct: viewer.may(Permission::StoriesPublish, Some(one.site)),
            });
        }
    }
    drop(conn);
    items.sort_by_key(|item| item.sent);
    let own = Own {
        items,
        more,
        done: visit.query().get("done").chars().take(24).collect(),
        wrong_id: typed.get("id").to_owned(),
        wrong: match error {
            Some(MistakeError::Correction) => "mistakes-no-correction",
            Some(MistakeError::WorkedOn) => "mistakes-worked-on",
            _ => "",
        },
        correction: typed.get("correction").to_owned(),
        reply: typed.get("reply").to_owned(),
    };
    let status = if error.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let title = say(&*voice(visit).await?, "desk-mistakes", &[])?;
    page(visit, status, (Here::Mistakes, "desk/mistakes.html", title), &own).await
}

/// `POST /desk/mistakes`: decides one.
///
/// # Errors
/// 404 for a report of other desks, 403 where the role doesn't reach that far.
pub async fn act(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let id: Uuid = fields.get("id").parse().map_err(|_| WebError::not_found())?;
    let decision = match fields.get("act") {
        "correct" => Decision::Correct(fields.get("correction").to_owned()),
        "stand" => Decision::Stand,
        _ => return Err(WebError::bad_request("There is no such act.")),
    };
    let by = Decider::from(visit.viewer()?);
    let done = fields.get("act").to_owned();
    match decide(visit.app(), &by, id, decision, fields.get("reply")).await {
        Ok(()) => Ok(see_other(&format!("/desk/mistakes?done={done}"))),
        Err(MistakeError::Decided) => Ok(see_other("/desk/mistakes?done=decided")),
        Err(error @ (MistakeError::Correction | MistakeError::WorkedOn)) => list(&visit, Some(&error), &fields).await,
        Err(error) => Err(error.into()),
    }
}
