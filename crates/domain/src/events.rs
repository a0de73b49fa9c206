//! Facts that the store appends in the transaction that makes them true. Followers read nothing else.
//!
//! An event carries ids and facts, no text and nothing personal.

use crate::comments::policy::Scope;
use crate::ids::{
    AlertId, CommentId, ContributionId, FrontId, ListingId, PictureId, ProfileId, SiteId, StoryId, WireItemId,
};
use crate::listings::Category;
use crate::places::PlaceId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data")]
pub enum Event {
    /// A story became visible to readers for the first time, or again.
    #[serde(rename = "story.published")]
    StoryPublished(StoryFact),
    /// A visible story says something else, or stands elsewhere.
    #[serde(rename = "story.updated")]
    StoryUpdated(StoryFact),
    /// A story is no longer visible, and may come back.
    #[serde(rename = "story.withdrawn")]
    StoryWithdrawn(StoryFact),
    /// A story is gone for good.
    #[serde(rename = "story.killed")]
    StoryKilled(StoryFact),
    /// A story that readers don't see changed.
    #[serde(rename = "story.changed")]
    StoryChanged(StoryFact),
    /// A front's layout was launched.
    #[serde(rename = "front.launched")]
    FrontLaunched {
        /// The front.
        front: FrontId,
        /// Its site.
        site: SiteId,
    },
    /// The breaking-news banner of a site was set or cleared.
    #[serde(rename = "banner.changed")]
    BannerChanged {
        /// The site.
        site: SiteId,
    },
    /// Alerts began, changed or ended.
    #[serde(rename = "alerts.changed")]
    AlertsChanged {
        /// The alerts; empty where there were too many to name, and every page with alerts is stale.
        alerts: Vec<AlertId>,
        /// The squares of [`crate::alerts::cells::coarse`] in which they hold or held.
        cells: Vec<i64>,
    },
    /// What is most read or most commented was ranked anew, and is not what it was.
    #[serde(rename = "rankings.changed")]
    RankingsChanged {
        /// The rankings, by the ids that [`crate::rankings::Ranking::of`] gives them.
        lists: Vec<Uuid>,
    },
    /// A site, its sections, menus, topics' or authors' names changed: all its pages are stale.
    #[serde(rename = "site.changed")]
    SiteChanged {
        /// The site.
        site: SiteId,
    },
    /// A picture's public renditions are there.
    #[serde(rename = "picture.rendered")]
    PictureRendered {
        /// The picture.
        picture: PictureId,
        /// The stories that show it.
        stories: Vec<StoryId>,
    },
    /// An agency's item was taken in.
    #[serde(rename = "wire.received")]
    WireReceived {
        /// The item.
        item: WireItemId,
        /// The story made from it, if one was.
        story: Option<StoryId>,
    },
    /// A profile's page says something else, or is gone.
    #[serde(rename = "profile.changed")]
    ProfileChanged {
        /// The profile.
        profile: ProfileId,
    },
    /// An account was deleted by its owner; its profile is a tombstone now.
    #[serde(rename = "account.deleted")]
    AccountDeleted {
        /// The profile that it had.
        profile: ProfileId,
        /// Whether what it wrote goes too; otherwise it stays without a name.
        with_comments: bool,
    },
    /// A forecast came, ran out or did not come.
    #[serde(rename = "forecast.changed")]
    ForecastChanged {
        /// Its place.
        place: PlaceId,
    },
    /// Somebody wants every node's search index made anew.
    #[serde(rename = "search.rebuild")]
    SearchRebuild {},
    /// A comment was written, or stands otherwise than before.
    #[serde(rename = "comment.changed")]
    CommentChanged(CommentFact),
    /// A reader's contribution was sent, decided on or taken back.
    #[serde(rename = "contribution.changed")]
    ContributionChanged {
        /// The contribution.
        contribution: ContributionId,
        /// Whose it is.
        profile: ProfileId,
        /// Where it stands now, by the name of its state.
        state: String,
    },
    /// A call-out was made or changed, or its time came or went.
    #[serde(rename = "call-out.changed")]
    CallOutChanged {
        /// Its site.
        site: SiteId,
        /// What it stands beside: a story, a topic, a section, or the site for its home front.
        places: Vec<Uuid>,
    },
    /// What holds for comments changed on a step of the ladder.
    #[serde(rename = "policy.changed")]
    PolicyChanged {
        /// The step.
        scope: Scope,
    },
    /// Listings came, changed or went, or a source of them fell silent.
    #[serde(rename = "listings.changed")]
    ListingsChanged {
        /// The categories whose lists are not what they were.
        categories: Vec<Category>,
        /// The listings; at most a few hundred.
        listings: Vec<ListingId>,
    },
    /// A partner slot was made or changed, or its time came or went.
    #[serde(rename = "partners.changed")]
    PartnersChanged {
        /// The site whose pages show it; all when there is none.
        site: Option<SiteId>,
    },
    /// Time changed what holds for comments under these stories, or something of their writers changed.
    #[serde(rename = "comments.turned")]
    CommentsTurned {
        /// The stories.
        stories: Vec<StoryId>,
    },
}

/// What followers need to know about a comment's change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentFact {
    /// The comment.
    pub comment: CommentId,
    /// Its story.
    pub story: StoryId,
    /// Its writer.
    pub profile: ProfileId,
    /// What happened: `posted`, `revised`, `decided`, `deleted`, `liked`, `held`.
    pub change: String,
    /// Whether readers see it now.
    pub shown: bool,
    /// Taken in by an import of old material: nobody is notified.
    #[serde(default)]
    pub import: bool,
}

/// What followers need to know about a story's change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoryFact {
    /// The story.
    pub story: StoryId,
    /// The sites it stands on, or stood on before the change.
    pub sites: Vec<SiteId>,
    /// Every list it is in or was in before the change: sites, sections, topics, authors by their ids.
    pub lists: Vec<Uuid>,
    /// Taken in by an import of old material: nobody is notified.
    #[serde(default)]
    pub import: bool,
}

impl Event {
    /// The stable name.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::StoryPublished(_) => "story.published",
            Self::StoryUpdated(_) => "story.updated",
            Self::StoryWithdrawn(_) => "story.withdrawn",
            Self::StoryKilled(_) => "story.killed",
            Self::StoryChanged(_) => "story.changed",
            Self::FrontLaunched { .. } => "front.launched",
            Self::BannerChanged { .. } => "banner.changed",
            Self::AlertsChanged { .. } => "alerts.changed",
            Self::RankingsChanged { .. } => "rankings.changed",
            Self::SiteChanged { .. } => "site.changed",
            Self::PictureRendered { .. } => "picture.rendered",
            Self::WireReceived { .. } => "wire.received",
            Self::ProfileChanged { .. } => "profile.changed",
            Self::AccountDeleted { .. } => "account.deleted",
            Self::ForecastChanged { .. } => "forecast.changed",
            Self::SearchRebuild {} => "search.rebuild",
            Self::CommentChanged(_) => "comment.changed",
            Self::ContributionChanged { .. } => "contribution.changed",
            Self::CallOutChanged { .. } => "call-out.changed",
            Self::PolicyChanged { .. } => "policy.changed",
            Self::ListingsChanged { .. } => "listings.changed",
            Self::PartnersChanged { .. } => "partners.changed",
            Self::CommentsTurned { .. } => "comments.turned",
        }
    }

    /// The fact's data alone, as the store keeps it beside the kind.
    pub fn data(&self) -> serde_json::Value {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(mut object)) => object.remove("data").unwrap_or(serde_json::Value::Null),
            _ => serde_json::Value::Null,
        }
    }

    /// A stored fact. `None` for a kind that this version doesn't know: an older node beside a newer one skips it.
    pub fn from_stored(kind: &str, data: &serde_json::Value) -> Option<Self> {
        serde_json::from_value(serde_json::json!({ "kind": kind, "data": data })).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_and_back_and_unknown_kinds_are_skipped() {
        let event = Event::FrontLaunched {
            front: FrontId(Uuid::nil()),
            site: SiteId(Uuid::nil()),
        };
        assert_eq!(Event::from_stored(event.kind(), &event.data()), Some(event));
        let bare = Event::SearchRebuild {};
        assert_eq!(Event::from_stored(bare.kind(), &bare.data()), Some(bare));
        assert_eq!(Event::from_stored("tea.served", &serde_json::json!({})), None);
    }
}
