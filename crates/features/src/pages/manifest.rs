//! `/manifest.webmanifest` (W3C Web Application Manifest): the site as something to install. Some systems bring notices
//! to what was installed alone.

use super::view::SiteView;
use super::{keys, store_error};
use crate::app::App;
use masthead_store::log;
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::press::Rendered;
use masthead_web::strings::direction;
use masthead_web::surrogate::SurrogateKey;
use serde_json::{Value, json};

/// The theme's icons: file, size and type. The squares fill their edges, so that a system may cut them to its own shape.
const ICONS: [(&str, &str, &str, &str); 3] = [
    ("images/icon.svg", "any", "image/svg+xml", "any"),
    ("images/icon-192.png", "192x192", "image/png", "any maskable"),
    ("images/icon-512.png", "512x512", "image/png", "any maskable"),
];
/// The colour of pages in light, around what is not loaded yet. In the dark the pages say their own.
const PAPER: &str = "#ffffff";

/// The manifest of a site.
///
/// # Errors
/// When the store can't answer.
pub(crate) async fn manifest(app: &App, view: &SiteView) -> Result<Rendered, WebError> {
    let position = log::head(&mut app.db.reader().await.map_err(store_error)?).await;
    let position = position.map_err(store_error)?;
    let site = &view.entry;
    let assets = view.theme.assets();
    // A theme of one's own may lack some.
    let icons: Vec<Value> = ICONS
        .iter()
        .filter_map(|(file, sizes, kind, purpose)| {
            let icon = assets.named(file)?;
            Some(json!({ "src": icon.path, "sizes": sizes, "type": kind, "purpose": purpose }))
        })
        .collect();
    let document = json!({
        "id": "/",
        "name": site.name,
        "short_name": site.name,
        "description": site.tagline,
        "lang": site.language,
        "dir": direction(&site.language),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": icons,
    });
    let body = document.to_string().into();
    Ok(
        Rendered::new("application/manifest+json", body, CachePolicy::Feed, position)
            .keys(keys::site(view))
            .keys([SurrogateKey::theme()]),
    )
}
