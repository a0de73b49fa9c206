//! Forecasts against real answers of both services, whose markup says what has to be read.

use super::folder;
use masthead_domain::time::Timestamp;
use masthead_formats::weather::{WeatherProblem, met, open_meteo};
use serde_json::Value;

fn at(text: &str) -> Timestamp {
    // Open-Meteo writes no zone; the answers of the set are in UTC.
    let text = if text.ends_with('Z') {
        text.to_owned()
    } else {
        format!("{text}:00Z")
    };
    Timestamp::parse_rfc3339(&text).unwrap()
}

fn cases(set: &str) -> Vec<(Value, Vec<u8>)> {
    let Some(folder) = folder("weather") else {
        return Vec::new();
    };
    let folder = folder.join(set);
    let lines = std::fs::read_to_string(folder.join("cases.jsonl")).unwrap();
    let case = |line: &str| {
        let case: Value = serde_json::from_str(line).unwrap();
        let bytes = std::fs::read(folder.join("files").join(case["file"].as_str().unwrap())).unwrap();
        (case, bytes)
    };
    lines.lines().map(case).collect()
}

#[test]
fn locationforecast_says_what_its_markup_says() {
    for (case, bytes) in cases("met-locationforecast-client") {
        let (id, expect) = (&case["id"], &case["expect"]);
        let forecast = met(&bytes).unwrap();
        assert_eq!(forecast.steps.len() as u64, expect["steps"].as_u64().unwrap(), "{id}");
        assert_eq!(forecast.updated, expect["updated"].as_str().map(at), "{id}");
        let (first, wanted) = (&forecast.steps[0], &expect["first"]);
        assert_eq!(first.at, at(wanted["time"].as_str().unwrap()), "{id}");
        assert_eq!(
            forecast.steps.last().unwrap().at,
            at(expect["last_time"].as_str().unwrap()),
            "{id}"
        );
        let details = &wanted["data"]["instant"]["details"];
        assert_eq!(first.temperature, details["air_temperature"].as_f64(), "{id}");
        assert_eq!(first.wind, details["wind_speed"].as_f64(), "{id}");
        assert_eq!(first.wind_from, details["wind_from_direction"].as_f64(), "{id}");
        assert_eq!(first.humidity, details["relative_humidity"].as_f64(), "{id}");
        let hour = &wanted["data"]["next_1_hours"];
        assert_eq!(
            first.precipitation,
            hour["details"]["precipitation_amount"].as_f64(),
            "{id}"
        );
        let symbol = hour["summary"]["symbol_code"].as_str().unwrap();
        assert_eq!(first.night, symbol.ends_with("_night"), "{id}");
        // Every symbol of the document is one that there are words and a picture for.
        assert!(
            forecast
                .steps
                .iter()
                .all(|step| step.sky.is_some() || step.precipitation.is_none()),
            "{id}"
        );
    }
}

#[test]
fn open_meteo_says_what_its_markup_says() {
    for (case, bytes) in cases("open-meteo-client") {
        let (id, expect) = (&case["id"], &case["expect"]);
        if expect["hourly"].is_null() {
            // The other services of the same client: places that were looked for.
            assert_eq!(open_meteo(&bytes), Err(WeatherProblem::Empty), "{id}");
            continue;
        }
        let forecast = open_meteo(&bytes).unwrap();
        let hourly = &expect["hourly"];
        assert_eq!(forecast.steps.len() as u64, hourly["steps"].as_u64().unwrap(), "{id}");
        assert_eq!(
            forecast.steps[0].at,
            at(hourly["first"]["time"].as_str().unwrap()),
            "{id}"
        );
        assert!(forecast.steps.iter().all(|step| step.sky.is_some()), "{id}");
    }
}
