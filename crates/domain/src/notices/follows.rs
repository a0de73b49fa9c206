//! What readers follow, and by which means they are told of it.

use crate::ids::{AuthorId, SiteId, TopicId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A way by which somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// A mail to the proved address of their account.
    Mail,
    /// A message to the browsers that they subscribed (Web Push, RFC 8030).
    Push,
}

impl Means {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Mail, Self::Push];

    /// The stable name, in the store and in strings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Push => "push",
        }
    }

    /// The means of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|means| means.name() == name)
    }
}

/// How soon somebody wants to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pace {
    /// When it happens, or when their quiet hours are over.
    Now,
    /// Put together with everything else until an hour that they chose.
    Digest,
}

impl Pace {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Now, Self::Digest];

    /// The stable name, in the store, forms and strings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Digest => "digest",
        }
    }

    /// The pace of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pace| pace.name() == name)
    }
}

/// What can be followed on a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Followed {
    /// What the site has its breaking-news banner for.
    Breaking,
    /// Stories about a topic.
    Topic(TopicId),
    /// Stories by an author.
    Author(AuthorId),
    /// Traffic and emergency alerts that reach the place chosen for the alerts component.
    Alerts,
}

impl Followed {
    /// The stable name of its kind, in the store, forms and strings.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Topic(_) => "topic",
            Self::Author(_) => "author",
            Self::Alerts => "alerts",
        }
    }

    /// The topic or author; nil where the kind says it all.
    pub const fn subject(self) -> Uuid {
        match self {
            Self::Breaking | Self::Alerts => Uuid::nil(),
            Self::Topic(topic) => topic.0,
            Self::Author(author) => author.0,
        }
    }

    /// From the name of a kind and its subject. `None` for a kind that this version doesn't know.
    pub fn from_parts(kind: &str, subject: Uuid) -> Option<Self> {
        match kind {
            "breaking" => Some(Self::Breaking),
            "topic" => Some(Self::Topic(TopicId(subject))),
            "author" => Some(Self::Author(AuthorId(subject))),
            "alerts" => Some(Self::Alerts),
            _ => None,
        }
    }
}

/// Somebody's wish to be told of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Follow {
    /// Of what.
    pub what: Followed,
    /// The site whose stories count, and in whose words and with whose addresses they are told.
    pub site: SiteId,
    /// By mail, and how soon; `None` for no mails.
    pub mail: Option<Pace>,
    /// By push, which is always at once.
    pub push: bool,
}

impl Follow {
    /// What following begins with: breaking news and alerts at once, the rest in the digest.
    pub const fn begun(what: Followed, site: SiteId) -> Self {
        let pace = match what {
            Followed::Breaking | Followed::Alerts => Pace::Now,
            Followed::Topic(_) | Followed::Author(_) => Pace::Digest,
        };
        Self {
            what,
            site,
            mail: Some(pace),
            push: false,
        }
    }

    /// How soon it is told by a means; `None` when it isn't.
    pub fn pace(&self, means: Means) -> Option<Pace> {
        match means {
            Means::Mail => self.mail,
            Means::Push => self.push.then_some(Pace::Now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for means in Means::ALL {
            assert_eq!(Means::parse(means.name()), Some(means));
        }
        for pace in Pace::ALL {
            assert_eq!(Pace::parse(pace.name()), Some(pace));
        }
        let id = Uuid::from_u128(7);
        for what in [
            Followed::Breaking,
            Followed::Topic(TopicId(id)),
            Followed::Author(AuthorId(id)),
            Followed::Alerts,
        ] {
            assert_eq!(Followed::from_parts(what.kind(), what.subject()), Some(what));
        }
        assert_eq!(Followed::from_parts("weather", id), None);
    }

    #[test]
    fn what_is_pressing_begins_at_once_and_push_has_no_digest() {
        let site = SiteId(Uuid::nil());
        let breaking = Follow::begun(Followed::Breaking, site);
        assert_eq!(
            (breaking.pace(Means::Mail), breaking.pace(Means::Push)),
            (Some(Pace::Now), None)
        );
        let topic = Follow {
            push: true,
            ..Follow::begun(Followed::Topic(TopicId(Uuid::nil())), site)
        };
        assert_eq!(
            (topic.pace(Means::Mail), topic.pace(Means::Push)),
            (Some(Pace::Digest), Some(Pace::Now))
        );
    }
}
