//! `/desk/review/words`: the word lists of the network and its sites, and what a new one would have done to the comments
//! of the last days before it is put in force.

use crate::comments::{self, PolicyError, Trial, scope_named, set_words, try_words};
use crate::desk::{self, Here};
use crate::pages::store_error;
use crate::visit::{Visit, see_other};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::comments::policy::{Scope, ScopeKind};
use masthead_domain::ids::SiteId;
use masthead_domain::permissions::Permission;
use masthead_store::policies;
use masthead_web::errors::WebError;
use serde::Serialize;

/// The lists, in the order of the page.
const LISTS: [&str; 2] = ["banned", "suspect"];

#[derive(Serialize)]
struct Own {
    steps: Vec<Step>,
    lists: Vec<List>,
    step: String,
    list: &'static str,
    words: String,
    trial: Option<Shown>,
    done: bool,
}

#[derive(Serialize)]
struct Step {
    name: String,
    title: String,
    current: bool,
}

#[derive(Serialize)]
struct List {
    name: &'static str,
    current: bool,
}

#[derive(Serialize)]
struct Shown {
    looked_at: u64,
    found_now: u64,
    found_then: u64,
    newly: Vec<Line>,
    no_longer: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    href: String,
    state: &'static str,
    words: Vec<String>,
    text: String,
}

impl From<Trial> for Shown {
    fn from(trial: Trial) -> Self {
        let lines = |found: Vec<comments::Found>| {
            found
                .into_iter()
                .map(|found| Line {
                    href: format!("/comments/{}", found.comment),
                    state: found.state,
                    words: found.words,
                    text: found.text,
                })
                .collect()
        };
        Self {
            looked_at: trial.looked_at,
            found_now: trial.found_now,
            found_then: trial.found_then,
            newly: lines(trial.newly),
            no_longer: lines(trial.no_longer),
        }
    }
}

/// What of a word list is asked for.
struct Asked {
    name: String,
    scope: Scope,
    list: &'static str,
}

/// The steps whose lists this person may change, and the one that is asked for: the first where none is named.
async fn asked(visit: &Visit, step: &str, list: &str) -> Result<(Vec<Step>, Asked), WebError> {
    let viewer = visit.viewer()?;
    let mut steps = Vec::new();
    if viewer.may(Permission::PolicyEdit, None) {
        let title = desk::say(&*desk::voice(visit).await?, "review-words-network", &[])?;
        steps.push(("network".to_owned(), title));
    }
    let sites = visit.app().sites();
    for site in sites.all() {
        if viewer.may(Permission::PolicyEdit, Some(site.id)) {
            steps.push((format!("site:{}", site.slug), site.name.clone()));
        }
    }
    let first = steps.first().ok_or_else(WebError::not_found)?.0.clone();
    let name = if step.is_empty() { first } else { step.to_owned() };
    let list = LISTS.into_iter().find(|known| *known == list || list.is_empty());
    let list = list.ok_or_else(WebError::not_found)?;
    let scope = scope_named(visit.app(), &name).await.map_err(web_error)?;
    let of = match scope.kind {
        ScopeKind::Network => None,
        ScopeKind::Site => Some(SiteId(scope.id)),
        // Sections, topics and stories have lists of their own by the command line alone.
        _ => return Err(WebError::not_found()),
    };
    if !viewer.may(Permission::PolicyEdit, of) {
        return Err(WebError::forbidden(
            "Your account doesn't have the role that this needs.",
        ));
    }
    let steps = steps
        .into_iter()
        .map(|(known, title)| Step {
            current: known == name,
            name: known,
            title,
        })
        .collect();
    Ok((steps, Asked { name, scope, list }))
}

/// `GET /desk/review/words` (`step`, `list`)
///
/// # Errors
/// 404 for a step or list that there isn't.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    let query = visit.query();
    let (steps, asked) = asked(&visit, query.get("step"), query.get("list")).await?;
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let known = policies::words(&mut conn, &[asked.scope.id])
        .await
        .map_err(store_error)?;
    drop(conn);
    let known = known.into_iter().find(|record| record.list == asked.list);
    let words = known.map(|record| record.words).unwrap_or_default();
    let done = query.has("done");
    page(&visit, StatusCode::OK, (steps, asked), words, None, done).await
}

/// `POST /desk/review/words` (`step`, `list`, `words`, `act`): `try` changes nothing, `save` puts the list in force.
///
/// # Errors
/// 404 for a step or list that there isn't, 422 for a list that is too long.
pub async fn act(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let (steps, asked) = asked(&visit, fields.get("step"), fields.get("list")).await?;
    let words = fields.get("words").replace("\r\n", "\n");
    let app = visit.app();
    if fields.get("act") == "save" {
        let by = format!("account:{}", visit.viewer()?.account);
        return match set_words(app, asked.scope, asked.list, &words, &by).await {
            Ok(()) => Ok(see_other(&format!(
                "/desk/review/words?step={}&list={}&done=1",
                asked.name, asked.list
            ))),
            Err(PolicyError::TooLong) => {
                page(
                    &visit,
                    StatusCode::UNPROCESSABLE_ENTITY,
                    (steps, asked),
                    words,
                    None,
                    false,
                )
                .await
            }
            Err(error) => Err(web_error(error)),
        };
    }
    let trial = try_words(app, asked.scope, asked.list, &words).await?;
    page(&visit, StatusCode::OK, (steps, asked), words, Some(trial), false).await
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    (steps, asked): (Vec<Step>, Asked),
    words: String,
    trial: Option<Trial>,
    done: bool,
) -> Result<Response, WebError> {
    let own = Own {
        steps,
        lists: LISTS
            .map(|name| List {
                name,
                current: name == asked.list,
            })
            .into(),
        step: asked.name,
        list: asked.list,
        words,
        trial: trial.map(Shown::from),
        done,
    };
    let title = desk::say(&*desk::voice(visit).await?, "review-words", &[])?;
    desk::page(visit, status, (Here::Review, "review/words.html", title), &own).await
}

/// What can't be done with a step of the ladder, as an answer.
pub(super) fn web_error(error: PolicyError) -> WebError {
    match error {
        PolicyError::Store(error) => store_error(error),
        PolicyError::Comment(error) => error.into(),
        PolicyError::Unknown(_) => WebError::not_found(),
        error => WebError::bad_request(error.to_string()),
    }
}
