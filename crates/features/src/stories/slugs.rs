//! Slugs of stories.

use masthead_domain::ids::StoryId;
use masthead_domain::sites::check_slug;

/// The slug asked for if it is one, else one made from it or from the headline; never empty.
pub(super) fn clean(wanted: &str, headline: &str, id: StoryId) -> String {
    if check_slug(wanted).is_ok() {
        return wanted.to_owned();
    }
    let from_wanted = crate::sites::slug_of(wanted);
    let made = if wanted.trim().is_empty() || from_wanted.is_empty() {
        crate::sites::slug_of(headline)
    } else {
        from_wanted
    };
    if check_slug(&made).is_ok() {
        made
    } else {
        // A headline in signs that have no letters: the id's random end tells such stories apart.
        let hex = id.0.simple().to_string();
        format!("story-{}", hex.get(20..).unwrap_or(&hex))
    }
}

/// The slug for the n-th story of a section and day that wants it: `budget`, `budget-2`, `budget-3`.
pub(super) fn numbered(slug: &str, attempt: u32) -> String {
    if attempt <= 1 {
        slug.to_owned()
    } else {
        format!("{slug}-{attempt}")
    }
}
