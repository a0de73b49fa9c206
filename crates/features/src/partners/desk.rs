//! `/desk/partners`: the slots with how often each was seen and followed, and the form that makes or changes one.

use super::put;
use crate::desk::{self, Here};
use crate::pages::store_error;
use crate::places::{Places, located};
use crate::visit::{Fields, Visit, see_other};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::ids::{PartnerId, SiteId};
use masthead_domain::partners::{Slot, SlotError, read_fields, write_fields};
use masthead_domain::permissions::Permission;
use masthead_domain::places::PlaceId;
use masthead_domain::time::Timestamp;
use masthead_store::partners::{self as rows, Counted};
use masthead_web::errors::WebError;
use serde::Serialize;
use std::collections::BTreeMap;

/// Slots that are listed.
const LISTED: usize = 200;
/// Days of a slot's report.
const DAYS: usize = 31;

/// The fields of the form.
const FIELDS: [&str; 13] = [
    "site",
    "partner",
    "headline",
    "text",
    "action",
    "target",
    "fields",
    "sections",
    "places",
    "weight",
    "most_views",
    "starts",
    "ends",
];

#[derive(Serialize)]
struct Own {
    slots: Vec<Line>,
    sites: Vec<(String, String)>,
    /// The slot that is changed; empty for a new one.
    id: String,
    values: BTreeMap<&'static str, String>,
    /// What is wrong with which field.
    wrong: BTreeMap<&'static str, String>,
    days: Vec<(i64, i64, i64)>,
    done: bool,
}

#[derive(Serialize)]
struct Line {
    id: String,
    partner: String,
    headline: String,
    /// Name of its site; empty for all.
    site: String,
    /// `ahead`, `live`, `full` or `over`.
    state: &'static str,
    starts: i64,
    ends: i64,
    weight: u8,
    most: Option<i64>,
    views: i64,
    clicks: i64,
    /// Clicks in a hundred views, to a tenth.
    rate: String,
}

fn line(visit: &Visit, counted: Counted, now: Timestamp) -> Line {
    let Counted { slot, views, clicks } = counted;
    let state = if slot.ends_at <= now {
        "over"
    } else if slot.starts_at > now {
        "ahead"
    } else if slot.is_live(now, views) {
        "live"
    } else {
        "full"
    };
    let sites = visit.app().sites();
    let site = slot
        .site
        .and_then(|site| sites.site(site))
        .map(|site| site.name.clone());
    // Tenths of a percent.
    let rate = if views > 0 {
        clicks.saturating_mul(1_000) / views
    } else {
        0
    };
    Line {
        id: slot.id.to_string(),
        partner: slot.partner,
        headline: slot.headline,
        site: site.unwrap_or_default(),
        state,
        starts: slot.starts_at.as_micros(),
        ends: slot.ends_at.as_micros(),
        weight: slot.weight,
        most: slot.most_views,
        views,
        clicks,
        rate: format!("{}.{}", rate / 10, rate % 10),
    }
}

/// `GET /desk/partners` (`slot`): the report, and the form for a new slot or the one that is named.
///
/// # Errors
/// 404 for a slot that there is none of.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    let query = visit.query();
    let (id, values) = match query.get("slot") {
        "" => (String::new(), example(&visit)),
        text => {
            let id: PartnerId = text.parse().map_err(|_| WebError::not_found())?;
            let mut conn = visit.app().db.reader().await.map_err(store_error)?;
            let slot = rows::one(&mut conn, id).await.map_err(store_error)?;
            let slot = slot.ok_or_else(WebError::not_found)?;
            (id.to_string(), values_of(&visit, &slot))
        }
    };
    page(&visit, StatusCode::OK, id, values, BTreeMap::new()).await
}

/// `POST /desk/partners`: makes a slot, or changes the one in `id`.
///
/// # Errors
/// What can be mended comes back in the form.
pub async fn save(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let id = match fields.get("id") {
        "" => PartnerId::new(visit.app().ids.as_ref()),
        text => text.parse().map_err(|_| WebError::not_found())?,
    };
    match read(&visit, id, &fields) {
        Ok(slot) => {
            let by = format!("account:{}", visit.viewer()?.account);
            put(visit.app(), slot, &by).await.map_err(store_error)?;
            Ok(see_other(&format!("/desk/partners?slot={id}&done=1")))
        }
        Err(error) => {
            let values = FIELDS.iter().map(|name| (*name, fields.get(name).to_owned())).collect();
            let wrong = BTreeMap::from([(error.field(), error.to_string())]);
            page(
                &visit,
                StatusCode::UNPROCESSABLE_ENTITY,
                fields.get("id").to_owned(),
                values,
                wrong,
            )
            .await
        }
    }
}

/// A slot from the form, with times in UTC.
fn read(visit: &Visit, id: PartnerId, fields: &Fields) -> Result<Slot, SlotError> {
    let sites = visit.app().sites();
    let site = match fields.get("site") {
        "" => None,
        slug => Some(sites.by_slug(slug).ok_or(SlotError::Sections)?.id),
    };
    let words = |name: &str| -> Vec<String> {
        fields
            .get(name)
            .split([',', '\n', ' '])
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let known = |path: &String| {
        let on = |site: SiteId| sites.section_at(site, path).is_some();
        site.map_or_else(|| sites.all().iter().any(|site| on(site.id)), on)
    };
    let sections = words("sections");
    if !sections.iter().all(known) {
        return Err(SlotError::Sections);
    }
    let places = read_places(&visit.app().places, fields.get("places"))?;
    let moment = |name: &str| -> Result<Timestamp, SlotError> {
        let local: jiff::civil::DateTime = fields.get(name).parse().map_err(|_| SlotError::Times)?;
        let zoned = local
            .to_zoned_datetime(jiff::tz::TimeZone::UTC)
            .map_err(|_| SlotError::Times)?;
        Ok(zoned.timestamp().into())
    };
    let most_views = match fields.get("most_views").trim() {
        "" => None,
        text => Some(text.parse().map_err(|_| SlotError::Views)?),
    };
    let field = |name: &str| fields.get(name).to_owned();
    Slot {
        id,
        site,
        partner: field("partner"),
        headline: field("headline"),
        text: field("text"),
        action: field("action"),
        target: field("target"),
        fields: read_fields(fields.get("fields"))?,
        sections,
        places,
        weight: fields.get("weight").trim().parse().map_err(|_| SlotError::Weight)?,
        most_views,
        starts_at: moment("starts")?,
        ends_at: moment("ends")?,
    }
    .check()
}

/// Places as their form has them: names as of a story, with semicolons between; a bare number is one's id.
fn read_places(places: &Places, text: &str) -> Result<Vec<u32>, SlotError> {
    let mut ids = Vec::new();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        match part.parse() {
            Ok(id) => ids.push(id),
            Err(_) => {
                let named = located::read(places, &[], part).map_err(|_| SlotError::Places)?;
                ids.extend(named.into_iter().map(|one| one.place.0));
            }
        }
    }
    Ok(ids)
}

/// The same the other way. A region that left the settings is written by its id, and stays.
fn write_places(places: &Places, ids: &[u32]) -> String {
    let names: Vec<String> = ids
        .iter()
        .map(|id| {
            let place = places.find(PlaceId(*id));
            place.map_or_else(
                || id.to_string(),
                |place| located::offered(places, &place, desk::LANGUAGE),
            )
        })
        .collect();
    names.join("; ")
}

/// What a browser's field of day and time is given, in UTC.
fn local(at: Timestamp) -> String {
    jiff::tz::Offset::UTC
        .to_datetime(at.to_jiff())
        .strftime("%Y-%m-%dT%H:%M")
        .to_string()
}

/// The form of a new slot: the example, a month from the next hour on.
fn example(visit: &Visit) -> BTreeMap<&'static str, String> {
    let hour = visit.app().now().as_seconds().div_euclid(3_600) + 1;
    let starts = Timestamp::from_micros(hour * 3_600_000_000);
    BTreeMap::from([
        ("headline", "Book flights".to_owned()),
        ("text", "Compare, book, fly".to_owned()),
        ("action", "Find flights".to_owned()),
        (
            "fields",
            "from | From | text\nto | To | text\nday | Day | date".to_owned(),
        ),
        ("weight", "1".to_owned()),
        ("starts", local(starts)),
        ("ends", local(starts.plus_seconds(30 * 86_400))),
    ])
}

fn values_of(visit: &Visit, slot: &Slot) -> BTreeMap<&'static str, String> {
    let sites = visit.app().sites();
    let site = slot
        .site
        .and_then(|site| sites.site(site))
        .map(|site| site.slug.clone());
    let places = write_places(&visit.app().places, &slot.places);
    BTreeMap::from([
        ("site", site.unwrap_or_default()),
        ("partner", slot.partner.clone()),
        ("headline", slot.headline.clone()),
        ("text", slot.text.clone()),
        ("action", slot.action.clone()),
        ("target", slot.target.clone()),
        ("fields", write_fields(&slot.fields)),
        ("sections", slot.sections.join(", ")),
        ("places", places),
        ("weight", slot.weight.to_string()),
        (
            "most_views",
            slot.most_views.map(|most| most.to_string()).unwrap_or_default(),
        ),
        ("starts", local(slot.starts_at)),
        ("ends", local(slot.ends_at)),
    ])
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    id: String,
    values: BTreeMap<&'static str, String>,
    wrong: BTreeMap<&'static str, String>,
) -> Result<Response, WebError> {
    let (app, now) = (visit.app(), visit.app().now());
    if !visit.viewer()?.may(Permission::SitesEdit, None) {
        return Err(WebError::forbidden("Your role doesn't reach that far."));
    }
    let mut conn = app.db.reader().await.map_err(store_error)?;
    let all = rows::all(&mut conn, LISTED).await.map_err(store_error)?;
    let days = match id.parse() {
        Ok(slot) => rows::days(&mut conn, slot, DAYS).await.map_err(store_error)?,
        Err(_) => Vec::new(),
    };
    drop(conn);
    let own = Own {
        slots: all.into_iter().map(|counted| line(visit, counted, now)).collect(),
        sites: app
            .sites()
            .all()
            .iter()
            .map(|site| (site.slug.clone(), site.name.clone()))
            .collect(),
        id,
        values: FIELDS
            .iter()
            .map(|name| (*name, values.get(name).cloned().unwrap_or_default()))
            .collect(),
        wrong,
        days: days
            .into_iter()
            .map(|(day, views, clicks)| (day * 86_400_000_000, views, clicks))
            .collect(),
        done: visit.query().has("done"),
    };
    let title = desk::say(&*desk::voice(visit).await?, "desk-partners", &[])?;
    desk::page(visit, status, (Here::Partners, "partners/desk.html", title), &own).await
}
