//! Secrets that are made, signed and shown once: tokens in links and cookies, keyed signatures, and the codes of an
//! authenticator (TOTP, RFC 6238).

use crate::clock::{NoRandomness, random_bytes};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use masthead_domain::time::Timestamp;
use sha2::{Digest as _, Sha256};
use totp_rs::{Algorithm, Secret, TOTP};

/// Seconds of one code.
const STEP: u64 = 30;

/// A new secret of 256 bits, in characters that stand in a URL and a cookie as they are.
///
/// # Errors
/// When there is no randomness.
pub fn token() -> Result<String, NoRandomness> {
    let mut bytes = [0; 32];
    random_bytes(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// A number of the range in decimal digits, for a person to type: every number as likely as any other, but for less than
/// one part in 2³².
///
/// # Errors
/// When there is no randomness.
pub fn digits(range: std::ops::Range<u64>) -> Result<String, NoRandomness> {
    let mut bytes = [0; 8];
    random_bytes(&mut bytes)?;
    let span = range.end.saturating_sub(range.start).max(1);
    Ok((range.start + u64::from_le_bytes(bytes) % span).to_string())
}

/// A new key of 256 bits.
///
/// # Errors
/// When there is no randomness.
pub fn key() -> Result<[u8; 32], NoRandomness> {
    let mut bytes = [0; 32];
    random_bytes(&mut bytes)?;
    Ok(bytes)
}

/// The SHA-256 of a text in the same characters: what may be shown of a secret.
pub fn digest(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(text.as_bytes()))
}

/// Signs a text with a key of the network (HMAC with SHA-256).
pub fn sign(key: &[u8], text: &str) -> String {
    mac(key, text).map_or_else(String::new, |mac| URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// Whether a signature is the one of a text; compared in constant time.
pub fn is_signed(key: &[u8], text: &str, signature: &str) -> bool {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(signature) else {
        return false;
    };
    mac(key, text).is_some_and(|mac| mac.verify_slice(&bytes).is_ok())
}

fn mac(key: &[u8], text: &str) -> Option<Hmac<Sha256>> {
    // HMAC takes keys of any length; an error here would mean that it no longer does.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(text.as_bytes());
    Some(mac)
}

/// A new secret for an authenticator, in Base32.
///
/// # Errors
/// When there is no randomness.
pub fn totp_secret() -> Result<String, NoRandomness> {
    let mut bytes = [0; 20];
    random_bytes(&mut bytes)?;
    Ok(Secret::Raw(bytes.to_vec()).to_encoded().to_string())
}

/// The address by which an authenticator takes up a secret; `None` when the secret is none.
pub fn totp_address(secret: &str, issuer: &str, account: &str) -> Option<String> {
    // A colon would end the issuer.
    let plain = |text: &str| text.replace(':', " ");
    Some(totp(secret, Some(plain(issuer)), plain(account))?.get_url())
}

/// The time step whose code this is, looking one step back and ahead of the clock; `None` when it is none of the three.
/// The caller keeps the step, so that no code counts twice (RFC 6238, section 5.2).
pub fn totp_step(secret: &str, code: &str, now: Timestamp) -> Option<i64> {
    let totp = totp(secret, None, String::new())?;
    let now = u64::try_from(now.as_seconds()).ok()?;
    let code: String = code.chars().filter(char::is_ascii_digit).collect();
    let mut found = None;
    for moment in [now.saturating_sub(STEP), now, now.saturating_add(STEP)] {
        let expected = totp.generate(moment);
        // Digests have one length whatever was typed, so that comparing tells nothing about the code.
        if digest(&expected) == digest(&code) && found.is_none() {
            found = i64::try_from(moment / STEP).ok();
        }
    }
    found
}

/// The code of a moment: for tests, and for whoever sets an authenticator up by hand.
pub fn totp_code(secret: &str, now: Timestamp) -> Option<String> {
    let now = u64::try_from(now.as_seconds()).ok()?;
    Some(totp(secret, None, String::new())?.generate(now))
}

fn totp(secret: &str, issuer: Option<String>, account: String) -> Option<TOTP> {
    let bytes = Secret::Encoded(secret.to_owned()).to_bytes().ok()?;
    TOTP::new(Algorithm::SHA1, 6, 1, STEP, bytes, issuer, account).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_fit_into_an_address() {
        let one = token().unwrap();
        assert_ne!(one, token().unwrap());
        assert_eq!(one.len(), 43);
        assert!(one.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    }

    #[test]
    fn a_signature_belongs_to_its_text_and_key() {
        let signature = sign(b"key", "text");
        assert!(is_signed(b"key", "text", &signature));
        assert!(!is_signed(b"key", "text2", &signature));
        assert!(!is_signed(b"kez", "text", &signature));
        assert!(!is_signed(b"key", "text", ""));
        assert!(!is_signed(b"key", "text", "%%%"));
    }

    /// RFC 6238, appendix B, SHA-1: the last six of the eight digits.
    #[test]
    fn codes_are_those_of_the_specification() {
        let secret = Secret::Raw(b"12345678901234567890".to_vec()).to_encoded().to_string();
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            let moment = Timestamp::from_micros(seconds * 1_000_000);
            assert_eq!(totp_code(&secret, moment).unwrap(), code);
            assert_eq!(totp_step(&secret, code, moment), Some(seconds / 30));
        }
        let moment = Timestamp::from_micros(59_000_000);
        assert_eq!(
            totp_step(&secret, "287 082", moment.plus_seconds(30)),
            Some(1),
            "the step before still counts"
        );
        assert_eq!(totp_step(&secret, "287082", moment.plus_seconds(90)), None);
        assert_eq!(totp_step(&secret, "", moment), None);
        assert_eq!(totp_step("not base32!", "287082", moment), None);
        assert!(
            totp_address(&secret, "A: B", "ada")
                .unwrap()
                .starts_with("otpauth://totp/")
        );
    }
}
