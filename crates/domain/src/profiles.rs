//! Profiles: the public identity of a reader or journalist, and the rules of its username.
//!
//! A username stands in an address for good: it can't be edited, is unique across the network, and is never given to
//! somebody else, not even after deletion.

use crate::ids::{ProfileChangeId, ProfileId};
use crate::sites::RESERVED_SLUGS;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Fewest characters of a username.
pub const SHORTEST_USERNAME: usize = 3;
/// Most characters of a username.
pub const LONGEST_USERNAME: usize = 20;
/// Most characters of a bio.
pub const LONGEST_BIO: usize = 500;
/// Most characters of a display name.
pub const LONGEST_NAME: usize = 60;

/// The name of a person as it is printed: the one they chose to be shown by, else the username; empty for nobody's.
pub fn printed_name<'a>(display_name: &'a str, username: Option<&'a str>) -> &'a str {
    match (display_name, username) {
        ("", Some(username)) => username,
        (name, _) => name,
    }
}

/// Words that a reader could use to speak for the house or for the program. Compared by look, so that `adm1n` is one.
const STAFF_WORDS: &[&str] = &[
    "abuse",
    "admin",
    "administrator",
    "anonymous",
    "billing",
    "bot",
    "deleted",
    "desk",
    "editor",
    "editorial",
    "editors",
    "everyone",
    "guest",
    "help",
    "hostmaster",
    "info",
    "journalist",
    "legal",
    "mail",
    "masthead",
    "mod",
    "moderation",
    "moderator",
    "moderators",
    "network",
    "newsdesk",
    "newsroom",
    "nobody",
    "noreply",
    "null",
    "official",
    "owner",
    "postmaster",
    "press",
    "producer",
    "publisher",
    "report",
    "reporter",
    "review",
    "root",
    "security",
    "sign_in",
    "sign_up",
    "staff",
    "subeditor",
    "support",
    "sysadmin",
    "system",
    "team",
    "undefined",
    "unknown",
    "user",
    "username",
    "verified",
    "webmaster",
    "www",
];

/// The name in a profile's address: 3 to 20 of `a-z 0-9 _`, the first a letter. Only made by [`Username::parse`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Username(String);

/// Why a text is no username.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsernameError {
    /// Nothing was written.
    #[error("choose a username")]
    Missing,
    /// Too short or too long.
    #[error("a username has 3 to 20 characters")]
    Length,
    /// Another character than `a-z 0-9 _`.
    #[error("a username is made of the letters a to z, digits and underscores")]
    Characters,
    /// It begins with a digit or an underscore.
    #[error("a username begins with a letter")]
    FirstLetter,
    /// It is, or looks like, a route, a site or a word of the staff.
    #[error("this name is kept for the staff of the site")]
    Reserved,
}

impl UsernameError {
    /// The stable code, which is also the name of its string (`username-error-…`).
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Length => "length",
            Self::Characters => "characters",
            Self::FirstLetter => "first-letter",
            Self::Reserved => "reserved",
        }
    }
}

impl Username {
    /// Reads what somebody typed: spaces around it go, capital letters A to Z become small. Nothing else is changed: a
    /// letter of another script is refused and not turned into one that the person didn't type.
    ///
    /// # Errors
    /// [`UsernameError`] other than `Reserved`, which [`Username::is_reserved`] answers.
    pub fn parse(text: &str) -> Result<Self, UsernameError> {
        let name = text.trim().to_ascii_lowercase();
        if name.is_empty() {
            return Err(UsernameError::Missing);
        }
        if !name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        {
            return Err(UsernameError::Characters);
        }
        if !(SHORTEST_USERNAME..=LONGEST_USERNAME).contains(&name.len()) {
            return Err(UsernameError::Length);
        }
        if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
            return Err(UsernameError::FirstLetter);
        }
        Ok(Self(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the name looks like: two names with the same skeleton can't both be given.
    ///
    /// The skeleton of Unicode TR39 (section 4) in small letters, made twice since a capital letter can come out of it
    /// (`0` gives `O`), without underscores at the end and with one for several, because a line of print shows neither.
    pub fn skeleton(&self) -> String {
        skeleton(&self.0)
    }

    /// Whether the name is kept for the house: a route, a word of the staff, or one of `own` (slugs, names and hosts of
    /// the network's sites), by look.
    pub fn is_reserved<'a>(&self, own: impl IntoIterator<Item = &'a str>) -> bool {
        let bare = loose(&self.0.replace('_', ""));
        let same = |word: &str| {
            let word: String = word
                .to_lowercase()
                .chars()
                .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
                .collect();
            !word.is_empty() && loose(&word) == bare
        };
        STAFF_WORDS.iter().copied().any(same) || RESERVED_SLUGS.iter().copied().any(same) || own.into_iter().any(same)
    }
}

impl std::fmt::Display for Username {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Username {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// The skeleton with digits that stand for letters read as those, for words that the house keeps: wider than TR39, which
/// would refuse too many names if it were asked this way for all of them.
fn loose(name: &str) -> String {
    skeleton(name)
        .chars()
        .map(|c| match c {
            'l' | '1' => 'i',
            '3' => 'e',
            '4' => 'a',
            '5' => 's',
            '7' => 't',
            c => c,
        })
        .collect()
}

fn skeleton(name: &str) -> String {
    let once: String = unicode_security::skeleton(name).flat_map(char::to_lowercase).collect();
    let twice: String = unicode_security::skeleton(&once).flat_map(char::to_lowercase).collect();
    let mut out = String::with_capacity(twice.len());
    for c in twice.chars() {
        if !(c == '_' && out.ends_with('_')) {
            out.push(c);
        }
    }
    out.trim_end_matches('_').to_owned()
}

/// Whether a profile has a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProfileState {
    /// Somebody's, with an account behind it.
    Open,
    /// Made for an author of imported comments: shown by display name at `/profiles/~<id>`, and not indexed.
    Closed,
    /// Deleted by its owner: nothing is left but the answer 410 and the name that nobody gets again.
    Deleted,
}

impl ProfileState {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Deleted => "deleted",
        }
    }

    /// The state of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Open, Self::Closed, Self::Deleted]
            .into_iter()
            .find(|state| state.name() == name)
    }
}

/// What of a profile is reviewed before it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProfileField {
    /// The name shown beside the username.
    Name,
    /// A paragraph about the person.
    Bio,
    /// A portrait.
    Picture,
}

impl ProfileField {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Bio => "bio",
            Self::Picture => "picture",
        }
    }

    /// The field of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Name, Self::Bio, Self::Picture]
            .into_iter()
            .find(|field| field.name() == name)
    }
}

/// A change that its owner asked for and nobody has decided on yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileChange {
    /// Identity.
    pub id: ProfileChangeId,
    /// Whose.
    pub profile: ProfileId,
    /// What of it.
    pub field: ProfileField,
    /// The new text, or the id of the portrait.
    pub value: String,
    /// When it was asked for.
    pub asked_at: Timestamp,
}

/// A text of one line as it may be shown: controls, format characters that turn the line around, and runs of spaces go.
/// ZWJ and ZWNJ stay: Persian, Hindi and others are misspelt without them.
pub fn clean_line(text: &str) -> String {
    clean(text, false)
}

/// The same for a text of several lines, of which at most one in a row stays empty.
pub fn clean_text(text: &str) -> String {
    clean(text, true)
}

fn clean(text: &str, lines: bool) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(text.len());
    for c in text.nfc() {
        let c = match c {
            '\n' if lines => {
                while out.ends_with(' ') {
                    out.pop();
                }
                if !out.is_empty() && !out.ends_with("\n\n") {
                    out.push('\n');
                }
                continue;
            }
            c if c.is_whitespace() => ' ',
            // Overrides and isolates of direction, and marks that show nothing at all.
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{00AD}' | '\u{200B}' | '\u{2060}' => {
                continue;
            }
            c if c.is_control() => continue,
            c => c,
        };
        if c == ' ' && (out.is_empty() || out.ends_with([' ', '\n'])) {
            continue;
        }
        out.push(c);
    }
    out.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Username {
        Username::parse(text).unwrap()
    }

    #[test]
    fn names_are_three_to_twenty_of_small_letters_digits_and_underscores() {
        assert_eq!(name("  Ada_Keel7 ").as_str(), "ada_keel7");
        for (text, error) in [
            ("", UsernameError::Missing),
            ("   ", UsernameError::Missing),
            ("ab", UsernameError::Length),
            ("abcdefghijklmnopqrstu", UsernameError::Length),
            ("7up", UsernameError::FirstLetter),
            ("_up", UsernameError::FirstLetter),
            ("a-b", UsernameError::Characters),
            ("a b", UsernameError::Characters),
            ("аda", UsernameError::Characters),
            ("ada\u{0}", UsernameError::Characters),
            ("ıda", UsernameError::Characters),
            ("ＡＤＡ", UsernameError::Characters),
        ] {
            assert_eq!(Username::parse(text), Err(error), "{text:?}");
        }
        assert!(Username::parse(&"a".repeat(20)).is_ok());
    }

    #[test]
    fn names_that_look_alike_have_one_skeleton() {
        for (one, other) in [
            ("paul", "pau1"),
            ("bob", "b0b"),
            ("modern", "rnodern"),
            ("a_b", "a__b"),
            ("ada", "ada_"),
        ] {
            assert_eq!(name(one).skeleton(), name(other).skeleton(), "{one} {other}");
        }
        assert_ne!(name("ada").skeleton(), name("adah").skeleton());
        assert_ne!(name("a_b").skeleton(), name("abc").skeleton());
    }

    #[test]
    fn the_house_keeps_its_names_and_whatever_looks_like_them() {
        let own = ["courier", "The Harbour Courier", "courier.example"];
        for text in [
            "admin",
            "adm1n",
            "a_d_m_i_n",
            "m0derator",
            "profiles",
            "sign_in",
            "courier",
            "c0urier",
            "theharbourcourier",
        ] {
            assert!(name(text).is_reserved(own), "{text}");
        }
        for text in ["ada", "administer", "modest", "helper", "courier_fan"] {
            assert!(!name(text).is_reserved(own), "{text}");
        }
    }

    #[test]
    fn texts_lose_what_turns_a_line_around_and_keep_what_spelling_needs() {
        assert_eq!(clean_line(" a\u{202E}b\t\n c\u{0}\u{200B} "), "ab c");
        assert_eq!(clean_line("می\u{200C}خواهم"), "می\u{200C}خواهم");
        assert_eq!(clean_text("one \r\n\r\n\r\n\r\n two"), "one\n\ntwo");
        assert_eq!(clean_line("e\u{301}"), "é");
    }
}
