//! Each format by a document of our own, and what decides whether an alert is shown.

use super::*;
use masthead_domain::alerts::{Kind, Message, Severity, Shape, Status};
use masthead_domain::places::Point;

const NOW: &str = "2026-11-25T09:30:00Z";

fn ctx() -> ReadContext<'static> {
    ReadContext::at(Timestamp::parse_rfc3339(NOW).unwrap())
}

pub(super) fn bulletin(document: &str) -> Bulletin {
    read(document.as_bytes(), &ctx()).unwrap().value
}

pub(super) fn reason(document: &str) -> String {
    read(document.as_bytes(), &ctx()).unwrap_err().reason
}

pub(super) fn moment(text: &str) -> Option<Timestamp> {
    Some(Timestamp::parse_rfc3339(text).unwrap())
}

#[test]
fn a_cap_message_inside_an_exercise_of_its_envelope_is_no_real_one() {
    let message = r#"<cap:alert xmlns:cap="urn:oasis:names:tc:emergency:cap:1.2"><cap:identifier>q7</cap:identifier>
        <cap:sender>quay@harbour.example</cap:sender><cap:sent>2026-11-25T09:00:00+01:00</cap:sent><cap:status>Actual</cap:status>
        <cap:msgType>Cancel</cap:msgType><cap:scope>Public</cap:scope>
        <cap:references>quay@harbour.example,q5,2026-11-25T07:00:00+01:00 quay@harbour.example,q6,2026-11-25T08:00:00+01:00</cap:references>
        </cap:alert>"#;
    let alone = bulletin(message);
    assert_eq!(alone.alerts[0].status, Status::Actual);
    assert_eq!(alone.alerts[0].message, Message::Cancel);
    assert_eq!(alone.alerts[0].references[1].identifier, "q6");
    assert_eq!(alone.alerts[0].references[1].sent, moment("2026-11-25T07:00:00Z"));
    assert!(!alone.is_whole, "a message says nothing about others");
    let wrapped = format!(
        "<EDXLDistribution><distributionStatus>Exercise</distributionStatus><contentObject>{message}</contentObject></EDXLDistribution>"
    );
    assert_eq!(bulletin(&wrapped).alerts[0].status, Status::Exercise);
}

#[test]
fn a_word_that_nobody_knows_is_never_taken_for_real() {
    let odd = bulletin("<alert><identifier>a</identifier><status>Actuall</status><scope>Private</scope></alert>");
    assert_eq!(odd.alerts[0].status, Status::Unknown);
    assert!(!odd.alerts[0].is_public);
}

#[test]
fn a_cut_message_is_kept_and_not_shown() {
    let cut = "<alert><identifier>a</identifier><sender>s</sender><status>Actual</status><msgType>Alert</msgType><info><event>Flo";
    let reading = read(cut.as_bytes(), &ctx()).unwrap();
    assert!(!reading.value.alerts[0].is_for_readers());
    assert!(reading.problems.iter().any(|problem| problem.what.contains("cut off")));
}

#[test]
fn an_index_leads_on_to_its_messages() {
    let feed = r#"<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:q</id><entry><id>1</id><title>Gale</title>
        <link type="application/cap+xml" href="https://harbour.example/1"/></entry></feed>"#;
    let index = bulletin(feed);
    assert_eq!(index.links, ["https://harbour.example/1"]);
    assert!(index.alerts.is_empty() && !index.is_whole);
}

#[test]
fn datex_of_both_versions_says_the_same() {
    let record = |prefix: &str, location: &str| {
        format!(
            r#"<situation id="S1"><overallSeverity>highest</overallSeverity><headerInformation><confidentiality>noRestriction</confidentiality><informationStatus>real</informationStatus></headerInformation>
            <situationRecord xsi:type="{prefix}MaintenanceWorks" id="S1-1" version="2"><situationRecordVersionTime>2026-11-25T08:00:00Z</situationRecordVersionTime>
            <validity><validityStatus>active</validityStatus><validityTimeSpecification><overallStartTime>2026-11-25T06:00:00Z</overallStartTime><overallEndTime>2026-11-27T18:00:00Z</overallEndTime></validityTimeSpecification></validity>
            <generalPublicComment><comment><values><value lang="de">Gesperrt</value><value lang="en">Closed</value></values></comment></generalPublicComment>
            <{location}><roadNumber>A7</roadNumber><pointByCoordinates><pointCoordinates><latitude>53.5</latitude><longitude>9.9</longitude></pointCoordinates></pointByCoordinates></{location}>
            <alternativeRoute><pointCoordinates><latitude>1</latitude><longitude>1</longitude></pointCoordinates></alternativeRoute>
            </situationRecord></situation>"#
        )
    };
    let two = format!(
        r#"<d2LogicalModel modelBaseVersion="2"><payloadPublication xsi:type="SituationPublication" lang="de"><publicationTime>2026-11-25T09:00:00Z</publicationTime>{}</payloadPublication></d2LogicalModel>"#,
        record("", "groupOfLocations")
    );
    let three = format!(
        r#"<mc:messageContainer><mc:payload xsi:type="sit:SituationPublication" lang="de"><com:publicationTime>2026-11-25T09:00:00Z</com:publicationTime>{}</mc:payload></mc:messageContainer>"#,
        record("sit:", "locationReference")
    );
    let (two, three) = (bulletin(&two), bulletin(&three));
    assert_eq!(two, three);
    assert!(two.is_whole);
    let alert = &two.alerts[0];
    assert_eq!(
        (alert.kind, alert.status, alert.identifier.as_str()),
        (Kind::Traffic, Status::Actual, "S1")
    );
    assert_eq!(alert.infos.len(), 2, "one a language");
    let info = alert.info_for("de").unwrap();
    assert_eq!(
        (info.title(), info.description.as_deref()),
        ("Maintenance works: A7", Some("Gesperrt"))
    );
    assert_eq!(
        (info.severity, info.expires),
        (Severity::Severe, moment("2026-11-27T18:00:00Z"))
    );
    assert_eq!(info.areas[0].shapes, [Shape::Point(Point::turned(53.5, 9.9).unwrap())]);
}

#[test]
fn a_datex_exercise_is_one_and_other_publications_are_named() {
    let test = r#"<d2LogicalModel><payloadPublication xsi:type="SituationPublication"><situation id="x"><headerInformation><informationStatus>securityExercise</informationStatus><confidentiality>internalUse</confidentiality></headerInformation></situation></payloadPublication></d2LogicalModel>"#;
    let alert = &bulletin(test).alerts[0];
    assert_eq!(alert.status, Status::Exercise);
    assert!(!alert.is_public);
    let other = r#"<d2LogicalModel><payloadPublication xsi:type="MeasuredDataPublication"/></d2LogicalModel>"#;
    assert!(reason(other).contains("measured data publication"));
}

#[test]
fn incidents_of_cifs() {
    let feed = r#"{"incidents":[{"id":"101","type":"ROAD_CLOSED","subtype":"ROAD_CLOSED_HAZARD","polyline":"51.51 -0.0069 51.52 -0.007","street":"Quay Street",
        "starttime":"2026-11-25T08:00:00+00:00","endtime":"2026-11-25T18:00:00+00:00","description":"Burst main"}]}"#;
    let found = bulletin(feed);
    let info = &found.alerts[0].infos[0];
    assert_eq!((found.format, found.is_whole), (AlertFormat::Cifs, true));
    assert_eq!(
        (info.title(), info.severity),
        ("Road closed hazard: Quay Street", Severity::Severe)
    );
    assert_eq!(info.expires, moment("2026-11-25T18:00:00Z"));
    let line = [(51.51, -0.0069), (51.52, -0.007)].map(|(lat, lon)| Point::turned(lat, lon).unwrap());
    assert_eq!(info.areas[0].shapes, [Shape::Line(line.to_vec())]);
}

#[test]
fn features_of_the_weather_service() {
    let answer = r#"{"type":"FeatureCollection","features":[{"id":"https://api.weather.example/1","type":"Feature",
        "geometry":{"type":"Polygon","coordinates":[[[-120.1,38.4],[-119.9,38.3],[-119.7,38.5],[-120.1,38.4]]]},
        "properties":{"id":"urn:oid:1","areaDesc":"Alpine","geocode":{"SAME":["006003"],"UGC":["CAC003"]},"references":[{"identifier":"urn:oid:0","sender":"w@noaa.example","sent":"2026-11-25T08:00:00-08:00"}],
        "sent":"2026-11-25T09:00:00-08:00","effective":"2026-11-25T09:00:00-08:00","onset":null,"expires":"2026-11-25T12:00:00-08:00","ends":"2026-11-25T18:00:00-08:00",
        "status":"Test","messageType":"Update","severity":"Severe","certainty":"Observed","urgency":"Immediate","event":"Gale","sender":"w@noaa.example","headline":"Gale until six","description":"First.\n\nSecond.","instruction":null}}]}"#;
    let found = bulletin(answer);
    let alert = &found.alerts[0];
    assert_eq!(
        (alert.identifier.as_str(), alert.status, alert.message),
        ("urn:oid:1", Status::Test, Message::Update)
    );
    assert_eq!(alert.references[0].identifier, "urn:oid:0");
    assert_eq!(alert.infos[0].expires, moment("2026-11-26T02:00:00Z"));
    assert_eq!(alert.infos[0].description.as_deref(), Some("First.\n\nSecond."));
    assert!(alert.infos[0].areas[0].shapes[0].reaches(Point::turned(38.4, -119.9).unwrap(), 0.0));
    assert!(found.is_whole);
}

#[test]
fn events_of_open511_end_when_they_are_archived() {
    let event = |status: &str| {
        format!(
            r#"{{"events":[{{"id":"q/1","status":"{status}","event_type":"CONSTRUCTION","severity":"MAJOR","headline":"Works","updated":"2026-11-25T08:00:00Z",
            "schedule":{{"intervals":["2026-11-25T08:00Z/2026-11-26T08:00Z"]}},"roads":[{{"name":"Coast Road","from":"Pier","direction":"N"}}],"geography":{{"type":"Point","coordinates":[9.9,53.5]}}}}]}}"#
        )
    };
    let alert = bulletin(&event("ACTIVE")).alerts.remove(0);
    assert_eq!(alert.message, Message::Alert);
    assert_eq!(alert.infos[0].expires, moment("2026-11-26T08:00:00Z"));
    assert_eq!(alert.infos[0].areas[0].name, "Coast Road N (Pier)");
    assert_eq!(bulletin(&event("ARCHIVED")).alerts[0].message, Message::Cancel);
    let listed = bulletin(&event("ACTIVE").replace("[9.9,53.5]", "[[9.9,53.5]]"));
    assert_eq!(listed.alerts[0].infos[0].areas, alert.infos[0].areas);
}

#[test]
fn what_is_none_of_the_formats_is_said() {
    assert!(reason("").contains("empty"));
    assert!(reason("<html><body/></html>").contains("HTML"));
    assert!(reason("{\"a\":1}").contains("none of the formats"));
    assert!(reason("<open511/>").contains("no events"));
    assert!(reason("hello").contains("neither"));
}

#[test]
fn incidents_of_cifs_in_xml_say_what_they_say_in_json() {
    let xml = r#"<?xml version="1.0" encoding="UTF-8"?><incidents xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" timestamp="2026-11-25T09:00:00Z"><incident id="101">
        <creationtime>2026-11-25T07:00:00+00:00</creationtime><type>ROAD_CLOSED</type><subtype>ROAD_CLOSED_HAZARD</subtype><description>Burst main</description>
        <location><street>Quay Street</street><polyline>51.51 -0.0069 51.52 -0.007</polyline><direction>BOTH_DIRECTIONS</direction></location>
        <starttime>2026-11-25T08:00:00+00:00</starttime><endtime>2026-11-25T18:00:00+00:00</endtime><source><reference>w-9</reference><name>Water board</name></source></incident></incidents>"#;
    let json = r#"{"timestamp":"2026-11-25T09:00:00Z","incidents":[{"id":"101","creationtime":"2026-11-25T07:00:00+00:00","type":"ROAD_CLOSED","subtype":"ROAD_CLOSED_HAZARD","polyline":"51.51 -0.0069 51.52 -0.007","street":"Quay Street",
        "starttime":"2026-11-25T08:00:00+00:00","endtime":"2026-11-25T18:00:00+00:00","description":"Burst main","source":{"reference":"w-9","name":"Water board"}}]}"#;
    let (xml, json) = (bulletin(xml), bulletin(json));
    assert_eq!(xml, json);
    assert!(xml.is_whole);
    let alert = &xml.alerts[0];
    assert_eq!(
        (alert.identifier.as_str(), alert.sender.as_str()),
        ("101", "Water board")
    );
    assert_eq!(alert.infos[0].sender_name.as_deref(), Some("Water board"));
    assert_eq!(alert.infos[0].areas[0].name, "Quay Street");
    assert!(bulletin("<incidents/>").is_whole, "a quiet day");
}

#[test]
fn references_with_spaces_in_their_senders_are_whole() {
    let named = |references: &str| {
        let document = format!(
            "<alert><identifier>q7</identifier><sender>quay</sender><sent>2026-11-25T09:00:00Z</sent><status>Actual</status><msgType>Cancel</msgType><scope>Public</scope><references>{references}</references></alert>"
        );
        let named = bulletin(&document).alerts.remove(0).references.into_iter();
        named
            .map(|one| format!("{}|{}", one.sender, one.identifier))
            .collect::<Vec<_>>()
    };
    let moment = "2026-11-25T08:00:00+00:00";
    assert_eq!(
        named(&format!(
            "Harbour Office North,q5,{moment} Harbour Office North,q 6,{moment}"
        )),
        ["Harbour Office North|q5", "Harbour Office North|q 6"]
    );
    assert_eq!(named(&format!("a,q5,{moment}, a,q6,{moment}")), ["a|q5", "a|q6"]);
    assert_eq!(named(&format!("a,q5,{moment},a,q6,{moment}")), ["a|q5", "a|q6"]);
    assert_eq!(
        named(&format!("a,q5 a,q6,{moment}")),
        ["a|q6"],
        "what is not whole is no message"
    );
}

#[test]
fn other_lists_of_the_same_names_are_none() {
    for document in [
        r#"{"incidents":[{"type":"Feature","geometry":{"type":"Point","coordinates":[9.9,53.5]},"properties":{"iconCategory":8}}]}"#,
        r#"{"events":[{"id":"E1","title":"Wildfire","categories":[]}]}"#,
        r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"event_type":"Roadworks"},"geometry":null}]}"#,
    ] {
        assert!(reason(document).contains("none of the formats"), "{document}");
    }
    assert!(bulletin(r#"{"events":[]}"#).is_whole);
    assert!(bulletin(r#"{"incidents":[]}"#).is_whole);
}

#[test]
fn connected_work_zones_say_the_same_in_camel_case() {
    let snake = r#"{"feed_info":{"publisher":"Quays","update_date":"2026-11-25T09:00:00Z"},"type":"FeatureCollection","features":[{"id":"1","type":"Feature","properties":{"core_details":{"event_type":"work-zone","road_names":["Quay Street"],"direction":"northbound","description":"Paving","update_date":"2026-11-25T08:00:00Z"},
        "start_date":"2026-11-25T06:00:00Z","end_date":"2026-11-26T06:00:00Z","vehicle_impact":"all-lanes-closed","beginning_cross_street":"Pier","ending_cross_street":"Lighthouse"},"geometry":{"type":"LineString","coordinates":[[9.9,53.5],[9.8,53.6]]}}]}"#;
    let camel = r#"{"feedInfo":{"publisher":"Quays","updateDate":"2026-11-25T09:00:00Z"},"type":"FeatureCollection","features":[{"id":"1","type":"Feature","properties":{"coreDetails":{"eventType":"work-zone","roadNames":["Quay Street"],"direction":"northbound","description":"Paving","updateDate":"2026-11-25T08:00:00Z"},
        "startDate":"2026-11-25T06:00:00Z","endDate":"2026-11-26T06:00:00Z","vehicleImpact":"all-lanes-closed","beginningCrossStreet":"Pier","endingCrossStreet":"Lighthouse"},"geometry":{"type":"LineString","coordinates":[[9.9,53.5],[9.8,53.6]]}}]}"#;
    let (snake, camel) = (bulletin(snake), bulletin(camel));
    assert_eq!(snake, camel);
    let info = &snake.alerts[0].infos[0];
    assert_eq!(info.areas[0].name, "Quay Street northbound (Pier – Lighthouse)");
    assert_eq!(
        (info.severity, info.expires),
        (Severity::Severe, moment("2026-11-26T06:00:00Z"))
    );
}

#[test]
fn an_index_without_types_leads_on_by_its_addresses() {
    let feed = r#"<rss version="2.0"><channel><title>Warnings</title>
        <item><title>Gale</title><link>https://harbour.example/cap/7.xml</link></item>
        <item><title>Flood</title><link>https://harbour.example/8.html</link><enclosure url="https://harbour.example/map.xml" type="text/xml"/></item></channel></rss>"#;
    let index = bulletin(feed);
    assert_eq!(index.links, ["https://harbour.example/cap/7.xml"]);
    let placed = feed.replace(
        "<title>Gale</title>",
        "<title>Gale</title><georss:point>53.5 9.9</georss:point>",
    );
    assert!(
        bulletin(&placed).links.is_empty(),
        "an entry with a place is an alert itself"
    );
    assert_eq!(
        index.alerts[0].infos[0].web.as_deref(),
        Some("https://harbour.example/8.html")
    );
    assert!(!index.is_whole);
}

#[test]
fn an_entry_keeps_its_page_its_codes_and_its_box() {
    let feed = r#"<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:q</id><entry><id>1</id><title>Gale</title><updated>2026-11-25T08:00:00Z</updated>
        <link rel="self" href="https://harbour.example/1.atom"/><link rel="alternate" href="https://harbour.example/1"/>
        <cap:geocode><valueName>FIPS6</valueName><value>006001 006003</value><valueName>UGC</valueName><value>CAZ001</value></cap:geocode>
        <georss:where><gml:Envelope><gml:lowerCorner>53 9</gml:lowerCorner><gml:upperCorner>54 10</gml:upperCorner></gml:Envelope></georss:where></entry></feed>"#;
    let info = bulletin(feed).alerts.remove(0).infos.remove(0);
    assert_eq!(info.web.as_deref(), Some("https://harbour.example/1"));
    let codes: Vec<_> = info.areas[0]
        .codes
        .iter()
        .map(|(scheme, code)| format!("{scheme} {code}"))
        .collect();
    assert_eq!(codes, ["FIPS6 006001", "FIPS6 006003", "UGC CAZ001"]);
    assert!(info.areas[0].shapes[0].reaches(Point::turned(53.5, 9.5).unwrap(), 0.0));
}

#[test]
fn an_entry_that_is_its_own_list_is_no_alert() {
    let feed = r#"<feed xmlns="http://www.w3.org/2005/Atom"><id>https://harbour.example/list</id><title>Warnings</title><updated>2026-11-25T08:00:00Z</updated>
        <entry><id>https://harbour.example/list</id><title>There are no warnings</title><updated>2026-11-25T08:00:00Z</updated></entry></feed>"#;
    let read = bulletin(feed);
    assert!(read.alerts.is_empty() && read.is_whole);
}

#[test]
fn a_message_that_an_index_names_twice_is_asked_for_once() {
    let entry = r#"<entry><id>1</id><title>Gale</title><link type="application/cap+xml" href="https://harbour.example/1"/></entry>"#;
    let index = bulletin(&format!(
        r#"<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:q</id>{entry}{entry}</feed>"#
    ));
    assert_eq!(index.links, ["https://harbour.example/1"]);
}

#[test]
fn events_that_a_list_says_are_over_are_over() {
    let item = |current: &str| {
        let feed = format!(
            r#"<rss version="2.0"><channel><title>Events</title><item><guid>EQ1</guid><title>Quake</title><gdacs:iscurrent>{current}</gdacs:iscurrent><gdacs:fromdate>Wed, 25 Nov 2026 08:00:00 GMT</gdacs:fromdate><gdacs:alertlevel>Red</gdacs:alertlevel><georss:point>53.5 9.9</georss:point></item></channel></rss>"#
        );
        bulletin(&feed).alerts.remove(0)
    };
    assert!(item("true").is_for_readers() && !item("false").is_for_readers());
    assert_eq!(item("true").infos[0].onset, moment("2026-11-25T08:00:00Z"));
}
