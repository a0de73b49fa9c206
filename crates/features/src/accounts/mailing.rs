//! Mails to account owners: written in the language of the site that they use, put on their way in a transaction, sent
//! by a due job.

use super::AccountError;
use crate::app::App;
use crate::sites::SiteEntry;
use masthead_domain::accounts::Email;
use masthead_domain::ids::{MailId, SiteId};
use masthead_services::mail::{Letter, MailError};
use masthead_store::mails::{self, NewMail};
use masthead_store::{StoreError, Tx};
use masthead_web::strings::Said;
use masthead_web::templates::Voice;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A mail that is written and not yet on its way.
#[derive(Clone, Debug)]
pub struct Written(NewMail);

impl Written {
    /// With the address at which its reader stops mails of its kind.
    #[must_use]
    pub fn stopped_at(mut self, url: String) -> Self {
        self.0.stop_url = Some(url);
        self
    }
}

#[derive(Serialize)]
struct Words<'a> {
    site: &'a str,
    origin: &'a str,
    link: &'a str,
    more: BTreeMap<&'a str, &'a str>,
}

/// Writes the mail `mail/PURPOSE.txt` of the theme, whose first line is the subject.
///
/// # Errors
/// When the theme has no such mail.
pub fn write(
    app: &App,
    site: Option<SiteId>,
    purpose: &'static str,
    to: &Email,
    link: &str,
    more: &[(&str, &str)],
) -> Result<Written, AccountError> {
    let (site, voice) = voice(app, site)?;
    let words = Words {
        site: &site.name,
        origin: &site.origin,
        link,
        more: more.iter().copied().collect(),
    };
    let text = voice.render(&format!("mail/{purpose}.txt"), &words).map_err(failed)?;
    let (subject, text) = text.split_once('\n').unwrap_or((&text, ""));
    Ok(Written(NewMail {
        id: MailId::new(app.ids.as_ref()),
        purpose,
        recipient: to.as_str().to_owned(),
        subject: subject.trim().to_owned(),
        body: format!("{}\n", text.trim()),
        stop_url: None,
    }))
}

/// The words of a message in the language of a site.
///
/// # Errors
/// When the theme has no such message.
pub fn say(app: &App, site: Option<SiteId>, key: &str, args: &[(&str, &str)]) -> Result<String, AccountError> {
    let args: Vec<_> = args
        .iter()
        .map(|(name, text)| (*name, Said::Text((*text).into())))
        .collect();
    voice(app, site)?.1.say(key, &args).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> AccountError {
    AccountError::Failed(error.to_string())
}

/// A site, or the first, with its theme in its language.
fn voice(app: &App, site: Option<SiteId>) -> Result<(Arc<SiteEntry>, Arc<Voice>), AccountError> {
    let sites = app.sites();
    let site = site.and_then(|id| sites.site(id)).or_else(|| sites.first());
    let site = site.ok_or_else(|| failed("the network has no site"))?;
    let themes = app.accounts.themes()?;
    let theme = themes.named(&site.theme);
    let voice = theme
        .voice(&site.language, &site.site.zone)
        .or_else(|_| theme.voice(&site.language, "UTC"))
        .map_err(failed)?;
    Ok((Arc::clone(site), voice))
}

/// Puts a mail on its way, as part of the transaction that gives the reason for it.
///
/// # Errors
/// When the store can't answer.
pub async fn send(tx: &mut Tx, mail: &Written) -> Result<(), StoreError> {
    mails::send(tx, &mail.0).await
}

/// Sends a mail that is due. It is marked before: what was under way in a crash is not sent again.
///
/// # Errors
/// When it can't be sent now.
pub async fn deliver(app: &App, id: MailId) -> Result<(), AccountError> {
    let Some(mail) = mails::by_id(&mut app.db.reader().await?, id).await? else {
        return Ok(());
    };
    let email = Email::parse(&mail.recipient);
    let key = email.as_ref().map(Email::key).unwrap_or_default();
    let suppressed = mails::suppressed(&mut app.db.reader().await?, &key).await?;
    let started = app
        .db
        .write("mails.start", move |tx| Box::pin(mails::start(tx, id)))
        .await
        .map_err(|error: StoreError| AccountError::Store(error))?;
    if !started {
        return Ok(());
    }
    let message_id = mail.id.to_string();
    let sent = match suppressed {
        Some(_) => Ok(false),
        None => app
            .accounts
            .mailer
            .send(Letter {
                message_id: &message_id,
                to: &mail.recipient,
                subject: &mail.subject,
                text: &mail.body,
                stop: mail.stop_url.as_deref(),
            })
            .await
            .map(|()| true),
    };
    let captured = app.accounts.mailer.captures();
    let (state, error, again) = match sent {
        Ok(false) => ("suppressed", None, None),
        Ok(true) if captured => ("captured", None, None),
        Ok(true) => ("sent", None, None),
        Err(MailError::Refused(reason)) => ("failed", Some(reason), None),
        // Nothing went out: the mail waits, and the job is tried again.
        Err(error) => ("waiting", Some(error.to_string()), Some(error)),
    };
    if state == "failed" {
        tracing::warn!(mail = %mail.id, purpose = %mail.purpose, "a mail was refused for good; its address is not written to again");
    }
    app.db
        .write("mails.done", move |tx| {
            let (mail, error, key) = (mail.clone(), error.clone(), key.clone());
            Box::pin(async move {
                if state == "failed" && !key.is_empty() {
                    mails::suppress(tx, &key, "refused").await?;
                }
                mails::done(tx, &mail, state, error.as_deref()).await
            })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))?;
    match again {
        Some(error) => Err(AccountError::Failed(error.to_string())),
        None => Ok(()),
    }
}
