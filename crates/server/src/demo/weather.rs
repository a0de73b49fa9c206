//! The demo's weather: what an invented service would send for the towns of a country on no map, in the form of
//! Locationforecast 2.0, brought in as any other. Pages say that it is no real forecast.

use masthead_domain::places::PlaceId;
use masthead_domain::time::Timestamp;
use masthead_features::app::App;
use masthead_features::weather;
use serde_json::{Value, json};

/// Hours that are forecast one by one, and how often after that; in all eight days.
const HOURLY: i64 = 60;
const EVERY: i64 = 6;
const HOURS: i64 = 8 * 24;

/// Makes the forecasts of all regions anew, from the present hour on, unless somebody set a real service: what is made up
/// would be shown as its own.
pub(super) async fn load(app: &App) -> anyhow::Result<()> {
    if !app.weather.is_made_up() {
        return Ok(());
    }
    let now = app.now();
    let places: Vec<(PlaceId, f64)> = app
        .places
        .regions()
        .map(|place| (place.id, place.point.latitude()))
        .collect();
    for (place, latitude) in places {
        let document = serde_json::to_vec(&document(now, place, latitude))?;
        weather::import(app, place, &document, now.plus_seconds(HOURS * 3_600)).await?;
    }
    Ok(())
}

fn document(now: Timestamp, place: PlaceId, latitude: f64) -> Value {
    let start = now.as_seconds().div_euclid(3_600);
    // Each town is a little ahead of or behind the others in the same weather.
    let shift = i64::from(place.0 % 9);
    let hours = (0..HOURLY).chain((HOURLY..HOURS).filter(|hour| (start + hour) % EVERY == 0));
    let moments: Vec<Value> = hours
        .map(|hour| moment(start + hour, hour < HOURLY, shift, latitude))
        .collect();
    let at = |hour: i64| Timestamp::from_micros(hour * 3_600_000_000).to_rfc3339();
    json!({
        "type": "Feature",
        "properties": { "meta": { "updated_at": at(start) }, "timeseries": moments },
    })
}

fn moment(hour: i64, is_hourly: bool, shift: i64, latitude: f64) -> Value {
    let of_day = hour.rem_euclid(24);
    // Fronts come in from the west every sixty hours or so.
    let front = ((hour + shift) as f64 / 60.0 * std::f64::consts::TAU).sin();
    let sun = ((of_day - 9) as f64 / 24.0 * std::f64::consts::TAU).sin();
    let temperature = 9.0 + 4.0 * sun - 3.0 * front - (latitude - 56.0) * 0.8;
    let wind = 5.0 + 4.0 * front.max(0.0) + sun;
    let night = if (6..20).contains(&of_day) { "day" } else { "night" };
    let (symbol, rain) = match front {
        front if front > 0.92 => ("heavyrain".to_owned(), 4.2),
        front if front > 0.7 => ("rain".to_owned(), 1.4),
        front if front > 0.45 => ("lightrain".to_owned(), 0.3),
        front if front > 0.15 => ("cloudy".to_owned(), 0.0),
        front if front > -0.3 => (format!("partlycloudy_{night}"), 0.0),
        front if front > -0.7 => (format!("fair_{night}"), 0.0),
        _ => (format!("clearsky_{night}"), 0.0),
    };
    let tenth = |number: f64| (number * 10.0).round() / 10.0;
    let behind = json!({
        "summary": { "symbol_code": symbol },
        "details": { "precipitation_amount": if is_hourly { rain } else { rain * 3.0 } },
    });
    let mut data = json!({
        "instant": { "details": {
            "air_temperature": tenth(temperature),
            "wind_speed": tenth(wind),
            "wind_from_direction": (240 + hour.rem_euclid(7) * 10) % 360,
            "relative_humidity": tenth(front.mul_add(15.0, 75.0)),
        } },
    });
    if let Some(data) = data.as_object_mut() {
        data.insert(
            if is_hourly { "next_1_hours" } else { "next_6_hours" }.to_owned(),
            behind,
        );
    }
    json!({ "time": Timestamp::from_micros(hour * 3_600_000_000).to_rfc3339(), "data": data })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_read_as_a_services_is() {
        let now = Timestamp::parse_rfc3339("2025-11-25T09:20:00Z").unwrap();
        let document = serde_json::to_vec(&document(now, PlaceId(7), 56.0)).unwrap();
        let forecast = masthead_formats::weather::met(&document).unwrap();
        assert!(forecast.now(now).unwrap().sky.is_some());
        let days = forecast.days(now, &jiff::tz::TimeZone::UTC, 7);
        assert_eq!(days.len(), 7);
        assert!(days.iter().all(|day| day.low < day.high && day.sky.is_some()));
    }
}
