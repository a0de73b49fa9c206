//! `masthead ingest`: wire sources polled by hand, and their state.

use super::{Common, output};
use crate::network;
use anyhow::Context as _;
use clap::Subcommand;
use masthead_features::ingest as feature;
use masthead_store::wire;
use serde::Serialize;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(super) enum Ingest {
    /// Poll the sources of the settings once, or one of them.
    Run {
        /// The source's name.
        source: Option<String>,
    },
    /// Show the sources and how they are.
    List,
}

#[derive(Serialize)]
struct SourceLine {
    name: String,
    kind: String,
    failures: i64,
    last_ok: Option<String>,
    last_item: Option<String>,
    silent_seconds: Option<i64>,
    next_poll: Option<String>,
    error: Option<String>,
}

impl Ingest {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let settings = common.settings_at().load()?;
        let app = network::open(&settings).await?;
        let mut code = ExitCode::SUCCESS;
        match self {
            Self::Run { source } => {
                let sources = settings.sources();
                let chosen: Vec<_> = match &source {
                    None => sources.iter().collect(),
                    Some(name) => {
                        vec![sources.iter().find(|source| source.name == *name).with_context(|| {
                            format!(
                                "there is no wire source '{name}' in {}",
                                common.settings_at().file().display()
                            )
                        })?]
                    }
                };
                let mut reports = Vec::new();
                for source in chosen {
                    match feature::run(&app, source).await {
                        Ok(report) => {
                            if !report.set_aside.is_empty() {
                                code = ExitCode::from(3);
                            }
                            reports.push(report);
                        }
                        Err(error) => {
                            eprintln!("masthead: {}: {error}", source.name);
                            code = ExitCode::from(2);
                        }
                    }
                }
                if common.json {
                    output::json(&reports);
                } else {
                    for report in &reports {
                        output::line(&format!(
                            "{}: {} documents, {} new or newer items, {} unchanged, {} set aside",
                            report.source,
                            report.documents,
                            report.items,
                            report.unchanged,
                            report.set_aside.len()
                        ));
                        for (record, reason) in &report.set_aside {
                            output::line(&format!("set aside: {record}: {reason}"));
                        }
                    }
                }
            }
            Self::List => {
                let mut conn = app.db.reader().await?;
                let mut lines = Vec::new();
                for source in &settings.sources() {
                    let state = wire::source(&mut conn, &source.name).await?.unwrap_or_default();
                    let mut kinds = Vec::new();
                    kinds.extend(source.folder.is_some().then_some("folder"));
                    kinds.extend(source.url.is_some().then_some("poll"));
                    kinds.extend(source.token.is_some().then_some("push"));
                    lines.push(SourceLine {
                        name: source.name.clone(),
                        kind: kinds.join("+"),
                        failures: state.failures,
                        last_ok: state.last_ok_at.map(|at| at.to_rfc3339()),
                        last_item: state.last_item_at.map(|at| at.to_rfc3339()),
                        silent_seconds: feature::silence(&state, app.now()),
                        next_poll: state.last_ok_at.map(|_| state.next_poll_at.to_rfc3339()),
                        error: state.last_error,
                    });
                }
                drop(conn);
                if common.json {
                    output::json(&lines);
                } else {
                    let rows: Vec<Vec<String>> = lines
                        .into_iter()
                        .map(|line| {
                            let text = |value: Option<String>| value.unwrap_or_else(|| "-".into());
                            vec![
                                line.name,
                                line.kind,
                                line.failures.to_string(),
                                text(line.last_item),
                                text(line.error),
                            ]
                        })
                        .collect();
                    output::table(&["SOURCE", "KIND", "FAILURES", "LAST ITEM", "ERROR"], &rows);
                }
            }
        }
        app.db.close().await;
        Ok(code)
    }
}
