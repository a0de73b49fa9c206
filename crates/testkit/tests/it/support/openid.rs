//! Providers to sign in with: an OpenID Connect provider that does what the specification asks (discovery, keys, codes
//! that count once, PKCE, RS256), and Facebook's dialog and Graph API. Both misbehave on request.

use super::upstream::{Asked, Page, Upstream};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use masthead_domain::time::Clock as _;
use masthead_services::clock::ManualClock;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair as RsaKeyPair, PublicKeyComponents};
use ring::signature::RSA_PKCS1_SHA256;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// An RSA key of tests (PKCS #1, Base64): it protects nothing.
pub(crate) const KEY: &str = "\
    MIIEogIBAAKCAQEAgT8yQynB8iGLkTisidWNLJkmZVlAv398RgYWLZ7jWTAJyUY7iHuQBKxdZL+YTfBSSMELN4uqKFHL7Kz/XOyr\
    syT5Gr1DnmRL/uhj6u+rfEJbwt8JTm7Nos69qQMg9mjtDxr7l8JQAk5RNI0xWfiJmAP/FZP2lWxob53favb1pIQ4/ON16go3F6cw\
    wVwKQl1i9sCdg3IQKP+9p3HbMu2NrkffkJMrkLpm1K78HH9swyr+FYHq0BM5UrtQWxxgUAyW+2ZauMKceDzPus5oE5qa5/fJM6TS\
    yOjEZIJZzrUQPySF9u9FuERtn08RybRY9bTqb2cCnPh8vR1DGORO24KSewIDAQABAoIBAAYw2T78qo9nCkY3++e+72ax+p6t0kX5\
    8iFxMYcY479GEknuT8lfUHbbghO31ltGsMz5q4hga75Hq2gYTJkOYGu8eyQhPwfAunUo0NRpi4IbCZssJMgkKDxtVl9Yni+/YeTb\
    Ktmfk0aGVX8aE5bsKpG6AJzE0XG3LMof5UTnNGf0uKW5zqjznvfUnQ4JQ1s+YLsxWFTjwZYvbhmRMNqsBwY82EmbrbMiEuwJoY0A\
    CD3BT31IQLmBQ7X2uu5TszylzDxP+vR5qbv640btLmlH/AVC2qYilfk8Dl6tNCwios/XursKEXgV6BzcS9JCKbjTz/883e9MjpdJ\
    oScvqjBTuqUCgYEAth9nw6gfucP4pG3b5r2YhOZok1Utr1wXXz+AoVIIWX0hF6vtK9OlsvE6+a2TTw+cHBXl5Xq9JF560DbzOrYv\
    SnAilYKgytpLi/Xzbf/bWHnzwna3dZiUE+eCkx8ThjHg01pj6yEXdvVptdJCedLNt55wtKKOEOsE2pmHYuIwJA0CgYEAtaziBipM\
    P2uqIGjJU0eE66Let9YojsywWP8qzpi/HhH7lZSYkotk+It0v/WHJpEjwpgTPy+UUHebbJP/DFG6+dDZrcT1NRHJzPOkNylP5DuS\
    0Ix3mLU95rNDzSe+ONtMRKHxbU6wAyVwQHPWZcbUe8JH08ZtlVsmW66U9P/dxqcCgYB2OsMQ+GbIINmcXRlBnNmThURkSQqkaaNe\
    mQn3MBrthVbjWCBasEZEeWfwyGb2D0snzGt3YwvAvXj7DIEwHy9qIovBBZE+vyIGFT/XrB6IPHsrRghpVgjjNwrEWYtCNcUfT/HH\
    pa7m8gCTIZE4JsqXpkrCaTjS8M8w3jRO1EmuTQKBgF5U90N2QQMJN1v+rNKmJxlnBzfzZjnHhKWhUKvXWh0V/0kK0DH/WR1I5AUs\
    StG2uRe4eP3tCZjCkhxNuDfAVFKUpAJ7a0r0ApF9zL2roMUEPdY1qX/MU+jvGfxzb2z8SVy1rbMxEWmAzglZXHCaTgg4t6z5sjrE\
    CmW+f6+7D3+vAoGAYBh0leR/0BJD3OLpNd/mPoKAsNP76jDw8xOeIJUnf5sEgbc966UrZnrQd3jzRicexBFn2QJo9blrpd5frFNy\
    RfUVLY3HNejlstfBSrqiPKZlxR8MlSsSmManca3CkjulOksRa14o1c5rsvqBEdimb76CLbPsRPxq/muoJBCZHKQ=";
pub(crate) const CLIENT: &str = "masthead";
pub(crate) const SECRET: &str = "a-secret-of-tests";

/// Somebody at the provider.
#[derive(Clone, Debug, Default)]
pub(crate) struct Member {
    pub(crate) subject: String,
    pub(crate) email: Option<String>,
    pub(crate) verified: bool,
}

impl Member {
    pub(crate) fn new(subject: &str, email: Option<&str>, verified: bool) -> Self {
        Self {
            subject: subject.into(),
            email: email.map(str::to_owned),
            verified,
        }
    }
}

/// What the provider does wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Fault {
    #[default]
    None,
    /// Codes are too old when they are brought.
    ExpiredCode,
    WrongNonce,
    WrongAudience,
    WrongIssuer,
    ExpiredToken,
    /// The payload was changed after it was signed.
    Forged,
    /// `alg: none`.
    Unsigned,
    /// Signed with what both sides know, the client's secret.
    Symmetric,
    /// The address is told at the userinfo endpoint alone.
    EmailElsewhere,
    Slow,
    Broken,
}

#[derive(Default)]
struct Book {
    fault: Fault,
    codes: HashMap<String, (HashMap<String, String>, Member)>,
    tokens: HashMap<String, Member>,
    count: u32,
    clock: Option<ManualClock>,
}

/// A provider.
pub(crate) struct Provider {
    upstream: Upstream,
    book: Arc<Mutex<Book>>,
}

fn form(text: &str) -> HashMap<String, String> {
    url::form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

impl Provider {
    /// An OpenID Connect provider; it needs a clock before anybody signs in (see [`Provider::keep_time`]).
    pub(crate) async fn openid() -> anyhow::Result<Self> {
        let book: Arc<Mutex<Book>> = Arc::default();
        let key = RsaKeyPair::from_der(&STANDARD.decode(KEY)?).map_err(|error| anyhow::anyhow!("{error}"))?;
        let (key, shared) = (Arc::new(key), Arc::clone(&book));
        let upstream = Upstream::serving(move |asked| openid(asked, &shared, &key)).await?;
        Ok(Self { upstream, book })
    }

    /// Facebook.
    pub(crate) async fn facebook() -> anyhow::Result<Self> {
        let book: Arc<Mutex<Book>> = Arc::default();
        let shared = Arc::clone(&book);
        let upstream = Upstream::serving(move |asked| facebook(asked, &shared)).await?;
        Ok(Self { upstream, book })
    }

    /// Keeps the same time as the network of the test.
    pub(crate) fn keep_time(&self, clock: &ManualClock) {
        self.book.lock().unwrap().clock = Some(clock.clone());
    }

    pub(crate) fn issuer(&self) -> String {
        self.upstream.url("")
    }

    pub(crate) fn set(&self, fault: Fault) {
        self.book.lock().unwrap().fault = fault;
    }

    /// Somebody signs in on the provider's page, to which `location` led, and says yes: where they are sent back to.
    pub(crate) fn agree(&self, location: &str, member: &Member) -> String {
        let url = url::Url::parse(location).unwrap();
        assert!(location.starts_with(&self.issuer()), "{location}");
        let asked = form(url.query().unwrap_or_default());
        assert_eq!(asked["client_id"], CLIENT);
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["code_challenge_method"], "S256");
        let mut book = self.book.lock().unwrap();
        book.count += 1;
        let code = format!("code-{}", book.count);
        let back = url::Url::parse_with_params(
            &asked["redirect_uri"],
            [("code", code.as_str()), ("state", asked["state"].as_str())],
        )
        .unwrap();
        book.codes.insert(code, (asked, member.clone()));
        format!("{}?{}", back.path(), back.query().unwrap())
    }
}

/// Takes a code that a client brings: once, with the address and the secret that it was asked for with.
fn take(book: &mut Book, brought: &HashMap<String, String>) -> Option<(HashMap<String, String>, Member)> {
    let (asked, member) = book.codes.remove(brought.get("code")?)?;
    let verifier = brought.get("code_verifier")?;
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let good = challenge == asked["code_challenge"] && brought.get("redirect_uri") == asked.get("redirect_uri");
    (good && book.fault != Fault::ExpiredCode).then_some((asked, member))
}

fn reply(book: &Book, status: u16, body: &Value) -> Page {
    match book.fault {
        Fault::Broken => Page::status(500),
        Fault::Slow => json_page(status, body).after(Duration::from_secs(30)),
        _ => json_page(status, body),
    }
}

fn json_page(status: u16, body: &Value) -> Page {
    let mut page = Page::ok("application/json", body.to_string());
    page.status = status;
    page
}

fn openid(asked: &Asked, book: &Mutex<Book>, key: &RsaKeyPair) -> Page {
    let mut book = book.lock().unwrap();
    let issuer = format!("http://{}", asked.host);
    match asked.path.split('?').next().unwrap_or_default() {
        "/.well-known/openid-configuration" => json_page(
            200,
            &json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "userinfo_endpoint": format!("{issuer}/userinfo"),
                "jwks_uri": format!("{issuer}/keys"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }),
        ),
        "/keys" => {
            let public = PublicKeyComponents::<Vec<u8>>::from(key.public());
            json_page(
                200,
                &json!({"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1",
                    "n": URL_SAFE_NO_PAD.encode(public.n), "e": URL_SAFE_NO_PAD.encode(public.e)}]}),
            )
        }
        "/token" => {
            let expected = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{SECRET}")));
            if asked.authorization != expected {
                return reply(&book, 401, &json!({"error": "invalid_client"}));
            }
            let Some((request, member)) = take(&mut book, &form(&asked.body)) else {
                return reply(&book, 400, &json!({"error": "invalid_grant"}));
            };
            book.count += 1;
            let token = format!("token-{}", book.count);
            book.tokens.insert(token.clone(), member.clone());
            let now = book.clock.as_ref().unwrap().now().as_seconds();
            let id_token = id_token(book.fault, &issuer, &request, &member, key, now);
            let answer =
                json!({"access_token": token, "token_type": "Bearer", "expires_in": 300, "id_token": id_token});
            reply(&book, 200, &answer)
        }
        "/userinfo" => match asked
            .authorization
            .strip_prefix("Bearer ")
            .and_then(|token| book.tokens.get(token))
        {
            None => Page::status(401),
            Some(member) => json_page(
                200,
                &json!({"sub": member.subject, "email": member.email, "email_verified": member.verified}),
            ),
        },
        _ => Page::status(404),
    }
}

fn id_token(
    fault: Fault,
    issuer: &str,
    request: &HashMap<String, String>,
    member: &Member,
    key: &RsaKeyPair,
    now: i64,
) -> String {
    let or = |wrong: Fault, bad: &str, good: &str| {
        if fault == wrong {
            bad.to_owned()
        } else {
            good.to_owned()
        }
    };
    let mut claims = json!({
        "iss": or(Fault::WrongIssuer, "https://elsewhere.example", issuer),
        "aud": or(Fault::WrongAudience, "somebody-else", CLIENT),
        "sub": member.subject,
        "nonce": or(Fault::WrongNonce, "another", &request["nonce"]),
        "iat": now,
        "exp": if fault == Fault::ExpiredToken { now - 60 } else { now + 300 },
    });
    if fault != Fault::EmailElsewhere
        && let Some(email) = &member.email
    {
        claims["email"] = json!(email);
        claims["email_verified"] = json!(member.verified);
    }
    let header = match fault {
        Fault::Unsigned => json!({"alg": "none"}),
        Fault::Symmetric => json!({"alg": "HS256"}),
        _ => json!({"alg": "RS256", "kid": "1"}),
    };
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(&claims));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .unwrap();
    match fault {
        Fault::Unsigned => format!("{signed}."),
        Fault::Symmetric => {
            let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
            let mac = ring::hmac::sign(&secret, signed.as_bytes());
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.as_ref()))
        }
        Fault::Forged => {
            claims["sub"] = json!("somebody-else");
            format!(
                "{}.{}.{}",
                part(&header),
                part(&claims),
                URL_SAFE_NO_PAD.encode(&signature)
            )
        }
        _ => format!("{signed}.{}", URL_SAFE_NO_PAD.encode(&signature)),
    }
}

fn facebook(asked: &Asked, book: &Mutex<Book>) -> Page {
    let mut book = book.lock().unwrap();
    let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
    let wrong = |message: &str| json!({"error": {"message": message, "type": "OAuthException", "code": 100}});
    match path.trim_start_matches("/v23.0") {
        "/oauth/access_token" => {
            let brought = form(&asked.body);
            if brought.get("client_secret").map(String::as_str) != Some(SECRET) {
                return reply(&book, 400, &wrong("Error validating client secret."));
            }
            let Some((_, member)) = take(&mut book, &brought) else {
                return reply(&book, 400, &wrong("This authorization code has expired."));
            };
            book.count += 1;
            let token = format!("token-{}", book.count);
            book.tokens.insert(token.clone(), member);
            reply(
                &book,
                200,
                &json!({"access_token": token, "token_type": "bearer", "expires_in": 5_000_000}),
            )
        }
        "/me" => {
            let query = form(query);
            let token = query.get("access_token").cloned().unwrap_or_default();
            let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
            let mac = ring::hmac::sign(&secret, token.as_bytes());
            let proof: String = mac.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
            if query.get("appsecret_proof") != Some(&proof) {
                return reply(
                    &book,
                    400,
                    &wrong("Invalid appsecret_proof provided in the API argument"),
                );
            }
            match book.tokens.get(&token) {
                None => reply(&book, 400, &wrong("Invalid OAuth access token.")),
                Some(member) => {
                    let mut person = json!({"id": member.subject});
                    if let Some(email) = &member.email {
                        person["email"] = json!(email);
                    }
                    reply(&book, 200, &person)
                }
            }
        }
        _ => Page::status(404),
    }
}
