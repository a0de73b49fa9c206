//! `/sign-in`, the code after it, the way back to other hosts, `/sign-out`, and a new password for who forgot theirs.

use super::providers::{Way, ways};
use super::{
    AccountError, allow_form_to, browser, form, is_hasty, is_trapped, onward, policy, proceed, to_accounts_host,
};
use crate::accounts::handover::{self, Onward};
use crate::accounts::limits::{Limit, address_key};
use crate::accounts::sign_up::Request;
use crate::accounts::{reset, sign_in as rules};
use crate::visit::{Visit, found, see_other, with_cookie};
use axum::response::Response;
use masthead_domain::accounts::{Factor, return_path};
use masthead_services::codes;
use masthead_web::cookies::{SESSION, SIGNING_IN};
use masthead_web::errors::WebError;
use serde::Serialize;

#[derive(Serialize)]
struct SignIn<'a> {
    email: &'a str,
    providers: Vec<Way>,
}

#[derive(Serialize)]
struct Code<'a> {
    token: &'a str,
    has_passkey: bool,
}

#[derive(Serialize)]
struct Reset<'a> {
    email: &'a str,
    sent: bool,
}

#[derive(Serialize)]
struct NewPassword<'a> {
    token: &'a str,
}

/// `GET /sign-in`: the form; on other hosts the way to it, and back for who is signed in there already.
///
/// # Errors
/// When the page can't be made.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    if let Some(away) = to_accounts_host(&visit, "/sign-in").await? {
        return Ok(away);
    }
    let onward = onward(&visit, &visit.query());
    if let Some(viewer) = &visit.viewer {
        if onward.host.is_empty() {
            return Ok(found(return_path(&onward.back)));
        }
        return super::leave(&visit, viewer.account, viewer.session, viewer.signed_in_by(), &onward).await;
    }
    page(&visit, &onward, "", None).await
}

pub(super) async fn page(
    visit: &Visit,
    onward: &Onward,
    email: &str,
    error: Option<&AccountError>,
) -> Result<Response, WebError> {
    let response = form(
        visit,
        "accounts/sign-in.html",
        "sign-in",
        onward,
        SignIn {
            email,
            providers: ways(visit),
        },
        error,
    )
    .await?;
    Ok(allow_form_to(response, visit, onward, &policy(visit)))
}

/// `POST /sign-in`: address and password.
///
/// # Errors
/// 429 when it was tried too often.
pub async fn submit(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let onward = onward(&visit, &fields);
    let (email, password) = (fields.get("email"), fields.get("password"));
    let browser = browser(&visit, Factor::Password);
    match rules::by_password(visit.app(), email, password, &browser).await {
        Ok(signed_in) => proceed(&visit, signed_in, Factor::Password, &onward).await,
        Err(error) if error.is_theirs() => page(&visit, &onward, email, Some(&error)).await,
        Err(error) => Err(error.into()),
    }
}

/// The form for the code of an authenticator.
pub(super) async fn code_form(
    visit: &Visit,
    token: &str,
    onward: &Onward,
    error: Option<&AccountError>,
) -> Result<Response, WebError> {
    let own = Code {
        token,
        has_passkey: rules::has_passkey(visit.app(), token).await?,
    };
    let response = form(visit, "accounts/code.html", "code-title", onward, own, error).await?;
    Ok(allow_form_to(response, visit, onward, &policy(visit)))
}

/// `POST /sign-in/code`
///
/// # Errors
/// 410 when it took too long, 429 when it was tried too often.
pub async fn code(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let onward = onward(&visit, &fields);
    let (token, code) = (fields.get("token"), fields.get("code"));
    let browser = browser(&visit, Factor::Code);
    match rules::by_code(visit.app(), token, code, &browser).await {
        Ok(begun) => super::arrive(&visit, &begun, Factor::Code, &onward).await,
        Err(error) if error.is_theirs() => code_form(&visit, token, &onward, Some(&error)).await,
        Err(error) => Err(error.into()),
    }
}

/// `GET /sign-in/return`: somebody arrives from the accounts host.
///
/// # Errors
/// 410 for a code that doesn't count here.
pub async fn arrive(visit: Visit) -> Result<Response, WebError> {
    let flow = SIGNING_IN.read(&visit.headers, &visit.info);
    let browser = browser(&visit, Factor::Provider);
    let query = visit.query();
    let (begun, back) = handover::arrive(visit.app(), query.get("code"), flow, &browser).await?;
    let response = with_cookie(
        found(return_path(&back)),
        SESSION.set(&begun.secret, begun.seconds, &visit.info),
    );
    Ok(with_cookie(response, SIGNING_IN.clear(&visit.info)))
}

/// `POST /sign-out`: ends the session, with those of other hosts that were handed over from it.
///
/// # Errors
/// When the store can't answer: the session has not ended then.
pub async fn out(visit: Visit) -> Result<Response, WebError> {
    if let Some(viewer) = &visit.viewer {
        rules::end(visit.app(), viewer.account, viewer.session).await?;
    }
    let back = visit.return_to(&visit.form()?);
    let back = if back.starts_with("/account") {
        "/"
    } else {
        return_path(&back)
    };
    Ok(with_cookie(see_other(back), SESSION.clear(&visit.info)))
}

/// `GET /sign-in/reset`
///
/// # Errors
/// When the page can't be made.
pub async fn reset_form(visit: Visit) -> Result<Response, WebError> {
    if let Some(away) = to_accounts_host(&visit, "/sign-in/reset").await? {
        return Ok(away);
    }
    let onward = onward(&visit, &visit.query());
    let own = Reset { email: "", sent: false };
    form(&visit, "accounts/reset.html", "reset-title", &onward, own, None).await
}

/// `POST /sign-in/reset`: the same answer whether or not there is an account.
///
/// # Errors
/// 429 when it was asked too often.
pub async fn reset_submit(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let onward = onward(&visit, &fields);
    let email = fields.get("email").trim().to_owned();
    let asked = ask(&visit, &email, &onward).await;
    let asked = match asked {
        Ok(request) if is_trapped(&fields) => {
            drop(request);
            Ok(())
        }
        Ok(request) => reset::ask(visit.app(), request, is_hasty(&visit, &fields).await?).await,
        Err(error) => Err(error),
    };
    match asked {
        Ok(()) => {
            let own = Reset {
                email: &email,
                sent: true,
            };
            form(&visit, "accounts/reset.html", "reset-title", &onward, own, None).await
        }
        Err(error) if error.is_theirs() => {
            let own = Reset {
                email: &email,
                sent: false,
            };
            form(&visit, "accounts/reset.html", "reset-title", &onward, own, Some(&error)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// A request for a mail, as often as the limits allow.
pub(super) async fn ask(visit: &Visit, email: &str, onward: &Onward) -> Result<Request, AccountError> {
    let parsed = masthead_domain::accounts::Email::parse(email).map_err(|_| AccountError::Email)?;
    rules::take(visit.app(), Limit::MailAddress, &address_key(visit.info.client))?;
    rules::take(visit.app(), Limit::MailAccount, &codes::digest(&parsed.key()))?;
    Ok(Request {
        email: parsed.as_str().to_owned(),
        site: visit.info.site.id,
        origin: handover::origin(visit.app(), &visit.info),
        onward: onward.query(),
    })
}

/// `GET /sign-in/new-password`: where the link in the mail leads.
///
/// # Errors
/// 410 for a link that was used or is too old.
pub async fn new_password_form(visit: Visit) -> Result<Response, WebError> {
    let query = visit.query();
    let (token, onward) = (query.get("token"), onward(&visit, &query));
    reset::open(visit.app(), token).await?;
    new_password_page(&visit, token, &onward, None).await
}

async fn new_password_page(
    visit: &Visit,
    token: &str,
    onward: &Onward,
    error: Option<&AccountError>,
) -> Result<Response, WebError> {
    let own = NewPassword { token };
    let response = form(
        visit,
        "accounts/new-password.html",
        "new-password-title",
        onward,
        own,
        error,
    )
    .await?;
    Ok(allow_form_to(response, visit, onward, &policy(visit)))
}

/// `POST /sign-in/new-password`
///
/// # Errors
/// 410 for a link that was used or is too old.
pub async fn new_password(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let (token, onward) = (fields.get("token"), onward(&visit, &fields));
    let password = fields.get("password").to_owned();
    let browser = browser(&visit, Factor::Mail);
    match reset::complete(visit.app(), token, password, &browser).await {
        Ok(signed_in) => proceed(&visit, signed_in, Factor::Mail, &onward).await,
        Err(error) if error.is_theirs() => new_password_page(&visit, token, &onward, Some(&error)).await,
        Err(error) => Err(error.into()),
    }
}
