//! A queue of the desk with what is known of each item, read in one snapshot.

use super::QUEUES;
use crate::app::App;
use masthead_domain::comments::checks::Record;
use masthead_domain::ids::{CommentId, ProfileId, SiteId, StoryId};
use masthead_domain::time::Timestamp;
use masthead_store::comments::people;
use masthead_store::comments::{self as rows, Comment};
use masthead_store::profiles::{self, ProfileRecord};
use masthead_store::reports::{self, Appeal, Report};
use masthead_store::reviews::{self, Review};
use masthead_store::{Conn, StoreError, audit, stories};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use uuid::Uuid;

/// Items of a page.
pub(super) const PAGE: usize = 30;
/// Reports that are shown beside an item.
const REPORTS: usize = 20;

/// A queue.
#[derive(Debug)]
pub struct Queue {
    /// How many are in each queue, in the order of [`QUEUES`]; one more than a thousand is "more than a thousand".
    pub lengths: Vec<(&'static str, i64)>,
    /// The first of them.
    pub items: Vec<Item>,
    /// Whether there are more.
    pub more: bool,
}

/// Something to decide on.
#[derive(Debug)]
pub struct Item {
    /// Its row.
    pub review: Review,
    /// The comment.
    pub comment: Comment,
    /// Who wrote it.
    pub writer: Option<ProfileRecord>,
    /// What is known of them.
    pub record: Record,
    /// What it answers.
    pub parent: Option<Comment>,
    /// The headline of its story.
    pub headline: String,
    /// What readers say about it.
    pub reports: Vec<Report>,
    /// What its writer says against a decision.
    pub appeal: Option<Appeal>,
    /// For a decided one: the last act, its facts, and the note beside it.
    pub last: Option<(audit::Entry, Option<String>)>,
}

/// How many wait in each queue of a site's desk, or of the network's.
///
/// # Errors
/// When the store can't answer.
pub async fn lengths(app: &App, site: Option<SiteId>) -> Result<Vec<(&'static str, i64)>, StoreError> {
    counted(&mut app.db.snapshot().await?, site).await
}

async fn counted(conn: &mut Conn, site: Option<SiteId>) -> Result<Vec<(&'static str, i64)>, StoreError> {
    let mut lengths = Vec::with_capacity(QUEUES.len());
    for queue in QUEUES.iter().filter(|queue| **queue != "decided") {
        lengths.push((*queue, reviews::length(conn, queue, site).await?));
    }
    Ok(lengths)
}

/// Reads a queue of a site's desk, or of the network's.
///
/// # Errors
/// When the store can't answer.
pub async fn read(app: &App, name: &str, site: Option<SiteId>) -> Result<Queue, StoreError> {
    let mut conn = app.db.snapshot().await?;
    let lengths = counted(&mut conn, site).await?;
    let mut found = if name == "decided" {
        let newest = (Timestamp::MAX, CommentId(Uuid::max()));
        let mut all = reviews::decided(&mut conn, newest, PAGE * 4).await?;
        all.retain(|review| site.is_none_or(|site| review.site == site));
        all
    } else {
        reviews::queue(&mut conn, name, site, reviews::START, PAGE + 1).await?
    };
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let ids: Vec<CommentId> = found.iter().map(|review| review.comment).collect();
    let mut comments: HashMap<CommentId, Comment> = rows::by_ids(&mut conn, &ids)
        .await?
        .into_iter()
        .map(|comment| (comment.id, comment))
        .collect();
    let parents: Vec<CommentId> = comments.values().filter_map(|comment| comment.parent).collect();
    let parents: HashMap<CommentId, Comment> = rows::by_ids(&mut conn, &parents)
        .await?
        .into_iter()
        .map(|comment| (comment.id, comment))
        .collect();
    let mut people_ids: Vec<ProfileId> = found.iter().map(|review| review.profile).collect();
    people_ids.sort();
    people_ids.dedup();
    let writers: HashMap<ProfileId, ProfileRecord> = profiles::by_ids(&mut conn, &people_ids)
        .await?
        .into_iter()
        .map(|profile| (profile.id, profile))
        .collect();
    let mut records: HashMap<ProfileId, Record> = HashMap::new();
    for id in people_ids {
        if let Some(writer) = people::writer(&mut conn, id).await? {
            records.insert(id, writer.record);
        }
    }
    let mut headlines: HashMap<StoryId, String> = HashMap::new();
    let mut items = Vec::with_capacity(found.len());
    for review in found {
        let Some(comment) = comments.remove(&review.comment) else {
            continue;
        };
        if let Entry::Vacant(vacant) = headlines.entry(review.story) {
            let story = stories::by_id(&mut conn, review.story).await?;
            vacant.insert(story.map(|story| story.headline).unwrap_or_default());
        }
        let last = if name == "decided" {
            match audit::of_subject(&mut conn, comment.id.0, 200).await?.pop() {
                Some(entry) => {
                    let text = audit::texts(&mut conn, &[entry.event]).await?.pop();
                    Some((entry, text.map(|(.., text)| text)))
                }
                None => None,
            }
        } else {
            None
        };
        let reports = if comment.reported {
            reports::of_comment(&mut conn, comment.id, REPORTS).await?
        } else {
            Vec::new()
        };
        let appeal = if name == "appealed" {
            reports::appeal_of(&mut conn, comment.id).await?
        } else {
            None
        };
        items.push(Item {
            reports,
            appeal,
            writer: writers.get(&review.profile).cloned(),
            record: records.get(&review.profile).copied().unwrap_or_default(),
            parent: comment.parent.and_then(|parent| parents.get(&parent).cloned()),
            headline: headlines.get(&review.story).cloned().unwrap_or_default(),
            last,
            review,
            comment,
        });
    }
    Ok(Queue { lengths, items, more })
}
