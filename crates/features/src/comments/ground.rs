//! What holds where somebody writes: the story on its site, the steps of the ladder that lead to it, and the word lists
//! of those steps, kept ready between comments.
//!
//! What is kept may be out of date. The transaction that writes a comment compares its versions with the store's, and a
//! comment that was checked by old rules is checked again.

use super::CommentError;
use crate::app::App;
use crate::pages::{authors_of, topics_of};
use crate::sites::Sites;
use masthead_domain::comments::checks::Lists;
use masthead_domain::comments::policy::{Effective, Ladder, Scope};
use masthead_domain::comments::words::WordList;
use masthead_domain::ids::{SectionId, SiteId, StoryId, TopicId};
use masthead_domain::time::Timestamp;
use masthead_store::authors::folded;
use masthead_store::policies::{self, WordsRecord};
use masthead_store::{Conn, StoreError, Tx, public, stories};
use moka::sync::Cache;
use std::sync::Arc;
use uuid::Uuid;

/// Stories whose ground is kept ready.
const MOST_GROUNDS: u64 = 1_000;
/// Word lists that are kept ready; most networks have one for all stories.
const MOST_LISTS: u64 = 16;

type ListKey = Vec<(Uuid, String, i64)>;

/// What posting keeps ready.
pub struct Kept {
    grounds: Cache<(StoryId, SiteId), Arc<Ground>>,
    lists: Cache<ListKey, Arc<Lists>>,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            grounds: Cache::new(MOST_GROUNDS),
            lists: Cache::new(MOST_LISTS),
        }
    }
}

/// Where somebody writes.
pub(super) struct Ground {
    pub(super) story: StoryId,
    pub(super) site: SiteId,
    /// Names of the story's authors, folded.
    pub(super) authors: Vec<String>,
    pub(super) lists: Arc<Lists>,
    published: Timestamp,
    ladder: Ladder,
    zone: jiff::tz::TimeZone,
    scopes: Vec<Uuid>,
    version: i64,
    versions: (i64, i64),
}

impl Ground {
    /// What holds at `now`.
    pub(super) fn now(&self, now: Timestamp) -> Effective {
        self.ladder.now(self.published, now, &self.zone)
    }

    /// Whether what a step says counts here.
    pub(super) fn is_below(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope.id)
    }

    /// Fails unless everything is as it was when this was read.
    pub(super) async fn check(&self, tx: &mut Tx) -> Result<(), CommentError> {
        let now = tx.now();
        let version = public::story_version(tx, now, self.story)
            .await?
            .ok_or(CommentError::NoStory)?;
        if version == self.version && policies::versions(tx, &self.scopes).await? == self.versions {
            Ok(())
        } else {
            Err(CommentError::Stale)
        }
    }
}

/// The ids of the steps that lead to a story.
fn scopes(sites: &Sites, site: SiteId, section: SectionId, topics: &[TopicId], story: StoryId) -> Vec<Uuid> {
    let mut scopes = vec![Scope::NETWORK.id, site.0];
    let mut line = sites.line(section);
    // From the widest down, so that a section below another counts after it.
    line.reverse();
    scopes.extend(line.iter().map(|section| section.0));
    scopes.extend(topics.iter().map(|topic| topic.0));
    scopes.push(story.0);
    scopes
}

/// The ladder of these scopes, in their order.
async fn ladder(conn: &mut Conn, scopes: &[Uuid]) -> Result<Ladder, StoreError> {
    let mut steps: Vec<_> = policies::of_scopes(conn, scopes)
        .await?
        .into_iter()
        .map(|record| record.step)
        .collect();
    steps.sort_by_key(|step| scopes.iter().position(|id| *id == step.scope.id));
    Ok(Ladder::new(steps))
}

/// What holds for comments of a story on a site, with the ids of the steps that were asked.
///
/// # Errors
/// When the store can't answer.
pub async fn effective(
    conn: &mut Conn,
    sites: &Sites,
    site: SiteId,
    section: SectionId,
    topics: &[TopicId],
    (story, published): (StoryId, Timestamp),
    now: Timestamp,
) -> Result<(Effective, Vec<Uuid>), StoreError> {
    let scopes = scopes(sites, site, section, topics, story);
    let zone = sites
        .site(site)
        .map_or(jiff::tz::TimeZone::UTC, |entry| entry.zone.clone());
    let ladder = ladder(conn, &scopes).await?;
    Ok((ladder.now(published, now, &zone), scopes))
}

/// The ground of a story on a site, as it is kept or read anew.
pub(super) async fn of(app: &App, story: StoryId, site: SiteId) -> Result<Arc<Ground>, CommentError> {
    if let Some(kept) = app.comments.grounds.get(&(story, site)) {
        return Ok(kept);
    }
    let ground = Arc::new(read(app, story, site).await?);
    app.comments.grounds.insert((story, site), Arc::clone(&ground));
    Ok(ground)
}

/// What holds now for comments of a story on each site where readers see it.
///
/// # Errors
/// When the store can't answer.
pub async fn on_sites(app: &App, story: StoryId) -> Result<Vec<(SiteId, Effective)>, CommentError> {
    let places = stories::placements(&mut app.db.reader().await?, story).await?;
    let mut all = Vec::new();
    for place in places {
        let site = place.placement.site;
        match read(app, story, site).await {
            Ok(ground) => all.push((site, ground.now(app.now()))),
            Err(CommentError::NoStory) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// Forgets what is kept of a story on a site.
pub(super) fn forget(app: &App, story: StoryId, site: SiteId) {
    app.comments.grounds.invalidate(&(story, site));
}

async fn read(app: &App, story: StoryId, site: SiteId) -> Result<Ground, CommentError> {
    let (now, sites) = (app.now(), app.sites());
    let mut conn = app.db.snapshot().await?;
    let card = public::visible(&mut conn, now, site, &[story]).await?.pop();
    let card = card.ok_or(CommentError::NoStory)?;
    let version = public::story_version(&mut conn, now, story)
        .await?
        .ok_or(CommentError::NoStory)?;
    let topics: Vec<TopicId> = topics_of(&mut conn, story)
        .await?
        .iter()
        .map(|topic| topic.id)
        .collect();
    let authors = authors_of(&mut conn, story).await?;
    let scopes = scopes(&sites, site, card.section, &topics, story);
    let versions = policies::versions(&mut conn, &scopes).await?;
    let ladder = ladder(&mut conn, &scopes).await?;
    let words = policies::words(&mut conn, &scopes).await?;
    drop(conn);
    Ok(Ground {
        story,
        site,
        authors: authors.iter().map(|author| folded(&author.name)).collect(),
        lists: lists(app, &words)?,
        published: card.published,
        ladder,
        zone: sites
            .site(site)
            .map_or(jiff::tz::TimeZone::UTC, |entry| entry.zone.clone()),
        scopes,
        version,
        versions,
    })
}

/// The lists of several steps together, prepared once for as long as none of them changes.
pub(super) fn lists(app: &App, words: &[WordsRecord]) -> Result<Arc<Lists>, CommentError> {
    let key: ListKey = words
        .iter()
        .map(|record| (record.scope, record.list.clone(), record.version))
        .collect();
    if let Some(kept) = app.comments.lists.get(&key) {
        return Ok(kept);
    }
    let of = |name: &str| {
        let entries = words.iter().filter(|record| record.list == name);
        WordList::new(entries.flat_map(|record| record.words.lines()))
            .map_err(|error| CommentError::Failed(error.to_string()))
    };
    let lists = Arc::new(Lists {
        banned: of("banned")?,
        suspect: of("suspect")?,
    });
    app.comments.lists.insert(key, Arc::clone(&lists));
    Ok(lists)
}
