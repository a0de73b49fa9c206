//! `/profiles/{username}`: who somebody is to readers, as JSON.

use super::{absent, begin, json};
use crate::accounts::{AccountError, network_key};
use crate::app::App;
use crate::pages::{SiteView, list_key, say, store_error};
use crate::profiles::page::{Found, find};
use crate::profiles::pictures;
use masthead_domain::profiles::ProfileState;
use masthead_domain::time::Timestamp;
use masthead_store::accounts;
use masthead_web::errors::{ErrorKind, WebError};
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::Route;
use serde::Serialize;

#[derive(Serialize)]
struct ProfileAnswer {
    /// Null for an author of imported comments, who never chose one.
    username: Option<String>,
    name: String,
    bio: String,
    /// The address of the portrait.
    picture: Option<String>,
    url: String,
    joined: Option<Timestamp>,
    staff: bool,
}

/// One profile. Its address is its username as it was chosen: another spelling is no profile.
pub(super) async fn one(app: &App, view: &SiteView, name: &str) -> Result<Rendered, WebError> {
    let missing = || absent("no-such-profile", "There is no such profile.");
    // The key is made by a write at its first use, which must not happen inside a snapshot.
    network_key(app)
        .await
        .map_err(|error: AccountError| WebError::from(error))?;
    let (mut conn, _, position) = begin(app).await?;
    let record = match find(app, &mut conn, name).await {
        Ok(Found::Profile(record)) => record,
        Ok(Found::Gone) => return Err(WebError::gone(say(view, "profile-gone", &[])?).code("profile-gone")),
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(missing()),
        Err(error) => return Err(error),
    };
    if record.username.as_ref().is_some_and(|username| username != name) {
        return Err(missing());
    }
    let staff = match record.account {
        Some(account) => accounts::grants(&mut conn, account)
            .await
            .map_err(store_error)?
            .is_staff(),
        None => false,
    };
    drop(conn);
    let shown = record.name().to_owned();
    let answer = ProfileAnswer {
        url: view.absolute(&Route::Profile(name.into()).to_string()),
        username: record.username.filter(|_| record.state != ProfileState::Closed),
        name: shown,
        picture: record
            .picture
            .as_deref()
            .and_then(|id| pictures::href(id, pictures::LARGE))
            .map(|href| view.absolute(&href)),
        bio: record.bio,
        joined: record.named_at,
        staff,
    };
    Ok(json(&answer, position)?.keys([list_key(record.id), SurrogateKey::site(view.entry.id)]))
}
