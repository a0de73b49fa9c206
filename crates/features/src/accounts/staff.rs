//! People that the house makes, promotes and closes: by the command line and, later, at the desk.

use super::{AccountError, network_key};
use crate::app::App;
use crate::profiles::Wish;
use masthead_domain::accounts::{AccountState, Email};
use masthead_domain::events::Event;
use masthead_domain::ids::{AccountId, EventId, ProfileId};
use masthead_domain::permissions::Grant;
use masthead_domain::profiles::{ProfileState, Username};
use masthead_store::accounts::{self as rows, NewAccount};
use masthead_store::profiles::{self, NameHashes, Taking};
use masthead_store::sites::log_act;
use masthead_store::{StoreError, log, sessions};
use std::sync::Arc;

/// A person to be made.
#[derive(Clone, Debug)]
pub struct Person {
    /// The address; it counts as proved, since the house vouches for it.
    pub email: Email,
    /// The username.
    pub username: Option<Wish>,
    /// The name shown; empty for none.
    pub name: String,
    /// A paragraph about the person.
    pub bio: String,
    /// The password. Whoever makes the person answers for its strength.
    pub password: Option<String>,
    /// Roles.
    pub grants: Vec<Grant>,
}

/// Makes a person. Who has the address already only gets what is new: the roles, and the password if one is given.
///
/// # Errors
/// [`AccountError::UsernameTaken`].
pub async fn add(app: &App, person: Person, by: &str) -> Result<AccountId, AccountError> {
    let hash = match person.password.clone() {
        Some(password) => Some(app.accounts.passwords.hash(password).await?),
        None => None,
    };
    let hashes = match &person.username {
        Some(wish) => Some(NameHashes::of(network_key(app).await?, wish.username())),
        None => None,
    };
    let (account, profile) = (AccountId::new(app.ids.as_ref()), ProfileId::new(app.ids.as_ref()));
    let (ids, by) = (Arc::clone(&app.ids), by.to_owned());
    app.db
        .write("accounts.add", move |tx| {
            let (person, hash, by, ids) = (person.clone(), hash.clone(), by.clone(), Arc::clone(&ids));
            Box::pin(async move {
                let now = tx.now();
                let known = rows::by_email(tx, &person.email.key()).await?;
                let id = known.unwrap_or(account);
                if known.is_none() {
                    let new = NewAccount {
                        id,
                        email: Some(person.email.clone()),
                        verified: true,
                        password: hash.clone(),
                        site: None,
                    };
                    rows::insert(tx, &new).await?;
                    rows::verify_email(tx, id, &person.email).await?;
                    profiles::insert(tx, profile, Some(id), ProfileState::Open, &person.name, None).await?;
                    profiles::set_bio(tx, profile, &person.bio).await?;
                } else if hash.is_some() {
                    rows::set_password(tx, id, hash.as_deref()).await?;
                    sessions::end_others(tx, id, None).await?;
                }
                if let (Some(wish), Some(hashes), None) = (&person.username, &hashes, known) {
                    match profiles::take_name(tx, profile, wish.username(), hashes).await? {
                        Taking::Taken => {}
                        Taking::Unavailable => return Err(AccountError::UsernameTaken),
                        Taking::NamedBefore => return Err(AccountError::NamedBefore),
                    }
                    let event = Event::ProfileChanged { profile };
                    log::append(tx, EventId::new(ids.as_ref()), event.kind(), &event.data(), now).await?;
                }
                for grant in &person.grants {
                    rows::grant(tx, id, *grant, &by).await?;
                }
                let tx_now = tx.now();
                log_act(
                    tx,
                    ids.as_ref(),
                    tx_now,
                    &by,
                    "user.add",
                    &id.to_string(),
                    &roles_text(&person.grants),
                )
                .await?;
                Ok(id)
            })
        })
        .await
}

/// The account of an address or a username.
///
/// # Errors
/// [`AccountError::Unknown`].
pub async fn find(app: &App, who: &str) -> Result<AccountId, AccountError> {
    if let Ok(email) = Email::parse(who) {
        let found = rows::by_email(&mut app.db.reader().await?, &email.key()).await?;
        return found.ok_or(AccountError::Unknown);
    }
    let username = Username::parse(who)?;
    // The key is made by a write, which can't be done while a reader is held.
    network_key(app).await?;
    let found = crate::profiles::named(app, &mut app.db.reader().await?, &username).await?;
    found.and_then(|profile| profile.account).ok_or(AccountError::Unknown)
}

/// Gives or takes a role. Sessions stay: what they may do is read with each request.
///
/// # Errors
/// When the store can't answer.
pub async fn set_role(app: &App, account: AccountId, grant: Grant, held: bool, by: &str) -> Result<bool, AccountError> {
    let (ids, by) = (Arc::clone(&app.ids), by.to_owned());
    app.db
        .write("accounts.role", move |tx| {
            let (by, ids) = (by.clone(), Arc::clone(&ids));
            Box::pin(async move {
                let changed = if held {
                    rows::grant(tx, account, grant, &by).await?
                } else {
                    rows::revoke(tx, account, grant).await?
                };
                let act = if held { "user.role" } else { "user.role.take" };
                let tx_now = tx.now();
                log_act(
                    tx,
                    ids.as_ref(),
                    tx_now,
                    &by,
                    act,
                    &account.to_string(),
                    &roles_text(&[grant]),
                )
                .await?;
                if let Some(profile) = profiles::of_account(tx, account).await? {
                    let (event, now) = (Event::ProfileChanged { profile: profile.id }, tx.now());
                    log::append(tx, EventId::new(ids.as_ref()), event.kind(), &event.data(), now).await?;
                }
                Ok(changed)
            })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}

/// Closes an account at once and everywhere, or opens it again.
///
/// # Errors
/// When the store can't answer.
pub async fn set_closed(app: &App, account: AccountId, closed: bool, by: &str, why: &str) -> Result<(), AccountError> {
    let (ids, by, why) = (Arc::clone(&app.ids), by.to_owned(), why.to_owned());
    app.db
        .write("accounts.close", move |tx| {
            let (by, why, ids) = (by.clone(), why.clone(), Arc::clone(&ids));
            Box::pin(async move {
                let state = if closed {
                    AccountState::Closed
                } else {
                    AccountState::Active
                };
                rows::set_state(tx, account, state).await?;
                if closed {
                    sessions::end_others(tx, account, None).await?;
                    rows::drop_tokens(tx, account).await?;
                }
                let act = if closed { "user.suspend" } else { "user.reopen" };
                let tx_now = tx.now();
                log_act(tx, ids.as_ref(), tx_now, &by, act, &account.to_string(), &why).await
            })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}

fn roles_text(grants: &[Grant]) -> String {
    let roles: Vec<String> = grants
        .iter()
        .map(|grant| match grant.site {
            Some(site) => format!("{} on {site}", grant.role.name()),
            None => grant.role.name().to_owned(),
        })
        .collect();
    roles.join(", ")
}
