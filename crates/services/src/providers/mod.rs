//! Signing in with other providers: OpenID Connect, with Google as a preset, Facebook, which speaks plain OAuth 2.0, and
//! the publisher's own accounts by a signed token.
//!
//! Everything goes through the guarded client, as the operator's own addresses do. What a provider says is believed only
//! as far as it is signed or was fetched from the provider itself with the code that the reader brought.

mod facebook;
mod jwt;
mod oidc;

pub use jwt::Algorithm;

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
    /// The publisher's own accounts: a page of theirs, and a signed token (JWT).
    Jwt,
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
    /// Where discovery begins (`oidc`), or who issues the tokens (`jwt`). With Facebook another address of its dialog and
    /// its Graph API, for a proxy.
    pub issuer: String,
    /// What the provider calls this network; the tokens' audience with `jwt`.
    pub client_id: String,
    /// The secret that goes with it; with `jwt` what HS256 is signed with.
    pub client_secret: String,
    /// Where the publisher's readers sign in (`jwt`).
    pub page: String,
    /// How tokens are signed (`jwt`).
    pub algorithm: Algorithm,
    /// The publisher's public key as a JSON Web Key, for RS256 and ES256 (`jwt`).
    pub key: String,
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
        let has_secret = self.kind == ProviderKind::Jwt || !self.client_secret.is_empty();
        if self.client_id.is_empty() || !has_secret {
            return Some("client_id and client_secret are what the provider gave this network");
        }
        let issuer_is_address = Url::parse(&self.issuer).is_ok_and(|url| url.has_host());
        let needs_issuer = matches!(self.kind, ProviderKind::Oidc | ProviderKind::Jwt) || !self.issuer.is_empty();
        if needs_issuer && !issuer_is_address {
            return Some("issuer is an address, such as https://id.example.org");
        }
        (self.kind == ProviderKind::Jwt).then(|| jwt::fault(self)).flatten()
    }
}

/// Pages below `/sign-in/` that are no providers.
const TAKEN: [&str; 6] = ["code", "link", "new-password", "passkey", "reset", "return"];

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

/// What a provider said.
#[derive(Clone, Debug)]
pub struct Said {
    /// Who it is.
    pub claim: Claim,
    /// What may be said once alone, where the provider's answer is the proof itself.
    pub once: Option<Once>,
}

impl From<Claim> for Said {
    fn from(claim: Claim) -> Self {
        Self { claim, once: None }
    }
}

/// A proof that counts once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// Its id, unique at its issuer.
    pub id: String,
    /// When it would no longer count by itself: until then the id has to be remembered.
    pub until: Timestamp,
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

/// Sends somebody to a provider. `back` is the address at which they arrive again; `again` asks the provider to have them
/// sign in there once more even where they are signed in (OpenID Connect Core 1.0, section 3.1.2.1).
///
/// # Errors
/// When the provider can't be asked where its pages are.
pub async fn depart(
    fetcher: &Fetcher,
    provider: &ProviderSettings,
    back: &str,
    again: bool,
) -> Result<Departure, ProviderError> {
    let state = codes::token()?;
    let kept = Kept {
        nonce: codes::token()?,
        verifier: codes::token()?,
    };
    let mut url = match provider.kind {
        ProviderKind::Oidc | ProviderKind::Google => oidc::page(fetcher, provider).await?,
        ProviderKind::Facebook => facebook::page(provider)?,
        ProviderKind::Jwt => jwt::page(provider)?,
    };
    if provider.kind == ProviderKind::Jwt {
        url.query_pairs_mut()
            .append_pair("return_to", back)
            .append_pair("state", &state)
            .append_pair("nonce", &kept.nonce);
        if again {
            url.query_pairs_mut().append_pair("prompt", "login");
        }
        return Ok(Departure {
            url: url.into(),
            state,
            kept,
        });
    }
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
            if again {
                query.append_pair("auth_type", "reauthenticate");
            }
        } else {
            if again {
                query.append_pair("prompt", "login");
            }
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
) -> Result<Said, ProviderError> {
    let said = async {
        match provider.kind {
            ProviderKind::Oidc | ProviderKind::Google => oidc::who(fetcher, provider, back, code, kept, now)
                .await
                .map(Said::from),
            ProviderKind::Facebook => facebook::who(fetcher, provider, back, code, kept).await.map(Said::from),
            ProviderKind::Jwt => jwt::who(provider, code, kept, now),
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
