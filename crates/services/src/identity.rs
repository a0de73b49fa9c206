//! Signing in with somebody else's word: OpenID Connect (Core 1.0, authorization code flow with PKCE, state and nonce)
//! and Facebook, which has OAuth 2.0 without it.
//!
//! All of it goes through the guarded client: providers are the operator's choice, so that `outgoing.allow` counts.

use crate::fetch::{FetchError, Fetcher};
use masthead_domain::accounts::{Claim, Email};
use masthead_domain::time::Clock;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, OAuth2TokenResponse as _,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _,
};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// The longest answer of a provider.
const LONGEST: usize = 1 << 20;

/// How a provider is spoken with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderKind {
    /// OpenID Connect, found by its issuer.
    #[default]
    Oidc,
    /// Facebook.
    Facebook,
}

/// `[accounts.providers.NAME]` of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderSettings {
    /// How it is spoken with.
    pub kind: ProviderKind,
    /// As readers see it; the name of the block when empty.
    pub name: String,
    /// The issuer of an OpenID provider, `https://accounts.google.com`.
    pub issuer: String,
    /// Whom the provider knows us as.
    pub client_id: String,
    /// What we share with it.
    pub client_secret: String,
    /// Facebook's dialog, where it is not the usual one.
    pub authorize_url: String,
    /// Facebook's token endpoint, where it is not the usual one.
    pub token_url: String,
    /// Facebook's `me`, where it is not the usual one.
    pub user_url: String,
}

/// Why somebody can't be signed in with a provider.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The settings can't be used.
    #[error("the provider's settings can't be used: {0}")]
    Settings(String),
    /// It does not answer, or with an error of its own.
    #[error("the provider does not answer: {0}")]
    Away(String),
    /// It refused the code: too old, used, or never given.
    #[error("the provider refused the code: {0}")]
    Refused(String),
    /// What it says can't be believed: signature, issuer, audience, time or nonce is wrong.
    #[error("the provider's answer can't be believed: {0}")]
    Untrue(String),
}

/// The beginning of signing in.
#[derive(Clone, Debug)]
pub struct Start {
    /// Where the browser goes.
    pub address: String,
    /// What has to be kept until it comes back.
    pub kept: Kept,
}

/// What is kept until the browser comes back: it never leaves the program.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    nonce: String,
    verifier: String,
}

/// A provider that people sign in with. Clones share what was found out about it.
#[derive(Clone)]
pub struct Provider {
    /// Its name in the settings, and in addresses.
    pub key: String,
    settings: Arc<ProviderSettings>,
    fetcher: Fetcher,
    clock: Arc<dyn Clock>,
    /// Read once an hour: keys are changed now and then. A std mutex: nothing awaits while it is held.
    found: Arc<Mutex<Option<(i64, CoreProviderMetadata)>>>,
}

/// Seconds that what was found out counts.
const FOUND_SECONDS: i64 = 3_600;

#[derive(Deserialize)]
struct FacebookToken {
    access_token: String,
}

#[derive(Deserialize)]
struct FacebookUser {
    id: String,
    email: Option<String>,
}

impl Provider {
    /// A provider of the settings.
    pub fn new(key: &str, settings: ProviderSettings, fetcher: Fetcher, clock: Arc<dyn Clock>) -> Self {
        Self {
            key: key.to_owned(),
            settings: Arc::new(settings),
            fetcher,
            clock,
            found: Arc::default(),
        }
    }

    /// The name that readers see.
    pub fn name(&self) -> &str {
        if self.settings.name.is_empty() {
            &self.key
        } else {
            &self.settings.name
        }
    }

    /// Begins: `state` is bound to the browser by the caller, `redirect` is where the provider sends it back.
    ///
    /// # Errors
    /// [`IdentityError::Settings`], [`IdentityError::Away`].
    pub async fn start(&self, state: &str, redirect: &str) -> Result<Start, IdentityError> {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let nonce = Nonce::new_random();
        let address = match self.settings.kind {
            ProviderKind::Oidc => {
                let metadata = self.discover().await?;
                let (state, fixed) = (state.to_owned(), nonce.clone());
                let (address, _, _) = CoreClient::from_provider_metadata(
                    metadata,
                    ClientId::new(self.settings.client_id.clone()),
                    Some(ClientSecret::new(self.settings.client_secret.clone())),
                )
                .set_redirect_uri(redirect_url(redirect)?)
                .authorize_url(
                    CoreAuthenticationFlow::AuthorizationCode,
                    move || CsrfToken::new(state.clone()),
                    move || fixed.clone(),
                )
                .add_scope(Scope::new("email".into()))
                .set_pkce_challenge(challenge)
                .url();
                address
            }
            ProviderKind::Facebook => {
                let mut address = self.endpoint(
                    &self.settings.authorize_url,
                    "https://www.facebook.com/v23.0/dialog/oauth",
                )?;
                address
                    .query_pairs_mut()
                    .append_pair("client_id", &self.settings.client_id)
                    .append_pair("redirect_uri", redirect)
                    .append_pair("state", state)
                    .append_pair("response_type", "code")
                    .append_pair("scope", "email")
                    .append_pair("code_challenge", challenge.as_str())
                    .append_pair("code_challenge_method", "S256");
                address
            }
        };
        Ok(Start {
            address: address.to_string(),
            kept: Kept {
                nonce: nonce.secret().clone(),
                verifier: verifier.into_secret(),
            },
        })
    }

    /// Ends: exchanges the code that the browser brought for who it is.
    ///
    /// # Errors
    /// [`IdentityError`].
    pub async fn finish(&self, code: &str, redirect: &str, kept: &Kept) -> Result<Claim, IdentityError> {
        match self.settings.kind {
            ProviderKind::Oidc => self.finish_oidc(code, redirect, kept).await,
            ProviderKind::Facebook => self.finish_facebook(code, redirect, kept).await,
        }
    }

    async fn finish_oidc(&self, code: &str, redirect: &str, kept: &Kept) -> Result<Claim, IdentityError> {
        let untrue = |error: &dyn std::fmt::Display| IdentityError::Untrue(error.to_string());
        let metadata = self.discover().await?;
        let http = |request| self.exchange(request);
        let client = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new(self.settings.client_id.clone()),
            Some(ClientSecret::new(self.settings.client_secret.clone())),
        )
        .set_redirect_uri(redirect_url(redirect)?);
        let token = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|error| IdentityError::Settings(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(kept.verifier.clone()))
            .request_async(&http)
            .await
            .map_err(|error| match error {
                openidconnect::RequestTokenError::ServerResponse(refused) => {
                    IdentityError::Refused(refused.error().to_string())
                }
                openidconnect::RequestTokenError::Request(error) => IdentityError::Away(error.to_string()),
                other => IdentityError::Away(other.to_string()),
            })?;
        let id_token = token.id_token().ok_or_else(|| untrue(&"there is no id token"))?;
        let clock = Arc::clone(&self.clock);
        let verifier = client.id_token_verifier().set_time_fn(move || {
            let micros = u64::try_from(clock.now().as_micros()).unwrap_or(0);
            (std::time::UNIX_EPOCH + std::time::Duration::from_micros(micros)).into()
        });
        let claims = id_token
            .claims(&verifier, &Nonce::new(kept.nonce.clone()))
            .map_err(|error| untrue(&error))?;
        if let Some(expected) = claims.access_token_hash() {
            let key = id_token.signing_key(&verifier).map_err(|error| untrue(&error))?;
            let algorithm = id_token.signing_alg().map_err(|error| untrue(&error))?;
            let actual = AccessTokenHash::from_token(token.access_token(), algorithm, key);
            if actual.map_err(|error| untrue(&error))? != *expected {
                return Err(untrue(&"the access token belongs to another answer"));
            }
        }
        let subject = claims.subject().to_string();
        let mut email = claims.email().map(|email| email.as_str().to_owned());
        let mut verified = claims.email_verified();
        if email.is_none()
            && let Ok(asking) = client.user_info(token.access_token().clone(), Some(claims.subject().clone()))
        {
            // Many providers keep the address out of the token.
            let user: CoreUserInfoClaims = asking
                .request_async(&http)
                .await
                .map_err(|error| IdentityError::Away(error.to_string()))?;
            email = user.email().map(|email| email.as_str().to_owned());
            verified = user.email_verified();
        }
        Ok(self.claim(subject, email.as_deref(), verified == Some(true)))
    }

    async fn finish_facebook(&self, code: &str, redirect: &str, kept: &Kept) -> Result<Claim, IdentityError> {
        let mut address = self.endpoint(
            &self.settings.token_url,
            "https://graph.facebook.com/v23.0/oauth/access_token",
        )?;
        address
            .query_pairs_mut()
            .append_pair("client_id", &self.settings.client_id)
            .append_pair("client_secret", &self.settings.client_secret)
            .append_pair("redirect_uri", redirect)
            .append_pair("code", code)
            .append_pair("code_verifier", &kept.verifier);
        let token: FacebookToken = self.ask(&address).await?;
        let mut address = self.endpoint(&self.settings.user_url, "https://graph.facebook.com/v23.0/me")?;
        address
            .query_pairs_mut()
            .append_pair("fields", "id,email")
            .append_pair("access_token", &token.access_token);
        let user: FacebookUser = self.ask(&address).await?;
        // Facebook doesn't say whether an address was ever proved: it is proved here, by a mail.
        Ok(self.claim(user.id, user.email.as_deref(), false))
    }

    fn claim(&self, subject: String, email: Option<&str>, verified: bool) -> Claim {
        Claim {
            provider: self.key.clone(),
            subject: subject.chars().filter(|c| *c != '\0').take(255).collect(),
            email: email.and_then(|email| Email::parse(email).ok()),
            email_verified: verified,
        }
    }

    async fn ask<T: serde::de::DeserializeOwned>(&self, address: &Url) -> Result<T, IdentityError> {
        let request = http::Request::get(address.as_str())
            .header(http::header::ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(|error| IdentityError::Settings(error.to_string()))?;
        let answer = self.fetcher.exchange(request, LONGEST).await;
        // The address holds secrets and stands in no message.
        let answer = answer.map_err(|_| IdentityError::Away("no answer".into()))?;
        match answer.status {
            200 => serde_json::from_slice(&answer.body).map_err(|error| IdentityError::Untrue(error.to_string())),
            400..=499 => Err(IdentityError::Refused(format!("status {}", answer.status))),
            status => Err(IdentityError::Away(format!("status {status}"))),
        }
    }

    fn endpoint(&self, own: &str, usual: &str) -> Result<Url, IdentityError> {
        Url::parse(if own.is_empty() { usual } else { own }).map_err(|error| IdentityError::Settings(error.to_string()))
    }

    async fn discover(&self) -> Result<CoreProviderMetadata, IdentityError> {
        let now = self.clock.now().as_seconds();
        let known = self.found.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, metadata)) = known
            && (0..FOUND_SECONDS).contains(&(now - at))
        {
            return Ok(metadata);
        }
        let issuer = IssuerUrl::new(self.settings.issuer.clone())
            .map_err(|error| IdentityError::Settings(format!("issuer: {error}")))?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &|request| self.exchange(request))
            .await
            .map_err(|error| IdentityError::Away(error.to_string()))?;
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, metadata.clone()));
        Ok(metadata)
    }

    async fn exchange(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, FetchError> {
        let answer = self.fetcher.exchange(request, LONGEST).await?;
        let mut response = http::Response::new(answer.body.to_vec());
        *response.status_mut() = http::StatusCode::from_u16(answer.status).unwrap_or(http::StatusCode::BAD_GATEWAY);
        if let Some(kind) = answer.headers.content_type
            && let Ok(kind) = http::HeaderValue::try_from(kind)
        {
            response.headers_mut().insert(http::header::CONTENT_TYPE, kind);
        }
        Ok(response)
    }
}

fn redirect_url(redirect: &str) -> Result<RedirectUrl, IdentityError> {
    RedirectUrl::new(redirect.to_owned()).map_err(|error| IdentityError::Settings(error.to_string()))
}
