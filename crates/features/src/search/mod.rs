//! Search: keeps a node's index in step with the event log. The page itself is made with the other pages.
//!
//! A step reads which stories the log names and looks at what the store shows of each *now*: shown stories are put,
//! all others are forgotten. The kind of event doesn't matter, so that every step may be done twice and in any order.
//! What a kill needs does not wait for this: hits pass the public read path on their way out.

mod marked;

pub(crate) use marked::{Segment, marked, passage};

use crate::app::App;
use crate::pages::{authors_of, coverage, topics_of};
use masthead_domain::events::Event;
use masthead_domain::ids::{EventId, StoryId};
use masthead_domain::videos;
use masthead_services::search::{Batch, LogMark, SearchDoc, SearchError, SearchIndex};
use masthead_store::public::{self, Found};
use masthead_store::{Conn, StoreError, log, stories as rows};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Events of one step.
const EVENTS: u32 = 500;
/// Stories read between two writes of a rebuild.
const STORIES: usize = 200;
/// Clocks of two nodes differ by less: a story that another node released this moment is indexed and not missed.
/// Nobody sees it early, since hits are looked up with this node's own clock.
const CLOCKS_DIFFER_SECONDS: i64 = 2;

/// Why the index could not be brought further. It stays as it is, and the same step can be done again.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index.
    #[error(transparent)]
    Index(#[from] SearchError),
}

/// Where to go on from: the index's own mark, when the log still is the one that was followed; otherwise the whole
/// archive is taken in again first. Readers search the old index until that is done.
///
/// # Errors
/// [`FollowError`].
pub async fn begin(app: &App, index: &SearchIndex) -> Result<LogMark, FollowError> {
    if let Some(mark) = index.mark()? {
        let mut conn = app.db.snapshot().await?;
        let head = log::head(&mut conn).await?;
        let same = mark.position <= head && mark_at(&mut conn, mark.position).await? == mark;
        // Events are never taken out of the middle of the log, so that the next one is missing only with its whole
        // beginning.
        let next = log::after(&mut conn, mark.position, 1).await?;
        let whole = next.first().is_none_or(|event| event.position == mark.position + 1);
        if same && whole {
            return Ok(mark);
        }
        tracing::warn!(
            position = mark.position,
            head,
            "the log is another one: the search index is made again"
        );
    }
    rebuild(app, index).await
}

async fn mark_at(conn: &mut Conn, position: i64) -> Result<LogMark, StoreError> {
    let event: Option<EventId> = match position {
        1.. => log::after(conn, position - 1, 1)
            .await?
            .first()
            .filter(|event| event.position == position)
            .map(|event| event.id),
        _ => None,
    };
    Ok(LogMark { position, event })
}

/// Takes the whole archive in again, and everything that happens meanwhile with the steps that follow.
///
/// # Errors
/// [`FollowError`]; what was there before stays.
pub async fn rebuild(app: &App, index: &SearchIndex) -> Result<LogMark, FollowError> {
    let mut conn = app.db.snapshot().await?;
    let head = log::head(&mut conn).await?;
    let mark = mark_at(&mut conn, head).await?;
    drop(conn);
    let mut after = StoryId(Uuid::nil());
    let mut clear = true;
    loop {
        // A reader of its own for each part: a snapshot held for minutes would keep the log of writes from shrinking.
        let mut conn = app.db.reader().await?;
        let ids = rows::ids_after(&mut conn, after, STORIES).await?;
        let mut put = Vec::with_capacity(ids.len());
        for id in &ids {
            put.extend(read(app, &mut conn, *id).await?);
        }
        drop(conn);
        let last = ids.last().copied();
        let batch = Batch {
            clear,
            put,
            remove: Vec::new(),
            commit: last.is_none().then_some(mark),
        };
        index.apply(batch).await?;
        clear = false;
        match last {
            Some(last) => after = last,
            None => break,
        }
    }
    tracing::info!(stories = index.len(), position = head, "the search index was made");
    Ok(mark)
}

/// Brings the index further by at most [`EVENTS`] events; the same mark when there are none.
///
/// # Errors
/// [`FollowError`].
pub async fn follow(app: &App, index: &SearchIndex, mark: LogMark) -> Result<LogMark, FollowError> {
    let mut conn = app.db.reader().await?;
    let events = log::after(&mut conn, mark.position, EVENTS).await?;
    let Some(last) = events.last() else { return Ok(mark) };
    let next = LogMark {
        position: last.position,
        event: Some(last.id),
    };
    let facts = || {
        events
            .iter()
            .filter_map(|event| Event::from_stored(&event.kind, &event.data))
    };
    if facts().any(|fact| matches!(fact, Event::SearchRebuild {})) {
        drop(conn);
        // Its snapshot has all of these events.
        return rebuild(app, index).await;
    }
    let named: BTreeSet<StoryId> = facts().filter_map(named).collect();
    let mut batch = Batch::default();
    for id in named {
        match read(app, &mut conn, id).await? {
            Some(doc) => batch.put.push(doc),
            None => batch.remove.push(id),
        }
    }
    drop(conn);
    // A commit costs a write to disk: events that name no story are followed in memory, and read again after a start.
    if !batch.put.is_empty() || !batch.remove.is_empty() {
        batch.commit = Some(next);
        index.apply(batch).await?;
    }
    Ok(next)
}

/// The story that a fact is about.
fn named(fact: Event) -> Option<StoryId> {
    match fact {
        Event::StoryPublished(fact)
        | Event::StoryUpdated(fact)
        | Event::StoryWithdrawn(fact)
        | Event::StoryKilled(fact)
        | Event::StoryChanged(fact) => Some(fact.story),
        _ => None,
    }
}

/// Asks every node to make its index anew. Readers search the old one meanwhile. Returns where in the log that stands:
/// an index that is further was made after it.
///
/// # Errors
/// When the store can't answer.
pub async fn ask_rebuild(app: &App) -> Result<i64, StoreError> {
    let (id, event, now) = (EventId::new(app.ids.as_ref()), Event::SearchRebuild {}, app.now());
    app.db
        .write("search.ask_rebuild", move |tx| {
            let event = event.clone();
            Box::pin(async move { log::append(tx, id, event.kind(), &event.data(), now).await })
        })
        .await?;
    log::stamp(&app.db).await?;
    log::head(&mut app.db.reader().await?).await
}

/// How an index differs from what the store shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Stories that readers see and can't find.
    pub missing: Vec<StoryId>,
    /// Stories in it that readers may not see.
    pub withheld: Vec<StoryId>,
    /// Stories in it that are not there at all.
    pub unknown: Vec<StoryId>,
}

/// Holds an index against the store. What happened after the index's last commit is not held against it: it is
/// followed a moment later, or at the next start. `None` for an index that was never filled.
///
/// # Errors
/// [`FollowError`].
pub async fn differences(app: &App, index: &SearchIndex) -> Result<Option<Differences>, FollowError> {
    let Some(mark) = index.mark()? else { return Ok(None) };
    // On PostgreSQL what was committed last may have no position yet, and would not be seen in the log.
    log::stamp(&app.db).await?;
    let mut indexed = index.stories()?;
    let mut conn = app.db.snapshot().await?;
    let mut later: BTreeSet<StoryId> = BTreeSet::new();
    let mut place = mark.position;
    loop {
        let events = log::after(&mut conn, place, EVENTS).await?;
        let Some(last) = events.last() else { break };
        place = last.position;
        let facts = events
            .iter()
            .filter_map(|event| Event::from_stored(&event.kind, &event.data));
        later.extend(facts.filter_map(named));
    }
    // As of the commit: a story whose time ran out since is taken from the index when that is noticed.
    let at = log::time_of(&mut conn, mark.position)
        .await?
        .unwrap_or_else(|| app.now());
    let at = at.plus_seconds(CLOCKS_DIFFER_SECONDS);
    let mut found = Differences::default();
    let mut after = StoryId(Uuid::nil());
    loop {
        let ids = rows::ids_after(&mut conn, after, STORIES).await?;
        let Some(last) = ids.last() else { break };
        after = *last;
        for id in ids {
            let is_indexed = indexed.remove(&id);
            if later.contains(&id) {
                continue;
            }
            let is_shown = matches!(public::by_id(&mut conn, at, id).await?, Found::Story(..));
            match (is_shown, is_indexed) {
                (true, false) => found.missing.push(id),
                (false, true) => found.withheld.push(id),
                _ => {}
            }
        }
    }
    found.unknown.extend(indexed);
    Ok(Some(found))
}

/// What the index is told of a story; `None` for one that readers don't see.
async fn read(app: &App, conn: &mut Conn, id: StoryId) -> Result<Option<SearchDoc>, StoreError> {
    let now = app.now().plus_seconds(CLOCKS_DIFFER_SECONDS);
    let Found::Story(story, places) = public::by_id(conn, now, id).await? else {
        return Ok(None);
    };
    let sites = app.sites();
    let language = places
        .first()
        .and_then(|place| sites.site(place.site))
        .map_or("en", |site| site.language.as_str());
    let content = &story.content;
    let mut names = vec![content.kicker.clone(), content.dateline.clone()];
    names.extend(content.bylines.iter().map(|byline| byline.name.clone()));
    names.extend(topics_of(conn, id).await?.into_iter().map(|topic| topic.name));
    names.extend(authors_of(conn, id).await?.into_iter().map(|author| author.name));
    names.sort();
    names.dedup();
    let mut lists: Vec<Uuid> = rows::lists(conn, id)
        .await?
        .into_iter()
        .map(|entry| entry.list)
        .collect();
    lists.extend(places.iter().map(|place| place.site.0));
    lists.sort();
    lists.dedup();
    let text = content.body.clone();
    let text = coverage::whole_text(conn, now, id, text, &jiff::tz::TimeZone::UTC).await?;
    let own = content.lead_video.as_ref().and_then(|video| videos::own(&video.url));
    let spoken = match own {
        Some(own) => public::video(conn, now, own)
            .await?
            .map(|(video, _)| videos::transcript(&video.cues)),
        None => None,
    };
    let said = std::iter::once(text.to_plain()).chain(spoken.into_iter().flatten());
    let said: Vec<String> = said.collect();
    Ok(Some(SearchDoc {
        story: id,
        language: content.language.clone().unwrap_or_else(|| language.to_owned()),
        headline: content.headline.clone(),
        standfirst: content.standfirst.clone(),
        names: names.join("\n"),
        body: said.join("\n"),
        lists,
        published: story.published,
    }))
}
