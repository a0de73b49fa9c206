//! Who is told of a fact: one delivery a reader and a means, whatever reasons they have to be told.
//!
//! It may run again from its beginning: a delivery is made of its reader, means and fact, so that the second run makes
//! none anew. That a fact was told of is noted when all of them are there.

use super::{AccountError, send};
use crate::alerts::reaching;
use crate::app::App;
use crate::banners;
use masthead_domain::alerts::{Severity, State};
use masthead_domain::ids::{AlertId, AuthorId, ProfileId, SiteId, StoryId, TopicId};
use masthead_domain::notices::{DAY, Followed, Means, Pace, Press};
use masthead_domain::places::{Component, PlaceId};
use masthead_domain::time::Timestamp;
use masthead_services::mail::Mailer;
use masthead_store::alerts::{self as alert_rows, AlertRecord};
use masthead_store::notices::deliveries::{self, About, NewDelivery, alert_subject, breaking_subject};
use masthead_store::notices::follows::{self, Follower};
use masthead_store::public::{self, Found};
use masthead_store::{Conn, StoreError, banners as banner_rows};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use uuid::Uuid;

/// The job that puts deliveries on their way; its key is the event's position.
pub const JOB: &str = "notices.spread";
/// Followers in one transaction.
const AT_ONCE: usize = 250;
/// Alerts near a place that are compared with those that changed.
const NEAR: usize = 1_000;
/// Messages of one alert that are looked at, from the newest back.
const LONGEST_CHAIN: usize = 100;
/// Alerts that are looked at where an event names none because they were too many.
const MANY_ALERTS: usize = 2_000;

/// What a job is to tell of.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Fact {
    /// A story became visible.
    Story {
        /// Which.
        story: StoryId,
        /// The lists that it stands in: topics and authors among them.
        lists: Vec<Uuid>,
    },
    /// A site's banner was set or cleared.
    Banner {
        /// The site.
        site: SiteId,
    },
    /// Alerts began, changed or ended.
    Alerts {
        /// Which; empty where there were too many to name.
        alerts: Vec<AlertId>,
        /// When.
        since: Timestamp,
    },
}

/// Puts on its way what a job holds.
///
/// # Errors
/// When the store can't answer; the job is tried again.
pub async fn run(app: &App, payload: &Value) -> Result<(), AccountError> {
    match Fact::deserialize(payload).map_err(|error| AccountError::Failed(error.to_string()))? {
        Fact::Story { story, lists } => of_story(app, story, &lists).await,
        Fact::Banner { site } => breaking(app, site, None).await,
        Fact::Alerts { alerts, since } => of_alerts(app, alerts, since).await,
    }
}

/// A story's first publication, to who follows a topic or an author of it on a site where it stands.
async fn of_story(app: &App, id: StoryId, lists: &[Uuid]) -> Result<(), AccountError> {
    let mut conn = app.db.snapshot().await?;
    let Found::Story(story, places) = public::by_id(&mut conn, app.now(), id).await? else {
        return Ok(());
    };
    drop(conn);
    // A banner may have been set ahead of its story.
    for place in &places {
        breaking(app, place.site, Some(id)).await?;
    }
    if story.published < app.now().plus_seconds(-DAY) || is_told(app, id.0).await? {
        return Ok(());
    }
    for place in &places {
        for list in lists {
            for what in [Followed::Topic(TopicId(*list)), Followed::Author(AuthorId(*list))] {
                let telling = Telling {
                    subject: id.0,
                    about: About::Story(id),
                    press: Press::Usual,
                };
                spread(app, what, place.site, |_| vec![telling]).await?;
            }
        }
    }
    told(app, vec![(id.0, 0)]).await
}

/// The banner of a site, if readers see it; of one story alone where that is named.
async fn breaking(app: &App, site: SiteId, story: Option<StoryId>) -> Result<(), AccountError> {
    let mut conn = app.db.snapshot().await?;
    let Some(banner) = banner_rows::of_site(&mut conn, site).await? else {
        return Ok(());
    };
    let is_old = banner.set_at < app.now().plus_seconds(-DAY);
    let is_another = story.is_some_and(|story| story != banner.story);
    if banner.is_quiet || is_old || is_another || banners::shown(&mut conn, app.now(), &banner).await?.is_none() {
        return Ok(());
    }
    drop(conn);
    let subject = breaking_subject(banner.story, &banner.text);
    // Each site tells its own followers of the same text.
    let on_site = Uuid::new_v5(&site.0, subject.as_bytes());
    if is_told(app, on_site).await? {
        return Ok(());
    }
    let telling = Telling {
        subject,
        about: About::Breaking(banner.story),
        press: Press::Breaking,
    };
    spread(app, Followed::Breaking, site, |_| vec![telling]).await?;
    told(app, vec![(on_site, 0)]).await
}

/// Alerts that hold since less than a day and were not told of as severe as they are now, to who follows alerts and
/// chose a place that they reach.
async fn of_alerts(app: &App, alerts: Vec<AlertId>, since: Timestamp) -> Result<(), AccountError> {
    let fresh = fresh(app, alerts, since).await?;
    let (tell, known) = told_of(app, fresh).await?;
    if !tell.is_empty() {
        let mut near_places: HashMap<PlaceId, Vec<Telling>> = HashMap::new();
        for site in app.sites().all() {
            let mut after = ProfileId(Uuid::nil());
            loop {
                let mut conn = app.db.reader().await?;
                let some = follows::followers(&mut conn, Followed::Alerts, site.id, after, AT_ONCE).await?;
                let Some(last) = some.last() else { break };
                after = last.profile;
                for place in some.iter().filter_map(|one| one.places.of(Component::Alerts)) {
                    if let Entry::Vacant(unknown) = near_places.entry(place) {
                        unknown.insert(near(app, &mut conn, place, &tell).await?);
                    }
                }
                drop(conn);
                let of = |one: &Follower| {
                    let place = one.places.of(Component::Alerts);
                    place
                        .and_then(|place| near_places.get(&place))
                        .cloned()
                        .unwrap_or_default()
                };
                put(app, site.id, &some, of).await?;
            }
        }
    }
    let all = tell.iter().chain(&known).map(|(alert, rank)| (alert.0, *rank));
    told(app, all.collect()).await
}

/// What is told of those alerts that reach a place.
async fn near(app: &App, conn: &mut Conn, place: PlaceId, tell: &Ranked) -> Result<Vec<Telling>, AccountError> {
    let Some(place) = app.places.find(place) else {
        return Ok(Vec::new());
    };
    let near = reaching(conn, app.now(), &place, NEAR).await?;
    let tellings = tell.iter().filter(|(alert, _)| near.contains(alert));
    Ok(tellings.map(|(alert, rank)| Telling::alert(*alert, *rank)).collect())
}

/// The alerts of an event that hold, and were sent or began within a day.
async fn fresh(app: &App, alerts: Vec<AlertId>, since: Timestamp) -> Result<Vec<AlertRecord>, AccountError> {
    let now = app.now();
    let mut conn = app.db.reader().await?;
    let records = if alerts.is_empty() {
        let newest = alert_rows::newest(&mut conn, (Timestamp::MAX, AlertId(Uuid::max())), MANY_ALERTS).await?;
        newest.into_iter().filter(|alert| alert.changed_at >= since).collect()
    } else {
        alert_rows::by_ids(&mut conn, &alerts).await?
    };
    let too_old = now.plus_seconds(-DAY);
    let is_fresh = |record: &AlertRecord| {
        let holds = record.state == State::Live.name() && record.turns_at.is_some_and(|until| until > now);
        let began = record.alert.seen_from().filter(|from| *from <= now);
        holds && began.max(Some(record.sent_at)) > Some(too_old)
    };
    Ok(records.into_iter().filter(is_fresh).collect())
}

type Ranked = Vec<(AlertId, i64)>;

/// Which of them are to be told of, and which only go on with what was told: an update that is no worse.
async fn told_of(app: &App, fresh: Vec<AlertRecord>) -> Result<(Ranked, Ranked), AccountError> {
    let (mut tell, mut known) = (Vec::new(), Vec::new());
    let mut conn = app.db.reader().await?;
    for record in fresh {
        let before = chain(&mut conn, &record).await?;
        let rank = record.alert.severity().rank();
        let told = deliveries::told(&mut conn, &before).await?;
        match told.into_iter().map(|(_, severity)| severity).max() {
            Some(severity) if severity >= rank => known.push((record.id, severity)),
            _ => tell.push((record.id, rank)),
        }
    }
    Ok((tell, known))
}

/// An alert with those that it goes on with, back to the first: what came between may be told of by a job that is not
/// done yet.
async fn chain(conn: &mut Conn, record: &AlertRecord) -> Result<Vec<Uuid>, StoreError> {
    let mut chain = vec![record.id.0];
    let mut references = record.alert.references.clone();
    while !references.is_empty() && chain.len() < LONGEST_CHAIN {
        let named = references
            .iter()
            .map(|one| alert_rows::id_of(&one.sender, &one.identifier));
        let earlier: Vec<AlertId> = named.filter(|id| !chain.contains(&id.0)).collect();
        chain.extend(earlier.iter().map(|id| id.0));
        let records = alert_rows::by_ids(conn, &earlier).await?;
        references = records.into_iter().flat_map(|record| record.alert.references).collect();
    }
    Ok(chain)
}

/// What a follower is told.
#[derive(Clone, Copy)]
struct Telling {
    subject: Uuid,
    about: About,
    press: Press,
}

impl Telling {
    fn alert(alert: AlertId, rank: i64) -> Self {
        Self {
            subject: alert_subject(alert, rank),
            about: About::Alert(alert),
            press: if rank == Severity::Extreme.rank() {
                Press::Extreme
            } else {
                Press::Usual
            },
        }
    }
}

/// Tells everybody who follows something on a site.
async fn spread(
    app: &App,
    what: Followed,
    site: SiteId,
    tellings: impl Fn(&Follower) -> Vec<Telling>,
) -> Result<(), AccountError> {
    let mut after = ProfileId(Uuid::nil());
    loop {
        let mut conn = app.db.reader().await?;
        let some = follows::followers(&mut conn, what, site, after, AT_ONCE).await?;
        drop(conn);
        let Some(last) = some.last() else { return Ok(()) };
        after = last.profile;
        put(app, site, &some, &tellings).await?;
    }
}

/// Makes the deliveries of some followers.
async fn put(
    app: &App,
    site: SiteId,
    followers: &[Follower],
    tellings: impl Fn(&Follower) -> Vec<Telling>,
) -> Result<(), AccountError> {
    let now = app.now();
    let zone = app
        .sites()
        .site(site)
        .map_or(jiff::tz::TimeZone::UTC, |site| site.zone.clone());
    let mails = !matches!(app.accounts.mailer, Mailer::Off);
    let mut new: Vec<NewDelivery> = Vec::new();
    for follower in followers {
        let mail = follower.mail.filter(|_| mails).map(|pace| (Means::Mail, pace));
        let push = follower.push.then_some((Means::Push, Pace::Now));
        for telling in tellings(follower) {
            new.extend([mail, push].into_iter().flatten().map(|(means, pace)| NewDelivery {
                profile: follower.profile,
                means,
                subject: telling.subject,
                about: telling.about,
                site,
                press: telling.press,
                pace,
                due: match pace {
                    Pace::Now => now,
                    Pace::Digest => follower.wishes.digest.next(now, &zone),
                },
            }));
        }
    }
    let new = Arc::new(new);
    app.db
        .write("notices.spread", move |tx| {
            let new = Arc::clone(&new);
            Box::pin(async move {
                for one in new.iter() {
                    deliveries::put(tx, one).await?;
                }
                for means in Means::ALL {
                    if new.iter().any(|one| one.means == means) {
                        send::schedule(tx, means).await?;
                    }
                }
                Ok(())
            })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}

async fn is_told(app: &App, subject: Uuid) -> Result<bool, AccountError> {
    let told = deliveries::told(&mut app.db.reader().await?, &[subject]).await?;
    Ok(!told.is_empty())
}

async fn told(app: &App, subjects: Vec<(Uuid, i64)>) -> Result<(), AccountError> {
    let subjects = Arc::new(subjects);
    app.db
        .write("notices.told", move |tx| {
            let subjects = Arc::clone(&subjects);
            Box::pin(async move {
                for (subject, severity) in subjects.iter() {
                    deliveries::tell(tx, *subject, *severity).await?;
                }
                Ok(())
            })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}
