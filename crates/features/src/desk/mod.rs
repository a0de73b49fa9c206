//! The desk: the newsroom's own pages, with one frame around all of them. Staff alone get in, and what a page offers is
//! what the person may do.
//!
//! The frame speaks English whatever the site does: its words stand in `theme/strings/desk`. What is done to a story is
//! [`work`]'s, which asks for the permission on every site that the story stands on.

pub mod acts;
pub mod edit;
mod form;
pub mod fronts;
pub mod list;
pub mod own_pages;
mod people;
pub mod pictures;
pub mod presence;
pub mod preview;
pub mod revisions;
mod sheet;
pub mod start;
pub mod work;

pub(crate) use acts::moment;
pub(crate) use edit::unknown_pictures;
pub(crate) use form::{addresses, words};
pub(crate) use people::{People, account_of, named};
pub(crate) use pictures::taken;
pub(crate) use sheet::{Mistakes, Wrong, of_text};
pub(crate) use work::permitted;

use crate::accounts::Viewer;
use crate::comments::PolicyError;
use crate::pages::store_error;
use crate::stories::ChangeError;
use crate::visit::{Visit, private_html};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::ids::{SiteId, StoryId};
use masthead_domain::permissions::Permission;
use masthead_domain::stories::StoryError;
use masthead_store::{Conn, StoreError, desk as rows, stories as story_rows};
use masthead_web::errors::{ErrorKind, WebError};
use masthead_web::strings::Said;
use masthead_web::templates::Voice;
use minijinja::Value;
use serde::Serialize;
use std::sync::Arc;

/// Why something is not done at the desk.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// There is no such story for this person.
    #[error("there is no such story")]
    NotFound,
    /// It needs a permission on a site where the person doesn't hold it.
    #[error("your role doesn't reach that far")]
    Forbidden,
    /// The rules.
    #[error(transparent)]
    Rule(#[from] StoryError),
    /// A reason is asked for.
    #[error("say why")]
    Why,
    /// A moment is asked for that can be read and lies ahead.
    #[error("give a moment that lies ahead")]
    When,
    /// Somebody else saved it since the form was made.
    #[error("somebody else saved this story meanwhile: revision {0}")]
    Clash(i64),
    /// Something it needs is not there yet.
    #[error("{0}")]
    Later(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ChangeError> for DeskError {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Rule(error) => Self::Rule(error),
            ChangeError::Later(why) => Self::Later(why),
            video @ ChangeError::Video(_) => Self::Later(video.to_string()),
            ChangeError::NotFound(_) => Self::NotFound,
            ChangeError::Store(error) => Self::Store(error),
        }
    }
}

impl From<PolicyError> for DeskError {
    fn from(error: PolicyError) -> Self {
        match error {
            PolicyError::Store(error) => Self::Store(error),
            other => Self::Later(other.to_string()),
        }
    }
}

impl From<DeskError> for WebError {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::NotFound => Self::not_found(),
            DeskError::Forbidden => Self::forbidden("Your role doesn't reach that far."),
            DeskError::Store(error) => store_error(error),
            DeskError::Rule(error) => Self::new(ErrorKind::Conflict)
                .detail(error.to_string())
                .code(error.code()),
            DeskError::Clash(_) => Self::new(ErrorKind::Conflict).code("story-changed"),
            other => Self::bad_request(other.to_string()),
        }
    }
}

/// Where somebody is at the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Here {
    Start,
    Stories,
    New,
    Fronts,
    Banners,
    Review,
    Contributions,
    Alerts,
    Listings,
    Mistakes,
    CallOuts,
    Pages,
    Partners,
}

impl Here {
    const ALL: [Self; 13] = [
        Self::Start,
        Self::Stories,
        Self::New,
        Self::Fronts,
        Self::Banners,
        Self::Review,
        Self::Contributions,
        Self::Alerts,
        Self::Listings,
        Self::Mistakes,
        Self::CallOuts,
        Self::Pages,
        Self::Partners,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stories => "stories",
            Self::New => "new",
            Self::Fronts => "fronts",
            Self::Banners => "banners",
            Self::Review => "review",
            Self::Contributions => "contributions",
            Self::Alerts => "alerts",
            Self::Listings => "listings",
            Self::Mistakes => "mistakes",
            Self::CallOuts => "call-outs",
            Self::Pages => "pages",
            Self::Partners => "partners",
        }
    }

    const fn href(self) -> &'static str {
        match self {
            Self::Start => "/desk",
            Self::Stories => "/desk/stories",
            Self::New => "/desk/stories/new",
            Self::Fronts => "/desk/fronts",
            Self::Banners => "/desk/banners",
            Self::Review => "/desk/review",
            Self::Contributions => "/desk/review/contributions",
            Self::Alerts => "/desk/alerts",
            Self::Listings => "/desk/listings",
            Self::Mistakes => "/desk/mistakes",
            Self::CallOuts => "/desk/call-outs",
            Self::Pages => "/desk/pages",
            Self::Partners => "/desk/partners",
        }
    }

    /// The key that leads there, with the browser's modifier.
    const fn key(self) -> &'static str {
        match self {
            Self::Start => "h",
            Self::Stories => "l",
            Self::New => "n",
            Self::Fronts => "f",
            Self::Banners => "b",
            Self::Review => "q",
            Self::Contributions => "c",
            Self::Alerts => "a",
            Self::Listings => "g",
            Self::Mistakes => "m",
            Self::CallOuts => "o",
            Self::Pages => "w",
            Self::Partners => "d",
        }
    }

    const fn permission(self) -> Permission {
        match self {
            Self::Start | Self::Stories => Permission::Staff,
            Self::New => Permission::StoriesWrite,
            Self::Fronts => Permission::FrontsEdit,
            Self::Review => Permission::CommentsModerate,
            Self::Contributions | Self::Listings => Permission::ContributionsReview,
            Self::Partners => Permission::SitesEdit,
            Self::Mistakes => Permission::StoriesEdit,
            Self::Alerts | Self::Banners | Self::CallOuts => Permission::StoriesPublish,
            Self::Pages => Permission::SitesEdit,
        }
    }
}

#[derive(Serialize)]
struct NavItem {
    name: &'static str,
    href: &'static str,
    key: &'static str,
    current: bool,
}

#[derive(Serialize)]
struct Frame {
    nav: Vec<NavItem>,
    title: String,
    /// The person.
    name: String,
}

#[derive(Serialize)]
struct Framed<'a, T> {
    site: Value,
    desk: Frame,
    #[serde(flatten)]
    own: &'a T,
}

/// The language that the desk speaks.
pub(crate) const LANGUAGE: &str = "en";

/// The desk's words, in the site's zone.
pub(crate) async fn voice(visit: &Visit) -> Result<Arc<Voice>, WebError> {
    let view = visit.view().await?;
    let zone = &view.entry.site.zone;
    // A zone that doesn't exist is reported by `masthead check`.
    Ok(match view.theme.voice(LANGUAGE, zone) {
        Ok(voice) => voice,
        Err(_) => view.theme.voice(LANGUAGE, "UTC")?,
    })
}

/// The words of a message.
pub(crate) fn say(voice: &Voice, key: &str, args: &[(&str, &str)]) -> Result<String, WebError> {
    let args: Vec<_> = args
        .iter()
        .map(|(name, text)| (*name, Said::Text((*text).into())))
        .collect();
    Ok(voice.say(key, &args)?)
}

/// A page of the desk in its frame.
///
/// # Errors
/// When the template can't be rendered.
pub(crate) async fn page<T: Serialize>(
    visit: &Visit,
    status: StatusCode,
    (here, template, title): (Here, &str, String),
    own: &T,
) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let view = visit.view().await?;
    let nav = Here::ALL
        .into_iter()
        .filter(|item| viewer.may_enter(item.permission()))
        .map(|item| NavItem {
            name: item.name(),
            href: item.href(),
            key: item.key(),
            current: item == here,
        })
        .collect();
    let framed = Framed {
        site: view.value.clone(),
        desk: Frame {
            nav,
            title,
            name: viewer.name().to_owned(),
        },
        own,
    };
    let html = voice(visit).await?.render(template, &framed)?;
    Ok(private_html(status, html))
}

/// The story of an address, if this person may look at it, with the sites that it stands on.
pub(crate) async fn story(
    conn: &mut Conn,
    viewer: &Viewer,
    id: &str,
) -> Result<(story_rows::StoryRecord, Vec<SiteId>), WebError> {
    let id: StoryId = id.parse().map_err(|_| WebError::not_found())?;
    let story = story_rows::by_id(conn, id).await.map_err(store_error)?;
    let story = story.ok_or_else(WebError::not_found)?;
    let places = rows::places(conn, &[id]).await.map_err(store_error)?;
    let sites: Vec<SiteId> = places.iter().map(|place| place.site).collect();
    // What stands nowhere is for those who write, and the rest for staff of a site that carries it.
    if masthead_domain::desk::may_see(&viewer.grants, &sites) {
        Ok((story, sites))
    } else {
        Err(WebError::not_found())
    }
}
