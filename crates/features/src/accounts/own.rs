//! What an account's owner does with it: password, address, authenticator, proof that it is them, and everything that is
//! kept about them.

use super::limits::Limit;
use super::sign_in::CODE_SECONDS;
use super::sign_up::with_query;
use super::{AccountError, Viewer, mailing, passkeys, sign_in};
use crate::app::App;
use masthead_domain::accounts::{Account, Email, LINK_SECONDS, SUDO_SECONDS};
use masthead_domain::ids::{AccountId, SiteId};
use masthead_domain::places::Chosen;
use masthead_services::codes;
use masthead_services::passwords::weakness;
use masthead_store::{StoreError, Tx, accounts as rows, profiles, sessions};
use masthead_web::request::RequestInfo;
use serde_json::json;

/// What tokens of a new address are for.
const EMAIL: &str = "email";

/// Fewest and most of the eight digits that are mailed.
const MAILED: std::ops::Range<u64> = 10_000_000..100_000_000;
/// What their tokens are for.
const SUDO: &str = "sudo";

/// Whether an account can be asked by mail for what it has no factor of its own for: neither a password nor an
/// authenticator, and a proved address. With either of them a mail would be the weaker proof.
pub fn is_asked_by_mail(account: &Account) -> bool {
    !account.has_password && !account.has_totp && account.is_verified()
}

/// The text that a mailed code is kept under: it counts in the session that asked for it alone.
fn mailed_key(viewer: &Viewer, code: &str) -> String {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    format!("sudo {} {digits}", viewer.session)
}

/// Mails a code to an account without a factor of its own.
///
/// # Errors
/// [`AccountError::TooMany`]; [`AccountError::Email`] when the account is not one to ask by mail.
pub async fn mail_code(app: &App, viewer: &Viewer, site: SiteId, origin: &str) -> Result<(), AccountError> {
    let account = rows::by_id(&mut app.db.reader().await?, viewer.account).await?;
    let account = account.filter(is_asked_by_mail).ok_or(AccountError::Email)?;
    let email = Email::parse(account.email.as_deref().unwrap_or_default()).map_err(|_| AccountError::Email)?;
    sign_in::take(app, Limit::MailAccount, &codes::digest(&email.key()))?;
    let code = codes::digits(MAILED).map_err(|error| AccountError::Failed(error.to_string()))?;
    let link = format!("{origin}/account/confirm");
    let mail = mailing::write(app, Some(site), "sudo", &email, &link, &[("code", &code)])?;
    let (key, account) = (mailed_key(viewer, &code), viewer.account);
    let until = app.now().plus_seconds(CODE_SECONDS);
    app.db
        .write("accounts.mail_code", move |tx| {
            let (key, mail) = (key.clone(), mail.clone());
            Box::pin(async move {
                rows::add_token(tx, &key, SUDO, Some(account), &json!({}), until).await?;
                mailing::send(tx, &mail).await
            })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}

async fn check_mailed(app: &App, viewer: &Viewer, code: &str) -> Result<(), AccountError> {
    let (key, account) = (mailed_key(viewer, code), viewer.account);
    let used = app
        .db
        .write("accounts.mailed_code", move |tx| {
            let key = key.clone();
            Box::pin(async move { rows::use_token(tx, &key, SUDO).await })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))?;
    let is_theirs = used.is_some_and(|(owner, _)| owner == Some(account));
    if is_theirs { Ok(()) } else { Err(AccountError::Code) }
}

/// Refuses what leaves an account without a way to sign in. Whoever can get mail can get a new password.
pub(super) async fn keep_a_way_in(tx: &mut Tx, account: AccountId) -> Result<(), AccountError> {
    let known = rows::by_id(tx, account).await?.ok_or(AccountError::Unknown)?;
    let has_any = known.has_password
        || known.is_verified()
        || !rows::identities(tx, account).await?.is_empty()
        || !rows::passkeys(tx, account).await?.is_empty();
    if has_any { Ok(()) } else { Err(AccountError::LastWay) }
}

/// Lets dangerous acts of a session through for a while: a factor of its account was shown.
///
/// # Errors
/// When the store can't answer.
pub(super) async fn allow(app: &App, viewer: &Viewer) -> Result<(), AccountError> {
    let (session, until) = (viewer.session, app.now().plus_seconds(SUDO_SECONDS));
    app.db
        .write("sessions.sudo", move |tx| Box::pin(sessions::sudo(tx, session, until)))
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}

/// Lets dangerous acts through for a while, after a passkey of the account.
///
/// # Errors
/// [`AccountError::Passkey`], for somebody else's too.
pub async fn confirm_by_passkey(
    app: &App,
    info: &RequestInfo,
    viewer: &Viewer,
    answer: &passkeys::Answer,
) -> Result<(), AccountError> {
    if passkeys::prove(app, info, answer).await? != viewer.account {
        return Err(AccountError::Passkey);
    }
    allow(app, viewer).await
}

/// Lets dangerous acts through for a while, after the password, or a code: an authenticator's, or a mailed one where the
/// account has no other factor.
///
/// # Errors
/// [`AccountError::Credentials`], [`AccountError::Code`], [`AccountError::TooMany`].
pub async fn confirm(app: &App, viewer: &Viewer, password: &str, code: &str) -> Result<(), AccountError> {
    sign_in::take(app, Limit::SignInAccount, &viewer.account.to_string())?;
    let account = rows::by_id(&mut app.db.reader().await?, viewer.account).await?;
    if !code.trim().is_empty() && account.as_ref().is_some_and(is_asked_by_mail) {
        check_mailed(app, viewer, code).await?;
    } else if code.trim().is_empty() {
        let hash = rows::password(&mut app.db.reader().await?, viewer.account).await?;
        if !app.accounts.passwords.is(password.to_owned(), hash).await? {
            return Err(AccountError::Credentials);
        }
    } else {
        sign_in::check_code(app, viewer.account, code).await?;
    }
    allow(app, viewer).await
}

/// Sets another password, and ends every other session: a thief's too.
///
/// # Errors
/// [`AccountError::Password`].
pub async fn set_password(app: &App, viewer: &Viewer, password: String) -> Result<(), AccountError> {
    let (account, session) = (viewer.account, viewer.session);
    let known = rows::by_id(&mut app.db.reader().await?, account).await?;
    let email = known.and_then(|known| known.email).unwrap_or_default();
    let local = email.split('@').next().unwrap_or_default();
    let username = viewer.username.as_deref().unwrap_or_default();
    if let Some(weak) = weakness(&password, &[&email, local, username]) {
        return Err(AccountError::Password(weak));
    }
    let hash = app.accounts.passwords.hash(password).await?;
    app.db
        .write("accounts.set_password", move |tx| {
            let hash = hash.clone();
            Box::pin(async move {
                rows::set_password(tx, account, Some(&hash)).await?;
                rows::drop_tokens(tx, account).await?;
                sessions::end_others(tx, account, Some(session)).await.map(|_| ())
            })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}

/// Sends a link to a new address; the old one counts until the link is followed. Whether the new address belongs to
/// somebody is told in its mailbox alone.
///
/// # Errors
/// [`AccountError::Email`], [`AccountError::TooMany`].
pub async fn ask_email(
    app: &App,
    account: AccountId,
    site: SiteId,
    origin: &str,
    email: &str,
) -> Result<(), AccountError> {
    let email = Email::parse(email).map_err(|_| AccountError::Email)?;
    sign_in::take(app, Limit::MailAccount, &codes::digest(&email.key()))?;
    let owner = rows::by_email(&mut app.db.reader().await?, &email.key()).await?;
    let secret = codes::token().map_err(|error| AccountError::Failed(error.to_string()))?;
    let mail = if owner.is_some_and(|owner| owner != account) {
        let link = format!("{origin}/sign-in");
        mailing::write(
            app,
            Some(site),
            "known",
            &email,
            &link,
            &[("reset", &format!("{origin}/sign-in/reset"))],
        )?
    } else {
        let link = format!(
            "{origin}/account/email/confirm{}",
            with_query(&[("token", &secret)], "")
        );
        mailing::write(app, Some(site), "email", &email, &link, &[])?
    };
    let until = app.now().plus_seconds(LINK_SECONDS);
    let data = json!({ "email": email.as_str() });
    app.db
        .write("accounts.ask_email", move |tx| {
            let (mail, secret, data) = (mail.clone(), secret.clone(), data.clone());
            Box::pin(async move {
                rows::add_token(tx, &secret, EMAIL, Some(account), &data, until).await?;
                mailing::send(tx, &mail).await
            })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}

/// Writes the new address of a link that was followed in the owner's own browser.
///
/// # Errors
/// [`AccountError::Link`], [`AccountError::EmailTaken`].
pub async fn confirm_email(app: &App, viewer: &Viewer, secret: &str) -> Result<(), AccountError> {
    let (account, token) = (viewer.account, secret.to_owned());
    app.db
        .write("accounts.confirm_email", move |tx| {
            let token = token.clone();
            Box::pin(async move {
                let (owner, data) = rows::use_token(tx, &token, EMAIL).await?.ok_or(AccountError::Link)?;
                if owner != Some(account) {
                    return Err(AccountError::Link);
                }
                let email = data
                    .get("email")
                    .and_then(serde_json::Value::as_str)
                    .unwrap_or_default();
                let email = Email::parse(email).map_err(|_| AccountError::Link)?;
                if rows::verify_email(tx, account, &email).await? {
                    Ok(())
                } else {
                    Err(AccountError::EmailTaken)
                }
            })
        })
        .await
}

/// Makes a secret for an authenticator; it counts once a code of it was typed in.
///
/// # Errors
/// When the store can't answer.
pub async fn begin_totp(app: &App, account: AccountId) -> Result<String, AccountError> {
    if let Some(known) = rows::totp(&mut app.db.reader().await?, account).await?
        && known.confirmed_at.is_none()
        && let Some(secret) = known.secret
    {
        return Ok(secret);
    }
    let secret = codes::totp_secret().map_err(|error| AccountError::Failed(error.to_string()))?;
    let kept = secret.clone();
    app.db
        .write("accounts.begin_totp", move |tx| {
            let secret = kept.clone();
            Box::pin(async move { rows::set_totp(tx, account, Some(&secret), None).await })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))?;
    Ok(secret)
}

/// Turns the authenticator on, by a first code of it.
///
/// # Errors
/// [`AccountError::Code`].
pub async fn confirm_totp(app: &App, account: AccountId, code: &str) -> Result<(), AccountError> {
    sign_in::take(app, Limit::SignInAccount, &account.to_string())?;
    sign_in::check_code(app, account, code).await?;
    app.db
        .write("accounts.confirm_totp", move |tx| {
            Box::pin(async move {
                let now = tx.now();
                let known = rows::totp(tx, account).await?;
                let secret = known.and_then(|known| known.secret);
                rows::set_totp(tx, account, secret.as_deref(), Some(now)).await
            })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}

/// Turns the authenticator off.
///
/// # Errors
/// When the store can't answer.
pub async fn drop_totp(app: &App, account: AccountId) -> Result<(), AccountError> {
    app.db
        .write("accounts.drop_totp", move |tx| {
            Box::pin(async move { rows::set_totp(tx, account, None, None).await })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}

/// Everything that is kept about somebody, as one document. What they wrote is added by the features that keep it.
///
/// # Errors
/// When the store can't answer.
pub async fn everything(app: &App, viewer: &Viewer) -> Result<serde_json::Value, AccountError> {
    let mut conn = app.db.snapshot().await?;
    let account = rows::by_id(&mut conn, viewer.account)
        .await?
        .ok_or(AccountError::Unknown)?;
    let profile = profiles::by_id(&mut conn, viewer.profile).await?;
    let changes = profiles::changes_of(&mut conn, viewer.profile).await?;
    let identities = rows::identities(&mut conn, viewer.account).await?;
    let passkeys = rows::passkeys(&mut conn, viewer.account).await?;
    let sessions = sessions::of_account(&mut conn, viewer.account, app.now()).await?;
    let comments = crate::comments::everything(&mut conn, viewer.profile).await?;
    let contributions = crate::contributions::everything(&mut conn, viewer.profile).await?;
    let listings = crate::listings::everything(&mut conn, viewer.account).await?;
    let devices = crate::push::subscriptions::everything(&mut conn, viewer.account).await?;
    let muted = crate::comments::mutes::of(&mut conn, viewer).await?;
    let mistakes = crate::mistakes::everything(&mut conn, viewer.profile).await?;
    let notices = crate::notices::everything(&mut conn, viewer.profile).await?;
    let places: Vec<_> = Chosen::parse(&viewer.places)
        .unwrap_or_default()
        .each()
        .filter_map(|(component, place)| Some(json!({ "for": component.name(), "place": place? })))
        .collect();
    Ok(json!({
        "comments": comments,
        "contributions": contributions,
        "listings": listings,
        "devices": devices,
        "muted": muted,
        "mistakes": mistakes,
        "notices": notices,
        "account": {
            "id": account.id,
            "email": account.email,
            "email_verified": account.email_verified_at,
            "password": account.has_password,
            "authenticator": account.has_totp,
            "created": account.created_at,
            "deletion": account.delete_at,
            "places": places,
            "roles": viewer.grants,
        },
        "profile": profile.map(|profile| json!({
            "id": profile.id,
            "username": profile.username,
            "name": profile.display_name,
            "bio": profile.bio,
            "picture": profile.picture,
            "joined": profile.named_at,
        })),
        "changes": changes.iter().map(|change| json!({
            "field": change.field, "value": change.value, "state": change.state, "asked": change.asked_at,
            "reason": change.reason,
        })).collect::<Vec<_>>(),
        "providers": identities.iter().map(|identity| json!({
            "provider": identity.provider, "subject": identity.subject, "since": identity.created_at,
        })).collect::<Vec<_>>(),
        "passkeys": passkeys.iter().map(|key| json!({
            "name": key.name, "since": key.created_at, "used": key.used_at,
        })).collect::<Vec<_>>(),
        "sessions": sessions.iter().map(|session| json!({
            "host": session.host, "device": session.device, "since": session.created_at, "seen": session.seen_at,
        })).collect::<Vec<_>>(),
    }))
}
