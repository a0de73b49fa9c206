//! The publisher's own accounts: a page of theirs signs people in and sends them back with a signed token (JWT, RFC 7519).
//!
//! The token is read as an ID token of OpenID Connect is, by the same library: issuer, audience, expiry, nonce and
//! signature. The one algorithm of the settings is believed and no other, so that a public key can't be taken for a shared
//! secret (RFC 8725, section 3.1). Beside that it has to say when it was issued, live shortly, and have an id, which the
//! caller lets count once.

use super::{Kept, Once, ProviderError, ProviderSettings, Said, address, answer, claim};
use masthead_domain::time::Timestamp;
use openidconnect::core::{
    CoreGenderClaim, CoreIdTokenVerifier, CoreJsonWebKey, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
};
use openidconnect::{AdditionalClaims, ClientId, ClientSecret, IdToken, IssuerUrl, JsonWebKey as _, Nonce};
use serde::{Deserialize, Serialize};
use std::str::FromStr as _;
use url::Url;

/// The longest that a token may live, in seconds.
const LONGEST_LIFE: i64 = 600;
/// How far the publisher's clock may differ from ours, in seconds.
const SKEW: i64 = 60;
/// Fewest bytes of a shared secret: as many as the digest has (RFC 7518, section 3.2).
const SHORTEST_SECRET: usize = 32;
/// Most bytes of a token.
const LONGEST: usize = 8 << 10;

/// How tokens of the publisher's own accounts are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// With a secret that both sides know (HMAC and SHA-256).
    #[default]
    HS256,
    /// With an RSA key of the publisher.
    RS256,
    /// With a key on the curve P-256 of the publisher.
    ES256,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct More {
    jti: String,
    nbf: Option<i64>,
}

impl AdditionalClaims for More {}

type Token = IdToken<More, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// What is wrong with a block of the settings, in words for the operator.
pub(super) fn fault(provider: &ProviderSettings) -> Option<&'static str> {
    if !Url::parse(&provider.page).is_ok_and(|page| page.has_host() && matches!(page.scheme(), "http" | "https")) {
        return Some("page is the address where the publisher's readers sign in");
    }
    match provider.algorithm {
        Algorithm::HS256 if !provider.key.is_empty() => {
            Some("HS256 is signed with client_secret; key is for RS256 and ES256")
        }
        Algorithm::HS256 if provider.client_secret.len() < SHORTEST_SECRET => {
            Some("client_secret has at least 32 bytes with HS256")
        }
        Algorithm::HS256 => None,
        Algorithm::RS256 | Algorithm::ES256 if !provider.client_secret.is_empty() => {
            Some("client_secret is for HS256; RS256 and ES256 need key alone")
        }
        Algorithm::RS256 | Algorithm::ES256 => keys(provider)
            .is_err()
            .then_some("key is the publisher's public key as a JSON Web Key that fits the algorithm"),
    }
}

fn keys(provider: &ProviderSettings) -> Result<CoreJsonWebKeySet, ProviderError> {
    let kind = match provider.algorithm {
        Algorithm::HS256 => return Ok(CoreJsonWebKeySet::new(Vec::new())),
        Algorithm::RS256 => "RSA",
        Algorithm::ES256 => "EC",
    };
    let key: CoreJsonWebKey = serde_json::from_str(&provider.key).map_err(answer)?;
    let is_kind = serde_json::to_value(key.key_type()).map_err(answer)? == kind;
    if is_kind {
        Ok(CoreJsonWebKeySet::new(vec![key]))
    } else {
        Err(answer("the key is of another kind than the algorithm"))
    }
}

/// The page where people sign in.
pub(super) fn page(provider: &ProviderSettings) -> Result<Url, ProviderError> {
    address(&provider.page)
}

/// Who a token says that somebody is.
pub(super) fn who(
    provider: &ProviderSettings,
    token: &str,
    kept: &Kept,
    now: Timestamp,
) -> Result<Said, ProviderError> {
    if token.len() > LONGEST {
        return Err(answer("its token is too long"));
    }
    let token = Token::from_str(token).map_err(|error| answer(format!("its token: {error}")))?;
    let (client, issuer) = (
        ClientId::new(provider.client_id.clone()),
        IssuerUrl::new(provider.issuer.clone()).map_err(answer)?,
    );
    let (verifier, algorithm) = match provider.algorithm {
        Algorithm::HS256 => (
            CoreIdTokenVerifier::new_confidential_client(
                client,
                ClientSecret::new(provider.client_secret.clone()),
                issuer,
                keys(provider)?,
            ),
            CoreJwsSigningAlgorithm::HmacSha256,
        ),
        Algorithm::RS256 => (
            CoreIdTokenVerifier::new_public_client(client, issuer, keys(provider)?),
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        ),
        Algorithm::ES256 => (
            CoreIdTokenVerifier::new_public_client(client, issuer, keys(provider)?),
            CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        ),
    };
    // The library's own type of a moment, which it knows how to read.
    let moment = serde_json::from_value(serde_json::Value::String(now.to_rfc3339())).map_err(answer)?;
    let verifier = verifier.set_allowed_algs([algorithm]).set_time_fn(move || moment);
    let claims = token
        .claims(&verifier, &Nonce::new(kept.nonce.clone()))
        .map_err(|error| answer(format!("its token: {error}")))?;
    let (issued, expires, now) = (
        claims.issue_time().timestamp(),
        claims.expiration().timestamp(),
        now.as_seconds(),
    );
    if issued > now.saturating_add(SKEW) || expires.saturating_sub(issued) > LONGEST_LIFE {
        return Err(answer(
            "its token was not issued just now, or lives longer than ten minutes",
        ));
    }
    let more = claims.additional_claims();
    if more.nbf.is_some_and(|from| from > now.saturating_add(SKEW)) {
        return Err(answer("its token doesn't count yet"));
    }
    if more.jti.is_empty() || more.jti.len() > 255 {
        return Err(answer("its token has no id"));
    }
    let email = claims.email().map(|email| email.as_str().to_owned());
    let verified = claims.email_verified().unwrap_or(false);
    Ok(Said {
        claim: claim(provider, claims.subject().as_str(), email.as_deref(), verified)?,
        once: Some(Once {
            id: more.jti.clone(),
            until: Timestamp::from_micros(expires.saturating_add(SKEW).saturating_mul(1_000_000)),
        }),
    })
}
