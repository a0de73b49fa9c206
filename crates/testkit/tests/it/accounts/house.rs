//! The publisher's own accounts (`kind = "jwt"`): what a page of theirs signs is believed as far as the settings say, and
//! nothing else is.

use super::providers::location;
use super::{HOST, hidden, network_with, reader};
use crate::support::openid::KEY;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use masthead_services::providers::{Algorithm, ProviderKind, ProviderSettings};
use masthead_store::{Engine, accounts as rows};
use masthead_testkit::browser::Browser;
use masthead_testkit::http::Answer;
use masthead_testkit::{TestApp, TestNode, on_both_engines};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256};
use ring::{hmac, rsa};
use serde_json::{Value, json};

on_both_engines!(
    readers_of_the_house_sign_in_with_each_algorithm,
    hostile_tokens_sign_nobody_in,
    a_token_counts_once,
    the_house_does_not_open_an_account_by_its_address,
);

const SECRET: &str = "thirty-two bytes and a few of them more";
const ISSUER: &str = "https://accounts.house.example";

/// The keys of the house.
struct Keys {
    rsa: rsa::KeyPair,
    curve: EcdsaKeyPair,
    random: SystemRandom,
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

impl Keys {
    fn new() -> anyhow::Result<Self> {
        let random = SystemRandom::new();
        let fault = |error: &dyn std::fmt::Display| anyhow::anyhow!("{error}");
        let curve =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).map_err(|error| fault(&error))?;
        Ok(Self {
            rsa: rsa::KeyPair::from_der(&STANDARD.decode(KEY)?).map_err(|error| fault(&error))?,
            curve: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, curve.as_ref(), &random)
                .map_err(|error| fault(&error))?,
            random,
        })
    }

    /// The public key as the settings hold it.
    fn public(&self, algorithm: Algorithm) -> String {
        match algorithm {
            Algorithm::HS256 => String::new(),
            Algorithm::RS256 => {
                let public: rsa::PublicKeyComponents<Vec<u8>> = self.rsa.public().into();
                let (n, e) = (URL_SAFE_NO_PAD.encode(public.n), URL_SAFE_NO_PAD.encode(public.e));
                json!({ "kty": "RSA", "n": n, "e": e }).to_string()
            }
            Algorithm::ES256 => {
                let point = self.curve.public_key().as_ref();
                let (x, y) = (
                    URL_SAFE_NO_PAD.encode(&point[1..33]),
                    URL_SAFE_NO_PAD.encode(&point[33..]),
                );
                json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y }).to_string()
            }
        }
    }

    fn sign(&self, header: &Value, claims: &Value, with: Algorithm, secret: &[u8]) -> String {
        let text = format!("{}.{}", part(header), part(claims));
        let signature = match with {
            Algorithm::HS256 => hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), text.as_bytes())
                .as_ref()
                .to_vec(),
            Algorithm::RS256 => {
                let mut signature = vec![0; self.rsa.public().modulus_len()];
                self.rsa
                    .sign(&RSA_PKCS1_SHA256, &self.random, text.as_bytes(), &mut signature)
                    .unwrap();
                signature
            }
            Algorithm::ES256 => self
                .curve
                .sign(&self.random, text.as_bytes())
                .unwrap()
                .as_ref()
                .to_vec(),
        };
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

struct House {
    test: TestApp,
    node: TestNode,
    keys: Keys,
    algorithm: Algorithm,
}

fn name(algorithm: Algorithm) -> Value {
    serde_json::to_value(algorithm).unwrap()
}

impl House {
    async fn open(engine: Engine, algorithm: Algorithm) -> anyhow::Result<Self> {
        let keys = Keys::new()?;
        let settings = ProviderSettings {
            name: "house".into(),
            kind: ProviderKind::Jwt,
            label: "The house".into(),
            issuer: ISSUER.into(),
            client_id: "masthead".into(),
            client_secret: if algorithm == Algorithm::HS256 {
                SECRET.into()
            } else {
                String::new()
            },
            page: "https://accounts.house.example/sign-in?from=news".into(),
            algorithm,
            key: keys.public(algorithm),
        };
        assert_eq!(settings.fault(), None);
        let test = network_with(engine, |all| all.accounts.providers = vec![settings]).await?;
        let node = test.start().await?;
        Ok(Self {
            test,
            node,
            keys,
            algorithm,
        })
    }

    /// Goes to the house; its page's address, state and nonce.
    async fn depart(&self, browser: &mut Browser) -> anyhow::Result<(String, String)> {
        let away = location(&browser.get(HOST, "/sign-in/house").await?);
        let url = url::Url::parse(&away)?;
        assert!(
            away.starts_with("https://accounts.house.example/sign-in?from=news&"),
            "{away}"
        );
        let of = |wanted: &str| {
            let found = url.query_pairs().find(|(name, _)| name == wanted);
            found.unwrap_or_else(|| panic!("no {wanted} in {away}")).1.into_owned()
        };
        assert_eq!(of("return_to"), "http://daily.example/sign-in/house/callback");
        Ok((of("state"), of("nonce")))
    }

    fn claims(&self, nonce: &str, subject: &str) -> Value {
        let now = self.test.app.now().as_seconds();
        json!({ "iss": ISSUER, "aud": "masthead", "sub": subject, "iat": now, "exp": now + 300,
            "jti": format!("{subject}-{nonce}"), "nonce": nonce })
    }

    fn header(&self) -> Value {
        json!({ "alg": name(self.algorithm), "typ": "JWT" })
    }

    fn signed(&self, claims: &Value) -> String {
        self.keys
            .sign(&self.header(), claims, self.algorithm, SECRET.as_bytes())
    }

    async fn arrive(&self, browser: &mut Browser, state: &str, token: &str) -> anyhow::Result<Answer> {
        let query = masthead_testkit::browser::encode(&[("state", state), ("token", token)]);
        browser.get(HOST, &format!("/sign-in/house/callback?{query}")).await
    }

    fn browser(&self) -> Browser {
        Browser::new(self.node.address)
    }
}

fn is_signed_in(browser: &Browser) -> bool {
    browser.cookie(HOST, "session").is_some()
}

async fn readers_of_the_house_sign_in_with_each_algorithm(engine: Engine) -> anyhow::Result<()> {
    for algorithm in [Algorithm::HS256, Algorithm::RS256, Algorithm::ES256] {
        let house = House::open(engine, algorithm).await?;
        let mut browser = house.browser();
        let page = browser.get(HOST, "/sign-in").await?.text();
        assert!(page.contains("Sign in with The house"), "{page}");
        let (state, nonce) = house.depart(&mut browser).await?;
        let mut claims = house.claims(&nonce, "7");
        claims["email"] = "seven@readers.example".into();
        claims["email_verified"] = true.into();
        let arrived = house.arrive(&mut browser, &state, &house.signed(&claims)).await?;
        assert!(
            arrived.status == 303 && is_signed_in(&browser),
            "{algorithm:?}: {}",
            arrived.text()
        );
        let mut conn = house.test.app.db.reader().await?;
        let account = rows::by_identity(&mut conn, "house", "7").await?.unwrap();
        assert!(rows::by_id(&mut conn, account).await?.unwrap().is_verified());
        drop(conn);
        house.node.stop().await;
    }
    Ok(())
}

async fn hostile_tokens_sign_nobody_in(engine: Engine) -> anyhow::Result<()> {
    for algorithm in [Algorithm::HS256, Algorithm::RS256] {
        let house = House::open(engine, algorithm).await?;
        refuses_what_is_hostile(&house).await?;
        house.node.stop().await;
    }
    Ok(())
}

async fn refuses_what_is_hostile(house: &House) -> anyhow::Result<()> {
    let (stranger, algorithm) = (Keys::new()?, house.algorithm);
    let now = house.test.app.now().as_seconds();
    let change = |claims: &Value, field: &str, value: Value| {
        let mut claims = claims.clone();
        claims[field] = value;
        claims
    };
    let without = |claims: &Value, field: &str| {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().remove(field);
        claims
    };
    type Make<'a> = Box<dyn Fn(&Value) -> String + 'a>;
    let mut cases: Vec<(String, Make<'_>)> = Vec::new();
    let mut claim = |what: &str, field: &'static str, value: Option<Value>| {
        let make: Make<'_> = Box::new(move |claims| {
            house.signed(&match &value {
                Some(value) => change(claims, field, value.clone()),
                None => without(claims, field),
            })
        });
        cases.push((what.to_owned(), make));
    };
    claim("another issuer", "iss", Some(json!("https://evil.example")));
    claim("another audience", "aud", Some(json!("somebody-else")));
    claim("two audiences", "aud", Some(json!(["masthead", "somebody-else"])));
    claim("expired", "exp", Some(json!(now - 400)));
    claim("lives long", "exp", Some(json!(now + 86_400)));
    claim("never ends", "exp", Some(json!(i64::MAX)));
    claim("from the future", "iat", Some(json!(now + 3_600)));
    claim("long ago", "iat", Some(json!(0)));
    claim("not yet", "nbf", Some(json!(now + 3_600)));
    claim("no id", "jti", None);
    claim("empty id", "jti", Some(json!("")));
    claim("no nonce", "nonce", None);
    claim("another nonce", "nonce", Some(json!("made up")));
    claim("no subject", "sub", None);
    claim("empty subject", "sub", Some(json!("")));
    for field in ["iss", "aud", "exp", "iat"] {
        claim(&format!("no {field}"), field, None);
    }
    let none = json!({ "alg": "none", "typ": "JWT" });
    cases.push((
        "unsigned".into(),
        Box::new(move |claims| format!("{}.{}.", part(&none), part(claims))),
    ));
    cases.push((
        "a stranger's key".into(),
        Box::new(|claims| {
            // A stranger's RSA key is the test's own, so that their curve stands for it.
            let with = if house.algorithm == Algorithm::HS256 {
                Algorithm::HS256
            } else {
                Algorithm::ES256
            };
            stranger.sign(&house.header(), claims, with, b"another secret of thirty-two bytes!")
        }),
    ));
    // A public key taken for a shared secret, in the forms in which somebody might hold it.
    for secret in [house.keys.public(Algorithm::RS256), KEY.to_owned(), String::new()] {
        cases.push((
            format!("confusion with {secret:.20}"),
            Box::new(move |claims| {
                let header = json!({ "alg": "HS256", "typ": "JWT" });
                house.keys.sign(&header, claims, Algorithm::HS256, secret.as_bytes())
            }),
        ));
    }
    cases.push((
        "another algorithm's name".into(),
        Box::new(|claims| {
            let other = if house.algorithm == Algorithm::HS256 {
                "RS256"
            } else {
                "HS256"
            };
            let header = json!({ "alg": other, "typ": "JWT" });
            house.keys.sign(&header, claims, house.algorithm, SECRET.as_bytes())
        }),
    ));
    cases.push((
        "a key of the token's own".into(),
        Box::new(|claims| {
            let key: Value = serde_json::from_str(&stranger.public(Algorithm::ES256)).unwrap();
            let header = json!({ "alg": "ES256", "typ": "JWT", "jwk": key });
            stranger.sign(&header, claims, Algorithm::ES256, b"")
        }),
    ));
    cases.push((
        "changed after it was signed".into(),
        Box::new(|claims| {
            let token = house.signed(claims);
            let mut parts: Vec<&str> = token.split('.').collect();
            let changed = part(&change(claims, "sub", json!("somebody-else")));
            parts[1] = &changed;
            parts.join(".")
        }),
    ));
    for garbage in ["", "a.b.c", "....", "\0", "{}", "null"] {
        cases.push((format!("garbage {garbage:?}"), Box::new(move |_| garbage.to_owned())));
    }
    cases.push((
        "very long".into(),
        Box::new(|claims| house.signed(&change(claims, "name", json!("a".repeat(9_000))))),
    ));
    for (what, make) in &cases {
        // What is tried too often would be refused for that alone.
        house.test.clock.step_seconds(60);
        let mut browser = house.browser();
        let (state, nonce) = house.depart(&mut browser).await?;
        let token = make(&house.claims(&nonce, "7"));
        let answer = house.arrive(&mut browser, &state, &token).await?;
        assert_eq!(answer.status, 422, "{algorithm:?}, {what}: {}", answer.text());
        assert!(!is_signed_in(&browser), "{algorithm:?}, {what}");
    }
    let known = rows::by_identity(&mut house.test.app.db.reader().await?, "house", "7").await?;
    assert_eq!(known, None);
    Ok(())
}

async fn a_token_counts_once(engine: Engine) -> anyhow::Result<()> {
    let house = House::open(engine, Algorithm::HS256).await?;
    let mut browser = house.browser();
    let (state, nonce) = house.depart(&mut browser).await?;
    let token = house.signed(&house.claims(&nonce, "7"));
    // In another browser it counts for nothing, and uses the state up.
    let mut thief = house.browser();
    house.depart(&mut thief).await?;
    assert_eq!(house.arrive(&mut thief, &state, &token).await?.status, 410);
    assert!(!is_signed_in(&thief));
    let (state, nonce) = house.depart(&mut browser).await?;
    let claims = house.claims(&nonce, "7");
    assert_eq!(
        house.arrive(&mut browser, &state, &house.signed(&claims)).await?.status,
        303
    );
    assert_eq!(
        house.arrive(&mut browser, &state, &house.signed(&claims)).await?.status,
        410
    );
    // The same id in a new exchange.
    let mut again = house.browser();
    let (state, nonce) = house.depart(&mut again).await?;
    let mut second = house.claims(&nonce, "7");
    second["jti"] = claims["jti"].clone();
    let refused = house.arrive(&mut again, &state, &house.signed(&second)).await?;
    assert!(refused.status == 422 && !is_signed_in(&again), "{}", refused.text());
    // After its time it has ended by itself.
    house.test.clock.step_seconds(900);
    let mut late = house.browser();
    let (state, _) = house.depart(&mut late).await?;
    assert_eq!(
        house.arrive(&mut late, &state, &house.signed(&claims)).await?.status,
        422
    );
    house.node.stop().await;
    Ok(())
}

async fn the_house_does_not_open_an_account_by_its_address(engine: Engine) -> anyhow::Result<()> {
    let house = House::open(engine, Algorithm::HS256).await?;
    reader(&house.test, "ada").await?;
    for (subject, verified) in [("1", json!(true)), ("2", json!(false)), ("3", Value::Null)] {
        let mut browser = house.browser();
        let (state, nonce) = house.depart(&mut browser).await?;
        let mut claims = house.claims(&nonce, subject);
        claims["email"] = "Ada@readers.example".into();
        if !verified.is_null() {
            claims["email_verified"] = verified;
        }
        let asked = house.arrive(&mut browser, &state, &house.signed(&claims)).await?;
        assert!(asked.status == 200 && !is_signed_in(&browser), "{}", asked.text());
        assert!(!hidden(&asked.text(), "token").is_empty());
    }
    house.node.stop().await;
    Ok(())
}
