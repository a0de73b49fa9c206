//! Comments of a story in the content API: those that readers see, as they came.

use super::{List, absent, after, begin, json, limit};
use crate::app::App;
use crate::comments::{effective, thread};
use crate::pages::{Query, SiteView, policy_key, store_error, topics_of};
use masthead_domain::comments::Badge;
use masthead_domain::ids::{CommentId, StoryId, TopicId};
use masthead_domain::profiles::ProfileState;
use masthead_domain::time::Timestamp;
use masthead_store::public::{self, Found, PublicComment};
use masthead_web::errors::WebError;
use masthead_web::paging::{Cursor, Page};
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::Route;
use serde::Serialize;
use uuid::Uuid;

/// A comment.
#[derive(Serialize)]
struct CommentItem {
    id: String,
    url: String,
    parent: Option<String>,
    text: String,
    html: String,
    author: Author,
    created: Timestamp,
    edited: Option<Timestamp>,
    state: &'static str,
    likes: i64,
    featured: bool,
}

/// Who wrote it.
#[derive(Serialize)]
struct Author {
    name: String,
    url: Option<String>,
    badge: Option<&'static str>,
}

fn item(view: &SiteView, comment: PublicComment) -> CommentItem {
    let page = comment.writer.as_ref().and_then(|writer| match writer.state {
        ProfileState::Open => writer.username.clone(),
        ProfileState::Closed => Some(format!("~{}", writer.profile)),
        ProfileState::Deleted => None,
    });
    CommentItem {
        id: comment.id.to_string(),
        url: view.absolute(&format!("/comments/{}", comment.id)),
        parent: comment.parent.map(|parent| parent.to_string()),
        html: thread::body(&comment.body),
        text: comment.body,
        author: Author {
            name: comment.writer.as_ref().map_or("", |writer| writer.name()).to_owned(),
            url: page.map(|name| view.absolute(&Route::Profile(name.into()).to_string())),
            badge: comment.badge.map(Badge::name),
        },
        created: comment.created_at,
        edited: comment.edited_at,
        state: comment.state.name(),
        likes: comment.likes,
        featured: comment.featured,
    }
}

/// `/api/v1/stories/{id}/comments`
pub(super) async fn list(app: &App, view: &SiteView, id: &str, query: Query<'_>) -> Result<Rendered, WebError> {
    let id = id
        .parse()
        .map_err(|_| absent("no-such-story", "There is no such story."))?;
    let id = StoryId(id);
    let (limit, after) = (limit(query)?, after(query)?);
    let (mut conn, now, position) = begin(app).await?;
    let found = public::by_id(&mut conn, now, id).await.map_err(store_error)?;
    let (story, places) = match found {
        Found::Story(story, places) => (story, places),
        Found::Gone { reason, .. } => return Err(WebError::gone(reason).code("story-gone")),
        Found::Moved(_) | Found::Nothing => return Err(absent("no-such-story", "There is no such story.")),
    };
    let topics: Vec<TopicId> = topics_of(&mut conn, id)
        .await
        .map_err(store_error)?
        .iter()
        .map(|topic| topic.id)
        .collect();
    let site = places.first().map_or(view.entry.id, |place| place.site);
    let of = (id, story.published);
    let (policy, scopes) = effective(&mut conn, &view.sites, site, story.section, &topics, of, now)
        .await
        .map_err(store_error)?;
    let from = after.map_or((Timestamp::MIN, CommentId(Uuid::nil())), |cursor| {
        (cursor.at, CommentId(cursor.id))
    });
    let rows = if policy.hidden {
        Vec::new()
    } else {
        public::comments_of(&mut conn, now, id, from, limit + 1)
            .await
            .map_err(store_error)?
    };
    drop(conn);
    let page = Page::from_rows(rows, limit, |comment| Cursor::new(comment.created_at, comment.id));
    let next = page
        .next
        .map(|cursor| view.absolute(&format!("/api/v1/stories/{id}/comments?after={cursor}&limit={limit}")));
    let list = List {
        items: page.items.into_iter().map(|comment| item(view, comment)).collect(),
        next,
    };
    Ok(json(&list, position)?
        .keys([
            SurrogateKey::comments(id),
            SurrogateKey::story(id),
            SurrogateKey::site(view.entry.id),
        ])
        .keys(scopes.into_iter().map(policy_key))
        .stories([id]))
}
