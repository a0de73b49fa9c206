//! The breaking-news banner of a site: one line on every page, which leads to a story.
//!
//! It stands in the pages themselves, so that it is there without script and moves nothing, and its story is among the
//! stories of each page: when that is killed, withdrawn or embargoed, no page with the banner is served any more, on no
//! node, from memory or disk. Setting and clearing it makes the site's pages stale, which are pressed again as after
//! any change of the site, fronts first. A hole that script fills was turned down: it would move every page while it
//! loads, and whoever reads without script would not hear of it.

pub mod desk;

use crate::app::App;
use crate::stories;
use masthead_domain::events::Event;
use masthead_domain::ids::{EventId, SiteId, StoryId};
use masthead_domain::time::Timestamp;
use masthead_store::banners::{self as rows, BannerRecord};
use masthead_store::public;
use masthead_store::stories as story_rows;
use masthead_store::{Conn, StoreError, log};
use std::sync::Arc;

/// The most characters of a banner: it is one line on a desk and three on a phone.
pub const MOST_CHARACTERS: usize = 140;

/// Why a banner can't be set.
#[derive(Debug, thiserror::Error)]
pub enum BannerError {
    /// No site has that short name.
    #[error("there is no site '{0}'; 'masthead site list' names them")]
    NoSite(String),
    /// Nothing to say, or too much.
    #[error("a banner says something in at most {MOST_CHARACTERS} characters")]
    Text,
    /// Its story would never be seen there.
    #[error("the story does not stand on '{0}', so the banner would lead nowhere; place it there first")]
    Elsewhere(String),
    /// The story.
    #[error(transparent)]
    Story(#[from] stories::ChangeError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whom a banner is told to, besides who sees it on the pages. It is told once for each site and story, whatever becomes
/// of its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Those who follow breaking news, by push and mail, as soon as readers may see the story.
    Followers,
    /// Nobody.
    Nobody,
}

/// A banner as readers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What it says.
    pub text: String,
    /// The path of its story on the site.
    pub href: String,
    /// Its story.
    pub story: StoryId,
}

/// What is set on a site, whether readers see it or not.
///
/// # Errors
/// [`BannerError`].
pub async fn of_site(app: &App, site: &str) -> Result<Option<BannerRecord>, BannerError> {
    let id = named(app, site)?;
    Ok(rows::of_site(&mut app.db.reader().await?, id).await?)
}

/// The banner as readers see it in this snapshot: not while its story is withheld.
///
/// # Errors
/// When the store can't answer.
pub async fn shown(conn: &mut Conn, now: Timestamp, banner: &BannerRecord) -> Result<Option<Shown>, StoreError> {
    let cards = public::visible(conn, now, banner.site, &[banner.story]).await?;
    Ok(cards.into_iter().next().map(|card| Shown {
        text: banner.text.clone(),
        href: card.path,
        story: card.story,
    }))
}

/// Sets the banner of a site, in place of the one before. It may be set ahead of its story's release.
///
/// # Errors
/// [`BannerError`].
pub async fn set(app: &App, site: &str, story: &str, text: &str, told: Told, by: &str) -> Result<(), BannerError> {
    let id = named(app, site)?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST_CHARACTERS || text.contains(char::is_control) {
        return Err(BannerError::Text);
    }
    let story = stories::find(app, story).await?;
    let places = story_rows::placements(&mut app.db.reader().await?, story).await?;
    if !places.iter().any(|place| place.placement.site == id) {
        return Err(BannerError::Elsewhere(site.to_owned()));
    }
    let banner = BannerRecord {
        site: id,
        story,
        text: text.to_owned(),
        set_at: app.now(),
        set_by: by.to_owned(),
        is_quiet: told == Told::Nobody,
    };
    let (ids, now) = (Arc::clone(&app.ids), app.now());
    app.db
        .write("banners.set", move |tx| {
            let (ids, banner) = (Arc::clone(&ids), banner.clone());
            Box::pin(async move {
                rows::put(tx, &banner).await?;
                let event = Event::BannerChanged { site: banner.site };
                log::append(tx, EventId::new(ids.as_ref()), event.kind(), &event.data(), now).await?;
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    Ok(())
}

/// Clears the banner of a site; says whether there was one.
///
/// # Errors
/// [`BannerError`].
pub async fn clear(app: &App, site: &str) -> Result<bool, BannerError> {
    let id = named(app, site)?;
    let (ids, now) = (Arc::clone(&app.ids), app.now());
    let cleared = app
        .db
        .write("banners.clear", move |tx| {
            let ids = Arc::clone(&ids);
            Box::pin(async move {
                let cleared = rows::clear(tx, id).await?;
                if cleared {
                    let event = Event::BannerChanged { site: id };
                    log::append(tx, EventId::new(ids.as_ref()), event.kind(), &event.data(), now).await?;
                }
                Ok::<_, StoreError>(cleared)
            })
        })
        .await?;
    Ok(cleared)
}

fn named(app: &App, site: &str) -> Result<SiteId, BannerError> {
    let sites = app.sites();
    let found = sites.by_slug(site).map(|site| site.id);
    found.ok_or_else(|| BannerError::NoSite(site.to_owned()))
}
