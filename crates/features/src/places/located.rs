//! Which places a story is about: as an editor writes them, and as an agency's item names them.

use super::{Places, world};
use masthead_domain::places::{Located, PlaceKind, folded};
use masthead_domain::wire::{NewsItem, SubjectKind};
use masthead_gazetteer::Place;

/// The most places of one story.
pub(crate) const MOST: usize = 12;

/// A name in an item counts for a town of so many people: smaller ones share their names with people and things.
const TOWN: u32 = 15_000;

/// The places as an editor's form holds them: `Name (id)`, with semicolons.
pub(crate) fn written(located: &[Located]) -> String {
    let lines: Vec<String> = located
        .iter()
        .map(|one| format!("{} ({})", one.name, one.place))
        .collect();
    lines.join("; ")
}

/// Reads what an editor wrote: names with semicolons, each with a country behind a comma where it needs one, or with the
/// id in brackets that was there.
///
/// # Errors
/// The first name that there is no place of.
pub(crate) fn read(places: &Places, known: &[Located], text: &str) -> Result<Vec<Located>, String> {
    let mut located: Vec<Located> = Vec::new();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let one = read_one(places, known, part).ok_or_else(|| part.chars().take(80).collect::<String>())?;
        if !located.iter().any(|other| other.place == one.place) {
            located.push(one);
        }
    }
    Ok(located)
}

fn read_one(places: &Places, known: &[Located], part: &str) -> Option<Located> {
    if let Some((name, id)) = part.strip_suffix(')').and_then(|part| part.rsplit_once('(')) {
        let (name, id) = (name.trim(), id.trim().parse().ok()?);
        // What the story has already stays, even where the settings no longer name the region.
        let kept = known.iter().find(|one| one.place == id && one.name == name);
        return kept.cloned().or_else(|| places.find(id).map(|place| of(&place)));
    }
    let found = places.named(part, None).into_iter().next();
    found.or_else(|| in_country(places, part)).map(|place| of(&place))
}

/// `Paris, Texas` or `Paris, FR`.
fn in_country<'a>(places: &'a Places, text: &str) -> Option<Place<'a>> {
    let (name, within) = text.rsplit_once(',')?;
    let wanted = folded(within);
    let lies = |place: &Place<'_>| {
        place.country.eq_ignore_ascii_case(within.trim())
            || folded(place.country_name) == wanted
            || folded(place.province_name) == wanted
    };
    places.named(name, None).into_iter().find(lies)
}

fn of(place: &Place<'_>) -> Located {
    Located {
        place: place.id,
        name: place.name.to_owned(),
    }
}

/// The places that an item names: its subjects that are places, where it was made, and its dateline. What is no place
/// that we know, or could as well be anything else, is left out; an editor can add it.
pub(crate) fn of_item(item: &NewsItem) -> Vec<Located> {
    let subjects = item
        .subjects
        .iter()
        .filter(|subject| subject.kind == SubjectKind::Place);
    let names = subjects
        .filter_map(|subject| subject.name.as_deref())
        .chain(item.located.as_deref())
        .chain(item.dateline.as_deref().and_then(dated));
    let mut located: Vec<Located> = Vec::new();
    for name in names {
        if let Some(place) = certain(name)
            && located.len() < MOST
            && !located.iter().any(|one| one.place == place.id)
        {
            located.push(of(&place));
        }
    }
    located
}

/// `PARIS, Nov 3 (Agency) -` begins with a place.
fn dated(dateline: &str) -> Option<&str> {
    let end = dateline.find(['(', '–', '—', '/']).unwrap_or(dateline.len());
    let name = dateline.get(..end)?.trim().trim_end_matches(['-', ' ']);
    (!name.is_empty()).then_some(name)
}

fn certain(name: &str) -> Option<Place<'static>> {
    let fits = |place: &Place<'_>| place.kind != PlaceKind::Town || place.population >= TOWN;
    let whole = world(name, None).into_iter().find(fits);
    whole.or_else(|| {
        let (town, rest) = name.split_once(',')?;
        let within = folded(rest);
        let lies = |place: &Place<'_>| folded(place.country_name) == within || folded(place.province_name) == within;
        let found = world(town, None);
        // A day behind the comma says nothing about where.
        found
            .iter()
            .find(|place| lies(place))
            .or_else(|| found.iter().find(|place| fits(place)))
            .copied()
    })
}

/// A place as the list to choose from names it.
pub(crate) fn offered(places: &Places, place: &Place<'_>, language: &str) -> String {
    format!("{} ({})", places.label(place, language), place.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use masthead_domain::wire::Subject;

    fn names(located: &[Located]) -> Vec<(&str, u32)> {
        located.iter().map(|one| (one.name.as_str(), one.place.0)).collect()
    }

    #[test]
    fn an_editor_names_places_in_words_and_gets_them_back() {
        let places = Places::default();
        let located = read(&places, &[], "Berlin; Paris, Texas; germany; Berlin").unwrap();
        assert_eq!(
            located[0],
            Located {
                place: masthead_domain::places::PlaceId(2_950_159),
                name: "Berlin".into()
            }
        );
        assert_eq!((located.len(), located[2].name.as_str()), (3, "Germany"));
        assert_eq!(places.find(located[1].place).unwrap().province_name, "Texas");
        assert_eq!(read(&places, &[], &written(&located)).unwrap(), located);
        assert_eq!(read(&places, &[], "Berlin; Nowhere Town").unwrap_err(), "Nowhere Town");
        // A region that the settings no longer have.
        let gone = [Located {
            place: masthead_domain::places::PlaceId::own(3).unwrap(),
            name: "The Marsh".into(),
        }];
        assert_eq!(read(&places, &gone, &written(&gone)).unwrap(), gone);
        assert!(read(&places, &[], &written(&gone)).is_err());
    }

    #[test]
    fn an_items_places_are_its_subjects_and_where_it_was_made() {
        let item = NewsItem {
            located: Some("Tunis".into()),
            dateline: Some("LONDON, Nov 3 (Agency) -".into()),
            subjects: vec![
                Subject {
                    kind: SubjectKind::Place,
                    name: Some("Germany".into()),
                    ..Subject::default()
                },
                Subject {
                    kind: SubjectKind::Person,
                    name: Some("Paris".into()),
                    ..Subject::default()
                },
                Subject {
                    kind: SubjectKind::Place,
                    name: Some("Middle of Nowhere".into()),
                    ..Subject::default()
                },
            ],
            ..NewsItem::default()
        };
        let located = of_item(&item);
        assert_eq!(
            names(&located),
            [("Germany", 2_921_044), ("Tunis", 2_464_470), ("London", 2_643_743)]
        );
        assert!(of_item(&NewsItem::default()).is_empty());
    }
}
