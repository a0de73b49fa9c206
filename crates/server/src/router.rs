//! Every route on one page: its method and path, who may use it, and who may keep the answer.
//!
//! Public pages need no line of their own: what a path means is read by `web::urls::Route` in `features::pages`, and
//! each page names its cache policy, since fronts, feeds and files differ. Whatever is not listed here is such a page or
//! a 404. `cargo xtask tidy` refuses a route without permission and cache policy.
//!
//! It is over 800 lines because every route of the program stands on it: who looks for one, or for who may use it, looks here.

use crate::serve::State;
use axum::extract::{DefaultBodyLimit, Path, Request, State as Extract};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use axum::{Json, Router};
use bytes::Bytes;
use futures::StreamExt as _;
use masthead_domain::alerts::State as AlertState;
use masthead_domain::permissions::Permission;
use masthead_features::accounts::Viewer;
use masthead_features::accounts::pages::{
    account, passkeys as with_passkeys, picture as account_picture, providers as with_providers, sign_in, sign_up,
};
use masthead_features::alerts::{self, desk as alerts_desk};
use masthead_features::banners::desk as with_banners;
use masthead_features::comments::{cases, mutes, pages as comments};
use masthead_features::contributions::{
    call_outs, call_outs_desk, pages as contribute, picture_pages as contribute_pictures,
    review as contributions_review, uploads,
};
use masthead_features::coverage::desk as live_story;
use masthead_features::desk;
use masthead_features::ingest::{self, IngestError};
use masthead_features::listings;
use masthead_features::mistakes as with_mistakes;
use masthead_features::notices::{pages as notices, settings as follows_of};
use masthead_features::partners;
use masthead_features::places::pages as locations;
use masthead_features::push as with_push;
use masthead_features::rankings::pages as rankings;
use masthead_features::review::{decisions, pages as review, policy, profiles as of_people, words};
use masthead_features::transparency::page as transparency;
use masthead_features::videos;
use masthead_features::wire::Outcome;
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::{ErrorKind, WebError};
use masthead_web::live::{EVENTS_PATH, Topics, stream_headers};
use masthead_web::request::RequestInfo;
use std::convert::Infallible;
use std::sync::Arc;
use tower_http::limit::RequestBodyLimitLayer;

/// The largest document that may be pushed, in bytes.
pub const LARGEST_PUSH: usize = 32 << 20;
/// The largest body of all. Each route has its own limit below; this one holds for what is read as it comes.
pub const LARGEST_BODY: usize = videos::desk::LARGEST_FORM;
/// The largest form, in bytes, where a route doesn't say otherwise.
pub const LONGEST_FORM: usize = 64 << 10;
/// The largest form with a story in it, in bytes: 30,000 characters of four bytes, each written as three in a form.
pub const LONGEST_TEXT: usize = 512 << 10;

/// The largest form of a story, in bytes: a text that a page could hold, written with signs.
pub const LONGEST_STORY: usize = 4 << 20;

/// The largest form with a word list in it, in bytes: a list of a megabyte, written for a form.
const LONGEST_LIST: usize = 3 << 20;

/// A route with what has to be said about it.
pub struct Route {
    path: &'static str,
    handler: MethodRouter<Arc<State>>,
    permission: Option<Permission>,
    cache: Option<CachePolicy>,
    longest_body: usize,
}

impl Route {
    /// A route for a method; GET answers HEAD too.
    fn new<H, T>(method: MethodFilter, path: &'static str, handler: H) -> Self
    where
        H: axum::handler::Handler<T, Arc<State>>,
        T: 'static,
    {
        Self {
            path,
            handler: on(method, handler),
            permission: None,
            cache: None,
            longest_body: LONGEST_FORM,
        }
    }

    /// Who may use it. `Public` asks for nothing; `SourceToken` is checked by the handler, which alone knows the source
    /// that the address names. Everything else is checked before the handler is called: whoever holds the permission on
    /// any site gets in, and what may be done to a thing of one site is the use case's to ask (`Viewer::may`).
    const fn permission(mut self, permission: Permission) -> Self {
        self.permission = Some(permission);
        self
    }

    /// Who may keep the answer.
    const fn cache(mut self, cache: CachePolicy) -> Self {
        self.cache = Some(cache);
        self
    }
}

impl Route {
    /// How long a body it takes, in bytes, where that is more than a form's.
    const fn longest_body(mut self, bytes: usize) -> Self {
        self.longest_body = bytes;
        self
    }
}

/// The routes.
pub fn routes() -> Vec<Route> {
    [
        own_routes(),
        contributions(),
        listings(),
        partners(),
        desk_pages(),
        providers(),
        passkeys(),
        mistakes(),
        desk_forms(),
        alerts(),
        places(),
        push_messages(),
        follows(),
    ]
    .into_iter()
    .flatten()
    .chain(live_stories())
    .chain(own_videos())
    .collect()
}

/// Video files of the publisher's own. They are sent by the range and pressed by nobody, so that they stand here.
fn own_videos() -> Vec<Route> {
    vec![
        Route::new(MethodFilter::GET, "/media/videos/{file}", videos::file)
            .permission(Permission::Public)
            .cache(CachePolicy::Media),
        Route::new(MethodFilter::GET, "/desk/media/videos/{file}", videos::of_desk)
            .permission(Permission::Staff)
            .cache(CachePolicy::Private),
        Route::new(MethodFilter::POST, "/desk/stories/{id}/video", videos::desk::set)
            .longest_body(videos::desk::LARGEST_FORM)
            .permission(Permission::StoriesWrite)
            .cache(CachePolicy::NoStore),
    ]
}

/// Alerts as the desk writes them, changes them and takes them back. Readers' pages of them are public pages.
fn alerts() -> Vec<Route> {
    vec![
        Route::new(MethodFilter::GET, "/desk/alerts", alerts_desk::list)
            .permission(Permission::StoriesPublish)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/alerts", alerts_desk::create)
            .permission(Permission::StoriesPublish)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/alerts/{id}", alerts_desk::show)
            .permission(Permission::StoriesPublish)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/alerts/{id}", alerts_desk::save)
            .permission(Permission::StoriesPublish)
            .cache(CachePolicy::NoStore),
    ]
}

/// What readers say is wrong in a story, and the queue of its editors.
fn mistakes() -> Vec<Route> {
    vec![
        Route::new(
            MethodFilter::GET,
            "/mistakes/receipts/{receipt}",
            with_mistakes::pages::receipt,
        )
        .permission(Permission::Public)
        .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/mistakes/{story}", with_mistakes::pages::form)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/mistakes/{story}", with_mistakes::pages::send)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/mistakes", with_mistakes::desk::show)
            .permission(Permission::StoriesEdit)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/mistakes", with_mistakes::desk::act)
            .permission(Permission::StoriesEdit)
            .cache(CachePolicy::NoStore),
    ]
}

/// Call-outs, the policy ladder, the log of decisions and the publisher's own pages, as the desk changes them.
fn desk_forms() -> Vec<Route> {
    vec![
        Route::new(MethodFilter::GET, "/desk/call-outs", call_outs_desk::show)
            .permission(Permission::StoriesPublish)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/call-outs", call_outs_desk::act)
            .longest_body(LONGEST_TEXT)
            .permission(Permission::StoriesPublish)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/review/policy", policy::show)
            .permission(Permission::PolicyEdit)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/review/policy", policy::act)
            .permission(Permission::PolicyEdit)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/review/profiles", of_people::show)
            .permission(Permission::CommentsModerate)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/review/profiles", of_people::act)
            .permission(Permission::CommentsModerate)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/review/log", decisions::show)
            .permission(Permission::PolicyEdit)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/review/log", decisions::check)
            .permission(Permission::PolicyEdit)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/review/log.jsonl", decisions::file)
            .permission(Permission::PolicyEdit)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/pages", desk::own_pages::list)
            .permission(Permission::SitesEdit)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/pages/{site}", desk::own_pages::show)
            .permission(Permission::SitesEdit)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/pages/{site}", desk::own_pages::save)
            .longest_body(LONGEST_STORY)
            .permission(Permission::SitesEdit)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/pages/{site}/{slug}", desk::own_pages::show)
            .permission(Permission::SitesEdit)
            .cache(CachePolicy::NoStore),
    ]
}

/// Passkeys: signing in with one, and those of an account.
fn passkeys() -> Vec<Route> {
    vec![
        Route::new(MethodFilter::POST, "/sign-in/passkey/options", with_passkeys::ask)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/sign-in/passkey", with_passkeys::sign_in_with)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/account/passkeys", with_passkeys::show)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/account/passkeys", with_passkeys::change)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/account/passkeys/options", with_passkeys::ask_new)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
    ]
}

/// What browsers want to be told of by push. The page with the control, and its worker, are public pages.
fn push_messages() -> Vec<Route> {
    vec![
        Route::new(
            MethodFilter::POST,
            "/push/subscriptions",
            with_push::pages::subscriptions,
        )
        .longest_body(with_push::pages::LONGEST)
        .permission(Permission::Public)
        .cache(CachePolicy::NoStore),
    ]
}

/// What readers follow, and how they are told of it.
fn follows() -> Vec<Route> {
    vec![
        Route::new(MethodFilter::GET, "/account/notices/follow", follows_of::ask)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        // Whoever isn't signed in is sent to sign in, and comes back to what they wanted to follow.
        Route::new(MethodFilter::POST, "/account/notices/follow", follows_of::follow)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/account/notices/settings", follows_of::save)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
    ]
}

/// Which places a reader chose.
fn places() -> Vec<Route> {
    vec![
        Route::new(MethodFilter::GET, "/account/locations", locations::show)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/account/locations", locations::submit)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/account/locations/search", locations::search)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/account/locations/nearest", locations::nearest)
            .longest_body(256)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
    ]
}

/// Signing in with other providers.
fn providers() -> Vec<Route> {
    vec![
        Route::new(MethodFilter::GET, "/sign-in/{provider}", with_providers::depart)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(
            MethodFilter::GET,
            "/sign-in/{provider}/callback",
            with_providers::arrive,
        )
        .permission(Permission::Public)
        .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/sign-in/link", with_providers::answer)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(
            MethodFilter::GET,
            "/account/confirm/{provider}",
            with_providers::confirm,
        )
        .permission(Permission::SignedIn)
        .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/account/providers/{provider}", with_providers::link)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/account/providers", with_providers::unlink)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
    ]
}

/// What readers send in, and the desk's queues of it.
fn contributions() -> Vec<Route> {
    vec![
        Route::new(MethodFilter::GET, "/contribute/story", contribute::story_form)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/contribute/story", contribute::story)
            .longest_body(LONGEST_TEXT)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/contribute/pictures", contribute_pictures::form)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/contribute/pictures", contribute_pictures::submit)
            .longest_body(contribute_pictures::LARGEST_FORM)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/contribute/call-outs/{slug}", call_outs::form)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/contribute/call-outs/{slug}", call_outs::submit)
            .longest_body(contribute_pictures::LARGEST_FORM)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/contribute/files/{id}", contribute_pictures::file)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::OPTIONS, "/contribute/uploads", uploads::options)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/contribute/uploads", uploads::create)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::HEAD, "/contribute/uploads/{id}", uploads::head)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(
            MethodFilter::PATCH.or(MethodFilter::POST),
            "/contribute/uploads/{id}",
            uploads::part,
        )
        .longest_body(LARGEST_PUSH)
        .permission(Permission::SignedIn)
        .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::DELETE, "/contribute/uploads/{id}", uploads::terminate)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(
            MethodFilter::GET,
            "/desk/review/archive/{id}",
            contribute_pictures::archived,
        )
        .permission(Permission::ContributionsReview)
        .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/contribute/{id}", contribute::show)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/contribute/{id}", contribute::act)
            .longest_body(LONGEST_TEXT)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(
            MethodFilter::GET,
            "/desk/review/contributions",
            contributions_review::show,
        )
        .permission(Permission::ContributionsReview)
        .cache(CachePolicy::NoStore),
        Route::new(
            MethodFilter::GET,
            "/desk/review/contributions/{id}",
            contributions_review::one,
        )
        .permission(Permission::ContributionsReview)
        .cache(CachePolicy::NoStore),
        Route::new(
            MethodFilter::POST,
            "/desk/review/contributions/{id}",
            contributions_review::act,
        )
        .longest_body(LONGEST_TEXT)
        .permission(Permission::ContributionsReview)
        .cache(CachePolicy::NoStore),
    ]
}

/// Listings that readers send, and the desk's queue of them.
fn listings() -> Vec<Route> {
    vec![
        Route::new(MethodFilter::GET, "/contribute/listing", listings::send::form)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/contribute/listing", listings::send::submit)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/listings", listings::desk::show)
            .permission(Permission::ContributionsReview)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/listings", listings::desk::act)
            .permission(Permission::ContributionsReview)
            .cache(CachePolicy::NoStore),
    ]
}

/// Partner slots: following one, saying that one was in sight, and the report of them.
fn partners() -> Vec<Route> {
    vec![
        Route::new(MethodFilter::GET, "/partners/{id}/go", partners::follow::go)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/live/partners", partners::follow::seen)
            .longest_body(64)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/partners", partners::desk::show)
            .permission(Permission::SitesEdit)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/partners", partners::desk::save)
            .permission(Permission::SitesEdit)
            .cache(CachePolicy::NoStore),
    ]
}

/// The newsroom's pages, for staff alone.
fn desk_pages() -> Vec<Route> {
    vec![
        Route::new(MethodFilter::GET, "/desk", desk::start::show)
            .permission(Permission::Staff)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/stories", desk::list::show)
            .permission(Permission::Staff)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/stories", desk::edit::create)
            .longest_body(LONGEST_STORY)
            .permission(Permission::StoriesWrite)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/stories/new", desk::edit::blank)
            .permission(Permission::StoriesWrite)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/stories/{id}", desk::edit::show)
            .permission(Permission::Staff)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/stories/{id}", desk::edit::save)
            .longest_body(LONGEST_STORY)
            .permission(Permission::StoriesWrite)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/stories/{id}/acts", desk::acts::submit)
            .permission(Permission::Staff)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/stories/{id}/presence", desk::presence::keep)
            .permission(Permission::Staff)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/stories/{id}/preview", desk::preview::show)
            .permission(Permission::Staff)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/preview", desk::preview::unsaved)
            .longest_body(LONGEST_STORY)
            .permission(Permission::StoriesWrite)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/media/{picture}/{file}", desk::preview::media)
            .permission(Permission::Staff)
            .cache(CachePolicy::Private),
        Route::new(MethodFilter::GET, "/desk/stories/{id}/revisions", desk::revisions::show)
            .permission(Permission::Staff)
            .cache(CachePolicy::NoStore),
        Route::new(
            MethodFilter::POST,
            "/desk/stories/{id}/revisions",
            desk::revisions::restore,
        )
        .permission(Permission::StoriesWrite)
        .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/pictures", desk::pictures::add)
            .longest_body(LARGEST_PUSH)
            .permission(Permission::StoriesWrite)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/fronts", desk::fronts::list)
            .permission(Permission::FrontsEdit)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/fronts/{*name}", desk::fronts::show)
            .permission(Permission::FrontsEdit)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/fronts/{*name}", desk::fronts::save)
            .permission(Permission::FrontsEdit)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/banners", with_banners::show)
            .permission(Permission::StoriesPublish)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/banners", with_banners::save)
            .permission(Permission::StoriesPublish)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/review/words", words::show)
            .permission(Permission::PolicyEdit)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/review/words", words::act)
            .longest_body(LONGEST_LIST)
            .permission(Permission::PolicyEdit)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/review/transparency", transparency::show)
            .permission(Permission::CommentsModerate)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/review", review::show)
            .permission(Permission::CommentsModerate)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/review", review::act)
            .permission(Permission::CommentsModerate)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/review/suspensions", review::suspend)
            .permission(Permission::AccountsSuspend)
            .cache(CachePolicy::NoStore),
    ]
}

/// Live stories at the desk.
fn live_stories() -> Vec<Route> {
    vec![
        Route::new(MethodFilter::GET, "/desk/stories/{id}/live", live_story::show)
            .permission(Permission::Staff)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/stories/{id}/live", live_story::add)
            .longest_body(LARGEST_PUSH)
            .permission(Permission::StoriesWrite)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/stories/{id}/coverage", live_story::cover)
            .permission(Permission::StoriesWrite)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/desk/stories/{id}/live/{entry}", live_story::edit)
            .permission(Permission::Staff)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/desk/stories/{id}/live/{entry}", live_story::save)
            .longest_body(LARGEST_PUSH)
            .permission(Permission::StoriesWrite)
            .cache(CachePolicy::NoStore),
        Route::new(
            MethodFilter::POST,
            "/desk/stories/{id}/live/{entry}/marks",
            live_story::mark,
        )
        .permission(Permission::StoriesWrite)
        .cache(CachePolicy::NoStore),
    ]
}

/// Everything else.
fn own_routes() -> Vec<Route> {
    vec![
        Route::new(MethodFilter::POST, "/ingest/{source}", push)
            .longest_body(LARGEST_PUSH)
            .permission(Permission::SourceToken)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, EVENTS_PATH, events)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/sign-in", sign_in::show)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/sign-in", sign_in::submit)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/sign-in/code", sign_in::code)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/sign-in/return", sign_in::arrive)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/sign-in/reset", sign_in::reset_form)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/sign-in/reset", sign_in::reset_submit)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/sign-in/new-password", sign_in::new_password_form)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/sign-in/new-password", sign_in::new_password)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/sign-out", sign_in::out)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/sign-up", sign_up::show)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/sign-up", sign_up::submit)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/sign-up/confirm", sign_up::confirm_form)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/sign-up/confirm", sign_up::confirm)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/comments", comments::post)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/comments/{id}", comments::permalink)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/comments/{id}/reply", comments::reply_form)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/comments/{id}/edit", comments::edit_form)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/comments/{id}/edit", comments::edit)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/comments/{id}/delete", comments::delete_form)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/comments/{id}/delete", comments::delete)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/comments/{id}/likes", comments::like)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/comments/{id}/report", cases::report_form)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/comments/{id}/reports", cases::send)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/comments/reports/{receipt}", cases::case)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/comments/{id}/appeal", cases::appeal_form)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/comments/{id}/appeal", cases::send_appeal)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/profiles/{username}/mute", mutes::post)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/fragments/account", account::fragment)
            .permission(Permission::Public)
            .cache(CachePolicy::Private),
        Route::new(
            MethodFilter::GET,
            "/.well-known/change-password",
            account::change_password,
        )
        .permission(Permission::Public)
        .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/account", account::show)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/account/profile", account::profile)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/account/picture", account_picture::set)
            .longest_body(account_picture::LARGEST_FORM)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/account/pictures/{id}", account_picture::file)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/account/notices", notices::show)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/account/notices", notices::act)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/account/notices/stop", notices::ask)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/account/notices/stop", notices::stop)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/account/username", account::username_form)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/account/username", account::username)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/account/confirm", account::confirm_form)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/account/confirm", account::confirm)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/account/password", account::password_form)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/account/password", account::password)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/account/email", account::email_form)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/account/email", account::email)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/account/email/confirm", account::confirm_email)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/account/sessions", account::end_sessions)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/account/code", account::totp_form)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/account/code", account::totp)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/account/data", account::data)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, "/account/deletion", account::deletion_form)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::POST, "/account/deletion", account::delete)
            .permission(Permission::SignedIn)
            .cache(CachePolicy::NoStore),
    ]
    .into_iter()
    .chain(told())
    .collect()
}

/// What the scripts of readers' pages tell.
fn told() -> Vec<Route> {
    vec![
        Route::new(MethodFilter::POST, "/live/reads", rankings::read)
            .longest_body(64)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
    ]
}

/// The router: the routes, then public pages.
pub fn router(state: Arc<State>) -> Router {
    let mut router = Router::new();
    let staff_code = state.app.accounts.settings.staff_code;
    for route in routes() {
        let cache = route.cache.unwrap_or(CachePolicy::NoStore);
        // A route that names nobody is nobody's.
        let permission = route.permission;
        let handler = route
            .handler
            .layer(DefaultBodyLimit::max(route.longest_body))
            .layer(axum::middleware::from_fn(
                move |request: Request, next: Next| async move {
                    match refusal(&request, permission, staff_code) {
                        Some(refused) => refused,
                        None => next.run(request).await,
                    }
                },
            ))
            .layer::<_, Infallible>(axum::middleware::map_response(move |response: Response| async move {
                with_policy(response, cache)
            }))
            // A body that says that it is longer is refused before its sender is asked to go on.
            .layer(RequestBodyLimitLayer::new(route.longest_body));
        router = router.route(route.path, handler);
    }
    router.fallback(page).with_state(state)
}

/// Why a request doesn't get through to a route, if it doesn't.
fn refusal(request: &Request, permission: Option<Permission>, staff_code: bool) -> Option<Response> {
    let permission = match permission {
        Some(Permission::Public | Permission::SourceToken) => return None,
        Some(permission) => permission,
        None => return Some(WebError::forbidden("Nobody may use this address.").into_response()),
    };
    let Some(viewer) = request.extensions().get::<Arc<Viewer>>() else {
        let accept = request
            .headers()
            .get(header::ACCEPT)
            .and_then(|value| value.to_str().ok());
        let is_page =
            request.method() == axum::http::Method::GET && accept.is_none_or(|accept| !accept.contains("json"));
        if !is_page {
            return Some(WebError::new(ErrorKind::Unauthorized).into_response());
        }
        // A person who opens an address that is for somebody: sign in, and come back.
        let back = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("return", back)
            .finish();
        return Some(masthead_features::visit::found(&format!("/sign-in?{query}")));
    };
    if staff_code && permission != Permission::SignedIn && viewer.grants.is_staff() && !viewer.has_second_factor() {
        // The page that sets one up is theirs as anybody's.
        return Some(if request.method() == axum::http::Method::GET {
            masthead_features::visit::found("/account/code")
        } else {
            WebError::forbidden("Set an authenticator up first, or sign in with a passkey.").into_response()
        });
    }
    if viewer.may_enter(permission) {
        None
    } else {
        Some(WebError::forbidden("Your account doesn't have the role that this needs.").into_response())
    }
}

/// Puts the route's policy on answers that succeeded; errors are never kept.
fn with_policy(mut response: Response, policy: CachePolicy) -> Response {
    let policy = if response.status().is_success() {
        policy
    } else {
        CachePolicy::NoStore
    };
    // What was composed for one reader stays private whatever the route says.
    let is_private = response
        .headers()
        .get(header::CACHE_CONTROL)
        .is_some_and(|value| value.as_bytes().starts_with(b"private"));
    if !is_private {
        policy.apply(response.headers_mut());
    }
    response
}

/// A public page: from the press, or rendered.
async fn page(Extract(state): Extract<Arc<State>>, request: Request) -> Result<Response, WebError> {
    let method = request.method().clone();
    if method != axum::http::Method::GET && method != axum::http::Method::HEAD {
        // RFC 9110, section 15.5.6: it says which methods there are.
        let mut refused = WebError::new(ErrorKind::MethodNotAllowed).into_response();
        refused
            .headers_mut()
            .insert(header::ALLOW, axum::http::HeaderValue::from_static("GET, HEAD"));
        return Ok(refused);
    }
    let info = request
        .extensions()
        .get::<RequestInfo>()
        .cloned()
        .ok_or_else(WebError::not_found)?;
    let viewer = request.extensions().get::<Arc<Viewer>>().cloned();
    state
        .page(&info, viewer.as_deref(), &method, request.uri(), request.headers())
        .await
}

/// What is new, for readers whose request the fast path does not take: over HTTP/2, or with a cookie of ours.
async fn events(Extract(state): Extract<Arc<State>>, request: Request) -> Result<Response, WebError> {
    let info = request
        .extensions()
        .get::<RequestInfo>()
        .ok_or_else(WebError::not_found)?;
    let topics = Topics::of_query(request.uri().query())
        .ok_or_else(|| WebError::bad_request("topics must be 'front', 'story:ID' or several with commas."))?;
    let last = request.headers().get("last-event-id");
    let last = last.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let stream = state
        .live
        .stream(info.site.id, topics, last)
        .map_err(WebError::unavailable)?;
    let body = axum::body::Body::from_stream(stream.map(Ok::<_, Infallible>));
    let mut response = Response::new(body);
    stream_headers(response.headers_mut());
    Ok(response)
}

/// A wire document that a sender pushes.
async fn push(
    Extract(state): Extract<Arc<State>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, WebError> {
    // An unknown source and a wrong token look the same to a stranger.
    let source = state.sources.iter().find(|source| source.name == name);
    let source = source.ok_or_else(|| WebError::new(ErrorKind::Unauthorized))?;
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    match ingest::push(&state.app, source, token, body.to_vec(), media_type).await {
        Ok(intake) => {
            let known = (!intake.taken.is_empty() || !intake.alerts.is_empty())
                && intake.taken.iter().all(|one| one.outcome == Outcome::Unchanged)
                && intake
                    .alerts
                    .iter()
                    .all(|one| one.outcome == alerts::Outcome::Unchanged);
            let told = intake.alerts.iter().map(|one| {
                serde_json::json!({
                    "id": one.id, "state": one.outcome, "public": one.state == AlertState::Live, "stands": one.state,
                })
            });
            let items: Vec<_> = intake
                .taken
                .iter()
                .map(|one| {
                    serde_json::json!({
                        "id": one.item, "story": one.story, "state": one.outcome, "public": one.visible,
                        "note": one.note,
                    })
                })
                .chain(told)
                .collect();
            let first = items.first();
            let answer = serde_json::json!({
                "id": first.and_then(|one| one.get("id")),
                "state": first.and_then(|one| one.get("state")),
                "items": items,
                "problems": intake.problems,
            });
            let status = if known { StatusCode::OK } else { StatusCode::ACCEPTED };
            Ok((status, Json(answer)).into_response())
        }
        Err(IngestError::Token | IngestError::UnknownSource(_)) => Err(WebError::new(ErrorKind::Unauthorized)),
        Err(IngestError::Unreadable(problems)) => {
            let problem = serde_json::json!({
                "type": "about:blank",
                "title": "The document was set aside",
                "status": 422,
                "code": "document_set_aside",
                "detail": problems.join("; "),
                "problems": problems,
            });
            let kind = [(header::CONTENT_TYPE, "application/problem+json")];
            Ok((StatusCode::UNPROCESSABLE_ENTITY, kind, Json(problem)).into_response())
        }
        Err(IngestError::Store(error)) if error.is_transient() => Err(WebError::unavailable(error)),
        Err(error) => Err(WebError::internal(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_says_who_may_use_it_and_who_may_keep_it() {
        for route in routes() {
            assert!(route.permission.is_some(), "{} has no permission", route.path);
            assert!(route.cache.is_some(), "{} has no cache policy", route.path);
        }
    }
}
