//! `POST /desk/pictures`: a picture for a story, sent with the story's form. The form comes back with the picture in its
//! text: nothing was saved, and nothing that was typed is lost.

use super::edit;
use super::sheet::{Mistakes, Sheet, Wrong};
use crate::app::App;
use crate::pictures::{Said, TakeError, take};
use crate::visit::{Fields, Visit};
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use masthead_domain::document::{Block, Document, PictureBlock, PictureSource, Text};
use masthead_formats::manuscript;
use masthead_web::errors::WebError;

/// The picture of a form (`picture-alt`, `picture-caption`, `picture-credit`) as a block; what is wrong with its fields
/// where it can't be taken.
///
/// # Errors
/// When the store or the disk fails.
pub(crate) async fn taken(app: &App, fields: &Fields, file: Bytes) -> Result<Result<Block, Vec<Wrong>>, WebError> {
    let (alt, credit) = (fields.get("picture-alt").trim(), fields.get("picture-credit").trim());
    let caption = fields.get("picture-caption").trim();
    // A picture is not published without what it shows and whose it is.
    let missing: Vec<Wrong> = [
        (file.is_empty(), "desk-wrong-no-file"),
        (alt.is_empty(), "desk-wrong-no-alt"),
        (credit.is_empty(), "desk-wrong-no-credit"),
    ]
    .into_iter()
    .filter(|(is_missing, _)| *is_missing)
    .map(|(_, key)| Wrong::new(key, ""))
    .collect();
    if !missing.is_empty() {
        return Ok(Err(missing));
    }
    let said = Said {
        caption: caption.to_owned(),
        credit: credit.to_owned(),
        alt: alt.to_owned(),
        ..Said::default()
    };
    match take(app, file, said).await {
        Ok(id) => Ok(Ok(Block::Picture(PictureBlock {
            picture: PictureSource::Stored(id),
            caption: Text::plain(caption),
            credit: credit.to_owned(),
            alt: alt.to_owned(),
        }))),
        Err(TakeError::Picture(error)) => Ok(Err(vec![Wrong::new("desk-wrong-file", &error.to_string())])),
        Err(error) if error.is_transient() => Err(WebError::unavailable(error)),
        Err(error) => Err(WebError::internal(error)),
    }
}

/// `POST /desk/pictures`
///
/// # Errors
/// 400 for a form that can't be read, 404 for a story of other desks.
pub async fn add(visit: Visit) -> Result<Response, WebError> {
    let (fields, file) = visit.parts().await?;
    let mut sheet = Sheet::of_form(&fields);
    let story = fields.get("story").to_owned();
    let block = match taken(visit.app(), &fields, file).await? {
        Ok(block) => block,
        Err(wrong) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let mistakes: Mistakes = [("picture", wrong)].into();
            return edit::again(&visit, (status, &story), sheet, &mistakes, "").await;
        }
    };
    let text = manuscript::write(&Document { blocks: vec![block] }, &Document::default());
    if fields.get("picture-as") == "lead" {
        sheet.lead = text;
    } else {
        sheet.body = format!("{}\n\n{text}\n", sheet.body.trim_end());
    }
    edit::again(&visit, (StatusCode::OK, &story), sheet, &Mistakes::new(), "picture").await
}
