//! The partner slot of a page: chosen when it is pressed, and put in where the layout has the hole `partner`.
//!
//! Where slots are for some places alone, the page keeps a hole of its own around the slot, which is filled for whoever
//! chose a place for local news (`places::fills`) by a page that all pages of the section share. A shared cache that keeps
//! a page shows the slot that is for everywhere.

use super::view::SiteView;
use super::{Pages, Query, store_error};
use crate::{partners, places};
use bytes::Bytes;
use http::StatusCode;
use masthead_domain::partners::Page;
use masthead_gazetteer::Place;
use masthead_store::log;
use masthead_web::compose;
use masthead_web::errors::WebError;
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::Route;

/// The section that a path is or lies in, as slots name it; empty for none.
pub(crate) fn section_of(path: &str) -> String {
    match Route::parse(path) {
        Some(Route::Section(section) | Route::Story { section, .. }) => section.into_owned(),
        _ => String::new(),
    }
}

impl Pages {
    /// A slot changed. Called by the follower before it tells how far it is.
    pub fn forget_partners(&self) {
        self.partners.forget();
    }

    /// The page with its slot, where one is for it. Only whole pages have one: no error, and nothing that is gone.
    pub(super) async fn with_partner(
        &self,
        view: &SiteView,
        mut page: Rendered,
        path: &str,
        query: Option<&str>,
    ) -> Result<Rendered, WebError> {
        if page.status != StatusCode::OK || !page.content_type.starts_with("text/html") || page.body.is_empty() {
            return Ok(page);
        }
        let slots = self
            .partners
            .get(&self.app, self.is_following())
            .await
            .map_err(store_error)?;
        if slots.is_empty() {
            return Ok(page);
        }
        let (section, now) = (section_of(path), self.app.now());
        let place = Query(query.unwrap_or_default()).get("place");
        let place = place.as_deref().and_then(|id| self.app.places.of_address(id));
        let places = self.slot_places(place.as_ref());
        let of = Page {
            section: &section,
            places: &places,
        };
        let slot = partners::chosen(&slots, view.entry.id, of, path, now);
        // A page that names a place is about that one, whatever its reader chose. What is no section has a path like one.
        let is_known = section.is_empty() || view.sites.section_at(view.entry.id, &section).is_some();
        let waits = place.is_none() && is_known && partners::some_for_places(&slots, view.entry.id, &section, now);
        if slot.is_none() && !waits {
            return Ok(page);
        }
        let slot = slot.map(|slot| partners::html(view, slot)).transpose()?;
        let mut filled = slot.unwrap_or_default();
        if waits {
            filled = compose::hole(places::PARTNER, &filled);
        }
        let html = std::str::from_utf8(&page.body).map_err(WebError::internal)?;
        page.body = Bytes::from(compose::fill(html, "partner", &filled));
        Ok(page)
    }

    /// The places that a slot for one of them is for: a slot for a province is for its towns too.
    fn slot_places(&self, place: Option<&Place<'_>>) -> Vec<u32> {
        let around = place.map(|place| self.app.places.with_those_around(place));
        around.into_iter().flatten().map(|id| id.0).collect()
    }

    /// `/fragments/partner?place=ID&section=PATH`: the slot of a section's pages, or of those of none, for who is at a
    /// place. Empty where no slot is for them.
    ///
    /// # Errors
    /// 404 for a place or a section that there is none of: neither is kept.
    pub(super) async fn partner_here(&self, view: &SiteView, query: Query<'_>) -> Result<Rendered, WebError> {
        let id = query.get("place").unwrap_or_default();
        let place = self.app.places.of_address(&id).ok_or_else(WebError::not_found)?;
        let section = query.get("section").unwrap_or_default();
        if !section.is_empty() && view.sites.section_at(view.entry.id, &section).is_none() {
            return Err(WebError::not_found());
        }
        let position = log::head(&mut self.app.db.reader().await.map_err(store_error)?).await;
        let position = position.map_err(store_error)?;
        let slots = self.partners.get(&self.app, self.is_following()).await;
        let slots = slots.map_err(store_error)?;
        let places = self.slot_places(Some(&place));
        let of = Page {
            section: &section,
            places: &places,
        };
        // Where it stands decides which of several it is in this hour, as a page's path does.
        let dice = format!("{section}?{id}");
        let slot = partners::chosen(&slots, view.entry.id, of, &dice, self.app.now());
        let html = slot.map(|slot| partners::html(view, slot)).transpose()?;
        let rendered = Rendered::html(html.unwrap_or_default(), position)
            .keys([SurrogateKey::site(view.entry.id), SurrogateKey::theme()]);
        Ok(places::unlisted(rendered))
    }
}
