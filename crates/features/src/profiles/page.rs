//! `/profiles/<username>` on every site: who somebody is to readers. A deleted profile's address answers 410, and its
//! name is nobody's again.

use super::pictures;
use crate::accounts::AccountError;
use crate::app::App;
use crate::pages::page::{Page, whole};
use crate::pages::{SiteView, errors, list_key, say, store_error};
use masthead_domain::ids::{CommentId, ProfileId};
use masthead_domain::profiles::{ProfileState, Username};
use masthead_domain::time::Timestamp;
use masthead_store::accounts;
use masthead_store::profiles::{self as rows, ProfileRecord};
use masthead_store::public::{self, Contributed};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::paging::{self, Cursor};
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::{FeedScope, Route};
use serde::Serialize;
use std::borrow::Cow;
use uuid::Uuid;

#[derive(Serialize)]
struct Own<'a> {
    profile: View<'a>,
}

#[derive(Serialize)]
struct View<'a> {
    username: &'a str,
    name: &'a str,
    bio: Vec<&'a str>,
    /// The address of the portrait.
    picture: Option<String>,
    joined: Option<i64>,
    staff: bool,
    /// Made for an author of imported comments.
    closed: bool,
    contributions: Vec<Contribution>,
    comments: Vec<CommentView>,
    older: Option<String>,
}

/// A story or gallery of theirs that was published, on whichever site.
#[derive(Serialize)]
struct Contribution {
    href: String,
    headline: String,
    published: i64,
    site: String,
}

#[derive(Serialize)]
struct CommentView {
    href: String,
    headline: String,
    created: i64,
    body: String,
    likes: i64,
}

/// Comments of one page.
const COMMENTS: usize = 20;
/// Contributions of a profile's first page.
pub(crate) const CONTRIBUTIONS: usize = 30;

/// What an address of a profile leads to.
pub(crate) enum Found {
    /// A profile that has a page.
    Profile(ProfileRecord),
    /// One that was deleted.
    Gone,
}

/// The profile at `/profiles/NAME` or `/profiles/~ID`.
pub(crate) async fn find(app: &App, conn: &mut masthead_store::Conn, name: &str) -> Result<Found, WebError> {
    let found = if let Some(id) = name.strip_prefix('~') {
        let id: ProfileId = id.parse().map_err(|_| WebError::not_found())?;
        let found = rows::by_id(conn, id).await.map_err(store_error)?;
        // Who chose a username has it in their address alone.
        found.filter(|record| record.state == ProfileState::Closed && !record.display_name.is_empty())
    } else {
        let username = Username::parse(name).map_err(|_| WebError::not_found())?;
        super::named(app, conn, &username).await.map_err(WebError::from)?
    };
    match found.ok_or_else(WebError::not_found)? {
        record if record.state == ProfileState::Deleted => Ok(Found::Gone),
        record => Ok(Found::Profile(record)),
    }
}

/// The page of a profile.
pub(crate) async fn page(app: &App, view: &SiteView, name: &str, after: Option<Cursor>) -> Result<Rendered, WebError> {
    // The key is made by a write at its first use, which must not happen inside a snapshot.
    crate::accounts::network_key(app)
        .await
        .map_err(|error: AccountError| WebError::from(error))?;
    let now = app.now();
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let record = match find(app, &mut conn, name).await? {
        Found::Profile(record) => record,
        Found::Gone => {
            let gone = WebError::gone(say(view, "profile-gone", &[])?);
            return errors::page(&mut conn, now, view, &gone, errors::Asked::default(), position).await;
        }
    };
    let route = Route::Profile(Cow::Borrowed(name)).to_string();
    if let Some(username) = &record.username
        && username != name
    {
        let mut moved = Rendered::moved(Route::Profile(username.as_str().into()).to_string(), position);
        moved.policy = CachePolicy::NoStore;
        return Ok(moved);
    }
    let staff = match record.account {
        Some(account) => accounts::grants(&mut conn, account)
            .await
            .map_err(store_error)?
            .is_staff(),
        None => false,
    };
    let from = after.map_or((Timestamp::MAX, CommentId(Uuid::max())), |cursor| {
        (cursor.at, CommentId(cursor.id))
    });
    let written = public::comments_by(&mut conn, now, record.id, view.entry.id, from, COMMENTS + 1)
        .await
        .map_err(store_error)?;
    let contributed = if after.is_none() {
        public::contributed(&mut conn, now, record.id, CONTRIBUTIONS)
            .await
            .map_err(store_error)?
    } else {
        Vec::new()
    };
    drop(conn);
    let stories: Vec<_> = contributed.iter().map(|line| line.story).collect();
    let contributions = contributed
        .into_iter()
        .filter_map(|line| contribution(view, line))
        .collect();
    let written = paging::Page::from_rows(written, COMMENTS, |comment| Cursor::new(comment.created_at, comment.id));
    let older = written.next.map(|cursor| format!("{route}?after={cursor}"));
    let comments = written
        .items
        .into_iter()
        .map(|comment| CommentView {
            href: format!("/comments/{}", comment.id),
            headline: comment.headline,
            created: comment.created_at.as_micros(),
            body: crate::comments::thread::body(&comment.body),
            likes: comment.likes,
        })
        .collect();
    let shown = record.name();
    let mut head = Page::new(view, shown, &route).described(&record.bio);
    let closed = record.state == ProfileState::Closed;
    if closed {
        head.robots = "noindex";
    } else {
        head = head.feeds(&FeedScope::Profile(name.into()), shown);
        head.kind = "profile";
    }
    let own = Own {
        profile: View {
            username: record.username.as_deref().unwrap_or_default(),
            name: shown,
            bio: record.bio.split("\n").filter(|line| !line.is_empty()).collect(),
            picture: record
                .picture
                .as_deref()
                .and_then(|id| pictures::href(id, pictures::LARGE)),
            joined: record.named_at.map(Timestamp::as_micros),
            staff,
            closed,
            contributions,
            comments,
            older,
        },
    };
    let html = view.voice.render("accounts/profile.html", &whole(view, &head, &own))?;
    Ok(Rendered::html(html, position)
        .keys([
            list_key(record.id),
            SurrogateKey::site(view.entry.id),
            SurrogateKey::theme(),
        ])
        .stories(stories))
}

/// A line about a story, with its address on this site or that of the site where it stands.
fn contribution(view: &SiteView, line: Contributed) -> Option<Contribution> {
    let site = view.sites.site(line.site)?;
    let here = site.id == view.entry.id;
    Some(Contribution {
        href: if here {
            line.path
        } else {
            format!("{}{}", site.origin, line.path)
        },
        headline: line.headline,
        published: line.published.as_micros(),
        site: site.name.clone(),
    })
}
