//! What was decided about readers' contributions, by whom and why: only added to, and chained by hash, so that whoever
//! changes an entry later breaks the chain.
//!
//! An entry belongs to the event that was appended with it. The chain is made afterwards, in the order of the log:
//! writers that chained by themselves would each follow the same last entry, and fork it. What may have to be erased (a
//! text, a message) is not in the chain but beside it; the chain holds a commitment to it, salted so that it can't be
//! guessed.

use crate::db::{Conn, Json, StoreError, Tx};
use crate::{from_row, hash, params, queries};
use masthead_domain::ids::EventId;
use masthead_domain::time::Timestamp;
use serde_json::Value;
use uuid::Uuid;

queries! {
    APPEND = "INSERT INTO audit (event_id, at, actor, act, subject, facts, commitment) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    PUT_TEXT = "INSERT INTO audit_texts (event_id, salt, body) VALUES ($1, $2, $3)";
    LOOSE = "SELECT a.event_id, a.at, a.actor, a.act, a.subject, a.facts, a.commitment, a.seq, a.hash
        FROM audit a JOIN events e ON e.id = a.event_id
        WHERE a.seq IS NULL AND e.position IS NOT NULL ORDER BY e.position LIMIT $1";
    hot ANY_LOOSE = "SELECT event_id FROM audit WHERE seq IS NULL LIMIT 1";
    CHAIN = "UPDATE audit SET seq = $2, hash = $3 WHERE event_id = $1 AND seq IS NULL";
    HEAD = "SELECT seq, hash FROM audit_head WHERE id = 1";
    SET_HEAD = "INSERT INTO audit_head (id, seq, hash) VALUES (1, $1, $2)
        ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash";
    hot AFTER = "SELECT event_id, at, actor, act, subject, facts, commitment, seq, hash FROM audit
        WHERE seq IS NOT NULL AND seq > $1 ORDER BY seq LIMIT $2";
    hot OF_SUBJECT = "SELECT event_id, at, actor, act, subject, facts, commitment, seq, hash FROM audit
        WHERE subject = $1 ORDER BY at LIMIT $2";
    TEXTS = "SELECT event_id, salt, body FROM audit_texts WHERE event_id IN {list:$1}";
    ERASE_TEXTS = "DELETE FROM audit_texts WHERE event_id IN (SELECT event_id FROM audit WHERE subject = $1)";
}

/// Entries chained in one transaction.
const AT_ONCE: i64 = 500;

/// The hash before the first entry.
const FIRST: [u8; 32] = [0; 32];

/// Something that was done.
#[derive(Clone, Debug)]
pub struct NewEntry<'a> {
    /// The event that was appended with it.
    pub event: EventId,
    /// Who: `profile:ID`, `account:ID`, `rule`, `command line`.
    pub actor: &'a str,
    /// What, such as `comment.rejected`.
    pub act: &'a str,
    /// To what.
    pub subject: Uuid,
    /// Ids, codes and numbers; nothing that may have to be erased.
    pub facts: &'a Value,
    /// The salt and the text that it commits to.
    pub text: Option<(Uuid, &'a str)>,
    /// Whether that text is kept beside the chain. A comment's own text isn't: it stands with the comment.
    pub keep_text: bool,
}

/// An entry as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its event.
    pub event: EventId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What.
    pub act: String,
    /// To what.
    pub subject: Uuid,
    /// Ids, codes and numbers.
    pub facts: Value,
    /// What it commits to.
    pub commitment: Option<Vec<u8>>,
    /// Its number in the chain, from 1; none until it was chained, which is soon.
    pub seq: Option<i64>,
    /// The hash of it and of everything before.
    pub hash: Option<Vec<u8>>,
}

from_row!(Entry {
    event,
    at,
    actor,
    act,
    subject,
    facts: json,
    commitment,
    seq,
    hash
});

impl Entry {
    /// The hash that the entry has as number `seq` behind `before`: SHA-256 over the hash before and the entry as one
    /// line of JSON with its keys in this order. Whoever has an export can compute it.
    fn hash_after(&self, before: &[u8], seq: i64) -> [u8; 32] {
        let commitment = self.commitment.as_deref().map(hex);
        let line = serde_json::json!([
            seq,
            self.event,
            self.at.as_micros(),
            self.actor,
            self.act,
            self.subject,
            self.facts,
            commitment
        ])
        .to_string();
        hash(&[before, line.as_bytes()].concat())
    }
}

/// Bytes in hexadecimal digits, as the chain writes commitments.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
            // Writing to a string can't fail.
            let _infallible = write!(out, "{byte:02x}");
            out
        })
}

/// The commitment to a text.
pub fn commitment(salt: Uuid, text: &str) -> [u8; 32] {
    hash(&[salt.as_bytes().as_slice(), text.as_bytes()].concat())
}

/// Adds an entry, in the transaction that appended its event.
///
/// # Errors
/// When the store can't answer.
pub async fn append(tx: &mut Tx, entry: &NewEntry<'_>) -> Result<(), StoreError> {
    let now = tx.now();
    let committed = entry.text.map(|(salt, text)| commitment(salt, text).to_vec());
    tx.execute(
        APPEND,
        params![
            entry.event,
            now,
            entry.actor,
            entry.act,
            entry.subject,
            Json(entry.facts),
            committed
        ],
    )
    .await?;
    if let (Some((salt, text)), true) = (entry.text, entry.keep_text) {
        tx.execute(PUT_TEXT, params![entry.event, salt, text]).await?;
    }
    Ok(())
}

/// Whether entries wait to be chained.
///
/// # Errors
/// When the store can't answer.
pub async fn waits(conn: &mut Conn) -> Result<bool, StoreError> {
    Ok(conn.optional::<EventId>(ANY_LOOSE, params![]).await?.is_some())
}

/// Chains entries whose events have their place in the log; returns how many. Two that do it at once can't fork the
/// chain: the second is run again, and finds the first one's head.
///
/// # Errors
/// When the store can't answer.
pub async fn chain(tx: &mut Tx) -> Result<u64, StoreError> {
    let head: Option<(i64, Vec<u8>)> = tx.optional(HEAD, params![]).await?;
    let (mut seq, mut last) = head.unwrap_or((0, FIRST.to_vec()));
    let loose: Vec<Entry> = tx.all(LOOSE, params![AT_ONCE]).await?;
    let mut chained = 0;
    for entry in &loose {
        let next = entry.hash_after(&last, seq + 1);
        chained += tx.execute(CHAIN, params![entry.event, seq + 1, next]).await?;
        seq += 1;
        last = next.to_vec();
    }
    if chained > 0 {
        tx.execute(SET_HEAD, params![seq, last]).await?;
    }
    Ok(chained)
}

/// Entries of the chain after a number, in order.
///
/// # Errors
/// When the store can't answer.
pub async fn after(conn: &mut Conn, seq: i64, limit: usize) -> Result<Vec<Entry>, StoreError> {
    conn.all(AFTER, params![seq, limit]).await
}

/// What was done to something, the oldest first; at one time in the order of the chain.
///
/// # Errors
/// When the store can't answer.
pub async fn of_subject(conn: &mut Conn, subject: Uuid, limit: usize) -> Result<Vec<Entry>, StoreError> {
    let mut entries: Vec<Entry> = conn.all(OF_SUBJECT, params![subject, limit]).await?;
    // Not in the query: its index knows times alone, and the engines would sort for few entries of one time.
    entries.sort_by_key(|entry| (entry.at, entry.seq.unwrap_or(i64::MAX)));
    Ok(entries)
}

/// The texts beside these entries that were not erased.
///
/// # Errors
/// When the store can't answer.
pub async fn texts(conn: &mut Conn, events: &[EventId]) -> Result<Vec<(EventId, Uuid, String)>, StoreError> {
    let events: Vec<Uuid> = events.iter().map(|id| id.0).collect();
    conn.all(TEXTS, params![&events]).await
}

/// Takes away the texts beside what was done to something. The chain stays valid.
///
/// # Errors
/// When the store can't answer.
pub async fn erase_texts(tx: &mut Tx, subject: Uuid) -> Result<(), StoreError> {
    tx.execute(ERASE_TEXTS, params![subject]).await?;
    Ok(())
}

/// What a look at the whole chain found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Entries that are as they were written.
    pub sound: u64,
    /// The number of the first entry that isn't, or is missing.
    pub broken_at: Option<i64>,
    /// Whether texts beside the chain differ from what it commits to: their entries' numbers.
    pub changed_texts: Vec<i64>,
}

/// Computes the whole chain again.
///
/// # Errors
/// When the store can't answer.
pub async fn verify(conn: &mut Conn) -> Result<Verified, StoreError> {
    let mut found = Verified::default();
    let (mut seq, mut last) = (0, FIRST.to_vec());
    loop {
        let entries = after(conn, seq, 1_000).await?;
        if entries.is_empty() {
            break;
        }
        let kept = texts(conn, &entries.iter().map(|entry| entry.event).collect::<Vec<_>>()).await?;
        for entry in &entries {
            let expected = entry.hash_after(&last, seq + 1);
            if entry.seq != Some(seq + 1) || entry.hash.as_deref() != Some(&expected[..]) {
                found.broken_at = Some(seq + 1);
                return Ok(found);
            }
            let text = kept.iter().find(|(event, ..)| *event == entry.event);
            if let Some((_, salt, text)) = text
                && entry.commitment.as_deref() != Some(&commitment(*salt, text)[..])
            {
                found.changed_texts.push(seq + 1);
            }
            seq += 1;
            last = expected.to_vec();
            found.sound += 1;
        }
    }
    // Entries cut off at the end leave a head that names more.
    let head: Option<(i64, Vec<u8>)> = conn.optional(HEAD, params![]).await?;
    if head.is_some_and(|(at, hash)| at != seq || hash != last) {
        found.broken_at = Some(seq + 1);
    }
    Ok(found)
}
