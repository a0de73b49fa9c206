//! `/alerts` and `/alerts/traffic` (what holds now, the worst first), each alert's own page, and their feeds.

use super::map::{self, Map};
use super::near::Around;
use crate::app::App;
use crate::pages::page::{Page, whole};
use crate::pages::{Query, SiteView, alert_key, alerts_keys, errors, say, store_error};
use masthead_domain::alerts::{Alert, Info, Kind, Severity, Shape, State};
use masthead_domain::ids::AlertId;
use masthead_domain::time::Timestamp;
use masthead_formats::feeds::write::{FeedDocument, FeedEntry};
use masthead_gazetteer::Place;
use masthead_store::alerts::{self as rows, AlertRecord};
use masthead_store::{Conn, StoreError};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::paging::{Cursor, Page as Part};
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::{FeedFormat, FeedScope, Route};
use serde::Serialize;

/// Alerts on a page of the list.
const SHOWN: usize = 50;
/// Alerts of the component.
const FEW: usize = 4;
/// Alerts near a place, at most.
const NEAR: usize = 100;
/// Entries of a feed.
const ENTRIES: usize = 50;
/// Names of areas shown of one alert; a warning can name hundreds.
const AREAS: usize = 12;

#[derive(Serialize)]
struct List {
    heading: String,
    about: String,
    traffic: bool,
    alerts: Vec<Line>,
    map: Option<Map>,
    sources: Vec<Credit>,
    /// The place that the list is about; empty for none.
    place: String,
    /// A name that no place has.
    unknown: String,
    next: String,
    first: String,
}

/// An alert in a list.
#[derive(Serialize)]
struct Line {
    href: String,
    title: String,
    /// The language of the title, where it isn't the page's.
    lang: String,
    /// A [`Severity`]'s name, of which the word and the class are made.
    severity: &'static str,
    kind: &'static str,
    areas: String,
    from: Option<i64>,
    until: Option<i64>,
    sent: i64,
    by: String,
}

/// Where alerts come from.
#[derive(Serialize)]
struct Credit {
    name: String,
    /// Since when nothing came, where the source can't be reached.
    silent_since: Option<i64>,
    silent: bool,
}

#[derive(Serialize)]
struct Own {
    line: Line,
    parts: Vec<PartView>,
    map: Option<Map>,
    up: &'static str,
}

/// A part of an alert on its page.
#[derive(Serialize)]
struct PartView {
    title: String,
    event: String,
    description: Vec<String>,
    instruction: Vec<String>,
    severity: &'static str,
    urgency: &'static str,
    certainty: &'static str,
    areas: Vec<String>,
    more_areas: usize,
    from: Option<i64>,
    until: Option<i64>,
    web: String,
}

fn href(id: AlertId) -> String {
    Route::Alert(id).to_string()
}

/// Who says so, for people.
fn sender(record: &AlertRecord, info: Option<&Info>) -> String {
    let named = info.and_then(|info| info.sender_name.clone());
    named.unwrap_or_else(|| match record.alert.sender.strip_prefix("source:") {
        Some(source) => source.to_owned(),
        None => record.alert.sender.clone(),
    })
}

/// The language of a text where it isn't the page's own.
fn foreign(info: Option<&Info>, view: &SiteView) -> String {
    let language = info.and_then(|info| info.language.as_deref()).unwrap_or_default();
    let is_tag = language.len() <= 35
        && language
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_tag && !language.eq_ignore_ascii_case(&view.entry.language) {
        language.to_owned()
    } else {
        String::new()
    }
}

fn line(view: &SiteView, record: &AlertRecord) -> Line {
    let info = record.alert.info_for(&view.entry.language);
    let title = info.map(Info::title).unwrap_or_default();
    let areas = info.map(|info| names(info).join(", ")).unwrap_or_default();
    Line {
        href: href(record.id),
        title: if title.is_empty() {
            areas.clone()
        } else {
            title.to_owned()
        },
        lang: foreign(info, view),
        severity: record.alert.severity().name(),
        kind: record.alert.kind.name(),
        areas,
        from: info.and_then(|info| info.onset).map(Timestamp::as_micros),
        until: info.and_then(|info| info.expires).map(Timestamp::as_micros),
        sent: record.sent_at.as_micros(),
        by: sender(record, info),
    }
}

/// The names of an alert's areas, each once, the first few.
fn names(info: &Info) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for area in &info.areas {
        if names.len() == AREAS {
            break;
        }
        if !area.name.is_empty() && !names.contains(&area.name) {
            names.push(area.name.clone());
        }
    }
    names
}

/// Paragraphs of a text; lines that were broken to fit are put together.
fn paragraphs(text: Option<&str>) -> Vec<String> {
    let paragraphs = text.unwrap_or_default().split("\n\n");
    let paragraphs = paragraphs.map(|text| text.split('\n').collect::<Vec<_>>().join(" "));
    paragraphs.filter(|text| !text.trim().is_empty()).collect()
}

/// Where a list goes on.
async fn after(conn: &mut Conn, cursor: Option<Cursor>) -> Result<rows::After, WebError> {
    let Some(cursor) = cursor else {
        return Ok(rows::FIRST);
    };
    // The cursor names an alert; how bad it is decides where it stands, and is looked up.
    let found = rows::by_ids(conn, &[AlertId(cursor.id)]).await.map_err(store_error)?;
    let record = found.first().ok_or_else(WebError::not_found)?;
    Ok((record.alert.severity().rank(), cursor.at, record.id))
}

/// A page of live alerts with the cursor of the next.
pub(crate) async fn live(
    conn: &mut Conn,
    now: Timestamp,
    kind: Option<Kind>,
    cursor: Option<Cursor>,
    size: usize,
) -> Result<Part<AlertRecord>, WebError> {
    let after = after(conn, cursor).await?;
    let found = rows::live(conn, now, kind, after, size + 1)
        .await
        .map_err(store_error)?;
    Ok(Part::from_rows(found, size, |record| {
        Cursor::new(record.sent_at, record.id)
    }))
}

/// Live alerts near a place, the worst first.
async fn nearby(
    conn: &mut Conn,
    now: Timestamp,
    around: &Around<'_>,
    kind: Option<Kind>,
) -> Result<Vec<AlertRecord>, StoreError> {
    let ids = rows::near(conn, now, around.place.point, around.km, kind, NEAR).await?;
    rows::by_ids(conn, &ids).await
}

/// Live alerts near the place of an id with the keys of what shows them; `None` for no such place.
pub(crate) async fn near_place(
    app: &App,
    conn: &mut Conn,
    id: &str,
    kind: Option<Kind>,
    size: usize,
) -> Result<Option<(Vec<AlertRecord>, Vec<SurrogateKey>)>, WebError> {
    let now = app.now();
    let Some(around) = Around::id(&app.places, id) else {
        return Ok(None);
    };
    let mut records = nearby(conn, now, &around, kind).await.map_err(store_error)?;
    records.truncate(size);
    Ok(Some((records, around.keys())))
}

async fn credits(conn: &mut Conn, kind: Option<Kind>) -> Result<Vec<Credit>, StoreError> {
    let sources = rows::sources(conn).await?;
    let of_kind = sources
        .into_iter()
        .filter(|source| kind.is_none_or(|kind| source.kind.is_empty() || source.kind == kind.name()));
    let credits = of_kind.map(|source| Credit {
        silent: source.failures > 0,
        silent_since: source.last_ok_at.map(Timestamp::as_micros),
        name: if source.credit.is_empty() {
            source.name
        } else {
            source.credit
        },
    });
    Ok(credits.collect())
}

/// The list at `/alerts` or `/alerts/traffic`.
pub(crate) async fn list(
    app: &App,
    view: &SiteView,
    kind: Option<Kind>,
    query: Query<'_>,
) -> Result<Rendered, WebError> {
    let now = app.now();
    let cursor = query.after()?;
    let path = Route::Alerts(kind).to_string();
    // A name is looked up and leads to the address of its place, so that one page a place is kept and not one a spelling.
    let wanted = query
        .get("near")
        .map(|name| name.trim().chars().take(100).collect::<String>());
    if let Some(around) = wanted
        .as_deref()
        .and_then(|name| Around::name(&app.places, name, &view.entry.site.zone))
    {
        let mut found = Rendered::moved(format!("{path}?place={}", around.place.id), 0);
        found.policy = CachePolicy::NoStore;
        found.status = http::StatusCode::FOUND;
        return Ok(found);
    }
    let around = match query.get("place") {
        Some(id) => Some(Around::id(&app.places, &id).ok_or_else(WebError::not_found)?),
        None => None,
    };
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let part = match &around {
        None => live(&mut conn, now, kind, cursor, SHOWN).await?,
        Some(around) => Part {
            items: nearby(&mut conn, now, around, kind).await.map_err(store_error)?,
            next: None,
        },
    };
    let sources = credits(&mut conn, kind).await.map_err(store_error)?;
    drop(conn);
    let word = if kind == Some(Kind::Traffic) {
        "alerts-traffic"
    } else {
        "alerts"
    };
    let place = around
        .as_ref()
        .map(|around| app.places.called(&around.place, view.language()));
    let heading = match place {
        None => say(view, word, &[])?,
        Some(place) => say(view, &format!("{word}-near"), &[("place", place)])?,
    };
    let about = say(view, &format!("{word}-about"), &[("site", &view.entry.name)])?;
    let mut page = Page::new(view, &heading, &path)
        .described(&about)
        .feeds(&FeedScope::Alerts(kind), &format!("{} – {heading}", view.entry.name));
    if cursor.is_some() || wanted.is_some() {
        page.robots = "noindex, follow";
    }
    let shapes: Vec<(Severity, Vec<&Shape>)> = part
        .items
        .iter()
        .map(|record| (record.alert.severity(), record.alert.shapes()))
        .collect();
    let own = List {
        heading,
        about,
        traffic: kind == Some(Kind::Traffic),
        map: map::draw((&app.places, view.language()), &shapes),
        alerts: part.items.iter().map(|record| line(view, record)).collect(),
        sources,
        place: place.unwrap_or_default().to_owned(),
        unknown: wanted.clone().unwrap_or_default(),
        next: part.next.map(|next| format!("{path}?after={next}")).unwrap_or_default(),
        first: if cursor.is_some() { path } else { String::new() },
    };
    let html = view.voice.render("alerts/list.html", &whole(view, &page, &own))?;
    let mut rendered = Rendered::html(html, position).keys([SurrogateKey::site(view.entry.id), SurrogateKey::theme()]);
    rendered = match &around {
        Some(around) => rendered.keys(around.keys()),
        None => rendered.keys(alerts_keys()),
    };
    if wanted.is_some() {
        // Whatever anybody types would be kept.
        rendered.policy = CachePolicy::NoStore;
    }
    let newest = part.items.iter().map(|record| record.changed_at).max();
    Ok(match newest {
        Some(at) => rendered.modified(at),
        None => rendered,
    })
}

#[derive(Serialize)]
struct Piece {
    place: String,
    href: String,
    alerts: Vec<Line>,
    /// Sources that nothing comes from.
    silent: Vec<Credit>,
}

/// The component of a reader's place: what holds near it, the worst first.
pub(crate) async fn piece(app: &App, view: &SiteView, place: &Place<'_>) -> Result<Rendered, WebError> {
    near(app, view, place, "parts/alerts.html", None).await
}

/// What every page tells of a reader's place: extreme danger, and else nothing.
pub(crate) async fn warning(app: &App, view: &SiteView, place: &Place<'_>) -> Result<Rendered, WebError> {
    near(app, view, place, "parts/warning.html", Some(Severity::Extreme)).await
}

async fn near(
    app: &App,
    view: &SiteView,
    place: &Place<'_>,
    template: &str,
    only: Option<Severity>,
) -> Result<Rendered, WebError> {
    let around = Around::place(place);
    let (mut conn, now) = (app.db.snapshot().await.map_err(store_error)?, app.now());
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let mut records = nearby(&mut conn, now, &around, None).await.map_err(store_error)?;
    records.retain(|record| only.is_none_or(|severity| record.alert.severity() == severity));
    records.truncate(FEW);
    let sources = credits(&mut conn, None).await.map_err(store_error)?;
    drop(conn);
    let own = Piece {
        href: format!("{}?place={}", Route::Alerts(None), place.id),
        place: app.places.called(place, view.language()).to_owned(),
        alerts: records.iter().map(|record| line(view, record)).collect(),
        silent: sources.into_iter().filter(|source| source.silent).collect(),
    };
    let html = view.voice.render(template, &own)?;
    Ok(Rendered::html(html, position)
        .keys(around.keys())
        .keys([SurrogateKey::site(view.entry.id), SurrogateKey::theme()]))
}

/// An alert's own page; 410 when it is over, 404 for what was never shown.
pub(crate) async fn one(app: &App, view: &SiteView, id: AlertId) -> Result<Rendered, WebError> {
    let now = app.now();
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let record = rows::by_ids(&mut conn, &[id]).await.map_err(store_error)?.pop();
    let keys = [alert_key(id), SurrogateKey::site(view.entry.id)];
    let shown = record.as_ref().map(|record| stands(record, now));
    let record = match (record, shown) {
        (Some(record), Some(Standing::Live)) => record,
        (Some(record), Some(Standing::Over(why))) => {
            let said = say(view, &format!("alert-over-{why}"), &[])?;
            let gone = WebError::gone(said).code("alert-over");
            let kept = errors::page(&mut conn, now, view, &gone, errors::Asked::default(), position).await?;
            drop(conn);
            tracing::debug!(alert = %record.id, why, "an alert that is over was asked for");
            return Ok(kept.keys(keys).keys(alerts_keys()));
        }
        _ => return Err(WebError::not_found()),
    };
    drop(conn);
    let line = line(view, &record);
    let path = href(id);
    let infos = record.alert.infos_for(&view.entry.language);
    let parts: Vec<PartView> = infos.iter().map(|info| part_view(info, &line.title)).collect();
    let described = infos
        .iter()
        .find_map(|info| info.description.clone())
        .unwrap_or_default();
    let mut page = Page::new(view, &line.title, &path).described(&described);
    // It will be gone soon, and a search engine would go on showing it.
    page.robots = "noindex";
    let own = Own {
        parts,
        map: map::draw(
            (&app.places, view.language()),
            &[(record.alert.severity(), record.alert.shapes())],
        ),
        up: if record.alert.kind == Kind::Traffic {
            "alerts-traffic"
        } else {
            "alerts"
        },
        line,
    };
    let html = view.voice.render("alerts/alert.html", &whole(view, &page, &own))?;
    Ok(Rendered::html(html, position)
        .keys(keys)
        .keys(alerts_keys())
        .keys([SurrogateKey::theme()])
        .modified(record.changed_at))
}

fn part_view(info: &Info, title: &str) -> PartView {
    let areas = names(info);
    let distinct: std::collections::HashSet<&str> = info.areas.iter().map(|area| area.name.as_str()).collect();
    PartView {
        // The page's own heading is not said again.
        title: if info.title() == title {
            String::new()
        } else {
            info.title().to_owned()
        },
        event: info.event.clone(),
        description: paragraphs(info.description.as_deref()),
        instruction: paragraphs(info.instruction.as_deref()),
        severity: info.severity.name(),
        urgency: info.urgency.name(),
        certainty: info.certainty.name(),
        more_areas: distinct
            .iter()
            .filter(|name| !name.is_empty())
            .count()
            .saturating_sub(areas.len()),
        areas,
        from: info.onset.map(Timestamp::as_micros),
        until: info.expires.map(Timestamp::as_micros),
        web: info.web.clone().unwrap_or_default(),
    }
}

/// Where an alert stands for a reader.
enum Standing {
    Live,
    Over(&'static str),
    Unseen,
}

fn stands(record: &AlertRecord, now: Timestamp) -> Standing {
    match State::parse(&record.state) {
        // The due job may be a moment late.
        Some(State::Live) if record.turns_at.is_some_and(|at| at > now) => Standing::Live,
        Some(State::Live) => Standing::Over("expired"),
        Some(State::Ended) => Standing::Over(match record.ended_by.as_str() {
            "canceled" => "canceled",
            "replaced" => "replaced",
            _ => "expired",
        }),
        // A message that takes back an alert under its own name leaves the alert canceled.
        Some(State::Hidden) if record.ended_by == "canceled" && record.alert.references.is_empty() => {
            Standing::Over("canceled")
        }
        Some(State::Hidden | State::Waiting) | None => Standing::Unseen,
    }
}

/// The feed of what holds.
pub(crate) async fn feed(
    app: &App,
    view: &SiteView,
    kind: Option<Kind>,
    format: FeedFormat,
) -> Result<(FeedDocument, i64, Vec<SurrogateKey>), WebError> {
    let now = app.now();
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let part = live(&mut conn, now, kind, None, ENTRIES).await?;
    drop(conn);
    let word = if kind.is_some() { "alerts-traffic" } else { "alerts" };
    let heading = say(view, word, &[])?;
    let mut entries = Vec::with_capacity(part.items.len());
    for record in &part.items {
        let line = line(view, record);
        let severity = say(view, &format!("severity-{}", line.severity), &[])?;
        entries.push(FeedEntry {
            // A message that changed under the same name is news to a feed reader.
            id: format!("urn:uuid:{}#{}", record.id, record.sent_at.as_seconds()),
            url: view.absolute(&line.href),
            title: format!("{severity}: {}", line.title),
            summary: summary(&record.alert, view),
            published: record.sent_at,
            updated: record.sent_at,
            ..FeedEntry::default()
        });
    }
    let document = FeedDocument {
        title: format!("{} – {heading}", view.entry.name),
        description: say(view, &format!("{word}-about"), &[("site", &view.entry.name)])?,
        page_url: view.absolute(&Route::Alerts(kind).to_string()),
        own_url: view.absolute(&Route::Feed(FeedScope::Alerts(kind), format).to_string()),
        language: view.entry.language.clone(),
        hub: app.hub.clone(),
        updated: part
            .items
            .iter()
            .map(|record| record.changed_at)
            .max()
            .unwrap_or_default(),
        entries,
        ..FeedDocument::default()
    };
    let mut keys = vec![SurrogateKey::site(view.entry.id)];
    keys.extend(alerts_keys());
    Ok((document, position, keys))
}

fn summary(alert: &Alert, view: &SiteView) -> String {
    let Some(info) = alert.info_for(&view.entry.language) else {
        return String::new();
    };
    let texts = [info.description.as_deref(), info.instruction.as_deref()];
    let texts: Vec<String> = texts.into_iter().flat_map(paragraphs).collect();
    let areas = names(info).join(", ");
    [Some(areas), Some(texts.join(" "))]
        .into_iter()
        .flatten()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(". ")
}
