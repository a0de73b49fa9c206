//! Wire sources: a folder that is watched, an address that is polled, a sender that pushes. All of them end in
//! `wire::take_in`, or in `alerts::take_in` where the source is one of alerts, one document after the other; a bad one is
//! set aside with its error and never blocks the next.

mod folder;
mod packed;
mod poll;

use crate::alerts::{self, AlertSource};
use crate::app::App;
use crate::stories::ChangeError;
use crate::wire::{Arrival, Desk, Handling, Taken, take_in};
use bytes::Bytes;
use masthead_domain::stories::Placement;
use masthead_domain::time::Timestamp;
use masthead_formats::{Format, ReadContext, detect, read_items};
use masthead_store::jobs::Lane;
use masthead_store::wire::{self as rows, SetAside, SourceState};
use masthead_store::{StoreError, jobs};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Kind of the job that polls a source; its key is the source's name.
pub const JOB_POLL: &str = "ingest.poll";

/// A source as the settings have it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Source {
    /// Its name: in commands, in routing rules and in `/ingest/NAME`.
    pub name: String,
    /// A folder whose files are taken in. What went in is moved to `done` inside it, what did not to `failed`.
    pub folder: Option<PathBuf>,
    /// An address that is asked again and again.
    pub url: Option<String>,
    /// The token that a sender has to show to push to `/ingest/NAME`.
    pub token: Option<String>,
    /// The format, where the documents themselves leave a doubt.
    pub format: Option<Format>,
    /// Seconds between two polls.
    pub every_seconds: u32,
    /// Where its stories stand, as `site/section`, before what routing rules say.
    pub place: Vec<String>,
    /// Publish what may be published without a person looking.
    pub publish: bool,
    /// What makes it a source of alerts; made of the settings' `[[alerts.sources]]`.
    #[serde(skip)]
    pub alerts: Option<AlertSource>,
}

impl From<&AlertSource> for Source {
    fn from(source: &AlertSource) -> Self {
        Self {
            name: source.name.clone(),
            folder: source.folder.clone(),
            url: source.url.clone(),
            token: source.token.clone(),
            every_seconds: source.every_seconds,
            alerts: Some(source.clone()),
            ..Self::default()
        }
    }
}

/// The shortest time between two polls of a source, in seconds.
const SHORTEST_PAUSE: u32 = 5;
/// Between two polls where the settings say nothing.
const USUAL_PAUSE: u32 = 60;

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
}

/// What a document of a source brought.
#[derive(Clone, Debug, Default)]
pub struct Intake {
    /// What became of each item.
    pub taken: Vec<Taken>,
    /// What became of each alert, where the source is one of alerts.
    pub alerts: Vec<alerts::Taken>,
    /// Addresses of documents that the document names instead of holding them.
    pub links: Vec<String>,
    /// What could not be read, in words; the document is set aside with them when nothing could.
    pub problems: Vec<String>,
}

/// Why a source brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// There is no such source in the settings.
    #[error("there is no wire source '{0}' in the settings")]
    UnknownSource(String),
    /// The token is missing or wrong.
    #[error("the token is missing or wrong")]
    Token,
    /// The document could not be read: what is wrong with it, for the sender.
    #[error("the document was set aside: {}", .0.join("; "))]
    Unreadable(Vec<String>),
    /// The source could not be reached.
    #[error("{0}")]
    Source(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ChangeError> for IngestError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Store(error) => Self::Store(error),
            other => Self::Unreadable(vec![other.to_string()]),
        }
    }
}

/// Takes a document of a source in.
///
/// # Errors
/// [`IngestError::Unreadable`] when nothing of it could be read (it is set aside, raw, with the reason);
/// [`IngestError::Store`].
pub async fn document(
    app: &App,
    source: &Source,
    bytes: Vec<u8>,
    origin: &str,
    media_type: Option<&str>,
) -> Result<Intake, IngestError> {
    let bytes = if packed::is_packed(&bytes) {
        let raw = Bytes::from(bytes);
        let for_unpacking = raw.clone();
        let unpacked = tokio::task::spawn_blocking(move || packed::unpacked(&for_unpacking))
            .await
            .map_err(|error| IngestError::Source(format!("unpacking broke off: {error}")))?;
        match unpacked {
            Ok(document) => document,
            Err(reason) => return set_aside(app, source, origin, &raw, vec![reason]).await,
        }
    } else {
        bytes
    };
    if let Some(of_alerts) = &source.alerts {
        return alert_document(app, source, of_alerts, bytes, origin).await;
    }
    let desk = Desk::open(app, &source.name, handling(app, source)).await?;
    let format = source.format.or_else(|| detect(&bytes, Some(origin)));
    let Some(format) = format else {
        let reason = match media_type {
            Some(kind) => format!("its content ({kind}) is none of the formats that Masthead reads"),
            None => "its content is none of the formats that Masthead reads".to_owned(),
        };
        return set_aside(app, source, origin, &bytes, vec![reason]).await;
    };
    let now = app.now();
    let payload = Bytes::from(bytes);
    let (name, for_reader) = (origin.to_owned(), payload.clone());
    // Parsing is work for a processor, not for the threads that answer readers.
    let reading = tokio::task::spawn_blocking(move || {
        let context = ReadContext {
            origin: Some(&name),
            ..ReadContext::at(now)
        };
        read_items(&for_reader, format, &context)
    })
    .await
    .map_err(|error| IngestError::Source(format!("the reader broke off: {error}")))?;
    let reading = match reading {
        Ok(reading) => reading,
        Err(error) => return set_aside(app, source, origin, &payload, vec![error.reason]).await,
    };
    let problems: Vec<String> = reading.problems.iter().map(ToString::to_string).collect();
    if reading.value.is_empty() {
        let why = if problems.is_empty() {
            vec!["there is no item in it".to_owned()]
        } else {
            problems
        };
        // An empty feed is an ordinary answer of a quiet source.
        if matches!(format, Format::Rss | Format::Atom | Format::JsonFeed) {
            return Ok(Intake::default());
        }
        return set_aside(app, source, origin, &payload, why).await;
    }
    let base = url::Url::parse(origin).is_ok().then(|| origin.to_owned());
    let base = base.or_else(|| {
        source
            .folder
            .as_ref()
            .map(|folder| format!("file:{}", folder.display()))
    });
    let mut intake = Intake {
        taken: Vec::with_capacity(reading.value.len()),
        problems,
        ..Intake::default()
    };
    for (number, item) in reading.value.into_iter().enumerate() {
        let arrival = Arrival {
            source: source.name.clone(),
            format,
            item,
            payload: Some(payload.clone()).filter(|_| number == 0),
            problems: Vec::new(),
            base: base.clone(),
        };
        intake.taken.push(take_in(app, &desk, arrival).await?);
    }
    Ok(intake)
}

/// Takes a document of alerts in.
async fn alert_document(
    app: &App,
    source: &Source,
    of_alerts: &AlertSource,
    bytes: Vec<u8>,
    origin: &str,
) -> Result<Intake, IngestError> {
    let now = app.now();
    let payload = Bytes::from(bytes);
    let (for_reader, name, settings) = (payload.clone(), origin.to_owned(), of_alerts.clone());
    let reading = tokio::task::spawn_blocking(move || alerts::read_document(&for_reader, &name, &settings, now))
        .await
        .map_err(|error| IngestError::Source(format!("the reader broke off: {error}")))?;
    let reading = match reading {
        Ok(reading) => reading,
        Err(error) => return set_aside(app, source, origin, &payload, vec![error.reason]).await,
    };
    let links = reading.value.links.clone();
    Ok(Intake {
        alerts: alerts::take_in(app, of_alerts, reading.value).await?,
        problems: reading.problems.iter().map(ToString::to_string).collect(),
        links,
        ..Intake::default()
    })
}

fn handling(app: &App, source: &Source) -> Handling {
    let sites = app.sites();
    let place: Vec<Placement> = source.place.iter().filter_map(|text| sites.placement(text)).collect();
    Handling {
        place,
        publish: source.publish,
        imported: false,
        keep_back: false,
    }
}

async fn set_aside<T>(
    app: &App,
    source: &Source,
    record: &str,
    bytes: &[u8],
    reasons: Vec<String>,
) -> Result<T, IngestError> {
    let entry = SetAside {
        source: source.name.clone(),
        record: record.to_owned(),
        reason: reasons.join("; "),
        at: app.now(),
    };
    let (bytes, now, fresh) = (bytes.to_vec(), app.now(), app.ids.next_uuid());
    app.db
        .write("ingest.set_aside", move |tx| {
            let (entry, bytes) = (entry.clone(), bytes.clone());
            Box::pin(async move {
                let payload = rows::put_payload(tx, &bytes, now).await?;
                rows::put_set_aside(tx, fresh, &entry, Some(&payload)).await
            })
        })
        .await
        .map_err(IngestError::Store)?;
    Err(IngestError::Unreadable(reasons))
}

/// Takes a pushed document in.
///
/// # Errors
/// [`IngestError::Token`] and the errors of [`document`].
pub async fn push(
    app: &App,
    source: &Source,
    token: Option<&str>,
    bytes: Vec<u8>,
    media_type: Option<&str>,
) -> Result<Intake, IngestError> {
    let wanted = source
        .token
        .as_deref()
        .filter(|token| !token.is_empty())
        .ok_or(IngestError::Token)?;
    if !token.is_some_and(|given| same_in_constant_time(given, wanted)) {
        return Err(IngestError::Token);
    }
    let origin = format!("push {}", app.now());
    document(app, source, bytes, &origin, media_type).await
}

/// Compares hashes, so that the time tells nothing of how far a guess was right.
fn same_in_constant_time(given: &str, wanted: &str) -> bool {
    use sha2::{Digest, Sha256};
    let (given, wanted) = (Sha256::digest(given.as_bytes()), Sha256::digest(wanted.as_bytes()));
    given
        .iter()
        .zip(wanted.iter())
        .fold(0_u8, |differing, (a, b)| differing | (a ^ b))
        == 0
}

/// What a run of a source did.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RunReport {
    /// The source.
    pub source: String,
    /// Documents looked at.
    pub documents: u64,
    /// Items that were new or newer.
    pub items: u64,
    /// Items that were there already.
    pub unchanged: u64,
    /// Documents set aside, with why.
    pub set_aside: Vec<(String, String)>,
}

impl RunReport {
    fn add(&mut self, name: &str, result: Result<Intake, IngestError>) -> Result<bool, IngestError> {
        self.documents += 1;
        match result {
            Ok(intake) => {
                for taken in intake.taken {
                    match taken.outcome {
                        crate::wire::Outcome::Unchanged => self.unchanged += 1,
                        _ => self.items += 1,
                    }
                }
                for taken in intake.alerts {
                    match taken.outcome {
                        alerts::Outcome::Unchanged | alerts::Outcome::Older => self.unchanged += 1,
                        alerts::Outcome::New | alerts::Outcome::Changed => self.items += 1,
                    }
                }
                Ok(true)
            }
            Err(IngestError::Unreadable(reasons)) => {
                self.set_aside.push((name.to_owned(), reasons.join("; ")));
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

/// Polls a source once (a source that only pushes has nothing to poll) and keeps its state.
///
/// # Errors
/// [`IngestError`]; a source that can't be reached is asked again later, after a pause that grows.
pub async fn run(app: &App, source: &Source) -> Result<RunReport, IngestError> {
    let known = rows::source(&mut app.db.reader().await?, &source.name).await?;
    let mut state = known.unwrap_or_else(|| SourceState {
        name: source.name.clone(),
        ..SourceState::default()
    });
    let mut report = RunReport {
        source: source.name.clone(),
        ..RunReport::default()
    };
    let result = async {
        if let Some(folder) = &source.folder {
            folder::run(app, source, folder, &mut report).await?;
        }
        if let Some(url) = &source.url {
            poll::run(app, source, url, &mut state, &mut report).await?;
        }
        Ok::<_, IngestError>(())
    }
    .await;
    let failed_before = state.failures > 0;
    match &result {
        Ok(()) => note_end(&mut state, source.pause(), app.now(), Ok(report.items > 0)),
        Err(IngestError::Store(_)) => {}
        Err(error) => note_end(&mut state, source.pause(), app.now(), Err(error.to_string())),
    }
    let fails_now = state.failures > 0;
    save(app, state).await?;
    if source.alerts.is_some() && fails_now != failed_before {
        // Pages say since when nothing came.
        alerts::tell_all(app).await?;
    }
    result.map(|()| report)
}

/// Notes how a poll ended, whether it brought something or what went wrong, and when the next one is due: after the
/// pause (in seconds), or after one that grows with each failure.
pub(crate) fn note_end(state: &mut SourceState, pause: i64, now: Timestamp, end: Result<bool, String>) {
    match end {
        Ok(brought) => {
            state.failures = 0;
            state.last_ok_at = Some(now);
            state.last_error = None;
            if brought {
                state.last_item_at = Some(now);
            }
            state.next_poll_at = now.plus_seconds(pause);
        }
        Err(what) => {
            state.failures += 1;
            state.last_error = Some(what);
            state.next_poll_at = now.plus_seconds(back_off(pause, state.failures));
        }
    }
}

/// Twice the pause a failure, an hour at most.
fn back_off(pause: i64, failures: i64) -> i64 {
    let doublings = u32::try_from(failures.clamp(0, 12)).unwrap_or(12);
    pause.saturating_mul(1_i64 << doublings).min(3_600).max(pause)
}

async fn save(app: &App, state: SourceState) -> Result<(), IngestError> {
    app.db
        .write("ingest.save", move |tx| {
            let state = state.clone();
            Box::pin(async move {
                rows::put_source(tx, &state).await?;
                jobs::schedule_in(
                    tx,
                    Lane::Fetch,
                    JOB_POLL,
                    &state.name,
                    state.next_poll_at,
                    &serde_json::Value::Null,
                )
                .await?;
                Ok::<_, StoreError>(())
            })
        })
        .await
        .map_err(IngestError::Store)
}

/// Makes sure that every source that is polled has a due job; called at start.
///
/// # Errors
/// When the store can't answer.
pub async fn schedule_all(app: &App, sources: &[Source]) -> Result<(), StoreError> {
    let names: Vec<String> = sources
        .iter()
        .filter(|source| source.folder.is_some() || source.url.is_some())
        .map(|source| source.name.clone())
        .collect();
    alerts::announce(app, sources.iter().filter_map(|source| source.alerts.as_ref())).await?;
    let now = app.now();
    app.db
        .write("ingest.schedule_all", move |tx| {
            let names = names.clone();
            Box::pin(async move {
                for name in &names {
                    let due = rows::source(tx, name)
                        .await?
                        .map_or(now, |state| state.next_poll_at.min(now));
                    jobs::schedule_in(tx, Lane::Fetch, JOB_POLL, name, due, &serde_json::Value::Null).await?;
                }
                Ok(())
            })
        })
        .await
}

/// How many seconds a source has been silent, for alarms; `None` before it brought anything.
pub fn silence(state: &SourceState, now: Timestamp) -> Option<i64> {
    state.last_item_at.map(|at| now.micros_since(at) / 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_grows_and_ends_at_an_hour() {
        assert_eq!(back_off(60, 0), 60);
        assert_eq!(back_off(60, 1), 120);
        assert_eq!(back_off(60, 40), 3_600);
        assert_eq!(back_off(7_200, 3), 7_200);
    }

    #[test]
    fn tokens() {
        assert!(same_in_constant_time("abc", "abc"));
        assert!(!same_in_constant_time("abc", "abd"));
    }
}
