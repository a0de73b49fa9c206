//! Leases: "one node does it", as a row with an owner, an expiry and a fencing number.
//!
//! A row and not an advisory lock, because it works alike on both engines, behind a pooler and on distributed
//! databases. Time is the clock of the node, which must be within 500 ms of the database's (see
//! [`Db::clock_difference`]). A holder that stalls past its expiry can wake up believing that it still holds the lease:
//! where that would do harm, [`guard`] is called in the transaction that does the work, and the fencing number decides.

use crate::db::{Db, StoreError, Tx};
use crate::{from_row, params, queries};
use masthead_domain::time::Timestamp;

queries! {
    /// Who holds it.
    hot READ = "select name, owner, expires_at, fence from leases where name = $1";
    /// The first holder ever.
    INSERT = "insert into leases (name, owner, expires_at, fence) values ($1, $2, $3, 1)";
    /// A new holder after the expiry; each gets a higher fencing number.
    TAKE = "update leases set owner = $2, expires_at = $3, fence = fence + 1 where name = $1 and fence = $4";
    /// The same holder, longer.
    EXTEND = "update leases set expires_at = $3 where name = $1 and fence = $2";
    /// Every lease, for the desk.
    LIST = "select name, owner, expires_at, fence from leases order by name";
}

/// A lease as its holder knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What is leased.
    pub name: String,
    /// The node that holds it.
    pub owner: String,
    /// When it ends unless it is renewed.
    pub expires_at: Timestamp,
    /// Higher with each new holder: a write that carries an older number comes too late.
    pub fence: i64,
}

from_row!(Lease {
    name,
    owner,
    expires_at,
    fence
});

/// Takes the lease for `seconds` from `now` if it is free or expired, or renews it if `owner` holds it; `None` while
/// another node holds it.
///
/// # Errors
/// What the engine reported.
pub async fn acquire(
    tx: &mut Tx,
    name: &str,
    owner: &str,
    now: Timestamp,
    seconds: i64,
) -> Result<Option<Lease>, StoreError> {
    let expires_at = now.plus_seconds(seconds);
    let current: Option<Lease> = tx.optional(READ, params![name]).await?;
    let fence = match current {
        None => {
            tx.execute(INSERT, params![name, owner, expires_at]).await?;
            1
        }
        Some(held) if held.expires_at > now && held.owner != owner => return Ok(None),
        Some(held) if held.expires_at > now => {
            tx.execute(EXTEND, params![name, held.fence, expires_at]).await?;
            held.fence
        }
        Some(held) => {
            if tx.execute(TAKE, params![name, owner, expires_at, held.fence]).await? == 0 {
                return Ok(None);
            }
            held.fence + 1
        }
    };
    Ok(Some(Lease {
        name: name.to_owned(),
        owner: owner.to_owned(),
        expires_at,
        fence,
    }))
}

/// Renews a lease for `seconds` from `now`. False when it has passed to another holder in the meantime; one that
/// expired and that nobody took is renewed.
///
/// # Errors
/// What the engine reported.
pub async fn renew(tx: &mut Tx, lease: &mut Lease, now: Timestamp, seconds: i64) -> Result<bool, StoreError> {
    let expires_at = now.plus_seconds(seconds);
    let renewed = tx
        .execute(EXTEND, params![&lease.name, lease.fence, expires_at])
        .await?
        == 1;
    if renewed {
        lease.expires_at = expires_at;
    }
    Ok(renewed)
}

/// Gives a lease back, so that another node needn't wait for its expiry. The row stays, for its fencing number.
///
/// # Errors
/// What the engine reported.
pub async fn release(tx: &mut Tx, lease: &Lease) -> Result<(), StoreError> {
    tx.execute(EXTEND, params![&lease.name, lease.fence, Timestamp::from_micros(0)])
        .await
        .map(|_| ())
}

/// Whether `lease` is still the newest of its name and not expired at `now`: to be asked in the very transaction that
/// does what only the holder may do, which is then to be rolled back if the answer is no.
///
/// # Errors
/// What the engine reported.
pub async fn guard(tx: &mut Tx, lease: &Lease, now: Timestamp) -> Result<bool, StoreError> {
    let current: Option<Lease> = tx.optional(READ, params![&lease.name]).await?;
    Ok(current.is_some_and(|held| held.fence == lease.fence && held.expires_at > now))
}

/// [`acquire`] in a transaction of its own, by the database's clock.
///
/// # Errors
/// What the engine reported.
pub async fn take(db: &Db, name: &str, owner: &str, seconds: i64) -> Result<Option<Lease>, StoreError> {
    let (name, owner, clock) = (name.to_owned(), owner.to_owned(), db.clone());
    db.write("leases.take", move |tx| {
        let (name, owner, now) = (name.clone(), owner.clone(), clock.now());
        Box::pin(async move { acquire(tx, &name, &owner, now, seconds).await })
    })
    .await
}

/// Every lease there ever was, by name.
///
/// # Errors
/// What the engine reported.
pub async fn list(conn: &mut crate::db::Conn) -> Result<Vec<Lease>, StoreError> {
    conn.all(LIST, params![]).await
}
