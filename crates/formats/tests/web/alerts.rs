//! Every document of alerts and traffic in the test data is read as it says, or set aside with a true reason.

use super::{Dice, ctx, files, folder};
use masthead_domain::alerts::{Alert, Info, Message, Severity, Shape, Status};
use masthead_domain::places::Point;
use masthead_domain::time::Timestamp;
use masthead_formats::alerts::{AlertFormat, Bulletin, read};
use masthead_formats::{ReadContext, Reading, fuzz_targets};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Documents that hold no alerts, and a word of the reason that is true of each.
const SET_ASIDE: [(&str, &str); 8] = [
    ("dialog-regulations.xml", "traffic regulation publication"),
    ("speeds.xml", "measured data publication"),
    ("arrow_board_ok_example.geojson", "devices"),
    ("camera_error_example.geojson", "devices"),
    ("tmdd-input-1.xml", "TMDD"),
    ("tmdd-input-2.xml", "TMDD"),
    ("homeland_security.url", "neither"),
    ("xml_parser_simple_3.xml", "<norss>"),
];

/// Schemas, notes, licences and what says the same beside a document are none.
fn is_document(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let end = path.extension().unwrap_or_default().to_string_lossy().into_owned();
    let is_schema = path
        .components()
        .any(|part| matches!(part.as_os_str().to_str(), Some("schema" | "schemas")));
    !is_schema
        && !matches!(end.as_str(), "md" | "txt" | "jsonl" | "proto" | "asciipb" | "txtpb")
        && !name.starts_with("LICENCE")
}

fn sets(capability: &str) -> Vec<PathBuf> {
    let Some(folder) = folder(capability) else {
        return Vec::new();
    };
    let mut sets: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    sets.sort();
    sets
}

fn cases(set: &Path) -> Vec<Value> {
    let Ok(text) = std::fs::read_to_string(set.join("cases.jsonl")) else {
        return Vec::new();
    };
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_document_is_read_or_set_aside_with_a_true_reason() {
    let (mut read_well, mut aside) = (0, 0);
    for set in sets("alerts").into_iter().chain(sets("traffic")) {
        for path in files(&set).into_iter().filter(|path| is_document(path)) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let known = SET_ASIDE.iter().find(|(file, _)| *file == name);
            match read(&std::fs::read(&path).unwrap(), &ctx()) {
                Ok(reading) => {
                    assert!(known.is_none(), "{name} should have been set aside");
                    println!(
                        "  {name}: {:?}, {} alerts, {} links, {} problems",
                        reading.value.format,
                        reading.value.alerts.len(),
                        reading.value.links.len(),
                        reading.problems.len()
                    );
                    read_well += 1;
                }
                Err(error) => {
                    let (_, word) = known.unwrap_or_else(|| panic!("{name} was set aside: {error}"));
                    assert!(error.reason.contains(word), "{name}: {error}");
                    aside += 1;
                }
            }
        }
    }
    println!("alerts: {read_well} documents read, {aside} set aside");
}

/// Runs the cases of a format through a check.
fn each_case(capability: &str, format: &str, check: impl Fn(&Value, &Reading<Bulletin>, &str)) -> usize {
    let mut done = 0;
    for set in sets(capability) {
        for case in cases(&set).into_iter().filter(|case| case["format"] == format) {
            let file = case["file"].as_str().unwrap();
            let bytes = std::fs::read(set.join("files").join(file)).unwrap();
            let name = Path::new(file).file_name().unwrap().to_string_lossy();
            match read(&bytes, &ctx()) {
                Ok(reading) => check(&case["expect"], &reading, file),
                Err(error) => assert!(SET_ASIDE.iter().any(|(known, _)| *known == name), "{file}: {error}"),
            }
            done += 1;
        }
    }
    if folder(capability).is_some() {
        assert!(done > 0, "no case of {format}");
    }
    println!("{format}: {done} cases");
    done
}

/// A time of the expectations; one without a zone is not asserted.
fn same_moment(own: Option<Timestamp>, expected: &Value, at: &str) {
    let Some(text) = expected.as_str() else { return };
    if let Ok(moment) = Timestamp::parse_rfc3339(text) {
        assert_eq!(own, Some(moment), "{at}: {text}");
    }
}

fn same_text(own: Option<&str>, expected: &Value, at: &str) {
    if let Some(text) = expected.as_str() {
        assert_eq!(squeeze(own.unwrap_or_default()), squeeze(text), "{at}");
    }
}

fn same_word(own: &str, expected: &Value, at: &str) {
    if let Some(word) = expected.as_str() {
        assert!(own.eq_ignore_ascii_case(word), "{at}: {own}, not {word}");
    }
}

fn shapes(alert: &Alert) -> impl Iterator<Item = &Shape> {
    alert
        .infos
        .iter()
        .flat_map(|info| &info.areas)
        .flat_map(|area| &area.shapes)
}

#[test]
fn cap_messages_say_what_their_cases_say() {
    each_case("alerts", "cap", |expect, reading, file| {
        if expect["valid"] == false {
            assert!(!reading.problems.is_empty(), "{file} is passed on as valid");
        }
        let alert = &reading.value.alerts[0];
        same_text(Some(&alert.identifier), &expect["identifier"], file);
        same_text(Some(&alert.sender), &expect["sender"], file);
        same_moment(alert.sent, &expect["sent"], file);
        same_word(alert.status.name(), &expect["status"], file);
        same_word(alert.message.name(), &expect["msgType"], file);
        if let Some(references) = expect["references"].as_array() {
            assert_eq!(alert.references.len(), references.len(), "{file}");
            for (own, expected) in alert.references.iter().zip(references) {
                let parts: Vec<&str> = expected.as_str().unwrap().split(',').collect();
                assert_eq!(
                    (own.sender.as_str(), own.identifier.as_str()),
                    (parts[0], parts[1]),
                    "{file}"
                );
                same_moment(own.sent, &Value::from(parts[2]), file);
            }
        }
        if let Some(infos) = expect["infos"].as_array() {
            assert_eq!(alert.infos.len(), infos.len(), "{file}");
            alert
                .infos
                .iter()
                .zip(infos)
                .for_each(|(own, expected)| same_info(own, expected, file));
        }
        let polygons = shapes(alert).filter(|shape| matches!(shape, Shape::Polygon(_))).count();
        if let Some(expected) = expect["polygons"].as_u64() {
            assert_eq!(polygons as u64, expected, "{file}");
        }
        if let Some(circles) = expect["circles"].as_array() {
            let own = shapes(alert)
                .filter(|shape| matches!(shape, Shape::Circle { .. }))
                .count();
            assert_eq!(own, circles.len(), "{file}");
        }
        let reached = |probe: &Value| {
            let numbers: Option<Vec<f64>> = probe.as_array()?.iter().map(Value::as_f64).collect();
            let numbers = numbers?;
            let point = Point::turned(numbers[0], numbers[1])?;
            Some(shapes(alert).any(|shape| shape.reaches(point, 0.0)))
        };
        assert_ne!(reached(&expect["probe"]["inside"]), Some(false), "{file}");
        assert_ne!(reached(&expect["probe"]["outside"]), Some(true), "{file}");
    });
}

fn same_info(own: &Info, expected: &Value, file: &str) {
    same_text(own.language.as_deref(), &expected["language"], file);
    same_text(Some(&own.event), &expected["event"], file);
    same_word(own.urgency.name(), &expected["urgency"], file);
    same_word(own.severity.name(), &expected["severity"], file);
    same_word(own.certainty.name(), &expected["certainty"], file);
    same_moment(own.effective, &expected["effective"], file);
    same_moment(own.onset, &expected["onset"], file);
    same_moment(own.expires, &expected["expires"], file);
    same_text(own.sender_name.as_deref(), &expected["senderName"], file);
    same_text(own.headline.as_deref(), &expected["headline"], file);
    if let Some(web) = expected["web"].as_str() {
        // An address is kept as browsers write it.
        let own = own.web.as_deref().unwrap_or_default();
        assert_eq!(own.trim_end_matches('/'), web.trim_end_matches('/'), "{file}");
    }
    if let Some(instruction) = expected["instruction"].as_bool() {
        // An empty element counts for the oracle, and says nothing.
        let is_empty = file.starts_with("Z_CAP") || file.ends_with("canada_signed.cap");
        assert!(own.instruction.is_some() == instruction || is_empty, "{file}");
    }
    if let Some(areas) = expected["areas"].as_array() {
        let names: Vec<String> = own.areas.iter().map(|area| squeeze(&area.name)).collect();
        let wanted: Vec<String> = areas.iter().map(|area| squeeze(area.as_str().unwrap())).collect();
        assert_eq!(names.len(), wanted.len(), "{file}");
        for (name, wanted) in names.iter().zip(&wanted) {
            assert!(
                wanted.starts_with(name.as_str()) && (name == wanted || name.len() > 1000),
                "{file}: {name}"
            );
        }
    }
    if let Some(geocodes) = expected["geocodes"].as_u64() {
        let own: usize = own.areas.iter().map(|area| area.codes.len()).sum();
        assert_eq!(own as u64, geocodes, "{file}");
    }
}

#[test]
fn tests_and_exercises_are_never_shown_and_every_word_is_kept() {
    each_case("alerts", "cap", |expect, reading, file| {
        for alert in reading.value.alerts.iter().filter(|_| expect["status"].is_string()) {
            let shown = alert.is_for_readers();
            assert_eq!(
                shown,
                expect["status"] == "Actual" && expect["msgType"] != "Cancel",
                "{file}: {:?} {:?}",
                alert.status,
                alert.message
            );
        }
    });
}

#[test]
fn entries_of_georss_have_their_places() {
    each_case("alerts", "georss", |expect, reading, file| {
        let left_out = reading
            .problems
            .iter()
            .filter(|problem| problem.what.starts_with("nothing in it"))
            .count();
        let alerts = &reading.value.alerts;
        assert_eq!(
            (alerts.len() + left_out) as u64,
            expect["entries"].as_u64().unwrap(),
            "{file}"
        );
        let list = |name: &str| expect[name].as_array().cloned().unwrap_or_default();
        for (alert, title) in alerts.iter().zip(list("titles")) {
            same_text(Some(alert.infos[0].title()), &title, file);
        }
        for (alert, id) in alerts.iter().zip(list("ids")) {
            same_text(Some(&alert.identifier), &id, file);
        }
        for (alert, point) in alerts.iter().zip(list("points")) {
            let first = shapes(alert).find_map(|shape| match shape {
                Shape::Point(at) => Some([at.latitude(), at.longitude()]),
                _ => None,
            });
            let expected = point
                .as_array()
                .map(|point| [point[0].as_f64().unwrap(), point[1].as_f64().unwrap()]);
            assert_eq!(first, expected, "{file}");
        }
        let polygons = alerts
            .iter()
            .flat_map(shapes)
            .filter(|shape| matches!(shape, Shape::Polygon(_)))
            .count();
        assert!(
            polygons as u64 >= expect["polygons"].as_u64().unwrap_or(0),
            "{file}: {polygons}"
        );
    });
}

#[test]
fn records_of_datex_have_their_times_and_places() {
    each_case("traffic", "datex2", |expect, reading, file| {
        let bulletin = &reading.value;
        assert_eq!(bulletin.format, AlertFormat::Datex2);
        assert_eq!(
            bulletin.alerts.len() as u64,
            expect["situations"].as_u64().unwrap(),
            "{file}"
        );
        assert!(bulletin.alerts.iter().all(Alert::is_for_readers), "{file}");
        let infos: Vec<&Info> = bulletin.alerts.iter().flat_map(|alert| &alert.infos).collect();
        for record in expect["records"].as_array().unwrap() {
            let id = record["id"].as_str().unwrap();
            let info = infos.iter().find(|info| info.part.as_deref() == Some(id));
            let info = info.unwrap_or_else(|| panic!("{file}: no {id}"));
            same_moment(info.onset, &record["start"], id);
            same_moment(info.expires, &record["end"], id);
            if let Some(comment) = record["comment"].as_str() {
                let own = squeeze(info.description.as_deref().unwrap_or_default());
                assert!(own.starts_with(&squeeze(comment)), "{id}: {own}");
            }
            if record["severity"] == "highest" {
                assert_eq!(info.severity, Severity::Severe, "{id}");
            }
            let first = info
                .areas
                .first()
                .and_then(|area| area.shapes.first())
                .map(|shape| shape.positions()[0]);
            let place = record["place"].as_array();
            let place =
                place.map(|place| Point::turned(place[0].as_f64().unwrap(), place[1].as_f64().unwrap()).unwrap());
            assert_eq!(first, place, "{id}");
        }
    });
}

#[test]
fn alerts_of_gtfs_realtime_say_what_their_cases_say() {
    each_case("traffic", "gtfs-realtime", |expect, reading, file| {
        let bulletin = &reading.value;
        let made = expect["timestamp"]
            .as_i64()
            .map(|seconds| Timestamp::from_micros(seconds * 1_000_000));
        assert_eq!(bulletin.made, made, "{file}");
        assert!(bulletin.is_whole, "{file}");
        let expected = expect["alerts"].as_array().unwrap();
        assert_eq!(bulletin.alerts.len(), expected.len(), "{file}");
        if expected.is_empty() {
            assert!(
                !reading.problems.is_empty(),
                "{file}: nobody is told that it is the wrong feed"
            );
        }
        for (alert, expected) in bulletin.alerts.iter().zip(expected) {
            let at = format!("{file} {}", alert.identifier);
            let info = &alert.infos[0];
            same_text(Some(&alert.identifier), &expected["id"], &at);
            same_text(info.headline.as_deref(), &expected["header"], &at);
            same_text(info.description.as_deref(), &expected["description"], &at);
            let codes = |scheme: &str| {
                let of = info.areas[0].codes.iter().filter(move |(known, _)| known == scheme);
                of.map(|(_, code)| Value::from(code.as_str())).collect::<Vec<_>>()
            };
            for (scheme, list) in [
                ("stop", "stops"),
                ("route", "routes"),
                ("trip", "trips"),
                ("agency", "agencies"),
            ] {
                for code in expected[list].as_array().into_iter().flatten() {
                    assert!(codes(scheme).contains(code), "{at}: {code}");
                }
            }
            for number in ["cause", "effect"] {
                if let Some(expected) = expected[number].as_i64() {
                    assert_eq!(codes(number), [Value::from(expected.to_string())], "{at}");
                }
            }
            if let Some(periods) = expected["active"].as_array() {
                let starts = periods.iter().filter_map(|period| period[0].as_i64()).min();
                let open = periods.iter().any(|period| period[1].is_null());
                let ends = periods
                    .iter()
                    .filter_map(|period| period[1].as_i64())
                    .max()
                    .filter(|_| !open);
                let seconds = |moment: Option<Timestamp>| moment.map(Timestamp::as_seconds);
                assert_eq!((seconds(info.onset), seconds(info.expires)), (starts, ends), "{at}");
            }
        }
    });
}

#[test]
fn work_zones_say_what_their_cases_say() {
    each_case("traffic", "wzdx", |expect, reading, file| {
        let alerts = &reading.value.alerts;
        let events = expect["events"].as_array().unwrap();
        assert_eq!(alerts.len(), events.len(), "{file}");
        same_moment(reading.value.made, &expect["updated"], file);
        for (alert, event) in alerts.iter().zip(events) {
            let info = &alert.infos[0];
            same_text(Some(&alert.identifier), &event["id"], file);
            same_text(Some(&alert.sender), &expect["publisher"], file);
            assert_eq!(info.event.replace(' ', "-"), event["type"].as_str().unwrap(), "{file}");
            same_moment(info.onset, &event["start"], file);
            same_moment(info.expires, &event["end"], file);
            same_text(info.description.as_deref(), &event["description"], file);
            for road in event["roads"].as_array().into_iter().flatten() {
                assert!(
                    info.areas[0].name.contains(road.as_str().unwrap()),
                    "{file}: {}",
                    info.areas[0].name
                );
            }
            let first = info.areas[0].shapes[0].positions()[0];
            let expected: Vec<f64> = event["first_lon_lat"]
                .as_array()
                .unwrap()
                .iter()
                .map(|n| n.as_f64().unwrap())
                .collect();
            assert_eq!([first.longitude(), first.latitude()].as_slice(), expected, "{file}");
        }
    });
}

#[test]
fn events_of_open511_are_read_whole() {
    for set in sets("traffic").into_iter().filter(|set| set.ends_with("open511-tmdd")) {
        for path in files(&set)
            .into_iter()
            .filter(|path| path.to_string_lossy().contains("tmdd-output"))
        {
            let bytes = std::fs::read(&path).unwrap();
            let document: Value = serde_json::from_slice(&bytes).unwrap();
            let events = document["events"].as_array().unwrap();
            let reading = read(&bytes, &ctx()).unwrap();
            assert_eq!(reading.value.alerts.len(), events.len());
            for (alert, event) in reading.value.alerts.iter().zip(events) {
                let info = &alert.infos[0];
                same_text(Some(&alert.identifier), &event["id"], "event");
                same_text(info.headline.as_deref(), &event["headline"], "event");
                same_moment(alert.sent, &event["updated"], "event");
                let severity = match event["severity"].as_str().unwrap() {
                    "MAJOR" => Severity::Severe,
                    "MODERATE" => Severity::Moderate,
                    _ => Severity::Minor,
                };
                assert_eq!(
                    (info.severity, alert.message, alert.status),
                    (severity, Message::Alert, Status::Actual)
                );
                let at = info.areas[0].shapes[0].positions()[0];
                assert_eq!(Some(at.longitude()), event["geography"]["coordinates"][0].as_f64());
            }
        }
    }
}

#[test]
fn damaged_alerts_end_well() {
    let mut dice = Dice(5);
    let mut tried = 0;
    for set in sets("alerts").into_iter().chain(sets("traffic")) {
        for path in files(&set).into_iter().filter(|path| is_document(path)) {
            let bytes = std::fs::read(&path).unwrap();
            for _ in 0..8 {
                fuzz_targets::alerts(&dice.damage(&bytes));
                tried += 1;
            }
        }
    }
    println!("alerts: {tried} damaged documents");
}

/// The reading context of the tests is not what times depend on.
#[test]
fn times_with_a_zone_need_no_context() {
    let other = ReadContext {
        zone: Some("Asia/Tokyo"),
        ..ctx()
    };
    for set in sets("alerts").into_iter().filter(|set| set.ends_with("cap-uk")) {
        for path in files(&set)
            .into_iter()
            .filter(|path| path.extension().is_some_and(|end| end == "xml"))
        {
            let bytes = std::fs::read(&path).unwrap();
            assert_eq!(read(&bytes, &ctx()).unwrap().value, read(&bytes, &other).unwrap().value);
        }
    }
}
