//! From the accounts host to the other hosts of the network.
//!
//! A cookie belongs to one host, so that a reader who signs in on the accounts host is not yet signed in on the site
//! they came from. That site sends its reader over with the digest of a secret that it keeps in the browser; they come
//! back with a code that is used once, and that counts in the browser with that secret and on that host alone.

use super::{AccountError, sign_in};
use crate::app::App;
use masthead_domain::accounts::Factor;
use masthead_domain::ids::{AccountId, SessionId};
use masthead_services::codes;
use masthead_store::{StoreError, accounts as rows, sessions};
use masthead_web::request::RequestInfo;
use serde::{Deserialize, Serialize};

/// What its tokens are for.
const PURPOSE: &str = "handover";
/// Seconds between leaving the accounts host and arriving.
const SECONDS: i64 = 60;
/// Seconds that the browser keeps its secret while it signs in.
pub const FLOW_SECONDS: i64 = 1_800;

/// A host that waits for its reader.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Onward {
    /// The host with its port; empty when the accounts host itself was asked.
    pub host: String,
    /// The digest of the secret that its browser keeps.
    pub flow: String,
    /// Where the reader was there.
    pub back: String,
}

impl Onward {
    /// As the fields of a query, for links that carry it on.
    pub fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if !self.host.is_empty() {
            query.append_pair("host", &self.host).append_pair("flow", &self.flow);
        }
        if self.back != "/" {
            query.append_pair("return", &self.back);
        }
        query.finish()
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Code {
    host: String,
    flow: String,
    back: String,
    chain: SessionId,
    factor: Factor,
}

/// The origin of the host where sign-in lives, `https://host`, as the reader's connection reaches it.
pub fn origin(app: &App, info: &RequestInfo) -> String {
    let sites = app.sites();
    let host = app.accounts.settings.host.as_str();
    if host.is_empty() {
        return sites
            .first()
            .map_or_else(|| info.site.origin.to_string(), |site| site.origin.clone());
    }
    // A host that is a site's is reached as that site is.
    let of_site = sites.all().iter().find(|site| {
        site.hosts.iter().any(|known| known == host)
            || site.origin.split_once("://").is_some_and(|(_, own)| own == host)
    });
    match of_site {
        Some(site) if site.origin.ends_with(host) => site.origin.clone(),
        _ => {
            let scheme = if info.tls { "https" } else { "http" };
            format!("{scheme}://{host}")
        }
    }
}

/// Whether this request reached the host where sign-in lives.
pub fn is_accounts_host(app: &App, info: &RequestInfo) -> bool {
    origin(app, info)
        .split_once("://")
        .is_some_and(|(_, host)| host.eq_ignore_ascii_case(&info.host))
}

/// Makes the code with which somebody who signed in here arrives on another host.
///
/// # Errors
/// When the store can't answer.
pub async fn leave(
    app: &App,
    account: AccountId,
    session: SessionId,
    factor: Factor,
    onward: &Onward,
) -> Result<String, AccountError> {
    let secret = codes::token().map_err(|error| AccountError::Failed(error.to_string()))?;
    let chain = sessions::chain(&mut app.db.reader().await?, account, session).await?;
    let data = serde_json::to_value(Code {
        host: onward.host.clone(),
        flow: onward.flow.clone(),
        back: onward.back.clone(),
        chain: chain.unwrap_or(session),
        factor,
    })
    .map_err(|error| AccountError::Failed(error.to_string()))?;
    let (until, token) = (app.now().plus_seconds(SECONDS), secret.clone());
    app.db
        .write("accounts.leave", move |tx| {
            let (token, data) = (token.clone(), data.clone());
            Box::pin(async move { rows::add_token(tx, &token, PURPOSE, Some(account), &data, until).await })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))?;
    Ok(secret)
}

/// Begins the session of somebody who arrives with a code, and says where they were. `flow` is what the browser's cookie
/// holds.
///
/// # Errors
/// [`AccountError::Link`] for a code that was used, is too old, or belongs to another browser or host.
pub async fn arrive(
    app: &App,
    secret: &str,
    flow: Option<&str>,
    browser: &sign_in::Browser,
) -> Result<(sign_in::Begun, String), AccountError> {
    let token = secret.to_owned();
    let used = app
        .db
        .write("accounts.arrive", move |tx| {
            let token = token.clone();
            // The code is used up even when it turns out to belong to another browser: whoever has it must not try on.
            Box::pin(async move { rows::use_token(tx, &token, PURPOSE).await })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))?;
    let (account, data) = used.ok_or(AccountError::Link)?;
    let account = account.ok_or(AccountError::Link)?;
    let code: Code = serde_json::from_value(data).map_err(|error| AccountError::Failed(error.to_string()))?;
    let is_theirs = flow.is_some_and(|flow| codes::digest(flow) == code.flow) && code.host == browser.host;
    if !is_theirs {
        return Err(AccountError::Link);
    }
    let browser = sign_in::Browser {
        factor: code.factor,
        ..browser.clone()
    };
    let begun = sign_in::begin_in_chain(app, account, &browser, Some(code.chain)).await?;
    Ok((begun, code.back))
}
