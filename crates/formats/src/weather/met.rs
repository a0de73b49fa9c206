//! Locationforecast 2.0 (`compact` and `complete`) of the Norwegian Meteorological Institute: GeoJSON whose properties
//! hold a series of moments, each with what holds then and with sums of the hours behind it.

use super::{MOST, WeatherProblem, finished, sane};
use masthead_domain::time::Timestamp;
use masthead_domain::weather::{Forecast, Sky, Step};
use serde::Deserialize;

#[derive(Deserialize)]
struct Document {
    properties: Properties,
}

#[derive(Deserialize)]
struct Properties {
    #[serde(default)]
    meta: Meta,
    timeseries: Vec<Moment>,
}

#[derive(Default, Deserialize)]
struct Meta {
    updated_at: Option<String>,
}

#[derive(Deserialize)]
struct Moment {
    time: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    instant: Instant,
    next_1_hours: Option<Behind>,
    next_6_hours: Option<Behind>,
}

#[derive(Default, Deserialize)]
struct Instant {
    #[serde(default)]
    details: Details,
}

#[derive(Default, Deserialize)]
struct Details {
    air_temperature: Option<f64>,
    wind_speed: Option<f64>,
    wind_from_direction: Option<f64>,
    relative_humidity: Option<f64>,
}

#[derive(Deserialize)]
struct Behind {
    summary: Option<Summary>,
    details: Option<Sums>,
}

#[derive(Deserialize)]
struct Summary {
    symbol_code: Option<String>,
}

#[derive(Deserialize)]
struct Sums {
    precipitation_amount: Option<f64>,
}

/// Reads a document of Locationforecast 2.0.
///
/// # Errors
/// [`WeatherProblem`].
pub fn met(bytes: &[u8]) -> Result<Forecast, WeatherProblem> {
    let document: Document = serde_json::from_slice(bytes).map_err(|error| WeatherProblem::Form(error.to_string()))?;
    let properties = document.properties;
    let steps = properties.timeseries.iter().take(MOST).filter_map(step).collect();
    finished(Forecast {
        updated: properties
            .meta
            .updated_at
            .and_then(|text| Timestamp::parse_rfc3339(&text).ok()),
        steps,
    })
}

fn step(moment: &Moment) -> Option<Step> {
    let details = &moment.data.instant.details;
    let (hours, behind) = match (&moment.data.next_1_hours, &moment.data.next_6_hours) {
        (Some(next), _) => (1, Some(next)),
        (None, Some(next)) => (6, Some(next)),
        // The last moments of a series say what holds and nothing of what comes.
        (None, None) => (1, None),
    };
    let code = behind.and_then(|behind| behind.summary.as_ref()?.symbol_code.as_deref());
    Some(Step {
        at: Timestamp::parse_rfc3339(&moment.time).ok()?,
        hours,
        temperature: sane(details.air_temperature),
        wind: sane(details.wind_speed),
        wind_from: sane(details.wind_from_direction),
        humidity: sane(details.relative_humidity),
        precipitation: sane(behind.and_then(|behind| behind.details.as_ref()?.precipitation_amount)),
        sky: code.and_then(sky),
        night: code.is_some_and(|code| code.ends_with("_night")),
    })
}

/// The sky of a symbol, such as `lightrainshowers_day` (the codes are listed in the service's weathericon package).
fn sky(code: &str) -> Option<Sky> {
    let name = code.split('_').next().unwrap_or_default();
    Some(match name {
        "clearsky" => Sky::Clear,
        "fair" => Sky::Fair,
        "partlycloudy" => Sky::PartlyCloudy,
        "cloudy" => Sky::Cloudy,
        "fog" => Sky::Fog,
        name if name.contains("thunder") => Sky::Thunder,
        name if name.contains("sleet") => Sky::Sleet,
        name if name.contains("snow") => Sky::Snow,
        name if name.starts_with("heavyrain") => Sky::HeavyRain,
        name if name.starts_with("lightrain") => Sky::LightRain,
        name if name.starts_with("rain") => Sky::Rain,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_skies() {
        for (code, expected) in [
            ("clearsky_night", Some(Sky::Clear)),
            ("fair_polartwilight", Some(Sky::Fair)),
            ("lightrainshowers_day", Some(Sky::LightRain)),
            ("heavyrain", Some(Sky::HeavyRain)),
            ("lightssnowshowersandthunder_day", Some(Sky::Thunder)),
            ("heavysleetshowers_day", Some(Sky::Sleet)),
            ("lightsnow", Some(Sky::Snow)),
            ("frogs", None),
        ] {
            assert_eq!(sky(code), expected, "{code}");
        }
    }

    #[test]
    fn a_document_without_hours_is_refused_and_a_broken_hour_left_out() {
        assert!(matches!(met(b"{}"), Err(WeatherProblem::Form(_))));
        assert_eq!(met(br#"{"properties":{"timeseries":[]}}"#), Err(WeatherProblem::Empty));
        let text = br#"{"properties":{"timeseries":[
            {"time":"tomorrow","data":{"instant":{"details":{"air_temperature":1}}}},
            {"time":"2025-11-25T09:00:00Z","data":{"instant":{"details":{"air_temperature":-3.5}},
                "next_6_hours":{"summary":{"symbol_code":"snow"},"details":{"precipitation_amount":2}}}}]}}"#;
        let forecast = met(text).unwrap();
        assert_eq!(forecast.steps.len(), 1);
        let step = &forecast.steps[0];
        assert_eq!(
            (step.temperature, step.hours, step.sky),
            (Some(-3.5), 6, Some(Sky::Snow))
        );
        assert_eq!(step.precipitation, Some(2.0));
    }
}
