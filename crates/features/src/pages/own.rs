//! Pages of the publisher's own, and the corrections.

use super::body;
use super::page::{Page, whole};
use super::view::{Link, SiteView};
use super::{json_ld, keys, store_error};
use crate::app::App;
use masthead_domain::ids::StoryId;
use masthead_domain::stories::Correction;
use masthead_domain::time::Timestamp;
use masthead_store::pages;
use masthead_store::public::{self, Found};
use masthead_store::{Conn, StoreError};
use masthead_web::errors::WebError;
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::FeedScope;
use serde::Serialize;

/// How many of a site's newest stories are looked through for corrections. The store keeps corrections inside a
/// story's text, so that each has to be opened; what is older than these is corrected at the top of the story alone.
const LOOKED_THROUGH: usize = 300;
/// Corrections shown.
const SHOWN: usize = 60;

#[derive(Serialize)]
struct Own<'a> {
    title: &'a str,
    body: String,
    plays: bool,
    updated: i64,
}

#[derive(Serialize)]
struct Corrections {
    corrections: Vec<CorrectionView>,
}

#[derive(Serialize)]
struct CorrectionView {
    headline: String,
    href: String,
    text: String,
    at: i64,
}

/// A correction with the story that it was made in.
pub(crate) struct Corrected {
    pub(crate) story: StoryId,
    pub(crate) headline: String,
    pub(crate) path: String,
    pub(crate) correction: Correction,
}

/// The page at `/slug`.
pub(crate) async fn page(app: &App, view: &SiteView, slug: &str) -> Result<Rendered, WebError> {
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let own = pages::by_slug(&mut conn, view.entry.id, slug)
        .await
        .map_err(store_error)?
        .ok_or_else(WebError::not_found)?;
    let pictures = public::of_page(&mut conn, app.now(), own.id)
        .await
        .map_err(store_error)?;
    drop(conn);
    let path = format!("/{}", own.slug);
    let page = Page::new(view, &own.title, &path).described(&own.body.to_plain());
    let updated = own.updated_at;
    let body = body::write(own.body, &pictures, (view, own.title.as_str()))?;
    let html = view.voice.render(
        "page.html",
        &whole(
            view,
            &page,
            &Own {
                title: &own.title,
                plays: body.contains(body::PLAYER),
                body,
                updated: updated.as_micros(),
            },
        ),
    )?;
    Ok(Rendered::html(html, position)
        .keys(keys::site(view))
        .keys([SurrogateKey::theme()])
        .modified(updated))
}

/// The corrections of a site, newest first.
pub(crate) async fn corrections(app: &App, view: &SiteView) -> Result<Rendered, WebError> {
    let now = app.now();
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let found = corrected(&mut conn, now, view).await.map_err(store_error)?;
    drop(conn);
    let name = super::say(view, "corrections", &[])?;
    let about = super::say(view, "corrections-about", &[("site", &view.entry.name)])?;
    let mut page = Page::new(view, &name, "/corrections").described(&about);
    let crumbs = [Link {
        name: name.clone(),
        href: "/corrections".to_owned(),
    }];
    page.json_ld = json_ld::collection(view, &name, "/corrections", &crumbs);
    let page = page.feeds(&FeedScope::Corrections, &format!("{} – {name}", view.entry.name));
    let modified = found.iter().map(|fix| fix.correction.at).max();
    let stories: Vec<StoryId> = found.iter().map(|fix| fix.story).collect();
    let views = found
        .into_iter()
        .map(|fix| CorrectionView {
            headline: fix.headline,
            href: fix.path,
            text: fix.correction.text,
            at: fix.correction.at.as_micros(),
        })
        .collect();
    let html = view.voice.render(
        "corrections.html",
        &whole(view, &page, &Corrections { corrections: views }),
    )?;
    let mut rendered = Rendered::html(html, position)
        .keys(keys::whole_site(view.entry.id))
        .stories(stories);
    rendered.last_modified = modified;
    Ok(rendered)
}

/// The newest corrections of a site's stories.
pub(crate) async fn corrected(conn: &mut Conn, now: Timestamp, view: &SiteView) -> Result<Vec<Corrected>, StoreError> {
    let recent = public::newest(conn, now, view.entry.id, view.entry.id, LOOKED_THROUGH).await?;
    let mut all = Vec::new();
    for card in recent {
        // What was never changed after publication has no correction that readers could have seen made.
        if card.updated <= card.published {
            continue;
        }
        if let Found::Story(story, _) = public::by_id(conn, now, card.story).await? {
            all.extend(story.content.corrections.into_iter().map(|correction| Corrected {
                story: card.story,
                headline: card.headline.clone(),
                path: card.path.clone(),
                correction,
            }));
        }
    }
    all.sort_by_key(|fix| std::cmp::Reverse(fix.correction.at));
    all.truncate(SHOWN);
    Ok(all)
}
