//! Telling editors by mail: those who worked on the story at the desk and still may, or else the editors of the site.

use super::MistakeError;
use crate::accounts::mailing;
use crate::app::App;
use crate::desk::account_of;
use masthead_domain::accounts::{AccountState, Email};
use masthead_domain::ids::{AccountId, SiteId, StoryId};
use masthead_domain::mistakes::MOST_TOLD;
use masthead_domain::permissions::{Permission, Role};
use masthead_store::public;
use masthead_store::{Conn, StoreError, accounts, mistakes as rows};

/// The job that tells a story's editors; its key is the story.
pub const JOB: &str = "mistakes.tell";

/// Mails what came since the last mail about the story.
///
/// # Errors
/// When the store can't answer.
pub async fn run(app: &App, story: StoryId) -> Result<(), MistakeError> {
    let mut conn = app.db.reader().await?;
    let waiting = rows::unmailed(&mut conn, story).await?;
    let Some(site) = waiting.first().map(|one| one.site) else {
        return Ok(());
    };
    let card = public::visible(&mut conn, app.now(), site, &[story]).await?.pop();
    let to = recipients(&mut conn, site, story).await?;
    drop(conn);
    let origin = app
        .sites()
        .site(site)
        .map(|site| site.origin.clone())
        .unwrap_or_default();
    let link = format!("{origin}/desk/mistakes");
    let said: Vec<&str> = waiting.iter().map(|one| one.body.as_str()).collect();
    let said = said.join("\n\n");
    let mut mails = Vec::new();
    // What is withdrawn meanwhile is not named in a mail; its reports stay in the queue.
    if let Some(card) = card {
        for email in to {
            let more = [("headline", card.headline.as_str()), ("said", said.as_str())];
            mails.push(mailing::write(app, Some(site), "mistakes", &email, &link, &more)?);
        }
    }
    app.db
        .write("mistakes.tell", move |tx| {
            let mails = mails.clone();
            Box::pin(async move {
                // Another node may have been faster.
                if rows::mailed(tx, story).await? {
                    for mail in &mails {
                        mailing::send(tx, mail).await?;
                    }
                }
                Ok(())
            })
        })
        .await
        .map_err(|error: StoreError| error.into())
}

/// The proved addresses of those who are told.
async fn recipients(conn: &mut Conn, site: SiteId, story: StoryId) -> Result<Vec<Email>, StoreError> {
    let mut own = Vec::new();
    for who in rows::editors(conn, story, MOST_TOLD).await? {
        if let Some(account) = account_of(&who)
            && accounts::grants(conn, account)
                .await?
                .may(Permission::StoriesEdit, Some(site))
        {
            own.push(account);
        }
    }
    if own.is_empty() {
        for account in accounts::staff(conn).await? {
            let grants = accounts::grants(conn, account).await?;
            let is_editor = grants
                .0
                .iter()
                .any(|grant| grant.role == Role::Editor && grant.site.is_none_or(|of| of == site));
            if is_editor && own.len() < MOST_TOLD {
                own.push(account);
            }
        }
    }
    let mut all = Vec::new();
    for account in own {
        all.extend(address(conn, account).await?);
    }
    Ok(all)
}

async fn address(conn: &mut Conn, account: AccountId) -> Result<Option<Email>, StoreError> {
    let known = accounts::by_id(conn, account).await?;
    let known = known.filter(|known| known.state == AccountState::Active && known.is_verified());
    Ok(known.and_then(|known| Email::parse(known.email.as_deref().unwrap_or_default()).ok()))
}
