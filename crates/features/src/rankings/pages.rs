//! Where a page's script says that its story is being read.

use crate::visit::Visit;
use http::StatusCode;
use masthead_web::errors::WebError;

/// Counts a reading. The answer is the same whether it counted or not, and nothing of the reader is kept.
///
/// # Errors
/// 400 for what is no story's id.
pub async fn read(visit: Visit) -> Result<StatusCode, WebError> {
    let story = std::str::from_utf8(&visit.body).ok().and_then(|id| id.parse().ok());
    let story = story.ok_or_else(|| WebError::bad_request("The body is the id of a story."))?;
    let app = visit.pages.app();
    app.reads.count(story, visit.info.client, app.now());
    Ok(StatusCode::NO_CONTENT)
}
