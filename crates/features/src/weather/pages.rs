//! `/weather` and the component: the present hour, the hours ahead with a chart, seven days.

use super::{Provider, asked, key};
use crate::app::App;
use crate::pages::page::{Page, whole};
use crate::pages::{Query, SiteView, say, store_error};
use crate::places::{Hole, holes};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use masthead_domain::places::Component;
use masthead_domain::time::Timestamp;
use masthead_domain::weather::{Forecast, Sky, Step};
use masthead_gazetteer::Place;
use masthead_store::forecasts::ForecastRecord;
use masthead_web::errors::WebError;
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::Route;
use serde::Serialize;

/// Hours of the table, and of the chart.
const HOURS: usize = 24;
const CHART: usize = 48;
const DAYS: usize = 7;
/// A forecast that the service has not renewed for so long is said to be old.
const OLD: i64 = 3 * 3_600;

#[derive(Serialize)]
struct Own {
    place: String,
    href: String,
    now: Option<HourView>,
    hours: Vec<HourView>,
    days: Vec<DayView>,
    chart: Option<Chart>,
    /// Since when there is nothing new, where that is so.
    since: Option<i64>,
    /// Whether nothing came yet.
    waiting: bool,
    /// The provider's stable name; empty before the first answer.
    provider: String,
    fetched: Option<i64>,
}

#[derive(Serialize)]
struct HourView {
    clock: String,
    temperature: String,
    sky: &'static str,
    night: bool,
    wind: String,
    wind_from: &'static str,
    precipitation: String,
    humidity: String,
}

#[derive(Serialize)]
struct DayView {
    /// The day of the week, or that it is today.
    name: String,
    day: String,
    low: String,
    high: String,
    sky: &'static str,
    precipitation: String,
}

/// A line of temperatures in a box of 480 by 120.
#[derive(Serialize)]
struct Chart {
    line: String,
    low: String,
    high: String,
    /// Where midnights lie, with their day.
    midnights: Vec<(i64, String)>,
    /// Where freezing lies, if the line crosses it.
    freezing: Option<i64>,
    /// How high the line's highest and lowest points lie.
    top: i64,
    bottom: i64,
    label: String,
}

/// The component.
pub(crate) async fn piece(app: &App, view: &SiteView, place: &Place<'_>) -> Result<Rendered, WebError> {
    let (own, position) = read(app, view, place).await?;
    let html = view.voice.render("parts/weather.html", &own)?;
    Ok(Rendered::html(html, position).keys(keys(view, place)))
}

fn keys(view: &SiteView, place: &Place<'_>) -> [SurrogateKey; 3] {
    [key(place.id), SurrogateKey::site(view.entry.id), SurrogateKey::theme()]
}

#[derive(Serialize)]
struct Asking {
    components: Vec<Hole>,
}

/// `/weather`, and with `place` the weather there. Without, whoever chose a place is shown the component.
pub(crate) async fn page(app: &App, view: &SiteView, query: Query<'_>) -> Result<Rendered, WebError> {
    if !app.weather.is_on() {
        return Err(WebError::not_found());
    }
    let path = Route::Weather.to_string();
    let Some(id) = query.get("place") else {
        let title = say(view, "component-weather", &[])?;
        let page = Page::new(view, &title, &path);
        let own = Asking {
            components: holes(app)
                .into_iter()
                .filter(|hole| hole.is(Component::Weather))
                .collect(),
        };
        let html = view.voice.render("weather/ask.html", &whole(view, &page, &own))?;
        let position = head(app).await?;
        return Ok(Rendered::html(html, position).keys([SurrogateKey::site(view.entry.id), SurrogateKey::theme()]));
    };
    let place = id
        .parse()
        .ok()
        .and_then(|id| app.places.find(id))
        .ok_or_else(WebError::not_found)?;
    let (own, position) = read(app, view, &place).await?;
    let title = say(view, "weather-title", &[("place", &own.place)])?;
    let mut page = Page::new(view, &title, &format!("{path}?place={}", place.id));
    // A page for each place of the world, all alike, is nothing to be found by.
    page.robots = "noindex, follow";
    let html = view.voice.render("weather/place.html", &whole(view, &page, &own))?;
    Ok(Rendered::html(html, position).keys(keys(view, &place)))
}

async fn head(app: &App) -> Result<i64, WebError> {
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    masthead_store::log::head(&mut conn).await.map_err(store_error)
}

async fn read(app: &App, view: &SiteView, place: &Place<'_>) -> Result<(Own, i64), WebError> {
    // The log's place first: a forecast that comes in between makes the page stale.
    let position = head(app).await?;
    let record = asked(app, place).await.map_err(store_error)?;
    Ok((own(app, view, place, record)?, position))
}

fn own(app: &App, view: &SiteView, place: &Place<'_>, record: Option<ForecastRecord>) -> Result<Own, WebError> {
    let now = app.now();
    let zone = TimeZone::get(place.zone).unwrap_or_else(|_| view.entry.zone.clone());
    let (provider, fetched, failed) = match &record {
        Some(record) => (record.provider.clone(), record.fetched_at, record.failed_at),
        None => (String::new(), None, None),
    };
    // What the service said holds longer than others is not old before that.
    let expired = record
        .as_ref()
        .and_then(|record| record.expires_at)
        .is_none_or(|at| at < now);
    let is_old = |at: &Timestamp| failed.is_some() || (expired && now.micros_since(*at) > OLD * 1_000_000);
    // Where nothing ever came, there has been nothing since the first try.
    let since = match fetched {
        Some(at) => Some(at).filter(|at| is_old(at) && provider != Provider::Demo.name()),
        None => failed,
    };
    let forecast = record.and_then(|record| record.data).map(|data| data.0);
    let waiting = forecast.is_none();
    let forecast = forecast.unwrap_or_default();
    let hours = forecast.ahead(now, HOURS).map(|step| hour(step, &zone)).collect();
    let today = zone.to_datetime(now.to_jiff()).date();
    let mut days = Vec::with_capacity(DAYS);
    for day in forecast.days(now, &zone, DAYS) {
        days.push(DayView {
            name: name_of(view, day.date, today)?,
            day: view.voice.day(day.date),
            low: degrees(day.low),
            high: degrees(day.high),
            sky: day.sky.map_or("", Sky::name),
            precipitation: millimetres(day.precipitation),
        });
    }
    Ok(Own {
        place: app.places.label(place, view.language()),
        href: format!("{}?place={}", Route::Weather, place.id),
        now: forecast.now(now).map(|step| hour(step, &zone)),
        hours,
        days,
        chart: chart(&forecast, now, &zone, view)?,
        since: since.map(Timestamp::as_micros),
        waiting,
        provider,
        fetched: fetched.map(Timestamp::as_micros),
    })
}

/// How people call a day of the next week.
fn name_of(view: &SiteView, day: Date, today: Date) -> Result<String, WebError> {
    if day == today {
        return say(view, "weather-today", &[]);
    }
    say(view, &format!("weekday-{}", day.weekday().to_monday_one_offset()), &[])
}

fn hour(step: &Step, zone: &TimeZone) -> HourView {
    HourView {
        clock: clock(step.at, zone),
        temperature: degrees(step.temperature),
        sky: step.sky.map_or("", Sky::name),
        night: step.night,
        wind: step.wind.map(|wind| rounded(wind * 3.6)).unwrap_or_default(),
        wind_from: step.wind_from.map_or("", compass),
        precipitation: millimetres(step.precipitation),
        humidity: step.humidity.map(rounded).unwrap_or_default(),
    }
}

/// The hour of a place, which need not be that of the site.
fn clock(at: Timestamp, zone: &TimeZone) -> String {
    let local = zone.to_datetime(at.to_jiff());
    format!("{:02}:{:02}", local.hour(), local.minute())
}

fn rounded(number: f64) -> String {
    let rounded = number.round();
    // No minus before nothing.
    format!("{:.0}", if rounded == 0.0 { 0.0 } else { rounded })
}

fn degrees(number: Option<f64>) -> String {
    number
        .map(|number| format!("{}°", rounded(number).replace('-', "−")))
        .unwrap_or_default()
}

fn millimetres(number: Option<f64>) -> String {
    number.map(|number| format!("{number:.1}")).unwrap_or_default()
}

/// The eighth of the compass that a wind comes from.
fn compass(from: f64) -> &'static str {
    const NAMES: [&str; 8] = ["n", "ne", "e", "se", "s", "sw", "w", "nw"];
    let eighth = (from.rem_euclid(360.0) / 45.0).round() as usize % NAMES.len();
    NAMES.get(eighth).copied().unwrap_or_default()
}

const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 120.0;
/// Room above and below the line, for the names of days below it.
const MARGIN: f64 = 24.0;

fn chart(forecast: &Forecast, now: Timestamp, zone: &TimeZone, view: &SiteView) -> Result<Option<Chart>, WebError> {
    let points: Vec<(Timestamp, f64)> = forecast
        .ahead(now, CHART)
        .filter_map(|step| Some((step.at, step.temperature?)))
        .collect();
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return Ok(None);
    };
    let span = last.0.micros_since(first.0);
    if points.len() < 3 || span <= 0 {
        return Ok(None);
    }
    let low = points.iter().map(|point| point.1).fold(f64::INFINITY, f64::min);
    let high = points.iter().map(|point| point.1).fold(f64::NEG_INFINITY, f64::max);
    let along = |at: Timestamp| at.micros_since(first.0) as f64 / span as f64 * WIDTH;
    // A flat line lies in the middle.
    let up = |t: f64| HEIGHT - MARGIN - (t - low) / (high - low).max(1.0) * (HEIGHT - 2.0 * MARGIN);
    let line: Vec<String> = points
        .iter()
        .map(|(at, t)| format!("{:.0},{:.0}", along(*at), up(*t)))
        .collect();
    let mut midnights = Vec::new();
    let today = zone.to_datetime(now.to_jiff()).date();
    for (at, _) in &points {
        let local = zone.to_datetime(at.to_jiff());
        if local.hour() == 0 && *at != first.0 {
            midnights.push((along(*at).round() as i64, name_of(view, local.date(), today)?));
        }
    }
    let (low_text, high_text) = (degrees(Some(low)), degrees(Some(high)));
    Ok(Some(Chart {
        line: line.join(" "),
        label: say(view, "weather-chart", &[("low", &low_text), ("high", &high_text)])?,
        low: low_text,
        high: high_text,
        midnights,
        freezing: (low < 0.0 && high > 0.0).then(|| up(0.0).round() as i64),
        top: up(high).round() as i64,
        bottom: up(low).round() as i64,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(degrees(Some(-3.6)), "−4°");
        assert_eq!(degrees(Some(-0.2)), "0°");
        assert_eq!(degrees(None), "");
        assert_eq!(millimetres(Some(0.25)), "0.2");
        for (from, name) in [
            (0.0, "n"),
            (350.0, "n"),
            (44.0, "ne"),
            (181.0, "s"),
            (-90.0, "w"),
            (720.0, "n"),
        ] {
            assert_eq!(compass(from), name, "{from}");
        }
        let kathmandu = TimeZone::get("Asia/Kathmandu").unwrap();
        assert_eq!(
            clock(Timestamp::parse_rfc3339("2025-11-25T09:00:00Z").unwrap(), &kathmandu),
            "14:45"
        );
    }
}
