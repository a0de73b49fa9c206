//! The pages of reports: the form, the receipt's case page, and a writer's appeal. A report needs no account.

use super::report::{Complaint, appeal, report};
use super::thread::{body, place};
use super::{CommentError, pages::id_of, pages::json, pages::own, pages::seen, pages::story};
use crate::pages::store_error;
use crate::visit::{Fields, Visit, see_other};
use axum::response::Response;
use http::StatusCode;
use masthead_domain::comments::CommentState;
use masthead_domain::comments::reports::ReportReason;
use masthead_store::{public, reports};
use masthead_web::errors::{FieldError, WebError};
use serde::Serialize;

#[derive(Serialize)]
struct Form<'a> {
    id: String,
    story: String,
    name: &'a str,
    quoted: String,
    headline: &'a str,
    back: String,
    reasons: Vec<&'static str>,
    reason: &'a str,
    note: &'a str,
    law: &'a str,
    explanation: &'a str,
    wrong: Option<String>,
    own: bool,
}

async fn form(visit: &Visit, fields: &Fields, wrong: Option<&str>, status: StatusCode) -> Result<Response, WebError> {
    let id = id_of(visit)?;
    let seen = seen(visit, id).await?;
    let (headline, path) = story(visit, seen.story).await?;
    let writer = seen.writer.as_ref();
    let own = Form {
        id: id.to_string(),
        story: seen.story.to_string(),
        name: writer.map_or("", |writer| writer.name()),
        quoted: body(&seen.body),
        headline: &headline,
        back: place(&path, id),
        reasons: ReportReason::ALL.map(ReportReason::code).to_vec(),
        reason: fields.get("reason"),
        note: fields.get("note"),
        law: fields.get("law"),
        explanation: fields.get("explanation"),
        wrong: match wrong {
            Some(key) => Some(visit.say(key, &[]).await?),
            None => None,
        },
        own: writer.is_some_and(|writer| {
            visit
                .viewer
                .as_ref()
                .is_some_and(|viewer| viewer.profile == writer.profile)
        }),
    };
    visit.page(status, "comments/report.html", "report-title", &own).await
}

/// `GET /comments/<id>/report`
///
/// # Errors
/// 404 for what readers don't see.
pub async fn report_form(visit: Visit) -> Result<Response, WebError> {
    form(&visit, &Fields::default(), None, StatusCode::OK).await
}

/// `POST /comments/<id>/reports`
///
/// # Errors
/// 404 for what readers don't see, 422 without a reason, 429 for too many.
pub async fn send(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let reason = ReportReason::parse(fields.get("reason"));
    // A notice of illegal content says which law, why, and that it is meant (Regulation (EU) 2022/2065, article 16).
    let incomplete = reason == Some(ReportReason::IllegalContent)
        && (fields.get("explanation").trim().is_empty() || !fields.has("good_faith"));
    let Some(reason) = reason.filter(|_| !incomplete) else {
        let key = if incomplete {
            "report-wrong-notice"
        } else {
            "report-wrong-reason"
        };
        if visit.wants_json() {
            let field = if incomplete { "explanation" } else { "reason" };
            return Err(WebError::invalid(vec![FieldError {
                field: field.into(),
                message: visit.say(key, &[]).await?.into(),
            }]));
        }
        return form(&visit, &fields, Some(key), StatusCode::UNPROCESSABLE_ENTITY).await;
    };
    let complaint = Complaint {
        comment: id_of(&visit)?,
        reason,
        note: fields.get("note").to_owned(),
        law: fields.get("law").to_owned(),
        explanation: fields.get("explanation").to_owned(),
    };
    let receipt = report(visit.app(), visit.viewer.as_deref(), visit.info.client, complaint).await?;
    let case = receipt.map(|receipt| format!("/comments/reports/{receipt}"));
    if visit.wants_json() {
        let status = if case.is_some() {
            StatusCode::CREATED
        } else {
            StatusCode::OK
        };
        let view = visit.view().await?;
        let url = case.as_deref().map(|case| view.absolute(case));
        return json(status, &serde_json::json!({ "case": url }), case.as_deref());
    }
    Ok(see_other(case.as_deref().unwrap_or("/comments/reports/again")))
}

#[derive(Default, Serialize)]
struct Case {
    reason: String,
    created: i64,
    outcome: String,
    decided: Option<i64>,
    href: String,
    again: bool,
}

/// `GET /comments/reports/<receipt>`: what became of a report, for whoever has its receipt.
///
/// # Errors
/// 404 for a receipt that there is none of.
pub async fn case(visit: Visit) -> Result<Response, WebError> {
    let receipt = visit.parameter("receipt");
    let app = visit.app();
    if receipt == "again" {
        let again = Case {
            again: true,
            ..Case::default()
        };
        return visit
            .page(StatusCode::OK, "comments/case.html", "case-title", &again)
            .await;
    }
    let mut conn = app.db.reader().await.map_err(store_error)?;
    let found = reports::by_receipt(&mut conn, receipt).await.map_err(store_error)?;
    let found = found.ok_or_else(WebError::not_found)?;
    let seen = public::comment(&mut conn, app.now(), found.comment)
        .await
        .map_err(store_error)?;
    drop(conn);
    let case = Case {
        reason: found.reason,
        created: found.created_at.as_micros(),
        outcome: found.outcome.unwrap_or_default(),
        decided: found.decided_at.map(masthead_domain::time::Timestamp::as_micros),
        href: seen.map_or(String::new(), |_| format!("/comments/{}", found.comment)),
        again: false,
    };
    visit
        .page(StatusCode::OK, "comments/case.html", "case-title", &case)
        .await
}

#[derive(Serialize)]
struct Appeal<'a> {
    id: String,
    headline: &'a str,
    back: String,
    quoted: String,
    /// `open`, `waits`, `granted` or `refused`.
    state: &'a str,
    text: String,
}

/// `GET /comments/<id>/appeal`
///
/// # Errors
/// 404 for what is not the viewer's own, or was not refused.
pub async fn appeal_form(visit: Visit) -> Result<Response, WebError> {
    let comment = own(&visit).await?;
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let known = reports::appeal_of(&mut conn, comment.id).await.map_err(store_error)?;
    drop(conn);
    if known.is_none() && comment.state != CommentState::Rejected {
        return Err(WebError::not_found());
    }
    let (headline, path) = story(&visit, comment.story).await?;
    let state = match &known {
        None => "open",
        Some(appeal) => match appeal.outcome.as_deref() {
            None => "waits",
            Some("granted") => "granted",
            Some(_) => "refused",
        },
    };
    let page = Appeal {
        id: comment.id.to_string(),
        headline: &headline,
        back: format!("{path}#own-comments"),
        quoted: body(&comment.body),
        state,
        text: known.as_ref().map_or(String::new(), |appeal| appeal.body.clone()),
    };
    visit
        .page(StatusCode::OK, "comments/appeal.html", "appeal-title", &page)
        .await
}

/// `POST /comments/<id>/appeal`
///
/// # Errors
/// 404 for what is not the viewer's own, 409 for a second appeal.
pub async fn send_appeal(visit: Visit) -> Result<Response, WebError> {
    let id = id_of(&visit)?;
    let fields = visit.form()?;
    match appeal(visit.app(), visit.viewer()?, id, fields.get("text")).await {
        Ok(()) => Ok(see_other(&format!("/comments/{id}/appeal"))),
        Err(CommentError::Decided) => Ok(see_other(&format!("/comments/{id}/appeal"))),
        Err(error) => Err(error.into()),
    }
}
