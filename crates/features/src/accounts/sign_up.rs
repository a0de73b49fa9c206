//! Signing up: an address, a link that proves it, then a password and, if wanted at once, a username.
//!
//! The request for the link is the same work whoever asks: one job is written. What the address already has is looked
//! up by the job, and told in the mail alone.

use super::{AccountError, mailing, network_key, sign_in};
use crate::app::App;
use crate::profiles::{self, Wish};
use masthead_domain::accounts::{Email, LINK_SECONDS};
use masthead_domain::events::Event;
use masthead_domain::ids::{AccountId, EventId, ProfileId, SiteId};
use masthead_domain::profiles::ProfileState;
use masthead_services::codes;
use masthead_services::passwords::weakness;
use masthead_store::accounts::{self as rows, NewAccount};
use masthead_store::profiles::{NameHashes, Taking};
use masthead_store::{StoreError, comments as comment_rows, jobs, log, profiles as profile_rows};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The job that answers a request for a link.
pub const JOB: &str = "accounts.sign-up";
/// What its tokens are for.
pub(super) const PURPOSE: &str = "sign-up";
/// A program that fills forms waits this long for its mail.
const SLOWED: i64 = 30;

/// A request for a link.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Request {
    /// The address, as typed.
    pub email: String,
    /// The site that was asked.
    pub site: SiteId,
    /// `https://host` of where sign-in lives.
    pub origin: String,
    /// What the links in the mail carry on: the host that sent the reader, and where they were.
    pub onward: String,
}

/// Writes down that a link was asked for. `slow`: it looks like a program.
///
/// # Errors
/// [`AccountError::Email`]; when the store can't answer.
pub async fn ask(app: &App, request: Request, slow: bool) -> Result<(), AccountError> {
    Email::parse(&request.email).map_err(|_| AccountError::Email)?;
    schedule(app, JOB, &request, slow).await
}

/// Schedules a job whose key tells nothing and whose payload holds the address until it has run.
pub(super) async fn schedule(app: &App, kind: &'static str, request: &Request, slow: bool) -> Result<(), AccountError> {
    let key = codes::token().map_err(|error| AccountError::Failed(error.to_string()))?;
    let payload = serde_json::to_value(request).map_err(|error| AccountError::Failed(error.to_string()))?;
    let due = app.now().plus_seconds(if slow { SLOWED } else { 0 });
    app.db
        .write("accounts.ask", move |tx| {
            let (key, payload) = (key.clone(), payload.clone());
            Box::pin(async move { jobs::schedule(tx, kind, &key, due, &payload).await.map(|_| ()) })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}

/// Answers a request: a link to go on, or a word that there is an account.
///
/// # Errors
/// When the store can't answer.
pub async fn run(app: &App, payload: &serde_json::Value) -> Result<(), AccountError> {
    let request: Request =
        serde_json::from_value(payload.clone()).map_err(|error| AccountError::Failed(error.to_string()))?;
    let Ok(email) = Email::parse(&request.email) else {
        return Ok(());
    };
    let known = rows::by_email(&mut app.db.reader().await?, &email.key()).await?;
    let secret = codes::token().map_err(|error| AccountError::Failed(error.to_string()))?;
    let (origin, onward) = (&request.origin, &request.onward);
    let mail = if known.is_some() {
        let link = format!("{origin}/sign-in{}", with_query(&[], onward));
        let reset = format!("{origin}/sign-in/reset");
        mailing::write(app, Some(request.site), "known", &email, &link, &[("reset", &reset)])?
    } else {
        let link = format!("{origin}/sign-up/confirm{}", with_query(&[("token", &secret)], onward));
        mailing::write(app, Some(request.site), "sign-up", &email, &link, &[])?
    };
    let until = app.now().plus_seconds(LINK_SECONDS);
    let data = serde_json::to_value(&request).map_err(|error| AccountError::Failed(error.to_string()))?;
    app.db
        .write("accounts.sign_up", move |tx| {
            let (mail, secret, data) = (mail.clone(), secret.clone(), data.clone());
            Box::pin(async move {
                if known.is_none() {
                    rows::add_token(tx, &secret, PURPOSE, None, &data, until).await?;
                }
                mailing::send(tx, &mail).await
            })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}

/// A query of these pairs and what is carried on, with its question mark; empty for none.
pub(super) fn with_query(pairs: &[(&str, &str)], onward: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    let mut query = query.finish();
    if !onward.is_empty() {
        if !query.is_empty() {
            query.push('&');
        }
        query.push_str(onward);
    }
    if query.is_empty() { query } else { format!("?{query}") }
}

/// What a link that was followed stands for; it is not used up by looking.
///
/// # Errors
/// [`AccountError::Link`] when it was used, is too old, or never was.
pub async fn open(app: &App, secret: &str) -> Result<Request, AccountError> {
    let found = rows::token(&mut app.db.reader().await?, secret, PURPOSE, app.now()).await?;
    let (_, data) = found.ok_or(AccountError::Link)?;
    serde_json::from_value(data).map_err(|error| AccountError::Failed(error.to_string()))
}

/// What somebody chose who followed the link.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The link's token.
    pub token: String,
    /// The password.
    pub password: String,
    /// The username; empty to choose one later.
    pub username: String,
}

/// Makes the account, uses up the link, and signs the browser in, all or nothing.
///
/// # Errors
/// What the person can mend: username, password. [`AccountError::Link`] for a link that can't be used.
pub async fn complete(app: &App, choice: Choice, browser: &sign_in::Browser) -> Result<sign_in::Begun, AccountError> {
    let request = open(app, &choice.token).await?;
    let email = Email::parse(&request.email).map_err(|_| AccountError::Email)?;
    let wish = match choice.username.trim() {
        "" => None,
        typed => Some(profiles::wish(app, typed)?),
    };
    let local = request.email.split('@').next().unwrap_or_default();
    if let Some(weak) = weakness(&choice.password, &[&request.email, local, choice.username.trim()]) {
        return Err(AccountError::Password(weak));
    }
    // Before the costly hash, and again by the database when it is taken.
    if let Some(wish) = &wish {
        profiles::look(app, wish).await?;
    }
    let hash = app.accounts.passwords.hash(choice.password).await?;
    let account = NewAccount {
        id: AccountId::new(app.ids.as_ref()),
        email: Some(email),
        verified: true,
        password: Some(hash),
        site: Some(request.site),
    };
    make(app, account, wish, Some((choice.token, PURPOSE)), None, browser).await
}

/// Makes an account with its profile, uses a token up, links an identity, and begins a session, in one transaction.
pub(super) async fn make(
    app: &App,
    account: NewAccount,
    wish: Option<Wish>,
    token: Option<(String, &'static str)>,
    identity: Option<(String, String)>,
    browser: &sign_in::Browser,
) -> Result<sign_in::Begun, AccountError> {
    let begun = sign_in::prepare(
        app,
        account.id,
        browser,
        &masthead_domain::permissions::Grants::default(),
    )?;
    let answer = begun.clone();
    let fresh = ProfileId::new(app.ids.as_ref());
    let hashes = match &wish {
        Some(wish) => Some(NameHashes::of(network_key(app).await?, &wish.0)),
        None => None,
    };
    let ids = Arc::clone(&app.ids);
    app.db
        .write("accounts.make", move |tx| {
            let (account, begun, ids) = (account.clone(), begun.clone(), Arc::clone(&ids));
            let (wish, token, identity) = (wish.clone(), token.clone(), identity.clone());
            Box::pin(async move {
                if let Some((secret, purpose)) = &token {
                    rows::use_token(tx, secret, purpose).await?.ok_or(AccountError::Link)?;
                }
                let key = account.email.as_ref().map(Email::key);
                if let (Some(key), true) = (&key, account.verified)
                    && rows::by_email(tx, key).await?.is_some()
                {
                    return Err(AccountError::EmailTaken);
                }
                rows::insert(tx, &account).await?;
                if let (Some(email), true) = (&account.email, account.verified) {
                    rows::verify_email(tx, account.id, email).await?;
                }
                // Who proves the address of an imported author takes over what stands under it.
                let claimed = match (&key, account.verified) {
                    (Some(key), true) => profile_rows::claimable(tx, key).await?,
                    _ => Vec::new(),
                };
                let profile = match claimed.split_first() {
                    Some((profile, others)) => {
                        profile_rows::claim(tx, *profile, account.id).await?;
                        for other in others {
                            comment_rows::imported::move_to(tx, *other, *profile).await?;
                            profile_rows::erase(tx, *other).await?;
                        }
                        *profile
                    }
                    None => {
                        profile_rows::insert(tx, fresh, Some(account.id), ProfileState::Open, "", None).await?;
                        fresh
                    }
                };
                if let (Some(wish), Some(hashes)) = (&wish, &hashes) {
                    match profile_rows::take_name(tx, profile, &wish.0, hashes).await? {
                        Taking::Taken => {}
                        Taking::Unavailable => return Err(AccountError::UsernameTaken),
                        Taking::NamedBefore => return Err(AccountError::NamedBefore),
                    }
                    let event = Event::ProfileChanged { profile };
                    let now = tx.now();
                    log::append(tx, EventId::new(ids.as_ref()), event.kind(), &event.data(), now).await?;
                }
                if let Some((provider, subject)) = &identity
                    && !rows::add_identity(tx, account.id, provider, subject).await?
                {
                    return Err(AccountError::Link);
                }
                sign_in::store(tx, &begun).await?;
                Ok(())
            })
        })
        .await?;
    Ok(answer)
}
