//! Passkeys: adding, naming and removing them, and what one proves.
//!
//! A question is a token that is used once, whatever the answer is. A passkey is something that one has and is: it signs
//! in by itself, without the code of an authenticator, and it stands for one wherever a factor is asked for.

use super::handover;
use super::limits::{Limit, address_key};
use super::own::keep_a_way_in;
use super::sign_in::{Browser, SignedIn};
use super::{AccountError, Viewer, sign_in};
use crate::app::App;
use masthead_domain::accounts::{Factor, LONGEST_PASSKEY_NAME, MOST_PASSKEYS};
use masthead_domain::ids::{AccountId, PasskeyId};
use masthead_services::codes;
use masthead_services::passkeys::{Party, PasskeyError, Question, Shown};
use masthead_store::accounts as rows;
use masthead_store::{StoreError, Tx};
use masthead_web::request::RequestInfo;
use serde::Serialize;
use serde_json::Value;

/// What the token of a question for a passkey is for.
const ASKED: &str = "passkey";
/// What the token of a question for a new one is for.
const ASKED_NEW: &str = "passkey-new";
/// Seconds to find the device and lay a finger on it.
const SECONDS: i64 = 600;

/// A question as the page's script gets it.
#[derive(Clone, Debug, Serialize)]
pub struct Asked {
    /// What the answer has to name.
    pub token: String,
    /// What `navigator.credentials` is called with.
    pub options: Value,
}

/// An answer as a form brings it.
#[derive(Clone, Debug)]
pub struct Answer {
    /// [`Asked::token`].
    pub token: String,
    /// The credential, as JSON.
    pub credential: String,
}

/// The party of the network's passkeys: the host where sign-in lives.
fn party(app: &App, info: &RequestInfo) -> Result<Party, AccountError> {
    Party::new(&handover::origin(app, info)).map_err(unlike)
}

fn unlike(error: PasskeyError) -> AccountError {
    match error {
        PasskeyError::Failed(detail) => AccountError::Failed(detail),
        PasskeyError::Host | PasskeyError::Answer(_) | PasskeyError::Copied => AccountError::Passkey,
    }
}

/// Asks for any passkey of this network.
///
/// # Errors
/// [`AccountError::TooMany`]; [`AccountError::Passkey`] where the host can have none.
pub async fn ask(app: &App, info: &RequestInfo) -> Result<Asked, AccountError> {
    sign_in::take(app, Limit::SignInAddress, &address_key(info.client))?;
    keep(app, ASKED, None, party(app, info)?.ask().map_err(unlike)?).await
}

/// Asks for a new passkey of an account.
///
/// # Errors
/// [`AccountError::TooMany`], [`AccountError::TooManyPasskeys`].
pub async fn ask_new(app: &App, info: &RequestInfo, viewer: &Viewer) -> Result<Asked, AccountError> {
    sign_in::take(app, Limit::SignInAccount, &viewer.account.to_string())?;
    let mut conn = app.db.reader().await?;
    let account = rows::by_id(&mut conn, viewer.account).await?;
    let known = rows::passkeys(&mut conn, viewer.account).await?;
    drop(conn);
    if known.len() >= MOST_PASSKEYS {
        return Err(AccountError::TooManyPasskeys);
    }
    let known = known.into_iter().map(|key| key.credential).collect();
    // What the device lists the key by: it never leaves it.
    let email = account.and_then(|account| account.email);
    let name = email.or_else(|| viewer.username.clone()).unwrap_or_else(|| "–".into());
    let question = party(app, info)?
        .ask_new(viewer.account.0, &name, known)
        .map_err(unlike)?;
    keep(app, ASKED_NEW, Some(viewer.account), question).await
}

async fn keep(
    app: &App,
    purpose: &'static str,
    account: Option<AccountId>,
    question: Question,
) -> Result<Asked, AccountError> {
    let secret = codes::token().map_err(|error| AccountError::Failed(error.to_string()))?;
    let (token, kept, until) = (secret.clone(), question.kept, app.now().plus_seconds(SECONDS));
    app.db
        .write("passkeys.ask", move |tx| {
            let (token, kept) = (token.clone(), kept.clone());
            Box::pin(async move { rows::add_token(tx, &token, purpose, account, &kept, until).await })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))?;
    Ok(Asked {
        token: secret,
        options: question.options,
    })
}

/// Keeps a passkey that was made. Without a name it is called by the browser that made it.
///
/// # Errors
/// [`AccountError::Passkey`], [`AccountError::TooLong`], [`AccountError::Link`] when it took too long.
pub async fn add(
    app: &App,
    info: &RequestInfo,
    viewer: &Viewer,
    answer: &Answer,
    (name, browser): (&str, &Browser),
) -> Result<(), AccountError> {
    let name = match called(name)? {
        name if name.is_empty() => browser.device.clone(),
        name => name,
    };
    let (account, token) = (viewer.account, answer.token.clone());
    let used = app
        .db
        .write("passkeys.answer", move |tx| {
            let token = token.clone();
            Box::pin(async move { rows::use_token(tx, &token, ASKED_NEW).await })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))?;
    let (owner, kept) = used.ok_or(AccountError::Passkey)?;
    if owner != Some(account) {
        return Err(AccountError::Passkey);
    }
    let made = party(app, info)?.make(&kept, &answer.credential).map_err(unlike)?;
    let id = PasskeyId::new(app.ids.as_ref());
    let added = app
        .db
        .write("passkeys.add", move |tx| {
            let (made, name) = (made.clone(), name.clone());
            Box::pin(async move {
                if rows::passkeys(tx, account).await?.len() >= MOST_PASSKEYS {
                    return Err(AccountError::TooManyPasskeys);
                }
                rows::add_passkey(tx, id, account, &made.credential, &made.data, &name).await?;
                Ok(())
            })
        })
        .await;
    match added {
        // The credential is known: another account has it, or this one since a moment ago.
        Err(AccountError::Store(StoreError::Conflict { .. })) => Err(AccountError::Passkey),
        other => other,
    }
}

/// A passkey's name as its owner typed it, without what can't be seen.
fn called(name: &str) -> Result<String, AccountError> {
    let name: String = name.trim().chars().filter(|sign| !sign.is_control()).collect();
    if name.chars().count() > LONGEST_PASSKEY_NAME {
        return Err(AccountError::TooLong);
    }
    Ok(name)
}

/// Gives a passkey another name; an empty one changes nothing.
///
/// # Errors
/// [`AccountError::TooLong`].
pub async fn rename(app: &App, account: AccountId, id: PasskeyId, name: &str) -> Result<(), AccountError> {
    let name = called(name)?;
    if name.is_empty() {
        return Ok(());
    }
    app.db
        .write("passkeys.rename", move |tx| {
            let name = name.clone();
            Box::pin(async move { rows::rename_passkey(tx, account, id, &name).await.map(|_| ()) })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}

/// Removes a passkey, unless nothing else is left to sign in with.
///
/// # Errors
/// [`AccountError::LastWay`].
pub async fn remove(app: &App, account: AccountId, id: PasskeyId) -> Result<(), AccountError> {
    app.db
        .write("passkeys.remove", move |tx| {
            Box::pin(async move {
                rows::drop_passkey(tx, account, id).await?;
                keep_a_way_in(tx, account).await
            })
        })
        .await
}

/// Whose passkey answered a question. The question is used up, whatever the answer is.
///
/// # Errors
/// [`AccountError::Passkey`] for a wrong answer, an unknown key, a copied one, and when it took too long.
pub async fn prove(app: &App, info: &RequestInfo, answer: &Answer) -> Result<AccountId, AccountError> {
    sign_in::take(app, Limit::SignInAddress, &address_key(info.client))?;
    let party = std::sync::Arc::new(party(app, info)?);
    let shown = std::sync::Arc::new(Shown::read(&answer.credential).map_err(unlike)?);
    let token = answer.token.clone();
    let proved = app
        .db
        .write("passkeys.prove", move |tx| {
            let (party, shown, token) = (party.clone(), shown.clone(), token.clone());
            Box::pin(async move { check(tx, &party, &shown, &token).await })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))?;
    proved.map_err(|(key, error)| {
        if let (Some(key), PasskeyError::Copied) = (key, &error) {
            tracing::warn!(passkey = %key, "a passkey's counter went back: it may have been copied");
        }
        unlike(error)
    })
}

type Checked = Result<AccountId, (Option<PasskeyId>, PasskeyError)>;

/// In one transaction, so that the counter of two answers at once is compared with that of the first. A wrong answer is
/// no error here: it would take back that the question is used up.
async fn check(tx: &mut Tx, party: &Party, shown: &Shown, token: &str) -> Result<Checked, StoreError> {
    let unknown = |what: &str| Ok(Err((None, PasskeyError::Answer(what.to_owned()))));
    let Some((_, kept)) = rows::use_token(tx, token, ASKED).await? else {
        return unknown("nobody asked");
    };
    let Some(key) = rows::passkey(tx, &shown.credential()).await? else {
        return unknown("the key is not known");
    };
    if key.account.0 != shown.owner() {
        return unknown("the key is another's");
    }
    match party.check(&kept, shown, &key.data) {
        Ok(data) => {
            rows::use_passkey(tx, key.id, &data).await?;
            Ok(Ok(key.account))
        }
        Err(error) => Ok(Err((Some(key.id), error))),
    }
}

/// Signs in by a passkey alone.
///
/// # Errors
/// As [`prove`]; [`AccountError::Closed`].
pub async fn sign_in(
    app: &App,
    info: &RequestInfo,
    answer: &Answer,
    browser: &Browser,
) -> Result<SignedIn, AccountError> {
    let account = prove(app, info, answer).await?;
    let browser = Browser {
        factor: Factor::Passkey,
        ..browser.clone()
    };
    sign_in::proved(app, account, &browser).await
}

/// Whether an account has any.
///
/// # Errors
/// When the store can't answer.
pub async fn has_any(app: &App, account: AccountId) -> Result<bool, AccountError> {
    Ok(!rows::passkeys(&mut app.db.reader().await?, account).await?.is_empty())
}
