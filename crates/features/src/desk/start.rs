//! `/desk`: what waits for this person, by what they may do.

use super::list::{Row, everything, rows_of};
use super::people;
use super::{Here, page, say, voice};
use crate::comments::Decider;
use crate::pages::store_error;
use crate::review;
use crate::visit::Visit;
use axum::response::Response;
use http::StatusCode;
use masthead_domain::ids::StoryId;
use masthead_domain::permissions::Permission;
use masthead_domain::stories::StoryState;
use masthead_domain::time::Timestamp;
use masthead_store::desk as rows;
use masthead_store::desk::Filter;
use masthead_store::reviews::LONGEST_COUNTED;
use masthead_web::errors::WebError;
use serde::Serialize;
use uuid::Uuid;

/// Stories of each part.
const SHOWN: usize = 6;

#[derive(Serialize)]
struct Own {
    parts: Vec<Part>,
    queues: Vec<Queue>,
    mistakes: Option<Queue>,
}

#[derive(Serialize)]
struct Part {
    name: &'static str,
    href: String,
    rows: Vec<Row>,
    more: bool,
}

#[derive(Serialize)]
struct Queue {
    name: &'static str,
    count: i64,
    many: bool,
}

/// `GET /desk`
///
/// # Errors
/// When the store can't answer.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let base = everything(&visit)?;
    let state = |state: StoryState| Filter {
        state: state.as_str().to_owned(),
        ..base.clone()
    };
    let mut wanted: Vec<(&'static str, String, Filter)> = Vec::new();
    if viewer.may_enter(Permission::StoriesEdit) {
        for waiting in [
            StoryState::Submitted,
            StoryState::Editing,
            StoryState::Legal,
            StoryState::Ready,
            StoryState::Scheduled,
        ] {
            let href = format!("/desk/stories?state={}", waiting.as_str());
            wanted.push((waiting.as_str(), href, state(waiting)));
        }
        let kept = Filter {
            kept: true,
            ..base.clone()
        };
        wanted.push(("kept", "/desk/stories?kept=yes".to_owned(), kept));
    }
    if viewer.may_enter(Permission::StoriesWrite) {
        let mine = Filter {
            by: people::named(&Decider::from(viewer)),
            ..base.clone()
        };
        wanted.push(("mine", "/desk/stories?mine=yes".to_owned(), mine));
    }
    let sites = visit.app().sites();
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let mut parts = Vec::with_capacity(wanted.len());
    for (name, href, filter) in wanted {
        let start = (Timestamp::MAX, StoryId(Uuid::max()));
        let mut lines = rows::list(&mut conn, &filter, start, SHOWN + 1)
            .await
            .map_err(store_error)?;
        let more = lines.len() > SHOWN;
        lines.truncate(SHOWN);
        let rows = rows_of(&mut conn, &sites, lines).await.map_err(store_error)?;
        // What one writes is shown even while there is nothing; an empty queue is no work.
        if !rows.is_empty() || name == "mine" {
            parts.push(Part { name, href, rows, more });
        }
    }
    drop(conn);
    let mut queues = Vec::new();
    if viewer.may_enter(Permission::CommentsModerate) {
        let site = review::desk_of(&visit, "")?;
        for (name, count) in review::lengths(visit.app(), site).await.map_err(store_error)? {
            queues.push(Queue {
                name,
                count: count.min(LONGEST_COUNTED),
                many: count > LONGEST_COUNTED,
            });
        }
    }
    let mut mistakes = None;
    if viewer.may_enter(Permission::StoriesEdit) {
        let sites = crate::mistakes::desk::sites_of(&visit)?;
        let mut conn = visit.app().db.reader().await.map_err(store_error)?;
        let count = crate::mistakes::waiting(&mut conn, &sites, LONGEST_COUNTED + 1)
            .await
            .map_err(store_error)?;
        mistakes = (count > 0).then_some(Queue {
            name: "mistakes",
            count: count.min(LONGEST_COUNTED),
            many: count > LONGEST_COUNTED,
        });
    }
    let own = Own {
        parts,
        queues,
        mistakes,
    };
    let title = say(&*voice(&visit).await?, "desk-start", &[])?;
    page(&visit, StatusCode::OK, (Here::Start, "desk/start.html", title), &own).await
}
