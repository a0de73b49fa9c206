//! A site's banner in its pages: put in where the layout has the hole `banner`, whichever page it is.

use super::view::SiteView;
use super::{Pages, keys, store_error};
use crate::banners::{self, Shown};
use bytes::Bytes;
use masthead_domain::ids::SiteId;
use masthead_store::StoreError;
use masthead_store::banners::{self as rows, BannerRecord};
use masthead_web::compose;
use masthead_web::errors::WebError;
use masthead_web::press::{LogPosition, Rendered};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// What is set on each site, as far as it was asked. A page is made without a query for it while nothing is set.
#[derive(Default)]
pub(super) struct Known {
    banners: RwLock<State>,
}

#[derive(Default)]
struct State {
    /// Counts how often everything was forgotten, so that what was read before is not kept after.
    forgotten: u64,
    by_site: HashMap<SiteId, Option<BannerRecord>>,
}

#[derive(Serialize)]
struct Part<'a> {
    text: &'a str,
    href: &'a str,
}

impl Known {
    pub(super) fn forget(&self) {
        let mut state = self.banners.write().unwrap_or_else(PoisonError::into_inner);
        state.forgotten += 1;
        state.by_site.clear();
    }

    fn get(&self, site: SiteId) -> (u64, Option<Option<BannerRecord>>) {
        let state = self.banners.read().unwrap_or_else(PoisonError::into_inner);
        (state.forgotten, state.by_site.get(&site).cloned())
    }

    fn keep(&self, asked_at: u64, site: SiteId, banner: Option<BannerRecord>) {
        let mut state = self.banners.write().unwrap_or_else(PoisonError::into_inner);
        if state.forgotten == asked_at {
            state.by_site.insert(site, banner);
        }
    }
}

impl Pages {
    /// A banner was set or cleared. Called by the follower before it tells how far it is.
    pub fn forget_banners(&self) {
        self.banners.forget();
    }

    /// The page with the site's banner. The banner's story becomes one of the page's, and the page is as old as the
    /// older of its two snapshots.
    pub(super) async fn with_banner(&self, view: &SiteView, mut page: Rendered) -> Result<Rendered, WebError> {
        if !page.content_type.starts_with("text/html") || page.body.is_empty() {
            return Ok(page);
        }
        let Some(banner) = self.banner(view.entry.id).await.map_err(store_error)? else {
            return Ok(page);
        };
        let mut conn = self.app.db.snapshot().await.map_err(store_error)?;
        let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
        let shown = banners::shown(&mut conn, self.app.now(), &banner)
            .await
            .map_err(store_error)?;
        drop(conn);
        page.position = page.position.min(position);
        // While the story is not seen the page waits for it.
        page = page.keys([keys::banner(banner.story)]);
        if let Some(shown) = shown {
            let html = std::str::from_utf8(&page.body).map_err(WebError::internal)?;
            page.body = Bytes::from(filled(view, html, &shown)?);
            page = page.stories([shown.story]);
        }
        Ok(page)
    }

    /// HTML that nobody keeps, with the site's banner.
    pub(crate) async fn html_with_banner(&self, view: &SiteView, html: String) -> Result<String, WebError> {
        let page = Rendered::html(html, LogPosition::MAX);
        let page = self.with_banner(view, page).await?;
        String::from_utf8(page.body.into()).map_err(WebError::internal)
    }

    async fn banner(&self, site: SiteId) -> Result<Option<BannerRecord>, StoreError> {
        let (asked_at, known) = self.banners.get(site);
        // Where nobody follows the log nobody says when to forget.
        if let (Some(known), true) = (known, self.is_following()) {
            return Ok(known);
        }
        let banner = rows::of_site(&mut self.app.db.reader().await?, site).await?;
        self.banners.keep(asked_at, site, banner.clone());
        Ok(banner)
    }
}

fn filled(view: &SiteView, html: &str, shown: &Shown) -> Result<String, WebError> {
    let part = Part {
        text: &shown.text,
        href: &shown.href,
    };
    let banner = view.voice.render("parts/banner.html", &part)?;
    Ok(compose::fill(html, "banner", banner.trim_end()))
}
