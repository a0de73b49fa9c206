//! Alerts: the newest message about each, the squares of the grid in which live ones are found, and what messages
//! replaced or took back.
//!
//! An alert's id is made of its sender and its sender's name of it, so that the same message by two ways is one row, and
//! a batch of messages is compared with what is known by one query.

use crate::db::{Conn, Json, Param, StoreError, Tx};
use crate::{from_row, params, queries};
use masthead_domain::alerts::cells::{self, Bounds};
use masthead_domain::alerts::geometry::{pack, unpack};
use masthead_domain::alerts::{Alert, Kind, Shape, State};
use masthead_domain::ids::AlertId;
use masthead_domain::places::Point;
use masthead_domain::time::Timestamp;
use uuid::Uuid;

queries! {
    KNOWN = "SELECT id, source, sender, state, ended_by, sent_at, turns_at, content_hash, shapes FROM alerts WHERE id IN {list:$1}";
    PUT = "INSERT INTO alerts (id, source, sender, identifier, kind, state, ended_by, rank, sent_at, turns_at,
            content_hash, shapes, message, received_at, changed_at)
        VALUES {row:($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)}
        ON CONFLICT (id) DO UPDATE SET source = excluded.source, kind = excluded.kind,
            state = excluded.state, ended_by = excluded.ended_by, rank = excluded.rank, sent_at = excluded.sent_at,
            turns_at = excluded.turns_at, content_hash = excluded.content_hash, shapes = excluded.shapes,
            message = excluded.message, received_at = excluded.received_at, changed_at = excluded.changed_at";
    SET_STATE = "UPDATE alerts SET state = $2, ended_by = $3, turns_at = $4, changed_at = $5 WHERE id = $1";
    PUT_CELL = "INSERT INTO alert_cells (cell, alert_id, bounds) VALUES {row:($1, $2, $3)}
        ON CONFLICT (cell, alert_id) DO UPDATE SET bounds = excluded.bounds";
    DROP_CELLS = "DELETE FROM alert_cells WHERE alert_id IN {list:$1}";
    PUT_END = "INSERT INTO alert_ends (identifier, by_alert, source, sender, of_sender, change, received_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (identifier, by_alert) DO UPDATE SET change = excluded.change";
    hot ENDED_BY_REFERENCE = "SELECT id, source, sender, state, ended_by, sent_at, turns_at, content_hash, shapes FROM alerts
        WHERE identifier = $1 AND (source = $2 OR (sender = $3 AND sender = $4)) AND id <> $5";
    hot ENDS = "SELECT identifier, by_alert, source, sender, of_sender, change FROM alert_ends WHERE identifier IN {list:$1}";
    OF_SOURCE = "SELECT id, source, sender, state, ended_by, sent_at, turns_at, content_hash, shapes FROM alerts
        WHERE source = $1 AND state IN ('live', 'waiting')";
    hot DUE = "SELECT id, state, message, received_at, shapes FROM alerts
        WHERE turns_at IS NOT NULL AND turns_at <= $1 ORDER BY turns_at LIMIT $2";
    hot NEXT = "SELECT turns_at FROM alerts WHERE turns_at IS NOT NULL ORDER BY turns_at LIMIT 1";
    hot CANDIDATES = "SELECT alert_id, bounds FROM alert_cells WHERE cell IN {list:$1}";
    hot SHAPES = "SELECT id, kind, rank, sent_at, shapes FROM alerts WHERE id IN {list:$1} AND state = 'live' AND turns_at > $2";
    hot BY_IDS = "SELECT id, source, kind, state, ended_by, sent_at, turns_at, changed_at, message FROM alerts
        WHERE id IN {list:$1}";
    hot LIVE = "SELECT id, source, kind, state, ended_by, sent_at, turns_at, changed_at, message FROM alerts
        WHERE state = 'live' AND turns_at > $1 AND (rank, sent_at, id) < ($2, $3, $4)
        ORDER BY rank DESC, sent_at DESC, id DESC LIMIT $5";
    hot LIVE_OF_KIND = "SELECT id, source, kind, state, ended_by, sent_at, turns_at, changed_at, message FROM alerts
        WHERE state = 'live' AND kind = $6 AND turns_at > $1 AND (rank, sent_at, id) < ($2, $3, $4)
        ORDER BY rank DESC, sent_at DESC, id DESC LIMIT $5";
    NEWEST = "SELECT id, source, kind, state, ended_by, sent_at, turns_at, changed_at, message FROM alerts
        WHERE (changed_at, id) < ($1, $2) ORDER BY changed_at DESC, id DESC LIMIT $3";
    COUNT = "SELECT count(*) FROM alerts WHERE state = 'live' AND kind = $1 AND turns_at > $2";
    SOURCES = "SELECT s.name, s.kind, s.credit, COALESCE(i.failures, 0), i.last_ok_at
        FROM alert_sources s LEFT JOIN ingest_sources i ON i.name = s.name ORDER BY s.name";
    PUT_SOURCE = "INSERT INTO alert_sources (name, kind, credit) VALUES ($1, $2, $3)
        ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, credit = excluded.credit";
    DROP_SOURCE = "DELETE FROM alert_sources WHERE name = $1";
    LINKS = "SELECT id FROM alert_links WHERE id IN {list:$1}";
    PUT_LINK = "INSERT INTO alert_links (id, seen_at) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at";
    SWEEP_LINKS = "DELETE FROM alert_links WHERE seen_at < $1";
    SWEEP_ENDS = "DELETE FROM alert_ends WHERE received_at < $1";
    SWEEP = "DELETE FROM alerts WHERE state IN ('ended', 'hidden') AND changed_at < $1";
}

/// The id of an alert: that of its sender's message of this name.
pub fn id_of(sender: &str, identifier: &str) -> AlertId {
    let hash = crate::hash(format!("{sender}\n{identifier}").as_bytes());
    let mut bytes = [0; 16];
    for (byte, from) in bytes.iter_mut().zip(hash) {
        *byte = from;
    }
    AlertId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// What is known of an alert when another message comes.
#[derive(Clone, Debug)]
pub struct Known {
    /// Identity.
    pub id: AlertId,
    /// The source that brought it.
    pub source: String,
    /// Its sender.
    pub sender: String,
    /// A [`State`]'s name.
    pub state: String,
    /// Why it ended: `expired`, `replaced`, `canceled`, `vanished`; empty while it hasn't.
    pub ended_by: String,
    /// When its newest message was sent.
    pub sent_at: Timestamp,
    /// When its state turns next.
    pub turns_at: Option<Timestamp>,
    /// Hash of what that says.
    pub content_hash: Vec<u8>,
    /// Its shapes, packed.
    pub shapes: Vec<u8>,
}

from_row!(Known {
    id,
    source,
    sender,
    state,
    ended_by,
    sent_at,
    turns_at,
    content_hash,
    shapes
});

impl Known {
    /// Whether readers see it, or will.
    pub fn holds(&self) -> bool {
        matches!(State::parse(&self.state), Some(State::Live | State::Waiting))
    }
}

/// An alert as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct AlertRecord {
    /// Identity.
    pub id: AlertId,
    /// The source that brought it.
    pub source: String,
    /// A [`Kind`]'s name.
    pub kind: String,
    /// A [`State`]'s name.
    pub state: String,
    /// Why it ended; empty while it hasn't.
    pub ended_by: String,
    /// When its newest message was sent, or came where it doesn't say.
    pub sent_at: Timestamp,
    /// When its state turns next.
    pub turns_at: Option<Timestamp>,
    /// When it last changed here.
    pub changed_at: Timestamp,
    /// Its newest message.
    pub alert: Alert,
}

from_row!(AlertRecord {
    id,
    source,
    kind,
    state,
    ended_by,
    sent_at,
    turns_at,
    changed_at,
    alert: json
});

/// A message to keep.
#[derive(Clone, Debug)]
pub struct Put<'a> {
    /// Identity.
    pub id: AlertId,
    /// The source that brought it.
    pub source: &'a str,
    /// What it says.
    pub alert: &'a Alert,
    /// Its shapes, with those that its source or its names gave it.
    pub shapes: &'a [Shape],
    /// Hash of what it says.
    pub content_hash: &'a [u8],
    /// Where it stands.
    pub state: State,
    /// Why it ended; empty while it hasn't.
    pub ended_by: &'a str,
    /// When its state turns next.
    pub turns_at: Option<Timestamp>,
    /// When it came.
    pub received: Timestamp,
    /// Whether the one before holds, so that it is found somewhere.
    pub was_filed: bool,
}

/// What is known of these alerts.
///
/// # Errors
/// When the store can't answer.
pub async fn known(conn: &mut Conn, ids: &[Uuid]) -> Result<Vec<Known>, StoreError> {
    conn.all(KNOWN, params![ids]).await
}

/// Keeps messages in place of those before, and files those that are live. Each is of another alert.
///
/// # Errors
/// When the store can't answer.
pub async fn put_all(tx: &mut Tx, puts: &[Put<'_>]) -> Result<(), StoreError> {
    let rows: Vec<Vec<Param<'_>>> = puts.iter().map(row).collect();
    tx.execute_rows(PUT, &rows).await?;
    let filed: Vec<Uuid> = puts.iter().filter(|put| put.was_filed).map(|put| put.id.0).collect();
    if !filed.is_empty() {
        drop_cells(tx, &filed).await?;
    }
    let live = puts.iter().filter(|put| put.state == State::Live);
    let cells: Vec<Vec<Param<'_>>> = live.flat_map(|put| cells_of(put.id, put.shapes)).collect();
    tx.execute_rows(PUT_CELL, &cells).await?;
    Ok(())
}

fn row<'a>(put: &'a Put<'a>) -> Vec<Param<'a>> {
    let alert = put.alert;
    vec![
        put.id.into(),
        put.source.into(),
        (&alert.sender).into(),
        (&alert.identifier).into(),
        alert.kind.name().into(),
        put.state.name().into(),
        put.ended_by.into(),
        alert.severity().rank().into(),
        alert.sent.unwrap_or(put.received).into(),
        put.turns_at.into(),
        put.content_hash.into(),
        pack(put.shapes).into(),
        Json(alert).into(),
        put.received.into(),
    ]
}

fn cells_of(id: AlertId, shapes: &[Shape]) -> Vec<Vec<Param<'static>>> {
    let cells = cells::covering(shapes).into_iter();
    cells
        .map(|(cell, bounds)| vec![cell.into(), id.into(), bounds.key().into()])
        .collect()
}

async fn file(tx: &mut Tx, id: AlertId, shapes: &[Shape]) -> Result<(), StoreError> {
    tx.execute_rows(PUT_CELL, &cells_of(id, shapes)).await?;
    Ok(())
}

async fn drop_cells(tx: &mut Tx, ids: &[Uuid]) -> Result<(), StoreError> {
    tx.execute(DROP_CELLS, params![ids]).await?;
    Ok(())
}

/// The least by which a stay is prolonged, in seconds: a source without ends is asked every minute, and each time every
/// row would be written.
const WORTH_PROLONGING: i64 = 3_600;

/// Prolongs an alert that its source still lists and that has no end of its own.
///
/// # Errors
/// When the store can't answer.
pub async fn extend(tx: &mut Tx, known: &Known, state: State, until: Timestamp) -> Result<(), StoreError> {
    let now = tx.now();
    let is_worth = known
        .turns_at
        .is_none_or(|turns_at| turns_at.plus_seconds(WORTH_PROLONGING) < until);
    if is_worth && known.state == state.name() {
        tx.execute(SET_STATE, params![known.id, state.name(), "", until, now])
            .await?;
    }
    Ok(())
}

/// Ends an alert.
///
/// # Errors
/// When the store can't answer.
pub async fn end(tx: &mut Tx, id: AlertId, why: &str) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(SET_STATE, params![id, State::Ended.name(), why, None::<Timestamp>, now])
        .await?;
    drop_cells(tx, &[id.0]).await
}

/// Notes that a message replaces or takes back another, and gives those of its source or its sender that it names.
///
/// # Errors
/// When the store can't answer.
pub async fn refer(tx: &mut Tx, end: &End, sender: &str) -> Result<Vec<Known>, StoreError> {
    let End {
        identifier,
        by,
        source,
        of_sender,
        ..
    } = end;
    let now = tx.now();
    tx.execute(
        PUT_END,
        params![identifier, *by, source, &end.sender, of_sender, &end.change, now],
    )
    .await?;
    tx.all(ENDED_BY_REFERENCE, params![identifier, source, sender, of_sender, *by])
        .await
}

/// That a message replaced or took back another.
#[derive(Clone, Debug)]
pub struct End {
    /// The sender's name of the message that is over.
    pub identifier: String,
    /// The alert that says so.
    pub by: AlertId,
    /// The source that brought it.
    pub source: String,
    /// Its sender, where it speaks of a message of its own; else empty.
    pub sender: String,
    /// The sender of the message that is over.
    pub of_sender: String,
    /// How it ended: `replaced` or `canceled`.
    pub change: String,
}

from_row!(End {
    identifier,
    by,
    source,
    sender,
    of_sender,
    change
});

impl End {
    /// Whether it is about an alert of a source: what one sender says of another's messages counts only where one source
    /// brings both.
    pub fn is_of(&self, id: AlertId, source: &str, alert: &Alert) -> bool {
        let is_own = self.sender == alert.sender && self.of_sender == alert.sender;
        self.identifier == alert.identifier && self.by != id && (self.source == source || is_own)
    }
}

/// What earlier messages said of messages of these names.
///
/// # Errors
/// When the store can't answer.
pub async fn ends(conn: &mut Conn, identifiers: &[&str]) -> Result<Vec<End>, StoreError> {
    conn.all(ENDS, params![identifiers]).await
}

/// What a source brought that holds.
///
/// # Errors
/// When the store can't answer.
pub async fn of_source(conn: &mut Conn, source: &str) -> Result<Vec<Known>, StoreError> {
    conn.all(OF_SOURCE, params![source]).await
}

/// An alert whose time came.
#[derive(Clone, Debug)]
pub struct Due {
    /// Identity.
    pub id: AlertId,
    /// A [`State`]'s name.
    pub state: String,
    /// Its message.
    pub alert: Alert,
    /// When that came.
    pub received_at: Timestamp,
    /// Its shapes, packed.
    pub shapes: Vec<u8>,
}

from_row!(Due {
    id,
    state,
    alert: json,
    received_at,
    shapes
});

/// Those whose time came, soonest first.
///
/// # Errors
/// When the store can't answer.
pub async fn due(conn: &mut Conn, now: Timestamp, limit: usize) -> Result<Vec<Due>, StoreError> {
    conn.all(DUE, params![now, limit]).await
}

/// Begins an alert that waited.
///
/// # Errors
/// When the store can't answer.
pub async fn begin(tx: &mut Tx, due: &Due, until: Timestamp) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(SET_STATE, params![due.id, State::Live.name(), "", until, now])
        .await?;
    file(tx, due.id, &unpack(&due.shapes)).await
}

/// When the next alert turns.
///
/// # Errors
/// When the store can't answer.
pub async fn next_turn(conn: &mut Conn) -> Result<Option<Timestamp>, StoreError> {
    conn.optional(NEXT, params![]).await
}

/// A live alert near a place.
#[derive(Clone, Debug)]
struct Near {
    id: AlertId,
    kind: String,
    rank: i64,
    sent_at: Timestamp,
    shapes: Vec<u8>,
}

from_row!(Near {
    id,
    kind,
    rank,
    sent_at,
    shapes
});

/// Live alerts that reach a point or come within some kilometres of it, the worst first and then the newest; of one kind
/// or of both.
///
/// # Errors
/// When the store can't answer.
pub async fn near(
    conn: &mut Conn,
    now: Timestamp,
    point: Point,
    within_km: f64,
    kind: Option<Kind>,
    limit: usize,
) -> Result<Vec<AlertId>, StoreError> {
    let filed: Vec<(Uuid, Option<i64>)> = conn.all(CANDIDATES, params![&cells::around(point, within_km)]).await?;
    let bounds = Bounds::around(point, within_km);
    // Of what an older node filed the bounds aren't known.
    let meets = |own: Option<i64>| own.is_none_or(|own| Bounds::of_key(own).meets(bounds));
    let mut candidates: Vec<Uuid> = filed
        .into_iter()
        .filter_map(|(id, own)| meets(own).then_some(id))
        .collect();
    candidates.sort_unstable();
    candidates.dedup();
    let rows: Vec<Near> = conn.all(SHAPES, params![&candidates, now]).await?;
    let mut found: Vec<&Near> = rows
        .iter()
        .filter(|row| kind.is_none_or(|kind| row.kind == kind.name()))
        .filter(|row| unpack(&row.shapes).iter().any(|shape| shape.reaches(point, within_km)))
        .collect();
    found.sort_by_key(|row| std::cmp::Reverse((row.rank, row.sent_at, row.id)));
    Ok(found.into_iter().take(limit).map(|row| row.id).collect())
}

/// Alerts by their ids, in that order; those that are gone are left out.
///
/// # Errors
/// When the store can't answer.
pub async fn by_ids(conn: &mut Conn, ids: &[AlertId]) -> Result<Vec<AlertRecord>, StoreError> {
    let wanted: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let mut rows: Vec<AlertRecord> = conn.all(BY_IDS, params![&wanted]).await?;
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
    Ok(rows)
}

/// Where a list of live alerts goes on: after this severity, moment and alert.
pub type After = (i64, Timestamp, AlertId);

/// Before the first of them.
pub const FIRST: After = (i64::MAX, Timestamp::MAX, AlertId(Uuid::max()));

/// Live alerts, the worst first and then the newest; of one kind or of both.
///
/// # Errors
/// When the store can't answer.
pub async fn live(
    conn: &mut Conn,
    now: Timestamp,
    kind: Option<Kind>,
    after: After,
    limit: usize,
) -> Result<Vec<AlertRecord>, StoreError> {
    let (rank, sent, id) = after;
    match kind {
        None => conn.all(LIVE, params![now, rank, sent, id, limit]).await,
        Some(kind) => {
            conn.all(LIVE_OF_KIND, params![now, rank, sent, id, limit, kind.name()])
                .await
        }
    }
}

/// How many of a kind are live.
///
/// # Errors
/// When the store can't answer.
pub async fn count(conn: &mut Conn, now: Timestamp, kind: Kind) -> Result<i64, StoreError> {
    conn.one(COUNT, params![kind.name(), now]).await
}

/// What changed last, of any state, newest first: for the desk.
///
/// # Errors
/// When the store can't answer.
pub async fn newest(
    conn: &mut Conn,
    after: (Timestamp, AlertId),
    limit: usize,
) -> Result<Vec<AlertRecord>, StoreError> {
    conn.all(NEWEST, params![after.0, after.1, limit]).await
}

/// Forgets what ended or was never shown before a moment, and what was said of messages that never came.
///
/// # Errors
/// When the store can't answer.
pub async fn sweep(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(SWEEP_ENDS, params![before]).await?;
    tx.execute(SWEEP_LINKS, params![before]).await?;
    tx.execute(SWEEP, params![before]).await
}

/// Those of a source's links that were not read yet, in their order.
///
/// # Errors
/// When the store can't answer.
pub async fn unread_links(conn: &mut Conn, source: &str, links: &[String]) -> Result<Vec<String>, StoreError> {
    let ids: Vec<Uuid> = links.iter().map(|link| link_id(source, link)).collect();
    let read: Vec<Uuid> = conn.all(LINKS, params![&ids]).await?;
    let unread = links.iter().zip(ids).filter(|(_, id)| !read.contains(id));
    Ok(unread.map(|(link, _)| link.clone()).collect())
}

/// Notes that a source's link was read.
///
/// # Errors
/// When the store can't answer.
pub async fn put_link(tx: &mut Tx, source: &str, link: &str) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(PUT_LINK, params![link_id(source, link), now]).await?;
    Ok(())
}

fn link_id(source: &str, link: &str) -> Uuid {
    id_of(source, link).0
}

/// A source of alerts, as readers are told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRecord {
    /// Its name in the settings.
    pub name: String,
    /// A [`Kind`]'s name; empty where it brings both.
    pub kind: String,
    /// Whom to thank; may be empty.
    pub credit: String,
    /// How often in a row it could not be reached.
    pub failures: i64,
    /// When it was last reached.
    pub last_ok_at: Option<Timestamp>,
}

from_row!(SourceRecord {
    name,
    kind,
    credit,
    failures,
    last_ok_at
});

/// The sources of the settings, by name.
///
/// # Errors
/// When the store can't answer.
pub async fn sources(conn: &mut Conn) -> Result<Vec<SourceRecord>, StoreError> {
    conn.all(SOURCES, params![]).await
}

/// Replaces the sources by name, kind and credit; says whether anything changed.
///
/// # Errors
/// When the store can't answer.
pub async fn put_sources(tx: &mut Tx, wanted: &[(String, String, String)]) -> Result<bool, StoreError> {
    let known = sources(tx).await?;
    let mut changed = false;
    for (name, kind, credit) in wanted {
        if !known
            .iter()
            .any(|one| one.name == *name && one.kind == *kind && one.credit == *credit)
        {
            tx.execute(PUT_SOURCE, params![name, kind, credit]).await?;
            changed = true;
        }
    }
    for gone in known
        .iter()
        .filter(|one| !wanted.iter().any(|(name, ..)| *name == one.name))
    {
        tx.execute(DROP_SOURCE, params![&gone.name]).await?;
        changed = true;
    }
    Ok(changed)
}
