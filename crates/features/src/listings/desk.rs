//! `/desk/listings`: what readers sent, to be shown or refused, and what is shown, to be taken down. Plain forms.

use super::turns;
use super::view::{Item, item};
use crate::app::App;
use crate::desk::{self, Here};
use crate::pages::store_error;
use crate::visit::{Visit, see_other};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::events::Event;
use masthead_domain::ids::{EventId, ListingId, SiteId};
use masthead_domain::listings::{REASONS, State};
use masthead_domain::permissions::Permission;
use masthead_domain::time::Timestamp;
use masthead_store::audit::{self, NewEntry};
use masthead_store::listings::{self as rows, Decision, Listing};
use masthead_store::{StoreError, log};
use masthead_web::errors::WebError;
use masthead_web::paging::{Cursor, Page};
use serde::Serialize;
use std::sync::Arc;
use uuid::Uuid;

/// Listings of a queue's page.
const PAGE: usize = 50;
/// How far a queue is counted.
const COUNTED: usize = 99;

#[derive(Serialize)]
struct Own {
    queue: &'static str,
    tabs: [&'static str; 3],
    waiting: i64,
    q: String,
    items: Vec<Line>,
    reasons: [&'static str; 5],
    next: Option<String>,
    done: bool,
    late: bool,
}

#[derive(Serialize)]
struct Line {
    id: String,
    #[serde(flatten)]
    item: Item,
    text: String,
    contact: String,
    /// Whether a reader sent it.
    own: bool,
    reason: String,
    changed: i64,
}

/// The sites whose listings this person may decide on.
fn sites(visit: &Visit) -> Result<Vec<SiteId>, WebError> {
    let all: Vec<SiteId> = visit.app().sites().all().iter().map(|site| site.id).collect();
    Ok(visit.viewer()?.grants.sites(Permission::ContributionsReview, &all))
}

/// `GET /desk/listings` (`queue`, `q`, `after`)
///
/// # Errors
/// 400 for a cursor that can't be read.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    let query = visit.query();
    let queue = State::parse(query.get("queue")).unwrap_or(State::Waiting);
    let after = match query.get("after") {
        "" => (Timestamp::MAX, ListingId(Uuid::max())),
        text => {
            let cursor = Cursor::parse(text)?;
            (cursor.at, cursor.id.into())
        }
    };
    let sites = sites(&visit)?;
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let found = rows::queue(&mut conn, queue, &sites, query.get("q"), after, PAGE + 1)
        .await
        .map_err(store_error)?;
    let waiting = rows::waiting(&mut conn, &sites, COUNTED).await.map_err(store_error)?;
    drop(conn);
    let found = Page::from_rows(found, PAGE, |one| Cursor::new(one.changed_at, one.id));
    let next = found.next.map(|next| {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("queue", queue.name())
            .append_pair("q", query.get("q"))
            .append_pair("after", &next.to_string())
            .finish();
        format!("/desk/listings?{query}")
    });
    let own = Own {
        queue: queue.name(),
        tabs: State::ALL.map(State::name),
        waiting,
        q: query.get("q").to_owned(),
        items: found
            .items
            .into_iter()
            .map(|one| Line {
                id: one.id.to_string(),
                item: item(&one),
                own: one.account.is_some(),
                reason: one.reason,
                changed: one.changed_at.as_micros(),
                text: one.entry.text,
                contact: one.entry.contact,
            })
            .collect(),
        reasons: REASONS,
        next,
        done: query.has("done"),
        late: query.has("late"),
    };
    let title = desk::say(&*desk::voice(&visit).await?, "desk-listings", &[])?;
    desk::page(
        &visit,
        StatusCode::OK,
        (Here::Listings, "listings/desk.html", title),
        &own,
    )
    .await
}

/// `POST /desk/listings` (`id`, `act`, `queue`, `reason`): `show` puts it out, `refuse` keeps it back or takes it down.
///
/// # Errors
/// 404 for a listing that there is none of, 403 on a site that isn't this person's, 400 without a reason.
pub async fn act(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let from = State::parse(fields.get("queue")).ok_or_else(WebError::not_found)?;
    let id: ListingId = fields.get("id").parse().map_err(|_| WebError::not_found())?;
    let found = rows::one(&mut visit.app().db.reader().await.map_err(store_error)?, id).await;
    let found = found.map_err(store_error)?.ok_or_else(WebError::not_found)?;
    let viewer = visit.viewer()?;
    if !viewer.may(Permission::ContributionsReview, found.site) {
        return Err(WebError::forbidden("Your role doesn't reach that far."));
    }
    let (to, reason) = match fields.get("act") {
        "show" => (State::Shown, ""),
        "refuse" => {
            let reason = REASONS.into_iter().find(|known| *known == fields.get("reason"));
            (
                State::Refused,
                reason.ok_or_else(|| WebError::bad_request("Choose a reason."))?,
            )
        }
        _ => return Err(WebError::bad_request("act must be show or refuse.")),
    };
    let by = format!("account:{}", viewer.account);
    let decided = decide(visit.app(), found, (from, to), reason, &by)
        .await
        .map_err(store_error)?;
    let word = if decided { "done" } else { "late" };
    Ok(see_other(&format!("/desk/listings?queue={}&{word}=1", from.name())))
}

/// Decides about a listing that stood in a state; says whether it did, or somebody else was faster.
///
/// # Errors
/// When the store can't answer.
pub async fn decide(
    app: &App,
    one: Listing,
    (from, to): (State, State),
    reason: &str,
    by: &str,
) -> Result<bool, StoreError> {
    let (now, ids) = (app.now(), Arc::clone(&app.ids));
    // What a reader offers counts from the day on which others can see it.
    let published_at = if from == State::Waiting { now } else { one.published_at };
    let decision = Decision {
        id: one.id,
        from,
        to,
        reason: reason.to_owned(),
        by: by.to_owned(),
        published_at,
    };
    let turn = one.entry.turn(one.category, published_at, now);
    let category = one.category;
    app.db
        .write("listings.decide", move |tx| {
            let (decision, ids) = (decision.clone(), Arc::clone(&ids));
            Box::pin(async move {
                if !rows::decide(tx, &decision).await? {
                    return Ok(false);
                }
                if let Some(turn) = &turn {
                    rows::turn(tx, decision.id, turn).await?;
                }
                let event = EventId::new(ids.as_ref());
                let facts = Event::ListingsChanged {
                    categories: vec![category],
                    listings: vec![decision.id],
                };
                log::append(tx, event, facts.kind(), &facts.data(), now).await?;
                let entry = NewEntry {
                    event,
                    actor: &decision.by,
                    act: if to == State::Shown {
                        "listing.shown"
                    } else {
                        "listing.refused"
                    },
                    subject: decision.id.0,
                    facts: &serde_json::json!({ "reason": decision.reason, "category": category.name() }),
                    text: None,
                    keep_text: false,
                };
                audit::append(tx, &entry).await?;
                turns::schedule(tx).await?;
                Ok::<_, StoreError>(true)
            })
        })
        .await
}
