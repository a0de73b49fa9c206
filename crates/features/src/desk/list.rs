//! `/desk/stories`: every story that a person may look at, the last changed first, with filters.

use super::people::{self, People};
use super::{Here, page, say, voice};
use crate::comments::Decider;
use crate::pages::store_error;
use crate::sites::Sites;
use crate::visit::{Fields, Visit};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::ids::{SectionId, SiteId, StoryId};
use masthead_domain::permissions::Permission;
use masthead_domain::stories::StoryState;
use masthead_domain::time::Timestamp;
use masthead_store::desk::{self as rows, Filter, Line};
use masthead_store::{Conn, StoreError, policies};
use masthead_web::errors::WebError;
use masthead_web::paging::Cursor;
use serde::Serialize;
use std::collections::HashSet;
use uuid::Uuid;

/// Stories of a page.
const PAGE: usize = 40;
/// Stories that are looked through for words of a headline before a page is given with what was found.
const LOOKED_THROUGH: usize = 4_000;
/// Stories that are read at once while words are looked for.
const AT_ONCE: usize = 400;

/// A story as lists of the desk show it.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    id: String,
    headline: String,
    state: String,
    changed: i64,
    by: String,
    places: Vec<String>,
    hold: Option<String>,
    hold_reason: Option<String>,
    embargo: String,
    embargo_until: Option<i64>,
    due: Option<i64>,
    wire: bool,
    /// A newer revision waits that readers don't see.
    newer: bool,
    legal_hold: bool,
}

#[derive(Serialize)]
struct Own {
    filter: FilterView,
    rows: Vec<Row>,
    next: Option<String>,
    first: bool,
}

#[derive(Serialize)]
struct FilterView {
    q: String,
    place: String,
    state: String,
    mine: bool,
    wire: bool,
    kept: bool,
    states: Vec<&'static str>,
    places: Vec<Group>,
    any: bool,
}

#[derive(Serialize)]
struct Group {
    name: String,
    slug: String,
    sections: Vec<Section>,
}

#[derive(Serialize)]
struct Section {
    path: String,
    name: String,
}

/// The sites whose stories a person may look at.
fn own_sites(visit: &Visit) -> Result<Vec<SiteId>, WebError> {
    let viewer = visit.viewer()?;
    let all: Vec<SiteId> = visit.app().sites().all().iter().map(|site| site.id).collect();
    Ok(viewer.grants.sites(Permission::Staff, &all))
}

/// A filter that lets everything through that a person may look at.
pub(super) fn everything(visit: &Visit) -> Result<Filter, WebError> {
    let sites = visit.app().sites();
    let own = own_sites(visit)?;
    Ok(Filter {
        sections: own.iter().flat_map(|site| sections_of(&sites, *site)).collect(),
        unplaced: visit.viewer()?.may_enter(Permission::StoriesWrite),
        ..Filter::default()
    })
}

fn sections_of(sites: &Sites, site: SiteId) -> Vec<SectionId> {
    sites.sections_of(site).map(|record| record.section.id).collect()
}

/// The sections that `site` or `site/section` names, among those of a person's sites.
fn placed(sites: &Sites, own: &[SiteId], text: &str) -> Option<Vec<SectionId>> {
    let (slug, path) = text.split_once('/').unwrap_or((text, ""));
    let site = sites.by_slug(slug)?.id;
    if !own.contains(&site) {
        return None;
    }
    let below = format!("{path}/");
    let fits = |known: &str| path.is_empty() || known == path || known.starts_with(&below);
    Some(
        sites
            .sections_of(site)
            .filter(|record| fits(&record.path))
            .map(|record| record.section.id)
            .collect(),
    )
}

/// `GET /desk/stories`
///
/// # Errors
/// 400 for a place in the list that can't be read.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.query();
    let (sites, own) = (visit.app().sites(), own_sites(&visit)?);
    let mut filter = everything(&visit)?;
    let place = fields.get("place");
    if !place.is_empty() {
        filter.sections = placed(&sites, &own, place).unwrap_or_default();
        filter.unplaced = false;
    }
    filter.state = StoryState::from_word(fields.get("state")).map_or(String::new(), |state| state.as_str().to_owned());
    if fields.has("mine") {
        filter.by = people::named(&Decider::from(visit.viewer()?));
    }
    filter.wire = fields.has("wire");
    filter.kept = fields.has("kept");
    let after = match fields.get("after") {
        "" => None,
        text => Some(Cursor::parse(text)?),
    };
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let (lines, next) = read(&mut conn, &filter, fields.get("q"), after)
        .await
        .map_err(store_error)?;
    let rows = rows_of(&mut conn, &sites, lines).await.map_err(store_error)?;
    drop(conn);
    let own = Own {
        next: next.map(|cursor| older(&fields, cursor)),
        first: after.is_none(),
        rows,
        filter: FilterView {
            q: fields.get("q").to_owned(),
            place: place.to_owned(),
            state: filter.state.clone(),
            mine: fields.has("mine"),
            wire: filter.wire,
            kept: filter.kept,
            states: StoryState::ALL.map(StoryState::as_str).to_vec(),
            places: groups(&sites, &own),
            any: fields.pairs().iter().any(|(_, value)| !value.is_empty()),
        },
    };
    let title = say(&*voice(&visit).await?, "desk-stories", &[])?;
    page(
        &visit,
        StatusCode::OK,
        (Here::Stories, "desk/stories.html", title),
        &own,
    )
    .await
}

fn groups(sites: &Sites, own: &[SiteId]) -> Vec<Group> {
    let entries = sites.all().iter().filter(|entry| own.contains(&entry.id));
    entries
        .map(|entry| Group {
            name: entry.name.clone(),
            slug: entry.slug.clone(),
            sections: sites
                .sections_of(entry.id)
                .map(|record| Section {
                    path: format!("{}/{}", entry.slug, record.path),
                    name: record.section.name.clone(),
                })
                .collect(),
        })
        .collect()
}

fn older(fields: &Fields, cursor: Cursor) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields.pairs() {
        if name != "after" && !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    query.append_pair("after", &cursor.to_string());
    format!("/desk/stories?{}", query.finish())
}

/// A page of the list and the place where it goes on. Words are looked for in headlines, in any case and script; a page
/// may then hold fewer stories than there are further on.
async fn read(
    conn: &mut Conn,
    filter: &Filter,
    words: &str,
    after: Option<Cursor>,
) -> Result<(Vec<Line>, Option<Cursor>), StoreError> {
    let mut place = after.map_or((Timestamp::MAX, StoryId(Uuid::max())), |cursor| {
        (cursor.at, StoryId(cursor.id))
    });
    let cursor = |line: &Line| Cursor::new(line.changed_at, line.id);
    let words: Vec<String> = words.to_lowercase().split_whitespace().map(str::to_owned).collect();
    if words.is_empty() {
        let mut lines = rows::list(conn, filter, place, PAGE + 1).await?;
        let more = lines.len() > PAGE;
        lines.truncate(PAGE);
        let next = lines.last().filter(|_| more).map(cursor);
        return Ok((lines, next));
    }
    let mut found = Vec::new();
    for _ in 0..LOOKED_THROUGH / AT_ONCE {
        let batch = rows::list(conn, filter, place, AT_ONCE).await?;
        let ended = batch.len() < AT_ONCE;
        for line in batch {
            place = (line.changed_at, line.id);
            let headline = line.headline.to_lowercase();
            if words
                .iter()
                .all(|word| headline.contains(word) || line.slug.contains(word))
            {
                found.push(line);
                if found.len() == PAGE {
                    return Ok((found, Some(Cursor::new(place.0, place.1))));
                }
            }
        }
        if ended {
            return Ok((found, None));
        }
    }
    Ok((found, Some(Cursor::new(place.0, place.1))))
}

/// Lines with what stands beside them.
pub(super) async fn rows_of(conn: &mut Conn, sites: &Sites, lines: Vec<Line>) -> Result<Vec<Row>, StoreError> {
    let ids: Vec<StoryId> = lines.iter().map(|line| line.id).collect();
    let places = rows::places(conn, &ids).await?;
    let scopes: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let held: HashSet<Uuid> = policies::of_scopes(conn, &scopes)
        .await?
        .into_iter()
        .filter(|record| record.step.hold.is_some())
        .map(|record| record.step.scope.id)
        .collect();
    let mut people = People::default();
    people
        .look_up(conn, lines.iter().map(|line| line.by.clone()).collect())
        .await?;
    let name = |place: &rows::Place| {
        let site = sites.site(place.site)?;
        let section = sites.section(place.section)?;
        Some(format!("{} / {}", site.name, section.section.name))
    };
    Ok(lines
        .into_iter()
        .map(|line| Row {
            id: line.id.to_string(),
            by: people.name(&line.by),
            places: places
                .iter()
                .filter(|place| place.story == line.id)
                .filter_map(name)
                .collect(),
            due: line
                .release_at
                .filter(|_| line.state == StoryState::Scheduled.as_str())
                .map(Timestamp::as_micros),
            embargo_until: line.embargo_until.map(Timestamp::as_micros),
            newer: line.public_revision.is_some_and(|public| public < line.head_revision),
            legal_hold: held.contains(&line.id.0),
            changed: line.changed_at.as_micros(),
            headline: line.headline,
            state: line.state,
            hold: line.hold,
            hold_reason: line.hold_reason,
            embargo: line.embargo,
            wire: line.wire,
        })
        .collect())
}
