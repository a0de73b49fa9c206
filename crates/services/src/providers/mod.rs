//! Signing in with other providers: OpenID Connect, with Google as a preset, and Facebook, which speaks plain OAuth 2.0.
//!
//! Everything goes through the guarded client, as the operator's own addresses do. What a provider says is believed only
//! as far as it is signed or was fetched from the provider itself with the code that the reader brought.

mod facebook;
mod oidc;

use crate::clock::NoRandomness;
use crate::codes;
use crate::fetch::{FetchError, Fetcher};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use masthead_domain::accounts::{Claim, Email};
use masthead_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::time::Duration;
use url::Url;

/// A provider that takes longer than this has no reader waiting for it any more.
const SLOWEST: Duration = Duration::from_secs(8);

/// Which protocol a provider speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProviderKind {
    /// OpenID Connect with discovery.
    #[default]
    Oidc,
    /// Google: OpenID Connect at `https://accounts.google.com`.
    Google,
    /// Facebook: OAuth 2.0 and the Graph API.
    Facebook,
}

/// One block of `[[accounts.providers]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderSettings {
    /// The name in addresses, `/sign-in/NAME`: small letters, digits and hyphens.
    pub name: String,
    /// Which protocol it speaks.
    pub kind: ProviderKind,
    /// What readers call it; the name when empty.
    pub label: String,
    /// Where discovery begins (`oidc`). With Facebook another address of its dialog and its Graph API, for a proxy.
    pub issuer: String,
    /// What the provider calls this network.
    pub client_id: String,
    /// The secret that goes with it.
    pub client_secret: String,
}

impl ProviderSettings {
    /// What readers call it.
    pub fn label(&self) -> &str {
        if self.label.is_empty() { &self.name } else { &self.label }
    }

    /// What is wrong with the block, in words for the operator.
    pub fn fault(&self) -> Option<&'static str> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.name.is_empty() || !self.name.bytes().all(plain) {
            return Some("name is made of small letters, digits and hyphens");
        }
        if TAKEN.contains(&self.name.as_str()) {
            return Some("name is that of a page of sign-in; choose another");
        }
        if self.client_id.is_empty() || self.client_secret.is_empty() {
            return Some("client_id and client_secret are what the provider gave this network");
        }
        let issuer_is_address = Url::parse(&self.issuer).is_ok_and(|url| url.has_host());
        let needs_issuer = self.kind == ProviderKind::Oidc || !self.issuer.is_empty();
        (needs_issuer && !issuer_is_address).then_some("issuer is an address, such as https://id.example.org")
    }
}

/// Pages below `/sign-in/` that are no providers.
const TAKEN: [&str; 5] = ["code", "link", "new-password", "reset", "return"];

/// A sign-in that begins: where the reader goes, and what is kept until they are back.
#[derive(Clone, Debug)]
pub struct Departure {
    /// The provider's page.
    pub url: String,
    /// What the answer has to name.
    pub state: String,
    /// What has to be kept, unseen by the browser.
    pub kept: Kept,
}

/// What is kept while a reader is at a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// What the signed answer has to name (OpenID Connect Core 1.0, section 3.1.2.1).
    pub nonce: String,
    /// The secret behind the challenge (RFC 7636).
    pub verifier: String,
}

/// Why a provider's word was not had.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// It can't be reached, or takes too long.
    #[error(transparent)]
    Unreachable(#[from] FetchError),
    /// It said no, or something that can't be believed.
    #[error("{0}")]
    Answer(String),
    /// There is no randomness.
    #[error(transparent)]
    Random(#[from] NoRandomness),
}

fn answer(what: impl std::fmt::Display) -> ProviderError {
    ProviderError::Answer(what.to_string())
}

/// Sends somebody to a provider. `back` is the address at which they arrive again.
///
/// # Errors
/// When the provider can't be asked where its pages are.
pub async fn depart(fetcher: &Fetcher, provider: &ProviderSettings, back: &str) -> Result<Departure, ProviderError> {
    let state = codes::token()?;
    let kept = Kept {
        nonce: codes::token()?,
        verifier: codes::token()?,
    };
    let mut url = match provider.kind {
        ProviderKind::Oidc | ProviderKind::Google => oidc::page(fetcher, provider).await?,
        ProviderKind::Facebook => facebook::page(provider)?,
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(kept.verifier.as_bytes()));
    {
        let mut query = url.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &provider.client_id)
            .append_pair("redirect_uri", back)
            .append_pair("state", &state)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        if provider.kind == ProviderKind::Facebook {
            query.append_pair("scope", "email");
        } else {
            query
                .append_pair("scope", "openid email")
                .append_pair("nonce", &kept.nonce);
        }
    }
    Ok(Departure {
        url: url.into(),
        state,
        kept,
    })
}

/// What the provider says of somebody who came back with a code.
///
/// # Errors
/// [`ProviderError`] when it says nothing that can be believed.
pub async fn arrive(
    fetcher: &Fetcher,
    provider: &ProviderSettings,
    back: &str,
    code: &str,
    kept: &Kept,
    now: Timestamp,
) -> Result<Claim, ProviderError> {
    let said = async {
        match provider.kind {
            ProviderKind::Oidc | ProviderKind::Google => oidc::who(fetcher, provider, back, code, kept, now).await,
            ProviderKind::Facebook => facebook::who(fetcher, provider, back, code, kept).await,
        }
    };
    tokio::time::timeout(SLOWEST, said)
        .await
        .unwrap_or(Err(ProviderError::Unreachable(FetchError::TimedOut(SLOWEST))))
}

/// A claim of what a provider told. An address that is none is left out; one that is too long for an identity is a fault.
fn claim(
    provider: &ProviderSettings,
    subject: &str,
    email: Option<&str>,
    email_verified: bool,
) -> Result<Claim, ProviderError> {
    if subject.is_empty() || subject.len() > 255 || subject.contains('\0') {
        return Err(answer("the provider names nobody"));
    }
    let email = email.and_then(|email| Email::parse(email).ok());
    Ok(Claim {
        provider: provider.name.clone(),
        subject: subject.to_owned(),
        email_verified: email_verified && email.is_some(),
        email,
    })
}

fn address(text: &str) -> Result<Url, ProviderError> {
    Url::parse(text).map_err(|error| answer(format!("'{text}' is no address: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_of_the_settings_is_looked_at() {
        let good = ProviderSettings {
            name: "club".into(),
            issuer: "https://id.example.org".into(),
            client_id: "a".into(),
            client_secret: "b".into(),
            ..ProviderSettings::default()
        };
        assert_eq!(good.fault(), None);
        for bad in [
            ProviderSettings {
                name: "Club".into(),
                ..good.clone()
            },
            ProviderSettings {
                name: "reset".into(),
                ..good.clone()
            },
            ProviderSettings {
                client_secret: String::new(),
                ..good.clone()
            },
            ProviderSettings {
                issuer: String::new(),
                ..good.clone()
            },
            ProviderSettings {
                issuer: "id".into(),
                ..good.clone()
            },
        ] {
            assert!(bad.fault().is_some(), "{bad:?}");
        }
        let google = ProviderSettings {
            kind: ProviderKind::Google,
            issuer: String::new(),
            ..good
        };
        assert_eq!(google.fault(), None);
    }

    #[test]
    fn nobody_without_a_subject_and_no_address_that_is_none() {
        let provider = ProviderSettings::default();
        assert!(claim(&provider, "", None, false).is_err());
        assert!(claim(&provider, &"x".repeat(300), None, false).is_err());
        let said = claim(&provider, "1", Some("no address"), true).unwrap();
        assert_eq!((said.email, said.email_verified), (None, false));
    }
}
