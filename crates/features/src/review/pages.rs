//! `/desk/review`: the queues as a page of plain forms. A small script beside it decides by keyboard and waits for no
//! answer.

use super::queue::{self, Item};
use super::{QUEUES, SPANS, Suspending};
use crate::comments::thread::body;
use crate::comments::{CommentError, Decider, Decision, decide, feature, is_against};
use crate::desk;
use crate::pages::store_error;
use crate::visit::{Fields, Visit, see_other};
use axum::body::Body;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use masthead_domain::comments::RemovalReason;
use masthead_domain::comments::checks::Finding;
use masthead_domain::ids::{CommentId, SiteId};
use masthead_domain::permissions::Permission;
use masthead_domain::time::Timestamp;
use masthead_store::profiles::ProfileRecord;
use masthead_store::reviews::LONGEST_COUNTED;
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use serde::Serialize;

/// Items that may be decided on at once.
const MOST_AT_ONCE: usize = 100;

#[derive(Serialize)]
struct Desk {
    queue: &'static str,
    of: String,
    sites: Vec<SiteLink>,
    tabs: Vec<Tab>,
    items: Vec<View>,
    more: bool,
    reasons: Vec<&'static str>,
    spans: Vec<&'static str>,
    /// Whether suspensions may hold for the whole network.
    everywhere: bool,
    /// Whether the queues of contributions are open to the person too.
    contributions: bool,
    /// Whether the word lists are.
    lists: bool,
    log: bool,
    people: bool,
    done: String,
}

#[derive(Serialize)]
struct SiteLink {
    slug: String,
    name: String,
    current: bool,
}

#[derive(Serialize)]
struct Tab {
    name: &'static str,
    count: i64,
    many: bool,
    current: bool,
}

#[derive(Serialize)]
struct View {
    id: String,
    state: &'static str,
    since: i64,
    body: String,
    name: String,
    profile: String,
    href: Option<String>,
    headline: String,
    story: String,
    site: String,
    accepted: u32,
    refused: u32,
    decided: u32,
    parent: Option<String>,
    findings: Vec<FindingView>,
    weight: i64,
    reports: Vec<ReportView>,
    appeal: Option<String>,
    /// The appeal is against a decision of the viewer.
    own: bool,
    claimed: bool,
    featured: bool,
    act: String,
    reason: String,
    note: String,
}

#[derive(Serialize)]
struct ReportView {
    reason: String,
    note: String,
    law: String,
    explanation: String,
    named: bool,
    outcome: String,
}

#[derive(Serialize)]
struct FindingView {
    rule: &'static str,
    value: String,
}

fn value(finding: &Finding) -> String {
    match finding {
        Finding::BannedWords { words } | Finding::SuspectWords { words } => words.join(", "),
        Finding::Links { count, free } => format!("{count} > {free}"),
        Finding::Repeat { .. } => String::new(),
        Finding::FirstComments { accepted, of } => format!("{accepted}/{of}"),
        Finding::NewAccount { hours, of } => format!("{hours}/{of} h"),
        Finding::Refused { refused, decided } => format!("{refused}/{decided}"),
    }
}

/// Whose desk is asked for: a site that somebody may moderate, or the whole network for who may everywhere.
pub(crate) fn desk_of(visit: &Visit, asked: &str) -> Result<Option<SiteId>, WebError> {
    let viewer = visit.viewer()?;
    let sites = visit.app().sites();
    if asked.is_empty() && viewer.may(Permission::CommentsModerate, None) {
        return Ok(None);
    }
    let all: Vec<SiteId> = sites.all().iter().map(|site| site.id).collect();
    let own = viewer.grants.sites(Permission::CommentsModerate, &all);
    let named = sites.by_slug(asked).map(|site| site.id);
    let site = match named {
        Some(site) => own.contains(&site).then_some(site),
        None => own.first().copied(),
    };
    site.map(Some)
        .ok_or_else(|| WebError::forbidden("Your role is for another site."))
}

/// `GET /desk/review`
///
/// # Errors
/// 403 for another site's desk.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.query();
    let site = desk_of(&visit, fields.get("site"))?;
    let name = QUEUES
        .into_iter()
        .find(|queue| *queue == fields.get("queue"))
        .unwrap_or("held");
    let read = queue::read(visit.app(), name, site).await.map_err(store_error)?;
    let viewer = visit.viewer()?;
    let (now, account) = (visit.app().now(), viewer.account);
    let sites = visit.app().sites();
    let items = read
        .items
        .into_iter()
        .map(|item| view(&visit, item, now, account))
        .collect();
    let tabs = QUEUES
        .into_iter()
        .map(|queue| {
            let count = read.lengths.iter().find(|(known, _)| *known == queue);
            let count = count.map_or(0, |(_, count)| *count);
            Tab {
                name: queue,
                count: count.min(LONGEST_COUNTED),
                many: count > LONGEST_COUNTED,
                current: queue == name,
            }
        })
        .collect();
    let own = Desk {
        queue: name,
        of: site
            .and_then(|id| sites.site(id).map(|site| site.slug.clone()))
            .unwrap_or_default(),
        sites: sites
            .all()
            .iter()
            .filter(|entry| viewer.may(Permission::CommentsModerate, Some(entry.id)))
            .map(|entry| SiteLink {
                slug: entry.slug.clone(),
                name: entry.name.clone(),
                current: site == Some(entry.id),
            })
            .collect(),
        tabs,
        items,
        more: read.more,
        reasons: RemovalReason::ALL.map(RemovalReason::code).to_vec(),
        spans: SPANS.map(|(name, _)| name).to_vec(),
        everywhere: viewer.may(Permission::AccountsSuspend, None),
        contributions: viewer.may_enter(Permission::ContributionsReview),
        lists: viewer.may_enter(Permission::PolicyEdit),
        log: viewer.may(Permission::PolicyEdit, None),
        people: viewer.may(Permission::CommentsModerate, None),
        done: fields.get("done").to_owned(),
    };
    let title = desk::say(&*desk::voice(&visit).await?, "review-title", &[])?;
    desk::page(
        &visit,
        StatusCode::OK,
        (desk::Here::Review, "review/queue.html", title),
        &own,
    )
    .await
}

fn view(visit: &Visit, item: Item, now: Timestamp, account: masthead_domain::ids::AccountId) -> View {
    let sites = visit.app().sites();
    let writer = item.writer.as_ref();
    let name = writer.map_or("", ProfileRecord::name).to_owned();
    let claimed = item.review.claimed_by.is_some_and(|by| by != account)
        && item.review.claimed_until.is_some_and(|until| until > now);
    let (act, reason, note) = match item.last {
        Some((entry, note)) => {
            let reason = entry.facts.get("reason").and_then(serde_json::Value::as_str);
            (
                entry.act,
                reason.unwrap_or_default().to_owned(),
                note.unwrap_or_default(),
            )
        }
        None => (String::new(), String::new(), String::new()),
    };
    View {
        id: item.comment.id.to_string(),
        state: item.comment.state.name(),
        since: item.review.since.as_micros(),
        body: body(&item.comment.body),
        profile: item.review.profile.to_string(),
        href: writer.and_then(|writer| writer.username.as_ref().map(|name| format!("/profiles/{name}"))),
        name,
        headline: item.headline,
        site: sites
            .site(item.review.site)
            .map_or(String::new(), |site| site.slug.clone()),
        accepted: item.record.accepted,
        refused: item.record.refused_lately,
        decided: item.record.decided_lately,
        parent: item.parent.map(|parent| body(&parent.body)),
        findings: item
            .comment
            .findings
            .iter()
            .map(|finding| FindingView {
                rule: finding.rule(),
                value: value(finding),
            })
            .collect(),
        weight: item.review.weight,
        reports: item
            .reports
            .into_iter()
            .map(|report| ReportView {
                reason: report.reason,
                note: report.note,
                law: report.law,
                explanation: report.explanation,
                named: report.profile.is_some(),
                outcome: report.outcome.unwrap_or_default(),
            })
            .collect(),
        own: item.appeal.as_ref().is_some_and(|appeal| is_against(appeal, account)),
        appeal: item.appeal.map(|appeal| appeal.body),
        story: item.review.story.to_string(),
        claimed,
        featured: item.comment.featured,
        act,
        reason,
        note,
    }
}

#[derive(Serialize)]
struct Outcome {
    id: String,
    /// `done`, `taken` (somebody else has it or decided), `gone`.
    outcome: &'static str,
}

/// `POST /desk/review`: `act` on every `id`: approve, reject (with `reason` and `note`), undo, escalate, feature, unfeature,
/// claim, leave.
///
/// # Errors
/// 400 for an act that there is none of.
pub async fn act(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let by = Decider::from(visit.viewer()?);
    let ids: Vec<CommentId> = fields
        .pairs()
        .iter()
        .filter(|(name, _)| name == "id")
        .filter_map(|(_, id)| id.parse().ok())
        .take(MOST_AT_ONCE)
        .collect();
    let mut outcomes = Vec::with_capacity(ids.len());
    for id in ids {
        let done = one(&visit, &by, id, &fields).await?;
        let outcome = match done {
            Ok(true) => "done",
            Ok(false) | Err(CommentError::Decided | CommentError::OwnDecision) => "taken",
            Err(CommentError::NotFound) => "gone",
            Err(other) => return Err(other.into()),
        };
        outcomes.push(Outcome {
            id: id.to_string(),
            outcome,
        });
    }
    if visit.wants_json() {
        let bytes = serde_json::to_vec(&outcomes).map_err(WebError::internal)?;
        let mut response = Response::new(Body::from(bytes));
        let head = response.headers_mut();
        head.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        CachePolicy::NoStore.apply(head);
        return Ok(response);
    }
    let all_done = outcomes.iter().all(|outcome| outcome.outcome == "done");
    Ok(see_other(&back(&fields, if all_done { "yes" } else { "some" })))
}

fn back(fields: &Fields, done: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for name in ["queue", "site"] {
        if !fields.get(name).is_empty() {
            query.append_pair(name, fields.get(name));
        }
    }
    query.append_pair("done", done);
    format!("/desk/review?{}", query.finish())
}

async fn one(
    visit: &Visit,
    by: &Decider,
    id: CommentId,
    fields: &Fields,
) -> Result<Result<bool, CommentError>, WebError> {
    let app = visit.app();
    let decision = match fields.get("act") {
        "approve" => Decision::Approve,
        "undo" => Decision::Undo,
        "reject" => Decision::Reject {
            reason: RemovalReason::parse(fields.get("reason"))
                .ok_or_else(|| WebError::bad_request("Choose a reason."))?,
            note: fields.get("note").trim().to_owned(),
        },
        "escalate" => return Ok(super::escalate(app, by, id).await.map(|()| true)),
        "feature" => return Ok(feature(app, by, id, true).await.map(|()| true)),
        "unfeature" => return Ok(feature(app, by, id, false).await.map(|()| true)),
        "claim" => return Ok(super::claim(app, by, id, false).await),
        "leave" => return Ok(super::claim(app, by, id, true).await),
        _ => return Err(WebError::bad_request("There is no such act.")),
    };
    Ok(decide(app, by, id, decision).await.map(|_| true))
}

/// `POST /desk/review/suspensions`: keeps the writer of `id` from writing, on the site of the desk or everywhere.
///
/// # Errors
/// 400 without a message, 403 where somebody has no say.
pub async fn suspend(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let profile = fields.get("profile").parse();
    let profile = profile.map_err(|_| WebError::bad_request("Whom?"))?;
    let site = match fields.get("where") {
        "network" => None,
        slug => Some(
            visit
                .app()
                .sites()
                .by_slug(slug)
                .map(|site| site.id)
                .ok_or_else(|| WebError::bad_request("There is no such site."))?,
        ),
    };
    if fields.get("message").trim().is_empty() {
        return Err(WebError::bad_request("Say why: nobody is suspended without a message."));
    }
    let one = Suspending {
        profile,
        site,
        span: fields.get("span").to_owned(),
        message: fields.get("message").to_owned(),
    };
    let by = Decider::from(visit.viewer()?);
    match super::suspend(visit.app(), &by, one).await {
        Ok(_) => Ok(see_other(&back(&fields, "suspended"))),
        Err(CommentError::NotFound) => Err(WebError::forbidden("Your role doesn't reach that far.")),
        Err(CommentError::Failed(why)) => Err(WebError::bad_request(why)),
        Err(other) => Err(other.into()),
    }
}
