//! The demo network: made once from the files in the repository's `demo` folder, which the program carries inside.
//!
//! Sites and pictures are made by steps that can be repeated, all stories in one transaction that also notes that it
//! happened, and fronts are launched where none is. A start that was killed is completed by the next.

mod addresses;
mod alerts;
mod comments;
mod content;
mod contributions;
mod films;
mod fronts;
mod inline;
pub mod listings;
mod markdown;
mod mistakes;
mod moved;
mod names;
mod notices;
mod partners;
pub mod people;
mod pictures;
mod plan;
mod rankings;
mod sites;
mod story;
#[cfg(test)]
mod tests;
mod tokens;
mod weather;
mod write;

pub use alerts::plays as alert_plays;

use content::Content;
use masthead_features::app::App;
use masthead_features::places::Region;
use std::net::SocketAddr;
use std::sync::Arc;
use tokens::Start;

/// Who did it, in acts and revisions.
const BY: &str = "demo";

/// What [`load`] leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The network's name.
    pub network: String,
    /// Whether it was made now; false when it was there.
    pub made: bool,
    /// Names and origins of its sites, the first first.
    pub sites: Vec<(String, String)>,
}

/// Regions of the country that the demo's stories are told from, for its settings.
///
/// # Errors
/// When the demo's files can't be read.
pub fn regions() -> anyhow::Result<Vec<Region>> {
    Ok(Content::read()?.regions)
}

/// The domain that the demo's sites share.
pub use sites::DOMAIN;

/// Makes the demo network unless it is there, and lets its sites answer at `listen`, which has to be the address with
/// its real port. Best called before the network is served: then nothing has to follow what it does.
///
/// # Errors
/// When the data belong to another network, or the store or the pictures' folder can't be written. It can be called
/// again: what was done stays.
pub async fn load(app: &Arc<App>, listen: SocketAddr) -> anyhow::Result<Loaded> {
    let content = Content::read()?;
    let made = !write::is_done(app).await?;
    if made {
        sites::put(app, &content, listen).await?;
        let pictures = pictures::take_all(app, &content).await?;
        let films = films::take_all(app, &content).await?;
        let plan = plan::make(app, &content, (&pictures, &films), Start(app.now())).await?;
        write::write(app, plan).await?;
    } else {
        sites::follow(app, &content, listen).await?;
    }
    fronts::launch(app, &content).await?;
    people::load(app).await?;
    if made {
        notices::load(app).await?;
    }
    comments::load(app).await?;
    contributions::load(app).await?;
    mistakes::load(app).await?;
    rankings::load(app).await?;
    weather::load(app).await?;
    alerts::load(app).await?;
    listings::load(app).await?;
    partners::load(app).await?;
    let table = app.sites();
    let sites = table
        .all()
        .iter()
        .map(|entry| (entry.name.clone(), entry.origin.clone()))
        .collect();
    Ok(Loaded {
        network: content.network.name,
        made,
        sites,
    })
}
