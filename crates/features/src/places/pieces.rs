//! The components of a page that depend on a place, each a small page of its own.

use super::local;
use crate::app::App;
use crate::pages::{Query, SiteView, section_of};
use crate::{alerts, listings, weather};
use http::HeaderValue;
use http::header::HeaderName;
use masthead_domain::places::{Chosen, Component, PlaceId};
use masthead_web::errors::WebError;
use masthead_web::press::{Fill, PressedPage, Rendered};
use masthead_web::urls::Route;
use url::form_urlencoded;

/// The components that this network shows, in the order of pages. What is not here is neither offered nor filled.
pub(crate) fn shown(app: &App) -> Vec<Component> {
    let is_on = |component: &Component| match component {
        Component::Weather => app.weather.is_on(),
        Component::LocalNews | Component::Alerts | Component::Listings => true,
    };
    Component::ALL.into_iter().filter(is_on).collect()
}

/// What fills a hole for a place.
#[derive(Clone, Copy)]
pub(crate) enum Piece {
    /// A component that its reader chose a place for.
    Component(Component),
    /// Extreme danger near the place of the alerts, on every page.
    Warning,
}

/// The hole that every page has for [`Piece::Warning`].
const WARNING: &str = "warning";
/// The hole of pages whose partner slot depends on the place of the local news.
pub(crate) const PARTNER: &str = "partner-here";

/// `/fragments/<component>?place=ID`, and `/fragments/warning?place=ID`
///
/// # Errors
/// 404 for a place that there is none of, and for a component that is not shown: neither is kept.
pub(crate) async fn fragment(app: &App, view: &SiteView, piece: Piece, query: Query<'_>) -> Result<Rendered, WebError> {
    let id = query.get("place").unwrap_or_default();
    let place = app.places.of_address(&id).ok_or_else(WebError::not_found)?;
    // A line a component: it gives HTML with the keys and stories that it shows.
    let rendered = match piece {
        Piece::Warning => alerts::pages::warning(app, view, &place).await?,
        Piece::Component(Component::LocalNews) => local::piece(app, view, &place).await?,
        Piece::Component(Component::Alerts) => alerts::pages::piece(app, view, &place).await?,
        Piece::Component(Component::Listings) => listings::pages::piece(app, view, &place).await?,
        Piece::Component(Component::Weather) if app.weather.is_on() => weather::piece(app, view, &place).await?,
        Piece::Component(Component::Weather) => return Err(WebError::not_found()),
    };
    Ok(unlisted(rendered))
}

/// A part of pages is nothing that a search engine should lead to.
pub(crate) fn unlisted(rendered: Rendered) -> Rendered {
    let noindex = HeaderValue::from_static("noindex");
    rendered.header(HeaderName::from_static("x-robots-tag"), noindex)
}

/// A hole of a page, as templates are given it.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Hole {
    name: &'static str,
    /// Which of the cookie's places it is filled for, from 0.
    at: usize,
}

impl Hole {
    /// Whether it is this component's.
    pub(crate) fn is(&self, component: Component) -> bool {
        self.name == component.name()
    }
}

/// The holes of a page that has all components.
pub(crate) fn holes(app: &App) -> Vec<Hole> {
    let shown = shown(app);
    let all = Component::ALL.into_iter().enumerate();
    all.filter(|(_, component)| shown.contains(component))
        .map(|(at, component)| Hole {
            name: component.name(),
            at,
        })
        .collect()
}

/// What the cookie of a reader's places fills on a page.
pub fn fills(cookie: &str, page: &PressedPage) -> Vec<Fill> {
    Chosen::parse(cookie)
        .map(|chosen| fills_of(&chosen, page))
        .unwrap_or_default()
}

/// What chosen places fill on a page.
pub fn fills_of(chosen: &Chosen, page: &PressedPage) -> Vec<Fill> {
    let mut fills = of_components(chosen);
    // Few pages have this hole, and only there the address has to be read for it.
    if let Some(place) = chosen.of(Component::LocalNews).filter(|_| page.has_hole(PARTNER)) {
        fills.push(partner(place, page.key().path()));
    }
    fills
}

fn of_components(chosen: &Chosen) -> Vec<Fill> {
    let mut fills = Vec::new();
    for (component, place) in chosen.each() {
        let Some(place) = place else { continue };
        let query = format!("place={place}");
        if component == Component::Alerts {
            fills.push(Fill {
                hole: WARNING,
                path: Route::Warning.to_string(),
                query: query.clone(),
            });
        }
        fills.push(Fill {
            hole: component.name(),
            path: Route::Fragment(component).to_string(),
            query,
        });
    }
    fills
}

/// The slot of a page for who is at a place. Slots know sections and no stories, so that all pages of a section share
/// what fills the hole.
fn partner(place: PlaceId, path: &str) -> Fill {
    let mut query = form_urlencoded::Serializer::new(format!("place={place}"));
    let section = section_of(path);
    if !section.is_empty() {
        query.append_pair("section", &section);
    }
    Fill {
        hole: PARTNER,
        path: Route::Partner.to_string(),
        query: query.finish(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_fills_what_it_chose_for_and_a_forged_one_nothing() {
        let fills = |cookie: &str| {
            Chosen::parse(cookie)
                .map(|chosen| of_components(&chosen))
                .unwrap_or_default()
        };
        let some = fills("2950159-1--");
        assert_eq!((some.len(), some[1].hole), (2, "weather"));
        assert_eq!(
            (some[0].hole, some[0].path.as_str()),
            ("local-news", "/fragments/local-news")
        );
        assert_eq!(some[0].query, "place=2950159");
        let all = fills("1-2-3-4");
        let paths: Vec<&str> = all.iter().map(|fill| fill.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "/fragments/local-news",
                "/fragments/weather",
                "/fragments/warning",
                "/fragments/alerts",
                "/fragments/listings"
            ]
        );
        assert_eq!(all[2].query, "place=3");
        for nothing in ["", "---", "x", "1-1-1-1-1", "<script>"] {
            assert!(fills(nothing).is_empty(), "{nothing}");
        }
    }

    #[test]
    fn pages_of_a_section_share_their_slot() {
        for (path, query) in [
            ("/", "place=7"),
            ("/topics/tides", "place=7"),
            ("/world/europe", "place=7&section=world%2Feurope"),
            ("/world/europe/the-heron-20260102", "place=7&section=world%2Feurope"),
        ] {
            assert_eq!(partner(PlaceId(7), path).query, query, "{path}");
        }
    }
}
