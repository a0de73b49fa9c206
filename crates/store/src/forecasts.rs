//! Forecasts of the places that readers ask for: what a service said last, and how asking it went.

use crate::db::{Conn, Json, StoreError, Tx};
use crate::{from_row, params, queries};
use masthead_domain::places::PlaceId;
use masthead_domain::time::Timestamp;
use masthead_domain::weather::Forecast;

queries! {
    hot OF_PLACE = "SELECT provider, data, fetched_at, expires_at, validator, asked_at, failed_at FROM forecasts WHERE place_id = $1";
    ASKED = "INSERT INTO forecasts (place_id, provider, asked_at) VALUES ($1, '', $2)
        ON CONFLICT (place_id) DO UPDATE SET asked_at = excluded.asked_at";
    PUT = "UPDATE forecasts SET provider = $2, data = $3, fetched_at = $4, expires_at = $5, validator = $6, failed_at = NULL
        WHERE place_id = $1";
    AGAIN = "UPDATE forecasts SET fetched_at = $2, expires_at = $3, failed_at = NULL WHERE place_id = $1";
    FAILED = "UPDATE forecasts SET failed_at = $2 WHERE place_id = $1";
    FORGET = "DELETE FROM forecasts WHERE place_id = $1";
}

/// What is kept of a place.
#[derive(Clone, Debug, PartialEq)]
pub struct ForecastRecord {
    /// Who made it: the provider's name in the settings; empty before the first answer.
    pub provider: String,
    /// The forecast; none before the first answer.
    pub data: Option<Json<Forecast>>,
    /// When the service last said that it holds.
    pub fetched_at: Option<Timestamp>,
    /// Until when the service need not be asked again.
    pub expires_at: Option<Timestamp>,
    /// `Last-Modified` of the answer.
    pub validator: Option<String>,
    /// When a reader last asked for the place.
    pub asked_at: Timestamp,
    /// Since when the service doesn't answer; none while it does.
    pub failed_at: Option<Timestamp>,
}

from_row!(ForecastRecord {
    provider,
    data,
    fetched_at,
    expires_at,
    validator,
    asked_at,
    failed_at
});

/// What is kept of a place.
///
/// # Errors
/// When the store can't answer.
pub async fn of_place(conn: &mut Conn, place: PlaceId) -> Result<Option<ForecastRecord>, StoreError> {
    conn.optional(OF_PLACE, params![i64::from(place.0)]).await
}

/// Notes that a reader asked for the place.
///
/// # Errors
/// When the store can't answer.
pub async fn asked(tx: &mut Tx, place: PlaceId, at: Timestamp) -> Result<(), StoreError> {
    tx.execute(ASKED, params![i64::from(place.0), at]).await?;
    Ok(())
}

/// Keeps a new forecast of a place that was asked for.
///
/// # Errors
/// When the store can't answer.
pub async fn put(
    tx: &mut Tx,
    place: PlaceId,
    provider: &str,
    forecast: &Forecast,
    expires_at: Timestamp,
    validator: Option<&str>,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(
        PUT,
        params![i64::from(place.0), provider, Json(forecast), now, expires_at, validator],
    )
    .await?;
    Ok(())
}

/// The forecast that is kept still holds.
///
/// # Errors
/// When the store can't answer.
pub async fn holds(tx: &mut Tx, place: PlaceId, expires_at: Timestamp) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(AGAIN, params![i64::from(place.0), now, expires_at]).await?;
    Ok(())
}

/// The service did not answer, since `since`.
///
/// # Errors
/// When the store can't answer.
pub async fn failed(tx: &mut Tx, place: PlaceId, since: Timestamp) -> Result<(), StoreError> {
    tx.execute(FAILED, params![i64::from(place.0), since]).await?;
    Ok(())
}

/// Nobody asks for the place any more.
///
/// # Errors
/// When the store can't answer.
pub async fn forget(tx: &mut Tx, place: PlaceId) -> Result<(), StoreError> {
    tx.execute(FORGET, params![i64::from(place.0)]).await?;
    Ok(())
}
