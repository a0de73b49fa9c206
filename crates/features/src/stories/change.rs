//! One change of one story: begin, do, commit. What follows from the story's standing is worked out here alone.

use super::{ChangeError, slugs};
use crate::app::App;
use crate::places::Places;
use crate::sites::Sites;
use crate::wire::authors;
use masthead_domain::document::PictureBlock;
use masthead_domain::events::{Event, StoryFact};
use masthead_domain::ids::{EventId, IdSource, PictureId, SiteId, StoryId, TopicId, WireItemId};
use masthead_domain::stories::{
    GALLERIES, Placement, READERS, Standing, StoryContent, StoryError, StoryKind, StoryState,
};
use masthead_domain::time::Timestamp;
use masthead_domain::videos::{self, VIDEOS};
use masthead_store::stories::{ListEntry, PlacementRecord, StoryRecord};
use masthead_store::{
    StoreError, Tx, contributions, coverage, jobs, log, pictures, sites as site_rows, stories as rows,
    videos as video_rows,
};
use masthead_web::urls::{Day, Route};
use std::sync::Arc;
use uuid::Uuid;

/// Who changes something, when, and in which network. Cloned into every try of a transaction.
#[derive(Clone)]
pub struct Context {
    /// The moment of the change.
    pub now: Timestamp,
    /// Where new ids come from.
    pub ids: Arc<dyn IdSource>,
    /// Sites and sections.
    pub sites: Arc<Sites>,
    /// The places that there are.
    pub places: Arc<Places>,
    /// Who: a staff name, `command line`, `wire:SOURCE`, `due job`.
    pub by: String,
}

impl Context {
    /// Now, in this network.
    pub fn new(app: &App, by: &str) -> Self {
        Self {
            now: app.now(),
            ids: Arc::clone(&app.ids),
            sites: app.sites(),
            places: Arc::clone(&app.places),
            by: by.to_owned(),
        }
    }
}

/// A change under way.
pub struct Change {
    /// The story as it will be saved.
    pub story: StoryRecord,
    was_visible: bool,
    lists_before: Vec<ListEntry>,
    sites_before: Vec<SiteId>,
    /// What the newest revision says, once it was read or written.
    content: Option<StoryContent>,
    /// Something that readers see changed, whatever the standing says.
    touched: bool,
    new: bool,
}

impl Change {
    /// Makes a story in draft, with its first revision.
    ///
    /// # Errors
    /// [`ChangeError::Store`].
    pub async fn create(
        tx: &mut Tx,
        context: &Context,
        content: &StoryContent,
        slug: &str,
        imported: bool,
        wire_item: Option<WireItemId>,
    ) -> Result<Self, ChangeError> {
        let id = StoryId::new(context.ids.as_ref());
        let slug = slugs::clean(slug, &content.headline, id);
        let story = rows::insert(tx, id, &slug, &content.headline, imported, wire_item, context.now).await?;
        let mut change = Self {
            story,
            was_visible: false,
            lists_before: Vec::new(),
            sites_before: Vec::new(),
            content: None,
            touched: false,
            new: true,
        };
        change.revise(tx, context, content).await?;
        Ok(change)
    }

    /// Reads the story that is to be changed.
    ///
    /// # Errors
    /// [`ChangeError::NotFound`], [`ChangeError::Store`].
    pub async fn begin(tx: &mut Tx, context: &Context, id: StoryId) -> Result<Self, ChangeError> {
        let story = rows::by_id(tx, id)
            .await?
            .ok_or_else(|| ChangeError::NotFound(id.to_string()))?;
        let sites_before = rows::placements(tx, id)
            .await?
            .iter()
            .map(|place| place.placement.site)
            .collect();
        Ok(Self {
            was_visible: on_pages(&story.standing, context.now),
            lists_before: rows::lists(tx, id).await?,
            sites_before,
            story,
            content: None,
            touched: false,
            new: false,
        })
    }

    /// What the newest revision says.
    ///
    /// # Errors
    /// [`ChangeError::Store`].
    pub async fn content(&mut self, tx: &mut Tx) -> Result<StoryContent, ChangeError> {
        if self.content.is_none() {
            self.content = rows::revision(tx, self.story.id, self.story.head_revision).await?;
        }
        Ok(self.content.clone().unwrap_or_default())
    }

    /// Adds a revision. Readers see it only after [`Change::make_public`].
    ///
    /// # Errors
    /// [`ChangeError::Store`].
    pub async fn revise(&mut self, tx: &mut Tx, context: &Context, content: &StoryContent) -> Result<(), ChangeError> {
        self.story.head_revision += 1;
        rows::add_revision(
            tx,
            self.story.id,
            self.story.head_revision,
            content,
            &context.by,
            context.now,
        )
        .await?;
        self.content = Some(content.clone());
        Ok(())
    }

    /// Lets readers see the newest revision as soon as they may see the story.
    pub fn make_public(&mut self) {
        if self.story.public_revision != Some(self.story.head_revision) {
            self.story.public_revision = Some(self.story.head_revision);
            self.touched = true;
        }
    }

    /// Something beside the revision changed that readers see with the story: its pages are stale.
    pub const fn touch(&mut self) {
        self.touched = true;
    }

    /// Gives the story another slug, made from the headline where none is wished. Addresses that it has stay.
    pub fn set_slug(&mut self, wanted: &str, headline: &str) {
        self.story.slug = slugs::clean(wanted, headline, self.story.id);
    }

    /// Publishes the newest revision, now or at a moment.
    ///
    /// # Errors
    /// [`StoryError`] when it has no headline or no place, or was killed.
    pub async fn publish(&mut self, tx: &mut Tx, at: Option<Timestamp>, now: Timestamp) -> Result<(), ChangeError> {
        if self.content(tx).await?.headline.trim().is_empty() {
            return Err(StoryError::NoHeadline.into());
        }
        if rows::placements(tx, self.story.id).await?.is_empty() {
            return Err(StoryError::NoPlacement.into());
        }
        self.story.standing.publish(at, now)?;
        self.make_public();
        Ok(())
    }

    /// Sets where the story stands; a site that stays keeps its address.
    ///
    /// # Errors
    /// [`ChangeError::Store`].
    pub async fn place(&mut self, tx: &mut Tx, placements: &[Placement]) -> Result<(), ChangeError> {
        let known = rows::placements(tx, self.story.id).await?;
        let mut wanted: Vec<PlacementRecord> = Vec::with_capacity(placements.len());
        for placement in placements {
            if wanted.iter().any(|record| record.placement.site == placement.site) {
                continue;
            }
            let path = known
                .iter()
                .find(|r| r.placement.site == placement.site)
                .and_then(|r| r.path.clone());
            wanted.push(PlacementRecord {
                placement: *placement,
                path,
            });
        }
        if wanted != known {
            rows::set_placements(tx, self.story.id, &wanted).await?;
            self.touched = true;
        }
        Ok(())
    }

    /// Sets the story's topics.
    ///
    /// # Errors
    /// [`ChangeError::Store`].
    pub async fn set_topics(&mut self, tx: &mut Tx, topics: &[TopicId]) -> Result<(), ChangeError> {
        if rows::topics(tx, self.story.id).await? != topics {
            rows::set_topics(tx, self.story.id, topics).await?;
            self.touched = true;
        }
        Ok(())
    }

    /// Logs the act behind the change.
    ///
    /// # Errors
    /// [`ChangeError::Store`].
    pub async fn log(&self, tx: &mut Tx, context: &Context, act: &str, detail: &str) -> Result<(), ChangeError> {
        let subject = format!("story:{}", self.story.id);
        site_rows::log_act(
            tx,
            context.ids.as_ref(),
            context.now,
            &context.by,
            act,
            &subject,
            detail,
        )
        .await?;
        Ok(())
    }

    /// Works out what follows (addresses, lists, card, due jobs, event) and saves the story.
    ///
    /// # Errors
    /// [`ChangeError::Store`]; a conflict when somebody else changed the story meanwhile.
    pub async fn commit(mut self, tx: &mut Tx, context: &Context) -> Result<StoryRecord, ChangeError> {
        let id = self.story.id;
        let visible = self.story.standing.is_visible(context.now);
        let shown = self.touched || visible != self.was_visible;
        if visible && shown {
            self.story.updated_at = Some(self.public_update(context.now));
        }
        let mut placements = rows::placements(tx, id).await?;
        if let Some(published) = self.story.standing.first_published_at {
            self.assign_paths(tx, context, &mut placements, published).await?;
        }
        if (shown || self.new)
            && let Some(revision) = self.story.public_revision
        {
            self.write_card(tx, revision).await?;
        }
        let lists = if shown {
            self.write_lists(tx, context, &placements).await?
        } else {
            self.lists_before.clone()
        };
        self.schedule_due(tx).await?;
        rows::save(tx, &mut self.story, context.now).await?;
        let event = self.event(visible, shown, &placements, &lists);
        log::append(
            tx,
            EventId::new(context.ids.as_ref()),
            event.kind(),
            &event.data(),
            context.now,
        )
        .await?;
        Ok(self.story)
    }

    /// When readers are told that it was updated. A first publication, or one of old material, is no update.
    fn public_update(&self, now: Timestamp) -> Timestamp {
        let first = self.story.standing.first_published_at.unwrap_or(now);
        if self.story.imported {
            self.story.updated_at.unwrap_or(first)
        } else {
            first.max(now)
        }
    }

    /// Gives the story an address on each site where it has none yet. The address is made once, from the day of its
    /// first publication in the site's zone, and stays when the section changes later.
    async fn assign_paths(
        &mut self,
        tx: &mut Tx,
        context: &Context,
        placements: &mut [PlacementRecord],
        published: Timestamp,
    ) -> Result<(), ChangeError> {
        let mut changed = false;
        if placements.iter().all(|record| record.path.is_some()) {
            return Ok(());
        }
        let kind = self.content(tx).await?.kind;
        for record in placements.iter_mut().filter(|record| record.path.is_none()) {
            let Some(site) = context.sites.site(record.placement.site) else {
                continue;
            };
            let top = context.sites.line(record.placement.section).last().copied();
            let Some(section) = top.and_then(|section| context.sites.section(section)) else {
                continue;
            };
            let day = Day::of(published, &site.zone);
            for attempt in 1_u32.. {
                let slug = slugs::numbered(&self.story.slug, attempt);
                let route = match kind {
                    StoryKind::Article => Route::story(section.path.as_str(), slug.as_str(), day),
                    StoryKind::Gallery => Route::gallery(slug.as_str(), day),
                };
                let path = route.to_string();
                let holder = rows::at_path(tx, site.id, &path).await?;
                if holder.is_none_or(|holder| holder == self.story.id) {
                    record.path = Some(path);
                    break;
                }
            }
            changed = true;
        }
        if changed {
            rows::set_placements(tx, self.story.id, placements).await?;
        }
        Ok(())
    }

    /// Writes what cards, bylines and pictures of the public revision say.
    async fn write_card(&mut self, tx: &mut Tx, revision: i64) -> Result<(), ChangeError> {
        let content = if revision == self.story.head_revision {
            self.content(tx).await?
        } else {
            rows::revision(tx, self.story.id, revision).await?.unwrap_or_default()
        };
        let lead = content.lead_picture.as_ref().and_then(PictureBlock::stored);
        // A story without a lead picture is shown with the first one in its text.
        let lead = lead.or_else(|| content.body.pictures().into_iter().find_map(PictureBlock::stored));
        rows::set_card(tx, self.story.id, &content, lead).await?;
        let mut shown: Vec<PictureId> = content.lead_picture.iter().filter_map(PictureBlock::stored).collect();
        shown.extend(content.body.pictures().into_iter().filter_map(PictureBlock::stored));
        shown.extend(coverage::pictures(tx, self.story.id).await?);
        shown.sort();
        shown.dedup();
        let mut known = Vec::with_capacity(shown.len());
        for picture in pictures::by_ids(tx, &shown).await? {
            known.push(picture.id);
        }
        rows::set_pictures(tx, self.story.id, &known).await?;
        let video = content.lead_video.as_ref().and_then(|video| videos::own(&video.url));
        video_rows::set_of_story(tx, self.story.id, video).await?;
        let mut people = Vec::new();
        for byline in &content.bylines {
            let author = match byline.author {
                Some(author) => Some(author),
                None => authors::known(tx, &byline.name).await?,
            };
            people.extend(author.filter(|author| !people.contains(author)));
        }
        rows::set_authors(tx, self.story.id, &people).await?;
        self.story.headline.clone_from(&content.headline);
        Ok(())
    }

    /// Puts the story in the lists that its standing, places, topics and authors give, or takes it out of all.
    ///
    /// A held story stays in them: the public read path leaves it out, and letting it go brings it back as it was.
    async fn write_lists(
        &mut self,
        tx: &mut Tx,
        context: &Context,
        placements: &[PlacementRecord],
    ) -> Result<Vec<ListEntry>, ChangeError> {
        let mut entries: Vec<ListEntry> = Vec::new();
        if let (StoryState::Published, Some(published_at)) =
            (self.story.standing.state, self.story.standing.first_published_at)
        {
            let topics = rows::topics(tx, self.story.id).await?;
            let people = rows::authors(tx, self.story.id).await?;
            let readers = contributions::contributors(tx, self.story.id).await?;
            let content = self.content(tx).await?;
            let (kind, is_led) = (content.kind, content.lead_video.is_some());
            let located = context.places.lists(content.located.iter().map(|one| one.place));
            for record in placements {
                let site = record.placement.site;
                let sections = context.sites.line(record.placement.section);
                let ids = std::iter::once(site.0)
                    .chain(sections.iter().map(|section| section.0))
                    .chain(topics.iter().map(|topic| topic.0))
                    .chain(people.iter().map(|author| author.0))
                    .chain((kind == StoryKind::Gallery).then_some(GALLERIES))
                    .chain((!readers.is_empty()).then_some(READERS))
                    .chain(readers.iter().map(|(profile, _)| profile.0))
                    .chain(is_led.then_some(VIDEOS))
                    .chain(located.iter().copied());
                entries.extend(ids.map(|list| ListEntry {
                    list,
                    site,
                    published_at,
                }));
            }
        }
        let same = entries.len() == self.lists_before.len() && entries.iter().all(|e| self.lists_before.contains(e));
        if !same {
            rows::set_lists(tx, self.story.id, &entries).await?;
        }
        Ok(entries)
    }

    async fn schedule_due(&self, tx: &mut Tx) -> Result<(), StoreError> {
        let key = self.story.id.to_string();
        match self.story.standing.next_due() {
            Some(due) => {
                jobs::schedule(tx, super::JOB_DUE, &key, due, &serde_json::Value::Null).await?;
            }
            None => {
                jobs::cancel(tx, super::JOB_DUE, &key).await?;
            }
        }
        Ok(())
    }

    fn event(&self, visible: bool, shown: bool, placements: &[PlacementRecord], lists: &[ListEntry]) -> Event {
        let mut sites = self.sites_before.clone();
        sites.extend(placements.iter().map(|record| record.placement.site));
        sites.sort();
        sites.dedup();
        let mut touched: Vec<Uuid> = self.lists_before.iter().chain(lists).map(|entry| entry.list).collect();
        touched.sort();
        touched.dedup();
        let fact = StoryFact {
            story: self.story.id,
            sites,
            lists: touched,
            import: self.story.imported,
        };
        match (self.was_visible, visible) {
            _ if self.story.standing.state == StoryState::Killed => Event::StoryKilled(fact),
            (false, true) => Event::StoryPublished(fact),
            (true, false) => Event::StoryWithdrawn(fact),
            (true, true) if shown => Event::StoryUpdated(fact),
            _ => Event::StoryChanged(fact),
        }
    }
}

/// Whether pages may show the story: readers can see it, or could until its time ran out, which no event has said yet.
fn on_pages(standing: &Standing, now: Timestamp) -> bool {
    let last = standing
        .expires_at
        .map(|at| Timestamp::from_micros(at.as_micros().saturating_sub(1)));
    standing.is_visible(last.map_or(now, |last| last.min(now)))
}
