//! Everything that readers and machines GET from a site, by its path.
//!
//! # For the server
//! | call | when |
//! |---|---|
//! | [`Pages::new`]`(app, theme)` | once; kept as `Arc<Pages>` |
//! | [`Pages::respond`]`(&site, path, query)` | a `GET` that the press does not hold; give it to `Press::fetch_or_render` |
//! | [`declared_parameters`]`(path)` | `FrontOptions::declared` and the press's keys |
//! | [`Pages::error_page`]`(site, &error, path, request_id)` | the HTML of an error, from the server's error hook |
//! | [`stale_keys`]`(&event)`, [`touched`]`(conn, &sites, &event)` | the press follower: what an event makes stale |
//! | [`Pages::followed`]`(position)` | the press follower, after reloading the sites and *before* `Press::mark_stale` |
//! | [`live_newest`]`(app, site)` | the live follower, after an event that concerns the site |
//! | [`live_entries`]`(app, story)` | the live follower, after an event that concerns the story |
//! | [`Pages::set_search`]`(index)` | once, when the node's search index is open |
//! | [`Pages::set_themes`]`(themes)` | the themes' files changed; follow it with `Press::mark_all_stale` |
//!
//! A page reads what it shows in one snapshot, whose log position it is pressed with. Menus and names come from the
//! site's view, which is older than the snapshot; see [`Pages::followed`].

mod banner;
mod body;
pub(crate) mod cards;
pub(crate) mod coverage;
pub(crate) mod errors;
mod front;
mod galleries;
mod json_ld;
mod keys;
mod lists;
mod live;
mod manifest;
mod media;
mod multimedia;
mod oembed;
mod own;
pub(crate) mod page;
mod partner;
mod search;
mod sheet;
mod small;
mod story;
mod video;
mod view;

pub use coverage::news as live_entries;
pub use keys::{stale_keys, touched};
pub use live::newest as live_newest;

pub(crate) use cards::{CARD_WIDTH, CardView, largest_plain};
pub(crate) use json_ld::script as json_ld_script;
pub(crate) use keys::{
    alert as alert_key, alert_cell as alert_cell_key, alerts as alerts_keys, any_alert as any_alert_key,
};
pub(crate) use keys::{
    bounds, list as list_key, listing as listing_key, listings as listings_key, policy as policy_key, span, unlaunched,
    whole_site,
};
pub(crate) use media::open as open_media;
pub(crate) use own::corrected;
pub(crate) use page::{excerpt, whole};
pub(crate) use partner::section_of;
pub(crate) use story::{authors_of, canonical, preview as preview_of, topics_of};
pub(crate) use view::{SiteView, href as section_href};

use crate::app::App;
use crate::comments::thread::Asked;
use crate::places::{self, Piece, local};
use crate::sites::SiteEntry;
use crate::{alerts, api, comments, feeds, listings, partners, profiles, push, weather};
use masthead_domain::comments::Order;
use masthead_domain::ids::{SiteId, StoryId};
use masthead_services::search::{SearchIndex, SearchRequest};
use masthead_store::public::{self, Found};
use masthead_store::{StoreError, pages as page_rows};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::{ErrorKind, WebError};
use masthead_web::paging::Cursor;
use masthead_web::press::{LogPosition, Rendered};
use masthead_web::strings::Said;
use masthead_web::themes::Themes;
use masthead_web::urls::Route;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// Makes the pages of the network.
pub struct Pages {
    app: Arc<App>,
    themes: RwLock<Arc<Themes>>,
    /// Prepared sites. A std lock: nothing awaits while it is held, and a holder only clones an `Arc`.
    views: RwLock<HashMap<SiteId, Arc<SiteView>>>,
    /// The publisher's own pages as menus list them, for views made while the store is away.
    spare_menus: OnceLock<Vec<OwnPage>>,
    /// What is set on each site.
    banners: banner::Known,
    /// What partners pay for.
    partners: partners::Known,
    followed: AtomicI64,
    search: OnceLock<Arc<SearchIndex>>,
}

impl Pages {
    /// Pages of `app`'s sites in these themes, or in one.
    pub fn new(app: Arc<App>, themes: impl Into<Themes>) -> Self {
        Self {
            app,
            themes: RwLock::new(Arc::new(themes.into())),
            views: RwLock::default(),
            spare_menus: OnceLock::new(),
            banners: banner::Known::default(),
            partners: partners::Known::default(),
            followed: AtomicI64::new(LogPosition::MAX),
            search: OnceLock::new(),
        }
    }

    /// The network whose pages these are.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The same, for what outlives the request.
    pub(crate) fn shared_app(&self) -> Arc<App> {
        Arc::clone(&self.app)
    }

    /// Gives the search page its index; until then, and on a node without one, it says that search is off. A second
    /// index is ignored: a node has one.
    pub fn set_search(&self, index: Arc<SearchIndex>) {
        self.search.get_or_init(|| index);
    }

    /// The publisher's own pages as they were when the store was last reached: while it is away, menus list these.
    pub fn set_spare_menus(&self, menus: Vec<OwnPage>) {
        self.spare_menus.get_or_init(|| menus);
    }

    /// Replaces the themes. Pages made before are stale: mark them.
    pub fn set_themes(&self, themes: impl Into<Themes>) {
        *self.themes.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(themes.into());
    }

    /// The themes that pages are made with now.
    pub fn themes(&self) -> Arc<Themes> {
        Arc::clone(&self.themes.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The follower has seen every event up to `position` and reloaded the sites where one said so.
    ///
    /// No page is given a later position than this. Without that, a page could show the menus of before a change and
    /// carry the position of after it, and would never be pressed again. A node without a follower never calls this,
    /// and its pages carry the positions of their snapshots.
    pub fn followed(&self, position: LogPosition) {
        self.followed.store(position, Ordering::Release);
    }

    fn is_following(&self) -> bool {
        self.followed.load(Ordering::Acquire) != LogPosition::MAX
    }

    /// The page of `site` at `path` (as requested, percent-encoded, without query) with the declared parameters of
    /// `query`.
    ///
    /// # Errors
    /// What the error pages are made of: 404 for what readers may not know of, 400 for a cursor that can't be read,
    /// 503 when the store is away. What is gone is no error but a page with status 410.
    pub async fn respond(&self, site: &Arc<SiteEntry>, path: &str, query: Option<&str>) -> Result<Rendered, WebError> {
        let followed = self.followed.load(Ordering::Acquire);
        let view = self.view(site).await?;
        let rendered = self.dispatch(&view, path, query).await?;
        let rendered = self.with_partner(&view, rendered, path, query).await?;
        let mut rendered = self.with_banner(&view, rendered).await?;
        rendered.position = rendered.position.min(followed);
        Ok(rendered)
    }

    /// What fills the holes of the page at `path` for a viewer; `story` is the first that shows on it.
    ///
    /// # Errors
    /// When the store can't answer or a template can't be rendered.
    pub async fn holes(
        &self,
        site: SiteId,
        viewer: &crate::accounts::Viewer,
        path: &str,
        story: Option<StoryId>,
    ) -> Result<Vec<(Cow<'static, str>, String)>, WebError> {
        let sites = self.app.sites();
        let site = sites.site(site).ok_or_else(WebError::not_found)?;
        let view = self.view(site).await?;
        let mut holes = vec![("account".into(), crate::visit::corner(&view, Some(viewer))?)];
        let own = match (Route::parse(path), story) {
            (Some(Route::Story { .. }), Some(story)) => {
                comments::pages::holes(&self.app, &view, viewer, story, path).await?
            }
            (Some(Route::Profile(name)), _) => comments::mutes::on_profile(&self.app, &view, viewer, &name).await?,
            _ => Vec::new(),
        };
        holes.extend(own);
        Ok(holes)
    }

    /// The HTML of an error page; `None` when not even a bare one can be made. `site` is the one that was asked, or
    /// the first.
    pub async fn error_page(
        &self,
        site: Option<&Arc<SiteEntry>>,
        error: &WebError,
        path: &str,
        request_id: &str,
    ) -> Option<String> {
        let first = self.app.sites().first().cloned();
        let site = site.cloned().or(first)?;
        let known = self
            .views
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&site.id)
            .cloned();
        // When the store is what failed, a view that was made before is as good as any.
        let view = match self.view(&site).await {
            Ok(view) => view,
            Err(_) => known?,
        };
        let made = if error.kind().is_server_fault() {
            errors::bare(&view, error, path, request_id)
        } else {
            match self.error_with_headlines(&view, error, path, request_id).await {
                Ok(html) => Ok(html),
                Err(_) => errors::bare(&view, error, path, request_id),
            }
        };
        match made {
            Ok(html) => Some(html),
            Err(failure) => {
                tracing::error!(request_id, error = ?failure, "an error page could not be made");
                None
            }
        }
    }

    async fn error_with_headlines(
        &self,
        view: &SiteView,
        error: &WebError,
        path: &str,
        request_id: &str,
    ) -> Result<String, WebError> {
        let now = self.app.now();
        let found = match errors::wanted(view, error, path, now) {
            Some(wanted) => self.suggestions(wanted).await,
            None => None,
        };
        let mut conn = self.app.db.snapshot().await.map_err(store_error)?;
        let asked = errors::Asked {
            path,
            request_id: Some(request_id),
            found,
        };
        let page = errors::page(&mut conn, now, view, error, asked, 0).await?;
        drop(conn);
        let page = self.with_banner(view, page).await?;
        String::from_utf8(page.body.into()).map_err(WebError::internal)
    }

    /// The stories that the index has for a missing address; `None` without an index, or while others search.
    async fn suggestions(&self, wanted: SearchRequest) -> Option<Vec<StoryId>> {
        let index = self.search.get().filter(|index| index.is_filled())?;
        match index.search_if_free(wanted).await {
            Ok(hits) => Some(hits?.hits.into_iter().map(|(story, _)| story).collect()),
            Err(error) => {
                tracing::warn!(%error, "the search index can't be asked for suggestions");
                None
            }
        }
    }

    /// The prepared site, made again when its table or the theme was replaced.
    pub(crate) async fn view(&self, site: &Arc<SiteEntry>) -> Result<Arc<SiteView>, WebError> {
        let (sites, themes) = (self.app.sites(), self.themes());
        // The caller's entry can be older than the table.
        let entry = sites.site(site.id).cloned().ok_or_else(WebError::not_found)?;
        let theme = Arc::clone(themes.named(&entry.theme));
        let known = self
            .views
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&site.id)
            .cloned();
        if let Some(view) = known
            && Arc::ptr_eq(&view.sites, &sites)
            && Arc::ptr_eq(&view.theme, &theme)
        {
            return Ok(view);
        }
        let own = match own_pages(&self.app, site.id).await {
            Ok(own) => own,
            Err(error) => match self.spare_menus.get() {
                // Sites are read again when the store is back, and this view is then made again too.
                Some(spare) => spare.iter().filter(|page| page.site == site.id).cloned().collect(),
                None => return Err(store_error(error)),
            },
        };
        let view = Arc::new(SiteView::new(&entry, sites, theme, &own, self.app.weather.is_on())?);
        self.views
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(site.id, Arc::clone(&view));
        Ok(view)
    }

    async fn dispatch(&self, view: &SiteView, path: &str, query: Option<&str>) -> Result<Rendered, WebError> {
        let app = self.app.as_ref();
        let query = Query(query.unwrap_or_default());
        match path {
            "/live/front.json" => return live::front(app, view, query.get("since").as_deref()).await,
            "/.well-known/security.txt" => return small::security(app, view).await,
            "/" => {
                if let Some(old) = query.numbered() {
                    return self.numbered(view, &old).await;
                }
            }
            _ => {}
        }
        if let Some(rest) = path.strip_prefix("/api/v1/") {
            return api::respond(app, view, self.search.get().map(Arc::as_ref), rest, query).await;
        }
        let found = match Route::parse(path) {
            // One address a page: another spelling of the same path leads to it.
            Some(route) if route.to_string() != path => {
                let mut moved = Rendered::moved(route.to_string(), 0);
                moved.policy = CachePolicy::NoStore;
                Ok(moved)
            }
            Some(route) => self.route(view, &route, path, query).await,
            None => Err(WebError::not_found()),
        };
        match found {
            Err(error) if error.kind() == ErrorKind::NotFound => self.elsewhere(view, path, error).await,
            found => found,
        }
    }

    async fn route(
        &self,
        view: &SiteView,
        route: &Route<'_>,
        path: &str,
        query: Query<'_>,
    ) -> Result<Rendered, WebError> {
        let app = self.app.as_ref();
        match route {
            Route::Home => front::front(app, view, None).await,
            Route::Section(section) => {
                let after = query.after()?;
                match (view.sites.section_at(view.entry.id, section), after) {
                    (Some(record), None) => front::front(app, view, Some(record.section.id)).await,
                    (Some(record), Some(after)) => lists::section(app, view, record.section.id, after).await,
                    (None, _) => own::page(app, view, section).await,
                }
            }
            Route::Story { .. } => story::story(app, view, path, (query.thread()?, query.entries()?)).await,
            Route::Topic(slug) => lists::topic(app, view, slug, query.after()?).await,
            Route::Author(slug) => lists::author(app, view, slug, query.after()?).await,
            Route::Archive(day) => lists::archive(app, view, *day).await,
            Route::Feed(scope, format) => feeds::feed(app, view, scope, *format).await,
            Route::LiveStory(story) => coverage::newest(app, view, *story).await,
            Route::Media { picture, width, format } => media::file(app, *picture, *width, *format).await,
            Route::MediaCut { picture, shape } => media::cut(app, *picture, *shape).await,
            Route::MediaSheet { story, revision } => sheet::file(app, view, *story, *revision).await,
            Route::MediaProfile { picture, width } => profiles::pictures::file(app, *picture, *width).await,
            Route::Sitemap => feeds::sitemap(app, view, query.get("month").as_deref()).await,
            Route::NewsSitemap => feeds::news_sitemap(app, view).await,
            Route::Robots => small::robots(app, view).await,
            Route::Manifest => manifest::manifest(app, view).await,
            Route::Push => push::pages::page(app, view).await,
            Route::PushWorker => push::pages::worker(app, view).await,
            Route::Corrections => own::corrections(app, view).await,
            Route::Alerts(kind) => alerts::pages::list(app, view, *kind, query).await,
            Route::Alert(id) => alerts::pages::one(app, view, *id).await,
            Route::Oembed => oembed::oembed(app, view, query).await,
            Route::Search => search::search(app, view, self.search.get().map(Arc::as_ref), query).await,
            Route::Gallery { slug, day, picture } => {
                let gallery = Route::gallery(slug.as_ref(), *day).to_string();
                galleries::gallery(app, view, &gallery, *picture).await
            }
            Route::Multimedia => multimedia::multimedia(app, view).await,
            Route::YourStories => lists::your_stories(app, view, query.after()?).await,
            Route::NewsInPictures(day) => multimedia::news_in_pictures(app, view, *day).await,
            Route::Profile(name) => profiles::page::page(app, view, name, query.after()?).await,
            // Answered by a route of its own, which knows who asks.
            Route::Comment(_) => Err(WebError::not_found()),
            Route::Place { .. } => local::page(app, view, route).await,
            Route::Fragment(component) => places::fragment(app, view, Piece::Component(*component), query).await,
            Route::Warning => places::fragment(app, view, Piece::Warning, query).await,
            Route::Partner => self.partner_here(view, query).await,
            Route::Weather => weather::page(app, view, query).await,
            Route::CommentsPolicy => small::comments_policy(app, view).await,
            Route::Listings(None) => listings::pages::all(app, view).await,
            Route::Listings(Some(category)) => listings::pages::category(app, view, *category, query).await,
            Route::Listing(category, id) => listings::pages::one(app, view, *category, *id).await,
        }
    }

    /// Where an imported site's address by number leads: `/?p=17`, which links of many years are made of. A number that
    /// is none of its stories leads to the front, and is not kept: anybody can invent numbers.
    async fn numbered(&self, view: &SiteView, old: &str) -> Result<Rendered, WebError> {
        let now = self.app.now();
        let mut conn = self.app.db.snapshot().await.map_err(store_error)?;
        let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
        match public::at_path(&mut conn, now, view.entry.id, old)
            .await
            .map_err(store_error)?
        {
            Found::Nothing | Found::Story(..) => {
                let mut front = Rendered::moved("/".to_owned(), position);
                front.policy = CachePolicy::NoStore;
                Ok(front)
            }
            found => story::leads_on(&mut conn, now, view, found, position).await,
        }
    }

    /// What an address that is no page leads to: an imported site's old addresses have forms of their own.
    async fn elsewhere(&self, view: &SiteView, path: &str, error: WebError) -> Result<Rendered, WebError> {
        let now = self.app.now();
        let mut conn = self.app.db.snapshot().await.map_err(store_error)?;
        let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
        let trimmed = path.trim_end_matches('/');
        for candidate in [path, trimmed] {
            match public::at_path(&mut conn, now, view.entry.id, candidate)
                .await
                .map_err(store_error)?
            {
                Found::Nothing | Found::Story(..) => {}
                found => return story::leads_on(&mut conn, now, view, found, position).await,
            }
        }
        // People add a slash, and other systems end every address with one.
        if trimmed.len() < path.len() && trimmed.len() > 1 && Route::parse(trimmed).is_some() {
            let mut moved = Rendered::moved(trimmed.to_owned(), position);
            moved.policy = CachePolicy::NoStore;
            return Ok(moved);
        }
        Err(error)
    }
}

/// A page of the publisher's own, as menus list it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OwnPage {
    /// Its site.
    pub site: SiteId,
    /// Its address, without a slash.
    pub slug: String,
    /// Title.
    pub title: String,
}

/// The pages of a site that its menus list, in their order.
///
/// # Errors
/// When the store can't answer.
pub async fn own_pages(app: &App, site: SiteId) -> Result<Vec<OwnPage>, StoreError> {
    let mut conn = app.db.reader().await?;
    let pages = page_rows::of_site(&mut conn, site).await?;
    Ok(pages
        .into_iter()
        .filter(|page| page.listed)
        .map(|page| OwnPage {
            site,
            slug: page.slug,
            title: page.title,
        })
        .collect())
}

/// The query parameters that make another page at this path; all others are ignored and never make a cache entry.
pub fn declared_parameters(path: &str) -> &'static [&'static str] {
    match path {
        "/" => return &["p", "page_id"],
        "/live/front.json" => return &["since"],
        "/sitemap.xml" => return &["month"],
        _ => {}
    }
    if let Some(rest) = path.strip_prefix("/api/v1/") {
        return api::declared_parameters(rest);
    }
    match Route::parse(path) {
        Some(Route::Section(_) | Route::Topic(_) | Route::Author(_) | Route::Profile(_) | Route::YourStories) => {
            &["after"]
        }
        Some(Route::Alerts(_)) => &["after", "place", "near"],
        Some(Route::Story { .. }) => &["comments", "order", "comment", "entries", "entry"],
        Some(Route::Fragment(_) | Route::Warning | Route::Weather) => &["place"],
        Some(Route::Partner) => &["place", "section"],
        Some(Route::Search) => search::PARAMETERS,
        Some(Route::Listings(Some(_))) => listings::pages::PARAMETERS,
        Some(Route::Oembed) => oembed::PARAMETERS,
        _ => &[],
    }
}

/// The query of a request.
#[derive(Clone, Copy)]
pub(crate) struct Query<'a>(pub(crate) &'a str);

impl Query<'_> {
    /// The first value of a parameter that is not empty.
    pub(crate) fn get(self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.0.as_bytes())
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.into_owned())
    }

    /// WordPress' address of a post or page by its number, as imports keep it.
    fn numbered(self) -> Option<String> {
        ["p", "page_id"]
            .into_iter()
            .find_map(|name| self.get(name).map(|number| format!("/?{name}={number}")))
    }

    /// What of a story's comments is asked for. An order or a comment that there is none of is not asked for.
    pub(crate) fn thread(self) -> Result<Asked, WebError> {
        let after = match self.get("comments") {
            Some(text) => Some(Cursor::parse(&text)?),
            None => None,
        };
        Ok(Asked {
            order: self.get("order").as_deref().and_then(Order::parse),
            after,
            comment: self.get("comment").and_then(|id| id.parse().ok()),
        })
    }

    /// What of a live story's entries is asked for.
    fn entries(self) -> Result<coverage::Asked, WebError> {
        let after = match self.get("entries") {
            Some(text) => Some(Cursor::parse(&text)?),
            None => None,
        };
        Ok(coverage::Asked {
            after,
            entry: self.get("entry").and_then(|id| id.parse().ok()),
        })
    }

    /// The cursor of a list.
    pub(crate) fn after(self) -> Result<Option<Cursor>, WebError> {
        match self.get("after") {
            Some(text) => Ok(Some(Cursor::parse(&text)?)),
            None => Ok(None),
        }
    }
}

/// A failure of the store as readers meet it: 503 where it may pass, else 500.
pub(crate) fn store_error(error: StoreError) -> WebError {
    if error.is_transient() {
        WebError::unavailable(error)
    } else {
        WebError::internal(error)
    }
}

/// The words of a message in the site's language.
pub(crate) fn say(view: &SiteView, key: &str, args: &[(&str, &str)]) -> Result<String, WebError> {
    let args: Vec<_> = args
        .iter()
        .map(|(name, text)| (*name, Said::Text((*text).into())))
        .collect();
    Ok(view.voice.say(key, &args)?)
}

/// The words of a message about numbers, with the plural form that the language has for them.
pub(crate) fn count(view: &SiteView, key: &str, numbers: &[(&str, usize)]) -> Result<String, WebError> {
    let args: Vec<_> = numbers
        .iter()
        // No machine that this runs on counts further than 64 bits.
        .map(|(name, number)| (*name, Said::Number(u64::try_from(*number).unwrap_or(u64::MAX))))
        .collect();
    Ok(view.voice.say(key, &args)?)
}
