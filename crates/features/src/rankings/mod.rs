//! What is most read and most commented: ranked every few minutes, of each site and each section.
//!
//! Readings are counted by [`Reads`], comments by the counters that stand beside them. A ranking is kept in the store,
//! so that pages read a few rows and two nodes show the same; what readers see of it passes through `store::public`,
//! which leaves out what was withheld since.

pub mod pages;
mod reads;

pub use reads::Reads;
pub(crate) use reads::Tally;

use crate::app::App;
use masthead_domain::events::Event;
use masthead_domain::ids::{EventId, SiteId, StoryId};
use masthead_domain::rankings::{Ranking, rank as by_list};
use masthead_domain::time::Timestamp;
use masthead_store::public::{self, Card};
use masthead_store::{Conn, StoreError, jobs, log, rankings as rows};
use reads::hour;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// The due job that ranks; its key is always `all`.
pub const JOB: &str = "rankings.rank";
/// Seconds from one ranking to the next.
const EVERY: i64 = 300;
/// How often a node adds what it counted to the store.
const SAVED_EVERY: Duration = Duration::from_secs(60);
/// Hours in which reading counts fully, and hours after which it is forgotten.
const LATELY: i64 = 24;
const KEPT: i64 = 24 * 7;
/// Seconds since publication in which comments count.
const COMMENTED_WITHIN: i64 = 7 * 86_400;
/// The stories of the whole network that are ranked.
const CANDIDATES: usize = 5_000;
/// Rankings that one event names.
const AT_ONCE: usize = 100;

/// Adds what this node counted to the store from time to time, until it is aborted.
pub async fn keep_saving(app: Arc<App>) {
    loop {
        tokio::time::sleep(SAVED_EVERY).await;
        if let Err(error) = app.reads.save(&app).await {
            tracing::warn!(%error, "what was read can't be added to the store; it is kept for the next time");
        }
    }
}

/// Makes sure that there is a due job that ranks; called at start.
///
/// # Errors
/// When the store can't answer.
pub async fn schedule(app: &App) -> Result<(), StoreError> {
    let due = app.now().plus_seconds(EVERY);
    app.db
        .write("rankings.schedule", move |tx| {
            Box::pin(async move {
                jobs::schedule(tx, JOB, "all", due, &serde_json::Value::Null)
                    .await
                    .map(|_| ())
            })
        })
        .await
}

/// Ranks, and schedules the next time.
///
/// # Errors
/// When the store can't answer; the job is tried again.
pub async fn run(app: &App) -> Result<(), StoreError> {
    rank(app).await?;
    schedule(app).await
}

/// Ranks what was saved, forgets what is old, and says in the log which rankings are not what they were.
///
/// # Errors
/// When the store can't answer.
pub async fn rank(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    let mut conn = app.db.snapshot().await?;
    let this = hour(now);
    let read = rows::most_read(&mut conn, this - KEPT, this - LATELY, CANDIDATES).await?;
    let since = now.plus_seconds(-COMMENTED_WITHIN);
    let commented = public::most_commented(&mut conn, now, since, CANDIDATES).await?;
    let mut changed: Vec<(Uuid, Vec<StoryId>)> = Vec::new();
    for (ranking, totals) in [(Ranking::MostRead, read), (Ranking::MostCommented, commented)] {
        let mut ranked = ranked_lists(&mut conn, now, &totals).await?;
        for list in lists(app) {
            let fresh = ranked.remove(&list).unwrap_or_default();
            let id = ranking.of(list);
            if rows::ranked(&mut conn, id).await? != fresh {
                changed.push((id, fresh));
            }
        }
    }
    drop(conn);
    let (ids, changed) = (Arc::clone(&app.ids), Arc::new(changed));
    app.db
        .write("rankings.rank", move |tx| {
            let (ids, changed) = (Arc::clone(&ids), Arc::clone(&changed));
            Box::pin(async move {
                rows::forget(tx, this - KEPT).await?;
                for (list, ranked) in changed.iter() {
                    rows::rank(tx, *list, ranked).await?;
                }
                for some in changed.chunks(AT_ONCE) {
                    let lists = some.iter().map(|(list, _)| *list).collect();
                    let event = Event::RankingsChanged { lists };
                    log::append(tx, EventId::new(ids.as_ref()), event.kind(), &event.data(), now).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .await
}

async fn ranked_lists(
    conn: &mut Conn,
    now: Timestamp,
    totals: &[(StoryId, i64)],
) -> Result<HashMap<Uuid, Vec<StoryId>>, StoreError> {
    let ids: Vec<StoryId> = totals.iter().map(|(story, _)| *story).collect();
    Ok(by_list(totals, &public::standing(conn, now, &ids).await?))
}

/// The lists that have rankings: of every site, and of every section.
fn lists(app: &App) -> Vec<Uuid> {
    let sites = app.sites();
    let of_site = |site: SiteId| sites.sections_of(site).map(|record| record.section.id.0);
    let all = sites.all().iter();
    all.flat_map(|site| std::iter::once(site.id.0).chain(of_site(site.id)))
        .collect()
}

/// The cards of a ranking of a list that readers of a site may see in this snapshot, the highest first.
///
/// # Errors
/// When the store can't answer.
pub async fn cards(
    conn: &mut Conn,
    now: Timestamp,
    site: SiteId,
    ranking: Ranking,
    list: Uuid,
) -> Result<Vec<Card>, StoreError> {
    let ranked = rows::ranked(conn, ranking.of(list)).await?;
    if ranked.is_empty() {
        return Ok(Vec::new());
    }
    let mut cards = public::visible(conn, now, site, &ranked).await?;
    cards.sort_by_key(|card| ranked.iter().position(|story| *story == card.story));
    Ok(cards)
}
