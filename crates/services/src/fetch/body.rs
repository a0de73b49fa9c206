//! Reading a body no further than allowed.

use super::error::{self, FetchError};
use super::response::{FetchHeaders, FetchResponse};
use super::shown;
use bytes::{Bytes, BytesMut};
use url::Url;

/// Reads the whole body. It comes decompressed and piece by piece, so a small file that unpacks to gigabytes is cut off
/// at the limit and never held.
pub(super) async fn read(
    mut response: reqwest::Response,
    url: &Url,
    limit: usize,
) -> Result<FetchResponse, FetchError> {
    let too_large = || FetchError::TooLarge { url: shown(url), limit };
    // An honest server says beforehand that it is no use to begin.
    if response.content_length().is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    let status = response.status().as_u16();
    let headers = FetchHeaders::of(response.headers());
    let mut body = BytesMut::new();
    while let Some(piece) = response
        .chunk()
        .await
        .map_err(|error| error::from_reqwest(url, &error))?
    {
        if body.len() + piece.len() > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&piece);
    }
    let body = if status == 304 { Bytes::new() } else { body.freeze() };
    Ok(FetchResponse {
        status,
        headers,
        body,
        final_url: url.clone(),
    })
}
