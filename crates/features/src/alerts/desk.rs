//! `/desk/alerts`: what came in lately and how it stands, and alerts that the desk writes, changes and takes back.
//!
//! An alert of the desk is a message like any other: changing it sends a newer one of the same name, taking it back one
//! that cancels. What others sent is shown here and not changed.

use super::{AlertSource, prepared, write};
use crate::desk::{self, Here, moment, say};
use crate::pages::store_error;
use crate::visit::{Fields, Visit, see_other};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::alerts::{Alert, Area, Certainty, Info, Kind, Message, Severity, Shape, Status, Urgency};
use masthead_domain::ids::AlertId;
use masthead_domain::places::Point;
use masthead_domain::time::Timestamp;
use masthead_gazetteer::Gazetteer;
use masthead_store::alerts::{self as rows, AlertRecord};
use masthead_web::errors::WebError;
use masthead_web::paging::Cursor;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// The name of the desk as a source and a sender.
pub const DESK: &str = "desk";

const SHOWN: usize = 50;
/// Longest headline and text, in characters.
const LONGEST_HEADLINE: usize = 160;
const LONGEST_TEXT: usize = 4_000;
/// Kilometres around the middle of an alert, at most.
const MOST_KM: f64 = 500.0;

#[derive(Serialize)]
struct List {
    alerts: Vec<Line>,
    next: String,
    done: String,
}

#[derive(Serialize)]
struct Line {
    id: String,
    title: String,
    source: String,
    kind: String,
    state: String,
    why: String,
    status: &'static str,
    severity: &'static str,
    changed: i64,
    own: bool,
}

/// The form as it was typed.
#[derive(Clone, Debug, Default, Serialize)]
struct Typed {
    kind: String,
    severity: String,
    headline: String,
    description: String,
    instruction: String,
    area: String,
    lat: String,
    lon: String,
    km: String,
    from: String,
    until: String,
    web: String,
}

#[derive(Serialize)]
struct Form {
    /// The alert that is changed; empty for a new one.
    id: String,
    typed: Typed,
    wrong: BTreeMap<&'static str, String>,
    severities: Vec<&'static str>,
    kinds: Vec<&'static str>,
    zone: String,
    held: bool,
}

fn line(record: AlertRecord) -> Line {
    let info = record.alert.info_for("en");
    Line {
        id: record.id.to_string(),
        title: info.map(Info::title).unwrap_or_default().to_owned(),
        own: record.source == DESK,
        source: record.source.clone(),
        kind: record.kind.clone(),
        state: record.state.clone(),
        why: record.ended_by.clone(),
        status: record.alert.status.name(),
        severity: record.alert.severity().name(),
        changed: record.changed_at.as_micros(),
    }
}

/// `GET /desk/alerts` (`after`, `done`)
///
/// # Errors
/// When the store can't answer.
pub async fn list(visit: Visit) -> Result<Response, WebError> {
    let query = visit.query();
    let after = match query.get("after") {
        "" => (Timestamp::MAX, AlertId(Uuid::max())),
        text => {
            let cursor = Cursor::parse(text)?;
            (cursor.at, AlertId(cursor.id))
        }
    };
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let found = rows::newest(&mut conn, after, SHOWN + 1).await.map_err(store_error)?;
    drop(conn);
    let page = masthead_web::paging::Page::from_rows(found, SHOWN, |record| Cursor::new(record.changed_at, record.id));
    let done = ["written", "changed", "canceled"]
        .into_iter()
        .find(|word| *word == query.get("done"));
    let own = List {
        alerts: page.items.into_iter().map(line).collect(),
        next: page
            .next
            .map(|next| format!("/desk/alerts?after={next}"))
            .unwrap_or_default(),
        done: done.unwrap_or_default().to_owned(),
    };
    let title = say(&*desk::voice(&visit).await?, "desk-alerts", &[])?;
    desk::page(&visit, StatusCode::OK, (Here::Alerts, "desk/alerts.html", title), &own).await
}

async fn form(
    visit: &Visit,
    status: StatusCode,
    id: &str,
    typed: Typed,
    wrong: &BTreeMap<&'static str, &'static str>,
) -> Result<Response, WebError> {
    let voice = desk::voice(visit).await?;
    let mut words = BTreeMap::new();
    for (field, key) in wrong {
        words.insert(*field, say(&voice, key, &[])?);
    }
    let held = match id.parse::<AlertId>() {
        Ok(id) => own(visit, id)
            .await?
            .is_some_and(|record| record.state == "live" || record.state == "waiting"),
        Err(_) => false,
    };
    let view = visit.view().await?;
    let own = Form {
        id: id.to_owned(),
        typed,
        wrong: words,
        severities: Severity::ALL.iter().skip(1).map(|severity| severity.name()).collect(),
        kinds: Kind::ALL.iter().map(|kind| kind.name()).collect(),
        zone: view.entry.site.zone.clone(),
        held,
    };
    let title = say(
        &voice,
        if id.is_empty() {
            "desk-alert-new"
        } else {
            "desk-alert-change"
        },
        &[],
    )?;
    desk::page(visit, status, (Here::Alerts, "desk/alert.html", title), &own).await
}

/// The desk's own alert of an id.
async fn own(visit: &Visit, id: AlertId) -> Result<Option<AlertRecord>, WebError> {
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let found = rows::by_ids(&mut conn, &[id]).await.map_err(store_error)?.pop();
    Ok(found.filter(|record| record.source == DESK))
}

async fn named(visit: &Visit) -> Result<AlertRecord, WebError> {
    let id: AlertId = visit.parameter("id").parse().map_err(|_| WebError::not_found())?;
    own(visit, id).await?.ok_or_else(WebError::not_found)
}

/// `GET /desk/alerts/{id}`: the form of an alert of the desk; `new` is a blank one.
///
/// # Errors
/// 404 for an alert that the desk didn't write.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    if visit.parameter("id") == "new" {
        let blank = Typed {
            kind: Kind::Traffic.name().to_owned(),
            severity: Severity::Moderate.name().to_owned(),
            ..Typed::default()
        };
        return form(&visit, StatusCode::OK, "", blank, &BTreeMap::new()).await;
    }
    let record = named(&visit).await?;
    let view = visit.view().await?;
    let typed = typed_of(&record, &view.entry.zone);
    form(&visit, StatusCode::OK, &record.id.to_string(), typed, &BTreeMap::new()).await
}

/// What the form would have said.
fn typed_of(record: &AlertRecord, zone: &jiff::tz::TimeZone) -> Typed {
    let info = record.alert.infos.first().cloned().unwrap_or_default();
    let local = |at: Option<Timestamp>| {
        let at = at.map(|at| zone.to_datetime(at.to_jiff()).strftime("%Y-%m-%dT%H:%M").to_string());
        at.unwrap_or_default()
    };
    let area = info.areas.first().cloned().unwrap_or_default();
    let circle = area.shapes.iter().find_map(|shape| match shape {
        Shape::Circle { center, radius_km } => Some((*center, *radius_km)),
        _ => None,
    });
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    Typed {
        kind: record.kind.clone(),
        severity: info.severity.name().to_owned(),
        headline: info.headline.unwrap_or_default(),
        description: info.description.unwrap_or_default(),
        instruction: info.instruction.unwrap_or_default(),
        area: area.name,
        lat: number(circle.map(|(center, _)| center.latitude())),
        lon: number(circle.map(|(center, _)| center.longitude())),
        km: number(circle.map(|(_, km)| km)),
        from: local(info.onset),
        until: local(info.expires),
        web: info.web.unwrap_or_default(),
    }
}

fn typed(fields: &Fields) -> Typed {
    let get = |name: &str| fields.get(name).trim().replace("\r\n", "\n");
    Typed {
        kind: get("kind"),
        severity: get("severity"),
        headline: get("headline"),
        description: get("description"),
        instruction: get("instruction"),
        area: get("area"),
        lat: get("lat"),
        lon: get("lon"),
        km: get("km"),
        from: get("from"),
        until: get("until"),
        web: get("web"),
    }
}

/// The message that a form asks for, or what is wrong beside which field.
fn message(
    typed: &Typed,
    zone: &jiff::tz::TimeZone,
    now: Timestamp,
    (language, sender_name): (&str, &str),
) -> Result<Alert, BTreeMap<&'static str, &'static str>> {
    let mut wrong = BTreeMap::new();
    let kind = Kind::parse(&typed.kind);
    let severity = Severity::parse(&typed.severity).filter(|severity| *severity != Severity::Unknown);
    if kind.is_none() || severity.is_none() {
        wrong.insert("severity", "desk-alert-wrong-severity");
    }
    let length = typed.headline.chars().count();
    if length == 0 || length > LONGEST_HEADLINE {
        wrong.insert("headline", "desk-alert-wrong-headline");
    }
    for (field, text) in [("description", &typed.description), ("instruction", &typed.instruction)] {
        if text.chars().count() > LONGEST_TEXT {
            wrong.insert(field, "desk-alert-wrong-text");
        }
    }
    let number = |text: &str| text.replace(',', ".").parse::<f64>().ok();
    let shape = if [&typed.lat, &typed.lon, &typed.km].iter().all(|text| text.is_empty()) {
        None
    } else {
        let center = number(&typed.lat)
            .zip(number(&typed.lon))
            .and_then(|(lat, lon)| Point::turned(lat, lon));
        let km = if typed.km.is_empty() {
            Some(10.0)
        } else {
            number(&typed.km)
        };
        let circle = center.zip(km.filter(|km| (0.0..=MOST_KM).contains(km)));
        if circle.is_none() {
            wrong.insert("lat", "desk-alert-wrong-place");
        }
        circle.map(|(center, radius_km)| Shape::Circle { center, radius_km })
    };
    if typed.area.is_empty() {
        wrong.insert("area", "desk-alert-wrong-area");
    }
    let mut when = |field: &'static str, text: &str| {
        if text.is_empty() {
            return None;
        }
        let at = moment(text, zone);
        if at.is_none() {
            wrong.insert(field, "desk-alert-wrong-time");
        }
        at
    };
    let (onset, expires) = (when("from", &typed.from), when("until", &typed.until));
    if typed.until.is_empty() || expires.is_some_and(|until| until <= now || onset.is_some_and(|from| from >= until)) {
        wrong.insert("until", "desk-alert-wrong-until");
    }
    let web = (!typed.web.is_empty()).then(|| url::Url::parse(&typed.web).ok());
    let web = match web {
        None => None,
        Some(Some(url)) if matches!(url.scheme(), "http" | "https") => Some(url.to_string()),
        Some(_) => {
            wrong.insert("web", "desk-alert-wrong-web");
            None
        }
    };
    let (Some(kind), Some(severity), true) = (kind, severity, wrong.is_empty()) else {
        return Err(wrong);
    };
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Ok(Alert {
        identifier: String::new(),
        sender: DESK.to_owned(),
        sent: Some(now),
        kind,
        status: Status::Actual,
        message: Message::Alert,
        is_public: true,
        references: Vec::new(),
        infos: vec![Info {
            part: None,
            language: Some(language.to_owned()),
            event: typed.headline.clone(),
            urgency: Urgency::Unknown,
            severity,
            certainty: Certainty::Observed,
            effective: None,
            onset,
            expires,
            sender_name: text(sender_name),
            headline: text(&typed.headline),
            description: text(&typed.description),
            instruction: text(&typed.instruction),
            web,
            areas: vec![Area {
                name: typed.area.clone(),
                codes: Vec::new(),
                shapes: shape.into_iter().collect(),
            }],
        }],
    })
}

/// `POST /desk/alerts`: a new alert.
///
/// # Errors
/// When the store can't answer; a wrong form comes back filled in.
pub async fn create(visit: Visit) -> Result<Response, WebError> {
    let identifier = visit.app().ids.next_uuid().to_string();
    put(&visit, "", identifier, "written").await
}

/// `POST /desk/alerts/{id}`: changes an alert of the desk, or takes it back (`act` is `cancel`).
///
/// # Errors
/// 404 for an alert that the desk didn't write.
pub async fn save(visit: Visit) -> Result<Response, WebError> {
    let record = named(&visit).await?;
    if visit.form()?.get("act") == "cancel" {
        let canceled = Alert {
            message: Message::Cancel,
            sent: Some(visit.app().now()),
            ..record.alert
        };
        send(&visit, canceled).await?;
        return Ok(see_other("/desk/alerts?done=canceled"));
    }
    let id = record.id.to_string();
    put(&visit, &id, record.alert.identifier, "changed").await
}

async fn put(visit: &Visit, id: &str, identifier: String, done: &str) -> Result<Response, WebError> {
    let typed = typed(&visit.form()?);
    let view = visit.view().await?;
    let site = &view.entry;
    match message(&typed, &site.zone, visit.app().now(), (&site.language, &site.name)) {
        Ok(alert) => {
            send(visit, Alert { identifier, ..alert }).await?;
            Ok(see_other(&format!("/desk/alerts?done={done}")))
        }
        Err(wrong) => form(visit, StatusCode::UNPROCESSABLE_ENTITY, id, typed, &wrong).await,
    }
}

async fn send(visit: &Visit, alert: Alert) -> Result<(), WebError> {
    // A town that is named is found on the map where no point is given.
    let zone = visit.view().await?.entry.site.zone.clone();
    let country = Gazetteer::shipped().country_of_zone(&zone).map(str::to_owned);
    let source = AlertSource {
        name: DESK.to_owned(),
        kind: Some(alert.kind),
        country,
        ..AlertSource::default()
    };
    let ready = Arc::new(vec![prepared(&visit.app().places, &source, alert)]);
    write(visit.app(), DESK, ready).await.map_err(store_error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_a_message_or_says_what_is_wrong() {
        let zone = jiff::tz::TimeZone::get("Europe/Paris").unwrap();
        let now = Timestamp::parse_rfc3339("2025-11-25T09:00:00Z").unwrap();
        let typed = Typed {
            kind: "traffic".into(),
            severity: "severe".into(),
            headline: "Bridge closed".into(),
            area: "Old Bridge".into(),
            lat: "53,5".into(),
            lon: "9.9".into(),
            until: "2025-11-25T18:00".into(),
            ..Typed::default()
        };
        let alert = message(&typed, &zone, now, ("en", "The Courier")).unwrap();
        let until = Timestamp::parse_rfc3339("2025-11-25T17:00:00Z").unwrap();
        assert_eq!(alert.infos[0].expires, Some(until));
        assert!(alert.is_for_readers() && alert.shapes().len() == 1);
        let wrong = |change: fn(&mut Typed)| {
            let mut typed = typed.clone();
            change(&mut typed);
            message(&typed, &zone, now, ("en", ""))
                .unwrap_err()
                .into_keys()
                .next()
                .unwrap()
        };
        assert_eq!(wrong(|typed| typed.headline.clear()), "headline");
        assert_eq!(wrong(|typed| typed.until = "2025-11-25T08:00".into()), "until");
        assert_eq!(wrong(|typed| typed.until.clear()), "until");
        assert_eq!(wrong(|typed| typed.lat = "95".into()), "lat");
        assert_eq!(wrong(|typed| typed.web = "javascript:x".into()), "web");
        assert_eq!(wrong(|typed| typed.severity = "unknown".into()), "severity");
        assert_eq!(wrong(|typed| typed.from = "tomorrow".into()), "from");
    }
}
