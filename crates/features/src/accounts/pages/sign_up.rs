//! `/sign-up`: an address, then the page behind the link in the mail.

use super::providers::{Way, ways};
use super::{AccountError, allow_form_to, browser, form, is_hasty, is_trapped, onward, policy, to_accounts_host};
use crate::accounts::handover::Onward;
use crate::accounts::sign_up::{self as rules, Choice};
use crate::visit::{Visit, found};
use axum::response::Response;
use masthead_domain::accounts::{Factor, return_path};
use masthead_web::errors::WebError;
use serde::Serialize;

#[derive(Serialize)]
struct SignUp<'a> {
    email: &'a str,
    sent: bool,
    providers: Vec<Way>,
}

#[derive(Serialize)]
struct Finish<'a> {
    token: &'a str,
    email: &'a str,
    username: &'a str,
    origin: &'a str,
}

/// `GET /sign-up`
///
/// # Errors
/// When the page can't be made.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    if let Some(away) = to_accounts_host(&visit, "/sign-up").await? {
        return Ok(away);
    }
    let onward = onward(&visit, &visit.query());
    if visit.viewer.is_some() && onward.host.is_empty() {
        return Ok(found(return_path(&onward.back)));
    }
    let own = SignUp {
        email: "",
        sent: false,
        providers: ways(&visit),
    };
    form(&visit, "accounts/sign-up.html", "sign-up", &onward, own, None).await
}

/// `POST /sign-up`: the same answer whether or not the address has an account.
///
/// # Errors
/// 429 when it was asked too often.
pub async fn submit(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let onward = onward(&visit, &fields);
    let email = fields.get("email").trim().to_owned();
    let asked = match super::sign_in::ask(&visit, &email, &onward).await {
        Ok(_) if is_trapped(&fields) => Ok(()),
        Ok(request) => rules::ask(visit.app(), request, is_hasty(&visit, &fields).await?).await,
        Err(error) => Err(error),
    };
    let sent = asked.is_ok();
    let own = SignUp {
        email: &email,
        sent,
        providers: ways(&visit),
    };
    match asked {
        Ok(()) => form(&visit, "accounts/sign-up.html", "sign-up", &onward, own, None).await,
        Err(error) if error.is_theirs() => {
            form(&visit, "accounts/sign-up.html", "sign-up", &onward, own, Some(&error)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /sign-up/confirm`: where the link in the mail leads.
///
/// # Errors
/// 410 for a link that was used or is too old.
pub async fn confirm_form(visit: Visit) -> Result<Response, WebError> {
    let query = visit.query();
    let (token, onward) = (query.get("token"), onward(&visit, &query));
    let request = rules::open(visit.app(), token).await?;
    confirm_page(&visit, token, &request.email, "", &onward, None).await
}

async fn confirm_page(
    visit: &Visit,
    token: &str,
    email: &str,
    username: &str,
    onward: &Onward,
    error: Option<&AccountError>,
) -> Result<Response, WebError> {
    let own = Finish {
        token,
        email,
        username,
        origin: visit.info.site.origin.as_str(),
    };
    let response = form(visit, "accounts/confirm.html", "confirm-title", onward, own, error).await?;
    Ok(allow_form_to(response, visit, onward, &policy(visit)))
}

/// `POST /sign-up/confirm`: makes the account and signs it in.
///
/// # Errors
/// 410 for a link that was used or is too old.
pub async fn confirm(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let (token, onward) = (fields.get("token"), onward(&visit, &fields));
    let choice = Choice {
        token: token.to_owned(),
        password: fields.get("password").to_owned(),
        username: fields.get("username").to_owned(),
    };
    match rules::complete(visit.app(), choice, &browser(&visit, Factor::Mail)).await {
        Ok(begun) => super::arrive(&visit, &begun, Factor::Mail, &onward).await,
        Err(error) if error.is_theirs() => {
            let request = rules::open(visit.app(), token).await?;
            let username = fields.get("username");
            confirm_page(&visit, token, &request.email, username, &onward, Some(&error)).await
        }
        Err(error) => Err(error.into()),
    }
}
