//! Which breaking news is told: a follower of the log plans a campaign when a site's banner stands over a story that its
//! readers may see, whichever of the two came first.
//!
//! A site tells of a story once. A banner whose words are changed, or that comes back, is no other news; what was planned
//! is kept, so that a second planning finds it.

use super::campaign;
use crate::app::App;
use masthead_domain::events::Event;
use masthead_domain::ids::{CampaignId, SiteId, StoryId};
use masthead_domain::push::is_worth_telling;
use masthead_domain::time::Timestamp;
use masthead_store::leases::{self, Lease};
use masthead_store::log::LogEvent;
use masthead_store::push::campaigns as rows;
use masthead_store::{Conn, StoreError, Tx, banners, followers, public};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Name of the follower in the store, and of its lease.
pub const FOLLOWER: &str = "push";

/// Events of one batch.
const EVENTS: u32 = 500;
/// Seconds for which campaigns that are over are kept.
const KEPT: i64 = 90 * 24 * 3_600;
/// The namespace of campaign ids (RFC 9562, version 5), chosen once.
const NAMESPACE: Uuid = Uuid::from_u128(0x6d61_7374_6865_6164_b6a1_7075_7368_0001);

/// The campaign of a site about a story.
pub fn campaign_of(site: SiteId, story: StoryId) -> CampaignId {
    CampaignId(Uuid::new_v5(&NAMESPACE, format!("{site}\n{story}").as_bytes()))
}

/// Brings the follower further by at most [`EVENTS`] events, if this node holds `lease`; whether there were any. One
/// that never ran begins at the head of the log: nobody is told of what is old.
///
/// # Errors
/// When the store can't answer; the same events are read again.
pub async fn follow(app: &App, lease: &Lease) -> Result<bool, StoreError> {
    let mut conn = app.db.reader().await?;
    let Some((reached, events)) = followers::next(&mut conn, FOLLOWER, EVENTS).await? else {
        return Ok(false);
    };
    let now = app.now();
    let planned = breaking(&mut conn, now, &events).await?;
    drop(conn);
    let lease = lease.clone();
    app.db
        .write("push.follow", move |tx: &mut Tx| {
            let (lease, planned) = (lease.clone(), planned.clone());
            Box::pin(async move {
                // Another node took over: it plans.
                if !leases::guard(tx, &lease, now).await? {
                    return Ok(());
                }
                for (site, story) in planned {
                    plan(tx, site, story, now).await?;
                }
                followers::advance(tx, FOLLOWER, followers::ANY_NODE, reached, now).await
            })
        })
        .await?;
    Ok(!events.is_empty())
}

async fn plan(tx: &mut Tx, site: SiteId, story: StoryId, now: Timestamp) -> Result<(), StoreError> {
    let id = campaign_of(site, story);
    if rows::plan(tx, id, site, story).await? {
        rows::sweep(tx, now.plus_seconds(-KEPT)).await?;
        campaign::schedule(tx, id, now).await?;
    }
    Ok(())
}

/// The banners, with their sites, that events put over a story which readers may see. Imports of old material are
/// nobody's news, nor is what the follower hears of too late.
async fn breaking(
    conn: &mut Conn,
    now: Timestamp,
    events: &[LogEvent],
) -> Result<BTreeSet<(SiteId, StoryId)>, StoreError> {
    let mut found = BTreeSet::new();
    for event in events.iter().filter(|event| is_worth_telling(event.created_at, now)) {
        let (sites, only) = match Event::from_stored(&event.kind, &event.data) {
            Some(Event::BannerChanged { site }) => (vec![site], None),
            Some(Event::StoryPublished(fact) | Event::StoryUpdated(fact)) if !fact.import => {
                (fact.sites, Some(fact.story))
            }
            _ => continue,
        };
        for site in sites {
            let banner = banners::of_site(conn, site).await?;
            let Some(banner) = banner.filter(|banner| !banner.is_quiet) else {
                continue;
            };
            let is_meant = only.is_none_or(|story| story == banner.story);
            if is_meant && !public::visible(conn, now, site, &[banner.story]).await?.is_empty() {
                found.insert((site, banner.story));
            }
        }
    }
    Ok(found)
}
