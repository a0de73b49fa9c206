//! GTFS-Realtime service alerts (specification 2.0), binary.
//!
//! A feed may hold trips and vehicles besides, which are no alerts. Where something happens is said by ids of routes and
//! stops of a timetable that we don't have; they become the area's codes.

use super::protobuf::{Fields, Value};
use super::{AlertFormat, Bulletin, text};
use crate::html::links::{self, Base};
use crate::html::note;
use crate::problem::{Problem, ReadContext, Unreadable};
use masthead_domain::alerts::{Alert, Area, Certainty, Info, Kind, Message, Severity, Status, Urgency};
use masthead_domain::time::Timestamp;

/// Whether bytes begin as a feed does: with a header that holds a version.
pub(super) fn looks_like(bytes: &[u8]) -> bool {
    let Some((1, Value::Bytes(header))) = Fields::of(bytes).next() else {
        return false;
    };
    matches!(Fields::of(header).next(), Some((1, Value::Bytes(version)))
        if version.len() <= 8 && !version.is_empty() && version.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.'))
}

/// Reads a feed.
pub(super) fn read(bytes: &[u8], ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Result<Bulletin, Unreadable> {
    let mut bulletin = Bulletin::new(AlertFormat::GtfsRealtime);
    let mut is_partial = false;
    let mut others = 0_usize;
    let mut fields = Fields::of(bytes);
    for (number, value) in fields.by_ref() {
        match (number, value.bytes()) {
            (1, Some(header)) => {
                for (number, value) in Fields::of(header) {
                    match (number, value.number()) {
                        (2, Some(kind)) => is_partial = kind == 1,
                        (3, Some(seconds)) => bulletin.made = moment(seconds),
                        _ => {}
                    }
                }
            }
            (2, Some(entity)) if bulletin.alerts.len() <= super::MOST_ALERTS => {
                match read_entity(entity, bulletin.made, ctx, problems) {
                    Some(alert) => bulletin.alerts.push(alert),
                    None => others += 1,
                }
            }
            _ => {}
        }
    }
    if fields.is_broken() {
        if bulletin.alerts.is_empty() {
            return Err(Unreadable::new("GTFS-Realtime that breaks off before its first alert"));
        }
        problems.push(Problem::new(
            "document",
            "it breaks off; the alerts before that were read",
        ));
    }
    unread_kinds(&bulletin, others, problems);
    bulletin.is_whole = !is_partial && !fields.is_broken();
    Ok(bulletin)
}

/// Says so where a feed has trips and vehicles alone.
pub(super) fn unread_kinds(bulletin: &Bulletin, others: usize, problems: &mut Vec<Problem>) {
    if bulletin.alerts.is_empty() && others > 0 {
        problems.push(Problem::new(
            "document",
            format!("{others} trips and vehicles, and no alert: the address of a feed of alerts is another"),
        ));
    }
}

/// Seconds since 1970; 0 is how some write that there is no time.
pub(super) fn moment(seconds: u64) -> Option<Timestamp> {
    let seconds = i64::try_from(seconds)
        .ok()
        .filter(|seconds| (1..=32_503_680_000).contains(seconds))?;
    Some(Timestamp::from_micros(seconds.saturating_mul(1_000_000)))
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn read_entity(
    entity: &[u8],
    made: Option<Timestamp>,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Alert> {
    let (mut id, mut is_deleted, mut alert) = (String::new(), false, None);
    for (number, value) in Fields::of(entity) {
        match (number, value) {
            (1, Value::Bytes(bytes)) => id = text::line(&words(bytes)).unwrap_or_default(),
            (2, Value::Number(deleted)) => is_deleted = deleted != 0,
            (5, Value::Bytes(bytes)) => alert = Some(bytes),
            _ => {}
        }
    }
    let infos = match alert {
        Some(bytes) => read_alert(bytes, &id, ctx, problems),
        // A differential feed takes entities back by their id alone.
        None if is_deleted => Vec::new(),
        None => return None,
    };
    Some(entity_alert(id, made, is_deleted, infos))
}

/// An entity of a feed as an alert; one that is deleted takes back what had its id.
pub(super) fn entity_alert(id: String, made: Option<Timestamp>, is_deleted: bool, infos: Vec<Info>) -> Alert {
    Alert {
        identifier: id,
        sender: String::new(),
        sent: made,
        kind: Kind::Traffic,
        status: Status::Actual,
        message: if is_deleted { Message::Cancel } else { Message::Alert },
        is_public: true,
        references: Vec::new(),
        infos,
    }
}

/// What was found in an alert, in whichever form it is written.
#[derive(Default)]
pub(super) struct Found {
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    periods: usize,
    has_open_end: bool,
    pub(super) cause: u64,
    pub(super) effect: u64,
    pub(super) level: u64,
    pub(super) headers: Vec<(Option<String>, String)>,
    pub(super) descriptions: Vec<(Option<String>, String)>,
    pub(super) urls: Vec<(Option<String>, String)>,
    codes: Vec<(String, String)>,
}

fn read_alert(bytes: &[u8], id: &str, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Vec<Info> {
    let mut found = Found::default();
    let mut fields = Fields::of(bytes);
    for (number, value) in fields.by_ref() {
        match (number, value) {
            (1, Value::Bytes(period)) => found.period(period),
            (5, Value::Bytes(selector)) => found.selector(selector),
            (6, Value::Number(cause)) => found.cause = cause,
            (7, Value::Number(effect)) => found.effect = effect,
            (8, Value::Bytes(text)) => found.urls = translations(text),
            (10, Value::Bytes(text)) => found.headers = translations(text),
            (11, Value::Bytes(text)) => found.descriptions = translations(text),
            (14, Value::Number(level)) => found.level = level,
            _ => {}
        }
    }
    if fields.is_broken() {
        note(
            problems,
            &format!("entity {id}"),
            "the alert breaks off; what stands before that was read",
        );
    }
    found.infos(ctx)
}

/// The texts of a `TranslatedString` with their languages.
fn translations(bytes: &[u8]) -> Vec<(Option<String>, String)> {
    let translation = |bytes: &[u8]| {
        let (mut written, mut language) = (None, None);
        for (number, value) in Fields::of(bytes) {
            match (number, value) {
                (1, Value::Bytes(bytes)) => written = text::lines(&words(bytes)),
                (2, Value::Bytes(bytes)) => language = text::line(&words(bytes)),
                _ => {}
            }
        }
        Some((language, written?))
    };
    Fields::of(bytes)
        .filter(|(number, _)| *number == 1)
        .filter_map(|(_, value)| translation(value.bytes()?))
        .take(50)
        .collect()
}

impl Found {
    fn period(&mut self, bytes: &[u8]) {
        let (mut start, mut end) = (None, None);
        for (number, value) in Fields::of(bytes) {
            match (number, value.number()) {
                (1, Some(seconds)) => start = moment(seconds),
                (2, Some(seconds)) => end = moment(seconds),
                _ => {}
            }
        }
        self.lasts(start, end);
    }

    /// A time in which it holds; one without an end goes on.
    pub(super) fn lasts(&mut self, start: Option<Timestamp>, end: Option<Timestamp>) {
        self.start = if self.periods == 0 {
            start
        } else {
            self.start.min(start)
        };
        self.end = self.end.max(end);
        self.has_open_end |= end.is_none();
        self.periods += 1;
    }

    fn selector(&mut self, bytes: &[u8]) {
        for (number, value) in Fields::of(bytes) {
            let scheme = match number {
                1 => "agency",
                2 => "route",
                4 => "trip",
                5 => "stop",
                _ => continue,
            };
            let Some(bytes) = value.bytes() else { continue };
            if scheme == "trip" {
                // A trip is named by itself, by its route, or by both.
                for (number, value) in Fields::of(bytes) {
                    match (number, value) {
                        (1, Value::Bytes(id)) => self.code("trip", id),
                        (5, Value::Bytes(id)) => self.code("route", id),
                        _ => {}
                    }
                }
            } else {
                self.code(scheme, bytes);
            }
        }
    }

    /// A name of a timetable.
    pub(super) fn code(&mut self, scheme: &str, bytes: &[u8]) {
        let Some(code) = text::line(&words(bytes)) else { return };
        let code = (scheme.to_owned(), code);
        if self.codes.len() < 500 && !self.codes.contains(&code) {
            self.codes.push(code);
        }
    }

    /// One part a language; each shares times and codes.
    pub(super) fn infos(mut self, ctx: &ReadContext<'_>) -> Vec<Info> {
        for texts in [&mut self.headers, &mut self.descriptions, &mut self.urls] {
            unmarked(texts);
        }
        let mut languages: Vec<Option<String>> = Vec::new();
        for (language, _) in self.headers.iter().chain(&self.descriptions) {
            if !languages.contains(language) {
                languages.push(language.clone());
            }
        }
        if languages.is_empty() {
            languages.push(None);
        }
        let (cause, effect) = (cause_words(self.cause), effect_words(self.effect));
        let event = match (effect, cause) {
            (Some(effect), Some(cause)) => format!("{effect} ({cause})"),
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (None, None) => String::new(),
        };
        let routes = self.codes.iter().filter(|(scheme, _)| scheme == "route");
        let name = text::names(routes.map(|(_, code)| code.as_str()));
        for (scheme, number) in [("cause", self.cause), ("effect", self.effect)] {
            if number > 0 {
                self.codes.push((scheme.to_owned(), number.to_string()));
            }
        }
        let area = Area {
            name,
            codes: self.codes,
            shapes: Vec::new(),
        };
        let of = |texts: &[(Option<String>, String)], language: &Option<String>| {
            let same = texts.iter().find(|(known, _)| known == language);
            same.map(|(_, text)| text.clone())
        };
        let base = Base::new(ctx.origin);
        let infos = languages.into_iter().map(|language| Info {
            part: None,
            event: event.clone(),
            urgency: Urgency::Unknown,
            severity: severity(self.level, self.effect),
            certainty: Certainty::Observed,
            effective: None,
            onset: self.start,
            expires: self.end.filter(|_| !self.has_open_end),
            sender_name: None,
            headline: of(&self.headers, &language).and_then(|text| text::line(&text)),
            description: of(&self.descriptions, &language),
            instruction: None,
            web: of(&self.urls, &language)
                .or_else(|| self.urls.first().map(|(_, url)| url.clone()))
                .and_then(|url| links::web(&url, &base)),
            areas: vec![area.clone()],
            language,
        });
        infos.collect()
    }
}

/// Leaves out what is said a second time with markup, as the language `en-html`; where it is said in no other way, it is
/// of the language before that.
fn unmarked(texts: &mut Vec<(Option<String>, String)>) {
    let plain: Vec<String> = texts.iter().filter_map(|(language, _)| language.clone()).collect();
    texts.retain_mut(|(language, _)| {
        let base = language.as_deref().and_then(|language| language.strip_suffix("-html"));
        let Some(base) = base.map(str::to_owned) else {
            return true;
        };
        let is_first = !plain.contains(&base);
        *language = Some(base);
        is_first
    });
}

/// The level that the feed gives, else what the effect is to a traveller.
const fn severity(level: u64, effect: u64) -> Severity {
    match (level, effect) {
        (2, _) => Severity::Minor,
        (3, _) => Severity::Moderate,
        (4, _) => Severity::Severe,
        (_, 1..=3) => Severity::Moderate,
        (_, 4..=7 | 9..=11) => Severity::Minor,
        _ => Severity::Unknown,
    }
}

/// The enumeration `Cause`, in words.
const fn cause_words(cause: u64) -> Option<&'static str> {
    Some(match cause {
        3 => "technical problem",
        4 => "strike",
        5 => "demonstration",
        6 => "accident",
        7 => "holiday",
        8 => "weather",
        9 => "maintenance",
        10 => "construction",
        11 => "police activity",
        12 => "medical emergency",
        _ => return None,
    })
}

/// The enumeration `Effect`, in words.
const fn effect_words(effect: u64) -> Option<&'static str> {
    Some(match effect {
        1 => "no service",
        2 => "reduced service",
        3 => "significant delays",
        4 => "detour",
        5 => "additional service",
        6 => "modified service",
        9 => "stop moved",
        11 => "accessibility issue",
        _ => return None,
    })
}
