//! Notices: answers and decisions that somebody is told of, on their pages and by mail, and news of what they follow.
//!
//! A notice of a comment is written in the transaction of what it tells of. Mails gather what happens within ten minutes
//! and is not seen meanwhile. What is followed comes from the log: a follower (`follow`) finds what is news, a job who is
//! told (`spread`), another sends it (`send`) with what readers may see at that moment (`said`). Mails of either kind stop
//! with a click, in the mail program (RFC 8058) or on a page that asks for no sign-in.

pub mod follow;
mod mail;
mod own;
pub mod pages;
pub mod said;
pub mod send;
pub mod settings;
pub mod spread;
mod wanted;

pub use mail::{JOB, run};
pub use own::everything;

use mail::proved_address;

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
    rows::sweep(tx, before).await?;
    rows::deliveries::sweep(tx, before).await
}

/// Which mails an address stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stops {
    /// Those about their comments.
    Answers,
    /// Those about what they follow.
    Follows,
}

impl Stops {
    /// The stable name, in addresses and strings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::Follows => "follows",
        }
    }

    /// What an address names; those of older mails name nothing.
    fn of_address(name: &str) -> Option<Self> {
        match name {
            "" => Some(Self::Answers),
            name => [Self::Answers, Self::Follows]
                .into_iter()
                .find(|stops| stops.name() == name),
        }
    }

    /// What signs an address that stops somebody's mails.
    fn text(self, profile: ProfileId) -> String {
        match self {
            Self::Answers => format!("stop notices {profile}"),
            Self::Follows => format!("stop follows {profile}"),
        }
    }
}

/// The address that stops somebody's mails, without a sign-in: whoever has the mail may. It holds the number of a profile
/// and a signature, no name and no address.
///
/// # Errors
/// When the network's key can't be read.
pub async fn stop_href(app: &App, profile: ProfileId, stops: Stops) -> Result<String, AccountError> {
    let signature = codes::sign(network_key(app).await?, &stops.text(profile));
    let what = stops.name();
    Ok(format!(
        "/account/notices/stop?what={what}&who={profile}&sign={signature}"
    ))
}
