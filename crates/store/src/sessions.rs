//! Browsers that are signed in. What a cookie holds is never stored: only its hash is, so that whoever reads the
//! database can't sign in with what they find.

use crate::db::{Conn, StoreError, Tx};
use crate::{accounts, from_row, hash, params, queries};
use masthead_domain::ids::{AccountId, ProfileId, SessionId, SiteId};
use masthead_domain::permissions::{Grant, Grants, Role};
use masthead_domain::time::Timestamp;
use uuid::Uuid;

queries! {
    INSERT = "INSERT INTO sessions (hash, id, account_id, host, device, factor, created_at, seen_at, expires_at, sudo_until, chain)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10)";
    hot BY_HASH = "SELECT s.id, s.account_id, s.host, s.seen_at, s.expires_at, s.sudo_until, a.email_verified_at, a.delete_at,
            a.totp_confirmed_at, p.id, p.username, p.display_name, a.places,
            (SELECT count(*) FROM notices n WHERE n.profile_id = p.id AND n.seen_at IS NULL), s.factor
        FROM sessions s JOIN accounts a ON a.id = s.account_id JOIN profiles p ON p.account_id = a.id
        WHERE s.hash = $1 AND s.expires_at > $2 AND a.state = 'active'";
    SEEN = "UPDATE sessions SET seen_at = $2, expires_at = $3 WHERE id = $1";
    SUDO = "UPDATE sessions SET sudo_until = $2 WHERE id = $1";
    OF_ACCOUNT = "SELECT id, host, device, factor, created_at, seen_at FROM sessions
        WHERE account_id = $1 AND expires_at > $2 ORDER BY seen_at DESC, id";
    CHAIN = "SELECT chain FROM sessions WHERE account_id = $1 AND id = $2";
    END = "DELETE FROM sessions WHERE account_id = $1 AND (id = $2 OR chain = $3)";
    END_ALL = "DELETE FROM sessions WHERE account_id = $1 AND id <> $2 AND (chain IS NULL OR chain <> $3)";
    EXPIRED = "DELETE FROM sessions WHERE expires_at <= $1";
}

/// A browser that signs in.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Identity, for lists; of no use to sign in with.
    pub id: SessionId,
    /// Whose.
    pub account: AccountId,
    /// The host name that the cookie belongs to, without port.
    pub host: String,
    /// The browser in words, such as `Firefox on Linux`; no address.
    pub device: String,
    /// By what the person proved who they are; a [`masthead_domain::accounts::Factor`]'s name.
    pub factor: String,
    /// When it ends unless it is seen again.
    pub expires_at: Timestamp,
    /// Until when dangerous acts need no new factor.
    pub sudo_until: Timestamp,
    /// The session that it was handed over from; its own id for a first one. All of a chain end together.
    pub chain: SessionId,
}

/// What a request with a session's cookie is told: who it is, and what they may do.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The session.
    pub session: SessionId,
    /// The account.
    pub account: AccountId,
    /// The host that the cookie was given on.
    pub host: String,
    /// When it was last written down that the session was seen.
    pub seen_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Until when dangerous acts need no new factor.
    pub sudo_until: Timestamp,
    /// When the address was proved.
    pub email_verified_at: Option<Timestamp>,
    /// When the account will be deleted.
    pub delete_at: Option<Timestamp>,
    /// When an authenticator was set up.
    pub totp_confirmed_at: Option<Timestamp>,
    /// The profile.
    pub profile: ProfileId,
    /// Its username, once one was chosen.
    pub username: Option<String>,
    /// Its display name; empty for none.
    pub display_name: String,
    /// The places that were chosen, as [`masthead_domain::places::Chosen`] writes them; empty for none.
    pub places: String,
    /// Notices that were not seen.
    pub unseen: i64,
    /// By what the person signed in; a [`masthead_domain::accounts::Factor`]'s name.
    pub factor: String,
    /// Roles of staff.
    pub grants: Grants,
}

/// A session as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionLine {
    /// Identity.
    pub id: SessionId,
    /// The host.
    pub host: String,
    /// The browser in words.
    pub device: String,
    /// By what the person signed in.
    pub factor: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was seen last.
    pub seen_at: Timestamp,
}

from_row!(SessionLine {
    id,
    host,
    device,
    factor,
    created_at,
    seen_at
});

impl crate::FromRow for SignedIn {
    fn from_row(row: &mut crate::Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            session: row.next()?,
            account: row.next()?,
            host: row.next()?,
            seen_at: row.next()?,
            expires_at: row.next()?,
            sudo_until: row.next()?,
            email_verified_at: row.next()?,
            delete_at: row.next()?,
            totp_confirmed_at: row.next()?,
            profile: row.next()?,
            username: row.next()?,
            display_name: row.next()?,
            places: row.next()?,
            unseen: row.next()?,
            factor: row.next()?,
            grants: Grants::default(),
        })
    }
}

/// Begins a session. `secret` is what the cookie holds.
///
/// # Errors
/// When the store can't answer.
pub async fn begin(tx: &mut Tx, secret: &str, session: &NewSession) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(
        INSERT,
        params![
            hash(secret.as_bytes()),
            session.id,
            session.account,
            &session.host,
            &session.device,
            &session.factor,
            now,
            session.expires_at,
            session.sudo_until,
            session.chain
        ],
    )
    .await?;
    Ok(())
}

/// What a session is found by: the hash of its cookie's secret.
pub fn key(secret: &str) -> [u8; 32] {
    hash(secret.as_bytes())
}

/// Who brings the secret with this [`key`], if its session has not ended and its account is open.
///
/// # Errors
/// When the store can't answer.
pub async fn find(conn: &mut Conn, key: [u8; 32], now: Timestamp) -> Result<Option<SignedIn>, StoreError> {
    let found: Option<SignedIn> = conn.optional(BY_HASH, params![key, now]).await?;
    match found {
        Some(mut found) => {
            found.grants = accounts::grants(conn, found.account).await?;
            Ok(Some(found))
        }
        None => Ok(None),
    }
}

/// Writes down that a session was seen, and moves its end.
///
/// # Errors
/// When the store can't answer.
pub async fn seen(tx: &mut Tx, session: SessionId, expires_at: Timestamp) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(SEEN, params![session, now, expires_at]).await?;
    Ok(())
}

/// Lets dangerous acts through until a moment.
///
/// # Errors
/// When the store can't answer.
pub async fn sudo(tx: &mut Tx, session: SessionId, until: Timestamp) -> Result<(), StoreError> {
    tx.execute(SUDO, params![session, until]).await?;
    Ok(())
}

/// The sessions of an account, the last seen first.
///
/// # Errors
/// When the store can't answer.
pub async fn of_account(conn: &mut Conn, account: AccountId, now: Timestamp) -> Result<Vec<SessionLine>, StoreError> {
    conn.all(OF_ACCOUNT, params![account, now]).await
}

/// The chain that a session belongs to, for another one that it is handed over to.
///
/// # Errors
/// When the store can't answer.
pub async fn chain(conn: &mut Conn, account: AccountId, session: SessionId) -> Result<Option<SessionId>, StoreError> {
    Ok(conn
        .optional::<Option<SessionId>>(CHAIN, params![account, session])
        .await?
        .flatten())
}

/// Ends a session of an account with all that were handed over from it, or that it was handed over from. False when
/// there was none.
///
/// # Errors
/// When the store can't answer.
pub async fn end(tx: &mut Tx, account: AccountId, session: SessionId) -> Result<bool, StoreError> {
    let chain = chain(tx, account, session).await?.map_or(Uuid::nil(), Uuid::from);
    Ok(tx.execute(END, params![account, session, chain]).await? > 0)
}

/// Ends all sessions of an account but the chain of one, or all of them. Returns how many.
///
/// # Errors
/// When the store can't answer.
pub async fn end_others(tx: &mut Tx, account: AccountId, but: Option<SessionId>) -> Result<u64, StoreError> {
    let chain = match but {
        Some(session) => chain(tx, account, session).await?,
        None => None,
    };
    let but = but.map_or(Uuid::nil(), Uuid::from);
    let chain = chain.map_or(Uuid::nil(), Uuid::from);
    tx.execute(END_ALL, params![account, but, chain]).await
}

/// Removes what has ended by itself.
///
/// # Errors
/// When the store can't answer.
pub async fn sweep(tx: &mut Tx) -> Result<u64, StoreError> {
    let now = tx.now();
    tx.execute(EXPIRED, params![now]).await
}

/// A role as it is stored, with the nil id for the whole network.
pub(crate) fn grant_of(scope: Uuid, role: &str) -> Option<Grant> {
    Some(Grant {
        role: Role::parse(role)?,
        site: (!scope.is_nil()).then_some(SiteId(scope)),
    })
}
