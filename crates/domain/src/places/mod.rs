//! Places that readers choose and stories are about: what names one, where it lies, and which components of a page
//! depend on it.
//!
//! A reader is never known more closely than by the town chosen. Coordinates here are those of places and areas; where
//! a reader's own are rounded to, [`Point::rounded`] says.

mod chosen;
mod geometry;
mod lists;

pub use chosen::Chosen;
pub use geometry::{Bounds, KM_A_DEGREE, Point};
pub use lists::{Cell, list_of};

use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The first id of the publisher's own regions: GeoNames counts far below.
const FIRST_OWN: u32 = 1 << 31;
/// The first id of provinces, which the package that we ship has by country and code alone.
const FIRST_PROVINCE: u32 = 1 << 30;

/// What names a place. Countries and towns have their id of GeoNames; provinces are numbered by country and code (see
/// [`PlaceId::province`]); from 2³¹ on it is a region of the publisher's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PlaceId(pub u32);

impl PlaceId {
    /// The id of a province: a country's two letters (ISO 3166-1) and the code that GeoNames has for its first level,
    /// at most three letters or digits. `None` for a longer code.
    pub fn province(country: &str, code: &str) -> Option<Self> {
        let letters = country.bytes().map(|letter| match letter {
            b'A'..=b'Z' => Some(u32::from(letter - b'A')),
            _ => None,
        });
        let country = letters
            .collect::<Option<Vec<u32>>>()
            .filter(|letters| letters.len() == 2)?;
        let number = country.iter().fold(0, |number, letter| number * 26 + letter);
        if code.is_empty() || code.len() > 3 {
            return None;
        }
        // Base 37, so that `1` and `01` are two.
        let code = code.bytes().try_fold(0, |number, sign| {
            let digit = match sign {
                b'0'..=b'9' => u32::from(sign - b'0') + 1,
                b'A'..=b'Z' => u32::from(sign - b'A') + 11,
                _ => return None,
            };
            Some(number * 37 + digit)
        })?;
        Some(Self(FIRST_PROVINCE + number * 37 * 37 * 37 + code))
    }

    /// The id of the publisher's own region with this number.
    pub const fn own(number: u32) -> Option<Self> {
        if number < FIRST_OWN {
            Some(Self(FIRST_OWN + number))
        } else {
            None
        }
    }

    /// Whether it is a region of the publisher's own.
    pub const fn is_own(self) -> bool {
        self.0 >= FIRST_OWN
    }
}

impl fmt::Display for PlaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for PlaceId {
    type Err = ParseIntError;

    /// Reads an id as it is written: digits alone, without a sign or leading zeros.
    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        // An empty text is refused with the error that fits.
        (if is_plain { text } else { "" }).parse().map(Self)
    }
}

/// A place that a story is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Located {
    /// The place.
    pub place: PlaceId,
    /// Its name when the story was given it: what readers are told, even where the place is no longer known.
    pub name: String,
}

/// What kind of place it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// A country or dependent territory with a code of ISO 3166-1.
    Country,
    /// The first level below a country.
    Province,
    /// A town or village.
    Town,
    /// A region that the publisher named.
    Region,
}

impl PlaceKind {
    /// The stable name, in strings and templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::Province => "province",
            Self::Town => "town",
            Self::Region => "region",
        }
    }
}

/// A component of a page that depends on where the reader is. Each has its own place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Component {
    /// Stories from near to far.
    LocalNews,
    /// Weather and forecast.
    Weather,
    /// Traffic and emergency alerts.
    Alerts,
    /// Property, jobs, motoring, what's on.
    Listings,
}

impl Component {
    /// All of them, in the order in which pages show them.
    pub const ALL: [Self; 4] = [Self::LocalNews, Self::Weather, Self::Alerts, Self::Listings];

    /// The stable name: in addresses (`/fragments/<name>`), in templates and as the name of the hole.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LocalNews => "local-news",
            Self::Weather => "weather",
            Self::Alerts => "alerts",
            Self::Listings => "listings",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|component| component.name() == name)
    }
}

/// A name as places are found by it: without case, accents and punctuation, words apart by one space. Letters that
/// Unicode doesn't take apart but people write without their stroke (`ø`, `ł`, `ß`) are written so.
pub fn folded(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    let mut between = false;
    for c in name
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
    {
        // What is no letter parts words, but an apostrophe is left out: `L'Aquila` is looked for as `laquila` too. So is
        // the stroke by which Arabic words are drawn out.
        if matches!(c, '\'' | '’' | 'ʼ' | '`' | 'ـ') {
            continue;
        }
        if !c.is_alphanumeric() {
            between = true;
            continue;
        }
        if between && !folded.is_empty() {
            folded.push(' ');
        }
        between = false;
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ı' => folded.push('i'),
            'þ' => folded.push_str("th"),
            other => folded.push(other),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_found_without_case_accents_and_strokes() {
        for (name, expected) in [
            ("São Paulo", "sao paulo"),
            ("Ά ـ ", "α"),
            ("  Łódź ", "lodz"),
            ("L’Aquila", "laquila"),
            ("Weißenfels", "weissenfels"),
            ("Saint-Étienne", "saint etienne"),
            ("Ålesund", "alesund"),
            ("Tromsø", "tromso"),
            ("ΑΘΉΝΑ", "αθηνα"),
            ("القَاهِرة", "القاهرة"),
            ("東京", "東京"),
            ("!?", ""),
        ] {
            assert_eq!(folded(name), expected, "{name}");
        }
    }

    #[test]
    fn provinces_have_ids_of_their_own() {
        let all = [
            ("DE", "01"),
            ("DE", "1"),
            ("DE", "16"),
            ("GB", "ENG"),
            ("US", "NY"),
            ("ZZ", "ZZZ"),
            ("AA", "0"),
        ];
        let ids: Vec<u32> = all
            .iter()
            .map(|(country, code)| PlaceId::province(country, code).unwrap().0)
            .collect();
        for (at, id) in ids.iter().enumerate() {
            assert!((FIRST_PROVINCE..FIRST_OWN).contains(id));
            assert!(!ids[at + 1..].contains(id));
        }
        for (country, code) in [("DE", ""), ("DE", "1234"), ("de", "01"), ("D", "01"), ("DE", "ö")] {
            assert_eq!(PlaceId::province(country, code), None);
        }
    }

    #[test]
    fn an_id_has_one_spelling() {
        assert_eq!("2950159".parse(), Ok(PlaceId(2_950_159)));
        for wrong in ["", "+1", "01", "-1", " 1", "4294967296", "x"] {
            assert!(wrong.parse::<PlaceId>().is_err(), "{wrong}");
        }
        assert!(PlaceId::own(7).unwrap().is_own());
        assert_eq!(PlaceId::own(FIRST_OWN), None);
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(name in "\\PC{0,40}") {
            let once = folded(&name);
            prop_assert_eq!(folded(&once), once);
        }
    }
}
