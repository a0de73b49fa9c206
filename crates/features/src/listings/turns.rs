//! What time does to listings: an event's next date comes up, and what is over goes.

use crate::app::App;
use masthead_domain::events::Event;
use masthead_domain::ids::EventId;
use masthead_domain::listings::Category;
use masthead_store::listings::{self as rows, Listing};
use masthead_store::{StoreError, Tx, jobs, log};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The job that does it; its key is always `all`.
pub const JOB_TURN: &str = "listings.turn";
/// Listings of one transaction, and of one event.
const AT_ONCE: usize = 200;
/// How long a reader sees why the desk refused something, in seconds.
const REFUSED_KEPT: i64 = 90 * 86_400;

/// Sets the job for the next listing that turns.
///
/// # Errors
/// When the store can't answer.
pub(super) async fn schedule(tx: &mut Tx) -> Result<(), StoreError> {
    match rows::next(tx).await? {
        Some(due) => jobs::schedule(tx, JOB_TURN, "all", due, &serde_json::Value::Null)
            .await
            .map(|_| ()),
        None => jobs::cancel(tx, JOB_TURN, "all").await.map(|_| ()),
    }
}

/// Turns everything that is due.
///
/// # Errors
/// When the store can't answer; the job is tried again.
pub async fn run(app: &App) -> Result<(), StoreError> {
    loop {
        let now = app.now();
        let due = rows::due(&mut app.db.reader().await?, now, AT_ONCE).await?;
        let last = due.len() < AT_ONCE;
        turn(app, due).await?;
        if last {
            return Ok(());
        }
    }
}

async fn turn(app: &App, due: Vec<Listing>) -> Result<(), StoreError> {
    let (now, due, ids) = (app.now(), Arc::new(due), Arc::clone(&app.ids));
    app.db
        .write("listings.turn", move |tx| {
            let (due, ids) = (Arc::clone(&due), Arc::clone(&ids));
            Box::pin(async move {
                let mut over = Vec::new();
                for one in due.iter() {
                    match one.entry.turn(one.category, one.published_at, now) {
                        Some(turn) => rows::turn(tx, one.id, &turn).await?,
                        None => over.push(one.id),
                    }
                }
                rows::remove(tx, &over).await?;
                rows::forget_refused(tx, now.plus_seconds(-REFUSED_KEPT)).await?;
                if !due.is_empty() {
                    let categories: BTreeSet<Category> = due.iter().map(|one| one.category).collect();
                    let event = Event::ListingsChanged {
                        categories: categories.into_iter().collect(),
                        listings: due.iter().map(|one| one.id).collect(),
                    };
                    log::append(tx, EventId::new(ids.as_ref()), event.kind(), &event.data(), now).await?;
                }
                schedule(tx).await
            })
        })
        .await
}
