//! What profiles of countries do differently, each by a document of our own.

use crate::alerts::tests::{bulletin, moment, reason};
use crate::alerts::{Bulletin, read as read_alerts};
use crate::problem::ReadContext;
use masthead_domain::alerts::{Alert, Message, Shape, Status};
use masthead_domain::places::Point;
use masthead_domain::time::Timestamp;

fn point(lat: f64, lon: f64) -> Point {
    Point::turned(lat, lon).unwrap()
}

/// A publication of version 3 around situations.
fn publication(situations: &str) -> String {
    format!(
        r#"<d2:payload xmlns:d2="http://datex2.eu/schema/3/d2Payload" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="sit:SituationPublication" lang="eng" modelBaseVersion="3">
        <com:publicationTime>2026-11-25T09:00:00Z</com:publicationTime><com:publicationCreator><com:country>xx</com:country><com:nationalIdentifier>Quays</com:nationalIdentifier></com:publicationCreator>{situations}</d2:payload>"#
    )
}

fn situation(header: &str, records: &str) -> Bulletin {
    let header = format!("<sit:headerInformation>{header}</sit:headerInformation>");
    bulletin(&publication(&format!(
        r#"<sit:situation id="Q1">{header}{records}</sit:situation>"#
    )))
}

/// A situation with one record, whose insides are given.
fn record(inside: &str) -> Alert {
    let record =
        format!(r#"<sit:situationRecord xsi:type="sit:MaintenanceWorks" id="Q1-1">{inside}</sit:situationRecord>"#);
    situation("<com:informationStatus>real</com:informationStatus>", &record)
        .alerts
        .remove(0)
}

fn shapes(location: &str) -> Vec<Shape> {
    let alert = record(&format!("<sit:locationReference>{location}</sit:locationReference>"));
    alert.infos[0]
        .areas
        .first()
        .map(|area| area.shapes.clone())
        .unwrap_or_default()
}

#[test]
fn a_message_about_the_exchange_ends_nothing() {
    let alive =
        r#"<d2LogicalModel modelBaseVersion="2"><exchange><keepAlive>true</keepAlive></exchange></d2LogicalModel>"#;
    for document in [
        alive.to_owned(),
        format!("<soap:Envelope><soap:Body>{alive}</soap:Body></soap:Envelope>"),
        "<con:messageContainer><con:exchangeInformation/></con:messageContainer>".to_owned(),
    ] {
        assert!(reason(&document).contains("without a publication"), "{document}");
    }
}

#[test]
fn a_quiet_day_is_read_by_the_name_of_its_element_or_its_type() {
    for document in [
        r#"<sit:situationPublication lang="fi" modelBaseVersion="3"><com:publicationTime>2026-11-25T09:00:00Z</com:publicationTime></sit:situationPublication>"#,
        r#"<SituationPublication/>"#,
        r#"<d2LogicalModel><payloadPublication xsi:type="SituationPublication"/></d2LogicalModel>"#,
    ] {
        let read = bulletin(document);
        assert!(read.alerts.is_empty() && read.is_whole, "{document}");
    }
    // Of several payloads the one of situations is read, wherever it stands.
    let both = r#"<mc:messageContainer><mc:payload xsi:type="vms:VmsPublication"><com:publicationTime>2026-11-25T01:00:00Z</com:publicationTime></mc:payload>
        <mc:payload xsi:type="sit:SituationPublication"><com:publicationTime>2026-11-25T09:00:00Z</com:publicationTime></mc:payload></mc:messageContainer>"#;
    assert_eq!(bulletin(both).made, moment("2026-11-25T09:00:00Z"));
}

#[test]
fn what_is_sent_as_it_happens_is_not_all() {
    let pushed = |exchange: &str| {
        bulletin(&format!(
            r#"<d2LogicalModel><exchange><subscription>{exchange}</subscription></exchange><payloadPublication xsi:type="SituationPublication"/></d2LogicalModel>"#
        ))
        .is_whole
    };
    assert!(!pushed("<operatingMode>operatingMode1</operatingMode>"));
    assert!(!pushed("<updateMethod>singleElementUpdate</updateMethod>"));
    assert!(pushed(
        "<operatingMode>operatingMode1</operatingMode><updateMethod>snapshot</updateMethod>"
    ));
    assert!(pushed("<operatingMode>operatingMode3</operatingMode>"));
}

#[test]
fn who_may_know_is_said_of_the_whole_and_of_its_records() {
    let records = |overrides: [&str; 2]| {
        overrides
            .iter()
            .enumerate()
            .map(|(number, word)| {
                let word = if word.is_empty() {
                    String::new()
                } else {
                    format!("<sit:confidentialityOverride>{word}</sit:confidentialityOverride>")
                };
                format!(r#"<sit:situationRecord xsi:type="sit:Accident" id="r{number}">{word}</sit:situationRecord>"#)
            })
            .collect::<String>()
    };
    let told = |header: &str, overrides: [&str; 2]| {
        let header = format!("<com:confidentiality>{header}</com:confidentiality>");
        let alert = situation(&header, &records(overrides)).alerts.remove(0);
        (alert.is_public, alert.infos.len())
    };
    assert_eq!(told("noRestriction", ["", ""]), (true, 2));
    assert_eq!(
        told("restrictedToAuthoritiesTrafficOperatorsAndPublishers", ["", ""]),
        (true, 2)
    );
    assert_eq!(told("restrictedToAuthorities", ["", ""]), (false, 2));
    assert_eq!(told("noRestriction", ["internalUse", ""]), (true, 1));
    assert_eq!(told("noRestriction", ["internalUse", "internalUse"]), (false, 2));
    assert_eq!(told("internalUse", ["noRestriction", ""]), (true, 1));
}

#[test]
fn a_test_is_one_wherever_that_is_said() {
    assert_eq!(record("").status, Status::Actual);
    let beside = r#"<sit:situationRecord xsi:type="sit:Accident" id="r"><com:informationStatus>test</com:informationStatus></sit:situationRecord>"#;
    let document = publication(&format!(r#"<sit:situation id="Q1">{beside}</sit:situation>"#));
    assert_eq!(bulletin(&document).alerts[0].status, Status::Test);
}

#[test]
fn records_that_ended_were_refused_or_are_suspended_are_gone() {
    for gone in [
        "<sit:management><com:lifeCycleManagement><com:end>1</com:end></com:lifeCycleManagement></sit:management>",
        "<sit:management><com:lifeCycleManagement><com:cancel>true</com:cancel></com:lifeCycleManagement></sit:management>",
        "<sit:validity><com:validityStatus>suspended</com:validityStatus></sit:validity>",
        "<sit:operatorActionStatus>rejected</sit:operatorActionStatus>",
    ] {
        assert_eq!(record(gone).message, Message::Cancel, "{gone}");
    }
    let goes_on = "<sit:management><com:lifeCycleManagement><com:cancel>false</com:cancel><com:end>false</com:end></com:lifeCycleManagement></sit:management>";
    assert_eq!(record(goes_on).message, Message::Alert);
    // An end is as new as its record: what was sent before is older.
    let ended = record(
        "<sit:situationRecordVersionTime>2026-11-25T08:30:00Z</sit:situationRecordVersionTime><sit:management><com:lifeCycleManagement><com:end>true</com:end></com:lifeCycleManagement></sit:management>",
    );
    assert_eq!(ended.sent, moment("2026-11-25T08:30:00Z"));
}

#[test]
fn periods_end_what_has_no_end_as_a_whole() {
    let ends = |periods: &str| {
        let times = format!(
            "<sit:validity><com:validityTimeSpecification><com:overallStartTime>2026-11-25T06:00:00Z</com:overallStartTime>{periods}</com:validityTimeSpecification></sit:validity>"
        );
        record(&times).infos[0].expires
    };
    let night = |day: u8, end: bool| {
        let end = if end {
            format!("<com:endOfPeriod>2026-11-{day}T05:00:00+01:00</com:endOfPeriod>")
        } else {
            String::new()
        };
        format!(
            "<com:validPeriod><com:startOfPeriod>2026-11-{day}T00:00:00+01:00</com:startOfPeriod>{end}</com:validPeriod>"
        )
    };
    assert_eq!(
        ends(&(night(27, true) + &night(26, true))),
        moment("2026-11-27T04:00:00Z")
    );
    assert_eq!(ends(&(night(27, true) + &night(26, false))), None);
    assert_eq!(ends(""), None);
}

#[test]
fn each_language_says_what_is_meant_for_everybody() {
    let alert = record(
        r#"<sit:generalPublicComment><sit:comment><com:values><com:value lang="en"/><com:value lang="ger">Brücke gesperrt</com:value><com:value lang="en">Bridge shut</com:value></com:values></sit:comment></sit:generalPublicComment>
        <sit:nonGeneralPublicComment><sit:comment><com:values><com:value lang="en">Ask Pete for the key</com:value></com:values></sit:comment></sit:nonGeneralPublicComment>
        <sit:cause><sit:causeDescription><com:values><com:value lang="en">unused</com:value></com:values></sit:causeDescription></sit:cause>
        <sit:reroutingItineraryDescription><com:values><com:value lang="en">By the coast road</com:value></com:values></sit:reroutingItineraryDescription>
        <sit:source><com:sourceName><com:values><com:value lang="de">Hafenamt</com:value><com:value lang="en">Harbour Office</com:value></com:values></com:sourceName></sit:source>
        <sit:roadMaintenanceType _extendedValue="quayRepair">_extended</sit:roadMaintenanceType>
        <sit:locationReference><loc:supplementaryPositionalDescription><loc:locationDescription><com:values><com:value lang="en">Pier bridge, northbound</com:value></com:values></loc:locationDescription>
        <loc:roadInformation><loc:roadDestination><com:values><com:value lang="en">Lighthouse</com:value></com:values></loc:roadDestination><loc:roadNumber>C7</loc:roadNumber></loc:roadInformation></loc:supplementaryPositionalDescription></sit:locationReference>"#,
    );
    let spoken: Vec<_> = alert.infos.iter().map(|info| info.language.as_deref()).collect();
    assert_eq!(spoken, [Some("de"), Some("en")]);
    let english = alert.info_for("en").unwrap();
    assert_eq!(
        english.description.as_deref(),
        Some("Bridge shut\n\nPier bridge, northbound")
    );
    assert_eq!(english.instruction.as_deref(), Some("By the coast road"));
    assert_eq!(english.sender_name.as_deref(), Some("Harbour Office"));
    assert_eq!(english.title(), "Quay repair: C7 → Lighthouse");
    let german = alert.info_for("de").unwrap();
    assert!(german.description.as_deref().unwrap().starts_with("Brücke gesperrt"));
}

#[test]
fn without_a_comment_the_cause_is_told() {
    let alert = record(
        "<sit:cause><sit:causeType>roadMaintenance</sit:causeType><sit:causeDescription><com:values><com:value>Burst main</com:value></com:values></sit:causeDescription></sit:cause>",
    );
    assert_eq!(alert.infos[0].description.as_deref(), Some("Burst main"));
    assert_eq!(
        alert.infos[0].language.as_deref(),
        Some("en"),
        "the publication's, in two letters"
    );
}

#[test]
fn roads_come_before_towns() {
    let alert = record(
        r#"<sit:locationReference><loc:tpegLinearLocation><loc:to><loc:pointCoordinates><loc:latitude>53.1</loc:latitude><loc:longitude>9.1</loc:longitude></loc:pointCoordinates>
        <loc:name><loc:descriptor><com:values><com:value>Quayton</com:value></com:values></loc:descriptor><loc:tpegOtherPointDescriptorType>townName</loc:tpegOtherPointDescriptorType></loc:name>
        <loc:name><loc:descriptor><com:values><com:value>C7</com:value></com:values></loc:descriptor><loc:tpegOtherPointDescriptorType>linkName</loc:tpegOtherPointDescriptorType></loc:name>
        <loc:_tpegNonJunctionPointExtension><loc:extendedTpegNonJunctionPoint><es:municipality>Quayton</es:municipality><es:province>Northshore</es:province></loc:extendedTpegNonJunctionPoint></loc:_tpegNonJunctionPointExtension></loc:to></loc:tpegLinearLocation></sit:locationReference>"#,
    );
    assert_eq!(alert.infos[0].areas[0].name, "C7, Quayton, Northshore");
    assert_eq!(alert.infos[0].areas[0].shapes, [Shape::Point(point(53.1, 9.1))]);
}

#[test]
fn lists_of_positions_are_read_as_their_system_says() {
    let line = vec![point(53.5, 9.9), point(53.6, 9.8)];
    let list = |around: &str, list: &str| {
        shapes(&format!(
            "<loc:gmlLineString{around}><loc:posList>{list}</loc:posList></loc:gmlLineString>"
        ))
    };
    for system in [
        "",
        " srsName=\"EPSG:4326\"",
        " srsName=\"urn:ogc:def:crs:EPSG::4258\"",
        " srsName=\"WGS84\"",
    ] {
        assert_eq!(
            list(system, "53.5 9.9 53.6 9.8"),
            [Shape::Line(line.clone())],
            "{system}"
        );
    }
    assert_eq!(
        list(" srsDimension=\"3\"", "53.5 9.9 12 53.6 9.8 13"),
        [Shape::Line(line.clone())]
    );
    assert_eq!(
        list(
            " srsName=\"http://www.opengis.net/def/crs/OGC/1.3/CRS84\"",
            "9.9 53.5 9.8 53.6"
        ),
        [Shape::Line(line.clone())]
    );
    assert!(
        list(" srsName=\"EPSG:31370\"", "50.1 30.2 50.2 30.3").is_empty(),
        "metres are no degrees"
    );
    // A line whose point in the middle can't be is not drawn around it.
    assert!(list("", "53.5 9.9 530.6 9.85 53.6 9.8").is_empty());
    // The other order shows where the same location has a point beside it.
    let beside = r#"<loc:coordinatesForDisplay><loc:latitude>53.5</loc:latitude><loc:longitude>9.9</loc:longitude></loc:coordinatesForDisplay>
        <loc:gmlLineString><loc:posList>9.9 53.5 9.8 53.6</loc:posList></loc:gmlLineString>"#;
    assert_eq!(shapes(beside), [Shape::Point(point(53.5, 9.9)), Shape::Line(line)]);
}

#[test]
fn a_system_that_is_not_read_is_named() {
    let document = publication(
        r#"<sit:situation id="Q1"><sit:situationRecord xsi:type="sit:Accident" id="r"><sit:locationReference><loc:gmlLineString srsName="EPSG:31370"><loc:posList>150000.0 200000.0 150200.0 200150.0</loc:posList></loc:gmlLineString></sit:locationReference></sit:situationRecord></sit:situation>"#,
    );
    let now = Timestamp::parse_rfc3339("2026-11-25T09:30:00Z").unwrap();
    let reading = read_alerts(document.as_bytes(), &ReadContext::at(now)).unwrap();
    assert!(
        reading.problems[0].what.contains("EPSG:31370"),
        "{:?}",
        reading.problems
    );
    assert_eq!(reading.value.alerts[0].status, Status::Actual);
}

#[test]
fn areas_have_their_outer_ring_alone() {
    let area = r#"<loc:gmlMultiPolygon><loc:gmlPolygon srsName="EPSG:4326"><loc:exterior><loc:posList>53 9 53 10 54 10 53 9</loc:posList></loc:exterior>
        <loc:interior><loc:posList>53.1 9.2 53.1 9.3 53.2 9.3 53.1 9.2</loc:posList></loc:interior></loc:gmlPolygon></loc:gmlMultiPolygon>"#;
    let ring = [(53.0, 9.0), (53.0, 10.0), (54.0, 10.0), (53.0, 9.0)].map(|(lat, lon)| point(lat, lon));
    assert_eq!(shapes(area), [Shape::Polygon(ring.to_vec())]);
}

#[test]
fn references_of_openlr_are_lines_and_areas() {
    let coordinate = |lat: f64, lon: f64| {
        format!(
            "<loc:openlrCoordinates><loc:latitude>{lat}</loc:latitude><loc:longitude>{lon}</loc:longitude></loc:openlrCoordinates>"
        )
    };
    let (first, last, third) = (coordinate(53.5, 9.9), coordinate(53.6, 9.8), coordinate(53.5, 9.7));
    let line = format!(
        "<loc:openlrLinear><loc:openlrLineLocationReference><loc:openlrLocationReferencePoint>{first}</loc:openlrLocationReferencePoint><loc:openlrLastLocationReferencePoint>{last}</loc:openlrLastLocationReferencePoint></loc:openlrLineLocationReference></loc:openlrLinear>"
    );
    assert_eq!(shapes(&line), [Shape::Line(vec![point(53.5, 9.9), point(53.6, 9.8)])]);
    let area = format!(
        "<loc:openlrAreaLocationReference><loc:openlrPolygonCorners>{first}{last}{third}</loc:openlrPolygonCorners></loc:openlrAreaLocationReference>"
    );
    assert_eq!(
        shapes(&area),
        [Shape::Polygon(vec![
            point(53.5, 9.9),
            point(53.6, 9.8),
            point(53.5, 9.7)
        ])]
    );
    // Nothing but a line of at least two points stands in these bytes: a header, a point, attributes, a step, attributes.
    let binary = shapes(
        "<loc:linearExtension><loc:openlrBinary>CwcKPSYLYSU+jwBk/zgzGw==</loc:openlrBinary></loc:linearExtension>",
    );
    let [Shape::Line(points)] = binary.as_slice() else {
        panic!("{binary:?}")
    };
    assert_eq!(points.len(), 2);
    assert!(points[0].distance_km(point(53.5, 9.9)) < 0.01, "{points:?}");
    assert!(shapes("<loc:openlrBinary>FRC2FRC2</loc:openlrBinary>").is_empty());
}

#[test]
fn a_line_by_its_coordinates_is_one_line() {
    let at = |lat: f64, lon: f64| format!("<latitude>{lat}</latitude><longitude>{lon}</longitude>");
    let (a, b, c, d) = (at(53.1, 9.1), at(53.2, 9.2), at(53.3, 9.3), at(53.4, 9.4));
    let line = [53.1, 53.2, 53.3, 53.4].map(|lat| point(lat, lat - 44.0));
    let written = format!(
        r#"<linearExtension><extendedLinear><linearByCoordinates><start>{a}</start><end>{d}</end>
        <intermediate index="2"><pointCoordinates>{c}</pointCoordinates></intermediate><intermediate index="1"><pointCoordinates>{b}</pointCoordinates></intermediate></linearByCoordinates></extendedLinear></linearExtension>"#
    );
    let found = shapes(&written);
    let [Shape::Line(points)] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert_eq!(points.len(), 4);
    for (own, expected) in points.iter().zip(line) {
        assert!(own.distance_km(expected) < 0.001, "{points:?}");
    }
    let ends = format!(
        "<linearByCoordinatesExtension><linearCoordinatesStartPoint><pointCoordinates>{a}</pointCoordinates></linearCoordinatesStartPoint><linearCoordinatesEndPoint><pointCoordinates>{d}</pointCoordinates></linearCoordinatesEndPoint></linearByCoordinatesExtension>"
    );
    assert_eq!(shapes(&ends), [Shape::Line(vec![point(53.1, 9.1), point(53.4, 9.4)])]);
}
