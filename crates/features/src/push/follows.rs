//! What somebody follows, told to the devices of their account.
//!
//! Who is told of what, and when, is decided by the notices (`notices::send`), which also mark what goes out before it does.
//! Here it is said, sealed and handed over. What is about breaking news is left out for devices that the site tells of its
//! breaking news anyway.

use super::{PushFailure, vapid};
use crate::app::App;
use crate::notices::said::{Said, said};
use crate::notices::send::{Batch, take};
use futures::stream::{StreamExt as _, iter};
use masthead_domain::ids::SubscriptionId;
use masthead_domain::notices::{DAY, Means, Press};
use masthead_domain::push::{Answer, BREAKING_TTL, Endpoint, Fate, Message, fate, topic};
use masthead_services::push::{Recipient, Sealed, Sender, Urgency, Vapid, encrypt};
use masthead_store::jobs::{self, Lane};
use masthead_store::notices::deliveries::{self, About, Delivery};
use masthead_store::push::{self as rows, Subscription};
use masthead_store::{StoreError, Tx, profiles};
use masthead_web::strings::direction;
use std::sync::Arc;

/// Kind of the job that tells what is due; its key is always `all`.
pub const JOB: &str = "push.follows";

/// Rounds of a run; then the job makes room in its lane and goes on.
const ROUNDS: usize = 8;
/// Readers who are told at the same time.
const BESIDE: usize = 8;

/// Has what is due by push sent when the next of it is, as part of the transaction that put it on its way.
///
/// # Errors
/// When the store can't answer.
pub async fn schedule(tx: &mut Tx) -> Result<(), StoreError> {
    if let Some(next) = deliveries::next_due(tx, Means::Push).await? {
        jobs::schedule_in(tx, Lane::Fetch, JOB, "all", next, &serde_json::Value::Null).await?;
    }
    Ok(())
}

/// Tells what is due.
///
/// # Errors
/// [`PushFailure`]; the job is tried again.
pub async fn run(app: &Arc<App>) -> Result<(), PushFailure> {
    let Some(sender) = app.push.sender.clone() else {
        return Ok(());
    };
    let vapid = vapid(app).await?;
    for _ in 0..ROUNDS {
        let Some(batches) = take(app, Means::Push).await? else {
            break;
        };
        let told = iter(batches)
            .map(|batch| tell(app, &sender, &vapid, batch))
            .buffer_unordered(BESIDE)
            .collect::<Vec<_>>()
            .await;
        told.into_iter().collect::<Result<(), _>>()?;
    }
    app.db
        .write("push.follows", |tx| Box::pin(schedule(tx)))
        .await
        .map_err(PushFailure::Store)
}

/// Tells one reader what is due of one site, and writes down what became of it.
async fn tell(app: &App, sender: &Sender, vapid: &Vapid, batch: Batch) -> Result<(), PushFailure> {
    let mut conn = app.db.snapshot().await?;
    let profile = profiles::by_id(&mut conn, batch.profile).await?;
    let devices = match profile.and_then(|profile| profile.account) {
        Some(account) => rows::of_account(&mut conn, account).await?,
        None => Vec::new(),
    };
    let devices: Vec<Subscription> = devices.into_iter().filter(|device| device.follows).collect();
    // A device that is told by several sites is told by the one that the news is of.
    let of_site = devices.iter().any(|device| device.site == batch.site);
    let devices: Vec<Subscription> = devices
        .into_iter()
        .filter(|device| !of_site || device.site == batch.site)
        .collect();
    let mut words = Vec::with_capacity(batch.deliveries.len());
    for delivery in &batch.deliveries {
        words.push(said(app, &mut conn, delivery).await?);
    }
    drop(conn);
    for (delivery, words) in batch.deliveries.iter().zip(words) {
        let mut told = Told::default();
        // Readers may not see it any more: nobody is told.
        if let Some(words) = words {
            let message = message(delivery, words, app);
            for device in devices.iter().filter(|device| !is_told_anyway(device, delivery)) {
                let answer = send(app, sender, vapid, device, delivery, &message).await?;
                told.note(device, answer);
            }
        }
        told.keep(app, delivery).await?;
    }
    Ok(())
}

/// Whether a device gets this as breaking news of its site.
fn is_told_anyway(device: &Subscription, delivery: &Delivery) -> bool {
    device.breaking && device.site == delivery.site && matches!(delivery.about, Some(About::Breaking(_)))
}

fn message(delivery: &Delivery, words: Said, app: &App) -> Message {
    let sites = app.sites();
    let lang = sites
        .site(delivery.site)
        .map(|site| site.language.clone())
        .unwrap_or_default();
    Message {
        title: words.title,
        body: words.text,
        href: words.href,
        tag: topic(delivery.id),
        image: String::new(),
        dir: direction(&lang).to_owned(),
        lang,
    }
}

async fn send(
    app: &App,
    sender: &Sender,
    vapid: &Vapid,
    device: &Subscription,
    delivery: &Delivery,
    message: &Message,
) -> Result<Answer, PushFailure> {
    let bytes = message
        .to_bytes()
        .map_err(|error| PushFailure::Failed(error.to_string()))?;
    let recipient = Recipient {
        public_key: device.public_key.clone(),
        auth: device.auth.clone(),
    };
    let (Ok(endpoint), Ok(body)) = (Endpoint::parse(&device.endpoint), encrypt(&recipient, &bytes)) else {
        return Ok(Answer::Impossible);
    };
    let sealed = Sealed {
        endpoint,
        body,
        ttl: BREAKING_TTL,
        urgency: match delivery.press {
            Press::Usual => Urgency::Normal,
            Press::Breaking | Press::Extreme => Urgency::High,
        },
        topic: message.tag.clone(),
    };
    let turn = sender.turn(&sealed.endpoint).await;
    Ok(sender.send(turn, vapid, app.clock.as_ref(), sealed).await)
}

/// What became of one thing that a reader is told.
#[derive(Clone, Debug, Default)]
struct Told {
    handed: Vec<SubscriptionId>,
    may_have_arrived: bool,
    pause: Option<i64>,
    gone: Vec<SubscriptionId>,
    refused: Vec<SubscriptionId>,
}

impl Told {
    fn note(&mut self, device: &Subscription, answer: Answer) {
        let fate = fate(answer, 1);
        metrics::counter!("masthead_push_messages_total", "fate" => fate.name()).increment(1);
        match fate {
            Fate::Handed => self.handed.push(device.id),
            Fate::Unknown => self.may_have_arrived = true,
            Fate::Gone => self.gone.push(device.id),
            Fate::Refused => self.refused.push(device.id),
            Fate::PutOff(seconds) => self.pause = Some(seconds),
        }
    }

    /// One device that has it, or may have it, is enough: on another it would come late, and on this one twice.
    async fn keep(self, app: &App, delivery: &Delivery) -> Result<(), PushFailure> {
        let (id, now) = (delivery.id, app.now());
        // No count of attempts is kept: pauses grow with the age of what is told instead, and end after a day.
        let age = now.micros_since(delivery.created_at).div_euclid(1_000_000);
        let again = self
            .pause
            .filter(|_| age < DAY)
            .map(|pause| now.plus_seconds(pause.max(age / 4)));
        let went_out = !self.handed.is_empty() || self.may_have_arrived;
        let kept = app.db.write("push.told", move |tx| {
            let told = self.clone();
            Box::pin(async move {
                rows::told(tx, &told.handed, &told.gone, &told.refused).await?;
                match again {
                    _ if went_out => deliveries::done(tx, &[id], "sent", None).await,
                    Some(at) => deliveries::give_back(tx, &[id], at).await,
                    None => deliveries::done(tx, &[id], "dropped", None).await,
                }
            })
        });
        kept.await.map_err(PushFailure::Store)
    }
}
