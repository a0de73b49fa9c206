//! What somebody owns of their contributions: the download, and what becomes of them when the account is deleted.
//!
//! What was not published goes in any case: nobody else has a use for it. A story that was published stays without the
//! name, or is taken back, as its writer chose for everything that they wrote.

use super::ContributionError;
use crate::app::App;
use crate::stories::{self, Change, ChangeError, Context};
use masthead_domain::document::{Block, PictureSource};
use masthead_domain::ids::{PictureId, ProfileId, StoryId};
use masthead_domain::stories::{StoryContent, StoryState};
use masthead_store::contributions::{self as rows, Contribution};
use masthead_store::{Conn, StoreError, Tx, audit, jobs, stories as story_rows};
use serde_json::{Value, json};

/// The job that does it; its key is the profile's id.
pub const JOB: &str = "contributions.leave";
/// More than anybody has: three are open at once.
const ALL: usize = 10_000;

/// Everything that somebody sent in or is writing: a part of the download of their data.
///
/// # Errors
/// When the store can't answer.
pub async fn everything(conn: &mut Conn, profile: ProfileId) -> Result<Vec<Value>, StoreError> {
    let mut all = Vec::new();
    for one in rows::of_profile(conn, profile, ALL).await? {
        let pictures = rows::pictures::of(conn, one.id).await?;
        all.push(json!({
            "id": one.id, "kind": one.kind, "site": one.site, "state": one.standing.state,
            "title": one.title, "text": one.body,
            "edited": one.edited.as_ref().map(|(title, text)| json!({ "title": title, "text": text })),
            "message": one.message, "reason": one.reason, "answer": one.answer, "terms": one.terms,
            "begun": one.created_at, "sent": one.sent_at, "moved": one.standing.moved_at,
            "published": one.standing.publish_at, "story": one.story,
            "pictures": pictures.iter().map(|picture| json!({
                "id": picture.id, "file": picture.file_name, "caption": picture.caption, "place": picture.place,
                "taken": picture.taken_on, "sent": picture.created_at,
                "preview": format!("/contribute/files/{}", picture.id),
            })).collect::<Vec<_>>(),
        }));
    }
    Ok(all)
}

/// Called in the transaction that deletes an account.
///
/// # Errors
/// When the store can't answer.
pub async fn account_deleted(tx: &mut Tx, profile: ProfileId, with_texts: bool) -> Result<(), StoreError> {
    let now = tx.now();
    jobs::schedule(tx, JOB, &profile.to_string(), now, &json!({ "with_texts": with_texts }))
        .await
        .map(|_| ())
}

/// Does what was asked for. It can be done again from any point.
///
/// # Errors
/// When the store can't answer.
pub async fn run(app: &App, profile: ProfileId, payload: &Value) -> Result<(), ContributionError> {
    let with_texts = payload.get("with_texts").and_then(Value::as_bool) == Some(true);
    let mut all = rows::of_profile(&mut app.db.reader().await?, profile, ALL).await?;
    // The oldest first: what was published lies before what still waits.
    all.reverse();
    for one in all {
        if let Some(story) = one.story {
            let mut conn = app.db.reader().await?;
            let own = rows::contributors(&mut conn, story).await?;
            let pictures = rows::pictures::of(&mut conn, one.id).await?;
            drop(conn);
            let theirs = own.iter().any(|(who, _)| *who == profile);
            if with_texts && theirs {
                take_back(app, story).await?;
            }
            let pictures = pictures.iter().map(|picture| picture.picture).collect();
            without_name(app, story, profile, pictures, with_texts && !theirs).await?;
        }
        remove(app, one).await?;
    }
    let uploads = rows::uploads::of_profile(&mut app.db.reader().await?, profile).await?;
    for upload in uploads {
        super::uploads::discard(app, upload).await?;
    }
    Ok(())
}

async fn take_back(app: &App, story: StoryId) -> Result<(), ContributionError> {
    match stories::unpublish(app, story, "its writer deleted their account", "due job").await {
        // It is not out: withheld, killed or taken back before.
        Ok(_) | Err(ChangeError::Rule(_) | ChangeError::NotFound(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Takes the name off a story and every revision of it: from its byline where the story is theirs, and from the
/// credits of their pictures; or the pictures themselves out of a story of the newsroom.
async fn without_name(
    app: &App,
    story: StoryId,
    profile: ProfileId,
    pictures: Vec<PictureId>,
    take_out: bool,
) -> Result<(), ContributionError> {
    let context = Context::new(app, "due job");
    app.db
        .write("contributions.without_name", move |tx| {
            let (context, pictures) = (context.clone(), pictures.clone());
            Box::pin(async move {
                let known = rows::contributors(tx, story).await?;
                let name = known.into_iter().find(|(who, _)| *who == profile).map(|(_, name)| name);
                let mut change = Change::begin(tx, &context, story).await?;
                for number in 1..=change.story.head_revision {
                    let Some(mut content) = story_rows::revision(tx, story, number).await? else {
                        continue;
                    };
                    strip(&mut content, name.as_deref(), &pictures, take_out);
                    story_rows::rewrite_revision(tx, story, number, &content).await?;
                }
                let mut content = change.content(tx).await?;
                strip(&mut content, name.as_deref(), &pictures, take_out);
                let was_public = change.story.public_revision == Some(change.story.head_revision);
                change.revise(tx, &context, &content).await?;
                if was_public || change.story.standing.state == StoryState::Published {
                    change.make_public();
                }
                rows::hide_contributor(tx, story, profile).await?;
                change.commit(tx, &context).await?;
                Ok(())
            })
        })
        .await
}

fn strip(content: &mut StoryContent, name: Option<&str>, pictures: &[PictureId], take_out: bool) {
    if let Some(name) = name {
        content.bylines.retain(|byline| byline.name != name);
    }
    let theirs = |picture: &PictureSource| matches!(picture, PictureSource::Stored(id) if pictures.contains(id));
    for block in &mut content.body.blocks {
        if let Block::Gallery { pictures: shown, .. } = block {
            if take_out {
                shown.retain(|shown| !theirs(&shown.picture));
            }
            for shown in shown.iter_mut().filter(|shown| theirs(&shown.picture)) {
                shown.credit.clear();
            }
        }
    }
    content
        .body
        .blocks
        .retain(|block| !matches!(block, Block::Gallery { pictures, .. } if pictures.is_empty()));
}

async fn remove(app: &App, one: Contribution) -> Result<(), ContributionError> {
    let id = one.id;
    let gone = app
        .db
        .write("contributions.remove", move |tx| {
            Box::pin(async move {
                let mut gone = Vec::new();
                for picture in rows::pictures::of(tx, id).await? {
                    gone.extend(rows::pictures::remove(tx, &picture).await?);
                }
                audit::erase_texts(tx, id.0).await?;
                jobs::cancel(tx, super::JOB, &id.to_string()).await?;
                rows::delete(tx, id).await?;
                Ok::<_, ContributionError>(gone)
            })
        })
        .await?;
    super::pictures::forget_originals(app, gone).await;
    Ok(())
}
