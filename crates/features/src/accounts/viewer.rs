//! Who sends a request: the session of its cookie, and what that person may do.

use super::{AccountError, session_seconds};
use crate::app::App;
use masthead_domain::accounts::Factor;
use masthead_domain::ids::SiteId;
use masthead_domain::permissions::Permission;
use masthead_domain::profiles::printed_name;
use masthead_domain::time::Timestamp;
use masthead_store::StoreError;
use masthead_store::sessions::{self, SignedIn};
use masthead_web::cookies::SESSION;
use masthead_web::fast::{Asking, ReaderParts};
use masthead_web::request::RequestInfo;
use std::ops::Deref;
use std::sync::Arc;

/// A session is written down as seen at most this often, so that reading makes no writes.
const SEEN_EVERY: i64 = 600;

/// Somebody who is signed in, as the store has it now: who was suspended or lost a role a moment ago has lost it
/// everywhere (how long a moment is on other nodes is `Remembered`'s to say).
#[derive(Clone, Debug)]
pub struct Viewer(SignedIn);

impl Deref for Viewer {
    type Target = SignedIn;
    fn deref(&self) -> &SignedIn {
        &self.0
    }
}

impl Viewer {
    /// The person as pages name them: the display name, the username, or nothing yet.
    pub fn name(&self) -> &str {
        printed_name(&self.0.display_name, self.0.username.as_deref())
    }

    /// Whether a permission is held for something of this site; `None` asks for the whole network.
    pub fn may(&self, permission: Permission, site: Option<SiteId>) -> bool {
        match permission {
            Permission::Public | Permission::SignedIn => true,
            Permission::SourceToken => false,
            permission => self.0.grants.may(permission, site),
        }
    }

    /// Whether a route that asks for the permission lets this person in. Those of staff let in who holds it on any
    /// site; what may be done to a thing of one site is [`Viewer::may`].
    pub fn may_enter(&self, permission: Permission) -> bool {
        match permission {
            Permission::Public | Permission::SignedIn => true,
            Permission::SourceToken => false,
            permission => self.0.grants.may_somewhere(permission),
        }
    }

    /// By what the person signed in. One that this version doesn't know is no more than another's word.
    pub fn signed_in_by(&self) -> Factor {
        Factor::parse(&self.0.factor).unwrap_or(Factor::Provider)
    }

    /// Whether more than a password stands before the account: an authenticator, or the passkey of this session.
    pub fn has_second_factor(&self) -> bool {
        self.0.totp_confirmed_at.is_some() || self.signed_in_by() == Factor::Passkey
    }

    /// Whether dangerous acts need no new factor now.
    pub fn is_sudo(&self, now: Timestamp) -> bool {
        self.0.sudo_until > now
    }

    /// Whether the address was proved and a username chosen: what the first public act asks for.
    pub fn is_ready(&self) -> bool {
        self.0.email_verified_at.is_some() && self.0.username.is_some()
    }
}

/// Who sends a request, if its cookie is one of ours that has not ended. A cookie counts on the host that it was given
/// on and nowhere else.
///
/// # Errors
/// When the store can't answer.
pub async fn identify(
    app: &App,
    headers: &http::HeaderMap,
    info: &RequestInfo,
) -> Result<Option<Arc<Viewer>>, StoreError> {
    let Some(secret) = SESSION.read(headers, info) else {
        return Ok(None);
    };
    let (now, key) = (app.now(), sessions::key(secret));
    if let Some(known) = app.sessions.find(&key, now) {
        return Ok(Some(known).filter(|known| *known.host == *info.host));
    }
    let commits = app.sessions.commits();
    let found = sessions::find(&mut app.db.reader().await?, key, now).await?;
    let Some(found) = found.filter(|found| *found.host == *info.host) else {
        return Ok(None);
    };
    if now.micros_since(found.seen_at) > SEEN_EVERY * 1_000_000 {
        let (session, until) = (found.session, now.plus_seconds(session_seconds(&found.grants)));
        let seen = app
            .db
            .write("sessions.seen", move |tx| Box::pin(sessions::seen(tx, session, until)))
            .await;
        // Who reads while the database takes no writes is still who they are.
        if let Err(error) = seen {
            tracing::debug!(%error, "a session can't be written down as seen");
        }
    }
    let viewer = Arc::new(Viewer(found));
    app.sessions.keep(commits, key, now, &viewer);
    Ok(Some(viewer))
}

/// Remembers what filled the holes of a page for a reader, so that the front can put it together without asking the
/// router until the next commit. `commits` is [`App::commits`] from before any of it was read.
pub fn remember_parts(
    app: &App,
    (viewer, commits): (&Viewer, u64),
    headers: &http::HeaderMap,
    info: &RequestInfo,
    path: &str,
    parts: ReaderParts,
) {
    let mut lines = headers.get_all(http::header::COOKIE).iter();
    let (Some(line), None, Some(secret)) = (lines.next(), lines.next(), SESSION.read(headers, info)) else {
        return;
    };
    let asking = Asking {
        cookie: line.as_bytes(),
        host: info.host.as_bytes(),
        tls: info.tls,
        site: info.site.id,
        path,
    };
    app.sessions
        .keep_parts(commits, &asking, (sessions::key(secret), viewer), parts);
}

/// Whether somebody may go on to a dangerous act.
///
/// # Errors
/// [`AccountError::Sudo`] when a factor has to be shown first.
pub fn require_sudo(viewer: &Viewer, now: Timestamp) -> Result<(), AccountError> {
    if viewer.is_sudo(now) {
        Ok(())
    } else {
        Err(AccountError::Sudo)
    }
}
