//! `/desk/call-outs`: what readers are asked for, on the sites where somebody publishes.

use super::call_outs::{Asked, CallOutError, ask, close, href};
use crate::comments::Decider;
use crate::desk::{Here, moment, named, page, say, voice};
use crate::pages::store_error;
use crate::sites::SiteEntry;
use crate::visit::{Fields, Visit, see_other};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::contributions::{Kind, TextError};
use masthead_domain::ids::{SectionId, StoryId, TopicId};
use masthead_domain::permissions::Permission;
use masthead_domain::time::Timestamp;
use masthead_store::contributions::call_outs::{self as rows, CallOut};
use masthead_store::{Conn, StoreError, topics};
use masthead_web::errors::WebError;
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize)]
struct Own {
    sites: Vec<SiteView>,
    lines: Vec<Line>,
    form: Form,
    /// The field that is wrong, and the words.
    wrong_field: &'static str,
    wrong: String,
    done: String,
}

#[derive(Serialize)]
struct SiteView {
    slug: String,
    name: String,
}

#[derive(Serialize)]
struct Line {
    site: String,
    site_slug: String,
    slug: String,
    title: String,
    href: String,
    /// `open`, `coming` or `closed`.
    state: &'static str,
    place: String,
    opens: i64,
    closes: Option<i64>,
}

/// What the form's fields hold.
#[derive(Default, Serialize)]
struct Form {
    site: String,
    slug: String,
    title: String,
    about: String,
    wants: String,
    place: String,
    opens: String,
    closes: String,
    /// Whether it changes one that is there.
    known: bool,
}

impl Form {
    fn of(fields: &Fields) -> Self {
        let line = |name: &str| fields.get(name).trim().to_owned();
        Self {
            site: line("site"),
            slug: line("slug"),
            title: line("title"),
            about: fields.get("about").to_owned(),
            wants: line("wants"),
            place: line("place"),
            opens: line("opens"),
            closes: line("closes"),
            known: fields.has("known"),
        }
    }
}

/// The sites on which this person asks readers for something.
fn sites_of(visit: &Visit) -> Result<Vec<Arc<SiteEntry>>, WebError> {
    let (viewer, sites) = (visit.viewer()?, visit.app().sites());
    let own = sites
        .all()
        .iter()
        .filter(|site| viewer.may(Permission::StoriesPublish, Some(site.id)));
    Ok(own.cloned().collect())
}

/// Where a call-out stands, as the form writes it.
async fn place_of(conn: &mut Conn, visit: &Visit, one: &CallOut) -> Result<String, StoreError> {
    if one.place == one.site.0 {
        return Ok("front".to_owned());
    }
    if let Some(record) = visit.app().sites().section(SectionId(one.place)) {
        return Ok(format!("section:{}", record.path));
    }
    let topic = topics::by_ids(conn, &[TopicId(one.place)]).await?.pop();
    Ok(match topic {
        Some(topic) => format!("topic:{}", topic.slug),
        None => format!("story:{}", StoryId(one.place)),
    })
}

/// A moment as a browser's field holds it, on the site's clock.
fn local(at: Timestamp, site: &SiteEntry) -> String {
    let wall = site.zone.to_datetime(at.to_jiff());
    wall.strftime("%Y-%m-%dT%H:%M").to_string()
}

/// `GET /desk/call-outs` (`site` and `slug` of one to change)
///
/// # Errors
/// When the store can't answer.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    let query = visit.query();
    let mut form = Form {
        wants: Kind::Pictures.name().to_owned(),
        ..Form::default()
    };
    let sites = sites_of(&visit)?;
    if let Some(site) = sites.iter().find(|site| site.slug == query.get("site")) {
        form.site.clone_from(&site.slug);
        let mut conn = visit.app().db.reader().await.map_err(store_error)?;
        let known = rows::named(&mut conn, site.id, query.get("slug")).await;
        if let Some(one) = known.map_err(store_error)? {
            form = Form {
                site: site.slug.clone(),
                place: place_of(&mut conn, &visit, &one).await.map_err(store_error)?,
                opens: local(one.opens_at, site),
                closes: one.closes_at.map(|at| local(at, site)).unwrap_or_default(),
                wants: one.wants.name().to_owned(),
                slug: one.slug,
                title: one.title,
                about: one.about,
                known: true,
            };
        }
    }
    list(&visit, StatusCode::OK, form, ("", String::new())).await
}

async fn list(
    visit: &Visit,
    status: StatusCode,
    form: Form,
    (wrong_field, wrong): (&'static str, String),
) -> Result<Response, WebError> {
    let (sites, now) = (sites_of(visit)?, visit.app().now());
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let mut lines = Vec::new();
    for site in &sites {
        for one in rows::of_site(&mut conn, site.id).await.map_err(store_error)? {
            lines.push(Line {
                site: site.name.clone(),
                site_slug: site.slug.clone(),
                href: format!("{}{}", site.origin, href(&one.slug)),
                state: if one.is_open(now) {
                    "open"
                } else if one.opens_at > now {
                    "coming"
                } else {
                    "closed"
                },
                place: place_of(&mut conn, visit, &one).await.map_err(store_error)?,
                opens: one.opens_at.as_micros(),
                closes: one.closes_at.map(Timestamp::as_micros),
                slug: one.slug,
                title: one.title,
            });
        }
    }
    drop(conn);
    let own = Own {
        sites: sites
            .iter()
            .map(|site| SiteView {
                slug: site.slug.clone(),
                name: site.name.clone(),
            })
            .collect(),
        lines,
        form,
        wrong_field,
        wrong,
        done: visit.query().get("done").chars().take(24).collect(),
    };
    let title = say(&*voice(visit).await?, "desk-call-outs", &[])?;
    page(visit, status, (Here::CallOuts, "desk/call-outs.html", title), &own).await
}

/// What is wrong with the form: the field, and the words in the desk's strings.
fn wrong(error: &CallOutError) -> Option<(&'static str, String)> {
    let key = |field, key: &str| Some((field, key.to_owned()));
    match error {
        CallOutError::NoSite(_) => key("site", "call-outs-wrong-site"),
        CallOutError::Slug(_) => key("slug", "call-outs-wrong-slug"),
        CallOutError::NoPlace(_) => key("place", "call-outs-wrong-place"),
        CallOutError::Text(TextError::NoTitle | TextError::LongTitle(_)) => key("title", "call-outs-wrong-title"),
        CallOutError::Text(_) => key("about", "call-outs-wrong-about"),
        CallOutError::NotFound(_) | CallOutError::Store(_) => None,
    }
}

/// `POST /desk/call-outs`: makes or changes one, or closes it (`act`).
///
/// # Errors
/// 403 for another site's, 404 for one that there is none of.
pub async fn act(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let form = Form::of(&fields);
    let sites = sites_of(&visit)?;
    let site = sites
        .iter()
        .find(|site| site.slug == form.site)
        .ok_or_else(|| WebError::forbidden("Your role doesn't reach that far."))?;
    let by = named(&Decider::from(visit.viewer()?));
    if fields.get("act") == "close" {
        return match close(visit.app(), &site.slug, &form.slug).await {
            Ok(()) => Ok(see_other("/desk/call-outs?done=closed")),
            Err(CallOutError::Store(error)) => Err(store_error(error)),
            Err(_) => Err(WebError::not_found()),
        };
    }
    let at = |text: &str| match text {
        "" => Some(None),
        text => moment(text, &site.zone).map(Some),
    };
    let (Some(opens_at), Some(closes_at)) = (at(&form.opens), at(&form.closes)) else {
        return again(&visit, form, ("opens", "call-outs-wrong-time".to_owned())).await;
    };
    if closes_at.is_some_and(|at| at <= opens_at.unwrap_or_else(|| visit.app().now())) {
        return again(&visit, form, ("closes", "call-outs-wrong-closes".to_owned())).await;
    }
    let asked = Asked {
        site: site.slug.clone(),
        slug: form.slug.clone(),
        title: form.title.clone(),
        about: form.about.clone(),
        wants: Kind::parse(&form.wants).unwrap_or(Kind::Pictures),
        place: form.place.clone(),
        opens_at,
        closes_at,
    };
    match ask(visit.app(), asked, &by).await {
        Ok(()) => Ok(see_other("/desk/call-outs?done=saved")),
        Err(error) => match (wrong(&error), error) {
            (Some(wrong), _) => again(&visit, form, wrong).await,
            (None, CallOutError::Store(error)) => Err(store_error(error)),
            (None, _) => Err(WebError::not_found()),
        },
    }
}

async fn again(visit: &Visit, form: Form, (field, key): (&'static str, String)) -> Result<Response, WebError> {
    let words = say(&*voice(visit).await?, &key, &[])?;
    list(visit, StatusCode::UNPROCESSABLE_ENTITY, form, (field, words)).await
}
