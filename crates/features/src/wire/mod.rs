//! Taking agency copy in: identity, versions, status, embargo, routing, and the story that comes of it.

pub mod authors;
pub mod content;
pub mod topics;

use crate::app::App;
use crate::stories::{Change, ChangeError, Context};
use bytes::Bytes;
use masthead_domain::events::Event;
use masthead_domain::ids::{EventId, StoryId, WireItemId};
use masthead_domain::routing::{Route, route};
use masthead_domain::stories::{HoldKind, Placement, StoryState};
use masthead_domain::time::Timestamp;
use masthead_domain::wire::{AffectedChange, ContentType, NewsItem, PubStatus, VersionKey, VersionOrder};
use masthead_formats::Format;
use masthead_store::jobs::Lane;
use masthead_store::wire::{self as rows, NewVersion, WireItemRecord};
use masthead_store::{Tx, jobs, log};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use topics::TopicFinder;

/// Kind of the job that fetches the pictures of a story; its key is the story's id.
pub const JOB_STORY_PICTURES: &str = "story.pictures";
/// Kind of the job that takes a picture item into the library; its key is the wire item's id.
pub const JOB_WIRE_PICTURE: &str = "wire.picture";

/// An item as it arrives.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The source's name in the settings, or the import's.
    pub source: String,
    /// Its format.
    pub format: Format,
    /// What the format's reader made of it.
    pub item: NewsItem,
    /// The raw document, when it is to be kept.
    pub payload: Option<Bytes>,
    /// What the reader could not take; shown to the desk.
    pub problems: Vec<String>,
    /// Where relative names of pictures begin: an address, or a folder as `file:PATH/`.
    pub base: Option<String>,
}

/// How arrivals are treated.
#[derive(Clone, Debug, Default)]
pub struct Handling {
    /// Placements that the person named, before what the rules say.
    pub place: Vec<Placement>,
    /// Publish what may be published, whatever the rules say.
    pub publish: bool,
    /// Old material: dated by its own times, and nobody is notified.
    pub imported: bool,
    /// Never publish by itself, whatever the rules say: a draft of an export stays one.
    pub keep_back: bool,
}

/// What became of an arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The wire item; `None` in a dry run.
    pub item: Option<WireItemId>,
    /// The story made from it, if one was.
    pub story: Option<StoryId>,
    /// What happened.
    pub outcome: Outcome,
    /// Whether readers can see the story now.
    pub visible: bool,
    /// What the desk should know.
    pub note: String,
}

/// What happened to an arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A new item.
    New,
    /// A newer version of a known one.
    Updated,
    /// It was there already: nothing changed.
    Unchanged,
    /// An older version than the one that stands; kept, and it replaces nothing.
    Older,
    /// It stopped a story.
    Stopped,
}

/// Everything the transactions of a run share.
#[derive(Clone)]
pub struct Desk {
    context: Context,
    rules: Arc<Vec<masthead_domain::routing::Rule>>,
    finder: Arc<TopicFinder>,
    handling: Handling,
}

impl Desk {
    /// Reads the topics by whose names texts are searched.
    ///
    /// # Errors
    /// When the store can't answer.
    pub async fn open(app: &App, source: &str, handling: Handling) -> Result<Self, masthead_store::StoreError> {
        let finder = Arc::new(TopicFinder::load(&mut app.db.reader().await?).await?);
        Ok(Self {
            context: Context::new(app, &format!("wire:{source}")),
            rules: Arc::clone(&app.rules),
            finder,
            handling,
        })
    }

    /// The same desk at another moment.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Self {
        let mut desk = self.clone();
        desk.context.now = now;
        desk
    }

    /// The same desk with other handling.
    #[must_use]
    pub fn with(&self, handling: Handling) -> Self {
        Self {
            handling,
            ..self.clone()
        }
    }

    /// Whether the settings' rules give the arrival a place.
    pub fn routes(&self, arrival: &Arrival) -> bool {
        let decided = decide(self, arrival);
        decided
            .place
            .iter()
            .any(|text| self.context.sites.placement(text).is_some())
    }

    /// How arrivals are treated.
    pub const fn handling(&self) -> &Handling {
        &self.handling
    }

    /// The moment, ids and sites of this desk.
    pub const fn context(&self) -> &Context {
        &self.context
    }
}

/// Takes one item in, in a transaction of its own.
///
/// # Errors
/// [`ChangeError::Store`].
pub async fn take_in(app: &App, desk: &Desk, arrival: Arrival) -> Result<Taken, ChangeError> {
    let desk = desk.at(app.now());
    app.db
        .write("wire.take_in", move |tx| {
            let (desk, arrival) = (desk.clone(), arrival.clone());
            Box::pin(async move { take_in_tx(tx, &desk, &arrival).await })
        })
        .await
}

/// Takes one item in as part of a transaction.
///
/// # Errors
/// [`ChangeError::Store`].
pub async fn take_in_tx(tx: &mut Tx, desk: &Desk, arrival: &Arrival) -> Result<Taken, ChangeError> {
    let (item, context) = (&arrival.item, &desk.context);
    let scope = scope(arrival);
    let identity = rows::identity(&scope, &item.guid);
    let content_hash = content_hash(item);
    let known = rows::by_identity(tx, &identity).await?;
    let is_new = known.is_none();
    let mut record = match known {
        Some(record) => record,
        None => {
            let id = WireItemId::new(context.ids.as_ref());
            rows::insert_item(tx, id, &scope, &item.guid, rows::status_word(&item.status), context.now).await?;
            WireItemRecord {
                id,
                guid: item.guid.clone(),
                status: rows::status_word(&item.status).to_owned(),
                note: String::new(),
                story: None,
                current: None,
                version: None,
                version_created: None,
                content_hash: None,
            }
        }
    };
    if !is_new && rows::version_seen(tx, record.id, &content_hash).await? {
        return Ok(Taken {
            item: Some(record.id),
            story: record.story,
            outcome: Outcome::Unchanged,
            visible: false,
            note: record.note,
        });
    }
    let order = order(&record, item, &content_hash);
    let version = keep_version(tx, desk, arrival, record.id, &content_hash).await?;
    apply_affects(tx, desk, arrival, &scope).await?;

    let mut taken = Taken {
        item: Some(record.id),
        story: record.story,
        outcome: Outcome::New,
        visible: false,
        note: String::new(),
    };
    let stops = stopping(&item.status);
    if order == VersionOrder::Older {
        taken.outcome = Outcome::Older;
        // A canceled item with a lower version than the stored one still stops the story until an editor looks.
        if let (Some((kind, reason)), Some(story)) = (&stops, record.story) {
            let mut change = Change::begin(tx, context, story).await?;
            change.story.standing.hold(*kind, reason, context.now);
            change.log(tx, context, "story.stopped", reason).await?;
            change.commit(tx, context).await?;
            taken.outcome = Outcome::Stopped;
            record.status = rows::status_word(&item.status).to_owned();
            record.note = format!("an older version arrived as {}: an editor has to look", record.status);
            rows::set_item(tx, &record, context.now).await?;
        }
        taken.note.clone_from(&record.note);
        return Ok(taken);
    }
    if !is_new {
        taken.outcome = Outcome::Updated;
    }
    record.current = Some(version);
    record.status = rows::status_word(&item.status).to_owned();
    record.note.clear();

    let decided = decide(desk, arrival);
    let placements = placements(desk, &decided);
    let is_story = is_story(item);
    if record.story.is_some() || (is_story && !placements.is_empty()) {
        let change = story_change(tx, desk, arrival, &mut record, &placements, &decided, &identity).await?;
        let story = change.commit(tx, context).await?;
        if story.standing.hold.is_some() && stops.is_some() && !is_new {
            taken.outcome = Outcome::Stopped;
        }
        taken.visible = story.standing.is_visible(context.now);
        record.story = Some(story.id);
        taken.story = Some(story.id);
    } else if is_story {
        record.note = "no routing rule gives it a site and a section".into();
    }
    if matches!(item.content, ContentType::Picture | ContentType::Graphic) && !item.renditions.is_empty() {
        let payload = serde_json::json!({ "base": arrival.base });
        jobs::schedule_in(
            tx,
            Lane::Fetch,
            JOB_WIRE_PICTURE,
            &record.id.to_string(),
            context.now,
            &payload,
        )
        .await?;
    }
    rows::set_item(tx, &record, context.now).await?;
    let event = Event::WireReceived {
        item: record.id,
        story: record.story,
    };
    log::append(
        tx,
        EventId::new(context.ids.as_ref()),
        event.kind(),
        &event.data(),
        context.now,
    )
    .await?;
    taken.note = record.note;
    Ok(taken)
}

/// Makes or changes the story of an item.
async fn story_change(
    tx: &mut Tx,
    desk: &Desk,
    arrival: &Arrival,
    record: &mut WireItemRecord,
    placements: &[Placement],
    decided: &Route,
    identity: &[u8],
) -> Result<Change, ChangeError> {
    let (item, context) = (&arrival.item, &desk.context);
    let mut content = content::from_item(item);
    content::resolve(tx, context, &mut content).await?;
    let mut change = match record.story {
        None => {
            let slug = item.slug.as_deref().unwrap_or("");
            let mut change =
                Change::create(tx, context, &content, slug, desk.handling.imported, Some(record.id)).await?;
            change.place(tx, placements).await?;
            change
        }
        Some(id) => {
            let mut change = Change::begin(tx, context, id).await?;
            if change.story.desk_edited {
                record.note = "a newer version from the agency waits: the story was edited here".into();
            } else {
                if change.content(tx).await? != content {
                    change.revise(tx, context, &content).await?;
                }
                if matches!(
                    change.story.standing.state,
                    StoryState::Published | StoryState::Scheduled
                ) {
                    change.make_public();
                }
            }
            change
        }
    };
    let topics = topics::for_item(tx, context, &desk.finder, item, &decided.topics).await?;
    if !change.story.desk_edited {
        change.set_topics(tx, &topics).await?;
    }
    let now = context.now;
    if change.story.standing.newer_embargo(&item.embargo, now) {
        record.note = "the newer version would lift or shorten the embargo: it stands until the desk lifts it".into();
    }
    change.story.standing.expires_at = item.expires.or(change.story.standing.expires_at);
    if let Some((kind, reason)) = stopping(&item.status) {
        change.story.standing.hold(kind, &reason, now);
        change.log(tx, context, "story.stopped", &reason).await?;
        record.note = reason;
    }
    for affect in rows::affects(tx, identity).await? {
        if let AffectedChange::Status(status) = &affect.change
            && let Some((kind, reason)) = stopping(status)
        {
            change.story.standing.hold(kind, &reason, now);
            record.note = format!("{reason} (said by {})", affect.by_guid);
        }
    }
    if wants_publication(desk, decided, item, change.story.standing.state) {
        let at = publication_time(item, &desk.handling, now);
        change.publish(tx, Some(at), now).await?;
    }
    if content::has_remote_pictures(&content) {
        let payload = serde_json::json!({ "base": arrival.base.as_ref().or(item.canonical_url.as_ref()) });
        jobs::schedule_in(
            tx,
            Lane::Fetch,
            JOB_STORY_PICTURES,
            &change.story.id.to_string(),
            now,
            &payload,
        )
        .await?;
    }
    Ok(change)
}

/// Whether the story goes out by itself. An item that was stopped or is not publishable never does; one that is held
/// is published behind its hold, so that an editor's look lets it go as it was meant.
fn wants_publication(desk: &Desk, decided: &Route, item: &NewsItem, state: StoryState) -> bool {
    let asked = desk.handling.publish || decided.publish;
    let fresh = matches!(state, StoryState::Draft | StoryState::Submitted | StoryState::Ready);
    let signals_allow = NewsItem {
        status: PubStatus::Usable,
        signals: item.signals.clone(),
        ..NewsItem::default()
    }
    .is_publishable();
    asked
        && !desk.handling.keep_back
        && fresh
        && signals_allow
        && item.status != PubStatus::Canceled
        && item.best_headline().is_some()
}

/// When a story that goes out by itself was published: live copy now, unless its sender says when; old material when
/// its own times say, and never in the future.
fn publication_time(item: &NewsItem, handling: &Handling, now: Timestamp) -> Timestamp {
    let own = item.published.or(if handling.imported {
        item.first_created.or(item.version_created)
    } else {
        None
    });
    own.filter(|at| *at <= now).unwrap_or(now)
}

/// What a status does to a story.
fn stopping(status: &PubStatus) -> Option<(HoldKind, String)> {
    match status {
        PubStatus::Usable => None,
        PubStatus::Withheld => Some((
            HoldKind::Withheld,
            "The agency withholds this story until further notice.".into(),
        )),
        PubStatus::Canceled => Some((
            HoldKind::Canceled,
            "The agency that sent this story has withdrawn it.".into(),
        )),
        PubStatus::Unknown(word) => Some((
            HoldKind::UnknownStatus,
            format!("the agency sent a status that is not known here: {word}"),
        )),
    }
}

fn is_story(item: &NewsItem) -> bool {
    matches!(item.content, ContentType::Text | ContentType::Composite)
        && item.best_headline().is_some()
        && (!item.body.is_empty() || item.summary.is_some() || !item.associations.is_empty())
}

fn decide(desk: &Desk, arrival: &Arrival) -> Route {
    route(&desk.rules, &arrival.source, &arrival.item)
}

/// Placements in order: what the person named, then what the rules say.
fn placements(desk: &Desk, decided: &Route) -> Vec<Placement> {
    let mut found = desk.handling.place.clone();
    for text in &decided.place {
        if let Some(placement) = desk.context.sites.placement(text)
            && !found.iter().any(|other| other.site == placement.site)
        {
            found.push(placement);
        }
    }
    found
}

fn order(record: &WireItemRecord, item: &NewsItem, content_hash: &[u8]) -> VersionOrder {
    let Some(stored_hash) = record.content_hash.as_deref() else {
        return VersionOrder::Newer;
    };
    let arriving = VersionKey {
        version: item.version.as_deref(),
        version_created: item.version_created,
        content_hash,
    };
    let stored = VersionKey {
        version: record.version.as_deref(),
        version_created: record.version_created,
        content_hash: stored_hash,
    };
    arriving.compare_to_stored(&stored)
}

async fn keep_version(
    tx: &mut Tx,
    desk: &Desk,
    arrival: &Arrival,
    item_id: WireItemId,
    content_hash: &[u8],
) -> Result<uuid::Uuid, ChangeError> {
    let context = &desk.context;
    let payload = match &arrival.payload {
        Some(bytes) => Some(rows::put_payload(tx, bytes, context.now).await?),
        None => None,
    };
    let id = context.ids.next_uuid();
    let version = NewVersion {
        id,
        item_id,
        content_hash,
        source: &arrival.source,
        format: arrival.format.name(),
        item: &arrival.item,
        payload: payload.as_deref(),
        received_at: context.now,
    };
    rows::insert_version(tx, &version).await?;
    Ok(id)
}

/// Carries out what the document says about other items, and keeps it for those that have not arrived yet.
async fn apply_affects(tx: &mut Tx, desk: &Desk, arrival: &Arrival, scope: &str) -> Result<(), ChangeError> {
    let context = &desk.context;
    for affected in &arrival.item.affects {
        let identity = rows::identity(scope, &affected.guid);
        rows::put_affect(tx, &identity, &arrival.item.guid, affected, context.now).await?;
        let Some(mut other) = rows::by_identity(tx, &identity).await? else {
            continue;
        };
        match &affected.change {
            AffectedChange::Status(status) => {
                let Some((kind, reason)) = stopping(status) else {
                    continue;
                };
                if let Some(story) = other.story {
                    let mut change = Change::begin(tx, context, story).await?;
                    change.story.standing.hold(kind, &reason, context.now);
                    change.log(tx, context, "story.stopped", &reason).await?;
                    change.commit(tx, context).await?;
                }
                other.status = rows::status_word(status).to_owned();
                other.note = format!("{reason} (said by {})", arrival.item.guid);
            }
            AffectedChange::ReplacedBy => other.note = format!("replaced by {}", arrival.item.guid),
            AffectedChange::Corrected => other.note = format!("corrected by {}", arrival.item.guid),
        }
        rows::set_item(tx, &other, context.now).await?;
    }
    Ok(())
}

/// Within which an item's guid is unique.
///
/// Agencies' guids that are globally unique (a URN, a tag or an address) mean the same item wherever they come from:
/// a cancel that is pushed stops what a folder brought. A bare number is unique only within its provider, a feed's
/// guid only within its feed, and a saved page has its address.
fn scope(arrival: &Arrival) -> String {
    let item = &arrival.item;
    let global = item.guid.contains(':');
    match arrival.format {
        Format::Rss | Format::Atom | Format::JsonFeed if global => "feed".to_owned(),
        Format::Rss | Format::Atom | Format::JsonFeed => format!("feed:{}", arrival.source),
        Format::Html | Format::Text => "page".to_owned(),
        Format::Wxr | Format::Ghost => format!("export:{}", arrival.source),
        _ if global => "wire".to_owned(),
        _ => format!("wire:{}", item.provider.as_deref().unwrap_or("").to_lowercase()),
    }
}

/// Hash of what an item says, so that the same content is the same version whatever file brought it.
fn content_hash(item: &NewsItem) -> Vec<u8> {
    let mut hasher = Sha256::new();
    // A value that serde can't write would be a defect of ours; it then hashes as its guid alone and stays unique.
    match serde_json::to_vec(item) {
        Ok(json) => hasher.update(&json),
        Err(_) => hasher.update(item.guid.as_bytes()),
    }
    hasher.finalize().to_vec()
}
