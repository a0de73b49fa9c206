//! The admin listener: health, readiness and metrics. It is never public and shows nothing of readers.

use crate::followers::PRESS;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use masthead_features::app::App;
use masthead_store::{followers, log, mails};
use metrics_exporter_prometheus::PrometheusHandle;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A node whose clock differs from the database's by more than this (microseconds) is not ready: it would release too
/// early or too late (hard parts, "Time").
pub const LARGEST_CLOCK_DIFFERENCE: i64 = 500_000;
/// A press that is this many events behind is not ready to be sent readers.
const LARGEST_LAG: i64 = 10_000;

/// Mails on the page of those that were captured.
const MAILS_SHOWN: u32 = 50;

/// What the admin listener answers from.
#[derive(Clone)]
pub struct Admin {
    /// The network.
    pub app: Arc<App>,
    /// Renders the metrics.
    pub metrics: PrometheusHandle,
    /// Set while the node drains.
    pub draining: Arc<AtomicBool>,
    /// Brings counters up to date before they are read.
    pub refresh: Arc<dyn Fn() + Send + Sync>,
}

/// The admin listener's routes.
pub fn router(admin: Admin) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics_text))
        .route("/mails", get(mails_text))
        .route("/mails/{id}", get(mail_page))
        .with_state(admin)
}

async fn healthz() -> &'static str {
    "ok\n"
}

async fn readyz(State(admin): State<Admin>) -> Response {
    match faults(&admin).await {
        faults if faults.is_empty() => "ready\n".into_response(),
        faults => (StatusCode::SERVICE_UNAVAILABLE, faults.join("\n") + "\n").into_response(),
    }
}

async fn faults(admin: &Admin) -> Vec<String> {
    let mut faults = Vec::new();
    if admin.draining.load(Ordering::Acquire) {
        faults.push("draining".to_owned());
    }
    match admin.app.db.clock_difference().await {
        Ok(micros) if micros.abs() > LARGEST_CLOCK_DIFFERENCE => {
            faults.push(format!(
                "the clock differs from the database's by {} ms",
                micros / 1_000
            ));
        }
        Ok(_) => {}
        Err(error) => faults.push(format!("the database does not answer: {error}")),
    }
    match lag(&admin.app).await {
        Ok(lag) if lag > LARGEST_LAG => faults.push(format!("the press is {lag} events behind")),
        Ok(_) => {}
        Err(error) => faults.push(format!("the log can't be read: {error}")),
    }
    faults
}

async fn lag(app: &App) -> Result<i64, masthead_store::StoreError> {
    let mut conn = app.db.reader().await?;
    let head = log::head(&mut conn).await?;
    let done = followers::cursor(&mut conn, PRESS, &app.node).await?.unwrap_or(0);
    Ok(head - done)
}

/// The part of a captured mail that is a page. It may do nothing but be looked at.
async fn mail_page(State(admin): State<Admin>, Path(id): Path<String>) -> Response {
    let found = async {
        let Ok(id) = id.parse() else { return Ok(None) };
        mails::by_id(&mut admin.app.db.reader().await?, id).await
    };
    let mail = match found.await {
        Ok(mail) => mail.filter(|mail| mail.state == "captured"),
        Err(error) => {
            let error: masthead_store::StoreError = error;
            return (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response();
        }
    };
    let Some(html) = mail.and_then(|mail| mail.html) else {
        return (StatusCode::NOT_FOUND, "there is no such page\n").into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
    ];
    (headers, html).into_response()
}

/// The newest mails, where they are captured instead of sent: how a demo's operator follows a link in one.
async fn mails_text(State(admin): State<Admin>) -> Response {
    if !admin.app.accounts.mailer.captures() {
        return (StatusCode::NOT_FOUND, "mails are sent, not shown\n").into_response();
    }
    let newest = async { mails::newest(&mut admin.app.db.reader().await?, MAILS_SHOWN).await };
    let mails = match newest.await {
        Ok(mails) => mails,
        Err(error) => return (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")).into_response(),
    };
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Mails</title></head><body><h1>Mails</h1>",
    );
    for mail in &mails {
        page.push_str("<article><h2>");
        escape(&mail.subject, &mut page);
        page.push_str("</h2><p>");
        escape(&mail.recipient, &mut page);
        page.push_str(", ");
        escape(&mail.created_at.to_rfc3339(), &mut page);
        page.push_str(", ");
        escape(&mail.state, &mut page);
        if mail.html.is_some() {
            page.push_str(&format!(", <a href=\"/mails/{}\">as a page</a>", mail.id));
        }
        page.push_str("</p><pre>");
        for line in mail.body.lines() {
            let link = line.trim();
            if link.starts_with("http://") || link.starts_with("https://") {
                page.push_str("<a href=\"");
                escape(link, &mut page);
                page.push_str("\">");
                escape(link, &mut page);
                page.push_str("</a>");
            } else {
                escape(line, &mut page);
            }
            page.push('\n');
        }
        page.push_str("</pre></article>");
    }
    page.push_str("</body></html>");
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, page).into_response()
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}

async fn metrics_text(State(admin): State<Admin>) -> impl IntoResponse {
    (admin.refresh)();
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        admin.metrics.render(),
    )
}
