//! The press follower: reads the event log by position, finds the pages that each fact makes stale and hands them in to
//! be pressed again (`pressing`), takes withheld stories off pages, and tells how far it is.
//!
//! Correctness rests on the poll; being woken only makes it quick. Every step may be done twice. No step waits for a
//! page to be pressed: a kill that comes after a change of the whole site must not wait for thousands of renders.

use crate::pressing::{PressQueue, Turn};
use crate::standby::Standby;
use masthead_domain::events::Event;
use masthead_domain::ids::StoryId;
use masthead_domain::time::Timestamp;
use masthead_features::app::App;
use masthead_features::pages::{Pages, touched};
use masthead_store::log::{self, LogEvent};
use masthead_store::stories::{self as story_rows, Receipt};
use masthead_store::{StoreError, followers};
use masthead_web::errors::WebError;
use masthead_web::press::Rendered;
use masthead_web::press::{PageKey, Press, Removed, WithheldReceipt};
use masthead_web::surrogate::SurrogateKey;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Name of the follower in the store.
pub use masthead_features::stories::kills::PRESS;

/// Events read at once.
const AT_ONCE: u32 = 500;
/// The poll on which correctness rests.
const POLL: Duration = Duration::from_millis(500);
/// The cursor is saved at least this often, which also says that the node lives.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// Pages whose press failed that are tried again at once.
const TRIED_AGAIN: usize = 16;
/// Pages that are quiet for this long are compressed harder.
const QUIET_SECONDS: i64 = 3;

/// What the follower needs.
#[derive(Clone)]
pub struct PressFollower {
    /// The network.
    pub app: Arc<App>,
    /// What renders pages.
    pub pages: Arc<Pages>,
    /// Where they are kept.
    pub press: Arc<Press>,
    /// Where stale ones are handed in.
    pub queue: Arc<PressQueue>,
    /// Called when the table of sites was read again.
    pub sites_changed: Arc<dyn Fn() + Send + Sync>,
    /// What a start without the database is made from.
    pub standby: Standby,
}

impl PressFollower {
    /// Makes ready: stories that must not be shown are held, copies on disk that may have been overtaken are good in need
    /// only, and the cursor is set to the head of the log.
    ///
    /// # Errors
    /// When the store can't answer.
    pub async fn begin(&self) -> Result<i64, StoreError> {
        let now = self.app.now();
        let mut conn = self.app.db.snapshot().await?;
        let head = log::head(&mut conn).await?;
        self.press.withhold_from_start(story_rows::withheld(&mut conn).await?);
        drop(conn);
        self.pages.followed(head);
        // What was pressed before this start may have been overtaken while nobody followed.
        let stale = self.press.mark_all_stale(head);
        self.queue.put(stale.into_iter().map(|key| {
            let turn = Turn::of_touched(&key);
            (key, turn)
        }));
        self.standby.keep(&self.app).await?;
        self.save(head).await?;
        self.in_contact(now);
        let press = Arc::clone(&self.press);
        tokio::task::spawn_blocking(move || match press.clear_disk_of_withheld() {
            Ok(0) => {}
            Ok(pages) => tracing::info!(pages, "copies on disk of stories withheld meanwhile were removed"),
            Err(error) => tracing::error!(%error, "a copy on disk of a withheld story can't be removed"),
        });
        Ok(head)
    }

    /// Notes that everything up to the log's head of this moment was dealt with.
    fn in_contact(&self, at: Timestamp) {
        self.press.followed_at(at);
        // Written beside: nobody waits for it, and an older one only makes a start without the database more careful.
        let standby = self.standby.clone();
        tokio::task::spawn_blocking(move || standby.contact(at));
    }

    /// Follows the log until it is aborted.
    pub async fn run(self, mut position: i64) {
        let mut changed = self.app.db.changed();
        let mut saved = (position, Instant::now());
        let mut quiet_look = Instant::now();
        loop {
            let now = self.app.now();
            match self.step(position).await {
                Ok(next) => {
                    let moved = next != position;
                    position = next;
                    if moved || saved.1.elapsed() >= HEARTBEAT {
                        match self.save(position).await {
                            Ok(()) => {
                                saved = (position, Instant::now());
                                if !moved {
                                    self.in_contact(now);
                                }
                            }
                            Err(error) => tracing::warn!(%error, "the press' place in the log can't be saved"),
                        }
                    }
                    if moved {
                        continue;
                    }
                    self.press.followed_at(now);
                }
                Err(error) => {
                    tracing::warn!(%error, position, "the log can't be followed");
                    self.press.not_followed();
                    metrics::counter!("masthead_follower_failures_total", "follower" => PRESS).increment(1);
                    tokio::time::sleep(POLL).await;
                }
            }
            if quiet_look.elapsed() >= Duration::from_secs(1) {
                quiet_look = Instant::now();
                self.press_harder();
                // Pages whose press failed, or was overtaken, and that nobody presses now.
                if self.queue.is_empty() {
                    let stale = self.press.stale_pages().into_iter().take(TRIED_AGAIN);
                    self.queue.put(stale.map(|key| (key, Turn::Later)));
                }
            }
            tokio::select! {
                () = tokio::time::sleep(POLL) => {}
                woken = changed.changed() => if woken.is_err() { return },
            }
        }
    }

    /// Deals with the next events; returns the position up to which everything is done.
    ///
    /// # Errors
    /// When the store can't answer; the same events are read again.
    pub async fn step(&self, position: i64) -> Result<i64, StoreError> {
        let mut conn = self.app.db.reader().await?;
        let events = log::after(&mut conn, position, AT_ONCE).await?;
        let head = log::head(&mut conn).await?;
        drop(conn);
        metrics::gauge!("masthead_follower_lag_events", "follower" => PRESS)
            .set(u32::try_from(head.saturating_sub(position)).map_or(f64::MAX, f64::from));
        let Some(last) = events.last().map(|event| event.position) else {
            return Ok(position);
        };
        let facts: Vec<(&LogEvent, Event)> = events
            .iter()
            .filter_map(|event| Event::from_stored(&event.kind, &event.data).map(|fact| (event, fact)))
            .collect();
        let sites_changed = facts.iter().any(|(_, fact)| matches!(fact, Event::SiteChanged { .. }));
        if sites_changed {
            self.app.reload_sites().await?;
            (self.sites_changed)();
            self.standby.keep(&self.app).await?;
        }
        if facts
            .iter()
            .any(|(_, fact)| matches!(fact, Event::BannerChanged { .. }))
        {
            self.pages.forget_banners();
        }
        if facts
            .iter()
            .any(|(_, fact)| matches!(fact, Event::PartnersChanged { .. }))
        {
            self.pages.forget_partners();
        }
        for (event, fact) in &facts {
            self.withhold_or_allow(fact, event).await?;
        }
        // Told before anything is marked: see `Pages::followed`.
        self.pages.followed(last);
        let mut stale: Vec<(PageKey, Turn)> = Vec::new();
        let touched_by_it = |key: PageKey| {
            let turn = Turn::of_touched(&key);
            (key, turn)
        };
        let sites = self.app.sites();
        let mut conn = self.app.db.reader().await?;
        for (event, fact) in &facts {
            let keys = touched(&mut conn, &sites, fact).await?;
            let (comments, keys): (Vec<SurrogateKey>, Vec<_>) = keys.into_iter().partition(SurrogateKey::is_comments);
            self.queue.put_soon(self.press.mark_stale(&comments, event.position));
            let (own, others): (Vec<SurrogateKey>, Vec<_>) = keys.into_iter().partition(SurrogateKey::is_story);
            let about_it = self.press.mark_stale(&own, event.position);
            stale.extend(about_it.into_iter().map(|key| (key, Turn::First)));
            let touched = self.press.mark_stale(&others, event.position);
            if matches!(fact, Event::ForecastChanged { .. }) {
                // Made again for the next reader, so that it is seen that there is one.
                self.press.let_go(&touched);
                continue;
            }
            stale.extend(touched.into_iter().map(touched_by_it));
        }
        drop(conn);
        if sites_changed {
            let all = self.press.mark_all_stale(last);
            stale.extend(all.into_iter().map(touched_by_it));
        }
        // The home front before the fronts of sections.
        stale.sort_by_key(|(key, turn)| (*turn, key.path().len()));
        self.queue.put(stale);
        Ok(last)
    }

    /// Takes what may not be shown off every page before anything else is done, and writes down when.
    async fn withhold_or_allow(&self, fact: &Event, event: &LogEvent) -> Result<(), StoreError> {
        let (story, killed) = match fact {
            Event::StoryKilled(fact) => (fact.story, true),
            Event::StoryWithdrawn(fact) => (fact.story, false),
            Event::StoryPublished(fact) | Event::StoryUpdated(fact) => {
                // A story that was held again since says so in a later event, which is dealt with after this one; but
                // the set is only ever made smaller for what the store shows now.
                if self.is_visible(fact.story).await? && self.press.allow(fact.story) {
                    self.standby.allow(fact.story);
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        if !killed && self.is_visible(story).await? {
            return Ok(());
        }
        let (press, standby) = (Arc::clone(&self.press), self.standby.clone());
        let done = tokio::task::spawn_blocking(move || {
            let receipt = press.withhold(story)?;
            // No copy on disk shows it any more. On a full disk a kill must get through all the same.
            standby.withhold(story);
            Ok::<_, std::io::Error>(receipt)
        });
        let done = done.await;
        let receipt = match done {
            Ok(Ok(receipt)) => receipt,
            // The story is held in memory all the same. The event is read again until the disk's copy is gone too.
            Ok(Err(error)) => return Err(StoreError::Bug(format!("a page on disk can't be removed: {error}"))),
            Err(error) => return Err(StoreError::Bug(format!("withholding broke off: {error}"))),
        };
        self.write_receipts(story, &receipt, event).await
    }

    async fn is_visible(&self, story: StoryId) -> Result<bool, StoreError> {
        let found = story_rows::by_id(&mut self.app.db.reader().await?, story).await?;
        Ok(found.is_some_and(|story| story.standing.is_visible(self.app.now())))
    }

    async fn write_receipts(
        &self,
        story: StoryId,
        receipt: &WithheldReceipt,
        event: &LogEvent,
    ) -> Result<(), StoreError> {
        let of = |place: Removed| {
            let pages = receipt.pages.iter().filter(move |page| page.from == place);
            let count = pages.clone().count();
            let last = pages.map(|page| page.at).max().unwrap_or(receipt.since);
            (count, last)
        };
        let browser = receipt.pages.iter().map(|page| page.browser_seconds).max().unwrap_or(0);
        let (in_memory, memory_at) = of(Removed::Memory);
        let (on_disk, disk_at) = of(Removed::Disk);
        let receipts: Vec<Receipt> = [
            (
                "pages in memory",
                memory_at,
                format!("{in_memory} pages; browsers may show theirs for {browser} s"),
            ),
            ("pages on disk", disk_at, format!("{on_disk} copies")),
        ]
        .into_iter()
        .map(|(surface, gone_at, detail)| Receipt {
            surface: surface.to_owned(),
            node: self.app.node.clone(),
            gone_at,
            detail: format!("{detail}; event {}", event.position),
        })
        .collect();
        self.app
            .db
            .write("press.receipts", move |tx| {
                let receipts = receipts.clone();
                Box::pin(async move {
                    for receipt in &receipts {
                        story_rows::put_receipt(tx, story, receipt).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// Compresses quiet pages harder, beside everything else.
    fn press_harder(&self) {
        let press = Arc::clone(&self.press);
        tokio::task::spawn_blocking(move || press.press_harder(QUIET_SECONDS, 8));
    }

    async fn save(&self, position: i64) -> Result<(), StoreError> {
        let (node, now) = (self.app.node.clone(), self.app.now());
        self.app
            .db
            .write("press.save", move |tx| {
                let node = node.clone();
                Box::pin(async move { followers::advance(tx, PRESS, &node, position, now).await })
            })
            .await
    }
}

/// Renders the page of a key.
///
/// # Errors
/// What readers are told instead of the page.
pub async fn render(pages: &Pages, key: &PageKey) -> Result<Rendered, WebError> {
    let sites = pages.app().sites();
    let site = sites.by_slug(key.site()).ok_or_else(WebError::not_found)?;
    let query = Some(key.query()).filter(|query| !query.is_empty());
    pages.respond(site, key.path(), query).await
}
