//! What countries are called in other languages than English.
//!
//! The names come from Unicode's CLDR (through the npm packages `cldr-localenames-full` and `cldr-core`); `cargo xtask
//! names` makes the file. It is text with a line for each language: its tag in small letters and, with a tab before each,
//! the names in the order of the first line, whose tag is empty and which has the two letters of each country (ISO
//! 3166-1). A name that CLDR lacks is empty. All of it is packed with Zstandard.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What is embedded.
static SHIPPED: &[u8] = include_bytes!("../data/country_names.zst");

/// The lines by their tags.
#[derive(Default)]
struct Names(HashMap<Box<str>, Box<str>>);

impl Names {
    /// Read when first asked for, which no network in English does: a millisecond.
    fn shipped() -> &'static Self {
        // As with places: a test reads the file, and without it countries have their English names.
        static NAMES: LazyLock<Names> = LazyLock::new(|| Names::read(SHIPPED).unwrap_or_default());
        &NAMES
    }

    fn read(packed: &[u8]) -> Option<Self> {
        let text = String::from_utf8(zstd::decode_all(packed).ok()?).ok()?;
        let lines = text.lines().map(|line| line.split_once('\t'));
        let lines = lines.map(|line| line.map(|(tag, names)| (tag.into(), names.into())));
        lines.collect::<Option<_>>().map(Self)
    }

    fn of(&self, language: &str) -> Option<&str> {
        let tag = language.to_ascii_lowercase();
        let mut tags = kinds(&tag).filter(|tag| !tag.is_empty());
        tags.find_map(|tag| self.0.get(tag)).map(|names| &**names)
    }
}

/// A language and those that it is a kind of, the nearest first (RFC 4647 section 3.4): of `sr-Latn-RS` also `sr-Latn` and
/// `sr`.
pub fn kinds(language: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(language), |tag| tag.rsplit_once('-').map(|(more, _)| more))
}

/// What a country, by its two letters (ISO 3166-1), is called in a language (BCP 47). `None` where that is not known, and
/// for English, whose names the places themselves have.
pub fn country_name(code: &str, language: &str) -> Option<&'static str> {
    if is_english(language) {
        return None;
    }
    let names = Names::shipped();
    let at = names.0.get("")?.split('\t').position(|known| known == code)?;
    let name = names.of(language)?.split('\t').nth(at)?;
    Some(name).filter(|name| !name.is_empty())
}

/// Countries and what they are called in a language, in the order of their two letters; none for English.
pub fn country_names(language: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let names = (!is_english(language)).then(Names::shipped);
    let both = names.and_then(|names| names.0.get("").zip(names.of(language)));
    both.into_iter()
        .flat_map(|(codes, names)| codes.split('\t').zip(names.split('\t')))
}

fn is_english(language: &str) -> bool {
    language
        .split('-')
        .next()
        .is_some_and(|first| first.eq_ignore_ascii_case("en"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Gazetteer;

    #[test]
    fn countries_are_called_as_their_readers_call_them() {
        assert_eq!(country_name("DE", "de"), Some("Deutschland"));
        assert_eq!(country_name("DE", "de-AT"), Some("Deutschland"));
        assert_eq!(country_name("DE", "ar"), Some("ألمانيا"));
        assert_eq!(country_name("DE", "sr-Latn-RS"), Some("Nemačka"));
        assert_eq!(country_name("DE", "en-GB"), None);
        assert_eq!(country_name("DE", "x-unknown"), None);
        assert_eq!(country_name("DE", ""), None);
        assert_eq!(country_name("??", "de"), None);
        assert!(country_names("fr").any(|known| known == ("GB", "Royaume-Uni")));
        assert_eq!(country_names("en").count(), 0);
    }

    #[test]
    fn the_shipped_file_names_every_country() {
        let names = Names::read(SHIPPED).unwrap();
        assert!(
            names.0.len() > 90 && SHIPPED.len() < 150_000,
            "{} {}",
            names.0.len(),
            SHIPPED.len()
        );
        let countries = Gazetteer::shipped().countries().len();
        for (tag, line) in &names.0 {
            assert_eq!(line.split('\t').count(), countries, "{tag}");
        }
        assert!(country_names("de").all(|(_, name)| !name.is_empty()));
        assert!(Names::read(&SHIPPED[..100]).is_none());
    }
}
