//! Parses agency documents of about 5 KB in a loop, one JSON line a format: documents per second of processor time.
//!
//! `cargo run --release -p masthead-formats --example bench_parse`. The documents are made here and differ in their text, so
//! that nothing is read from a warm branch predictor alone. Each is a story as agencies send them: head with
//! identity, times, subjects and byline, and a body of some fifteen paragraphs. Medians of five runs.

use masthead_domain::time::Timestamp;
use masthead_formats::{Format, ReadContext, read_items};
use std::fmt::Write as _;

const RUNS: usize = 5;
/// Different documents of a format.
const DOCUMENTS: u64 = 64;
/// Processor seconds that a run takes at least: the kernel counts in hundredths.
const AT_LEAST: f64 = 0.5;

const WORDS: &str = "harbour bridge council railway minister river storm market school museum ferry tunnel hospital \
    budget archive mayor teacher pilot farmer engineer the of and to in a with from after before near under says plans \
    opens closes asks finds loses wins builds repairs counts measures announces delays old new quiet early late";

/// Text by a fixed generator.
struct Text(u64, Vec<&'static str>);

impl Text {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(1), WORDS.split_whitespace().collect())
    }

    fn words(&mut self, count: usize) -> String {
        let mut text = String::new();
        for _ in 0..count {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let at = (self.0 >> 33) as usize % self.1.len();
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(self.1.get(at).copied().unwrap_or("word"));
        }
        text
    }

    /// Paragraphs with the inline markup and the references that copy has.
    fn paragraphs(&mut self, count: usize) -> String {
        let mut text = String::new();
        for _ in 0..count {
            text.push_str("<p>");
            text.push_str(&self.words(20));
            text.push_str(" &amp; <em>");
            text.push_str(&self.words(2));
            text.push_str("</em> ");
            text.push_str(&self.words(18));
            text.push_str(".</p>\n");
        }
        text
    }
}

fn ninjs(number: u64) -> Result<String, std::fmt::Error> {
    let mut text = Text::new(number);
    let mut subjects = String::new();
    for code in 1..=6 {
        let comma = if code > 1 { "," } else { "" };
        write!(
            subjects,
            r#"{comma}{{"code":"medtop:{code}1000000","scheme":"http://cv.iptc.org/newscodes/mediatopic/","name":"{}"}}"#,
            text.words(2)
        )?;
    }
    Ok(format!(
        r#"{{"uri":"urn:newsml:wire.example:20260921:{number}","type":"text","version":"2","pubstatus":"usable","urgency":4,
        "language":"en","firstcreated":"2026-09-21T10:00:00Z","versioncreated":"2026-09-21T12:30:00+02:00",
        "headline":"{}","slugline":"BENCH-DOCUMENT","byline":"By Ada Quill","located":"Lindholm",
        "description_text":"{}","copyrightholder":"Example Wire","infosource":[{{"name":"Example Wire"}}],
        "subject":[{subjects}],"body_html":"{}"}}"#,
        text.words(8),
        text.words(20),
        text.paragraphs(13).replace('\n', "\\n")
    ))
}

fn nitf(number: u64) -> Result<String, std::fmt::Error> {
    let mut text = Text::new(number);
    let mut subjects = String::new();
    for code in 1..=6 {
        write!(
            subjects,
            r#"<tobject.subject tobject.subject.refnum="{code:02}000000" tobject.subject.type="{}"/>"#,
            text.words(1)
        )?;
    }
    Ok(format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<nitf change.date="October 18, 2006" version="-//IPTC//DTD NITF 3.4//EN"><head><title>{}</title>
<tobject tobject.type="news">{subjects}</tobject>
<docdata management-status="usable"><evloc county-dist="Lindholm" iso-cc="GBR"/><doc-id id-string="bench.{number}" regsrc="EXW"/>
<urgency ed-urg="4"/><date.issue norm="20260921T103000Z"/><du-key generation="2" key="BENCH" version="2"/>
<doc.copyright holder="Example Wire" year="2026"/><key-list><keyword key="bench"/></key-list></docdata></head>
<body><body.head><hedline><hl1>{}</hl1><hl2>{}</hl2></hedline><byline>By <person>Ada Quill</person></byline>
<dateline><location>Lindholm</location></dateline><abstract><p>{}</p></abstract></body.head>
<body.content>{}</body.content><body.end><tagline>(EXW)</tagline></body.end></body></nitf>"#,
        text.words(8),
        text.words(8),
        text.words(10),
        text.words(20),
        text.paragraphs(13)
    ))
}

fn newsml_g2(number: u64) -> Result<String, std::fmt::Error> {
    let mut text = Text::new(number);
    let mut subjects = String::new();
    for code in 1..=6 {
        write!(
            subjects,
            r#"<subject type="cpnat:abstract" qcode="medtop:{code}1000000"><name xml:lang="en">{}</name></subject>"#,
            text.words(2)
        )?;
    }
    Ok(format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:newsml:wire.example:20260921:{number}" version="2"
 standard="NewsML-G2" standardversion="2.28" conformance="power" xml:lang="en">
<catalogRef href="http://www.iptc.org/std/catalog/catalog.IPTC-G2-Standards_36.xml"/>
<rightsInfo><copyrightHolder uri="http://wire.example"><name>Example Wire</name></copyrightHolder></rightsInfo>
<itemMeta><itemClass qcode="ninat:text"/><provider literal="EXW"><name>Example Wire</name></provider>
<versionCreated>2026-09-21T12:30:00+02:00</versionCreated><firstCreated>2026-09-21T10:00:00Z</firstCreated>
<pubStatus qcode="stat:usable"/></itemMeta>
<contentMeta><urgency>4</urgency><contentCreated>2026-09-21T10:00:00Z</contentCreated><located literal="Lindholm"><name>Lindholm</name></located>
<creator><name>Ada Quill</name></creator>{subjects}<slugline>BENCH-DOCUMENT</slugline><headline>{}</headline>
<by>By Ada Quill</by><description role="drol:summary">{}</description></contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head>
<body>{}</body></html></inlineXML></contentSet></newsItem>"#,
        text.words(8),
        text.words(20),
        text.paragraphs(11)
    ))
}

/// User and system time of this process so far, from the kernel's accounting in ticks of 10 ms.
fn cpu_seconds() -> Result<f64, String> {
    let stat = std::fs::read_to_string("/proc/self/stat").map_err(|error| error.to_string())?;
    let after_name = stat.rsplit_once(')').map(|(_, rest)| rest).ok_or("no process name")?;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |index: usize| {
        fields
            .get(index)
            .and_then(|field| field.parse::<f64>().ok())
            .ok_or("no times")
    };
    Ok((ticks(11)? + ticks(12)?) / 100.0)
}

/// Documents parsed per second of processor time. Each must give one item with a headline and a body without a
/// problem: a document that is turned down early would be quick.
fn measure(format: Format, documents: &[String]) -> Result<f64, String> {
    let context = ReadContext::at(Timestamp::from_micros(1_790_000_000_000_000));
    let start = cpu_seconds()?;
    let mut parsed = 0_u32;
    loop {
        for document in documents {
            let reading = read_items(document.as_bytes(), format, &context).map_err(|error| error.reason)?;
            let item = reading.value.first().ok_or("no item")?;
            if !reading.problems.is_empty() || item.best_headline().is_none() || item.body.blocks.len() < 10 {
                return Err(format!("{} was not read whole: {:?}", format.name(), reading.problems));
            }
            std::hint::black_box(&reading);
            parsed += 1;
        }
        let seconds = cpu_seconds()? - start;
        if seconds >= AT_LEAST {
            return Ok(f64::from(parsed) / seconds);
        }
    }
}

/// Makes a document from its number.
type Make = fn(u64) -> Result<String, std::fmt::Error>;

fn main() -> Result<(), String> {
    let make: [(Format, Make); 3] = [
        (Format::Ninjs, ninjs),
        (Format::Nitf, nitf),
        (Format::NewsmlG2, newsml_g2),
    ];
    for (format, make) in make {
        let documents: Vec<String> = (0..DOCUMENTS)
            .map(make)
            .collect::<Result<_, _>>()
            .map_err(|error| error.to_string())?;
        let bytes = documents.iter().map(String::len).sum::<usize>() / documents.len();
        let mut rates = Vec::new();
        for _ in 0..RUNS {
            rates.push(measure(format, &documents)?);
        }
        rates.sort_by(f64::total_cmp);
        let median = rates.get(RUNS / 2).copied().ok_or("no runs")?;
        println!(
            r#"{{"format":"{}","bytes":{bytes},"per_cpu_s":{median:.0}}}"#,
            format.name()
        );
    }
    Ok(())
}
