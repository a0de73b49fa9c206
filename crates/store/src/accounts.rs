//! Accounts, by what they sign in, what staff may do, and tokens that are used once.
//!
//! An address belongs to one account alone once it was proved (a partial unique index); before that any number may
//! claim it, so that nobody can keep its owner out.

use crate::db::{Conn, FromRow, Json, Row, StoreError, Tx};
use crate::sessions::grant_of;
use crate::{from_row, hash, params, queries};
use masthead_domain::accounts::{Account, AccountState, Email, Holder};
use masthead_domain::ids::{AccountId, PasskeyId, SiteId};
use masthead_domain::permissions::{Grant, Grants};
use masthead_domain::time::Timestamp;
use uuid::Uuid;

queries! {
    INSERT = "INSERT INTO accounts (id, state, email, email_key, email_verified_at, password, totp_last_step, site_id,
            created_at, delete_comments)
        VALUES ($1, 'active', $2, $3, $4, $5, 0, $6, $7, $8)";
    hot BY_ID = "SELECT a.id, p.id, a.state, a.email, a.email_verified_at, a.password, a.totp_confirmed_at, a.created_at,
            a.delete_at
        FROM accounts a JOIN profiles p ON p.account_id = a.id WHERE a.id = $1";
    hot BY_EMAIL = "SELECT id FROM accounts WHERE email_key = $1 AND email_verified_at IS NOT NULL";
    CLAIMING = "SELECT id FROM accounts WHERE email_key = $1 AND email_verified_at IS NULL ORDER BY created_at, id LIMIT 1";
    DISPLACE = "UPDATE accounts SET email = NULL, email_key = NULL
        WHERE email_key = $1 AND email_verified_at IS NULL AND id <> $2";
    SET_EMAIL = "UPDATE accounts SET email = $2, email_key = $3, email_verified_at = $4 WHERE id = $1";
    PASSWORD = "SELECT password FROM accounts WHERE id = $1";
    SET_PASSWORD = "UPDATE accounts SET password = $2 WHERE id = $1";
    TOTP = "SELECT totp, totp_confirmed_at, totp_last_step FROM accounts WHERE id = $1";
    SET_TOTP = "UPDATE accounts SET totp = $2, totp_confirmed_at = $3 WHERE id = $1";
    USE_TOTP = "UPDATE accounts SET totp_last_step = $2 WHERE id = $1 AND totp_last_step < $2";
    SET_PLACES = "UPDATE accounts SET places = $2 WHERE id = $1";
    SET_STATE = "UPDATE accounts SET state = $2 WHERE id = $1";
    SET_DELETION = "UPDATE accounts SET delete_at = $2, delete_comments = $3 WHERE id = $1";
    DELETION = "SELECT delete_at, delete_comments FROM accounts WHERE id = $1";
    DELETE = "DELETE FROM accounts WHERE id = $1";
    IDENTITY = "SELECT account_id FROM account_identities WHERE provider = $1 AND subject = $2";
    ADD_IDENTITY = "INSERT INTO account_identities (provider, subject, account_id, created_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING";
    IDENTITIES = "SELECT provider, subject, created_at FROM account_identities WHERE account_id = $1 ORDER BY provider";
    DROP_IDENTITY = "DELETE FROM account_identities WHERE account_id = $1 AND provider = $2";
    DROP_IDENTITIES = "DELETE FROM account_identities WHERE account_id = $1";
    ADD_PASSKEY = "INSERT INTO account_passkeys (id, account_id, credential, data, name, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    PASSKEYS = "SELECT id, account_id, credential, data, name, created_at, used_at FROM account_passkeys WHERE account_id = $1
        ORDER BY created_at, id";
    PASSKEY = "SELECT id, account_id, credential, data, name, created_at, used_at FROM account_passkeys WHERE credential = $1";
    USE_PASSKEY = "UPDATE account_passkeys SET data = $2, used_at = $3 WHERE id = $1";
    RENAME_PASSKEY = "UPDATE account_passkeys SET name = $3 WHERE account_id = $1 AND id = $2";
    DROP_PASSKEY = "DELETE FROM account_passkeys WHERE account_id = $1 AND id = $2";
    DROP_PASSKEYS = "DELETE FROM account_passkeys WHERE account_id = $1";
    hot ROLES = "SELECT scope, role FROM account_roles WHERE account_id = $1";
    GRANT = "INSERT INTO account_roles (account_id, scope, role, granted_at, granted_by) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING";
    REVOKE = "DELETE FROM account_roles WHERE account_id = $1 AND scope = $2 AND role = $3";
    REVOKE_ALL = "DELETE FROM account_roles WHERE account_id = $1";
    STAFF = "SELECT DISTINCT account_id FROM account_roles ORDER BY account_id";
    ADD_TOKEN = "INSERT INTO account_tokens (hash, purpose, account_id, data, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    TOKEN = "SELECT account_id, data FROM account_tokens WHERE hash = $1 AND purpose = $2 AND expires_at > $3";
    USE_TOKEN = "DELETE FROM account_tokens WHERE hash = $1";
    SET_TOKEN = "UPDATE account_tokens SET data = $2 WHERE hash = $1";
    DROP_TOKENS = "DELETE FROM account_tokens WHERE account_id = $1";
    SWEEP = "DELETE FROM account_tokens WHERE expires_at <= $1";
}

impl FromRow for Account {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.next()?,
            profile: row.next()?,
            // A state that this version doesn't know signs nobody in.
            state: AccountState::parse(&row.next::<String>()?).unwrap_or(AccountState::Closed),
            email: row.next()?,
            email_verified_at: row.next()?,
            has_password: row.next::<Option<String>>()?.is_some(),
            has_totp: row.next::<Option<Timestamp>>()?.is_some(),
            created_at: row.next()?,
            delete_at: row.next()?,
        })
    }
}

/// An account that is made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Identity.
    pub id: AccountId,
    /// The address.
    pub email: Option<Email>,
    /// Whether the address was proved.
    pub verified: bool,
    /// The password's hash in PHC form.
    pub password: Option<String>,
    /// The site where it was made: mails are written in its name and language.
    pub site: Option<SiteId>,
}

/// A passkey.
#[derive(Clone, Debug, PartialEq)]
pub struct PasskeyRecord {
    /// Identity.
    pub id: PasskeyId,
    /// Whose.
    pub account: AccountId,
    /// The id that its authenticator gave it.
    pub credential: Vec<u8>,
    /// The credential as the protocol's library keeps it.
    pub data: serde_json::Value,
    /// The name its owner gave it.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was used last.
    pub used_at: Option<Timestamp>,
}

from_row!(PasskeyRecord {
    id,
    account,
    credential,
    data: json,
    name,
    created_at,
    used_at
});

/// Another provider's word for who somebody is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityRecord {
    /// The provider's name in the settings.
    pub provider: String,
    /// Who it is there.
    pub subject: String,
    /// Since when it is linked.
    pub created_at: Timestamp,
}

from_row!(IdentityRecord {
    provider,
    subject,
    created_at
});

/// An authenticator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totp {
    /// The shared secret in Base32.
    pub secret: Option<String>,
    /// When a first code proved that it works.
    pub confirmed_at: Option<Timestamp>,
    /// The last time step whose code was used: no code counts twice.
    pub last_step: i64,
}

from_row!(Totp {
    secret,
    confirmed_at,
    last_step
});

/// Keeps the places that were chosen, as [`masthead_domain::places::Chosen`] writes them.
///
/// # Errors
/// When the store can't answer.
pub async fn set_places(tx: &mut Tx, account: AccountId, places: &str) -> Result<(), StoreError> {
    tx.execute(SET_PLACES, params![account, places]).await?;
    Ok(())
}

/// Makes an account. Its profile has to be made in the same transaction.
///
/// # Errors
/// [`StoreError::Conflict`] when the address was proved by another account.
pub async fn insert(tx: &mut Tx, account: &NewAccount) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(
        INSERT,
        params![
            account.id,
            account.email.as_ref().map(|email| email.as_str().to_owned()),
            account.email.as_ref().map(Email::key),
            account.verified.then_some(now),
            account.password.clone(),
            account.site,
            now,
            false
        ],
    )
    .await?;
    Ok(())
}

/// The account of an id.
///
/// # Errors
/// When the store can't answer.
pub async fn by_id(conn: &mut Conn, id: AccountId) -> Result<Option<Account>, StoreError> {
    conn.optional(BY_ID, params![id]).await
}

/// The account that proved an address.
///
/// # Errors
/// When the store can't answer.
pub async fn by_email(conn: &mut Conn, email_key: &str) -> Result<Option<AccountId>, StoreError> {
    conn.optional(BY_EMAIL, params![email_key]).await
}

/// An account that has an address, the one that proved it first.
///
/// # Errors
/// When the store can't answer.
pub async fn holder(conn: &mut Conn, email_key: &str) -> Result<Option<Holder>, StoreError> {
    if let Some(account) = by_email(conn, email_key).await? {
        return Ok(Some(Holder {
            account,
            verified: true,
        }));
    }
    let claiming: Option<AccountId> = conn.optional(CLAIMING, params![email_key]).await?;
    Ok(claiming.map(|account| Holder {
        account,
        verified: false,
    }))
}

/// Writes an account's proved address, and takes it from all that never proved it. False when another account proved it
/// before.
///
/// # Errors
/// When the store can't answer.
pub async fn verify_email(tx: &mut Tx, account: AccountId, email: &Email) -> Result<bool, StoreError> {
    let key = email.key();
    if by_email(tx, &key).await?.is_some_and(|owner| owner != account) {
        return Ok(false);
    }
    let now = tx.now();
    tx.execute(DISPLACE, params![&key, account]).await?;
    tx.execute(SET_EMAIL, params![account, email.as_str(), &key, now])
        .await?;
    Ok(true)
}

/// The hash of an account's password.
///
/// # Errors
/// When the store can't answer.
pub async fn password(conn: &mut Conn, account: AccountId) -> Result<Option<String>, StoreError> {
    Ok(conn
        .optional::<Option<String>>(PASSWORD, params![account])
        .await?
        .flatten())
}

/// Writes the hash of a password; `None` takes it away.
///
/// # Errors
/// When the store can't answer.
pub async fn set_password(tx: &mut Tx, account: AccountId, hash: Option<&str>) -> Result<(), StoreError> {
    tx.execute(SET_PASSWORD, params![account, hash]).await?;
    Ok(())
}

/// An account's authenticator.
///
/// # Errors
/// When the store can't answer.
pub async fn totp(conn: &mut Conn, account: AccountId) -> Result<Option<Totp>, StoreError> {
    conn.optional(TOTP, params![account]).await
}

/// Writes an account's authenticator; nothing takes it away.
///
/// # Errors
/// When the store can't answer.
pub async fn set_totp(
    tx: &mut Tx,
    account: AccountId,
    secret: Option<&str>,
    confirmed_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    tx.execute(SET_TOTP, params![account, secret, confirmed_at]).await?;
    Ok(())
}

/// Uses the code of a time step. False when it, or a later one, was used before.
///
/// # Errors
/// When the store can't answer.
pub async fn use_totp(tx: &mut Tx, account: AccountId, step: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(USE_TOTP, params![account, step]).await? > 0)
}

/// Opens or closes an account; closing also ends its sessions, which the caller does.
///
/// # Errors
/// When the store can't answer.
pub async fn set_state(tx: &mut Tx, account: AccountId, state: AccountState) -> Result<(), StoreError> {
    tx.execute(SET_STATE, params![account, state.name()]).await?;
    Ok(())
}

/// Sets or lifts the time of deletion.
///
/// # Errors
/// When the store can't answer.
pub async fn set_deletion(
    tx: &mut Tx,
    account: AccountId,
    at: Option<Timestamp>,
    with_comments: bool,
) -> Result<(), StoreError> {
    tx.execute(SET_DELETION, params![account, at, with_comments]).await?;
    Ok(())
}

/// When an account is to be deleted, and whether its comments go too.
///
/// # Errors
/// When the store can't answer.
pub async fn deletion(conn: &mut Conn, account: AccountId) -> Result<Option<(Option<Timestamp>, bool)>, StoreError> {
    conn.optional(DELETION, params![account]).await
}

/// Removes an account with everything that is its own. Its profile has to be erased before, and its sessions ended.
///
/// # Errors
/// When the store can't answer.
pub async fn delete(tx: &mut Tx, account: AccountId) -> Result<(), StoreError> {
    for query in [DROP_TOKENS, DROP_PASSKEYS, DROP_IDENTITIES, REVOKE_ALL, DELETE] {
        tx.execute(query, params![account]).await?;
    }
    Ok(())
}

/// The account that an identity belongs to.
///
/// # Errors
/// When the store can't answer.
pub async fn by_identity(conn: &mut Conn, provider: &str, subject: &str) -> Result<Option<AccountId>, StoreError> {
    conn.optional(IDENTITY, params![provider, subject]).await
}

/// Links an identity. False when it is linked already.
///
/// # Errors
/// When the store can't answer.
pub async fn add_identity(tx: &mut Tx, account: AccountId, provider: &str, subject: &str) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx
        .execute(ADD_IDENTITY, params![provider, subject, account, now])
        .await?
        > 0)
}

/// The identities of an account.
///
/// # Errors
/// When the store can't answer.
pub async fn identities(conn: &mut Conn, account: AccountId) -> Result<Vec<IdentityRecord>, StoreError> {
    conn.all(IDENTITIES, params![account]).await
}

/// Unlinks a provider.
///
/// # Errors
/// When the store can't answer.
pub async fn drop_identity(tx: &mut Tx, account: AccountId, provider: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(DROP_IDENTITY, params![account, provider]).await? > 0)
}

/// Adds a passkey. `credential` is the id that the authenticator gave it.
///
/// # Errors
/// [`StoreError::Conflict`] when the credential is known.
pub async fn add_passkey(
    tx: &mut Tx,
    id: PasskeyId,
    account: AccountId,
    credential: &[u8],
    data: &serde_json::Value,
    name: &str,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(ADD_PASSKEY, params![id, account, credential, Json(data), name, now])
        .await?;
    Ok(())
}

/// The passkeys of an account.
///
/// # Errors
/// When the store can't answer.
pub async fn passkeys(conn: &mut Conn, account: AccountId) -> Result<Vec<PasskeyRecord>, StoreError> {
    conn.all(PASSKEYS, params![account]).await
}

/// The passkey of a credential.
///
/// # Errors
/// When the store can't answer.
pub async fn passkey(conn: &mut Conn, credential: &[u8]) -> Result<Option<PasskeyRecord>, StoreError> {
    conn.optional(PASSKEY, params![credential]).await
}

/// Writes down that a passkey was used, with its new state.
///
/// # Errors
/// When the store can't answer.
pub async fn use_passkey(tx: &mut Tx, id: PasskeyId, data: &serde_json::Value) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(USE_PASSKEY, params![id, Json(data), now]).await?;
    Ok(())
}

/// Gives a passkey of an account another name. False when the account has no such passkey.
///
/// # Errors
/// When the store can't answer.
pub async fn rename_passkey(tx: &mut Tx, account: AccountId, id: PasskeyId, name: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(RENAME_PASSKEY, params![account, id, name]).await? > 0)
}

/// Removes a passkey.
///
/// # Errors
/// When the store can't answer.
pub async fn drop_passkey(tx: &mut Tx, account: AccountId, id: PasskeyId) -> Result<bool, StoreError> {
    Ok(tx.execute(DROP_PASSKEY, params![account, id]).await? > 0)
}

/// The roles of an account. A role that this version doesn't know counts for nothing.
///
/// # Errors
/// When the store can't answer.
pub async fn grants(conn: &mut Conn, account: AccountId) -> Result<Grants, StoreError> {
    let rows: Vec<(Uuid, String)> = conn.all(ROLES, params![account]).await?;
    Ok(Grants(
        rows.iter().filter_map(|(scope, role)| grant_of(*scope, role)).collect(),
    ))
}

/// Gives a role. False when it was held already.
///
/// # Errors
/// When the store can't answer.
pub async fn grant(tx: &mut Tx, account: AccountId, grant: Grant, by: &str) -> Result<bool, StoreError> {
    let now = tx.now();
    let scope = grant.site.map_or(Uuid::nil(), Uuid::from);
    Ok(tx
        .execute(GRANT, params![account, scope, grant.role.name(), now, by])
        .await?
        > 0)
}

/// Takes a role. False when it was not held.
///
/// # Errors
/// When the store can't answer.
pub async fn revoke(tx: &mut Tx, account: AccountId, grant: Grant) -> Result<bool, StoreError> {
    let scope = grant.site.map_or(Uuid::nil(), Uuid::from);
    Ok(tx.execute(REVOKE, params![account, scope, grant.role.name()]).await? > 0)
}

/// Everybody who has a role.
///
/// # Errors
/// When the store can't answer.
pub async fn staff(conn: &mut Conn) -> Result<Vec<AccountId>, StoreError> {
    conn.all(STAFF, params![]).await
}

/// Keeps what a token stands for. `secret` is what the link, code or cookie holds; only its hash is kept.
///
/// # Errors
/// When the store can't answer.
pub async fn add_token(
    tx: &mut Tx,
    secret: &str,
    purpose: &str,
    account: Option<AccountId>,
    data: &serde_json::Value,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(
        ADD_TOKEN,
        params![hash(secret.as_bytes()), purpose, account, Json(data), now, expires_at],
    )
    .await?;
    Ok(())
}

/// What a token stands for, without using it.
///
/// # Errors
/// When the store can't answer.
pub async fn token(
    conn: &mut Conn,
    secret: &str,
    purpose: &str,
    now: Timestamp,
) -> Result<Option<(Option<AccountId>, serde_json::Value)>, StoreError> {
    let found: Option<(Option<AccountId>, Json<serde_json::Value>)> = conn
        .optional(TOKEN, params![hash(secret.as_bytes()), purpose, now])
        .await?;
    Ok(found.map(|(account, data)| (account, data.0)))
}

/// Uses a token: of two that bring the same one, one gets what it stands for.
///
/// # Errors
/// When the store can't answer.
pub async fn use_token(
    tx: &mut Tx,
    secret: &str,
    purpose: &str,
) -> Result<Option<(Option<AccountId>, serde_json::Value)>, StoreError> {
    let now = tx.now();
    let found = token(tx, secret, purpose, now).await?;
    if found.is_some() && tx.execute(USE_TOKEN, params![hash(secret.as_bytes())]).await? == 0 {
        return Ok(None);
    }
    Ok(found)
}

/// Replaces what a token stands for.
///
/// # Errors
/// When the store can't answer.
pub async fn set_token(tx: &mut Tx, secret: &str, data: &serde_json::Value) -> Result<(), StoreError> {
    tx.execute(SET_TOKEN, params![hash(secret.as_bytes()), Json(data)])
        .await?;
    Ok(())
}

/// Removes every token of an account: links that were sent before a password was changed.
///
/// # Errors
/// When the store can't answer.
pub async fn drop_tokens(tx: &mut Tx, account: AccountId) -> Result<u64, StoreError> {
    tx.execute(DROP_TOKENS, params![account]).await
}

/// Removes tokens that expired.
///
/// # Errors
/// When the store can't answer.
pub async fn sweep(tx: &mut Tx) -> Result<u64, StoreError> {
    let now = tx.now();
    tx.execute(SWEEP, params![now]).await
}
