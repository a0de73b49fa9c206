//! Who sends a message, said so that a push service can check it: VAPID (RFC 8292).
//!
//! A signature is made for a push service and an hour, and used for every message to it: a campaign has a million
//! messages and a handful of push services.

use super::PushError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use masthead_domain::time::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Seconds for which one signature is used.
const USED: i64 = 3_600;
/// Seconds from the beginning of its hour after which a signature is no longer good: at most a day is allowed (section
/// 2), and a clock may be wrong.
const GOOD: i64 = 12 * 3_600;
/// Push services whose signatures are kept. Readers may name as many as they like.
const KEPT: usize = 256;

/// The network's keys towards push services, and what was signed with them this hour.
pub struct Vapid {
    pair: EcdsaKeyPair,
    random: SystemRandom,
    public: String,
    /// Whom a push service may write to: a `mailto:` or `https:` address; empty for nobody.
    contact: String,
    /// By origin. A std mutex: nothing awaits while it is held.
    signed: Mutex<HashMap<String, (i64, Arc<str>)>>,
}

impl Vapid {
    /// New keys, in the form in which they are kept (PKCS#8).
    ///
    /// # Errors
    /// [`PushError::NoRandomness`].
    pub fn generate() -> Result<Vec<u8>, PushError> {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        Ok(made.map_err(|_| PushError::NoRandomness)?.as_ref().to_vec())
    }

    /// From keys that were kept. `contact` is an address of the web or of mail; others are left out.
    ///
    /// # Errors
    /// [`PushError::Keys`] when they are none.
    pub fn new(kept: &[u8], contact: &str) -> Result<Self, PushError> {
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, kept, &random);
        let pair = pair.map_err(|_| PushError::Keys)?;
        let contact = match contact.trim() {
            web if web.starts_with("https://") || web.starts_with("mailto:") => web.to_owned(),
            mail if mail.contains('@') => format!("mailto:{mail}"),
            _ => String::new(),
        };
        Ok(Self {
            public: URL_SAFE_NO_PAD.encode(pair.public_key()),
            pair,
            random,
            contact,
            signed: Mutex::default(),
        })
    }

    /// The public key as browsers take it (`applicationServerKey`): an uncompressed point in base64url.
    pub fn public_key(&self) -> &str {
        &self.public
    }

    /// The `Authorization` of messages to a push service (section 3).
    ///
    /// # Errors
    /// [`PushError::NoRandomness`] when nothing can be signed.
    pub fn authorization(&self, origin: &str, now: Timestamp) -> Result<Arc<str>, PushError> {
        let hour = now.as_seconds().div_euclid(USED);
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, value)) = signed.get(origin)
            && *known == hour
        {
            return Ok(Arc::clone(value));
        }
        let value: Arc<str> = self.sign(origin, hour * USED + GOOD)?.into();
        if signed.len() >= KEPT {
            signed.clear();
        }
        signed.insert(origin.to_owned(), (hour, Arc::clone(&value)));
        Ok(value)
    }

    fn sign(&self, origin: &str, expires: i64) -> Result<String, PushError> {
        let mut claims = serde_json::json!({ "aud": origin, "exp": expires });
        if let (false, Some(claims)) = (self.contact.is_empty(), claims.as_object_mut()) {
            claims.insert("sub".to_owned(), self.contact.clone().into());
        }
        let head = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"ES256"}"#);
        let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = self.pair.sign(&self.random, signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.map_err(|_| PushError::NoRandomness)?);
        Ok(format!("vapid t={signed}.{signature}, k={}", self.public))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_push_service_can_check_who_sends() {
        let vapid = Vapid::new(&Vapid::generate().unwrap(), "desk@daily.example").unwrap();
        let now = at(1_764_061_200 + 61);
        let value = vapid.authorization("https://push.example.org", now).unwrap();
        let (token, key) = value.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(key, vapid.public_key());
        let public = URL_SAFE_NO_PAD.decode(key).unwrap();
        assert_eq!((public.len(), public[0]), (65, 4));
        let (signed, signature) = token.rsplit_once('.').unwrap();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &public)
            .verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap())
            .unwrap();
        let claims = URL_SAFE_NO_PAD.decode(signed.split_once('.').unwrap().1).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["aud"], "https://push.example.org");
        assert_eq!(claims["sub"], "mailto:desk@daily.example");
        let left = claims["exp"].as_i64().unwrap() - now.as_seconds();
        assert!((1..24 * 3_600).contains(&left), "{left}");
    }

    #[test]
    fn one_signature_serves_a_push_service_for_an_hour() {
        let vapid = Vapid::new(&Vapid::generate().unwrap(), "").unwrap();
        let first = vapid.authorization("https://a.example", at(7_200)).unwrap();
        assert!(Arc::ptr_eq(
            &first,
            &vapid.authorization("https://a.example", at(10_799)).unwrap()
        ));
        assert_ne!(first, vapid.authorization("https://a.example", at(10_800)).unwrap());
        assert_ne!(first, vapid.authorization("https://b.example", at(7_200)).unwrap());
        for number in 0..2 * KEPT {
            vapid
                .authorization(&format!("https://{number}.example"), at(7_200))
                .unwrap();
        }
        assert!(vapid.signed.lock().unwrap().len() <= KEPT);
    }

    #[test]
    fn keys_are_the_same_after_they_were_kept() {
        let kept = Vapid::generate().unwrap();
        let one = Vapid::new(&kept, "").unwrap();
        assert_eq!(one.public_key(), Vapid::new(&kept, "").unwrap().public_key());
        assert!(Vapid::new(b"no keys", "").is_err());
    }
}
