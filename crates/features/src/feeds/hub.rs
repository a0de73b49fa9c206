//! WebSub: the hub is told which feeds changed, and fetches and spreads them itself.
//!
//! A follower of the log (`server::leased`) finds the feeds that an event changed and schedules one due job for a batch of
//! them, in the transaction that moves its place. The job sends one form. Each change is told once, after a restart too;
//! a form whose answer was lost in a crash is sent once more, which tells a hub nothing new and costs it one look.

use crate::app::App;
use crate::sites::Sites;
use masthead_domain::events::{Event, StoryFact};
use masthead_domain::ids::{AuthorId, SectionId, TopicId};
use masthead_domain::time::Timestamp;
use masthead_services::fetch::{FetchError, FetchPolicy};
use masthead_store::jobs::Lane;
use masthead_store::leases::{self, Lease};
use masthead_store::log::LogEvent;
use masthead_store::{Conn, StoreError, Tx, authors, followers, jobs, topics};
use masthead_web::urls::{FeedFormat, FeedScope, Route};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Kind of the job that tells the hub; its key is the place in the log that it reaches to.
pub const JOB: &str = "feeds.ping";
/// Name of the follower in the store, and of its lease.
pub const FOLLOWER: &str = "websub";

/// Events of one batch.
const EVENTS: u32 = 500;
/// Feeds named in one form. The protocol's first version lets the field be repeated, and hubs have kept that.
const IN_ONE_FORM: usize = 25;
/// After this many seconds a hub has long looked by itself, and is not told any more.
const TOO_OLD: i64 = 24 * 3_600;

/// What a job has to tell.
#[derive(Serialize, Deserialize)]
struct Told {
    feeds: Vec<String>,
    since: Timestamp,
}

/// Why the hub could not be told.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// It can't be reached.
    #[error("the hub can't be reached: {0}")]
    Fetch(#[from] FetchError),
    /// It answered something else than that it will look.
    #[error("the hub answered {0}")]
    Refused(u16),
    /// The job is not one of ours.
    #[error("the job can't be read: {0}")]
    Job(#[from] serde_json::Error),
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
    let feeds = changed(&mut conn, &app.sites(), &events).await?;
    drop(conn);
    let since = events.first().map_or_else(|| app.now(), |event| event.created_at);
    let told = Told {
        feeds: feeds.into_iter().collect(),
        since,
    };
    let payload = serde_json::to_value(&told).map_err(|error| StoreError::Bug(error.to_string()))?;
    let (lease, now, any) = (lease.clone(), app.now(), !told.feeds.is_empty());
    app.db
        .write("feeds.follow", move |tx: &mut Tx| {
            let (lease, payload) = (lease.clone(), payload.clone());
            Box::pin(async move {
                // Another node took over: it tells the hub.
                if !leases::guard(tx, &lease, now).await? {
                    return Ok(());
                }
                if any {
                    jobs::schedule_in(tx, Lane::Fetch, JOB, &reached.to_string(), now, &payload).await?;
                }
                followers::advance(tx, FOLLOWER, followers::ANY_NODE, reached, now).await
            })
        })
        .await?;
    Ok(!events.is_empty())
}

/// The feeds that the events changed, by their addresses. Imports of old material are nobody's news.
async fn changed(conn: &mut Conn, sites: &Sites, events: &[LogEvent]) -> Result<BTreeSet<String>, StoreError> {
    let mut feeds = BTreeSet::new();
    for event in events {
        let fact = match Event::from_stored(&event.kind, &event.data) {
            Some(
                Event::StoryPublished(fact)
                | Event::StoryUpdated(fact)
                | Event::StoryWithdrawn(fact)
                | Event::StoryKilled(fact),
            ) if !fact.import => fact,
            _ => continue,
        };
        for (origin, scope) in scopes(conn, sites, &fact).await? {
            for format in [FeedFormat::Rss, FeedFormat::Atom, FeedFormat::Json] {
                feeds.insert(format!("{origin}{}", Route::Feed(scope.clone(), format)));
            }
        }
    }
    Ok(feeds)
}

/// The feeds that a story stands in, or stood in, with the origins of their sites.
async fn scopes<'a>(
    conn: &mut Conn,
    sites: &'a Sites,
    fact: &StoryFact,
) -> Result<Vec<(&'a str, FeedScope<'static>)>, StoreError> {
    let topic_ids: Vec<TopicId> = fact.lists.iter().map(|list| TopicId(*list)).collect();
    let author_ids: Vec<AuthorId> = fact.lists.iter().map(|list| AuthorId(*list)).collect();
    let topics = topics::by_ids(conn, &topic_ids).await?;
    let authors = authors::by_ids(conn, &author_ids).await?;
    let mut all = Vec::new();
    for site in fact.sites.iter().filter_map(|id| sites.site(*id)) {
        let origin = site.origin.as_str();
        all.push((origin, FeedScope::Site));
        // A correction is an update of its story.
        all.push((origin, FeedScope::Corrections));
        let sections = fact.lists.iter().filter_map(|list| sites.section(SectionId(*list)));
        for record in sections.filter(|record| record.section.site == site.id) {
            all.push((origin, FeedScope::Section(record.path.clone().into())));
        }
        for topic in &topics {
            all.push((origin, FeedScope::Topic(topic.slug.clone().into())));
        }
        for author in &authors {
            all.push((origin, FeedScope::Author(author.slug.clone().into())));
        }
    }
    Ok(all)
}

/// Tells the hub what a job holds.
///
/// # Errors
/// [`HubError`]; the job is tried again.
pub async fn run(app: &App, payload: &serde_json::Value) -> Result<(), HubError> {
    let told = Told::deserialize(payload)?;
    let Some(hub) = &app.hub else {
        // The hub was taken out of the settings.
        return Ok(());
    };
    if told.since < app.now().plus_seconds(-TOO_OLD) {
        tracing::warn!(
            feeds = told.feeds.len(),
            "the hub was away for a day: it is not told of old changes"
        );
        return Ok(());
    }
    for feeds in told.feeds.chunks(IN_ONE_FORM) {
        let form = publishing(feeds);
        let answer = app.fetcher.post_form(hub, FetchPolicy::Operator, form).await?;
        if !(200..300).contains(&answer.status) {
            return Err(HubError::Refused(answer.status));
        }
    }
    Ok(())
}

fn publishing(feeds: &[String]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.append_pair("hub.mode", "publish");
    for feed in feeds {
        form.append_pair("hub.url", feed);
    }
    form.finish()
}
