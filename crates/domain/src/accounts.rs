//! Accounts: who can sign in, by what, and which changes are legal.

use crate::ids::{AccountId, ProfileId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Fewest characters of a password.
pub const SHORTEST_PASSWORD: usize = 10;
/// Most characters of a password: longer ones would only keep the hasher busy.
pub const LONGEST_PASSWORD: usize = 256;
/// Most characters of a passkey's name.
pub const LONGEST_PASSKEY_NAME: usize = 60;
/// Most passkeys of one account.
pub const MOST_PASSKEYS: usize = 20;
/// Between asking for deletion and deletion, in seconds.
pub const DELETION_DELAY: i64 = 24 * 3_600;
/// How long a dangerous act may follow upon a factor, in seconds.
pub const SUDO_SECONDS: i64 = 15 * 60;
/// A browser stays signed in this long after it was seen last, in seconds.
pub const SESSION_SECONDS: i64 = 30 * 24 * 3_600;
/// The same for staff.
pub const STAFF_SESSION_SECONDS: i64 = 12 * 3_600;
/// How long a link in a mail can be used, in seconds.
pub const LINK_SECONDS: i64 = 24 * 3_600;
/// The same for a link that sets a new password.
pub const RESET_SECONDS: i64 = 3_600;

/// An address for mail, checked as far as that is possible without sending one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Email(String);

/// A text that is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no e-mail address")]
pub struct EmailError;

impl Email {
    /// Reads an address: `local@domain`, at most 254 bytes (RFC 5321, section 4.5.3.1), the domain in ASCII or as the
    /// person writes it. Quoted local parts and address literals are refused: nobody's mailbox, and a way to smuggle.
    ///
    /// # Errors
    /// [`EmailError`].
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError)?;
        let local_ok = !local.is_empty()
            && local.len() <= 64
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && local
                .chars()
                .all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c));
        let label_ok = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        };
        let domain_ok = domain.contains('.') && domain.split('.').all(label_ok);
        if text.len() <= 254 && local_ok && domain_ok {
            Ok(Self(text.to_owned()))
        } else {
            Err(EmailError)
        }
    }

    /// As the person writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// By what two addresses are told to be the same: NFC in small letters. Dots and `+tags` stay: what they mean is the
    /// mail provider's business.
    pub fn key(&self) -> String {
        use unicode_normalization::UnicodeNormalization as _;
        self.0.nfc().flat_map(char::to_lowercase).nfc().collect()
    }
}

impl std::fmt::Display for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether an account may sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountState {
    /// It may.
    Active,
    /// Closed by the house: staff that left, or a person banned from the network. Nobody signs in.
    Closed,
}

impl AccountState {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Closed => "closed",
        }
    }

    /// The state of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Active, Self::Closed]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

/// Somebody who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Identity.
    pub id: AccountId,
    /// Its public identity.
    pub profile: ProfileId,
    /// Whether it may sign in.
    pub state: AccountState,
    /// Where mail goes; none where a provider told none.
    pub email: Option<String>,
    /// When the address was proved to be the person's.
    pub email_verified_at: Option<Timestamp>,
    /// Whether there is a password.
    pub has_password: bool,
    /// Whether signing in takes a code from an authenticator too.
    pub has_totp: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it will be deleted, if its owner asked for that.
    pub delete_at: Option<Timestamp>,
}

impl Account {
    /// Whether its address was proved.
    pub const fn is_verified(&self) -> bool {
        self.email_verified_at.is_some()
    }
}

/// By what somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Factor {
    /// A password.
    Password,
    /// A passkey.
    Passkey,
    /// A code from an authenticator (TOTP).
    Code,
    /// A link in a mail.
    Mail,
    /// Another provider, or the publisher's own accounts.
    Provider,
}

impl Factor {
    /// The factor of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Password, Self::Passkey, Self::Code, Self::Mail, Self::Provider]
            .into_iter()
            .find(|factor| factor.name() == name)
    }

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Passkey => "passkey",
            Self::Code => "code",
            Self::Mail => "mail",
            Self::Provider => "provider",
        }
    }
}

/// What a provider says about somebody who signs in with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The provider's name in the settings.
    pub provider: String,
    /// Who it is there; never changes and is never given to another.
    pub subject: String,
    /// The address, if the provider told one that can be read.
    pub email: Option<Email>,
    /// Whether the provider vouches for the address.
    pub email_verified: bool,
}

/// An account that has the address of a [`Claim`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The account.
    pub account: AccountId,
    /// Whether it ever proved the address.
    pub verified: bool,
}

/// What signing in with a provider leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linking {
    /// The identity is known: sign this account in.
    Known(AccountId),
    /// Nobody has the identity or the address: make an account.
    New {
        /// Whether its address counts as proved at once.
        verified: bool,
    },
    /// Somebody has the address and proved it. Ask once for a factor that this account has; never merge silently.
    Ask(AccountId),
}

/// Decides what a provider's word leads to (product §2.2).
///
/// `known` is the account that the identity belongs to; `holder` an account with the claimed address. An account that
/// never proved the address can't block its owner: it is passed over, and loses the address once somebody proves it.
pub fn link(claim: &Claim, known: Option<AccountId>, holder: Option<Holder>) -> Linking {
    if let Some(account) = known {
        return Linking::Known(account);
    }
    match holder {
        // Whether or not the provider vouches for it: a claim of somebody's proved address never opens their account.
        Some(holder) if holder.verified && claim.email.is_some() => Linking::Ask(holder.account),
        _ => Linking::New {
            verified: claim.email.is_some() && claim.email_verified,
        },
    }
}

/// Where somebody may be taken after signing in: a path of the same host and nothing else, or the front.
///
/// What begins with two slashes, a slash and a backslash, or holds a control character, is read by some browsers as
/// another host's address.
pub fn return_path(text: &str) -> &str {
    let plain = text.starts_with('/')
        && !text.starts_with("//")
        && !text.contains('\\')
        && text.len() <= 2_000
        && text.bytes().all(|byte| byte.is_ascii_graphic());
    let loops = ["/sign-in", "/sign-up", "/sign-out"].iter().any(|own| {
        text.strip_prefix(own)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['?', '/', '#']))
    });
    if plain && !loops { text } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn addresses() {
        for good in [
            "ada@example.org",
            "a.b+c@sub.example.org",
            "jörg@bücher.example",
            "O'Neil@example.org",
        ] {
            assert!(Email::parse(good).is_ok(), "{good}");
        }
        let long = format!("{}@example.org", "a".repeat(65));
        for bad in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@localhost",
            "ada@@example.org",
            "a da@example.org",
            "ada@example..org",
            "ada@-example.org",
            ".ada@example.org",
            "\"ada\"@example.org",
            "ada@[127.0.0.1]",
            "ada@example.org\r\nBcc: x@example.org",
            "ada@example.org\0",
            "<ada@example.org>",
            long.as_str(),
        ] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(Email::parse(" Ada@Example.ORG ").unwrap().key(), "ada@example.org");
    }

    #[test]
    fn nobody_is_taken_to_another_host() {
        for good in ["/", "/world/a-20260101?x=1#c", "/account"] {
            assert_eq!(return_path(good), good);
        }
        for bad in [
            "",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/a\nLocation: x",
            "/a b",
            "/%09/../\u{9}/evil",
            "/sign-in",
            "/sign-in?return=/",
            "/sign-out",
            "evil",
        ] {
            assert_eq!(return_path(bad), "/", "{bad:?}");
        }
        assert_eq!(return_path("/sign-ins"), "/sign-ins");
    }

    const ONE: AccountId = AccountId(Uuid::from_u128(1));

    fn claim(email: Option<&str>, verified: bool) -> Claim {
        Claim {
            provider: "rig".into(),
            subject: "7".into(),
            email: email.map(|text| Email::parse(text).unwrap()),
            email_verified: verified,
        }
    }

    #[test]
    fn a_provider_never_opens_an_account_by_its_address() {
        let holder = Some(Holder {
            account: ONE,
            verified: true,
        });
        for vouched in [true, false] {
            assert_eq!(
                link(&claim(Some("a@b.example"), vouched), None, holder),
                Linking::Ask(ONE)
            );
        }
        assert_eq!(link(&claim(None, false), Some(ONE), None), Linking::Known(ONE));
    }

    #[test]
    fn who_never_proved_an_address_does_not_block_its_owner() {
        let squatter = Some(Holder {
            account: ONE,
            verified: false,
        });
        assert_eq!(
            link(&claim(Some("a@b.example"), true), None, squatter),
            Linking::New { verified: true }
        );
        assert_eq!(
            link(&claim(Some("a@b.example"), false), None, None),
            Linking::New { verified: false }
        );
        assert_eq!(link(&claim(None, true), None, None), Linking::New { verified: false });
    }
}
