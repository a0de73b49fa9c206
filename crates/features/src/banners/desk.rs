//! `/desk/banners`: the breaking-news banner of each site, put up, changed and taken away, with what became of telling
//! readers' devices. A plain form a site; whoever may publish on a site may do it.

use super::{BannerError, Told, clear, set, shown};
use crate::comments::Decider;
use crate::desk::{self, Here, People, named, say, voice};
use crate::pages::store_error;
use crate::push::plan::campaign_of;
use crate::stories::ChangeError;
use crate::visit::{Visit, see_other};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::ids::SiteId;
use masthead_domain::permissions::Permission;
use masthead_store::banners::{self as rows, BannerRecord};
use masthead_store::push::campaigns;
use masthead_store::{Conn, StoreError, stories as story_rows};
use masthead_web::errors::WebError;
use serde::Serialize;

#[derive(Serialize)]
struct Own {
    sites: Vec<OfSite>,
    /// What was done: `set`, `cleared`, or empty.
    done: String,
    /// The words that can't be taken, if some can't.
    is_wrong: bool,
}

#[derive(Serialize)]
struct OfSite {
    slug: String,
    name: String,
    banner: Option<View>,
    typed: Typed,
    /// What is wrong with a field, in words.
    wrong: Option<(&'static str, String)>,
}

/// The form of a site as it was typed.
#[derive(Clone, Debug, Default, Serialize)]
struct Typed {
    story: String,
    text: String,
    quiet: bool,
}

#[derive(Serialize)]
struct View {
    text: String,
    story: String,
    /// The story's headline; empty when it is no longer there.
    said: String,
    set_at: i64,
    set_by: String,
    quiet: bool,
    /// Whether readers see it.
    visible: bool,
    /// What became of telling devices; `None` before anything was planned.
    told: Option<Sent>,
}

#[derive(Serialize)]
struct Sent {
    /// `sending`, `done` or `stopped`.
    state: String,
    handed: i64,
    refused: i64,
    gone: i64,
}

/// `GET /desk/banners` (`story`: what the forms are filled with)
///
/// # Errors
/// When the page can't be made.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    let query = visit.query();
    let typed = Typed {
        story: query.get("story").to_owned(),
        ..Typed::default()
    };
    let done = match query.get("done") {
        done @ ("set" | "cleared") => done.to_owned(),
        _ => String::new(),
    };
    page(&visit, StatusCode::OK, &typed, None, done).await
}

/// `POST /desk/banners`: `act` is `set` (with `story`, `text` and, to tell nobody, `quiet`) or `clear`, on `site`.
///
/// # Errors
/// 403 for a site on which the person may publish nothing; what can be mended comes back in the form.
pub async fn save(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let (app, viewer) = (visit.app(), visit.viewer()?);
    let site = fields.get("site");
    let id = app.sites().by_slug(site).map(|site| site.id);
    let id = id.ok_or_else(WebError::not_found)?;
    if !viewer.may(Permission::StoriesPublish, Some(id)) {
        return Err(WebError::forbidden("Your role doesn't reach that far."));
    }
    if fields.get("act") == "clear" {
        clear(app, site).await.map_err(banner_error)?;
        return Ok(see_other("/desk/banners?done=cleared"));
    }
    let typed = Typed {
        story: fields.get("story").trim().to_owned(),
        text: fields.get("text").trim().to_owned(),
        quiet: fields.has("quiet"),
    };
    let told = if typed.quiet { Told::Nobody } else { Told::Followers };
    let by = named(&Decider::from(viewer));
    let wrong = match set(app, site, &typed.story, &typed.text, told, &by).await {
        Ok(()) => return Ok(see_other("/desk/banners?done=set")),
        Err(BannerError::Text) => ("text", "desk-banner-wrong-text"),
        Err(BannerError::Elsewhere(_)) => ("story", "desk-wrong-not-here"),
        Err(BannerError::Story(ChangeError::NotFound(_))) => ("story", "desk-wrong-no-story"),
        Err(error) => return Err(banner_error(error)),
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    page(&visit, status, &typed, Some((id, wrong)), String::new()).await
}

fn banner_error(error: BannerError) -> WebError {
    match error {
        BannerError::NoSite(_) => WebError::not_found(),
        BannerError::Store(error) | BannerError::Story(ChangeError::Store(error)) => store_error(error),
        other => WebError::bad_request(other.to_string()),
    }
}

/// The page, with what was typed in the form of the site where something is wrong, or in all of them where nothing is.
async fn page(
    visit: &Visit,
    status: StatusCode,
    typed: &Typed,
    wrong: Option<(SiteId, (&'static str, &'static str))>,
    done: String,
) -> Result<Response, WebError> {
    let (viewer, voice) = (visit.viewer()?, voice(visit).await?);
    let mut conn = visit.app().db.snapshot().await.map_err(store_error)?;
    let known = visit.app().sites();
    let mut sites = Vec::new();
    for site in known.all() {
        if !viewer.may(Permission::StoriesPublish, Some(site.id)) {
            continue;
        }
        let banner = rows::of_site(&mut conn, site.id).await.map_err(store_error)?;
        let banner = match banner {
            Some(banner) => Some(view(visit, &mut conn, banner).await.map_err(store_error)?),
            None => None,
        };
        let of_site = wrong.filter(|(id, _)| *id == site.id).map(|(_, wrong)| wrong);
        let is_typed = wrong.is_none() || of_site.is_some();
        sites.push(OfSite {
            slug: site.slug.clone(),
            name: site.name.clone(),
            banner,
            typed: if is_typed { typed.clone() } else { Typed::default() },
            wrong: match of_site {
                Some((field, key)) => Some((field, say(&voice, key, &[])?)),
                None => None,
            },
        });
    }
    drop(conn);
    let is_wrong = wrong.is_some();
    let own = Own { sites, done, is_wrong };
    let title = say(&voice, "desk-banners", &[])?;
    desk::page(visit, status, (Here::Banners, "desk/banners.html", title), &own).await
}

async fn view(visit: &Visit, conn: &mut Conn, banner: BannerRecord) -> Result<View, StoreError> {
    let story = story_rows::by_id(conn, banner.story).await?;
    let mut people = People::default();
    people.look_up(conn, vec![banner.set_by.clone()]).await?;
    let campaign = campaigns::one(conn, campaign_of(banner.site, banner.story)).await?;
    Ok(View {
        visible: shown(conn, visit.app().now(), &banner).await?.is_some(),
        story: banner.story.to_string(),
        said: story.map(|story| story.headline).unwrap_or_default(),
        told: campaign.map(|campaign| Sent {
            state: campaign.state,
            handed: campaign.handed,
            refused: campaign.refused,
            gone: campaign.gone,
        }),
        text: banner.text,
        set_at: banner.set_at.as_micros(),
        set_by: people.name(&banner.set_by),
        quiet: banner.is_quiet,
    })
}
