//! What is due goes out: marked before, a few readers at a time, all that is due for a reader and a site in one message.
//!
//! Exactly once does not exist. What was marked when a node broke off may have gone out, and is listed
//! (`masthead check`, a metric) instead of sent again. What surely didn't go out waits again.

use super::said::{Said, said};
use super::wanted::wanted;
use super::{AccountError, proved_address, stop_href};
use crate::accounts::mailing;
use crate::app::App;
use futures::StreamExt as _;
use jiff::tz::TimeZone;
use masthead_domain::ids::{ProfileId, SiteId};
use masthead_domain::notices::{DAY, MAILS_A_DAY, Means, Pace, Press, Wishes};
use masthead_domain::places::{Chosen, Component};
use masthead_store::jobs::Lane;
use masthead_store::notices::deliveries::{self, Delivery};
use masthead_store::notices::follows;
use masthead_store::{StoreError, Tx, jobs};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// The job that sends what is due; its key is a means' name.
pub const JOB: &str = "notices.send";

/// Deliveries that are looked at for the readers of one batch.
const AT_ONCE: usize = 64;
/// Mails that go out at once.
const BESIDE: usize = 4;
/// Batches of one run; then the job makes room in its lane and goes on.
const ROUNDS: usize = 8;
/// Things that one mail tells; what is beyond is counted.
const IN_A_MAIL: usize = 30;
/// Seconds after which a mail server that can't be reached is asked again.
const REST: i64 = 60;

/// Has what is due by a means sent when the next of it is, as part of the transaction that put it on its way.
///
/// # Errors
/// When the store can't answer.
pub async fn schedule(tx: &mut Tx, means: Means) -> Result<(), StoreError> {
    // Pushes have a job of their own: a mail that can't be sent would keep them waiting.
    if means == Means::Push {
        return crate::push::follows::schedule(tx).await;
    }
    if let Some(next) = deliveries::next_due(tx, means).await? {
        jobs::schedule_in(tx, Lane::Mail, JOB, means.name(), next, &serde_json::Value::Null).await?;
    }
    Ok(())
}

/// What goes out to one reader of one site together.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Who.
    pub profile: ProfileId,
    /// In the words of which site.
    pub site: SiteId,
    /// Of what, oldest first; each is marked as going out.
    pub deliveries: Vec<Delivery>,
}

impl Batch {
    fn ids(&self) -> Vec<Uuid> {
        self.deliveries.iter().map(|delivery| delivery.id).collect()
    }
}

/// Takes what is due by a means for a few readers and marks it as going out; what is to wait because of their quiet hours,
/// or because they got enough mails today, is put off, and what they stopped following meanwhile is dropped. Nothing is due
/// when the answer is `None`.
///
/// # Errors
/// When the store can't answer.
pub async fn take(app: &App, means: Means) -> Result<Option<Vec<Batch>>, StoreError> {
    let (sites, places) = (app.sites(), Arc::clone(&app.places));
    app.db
        .write("notices.take", move |tx| {
            let (sites, places) = (Arc::clone(&sites), Arc::clone(&places));
            Box::pin(async move {
                let readers = deliveries::due(tx, means, AT_ONCE).await?;
                if readers.is_empty() {
                    return Ok(None);
                }
                let mut batches = Vec::new();
                for profile in readers {
                    let all = deliveries::of_reader(tx, profile, means).await?;
                    let all = wanted(tx, profile, means, all).await?;
                    let wishes = follows::wishes(tx, profile).await?;
                    let own = own_zone(&places, &follows::places(tx, profile).await?);
                    let is_full = means == Means::Mail && has_enough(tx, profile).await?;
                    let mut going: BTreeMap<SiteId, Vec<Delivery>> = BTreeMap::new();
                    for delivery in all {
                        let zone = sites
                            .site(delivery.site)
                            .map_or(TimeZone::UTC, |site| site.zone.clone());
                        match put_off(&wishes, &delivery, tx.now(), (&own, &zone), is_full) {
                            Some((until, pace)) => deliveries::put_off(tx, &[delivery.id], until, pace).await?,
                            None => going.entry(delivery.site).or_default().push(delivery),
                        }
                    }
                    for (site, deliveries) in going {
                        let batch = Batch {
                            profile,
                            site,
                            deliveries,
                        };
                        deliveries::start(tx, &batch.ids()).await?;
                        batches.push(batch);
                    }
                }
                Ok(Some(batches))
            })
        })
        .await
}

/// The zone of the place that somebody chose, for local news before all others.
fn own_zone(places: &crate::places::Places, chosen: &Chosen) -> Option<TimeZone> {
    Component::ALL
        .into_iter()
        .filter_map(|component| places.find(chosen.of(component)?))
        .find_map(|place| TimeZone::get(place.zone).ok())
}

async fn has_enough(tx: &mut Tx, profile: ProfileId) -> Result<bool, StoreError> {
    let after = tx.now().plus_seconds(-DAY);
    let mails = deliveries::recent_mails(tx, profile, after).await?;
    Ok(usize::try_from(mails).unwrap_or_default() >= MAILS_A_DAY)
}

/// Until when something is to wait, and whether for the digest; `None` when it goes out.
fn put_off(
    wishes: &Wishes,
    delivery: &Delivery,
    now: masthead_domain::time::Timestamp,
    (own, site): (&Option<TimeZone>, &TimeZone),
    is_full: bool,
) -> Option<(masthead_domain::time::Timestamp, Pace)> {
    if is_full && delivery.pace == Pace::Now && delivery.press != Press::Extreme {
        return Some((wishes.digest.next(now, site), Pace::Digest));
    }
    let until = wishes.put_off(delivery.press, now, own.as_ref().unwrap_or(site))?;
    Some((until, delivery.pace))
}

/// Sends the mails that are due.
///
/// # Errors
/// When the store or the mail server can't answer; the job is tried again.
pub async fn run(app: &App) -> Result<(), AccountError> {
    let mut failed = None;
    for _ in 0..ROUNDS {
        let Some(batches) = take(app, Means::Mail).await? else {
            break;
        };
        let sent: Vec<Result<(), AccountError>> = futures::stream::iter(batches)
            .map(|batch| mail(app, batch))
            .buffer_unordered(BESIDE)
            .collect()
            .await;
        failed = sent.into_iter().find_map(Result::err);
        if failed.is_some() {
            break;
        }
    }
    app.db
        .write("notices.next", |tx| Box::pin(schedule(tx, Means::Mail)))
        .await
        .map_err(|error: StoreError| AccountError::Store(error))?;
    match failed {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

#[derive(Serialize)]
struct Words<'a> {
    items: &'a [Said],
    /// How many more there are than `items`.
    more: usize,
    settings: String,
    stop: &'a str,
}

/// Mails a batch.
async fn mail(app: &App, batch: Batch) -> Result<(), AccountError> {
    let written = match write(app, &batch).await {
        Ok(written) => written,
        Err(error) => {
            give_back(app, &batch).await?;
            return Err(error);
        }
    };
    let Some((mail, told)) = written else {
        return settle(app, &batch, &[], None).await;
    };
    let handed = match mailing::hand_over(app, &mail).await {
        Ok(handed) => handed,
        Err(error) => {
            give_back(app, &batch).await?;
            return Err(error);
        }
    };
    if handed.is_waiting() {
        give_back(app, &batch).await?;
        return Err(AccountError::Failed(handed.error.unwrap_or_default()));
    }
    settle(app, &batch, &told, Some((mail, handed))).await
}

/// The mail of a batch with what it tells; `None` when there is nothing that readers may see, or nobody to write to.
async fn write(app: &App, batch: &Batch) -> Result<Option<(mailing::Written, Vec<Uuid>)>, AccountError> {
    let mut conn = app.db.snapshot().await?;
    let Some(email) = proved_address(&mut conn, batch.profile).await? else {
        return Ok(None);
    };
    let (mut items, mut told) = (Vec::new(), Vec::new());
    for delivery in &batch.deliveries {
        if let Some(said) = said(app, &mut conn, delivery).await? {
            items.push(said);
            told.push(delivery.id);
        }
    }
    drop(conn);
    if items.is_empty() {
        return Ok(None);
    }
    let sites = app.sites();
    let origin = sites.site(batch.site).or_else(|| sites.first());
    let origin = origin.map(|site| site.origin.clone()).unwrap_or_default();
    let stop = format!(
        "{origin}{}",
        stop_href(app, batch.profile, super::Stops::Follows).await?
    );
    // The newest first, and what presses before all else.
    items.reverse();
    items.sort_by_key(|said| match said.kind {
        "breaking" => 0,
        "alert" => 1,
        _ => 2,
    });
    let words = Words {
        more: items.len().saturating_sub(IN_A_MAIL),
        items: items.get(..IN_A_MAIL).unwrap_or(&items),
        settings: format!("{origin}/account/notices"),
        stop: &stop,
    };
    let mail = mailing::write_both(app, batch.site, "follows", &email, &words)?;
    let mail = mail.stopped_at(stop.clone()).numbered(deliveries::message_of(&told));
    Ok(Some((mail, told)))
}

async fn give_back(app: &App, batch: &Batch) -> Result<(), AccountError> {
    let (ids, until) = (Arc::new(batch.ids()), app.now().plus_seconds(REST));
    app.db
        .write("notices.give_back", move |tx| {
            let ids = Arc::clone(&ids);
            Box::pin(async move { deliveries::give_back(tx, &ids, until).await })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}

/// Writes down what became of a batch: what was told in a mail is sent, the rest is dropped.
async fn settle(
    app: &App,
    batch: &Batch,
    told: &[Uuid],
    mail: Option<(mailing::Written, mailing::Handed)>,
) -> Result<(), AccountError> {
    let (sent, dropped): (Vec<Uuid>, Vec<Uuid>) = batch.ids().into_iter().partition(|id| told.contains(id));
    let what = Arc::new((sent, dropped, mail));
    app.db
        .write("notices.settle", move |tx| {
            let what = Arc::clone(&what);
            Box::pin(async move {
                let (sent, dropped, mail) = what.as_ref();
                if let Some((mail, handed)) = mail {
                    let id = mailing::record(tx, mail, handed).await?;
                    deliveries::done(tx, sent, "sent", Some(id)).await?;
                }
                deliveries::done(tx, dropped, "dropped", None).await
            })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}
