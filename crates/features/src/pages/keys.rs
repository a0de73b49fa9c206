//! Surrogate keys of pages, and which of them an event makes stale. Both sides are computed from ids alone.
//!
//! A page carries the key of what it shows (`story:`, `section:`, `topic:`, `author:`, `front:`), by which operators
//! and proxies purge, and `list:ID` for each list that was queried for it. An event of a story names its lists by bare
//! ids, so that a list's key doesn't say of what kind it is. A front is not named by its stories: each of them stands
//! in the list of the site, and the front carries that list.

use super::view::SiteView;
use crate::sites::Sites;
use masthead_domain::comments::policy::ScopeKind;
use masthead_domain::events::Event;
use masthead_domain::ids::{AlertId, AuthorId, ListingId, SectionId, SiteId, StoryId, TopicId};
use masthead_domain::listings::Category;
use masthead_domain::time::Timestamp;
use masthead_store::{Conn, StoreError, public, stories as rows};
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::Day;
use uuid::Uuid;

/// The key of a queried list.
pub(crate) fn list(id: impl Into<Uuid>) -> SurrogateKey {
    SurrogateKey::list(&id.into().to_string())
}

/// Names, menus and everything else of the site's table.
pub(crate) fn site(view: &SiteView) -> [SurrogateKey; 1] {
    [SurrogateKey::site(view.entry.id)]
}

/// The pages on which a step of the policy ladder shows.
pub(crate) fn policy(scope: Uuid) -> SurrogateKey {
    SurrogateKey::list(&format!("policy/{scope}"))
}

/// The pages beside whose story, topic or front a call-out may stand. They carry it whether one stands there or not.
pub(crate) fn call_outs(place: Uuid) -> SurrogateKey {
    SurrogateKey::list(&format!("call-outs/{place}"))
}

/// An alert's own page.
pub(crate) fn alert(id: AlertId) -> SurrogateKey {
    SurrogateKey::list(&format!("alert/{id}"))
}

/// Pages and answers that list alerts wherever they hold.
pub(crate) fn alerts() -> [SurrogateKey; 2] {
    [SurrogateKey::list("alerts"), any_alert()]
}

/// Every page with an alert on it: what changed was too much to name.
pub(crate) fn any_alert() -> SurrogateKey {
    SurrogateKey::list("alerts/any")
}

/// Pages about what lies in a square of the grid.
pub(crate) fn alert_cell(cell: i64) -> SurrogateKey {
    SurrogateKey::list(&format!("alerts/{cell}"))
}

/// Pages that list what is in a category, whether anything is or not.
pub(crate) fn listings(category: Category) -> SurrogateKey {
    SurrogateKey::list(&format!("listings/{}", category.name()))
}

/// The page of a listing.
pub(crate) fn listing(id: ListingId) -> SurrogateKey {
    SurrogateKey::list(&format!("listing/{id}"))
}

/// Front pages of a site whose layout nobody has launched yet: they become stale with the first launch.
pub(crate) fn unlaunched(site: SiteId) -> SurrogateKey {
    SurrogateKey::list(&format!("fronts/{site}"))
}

/// The lists of stories of all sites, sections, topics and authors that stand in sitemaps and other whole-site answers.
pub(crate) fn whole_site(site: SiteId) -> [SurrogateKey; 2] {
    [SurrogateKey::site(site), list(site)]
}

/// Pages of a site on which a banner is set that leads to this story. They wait for its release, and go with it; that it
/// says something else doesn't concern them.
pub(crate) fn banner(story: StoryId) -> SurrogateKey {
    SurrogateKey::list(&format!("banner/{story}"))
}

/// A story page: the story, where it stands, and the lists that its related stories come from.
pub(crate) fn story(
    view: &SiteView,
    story: StoryId,
    section: SectionId,
    topics: &[TopicId],
    authors: &[AuthorId],
) -> Vec<SurrogateKey> {
    let mut keys = vec![
        SurrogateKey::story(story),
        SurrogateKey::site(view.entry.id),
        SurrogateKey::section(section),
        list(section),
    ];
    keys.extend(topics.iter().map(|topic| SurrogateKey::topic(*topic)));
    keys.extend(authors.iter().map(|author| SurrogateKey::author(*author)));
    keys.extend(topics.first().map(|topic| list(*topic)));
    keys.push(SurrogateKey::theme());
    keys
}

/// The keys of the pages that an event makes stale.
///
/// A picture's files belong to stories whose lists the event doesn't name: use [`touched`] for a whole answer.
pub fn stale_keys(event: &Event) -> Vec<SurrogateKey> {
    match event {
        Event::StoryPublished(fact)
        | Event::StoryUpdated(fact)
        | Event::StoryWithdrawn(fact)
        | Event::StoryKilled(fact)
        // A story whose time ran out was invisible already when the due job found it, and still stands on fronts.
        | Event::StoryChanged(fact) => std::iter::once(SurrogateKey::story(fact.story))
            .chain(fact.lists.iter().map(|id| list(*id)))
            .chain(fact.sites.iter().map(|id| list(*id)))
            .chain((!matches!(event, Event::StoryUpdated(_))).then(|| banner(fact.story)))
            .collect(),
        Event::AlertsChanged { alerts, .. } if alerts.is_empty() => vec![any_alert()],
        Event::AlertsChanged { alerts, cells } => alerts
            .iter()
            .map(|id| alert(*id))
            .chain(cells.iter().map(|cell| alert_cell(*cell)))
            .chain([SurrogateKey::list("alerts")])
            .collect(),
        Event::RankingsChanged { lists } => lists.iter().map(|id| list(*id)).collect(),
        Event::FrontLaunched { front, site } => vec![SurrogateKey::front(*front), unlaunched(*site)],
        // Every page of a site carries its key.
        Event::BannerChanged { site } | Event::SiteChanged { site } => vec![SurrogateKey::site(*site)],
        Event::PictureRendered { stories, .. } => stories.iter().map(|story| SurrogateKey::story(*story)).collect(),
        Event::ProfileChanged { profile } | Event::AccountDeleted { profile, .. } => vec![list(*profile)],
        Event::CommentChanged(fact) => vec![SurrogateKey::comments(fact.story), list(fact.profile)],
        Event::CommentsTurned { stories } => stories.iter().map(|story| SurrogateKey::comments(*story)).collect(),
        Event::PolicyChanged { scope } => match scope.kind {
            ScopeKind::Story => vec![SurrogateKey::comments(StoryId(scope.id))],
            _ => vec![policy(scope.id)],
        },
        Event::CallOutChanged { places, .. } => places.iter().map(|place| call_outs(*place)).collect(),
        Event::ListingsChanged { categories, listings } => categories
            .iter()
            .map(|category| self::listings(*category))
            .chain(listings.iter().map(|id| listing(*id)))
            .collect(),
        // Every page of a site carries its key; those of all sites are looked up.
        Event::PartnersChanged { site } => site.iter().map(|site| SurrogateKey::site(*site)).collect(),
        Event::ForecastChanged { place } => vec![crate::weather::key(*place)],
        // What readers see of a contribution is a story, which has events of its own.
        Event::WireReceived { .. } | Event::SearchRebuild {} | Event::ContributionChanged { .. } => Vec::new(),
    }
}

/// [`stale_keys`] with what has to be looked up: where in time a story stands (for archives and the later pages of
/// lists), and on which lists a rendered picture shows.
///
/// # Errors
/// When the store can't answer; the follower tries again.
pub async fn touched(conn: &mut Conn, sites: &Sites, event: &Event) -> Result<Vec<SurrogateKey>, StoreError> {
    let mut keys = stale_keys(event);
    match event {
        // Every site's footer names the others, and a story's page the sites that carry it too.
        Event::SiteChanged { .. } | Event::PartnersChanged { site: None } => {
            keys.extend(sites.all().iter().map(|site| SurrogateKey::site(site.id)))
        }
        Event::PictureRendered { stories, .. } => {
            for story in stories {
                for entry in rows::lists(conn, *story).await? {
                    keys.push(list(entry.list));
                    keys.extend(moments(entry.list, entry.published_at));
                    keys.extend(
                        sites
                            .site(entry.site)
                            .map(|site| day(entry.site, Day::of(entry.published_at, &site.zone))),
                    );
                }
            }
        }
        Event::StoryPublished(fact)
        | Event::StoryUpdated(fact)
        | Event::StoryWithdrawn(fact)
        | Event::StoryKilled(fact)
        | Event::StoryChanged(fact) => {
            let story = rows::by_id(conn, fact.story).await?;
            if let Some(at) = story.and_then(|story| story.standing.first_published_at) {
                for id in fact.lists.iter().copied().chain(fact.sites.iter().map(|site| site.0)) {
                    keys.extend(moments(id, at));
                }
                for site in &fact.sites {
                    keys.extend(days(conn, sites, *site, at).await?);
                }
            }
        }
        _ => {}
    }
    keys.sort();
    keys.dedup();
    Ok(keys)
}

/// The keys of a site's day in the archive, and of the days on either side, whose pages lead to it.
async fn days(conn: &mut Conn, sites: &Sites, site: SiteId, at: Timestamp) -> Result<Vec<SurrogateKey>, StoreError> {
    let Some(entry) = sites.site(site) else {
        return Ok(Vec::new());
    };
    let own = Day::of(at, &entry.zone);
    let mut keys = vec![day(site, own)];
    if let Some((from, to)) = bounds(own, &entry.zone) {
        let (before, after) = public::archive_days(conn, conn.now(), site, from, to).await?;
        keys.extend(
            [before, after]
                .into_iter()
                .flatten()
                .map(|near| day(site, Day::of(near, &entry.zone))),
        );
    }
    Ok(keys)
}

/// The key of a day in a site's archive.
pub(crate) fn day(site: SiteId, day: Day) -> SurrogateKey {
    SurrogateKey::list(&format!("{site}/{}", day.compact()))
}

/// When a day begins and ends in a zone. `None` at the ends of the calendar.
pub(crate) fn bounds(day: Day, zone: &jiff::tz::TimeZone) -> Option<(Timestamp, Timestamp)> {
    let start = day.date().to_zoned_datetime(zone.clone()).ok()?;
    let end = day.date().tomorrow().ok()?.to_zoned_datetime(zone.clone()).ok()?;
    Some((start.timestamp().into(), end.timestamp().into()))
}

/// The most months, then years, by which a page of a list is named; beyond that it carries the list's own key.
const MOST: i32 = 6;

/// The keys of the later part of a list that shows stories from `oldest` to `newest`. Only what is published in those
/// months (or years, where the list is sparse) makes it stale, so that a busy day doesn't press the whole archive.
pub(crate) fn span(id: impl Into<Uuid>, oldest: Timestamp, newest: Timestamp) -> Vec<SurrogateKey> {
    let id = id.into();
    let (from, to) = (month_number(oldest), month_number(newest));
    if to < from || to - from < MOST {
        return (from.min(to)..=from.max(to))
            .map(|month| month_key(id, month))
            .collect();
    }
    let (from, to) = (from.div_euclid(12), to.div_euclid(12));
    if to - from < MOST {
        return (from..=to)
            .map(|year| SurrogateKey::list(&format!("{id}/{year}")))
            .collect();
    }
    vec![list(id)]
}

/// The keys of a list's month and year that a moment lies in. Months are those of UTC on both sides.
pub(crate) fn moments(id: Uuid, at: Timestamp) -> [SurrogateKey; 2] {
    let month = month_number(at);
    [
        month_key(id, month),
        SurrogateKey::list(&format!("{id}/{}", month.div_euclid(12))),
    ]
}

fn month_key(id: Uuid, month: i32) -> SurrogateKey {
    SurrogateKey::list(&format!(
        "{id}/{}-{:02}",
        month.div_euclid(12),
        month.rem_euclid(12) + 1
    ))
}

fn month_number(at: Timestamp) -> i32 {
    let date = jiff::tz::Offset::UTC.to_datetime(at.to_jiff()).date();
    i32::from(date.year()) * 12 + i32::from(date.month()) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn a_part_of_a_list_is_named_by_what_lies_in_it() {
        let id = Uuid::from_u128(7);
        let few = span(id, at("2025-11-30T00:00:00Z"), at("2026-02-01T00:00:00Z"));
        assert_eq!(few.len(), 4);
        let many = span(id, at("2020-11-30T00:00:00Z"), at("2022-02-01T00:00:00Z"));
        assert_eq!(many.len(), 3, "by years");
        assert_eq!(
            span(id, at("1990-01-01T00:00:00Z"), at("2022-02-01T00:00:00Z")),
            vec![list(id)]
        );
        for inside in ["2025-11-30T00:00:00Z", "2025-12-24T18:00:00Z", "2026-02-01T00:00:00Z"] {
            assert!(moments(id, at(inside)).iter().any(|key| few.contains(key)), "{inside}");
        }
        assert!(
            !moments(id, at("2026-03-01T00:00:00Z"))
                .iter()
                .any(|key| few.contains(key))
        );
        assert!(
            moments(id, at("2021-07-01T00:00:00Z"))
                .iter()
                .any(|key| many.contains(key))
        );
    }
}
