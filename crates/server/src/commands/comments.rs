//! `masthead comments`: the policy ladder, word lists, legal holds and the log of decisions.

use super::{Common, output};
use crate::network;
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use masthead_domain::comments::policy::{Mode, Settings, Window};
use masthead_features::app::App;
use masthead_features::review::decisions::some_lines;
use masthead_features::{comments, transparency};
use masthead_store::{audit, policies};
use std::path::PathBuf;
use std::process::ExitCode;

/// Who did it, in the log.
const BY: &str = "command line";

#[derive(Debug, Subcommand)]
pub(super) enum Comments {
    /// Print every step of the ladder that says anything.
    Policy,
    /// Change what a step says: network, site:SLUG, section:SITE/PATH, topic:SLUG, story:ID.
    Set(Set),
    /// Close and hide comments of a topic or story on every site (sub judice, a death, children).
    Hold {
        /// `topic:SLUG` or `story:ID`.
        step: String,
        /// Why, for the desk and the log.
        #[arg(long)]
        reason: String,
        /// What readers are told.
        #[arg(long, default_value = "")]
        message: String,
    },
    /// Lift a legal hold.
    Release {
        /// `topic:SLUG` or `story:ID`.
        step: String,
    },
    /// Print a word list, or replace it by a file with one entry a line.
    Words {
        /// The step.
        step: String,
        /// `banned` or `suspect`.
        list: String,
        /// The new list.
        file: Option<PathBuf>,
        /// Only say what the new list would have done to the comments of the last seven days.
        #[arg(long, requires = "file")]
        dry_run: bool,
    },
    /// Print what was written, reported, decided and appealed in a year.
    Transparency {
        /// The year; this one when none is given.
        year: Option<i16>,
    },
    /// Print the log of decisions as lines of JSON, each with the hash of everything before it.
    Log,
}

#[derive(Debug, Args)]
pub(super) struct Set {
    /// The step.
    step: String,
    /// reactive, post, pre, closed, off; `inherit` for what the step above says.
    #[arg(long)]
    mode: Option<String>,
    /// A part of the day with another mode, such as '22:00-06:00 pre'; may be given again. `inherit` for none of its own.
    #[arg(long)]
    schedule: Vec<String>,
    /// Days after publication at which comments close; 0 for never.
    #[arg(long)]
    close_after: Option<u16>,
    /// What readers are told where comments are closed.
    #[arg(long)]
    message: Option<String>,
    /// Links that need no look.
    #[arg(long)]
    links: Option<u8>,
    /// First comments of somebody that are looked at before they appear.
    #[arg(long)]
    first_comments: Option<u8>,
    /// Hours in which all of a new person's are looked at before they appear.
    #[arg(long)]
    first_hours: Option<u16>,
    /// Seconds in which one more comment is allowed; 0 for no limit.
    #[arg(long)]
    seconds_between: Option<u32>,
    /// Comments that may come at once.
    #[arg(long)]
    burst: Option<u8>,
    /// Comments of somebody's first day.
    #[arg(long)]
    first_day: Option<u16>,
    /// Weight of reports, in tenths, that takes a comment off the page until somebody decided.
    #[arg(long)]
    report_weight: Option<u32>,
}

impl Set {
    /// The settings with these changes.
    fn over(self, mut settings: Settings) -> anyhow::Result<Settings> {
        match self.mode.as_deref() {
            None => {}
            Some("inherit") => settings.mode = None,
            Some(name) => {
                let mode = Mode::parse(name);
                settings.mode = Some(mode.with_context(|| {
                    format!("there is no mode '{name}': write reactive, post, pre, closed, off or inherit")
                })?);
            }
        }
        match self.schedule.as_slice() {
            [] => {}
            [one] if one == "inherit" => settings.schedule = None,
            windows => {
                let windows: Option<Vec<Window>> = windows.iter().map(|text| Window::parse(text)).collect();
                settings.schedule = Some(windows.context("a schedule is written like '22:00-06:00 pre'")?);
            }
        }
        settings.close_after_days = self.close_after.or(settings.close_after_days);
        settings.closed_message = self.message.or(settings.closed_message);
        settings.links = self.links.or(settings.links);
        settings.first_comments = self.first_comments.or(settings.first_comments);
        settings.first_hours = self.first_hours.or(settings.first_hours);
        settings.seconds_between = self.seconds_between.or(settings.seconds_between);
        settings.burst = self.burst.or(settings.burst);
        settings.first_day = self.first_day.or(settings.first_day);
        settings.report_weight = self.report_weight.or(settings.report_weight);
        Ok(settings)
    }
}

impl Comments {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let settings = common.settings_at().load()?;
        let app = network::open(&settings).await?;
        let done = self.act(&app, common).await;
        app.db.close().await;
        done.map(|()| ExitCode::SUCCESS)
    }

    async fn act(self, app: &App, common: &Common) -> anyhow::Result<()> {
        match self {
            Self::Policy => policy(app, common).await,
            Self::Set(set) => {
                let scope = comments::scope_named(app, &set.step).await?;
                let known = policies::of_scopes(&mut app.db.reader().await?, &[scope.id])
                    .await?
                    .pop();
                let settings = set.over(known.map(|record| record.step.settings).unwrap_or_default())?;
                Ok(comments::set(app, scope, settings, BY).await?)
            }
            Self::Hold { step, reason, message } => {
                let scope = comments::scope_named(app, &step).await?;
                Ok(comments::hold(app, scope, &reason, &message, BY).await?)
            }
            Self::Release { step } => {
                let scope = comments::scope_named(app, &step).await?;
                Ok(comments::release(app, scope, BY).await?)
            }
            Self::Transparency { year } => {
                let year = year.unwrap_or_else(|| transparency::year_of(app.now()));
                output::json(&transparency::year(app, year).await?);
                Ok(())
            }
            Self::Words {
                step,
                list,
                file,
                dry_run,
            } => {
                let scope = comments::scope_named(app, &step).await?;
                let Some(file) = file else {
                    let words = policies::words(&mut app.db.reader().await?, &[scope.id]).await?;
                    for record in words.iter().filter(|record| record.list == list) {
                        output::line(&record.words);
                    }
                    return Ok(());
                };
                let words =
                    std::fs::read_to_string(&file).with_context(|| format!("{} can't be read", file.display()))?;
                if dry_run {
                    output::json(&comments::try_words(app, scope, &list, &words).await?);
                    return Ok(());
                }
                Ok(comments::set_words(app, scope, &list, &words, BY).await?)
            }
            Self::Log => log(app).await,
        }
    }
}

async fn policy(app: &App, common: &Common) -> anyhow::Result<()> {
    let steps = comments::ladder_of(app).await?;
    if common.json {
        let steps: Vec<_> = steps
            .iter()
            .map(|record| {
                serde_json::json!({
                    "kind": record.step.scope.kind.name(), "id": record.step.scope.id,
                    "settings": record.step.settings, "hold": record.step.hold,
                })
            })
            .collect();
        output::json(&steps);
        return Ok(());
    }
    let rows: Vec<Vec<String>> = steps
        .iter()
        .map(|record| {
            let settings = &record.step.settings;
            let windows = settings.schedule.iter().flatten().map(ToString::to_string);
            vec![
                record.step.scope.kind.name().to_owned(),
                record.step.scope.id.to_string(),
                settings.mode.map_or("", Mode::name).to_owned(),
                windows.collect::<Vec<_>>().join(", "),
                settings
                    .close_after_days
                    .map_or_else(String::new, |days| days.to_string()),
                record
                    .step
                    .hold
                    .as_ref()
                    .map_or_else(String::new, |hold| hold.reason.clone()),
            ]
        })
        .collect();
    output::table(
        &["step", "id", "mode", "schedule", "closes after days", "legal hold"],
        &rows,
    );
    Ok(())
}

async fn log(app: &App) -> anyhow::Result<()> {
    comments::turn::chain(app).await?;
    let mut conn = app.db.reader().await?;
    let mut seq = 0;
    while let Some((lines, last)) = some_lines(&mut conn, seq).await? {
        output::line(lines.trim_end());
        seq = last;
    }
    if seq == 0 && audit::waits(&mut conn).await? {
        bail!("entries wait for their place in the log; try again in a second");
    }
    Ok(())
}
