//! Passkeys (WebAuthn level 3): a key pair whose private half stays with its owner's device or keychain.
//!
//! The party that they are made for is the accounts host alone, by its name without a port; a browser shows them to no
//! other. Every one asks for the person (a finger, a face, a PIN), and is kept so that it names its owner by itself: no
//! address has to be typed first. What is kept between question and answer is a document that the caller stores and uses
//! once; the library refuses it after five minutes by the system's clock.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;
use uuid::Uuid;
use webauthn_rp::bin::{Decode as _, Encode as _};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{
    CredProtect, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle16, Username,
};
use webauthn_rp::request::{AsciiDomain, DomainOrigin, PublicKeyCredentialDescriptor, RpId};
use webauthn_rp::response::auth::error::AuthCeremonyErr;
use webauthn_rp::response::register::{DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication16, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration, RegistrationServerState,
};

/// Why a passkey is not taken.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// The host can't be the party of a passkey: it is no name, such as `127.0.0.1`.
    #[error("passkeys need a host with a name")]
    Host,
    /// What the browser sent doesn't answer the question, or isn't signed by the key.
    #[error("the passkey's answer is not right: {0}")]
    Answer(String),
    /// The signature counter went back: there are two of this key, and one of them is a copy (WebAuthn, section 6.1.1).
    #[error("the passkey's counter went back")]
    Copied,
    /// What was kept can't be read.
    #[error("{0}")]
    Failed(String),
}

fn failed(error: impl std::fmt::Display) -> PasskeyError {
    PasskeyError::Failed(error.to_string())
}

fn wrong(error: impl std::fmt::Display) -> PasskeyError {
    PasskeyError::Answer(error.to_string())
}

/// A question to a browser, and what has to be kept, unseen by it, until it answers.
#[derive(Clone, Debug)]
pub struct Question {
    /// The `publicKey` member of what `navigator.credentials` is called with, its bytes in URL-safe Base64.
    pub options: Value,
    /// What is kept.
    pub kept: Value,
}

/// A passkey that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The id that its authenticator gave it: unique, and found again by it.
    pub credential: Vec<u8>,
    /// The public key, the counter and the rest, as [`Party::check`] wants them back.
    pub data: Value,
}

/// What a browser shows: which key, and whose it says that it is. Nothing of it is checked yet.
pub struct Shown(DiscoverableAuthentication16);

impl Shown {
    /// Reads what a browser shows, to find the key by.
    ///
    /// # Errors
    /// [`PasskeyError::Answer`] when it names no key or no owner.
    pub fn read(answer: &str) -> Result<Self, PasskeyError> {
        let read = DiscoverableAuthentication16::from_json_relaxed(answer.as_bytes());
        read.map(Self).map_err(wrong)
    }

    /// The id of the key.
    pub fn credential(&self) -> Vec<u8> {
        self.0.raw_id().as_ref().to_vec()
    }

    /// The account that the key was made for.
    pub fn owner(&self) -> Uuid {
        let Ok(bytes) = self.0.response().user_handle().encode();
        Uuid::from_bytes(bytes)
    }
}

/// A key as it is stored: the library's own bytes, in Base64.
#[derive(Serialize, Deserialize)]
struct Stored {
    /// The public key and what was said of it when it was made.
    key: String,
    /// Counter, backup and the like, which change.
    state: String,
}

impl Stored {
    fn of(key: String, state: DynamicState) -> Result<Value, PasskeyError> {
        let Ok(state) = state.encode();
        let stored = Self {
            key,
            state: STANDARD_NO_PAD.encode(state),
        };
        serde_json::to_value(stored).map_err(failed)
    }
}

/// The host for which passkeys are made and asked.
pub struct Party {
    id: RpId,
    origin: String,
}

impl Party {
    /// The host of an origin, `https://host`.
    ///
    /// # Errors
    /// [`PasskeyError::Host`].
    pub fn new(origin: &str) -> Result<Self, PasskeyError> {
        let url = Url::parse(origin).map_err(|_| PasskeyError::Host)?;
        let host = url.domain().ok_or(PasskeyError::Host)?.to_owned();
        Ok(Self {
            id: RpId::Domain(AsciiDomain::try_from(host).map_err(|_| PasskeyError::Host)?),
            // As a browser writes it: without the scheme's own port.
            origin: url.origin().ascii_serialization(),
        })
    }

    fn origin(&self) -> Result<DomainOrigin<'_, '_>, PasskeyError> {
        DomainOrigin::try_from(self.origin.as_str()).map_err(|_| PasskeyError::Host)
    }

    /// Asks for a new passkey of an account. `known` are the ids of those that it has: an authenticator that holds one
    /// makes no second. `name` is what the device lists it by.
    ///
    /// # Errors
    /// [`PasskeyError::Failed`].
    pub fn ask_new(&self, account: Uuid, name: &str, known: Vec<Vec<u8>>) -> Result<Question, PasskeyError> {
        let Ok(owner) = UserHandle16::decode(account.into_bytes());
        let mut user = PublicKeyCredentialUserEntity::from(&owner);
        // A name that the specification's profile doesn't take (RFC 8265) is left out: it is for the eye alone.
        if let Ok(name) = Username::try_from(name) {
            user.name = name;
        }
        let mut has = Vec::new();
        for id in known {
            has.push(PublicKeyCredentialDescriptor {
                id: CredentialId::<Vec<u8>>::decode(id).map_err(failed)?,
                // Which way the device is reached is its browser's to find out.
                transports: AuthTransports::decode(0).map_err(failed)?,
            });
        }
        let mut asked = PublicKeyCredentialCreationOptions::passkey(&self.id, user, has);
        asked.extensions.cred_protect = CredProtect::None;
        let (kept, asked) = asked.start_ceremony().map_err(failed)?;
        question(&asked, &kept.encode().map_err(failed)?)
    }

    /// Takes the answer to [`Party::ask_new`].
    ///
    /// # Errors
    /// [`PasskeyError::Answer`].
    pub fn make(&self, kept: &Value, answer: &str) -> Result<Made, PasskeyError> {
        let kept = RegistrationServerState::<16>::decode(&bytes(kept)?).map_err(failed)?;
        let answer = Registration::from_json_relaxed(answer.as_bytes()).map_err(wrong)?;
        let options = RegistrationVerificationOptions::<DomainOrigin<'_, '_>, DomainOrigin<'_, '_>> {
            allowed_origins: &[self.origin()?],
            // Some authenticators tell more than they were asked; nothing is made of it.
            error_on_unsolicited_extensions: false,
            ..RegistrationVerificationOptions::default()
        };
        let made = kept.verify(&self.id, &answer, &options).map_err(wrong)?;
        let Ok(key) = made.static_state().encode();
        Ok(Made {
            credential: made.id().as_ref().to_vec(),
            data: Stored::of(STANDARD_NO_PAD.encode(key), made.dynamic_state())?,
        })
    }

    /// Asks for any passkey of this host.
    ///
    /// # Errors
    /// [`PasskeyError::Failed`].
    pub fn ask(&self) -> Result<Question, PasskeyError> {
        let asked = DiscoverableCredentialRequestOptions::passkey(&self.id);
        let (kept, asked) = asked.start_ceremony().map_err(failed)?;
        question(&asked, &kept.encode().map_err(failed)?)
    }

    /// Checks an answer to [`Party::ask`] against the key that it names: that it was this host that asked, that the
    /// person was asked for, the signature, and that the counter went on. Gives the key with its new counter.
    ///
    /// # Errors
    /// [`PasskeyError::Answer`], [`PasskeyError::Copied`].
    pub fn check(&self, kept: &Value, shown: &Shown, data: &Value) -> Result<Value, PasskeyError> {
        let kept = DiscoverableAuthenticationServerState::decode(&bytes(kept)?).map_err(failed)?;
        let stored = Stored::deserialize(data).map_err(failed)?;
        let state = STANDARD_NO_PAD.decode(&stored.state).map_err(failed)?;
        let state: [u8; 7] = state
            .try_into()
            .map_err(|_| failed("a passkey's state is seven bytes"))?;
        let key = STANDARD_NO_PAD.decode(&stored.key).map_err(failed)?;
        let owner = shown.0.response().user_handle();
        let mut credential = AuthenticatedCredential::new(
            shown.0.raw_id(),
            owner,
            StaticState::decode(&key).map_err(failed)?,
            DynamicState::decode(state).map_err(failed)?,
        )
        .map_err(failed)?;
        let options = AuthenticationVerificationOptions::<DomainOrigin<'_, '_>, DomainOrigin<'_, '_>> {
            allowed_origins: &[self.origin()?],
            error_on_unsolicited_extensions: false,
            ..AuthenticationVerificationOptions::default()
        };
        match kept.verify(&self.id, &shown.0, &mut credential, &options) {
            Ok(_) => Stored::of(stored.key, credential.dynamic_state()),
            Err(AuthCeremonyErr::SignatureCounter) => Err(PasskeyError::Copied),
            Err(error) => Err(wrong(error)),
        }
    }
}

fn question(asked: &impl Serialize, kept: &[u8]) -> Result<Question, PasskeyError> {
    Ok(Question {
        options: serde_json::to_value(asked).map_err(failed)?,
        kept: Value::String(STANDARD_NO_PAD.encode(kept)),
    })
}

fn bytes(kept: &Value) -> Result<Vec<u8>, PasskeyError> {
    STANDARD_NO_PAD
        .decode(kept.as_str().unwrap_or_default())
        .map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_party_has_a_name() {
        assert!(Party::new("http://daily.masthead.localhost:8080").is_ok());
        for origin in ["http://127.0.0.1:8080", "http://[::1]", "not an origin", ""] {
            assert!(matches!(Party::new(origin), Err(PasskeyError::Host)), "{origin}");
        }
    }

    #[test]
    fn a_question_asks_for_the_person_and_for_a_key_that_names_its_owner() {
        let party = Party::new("https://www.example.org").unwrap();
        let new = party
            .ask_new(Uuid::from_u128(7), "ada@example.org", Vec::new())
            .unwrap();
        assert_eq!(new.options["rp"]["id"], "www.example.org");
        assert_eq!(new.options["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(new.options["authenticatorSelection"]["userVerification"], "required");
        let any = party.ask().unwrap();
        assert_eq!(any.options["userVerification"], "required");
        assert_ne!(any.options["challenge"], party.ask().unwrap().options["challenge"]);
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        let party = Party::new("https://www.example.org").unwrap();
        let kept = party
            .ask_new(Uuid::from_u128(7), "ada@example.org", Vec::new())
            .unwrap()
            .kept;
        for answer in [
            "",
            "{}",
            "null",
            "[[[[",
            r#"{"id":"a","rawId":"a","type":"public-key","response":{}}"#,
        ] {
            assert!(
                matches!(party.make(&kept, answer), Err(PasskeyError::Answer(_))),
                "{answer}"
            );
            assert!(matches!(Shown::read(answer), Err(PasskeyError::Answer(_))), "{answer}");
        }
    }
}
