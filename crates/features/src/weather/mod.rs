//! Weather: forecasts for the places that readers ask for, from one service.
//!
//! A page that shows a place notes that it was asked for; from then on a due job fetches its forecast whenever the last
//! one expires, until nobody has asked for some days. So that asking can be seen, a page of the weather is not pressed
//! again when a forecast comes but let go of: the next reader has it made.

pub mod fetch;
mod pages;

pub(crate) use pages::{page, piece};

use crate::app::App;
use masthead_domain::events::Event;
use masthead_domain::ids::EventId;
use masthead_domain::places::PlaceId;
use masthead_domain::time::Timestamp;
use masthead_domain::weather::Forecast;
use masthead_formats::weather::{self as formats, WeatherProblem};
use masthead_gazetteer::Place;
use masthead_store::forecasts::{self as rows, ForecastRecord};
use masthead_store::{StoreError, Tx, jobs, log};
use masthead_web::surrogate::SurrogateKey;
use serde::{Deserialize, Serialize};
use std::sync::Mutex;

/// Kind of the job that fetches a forecast; its key is the place.
pub const JOB: &str = "weather.fetch";

/// That a place was asked for is written down at most this often, in seconds.
const NOTED_EVERY: i64 = 6 * 3_600;
/// After so many seconds without a reader a place's forecast is no longer fetched.
const IN_USE: i64 = 3 * 24 * 3_600;

/// Who is asked for forecasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Provider {
    /// Nobody: pages have no weather.
    #[default]
    None,
    /// MET Norway's Locationforecast 2.0.
    Met,
    /// Open-Meteo.
    OpenMeteo,
    /// Nobody: forecasts are brought in by hand, as the demo's are, and pages say that they are no real ones.
    Demo,
}

impl Provider {
    /// The stable name, in the store and in strings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Met => "met",
            Self::OpenMeteo => "open-meteo",
            Self::Demo => "demo",
        }
    }

    /// Where the service is, unless the settings say otherwise.
    const fn usual_url(self) -> &'static str {
        match self {
            Self::Met => "https://api.met.no/weatherapi/locationforecast/2.0/compact",
            Self::OpenMeteo => "https://api.open-meteo.com/v1/forecast",
            Self::None | Self::Demo => "",
        }
    }

    fn read(self, bytes: &[u8]) -> Result<Forecast, WeatherProblem> {
        match self {
            Self::OpenMeteo => formats::open_meteo(bytes),
            Self::Met | Self::Demo | Self::None => formats::met(bytes),
        }
    }
}

/// `[weather]` of the settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WeatherSettings {
    /// Who is asked.
    pub provider: Provider,
    /// The service's address without a query; its usual one when empty.
    pub url: String,
    /// The most requests a minute from this node.
    pub requests_per_minute: u32,
}

impl Default for WeatherSettings {
    fn default() -> Self {
        Self {
            provider: Provider::None,
            url: String::new(),
            requests_per_minute: 20,
        }
    }
}

/// What fetching forecasts needs.
#[derive(Debug, Default)]
pub struct Weather {
    settings: WeatherSettings,
    /// The present minute, and the requests that were made in it. A std mutex: nothing awaits while it is held.
    spent: Mutex<(i64, u32)>,
}

impl Weather {
    /// From the settings.
    pub fn new(settings: WeatherSettings) -> Self {
        Self {
            settings,
            spent: Mutex::default(),
        }
    }

    /// Whether pages have weather.
    pub fn is_on(&self) -> bool {
        self.settings.provider != Provider::None
    }

    /// Whether forecasts are made up, as the demo's are.
    pub fn is_made_up(&self) -> bool {
        self.settings.provider == Provider::Demo
    }

    /// Whether nobody has begun to ask for a place that a reader wants to see. What another provider said before is shown
    /// until this one answers, and this one is asked once: a failed try has a job of its own.
    fn is_to_begin(&self, record: Option<&ForecastRecord>) -> bool {
        let is_anothers = |record: &ForecastRecord| {
            record.data.is_some() && record.provider != self.settings.provider.name() && record.failed_at.is_none()
        };
        !self.is_made_up() && record.is_none_or(is_anothers)
    }
}

/// The key of the pages that show the weather of a place.
pub(crate) fn key(place: PlaceId) -> SurrogateKey {
    SurrogateKey::list(&format!("forecast/{place}"))
}

/// What is known of a place; what is asked for by a reader is fetched from now on.
async fn asked(app: &App, place: &Place<'_>) -> Result<Option<ForecastRecord>, StoreError> {
    let (id, now) = (place.id, app.now());
    let record = rows::of_place(&mut app.db.reader().await?, id).await?;
    let begins = app.weather.is_to_begin(record.as_ref());
    let is_noted = record
        .as_ref()
        .is_some_and(|record| now.micros_since(record.asked_at) < NOTED_EVERY * 1_000_000);
    if is_noted && !begins {
        return Ok(record);
    }
    let noted = app.db.write("weather.asked", move |tx| {
        Box::pin(async move {
            rows::asked(tx, id, now).await?;
            if begins {
                jobs::schedule_in(
                    tx,
                    jobs::Lane::Fetch,
                    JOB,
                    &id.to_string(),
                    now,
                    &serde_json::Value::Null,
                )
                .await?;
            }
            Ok::<_, StoreError>(())
        })
    });
    // Who reads while the database takes no writes is shown what there is.
    if let Err(error) = noted.await {
        tracing::debug!(%error, "that a place's weather was asked for can't be written down");
    }
    Ok(record)
}

/// Says that a place's forecast changed, or that it did not come.
async fn changed(tx: &mut Tx, id: EventId, place: PlaceId, now: Timestamp) -> Result<(), StoreError> {
    let event = Event::ForecastChanged { place };
    log::append(tx, id, event.kind(), &event.data(), now).await.map(|_| ())
}

/// Why a forecast can't be brought in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It can't be read.
    #[error(transparent)]
    Document(#[from] WeatherProblem),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Brings in a forecast by hand, as the provider of the settings would send it, until `expires_at`.
///
/// # Errors
/// [`ImportError`].
pub async fn import(app: &App, place: PlaceId, document: &[u8], expires_at: Timestamp) -> Result<(), ImportError> {
    let provider = app.weather.settings.provider;
    let forecast = provider.read(document)?;
    let (now, event) = (app.now(), EventId::new(app.ids.as_ref()));
    app.db
        .write("weather.import", move |tx| {
            let forecast = forecast.clone();
            Box::pin(async move {
                rows::asked(tx, place, now).await?;
                rows::put(tx, place, provider.name(), &forecast, expires_at, None).await?;
                changed(tx, event, place, now).await
            })
        })
        .await
        .map_err(|error: StoreError| ImportError::Store(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use masthead_store::Json;

    #[test]
    fn another_providers_forecast_is_asked_for_anew_and_once() {
        let weather = |provider| {
            Weather::new(WeatherSettings {
                provider,
                ..WeatherSettings::default()
            })
        };
        let record = ForecastRecord {
            provider: "demo".to_owned(),
            data: Some(Json(Forecast::default())),
            fetched_at: Some(Timestamp::from_micros(0)),
            expires_at: None,
            validator: None,
            asked_at: Timestamp::from_micros(0),
            failed_at: None,
        };
        let met = weather(Provider::Met);
        assert!(met.is_to_begin(None) && met.is_to_begin(Some(&record)));
        let silent = ForecastRecord {
            failed_at: Some(Timestamp::from_micros(0)),
            ..record.clone()
        };
        assert!(!met.is_to_begin(Some(&silent)), "a job tries again");
        assert!(!weather(Provider::Demo).is_to_begin(None), "nobody is asked");
        let own = ForecastRecord {
            provider: "met".to_owned(),
            ..record
        };
        assert!(!met.is_to_begin(Some(&own)));
    }
}
