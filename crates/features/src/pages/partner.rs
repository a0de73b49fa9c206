//! The partner slot of a page: chosen when it is pressed, and put in where the layout has the hole `partner`.

use super::view::SiteView;
use super::{Pages, Query, store_error};
use crate::partners;
use bytes::Bytes;
use http::StatusCode;
use masthead_domain::partners::Page;
use masthead_web::compose;
use masthead_web::errors::WebError;
use masthead_web::press::Rendered;
use masthead_web::urls::Route;

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
        let section = match Route::parse(path) {
            Some(Route::Section(section) | Route::Story { section, .. }) => section.into_owned(),
            _ => String::new(),
        };
        let place = Query(query.unwrap_or_default()).get("place");
        let place = place.as_deref().and_then(|id| self.app.places.of_address(id));
        // A slot for a province is for its towns too.
        let places: Vec<u32> = place
            .iter()
            .flat_map(|place| [Some(place.id), place.province])
            .flatten()
            .map(|id| id.0)
            .collect();
        let of = Page {
            section: &section,
            places: &places,
        };
        let Some(slot) = partners::chosen(&slots, view.entry.id, of, path, self.app.now()) else {
            return Ok(page);
        };
        let slot = partners::html(view, slot)?;
        let html = std::str::from_utf8(&page.body).map_err(WebError::internal)?;
        page.body = Bytes::from(compose::fill(html, "partner", &slot));
        Ok(page)
    }
}
