//! What somebody follows, by which means and when they are told of it: the forms of `/account/notices`, and the one on a
//! topic's or an author's page that begins to follow it.

use super::send;
use crate::app::App;
use crate::pages::store_error;
use crate::push::vapid;
use crate::visit::{Fields, Visit, found, see_other};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::ids::{AuthorId, ProfileId, SiteId, TopicId};
use masthead_domain::notices::{Digest, Follow, Followed, Means, Pace, Quiet, Wishes};
use masthead_domain::places::Component;
use masthead_store::notices::deliveries;
use masthead_store::notices::follows as rows;
use masthead_store::{Conn, StoreError, authors, topics};
use masthead_web::errors::WebError;
use masthead_web::urls::Route;
use serde::Serialize;
use std::sync::Arc;

/// Things that somebody follows at most: a mail names each, and nobody reads a page of more.
const MOST: usize = 200;

/// The settings as the page shows them.
#[derive(Serialize)]
pub(super) struct Settings {
    follows: Vec<Line>,
    /// What can be followed without a page of its own and isn't yet: `breaking`, `alerts`.
    offers: Vec<&'static str>,
    /// The place for which alerts come; empty for none.
    place: String,
    times: Times,
    /// Whether the quiet hours that were sent are none.
    wrong: bool,
    /// The network's public key towards push services.
    push_key: String,
    /// Whether anything can be mailed to them: they proved an address.
    pub(super) mails: bool,
}

#[derive(Serialize)]
struct Line {
    /// What names it in the form.
    key: String,
    kind: &'static str,
    name: String,
    href: String,
    site: String,
    /// `now`, `digest` or `off`.
    mail: String,
    /// Whether devices are told.
    push: bool,
}

/// The form's times, as they were sent or as they are kept.
#[derive(Serialize)]
struct Times {
    quiet_from: String,
    quiet_to: String,
    breaking_wakes: bool,
    weekly: bool,
    hour: i64,
    answers: bool,
}

impl Times {
    fn of(wishes: &Wishes) -> Self {
        let quiet = wishes.quiet.map(|quiet| quiet.hours());
        let text = |hour: Option<i64>| hour.map(|hour| hour.to_string()).unwrap_or_default();
        Self {
            quiet_from: text(quiet.map(|(from, _)| from)),
            quiet_to: text(quiet.map(|(_, to)| to)),
            breaking_wakes: wishes.breaking_wakes,
            weekly: wishes.digest.weekly,
            hour: wishes.digest.hour(),
            answers: wishes.answers,
        }
    }

    fn sent(fields: &Fields) -> Self {
        Self {
            quiet_from: fields.get("quiet_from").to_owned(),
            quiet_to: fields.get("quiet_to").to_owned(),
            breaking_wakes: fields.has("breaking_wakes"),
            weekly: fields.get("digest") == "weekly",
            hour: fields.get("hour").parse().unwrap_or(-1),
            answers: fields.has("answers"),
        }
    }

    /// What they mean; `None` where an hour is none, or quiet begins and doesn't end.
    fn wishes(&self) -> Option<Wishes> {
        let quiet = match (self.quiet_from.as_str(), self.quiet_to.as_str()) {
            ("", "") => None,
            (from, to) => Some(Quiet::new(from.parse().ok()?, to.parse().ok()?)?),
        };
        Some(Wishes {
            answers: self.answers,
            quiet,
            breaking_wakes: self.breaking_wakes,
            digest: Digest::new(self.weekly, self.hour)?,
        })
    }
}

/// What names a follow in a form.
fn key(follow: &Follow) -> String {
    format!("{}:{}:{}", follow.what.kind(), follow.what.subject(), follow.site)
}

fn of_key(key: &str) -> Option<(Followed, SiteId)> {
    let mut parts = key.split(':');
    let (kind, subject, site) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some((Followed::from_parts(kind, subject)?, site))
}

/// The settings of who is signed in; with what they sent, where that could not be kept.
pub(super) async fn of(visit: &Visit, sent: Option<&Fields>) -> Result<Settings, WebError> {
    let (app, viewer) = (visit.app(), visit.viewer()?);
    let mut conn = app.db.reader().await.map_err(store_error)?;
    let followed = rows::of(&mut conn, viewer.profile).await.map_err(store_error)?;
    let wishes = rows::wishes(&mut conn, viewer.profile).await.map_err(store_error)?;
    let chosen = rows::places(&mut conn, viewer.profile).await.map_err(store_error)?;
    let mails = super::proved_address(&mut conn, viewer.profile).await?.is_some();
    let mut lines = lines(app, &mut conn, &followed).await.map_err(store_error)?;
    drop(conn);
    if let Some(sent) = sent {
        for line in &mut lines {
            line.mail = sent.get(&format!("mail:{}", line.key)).to_owned();
            line.push = sent.has(&format!("push:{}", line.key));
        }
    }
    let here = visit.info.site.id;
    let offers = [Followed::Breaking, Followed::Alerts];
    let is_offered = |what: &Followed| {
        !followed
            .iter()
            .any(|follow| follow.what == *what && follow.site == here)
    };
    let place = chosen.of(Component::Alerts).and_then(|id| app.places.find(id));
    let view = visit.view().await?;
    Ok(Settings {
        follows: lines,
        offers: offers.into_iter().filter(is_offered).map(Followed::kind).collect(),
        place: place
            .map_or("", |place| app.places.called(&place, view.language()))
            .to_owned(),
        times: sent.map_or_else(|| Times::of(&wishes), Times::sent),
        wrong: sent.is_some(),
        push_key: vapid(app).await?.public_key().to_owned(),
        mails,
    })
}

async fn lines(app: &App, conn: &mut Conn, followed: &[Follow]) -> Result<Vec<Line>, StoreError> {
    let (mut topic_ids, mut author_ids) = (Vec::<TopicId>::new(), Vec::<AuthorId>::new());
    for follow in followed {
        match follow.what {
            Followed::Topic(topic) => topic_ids.push(topic),
            Followed::Author(author) => author_ids.push(author),
            Followed::Breaking | Followed::Alerts => {}
        }
    }
    let topics = topics::by_ids(conn, &topic_ids).await?;
    let authors = authors::by_ids(conn, &author_ids).await?;
    let sites = app.sites();
    Ok(followed
        .iter()
        .map(|follow| {
            let (name, path) = match follow.what {
                Followed::Topic(id) => topics.iter().find(|topic| topic.id == id).map(|topic| {
                    let route = Route::Topic(topic.slug.as_str().into());
                    (topic.name.clone(), route.to_string())
                }),
                Followed::Author(id) => authors.iter().find(|author| author.id == id).map(|author| {
                    let route = Route::Author(author.slug.as_str().into());
                    (author.name.clone(), route.to_string())
                }),
                Followed::Breaking => Some((String::new(), "/".to_owned())),
                Followed::Alerts => Some((String::new(), "/alerts".to_owned())),
            }
            .unwrap_or_default();
            let site = sites.site(follow.site);
            Line {
                key: key(follow),
                kind: follow.what.kind(),
                name,
                href: format!("{}{path}", site.map(|site| site.origin.as_str()).unwrap_or_default()),
                site: site.map(|site| site.name.clone()).unwrap_or_default(),
                mail: follow.mail.map_or("off", Pace::name).to_owned(),
                push: follow.push,
            }
        })
        .collect())
}

/// What a form or an address names: `kind`, and the `slug` of a topic or an author.
async fn named(visit: &Visit, fields: &Fields) -> Result<(Followed, String), WebError> {
    let slug = fields.get("slug");
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let found = match fields.get("kind") {
        "topic" => topics::by_slug(&mut conn, slug)
            .await
            .map_err(store_error)?
            .map(|topic| (Followed::Topic(topic.id), topic.name)),
        "author" => authors::by_slug(&mut conn, slug)
            .await
            .map_err(store_error)?
            .map(|author| (Followed::Author(author.id), author.name)),
        "breaking" => Some((Followed::Breaking, String::new())),
        "alerts" => Some((Followed::Alerts, String::new())),
        _ => None,
    };
    found.ok_or_else(WebError::not_found)
}

#[derive(Serialize)]
struct Ask<'a> {
    kind: &'a str,
    slug: &'a str,
    name: &'a str,
}

/// `GET /account/notices/follow`: where somebody comes who had to sign in first.
///
/// # Errors
/// 404 for what can't be followed.
pub async fn ask(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.query();
    let (_, name) = named(&visit, &fields).await?;
    let own = Ask {
        kind: fields.get("kind"),
        slug: fields.get("slug"),
        name: &name,
    };
    visit.page(StatusCode::OK, "notices/follow.html", "follow", &own).await
}

/// `POST /account/notices/follow`: follows something on this site. Who isn't signed in is asked to, and comes back.
///
/// # Errors
/// 404 for what can't be followed.
pub async fn follow(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let (what, _) = named(&visit, &fields).await?;
    let Some(viewer) = &visit.viewer else {
        let query = |pairs: &[(&str, &str)]| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(pairs);
            query.finish()
        };
        let back = query(&[("kind", fields.get("kind")), ("slug", fields.get("slug"))]);
        let back = format!("/account/notices/follow?{back}");
        return Ok(found(&format!("/sign-in?{}", query(&[("return", &back)]))));
    };
    let (profile, begun) = (viewer.profile, Follow::begun(what, visit.info.site.id));
    visit
        .app()
        .db
        .write("notices.follow_one", move |tx| {
            Box::pin(async move {
                let known = rows::of(tx, profile).await?;
                let is_known = known.iter().any(|one| one.what == begun.what && one.site == begun.site);
                if !is_known && known.len() < MOST {
                    rows::put(tx, profile, &begun).await?;
                }
                Ok(())
            })
        })
        .await
        .map_err(|error: StoreError| store_error(error))?;
    Ok(see_other("/account/notices#follows"))
}

/// `POST /account/notices/settings`: keeps everything at once; `drop` ends one follow, `stop` all of them and every mail.
///
/// # Errors
/// When the store can't answer.
pub async fn save(visit: Visit) -> Result<Response, WebError> {
    let profile = visit.viewer()?.profile;
    let fields = visit.form()?;
    if fields.has("stop") {
        stop_all(visit.app(), profile).await?;
        return Ok(see_other("/account/notices?done=stopped#follows"));
    }
    let Some(wishes) = Times::sent(&fields).wishes() else {
        let settings = of(&visit, Some(&fields)).await?;
        return super::pages::page(&visit, StatusCode::UNPROCESSABLE_ENTITY, settings).await;
    };
    let (fields, sites) = (Arc::new(fields), visit.app().sites());
    visit
        .app()
        .db
        .write("notices.save", move |tx| {
            let (fields, sites) = (Arc::clone(&fields), Arc::clone(&sites));
            Box::pin(async move {
                let now = tx.now();
                for mut follow in rows::of(tx, profile).await? {
                    let field = format!("mail:{}", key(&follow));
                    if fields.has(&field) {
                        follow.mail = Pace::parse(fields.get(&field));
                        follow.push = fields.has(&format!("push:{}", key(&follow)));
                        rows::put(tx, profile, &follow).await?;
                    }
                }
                if let Some((what, site)) = of_key(fields.get("drop")) {
                    rows::drop_one(tx, profile, what, site).await?;
                }
                rows::set_wishes(tx, profile, &wishes).await?;
                // What waits goes by the new times. Whether it is quiet is asked when it would go out.
                for site in sites.all() {
                    let digest = wishes.digest.next(now, &site.zone);
                    deliveries::retime(tx, profile, site.id, Pace::Now, now).await?;
                    deliveries::retime(tx, profile, site.id, Pace::Digest, digest).await?;
                }
                for means in Means::ALL {
                    send::schedule(tx, means).await?;
                }
                Ok(())
            })
        })
        .await
        .map_err(|error: StoreError| store_error(error))?;
    Ok(see_other("/account/notices?done=saved#follows"))
}

/// Ends everything that somebody is told, and takes back what waits.
async fn stop_all(app: &App, profile: ProfileId) -> Result<(), WebError> {
    app.db
        .write("notices.stop_all", move |tx| {
            Box::pin(async move {
                rows::drop_all(tx, profile).await?;
                for means in Means::ALL {
                    deliveries::drop_waiting(tx, profile, means).await?;
                }
                let mut wishes = rows::wishes(tx, profile).await?;
                wishes.answers = false;
                rows::set_wishes(tx, profile, &wishes).await
            })
        })
        .await
        .map_err(|error: StoreError| store_error(error))
}
