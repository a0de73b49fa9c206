//! The kill with its receipt: every surface with the time at which the story went from it.
//!
//! The store's public read path is the first surface, and the one that all others read from: when the transaction is
//! committed, nothing new can show the story. Each running node then takes it off its pages in memory and on disk and
//! writes down when (by its follower of the log); this waits for them.

use super::ChangeError;
use crate::app::App;
use masthead_domain::ids::StoryId;
use masthead_store::notices::deliveries;
use masthead_store::stories::{self as rows, Receipt};
use masthead_store::{Conn, StoreError, followers, log};
use serde::Serialize;
use std::time::Duration;

/// The name of the follower that takes pages away, on every node.
pub const PRESS: &str = "press";
/// How long nodes are waited for. They take milliseconds; a node that is slower than this is named.
const PATIENCE: Duration = Duration::from_secs(5);
/// A node whose follower has moved within this time counts as running.
const ALIVE_SECONDS: i64 = 30;
/// The longest time, in seconds, for which any node serves pages after it last followed the log.
pub const LONGEST_UNFOLLOWED: i64 = 24 * 3_600;

/// What a kill did.
#[derive(Clone, Debug, Serialize)]
pub struct KillReceipt {
    /// The story.
    pub story: StoryId,
    /// Its headline.
    pub headline: String,
    /// What readers are told.
    pub reason: String,
    /// Each surface with the time at which the story went.
    pub surfaces: Vec<Gone>,
    /// Nodes that seemed to run and said nothing in time.
    pub silent_nodes: Vec<String>,
    /// Nodes that don't run now and could still show the story if they were started while the database is away.
    pub absent_nodes: Vec<Absent>,
}

/// A node that was not there to hear of a kill.
#[derive(Clone, Debug, Serialize)]
pub struct Absent {
    /// Which.
    pub node: String,
    /// When it was last heard of, RFC 3339.
    pub last_heard: String,
    /// From when on it can't show the story, whatever happens, RFC 3339.
    pub safe_from: String,
}

/// A surface that a story went from.
#[derive(Clone, Debug, Serialize)]
pub struct Gone {
    /// Which.
    pub surface: String,
    /// On which node.
    pub node: String,
    /// When, RFC 3339.
    pub gone_at: String,
    /// Particulars.
    pub detail: String,
}

/// Kills a story and waits until the running nodes have taken it off their pages.
///
/// # Errors
/// [`ChangeError`]; the kill itself is done or not done, never half.
pub async fn kill(app: &App, id: StoryId, reason: &str, by: &str) -> Result<KillReceipt, ChangeError> {
    let story = super::kill(app, id, reason, by).await?;
    let at = app.now();
    let surfaces = [
        (
            "public read path",
            "pages, lists, feeds, sitemaps, API and media read nothing of it any more",
        ),
        ("due jobs", "no release of it is due any more"),
    ];
    let node = app.node.clone();
    app.db
        .write("kills.receipt", move |tx| {
            let node = node.clone();
            Box::pin(async move {
                for (surface, detail) in surfaces {
                    let receipt = Receipt {
                        surface: surface.to_owned(),
                        node: node.clone(),
                        gone_at: at,
                        detail: detail.to_owned(),
                    };
                    rows::put_receipt(tx, id, &receipt).await?;
                }
                let taken_back = deliveries::take_back(tx, id).await?;
                let receipt = Receipt {
                    surface: "queued notices".to_owned(),
                    node,
                    gone_at: tx.now(),
                    detail: format!(
                        "{taken_back} mails about it were taken back; none goes out without asking the read path"
                    ),
                };
                rows::put_receipt(tx, id, &receipt).await?;
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    let silent_nodes = wait_for_nodes(app).await?;
    let absent_nodes = absent(app).await?;
    let surfaces = receipts(&mut app.db.reader().await?, id).await?;
    Ok(KillReceipt {
        story: id,
        headline: story.headline,
        reason: reason.to_owned(),
        surfaces,
        silent_nodes,
        absent_nodes,
    })
}

/// The nodes that are gone and whose pages on disk could still be shown. One that starts with the database hears of
/// the kill before it answers anybody.
///
/// # Errors
/// When the store can't answer.
pub async fn absent(app: &App) -> Result<Vec<Absent>, StoreError> {
    let now = app.now();
    let (alive_since, too_old) = (now.plus_seconds(-ALIVE_SECONDS), now.plus_seconds(-LONGEST_UNFOLLOWED));
    let known = followers::list(&mut app.db.reader().await?).await?;
    Ok(known
        .into_iter()
        .filter(|follower| follower.name == PRESS && follower.node != app.node)
        .filter(|follower| follower.updated_at < alive_since && follower.updated_at > too_old)
        .map(|follower| Absent {
            last_heard: follower.updated_at.to_rfc3339(),
            safe_from: follower.updated_at.plus_seconds(LONGEST_UNFOLLOWED).to_rfc3339(),
            node: follower.node,
        })
        .collect())
}

/// Waits until every running node's press has followed the log to its present head.
async fn wait_for_nodes(app: &App) -> Result<Vec<String>, StoreError> {
    // On PostgreSQL the kill's event may have no position yet, and a goal below it would be reached too early.
    log::stamp(&app.db).await?;
    let goal = log::head(&mut app.db.reader().await?).await?;
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        let alive_since = app.now().plus_seconds(-ALIVE_SECONDS);
        let behind: Vec<String> = followers::list(&mut app.db.reader().await?)
            .await?
            .into_iter()
            .filter(|follower| follower.name == PRESS && follower.updated_at >= alive_since)
            .filter(|follower| follower.position < goal)
            .map(|follower| follower.node)
            .collect();
        if behind.is_empty() || tokio::time::Instant::now() >= end {
            return Ok(behind);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The receipts of a story, in order of time.
///
/// # Errors
/// When the store can't answer.
pub async fn receipts(conn: &mut Conn, id: StoryId) -> Result<Vec<Gone>, StoreError> {
    let found = rows::receipts(conn, id).await?;
    Ok(found
        .into_iter()
        .map(|receipt| Gone {
            surface: receipt.surface,
            node: receipt.node,
            gone_at: receipt.gone_at.to_rfc3339(),
            detail: receipt.detail,
        })
        .collect())
}
