//! A new password for who forgot theirs, by a link to the address that the account proved.

use super::sign_up::{Request, schedule, with_query};
use super::{AccountError, mailing, sign_in};
use crate::app::App;
use masthead_domain::accounts::{Email, RESET_SECONDS};
use masthead_domain::ids::AccountId;
use masthead_services::codes;
use masthead_services::passwords::weakness;
use masthead_store::{StoreError, accounts as rows, sessions};

/// The job that answers a request for a link.
pub const JOB: &str = "accounts.reset";
/// What its tokens are for.
const PURPOSE: &str = "reset";

/// Writes down that a link was asked for: the same work whether or not there is an account.
///
/// # Errors
/// [`AccountError::Email`]; when the store can't answer.
pub async fn ask(app: &App, request: Request, slow: bool) -> Result<(), AccountError> {
    Email::parse(&request.email).map_err(|_| AccountError::Email)?;
    schedule(app, JOB, &request, slow).await
}

/// Sends the link, if there is an account.
///
/// # Errors
/// When the store can't answer.
pub async fn run(app: &App, payload: &serde_json::Value) -> Result<(), AccountError> {
    let request: Request =
        serde_json::from_value(payload.clone()).map_err(|error| AccountError::Failed(error.to_string()))?;
    let Ok(email) = Email::parse(&request.email) else {
        return Ok(());
    };
    let Some(account) = rows::by_email(&mut app.db.reader().await?, &email.key()).await? else {
        return Ok(());
    };
    let secret = codes::token().map_err(|error| AccountError::Failed(error.to_string()))?;
    let query = with_query(&[("token", &secret)], &request.onward);
    let link = format!("{}/sign-in/new-password{query}", request.origin);
    let mail = mailing::write(app, Some(request.site), "reset", &email, &link, &[])?;
    let until = app.now().plus_seconds(RESET_SECONDS);
    app.db
        .write("accounts.reset", move |tx| {
            let (mail, secret) = (mail.clone(), secret.clone());
            Box::pin(async move {
                let data = serde_json::Value::Null;
                rows::add_token(tx, &secret, PURPOSE, Some(account), &data, until).await?;
                mailing::send(tx, &mail).await
            })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}

/// Whose link it is; it is not used up by looking.
///
/// # Errors
/// [`AccountError::Link`].
pub async fn open(app: &App, secret: &str) -> Result<AccountId, AccountError> {
    let found = rows::token(&mut app.db.reader().await?, secret, PURPOSE, app.now()).await?;
    found.and_then(|(account, _)| account).ok_or(AccountError::Link)
}

/// Sets the password, uses up this link and every other of the account, and ends all its sessions: whoever was signed in
/// with the old password is not any more.
///
/// # Errors
/// [`AccountError::Link`], [`AccountError::Password`].
pub async fn complete(
    app: &App,
    secret: &str,
    password: String,
    browser: &sign_in::Browser,
) -> Result<sign_in::SignedIn, AccountError> {
    let account = open(app, secret).await?;
    let known = rows::by_id(&mut app.db.reader().await?, account).await?;
    let email = known.and_then(|known| known.email).unwrap_or_default();
    let local = email.split('@').next().unwrap_or_default();
    if let Some(weak) = weakness(&password, &[&email, local]) {
        return Err(AccountError::Password(weak));
    }
    let hash = app.accounts.passwords.hash(password).await?;
    let token = secret.to_owned();
    app.db
        .write("accounts.new_password", move |tx| {
            let (token, hash) = (token.clone(), hash.clone());
            Box::pin(async move {
                rows::use_token(tx, &token, PURPOSE).await?.ok_or(AccountError::Link)?;
                rows::set_password(tx, account, Some(&hash)).await?;
                rows::drop_tokens(tx, account).await?;
                sessions::end_others(tx, account, None).await?;
                Ok::<_, AccountError>(())
            })
        })
        .await?;
    // An authenticator is asked for here as at any sign-in: a mailbox that was taken over is not enough for staff.
    sign_in::proved(app, account, browser).await
}
