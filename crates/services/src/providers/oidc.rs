//! OpenID Connect Core 1.0 with discovery: the code flow with PKCE and a nonce. `openidconnect` checks what is signed.

use super::{Kept, ProviderError, ProviderKind, ProviderSettings, SLOWEST, address, answer, claim};
use crate::fetch::{FetchError, Fetcher};
use masthead_domain::accounts::Claim;
use masthead_domain::time::Timestamp;
use openidconnect::core::{CoreClient, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, DiscoveryError, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeVerifier, RedirectUrl, RequestTokenError, TokenResponse as _,
};
use url::Url;

const GOOGLE: &str = "https://accounts.google.com";

/// Signatures that are believed: those with a public key. `none`, and ones with a secret that both sides know, are not.
const SIGNATURES: [CoreJwsSigningAlgorithm; 6] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];

async fn ask(fetcher: Fetcher, request: HttpRequest) -> Result<HttpResponse, FetchError> {
    fetcher.exchange(request, SLOWEST).await
}

async fn discover(fetcher: &Fetcher, provider: &ProviderSettings) -> Result<CoreProviderMetadata, ProviderError> {
    let issuer = match provider.kind {
        ProviderKind::Google if provider.issuer.is_empty() => GOOGLE,
        _ => provider.issuer.as_str(),
    };
    let issuer = IssuerUrl::new(issuer.to_owned()).map_err(answer)?;
    let http = |request: HttpRequest| ask(fetcher.clone(), request);
    CoreProviderMetadata::discover_async(issuer, &http)
        .await
        .map_err(|error| match error {
            DiscoveryError::Request(error) => ProviderError::Unreachable(error),
            other => answer(format!("its discovery document: {other}")),
        })
}

/// The page where people sign in.
pub(super) async fn page(fetcher: &Fetcher, provider: &ProviderSettings) -> Result<Url, ProviderError> {
    let metadata = discover(fetcher, provider).await?;
    address(metadata.authorization_endpoint().as_str())
}

/// Who somebody is: the code becomes a signed token, and what it leaves open is asked of the userinfo endpoint.
pub(super) async fn who(
    fetcher: &Fetcher,
    provider: &ProviderSettings,
    back: &str,
    code: &str,
    kept: &Kept,
    now: Timestamp,
) -> Result<Claim, ProviderError> {
    let metadata = discover(fetcher, provider).await?;
    let asks_userinfo = metadata.userinfo_endpoint().is_some();
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new(provider.client_id.clone()),
        Some(ClientSecret::new(provider.client_secret.clone())),
    )
    .set_redirect_uri(RedirectUrl::new(back.to_owned()).map_err(answer)?);
    let http = |request: HttpRequest| ask(fetcher.clone(), request);
    let tokens = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .map_err(answer)?
        .set_pkce_verifier(PkceCodeVerifier::new(kept.verifier.clone()))
        .request_async(&http)
        .await
        .map_err(|error| match error {
            RequestTokenError::Request(error) => ProviderError::Unreachable(error),
            other => answer(format!("it gives no token: {other}")),
        })?;
    // The library's own type of a moment, which it knows how to read.
    let moment = serde_json::from_value(serde_json::Value::String(now.to_rfc3339())).map_err(answer)?;
    let verifier = client
        .id_token_verifier()
        .set_allowed_algs(SIGNATURES)
        .set_time_fn(move || moment);
    let signed = tokens.id_token().ok_or_else(|| answer("it gives no ID token"))?;
    let claims = signed
        .claims(&verifier, &Nonce::new(kept.nonce.clone()))
        .map_err(|error| answer(format!("its ID token: {error}")))?;
    let subject = claims.subject().clone();
    let mut email = claims.email().map(|email| email.as_str().to_owned());
    let mut verified = claims.email_verified().unwrap_or(false);
    if email.is_none() && asks_userinfo {
        let info: CoreUserInfoClaims = client
            .user_info(tokens.access_token().clone(), Some(subject.clone()))
            .map_err(answer)?
            .request_async(&http)
            .await
            .map_err(|error| answer(format!("its userinfo: {error}")))?;
        email = info.email().map(|email| email.as_str().to_owned());
        verified = info.email_verified().unwrap_or(false);
    }
    claim(provider, subject.as_str(), email.as_deref(), verified)
}
