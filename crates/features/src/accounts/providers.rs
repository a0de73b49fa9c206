//! Signing in with other providers: an identity opens the account that it was linked to, makes a new one, or asks for a
//! factor of the account that has the address (`domain::accounts::link` decides which).
//!
//! What is under way is a token that is used once: it names the provider, holds the secrets of the exchange, and counts
//! in the browser with the cookie that began it alone.

use super::handover::Onward;
use super::limits::{Limit, address_key};
use super::sign_in::{Browser, SignedIn};
use super::{AccountError, Viewer, own, passkeys, sign_in, sign_up};
use crate::app::App;
use masthead_domain::accounts::{AccountState, Claim, Factor, Linking, link as decide};
use masthead_domain::ids::{AccountId, SiteId};
use masthead_services::codes;
use masthead_services::providers::{self as protocol, Kept, ProviderSettings};
use masthead_store::accounts::{self as rows, NewAccount};
use masthead_store::{StoreError, Tx};
use masthead_web::request::RequestInfo;
use serde::{Deserialize, Serialize};

/// What the token of a sign-in that is under way is for.
const AWAY: &str = "provider";
/// What the token of an identity is for that waits for a factor of the account with its address.
const LINK: &str = "provider-link";
/// What the token of a proof is for that was used up.
const ONCE: &str = "provider-once";
/// Seconds in which a reader is expected back.
const AWAY_SECONDS: i64 = 900;
/// Seconds to show the factor.
const LINK_SECONDS: i64 = 600;

/// Who is away at a provider.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Away {
    provider: String,
    kept: Kept,
    /// The digest of what the browser's cookie holds.
    flow: String,
    /// Where they go on afterwards.
    pub onward: Onward,
    /// The account of whoever was signed in and asked for this.
    pub link: Option<AccountId>,
    /// Whether it was asked to show that it is them, and not to link the identity.
    #[serde(default)]
    pub confirm: bool,
}

impl Away {
    /// Why they went.
    pub fn errand(&self) -> Errand {
        match self.link {
            None => Errand::SignIn,
            Some(account) if self.confirm => Errand::Confirm(account),
            Some(account) => Errand::Link(account),
        }
    }
}

/// Why somebody goes to a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errand {
    /// To sign in.
    SignIn,
    /// To link an identity to this account.
    Link(AccountId),
    /// To show that it is still the owner of this account, before a dangerous act.
    Confirm(AccountId),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Waiting {
    provider: String,
    subject: String,
    host: String,
}

/// What a provider's word led to.
pub enum Arrived {
    /// Signed in, or as good as.
    SignedIn(SignedIn),
    /// Somebody has the address: the token with which a factor of theirs is shown.
    Ask(String),
    /// The identity is linked to the account whose owner asked for it.
    Linked,
    /// It is still the owner of the account: dangerous acts may go on.
    Confirmed,
}

/// The provider of a name, if the settings have one.
///
/// # Errors
/// [`AccountError::Unknown`].
pub fn named<'a>(app: &'a App, name: &str) -> Result<&'a ProviderSettings, AccountError> {
    let all = &app.accounts.settings.providers;
    all.iter()
        .find(|provider| provider.name == name)
        .ok_or(AccountError::Unknown)
}

fn failed(error: impl std::fmt::Display) -> AccountError {
    AccountError::Failed(error.to_string())
}

/// Sends somebody to a provider; the address of its page. `back` is where they arrive again.
///
/// # Errors
/// [`AccountError::Provider`] when it can't be asked, [`AccountError::TooMany`].
pub async fn depart(
    app: &App,
    provider: &ProviderSettings,
    back: &str,
    (flow, onward, errand): (&str, &Onward, Errand),
    browser: &Browser,
) -> Result<String, AccountError> {
    sign_in::take(app, Limit::SignInAddress, &address_key(browser.client))?;
    let again = matches!(errand, Errand::Confirm(_));
    let departure = protocol::depart(&app.fetcher, provider, back, again)
        .await
        .map_err(|error| unheard(provider, &error))?;
    let away = Away {
        provider: provider.name.clone(),
        kept: departure.kept,
        flow: codes::digest(flow),
        onward: onward.clone(),
        link: match errand {
            Errand::SignIn => None,
            Errand::Link(account) | Errand::Confirm(account) => Some(account),
        },
        confirm: again,
    };
    let data = serde_json::to_value(away).map_err(failed)?;
    let (state, until) = (departure.state, app.now().plus_seconds(AWAY_SECONDS));
    app.db
        .write("accounts.depart", move |tx| {
            let (state, data) = (state.clone(), data.clone());
            Box::pin(async move { rows::add_token(tx, &state, AWAY, None, &data, until).await })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))?;
    Ok(departure.url)
}

/// Logs what a provider got wrong, without anything personal; the reader is told only that it did.
fn unheard(provider: &ProviderSettings, error: &protocol::ProviderError) -> AccountError {
    tracing::warn!(provider = %provider.name, %error, "a provider's word could not be had");
    AccountError::Provider
}

/// Who comes back with a state. It is used up, whatever becomes of it.
///
/// # Errors
/// [`AccountError::Link`] for a state that was used, is too old, never was, or belongs to another browser or provider.
pub async fn returned(
    app: &App,
    provider: &ProviderSettings,
    state: &str,
    flow: Option<&str>,
) -> Result<Away, AccountError> {
    let token = state.to_owned();
    let data = app
        .db
        .write("accounts.returned", move |tx| {
            let token = token.clone();
            Box::pin(async move { rows::use_token(tx, &token, AWAY).await })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))?;
    let (_, data) = data.ok_or(AccountError::Link)?;
    let away: Away = serde_json::from_value(data).map_err(failed)?;
    let is_theirs = flow.is_some_and(|flow| codes::digest(flow) == away.flow) && away.provider == provider.name;
    if is_theirs { Ok(away) } else { Err(AccountError::Link) }
}

/// Goes on with somebody who came back with a code. `origin` is that of the accounts host, `back` the address that was
/// given to the provider.
///
/// # Errors
/// [`AccountError::Provider`], [`AccountError::ProviderTaken`], [`AccountError::Closed`].
pub async fn arrive(
    app: &App,
    provider: &ProviderSettings,
    away: &Away,
    code: &str,
    (back, origin, site): (&str, &str, SiteId),
    viewer: Option<&Viewer>,
    browser: &Browser,
) -> Result<Arrived, AccountError> {
    sign_in::take(app, Limit::SignInAddress, &address_key(browser.client))?;
    let said = protocol::arrive(&app.fetcher, provider, back, code, &away.kept, app.now())
        .await
        .map_err(|error| unheard(provider, &error))?;
    if let Some(once) = said.once {
        use_up(app, provider, once).await?;
    }
    let claim = said.claim;
    let mut conn = app.db.reader().await?;
    let known = rows::by_identity(&mut conn, &claim.provider, &claim.subject).await?;
    let holder = match &claim.email {
        Some(email) => rows::holder(&mut conn, &email.key()).await?,
        None => None,
    };
    drop(conn);
    if let Some(account) = away.link {
        // Only in the session that asked: somebody may have signed out meanwhile.
        let viewer = viewer
            .filter(|viewer| viewer.account == account)
            .ok_or(AccountError::Link)?;
        if away.confirm {
            // Another identity of the same provider proves nothing about this account, and with a password or an
            // authenticator a provider's word would be the weaker proof.
            let account = rows::by_id(&mut app.db.reader().await?, viewer.account).await?;
            let has_factor = account.is_none_or(|account| account.has_password || account.has_totp);
            if known != Some(viewer.account) || has_factor {
                return Err(AccountError::Provider);
            }
            own::allow(app, viewer).await?;
            return Ok(Arrived::Confirmed);
        }
        if known.is_some_and(|known| known != viewer.account) {
            return Err(AccountError::ProviderTaken);
        }
        attach(app, account, claim.provider, claim.subject).await?;
        return Ok(Arrived::Linked);
    }
    match decide(&claim, known, holder) {
        Linking::Known(account) => Ok(Arrived::SignedIn(sign_in::proved(app, account, browser).await?)),
        Linking::Ask(account) => Ok(Arrived::Ask(wait(app, account, claim, browser).await?)),
        Linking::New { verified } => make(app, claim, verified, (origin, site), browser).await,
    }
}

/// Remembers a proof that counts once, for as long as it would count.
async fn use_up(app: &App, provider: &ProviderSettings, once: protocol::Once) -> Result<(), AccountError> {
    let key = format!("{ONCE} {} {}", provider.name, once.id);
    let written = app
        .db
        .write("accounts.use_up", move |tx| {
            let key = key.clone();
            Box::pin(async move { rows::add_token(tx, &key, ONCE, None, &serde_json::Value::Null, once.until).await })
        })
        .await;
    match written {
        Ok(()) => Ok(()),
        Err(StoreError::Conflict { .. }) => {
            tracing::warn!(provider = %provider.name, "a token of the provider came a second time");
            Err(AccountError::Provider)
        }
        Err(error) => Err(AccountError::Store(error)),
    }
}

/// Makes an account for a new identity. It has no username: that is chosen by the person, never made of what the
/// provider calls them. An address that nobody vouches for gets a link.
async fn make(
    app: &App,
    claim: Claim,
    verified: bool,
    (origin, site): (&str, SiteId),
    browser: &Browser,
) -> Result<Arrived, AccountError> {
    let account = NewAccount {
        id: AccountId::new(app.ids.as_ref()),
        email: claim.email.clone().filter(|_| verified),
        verified,
        password: None,
        site: Some(site),
    };
    let id = account.id;
    let identity = Some((claim.provider, claim.subject));
    let begun = sign_up::make(app, account, None, None, identity, browser).await?;
    if let Some(email) = claim.email.filter(|_| !verified) {
        match own::ask_email(app, id, site, origin, email.as_str()).await {
            // The address had its share of mails: it can be given again from the account's page.
            Ok(()) | Err(AccountError::TooMany(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Arrived::SignedIn(SignedIn::Begun(begun)))
}

/// Keeps an identity until a factor of the account that has its address was shown.
async fn wait(app: &App, account: AccountId, claim: Claim, browser: &Browser) -> Result<String, AccountError> {
    let secret = codes::token().map_err(failed)?;
    let data = serde_json::to_value(Waiting {
        provider: claim.provider,
        subject: claim.subject,
        host: browser.host.clone(),
    })
    .map_err(failed)?;
    let (token, until) = (secret.clone(), app.now().plus_seconds(LINK_SECONDS));
    app.db
        .write("accounts.ask", move |tx| {
            let (token, data) = (token.clone(), data.clone());
            Box::pin(async move { rows::add_token(tx, &token, LINK, Some(account), &data, until).await })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))?;
    Ok(secret)
}

async fn attach(app: &App, account: AccountId, provider: String, subject: String) -> Result<(), AccountError> {
    app.db
        .write("accounts.link", move |tx| {
            let (provider, subject) = (provider.clone(), subject.clone());
            Box::pin(async move { give(tx, account, &provider, &subject).await })
        })
        .await
}

/// Gives an identity to an account; nothing where it has it.
async fn give(tx: &mut Tx, account: AccountId, provider: &str, subject: &str) -> Result<(), AccountError> {
    if rows::add_identity(tx, account, provider, subject).await?
        || rows::by_identity(tx, provider, subject).await? == Some(account)
    {
        Ok(())
    } else {
        Err(AccountError::ProviderTaken)
    }
}

/// What the page that asks for a factor says.
#[derive(Clone, Debug)]
pub struct Question {
    /// What readers call the provider.
    pub provider: String,
    /// Whether the account has a password.
    pub has_password: bool,
    /// Whether it has an authenticator.
    pub has_totp: bool,
    /// Whether it has a passkey.
    pub has_passkey: bool,
    account: AccountId,
    waiting: Waiting,
}

/// A factor that is shown before an identity is linked.
pub enum Shown<'a> {
    /// A password.
    Password(&'a str),
    /// A code of an authenticator.
    Code(&'a str),
    /// A passkey.
    Passkey(passkeys::Answer),
}

/// The question behind a token.
///
/// # Errors
/// [`AccountError::Link`] when it was answered, is too old, or belongs to another host.
pub async fn question(app: &App, token: &str, browser: &Browser) -> Result<Question, AccountError> {
    let mut conn = app.db.reader().await?;
    let found = rows::token(&mut conn, token, LINK, app.now()).await?;
    let (account, data) = found.ok_or(AccountError::Link)?;
    let account = account.ok_or(AccountError::Link)?;
    let waiting: Waiting = serde_json::from_value(data).map_err(failed)?;
    let known = rows::by_id(&mut conn, account).await?.ok_or(AccountError::Link)?;
    let passkeys = rows::passkeys(&mut conn, account).await?;
    if waiting.host != browser.host {
        return Err(AccountError::Link);
    }
    Ok(Question {
        provider: named(app, &waiting.provider)?.label().to_owned(),
        has_password: known.has_password,
        has_totp: known.has_totp,
        has_passkey: !passkeys.is_empty(),
        account,
        waiting,
    })
}

/// Links the identity that waits to the account that has its address, after a factor of that account, and signs in.
///
/// # Errors
/// [`AccountError::Credentials`], [`AccountError::Code`], [`AccountError::Passkey`], [`AccountError::Closed`],
/// [`AccountError::Link`], [`AccountError::TooMany`].
pub async fn answer(
    app: &App,
    info: &RequestInfo,
    token: &str,
    shown: &Shown<'_>,
    browser: &Browser,
) -> Result<(SignedIn, Factor), AccountError> {
    let question = question(app, token, browser).await?;
    let account = question.account;
    sign_in::take(app, Limit::SignInAccount, &account.to_string())?;
    let known = rows::by_id(&mut app.db.reader().await?, account).await?;
    let factor = match shown {
        Shown::Passkey(passkey) => {
            if passkeys::prove(app, info, passkey).await? != account {
                return Err(AccountError::Passkey);
            }
            Factor::Passkey
        }
        Shown::Code(code) => {
            sign_in::check_code(app, account, code).await?;
            Factor::Code
        }
        Shown::Password(password) => {
            let hash = rows::password(&mut app.db.reader().await?, account).await?;
            if !app.accounts.passwords.is((*password).to_owned(), hash).await? {
                return Err(AccountError::Credentials);
            }
            Factor::Password
        }
    };
    if known.is_none_or(|known| known.state != AccountState::Active) {
        return Err(AccountError::Closed);
    }
    let (secret, waiting) = (token.to_owned(), question.waiting);
    app.db
        .write("accounts.answer", move |tx| {
            let (secret, waiting) = (secret.clone(), waiting.clone());
            Box::pin(async move {
                rows::use_token(tx, &secret, LINK).await?.ok_or(AccountError::Link)?;
                give(tx, account, &waiting.provider, &waiting.subject).await
            })
        })
        .await?;
    let browser = Browser {
        factor,
        ..browser.clone()
    };
    // The code was a second factor beside the provider's word already; a password still asks for one.
    let signed_in = if factor == Factor::Code {
        SignedIn::Begun(sign_in::begin(app, account, &browser).await?)
    } else {
        sign_in::proved(app, account, &browser).await?
    };
    Ok((signed_in, factor))
}

/// Unlinks a provider, unless nothing else is left to sign in with.
///
/// # Errors
/// [`AccountError::LastWay`].
pub async fn unlink(app: &App, account: AccountId, provider: &str) -> Result<(), AccountError> {
    let provider = provider.to_owned();
    app.db
        .write("accounts.unlink", move |tx| {
            let provider = provider.clone();
            Box::pin(async move {
                rows::drop_identity(tx, account, &provider).await?;
                own::keep_a_way_in(tx, account).await
            })
        })
        .await
}
