//! `masthead backup`, `restore`, `migrate`.

use super::{Common, output};
use crate::network;
use anyhow::{Context as _, bail};
use bytes::Bytes;
use clap::Args;
use futures::TryStreamExt as _;
use masthead_domain::time::Clock;
use masthead_services::blobs::{BlobKey, Blobs};
use masthead_services::clock::SystemClock;
use masthead_store::backup::{self as archive, BackupError};
use masthead_store::migrate::{self, BackupChoice};
use masthead_store::{Db, DbSettings, jobs};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// Where media lie in an archive.
const MEDIA: &str = "media/";

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The archive to write.
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The archive to read.
    file: PathBuf,
    /// Let due jobs (releases, polls) run at the next start. Without this they wait for
    /// 'masthead restore --let-go', so that a copy of a live network doesn't act like it.
    #[arg(long)]
    let_go: bool,
}

#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// Write an archive of the database before it is migrated.
    #[arg(long, value_name = "FILE")]
    backup: Option<PathBuf>,
    /// Migrate without a backup.
    #[arg(long, conflicts_with = "backup")]
    no_backup: bool,
}

impl Backup {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let settings = common.settings_at().load()?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let db = Db::open(&DbSettings::new(settings.database_url()), clock).await?;
        migrate::check(&db).await?;
        let blobs = Blobs::open(&settings.media.url, settings.data_folder())?;
        let handle = tokio::runtime::Handle::current();
        // Blobs are written once and never changed, so those listed after the snapshot's tables hold all it names.
        let summary = archive::backup_with(&db, &self.file, move |writer| {
            let keys: Vec<_> = handle
                .block_on(blobs.list().try_collect::<Vec<_>>())
                .map_err(|error| BackupError::Misfit(error.to_string()))?;
            for entry in keys {
                let bytes = handle
                    .block_on(blobs.get(entry.key))
                    .map_err(|error| BackupError::Misfit(error.to_string()))?;
                writer.add(&format!("{MEDIA}{}", entry.key), &mut bytes.as_ref())?;
            }
            Ok(())
        })
        .await
        .with_context(|| format!("{} can't be written", self.file.display()))?;
        db.close().await;
        output::line(&format!(
            "{}: {} tables, {} rows",
            self.file.display(),
            summary.tables,
            summary.rows
        ));
        Ok(ExitCode::SUCCESS)
    }
}

impl Restore {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let wanted = common.settings_at();
        // A restore into a new folder brings its own settings file.
        if !wanted.file().exists()
            && let Some(folder) = &common.data
        {
            std::fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
            let text = crate::settings::sample("Masthead", "127.0.0.1:8080", "127.0.0.1:9090");
            std::fs::write(wanted.file(), text)?;
        }
        let settings = wanted.load()?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let blobs = Blobs::open(&settings.media.url, settings.data_folder())?;
        let database = DbSettings::new(settings.database_url());
        let handle = tokio::runtime::Handle::current();
        let summary = archive::restore_with(&self.file, &database, Arc::clone(&clock), move |name, bytes| {
            let Some(key) = name.strip_prefix(MEDIA) else {
                return Ok(());
            };
            let key: BlobKey = key
                .parse()
                .map_err(|_| BackupError::Misfit(format!("{name} is no name of a picture")))?;
            let mut content = Vec::new();
            bytes
                .read_to_end(&mut content)
                .map_err(|error| BackupError::Misfit(error.to_string()))?;
            let kept = handle
                .block_on(blobs.put(Bytes::from(content)))
                .map_err(|error| BackupError::Misfit(error.to_string()))?;
            if kept == key {
                Ok(())
            } else {
                Err(BackupError::Misfit(format!("{name} is damaged")))
            }
        })
        .await
        .with_context(|| format!("{} can't be restored", self.file.display()))?;
        let mut held = summary.held_jobs;
        if self.let_go {
            let db = Db::open(&database, clock).await?;
            db.write("restore.let_go", |tx| Box::pin(jobs::let_go(tx))).await?;
            db.close().await;
            held = 0;
        }
        output::line(&format!("restored {} tables, {} rows", summary.tables, summary.rows));
        if held > 0 {
            output::line(&format!(
                "{held} due jobs are held; 'masthead restore --let-go' with the archive, or a new release, lets them go"
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Migrate {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let settings = common.settings_at().load()?;
        let choice = match (self.backup, self.no_backup) {
            (Some(file), _) => BackupChoice::To(file),
            (None, true) => BackupChoice::None,
            (None, false) => BackupChoice::Automatic,
        };
        let url = settings.database_url();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let report = match migrate::run(&DbSettings::new(url.clone()), clock, choice).await {
            Ok(report) => report,
            Err(migrate::MigrateError::NeedsBackup) => {
                bail!("say --backup FILE, or --no-backup when you have one")
            }
            Err(error) => return Err(error).with_context(|| network::safe_url(&url)),
        };
        if report.applied.is_empty() {
            output::line("the database has this version's schema");
        }
        for name in &report.applied {
            output::line(&format!("applied {name}"));
        }
        if let Some(backup) = report.backup {
            output::line(&format!("the state before is kept in {}", backup.display()));
        }
        Ok(ExitCode::SUCCESS)
    }
}
