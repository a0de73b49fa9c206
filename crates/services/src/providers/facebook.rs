//! Facebook: OAuth 2.0 (RFC 6749, section 4.1), then the Graph API for who it is. It vouches for no address: one that it
//! tells has still to be proved.

use super::{Kept, ProviderError, ProviderSettings, SLOWEST, address, answer, claim};
use crate::fetch::Fetcher;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Request;
use http::header::{ACCEPT, CONTENT_TYPE};
use masthead_domain::accounts::Claim;
use serde::Deserialize;
use sha2::Sha256;
use std::fmt::Write as _;
use url::Url;

const VERSION: &str = "v23.0";
const DIALOG: &str = "https://www.facebook.com";
const GRAPH: &str = "https://graph.facebook.com";

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[derive(Deserialize)]
struct Person {
    id: String,
    email: Option<String>,
}

fn at(provider: &ProviderSettings, usual: &str, path: &str) -> Result<Url, ProviderError> {
    let origin = match provider.issuer.trim_end_matches('/') {
        "" => usual,
        own => own,
    };
    address(&format!("{origin}/{VERSION}{path}"))
}

/// The page where people sign in.
pub(super) fn page(provider: &ProviderSettings) -> Result<Url, ProviderError> {
    at(provider, DIALOG, "/dialog/oauth")
}

/// Who somebody is.
pub(super) async fn who(
    fetcher: &Fetcher,
    provider: &ProviderSettings,
    back: &str,
    code: &str,
    kept: &Kept,
) -> Result<Claim, ProviderError> {
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", &provider.client_id)
        .append_pair("client_secret", &provider.client_secret)
        .append_pair("redirect_uri", back)
        .append_pair("code", code)
        .append_pair("code_verifier", &kept.verifier)
        .finish();
    let token = at(provider, GRAPH, "/oauth/access_token")?;
    let request = Request::post(token.as_str())
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(ACCEPT, "application/json")
        .body(form.into_bytes())
        .map_err(answer)?;
    let token: Token = read(fetcher, request).await?;
    let mut me = at(provider, GRAPH, "/me")?;
    me.query_pairs_mut()
        .append_pair("fields", "id,email")
        .append_pair("appsecret_proof", &proof(&provider.client_secret, &token.access_token)?)
        .append_pair("access_token", &token.access_token);
    let request = Request::get(me.as_str())
        .header(ACCEPT, "application/json")
        .body(Vec::new())
        .map_err(answer)?;
    let person: Person = read(fetcher, request).await?;
    claim(provider, &person.id, person.email.as_deref(), false)
}

/// What shows the Graph API that the token comes from somebody who knows the secret.
fn proof(secret: &str, token: &str) -> Result<String, ProviderError> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(answer)?;
    mac.update(token.as_bytes());
    let mut hex = String::new();
    for byte in mac.finalize().into_bytes() {
        write!(hex, "{byte:02x}").map_err(answer)?;
    }
    Ok(hex)
}

async fn read<T: serde::de::DeserializeOwned>(
    fetcher: &Fetcher,
    request: Request<Vec<u8>>,
) -> Result<T, ProviderError> {
    let response = fetcher.exchange(request, SLOWEST).await?;
    if !response.status().is_success() {
        // What it says may name the code or the token: the status alone goes into the log.
        return Err(answer(format!("it answers {}", response.status().as_u16())));
    }
    serde_json::from_slice(response.body()).map_err(|error| answer(format!("its answer can't be read: {error}")))
}
