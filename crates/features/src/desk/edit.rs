//! Writing: a new story and one that is there, saving it, and what happens when two people do.

use super::DeskError;
use super::form::{Beside, ClashView, ConflictView, Loaded, form};
use super::people::People;
use super::presence;
use super::sheet::{Mistakes, Sheet, Wrong, pictures};
use super::work::{self, Doing};
use crate::comments::Decider;
use crate::pages::store_error;
use crate::visit::{Fields, Visit, see_other};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::desk::Act;
use masthead_domain::document::{Block, Document};
use masthead_domain::ids::{PictureId, StoryId};
use masthead_domain::permissions::Permission;
use masthead_domain::revisions::{compare, merge, merge_value};
use masthead_domain::stories::StoryContent;
use masthead_formats::manuscript;
use masthead_store::{Conn, pictures as picture_rows, stories as story_rows, topics};
use masthead_web::errors::WebError;

/// `GET /desk/stories/new`
///
/// # Errors
/// When the store can't answer.
pub async fn blank(visit: Visit) -> Result<Response, WebError> {
    let sites = visit.app().sites();
    let mut sheet = Sheet::default();
    // Who writes for one site writes for that one.
    let viewer = visit.viewer()?;
    let own: Vec<_> = sites
        .all()
        .iter()
        .filter(|site| viewer.may(Permission::StoriesWrite, Some(site.id)))
        .collect();
    if let [only] = own.as_slice()
        && let Some(section) = sites.sections_of(only.id).next()
    {
        sheet.places.insert(only.slug.clone(), section.path.clone());
    }
    sheet.bylines = viewer.name().to_owned();
    form(&visit, StatusCode::OK, None, sheet, &Mistakes::new(), Beside::default()).await
}

/// `GET /desk/stories/{id}`
///
/// # Errors
/// 404 for a story of other desks.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let loaded = Loaded::read(&mut conn, &visit, visit.parameter("id")).await?;
    drop(conn);
    presence::note(&visit, loaded.story.id).await?;
    let sheet = loaded.sheet(&visit.app().sites());
    let beside = Beside {
        done: visit.query().get("done").chars().take(24).collect(),
        ..Beside::default()
    };
    form(&visit, StatusCode::OK, Some(&loaded), sheet, &Mistakes::new(), beside).await
}

/// The form as it was sent, with words about what was done with it; `id` is empty for a new story.
pub(super) async fn again(
    visit: &Visit,
    (status, id): (StatusCode, &str),
    sheet: Sheet,
    mistakes: &Mistakes,
    done: &str,
) -> Result<Response, WebError> {
    let loaded = if id.is_empty() {
        None
    } else {
        let mut conn = visit.app().db.reader().await.map_err(store_error)?;
        Some(Loaded::read(&mut conn, visit, id).await?)
    };
    let beside = Beside {
        done: done.to_owned(),
        ..Beside::default()
    };
    form(visit, status, loaded.as_ref(), sheet, mistakes, beside).await
}

/// `POST /desk/stories`: a new story.
///
/// # Errors
/// When the store can't answer.
pub async fn create(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let sheet = Sheet::of_form(&fields);
    let nothing = StoryContent::default();
    let (saving, mistakes) = checked(&visit, &sheet, (&nothing, &nothing)).await?;
    if !mistakes.is_empty() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return form(&visit, status, None, sheet, &mistakes, Beside::default()).await;
    }
    let by = Decider::from(visit.viewer()?);
    let id = match work::create(visit.app(), &by, saving).await {
        Ok(id) => id,
        Err(error) => return refused(&visit, None, sheet, error).await,
    };
    then(&visit, &by, id, &fields).await
}

/// `POST /desk/stories/{id}`: saves, and then does what the button says.
///
/// # Errors
/// 404 for a story of other desks.
pub async fn save(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let sheet = Sheet::of_form(&fields);
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let loaded = Loaded::read(&mut conn, &visit, visit.parameter("id")).await?;
    let id = loaded.story.id;
    let before = story_rows::revision(&mut conn, id, sheet.base)
        .await
        .map_err(store_error)?;
    let before = before.ok_or_else(|| WebError::bad_request("The form began from a revision that is not there."))?;
    let space = space(&mut conn, id, &sheet.bases()).await?;
    drop(conn);
    let (saving, mistakes) = checked(&visit, &sheet, (&before, &space)).await?;
    if !mistakes.is_empty() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return form(&visit, status, Some(&loaded), sheet, &mistakes, Beside::default()).await;
    }
    let by = Decider::from(visit.viewer()?);
    let (show, content) = (fields.has("show"), saving.content.clone());
    match work::save(visit.app(), &by, id, sheet.base, saving, show).await {
        Ok(_) => then(&visit, &by, id, &fields).await,
        Err(DeskError::Clash(_)) => clashed(&visit, sheet, &before, &content).await,
        Err(error) => refused(&visit, Some(&loaded), sheet, error).await,
    }
}

/// What the sheet says, with its mistakes; pictures are looked up too.
pub(super) async fn checked(
    visit: &Visit,
    sheet: &Sheet,
    contents: (&StoryContent, &StoryContent),
) -> Result<(work::Saving, Mistakes), WebError> {
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let known = topics::all(&mut conn).await.map_err(store_error)?;
    let mut checked = sheet.check(contents, (&visit.app().sites(), &visit.app().places), &known);
    let unknown = unknown_pictures(&mut conn, &pictures(&checked.saving.content)).await?;
    if !unknown.is_empty() {
        checked.mistakes.entry("body").or_default().extend(unknown);
    }
    Ok((checked.saving, checked.mistakes))
}

/// What is wrong with a text that shows these pictures: those that the store doesn't have.
pub(crate) async fn unknown_pictures(conn: &mut Conn, ids: &[PictureId]) -> Result<Vec<Wrong>, WebError> {
    let found = picture_rows::by_ids(conn, ids).await.map_err(store_error)?;
    let is_known = |id: &PictureId| found.iter().any(|picture| picture.id == *id);
    let unknown = ids.iter().filter(|id| !is_known(id));
    Ok(unknown
        .map(|id| Wrong::new("desk-wrong-picture", &format!("picture:{id}")))
        .collect())
}

/// A content whose blocks are those of several revisions, one behind the other.
pub(super) async fn space(conn: &mut Conn, id: StoryId, numbers: &[i64]) -> Result<StoryContent, WebError> {
    let mut all = StoryContent::default();
    for number in numbers {
        if let Some(content) = story_rows::revision(conn, id, *number).await.map_err(store_error)? {
            all.body.blocks.extend(content.body.blocks);
            all.lead_picture = content.lead_picture.or(all.lead_picture);
        }
    }
    Ok(all)
}

/// Does what the pressed button says besides saving, and shows the story.
async fn then(visit: &Visit, by: &Decider, id: StoryId, fields: &Fields) -> Result<Response, WebError> {
    let done = match Act::parse(fields.get("then")) {
        Some(act) if !act.asks_why() => {
            let doing = Doing {
                act,
                why: String::new(),
                at: None,
            };
            match work::act(visit.app(), by, id, doing).await {
                Ok(_) => act.name(),
                // It is saved; that it goes no further is said on its page.
                Err(error) => refusal(&error).ok_or_else(|| WebError::from(error))?,
            }
        }
        _ if fields.has("show") => "shown",
        _ => "saved",
    };
    Ok(see_other(&format!("/desk/stories/{id}?done={done}")))
}

/// The word by which a page says why something was not done; none for what is no refusal but a failure.
pub(super) const fn refusal(error: &DeskError) -> Option<&'static str> {
    use masthead_domain::stories::StoryError as S;
    Some(match error {
        DeskError::Forbidden => "forbidden",
        DeskError::Why => "why",
        DeskError::When => "when",
        DeskError::Rule(S::Killed) => "is-killed",
        DeskError::Rule(S::NoHeadline) => "no-headline",
        DeskError::Rule(S::NoPlacement) => "no-place",
        DeskError::Rule(S::NotHeld | S::NotPublished | S::NotInWork) => "not-now",
        DeskError::NotFound | DeskError::Clash(_) | DeskError::Later(_) | DeskError::Store(_) => return None,
    })
}

/// A refused story is still in its box.
async fn refused(visit: &Visit, loaded: Option<&Loaded>, sheet: Sheet, error: DeskError) -> Result<Response, WebError> {
    let Some(word) = refusal(&error) else {
        return Err(error.into());
    };
    let status = match error {
        DeskError::Forbidden => StatusCode::FORBIDDEN,
        _ => StatusCode::CONFLICT,
    };
    let beside = Beside {
        done: word.to_owned(),
        ..Beside::default()
    };
    form(visit, status, loaded, sheet, &Mistakes::new(), beside).await
}

/// Somebody else saved a revision since the form was made: both are put together where they don't touch, both are shown,
/// and what was sent stays in the box.
async fn clashed(visit: &Visit, sent: Sheet, before: &StoryContent, mine: &StoryContent) -> Result<Response, WebError> {
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let loaded = Loaded::read(&mut conn, visit, visit.parameter("id")).await?;
    let (theirs, head) = (&loaded.content, loaded.story.head_revision);
    let mut sheet = sent.clone();
    sheet.on_top_of(head);
    let space = space(&mut conn, loaded.story.id, &sheet.bases()).await?;
    let lines = story_rows::revisions(&mut conn, loaded.story.id)
        .await
        .map_err(store_error)?;
    let last = lines.last();
    let mut people = People::default();
    people
        .look_up(
            &mut conn,
            last.map(|line| line.created_by.clone()).into_iter().collect(),
        )
        .await
        .map_err(store_error)?;
    drop(conn);
    let now = loaded.sheet(&visit.app().sites());
    let mut conflicts: Vec<ConflictView> = sheet.put_together(before, mine, theirs, &now);
    let merged = merge(&before.body, &mine.body, &theirs.body);
    let written = |blocks: &[Block]| {
        let part = Document {
            blocks: blocks.to_vec(),
        };
        manuscript::write(&part, &space.body)
    };
    conflicts.extend(merged.conflicts.iter().map(|conflict| ConflictView {
        mine: written(&conflict.mine),
        theirs: written(&conflict.theirs),
    }));
    sheet.body = manuscript::write(&merged.document, &space.body);
    let clash = ClashView {
        by: last.map(|line| people.name(&line.created_by)).unwrap_or_default(),
        at: last.map_or(0, |line| line.created_at.as_micros()),
        number: head,
        conflicts,
        stretches: compare(&now.body, &sent.body),
        mine: sent.body,
    };
    let beside = Beside {
        clash: Some(clash),
        ..Beside::default()
    };
    form(
        visit,
        StatusCode::CONFLICT,
        Some(&loaded),
        sheet,
        &Mistakes::new(),
        beside,
    )
    .await
}

impl Sheet {
    /// Takes over what only the other one changed in single fields; gives what both did.
    fn put_together(
        &mut self,
        before: &StoryContent,
        mine: &StoryContent,
        theirs: &StoryContent,
        now: &Self,
    ) -> Vec<ConflictView> {
        let mut conflicts = Vec::new();
        let (base, other) = (Self::of_content(before, before), Self::of_content(theirs, theirs));
        let own = Self::of_content(mine, mine);
        for (field, base, mine, theirs) in [
            (&mut self.headline, &base.headline, &own.headline, &other.headline),
            (
                &mut self.standfirst,
                &base.standfirst,
                &own.standfirst,
                &other.standfirst,
            ),
            (&mut self.kicker, &base.kicker, &own.kicker, &other.kicker),
            (&mut self.dateline, &base.dateline, &own.dateline, &other.dateline),
            (&mut self.located, &base.located, &own.located, &other.located),
            (&mut self.seo_title, &base.seo_title, &own.seo_title, &other.seo_title),
            (&mut self.bylines, &base.bylines, &own.bylines, &other.bylines),
            (&mut self.lead, &base.lead, &own.lead, &other.lead),
        ] {
            let (kept, both) = merge_value(base, mine, theirs);
            field.clone_from(kept);
            if both {
                conflicts.push(ConflictView {
                    mine: mine.clone(),
                    theirs: theirs.clone(),
                });
            }
        }
        for (mine, theirs) in self.beside(now) {
            conflicts.push(ConflictView { mine, theirs });
        }
        conflicts
    }
}
