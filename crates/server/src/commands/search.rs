//! `masthead search`: the nodes' search indexes.

use super::{Common, output};
use crate::{network, search as node};
use anyhow::bail;
use clap::Subcommand;
use masthead_features::app::App;
use masthead_features::search;
use masthead_services::search::{SearchError, SearchIndex};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// How often the index of a running server is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// How long a running server may take to begin: what it does, it says in its log.
const PATIENCE: Duration = Duration::from_secs(3_600);

#[derive(Debug, Subcommand)]
pub(super) enum Search {
    /// Make the search index of every node anew, while they serve.
    Rebuild {
        /// Don't wait until this machine's is done.
        #[arg(long)]
        no_wait: bool,
    },
}

impl Search {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let settings = common.settings_at().load()?;
        let app = network::open(&settings).await?;
        let Self::Rebuild { no_wait } = self;
        let asked = search::ask_rebuild(&app).await?;
        if no_wait {
            report(common, None);
        } else {
            let stories = wait(&app, &node::folder(settings.data_folder()), asked).await?;
            report(common, Some(stories));
        }
        app.db.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

/// Waits until this machine's index was made after `asked`: by the server that runs here, or, without one, by us.
async fn wait(app: &App, folder: &Path, asked: i64) -> anyhow::Result<u64> {
    let opened = in_folder(folder, |folder| SearchIndex::open(folder)).await?;
    match opened {
        Ok(index) => {
            search::rebuild(app, &index).await?;
            return Ok(index.len());
        }
        Err(SearchError::InUse) => {}
        Err(error) => return Err(error.into()),
    }
    let end = tokio::time::Instant::now() + PATIENCE;
    while tokio::time::Instant::now() < end {
        // A merge of the writer may take a file away that was about to be read: then it is looked at again.
        if let Ok(Some(index)) = in_folder(folder, |folder| SearchIndex::look(folder)).await?
            && index.mark()?.is_some_and(|mark| mark.position >= asked)
        {
            return Ok(index.len());
        }
        tokio::time::sleep(LOOK).await;
    }
    bail!("the server that runs here did not make its index within an hour; its log says why")
}

async fn in_folder<T: Send + 'static>(
    folder: &Path,
    work: impl FnOnce(&PathBuf) -> T + Send + 'static,
) -> anyhow::Result<T> {
    let folder = folder.to_path_buf();
    Ok(tokio::task::spawn_blocking(move || work(&folder)).await?)
}

fn report(common: &Common, stories: Option<u64>) {
    if common.json {
        output::json(&serde_json::json!({ "asked": true, "done": stories.is_some(), "stories": stories }));
        return;
    }
    match stories {
        Some(stories) => output::line(&format!(
            "the search index was made anew: {stories} stories; other nodes do the same"
        )),
        None => output::line("every node makes its search index anew"),
    }
}
