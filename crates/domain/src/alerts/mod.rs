//! Alerts: what authorities and road operators warn of, in one model whatever the format they sent.
//!
//! The model is that of the Common Alerting Protocol (OASIS CAP 1.2), since every other format says less: a message with
//! an identity, a status and a type, and in it one [`Info`] a language or a part, each with its areas. Which messages
//! readers may see ([`Alert::is_for_readers`]), when one is over ([`Alert::over_at`]) and what another replaces
//! ([`Alert::replaces`]) is decided here.

pub mod cells;
pub mod geometry;
pub mod words;

pub use geometry::Shape;
pub use words::{Certainty, Kind, Message, Severity, Status, Urgency};

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// How long an alert without an end is believed, in seconds: CAP leaves `expires` to the sender, and an alert that
/// nobody ends would stand for good.
pub const BELIEVED_FOR: i64 = 24 * 3600;

/// The same for traffic: works and closures last, and their sources send all that still holds each time.
pub const TRAFFIC_BELIEVED_FOR: i64 = 7 * 24 * 3600;

/// A message as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// The sender's name of this message; unique among the sender's messages (CAP `identifier`).
    pub identifier: String,
    /// Who sent it, as an address or a name that stays the same (CAP `sender`).
    pub sender: String,
    /// When it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Timestamp>,
    /// Whether it is about getting around or about danger.
    pub kind: Kind,
    /// Whether it is real.
    pub status: Status,
    /// Whether it begins, goes on or takes back.
    pub message: Message,
    /// False when the sender meant it for fewer than everybody (CAP `scope` Restricted and Private).
    pub is_public: bool,
    /// The messages that this one is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// What it says, once for each language, and once for each part where a message has parts of its own areas.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub infos: Vec<Info>,
}

/// Another message that a message names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Its sender.
    pub sender: String,
    /// Its identifier.
    pub identifier: String,
    /// When it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Timestamp>,
}

/// What a message says in one language or of one part.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Info {
    /// The part's own name in its document, where parts have names (a record of a DATEX II situation).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// BCP 47; `None` where the document doesn't say (CAP: `en-US` then).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What sort of thing happens, in the sender's words.
    pub event: String,
    /// How soon something is to be done.
    pub urgency: Urgency,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is.
    pub certainty: Certainty,
    /// From when the message holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<Timestamp>,
    /// When what it tells of begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub onset: Option<Timestamp>,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// Who says so, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_name: Option<String>,
    /// One line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// What happens; paragraphs are parted by line feeds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
    /// A page with more; http or https.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web: Option<String>,
    /// Where.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<Area>,
}

/// A part of the world that a message is about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Its name, or names, as the sender wrote them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Codes of it: the scheme's name and the code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<(String, String)>,
    /// Where it lies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shapes: Vec<Shape>,
}

impl Info {
    /// The line that a list shows: the headline, else the event.
    pub fn title(&self) -> &str {
        self.headline.as_deref().unwrap_or(&self.event)
    }
}

impl Alert {
    /// Whether readers may be shown it as real: sent as `Actual`, for everybody, and about something (an
    /// acknowledgement or an error report is for other systems).
    pub fn is_for_readers(&self) -> bool {
        self.status == Status::Actual && self.is_public && matches!(self.message, Message::Alert | Message::Update)
    }

    /// Whether it ends the messages that it names. What was not meant in earnest or not for everybody ends nothing that
    /// was.
    pub fn replaces(&self) -> bool {
        self.status == Status::Actual && self.is_public && matches!(self.message, Message::Update | Message::Cancel)
    }

    /// The parts that hold. Where a danger goes on in some areas and is past in others (CAP `urgency` Past), a message says
    /// both, and whoever is told that it is over must not be warned; where all of it is past, that is what it says.
    fn holding(&self) -> impl Iterator<Item = &Info> {
        let goes_on = self.infos.iter().any(|info| info.urgency != Urgency::Past);
        let holds = move |info: &&Info| !goes_on || info.urgency != Urgency::Past;
        self.infos.iter().filter(holds)
    }

    /// The worst severity of its parts.
    pub fn severity(&self) -> Severity {
        self.holding().map(|info| info.severity).max().unwrap_or_default()
    }

    /// From when readers see it: the earliest `effective` of its parts; at once where none says.
    pub fn seen_from(&self) -> Option<Timestamp> {
        let starts: Option<Vec<Timestamp>> = self.infos.iter().map(|info| info.effective).collect();
        starts.and_then(|starts| starts.into_iter().min())
    }

    /// When it is over: when its last part ends, or some time after it was sent where a part doesn't say when.
    pub fn over_at(&self, received: Timestamp) -> Timestamp {
        let believed = match self.kind {
            Kind::Emergency => BELIEVED_FOR,
            Kind::Traffic => TRAFFIC_BELIEVED_FOR,
        };
        let unsaid = |info: &Info| {
            let from = [Some(received), info.onset, info.effective];
            let from = from.into_iter().flatten().max().unwrap_or(received);
            from.plus_seconds(believed)
        };
        let ends = self.holding().map(|info| info.expires.unwrap_or_else(|| unsaid(info)));
        ends.max().unwrap_or_else(|| received.plus_seconds(believed))
    }

    /// Every shape of every part, once.
    pub fn shapes(&self) -> Vec<&Shape> {
        let mut found: Vec<&Shape> = Vec::new();
        for info in self.holding() {
            // Language variants say the same areas again.
            let fresh: Vec<&Shape> = info.areas.iter().flat_map(|area| &area.shapes).collect();
            if !fresh.is_empty() && found != fresh {
                found.extend(fresh);
            }
        }
        found
    }

    /// The part to show to a reader of a language: theirs, else that of the same base language, else English, else the
    /// first. Among parts of that language the worst comes first.
    pub fn info_for(&self, language: &str) -> Option<&Info> {
        let base = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        let worst = |wanted: &dyn Fn(&str) -> bool| {
            let spoken = |info: &&Info| wanted(info.language.as_deref().unwrap_or("en-US"));
            let mut best: Option<&Info> = None;
            for info in self.holding().filter(spoken) {
                if best.is_none_or(|best| info.severity > best.severity) {
                    best = Some(info);
                }
            }
            best
        };
        let wanted = base(language);
        worst(&|tag| tag.eq_ignore_ascii_case(language))
            .or_else(|| worst(&|tag| base(tag) == wanted))
            .or_else(|| worst(&|tag| base(tag) == "en"))
            .or_else(|| self.holding().next())
    }

    /// The parts to show beside [`Alert::info_for`]: all of its language.
    pub fn infos_for(&self, language: &str) -> Vec<&Info> {
        let Some(first) = self.info_for(language) else {
            return Vec::new();
        };
        self.holding().filter(|info| info.language == first.language).collect()
    }
}

/// Where an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Readers see it.
    Live,
    /// Readers will see it when its moment comes.
    Waiting,
    /// It was never for readers.
    Hidden,
    /// It is over.
    Ended,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Live, Self::Waiting, Self::Hidden, Self::Ended];

    /// The stable name, in the store and in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Waiting => "waiting",
            Self::Hidden => "hidden",
            Self::Ended => "ended",
        }
    }

    /// The state of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl Alert {
    /// Where it stands by itself at a moment, and when that turns: what replaces or takes it back is another message's
    /// to say.
    pub fn state(&self, received: Timestamp, now: Timestamp) -> (State, Option<Timestamp>) {
        if !self.is_for_readers() {
            return (State::Hidden, None);
        }
        let over = self.over_at(received);
        if over <= now {
            return (State::Ended, None);
        }
        match self.seen_from().filter(|from| *from > now) {
            Some(from) => (State::Waiting, Some(from.min(over))),
            None => (State::Live, Some(over)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::Point;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn alert(status: Status, message: Message) -> Alert {
        Alert {
            status,
            message,
            is_public: true,
            ..Alert::default()
        }
    }

    #[test]
    fn only_what_is_meant_in_earnest_and_for_everybody_is_shown_or_ends_another() {
        for status in Status::ALL {
            for message in Message::ALL {
                for is_public in [true, false] {
                    let alert = Alert {
                        is_public,
                        ..alert(status, message)
                    };
                    let real = status == Status::Actual && is_public;
                    let shown = real && matches!(message, Message::Alert | Message::Update);
                    let ends = real && matches!(message, Message::Update | Message::Cancel);
                    assert_eq!((alert.is_for_readers(), alert.replaces()), (shown, ends), "{alert:?}");
                }
            }
        }
        assert!(
            !Alert::default().is_for_readers(),
            "what says nothing of itself isn't shown"
        );
    }

    #[test]
    fn it_is_over_when_its_last_part_is() {
        let info = |expires: Option<i64>| Info {
            expires: expires.map(at),
            ..Info::default()
        };
        let mut alert = alert(Status::Actual, Message::Alert);
        alert.infos = vec![info(Some(100)), info(Some(300)), info(Some(200))];
        assert_eq!(alert.over_at(at(50)), at(300));
        alert.infos.push(info(None));
        assert_eq!(alert.over_at(at(50)), at(50 + BELIEVED_FOR));
        alert.infos.clear();
        assert_eq!(alert.over_at(at(50)), at(50 + BELIEVED_FOR));
    }

    #[test]
    fn who_is_told_that_it_is_past_is_not_warned() {
        let part = |event: &str, urgency, expires: i64| Info {
            event: event.to_owned(),
            urgency,
            severity: Severity::Severe,
            expires: Some(at(expires)),
            areas: vec![Area {
                name: event.to_owned(),
                shapes: vec![Shape::Point(
                    Point::new(f64::from(i32::try_from(expires).unwrap()), 9.0).unwrap(),
                )],
                ..Area::default()
            }],
            ..Info::default()
        };
        let mut alert = alert(Status::Actual, Message::Update);
        alert.infos = vec![part("north", Urgency::Past, 60), part("south", Urgency::Immediate, 50)];
        let shown = |alert: &Alert| {
            alert
                .infos_for("en")
                .iter()
                .map(|info| info.event.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(shown(&alert), ["south"]);
        assert_eq!((alert.shapes().len(), alert.over_at(at(0))), (1, at(50)));
        // Where all of it is past, that is what people wait for.
        alert.infos.truncate(1);
        assert_eq!(shown(&alert), ["north"]);
        assert_eq!((alert.severity(), alert.over_at(at(0))), (Severity::Severe, at(60)));
    }

    #[test]
    fn it_waits_for_its_moment_holds_and_ends() {
        let mut alert = alert(Status::Actual, Message::Alert);
        alert.infos = vec![Info {
            effective: Some(at(100)),
            expires: Some(at(200)),
            ..Info::default()
        }];
        assert_eq!(alert.state(at(0), at(50)), (State::Waiting, Some(at(100))));
        assert_eq!(alert.state(at(0), at(100)), (State::Live, Some(at(200))));
        assert_eq!(alert.state(at(0), at(200)), (State::Ended, None));
        alert.status = Status::Exercise;
        assert_eq!(alert.state(at(0), at(100)), (State::Hidden, None));
    }

    #[test]
    fn a_reader_gets_their_language_and_the_worst_of_it() {
        let info = |language: &str, event: &str, severity| Info {
            language: Some(language.to_owned()),
            event: event.to_owned(),
            severity,
            ..Info::default()
        };
        let alert = Alert {
            infos: vec![
                info("de-DE", "Böen", Severity::Minor),
                info("de-DE", "Orkan", Severity::Extreme),
                info("en-GB", "gale", Severity::Severe),
            ],
            ..Alert::default()
        };
        let shown = |language: &str| alert.info_for(language).unwrap().event.clone();
        assert_eq!(shown("de"), "Orkan");
        assert_eq!(shown("en-US"), "gale");
        assert_eq!(shown("ar"), "gale");
        assert_eq!(alert.infos_for("de").len(), 2);
        assert_eq!(alert.severity(), Severity::Extreme);
    }
}
