//! What calendars say, and when their events happen. The rules' examples are those of RFC 5545, section 3.8.5.3, told of
//! other events.

use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn calendar(body: &str) -> Reading<Calendar> {
    let text = format!("BEGIN:VCALENDAR\r\n{body}\r\nEND:VCALENDAR\r\n");
    read(text.as_bytes(), &ReadContext::at(at("1997-01-01T00:00:00Z"))).unwrap()
}

/// The local beginnings of an event in New York, from the day of its first date on.
fn starts(properties: &str, until: &str) -> (Vec<String>, Vec<Problem>) {
    let body = format!("BEGIN:VEVENT\nUID:a\nDTSTART;TZID=America/New_York:19970902T090000\n{properties}\nEND:VEVENT");
    let reading = calendar(&body);
    let mut problems = Vec::new();
    let ctx = ReadContext::at(at("1997-01-01T00:00:00Z"));
    let window = (at("1997-09-01T00:00:00Z"), at(until));
    let dates = reading
        .value
        .dates(&reading.value.events[0], window, &ctx, &mut problems);
    let zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
    let shown = dates.iter().map(|span| {
        zone.to_datetime(span.start.to_jiff())
            .strftime("%m-%d %H:%M")
            .to_string()
    });
    (shown.collect(), problems)
}

fn days(rule: &str, until: &str) -> String {
    let (starts, problems) = starts(&format!("RRULE:{rule}"), until);
    assert_eq!(problems, [], "{rule}");
    let days: Vec<&str> = starts
        .iter()
        .map(|start| start.strip_suffix(" 09:00").unwrap())
        .collect();
    days.join(" ")
}

#[test]
fn rules_are_followed() {
    for (rule, until, expected) in [
        ("FREQ=DAILY;COUNT=4", "1998-01-01T00:00:00Z", "09-02 09-03 09-04 09-05"),
        (
            "FREQ=DAILY;INTERVAL=10;COUNT=3",
            "1998-01-01T00:00:00Z",
            "09-02 09-12 09-22",
        ),
        // The clocks go back on 26 October: it stays at nine.
        (
            "FREQ=WEEKLY;UNTIL=19971104T140000Z;INTERVAL=3",
            "1998-01-01T00:00:00Z",
            "09-02 09-23 10-14 11-04",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;UNTIL=19970920T000000Z;WKST=SU;BYDAY=TU,TH",
            "1998-01-01T00:00:00Z",
            "09-02 09-04 09-16 09-18",
        ),
        (
            "FREQ=MONTHLY;COUNT=4;BYDAY=1FR",
            "1998-01-01T00:00:00Z",
            "09-02 09-05 10-03 11-07",
        ),
        (
            "FREQ=MONTHLY;COUNT=4;BYDAY=-2MO",
            "1998-06-01T00:00:00Z",
            "09-02 09-22 10-20 11-17",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=-3",
            "1997-12-31T00:00:00Z",
            "09-02 09-28 10-29 11-28 12-29",
        ),
        (
            "FREQ=YEARLY;COUNT=3;BYMONTH=6,7",
            "2000-01-01T00:00:00Z",
            "09-02 06-02 07-02",
        ),
        ("FREQ=YEARLY;BYDAY=20MO", "1999-01-01T00:00:00Z", "09-02 05-18"),
        (
            "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
            "1999-01-01T00:00:00Z",
            "09-02 05-11",
        ),
        (
            "FREQ=YEARLY;BYYEARDAY=1,100,-1",
            "1998-12-01T00:00:00Z",
            "09-02 12-31 01-01 04-10",
        ),
        (
            "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
            "1998-04-01T00:00:00Z",
            "09-02 02-13 03-13",
        ),
        (
            "FREQ=MONTHLY;COUNT=4;BYDAY=TU,WE,TH;BYSETPOS=3",
            "1998-01-01T00:00:00Z",
            "09-02 09-04 10-07 11-06",
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
            "1997-12-01T00:00:00Z",
            "09-02 09-29 10-30 11-27",
        ),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2300-01-01T00:00:00Z", "09-02"),
    ] {
        assert_eq!(days(rule, until), expected, "{rule}");
    }
}

#[test]
fn the_window_bounds_what_has_no_end() {
    let body = "BEGIN:VEVENT\nUID:a\nDTSTART:19000101T100000Z\nDTEND:19000101T120000Z\nRRULE:FREQ=DAILY\nEND:VEVENT";
    let reading = calendar(body);
    let ctx = ReadContext::at(at("2026-03-01T11:00:00Z"));
    let window = (at("2026-03-01T11:00:00Z"), at("2026-03-04T00:00:00Z"));
    let dates = reading
        .value
        .dates(&reading.value.events[0], window, &ctx, &mut Vec::new());
    let starts: Vec<String> = dates.iter().map(|span| span.start.to_string()).collect();
    assert_eq!(
        starts,
        ["2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z", "2026-03-03T10:00:00Z"],
        "what has begun and is not over counts"
    );
    let far = (at("2026-03-01T11:00:00Z"), at("2030-03-04T00:00:00Z"));
    let dates = reading
        .value
        .dates(&reading.value.events[0], far, &ctx, &mut Vec::new());
    assert_eq!(dates.len(), MOST_DATES);
}

#[test]
fn what_is_added_and_what_is_left_out() {
    let rule = "RRULE:FREQ=DAILY;COUNT=5\nEXDATE;TZID=America/New_York:19970903T090000\nEXDATE;VALUE=DATE:19970905\n\
                RDATE;TZID=America/New_York;VALUE=PERIOD:19970910T140000/PT2H";
    let (starts, problems) = starts(rule, "1998-01-01T00:00:00Z");
    assert_eq!(problems, []);
    assert_eq!(starts, ["09-02 09:00", "09-04 09:00", "09-06 09:00", "09-10 14:00"]);
}

#[test]
fn an_instance_that_moved_is_where_it_moved_to() {
    let body = "BEGIN:VEVENT\nUID:a\nDTSTART:19970902T090000Z\nRRULE:FREQ=DAILY;COUNT=3\nEND:VEVENT\n\
                BEGIN:VEVENT\nUID:a\nRECURRENCE-ID:19970903T090000Z\nDTSTART:19970903T150000Z\nEND:VEVENT\n\
                BEGIN:VEVENT\nUID:b\nDTSTART:19970903T150000Z\nEND:VEVENT";
    let reading = calendar(body);
    let series = reading.value.series();
    assert_eq!(series.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
    let ctx = ReadContext::at(at("1997-01-01T00:00:00Z"));
    let window = (at("1997-09-01T00:00:00Z"), at("1998-01-01T00:00:00Z"));
    let dates = |event| {
        let spans = reading.value.dates(event, window, &ctx, &mut Vec::new());
        spans.iter().map(|span| span.start.to_string()).collect::<Vec<_>>()
    };
    // An event without an end lasts no time, and is over with its beginning.
    assert_eq!(dates(series[0][0]), ["1997-09-02T09:00:00Z", "1997-09-04T09:00:00Z"]);
    assert_eq!(dates(series[0][1]), ["1997-09-03T15:00:00Z"]);
}

#[test]
fn folded_quoted_and_escaped() {
    let body = "begin:vevent\r\nUID:a\r\nSUMMARY:One\\, two\\; three\\nfo\r\n ur\r\nORGANIZER;CN=\"The: Hall\";X=1:mailto:a@b.example\r\n\
                BEGIN:VALARM\r\nSUMMARY:Not this\r\nEND:VALARM\r\nDTSTART;VALUE=DATE:20260301\r\nDTEND;VALUE=DATE:20260303\r\nend:vevent";
    let reading = calendar(body);
    let event = &reading.value.events[0];
    assert_eq!(event.summary, "One, two; three\nfour");
    assert_eq!(event.organizer, "The: Hall");
    let ctx = ReadContext {
        zone: Some("Europe/Paris"),
        ..ReadContext::at(at("2026-01-01T00:00:00Z"))
    };
    let window = (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
    let dates = reading.value.dates(event, window, &ctx, &mut Vec::new());
    assert_eq!(
        dates,
        [Span {
            start: at("2026-02-28T23:00:00Z"),
            end: at("2026-03-02T23:00:00Z"),
            days: true
        }]
    );
}

#[test]
fn zones_by_any_name() {
    let own = "BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nDTSTART:19671029T020000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\n\
               TZOFFSETFROM:-0400\nTZOFFSETTO:-0500\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:19870405T020000\n\
               RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU\nTZOFFSETFROM:-0500\nTZOFFSETTO:-0400\nEND:DAYLIGHT\nEND:VTIMEZONE\n";
    for (zone, summer, known) in [
        ("Ours", "2026-07-01T16:00:00Z", true),
        ("/tools.example/20070129_1/Europe/Berlin", "2026-07-01T10:00:00Z", true),
        ("\"W. Europe Standard Time\"", "2026-07-01T10:00:00Z", true),
        ("Middle-earth", "2026-07-01T12:00:00Z", false),
    ] {
        let body = format!("{own}BEGIN:VEVENT\nUID:a\nDTSTART;TZID={zone}:20260701T120000\nDURATION:PT1H\nEND:VEVENT");
        let reading = calendar(&body);
        let mut problems = Vec::new();
        let ctx = ReadContext::at(at("2026-01-01T00:00:00Z"));
        let window = (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
        let dates = reading
            .value
            .dates(&reading.value.events[0], window, &ctx, &mut problems);
        assert_eq!(dates[0].start, at(summer), "{zone}");
        assert_eq!(problems.is_empty(), known, "{zone}: {problems:?}");
    }
}

#[test]
fn what_is_wrong_is_named_and_the_rest_is_read() {
    let body = "NOT A LINE\nBEGIN:VEVENT\nUID:a\nDTSTART:20261340T000000\nEND:VEVENT\n\
                BEGIN:VEVENT\nUID:b\nDTSTART:20260301T000000Z\nRRULE:FREQ=SECONDLY\nEND:VEVENT\nBEGIN:VEVENT\nUID:c";
    let reading = calendar(body);
    assert_eq!(reading.value.events.len(), 2);
    let ctx = ReadContext::at(at("2026-01-01T00:00:00Z"));
    let mut problems = reading.problems.clone();
    let window = (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
    for event in &reading.value.events {
        reading.value.dates(event, window, &ctx, &mut problems);
    }
    let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
    for word in [
        "no property",
        "20261340T000000",
        "inside an event",
        "when it begins",
        "SECONDLY",
    ] {
        assert!(all.iter().any(|problem| problem.contains(word)), "{word}: {all:?}");
    }
    assert!(read(b"tea", &ctx).is_err());
}
