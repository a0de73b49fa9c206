//! What is most read in the demo: counted as readers' pages would have it counted, so that the rankings are there when
//! the fronts are first opened.

use masthead_features::app::App;
use masthead_features::rankings;
use masthead_store::{public, rankings as rows};
use std::net::{IpAddr, Ipv4Addr};

/// The stories of each site that somebody has read.
const READ: usize = 30;

/// Counts, unless something was counted before.
pub(super) async fn load(app: &App) -> anyhow::Result<()> {
    let now = app.now();
    let mut conn = app.db.reader().await?;
    if !rows::most_read(&mut conn, 0, 0, 1).await?.is_empty() {
        return Ok(());
    }
    for site in app.sites().all() {
        let newest = public::newest(&mut conn, now, site.id, site.id, READ).await?;
        for (place, card) in (0_u8..).zip(newest) {
            // No order that anybody would guess, and the same in every demo.
            let readers = 12 + place.wrapping_mul(37) % 61;
            for number in 0..readers {
                // Addresses for documents (RFC 5737), which are nobody's.
                app.reads
                    .count(card.story, IpAddr::V4(Ipv4Addr::new(192, 0, 2, number)), now);
            }
        }
    }
    drop(conn);
    app.reads.save(app).await?;
    rankings::rank(app).await?;
    Ok(())
}
