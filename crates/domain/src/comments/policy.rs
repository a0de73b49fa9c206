//! Who may write where, and what is looked at first: a ladder from the network over site, section and topic to the
//! story, on which each step keeps or changes what the step above said.
//!
//! [`Ladder::now`] works out what holds at a moment, when that changes by itself, and why.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Days after publication for which comments are open where nobody says otherwise.
pub const CLOSE_AFTER_DAYS: u16 = 3;
/// Addresses of the web in a text that nobody has to look at.
pub const LINKS: u8 = 2;
/// The first comments of somebody that are looked at before they are seen.
pub const FIRST_COMMENTS: u8 = 2;
/// The hours after somebody's first step in which all of theirs are looked at first.
pub const FIRST_HOURS: u16 = 24;
/// Seconds in which one more comment is allowed.
pub const SECONDS_BETWEEN: u32 = 30;
/// Comments that may come at once.
pub const BURST: u8 = 3;
/// Comments a day of somebody whose first day it is.
pub const FIRST_DAY: u16 = 10;
/// Weight of reports, in tenths, that takes a comment off the page until somebody decided.
pub const REPORT_WEIGHT: u32 = 83;

/// How comments are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Seen by the desk if somebody reports them.
    Reactive,
    /// Published at once, seen by the desk soon after.
    Post,
    /// Seen by the desk before they are published.
    Pre,
    /// What is there can be read; nothing new is taken.
    Closed,
    /// There are none, and none are shown.
    Off,
}

impl Mode {
    /// Every mode, from the freest to the strictest.
    pub const ALL: [Self; 5] = [Self::Reactive, Self::Post, Self::Pre, Self::Closed, Self::Off];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reactive => "reactive",
            Self::Post => "post",
            Self::Pre => "pre",
            Self::Closed => "closed",
            Self::Off => "off",
        }
    }

    /// The mode of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// Whether new comments are taken.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Reactive | Self::Post | Self::Pre)
    }
}

/// A part of the day in which another mode holds, in the site's zone. It may go over midnight; when both ends are the
/// same it is the whole day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Minutes after midnight at which it begins, 0 to 1,439.
    pub from: u16,
    /// Minutes after midnight at which it ends.
    pub to: u16,
    /// The mode in it.
    pub mode: Mode,
}

impl Window {
    /// Reads `22:00-06:00 pre`.
    pub fn parse(text: &str) -> Option<Self> {
        let (times, mode) = text.trim().split_once(' ')?;
        let (from, to) = times.split_once('-')?;
        Some(Self {
            from: minutes(from)?,
            to: minutes(to)?,
            mode: Mode::parse(mode.trim())?,
        })
    }

    const fn holds(self, minute: u16) -> bool {
        if self.from == self.to {
            true
        } else if self.from < self.to {
            self.from <= minute && minute < self.to
        } else {
            self.from <= minute || minute < self.to
        }
    }
}

impl std::fmt::Display for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:02}:{:02}-{:02}:{:02} {}",
            self.from / 60,
            self.from % 60,
            self.to / 60,
            self.to % 60,
            self.mode.name()
        )
    }
}

fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once(':')?;
    let two_digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !two_digits(hours) || !two_digits(minutes) {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// What one step of the ladder says. What it leaves out is as the step above has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// Parts of the day with another mode; the first that holds counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Vec<Window>>,
    /// Days after publication at which comments close; 0 for never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_after_days: Option<u16>,
    /// What readers are told where comments are closed; the theme's own words when empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_message: Option<String>,
    /// Links that need no look.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub links: Option<u8>,
    /// First comments of somebody that are looked at before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_comments: Option<u8>,
    /// Hours in which all of a new person's are looked at before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_hours: Option<u16>,
    /// Seconds in which one more is allowed; 0 for no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds_between: Option<u32>,
    /// How many may come at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub burst: Option<u8>,
    /// Comments of a new person's first day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_day: Option<u16>,
    /// Weight of reports in tenths that takes a comment off the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report_weight: Option<u32>,
}

/// A kind of step, from the widest to the narrowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScopeKind {
    /// The whole network.
    Network,
    /// A site.
    Site,
    /// A section; one below another comes after it.
    Section,
    /// A topic.
    Topic,
    /// A story.
    Story,
}

impl ScopeKind {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Site => "site",
            Self::Section => "section",
            Self::Topic => "topic",
            Self::Story => "story",
        }
    }

    /// The kind of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Network, Self::Site, Self::Section, Self::Topic, Self::Story]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// What a step is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// Its kind.
    pub kind: ScopeKind,
    /// The id of the site, section, topic or story; nil for the network.
    pub id: Uuid,
}

impl Scope {
    /// The whole network.
    pub const NETWORK: Self = Self {
        kind: ScopeKind::Network,
        id: Uuid::nil(),
    };
}

/// A story or topic whose comments the law asks to be silent about (sub judice, a death, children): closed and hidden on
/// every site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegalHold {
    /// Why, for the desk and the log.
    pub reason: String,
    /// What readers are told; the usual words when empty.
    pub message: String,
    /// Since when.
    pub since: Timestamp,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is about.
    pub scope: Scope,
    /// What it says.
    pub settings: Settings,
    /// Whether it is silenced; topics and stories alone are.
    pub hold: Option<LegalHold>,
}

/// The steps that lead to a story, from the network down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ladder(Vec<Step>);

/// Why a mode holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "cause", content = "by")]
pub enum Why {
    /// Nobody said anything: as the program comes.
    Default,
    /// This step says so.
    Said(Scope),
    /// The hour, by the schedule of this step.
    Hour(Scope, #[serde(skip)] Window),
    /// The time after publication is over, by the rule of this step; none where it is the program's own.
    Age(Option<Scope>),
    /// A legal hold on this story or topic.
    Hold(Scope),
}

/// What holds at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// The mode.
    pub mode: Mode,
    /// Why.
    pub why: Why,
    /// Whether a legal hold hides what was written.
    pub hidden: bool,
    /// What readers are told where comments are closed; empty for the usual words.
    pub message: String,
    /// When comments close by themselves.
    pub closes_at: Option<Timestamp>,
    /// Links that need no look.
    pub links: u8,
    /// First comments of somebody that are looked at before.
    pub first_comments: u8,
    /// Hours in which all of a new person's are looked at before.
    pub first_hours: u16,
    /// Seconds in which one more is allowed.
    pub seconds_between: u32,
    /// How many may come at once.
    pub burst: u8,
    /// Comments of a new person's first day.
    pub first_day: u16,
    /// Weight of reports in tenths that takes a comment off the page.
    pub report_weight: u32,
}

impl Ladder {
    /// A ladder of these steps, in any order. Steps of one kind keep theirs.
    pub fn new(mut steps: Vec<Step>) -> Self {
        steps.sort_by_key(|step| step.scope.kind);
        Self(steps)
    }

    /// The steps from the network down.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// What holds at `now` for a story first published at `published`, on a site with this zone.
    ///
    /// Of several topics that name a mode the strictest counts. A mode that the story itself names is not ended by a
    /// closing rule of a step above it: somebody opened it on purpose.
    pub fn now(&self, published: Timestamp, now: Timestamp, zone: &jiff::tz::TimeZone) -> Effective {
        let wall = zone.to_datetime(now.to_jiff());
        let minute = u16::try_from(i32::from(wall.hour()) * 60 + i32::from(wall.minute())).unwrap_or(0);
        let (mut mode, mut why) = (Mode::Post, Why::Default);
        let mut by_topic = false;
        for step in &self.0 {
            let window = step
                .settings
                .schedule
                .iter()
                .flatten()
                .find(|window| window.holds(minute));
            let said = match (window, step.settings.mode) {
                (Some(window), _) => Some((window.mode, Why::Hour(step.scope, *window))),
                (None, Some(mode)) => Some((mode, Why::Said(step.scope))),
                (None, None) => None,
            };
            let Some((next, cause)) = said else { continue };
            let is_topic = step.scope.kind == ScopeKind::Topic;
            if !(is_topic && by_topic && next <= mode) {
                (mode, why) = (next, cause);
            }
            by_topic = is_topic;
        }
        let closing = self.last(|settings| settings.close_after_days);
        let days = closing.map_or(CLOSE_AFTER_DAYS, |(days, _)| days);
        let opened_by_hand = self
            .0
            .iter()
            .any(|step| step.scope.kind == ScopeKind::Story && step.settings.mode.is_some_and(Mode::is_open));
        let rule_of_story = closing.is_some_and(|(_, scope)| scope.kind == ScopeKind::Story);
        let closes_at =
            (days > 0 && (!opened_by_hand || rule_of_story)).then(|| published.plus_seconds(i64::from(days) * 86_400));
        if mode.is_open() && closes_at.is_some_and(|at| at <= now) {
            (mode, why) = (Mode::Closed, Why::Age(closing.map(|(_, scope)| scope)));
        }
        let mut message = self
            .0
            .iter()
            .rev()
            .find_map(|step| step.settings.closed_message.clone())
            .unwrap_or_default();
        let held = self.0.iter().rev().find(|step| step.hold.is_some());
        let hidden = held.is_some();
        if let Some((step, hold)) = held.and_then(|step| step.hold.as_ref().map(|hold| (step, hold))) {
            (mode, why) = (Mode::Closed, Why::Hold(step.scope));
            message.clone_from(&hold.message);
        }
        Effective {
            mode,
            why,
            hidden: hidden || mode == Mode::Off,
            message,
            closes_at: closes_at.filter(|at| *at > now && mode.is_open()),
            links: self.or(|settings| settings.links, LINKS),
            first_comments: self.or(|settings| settings.first_comments, FIRST_COMMENTS),
            first_hours: self.or(|settings| settings.first_hours, FIRST_HOURS),
            seconds_between: self.or(|settings| settings.seconds_between, SECONDS_BETWEEN),
            burst: self.or(|settings| settings.burst, BURST).max(1),
            first_day: self.or(|settings| settings.first_day, FIRST_DAY),
            report_weight: self.or(|settings| settings.report_weight, REPORT_WEIGHT),
        }
    }

    /// What the narrowest step that says anything says, and which it is.
    fn last<T>(&self, of: impl Fn(&Settings) -> Option<T>) -> Option<(T, Scope)> {
        self.0
            .iter()
            .rev()
            .find_map(|step| of(&step.settings).map(|value| (value, step.scope)))
    }

    fn or<T>(&self, of: impl Fn(&Settings) -> Option<T>, default: T) -> T {
        self.last(of).map_or(default, |(value, _)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    fn scope(kind: ScopeKind, id: u128) -> Scope {
        Scope {
            kind,
            id: Uuid::from_u128(id),
        }
    }

    fn step(kind: ScopeKind, id: u128, settings: Settings) -> Step {
        Step {
            scope: scope(kind, id),
            settings,
            hold: None,
        }
    }

    fn mode(mode: Mode) -> Settings {
        Settings {
            mode: Some(mode),
            ..Settings::default()
        }
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    const NOON: &str = "2026-11-02T12:00:00Z";

    fn now(steps: Vec<Step>) -> Effective {
        Ladder::new(steps).now(at("2026-11-02T09:00:00Z"), at(NOON), &TimeZone::UTC)
    }

    #[test]
    fn as_it_comes_comments_are_published_at_once_and_close_after_three_days() {
        let ladder = Ladder::default();
        let published = at("2026-11-01T09:00:00Z");
        let open = ladder.now(published, at("2026-11-04T08:59:59Z"), &TimeZone::UTC);
        assert_eq!((open.mode, open.why), (Mode::Post, Why::Default));
        assert_eq!(open.closes_at, Some(at("2026-11-04T09:00:00Z")));
        let closed = ladder.now(published, at("2026-11-04T09:00:00Z"), &TimeZone::UTC);
        assert_eq!((closed.mode, closed.why), (Mode::Closed, Why::Age(None)));
        assert!(!closed.hidden);
    }

    #[test]
    fn the_narrowest_step_that_says_something_counts() {
        let steps = vec![
            step(ScopeKind::Story, 9, Settings::default()),
            step(ScopeKind::Section, 3, mode(Mode::Pre)),
            step(ScopeKind::Network, 0, mode(Mode::Reactive)),
            step(
                ScopeKind::Site,
                1,
                Settings {
                    links: Some(0),
                    ..Settings::default()
                },
            ),
        ];
        let found = now(steps);
        assert_eq!(
            (found.mode, found.why, found.links),
            (Mode::Pre, Why::Said(scope(ScopeKind::Section, 3)), 0)
        );
    }

    #[test]
    fn of_several_topics_the_strictest_counts() {
        let topics = |a: Mode, b: Mode| {
            now(vec![
                step(ScopeKind::Network, 0, mode(Mode::Off)),
                step(ScopeKind::Topic, 1, mode(a)),
                step(ScopeKind::Topic, 2, mode(b)),
            ])
            .mode
        };
        assert_eq!(topics(Mode::Pre, Mode::Reactive), Mode::Pre);
        assert_eq!(topics(Mode::Reactive, Mode::Pre), Mode::Pre);
        assert_eq!(
            topics(Mode::Reactive, Mode::Reactive),
            Mode::Reactive,
            "a topic opens what the network has off"
        );
    }

    #[test]
    fn a_schedule_holds_in_the_sites_zone_and_over_midnight() {
        let night = Settings {
            schedule: Some(vec![Window::parse("22:00-06:00 pre").unwrap()]),
            ..Settings::default()
        };
        let ladder = Ladder::new(vec![step(ScopeKind::Network, 0, night)]);
        let paris = TimeZone::get("Europe/Paris").unwrap();
        for (moment, expected) in [
            ("2026-11-02T20:59:59Z", Mode::Post),
            ("2026-11-02T21:00:00Z", Mode::Pre),
            ("2026-11-03T04:59:59Z", Mode::Pre),
            ("2026-11-03T05:00:00Z", Mode::Post),
        ] {
            assert_eq!(
                ladder.now(at("2026-11-02T09:00:00Z"), at(moment), &paris).mode,
                expected,
                "{moment}"
            );
        }
        for wrong in [
            "22:00 pre",
            "2200-0600 pre",
            "22:00-25:00 pre",
            "22:00-06:00 maybe",
            "+1:00-06:00 pre",
        ] {
            assert_eq!(Window::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Window::parse("22:00-06:00 pre").unwrap().to_string(), "22:00-06:00 pre");
    }

    #[test]
    fn what_was_opened_by_hand_stays_open() {
        let published = at("2026-10-01T09:00:00Z");
        let story = |settings: Settings| {
            Ladder::new(vec![step(ScopeKind::Story, 9, settings)]).now(published, at(NOON), &TimeZone::UTC)
        };
        assert_eq!(story(Settings::default()).mode, Mode::Closed);
        assert_eq!(story(mode(Mode::Post)).mode, Mode::Post);
        let with_rule = Settings {
            close_after_days: Some(10),
            ..mode(Mode::Post)
        };
        assert_eq!(story(with_rule).mode, Mode::Closed, "its own rule holds");
    }

    #[test]
    fn a_legal_hold_closes_and_hides_whatever_else_is_said() {
        let mut topic = step(ScopeKind::Topic, 4, mode(Mode::Reactive));
        topic.hold = Some(LegalHold {
            reason: "sub judice".into(),
            message: "There is a trial.".into(),
            since: at(NOON),
        });
        let found = now(vec![topic, step(ScopeKind::Story, 9, mode(Mode::Post))]);
        assert_eq!(
            (found.mode, found.why),
            (Mode::Closed, Why::Hold(scope(ScopeKind::Topic, 4)))
        );
        assert!(found.hidden);
        assert_eq!(found.message, "There is a trial.");
        assert_eq!(found.closes_at, None);
    }

    proptest! {
        #[test]
        fn a_held_story_is_never_open(modes in proptest::collection::vec(0_usize..5, 0..6), held in 0_usize..6, minute in 0_i64..1_440) {
            let kinds = [ScopeKind::Network, ScopeKind::Site, ScopeKind::Section, ScopeKind::Topic, ScopeKind::Topic, ScopeKind::Story];
            let mut steps: Vec<Step> = kinds.iter().enumerate().map(|(n, kind)| {
                let settings = modes.get(n).map_or_else(Settings::default, |m| mode(Mode::ALL[*m]));
                step(*kind, n as u128, settings)
            }).collect();
            steps[held].hold = Some(LegalHold { reason: String::new(), message: String::new(), since: at(NOON) });
            let moment = at("2026-11-02T00:00:00Z").plus_seconds(minute * 60);
            let found = Ladder::new(steps).now(at("2026-11-01T00:00:00Z"), moment, &TimeZone::UTC);
            prop_assert!(!found.mode.is_open() && found.hidden);
        }
    }
}
