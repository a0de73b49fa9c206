//! What is new on a site's front: the newest stories of its home list, by which `/live/front.json` and the streams say
//! whether a reader's front has news.
//!
//! A node's follower reads them with [`newest`] after each event and hands them to `web::live`, which answers from
//! memory. [`front`] answers from the store: before that follower has spoken, and for nodes that have none.

use super::store_error;
use super::view::SiteView;
use crate::app::App;
use masthead_domain::ids::SiteId;
use masthead_store::{StoreError, public};
use masthead_web::errors::WebError;
use masthead_web::live::{MOST_NEW, front_answer, new_since};
use masthead_web::paging::Cursor;
use masthead_web::press::{LogPosition, Rendered};

/// The newest stories of a site's home list that readers may see, newest first, with the log's position in the same
/// snapshot.
///
/// # Errors
/// When the store can't answer.
pub async fn newest(app: &App, site: SiteId) -> Result<(Vec<Cursor>, LogPosition), StoreError> {
    let mut conn = app.db.snapshot().await?;
    let position = masthead_store::log::head(&mut conn).await?;
    let cards = public::newest(&mut conn, app.now(), site, site, MOST_NEW).await?;
    let cursors = cards.iter().map(|card| Cursor::new(card.published, card.story));
    Ok((cursors.collect(), position))
}

/// The answer to `since`, from the store.
pub(crate) async fn front(app: &App, view: &SiteView, since: Option<&str>) -> Result<Rendered, WebError> {
    let site = view.entry.id;
    let (newest, position) = newest(app, site).await.map_err(store_error)?;
    let new = new_since(&newest, since);
    Ok(front_answer(site, newest.first().copied(), new, position))
}
