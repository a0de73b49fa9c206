//! A request that a person sends to a page of their own: forms, answers for one reader, and where to go next.
//!
//! Handlers of private pages take a [`Visit`] and stand in the router's table as they are. Pages that are the same for
//! everybody are pressed and don't come here.

use crate::accounts::Viewer;
use crate::app::App;
use crate::pages::{Pages, SiteView, count, page, say};
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, RawPathParams, Request};
use axum::response::Response;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION, REFERER, RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use masthead_domain::accounts::return_path;
use masthead_web::cache_policy::CachePolicy;
use masthead_web::compose;
use masthead_web::errors::{ErrorKind, WebError};
use masthead_web::request::RequestInfo;
use serde::Serialize;
use std::sync::Arc;

/// A request with everything that is known of it.
pub struct Visit {
    /// What makes pages, and the network behind it.
    pub pages: Arc<Pages>,
    /// The site, the host, the reader's address.
    pub info: RequestInfo,
    /// Who is signed in.
    pub viewer: Option<Arc<Viewer>>,
    /// Its method.
    pub method: Method,
    /// Its path.
    pub path: String,
    /// Its query, without the question mark.
    pub query: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// What its address holds where the route has `{name}`.
    pub parameters: Vec<(String, String)>,
    /// Its body, at most as long as the route allows.
    pub body: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for Visit {
    type Rejection = WebError;

    async fn from_request(request: Request, state: &S) -> Result<Self, WebError> {
        let (mut parts, body) = request.into_parts();
        let pages = parts.extensions.get::<Arc<Pages>>().cloned();
        let pages = pages.ok_or_else(|| WebError::internal("a route without the identify layer"))?;
        let info = parts.extensions.get::<RequestInfo>().cloned();
        let info = info.ok_or_else(WebError::not_found)?;
        let viewer = parts.extensions.get::<Arc<Viewer>>().cloned();
        let parameters =
            match <RawPathParams as axum::extract::FromRequestParts<S>>::from_request_parts(&mut parts, state).await {
                Ok(found) => found
                    .iter()
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect(),
                Err(_) => return Err(WebError::not_found()),
            };
        let (method, uri, headers) = (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
        let body = Bytes::from_request(Request::from_parts(parts, body), state).await;
        let body = body.map_err(|error| {
            if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
                WebError::new(ErrorKind::TooLarge)
            } else {
                WebError::bad_request("The request broke off.")
            }
        })?;
        Ok(Self {
            pages,
            info,
            viewer,
            method,
            path: uri.path().to_owned(),
            query: uri.query().unwrap_or_default().to_owned(),
            headers,
            parameters,
            body,
        })
    }
}

impl Visit {
    /// The request without its body, and the body: for what is read as it comes.
    ///
    /// # Errors
    /// As for a whole one.
    pub async fn without_body(request: Request) -> Result<(Self, Body), WebError> {
        let (parts, body) = request.into_parts();
        let visit = Self::from_request(Request::from_parts(parts, Body::empty()), &()).await?;
        Ok((visit, body))
    }

    /// The fields of a form with one file, which is called `file`, and the file; empty where none was chosen.
    ///
    /// # Errors
    /// 415 for another kind of body, 400 for one that can't be read.
    pub async fn parts(&self) -> Result<(Fields, Bytes), WebError> {
        let kind = self.headers.get(CONTENT_TYPE).cloned();
        let kind = kind.ok_or_else(|| WebError::new(ErrorKind::UnsupportedType))?;
        let mut request = http::Request::builder()
            .header(CONTENT_TYPE, kind)
            .body(Body::from(self.body.clone()))
            .map_err(WebError::internal)?;
        // The route has bounded the body already.
        DefaultBodyLimit::disable().apply(&mut request);
        let unreadable = || WebError::bad_request("The form can't be read.");
        let mut form = Multipart::from_request(request, &())
            .await
            .map_err(|_| WebError::new(ErrorKind::UnsupportedType))?;
        let (mut pairs, mut file) = (Vec::new(), Bytes::new());
        while let Some(field) = form.next_field().await.map_err(|_| unreadable())? {
            let name = field.name().unwrap_or_default().to_owned();
            let bytes = field.bytes().await.map_err(|_| unreadable())?;
            if name == "file" {
                file = bytes;
            } else {
                pairs.push((name, String::from_utf8_lossy(&bytes).into_owned()));
            }
        }
        Ok((Fields::of(pairs), file))
    }
}

/// The fields of a form or a query. A NUL, which no text may hold, is left out.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl From<Vec<(String, String)>> for Fields {
    fn from(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }
}

impl Fields {
    /// Reads `application/x-www-form-urlencoded`.
    pub fn parse(bytes: &[u8]) -> Self {
        Self(
            url::form_urlencoded::parse(bytes)
                .map(|(name, value)| (name.into_owned(), value.replace('\0', "")))
                .collect(),
        )
    }

    /// Fields that were read in another way.
    pub fn of(pairs: Vec<(String, String)>) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name, value.replace('\0', "")))
                .collect(),
        )
    }

    /// The first value of a field; empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value.as_str())
    }

    /// Whether the field is there at all: boxes that are not ticked aren't.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// All fields in order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

impl Visit {
    /// The network.
    pub fn app(&self) -> &App {
        self.pages.app()
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// 401 when nobody is: the router lets nobody through to a route that asks for it.
    pub fn viewer(&self) -> Result<&Viewer, WebError> {
        self.viewer
            .as_deref()
            .ok_or_else(|| WebError::new(ErrorKind::Unauthorized))
    }

    /// What the address holds at `{name}`.
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value.as_str())
    }

    /// The form that was sent.
    ///
    /// # Errors
    /// 415 for another kind of body.
    pub fn form(&self) -> Result<Fields, WebError> {
        let kind = self.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let is_form = kind.is_some_and(|kind| {
            kind.split(';')
                .next()
                .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
        });
        if is_form || self.body.is_empty() {
            Ok(Fields::parse(&self.body))
        } else {
            Err(WebError::new(ErrorKind::UnsupportedType))
        }
    }

    /// The fields of the query.
    pub fn query(&self) -> Fields {
        Fields::parse(self.query.as_bytes())
    }

    /// Whether a program asks: then errors and answers are JSON.
    pub fn wants_json(&self) -> bool {
        self.headers
            .get(ACCEPT)
            .and_then(|accept| accept.to_str().ok())
            .is_some_and(|accept| accept.contains("application/json") && !accept.contains("text/html"))
    }

    /// Where the reader was: `return` of the query or form, else the page that led here, else the front. Always a path
    /// of this host.
    pub fn return_to(&self, fields: &Fields) -> String {
        let asked = fields.get("return");
        if !asked.is_empty() {
            return return_path(asked).to_owned();
        }
        let referrer = self.headers.get(REFERER).and_then(|value| value.to_str().ok());
        let path = referrer
            .and_then(|value| value.split_once("://"))
            .map(|(_, rest)| rest.split_once('/').unwrap_or((rest, "")))
            .filter(|(host, _)| host.eq_ignore_ascii_case(&self.info.host))
            .map(|(_, path)| format!("/{path}"));
        return_path(path.as_deref().unwrap_or("/")).to_owned()
    }

    /// The site that was asked, as its pages show it.
    pub(crate) async fn view(&self) -> Result<Arc<SiteView>, WebError> {
        let sites = self.app().sites();
        let site = sites.site(self.info.site.id).ok_or_else(WebError::not_found)?;
        self.pages.view(site).await
    }

    /// The words of a message in the site's language.
    ///
    /// # Errors
    /// When the theme has no such message.
    pub async fn say(&self, key: &str, args: &[(&str, &str)]) -> Result<String, WebError> {
        say(self.view().await?.as_ref(), key, args)
    }

    /// The words of a message about numbers, with the plural form that the language has for them.
    ///
    /// # Errors
    /// When the theme has no such message.
    pub async fn count(&self, key: &str, numbers: &[(&str, usize)]) -> Result<String, WebError> {
        count(self.view().await?.as_ref(), key, numbers)
    }

    /// A page of the theme for this reader alone: template, the message that titles it, and its own data.
    ///
    /// # Errors
    /// When the template can't be rendered.
    pub async fn page<T: Serialize>(
        &self,
        status: StatusCode,
        template: &str,
        title: &str,
        own: &T,
    ) -> Result<Response, WebError> {
        let view = self.view().await?;
        let title = say(&view, title, &[("site", &view.entry.name)])?;
        let mut head = page::Page::new(&view, &title, "/");
        head.canonical.clear();
        head.robots = "noindex";
        let html = view.voice.render(template, &page::whole(&view, &head, own))?;
        let corner = self.corner(&view)?;
        let html = self.pages.html_with_banner(&view, html).await?;
        Ok(private_html(status, compose::fill(&html, "account", &corner)))
    }

    /// The account corner of a page for whoever is signed in; for nobody, what everybody gets.
    ///
    /// # Errors
    /// When the template can't be rendered.
    pub(crate) fn corner(&self, view: &SiteView) -> Result<String, WebError> {
        corner(view, self.viewer.as_deref())
    }
}

#[derive(Serialize)]
struct Corner<'a> {
    signed_in: bool,
    name: &'a str,
    staff: bool,
    unseen: i64,
}

/// The account corner for a viewer.
pub(crate) fn corner(view: &SiteView, viewer: Option<&Viewer>) -> Result<String, WebError> {
    let corner = Corner {
        signed_in: viewer.is_some(),
        name: viewer.map_or("", Viewer::name),
        staff: viewer.is_some_and(|viewer| viewer.grants.is_staff()),
        unseen: viewer.map_or(0, |viewer| viewer.unseen),
    };
    Ok(view.voice.render("parts/account.html", &corner)?)
}

/// An HTML answer that nobody keeps.
pub fn private_html(status: StatusCode, html: String) -> Response {
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    CachePolicy::Private.apply(response.headers_mut());
    response
}

/// A picture for one reader.
pub(crate) fn private_jpeg(bytes: Bytes) -> Response {
    let mut response = Response::new(Body::from(bytes));
    let head = response.headers_mut();
    head.insert(CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
    head.insert(CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    CachePolicy::NoStore.apply(head);
    response
}

/// Sends the reader on with a GET (303): what a form that was taken is answered with.
pub fn see_other(to: &str) -> Response {
    moved(StatusCode::SEE_OTHER, to)
}

/// Sends the reader on (302).
pub fn found(to: &str) -> Response {
    moved(StatusCode::FOUND, to)
}

fn moved(status: StatusCode, to: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    // Addresses are made by us or checked before; one that can't stand in a header leads to the front.
    let to = HeaderValue::try_from(to).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(LOCATION, to);
    CachePolicy::NoStore.apply(response.headers_mut());
    response
}

/// The same answer with a cookie set or cleared.
pub fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(SET_COOKIE, cookie);
    response
}

/// The same answer with the seconds after which it may be tried again.
pub fn retry_after(mut response: Response, seconds: u32) -> Response {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

#[derive(Serialize)]
struct Confirm<'a> {
    action: &'a str,
    fields: Vec<Field<'a>>,
}

#[derive(Serialize)]
struct Field<'a> {
    name: &'a str,
    value: &'a str,
}

/// The small page that asks whether a form was really sent by the person, with everything that was in it.
///
/// # Errors
/// When the page can't be made.
pub async fn confirm_page(
    pages: &Pages,
    info: &RequestInfo,
    action: &str,
    fields: &[(&str, &str)],
) -> Result<Response, WebError> {
    let sites = pages.app().sites();
    let site = sites.site(info.site.id).ok_or_else(WebError::not_found)?;
    let view = pages.view(site).await?;
    let title = say(&view, "origin-title", &[])?;
    let mut head = page::Page::new(&view, &title, "/");
    head.canonical.clear();
    head.robots = "noindex";
    let own = Confirm {
        action,
        fields: fields.iter().map(|(name, value)| Field { name, value }).collect(),
    };
    let html = view
        .voice
        .render("accounts/origin.html", &page::whole(&view, &head, &own))?;
    let html = pages.html_with_banner(&view, html).await?;
    Ok(private_html(StatusCode::OK, html))
}
