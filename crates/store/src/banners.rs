//! Breaking-news banners: at most one a site. Whether readers see it is decided by its story's standing, in
//! [`crate::public`].

use crate::db::{Conn, StoreError, Tx};
use crate::{params, queries};
use masthead_domain::ids::{SiteId, StoryId};
use masthead_domain::time::Timestamp;

queries! {
    OF_SITE = "SELECT site_id, story_id, text, set_at, set_by, is_quiet FROM banners WHERE site_id = $1";
    PUT = "INSERT INTO banners (site_id, story_id, text, set_at, set_by, is_quiet) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (site_id) DO UPDATE SET story_id = excluded.story_id, text = excluded.text,
            set_at = excluded.set_at, set_by = excluded.set_by,
            is_quiet = excluded.is_quiet";
    CLEAR = "DELETE FROM banners WHERE site_id = $1";
}

/// A site's banner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BannerRecord {
    /// The site on whose pages it stands.
    pub site: SiteId,
    /// The story that it leads to.
    pub story: StoryId,
    /// What it says; never empty.
    pub text: String,
    /// When it was set.
    pub set_at: Timestamp,
    /// Who set it.
    pub set_by: String,
    /// Whether followers of breaking news are told nothing of it.
    pub is_quiet: bool,
}

crate::from_row!(BannerRecord {
    site,
    story,
    text,
    set_at,
    set_by,
    is_quiet
});

/// The banner that is set on a site.
///
/// # Errors
/// When the store can't answer.
pub async fn of_site(conn: &mut Conn, site: SiteId) -> Result<Option<BannerRecord>, StoreError> {
    conn.optional(OF_SITE, params![site]).await
}

/// Sets a site's banner in place of the one before.
///
/// # Errors
/// When the store can't answer.
pub async fn put(tx: &mut Tx, banner: &BannerRecord) -> Result<(), StoreError> {
    tx.execute(
        PUT,
        params![
            banner.site,
            banner.story,
            &banner.text,
            banner.set_at,
            &banner.set_by,
            banner.is_quiet
        ],
    )
    .await?;
    Ok(())
}

/// Clears a site's banner; says whether there was one.
///
/// # Errors
/// When the store can't answer.
pub async fn clear(tx: &mut Tx, site: SiteId) -> Result<bool, StoreError> {
    Ok(tx.execute(CLEAR, params![site]).await? > 0)
}
