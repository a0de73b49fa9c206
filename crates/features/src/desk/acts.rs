//! `POST /desk/stories/{id}/acts`: what is done to a story that has fields of its own: a reason, a moment.

use super::edit::refusal;
use super::work::{self, Doing};
use crate::comments::Decider;
use crate::visit::{Visit, see_other};
use axum::response::Response;
use jiff::tz::TimeZone;
use masthead_domain::desk::Act;
use masthead_domain::ids::StoryId;
use masthead_domain::time::Timestamp;
use masthead_web::errors::WebError;

/// `POST /desk/stories/{id}/acts`: `act`, `why`, `at`. Answers with the story's page, which says what was done or why it
/// wasn't.
///
/// # Errors
/// 400 for an act that there is none of, 404 for a story of other desks.
pub async fn submit(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let id: StoryId = visit.parameter("id").parse().map_err(|_| WebError::not_found())?;
    let act = Act::parse(fields.get("act")).ok_or_else(|| WebError::bad_request("There is no such act."))?;
    let zone = visit.view().await?.entry.zone.clone();
    let at = match fields.get("at").trim() {
        "" => Some(None),
        text => moment(text, &zone).map(Some),
    };
    let Some(at) = at else {
        return Ok(see_other(&format!("/desk/stories/{id}?done=when")));
    };
    let doing = Doing {
        act,
        why: fields.get("why").to_owned(),
        at,
    };
    let by = Decider::from(visit.viewer()?);
    let done = match work::act(visit.app(), &by, id, doing).await {
        Ok(_) => act.name(),
        Err(super::DeskError::Forbidden) => return Err(super::DeskError::Forbidden.into()),
        Err(error) => match refusal(&error) {
            Some(word) => word,
            None => return Err(error.into()),
        },
    };
    Ok(see_other(&format!("/desk/stories/{id}?done={done}")))
}

/// A moment as a browser's field gives it, on the site's clock, or whole (RFC 3339).
pub(crate) fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(at) = Timestamp::parse_rfc3339(text) {
        return Some(at);
    }
    let local: jiff::civil::DateTime = text.parse().ok()?;
    let at = zone.to_timestamp(local).ok()?;
    Some(Timestamp::from_micros(at.as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_on_the_sites_clock() {
        let paris = TimeZone::get("Europe/Paris").unwrap();
        let at = moment("2025-11-26T18:30", &paris).unwrap();
        assert_eq!(at, Timestamp::parse_rfc3339("2025-11-26T17:30:00Z").unwrap());
        let whole = moment("2025-11-26T18:30:00+02:00", &paris).unwrap();
        assert_eq!(whole, Timestamp::parse_rfc3339("2025-11-26T16:30:00Z").unwrap());
        for wrong in ["tomorrow", "18:30", "2025-13-01T00:00"] {
            assert_eq!(moment(wrong, &paris), None, "{wrong}");
        }
    }
}
