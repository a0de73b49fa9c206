//! What agencies sent: items over all their versions, raw payloads, documents set aside, and the state of sources.

use crate::db::{Conn, FromRow, Json, Row, StoreError, Tx};
use crate::{from_row, params, queries};
use masthead_domain::ids::{StoryId, WireItemId};
use masthead_domain::time::Timestamp;
use masthead_domain::wire::{Affected, AffectedChange, NewsItem, PubStatus};
use uuid::Uuid;

queries! {
    BY_IDENTITY = "SELECT i.id, i.guid, i.status, i.note, i.story_id, v.id, v.version, v.version_created,
            v.content_hash
        FROM wire_items i LEFT JOIN wire_versions v ON v.id = i.version_id WHERE i.identity = $1";
    BY_ID = "SELECT i.id, i.guid, i.status, i.note, i.story_id, v.id, v.version, v.version_created, v.content_hash
        FROM wire_items i LEFT JOIN wire_versions v ON v.id = i.version_id WHERE i.id = $1";
    INSERT_ITEM = "INSERT INTO wire_items (id, scope, guid, identity, status, note, created_at, changed_at)
        VALUES ($1, $2, $3, $4, $5, '', $6, $6)";
    SET_ITEM = "UPDATE wire_items SET version_id = $2, status = $3, note = $4, story_id = $5, changed_at = $6
        WHERE id = $1";
    VERSION_SEEN = "SELECT id FROM wire_versions WHERE wire_item_id = $1 AND content_hash = $2";
    INSERT_VERSION = "INSERT INTO wire_versions (id, wire_item_id, content_hash, version, version_created, source,
            format, item, payload_id, received_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    CURRENT_ITEM = "SELECT v.item FROM wire_items i JOIN wire_versions v ON v.id = i.version_id WHERE i.id = $1";
    VERSIONS = "SELECT version, version_created, source, format, received_at, payload_id FROM wire_versions
        WHERE wire_item_id = $1 ORDER BY received_at, id";
    NEWEST_ITEMS = "SELECT i.id, i.scope, i.guid, i.status, i.note, i.story_id, i.changed_at FROM wire_items i
        WHERE (i.changed_at, i.id) < ($1, $2) ORDER BY i.changed_at DESC, i.id DESC LIMIT $3";
    PUT_PAYLOAD = "INSERT INTO wire_payloads (id, bytes, received_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
    PAYLOAD = "SELECT bytes FROM wire_payloads WHERE id = $1";
    PUT_AFFECTS = "INSERT INTO wire_affects (identity, by_guid, change, note, received_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (identity, by_guid) DO UPDATE SET change = excluded.change, note = excluded.note";
    AFFECTS = "SELECT by_guid, change, note FROM wire_affects WHERE identity = $1 ORDER BY received_at, by_guid";
    PUT_SET_ASIDE = "INSERT INTO set_aside (id, source, record, reason, payload_id, at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (source, record) DO UPDATE SET reason = excluded.reason, payload_id = excluded.payload_id";
    SET_ASIDE = "SELECT source, record, reason, at FROM set_aside WHERE source = $1 ORDER BY at DESC LIMIT $2";
    SOURCE = "SELECT name, etag, last_modified, resume_url, failures, next_poll_at, last_ok_at, last_item_at, last_error
        FROM ingest_sources WHERE name = $1";
    PUT_SOURCE = "INSERT INTO ingest_sources (name, etag, last_modified, resume_url, failures, next_poll_at, last_ok_at,
            last_item_at, last_error)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (name) DO UPDATE SET etag = excluded.etag, last_modified = excluded.last_modified,
            resume_url = excluded.resume_url, failures = excluded.failures, next_poll_at = excluded.next_poll_at,
            last_ok_at = excluded.last_ok_at, last_item_at = excluded.last_item_at, last_error = excluded.last_error";
}

/// Identity of an item: the hash of scope and guid, since either may be longer than an index takes.
pub fn identity(scope: &str, guid: &str) -> Vec<u8> {
    crate::hash(format!("{scope}\n{guid}").as_bytes()).to_vec()
}

/// An item with its current version's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireItemRecord {
    /// Identity.
    pub id: WireItemId,
    /// The sender's identity.
    pub guid: String,
    /// What stands: `usable`, `withheld`, `canceled`, or the unknown word.
    pub status: String,
    /// What the desk should know: a newer version waits, a status is unknown.
    pub note: String,
    /// The story made from it.
    pub story: Option<StoryId>,
    /// Its current version; `None` only between the first insert and the first version.
    pub current: Option<Uuid>,
    /// The current version as sent.
    pub version: Option<String>,
    /// When the current version was made.
    pub version_created: Option<Timestamp>,
    /// Hash of the current version's content.
    pub content_hash: Option<Vec<u8>>,
}

from_row!(WireItemRecord {
    id,
    guid,
    status,
    note,
    story,
    current,
    version,
    version_created,
    content_hash
});

/// The item of an identity.
///
/// # Errors
/// When the store can't answer.
pub async fn by_identity(conn: &mut Conn, identity: &[u8]) -> Result<Option<WireItemRecord>, StoreError> {
    conn.optional(BY_IDENTITY, params![identity]).await
}

/// The item with this id.
///
/// # Errors
/// When the store can't answer.
pub async fn by_id(conn: &mut Conn, id: WireItemId) -> Result<Option<WireItemRecord>, StoreError> {
    conn.optional(BY_ID, params![id]).await
}

/// Makes an item without a version.
///
/// # Errors
/// [`StoreError::Conflict`] when the identity is taken.
pub async fn insert_item(
    tx: &mut Tx,
    id: WireItemId,
    scope: &str,
    guid: &str,
    status: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        INSERT_ITEM,
        params![id, scope, guid, identity(scope, guid), status, now],
    )
    .await?;
    Ok(())
}

/// Sets an item's current version, status, note and story.
///
/// # Errors
/// When the store can't answer.
pub async fn set_item(tx: &mut Tx, item: &WireItemRecord, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(
        SET_ITEM,
        params![item.id, item.current, &item.status, &item.note, item.story, now],
    )
    .await?;
    Ok(())
}

/// Whether this content was ever taken in as a version of the item.
///
/// # Errors
/// When the store can't answer.
pub async fn version_seen(conn: &mut Conn, id: WireItemId, content_hash: &[u8]) -> Result<bool, StoreError> {
    Ok(conn
        .optional::<Uuid>(VERSION_SEEN, params![id, content_hash])
        .await?
        .is_some())
}

/// A version as it arrived.
#[derive(Clone, Debug)]
pub struct NewVersion<'a> {
    /// Its identity here.
    pub id: Uuid,
    /// The item.
    pub item_id: WireItemId,
    /// Hash of the content.
    pub content_hash: &'a [u8],
    /// The source's name.
    pub source: &'a str,
    /// The format's name.
    pub format: &'a str,
    /// What was read.
    pub item: &'a NewsItem,
    /// The raw payload, when it is kept.
    pub payload: Option<&'a [u8]>,
    /// When it arrived.
    pub received_at: Timestamp,
}

/// Keeps a version.
///
/// # Errors
/// [`StoreError::Conflict`] when the same content is there already.
pub async fn insert_version(tx: &mut Tx, version: &NewVersion<'_>) -> Result<(), StoreError> {
    tx.execute(
        INSERT_VERSION,
        params![
            version.id,
            version.item_id,
            version.content_hash,
            version.item.version.as_deref(),
            version.item.version_created,
            version.source,
            version.format,
            Json(version.item),
            version.payload,
            version.received_at
        ],
    )
    .await?;
    Ok(())
}

/// What the current version of an item says.
///
/// # Errors
/// When the store can't answer.
pub async fn current(conn: &mut Conn, id: WireItemId) -> Result<Option<NewsItem>, StoreError> {
    Ok(conn
        .optional::<Json<NewsItem>>(CURRENT_ITEM, params![id])
        .await?
        .map(|json| json.0))
}

/// A line of an item's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionLine {
    /// Version as sent.
    pub version: Option<String>,
    /// When it was made.
    pub version_created: Option<Timestamp>,
    /// Where it came from.
    pub source: String,
    /// Its format.
    pub format: String,
    /// When it arrived.
    pub received_at: Timestamp,
    /// Its payload, for [`payload`].
    pub payload: Option<Vec<u8>>,
}

from_row!(VersionLine {
    version,
    version_created,
    source,
    format,
    received_at,
    payload
});

/// An item's versions in order of arrival.
///
/// # Errors
/// When the store can't answer.
pub async fn versions(conn: &mut Conn, id: WireItemId) -> Result<Vec<VersionLine>, StoreError> {
    conn.all(VERSIONS, params![id]).await
}

/// A line of the desk's list of items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireLine {
    /// Identity.
    pub id: WireItemId,
    /// Scope of the guid.
    pub scope: String,
    /// The sender's identity.
    pub guid: String,
    /// Status.
    pub status: String,
    /// What the desk should know.
    pub note: String,
    /// The story made from it.
    pub story: Option<StoryId>,
    /// When it last changed.
    pub changed_at: Timestamp,
}

from_row!(WireLine {
    id,
    scope,
    guid,
    status,
    note,
    story,
    changed_at
});

/// Items, last changed first, after a place in the list.
///
/// # Errors
/// When the store can't answer.
pub async fn list(conn: &mut Conn, before: (Timestamp, WireItemId), limit: usize) -> Result<Vec<WireLine>, StoreError> {
    conn.all(NEWEST_ITEMS, params![before.0, before.1, limit]).await
}

/// Keeps a raw payload, compressed, once; returns its id.
///
/// # Errors
/// When it can't be compressed or the store can't answer.
pub async fn put_payload(tx: &mut Tx, bytes: &[u8], now: Timestamp) -> Result<Vec<u8>, StoreError> {
    let id = crate::hash(bytes).to_vec();
    let packed = zstd::bulk::compress(bytes, 3).map_err(|error| StoreError::Bug(format!("payload: {error}")))?;
    tx.execute(PUT_PAYLOAD, params![&id, &packed, now]).await?;
    Ok(id)
}

/// A raw payload as it arrived.
///
/// # Errors
/// When it can't be unpacked or the store can't answer.
pub async fn payload(conn: &mut Conn, id: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(packed) = conn.optional::<Vec<u8>>(PAYLOAD, params![id]).await? else {
        return Ok(None);
    };
    let bytes =
        zstd::stream::decode_all(packed.as_slice()).map_err(|error| StoreError::Bug(format!("payload: {error}")))?;
    Ok(Some(bytes))
}

/// What another document does to an item, known perhaps before the item itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffectRecord {
    /// The document that says so.
    pub by_guid: String,
    /// What it does.
    pub change: AffectedChange,
    /// Words for the desk.
    pub note: String,
}

impl FromRow for AffectRecord {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            by_guid: row.next()?,
            change: row.next::<Json<AffectedChange>>()?.0,
            note: row.next()?,
        })
    }
}

/// Keeps what a document does to another item, so that it holds for the item if it arrives later.
///
/// # Errors
/// When the store can't answer.
pub async fn put_affect(
    tx: &mut Tx,
    identity: &[u8],
    by_guid: &str,
    affected: &Affected,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        PUT_AFFECTS,
        params![
            identity,
            by_guid,
            Json(&affected.change),
            affected.note.as_deref().unwrap_or(""),
            now
        ],
    )
    .await?;
    Ok(())
}

/// What other documents do to the item of an identity.
///
/// # Errors
/// When the store can't answer.
pub async fn affects(conn: &mut Conn, identity: &[u8]) -> Result<Vec<AffectRecord>, StoreError> {
    conn.all(AFFECTS, params![identity]).await
}

/// The word under which a status is stored.
pub fn status_word(status: &PubStatus) -> &str {
    match status {
        PubStatus::Usable => "usable",
        PubStatus::Withheld => "withheld",
        PubStatus::Canceled => "canceled",
        PubStatus::Unknown(word) => word,
    }
}

/// A record that could not go in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// The source or import.
    pub source: String,
    /// Which record.
    pub record: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

from_row!(SetAside {
    source,
    record,
    reason,
    at
});

/// Sets a record aside with its reason; the same record again replaces the reason.
///
/// # Errors
/// When the store can't answer.
pub async fn put_set_aside(
    tx: &mut Tx,
    fresh: Uuid,
    entry: &SetAside,
    payload: Option<&[u8]>,
) -> Result<(), StoreError> {
    tx.execute(
        PUT_SET_ASIDE,
        params![fresh, &entry.source, &entry.record, &entry.reason, payload, entry.at],
    )
    .await?;
    Ok(())
}

/// The newest records set aside of a source.
///
/// # Errors
/// When the store can't answer.
pub async fn set_aside_of(conn: &mut Conn, source: &str, limit: usize) -> Result<Vec<SetAside>, StoreError> {
    conn.all(SET_ASIDE, params![source, limit]).await
}

/// State of a wire source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceState {
    /// Its name in the settings.
    pub name: String,
    /// `ETag` of its last answer.
    pub etag: Option<String>,
    /// `Last-Modified` of its last answer.
    pub last_modified: Option<String>,
    /// Where to go on (`next_page`).
    pub resume_url: Option<String>,
    /// Failures in a row; the back-off grows with them.
    pub failures: i64,
    /// When it is due.
    pub next_poll_at: Timestamp,
    /// When it last answered.
    pub last_ok_at: Option<Timestamp>,
    /// When it last brought something new.
    pub last_item_at: Option<Timestamp>,
    /// What went wrong last, in words.
    pub last_error: Option<String>,
}

from_row!(SourceState {
    name,
    etag,
    last_modified,
    resume_url,
    failures,
    next_poll_at,
    last_ok_at,
    last_item_at,
    last_error
});

/// State of a source; `None` before its first poll.
///
/// # Errors
/// When the store can't answer.
pub async fn source(conn: &mut Conn, name: &str) -> Result<Option<SourceState>, StoreError> {
    conn.optional(SOURCE, params![name]).await
}

/// Saves the state of a source.
///
/// # Errors
/// When the store can't answer.
pub async fn put_source(tx: &mut Tx, state: &SourceState) -> Result<(), StoreError> {
    tx.execute(
        PUT_SOURCE,
        params![
            &state.name,
            state.etag.as_deref(),
            state.last_modified.as_deref(),
            state.resume_url.as_deref(),
            state.failures,
            state.next_poll_at,
            state.last_ok_at,
            state.last_item_at,
            state.last_error.as_deref()
        ],
    )
    .await?;
    Ok(())
}
