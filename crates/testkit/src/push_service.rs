//! A push service on loopback, and browsers that it delivers to: it checks who sends (RFC 8292) and really decrypts what
//! comes (RFC 8291, section 3, from the browser's side), and misbehaves where a test asks for it.
//!
//! The key agreement and the derivation are made of other parts than the sender's, so that the two don't agree by a
//! shared mistake.

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use masthead_services::clock::random_bytes;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::elliptic_curve::point::AffineCoordinates as _;
use p256::elliptic_curve::sec1::ToSec1Point as _;
use p256::{PublicKey, SecretKey};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How the service treats messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Takes them (201).
    Takes,
    /// Answers with a status, and says when it may be asked again.
    Refuses(u16, Option<u32>),
    /// Takes them after a while.
    Slow(Duration),
}

/// A message as its browser got it.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// The browser, by the name that the test gave it.
    pub browser: String,
    /// What the message says.
    pub message: Value,
    /// `TTL`, `Urgency` and `Topic`.
    pub headers: [String; 3],
    /// What the sender signed: `aud`, `exp`, `sub`.
    pub claims: Value,
    /// The sender's public key.
    pub key: String,
}

/// A browser with its keys.
#[derive(Clone)]
struct Browser {
    secret: SecretKey,
    auth: [u8; 16],
}

#[derive(Default)]
struct Known {
    browsers: HashMap<String, Browser>,
    manners: HashMap<String, Manner>,
    everybody: Option<Manner>,
    received: Vec<Received>,
    /// Messages that were no sound ones, in words.
    faults: Vec<String>,
    /// Requests of any kind, the refused ones too.
    asked: Vec<String>,
    /// Of so many messages one is decrypted; 0 is every one.
    each: usize,
}

/// The service. It ends with the runtime.
#[derive(Clone)]
pub struct PushService {
    /// Where it answers.
    pub address: SocketAddr,
    known: Arc<Mutex<Known>>,
}

impl PushService {
    /// Starts one without browsers.
    ///
    /// # Errors
    /// When it can't listen.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let service = Self {
            address: listener.local_addr()?,
            known: Arc::default(),
        };
        let router = Router::new()
            .route("/send/{browser}", post(take))
            .with_state(service.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(service)
    }

    /// A new browser, as its `PushSubscription.toJSON()`.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn browser(&self, name: &str) -> anyhow::Result<Value> {
        let (mut bytes, mut auth) = ([0; 32], [0; 16]);
        random_bytes(&mut bytes)?;
        random_bytes(&mut auth)?;
        let secret = SecretKey::from_slice(&bytes).map_err(|_| anyhow::anyhow!("an unlucky secret"))?;
        let public = secret.public_key().to_sec1_point(false);
        let subscription = json!({
            "endpoint": format!("http://{}/send/{name}", self.address),
            "keys": {
                "p256dh": URL_SAFE_NO_PAD.encode(public.as_bytes()),
                "auth": URL_SAFE_NO_PAD.encode(auth),
            },
        });
        self.with(|known| known.browsers.insert(name.to_owned(), Browser { secret, auth }));
        Ok(subscription)
    }

    /// How it treats a browser's messages from now on.
    pub fn treat(&self, browser: &str, manner: Manner) {
        self.with(|known| known.manners.insert(browser.to_owned(), manner));
    }

    /// How it treats all messages from now on, those of browsers treated otherwise excepted.
    pub fn treat_all(&self, manner: Manner) {
        self.with(|known| known.everybody = Some(manner));
    }

    /// Decrypts one of so many messages from now on, for who measures the sender.
    pub fn decrypt_each(&self, messages: usize) {
        self.with(|known| known.each = messages);
    }

    /// The messages that browsers got, in their order.
    pub fn received(&self) -> Vec<Received> {
        self.with(|known| known.received.clone())
    }

    /// How many messages browsers got.
    pub fn count(&self) -> usize {
        self.with(|known| known.received.len())
    }

    /// The browsers that it was asked for, refused or not, each time again.
    pub fn asked(&self) -> Vec<String> {
        self.with(|known| known.asked.clone())
    }

    /// What was wrong with messages.
    pub fn faults(&self) -> Vec<String> {
        self.with(|known| known.faults.clone())
    }

    fn with<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        look(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn receive(&self, name: &str, headers: &HeaderMap, body: &[u8]) -> anyhow::Result<()> {
        // A browser may have many addresses: what follows a point in the name is one of them.
        let known_as = name.split_once('.').map_or(name, |(browser, _)| browser);
        let (browser, is_opened) = self.with(|known| {
            let is_opened = known.each == 0 || known.asked.len().is_multiple_of(known.each);
            (known.browsers.get(known_as).cloned(), is_opened)
        });
        let browser = browser.with_context(|| format!("no browser {name}"))?;
        if !is_opened {
            return Ok(());
        }
        let text = |name: &str| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
        };
        ensure!(text("content-encoding") == "aes128gcm", "another encoding");
        let (claims, key) = checked(text("authorization"))?;
        let origin = format!("http://{}", self.address);
        let signed_for = claims.get("aud").and_then(Value::as_str).unwrap_or_default();
        ensure!(signed_for == origin, "signed for {signed_for}");
        let received = Received {
            browser: name.to_owned(),
            message: serde_json::from_slice(&browser.open(body)?)?,
            headers: ["ttl", "urgency", "topic"].map(|name| text(name).to_owned()),
            claims,
            key,
        };
        self.with(|known| known.received.push(received));
        Ok(())
    }
}

async fn take(
    State(service): State<PushService>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let manner = service.with(|known| {
        known.asked.push(name.clone());
        let own = known.manners.get(&name).copied();
        own.or(known.everybody).unwrap_or(Manner::Takes)
    });
    match manner {
        Manner::Takes => {}
        Manner::Slow(pause) => tokio::time::sleep(pause).await,
        Manner::Refuses(status, after) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let after = after.map(|after| [("retry-after", after.to_string())]);
            return match after {
                Some(after) => (status, after).into_response(),
                None => status.into_response(),
            };
        }
    }
    match service.receive(&name, &headers, &body) {
        Ok(()) => StatusCode::CREATED.into_response(),
        Err(error) => {
            service.with(|known| known.faults.push(format!("{name}: {error:#}")));
            StatusCode::BAD_REQUEST.into_response()
        }
    }
}

/// What was signed, and with which key, if the signature is good (RFC 8292, sections 2 and 3).
fn checked(authorization: &str) -> anyhow::Result<(Value, String)> {
    let rest = authorization.strip_prefix("vapid t=").context("no VAPID")?;
    let (token, key) = rest.split_once(", k=").context("no key")?;
    let (signed, signature) = token.rsplit_once('.').context("no signature")?;
    let verifying = VerifyingKey::from_sec1_bytes(&URL_SAFE_NO_PAD.decode(key)?)?;
    let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature)?)?;
    verifying.verify(signed.as_bytes(), &signature)?;
    let claims = signed.split_once('.').context("no claims")?.1;
    Ok((
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims)?)?,
        key.to_owned(),
    ))
}

impl Browser {
    fn open(&self, body: &[u8]) -> anyhow::Result<Vec<u8>> {
        let own = self.secret.public_key().to_sec1_point(false);
        let salt = body.get(..16).context("no salt")?;
        ensure!(body.get(20) == Some(&65), "no key of the sender");
        let theirs = body.get(21..86).context("no key of the sender")?;
        let point = PublicKey::from_sec1_bytes(theirs)?.to_projective() * *self.secret.to_nonzero_scalar();
        let shared = point.to_affine().x();
        let combined = mac(&self.auth, &[shared.as_ref()])?;
        let input = mac(&combined, &[b"WebPush: info\0", own.as_bytes(), theirs, &[1]])?;
        let key = mac(salt, &[&input])?;
        let content_key = mac(&key, &[b"Content-Encoding: aes128gcm\0", &[1]])?;
        let nonce = mac(&key, &[b"Content-Encoding: nonce\0", &[1]])?;
        let cipher = content_key
            .get(..16)
            .and_then(|key| UnboundKey::new(&AES_128_GCM, key).ok());
        let nonce: [u8; 12] = nonce.get(..12).context("no nonce")?.try_into()?;
        let mut record = body.get(86..).context("no record")?.to_vec();
        let text = LessSafeKey::new(cipher.context("no key")?)
            .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)
            .map_err(|_| anyhow::anyhow!("the message can't be decrypted"))?;
        let text = text.strip_suffix(&[2]).context("no last record")?;
        Ok(text.to_vec())
    }
}

fn mac(key: &[u8], parts: &[&[u8]]) -> anyhow::Result<[u8; 32]> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)?;
    for part in parts {
        mac.update(part);
    }
    Ok(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8291, section 5 and appendix A: what stands on the wire, with the browser's keys.
    #[test]
    fn the_message_of_the_specification_is_read() {
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        let browser = Browser {
            secret: SecretKey::from_slice(&bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")).unwrap(),
            auth: bytes("BTBZMqHH6r4Tts7J_aSIgg").try_into().unwrap(),
        };
        let body = bytes(concat!(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml",
            "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT",
            "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
        ));
        let text = browser.open(&body).unwrap();
        assert_eq!(text, b"When I grow up, I want to be a watermelon");
        let mut wrong = body;
        wrong[100] ^= 1;
        assert!(browser.open(&wrong).is_err());
    }
}
