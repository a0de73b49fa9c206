//! The places that a reader chose, one a component, and the short text that a cookie keeps of them.

use super::{Component, PlaceId};

/// The places of one reader. Empty where none was chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Chosen([Option<PlaceId>; Component::ALL.len()]);

impl Chosen {
    /// Reads [`Chosen::to_text`]. `None` for anything else, so that no two texts mean the same and a cookie that
    /// somebody else wrote is none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut chosen = Self::default();
        let mut parts = text.split('-');
        for place in &mut chosen.0 {
            *place = match parts.next()? {
                "" => None,
                id => Some(id.parse().ok()?),
            };
        }
        parts.next().is_none().then_some(chosen)
    }

    /// The ids in the components' order with `-` between them: at most 43 characters, digits and `-` alone.
    pub fn to_text(&self) -> String {
        let ids: Vec<String> = self
            .0
            .iter()
            .map(|place| place.map(|id| id.to_string()).unwrap_or_default())
            .collect();
        ids.join("-")
    }

    /// The place for a component.
    pub fn of(&self, component: Component) -> Option<PlaceId> {
        self.each()
            .find(|(known, _)| *known == component)
            .and_then(|(_, place)| place)
    }

    /// Sets or clears the place for a component.
    pub fn set(&mut self, component: Component, place: Option<PlaceId>) {
        for (known, kept) in Component::ALL.into_iter().zip(&mut self.0) {
            if known == component {
                *kept = place;
            }
        }
    }

    /// Every component with its place.
    pub fn each(&self) -> impl Iterator<Item = (Component, Option<PlaceId>)> + '_ {
        Component::ALL.into_iter().zip(self.0)
    }

    /// Whether no place is chosen for anything.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_list_of_four_places_is_none() {
        for wrong in ["", "1", "1-2-3", "1-2-3-4-5", "1-2-3-x", "01---", "-1", "1-2-3-4 "] {
            assert_eq!(Chosen::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Chosen::parse("---"), Some(Chosen::default()));
    }

    proptest! {
        #[test]
        fn a_text_is_read_back(ids in prop::array::uniform4(prop::option::of(1_u32..))) {
            let mut chosen = Chosen::default();
            for (component, id) in Component::ALL.into_iter().zip(ids) {
                chosen.set(component, id.map(PlaceId));
                prop_assert_eq!(chosen.of(component), id.map(PlaceId));
            }
            let text = chosen.to_text();
            prop_assert!(text.len() <= 43);
            prop_assert_eq!(Chosen::parse(&text), Some(chosen));
        }
    }
}
