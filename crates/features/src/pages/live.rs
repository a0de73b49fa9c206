//! `/live/front.json`: whether a reader's front has news, for one origin computation however many ask.
//!
//! The cursor is the newest story of the site's home list. The answer at the newest cursor lives five seconds; an
//! older one's an hour, since whoever holds it moves on to the newest. A forged cursor or one from the future (another
//! node may be ahead) is answered as the newest, never refused.

use super::view::SiteView;
use super::{keys, store_error};
use crate::app::App;
use masthead_store::public;
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::paging::Cursor;
use masthead_web::press::Rendered;
use serde::Serialize;

/// Nobody needs to know of more than this many new stories.
const MOST: usize = 50;

#[derive(Serialize)]
struct Answer {
    cursor: String,
    new: usize,
    href: &'static str,
}

/// The answer to `since`.
pub(crate) async fn front(app: &App, view: &SiteView, since: Option<&str>) -> Result<Rendered, WebError> {
    let now = app.now();
    let site = view.entry.id;
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let newest = public::fronts_cursor(&mut conn, now, site).await.map_err(store_error)?;
    let newest = newest.map(|cursor| Cursor::new(cursor.0, cursor.1));
    let since = since
        .and_then(|text| Cursor::parse(text).ok())
        .filter(|since| newest.is_some_and(|newest| *since < newest));
    let new = match since {
        Some(since) => {
            let recent = public::newest(&mut conn, now, site, site, MOST)
                .await
                .map_err(store_error)?;
            recent
                .iter()
                .take_while(|card| Cursor::new(card.published, card.story) > since)
                .count()
        }
        None => 0,
    };
    drop(conn);
    let answer = Answer {
        cursor: newest.map(|cursor| cursor.to_string()).unwrap_or_default(),
        new,
        href: "/",
    };
    let policy = if since.is_some() {
        CachePolicy::LiveOlder
    } else {
        CachePolicy::LiveNewest
    };
    let body = serde_json::to_vec(&answer).map_err(WebError::internal)?;
    Ok(Rendered::new("application/json", body.into(), policy, position).keys(keys::whole_site(site)))
}
