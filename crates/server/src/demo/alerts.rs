//! The demo's alerts: documents as a source would push them, so that they are there when the demo is first opened and can
//! be pushed again, updated and canceled by hand.

use masthead_domain::time::Timestamp;
use masthead_features::alerts::AlertSource;
use masthead_features::app::App;
use masthead_features::ingest::{self, Source};

/// The sources that the demo's settings name. The roads have one of their own, since their document says all that holds:
/// what else the same source had said would be over.
const WATCH: &str = "coast-watch";
const ROADS: &str = "coast-roads";

/// Source, name and document, with moments written as `{now+HOURS}`.
const DOCUMENTS: [(&str, &str, &str); 3] = [
    (WATCH, "storm.xml", include_str!("../../../../demo/alerts/storm.xml")),
    (
        WATCH,
        "exercise.xml",
        include_str!("../../../../demo/alerts/exercise.xml"),
    ),
    (ROADS, "roads.json", include_str!("../../../../demo/alerts/roads.json")),
];
/// What a visitor pushes by hand.
const PLAYS: [(&str, &str); 2] = [
    (
        "storm-update.xml",
        include_str!("../../../../demo/alerts/storm-update.xml"),
    ),
    (
        "storm-cancel.xml",
        include_str!("../../../../demo/alerts/storm-cancel.xml"),
    ),
];

/// Takes the documents in; those that are there change nothing.
pub(super) async fn load(app: &App) -> anyhow::Result<()> {
    for (source, name, document) in DOCUMENTS {
        let source = Source::from(&AlertSource {
            name: source.to_owned(),
            ..AlertSource::default()
        });
        let document = dated(document, app.now());
        ingest::document(app, &source, document.into_bytes(), name, None).await?;
    }
    Ok(())
}

/// The documents that are played by hand, by file name, with the moments of now.
pub fn plays(now: Timestamp) -> Vec<(&'static str, String)> {
    PLAYS
        .iter()
        .map(|(name, document)| (*name, dated(document, now)))
        .collect()
}

/// Puts moments in: `{now+6}` is six hours from now, on the full hour of the day so that a second start changes nothing.
fn dated(document: &str, now: Timestamp) -> String {
    let day = now.as_seconds().div_euclid(86_400) * 86_400;
    let mut out = String::with_capacity(document.len());
    let mut rest = document;
    while let Some((before, after)) = rest.split_once("{now") {
        out.push_str(before);
        let Some((hours, after)) = after.split_once('}') else {
            break;
        };
        let hours: i64 = hours.parse().unwrap_or(0);
        let at = Timestamp::from_micros(day * 1_000_000).plus_seconds(hours * 3_600);
        out.push_str(&at.to_rfc3339());
        rest = after;
    }
    out.push_str(rest);
    out
}
