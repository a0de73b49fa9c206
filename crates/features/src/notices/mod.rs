//! Notices: answers and decisions that somebody is told of, on their pages and by mail.
//!
//! A notice is written in the transaction of what it tells of. Mails gather what happens within ten minutes and is not
//! seen meanwhile; one stops with a click, in the mail program (RFC 8058) or on a page that asks for no sign-in.

mod mail;
pub mod pages;

pub use mail::{JOB, run};

use crate::accounts::{AccountError, network_key};
use crate::app::App;
use masthead_domain::ids::{CommentId, IdSource, ProfileId};
use masthead_domain::notices::{NoticeKind, window};
use masthead_domain::time::Timestamp;
use masthead_services::codes;
use masthead_store::comments::mutes;
use masthead_store::{StoreError, Tx, jobs, notices as rows};
use serde_json::json;

/// Seconds that notices are kept.
const KEPT: i64 = 90 * 24 * 3_600;

/// Tells somebody of a comment, in the transaction in which it happened.
///
/// # Errors
/// When the store can't answer.
pub async fn tell(
    tx: &mut Tx,
    ids: &dyn IdSource,
    profile: ProfileId,
    kind: NoticeKind,
    comment: CommentId,
) -> Result<(), StoreError> {
    if !rows::put(tx, ids, profile, kind, comment).await? {
        return Ok(());
    }
    let (window, due) = window(tx.now().as_seconds());
    let (key, due) = (format!("{profile}/{window}"), Timestamp::from_micros(due * 1_000_000));
    jobs::schedule(tx, JOB, &key, due, &json!({ "profile": profile })).await?;
    Ok(())
}

/// Tells the writer of a comment that `by` answered it, unless they answered themselves or muted who did.
///
/// # Errors
/// When the store can't answer.
pub async fn tell_of_answer(
    tx: &mut Tx,
    ids: &dyn IdSource,
    answered: ProfileId,
    by: ProfileId,
    answer: CommentId,
) -> Result<(), StoreError> {
    if answered == by || mutes::is_muted(tx, answered, by).await? {
        return Ok(());
    }
    tell(tx, ids, answered, NoticeKind::Reply, answer).await
}

/// Removes what is too old to matter.
///
/// # Errors
/// When the store can't answer.
pub async fn sweep(tx: &mut Tx) -> Result<(), StoreError> {
    let before = tx.now().plus_seconds(-KEPT);
    rows::sweep(tx, before).await.map(|_| ())
}

/// What signs an address that stops somebody's mails.
fn stop_text(profile: ProfileId) -> String {
    format!("stop notices {profile}")
}

/// The address that stops somebody's mails, without a sign-in: whoever has the mail may.
///
/// # Errors
/// When the network's key can't be read.
pub async fn stop_href(app: &App, profile: ProfileId) -> Result<String, AccountError> {
    let signature = codes::sign(network_key(app).await?, &stop_text(profile));
    Ok(format!("/account/notices/stop?who={profile}&sign={signature}"))
}
