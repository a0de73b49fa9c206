//! Browsers that asked to be told by push, and breaking news on its way to them ([`campaigns`]). Nothing is kept of a
//! reader without an account but where their browser is reached.

pub mod campaigns;

use crate::db::{Conn, StoreError, Tx};
use crate::{from_row, params, queries};
use masthead_domain::ids::{AccountId, SiteId, SubscriptionId};
use masthead_domain::push::MOST_FAILURES;

queries! {
    /// A browser keeps its id: a campaign under way walks by it.
    PUT = "INSERT INTO push_subscriptions (id, site_id, account_id, endpoint, endpoint_hash, public_key, auth, language,
            breaking, follows, made_at, failures)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)
        ON CONFLICT (endpoint_hash) DO UPDATE SET site_id = excluded.site_id, account_id = excluded.account_id,
            public_key = excluded.public_key, auth = excluded.auth, language = excluded.language,
            breaking = excluded.breaking, follows = excluded.follows, failures = 0";
    hot BY_ENDPOINT = "SELECT id, site_id, account_id, endpoint, public_key, auth, language, breaking, follows
        FROM push_subscriptions WHERE endpoint_hash = $1";
    hot OF_ACCOUNT = "SELECT id, site_id, account_id, endpoint, public_key, auth, language, breaking, follows
        FROM push_subscriptions WHERE account_id = $1 AND account_id IS NOT NULL";
    REMOVE = "DELETE FROM push_subscriptions WHERE endpoint_hash = $1";
    FORGET_ACCOUNT = "DELETE FROM push_subscriptions WHERE account_id = $1";
    GONE = "DELETE FROM push_subscriptions WHERE id IN {list:$1}";
    FAILED = "UPDATE push_subscriptions SET failures = failures + 1 WHERE id IN {list:$1}";
    FAILED_TOO_OFTEN = "DELETE FROM push_subscriptions WHERE failures >= $2 AND id IN {list:$1}";
    RECOVERED = "UPDATE push_subscriptions SET failures = 0 WHERE failures > 0 AND id IN {list:$1}";
}

/// A browser that asked to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Identity.
    pub id: SubscriptionId,
    /// The site whose page asked.
    pub site: SiteId,
    /// Who was signed in, where what they follow is told too.
    pub account: Option<AccountId>,
    /// Where its push service is.
    pub endpoint: String,
    /// Its public key, an uncompressed point of P-256.
    pub public_key: Vec<u8>,
    /// Its secret, 16 bytes.
    pub auth: Vec<u8>,
    /// The language in which it is told, BCP 47.
    pub language: String,
    /// Whether it is told of the site's breaking news.
    pub breaking: bool,
    /// Whether it is told of what its account follows.
    pub follows: bool,
}

from_row!(Subscription {
    id,
    site,
    account,
    endpoint,
    public_key,
    auth,
    language,
    breaking,
    follows
});

/// Keeps a browser, or what changed of it. One that is known by its endpoint keeps its id.
///
/// # Errors
/// When the store can't answer.
pub async fn put(tx: &mut Tx, subscription: &Subscription) -> Result<(), StoreError> {
    let now = tx.now();
    let hash = crate::hash(subscription.endpoint.as_bytes());
    tx.execute(
        PUT,
        params![
            subscription.id,
            subscription.site,
            subscription.account,
            &subscription.endpoint,
            hash,
            &subscription.public_key,
            &subscription.auth,
            &subscription.language,
            subscription.breaking,
            subscription.follows,
            now
        ],
    )
    .await?;
    Ok(())
}

/// The browser that is reached by an endpoint.
///
/// # Errors
/// When the store can't answer.
pub async fn by_endpoint(conn: &mut Conn, endpoint: &str) -> Result<Option<Subscription>, StoreError> {
    conn.optional(BY_ENDPOINT, params![crate::hash(endpoint.as_bytes())])
        .await
}

/// The browsers of an account.
///
/// # Errors
/// When the store can't answer.
pub async fn of_account(conn: &mut Conn, account: AccountId) -> Result<Vec<Subscription>, StoreError> {
    conn.all(OF_ACCOUNT, params![account]).await
}

/// Forgets the browser that is reached by an endpoint. False when there is none.
///
/// # Errors
/// When the store can't answer.
pub async fn remove(tx: &mut Tx, endpoint: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(REMOVE, params![crate::hash(endpoint.as_bytes())]).await? > 0)
}

/// Forgets the browsers of an account. Returns how many.
///
/// # Errors
/// When the store can't answer.
pub async fn forget_account(tx: &mut Tx, account: AccountId) -> Result<u64, StoreError> {
    tx.execute(FORGET_ACCOUNT, params![account]).await
}

/// Notes what push services said of browsers: those that are gone are forgotten, and those whose messages were refused
/// too often in a row. `handed` are only those that had failed before or may have.
///
/// # Errors
/// When the store can't answer.
pub async fn told(
    tx: &mut Tx,
    handed: &[SubscriptionId],
    gone: &[SubscriptionId],
    refused: &[SubscriptionId],
) -> Result<(), StoreError> {
    if !handed.is_empty() {
        tx.execute(RECOVERED, params![handed]).await?;
    }
    if !gone.is_empty() {
        tx.execute(GONE, params![gone]).await?;
    }
    if !refused.is_empty() {
        tx.execute(FAILED, params![refused]).await?;
        tx.execute(FAILED_TOO_OFTEN, params![refused, MOST_FAILURES]).await?;
    }
    Ok(())
}
