//! Alerts: what authorities and operators of roads and trains warn of, taken in from their sources or written at the
//! desk, and shown while they hold.
//!
//! A source of alerts is fetched, watched or pushed like a wire source (`ingest`); its documents end here instead of in
//! `wire`. Messages are compared with what is known and written a few hundred at a time, one transaction and one event
//! each time, since a storm brings thousands.

mod batch;
pub mod desk;
mod map;
mod near;
pub mod pages;

pub(crate) use near::reaching;

use crate::app::App;
use crate::places::Places;
use batch::Batch;
use masthead_domain::alerts::geometry::unpack;
use masthead_domain::alerts::{Alert, Kind, Shape, State, cells};
use masthead_domain::events::Event;
use masthead_domain::ids::{AlertId, EventId};
use masthead_domain::places::Point;
use masthead_domain::time::Timestamp;
use masthead_formats::ReadContext;
use masthead_formats::alerts::{Bulletin, read};
use masthead_formats::problem::{Reading, Unreadable};
use masthead_store::alerts as rows;
use masthead_store::{StoreError, Tx, jobs, log};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// Kind of the job that begins and ends alerts in their time; its one key.
pub const JOB: &str = "alerts.turn";
const JOB_KEY: &str = "all";

/// Messages written in one transaction.
const AT_ONCE: usize = 250;
/// Alerts that an event names; beyond that it says that all may have changed.
const NAMED: usize = 200;
/// Squares that an event names.
const NAMED_CELLS: usize = 400;
/// How long what is over is kept, in seconds: whoever has the address is told that it is over.
const KEPT: i64 = 30 * 24 * 3600;
/// The longest identifier and sender, in bytes: both stand in an index.
const LONGEST_NAME: usize = 500;

/// What a source of alerts says about them beyond their own documents.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AlertSource {
    /// Its name: in commands and in `/ingest/NAME`.
    pub name: String,
    /// An address that is asked again and again.
    pub url: Option<String>,
    /// A folder whose files are taken in.
    pub folder: Option<std::path::PathBuf>,
    /// The token that a sender has to show to push to `/ingest/NAME`.
    pub token: Option<String>,
    /// Seconds between two polls.
    pub every_seconds: u32,
    /// What its alerts are about, where the format leaves a doubt: `traffic` or `emergency`.
    pub kind: Option<Kind>,
    /// Whom to thank, as the source's terms ask.
    pub credit: String,
    /// IANA zone of times without one.
    pub zone: Option<String>,
    /// The country (two letters) in which names of towns are looked up, for alerts that say where in words alone.
    pub country: Option<String>,
    /// Where its alerts hold that don't say it themselves: latitude, longitude, kilometres around.
    pub around: Option<(f64, f64, f64)>,
}

impl AlertSource {
    /// The circle in which alerts hold that name no place.
    fn circle(&self) -> Option<Shape> {
        let (lat, lon, radius_km) = self.around?;
        Some(Shape::Circle {
            center: Point::turned(lat, lon)?,
            radius_km: Some(radius_km).filter(|km| (0.0..=2_000.0).contains(km))?,
        })
    }

    /// What is wrong with its settings, in words.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.around.is_some() && self.circle().is_none() {
            faults.push(
                "`around` is a latitude, a longitude and at most 2000 kilometres, such as [53.5, 9.9, 30]".to_owned(),
            );
        }
        if let Some(zone) = self
            .zone
            .as_deref()
            .filter(|zone| jiff::tz::TimeZone::get(zone).is_err())
        {
            faults.push(format!("there is no zone '{zone}'; zones are written as Europe/Berlin"));
        }
        faults
    }
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It wasn't known.
    New,
    /// It says something else than before.
    Changed,
    /// It was there.
    Unchanged,
    /// A newer one is there.
    Older,
}

/// A message that was taken in.
#[derive(Clone, Debug, Serialize)]
pub struct Taken {
    /// The alert.
    pub id: AlertId,
    /// What became of it.
    pub outcome: Outcome,
    /// Where the alert stands now.
    pub state: State,
}

/// A message that is ready to be written.
struct Ready {
    id: AlertId,
    alert: Alert,
    shapes: Vec<Shape>,
    hash: Vec<u8>,
}

/// Reads a document of a source; work for a processor.
pub(crate) fn read_document(
    bytes: &[u8],
    origin: &str,
    source: &AlertSource,
    now: Timestamp,
) -> Result<Reading<Bulletin>, Unreadable> {
    read(
        bytes,
        &ReadContext {
            origin: Some(origin),
            zone: source.zone.as_deref(),
            ..ReadContext::at(now)
        },
    )
}

/// Takes the messages of a document in. Where it is the whole of what its source has to say, what the source said before
/// and doesn't any more is over.
///
/// # Errors
/// When the store can't answer; taken in again, the document changes nothing twice.
pub async fn take_in(app: &App, source: &AlertSource, bulletin: Bulletin) -> Result<Vec<Taken>, StoreError> {
    let ready: Vec<Ready> = bulletin
        .alerts
        .into_iter()
        .map(|alert| prepared(&app.places, source, alert))
        .collect();
    let seen: HashSet<Uuid> = ready.iter().map(|one| one.id.0).collect();
    let mut taken = Vec::with_capacity(ready.len());
    let mut rest = ready.into_iter().peekable();
    while rest.peek().is_some() {
        let chunk: Arc<Vec<Ready>> = Arc::new(rest.by_ref().take(AT_ONCE).collect());
        taken.extend(write(app, &source.name, chunk).await?);
    }
    if bulletin.is_whole {
        end_missing(app, &source.name, seen).await?;
    }
    Ok(taken)
}

fn prepared(places: &Places, source: &AlertSource, mut alert: Alert) -> Ready {
    if alert.sender.is_empty() {
        // Formats without senders have identifiers that only their source keeps apart.
        alert.sender = format!("source:{}", source.name);
    }
    alert.kind = source.kind.unwrap_or(alert.kind);
    for name in [&mut alert.sender, &mut alert.identifier] {
        *name = short(name);
    }
    for reference in &mut alert.references {
        reference.sender = short(&reference.sender);
        reference.identifier = short(&reference.identifier);
    }
    let mut shapes: Vec<Shape> = alert.shapes().into_iter().cloned().collect();
    if shapes.is_empty() {
        shapes = near::by_names(places, source, &alert);
    }
    if shapes.is_empty() {
        shapes.extend(source.circle());
    }
    // Some feeds send everything again each minute with a new moment: that alone is no change.
    let mut hash = Sha256::new();
    let said = Alert {
        sent: None,
        ..alert.clone()
    };
    hash.update(serde_json::to_vec(&said).unwrap_or_default());
    for shape in &shapes {
        hash.update(format!("{shape:?}").as_bytes());
    }
    Ready {
        id: rows::id_of(&alert.sender, &alert.identifier),
        alert,
        shapes,
        hash: hash.finalize().to_vec(),
    }
}

/// A name that an index takes.
fn short(name: &str) -> String {
    if name.len() <= LONGEST_NAME {
        return name.to_owned();
    }
    let hex: String = Sha256::digest(name.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{hex}")
}

/// What a transaction changed for readers.
#[derive(Default)]
struct Touched {
    alerts: BTreeSet<AlertId>,
    cells: BTreeSet<i64>,
}

impl Touched {
    fn add(&mut self, id: AlertId, shapes: &[Shape]) {
        self.alerts.insert(id);
        let covering = cells::covering(shapes).into_iter().map(|(cell, _)| cell);
        self.cells.extend(cells::coarse(covering));
    }

    /// Appends the event, and has the job run when the next alert turns.
    async fn tell(self, app: &Tools, tx: &mut Tx) -> Result<(), StoreError> {
        if self.alerts.is_empty() {
            return Ok(());
        }
        let all = self.alerts.len() > NAMED || self.cells.len() > NAMED_CELLS;
        let event = Event::AlertsChanged {
            alerts: if all {
                Vec::new()
            } else {
                self.alerts.into_iter().collect()
            },
            cells: if all {
                Vec::new()
            } else {
                self.cells.into_iter().collect()
            },
        };
        let now = tx.now();
        log::append(tx, EventId::new(app.ids.as_ref()), event.kind(), &event.data(), now).await?;
        schedule(tx).await
    }
}

async fn schedule(tx: &mut Tx) -> Result<(), StoreError> {
    if let Some(next) = rows::next_turn(tx).await? {
        jobs::schedule(tx, JOB, JOB_KEY, next, &serde_json::Value::Null).await?;
    }
    Ok(())
}

/// What a closure needs of the application.
#[derive(Clone)]
struct Tools {
    ids: Arc<dyn masthead_domain::ids::IdSource>,
}

impl Tools {
    fn of(app: &App) -> Self {
        Self {
            ids: Arc::clone(&app.ids),
        }
    }
}

async fn write(app: &App, source: &str, chunk: Arc<Vec<Ready>>) -> Result<Vec<Taken>, StoreError> {
    let (tools, source) = (Tools::of(app), source.to_owned());
    app.db
        .write("alerts.take", move |tx| {
            let (tools, source, chunk) = (tools.clone(), source.clone(), Arc::clone(&chunk));
            Box::pin(async move {
                let mut batch = Batch::read(tx, &source, &chunk).await?;
                let mut taken = Vec::with_capacity(chunk.len());
                for one in chunk.iter() {
                    taken.push(batch.take(tx, one).await?);
                }
                batch.write(tx).await?;
                batch.touched.tell(&tools, tx).await?;
                Ok::<_, StoreError>(taken)
            })
        })
        .await
}

/// Ends what a source doesn't list any more.
async fn end_missing(app: &App, source: &str, seen: HashSet<Uuid>) -> Result<(), StoreError> {
    let (tools, source, seen) = (Tools::of(app), source.to_owned(), Arc::new(seen));
    app.db
        .write("alerts.end_missing", move |tx| {
            let (tools, source, seen) = (tools.clone(), source.clone(), Arc::clone(&seen));
            Box::pin(async move {
                let mut touched = Touched::default();
                for known in rows::of_source(tx, &source).await? {
                    if !seen.contains(&known.id.0) {
                        rows::end(tx, known.id, "vanished").await?;
                        touched.add(known.id, &unpack(&known.shapes));
                    }
                }
                touched.tell(&tools, tx).await
            })
        })
        .await
}

/// Makes every page with alerts stale: what they say of the sources changed.
///
/// # Errors
/// When the store can't answer.
pub(crate) async fn tell_all(app: &App) -> Result<(), StoreError> {
    let tools = Tools::of(app);
    app.db
        .write("alerts.tell_all", move |tx| {
            let tools = tools.clone();
            Box::pin(async move { append_all(&tools, tx).await })
        })
        .await
}

async fn append_all(tools: &Tools, tx: &mut Tx) -> Result<(), StoreError> {
    let event = Event::AlertsChanged {
        alerts: Vec::new(),
        cells: Vec::new(),
    };
    let now = tx.now();
    log::append(tx, EventId::new(tools.ids.as_ref()), event.kind(), &event.data(), now).await?;
    Ok(())
}

/// Notes the sources of the settings, so that pages can thank them and say how they are.
///
/// # Errors
/// When the store can't answer.
pub(crate) async fn announce<'a>(app: &App, sources: impl Iterator<Item = &'a AlertSource>) -> Result<(), StoreError> {
    let wanted: Arc<Vec<_>> = Arc::new(
        sources
            .map(|source| {
                let kind = source.kind.map(Kind::name).unwrap_or_default();
                (source.name.clone(), kind.to_owned(), source.credit.clone())
            })
            .collect(),
    );
    let tools = Tools::of(app);
    app.db
        .write("alerts.announce", move |tx| {
            let (tools, wanted) = (tools.clone(), Arc::clone(&wanted));
            Box::pin(async move {
                if rows::put_sources(tx, &wanted).await? {
                    append_all(&tools, tx).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Begins and ends what is due, and forgets what has long been over.
///
/// # Errors
/// When the store can't answer; the job runs again.
pub async fn run_due(app: &App) -> Result<(), StoreError> {
    loop {
        let tools = Tools::of(app);
        let turned = app
            .db
            .write("alerts.turn", move |tx| {
                let tools = tools.clone();
                Box::pin(async move {
                    let now = tx.now();
                    let due = rows::due(tx, now, AT_ONCE).await?;
                    let mut touched = Touched::default();
                    for one in &due {
                        let over = one.alert.over_at(one.received_at);
                        if over > now && one.state == State::Waiting.name() {
                            rows::begin(tx, one, over).await?;
                        } else {
                            rows::end(tx, one.id, "expired").await?;
                        }
                        touched.add(one.id, &unpack(&one.shapes));
                    }
                    let turned = due.len();
                    touched.tell(&tools, tx).await?;
                    if turned < AT_ONCE {
                        rows::sweep(tx, now.plus_seconds(-KEPT)).await?;
                        schedule(tx).await?;
                    }
                    Ok::<_, StoreError>(turned)
                })
            })
            .await?;
        if turned < AT_ONCE {
            return Ok(());
        }
    }
}
