//! How often slots are seen and followed: counted in memory and added to the store from time to time.

use crate::app::App;
use crate::rankings::Tally;
use masthead_domain::ids::{IdSource, PartnerId};
use masthead_domain::time::Timestamp;
use masthead_store::{StoreError, partners as rows};
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// How often a node adds what it counted to the store.
const SAVED_EVERY: Duration = Duration::from_secs(60);

/// What a node has counted and not saved.
pub struct Counts {
    views: Tally<PartnerId>,
    clicks: Tally<PartnerId>,
}

/// Adds what this node counted to the store from time to time, until it is aborted.
pub async fn keep_saving(app: Arc<App>) {
    loop {
        tokio::time::sleep(SAVED_EVERY).await;
        if let Err(error) = app.partners.save(&app).await {
            tracing::warn!(%error, "views of partner slots can't be added to the store; they are kept for the next time");
        }
    }
}

impl Counts {
    /// Nothing counted yet.
    pub fn new(ids: &dyn IdSource) -> Self {
        Self {
            views: Tally::new(ids),
            clicks: Tally::new(ids),
        }
    }

    /// Counts a view; says whether it counted.
    pub fn view(&self, slot: PartnerId, client: IpAddr, now: Timestamp) -> bool {
        self.views.count(slot, client, now)
    }

    /// Counts a click; says whether it counted.
    pub fn click(&self, slot: PartnerId, client: IpAddr, now: Timestamp) -> bool {
        self.clicks.count(slot, client, now)
    }

    /// Adds what was counted to the store, and ends what was seen as often as it may be. What can't be added now is kept
    /// for the next time.
    ///
    /// # Errors
    /// When the store can't answer.
    pub async fn save(&self, app: &App) -> Result<(), StoreError> {
        let (views, clicks) = (self.views.take(), self.clicks.take());
        if views.is_empty() && clicks.is_empty() {
            return Ok(());
        }
        let saved = add(app, &views, &clicks).await;
        if saved.is_err() {
            self.views.put_back(views);
            self.clicks.put_back(clicks);
        }
        saved
    }
}

async fn add(app: &App, views: &HashMap<PartnerId, u32>, clicks: &HashMap<PartnerId, u32>) -> Result<(), StoreError> {
    let slots: BTreeSet<PartnerId> = views.keys().chain(clicks.keys()).copied().collect();
    let of = |counts: &HashMap<PartnerId, u32>, slot| counts.get(&slot).copied().unwrap_or(0);
    let counted: Arc<Vec<(PartnerId, u32, u32)>> = Arc::new(
        slots
            .into_iter()
            .map(|slot| (slot, of(views, slot), of(clicks, slot)))
            .collect(),
    );
    let day = app.now().as_seconds().div_euclid(86_400);
    let for_write = Arc::clone(&counted);
    // Which of them reached their cap with this.
    let full = app
        .db
        .write("partners.count", move |tx| {
            let counted = Arc::clone(&for_write);
            Box::pin(async move {
                let mut full = Vec::new();
                for (slot, views, clicks) in counted.iter() {
                    rows::add(tx, *slot, day, *views, *clicks).await?;
                    let Some(most) = rows::one(tx, *slot).await?.and_then(|slot| slot.most_views) else {
                        continue;
                    };
                    let seen = rows::views(tx, *slot).await?;
                    if seen >= most && seen - i64::from(*views) < most {
                        full.push(*slot);
                    }
                }
                Ok::<_, StoreError>(full)
            })
        })
        .await?;
    for slot in full {
        super::run(app, slot).await?;
    }
    Ok(())
}
