//! Encryption of a message for one browser: RFC 8291 over the content coding `aes128gcm` of RFC 8188.
//!
//! Every message has a key pair and a salt of its own, so that a push service which keeps messages learns nothing from
//! two of them. Agreement and cipher are those of TLS here (`ring`), which does some ten thousand messages a second on a
//! core; libraries in plain Rust take several times as long.

use super::PushError;
use crate::clock::random_bytes;
use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use ring::rand::SystemRandom;

/// An uncompressed point of P-256 (SEC 1, section 2.3.3).
const POINT: usize = 65;
/// The record size that is announced (RFC 8188, section 2.1). A message is always one record.
const RECORD: u32 = 4_096;
/// The longest text of a message: a record without its header, the delimiter and the tag (RFC 8291, section 4).
const LONGEST: usize = 3_993;

/// What a browser gave for messages to it (`PushSubscription.getKey`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// `p256dh`: its public key, an uncompressed point.
    pub public_key: Vec<u8>,
    /// `auth`: 16 bytes that only it and we know.
    pub auth: Vec<u8>,
}

impl Recipient {
    /// Reads the two keys as browsers write them, in base64url with padding or without.
    ///
    /// # Errors
    /// [`PushError::Keys`] when they are no keys: also when the point is not one of the curve.
    pub fn parse(public_key: &str, auth: &str) -> Result<Self, PushError> {
        let read = |text: &str| {
            let text = text.trim();
            URL_SAFE_NO_PAD.decode(text).or_else(|_| URL_SAFE.decode(text))
        };
        let recipient = Self {
            public_key: read(public_key).map_err(|_| PushError::Keys)?,
            auth: read(auth).map_err(|_| PushError::Keys)?,
        };
        // The one check that finds every wrong key is to use it.
        encrypt(&recipient, b"").map(|_| recipient)
    }
}

/// Encrypts a text for a browser: the whole body of the request, header included.
///
/// # Errors
/// [`PushError::Keys`] when the browser's keys are none, [`PushError::TooLong`], or no randomness.
pub fn encrypt(recipient: &Recipient, text: &[u8]) -> Result<Vec<u8>, PushError> {
    let random = SystemRandom::new();
    let own = EphemeralPrivateKey::generate(&ECDH_P256, &random).map_err(|_| PushError::NoRandomness)?;
    let own_public = own.compute_public_key().map_err(|_| PushError::NoRandomness)?;
    let mut salt = [0; 16];
    random_bytes(&mut salt).map_err(|_| PushError::NoRandomness)?;
    let theirs = UnparsedPublicKey::new(&ECDH_P256, &recipient.public_key);
    agree_ephemeral(own, &theirs, |secret| {
        seal(secret, own_public.as_ref(), recipient, salt, text)
    })
    .map_err(|_| PushError::Keys)?
}

/// The message for a secret that both sides have.
fn seal(
    secret: &[u8],
    own_public: &[u8],
    recipient: &Recipient,
    salt: [u8; 16],
    text: &[u8],
) -> Result<Vec<u8>, PushError> {
    if recipient.auth.len() != 16 || recipient.public_key.len() != POINT || own_public.len() != POINT {
        return Err(PushError::Keys);
    }
    if text.len() > LONGEST {
        return Err(PushError::TooLong(text.len()));
    }
    // RFC 8291, section 3.4.
    let combined = Salt::new(HKDF_SHA256, &recipient.auth).extract(secret);
    let input: [u8; 32] = expand(&combined, &[b"WebPush: info\0", &recipient.public_key, own_public])?;
    let key = Salt::new(HKDF_SHA256, &salt).extract(&input);
    let content_key: [u8; 16] = expand(&key, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = expand(&key, &[b"Content-Encoding: nonce\0"])?;
    // The last record of a body ends with 2 and any number of zeroes (RFC 8188, section 2).
    let mut record = Vec::with_capacity(text.len() + 17);
    record.extend_from_slice(text);
    record.push(2);
    let cipher = UnboundKey::new(&AES_128_GCM, &content_key).map_err(|_| PushError::Keys)?;
    LessSafeKey::new(cipher)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)
        .map_err(|_| PushError::TooLong(text.len()))?;
    let mut body = Vec::with_capacity(21 + POINT + record.len());
    body.extend_from_slice(&salt);
    body.extend_from_slice(&RECORD.to_be_bytes());
    body.push(65);
    body.extend_from_slice(own_public);
    body.append(&mut record);
    Ok(body)
}

/// How many bytes are wanted of a derivation.
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(key: &Prk, info: &[&[u8]]) -> Result<[u8; N], PushError> {
    let mut bytes = [0; N];
    key.expand(info, Bytes(N))
        .and_then(|derived| derived.fill(&mut bytes))
        .map_err(|_| PushError::Keys)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// RFC 8291, section 5 and appendix A.
    const PUBLIC: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    #[test]
    fn the_message_is_that_of_the_specification() {
        let secret = bytes("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs");
        let own = bytes("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
        let salt: [u8; 16] = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let recipient = Recipient::parse(PUBLIC, AUTH).unwrap();
        let text = b"When I grow up, I want to be a watermelon";
        let body = seal(&secret, &own, &recipient, salt, text).unwrap();
        let expected = concat!(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml",
            "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT",
            "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
        );
        assert_eq!(URL_SAFE_NO_PAD.encode(body), expected);
    }

    #[test]
    fn no_two_messages_are_alike_and_none_is_longer_than_a_record() {
        let recipient = Recipient::parse(PUBLIC, AUTH).unwrap();
        let one = encrypt(&recipient, b"news").unwrap();
        let other = encrypt(&recipient, b"news").unwrap();
        assert_ne!(one[..16], other[..16]);
        assert_ne!(one[21..86], other[21..86]);
        let longest = encrypt(&recipient, &vec![b'a'; LONGEST]).unwrap();
        assert_eq!(longest.len(), 4_096);
        let longer = encrypt(&recipient, &vec![b'a'; LONGEST + 1]);
        assert!(matches!(longer, Err(PushError::TooLong(_))));
    }

    #[test]
    fn keys_that_are_none_are_refused() {
        let mut outside = bytes(PUBLIC);
        outside[64] ^= 1;
        let outside = URL_SAFE_NO_PAD.encode(outside);
        for (public, auth) in [
            ("", AUTH),
            ("AAAA", AUTH),
            (PUBLIC, ""),
            (PUBLIC, "AAAA"),
            ("%%%", AUTH),
            (outside.as_str(), AUTH),
        ] {
            assert!(
                matches!(Recipient::parse(public, auth), Err(PushError::Keys)),
                "{public}"
            );
        }
        // Some browsers pad.
        assert!(Recipient::parse(&format!("{PUBLIC}="), &format!("{AUTH}==")).is_ok());
    }
}
