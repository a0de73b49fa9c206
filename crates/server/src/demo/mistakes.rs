//! What a reader of the demo says is wrong in a story, for whoever tries the editors' queue.

use anyhow::Context as _;
use masthead_features::app::App;
use masthead_features::mistakes;
use masthead_store::{mistakes as rows, public};
use std::net::{IpAddr, Ipv4Addr};

/// Reports one unless one waits.
pub(super) async fn load(app: &App) -> anyhow::Result<()> {
    let sites = app.sites();
    let site = sites.first().context("the demo has no site")?.id;
    let mut conn = app.db.reader().await?;
    let waits = !rows::open(&mut conn, site, 1).await?.is_empty();
    let story = public::newest(&mut conn, app.now(), site, site, 4).await?.pop();
    drop(conn);
    let Some(story) = story.filter(|_| !waits) else {
        return Ok(());
    };
    let text = "You write that the gate was closed on Tuesday. The harbour's log, which hangs at the pilots' office, says \
                Monday evening.";
    let client = IpAddr::V4(Ipv4Addr::LOCALHOST);
    mistakes::report(app, None, client, (site, story.story), text).await?;
    Ok(())
}
