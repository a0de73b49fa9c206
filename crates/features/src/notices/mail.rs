//! The mail that gathers somebody's notices.
//!
//! It is in no queue: while the mail server can't be reached its notices wait and not its text, which is written anew at
//! the next try. So what was killed or removed meanwhile is in no mail. Notices are marked before the mail goes out, and
//! one that a crash kept from going out stands on its reader's page alone.

use super::{Stops, stop_href};
use crate::accounts::{AccountError, mailing};
use crate::app::App;
use masthead_domain::accounts::Email;
use masthead_domain::ids::{ProfileId, SiteId};
use masthead_domain::notices::NoticeKind;
use masthead_store::notices::deliveries::message_of;
use masthead_store::notices::{self as rows, Notice};
use masthead_store::public::{self, Found};
use masthead_store::{Conn, StoreError, accounts, profiles};
use serde_json::Value;
use uuid::Uuid;

/// The job that mails what was gathered; its key is the profile and the window.
pub const JOB: &str = "notices.mail";
/// Notices in a mail; what is beyond stands on the page.
const IN_A_MAIL: usize = 20;

/// Mails what somebody was not shown meanwhile, if they want mails.
///
/// # Errors
/// When the store can't answer.
pub async fn run(app: &App, payload: &Value) -> Result<(), AccountError> {
    let profile: Option<ProfileId> = payload
        .get("profile")
        .and_then(Value::as_str)
        .and_then(|id| id.parse().ok());
    let profile = profile.ok_or_else(|| AccountError::Failed("the job names no profile".into()))?;
    let Some((email, waiting)) = recipient(app, profile).await? else {
        return Ok(());
    };
    let Some(site) = waiting.last().map(|notice| notice.site) else {
        return Ok(());
    };
    let lines = lines(app, site, &waiting).await?;
    if lines.is_empty() {
        return Ok(());
    }
    let sites = app.sites();
    let origin = sites
        .site(site)
        .or_else(|| sites.first())
        .map(|site| site.origin.clone());
    let origin = origin.unwrap_or_default();
    let stop = format!("{origin}{}", stop_href(app, profile, Stops::Answers).await?);
    let link = format!("{origin}/account/notices");
    let more = [("lines", lines.as_str()), ("stop", stop.as_str())];
    let ids: Vec<Uuid> = waiting.iter().map(|notice| notice.id).collect();
    let mail = mailing::write(app, Some(site), "notices", &email, &link, &more)?
        .stopped_at(stop.clone())
        .numbered(message_of(&ids));
    let claimed = {
        let ids = ids.clone();
        app.db
            .write("notices.mailed", move |tx| {
                let ids = ids.clone();
                Box::pin(async move { rows::mailed(tx, &ids).await })
            })
            .await
            .map_err(|error: StoreError| AccountError::Store(error))?
    };
    // Another node was faster.
    if claimed == 0 {
        return Ok(());
    }
    let handed = match mailing::hand_over(app, &mail).await {
        Ok(handed) if !handed.is_waiting() => handed,
        failed => {
            app.db
                .write("notices.not_mailed", move |tx| {
                    let ids = ids.clone();
                    Box::pin(async move { rows::not_mailed(tx, &ids).await })
                })
                .await
                .map_err(|error: StoreError| AccountError::Store(error))?;
            return Err(AccountError::Failed(failed?.error.unwrap_or_default()));
        }
    };
    app.db
        .write("notices.mail", move |tx| {
            let (mail, handed) = (mail.clone(), handed.clone());
            Box::pin(async move { mailing::record(tx, &mail, &handed).await.map(|_| ()) })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}

/// The proved address of somebody who wants mails, with what waits for them.
async fn recipient(app: &App, profile: ProfileId) -> Result<Option<(Email, Vec<Notice>)>, AccountError> {
    let mut conn = app.db.reader().await?;
    if !rows::wants_mails(&mut conn, profile).await? {
        return Ok(None);
    }
    let waiting = rows::unmailed(&mut conn, profile, IN_A_MAIL).await?;
    let email = proved_address(&mut conn, profile).await?;
    Ok(email.map(|email| (email, waiting)))
}

/// The address of somebody's account, if they proved that it is theirs.
pub(super) async fn proved_address(conn: &mut Conn, profile: ProfileId) -> Result<Option<Email>, AccountError> {
    let known = profiles::by_id(conn, profile).await?;
    let Some(account) = known.and_then(|known| known.account) else {
        return Ok(None);
    };
    let account = accounts::by_id(conn, account).await?;
    let proved = account.filter(|account| account.email_verified_at.is_some());
    let email = proved.and_then(|account| account.email);
    Ok(email.and_then(|email| Email::parse(&email).ok()))
}

/// What happened, in the words of the site, with where it is to be read. Stories that are withheld or gone are left out,
/// and so is what is told of a comment as published that readers don't see any more.
async fn lines(app: &App, site: SiteId, waiting: &[Notice]) -> Result<String, AccountError> {
    let mut conn = app.db.reader().await?;
    let mut lines = String::new();
    for notice in waiting {
        let Found::Story(story, _) = public::by_id(&mut conn, app.now(), notice.story).await? else {
            continue;
        };
        if NoticeKind::parse(&notice.kind) != Some(NoticeKind::Rejected) {
            let seen = public::comment(&mut conn, app.now(), notice.comment).await?;
            if !seen.is_some_and(|comment| comment.state.is_shown()) {
                continue;
            }
        }
        let words = mailing::say(
            app,
            Some(site),
            &format!("notice-{}", notice.kind),
            &[("name", notice.name())],
        )?;
        let sites = app.sites();
        let origin = sites
            .site(notice.site)
            .map(|site| site.origin.clone())
            .unwrap_or_default();
        lines.push_str(&format!(
            "{words}\n{}\n{origin}/comments/{}\n\n",
            story.content.headline, notice.comment
        ));
    }
    Ok(lines.trim_end().to_owned())
}
