//! Links from one of the demo's papers to the other hold its origin. When that changes, since the demo is served on
//! another port, they are written anew.

use anyhow::Context as _;
use masthead_domain::ids::StoryId;
use masthead_domain::stories::StoryContent;
use masthead_features::app::App;
use masthead_features::stories::{Change, ChangeError, Context};
use masthead_store::{StoreError, stories as rows};
use uuid::Uuid;

/// Stories looked through at once.
const PAGE: usize = 200;

/// Lets links of every story that lead to `before` lead to `after`.
pub(super) async fn relink(app: &App, before: &str, after: &str) -> anyhow::Result<()> {
    if before == after || before.is_empty() {
        return Ok(());
    }
    let mut last = StoryId(Uuid::nil());
    loop {
        let ids = rows::ids_after(&mut app.db.reader().await?, last, PAGE).await?;
        let Some(end) = ids.last() else { return Ok(()) };
        last = *end;
        for id in ids {
            let mut conn = app.db.reader().await?;
            let story = rows::by_id(&mut conn, id)
                .await?
                .context("a story went while links were looked through")?;
            let said = rows::revision(&mut conn, id, story.head_revision).await?;
            drop(conn);
            if let Some(said) = said
                && relinked(&said, before, after)?.is_some()
            {
                rewrite(app, id, before, after).await?;
            }
        }
    }
}

async fn rewrite(app: &App, id: StoryId, before: &str, after: &str) -> Result<(), ChangeError> {
    let context = Context::new(app, super::BY);
    let (before, after) = (before.to_owned(), after.to_owned());
    app.db
        .write("demo.relink", move |tx| {
            let (context, before, after) = (context.clone(), before.clone(), after.clone());
            Box::pin(async move {
                let mut change = Change::begin(tx, &context, id).await?;
                let said = change.content(tx).await?;
                let Some(content) = relinked(&said, &before, &after)? else {
                    return Ok(());
                };
                let was_public = change.story.public_revision == Some(change.story.head_revision);
                change.revise(tx, &context, &content).await?;
                if was_public {
                    change.make_public();
                }
                change.commit(tx, &context).await.map(|_| ())
            })
        })
        .await
}

/// The content with its links changed, if it has any. Of all that a story's JSON holds, spans alone have a key `a`.
fn relinked(content: &StoryContent, before: &str, after: &str) -> Result<Option<StoryContent>, StoreError> {
    fn walk(value: &mut serde_json::Value, before: &str, after: &str) -> bool {
        let mut changed = false;
        match value {
            serde_json::Value::Array(items) => {
                for item in items {
                    changed |= walk(item, before, after);
                }
            }
            serde_json::Value::Object(fields) => {
                for (key, field) in fields {
                    let link = field.as_str().filter(|_| key == "a");
                    if let Some(link) = link.and_then(|link| moved(link, before, after)) {
                        *field = link.into();
                        changed = true;
                    } else {
                        changed |= walk(field, before, after);
                    }
                }
            }
            _ => {}
        }
        changed
    }
    let mut json = serde_json::to_value(content).map_err(not_json)?;
    if !walk(&mut json, before, after) {
        return Ok(None);
    }
    serde_json::from_value(json).map(Some).map_err(not_json)
}

fn not_json(error: serde_json::Error) -> StoreError {
    StoreError::Bug(format!("a story's content is no JSON: {error}"))
}

/// The link if it leads to `before`, at `after`. `http://host:80` is no part of `http://host:8080`.
fn moved(link: &str, before: &str, after: &str) -> Option<String> {
    let rest = link.strip_prefix(before)?;
    (rest.is_empty() || rest.starts_with('/')).then(|| format!("{after}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_origins_move() {
        let before = "http://gazette.masthead.localhost:80";
        assert_eq!(
            moved(&format!("{before}/a"), before, "http://b").as_deref(),
            Some("http://b/a")
        );
        assert_eq!(moved(&format!("{before}80/a"), before, "http://b"), None);
        assert_eq!(moved("/a", before, "http://b"), None);
    }
}
