//! `/oembed?url=`: what another site shows of a story of ours (oembed.com). The head of each story page says so.

use super::story::{authors_of, canonical};
use super::view::SiteView;
use super::{Query, keys, store_error};
use crate::app::App;
use http::header::{HeaderName, HeaderValue};
use masthead_formats::oembed::{Embed, Thumbnail};
use masthead_store::public::{self, Card, Found};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::Route;
use serde::Serialize;

/// Parameters that make another answer.
pub(crate) const PARAMETERS: &[&str] = &["url", "format", "maxwidth", "maxheight"];

/// The width of an embedded story in pixels where nobody says less.
const WIDTH: u32 = 600;
/// The height that it takes about.
const HEIGHT: u32 = 220;
/// The widest thumbnail.
const THUMBNAIL: u32 = 640;
/// How long others may keep the answer, in seconds.
const CACHE_AGE: u32 = 3_600;

#[derive(Serialize)]
struct Quotation<'a> {
    url: &'a str,
    headline: &'a str,
    standfirst: &'a str,
    site: &'a str,
}

/// The answer for the story at `url`, which may stand on any site of the network.
pub(crate) async fn oembed(app: &App, view: &SiteView, query: Query<'_>) -> Result<Rendered, WebError> {
    let is_xml = match query.get("format").as_deref() {
        None | Some("json") => false,
        Some("xml") => true,
        Some(_) => return Err(WebError::bad_request("format must be json or xml.").code("bad-format")),
    };
    let (most_wide, most_high) = (most(query, "maxwidth")?, most(query, "maxheight")?);
    let asked = query
        .get("url")
        .ok_or_else(|| WebError::bad_request("url must hold the address of a story.").code("no-url"))?;
    let missing = || {
        WebError::not_found()
            .code("no-such-story")
            .detail("No story stands at this address.")
    };
    let asked = url::Url::parse(&asked).map_err(|_| missing())?;
    let host = asked.host_str().ok_or_else(missing)?;
    let site = view
        .sites
        .all()
        .iter()
        .find(|site| site.hosts.iter().any(|known| known == host) || same_origin(&site.origin, &asked))
        .ok_or_else(missing)?;
    let now = app.now();
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let mut found = public::at_path(&mut conn, now, site.id, asked.path())
        .await
        .map_err(store_error)?;
    if let Found::Moved(path) = &found {
        found = public::at_path(&mut conn, now, site.id, path)
            .await
            .map_err(store_error)?;
    }
    let (story, places) = match found {
        Found::Story(story, places) => (story, places),
        Found::Gone { reason, .. } => return Err(WebError::gone(reason).code("story-gone")),
        Found::Moved(_) | Found::Nothing => return Err(missing()),
    };
    let cards = public::visible(&mut conn, now, site.id, &[story.id])
        .await
        .map_err(store_error)?;
    let card = cards.into_iter().next().ok_or_else(missing)?;
    let authors = authors_of(&mut conn, story.id).await.map_err(store_error)?;
    drop(conn);
    let url = canonical(view, &places).unwrap_or_else(|| format!("{}{}", site.origin, card.path));
    let quotation = Quotation {
        url: &url,
        headline: &card.headline,
        standfirst: &card.standfirst,
        site: &site.name,
    };
    let html = view.voice.render("oembed.html", &quotation)?;
    let byline = story.content.bylines.first().map(|byline| byline.name.clone());
    let embed = Embed {
        author_url: authors
            .first()
            .map(|author| format!("{}{}", site.origin, Route::Author(author.slug.as_str().into())))
            .unwrap_or_default(),
        author_name: authors
            .first()
            .map(|author| author.name.clone())
            .or(byline)
            .unwrap_or_default(),
        title: card.headline.clone(),
        provider_name: site.name.clone(),
        provider_url: format!("{}/", site.origin),
        cache_age: CACHE_AGE,
        html: html.trim().to_owned(),
        width: WIDTH.min(most_wide),
        height: HEIGHT.min(most_high),
        thumbnail: thumbnail(&site.origin, &card, most_wide, most_high),
        ..Embed::default()
    };
    let (kind, body) = if is_xml {
        ("text/xml; charset=utf-8", embed.xml())
    } else {
        ("application/json", embed.json())
    };
    // Nothing here depends on who asks, so that any page may read it.
    let open = (
        HeaderName::from_static("access-control-allow-origin"),
        HeaderValue::from_static("*"),
    );
    Ok(Rendered::new(kind, body.into(), CachePolicy::Feed, position)
        .header(open.0, open.1)
        .keys(keys::site(view))
        .keys([SurrogateKey::story(story.id), SurrogateKey::site(site.id)])
        .stories([story.id]))
}

/// Whether an address begins with a site's origin, port included.
fn same_origin(origin: &str, asked: &url::Url) -> bool {
    asked.origin().ascii_serialization() == origin
}

fn most(query: Query<'_>, name: &str) -> Result<u32, WebError> {
    let Some(text) = query.get(name) else {
        return Ok(u32::MAX);
    };
    text.parse()
        .ok()
        .filter(|number| (1..=100_000).contains(number))
        .ok_or_else(|| WebError::bad_request(format!("{name} must be a number of pixels.")).code("bad-size"))
}

/// The widest file that fits; none when even the smallest is too large, as the format demands.
fn thumbnail(origin: &str, card: &Card, most_wide: u32, most_high: u32) -> Option<Thumbnail> {
    let picture = card.picture.as_ref()?;
    let file = picture
        .renditions
        .iter()
        .filter(|file| matches!(file.format.as_str(), "jpg" | "png"))
        .filter(|file| file.width <= most_wide.min(THUMBNAIL) && file.height <= most_high)
        .max_by_key(|file| file.width)?;
    Some(Thumbnail {
        thumbnail_url: format!("{origin}/media/{}/{}.{}", picture.id, file.width, file.format),
        thumbnail_width: file.width,
        thumbnail_height: file.height,
    })
}
