//! `/alerts`: the alerts that hold, the worst first.

use super::{List, absent, address, after, begin, json, limit};
use crate::alerts::pages::{live, near_place};
use crate::app::App;
use crate::pages::{Query, SiteView, alerts_keys};
use masthead_domain::alerts::{Alert, Info, Kind, Shape};
use masthead_domain::time::Timestamp;
use masthead_store::alerts::AlertRecord;
use masthead_web::errors::WebError;
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::Route;
use serde::Serialize;
use serde_json::{Value, json as value};

/// An alert as lists give it.
#[derive(Serialize)]
struct AlertItem {
    id: String,
    url: String,
    kind: &'static str,
    severity: &'static str,
    sender: String,
    identifier: String,
    sent: String,
    infos: Vec<InfoItem>,
    geometry: Option<Value>,
}

#[derive(Serialize)]
struct InfoItem {
    language: Option<String>,
    event: String,
    headline: Option<String>,
    description: Option<String>,
    instruction: Option<String>,
    severity: &'static str,
    urgency: &'static str,
    certainty: &'static str,
    effective: Option<String>,
    onset: Option<String>,
    expires: Option<String>,
    areas: Vec<String>,
    web: Option<String>,
    by: Option<String>,
}

/// The alerts that hold; of one `kind`, where it is named.
pub(super) async fn list(app: &App, view: &SiteView, query: Query<'_>) -> Result<Rendered, WebError> {
    let kind = match query.get("kind") {
        None => None,
        Some(name) => {
            Some(Kind::parse(&name).ok_or_else(|| absent("no-such-kind", "kind must be traffic or emergency."))?)
        }
    };
    let (size, cursor) = (limit(query)?, after(query)?);
    let (mut conn, now, position) = begin(app).await?;
    if let Some(id) = query.get("place") {
        let missing = || absent("no-such-place", "There is no such place.");
        let (records, keys) = near_place(app, &mut conn, &id, kind, size).await?.ok_or_else(missing)?;
        let items = records.iter().map(|record| item(view, record)).collect();
        return Ok(json(&List { items, next: None }, position)?
            .keys([SurrogateKey::site(view.entry.id)])
            .keys(keys));
    }
    let part = live(&mut conn, now, kind, cursor, size).await?;
    drop(conn);
    let items = part.items.iter().map(|record| item(view, record)).collect();
    let next = part
        .next
        .map(|cursor| address(view, "alerts", query, &["kind", "limit"], &cursor.to_string()));
    Ok(json(&List { items, next }, position)?
        .keys([SurrogateKey::site(view.entry.id)])
        .keys(alerts_keys()))
}

fn item(view: &SiteView, record: &AlertRecord) -> AlertItem {
    let alert = &record.alert;
    AlertItem {
        id: record.id.to_string(),
        url: view.absolute(&Route::Alert(record.id).to_string()),
        kind: alert.kind.name(),
        severity: alert.severity().name(),
        sender: alert.sender.clone(),
        identifier: alert.identifier.clone(),
        sent: record.sent_at.to_rfc3339(),
        infos: alert.infos.iter().map(info).collect(),
        geometry: geometry(alert),
    }
}

fn info(info: &Info) -> InfoItem {
    let moment = |at: Option<Timestamp>| at.map(Timestamp::to_rfc3339);
    InfoItem {
        language: info.language.clone(),
        event: info.event.clone(),
        headline: info.headline.clone(),
        description: info.description.clone(),
        instruction: info.instruction.clone(),
        severity: info.severity.name(),
        urgency: info.urgency.name(),
        certainty: info.certainty.name(),
        effective: moment(info.effective),
        onset: moment(info.onset),
        expires: moment(info.expires),
        areas: info
            .areas
            .iter()
            .map(|area| area.name.clone())
            .filter(|name| !name.is_empty())
            .collect(),
        web: info.web.clone(),
        by: info.sender_name.clone(),
    }
}

/// Where it holds, as a GeoJSON geometry (RFC 7946), which has no circles: a circle is its middle here.
fn geometry(alert: &Alert) -> Option<Value> {
    let point = |at: &masthead_domain::places::Point| value!([at.longitude(), at.latitude()]);
    let geometries: Vec<Value> = alert
        .shapes()
        .into_iter()
        .map(|shape| match shape {
            Shape::Point(at) | Shape::Circle { center: at, .. } => {
                value!({ "type": "Point", "coordinates": point(at) })
            }
            Shape::Line(line) => {
                value!({ "type": "LineString", "coordinates": line.iter().map(point).collect::<Vec<_>>() })
            }
            Shape::Polygon(ring) => {
                let mut closed: Vec<Value> = ring.iter().map(point).collect();
                if ring.first() != ring.last() {
                    closed.extend(ring.first().map(point));
                }
                value!({ "type": "Polygon", "coordinates": [closed] })
            }
        })
        .collect();
    (!geometries.is_empty()).then(|| value!({ "type": "GeometryCollection", "geometries": geometries }))
}
