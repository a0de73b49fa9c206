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

    /// With an id made of what it tells, so that the same again is the same message.
    #[must_use]
    pub fn numbered(mut self, id: MailId) -> Self {
        self.0.id = id;
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
    Ok(written(app, purpose, to, &text, None))
}

/// A mail's own words with those that every mail is given.
#[derive(Serialize)]
struct Told<'a, T: Serialize> {
    site: &'a str,
    origin: &'a str,
    #[serde(flatten)]
    own: &'a T,
}

/// Writes the mail `mail/PURPOSE.txt` of the theme with a part of its own words, and `mail/PURPOSE.html` beside it for
/// mail programs that show pages.
///
/// # Errors
/// When the theme has no such mail.
pub fn write_both<T: Serialize>(
    app: &App,
    site: SiteId,
    purpose: &'static str,
    to: &Email,
    own: &T,
) -> Result<Written, AccountError> {
    let (site, voice) = voice(app, Some(site))?;
    let words = Told {
        site: &site.name,
        origin: &site.origin,
        own,
    };
    let text = voice.render(&format!("mail/{purpose}.txt"), &words).map_err(failed)?;
    let html = voice.render(&format!("mail/{purpose}.html"), &words).map_err(failed)?;
    Ok(written(app, purpose, to, &text, Some(html)))
}

/// A mail of a text whose first line is the subject.
fn written(app: &App, purpose: &'static str, to: &Email, text: &str, html: Option<String>) -> Written {
    let (subject, text) = text.split_once('\n').unwrap_or((text, ""));
    Written(NewMail {
        id: MailId::new(app.ids.as_ref()),
        purpose,
        recipient: to.as_str().to_owned(),
        subject: subject.trim().to_owned(),
        body: format!("{}\n", text.trim()),
        stop_url: None,
        html,
    })
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

/// What became of a mail that was handed to the mail server.
#[derive(Clone, Debug)]
pub struct Handed {
    /// `sent`, `captured`, `suppressed`, `failed`, or `waiting` when nothing went out and it can be tried again.
    pub state: &'static str,
    /// Why it didn't go out.
    pub error: Option<String>,
}

impl Handed {
    /// Whether it is to be tried again.
    pub fn is_waiting(&self) -> bool {
        self.state == "waiting"
    }
}

/// Hands a mail to the mail server, unless its address is not written to any more.
async fn hand(app: &App, letter: Letter<'_>, is_suppressed: bool) -> Handed {
    if is_suppressed {
        return Handed {
            state: "suppressed",
            error: None,
        };
    }
    let (state, error) = match app.accounts.mailer.send(letter).await {
        Ok(()) if app.accounts.mailer.captures() => ("captured", None),
        Ok(()) => ("sent", None),
        Err(MailError::Refused(reason)) => ("failed", Some(reason)),
        Err(error) => ("waiting", Some(error.to_string())),
    };
    Handed { state, error }
}

/// Whether an address is not written to any more.
async fn is_suppressed(app: &App, key: &str) -> Result<bool, AccountError> {
    let reason = mails::suppressed(&mut app.db.reader().await?, key).await?;
    Ok(reason.is_some())
}

/// Notes what a refusal means for an address.
async fn learn(tx: &mut Tx, handed: &Handed, key: &str) -> Result<(), StoreError> {
    if handed.state == "failed" && !key.is_empty() {
        mails::suppress(tx, key, "refused").await?;
    }
    Ok(())
}

/// Hands over a mail whose reason its sender has marked: it is in no queue, so that what it says is read just before.
///
/// # Errors
/// When the store can't answer; nothing went out then.
pub async fn hand_over(app: &App, mail: &Written) -> Result<Handed, AccountError> {
    let mail = &mail.0;
    let key = key_of(&mail.recipient);
    let is_suppressed = is_suppressed(app, &key).await?;
    let id = mail.id.to_string();
    let letter = Letter {
        message_id: &id,
        to: &mail.recipient,
        subject: &mail.subject,
        text: &mail.body,
        html: mail.html.as_deref(),
        stop: mail.stop_url.as_deref(),
    };
    Ok(hand(app, letter, is_suppressed).await)
}

/// Writes down what became of a mail that was handed over, as part of the transaction that settles its reason.
///
/// # Errors
/// When the store can't answer.
pub async fn record(tx: &mut Tx, mail: &Written, handed: &Handed) -> Result<MailId, StoreError> {
    mails::record(tx, &mail.0, handed.state, handed.error.as_deref()).await?;
    learn(tx, handed, &key_of(&mail.0.recipient)).await?;
    Ok(mail.0.id)
}

/// The key of an address; empty for what is none.
fn key_of(recipient: &str) -> String {
    Email::parse(recipient).as_ref().map(Email::key).unwrap_or_default()
}

/// Sends a mail that is due. It is marked before: what was under way in a crash is not sent again.
///
/// # Errors
/// When it can't be sent now.
pub async fn deliver(app: &App, id: MailId) -> Result<(), AccountError> {
    let Some(mail) = mails::by_id(&mut app.db.reader().await?, id).await? else {
        return Ok(());
    };
    let key = key_of(&mail.recipient);
    let is_suppressed = is_suppressed(app, &key).await?;
    let started = app
        .db
        .write("mails.start", move |tx| Box::pin(mails::start(tx, id)))
        .await
        .map_err(|error: StoreError| AccountError::Store(error))?;
    if !started {
        return Ok(());
    }
    let message_id = mail.id.to_string();
    let letter = Letter {
        message_id: &message_id,
        to: &mail.recipient,
        subject: &mail.subject,
        text: &mail.body,
        html: mail.html.as_deref(),
        stop: mail.stop_url.as_deref(),
    };
    let handed = hand(app, letter, is_suppressed).await;
    if handed.state == "failed" {
        tracing::warn!(mail = %mail.id, purpose = %mail.purpose, "a mail was refused for good; its address is not written to again");
    }
    let done = handed.clone();
    app.db
        .write("mails.done", move |tx| {
            let (mail, handed, key) = (mail.clone(), done.clone(), key.clone());
            Box::pin(async move {
                learn(tx, &handed, &key).await?;
                mails::done(tx, &mail, handed.state, handed.error.as_deref()).await
            })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))?;
    if handed.is_waiting() {
        // Nothing went out: the mail waits, and the job is tried again.
        return Err(AccountError::Failed(handed.error.unwrap_or_default()));
    }
    Ok(())
}
