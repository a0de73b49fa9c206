//! Forecasts as weather services send them: MET Norway's Locationforecast 2.0 and Open-Meteo's.
//!
//! A reader takes the steps that it can read, in order; a document without any is refused with the reason.

mod met;
mod open_meteo;

pub use met::met;
pub use open_meteo::open_meteo;

use masthead_domain::weather::Forecast;

/// Why a document is no forecast.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeatherProblem {
    /// It is not JSON of this form.
    #[error("the document is no forecast of this form: {0}")]
    Form(String),
    /// It has no hour that could be read.
    #[error("the document holds no forecast")]
    Empty,
    /// The service says what is wrong.
    #[error("the service answers: {0}")]
    Said(String),
}

/// More steps than any service sends: two weeks by the quarter of an hour.
const MOST: usize = 1_500;

fn finished(mut forecast: Forecast) -> Result<Forecast, WeatherProblem> {
    forecast.steps.sort_by_key(|step| step.at);
    forecast.steps.dedup_by_key(|step| step.at);
    if forecast.steps.is_empty() {
        return Err(WeatherProblem::Empty);
    }
    Ok(forecast)
}

/// A number that can be one of weather: finite, and not further from zero than any unit goes.
fn sane(number: Option<f64>) -> Option<f64> {
    number.filter(|number| number.is_finite() && number.abs() < 1e5)
}
