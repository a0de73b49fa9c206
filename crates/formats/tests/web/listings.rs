//! Calendars of another project's tests, and schema.org's own examples of listings: each is read as it says of itself, or
//! set aside with a true reason.

use super::{Dice, ctx, files, folder};
use masthead_domain::listings::Category;
use masthead_formats::calendar::{self, Event};
use masthead_formats::listings::{Notation, Shape, read};
use masthead_formats::times;
use serde_json::Value;
use std::path::Path;

fn cases(folder: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join("cases.jsonl")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What an event says, by the names of the cases.
fn says(event: &Event, name: &str) -> Option<String> {
    let when = |when: &Option<calendar::When>| when.as_ref().map(|when| when.raw.clone());
    match name {
        "dtstart" => when(&event.dtstart),
        "dtend" => when(&event.dtend),
        "recurrence-id" => when(&event.recurrence_id),
        "tzid" => event.dtstart.as_ref().and_then(|when| when.tzid.clone()),
        "uid" => Some(event.uid.clone()),
        "summary" => Some(event.summary.clone()),
        "status" => Some(event.status.clone()),
        "location" => Some(event.location.clone()),
        "url" => Some(event.url.clone()),
        "duration" => Some(event.duration.clone()),
        "rrule" => Some(event.rrule.clone()),
        other => panic!("cases have a new name: {other}"),
    }
}

#[test]
fn calendars_say_what_they_say() {
    let Some(folder) = folder("calendar/icalendar") else {
        return;
    };
    let (mut asked, mut missed, mut smoke) = (0, Vec::new(), 0);
    for case in cases(&folder) {
        let file = case["file"].as_str().unwrap();
        let bytes = std::fs::read(folder.join("files").join(file)).unwrap();
        let reading = calendar::read(&bytes, &ctx());
        let Some(expected) = case["expect"]["events"].as_array() else {
            smoke += 1;
            match reading {
                Ok(reading) => println!(
                    "  {file}: {} events, {} problems",
                    reading.value.events.len(),
                    reading.problems.len()
                ),
                Err(error) => println!("  {file} set aside: {error}"),
            }
            continue;
        };
        let calendar = match reading {
            Ok(reading) => reading.value,
            Err(error) => {
                // A document without any component has no events either.
                assert!(expected.is_empty(), "{file}: {error}");
                continue;
            }
        };
        asked += 1;
        if calendar.events.len() != expected.len() {
            missed.push(format!(
                "{file}: {} events, not {}",
                calendar.events.len(),
                expected.len()
            ));
            continue;
        }
        for (event, expected) in calendar.events.iter().zip(expected) {
            for (name, value) in expected.as_object().unwrap() {
                asked += 1;
                let found = says(event, name).unwrap_or_default();
                if squeeze(&found) != squeeze(value.as_str().unwrap()) {
                    missed.push(format!("{file}: {name} {found:?}, not {value}"));
                }
            }
        }
    }
    missed.iter().for_each(|line| println!("  differs: {line}"));
    println!(
        "calendars: {} of {asked} facts as the documents say; {smoke} damaged ones end well",
        asked - missed.len()
    );
    assert!(
        asked > 300 && missed.len() * 100 <= asked,
        "{} of {asked} differ",
        missed.len()
    );
}

/// Compares one item of the examples; names what differs.
fn differs(entry: &masthead_domain::listings::Entry, expected: &Value) -> Vec<String> {
    let mut out = Vec::new();
    let mut say = |name: &str, found: String| {
        if let Some(value) = expected[name].as_str()
            && squeeze(&found) != squeeze(value)
        {
            out.push(format!("{name} {found:?}, not {value:?}"));
        }
    };
    say("name", entry.title.clone());
    say("place", entry.venue.clone());
    say("locality", entry.locality.clone());
    say("organization", entry.organisation.clone());
    if let Some(price) = &entry.price {
        say("currency", price.currency.clone());
        let wanted = expected["price"].as_str().and_then(|text| text.parse::<f64>().ok());
        let found: f64 = price.plain().parse().unwrap();
        if wanted.is_some_and(|wanted| (wanted - found).abs() > 0.001) {
            out.push(format!("price {found}, not {wanted:?}"));
        }
    } else if expected["price"].is_string() {
        out.push("no price".into());
    }
    let moment = |text: &str| times::moment(text, &ctx()).unwrap();
    let first = entry.dates.first();
    for (name, found) in [("start", first.map(|date| date.start)), ("posted", entry.published)] {
        if let Some(text) = expected[name].as_str()
            && found != Some(moment(text))
        {
            out.push(format!("{name} {found:?}, not {text}"));
        }
    }
    // A day as an end belongs to the event.
    if let Some(text) = expected["end"].as_str()
        && text.contains('T')
        && first.map(|date| date.end) != Some(moment(text))
    {
        out.push(format!("end {first:?}, not {text}"));
    }
    if let Some(status) = expected["status"].as_str()
        && entry.cancelled != (status == "EventCancelled")
    {
        out.push(format!("cancelled {}, but {status}", entry.cancelled));
    }
    out
}

#[test]
fn markup_of_listings_is_read_from_json_and_from_pages() {
    let Some(folder) = folder("listings/schema-org") else {
        return;
    };
    let shape = Shape {
        notation: Notation::Schema,
        category: Some(Category::WhatsOn),
        ..Shape::default()
    };
    let (mut asked, mut missed, mut aside) = (0, Vec::new(), 0);
    for case in cases(&folder) {
        let name = case["file"].as_str().unwrap();
        let expected: Vec<&Value> = case["expect"]["items"].as_array().unwrap().iter().collect();
        // The page beside a document says the same.
        let pages = [name.to_owned(), name.replace(".json", ".microdata.html")];
        for file in pages
            .iter()
            .map(|name| folder.join("files").join(name))
            .filter(|file| file.exists())
        {
            let shown = file.file_name().unwrap().to_string_lossy().into_owned();
            let is_listing = |item: &&Value| {
                let kind = item["type"].as_str().unwrap();
                kind.ends_with("Event") || ["JobPosting", "Apartment", "SingleFamilyResidence"].contains(&kind)
            };
            let wanted: Vec<&Value> = expected
                .iter()
                .copied()
                .filter(is_listing)
                .filter(|item| item["name"].is_string())
                .collect();
            match read(&std::fs::read(&file).unwrap(), &shape, &ctx()) {
                Ok(reading) => {
                    for item in wanted {
                        asked += 1;
                        let best = reading
                            .value
                            .iter()
                            .map(|entry| differs(entry, item))
                            .min_by_key(Vec::len);
                        let best = best.unwrap_or_else(|| vec!["nothing was read".into()]);
                        missed.extend(best.into_iter().map(|what| format!("{shown}: {what}")));
                    }
                }
                Err(error) => {
                    aside += 1;
                    assert!(wanted.is_empty(), "{shown}: {error}");
                }
            }
        }
    }
    missed.iter().for_each(|line| println!("  differs: {line}"));
    println!(
        "listings: {asked} read from JSON and pages, {} facts differ; {aside} are no listings",
        missed.len()
    );
    assert!(asked > 40 && missed.len() * 10 <= asked, "{} differ", missed.len());
}

#[test]
fn damaged_calendars_and_pages_end_well() {
    let mut dice = Dice(11);
    let mut tried = 0;
    for set in ["calendar", "listings"] {
        let Some(folder) = folder(set) else { return };
        for path in files(&folder) {
            let bytes = std::fs::read(&path).unwrap();
            for _ in 0..10 {
                let damaged = dice.damage(&bytes);
                for notation in [Notation::Csv, Notation::Json, Notation::ICalendar, Notation::Schema] {
                    let shape = Shape {
                        notation,
                        category: Some(Category::WhatsOn),
                        ..Shape::default()
                    };
                    match read(&damaged, &shape, &ctx()) {
                        Ok(reading) => assert!(
                            reading
                                .value
                                .iter()
                                .all(|entry| !entry.title.is_empty() && !entry.key.is_empty())
                        ),
                        Err(error) => assert!(!error.reason.is_empty()),
                    }
                    tried += 1;
                }
            }
        }
    }
    println!("listings: {tried} readings of damaged documents");
}
