//! The demo's listings: files of invented offices, which lie in the data folder like those of real ones, and are read by
//! sources of the settings.

use super::content::listing_files;
use anyhow::Context as _;
use masthead_features::app::App;
use masthead_features::listings;
use masthead_store::listings as rows;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// Name, file, and what else its settings say.
const SOURCES: &[(&str, &str, &str)] = &[
    (
        "homes",
        "homes.csv",
        "category = \"property\"\nformat = \"csv\"\nprovider = \"Harbour Keys and other agents\"\n\
         credit = \"Lists of the Halmere Association of Agents\"\ncurrency = \"EUR\"\n\
         fields = { id = \"ref\", title = \"headline\", price = \"rent\", organisation = \"agent\", locality = \"town\", \
         latitude = \"lat\", longitude = \"lon\", text = \"about\" }\n",
    ),
    (
        "jobs",
        "jobs.json",
        "category = \"jobs\"\nformat = \"json\"\nitems = \"jobs\"\nprovider = \"Labour Exchange of Halmere\"\n\
         currency = \"EUR\"\n\
         fields = { id = \"number\", title = \"post\", organisation = \"employer.name\", locality = \"employer.town\", \
         kind = \"terms\", price = \"pay.from\", per = \"pay.for\", latitude = \"at.lat\", longitude = \"at.lon\" }\n",
    ),
    (
        "vehicles",
        "vehicles.csv",
        "category = \"motoring\"\nformat = \"csv\"\nprovider = \"Quayside Motors and private sellers\"\ncurrency = \"EUR\"\n",
    ),
    (
        "diary",
        "events.ics",
        "format = \"icalendar\"\nprovider = \"The town diary\"\nzone = \"Europe/London\"\n",
    ),
];

/// The sources as settings have them, with files in the folder `listings` beside.
pub fn settings() -> String {
    let mut text =
        "\n# The demo's listings, from files that lie beside: change one, and what it says is shown within a minute.\n"
            .to_owned();
    for (name, file, more) in SOURCES {
        // Writing to a text can't fail.
        write!(
            text,
            "[[listings.sources]]\nname = \"{name}\"\nfile = \"listings/{file}\"\nevery_seconds = 60\n{more}\n"
        )
        .ok();
    }
    text
}

/// Puts the files into the data folder, unless they are there.
///
/// # Errors
/// When the folder can't be written.
pub fn put_files(folder: &Path) -> anyhow::Result<()> {
    let folder = folder.join("listings");
    fs::create_dir_all(&folder).with_context(|| format!("{} can't be made", folder.display()))?;
    for (name, bytes) in listing_files() {
        let path = folder.join(&name);
        if !path.exists() {
            fs::write(&path, bytes).with_context(|| format!("{} can't be written", path.display()))?;
        }
    }
    Ok(())
}

/// Reads every source of the demo that has brought nothing yet, so that its listings are there when the network is first
/// opened. Those that a visitor added are left to their jobs: one that doesn't answer is no reason not to start.
pub(super) async fn load(app: &App) -> anyhow::Result<()> {
    let own = |name: &str| SOURCES.iter().any(|(own, ..)| *own == name);
    for source in app.listings.iter().filter(|source| own(&source.name)) {
        let mut conn = app.db.reader().await?;
        let known = rows::of_source(&mut conn, &source.name).await?;
        drop(conn);
        if known.is_empty() {
            listings::run(app, source)
                .await
                .with_context(|| format!("the listings of '{}'", source.name))?;
        }
    }
    Ok(())
}
