//! `/account`: what its owner sees and changes.

use super::passkeys::answer_in;
use super::{AccountError, form};
use crate::accounts::handover::{self, Onward};
use crate::accounts::{Viewer, deletion, own, require_sudo, sign_in as rules};
use crate::app::App;
use crate::profiles::{self, pictures};
use crate::visit::{Fields, Visit, found, private_html, see_other};
use axum::response::Response;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use masthead_domain::accounts::return_path;
use masthead_domain::profiles::ProfileField;
use masthead_domain::time::Timestamp;
use masthead_services::codes;
use masthead_store::accounts::IdentityRecord;
use masthead_store::{accounts as rows, profiles as profile_rows, sessions};
use masthead_web::errors::WebError;
use serde::Serialize;

#[derive(Serialize)]
struct Account {
    email: Option<String>,
    username: Option<String>,
    profile: Option<String>,
    name: String,
    bio: String,
    waiting_name: Option<String>,
    waiting_bio: Option<String>,
    /// Where the portrait is seen, and the one that waits.
    picture: Option<String>,
    waiting_picture: Option<String>,
    megabytes: usize,
    declined: Vec<Declined>,
    mutes: Vec<crate::comments::mutes::Line>,
    has_password: bool,
    has_totp: bool,
    passkeys: usize,
    delete_at: Option<i64>,
    staff: bool,
    contributions: Vec<crate::contributions::Line>,
    sessions: Vec<Session>,
    providers: Vec<Provider>,
    done: String,
}

/// A provider that is offered, or that is linked.
#[derive(Serialize)]
struct Provider {
    name: String,
    label: String,
    linked: bool,
    offered: bool,
}

#[derive(Serialize)]
struct Declined {
    field: String,
    reason: String,
}

#[derive(Serialize)]
struct Session {
    id: String,
    host: String,
    device: String,
    since: i64,
    seen: i64,
    this: bool,
}

#[derive(Serialize)]
struct Username<'a> {
    username: &'a str,
    origin: &'a str,
    checked: bool,
    back: &'a str,
}

#[derive(Serialize)]
struct Confirm<'a> {
    back: &'a str,
    has_password: bool,
    has_totp: bool,
    has_passkey: bool,
    by_mail: bool,
    sent: bool,
    providers: Vec<Provider>,
}

#[derive(Serialize)]
struct Totp {
    secret: String,
    address: String,
    on: bool,
}

#[derive(Serialize)]
struct Email<'a> {
    email: &'a str,
    sent: bool,
}

#[derive(Serialize)]
struct Nothing {}

/// Messages that say what was done; anything else in the query says nothing.
const DONE: &[&str] = &[
    "saved",
    "waiting",
    "password",
    "email",
    "session",
    "sessions",
    "totp",
    "no-totp",
    "kept",
    "username",
    "provider",
    "no-provider",
    "passkey",
    "no-passkey",
    "no-picture",
];

pub(super) fn nowhere() -> Onward {
    Onward {
        back: "/".into(),
        ..Onward::default()
    }
}

/// Sends who asks on another host to the accounts host, where the account's pages live.
pub(super) fn elsewhere(visit: &Visit) -> Option<Response> {
    if handover::is_accounts_host(visit.app(), &visit.info) {
        return None;
    }
    let origin = handover::origin(visit.app(), &visit.info);
    Some(found(&format!("{origin}{}", visit.path)))
}

/// `GET /account`
///
/// # Errors
/// When the store can't answer.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    if let Some(away) = elsewhere(&visit) {
        return Ok(away);
    }
    page(&visit, None, &Fields::default()).await
}

pub(super) async fn page(visit: &Visit, error: Option<&AccountError>, typed: &Fields) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let app = visit.app();
    let mut conn = app.db.reader().await.map_err(AccountError::from)?;
    let account = rows::by_id(&mut conn, viewer.account)
        .await
        .map_err(AccountError::from)?;
    let account = account.ok_or_else(WebError::not_found)?;
    let profile = profile_rows::by_id(&mut conn, viewer.profile)
        .await
        .map_err(AccountError::from)?;
    let changes = profile_rows::changes_of(&mut conn, viewer.profile)
        .await
        .map_err(AccountError::from)?;
    let mutes = crate::comments::mutes::of(&mut conn, viewer)
        .await
        .map_err(AccountError::from)?;
    let all = sessions::of_account(&mut conn, viewer.account, app.now())
        .await
        .map_err(AccountError::from)?;
    let contributions = crate::contributions::lines(&mut conn, viewer.profile)
        .await
        .map_err(AccountError::from)?;
    let identities = rows::identities(&mut conn, viewer.account)
        .await
        .map_err(AccountError::from)?;
    let passkeys = rows::passkeys(&mut conn, viewer.account)
        .await
        .map_err(AccountError::from)?;
    drop(conn);
    let waiting = |field: ProfileField| {
        changes
            .iter()
            .find(|change| change.state == "pending" && change.field == field.name())
            .map(|change| change.value.clone())
    };
    let declined = changes
        .iter()
        .rev()
        .take(3)
        .filter(|change| change.state == "declined")
        .map(|change| Declined {
            field: change.field.clone(),
            reason: change.reason.clone().unwrap_or_default(),
        })
        .collect();
    let (waiting_name, waiting_bio) = (waiting(ProfileField::Name), waiting(ProfileField::Bio));
    let shown = |field: &str, now: Option<&str>, waiting: &Option<String>| {
        if typed.has(field) {
            typed.get(field).to_owned()
        } else {
            waiting.clone().unwrap_or_else(|| now.unwrap_or_default().to_owned())
        }
    };
    let query = visit.query();
    let done = DONE.iter().find(|known| **known == query.get("done"));
    let own = Account {
        email: account.email,
        profile: viewer.username.as_ref().map(|name| format!("/profiles/{name}")),
        username: viewer.username.clone(),
        name: shown(
            "name",
            profile.as_ref().map(|record| record.display_name.as_str()),
            &waiting_name,
        ),
        bio: shown("bio", profile.as_ref().map(|record| record.bio.as_str()), &waiting_bio),
        waiting_name,
        waiting_bio,
        picture: profile
            .as_ref()
            .and_then(|record| pictures::href(record.picture.as_deref()?, pictures::LARGE)),
        waiting_picture: waiting(ProfileField::Picture).map(|id| pictures::waiting_href(&id)),
        megabytes: crate::contributions::LARGEST_PICTURE >> 20,
        declined,
        mutes,
        has_password: account.has_password,
        has_totp: account.has_totp,
        passkeys: passkeys.len(),
        delete_at: account.delete_at.map(Timestamp::as_micros),
        staff: viewer.grants.is_staff(),
        contributions,
        sessions: all
            .into_iter()
            .map(|line| Session {
                this: line.id == viewer.session,
                id: line.id.to_string(),
                host: line.host,
                device: line.device,
                since: line.created_at.as_micros(),
                seen: line.seen_at.as_micros(),
            })
            .collect(),
        providers: providers(app, &identities),
        done: done.map(|done| format!("account-done-{done}")).unwrap_or_default(),
    };
    form(visit, "accounts/account.html", "account", &nowhere(), own, error).await
}

/// The providers of the settings, and those that are linked though the settings no longer have them.
fn providers(app: &App, linked: &[IdentityRecord]) -> Vec<Provider> {
    let offered = &app.accounts.settings.providers;
    let mut all: Vec<Provider> = offered
        .iter()
        .map(|provider| Provider {
            name: provider.name.clone(),
            label: provider.label().to_owned(),
            linked: linked.iter().any(|identity| identity.provider == provider.name),
            offered: true,
        })
        .collect();
    for identity in linked {
        if !all.iter().any(|known| known.name == identity.provider) {
            all.push(Provider {
                name: identity.provider.clone(),
                label: identity.provider.clone(),
                linked: true,
                offered: false,
            });
        }
    }
    all
}

pub(super) fn done(what: &str) -> Response {
    see_other(&format!("/account?done={what}"))
}

/// To the page where a factor is shown, and back.
fn confirm_first(back: &str) -> Response {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("return", back)
        .finish();
    see_other(&format!("/account/confirm?{query}"))
}

/// Whether a dangerous act may go on; else the answer that asks for a factor.
pub(super) fn sudo(visit: &Visit, viewer: &Viewer, back: &str) -> Option<Response> {
    require_sudo(viewer, visit.app().now())
        .err()
        .map(|_| confirm_first(back))
}

/// `POST /account/profile`: name and bio, which are reviewed.
///
/// # Errors
/// When the store can't answer.
pub async fn profile(visit: Visit) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let fields = visit.form()?;
    let app = visit.app();
    let mut conn = app.db.reader().await.map_err(AccountError::from)?;
    let known = profile_rows::by_id(&mut conn, viewer.profile)
        .await
        .map_err(AccountError::from)?
        .ok_or_else(WebError::not_found)?;
    let waiting = profile_rows::changes_of(&mut conn, viewer.profile)
        .await
        .map_err(AccountError::from)?;
    drop(conn);
    let mut changed = false;
    for (field, now) in [
        (ProfileField::Name, &known.display_name),
        (ProfileField::Bio, &known.bio),
    ] {
        let typed = fields.get(field.name()).replace("\r\n", "\n");
        let pending = waiting
            .iter()
            .find(|change| change.state == "pending" && change.field == field.name());
        let stands = pending.map_or(now, |change| &change.value);
        if !fields.has(field.name()) || typed == *stands {
            continue;
        }
        match profiles::ask(app, viewer.profile, field, &typed).await {
            Ok(()) => changed = true,
            Err(error) if error.is_theirs() => return page(&visit, Some(&error), &fields).await,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(done(if changed { "waiting" } else { "saved" }))
}

/// `GET /account/username`: with a name in the query it shows the address that it would have.
///
/// # Errors
/// When the store can't answer.
pub async fn username_form(visit: Visit) -> Result<Response, WebError> {
    if let Some(away) = elsewhere(&visit) {
        return Ok(away);
    }
    let viewer = visit.viewer()?;
    let query = visit.query();
    if viewer.username.is_some() {
        return Ok(see_other("/account"));
    }
    let typed = query.get("username");
    if typed.is_empty() {
        return username_page(&visit, "", false, query.get("return"), None).await;
    }
    let looked = match profiles::wish(visit.app(), typed) {
        Ok(wish) => profiles::look_from(visit.app(), &wish, visit.info.client)
            .await
            .map(|()| wish),
        Err(error) => Err(error),
    };
    match looked {
        Ok(wish) => username_page(&visit, wish.username().as_str(), true, query.get("return"), None).await,
        Err(error) if error.is_theirs() => username_page(&visit, typed, false, query.get("return"), Some(&error)).await,
        Err(error) => Err(error.into()),
    }
}

async fn username_page(
    visit: &Visit,
    username: &str,
    checked: bool,
    back: &str,
    error: Option<&AccountError>,
) -> Result<Response, WebError> {
    let own = Username {
        username,
        origin: visit.info.site.origin.as_str(),
        checked,
        back: return_path(back),
    };
    form(
        visit,
        "accounts/username.html",
        "username-title",
        &nowhere(),
        own,
        error,
    )
    .await
}

/// `POST /account/username`: takes a username, for good.
///
/// # Errors
/// When the store can't answer.
pub async fn username(visit: Visit) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let fields = visit.form()?;
    let typed = fields.get("username");
    let taken = match profiles::wish(visit.app(), typed) {
        Ok(wish) => profiles::choose(visit.app(), viewer.profile, &wish).await,
        Err(error) => Err(error),
    };
    match taken {
        Ok(()) => match return_path(fields.get("return")) {
            "/" => Ok(done("username")),
            back => Ok(see_other(back)),
        },
        Err(error) if error.is_theirs() => {
            username_page(&visit, typed, false, fields.get("return"), Some(&error)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /account/confirm`
///
/// # Errors
/// When the store can't answer.
pub async fn confirm_form(visit: Visit) -> Result<Response, WebError> {
    if let Some(away) = elsewhere(&visit) {
        return Ok(away);
    }
    let query = visit.query();
    confirm_page(&visit, return_path(query.get("return")), false, None).await
}

pub(super) async fn confirm_page(
    visit: &Visit,
    back: &str,
    sent: bool,
    error: Option<&AccountError>,
) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let mut conn = visit.app().db.reader().await.map_err(AccountError::from)?;
    let account = rows::by_id(&mut conn, viewer.account)
        .await
        .map_err(AccountError::from)?;
    let identities = rows::identities(&mut conn, viewer.account)
        .await
        .map_err(AccountError::from)?;
    let passkeys = rows::passkeys(&mut conn, viewer.account)
        .await
        .map_err(AccountError::from)?;
    drop(conn);
    let account = account.ok_or_else(WebError::not_found)?;
    // A provider's word is weaker than what the account itself asks for: it counts where there is nothing else.
    let weakest = !account.has_password && !account.has_totp;
    let mut providers = providers(visit.app(), &identities);
    providers.retain(|provider| weakest && provider.linked && provider.offered);
    let own = Confirm {
        back,
        has_password: account.has_password,
        has_totp: account.has_totp,
        has_passkey: !passkeys.is_empty(),
        by_mail: own::is_asked_by_mail(&account),
        sent,
        providers,
    };
    form(visit, "accounts/sudo.html", "sudo-title", &nowhere(), own, error).await
}

/// `POST /account/confirm`: a factor before a dangerous act, or the wish for a code by mail.
///
/// # Errors
/// 429 when it was tried too often.
pub async fn confirm(visit: Visit) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let fields = visit.form()?;
    let back = return_path(fields.get("return")).to_owned();
    let app = visit.app();
    let asks = fields.has("mail");
    let shown = if asks {
        let origin = handover::origin(app, &visit.info);
        own::mail_code(app, viewer, visit.info.site.id, &origin).await
    } else if let Some(answer) = answer_in(&fields) {
        own::confirm_by_passkey(app, &visit.info, viewer, &answer).await
    } else {
        own::confirm(app, viewer, fields.get("password"), fields.get("code")).await
    };
    let sent = fields.has("sent") || asks;
    match shown {
        Ok(()) if asks => confirm_page(&visit, &back, true, None).await,
        Ok(()) => Ok(see_other(if back == "/" { "/account" } else { &back })),
        Err(error) if error.is_theirs() => confirm_page(&visit, &back, sent, Some(&error)).await,
        Err(error) => Err(error.into()),
    }
}

/// `GET /account/password`
///
/// # Errors
/// When the store can't answer.
pub async fn password_form(visit: Visit) -> Result<Response, WebError> {
    if let Some(away) = elsewhere(&visit) {
        return Ok(away);
    }
    if let Some(first) = sudo(&visit, visit.viewer()?, "/account/password") {
        return Ok(first);
    }
    form(
        &visit,
        "accounts/password.html",
        "password-title",
        &nowhere(),
        Nothing {},
        None,
    )
    .await
}

/// `POST /account/password`
///
/// # Errors
/// When the store can't answer.
pub async fn password(visit: Visit) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    if let Some(first) = sudo(&visit, viewer, "/account/password") {
        return Ok(first);
    }
    let fields = visit.form()?;
    match own::set_password(visit.app(), viewer, fields.get("password").to_owned()).await {
        Ok(()) => Ok(done("password")),
        Err(error) if error.is_theirs() => {
            form(
                &visit,
                "accounts/password.html",
                "password-title",
                &nowhere(),
                Nothing {},
                Some(&error),
            )
            .await
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /account/email`
///
/// # Errors
/// When the store can't answer.
pub async fn email_form(visit: Visit) -> Result<Response, WebError> {
    if let Some(away) = elsewhere(&visit) {
        return Ok(away);
    }
    if let Some(first) = sudo(&visit, visit.viewer()?, "/account/email") {
        return Ok(first);
    }
    let own = Email { email: "", sent: false };
    form(&visit, "accounts/email.html", "email-title", &nowhere(), own, None).await
}

/// `POST /account/email`: sends a link to a new address.
///
/// # Errors
/// 429 when it was asked too often.
pub async fn email(visit: Visit) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    if let Some(first) = sudo(&visit, viewer, "/account/email") {
        return Ok(first);
    }
    let fields = visit.form()?;
    let typed = fields.get("email").trim();
    let origin = handover::origin(visit.app(), &visit.info);
    match own::ask_email(visit.app(), viewer.account, visit.info.site.id, &origin, typed).await {
        Ok(()) => {
            let own = Email {
                email: typed,
                sent: true,
            };
            form(&visit, "accounts/email.html", "email-title", &nowhere(), own, None).await
        }
        Err(error) if error.is_theirs() => {
            let own = Email {
                email: typed,
                sent: false,
            };
            form(
                &visit,
                "accounts/email.html",
                "email-title",
                &nowhere(),
                own,
                Some(&error),
            )
            .await
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /account/email/confirm`: where the link to a new address leads. Mail programs open links by themselves, but none
/// of them is signed in as the account's owner.
///
/// # Errors
/// 410 for a link that was used or is too old.
pub async fn confirm_email(visit: Visit) -> Result<Response, WebError> {
    let query = visit.query();
    own::confirm_email(visit.app(), visit.viewer()?, query.get("token")).await?;
    Ok(done("email"))
}

/// `POST /account/sessions`: ends one session, or all but this one.
///
/// # Errors
/// When the store can't answer.
pub async fn end_sessions(visit: Visit) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let fields = visit.form()?;
    match fields.get("session") {
        "" => {
            rules::end_others(visit.app(), viewer.account, Some(viewer.session)).await?;
            Ok(done("sessions"))
        }
        id => {
            let id = id.parse().map_err(|_| WebError::bad_request("This is no session."))?;
            rules::end(visit.app(), viewer.account, id).await?;
            Ok(done("session"))
        }
    }
}

/// `GET /account/code`: setting an authenticator up.
///
/// # Errors
/// When the store can't answer.
pub async fn totp_form(visit: Visit) -> Result<Response, WebError> {
    if let Some(away) = elsewhere(&visit) {
        return Ok(away);
    }
    if let Some(first) = sudo(&visit, visit.viewer()?, "/account/code") {
        return Ok(first);
    }
    totp_page(&visit, None).await
}

async fn totp_page(visit: &Visit, error: Option<&AccountError>) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let on = viewer.totp_confirmed_at.is_some();
    let secret = if on {
        String::new()
    } else {
        own::begin_totp(visit.app(), viewer.account).await?
    };
    let view = visit.view().await?;
    let own = Totp {
        address: codes::totp_address(&secret, &view.entry.name, viewer.name()).unwrap_or_default(),
        secret,
        on,
    };
    form(visit, "accounts/totp.html", "totp-title", &nowhere(), own, error).await
}

/// `POST /account/code`: turns the authenticator on by a first code, or off.
///
/// # Errors
/// 429 when it was tried too often.
pub async fn totp(visit: Visit) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    if let Some(first) = sudo(&visit, viewer, "/account/code") {
        return Ok(first);
    }
    let fields = visit.form()?;
    if fields.has("off") {
        own::drop_totp(visit.app(), viewer.account).await?;
        return Ok(done("no-totp"));
    }
    match own::confirm_totp(visit.app(), viewer.account, fields.get("code")).await {
        Ok(()) => Ok(done("totp")),
        Err(error) if error.is_theirs() => totp_page(&visit, Some(&error)).await,
        Err(error) => Err(error.into()),
    }
}

/// `GET /account/data`: everything that is kept about its owner, as a file.
///
/// # Errors
/// When the store can't answer.
pub async fn data(visit: Visit) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    if let Some(away) = elsewhere(&visit) {
        return Ok(away);
    }
    if let Some(first) = sudo(&visit, viewer, "/account/data") {
        return Ok(first);
    }
    let everything = own::everything(visit.app(), viewer).await?;
    let text = serde_json::to_string_pretty(&everything).map_err(WebError::internal)?;
    let mut response = private_html(StatusCode::OK, text);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(
        CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"my-data.json\""),
    );
    Ok(response)
}

/// `GET /account/deletion`
///
/// # Errors
/// When the store can't answer.
pub async fn deletion_form(visit: Visit) -> Result<Response, WebError> {
    if let Some(away) = elsewhere(&visit) {
        return Ok(away);
    }
    if let Some(first) = sudo(&visit, visit.viewer()?, "/account/deletion") {
        return Ok(first);
    }
    form(
        &visit,
        "accounts/deletion.html",
        "deletion-title",
        &nowhere(),
        Nothing {},
        None,
    )
    .await
}

/// `POST /account/deletion`: deletes the account in a day, or keeps it after all.
///
/// # Errors
/// When the store can't answer.
pub async fn delete(visit: Visit) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let fields = visit.form()?;
    if fields.has("keep") {
        deletion::cancel(visit.app(), viewer.account).await?;
        return Ok(done("kept"));
    }
    if let Some(first) = sudo(&visit, viewer, "/account/deletion") {
        return Ok(first);
    }
    deletion::ask(visit.app(), viewer.account, fields.get("comments") == "delete").await?;
    Ok(see_other("/account"))
}

/// `GET /fragments/account`: the account corner alone, for a page that came out of a cache.
///
/// # Errors
/// When the fragment can't be made.
pub async fn fragment(visit: Visit) -> Result<Response, WebError> {
    let view = visit.view().await?;
    let html = visit.corner(&view)?;
    Ok(private_html(StatusCode::OK, html))
}

/// `GET /.well-known/change-password` (W3C)
///
/// # Errors
/// None.
pub async fn change_password(visit: Visit) -> Result<Response, WebError> {
    Ok(found(&format!(
        "{}/account/password",
        handover::origin(visit.app(), &visit.info)
    )))
}
