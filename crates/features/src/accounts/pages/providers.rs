//! `/sign-in/<provider>` and the way back from there, the page that asks for a factor before it links, and the
//! providers of an account.

use super::account::{confirm_page, done, elsewhere, page as account_page, sudo};
use super::passkeys::answer_in;
use super::{AccountError, allow_form_to, browser, form, onward, policy, proceed, sign_in, to_accounts_host};
use crate::accounts::handover::{self, Onward};
use crate::accounts::providers::{self as rules, Arrived, Errand, Shown};
use crate::visit::{Fields, Visit, found, see_other, with_cookie};
use axum::response::Response;
use masthead_domain::accounts::{Factor, return_path};
use masthead_services::codes;
use masthead_services::providers::{ProviderKind, ProviderSettings};
use masthead_web::cookies::SIGNING_IN;
use masthead_web::errors::WebError;
use serde::Serialize;

#[derive(Serialize)]
struct Link<'a> {
    token: &'a str,
    provider: String,
    has_password: bool,
    has_totp: bool,
    has_passkey: bool,
}

/// A provider as a link of the sign-in page.
#[derive(Serialize)]
pub(super) struct Way {
    name: String,
    label: String,
}

/// The providers of the settings.
pub(super) fn ways(visit: &Visit) -> Vec<Way> {
    let all = &visit.app().accounts.settings.providers;
    all.iter()
        .map(|provider| Way {
            name: provider.name.clone(),
            label: provider.label().to_owned(),
        })
        .collect()
}

/// The address at which people come back from a provider.
fn back(visit: &Visit, provider: &ProviderSettings) -> String {
    let origin = handover::origin(visit.app(), &visit.info);
    format!("{origin}/sign-in/{}/callback", provider.name)
}

/// `GET /sign-in/<provider>`: to the provider's page.
///
/// # Errors
/// 404 for a provider that the settings don't have, 429 when it was tried too often.
pub async fn depart(visit: Visit) -> Result<Response, WebError> {
    let name = visit.parameter("provider").to_owned();
    rules::named(visit.app(), &name)?;
    if let Some(away) = to_accounts_host(&visit, &format!("/sign-in/{name}")).await? {
        return Ok(away);
    }
    let onward = onward(&visit, &visit.query());
    if let Some(viewer) = &visit.viewer {
        if onward.host.is_empty() {
            return Ok(found(return_path(&onward.back)));
        }
        return super::leave(&visit, viewer.account, viewer.session, viewer.signed_in_by(), &onward).await;
    }
    send(&visit, &name, &onward, Errand::SignIn).await
}

/// `GET /account/providers/<provider>`: the same, to link it to the account of who is signed in.
///
/// # Errors
/// As [`depart`].
pub async fn link(visit: Visit) -> Result<Response, WebError> {
    let name = visit.parameter("provider").to_owned();
    rules::named(visit.app(), &name)?;
    if let Some(away) = elsewhere(&visit) {
        return Ok(away);
    }
    let viewer = visit.viewer()?;
    if let Some(first) = sudo(&visit, viewer, &format!("/account/providers/{name}")) {
        return Ok(first);
    }
    let onward = Onward {
        back: "/account".into(),
        ..Onward::default()
    };
    send(&visit, &name, &onward, Errand::Link(viewer.account)).await
}

/// `GET /account/confirm/<provider>`: signing in there once more, before a dangerous act.
///
/// # Errors
/// As [`depart`].
pub async fn confirm(visit: Visit) -> Result<Response, WebError> {
    let name = visit.parameter("provider").to_owned();
    rules::named(visit.app(), &name)?;
    if let Some(away) = elsewhere(&visit) {
        return Ok(away);
    }
    let onward = Onward {
        back: return_path(visit.query().get("return")).to_owned(),
        ..Onward::default()
    };
    send(&visit, &name, &onward, Errand::Confirm(visit.viewer()?.account)).await
}

async fn send(visit: &Visit, name: &str, onward: &Onward, errand: Errand) -> Result<Response, WebError> {
    let provider = rules::named(visit.app(), name)?;
    let known = SIGNING_IN.read(&visit.headers, &visit.info).map(str::to_owned);
    let secret = match known {
        Some(secret) => secret,
        None => codes::token().map_err(WebError::internal)?,
    };
    let (back, browser) = (back(visit, provider), browser(visit, Factor::Provider));
    match rules::depart(visit.app(), provider, &back, (&secret, onward, errand), &browser).await {
        Ok(url) => Ok(with_cookie(
            found(&url),
            SIGNING_IN.set(&secret, handover::FLOW_SECONDS, &visit.info),
        )),
        Err(error) => refuse(visit, onward, errand, error).await,
    }
}

/// Where somebody is told that it did not work: the page that they came from.
async fn refuse(visit: &Visit, onward: &Onward, errand: Errand, error: AccountError) -> Result<Response, WebError> {
    if !error.is_theirs() {
        return Err(error.into());
    }
    match errand {
        Errand::Link(_) if visit.viewer.is_some() => account_page(visit, Some(&error), &Fields::default()).await,
        Errand::Confirm(_) if visit.viewer.is_some() => confirm_page(visit, &onward.back, false, Some(&error)).await,
        _ => sign_in::page(visit, onward, "", Some(&error)).await,
    }
}

/// `GET /sign-in/<provider>/callback`: somebody comes back.
///
/// # Errors
/// 410 for an answer that nobody here waits for.
pub async fn arrive(visit: Visit) -> Result<Response, WebError> {
    let provider = rules::named(visit.app(), visit.parameter("provider"))?;
    let query = visit.query();
    let flow = SIGNING_IN.read(&visit.headers, &visit.info);
    let away = rules::returned(visit.app(), provider, query.get("state"), flow).await?;
    let errand = away.errand();
    let code = if provider.kind == ProviderKind::Jwt {
        query.get("token")
    } else {
        query.get("code")
    };
    if query.has("error") || code.is_empty() {
        return refuse(&visit, &away.onward, errand, AccountError::ProviderRefused).await;
    }
    let (back, browser) = (back(&visit, provider), browser(&visit, Factor::Provider));
    let origin = handover::origin(visit.app(), &visit.info);
    let here = (back.as_str(), origin.as_str(), visit.info.site.id);
    let viewer = visit.viewer.as_deref();
    match rules::arrive(visit.app(), provider, &away, code, here, viewer, &browser).await {
        Ok(Arrived::SignedIn(signed_in)) => proceed(&visit, signed_in, Factor::Provider, &away.onward).await,
        Ok(Arrived::Ask(token)) => ask(&visit, &token, &away.onward, None).await,
        Ok(Arrived::Linked) => Ok(done("provider")),
        Ok(Arrived::Confirmed) => Ok(see_other(match away.onward.back.as_str() {
            "/" => "/account",
            back => return_path(back),
        })),
        Err(error) => refuse(&visit, &away.onward, errand, error).await,
    }
}

/// The page that asks for a factor of the account that has the address.
async fn ask(visit: &Visit, token: &str, onward: &Onward, error: Option<&AccountError>) -> Result<Response, WebError> {
    let question = rules::question(visit.app(), token, &browser(visit, Factor::Provider)).await?;
    let own = Link {
        token,
        provider: question.provider,
        has_password: question.has_password,
        has_totp: question.has_totp,
        has_passkey: question.has_passkey,
    };
    let response = form(visit, "accounts/link.html", "link-title", onward, own, error).await?;
    Ok(allow_form_to(response, visit, onward, &policy(visit)))
}

/// `POST /sign-in/link`: the password or a code, then the identity is linked.
///
/// # Errors
/// 410 when it took too long, 429 when it was tried too often.
pub async fn answer(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let onward = onward(&visit, &fields);
    let token = fields.get("token");
    let shown = match (answer_in(&fields), fields.get("code").trim()) {
        (Some(answer), _) => Shown::Passkey(answer),
        (None, "") => Shown::Password(fields.get("password")),
        (None, code) => Shown::Code(code),
    };
    let browser = browser(&visit, Factor::Provider);
    match rules::answer(visit.app(), &visit.info, token, &shown, &browser).await {
        Ok((signed_in, factor)) => proceed(&visit, signed_in, factor, &onward).await,
        Err(error) if error.is_theirs() => ask(&visit, token, &onward, Some(&error)).await,
        Err(error) => Err(error.into()),
    }
}

/// `POST /account/providers`: unlinks one.
///
/// # Errors
/// When the store can't answer.
pub async fn unlink(visit: Visit) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    if let Some(first) = sudo(&visit, viewer, "/account") {
        return Ok(first);
    }
    let fields = visit.form()?;
    match rules::unlink(visit.app(), viewer.account, fields.get("provider")).await {
        Ok(()) => Ok(done("no-provider")),
        Err(error) if error.is_theirs() => account_page(&visit, Some(&error), &Fields::default()).await,
        Err(error) => Err(error.into()),
    }
}
