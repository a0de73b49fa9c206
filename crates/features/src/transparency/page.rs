//! `/desk/review/transparency`: the table of a year on one page, to be printed or published.

use super::{Counts, year, year_of};
use crate::desk::{self, Here};
use crate::pages::store_error;
use crate::visit::Visit;
use axum::response::Response;
use http::StatusCode;
use masthead_web::errors::WebError;
use serde::Serialize;

#[derive(Serialize)]
struct Own {
    year: i16,
    years: Vec<i16>,
    tables: Vec<Table>,
}

#[derive(Serialize)]
struct Table {
    name: &'static str,
    rows: Vec<(String, i64)>,
    sum: i64,
}

fn table(name: &'static str, counts: Counts) -> Table {
    Table {
        name,
        sum: counts.values().sum(),
        rows: counts.into_iter().collect(),
    }
}

/// `GET /desk/review/transparency` (`year`)
///
/// # Errors
/// When the store can't answer.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    let this = year_of(visit.app().now());
    let asked = visit.query().get("year").parse().unwrap_or(this);
    let counted = year(visit.app(), asked.clamp(1970, this)).await.map_err(store_error)?;
    let own = Own {
        year: counted.year,
        years: (0..5).map(|back| this - back).collect(),
        tables: vec![
            table("comments", counted.comments),
            table("refused", counted.refused),
            table("reports", counted.reports),
            table("outcomes", counted.outcomes),
            table("appeals", counted.appeals),
            table("suspensions", counted.suspensions),
        ],
    };
    let title = desk::say(&*desk::voice(&visit).await?, "review-transparency", &[])?;
    desk::page(
        &visit,
        StatusCode::OK,
        (Here::Review, "review/transparency.html", title),
        &own,
    )
    .await
}
