//! Partner slots: what a partner pays for, labelled as such, on pages that stay the same for everybody.
//!
//! A slot is chosen when a page is pressed, by weight among those that are for the page; pages that are pressed again
//! choose again, so that each slot stands on its share of them. When the time of one comes or goes, or it was seen as
//! often as it may be, the site's pages are pressed anew. A slot that a script brings from elsewhere was turned down: it
//! would be a third party's script, know the reader, and move the page.
//!
//! What is counted is counted like readings (`rankings`): a view when the page's script says that the slot was in sight,
//! a click when somebody follows it, each once an hour from an address and without a cookie.

mod counts;
pub mod desk;
pub mod follow;
mod shown;

pub use counts::{Counts, keep_saving};
pub(crate) use shown::{Known, chosen, html, some_for_places};

use crate::app::App;
use masthead_domain::events::Event;
use masthead_domain::ids::{EventId, IdSource, PartnerId};
use masthead_domain::partners::Slot;
use masthead_store::{StoreError, Tx, jobs, log, partners as rows};
use std::sync::Arc;

/// The due job of a slot whose time comes or goes; its key is the slot's id.
pub const JOB: &str = "partners.turn";

/// Makes a slot, or changes the one with its id.
///
/// # Errors
/// When the store can't answer.
pub async fn put(app: &App, slot: Slot, by: &str) -> Result<(), StoreError> {
    let (ids, by) = (Arc::clone(&app.ids), by.to_owned());
    app.db
        .write("partners.put", move |tx| {
            let (ids, slot, by) = (Arc::clone(&ids), slot.clone(), by.clone());
            Box::pin(async move {
                // The pages that it stood on before go with it.
                if let Some(before) = rows::one(tx, slot.id).await?.filter(|before| before.site != slot.site) {
                    tell(tx, ids.as_ref(), &before).await?;
                }
                rows::put(tx, &slot, &by).await?;
                turn(tx, ids.as_ref(), &slot).await
            })
        })
        .await
}

/// The time of a slot came or went, or it was seen as often as it may be.
///
/// # Errors
/// When the store can't answer.
pub async fn run(app: &App, id: PartnerId) -> Result<(), StoreError> {
    let ids = Arc::clone(&app.ids);
    app.db
        .write("partners.turn", move |tx| {
            let ids = Arc::clone(&ids);
            Box::pin(async move {
                match rows::one(tx, id).await? {
                    Some(slot) => turn(tx, ids.as_ref(), &slot).await,
                    None => Ok(()),
                }
            })
        })
        .await
}

/// Has the pages pressed again, and sets the job for the next time.
async fn turn(tx: &mut Tx, ids: &dyn IdSource, slot: &Slot) -> Result<(), StoreError> {
    tell(tx, ids, slot).await?;
    let (now, key) = (tx.now(), slot.id.to_string());
    match slot.next_turn(now) {
        Some(due) => jobs::schedule(tx, JOB, &key, due, &serde_json::Value::Null)
            .await
            .map(|_| ()),
        None => jobs::cancel(tx, JOB, &key).await.map(|_| ()),
    }
}

async fn tell(tx: &mut Tx, ids: &dyn IdSource, slot: &Slot) -> Result<(), StoreError> {
    let now = tx.now();
    let event = Event::PartnersChanged { site: slot.site };
    log::append(tx, EventId::new(ids), event.kind(), &event.data(), now).await
}
