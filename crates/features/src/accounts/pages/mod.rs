//! The pages of accounts: plain forms that come back filled in, with what is wrong beside the field.

pub mod account;
pub mod passkeys;
pub mod picture;
pub mod providers;
pub mod sign_in;
pub mod sign_up;

use super::handover::{self, Onward};
use super::sign_in::{Begun, Browser, SignedIn};
use super::{AccountError, network_key};
use crate::visit::{Fields, Visit, see_other, with_cookie};
use axum::response::Response;
use http::header::CONTENT_SECURITY_POLICY;
use http::{HeaderValue, StatusCode};
use masthead_domain::accounts::{Factor, return_path};
use masthead_services::codes;
use masthead_web::cookies::{SESSION, SIGNING_IN};
use masthead_web::errors::WebError;
use serde::Serialize;
use std::collections::BTreeMap;

/// A form faster than this was filled in by a program, in seconds.
const FASTEST: i64 = 2;
/// A form older than this is no longer looked at for its age.
const OLDEST: i64 = 24 * 3_600;

/// What every template of accounts is given beside its own.
#[derive(Serialize)]
struct Own<T> {
    /// Message keys by field; `""` is for the form as a whole.
    errors: BTreeMap<&'static str, String>,
    /// The host that waits for its reader, as hidden fields.
    onward: Onward,
    /// The same as a query, for links.
    onward_query: String,
    /// The time trap.
    begun: String,
    form: T,
}

/// Answers with a form of accounts; with an error it is 422.
async fn form<T: Serialize>(
    visit: &Visit,
    template: &str,
    title: &str,
    onward: &Onward,
    form: T,
    error: Option<&AccountError>,
) -> Result<Response, WebError> {
    let mut errors = BTreeMap::new();
    if let Some(error) = error {
        errors.insert(error.field(), error.message());
    }
    let own = Own {
        errors,
        onward: onward.clone(),
        onward_query: onward.query(),
        begun: begun(visit).await?,
        form,
    };
    let status = if error.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    visit.page(status, template, title, &own).await
}

/// The signed moment at which a form was shown.
async fn begun(visit: &Visit) -> Result<String, WebError> {
    let seconds = visit.app().now().as_seconds().to_string();
    let key = network_key(visit.app()).await?;
    Ok(format!("{seconds}.{}", codes::sign(key, &format!("begun {seconds}"))))
}

/// Whether a form looks filled in by a program: too fast, without the moment at which it was shown, or with something in
/// the field that nobody sees. Such a request is slowed down, not refused: a person's password manager is fast too.
async fn is_hasty(visit: &Visit, fields: &Fields) -> Result<bool, WebError> {
    let Some((seconds, signature)) = fields.get("begun").split_once('.') else {
        return Ok(true);
    };
    let key = network_key(visit.app()).await?;
    if !codes::is_signed(key, &format!("begun {seconds}"), signature) {
        return Ok(true);
    }
    let age = seconds
        .parse::<i64>()
        .map_or(0, |seconds| visit.app().now().as_seconds().saturating_sub(seconds));
    Ok(!(FASTEST..=OLDEST).contains(&age))
}

/// Whether somebody filled in the field that people don't see: nothing is done then, and the answer is the usual one.
pub(crate) fn is_trapped(fields: &Fields) -> bool {
    !fields.get("website").is_empty()
}

/// The host that waits for its reader, from a query or a form. A host that is none of the network's is left out.
fn onward(visit: &Visit, fields: &Fields) -> Onward {
    let (host, flow) = (fields.get("host"), fields.get("flow"));
    let back = visit.return_to(fields);
    let is_ours = !host.is_empty() && flow.len() == 43 && is_host_of_network(visit, host);
    if is_ours {
        Onward {
            host: host.to_ascii_lowercase(),
            flow: flow.to_owned(),
            back,
        }
    } else {
        Onward {
            back,
            ..Onward::default()
        }
    }
}

/// Whether a host, with or without port, belongs to a site of the network. This machine's own names stand for the first
/// site as they do for pages; a code that is sent there counts in the browser alone that asked there.
fn is_host_of_network(visit: &Visit, host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let (name, port) = host.rsplit_once(':').unwrap_or((&host, "80"));
    let plain = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-')
        && port.bytes().all(|b| b.is_ascii_digit());
    let sites = visit.app().sites();
    let of_site = sites.all().iter().any(|site| {
        site.hosts.iter().any(|known| *known == name)
            || site.origin.split_once("://").is_some_and(|(_, own)| own == host)
    });
    plain && (of_site || name == "127.0.0.1" || name == "localhost" || name.ends_with(".localhost"))
}

/// Sends a reader who signs in or up on another host to the accounts host; `None` when this is it.
async fn to_accounts_host(visit: &Visit, path: &str) -> Result<Option<Response>, WebError> {
    if handover::is_accounts_host(visit.app(), &visit.info) {
        return Ok(None);
    }
    let fields = visit.query();
    let known = SIGNING_IN.read(&visit.headers, &visit.info).map(str::to_owned);
    let secret = match known {
        // Two tabs that sign in at once share the secret, so that neither breaks the other.
        Some(secret) => secret,
        None => codes::token().map_err(WebError::internal)?,
    };
    let onward = Onward {
        host: visit.info.host.to_string(),
        flow: codes::digest(&secret),
        back: visit.return_to(&fields),
    };
    let origin = handover::origin(visit.app(), &visit.info);
    let mut query = onward.query();
    if !query.contains("return=") {
        query.push_str("&return=%2F");
    }
    let response = crate::visit::found(&format!("{origin}{path}?{query}"));
    Ok(Some(with_cookie(
        response,
        SIGNING_IN.set(&secret, handover::FLOW_SECONDS, &visit.info),
    )))
}

/// Goes on after a factor: asks for the code, or sets the cookie and takes the reader back.
async fn proceed(visit: &Visit, signed_in: SignedIn, factor: Factor, onward: &Onward) -> Result<Response, WebError> {
    match signed_in {
        SignedIn::Begun(begun) => arrive(visit, &begun, factor, onward).await,
        SignedIn::Code(token) => sign_in::code_form(visit, &token, onward, None).await,
    }
}

/// Sets the cookie of a session that began, and takes the reader back to where they were.
async fn arrive(visit: &Visit, begun: &Begun, factor: Factor, onward: &Onward) -> Result<Response, WebError> {
    let response = if onward.host.is_empty() {
        see_other(return_path(&onward.back))
    } else {
        leave(visit, begun.account(), begun.id(), factor, onward).await?
    };
    Ok(with_cookie(
        response,
        SESSION.set(&begun.secret, begun.seconds, &visit.info),
    ))
}

/// Sends somebody who is signed in here to the host that waits for them.
async fn leave(
    visit: &Visit,
    account: masthead_domain::ids::AccountId,
    session: masthead_domain::ids::SessionId,
    factor: Factor,
    onward: &Onward,
) -> Result<Response, WebError> {
    let code = handover::leave(visit.app(), account, session, factor, onward).await?;
    let scheme = if visit.info.tls { "https" } else { "http" };
    Ok(see_other(&format!(
        "{scheme}://{}/sign-in/return?code={code}",
        onward.host
    )))
}

/// Browsers apply `form-action` to where a form's answer leads too: pages whose forms may end on another host of the
/// network name it.
fn allow_form_to(mut response: Response, visit: &Visit, onward: &Onward, policy: &HeaderValue) -> Response {
    if onward.host.is_empty() {
        return response;
    }
    let scheme = if visit.info.tls { "https" } else { "http" };
    let wider = policy.to_str().ok().map(|policy| {
        policy.replace(
            "form-action 'self'",
            &format!("form-action 'self' {scheme}://{}", onward.host),
        )
    });
    if let Some(wider) = wider.and_then(|wider| HeaderValue::try_from(wider).ok()) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, wider);
    }
    response
}

/// The browser of a visit.
fn browser(visit: &Visit, factor: Factor) -> Browser {
    Browser::of(&visit.headers, &visit.info, factor)
}

/// The policy of all pages, which a page of sign-in may widen for its forms.
fn policy(visit: &Visit) -> HeaderValue {
    masthead_web::security_headers::SecurityHeaders::new(&visit.pages.themes(), false)
        .content_security_policy()
        .clone()
}
