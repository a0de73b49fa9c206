//! Accounts: signing up, in and out, and what an account's owner does with it. One account for all sites of the
//! network; sign-in lives on one host, and other hosts get a session by a code that is used once.
//!
//! # What never happens
//! - An answer tells whether an address has an account: what depends on it is done by a due job, after the answer.
//! - A provider's word for an address opens an account that exists: its owner shows a factor first.
//! - A secret is stored as it is: cookies, links and codes are found by their hash.
//!
//! # For other features
//! [`Viewer`] is who sends a request. [`sign_in::begin`] gives a session to an account; tests of the whole program use
//! it for readers of theirs, made by [`staff::add`].

pub mod deletion;
pub mod handover;
pub mod jobs;
pub mod limits;
pub mod mailing;
pub mod own;
pub mod pages;
pub mod passkeys;
pub mod providers;
mod remembered;
pub mod reset;
pub mod sign_in;
pub mod sign_up;
pub mod staff;
mod viewer;

pub(crate) use remembered::Remembered;
pub use viewer::{Viewer, identify, remember_parts, require_sudo};

use crate::app::App;
use limits::Limits;
use masthead_domain::accounts::{SESSION_SECONDS, STAFF_SESSION_SECONDS};
use masthead_domain::permissions::Grants;
use masthead_domain::profiles::UsernameError;
use masthead_services::codes;
use masthead_services::mail::Mailer;
use masthead_services::passwords::{PasswordError, Passwords, Weakness};
use masthead_services::providers::ProviderSettings;
use masthead_store::{StoreError, profiles};
use masthead_web::errors::{ErrorKind, WebError};
use masthead_web::theme_files::ThemeFiles;
use masthead_web::themes::Themes;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, OnceLock};
use tokio::sync::OnceCell;

/// `[accounts]` of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountSettings {
    /// The host where sign-in lives; the first site's when empty.
    pub host: String,
    /// Whether staff need an authenticator.
    pub staff_code: bool,
    /// Other providers with which readers may sign in, in the order in which they are offered.
    pub providers: Vec<ProviderSettings>,
}

/// What sign-in needs beside the store.
#[derive(Clone)]
pub struct Accounts {
    /// The settings.
    pub settings: Arc<AccountSettings>,
    /// The hasher.
    pub passwords: Passwords,
    /// The way out for mail.
    pub mailer: Mailer,
    /// How often something may be tried.
    pub limits: Limits,
    key: Arc<OnceCell<Vec<u8>>>,
    themes: Arc<OnceLock<Arc<Themes>>>,
}

impl Accounts {
    /// From the settings, with a hasher that works on `at_once` passwords at a time.
    pub fn new(settings: AccountSettings, mailer: Mailer, at_once: usize) -> Self {
        Self {
            settings: Arc::new(settings),
            passwords: Passwords::new(at_once),
            mailer,
            limits: Limits::default(),
            key: Arc::default(),
            themes: Arc::default(),
        }
    }

    /// Gives mails the themes that pages are made with. Without any they are written in the words of the program's own.
    pub fn set_themes(&self, themes: Arc<Themes>) {
        self.themes.get_or_init(|| themes);
    }

    /// The themes that mails are written with.
    ///
    /// # Errors
    /// When the program's own can't be loaded.
    pub fn themes(&self) -> Result<Arc<Themes>, AccountError> {
        if let Some(themes) = self.themes.get() {
            return Ok(Arc::clone(themes));
        }
        let built_in = Themes::load(ThemeFiles::new(), std::collections::BTreeMap::new());
        let built_in = built_in.map_err(|error| AccountError::Failed(error.to_string()))?;
        Ok(Arc::clone(self.themes.get_or_init(|| Arc::new(built_in))))
    }
}

/// The network's own key: it is made at the first use, the same on every node, and never shown.
///
/// # Errors
/// When the store can't answer.
pub async fn network_key(app: &App) -> Result<&[u8], AccountError> {
    let key = app
        .accounts
        .key
        .get_or_try_init(|| async {
            let fresh = codes::key().map_err(|error| AccountError::Failed(error.to_string()))?;
            app.db
                .write("accounts.key", move |tx| {
                    Box::pin(async move { profiles::secret(tx, "network", &fresh).await })
                })
                .await
                .map_err(|error: StoreError| AccountError::Store(error))
        })
        .await?;
    Ok(key)
}

/// How long a session lasts after it was seen: staff shorter than readers.
pub fn session_seconds(grants: &Grants) -> i64 {
    if grants.is_staff() {
        STAFF_SESSION_SECONDS
    } else {
        SESSION_SECONDS
    }
}

/// Why something with an account can't be done.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Address and password don't belong together; whether there is such an account is not told.
    #[error("the e-mail address or the password is wrong")]
    Credentials,
    /// The account was closed by the house.
    #[error("the account is closed")]
    Closed,
    /// A code is wrong, or was used before.
    #[error("the code is wrong")]
    Code,
    /// A link or code was used, is too old, or never was.
    #[error("the link can't be used any more")]
    Link,
    /// The username can't be one.
    #[error(transparent)]
    Username(#[from] UsernameError),
    /// Somebody has, or had, the username or one that looks like it.
    #[error("the username is taken")]
    UsernameTaken,
    /// The profile has a username, which can't be changed.
    #[error("a username can't be changed")]
    NamedBefore,
    /// The password is not taken.
    #[error("the password is too weak")]
    Password(Weakness),
    /// The address is no address.
    #[error("this is no e-mail address")]
    Email,
    /// Another account proved the address.
    #[error("the e-mail address belongs to another account")]
    EmailTaken,
    /// A text is too long.
    #[error("the text is too long")]
    TooLong,
    /// A file is no picture that is taken; the key of the message that says why.
    #[error("the file is no picture that is taken")]
    Picture(&'static str),
    /// A provider can't be reached, or says what can't be believed.
    #[error("the provider could not say who you are")]
    Provider,
    /// The person, or the provider, said no.
    #[error("the provider did not let you through")]
    ProviderRefused,
    /// Another account has this identity.
    #[error("this identity belongs to another account")]
    ProviderTaken,
    /// A passkey's answer is wrong, came too late, or is another's.
    #[error("the passkey was not taken")]
    Passkey,
    /// An account has as many passkeys as it may have.
    #[error("there are too many passkeys")]
    TooManyPasskeys,
    /// Nothing would be left to sign in with.
    #[error("there would be no way left to sign in")]
    LastWay,
    /// A factor has to be shown first.
    #[error("please show that it is you")]
    Sudo,
    /// Tried too often.
    #[error("too many tries")]
    TooMany(u32),
    /// There is no such account.
    #[error("there is no such account")]
    Unknown,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The hasher.
    #[error(transparent)]
    Hasher(#[from] PasswordError),
    /// A fault of the program or its surroundings.
    #[error("{0}")]
    Failed(String),
}

impl AccountError {
    /// The key of the message that says it to a reader.
    pub fn message(&self) -> String {
        match self {
            Self::Credentials => "sign-in-wrong".into(),
            Self::Closed => "sign-in-closed".into(),
            Self::Code => "code-wrong".into(),
            Self::Link => "link-dead".into(),
            Self::Username(error) => format!("username-error-{}", error.code()),
            Self::UsernameTaken => "username-error-taken".into(),
            Self::NamedBefore => "username-error-named".into(),
            Self::Password(weakness) => format!("password-error-{}", weakness.code()),
            Self::Email => "email-error".into(),
            Self::EmailTaken => "email-error-taken".into(),
            Self::TooLong => "text-error-long".into(),
            Self::Picture(key) => (*key).into(),
            Self::Provider => "provider-failed".into(),
            Self::ProviderRefused => "provider-refused".into(),
            Self::ProviderTaken => "provider-taken".into(),
            Self::Passkey => "passkey-failed".into(),
            Self::TooManyPasskeys => "passkeys-many".into(),
            Self::LastWay => "provider-last".into(),
            Self::Sudo => "sudo-needed".into(),
            _ => "account-failed".into(),
        }
    }

    /// The field of a form that it is about.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Username(_) | Self::UsernameTaken | Self::NamedBefore => "username",
            Self::Password(_) => "password",
            Self::Email | Self::EmailTaken => "email",
            Self::Code => "code",
            Self::TooLong => "text",
            Self::Picture(_) => "picture",
            _ => "",
        }
    }

    /// Whether the person can mend it in the form: then it comes back filled in.
    pub const fn is_theirs(&self) -> bool {
        matches!(
            self,
            Self::Credentials
                | Self::Closed
                | Self::Code
                | Self::Username(_)
                | Self::UsernameTaken
                | Self::Password(_)
                | Self::Email
                | Self::EmailTaken
                | Self::TooLong
                | Self::Picture(_)
                | Self::Provider
                | Self::ProviderRefused
                | Self::ProviderTaken
                | Self::Passkey
                | Self::TooManyPasskeys
                | Self::LastWay
        )
    }
}

impl From<AccountError> for WebError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::TooMany(seconds) => Self::too_many(seconds),
            AccountError::Hasher(PasswordError::Busy) => {
                let mut busy = Self::unavailable(PasswordError::Busy);
                busy = busy.code("busy");
                busy
            }
            AccountError::Store(error) => crate::pages::store_error(error),
            AccountError::Hasher(error) => Self::internal(error),
            AccountError::Failed(detail) => Self::internal(detail),
            AccountError::Unknown => Self::not_found(),
            AccountError::Link => Self::gone("This link was used already, or it is too old.").code("link-dead"),
            AccountError::Sudo => Self::new(ErrorKind::Forbidden).code("confirm-first"),
            AccountError::NamedBefore => Self::new(ErrorKind::Conflict).detail("A username can't be changed."),
            theirs => Self::new(ErrorKind::Invalid).detail(theirs.to_string()),
        }
    }
}
