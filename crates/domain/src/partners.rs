//! Partner slots: what a partner pays for, labelled as such, from when to when, where, and how often.

use crate::ids::{PartnerId, SiteId};
use crate::profiles::clean_line;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The longest headline of a slot, in characters.
pub const LONGEST_HEADLINE: usize = 80;
/// The longest text of a slot, in characters.
pub const LONGEST_TEXT: usize = 200;
/// The longest name of a partner, and the longest label of a field, in characters.
pub const LONGEST_NAME: usize = 60;
/// The most fields of a slot's form: it leads to the partner's own, and is none itself.
pub const MOST_FIELDS: usize = 6;
/// The longest value that is handed on of a field, in characters.
pub const LONGEST_VALUE: usize = 100;
/// The heaviest weight.
pub const HEAVIEST: u8 = 100;

/// What is typed into a field of a slot's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FieldKind {
    /// Words.
    Text,
    /// A day.
    Date,
    /// A whole number.
    Number,
}

impl FieldKind {
    /// The stable name, which is also the type of the field in HTML.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Date => "date",
            Self::Number => "number",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::Text, Self::Date, Self::Number]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// A field of a slot's form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// The name under which the partner's address takes it: letters, digits, `-` and `_`.
    pub name: String,
    /// What readers see.
    pub label: String,
    /// What is typed.
    pub kind: FieldKind,
}

/// A slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Identity.
    pub id: PartnerId,
    /// The site on which it is shown; `None` for all.
    pub site: Option<SiteId>,
    /// Who pays, as printed.
    pub partner: String,
    /// What it says, in a line.
    pub headline: String,
    /// More about it; may be empty.
    pub text: String,
    /// What the link or button says.
    pub action: String,
    /// Where it leads: the one address that it can lead to.
    pub target: String,
    /// The fields of its form; none for a link.
    pub fields: Vec<Field>,
    /// The paths of the sections on whose pages it is shown, with those below them; everywhere when empty.
    pub sections: Vec<String>,
    /// The places on whose pages it is shown, and to whose readers on all pages, by their ids; everywhere when empty.
    pub places: Vec<u32>,
    /// How often it is chosen beside others, 1 to 100.
    pub weight: u8,
    /// After so many views it is over; `None` for no end.
    pub most_views: Option<i64>,
    /// From when it is shown.
    pub starts_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
}

/// What is wrong with a slot; the code is the field that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlotError {
    /// Who pays is missing or too long.
    #[error("say who the partner is, in at most {LONGEST_NAME} characters")]
    Partner,
    /// The headline is missing or too long.
    #[error("a headline of at most {LONGEST_HEADLINE} characters is needed")]
    Headline,
    /// The text is too long.
    #[error("the text has at most {LONGEST_TEXT} characters")]
    Text,
    /// What the button says is missing or too long.
    #[error("say what the button says, in at most {LONGEST_NAME} characters")]
    Action,
    /// The target is no web address.
    #[error("the address has to begin with https:// or http:// and name a host")]
    Target,
    /// The form's fields can't be read.
    #[error("write each field in a line as 'name | label | text, date or number'; at most {MOST_FIELDS}")]
    Fields,
    /// The weight.
    #[error("the weight is a whole number from 1 to {HEAVIEST}")]
    Weight,
    /// The cap.
    #[error("the cap is a whole number above zero, or empty")]
    Views,
    /// It ends before it begins, or a moment can't be read.
    #[error("give a beginning and an end after it")]
    Times,
    /// A section that isn't there.
    #[error("there is no such section")]
    Sections,
    /// A place that can't be read.
    #[error("there is no place of one of these names; write names with semicolons between, as in Paris; Paris, Texas")]
    Places,
}

impl SlotError {
    /// The name of the form's field.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Partner => "partner",
            Self::Headline => "headline",
            Self::Text => "text",
            Self::Action => "action",
            Self::Target => "target",
            Self::Fields => "fields",
            Self::Weight => "weight",
            Self::Views => "most_views",
            Self::Times => "starts",
            Self::Sections => "sections",
            Self::Places => "places",
        }
    }
}

/// Where a page stands, for choosing.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The path of the section that it belongs to or is: `world/europe`; empty for none.
    pub section: &'a str,
    /// The place that it is about, and those that it lies in.
    pub places: &'a [u32],
}

impl Slot {
    /// Cleans a slot and says what is wrong with it.
    ///
    /// # Errors
    /// The first thing in the order of the form.
    pub fn check(mut self) -> Result<Self, SlotError> {
        let line = |text: &str, least: usize, most: usize, wrong: SlotError| {
            let text = clean_line(text);
            let length = text.chars().count();
            (least..=most).contains(&length).then_some(text).ok_or(wrong)
        };
        self.partner = line(&self.partner, 1, LONGEST_NAME, SlotError::Partner)?;
        self.headline = line(&self.headline, 1, LONGEST_HEADLINE, SlotError::Headline)?;
        self.text = line(&self.text, 0, LONGEST_TEXT, SlotError::Text)?;
        self.action = line(&self.action, 1, LONGEST_NAME, SlotError::Action)?;
        let target = url::Url::parse(self.target.trim()).map_err(|_| SlotError::Target)?;
        let is_web = matches!(target.scheme(), "http" | "https") && target.host_str().is_some();
        // Who signs in with an address gives a password away.
        if !is_web || !target.username().is_empty() || target.password().is_some() {
            return Err(SlotError::Target);
        }
        self.target = target.into();
        if self.fields.len() > MOST_FIELDS {
            return Err(SlotError::Fields);
        }
        if !(1..=HEAVIEST).contains(&self.weight) {
            return Err(SlotError::Weight);
        }
        if self.most_views.is_some_and(|most| most < 1) {
            return Err(SlotError::Views);
        }
        if self.starts_at >= self.ends_at {
            return Err(SlotError::Times);
        }
        Ok(self)
    }

    /// Whether its time is now, and it wasn't seen as often as it may be.
    pub fn is_live(&self, now: Timestamp, views: i64) -> bool {
        self.starts_at <= now && now < self.ends_at && self.most_views.is_none_or(|most| views < most)
    }

    /// When its time next comes or goes.
    pub fn next_turn(&self, now: Timestamp) -> Option<Timestamp> {
        [self.starts_at, self.ends_at].into_iter().find(|at| *at > now)
    }

    /// Whether it is for a page.
    pub fn fits(&self, page: Page<'_>) -> bool {
        let in_section = |wanted: &String| {
            let rest = page.section.strip_prefix(wanted.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        (self.sections.is_empty() || self.sections.iter().any(in_section))
            && (self.places.is_empty() || self.places.iter().any(|place| page.places.contains(place)))
    }

    /// Where its form leads with what was typed: the target, with the fields that the slot has and no others.
    pub fn address<'a>(&self, typed: impl Fn(&str) -> &'a str) -> String {
        let Ok(mut target) = url::Url::parse(&self.target) else {
            return self.target.clone();
        };
        if self.fields.is_empty() {
            return target.into();
        }
        {
            let mut pairs = target.query_pairs_mut();
            for field in &self.fields {
                let value: String = clean_line(typed(&field.name)).chars().take(LONGEST_VALUE).collect();
                if !value.is_empty() {
                    pairs.append_pair(&field.name, &value);
                }
            }
        }
        target.into()
    }
}

/// Reads a form's fields as the desk writes them, one in a line: `from | From | text`.
///
/// # Errors
/// [`SlotError::Fields`].
pub fn read_fields(text: &str) -> Result<Vec<Field>, SlotError> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let parts: Vec<&str> = line.split('|').map(str::trim).collect();
            let [name, label, kind] = parts.as_slice() else {
                return Err(SlotError::Fields);
            };
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            let label = clean_line(label);
            let fits = !name.is_empty() && name.len() <= 40 && name.bytes().all(plain);
            if !fits || label.is_empty() || label.chars().count() > LONGEST_NAME {
                return Err(SlotError::Fields);
            }
            Ok(Field {
                name: (*name).to_owned(),
                label,
                kind: FieldKind::parse(kind).ok_or(SlotError::Fields)?,
            })
        })
        .collect()
}

/// Writes a form's fields for the desk to edit.
pub fn write_fields(fields: &[Field]) -> String {
    let lines: Vec<String> = fields
        .iter()
        .map(|field| format!("{} | {} | {}", field.name, field.label, field.kind.name()))
        .collect();
    lines.join("\n")
}

/// Chooses one of several by their weights: `dice` is any number, and every number as likely as another. `None` of
/// nothing.
pub fn choose<T: Copy>(slots: &[(T, u8)], dice: u64) -> Option<T> {
    let whole: u64 = slots.iter().map(|(_, weight)| u64::from(*weight)).sum();
    let mut rest = dice.checked_rem(whole)?;
    slots
        .iter()
        .find(|(_, weight)| {
            let weight = u64::from(*weight);
            let hit = rest < weight;
            rest = rest.saturating_sub(weight);
            hit
        })
        .map(|(slot, _)| *slot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn slot() -> Slot {
        Slot {
            id: PartnerId(Uuid::nil()),
            site: None,
            partner: "Strait Air".into(),
            headline: "Book flights".into(),
            text: "Compare, book, fly".into(),
            action: "Find flights".into(),
            target: "https://air.example/search?partner=us#top".into(),
            fields: Vec::new(),
            sections: Vec::new(),
            places: Vec::new(),
            weight: 1,
            most_views: None,
            starts_at: at(10),
            ends_at: at(20),
        }
    }

    #[test]
    fn it_leads_to_its_target_and_nowhere_else() {
        let mut slot = slot();
        slot.fields = read_fields("from | From | text\nto | To | text\n\nday | When | date").unwrap();
        assert_eq!(
            write_fields(&slot.fields),
            "from | From | text\nto | To | text\nday | When | date"
        );
        let slot = slot.check().unwrap();
        let typed = |name: &str| match name {
            "from" => "Port Meridian & more",
            "to" => "https://evil.example/#",
            "partner" | "url" => "other",
            _ => "",
        };
        assert_eq!(
            slot.address(typed),
            "https://air.example/search?partner=us&from=Port+Meridian+%26+more&to=https%3A%2F%2Fevil.example%2F%23#top"
        );
        for target in [
            "javascript:alert(1)",
            "//evil.example",
            "https://a:b@c.example/",
            "ftp://x.example",
            "",
        ] {
            let wrong = Slot {
                target: target.into(),
                ..slot.clone()
            };
            assert_eq!(wrong.check().unwrap_err(), SlotError::Target, "{target}");
        }
        for wrong in ["from", "from | | text", "f/r | From | text", "from | From | password"] {
            assert_eq!(read_fields(wrong).unwrap_err(), SlotError::Fields, "{wrong}");
        }
    }

    #[test]
    fn it_is_live_in_its_time_and_below_its_cap() {
        let slot = Slot {
            most_views: Some(100),
            ..slot()
        };
        assert!(!slot.is_live(at(9), 0) && slot.is_live(at(10), 99) && !slot.is_live(at(10), 100));
        assert!(slot.is_live(at(19), 0) && !slot.is_live(at(20), 0));
        assert_eq!(slot.next_turn(at(0)), Some(at(10)));
        assert_eq!(slot.next_turn(at(10)), Some(at(20)));
        assert_eq!(slot.next_turn(at(20)), None);
        assert_eq!(
            Slot {
                ends_at: at(10),
                ..slot
            }
            .check()
            .unwrap_err(),
            SlotError::Times
        );
    }

    #[test]
    fn it_stands_where_it_is_for() {
        let page = |section, places| Page { section, places };
        assert!(slot().fits(page("", &[])));
        let travel = Slot {
            sections: vec!["travel".into()],
            ..slot()
        };
        assert!(travel.fits(page("travel", &[])) && travel.fits(page("travel/air", &[])));
        assert!(!travel.fits(page("travellers", &[])) && !travel.fits(page("", &[])));
        let here = Slot {
            places: vec![7],
            ..slot()
        };
        assert!(here.fits(page("", &[3, 7])) && !here.fits(page("", &[])));
    }

    #[test]
    fn the_heavier_is_chosen_more_often() {
        let slots = [('a', 1), ('b', 3)];
        let chosen: String = (0..8).filter_map(|dice| choose(&slots, dice)).collect();
        assert_eq!(chosen, "abbbabbb");
        assert_eq!(choose::<char>(&[], 5), None);
    }
}
