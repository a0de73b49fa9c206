//! The components of a page that depend on a place, each a small page of its own.

use super::local;
use crate::app::App;
use crate::pages::{Query, SiteView};
use crate::{alerts, listings};
use http::HeaderValue;
use http::header::HeaderName;
use masthead_domain::places::{Chosen, Component};
use masthead_web::errors::WebError;
use masthead_web::press::{Fill, Rendered};
use masthead_web::urls::Route;

/// The components that pages have holes for, in their order. What is not here is neither offered nor filled.
pub(crate) const SHOWN: &[Component] = &[Component::LocalNews, Component::Alerts, Component::Listings];

/// `/fragments/<component>?place=ID`
///
/// # Errors
/// 404 for a place that there is none of, and for a component that is not shown: neither is kept.
pub(crate) async fn fragment(
    app: &App,
    view: &SiteView,
    component: Component,
    query: Query<'_>,
) -> Result<Rendered, WebError> {
    let id = query.get("place").unwrap_or_default();
    let place = app.places.of_address(&id).ok_or_else(WebError::not_found)?;
    // A line a component: it gives HTML with the keys and stories that it shows.
    let rendered = match component {
        Component::LocalNews => local::piece(app, view, &place).await?,
        Component::Alerts => alerts::pages::piece(app, view, &place).await?,
        Component::Listings => listings::pages::piece(app, view, &place).await?,
        Component::Weather => return Err(WebError::not_found()),
    };
    let noindex = HeaderValue::from_static("noindex");
    Ok(rendered.header(HeaderName::from_static("x-robots-tag"), noindex))
}

/// A hole of a page, as templates are given it.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Hole {
    name: &'static str,
    /// Which of the cookie's places it is filled for, from 0.
    at: usize,
}

/// The holes of a page that has all components.
pub(crate) fn holes() -> Vec<Hole> {
    let all = Component::ALL.into_iter().enumerate();
    all.filter(|(_, component)| SHOWN.contains(component))
        .map(|(at, component)| Hole {
            name: component.name(),
            at,
        })
        .collect()
}

/// What the cookie of a reader's places fills.
pub fn fills(cookie: &str) -> Vec<Fill> {
    Chosen::parse(cookie)
        .map(|chosen| fills_of(&chosen))
        .unwrap_or_default()
}

/// What chosen places fill.
pub fn fills_of(chosen: &Chosen) -> Vec<Fill> {
    chosen
        .each()
        .filter(|(component, _)| SHOWN.contains(component))
        .filter_map(|(component, place)| {
            Some(Fill {
                hole: component.name(),
                path: Route::Fragment(component).to_string(),
                query: format!("place={}", place?),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_fills_what_it_chose_for_and_a_forged_one_nothing() {
        let fills = fills("2950159---");
        assert_eq!(fills.len(), 1);
        assert_eq!(
            (fills[0].hole, fills[0].path.as_str()),
            ("local-news", "/fragments/local-news")
        );
        assert_eq!(fills[0].query, "place=2950159");
        let fills = super::fills("1-2-3-4");
        let paths: Vec<&str> = fills.iter().map(|fill| fill.path.as_str()).collect();
        assert_eq!(
            paths,
            ["/fragments/local-news", "/fragments/alerts", "/fragments/listings"]
        );
        assert_eq!(fills[1].query, "place=3");
        for nothing in ["", "---", "x", "1-1-1-1-1", "<script>"] {
            assert!(super::fills(nothing).is_empty(), "{nothing}");
        }
    }
}
