//! What is read from each kind of source.

use super::*;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn ctx() -> ReadContext<'static> {
    ReadContext {
        zone: Some("Europe/Paris"),
        ..ReadContext::at(at("2026-03-01T09:00:00Z"))
    }
}

fn shape(notation: Notation, category: Category) -> Shape {
    Shape {
        notation,
        category: Some(category),
        currency: "EUR".into(),
        ..Shape::default()
    }
}

#[test]
fn a_table_with_headings_of_its_own() {
    let mut shape = shape(Notation::Csv, Category::Property);
    for (ours, theirs) in [
        ("id", "Ref"),
        ("title", "Headline"),
        ("price", "Asking"),
        ("locality", "Town"),
        ("latitude", "Lat"),
        ("longitude", "Lon"),
    ] {
        shape.fields.insert(ours.into(), theirs.into());
    }
    let text = "\u{feff}Ref;Headline;Asking;Town;Lat;Lon;text\n\
                A1;\"Cottage; by the water\";1.250,00;Eelhithe;52,5;0,25;\"Two rooms.\nA garden.\"\n\
                A2;;5;;;;\nA1;Again;1;;;;\nA3;Short line\n";
    let reading = read(text.as_bytes(), &shape, &ctx()).unwrap();
    let titles: Vec<&str> = reading.value.iter().map(|entry| entry.title.as_str()).collect();
    assert_eq!(titles, ["Cottage; by the water", "Short line"]);
    let cottage = &reading.value[0];
    assert_eq!(cottage.price.as_ref().unwrap().plain(), "1250");
    assert_eq!(<(f64, f64)>::from(cottage.point.unwrap()), (52.5, 0.25));
    assert_eq!(cottage.category, Some(Category::Property));
    let problems: Vec<String> = reading.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(
        problems[0].contains("no title") && problems[1].contains("same identity"),
        "{problems:?}"
    );
    let error = read(b"a,b\n1,2\n", &shape, &ctx()).unwrap_err();
    assert!(error.reason.contains("'Headline'"), "{error}");
}

#[test]
fn what_cannot_be_read_of_a_line_is_named() {
    let text = "title,price,latitude,longitude\nA,on application,52.5,0.25\nB,900,52.5,\nC,,north,0\nD,,0,0\nE,,,\n\
                F,,52.5 0.25,\nG,,\"52.5,0.25\",\nH,,95,0.25\n";
    let reading = read(text.as_bytes(), &shape(Notation::Csv, Category::Property), &ctx()).unwrap();
    assert_eq!(reading.value.len(), 8, "nothing is lost with it");
    let located = reading.value.iter().filter(|entry| entry.point.is_some());
    let located: Vec<&str> = located.map(|entry| entry.title.as_str()).collect();
    assert_eq!(located, ["A", "F", "G"]);
    let problems: Vec<String> = reading.problems.iter().map(ToString::to_string).collect();
    let expected = [
        ("line 2", "price"),
        ("line 3", "latitude"),
        ("line 4", "north"),
        ("line 9", "95 0.25"),
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:?}");
    for (problem, (line, what)) in problems.iter().zip(expected) {
        assert!(problem.contains(line) && problem.contains(what), "{problem}");
    }
}

#[test]
fn objects_wherever_they_lie() {
    let mut shape = shape(Notation::Json, Category::WhatsOn);
    shape.items = "data.list".into();
    for (ours, theirs) in [
        ("title", "name"),
        ("starts", "when.from"),
        ("ends", "when.to"),
        ("venue", "halls.0.name"),
    ] {
        shape.fields.insert(ours.into(), theirs.into());
    }
    let text = r#"{"data":{"list":[{"id":7,"name":"Fair","when":{"from":"2026-03-07","to":"2026-03-08"},
        "halls":[{"name":"Corn Exchange"}]},{"id":8,"name":"Talk","when":{"from":"2026-03-07 19:30"}},
        {"id":9,"name":"When?","when":{"from":"soon"}}]}}"#;
    let reading = read(text.as_bytes(), &shape, &ctx()).unwrap();
    let fair = &reading.value[0];
    assert_eq!((fair.key.as_str(), fair.venue.as_str()), ("7", "Corn Exchange"));
    let days = Span {
        start: at("2026-03-06T23:00:00Z"),
        end: at("2026-03-08T23:00:00Z"),
        days: true,
    };
    assert_eq!(fair.dates, [days], "the last day belongs to it");
    let talk = Span {
        start: at("2026-03-07T18:30:00Z"),
        end: at("2026-03-07T23:00:00Z"),
        days: false,
    };
    assert_eq!(reading.value[1].dates, [talk], "over with its day");
    assert_eq!(reading.value[2].dates, []);
    assert!(reading.problems[0].to_string().contains("soon"));
    assert!(read(b"{}", &shape, &ctx()).unwrap_err().reason.contains("data.list"));
}

#[test]
fn a_feed_of_jobs() {
    let text = r#"<rss version="2.0"><channel><title>Jobs</title><item><guid>j1</guid><title>Lock keeper</title>
        <link>https://jobs.example/1</link><description>&lt;p&gt;By the &lt;b&gt;water&lt;/b&gt;&lt;/p&gt;</description>
        <pubDate>Sat, 28 Feb 2026 10:00:00 +0100</pubDate></item></channel></rss>"#;
    let reading = read(text.as_bytes(), &shape(Notation::Rss, Category::Jobs), &ctx()).unwrap();
    let job = &reading.value[0];
    assert_eq!(
        (job.key.as_str(), job.title.as_str(), job.text.as_str()),
        ("j1", "Lock keeper", "By the water")
    );
    assert_eq!(job.published, Some(at("2026-02-28T09:00:00Z")));
    assert_eq!(job.url.as_deref(), Some("https://jobs.example/1"));
}

#[test]
fn a_calendar_is_one_listing_for_each_identity() {
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:m\nSUMMARY:Market\nLOCATION:Square\\, Eelhithe\\, EH1 2AB\n\
                DTSTART;TZID=Europe/Paris:20260101T080000\nDURATION:PT4H\nRRULE:FREQ=WEEKLY\nEND:VEVENT\n\
                BEGIN:VEVENT\nUID:m\nRECURRENCE-ID;TZID=Europe/Paris:20260305T080000\nSTATUS:CANCELLED\n\
                DTSTART;TZID=Europe/Paris:20260305T080000\nEND:VEVENT\n\
                BEGIN:VEVENT\nUID:o\nSUMMARY:Long over\nDTSTART:20200101T080000Z\nEND:VEVENT\nEND:VCALENDAR";
    let reading = read(text.as_bytes(), &shape(Notation::ICalendar, Category::WhatsOn), &ctx()).unwrap();
    assert_eq!(reading.problems, []);
    let [market] = reading.value.as_slice() else {
        panic!("{:?}", reading.value)
    };
    assert_eq!(
        (market.venue.as_str(), market.locality.as_str()),
        ("Square", "Eelhithe")
    );
    assert_eq!(
        market.dates[0].start,
        at("2026-03-12T07:00:00Z"),
        "the one of the 5th is called off"
    );
    assert_eq!(
        market.dates[3].start,
        at("2026-04-02T06:00:00Z"),
        "the clocks have gone forward"
    );
}

#[test]
fn markup_of_jobs_homes_and_cars() {
    let text = r#"<html><head><script type="application/ld+json">{"@context":"https://schema.org","@graph":[
        {"@type":"WebSite","name":"Ads"},
        {"@type":"JobPosting","title":"Cook","hiringOrganization":{"@type":"Organization","name":"The Inn"},
         "employmentType":"FULL_TIME","datePosted":"2026-02-01","validThrough":"2026-04-01T00:00+02:00",
         "baseSalary":{"@type":"MonetaryAmount","currency":"EUR","value":{"@type":"QuantitativeValue","minValue":14.5,"unitText":"HOUR"}},
         "jobLocation":{"@type":"Place","address":{"addressLocality":"Danmoor"}}},
        {"@type":["Product","Car"],"name":"Estate","offers":{"price":"4500"},"url":"https://cars.example/1"}]}</script></head>
        <body><div itemscope itemtype="https://schema.org/RealEstateListing"><h1 itemprop="name">Flat</h1>
        <div itemprop="about" itemscope itemtype="https://schema.org/Apartment"><div itemprop="address" itemscope>
        <span itemprop="addressLocality">Carrow</span></div></div><meta itemprop="datePosted" content="2026-02-03"></div></body></html>"#;
    let reading = read(text.as_bytes(), &shape(Notation::Schema, Category::Jobs), &ctx()).unwrap();
    let shown: Vec<(Category, &str, &str)> = reading
        .value
        .iter()
        .map(|entry| (entry.category.unwrap(), entry.title.as_str(), entry.locality.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            (Category::Jobs, "Cook", "Danmoor"),
            (Category::Motoring, "Estate", ""),
            (Category::Property, "Flat", "Carrow")
        ]
    );
    let cook = &reading.value[0];
    assert_eq!(
        (cook.organisation.as_str(), cook.kind.as_str(), cook.per.as_str()),
        ("The Inn", "full time", "hour")
    );
    assert_eq!(cook.price.as_ref().unwrap().plain(), "14.50");
    assert_eq!(cook.expires, Some(at("2026-03-31T22:00:00Z")));
    let none = br#"{"@type":"Restaurant","name":"Inn"}"#;
    assert!(
        read(none, &shape(Notation::Schema, Category::Jobs), &ctx())
            .unwrap_err()
            .reason
            .contains("Restaurant")
    );
}

#[test]
fn a_feed_says_more_in_elements_of_its_own() {
    let mut own = shape(Notation::Rss, Category::Property);
    for (ours, theirs) in [
        ("price", "g:price"),
        ("locality", "home.town"),
        ("latitude", "geo:lat"),
        ("longitude", "geo:long"),
        ("kind", "home@sort"),
        ("expires", "g:expiration_date"),
        ("organisation", "nobody:says"),
    ] {
        own.fields.insert(ours.into(), theirs.into());
    }
    let text = r#"<rss version="2.0" xmlns:g="https://g.example/" xmlns:geo="https://geo.example/"><channel><title>Homes</title>
        <item><title>Cottage</title><guid>h-1</guid><author>Ada</author><price>9</price><g:price>1250 EUR</g:price>
        <geo:lat>52.5</geo:lat><geo:long>0.25</geo:long><home sort="To let"><town>Eelhithe</town></home></item>
        <item><title>Barn</title><guid>h-2</guid><G:Price>70000</G:Price><g:expiration_date>some day</g:expiration_date></item>
        </channel></rss>"#;
    let reading = read(text.as_bytes(), &own, &ctx()).unwrap();
    let [cottage, barn] = reading.value.as_slice() else {
        panic!("{:?}", reading.value)
    };
    assert_eq!(cottage.price.as_ref().unwrap().plain(), "1250");
    assert_eq!(
        (cottage.locality.as_str(), cottage.kind.as_str(), cottage.key.as_str()),
        ("Eelhithe", "To let", "h-1")
    );
    assert_eq!(<(f64, f64)>::from(cottage.point.unwrap()), (52.5, 0.25));
    assert_eq!(cottage.organisation, "Ada", "what the feed has a way for itself stays");
    assert_eq!(barn.price.as_ref().unwrap().plain(), "70000");
    let problems: Vec<String> = reading.problems.iter().map(ToString::to_string).collect();
    assert!(
        problems
            .iter()
            .any(|what| what.contains("item 2") && what.contains("expires")),
        "{problems:?}"
    );
    let plain = read(text.as_bytes(), &shape(Notation::Rss, Category::Property), &ctx()).unwrap();
    assert!(plain.value[0].price.is_none(), "nothing says that it is one");

    let nested = text.replace("</item>\n", "<item><g:price>1</g:price></item></item>\n");
    let reading = read(nested.as_bytes(), &own, &ctx()).unwrap();
    assert!(reading.value[0].price.is_none(), "nothing says whose it is");
    assert!(
        reading
            .problems
            .iter()
            .any(|problem| problem.to_string().contains("inside others")),
        "{:?}",
        reading.problems
    );

    let json = r#"{"version":"https://jsonfeed.org/version/1.1","title":"Homes","items":[
        {"id":"1","content_text":"A barn.","title":"Barn","_home":{"asking":70000}}]}"#;
    own.fields.insert("price".into(), "_home.asking".into());
    let reading = read(json.as_bytes(), &own, &ctx()).unwrap();
    assert_eq!(reading.value[0].price.as_ref().unwrap().plain(), "70000");
}

#[test]
fn a_calendar_says_more_in_properties_of_its_own() {
    let mut own = shape(Notation::ICalendar, Category::WhatsOn);
    for (ours, theirs) in [("price", "x-price"), ("url", "X-TICKETS"), ("venue", "X-HALL")] {
        own.fields.insert(ours.into(), theirs.into());
    }
    let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:e-1\r\nSUMMARY:Fair\r\nDTSTART:20260307T180000Z\r\nLOCATION:Quay\\, Eelhithe\r\n\
                X-PRICE:12.50\r\nX-Tickets;X-A=b:https://fair.example/tickets\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let reading = read(text.as_bytes(), &own, &ctx()).unwrap();
    let fair = &reading.value[0];
    assert_eq!(fair.price.as_ref().unwrap().plain(), "12.50");
    assert_eq!(fair.url.as_deref(), Some("https://fair.example/tickets"));
    assert_eq!((fair.venue.as_str(), fair.locality.as_str()), ("Quay", "Eelhithe"));
    assert_eq!(fair.dates.len(), 1);
}
