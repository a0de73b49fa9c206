//! Fronts: containers of cards that editors pin, filled up automatically after the pinned ones, no story twice.

use crate::ids::StoryId;
use crate::rankings::Ranking;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The layout of a front, as `front show` prints and `front set` reads it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrontLayout {
    /// A line over everything, in breaking news.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub banner: Option<Banner>,
    /// The containers from top to bottom.
    pub containers: Vec<Container>,
}

/// A breaking-news banner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Banner {
    /// What it says.
    pub text: String,
    /// The story it leads to; the banner is left out while readers can't see that story.
    pub story: StoryId,
}

/// A container of cards.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Container {
    /// Heading; empty for the lead container.
    pub title: String,
    /// How it looks; a word of the theme (`lead`, `grid`, `list`, `strip`).
    pub style: ContainerStyle,
    /// Cards that editors pinned, in order.
    pub cards: Vec<Card>,
    /// What fills it up after the pinned cards.
    pub fill: Fill,
    /// How many cards it shows at most.
    pub limit: usize,
}

/// How a container looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContainerStyle {
    /// One big card and smaller ones beside it.
    Lead,
    /// Cards of one size with pictures.
    #[default]
    Grid,
    /// Headlines.
    List,
    /// A row of pictures.
    Strip,
}

/// A pinned card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// The story.
    pub story: StoryId,
    /// A headline for this card alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
}

/// What fills a container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fill {
    /// Nothing: pinned cards only.
    None,
    /// The newest of the front's own list (site or section).
    #[default]
    Latest,
    /// The newest of a section, by its path (`world` or `world/europe`).
    Section(String),
    /// The newest of a topic, by its slug.
    Topic(String),
    /// The site's newest galleries.
    Galleries,
    /// What is read most on the site, or in the section whose front it is.
    MostRead,
    /// What is commented most of the last days.
    MostCommented,
}

impl Fill {
    /// The ranking that fills it, if one does.
    pub const fn ranking(&self) -> Option<Ranking> {
        match self {
            Self::MostRead => Some(Ranking::MostRead),
            Self::MostCommented => Some(Ranking::MostCommented),
            _ => None,
        }
    }
}

/// Stories of a ranking that a front shows where nobody says otherwise.
const RANKED: usize = 6;

impl Container {
    /// A list of headlines in the order of a ranking, with the theme's own words over it.
    fn ranked(fill: Fill) -> Self {
        Self {
            style: ContainerStyle::List,
            fill,
            limit: RANKED,
            ..Self::default()
        }
    }
}

/// Chooses a container's stories: pinned ones that readers can see first, then the fill's, none that `used` holds.
///
/// `pinned_visible` says of a pinned story whether readers may see it; `fill` is the newest first. What is chosen is
/// added to `used`, so that the next container repeats nothing.
pub fn arrange(
    container: &Container,
    pinned_visible: &dyn Fn(StoryId) -> bool,
    fill: &[StoryId],
    used: &mut HashSet<StoryId>,
) -> Vec<StoryId> {
    let pinned = container
        .cards
        .iter()
        .map(|card| card.story)
        .filter(|story| pinned_visible(*story));
    let mut chosen = Vec::with_capacity(container.limit.min(64));
    for story in pinned.chain(fill.iter().copied()) {
        if chosen.len() >= container.limit {
            break;
        }
        if used.insert(story) {
            chosen.push(story);
        }
    }
    chosen
}

impl FrontLayout {
    /// The layout of a home front nobody has curated: a lead, then a container for each section in menu
    /// order, then the rankings and the galleries.
    pub fn for_home(sections: &[(String, String)]) -> Self {
        let mut containers = vec![Container {
            style: ContainerStyle::Lead,
            limit: 7,
            ..Container::default()
        }];
        containers.extend(sections.iter().map(|(path, name)| Container {
            title: name.clone(),
            style: ContainerStyle::Grid,
            fill: Fill::Section(path.clone()),
            limit: 4,
            ..Container::default()
        }));
        containers.extend([Fill::MostRead, Fill::MostCommented].map(Container::ranked));
        containers.push(Container {
            style: ContainerStyle::Strip,
            fill: Fill::Galleries,
            limit: 8,
            ..Container::default()
        });
        Self {
            banner: None,
            containers,
        }
    }

    /// The layout of a section front nobody has curated.
    pub fn for_section() -> Self {
        Self {
            banner: None,
            containers: vec![
                Container {
                    style: ContainerStyle::Lead,
                    limit: 5,
                    ..Container::default()
                },
                Container {
                    style: ContainerStyle::Grid,
                    limit: 24,
                    ..Container::default()
                },
                Container::ranked(Fill::MostRead),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn story(number: u128) -> StoryId {
        StoryId(Uuid::from_u128(number))
    }

    #[test]
    fn pinned_first_then_filled_and_nothing_twice() {
        let container = Container {
            cards: vec![
                Card {
                    story: story(9),
                    headline: None,
                },
                Card {
                    story: story(2),
                    headline: None,
                },
            ],
            limit: 4,
            ..Container::default()
        };
        let mut used = HashSet::from([story(1)]);
        let fill: Vec<StoryId> = (1..10).map(story).collect();
        let chosen = arrange(&container, &|id| id != story(9), &fill, &mut used);
        assert_eq!(chosen, vec![story(2), story(3), story(4), story(5)]);
        let again = arrange(&container, &|_| true, &fill, &mut used);
        assert_eq!(again, vec![story(9), story(6), story(7), story(8)]);
    }
}
