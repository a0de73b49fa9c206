//! Our own feeds, pages and exports, broken in every way at hand: no reader panics, hangs, or lets a promise go.
//!
//! More rounds with `MASTHEAD_FUZZ_CASES`; the test data's documents are broken in `web_conformance`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "web/dice.rs"]
mod dice;

use dice::Dice;
use masthead_domain::time::Timestamp;
use masthead_formats::{ReadContext, dates, extract, fuzz_targets, html, slug};

const RSS: &str = r#"<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>The Quay</title><link>https://quay.example/</link><item><title>Ferry &amp;amp; tide</title><link>https://quay.example/1</link><guid isPermaLink="false">q1</guid><pubDate>Wed, 25 Nov 2026 09:30:00 GMT</pubDate>
<dc:creator>Ada Quill</dc:creator><description>Short</description><content:encoded><![CDATA[<p>Long <a href="https://quay.example/x">x</a><img src="https://quay.example/a.jpg"></p><ul><li>a<li>b</ul>]]></content:encoded>
<media:content url="https://quay.example/b.jpg" medium="image"><media:credit>Tom Ferrand</media:credit></media:content></item></channel></rss>"#;
const ATOM: &str = r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://quay.example/"><title type="html">Q</title><id>q</id><updated>2026-11-25T09:30:00Z</updated><entry><id>1</id><title>One</title>
<updated>2026-11-25T09:30:00Z</updated><link href="one"/><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><h2>T</h2><p>Text <em>x</em></p></div></content></entry></feed>"#;
const JSON: &str = r#"{"version":"https://jsonfeed.org/version/1.1","title":"Q","items":[{"id":"1","url":"https://quay.example/1","content_html":"<p>x</p>","date_published":"2026-11-25T09:30:00Z","authors":[{"name":"Ada"}]}]}"#;
const WXR: &str = r#"<?xml version="1.0"?><rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Q</title><link>https://quay.example</link><wp:wxr_version>1.2</wp:wxr_version>
<wp:author><wp:author_login>ada</wp:author_login><wp:author_display_name>Ada Quill</wp:author_display_name></wp:author>
<item><title>One</title><link>https://quay.example/one/</link><content:encoded><![CDATA[First

[caption id="a"]<img src="https://quay.example/a.jpg" /> Cap[/caption]
[gallery ids="1,2"] https://youtu.be/abc]]></content:encoded><wp:post_id>1</wp:post_id><wp:post_type>post</wp:post_type><wp:status>publish</wp:status><wp:post_date_gmt>2026-11-25 09:30:00</wp:post_date_gmt>
<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_content><![CDATA[Good & <b>bad</b>]]></wp:comment_content><wp:comment_approved>1</wp:comment_approved></wp:comment></item>
<item><title>Two</title><content:encoded><![CDATA[<!-- wp:paragraph --><p>x</p><!-- /wp:paragraph -->]]></content:encoded><wp:post_id>2</wp:post_id><wp:post_type>page</wp:post_type></item></channel></rss>"#;
const GHOST: &str = r#"{"db":[{"meta":{"exported_on":1,"version":"5"},"data":{"posts":[{"id":"1","title":"One","slug":"one","html":"<p>x</p>","status":"published","published_at":"2026-11-25T09:30:00Z"},
{"id":"2","title":"Two","lexical":"{\"root\":{\"children\":[{\"type\":\"paragraph\",\"children\":[{\"type\":\"text\",\"text\":\"t\",\"format\":1}]}]}}","status":"draft"}],"tags":[{"id":"t","name":"Sea","slug":"sea"}],"posts_tags":[{"post_id":"1","tag_id":"t"}],"users":[{"id":"u","name":"Ada"}]}}]}"#;
const PAGE: &str = r#"<!DOCTYPE html><html lang="en"><head><title>Ferry returns to the harbour - The Quay</title><meta property="og:title" content="Ferry returns to the harbour"><script type="application/ld+json">{"@type":"NewsArticle","headline":"Ferry returns to the harbour","datePublished":"2026-11-25T09:30:00Z","author":{"name":"Ada Quill"}}</script></head>
<body><nav><a href="/">Home</a></nav><article><h1>Ferry returns to the harbour</h1><p class="byline">By Ada Quill</p><figure><img src="/a.jpg"><figcaption>The ferry. Photo: Tom Ferrand/AP</figcaption></figure><p>Paris - The ferry came back to the old harbour on Monday, ten years after it had left, and the quay was full.</p>
<table><tr><th>a<th>b<tr><td>1<td>2</table><blockquote>Said.<footer>Ada</footer></blockquote><p>The council will decide in October whether the line to the island can open again, and who is to pay.</p></article><footer>Copyright</footer></body></html>"#;
const TEXT: &str = "Ferry returns to the harbour\n2026-11-25 09:30\nThe ferry at noon. (Agency, via The Quay)\nParis - The ferry came back on Monday.\nNobody knew.\nRead more on: ferries | sea\nShare\n";

const CAP: &str = r#"<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>q7</identifier><sender>quay@harbour.example</sender><sent>2026-11-25T09:00:00+01:00</sent><status>Actual</status><msgType>Update</msgType><scope>Public</scope>
<references>quay@harbour.example,q6,2026-11-25T08:00:00+01:00</references><info><language>en-GB</language><category>Met</category><event>Gale</event><urgency>Immediate</urgency><severity>Extreme</severity><certainty>Likely</certainty><expires>2026-11-25T18:00:00+01:00</expires>
<headline>Gale</headline><description>Stay &lt;b&gt;in&lt;/b&gt;.</description><web>https://harbour.example/</web><area><areaDesc>The quay</areaDesc><polygon>53.1,9.1 53.1,9.9 53.9,9.9 53.1,9.1</polygon><circle>53.5,9.5 12</circle><geocode><valueName>SAME</valueName><value>1</value></geocode></area></info></alert>"#;
const DATEX: &str = r#"<d2LogicalModel xmlns="http://datex2.eu/schema/2/2_0"><payloadPublication xsi:type="SituationPublication" lang="de"><publicationTime>2026-11-25T09:00:00Z</publicationTime><situation id="S"><headerInformation><informationStatus>real</informationStatus></headerInformation><situationRecord xsi:type="Accident" id="R"><validity><validityTimeSpecification><overallStartTime>2026-11-25T06:00:00Z</overallStartTime></validityTimeSpecification></validity>
<generalPublicComment><comment><values><value lang="de">Unfall</value></values></comment></generalPublicComment><groupOfLocations><gmlLineString><posList>53.1 9.1 53.2 9.2</posList></gmlLineString><pointCoordinates><latitude>53.5</latitude><longitude>9.9</longitude></pointCoordinates></groupOfLocations></situationRecord></situation></payloadPublication></d2LogicalModel>"#;
const WORKS: &str = r#"{"feed_info":{"publisher":"Q","update_date":"2026-11-25T09:00:00Z"},"type":"FeatureCollection","features":[{"id":"w","type":"Feature","properties":{"core_details":{"event_type":"work-zone","road_names":["A7"],"direction":"northbound"},"start_date":"2026-11-25T09:00:00Z","vehicle_impact":"all-lanes-closed"},"geometry":{"type":"LineString","coordinates":[[9.1,53.1],[9.2,53.2]]}}]}"#;
const EVENTS: &str = r#"{"events":[{"id":"q/1","status":"ACTIVE","event_type":"CONSTRUCTION","severity":"MAJOR","headline":"Works","schedule":{"intervals":["2026-11-25T08:00/"]},"roads":[{"name":"A7","from":"x"}],"geography":{"type":"Polygon","coordinates":[[[9.1,53.1],[9.2,53.2],[9.3,53.1]]]}}]}"#;
const GEORSS: &str = r#"<rss version="2.0" xmlns:georss="http://www.georss.org/georss"><channel><title>Q</title><item><title>Flood</title><guid>1</guid><pubDate>Wed, 25 Nov 2026 09:30:00 GMT</pubDate><georss:point>53.1 9.1</georss:point><georss:box>53 9 54 10</georss:box><georss:circle>53 9 500</georss:circle></item></channel></rss>"#;
const TRANSIT: &str = "\n\u{10}\n\u{3}2.0\u{10}\0\u{18}\u{1}\u{12}\u{1b}\n\u{1}7\u{2a}\u{16}\n\u{2}\u{8}\u{1}\u{30}\u{6}\u{38}\u{1}R\u{c}\n\n\n\u{4}Wait\u{12}\u{2}en";

const ALERTS: [&str; 6] = [CAP, DATEX, WORKS, EVENTS, GEORSS, TRANSIT];

const FIXTURES: [&str; 7] = [RSS, ATOM, JSON, WXR, GHOST, PAGE, TEXT];

fn rounds() -> usize {
    let named = std::env::var("MASTHEAD_FUZZ_CASES").ok();
    named.and_then(|cases| cases.parse().ok()).unwrap_or(1500)
}

#[test]
fn broken_documents_keep_every_promise() {
    let rounds = rounds();
    let mut dice = Dice(0x7175_6179);
    for fixture in FIXTURES {
        fuzz_targets::web(fixture.as_bytes());
    }
    for _ in 0..rounds {
        let fixture = FIXTURES[dice.below(FIXTURES.len())];
        let damaged = dice.damage(fixture.as_bytes());
        if std::panic::catch_unwind(|| fuzz_targets::web(&damaged)).is_err() {
            panic!("broken by {:?}", String::from_utf8_lossy(&damaged));
        }
    }
}

const COMMENTS: [&str; 5] = [
    r#"<?xml version="1.0"?><disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals"><thread dsq:id="70"><id>12</id><link>https://quay.example/a/</link><title>Ferry</title><createdAt>2014-09-15T18:47:00Z</createdAt></thread>
<post dsq:id="1"><message><![CDATA[<p>One &amp; <b>two</b></p>]]></message><createdAt>2014-09-15T18:50:00Z</createdAt><isSpam>false</isSpam><author><email>a@quay.example</email><name>A</name></author><thread dsq:id="70"/></post><post dsq:id="2"><message>x</message><thread dsq:id="70"/><parent dsq:id="1"/></post></disqus>"#,
    r#"{"tenantID":"t","id":"s1","url":"https://quay.example/a"}
{"tenantID":"t","id":"u1","username":"tomf","profiles":[{"type":"local","id":"t@quay.example"}]}
{"tenantID":"t","id":"c1","storyID":"s1","authorID":"u1","status":"NONE","revisions":[{"body":"One <b>two</b>"}],"createdAt":{"$date":"2014-09-15T18:50:00Z"}}"#,
    r#"{"version":1,"users":[{"id":"u","details":{"email":"a@quay.example"}}],"posts":[]}
{"id":"c1","pid":"","text":"<p>One</p>","user":{"name":"A","id":"u"},"locator":{"site":"s","url":"https://quay.example/a"},"time":"2017-12-17T04:47:50Z"}"#,
    r#"{"version":1,"comments":[{"commentHex":"a","domain":"quay.example","url":"/x","commenterHex":"t","markdown":"*one* [two](https://quay.example)","parentHex":"root","creationDate":"2021-03-12T11:21:56Z"}],"commenters":[{"commenterHex":"t","name":"T"}]}"#,
    r#"{"source":"https://quay.example/a","title":"A","id":"1","created":"2014-01-22T20:42:14","comments":[{"id":7,"author_id":"u","created":"2014-03-04T18:34:13","body_html":"<p>One</p>"},{"id":8,"parent_id":7,"body_html":"x"}]}"#,
];

#[test]
fn broken_exports_of_comments_keep_every_promise() {
    let mut dice = Dice(0x6f_7175);
    for fixture in COMMENTS {
        fuzz_targets::comments(fixture.as_bytes());
        for _ in 0..rounds() / 2 {
            let damaged = dice.damage(fixture.as_bytes());
            if std::panic::catch_unwind(|| fuzz_targets::comments(&damaged)).is_err() {
                panic!("broken by {:?}", String::from_utf8_lossy(&damaged));
            }
        }
    }
    for fixture in FIXTURES {
        fuzz_targets::comments(fixture.as_bytes());
    }
}

#[test]
fn a_document_in_another_encoding_and_one_inside_another() {
    for outer in FIXTURES {
        let utf16: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(outer.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        fuzz_targets::web(&utf16);
        for inner in FIXTURES {
            let middle = (0..=outer.len() / 2)
                .rev()
                .find(|at| outer.is_char_boundary(*at))
                .unwrap();
            fuzz_targets::web(format!("{}{inner}{}", &outer[..middle], &outer[middle..]).as_bytes());
        }
    }
}

/// Where each of these would cost the square of its size, the larger one would take sixteen times as long and more.
#[test]
fn hostile_documents_take_linear_time() {
    let ctx = ReadContext::at(Timestamp::from_micros(0));
    let units = [
        "<div>",
        "<b>",
        "<p><b>x</p>",
        "<b>x</p>",
        "<table><td>",
        "<a b c d>",
        "<ul><li>x",
        "[x_y]",
        "<!--",
        "<a href='",
        "&amp;",
        "<h2>x</h2>",
    ];
    for unit in units {
        let time = |size: usize| {
            let text = unit.repeat(size / unit.len());
            let start = std::time::Instant::now();
            assert!(html::to_document(&text, &ctx).value.blocks.len() <= text.len());
            if let Ok(reading) = extract::page(text.as_bytes(), &ctx) {
                assert!(!reading.value.guid.is_empty());
            }
            start.elapsed().as_secs_f64().max(0.05)
        };
        let (small, large) = (time(100_000), time(800_000));
        assert!(
            large < small * 40.0,
            "{unit}: {small:.2} s, then {large:.2} s for eight times as much"
        );
    }
}

#[test]
fn small_readers_take_anything() {
    let ctx = ReadContext::at(Timestamp::from_micros(0));
    let mut dice = Dice(3);
    let samples = [
        "Thu, 01 Aug 2019 16:15 EDT",
        "15. Oktober 2015, 20:47 Uhr",
        "2014-09-15T20:47:00+02:00",
        "le 1er août 2015 à 10h",
    ];
    for _ in 0..20_000 {
        let sample = samples[dice.below(samples.len())];
        let text = String::from_utf8_lossy(&dice.damage(sample.as_bytes())).into_owned();
        if let Some(moment) = dates::moment(&text, &ctx) {
            assert!(!moment.to_rfc3339().is_empty());
        }
        assert!(!slug::from_headline(&text).is_empty());
    }
}

#[test]
fn broken_alerts_keep_every_promise() {
    let mut dice = Dice(0x616c_6572);
    for fixture in ALERTS {
        fuzz_targets::alerts(fixture.as_bytes());
    }
    for _ in 0..rounds() {
        let fixture = ALERTS[dice.below(ALERTS.len())];
        let damaged = dice.damage(fixture.as_bytes());
        if std::panic::catch_unwind(|| fuzz_targets::alerts(&damaged)).is_err() {
            panic!("broken by {:?}", String::from_utf8_lossy(&damaged));
        }
    }
}
