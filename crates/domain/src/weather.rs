//! Weather: what a forecast says, hour by hour and day by day, whoever made it. Metric throughout.

use crate::time::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// What the sky does, from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sky {
    /// Clear.
    Clear,
    /// Some clouds.
    Fair,
    /// As much cloud as sky.
    PartlyCloudy,
    /// Overcast.
    Cloudy,
    /// Fog.
    Fog,
    /// Light rain or drizzle.
    LightRain,
    /// Rain.
    Rain,
    /// Heavy rain.
    HeavyRain,
    /// Sleet, or rain that freezes.
    Sleet,
    /// Snow.
    Snow,
    /// A thunderstorm, with rain or snow.
    Thunder,
}

impl Sky {
    /// The stable name, in strings and templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Fair => "fair",
            Self::PartlyCloudy => "partly-cloudy",
            Self::Cloudy => "cloudy",
            Self::Fog => "fog",
            Self::LightRain => "light-rain",
            Self::Rain => "rain",
            Self::HeavyRain => "heavy-rain",
            Self::Sleet => "sleet",
            Self::Snow => "snow",
            Self::Thunder => "thunder",
        }
    }
}

/// What is forecast for a moment and the hours behind it. What the provider doesn't say is not there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// When it begins.
    pub at: Timestamp,
    /// The hours that sky and precipitation are said of: 1, or 6 far ahead.
    pub hours: u8,
    /// Degrees Celsius.
    pub temperature: Option<f64>,
    /// Metres a second.
    pub wind: Option<f64>,
    /// Where the wind comes from, in degrees from north over east.
    pub wind_from: Option<f64>,
    /// Relative humidity in percent.
    pub humidity: Option<f64>,
    /// Millimetres of rain, or of melted snow.
    pub precipitation: Option<f64>,
    /// What the sky does.
    pub sky: Option<Sky>,
    /// Whether it is night: a clear sky shows a moon then.
    pub night: bool,
}

/// A forecast for a point.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// When the provider made it, where it says so.
    pub updated: Option<Timestamp>,
    /// In the order of time.
    pub steps: Vec<Step>,
}

/// A day of a forecast, in the zone of its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Day {
    /// The calendar day.
    pub date: Date,
    /// The lowest temperature of its steps.
    pub low: Option<f64>,
    /// The highest.
    pub high: Option<f64>,
    /// What falls in all, in millimetres.
    pub precipitation: Option<f64>,
    /// The strongest wind.
    pub wind: Option<f64>,
    /// The sky in the early afternoon.
    pub sky: Option<Sky>,
}

/// The hour at which the sky of a day is looked at.
const AFTERNOON: i8 = 13;

impl Forecast {
    /// The step that holds now; none when the forecast begins later or ended before.
    pub fn now(&self, now: Timestamp) -> Option<&Step> {
        let step = self.steps.iter().rev().find(|step| step.at <= now)?;
        (now < step.at.plus_seconds(i64::from(step.hours.max(1)) * 3_600)).then_some(step)
    }

    /// The steps from the present hour on, at most `most`.
    pub fn ahead(&self, now: Timestamp, most: usize) -> impl Iterator<Item = &Step> {
        let hour = now.plus_seconds(-3_599);
        self.steps.iter().filter(move |step| step.at >= hour).take(most)
    }

    /// The days from today on, at most `most`.
    pub fn days(&self, now: Timestamp, zone: &TimeZone, most: usize) -> Vec<Day> {
        let today = zone.to_datetime(now.to_jiff()).date();
        let mut days: Vec<Day> = Vec::new();
        // How far from the afternoon the sky of each day was looked at.
        let mut away: Vec<i8> = Vec::new();
        for step in &self.steps {
            let local = zone.to_datetime(step.at.to_jiff());
            if local.date() < today {
                continue;
            }
            if days.last().is_none_or(|day| day.date != local.date()) {
                days.push(Day {
                    date: local.date(),
                    low: None,
                    high: None,
                    precipitation: None,
                    wind: None,
                    sky: None,
                });
                away.push(i8::MAX);
            }
            let (Some(day), Some(away)) = (days.last_mut(), away.last_mut()) else {
                continue;
            };
            day.low = either(day.low, step.temperature, f64::min);
            day.high = either(day.high, step.temperature, f64::max);
            day.wind = either(day.wind, step.wind, f64::max);
            day.precipitation = either(day.precipitation, step.precipitation, |sum, more| sum + more);
            let from_afternoon = (local.hour() - AFTERNOON).abs();
            if step.sky.is_some() && from_afternoon < *away {
                day.sky = step.sky;
                *away = from_afternoon;
            }
        }
        days.truncate(most);
        days
    }
}

fn either(a: Option<f64>, b: Option<f64>, join: impl Fn(f64, f64) -> f64) -> Option<f64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(join(a, b)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn step(at_text: &str, hours: u8, temperature: f64, sky: Sky) -> Step {
        Step {
            at: at(at_text),
            hours,
            temperature: Some(temperature),
            wind: None,
            wind_from: None,
            humidity: None,
            precipitation: Some(0.5),
            sky: Some(sky),
            night: false,
        }
    }

    fn forecast() -> Forecast {
        Forecast {
            updated: None,
            steps: vec![
                step("2025-11-25T09:00:00Z", 1, 4.0, Sky::Clear),
                step("2025-11-25T12:00:00Z", 6, 7.0, Sky::Rain),
                step("2025-11-25T23:30:00Z", 6, 1.0, Sky::Snow),
            ],
        }
    }

    #[test]
    fn now_is_the_step_that_has_begun_and_not_ended() {
        let forecast = forecast();
        assert_eq!(forecast.now(at("2025-11-25T09:59:00Z")).unwrap().temperature, Some(4.0));
        assert_eq!(forecast.now(at("2025-11-25T10:00:00Z")), None, "its hour is over");
        assert_eq!(forecast.now(at("2025-11-25T17:00:00Z")).unwrap().sky, Some(Sky::Rain));
        assert_eq!(forecast.now(at("2025-11-25T08:00:00Z")), None);
        assert_eq!(forecast.ahead(at("2025-11-25T09:59:00Z"), 9).count(), 3);
        assert_eq!(forecast.ahead(at("2025-11-25T10:30:00Z"), 1).next().unwrap().hours, 6);
    }

    #[test]
    fn days_are_those_of_the_place() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let days = forecast().days(at("2025-11-25T10:00:00Z"), &paris, 7);
        assert_eq!(days.len(), 2, "half past midnight in Paris");
        assert_eq!(
            (days[0].low, days[0].high, days[0].precipitation),
            (Some(4.0), Some(7.0), Some(1.0))
        );
        assert_eq!(days[0].sky, Some(Sky::Rain));
        assert_eq!(days[1].date, jiff::civil::date(2025, 11, 26));
        let utc = forecast().days(at("2025-11-26T10:00:00Z"), &TimeZone::UTC, 7);
        assert!(utc.is_empty(), "yesterday is no forecast");
    }
}
