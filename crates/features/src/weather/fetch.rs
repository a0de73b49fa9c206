//! Asking the service, politely: for places in use alone, when the last answer has expired and not at the same second for
//! all, with what was seen before, within a budget, and by the name of the operator (`services::fetch`).

use super::{IN_USE, JOB, Provider, Weather, changed};
use crate::app::App;
use masthead_domain::ids::EventId;
use masthead_domain::places::{PlaceId, Point};
use masthead_domain::time::Timestamp;
use masthead_services::fetch::{Conditional, FetchPolicy, FetchRequest, FetchResponse};
use masthead_store::forecasts::{self as rows, ForecastRecord};
use masthead_store::{StoreError, jobs};

/// The shortest and the longest pause between two requests for a place, in seconds, whatever the service says.
const SHORTEST: i64 = 10 * 60;
const LONGEST: i64 = 6 * 3_600;
/// The pause when the answer says nothing about it.
const USUAL: i64 = 30 * 60;
/// The longest pause of our own while the service doesn't answer. A page shows the hour in which it was made, and is made
/// anew with each try.
const DOWN: i64 = 3_600;
/// Requests are spread over so many seconds.
const SPREAD: u128 = 300;
/// The longest answer, in bytes; a complete one takes some 60,000.
const LARGEST: usize = 2 << 20;

impl Weather {
    /// Whether one more request may be made in this minute; if so, it is counted.
    fn may_ask(&self, now: Timestamp) -> bool {
        let minute = now.as_seconds().div_euclid(60);
        let mut spent = self.spent.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if spent.0 != minute {
            *spent = (minute, 0);
        }
        if spent.1 >= self.settings.requests_per_minute.max(1) {
            return false;
        }
        spent.1 += 1;
        true
    }

    /// The address of a point's forecast. Two decimals are a kilometre, which no forecast is finer than; services ask
    /// not to be sent more, so that neighbours are asked for alike.
    fn address(&self, point: Point) -> String {
        let url = if self.settings.url.is_empty() {
            self.settings.provider.usual_url()
        } else {
            &self.settings.url
        };
        let (latitude, longitude) = (point.latitude(), point.longitude());
        match self.settings.provider {
            Provider::OpenMeteo => format!(
                "{url}?latitude={latitude:.2}&longitude={longitude:.2}&hourly=temperature_2m,relative_humidity_2m,\
                 precipitation,weather_code,wind_speed_10m,wind_direction_10m,is_day&wind_speed_unit=ms\
                 &timeformat=unixtime&timezone=UTC&forecast_days=8"
            ),
            _ => format!("{url}?lat={latitude:.2}&lon={longitude:.2}"),
        }
    }
}

/// What became of a request.
enum Outcome {
    New(masthead_domain::weather::Forecast, Option<String>, i64),
    Same(i64),
    /// Why, and the pause that the service asks for.
    Failed(String, Option<i64>),
}

/// Fetches the forecast of a place, if it is still in use.
///
/// # Errors
/// When the store can't answer. A service that doesn't is asked again later.
pub async fn run(app: &App, key: &str) -> Result<(), StoreError> {
    let Ok(id) = key.parse::<PlaceId>() else {
        return Ok(());
    };
    let now = app.now();
    let Some(record) = rows::of_place(&mut app.db.reader().await?, id).await? else {
        return Ok(());
    };
    let is_used = now.micros_since(record.asked_at) < IN_USE * 1_000_000;
    let place = app.places.find(id).filter(|_| is_used && app.weather.is_on());
    let Some(place) = place else {
        let event = EventId::new(app.ids.as_ref());
        return app
            .db
            .write("weather.forget", move |tx| {
                Box::pin(async move {
                    rows::forget(tx, id).await?;
                    changed(tx, event, id, now).await
                })
            })
            .await;
    };
    // Nobody is asked twice in a second by all nodes and all places at once.
    let jitter = i64::try_from(app.ids.next_uuid().as_u128() % SPREAD).unwrap_or(0);
    if !app.weather.may_ask(now) {
        return again(app, id, now.plus_seconds(60 + jitter)).await;
    }
    let outcome = ask(app, place.point, &record, now).await;
    let failed_since = record.failed_at.unwrap_or(now);
    let provider = app.weather.settings.provider;
    let event = EventId::new(app.ids.as_ref());
    let (wait, kept) = match outcome {
        Outcome::New(forecast, validator, seconds) => (seconds, Some((Some(forecast), validator))),
        Outcome::Same(seconds) => (seconds, Some((None, None))),
        Outcome::Failed(reason, seconds) => {
            tracing::warn!(place = %id, %reason, "no forecast came");
            (seconds.unwrap_or_else(|| pause(now, failed_since)), None)
        }
    };
    let next = now.plus_seconds(wait.clamp(SHORTEST, LONGEST) + jitter);
    app.db
        .write("weather.keep", move |tx| {
            let kept = kept.clone();
            Box::pin(async move {
                match kept {
                    Some((Some(forecast), validator)) => {
                        rows::put(tx, id, provider.name(), &forecast, next, validator.as_deref()).await?;
                    }
                    Some((None, _)) => rows::holds(tx, id, next).await?,
                    None => rows::failed(tx, id, failed_since).await?,
                }
                jobs::schedule_in(
                    tx,
                    jobs::Lane::Fetch,
                    JOB,
                    &id.to_string(),
                    next,
                    &serde_json::Value::Null,
                )
                .await?;
                changed(tx, event, id, now).await
            })
        })
        .await
}

/// How long a service that doesn't answer is left alone: for as long as it has been silent, from ten minutes to an hour.
fn pause(now: Timestamp, failed_since: Timestamp) -> i64 {
    (now.micros_since(failed_since) / 1_000_000).clamp(SHORTEST, DOWN)
}

async fn again(app: &App, place: PlaceId, at: Timestamp) -> Result<(), StoreError> {
    app.db
        .write("weather.again", move |tx| {
            Box::pin(async move {
                jobs::schedule_in(
                    tx,
                    jobs::Lane::Fetch,
                    JOB,
                    &place.to_string(),
                    at,
                    &serde_json::Value::Null,
                )
                .await
                .map(|_| ())
            })
        })
        .await
}

async fn ask(app: &App, point: Point, record: &ForecastRecord, now: Timestamp) -> Outcome {
    let provider = app.weather.settings.provider;
    let url = app.weather.address(point);
    let mut request = FetchRequest::new(&url, FetchPolicy::Operator);
    request.accept = Some("application/json");
    request.max_bytes = Some(LARGEST);
    // What another provider said before can't be asked after.
    if record.provider == provider.name() && record.data.is_some() {
        request.conditional = Some(Conditional {
            etag: None,
            last_modified: record.validator.clone(),
        });
    }
    let response: FetchResponse = match app.fetcher.send(request).await {
        Ok(response) => response,
        Err(error) => return Outcome::Failed(error.to_string(), None),
    };
    let wait = response.headers.expires_in(now).unwrap_or(USUAL);
    match response.status {
        304 => Outcome::Same(wait),
        // 203 is how MET Norway says that a version will end.
        200 | 203 => match provider.read(&response.body) {
            Ok(forecast) => Outcome::New(forecast, response.headers.last_modified, wait),
            Err(problem) => Outcome::Failed(problem.to_string(), None),
        },
        status => {
            let pause = response
                .headers
                .retry_after_seconds(now)
                .and_then(|seconds| i64::try_from(seconds).ok());
            Outcome::Failed(format!("the service answered {status}"), pause)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weather::WeatherSettings;

    fn of(provider: Provider, url: &str) -> Weather {
        Weather::new(WeatherSettings {
            provider,
            url: url.into(),
            requests_per_minute: 2,
        })
    }

    #[test]
    fn no_more_is_asked_in_a_minute_than_was_set() {
        let weather = of(Provider::Met, "");
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let allowed = [0, 10, 59, 60, 61, 62].map(|second| weather.may_ask(at(second)));
        assert_eq!(allowed, [true, true, false, true, true, false]);
    }

    #[test]
    fn a_silent_service_is_asked_ever_more_seldom() {
        let at = |minutes: i64| Timestamp::from_micros(minutes * 60 * 1_000_000);
        let pauses = [0, 5, 20, 40, 600].map(|minutes| pause(at(minutes), at(0)) / 60);
        assert_eq!(pauses, [10, 10, 20, 40, 60]);
    }

    #[test]
    fn a_service_is_not_told_more_than_the_kilometre() {
        let point = Point::new(52.524_37, -13.410_53).unwrap();
        let met = of(Provider::Met, "").address(point);
        assert_eq!(
            met,
            "https://api.met.no/weatherapi/locationforecast/2.0/compact?lat=52.52&lon=-13.41"
        );
        let other = of(Provider::OpenMeteo, "http://127.0.0.1:9/forecast").address(point);
        assert!(
            other.starts_with("http://127.0.0.1:9/forecast?latitude=52.52&longitude=-13.41&hourly=temperature_2m,")
        );
        assert!(!other.contains(' '));
    }
}
