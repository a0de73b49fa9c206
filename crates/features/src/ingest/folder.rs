//! The watched folder. A file is taken when it has stopped growing; afterwards it is moved, so that the folder shows
//! what is still to do.

use super::{IngestError, RunReport, Source, document};
use crate::app::App;
use crate::pictures::{Said, take as take_picture};
use masthead_services::disk::{self, WatchedFile};
use std::path::Path;

/// Takes in every finished file of the folder, in order of name.
pub(super) async fn run(app: &App, source: &Source, folder: &Path, report: &mut RunReport) -> Result<(), IngestError> {
    let failed = |error: std::io::Error| IngestError::Source(format!("{}: {error}", folder.display()));
    for file in disk::finished_files(folder).await.map_err(failed)? {
        let WatchedFile { name, bytes } = file;
        let went_in = if is_picture(&bytes) {
            report.documents += 1;
            match take_picture(app, bytes, Said::default()).await {
                Ok(_) => {
                    report.items += 1;
                    true
                }
                Err(crate::pictures::TakeError::Store(error)) => return Err(error.into()),
                Err(error) => {
                    report.set_aside.push((name.clone(), error.to_string()));
                    false
                }
            }
        } else {
            let result = document(app, source, bytes.to_vec(), &name, None).await;
            report.add(&name, result)?
        };
        // Taken in and durable: a crash before the move takes it in again, which changes nothing.
        let place = if went_in { "done" } else { "failed" };
        disk::move_within(folder, &name, place).await.map_err(failed)?;
    }
    Ok(())
}

fn is_picture(bytes: &[u8]) -> bool {
    masthead_services::pictures::PictureKind::of(bytes).is_ok()
}
