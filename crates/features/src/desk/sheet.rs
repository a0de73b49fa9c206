//! The form of a story: what its fields hold, as they were typed, and what they say once they are checked.

use super::work::{Saving, TopicWish};
use crate::places::{Places, located};
use crate::sites::Sites;
use crate::visit::Fields;
use masthead_domain::document::{Block, Document, PictureBlock};
use masthead_domain::ids::PictureId;
use masthead_domain::places::Located;
use masthead_domain::revisions::merge_value;
use masthead_domain::sites::check_slug;
use masthead_domain::stories::{Byline, Placement, StoryContent};
use masthead_formats::manuscript::{self, Mistake};
use masthead_store::authors::folded;
use masthead_store::stories::StoryRecord;
use masthead_store::topics::TopicRecord;
use serde::Serialize;
use std::collections::BTreeMap;

/// The longest of each field, in characters; the body has the route's bound besides.
const LONGEST_LINE: usize = 400;
const LONGEST_STANDFIRST: usize = 2_000;
const LONGEST_NOTE: usize = 10_000;
/// Names of a byline, and topics.
const MOST_NAMES: usize = 20;
/// Revisions whose blocks a text may name: the one it began from, and those that it was put together with since.
const MOST_BASES: usize = 6;

/// What the fields hold.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Sheet {
    pub(super) headline: String,
    pub(super) standfirst: String,
    pub(super) kicker: String,
    pub(super) dateline: String,
    pub(super) seo_title: String,
    pub(super) slug: String,
    /// A name a line, `Name | role`.
    pub(super) bylines: String,
    /// With commas.
    pub(super) topics: String,
    /// The places that it is about, with semicolons.
    pub(super) located: String,
    pub(super) note: String,
    pub(super) lead: String,
    pub(super) body: String,
    /// The path of the section on each site, by the site's slug; empty for none.
    pub(super) places: BTreeMap<String, String>,
    /// The slug of the site that comes first.
    pub(super) first: String,
    /// The revision that the form began from; 0 for a new story.
    pub(super) base: i64,
    /// The revisions whose blocks the texts name, with `+`.
    pub(super) bases: String,
    /// What these fields held when the form was made.
    pub(super) was: Was,
}

/// What fields outside of the revision held when the form was made, so that what nobody touched is not written.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Was {
    slug: String,
    topics: String,
    note: String,
    places: String,
}

/// What is wrong with a field: the message's key, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) key: String,
    pub(crate) line: usize,
    pub(crate) said: String,
}

impl Wrong {
    pub(crate) fn new(key: &str, said: &str) -> Self {
        Self {
            key: key.to_owned(),
            line: 0,
            said: said.to_owned(),
        }
    }
}

/// What is wrong, by field.
pub(crate) type Mistakes = BTreeMap<&'static str, Vec<Wrong>>;

/// A sheet that was checked.
pub(super) struct Checked {
    pub(super) saving: Saving,
    pub(super) mistakes: Mistakes,
}

impl Sheet {
    /// The fields of a form that was sent.
    pub(super) fn of_form(fields: &Fields) -> Self {
        let line = |name: &str| fields.get(name).split_whitespace().collect::<Vec<_>>().join(" ");
        let text = |name: &str| fields.get(name).replace("\r\n", "\n");
        Self {
            headline: line("headline"),
            standfirst: line("standfirst"),
            kicker: line("kicker"),
            dateline: line("dateline"),
            seo_title: line("seo_title"),
            slug: line("slug"),
            bylines: text("bylines"),
            topics: line("topics"),
            located: line("located"),
            note: text("note"),
            lead: text("lead"),
            body: text("body"),
            places: fields
                .pairs()
                .iter()
                .filter_map(|(name, value)| Some((name.strip_prefix("place-")?.to_owned(), value.clone())))
                .collect(),
            first: line("first"),
            base: fields.get("base").parse().unwrap_or(0),
            bases: line("bases"),
            was: Was {
                slug: line("was-slug"),
                topics: line("was-topics"),
                note: text("was-note"),
                places: line("was-places"),
            },
        }
    }

    /// A story as it is now.
    pub(super) fn of_story(
        story: &StoryRecord,
        content: &StoryContent,
        (places, topics, note): (&[Placement], &[TopicRecord], &str),
        sites: &Sites,
    ) -> Self {
        let mut sheet = Self {
            slug: story.slug.clone(),
            topics: topics
                .iter()
                .map(|topic| topic.name.as_str())
                .collect::<Vec<_>>()
                .join(", "),
            note: note.to_owned(),
            base: story.head_revision,
            bases: story.head_revision.to_string(),
            ..Self::of_content(content, content)
        };
        for place in places {
            if let (Some(site), Some(section)) = (sites.site(place.site), sites.section(place.section)) {
                sheet.places.insert(site.slug.clone(), section.path.clone());
                if sheet.first.is_empty() {
                    sheet.first.clone_from(&site.slug);
                }
            }
        }
        sheet.was = Was {
            slug: sheet.slug.clone(),
            topics: sheet.topics.clone(),
            note: sheet.note.clone(),
            places: sheet.placed(),
        };
        sheet
    }

    /// The fields of a revision; `space` has the blocks that texts may name.
    pub(super) fn of_content(content: &StoryContent, space: &StoryContent) -> Self {
        let name = |byline: &Byline| match byline.role.as_deref().filter(|role| !role.is_empty()) {
            Some(role) => format!("{} | {role}", byline.name),
            None => byline.name.clone(),
        };
        Self {
            headline: content.headline.clone(),
            standfirst: content.standfirst.clone(),
            kicker: content.kicker.clone(),
            dateline: content.dateline.clone(),
            located: located::written(&content.located),
            seo_title: content.seo_title.clone(),
            bylines: content.bylines.iter().map(name).collect::<Vec<_>>().join("\n"),
            lead: manuscript::write(&leads(content), &leads(space)),
            body: manuscript::write(&content.body, &space.body),
            ..Self::default()
        }
    }

    /// The revisions whose blocks the texts name.
    pub(super) fn bases(&self) -> Vec<i64> {
        let mut named: Vec<i64> = self
            .bases
            .split(['+', ' '])
            .filter_map(|number| number.parse().ok())
            .collect();
        if named.is_empty() && self.base > 0 {
            named.push(self.base);
        }
        named.truncate(MOST_BASES);
        named
    }

    /// The same with another revision to name blocks of, and to have begun from.
    pub(super) fn on_top_of(&mut self, head: i64) {
        let mut bases = self.bases();
        bases.retain(|number| *number != head);
        if bases.len() == MOST_BASES {
            bases.remove(0);
        }
        bases.push(head);
        self.bases = bases.iter().map(i64::to_string).collect::<Vec<_>>().join("+");
        self.base = head;
    }

    /// Takes over what only the other one changed of slug, topics, note and places; gives what both did, mine first.
    pub(super) fn beside(&mut self, now: &Self) -> Vec<(String, String)> {
        let mut both = Vec::new();
        for (field, was, theirs) in [
            (&mut self.slug, &self.was.slug, &now.slug),
            (&mut self.topics, &self.was.topics, &now.topics),
            (&mut self.note, &self.was.note, &now.note),
        ] {
            let (kept, twice) = merge_value(was, &*field, theirs);
            if twice {
                both.push((field.clone(), theirs.clone()));
            }
            *field = kept.clone();
        }
        let placed = self.placed();
        if placed == self.was.places {
            self.places.clone_from(&now.places);
            self.first.clone_from(&now.first);
        } else if now.was.places != self.was.places && now.was.places != placed {
            both.push((placed, now.was.places.clone()));
        }
        self.was = now.was.clone();
        both
    }

    /// Where it stands, in one line.
    fn placed(&self) -> String {
        let mut places: Vec<String> = self
            .places
            .iter()
            .filter(|(_, path)| !path.is_empty())
            .map(|(site, path)| format!("{site}/{path}"))
            .collect();
        let first = format!("{}/", self.first);
        places.sort_by_key(|place| !place.starts_with(&first));
        places.join(" ")
    }

    /// What the sheet says. `before` is the revision that it began from, `space` has the blocks that its texts may name.
    pub(super) fn check(
        &self,
        (before, space): (&StoryContent, &StoryContent),
        (sites, all_places): (&Sites, &Places),
        known: &[TopicRecord],
    ) -> Checked {
        let mut mistakes = Mistakes::new();
        let mut wrong = |field: &'static str, one: Wrong| mistakes.entry(field).or_default().push(one);
        for (field, text, most) in [
            ("headline", &self.headline, LONGEST_LINE),
            ("standfirst", &self.standfirst, LONGEST_STANDFIRST),
            ("kicker", &self.kicker, LONGEST_LINE),
            ("dateline", &self.dateline, LONGEST_LINE),
            ("seo_title", &self.seo_title, LONGEST_LINE),
            ("note", &self.note, LONGEST_NOTE),
        ] {
            if text.chars().count() > most {
                wrong(field, Wrong::new("desk-wrong-long", &most.to_string()));
            }
        }
        if self.headline.is_empty() {
            wrong("headline", Wrong::new("desk-wrong-headline", ""));
        }
        if !self.slug.is_empty() && check_slug(&self.slug).is_err() {
            wrong("slug", Wrong::new("desk-wrong-slug", ""));
        }
        let bylines = self.people(before, &mut wrong);
        let topics = self.wishes(known, &mut wrong);
        let places = self.placements(sites, &mut wrong);
        let about = self.about(all_places, before, &mut wrong);
        let lead = manuscript::read(&self.lead, &leads(space));
        let lead_picture = match lead.document.blocks.as_slice() {
            [] => None,
            [Block::Picture(picture)] => Some(picture.clone()),
            _ => {
                if lead.mistakes.is_empty() {
                    wrong("lead", Wrong::new("desk-wrong-lead", ""));
                }
                None
            }
        };
        let body = manuscript::read(&self.body, &space.body);
        for (field, found) in [("lead", &lead.mistakes), ("body", &body.mistakes)] {
            for mistake in found {
                wrong(field, of_text(mistake));
            }
        }
        let touched = |now: &str, was: &str| now != was;
        Checked {
            saving: Saving {
                content: StoryContent {
                    headline: self.headline.clone(),
                    standfirst: self.standfirst.clone(),
                    kicker: self.kicker.clone(),
                    dateline: self.dateline.clone(),
                    located: about,
                    seo_title: self.seo_title.clone(),
                    bylines,
                    lead_picture,
                    body: body.document,
                    ..before.clone()
                },
                slug: touched(&self.slug, &self.was.slug).then(|| self.slug.clone()),
                places: touched(&self.placed(), &self.was.places).then_some(places),
                topics: touched(&self.topics, &self.was.topics).then_some(topics),
                note: touched(&self.note, &self.was.note).then(|| self.note.clone()),
            },
            mistakes,
        }
    }

    fn people(&self, before: &StoryContent, wrong: &mut dyn FnMut(&'static str, Wrong)) -> Vec<Byline> {
        let mut bylines = Vec::new();
        for line in self.bylines.lines() {
            let (name, role) = line.split_once('|').unwrap_or((line, ""));
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            let role = role.trim();
            if name.is_empty() {
                continue;
            }
            if name.chars().count() > LONGEST_LINE || role.chars().count() > LONGEST_LINE || bylines.len() == MOST_NAMES
            {
                wrong(
                    "bylines",
                    Wrong::new("desk-wrong-bylines", &name.chars().take(80).collect::<String>()),
                );
                break;
            }
            // Whose page the name leads to was settled before, where it was.
            let known = before
                .bylines
                .iter()
                .find(|byline| folded(&byline.name) == folded(&name));
            bylines.push(Byline {
                author: known.and_then(|byline| byline.author),
                role: (!role.is_empty()).then(|| role.to_owned()),
                name,
            });
        }
        bylines
    }

    fn about(
        &self,
        places: &Places,
        before: &StoryContent,
        wrong: &mut dyn FnMut(&'static str, Wrong),
    ) -> Vec<Located> {
        let known = before.located.as_slice();
        match located::read(places, known, &self.located) {
            Ok(about) if about.len() <= located::MOST => return about,
            Ok(_) => wrong("located", Wrong::new("desk-wrong-long", &located::MOST.to_string())),
            Err(name) => wrong("located", Wrong::new("desk-wrong-located", &name)),
        }
        known.to_vec()
    }

    fn wishes(&self, known: &[TopicRecord], wrong: &mut dyn FnMut(&'static str, Wrong)) -> Vec<TopicWish> {
        let mut wishes = Vec::new();
        for name in self.topics.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let (name, is_new) = name.strip_prefix('+').map_or((name, false), |name| (name.trim(), true));
            let found = known.iter().find(|topic| {
                folded(&topic.name) == folded(name)
                    || topic.slug == name
                    || topic.names.iter().any(|other| folded(other) == folded(name))
            });
            match found {
                Some(topic) => wishes.push(TopicWish::Known(topic.id)),
                None if is_new
                    && name.chars().count() <= 60
                    && !crate::sites::slug_of(name).is_empty()
                    && name.chars().any(char::is_alphabetic) =>
                {
                    wishes.push(TopicWish::New(name.to_owned()));
                }
                None => wrong(
                    "topics",
                    Wrong::new("desk-wrong-topic", &name.chars().take(80).collect::<String>()),
                ),
            }
        }
        if wishes.len() > MOST_NAMES {
            wrong("topics", Wrong::new("desk-wrong-long", &MOST_NAMES.to_string()));
        }
        wishes
    }

    /// The places that there are among those named.
    pub(super) fn places_of(&self, sites: &Sites) -> Vec<Placement> {
        let placed = self.placed();
        placed
            .split_whitespace()
            .filter_map(|place| sites.placement(place))
            .collect()
    }

    fn placements(&self, sites: &Sites, wrong: &mut dyn FnMut(&'static str, Wrong)) -> Vec<Placement> {
        let mut places = Vec::new();
        for place in self.placed().split_whitespace() {
            match sites.placement(place) {
                Some(found) => places.push(found),
                None => wrong("places", Wrong::new("desk-wrong-place", place)),
            }
        }
        places
    }
}

/// The lead picture as a text of its own.
fn leads(content: &StoryContent) -> Document {
    Document {
        blocks: content.lead_picture.iter().cloned().map(Block::Picture).collect(),
    }
}

pub(crate) fn of_text(mistake: &Mistake) -> Wrong {
    Wrong {
        key: format!("desk-wrong-{}", mistake.kind.name()),
        line: mistake.line,
        said: mistake.said.clone(),
    }
}

/// The pictures of the store that a revision shows.
pub(super) fn pictures(content: &StoryContent) -> Vec<PictureId> {
    let mut ids: Vec<PictureId> = content.lead_picture.iter().filter_map(PictureBlock::stored).collect();
    ids.extend(content.body.pictures().into_iter().filter_map(PictureBlock::stored));
    ids.sort();
    ids.dedup();
    ids
}

#[cfg(test)]
mod tests {
    use super::*;
    use masthead_domain::document::Text;

    fn content() -> StoryContent {
        StoryContent {
            headline: "The wall is shut".into(),
            located: vec![Located {
                place: masthead_domain::places::PlaceId(2_950_159),
                name: "Berlin".into(),
            }],
            bylines: vec![Byline {
                name: "Ada Quill".into(),
                author: None,
                role: Some("Editor".into()),
            }],
            body: Document {
                blocks: vec![
                    Block::Paragraph {
                        text: Text::plain("One."),
                    },
                    Block::Embed {
                        url: "https://video.example/a".into(),
                        title: String::new(),
                    },
                ],
            },
            ..StoryContent::default()
        }
    }

    #[test]
    fn a_sheet_that_nobody_touched_says_what_the_story_says_and_writes_nothing_beside_it() {
        let (content, sites) = (content(), Sites::default());
        let sheet = Sheet::of_content(&content, &content);
        assert_eq!(sheet.bylines, "Ada Quill | Editor");
        let checked = sheet.check((&content, &content), (&sites, &Places::default()), &[]);
        assert!(checked.mistakes.is_empty(), "{:?}", checked.mistakes);
        assert_eq!(checked.saving.content, content);
        assert!(checked.saving.slug.is_none() && checked.saving.places.is_none());
        assert!(checked.saving.topics.is_none() && checked.saving.note.is_none());
    }

    #[test]
    fn mistakes_stand_beside_their_fields() {
        let (content, sites) = (content(), Sites::default());
        let sheet = Sheet {
            headline: String::new(),
            slug: "No Slug".into(),
            topics: "Nobody knows, + ".into(),
            located: "Berlin; Nowhere at all".into(),
            places: [("nowhere".to_owned(), "world".to_owned())].into(),
            lead: "Words.".into(),
            body: "[x](javascript:1)\n\n[[block 7: table]]".into(),
            ..Sheet::default()
        };
        let checked = sheet.check((&content, &content), (&sites, &Places::default()), &[]);
        let fields: Vec<&str> = checked.mistakes.keys().copied().collect();
        assert_eq!(
            fields,
            ["body", "headline", "lead", "located", "places", "slug", "topics"]
        );
        assert_eq!(checked.mistakes["body"].len(), 2);
    }

    #[test]
    fn revisions_to_name_blocks_of_are_few() {
        let mut sheet = Sheet {
            base: 3,
            ..Sheet::default()
        };
        assert_eq!(sheet.bases(), [3]);
        for head in [5, 7, 7, 9, 11, 13, 15] {
            sheet.on_top_of(head);
        }
        assert_eq!((sheet.base, sheet.bases.as_str()), (15, "5+7+9+11+13+15"));
    }
}
