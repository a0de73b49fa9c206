//! A campaign: breaking news of a site, handed to each of its browsers once.
//!
//! A due job walks them in batches, a few at the same time; how many go to one push service at once is bounded by the
//! sender. A batch is marked before it is sent and its mark is taken away with what came of it. What is marked when a node
//! goes down stays so and is not sent again: it may have arrived, and a reader is told once. What a push service puts off
//! is tried again when the walk is over. One that was stopped, because its banner or story went, is taken up where it was
//! when they come back.
//!
//! A run lasts at most [`RUN_SECONDS`], less than a job's claim, and has itself scheduled again. It runs in a task of its
//! own, so that a node which stops ends it between two batches and not within one (`Push::drain`).

use super::{PushFailure, vapid};
use crate::app::App;
use crate::pages::largest_plain;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use masthead_domain::ids::{CampaignId, SubscriptionId};
use masthead_domain::push::{Answer, BREAKING_TTL, Endpoint, Fate, Message, fate, is_worth_telling, topic};
use masthead_domain::time::Timestamp;
use masthead_services::push::{Recipient, Sealed, Sender, Urgency, Vapid, encrypt};
use masthead_store::jobs::{self, Lane};
use masthead_store::push::campaigns::{self as rows, Batch, Campaign, Reached, Settled};
use masthead_store::{Conn, StoreError, Tx, banners, public};
use masthead_web::strings::{Said, direction};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

/// Kind of the job that carries a campaign on; its key is the campaign's id.
pub const JOB: &str = "push.campaign";

/// Browsers of a batch: what may be in doubt after a crash is at most [`BATCHES`] times as many.
const BATCH: usize = 100;
/// Batches on their way at the same time, so that one slow push service doesn't hold the others up.
const BATCHES: usize = 4;
/// After so many seconds a run ends and another begins: claims of jobs hold for two minutes.
const RUN_SECONDS: i64 = 45;
/// How often it is asked again whether the news still stands while batches are on their way.
const LOOK: Duration = Duration::from_millis(200);

/// Schedules a run.
///
/// # Errors
/// When the store can't answer.
pub(super) async fn schedule(tx: &mut Tx, id: CampaignId, at: Timestamp) -> Result<(), StoreError> {
    jobs::schedule_in(tx, Lane::Fetch, JOB, &id.to_string(), at, &serde_json::Value::Null)
        .await
        .map(|_| ())
}

/// Carries a campaign on.
///
/// # Errors
/// [`PushFailure`]; the job is tried again.
pub async fn run(app: &Arc<App>, id: CampaignId) -> Result<(), PushFailure> {
    let app = Arc::clone(app);
    let task = tokio::spawn(async move {
        let held = app.push.runs.acquire().await;
        let _held = held.map_err(|error| PushFailure::Failed(error.to_string()))?;
        carry_on(&app, id).await
    });
    match task.await {
        Ok(done) => done,
        Err(error) => Err(PushFailure::Failed(format!("a run of a campaign broke off: {error}"))),
    }
}

/// How a run ended.
#[derive(Clone, Copy)]
enum End {
    /// Everybody was told who could be.
    Done,
    /// The story, or its banner, was taken back.
    Stopped,
    /// To be carried on.
    Later(Timestamp),
    /// Another run took over.
    Overtaken,
}

/// What the batches of a run share.
struct Run {
    app: Arc<App>,
    campaign: Campaign,
    sender: Sender,
    vapid: Arc<Vapid>,
    /// Set when the news was taken back: what is not on its way yet stays here.
    is_stopped: AtomicBool,
    /// Marks and their ends change the campaign's row, so that on PostgreSQL each would collide with the others.
    writing: Mutex<()>,
}

async fn carry_on(app: &Arc<App>, id: CampaignId) -> Result<(), PushFailure> {
    let Some(sender) = app.push.sender.clone() else {
        return Ok(());
    };
    let vapid = vapid(app).await?;
    let begun = app
        .db
        .write("push.begin", move |tx| Box::pin(rows::begin(tx, id)))
        .await;
    let Some(campaign) = begun.map_err(|error: StoreError| PushFailure::Store(error))? else {
        return Ok(());
    };
    let run = Arc::new(Run {
        app: Arc::clone(app),
        campaign,
        sender,
        vapid,
        is_stopped: AtomicBool::new(false),
        writing: Mutex::new(()),
    });
    let mut under_way = JoinSet::new();
    let end = walk(&run, &mut under_way).await;
    let mut settled = Ok(());
    while let Some(done) = under_way.join_next().await {
        settled = settled.and(joined(done));
    }
    let end = end?;
    settled?;
    run.end(end).await
}

/// Sends batch after batch until nothing is left that is due, or the run is over.
async fn walk(run: &Arc<Run>, under_way: &mut JoinSet<Result<(), PushFailure>>) -> Result<End, PushFailure> {
    let app = &run.app;
    let ends = app.now().plus_seconds(RUN_SECONDS);
    let mut cursor = run.campaign.cursor;
    loop {
        let Some(message) = run.message().await? else {
            run.is_stopped.store(true, Ordering::Release);
            return Ok(End::Stopped);
        };
        if under_way.len() >= BATCHES {
            tokio::select! {
                Some(done) = under_way.join_next() => joined(done)?,
                () = tokio::time::sleep(LOOK) => {}
            }
            continue;
        }
        let now = app.now();
        if now >= ends || app.push.is_stopping() {
            return Ok(End::Later(now));
        }
        if !is_worth_telling(run.campaign.planned_at, now) {
            return Ok(End::Done);
        }
        let (batch, those) = match run.next(cursor, now).await? {
            Some(next) => next,
            // What is on its way may be put off yet.
            None if !under_way.is_empty() => {
                tokio::select! {
                    Some(done) = under_way.join_next() => joined(done)?,
                    () = tokio::time::sleep(LOOK) => {}
                }
                continue;
            }
            None => {
                let next = rows::next(&mut app.db.reader().await?, run.campaign.id).await?;
                return Ok(next.map_or(End::Done, |due| End::Later(due.max(now))));
            }
        };
        if !run.mark(&batch, those.len()).await? {
            return Ok(End::Overtaken);
        }
        if let Batch::Walk(_, last) = &batch {
            cursor = *last;
        }
        let (run, message) = (Arc::clone(run), Arc::new(message));
        under_way.spawn(async move { run.send(batch, those, message).await });
    }
}

fn joined(done: Result<Result<(), PushFailure>, tokio::task::JoinError>) -> Result<(), PushFailure> {
    match done {
        Ok(settled) => settled,
        Err(error) => Err(PushFailure::Failed(format!("a batch broke off: {error}"))),
    }
}

impl Run {
    /// What is told, in each language; none when it may not be told any more.
    async fn message(&self) -> Result<Option<Words>, PushFailure> {
        let mut conn = self.app.db.snapshot().await?;
        let standing = standing(&mut conn, &self.campaign, self.app.now()).await?;
        drop(conn);
        let sites = self.app.sites();
        let (Some((text, card)), Some(site)) = (standing, sites.site(self.campaign.site)) else {
            return Ok(None);
        };
        let lang = card.language.clone().unwrap_or_else(|| site.language.clone());
        let image = card.picture.as_ref().and_then(largest_plain);
        Ok(Some(Words {
            site: site.name.clone(),
            message: Message {
                title: text,
                body: String::new(),
                href: card.path,
                tag: topic(self.campaign.id.0),
                image: image.map(|(href, _)| href).unwrap_or_default(),
                dir: direction(&lang).to_owned(),
                lang,
            },
            theme: site.theme.clone(),
        }))
    }

    /// The next browsers: of the walk, and when that is over of those that were put off until now.
    async fn next(&self, cursor: SubscriptionId, now: Timestamp) -> Result<Option<(Batch, Vec<Reached>)>, StoreError> {
        let mut conn = self.app.db.reader().await?;
        let those = rows::walk(&mut conn, self.campaign.site, cursor, BATCH).await?;
        if let Some(last) = those.last() {
            return Ok(Some((Batch::Walk(cursor, last.id), those)));
        }
        let those = rows::again(&mut conn, self.campaign.id, now, BATCH).await?;
        let ids = those.iter().map(|one| one.id).collect();
        Ok((!those.is_empty()).then_some((Batch::Again(ids), those)))
    }

    async fn mark(&self, batch: &Batch, messages: usize) -> Result<bool, StoreError> {
        let (id, run, batch) = (self.campaign.id, self.campaign.run, batch.clone());
        let _one = self.writing.lock().await;
        self.app
            .db
            .write("push.mark", move |tx| {
                let batch = batch.clone();
                Box::pin(async move { rows::mark(tx, id, run, &batch, messages).await })
            })
            .await
    }

    /// Sends a batch that was marked, and keeps what came of it.
    async fn send(&self, batch: Batch, those: Vec<Reached>, words: Arc<Words>) -> Result<(), PushFailure> {
        let texts = words.in_languages(&self.app, &those)?;
        let tag = words.message.tag.clone();
        // Some hundred key agreements: readers' requests must not wait for them.
        let sealed = tokio::task::spawn_blocking(move || {
            let seal = |one: Reached| {
                let sealed = seal(&one, &texts, &tag);
                (one, sealed)
            };
            those.into_iter().map(seal).collect::<Vec<_>>()
        });
        let sealed = sealed.await.map_err(|error| PushFailure::Failed(error.to_string()))?;
        let mut answers: FuturesUnordered<_> = sealed
            .into_iter()
            .map(|(one, sealed)| async move {
                let Some(sealed) = sealed else {
                    return (one, Some(Answer::Impossible));
                };
                let turn = self.sender.turn(&sealed.endpoint).await;
                // It may have been taken back while this one waited.
                if self.is_stopped.load(Ordering::Acquire) {
                    return (one, None);
                }
                let sent = self.sender.send(turn, &self.vapid, self.app.clock.as_ref(), sealed);
                (one, Some(sent.await))
            })
            .collect();
        let mut settled = Settled::default();
        while let Some((one, answer)) = answers.next().await {
            match answer {
                Some(answer) => note(&mut settled, &one, answer, self.app.now()),
                // It was not sent, and is when the campaign goes on.
                None => settled.put_off.push((one.id, self.app.now(), one.attempts - 1)),
            }
        }
        drop(answers);
        let (id, run) = (self.campaign.id, self.campaign.run);
        let _one = self.writing.lock().await;
        let kept = self.app.db.write("push.settle", move |tx| {
            let (batch, settled) = (batch.clone(), settled.clone());
            Box::pin(async move { rows::settle(tx, id, run, &batch, &settled).await })
        });
        kept.await.map_err(PushFailure::Store)
    }

    async fn end(&self, end: End) -> Result<(), PushFailure> {
        let (campaign, now) = (self.campaign.clone(), self.app.now());
        let ended = self.app.db.write("push.end", move |tx| {
            let campaign = campaign.clone();
            Box::pin(async move {
                let later = match end {
                    End::Later(at) => Some(at),
                    // It is back: whoever planned it found this run still under way, and left it to this run.
                    End::Stopped if standing(tx, &campaign, now).await?.is_some() => Some(now),
                    _ => None,
                };
                let is_stopped = matches!(end, End::Stopped);
                match later {
                    Some(at) => schedule(tx, campaign.id, at).await,
                    None => rows::end(tx, campaign.id, campaign.run, is_stopped).await.map(|_| ()),
                }
            })
        });
        ended.await.map_err(PushFailure::Store)
    }
}

/// The banner's text and the story that it leads to; none when readers may not see the story any more, or the banner
/// stands over another one.
async fn standing(
    conn: &mut Conn,
    campaign: &Campaign,
    now: Timestamp,
) -> Result<Option<(String, public::Card)>, StoreError> {
    let banner = banners::of_site(conn, campaign.site).await?;
    let Some(banner) = banner.filter(|banner| banner.story == campaign.story) else {
        return Ok(None);
    };
    let cards = public::visible(conn, now, campaign.site, &[campaign.story]).await?;
    Ok(cards.into_iter().next().map(|card| (banner.text, card)))
}

/// What is told, before it is said in a language.
struct Words {
    site: String,
    theme: String,
    message: Message,
}

impl Words {
    /// The bytes for each language that these browsers are told in.
    fn in_languages(&self, app: &App, those: &[Reached]) -> Result<HashMap<String, Vec<u8>>, PushFailure> {
        let failed = |error: &dyn std::fmt::Display| PushFailure::Failed(error.to_string());
        let themes = app.accounts.themes().map_err(|error| failed(&error))?;
        let mut texts = HashMap::new();
        for one in those {
            if texts.contains_key(&one.language) {
                continue;
            }
            let voice = themes.named(&self.theme).voice(&one.language, "UTC");
            let voice = voice.map_err(|error| failed(&error))?;
            let site = [("site", Said::Text(self.site.as_str().into()))];
            let message = Message {
                body: voice.say("push-breaking", &site).map_err(|error| failed(&error))?,
                ..self.message.clone()
            };
            let bytes = message.to_bytes().map_err(|error| failed(&error))?;
            texts.insert(one.language.clone(), bytes);
        }
        Ok(texts)
    }
}

/// The message for one browser; none when its keys are none.
fn seal(one: &Reached, texts: &HashMap<String, Vec<u8>>, tag: &str) -> Option<Sealed> {
    let recipient = Recipient {
        public_key: one.public_key.clone(),
        auth: one.auth.clone(),
    };
    Some(Sealed {
        endpoint: Endpoint::parse(&one.endpoint).ok()?,
        body: encrypt(&recipient, texts.get(&one.language)?).ok()?,
        ttl: BREAKING_TTL,
        urgency: Urgency::High,
        topic: tag.to_owned(),
    })
}

fn note(settled: &mut Settled, one: &Reached, answer: Answer, now: Timestamp) {
    let fate = fate(answer, one.attempts);
    metrics::counter!("masthead_push_messages_total", "fate" => fate.name()).increment(1);
    match fate {
        Fate::Handed => {
            settled.handed += 1;
            if one.failures > 0 {
                settled.recovered.push(one.id);
            }
        }
        Fate::Gone => settled.gone.push(one.id),
        Fate::Refused => settled.refused.push(one.id),
        Fate::PutOff(seconds) => {
            // A push service that rests was not asked.
            let made = match answer {
                Answer::Resting(_) => one.attempts - 1,
                _ => one.attempts,
            };
            settled.put_off.push((one.id, now.plus_seconds(seconds), made));
        }
        Fate::Unknown => settled.unknown.push(one.id),
    }
}
