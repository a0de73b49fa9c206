//! Listings: property, jobs, motoring and what's on. What a source or a reader says of one, when it is shown, in which
//! order, and when it goes.

use crate::comments::text::cleaned;
use crate::places::Point;
use crate::profiles::clean_line;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The longest title, in characters; what a source sends beyond it is cut.
pub const LONGEST_TITLE: usize = 150;
/// The longest text of a reader's listing, in characters.
pub const LONGEST_TEXT: usize = 3_000;
/// The longest text that is taken from a source, in characters.
pub const LONGEST_SOURCE_TEXT: usize = 20_000;
/// The longest single line beside the title (venue, organisation, contact), in characters.
pub const LONGEST_LINE: usize = 200;
/// The dates of a repeated event that are kept at once; the source is read again long before they are over.
pub const MOST_DATES: usize = 64;
/// How many listings of one reader may wait for the desk at once.
pub const MOST_WAITING: usize = 5;
const DAY: i64 = 86_400;

/// What a listing is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Category {
    /// Houses, flats and land, to let or for sale.
    Property,
    /// Work.
    Jobs,
    /// Vehicles.
    Motoring,
    /// Events.
    WhatsOn,
}

impl Category {
    /// Every category, in the order of pages.
    pub const ALL: [Self; 4] = [Self::Property, Self::Jobs, Self::Motoring, Self::WhatsOn];

    /// The stable name: in addresses, settings, the store and strings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Property => "property",
            Self::Jobs => "jobs",
            Self::Motoring => "motoring",
            Self::WhatsOn => "whats-on",
        }
    }

    /// The category of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.name() == name)
    }

    /// Whether its listings are of something that happens at a time.
    pub const fn has_dates(self) -> bool {
        matches!(self, Self::WhatsOn)
    }

    /// How long one is shown that says nothing of its end, in seconds. An event without an end is over with its day.
    pub const fn life(self) -> i64 {
        match self {
            Self::Property => 90 * DAY,
            Self::Jobs | Self::Motoring => 60 * DAY,
            Self::WhatsOn => DAY,
        }
    }
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// Hundredths of the currency's unit; never negative.
    pub hundredths: i64,
    /// Three capital letters (ISO 4217).
    pub currency: String,
}

/// The largest amount that is believed, in units.
const MOST_MONEY: i64 = 1_000_000_000_000;

impl Price {
    /// Reads an amount as people write it (`£1,250.00`, `1.250,50`, `EUR 12`), with the currency that is named beside it,
    /// if any is: what stands in the amount itself is believed first. Of a span the first number counts. `None` for what
    /// is no amount, or an amount of nothing that is known.
    pub fn parse(amount: &str, currency: &str) -> Option<Self> {
        let currency = currency_in(amount).or_else(|| currency_in(currency))?;
        let digits: String = amount
            .trim_start_matches(|c: char| !c.is_ascii_digit())
            .chars()
            .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | ' ' | '\'' | '\u{a0}' | '\u{202f}'))
            .collect();
        let digits = digits.trim_end_matches(|c: char| !c.is_ascii_digit());
        // A sign stands right before its number: `-5` is a mistake, `100-200` a span.
        if amount.trim_start().starts_with('-') {
            return None;
        }
        let (whole, rest) = match digits.rfind(['.', ',']) {
            Some(at) if digits.len() - at <= 3 => (digits.get(..at)?, digits.get(at + 1..)?),
            _ => (digits, ""),
        };
        let units: i64 = whole
            .chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
            .parse()
            .ok()?;
        let part: i64 = format!("{rest:0<2}").parse().ok()?;
        (units <= MOST_MONEY).then(|| Self {
            hundredths: units * 100 + part,
            currency,
        })
    }

    /// The amount as it is printed in every language: grouped by narrow spaces (SI), hundredths only where there are any.
    pub fn amount(&self) -> String {
        let units = (self.hundredths / 100).to_string();
        let mut out = String::new();
        for (at, digit) in units.chars().enumerate() {
            if at > 0 && (units.len() - at).is_multiple_of(3) {
                out.push('\u{202f}');
            }
            out.push(digit);
        }
        match self.hundredths % 100 {
            0 => out,
            part => format!("{out}.{part:02}"),
        }
    }

    /// The amount as programs read it: `1250`, `12.50`.
    pub fn plain(&self) -> String {
        match self.hundredths % 100 {
            0 => (self.hundredths / 100).to_string(),
            part => format!("{}.{part:02}", self.hundredths / 100),
        }
    }
}

/// The currency that a text names by its code or by a sign that only one is known by.
fn currency_in(text: &str) -> Option<String> {
    for (sign, code) in [('£', "GBP"), ('€', "EUR"), ('¥', "JPY"), ('₹', "INR"), ('$', "USD")] {
        if text.contains(sign) {
            return Some(code.into());
        }
    }
    text.split(|c: char| !c.is_ascii_alphabetic())
        .find(|word| word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_uppercase()))
        .map(str::to_owned)
}

/// When something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// Its beginning.
    pub start: Timestamp,
    /// Its end, never before the beginning.
    pub end: Timestamp,
    /// Whole days: the times of day mean nothing.
    #[serde(default)]
    pub days: bool,
}

/// The point that a source gives in degrees. `None` for what is none on the earth, and for the one where parallel and
/// meridian zero meet, which stands for "unknown".
pub fn point_of(latitude: f64, longitude: f64) -> Option<Point> {
    let is_null = latitude == 0.0 && longitude == 0.0;
    Point::new(latitude, longitude).filter(|_| !is_null)
}

/// What a source or a reader says of one listing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// Its identity at the source, which makes the same listing of it every time; empty for a reader's.
    #[serde(skip)]
    pub key: String,
    /// What it is of, where the document itself says so.
    #[serde(skip)]
    pub category: Option<Category>,
    /// It is called off, or was taken back.
    #[serde(skip)]
    pub cancelled: bool,
    /// The title; never empty in what is shown.
    #[serde(skip)]
    pub title: String,
    /// Plain text in lines.
    pub text: String,
    /// The source's own word for its kind: `To let`, `Full time`, `Concert`.
    pub kind: String,
    /// Who employs, sells, lets or holds it.
    pub organisation: String,
    /// Where there is more, `http` or `https`.
    pub url: Option<String>,
    /// What it costs or pays.
    pub price: Option<Price>,
    /// What the price is for: `month`, `hour`.
    pub per: String,
    /// The name of a house or hall.
    pub venue: String,
    /// The town, as the source writes it.
    pub locality: String,
    /// Where it is.
    pub point: Option<Point>,
    /// How a reader's is answered: a number or an address.
    pub contact: String,
    /// When it happens, in order; only of events.
    pub dates: Vec<Span>,
    /// When it was put out, where that is said.
    #[serde(skip)]
    pub published: Option<Timestamp>,
    /// When it is over, where that is said.
    pub expires: Option<Timestamp>,
}

/// Where a listing stands in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The occurrence that is shown: the first that is not over.
    pub current: Option<Span>,
    /// When the next one is shown, or it goes.
    pub at: Timestamp,
    /// When it goes.
    pub expires: Timestamp,
    /// Its place in its category, lowest first: soonest where there are dates, else newest.
    pub order: i64,
}

impl Entry {
    /// The entry with everything cleaned and cut to what is kept. `None` for one without a title.
    #[must_use]
    pub fn tidy(mut self) -> Option<Self> {
        let line = |text: &str, most: usize| cut(&clean_line(&text.replace(['\n', '\t'], " ")), most);
        self.title = line(&self.title, LONGEST_TITLE);
        self.text = cut(&cleaned(&self.text), LONGEST_SOURCE_TEXT);
        for field in [
            &mut self.organisation,
            &mut self.venue,
            &mut self.locality,
            &mut self.contact,
        ] {
            *field = line(field, LONGEST_LINE);
        }
        self.kind = line(&self.kind, 60);
        self.per = line(&self.per, 30);
        self.url = self.url.filter(|url| is_web(url) && url.len() <= 2_000);
        self.dates.retain(|date| date.start <= date.end);
        self.dates.sort();
        self.dates.dedup();
        self.dates.truncate(MOST_DATES);
        (!self.title.is_empty()).then_some(self)
    }

    /// Where it stands in its category at a moment, put out at `published`. `None` when it is over, or has no date where
    /// it needs one.
    pub fn turn(&self, category: Category, published: Timestamp, now: Timestamp) -> Option<Turn> {
        if category.has_dates() {
            let last = self.dates.iter().map(|date| date.end).max()?;
            let current = self.dates.iter().copied().find(|date| date.end > now)?;
            let expires = self.expires.map_or(last, |at| at.min(last));
            return (expires > now).then_some(Turn {
                current: Some(current),
                at: current.end.min(expires),
                expires,
                order: current.start.as_micros(),
            });
        }
        let expires = self.expires.unwrap_or_else(|| published.plus_seconds(category.life()));
        (expires > now).then_some(Turn {
            current: None,
            at: expires,
            expires,
            order: published.as_micros().saturating_neg(),
        })
    }

    /// Everything that words are looked for in, folded.
    pub fn words(&self) -> String {
        let all = [
            &self.title,
            &self.kind,
            &self.organisation,
            &self.venue,
            &self.locality,
            &self.text,
        ];
        folded(&all.map(String::as_str).join("\n"))
    }
}

/// Text as it is searched: in lower case, without the marks of letters.
pub fn folded(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    use unicode_normalization::char::is_combining_mark;
    text.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

fn is_web(url: &str) -> bool {
    let lower = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    (lower.starts_with("https://") || lower.starts_with("http://")) && !url.contains(char::is_whitespace)
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default().trim_end()),
        None => text.to_owned(),
    }
}

/// What is wrong with a reader's listing; the code is the name of its string (`listing-wrong-…`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// There is no category of this name.
    #[error("choose what it is")]
    Category,
    /// No title, or one that is too long.
    #[error("a title of at most {LONGEST_TITLE} characters is needed")]
    Title,
    /// No text, or one that is too long.
    #[error("a text of at most {LONGEST_TEXT} characters is needed")]
    Text,
    /// An amount that can't be read.
    #[error("the price can't be read")]
    Price,
    /// No way to answer.
    #[error("say how people can answer")]
    Contact,
    /// No place.
    #[error("say where it is")]
    Place,
    /// An event without a date that lies ahead, or one that ends before it begins.
    #[error("a beginning that lies ahead is needed, and an end after it")]
    Dates,
    /// As many wait as may wait.
    #[error("{MOST_WAITING} listings wait for the desk already")]
    Waiting,
}

impl EntryError {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Title => "title",
            Self::Text => "text",
            Self::Price => "price",
            Self::Contact => "contact",
            Self::Place => "place",
            Self::Dates => "dates",
            Self::Waiting => "waiting",
        }
    }
}

/// Checks a reader's listing, once it is tidy.
///
/// # Errors
/// The first thing that is wrong, in the order of the form.
pub fn check(entry: &Entry, category: Category, now: Timestamp) -> Result<(), EntryError> {
    if entry.title.is_empty() || (entry.title.ends_with('…') && entry.title.chars().count() > LONGEST_TITLE) {
        return Err(EntryError::Title);
    }
    if entry.text.is_empty() || entry.text.chars().count() > LONGEST_TEXT {
        return Err(EntryError::Text);
    }
    if entry.locality.is_empty() {
        return Err(EntryError::Place);
    }
    if category.has_dates()
        && !entry
            .dates
            .iter()
            .any(|date| date.start > now && date.start <= date.end)
    {
        return Err(EntryError::Dates);
    }
    if entry.contact.is_empty() {
        return Err(EntryError::Contact);
    }
    Ok(())
}

/// Where a listing stands with the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// A reader sent it; nobody has looked yet.
    Waiting,
    /// Readers see it until it is over.
    Shown,
    /// The desk refused it, or took it down; a source that sends it again changes nothing.
    Refused,
}

impl State {
    /// Every state, in the order of the desk's queues.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Shown, Self::Refused];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Shown => "shown",
            Self::Refused => "refused",
        }
    }

    /// The state of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Why the desk refuses a listing or takes it down (`listing-reason-…`).
pub const REASONS: [&str; 5] = ["unclear", "known", "rules", "unverified", "over"];

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn price(amount: &str, currency: &str) -> Option<String> {
        Price::parse(amount, currency).map(|price| format!("{} {}", price.currency, price.plain()))
    }

    #[test]
    fn amounts_as_people_write_them() {
        for (amount, currency, expected) in [
            ("£1,250.00", "", Some("GBP 1250")),
            ("1.250,50", "EUR", Some("EUR 1250.50")),
            ("13.00", "USD", Some("USD 13")),
            ("from 650 pcm", "GBP", Some("GBP 650")),
            ("100-200", "EUR", Some("EUR 100")),
            ("12 500 €", "", Some("EUR 12500")),
            ("CHF 1'200.5", "", Some("CHF 1200.50")),
            ("12.500", "EUR", Some("EUR 12500")),
            ("0", "USD", Some("USD 0")),
            ("-5", "USD", None),
            ("on application", "GBP", None),
            ("650", "", None),
            ("99999999999999999999", "EUR", None),
        ] {
            assert_eq!(price(amount, currency).as_deref(), expected, "{amount}");
        }
        let price = Price {
            hundredths: 123_456_750,
            currency: "EUR".into(),
        };
        assert_eq!(price.amount(), "1\u{202f}234\u{202f}567.50");
    }

    #[test]
    fn an_event_shows_its_next_date_and_goes_after_the_last() {
        let day = |day: u8| Span {
            start: at(&format!("2026-03-{day:02}T19:00:00Z")),
            end: at(&format!("2026-03-{day:02}T21:00:00Z")),
            days: false,
        };
        let entry = Entry {
            dates: vec![day(1), day(8), day(15)],
            ..Entry::default()
        };
        let turn = |now: &str| entry.turn(Category::WhatsOn, at("2026-02-01T00:00:00Z"), at(now));
        let first = turn("2026-03-01T20:00:00Z").unwrap();
        assert_eq!((first.current, first.at), (Some(day(1)), day(1).end));
        let second = turn("2026-03-01T21:00:00Z").unwrap();
        assert_eq!((second.current, second.expires), (Some(day(8)), day(15).end));
        assert!(second.order > first.order);
        assert_eq!(turn("2026-03-15T21:00:00Z"), None);
        assert_eq!(
            Entry::default().turn(
                Category::WhatsOn,
                at("2026-02-01T00:00:00Z"),
                at("2026-02-01T00:00:00Z")
            ),
            None
        );
    }

    #[test]
    fn the_newest_comes_first_and_everything_ends() {
        let entry = Entry::default();
        let (old, new) = (at("2026-02-01T00:00:00Z"), at("2026-02-02T00:00:00Z"));
        let turn = |published| {
            entry
                .turn(Category::Jobs, published, at("2026-02-03T00:00:00Z"))
                .unwrap()
        };
        assert!(turn(new).order < turn(old).order);
        assert_eq!(turn(old).expires, at("2026-04-02T00:00:00Z"));
        assert_eq!(entry.turn(Category::Jobs, old, at("2026-04-02T00:00:00Z")), None);
    }

    #[test]
    fn what_a_source_sends_is_cleaned_and_bounded() {
        let entry = Entry {
            title: format!(" A\u{202e} {} ", "b".repeat(200)),
            url: Some("javascript:alert(1)".into()),
            dates: vec![Span {
                start: at("2026-03-01T00:00:00Z"),
                end: at("2026-02-01T00:00:00Z"),
                days: false,
            }],
            ..Entry::default()
        };
        let entry = entry.tidy().unwrap();
        assert_eq!(entry.title.chars().count(), LONGEST_TITLE + 1, "with an ellipsis");
        assert!(!entry.title.contains('\u{202e}'));
        assert_eq!((entry.url, entry.dates.len()), (None, 0));
        assert_eq!(Entry::default().tidy(), None);
        assert_eq!(folded("Café ÉTÉ"), "cafe ete");
    }

    #[test]
    fn a_reader_is_told_what_is_missing() {
        let now = at("2026-02-01T00:00:00Z");
        let mut entry = Entry {
            title: "A bicycle".into(),
            ..Entry::default()
        };
        assert_eq!(check(&entry, Category::Motoring, now), Err(EntryError::Text));
        entry.text = "It goes.".into();
        assert_eq!(check(&entry, Category::Motoring, now), Err(EntryError::Place));
        entry.locality = "Eelhithe".into();
        assert_eq!(check(&entry, Category::WhatsOn, now), Err(EntryError::Dates));
        assert_eq!(check(&entry, Category::Motoring, now), Err(EntryError::Contact));
        entry.contact = "ada@mail.example".into();
        assert_eq!(check(&entry, Category::Motoring, now), Ok(()));
    }
}
