//! Open-Meteo's forecast: columns of hours, whose units stand beside them. Times are either written in the zone that was
//! asked for or counted in seconds. Of several models the one without a name, or the first, is read.

use super::{MOST, WeatherProblem, finished, sane};
use masthead_domain::time::Timestamp;
use masthead_domain::weather::{Forecast, Sky, Step};
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct Document {
    reason: Option<String>,
    #[serde(default)]
    utc_offset_seconds: i64,
    hourly: Option<Map<String, Value>>,
    #[serde(default)]
    hourly_units: Map<String, Value>,
}

/// Reads an answer of Open-Meteo's forecast.
///
/// # Errors
/// [`WeatherProblem`]; what the service itself says is wrong is said.
pub fn open_meteo(bytes: &[u8]) -> Result<Forecast, WeatherProblem> {
    let document = read(bytes)?;
    if let Some(reason) = document.reason {
        return Err(WeatherProblem::Said(reason.chars().take(200).collect()));
    }
    let hourly = document.hourly.ok_or(WeatherProblem::Empty)?;
    let hours = Hours {
        columns: &hourly,
        units: &document.hourly_units,
    };
    let times = hourly
        .get("time")
        .and_then(Value::as_array)
        .ok_or(WeatherProblem::Empty)?;
    let mut steps = Vec::with_capacity(times.len().min(MOST));
    for (row, time) in times.iter().take(MOST).enumerate() {
        let Some(at) = moment(time, document.utc_offset_seconds) else {
            continue;
        };
        let code = hours.number("weather_code", row);
        steps.push(Step {
            at,
            hours: 1,
            temperature: hours
                .number("temperature_2m", row)
                .map(|t| match hours.unit("temperature_2m") {
                    "°F" => (t - 32.0) / 1.8,
                    _ => t,
                }),
            wind: hours
                .number("wind_speed_10m", row)
                .map(|speed| match hours.unit("wind_speed_10m") {
                    "m/s" => speed,
                    "mp/h" | "mph" => speed * 0.447_04,
                    "kn" => speed * 0.514_444,
                    // Kilometres an hour are what the service sends when nothing else is asked for.
                    _ => speed / 3.6,
                }),
            wind_from: hours.number("wind_direction_10m", row),
            humidity: hours.number("relative_humidity_2m", row),
            precipitation: hours
                .number("precipitation", row)
                .map(|sum| match hours.unit("precipitation") {
                    "inch" => sum * 25.4,
                    _ => sum,
                }),
            sky: code.and_then(sky),
            night: hours.number("is_day", row).is_some_and(|day| day < 0.5),
        });
    }
    finished(Forecast { updated: None, steps })
}

/// The answer of a question about one place. The service answers questions about several with a list.
fn read(bytes: &[u8]) -> Result<Document, WeatherProblem> {
    let form = |error: serde_json::Error| WeatherProblem::Form(error.to_string());
    if bytes.trim_ascii_start().first() != Some(&b'[') {
        return serde_json::from_slice(bytes).map_err(form);
    }
    let mut places: Vec<Document> = serde_json::from_slice(bytes).map_err(form)?;
    match (places.pop(), places.len()) {
        (Some(place), 0) => Ok(place),
        (_, others) => Err(WeatherProblem::Form(format!(
            "a list of {} places where one was expected",
            others + usize::from(others > 0)
        ))),
    }
}

struct Hours<'a> {
    columns: &'a Map<String, Value>,
    units: &'a Map<String, Value>,
}

impl<'a> Hours<'a> {
    /// The name of a column: as asked for, as it was called at first (`weathercode`, `windspeed_10m`), or with the name
    /// of a model behind it. `precipitation_probability` is another variable, not the rain of a model.
    fn column(&self, name: &str) -> Option<&'a str> {
        let first_name = match name {
            "weather_code" => "weathercode",
            "wind_speed_10m" => "windspeed_10m",
            "wind_direction_10m" => "winddirection_10m",
            "relative_humidity_2m" => "relativehumidity_2m",
            name => name,
        };
        let keys = || self.columns.keys().map(String::as_str);
        let of_model = |known: &&str| {
            known.strip_prefix(name).is_some_and(|rest| {
                rest.starts_with('_') && !rest.starts_with("_probability") && !rest.starts_with("_hours")
            })
        };
        keys()
            .find(|known| *known == name || *known == first_name)
            .or_else(|| keys().find(of_model))
    }

    fn number(&self, name: &str, row: usize) -> Option<f64> {
        sane(self.columns.get(self.column(name)?)?.get(row)?.as_f64())
    }

    fn unit(&self, name: &str) -> &'a str {
        let unit = self.column(name).and_then(|name| self.units.get(name));
        unit.and_then(Value::as_str).unwrap_or_default()
    }
}

/// `2024-01-24T08:30` in the answer's zone, or seconds since 1970.
fn moment(time: &Value, offset: i64) -> Option<Timestamp> {
    if let Some(seconds) = time.as_i64() {
        let micros = seconds.checked_mul(1_000_000)?;
        return Some(Timestamp::from_micros(micros));
    }
    let local = Timestamp::parse_rfc3339(&format!("{}:00Z", time.as_str()?)).ok()?;
    Some(local.plus_seconds(-offset.clamp(-86_400, 86_400)))
}

/// The sky of a code of the WMO's table 4677, as the service groups them.
fn sky(code: f64) -> Option<Sky> {
    Some(match code.round() as i64 {
        0 => Sky::Clear,
        1 => Sky::Fair,
        2 => Sky::PartlyCloudy,
        3 => Sky::Cloudy,
        45 | 48 => Sky::Fog,
        51 | 53 | 55 | 61 | 80 => Sky::LightRain,
        56 | 57 | 66 | 67 => Sky::Sleet,
        63 | 81 => Sky::Rain,
        65 | 82 => Sky::HeavyRain,
        71 | 73 | 75 | 77 | 85 | 86 => Sky::Snow,
        95..=99 => Sky::Thunder,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_in_their_zone_and_units() {
        let text = br#"{"utc_offset_seconds":3600,"hourly_units":{"temperature_2m":"\u00b0F","wind_speed_10m":"km/h","precipitation":"inch"},
            "hourly":{"time":["2025-11-25T10:00","never","2025-11-25T11:00"],"temperature_2m":[50,1,null],
            "wind_speed_10m":[36,1,1],"precipitation":[0.1,0,0],"weather_code":[3,0,95],"is_day":[1,1,0]}}"#;
        let forecast = open_meteo(text).unwrap();
        assert_eq!(forecast.steps.len(), 2);
        let (first, last) = (&forecast.steps[0], &forecast.steps[1]);
        assert_eq!(first.at.to_rfc3339(), "2025-11-25T09:00:00Z");
        assert!((first.temperature.unwrap() - 10.0).abs() < 1e-9);
        assert!((first.wind.unwrap() - 10.0).abs() < 1e-9);
        assert!((first.precipitation.unwrap() - 2.54).abs() < 1e-9);
        assert_eq!((first.sky, first.night), (Some(Sky::Cloudy), false));
        assert_eq!(
            (last.temperature, last.sky, last.night),
            (None, Some(Sky::Thunder), true)
        );
    }

    #[test]
    fn columns_have_several_names_and_the_chance_of_rain_is_no_rain() {
        let text = br#"[{"utc_offset_seconds":0,"hourly_units":{"windspeed_10m":"m/s"},
            "hourly":{"time":[1764061200,1764064800],"precipitation_probability":[40,50],"windspeed_10m":[3,null],
            "winddirection_10m":[90,null],"relativehumidity_2m":[80,null],"weathercode":[61,null],"temperature_2m_icon_seamless":[4,null]}}]"#;
        let forecast = open_meteo(text).unwrap();
        assert_eq!(
            forecast.steps.len(),
            2,
            "an hour beyond the reach of a model is there without values"
        );
        let step = &forecast.steps[0];
        assert_eq!(step.at.to_rfc3339(), "2025-11-25T09:00:00Z");
        assert_eq!((step.precipitation, step.temperature), (None, Some(4.0)));
        assert_eq!(
            (step.wind, step.wind_from, step.humidity),
            (Some(3.0), Some(90.0), Some(80.0))
        );
        assert_eq!(step.sky, Some(Sky::LightRain));
        assert_eq!(
            open_meteo(b"[{},{},{}]"),
            Err(WeatherProblem::Form("a list of 3 places where one was expected".into()))
        );
        assert!(matches!(open_meteo(b" []"), Err(WeatherProblem::Form(_))));
    }

    #[test]
    fn what_the_service_says_is_said() {
        let refused = open_meteo(br#"{"error":true,"reason":"Out of range"}"#);
        assert_eq!(refused, Err(WeatherProblem::Said("Out of range".into())));
        assert_eq!(open_meteo(br#"{"results":[]}"#), Err(WeatherProblem::Empty));
        assert!(matches!(open_meteo(b"<html>"), Err(WeatherProblem::Form(_))));
    }
}
