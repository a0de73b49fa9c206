//! `/account/notices`: what somebody was told of their comments, what they follow, and how; and the page that stops mails.

use super::Stops;
use super::settings::{self, Settings};
use crate::accounts::{AccountError, network_key};
use crate::pages::store_error;
use crate::visit::{Fields, Visit, see_other};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::ids::ProfileId;
use masthead_domain::notices::Means;
use masthead_domain::time::Timestamp;
use masthead_services::codes;
use masthead_store::notices::{deliveries, follows};
use masthead_store::public::{self, Found};
use masthead_store::{StoreError, notices as rows};
use masthead_web::errors::WebError;
use serde::Serialize;

/// Notices on the page.
const SHOWN: usize = 50;

#[derive(Serialize)]
struct Own {
    notices: Vec<Line>,
    /// The newest of them, so that marking them as seen doesn't mark what comes meanwhile.
    until: i64,
    unseen: bool,
    settings: Settings,
    /// What became of a form: `saved`, `stopped`, or nothing.
    done: &'static str,
}

#[derive(Serialize)]
struct Line {
    kind: String,
    name: String,
    headline: String,
    href: String,
    at: i64,
    unseen: bool,
}

/// `GET /account/notices`
///
/// # Errors
/// When the store can't answer.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    let settings = settings::of(&visit, None).await?;
    page(&visit, StatusCode::OK, settings).await
}

/// The page with these settings.
///
/// # Errors
/// When the store can't answer.
pub(super) async fn page(visit: &Visit, status: StatusCode, settings: Settings) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let app = visit.app();
    let mut conn = app.db.reader().await.map_err(store_error)?;
    let known = rows::of(&mut conn, viewer.profile, SHOWN).await.map_err(store_error)?;
    let until = known.first().map_or(0, |notice| notice.at.as_micros());
    let mut notices = Vec::new();
    for notice in known {
        let story = public::by_id(&mut conn, app.now(), notice.story)
            .await
            .map_err(store_error)?;
        // What readers may not know of isn't told here either.
        let Found::Story(story, _) = story else { continue };
        notices.push(Line {
            name: notice.name().to_owned(),
            headline: story.content.headline,
            href: format!("/comments/{}", notice.comment),
            at: notice.at.as_micros(),
            unseen: notice.seen_at.is_none(),
            kind: notice.kind,
        });
    }
    drop(conn);
    let own = Own {
        unseen: notices.iter().any(|line| line.unseen),
        notices,
        until,
        settings,
        done: match visit.query().get("done") {
            "saved" => "saved",
            "stopped" => "stopped",
            _ => "",
        },
    };
    visit.page(status, "notices/list.html", "notices", &own).await
}

/// `POST /account/notices` (`until`, a time in microseconds): marks as seen.
///
/// # Errors
/// When the store can't answer.
pub async fn act(visit: Visit) -> Result<Response, WebError> {
    let profile = visit.viewer()?.profile;
    let until: Option<i64> = visit.form()?.get("until").parse().ok();
    if let Some(until) = until {
        visit
            .app()
            .db
            .write("notices.seen", move |tx| {
                Box::pin(rows::seen(tx, profile, Timestamp::from_micros(until)))
            })
            .await
            .map_err(|error: StoreError| store_error(error))?;
    }
    Ok(see_other("/account/notices"))
}

#[derive(Serialize)]
struct Stop<'a> {
    what: &'static str,
    who: &'a str,
    sign: &'a str,
    done: bool,
}

/// `GET /account/notices/stop`: asks, since mail programs open addresses by themselves.
///
/// # Errors
/// 404 for an address that is none of ours.
pub async fn ask(visit: Visit) -> Result<Response, WebError> {
    stop_page(&visit, false).await
}

/// `POST /account/notices/stop`: no more mails, asked for by a button or by the mail program (RFC 8058).
///
/// # Errors
/// 404 for an address that is none of ours.
pub async fn stop(visit: Visit) -> Result<Response, WebError> {
    let (profile, stops) = named(&visit, &visit.query()).await?;
    visit
        .app()
        .db
        .write("notices.stop", move |tx| {
            Box::pin(async move {
                match stops {
                    Stops::Answers => rows::set_wants_mails(tx, profile, false).await,
                    Stops::Follows => {
                        follows::no_mails(tx, profile).await?;
                        deliveries::drop_waiting(tx, profile, Means::Mail).await
                    }
                }
            })
        })
        .await
        .map_err(|error: StoreError| store_error(error))?;
    stop_page(&visit, true).await
}

async fn stop_page(visit: &Visit, done: bool) -> Result<Response, WebError> {
    let query = visit.query();
    let (_, stops) = named(visit, &query).await?;
    let own = Stop {
        what: stops.name(),
        who: query.get("who"),
        sign: query.get("sign"),
        done,
    };
    visit
        .page(StatusCode::OK, "notices/stop.html", "notices-stop-title", &own)
        .await
}

/// Whose mails an address stops and which, if it is signed.
async fn named(visit: &Visit, query: &Fields) -> Result<(ProfileId, Stops), WebError> {
    let stops = Stops::of_address(query.get("what")).ok_or_else(WebError::not_found)?;
    let profile: ProfileId = query.get("who").parse().map_err(|_| WebError::not_found())?;
    let key = network_key(visit.app())
        .await
        .map_err(|error: AccountError| WebError::from(error))?;
    if codes::is_signed(key, &stops.text(profile), query.get("sign")) {
        Ok((profile, stops))
    } else {
        Err(WebError::not_found())
    }
}
