//! How many documents of 5 KB the wire readers take in a second of processor time. The bar is 5,000 on a release build:
//! `cargo test --release -p masthead-formats --test wire_speed -- --ignored --nocapture`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use masthead_domain::time::Timestamp;
use masthead_formats::{Format, ReadContext, read_items};
use std::time::Instant;

const PARAGRAPH: &str = "The council of Quayside met on Tuesday evening &amp; voted, after three years of talks, to buy a <em>second</em> ferry \
    for the crossing, which carries forty cars and two hundred people and is to sail from the first of May until the autumn storms. ";

fn paragraphs(size: usize) -> String {
    let mut out = String::new();
    while out.len() < size {
        out.push_str("<p>");
        out.push_str(PARAGRAPH);
        out.push_str("</p>\n");
    }
    out
}

fn documents() -> Vec<(Format, String)> {
    let nitf_head = "<head><title>Ferry</title><tobject><tobject.subject tobject.subject.refnum='20000337' tobject.subject.type='transport'/></tobject>\
        <docdata management-status='usable'><doc-id regsrc='QP' id-string='qp-1'/><urgency ed-urg='4'/><date.issue norm='20261125T090000Z'/>\
        <du-key key='ferry' version='3'/><key-list><keyword key='ferry'/></key-list></docdata></head>";
    let nitf_body = |size| {
        format!(
            "<body><body.head><hedline><hl1>Council buys a ferry</hl1></hedline><byline>By Ada Quill</byline><dateline>QUAYSIDE</dateline></body.head>\
            <body.content>{}</body.content></body>",
            paragraphs(size)
        )
    };
    let g2 = |content: String| {
        format!(
            "<newsMessage xmlns='http://iptc.org/std/nar/2006-10-01/'><itemSet><newsItem guid='urn:a' version='3' xml:lang='en'><rightsInfo><copyrightNotice>QP</copyrightNotice></rightsInfo>\
            <itemMeta><itemClass qcode='ninat:text'/><provider qcode='nprov:QP'/><versionCreated>2026-11-25T09:00:00Z</versionCreated><pubStatus qcode='stat:usable'/></itemMeta>\
            <contentMeta><urgency>4</urgency><by>By Ada Quill</by><subject qcode='medtop:20000337'><name>transport</name></subject><slugline>ferry</slugline><headline>Council buys a ferry</headline></contentMeta>\
            <contentSet>{content}</contentSet></newsItem></itemSet></newsMessage>"
        )
    };
    vec![
        (
            Format::Ninjs,
            serde_json::json!({"uri": "urn:a", "type": "text", "version": "3", "versioncreated": "2026-11-25T09:00:00Z", "pubstatus": "usable",
                "urgency": 4, "language": "en", "headline": "Council buys a ferry", "byline": "By Ada Quill", "description_text": "A vote.",
                "subject": [{"code": "20000337", "name": "transport"}], "place": [{"name": "Quayside"}], "body_html": paragraphs(4500)})
            .to_string(),
        ),
        (Format::Nitf, format!("<nitf>{nitf_head}{}</nitf>", nitf_body(4300))),
        (Format::NewsmlG2, g2(format!("<inlineXML contenttype='application/nitf+xml'><nitf>{}</nitf></inlineXML>", nitf_body(3900)))),
        (Format::NewsmlG2, g2(format!("<inlineXML contenttype='application/xhtml+xml'><html xmlns='http://www.w3.org/1999/xhtml'><head><title>x</title></head><body>{}</body></html></inlineXML>", paragraphs(3900)))),
    ]
}

/// Processor time of this process so far, in seconds, where the system tells it.
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    // utime and stime in ticks, which are hundredths of a second on every Linux that we run on.
    let ticks: f64 = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}

#[test]
#[ignore = "a measurement, meant for a release build"]
fn documents_per_processor_second() {
    let ctx = ReadContext::at(Timestamp::parse_rfc3339("2026-11-25T12:00:00Z").unwrap());
    for (format, text) in documents() {
        let (start, clock) = (processor_seconds(), Instant::now());
        let mut count = 0u32;
        while clock.elapsed().as_secs_f64() < 2.0 {
            for _ in 0..100 {
                let reading = read_items(text.as_bytes(), format, &ctx).unwrap();
                assert!(reading.problems.is_empty() && !reading.value.is_empty());
                count += 1;
            }
        }
        let spent = match (start, processor_seconds()) {
            (Some(start), Some(end)) => end - start,
            _ => clock.elapsed().as_secs_f64(),
        };
        println!(
            "{:>10} {} bytes: {:.0} documents per processor second",
            format.name(),
            text.len(),
            f64::from(count) / spent
        );
    }
}
