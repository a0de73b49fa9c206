//! What readers follow, and their wishes about when they are told of it.

use crate::db::{Conn, FromRow, Row, StoreError, Tx};
use crate::{params, queries};
use masthead_domain::ids::{ProfileId, SiteId};
use masthead_domain::notices::{Digest, Follow, Followed, Pace, Quiet, Wishes};
use masthead_domain::places::Chosen;
use uuid::Uuid;

queries! {
    hot OF = "SELECT kind, subject_id, site_id, mail, push FROM follows WHERE profile_id = $1
        ORDER BY kind, subject_id, site_id";
    PUT = "INSERT INTO follows (profile_id, kind, subject_id, site_id, mail, push, since)
        SELECT p.id, $2, $3, $4, $5, $6, $7 FROM profiles p WHERE p.id = $1 AND p.account_id IS NOT NULL
        ON CONFLICT (profile_id, kind, subject_id, site_id) DO UPDATE SET mail = excluded.mail, push = excluded.push";
    DROP_ONE = "DELETE FROM follows WHERE profile_id = $1 AND kind = $2 AND subject_id = $3 AND site_id = $4";
    DROP_ALL = "DELETE FROM follows WHERE profile_id = $1";
    NO_MAILS = "UPDATE follows SET mail = NULL WHERE profile_id = $1";
    hot FOLLOWERS = "SELECT f.profile_id, f.mail, f.push, s.mails, s.quiet_from, s.quiet_to, s.breaking_wakes, s.weekly,
            s.digest_hour, a.places
        FROM follows f JOIN profiles p ON p.id = f.profile_id JOIN accounts a ON a.id = p.account_id
        LEFT JOIN notice_settings s ON s.profile_id = f.profile_id
        WHERE f.kind = $1 AND f.subject_id = $2 AND f.site_id = $3 AND f.profile_id > $4
        ORDER BY f.profile_id LIMIT $5";
    hot PLACES = "SELECT a.places FROM profiles p JOIN accounts a ON a.id = p.account_id WHERE p.id = $1";
    hot WISHES = "SELECT mails, quiet_from, quiet_to, breaking_wakes, weekly, digest_hour FROM notice_settings
        WHERE profile_id = $1";
    SET_WISHES = "INSERT INTO notice_settings
            (profile_id, mails, quiet_from, quiet_to, breaking_wakes, weekly, digest_hour, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (profile_id) DO UPDATE SET mails = excluded.mails, quiet_from = excluded.quiet_from,
            quiet_to = excluded.quiet_to, breaking_wakes = excluded.breaking_wakes, weekly = excluded.weekly,
            digest_hour = excluded.digest_hour, changed_at = excluded.changed_at";
}

/// A row of `follows`; a kind of a newer version than this is `None`.
struct Kept(Option<Follow>);

impl FromRow for Kept {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let (kind, subject, site): (String, Uuid, SiteId) = (row.next()?, row.next()?, row.next()?);
        let (mail, push): (Option<String>, bool) = (row.next()?, row.next()?);
        Ok(Self(Followed::from_parts(&kind, subject).map(|what| Follow {
            what,
            site,
            mail: mail.as_deref().and_then(Pace::parse),
            push,
        })))
    }
}

/// A row of `notice_settings`, which may be missing.
struct KeptWishes(Wishes);

impl FromRow for KeptWishes {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let answers: Option<bool> = row.next()?;
        let (from, to): (Option<i64>, Option<i64>) = (row.next()?, row.next()?);
        let (breaking_wakes, weekly, hour): (Option<bool>, Option<bool>, Option<i64>) =
            (row.next()?, row.next()?, row.next()?);
        let usual = Wishes::default();
        let digest = Digest::new(weekly.unwrap_or_default(), hour.unwrap_or(usual.digest.hour()));
        Ok(Self(Wishes {
            answers: answers.unwrap_or(usual.answers),
            quiet: from.zip(to).and_then(|(from, to)| Quiet::new(from, to)),
            breaking_wakes: breaking_wakes.unwrap_or(usual.breaking_wakes),
            digest: digest.unwrap_or(usual.digest),
        }))
    }
}

/// Somebody who follows something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Follower {
    /// Who.
    pub profile: ProfileId,
    /// By mail, and how soon.
    pub mail: Option<Pace>,
    /// By push.
    pub push: bool,
    /// What they wish about everything.
    pub wishes: Wishes,
    /// The places that their account keeps.
    pub places: Chosen,
}

impl FromRow for Follower {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let profile = row.next()?;
        let (mail, push): (Option<String>, bool) = (row.next()?, row.next()?);
        let KeptWishes(wishes) = KeptWishes::from_row(row)?;
        Ok(Self {
            profile,
            mail: mail.as_deref().and_then(Pace::parse),
            push,
            wishes,
            places: Chosen::parse(&row.next::<String>()?).unwrap_or_default(),
        })
    }
}

/// What somebody follows.
///
/// # Errors
/// When the store can't answer.
pub async fn of(conn: &mut Conn, profile: ProfileId) -> Result<Vec<Follow>, StoreError> {
    let kept: Vec<Kept> = conn.all(OF, params![profile]).await?;
    Ok(kept.into_iter().filter_map(|Kept(follow)| follow).collect())
}

/// Begins to follow, or changes by which means. Nothing for a profile without an account.
///
/// # Errors
/// When the store can't answer.
pub async fn put(tx: &mut Tx, profile: ProfileId, follow: &Follow) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(
        PUT,
        params![
            profile,
            follow.what.kind(),
            follow.what.subject(),
            follow.site,
            follow.mail.map(Pace::name),
            follow.push,
            now
        ],
    )
    .await?;
    Ok(())
}

/// Follows no more. False when it wasn't followed.
///
/// # Errors
/// When the store can't answer.
pub async fn drop_one(tx: &mut Tx, profile: ProfileId, what: Followed, site: SiteId) -> Result<bool, StoreError> {
    let dropped = tx
        .execute(DROP_ONE, params![profile, what.kind(), what.subject(), site])
        .await?;
    Ok(dropped > 0)
}

/// Follows nothing any more.
///
/// # Errors
/// When the store can't answer.
pub async fn drop_all(tx: &mut Tx, profile: ProfileId) -> Result<(), StoreError> {
    tx.execute(DROP_ALL, params![profile]).await?;
    Ok(())
}

/// Goes on following without mails.
///
/// # Errors
/// When the store can't answer.
pub async fn no_mails(tx: &mut Tx, profile: ProfileId) -> Result<(), StoreError> {
    tx.execute(NO_MAILS, params![profile]).await?;
    Ok(())
}

/// Who follows something on a site, in the order of their ids, after one of them.
///
/// # Errors
/// When the store can't answer.
pub async fn followers(
    conn: &mut Conn,
    what: Followed,
    site: SiteId,
    after: ProfileId,
    limit: usize,
) -> Result<Vec<Follower>, StoreError> {
    conn.all(FOLLOWERS, params![what.kind(), what.subject(), site, after, limit])
        .await
}

/// The places that somebody's account keeps.
///
/// # Errors
/// When the store can't answer.
pub async fn places(conn: &mut Conn, profile: ProfileId) -> Result<Chosen, StoreError> {
    let text: Option<String> = conn.optional(PLACES, params![profile]).await?;
    Ok(text.as_deref().and_then(Chosen::parse).unwrap_or_default())
}

/// What somebody wishes; the usual for who never said.
///
/// # Errors
/// When the store can't answer.
pub async fn wishes(conn: &mut Conn, profile: ProfileId) -> Result<Wishes, StoreError> {
    let kept: Option<KeptWishes> = conn.optional(WISHES, params![profile]).await?;
    Ok(kept.map_or_else(Wishes::default, |KeptWishes(wishes)| wishes))
}

/// Keeps what somebody wishes.
///
/// # Errors
/// When the store can't answer.
pub async fn set_wishes(tx: &mut Tx, profile: ProfileId, wishes: &Wishes) -> Result<(), StoreError> {
    let now = tx.now();
    let quiet = wishes.quiet.map(|quiet| quiet.hours());
    tx.execute(
        SET_WISHES,
        params![
            profile,
            wishes.answers,
            quiet.map(|(from, _)| from),
            quiet.map(|(_, to)| to),
            wishes.breaking_wakes,
            wishes.digest.weekly,
            wishes.digest.hour(),
            now
        ],
    )
    .await?;
    Ok(())
}
