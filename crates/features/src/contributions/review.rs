//! The desk's queues of contributions, at `/desk/review/contributions`, and the page of one, where it is edited and
//! decided on. Plain forms throughout.

use super::desk::of_desk;
use super::pages::{Edits, Thumb, edits, shown_state, story_href, thumbs};
use super::publish::Publication;
use super::{ContributionError, Decision, REASONS, claim, decide, edit, publish};
use crate::app::App;
use crate::comments::Decider;
use crate::comments::thread::body;
use crate::desk;
use crate::pages::store_error;
use crate::sites::SiteEntry;
use crate::stories;
use crate::visit::{Fields, Visit, see_other};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::contributions::{LONGEST_MESSAGE, State, words};
use masthead_domain::ids::{ContributionId, SiteId};
use masthead_domain::permissions::Permission;
use masthead_domain::profiles::clean_line;
use masthead_domain::stories::Placement;
use masthead_domain::time::Timestamp;
use masthead_store::contributions::call_outs as call_out_rows;
use masthead_store::contributions::{self as rows, Contribution, QUEUES};
use masthead_store::profiles::ProfileRecord;
use masthead_store::reviews::LONGEST_COUNTED;
use masthead_store::{audit, profiles};
use masthead_web::errors::WebError;
use serde::Serialize;
use std::sync::Arc;
use uuid::Uuid;

/// Items of a queue's page.
const PAGE: usize = 50;
/// Entries of a contribution's history that are shown.
const HISTORY: usize = 100;
/// The longest standfirst that is written here, in characters.
const LONGEST_STANDFIRST: usize = 300;

#[derive(Serialize)]
struct Desk {
    queue: &'static str,
    tabs: Vec<Tab>,
    items: Vec<Item>,
    call_outs: Vec<CallOutLink>,
    more: bool,
    /// Whether the desk of comments is open to the person too.
    comments: bool,
}

#[derive(Serialize)]
struct Tab {
    name: &'static str,
    count: i64,
    many: bool,
}

#[derive(Serialize)]
struct Item {
    id: String,
    kind: &'static str,
    title: String,
    state: &'static str,
    moved: i64,
    words: usize,
    site: String,
    name: String,
    profile: Option<String>,
    call_out: Option<CallOutLink>,
}

/// A call-out with its own queue at the desk.
#[derive(Clone, Serialize)]
struct CallOutLink {
    id: String,
    title: String,
    /// Whether its queue is the one that is shown.
    current: bool,
}

#[derive(Serialize)]
struct One {
    item: Item,
    version: i64,
    body: String,
    /// Title and text as the form has them.
    form_title: String,
    form_text: String,
    edits: Option<Edits>,
    pictures: Vec<Thumb>,
    into: String,
    message: String,
    reason: String,
    answer: String,
    terms: String,
    queue: &'static str,
    claimed_here: bool,
    claimed_by: String,
    claimed_until: Option<i64>,
    decidable: bool,
    publishable: bool,
    publish: Option<i64>,
    story: Option<String>,
    reasons: [&'static str; 6],
    places: Vec<Places>,
    standfirst: String,
    history: Vec<Past>,
    others: usize,
    longest: usize,
    said: String,
    wrong: Option<String>,
    done: bool,
}

/// Where something may be published on a site.
#[derive(Serialize)]
struct Places {
    site: String,
    name: String,
    chosen: String,
    sections: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Past {
    at: i64,
    act: String,
    text: String,
}

/// The sites whose contributions somebody may decide on.
fn sites_of(app: &App, by: &Decider) -> Vec<SiteId> {
    let all: Vec<SiteId> = app.sites().all().iter().map(|site| site.id).collect();
    by.grants.sites(Permission::ContributionsReview, &all)
}

fn item(app: &App, one: &Contribution, writer: Option<&ProfileRecord>) -> Item {
    let (title, text) = one.printed();
    let username = writer.and_then(|writer| writer.username.as_deref());
    let name = writer.map_or("", |writer| match writer.display_name.as_str() {
        "" => username.unwrap_or_default(),
        name => name,
    });
    Item {
        id: one.id.to_string(),
        kind: one.kind.name(),
        title: title.to_owned(),
        state: shown_state(one, app.now()),
        moved: one.standing.moved_at.as_micros(),
        words: words(text),
        site: app
            .sites()
            .site(one.site)
            .map_or_else(String::new, |site| site.name.clone()),
        name: name.to_owned(),
        profile: username.map(|name| format!("/profiles/{name}")),
        call_out: None,
    }
}

/// `GET /desk/review/contributions`
///
/// # Errors
/// When the store can't answer.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    let (app, by) = (visit.app(), Decider::from(visit.viewer()?));
    let asked = visit.query();
    let queue = QUEUES
        .iter()
        .find(|queue| **queue == asked.get("queue"))
        .unwrap_or(&"waiting");
    let sites = sites_of(app, &by);
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let mut tabs = Vec::with_capacity(QUEUES.len());
    for name in QUEUES {
        let count = if name == "decided" {
            0
        } else {
            rows::length(&mut conn, name, &sites).await.map_err(store_error)?
        };
        tabs.push(Tab {
            name,
            count: count.min(LONGEST_COUNTED),
            many: count > LONGEST_COUNTED,
        });
    }
    let asked_for: Option<Uuid> = asked.get("call-out").parse().ok();
    let mut call_outs = Vec::new();
    for site in &sites {
        for one in call_out_rows::of_site(&mut conn, *site).await.map_err(store_error)? {
            call_outs.push(CallOutLink {
                current: asked_for == Some(one.id),
                id: one.id.to_string(),
                title: one.title,
            });
        }
    }
    let mut found = match asked_for {
        Some(id) => rows::queue_of_call_out(&mut conn, queue, &sites, id, PAGE + 1).await,
        None => rows::queue(&mut conn, queue, &sites, PAGE + 1).await,
    }
    .map_err(store_error)?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let mut people: Vec<_> = found.iter().map(|one| one.profile).collect();
    people.sort();
    people.dedup();
    let people = profiles::by_ids(&mut conn, &people).await.map_err(store_error)?;
    drop(conn);
    let items = found
        .iter()
        .map(|one| Item {
            call_out: one
                .call_out
                .and_then(|id| call_outs.iter().find(|known| known.id == id.to_string()).cloned()),
            ..item(app, one, people.iter().find(|writer| writer.id == one.profile))
        })
        .collect();
    let own = Desk {
        queue,
        tabs,
        items,
        call_outs,
        more,
        comments: by.grants.may_somewhere(Permission::CommentsModerate),
    };
    let title = desk::say(&*desk::voice(&visit).await?, "review-contributions", &[])?;
    desk::page(
        &visit,
        StatusCode::OK,
        (desk::Here::Contributions, "review/contributions.html", title),
        &own,
    )
    .await
}

fn id_of(visit: &Visit) -> Result<ContributionId, WebError> {
    visit.parameter("id").parse().map_err(|_| WebError::not_found())
}

/// `GET /desk/review/contributions/<id>`
///
/// # Errors
/// 404 for a contribution of another desk.
pub async fn one(visit: Visit) -> Result<Response, WebError> {
    page(&visit, id_of(&visit)?, &Fields::default(), None).await
}

async fn page(
    visit: &Visit,
    id: ContributionId,
    typed: &Fields,
    error: Option<&ContributionError>,
) -> Result<Response, WebError> {
    let (app, by) = (visit.app(), Decider::from(visit.viewer()?));
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let one = of_desk(&mut conn, &by, id).await?;
    let writer = profiles::by_id(&mut conn, one.profile).await.map_err(store_error)?;
    let others = rows::of_profile(&mut conn, one.profile, 200)
        .await
        .map_err(store_error)?;
    let entries = audit::of_subject(&mut conn, id.0, HISTORY).await.map_err(store_error)?;
    let events: Vec<_> = entries.iter().map(|entry| entry.event).collect();
    let texts = audit::texts(&mut conn, &events).await.map_err(store_error)?;
    let now = app.now();
    let holder = one.standing.claimed(now);
    let claimed_by = match holder.filter(|holder| *holder != by.account) {
        Some(holder) => {
            let profile = profiles::of_account(&mut conn, holder).await.map_err(store_error)?;
            profile.and_then(|profile| profile.username).unwrap_or_default()
        }
        None => String::new(),
    };
    drop(conn);
    let history = entries
        .into_iter()
        .map(|entry| Past {
            at: entry.at.as_micros(),
            text: texts
                .iter()
                .find(|(event, ..)| *event == entry.event)
                .map(|(.., text)| text.clone())
                .unwrap_or_default(),
            act: entry.act.replace('.', "-"),
        })
        .collect();
    let (title, text) = one.printed();
    let or = |field: &str, known: &str| if typed.has(field) { typed.get(field) } else { known }.to_owned();
    let wrong = match error {
        Some(error) => {
            let number = match error {
                ContributionError::Text(text) => text.number(),
                _ => 0,
            };
            match error.message() {
                Some(key) => Some(visit.count(&key, &[("count", number)]).await?),
                None => None,
            }
        }
        None => None,
    };
    let state = one.standing.state;
    let own = One {
        item: item(app, &one, writer.as_ref()),
        version: one.version,
        body: body(text),
        form_title: or("title", title),
        form_text: or("text", text),
        edits: edits(&one),
        pictures: thumbs(app, one.id).await.map_err(store_error)?,
        into: typed.get("into").to_owned(),
        queue: if state.waits_for_desk() { "waiting" } else { "decided" },
        claimed_here: holder == Some(by.account),
        claimed_until: holder.and(one.standing.claim).map(|claim| claim.until.as_micros()),
        claimed_by,
        decidable: matches!(state, State::Submitted | State::Resubmitted),
        publishable: state == State::Agreed,
        publish: one.standing.publish_at.map(Timestamp::as_micros),
        story: story_href(app, &one).await.map_err(store_error)?,
        reasons: REASONS,
        places: places(app, &by, one.site, typed),
        standfirst: typed.get("standfirst").to_owned(),
        history,
        others: others
            .iter()
            .filter(|other| other.id != one.id && other.standing.state == State::Published)
            .count(),
        longest: LONGEST_MESSAGE,
        said: typed.get("message").to_owned(),
        wrong,
        done: visit.query().has("done"),
        message: one.message,
        reason: one.reason,
        answer: one.answer,
        terms: one.terms,
    };
    let status = error.map_or(StatusCode::OK, |error| match error {
        ContributionError::Standing(_) | ContributionError::Changed => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    });
    let title = own.item.title.clone();
    desk::page(
        visit,
        status,
        (desk::Here::Contributions, "review/contribution.html", title),
        &own,
    )
    .await
}

/// The sections of the sites where somebody may publish, the contribution's own site first.
fn places(app: &App, by: &Decider, own: SiteId, typed: &Fields) -> Vec<Places> {
    let sites = app.sites();
    let mut ids = sites_of(app, by);
    ids.sort_by_key(|id| *id != own);
    ids.into_iter()
        .filter_map(|id| sites.site(id))
        .map(|site| Places {
            sections: sites
                .sections_of(site.id)
                .map(|record| (record.path.clone(), record.section.name.clone()))
                .collect(),
            chosen: typed.get(&field(site)).to_owned(),
            name: site.name.clone(),
            site: site.slug.clone(),
        })
        .collect()
}

/// The field of the form that says where something goes on a site.
fn field(site: &Arc<SiteEntry>) -> String {
    format!("place-{}", site.slug)
}

/// What a form asks to be published, and where.
async fn publication(app: &App, by: &Decider, own: SiteId, fields: &Fields) -> Result<Publication, ContributionError> {
    let sites = app.sites();
    let mut ids = sites_of(app, by);
    ids.sort_by_key(|id| *id != own);
    let mut places: Vec<Placement> = Vec::new();
    for site in ids.into_iter().filter_map(|id| sites.site(id)) {
        let path = fields.get(&field(site)).to_owned();
        if !path.is_empty() {
            let known = sites.section_at(site.id, &path).ok_or(ContributionError::NoPlace)?;
            places.push(Placement {
                site: site.id,
                section: known.section.id,
            });
        }
    }
    let at = match fields.get("at") {
        "" => None,
        text => {
            // A field of the kind datetime-local gives the time of a wall clock: the site's.
            let zone = sites.site(own).map(|site| site.zone.clone());
            let local: jiff::civil::DateTime = text.parse().map_err(|_| ContributionError::NoTime)?;
            let zoned = local.to_zoned_datetime(zone.unwrap_or(jiff::tz::TimeZone::UTC));
            Some(zoned.map_err(|_| ContributionError::NoTime)?.timestamp().into())
        }
    };
    let into = match fields.get("into").trim() {
        "" => None,
        text => Some(stories::find(app, text).await.map_err(|_| ContributionError::NoPlace)?),
    };
    let chosen = fields.pairs().iter().filter(|(name, _)| name == "picture");
    Ok(Publication {
        pictures: chosen.filter_map(|(_, id)| id.parse().ok()).collect(),
        into,
        places,
        standfirst: clean_line(fields.get("standfirst"))
            .chars()
            .take(LONGEST_STANDFIRST)
            .collect(),
        at,
    })
}

/// `POST /desk/review/contributions/<id>`
///
/// # Errors
/// 404 for a contribution of another desk; what can be mended comes back in the page.
pub async fn act(visit: Visit) -> Result<Response, WebError> {
    let id = id_of(&visit)?;
    let (app, by, fields) = (visit.app(), Decider::from(visit.viewer()?), visit.form()?);
    let version = fields.get("version").parse().unwrap_or_default();
    let said = fields.get("message");
    let decision = match fields.get("act") {
        "accept" => Some(Decision::Accept),
        "request-changes" => Some(Decision::RequestChanges),
        "decline" => Some(Decision::Decline(fields.get("reason").to_owned())),
        _ => None,
    };
    let done = match (decision, fields.get("act")) {
        (Some(decision), _) => decide(app, &by, id, version, decision, said).await.map(drop),
        (None, "claim") => claim(app, &by, id, false).await,
        (None, "leave") => claim(app, &by, id, true).await,
        (None, "edit") => {
            let words = (fields.get("title"), fields.get("text"));
            edit(app, &by, id, version, words).await.map(drop)
        }
        (None, "publish") => {
            let mut conn = app.db.reader().await.map_err(store_error)?;
            let own = of_desk(&mut conn, &by, id).await?.site;
            drop(conn);
            match publication(app, &by, own, &fields).await {
                Ok(how) => publish(app, &by, id, version, how).await.map(drop),
                Err(error) => Err(error),
            }
        }
        _ => return Err(WebError::bad_request("There is no such act.")),
    };
    match done {
        Ok(()) => Ok(see_other(&format!("/desk/review/contributions/{id}?done=1"))),
        Err(error) if error.message().is_some() => page(&visit, id, &fields, Some(&error)).await,
        Err(error) => Err(error.into()),
    }
}
