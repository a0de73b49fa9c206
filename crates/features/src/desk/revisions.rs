//! `/desk/stories/{id}/revisions`: every saved state of a story, what differs between two, and an old one made new.

use super::people::People;
use super::sheet::Sheet;
use super::work;
use super::{DeskError, Here, page, say, story, voice};
use crate::comments::Decider;
use crate::pages::store_error;
use crate::visit::{Visit, see_other};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::ids::StoryId;
use masthead_domain::revisions::{Stretch, compare};
use masthead_domain::stories::StoryContent;
use masthead_store::stories as rows;
use masthead_web::errors::WebError;
use serde::Serialize;

#[derive(Serialize)]
struct Own {
    id: String,
    headline: String,
    revisions: Vec<Line>,
    from: i64,
    to: i64,
    parts: Vec<Part>,
    may_restore: bool,
}

#[derive(Serialize)]
struct Line {
    number: i64,
    headline: String,
    by: String,
    at: i64,
    public: bool,
    newest: bool,
}

/// A field of both revisions that differs.
#[derive(Serialize)]
struct Part {
    field: &'static str,
    stretches: Vec<Stretch>,
}

/// `GET /desk/stories/{id}/revisions`: `from` and `to` are compared; the newest two unless they are named.
///
/// # Errors
/// 404 for a story of other desks.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let (record, sites) = story(&mut conn, visit.viewer()?, visit.parameter("id")).await?;
    let lines = rows::revisions(&mut conn, record.id).await.map_err(store_error)?;
    let fields = visit.query();
    let number = |name: &str, usual: i64| {
        let asked = fields.get(name).parse().ok();
        asked
            .filter(|number| (1..=record.head_revision).contains(number))
            .unwrap_or(usual)
    };
    let to = number("to", record.head_revision);
    let from = number("from", (to - 1).max(1));
    let old = rows::revision(&mut conn, record.id, from).await.map_err(store_error)?;
    let new = rows::revision(&mut conn, record.id, to).await.map_err(store_error)?;
    let mut people = People::default();
    people
        .look_up(&mut conn, lines.iter().map(|line| line.created_by.clone()).collect())
        .await
        .map_err(store_error)?;
    drop(conn);
    let parts = parts(&old.unwrap_or_default(), &new.unwrap_or_default());
    let headline = lines.last().map(|line| line.headline.clone()).unwrap_or_default();
    let own = Own {
        id: record.id.to_string(),
        revisions: lines
            .into_iter()
            .rev()
            .map(|line| Line {
                by: people.name(&line.created_by),
                at: line.created_at.as_micros(),
                public: record.public_revision == Some(line.number),
                newest: record.head_revision == line.number,
                number: line.number,
                headline: line.headline,
            })
            .collect(),
        from,
        to,
        parts,
        may_restore: masthead_domain::desk::may(
            &visit.viewer()?.grants,
            masthead_domain::permissions::Permission::StoriesWrite,
            &sites,
        ),
        headline: headline.clone(),
    };
    let title = say(&*voice(&visit).await?, "desk-revisions-of", &[("headline", &headline)])?;
    page(
        &visit,
        StatusCode::OK,
        (Here::Stories, "desk/revisions.html", title),
        &own,
    )
    .await
}

fn parts(old: &StoryContent, new: &StoryContent) -> Vec<Part> {
    let (a, b) = (Sheet::of_content(old, old), Sheet::of_content(new, new));
    [
        ("headline", &a.headline, &b.headline),
        ("standfirst", &a.standfirst, &b.standfirst),
        ("kicker", &a.kicker, &b.kicker),
        ("dateline", &a.dateline, &b.dateline),
        ("located", &a.located, &b.located),
        ("bylines", &a.bylines, &b.bylines),
        ("seo-title", &a.seo_title, &b.seo_title),
        ("lead", &a.lead, &b.lead),
        ("body", &a.body, &b.body),
    ]
    .into_iter()
    .filter(|(_, old, new)| old != new)
    .map(|(field, old, new)| Part {
        field,
        stretches: compare(old, new),
    })
    .collect()
}

/// `POST /desk/stories/{id}/revisions`: revision `number` is saved as the newest.
///
/// # Errors
/// 403 without the permission, 404 for a revision that there is none of.
pub async fn restore(visit: Visit) -> Result<Response, WebError> {
    let id: StoryId = visit.parameter("id").parse().map_err(|_| WebError::not_found())?;
    let number = visit.form()?.get("number").parse();
    let number = number.map_err(|_| WebError::bad_request("Which revision?"))?;
    let by = Decider::from(visit.viewer()?);
    work::restore(visit.app(), &by, id, number)
        .await
        .map_err(|error: DeskError| WebError::from(error))?;
    Ok(see_other(&format!("/desk/stories/{id}?done=restored")))
}
