//! Passkeys: `/account/passkeys`, and signing in with one. The page's script asks for the options, has the browser ask
//! the person, and sends an ordinary form with the answer; without script the buttons aren't there.

use super::account::{done, elsewhere, nowhere, sudo};
use super::{AccountError, browser, form, onward, proceed, sign_in};
use crate::accounts::passkeys::{self as rules, Answer, Asked};
use crate::accounts::{Viewer, require_sudo};
use crate::visit::{Fields, Visit, private_html};
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use masthead_domain::accounts::Factor;
use masthead_domain::ids::PasskeyId;
use masthead_domain::time::Timestamp;
use masthead_store::accounts as rows;
use masthead_web::errors::WebError;
use serde::Serialize;

#[derive(Serialize)]
struct Page {
    passkeys: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    id: String,
    name: String,
    since: i64,
    used: Option<i64>,
}

/// A passkey's answer in a form, if there is one.
pub(super) fn answer_in(fields: &Fields) -> Option<Answer> {
    let credential = fields.get("credential");
    (!credential.is_empty()).then(|| Answer {
        token: fields.get("passkey").to_owned(),
        credential: credential.to_owned(),
    })
}

fn options(asked: &Asked) -> Result<Response, WebError> {
    let text = serde_json::to_string(asked).map_err(WebError::internal)?;
    let mut response = private_html(StatusCode::OK, text);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// `POST /sign-in/passkey/options`: what a browser is asked with for any passkey of the network.
///
/// # Errors
/// 422 where the accounts host can have none, 429 when it was asked too often.
pub async fn ask(visit: Visit) -> Result<Response, WebError> {
    options(&rules::ask(visit.app(), &visit.info).await?)
}

/// `POST /sign-in/passkey`
///
/// # Errors
/// 429 when it was tried too often.
pub async fn sign_in_with(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let onward = onward(&visit, &fields);
    let signed_in = match answer_in(&fields) {
        Some(answer) => rules::sign_in(visit.app(), &visit.info, &answer, &browser(&visit, Factor::Passkey)).await,
        None => Err(AccountError::Passkey),
    };
    match signed_in {
        Ok(signed_in) => proceed(&visit, signed_in, Factor::Passkey, &onward).await,
        Err(error) if error.is_theirs() => sign_in::page(&visit, &onward, "", Some(&error)).await,
        Err(error) => Err(error.into()),
    }
}

/// `GET /account/passkeys`: the account's passkeys, and the form for another.
///
/// # Errors
/// When the store can't answer.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    if let Some(away) = elsewhere(&visit) {
        return Ok(away);
    }
    if let Some(first) = sudo(&visit, visit.viewer()?, "/account/passkeys") {
        return Ok(first);
    }
    page(&visit, visit.viewer()?, None).await
}

async fn page(visit: &Visit, viewer: &Viewer, error: Option<&AccountError>) -> Result<Response, WebError> {
    let mut conn = visit.app().db.reader().await.map_err(AccountError::from)?;
    let all = rows::passkeys(&mut conn, viewer.account).await;
    drop(conn);
    let own = Page {
        passkeys: all
            .map_err(AccountError::from)?
            .into_iter()
            .map(|key| Line {
                id: key.id.to_string(),
                name: key.name,
                since: key.created_at.as_micros(),
                used: key.used_at.map(Timestamp::as_micros),
            })
            .collect(),
    };
    form(visit, "accounts/passkeys.html", "passkeys", &nowhere(), own, error).await
}

/// `POST /account/passkeys/options`: what a browser makes a new passkey with.
///
/// # Errors
/// 403 when a factor has to be shown first.
pub async fn ask_new(visit: Visit) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    require_sudo(viewer, visit.app().now())?;
    options(&rules::ask_new(visit.app(), &visit.info, viewer).await?)
}

/// `POST /account/passkeys`: keeps a new one, or renames or removes one.
///
/// # Errors
/// 400 for an id that is none, 429 when it was tried too often.
pub async fn change(visit: Visit) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    if let Some(first) = sudo(&visit, viewer, "/account/passkeys") {
        return Ok(first);
    }
    let (app, fields) = (visit.app(), visit.form()?);
    let id = |name: &str| {
        let id = fields.get(name).parse::<PasskeyId>();
        id.map_err(|_| WebError::bad_request("This is no passkey."))
    };
    let (changed, what) = if fields.has("remove") {
        (rules::remove(app, viewer.account, id("remove")?).await, "no-passkey")
    } else if fields.has("rename") {
        let name = fields.get("name");
        (rules::rename(app, viewer.account, id("rename")?, name).await, "saved")
    } else {
        let browser = browser(&visit, Factor::Passkey);
        let added = match answer_in(&fields) {
            Some(answer) => rules::add(app, &visit.info, viewer, &answer, (fields.get("name"), &browser)).await,
            None => Err(AccountError::Passkey),
        };
        (added, "passkey")
    };
    match changed {
        Ok(()) => Ok(done(what)),
        Err(error) if error.is_theirs() => page(&visit, viewer, Some(&error)).await,
        Err(error) => Err(error.into()),
    }
}
