//! The HTTP kit: pressed pages, cache policy, templates, errors, typed URLs. Knows no single feature.
//!
//! # What is where
//! | module | is for |
//! |---|---|
//! | [`cache_policy`] | which caches may keep an answer and how long, rendered to headers in one place |
//! | [`surrogate`] | the short names by which pages are found again and purged |
//! | [`encodings`] | bodies prepared once as identity, gzip, br and zstd; `Accept-Encoding`, `ETag`, `If-None-Match` |
//! | [`press`] | pressed pages: memory and disk, the race rule, coalesced misses, withheld stories |
//! | [`security_headers`] | CSP and its companions; HSTS by request |
//! | [`respond`] | a pressed page and request headers to an answer |
//! | [`hosts`], [`proxies`], [`request`] | which site a request is for; whose forwarded headers are believed; what handlers are told |
//! | [`fast`], [`serve`], [`patience`] | answering from memory before the router; the accept loop, its limits and the drain |
//! | [`compose`] | a pressed page with its holes filled for one reader |
//! | [`cookies`], [`origin_check`] | cookies of ours; whether a change was sent from a page of ours |
//! | [`edge`] | what every answer of the router goes through on its way out |
//! | [`live`] | what is new on a front, asked for and streamed |
//! | [`access_log`], [`counts`] | one line and one number a request |
//! | [`templates`], [`strings`], [`assets`], [`theme_files`] | the theme: compiled templates, Fluent strings, inlined and hashed CSS and script |
//! | [`errors`] | one error type, shown as problem details or as an HTML page |
//! | [`paging`], [`urls`] | keyset cursors; typed addresses |
//!
//! # How a page is made
//! A handler names its page, and the press answers from memory or renders it. The render opens a read transaction,
//! reads the log position in it first, and says which keys and stories the page depends on:
//!
//! ```text
//! async fn story(State(app): State<App>, info: Extension<RequestInfo>, uri: Uri, method: Method, headers: HeaderMap)
//!     -> Result<Response, WebError>
//! {
//!     let key = PageKey::new(&info.site.slug, uri.path(), &[]);
//!     let page = app.press.fetch_or_render(key, move || render_story(app.clone(), route.clone())).await?;
//!     Ok(respond::routed(&page, &method, &headers))
//! }
//!
//! async fn render_story(…) -> Result<Rendered, WebError> {
//!     let html = voice.render("story.html", &context)?;
//!     Ok(Rendered::html(html, position)
//!         .keys([SurrogateKey::story(id), SurrogateKey::section(section), SurrogateKey::site(site)])
//!         .stories(every_story_of_which_anything_shows)
//!         .modified(updated))
//! }
//! ```
//!
//! The same `render_story` serves the follower: for each key that [`press::Press::mark_stale`] returns it calls
//! [`press::Press::repress`]. A handler fails with [`errors::WebError`]; the [`edge::EdgeLayer`] around the router
//! gives it a form. Whatever a handler answers without a cache policy is `no-store`.

#![warn(missing_docs)]

pub mod access_log;
pub mod assets;
pub mod cache_policy;
pub mod compose;
pub mod cookies;
pub mod counts;
pub mod edge;
pub mod encodings;
pub mod errors;
pub mod fast;
pub mod hosts;
pub mod live;
pub mod origin_check;
pub mod paging;
pub mod patience;
pub mod press;
pub mod proxies;
pub mod ranges;
pub mod request;
pub mod respond;
pub mod security_headers;
pub mod serve;
pub mod strings;
pub mod surrogate;
pub mod templates;
pub mod theme_files;
pub mod themes;
pub mod urls;
mod wall;
