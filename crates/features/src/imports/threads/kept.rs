//! Comments that earlier versions took from WordPress exports and kept, since there were no comments yet: they become
//! comments of their stories, once, in the background.

use super::place;
use super::ready::{Names, Part, of_story};
use crate::accounts::{AccountError, network_key};
use crate::app::App;
use masthead_domain::ids::StoryId;
use masthead_domain::imports::{ImportedComment, ImportedCommentState};
use masthead_store::{StoreError, imports as rows, jobs, stories};
use std::sync::Arc;

/// The job; its key is always `all`.
pub const JOB: &str = "imports.kept";

/// Schedules the job where anything is kept.
///
/// # Errors
/// When the store can't answer.
pub async fn schedule(app: &App) -> Result<(), StoreError> {
    if rows::kept(&mut app.db.reader().await?, 1).await?.is_empty() {
        return Ok(());
    }
    let now = app.now();
    app.db
        .write("imports.kept", move |tx| {
            Box::pin(async move {
                let nothing = serde_json::json!({});
                jobs::schedule(tx, JOB, "all", now, &nothing).await.map(|_| ())
            })
        })
        .await
}

/// Makes what is kept comments, a story at a time.
///
/// # Errors
/// When the store can't answer; what is left is done at the next try.
pub async fn run(app: &App) -> Result<(), AccountError> {
    let names = Names::new(network_key(app).await?);
    loop {
        let some = rows::kept(&mut app.db.reader().await?, 100).await?;
        if some.is_empty() {
            return Ok(());
        }
        for story in some {
            move_in(app, names, story).await?;
        }
    }
}

async fn move_in(app: &App, names: Names, story: StoryId) -> Result<(), StoreError> {
    let mut conn = app.db.reader().await?;
    let comments: Vec<ImportedComment> = rows::comments_of(&mut conn, story)
        .await?
        .into_iter()
        .map(|record| ImportedComment {
            key: record.source_key,
            parent: record.parent_key,
            author_name: record.author_name,
            author_email: record.author_email,
            author_url: record.author_url,
            created: Some(record.created_at),
            text: record.text,
            state: ImportedCommentState::parse(&record.state),
            ..ImportedComment::default()
        })
        .collect();
    let site = stories::placements(&mut conn, story)
        .await?
        .first()
        .map(|place| place.placement.site);
    let first = app.sites().first().map(|site| site.id);
    drop(conn);
    let Some(site) = site.or(first) else { return Ok(()) };
    let prepared = of_story(names, "wxr", story, &comments, app.now());
    for (comment, reason) in &prepared.set_aside {
        tracing::warn!(%story, %comment, %reason, "a comment of an earlier import was set aside");
    }
    let part = Arc::new(Part {
        name: String::new(),
        source: "wxr".into(),
        story,
        site,
        comments: prepared.comments,
    });
    let ids = Arc::clone(&app.ids);
    app.db
        .write("imports.kept", move |tx| {
            let (part, ids) = (Arc::clone(&part), Arc::clone(&ids));
            Box::pin(async move {
                place(tx, ids.as_ref(), &part).await?;
                rows::drop_kept(tx, story).await
            })
        })
        .await
}
