//! What a delivery says, read when it goes out: from the public read path for stories, and only while an alert holds.
//! Whatever readers may not see at that moment is told to nobody.

use crate::app::App;
use crate::pages::excerpt;
use masthead_domain::alerts::{Info, State};
use masthead_domain::ids::{AlertId, SiteId, StoryId};
use masthead_store::notices::deliveries::{About, Delivery};
use masthead_store::public::{self, Found};
use masthead_store::{Conn, StoreError, alerts, banners};
use masthead_web::urls::Route;
use serde::Serialize;

/// Characters of the text below a title.
const TEXT: usize = 240;

/// What somebody is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    /// `story`, `breaking` or `alert`.
    pub kind: &'static str,
    /// One line; never empty.
    pub title: String,
    /// A sentence or two; may be empty.
    pub text: String,
    /// Where it is to be read, as a whole address.
    pub href: String,
}

/// What a delivery says now; `None` when readers may not see what it is about.
///
/// # Errors
/// When the store can't answer.
pub async fn said(app: &App, conn: &mut Conn, delivery: &Delivery) -> Result<Option<Said>, StoreError> {
    match delivery.about {
        Some(about @ (About::Story(story) | About::Breaking(story))) => {
            of_story(app, conn, about, story, delivery.site).await
        }
        Some(About::Alert(alert)) => of_alert(app, conn, alert, delivery.site).await,
        None => Ok(None),
    }
}

async fn of_story(
    app: &App,
    conn: &mut Conn,
    about: About,
    story: StoryId,
    site: SiteId,
) -> Result<Option<Said>, StoreError> {
    let Found::Story(story, places) = public::by_id(conn, app.now(), story).await? else {
        return Ok(None);
    };
    let sites = app.sites();
    let place = places.iter().find(|place| place.site == site).or(places.first());
    let Some((place, entry)) = place.and_then(|place| Some((place, sites.site(place.site)?))) else {
        return Ok(None);
    };
    let mut title = story.content.headline.clone();
    if let About::Breaking(id) = about {
        // The line that stands on the pages now, which may have been corrected since.
        let banner = banners::of_site(conn, site).await?;
        title = banner
            .filter(|banner| banner.story == id)
            .map_or(title, |banner| banner.text);
    }
    Ok(Some(Said {
        kind: about.kind(),
        title,
        text: excerpt(&story.content.standfirst, TEXT),
        href: format!("{}{}", entry.origin, place.path),
    }))
}

async fn of_alert(app: &App, conn: &mut Conn, alert: AlertId, site: SiteId) -> Result<Option<Said>, StoreError> {
    let now = app.now();
    let record = alerts::by_ids(conn, &[alert]).await?.into_iter().next();
    let holds =
        record.filter(|record| record.state == State::Live.name() && record.turns_at.is_some_and(|until| until > now));
    let sites = app.sites();
    let Some((record, site)) = holds.zip(sites.site(site)) else {
        return Ok(None);
    };
    let info = record.alert.info_for(&site.language);
    let title = info.map(Info::title).unwrap_or_default();
    let text = info.and_then(|info| info.description.as_deref()).unwrap_or_default();
    let areas = info.and_then(|info| info.areas.first()).map(|area| area.name.as_str());
    let title = [Some(title), areas, Some(site.name.as_str())]
        .into_iter()
        .flatten()
        .find(|title| !title.trim().is_empty())
        .unwrap_or_default();
    Ok(Some(Said {
        kind: "alert",
        title: title.to_owned(),
        text: excerpt(text, TEXT),
        href: format!("{}{}", site.origin, Route::Alert(record.id)),
    }))
}
