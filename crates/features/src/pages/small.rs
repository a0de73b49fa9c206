//! Small texts for robots and for those who look for weaknesses.

use super::page::{Page, whole};
use super::view::SiteView;
use super::{keys, say, store_error};
use crate::app::App;
use masthead_domain::comments::EDIT_SECONDS;
use masthead_domain::comments::policy::{CLOSE_AFTER_DAYS, Ladder, Mode, Scope};
use masthead_domain::comments::text::LONGEST;
use masthead_store::{pages, policies};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::Route;
use serde::Serialize;

#[derive(Serialize)]
struct Robots<'a> {
    origin: &'a str,
}

/// `/robots.txt`, from the theme, so that a publisher can say more.
pub(crate) async fn robots(app: &App, view: &SiteView) -> Result<Rendered, WebError> {
    let mut conn = app.db.reader().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    drop(conn);
    let text = view.voice.render(
        "robots.txt",
        &Robots {
            origin: &view.entry.origin,
        },
    )?;
    Ok(Rendered::new("text/plain; charset=utf-8", text.into(), CachePolicy::Feed, position).keys(keys::site(view)))
}

#[derive(Serialize)]
struct CommentsPolicy {
    modes: [&'static str; 5],
    mode: &'static str,
    close_after_days: u16,
    links: u8,
    first_comments: u8,
    first_hours: u16,
    seconds_between: u32,
    burst: u8,
    longest: usize,
    edit_minutes: i64,
}

/// `/policies/comments`: what is asked of comments on this site, as its step of the ladder and the network's say.
pub(crate) async fn comments_policy(app: &App, view: &SiteView) -> Result<Rendered, WebError> {
    let now = app.now();
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let scopes = [Scope::NETWORK.id, view.entry.id.0];
    let steps = policies::of_scopes(&mut conn, &scopes).await.map_err(store_error)?;
    drop(conn);
    let ladder = Ladder::new(steps.into_iter().map(|record| record.step).collect());
    let days = ladder
        .steps()
        .iter()
        .rev()
        .find_map(|step| step.settings.close_after_days);
    let policy = ladder.now(now, now, &view.entry.zone);
    let own = CommentsPolicy {
        modes: Mode::ALL.map(Mode::name),
        mode: policy.mode.name(),
        close_after_days: days.unwrap_or(CLOSE_AFTER_DAYS),
        links: policy.links,
        first_comments: policy.first_comments,
        first_hours: policy.first_hours,
        seconds_between: policy.seconds_between,
        burst: policy.burst,
        longest: LONGEST,
        edit_minutes: EDIT_SECONDS / 60,
    };
    let title = say(view, "comments-policy", &[])?;
    let page = Page::new(view, &title, &Route::CommentsPolicy.to_string());
    let html = view.voice.render("comments/policy.html", &whole(view, &page, &own))?;
    Ok(Rendered::html(html, position)
        .keys(keys::site(view))
        .keys(scopes.map(keys::policy))
        .keys([SurrogateKey::theme()]))
}

/// `/.well-known/security.txt` (RFC 9116): the publisher's contact page, for the months to come. Without such a page
/// there is nothing true to say.
pub(crate) async fn security(app: &App, view: &SiteView) -> Result<Rendered, WebError> {
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let contact = pages::by_slug(&mut conn, view.entry.id, "contact")
        .await
        .map_err(store_error)?;
    drop(conn);
    contact.ok_or_else(WebError::not_found)?;
    // Section 2.5.5 wants a date less than a year ahead. A pressed copy lives a day at the most, and the first of a
    // month keeps the text the same in between.
    let today = app.now().to_jiff().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    let expires = today
        .first_of_month()
        .checked_add(jiff::Span::new().months(6))
        .map_err(WebError::internal)?;
    let text = format!(
        "Contact: {}\nExpires: {expires}T00:00:00Z\nPreferred-Languages: {}\nCanonical: {}\n",
        view.absolute("/contact"),
        view.entry.language,
        view.absolute("/.well-known/security.txt"),
    );
    Ok(Rendered::new("text/plain; charset=utf-8", text.into(), CachePolicy::Feed, position).keys(keys::site(view)))
}
