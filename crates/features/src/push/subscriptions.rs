//! A browser asks to be told, or not to be any more. Whoever knows the address of its push service is the browser: it is
//! long, random, and told to nobody else.

use super::PushFailure;
use crate::accounts::Viewer;
use crate::app::App;
use masthead_domain::ids::{AccountId, SiteId, SubscriptionId};
use masthead_domain::push::{Endpoint, EndpointProblem};
use masthead_services::push::{PushError, Recipient};
use masthead_store::push::{self as rows, Subscription};
use masthead_store::{Conn, StoreError, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

/// What a page's script, or the service worker, sends.
#[derive(Clone, Debug, Deserialize)]
pub struct Asked {
    /// `PushSubscription.endpoint`.
    pub endpoint: String,
    /// `PushSubscription.toJSON().keys`.
    #[serde(default)]
    pub keys: Keys,
    /// Whether the site's breaking news is wanted; as it was when it isn't said.
    pub breaking: Option<bool>,
    /// Whether what the account follows is wanted; as it was when it isn't said.
    pub follows: Option<bool>,
    /// The endpoint in whose place this one came.
    pub replaces: Option<String>,
}

/// The keys of a browser, in base64url.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Keys {
    /// Its public key.
    #[serde(default)]
    pub p256dh: String,
    /// Its secret.
    #[serde(default)]
    pub auth: String,
}

/// What a browser is told of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Told {
    /// The site's breaking news.
    pub breaking: bool,
    /// What an account follows.
    pub follows: bool,
}

/// Why a browser can't be kept.
#[derive(Debug, thiserror::Error)]
pub enum SubscribeError {
    /// Its address.
    #[error(transparent)]
    Endpoint(#[from] EndpointProblem),
    /// Its address is not reached over TLS.
    #[error("a push service is reached over https")]
    Insecure,
    /// Its keys.
    #[error(transparent)]
    Keys(PushError),
    /// What is followed belongs to an account.
    #[error("sign in to be told of what you follow")]
    SignIn,
    /// This program reaches nobody.
    #[error("this network sends no push messages")]
    Off,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a browser is told of now.
///
/// # Errors
/// When the store can't answer.
pub async fn state(app: &App, endpoint: &str) -> Result<Told, StoreError> {
    let known = rows::by_endpoint(&mut app.db.reader().await?, endpoint).await?;
    Ok(known.map_or_else(Told::default, |known| Told {
        breaking: known.breaking,
        follows: known.follows,
    }))
}

/// Keeps what a browser asks for, or forgets the browser when it wants nothing any more.
///
/// # Errors
/// [`SubscribeError`].
pub async fn subscribe(app: &App, site: SiteId, viewer: Option<&Viewer>, asked: Asked) -> Result<Told, SubscribeError> {
    let endpoint = Endpoint::parse(&asked.endpoint)?;
    let sender = app.push.sender.as_ref().ok_or(SubscribeError::Off)?;
    if !sender.takes(&endpoint) {
        return Err(SubscribeError::Insecure);
    }
    let account = viewer.map(|viewer| viewer.account);
    if asked.follows == Some(true) && account.is_none() {
        return Err(SubscribeError::SignIn);
    }
    let is_over = asked.breaking != Some(true) && asked.follows != Some(true) && asked.replaces.is_none();
    let keys = match Recipient::parse(&asked.keys.p256dh, &asked.keys.auth) {
        Ok(keys) => keys,
        // Taking back asks for no keys.
        Err(_) if is_over => Recipient {
            public_key: Vec::new(),
            auth: Vec::new(),
        },
        Err(error) => return Err(SubscribeError::Keys(error)),
    };
    let sites = app.sites();
    let language = sites.site(site).map(|entry| entry.language.clone()).unwrap_or_default();
    let (id, asked) = (SubscriptionId::new(app.ids.as_ref()), Arc::new(asked));
    let fresh = Subscription {
        id,
        site,
        account: None,
        endpoint: endpoint.as_str().to_owned(),
        public_key: keys.public_key,
        auth: keys.auth,
        language,
        breaking: false,
        follows: false,
    };
    app.db
        .write("push.subscribe", move |tx| {
            let (asked, fresh) = (Arc::clone(&asked), fresh.clone());
            Box::pin(async move { keep(tx, &asked, fresh, account).await })
        })
        .await
        .map_err(SubscribeError::Store)
}

async fn keep(
    tx: &mut Tx,
    asked: &Asked,
    mut wanted: Subscription,
    account: Option<AccountId>,
) -> Result<Told, StoreError> {
    let mut known = rows::by_endpoint(tx, &wanted.endpoint).await?;
    if let Some(old) = &asked.replaces
        && let Some(before) = rows::by_endpoint(tx, old).await?.filter(|old| old.site == wanted.site)
    {
        rows::remove(tx, &before.endpoint).await?;
        known = known.or(Some(before));
    }
    let was = known.unwrap_or_else(|| wanted.clone());
    wanted.breaking = asked.breaking.unwrap_or(was.breaking);
    wanted.follows = asked.follows.unwrap_or(was.follows);
    // Who asks now is told of what they follow themselves; who says nothing of it changes nothing.
    wanted.account = match asked.follows {
        Some(true) => account,
        _ => was.account.filter(|_| wanted.follows),
    };
    if wanted.public_key.is_empty() {
        (wanted.public_key, wanted.auth) = (was.public_key, was.auth);
    }
    let told = Told {
        breaking: wanted.breaking,
        follows: wanted.follows,
    };
    // Without keys there is nothing to be kept either: it was taken back before it was asked for.
    if told == Told::default() || wanted.public_key.is_empty() {
        rows::remove(tx, &wanted.endpoint).await?;
        return Ok(Told::default());
    }
    rows::put(tx, &wanted).await?;
    Ok(told)
}

/// The browsers of an account, for its owner.
///
/// # Errors
/// When the store can't answer.
pub async fn everything(conn: &mut Conn, account: AccountId) -> Result<Value, StoreError> {
    let own = rows::of_account(conn, account).await?;
    let own = own.into_iter().map(|one| {
        json!({
            "endpoint": one.endpoint, "site": one.site, "language": one.language, "breaking": one.breaking,
            "follows": one.follows,
        })
    });
    Ok(own.collect())
}

/// Forgets the browsers of an account that is deleted.
///
/// # Errors
/// When the store can't answer.
pub async fn account_deleted(tx: &mut Tx, account: AccountId) -> Result<(), StoreError> {
    rows::forget_account(tx, account).await.map(|_| ())
}

impl From<SubscribeError> for PushFailure {
    fn from(error: SubscribeError) -> Self {
        match error {
            SubscribeError::Store(error) => Self::Store(error),
            SubscribeError::Keys(error) => Self::Push(error),
            other => Self::Failed(other.to_string()),
        }
    }
}
