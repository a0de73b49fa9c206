//! Profiles: choosing a username, asking for changes that are reviewed, deciding on them, and the page itself.

pub(crate) mod page;
pub mod pictures;

use crate::accounts::limits::Limit;
use crate::accounts::{AccountError, network_key};
use crate::app::App;
use masthead_domain::events::Event;
use masthead_domain::ids::{EventId, IdSource, ProfileChangeId, ProfileId};
use masthead_domain::profiles::{
    LONGEST_BIO, LONGEST_NAME, ProfileField, Username, UsernameError, clean_line, clean_text,
};
use masthead_store::profiles::{self as rows, ChangeRecord, NameHashes, ProfileRecord, Taking};
use masthead_store::{Conn, StoreError, Tx, log};
use std::sync::Arc;

/// A username that may be asked for: well formed and not kept for the house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish(pub(crate) Username);

impl Wish {
    /// The name.
    pub fn username(&self) -> &Username {
        &self.0
    }
}

/// Reads a wish for a username. Names of the house are for its admins to give: [`wish_of_staff`].
///
/// # Errors
/// [`AccountError::Username`].
pub fn wish(app: &App, typed: &str) -> Result<Wish, AccountError> {
    let username = Username::parse(typed)?;
    let sites = app.sites();
    let own = sites.all().iter().flat_map(|site| {
        [site.slug.as_str(), site.name.as_str()]
            .into_iter()
            .chain(site.hosts.iter().map(String::as_str))
            .chain(site.hosts.iter().filter_map(|host| host.split('.').next()))
    });
    if username.is_reserved(own) {
        return Err(UsernameError::Reserved.into());
    }
    Ok(Wish(username))
}

/// Reads a wish that an administrator has, for whom no name is kept.
///
/// # Errors
/// [`AccountError::Username`].
pub fn wish_of_staff(typed: &str) -> Result<Wish, AccountError> {
    Ok(Wish(Username::parse(typed)?))
}

/// Whether a wish could come true now. Only [`choose`] decides.
///
/// # Errors
/// [`AccountError::UsernameTaken`].
pub async fn look(app: &App, wish: &Wish) -> Result<(), AccountError> {
    let hashes = NameHashes::of(network_key(app).await?, &wish.0);
    if rows::is_free(&mut app.db.reader().await?, &hashes).await? {
        Ok(())
    } else {
        Err(AccountError::UsernameTaken)
    }
}

/// The same, as often as the limit for a reader's address allows.
///
/// # Errors
/// [`AccountError::UsernameTaken`], [`AccountError::TooMany`].
pub async fn look_from(app: &App, wish: &Wish, client: std::net::IpAddr) -> Result<(), AccountError> {
    crate::accounts::sign_in::take(app, Limit::Names, &crate::accounts::limits::address_key(client))?;
    look(app, wish).await
}

/// Gives a profile its username, for good: of any number that ask for one name at once, one gets it.
///
/// # Errors
/// [`AccountError::UsernameTaken`], [`AccountError::NamedBefore`].
pub async fn choose(app: &App, profile: ProfileId, wish: &Wish) -> Result<(), AccountError> {
    let hashes = NameHashes::of(network_key(app).await?, &wish.0);
    let (wish, ids) = (wish.clone(), Arc::clone(&app.ids));
    app.db
        .write("profiles.choose", move |tx| {
            let (wish, ids) = (wish.clone(), Arc::clone(&ids));
            Box::pin(async move {
                match rows::take_name(tx, profile, &wish.0, &hashes).await? {
                    Taking::Taken => {}
                    Taking::Unavailable => return Err(AccountError::UsernameTaken),
                    Taking::NamedBefore => return Err(AccountError::NamedBefore),
                }
                let (event, now) = (Event::ProfileChanged { profile }, tx.now());
                log::append(tx, EventId::new(ids.as_ref()), event.kind(), &event.data(), now).await?;
                Ok(())
            })
        })
        .await
}

/// The profile of a username, deleted ones included.
///
/// # Errors
/// When the store can't answer.
pub async fn named(app: &App, conn: &mut Conn, username: &Username) -> Result<Option<ProfileRecord>, AccountError> {
    let hashes = NameHashes::of(network_key(app).await?, username);
    Ok(rows::named(conn, username, &hashes).await?)
}

/// Asks for a change of a profile. It is shown once it was reviewed; what waits of the same field is replaced. Taking a
/// text away needs no review.
///
/// # Errors
/// [`AccountError::TooLong`].
pub async fn ask(app: &App, profile: ProfileId, field: ProfileField, value: &str) -> Result<(), AccountError> {
    let (value, longest) = match field {
        ProfileField::Name => (clean_line(value), LONGEST_NAME),
        ProfileField::Bio => (clean_text(value), LONGEST_BIO),
        // An id of ours; `pictures::take` is who asks for one.
        ProfileField::Picture => (value.to_owned(), 200),
    };
    if value.chars().count() > longest {
        return Err(AccountError::TooLong);
    }
    let (id, ids) = (ProfileChangeId::new(app.ids.as_ref()), Arc::clone(&app.ids));
    app.db
        .write("profiles.ask", move |tx| {
            let (value, ids) = (value.clone(), Arc::clone(&ids));
            Box::pin(async move {
                rows::ask(tx, id, profile, field, &value).await?;
                if value.is_empty() {
                    rows::decide(tx, id, true, "owner", None).await?;
                    turn(tx, ids.as_ref(), profile, field).await?;
                }
                Ok(())
            })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}

/// Has the pages pressed again that show what changed: the profile's own, and for what stands beside its comments those
/// of their stories.
async fn turn(tx: &mut Tx, ids: &dyn IdSource, profile: ProfileId, field: ProfileField) -> Result<(), StoreError> {
    let (event, now) = (Event::ProfileChanged { profile }, tx.now());
    log::append(tx, EventId::new(ids), event.kind(), &event.data(), now).await?;
    match field {
        ProfileField::Bio => Ok(()),
        ProfileField::Name | ProfileField::Picture => crate::comments::writer_changed(tx, ids, profile).await,
    }
}

/// Decides on a change that waits: the review desk's part. `None` when somebody decided before.
///
/// # Errors
/// When the store can't answer.
pub async fn decide(
    app: &App,
    change: ProfileChangeId,
    approved: bool,
    by: &str,
    reason: Option<&str>,
) -> Result<Option<ChangeRecord>, AccountError> {
    let (by, reason, ids) = (by.to_owned(), reason.map(str::to_owned), Arc::clone(&app.ids));
    app.db
        .write("profiles.decide", move |tx| {
            let (by, reason, ids) = (by.clone(), reason.clone(), Arc::clone(&ids));
            Box::pin(async move {
                let decided = rows::decide(tx, change, approved, &by, reason.as_deref()).await?;
                if let (Some(decided), true) = (&decided, approved)
                    && let Some(field) = ProfileField::parse(&decided.field)
                {
                    turn(tx, ids.as_ref(), decided.profile, field).await?;
                }
                Ok(decided)
            })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}
