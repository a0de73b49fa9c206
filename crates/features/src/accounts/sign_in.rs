//! Signing in with a password and, where an authenticator is set up, a code; sessions begin and end here.

use super::limits::{Limit, address_key};
use super::{AccountError, passkeys, session_seconds};
use crate::app::App;
use http::HeaderMap;
use http::header::USER_AGENT;
use masthead_domain::accounts::{AccountState, Email, Factor, SUDO_SECONDS};
use masthead_domain::ids::{AccountId, SessionId};
use masthead_domain::permissions::Grants;
use masthead_services::codes;
use masthead_store::accounts as rows;
use masthead_store::sessions::{self, NewSession};
use masthead_store::{StoreError, Tx};
use masthead_web::request::RequestInfo;
use serde_json::json;
use std::net::IpAddr;

/// What the token between password and code is for.
const CODE: &str = "code";
/// Seconds to type the code in.
pub(super) const CODE_SECONDS: i64 = 600;

/// The browser that is signed in.
#[derive(Clone, Debug)]
pub struct Browser {
    /// The host that its cookie belongs to, with port.
    pub host: String,
    /// What it is, in words; no address and no version.
    pub device: String,
    /// Where it is, for the limits alone.
    pub client: IpAddr,
    /// By what the person proves who they are.
    pub factor: Factor,
}

impl Browser {
    /// The browser that sent a request.
    pub fn of(headers: &HeaderMap, info: &RequestInfo, factor: Factor) -> Self {
        let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
        Self {
            host: info.host.to_string(),
            device: device(agent.unwrap_or_default()),
            client: info.client,
            factor,
        }
    }
}

/// A session that has begun, with what the cookie holds.
#[derive(Clone, Debug)]
pub struct Begun {
    /// What the cookie holds.
    pub secret: String,
    /// How long the cookie lives, in seconds.
    pub seconds: i64,
    session: NewSession,
}

impl Begun {
    /// Whose session it is.
    pub const fn account(&self) -> AccountId {
        self.session.account
    }
}

/// What a right password leads to.
#[derive(Clone, Debug)]
pub enum SignedIn {
    /// A session.
    Begun(Begun),
    /// A code is wanted too: the token that the form with the code carries.
    Code(String),
}

/// Signs in by address and password.
///
/// An address without an account costs as much time as one with, and gets the same answer.
///
/// # Errors
/// [`AccountError::Credentials`], [`AccountError::Closed`] (told to those alone who know the password),
/// [`AccountError::TooMany`].
pub async fn by_password(app: &App, email: &str, password: &str, browser: &Browser) -> Result<SignedIn, AccountError> {
    let key = Email::parse(email).map(|email| email.key());
    let limited = key.clone().unwrap_or_else(|_| email.trim().to_lowercase());
    take(app, Limit::SignInAddress, &address_key(browser.client))?;
    take(app, Limit::SignInAccount, &codes::digest(&limited))?;
    let mut conn = app.db.reader().await?;
    let account = match &key {
        Ok(key) => rows::by_email(&mut conn, key).await?,
        Err(_) => None,
    };
    let hash = match account {
        Some(account) => rows::password(&mut conn, account).await?,
        None => None,
    };
    drop(conn);
    if !app.accounts.passwords.is(password.to_owned(), hash).await? {
        return Err(AccountError::Credentials);
    }
    let account = account.ok_or(AccountError::Credentials)?;
    proved(app, account, browser).await
}

/// Takes one try from a bucket.
pub(crate) fn take(app: &App, limit: Limit, key: &str) -> Result<(), AccountError> {
    app.accounts
        .limits
        .take(limit, key, app.now())
        .map_err(AccountError::TooMany)
}

/// Goes on after a first factor: to the session, or to the code.
///
/// # Errors
/// [`AccountError::Closed`].
pub async fn proved(app: &App, account: AccountId, browser: &Browser) -> Result<SignedIn, AccountError> {
    let mut conn = app.db.reader().await?;
    let found = rows::by_id(&mut conn, account)
        .await?
        .ok_or(AccountError::Credentials)?;
    drop(conn);
    if found.state != AccountState::Active {
        return Err(AccountError::Closed);
    }
    // A passkey is something that one has and is: it needs no code beside it.
    if found.has_totp && browser.factor != Factor::Passkey {
        let secret = codes::token().map_err(|error| AccountError::Failed(error.to_string()))?;
        let until = app.now().plus_seconds(CODE_SECONDS);
        let (token, data) = (secret.clone(), json!({ "host": browser.host }));
        app.db
            .write("accounts.code", move |tx| {
                let (token, data) = (token.clone(), data.clone());
                Box::pin(async move { rows::add_token(tx, &token, CODE, Some(account), &data, until).await })
            })
            .await
            .map_err(|error: StoreError| AccountError::Store(error))?;
        return Ok(SignedIn::Code(secret));
    }
    Ok(SignedIn::Begun(begin(app, account, browser).await?))
}

/// Signs in by the code that was asked for after the password. A wrong code may be typed again while the token lives,
/// as often as the account's limit allows.
///
/// # Errors
/// [`AccountError::Link`] when the token is too old, [`AccountError::Code`] for a wrong or used code.
pub async fn by_code(app: &App, token: &str, code: &str, browser: &Browser) -> Result<Begun, AccountError> {
    let found = rows::token(&mut app.db.reader().await?, token, CODE, app.now()).await?;
    let (account, data) = found.ok_or(AccountError::Link)?;
    let account = account.ok_or(AccountError::Link)?;
    if data.get("host").and_then(serde_json::Value::as_str) != Some(&browser.host) {
        return Err(AccountError::Link);
    }
    take(app, Limit::SignInAccount, &account.to_string())?;
    check_code(app, account, code).await?;
    let token = token.to_owned();
    app.db
        .write("accounts.code_used", move |tx| {
            let token = token.clone();
            Box::pin(async move {
                rows::use_token(tx, &token, CODE).await?.ok_or(AccountError::Link)?;
                Ok::<_, AccountError>(())
            })
        })
        .await?;
    begin(app, account, browser).await
}

/// Whether the account behind the token of a code has a passkey, which needs no code.
///
/// # Errors
/// When the store can't answer.
pub async fn has_passkey(app: &App, token: &str) -> Result<bool, AccountError> {
    let found = rows::token(&mut app.db.reader().await?, token, CODE, app.now()).await?;
    match found.and_then(|(account, _)| account) {
        Some(account) => passkeys::has_any(app, account).await,
        None => Ok(false),
    }
}

/// Checks a code of the account's authenticator and uses it up.
///
/// # Errors
/// [`AccountError::Code`].
pub(super) async fn check_code(app: &App, account: AccountId, code: &str) -> Result<(), AccountError> {
    let totp = rows::totp(&mut app.db.reader().await?, account).await?;
    let secret = totp.and_then(|totp| totp.secret).ok_or(AccountError::Code)?;
    let step = codes::totp_step(&secret, code, app.now()).ok_or(AccountError::Code)?;
    let fresh = app
        .db
        .write("accounts.totp", move |tx| Box::pin(rows::use_totp(tx, account, step)))
        .await
        .map_err(|error: StoreError| AccountError::Store(error))?;
    if fresh { Ok(()) } else { Err(AccountError::Code) }
}

/// Begins a session of an account. Its secret is always a fresh one, so that no cookie that was there before counts.
///
/// # Errors
/// When the store can't answer.
pub async fn begin(app: &App, account: AccountId, browser: &Browser) -> Result<Begun, AccountError> {
    begin_in_chain(app, account, browser, None).await
}

/// Begins a session that was handed over from another.
pub(super) async fn begin_in_chain(
    app: &App,
    account: AccountId,
    browser: &Browser,
    chain: Option<SessionId>,
) -> Result<Begun, AccountError> {
    let grants = rows::grants(&mut app.db.reader().await?, account).await?;
    let mut begun = prepare(app, account, browser, &grants)?;
    if let Some(chain) = chain {
        begun = begun.chained(chain);
    }
    let for_store = begun.clone();
    app.db
        .write("sessions.begin", move |tx| {
            let begun = for_store.clone();
            Box::pin(async move { store(tx, &begun).await })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))?;
    Ok(begun)
}

/// Makes a session that is not stored yet.
pub(super) fn prepare(
    app: &App,
    account: AccountId,
    browser: &Browser,
    grants: &Grants,
) -> Result<Begun, AccountError> {
    let (now, seconds) = (app.now(), session_seconds(grants));
    let id = SessionId::new(app.ids.as_ref());
    Ok(Begun {
        secret: codes::token().map_err(|error| AccountError::Failed(error.to_string()))?,
        seconds,
        session: NewSession {
            id,
            chain: id,
            account,
            host: browser.host.clone(),
            device: browser.device.clone(),
            factor: browser.factor.name().to_owned(),
            expires_at: now.plus_seconds(seconds),
            sudo_until: now.plus_seconds(SUDO_SECONDS),
        },
    })
}

impl Begun {
    /// The same session as one of a chain.
    #[must_use]
    pub(super) const fn chained(mut self, chain: SessionId) -> Self {
        self.session.chain = chain;
        self
    }

    /// Its id.
    pub(super) const fn id(&self) -> SessionId {
        self.session.id
    }
}

/// Stores a session that was made.
pub(super) async fn store(tx: &mut Tx, begun: &Begun) -> Result<(), StoreError> {
    sessions::begin(tx, &begun.secret, &begun.session).await
}

/// Ends one session.
///
/// # Errors
/// When the store can't answer.
pub async fn end(app: &App, account: AccountId, session: SessionId) -> Result<bool, AccountError> {
    app.db
        .write("sessions.end", move |tx| Box::pin(sessions::end(tx, account, session)))
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}

/// Ends all sessions of an account but one.
///
/// # Errors
/// When the store can't answer.
pub async fn end_others(app: &App, account: AccountId, but: Option<SessionId>) -> Result<u64, AccountError> {
    app.db
        .write("sessions.end_others", move |tx| {
            Box::pin(sessions::end_others(tx, account, but))
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}

/// A browser in words, from its `User-Agent`: enough to know one's own again, and nothing that tells people apart.
pub fn device(agent: &str) -> String {
    let browser = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let system = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let name = |table: &[(&str, &'static str)]| {
        table
            .iter()
            .find(|(mark, _)| agent.contains(mark))
            .map(|(_, name)| *name)
    };
    match (name(&browser), name(&system)) {
        (Some(browser), Some(system)) => format!("{browser} ({system})"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => "–".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_named_without_telling_people_apart() {
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        assert_eq!(device(firefox), "Firefox (Linux)");
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0";
        assert_eq!(device(edge), "Edge (Windows)");
        assert_eq!(device("<script>alert(1)</script>"), "–");
    }
}
