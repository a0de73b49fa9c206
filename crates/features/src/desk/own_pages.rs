//! `/desk/pages`: the publisher's own pages (about, contact, imprint), with their revisions.

use super::people::People;
use super::{Here, named, page, say, voice};
use crate::comments::Decider;
use crate::pages::store_error;
use crate::sites::{self, SiteEntry};
use crate::visit::{Fields, Visit, see_other};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::document::{Document, PictureBlock};
use masthead_domain::permissions::Permission;
use masthead_domain::sites::{RESERVED_SLUGS, check_slug};
use masthead_formats::manuscript;
use masthead_store::pages::{self as rows, PageRecord};
use masthead_store::{Conn, StoreError, pictures as picture_rows};
use masthead_web::errors::WebError;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The longest title, in characters.
const LONGEST_TITLE: usize = 200;
/// Pages that are routes' names and the publisher's own all the same.
const OWN: [&str; 3] = ["about", "contact", "imprint"];

#[derive(Serialize)]
struct List {
    sites: Vec<SitePages>,
}

#[derive(Serialize)]
struct SitePages {
    name: String,
    slug: String,
    pages: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    slug: String,
    title: String,
    href: String,
    listed: bool,
    updated: i64,
}

#[derive(Serialize)]
struct Own {
    // `site` is the frame's.
    site_name: String,
    site_slug: String,
    href: String,
    form: Form,
    revisions: Vec<Revision>,
    /// What is wrong, by field: keys with what they are about.
    wrong: BTreeMap<&'static str, Vec<Wrong>>,
    done: String,
}

#[derive(Serialize)]
struct Wrong {
    key: String,
    line: usize,
    said: String,
}

#[derive(Default, Serialize)]
struct Form {
    slug: String,
    title: String,
    body: String,
    listed: bool,
    position: String,
    /// The revision that the form began from; 0 for a new page.
    base: i64,
}

#[derive(Serialize)]
struct Revision {
    number: i64,
    at: i64,
    by: String,
    current: bool,
}

/// The sites whose pages somebody writes.
fn sites_of(visit: &Visit) -> Result<Vec<Arc<SiteEntry>>, WebError> {
    let (viewer, sites) = (visit.viewer()?, visit.app().sites());
    let own = sites
        .all()
        .iter()
        .filter(|site| viewer.may(Permission::SitesEdit, Some(site.id)));
    Ok(own.cloned().collect())
}

fn site_of(visit: &Visit) -> Result<Arc<SiteEntry>, WebError> {
    let slug = visit.parameter("site");
    let found = sites_of(visit)?.into_iter().find(|site| site.slug == slug);
    found.ok_or_else(WebError::not_found)
}

/// `GET /desk/pages`
///
/// # Errors
/// When the store can't answer.
pub async fn list(visit: Visit) -> Result<Response, WebError> {
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let mut all = Vec::new();
    for site in sites_of(&visit)? {
        let pages = rows::of_site(&mut conn, site.id).await.map_err(store_error)?;
        all.push(SitePages {
            name: site.name.clone(),
            slug: site.slug.clone(),
            pages: pages
                .into_iter()
                .map(|page| Line {
                    href: format!("{}/{}", site.origin, page.slug),
                    slug: page.slug,
                    title: page.title,
                    listed: page.listed,
                    updated: page.updated_at.as_micros(),
                })
                .collect(),
        });
    }
    drop(conn);
    let title = say(&*voice(&visit).await?, "desk-pages", &[])?;
    let own = List { sites: all };
    page(&visit, StatusCode::OK, (Here::Pages, "desk/pages.html", title), &own).await
}

/// `GET /desk/pages/{site}` for a new page, `GET /desk/pages/{site}/{slug}` for one that is there (`revision` for what it
/// said before)
///
/// # Errors
/// 404 for a page or revision that there is none of.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    let site = site_of(&visit)?;
    let slug = visit.parameter("slug");
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let form = if slug.is_empty() {
        Form {
            listed: true,
            position: "0".to_owned(),
            ..Form::default()
        }
    } else {
        let known = rows::by_slug(&mut conn, site.id, slug).await.map_err(store_error)?;
        let known = known.ok_or_else(WebError::not_found)?;
        let (title, body) = match visit.query().get("revision") {
            "" => (known.title.clone(), known.body.clone()),
            number => {
                let number = number.parse().map_err(|_| WebError::not_found())?;
                let earlier = rows::revision(&mut conn, known.id, number).await.map_err(store_error)?;
                earlier.ok_or_else(WebError::not_found)?
            }
        };
        Form {
            slug: known.slug.clone(),
            title,
            body: manuscript::write(&body, &space(&mut conn, &known).await.map_err(store_error)?),
            listed: known.listed,
            position: known.position.to_string(),
            base: known.revision,
        }
    };
    drop(conn);
    form_page(&visit, StatusCode::OK, &site, form, BTreeMap::new()).await
}

/// The blocks that a page's text may name: those of all its revisions, the newest first.
async fn space(conn: &mut Conn, known: &PageRecord) -> Result<Document, StoreError> {
    let mut all = known.body.clone();
    for line in rows::revisions(conn, known.id).await? {
        if line.number != known.revision
            && let Some((_, body)) = rows::revision(conn, known.id, line.number).await?
        {
            all.blocks.extend(body.blocks);
        }
    }
    Ok(all)
}

async fn form_page(
    visit: &Visit,
    status: StatusCode,
    site: &SiteEntry,
    form: Form,
    wrong: BTreeMap<&'static str, Vec<Wrong>>,
) -> Result<Response, WebError> {
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let known = match form.slug.as_str() {
        "" => None,
        slug => rows::by_slug(&mut conn, site.id, slug).await.map_err(store_error)?,
    };
    let mut revisions = Vec::new();
    if let Some(known) = &known {
        let lines = rows::revisions(&mut conn, known.id).await.map_err(store_error)?;
        let mut people = People::default();
        let who = lines.iter().map(|line| line.by.clone()).collect();
        people.look_up(&mut conn, who).await.map_err(store_error)?;
        revisions = lines
            .into_iter()
            .map(|line| Revision {
                number: line.number,
                at: line.at.as_micros(),
                by: people.name(&line.by),
                current: line.number == known.revision,
            })
            .collect();
    }
    drop(conn);
    let own = Own {
        site_name: site.name.clone(),
        site_slug: site.slug.clone(),
        href: known.map_or_else(String::new, |known| format!("{}/{}", site.origin, known.slug)),
        form,
        revisions,
        wrong,
        done: visit.query().get("done").chars().take(24).collect(),
    };
    let title = say(&*voice(visit).await?, "desk-pages", &[])?;
    page(visit, status, (Here::Pages, "desk/page.html", title), &own).await
}

/// Whether a page may have an address: none of a route or a section.
fn is_free(visit: &Visit, site: &SiteEntry, slug: &str) -> bool {
    let is_route = RESERVED_SLUGS.contains(&slug) && !OWN.contains(&slug);
    check_slug(slug).is_ok() && !is_route && visit.app().sites().section_at(site.id, slug).is_none()
}

/// `POST /desk/pages/{site}`: saves a page as a new revision.
///
/// # Errors
/// 404 for another site's.
pub async fn save(visit: Visit) -> Result<Response, WebError> {
    let site = site_of(&visit)?;
    let fields = visit.form()?;
    let form = typed(&fields);
    let app = visit.app();
    let mut conn = app.db.reader().await.map_err(store_error)?;
    let known = rows::by_slug(&mut conn, site.id, &form.slug)
        .await
        .map_err(store_error)?;
    let base = match &known {
        Some(known) => space(&mut conn, known).await.map_err(store_error)?,
        None => Document::default(),
    };
    let read = manuscript::read(&form.body, &base);
    let mut wrong: BTreeMap<&'static str, Vec<Wrong>> = BTreeMap::new();
    let mut tell = |field, key: &str, line, said: &str| {
        wrong.entry(field).or_default().push(Wrong {
            key: key.to_owned(),
            line,
            said: said.to_owned(),
        });
    };
    for mistake in &read.mistakes {
        let key = format!("desk-wrong-{}", mistake.kind.name());
        tell("body", &key, mistake.line, &mistake.said);
    }
    let pictures: Vec<_> = read
        .document
        .pictures()
        .into_iter()
        .filter_map(PictureBlock::stored)
        .collect();
    let found = picture_rows::by_ids(&mut conn, &pictures).await.map_err(store_error)?;
    drop(conn);
    for id in pictures
        .iter()
        .filter(|id| !found.iter().any(|picture| picture.id == **id))
    {
        tell("body", "desk-wrong-picture", 0, &format!("picture:{id}"));
    }
    if form.title.is_empty() || form.title.chars().count() > LONGEST_TITLE {
        tell("title", "pages-wrong-title", 0, "");
    }
    if !is_free(&visit, &site, &form.slug) {
        tell("slug", "pages-wrong-slug", 0, "");
    }
    let position = form.position.parse::<i64>();
    if position.is_err() {
        tell("position", "pages-wrong-position", 0, "");
    }
    // Somebody else saved it, or made one of this address, since the form was made: what was typed is still there.
    if known.as_ref().map_or(0, |known| known.revision) != form.base {
        tell("form", "pages-wrong-clash", 0, "");
    }
    let (true, Ok(position)) = (wrong.is_empty(), position) else {
        return form_page(&visit, StatusCode::UNPROCESSABLE_ENTITY, &site, form, wrong).await;
    };
    let record = PageRecord {
        id: known.map_or_else(|| app.ids.next_uuid(), |known| known.id),
        site: site.id,
        slug: form.slug.clone(),
        title: form.title.clone(),
        body: read.document,
        listed: form.listed,
        position,
        revision: form.base,
        updated_at: app.now(),
    };
    let by = named(&Decider::from(visit.viewer()?));
    sites::put_page(app, record, &by).await.map_err(store_error)?;
    Ok(see_other(&format!(
        "/desk/pages/{}/{}?done=saved",
        site.slug, form.slug
    )))
}

fn typed(fields: &Fields) -> Form {
    let line = |name: &str| fields.get(name).split_whitespace().collect::<Vec<_>>().join(" ");
    Form {
        slug: line("slug"),
        title: line("title"),
        body: fields.get("body").replace("\r\n", "\n"),
        listed: fields.has("listed"),
        position: line("position"),
        base: fields.get("base").parse().unwrap_or(0),
    }
}
