//! Profiles, their usernames, and changes that wait for review.
//!
//! A username is taken in a table of its own, by keyed hash: of the name and of its look-alike skeleton, both unique.
//! Of two that ask at once one gets it, and a deleted profile's name stays taken without the name being kept.

pub mod pictures;

use crate::db::{Conn, FromRow, Row, StoreError, Tx};
use crate::{from_row, hash, params, queries};
use masthead_domain::ids::{AccountId, ProfileChangeId, ProfileId};
use masthead_domain::profiles::{ProfileField, ProfileState, Username, printed_name};
use masthead_domain::time::Timestamp;

queries! {
    INSERT = "INSERT INTO profiles (id, account_id, state, display_name, bio, claim, created_at)
        VALUES ($1, $2, $3, $4, '', $5, $6)";
    TAKE = "INSERT INTO usernames (name_hash, skeleton_hash, profile_id, taken_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING";
    NAME = "UPDATE profiles SET username = $2, named_at = $3 WHERE id = $1 AND username IS NULL AND state <> 'deleted'";
    hot BY_ID = "SELECT id, account_id, state, username, display_name, bio, picture, created_at, named_at FROM profiles WHERE id = $1";
    BY_IDS = "SELECT id, account_id, state, username, display_name, bio, picture, created_at, named_at FROM profiles
        WHERE id IN {list:$1}";
    ALL_AFTER = "SELECT id, account_id, state, username, display_name, bio, picture, created_at, named_at FROM profiles
        WHERE id > $1 ORDER BY id LIMIT $2";
    hot BY_ACCOUNT = "SELECT id, account_id, state, username, display_name, bio, picture, created_at, named_at FROM profiles
        WHERE account_id = $1";
    hot BY_NAME = "SELECT id, account_id, state, username, display_name, bio, picture, created_at, named_at FROM profiles
        WHERE username = $1";
    hot TAKEN_BY = "SELECT profile_id FROM usernames WHERE name_hash = $1";
    LOOKS_TAKEN = "SELECT profile_id FROM usernames WHERE skeleton_hash = $1";
    ERASE = "UPDATE profiles SET account_id = NULL, state = 'deleted', username = NULL, display_name = '', bio = '',
        picture = NULL, claim = NULL WHERE id = $1";
    ERASE_CHANGES = "DELETE FROM profile_changes WHERE profile_id = $1";
    ASK = "INSERT INTO profile_changes (id, profile_id, field, value, state, asked_at) VALUES ($1, $2, $3, $4, 'pending', $5)";
    REPLACE = "UPDATE profile_changes SET state = 'replaced' WHERE profile_id = $1 AND field = $2 AND state = 'pending'";
    PENDING = "SELECT id, profile_id, field, value, state, asked_at, reason FROM profile_changes
        WHERE state = 'pending' ORDER BY asked_at, id LIMIT $1";
    OF_PROFILE = "SELECT id, profile_id, field, value, state, asked_at, reason FROM profile_changes
        WHERE profile_id = $1 ORDER BY asked_at";
    CHANGE = "SELECT id, profile_id, field, value, state, asked_at, reason FROM profile_changes WHERE id = $1";
    DECIDE = "UPDATE profile_changes SET state = $2, decided_at = $3, decided_by = $4, reason = $5
        WHERE id = $1 AND state = 'pending'";
    SET_NAME = "UPDATE profiles SET display_name = $2 WHERE id = $1 AND state <> 'deleted'";
    SET_BIO = "UPDATE profiles SET bio = $2 WHERE id = $1 AND state <> 'deleted'";
    SET_PICTURE = "UPDATE profiles SET picture = $2 WHERE id = $1 AND state <> 'deleted'";
    CLAIMABLE = "SELECT id FROM profiles WHERE claim = $1 AND state = 'closed' AND account_id IS NULL
        ORDER BY created_at, id LIMIT 100";
    CLAIM = "UPDATE profiles SET account_id = $2, state = 'open', claim = NULL WHERE id = $1 AND state = 'closed' AND account_id IS NULL";
    SECRET = "SELECT value FROM secrets WHERE name = $1";
    PUT_SECRET = "INSERT INTO secrets (name, value, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING";
}

/// A profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileRecord {
    /// Identity.
    pub id: ProfileId,
    /// The account behind it; none for imported authors and deleted ones.
    pub account: Option<AccountId>,
    /// Whether it has a page.
    pub state: ProfileState,
    /// The name in its address, once one was chosen.
    pub username: Option<String>,
    /// The name shown; empty for none.
    pub display_name: String,
    /// A paragraph about the person, reviewed; empty for none.
    pub bio: String,
    /// The id of the portrait, reviewed.
    pub picture: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the username was chosen: what pages call "joined".
    pub named_at: Option<Timestamp>,
}

impl ProfileRecord {
    /// The name as it is printed; empty for nobody's.
    pub fn name(&self) -> &str {
        printed_name(&self.display_name, self.username.as_deref())
    }
}

impl FromRow for ProfileRecord {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.next()?,
            account: row.next()?,
            // A state that this version doesn't know is shown to nobody.
            state: ProfileState::parse(&row.next::<String>()?).unwrap_or(ProfileState::Deleted),
            username: row.next()?,
            display_name: row.next()?,
            bio: row.next()?,
            picture: row.next()?,
            created_at: row.next()?,
            named_at: row.next()?,
        })
    }
}

/// A change of a profile that somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRecord {
    /// Identity.
    pub id: ProfileChangeId,
    /// Whose.
    pub profile: ProfileId,
    /// What of it; a [`ProfileField`]'s name.
    pub field: String,
    /// The new text, or the id of the portrait.
    pub value: String,
    /// `pending`, `approved`, `declined` or `replaced`.
    pub state: String,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// Why it was declined.
    pub reason: Option<String>,
}

from_row!(ChangeRecord {
    id,
    profile,
    field,
    value,
    state,
    asked_at,
    reason
});

/// What became of a wish for a username.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taking {
    /// It is the profile's now.
    Taken,
    /// Somebody has it, had it, or has one that looks like it.
    Unavailable,
    /// The profile has a username already, which can't be changed.
    NamedBefore,
}

/// The hashes by which a username is taken, made with the network's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameHashes {
    /// Of the name.
    pub name: [u8; 32],
    /// Of what it looks like.
    pub skeleton: [u8; 32],
}

impl NameHashes {
    /// The hashes of a username under `key`.
    pub fn of(key: &[u8], username: &Username) -> Self {
        let keyed = |kind: &[u8], text: &str| hash(&[key, kind, text.as_bytes()].concat());
        Self {
            name: keyed(b"\0name\0", username.as_str()),
            skeleton: keyed(b"\0skeleton\0", &username.skeleton()),
        }
    }
}

/// Makes a profile. `claim` is the hash of the address by which its owner can claim a closed one later.
///
/// # Errors
/// When the store can't answer.
pub async fn insert(
    tx: &mut Tx,
    id: ProfileId,
    account: Option<AccountId>,
    state: ProfileState,
    display_name: &str,
    claim: Option<&str>,
) -> Result<(), StoreError> {
    let now = tx.now();
    let claim = claim.map(|email_key| hash(email_key.as_bytes()).to_vec());
    tx.execute(INSERT, params![id, account, state.name(), display_name, claim, now])
        .await?;
    Ok(())
}

/// Gives a profile its username, for good.
///
/// # Errors
/// When the store can't answer.
pub async fn take_name(
    tx: &mut Tx,
    profile: ProfileId,
    username: &Username,
    hashes: &NameHashes,
) -> Result<Taking, StoreError> {
    let now = tx.now();
    if by_id(tx, profile).await?.is_none_or(|record| record.username.is_some()) {
        return Ok(Taking::NamedBefore);
    }
    if tx
        .execute(TAKE, params![hashes.name, hashes.skeleton, profile, now])
        .await?
        == 0
    {
        return Ok(Taking::Unavailable);
    }
    tx.execute(NAME, params![profile, username.as_str(), now]).await?;
    Ok(Taking::Taken)
}

/// Whether a username could be taken now. Only [`take_name`] decides.
///
/// # Errors
/// When the store can't answer.
pub async fn is_free(conn: &mut Conn, hashes: &NameHashes) -> Result<bool, StoreError> {
    let name: Option<ProfileId> = conn.optional(TAKEN_BY, params![hashes.name]).await?;
    let look: Option<ProfileId> = conn.optional(LOOKS_TAKEN, params![hashes.skeleton]).await?;
    Ok(name.is_none() && look.is_none())
}

/// The profile that has, or had, a username.
///
/// # Errors
/// When the store can't answer.
pub async fn named(
    conn: &mut Conn,
    username: &Username,
    hashes: &NameHashes,
) -> Result<Option<ProfileRecord>, StoreError> {
    if let Some(found) = conn.optional(BY_NAME, params![username.as_str()]).await? {
        return Ok(Some(found));
    }
    match conn.optional::<ProfileId>(TAKEN_BY, params![hashes.name]).await? {
        Some(id) => by_id(conn, id).await,
        None => Ok(None),
    }
}

/// The profile of an id.
///
/// # Errors
/// When the store can't answer.
pub async fn by_id(conn: &mut Conn, id: ProfileId) -> Result<Option<ProfileRecord>, StoreError> {
    conn.optional(BY_ID, params![id]).await
}

/// The profiles of these ids, in no order.
///
/// # Errors
/// When the store can't answer.
pub async fn by_ids(conn: &mut Conn, ids: &[ProfileId]) -> Result<Vec<ProfileRecord>, StoreError> {
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    conn.all(BY_IDS, params![&ids]).await
}

/// Every profile by id, after one of them.
///
/// # Errors
/// When the store can't answer.
pub async fn all_after(conn: &mut Conn, after: ProfileId, limit: usize) -> Result<Vec<ProfileRecord>, StoreError> {
    conn.all(ALL_AFTER, params![after, limit]).await
}

/// The profile of an account.
///
/// # Errors
/// When the store can't answer.
pub async fn of_account(conn: &mut Conn, account: AccountId) -> Result<Option<ProfileRecord>, StoreError> {
    conn.optional(BY_ACCOUNT, params![account]).await
}

/// The closed profiles, without account, that were made for authors with this address: more than one where it came
/// with several names. The oldest first.
///
/// # Errors
/// When the store can't answer.
pub async fn claimable(conn: &mut Conn, email_key: &str) -> Result<Vec<ProfileId>, StoreError> {
    conn.all(CLAIMABLE, params![hash(email_key.as_bytes()).to_vec()]).await
}

/// Empties a profile: what is left answers 410, and keeps its name from being given again.
///
/// # Errors
/// When the store can't answer.
pub async fn erase(tx: &mut Tx, profile: ProfileId) -> Result<(), StoreError> {
    pictures::forget(tx, profile).await?;
    tx.execute(ERASE_CHANGES, params![profile]).await?;
    tx.execute(ERASE, params![profile]).await?;
    Ok(())
}

/// Asks for a change; one of the same field that waits is replaced.
///
/// # Errors
/// When the store can't answer.
pub async fn ask(
    tx: &mut Tx,
    id: ProfileChangeId,
    profile: ProfileId,
    field: ProfileField,
    value: &str,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(REPLACE, params![profile, field.name()]).await?;
    tx.execute(ASK, params![id, profile, field.name(), value, now]).await?;
    if field == ProfileField::Picture {
        pictures::prune(tx, profile).await?;
    }
    Ok(())
}

/// The changes that wait, the oldest first.
///
/// # Errors
/// When the store can't answer.
pub async fn pending(conn: &mut Conn, limit: u32) -> Result<Vec<ChangeRecord>, StoreError> {
    conn.all(PENDING, params![limit]).await
}

/// Every change that was asked for, the oldest first.
///
/// # Errors
/// When the store can't answer.
pub async fn changes_of(conn: &mut Conn, profile: ProfileId) -> Result<Vec<ChangeRecord>, StoreError> {
    conn.all(OF_PROFILE, params![profile]).await
}

/// One change.
///
/// # Errors
/// When the store can't answer.
pub async fn change(conn: &mut Conn, id: ProfileChangeId) -> Result<Option<ChangeRecord>, StoreError> {
    conn.optional(CHANGE, params![id]).await
}

/// Decides on a change, and shows it when it is approved. A portrait that nothing shows any more is removed. `None` when
/// it was decided on before.
///
/// # Errors
/// When the store can't answer.
pub async fn decide(
    tx: &mut Tx,
    id: ProfileChangeId,
    approved: bool,
    by: &str,
    reason: Option<&str>,
) -> Result<Option<ChangeRecord>, StoreError> {
    let now = tx.now();
    let state = if approved { "approved" } else { "declined" };
    if tx.execute(DECIDE, params![id, state, now, by, reason]).await? == 0 {
        return Ok(None);
    }
    let decided = change(tx, id).await?;
    if let (true, Some(decided)) = (approved, &decided) {
        let query = match ProfileField::parse(&decided.field) {
            Some(ProfileField::Name) => SET_NAME,
            Some(ProfileField::Bio) => SET_BIO,
            Some(ProfileField::Picture) => SET_PICTURE,
            None => return Ok(None),
        };
        // An empty portrait is none; texts may be empty.
        if decided.field == ProfileField::Picture.name() && decided.value.is_empty() {
            tx.execute(query, params![decided.profile, None::<String>]).await?;
        } else {
            tx.execute(query, params![decided.profile, &decided.value]).await?;
        }
    }
    if let Some(decided) = &decided
        && decided.field == ProfileField::Picture.name()
    {
        pictures::prune(tx, decided.profile).await?;
    }
    Ok(decided)
}

/// A key of the network, made of `fresh` when there is none yet.
///
/// # Errors
/// When the store can't answer.
pub async fn secret(tx: &mut Tx, name: &str, fresh: &[u8]) -> Result<Vec<u8>, StoreError> {
    let now = tx.now();
    tx.execute(PUT_SECRET, params![name, fresh, now]).await?;
    tx.one(SECRET, params![name]).await
}

/// Gives a closed profile to the account that proved its author's address. It keeps what stands under it, and its owner
/// chooses a username.
///
/// # Errors
/// When the store can't answer.
pub async fn claim(tx: &mut Tx, profile: ProfileId, account: AccountId) -> Result<bool, StoreError> {
    Ok(tx.execute(CLAIM, params![profile, account]).await? > 0)
}

/// Writes a bio that needs no review: the house wrote it.
///
/// # Errors
/// When the store can't answer.
pub async fn set_bio(tx: &mut Tx, profile: ProfileId, bio: &str) -> Result<(), StoreError> {
    tx.execute(SET_BIO, params![profile, bio]).await?;
    Ok(())
}
