//! A story's file: front matter and body, and the state that its keys add up to.

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;

/// The line above and below the front matter.
const FENCE: &str = "+++\n";

/// A story as it is written down. Minutes count from the moment at which the demo is made.
pub(super) struct Story {
    pub(super) id: String,
    pub(super) sites: Vec<Place>,
    pub(super) headline: String,
    pub(super) standfirst: String,
    pub(super) label: String,
    pub(super) authors: Vec<String>,
    pub(super) agency: bool,
    pub(super) dateline: String,
    /// First publication; of a story that isn't out, the last time it was saved.
    pub(super) age: u32,
    pub(super) updated: Option<u32>,
    pub(super) topics: Vec<String>,
    pub(super) urgency: u8,
    pub(super) picture: Option<LeadPicture>,
    pub(super) video: Option<masthead_domain::videos::LeadVideo>,
    pub(super) film: Option<Film>,
    pub(super) life: Life,
    /// Newest first.
    pub(super) corrections: Vec<Correction>,
    pub(super) body: String,
    /// Of a story that is covered live, as they stand in the file.
    pub(super) entries: Vec<LiveEntry>,
}

/// An entry of a live story, minutes before the demo is made.
pub(super) struct LiveEntry {
    pub(super) age: u32,
    /// The slug of who wrote it.
    pub(super) author: String,
    pub(super) is_key: bool,
    pub(super) is_pinned: bool,
    pub(super) headline: String,
    pub(super) body: String,
}

/// What begins the line that begins an entry.
const ENTRY: &str = "=== ";

/// What became of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Life {
    Draft,
    Published,
    Scheduled { after: u32 },
    Embargoed { after: u32 },
    Withheld { reason: String },
    Unpublished { before: u32, reason: String },
    Killed { before: u32, reason: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    id: String,
    sites: Vec<Place>,
    headline: String,
    #[serde(default)]
    standfirst: String,
    #[serde(default)]
    label: String,
    authors: Vec<String>,
    #[serde(default)]
    agency: bool,
    #[serde(default)]
    dateline: String,
    age_minutes: u32,
    updated_minutes: Option<u32>,
    topics: Vec<String>,
    urgency: u8,
    picture: Option<LeadPicture>,
    video: Option<masthead_domain::videos::LeadVideo>,
    film: Option<Film>,
    #[serde(default)]
    state: State,
    embargo_in_minutes: Option<u32>,
    scheduled_in_minutes: Option<u32>,
    killed_minutes: Option<u32>,
    kill_reason: Option<String>,
    unpublished_minutes: Option<u32>,
    unpublish_reason: Option<String>,
    withheld_reason: Option<String>,
    #[serde(default)]
    corrections: Vec<Correction>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Draft,
    #[default]
    Published,
    Scheduled,
    Embargoed,
    Withheld,
    Unpublished,
    Killed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    pub(super) site: String,
    pub(super) section: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LeadPicture {
    pub(super) id: String,
    #[serde(default)]
    pub(super) caption: String,
    #[serde(default)]
    pub(super) credit: String,
}

/// A film of the demo's own that leads a story.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Film {
    pub(super) id: String,
    pub(super) title: String,
    /// Of its captions.
    pub(super) language: String,
    pub(super) seconds: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Correction {
    #[serde(rename = "age_minutes")]
    pub(super) age: u32,
    pub(super) text: String,
}

impl Story {
    /// Reads a story's file.
    pub(super) fn read(text: &str) -> anyhow::Result<Self> {
        let rest = text
            .strip_prefix(FENCE)
            .context("the file doesn't begin with a line +++")?;
        let (head, body) = rest
            .split_once(&format!("\n{FENCE}"))
            .context("the front matter has no end")?;
        let mut head: Head = toml::from_str(head)?;
        let life = head.life()?;
        head.corrections.sort_by_key(|correction| correction.age);
        ensure!(!head.sites.is_empty(), "a story stands on at least one site");
        ensure!(
            !head.authors.is_empty() || head.agency,
            "a story without authors has to be agency copy"
        );
        ensure!(head.age_minutes > 0, "age_minutes has to be more than 0");
        ensure!((1..=8).contains(&head.urgency), "urgency has to be 1 to 8");
        // Readers are told of a correction, so that is an update, whatever else was.
        let corrected = head.corrections.first().map(|correction| correction.age);
        let updated = head.updated_minutes.or(corrected);
        for minutes in updated.into_iter().chain(corrected) {
            ensure!(
                minutes > 0 && minutes < head.age_minutes,
                "what came later has to be less than age_minutes ago"
            );
        }
        let (body, entries) = entries(body)?;
        ensure!(
            entries.iter().all(|entry| entry.age <= head.age_minutes),
            "an entry is no older than its story"
        );
        Ok(Self {
            id: head.id,
            sites: head.sites,
            headline: head.headline,
            standfirst: head.standfirst,
            label: head.label,
            authors: head.authors,
            agency: head.agency,
            dateline: head.dateline,
            age: head.age_minutes,
            updated,
            topics: head.topics,
            urgency: head.urgency,
            picture: head.picture,
            video: head.video,
            film: head.film,
            life,
            corrections: head.corrections,
            body,
            entries,
        })
    }
}

/// The story's own text, and the entries behind it: each begins with a line `=== MINUTES AUTHOR [key] [pinned] | HEADLINE`.
fn entries(text: &str) -> anyhow::Result<(String, Vec<LiveEntry>)> {
    let mut own = String::new();
    let mut entries: Vec<LiveEntry> = Vec::new();
    for line in text.lines() {
        if let Some(head) = line.strip_prefix(ENTRY) {
            entries.push(begun(head).with_context(|| format!("'{line}' begins no entry"))?);
            continue;
        }
        let into = entries.last_mut().map_or(&mut own, |entry| &mut entry.body);
        into.push_str(line);
        into.push('\n');
    }
    Ok((own, entries))
}

fn begun(head: &str) -> anyhow::Result<LiveEntry> {
    let (facts, headline) = head.split_once(" | ").context("it has no bar before its headline")?;
    let mut facts = facts.split(' ');
    let age = facts.next().context("it says no minutes")?.parse()?;
    let author = facts.next().context("it names no author")?.to_owned();
    let marks: Vec<&str> = facts.collect();
    ensure!(
        marks.iter().all(|mark| ["key", "pinned"].contains(mark)),
        "its marks are key and pinned"
    );
    Ok(LiveEntry {
        age,
        author,
        is_key: marks.contains(&"key"),
        is_pinned: marks.contains(&"pinned"),
        headline: headline.to_owned(),
        body: String::new(),
    })
}

impl Head {
    /// The state with what belongs to it. A key of another state is a mistake and refused.
    fn life(&mut self) -> anyhow::Result<Life> {
        let need = |minutes: Option<u32>| {
            minutes
                .filter(|minutes| *minutes > 0)
                .context("a key of the state is missing")
        };
        let said = |reason: Option<String>| reason.context("the state needs a reason");
        let life = match self.state {
            State::Draft => Life::Draft,
            State::Published => Life::Published,
            State::Scheduled => Life::Scheduled {
                after: need(self.scheduled_in_minutes.take())?,
            },
            State::Embargoed => Life::Embargoed {
                after: need(self.embargo_in_minutes.take())?,
            },
            State::Withheld => Life::Withheld {
                reason: said(self.withheld_reason.take())?,
            },
            State::Unpublished => Life::Unpublished {
                before: need(self.unpublished_minutes.take())?,
                reason: said(self.unpublish_reason.take())?,
            },
            State::Killed => Life::Killed {
                before: need(self.killed_minutes.take())?,
                reason: said(self.kill_reason.take())?,
            },
        };
        if let Life::Unpublished { before, .. } | Life::Killed { before, .. } = life {
            ensure!(before < self.age_minutes, "it was taken back before it was out");
        }
        let minutes = [
            self.scheduled_in_minutes,
            self.embargo_in_minutes,
            self.unpublished_minutes,
            self.killed_minutes,
        ];
        let reasons = [&self.withheld_reason, &self.unpublish_reason, &self.kill_reason];
        if minutes.iter().any(Option::is_some) || reasons.iter().any(|reason| reason.is_some()) {
            bail!("there is a key that belongs to another state");
        }
        Ok(life)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(extra: &str) -> String {
        format!(
            "+++\nid = \"tide\"\nsites = [{{ site = \"a\", section = \"b\" }}]\nheadline = \"Tide turns\"\n\
             authors = [\"ana\"]\nage_minutes = 100\ntopics = []\nurgency = 4\n{extra}\n+++\nText.\n"
        )
    }

    #[test]
    fn states_take_their_own_keys_and_no_others() {
        assert_eq!(Story::read(&file("")).unwrap().life, Life::Published);
        let killed = Story::read(&file(
            "state = \"killed\"\nkilled_minutes = 20\nkill_reason = \"Untrue\"",
        ))
        .unwrap();
        assert_eq!(
            killed.life,
            Life::Killed {
                before: 20,
                reason: "Untrue".into()
            }
        );
        for wrong in [
            "state = \"killed\"",
            "state = \"killed\"\nkilled_minutes = 200\nkill_reason = \"Untrue\"",
            "state = \"embargoed\"\nscheduled_in_minutes = 5",
            "kill_reason = \"Untrue\"",
            "state = \"lost\"",
            "colour = \"red\"",
            "updated_minutes = 100",
            "corrections = [{ age_minutes = 200, text = \"x\" }]",
        ] {
            assert!(Story::read(&file(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_correction_is_an_update() {
        let story = file("corrections = [{ age_minutes = 50, text = \"old\" }, { age_minutes = 9, text = \"new\" }]");
        let story = Story::read(&story).unwrap();
        assert_eq!(story.updated, Some(9));
        assert_eq!(story.corrections.first().unwrap().text, "new");
        assert_eq!(story.body, "Text.\n");
    }
}
