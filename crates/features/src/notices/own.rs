//! What is kept about somebody's notices, for the download of everything.

use masthead_domain::ids::ProfileId;
use masthead_domain::notices::{Follow, Pace};
use masthead_store::notices::{deliveries, follows};
use masthead_store::{Conn, StoreError};
use serde_json::{Value, json};

/// What somebody follows, what they wish, and what they were told.
///
/// # Errors
/// When the store can't answer.
pub async fn everything(conn: &mut Conn, profile: ProfileId) -> Result<Value, StoreError> {
    let followed = follows::of(conn, profile).await?;
    let wishes = follows::wishes(conn, profile).await?;
    let told = deliveries::of_profile(conn, profile).await?;
    let follow = |follow: &Follow| {
        json!({
            "what": follow.what.kind(), "id": follow.what.subject(), "site": follow.site,
            "mail": follow.mail.map(Pace::name), "push": follow.push,
        })
    };
    let told = told
        .iter()
        .map(|(means, kind, state, at)| json!({ "by": means, "what": kind, "state": state, "at": at }));
    Ok(json!({
        "follows": followed.iter().map(follow).collect::<Vec<_>>(),
        "mails_about_comments": wishes.answers,
        "quiet_hours": wishes.quiet.map(|quiet| quiet.hours()),
        "breaking_news_in_quiet_hours": wishes.breaking_wakes,
        "digest": { "weekly": wishes.digest.weekly, "hour": wishes.digest.hour() },
        "told": told.collect::<Vec<_>>(),
    }))
}
