//! Mails on their way out. They are written in the transaction that gives a reason for them, and sent by a due job, so
//! that none goes out twice because a transaction was run again.

use crate::db::{Conn, StoreError, Tx};
use crate::jobs::Lane;
use crate::{from_row, hash, jobs, params, queries};
use masthead_domain::ids::MailId;
use masthead_domain::time::Timestamp;

/// The job that sends a mail; its key is the mail's id.
pub const JOB_SEND: &str = "mails.send";

queries! {
    INSERT = "INSERT INTO mails (id, purpose, recipient, subject, body, state, created_at, stop_url, html)
        VALUES ($1, $2, $3, $4, $5, 'waiting', $6, $7, $8)";
    RECORD = "INSERT INTO mails (id, purpose, recipient, subject, body, state, created_at, stop_url, html, sent_at, error)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING";
    BY_ID = "SELECT id, purpose, recipient, subject, body, state, created_at, stop_url, html FROM mails WHERE id = $1";
    START = "UPDATE mails SET state = 'sending' WHERE id = $1 AND state = 'waiting'";
    SENT = "UPDATE mails SET state = $2, sent_at = $3, body = $4, error = $5, html = $6 WHERE id = $1";
    NEWEST = "SELECT id, purpose, recipient, subject, body, state, created_at, stop_url, html FROM mails
        ORDER BY created_at DESC, id DESC LIMIT $1";
    TO = "SELECT id, purpose, recipient, subject, body, state, created_at, stop_url, html FROM mails
        WHERE recipient = $1 ORDER BY created_at DESC, id DESC LIMIT $2";
    SWEEP = "DELETE FROM mails WHERE created_at < $1";
    SUPPRESS = "INSERT INTO suppressed_addresses (hash, reason, since) VALUES ($1, $2, $3)
        ON CONFLICT (hash) DO UPDATE SET reason = excluded.reason, since = excluded.since";
    SUPPRESSED = "SELECT reason FROM suppressed_addresses WHERE hash = $1";
    ALLOW = "DELETE FROM suppressed_addresses WHERE hash = $1";
}

/// A mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Identity; its Message-ID is made of it.
    pub id: MailId,
    /// What it is for, such as `sign-up`.
    pub purpose: String,
    /// The address.
    pub recipient: String,
    /// One line.
    pub subject: String,
    /// Plain text; empty once it was sent, since it may hold a link that signs in.
    pub body: String,
    /// `waiting`, `sending`, `sent`, `captured`, `suppressed` or `failed`.
    pub state: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// The address at which its reader stops mails of its kind (RFC 8058); none for those that were asked for.
    pub stop_url: Option<String>,
    /// The same as a page, for mail programs that show one; gone when the text is.
    pub html: Option<String>,
}

from_row!(Mail {
    id,
    purpose,
    recipient,
    subject,
    body,
    state,
    created_at,
    stop_url,
    html
});

/// A mail that goes out.
#[derive(Clone, Debug)]
pub struct NewMail {
    /// Identity.
    pub id: MailId,
    /// What it is for.
    pub purpose: &'static str,
    /// The address.
    pub recipient: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// The address at which its reader stops mails of its kind.
    pub stop_url: Option<String>,
    /// The same as a page, for mail programs that show one.
    pub html: Option<String>,
}

/// Puts a mail on its way: the row and the job that sends it.
///
/// # Errors
/// When the store can't answer.
pub async fn send(tx: &mut Tx, mail: &NewMail) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(
        INSERT,
        params![
            mail.id,
            mail.purpose,
            &mail.recipient,
            &mail.subject,
            &mail.body,
            now,
            mail.stop_url.as_deref(),
            mail.html.as_deref()
        ],
    )
    .await?;
    jobs::schedule_in(
        tx,
        Lane::Mail,
        JOB_SEND,
        &mail.id.to_string(),
        now,
        &serde_json::Value::Null,
    )
    .await?;
    Ok(())
}

/// Marks a mail as being sent, before it is. False when it was marked already: it may have gone out before a crash, and
/// is not sent again.
///
/// # Errors
/// When the store can't answer.
pub async fn start(tx: &mut Tx, id: MailId) -> Result<bool, StoreError> {
    Ok(tx.execute(START, params![id]).await? > 0)
}

/// Whether the text of a mail is kept: that of a captured one is shown, that of a waiting one is still to go out. It may
/// hold a link that signs in.
fn is_kept(state: &str) -> bool {
    matches!(state, "captured" | "waiting")
}

/// Writes down what became of a mail.
///
/// # Errors
/// When the store can't answer.
pub async fn done(tx: &mut Tx, mail: &Mail, state: &str, error: Option<&str>) -> Result<(), StoreError> {
    let now = tx.now();
    let body = if is_kept(state) { mail.body.as_str() } else { "" };
    let html = mail.html.as_deref().filter(|_| is_kept(state));
    let sent_at = (state == "sent").then_some(now);
    tx.execute(SENT, params![mail.id, state, sent_at, body, error, html])
        .await?;
    Ok(())
}

/// Writes down a mail whose sender marked the reason for it before it went out, with what became of it.
///
/// # Errors
/// When the store can't answer.
pub async fn record(tx: &mut Tx, mail: &NewMail, state: &str, error: Option<&str>) -> Result<(), StoreError> {
    let now = tx.now();
    let body = if is_kept(state) { mail.body.as_str() } else { "" };
    let html = mail.html.as_deref().filter(|_| is_kept(state));
    let sent_at = (state == "sent").then_some(now);
    let stop = mail.stop_url.as_deref();
    let (id, purpose, to) = (mail.id, mail.purpose, mail.recipient.as_str());
    tx.execute(
        RECORD,
        params![
            id,
            purpose,
            to,
            &mail.subject,
            body,
            state,
            now,
            stop,
            html,
            sent_at,
            error
        ],
    )
    .await?;
    Ok(())
}

/// The mail of an id.
///
/// # Errors
/// When the store can't answer.
pub async fn by_id(conn: &mut Conn, id: MailId) -> Result<Option<Mail>, StoreError> {
    conn.optional(BY_ID, params![id]).await
}

/// The newest mails, for the operator's page of a demo.
///
/// # Errors
/// When the store can't answer.
pub async fn newest(conn: &mut Conn, limit: u32) -> Result<Vec<Mail>, StoreError> {
    conn.all(NEWEST, params![limit]).await
}

/// The newest mails to an address.
///
/// # Errors
/// When the store can't answer.
pub async fn to(conn: &mut Conn, recipient: &str, limit: u32) -> Result<Vec<Mail>, StoreError> {
    conn.all(TO, params![recipient, limit]).await
}

/// Removes mails that were written before a moment.
///
/// # Errors
/// When the store can't answer.
pub async fn sweep(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(SWEEP, params![before]).await
}

/// Writes to an address no more: it bounced, or its owner complained.
///
/// # Errors
/// When the store can't answer.
pub async fn suppress(tx: &mut Tx, email_key: &str, reason: &str) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(SUPPRESS, params![hash(email_key.as_bytes()), reason, now])
        .await?;
    Ok(())
}

/// Why an address is not written to, if it is not.
///
/// # Errors
/// When the store can't answer.
pub async fn suppressed(conn: &mut Conn, email_key: &str) -> Result<Option<String>, StoreError> {
    conn.optional(SUPPRESSED, params![hash(email_key.as_bytes())]).await
}

/// Writes to an address again.
///
/// # Errors
/// When the store can't answer.
pub async fn allow(tx: &mut Tx, email_key: &str) -> Result<(), StoreError> {
    tx.execute(ALLOW, params![hash(email_key.as_bytes())]).await?;
    Ok(())
}
