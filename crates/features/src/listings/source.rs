//! Sources of listings: an address that is polled, or a file that somebody else writes.

use super::intake::{self, Intake};
use crate::app::App;
use crate::ingest::note_end;
use masthead_domain::events::Event;
use masthead_domain::ids::EventId;
use masthead_domain::listings::Category;
use masthead_domain::time::Timestamp;
use masthead_formats::listings::{Notation, Shape};
use masthead_services::disk;
use masthead_services::fetch::{Conditional, FetchPolicy};
use masthead_store::jobs::Lane;
use masthead_store::wire::{self as states, SourceState};
use masthead_store::{StoreError, jobs, log};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The job that polls a source; its key is the source's name.
pub const JOB_POLL: &str = "listings.poll";

/// The shortest time between two polls, and the usual one, in seconds. Listings change by the hour, and documents are
/// large.
const SHORTEST_PAUSE: u32 = 60;
const USUAL_PAUSE: u32 = 900;
/// After so many pauses without an answer a source is called silent, after two hours at the earliest.
const SILENT_AFTER: i64 = 4;
const SILENT_AT_LEAST: i64 = 7_200;
/// The largest file, in bytes.
const LARGEST: usize = 32 << 20;
/// A document that didn't change is read again after a day all the same: the dates of repeated events move on.
const READ_AGAIN: i64 = 86_400;

/// A source as the settings have it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Source {
    /// Its name: in commands and messages.
    pub name: String,
    /// What its listings are of, where the documents don't say it themselves.
    pub category: Option<Category>,
    /// An address that is asked again and again.
    pub url: Option<String>,
    /// A file that somebody else writes.
    pub file: Option<PathBuf>,
    /// How the documents are written.
    pub format: Notation,
    /// Where in JSON the list is.
    pub items: String,
    /// The source's own field of each of ours.
    pub fields: BTreeMap<String, String>,
    /// The currency of amounts that name none.
    pub currency: String,
    /// The zone of times that name none.
    pub zone: String,
    /// The site on which they are shown; all when empty.
    pub site: String,
    /// Who it comes from, as printed; the name when empty.
    pub provider: String,
    /// The credit line that the provider asks for.
    pub credit: String,
    /// Seconds between two polls.
    pub every_seconds: u32,
}

/// All sources of the settings.
pub type Sources = Arc<Vec<Source>>;

impl Source {
    /// Seconds between two polls.
    pub fn pause(&self) -> i64 {
        let wanted = if self.every_seconds == 0 {
            USUAL_PAUSE
        } else {
            self.every_seconds
        };
        i64::from(wanted.max(SHORTEST_PAUSE))
    }

    /// Who it comes from, as printed.
    pub fn printed(&self) -> &str {
        if self.provider.is_empty() {
            &self.name
        } else {
            &self.provider
        }
    }

    /// The name under which its state is kept, beside those of wire sources.
    pub fn state_name(&self) -> String {
        format!("listings:{}", self.name)
    }

    /// Whether it has been silent for so long that readers are told.
    pub fn is_silent(&self, state: &SourceState, now: Timestamp) -> bool {
        let longest = (self.pause() * SILENT_AFTER).max(SILENT_AT_LEAST);
        state
            .last_ok_at
            .is_none_or(|at| now.micros_since(at) / 1_000_000 >= longest)
    }

    pub(super) fn shape(&self) -> Shape {
        Shape {
            notation: self.format,
            category: self.category,
            items: self.items.clone(),
            fields: self.fields.clone(),
            currency: self.currency.clone(),
        }
    }

    /// The categories that it can have.
    pub fn categories(&self) -> Vec<Category> {
        match self.category {
            Some(category) => vec![category],
            None if self.format == Notation::ICalendar => vec![Category::WhatsOn],
            None => Category::ALL.into(),
        }
    }
}

/// Why a source brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It could not be reached or read, in words.
    #[error("{0}")]
    Source(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Polls a source once and keeps its state. A source that can't be reached is asked again after a pause that grows.
///
/// # Errors
/// [`SourceError`].
pub async fn run(app: &App, source: &Source) -> Result<Intake, SourceError> {
    let known = states::source(&mut app.db.reader().await?, &source.state_name()).await?;
    let mut state = known.unwrap_or_else(|| SourceState {
        name: source.state_name(),
        ..SourceState::default()
    });
    let result = poll(app, source, &mut state).await;
    let (now, was_silent) = (app.now(), source.is_silent(&state, app.now()));
    match &result {
        Ok(intake) => note_end(&mut state, source.pause(), now, Ok(intake.read)),
        Err(SourceError::Store(_)) => {}
        Err(error) => note_end(&mut state, source.pause(), now, Err(error.to_string())),
    }
    // Pages say since when there is no data, and that there is some again.
    let turned = was_silent || source.is_silent(&state, now);
    save(app, source, state, turned).await?;
    result
}

async fn save(app: &App, source: &Source, state: SourceState, turned: bool) -> Result<(), StoreError> {
    let (ids, name) = (Arc::clone(&app.ids), source.name.clone());
    let event = Event::ListingsChanged {
        categories: source.categories(),
        listings: Vec::new(),
    };
    app.db
        .write("listings.save", move |tx| {
            let (ids, state, name, event) = (Arc::clone(&ids), state.clone(), name.clone(), event.clone());
            Box::pin(async move {
                states::put_source(tx, &state).await?;
                jobs::schedule_in(
                    tx,
                    Lane::Fetch,
                    JOB_POLL,
                    &name,
                    state.next_poll_at,
                    &serde_json::Value::Null,
                )
                .await?;
                if turned {
                    let now = tx.now();
                    log::append(tx, EventId::new(ids.as_ref()), event.kind(), &event.data(), now).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .await
}

async fn poll(app: &App, source: &Source, state: &mut SourceState) -> Result<Intake, SourceError> {
    let again = state
        .last_item_at
        .is_none_or(|at| app.now().micros_since(at) / 1_000_000 >= READ_AGAIN);
    let bytes = match (&source.url, &source.file) {
        (Some(url), _) => address(app, url, state, again).await?,
        (None, Some(file)) => file_of(file, state, again).await?,
        (None, None) => return Ok(Intake::default()),
    };
    match bytes {
        Some(bytes) => intake::take_in(app, source, bytes).await,
        None => Ok(Intake::default()),
    }
}

/// What an address has; `None` when it has nothing new.
async fn address(app: &App, url: &str, state: &mut SourceState, again: bool) -> Result<Option<Vec<u8>>, SourceError> {
    let conditional = (!again).then(|| Conditional {
        etag: state.etag.clone(),
        last_modified: state.last_modified.clone(),
    });
    let failed = |error: &dyn std::fmt::Display| SourceError::Source(format!("{url}: {error}"));
    // The address is the operator's own: what the settings allow is open to it.
    let answer = app
        .fetcher
        .get(url, FetchPolicy::Operator, conditional)
        .await
        .map_err(|error| failed(&error))?;
    if answer.is_not_modified() {
        return Ok(None);
    }
    let answer = answer.success().map_err(|error| failed(&error))?;
    state.etag.clone_from(&answer.headers.etag);
    state.last_modified.clone_from(&answer.headers.last_modified);
    Ok(Some(answer.body.to_vec()))
}

/// What a file has; `None` when it is what it was.
async fn file_of(file: &Path, state: &mut SourceState, again: bool) -> Result<Option<Vec<u8>>, SourceError> {
    let failed = |what: &dyn std::fmt::Display| SourceError::Source(format!("{}: {what}", file.display()));
    let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else {
        return Err(failed(&"no file"));
    };
    let bytes = disk::read_within(folder, Path::new(name), LARGEST)
        .await
        .map_err(|error| failed(&error))?;
    let bytes = bytes.ok_or_else(|| failed(&"there is no such file"))?;
    let print = Sha256::digest(&bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    let same = state.etag.as_deref() == Some(print.as_str());
    state.etag = Some(print);
    Ok((again || !same).then(|| bytes.to_vec()))
}

/// Makes sure that every source has a due job; called at start.
///
/// # Errors
/// When the store can't answer.
pub async fn schedule_all(app: &App) -> Result<(), StoreError> {
    let sources = Arc::clone(&app.listings);
    app.db
        .write("listings.schedule_all", move |tx| {
            let sources = Arc::clone(&sources);
            Box::pin(async move {
                let now = tx.now();
                for source in sources.iter() {
                    let state = states::source(tx, &source.state_name()).await?;
                    let due = state.map_or(now, |state| state.next_poll_at.min(now));
                    jobs::schedule_in(tx, Lane::Fetch, JOB_POLL, &source.name, due, &serde_json::Value::Null).await?;
                }
                super::turns::schedule(tx).await
            })
        })
        .await
}
