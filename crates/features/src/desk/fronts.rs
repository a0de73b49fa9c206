//! `/desk/fronts`: which stories are pinned on a front, in which order, as a plain form. What a container shows besides is
//! filled in by its rule.

use super::people;
use super::{Here, page, say, voice};
use crate::comments::Decider;
use crate::fronts::{self, FrontError, Which};
use crate::pages::store_error;
use crate::stories::{self, ChangeError};
use crate::visit::{Fields, Visit, see_other};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::fronts::{Card, Container, FrontLayout};
use masthead_domain::ids::StoryId;
use masthead_domain::permissions::Permission;
use masthead_store::stories as story_rows;
use masthead_web::errors::WebError;
use serde::Serialize;
use std::collections::BTreeMap;

/// The longest headline of a card, in characters.
const LONGEST_HEADLINE: usize = 400;

#[derive(Serialize)]
struct List {
    sites: Vec<SiteFronts>,
}

#[derive(Serialize)]
struct SiteFronts {
    name: String,
    slug: String,
    sections: Vec<(String, String)>,
}

#[derive(Serialize)]
struct Own {
    front: String,
    href: String,
    base: i64,
    containers: Vec<ContainerView>,
    wrong: BTreeMap<usize, String>,
    done: String,
}

#[derive(Serialize)]
struct ContainerView {
    title: String,
    limit: usize,
    cards: Vec<CardView>,
    /// What was typed to be pinned.
    add: String,
}

#[derive(Serialize)]
struct CardView {
    story: String,
    /// The story's own headline; empty when it is no longer there.
    said: String,
    headline: String,
    visible: bool,
}

/// `GET /desk/fronts`
///
/// # Errors
/// When the page can't be made.
pub async fn list(visit: Visit) -> Result<Response, WebError> {
    let (viewer, sites) = (visit.viewer()?, visit.app().sites());
    let own = List {
        sites: sites
            .all()
            .iter()
            .filter(|site| viewer.may(Permission::FrontsEdit, Some(site.id)))
            .map(|site| SiteFronts {
                name: site.name.clone(),
                slug: site.slug.clone(),
                sections: sites
                    .sections_of(site.id)
                    .map(|record| (record.path.clone(), record.section.name.clone()))
                    .collect(),
            })
            .collect(),
    };
    let title = say(&*voice(&visit).await?, "desk-fronts", &[])?;
    page(&visit, StatusCode::OK, (Here::Fronts, "desk/fronts.html", title), &own).await
}

/// The front of the address, if this person may arrange it.
fn named(visit: &Visit) -> Result<(String, Which), WebError> {
    let name = visit.parameter("name").to_owned();
    let which = Which::named(&visit.app().sites(), &name).map_err(|_| WebError::not_found())?;
    if visit.viewer()?.may(Permission::FrontsEdit, Some(which.site)) {
        Ok((name, which))
    } else {
        Err(WebError::forbidden("Your role doesn't reach that far."))
    }
}

fn front_error(error: FrontError) -> WebError {
    match error {
        FrontError::NotFound(_) => WebError::not_found(),
        FrontError::Store(error) => store_error(error),
        other => WebError::bad_request(other.to_string()),
    }
}

/// `GET /desk/fronts/{name}`
///
/// # Errors
/// 404 for a front that there is none of, 403 for another site's.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    let (name, which) = named(&visit)?;
    let (layout, base) = fronts::show_numbered(visit.app(), &name).await.map_err(front_error)?;
    let done = match visit.query().get("done") {
        "" => "",
        _ => "launched",
    };
    form(
        &visit,
        StatusCode::OK,
        (name, which),
        (layout, base),
        &Typed::default(),
        done,
    )
    .await
}

/// What was typed and can't be taken.
#[derive(Default)]
struct Typed {
    add: BTreeMap<usize, String>,
    wrong: BTreeMap<usize, &'static str>,
}

async fn form(
    visit: &Visit,
    status: StatusCode,
    (name, which): (String, Which),
    (layout, base): (FrontLayout, i64),
    typed: &Typed,
    done: &str,
) -> Result<Response, WebError> {
    let voice = voice(visit).await?;
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let now = visit.app().now();
    let mut containers = Vec::with_capacity(layout.containers.len());
    for (number, container) in layout.containers.into_iter().enumerate() {
        let mut cards = Vec::with_capacity(container.cards.len());
        for card in container.cards {
            let story = story_rows::by_id(&mut conn, card.story).await.map_err(store_error)?;
            cards.push(CardView {
                story: card.story.to_string(),
                visible: story.as_ref().is_some_and(|story| story.standing.is_visible(now)),
                said: story.map(|story| story.headline).unwrap_or_default(),
                headline: card.headline.unwrap_or_default(),
            });
        }
        containers.push(ContainerView {
            title: container.title,
            limit: container.limit,
            cards,
            add: typed.add.get(&number).cloned().unwrap_or_default(),
        });
    }
    drop(conn);
    let sites = visit.app().sites();
    let path = which
        .section
        .and_then(|section| sites.section(section))
        .map(|record| record.path.clone());
    let origin = sites
        .site(which.site)
        .map(|site| site.origin.clone())
        .unwrap_or_default();
    let mut wrong = BTreeMap::new();
    for (number, key) in &typed.wrong {
        wrong.insert(*number, say(&voice, key, &[])?);
    }
    let own = Own {
        href: format!("{origin}/{}", path.unwrap_or_default()),
        base,
        containers,
        wrong,
        done: done.to_owned(),
        front: name.clone(),
    };
    let title = say(&voice, "desk-front-of", &[("front", &name)])?;
    page(visit, status, (Here::Fronts, "desk/front.html", title), &own).await
}

/// `POST /desk/fronts/{name}`: launches the order, headlines and pins of the form.
///
/// # Errors
/// 404 for a front that there is none of, 403 for another site's.
pub async fn save(visit: Visit) -> Result<Response, WebError> {
    let (name, which) = named(&visit)?;
    let fields = visit.form()?;
    let (layout, now) = fronts::show_numbered(visit.app(), &name).await.map_err(front_error)?;
    let base: i64 = fields.get("base").parse().unwrap_or(now);
    let mut typed = Typed::default();
    let mut next = layout.clone();
    for (number, container) in next.containers.iter_mut().enumerate() {
        arrange(&visit, which, number, container, &fields, &mut typed).await?;
    }
    if !typed.wrong.is_empty() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return form(&visit, status, (name, which), (next, base), &typed, "").await;
    }
    let by = people::named(&Decider::from(visit.viewer()?));
    match fronts::set_from(visit.app(), &name, next.clone(), base, &by).await {
        Ok(_) => Ok(see_other(&format!("/desk/fronts/{name}?done=yes"))),
        // What was typed is still there, on top of what is launched now.
        Err(FrontError::Changed) => {
            form(
                &visit,
                StatusCode::CONFLICT,
                (name, which),
                (next, now),
                &typed,
                "changed",
            )
            .await
        }
        Err(error) => Err(front_error(error)),
    }
}

/// Reads a container's part of the form: `card-N` in order of `place-N-ID`, without those of `unpin-N`, and `add-N`.
async fn arrange(
    visit: &Visit,
    which: Which,
    number: usize,
    container: &mut Container,
    fields: &Fields,
    typed: &mut Typed,
) -> Result<(), WebError> {
    let all = |name: &str| -> Vec<String> {
        let name = format!("{name}-{number}");
        let found = fields.pairs().iter().filter(|(known, _)| *known == name);
        found.map(|(_, value)| value.clone()).collect()
    };
    let unpinned = all("unpin");
    let mut cards: Vec<(i64, Card)> = Vec::new();
    for id in all("card") {
        let Ok(story) = id.parse::<StoryId>() else { continue };
        if unpinned.contains(&id) || cards.iter().any(|(_, card)| card.story == story) {
            continue;
        }
        let place = fields.get(&format!("place-{number}-{id}")).trim().parse();
        let headline = fields.get(&format!("headline-{number}-{id}")).trim().to_owned();
        let headline: String = headline.chars().take(LONGEST_HEADLINE).collect();
        cards.push((
            place.unwrap_or(i64::MAX),
            Card {
                story,
                headline: (!headline.is_empty()).then_some(headline),
            },
        ));
    }
    let add = fields.get(&format!("add-{number}")).trim().to_owned();
    if !add.is_empty() {
        match stories::find(visit.app(), &add).await {
            Ok(story) if is_here(visit, which, story).await? => {
                cards.retain(|(_, card)| card.story != story);
                // A story is pinned where it is seen: first.
                cards.push((i64::MIN, Card { story, headline: None }));
            }
            Ok(_) => {
                typed.wrong.insert(number, "desk-wrong-not-here");
                typed.add.insert(number, add);
            }
            Err(ChangeError::Store(error)) => return Err(store_error(error)),
            Err(_) => {
                typed.wrong.insert(number, "desk-wrong-no-story");
                typed.add.insert(number, add);
            }
        }
    }
    // Two with the same number stay as they stood.
    cards.sort_by_key(|(place, _)| *place);
    container.cards = cards.into_iter().map(|(_, card)| card).collect();
    Ok(())
}

/// Whether a story stands on the front's site: others would never be shown there.
async fn is_here(visit: &Visit, which: Which, story: StoryId) -> Result<bool, WebError> {
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let places = story_rows::placements(&mut conn, story).await.map_err(store_error)?;
    Ok(places.iter().any(|place| place.placement.site == which.site))
}
