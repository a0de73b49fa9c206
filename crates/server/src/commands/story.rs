//! `masthead story`: list, publish, withhold and kill stories from the command line. Every act is logged.

use super::{Common, output};
use crate::standby::Standby;
use crate::{kills, network};
use anyhow::Context as _;
use clap::Subcommand;
use masthead_domain::ids::StoryId;
use masthead_domain::stories::StoryState;
use masthead_domain::time::Timestamp;
use masthead_domain::videos::LeadVideo;
use masthead_features::app::App;
use masthead_features::stories;
use masthead_store::stories::{self as rows, StoryLine};
use serde::Serialize;
use std::process::ExitCode;
use uuid::Uuid;

/// Who did it, in the log.
const BY: &str = "command line";

#[derive(Debug, Subcommand)]
pub(super) enum Story {
    /// List stories, last changed first.
    List {
        /// Only those in this state (draft, scheduled, published, unpublished, killed …).
        #[arg(long)]
        state: Option<String>,
        /// How many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Show a story: standing, addresses, revisions, acts and receipts.
    Show {
        /// Its id, path or slug.
        story: String,
    },
    /// Publish a story now, or at a moment. An embargo that is later wins.
    Publish {
        /// Its id, path or slug.
        story: String,
        /// When, RFC 3339.
        #[arg(long)]
        at: Option<String>,
    },
    /// Take a story back without a word to readers.
    Unpublish {
        /// Its id, path or slug.
        story: String,
        /// Why, for the log.
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// Take a story back for good, everywhere; print where it went and when.
    Kill {
        /// Its id, path or slug.
        story: String,
        /// What readers are told.
        #[arg(long)]
        reason: String,
    },
    /// Keep a story from readers until somebody lets it go on.
    Withhold {
        /// Its id, path or slug.
        story: String,
        /// Why, for the desk.
        #[arg(long)]
        reason: String,
    },
    /// Let a held story go on, after having looked at it.
    LetGo {
        /// Its id, path or slug.
        story: String,
    },
    /// Set an embargo, or move it further away.
    Embargo {
        /// Its id, path or slug.
        story: String,
        /// Until when, RFC 3339.
        #[arg(long)]
        until: String,
    },
    /// Lift an embargo. The act is logged with its reason.
    LiftEmbargo {
        /// Its id, path or slug.
        story: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Lead a story with a video of YouTube, Vimeo or Dailymotion; its lead picture stands in the place until it is
    /// played. Without an address the video is taken away.
    #[command(after_help = "Example: masthead story video sea-wall https://vimeo.com/1084537 --seconds 247")]
    Video {
        /// Its id, path or slug.
        story: String,
        /// The address of the video's page.
        url: Option<String>,
        /// What it shows; the headline where nothing is said.
        #[arg(long, default_value = "")]
        title: String,
        /// Its length in seconds.
        #[arg(long)]
        seconds: Option<u32>,
    },
    /// Set where a story stands, as `site/section`; the first is canonical.
    Place {
        /// Its id, path or slug.
        story: String,
        /// Places.
        #[arg(required = true)]
        place: Vec<String>,
    },
}

#[derive(Serialize)]
struct Line {
    id: String,
    slug: String,
    state: String,
    hold: Option<String>,
    release_at: Option<String>,
    changed: String,
    headline: String,
}

impl From<StoryLine> for Line {
    fn from(line: StoryLine) -> Self {
        Self {
            id: line.id.to_string(),
            slug: line.slug,
            state: line.state,
            hold: line.hold,
            release_at: line.release_at.map(|at| at.to_rfc3339()),
            changed: line.changed_at.to_rfc3339(),
            headline: line.headline,
        }
    }
}

impl Story {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let settings = common.settings_at().load()?;
        let app = network::open(&settings).await?;
        match self {
            Self::List { state, limit } => list(&app, common, state.as_deref(), limit).await?,
            Self::Show { story } => show(&app, &story).await?,
            Self::Publish { story, at } => {
                let at = at.as_deref().map(moment).transpose()?;
                let id = stories::find(&app, &story).await?;
                report(&app, common, stories::publish(&app, id, at, BY).await?).await?;
            }
            Self::Unpublish { story, reason } => {
                let id = stories::find(&app, &story).await?;
                report(&app, common, stories::unpublish(&app, id, &reason, BY).await?).await?;
            }
            Self::Withhold { story, reason } => {
                let id = stories::find(&app, &story).await?;
                report(&app, common, stories::withhold(&app, id, &reason, BY).await?).await?;
            }
            Self::Video {
                story,
                url,
                title,
                seconds,
            } => {
                let id = stories::find(&app, &story).await?;
                let video = url.map(|url| LeadVideo { url, title, seconds });
                report(&app, common, stories::set_video(&app, id, video, BY).await?).await?;
            }
            Self::LetGo { story } => {
                let id = stories::find(&app, &story).await?;
                report(&app, common, stories::let_go(&app, id, BY).await?).await?;
            }
            Self::Embargo { story, until } => {
                let until = moment(&until)?;
                let id = stories::find(&app, &story).await?;
                report(&app, common, stories::embargo(&app, id, until, BY).await?).await?;
            }
            Self::LiftEmbargo { story, reason } => {
                let id = stories::find(&app, &story).await?;
                report(&app, common, stories::lift_embargo(&app, id, &reason, BY).await?).await?;
            }
            Self::Kill { story, reason } => {
                let id = stories::find(&app, &story).await?;
                // For a server of this folder that is started while the database is away: it hears of nothing else.
                let standby = Standby::new(settings.data_folder(), &settings.database_url());
                standby.withhold(id);
                if let Err(error) = kill(&app, common, id, &reason).await {
                    standby.allow(id);
                    return Err(error);
                }
            }
            Self::Place { story, place } => {
                let id = stories::find(&app, &story).await?;
                let sites = app.sites();
                let mut places = Vec::new();
                for text in &place {
                    places.push(
                        sites
                            .placement(text)
                            .with_context(|| format!("there is no section '{text}'"))?,
                    );
                }
                report(&app, common, stories::place(&app, id, places, BY).await?).await?;
            }
        }
        app.db.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

fn moment(text: &str) -> anyhow::Result<Timestamp> {
    Timestamp::parse_rfc3339(text)
        .map_err(|error| anyhow::anyhow!("'{text}' is {error}; write 2026-11-25T18:00:00+01:00"))
}

async fn list(app: &App, common: &Common, state: Option<&str>, limit: usize) -> anyhow::Result<()> {
    let state = match state {
        None => None,
        Some(word) => Some(StoryState::from_word(word).with_context(|| format!("there is no state '{word}'"))?),
    };
    let start = (Timestamp::MAX, StoryId(Uuid::max()));
    let found = rows::list(&mut app.db.reader().await?, state, start, limit).await?;
    let lines: Vec<Line> = found.into_iter().map(Line::from).collect();
    if common.json {
        output::json(&lines);
        return Ok(());
    }
    let cells = lines
        .into_iter()
        .map(|line| {
            let hold = line.hold.map_or_else(String::new, |hold| format!(" ({hold})"));
            vec![line.id, format!("{}{hold}", line.state), line.changed, line.headline]
        })
        .collect::<Vec<_>>();
    output::table(&["ID", "STATE", "CHANGED", "HEADLINE"], &cells);
    Ok(())
}

async fn show(app: &App, text: &str) -> anyhow::Result<()> {
    let id = stories::find(app, text).await?;
    let mut conn = app.db.reader().await?;
    let story = rows::by_id(&mut conn, id)
        .await?
        .context("the story went away meanwhile")?;
    let places = rows::placements(&mut conn, id).await?;
    let sites = app.sites();
    let addresses: Vec<String> = places
        .iter()
        .filter_map(|place| Some((sites.site(place.placement.site)?, place.path.as_ref()?)))
        .map(|(site, path)| format!("{}{path}", site.origin))
        .collect();
    let revisions: Vec<_> = rows::revisions(&mut conn, id)
        .await?
        .into_iter()
        .map(|line| {
            serde_json::json!({
                "number": line.number, "headline": line.headline, "by": line.created_by, "at": line.created_at,
            })
        })
        .collect();
    let acts: Vec<_> = masthead_store::sites::acts_on(&mut conn, &format!("story:{id}"))
        .await?
        .into_iter()
        .map(|act| serde_json::json!({ "at": act.at, "by": act.actor, "act": act.act, "detail": act.detail }))
        .collect();
    output::json(&serde_json::json!({
        "id": id,
        "slug": story.slug,
        "headline": story.headline,
        "standing": story.standing,
        "visible": story.standing.is_visible(app.now()),
        "addresses": addresses,
        "revisions": revisions,
        "acts": acts,
        "receipts": kills::receipts(&mut conn, id).await?,
    }));
    Ok(())
}

async fn report(app: &App, common: &Common, story: rows::StoryRecord) -> anyhow::Result<()> {
    let visible = story.standing.is_visible(app.now());
    let places = rows::placements(&mut app.db.reader().await?, story.id).await?;
    let path = places.first().and_then(|place| place.path.clone());
    if common.json {
        output::json(&serde_json::json!({
            "id": story.id, "state": story.standing.state, "visible": visible, "path": path,
            "release_at": story.standing.release_at, "hold": story.standing.hold,
        }));
        return Ok(());
    }
    let state = story.standing.state.as_str();
    let mut line = format!("{state}: {}", story.headline);
    if let Some(path) = path {
        line.push_str(&format!(" {path}"));
    }
    if let Some(hold) = &story.standing.hold {
        line.push_str(&format!(" (kept back: {})", hold.reason));
    } else if story.standing.state == StoryState::Scheduled
        && let Some(at) = story.standing.release_at
    {
        line.push_str(&format!(" (goes out at {at})"));
    }
    output::line(&line);
    Ok(())
}

/// Kills, waits for the running nodes, and prints each surface with the time at which it went.
async fn kill(app: &App, common: &Common, id: StoryId, reason: &str) -> anyhow::Result<()> {
    let receipt = kills::kill(app, id, reason, BY).await?;
    if common.json {
        output::json(&receipt);
        return Ok(());
    }
    output::line(&format!("killed: {} (readers are told: {reason})", receipt.headline));
    let cells: Vec<Vec<String>> = receipt
        .surfaces
        .iter()
        .map(|gone| {
            vec![
                gone.surface.clone(),
                gone.node.clone(),
                gone.gone_at.clone(),
                gone.detail.clone(),
            ]
        })
        .collect();
    output::table(&["SURFACE", "NODE", "GONE AT", ""], &cells);
    for node in &receipt.silent_nodes {
        output::line(&format!(
            "no word from node {node}: it is not running, or can't reach the database"
        ));
    }
    for absent in &receipt.absent_nodes {
        output::line(&format!(
            "node {} is away since {}: started while the database is away, it could show copies until {}",
            absent.node, absent.last_heard, absent.safe_from
        ));
    }
    Ok(())
}
