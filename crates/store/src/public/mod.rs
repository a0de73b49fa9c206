//! The public read path: the only way to what readers see.
//!
//! Every query here carries the predicate [`released!`] with the caller's clock as `$1`. It says in SQL what
//! `Standing::is_visible` says in the domain: published, released by the job, its moment passed, not held, not
//! expired. Embargo, kill and cancel therefore hold on every page, feed, sitemap, answer and file alike. A property
//! test compares the two for random standings; `cargo xtask tidy` refuses a query here without the predicate.

mod comments;
mod coverage;
mod listings;
mod lists;
mod pictures;
mod rankings;
mod story;
mod videos;

pub use comments::{
    ProfileComment, PublicComment, PublicWriter, ThreadCursor, comment, comment_count, comments_by, comments_of,
    conversation, first_replies, published_between, roots, story_version,
};
pub use coverage::{NEWEST_ENTRIES, coverage, entries, entry, key_entries, pinned_entries};
pub use listings::{Wanted, listed, listings_around, listings_by_id, newest_listings};
pub use lists::{Card, Contributed, Cursor, archive_days, contributed, list, list_since, newest, sitemap, visible};
pub use pictures::{PublicCut, PublicFile, PublicPicture, cut, cuts_of_story, file, of_page, of_story};
pub use rankings::{most_commented, standing};
pub use story::{Found, PublicPlacement, PublicStory, at_path, by_id, contributors, fronts_cursor};
pub use videos::video;

/// Restricts `s` (a row of `stories`) to what readers may see at `$1`.
macro_rules! released {
    () => {
        "s.state = 'published' AND s.released AND s.release_at <= $1 AND s.hold_kind IS NULL \
         AND (s.expires_at IS NULL OR s.expires_at > $1)"
    };
}
use released;

/// Whether the law asks to be silent about `s`: comments under it are hidden, and not counted.
macro_rules! silent {
    () => {
        "EXISTS (SELECT 1 FROM comment_policies h WHERE h.hold IS NOT NULL AND (h.scope_id = s.id \
         OR h.scope_id IN (SELECT t.topic_id FROM story_topics t WHERE t.story_id = s.id)))"
    };
}
use silent;

pub(crate) const ALL: &[&[crate::db::Query]] = &[
    comments::ALL,
    coverage::ALL,
    listings::ALL,
    lists::ALL,
    pictures::ALL,
    rankings::ALL,
    story::ALL,
    videos::ALL,
];
